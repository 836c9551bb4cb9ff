//! What the text leaves open is an interval (semantics, section 6): whatever is put in its place stays inside.

use foreshock_model::{FailoverMode, Known, System, ZoneIndex};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::system;
use super::random::{self, Size};
use crate::{Assessment, Basis, assess, assess_with};

const SMALL: Size = Size { components: 6, links: 8, groups: 2, plain: false, modes: false };

/// The ends of the score.
fn ends(assessment: &Assessment) -> (f64, f64) {
    let score = assessment.score.unwrap_or(100.0);
    assessment.score_range.unwrap_or((score, score))
}

/// A system of which some components may not be there.
fn open_system() -> impl Strategy<Value = String> {
    (random::system(SMALL), prop::collection::vec(0usize..6, 0..=2)).prop_map(|(text, absent)| {
        let may_be_absent = |line: &str| {
            let name = line.split(' ').next().unwrap_or_default();
            !line.contains("->") && absent.iter().any(|index| name == format!("c{index}")) && !line.contains("entry")
        };
        let lines =
            text.lines().map(|line| if may_be_absent(line) { format!("{line} maybe") } else { line.to_owned() });
        lines.collect::<Vec<_>>().join("\n")
    })
}

/// Something that may stand in place of one unknown; false where the component has none.
fn put(system: &mut System, component: usize, instances: u32, zones: &[bool; 2], mode: u8, there: bool) -> bool {
    let component = Arc::make_mut(&mut system.components[component]);
    let redundancy = &mut component.redundancy;
    let mut changed = false;
    if matches!(redundancy.instances, Known::Unknown(_)) {
        redundancy.instances = Known::Known(instances.max(redundancy.required));
        changed = true;
    }
    // What no instance of can fail is in no zone.
    if matches!(redundancy.zones, Known::Unknown(_)) && component.reliability.instance.is_some() {
        let chosen = (0u32..).zip(zones).filter(|(_, chosen)| **chosen).map(|(zone, _)| ZoneIndex(zone));
        redundancy.zones = Known::Known(chosen.collect());
        changed = true;
    }
    if matches!(redundancy.failover.mode, Known::Unknown(_)) {
        let modes = [FailoverMode::Automatic, FailoverMode::Manual, FailoverMode::None];
        redundancy.failover.mode = Known::Known(modes[usize::from(mode) % modes.len()]);
        changed = true;
    }
    if component.may_be_absent.take().is_some() {
        changed = true;
        if !there {
            component.redundancy.instances = Known::Known(0);
        }
    }
    changed
}

proptest! {
    #![proptest_config(random::config(400))]

    /// Whatever it is: the number shown alone never falls, and the other end never rises.
    #[test]
    fn a_value_in_place_of_an_unknown_stays_inside(
        text in open_system(), which in any::<prop::sample::Index>(), instances in 1u32..=4,
        zones in any::<[bool; 2]>(), mode in any::<u8>(), there in any::<bool>(),
    ) {
        let mut base = system(&text);
        // A load that is spread over nobody knows how many is none.
        for component in base.components.iter_mut().map(Arc::make_mut).filter(|it| it.redundancy.instances.known().is_none()) {
            component.capacity.movable_utilisation = None;
        }
        let mut changed = base.clone();
        prop_assume!(put(&mut changed, which.index(base.components.len()), instances, &zones, mode, there));
        let before = assess(&base);
        // Somebody who is not there is no entry point.
        let entries = before.basis.entries.iter().filter(|entry| {
            changed.components[entry.component.index()].redundancy.instances != Known::Known(0)
        });
        let basis = Basis { entries: entries.copied().collect(), ..before.basis.clone() };
        prop_assume!(basis.entries.len() == before.basis.entries.len() && !basis.entries.is_empty());
        let after = assess_with(&changed, &basis);
        let ((low, high), (lower, higher)) = (ends(&before), ends(&after));
        // Of three instances in two zones of which two are needed, one of a zone and one by itself are lost more often than
        // two by themselves: less than half a point.
        prop_assert!(low <= lower + 0.5, "{low}..{high} became {lower}..{higher}");
        prop_assert!(higher <= high + 1e-6, "{low}..{high} became {lower}..{higher}");
        prop_assert_eq!(before.score, Some(low));
        prop_assert!(before.least_unavailability <= after.least_unavailability + 1e-12);
        prop_assert!(after.expected_unavailability <= before.expected_unavailability * 1.05 + 1e-12);
    }
}

fn scores(text: &str) -> (f64, f64) {
    ends(&assess(&system(text)))
}

/// A number that nobody gives is no two.
#[test]
fn the_number_shown_is_that_of_one_instance() {
    let with =
        |count: &str| scores(&format!("lb load_balancer service=1e-4\n app app_server {count} q=5e-3\n lb -> app"));
    let (low, high) = with("x?");
    assert_eq!(low, with("x1").0);
    assert!(low < with("x2").0 && with("x2").0 < high && with("x9").0 <= high);
    assert!(assess(&system("lb load_balancer\n app app_server x? q=5e-3\n lb -> app")).single_points.is_empty());
}

/// Two that stand in for each other may be in the same zone, and two that are both needed in different ones.
#[test]
fn what_is_nowhere_is_where_it_hurts() {
    let head = "zone a 1e-4\n zone b 1e-4\n zone c 1e-4\n lb load_balancer service=1e-5\n ";
    let two = |zones: [&str; 2], links: &str| {
        scores(&format!("{head} one q=1e-4 zones={}\n two q=1e-4 zones={}\n {links}", zones[0], zones[1])).0
    };
    let either = "group g k=1: lb -> one, lb -> two";
    assert!((two(["?", "?"], either) - two(["a", "a"], either)).abs() < 0.01);
    assert!((two(["?", "b"], either) - two(["b", "b"], either)).abs() < 0.01);
    let both = "lb -> one\n lb -> two";
    assert!((two(["?", "?"], both) - two(["a", "b"], both)).abs() < 0.01);
}

/// What may not be there is perfect at best, and at worst one that is there and single.
#[test]
fn what_may_not_be_there() {
    let with = |app: &str| {
        scores(&format!("lb load_balancer service=1e-4\n app app_server {app}\n db q=5e-3\n lb -> app\n app -> db"))
    };
    let (low, high) = with("x1 q=5e-3 maybe");
    assert_eq!(low, with("x1 q=5e-3").0);
    assert_eq!(high, scores("lb load_balancer service=1e-4").0);
    // It stands in for nothing.
    let group = |spare: &str| {
        scores(&format!("lb load_balancer\n app q=5e-3\n spare q=5e-3 {spare}\n group g k=1: lb -> app, lb -> spare")).0
    };
    assert_eq!(group("maybe"), scores("lb load_balancer\n app q=5e-3\n lb -> app").0);
    assert!(group("") > 80.0);
}
