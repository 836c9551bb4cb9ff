//! Buffers of asynchronous dependencies against a definition that shares no code with the engine: who is down for how
//! long, by age of the failures.

use foreshock_model::{ComponentIndex, DependencyKind, System};
use proptest::prelude::*;
use proptest::sample::select;

use super::fixture::system;
use super::random;
use crate::cascade::frozen::Frozen;
use crate::diagram::equations::Wanted;
use crate::diagram::service::{Method, Service};
use crate::durations::log_normal::LogNormal;
use crate::layout::reading::{Purpose, Reading};
use crate::{Unit, assess};

/// Who has been down for more than `hold` seconds, when each component has failed by itself for so long (negative: has
/// not). By proof: a set of what is known, grown until nothing is added; no hold is longer than `most`.
fn down_for(system: &System, ages: &[f64], hold: f64, most: f64) -> Vec<bool> {
    let holds = |component: usize, hold: f64, known: &[(usize, f64)]| {
        known.iter().any(|&(other, longer)| other == component && longer >= hold)
    };
    // (component, for more than so long) for every sum of buffers.
    let mut sums = vec![0.0];
    for dependency in &system.dependencies {
        if let Some(buffer) = dependency.buffer {
            let more: Vec<f64> = sums.iter().map(|sum| sum + buffer.get()).collect();
            sums.extend(more);
        }
    }
    sums.sort_by(f64::total_cmp);
    sums.dedup();
    let mut known: Vec<(usize, f64)> = Vec::new();
    loop {
        let before = known.len();
        for &sum in sums.iter().filter(|sum| **sum <= most) {
            for (component, age) in ages.iter().enumerate() {
                if holds(component, sum, &known) {
                    continue;
                }
                let mut down = *age > sum;
                for (index, dependency) in system.dependencies.iter().enumerate() {
                    let grouped =
                        system.alternatives.iter().any(|group| group.members.iter().any(|m| m.index() == index));
                    if dependency.from.index() == component && !grouped {
                        down |= carried(dependency, sum, &known, holds);
                    }
                }
                for group in &system.alternatives {
                    let members = || group.members.iter().map(|member| &system.dependencies[member.index()]);
                    if members().next().unwrap().from.index() == component {
                        let lost = members().filter(|member| carried(member, sum, &known, holds)).count();
                        down |= members().count() - lost < group.required as usize;
                    }
                }
                if down {
                    known.push((component, sum));
                }
            }
        }
        if known.len() == before {
            return (0..system.components.len()).map(|component| holds(component, hold, &known)).collect();
        }
    }
}

fn carried(
    dependency: &foreshock_model::Dependency,
    sum: f64,
    known: &[(usize, f64)],
    holds: impl Fn(usize, f64, &[(usize, f64)]) -> bool,
) -> bool {
    match (dependency.kind, dependency.buffer) {
        (DependencyKind::Requires, _) => holds(dependency.to.index(), sum, known),
        (DependencyKind::Async, Some(buffer)) => holds(dependency.to.index(), sum + buffer.get(), known),
        _ => false,
    }
}

fn buffered() -> impl Strategy<Value = String> {
    (2usize..=4).prop_flat_map(|count| {
        let parts = vec!["whole=0.01/50", "whole=0.02/15", "whole=0.05/400", ""];
        let components = prop::collection::vec(select(parts), count);
        let kinds = vec!["", "", "async", "async buffer=10", "async buffer=10", "async buffer=40"];
        let links = prop::collection::vec((0..count, 0..count, select(kinds.clone())), 1..=5);
        let members = prop::collection::vec((0..count, select(kinds)), 2..=3);
        let groups = prop::collection::vec((0..count, members, 1usize..=2), 0..=1);
        (components, links, groups).prop_map(|(components, links, groups)| {
            let mut text = String::new();
            for (index, component) in components.iter().enumerate() {
                text += &format!("c{index} {component}\n");
            }
            for (from, to, kind) in links.into_iter().filter(|(from, to, _)| from != to) {
                text += &format!("c{from} -> c{to} {kind}\n");
            }
            for (index, (from, members, required)) in groups.into_iter().enumerate() {
                let members: Vec<String> = members
                    .into_iter()
                    .filter(|(to, _)| from != *to)
                    .map(|(to, kind)| format!("c{from} -> c{to} {kind}"))
                    .collect();
                if members.len() >= required {
                    text += &format!("group g{index} k={required}: {}\n", members.join(", "));
                }
            }
            text
        })
    })
}

