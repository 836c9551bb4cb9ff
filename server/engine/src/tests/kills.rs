//! So many instances killed at random, against the cascade over every choice.

use foreshock_model::{ComponentIndex, System};
use proptest::prelude::*;

use super::fixture::{self, index};
use super::random::{self, SMALL, WIDE};
use super::too_large::NOTHING;
use crate::availability::availability_within;
use crate::cascade::frozen::Frozen;
use crate::diagram::budget::Budget;
use crate::layout::reading::{Reading, Unknowns};
use crate::{AvailabilityOptions, Basis, Fault, Health, Kill, Killing, Sampler, Sampling, Scratch, Unit};

fn killed_within(system: &System, instances: u32, samples: u64, budget: Budget) -> Kill {
    let kill = Some(Killing { instances, sampling: Sampling { samples, seed: 1 } });
    availability_within(system, &AvailabilityOptions { kill, ..AvailabilityOptions::default() }, budget).kill.unwrap()
}

fn killed(text: &str, instances: u32) -> Kill {
    killed_within(&fixture::system(text), instances, 1, Budget::FULL)
}

/// lb needs one of two, the log is optional, and the third party and what never fails can't be killed: of 5 instances, 2
/// are. lb is among them in 4 of 10 cases, both backends in 1; in each of the other 5 the log has lost one of two.
#[test]
fn two_killed_of_five() {
    let text = "lb entry=1 q=1e-3\n a q=1e-3\n b q=1e-3\n log x2 k=2 q=1e-3\n perfect\n pay external=1e-3
         group g k=1: lb -> a, lb -> b\n lb -> log optional\n lb -> perfect\n lb -> pay";
    let kill = killed(text, 2);
    assert_eq!((kill.killed, kill.of, kill.entries[0].sampler, kill.entries[0].samples), (2, 5, Sampler::Exact, 10));
    assert!((kill.entries[0].value - 0.5).abs() < 1e-15, "{}", kill.entries[0].value);
    // Both of the log's are needed: it is lost in all 5 cases in which lb is up, a lost function.
    assert!((kill.service.value - (0.5 - 0.25 * 0.5)).abs() < 1e-15, "{}", kill.service.value);
    let all = killed(text, 9);
    assert_eq!((all.killed, all.service.value), (5, 0.0));
    let none = killed(text, 0);
    assert_eq!((none.killed, none.service.value, none.up.value), (0, 1.0, 1.0));
}

/// What is killed stays away: no buffer outlasts it. A primary's standby takes over in nine of ten cases, and a zone is no
/// reason of its own.
#[test]
fn buffers_standbys_and_zones() {
    let kill = killed("shop entry=1\n worker q=1e-3/60\n shop -> worker async buffer=600", 1);
    assert_eq!((kill.of, kill.entries[0].value), (1, 0.0));
    let kill = killed("zone a 0.5\n db entry=1 ps auto c=0.9 x2 q=1e-3 zones=a", 1);
    assert!((kill.entries[0].value - (0.5 * 0.9 + 0.5)).abs() < 1e-15, "{}", kill.entries[0].value);
    let kill = killed("zone a 0.5\n db entry=1 ps manual x2 q=1e-3 zones=a", 1);
    assert_eq!(kill.entries[0].value, 0.5);
}

/// Two entries with weights 1 and 3: each has its own figure, and the mean is theirs.
#[test]
fn several_entries() {
    let kill = killed("web entry=1 x2 q=1e-3\n app entry=3 q=1e-3\n db q=1e-3\n web -> db", 1);
    // web: unless the database is the one of four; app: unless it is itself.
    assert_eq!(kill.entries.iter().map(|entry| entry.value).collect::<Vec<_>>(), [0.75, 0.75]);
    assert_eq!((kill.of, kill.up.value), (4, 0.75));
    let kill = killed("web entry=1 x2 q=1e-3\n app entry=3 q=1e-3\n db q=1e-3\n web -> db", 2);
    // web: not the database (3 of 6) and not both of its own (1 of 6); app: 3 of 6.
    let mean = (1.0 * 2.0 / 6.0 + 3.0 * 3.0 / 6.0) / 4.0;
    assert!((kill.up.value - mean).abs() < 1e-15, "{}", kill.up.value);
}

/// 2,500 of 5,000, of which 2,000 are one component's: no simulation, though there are more cases than atoms. The law is that
/// of drawing without putting back.
#[test]
fn exact_at_any_size() {
    let kill = killed("api entry=1 x2000 k=1000 q=1e-3\n other x3000 q=1e-3\n api -> other optional", 2500);
    assert_eq!((kill.of, kill.entries[0].sampler, kill.entries[0].samples), (5000, Sampler::Exact, u64::MAX));
    // Half of all are killed: more than 1000 of the 2000 are as often as fewer, by symmetry.
    let (n, rest, k) = (2000f64, 3000f64, 2500f64);
    let ln = |n: f64, k: f64| -> f64 { (0..k as u32).map(|i| ((n - f64::from(i)) / (f64::from(i) + 1.0)).ln()).sum() };
    let exactly_half = (ln(n, 1000.0) + ln(rest, 1500.0) - ln(n + rest, k)).exp();
    let expected = 0.5 + exactly_half / 2.0;
    assert!((kill.entries[0].value - expected).abs() < 1e-9, "{} not {expected}", kill.entries[0].value);
    // Few of very many: 3 of 100,000, all in one of three that are needed, keep their digits.
    let kill = killed("api entry=1 q=1e-3\n other x99999 q=1e-3\n api -> other", 3);
    assert!((1.0 - kill.entries[0].value - 3e-5).abs() < 1e-15);
}

