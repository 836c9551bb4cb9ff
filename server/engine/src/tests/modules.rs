//! What is solved by modules is what is solved as a whole: figures, cut sets, importance.

use proptest::prelude::*;

use super::fixture;
use super::random::{self, WIDE};
use crate::cascade::readings::Readings;
use crate::diagram::budget::Budget;
use crate::diagram::cut_sets::Role;
use crate::diagram::equations::Wanted;
use crate::diagram::service::Service;

/// Gates of all sorts over shared events and shared gates; the first is the top.
fn tree() -> impl Strategy<Value = String> {
    let gate = (0u8..5, prop::collection::vec(0usize..20, 1..=4));
    prop::collection::vec(gate, 2..=9).prop_map(|gates| {
        let mut text = String::new();
        for event in 0..9 {
            text += &format!("e{event} whole={}\n", [0.1, 0.2, 0.05, 0.3, 0.15][event % 5]);
        }
        let count = gates.len();
        for (index, (kind, members)) in gates.into_iter().enumerate() {
            text += &format!("g{index} {}\n", if index == 0 { "entry=1" } else { "" });
            // Gates that come later, or events.
            let mut names: Vec<String> = members
                .into_iter()
                .map(|member| match member {
                    member if member >= 9 && index + 1 < count => {
                        format!("g{}", index + 1 + (member - 9) % (count - index - 1))
                    }
                    member => format!("e{}", member % 9),
                })
                .collect();
            names.sort();
            names.dedup();
            let arrows: Vec<String> = names.iter().map(|name| format!("g{index} -> {name}")).collect();
            text += &match kind {
                0 | 1 => format!("{}\n", arrows.join("\n")),
                2 | 3 => format!("group x{index} k=1: {}\n", arrows.join(", ")),
                _ => format!("group x{index} k={}: {}\n", (arrows.len() / 2).max(1), arrows.join(", ")),
            };
        }
        text
    })
}

/// Compares both ways at all entry points; false where there is nothing to compare.
fn same(text: &str) -> Result<bool, TestCaseError> {
    let system = fixture::system(text);
    let readings = Readings::of(&system);
    let layout = readings.service();
    let basis = crate::Basis::of(&system);
    let mut roots: Vec<u32> = basis.entries.iter().map(|entry| entry.component.0).collect();
    roots.sort_unstable();
    roots.dedup();
    let wanted = Wanted::of(layout);
    let whole = Service::at(&system, layout, &roots, wanted);
    let Some(parts) = Service::of_modules(&system, layout, &roots, wanted, Budget::BRIEF) else { return Ok(false) };
    let near = |one: f64, other: f64| (one - other).abs() <= 1e-12 * one.abs() + 1e-15;
    // The variables are the same in another order.
    let name = |service: &Service, variable: u32| {
        format!("{:?}", {
            let mut variable = service.variables.list[variable as usize].clone();
            if let Some(lasting) = &mut variable.lasting {
                lasting.of = 0;
            }
            variable
        })
    };
    let at: Vec<(u32, f64)> = roots.iter().map(|&root| (root, 1.0)).collect();
    let costs = |service: &Service| {
        let probabilities = service.variables.each(|variable| variable.answered);
        let all: Vec<u32> = (0..probabilities.len() as u32).collect();
        let without = service.loss_without_each(&at, &probabilities, &all);
        let mut each: Vec<(String, f64)> = all.iter().map(|&index| name(service, index)).zip(without).collect();
        each.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        (service.loss(&at, &probabilities), each)
    };
    let (one, other) = (costs(&whole), costs(&parts));
    prop_assert!(near(one.0.0, other.0.0), "{} not {}", other.0.0, one.0.0);
    for ((one_name, one), (other_name, other)) in one.1.iter().zip(&other.1) {
        prop_assert_eq!(one_name, other_name);
        prop_assert!((one - other).abs() < 1e-12, "{} not {} without {}", other, one, one_name);
    }
    for &root in &roots {
        let sets = |service: &Service| {
            let levels = service.levels(root).unwrap();
            let role = |variable: u32| service.variables.list[variable as usize].role();
            let mut all = Vec::new();
            for role in [&role as &dyn Fn(u32) -> Role, &|_| Role::Event] {
                let sets = service.cut_sets(levels[0].0, role, 1_000_000).unwrap();
                let never = sets.never(|variable| variable % 3 == 7);
                let probability = |variable: u32| service.variables.list[variable as usize].answered;
                let list = |order: usize| {
                    let named = |set: Vec<u32>| {
                        let mut names: Vec<String> = set.iter().map(|&variable| name(service, variable)).collect();
                        names.sort();
                        names
                    };
                    let mut list: Vec<Vec<String>> = sets.of_order(order, usize::MAX).into_iter().map(named).collect();
                    list.sort();
                    list
                };
                let mut split: Vec<(String, f64)> = sets
                    .split(service.variables.list.len(), probability)
                    .into_iter()
                    .enumerate()
                    .map(|(variable, share)| (name(service, variable as u32), share))
                    .collect();
                split.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
                all.push((
                    (sets.by_order(|_| (1, 1)), never.by_order(|_| (1, 1)), list(1), list(2)),
                    (sets.sum(probability), sets.sum_of_smallest(probability)),
                    split,
                ));
            }
            all
        };
        for ((lists, sums, split), (other_lists, other_sums, other_split)) in sets(&whole).iter().zip(&sets(&parts)) {
            prop_assert_eq!(lists, other_lists);
            prop_assert!(near(sums.0, other_sums.0) && near(sums.1, other_sums.1), "{:?} not {:?}", other_sums, sums);
            for ((name, share), (other_name, other)) in split.iter().zip(other_split) {
                prop_assert_eq!(name, other_name);
                prop_assert!((share - other).abs() < 1e-12);
            }
        }
        let pairs = |service: &Service| {
            let named = |(one, other): (u32, u32)| {
                let (one, other) = (name(service, one), name(service, other));
                if one <= other { (one, other) } else { (other, one) }
            };
            let mut pairs: Vec<(String, String)> = service.pairs(root, usize::MAX).into_iter().map(named).collect();
            pairs.sort();
            pairs
        };
        prop_assert_eq!(pairs(&whole), pairs(&parts));
        let importance = |service: &Service| {
            let probabilities = service.variables.each(|variable| variable.probability);
            let (all, worths) = service.worths(root, &probabilities).unwrap();
            let mut worths: Vec<_> = worths.into_iter().filter(|(_, worth)| worth.birnbaum > 0.0).collect();
            worths.sort_by_key(|(unit, _)| *unit);
            (all, worths)
        };
        let (one, other) = (importance(&whole), importance(&parts));
        prop_assert!(near(one.0, other.0));
        prop_assert_eq!(one.1.len(), other.1.len());
        for ((unit, worth), (other_unit, other)) in one.1.iter().zip(&other.1) {
            prop_assert_eq!(unit, other_unit);
            prop_assert!((worth.birnbaum - other.birnbaum).abs() < 1e-12);
            prop_assert!((worth.perfect - other.perfect).abs() < 1e-12 && (worth.failed - other.failed).abs() < 1e-12);
        }
    }
    Ok(true)
}

