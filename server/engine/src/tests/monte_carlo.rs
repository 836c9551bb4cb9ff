//! Simulation against exact figures.

use proptest::prelude::*;

use super::fixture::system;
use super::random::{self, WIDE};
use crate::{Availability, AvailabilityOptions, Method, Sampler, Sampling, availability};

fn simulated(text: &str, samples: u64, seed: u64, kill: Option<u32>) -> Availability {
    let sampling = Some(Sampling { samples, seed, kill });
    availability(&system(text), &AvailabilityOptions { sampling, ..AvailabilityOptions::default() })
}

/// How many of these seeds give an interval that holds the truth.
fn held(text: &str, samples: u64, seeds: u64) -> (u64, u64, Sampler) {
    let (mut entry, mut loss) = (0, 0);
    let mut sampler = Sampler::Plain;
    for seed in 0..seeds {
        let found = simulated(text, samples, seed, None);
        let within = |value: f64, (low, high): (f64, f64)| u64::from(low <= value && value <= high);
        entry += within(found.entries[0].computed.0, found.entries[0].interval.unwrap());
        loss += within(found.expected, found.simulated.unwrap().interval);
        assert_eq!(found.entries[0].method, Method::MonteCarlo);
        sampler = found.entries[0].simulated.unwrap().sampler;
    }
    (entry, loss, sampler)
}

/// An interval of 95 % holds the truth in 95 of 100; 88 or fewer have a probability below 1 in 400.
#[test]
fn intervals_hold_the_truth() {
    let often =
        "zone a 0.05\n lb load_balancer x3 k=2 q=0.2 zones=a\n db q=0.1\n log q=0.2\n lb -> db\n lb -> log optional";
    let (entry, loss, sampler) = held(often, 2000, 100);
    assert_eq!(sampler, Sampler::Plain);
    assert!(entry > 88 && loss > 88, "{entry} {loss}");
    let rare = "lb entry=1\n a q=1e-5\n b q=2e-5\n c q=1e-5\n d q=3e-6 whole=1e-9\n group g k=1: lb -> a, lb -> b\n lb -> c weight=0.9\n lb -> d";
    let (entry, _, sampler) = held(rare, 2000, 100);
    assert_eq!(sampler, Sampler::KarpLuby);
    assert!(entry > 88, "{entry}");
}

/// 1e-10, which plain sampling would never see, to two percent with 10,000 samples.
#[test]
fn rare_failures_by_cut_sets() {
    let text = "lb entry=1\n a q=1e-5\n b q=1e-5\n c q=1e-5\n group g k=2: lb -> a, lb -> b, lb -> c";
    let found = simulated(text, 10_000, 1, None);
    let entry = &found.entries[0];
    assert!((entry.unavailability / entry.computed.0 - 1.0).abs() < 0.02, "{}", entry.unavailability);
    let (low, high) = entry.interval.unwrap();
    assert!(low > 2.9e-10 && high < 3.1e-10, "{low} {high}");
}

#[test]
fn the_same_seed_gives_the_same_result() {
    let text = "zone a 0.05\n lb load_balancer x3 k=2 q=0.2 zones=a\n db q=0.1\n lb -> db";
    let one = simulated(text, 20_000, 42, Some(1));
    assert_eq!(one, simulated(text, 20_000, 42, Some(1)));
    assert_ne!(one.simulated, simulated(text, 20_000, 43, Some(1)).simulated);
    // These numbers must never change: people compare runs.
    assert_eq!(one.entries[0].simulated.map(|estimate| estimate.value), Some(0.23345));
}

/// lb needs one of two: of 4 components, 2 killed. lb is among them in 3 of 6 cases; else both backends are in 1 of 6,
/// and the log, a lost function, is in 2 of 6.
#[test]
fn two_killed_of_four() {
    let text = "lb entry=1\n a\n b\n log\n group g k=1: lb -> a, lb -> b\n lb -> log optional";
    let kill = simulated(text, 100, 1, Some(2)).kill.unwrap();
    assert_eq!((kill.killed, kill.of, kill.entries[0].sampler), (2, 4, Sampler::Enumerated));
    assert!((kill.entries[0].value - 2.0 / 6.0).abs() < 1e-15);
    assert!((kill.service.value - (1.0 - (4.0 + 0.25 * 2.0) / 6.0)).abs() < 1e-15);
    let all = simulated(text, 100, 1, Some(9)).kill.unwrap();
    assert_eq!((all.killed, all.service.value), (4, 0.0));
    let none = simulated(text, 100, 1, Some(0)).kill.unwrap();
    assert_eq!((none.killed, none.service.value), (0, 1.0));
}

/// 10 of 30 are 30,045,015 cases: sampled. lb has 20 instances of its own beside it, each required by nobody, and stands
/// unless it is among the killed: 2 of 3. With two backends of which one is needed: not all three of lb and ... .
#[test]
fn sampled_kills_are_the_hypergeometric_law() {
    let mut text = "lb entry=1\n a\n b\n group g k=1: lb -> a, lb -> b\n".to_owned();
    for index in 0..27 {
        text += &format!("x{index:02}\n");
    }
    let kill = simulated(&text, 50_000, 3, Some(10)).kill.unwrap();
    assert_eq!((kill.killed, kill.of, kill.entries[0].sampler), (10, 30, Sampler::Plain));
    // lb is left (20/30), and not both backends are among the 10 killed of the other 29.
    let exact = 20.0 / 30.0 * (1.0 - 10.0 / 29.0 * 9.0 / 28.0);
    let (low, high) = kill.entries[0].interval;
    assert!(low <= exact && exact <= high, "{exact} not in {low}..{high}");
    assert!(high - low < 0.01);
}

proptest! {
    #![proptest_config(random::config(48))]

    /// The words of 64 cases follow the rules that the diagrams follow: six standard deviations are never exceeded.
    #[test]
    fn random_systems(text in random::system(WIDE), seed in any::<u64>()) {
        let samples = 4096;
        let found = simulated(&text, samples, seed, None);
        let near = |estimate: f64, truth: f64| {
            let spread = (truth * (1.0 - truth) / samples as f64).sqrt() + 1.0 / samples as f64;
            (estimate - truth).abs() <= 6.0 * spread
        };
        for entry in &found.entries {
            prop_assert!(near(entry.unavailability, entry.computed.0), "{} not {}", entry.unavailability, entry.computed.0);
        }
        if let Some(simulated) = found.simulated {
            prop_assert!(near(simulated.value, found.expected), "{} not {}", simulated.value, found.expected);
        }
    }
}
