//! The comparison with the base as JSON.

use foreshock_analysis::{Comparison, NewFailure, Readable, Stack};
use foreshock_model::Points;
use serde_json::{Value, json};

/// What a stack is compared with and what came of it; null without a base.
pub fn base_json(stack: &Stack) -> Value {
    let Some(comparison) = stack.comparison() else { return Value::Null };
    let Comparison { base, score, score_after, points, minutes_per_year, before, .. } = comparison;
    json!({
        "rev": &*base.id,
        "words": &*base.words,
        // Both at the entry points of the base; the stack's own score may be another.
        "score": score,
        "score_after": score_after,
        "points": points.map(Points::get),
        "minutes_per_year": minutes_per_year.get(),
        "new": before.is_none(),
        // Ids of what is gone although somebody needs it: the score of after is without it.
        "missing": comparison.missing.iter().map(|id| &**id).collect::<Vec<&str>>(),
        // What only one side can read is no change: the scores leave it out.
        "now_known": readable(&comparison.now_known),
        "no_longer_known": readable(&comparison.no_longer_known),
    })
}

fn readable(list: &[Readable]) -> Value {
    list.iter().map(|readable| json!({"what": readable.what, "why": &*readable.why})).collect()
}

/// The faults that take more away than at the base.
pub fn failures_json(failures: &[NewFailure]) -> Value {
    let one = |failure: &NewFailure| {
        let down: Vec<&str> = failure.down.iter().map(|id| &**id).collect();
        json!({"fault": failure.fault, "loss": failure.loss, "loss_before": failure.loss_before, "down": down})
    };
    failures.iter().map(one).collect()
}
