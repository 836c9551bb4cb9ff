//! Bounds on work, memory, depth and size, far above what any real stack needs: a text can ask for anything.
//!
//! One [`Budget`] is shared by everything that is worked out for one answer. Each value has a little of it to itself, so
//! that small values are always worked out whatever else the text asks for; a larger one draws on what all share, and on no
//! more than half of what is left of it, so that no single text takes everything from the rest. What goes over becomes
//! unknown with the reason, and the first place where that happens is told as a problem.

use std::cell::{Cell, RefCell};

use foreshock_resources::{Kind, Provenance, Value};
use rustc_hash::FxHashMap;

use crate::failure::{Failure, beyond};

/// Work for one answer. A unit is the time to look at one part of a value or at eight bytes of text, about ten
/// nanoseconds. The largest stack measured needs 1,300,000.
const WORK: u64 = 32_000_000;
/// What one expression costs beside what it looks at.
const STEP: u64 = 16;
/// Bytes of values made for one answer, whether or not they are still held. The largest stack measured needs 3 MB.
const MEMORY: u64 = 96 << 20;
/// Work that each value has to itself: some hundred expressions.
const OWN_WORK: u64 = 2_000;
/// Bytes that each value has to itself.
const OWN_MEMORY: u64 = 4 << 10;
/// Nested expressions and named values being evaluated at once; bounds the stack.
const DEPTH: u32 = 240;
/// Parts of one value.
pub(crate) const PARTS: usize = 200_000;
/// Bytes of one string.
pub(crate) const STRING: usize = 8 << 20;
/// Instances of one resource or module.
const SIBLINGS: u64 = 10_000;
/// Instances in total; a module is as much as ten of them.
const INSTANCES: u64 = 100_000;
/// Of these, what one call in the root and all that is below it may take.
const BELOW_ONE_CALL: u64 = INSTANCES / 4;

/// Bytes of one element of a list, about.
const ELEMENT: u64 = 64;
/// Bytes of one trace, about.
const TRACE: u64 = 48;

/// Something there is not enough of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Work.
    Work,
    /// Bytes of values.
    Memory,
    /// Instances of resources and modules.
    Instances,
    /// Modules.
    Modules,
    /// Provenance of one value.
    Provenance,
}

impl Limit {
    /// What is told once, where it first happens.
    pub fn message(self) -> &'static str {
        match self {
            Limit::Work => {
                "this takes more work than is followed here; it is treated as unknown, and so is what needs too much elsewhere"
            }
            Limit::Memory => {
                "this makes more data than is followed here; it is treated as unknown, and so is what makes too much elsewhere"
            }
            Limit::Instances => {
                "this makes more instances than are followed here; one that is not known stands for all of them"
            }
            Limit::Modules => "this calls more modules than are followed here; what is inside is not known",
            Limit::Provenance => {
                "this is made from more resources than are followed here; some dependencies are not seen"
            }
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What is left for one answer.
#[derive(Debug)]
pub struct Budget {
    work: Cell<u64>,
    memory: Cell<u64>,
    instances: Cell<u64>,
    /// Instances taken below each call of the root, by its number.
    below: RefCell<FxHashMap<usize, u64>>,
    depth: Cell<u32>,
    /// The deepest since somebody last began to look.
    deepest: Cell<u32>,
    /// Whether anything was ever more than is followed.
    went_over: Cell<bool>,
    share: Cell<Share>,
    /// Set since somebody last asked.
    exceeded: Cell<Option<Limit>>,
    /// The limits that have been told.
    told: Cell<u8>,
}

/// What the value being worked out may take: its own, then from what all share.
#[derive(Clone, Copy, Debug)]
struct Share {
    own_work: u64,
    own_memory: u64,
    common_work: u64,
    common_memory: u64,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::new()
    }
}

impl Budget {
    /// All of it, for one value.
    pub fn new() -> Budget {
        let share = Share { own_work: OWN_WORK, own_memory: OWN_MEMORY, common_work: WORK, common_memory: MEMORY };
        Budget {
            work: Cell::new(WORK),
            memory: Cell::new(MEMORY),
            instances: Cell::new(INSTANCES),
            below: RefCell::default(),
            depth: Cell::new(0),
            deepest: Cell::new(0),
            went_over: Cell::new(false),
            share: Cell::new(share),
            exceeded: Cell::new(None),
            told: Cell::new(0),
        }
    }

