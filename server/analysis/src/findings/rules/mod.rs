//! The rules, one file each. A rule turns what the engine and the catalog know of a stack into findings; its page in
//! `docs/rules` explains it, and its examples there are its tests. Its title and how loud it is are data:
//! `server/analysis/data/rules.toml`. [`RuleId`] and the table of who finds what are made from the list below.

#[macro_use]
mod table;

mod capacity_after_loss;
mod checks;
mod circular_dependency;
mod hidden_pair;
mod no_automatic_failover;
mod no_redundancy;
mod recovery_deadlock;
mod recovery_unreachable;
mod retry_amplification;
mod shared_fate;
mod single_point_of_failure;
mod single_zone;
mod slo_unreachable;
mod timeout_inversion;
mod uneven_zones;
mod wording;

use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, OnceLock};

use foreshock_catalog::Assembled;
use foreshock_engine::{Cascade, Fault, Health, SinglePoint};
use foreshock_model::{ComponentIndex, Evidence, MinutesPerYear, Points};
use foreshock_text::Place;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use tracing::debug_span;

use self::FoundBy::{Checks, Comparison, Looking, LookingAtEach};
pub(crate) use self::wording::some_of;
use crate::findings::called;
use crate::findings::found::Found;
use crate::findings::scope::{Difference, Scope};
use crate::show::cascade_tree::reason;
use crate::{Finding, Severity, Stack};

// One line for each rule, in the order in which they are told where they are equally loud at the same place.
rules! {
    SinglePointOfFailure "single-point-of-failure" LookingAtEach(single_point_of_failure::find),
    NoAutomaticFailover "no-automatic-failover" LookingAtEach(no_automatic_failover::find),
    SingleZone "single-zone" Looking(single_zone::find),
    SharedFate "shared-fate" Looking(shared_fate::find),
    NoRedundancy "no-redundancy" LookingAtEach(no_redundancy::find),
    CapacityAfterLoss "capacity-after-loss" LookingAtEach(capacity_after_loss::find),
    SloUnreachable "slo-unreachable" Looking(slo_unreachable::find),
    RecoveryUnreachable "recovery-unreachable" Looking(recovery_unreachable::find),
    CircularDependency "circular-dependency" Looking(circular_dependency::find),
    RecoveryDeadlock "recovery-deadlock" Looking(recovery_deadlock::find),
    HiddenPair "hidden-pair" Looking(hidden_pair::find),
    RetryAmplification "retry-amplification" Looking(retry_amplification::find),
    TimeoutInversion "timeout-inversion" Looking(timeout_inversion::find),
    UnevenZones "uneven-zones" LookingAtEach(uneven_zones::find),
    ScoreRegression "score-regression" Comparison,
    DeletesStateful "deletes-stateful" Comparison,
    DeletesServing "deletes-serving" Comparison,
    ReplacesStateful "replaces-stateful" Comparison,
    ReplacesServing "replaces-serving" Comparison,
    ReplacedTogether "replaced-together" Comparison,
    Restarts "restarts" Comparison,
    Postponed "postponed" Comparison,
    DanglingReference "dangling-reference" Checks,
    DeletionUnprotected "deletion-unprotected" Checks,
    DeployTakesDown "deploy-takes-down" Checks,
    DisruptionBudget "disruption-budget" Checks,
    FixedCapacity "fixed-capacity" Checks,
    Isolation "isolation" Checks,
    Maintenance "maintenance" Checks,
    NoBackup "no-backup" Checks,
    NoDeadLetterQueue "no-dead-letter-queue" Checks,
    NoFinalSnapshot "no-final-snapshot" Checks,
    NoHealthCheck "no-health-check" Checks,
    NoLoadBalancerHealth "no-load-balancer-health" Checks,
    NoPointInTimeRecovery "no-point-in-time-recovery" Checks,
    NoReadinessCheck "no-readiness-check" Checks,
    NoRegionCopy "no-region-copy" Checks,
    NoRetry "no-retry" Checks,
    NoSla "no-sla" Checks,
    NoVersioning "no-versioning" Checks,
    NobodyIsTold "nobody-is-told" Checks,
    ReplicaBounds "replica-bounds" Checks,
    RestartPolicy "restart-policy" Checks,
    Retired "retired" Checks,
    ShortBackups "short-backups" Checks,
    Spread "spread" Checks,
}

/// Who finds what a rule says. Checks of the catalog may name any rule.
#[derive(Clone, Copy)]
enum FoundBy {
    /// A look at one stack.
    Looking(fn(&Stack) -> Vec<Finding>),
    /// A look at each component of a stack. What it says of one follows from what falls with that, from what a single point
    /// costs, and from what declares it.
    LookingAtEach(fn(&Stack, &Scope) -> Vec<Finding>),
    /// Checks of the catalog alone.
    Checks,
    /// A comparison with the base (`server/analysis/src/change`).
    Comparison,
}

