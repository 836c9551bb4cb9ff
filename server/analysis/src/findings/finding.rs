//! A finding: what is wrong, on which line, what follows from it and what proves it.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, Evidence, MinutesPerYear, Points};
use foreshock_text::Place;
use serde::Deserialize;

use crate::{Cause, RuleId};

/// How loud a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Barely visible.
    Hint,
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// Takes the system down.
    Error,
}

impl Severity {
    /// The severity of that name in JSON and settings.
    pub fn named(name: &str) -> Option<Severity> {
        [Severity::Hint, Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|one| one.name() == name)
    }

    /// The name in JSON and settings.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Something found: cause, evidence with a place, consequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule.
    pub rule: RuleId,
    /// How loud.
    pub severity: Severity,
    /// Whether the change introduced it; always true where there is no base.
    pub new: bool,
    /// The component it is about; `None` for what only joins components (a listener, a bucket's settings).
    pub component: Option<ComponentIndex>,
    /// Id of that component, else the address of the resource.
    pub component_id: Arc<str>,
    /// The others that it is about, where one line of text says the same of several (a module that is called more than once).
    pub also: Vec<Arc<str>>,
    /// One or two lines, in the user's own names.
    pub message: String,
    /// What to underline: the attribute that causes it, else the block's header.
    pub place: Place,
    /// The component's block header.
    pub block: Place,
    /// Ids of the components that do not stay healthy, itself left out, sorted.
    pub affected: Vec<Arc<str>>,
    /// Points of the score that are lost by it, >= 0.
    pub points: Points,
    /// Minutes a year that are lost by it, >= 0.
    pub minutes_per_year: MinutesPerYear,
    /// Whether the score knows of it: then a repair has to gain points.
    pub scored: bool,
    /// The cascade path and the facts, in reading order: what falls and the line that proves it.
    pub evidence: Vec<Evidence>,
    /// The change of the text that it comes from, where it is known.
    pub cause: Option<Arc<Cause>>,
}

/// What a finding is known by from one version of the world to the next: its rule, and the component or resource. Moved text
/// and other wording leave it what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingKey {
    /// The rule.
    pub rule: RuleId,
    /// Id of the component, else the address of the resource.
    pub component_id: Arc<str>,
}

impl Finding {
    /// What it is known by.
    pub fn key(&self) -> FindingKey {
        FindingKey { rule: self.rule, component_id: self.component_id.clone() }
    }

    /// Whether both say the same of the same thing.
    pub fn is_same(&self, other: &Finding) -> bool {
        self.rule == other.rule && self.components().any(|id| other.components().any(|other| id == other))
    }

    /// Whether the other is this one still there: not another fact that its rule finds on the same thing.
    pub fn is_still(&self, other: &Finding) -> bool {
        self.is_same(other) && self.fact() == other.fact()
    }

    /// What tells it from other findings of its rule on the same thing, without names and numbers; nothing where its rule finds one
    /// fact only.
    pub(crate) fn fact(&self) -> String {
        if self.scored {
            return String::new();
        }
        let line = self.message.lines().next().unwrap_or_default();
        let alone = line.split(" (and ").next().unwrap_or_default();
        let alone = alone.trim_start_matches(&*self.component_id).trim_end_matches('.');
        alone.chars().filter(|c| !c.is_ascii_digit()).collect()
    }

    /// Whom it is about: ids of components, else addresses of resources.
    pub fn components(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.component_id).chain(&self.also)
    }

    /// Where it is told besides its own line: where somebody promised what it says can't be kept.
    pub fn told_also_at(&self) -> impl Iterator<Item = &Evidence> {
        self.evidence.iter().filter(|_| self.rule == RuleId::RecoveryUnreachable)
    }

    /// Whether what is told of both is the same: everything but what they cost.
    pub(crate) fn tells_the_same(&self, other: &Finding) -> bool {
        let Finding {
            rule,
            severity,
            new,
            component,
            component_id,
            message,
            place,
            block,
            affected,
            points: _,
            minutes_per_year: _,
            scored,
            evidence,
            also,
            cause,
        } = self;
        (rule, severity, new, component, scored)
            == (&other.rule, &other.severity, &other.new, &other.component, &other.scored)
            && (component_id, message, place, block)
                == (&other.component_id, &other.message, &other.place, &other.block)
            && (affected, evidence, also, cause) == (&other.affected, &other.evidence, &other.also, &other.cause)
    }

    /// What each of those is known by.
    pub fn keys(&self) -> impl Iterator<Item = FindingKey> {
        self.components().map(|id| FindingKey { rule: self.rule, component_id: id.clone() })
    }

    /// How loud it is told. What was there before the change is quiet, and never invisible: what takes the system down is still
    /// in the list of problems.
    pub fn loudness(&self) -> Severity {
        match (self.new, self.severity) {
            (true, severity) => severity,
            (false, Severity::Error) => Severity::Info,
            (false, _) => Severity::Hint,
        }
    }

    /// Whether it says that one instance takes the system down.
    pub fn is_single_point(&self) -> bool {
        self.rule == RuleId::SinglePointOfFailure
    }

    /// Whether a repair of it has to gain points. What is on no way from an entry point costs none, and is mended all the same.
    pub(crate) fn moves_the_score(&self) -> bool {
        self.scored && self.points > 0.0
    }

    /// Whether it says that the score fell, and not what is wrong.
    pub fn is_score_regression(&self) -> bool {
        self.rule == RuleId::ScoreRegression
    }

    /// Whether it says what a change takes away, and not what is wrong with what is there.
    pub fn is_removal(&self) -> bool {
        use RuleId::{DeletesServing, DeletesStateful, ReplacesServing, ReplacesStateful};
        matches!(self.rule, DeletesStateful | DeletesServing | ReplacesStateful | ReplacesServing)
    }

    /// Whether it says what applying a change does, and not what is wrong with what is there then.
    pub fn is_of_the_apply(&self) -> bool {
        use RuleId::{Postponed, ReplacedTogether, Restarts};
        self.is_removal() || matches!(self.rule, Restarts | Postponed | ReplacedTogether)
    }
}
