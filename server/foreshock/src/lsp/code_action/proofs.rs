//! The proofs that one request makes: bounded, and given up when nobody waits for them any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_analysis::{Finding, Fix};

use crate::lsp::requests::{Cancel, Lane, Refusal};
use crate::lsp::view::View;

/// A proof reads resources and components again, which takes time in proportion: so many for a cursor.
const MOST_FOR_A_CURSOR: usize = 10_000;
/// For a whole file, on demand.
const MOST_FOR_A_FILE: usize = 200_000;
/// Nobody waits longer for what is offered at a cursor.
const TIME_FOR_A_CURSOR: Duration = Duration::from_secs(2);
const TIME_FOR_A_FILE: Duration = Duration::from_secs(10);

/// What a request may still prove.
pub(in crate::lsp) struct Proofs<'a> {
    view: &'a View,
    cancel: &'a Cancel<'a>,
    /// So many resources and components may be read again.
    most: usize,
    begin: Instant,
    /// So long they may take: what one costs hangs on more than on how much is read.
    time: Duration,
}

impl<'a> Proofs<'a> {
    /// As many as the lane has time for.
    pub(in crate::lsp) fn on(lane: Lane, view: &'a View, cancel: &'a Cancel<'a>) -> Proofs<'a> {
        let (most, time) = match lane {
            Lane::Long => (MOST_FOR_A_FILE, TIME_FOR_A_FILE),
            _ => (MOST_FOR_A_CURSOR, TIME_FOR_A_CURSOR),
        };
        Proofs { view, cancel, most, begin: Instant::now(), time }
    }

    /// The proven repairs of each of these findings, best first; those of one stack share analyses where they have nothing to
    /// do with each other. What costs most is tried first. None where the bound is reached, unless they are known already:
    /// asking again goes on where this ended.
    pub(in crate::lsp) fn of_each(&self, findings: &[(usize, &Finding)]) -> Result<Vec<Arc<Vec<Fix>>>, Refusal> {
        let mut fixes = vec![Arc::default(); findings.len()];
        let mut open: BTreeMap<usize, Vec<(usize, &Finding)>> = BTreeMap::new();
        for (place, (slot, (stack, finding))) in fixes.iter_mut().zip(findings).enumerate() {
            match self.view.world.known_fixes(*stack, finding) {
                Some(known) => *slot = known,
                None => open.entry(*stack).or_default().push((place, finding)),
            }
        }
        let most = self.most / open.len().max(1);
        for (stack, mut asked) in open {
            self.cancel.asked()?;
            asked.sort_by(|(_, one), (_, other)| other.points.total_cmp(&one.points));
            let of_stack: Vec<&Finding> = asked.iter().map(|(_, finding)| *finding).collect();
            let proven = self
                .view
                .snapshot()
                .fixes_of(stack, &of_stack, most, &|| self.cancel.is_due() || self.begin.elapsed() >= self.time);
            self.cancel.asked()?;
            for ((place, finding), proven) in asked.into_iter().zip(proven) {
                if let (Some(slot), Some(proven)) = (fixes.get_mut(place), proven) {
                    *slot = self.view.world.remember(stack, finding, proven);
                }
            }
        }
        Ok(fixes)
    }
}
