//! Ending early: what Ctrl-C and SIGTERM may not cut in two.
//!
//! A file that is written whole or not at all is written under [`hold`]; a first signal waits for it, so that neither
//! half a report nor a draft is left behind. A second one waits for nothing. It knows nothing of what is running.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

static WHOLE: RwLock<()> = RwLock::new(());

/// While it lives, a first signal waits. Not to be taken twice by one thread.
#[must_use]
pub struct Held(#[expect(dead_code, reason = "it is held, and nothing else")] RwLockReadGuard<'static, ()>);

/// Keeps a first signal from ending the program until the guard is gone.
pub fn hold() -> Held {
    Held(WHOLE.read().unwrap_or_else(PoisonError::into_inner))
}

/// From now on runs `end` at the first SIGINT or SIGTERM, once nothing is held any more, with the exit code that tells
/// of it: 130 or 143. `end` does not return. A second signal ends the program where it stands.
#[cfg(unix)]
pub fn watch(end: impl FnOnce(u8) + Send + 'static) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;
    use std::sync::{Arc, atomic::AtomicBool};

    let wait = move || {
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else {
            return;
        };
        let again = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first signal is not the second one.
            let _ = flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&again));
            let _ = flag::register(signal, Arc::clone(&again));
        }
        if let Some(signal) = signals.forever().next() {
            let _nothing_is_being_written = WHOLE.write().unwrap_or_else(PoisonError::into_inner);
            end(u8::try_from(128 + signal).unwrap_or(u8::MAX));
        }
    };
    // Without the thread signals do what they do anyway.
    let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

#[cfg(not(unix))]
pub fn watch(_: impl FnOnce(u8) + Send + 'static) {}
