//! The sweep of the next version is that of the next version alone (semantics, section 9).

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::System;
use proptest::prelude::*;

use super::generated;
use super::random::{self, MODES};
use super::{fixture, random::Size};
use crate::sweep::sweep_noting;
use crate::{Basis, Budget, Sweep, SweepOptions as Options};

/// A system in its text, to be edited line by line.
#[derive(Clone, Debug)]
pub(super) struct Text {
    head: Vec<String>,
    components: BTreeMap<String, String>,
    links: Vec<String>,
}

impl Text {
    pub(super) fn of(text: &str) -> Text {
        let mut split = Text { head: Vec::new(), components: BTreeMap::new(), links: Vec::new() };
        for line in text.lines() {
            let first = line.split_whitespace().next().unwrap();
            if line.contains("->") {
                split.links.push(line.to_owned());
            } else if matches!(first, "zone" | "domain" | "region") {
                split.head.push(line.to_owned());
            } else {
                split.components.insert(first.to_owned(), line.to_owned());
            }
        }
        split
    }

    /// Links to what is not there are left out.
    pub(super) fn whole(&self) -> String {
        let known = |line: &&String| {
            let link = line.split_once(": ").map_or(line.as_str(), |(_, members)| members);
            let ends = link.split(", ").flat_map(|one| one.split(" -> ").map(|end| end.split(' ').next().unwrap()));
            ends.into_iter().all(|end| self.components.contains_key(end))
        };
        let lines = self.head.iter().chain(self.components.values()).chain(self.links.iter().filter(known));
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// One change, with lines taken from another system.
    pub(super) fn edit(&mut self, kind: u8, which: usize, donor: &Text) {
        let nth = |list: &[String]| list.get(which % list.len().max(1)).cloned();
        let lines: Vec<String> = donor.components.values().cloned().collect();
        match kind {
            0 | 1 => {
                // Changes a component, or adds one.
                let line = nth(&lines).unwrap();
                self.components.insert(line.split(' ').next().unwrap().to_owned(), line);
            }
            2 => {
                let names: Vec<String> = self.components.keys().cloned().collect();
                if names.len() > 1 {
                    self.components.remove(&names[which % names.len()]);
                }
            }
            3 | 4 => self.links.extend(nth(&donor.links)),
            5 if !self.links.is_empty() => {
                self.links.remove(which % self.links.len());
            }
            6 => {
                let number = which % 3;
                self.head[0] = format!("zone a 0.0{}", number + 1);
            }
            7 if !self.head.iter().any(|line| line.contains("zone c")) => self.head.push("zone c 0.1".to_owned()),
            _ => {}
        }
        // Groups keep their names apart.
        for (turn, link) in self.links.iter_mut().enumerate() {
            if let Some(rest) = link.strip_prefix("group ") {
                let rest = rest.split_once(' ').map_or("", |(_, rest)| rest).to_owned();
                *link = format!("group g{turn} {rest}");
            }
        }
    }
}

fn from_scratch(system: &System, exact: bool) -> Sweep {
    sweep_noting(system, &Basis::of(system), &Options::default(), &|_| {}, exact)
}

fn next(swept: &Sweep, old: &System, new: &System) -> Sweep {
    swept.clone().updated(old, new, &Basis::of(new), &Options::default(), &|_| {})
}

/// The first scenario that came to something else.
fn first_difference(system: &System, updated: &Sweep, expected: &Sweep) -> String {
    let by_scenario = |sweep: &Sweep| {
        let mut results = sweep.results.clone();
        results.sort_by_key(|outcome| outcome.scenario);
        results
    };
    let pairs = by_scenario(updated).into_iter().zip(by_scenario(expected));
    let mut different = pairs.filter(|(one, two)| one != two);
    different.next().map_or("another order".to_owned(), |(one, two)| {
        format!("{} {one:?}\nnot {} {two:?}", one.scenario.id(system), two.scenario.id(system))
    })
}

const FEW: Size = Size { components: 6, links: 8, ..MODES };

proptest! {
    #![proptest_config({
        let default = ProptestConfig::default();
        ProptestConfig { failure_persistence: None, cases: default.cases / 8, max_shrink_iters: 2_000, ..default }
    })]

    #[test]
    fn a_version_after_another_is_as_from_scratch(
        text in random::system(FEW),
        edits in prop::collection::vec((0..8u8, any::<u16>(), random::system(FEW)), 1..6),
        exact in any::<bool>(),
    ) {
        let mut text = Text::of(&text);
        let mut old = fixture::system(&text.whole());
        let mut swept = from_scratch(&old, exact);
        for (kind, which, donor) in edits {
            let before = text.whole();
            text.edit(kind, usize::from(which), &Text::of(&donor));
            let new = fixture::system(&text.whole());
            let updated = next(&swept, &old, &new);
            let expected = from_scratch(&new, exact);
            prop_assert!(updated == expected, "{}\n{}\nbecame\n{}", first_difference(&new, &updated, &expected), before, text.whole());
            (swept, old) = (updated, new);
        }
    }
}

