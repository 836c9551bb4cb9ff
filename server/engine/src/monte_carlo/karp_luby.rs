//! Rare failures by their cut sets (Karp, Luby, Madras 1989): a minimal cut set is drawn by its probability and fails,
//! the other units are sampled, and the sample counts as one over the number of cut sets that have failed in it. The mean
//! of that, times the sum of the cut sets' probabilities, is the probability that any fails, however small.

use crate::diagram::cut_sets::CutSets;
use crate::monte_carlo::chunks;
use crate::monte_carlo::estimate::{Estimate, PIECE, Sampler, Sampling, Stream, pieces};
use crate::monte_carlo::generator::Generator;
use crate::monte_carlo::interval::wilson;

/// The probability that any of the sets fails. `root` tells apart the random numbers of different roots.
pub(crate) fn estimate(sets: &CutSets, probabilities: &[f64], sampling: &Sampling, root: u32) -> Estimate {
    let drawing = sets.drawing(probabilities);
    let samples = sampling.samples.max(1);
    let sum = drawing.sum();
    let run = |piece: u64| {
        let mut generator = Generator::new(sampling.seed, Stream::CutSets(root).of(piece));
        let mut failed = vec![false; probabilities.len()];
        let mut total = 0.0;
        for _ in 0..(samples - piece * PIECE).min(PIECE) {
            for &variable in drawing.variables() {
                let probability = probabilities.get(variable as usize).copied().unwrap_or(0.0);
                if let Some(slot) = failed.get_mut(variable as usize) {
                    *slot = generator.fraction() < probability;
                }
            }
            drawing.draw(
                || generator.fraction(),
                |variable| {
                    if let Some(slot) = failed.get_mut(variable as usize) {
                        *slot = true;
                    }
                },
            );
            let sets = drawing.failed(|variable| failed.get(variable as usize) == Some(&true));
            total += 1.0 / sets.max(1.0);
        }
        total
    };
    let mean = chunks::each(pieces(samples), run).into_iter().sum::<f64>() / samples as f64;
    let (low, high) = wilson(mean, samples);
    let scaled = |share: f64| (share * sum).min(1.0);
    Estimate { value: scaled(mean), interval: (scaled(low), scaled(high)), samples, sampler: Sampler::KarpLuby }
}
