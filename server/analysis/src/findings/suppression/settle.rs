//! Which findings of a stack are not shown, and what became of those who asked for that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_model::Evidence;
use foreshock_text::{FilePath, Place, Span};

use super::address::{covers, names_instance};
use super::annotations::Ignore;
use super::foreign_checks;
use super::{AddressIgnore, Annotations, Date, Suppressed, Suppression};
use crate::{Finding, RuleId, Stack};

/// Mentions of other tools' comments on one finding.
const MOST_MENTIONS: usize = 3;

/// What became of one rule that somebody asked silence for, in one stack.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IgnoreUse {
    /// The rule.
    pub(crate) rule: RuleId,
    /// Where it is named.
    pub(crate) named: Place,
    pub(crate) outcome: Outcome,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// There is such a finding, and it is not shown.
    Silences,
    /// There is such a finding, and the last day is over.
    Over(Date),
    /// There is no such finding. The block around the comment may have one elsewhere.
    Nothing(Option<Place>),
    /// The rule is off here.
    Off,
}

/// Moves what is suppressed out of the findings of a stack, and mentions other tools' comments on the rest. `today` decides
/// what is over; without it nothing is.
pub(crate) fn settle(stack: &mut Stack, annotations: Vec<(FilePath, Arc<Annotations>)>, today: Option<Date>) {
    let settings = stack.settings().clone();
    if annotations.is_empty() && settings.ignores.is_empty() {
        return;
    }
    let asking = askings(stack, &annotations, &settings.ignores);
    let mut by_rule: BTreeMap<RuleId, Vec<usize>> = BTreeMap::new();
    for (index, asks) in asking.iter().enumerate() {
        asks.rules().iter().for_each(|(rule, _)| by_rule.entry(*rule).or_default().push(index));
    }
    let (mut shown, mut suppressed) = (Vec::new(), Vec::new());
    let mut hits: BTreeSet<(usize, RuleId)> = BTreeSet::new();
    for finding in std::mem::take(&mut stack.findings) {
        let mut by = None;
        for &index in by_rule.get(&finding.rule).into_iter().flatten() {
            let Some(asks) = asking.get(index).filter(|asks| asks.is_about(stack, &finding)) else { continue };
            hits.insert((index, finding.rule));
            if by.is_none() && !asks.is_over(today) {
                by = Some(asks.suppression());
            }
        }
        match by {
            Some(by) => suppressed.push(Suppressed { finding, by }),
            None => shown.push(finding),
        }
    }
    let all = shown.iter().chain(suppressed.iter().map(|suppressed| &suppressed.finding));
    let all: Vec<&Finding> = all.map(Arc::as_ref).collect();
    let mut uses = Vec::new();
    for (index, asks) in asking.iter().enumerate() {
        let suppression = asks.suppression();
        for (rule, named) in asks.rules() {
            let hits = hits.contains(&(index, *rule));
            let outcome = match suppression.until {
                Some(until) if hits && asks.is_over(today) => Outcome::Over(until),
                _ if hits => Outcome::Silences,
                _ if settings.levels.is_off(*rule) => Outcome::Off,
                _ => Outcome::Nothing(asks.elsewhere(stack, *rule, &all)),
            };
            let named = Place::new(suppression.place.file.clone(), *named);
            uses.push(IgnoreUse { rule: *rule, named, outcome });
        }
    }
    mention(&mut shown, &annotations);
    stack.findings = shown;
    stack.suppressed = suppressed;
    stack.ignore_uses = uses;
    stack.annotations = annotations;
    let single_points = stack.findings.iter().filter(|finding| finding.is_single_point());
    let still: BTreeSet<_> = single_points.filter_map(|finding| finding.component).collect();
    for block in &mut stack.blocks {
        let ignored = block.single_point && !still.contains(&block.component);
        if block.ignored != ignored {
            Arc::make_mut(block).ignored = ignored;
        }
    }
}

/// Who asks for silence.
enum Asking<'a> {
    /// A comment, and the addresses of the modules that are called at what it is about.
    Comment(&'a FilePath, &'a Ignore, Vec<Arc<str>>),
    Entry(&'a AddressIgnore),
}

