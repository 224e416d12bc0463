//! Progress for people: one line on a terminal that says how far a long scan is. Silent elsewhere, and in CI.
//!
//! How much is left is reckoned from the bytes that packs hold, for objects are of any size; without packs, from
//! the number of items. It writes to standard error, never names content, and cleans up after itself.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::interrupt;

/// A scan that is quicker than this needs no progress.
const PATIENCE: Duration = Duration::from_millis(700);
const TICK: Duration = Duration::from_millis(200);
const TAKEN_AWAY: &str = "\r\x1b[K";

/// Whether the line stands on the terminal now.
static STANDS: AtomicBool = AtomicBool::new(false);

/// Takes the line away, if it is there: the program ends while it is shown.
pub fn take_away() {
    if STANDS.load(Relaxed) {
        write(TAKEN_AWAY);
    }
}

/// How far a scan is. Shared by the workers.
pub struct Progress {
    total: AtomicU64,
    items: AtomicU64,
    bytes: AtomicU64,
    /// Bytes of packs: all that are to be read, and those that were.
    packed: AtomicU64,
    unpacked: AtomicU64,
    shown: AtomicBool,
    doing: Mutex<&'static str>,
    done: Mutex<bool>,
    finished: Condvar,
}

impl Progress {
    pub fn new(total: usize) -> Self {
        Self {
            total: AtomicU64::new(total as u64),
            items: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            packed: AtomicU64::new(0),
            unpacked: AtomicU64::new(0),
            shown: AtomicBool::new(false),
            doing: Mutex::new("scanning"),
            done: Mutex::new(false),
            finished: Condvar::new(),
        }
    }

    /// Whether anyone looks, so that what only progress needs may be left out.
    pub fn is_shown(&self) -> bool {
        self.shown.load(Relaxed)
    }

    /// Counts what is found to be done only now.
    pub fn expect(&self, items: usize) {
        self.total.fetch_add(items as u64, Relaxed);
    }

    /// Says how many bytes of packs there are to read.
    pub fn expect_packed(&self, bytes: u64) {
        self.packed.fetch_add(bytes, Relaxed);
    }

    /// Says what is done from now on.
    pub fn enter(&self, doing: &'static str) {
        *self.doing.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    /// Counts what a worker has finished.
    pub fn advance(&self, items: u64, bytes: u64) {
        self.items.fetch_add(items, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Counts the bytes that an object takes in its pack.
    pub fn advance_packed(&self, bytes: u64) {
        self.unpacked.fetch_add(bytes, Relaxed);
    }

    /// Runs `work`, and shows progress meanwhile if `wanted`, standard error is a terminal that can, and this is not CI.
    pub fn during<T>(&self, wanted: bool, work: impl FnOnce() -> T) -> T {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        // It cannot take a line back.
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if !wanted || in_ci || is_dumb || !std::io::stderr().is_terminal() {
            return work();
        }
        self.shown.store(true, Relaxed);
        std::thread::scope(|scope| {
            scope.spawn(|| self.show());
            // Also when `work` panics: the line is taken away, and nobody waits for it for ever.
            let _ended = Ended(self);
            work()
        })
    }

    fn show(&self) {
        let begun = Instant::now();
        let mut shown = false;
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        while !*done {
            let waited = self.finished.wait_timeout(done, TICK);
            done = waited.unwrap_or_else(PoisonError::into_inner).0;
            if !*done && begun.elapsed() > PATIENCE {
                shown = true;
                let _whole = interrupt::hold();
                STANDS.store(true, Relaxed);
                write(&format!("{TAKEN_AWAY}{}", self.line(begun.elapsed())));
            }
        }
        if shown {
            let _whole = interrupt::hold();
            write(TAKEN_AWAY);
            STANDS.store(false, Relaxed);
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let total = self.total.load(Relaxed);
        let (items, bytes) = (self.items.load(Relaxed), self.bytes.load(Relaxed));
        let doing = *self.doing.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, all) = match self.packed.load(Relaxed) {
            0 => (items, total),
            packed => (self.unpacked.load(Relaxed), packed),
        };
        let left = match done {
            0 => String::new(),
            _ if done >= all => String::new(),
            _ => {
                let rest = elapsed.as_secs_f64() * (all - done) as f64 / done as f64;
                format!(", {} %, about {rest:.0} s left", done * 100 / all)
            }
        };
        format!("{doing}: {items} of {total} objects, {} MB{left}", bytes / 1_000_000)
    }
}

/// A terminal that does not take the line is no reason to stop.
fn write(text: &str) {
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Ends the showing when it goes out of scope.
struct Ended<'p>(&'p Progress);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        *self.0.done.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.finished.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_by_the_bytes_of_packs() {
        let progress = Progress::new(1000);
        let after = |progress: &Progress| progress.line(Duration::from_secs(10));
        assert_eq!(after(&progress), "scanning: 0 of 1000 objects, 0 MB");
        progress.advance(500, 3_000_000);
        assert_eq!(
            after(&progress),
            "scanning: 500 of 1000 objects, 3 MB, 50 %, about 10 s left"
        );
        progress.expect_packed(100);
        progress.advance_packed(20);
        assert_eq!(
            after(&progress),
            "scanning: 500 of 1000 objects, 3 MB, 20 %, about 40 s left"
        );
        progress.advance_packed(80);
        progress.enter("reading folders and names");
        assert_eq!(after(&progress), "reading folders and names: 500 of 1000 objects, 3 MB");
    }
}
