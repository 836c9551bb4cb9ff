//! One instance, but nothing visible goes down with it: either nothing refers to it, or what does can do without.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_engine::{Effect, Fault, Health};
use foreshock_model::{
    Alternatives, ComponentIndex, Confidence, Dependency, DependencyIndex, MinutesPerYear, Points, System,
};

use super::single_point_of_failure::{can_fail, single_instances, waits_for_a_person};
use super::{Draft, RuleId, instances_place, proof, severity_of, wording};
use crate::findings::scope::Scope;
use crate::{Finding, Stack};

const ID: RuleId = RuleId::NoRedundancy;

pub(super) fn find(stack: &Stack, scope: &Scope) -> Vec<Finding> {
    let louder: BTreeSet<ComponentIndex> = single_instances(stack, scope).map(|(component, _)| component).collect();
    let egress: BTreeSet<ComponentIndex> = stack.egress().iter().map(|egress| egress.component).collect();
    let spared = with_alternatives(stack.system());
    let quiet = stack.system().iter().filter(|(index, component)| {
        let redundancy = &component.redundancy;
        let single = redundancy.instances.known().is_some_and(|n| *n >= 1 && *n <= redundancy.required);
        single
            && scope.has(*index)
            && can_fail(component)
            && !louder.contains(index)
            && !egress.contains(index)
            && !waits_for_a_person(stack, *index)
            && !spared.contains(index)
            && !stack.is_one_per_subnet(*index)
    });
    quiet.filter_map(|(index, _)| report(stack, index)).collect()
}

/// The components for which whoever depends on them has others to turn to: then the group is their redundancy.
fn with_alternatives(system: &System) -> BTreeSet<ComponentIndex> {
    let spare = |group: &&Alternatives| (group.required as usize) < group.members.len();
    let grouped: BTreeSet<DependencyIndex> =
        system.alternatives.iter().filter(spare).flat_map(|group| group.members.iter().copied()).collect();
    let (mut spared, mut alone) = (BTreeSet::new(), BTreeSet::new());
    for (number, dependency) in (0u32..).map(DependencyIndex).zip(&system.dependencies).filter(|(_, it)| it.counts()) {
        let into = if grouped.contains(&number) { &mut spared } else { &mut alone };
        into.insert(dependency.to);
    }
    spared.retain(|index| !alone.contains(index));
    spared
}

fn report(stack: &Stack, index: ComponentIndex) -> Option<Finding> {
    let component = stack.system().component(index)?;
    let cascade = stack.cascade(&[Fault::Component(index)]);
    let falls = |effect: &&Effect| effect.component != index && effect.health == Health::Down;
    if cascade.effects.iter().any(|effect| falls(&effect)) {
        // Something falls with it and users notice nothing: whoever depends on that has others to turn to.
        return None;
    }
    let affected: Vec<ComponentIndex> =
        cascade.effects.iter().map(|effect| effect.component).filter(|other| *other != index).collect();
    let consequence = match affected.as_slice() {
        [] => match wording::ids(stack, &guessed_users(stack.system(), index)).as_slice() {
            [] => "Nothing in this stack is known to depend on it.".to_owned(),
            names => format!("Nothing surely depends on it; {} may.", wording::some_of(names)),
        },
        some => {
            let names = wording::ids(stack, some);
            let verb = if names.len() == 1 { "stays" } else { "stay" };
            format!("When it fails, {} {verb} up, but degraded.", wording::some_of(&names))
        }
    };
    let point = stack.assessment.single_points.iter().find(|point| point.component == Some(index));
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: index,
        message: format!("{} has no redundancy ({}).\n{consequence}", component.id, wording::instances(component)),
        cause: instances_place(stack, index),
        affected,
        points: point.map_or(Points::ZERO, |point| point.points),
        minutes_per_year: point.map_or(MinutesPerYear::ZERO, |point| point.minutes_per_year),
        evidence: proof(stack, &[Fault::Component(index)]),
    }
    .finish(stack)
}

/// Who may depend on it, as far as an access granted or a shared security group tells.
fn guessed_users(system: &System, index: ComponentIndex) -> Vec<ComponentIndex> {
    let guessed = |it: &&Arc<Dependency>| it.to == index && it.confidence == Confidence::Guess;
    let mut users: Vec<ComponentIndex> = system.dependencies.iter().filter(guessed).map(|it| it.from).collect();
    users.dedup();
    users
}
