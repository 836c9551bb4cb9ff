//! A system laid out for running many cascades: the layout, its circles, what the two modes need, and the state without
//! any fault that every cascade starts from.

use std::sync::OnceLock;

use foreshock_model::{ComponentIndex, System};

use crate::Health;
use crate::cascade::flows::{self, Flows};
use crate::cascade::modes::Modes;
use crate::cascade::state::{Base, GroupCount, State};
use crate::cascade::times::{self, Times};
use crate::layout::arrays::Layout;
use crate::layout::circles::Circles;
use crate::layout::lay_out::lay_out;
use crate::layout::own::Losses;
use crate::layout::reading::{Purpose, Reading};

/// A system laid out for many cascades.
#[derive(Clone, Debug)]
pub struct Frozen {
    pub(crate) layout: Layout,
    pub(crate) circles: Circles,
    pub(crate) base: Base,
    /// Only for simulations.
    pub(crate) modes: Option<Modes>,
    /// Without any fault; found when a mode is first asked for.
    times: OnceLock<Times>,
    flows: OnceLock<Flows>,
}

impl Frozen {
    /// The components that are not healthy without any fault, sorted.
    pub fn unwell_at_rest(&self) -> &[(ComponentIndex, Health)] {
        &self.base.unwell
    }

    /// Laid out, with nothing wrong in its state as long as nobody settles it.
    pub(crate) fn healthy(system: &System, reading: Reading) -> Frozen {
        let (layout, circles) = lay_out(system, reading);
        let modes = (reading.purpose == Purpose::Simulation).then(|| Modes::of(system, &layout));
        let states = layout.own.iter().map(|own| State { hot: own.with(Losses::default()).1, ..State::default() });
        let base = Base {
            states: states.collect(),
            groups: vec![GroupCount::default(); layout.groups.len()],
            carried: vec![Default::default(); layout.edges.len()],
            unwell: Vec::new(),
        };
        Frozen { layout, circles, base, modes, times: OnceLock::new(), flows: OnceLock::new() }
    }

    /// The number of components.
    pub fn components(&self) -> usize {
        self.layout.own.len()
    }

    /// The health of a component without any fault: it can be overloaded as it is.
    pub fn faultless_health(&self, component: ComponentIndex) -> Health {
        self.base.states.get(component.index()).map_or(Health::Healthy, |state| state.health)
    }

    /// The numbers of latency mode, and the times without any fault; none unless it is laid out for simulating.
    pub(crate) fn times(&self) -> Option<(&Modes, &Times)> {
        let modes = self.modes.as_ref()?;
        Some((modes, self.times.get_or_init(|| times::faultless(&self.layout, modes))))
    }

    /// The numbers of traffic mode, and the requests without any fault; none unless it is laid out for simulating.
    pub(crate) fn flows(&self) -> Option<(&Modes, &Flows)> {
        let modes = self.modes.as_ref()?;
        Some((modes, self.flows.get_or_init(|| flows::faultless(&self.layout, modes))))
    }
}
