//! What is kept of an evaluation for the next one: cells, what each of them read, and what it left behind.
//!
//! A *cell* is one thing that an evaluation works out: a variable, a local, an output, how often a block is there, an
//! attribute of a block (in all of its instances), the instances of a block as a whole. While a cell is worked out, what it
//! asks for is noted as its reads, and what it does beside giving a value (attributes refused, files read, work spent) as its
//! effects. A cell is *dirty* when the text it stands in changed, or when something it read is dirty. The next evaluation
//! works out the dirty cells and takes over all others with their effects. A cell that nobody reads any more is let go, so
//! that what is kept is at any time what an evaluation from scratch would come to.

use std::cell::{Cell as Memory, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_expressions::{Budget, Effort};
use foreshock_resources::Value;
use foreshock_text::{FilePath, Place};
use rustc_hash::{FxHashMap, FxHashSet};

/// Something that is worked out in a module instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell {
    /// The number of the module instance.
    pub(crate) module: u32,
    pub(crate) of: Of,
}

/// What it is, by its number in the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Of {
    Variable(u32),
    Local(u32),
    Output(u32),
    /// How often a module is called.
    Call(u32),
    /// All that is told of a call.
    Called(u32),
    /// How often a resource is there.
    Repetition(u32),
    /// An attribute of a resource.
    Attribute(u32, u32),
    /// The nested blocks of a resource.
    Blocks(u32),
    /// Which attributes and blocks are written in a resource.
    Names(u32),
    /// The instances of a resource.
    Instances(u32),
    /// The region of a provider configuration, by the number of its name.
    Region(u32),
    /// What a provider configuration refers to.
    Provider(u32),
}

/// What reads without being asked for by anything: the evaluation itself.
const BASE: Cell = Cell { module: u32::MAX, of: Of::Names(0) };

/// Levels that a cell may take without a word of it.
const FEW_LEVELS: u32 = 8;

/// An attribute that Terraform would refuse to work out: file, start of the value, and why.
pub(crate) type Refused = (FilePath, u32, Arc<str>);

/// What the work on a cell leaves behind beside its value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effects {
    pub(crate) refused: Vec<Refused>,
    /// Variables that are declared nowhere, with the place that reads them.
    pub(crate) undeclared: Vec<(Arc<str>, Place)>,
    pub(crate) workspaces: Vec<Arc<str>>,
    pub(crate) files: Vec<FilePath>,
    pub(crate) effort: Effort,
}

impl Effects {
    fn add(&mut self, other: Effects) {
        self.refused.extend(other.refused);
        self.undeclared.extend(other.undeclared);
        self.workspaces.extend(other.workspaces);
        self.files.extend(other.files);
        self.effort = self.effort + other.effort;
    }
}

#[derive(Debug, Default)]
struct State {
    /// Of variables, locals and outputs.
    value: Option<Value>,
    /// How deep it goes.
    levels: u32,
    reads: Box<[Cell]>,
    readers: Vec<Cell>,
}

/// The cells of an evaluation.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    /// Those that read something or are read.
    states: FxHashMap<Cell, State>,
    /// What most cells leave behind: what they took.
    efforts: FxHashMap<Cell, Effort>,
    /// The sum of these.
    effort: Effort,
    /// What few leave behind: all that is no effort.
    effects: FxHashMap<Cell, Effects>,
    /// The numbers of module instances, and of names of provider configurations.
    numbers: FxHashMap<Arc<str>, u32>,
}

/// A cell while it is worked out.
#[derive(Default)]
struct Frame {
    cell: Option<Cell>,
    is_kept: bool,
    draft: Draft,
    began: Effort,
    /// What the cells inside of it took.
    inner: Effort,
}

#[derive(Default)]
struct Draft {
    value: Option<Value>,
    levels: u32,
    reads: Vec<Cell>,
    effects: Effects,
}

