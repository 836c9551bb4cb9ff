//! The availability of every stack with what would raise it: what both renderings are made from.

use std::sync::Arc;

use foreshock_analysis::{Fix, Snapshot, Stack};
use foreshock_engine::{Availability, AvailabilityOptions};

/// The availability of one stack with what its proven fixes save: what each rendering shows.
pub struct AvailabilityReport {
    /// The stack.
    pub stack: Arc<Stack>,
    /// What the engine says.
    pub availability: Availability,
    /// The proven fixes with the id of the component they repair, those that save most first.
    pub fixes: Vec<(Arc<str>, Fix)>,
    /// Findings for which no fix was tried: each costs an analysis, and a large stack takes seconds for one.
    pub not_tried: usize,
    /// How many layers to show.
    pub layers: usize,
}

impl AvailabilityReport {
    /// Every stack of a snapshot. Proves repairs, each at the cost of an analysis of its stack, as far as that is bounded.
    pub fn all(snapshot: &Snapshot, options: &AvailabilityOptions, layers: usize) -> Vec<AvailabilityReport> {
        let of = |(index, stack): (usize, &Arc<Stack>)| AvailabilityReport {
            stack: stack.clone(),
            availability: stack.availability(options),
            fixes: fixes(snapshot, index, stack, tried(stack)),
            not_tried: stack.findings.iter().filter(|finding| finding.scored).count().saturating_sub(tried(stack)),
            layers,
        };
        snapshot.stacks.iter().enumerate().map(of).collect()
    }
}

/// For so many findings, the loudest, a fix is tried: few where an analysis is long.
fn tried(stack: &Stack) -> usize {
    /// Components of all analyses together.
    const MOST_COMPONENTS: usize = 1_000;
    (MOST_COMPONENTS / stack.system().components.len().max(1)).max(1)
}

fn fixes(snapshot: &Snapshot, index: usize, stack: &Stack, tried: usize) -> Vec<(Arc<str>, Fix)> {
    let mut fixes: Vec<(Arc<str>, Fix)> = stack
        .findings
        .iter()
        .filter(|finding| finding.scored)
        .take(tried)
        .flat_map(|finding| snapshot.fixes(index, finding).into_iter().map(|fix| (finding.component_id.clone(), fix)))
        .collect();
    fixes.sort_by(|(_, one), (_, other)| other.minutes_per_year.total_cmp(&one.minutes_per_year));
    // One edit may repair several findings of a component.
    let mut seen: Vec<(Arc<str>, Fix)> = Vec::with_capacity(fixes.len());
    for (component, fix) in fixes {
        if !seen.iter().any(|(known, other)| *known == component && other.edits == fix.edits) {
            seen.push((component, fix));
        }
    }
    seen
}
