//! Every scenario of a sweep in columns, and what falls in those that can be looked into.

use std::collections::BTreeMap;

use foreshock_analysis::{Stack, reason};
use foreshock_engine::{Cascade, Class, Fault, Faults, Health, Outcome, Sweep};
use foreshock_model::{Dependency, System};
use rustc_hash::FxHashMap;
use serde::Serialize;
use serde_json::{Value, json};

use super::embedded::Texts;

/// So much of the scenarios goes into a file: a page of some megabytes opens at once everywhere.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Scenarios.
    pub(super) scenarios: usize,
    /// Components that fall, of all scenarios together; as many come back.
    pub(super) effects: usize,
    /// Steps in which it is worked out when they come back, see [`foreshock_engine::over_after`]: a second or two.
    pub(super) steps: usize,
}

impl Room {
    /// What one file holds.
    const FILE: Room = Room { scenarios: 50_000, effects: 60_000, steps: 20_000_000 };
    /// What a stack has at least, however many there are.
    const LEAST: Room = Room { scenarios: 200, effects: 400, steps: 100_000 };

    /// The share of one of so many stacks.
    pub(super) fn of_one_in(stacks: usize) -> Room {
        Room {
            scenarios: (Room::FILE.scenarios / stacks.max(1)).max(Room::LEAST.scenarios),
            effects: (Room::FILE.effects / stacks.max(1)).max(Room::LEAST.effects),
            steps: (Room::FILE.steps / stacks.max(1)).max(Room::LEAST.steps),
        }
    }
}

/// What the page says of the scenarios as a whole.
#[derive(Serialize)]
pub(super) struct ScenariosView {
    run: u64,
    shown: usize,
    /// How many of each class there are results of, are in the page, and were not run.
    classes: Vec<ClassView>,
    left_out: usize,
    /// None of those that are left out is severer.
    left_out_severity: String,
    not_run: u64,
    without_cascade: usize,
    /// Of so many that are played there was no room for when it is over.
    without_recovery: usize,
}

#[derive(Serialize)]
struct ClassView {
    name: &'static str,
    run: usize,
    shown: usize,
    not_run: u64,
}

/// The columns as JSON, and what is said of them.
pub(super) fn columns(stack: &Stack, sweep: &Sweep, room: Room, texts: &mut Texts) -> (Value, ScenariosView) {
    let system = stack.system();
    let single = |outcome: &&Outcome| outcome.scenario.faults.len() == 1;
    // Single faults explain the pairs, so they come first; within both the order is that of the sweep, severest first.
    let ordered = sweep.results.iter().filter(single).chain(sweep.results.iter().filter(|outcome| !single(outcome)));
    let shown: Vec<&Outcome> = ordered.clone().take(room.scenarios).collect();
    let left_out_severity = ordered.skip(room.scenarios).map(|outcome| outcome.severity).fold(0.0, f64::max);
    let mut faults = FaultNames { system, names: Vec::new(), known: FxHashMap::default() };
    let mut columns = Columns::default();
    for outcome in &shown {
        let (first, second) = match outcome.scenario.faults {
            Faults::One(fault) => (faults.index(fault), -1),
            Faults::Two([one, two]) => (faults.index(one), faults.index(two)),
        };
        columns.class.push(texts.index(outcome.scenario.class.name()));
        columns.first.push(first);
        columns.second.push(second);
        columns.severity.push(rounded(outcome.severity));
        columns.likelihood.push(outcome.likelihood.map(rounded));
        columns.affected.push(outcome.affected);
        columns.down.push(outcome.down);
    }
    let mut cascades = Cascades::new(stack, room, texts);
    columns.cascade = cascades.of(&shown);
    let of_component = cascades.of_components(&shown, &columns.cascade);
    let Cascades { falls, backs, plays, without_recovery, .. } = cascades;
    let without_cascade = columns.cascade.iter().filter(|cascade| **cascade < 0).count();
    let view = ScenariosView {
        run: sweep.run,
        shown: shown.len(),
        classes: classes(sweep, &shown),
        left_out: sweep.results.len().saturating_sub(shown.len()),
        left_out_severity: format!("{left_out_severity:.1}"),
        not_run: sweep.not_run.values().sum(),
        without_cascade,
        without_recovery,
    };
    let value = json!({
        "faults": faults.names,
        "class": columns.class,
        "first": columns.first,
        "second": columns.second,
        "severity": columns.severity,
        "likelihood": columns.likelihood,
        "affected": columns.affected,
        "down": columns.down,
        "cascade": columns.cascade,
        "plays": plays,
        "cascades": falls.written,
        "backs": backs.written,
        "of_component": of_component,
    });
    (value, view)
}

