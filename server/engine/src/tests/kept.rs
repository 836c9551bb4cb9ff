//! The assessment of the next version is that of the next version alone, and the parts of a system add up to the whole.

use std::sync::Arc;

use foreshock_model::{ComponentIndex, System};
use proptest::prelude::*;
use proptest::sample::select;

use super::edits::Text;
use super::fixture::system;
use super::generated;
use super::random::{self, Size};
use crate::assess::kept::assess_undivided;
use crate::{Assessment, Kept, Method, assess};

const FEW: Size = Size { components: 4, links: 6, groups: 1, plain: false, modes: false };

/// The text of a system with its components and groups renamed, so that it can stand beside others.
fn named(text: &str, prefix: &str) -> String {
    let word = |word: &str| {
        let is_name = word
            .trim_end_matches([',', ':'])
            .strip_prefix(['c', 'g'])
            .is_some_and(|number| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()));
        if is_name { format!("{prefix}{word}") } else { word.to_owned() }
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let lines = text.lines().filter(|line| !line.starts_with("zone") && !line.starts_with("domain"));
    lines.map(|text| line(text) + "\n").collect()
}

/// Several systems beside each other, of which many components need the same.
fn estate() -> impl Strategy<Value = String> {
    let hubs =
        vec!["", "q=0.01", "x2 q=0.02 zones=a,b", "x3 k=2 q=0.01 service=0.003 domains=nat", "x? q=0.01", "whole=0.01"];
    let links = vec!["", "", "optional", "weight=0.3", "breaker"];
    let linked = prop::collection::vec((0..4usize, 0..4usize, select(links)), 0..24);
    let parts = prop::collection::vec(random::any_system(FEW), 1..=4);
    (parts, select(hubs.clone()), select(hubs), linked, any::<bool>()).prop_map(|(parts, hub, below, linked, deep)| {
        let mut text = "zone a 0.01\nzone b 0.002\ndomain nat 0.003\n".to_owned();
        for (number, part) in parts.iter().enumerate() {
            text += &named(part, &format!("p{number}"));
        }
        text += &format!("hub {hub}\n");
        if deep {
            text += &format!("hubx {below}\nhub -> hubx\n");
        }
        for (part, component, options) in linked {
            let name = format!("p{part}c{component}");
            if text.lines().any(|line| line.split(' ').next() == Some(&name)) {
                text += format!("{name} -> hub {options}").trim_end();
                text += "\n";
            }
        }
        text
    })
}

/// The system with whatever is equal in another one being the same `Arc`.
fn sharing(mut system: System, old: &System) -> System {
    for component in &mut system.components {
        if let Some(same) = old.components.iter().find(|same| *same == component) {
            *component = same.clone();
        }
    }
    for dependency in &mut system.dependencies {
        if let Some(same) = old.dependencies.iter().find(|same| *same == dependency) {
            *dependency = same.clone();
        }
    }
    system
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-12 + 1e-9 * one.abs().max(other.abs())
}

/// What is different between two assessments of the same system but for rounding.
fn difference(one: &Assessment, other: &Assessment) -> Option<String> {
    let numbers = |of: &Assessment| {
        let layers = of.layers.iter().flat_map(|layer| [layer.least, layer.unavailability]);
        let sums =
            [of.loss, of.unavailability.0, of.unavailability.1, of.expected_unavailability, of.least_unavailability];
        let range = of.score_range.map_or([0.0, 0.0], |range| [range.0, range.1]);
        sums.into_iter().chain(range).chain(of.score).chain(layers).collect::<Vec<f64>>()
    };
    let (first, second) = (numbers(one), numbers(other));
    let near = first.len() == second.len() && first.iter().zip(&second).all(|(one, other)| is_near(*one, *other));
    if !near {
        return Some(format!("{first:?}\n{second:?}"));
    }
    if one.basis != other.basis {
        return Some(format!("{:?}\n{:?}", one.basis, other.basis));
    }
    let points = |of: &Assessment| {
        let mut points: Vec<_> = of.single_points.iter().map(|point| (point.unit, point.clone())).collect();
        points.sort_by_key(|(unit, _)| *unit);
        points
    };
    for ((unit, one), (_, other)) in points(one).into_iter().zip(points(other)) {
        let near = (one.points.get() - other.points.get()).abs() < 1e-6
            && (one.minutes_per_year.get() - other.minutes_per_year.get()).abs() < 1e-4;
        let mut same = other.clone();
        (same.points, same.minutes_per_year) = (one.points, one.minutes_per_year);
        if !near || one != same {
            return Some(format!("{unit:?}\n{one:?}\n{other:?}"));
        }
    }
    let units = |of: &Assessment| {
        let mut common: Vec<_> = of.common_mode.iter().map(|mode| (mode.unit, mode.tops.clone())).collect();
        common.sort();
        let mut pairs: Vec<_> = of.pairs.iter().map(|pair| (pair.units, pair.tops.clone())).collect();
        pairs.sort();
        (of.single_points.len(), common, pairs, of.pairs_left_out)
    };
    (units(one) != units(other)).then(|| format!("{:?}\n{:?}", units(one), units(other)))
}

