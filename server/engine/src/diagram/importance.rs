//! How much each unit matters to an event (Birnbaum 1969; Fussell 1975; risk achievement and reduction worth).

use crate::diagram::bdd::{Function, Live};

/// What an event's probability U does when one unit changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Worth {
    /// U with the unit failed minus U with it perfect; the derivative of U by the unit's probability.
    pub(crate) birnbaum: f64,
    /// U with the unit perfect.
    pub(crate) perfect: f64,
    /// U with the unit failed.
    pub(crate) failed: f64,
}

/// Below this share of U the difference of two nearly equal numbers is not trusted: U with the unit perfect is computed
/// by itself.
const TRUSTED_DIFFERENCE: f64 = 0.1;

/// The worth of each variable for one function; `asked` names the variables.
pub(crate) fn worth(live: &Live, function: Function, probabilities: &[f64], asked: &[u32]) -> Vec<Worth> {
    let values = live.probabilities(probabilities);
    let all = live.probability(function, &values);
    let derivatives = live.derivatives(&[(function, 1.0)], probabilities, &values);
    let mut changed = probabilities.to_vec();
    let mut worths = Vec::with_capacity(asked.len());
    for &variable in asked {
        let birnbaum = derivatives.get(variable as usize).copied().unwrap_or(0.0);
        let probability = probabilities.get(variable as usize).copied().unwrap_or(0.0);
        let mut perfect = (all - probability * birnbaum).max(0.0);
        if perfect < TRUSTED_DIFFERENCE * all
            && let Some(slot) = changed.get_mut(variable as usize)
        {
            *slot = 0.0;
            perfect = live.probability(function, &live.probabilities(&changed));
            if let Some(slot) = changed.get_mut(variable as usize) {
                *slot = probability;
            }
        }
        let failed = (all + (1.0 - probability) * birnbaum).min(1.0);
        worths.push(Worth { birnbaum, perfect, failed });
    }
    worths
}
