//! Bounds where a decision diagram grows too large.
//!
//! Every event here is an increasing function of independent units, so that events are associated (Esary, Proschan,
//! Walkup 1967): P(A and B) >= P(A) P(B), and P(A or B) <= 1 - (1 - P(A)) (1 - P(B)).

use crate::diagram::bdd::OverBudget;
use crate::diagram::equations::{Algebra, Cycles};
use crate::layout::contribution::WEIGHT_UNITS;

/// Probabilities not below the truth.
pub(crate) struct Upper;

/// Probabilities not above the truth.
pub(crate) struct Lower;

impl Algebra for Upper {
    type Event = f64;
    const NEVER: f64 = 0.0;
    const ALWAYS: f64 = 1.0;
    const CYCLES: Cycles = Cycles::Merge;

    fn any(&mut self, events: &[f64]) -> Result<f64, OverBudget> {
        Ok(either(events.iter().copied()))
    }

    fn both(&mut self, first: f64, second: f64) -> Result<f64, OverBudget> {
        Ok(first.min(second))
    }

    fn at_least(&mut self, count: u32, events: &[f64]) -> Result<f64, OverBudget> {
        // Markov's inequality on the number of events, and: the count-th largest, if all smaller ones come with it.
        let sum: f64 = events.iter().sum();
        let markov = sum / f64::from(count.max(1));
        let needed_from_rest = {
            let mut sorted = events.to_vec();
            sorted.sort_by(|a, b| b.total_cmp(a));
            // At least `count` events means at least one among all but the count - 1 likeliest.
            either(sorted.into_iter().skip(count.saturating_sub(1) as usize))
        };
        Ok(markov.min(needed_from_rest).min(1.0))
    }

    fn too_heavy(&mut self, events: &[(u64, f64)]) -> Result<f64, OverBudget> {
        let expected: f64 = events.iter().map(|&(weight, p)| weight as f64 / WEIGHT_UNITS * p).sum();
        Ok((expected / 0.5).min(either(events.iter().map(|&(_, p)| p))).min(1.0))
    }
}

impl Algebra for Lower {
    type Event = f64;
    const NEVER: f64 = 0.0;
    const ALWAYS: f64 = 1.0;
    const CYCLES: Cycles = Cycles::IterateFew;

    fn any(&mut self, events: &[f64]) -> Result<f64, OverBudget> {
        Ok(events.iter().copied().fold(0.0, f64::max))
    }

    fn both(&mut self, first: f64, second: f64) -> Result<f64, OverBudget> {
        Ok(first * second)
    }

    fn at_least(&mut self, count: u32, events: &[f64]) -> Result<f64, OverBudget> {
        let mut sorted = events.to_vec();
        sorted.sort_by(|a, b| b.total_cmp(a));
        if (sorted.len() as u64) < u64::from(count) {
            return Ok(0.0);
        }
        Ok(sorted.into_iter().take(count as usize).product())
    }

    fn too_heavy(&mut self, events: &[(u64, f64)]) -> Result<f64, OverBudget> {
        let total: u64 = events.iter().map(|&(weight, _)| weight).sum();
        let all = events.iter().map(|&(_, p)| p).product();
        Ok(if crate::layout::contribution::partials_too_heavy(total) { all } else { 0.0 })
    }
}

/// 1 - prod(1 - p), without losing small p.
fn either(events: impl Iterator<Item = f64>) -> f64 {
    -events.map(|p| (-p).ln_1p()).sum::<f64>().exp_m1()
}
