//! The rules, one file each. A rule turns what the engine and the catalog know of a stack into findings; its page in
//! `docs/rules` explains it, and its examples there are its tests. Names and severities are data: `rules.toml`.

mod capacity_after_loss;
mod checks;
mod circular_dependency;
mod hidden_pair;
mod no_automatic_failover;
mod no_redundancy;
mod recovery_deadlock;
mod retry_amplification;
mod shared_fate;
mod single_point_of_failure;
mod single_zone;
mod slo_unreachable;
mod timeout_inversion;
mod uneven_zones;
mod wording;

use std::fmt;
use std::sync::OnceLock;

use foreshock_engine::{Cascade, Fault, Health};
use foreshock_model::{ComponentIndex, Evidence};
use foreshock_text::Place;
use serde::Deserialize;

use crate::show::cascade_tree::reason;
use crate::{Finding, Severity, Stack};

/// The code of a rule: `single-point-of-failure`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub(crate) &'static str);

impl RuleId {
    /// The code.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A rule as people see it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The code.
    pub id: RuleId,
    /// One line: what it finds.
    pub title: String,
    /// How loud its findings are.
    pub severity: Severity,
    /// Its page, Markdown.
    pub page: &'static str,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    title: String,
    severity: String,
}

#[derive(Deserialize)]
struct Table {
    rule: Vec<Row>,
}

/// A rule's code with its page.
macro_rules! page {
    ($id:literal) => {
        ($id, include_str!(concat!("../../../../../docs/rules/", $id, ".md")))
    };
}

const PAGES: &[(&str, &str)] = &[
    page!("capacity-after-loss"),
    page!("circular-dependency"),
    page!("dangling-reference"),
    page!("deletion-unprotected"),
    page!("hidden-pair"),
    page!("isolation"),
    page!("no-automatic-failover"),
    page!("no-backup"),
    page!("no-dead-letter-queue"),
    page!("no-health-check"),
    page!("no-load-balancer-health"),
    page!("no-point-in-time-recovery"),
    page!("no-redundancy"),
    page!("no-sla"),
    page!("no-versioning"),
    page!("recovery-deadlock"),
    page!("retry-amplification"),
    page!("score-regression"),
    page!("shared-fate"),
    page!("single-point-of-failure"),
    page!("single-zone"),
    page!("slo-unreachable"),
    page!("spread"),
    page!("timeout-inversion"),
    page!("uneven-zones"),
];

/// Every rule, by code.
pub fn rules() -> &'static [Rule] {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let table: Table =
            toml::from_str(include_str!("../../../data/rules.toml")).unwrap_or(Table { rule: Vec::new() });
        let described = |(id, page): &(&'static str, &'static str)| {
            let row = table.rule.iter().find(|row| row.id == *id);
            let severity = row.map_or(Severity::Info, |row| severity_named(&row.severity));
            let title = row.map_or_else(|| (*id).to_owned(), |row| row.title.clone());
            Rule { id: RuleId(id), title, severity, page }
        };
        PAGES.iter().map(described).collect()
    })
}

/// The rule of that code.
pub fn rule(id: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id.0 == id)
}

fn severity_named(name: &str) -> Severity {
    match name {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "hint" => Severity::Hint,
        _ => Severity::Info,
    }
}

pub(crate) fn severity_of(id: RuleId) -> Severity {
    rule(id.0).map_or(Severity::Info, |rule| rule.severity)
}

/// Runs every rule, loudest findings first, then by points, then by place.
pub(crate) fn find_all(stack: &Stack) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(single_point_of_failure::find(stack));
    findings.extend(no_automatic_failover::find(stack));
    findings.extend(single_zone::find(stack));
    findings.extend(shared_fate::find(stack));
    findings.extend(no_redundancy::find(stack));
    findings.extend(capacity_after_loss::find(stack));
    findings.extend(slo_unreachable::find(stack));
    findings.extend(circular_dependency::find(stack));
    findings.extend(recovery_deadlock::find(stack));
    findings.extend(hidden_pair::find(stack));
    findings.extend(retry_amplification::find(stack));
    findings.extend(timeout_inversion::find(stack));
    findings.extend(uneven_zones::find(stack));
    findings.extend(checks::find(stack));
    sort(&mut findings);
    findings
}

/// Loudest first, then by points, then by place.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        let loudness = other.severity.cmp(&one.severity);
        let points = other.points.total_cmp(&one.points);
        loudness.then(points).then_with(|| (&one.place, &one.component_id).cmp(&(&other.place, &other.component_id)))
    });
}

/// What a rule says of one component; [`Draft::finish`] adds what every finding has.
struct Draft {
    rule: RuleId,
    severity: Severity,
    component: ComponentIndex,
    message: String,
    /// What to underline; the block's header when nothing better is known.
    cause: Option<Place>,
    affected: Vec<ComponentIndex>,
    points: f64,
    minutes_per_year: f64,
    evidence: Vec<Evidence>,
}

impl Draft {
    /// For what the score knows nothing of: a repair need not gain points.
    fn finish_unscored(self, stack: &Stack) -> Option<Finding> {
        self.finish(stack).map(|finding| Finding { scored: false, ..finding })
    }

    /// `None` for a component that no text declares: there is nothing to underline.
    fn finish(self, stack: &Stack) -> Option<Finding> {
        let component = stack.system().component(self.component)?;
        let block = component.place.clone()?;
        Some(Finding {
            rule: self.rule,
            severity: self.severity,
            new: true,
            component: Some(self.component),
            component_id: component.id.as_str().into(),
            message: self.message,
            place: self.cause.unwrap_or_else(|| block.clone()),
            block,
            affected: wording::ids(stack, &self.affected),
            points: self.points.max(0.0),
            minutes_per_year: self.minutes_per_year.max(0.0),
            scored: true,
            evidence: self.evidence,
            cause: None,
        })
    }
}

/// The lines that prove a cascade, in time order: one for each component that falls, with the dependency it fell by.
fn proof(stack: &Stack, faults: &[Fault]) -> Vec<Evidence> {
    /// More are not read by anybody; the hover shows the whole tree.
    const MOST_LINES: usize = 20;
    let system = stack.system();
    let cascade: Cascade = stack.cascade(faults);
    let mut lines: Vec<Evidence> = Vec::new();
    for effect in &cascade.effects {
        let Some(reason) = reason(system, &cascade, effect) else { continue };
        let (Some(from), Some(to)) = (system.component(effect.component), system.component(reason.component)) else {
            continue;
        };
        let health = match effect.health {
            Health::Down => "goes down",
            Health::Overloaded => "is overloaded",
            _ => "is degraded",
        };
        // Of a chain through glue, the last line is the one that names what is needed.
        let Some(evidence) = reason.dependency.evidence.last() else { continue };
        let why = format!("{} {health}: it {} {} ({})", from.id, reason.words, to.id, evidence.why);
        lines.push(Evidence { place: evidence.place.clone(), why: why.into() });
        if lines.len() >= MOST_LINES {
            break;
        }
    }
    lines
}

/// Where the number of instances is written, if it is.
fn instances_place(stack: &Stack, component: ComponentIndex) -> Option<Place> {
    match &stack.system().component(component)?.redundancy.instances_source {
        foreshock_model::Source::Attribute(place) => Some(place.clone()),
        _ => None,
    }
}