proptest! {
    #![proptest_config(random::config(192))]

    /// The probability of DOWN is that over all ages of the failures, and a single point is what lasts longer than the
    /// buffers on average.
    #[test]
    fn down_by_age(text in buffered()) {
        let system = system(&text);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Structure));
        // `down_for` knows nothing of circular fallback.
        prop_assume!(!(0..frozen.layout.groups.len() as u32).any(|group| frozen.layout.is_strict(group)));
        let roots: Vec<u32> = (0..system.components.len() as u32).collect();
        let service = Service::at(&system, &frozen.layout, &roots, Wanted::DOWN);
        prop_assert_eq!(service.method(), Method::Exact);
        // Ages matter only by the sums of buffers that they pass.
        let mut sums = vec![0.0];
        for buffer in system.dependencies.iter().filter_map(|dependency| dependency.buffer) {
            let more: Vec<f64> = sums.iter().map(|sum| sum + buffer.get()).collect();
            sums.extend(more);
        }
        sums.sort_by(f64::total_cmp);
        sums.dedup();
        prop_assume!(sums.len() <= 4);
        let most = *sums.last().unwrap();
        let figures: Vec<Option<(f64, f64)>> = system.components.iter()
            .map(|component| component.reliability.whole.as_ref())
            .map(|figure| figure.map(|figure| (figure.unavailability.get(), figure.mttr.unwrap().get())))
            .collect();
        // For each component: not failed, or failed for between one sum and the next.
        let cases: Vec<Vec<(f64, f64)>> = figures.iter().map(|figure| {
            let Some((unavailability, mttr)) = *figure else { return vec![(-1.0, 1.0)] };
            // f E[(D - b)+] with f = U / E[D], by the law that recovery draws from.
            let time = LogNormal::with_mean(mttr);
            let still = |seconds: f64| unavailability * time.excess(seconds) / mttr;
            let mut cases = vec![(-1.0, 1.0 - unavailability)];
            for (index, &sum) in sums.iter().enumerate() {
                let next = sums.get(index + 1).map_or(0.0, |next| still(*next));
                cases.push((sum + 0.5, still(sum) - next));
            }
            cases
        }).collect();
        let mut expected = vec![0.0; figures.len()];
        let all: usize = cases.iter().map(Vec::len).product();
        for mut number in 0..all {
            let mut probability = 1.0;
            let mut ages = Vec::new();
            for cases in &cases {
                let (age, share) = cases[number % cases.len()];
                number /= cases.len();
                ages.push(age);
                probability *= share;
            }
            for (slot, down) in expected.iter_mut().zip(down_for(&system, &ages, 0.0, most)) {
                *slot += if down { probability } else { 0.0 };
            }
        }
        let probabilities = service.variables.probabilities(|_| true);
        for (&root, expected) in roots.iter().zip(&expected) {
            let (found, _) = service.down_probability(root, &probabilities);
            prop_assert!((found - expected).abs() <= 1e-12, "c{root}: {found} not {expected}");
        }
        // One failure at a time, of average length.
        let assessment = assess(&system);
        for (component, figure) in figures.iter().enumerate() {
            let Some((_, mttr)) = figure else { continue };
            let mut ages = vec![-1.0; figures.len()];
            ages[component] = *mttr;
            let down = down_for(&system, &ages, 0.0, most);
            let unit = Unit::Whole(ComponentIndex(component as u32));
            let point = assessment.single_points.iter().find(|point| point.unit == unit);
            for entry in &assessment.basis.entries {
                let single = point.is_some_and(|point| point.tops.contains(&entry.component));
                prop_assert_eq!(single, down[entry.component.index()], "c{} by c{}", entry.component.0, component);
            }
        }
    }
}
