//! The order of recovery: who waits for whom, and when each is back.
//!
//! As if the fault took all that it can take at once: for what takes one component at a time, the slowest of these is the same,
//! since what is not hit adds its own start only behind what is.

use foreshock_model::{
    Bound, ComponentIndex, Confidence, DependencyKind, FaultClass, Plane, Recoverability, System, TimeRange,
};
use rustc_hash::FxHashMap;

use crate::layout::strong::{Strong, strong_of};
use crate::recoverability::matrix::{Decided, OwnCell};

/// What one component waits for.
#[derive(Clone, Debug)]
enum Wait {
    /// This one.
    For(u32),
    /// This one, if it has to start itself.
    ToStart(u32),
    /// So many of these.
    Some(Vec<u32>, usize),
}

/// Who waits for whom.
pub(super) struct Order {
    waits: Vec<Vec<Wait>>,
    /// Those that wait for each other together, after those that they wait for.
    strong: Strong,
    /// What somebody uses, hands work to or needs, in whatever way that counts.
    uses: Vec<Vec<u32>>,
}

impl Order {
    pub(super) fn of(system: &System) -> Order {
        let count = system.components.len();
        let mut waits: Vec<Vec<Wait>> = vec![Vec::new(); count];
        let mut uses = vec![Vec::new(); count];
        let mut group_of: FxHashMap<usize, usize> = FxHashMap::default();
        for (number, group) in system.alternatives.iter().enumerate() {
            group_of.extend(group.members.iter().map(|member| (member.index(), number)));
        }
        for (number, dependency) in system.dependencies.iter().enumerate() {
            let (from, to) = (dependency.from.index(), dependency.to.0);
            if dependency.counts()
                && let Some(uses) = uses.get_mut(from)
            {
                uses.push(to);
            }
            let is_sure = dependency.confidence > Confidence::Guess && dependency.kind == DependencyKind::Requires;
            let Some(waits) = waits.get_mut(from).filter(|_| is_sure && !group_of.contains_key(&number)) else {
                continue;
            };
            match dependency.plane {
                // What is partial, or behind a breaker, takes nobody down by itself.
                Plane::Data if dependency.share() > 0.5 && !dependency.breaker => waits.push(Wait::For(to)),
                Plane::Start => waits.push(Wait::ToStart(to)),
                Plane::Data | Plane::Management => {}
            }
        }
        for group in &system.alternatives {
            let members = group.members.iter().filter_map(|member| system.dependency(*member));
            let counting: Vec<_> = members.clone().filter(|member| member.counts()).collect();
            let Some(first) = counting.first() else { continue };
            let is_needed = |member: &&foreshock_model::Dependency| {
                member.kind == DependencyKind::Requires && !member.breaker && member.share() > 0.5
            };
            // Members that take nobody down are always there.
            let spared = counting.iter().filter(|member| !is_needed(member)).count();
            let needed = (group.required as usize).saturating_sub(spared);
            let needing = counting.iter().filter(|member| is_needed(member)).map(|member| member.to.0).collect();
            if needed > 0
                && let Some(waits) = waits.get_mut(first.from.index())
            {
                waits.push(Wait::Some(needing, needed));
            }
        }
        let successors: Vec<Vec<u32>> =
            waits.iter().map(|waits| waits.iter().flat_map(Wait::others).collect()).collect();
        Order { strong: strong_of(&successors), waits, uses }
    }

    /// Everything that an entry point uses, itself included, in the order of the components.
    pub(super) fn behind(&self, entry: ComponentIndex) -> Vec<ComponentIndex> {
        let mut seen = vec![false; self.uses.len()];
        let mut open = vec![entry.0];
        while let Some(next) = open.pop() {
            let Some(slot) = seen.get_mut(next as usize).filter(|seen| !**seen) else { continue };
            *slot = true;
            open.extend(self.uses.get(next as usize).into_iter().flatten());
        }
        (0u32..).zip(seen).filter(|(_, seen)| *seen).map(|(index, _)| ComponentIndex(index)).collect()
    }

    /// When each is back.
    pub(super) fn back(&self, own: &[[OwnCell; 4]], known: &[Recoverability], class: FaultClass) -> Back {
        let count = self.waits.len();
        let mut back =
            Back { times: vec![TimeRange::ZERO; count], by: vec![None; count], by_at_best: vec![None; count] };
        for members in &self.strong.components {
            self.settle(members, own, known, class, &mut back);
        }
        back
    }

