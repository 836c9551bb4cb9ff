//! Simulation against exact figures.

use proptest::prelude::*;

use super::fixture::system;
use super::random::{self, WIDE};
use super::too_large::NOTHING;
use crate::availability::availability_within;
use crate::{Availability, AvailabilityOptions, Estimate, Method, Sampler, Sampling, availability};

fn simulated(text: &str, samples: u64, seed: u64) -> Availability {
    let sampling = Some(Sampling { samples, seed });
    availability(&system(text), &AvailabilityOptions { sampling, ..AvailabilityOptions::default() })
}

/// The estimate of the first entry.
fn first(found: &Availability) -> Estimate {
    found.entries[0].simulated.unwrap()
}

/// How many of these seeds give an interval that holds the truth.
fn held(text: &str, samples: u64, seeds: u64) -> (u64, u64, Sampler) {
    let (mut entry, mut loss) = (0, 0);
    let mut sampler = Sampler::Plain;
    for seed in 0..seeds {
        let found = simulated(text, samples, seed);
        let within = |value: f64, (low, high): (f64, f64)| u64::from(low <= value && value <= high);
        entry += within(found.entries[0].unavailability, first(&found).interval);
        loss += within(found.expected, found.simulated.unwrap().interval);
        sampler = first(&found).sampler;
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
    let found = simulated(text, 10_000, 1);
    let (estimate, exact) = (first(&found), found.entries[0].unavailability);
    assert!((estimate.value / exact - 1.0).abs() < 0.02, "{}", estimate.value);
    let (low, high) = estimate.interval;
    assert!(low > 2.9e-10 && high < 3.1e-10, "{low} {high}");
}

#[test]
fn the_same_seed_gives_the_same_result() {
    let text = "zone a 0.05\n lb load_balancer x3 k=2 q=0.2 zones=a\n db q=0.1\n lb -> db";
    let one = simulated(text, 20_000, 42);
    assert_eq!(one, simulated(text, 20_000, 42));
    assert_ne!(one.simulated, simulated(text, 20_000, 43).simulated);
    // These numbers must never change: people compare runs.
    assert_eq!(one.entries[0].simulated.map(|estimate| estimate.value), Some(0.23345));
}

/// The figures of an entry are what they are without a simulation; the estimate stands beside them.
#[test]
fn samples_replace_nothing() {
    let text = "lb entry=1 q=1e-4\n db x2 q=1e-3\n lb -> db";
    let (plain, mut sampled) = (availability(&system(text), &AvailabilityOptions::default()), simulated(text, 1000, 1));
    assert_eq!(sampled.entries[0].method, Method::Exact);
    assert_eq!(sampled.entries[0].interval, None);
    assert!(sampled.simulated.take().is_some() && sampled.entries[0].simulated.take().is_some());
    assert_eq!(plain, sampled);
    // Where only bounds are known they stay, too.
    let options = |sampling| AvailabilityOptions { sampling, ..AvailabilityOptions::default() };
    let within = |sampling| availability_within(&system(text), &options(sampling), NOTHING);
    let (plain, mut sampled) = (within(None), within(Some(Sampling { samples: 1000, seed: 1 })));
    assert_eq!(sampled.entries[0].method, Method::Bounds);
    assert!(sampled.simulated.take().is_some() && sampled.entries[0].simulated.take().is_some());
    assert_eq!(plain, sampled);
}

proptest! {
    #![proptest_config(random::config(48))]

    /// The words of 64 cases follow the rules that the diagrams follow: six standard deviations are never exceeded.
    #[test]
    fn random_systems(text in random::system(WIDE), seed in any::<u64>()) {
        let samples = 4096;
        let found = simulated(&text, samples, seed);
        let near = |estimate: f64, truth: f64| {
            let spread = (truth * (1.0 - truth) / samples as f64).sqrt() + 1.0 / samples as f64;
            (estimate - truth).abs() <= 6.0 * spread
        };
        for entry in &found.entries {
            let estimate = entry.simulated.unwrap().value;
            prop_assert!(near(estimate, entry.unavailability), "{estimate} not {}", entry.unavailability);
        }
        if let Some(simulated) = found.simulated {
            prop_assert!(near(simulated.value, found.expected), "{} not {}", simulated.value, found.expected);
        }
    }
}