/// What is too large is sampled, and its interval holds the exact figure; instances that are only counted, a standby and a
/// buffer included.
#[test]
fn what_does_not_fit_is_sampled() {
    let text = "lb entry=1 x3 k=2 q=1e-3\n api x30 k=24 q=1e-3\n db ps auto c=0.8 x2 q=1e-3\n log whole=1e-3\n worker q=1e-3/60
         lb -> api\n api -> db\n lb -> log optional\n lb -> worker async buffer=60";
    let system = fixture::system(text);
    for instances in [1, 4, 9, 20] {
        let exact = killed_within(&system, instances, 1, Budget::FULL);
        let sampled = killed_within(&system, instances, 40_000, NOTHING);
        assert_eq!((exact.service.sampler, sampled.service.sampler), (Sampler::Exact, Sampler::Plain));
        for (exact, sampled) in [(exact.service, sampled.service), (exact.up, sampled.up)] {
            let (low, high) = sampled.interval;
            assert!(low <= exact.value && exact.value <= high, "{instances}: {} not in {low}..{high}", exact.value);
        }
    }
}

/// The means over all ways to lose so many, and over whether promotions fail: share of the service, and of being up.
fn by_every_choice(system: &System, basis: &Basis, instances: u32) -> (Vec<f64>, f64) {
    let frozen = Frozen::read(system, Reading::service(Unknowns::Worst));
    let can_fail = |index: ComponentIndex| {
        let reliability = &system.component(index).unwrap().reliability;
        reliability.whole.is_some() || reliability.instance.is_some()
    };
    let mut units = Vec::new();
    let mut failovers = Vec::new();
    for (index, component) in system.iter() {
        let own = &frozen.layout.own[index.index()];
        if own.absent || !can_fail(index) {
            continue;
        }
        units.extend((0..own.instances).map(|instance| Unit::Instance { component: index, index: instance }));
        if let crate::layout::own::Promotion::Automatic { uncovered } = own.promotion
            && uncovered > 0.0
        {
            failovers.push((Unit::Failover(component_index(system, &component.id)), uncovered));
        }
    }
    let killed = instances.min(units.len() as u32);
    let weights: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let (mut up, mut left, mut cases) = (vec![0.0; basis.entries.len()], 0.0, 0.0);
    let mut scratch = Scratch::default();
    for mask in (0..1u32 << units.len()).filter(|mask| mask.count_ones() == killed) {
        cases += 1.0;
        for failed in 0..1u32 << failovers.len() {
            let mut faults: Vec<Fault> =
                (0..units.len()).filter(|bit| mask >> bit & 1 == 1).map(|bit| Fault::Unit(units[bit])).collect();
            let mut probability = 1.0;
            for (bit, (unit, uncovered)) in failovers.iter().enumerate() {
                let fails = failed >> bit & 1 == 1;
                probability *= if fails { *uncovered } else { 1.0 - uncovered };
                faults.extend(fails.then_some(Fault::Unit(*unit)));
            }
            frozen.run(&faults, &mut scratch);
            for (entry, up) in basis.entries.iter().zip(&mut up) {
                let state = scratch.state(&frozen.base, entry.component.0);
                let served = match state.health {
                    Health::Down => 0.0,
                    Health::Overloaded => 0.5,
                    _ if state.lost_function => 0.75,
                    _ => 1.0,
                };
                *up += if state.health == Health::Down { 0.0 } else { probability };
                left += probability * served * entry.weight / weights;
            }
        }
    }
    (up.into_iter().map(|up| up / cases).collect(), left / cases)
}

fn component_index(system: &System, id: &foreshock_model::ComponentId) -> ComponentIndex {
    index(system, id.as_str())
}

proptest! {
    #![proptest_config(random::config(96))]

    /// Standbys, k of n, zones, groups, weights, explicit figures: each choice once.
    #[test]
    fn every_choice_once(text in random::system(SMALL), instances in 0u32..8) {
        // A cascade that reads what service is left waits for no buffer.
        let system = fixture::system(&text.replace(" buffer=20", ""));
        let basis = Basis::of(&system);
        let kill = killed_within(&system, instances, 1, Budget::FULL);
        if kill.of > 11 {
            return Err(TestCaseError::reject("too many choices"));
        }
        let (up, left) = by_every_choice(&system, &basis, instances);
        prop_assert_eq!(kill.entries.len(), up.len());
        for (entry, up) in kill.entries.iter().zip(up) {
            prop_assert_eq!(entry.sampler, Sampler::Exact);
            prop_assert!((entry.value - up).abs() < 1e-12, "{} not {up}", entry.value);
        }
        if !basis.entries.is_empty() {
            prop_assert!((kill.service.value - left).abs() < 1e-12, "{} not {left}", kill.service.value);
        }
    }

    /// Counting instances that are alike gives what following each gives; and one more killed never helps.
    #[test]
    fn counted_as_followed(text in random::system(WIDE), instances in 0u32..12) {
        let system = fixture::system(&text);
        let followed = killed_within(&system, instances, 1, Budget::FULL);
        let counted = killed_within(&system, instances, 1, Budget { instances: 0, ..Budget::FULL });
        let more = killed_within(&system, instances + 1, 1, Budget::FULL);
        for (one, other) in followed.entries.iter().zip(&counted.entries) {
            prop_assert_eq!(other.sampler, Sampler::Exact);
            prop_assert!((one.value - other.value).abs() < 1e-12, "{} not {}", one.value, other.value);
        }
        prop_assert!((followed.service.value - counted.service.value).abs() < 1e-12);
        prop_assert!(more.up.value <= followed.up.value + 1e-12);
        prop_assert!(more.service.value <= followed.service.value + 1e-12);
    }
}
