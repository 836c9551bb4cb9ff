//! The beta factor of replicas: three of anything are not as good as sixteen nines.

use expect_test::expect;
use foreshock_model::{CommonCause, Known, Probability, System};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::{self, faults, index, system};
use super::random::{self, PLAIN};
use crate::{Assessment, Availability, AvailabilityOptions, Fault, Quantity, Unit, assess, assess_with, availability};

fn loss(text: &str) -> f64 {
    assess(&system(text)).loss
}

fn close(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
}

fn of(text: &str) -> Availability {
    availability(&system(text), &AvailabilityOptions::default())
}

/// q of one stays q; of more it is all of them by themselves, or the common cause.
#[test]
fn three_load_balancers_are_not_sixteen_nines() {
    let with = |count: &str| loss(&format!("lb load_balancer entry=1 {count} q=4e-6 beta=0.1"));
    close(with("x1"), 4e-6);
    close(with("x2"), 1.0 - (1.0 - 4e-6 * 4e-6) * (1.0 - 4e-7));
    close(with("x3"), 1.0 - (1.0 - 64e-18) * (1.0 - 4e-7));
    // Only counted, beyond twelve.
    close(with("x50"), 4e-7);
}

/// Where each of them is needed, or nobody promotes a standby, the cause of one instance's loss is in its own figure.
#[test]
fn without_a_spare_there_is_no_unit() {
    for text in ["api entry=1 x2 k=2 q=0.01", "api entry=1 ps manual x2 q=0.01", "api entry=1 x2 q=0.01 util=0.9"] {
        assert_eq!(loss(&format!("{text} beta=0.1")), loss(text), "{text}");
    }
    assert_eq!(loss("api entry=1 x2 whole=0.01 beta=0.1"), 0.01);
    assert_eq!(loss("api entry=1 x2 beta=0.1"), 0.0);
}

/// One loss of a primary in twenty is not taken over as designed: common causes are among them and count once.
#[test]
fn an_uncovered_failover_and_a_common_cause_count_once() {
    let with = |coverage: f64, beta: f64| loss(&format!("db entry=1 ps auto c={coverage} x2 q=1e-4 beta={beta}"));
    // The primary and its failover, the common cause, and both instances by themselves.
    let or = |events: [f64; 3]| 1.0 - events.iter().map(|event| 1.0 - event).product::<f64>();
    let together = |failover: f64, common: f64| or([1e-4 * failover, common, 1e-8 * (1.0 - failover)]);
    assert!((with(0.95, 0.1) / together(0.05, 0.05 * 1e-4) - 1.0).abs() < 1e-3);
    assert!((with(1.0, 0.1) / together(0.0, 0.1 * 1e-4) - 1.0).abs() < 1e-3);
    close(with(0.9, 0.1), with(0.9, 0.0));
    close(with(0.8, 0.1), with(0.8, 0.0));
}

#[test]
fn it_is_a_common_mode_and_never_a_single_point() {
    let system = system("lb load_balancer entry=1 x3 q=1e-3 beta=0.1\n db q=1e-4\n lb -> db");
    let found = assess(&system);
    let units: Vec<String> = found.single_points.iter().map(|point| point.unit.name(&system)).collect();
    assert_eq!(units, ["instance:db#0"]);
    let [common] = found.common_mode.as_slice() else { panic!("{:?}", found.common_mode) };
    assert_eq!(common.unit, Unit::CommonCause(index(&system, "lb")));
    // Half of 2e-4 is its own.
    assert!((common.points.get() - 20.0 * 2f64.log10()).abs() < 0.01, "{}", common.points);
    let all = availability(&system, &AvailabilityOptions::default());
    let names: Vec<String> = all.attribution.by_event.iter().map(|minutes| minutes.of.name(&system)).collect();
    assert_eq!(names[..2], ["instance:db#0", "common-cause:lb"]);
    let sets = all.entries[0].cut_sets.as_ref().unwrap();
    assert_eq!(sets.by_order, [0, 2, 0, 1]);
    let fault = Fault::named(&system, "common-cause:lb").unwrap();
    let effects: Vec<String> = crate::cascade(&system, &[fault]).effects.iter().map(|it| format!("{it:?}")).collect();
    assert_eq!(effects.len(), 1, "{effects:?}");
}

/// All three by themselves would be 1e-9 of the time.
#[test]
fn a_component_is_down_as_often_as_its_common_cause() {
    let system = system("lb load_balancer entry=1 x3 q=1e-3 beta=0.1");
    close(crate::likelihood(&system, &faults(&system, "lb")).unwrap(), 1.0 - (1.0 - 1e-4) * (1.0 - 1e-9));
}

