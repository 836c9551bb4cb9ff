//! Many repairs proven by few analyses.
//!
//! A repair is proven by making its edits on a copy, which is read, understood and assessed. Several can share one copy where
//! none has to do with another:
//!
//! - Repairs of what the simulation knows nothing of (a backup, a protection against deletion), one of each resource. The
//!   copy has to say the same of every component; then no simulation has to be run, and none is.
//! - Repairs that write into the block of their own component, of which the components of another part of the system say
//!   nothing (see [`Parts`]), one of each part. Only that part may differ in the copy. What each gains is what is lost less
//!   at the entry points of its part, for the loss is a sum over the entry points.
//!
//! Whatever does not keep to that in the copy is tried in halves, and at last alone. A test holds what is proven together
//! to what is proven alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use foreshock_catalog::Assembled;
use foreshock_engine::{Frozen, Parts, changed_components, losses, minutes_per_year, score};
use foreshock_model::{ComponentIndex, MinutesPerYear, Points};
use foreshock_resources::Resources;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Candidate, Fix, best_first, holds_elsewhere, is_kept, prove, read_for, repaired, understood_again, users_of,
};
use crate::dialect::{Meaning, Reader};
use crate::findings::rules::checks_of;
use crate::{Finding, FindingKey, Severity, Snapshot, Stack};

/// Repairs are tried in any case as often as this, however large the stack is.
const FEWEST: usize = 5;

/// A repair of the finding of that number in the question.
struct Task<'a> {
    number: usize,
    finding: &'a Finding,
    candidate: Candidate,
}

/// How a repair can share a copy with others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Company {
    /// With those of other resources.
    Quiet,
    /// With those of other parts; this is the first component of its own.
    Part(ComponentIndex),
    /// Not at all.
    Alone,
}

/// The repairs of each of these findings of one stack, best first; none for a finding whose repairs were not all tried,
/// because the work was more than `most`: so many resources, components or dependencies may be read again. `stop` is asked in between,
/// and then nothing more is tried.
pub(crate) fn proven(
    snapshot: &Snapshot,
    stack: &Stack,
    findings: &[&Finding],
    most: usize,
    stop: &(dyn Fn() -> bool + Sync),
) -> Vec<Option<Vec<Fix>>> {
    // A plan is repaired in the text that it was made from, and that is what a repair is proven on.
    let Some(repaired) = stack.repaired_in() else { return findings.iter().map(|_| Some(Vec::new())).collect() };
    let in_text = (!std::ptr::eq(repaired, stack)).then(|| {
        let all = repaired.findings.iter().rev();
        all.map(|finding| ((finding.rule, &*finding.component_id), &**finding)).collect::<FxHashMap<_, _>>()
    });
    let numbered = findings.iter().enumerate().filter_map(|(number, finding)| match &in_text {
        Some(in_text) => Some((number, *in_text.get(&(finding.rule, &*finding.component_id))?)),
        None => Some((number, *finding)),
    });
    let (numbers, found): (Vec<usize>, Vec<&Finding>) = numbered.unzip();
    let candidates = repaired.dialect().candidates_of(snapshot, repaired, &found);
    let mut tasks = Vec::new();
    for ((number, finding), candidates) in numbers.into_iter().zip(found).zip(candidates) {
        tasks.extend(candidates.into_iter().map(|candidate| Task { number, finding, candidate }));
    }
    let proof = Proof { snapshot, stack: repaired, most, stop };
    let mut proven: Vec<Option<Vec<Fix>>> = findings.iter().map(|_| Some(Vec::new())).collect();
    for (number, result) in proof.all(tasks) {
        let Some(slot) = proven.get_mut(number) else { continue };
        match (result, slot.as_mut()) {
            (Tried::No, _) => *slot = None,
            (Tried::Holds(fix), Some(fixes)) => fixes.push(fix),
            _ => {}
        }
    }
    proven.iter_mut().flatten().for_each(best_first);
    proven
}

/// What became of a repair.
enum Tried {
    Holds(Fix),
    Fails,
    /// Nobody tried.
    No,
}

struct Proof<'a> {
    snapshot: &'a Snapshot,
    stack: &'a Stack,
    most: usize,
    stop: &'a (dyn Fn() -> bool + Sync),
}

