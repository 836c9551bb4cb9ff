//! Plain sampling: every unit fails or not.

use crate::monte_carlo::chunks;
use crate::monte_carlo::estimate::{PIECE, Stream, pieces};
use crate::monte_carlo::generator::Generator;
use crate::monte_carlo::lanes::{Cases, LANES};

/// For each root in how many samples it is DOWN, at least OVERLOADED, or lacks a function.
pub(crate) fn counts(
    cases: &Cases,
    probabilities: &[f64],
    roots: &[u32],
    samples: u64,
    (seed, stream): (u64, Stream),
) -> Vec<[u64; 3]> {
    let run = |piece: u64| {
        let mut generator = Generator::new(seed, stream.of(piece));
        let mut counts = vec![[0u64; 3]; roots.len()];
        let mut left = (samples - piece * PIECE).min(PIECE) as usize;
        let mut words = vec![0u64; probabilities.len()];
        while left > 0 {
            for (word, &probability) in words.iter_mut().zip(probabilities) {
                *word = generator.events(probability);
            }
            let solution = cases.run(&words);
            let counted = if left >= LANES { u64::MAX } else { (1 << left) - 1 };
            for (root, counts) in roots.iter().zip(&mut counts) {
                for (count, word) in counts.iter_mut().zip(solution.at(*root)) {
                    *count += u64::from((word & counted).count_ones());
                }
            }
            left = left.saturating_sub(LANES);
        }
        counts
    };
    let mut sum = vec![[0u64; 3]; roots.len()];
    for counts in chunks::each(pieces(samples), run) {
        for (sum, counts) in sum.iter_mut().zip(counts) {
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    sum
}
