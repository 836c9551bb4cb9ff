//! The decision diagram against the cascade, over all subsets of the units of small systems.

use foreshock_model::{ComponentIndex, System};
use proptest::prelude::*;

use super::fixture;
use super::naive::{How, Times, naive};
use super::random::{self, SMALL};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::diagram::budget::Budget;
use crate::diagram::equations::Wanted;
use crate::diagram::service::{Method, Service};
use crate::layout::reading::{Purpose, Reading};
use crate::{Fault, Health, Unit, assess};

const MOST_UNITS: usize = 12;

fn roots(system: &System) -> Vec<u32> {
    (0..system.components.len() as u32).collect()
}

fn units(service: &Service) -> Option<Vec<Unit>> {
    let units: Option<Vec<Unit>> = service.variables.list.iter().map(|variable| variable.unit).collect();
    units.filter(|units| units.len() <= MOST_UNITS)
}

fn subset(units: &[Unit], mask: u32) -> Vec<Fault> {
    units.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, unit)| Fault::Unit(*unit)).collect()
}

/// `PROPTEST_CASES=20000` looks harder.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() }
}

fn loss_of(times: &Times) -> f64 {
    match times.health() {
        Health::Down => 1.0,
        Health::Overloaded => 0.5,
        _ if times.function_lost() => 0.25,
        _ => 0.0,
    }
}

