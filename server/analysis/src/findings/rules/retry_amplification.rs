//! Retries on retries: what fails gets a multiple of its load just then.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_model::{
    ComponentIndex, Dependency, DependencyIndex, DependencyKind, Evidence, MinutesPerYear, Points, System,
};

use super::{Draft, RuleId, severity_of};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::RetryAmplification;

/// Three attempts on each of two levels, the default of most clients: from here on it is a storm.
const STORM: u64 = 9;

/// Levels that are followed upwards; with two attempts on each, more calls than anything counts.
const LONGEST: usize = 64;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    chains(stack.system()).iter().filter_map(|chain| report(stack, chain)).collect()
}

fn retries(dependency: &Dependency) -> bool {
    dependency.attempts > 1 && !dependency.breaker && dependency.kind != DependencyKind::Async && dependency.counts()
}

/// For each callee that nobody's retries go on behind, the chain of retrying dependencies above it with the most attempts.
fn chains(system: &System) -> Vec<Vec<DependencyIndex>> {
    let retrying: Vec<(DependencyIndex, &Dependency)> = (0u32..)
        .map(DependencyIndex)
        .zip(system.dependencies.iter().map(Arc::as_ref))
        .filter(|(_, dependency)| retries(dependency))
        .collect();
    // For each callee the dependency on it with the most attempts: the way up.
    let mut onto: BTreeMap<ComponentIndex, (DependencyIndex, &Dependency)> = BTreeMap::new();
    for &(index, dependency) in &retrying {
        let known = onto.entry(dependency.to).or_insert((index, dependency));
        if dependency.attempts >= known.1.attempts {
            *known = (index, dependency);
        }
    }
    let callers: BTreeSet<ComponentIndex> = retrying.iter().map(|(_, dependency)| dependency.from).collect();
    let mut chains = Vec::new();
    for &(index, last) in retrying.iter().filter(|(_, dependency)| !callers.contains(&dependency.to)) {
        let mut chain = vec![index];
        let mut from = last.from;
        // A circle ends where it would be entered again.
        while let Some(&(above, dependency)) = onto.get(&from).filter(|_| chain.len() < LONGEST) {
            if chain.contains(&above) {
                break;
            }
            chain.push(above);
            from = dependency.from;
        }
        chain.reverse();
        chains.push(chain);
    }
    chains
}

fn report(stack: &Stack, chain: &[DependencyIndex]) -> Option<Finding> {
    let system = stack.system();
    let dependencies: Vec<&Dependency> = chain.iter().filter_map(|index| system.dependency(*index)).collect();
    let attempts = dependencies.iter().fold(1u64, |all, dependency| all.saturating_mul(u64::from(dependency.attempts)));
    if dependencies.len() < 2 || attempts < STORM {
        return None;
    }
    let (first, last) = (dependencies.first()?, dependencies.last()?);
    let levels: Vec<String> =
        dependencies.iter().map(|d| format!("{} tries {} times", stack.id_of(d.from), d.attempts)).collect();
    let evidence = dependencies.iter().filter_map(|dependency| {
        let line = dependency.attempts_line()?;
        let (from, to) = (stack.id_of(dependency.from), stack.id_of(dependency.to));
        let why = format!("{from} calls {to} up to {} times", dependency.attempts);
        Some(Evidence { place: line.place.clone(), why: why.into() })
    });
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: last.from,
        message: format!(
            "{}: when {} fails, one request becomes {attempts} calls.\nThat keeps it down. Retry on one level, or put a circuit breaker between.",
            levels.join(", "),
            stack.id_of(last.to),
        ),
        cause: last.attempts_line().map(|line| line.place.clone()),
        affected: vec![last.to, first.from],
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: evidence.collect(),
    }
    .finish_unscored(stack)
}