/// What is expected is an interval, the share a number with its ends; the score is that of the share.
#[test]
fn the_interval_of_beta_is_that_of_what_is_expected() {
    let found = of("lb load_balancer entry=1 x3 q=1e-3 beta=0.1/0.02/0.2");
    let (low, high) = found.expected_bounds;
    close(found.expected, 1.0 - (1.0 - 1e-4) * (1.0 - 1e-9));
    close(low, 1.0 - (1.0 - 2e-5) * (1.0 - 1e-9));
    close(high, 1.0 - (1.0 - 2e-4) * (1.0 - 1e-9));
    assert_eq!(found.score_range, None);
    assert!(found.range.0 <= low && high <= found.range.1, "{:?}", found.range);
    let input = found.inputs.iter().find(|input| input.quantity == Quantity::CommonCauseShare).unwrap();
    assert_eq!((input.value, input.interval), (0.1, Some((0.02, 0.2))));
    let one = of("lb load_balancer entry=1 x1 q=1e-3 beta=0.1/0.02/0.2");
    assert_eq!(one.expected_bounds, (one.expected, one.expected));
    assert!(one.inputs.iter().all(|input| input.quantity != Quantity::CommonCauseShare));
}

#[test]
fn sampling_knows_it() {
    use crate::Sampling;
    let system = system("lb load_balancer entry=1 x3 q=0.1 beta=0.2");
    let sampling = Sampling { samples: 200_000, seed: 7 };
    let found = availability(&system, &AvailabilityOptions { sampling: Some(sampling), ..Default::default() });
    let (low, high) = found.simulated.unwrap().interval;
    assert!(low <= found.expected && found.expected <= high, "{low} {} {high}", found.expected);
}

/// The whole answer in numbers, to be followed by hand: 1 - (1 - 1e-4)(1 - 1e-6) = 1.00999e-4 and so on.
#[test]
fn by_hand() {
    let shown = |text: &str| {
        let Assessment { score, structural_nines, .. } = assess(&system(text));
        format!("{:.2} points, {:.3} nines", score.unwrap(), structural_nines.unwrap())
    };
    expect!["60.00 points, 3.000 nines"].assert_eq(&shown("api entry=1 x1 q=1e-3 beta=0.1"));
    expect!["79.91 points, 3.996 nines"].assert_eq(&shown("api entry=1 x2 q=1e-3 beta=0.1"));
    expect!["80.00 points, 4.000 nines"].assert_eq(&shown("api entry=1 x3 q=1e-3 beta=0.1"));
}

fn with_beta(base: &System, which: usize, share: f64) -> System {
    let mut changed = base.clone();
    let share = Probability::clamped(share);
    Arc::make_mut(&mut changed.components[which]).reliability.common_cause =
        Some(CommonCause { share, interval: (share, share), source: fixture::written() });
    changed
}

proptest! {
    #![proptest_config(random::config(256))]

    #[test]
    fn a_common_cause_never_raises_availability(
        text in random::system(random::WIDE), which in any::<prop::sample::Index>(), shares in [0.0f64..=0.3, 0.0f64..=0.3],
    ) {
        let base = system(&text);
        let which = which.index(base.components.len());
        let mut none = base.clone();
        Arc::make_mut(&mut none.components[which]).reliability.common_cause = None;
        let (less, more) = (shares[0].min(shares[1]), shares[0].max(shares[1]));
        let found = [none, with_beta(&base, which, less), with_beta(&base, which, more)].map(|system| assess(&system));
        for pair in found.windows(2) {
            prop_assert!(pair[0].loss <= pair[1].loss * (1.0 + 1e-9) + 1e-15);
            let expected = [pair[0].expected_unavailability, pair[1].expected_unavailability];
            prop_assert!(expected[0] <= expected[1] * (1.0 + 1e-9) + 1e-15);
        }
    }

    /// Up to three tenths of the failures in common, more than anybody publishes, and failures that are rare.
    #[test]
    fn one_more_of_what_has_a_common_cause_never_lowers_the_score(
        text in random::system(PLAIN), which in any::<prop::sample::Index>(), share in 0.0f64..=0.3,
    ) {
        let base = system(&text);
        let which = which.index(base.components.len());
        let base = with_beta(&base, which, share);
        let mut changed = base.clone();
        let instances = &mut Arc::make_mut(&mut changed.components[which]).redundancy.instances;
        *instances = Known::Known(instances.known().unwrap() + 1);
        let before = assess(&base);
        let after = assess_with(&changed, &before.basis.carried_to(&base, &changed));
        prop_assert!(after.loss <= before.loss * (1.0 + 1e-9) + 1e-15, "{} became {}", before.loss, after.loss);
    }
}