/// `x or (x and y)`, `x and (x or y)`, and what is alike in two places.
#[test]
fn by_hand() {
    for gates in [
        "g0 -> e0\n group a k=1: g0 -> e1, g0 -> g1\n g1 -> e0\n g1 -> e2",
        "group a k=1: g0 -> e1, g0 -> g1\n g1 -> e1\n g1 -> e2\n g0 -> e0",
        "group a k=1: g0 -> g1, g0 -> g2\n group b k=1: g1 -> e0, g1 -> e1\n group c k=1: g2 -> e0, g2 -> e2",
        "group a k=1: g0 -> g1, g0 -> g2\n g1 -> e0\n g1 -> e1\n g2 -> e0\n g2 -> e1\n g2 -> e2",
    ] {
        let text = format!("e0 whole=0.1\n e1 whole=0.2\n e2 whole=0.3\n g0 entry=1\n g1\n g2\n {gates}");
        assert!(same(&text).unwrap(), "{gates}");
    }
}

/// One that needs very many, some of which need the same again, and some of which are needed beside it.
#[test]
fn one_that_needs_many() {
    let mut text = String::from("g0 entry=1\n g1\n");
    for number in 0..60 {
        text += &format!("e{number:02} whole={}\n g0 -> e{number:02}\n", 0.001 * f64::from(number % 7 + 1));
        if number % 3 == 0 {
            text += &format!("m{number:02} x2 q=0.1\n m{number:02} -> e{:02}\n g0 -> m{number:02}\n", number / 2);
        }
    }
    text += "group a k=1: g0 -> g1, g0 -> e05\n g1 -> e01\n g1 -> m03";
    assert!(same(&text).unwrap());
}

proptest! {
    #![proptest_config(random::config(512))]

    #[test]
    fn trees(text in tree()) {
        prop_assert!(same(&text)?);
    }

    #[test]
    fn systems(text in random::system(WIDE)) {
        if !same(&text)? {
            return Err(TestCaseError::reject("in a circle"));
        }
    }
}
