//! Faults that are no outage: a component that serves with less, or fails a share of its requests (semantics, "Gray
//! faults").

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::cascades::describe;
use super::fixture::{faults, system};
use super::random::{self, SMALL, existing};
use crate::{Basis, cascade, entry_loss};

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let mut out = String::new();
    for effect in &cascade.effects {
        let errors = effect.errors.map_or_else(String::new, |share| format!(", fails {:.2} %", 100.0 * share));
        writeln!(out, "{}{errors}", describe(&system, effect)).unwrap();
    }
    for unsettled in &cascade.unsettled {
        writeln!(out, "{unsettled:?}").unwrap();
    }
    if let Some(loss) = entry_loss(&Basis::of(&system), &cascade) {
        writeln!(out, "loss {loss:.3}").unwrap();
    }
    expected.assert_eq(&out);
}

const SHOP: &str = "
    api app_server
    db database
    mail app_server
    search app_server
    web load_balancer
    web -> api
    api -> db
    api -> search optional
    mail -> db async
";

#[test]
fn degraded_and_overloaded_spread_by_the_table() {
    check(
        SHOP,
        "degraded:db",
        expect![[r#"
        0 s  api Degraded, a function lost (db)
        0 s  db Degraded, a function lost (fault 0)
        0 s  web Degraded, a function lost (api)
        loss 0.250
    "#]],
    );
    check(
        SHOP,
        "overloaded:db",
        expect![[r#"
        0 s  api Degraded, a function lost (db)
        0 s  db Overloaded, a function lost (fault 0)
        0 s  web Degraded, a function lost (api)
        loss 0.250
    "#]],
    );
    check(
        SHOP,
        "degraded:search",
        expect![[r#"
        0 s  search Degraded, a function lost (fault 0)
        loss 0.000
    "#]],
    );
}

#[test]
fn a_share_of_failing_requests_is_passed_on_as_a_share() {
    check(
        SHOP,
        "errors:db:0.2",
        expect![[r#"
        0 s  api Degraded (errors of db), fails 20.00 %
        0 s  db Degraded (fault 0), fails 20.00 %
        0 s  mail Degraded, a function lost (errors of db)
        0 s  web Degraded (errors of api), fails 20.00 %
        loss 0.200
    "#]],
    );
    // More than half of the requests is as much as more than half of the function.
    check(
        SHOP,
        "errors:db:0.6",
        expect![[r#"
        0 s  api Down (errors of db), fails 60.00 %
        0 s  db Down (fault 0), fails 60.00 %
        0 s  mail Degraded, a function lost (errors of db)
        0 s  web Down (errors of api), fails 60.00 %
        loss 1.000
    "#]],
    );
    // What is only used costs its caller a function and no request.
    check(
        SHOP,
        "errors:search:0.2",
        expect![[r#"
        0 s  api Degraded, a function lost (errors of search)
        0 s  search Degraded (fault 0), fails 20.00 %
        0 s  web Degraded, a function lost (api)
        loss 0.250
    "#]],
    );
    // Less than one in a thousand is not felt.
    check(
        SHOP,
        "errors:db:0.0005",
        expect![[r#"
        loss 0.000
    "#]],
    );
    // All of them is an outage.
    check(
        SHOP,
        "errors:db:1",
        expect![[r#"
        0 s  api Down (db)
        0 s  db Down (fault 0)
        0 s  mail Degraded, a function lost (db)
        0 s  web Down (api)
        loss 1.000
    "#]],
    );
}

#[test]
fn attempts_hide_errors_from_the_caller_and_multiply_the_load() {
    let text = "
        api app_server util=0.5 rps=100
        db database util=0.65 rps=100
        web load_balancer util=0.5 rps=100
        web -> api
        api -> db attempts=3
    ";
    check(
        text,
        "errors:db:0.35",
        expect![[r#"
        0 s  api Degraded (db), fails 4.29 %
        0 s  db Overloaded (fault 0), fails 35.00 %
        0 s  web Degraded (api), fails 4.29 %
        loss 0.043
    "#]],
    );
    // Nobody says how much it can take.
    check(
        "api\n db\n api -> db attempts=3",
        "errors:db:0.2",
        expect![[r#"
        0 s  api Degraded (errors of db), fails 0.80 %
        0 s  db Degraded (fault 0), fails 20.00 %
        UnknownCapacity(ComponentIndex(1))
        loss 0.008
    "#]],
    );
}

#[test]
fn a_breaker_opens_and_alternatives_stand_in() {
    check(
        "api\n db\n api -> db breaker",
        "errors:db:0.8",
        expect![[r#"
            0 s  api Degraded (errors of db), fails 25.00 %
            0 s  db Down (fault 0), fails 80.00 %
            loss 0.250
        "#]],
    );
    check(
        "api\n a\n b\n group g k=1: api -> a, api -> b",
        "errors:a:0.8",
        expect![[r#"
        0 s  a Down (fault 0), fails 80.00 %
        loss 0.000
    "#]],
    );
    check(
        "api\n a\n b\n group g k=1: api -> a, api -> b",
        "errors:a:0.2 b",
        expect![[r#"
        0 s  a Degraded (fault 0), fails 20.00 %
        0 s  api Degraded (errors of a), fails 20.00 %
        0 s  b Down (fault 1)
        loss 0.200
    "#]],
    );
    check(
        "api\n a\n b\n group g k=1 shares: api -> a, api -> b",
        "errors:a:0.8",
        expect![[r#"
        0 s  a Down (fault 0), fails 80.00 %
        0 s  api Degraded (errors of a)
        loss 0.000
    "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() })]

    /// More faults, and a greater share of errors, never improve anything; every chain of causes ends in a fault.
    #[test]
    fn more_errors_never_improve(
        text in random::any_system(SMALL), few in random::gray_faults(6), more in random::gray_faults(6),
        component in 0usize..6, share in 0.0f64..1.0, larger in 0.0f64..1.0,
    ) {
        let mut system = system(&text);
        // Attempts ask for more, and what is lost asks for less: traffic mode claims no law.
        system.dependencies.iter_mut().for_each(|dependency| Arc::make_mut(dependency).attempts = 1);
        let (few, more) = (existing(&system, &few), existing(&system, &more));
        let (less, greater) = (share.min(larger), share.max(larger));
        let of = |share: f64| existing(&system, &[format!("errors:c{component}:{share}")]);
        let one = cascade(&system, &faults(&system, &format!("{few} {}", of(less))));
        let other = cascade(&system, &faults(&system, &format!("{few} {more} {}", of(greater))));
        for (index, _) in system.iter() {
            prop_assert!(other.health(index) >= one.health(index), "{index:?}\n{text}{few} + {more}, c{component} {less} {greater}");
        }
        for effect in &other.effects {
            let last = other.chain(effect.component).last().copied();
            prop_assert!(matches!(last.map(|last| last.because), Some(crate::Cause::Fault(_))), "{last:?}\n{text}{few} {more}");
        }
    }
}
