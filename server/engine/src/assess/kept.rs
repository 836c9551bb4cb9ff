//! The way of an assessment: a system is taken apart, each part is worked out by itself, and what they come to is added up.
//! What a part came to is kept, so that the assessment of the next version works out the parts that are different.
//!
//! In the order of [`work_out`]: the text of a part (its components, dependencies and groups) says where users may come in;
//! over all parts together that says where each is measured; what all of them leave open says where that is which is
//! nowhere; and with that each comes to its figures. Of each step the outcome is kept with all that it was made of. An
//! assessment from scratch goes the same way with nothing kept, and is the same to the bit.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, Dependency, System};

use crate::assess::assessment::Assessment;
use crate::assess::division::{self, Alone, Bench, Division, Part};
use crate::assess::figures::{Figures, Measured};
use crate::assess::sum::sum;
use crate::assess::told::Told;
use crate::assess::worst::{self, LeftOpen, Together};
use crate::cascade::readings::Readings;
use crate::cascade::scratch::Scratch;
use crate::diagram::budget::Budget;
use crate::diagram::service::Weighted;
use crate::layout::basis::{Basis, Counted};
use crate::layout::ways_in::{WaysIn, sources};

/// Assesses a system at its own basis.
pub fn assess(system: &System) -> Assessment {
    assess_within(system, None, Budget::BRIEF)
}

/// Assesses a system at a basis, which can be that of another version of it (see [`Basis::carried_to`]).
pub fn assess_with(system: &System, basis: &Basis) -> Assessment {
    assess_within(system, Some(basis), Budget::BRIEF)
}

/// The same with decision diagrams of another size.
pub(crate) fn assess_within(system: &System, basis: Option<&Basis>, budget: Budget) -> Assessment {
    let division = Division::of(system, basis.map_or(&[], |basis| &basis.entries));
    let kept = work_out(system, Arc::new(division), basis, budget, None);
    Arc::try_unwrap(kept.assessment).unwrap_or_else(|shared| (*shared).clone())
}

/// An assessment with what its parts came to, from which that of the next version is worked out.
#[derive(Clone, Debug)]
pub struct Kept {
    assessment: Arc<Assessment>,
    system: System,
    division: Arc<Division>,
    parts: Vec<KeptPart>,
    counted: Counted,
    is_measure: bool,
    /// Of each part, whether its figures were worked out for this version.
    again: Vec<bool>,
}

/// A part, and what each step came to.
#[derive(Clone, Debug)]
struct KeptPart {
    ways: Arc<WaysIn>,
    basis: Arc<Basis>,
    open: Arc<LeftOpen>,
    /// What it loses with each place where that may be which is nowhere.
    lost: Arc<(Vec<Together>, Vec<f64>)>,
    together: Together,
    figures: Arc<Figures>,
    /// What of its figures is told of each unit, by the indexes of the system.
    told: Arc<Told>,
}

impl Kept {
    /// Assesses a system at its own basis, from scratch.
    pub fn of(system: &System) -> Kept {
        work_out(system, Arc::new(Division::of(system, &[])), None, Budget::BRIEF, None)
    }

    /// Assesses the next version of the system: what [`assess`](crate::assess()) says of it, to the bit. Where little is
    /// different, little is worked out: the parts of the system in which something is. An equal system has the same `Arc`.
    pub fn next(&self, system: &System) -> Kept {
        let division = match self.has_same_shape(system) {
            true => self.division.clone(),
            false => Arc::new(Division::of(system, &[])),
        };
        work_out(system, division, None, Budget::BRIEF, Some(self))
    }

    /// The assessment.
    pub fn assessment(&self) -> &Arc<Assessment> {
        &self.assessment
    }

    /// Whether what falls with this component, or takes it down, was worked out for this version of the system; false where
    /// it is as it was in the version before. Components that many share are always said to be.
    pub fn is_worked_out_again(&self, component: ComponentIndex) -> bool {
        self.division.place(component).is_none_or(|(part, _)| self.again.get(part) != Some(&false))
    }

    /// How many parts there are, and how many of them were worked out for this version.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (usize, usize) {
        (self.parts.len(), self.again.iter().filter(|again| **again).count())
    }
}

/// A part on its way.
struct Work<'a> {
    part: &'a Part,
    /// What is kept of it, where its text is the same.
    before: Option<&'a KeptPart>,
    /// Whether its components have the indexes that they had.
    in_place: bool,
    alone: Option<Alone>,
    readings: Option<Readings>,
}

