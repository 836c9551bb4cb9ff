//! `foreshock/repairs`: the repairs that gain most in the stacks that read a file, as far as they go together.

use foreshock_analysis::{Finding, Fix, Repair};
use foreshock_report::{Places, repairs_json};
use foreshock_text::FilePath;
use serde::Deserialize;
use serde_json::Value;

use super::{Cancel, Lane, Own, Refusal, Request};
use crate::lsp::from_proto;
use crate::lsp::view::View;

/// So many resources and components may be read again for the repairs of one stack: a second or two of one processor.
const MOST_READ_AGAIN: usize = 20_000;
/// Fewer points gained than this are shown as none.
const FEWEST_POINTS: f64 = 0.05;

#[derive(Deserialize)]
pub(super) struct Repairs {
    #[serde(rename = "uri", deserialize_with = "from_proto::file_at")]
    file: FilePath,
    /// How many at most.
    #[serde(default = "three")]
    most: usize,
}

fn three() -> usize {
    3
}

impl Own for Repairs {
    const METHOD: &'static str = "foreshock/repairs";
}

impl Request for Repairs {
    type Answer = Value;
    const LANE: Lane = Lane::Long;
    const IS_VOID_AFTER_AN_EDIT: bool = true;

    fn answer(&self, view: &View, cancel: &Cancel<'_>) -> Result<Value, Refusal> {
        let snapshot = view.snapshot();
        let stop = || cancel.is_due();
        let stacks = snapshot.stacks.iter().enumerate().filter(|(_, stack)| stack.files.contains(&self.file));
        let mut proven: Vec<(usize, &Finding, Fix)> = Vec::new();
        for (index, stack) in stacks {
            let findings: Vec<&Finding> = stack.findings.iter().map(AsRef::as_ref).collect();
            let fixes = snapshot.fixes_of(index, &findings, MOST_READ_AGAIN, &stop);
            cancel.asked()?;
            let best = findings.into_iter().zip(fixes).filter_map(|(finding, fixes)| {
                let best = fixes?.into_iter().next()?;
                Some((index, finding, best))
            });
            proven.extend(best.filter(|(.., fix)| fix.points.get() >= FEWEST_POINTS));
        }
        proven.sort_by(|(.., one), (.., other)| other.points.total_cmp(&one.points));
        // One edit may repair several findings, and several stacks may read it.
        let mut best: Vec<Repair<'_>> = Vec::new();
        for (stack, finding, fix) in &proven {
            if best.len() < self.most && !best.iter().any(|repair| repair.fix.edits == fix.edits) {
                best.push(Repair { stack: *stack, finding, fix });
            }
        }
        let together = snapshot.fixes_together(&best, &stop).ok_or(Refusal::ContentModified)?;
        let made = together.made.iter().filter_map(|&at| best.get(at)).map(|repair| (repair.finding, repair.fix));
        Ok(repairs_json(&made.collect::<Vec<_>>(), &together.edits, &Places::absolute(snapshot, view.encoding)))
    }
}