/// Notes what an evaluation does, cell by cell.
#[derive(Default)]
pub(crate) struct Recorder {
    pub(crate) is_on: bool,
    cells: Cells,
    /// Whether the cells are those of an evaluation before.
    is_again: bool,
    dirty: FxHashSet<Cell>,
    numbers: RefCell<FxHashMap<Arc<str>, u32>>,
    frames: RefCell<Vec<Frame>>,
    drafts: RefCell<FxHashMap<Cell, Draft>>,
    /// Whether something was asked for by its own work, or from outside the files: its answer depends on who asks first.
    spoiled: Memory<bool>,
    /// Whether reads are not noted.
    is_silent: Memory<bool>,
}

impl Cells {
    /// These cells and all that read them, and so on.
    pub(crate) fn dirty(&self, seeds: Vec<Cell>, attributes: &dyn Fn(u32, u32) -> usize) -> FxHashSet<Cell> {
        let mut dirty = FxHashSet::default();
        let mut open = seeds;
        while let Some(cell) = open.pop() {
            if !dirty.insert(cell) {
                continue;
            }
            let own = |of: Of| Cell { module: cell.module, of };
            match cell.of {
                Of::Attribute(resource, _) | Of::Blocks(resource) | Of::Names(resource) => {
                    open.push(own(Of::Instances(resource)));
                }
                Of::Repetition(resource) => {
                    let count = attributes(cell.module, resource) as u32;
                    open.extend((0..count).map(|number| own(Of::Attribute(resource, number))));
                    open.push(own(Of::Blocks(resource)));
                    open.push(own(Of::Instances(resource)));
                }
                Of::Call(call) => open.push(own(Of::Called(call))),
                _ => {}
            }
            open.extend(self.states.get(&cell).into_iter().flat_map(|state| &state.readers).copied());
        }
        dirty
    }

    /// The number of a module instance.
    pub(crate) fn number(&self, address: &str) -> Option<u32> {
        self.numbers.get(address).copied()
    }

    /// What all cells leave behind, each with what is its own.
    pub(crate) fn effects(&self) -> Effects {
        let mut all = Effects { effort: self.effort, ..Effects::default() };
        self.effects.values().for_each(|effects| all.add(effects.clone()));
        all
    }

    /// Takes in what a cell leaves behind, in place of what it left behind before.
    fn put_effects(&mut self, cell: Cell, mut effects: Effects) {
        let effort = std::mem::take(&mut effects.effort);
        let before = match effort == Effort::default() {
            true => self.efforts.remove(&cell),
            false => self.efforts.insert(cell, effort),
        };
        self.effort = self.effort + effort - before.unwrap_or_default();
        match effects == Effects::default() {
            true => self.effects.remove(&cell),
            false => self.effects.insert(cell, effects),
        };
    }

    fn drop_effects(&mut self, cell: Cell) {
        self.put_effects(cell, Effects::default());
    }

    /// Whether some other values given to the root would be told in other ways than by the variables that have them.
    pub(crate) fn depends_on_given(&self) -> bool {
        self.effects.values().any(|effects| !effects.undeclared.is_empty())
    }

    /// Takes over a cell that was worked out. The cells that it reads no more.
    fn commit(&mut self, cell: Cell, draft: Draft) -> Vec<Cell> {
        let Draft { value, levels, mut reads, effects } = draft;
        reads.sort_unstable();
        reads.dedup();
        self.put_effects(cell, effects);
        let state = self.states.entry(cell).or_default();
        state.value = value;
        state.levels = levels;
        if *state.reads == *reads {
            let says_nothing = state.reads.is_empty() && state.readers.is_empty() && state.value.is_none();
            if says_nothing && levels <= FEW_LEVELS && cell.is_always_there() {
                self.states.remove(&cell);
            }
            return Vec::new();
        }
        let before = std::mem::replace(&mut state.reads, reads.clone().into_boxed_slice());
        for read in reads.iter().filter(|read| before.binary_search(read).is_err()) {
            self.states.entry(*read).or_default().readers.push(cell);
        }
        before.iter().filter(|read| reads.binary_search(read).is_err()).copied().collect()
    }

