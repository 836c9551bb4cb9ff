//! More laws of the score (semantics, section 6), each with the counterexample that tells where it ends.

use foreshock_model::{Domain, FailoverMode, Known, Layer, Replication, System, ZoneIndex};
use proptest::prelude::*;
use std::sync::Arc;

use super::fixture::{self, system};
use super::random::{self, PLAIN};
use crate::{assess, assess_with};

/// Loss before, and after at the basis of before.
fn losses(base: &System, changed: &System) -> (f64, f64) {
    let before = assess(base);
    let after = assess_with(changed, &before.basis.carried_to(base, changed));
    (before.loss, after.loss)
}

/// Puts the component into one more zone, a new one of this unavailability.
fn with_zone(base: &System, component: usize, unavailability: f64) -> System {
    let mut changed = base.clone();
    let zone = ZoneIndex(changed.zones.len() as u32);
    changed.zones.push(Domain { name: "new".into(), figure: fixture::figure(unavailability, Layer::Hardware) });
    if let Known::Known(zones) = &mut Arc::make_mut(&mut changed.components[component]).redundancy.zones {
        zones.push(zone);
    }
    changed
}

/// Whether k instances are left whichever zone is lost, and one of them takes over where the primary was in it.
fn survives_any_zone(system: &System, component: usize) -> bool {
    let redundancy = &system.components[component].redundancy;
    let (Some(&instances), Some(zones)) = (redundancy.instances.known(), redundancy.zones.known()) else {
        return false;
    };
    let promotes = redundancy.failover.mode == Known::Known(FailoverMode::Automatic);
    if redundancy.replication == Replication::PrimaryStandby && !promotes {
        return false;
    }
    zones.iter().all(|zone| {
        let left = (0..instances).filter(|&instance| zones[instance as usize % zones.len()] != *zone).count();
        left >= redundancy.required as usize
    })
}

fn no_worse(before: f64, after: f64) -> Result<(), TestCaseError> {
    prop_assert!(after <= before * (1.0 + 1e-9) + 1e-15, "{before} became {after}");
    Ok(())
}

proptest! {
    #![proptest_config(random::config(256))]

    /// With what is asked of it unchanged: the utilisation of each falls.
    #[test]
    fn an_instance_takes_its_share_of_the_load(
        text in random::system(PLAIN), which in any::<prop::sample::Index>(), load in 0.05f64..1.0,
    ) {
        let mut base = system(&text);
        let which = which.index(base.components.len());
        Arc::make_mut(&mut base.components[which]).capacity.movable_utilisation = Some(load);
        let mut changed = base.clone();
        let component = Arc::make_mut(&mut changed.components[which]);
        let instances = *component.redundancy.instances.known().unwrap();
        component.redundancy.instances = Known::Known(instances + 1);
        if component.redundancy.replication == Replication::ActiveActive {
            let share = load * f64::from(instances) / f64::from(instances + 1);
            component.capacity.movable_utilisation = Some(share);
        }
        let (before, after) = losses(&base, &changed);
        no_worse(before, after)?;
    }

    /// A zone no worse than those that the component is in, and nothing else in any of them.
    #[test]
    fn a_zone_never_lowers_the_score(text in random::system(PLAIN), which in any::<prop::sample::Index>()) {
        let mut base = system(&text);
        let which = which.index(base.components.len());
        for (_, other) in base.components.iter_mut().map(Arc::make_mut).enumerate().filter(|(index, _)| *index != which) {
            other.redundancy.zones = Known::Known(Vec::new());
        }
        let zones = base.components[which].redundancy.zones.known().unwrap();
        prop_assume!(!zones.is_empty());
        let figures = zones.iter().map(|zone| base.zones[zone.index()].figure.unavailability.get());
        let best = figures.fold(1.0, f64::min);
        let changed = with_zone(&base, which, best);
        prop_assume!(survives_any_zone(&changed, which));
        let (before, after) = losses(&base, &changed);
        no_worse(before, after)?;
    }

    /// A guess says who may need whom: whatever else is there, nothing that is counted moves, nor what is found.
    #[test]
    fn a_guess_counts_nowhere(
        text in random::system(random::WIDE), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
        kind in prop::sample::select(vec!["", "optional", "async", "async buffer=20", "weight=0.4", "breaker"]),
    ) {
        let base = system(&text);
        let (from, to) = (from.index(base.components.len()), to.index(base.components.len()));
        let changed = system(&format!("{text}c{from} -> c{to} {kind} guess\n"));
        let (before, after) = (assess(&base), assess(&changed));
        prop_assert_eq!(&before, &after);
        for component in (0..base.components.len() as u32).map(foreshock_model::ComponentIndex) {
            let healths = |system: &System| crate::cascade(system, &[crate::Fault::Component(component)]).effects.iter()
                .map(|effect| (effect.component, effect.health, effect.at)).collect::<Vec<_>>();
            prop_assert_eq!(healths(&base), healths(&changed));
        }
    }

    /// A copy to read from, which nobody here is given: it is no entry, and nobody falls with it.
    #[test]
    fn a_reader_moves_nothing(text in random::system(random::WIDE), of in any::<prop::sample::Index>(), link in prop::sample::select(vec!["async", "optional", "guess"])) {
        let base = system(&text);
        let of = of.index(base.components.len());
        let count = base.components.len();
        let lines: Vec<&str> = text.lines().collect();
        let first_link = lines.iter().position(|line| line.contains("->")).unwrap_or(lines.len());
        let (own, links) = lines.split_at(first_link);
        let reader = format!("c{count} database x1 q=0.01 service=0.002 reader");
        let follows = format!("c{count} -> c{of} {link}");
        let guess = format!("c0 -> c{count} guess");
        let changed = [own, &[reader.as_str(), follows.as_str(), guess.as_str()], links].concat().join("\n");
        let changed = system(&changed);
        let (before, after) = (assess(&base), assess(&changed));
        prop_assert_eq!(&before.basis.entries, &after.basis.entries);
        prop_assert_eq!(before.loss, after.loss);
        prop_assert_eq!(before.score, after.score);
    }

    /// Perfecting anything never lowers the score.
    #[test]
    fn a_better_figure_never_lowers_the_score(text in random::system(random::WIDE), which in any::<prop::sample::Index>()) {
        let base = system(&text);
        let which = which.index(base.components.len());
        let mut changed = base.clone();
        let reliability = &mut Arc::make_mut(&mut changed.components[which]).reliability;
        let figures = [&mut reliability.instance, &mut reliability.service, &mut reliability.external, &mut reliability.whole];
        for figure in figures.into_iter().flatten() {
            figure.unavailability = foreshock_model::Probability::clamped(figure.unavailability.get() / 2.0);
        }
        let (before, after) = losses(&base, &changed);
        no_worse(before, after)?;
    }
}

