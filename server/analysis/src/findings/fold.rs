//! One finding for what one line of text says of several: a module that is called more than once has its mistake once.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::{Finding, RuleId, Severity, Stack};

/// So many others are named.
const MOST_NAMES: usize = 2;

/// A stack in which findings that stand at one place are one. It is about each of them all the same: whoever compares, accepts
/// or repairs it asks for all.
pub(crate) fn folded(mut stack: Stack) -> Stack {
    if all_stand_alone(&stack.findings) {
        return stack;
    }
    let mut at: BTreeMap<_, usize> = BTreeMap::new();
    let mut kept: Vec<Arc<Finding>> = Vec::with_capacity(stack.findings.len());
    for finding in std::mem::take(&mut stack.findings) {
        let cause = finding.cause.as_ref().map(|cause| Arc::as_ptr(cause) as usize);
        let place = (finding.place.clone(), finding.block.clone());
        let key: (_, _, _, Severity, bool, Option<usize>) =
            (finding.rule, finding.fact(), place, finding.severity, finding.new, cause);
        match at.get(&key).and_then(|&at| kept.get_mut(at)) {
            Some(first) => take_in(Arc::make_mut(first), &finding),
            None => {
                at.insert(key, kept.len());
                kept.push(finding);
            }
        }
    }
    kept.iter_mut().filter(|finding| !finding.also.is_empty()).for_each(|finding| say_so(Arc::make_mut(finding)));
    stack.findings = kept;
    stack
}

/// Whether no two findings of a rule begin at the same place, so that there is nothing to fold.
fn all_stand_alone(findings: &[Arc<Finding>]) -> bool {
    let mut places: FxHashSet<(RuleId, u32, &str)> = FxHashSet::default();
    places.reserve(findings.len());
    let mut all = findings.iter().map(|finding| (finding.rule, &finding.place));
    all.all(|(rule, place)| places.insert((rule, place.span.start, place.file.as_path().as_str())))
}

fn take_in(first: &mut Finding, other: &Finding) {
    first.affected.extend(other.affected.iter().cloned());
    first.affected.sort();
    first.affected.dedup();
    first.also.push(other.component_id.clone());
}

/// Names the others in the first line.
fn say_so(finding: &mut Finding) {
    finding.also.sort();
    let ids: Vec<Arc<str>> = finding.components().cloned().collect();
    finding.affected.retain(|id| !ids.contains(id));
    let names: Vec<&str> = finding.also.iter().map(|id| short(id, &finding.component_id)).collect();
    let shown = match names.as_slice() {
        [front @ .., last] if names.len() <= MOST_NAMES => match front {
            [] => (*last).to_owned(),
            _ => format!("{} and {last}", front.join(", ")),
        },
        _ => {
            let more = names.len() - MOST_NAMES;
            let plural = if more == 1 { "" } else { "s" };
            format!("{} and {more} other{plural}", names.get(..MOST_NAMES).unwrap_or_default().join(", "))
        }
    };
    let (first, rest) = finding.message.split_once('\n').unwrap_or((&finding.message, ""));
    let first = first.trim_end_matches('.');
    let line_break = if rest.is_empty() { "" } else { "\n" };
    finding.message = format!("{first} (and {shown} likewise).{line_break}{rest}");
}

/// What tells an address from another one: without the end that both have, from a dot on.
fn short<'a>(id: &'a str, other: &str) -> &'a str {
    let common = id.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    let end = id.get(id.len() - common..).and_then(|end| end.find('.')).map(|dot| id.len() - common + dot);
    match end.and_then(|end| id.get(..end)) {
        Some(start) if !start.is_empty() => start,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn addresses_are_told_apart_by_what_differs() {
        for (id, other, seen) in [
            ("module.b.aws_s3_bucket.b", "module.a.aws_s3_bucket.b", "module.b"),
            ("module.b[0].aws_s3_bucket.b", "module.a[0].aws_s3_bucket.b", "module.b[0]"),
            ("aws_s3_bucket.b", "aws_s3_bucket.a", "aws_s3_bucket.b"),
            ("module.b.module.x.aws_s3_bucket.b", "module.a.module.x.aws_s3_bucket.b", "module.b"),
        ] {
            assert_eq!(short(id, other), seen);
        }
    }
}
