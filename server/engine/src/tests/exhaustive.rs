//! The laws of semantics, section 2, on every small system. By default a fixed slice of each family is checked; all of
//! them, with the counts printed, by
//! `cargo test -p foreshock-engine --release -- --ignored --nocapture exhaustive`.

use std::sync::atomic::{AtomicU64, Ordering};

use super::naive::{How, naive};
use super::small::{self, Kind, LEVELS, Link, Lost, Maker, Rules, Small};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::{Cause, Health};

/// Every state of an ordered pair: none, and a row of the table each. Two members of one caller are a group of which one
/// must hold; one alone is required.
const STATES: [Option<(Kind, bool)>; 9] = [
    None,
    Some((Kind::Requires, false)),
    Some((Kind::Waits, false)),
    Some((Kind::Breaker, false)),
    Some((Kind::Partial, false)),
    Some((Kind::Optional, false)),
    Some((Kind::Async, false)),
    Some((Kind::Buffered, false)),
    Some((Kind::Requires, true)),
];

/// 9^6.
const SYSTEMS_OF_THREE: u64 = 531_441;
/// 57^3: a caller has none or one of four kinds of dependency on each of two others; where it has both, they are
/// required by themselves, or alternatives, or alternatives that share the load: 25 + 2 x 16.
const SYSTEMS_OF_GROUPS: u64 = 185_193;
/// 4^12 labelled systems.
const LABELLED_SYSTEMS_OF_FOUR: u64 = 16_777_216;
/// Up to isomorphism, by Burnside's lemma: (4^12 + 6 x 4^7 + 3 x 4^6 + 8 x 4^4 + 6 x 4^3) / 24.
const SYSTEMS_OF_FOUR: u64 = 703_760;

fn of_three(mut number: u64) -> Small {
    let mut links = Vec::new();
    for (from, to) in small::pairs(3) {
        if let Some((kind, member)) = STATES[(number % 9) as usize] {
            links.push(Link { from, to, kind, member });
        }
        number /= 9;
    }
    Small { count: 3, links, sharing: 0 }
}

fn of_groups(mut number: u64) -> Small {
    const KINDS: [Kind; 4] = [Kind::Requires, Kind::Breaker, Kind::Buffered, Kind::Partial];
    let mut small = Small { count: 3, ..Small::default() };
    for from in 0..3 {
        let digit = (number % 57) as usize;
        number /= 57;
        let (states, structure) = match digit.checked_sub(25) {
            None => ((digit % 5, digit / 5), 0),
            Some(rest) => ((rest % 16 % 4 + 1, rest % 16 / 4 + 1), 1 + rest / 16),
        };
        let others = (0..3).filter(|&to| to != from);
        for (to, state) in others.zip([states.0, states.1]) {
            if let Some(&kind) = state.checked_sub(1).and_then(|kind| KINDS.get(kind)) {
                small.links.push(Link { from, to, kind, member: structure > 0 });
            }
        }
        small.sharing |= u8::from(structure == 2) << from;
    }
    small
}

fn of_four(number: u64) -> Small {
    let mut links = Vec::new();
    for (place, (from, to)) in small::pairs(4).into_iter().enumerate() {
        let kind = match number >> (2 * place) & 3 {
            0 => continue,
            1 => Kind::Requires,
            2 => Kind::Optional,
            _ => Kind::Async,
        };
        links.push(Link { from, to, kind, member: false });
    }
    Small { count: 4, links, sharing: 0 }
}

/// The numbers that are the smallest among those of their isomorphic systems.
struct Canonical {
    /// For each permutation and byte of the number: what the byte becomes.
    moved: Vec<[[u32; 256]; 3]>,
}

impl Canonical {
    fn new() -> Canonical {
        let pairs = small::pairs(4);
        let mut moved = Vec::new();
        for permutation in permutations() {
            let place = |pair: (usize, usize)| pairs.iter().position(|&other| other == pair).unwrap();
            let to: Vec<usize> = pairs.iter().map(|&(a, b)| place((permutation[a], permutation[b]))).collect();
            let mut table = [[0u32; 256]; 3];
            for (byte, row) in table.iter_mut().enumerate() {
                for (value, slot) in row.iter_mut().enumerate() {
                    for pair in 0..4 {
                        let state = (value >> (2 * pair) & 3) as u32;
                        *slot |= state << (2 * to[4 * byte + pair]);
                    }
                }
            }
            moved.push(table);
        }
        Canonical { moved }
    }

    fn holds(&self, number: u64) -> bool {
        let bytes = [number & 255, number >> 8 & 255, number >> 16 & 255].map(|byte| byte as usize);
        let moved = |table: &[[u32; 256]; 3]| table[0][bytes[0]] | table[1][bytes[1]] | table[2][bytes[2]];
        self.moved.iter().all(|table| u64::from(moved(table)) >= number)
    }
}

fn permutations() -> Vec<[usize; 4]> {
    let mut all = Vec::new();
    for number in 0..256usize {
        let permutation = [number & 3, number >> 2 & 3, number >> 4 & 3, number >> 6 & 3];
        if (0..4).all(|value| permutation.contains(&value)) {
            all.push(permutation);
        }
    }
    all
}

