//! The disaster-recovery approach of a stack, in the words that AWS has published for it (Disaster Recovery of Workloads on AWS;
//! Well-Architected, REL13-BP02): for the loss of a zone and of a region, decided by what is worst prepared.

use std::collections::BTreeSet;

use foreshock_engine::{Decided, OwnCell};
use foreshock_model::{Bound, Component, ComponentIndex, FaultClass, Keeps, Recoverability};

use super::StackRecovery;
use crate::Stack;

/// An approach, the least prepared first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Approach {
    /// Nothing of some data is left.
    None,
    /// Nobody can tell of some data whether anything is left.
    NotKnown,
    /// Data is restored from a copy, and what serves is made again from its text.
    BackupAndRestore,
    /// Data follows at once or nearly so; what serves is started when it is needed.
    PilotLight,
    /// Data follows, and what serves runs there already; somebody or something turns over to it.
    WarmStandby,
    /// All of it serves from there all the time.
    MultiSite,
}

impl Approach {
    /// In the published words.
    pub fn words(self) -> &'static str {
        match self {
            Approach::None => "none",
            Approach::NotKnown => "not known",
            Approach::BackupAndRestore => "backup and restore",
            Approach::PilotLight => "pilot light",
            Approach::WarmStandby => "warm standby",
            Approach::MultiSite => "multi-site active/active",
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Approach::None => "none",
            Approach::NotKnown => "not_known",
            Approach::BackupAndRestore => "backup_and_restore",
            Approach::PilotLight => "pilot_light",
            Approach::WarmStandby => "warm_standby",
            Approach::MultiSite => "multi_site_active_active",
        }
    }
}

/// An approach with the components that keep it from being a better one.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Which.
    pub approach: Approach,
    /// Those that are prepared no better, in their order.
    pub decided_by: Vec<ComponentIndex>,
}

/// How a stack is prepared for the loss of a zone or of a region; none for other faults, and where nothing serves.
pub(crate) fn prepared(stack: &Stack, recovery: &StackRecovery, class: FaultClass) -> Option<Prepared> {
    if !matches!(class, FaultClass::Zone | FaultClass::Region) {
        return None;
    }
    let entries = &recovery.matrix.entries;
    let behind: BTreeSet<ComponentIndex> = entries.iter().flat_map(|entry| &entry.behind).copied().collect();
    let runs_in: BTreeSet<_> = behind
        .iter()
        .filter_map(|&index| stack.system().component(index))
        .filter(|component| serves(component))
        .filter_map(|component| component.region)
        .collect();
    let in_several_regions = runs_in.len() > 1;
    let serving: Vec<ComponentIndex> =
        behind.iter().copied().filter(|&index| stack.system().component(index).is_some_and(serves)).collect();
    let mut found: Option<Prepared> = None;
    for &index in &behind {
        let Some(component) = stack.system().component(index) else { continue };
        let Some(one) = of_component(recovery, component, index, class, in_several_regions) else { continue };
        match &mut found {
            Some(prepared) if prepared.approach == one => prepared.decided_by.push(index),
            Some(prepared) if prepared.approach < one => {}
            _ => found = Some(Prepared { approach: one, decided_by: vec![index] }),
        }
    }
    // Without data behind it, it is made again from its text.
    let without_data = || match class {
        FaultClass::Region if !serving.is_empty() => {
            let approach = if in_several_regions { Approach::MultiSite } else { Approach::BackupAndRestore };
            Some(Prepared { approach, decided_by: serving })
        }
        _ => None,
    };
    found.or_else(without_data)
}

/// Whether it runs what users wait for, and is not only there for others.
fn serves(component: &Component) -> bool {
    !component.kind.is_store() && !component.kind.is_supporting()
}

/// How one component is prepared; none for what says nothing of it, as a cache, which fills again.
fn of_component(
    recovery: &StackRecovery,
    component: &Component,
    index: ComponentIndex,
    class: FaultClass,
    in_several_regions: bool,
) -> Option<Approach> {
    let known = recovery.known.get(index.index())?;
    let cell = recovery.matrix.own(index, class)?;
    match known.keeps {
        Keeps::Copies | Keeps::Messages => None,
        Keeps::Data if known.copy_of.is_some() => None,
        Keeps::Data => of_store(known, cell, class, in_several_regions),
        Keeps::Nothing if !serves(component) || known.is_global => None,
        // What serves in several regions is the same in each; which of them users get, the entry points say.
        Keeps::Nothing if class == FaultClass::Region => None,
        Keeps::Nothing => match cell.rto.1 {
            Decided::Survivors => Some(Approach::MultiSite),
            Decided::Way(number) => {
                let by_hand = known.ways.get(number)?.needs_people;
                Some(match (by_hand, cell.rto.0.low == Bound::ZERO) {
                    // Others may be left, and where it is nobody can tell.
                    (true, true) => Approach::NotKnown,
                    (true, false) => Approach::BackupAndRestore,
                    (false, _) => Approach::PilotLight,
                })
            }
            Decided::NoWay => Some(Approach::None),
            Decided::NotKnown => None,
        },
    }
}

/// How a store is prepared: by what follows it at once or nearly so, else by what it is restored from.
fn of_store(known: &Recoverability, cell: &OwnCell, class: FaultClass, in_several_regions: bool) -> Option<Approach> {
    let (_, decided) = cell.rpo?;
    let left = || known.ways.iter().filter(|way| way.is_there_after(class));
    let standbys = || left().filter(|way| way.is_standby && way.doubt.is_none());
    Some(match decided {
        Decided::NoWay => Approach::None,
        Decided::NotKnown => Approach::NotKnown,
        Decided::Survivors => Approach::MultiSite,
        Decided::Way(_) if standbys().next().is_some() => match class {
            FaultClass::Region if !in_several_regions => Approach::PilotLight,
            _ if standbys().any(|way| way.takes().is_zero()) => Approach::MultiSite,
            _ => Approach::WarmStandby,
        },
        Decided::Way(_) if left().any(|way| way.doubt.is_none()) => Approach::BackupAndRestore,
        Decided::Way(_) => Approach::NotKnown,
    })
}
