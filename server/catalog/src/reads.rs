//! What is read while something is worked out, so that it is only worked out again when some of that changed.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

/// Something that can be read, and can change while the stack has the same instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell(u32);

/// The kinds of cells.
#[derive(Clone, Copy, Debug)]
enum Of {
    /// What is written in an instance.
    Instance,
    /// Who refers to an instance, relation by relation.
    Related,
    /// The edges from the sides of an instance.
    Edges,
    /// What is written in any instance of a type.
    Type,
    /// Who has a name. Different names may share a cell.
    Name,
    /// Who is called by a host name; the same.
    Host,
    /// Who is backed up by something that refers to it.
    BackedUp,
}

impl Of {
    const COUNT: u32 = 7;
}

/// Cells that names share.
const NAMES: u64 = 1 << 16;

impl Cell {
    pub(crate) const BACKED_UP: Cell = Cell(Of::BackedUp as u32);

    fn new(of: Of, number: usize) -> Cell {
        Cell(number as u32 * Of::COUNT + of as u32)
    }

    pub(crate) fn instance(index: usize) -> Cell {
        Cell::new(Of::Instance, index)
    }

    pub(crate) fn related(index: usize) -> Cell {
        Cell::new(Of::Related, index)
    }

    pub(crate) fn edges(index: usize) -> Cell {
        Cell::new(Of::Edges, index)
    }

    pub(crate) fn of_type(number: usize) -> Cell {
        Cell::new(Of::Type, number)
    }

    pub(crate) fn name(name: &str) -> Cell {
        Cell::new(Of::Name, shared(name))
    }

    pub(crate) fn host(name: &str) -> Cell {
        Cell::new(Of::Host, shared(name))
    }
}

fn shared(name: &str) -> usize {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    // The upper bits are the better ones.
    ((hasher.finish() >> 40) % NAMES) as usize
}

/// Notes what is read.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    is_on: bool,
    noted: RefCell<Vec<Cell>>,
}

impl Recorder {
    pub(crate) fn new(is_on: bool) -> Recorder {
        Recorder { is_on, noted: RefCell::default() }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.is_on
    }

    pub(crate) fn note(&self, cell: Cell) {
        if self.is_on {
            self.noted.borrow_mut().push(cell);
        }
    }

    /// The same for everything that something else was made from.
    pub(crate) fn note_all(&self, cells: &[Cell]) {
        if self.is_on {
            self.noted.borrow_mut().extend_from_slice(cells);
        }
    }

    /// Works something out, with what it read; nobody else has read that.
    pub(crate) fn noted<T>(&self, work: impl FnOnce() -> T) -> Noted<T> {
        if !self.is_on {
            return Noted { value: work(), reads: Box::default() };
        }
        let before = self.noted.take();
        let value = work();
        Noted { value, reads: self.read_since(before) }
    }

    /// Begins to note what is read from now on; gives what was noted until then.
    pub(crate) fn begin(&self) -> Vec<Cell> {
        self.noted.take()
    }

    /// What was read since then, which nobody else has read.
    pub(crate) fn read_since(&self, before: Vec<Cell>) -> Box<[Cell]> {
        let mut noted = self.noted.replace(before);
        noted.sort_unstable();
        noted.dedup();
        noted.into_boxed_slice()
    }
}

/// Something that was worked out, and what it read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted<T> {
    pub(crate) value: T,
    pub(crate) reads: Box<[Cell]>,
}

impl<T: PartialEq> Noted<T> {
    /// Takes what was worked out later, and says whether it is another. What is equal stays the one it was.
    pub(crate) fn replace_by(&mut self, later: Noted<T>) -> bool {
        self.reads = later.reads;
        let is_other = self.value != later.value;
        if is_other {
            self.value = later.value;
        }
        is_other
    }
}

/// Something of each instance, with what was read for it. The reads of all stand in one list: who has read something that changed
/// is found by looking through it, and what stands side by side is looked through soonest.
#[derive(Clone, Debug)]
pub(crate) struct Each<T> {
    values: Vec<T>,
    /// Where the reads of each begin, and how many they are.
    spans: Vec<(u32, u32)>,
    cells: Vec<Cell>,
    /// So many of the cells are nobody's any more.
    stale: usize,
}