    /// Works one value out, with a share of its own.
    pub fn of_its_own<T>(&self, inner: impl FnOnce() -> T) -> T {
        let share = Share {
            own_work: OWN_WORK,
            own_memory: OWN_MEMORY,
            common_work: self.work.get() / 2,
            common_memory: self.memory.get() / 2,
        };
        let outer = self.share.replace(share);
        let result = inner();
        self.share.set(outer);
        result
    }

    /// Uses up some work.
    pub fn spend(&self, work: u64) -> Result<(), Failure> {
        let mut share = self.share.get();
        let own = work.min(share.own_work);
        let more = work - own;
        let left = share.common_work.min(self.work.get());
        if more > left {
            // What went over is over: nothing of it goes on.
            self.share.set(Share { own_work: 0, common_work: 0, ..share });
            self.exceed(Limit::Work);
            return beyond("too much to evaluate");
        }
        share.own_work -= own;
        share.common_work = left - more;
        self.share.set(share);
        self.work.set(self.work.get() - more);
        Ok(())
    }

    /// The work of one expression.
    pub fn step(&self) -> Result<(), Failure> {
        self.spend(STEP)
    }

    /// Uses up bytes for what is going to be made.
    pub fn make(&self, bytes: u64) -> Result<(), Failure> {
        let mut share = self.share.get();
        let own = bytes.min(share.own_memory);
        let more = bytes - own;
        let left = share.common_memory.min(self.memory.get());
        if more > left {
            self.share.set(Share { own_memory: 0, common_memory: 0, ..share });
            self.exceed(Limit::Memory);
            return beyond("more data than is followed here");
        }
        share.own_memory -= own;
        share.common_memory = left - more;
        self.share.set(share);
        self.memory.set(self.memory.get() - more);
        Ok(())
    }

    /// A list of so many elements, each made anew with the provenance of what it was in.
    pub fn make_elements(&self, count: usize, provenance: &Provenance) -> Result<(), Failure> {
        let (count, provenance) = (count as u64, provenance.len() as u64);
        self.spend(count.saturating_mul(1 + provenance))?;
        self.make(count.saturating_mul(ELEMENT + provenance * TRACE))
    }

    /// Provenance put together from several.
    pub fn make_provenance(&self, provenance: &Provenance) -> Result<(), Failure> {
        let count = provenance.len() as u64;
        self.spend(count * 2)?;
        self.make(count * TRACE)
    }

    /// The parts and the bytes of text of a value, for which the look at them is paid.
    pub fn weigh(&self, value: &Value) -> Result<Weight, Failure> {
        let share = self.share.get();
        let mut weight = Weight::default();
        weight.add(value, share.own_work + share.common_work.min(self.work.get()));
        self.spend(weight.parts)?;
        Ok(weight)
    }

    /// Makes a copy of a value, part by part.
    pub fn copy(&self, value: &Value) -> Result<(), Failure> {
        match &value.kind {
            Kind::List(_) | Kind::Set(_) | Kind::Map(_) => {
                let weight = self.weigh(value)?;
                self.spend(weight.parts * 2)?;
                self.make(weight.parts * ELEMENT)
            }
            _ => Ok(()),
        }
    }

    /// The value, or unknown when it is larger than anything real.
    pub fn bounded(&self, value: Value) -> Value {
        let mut left = PARTS;
        let fits = fits(&value, &mut left, 64);
        if let Err(failure) = self.spend((PARTS - left) as u64) {
            return Value { kind: Kind::Unknown(failure.why), provenance: value.provenance, origin: None };
        }
        if fits { value } else { Value::unknown("a value too large to follow") }
    }

    /// Whether there is room for so many instances of one block below a call of the root, or in the root; takes it.
    pub fn room_for(&self, count: u64, call: Option<usize>) -> bool {
        let has_room = count <= SIBLINGS && self.take_instances(count, call);
        if !has_room {
            self.exceed(Limit::Instances);
        }
        has_room
    }

    /// No block gets more than half of what is left, and no call of the root more than its part.
    fn take_instances(&self, count: u64, call: Option<usize>) -> bool {
        let left = self.instances.get();
        if count > left.div_ceil(2) {
            return false;
        }
        if let Some(call) = call {
            let mut below = self.below.borrow_mut();
            let used = below.entry(call).or_default();
            if *used + count > BELOW_ONE_CALL {
                return false;
            }
            *used += count;
        }
        self.instances.set(left - count);
        true
    }

    /// Whether there is room for so many instances of a module that declares so many resources; takes it.
    pub fn room_for_modules(&self, count: u64, resources: u64, call: usize) -> bool {
        /// A module takes about as much as so many resources.
        const MODULE: u64 = 10;
        self.take_instances(count.saturating_mul(MODULE + resources), Some(call))
    }

