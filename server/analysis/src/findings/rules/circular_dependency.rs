//! Components that need each other: they fall together, and neither can start first. And alternatives that need what they
//! are to stand in for.

use foreshock_engine::{CircularDependency, CircularFallback, circular_dependencies};
use foreshock_model::{ComponentIndex, Dependency, DependencyIndex, Evidence, MinutesPerYear, Points};

use super::{Draft, RuleId, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::CircularDependency;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        circular_dependencies(stack.system()).iter().filter_map(|circle| of_circle(stack, circle)).collect();
    findings.extend(stack.frozen().circular_fallbacks().iter().filter_map(|found| of_fallback(stack, found)));
    findings
}

fn of_circle(stack: &Stack, found: &CircularDependency) -> Option<Finding> {
    let of = |indices: &[DependencyIndex]| -> Vec<&Dependency> {
        indices.iter().filter_map(|index| stack.system().dependency(*index)).collect()
    };
    let (circle, broken_without) = (of(&found.circle), of(&found.broken_without));
    let first = circle.first()?.from;
    let names: Vec<String> = circle.iter().map(|d| d.from).chain([first]).map(|index| stack.id_of(index)).collect();
    let evidence = |dependency: &&Dependency| {
        let call = dependency.call()?;
        let (from, to) = (stack.id_of(dependency.from), stack.id_of(dependency.to));
        Some(Evidence { place: call.place.clone(), why: format!("{from} requires {to} ({})", call.why).into() })
    };
    let breaks = broken_by_one(&broken_without);
    let elsewhere = breaks.filter(|breaks| !circle.iter().any(|known| std::ptr::eq(*known, *breaks)));
    let evidence: Vec<Evidence> = circle.iter().chain(&elsewhere).filter_map(evidence).collect();
    let without = breaks.map_or_else(String::new, |breaks| {
        let (from, to) = (stack.id_of(breaks.from), stack.id_of(breaks.to));
        format!(" Without {from} -> {to} the circle is gone.")
    });
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: first,
        message: format!(
            "{} need each other.\nThey fall together, and after that none of them can start first.{without}",
            names.join(" -> ")
        ),
        cause: evidence.first().map(|line| line.place.clone()),
        affected: circle.iter().map(|dependency| dependency.from).filter(|index| *index != first).collect(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence,
    }
    .finish_unscored(stack)
}

/// The dependency without which there is no circle, if one is enough: all that have to go lead from one to one.
fn broken_by_one<'a>(broken_without: &[&'a Dependency]) -> Option<&'a Dependency> {
    let first = *broken_without.first()?;
    let is_the_same = |other: &&Dependency| (other.from, other.to) == (first.from, first.to);
    broken_without.iter().all(is_the_same).then_some(first)
}

fn of_fallback(stack: &Stack, found: &CircularFallback) -> Option<Finding> {
    let system = stack.system();
    let component = system.component(found.component)?;
    let of = |index: &DependencyIndex| system.dependencies.get(index.index());
    let helpless: Vec<ComponentIndex> = found.cannot_help.iter().filter_map(of).map(|d| d.to).collect();
    let lost = wording::ids(stack, &found.once_lost);
    let names = wording::ids(stack, &helpless);
    let evidence = found.cannot_help.iter().filter_map(of).filter_map(|d| d.call().cloned());
    let evidence: Vec<Evidence> = evidence.collect();
    let helpless = wording::some_of(&names);
    let first_line = match names.len() {
        1 => format!("{helpless} is no alternative for {}: it needs it itself.", component.id),
        _ => format!("{helpless} are no alternatives for {}: they need it themselves.", component.id),
    };
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: found.component,
        message: format!(
            "{first_line}\nOnce {} is lost, {} goes down although an alternative is left.",
            wording::some_of(&lost),
            component.id
        ),
        cause: evidence.first().map(|line| line.place.clone()),
        affected: vec![],
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence,
    }
    .finish_unscored(stack)
}