impl Work<'_> {
    /// Does something with the part as a system, and its readings.
    fn on<R>(&mut self, system: &System, bench: &mut Bench, work: impl FnOnce(&System, &Readings) -> R) -> R {
        let part = self.part;
        let alone = self.alone.get_or_insert_with(|| part.alone(system));
        let readings = &mut self.readings;
        bench.on(alone, |system| work(system, readings.get_or_insert_with(|| Readings::of(system))))
    }
}

/// The assessment of a system that is not taken apart.
#[cfg(test)]
pub(crate) fn assess_undivided(system: &System) -> Assessment {
    let kept = work_out(system, Arc::new(Division::undivided(system)), None, Budget::BRIEF, None);
    (*kept.assessment).clone()
}

fn work_out(
    system: &System,
    division: Arc<Division>,
    given: Option<&Basis>,
    budget: Budget,
    before: Option<&Kept>,
) -> Kept {
    let tables = |kept: &&Kept| {
        let System { zones, domains, regions, .. } = &kept.system;
        *zones == system.zones && *domains == system.domains && *regions == system.regions
    };
    let before = before.filter(tables);
    let (mut bench, mut scratch) = (Bench::of(system), Scratch::default());
    let kept = kept_parts(&division, system, before);
    let mut works: Vec<Work> = (division.parts.iter().zip(kept))
        .map(|(part, before)| {
            let in_place = before.is_some_and(|(old, _)| old.components == part.components);
            Work { part, before: before.map(|(_, kept)| kept), in_place, alone: None, readings: None }
        })
        .collect();

    let ways: Vec<Arc<WaysIn>> = works.iter_mut().map(|work| ways_in(work, system, &mut bench)).collect();
    let (counted, bases) = bases(given, &division, &works, &ways, before.map(|kept| &kept.counted));
    let total = given.map_or_else(|| total(&bases), Basis::total);
    let is_measure = total > 0.0 && total.is_finite();
    // Where a part was measured, or was not, counts for all that comes after.
    let measured_so = before.is_some_and(|kept| kept.is_measure == is_measure);
    let at: Vec<Vec<Weighted>> = bases.iter().map(|basis| weights(basis, is_measure)).collect();

    let open = works.iter_mut().zip(&bases).zip(&at).map(|((work, basis), at)| {
        if let Some(before) = work.before.filter(|before| measured_so && before.basis == *basis) {
            return before.open.clone();
        }
        let roots: Vec<u32> = at.iter().map(|(root, _)| *root).collect();
        Arc::new(work.on(system, &mut bench, |system, readings| LeftOpen::of(system, readings, &roots, &mut scratch)))
    });
    let open: Vec<Arc<LeftOpen>> = open.collect();
    let candidates = worst::candidates(open.iter().map(|open| &**open));
    let mut lost = Vec::with_capacity(works.len());
    for (((work, basis), open), at) in works.iter_mut().zip(&bases).zip(&open).zip(&at) {
        let same = |before: &&KeptPart| measured_so && before.basis == *basis && before.lost.0 == candidates;
        lost.push(match work.before.filter(same) {
            Some(before) => before.lost.clone(),
            None if open.spare.is_empty() || candidates.len() < 2 => Arc::default(),
            None => {
                let lost = work.on(system, &mut bench, |system, _| worst::losses(system, open, &candidates, at));
                Arc::new((candidates.clone(), lost))
            }
        });
    }
    let together = worst::choice(&candidates, lost.iter().map(|lost| &*lost.1));

    let mut again = vec![false; works.len()];
    let mut parts = Vec::with_capacity(works.len());
    for (place, mut work) in works.into_iter().enumerate() {
        let (Some(ways), Some(basis), Some(open), Some(at), Some(lost)) =
            (ways.get(place), bases.get(place), open.get(place), at.get(place), lost.get(place))
        else {
            continue;
        };
        let together = if open.spare.is_empty() { Together::Apart } else { together };
        let same = |before: &&KeptPart| measured_so && before.basis == *basis && before.together == together;
        let figures = work.before.filter(same).map(|before| before.figures.clone()).unwrap_or_else(|| {
            if let Some(again) = again.get_mut(place) {
                *again = true;
            }
            let tops = tops(basis, ways);
            let shared = &work.part.shared;
            let measured = Measured { basis, tops: &tops, at, open, together, shared, budget };
            Arc::new(
                work.on(system, &mut bench, |system, readings| Figures::of(system, readings, measured, &mut scratch)),
            )
        });
        let same = |before: &&KeptPart| work.in_place && Arc::ptr_eq(&before.figures, &figures);
        let told = match work.before.filter(same) {
            Some(before) => before.told.clone(),
            None => Arc::new(Told::of(work.part, &figures.fates)),
        };
        let (ways, basis, open, lost) = (ways.clone(), basis.clone(), open.clone(), lost.clone());
        parts.push(KeptPart { ways, basis, open, lost, together, figures, told });
    }

    let same = before
        .filter(|kept| (Arc::ptr_eq(&kept.division, &division) || kept.division == division) && !again.contains(&true));
    let assessment = match same {
        Some(kept) => kept.assessment.clone(),
        None => {
            let basis = given.cloned().unwrap_or_else(|| whole(&division, &bases));
            let is_open = open.iter().any(|open| open.is_open);
            let parts = division.parts.iter().zip(&parts).map(|(part, kept)| (part, &*kept.figures, &*kept.told));
            Arc::new(sum(parts, basis, is_open))
        }
    };
    Kept { assessment, system: system.clone(), division, parts, counted, is_measure, again }
}