impl<'a> Proof<'a> {
    fn all(&self, tasks: Vec<Task<'a>>) -> Vec<(usize, Tried)> {
        let mut results = Vec::with_capacity(tasks.len());
        let mut alone = tasks;
        // One by itself gains nothing by company.
        if let (Some(resources), Some(assembled)) = (self.stack.resources(), self.stack.assembled())
            && alone.len() > 1
        {
            let before = Before::of(self.stack, resources, assembled);
            let (tasks, kept): (Vec<_>, Vec<_>) = alone
                .into_iter()
                .map(|task| (before.company(&task), task))
                .partition(|(one, _)| *one != Company::Alone);
            alone = kept.into_iter().map(|(_, task)| task).collect();
            for group in grouped(tasks) {
                match group {
                    (_, group) if group.len() == 1 => alone.extend(group),
                    (is_quiet, group) => self.together(&before, is_quiet, group, &mut results, &mut alone),
                }
            }
            alone.sort_by_key(|task| task.number);
        }
        let cost = self.cost();
        let mut spent = 0usize;
        let affordable: Vec<bool> = alone
            .iter()
            .enumerate()
            .map(|(place, task)| {
                spent += cost * read_for(self.snapshot, self.stack, &task.candidate.edits);
                spent <= self.most || place < FEWEST
            })
            .collect();
        let one = |reader: &mut Option<Box<dyn Reader>>, (task, is_affordable): (Task<'a>, bool)| {
            if !is_affordable || (self.stop)() {
                return (task.number, Tried::No);
            }
            let mut own = reader.take().unwrap_or_else(|| self.stack.dialect().reader());
            // A text on which Foreshock fails is no repair.
            let fix = catch_unwind(AssertUnwindSafe(|| {
                (prove(self.snapshot, self.stack, task.finding, task.candidate, &mut *own), own)
            }));
            let (fix, own) = fix.map_or((None, None), |(fix, own)| (fix, Some(own)));
            *reader = own.filter(|_| self.stack.dialect().keeps_what_copies_share());
            (task.number, fix.map_or(Tried::Fails, Tried::Holds))
        };
        // One after the other within a part, and the first of all in each part, so that the first are tried first.
        let threads = rayon::current_num_threads().max(1);
        let each = alone.len().div_ceil(threads);
        let mut parts: Vec<Vec<_>> = (0..threads).map(|_| Vec::with_capacity(each)).collect();
        for (place, task) in alone.into_iter().zip(affordable).enumerate() {
            if let Some(part) = parts.get_mut(place % threads) {
                part.push(task);
            }
        }
        let open: Vec<_> = parts.into_iter().flatten().collect();
        results.par_extend(open.into_par_iter().with_min_len(each.max(1)).map_init(|| None, one));
        results
    }

    /// What reading the stack again costs, in resources and components. Where all need all it is what they need that costs.
    fn cost(&self) -> usize {
        let resources = self.stack.resources().map_or(0, |resources| resources.instances.len());
        let system = self.stack.system();
        resources.max(system.components.len()).max(system.dependencies.len()).max(1)
    }

    /// Proves repairs on one copy; those that it can't tell apart are left over.
    fn together(
        &self,
        before: &Before<'_>,
        is_quiet: bool,
        mut group: Vec<Task<'a>>,
        results: &mut Vec<(usize, Tried)>,
        left: &mut Vec<Task<'a>>,
    ) {
        if group.len() == 1 || (self.stop)() {
            left.extend(group);
            return;
        }
        let copy = catch_unwind(AssertUnwindSafe(|| self.copy(before, is_quiet, &group)));
        let Some(copy) = copy.ok().flatten() else {
            let half = group.split_off(group.len() / 2);
            self.together(before, is_quiet, group, results, left);
            self.together(before, is_quiet, half, results, left);
            return;
        };
        for task in group {
            let fact = task.finding.fact();
            let gone = !task.finding.keys().any(|key| copy.found.contains(&(key, fact.clone())));
            let (points, minutes_per_year) =
                if is_quiet { Default::default() } else { copy.gain(before, task.finding) };
            let gains = if is_quiet { true } else { points > 0.0 };
            let users = users_of(self.snapshot, self.stack, &task.candidate.edits);
            let title = &task.candidate.title;
            let fix = || Fix {
                title: users.map_or_else(|| title.clone(), |users| format!("{title} ({users})")),
                points: points.at_least_zero(),
                minutes_per_year: minutes_per_year.at_least_zero(),
                edits: task.candidate.edits.clone(),
            };
            results.push((task.number, if gone && gains { Tried::Holds(fix()) } else { Tried::Fails }));
        }
    }

