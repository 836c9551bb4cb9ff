//! Work in pieces that any number of threads may share: each piece has its own stream of random numbers, and the results
//! are put together in the order of the pieces.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const MOST_THREADS: usize = 16;

/// The result of each piece, in order.
pub(crate) fn each<T: Send>(pieces: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    on_threads(threads, pieces, run)
}

fn on_threads<T: Send>(threads: usize, pieces: u64, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    if threads < 2 || pieces < 2 {
        return (0..pieces).map(run).collect();
    }
    let next = AtomicU64::new(0);
    let results = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= pieces {
                        break;
                    }
                    let result = run(piece);
                    // A thread that panics takes the scope down with it: nobody sees a poisoned lock.
                    if let Ok(mut results) = results.lock() {
                        results.push((piece, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(piece, _)| *piece);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_threads() {
        let expected: Vec<u64> = (0..100).map(|piece| piece * piece).collect();
        for threads in [0, 1, 2, 7] {
            assert_eq!(on_threads(threads, 100, |piece| piece * piece), expected);
        }
    }
}
