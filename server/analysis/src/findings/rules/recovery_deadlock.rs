//! A repair that needs what is being repaired.

use foreshock_engine::{RecoveryDeadlock, recovery_deadlocks_in};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points};

use super::{Draft, RuleId, severity_of};
use crate::{Finding, Stack};

const ID: RuleId = RuleId::RecoveryDeadlock;

pub(super) fn find(stack: &Stack) -> Vec<Finding> {
    recovery_deadlocks_in(stack.system(), stack.frozen())
        .iter()
        .filter_map(|deadlock| report(stack, deadlock))
        .collect()
}

fn report(stack: &Stack, deadlock: &RecoveryDeadlock) -> Option<Finding> {
    let circle: Vec<ComponentIndex> = deadlock.circle.iter().map(|step| step.component).collect();
    let first = *circle.first()?;
    let mut steps = Vec::new();
    for (step, next) in deadlock.circle.iter().zip(circle.iter().cycle().skip(1)) {
        let why = if step.to_be_repaired { "is repaired with" } else { "serves only with" };
        steps.push(format!("{} {why} {}", stack.id_of(step.component), stack.id_of(*next)));
    }
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: first,
        message: format!("{}.\nOnce they are down, none of them comes back without another way in.", steps.join(", ")),
        cause: None,
        affected: circle.iter().copied().filter(|index| *index != first).collect(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: Vec::new(),
    }
    .finish_unscored(stack)
}
