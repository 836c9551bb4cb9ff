//! Two failures at once that take the system down, where each alone does not: what no look at a single resource shows.

use foreshock_engine::{Fault, Pair, Unit, minutes_per_year};
use foreshock_model::{ComponentIndex, Points};

use super::{Draft, RuleId, proof, severity_of, wording};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::HiddenPair;

/// The likeliest ones; everybody has more.
const MOST: usize = 5;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    let mut told: Vec<(ComponentIndex, ComponentIndex)> = Vec::new();
    let mut findings = Vec::new();
    for pair in &stack.assessment.pairs {
        let Some((one, other)) = two_components(stack, pair) else { continue };
        if told.contains(&(one, other)) {
            continue;
        }
        told.push((one, other));
        findings.extend(report(stack, pair, one, other));
        if findings.len() >= MOST {
            break;
        }
    }
    findings
}

/// Two different components, each of which is one unit: that two of several instances can fail is no news, nor that two
/// zones can.
fn two_components(stack: &Stack, pair: &Pair) -> Option<(ComponentIndex, ComponentIndex)> {
    let component = |unit: Unit| match unit {
        Unit::Instance { component, .. } => {
            let instances = stack.system().component(component)?.redundancy.instances.known()?;
            (*instances == 1).then_some(component)
        }
        Unit::Whole(component) | Unit::External(component) => Some(component),
        _ => None,
    };
    let (one, other) = (component(pair.units.0)?, component(pair.units.1)?);
    (one != other).then_some((one, other))
}

fn report(stack: &Stack, pair: &Pair, one: ComponentIndex, other: ComponentIndex) -> Option<Finding> {
    let tops = wording::ids(stack, &pair.tops);
    let faults = [Fault::Component(one), Fault::Component(other)];
    let cascade = stack.cascade(&faults);
    let affected = cascade.effects.iter().map(|effect| effect.component).filter(|index| *index != one);
    let minutes = minutes_per_year(pair.probability);
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: one,
        message: format!(
            "{} and {} back each other up: one may fail, both may not.\nWith both, {} goes down ({}).",
            stack.id_of(one),
            stack.id_of(other),
            wording::some_of(&tops),
            wording::a_year(minutes)
        ),
        cause: None,
        affected: affected.collect(),
        points: Points::ZERO,
        minutes_per_year: minutes,
        evidence: proof(stack, &faults),
    }
    .finish_unscored(stack)
}
