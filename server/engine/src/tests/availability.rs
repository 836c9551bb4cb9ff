//! Availability in full, by hand and against the definition over all subsets of the units.

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_model::{ComponentIndex, Objective, Probability, System};
use proptest::prelude::*;

use super::fixture::{self, system};
use super::random::{self, SMALL, WIDE};
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::service::Service;
use crate::diagram::variables::Variable;
use crate::{
    Availability, AvailabilityOptions, BasicEvent, Fault, Frozen, Health, Method, ObjectiveOrigin, Scratch, Unit,
    assess, availability, minutes_per_year,
};

fn describe(system: &System, found: &Availability) -> String {
    let mut out = String::new();
    writeln!(out, "expected {:e}, range {:e}..{:e}", found.expected, found.range.0, found.range.1).unwrap();
    for layer in found.layers.iter().filter(|layer| layer.unavailability > 0.0) {
        writeln!(out, "layer {:?} {:e}", layer.layer, layer.unavailability).unwrap();
    }
    if let Some(ceiling) = found.ceiling {
        writeln!(out, "binding {:?}", ceiling.layer).unwrap();
    }
    for entry in &found.entries {
        let sets = entry.cut_sets.as_ref().unwrap();
        let name = |event: &BasicEvent| event.name(system);
        let order_1: Vec<String> = sets.order_1.iter().map(name).collect();
        let order_2: Vec<String> =
            sets.order_2.iter().map(|pair| pair.iter().map(name).collect::<Vec<_>>().join(" + ")).collect();
        let id = &system.component(entry.component).unwrap().id;
        writeln!(out, "{id} {:e}; cut sets {:?}", entry.unavailability, sets.by_order).unwrap();
        writeln!(out, "  {}; {}", order_1.join(", "), order_2.join(", ")).unwrap();
    }
    for minutes in &found.attribution.by_event {
        writeln!(out, "{} {:.3} min", minutes.of.name(system), minutes.minutes_per_year).unwrap();
    }
    let by_layer: Vec<String> = found
        .attribution
        .by_layer
        .iter()
        .map(|minutes| format!("{:?} {:.3}", minutes.of, minutes.minutes_per_year))
        .collect();
    writeln!(out, "by layer {}", by_layer.join(", ")).unwrap();
    for verdict in &found.verdicts {
        let binding = verdict.binding.map_or("nothing".to_owned(), |event| event.name(system));
        let (met, unreachable) = (verdict.met, verdict.unreachable);
        writeln!(
            out,
            "allowed {:e}, met {met}, unreachable {unreachable} by {binding}, missing {:.3} min",
            verdict.allowed, verdict.minutes_missing
        )
        .unwrap();
    }
    if found.low_confidence {
        writeln!(out, "low confidence: {:.3} from defaults", found.share_of_defaults).unwrap();
    }
    out
}

fn check(text: &str, expected: Expect) {
    let system = system(text);
    expected.assert_eq(&describe(&system, &availability(&system, &AvailabilityOptions::default())));
}

