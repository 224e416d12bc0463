//! Progress for people: one line on a terminal that says how far a long scan is. Silent elsewhere.
//!
//! It writes to standard error, never names content, and cleans up after itself.

use std::io::{IsTerminal, Write};
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A scan that is quicker than this needs no progress.
const PATIENCE: Duration = Duration::from_millis(700);
const TICK: Duration = Duration::from_millis(200);

/// How far a scan is. Shared by the workers.
pub struct Progress {
    total: AtomicU64,
    items: AtomicU64,
    bytes: AtomicU64,
    done: Mutex<bool>,
    finished: Condvar,
}

impl Progress {
    pub fn new(total: usize) -> Self {
        Self {
            total: AtomicU64::new(total as u64),
            items: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            done: Mutex::new(false),
            finished: Condvar::new(),
        }
    }

    /// Counts what is found to be done only now.
    pub fn expect(&self, items: usize) {
        self.total.fetch_add(items as u64, Relaxed);
    }

    /// Counts what a worker has finished.
    pub fn advance(&self, items: u64, bytes: u64) {
        self.items.fetch_add(items, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Runs `work`, and shows progress meanwhile if `wanted` and standard error is a terminal.
    pub fn during<T>(&self, wanted: bool, work: impl FnOnce() -> T) -> T {
        if !wanted || !std::io::stderr().is_terminal() {
            return work();
        }
        std::thread::scope(|scope| {
            scope.spawn(|| self.show());
            let result = work();
            *self.done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
            self.finished.notify_all();
            result
        })
    }

    fn show(&self) {
        let begun = Instant::now();
        let mut shown = false;
        let mut done = self.done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while !*done {
            let waited = self.finished.wait_timeout(done, TICK);
            done = waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
            if !*done && begun.elapsed() > PATIENCE {
                shown = true;
                self.write(&format!("\r\x1b[K{}", self.line(begun.elapsed())));
            }
        }
        if shown {
            self.write("\r\x1b[K");
        }
    }

    fn line(&self, elapsed: Duration) -> String {
        let total = self.total.load(Relaxed);
        let (items, bytes) = (self.items.load(Relaxed), self.bytes.load(Relaxed));
        let left = match items {
            0 => String::new(),
            _ => {
                let rest = elapsed.as_secs_f64() * (total.saturating_sub(items)) as f64 / items as f64;
                format!(", about {rest:.0} s left")
            }
        };
        format!("scanning: {items} of {total} items, {} MB{left}", bytes / 1_000_000)
    }

    /// A terminal that does not take the line is no reason to stop.
    fn write(&self, text: &str) {
        let mut stderr = std::io::stderr();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}
