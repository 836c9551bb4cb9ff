//! Each component's own part as functions of the basic events, and with them all variables of a system.

use foreshock_model::{Component, ComponentIndex, Layer, System};

use crate::Unit;
use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::durations::{self, Lasts};
use crate::diagram::equations::OwnEvents;
use crate::diagram::holds::{Hold, Holds};
use crate::diagram::instances::Instances;
use crate::diagram::variables::{Variable, Variables, can_fail};
use crate::layout::arrays::Layout;
use crate::layout::own::{FictiveZone, Own, Promotion};

/// The variables of one component.
struct OwnPart<'a> {
    own: &'a Own,
    /// None for a component with an explicit figure.
    instances: Option<Instances>,
    /// Where there is a primary: what makes its loss the component's.
    promotion: Option<Standby>,
    /// Each of these takes the component down by itself.
    alone: Vec<u32>,
}

enum Standby {
    /// Nobody takes over.
    Stays,
    /// A standby takes over, unless this happens.
    Promoted { unless: Option<u32>, meanwhile: Option<u32> },
}

impl Variables {
    /// The variables of the components in `order`, and their own parts for as long as `holds` asks; components that are
    /// not in it never fail.
    pub(crate) fn of(
        system: &System,
        layout: &Layout,
        order: &[u32],
        holds: &Holds,
        explicit_instances: u32,
        bdd: &mut Bdd,
    ) -> Variables {
        let mut variables = Variables::shared(system, layout, holds, explicit_instances);
        for &index in order {
            let (Some(component), Some(own)) = (system.components.get(index as usize), layout.own.get(index as usize))
            else {
                continue;
            };
            let asked = holds.asked(index);
            variables.ask(holds, asked.clone());
            let built = build(ComponentIndex(index), component, own, &asked, &mut variables, bdd);
            let (events, held) = built.unwrap_or_else(|OverBudget| {
                variables.complete = false;
                let always = Function::ALWAYS;
                (OwnEvents { down: always, overloaded: always, hot: always }, vec![always; asked.len()])
            });
            if let Some(slot) = variables.own.each.get_mut(index as usize) {
                *slot = events;
            }
            variables.own.held.extend(asked.into_iter().map(|hold| (index, hold)).zip(held));
        }
        variables
    }
}

/// What a component does by itself: however long it lasts, and DOWN for as long as each of `holds` says.
fn build(
    of: ComponentIndex,
    component: &Component,
    own: &Own,
    holds: &[Hold],
    variables: &mut Variables,
    bdd: &mut Bdd,
) -> Result<(OwnEvents<Function>, Vec<Function>), OverBudget> {
    if own.absent {
        let never = Function::NEVER;
        return Ok((OwnEvents { down: never, overloaded: never, hot: never }, vec![never; holds.len()]));
    }
    let mut part = OwnPart::of(of, component, own, variables);
    let down = part.down(Hold::NONE, variables, bdd)?;
    let mut overloaded = Function::NEVER;
    if own.overloaded_at < own.down_at {
        overloaded = part.lost_at_least(own.overloaded_at, Hold::NONE, variables, bdd)?;
    }
    overloaded = bdd.or(overloaded, down)?;
    let mut hot = Function::NEVER;
    // Losses that take it down make it hot as well, and then that adds nothing.
    if own.hot_at < own.down_at {
        hot = part.lost_at_least(own.hot_at, Hold::NONE, variables, bdd)?;
    }
    let held = holds.iter().map(|&hold| part.down(hold, variables, bdd)).collect::<Result<_, OverBudget>>()?;
    Ok((OwnEvents { down, overloaded, hot }, held))
}