#[derive(Default)]
struct Columns {
    class: Vec<usize>,
    first: Vec<i64>,
    second: Vec<i64>,
    severity: Vec<f64>,
    likelihood: Vec<Option<f64>>,
    affected: Vec<u32>,
    down: Vec<u32>,
    /// Index into the plays; -1 where there is none in the file.
    cascade: Vec<i64>,
}

fn classes(sweep: &Sweep, shown: &[&Outcome]) -> Vec<ClassView> {
    let mut run: BTreeMap<Class, (usize, usize)> = BTreeMap::new();
    sweep.results.iter().for_each(|outcome| run.entry(outcome.scenario.class).or_default().0 += 1);
    shown.iter().for_each(|outcome| run.entry(outcome.scenario.class).or_default().1 += 1);
    for class in sweep.not_run.keys() {
        run.entry(*class).or_default();
    }
    let view = |(class, (run, shown)): (Class, (usize, usize))| ClassView {
        name: class.name(),
        run,
        shown,
        not_run: sweep.not_run.get(&class).copied().unwrap_or(0),
    };
    run.into_iter().map(view).collect()
}

struct FaultNames<'a> {
    system: &'a System,
    names: Vec<String>,
    known: FxHashMap<Fault, i64>,
}

impl FaultNames<'_> {
    fn index(&mut self, fault: Fault) -> i64 {
        let next = self.names.len() as i64;
        let index = *self.known.entry(fault).or_insert(next);
        if index == next {
            self.names.push(fault.id(self.system));
        }
        index
    }
}

/// What falls and when it is back. Each different cascade is there once, rows of seven numbers for each component, see
/// [`Cascades::rows`]; so is each different way back, a number of seconds for each of these rows, -1 where it is never over by
/// itself. What is played is a cascade and its way back, -1 where there is none.
struct Cascades<'a> {
    stack: &'a Stack,
    texts: &'a mut Texts,
    room: Room,
    falls: Once,
    backs: Once,
    plays: Vec<[i64; 2]>,
    known: FxHashMap<[i64; 2], i64>,
    without_recovery: usize,
}

/// Rows of numbers, each once.
#[derive(Default)]
struct Once {
    written: Vec<Value>,
    known: FxHashMap<String, i64>,
}

impl Once {
    /// The index of this; none if it is new and has more rows than there is room for, which is taken off.
    fn index(&mut self, value: Value, rows: usize, room: &mut usize) -> Option<i64> {
        let text = value.to_string();
        if let Some(&index) = self.known.get(&text) {
            return Some(index);
        }
        *room = room.checked_sub(rows)?;
        let index = self.written.len() as i64;
        self.written.push(value);
        self.known.insert(text, index);
        Some(index)
    }
}