    /// The times of components that wait for each other, or of one that does not: all begin when the last repair and the last
    /// that they wait for is done, and their starts follow in an order that nobody knows, one after the other at worst.
    fn settle(
        &self,
        members: &[u32],
        own: &[[OwnCell; 4]],
        known: &[Recoverability],
        class: FaultClass,
        back: &mut Back,
    ) {
        let mut all: (TimeRange, Option<u32>) = (TimeRange::ZERO, None);
        let mut starts = TimeRange::ZERO;
        let mut at_best: (Bound, Option<u32>) = (Bound::ZERO, None);
        let mut is_repaired = false;
        for &member in members {
            let Some(cell) = own.get(member as usize).and_then(|cells| cells.get(class.index())) else { continue };
            let mut ready = (cell.repair, None);
            let mut soonest = (cell.repair.low, None);
            for wait in self.waits.get(member as usize).into_iter().flatten() {
                let (time, by) = wait.until(&back.times, members, cell.repair);
                if (time.high, time.low) > (ready.0.high, ready.0.low) {
                    ready.1 = by;
                }
                ready.0 = ready.0.max(time);
                if time.low > soonest.0 {
                    soonest = (time.low, wait.soonest(&back.times, members));
                }
            }
            is_repaired |= ready.1.is_none();
            if (ready.0.high, ready.0.low) > (all.0.high, all.0.low) {
                all.1 = ready.1.or((members.len() > 1).then_some(member));
            }
            all.0 = all.0.max(ready.0);
            if soonest.0 > at_best.0 {
                at_best = (soonest.0, soonest.1.or((members.len() > 1).then_some(member)));
            }
            if let Some(start) = known.get(member as usize).and_then(|known| known.start.as_ref()) {
                starts = starts.then(start.takes);
            }
        }
        // Who survived by itself, and waits for nobody, does not start.
        let survived = |member: u32| {
            let cell = own.get(member as usize).and_then(|cells| cells.get(class.index()));
            cell.is_some_and(|cell| cell.rto.1 == Decided::Survivors)
        };
        let is_alone = matches!(members, [member] if is_repaired && survived(*member));
        let end = |ready: Bound, start: Bound| if ready == Bound::ZERO || is_alone { ready } else { ready.then(start) };
        let time = TimeRange { low: end(all.0.low, starts.low), high: end(all.0.high, starts.high) };
        for &member in members {
            if let Some(slot) = back.times.get_mut(member as usize) {
                *slot = time;
            }
            if let Some(slot) = back.by.get_mut(member as usize) {
                *slot = all.1.filter(|&by| by != member);
            }
            if let Some(slot) = back.by_at_best.get_mut(member as usize) {
                *slot = at_best.1.filter(|&by| by != member);
            }
        }
    }
}

impl Wait {
    fn others(&self) -> Vec<u32> {
        match self {
            Wait::For(other) | Wait::ToStart(other) => vec![*other],
            Wait::Some(others, _) => others.clone(),
        }
    }

    /// Who decides how soon it is over at best.
    fn soonest(&self, times: &[TimeRange], together: &[u32]) -> Option<u32> {
        match self {
            Wait::For(other) | Wait::ToStart(other) => Some(*other),
            Wait::Some(others, needed) => {
                let low = |other: u32| match together.binary_search(&other) {
                    Ok(_) => Bound::ZERO,
                    Err(_) => times.get(other as usize).map_or(Bound::ZERO, |time| time.low),
                };
                let mut ends: Vec<(Bound, u32)> = others.iter().map(|&other| (low(other), other)).collect();
                ends.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
                ends.get(needed.saturating_sub(1)).map(|(_, other)| *other)
            }
        }
    }

    /// Until it is over, and by whom; what waits for each other is left out.
    fn until(&self, times: &[TimeRange], together: &[u32], own: TimeRange) -> (TimeRange, Option<u32>) {
        let time = |other: u32| match together.binary_search(&other) {
            Ok(_) => TimeRange::ZERO,
            Err(_) => times.get(other as usize).copied().unwrap_or(TimeRange::ZERO),
        };
        match self {
            Wait::For(other) => (time(*other), Some(*other)),
            Wait::ToStart(other) => {
                let asked = |end: Bound, own: Bound| if own == Bound::ZERO { Bound::ZERO } else { end };
                let range = time(*other);
                (TimeRange { low: asked(range.low, own.low), high: asked(range.high, own.high) }, Some(*other))
            }
            Wait::Some(others, needed) => {
                let nth = |end: &dyn Fn(TimeRange) -> Bound| {
                    let mut ends: Vec<(Bound, u32)> = others.iter().map(|&other| (end(time(other)), other)).collect();
                    ends.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
                    ends.get(needed.saturating_sub(1)).copied()
                };
                let (low, high) = (nth(&|range| range.low), nth(&|range| range.high));
                let range = TimeRange {
                    low: low.map_or(Bound::ZERO, |(end, _)| end),
                    high: high.map_or(Bound::ZERO, |(end, _)| end),
                };
                (range, high.map(|(_, other)| other))
            }
        }
    }
}

/// When each component is back, and whom it waits for longest.
pub(super) struct Back {
    times: Vec<TimeRange>,
    by: Vec<Option<u32>>,
    by_at_best: Vec<Option<u32>>,
}

impl Back {
    pub(super) fn time(&self, component: ComponentIndex) -> TimeRange {
        self.times.get(component.index()).copied().unwrap_or(TimeRange::UNKNOWN)
    }

    /// From a component to the one whose own repair decides.
    pub(super) fn path(&self, component: ComponentIndex) -> Vec<ComponentIndex> {
        Back::follow(&self.by, component)
    }

    /// The same for the best case.
    pub(super) fn low_path(&self, component: ComponentIndex) -> Vec<ComponentIndex> {
        Back::follow(&self.by_at_best, component)
    }

    fn follow(by: &[Option<u32>], component: ComponentIndex) -> Vec<ComponentIndex> {
        let mut path = vec![component];
        let mut at = component.0;
        while let Some(next) = by.get(at as usize).copied().flatten() {
            if path.contains(&ComponentIndex(next)) {
                break;
            }
            path.push(ComponentIndex(next));
            at = next;
        }
        path
    }
}