proptest! {
    #![proptest_config(config())]

    /// Truth table of every component, at every level, in both readings, and its probability.
    #[test]
    fn the_diagram_is_the_cascade(text in random::any_system(SMALL)) {
        let system = fixture::system(&text);
        for purpose in [Purpose::Service, Purpose::Structure] {
            let how = How { strict: true, whole_partials: purpose == Purpose::Structure };
            let frozen = Frozen::read(&system, Reading::of(purpose));
            let wanted = Wanted { overloaded: true, lost: true };
            let service = Service::at(&system, &frozen.layout, &roots(&system), wanted);
            prop_assert_eq!(service.method(), Method::Exact);
            let Some(units) = units(&service) else { return Err(TestCaseError::reject("too many units")) };
            let mut scratch = Scratch::default();
            let mut losses = vec![0.0; system.components.len()];
            for mask in 0..1u32 << units.len() {
                let faults = subset(&units, mask);
                frozen.run(&faults, &mut scratch);
                let table = if mask % 16 == 0 { Some(naive(&system, &faults, how)) } else { None };
                let probability: f64 = service.variables.list.iter().enumerate()
                    .map(|(bit, variable)| if mask >> bit & 1 == 1 { variable.probability } else { 1.0 - variable.probability })
                    .product();
                for component in roots(&system) {
                    let state = scratch.state(&frozen.base, component);
                    let truth = service.truth(component, |variable| mask >> variable & 1 == 1);
                    let overloaded = state.health >= Health::Overloaded;
                    let cascade = [state.health == Health::Down, overloaded, overloaded || state.lost_function];
                    prop_assert_eq!(truth, cascade, "c{} with {:?}, {:?}", component, faults, purpose);
                    if let Some(table) = &table {
                        prop_assert_eq!(table[component as usize].health(), state.health);
                        prop_assert_eq!(table[component as usize].function_lost(), state.lost_function);
                    }
                    let loss = match state.health {
                        Health::Down => 1.0,
                        Health::Overloaded => 0.5,
                        _ if state.lost_function => 0.25,
                        _ => 0.0,
                    };
                    losses[component as usize] += probability * loss;
                }
            }
            let all = service.variables.probabilities(|_| true);
            for component in roots(&system) {
                let (lower, upper) = service.loss(&[(component, 1.0)], &all);
                prop_assert_eq!(lower, upper);
                let expected = losses[component as usize];
                prop_assert!((lower - expected).abs() <= 1e-12, "c{component}: {lower} not {expected}");
            }
        }
    }

    /// The score, from the table alone.
    #[test]
    fn the_score_is_the_mean_over_all_subsets(text in random::any_system(SMALL)) {
        let system = fixture::system(&random::known(&text));
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let service = Service::at(&system, &frozen.layout, &roots(&system), Wanted::DOWN);
        let Some(units) = units(&service) else { return Err(TestCaseError::reject("too many units")) };
        let assessment = assess(&system);
        let how = How { strict: true, ..How::default() };
        let weights: f64 = assessment.basis.entries.iter().map(|entry| entry.weight).sum();
        let mut loss = 0.0;
        for mask in 0..1u32 << units.len() {
            let table = naive(&system, &subset(&units, mask), how);
            let probability: f64 = service.variables.list.iter().enumerate()
                .map(|(bit, variable)| if mask >> bit & 1 == 1 { variable.probability } else { 1.0 - variable.probability })
                .product();
            for entry in &assessment.basis.entries {
                loss += probability * entry.weight / weights * loss_of(&table[entry.component.index()]);
            }
        }
        prop_assert!((assessment.loss - loss).abs() <= 1e-12, "{} not {loss}", assessment.loss);
        if let Some(score) = assessment.score {
            let expected = if loss > 0.0 { (-20.0 * loss.log10()).clamp(0.0, 100.0) } else { 100.0 };
            prop_assert!((score - expected).abs() < 1e-6);
        }
    }

    /// Cut sets of order 1 and 2 are those that the cascade shows.
    #[test]
    fn cut_sets_are_what_takes_a_top_down(text in random::any_system(SMALL)) {
        let system = fixture::system(&text);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Structure));
        let service = Service::at(&system, &frozen.layout, &roots(&system), Wanted::DOWN);
        let Some(units) = units(&service) else { return Err(TestCaseError::reject("too many units")) };
        let mut scratch = Scratch::default();
        let mut down = |faults: &[Unit], component: u32| {
            let faults: Vec<Fault> = faults.iter().map(|unit| Fault::Unit(*unit)).collect();
            frozen.run(&faults, &mut scratch);
            scratch.health(&frozen, ComponentIndex(component)) == Health::Down
        };
        for component in roots(&system) {
            if frozen.faultless_health(ComponentIndex(component)) == Health::Down {
                continue;
            }
            let (bdd, function) = service.structure(component).unwrap();
            let singles = bdd.singles(function);
            let pairs = bdd.pairs(function, 1000);
            for (first, &unit) in units.iter().enumerate() {
                let alone = down(&[unit], component);
                prop_assert_eq!(singles.contains(&(first as u32)), alone);
                for (second, &other) in units.iter().enumerate().skip(first + 1) {
                    let expected = !alone && !down(&[other], component) && down(&[unit, other], component);
                    prop_assert_eq!(pairs.contains(&(first as u32, second as u32)), expected, "{:?} {:?}", unit, other);
                }
            }
        }
    }

    /// Where the diagram grows too large the bounds hold the truth.
    #[test]
    fn bounds_hold_the_exact_loss(text in random::any_system(random::WIDE)) {
        let system = fixture::system(&text);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let wanted = Wanted { overloaded: true, lost: true };
        let exact = Service::at(&system, &frozen.layout, &roots(&system), wanted);
        let bounded = Service::within(&system, &frozen.layout, &roots(&system), wanted, Budget { nodes: 0, ..Budget::BRIEF });
        let (all, other) = (exact.variables.probabilities(|_| true), bounded.variables.probabilities(|_| true));
        for component in roots(&system) {
            let at = [(component, 1.0)];
            let (loss, _) = exact.loss(&at, &all);
            let (lower, upper) = bounded.loss(&at, &other);
            prop_assert!(lower <= loss + 1e-12 && loss <= upper + 1e-12, "c{component}: {loss} not in {lower}..{upper}");
        }
    }
}

proptest! {
    #![proptest_config(random::config(6))]

    /// The same for 13 to 15 units, by the cascade alone: the table is too slow for so many subsets.
    #[test]
    fn fifteen_units(text in random::system(random::WIDE)) {
        let system = fixture::system(&text);
        let purpose = Purpose::Service;
        let frozen = Frozen::read(&system, Reading::of(purpose));
        let wanted = Wanted { overloaded: true, lost: true };
        let service = Service::at(&system, &frozen.layout, &roots(&system), wanted);
        let units: Option<Vec<Unit>> = service.variables.list.iter().map(|variable| variable.unit).collect();
        let Some(units) = units.filter(|units| (13..=15).contains(&units.len())) else {
            return Err(TestCaseError::reject("not that many units"));
        };
        let mut scratch = Scratch::default();
        for mask in 0..1u32 << units.len() {
            frozen.run(&subset(&units, mask), &mut scratch);
            for component in roots(&system) {
                let state = scratch.state(&frozen.base, component);
                let truth = service.truth(component, |variable| mask >> variable & 1 == 1);
                let overloaded = state.health >= Health::Overloaded;
                let cascade = [state.health == Health::Down, overloaded, overloaded || state.lost_function];
                prop_assert_eq!(truth, cascade, "c{} with {:b}", component, mask);
            }
        }
    }
}