/// A line of the list above.
#[derive(Clone, Copy)]
struct RuleDef {
    id: RuleId,
    page: &'static str,
    found_by: FoundBy,
}

/// By code.
impl Ord for RuleId {
    fn cmp(&self, other: &RuleId) -> std::cmp::Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for RuleId {
    fn partial_cmp(&self, other: &RuleId) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    title: String,
    severity: Severity,
}

#[derive(Deserialize)]
struct Table {
    rule: Vec<Row>,
}

/// The rows of `rules.toml`. That there is one for each rule is tested.
fn table() -> Result<Table, toml::de::Error> {
    toml::from_str(include_str!("../../../data/rules.toml"))
}

/// Every rule, by code.
pub fn rules() -> &'static [Rule] {
    static ALL: OnceLock<Vec<Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let rows = table().map(|table| table.rule).unwrap_or_default();
        let described = |def: &RuleDef| {
            let row = rows.iter().find(|row| row.id == def.id.as_str())?;
            Some(Rule { id: def.id, title: row.title.clone(), severity: row.severity, page: def.page })
        };
        let mut all: Vec<Rule> = RULES.iter().filter_map(described).collect();
        all.sort_by_key(|rule| rule.id);
        all
    })
}

/// The rule of that code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.id.as_str() == code)
}

pub(crate) fn severity_of(id: RuleId) -> Severity {
    rules().iter().find(|rule| rule.id == id).map_or(Severity::Info, |rule| rule.severity)
}

/// What every rule finds that is not off. Of what can't be different from another version that is known, what was found there
/// is found again: the same findings.
pub(crate) fn look(stack: &Stack, known: Option<(&Found, &Stack, &Difference)>) -> Found {
    let levels = &stack.settings().levels;
    let raw = by_looking(RULES, stack, known.map(|(found, _, difference)| (found, difference)));
    // The score knows of what was found by looking, whoever tells it.
    let said: FxHashSet<ComponentIndex> = raw
        .iter()
        .filter(|finding| checks::is_of_redundancy(finding.rule))
        .filter_map(|finding| finding.component)
        .collect();
    let looked: Vec<Arc<Finding>> = raw.into_iter().filter(|finding| is_own(stack, finding)).collect();
    let checked = debug_span!("rule", code = "checks of the catalog").in_scope(|| match known {
        Some((found, before, difference)) => checks::again(stack, found, before, difference),
        None => checks::find(stack),
    });
    let is_news = |finding: &&Arc<Finding>| {
        let is_said = finding.component.is_some_and(|component| said.contains(&component));
        !(levels.is_off(finding.rule) || is_said && checks::is_of_redundancy(finding.rule))
    };
    let now = looked.iter().chain(checked.iter().flatten().filter(is_news)).cloned();
    let told = match known {
        Some((found, ..)) => sorted_like(&found.told, now),
        None => {
            let mut told: Vec<Arc<Finding>> = now.collect();
            sort(&mut told);
            told
        }
    };
    Found { looked, checked, told, blocks: Vec::new() }
}

/// Findings in their order, given that of others, most of which are the very same: only the rest has to be put in its place.
fn sorted_like(before: &[Arc<Finding>], now: impl Iterator<Item = Arc<Finding>>) -> Vec<Arc<Finding>> {
    let mut known: FxHashMap<*const Finding, bool> =
        before.iter().map(|finding| (Arc::as_ptr(finding), false)).collect();
    let mut fresh: Vec<Arc<Finding>> = Vec::new();
    for finding in now {
        match known.get_mut(&Arc::as_ptr(&finding)) {
            // What is there twice stands twice.
            Some(stays) if !*stays => *stays = true,
            _ => fresh.push(finding),
        }
    }
    sort(&mut fresh);
    let stays = before.iter().filter(|finding| known.get(&Arc::as_ptr(finding)) == Some(&true)).cloned();
    merged(stays, fresh, order)
}

/// Two sorted lists as one.
pub(crate) fn merged<T>(one: impl Iterator<Item = T>, other: Vec<T>, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut all = Vec::with_capacity(one.size_hint().1.unwrap_or_default() + other.len());
    let mut other = other.into_iter().peekable();
    for next in one {
        while let Some(earlier) = other.next_if(|earlier| order(earlier, &next).is_lt()) {
            all.push(earlier);
        }
        all.push(next);
    }
    all.extend(other);
    all
}

