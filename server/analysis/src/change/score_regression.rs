//! A score below that of the base. Found by comparison, not in a stack by itself.

use std::sync::Arc;

use foreshock_model::{Evidence, MinutesPerYear, Points};
use foreshock_text::{FilePath, Place, Span};

use crate::change::cause::Cause;
use crate::findings::rules::{RuleId, severity_of};
use crate::{ChangeForm, Finding, Stack};

const ID: RuleId = RuleId::ScoreRegression;

/// Smaller drops are told nobody; the gate of the command line counts them all.
const SMALLEST: f64 = 0.05;

/// The finding, where there is a drop and the rule is not off. On the line that costs most, if that is known.
pub(crate) fn find(stack: &Stack, cause: Option<&Arc<Cause>>) -> Option<Arc<Finding>> {
    let comparison = stack.comparison()?;
    let Some(points) = comparison.points.filter(|points| *points <= -SMALLEST) else { return broken_chain(stack) };
    let (before, after) = (comparison.score?, comparison.score_after?);
    // What is no longer there can't be underlined.
    let written = cause.filter(|cause| cause.form != ChangeForm::Removed || cause.what != cause.owner);
    let place = written.map(|cause| cause.place.clone()).or_else(|| likely_place(stack))?;
    let block =
        stack.blocks.iter().find(|block| block.extent.file == place.file && block.extent.span.contains(place.span));
    let component_id = match (block, cause) {
        (Some(block), _) => block.component_id.clone(),
        (None, Some(cause)) => cause.owner.as_str().into(),
        (None, None) => stack.root.file_name().unwrap_or_default().into(),
    };
    let base = &comparison.base;
    let most = cause.map(|cause| format!("\nMost of it is this change: {}.", cause.words(base))).unwrap_or_default();
    let mut findings = vec![Arc::new(Finding {
        rule: ID,
        severity: severity_of(ID),
        new: true,
        component: block.map(|block| block.component),
        component_id,
        also: Vec::new(),
        message: format!("The score fell by {:.1} points: {before:.1} at {}, {after:.1} now.{most}", -points, base.id),
        block: block.map_or_else(|| place.clone(), |block| block.header.clone()),
        affected: Vec::new(),
        points: -points,
        minutes_per_year: comparison.minutes_per_year.at_least_zero(),
        scored: true,
        evidence: cause
            .map(|cause| Evidence { place: cause.place.clone(), why: cause.words(base).into() })
            .into_iter()
            .collect(),
        cause: cause.cloned(),
        place,
    })];
    stack.settings().levels.apply(&mut findings);
    findings.pop()
}

/// The finding where no figure of availability is another and yet a time limit or a number of attempts does not go with those beside it
/// any more. On the line of the loudest such finding.
fn broken_chain(stack: &Stack) -> Option<Arc<Finding>> {
    let is_chain = |finding: &&Arc<Finding>| {
        finding.new && matches!(finding.rule, RuleId::TimeoutInversion | RuleId::RetryAmplification)
    };
    let mut chains = stack.findings.iter().filter(is_chain);
    let first = chains.next()?;
    let more = match chains.count() {
        0 => String::new(),
        1 => " One more chain is like it.".to_owned(),
        more => format!(" {more} more chains are like it."),
    };
    let line = first.message.lines().next().unwrap_or_default();
    let base = &stack.comparison()?.base.id;
    let mut findings = vec![Arc::new(Finding {
        rule: ID,
        severity: first.severity.min(severity_of(ID)),
        new: true,
        message: format!(
            "The score is that of {base}, and yet the change breaks a chain of time limits.\n{line}{more}"
        ),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        scored: false,
        ..Finding::clone(first)
    })];
    stack.settings().levels.apply(&mut findings);
    findings.pop()
}

/// Without a known cause: where most is lost that was not lost before, else where the stack begins.
fn likely_place(stack: &Stack) -> Option<Place> {
    let new = stack.findings.iter().filter(|finding| finding.new && finding.rule != ID);
    let most = new.max_by(|one, other| one.points.total_cmp(&other.points)).map(|finding| finding.place.clone());
    let first_block = || stack.blocks.first().map(|block| block.header.clone());
    let beginning = |file: &FilePath| Place::new(file.clone(), Span::empty(0));
    most.or_else(first_block).or_else(|| stack.files.first().map(beginning))
}