/// What was checked.
#[derive(Debug, Default)]
struct Checked {
    systems: AtomicU64,
    cascades: AtomicU64,
    chains: AtomicU64,
    neighbours: AtomicU64,
    times: AtomicU64,
}

struct Checker<'a> {
    checked: &'a Checked,
    maker: Maker,
    scratch: Scratch,
    faults: Vec<Lost>,
    /// Of every so many systems the times are compared too.
    times_every: u64,
}

/// Every combination of lost instances.
fn all_losses(count: usize) -> Vec<Lost> {
    let levels = u32::from(LEVELS);
    let digit =
        |number: u32, place: usize| if place < count { (number / levels.pow(place as u32) % levels) as u8 } else { 0 };
    (0..levels.pow(count as u32)).map(|number| [0, 1, 2, 3].map(|place| digit(number, place))).collect()
}

/// Every set of components DOWN, and each component a little worse.
fn some_losses(count: usize) -> Vec<Lost> {
    let is_down = |lost: &Lost| lost.iter().all(|&lost| lost == 0 || lost == 3);
    let is_one = |lost: &Lost| lost.iter().filter(|&&lost| lost > 0).count() == 1;
    all_losses(count).into_iter().filter(|lost| is_down(lost) || is_one(lost)).collect()
}

impl Checker<'_> {
    fn check(&mut self, number: u64, small: &Small) {
        let system = self.maker.system(small);
        let frozen = Frozen::new(&system);
        let rules = Rules::of(small);
        let forwards: Vec<usize> = (0..small.count).collect();
        let backwards: Vec<usize> = (0..small.count).rev().collect();
        let mut found: Vec<(Lost, [Health; 4])> = Vec::with_capacity(self.faults.len());
        for &lost in &self.faults {
            frozen.run(&small::faults(lost), &mut self.scratch);
            let mut healths = [Health::Healthy; 4];
            for (component, health) in self.scratch.touched() {
                healths[component.index()] = health;
            }
            let order = if lost[0] % 2 == 0 { &forwards } else { &backwards };
            assert_eq!(healths, rules.healths(lost, order), "{} {lost:?}", small.text());
            self.bounded(&frozen, small);
            nothing_crosses_a_breaker(small, lost, healths);
            // More faults never heal.
            for (fewer, before) in &found {
                if fewer.iter().zip(&lost).all(|(fewer, lost)| fewer <= lost) {
                    assert!(
                        before.iter().zip(&healths).all(|(before, now)| before <= now),
                        "{} {lost:?}",
                        small.text()
                    );
                }
            }
            found.push((lost, healths));
        }
        self.checked.systems.fetch_add(1, Ordering::Relaxed);
        self.checked.cascades.fetch_add(self.faults.len() as u64, Ordering::Relaxed);
        self.neighbours(small, &found, &forwards);
        for lost in some_losses(small.count) {
            self.chains(small, &frozen, lost);
            if number.is_multiple_of(self.times_every) {
                self.times(small, &system, lost);
            }
        }
    }

    /// At most 3 raises of health, and steps linear in components and dependencies.
    fn bounded(&self, frozen: &Frozen, small: &Small) {
        for component in 0..small.count as u32 {
            let mut before = Health::Healthy;
            let mut raises = 0;
            for step in self.scratch.steps().iter().filter(|step| step.component == component) {
                assert!(step.health >= before);
                raises += u32::from(step.health > before);
                before = step.health;
            }
            assert!(raises <= 3);
        }
        assert!(
            self.scratch.events_taken() <= (frozen.layout.own.len() + 6 * frozen.layout.edges.len()) as u64,
            "{}",
            small.text()
        );
    }

    /// Adding a dependency outside a group never heals, and neither does removing a breaker.
    fn neighbours(&self, small: &Small, found: &[(Lost, [Health; 4])], order: &[usize]) {
        let compare = |other: &Small, other_is_better: bool| {
            let rules = Rules::of(other);
            for &(lost, healths) in found {
                let others = rules.healths(lost, order);
                let (better, worse) = if other_is_better { (others, healths) } else { (healths, others) };
                let fine = better.iter().zip(&worse).all(|(better, worse)| better <= worse);
                assert!(fine, "{} is not worse than {} with {lost:?}", small.text(), other.text());
            }
            self.checked.neighbours.fetch_add(1, Ordering::Relaxed);
        };
        for (index, link) in small.links.iter().enumerate() {
            if !link.member {
                let mut without = small.clone();
                without.links.remove(index);
                compare(&without, true);
            }
            if link.kind == Kind::Breaker {
                let mut unprotected = small.clone();
                unprotected.links[index].kind = Kind::Requires;
                compare(&unprotected, false);
            }
        }
    }

    /// Nothing that no fault reaches is touched; every effect has a cause that it depends on, back to a fault.
    fn chains(&mut self, small: &Small, frozen: &Frozen, lost: Lost) {
        let mut reached: Vec<bool> = lost.iter().map(|&lost| lost > 0).collect();
        for _ in 0..small.count {
            for link in &small.links {
                reached[link.from] |= reached[link.to];
            }
        }
        let cascade = frozen.cascade(&small::faults(lost), &mut self.scratch);
        for effect in &cascade.effects {
            assert!(reached[effect.component.index()], "{} {lost:?}", small.text());
            let chain = cascade.chain(effect.component);
            assert_eq!(chain.first(), Some(effect));
            for pair in chain.windows(2) {
                assert!(pair[1].at <= pair[0].at, "{} {lost:?}", small.text());
                assert!(!matches!(pair[0].because, Cause::Fault(_)));
            }
            assert!(matches!(chain.last().unwrap().because, Cause::Fault(_)), "{} {lost:?}", small.text());
        }
        self.checked.chains.fetch_add(cascade.effects.len() as u64, Ordering::Relaxed);
    }

    /// Every level at its earliest time.
    fn times(&mut self, small: &Small, system: &foreshock_model::System, lost: Lost) {
        let faults = small::faults(lost);
        let cascade = crate::cascade(system, &faults);
        let expected = naive(system, &faults, How::default());
        for (index, _) in system.iter() {
            let expected = expected[index.index()];
            assert_eq!(cascade.health(index), expected.health(), "{} {lost:?}", small.text());
            let Some(effect) = cascade.effect(index) else { continue };
            assert_eq!(effect.function_lost, expected.function_lost(), "{} {lost:?}", small.text());
            let at = expected.at_least[effect.health as usize - 1];
            let at = at.max(if effect.function_lost { expected.lost } else { 0.0 });
            assert!((effect.at.get() - at).abs() < 1e-9, "{} {lost:?}: {effect:?} not at {at}", small.text());
        }
        self.checked.times.fetch_add(1, Ordering::Relaxed);
    }
}

