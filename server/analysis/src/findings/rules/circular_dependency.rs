//! Components that need each other: they fall together, and neither can start first. And alternatives that need what they
//! are to stand in for.

use foreshock_engine::{CircularFallback, circular_dependencies, circular_fallbacks};
use foreshock_model::{ComponentIndex, Dependency, DependencyIndex, Evidence, MinutesPerYear, Points};

use super::{Draft, RuleId, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::CircularDependency;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        circular_dependencies(stack.system()).iter().filter_map(|circle| of_circle(stack, circle)).collect();
    findings.extend(circular_fallbacks(stack.system()).iter().filter_map(|found| of_fallback(stack, found)));
    findings
}

fn of_circle(stack: &Stack, circle: &[DependencyIndex]) -> Option<Finding> {
    let system = stack.system();
    let circle: Vec<&Dependency> = circle.iter().filter_map(|index| system.dependencies.get(index.index())).collect();
    let first = circle.first()?.from;
    let names: Vec<String> = circle.iter().map(|d| d.from).chain([first]).map(|index| stack.id_of(index)).collect();
    let evidence = circle.iter().filter_map(|dependency| {
        let last = dependency.evidence.last()?;
        let (from, to) = (stack.id_of(dependency.from), stack.id_of(dependency.to));
        Some(Evidence { place: last.place.clone(), why: format!("{from} requires {to} ({})", last.why).into() })
    });
    let evidence: Vec<Evidence> = evidence.collect();
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: first,
        message: format!(
            "{} need each other.\nThey fall together, and after that none of them can start first.",
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

fn of_fallback(stack: &Stack, found: &CircularFallback) -> Option<Finding> {
    let system = stack.system();
    let component = system.component(found.component)?;
    let of = |index: &DependencyIndex| system.dependencies.get(index.index());
    let helpless: Vec<ComponentIndex> = found.cannot_help.iter().filter_map(of).map(|d| d.to).collect();
    let lost = wording::ids(stack, &found.once_lost);
    let names = wording::ids(stack, &helpless);
    let evidence = found.cannot_help.iter().filter_map(of).filter_map(|d| d.evidence.last().cloned());
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
