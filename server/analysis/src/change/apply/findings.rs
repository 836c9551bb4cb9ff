//! What the apply does to what runs, as findings: what restarts or fails over, what is put off, and what is taken away together that
//! stands in for each other. What is replaced is told beside what is deleted (`change/removal`).

use std::sync::Arc;

use foreshock_catalog::{Action, AttributeChange, Disruption, Effect};
use foreshock_model::{Evidence, MinutesPerYear, Points};

use super::{Applied, Apply, Loss};
use crate::findings::rules::{RuleId, severity_of, some_of};
use crate::show::lasting::lasting;
use crate::{Base, Finding, Severity, Stack};

/// The findings of what applying does. `before` is the stack at the base.
pub(crate) fn find(before: &Stack, now: &Stack, apply: &Apply, base: &Base) -> Vec<Arc<Finding>> {
    let search = Search { before, now, apply, base };
    let mut findings: Vec<Arc<Finding>> = Vec::new();
    for (number, one) in apply.changes.iter().enumerate() {
        // Instances that are treated alike are told once.
        let earlier = apply.changes.get(..number).unwrap_or_default();
        if !earlier.iter().any(|other| is_alike(other, one)) {
            findings.extend(search.restarts(one).or_else(|| search.postponed(one)).map(Arc::new));
        }
    }
    findings.extend(search.together().map(Arc::new));
    now.settings().levels.apply(&mut findings);
    findings
}

struct Search<'a> {
    before: &'a Stack,
    now: &'a Stack,
    apply: &'a Apply,
    base: &'a Base,
}