    /// The stack after all these repairs; none where their edits do not fit, or what they do can't be told apart.
    fn copy(&self, before: &Before<'_>, is_quiet: bool, group: &[Task<'_>]) -> Option<Copy> {
        let stack = self.stack;
        let edits = group.iter().flat_map(|task| task.candidate.edits.iter().cloned()).collect();
        let all = Candidate::new("", edits)?;
        if is_quiet {
            return self.quiet_copy(before, &all.edits);
        }
        let mut reader = stack.dialect().reader();
        let after = repaired(self.snapshot, stack, &all.edits, &mut *reader)?;
        if !holds_elsewhere(self.snapshot, stack, &all.edits, &mut *reader)
            || !group.iter().all(|task| is_kept(stack, &after, task.finding))
        {
            return None;
        }
        let changed = changed_components((stack.system(), stack.frozen()), (after.system(), after.frozen()))?;
        let parts: FxHashSet<_> = group.iter().filter_map(|task| before.part_of(task.finding)).collect();
        let is_theirs =
            |component: &ComponentIndex| before.parts.first_of(*component).is_some_and(|first| parts.contains(&first));
        let same_parts = Parts::of(after.system()) == before.parts;
        let same_egress = stack.egress().len() == after.egress().len();
        if !same_parts || !same_egress || !changed.iter().all(is_theirs) {
            return None;
        }
        let basis = stack.assessment.basis.carried_to(stack.system(), after.system());
        let lost = before.by_part(&losses(after.system(), &basis));
        Some(Copy::of(&after, lost))
    }
}

impl Proof<'_> {
    /// After repairs of what no simulation knows: where no component says anything else, only the checks can.
    fn quiet_copy(&self, before: &Before<'_>, edits: &[super::Edit]) -> Option<Copy> {
        let stack = self.stack;
        let mut reader = stack.dialect().reader();
        let understood = understood_again(self.snapshot, stack, edits, &mut *reader, true)?;
        let frozen = Frozen::new(understood.system());
        let changed = changed_components((stack.system(), stack.frozen()), (understood.system(), &frozen))?;
        let Meaning::Resources { assembled, .. } = &understood.meaning else { return None };
        if !changed.is_empty() || !holds_elsewhere(self.snapshot, stack, edits, &mut *reader) {
            return None;
        }
        let mut found = checks_of(assembled, stack);
        stack.settings().levels.apply(&mut found);
        let is_known = |finding: &Finding| before.findings.contains(&(finding.rule, &*finding.component_id));
        let is_louder = found.iter().any(|finding| finding.severity >= Severity::Warning && !is_known(finding));
        let found = found.iter().map(|finding| (finding.key(), finding.fact())).collect();
        (!is_louder).then(|| Copy { found, lost: FxHashMap::default() })
    }
}

