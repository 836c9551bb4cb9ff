//! The proofs that one request makes: bounded, and given up when nobody waits for them any more.

use std::sync::Arc;

use foreshock_analysis::{Finding, Fix};

use crate::lsp::requests::{Cancel, Lane, Refusal};
use crate::lsp::view::View;

/// A proof costs an analysis of its stack for each candidate, and that takes time in proportion to the components, and some
/// in any case: as much as so many components.
const EACH: usize = 100;
/// So many components are analysed for a cursor: some hundred findings of a small stack, a dozen of a large one.
const MOST_FOR_A_CURSOR: usize = 10_000;
/// For a whole file, on demand.
const MOST_FOR_A_FILE: usize = 200_000;

/// What a request may still prove.
pub(in crate::lsp) struct Proofs<'a> {
    view: &'a View,
    cancel: &'a Cancel<'a>,
    /// Components that may be analysed before no further finding is tried.
    left: usize,
}

impl<'a> Proofs<'a> {
    /// As many as the lane has time for.
    pub(in crate::lsp) fn on(lane: Lane, view: &'a View, cancel: &'a Cancel<'a>) -> Proofs<'a> {
        let left = if lane == Lane::Long { MOST_FOR_A_FILE } else { MOST_FOR_A_CURSOR };
        Proofs { view, cancel, left }
    }

    /// The proven repairs of a finding, best first. None where the bound is reached, unless they are known already: asking
    /// again goes on where this ended. The first finding is tried however large its stack is.
    pub(in crate::lsp) fn of(&mut self, stack: usize, finding: &Finding) -> Result<Arc<Vec<Fix>>, Refusal> {
        if let Some(known) = self.view.world.known_fixes(stack, finding) {
            return Ok(known);
        }
        self.cancel.asked()?;
        if self.left == 0 {
            return Ok(Arc::default());
        }
        let components = self.view.snapshot().stacks.get(stack).map_or(0, |stack| stack.system().components.len());
        self.left = self.left.saturating_sub(components + EACH);
        let fixes = self.view.world.fixes(stack, finding, &|| self.cancel.is_due());
        fixes.ok_or(Refusal::ContentModified)
    }

    /// The same for several, in their order. What costs most is tried first: when the bound is reached, the rest is worth
    /// least.
    pub(in crate::lsp) fn of_each(&mut self, findings: &[(usize, &Finding)]) -> Result<Vec<Arc<Vec<Fix>>>, Refusal> {
        let mut order: Vec<(usize, &(usize, &Finding))> = findings.iter().enumerate().collect();
        order.sort_by(|(_, (_, one)), (_, (_, other))| other.points.total_cmp(&one.points));
        let mut fixes = vec![Arc::default(); findings.len()];
        for (place, (stack, finding)) in order {
            if let Some(slot) = fixes.get_mut(place) {
                *slot = self.of(*stack, finding)?;
            }
        }
        Ok(fixes)
    }
}
