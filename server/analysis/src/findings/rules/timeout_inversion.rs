//! A caller that gives up before what it calls has given up itself. (Those of single resources are checks of the catalog.)

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::{ComponentIndex, Dependency, DependencyKind, Evidence, MinutesPerYear, Points, Seconds};

use super::{Draft, RuleId, severity_of};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::TimeoutInversion;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let system = stack.system();
    let waits = |dependency: &&Arc<Dependency>| dependency.kind != DependencyKind::Async && dependency.counts();
    // The longest of what each caller may wait for.
    let mut longest: BTreeMap<ComponentIndex, (&Dependency, f64)> = BTreeMap::new();
    for inner in system.dependencies.iter().filter(waits).filter(|inner| !inner.breaker) {
        let Some(wait) = inner.longest_wait().map(Seconds::get) else { continue };
        let known = longest.entry(inner.from).or_insert((inner, wait));
        if wait >= known.1 {
            *known = (inner, wait);
        }
    }
    let mut findings = Vec::new();
    for outer in system.dependencies.iter().filter(waits) {
        let Some(patience) = outer.patience().map(Seconds::get) else { continue };
        let Some(&(inner, wait)) = longest.get(&outer.to) else { continue };
        if wait > patience {
            findings.extend(report(stack, outer, inner, patience, wait));
        }
    }
    findings
}

fn report(stack: &Stack, outer: &Dependency, inner: &Dependency, patience: f64, wait: f64) -> Option<Finding> {
    let (caller, callee, behind) = (stack.id_of(outer.from), stack.id_of(outer.to), stack.id_of(inner.to));
    let is_by_deadline = inner.deadline.is_some() && inner.longest_wait() == inner.deadline;
    let tries = match inner.attempts {
        _ if is_by_deadline => String::new(),
        1 => String::new(),
        attempts => format!(" ({attempts} attempts)"),
    };
    let said = |line: Option<&Evidence>, why: String| Some(Evidence { place: line?.place.clone(), why: why.into() });
    let evidence = [
        said(outer.patience_line(), format!("{caller} gives up after {patience} s")),
        said(inner.wait_line(), format!("{callee} may wait {wait} s for {behind}{tries}")),
    ];
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: outer.from,
        message: format!(
            "{caller} gives up on {callee} after {patience} s, while {callee} may wait {wait} s for {behind}{tries}.\nWhen {behind} is slow, {callee} works on for nobody, and {caller} asks again."
        ),
        cause: outer.patience_line().map(|line| line.place.clone()),
        affected: vec![outer.to],
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: evidence.into_iter().flatten().collect(),
    }
    .finish_unscored(stack)
}
