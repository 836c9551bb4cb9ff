//! What the rules have to look at: everything, or what a change can have made different from the version before. What they
//! found elsewhere is still so.

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use foreshock_engine::{SinglePoint, Unit};
use foreshock_model::{Capacity, Component, ComponentIndex, System};
use foreshock_resources::{Instance, Resources};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::Stack;
use crate::dialect::Meaning;

/// The components that a rule looks at.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// All of them.
    Everything,
    /// These.
    Only(FixedBitSet),
}

impl Scope {
    /// Whether a component is to be looked at.
    pub(crate) fn has(&self, component: ComponentIndex) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Only(components) => components.contains(component.index()),
        }
    }
}

/// What is different from the version before.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The components of which a rule that looks at them one by one may say something else.
    pub(crate) components: FixedBitSet,
    /// The resource instances that are others, by number.
    pub(crate) instances: FxHashSet<usize>,
    /// Whether what single points cost may be something else.
    pub(crate) prices: bool,
    /// Whether nothing of the system is different.
    pub(crate) same_system: bool,
}

impl Difference {
    /// What of a stack is different from the version before; `None` where that can't be followed: other components, others who
    /// depend on others, other settings.
    pub(crate) fn between(before: &Stack, now: &Stack) -> Option<Difference> {
        let is_comparable = before.kind == now.kind
            && before.root == now.root
            && before.settings().is_same_but_for_promises(now.settings())
            && before.understood().part.is_none()
            && now.understood().part.is_none()
            && !before.is_record()
            && !now.is_record();
        if !is_comparable {
            return None;
        }
        let changed = changed_components(before, now)?;
        let instances = changed_instances(before, now)?;
        let same_system = changed.is_empty()
            && before.promises() == now.promises()
            && Arc::ptr_eq(&before.assessment, &now.assessment);
        let mut components = FixedBitSet::with_capacity(now.system().components.len());
        reached(now.system(), &changed, &mut components);
        let prices =
            !Arc::ptr_eq(&before.assessment, &now.assessment) && single_points_differ(before, now, &mut components);
        // What an instance declares is said of its component, whatever the component is made of.
        if let (false, Some(assembled)) = (instances.is_empty(), now.assembled()) {
            for (number, members) in assembled.members.iter().enumerate() {
                if members.iter().any(|member| instances.contains(member)) {
                    components.insert(number);
                }
            }
        }
        Some(Difference { components, instances, prices, same_system })
    }

    /// Whether there is none.
    pub(crate) fn is_none(&self) -> bool {
        self.same_system && self.components.is_clear() && self.instances.is_empty() && !self.prices
    }
}

/// The components that are not what they were, and those at the ends of dependencies that are not.
fn changed_components(before: &Stack, now: &Stack) -> Option<Vec<ComponentIndex>> {
    let (then, present) = (before.system(), now.system());
    let has_same_shape = then.components.len() == present.components.len()
        && then.dependencies.len() == present.dependencies.len()
        && then.alternatives == present.alternatives
        && then.zones == present.zones
        && then.domains == present.domains
        && then.regions == present.regions
        && then.objectives == present.objectives
        && then.recovery_targets == present.recovery_targets
        && before.egress() == now.egress();
    if !has_same_shape {
        return None;
    }
    let mut changed = Vec::new();
    for (index, (old, new)) in (0..).map(ComponentIndex).zip(then.components.iter().zip(&present.components)) {
        if Arc::ptr_eq(old, new) || old == new {
            continue;
        }
        if old.id != new.id {
            return None;
        }
        changed.push(index);
    }
    for (old, new) in then.dependencies.iter().zip(&present.dependencies) {
        if Arc::ptr_eq(old, new) || old == new {
            continue;
        }
        changed.extend([old.from, old.to, new.from, new.to]);
    }
    // Who is up or down without any fault is looked at by those above it.
    let (at_rest, now_at_rest) = (before.frozen().unwell_at_rest(), now.frozen().unwell_at_rest());
    if at_rest != now_at_rest {
        let other = at_rest.iter().filter(|one| !now_at_rest.contains(one));
        let other = other.chain(now_at_rest.iter().filter(|one| !at_rest.contains(one)));
        let other: FxHashSet<ComponentIndex> = other.map(|(component, _)| *component).collect();
        let above = present.dependencies.iter().filter(|dependency| other.contains(&dependency.to));
        changed.extend(above.map(|dependency| dependency.from));
        changed.extend(other.iter().copied());
    }
    let spreads_with_load = |system: &System| system.components.iter().any(|component| has_load(component));
    // With load a failure is felt below and beside it, not only above.
    if !changed.is_empty() && (spreads_with_load(then) || spreads_with_load(present)) {
        return None;
    }
    changed.sort_unstable();
    changed.dedup();
    Some(changed)
}