/// What depends on others only behind breakers gets no worse than DEGRADED by them.
fn nothing_crosses_a_breaker(small: &Small, lost: Lost, healths: [Health; 4]) {
    for (component, &health) in healths.iter().enumerate().take(small.count) {
        let mut links = small.links.iter().filter(|link| link.from == component);
        if links.all(|link| link.kind == Kind::Breaker) {
            assert!(health <= small::own(lost[component]).max(Health::Degraded), "{} {lost:?}", small.text());
        }
    }
}

/// Checks these systems on all processors.
fn check_all(numbers: &[u64], make: fn(u64) -> Small, faults: &[Lost], times_every: u64) -> Checked {
    let checked = Checked::default();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let checked = &checked;
            scope.spawn(move || {
                let faults = faults.to_vec();
                let mut checker =
                    Checker { checked, maker: Maker::new(), scratch: Scratch::default(), faults, times_every };
                for &number in numbers.iter().skip(thread).step_by(threads) {
                    checker.check(number, &make(number));
                }
            });
        }
    });
    checked
}

fn canonical() -> Vec<u64> {
    let canonical = Canonical::new();
    let all: Vec<u64> = (0..LABELLED_SYSTEMS_OF_FOUR).filter(|&number| canonical.holds(number)).collect();
    assert_eq!(all.len() as u64, SYSTEMS_OF_FOUR);
    all
}

fn every(step: usize, count: u64) -> Vec<u64> {
    (0..count).step_by(step).collect()
}

#[test]
fn a_slice_of_the_systems_of_three() {
    check_all(&every(271, SYSTEMS_OF_THREE), of_three, &all_losses(3), 1);
}

#[test]
fn a_slice_of_the_systems_with_groups() {
    check_all(&every(97, SYSTEMS_OF_GROUPS), of_groups, &all_losses(3), 1);
}

#[test]
fn a_slice_of_the_systems_of_four() {
    // Any representative will do where only some are looked at.
    check_all(&every(8191, LABELLED_SYSTEMS_OF_FOUR), of_four, &some_losses(4), 1);
}

#[test]
#[ignore = "all 531,441 systems: cargo test -p foreshock-engine --release -- --ignored --nocapture exhaustive"]
#[allow(clippy::print_stdout)] // the counts are what it is run for
fn exhaustive_three() {
    println!("3 components, 9 states: {:?}", check_all(&every(1, SYSTEMS_OF_THREE), of_three, &all_losses(3), 7));
}

#[test]
#[ignore = "all 185,193 systems: cargo test -p foreshock-engine --release -- --ignored --nocapture exhaustive"]
#[allow(clippy::print_stdout)] // the counts are what it is run for
fn exhaustive_groups() {
    println!("3 components, groups: {:?}", check_all(&every(1, SYSTEMS_OF_GROUPS), of_groups, &all_losses(3), 1));
}

#[test]
#[ignore = "all 703,760 systems: cargo test -p foreshock-engine --release -- --ignored --nocapture exhaustive"]
#[allow(clippy::print_stdout)] // the counts are what it is run for
fn exhaustive_four() {
    println!("4 components, 4 states: {:?}", check_all(&canonical(), of_four, &some_losses(4), 7));
}