/// What is kept of each part whose text is the same, and the part as it was.
fn kept_parts<'a>(
    division: &Arc<Division>,
    system: &System,
    before: Option<&'a Kept>,
) -> Vec<Option<(&'a Part, &'a KeptPart)>> {
    let Some(before) = before else { return vec![None; division.parts.len()] };
    let old = before.division.parts.iter().zip(&before.parts);
    if Arc::ptr_eq(&before.division, division) {
        let is_same = before.unchanged(system);
        return old.map(|(part, kept)| Some((part, kept)).filter(|(part, _)| is_same(part))).collect();
    }
    // Both are in the order of their first own components, and these in that of their ids.
    let first =
        |part: &Part, system: &'a System| part.first_own().and_then(|index| system.components.get(index as usize));
    let first_now = |part: &Part| part.first_own().and_then(|index| system.components.get(index as usize));
    let mut old = old.peekable();
    let kept = division.parts.iter().map(|part| {
        let now = first_now(part)?;
        while old.next_if(|(part, _)| first(part, &before.system).is_some_and(|old| old.id < now.id)).is_some() {}
        old.peek().copied().filter(|(old, _)| is_same((old, &before.system), (part, system)))
    });
    kept.collect()
}

impl Kept {
    /// Whether the system falls into the same parts: nothing depends on something else, and what may be shared still may.
    fn has_same_shape(&self, system: &System) -> bool {
        let old = &self.system;
        let ends = |one: &Dependency, other: &Dependency| {
            (one.from, one.to, one.counts(), one.share() > 0.0)
                == (other.from, other.to, other.counts(), other.share() > 0.0)
        };
        old.components.len() == system.components.len()
            && old.dependencies.len() == system.dependencies.len()
            && old
                .components
                .iter()
                .zip(&system.components)
                .all(|(one, other)| Arc::ptr_eq(one, other) || division::has_same_place(one, other))
            && old
                .dependencies
                .iter()
                .zip(&system.dependencies)
                .all(|(one, other)| Arc::ptr_eq(one, other) || ends(one, other))
            && old.alternatives == system.alternatives
    }

    /// Whether a part says the same in a system of the same shape.
    fn unchanged(&self, system: &System) -> impl Fn(&Part) -> bool {
        let old = &self.system;
        let components = old.components.iter().zip(&system.components);
        let components: Vec<bool> = components.map(|(one, other)| Arc::ptr_eq(one, other) || one == other).collect();
        let dependencies = old.dependencies.iter().zip(&system.dependencies);
        let dependencies: Vec<bool> =
            dependencies.map(|(one, other)| Arc::ptr_eq(one, other) || carries_the_same(one, other)).collect();
        let all = |same: &[bool], list: &[u32]| list.iter().all(|&index| same.get(index as usize) == Some(&true));
        move |part| all(&components, &part.components) && all(&dependencies, &part.dependencies)
    }
}

/// Whether a part of one system is made of the same as one of another.
fn is_same((old, then): (&Part, &System), (new, now): (&Part, &System)) -> bool {
    if old.shared != new.shared || old.dependencies.len() != new.dependencies.len() {
        return false;
    }
    let component = |(&one, &other): (&u32, &u32)| {
        let ends = then.components.get(one as usize).zip(now.components.get(other as usize));
        ends.is_some_and(|(one, other)| Arc::ptr_eq(one, other) || one == other)
    };
    let dependency = |(&one, &other): (&u32, &u32)| {
        let both = then.dependencies.get(one as usize).zip(now.dependencies.get(other as usize));
        both.is_some_and(|(one, other)| {
            (Arc::ptr_eq(one, other) || carries_the_same(one, other)) && old.ends(one) == new.ends(other)
        })
    };
    old.components.iter().zip(&new.components).all(component)
        && old.dependencies.iter().zip(&new.dependencies).all(dependency)
        && old.alternatives(then).eq(new.alternatives(now))
}