/// Everybody who asks for silence in a stack.
fn askings<'a>(
    stack: &Stack,
    annotations: &'a [(FilePath, Arc<Annotations>)],
    entries: &'a [Arc<AddressIgnore>],
) -> Vec<Asking<'a>> {
    let calls = stack.resources().map_or(&[][..], |resources| &resources.modules);
    let mut asking = Vec::new();
    for (file, annotations) in annotations {
        let calls: Vec<_> = calls.iter().filter(|call| call.block.file == *file).collect();
        for ignore in annotations.ignores.iter().filter(|ignore| !ignore.directive.broken) {
            let there = calls.iter().filter(|call| ignore.target.contains(call.block.header));
            asking.push(Asking::Comment(file, ignore, there.map(|call| call.address.clone()).collect()));
        }
    }
    asking.extend(entries.iter().map(|entry| Asking::Entry(entry)));
    asking
}

impl Asking<'_> {
    fn rules(&self) -> &[(RuleId, Span)] {
        match self {
            Asking::Comment(_, ignore, _) => &ignore.directive.rules,
            Asking::Entry(entry) => &entry.rules,
        }
    }

    fn suppression(&self) -> Suppression {
        match self {
            Asking::Comment(file, Ignore { directive, .. }, _) => Suppression {
                place: Place::new((*file).clone(), directive.span),
                reason: directive.reason.as_deref().map(Arc::from),
                until: directive.until,
            },
            Asking::Entry(entry) => {
                Suppression { place: entry.place.clone(), reason: entry.reason.clone(), until: entry.until }
            }
        }
    }

    /// Whether the last day is over: it counts on that day itself.
    fn is_over(&self, today: Option<Date>) -> bool {
        let until = match self {
            Asking::Comment(_, ignore, _) => ignore.directive.until,
            Asking::Entry(entry) => entry.until,
        };
        matches!((today, until), (Some(today), Some(until)) if today > until)
    }

    fn is_about(&self, stack: &Stack, finding: &Finding) -> bool {
        let (file, ignore, calls) = match self {
            Asking::Entry(entry) => {
                return entry.address.as_ref().is_none_or(|address| covers(address, &finding.component_id));
            }
            Asking::Comment(file, ignore, calls) => (*file, *ignore, calls),
        };
        let is_within = |place: &Place| place.file == *file && ignore.target.contains(place.span);
        let at = &ignore.directive.at;
        let is_instance = || at.is_empty() || at.iter().any(|written| names_instance(written, &finding.component_id));
        !ignore.target.is_empty()
            && (is_within(&finding.place) || is_within(&finding.block) || is_in_one_of(stack, finding, calls))
            && is_instance()
    }

    /// A finding of the rule in the block around the comment: then it is only in the wrong place.
    fn elsewhere(&self, stack: &Stack, rule: RuleId, findings: &[&Finding]) -> Option<Place> {
        let Asking::Comment(file, ignore, _) = self else { return None };
        let is_around = |finding: &&&Finding| {
            let component = finding.component.and_then(|component| stack.system().component(component));
            let extent = component.and_then(|component| component.extent.as_ref());
            extent.is_some_and(|extent| extent.file == **file && extent.span.contains(ignore.directive.span))
        };
        let of_rule = findings.iter().filter(|finding| finding.rule == rule && finding.place.file == **file);
        of_rule.filter(|_| ignore.directive.at.is_empty()).find(is_around).map(|finding| finding.place.clone())
    }
}

/// Whether what was found is in one of these modules, directly or in another one that it calls.
fn is_in_one_of(stack: &Stack, finding: &Finding, calls: &[Arc<str>]) -> bool {
    if calls.is_empty() {
        return false;
    }
    let Some(module) = stack.module_of_finding(finding) else { return false };
    let is_in =
        |call: &Arc<str>| module.strip_prefix(&**call).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    calls.iter().any(is_in)
}

/// Says of each finding which comments silence other tools on the same thing.
fn mention(findings: &mut [Arc<Finding>], annotations: &[(FilePath, Arc<Annotations>)]) {
    for finding in findings {
        let of_file = annotations.iter().filter(|(file, _)| *file == finding.block.file);
        let foreign = of_file.flat_map(|(file, annotations)| annotations.foreign.iter().map(move |one| (file, one)));
        let here = foreign.filter(|(_, foreign)| {
            foreign.block.contains(finding.block.span) && foreign_checks::is_about(&foreign.name, finding.rule)
        });
        let mentions: Vec<Evidence> = here
            .take(MOST_MENTIONS)
            .map(|(file, foreign)| Evidence {
                place: Place::new(file.clone(), foreign.span),
                why: format!("{} is here, too", foreign.name).into(),
            })
            .collect();
        if !mentions.is_empty() {
            Arc::make_mut(finding).evidence.extend(mentions);
        }
    }
}