impl<'a> Cascades<'a> {
    fn new(stack: &'a Stack, room: Room, texts: &'a mut Texts) -> Cascades<'a> {
        Cascades {
            stack,
            texts,
            room,
            falls: Once::default(),
            backs: Once::default(),
            plays: Vec::new(),
            known: FxHashMap::default(),
            without_recovery: 0,
        }
    }

    /// For each scenario the index of what is played, -1 where there was no room: whole components first, then the others in
    /// their order.
    fn of(&mut self, shown: &[&Outcome]) -> Vec<i64> {
        let mut found = vec![-1; shown.len()];
        let mut backs = self.room.effects;
        let is_whole = |outcome: &Outcome| {
            matches!(outcome.scenario.class, Class::Component | Class::Zone | Class::Region | Class::Domain)
        };
        let order = (0..shown.len()).filter(|&at| shown.get(at).is_some_and(|outcome| is_whole(outcome)));
        let others = (0..shown.len()).filter(|&at| shown.get(at).is_some_and(|outcome| !is_whole(outcome)));
        for at in order.chain(others) {
            if let (Some(outcome), Some(slot)) = (shown.get(at), found.get_mut(at)) {
                *slot = self.index(outcome, &mut backs);
            }
        }
        found
    }

    fn index(&mut self, outcome: &Outcome, backs: &mut usize) -> i64 {
        if outcome.affected as usize > self.room.effects {
            return -1;
        }
        let cascade = self.stack.cascade(&outcome.scenario.faults);
        let (rows, count) = (Value::from(self.rows(&cascade)), cascade.effects.len());
        let Some(falls) = self.falls.index(rows, count, &mut self.room.effects) else { return -1 };
        let back = self.back(&cascade, &outcome.scenario.faults, backs).unwrap_or(-1);
        let next = self.plays.len() as i64;
        let index = *self.known.entry([falls, back]).or_insert(next);
        if index == next {
            self.plays.push([falls, back]);
        }
        index
    }

    /// The index of the way back; none where nothing is repaired, or where it has no room.
    fn back(&mut self, cascade: &Cascade, faults: &[Fault], room: &mut usize) -> Option<i64> {
        if cascade.effects.is_empty() || !faults.iter().all(Fault::is_repaired) {
            return None;
        }
        let over = self.stack.over_after(cascade, faults, &mut self.room.steps);
        let times = over.map(|over| over.iter().map(|it| it.map_or((-1).into(), |it| short(it.get()))).collect());
        let back = times.and_then(|times: Vec<Value>| self.backs.index(times.into(), cascade.effects.len(), room));
        self.without_recovery += usize::from(back.is_none());
        back
    }

    /// For each effect, in time order: component, health (1 degraded, 2 overloaded, 3 down), seconds after the fault, the
    /// dependency that passed it on (-1: the fault itself), the words between the two names, the component because of which,
    /// and the health that is likely.
    fn rows(&mut self, cascade: &Cascade) -> Vec<Value> {
        let system = self.stack.system();
        let mut rows = Vec::with_capacity(7 * cascade.effects.len());
        for effect in &cascade.effects {
            let number = |health: Health| match health {
                Health::Healthy => 0,
                Health::Degraded => 1,
                Health::Overloaded => 2,
                Health::Down => 3,
            };
            rows.extend([effect.component.0.into(), number(effect.health).into(), rounded(effect.at.get()).into()]);
            match reason(system, cascade, effect) {
                Some(reason) => rows.extend([
                    position(system, reason.dependency).into(),
                    self.texts.index(reason.words).into(),
                    reason.component.0.into(),
                ]),
                None => rows.extend([(-1).into(), (-1).into(), (-1).into()]),
            }
            rows.push(number(effect.likely.health).into());
        }
        rows
    }

    /// For each component what is played of its own failure, -1 where it is not in the file.
    fn of_components(&self, shown: &[&Outcome], cascades: &[i64]) -> Vec<i64> {
        let mut found = vec![-1; self.stack.system().components.len()];
        for (outcome, cascade) in shown.iter().zip(cascades) {
            if let Faults::One(Fault::Component(component)) = outcome.scenario.faults
                && let Some(slot) = found.get_mut(component.index())
            {
                *slot = *cascade;
            }
        }
        found
    }
}

/// Its index: dependencies are sorted by what they join.
fn position(system: &System, dependency: &Dependency) -> usize {
    system.dependencies.partition_point(|it| (it.from, it.to) < (dependency.from, dependency.to))
}

/// The same as a number of JSON, whole ones without a point.
fn short(value: f64) -> Value {
    let rounded = rounded(value);
    if rounded.fract() == 0.0 && rounded.abs() < 1e15 { (rounded as i64).into() } else { rounded.into() }
}

/// Three significant digits.
pub(super) fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