impl<T> Default for Each<T> {
    fn default() -> Each<T> {
        Each { values: Vec::new(), spans: Vec::new(), cells: Vec::new(), stale: 0 }
    }
}

impl<T> Each<T> {
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.values.iter_mut()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&T> {
        self.values.get(index)
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.values.get_mut(index)
    }

    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    pub(crate) fn push(&mut self, Noted { value, reads }: Noted<T>) {
        self.spans.push((self.cells.len() as u32, reads.len() as u32));
        self.cells.extend_from_slice(&reads);
        self.values.push(value);
    }

    /// So many; those that are new have read nothing.
    pub(crate) fn resize(&mut self, count: usize)
    where
        T: Default,
    {
        self.values.resize_with(count, T::default);
        self.spans.resize(count, (0, 0));
    }

    /// Those that read something that changed.
    pub(crate) fn dirty(&self, dirty: &Dirty) -> Vec<usize> {
        if dirty.is_everything() {
            return (0..self.values.len()).collect();
        }
        if dirty.is_nothing() {
            return Vec::new();
        }
        let is_dirty = |reads: &(u32, u32)| dirty.any(self.reads(*reads));
        self.spans.iter().enumerate().filter(|(_, reads)| is_dirty(reads)).map(|(index, _)| index).collect()
    }

    fn reads(&self, (start, count): (u32, u32)) -> &[Cell] {
        self.cells.get(start as usize..(start + count) as usize).unwrap_or_default()
    }

    /// What was read for one of them the last time.
    pub(crate) fn set_reads(&mut self, index: usize, reads: &[Cell]) {
        let Some(span) = self.spans.get(index).copied() else { return };
        if self.reads(span) == reads {
            return;
        }
        self.stale += span.1 as usize;
        if let Some(span) = self.spans.get_mut(index) {
            *span = (self.cells.len() as u32, reads.len() as u32);
        }
        self.cells.extend_from_slice(reads);
        if self.stale > self.cells.len() / 2 {
            self.sweep();
        }
    }

    /// Lets go of the cells that are nobody's.
    fn sweep(&mut self) {
        let mut cells = Vec::with_capacity(self.cells.len() - self.stale);
        for span in &mut self.spans {
            let (start, count) = *span;
            *span = (cells.len() as u32, count);
            cells.extend_from_slice(self.cells.get(start as usize..(start + count) as usize).unwrap_or_default());
        }
        self.cells = cells;
        self.stale = 0;
    }
}

impl<T: PartialEq> Each<T> {
    /// Takes what was worked out later of one, and says whether it is another. What is equal stays the one it was.
    pub(crate) fn replace(&mut self, index: usize, later: Noted<T>) -> bool {
        self.set_reads(index, &later.reads);
        let Some(value) = self.values.get_mut(index) else { return false };
        let is_other = *value != later.value;
        if is_other {
            *value = later.value;
        }
        is_other
    }
}

/// The cells that changed.
#[derive(Debug, Default)]
pub(crate) struct Dirty {
    /// In the beginning there is nothing that could be as it was.
    all: bool,
    bits: Vec<u64>,
    is_any: bool,
}

impl Dirty {
    pub(crate) fn nothing() -> Dirty {
        Dirty::default()
    }

    pub(crate) fn everything() -> Dirty {
        Dirty { all: true, is_any: true, ..Dirty::default() }
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.all
    }

    pub(crate) fn is_nothing(&self) -> bool {
        !self.is_any
    }

    pub(crate) fn add(&mut self, cell: Cell) {
        if self.all {
            return;
        }
        let (word, bit) = (cell.0 as usize / 64, cell.0 % 64);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << bit;
        }
        self.is_any = true;
    }

    /// Whether something has to be worked out again that read these.
    pub(crate) fn any(&self, reads: &[Cell]) -> bool {
        let is_dirty = |cell: &Cell| {
            let bits = self.bits.get(cell.0 as usize / 64);
            bits.is_some_and(|bits| bits >> (cell.0 % 64) & 1 == 1)
        };
        self.all || (self.is_any && reads.iter().any(is_dirty))
    }
}
