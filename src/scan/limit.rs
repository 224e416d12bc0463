//! A limit of time for work that cannot be asked to stop: the one who waits goes on without it.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Does the work on a thread of its own. `None` if that takes longer; the thread is then left to itself, for a
/// program that is about to end.
///
/// # Panics
/// As the work does.
pub fn within<T: Send + 'static>(limit: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, wait) = channel();
    let worker = thread::spawn(move || {
        // Nobody waits any more if it took too long.
        let _ = done.send(work());
    });
    match wait.recv_timeout(limit) {
        Ok(result) => Some(result),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => {
            let panic = worker.join().expect_err("what was not sent was not made");
            std::panic::resume_unwind(panic)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_in_time_counts_and_work_too_late_does_not() {
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
        let (_hold, wait) = channel::<()>();
        assert_eq!(within(Duration::from_millis(10), move || wait.recv().is_err()), None);
    }
}
