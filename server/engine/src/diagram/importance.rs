//! How much each unit matters to an event (Birnbaum 1969; Fussell 1975; risk achievement and reduction worth).

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

/// The worth of a variable to an event whose probability is `all` and whose derivative by that of the variable is
/// `birnbaum`. `again` computes the event's probability with other ones.
pub(crate) fn worth(
    all: f64,
    birnbaum: f64,
    (variable, probabilities): (u32, &[f64]),
    again: impl Fn(&[f64]) -> f64,
) -> Worth {
    let probability = probabilities.get(variable as usize).copied().unwrap_or(0.0);
    let mut perfect = (all - probability * birnbaum).max(0.0);
    if perfect < TRUSTED_DIFFERENCE * all {
        let mut changed = probabilities.to_vec();
        if let Some(slot) = changed.get_mut(variable as usize) {
            *slot = 0.0;
        }
        perfect = again(&changed);
    }
    let failed = (all + (1.0 - probability) * birnbaum).min(1.0);
    Worth { birnbaum, perfect, failed }
}
