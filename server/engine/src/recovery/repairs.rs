//! What each fault asks to be repaired: of which component, how, and by which draw.

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};

use foreshock_model::{Cause, Component, ComponentIndex, Figure, Scale, System};
use rustc_hash::FxHasher;

use crate::cascade::frozen::Frozen;
use crate::durations::outage::{Class, Outage, Said};
use crate::layout::own::Promotion;
use crate::recovery::repair::Repair;
use crate::{Fault, Health, Unit};

/// Instances that are lost together and repaired one by one; of more the times of so many are drawn.
const INSTANCES_DRAWN: u32 = 64;

/// What is repaired by one draw.
#[derive(Hash)]
enum Event {
    /// All that is asked of a component itself.
    Component(u32),
    Instance(u32, u32),
    Unit(u32, Unit),
    /// Whether a component's mechanism works.
    Mechanism(u32),
    Zone(u32),
    Domain(u32),
    Region(u32),
    Cut(u32),
}

impl Event {
    fn key(&self) -> u64 {
        let mut hasher = FxHasher::default();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// Who asks: the system, its structure, what the faults did to each by itself, and what is said of the outages.
pub(super) struct Asked<'a> {
    pub(super) system: &'a System,
    pub(super) frozen: &'a Frozen,
    pub(super) own: &'a BTreeMap<ComponentIndex, Health>,
    pub(super) said: Said,
}

impl Asked<'_> {
    /// What a fault asks to be repaired.
    pub(super) fn repairs_of(&self, fault: Fault) -> Vec<(ComponentIndex, Repair)> {
        let (system, layout, said) = (self.system, &self.frozen.layout, self.said);
        let provider = |cause| Class { cause, scale: Scale::Provider };
        match fault {
            Fault::Component(component) => self.one(component, Event::Component(component.0), |it| {
                let causes = &it.reliability;
                let figures = [&causes.whole, &causes.service, &causes.software, &causes.external];
                let figures: Vec<&Figure> = figures.into_iter().flatten().filter(|it| it.mttr.is_some()).collect();
                let external = causes.external.is_some() && it.recovery.repair.is_none();
                if external { third_party(it, said) } else { Outage::whole(it, &figures, said) }
            }),
            Fault::Instances { component, lost } => {
                let drawn = (0..lost.min(INSTANCES_DRAWN)).flat_map(|index| self.instance(component, index));
                drawn.collect()
            }
            Fault::Unit(Unit::Instance { component, index }) => self.instance(component, index),
            Fault::Unit(
                unit @ (Unit::Whole(component)
                | Unit::Service(component)
                | Unit::Software(component)
                | Unit::Theoretical(component)
                | Unit::External(component)
                | Unit::CommonCause(component)),
            ) => self.one(component, Event::Unit(component.0, unit), |it| of_unit(it, unit, said)),
            // Somebody makes room, or kills what used it up.
            Fault::Exhausted { component, .. } => {
                let overload = Said { cause: said.cause.or(Some(Cause::Overload)), ..said };
                self.one(component, Event::Component(component.0), |it| {
                    let written = it.recovery.repair.is_some() || it.recovery.cause.is_some();
                    Outage::whole(it, &[], if written { said } else { overload })
                })
            }
            // What lies between the two is repaired for the caller.
            Fault::Cut(dependency) => {
                let caller = system.dependencies.get(dependency.index()).map(|dependency| dependency.from);
                let repair = |caller| self.one(caller, Event::Cut(dependency.0), |_| Outage::on_the_way(said));
                caller.map(repair).unwrap_or_default()
            }
            // Nothing is broken: it is over when the reason is, and nobody says when.
            Fault::Latency { .. } | Fault::Traffic { .. } | Fault::Impaired { .. } | Fault::Errors { .. } => Vec::new(),
            // What fails is the promotion: the primary that needed it is the fault.
            Fault::Unit(Unit::Failover(_)) => Vec::new(),
            Fault::Unit(Unit::Zone(zone)) => {
                let figure = system.zones.get(zone.index()).map(|zone| &zone.figure);
                let outage = Outage::shared(figure, provider(Some(Cause::ZonePower)), said);
                self.many(layout.zone_members.get(zone.index()), &outage, Event::Zone(zone.0))
            }
            Fault::Unit(Unit::Domain(domain)) => {
                let figure = system.domains.get(domain.index()).map(|domain| &domain.figure);
                let outage = Outage::shared(figure, provider(None), said);
                self.many(layout.domain_members.get(domain.index()), &outage, Event::Domain(domain.0))
            }
            Fault::Unit(Unit::Region(region)) => {
                let figure = system.regions.get(region.index()).and_then(|region| region.figure.as_ref());
                let outage = Outage::shared(figure, provider(None), said);
                self.many(layout.region_members.get(region.index()), &outage, Event::Region(region.0))
            }
        }
    }

