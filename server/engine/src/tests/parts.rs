//! Parts of a system, and what is lost at each entry point: the laws that repairs proven together rest on.

use foreshock_model::{ComponentIndex, Known, System};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::system;
use super::random::{self, PLAIN, WIDE};
use crate::{Frozen, Parts, assess, assess_with, changed_components, losses};

fn lost_by_part(system: &System, basis: &crate::Basis) -> Vec<f64> {
    let parts = Parts::of(system);
    let mut lost = vec![0.0; system.components.len()];
    for (component, loss) in losses(system, basis) {
        lost[parts.first_of(component).unwrap().index()] += loss;
    }
    lost
}

proptest! {
    #![proptest_config(random::config(256))]

    #[test]
    fn the_losses_add_up_to_the_loss(text in random::system(WIDE)) {
        let system = system(&text);
        let assessment = assess(&system);
        let sum: f64 = losses(&system, &assessment.basis).iter().map(|(_, lost)| lost).sum();
        prop_assert!((sum - assessment.loss).abs() <= 1e-12 + assessment.loss * 1e-9, "{sum} {}", assessment.loss);
    }

    #[test]
    fn no_dependency_leads_from_one_part_to_another(text in random::any_system(WIDE)) {
        let system = system(&text);
        let parts = Parts::of(&system);
        for dependency in &system.dependencies {
            prop_assert_eq!(parts.first_of(dependency.from), parts.first_of(dependency.to));
        }
        for (index, _) in system.iter() {
            let first = parts.first_of(index).unwrap();
            prop_assert!(first <= index && parts.first_of(first) == Some(first));
        }
    }

    /// What changes in one part takes nothing from the others, and what it takes from its own is all that changes.
    #[test]
    fn a_change_of_one_part_is_felt_there_alone(text in random::system(PLAIN), which in any::<prop::sample::Index>()) {
        let before = system(&text);
        let which = which.index(before.components.len());
        let mut after = before.clone();
        Arc::make_mut(&mut after.components[which]).redundancy.instances = Known::Known(5);
        let basis = assess(&before).basis;
        let (old, new) = (lost_by_part(&before, &basis), lost_by_part(&after, &basis));
        let own = Parts::of(&before).first_of(ComponentIndex(which as u32)).unwrap().index();
        for (part, (old, new)) in old.iter().zip(&new).enumerate() {
            prop_assert!(part == own || (old - new).abs() <= 1e-12, "{part}: {old} became {new}");
        }
        let (whole, then) = (assess_with(&before, &basis).loss, assess_with(&after, &basis).loss);
        prop_assert!(((whole - then) - (old[own] - new[own])).abs() <= 1e-12);
        let changed = changed_components((&before, &Frozen::new(&before)), (&after, &Frozen::new(&after))).unwrap();
        prop_assert!(changed.iter().all(|component| component.index() == which), "{changed:?}");
    }
}

#[test]
fn versions_with_other_components_are_not_compared() {
    let mut before = System::default();
    let mut one = super::fixture::component("a");
    before.components.push(Arc::new(one.clone()));
    let mut after = before.clone();
    one.id = foreshock_model::ComponentId::new("b");
    after.components.push(Arc::new(one));
    assert_eq!(changed_components((&before, &Frozen::new(&before)), (&after, &Frozen::new(&after))), None);
}
