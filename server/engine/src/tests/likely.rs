//! What is likely, beside the worst (semantics, "Worst and likely").

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_model::ComponentIndex;
use proptest::prelude::*;

use super::fixture::{faults, system};
use super::random::{self, SMALL, existing};
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;
use crate::{Basis, Fault, cascade, entry_loss, likely_entry_loss};

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let mut out = String::new();
    for effect in &cascade.effects {
        let name = &system.component(effect.component).unwrap().id;
        let likely = effect.likely;
        writeln!(out, "{name} {:?}, likely {:?} (DOWN {:.3})", effect.health, likely.health, likely.down).unwrap();
    }
    let basis = Basis::of(&system);
    if let (Some(worst), Some(likely)) = (entry_loss(&basis, &cascade), likely_entry_loss(&basis, &cascade)) {
        writeln!(out, "loss {worst:.3}, likely {likely:.3}").unwrap();
    }
    expected.assert_eq(&out);
}

#[test]
fn an_unwritten_weight_passes_a_loss_with_less_than_certainty_and_the_less_the_more_hops() {
    check(
        "a\n b\n c\n d\n e\n a -> b\n b -> c\n c -> d\n d -> e",
        "e",
        expect![[r#"
        a Down, likely Degraded (DOWN 0.410)
        b Down, likely Down (DOWN 0.512)
        c Down, likely Down (DOWN 0.640)
        d Down, likely Down (DOWN 0.800)
        e Down, likely Down (DOWN 1.000)
        loss 1.000, likely 0.557
    "#]],
    );
}

#[test]
fn who_wrote_the_weight_is_believed() {
    check(
        "a\n b\n c\n d\n e\n a -> b weight=1\n b -> c weight=1\n c -> d weight=1\n d -> e weight=1",
        "e",
        expect![[r#"
        a Down, likely Down (DOWN 1.000)
        b Down, likely Down (DOWN 1.000)
        c Down, likely Down (DOWN 1.000)
        d Down, likely Down (DOWN 1.000)
        e Down, likely Down (DOWN 1.000)
        loss 1.000, likely 1.000
    "#]],
    );
}

#[test]
fn of_several_chains_the_likeliest_counts_and_of_alternatives_the_last_that_is_needed() {
    check(
        "a\n b\n c\n a -> b\n b -> c\n a -> c",
        "c",
        expect![[r#"
        a Down, likely Down (DOWN 0.800)
        b Down, likely Down (DOWN 0.800)
        c Down, likely Down (DOWN 1.000)
        loss 1.000, likely 0.850
    "#]],
    );
    check(
        "a\n b\n c\n d\n group g k=1: a -> b, a -> c\n b -> d\n c -> b",
        "d",
        expect![[r#"
        a Down, likely Down (DOWN 0.512)
        b Down, likely Down (DOWN 0.800)
        c Down, likely Down (DOWN 0.640)
        d Down, likely Down (DOWN 1.000)
        loss 1.000, likely 0.756
    "#]],
    );
}

#[test]
fn what_is_used_is_not_felt_where_its_loss_is_not_likely() {
    check(
        "a\n b\n c\n d\n e\n f\n a -> b optional\n b -> c\n c -> d\n d -> e\n e -> f",
        "f",
        expect![[r#"
        b Down, likely Degraded (DOWN 0.410)
        c Down, likely Down (DOWN 0.512)
        d Down, likely Down (DOWN 0.640)
        e Down, likely Down (DOWN 0.800)
        f Down, likely Down (DOWN 1.000)
        a Degraded, likely Healthy (DOWN 0.000)
        loss 0.250, likely 0.000
    "#]],
    );
}

#[test]
fn a_copy_grows_old_and_is_not_lost() {
    let text = "copy database\n primary database\n web\n web -> copy\n copy -> primary async buffer=60";
    check(
        text,
        "primary",
        expect![[r#"
        copy Degraded, likely Degraded (DOWN 0.000)
        primary Down, likely Down (DOWN 1.000)
        web Degraded, likely Degraded (DOWN 0.000)
        loss 0.000, likely 0.000
    "#]],
    );
    // A queue that nothing is handed to any more is no copy.
    check(
        &text.replace("database", "queue"),
        "primary",
        expect![[r#"
        primary Down, likely Down (DOWN 1.000)
        copy Down, likely Down (DOWN 0.800)
        web Down, likely Down (DOWN 0.640)
        loss 1.000, likely 0.730
    "#]],
    );
}

/// Where everything calls everything, what is likely costs a few looks at each component, not one for each dependency.
#[test]
fn where_all_call_all_each_is_looked_at_a_few_times() {
    const COMPONENTS: usize = 40;
    let looks = |calls: &dyn Fn(usize, usize) -> bool| {
        let mut text: String = (0..COMPONENTS).map(|it| format!("c{it}\n ")).collect();
        for from in 0..COMPONENTS {
            for to in (0..COMPONENTS).filter(|&to| to != from && calls(from, to)) {
                write!(text, "c{from} -> c{to}\n ").unwrap();
            }
        }
        let system = system(&text);
        let (frozen, mut scratch) = (Frozen::new(&system), Scratch::default());
        let most = (0..COMPONENTS as u32).map(|hit| {
            frozen.run(&[Fault::Component(ComponentIndex(hit))], &mut scratch);
            (frozen.likely(&mut scratch).looks, scratch.touched().count())
        });
        most.max().unwrap()
    };
    let layer = |it: usize| it / 8;
    for calls in [&(|from, to| from < to) as &dyn Fn(usize, usize) -> bool, &|_, _| true, &|from, to| {
        layer(from) + 1 == layer(to)
    }] {
        let (looks, worse) = looks(calls);
        assert!(worse >= COMPONENTS - 8 && looks <= 3 * worse, "{looks} looks at {worse}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// Likely is never worse than the worst, in health, likelihood and loss.
    #[test]
    fn likely_is_never_worse_than_the_worst(text in random::any_system(SMALL), injected in random::gray_faults(6)) {
        let system = system(&text);
        let injected = existing(&system, &injected);
        let cascade = cascade(&system, &faults(&system, &injected));
        for effect in &cascade.effects {
            prop_assert!(effect.likely.health <= effect.health, "{effect:?}\n{text}{injected}");
            prop_assert!((0.0..=1.0).contains(&effect.likely.down), "{effect:?}\n{text}{injected}");
            prop_assert!(effect.likely.down == 0.0 || effect.health == crate::Health::Down, "{effect:?}\n{text}{injected}");
        }
        let basis = Basis::of(&system);
        if let (Some(worst), Some(likely)) = (entry_loss(&basis, &cascade), likely_entry_loss(&basis, &cascade)) {
            prop_assert!(likely <= worst + 1e-12, "{likely} > {worst}\n{text}{injected}");
        }
    }

    /// More faults make nothing likelier to be well, and with every weight written the likely is the worst.
    #[test]
    fn more_faults_make_nothing_likelier_to_be_well(
        text in random::any_system(SMALL), few in random::gray_faults(6), more in random::gray_faults(6),
    ) {
        let mut system = system(&text);
        // Attempts ask for more, and what is lost asks for less: traffic mode claims no law.
        system.dependencies.iter_mut().for_each(|dependency| Arc::make_mut(dependency).attempts = 1);
        let (few, more) = (existing(&system, &few), existing(&system, &more));
        let less = cascade(&system, &faults(&system, &few));
        let all = cascade(&system, &faults(&system, &format!("{few} {more}")));
        for effect in &less.effects {
            let after = all.effect(effect.component).map(|effect| effect.likely).unwrap_or_default();
            prop_assert!(after.health >= effect.likely.health, "{effect:?} {after:?}\n{text}{few} + {more}");
            prop_assert!(after.down >= effect.likely.down, "{effect:?} {after:?}\n{text}{few} + {more}");
            prop_assert!(after.loss >= effect.likely.loss - 1e-12, "{effect:?} {after:?}\n{text}{few} + {more}");
        }
        for dependency in system.dependencies.iter_mut().map(Arc::make_mut) {
            dependency.weight = Some(dependency.share());
        }
        for effect in &cascade(&system, &faults(&system, &few)).effects {
            prop_assert_eq!(effect.likely.health, effect.health, "{:?}\n{}{}", effect, &text, &few);
        }
    }
}