/// Groups in which each repair stands alone with what it could be confused with, in the order of the findings; whether
/// they are quiet.
fn grouped(tasks: Vec<(Company, Task<'_>)>) -> Vec<(bool, Vec<Task<'_>>)> {
    let mut rounds: FxHashMap<(Option<ComponentIndex>, String), usize> = FxHashMap::default();
    let mut groups: Vec<(bool, Vec<Task<'_>>)> = Vec::new();
    let mut number_of: FxHashMap<(bool, usize), usize> = FxHashMap::default();
    for (company, task) in tasks {
        let key = match company {
            Company::Part(first) => (Some(first), String::new()),
            _ => (None, task.finding.component_id.to_string()),
        };
        let is_quiet = key.0.is_none();
        let round = rounds.entry(key).or_default();
        let group = *number_of.entry((is_quiet, *round)).or_insert_with(|| {
            groups.push((is_quiet, Vec::new()));
            groups.len() - 1
        });
        *round += 1;
        if let Some((_, group)) = groups.get_mut(group) {
            group.push(task);
        }
    }
    groups
}

/// A stack after the repairs of a group.
struct Copy {
    /// Everything that is found there.
    found: FxHashSet<(FindingKey, String)>,
    /// What is lost at the entry points of each part.
    lost: FxHashMap<ComponentIndex, f64>,
}

impl Copy {
    fn of(after: &Stack, lost: FxHashMap<ComponentIndex, f64>) -> Copy {
        let found = after.findings.iter().map(|finding| (finding.key(), finding.fact()));
        Copy { found: found.collect(), lost }
    }

    /// Points and minutes that the part of a finding gains.
    fn gain(&self, before: &Before<'_>, finding: &Finding) -> (Points, MinutesPerYear) {
        let Some(part) = before.part_of(finding) else { return Default::default() };
        let lost = |by_part: &FxHashMap<ComponentIndex, f64>| by_part.get(&part).copied().unwrap_or(0.0);
        let less = lost(&before.lost) - lost(&self.lost);
        let points = before.score.map_or(0.0, |now| score((before.loss - less).max(0.0)) - now);
        (Points::new(points), minutes_per_year(less))
    }
}

/// What is known of the stack as it is.
struct Before<'a> {
    resources: &'a Resources,
    assembled: &'a Assembled,
    parts: Parts,
    lost: FxHashMap<ComponentIndex, f64>,
    loss: f64,
    score: Option<f64>,
    /// Rule and component of everything that was found.
    findings: FxHashSet<(crate::RuleId, &'a str)>,
    /// The checks of single resources: rule and resource.
    checks: FxHashSet<(&'a str, &'a str)>,
    /// For each resource without its keys, who refers to it.
    referrers: FxHashMap<&'a str, Vec<&'a str>>,
    /// The parts of the components that a resource without its keys makes up.
    parts_of: FxHashMap<&'a str, Vec<ComponentIndex>>,
}

impl<'a> Before<'a> {
    fn of(stack: &'a Stack, resources: &'a Resources, assembled: &'a Assembled) -> Before<'a> {
        let parts = Parts::of(stack.system());
        let mut referrers: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
        for reference in resources.references.iter() {
            referrers.entry(&reference.to).or_default().push(&reference.from);
        }
        let mut parts_of: FxHashMap<&str, Vec<ComponentIndex>> = FxHashMap::default();
        for (instance, role) in resources.instances.iter().zip(assembled.resources.iter()) {
            if let Some(first) = role.component.and_then(|component| parts.first_of(component)) {
                parts_of.entry(&instance.resource).or_default().push(first);
            }
        }
        let violations = assembled.violations.iter();
        let mut before = Before {
            resources,
            assembled,
            parts,
            lost: FxHashMap::default(),
            loss: stack.assessment.loss,
            score: stack.assessment.score,
            findings: stack
                .all_findings()
                .flat_map(|finding| finding.components().map(move |id| (finding.rule, &**id)))
                .collect(),
            checks: violations.map(|violation| (&*violation.rule, &*violation.subject)).collect(),
            referrers,
            parts_of,
        };
        before.lost = before.by_part(&losses(stack.system(), &stack.assessment.basis));
        before
    }

    fn part_of(&self, finding: &Finding) -> Option<ComponentIndex> {
        self.parts.first_of(finding.component?)
    }

    fn by_part(&self, losses: &[(ComponentIndex, f64)]) -> FxHashMap<ComponentIndex, f64> {
        let mut by_part: FxHashMap<ComponentIndex, f64> = FxHashMap::default();
        for &(component, lost) in losses {
            if let Some(first) = self.parts.first_of(component) {
                *by_part.entry(first).or_default() += lost;
            }
        }
        by_part
    }

    fn company(&self, task: &Task<'_>) -> Company {
        let finding = task.finding;
        if !finding.moves_the_score() {
            let is_check = self.checks.contains(&(finding.rule.as_str(), &*finding.component_id));
            return if is_check { Company::Quiet } else { Company::Alone };
        }
        match self.part_of(finding) {
            Some(part) if self.is_local(task, part) => Company::Part(part),
            _ => Company::Alone,
        }
    }

    /// Whether the edits stand in blocks of the finding's component, and no other part hears of them.
    fn is_local(&self, task: &Task<'_>, part: ComponentIndex) -> bool {
        let members = task.finding.component.and_then(|index| self.assembled.members.get(index.index()));
        let own = members.into_iter().flatten().filter_map(|&index| self.resources.instances.get(index));
        let own: Vec<_> = own.collect();
        let is_own = |edit: &super::Edit| {
            own.iter().any(|one| one.block.file == edit.place.file && one.block.span.contains(edit.place.span))
        };
        if !task.candidate.edits.iter().all(is_own) {
            return false;
        }
        let mut open: Vec<&str> = own.iter().map(|instance| &*instance.resource).collect();
        let mut seen: FxHashSet<&str> = open.iter().copied().collect();
        while let Some(resource) = open.pop() {
            if self.parts_of.get(resource).is_some_and(|parts| parts.iter().any(|other| *other != part)) {
                return false;
            }
            let referrers = self.referrers.get(resource).into_iter().flatten();
            open.extend(referrers.copied().filter(|referrer| seen.insert(referrer)));
        }
        true
    }
}
