//! What [`recovery_matrix`](crate::recovery_matrix) tells.

use foreshock_model::{ComponentIndex, FaultClass, TimeRange};

/// What decides a figure of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Enough others are left.
    Survivors,
    /// The way back of that number, in the list of the component.
    Way(usize),
    /// There is none.
    NoWay,
    /// Nothing is known of how it comes back.
    NotKnown,
}

/// How one component comes back from one sort of fault by itself, what it requires left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnCell {
    /// From the fault until it serves, its own start included.
    pub rto: (TimeRange, Decided),
    /// How old its data is then; none for what keeps none.
    pub rpo: Option<(TimeRange, Decided)>,
    /// The same as `rto` without its own start.
    pub(crate) repair: TimeRange,
}

/// The data that is lost behind an entry point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lost {
    /// How old the data of the worst store is.
    pub range: TimeRange,
    /// The store that loses most at best.
    pub low: ComponentIndex,
    /// The store that loses most at worst.
    pub high: ComponentIndex,
}

/// How an entry point comes back from one sort of fault.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryCell {
    /// From the fault until it serves.
    pub rto: TimeRange,
    /// What it waits for longest, from itself to the one whose own repair decides.
    pub path: Vec<ComponentIndex>,
    /// The same for the best case: nothing else brings it back sooner.
    pub low_path: Vec<ComponentIndex>,
    /// What is lost; none where no store is behind it.
    pub rpo: Option<Lost>,
}

/// An entry point with its cells, in the order of [`FaultClass::ALL`].
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRecovery {
    /// Which.
    pub component: ComponentIndex,
    /// Everything that it uses, in whatever way that counts, itself among them, in the order of the components.
    pub behind: Vec<ComponentIndex>,
    /// How it comes back.
    pub cells: [EntryCell; 4],
}

impl EntryRecovery {
    /// How it comes back from that sort of fault.
    pub fn cell(&self, class: FaultClass) -> Option<&EntryCell> {
        self.cells.get(class.index())
    }
}

/// Recovery time and data loss of a system.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecoveryMatrix {
    /// Of each component by itself, in their order; the cells in the order of [`FaultClass::ALL`].
    pub components: Vec<[OwnCell; 4]>,
    /// Of each entry point, in the order of the basis.
    pub entries: Vec<EntryRecovery>,
}

impl RecoveryMatrix {
    /// How a component comes back by itself from that sort of fault.
    pub fn own(&self, component: ComponentIndex, class: FaultClass) -> Option<&OwnCell> {
        self.components.get(component.index())?.get(class.index())
    }
}
