//! Systems whose decision diagrams do not fit, made so by a budget of nothing: the truth, with all the budget there is, lies
//! within everything that is said of them.

use foreshock_model::{Objective, Probability};
use proptest::prelude::*;

use super::fixture::system;
use super::random::{self, WIDE};
use crate::assess::kept::assess_within;
use crate::availability::availability_within;
use crate::diagram::budget::Budget;
use crate::{AvailabilityOptions, Method, assess, availability};

/// No decision diagram fits that has a node.
pub(crate) const NOTHING: Budget = Budget { nodes: 2, work: 0, instances: 12, modules: true };

/// Four of six databases, each down two in five times, and everything in the zone: only bounds are known. What can't be
/// exceeded comes from the least that is sure to be lost, not from the most that may be.
#[test]
fn the_ceiling_is_what_is_sure() {
    let text = "zone a 0.02
         lb load_balancer software=0.01
         a q=0.5\n b q=0.4\n c q=0.4\n d q=0.3\n e q=0.4 zones=a\n f q=0.4 zones=a
         group g k=4: lb -> a, lb -> b, lb -> c, lb -> d, lb -> e, lb -> f";
    let options = AvailabilityOptions { slo: Probability::new(0.5), ..AvailabilityOptions::default() };
    let truth = availability(&system(text), &options);
    let found = availability_within(&system(text), &options, NOTHING);
    assert_eq!((truth.method, found.method), (Method::Exact, Method::Bounds));
    let ceiling = found.ceiling.unwrap();
    assert!(ceiling.unavailability <= truth.expected, "{} of {}", ceiling.unavailability, truth.expected);
    assert!(ceiling.unavailability > 0.0);
    assert!(found.expected_bounds.0 <= truth.expected && truth.expected <= found.expected_bounds.1);
    let [verdict] = found.verdicts.as_slice() else { panic!("one objective") };
    assert!(!verdict.unreachable && !verdict.met && verdict.is_open());
}

proptest! {
    #![proptest_config(random::config(192))]

    /// Every interval holds the truth, nothing is out of reach that is not, and nothing is met that is missed.
    #[test]
    fn every_interval_holds_the_truth(text in random::any_system(WIDE), slow in 0u32..3, nodes in 2usize..60) {
        let text = match slow {
            0 => text,
            1 => text.replace("q=0.01", "q=0.01/600~ software=0.003/60~ response=300 failover=30"),
            _ => text.replace("q=0.003", "q=0.003/20~ theoretical=0.0001 restores=10 response=900 failover=30"),
        };
        let mut system = system(&text);
        for allowed in [0.0, 1e-3, 1e-2, 0.1, 0.5] {
            let allowed = Probability::new(allowed).unwrap();
            system.objectives.push(Objective { component: None, allowed, window_days: 30.0, place: None });
        }
        // Some of the diagrams fit and others don't.
        let budget = Budget { nodes, work: if nodes % 2 == 0 { 0 } else { 20_000 }, ..NOTHING };
        let truth = availability(&system, &AvailabilityOptions::default());
        let found = availability_within(&system, &AvailabilityOptions::default(), budget);
        prop_assert_eq!(truth.method, Method::Exact);
        let holds = |value: f64, (low, high): (f64, f64)| {
            low <= value * (1.0 + 1e-9) + 1e-15 && value <= high * (1.0 + 1e-9) + 1e-15
        };
        // What is unknown makes an interval of the truth, too.
        for end in [truth.expected_bounds.0, truth.expected_bounds.1] {
            prop_assert!(holds(end, found.expected_bounds), "{end} not in {:?}", found.expected_bounds);
            prop_assert!(holds(end, (found.range.0, found.range.1)), "{end} not in {:?}", found.range);
        }
        for end in [truth.unavailability.0, truth.unavailability.1] {
            prop_assert!(holds(end, found.unavailability), "{end} not in {:?}", found.unavailability);
        }
        for (layer, bounds) in truth.layers.iter().zip(&found.layers) {
            for end in [layer.least, layer.unavailability] {
                prop_assert!(holds(end, (bounds.least, bounds.unavailability)), "{end} not in {bounds:?}");
            }
        }
        let ceiling = found.ceiling.map_or(0.0, |ceiling| ceiling.unavailability);
        prop_assert!(holds(truth.expected_bounds.0, (ceiling, 1.0)), "{ceiling} above {}", truth.expected_bounds.0);
        for (entry, bounds) in truth.entries.iter().zip(&found.entries) {
            let interval = bounds.interval.unwrap_or((bounds.unavailability, bounds.unavailability));
            prop_assert!(holds(entry.unavailability, interval), "{} not in {interval:?}", entry.unavailability);
            for end in [entry.outages.per_year.0, entry.outages.per_year.1] {
                prop_assert!(holds(end, bounds.outages.per_year), "{:?} not in {:?}", entry.outages, bounds.outages);
            }
        }
        for (verdict, bound) in truth.verdicts.iter().zip(&found.verdicts) {
            prop_assert!(!bound.met || verdict.met, "{verdict:?} {bound:?}");
            prop_assert!(!bound.unreachable || (verdict.unreachable && !verdict.met), "{verdict:?} {bound:?}");
            prop_assert!(holds(verdict.least, (bound.least, bound.expected)));
            prop_assert!(holds(verdict.expected, (bound.least, bound.expected)));
        }
        let scores = |score: Option<f64>, range: Option<(f64, f64)>| range.or(score.map(|score| (score, score)));
        for (score, range) in [
            (scores(truth.score, truth.score_range), scores(found.score, found.score_range)),
            {
                let (truth, found) = (assess(&system), assess_within(&system, None, budget));
                prop_assert!(found.least_unavailability <= truth.least_unavailability * (1.0 + 1e-9) + 1e-15);
                prop_assert!(found.expected_unavailability >= truth.expected_unavailability * (1.0 - 1e-9) - 1e-15);
                (scores(truth.score, truth.score_range), scores(found.score, found.score_range))
            },
        ] {
            let (Some(score), Some(range)) = (score, range) else { continue };
            prop_assert!(range.0 <= score.0 + 1e-9 && score.1 <= range.1 + 1e-9, "{score:?} not in {range:?}");
        }
    }
}