    /// Takes a reader from these cells, and lets go of those that have no other.
    fn no_longer_read(&mut self, reader: Cell, cells: Vec<Cell>) {
        let mut open: Vec<(Cell, Cell)> = cells.into_iter().map(|cell| (reader, cell)).collect();
        while let Some((reader, cell)) = open.pop() {
            let Some(state) = self.states.get_mut(&cell) else { continue };
            if let Some(at) = state.readers.iter().position(|one| *one == reader) {
                state.readers.swap_remove(at);
            }
            if !state.readers.is_empty() || cell.is_always_there() {
                continue;
            }
            self.drop_effects(cell);
            let reads = self.states.remove(&cell).map(|state| state.reads).unwrap_or_default();
            open.extend(reads.iter().map(|read| (cell, *read)));
        }
    }
}

impl Cell {
    /// Whether it is worked out whether or not anything else asks for it.
    fn is_always_there(self) -> bool {
        !matches!(self.of, Of::Variable(_) | Of::Local(_) | Of::Output(_) | Of::Region(_) | Of::Provider(_))
    }

    /// Whether `other` belongs to the same block, whose instances this is: it is read without a word of it.
    fn contains(self, other: Cell) -> bool {
        let Of::Instances(own) = self.of else { return self == other };
        let resource = match other.of {
            Of::Attribute(resource, _) | Of::Blocks(resource) | Of::Names(resource) | Of::Repetition(resource) => {
                resource
            }
            _ => return false,
        };
        self.module == other.module && own == resource
    }
}

impl Recorder {
    /// One that notes everything from scratch.
    pub(crate) fn from_scratch() -> Recorder {
        let frames = RefCell::new(vec![Frame { cell: Some(BASE), is_kept: true, ..Frame::default() }]);
        Recorder { is_on: true, frames, ..Recorder::default() }
    }

    /// The same, taking over all cells that are not dirty.
    pub(crate) fn over(self, cells: Cells, dirty: FxHashSet<Cell>) -> Recorder {
        let numbers = RefCell::new(cells.numbers.clone());
        Recorder { cells, is_again: true, dirty, numbers, ..self }
    }

    /// The number of a module instance or of the name of a provider configuration.
    pub(crate) fn number(&self, name: &Arc<str>) -> Option<u32> {
        if !self.is_on {
            return None;
        }
        let mut numbers = self.numbers.borrow_mut();
        let next = numbers.len() as u32;
        Some(*numbers.entry(name.clone()).or_insert(next))
    }

    /// What is worked out can't be taken over: it depends on more than what is noted.
    pub(crate) fn spoil(&self) {
        self.spoiled.set(true);
    }

    /// Whether a cell has to be worked out.
    pub(crate) fn is_dirty(&self, cell: Cell) -> bool {
        !self.is_again || self.dirty.contains(&cell)
    }

    /// Whether something needed this value before, or needs it now.
    pub(crate) fn is_needed(&self, cell: Option<Cell>) -> bool {
        self.is_again && cell.is_some_and(|cell| self.cells.states.contains_key(&cell) && !self.is_dirty(cell))
    }

    /// The value of a cell that is not dirty.
    pub(crate) fn value(&self, cell: Option<Cell>) -> Option<Value> {
        let cell = cell.filter(|cell| self.is_again && !self.is_dirty(*cell))?;
        self.cells.states.get(&cell)?.value.clone()
    }

    /// Notes that the cell being worked out asks for another.
    pub(crate) fn read(&self, cell: Option<Cell>, budget: &Budget) {
        let Some(cell) = cell.filter(|_| self.is_on) else { return };
        let known = self.drafts.borrow().get(&cell).map(|draft| draft.levels);
        let known = known.or_else(|| Some(self.cells.states.get(&cell)?.levels));
        budget.took_levels(known.unwrap_or_default().max(FEW_LEVELS));
        if self.is_silent.get() {
            return;
        }
        if let Some(frame) = self.frames.borrow_mut().last_mut()
            && frame.is_kept
            && !frame.cell.is_some_and(|reader| reader.contains(cell))
            && frame.draft.reads.last() != Some(&cell)
        {
            frame.draft.reads.push(cell);
        }
    }

    /// Notes what the cell being worked out does beside giving a value.
    pub(crate) fn effect(&self, note: impl FnOnce(&mut Effects)) {
        if let Some(frame) = self.frames.borrow_mut().last_mut() {
            note(&mut frame.draft.effects);
        }
    }

