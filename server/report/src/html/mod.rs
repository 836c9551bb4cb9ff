//! Reports as one file of HTML: no network, no other files, readable in ten years.
//!
//! What the analysis says becomes views (plain data, the words already chosen), which the templates beside this file write
//! down; the long lists go along as JSON, which the script of the page shows page by page. Start reading at [`html_report`].

mod assumptions;
mod assumptions_view;
mod base_view;
mod embedded;
mod finding_view;
mod graph_page;
mod layers;
mod page;
mod scenarios;
mod stack_view;
mod suppressed_view;

use std::sync::Arc;

use foreshock_analysis::{Fix, Snapshot, Stack};
use foreshock_engine::{Availability, AvailabilityOptions, Sweep};
use foreshock_model::Points;

pub(crate) use self::assumptions::{SourceKind, numbers, unknowns};
pub(crate) use self::assumptions_view::{short as short_number, value as number_value};
pub use self::graph_page::html_graph;
pub use self::page::html_report;
pub(crate) use self::suppressed_view::suppressed;
use super::simulation::Played;

/// What a report says of one stack.
pub struct StackMatter {
    /// The stack.
    pub stack: Arc<Stack>,
    /// Its availability in full.
    pub availability: Availability,
    /// Every scenario.
    pub sweep: Sweep,
    /// What was asked for by name.
    pub asked: Vec<Played>,
    /// The proven repairs of each finding, in the order of `stack.findings`; none where none was tried.
    pub fixes: Vec<Option<Vec<Fix>>>,
}

impl StackMatter {
    /// Gathers it. Proves repairs of the findings that cost most, each at the cost of an analysis of the stack, as far as
    /// that is bounded.
    pub fn of(snapshot: &Snapshot, index: usize, stack: &Arc<Stack>, sweep: Sweep, asked: Vec<Played>) -> StackMatter {
        StackMatter::of_unless(snapshot, index, stack, sweep, asked, &|| false)
    }

    /// The same; no further repair is tried when `stop` says so.
    pub fn of_unless(
        snapshot: &Snapshot,
        index: usize,
        stack: &Arc<Stack>,
        sweep: Sweep,
        asked: Vec<Played>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> StackMatter {
        StackMatter {
            stack: stack.clone(),
            availability: stack.availability(&AvailabilityOptions::default()),
            sweep,
            asked,
            fixes: fixes(snapshot, index, stack, stop),
        }
    }

    /// How many findings no repair was tried for.
    pub fn not_tried(&self) -> usize {
        self.fixes.iter().filter(|fixes| fixes.is_none()).count()
    }
}

/// Repairs are tried until so many components have been analysed, all stacks of that size the same: some seconds.
const MOST_COMPONENTS: usize = 10_000;
/// The repairs of so many findings are tried in any case.
const FEWEST_TRIED: usize = 5;

fn fixes(
    snapshot: &Snapshot,
    index: usize,
    stack: &Arc<Stack>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Option<Vec<Fix>>> {
    let tried = (MOST_COMPONENTS / stack.system().components.len().max(1)).max(FEWEST_TRIED);
    let mut order: Vec<usize> = (0..stack.findings.len()).collect();
    let points = |&at: &usize| stack.findings.get(at).map_or(Points::ZERO, |finding| finding.points);
    order.sort_by(|one, other| points(other).total_cmp(&points(one)).then(one.cmp(other)));
    let mut fixes: Vec<Option<Vec<Fix>>> = vec![None; stack.findings.len()];
    for at in order.into_iter().take(tried) {
        if let (Some(slot), Some(finding)) = (fixes.get_mut(at), stack.findings.get(at)) {
            *slot = snapshot.fixes_unless(index, finding, stop);
        }
    }
    fixes
}

/// How a report came about.
pub struct Made {
    /// The command.
    pub command: String,
    /// When, as the user says; none where nobody says, so that the same input gives the same file.
    pub date: Option<String>,
    /// What has to be read first; none for an ordinary report.
    pub notice: Option<String>,
}

impl Made {
    /// By a command, with nothing else to say.
    pub fn by(command: &str) -> Made {
        Made { command: command.to_owned(), date: None, notice: None }
    }
}