fn has_load(component: &Component) -> bool {
    let Capacity { movable_utilisation, resident_utilisation, in_flight, most_in_flight, pool, .. } =
        &component.capacity;
    let loads = [movable_utilisation, resident_utilisation, in_flight, most_in_flight, pool];
    loads.into_iter().any(Option::is_some) || component.capacity.most_requests_per_second.is_some()
}

/// The instances that are not what they were, by number.
fn changed_instances(before: &Stack, now: &Stack) -> Option<FxHashSet<usize>> {
    let (Meaning::Resources { .. }, Meaning::Resources { .. }) =
        (&before.understood().meaning, &now.understood().meaning)
    else {
        return before.resources().is_none().then(FxHashSet::default).filter(|_| now.resources().is_none());
    };
    let (then, present): (&Resources, &Resources) = (before.resources()?, now.resources()?);
    let (old, new) = (before.assembled()?, now.assembled()?);
    if then.instances.len() != present.instances.len() || then.modules != present.modules || old.members != new.members
    {
        return None;
    }
    let mut changed = FxHashSet::default();
    let mut modules: FxHashSet<&Arc<str>> = FxHashSet::default();
    for (number, (old, new)) in then.instances.iter().zip(&present.instances).enumerate() {
        if Arc::ptr_eq(old, new) || old == new {
            continue;
        }
        // How a name is written in full stands in the zone: there one instance is read for another one.
        if old.address != new.address || old.module != new.module || is_of_names(new) || is_of_names(old) {
            return None;
        }
        // What a caller decides stands at the call: it is found by whatever of the module is decided by it.
        if !new.module.is_empty() {
            modules.insert(&new.module);
        }
        changed.insert(number);
    }
    if !modules.is_empty() {
        let of_them = present.instances.iter().enumerate().filter(|(_, instance)| modules.contains(&instance.module));
        changed.extend(of_them.map(|(number, _)| number));
    }
    Some(changed)
}

fn is_of_names(instance: &Instance) -> bool {
    ["record", "zone", "domain"].iter().any(|part| instance.type_name.contains(part))
}

/// Everything whose failure may be felt by one of these: what they depend on, and so on. Others fall without asking them.
fn reached(system: &System, changed: &[ComponentIndex], into: &mut FixedBitSet) {
    if changed.is_empty() {
        return;
    }
    // Dependencies are sorted by who depends.
    let needs = |from: ComponentIndex| {
        let start = system.dependencies.partition_point(|dependency| dependency.from < from);
        system.dependencies.iter().skip(start).take_while(move |dependency| dependency.from == from)
    };
    let mut open = Vec::new();
    for &component in changed {
        if !into.put(component.index()) {
            open.push(component);
        }
    }
    while let Some(component) = open.pop() {
        for dependency in needs(component) {
            if !into.put(dependency.to.index()) {
                open.push(dependency.to);
            }
        }
    }
}

/// Whether what single points cost is something else. Those of which more than that is different are marked.
fn single_points_differ(before: &Stack, now: &Stack, into: &mut FixedBitSet) -> bool {
    let mut known: FxHashMap<Unit, &SinglePoint> =
        before.assessment.single_points.iter().map(|point| (point.unit, point)).collect();
    let mut prices = false;
    let mut mark = |point: &SinglePoint| {
        if let Some(component) = point.component {
            into.insert(component.index());
        }
    };
    for point in &now.assessment.single_points {
        match known.remove(&point.unit) {
            Some(old) if is_same_but_for_price(old, point) => {
                prices |= old.points != point.points || old.minutes_per_year != point.minutes_per_year;
            }
            _ => mark(point),
        }
    }
    known.into_values().for_each(mark);
    prices
}

fn is_same_but_for_price(one: &SinglePoint, other: &SinglePoint) -> bool {
    let SinglePoint { unit, component, count, tops, affected, down, has_dependents, pinned, .. } = one;
    *unit == other.unit
        && *component == other.component
        && *count == other.count
        && *has_dependents == other.has_dependents
        && one.only_through_single_instances == other.only_through_single_instances
        && *tops == other.tops
        && *affected == other.affected
        && *down == other.down
        && *pinned == other.pinned
}