    /// Begins to work out a cell.
    pub(crate) fn enter(&self, cell: Cell, began: Effort) {
        let is_known = || cell.is_always_there() || self.cells.states.contains_key(&cell);
        let is_kept = self.is_dirty(cell) || !is_known();
        self.frames.borrow_mut().push(Frame { cell: Some(cell), is_kept, began, ..Frame::default() });
    }

    /// Ends the work on the cell that was entered last.
    pub(crate) fn leave(&self, levels: u32, now: Effort) {
        let Some(Frame { cell, is_kept, mut draft, began, inner }) = self.frames.borrow_mut().pop() else { return };
        if let Some(outer) = self.frames.borrow_mut().last_mut() {
            outer.inner = outer.inner + (now - began);
        }
        let Some(cell) = cell.filter(|_| is_kept) else { return };
        draft.effects.effort = draft.effects.effort + (now - began - inner);
        draft.levels = levels;
        let mut drafts = self.drafts.borrow_mut();
        let known = drafts.entry(cell).or_default();
        known.reads.append(&mut draft.reads);
        known.effects.add(draft.effects);
        known.levels = known.levels.max(levels);
    }

    /// Keeps the value of a cell that was worked out.
    pub(crate) fn keep_value(&self, cell: Option<Cell>, value: &Value) {
        if let Some(cell) = cell.filter(|_| self.is_on)
            && let Some(draft) = self.drafts.borrow_mut().get_mut(&cell)
            && draft.value.is_none()
        {
            draft.value = Some(value.clone());
        }
    }

    /// Runs `inner` without noting what it asks for.
    pub(crate) fn silently<T>(&self, inner: impl FnOnce() -> T) -> T {
        self.is_silent.set(true);
        let result = inner();
        self.is_silent.set(false);
        result
    }

    /// Takes what was noted so far into the cells; what was not worked out again though it is dirty is gone.
    pub(crate) fn commit(&mut self) {
        let base = self.frames.borrow_mut().first_mut().map(|base| std::mem::take(&mut base.draft.reads));
        let base = (BASE, Draft { reads: base.unwrap_or_default(), ..Draft::default() });
        let mut gone = Vec::new();
        for (cell, draft) in self.drafts.take().into_iter().chain([base]) {
            self.dirty.remove(&cell);
            gone.push((cell, self.cells.commit(cell, draft)));
        }
        // Only now: what one reads no more another may have begun to read.
        gone.into_iter().for_each(|(reader, cells)| self.cells.no_longer_read(reader, cells));
        for cell in std::mem::take(&mut self.dirty) {
            self.cells.drop_effects(cell);
            let Some(state) = self.cells.states.get_mut(&cell) else { continue };
            state.value = None;
            let reads = std::mem::take(&mut state.reads);
            let is_read = !state.readers.is_empty();
            self.cells.no_longer_read(cell, reads.to_vec());
            if !is_read {
                self.cells.states.remove(&cell);
            }
        }
        self.cells.numbers = self.numbers.borrow().clone();
    }

    /// The cells with what the evaluation left behind beside them; nothing where they can't be taken over.
    pub(crate) fn finish(self, now: Effort) -> (Option<Cells>, Effects) {
        let mut cells = self.cells;
        let base = self.frames.take().into_iter().next().unwrap_or_default();
        let mut own = base.draft.effects;
        own.effort = own.effort + (now - base.began - base.inner);
        cells.drop_effects(BASE);
        let mut all = cells.effects();
        all.add(own);
        ((!self.spoiled.get()).then_some(cells), all)
    }
}

/// The first place of each variable that is declared nowhere.
pub(crate) fn first_places(undeclared: Vec<(Arc<str>, Place)>) -> BTreeMap<Arc<str>, Place> {
    let mut first: BTreeMap<Arc<str>, Place> = BTreeMap::new();
    for (name, place) in undeclared {
        match first.get_mut(&name) {
            Some(known) if *known <= place => {}
            Some(known) => *known = place,
            None => {
                first.insert(name, place);
            }
        }
    }
    first
}