/// How many of how many scenarios were run again.
fn check_rerun(old: &str, new: &str, exact: bool) -> (u64, u64) {
    let (old, new) = (fixture::system(old), fixture::system(new));
    let updated = next(&from_scratch(&old, exact), &old, &new);
    assert_eq!(updated, from_scratch(&new, exact));
    (updated.rerun, updated.run)
}

const TWO_SHOPS: &str = "
    zone a 1e-4
    a-lb load_balancer
    a-api x2 zones=a
    a-db database x1 q=0.01
    a-lb -> a-api
    a-api -> a-db
    b-lb load_balancer
    b-api x2 util=0.2
    b-db database x1
    b-log database x1
    b-lb -> b-api
    b-api -> b-db
    b-api -> b-log optional
";

/// What can't be reached from a change is not run again, but for traffic, which goes everywhere.
#[test]
fn only_what_looked_at_a_change_is_run_again() {
    for exact in [true, false] {
        let changed = TWO_SHOPS.replace("a-db database x1", "a-db database x2");
        let (rerun, run) = check_rerun(TWO_SHOPS, &changed, exact);
        assert!(rerun < run, "{rerun} of {run}");
        let (nothing, _) = check_rerun(TWO_SHOPS, TWO_SHOPS, true);
        assert_eq!(nothing, 5 + 5, "traffic alone, and with the zone");
    }
    let weight = TWO_SHOPS.replace("a-lb load_balancer", "a-lb load_balancer entry=2");
    let (rerun, run) = check_rerun(TWO_SHOPS, &weight, true);
    assert_eq!(rerun, run, "another entry point changes every severity");
}

#[test]
fn a_budget_is_kept() {
    let system = fixture::system(TWO_SHOPS);
    let cut = Options { budget: Budget(100) };
    let basis = Basis::of(&system);
    let swept = from_scratch(&system, true);
    let updated = swept.clone().updated(&system, &system, &basis, &cut, &|_| {});
    assert_eq!((updated.run, updated.rerun), (100, 100));
    let back = updated.updated(&system, &system, &basis, &Options::default(), &|_| {});
    assert_eq!(back, swept);
}

/// Edits of a larger system, where pairs are put together.
#[test]
fn edits_of_a_hundred_components() {
    let old = generated::system(100, 30);
    let swept = from_scratch(&old, false);
    for which in [3, 50, 99] {
        let mut new = old.clone();
        Arc::make_mut(&mut new.components[which]).redundancy.required =
            new.components[which].redundancy.instances.known().copied().unwrap();
        let updated = next(&swept, &old, &new);
        assert_eq!(updated, from_scratch(&new, false));
        let mut without = new.clone();
        without.dependencies.retain(|dependency| dependency.to.index() != which);
        without.alternatives.clear();
        new.alternatives.clear();
        let updated = next(&from_scratch(&new, false), &new, &without);
        assert_eq!(updated, from_scratch(&without, false));
    }
}