proptest! {
    #![proptest_config(random::config(256))]

    #[test]
    fn parts_add_up_to_the_whole(text in estate()) {
        // Behind a buffer what is always DOWN falls with everything that is looked at together with it.
        let text = text.replace("util=1.2", "util=0.95");
        let system = system(&text);
        let (divided, whole) = (assess(&system), assess_undivided(&system));
        prop_assume!(whole.method == Method::Exact && divided.method == Method::Exact);
        if let Some(difference) = difference(&divided, &whole) {
            prop_assert!(false, "{}\n{}", difference, text);
        }
    }

    /// The law of what is kept.
    #[test]
    fn the_next_assessment_is_as_from_scratch(
        text in estate(),
        edits in prop::collection::vec((0..9u8, any::<u16>(), estate(), any::<bool>()), 1..10),
    ) {
        let mut text = Text::of(&text);
        let mut versions = vec![text.clone()];
        let mut old = system(&text.whole());
        let mut kept = Kept::of(&old);
        for (kind, which, donor, shares) in edits {
            if kind == 8 {
                text = versions[usize::from(which) % versions.len()].clone();
            } else {
                text.edit(kind, usize::from(which), &Text::of(&donor));
            }
            let new = system(&text.whole());
            let new = if shares { sharing(new, &old) } else { new };
            kept = kept.next(&new);
            let expected = assess(&new);
            prop_assert_eq!(&**kept.assessment(), &expected, "{}", text.whole());
            prop_assert_eq!(format!("{:?}", kept.assessment()), format!("{:?}", expected));
            versions.push(text.clone());
            old = new;
        }
    }
}

/// So many shops beside each other, all of which need a key store.
fn shops(count: usize, with_keys: bool) -> String {
    let mut text = "zone a 1e-4\nzone b 1e-4\n".to_owned();
    if with_keys {
        text += "keys service=1e-5\n";
    }
    for shop in 0..count {
        text += &format!("s{shop:03}-lb load_balancer service=1e-5\ns{shop:03}-api x2 q=1e-3 zones=a,b\n");
        text += &format!("s{shop:03}-db database x1 q=1e-3 zones=a\n");
        text += &format!("s{shop:03}-lb -> s{shop:03}-api\ns{shop:03}-api -> s{shop:03}-db\n");
        if with_keys {
            text += &format!("s{shop:03}-api -> keys\n");
        }
    }
    text
}

/// How many parts there are after an edit, and how many of them were worked out again.
fn check_again(old: &str, new: &str) -> (usize, usize) {
    let (old, new) = (system(old), system(new));
    let kept = Kept::of(&old).next(&new);
    assert_eq!(**kept.assessment(), assess(&new));
    kept.parts()
}

#[test]
fn only_the_part_that_changed_is_worked_out() {
    for with_keys in [false, true] {
        let text = shops(100, with_keys);
        let parts = 100;
        let more = text.replace("s041-api x2", "s041-api x3");
        assert_eq!(check_again(&text, &more), (parts, 1));
        let cut = text.replace("s041-api -> s041-db\n", "");
        assert_eq!(check_again(&text, &cut), (parts + 1, 2));
        let added = text.clone() + "s041-log database q=1e-3\ns041-api -> s041-log optional\n";
        assert_eq!(check_again(&text, &added), (parts, 1), "the components after it have other numbers");
        let marked = text.replace("s041-lb load_balancer", "s041-lb load_balancer entry=2");
        assert_eq!(check_again(&text, &marked), (parts, parts), "now the others are no entry points");
        let joined = text.clone() + "s041-api -> s042-api\n";
        assert_eq!(check_again(&text, &joined), (parts - 1, 1));
    }
    let keys = shops(100, true);
    assert_eq!(check_again(&keys, &keys.replace("keys service=1e-5", "keys service=1e-4")), (100, 100));
}

#[test]
fn an_equal_system_has_the_same_assessment() {
    let one = system(&shops(10, true));
    let kept = Kept::of(&one);
    let next = kept.next(&system(&shops(10, true)));
    assert!(Arc::ptr_eq(kept.assessment(), next.assessment()));
    assert_eq!(next.parts(), (10, 0));
    assert!(
        one.iter()
            .all(|(index, _)| !next.is_worked_out_again(index) || one.components[index.index()].id.as_str() == "keys")
    );
    assert!(kept.is_worked_out_again(ComponentIndex(1)));
}

#[test]
fn large_systems_after_an_edit() {
    for old in [generated::system(300, 20), generated::mesh(6, 4)] {
        let kept = Kept::of(&old);
        let new = generated::changed(&old, 1);
        assert_eq!(**kept.next(&new).assessment(), assess(&new));
    }
}
