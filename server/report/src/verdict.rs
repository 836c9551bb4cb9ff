//! What a change did to a stack, in one line.

use std::sync::Arc;

use foreshock_analysis::{Comparison, Finding, Readable, RuleId, Severity, Stack};

use super::words::{capped, moved, score};

/// `72 -> 45 (-27): aws_db_instance.orders became a single point of failure`
pub(super) fn verdict(stack: &Stack) -> String {
    match headline(stack) {
        Some(headline) => format!("{}: {headline}", figures(stack, "")),
        None => figures(stack, ""),
    }
}

/// `72 -> 45 (-27)`, with the unit behind the last number.
pub(super) fn figures(stack: &Stack, unit: &str) -> String {
    let own = stack.assessment.score.map(score);
    let Some(comparison) = stack.comparison() else {
        return own.map_or_else(
            || nothing(stack),
            |own| match stack.score_range() {
                Some((low, high)) if high - low > 1.0 => format!("score {own} ({own} to {})", score(high)),
                _ => match capped(stack.assessment.score, stack.assessment.structural_nines) {
                    Some(capped) => format!("score {own}, {capped}"),
                    None => format!("score {own}"),
                },
            },
        );
    };
    match (comparison.score, comparison.score_after, comparison.points) {
        (_, Some(after), Some(points)) if points == 0.0 => format!("{}, 0 points", score(after)),
        (Some(before), Some(after), Some(points)) => {
            format!("{} -> {} ({}{unit})", score(before), score(after), moved(points))
        }
        (None, Some(after), _) => format!("new, score {}", score(after)),
        (Some(before), None, _) => format!("{} -> {}", score(before), nothing(stack)),
        _ => nothing(stack),
    }
}

/// Of a plan or state with the reason.
fn nothing(stack: &Stack) -> String {
    stack.unscored().unwrap_or_else(|| "nothing to score".to_owned())
}

/// What matters most of what the change did; none when it neither brought nor mended anything that is told.
fn headline(stack: &Stack) -> Option<String> {
    let new: Vec<&Finding> = news(stack).collect();
    if let Some(first) = new.first() {
        let others = if new.len() > 1 { format!(", and {} more", new.len() - 1) } else { String::new() };
        return Some(sentence(stack, first) + &others);
    }
    let mended = &stack.comparison()?.mended;
    let first = mended.first()?;
    let others = if mended.len() > 1 { format!(", and {} more mended", mended.len() - 1) } else { String::new() };
    Some(mended_sentence(first) + &others)
}

/// What the change brought, hints left out; that the score fell is told by the figures.
pub(super) fn news(stack: &Stack) -> impl Iterator<Item = &Finding> {
    stack.findings.iter().map(Arc::as_ref).filter(|finding| is_news(finding) && finding.loudness() >= Severity::Info)
}

/// Whether a finding is something new beside the figures.
pub(super) fn is_news(finding: &Finding) -> bool {
    finding.new && !finding.is_score_regression()
}

/// `aws_db_instance.orders became a single point of failure`
pub(super) fn sentence(stack: &Stack, finding: &Finding) -> String {
    let component = &finding.component_id;
    if finding.is_single_point() {
        return match stack.comparison().map(|comparison| was_there(stack, comparison, component)) {
            None => format!("{component} is a single point of failure"),
            Some(true) => format!("{component} became a single point of failure"),
            Some(false) => format!("{component} is new, and a single point of failure"),
        };
    }
    first_line(&finding.message)
}

/// `aws_db_instance.orders is no single point of failure any more`
pub(super) fn mended_sentence(finding: &Finding) -> String {
    match finding.rule {
        RuleId::SinglePointOfFailure => format!("{} is no single point of failure any more", finding.component_id),
        rule => format!("{}: {rule} is mended", finding.component_id),
    }
}

fn was_there(stack: &Stack, comparison: &Comparison, component: &str) -> bool {
    let Some(before) = &comparison.before else { return false };
    before.system().iter().any(|(_, other)| stack.name_now(other.id.as_str()) == component)
}

/// A message without its second line and its full stop.
pub(super) fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// What only one side of the comparison can read, in a sentence for each side.
pub(super) fn readable_words(comparison: &Comparison) -> Vec<String> {
    let base = &comparison.base.id;
    let sides = [
        (format!("now known, was unknown at {base}"), &comparison.now_known),
        (format!("no longer known, was known at {base}"), &comparison.no_longer_known),
    ];
    let told = sides.into_iter().filter(|(_, list)| !list.is_empty());
    told.map(|(words, list)| format!("{words}: {}", some_of(list))).collect()
}

fn some_of(list: &[Readable]) -> String {
    const SHOWN: usize = 4;
    let shown = list.iter().take(SHOWN).map(|readable| readable.what.as_str()).collect::<Vec<_>>().join(", ");
    match list.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Why the stack's own score is another than the one that is compared.
pub(super) fn own_score_words(comparison: &Comparison) -> &'static str {
    match (comparison.missing.is_empty(), comparison.holds_back()) {
        (false, _) => "Of what is left by itself it is",
        (true, true) => "With what only one side knows it is",
        (true, false) => "At its own entry points, which are others now, it is",
    }
}
