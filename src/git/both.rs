//! Two things at once, where neither waits for the other.

/// Does both, beside each other if there are two threads for it.
pub fn both<A, B: Send>(threads: usize, one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    if threads < 2 {
        return (one(), other());
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other.join();
        (one, other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_done_on_any_number_of_threads() {
        for threads in 0..3 {
            assert_eq!(both(threads, || 1, || "two"), (1, "two"));
        }
    }
}
