//! The state without any fault, which every cascade starts from: a component can be overloaded as it is.

use foreshock_model::{ComponentIndex, System};

use crate::Health;
use crate::cascade::event::Via;
use crate::cascade::frozen::Frozen;
use crate::cascade::injection::push;
use crate::cascade::scratch::Scratch;
use crate::cascade::state::Base;
use crate::layout::own::Losses;
use crate::layout::reading::{Purpose, Reading};

impl Frozen {
    /// Lays the system out for simulating faults (semantics, section 2). Dependencies, groups and placements that point
    /// outside the system are left out. Building is O(V + E), and so is one cascade.
    pub fn new(system: &System) -> Frozen {
        Frozen::read(system, Reading::of(Purpose::Simulation))
    }

    /// The same under another reading; only a simulation can follow latency and traffic.
    pub(crate) fn read(system: &System, reading: Reading) -> Frozen {
        let mut frozen = Frozen::healthy(system, reading);
        if frozen.layout.own.iter().any(|own| own.with(Losses::default()).0 > Health::Healthy) {
            frozen.base = settled(&frozen);
        }
        frozen
    }
}

/// The least fixpoint of what is wrong without any fault.
fn settled(frozen: &Frozen) -> Base {
    let mut scratch = Scratch::default();
    scratch.begin(frozen);
    for (index, own) in frozen.layout.own.iter().enumerate() {
        let (health, _) = own.with(Losses::default());
        push(&mut scratch, index as u32, health, Via::Fault(u32::MAX), None);
    }
    frozen.propagate(&mut scratch);
    let Scratch { epoch, states, groups, carried, .. } = scratch;
    let mut base = frozen.base.clone();
    take_over(&mut base.states, &states, epoch);
    take_over(&mut base.groups, &groups, epoch);
    take_over(&mut base.carried, &carried, epoch);
    for (index, state) in base.states.iter().enumerate() {
        if state.health > Health::Healthy {
            base.unwell.push((ComponentIndex(index as u32), state.health));
        }
    }
    base
}

fn take_over<T: Copy>(base: &mut [T], stamped: &[(u32, T)], epoch: u32) {
    for (base, &(stamp, value)) in base.iter_mut().zip(stamped) {
        if stamp == epoch {
            *base = value;
        }
    }
}