/// Two of three are needed: one zone takes all with 0.001, two zones take two or one of them. Half of the zone losses
/// now are losses of quorum, and there are twice as many.
#[test]
fn a_zone_without_quorum_lowers_the_score() {
    let base = system("zone a 0.001\n api entry=1 x3 k=2 q=0.0001 zones=a");
    let changed = with_zone(&base, 0, 0.001);
    assert!(!survives_any_zone(&changed, 0));
    let (before, after) = losses(&base, &changed);
    // Before: 0.001 + 3e-8. After: zone a (0.001, two of three), or the new zone with one of two instances (2e-7) ...
    assert!(after > before, "{before} became {after}");
    assert!((before - 0.00103).abs() < 0.0001 && (after - before) < 1e-5);
}

/// k are left whichever zone is lost, and yet: an instance moves from a zone that hardly ever fails to one that often
/// does. Before: 1e-6 + 1e-4 (both instances of zone a), with the one in b 0.0199: about 2e-6. After: 0.01 x 0.0199 x
/// 0.0199: about 4e-6.
#[test]
fn a_worse_zone_lowers_the_score() {
    let base = system("zone a 0.000001\n zone b 0.01\n api entry=1 x3 q=0.01 zones=a,b");
    let changed = with_zone(&base, 0, 0.01);
    assert!(survives_any_zone(&changed, 0));
    let (before, after) = losses(&base, &changed);
    assert!(after > 1.5 * before, "{before} became {after}");
}

/// The zone is as good as the other one, but what stands in for the component is in it: half of the component now falls
/// with its stand-in.
#[test]
fn a_zone_shared_with_the_stand_in_lowers_the_score() {
    let text = "zone a 0.002
                zone b 0.002
                lb entry=1
                main x2 q=0.01 zones=a
                spare q=0.001 zones=b
                group g k=1: lb -> main, lb -> spare";
    let base = system(text);
    let changed = system(&text.replace("zones=a", "zones=a,b"));
    assert!(survives_any_zone(&changed, 1));
    let (before, after) = losses(&base, &changed);
    assert!(after > 2.0 * before, "{before} became {after}");
}

/// The zone takes `web` down anyway, so that spreading `api` only adds the other zone to what can go wrong.
#[test]
fn a_zone_away_from_a_single_caller_lowers_the_score() {
    let text = "zone a 0.01\n zone b 0.01\n web q=0.01 zones=a\n api x2 q=0.01 zones=a\n web -> api";
    let (base, changed) = (system(text), system(&text.replace("x2 q=0.01 zones=a", "x2 q=0.01 zones=a,b")));
    assert!(survives_any_zone(&changed, 0));
    let (before, after) = losses(&base, &changed);
    // By the zones: 0.01 before; after it also zone b with the instance in a, 0.01 x 0.01, twice less the both lost.
    assert!(after > before && after - before < 2e-4, "{before} became {after}");
}

/// Nobody promotes, so that the primary's zone takes it down before and after; the instance that leaves this zone now
/// falls with another one too.
#[test]
fn a_zone_beside_a_primary_that_nobody_replaces_lowers_the_score() {
    let base = system(
        "zone a 0.01
 zone b 0.01
 db entry=1 ps manual x3 k=2 q=0.01 zones=a,b",
    );
    let changed = with_zone(&base, 0, 0.01);
    let (before, after) = losses(&base, &changed);
    assert!(after > before, "{before} became {after}");
}

/// Points compare at the base's entries: without them an added component could be an entry of its own.
#[test]
fn a_new_entry_does_not_dilute() {
    let base = system("lb load_balancer q=0.001");
    let changed = system("lb load_balancer q=0.001\n new load_balancer q=0.000001");
    let (before, after) = losses(&base, &changed);
    assert_eq!(before, after);
    assert!(assess(&changed).loss < before);
}