impl<'a> OwnPart<'a> {
    fn of(of: ComponentIndex, component: &Component, own: &'a Own, variables: &mut Variables) -> OwnPart<'a> {
        let reliability = &component.reliability;
        let mut part = OwnPart { own, instances: None, promotion: None, alone: Vec::new() };
        if own.spared {
            return part;
        }
        if let Some(figure) = &reliability.whole {
            if can_fail(figure) {
                part.alone.push(variables.add_figure(Unit::Whole(of), figure, Some(component)));
            }
            return part;
        }
        part.instances = Some(Instances::of(of, own, component, variables));
        part.promotion = standby(of, component, own, variables);
        part.alone = variables.shared_by(component);
        part.alone.extend(variables.add_common_cause(of, component, own));
        match own.fictive_zone {
            FictiveZone::None => {}
            FictiveZone::Shared => part.alone.extend(variables.fictive_zone()),
            FictiveZone::Own => {
                let zone = variables.zone_nowhere(of.0, own.zones_needed());
                let lasts = variables.zone_lasts;
                part.alone.push(variables.add(zone, lasts));
            }
        }
        for (unit, figure) in [
            (Unit::Service(of), &reliability.service),
            (Unit::Software(of), &reliability.software),
            (Unit::Theoretical(of), &reliability.theoretical),
            (Unit::External(of), &reliability.external),
        ] {
            if let Some(figure) = figure.as_ref().filter(|figure| can_fail(figure)) {
                part.alone.push(variables.add_figure(unit, figure, Some(component)));
            }
        }
        part
    }

    fn lost_at_least(
        &mut self,
        count: u32,
        hold: Hold,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        match &mut self.instances {
            Some(instances) => instances.lost_at_least(count, self.own, hold, variables, bdd),
            None => Ok(if count == 0 { Function::ALWAYS } else { Function::NEVER }),
        }
    }

    /// DOWN for so long by itself.
    fn down(&mut self, hold: Hold, variables: &mut Variables, bdd: &mut Bdd) -> Result<Function, OverBudget> {
        let mut down = self.lost_at_least(self.own.down_at, hold, variables, bdd)?;
        if let (Some(instances), Some(standby)) = (&self.instances, &self.promotion) {
            let primary = instances.primary_lost(self.own, hold, variables, bdd)?;
            let lost = match standby {
                Standby::Stays => primary,
                Standby::Promoted { unless, meanwhile } => {
                    let mut lost = Function::NEVER;
                    if let Some(failover) = unless {
                        // It fails when it is asked for, and that lasts as long as the primary is lost.
                        let fails = bdd.variable(*failover)?;
                        lost = bdd.and(primary, fails)?;
                    }
                    if let Some(promoting) = meanwhile {
                        let promoting = variables.event(*promoting, hold, bdd)?;
                        lost = bdd.or(lost, promoting)?;
                    }
                    lost
                }
            };
            down = bdd.or(down, lost)?;
        }
        for &variable in &self.alone {
            let event = variables.event(variable, hold, bdd)?;
            down = bdd.or(down, event)?;
        }
        Ok(down)
    }
}

fn standby(of: ComponentIndex, component: &Component, own: &Own, variables: &mut Variables) -> Option<Standby> {
    let uncovered = match own.promotion {
        Promotion::NotNeeded => return None,
        Promotion::Nobody => return Some(Standby::Stays),
        Promotion::Automatic { uncovered } => uncovered,
    };
    // With one instance there is nobody to promote: its loss is DOWN already.
    let unless = (uncovered > 0.0 && own.instances > 1).then(|| {
        let failover = Variable { unit: Some(Unit::Failover(of)), ..Variable::plain(uncovered, Layer::Hardware) };
        variables.add(failover, Lasts::forever())
    });
    let meanwhile = durations::promoting(component, own).map(|probability| {
        let layer = component.reliability.instance.as_ref().map_or(Layer::Hardware, |figure| figure.layer);
        let promoting = Variable { promotes: Some(of.0), ..Variable::plain(probability, layer) };
        variables.add(promoting, Lasts::promotion(component, 1.0 - uncovered))
    });
    Some(Standby::Promoted { unless, meanwhile })
}