    /// Runs `inner` one level deeper.
    pub fn deeper<T>(&self, inner: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let depth = self.depth.get();
        if depth >= DEPTH {
            self.went_over.set(true);
            return beyond("nested too deeply to follow");
        }
        self.depth.set(depth + 1);
        self.deepest.set(self.deepest.get().max(depth + 1));
        let result = inner();
        self.depth.set(depth);
        result
    }

    /// Notes that something is more than is followed.
    pub fn exceed(&self, limit: Limit) {
        self.went_over.set(true);
        self.exceeded.set(Some(limit));
    }

    /// Begins to look how deep something goes. What to give to [`Budget::end_depth`].
    pub fn begin_depth(&self) -> u32 {
        self.deepest.replace(self.depth.get())
    }

    /// How many levels deeper it went since.
    pub fn end_depth(&self, outer: u32) -> u32 {
        let own = self.deepest.get();
        self.deepest.set(outer.max(own));
        own.saturating_sub(self.depth.get())
    }

    /// Notes that something took so many levels from here when it was worked out, though it is not worked out now.
    pub fn took_levels(&self, levels: u32) {
        self.deepest.set(self.deepest.get().max(self.depth.get() + levels));
    }

    /// Whether all that was worked out so far, which took `effort`, would come out the same in any other order: nothing went
    /// over a limit or came near one, since what is left to each depends on what came before it.
    pub fn is_roomy(&self, effort: Effort) -> bool {
        /// No part of all that there is may be more than a share that is granted at any time.
        const PART: u64 = 5;
        !self.went_over.get()
            && self.deepest.get() < DEPTH * 3 / 4
            && effort.work < WORK / PART
            && effort.bytes < MEMORY / PART
            && effort.instances < INSTANCES / PART
    }

    /// The limit that was gone over since the last question, if nobody has been told of it yet.
    pub fn take_exceeded(&self) -> Option<Limit> {
        let limit = self.exceeded.take()?;
        let told = self.told.get();
        self.told.set(told | limit.bit());
        (told & limit.bit() == 0).then_some(limit)
    }

    /// What has been used of what all share.
    pub fn effort(&self) -> Effort {
        Effort {
            work: WORK - self.work.get(),
            bytes: MEMORY - self.memory.get(),
            instances: INSTANCES - self.instances.get(),
        }
    }
}

/// What an evaluation took, beside the little that each value has to itself. The same text takes the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Units of work: about ten nanoseconds each.
    pub work: u64,
    /// Bytes of values made, about, whether or not they are still held.
    pub bytes: u64,
    /// Instances that `count` and `for_each` make, and those inside of modules.
    pub instances: u64,
}

/// How much there is in a value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Weight {
    /// Values in it, itself included.
    pub parts: u64,
    /// Bytes of text in it, keys included.
    pub bytes: u64,
}

impl std::ops::Add for Effort {
    type Output = Effort;

    fn add(self, other: Effort) -> Effort {
        Effort {
            work: self.work + other.work,
            bytes: self.bytes + other.bytes,
            instances: self.instances + other.instances,
        }
    }
}

impl std::ops::Sub for Effort {
    type Output = Effort;

    fn sub(self, other: Effort) -> Effort {
        Effort {
            work: self.work.saturating_sub(other.work),
            bytes: self.bytes.saturating_sub(other.bytes),
            instances: self.instances.saturating_sub(other.instances),
        }
    }
}

impl Weight {
    /// Adds a value, but for what is beyond `most` parts: what is shared many times over has more than can be looked at.
    fn add(&mut self, value: &Value, most: u64) {
        if self.parts > most {
            return;
        }
        self.parts += 1;
        match &value.kind {
            Kind::List(items) | Kind::Set(items) => items.iter().for_each(|item| self.add(item, most)),
            Kind::Map(items) => {
                for (name, item) in items.iter() {
                    self.bytes += name.len() as u64;
                    self.add(item, most);
                }
            }
            Kind::String(text) => self.bytes += text.len() as u64,
            _ => {}
        }
    }
}

fn fits(value: &Value, left: &mut usize, depth: usize) -> bool {
    if *left == 0 || depth == 0 {
        return false;
    }
    *left -= 1;
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => items.iter().all(|item| fits(item, left, depth - 1)),
        Kind::Map(items) => items.values().all(|item| fits(item, left, depth - 1)),
        Kind::String(text) => text.len() <= STRING,
        _ => true,
    }
}
