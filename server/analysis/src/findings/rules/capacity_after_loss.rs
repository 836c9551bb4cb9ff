//! Enough while all are there, too few after one loss: what survives is overloaded.

use foreshock_engine::{Cause, Fault, Health, Unit};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points, ZoneIndex};

use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::findings::scope::Scope;
use crate::{Finding, Stack};

const ID: RuleId = RuleId::CapacityAfterLoss;

pub(super) fn find(stack: &Stack, scope: &Scope) -> Vec<Finding> {
    let loaded = stack.system().iter().filter(|(index, component)| {
        // Nothing that is written as idle can be overloaded by a loss.
        scope.has(*index)
            && component.capacity.movable_utilisation.is_some_and(|load| load > 0.0)
            && component.redundancy.instances.known().is_some_and(|n| *n > component.redundancy.required)
    });
    loaded.filter_map(|(index, _)| report(stack, index)).collect()
}

fn report(stack: &Stack, index: ComponentIndex) -> Option<Finding> {
    let component = stack.system().component(index)?;
    let load = component.capacity.movable_utilisation?;
    let count = *component.redundancy.instances.known()?;
    if stack.cascade(&[]).health(index) >= Health::Overloaded {
        // It is too much already; that is no consequence of a loss.
        return None;
    }
    let is_too_much = |fault: &Fault| {
        let cascade = stack.cascade(std::slice::from_ref(fault));
        let own = cascade.effect(index).filter(|effect| matches!(effect.because, Cause::Fault(_)));
        own.is_some_and(|effect| effect.health >= Health::Overloaded)
    };
    let one = Fault::Instances { component: index, lost: 1 };
    // A zone that leaves too few is single-zone.
    let zone_of = |zone: &ZoneIndex| Fault::Unit(Unit::Zone(*zone));
    let zones = component.redundancy.zones.known().map(Vec::as_slice).unwrap_or_default();
    let (fault, what, left) = if is_too_much(&one) {
        (one, "one instance".to_owned(), count.saturating_sub(1))
    } else {
        let zone = zones.iter().find(|zone| is_too_much(&zone_of(zone)))?;
        let name = &stack.system().zones.get(zone.index())?.name;
        let turns = zones.len().max(1);
        let there = (0..count as usize).filter(|instance| zones.get(instance % turns) == Some(zone)).count() as u32;
        (zone_of(zone), format!("zone {name}"), count.saturating_sub(there))
    };
    let after = load * f64::from(count) / f64::from(left.max(1)) * 100.0;
    let cascade = stack.cascade(std::slice::from_ref(&fault));
    let affected = cascade.effects.iter().map(|effect| effect.component).filter(|other| *other != index);
    let verb = if left == 1 { "runs" } else { "run" };
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: index,
        message: format!(
            "{} runs at {:.0} % on {}.\nWithout {what} the {left} left {verb} at {after:.0} %.",
            component.id,
            load * 100.0,
            wording::instances(component),
        ),
        cause: instances_place(stack, index),
        affected: affected.collect(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: proof(stack, &[fault]),
    }
    .finish_unscored(stack)
}