/// Hardware: 5e-3 or both of 1e-2: 1 - (1 - 5e-3)(1 - 1e-4) = 5.0995e-3. Software: 1e-3. Together
/// 1 - (1 - 5.0995e-3)(1 - 1e-3) = 6.0944005e-3. The sum of the smallest: 5e-3 + 1e-3 + 1e-2.
#[test]
fn layers_cut_sets_and_attribution() {
    check(
        "lb load_balancer
         api x2 q=1e-2
         db q=5e-3 software=1e-3
         lb -> api
         api -> db",
        expect![[r#"
            expected 6.0944004999999996e-3, range 5.099500000000001e-3..1.6e-2
            layer Software 1e-3
            layer Hardware 5.099500000000001e-3
            binding Hardware
            lb 6.0944004999999996e-3; cut sets [0, 2, 1]
              instance:db#0, software:db; instance:api#0 + instance:api#1
            instance:db#0 2627.386 min
            software:db 525.477 min
            instance:api#0 26.274 min
            instance:api#1 26.274 min
            by layer Hardware 2679.934, Software 525.477
        "#]],
    );
}

/// Waiting 600 s for people on top of 600 s of repair: 1e-3 becomes 1.999e-3 (2e-3/(1 + 1e-3)). The service of the
/// provider, the third party and what a mechanism restores don't wait.
#[test]
fn people_who_have_to_answer() {
    check(
        "api entry=1 q=1e-3/600~ service=1e-4/600 external=1e-4/600 response=600
         db q=1e-3/600~ software=1e-3/600~ response=600 restores=60
         api -> db",
        expect![[r#"
            expected 5.187012417921748e-3, range 2.0988001e-3..5.196003996003996e-3
            layer Software 1e-3
            layer Hardware 2.0988001e-3
            layer Operational 1.9906207881517386e-3
            layer External 1e-4
            binding Hardware
            api 3.1963916297700094e-3; cut sets [0, 5]
              instance:api#0, instance:db#0, software:db, service:api, external:api; 
            instance:api#0 1049.051 min
            software:db 1049.051 min
            instance:db#0 525.050 min
            service:api 52.505 min
            external:api 52.505 min
            by layer Hardware 1102.605, Operational 1048.002, Software 525.050, External 52.505
            low confidence: 0.962 from defaults
        "#]],
    );
}

/// A primary that fails 1e-2/3600 times a second, with 60 s of promotion: 1e-2 x 60/3600 = 1.6667e-4 on top of both
/// lost, 1e-4, and of promotion that fails, 1e-2 x 0.1. The structure leaves promotion out.
#[test]
fn promotion_takes_its_time() {
    check(
        "db entry=1 ps auto c=0.9 failover=60 x2 q=1e-2/3600",
        expect![[r#"
        expected 1.2564849999999997e-3, range 1.2564849999999997e-3..2.0166666666666666e-2
        layer Hardware 1.2564849999999997e-3
        binding Hardware
        db 1.0899999999999998e-3; cut sets [0, 0, 2]
          ; instance:db#0 + failover:db, instance:db#0 + instance:db#1
        instance:db#0 286.953 min
        failover:db 260.866 min
        promotion:db 86.955 min
        instance:db#1 26.087 min
        by layer Hardware 660.861
    "#]],
    );
    // Longer than the repair: as long as the repair.
    check(
        "db entry=1 ps auto c=1 failover=7200 x2 q=1e-2/3600",
        expect![[r#"
        expected 1.0099e-2, range 1.0099e-2..2e-2
        layer Hardware 1.0099e-2
        binding Hardware
        db 1e-4; cut sets [0, 0, 1]
          ; instance:db#0 + instance:db#1
        promotion:db 5259.079 min
        instance:db#0 26.295 min
        instance:db#1 26.295 min
        by layer Hardware 5311.670
    "#]],
    );
}

/// Of the time in which the worker is down, the share E[(D - 60)+]/E[D] = 542.5/600 = 0.904 is after the queue's buffer of
/// 60 s: that takes the shop down. (A log-normal with a mean of 600 s has its median at 278 s; d = ln(278/60)/1.24 = 1.237,
/// 600 Phi(2.477) - 60 Phi(1.237) = 596.0 - 53.5.) It is a cut set, because 600 s is longer than 60 s. The mailer's failures
/// are over in 30 s on average, and yet 0.286 of their time is beyond the buffer: with exp(-60/30) it would be 0.135.
#[test]
fn buffers_absorb_short_failures() {
    check(
        "shop entry=1
         worker q=1e-3/600
         mailer q=1e-3/30
         shop -> worker async buffer=60
         shop -> mailer async buffer=60",
        expect![[r#"
            expected 1.3921325902601232e-3, range 1.3921325902601232e-3..2e-3
            layer Hardware 1.3921325902601232e-3
            binding Hardware
            shop 1.1898434536801645e-3; cut sets [0, 1]
              instance:worker#0; 
            instance:worker#0 488.019 min
            instance:mailer#0 244.187 min
            by layer Hardware 732.206
        "#]],
    );
}

/// What is not waited for is not down: the same without a buffer costs a function only.
#[test]
fn async_without_a_buffer_costs_a_function() {
    check(
        "shop entry=1\n worker q=1e-3/600\n shop -> worker async",
        expect![[r#"
        expected 2.5e-4, range 2.5e-4..2.5e-4
        layer Hardware 2.5e-4
        binding Hardware
        shop 0e0; cut sets []
          ; 
        instance:worker#0 131.490 min
        by layer Hardware 131.490
    "#]],
    );
}

#[test]
fn objectives() {
    let mut system = system("lb load_balancer service=2e-4\n db q=5e-3 software=1e-4\n lb -> db");
    let promise = |component, allowed| Objective {
        component,
        allowed: Probability::new(allowed).unwrap(),
        window_days: Objective::WINDOW_DAYS,
        place: None,
    };
    system.objectives.push(promise(Some(ComponentIndex(0)), 0.001));
    system.objectives.push(promise(None, 0.01));
    let options = AvailabilityOptions { slo: Probability::new(0.0051), ..AvailabilityOptions::default() };
    let found = availability(&system, &options);
    expect![[r#"
        expected 5.2984801e-3, range 5.1990000000000005e-3..5.300000000000001e-3
        layer Software 1e-4
        layer Hardware 5.1990000000000005e-3
        binding Hardware
        lb 5.2984801e-3; cut sets [0, 3]
          instance:db#0, service:lb, software:db; 
        instance:db#0 2629.046 min
        service:lb 105.162 min
        software:db 52.581 min
        by layer Hardware 2734.208, Software 52.581
        allowed 5.1e-3, met false, unreachable true by instance:db#0, missing 104.393 min
        allowed 1e-3, met false, unreachable true by instance:db#0, missing 2156.173 min
        allowed 1e-2, met true, unreachable false by instance:db#0, missing 0.000 min
    "#]]
    .assert_eq(&describe(&system, &found));
}

/// What is promised elsewhere is judged as what the system itself promises, and what can't be kept names what stands against it.
#[test]
fn what_is_promised_elsewhere() {
    let promise = Objective {
        component: Some(ComponentIndex(2)),
        allowed: Probability::new(0.001).unwrap(),
        window_days: Objective::WINDOW_DAYS,
        place: None,
    };
    let mut system = system("lb load_balancer service=2e-4\n a q=2e-3\n b x2 q=2e-2\n lb -> a\n lb -> b");
    let options = AvailabilityOptions { promised: vec![promise.clone()], ..AvailabilityOptions::default() };
    let mut elsewhere = availability(&system, &options).verdicts;
    let sets: Vec<String> = elsewhere[0]
        .cut_sets
        .iter()
        .map(|set| {
            let names: Vec<String> = set.events.iter().map(|event| event.name(&system)).collect();
            format!("{} {:.1e}", names.join(" + "), set.unavailability)
        })
        .collect();
    assert_eq!(sets, ["instance:a#0 2.0e-3", "instance:b#0 + instance:b#1 4.0e-4", "service:lb 2.0e-4"]);
    system.objectives.push(promise);
    let own = availability(&system, &AvailabilityOptions::default()).verdicts;
    assert_eq!(elsewhere[0].origin, ObjectiveOrigin::Promised(0));
    elsewhere[0].origin = ObjectiveOrigin::Written(0);
    assert_eq!(elsewhere, own);
}

/// The worker's failures cost a function, a quarter of the service: 1e-3 x 0.25 on top of the 1e-4 that the shop is down.
/// 99.95 % available is kept: the shop answers all the same.
#[test]
fn what_is_degraded_breaks_no_promise() {
    let system = system("shop entry=1 q=1e-4\n worker q=1e-3/600\n shop -> worker optional");
    let options = AvailabilityOptions { slo: Probability::new(2e-4), ..AvailabilityOptions::default() };
    let found = availability(&system, &options);
    let degraded = 0.25 * 1e-3 * (1.0 - 1e-4);
    assert!((found.expected - (1e-4 + degraded)).abs() < 1e-15, "{}", found.expected);
    assert_eq!(found.unavailability, (1e-4, 1e-4));
    assert_eq!(assess(&system).unavailability, found.unavailability);
    let verdict = &found.verdicts[0];
    assert!(verdict.met && !verdict.unreachable, "{verdict:?}");
    assert_eq!((verdict.expected, verdict.least), (1e-4, 1e-4));
}

#[test]
fn nothing_to_measure() {
    check(
        "",
        expect![[r#"
        expected 0e0, range 0e0..0e0
        by layer 
    "#]],
    );
    check(
        "a x0",
        expect![[r#"
        expected 0e0, range 0e0..0e0
        by layer 
    "#]],
    );
}

/// 200 instances are only counted: any 3 of them are a cut set, and there are 200 x 199 x 198 / 6 = 1,313,400 of these.
#[test]
fn many_instances_are_counted() {
    let system = system("api entry=1 x200 k=198 q=1e-4");
    let found = availability(&system, &AvailabilityOptions::default());
    assert_eq!(found.entries[0].cut_sets.as_ref().unwrap().by_order, [0, 0, 0, 1_313_400]);
    // With 60 each is followed.
    let system = fixture::system("api entry=1 x60 k=58 q=1e-4");
    let found = availability(&system, &AvailabilityOptions::default());
    assert_eq!(found.entries[0].cut_sets.as_ref().unwrap().by_order, [0, 0, 0, 34_220]);
    assert_eq!(found.entries[0].importance.len(), 60);
}

/// Every subset of the units that takes a component down, by the cascade.
fn down_by_subset(frozen: &Frozen, units: &[Unit], component: u32) -> Vec<bool> {
    let mut scratch = Scratch::default();
    (0..1u32 << units.len())
        .map(|mask| {
            let chosen = units.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
            let faults: Vec<Fault> = chosen.map(|(_, unit)| Fault::Unit(*unit)).collect();
            frozen.run(&faults, &mut scratch);
            scratch.health(frozen, ComponentIndex(component)) == Health::Down
        })
        .collect()
}

/// The minimal ones among them.
fn minimal(down: &[bool], units: usize) -> Vec<u32> {
    let is_minimal =
        |mask: &u32| (0..units).filter(|bit| mask >> bit & 1 == 1).all(|bit| !down[(mask & !(1 << bit)) as usize]);
    (0..down.len() as u32).filter(|mask| down[*mask as usize]).filter(is_minimal).collect()
}

proptest! {
    #![proptest_config(random::config(128))]

    /// Cut sets by order, their list, unavailability and importance, against all subsets.
    #[test]
    fn cut_sets_and_importance_by_all_subsets(text in random::system(SMALL)) {
        let system = system(&text);
        let readings = Readings::of(&system);
        let found = availability(&system, &AvailabilityOptions::default());
        let roots: Vec<u32> = found.entries.iter().map(|entry| entry.component.0).collect();
        let service = Service::at(&system, &readings.structure().layout, &roots, Wanted::DOWN);
        prop_assume!(!service.has_buffers());
        let probabilities = service.variables.each(Variable::structural);
        let units: Option<Vec<Unit>> = service.variables.list.iter().map(|variable| variable.unit).collect();
        let Some(units) = units.filter(|units| units.len() <= 10) else {
            return Err(TestCaseError::reject("too many units"));
        };
        for entry in &found.entries {
            let down = down_by_subset(readings.structure(), &units, entry.component.0);
            let sets = minimal(&down, units.len());
            let mut by_order = vec![0u64; units.len() + 1];
            sets.iter().for_each(|set| by_order[set.count_ones() as usize] += 1);
            while by_order.last() == Some(&0) {
                by_order.pop();
            }
            let list = entry.cut_sets.as_ref().unwrap();
            prop_assert_eq!(&list.by_order, &by_order);
            prop_assert_eq!(list.order_1.len() as u64, by_order.get(1).copied().unwrap_or(0));
            prop_assert_eq!(list.order_2.len() as u64, by_order.get(2).copied().unwrap_or(0));
            for pair in &list.order_2 {
                let mask = pair.iter().fold(0u32, |mask, event| {
                    let place = units.iter().position(|unit| BasicEvent::Unit(*unit) == *event).unwrap();
                    mask | 1 << place
                });
                prop_assert!(sets.contains(&mask));
            }
            let given = |fixed: Option<(usize, bool)>| -> f64 {
                let weight = |mask: usize| -> f64 {
                    (0..units.len())
                        .map(|bit| match (fixed, mask >> bit & 1 == 1) {
                            (Some((place, value)), failed) if place == bit => f64::from(u8::from(value == failed)),
                            (_, true) => probabilities[bit],
                            (_, false) => 1.0 - probabilities[bit],
                        })
                        .product()
                };
                (0..down.len()).filter(|mask| down[*mask]).map(weight).sum()
            };
            let all = given(None);
            prop_assert!((entry.unavailability - all).abs() <= 1e-12 * all.max(1e-300) + 1e-15);
            for importance in &entry.importance {
                let place = units.iter().position(|unit| *unit == importance.unit).unwrap();
                let (failed, perfect) = (given(Some((place, true))), given(Some((place, false))));
                prop_assert!((importance.birnbaum - (failed - perfect)).abs() < 1e-12);
                prop_assert!((importance.fussell_vesely - (1.0 - perfect / all)).abs() < 1e-9);
                prop_assert!((importance.raw.unwrap() / (failed / all) - 1.0).abs() < 1e-9);
                prop_assert_eq!(importance.rrw.is_some(), perfect > 0.0);
                if let Some(rrw) = importance.rrw {
                    prop_assert!((rrw / (all / perfect) - 1.0).abs() < 1e-9, "{} {}", rrw, all / perfect);
                }
            }
        }
    }

    /// What is expected is not better than the ceiling and not worse than the sum over the cut sets; minutes add up.
    #[test]
    fn ceiling_range_and_minutes(text in random::system(WIDE), slow in 0u32..3) {
        // Repair times, people to wait for and promotions.
        let text = match slow {
            0 => text,
            1 => text.replace("q=0.01", "q=0.01/600~ software=0.003/60~ response=300 failover=30"),
            _ => text.replace("q=0.003", "q=0.003/20~ theoretical=0.0001 restores=10 response=900 failover=30"),
        };
        let system = system(&text);
        let found = availability(&system, &AvailabilityOptions::default());
        prop_assert_eq!(found.method, Method::Exact);
        let ceiling = found.ceiling.map_or(0.0, |layer| layer.unavailability);
        prop_assert!(ceiling <= found.expected * (1.0 + 1e-12) + 1e-15, "{ceiling} above {}", found.expected);
        prop_assert!(found.range.0 <= found.expected * (1.0 + 1e-12) + 1e-15);
        prop_assert!(found.expected <= found.range.1 * (1.0 + 1e-12));
        // What is degraded costs service and no availability.
        let (least, most) = found.unavailability;
        prop_assert!(least <= most && most <= found.expected * (1.0 + 1e-12) + 1e-15, "{most} above {}", found.expected);
        let minutes = minutes_per_year(found.expected).get();
        let sums = [
            found.attribution.by_event.iter().map(|minutes| minutes.minutes_per_year.get()).sum::<f64>(),
            found.attribution.by_part.iter().map(|minutes| minutes.minutes_per_year.get()).sum(),
            found.attribution.by_layer.iter().map(|minutes| minutes.minutes_per_year.get()).sum(),
        ];
        for sum in sums {
            let sum = sum + found.attribution.without_failure.get();
            prop_assert!((sum - minutes).abs() <= 1e-9 * minutes + 1e-12, "{sum} not {minutes}");
        }
        // The same figures as on every keystroke.
        let assessment = assess(&system);
        prop_assert!((assessment.expected_unavailability - found.expected).abs() <= 1e-12);
        prop_assert!((assessment.unavailability.0 - least).abs() <= 1e-12);
        prop_assert!((assessment.unavailability.1 - most).abs() <= 1e-12);
        for (one, other) in assessment.score.iter().zip(&found.score) {
            prop_assert!((one - other).abs() < 1e-9);
        }
        prop_assert_eq!(assessment.score_range.is_some(), found.score_range.is_some());
        for (one, other) in assessment.ceiling.iter().zip(&found.ceiling) {
            prop_assert!((one.unavailability - other.unavailability).abs() <= 1e-12);
        }
    }
}