/// What the rules of a table find by looking. What a rule costs is the time of its span.
fn by_looking(rules: &[RuleDef], stack: &Stack, known: Option<(&Found, &Difference)>) -> Vec<Arc<Finding>> {
    let scope = known.map_or(Scope::Everything, |(_, difference)| Scope::Only(difference.components.clone()));
    let levels = &stack.settings().levels;
    let points = known.filter(|(_, difference)| difference.prices).map(|_| single_points(stack));
    let mut kept: FxHashMap<RuleId, Vec<&Arc<Finding>>> = FxHashMap::default();
    for finding in known.iter().flat_map(|(found, _)| &found.looked) {
        if finding.component.is_some_and(|component| !scope.has(component)) {
            kept.entry(finding.rule).or_default().push(finding);
        }
    }
    let mut raw: Vec<Arc<Finding>> = Vec::new();
    for rule in rules.iter().filter(|rule| !levels.is_off(rule.id)) {
        let found = match rule.found_by {
            Looking(find) => debug_span!("rule", code = rule.id.as_str()).in_scope(|| find(stack)),
            LookingAtEach(find) => {
                let kept = kept.remove(&rule.id).unwrap_or_default();
                raw.extend(kept.into_iter().map(|finding| priced(finding, points.as_ref())));
                debug_span!("rule", code = rule.id.as_str()).in_scope(|| find(stack, &scope))
            }
            Checks | Comparison => continue,
        };
        raw.extend(found.into_iter().map(|finding| as_told(stack, finding)));
    }
    raw
}

/// Of a system that several stacks make up, each tells what is its own.
fn is_own(stack: &Stack, finding: &Finding) -> bool {
    if stack.is_whole() {
        return true;
    }
    match stack.module_of_finding(finding) {
        Some(module) => stack.is_own(&module),
        None => stack.is_whole() || stack.files.contains(&finding.place.file),
    }
}

/// A finding as it is told: no alarm of what may not be there, and where its reader can do something about it.
fn as_told(stack: &Stack, mut finding: Finding) -> Arc<Finding> {
    if finding.severity > Severity::Info && may_be_absent(stack, &finding) {
        finding.severity = Severity::Info;
    }
    called::stand_at_the_call(stack, &mut finding);
    Arc::new(finding)
}

/// The single points that are one of a component, by that: each has one at most.
fn single_points(stack: &Stack) -> FxHashMap<ComponentIndex, &SinglePoint> {
    let points = stack.assessment.single_points.iter();
    points.filter_map(|point| Some((point.component?, point))).collect()
}

/// What was found before, with what it costs now.
fn priced(finding: &Arc<Finding>, points: Option<&FxHashMap<ComponentIndex, &SinglePoint>>) -> Arc<Finding> {
    let point = finding.component.and_then(|component| points?.get(&component));
    let Some(point) = point.filter(|_| finding.scored) else { return finding.clone() };
    let (points, minutes_per_year) = (point.points.at_least_zero(), point.minutes_per_year.at_least_zero());
    match points == finding.points && minutes_per_year == finding.minutes_per_year {
        true => finding.clone(),
        false => Arc::new(Finding { points, minutes_per_year, ..(**finding).clone() }),
    }
}

/// What the checks of the catalog see in a version of a stack of which no component says anything else: what was found there
/// by looking is found again.
pub(crate) fn checks_of(assembled: &Assembled, stack: &Stack) -> Vec<Arc<Finding>> {
    // The score knows of what was found by looking.
    let scored = stack.all_findings().filter(|finding| finding.scored);
    checks::of(assembled, &stack.settings().levels, scored)
}

/// Whether it is about something that may not be there at all: then it is no alarm.
fn may_be_absent(stack: &Stack, finding: &Finding) -> bool {
    let component = finding.component.and_then(|index| stack.system().component(index));
    if component.is_some_and(|component| component.may_be_absent.is_some()) {
        return true;
    }
    let instances = stack.resources().map_or(&[] as &[_], |resources| &resources.instances);
    let found = instances.binary_search_by(|instance| instance.address.as_ref().cmp(&finding.component_id));
    found.ok().and_then(|index| instances.get(index)).is_some_and(|instance| instance.may_be_absent.is_some())
}

/// Loudest first, then by points, then by place; what is equal in all of that in the order of the list of rules. Nothing of it
/// depends on the order in which it was found.
pub(crate) fn sort(findings: &mut [Arc<Finding>]) {
    findings.sort_by(order);
}

fn order(one: &Arc<Finding>, other: &Arc<Finding>) -> Ordering {
    let loudness = other.severity.cmp(&one.severity);
    let points = other.points.total_cmp(&one.points);
    let whose = |finding: &Finding| (finding.rule as usize, finding.component);
    loudness
        .then(points)
        .then_with(|| (&one.place, &one.component_id).cmp(&(&other.place, &other.component_id)))
        .then_with(|| whose(one).cmp(&whose(other)).then_with(|| one.message.cmp(&other.message)))
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
    points: Points,
    minutes_per_year: MinutesPerYear,
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
            component_id: component.id.shared(),
            message: self.message,
            place: self.cause.unwrap_or_else(|| block.clone()),
            block,
            affected: wording::ids(stack, &self.affected),
            points: self.points.at_least_zero(),
            minutes_per_year: self.minutes_per_year.at_least_zero(),
            scored: true,
            evidence: self.evidence,
            also: Vec::new(),
            cause: None,
        })
    }
}

