//! "At least DEGRADED" as functions of the units. It costs no service by itself and nothing worse comes from it, so
//! that only agents ask for it: a degraded source may mislead.

use foreshock_model::System;
use rustc_hash::FxHashMap;

use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::equations::{Algebra, Solution};
use crate::diagram::variables::Variables;
use crate::layout::arrays::{Edge, Layout, NO_GROUP};
use crate::layout::own::{Own, Promotion};
use crate::layout::strong::strong_of;
use crate::{Health, Unit};

/// The functions, by component.
pub(crate) struct Degraded {
    pub(crate) of: FxHashMap<u32, Function>,
    /// Whether every loss counts: where there are too many instances to follow one by one, the loss of single ones
    /// is left out.
    pub(crate) complete: bool,
}

/// Solves for these components and what they depend on, all of which `solution` knows.
pub(crate) fn degraded(
    system: &System,
    layout: &Layout,
    components: &[u32],
    variables: &Variables,
    solution: &Solution<Function>,
    bdd: &mut Bdd,
) -> Result<Degraded, OverBudget> {
    let by_unit: FxHashMap<Unit, u32> = variables
        .list
        .iter()
        .enumerate()
        .filter_map(|(index, variable)| Some((variable.unit?, index as u32)))
        .collect();
    let mut own = FxHashMap::default();
    let mut complete = true;
    for &component in components {
        let Some(it) = layout.own.get(component as usize) else { continue };
        let one_unit = system.components.get(component as usize).is_some_and(|it| it.reliability.whole.is_some());
        let (function, known) = own_degraded(component, it, one_unit, &by_unit, bdd)?;
        own.insert(component, function);
        complete &= known || one_unit;
    }
    let place: FxHashMap<u32, u32> =
        components.iter().enumerate().map(|(place, &component)| (component, place as u32)).collect();
    let targets = |&component: &u32| {
        layout.callees(component).filter_map(|(_, edge)| place.get(&edge.to).copied()).collect::<Vec<_>>()
    };
    let order = strong_of(&components.iter().map(targets).collect::<Vec<_>>()).components;
    let mut solver = Solver { layout, solution, own, of: FxHashMap::default(), bdd };
    for set in &order {
        let members: Vec<u32> = set.iter().filter_map(|&place| components.get(place as usize).copied()).collect();
        while solver.round(&members)? && members.len() > 1 {}
    }
    Ok(Degraded { of: solver.of, complete })
}

/// By its own instances; and whether all of them are followed.
fn own_degraded(
    component: u32,
    own: &Own,
    one_unit: bool,
    by_unit: &FxHashMap<Unit, u32>,
    bdd: &mut Bdd,
) -> Result<(Function, bool), OverBudget> {
    if own.absent {
        return Ok((Function::NEVER, true));
    }
    if own.degraded_at == 0 {
        return Ok((Function::ALWAYS, true));
    }
    if one_unit {
        return Ok((Function::NEVER, true));
    }
    let unit = |index| Unit::Instance { component: foreshock_model::ComponentIndex(component), index };
    let mut lost = Vec::new();
    for index in 0..own.instances.min(crate::layout::defaults::EXPLICIT_INSTANCES) {
        let zone = own.zone_of(index).and_then(|zone| by_unit.get(&Unit::Zone(zone)));
        let mut event = Function::NEVER;
        for &variable in by_unit.get(&unit(index)).into_iter().chain(zone) {
            let variable = bdd.variable(variable)?;
            event = bdd.or(event, variable)?;
        }
        lost.push(event);
    }
    let count = if own.degraded_at == crate::layout::own::NEVER { u32::MAX } else { own.degraded_at };
    let mut degraded = bdd.at_least(count, &lost)?;
    if let (Promotion::Automatic { .. }, Some(&primary)) = (own.promotion, lost.first()) {
        degraded = bdd.or(degraded, primary)?;
    }
    Ok((degraded, own.instances <= crate::layout::defaults::EXPLICIT_INSTANCES))
}

struct Solver<'a> {
    layout: &'a Layout,
    solution: &'a Solution<Function>,
    own: FxHashMap<u32, Function>,
    of: FxHashMap<u32, Function>,
    bdd: &'a mut Bdd,
}

impl Solver<'_> {
    /// Solves each once from what is known; whether anything changed.
    fn round(&mut self, members: &[u32]) -> Result<bool, OverBudget> {
        let mut changed = false;
        for &component in members {
            let function = self.component(component)?;
            changed |= self.of.insert(component, function) != Some(function);
        }
        Ok(changed)
    }

    fn component(&mut self, component: u32) -> Result<Function, OverBudget> {
        let layout = self.layout;
        let [_, overloaded, _] = self.solution.at(component);
        let own = self.own.get(&component).copied().unwrap_or(Function::NEVER);
        let mut events = vec![overloaded, own];
        let mut groups: Vec<(u32, Vec<Function>)> = Vec::new();
        for (_, edge) in layout.callees(component) {
            let event = self.carried(edge)?;
            if edge.group == NO_GROUP {
                events.push(event);
                continue;
            }
            if layout.groups.get(edge.group as usize).is_some_and(|group| group.shares_load) {
                events.push(self.solution.at(edge.to)[0]);
            }
            match groups.iter_mut().find(|(group, _)| *group == edge.group) {
                Some((_, members)) => members.push(event),
                None => groups.push((edge.group, vec![event])),
            }
        }
        for (group, members) in groups {
            let tips_at = layout.groups.get(group as usize).map_or(u32::MAX, |group| group.tips_at);
            events.push(self.bdd.at_least(tips_at, &members)?);
        }
        self.bdd.any(&events)
    }

    /// The event that a dependency makes its caller at least DEGRADED.
    fn carried(&mut self, edge: &Edge) -> Result<Function, OverBudget> {
        let [down, overloaded, _] = self.solution.at(edge.to);
        let row = &edge.row;
        let degraded = self.of.get(&edge.to).copied().unwrap_or(Function::NEVER);
        let events = [
            if row.down > Health::Healthy { down } else { Function::NEVER },
            if row.overloaded > Health::Healthy || row.overloads_hot { overloaded } else { Function::NEVER },
            if row.degraded > Health::Healthy { degraded } else { Function::NEVER },
        ];
        self.bdd.any(&events)
    }
}
