//! Which findings of a stack are not shown, and what became of those who asked for that.

use std::sync::Arc;

use foreshock_model::Evidence;
use foreshock_text::{FilePath, Place, Span};

use super::address::{covers, names_instance};
use super::annotations::Ignore;
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
pub(crate) fn settle(stack: &mut Stack, annotations: &[(FilePath, Arc<Annotations>)], today: Option<Date>) {
    let settings = stack.settings().clone();
    if annotations.is_empty() && settings.ignores.is_empty() {
        return;
    }
    let comments = annotations.iter().flat_map(|(file, annotations)| {
        annotations
            .ignores
            .iter()
            .filter(|ignore| !ignore.directive.broken)
            .map(move |ignore| Asking::Comment(file, ignore))
    });
    let asking: Vec<Asking<'_>> = comments.chain(settings.ignores.iter().map(|entry| Asking::Entry(entry))).collect();
    let (mut shown, mut suppressed) = (Vec::new(), Vec::new());
    let mut hits: Vec<Vec<RuleId>> = vec![Vec::new(); asking.len()];
    for finding in std::mem::take(&mut stack.findings) {
        let mut by = None;
        for (asks, hits) in asking.iter().zip(&mut hits) {
            if asks.names(finding.rule) && asks.is_about(stack, &finding) {
                hits.push(finding.rule);
                if by.is_none() && !asks.is_over(today) {
                    by = Some(asks.suppression());
                }
            }
        }
        match by {
            Some(by) => suppressed.push(Suppressed { finding, by }),
            None => shown.push(finding),
        }
    }
    let all: Vec<&Finding> = shown.iter().chain(suppressed.iter().map(|suppressed| &suppressed.finding)).collect();
    let mut uses = Vec::new();
    for (asks, hits) in asking.iter().zip(&hits) {
        let suppression = asks.suppression();
        for (rule, named) in asks.rules() {
            let outcome = match suppression.until {
                Some(until) if hits.contains(rule) && asks.is_over(today) => Outcome::Over(until),
                _ if hits.contains(rule) => Outcome::Silences,
                _ if settings.levels.is_off(*rule) => Outcome::Off,
                _ => Outcome::Nothing(asks.elsewhere(stack, *rule, &all)),
            };
            let named = Place::new(suppression.place.file.clone(), *named);
            uses.push(IgnoreUse { rule: *rule, named, outcome });
        }
    }
    mention(&mut shown, annotations);
    stack.findings = shown;
    stack.suppressed = suppressed;
    stack.ignore_uses = uses;
    let still: Vec<_> =
        stack.findings.iter().filter(|f| f.rule.as_str() == SINGLE).filter_map(|f| f.component).collect();
    for block in &mut stack.blocks {
        block.ignored = block.single_point && !still.contains(&block.component);
    }
}

const SINGLE: &str = "single-point-of-failure";

/// Who asks for silence.
enum Asking<'a> {
    Comment(&'a FilePath, &'a Ignore),
    Entry(&'a AddressIgnore),
}

impl Asking<'_> {
    fn rules(&self) -> &[(RuleId, Span)] {
        match self {
            Asking::Comment(_, ignore) => &ignore.directive.rules,
            Asking::Entry(entry) => &entry.rules,
        }
    }

    fn names(&self, rule: RuleId) -> bool {
        self.rules().iter().any(|(named, _)| *named == rule)
    }

    fn suppression(&self) -> Suppression {
        match self {
            Asking::Comment(file, Ignore { directive, .. }) => Suppression {
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
            Asking::Comment(_, ignore) => ignore.directive.until,
            Asking::Entry(entry) => entry.until,
        };
        matches!((today, until), (Some(today), Some(until)) if today > until)
    }

    fn is_about(&self, stack: &Stack, finding: &Finding) -> bool {
        let (file, ignore) = match self {
            Asking::Entry(entry) => {
                return entry.address.as_ref().is_none_or(|address| covers(address, &finding.component_id));
            }
            Asking::Comment(file, ignore) => (*file, *ignore),
        };
        let is_within = |place: &Place| place.file == *file && ignore.target.contains(place.span);
        let at = &ignore.directive.at;
        let is_instance = || at.is_empty() || at.iter().any(|written| names_instance(written, &finding.component_id));
        !ignore.target.is_empty()
            && (is_within(&finding.place) || is_within(&finding.block) || is_called_there(stack, finding, &is_within))
            && is_instance()
    }

    /// A finding of the rule in the block around the comment: then it is only in the wrong place.
    fn elsewhere(&self, stack: &Stack, rule: RuleId, findings: &[&Finding]) -> Option<Place> {
        let Asking::Comment(file, ignore) = self else { return None };
        let is_around = |finding: &&&Finding| {
            let component = finding.component.and_then(|component| stack.system().component(component));
            let extent = component.and_then(|component| component.extent.as_ref());
            extent.is_some_and(|extent| extent.file == **file && extent.span.contains(ignore.directive.span))
        };
        let of_rule = findings.iter().filter(|finding| finding.rule == rule && finding.place.file == **file);
        of_rule.filter(|_| ignore.directive.at.is_empty()).find(is_around).map(|finding| finding.place.clone())
    }
}

/// Whether what was found is in a module that is called there, directly or by another module.
fn is_called_there(stack: &Stack, finding: &Finding, is_within: &dyn Fn(&Place) -> bool) -> bool {
    let Some(terraform) = stack.terraform() else { return false };
    let Some(module) = stack.module_of_finding(finding).filter(|module| !module.is_empty()) else { return false };
    terraform.resolved.modules.iter().any(|call| {
        let rest = module.strip_prefix(&*call.address);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) && is_within(&call.block.header_place())
    })
}

/// Says of each finding which comments silence other tools on the same block.
fn mention(findings: &mut [Finding], annotations: &[(FilePath, Arc<Annotations>)]) {
    for finding in findings {
        let of_file = annotations.iter().filter(|(file, _)| *file == finding.block.file);
        let foreign = of_file.flat_map(|(file, annotations)| annotations.foreign.iter().map(move |one| (file, one)));
        let here = foreign.filter(|(_, foreign)| foreign.block.contains(finding.block.span));
        let mentions: Vec<Evidence> = here
            .take(MOST_MENTIONS)
            .map(|(file, foreign)| Evidence {
                place: Place::new(file.clone(), foreign.span),
                why: format!("{} is here, too", foreign.name).into(),
            })
            .collect();
        finding.evidence.extend(mentions);
    }
}
