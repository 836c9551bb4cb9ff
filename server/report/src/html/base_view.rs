//! What a page says of the comparison with the base.

use foreshock_analysis::Stack;
use foreshock_model::Points;
use serde::Serialize;

use crate::apply_words::apply_words;
use crate::verdict::readable_words;
use crate::words::{points, yearly};

/// What a change did, where there is a base.
#[derive(Serialize)]
pub(super) struct BaseView {
    /// `3f2a91c`
    id: String,
    /// `merge base with main`
    words: String,
    /// The base has no such stack.
    absent: bool,
    /// `−27 points`
    change: String,
    grade: &'static str,
    /// `72 before, 45 after, 2.3 h a year more`
    scores: String,
    /// What applying the change does to what runs, a line for each resource.
    applied: Vec<String>,
    applied_more: usize,
    mended: Vec<MendedView>,
    failing: Vec<FailingView>,
    failing_more: usize,
}

#[derive(Serialize)]
struct MendedView {
    rule: &'static str,
    component: String,
    message: String,
}

#[derive(Serialize)]
struct FailingView {
    fault: String,
    loss: String,
    loss_before: String,
    down: Vec<String>,
    down_more: usize,
}

/// So many resources to which applying does something.
const MOST_APPLIED: usize = 50;
/// So many single faults that take more away than they did.
const MOST_FAILING: usize = 25;
/// So many components are named that go down now and did not.
const MOST_NAMED: usize = 6;

impl BaseView {
    pub(super) fn of(stack: &Stack) -> Option<BaseView> {
        let comparison = stack.comparison()?;
        let failing = stack.newly_failing();
        let mut applied = apply_words(stack);
        let applied_more = applied.len().saturating_sub(MOST_APPLIED);
        applied.truncate(MOST_APPLIED);
        let readable = readable_words(comparison).join("; ");
        let scores = [
            comparison.score.map(|score| format!("{score:.0} before")),
            comparison.score_after.map(|score| format!("{score:.0} after")),
            yearly(comparison.minutes_per_year.abs()).map(|time| {
                format!("{time} {} without service", if comparison.minutes_per_year > 0.0 { "more" } else { "less" })
            }),
            (!readable.is_empty()).then_some(readable),
        ];
        Some(BaseView {
            id: comparison.base.id.to_string(),
            words: comparison.base.words.to_string(),
            absent: comparison.before.is_none(),
            change: change(comparison.points),
            grade: match comparison.points {
                Some(points) if points < 0.0 => "poor",
                Some(points) if points > 0.0 => "good",
                _ => "",
            },
            scores: scores.into_iter().flatten().collect::<Vec<_>>().join(", "),
            applied,
            applied_more,
            mended: comparison
                .mended
                .iter()
                .map(|finding| MendedView {
                    rule: finding.rule.as_str(),
                    component: finding.component_id.to_string(),
                    message: finding.message.clone(),
                })
                .collect(),
            failing_more: failing.len().saturating_sub(MOST_FAILING),
            failing: failing
                .into_iter()
                .take(MOST_FAILING)
                .map(|failure| FailingView {
                    fault: failure.fault,
                    loss: share(failure.loss),
                    loss_before: share(failure.loss_before),
                    down_more: failure.down.len().saturating_sub(MOST_NAMED),
                    down: failure.down.iter().take(MOST_NAMED).map(|id| id.to_string()).collect(),
                })
                .collect(),
        })
    }
}

/// `−27 points`, `0 points`.
fn change(gained: Option<Points>) -> String {
    match gained {
        None => "not comparable".to_owned(),
        Some(gained) if gained == 0.0 => "0 points".to_owned(),
        Some(gained) if gained.abs() < 0.05 => {
            format!("{} {}", points(gained.abs()), if gained < 0.0 { "lost" } else { "gained" })
        }
        Some(gained) => format!("{}{}", if gained < 0.0 { '−' } else { '+' }, points(gained.abs())),
    }
}

fn share(loss: Option<f64>) -> String {
    loss.map_or_else(|| "–".to_owned(), |loss| format!("{:.0} %", 100.0 * loss))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_has_its_sign() {
        for (points, text) in [
            (None, "not comparable"),
            (Some(0.0), "0 points"),
            (Some(-26.7), "−27 points"),
            (Some(0.34), "+0.3 points"),
            (Some(-0.01), "less than 0.1 points lost"),
        ] {
            assert_eq!(change(points.map(Points::new)), text);
        }
    }
}