/// Whether two dependencies differ by nothing but their ends, and why they are there.
fn carries_the_same(one: &Dependency, other: &Dependency) -> bool {
    let Dependency { from, to, .. } = *one;
    *one == Dependency { from, to, evidence: one.evidence.clone(), shown: one.shown, ..*other }
}

fn ways_in(work: &mut Work, system: &System, bench: &mut Bench) -> Arc<WaysIn> {
    if let Some(before) = work.before {
        return before.ways.clone();
    }
    let part = work.part;
    Arc::new(work.on(system, bench, |system, readings| {
        let layout = &readings.structure().layout;
        let mut sources = sources(system, layout);
        // What is shared is needed somewhere.
        let is_shared = |member: &ComponentIndex| part.shared.get(member.index()) == Some(&true);
        sources.retain(|members| !members.iter().any(is_shared));
        WaysIn::of(system, layout, sources)
    }))
}

/// Where each part is measured.
fn bases(
    given: Option<&Basis>,
    division: &Division,
    works: &[Work],
    ways: &[Arc<WaysIn>],
    before: Option<&Counted>,
) -> (Counted, Vec<Arc<Basis>>) {
    let counted = Counted::of(ways.iter().map(|ways| &**ways));
    if let Some(given) = given {
        let mut bases = vec![Basis::default(); works.len()];
        for entry in &given.entries {
            if let Some((part, component)) = division.place(entry.component)
                && let Some(basis) = bases.get_mut(part)
            {
                basis.entries.push(crate::EntryPoint { component, ..*entry });
            }
        }
        for (part, component) in given.off.iter().filter_map(|&off| division.place(off)) {
            if let Some(basis) = bases.get_mut(part) {
                basis.off.push(component);
            }
        }
        return (counted, bases.into_iter().map(Arc::new).collect());
    }
    let same = before == Some(&counted);
    let basis = |(work, ways): (&Work, &Arc<WaysIn>)| match work.before.filter(|_| same) {
        Some(before) => before.basis.clone(),
        None => Arc::new(counted.basis(ways)),
    };
    let bases = works.iter().zip(ways).map(basis).collect();
    (counted, bases)
}

fn total(bases: &[Arc<Basis>]) -> f64 {
    bases.iter().flat_map(|basis| &basis.entries).map(|entry| entry.weight).sum()
}

fn weights(basis: &Basis, is_measure: bool) -> Vec<Weighted> {
    let entries = basis.entries.iter().filter(|_| is_measure);
    entries.map(|entry| (entry.component.0, entry.weight)).collect()
}

/// The basis of the system, from those of its parts.
fn whole(division: &Division, bases: &[Arc<Basis>]) -> Basis {
    let mut whole = Basis::default();
    for (part, basis) in division.parts.iter().zip(bases) {
        let Basis { entries, beside, off } = &**basis;
        let entry = |entry: &crate::EntryPoint| crate::EntryPoint { component: part.global(entry.component), ..*entry };
        whole.entries.extend(entries.iter().map(entry));
        whole.beside.extend(beside.iter().map(|&component| part.global(component)));
        whole.off.extend(off.iter().map(|&component| part.global(component)));
    }
    whole.entries.sort_by_key(|entry| entry.component);
    whole.beside.sort_unstable();
    whole.off.sort_unstable();
    whole
}

/// Where a failure shows: the entry points and the first of every other source.
fn tops(basis: &Basis, ways: &WaysIn) -> Vec<ComponentIndex> {
    let mut tops: Vec<ComponentIndex> = basis.entries.iter().map(|entry| entry.component).collect();
    let mut here = vec![false; ways.off.len()];
    for component in tops.iter().chain(&basis.off) {
        if let Some(here) = here.get_mut(component.index()) {
            *here = true;
        }
    }
    for source in &ways.sources {
        if !source.iter().any(|member| here.get(member.index()) == Some(&true)) {
            tops.extend(source.first());
        }
    }
    tops.sort_unstable();
    tops.dedup();
    tops
}
