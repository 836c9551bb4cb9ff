//! How soon a stack is back after each sort of fault, how much data is lost, and which line decides it (semantics, section 11).
//!
//! Puts together what the catalog says of each component and what the engine makes of it. Worked out when somebody asks, once
//! for a version of a stack. Start reading at [`StackRecovery`].

pub(crate) mod approach;
pub(crate) mod targets;

use foreshock_catalog::{recoverability, recoverability_of_components};
use foreshock_engine::{Decided, OwnCell, RecoveryMatrix, recovery_matrix};
use foreshock_model::{
    Bound, ComponentIndex, FaultClass, Ground, Keeps, Known, Recoverability, System, TimeRange, WayBack,
};

pub use approach::{Approach, Prepared};

use crate::Stack;
use crate::dialect::Meaning;

/// Recovery time and data loss of a stack, with what decides them.
#[derive(Clone, Debug)]
pub struct StackRecovery {
    /// What brings each component back, in the order of the components.
    pub known: Vec<Recoverability>,
    /// How soon they and the entry points are back.
    pub matrix: RecoveryMatrix,
}

/// One figure of a component with what decides it.
#[derive(Clone, Debug)]
pub struct RecoveryFigure<'a> {
    /// Seconds, from the best to the worst that the text allows.
    pub range: TimeRange,
    /// What decides.
    pub decided: Decided,
    /// The way back that decides, where one does.
    pub way: Option<&'a WayBack>,
    /// Where the health check is written that decides how long a lost instance is in the way.
    pub ejects: Option<&'a Ground>,
}

impl StackRecovery {
    pub(crate) fn of(stack: &Stack) -> StackRecovery {
        let settings = stack.settings();
        let size = |id: &str| settings.data_gb(id);
        let known = match &stack.understood().meaning {
            Meaning::Resources { declared, assembled, .. } => {
                recoverability(declared, &settings.catalog, assembled, &size)
            }
            Meaning::Components(system) => recoverability_of_components(system, &size),
        };
        let matrix = recovery_matrix(stack.system(), &known, &stack.assessment.basis);
        StackRecovery { known, matrix }
    }

    /// How soon a component is back by itself.
    pub fn rto(&self, component: ComponentIndex, class: FaultClass) -> Option<RecoveryFigure<'_>> {
        Some(self.figure(component, self.matrix.own(component, class)?.rto))
    }

    /// How old its data is then; none for what keeps none.
    pub fn rpo(&self, component: ComponentIndex, class: FaultClass) -> Option<RecoveryFigure<'_>> {
        Some(self.figure(component, self.matrix.own(component, class)?.rpo?))
    }

    fn figure(&self, component: ComponentIndex, (range, decided): (TimeRange, Decided)) -> RecoveryFigure<'_> {
        let known = self.known.get(component.index());
        let way = match decided {
            Decided::Way(number) => known.and_then(|known| known.ways.get(number)),
            _ => None,
        };
        let ejects = known.and_then(|known| known.ejects.as_ref()).map(|(_, ground)| ground);
        RecoveryFigure {
            range,
            decided,
            way,
            ejects: ejects.filter(|_| decided == Decided::Survivors && !range.is_zero()),
        }
    }

    /// What nobody knows of how a component comes back from that sort of fault: each would make its figures narrower.
    pub fn open(&self, system: &System, component: ComponentIndex, class: FaultClass) -> Vec<Ground> {
        let Some(known) = self.known.get(component.index()) else { return Vec::new() };
        let Some(OwnCell { rto, rpo, .. }) = self.matrix.own(component, class) else { return Vec::new() };
        let mut open: Vec<Ground> = Vec::new();
        let mut add = |ground: &Ground| {
            if !open.contains(ground) {
                open.push(ground.clone());
            }
        };
        for (number, way) in known.ways.iter().enumerate() {
            let decides =
                rto.1 == Decided::Way(number) || rpo.is_some_and(|(_, decided)| decided == Decided::Way(number));
            if decides {
                way.open.iter().for_each(&mut add);
            }
            if way.is_there_after(class) {
                way.doubt.iter().for_each(&mut add);
            }
        }
        // Where it is decides whether anything of it is left.
        let is_open = known.keeps != Keeps::Data && rto.0.low == Bound::ZERO && rto.0.high != Bound::ZERO;
        if let Some(component) = system.component(component).filter(|_| is_open && rto.1 != Decided::Survivors) {
            let redundancy = &component.redundancy;
            let place = component.place.clone();
            if let Known::Unknown(why) = &redundancy.instances {
                add(&Ground { says: format!("how many there are is not known: {why}").into(), place: place.clone() });
            }
            if let (Known::Unknown(why), FaultClass::Zone | FaultClass::Region) = (&redundancy.zones, class) {
                add(&Ground { says: format!("in which zones it is is not known: {why}").into(), place });
            }
        }
        open
    }
}

impl Stack {
    /// How it is prepared for the loss of a zone or of a region.
    pub fn prepared_for(&self, class: FaultClass) -> Option<Prepared> {
        approach::prepared(self, self.recovery(), class)
    }

    /// How soon it is back after each sort of fault. Worked out once for this version.
    pub fn recovery(&self) -> &StackRecovery {
        self.recovered.get_or_init(|| StackRecovery::of(self))
    }
}