impl Search<'_> {
    /// Of what is changed where it stands and does not answer meanwhile.
    fn restarts(&self, one: &Applied) -> Option<Finding> {
        if one.change.action != Action::Update {
            return None;
        }
        let loss = one.loss.as_ref()?;
        let (attribute, disruption) = one.change.disruption()?;
        let verb = match disruption.effect {
            Effect::Failover => "fails over",
            Effect::BlueGreen => "is switched to a copy",
            Effect::Interruption => "drops connections",
            Effect::ReadOnly => "takes no writes",
            Effect::StopStart => "is stopped and started",
            Effect::Off => "is switched off",
            Effect::DataLoss => "loses data",
            _ => "is restarted",
        };
        let because = self.because(one, &attribute.path);
        let during = match (loss.seconds, disruption.effect) {
            (_, Effect::Off) => String::new(),
            (Some(seconds), _) if seconds.1 > 0.0 => format!(", {}", lasting(seconds)),
            _ => String::new(),
        };
        let alike = self.apply.changes.iter().filter(|other| is_alike(other, one)).count();
        let component = one.component.map(|component| self.now.name_now(&self.before.id_of(component)));
        let what = match (alike, component) {
            (2.., Some(id)) => format!("{alike} instances of {id}: each {verb} when this is applied{because}{during}"),
            _ => format!("{} {verb} when this is applied{because}{during}", one.change.address),
        };
        let severity = severity_of(RuleId::Restarts);
        let severity = match (disruption.effect, loss.is_nobodys()) {
            (Effect::Off | Effect::DataLoss, false) => louder(severity),
            (Effect::Failover | Effect::Interruption | Effect::BlueGreen, _) | (_, true) => quieter(severity),
            _ => severity,
        };
        let message = format!("{what}; {}.{}", self.consequence(loss), said(disruption));
        self.finding(RuleId::Restarts, severity, one, message, Some(disruption))
    }

    /// Of what applying does not do yet.
    fn postponed(&self, one: &Applied) -> Option<Finding> {
        let (attribute, disruption) = one.change.disruption()?;
        if one.change.action != Action::Update || !disruption.effect.is_postponed() {
            return None;
        }
        // Who takes it over says so by itself.
        let is_taken_over = |other: &Applied| {
            let mut attributes = other.change.attributes.iter();
            attributes.any(|attribute| attribute.is_sure && attribute.follows.as_ref() == Some(&one.change.address))
        };
        if self.apply.changes.iter().any(is_taken_over) || self.is_of_tags_only(attribute) {
            return None;
        }
        let until = match disruption.effect {
            Effect::Deferred => "waits for the next maintenance window",
            Effect::NeedsReboot => "waits for a reboot that Terraform does not do",
            _ => "waits until instances are made anew",
        };
        let because = self.because(one, &attribute.path);
        let what = match attribute.follows {
            Some(_) => format!("Applying this changes nothing that runs: {} {until}", one.change.address),
            None => format!("Applying this changes nothing yet: {} of {} {until}", attribute.path, one.change.address),
        };
        let because = if attribute.follows.is_some() { because } else { String::new() };
        let why = match disruption.effect {
            Effect::Deferred if disruption.note.is_empty() => "\napply_immediately is not true.".to_owned(),
            _ => said(disruption),
        };
        let severity = severity_of(RuleId::Postponed);
        self.finding(RuleId::Postponed, severity, one, format!("{what}{because}.{why}"), Some(disruption))
    }

    /// Whether an attribute follows a resource of which nothing but tags are different: what runs misses nothing without them.
    fn is_of_tags_only(&self, attribute: &AttributeChange) -> bool {
        let origin = attribute.follows.as_ref();
        let origin = origin.and_then(|to| self.apply.changes.iter().find(|one| one.change.address == *to));
        let is_tag = |path: &str| path.rsplit('.').next().is_some_and(|last| matches!(last, "tags" | "tags_all"));
        origin.is_some_and(|one| one.change.attributes.iter().all(|attribute| is_tag(&attribute.path)))
    }

    /// Of parts that stand in for each other and go in one apply.
    fn together(&self) -> Option<Finding> {
        let down = &self.apply.down_together;
        if down.is_empty() {
            return None;
        }
        let lost: Vec<&Applied> = self.apply.changes.iter().filter(|one| one.loss.is_some()).collect();
        let first = lost.iter().find(|one| one.place.is_some())?;
        let names: Vec<Arc<str>> = lost.iter().map(|one| one.change.address.clone()).collect();
        let times = lost.iter().filter_map(|one| one.loss.as_ref()?.seconds);
        let longest = times.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)));
        let lasts = longest.map(|seconds| format!(" for {}", lasting(seconds))).unwrap_or_default();
        let message = format!(
            "{} are taken down in one apply; together they take {} down{lasts}, one after the other none of them does.\nApply them in \
             two steps.",
            some_of(&names),
            some_of(&self.named_now(down)),
        );
        let mut finding =
            self.finding(RuleId::ReplacedTogether, severity_of(RuleId::ReplacedTogether), first, message, None)?;
        finding.affected = self.named_now(down);
        finding.evidence = lost
            .iter()
            .filter_map(|one| {
                let why = format!("{} {} in this apply", one.change.address, word(one.change.effect()));
                Some(Evidence { place: one.place.clone()?, why: why.into() })
            })
            .collect();
        Some(finding)
    }

    /// Why it happens, for a person: " (instance_class was db.t3.small)".
    fn because(&self, one: &Applied, path: &str) -> String {
        let Some(attribute) = one.change.attributes.iter().find(|attribute| *attribute.path == *path) else {
            return String::new();
        };
        let base = &self.base.id;
        let path = self.now.path_said(&one.change.address, path);
        match (&attribute.follows, &attribute.was, attribute.place.is_some()) {
            (Some(to), ..) => format!(" ({path} follows {to})"),
            (None, Some(was), _) => format!(" ({path} was {was} at {base})"),
            (None, None, true) => format!(" ({path})"),
            (None, None, false) => format!(" ({path} is no longer written)"),
        }
    }

    /// What follows: "web goes down meanwhile".
    fn consequence(&self, loss: &Loss) -> String {
        let names = |names: &[Arc<str>]| some_of(&self.named_now(names));
        match (loss.down.as_slice(), loss.weaker.as_slice()) {
            ([], []) if loss.reaches_users => "users reach the system through it".to_owned(),
            ([], []) => "nothing in this stack is known to need it".to_owned(),
            ([], [_]) => format!("{} loses something meanwhile", names(&loss.weaker)),
            ([], some) => format!("{} lose something meanwhile", names(some)),
            ([_], _) => format!("{} goes down meanwhile", names(&loss.down)),
            (some, _) => format!("{} go down meanwhile", names(some)),
        }
    }

    fn named_now(&self, names: &[Arc<str>]) -> Vec<Arc<str>> {
        names.iter().map(|name| self.now.name_now(name).into()).collect()
    }

    fn finding(
        &self,
        rule: RuleId,
        severity: Severity,
        one: &Applied,
        message: String,
        disruption: Option<&Disruption>,
    ) -> Option<Finding> {
        let place = one.place.clone()?;
        let component = one.component.map(|component| self.before.id_of(component));
        let component = component.and_then(|id| self.now.system().find(&self.now.name_now(&id)));
        let id: Arc<str> = component.map_or_else(|| one.change.address.clone(), |at| self.now.id_of(at).into());
        let block = component.and_then(|at| self.now.system().component(at)?.place.clone());
        let affected = one.loss.iter().flat_map(|loss| loss.down.iter().chain(&loss.weaker));
        let mut affected = self.named_now(&affected.cloned().collect::<Vec<_>>());
        affected.sort();
        let evidence = disruption.map(|disruption| {
            let unchecked = if disruption.is_checked { "" } else { "; not looked up" };
            Evidence { place: place.clone(), why: format!("by {}{unchecked}", disruption.source).into() }
        });
        Some(Finding {
            rule,
            severity,
            new: true,
            component,
            component_id: id,
            also: Vec::new(),
            message: self.now.said(&one.change.address, &message),
            block: block.unwrap_or_else(|| place.clone()),
            place,
            affected,
            points: Points::ZERO,
            minutes_per_year: MinutesPerYear::ZERO,
            scored: false,
            evidence: evidence.into_iter().collect(),
            cause: None,
        })
    }
}

/// Whether two resources are instances of one component to which the same happens.
fn is_alike(one: &Applied, other: &Applied) -> bool {
    if one.component.is_none() || one.component != other.component || one.place != other.place {
        return false;
    }
    match (one.change.disruption(), other.change.disruption()) {
        (Some((attribute, one)), Some((same, other))) => attribute.path == same.path && one.effect == other.effect,
        (None, None) => true,
        _ => false,
    }
}

impl Loss {
    /// Whether nobody is known to notice.
    fn is_nobodys(&self) -> bool {
        self.down.is_empty() && self.weaker.is_empty() && !self.reaches_users
    }
}

/// What else the table says, as a line of its own.
fn said(disruption: &Disruption) -> String {
    let mut characters = disruption.note.chars();
    match characters.next() {
        Some(first) => format!("\n{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

fn word(effect: &str) -> &'static str {
    match effect {
        "replace" => "is replaced",
        "failover" => "fails over",
        "destroy" => "is destroyed",
        _ => "is restarted",
    }
}

fn louder(severity: Severity) -> Severity {
    match severity {
        Severity::Hint => Severity::Info,
        Severity::Info => Severity::Warning,
        Severity::Warning | Severity::Error => Severity::Error,
    }
}

fn quieter(severity: Severity) -> Severity {
    match severity {
        Severity::Error => Severity::Warning,
        Severity::Warning => Severity::Info,
        Severity::Info | Severity::Hint => Severity::Hint,
    }
}
