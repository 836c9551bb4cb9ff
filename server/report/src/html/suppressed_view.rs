//! What is suppressed, as a page lists it.

use foreshock_analysis::{Stack, Suppressed};
use serde::Serialize;

use crate::Places;

/// A finding that somebody asked not to be shown.
#[derive(Serialize)]
pub(crate) struct SuppressedView {
    rule: &'static str,
    component: String,
    message: String,
    reason: Option<String>,
    /// The last day on which that counts.
    until: Option<String>,
    /// Where it is asked for.
    place: String,
}

impl SuppressedView {
    fn of(suppressed: &Suppressed, places: &Places<'_>) -> SuppressedView {
        let Suppressed { finding, by } = suppressed;
        SuppressedView {
            rule: finding.rule.as_str(),
            component: finding.component_id.to_string(),
            message: finding.message.clone(),
            reason: by.reason.as_ref().map(|reason| reason.to_string()),
            until: by.until.as_ref().map(|date| date.to_string()),
            place: places.line(&by.place),
        }
    }
}

/// What is suppressed in a stack, in the order of its findings.
pub(crate) fn suppressed(stack: &Stack, places: &Places<'_>) -> Vec<SuppressedView> {
    stack.suppressed.iter().map(|it| SuppressedView::of(it, places)).collect()
}