/// The lines that prove a cascade, in time order: one for each component that falls, with the dependency it fell by.
fn proof(stack: &Stack, faults: &[Fault]) -> Vec<Evidence> {
    /// More are not read by anybody; the hover shows the whole tree.
    const MOST_LINES: usize = 20;
    if !stack.wants_proof() {
        return Vec::new();
    }
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
        // Of a way through glue, the line that names what is needed.
        let Some(evidence) = reason.dependency.call() else { continue };
        let why = format!("{} {health}: it {} {} ({})", from.id, reason.words, to.id, evidence.why);
        lines.push(Evidence { place: evidence.place.clone(), why: why.into() });
        // How users come in at all is said by the first.
        let is_way_in = stack.declaring_instance(effect.component).is_none() && stack.resources().is_some();
        lines.extend(
            reason.dependency.evidence.split_last().and_then(|(_, rest)| rest.first()).filter(|_| is_way_in).cloned(),
        );
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use foreshock_text::FilePath;

    use super::*;
    use crate::Workspace;

    #[test]
    fn every_rule_has_one_row_and_every_row_is_a_rule() {
        let rows: Vec<String> = table().unwrap().rule.into_iter().map(|row| row.id).collect();
        let rows: BTreeSet<&str> = rows.iter().map(String::as_str).collect();
        let rules: BTreeSet<&str> = RULES.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(rows, rules);
        assert_eq!(rules.len(), RULES.len(), "a rule is listed twice");
        assert_eq!(table().unwrap().rule.len(), RULES.len(), "a row is there twice");
    }

    /// What is found without proof is what is found, and only that.
    #[test]
    fn what_needs_no_proof_is_found_all_the_same() {
        let text = "components:\n  - {id: a, type: web_server, replicas: 2}\n  - {id: b, type: app_server}\n  - {id: c, type: database}\n  \
                    - {id: d, type: cache, replicas: 2}\ndependencies:\n  - {source: a, target: b}\n  - {source: b, target: c}\n  \
                    - {source: a, target: d}\n";
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new("/w/infra.yaml"), text.into());
        let stack = &workspace.snapshot().stacks[0];
        let (proven, unproven) = (look(stack, None).told, look(&(**stack).clone().unproven(), None).told);
        let bare = |finding: &Arc<Finding>| Finding { evidence: Vec::new(), ..(**finding).clone() };
        assert_eq!(proven.iter().map(bare).collect::<Vec<_>>(), unproven.iter().map(bare).collect::<Vec<_>>());
        let lines = |found: &[Arc<Finding>]| found.iter().map(|finding| finding.evidence.len()).sum::<usize>();
        assert!(lines(&proven) > lines(&unproven) && proven.len() >= 2, "{}", lines(&proven));
    }

    #[test]
    fn a_severity_that_is_none_is_an_error() {
        let row =
            |severity: &str| toml::from_str::<Row>(&format!("id = \"a\"\ntitle = \"b\"\nseverity = \"{severity}\""));
        assert!(row("hint").is_ok());
        assert!(row("loud").is_err());
    }

    #[test]
    fn rules_that_are_off_are_not_run() {
        let ran = |configuration: &str| {
            let mut workspace = Workspace::new();
            workspace.set_document(FilePath::new("/rules/main.tf"), "resource \"aws_sqs_queue\" \"q\" {}\n".into());
            workspace.set_document(FilePath::new("/rules/foreshock.toml"), configuration.into());
            let stack = workspace.snapshot().stacks[0].clone();
            let rules = [RuleDef { id: RuleId::Spread, page: "", found_by: Looking(|stack| vec![example(stack)]) }];
            !by_looking(&rules, &stack, None).is_empty()
        };
        assert!(ran(""));
        assert!(!ran("[rules]\nspread = \"off\"\n"));
    }

    fn example(stack: &Stack) -> Finding {
        let place = Place::new(stack.files[0].clone(), Default::default());
        Finding {
            rule: RuleId::Spread,
            severity: Severity::Hint,
            new: true,
            component: None,
            component_id: "a".into(),
            message: String::new(),
            block: place.clone(),
            place,
            affected: Vec::new(),
            points: Points::ZERO,
            minutes_per_year: MinutesPerYear::ZERO,
            scored: false,
            evidence: Vec::new(),
            also: Vec::new(),
            cause: None,
        }
    }
}