    fn one(
        &self,
        component: ComponentIndex,
        event: Event,
        outage: impl Fn(&Component) -> Outage,
    ) -> Vec<(ComponentIndex, Repair)> {
        let found = self.system.component(component);
        found.map(|it| (component, Repair::own(outage(it), event.key()))).into_iter().collect()
    }

    /// While enough instances are left the standby takes over, and it is as before in so many seconds.
    fn instance(&self, component: ComponentIndex, index: u32) -> Vec<(ComponentIndex, Repair)> {
        let layout = self.frozen.layout.own.get(component.index());
        let has_primary = layout.is_some_and(|own| own.promotion != Promotion::NotNeeded);
        let serves = self.own.get(&component).is_some_and(|&health| health < Health::Down);
        let promoted = has_primary && index == 0 && serves;
        let mut repairs = self.one(component, Event::Instance(component.0, index), |it| match promoted {
            true => Outage::promotion(it),
            false => Outage::instance(it, it.reliability.instance.as_ref()),
        });
        for (_, repair) in &mut repairs {
            repair.is_instance = !has_primary;
        }
        repairs
    }

    /// All in the same place come back by one repair, each of them by its own mechanism.
    fn many(
        &self,
        members: Option<&Vec<ComponentIndex>>,
        outage: &Outage,
        event: Event,
    ) -> Vec<(ComponentIndex, Repair)> {
        let mut repairs = Vec::new();
        for &member in members.into_iter().flatten() {
            let Some(component) = self.system.component(member) else { continue };
            let repair = Repair {
                mechanism: Event::Mechanism(member.0).key(),
                ..Repair::own(outage.clone().around(component), event.key())
            };
            repairs.push((member, repair));
        }
        repairs
    }
}

/// All of a component that somebody else promises: theirs.
fn third_party(component: &Component, said: Said) -> Outage {
    let class = Class { cause: Some(Cause::ThirdParty), scale: Scale::Provider };
    Outage::shared(component.reliability.external.as_ref(), class, said).around(component)
}

fn of_unit(component: &Component, unit: Unit, said: Said) -> Outage {
    let causes = &component.reliability;
    let figure = match unit {
        Unit::Whole(_) => causes.whole.as_ref(),
        Unit::Service(_) => causes.service.as_ref(),
        Unit::Software(_) => causes.software.as_ref(),
        Unit::Theoretical(_) => causes.theoretical.as_ref(),
        Unit::CommonCause(_) => causes.instance.as_ref(),
        _ => causes.external.as_ref(),
    };
    match (figure, unit) {
        (Some(figure), Unit::Theoretical(_) | Unit::External(_)) => {
            Outage::of_unit(unit, figure, Some(component), said).around(component)
        }
        (Some(figure), _) => Outage::of_unit(unit, figure, Some(component), said),
        (None, Unit::External(_)) => third_party(component, said),
        (None, _) => Outage::whole(component, &[], said),
    }
}
