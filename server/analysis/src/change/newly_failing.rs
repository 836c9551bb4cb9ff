//! What fails now that did not fail at the base: single faults, played on both sides.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_engine::{Basis, Fault, Health, Unit, entry_loss};
use foreshock_model::{ComponentIndex, System};

use crate::Stack;
use crate::change::comparison::carried;

/// Differences of the share of the service below this are noise.
const NOISE: f64 = 1e-9;

/// A single fault that takes more away than it did.
#[derive(Clone, Debug, PartialEq)]
pub struct NewFailure {
    /// The fault, by its name for `simulate`: `instance:db#0`, `zone:eu-west-1a`.
    pub fault: String,
    /// Share of the users' service that it takes away, 0..=1; `None` without an entry point.
    pub loss: Option<f64>,
    /// The same at the base; `None` where there was nothing of that name, or no entry point.
    pub loss_before: Option<f64>,
    /// Ids of the components that go down with it now and did not, sorted; what fails itself left out.
    pub down: Vec<Arc<str>>,
}

impl NewFailure {
    fn worse_by(&self) -> f64 {
        self.loss.unwrap_or(0.0) - self.loss_before.unwrap_or(0.0)
    }
}

impl Stack {
    /// The single faults (an instance, a component, a zone, a region, a shared domain) that take more away now than at the
    /// base, the worst first. Empty without a base. Costs two cascades for each fault.
    pub fn newly_failing(&self) -> Vec<NewFailure> {
        let Some(before) = self.comparison().and_then(|comparison| comparison.before.as_deref()) else {
            return Vec::new();
        };
        let sides = Sides::of(before, self);
        let mut failures: Vec<NewFailure> =
            single_faults(self.system()).filter_map(|fault| sides.compare(fault)).collect();
        failures.sort_by(|one, other| {
            let worse = other.worse_by().total_cmp(&one.worse_by());
            worse.then(other.down.len().cmp(&one.down.len())).then_with(|| one.fault.cmp(&other.fault))
        });
        failures
    }
}

fn single_faults(system: &System) -> impl Iterator<Item = Fault> {
    let instance = |(component, _)| Fault::Unit(Unit::Instance { component, index: 0 });
    let instances = system.iter().map(instance);
    let components = system.iter().map(|(component, _)| Fault::Component(component));
    let named = |form: &'static str, names: Vec<Arc<str>>| {
        names.into_iter().filter_map(move |name| Fault::named(system, &format!("{form}:{name}")).ok())
    };
    let zones = named("zone", system.zones.iter().map(|zone| zone.name.clone()).collect());
    let regions = named("region", system.regions.iter().map(|region| region.name.clone()).collect());
    let domains = named("domain", system.domains.iter().map(|domain| domain.name.clone()).collect());
    instances.chain(components).chain(zones).chain(regions).chain(domains)
}

/// Both versions, with the entry points at which both are measured.
struct Sides<'a> {
    before: &'a Stack,
    now: &'a Stack,
    basis_before: Basis,
    basis_now: Basis,
    /// Each component of before, by what it is called now.
    called_now: Vec<(String, ComponentIndex)>,
}

impl<'a> Sides<'a> {
    fn of(before: &'a Stack, now: &'a Stack) -> Sides<'a> {
        let (basis_before, basis_now) = carried(before, now);
        let called_now = before.system().iter().map(|(index, component)| (now.name_now(component.id.as_str()), index));
        Sides { before, now, basis_before, basis_now, called_now: called_now.collect() }
    }

    /// `None` where it takes no more away than before.
    fn compare(&self, fault: Fault) -> Option<NewFailure> {
        let system = self.now.system();
        let itself = component_of(&fault);
        let fallen = self.now.cascade(&[fault]);
        let loss = entry_loss(&self.basis_now, &fallen);
        let (loss_before, down_before) = match self.at_base(fault) {
            None => (None, None),
            Some(fault) => {
                let fallen = self.before.cascade(&[fault]);
                let is_down = |index: &ComponentIndex| fallen.health(*index) == Health::Down;
                let down = self.called_now.iter().filter(|(_, index)| is_down(index)).map(|(name, _)| name.as_str());
                (entry_loss(&self.basis_before, &fallen), Some(down.collect::<BTreeSet<&str>>()))
            }
        };
        let down = fallen.effects.iter().filter(|effect| effect.health == Health::Down);
        let down = down.filter(|effect| Some(effect.component) != itself).filter_map(|effect| {
            let id = system.component(effect.component)?.id.as_str();
            let was_down = down_before.as_ref().is_some_and(|before| before.contains(id));
            (!was_down).then(|| Arc::from(id))
        });
        let mut down: Vec<Arc<str>> = down.collect();
        down.sort();
        let failure = NewFailure { fault: fault.id(system), loss, loss_before, down };
        // Something new that fails is news only when somebody else feels it.
        (failure.worse_by() > NOISE || !failure.down.is_empty()).then_some(failure)
    }

    /// The same fault at the base.
    fn at_base(&self, fault: Fault) -> Option<Fault> {
        let now = self.now.system();
        let component = |index| {
            let id = now.component(index)?.id.as_str();
            self.called_now.iter().find(|(name, _)| name == id).map(|(_, index)| *index)
        };
        match fault {
            Fault::Component(index) => Some(Fault::Component(component(index)?)),
            Fault::Unit(Unit::Instance { component: index, index: number }) => {
                Some(Fault::Unit(Unit::Instance { component: component(index)?, index: number }))
            }
            other => Fault::named(self.before.system(), &other.id(now)).ok(),
        }
    }
}

fn component_of(fault: &Fault) -> Option<ComponentIndex> {
    match fault {
        Fault::Component(component) => Some(*component),
        Fault::Unit(unit) => unit.component(),
        _ => None,
    }
}
