//! Faults that are more than units, latency mode and traffic mode: worked examples.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::cascades::describe;
use super::fixture::{faults, index, system};
use crate::{Unsettled, cascade};

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let mut out = String::new();
    for effect in &cascade.effects {
        let latency = effect.latency.map_or(String::new(), |latency| format!(", takes {:.3} s", latency.get()));
        writeln!(out, "{}{latency}", describe(&system, effect)).unwrap();
    }
    let name = |index: foreshock_model::ComponentIndex| system.component(index).unwrap().id.to_string();
    for unsettled in &cascade.unsettled {
        let (what, component) = match *unsettled {
            Unsettled::UnboundedLatency(component) => ("unbounded latency", component),
            Unsettled::UnboundedTraffic(component) => ("unbounded traffic", component),
            Unsettled::UnknownLatency(component) => ("unknown latency", component),
            Unsettled::UnknownCapacity(component) => ("unknown capacity", component),
        };
        writeln!(out, "{what}: {}", name(component)).unwrap();
    }
    expected.assert_eq(&out);
}

fn check_chain(text: &str, injected: &str, of: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let chain = cascade.chain(index(&system, of));
    let lines: Vec<String> = chain.iter().map(|effect| describe(&system, effect)).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_cut_dependency_is_lost_to_its_caller_only() {
    let text = "a\n b\n c\n db\n a -> b timeout=5\n b -> db timeout=10 attempts=2\n c -> db";
    check(
        text,
        "cut:b:db",
        expect![[r#"
        20 s  b Down (fault 0)
        25 s  a Down (b)
    "#]],
    );
    check_chain(
        text,
        "cut:b:db",
        "a",
        expect![[r#"
        25 s  a Down (b)
        20 s  b Down (fault 0)"#]],
    );
    check(
        "a\n b\n a -> b breaker timeout=3",
        "cut:a:b",
        expect![[r#"
        3 s  a Degraded, a function lost (fault 0)
    "#]],
    );
    check(
        "a\n b\n a -> b optional",
        "cut:a:b",
        expect![[r#"
        10 s  a Degraded, a function lost (fault 0)
    "#]],
    );
    check(
        "a\n b\n a -> b async buffer=60",
        "cut:a:b",
        expect![[r#"
        60 s  a Down (fault 0)
    "#]],
    );
    check("a\n b\n a -> b management", "cut:a:b", expect![[""]]);
    let group = "a\n b\n c\n group g k=1 shares: a -> b, a -> c";
    check(
        group,
        "cut:a:b",
        expect![[r#"
        0 s  a Degraded (fault 0)
    "#]],
    );
    check(
        group,
        "cut:a:b c",
        expect![[r#"
        0 s  a Down (group g)
        0 s  c Down (fault 1)
    "#]],
    );
}

#[test]
fn what_moves_overloads_and_what_stays_stops() {
    check(
        "api x2",
        "full:api:cpu",
        expect![[r#"
        0 s  api Overloaded (fault 0)
    "#]],
    );
    check(
        "api x2",
        "full:api:connections api#0",
        expect![[r#"
        0 s  api Down (fault 0)
    "#]],
    );
    check(
        "db ps auto x2",
        "full:db:cpu",
        expect![[r#"
        0 s  db Overloaded (fault 0)
    "#]],
    );
    check(
        "db ps auto x2",
        "full:db:disk",
        expect![[r#"
        0 s  db Down (fault 0)
    "#]],
    );
    check(
        "api x2",
        "full:api:memory",
        expect![[r#"
        0 s  api Down (fault 0)
    "#]],
    );
    check("api x0", "full:api:memory full:api:cpu", expect![[""]]);
}

const SHOP: &str = "
    lb load_balancer latency=0.01
    api app_server latency=0.02
    db database latency=0.005
    lb -> api timeout=2
    api -> db timeout=1 latency=0.001
";

/// db 0.05, api 0.02 + 0.051, lb 0.01 + 0.071: everybody waits that long.
#[test]
fn slower_is_no_effect_as_long_as_everybody_waits() {
    check(SHOP, "slow:db:10", expect![[""]]);
}

/// db 5 s: api gives up after 1 s and takes 1.02 s by then, for which lb waits.
#[test]
fn a_caller_that_gives_up_loses_the_dependency() {
    check(
        SHOP,
        "slow:db:1000",
        expect![[r#"
        1 s  api Down (db too slow), takes 1.020 s
        3 s  lb Down (api), takes 1.030 s
    "#]],
    );
    check_chain(
        SHOP,
        "slow:db:1000",
        "lb",
        expect![[r#"
        3 s  lb Down (api)
        1 s  api Down (db too slow)
        0 s  db Healthy (fault 0)"#]],
    );
}

/// api's own 3 s are too much for lb, nothing is wrong with api.
#[test]
fn a_slow_component_fails_its_callers() {
    check(
        SHOP,
        "slow:api:150",
        expect![[r#"
        2 s  lb Down (api too slow), takes 2.010 s
    "#]],
    );
}

#[test]
fn all_attempts_are_waited_for() {
    let text = "api\n db latency=0.5\n api -> db timeout=1 attempts=3";
    check(text, "slow:db:4", expect![[""]]);
    check(
        text,
        "slow:db:8",
        expect![[r#"
        3 s  api Down (db too slow)
    "#]],
    );
}

#[test]
fn only_what_is_required_is_waited_for() {
    check("api latency=1\n db latency=1\n api -> db optional timeout=2", "slow:db:10", expect![[""]]);
    check(
        "api latency=1\n db latency=1\n api -> db breaker timeout=2",
        "slow:db:10",
        expect![[r#"
        2 s  api Degraded, a function lost (db too slow), takes 3.000 s
    "#]],
    );
    check(
        "api latency=1\n db latency=1\n api -> db weight=0.4 timeout=2",
        "slow:db:10",
        expect![[r#"
        2 s  api Degraded, a function lost (db too slow), takes 3.000 s
    "#]],
    );
}

/// One after the other 1 + 2 + 3 is too much for 5 s, at the same time 1 + 3 is not.
#[test]
fn calls_one_after_the_other_add_up() {
    let calls = |how: &str| {
        format!("web\n api latency=1 {how}\n b latency=0.2\n c latency=3\n web -> api timeout=5\n api -> b\n api -> c")
    };
    check(
        &calls(""),
        "slow:b:10",
        expect![[r#"
        5 s  web Down (api too slow)
    "#]],
    );
    check(&calls("parallel"), "slow:b:10", expect![[""]]);
}

/// The faster of two replicas answers; with both slow nobody does.
#[test]
fn a_group_waits_for_the_fastest_that_are_needed() {
    let text = |k: u32| {
        format!(
            "web\n api latency=0\n r1 latency=0.1\n r2 latency=0.2\n web -> api timeout=1
             group g k={k}: api -> r1, api -> r2"
        )
    };
    check(&text(1), "slow:r1:100", expect![[""]]);
    check(
        &text(2),
        "slow:r1:100",
        expect![[r#"
        1 s  web Down (api too slow)
    "#]],
    );
    check(
        &text(1),
        "slow:r1:100 slow:r2:100",
        expect![[r#"
        1 s  web Down (api too slow)
    "#]],
    );
}

/// 30 requests of 0.1 s are 300 a second; at 0.1 + 0.27 s they are 111 in work, 81 of them waiting.
#[test]
fn slow_calls_fill_the_pool() {
    let text = |limits: &str| format!("api x2 latency=0.07 {limits}\n db latency=0.03\n api -> db");
    check(
        &text("inflight=30/100"),
        "slow:db:10",
        expect![[r#"
        0 s  api Down (db slow), takes 0.370 s
    "#]],
    );
    check(
        &text("inflight=30/120"),
        "slow:db:10",
        expect![[r#"
        0 s  api Overloaded (db slow), takes 0.370 s
    "#]],
    );
    check(&text("inflight=30/200"), "slow:db:10", expect![[""]]);
    check(
        &text("inflight=30 pool=80"),
        "slow:db:10",
        expect![[r#"
        0 s  api Down (db slow), takes 0.370 s
    "#]],
    );
    check(
        &text("inflight=30 pool=100"),
        "slow:db:10",
        expect![[r#"
        0 s  api Degraded (db slow), takes 0.370 s
    "#]],
    );
    check(&text("inflight=30 pool=5"), "slow:db:10", expect![[""]]);
    check(&text("pool=80"), "slow:db:10", expect![[""]]);
    check_chain(
        &text("inflight=30/100"),
        "slow:db:10",
        "api",
        expect![[r#"
        0 s  api Down (db slow)
        0 s  db Healthy (fault 0)"#]],
    );
}

/// What nobody states is not made up: ten times an unknown latency is unknown.
#[test]
fn an_unknown_latency_gives_no_verdict() {
    check(
        "api latency=1\n db\n api -> db timeout=2",
        "slow:db:10",
        expect![[r#"
        unknown latency: db
    "#]],
    );
    // api takes at least 5 s, whatever its own time is; how many requests it has in work can't be told.
    check(
        "web\n api inflight=30/31\n db latency=0.5\n web -> api timeout=4\n api -> db",
        "slow:db:10",
        expect![[r#"
        4 s  web Down (api too slow)
    "#]],
    );
}

#[test]
fn what_took_too_long_without_any_fault_is_no_news() {
    check("api latency=1\n db latency=3\n api -> db timeout=2", "slow:db:10", expect![[""]]);
}

#[test]
fn a_cycle_that_grows_for_ever_is_unbounded() {
    let text =
        "web\n a latency=0.1\n b latency=0.1\n c latency=0.1\n web -> a timeout=1\n a -> b\n b -> a\n b -> c timeout=2";
    check(
        text,
        "slow:c:5",
        expect![[r#"
        unbounded latency: a
        unbounded latency: b
    "#]],
    );
    check(
        text,
        "slow:c:15",
        expect![[r#"
            1 s  web Down (a too slow)
            unbounded latency: a
            unbounded latency: b
        "#]],
    );
    check(
        text,
        "slow:c:30",
        expect![[r#"
            1 s  web Down (a too slow)
            2 s  a Down (b)
            2 s  b Down (c too slow)
            unbounded latency: a
            unbounded latency: b
        "#]],
    );
}

#[test]
fn a_latency_fault_and_a_loss_at_once() {
    check(
        SHOP,
        "slow:db:10 api",
        expect![[r#"
        0 s  api Down (fault 1), takes 0.071 s
        2 s  lb Down (api), takes 0.081 s
    "#]],
    );
    check(
        "api x2 latency=0.07 inflight=30/200\n db latency=0.03\n api -> db",
        "slow:db:10 api#0",
        expect![[r#"
        0 s  api Down (db slow), takes 0.370 s
    "#]],
    );
}

const CHAIN: &str = "
    lb load_balancer util=0.1
    api app_server x2 util=0.3
    db database util=0.25
    lb -> api
    api -> db
";

#[test]
fn traffic_multiplies_what_everybody_carries() {
    check(CHAIN, "traffic:2", expect![[""]]);
    check(
        CHAIN,
        "traffic:3",
        expect![[r#"
        0 s  api Degraded (asked by lb)
        0 s  db Degraded (asked by api)
        0 s  lb Degraded (api)
    "#]],
    );
    check(
        CHAIN,
        "traffic:4",
        expect![[r#"
        0 s  api Down (asked by lb)
        0 s  db Overloaded (asked by api)
        0 s  lb Down (api)
    "#]],
    );
    check_chain(
        CHAIN,
        "traffic:3",
        "api",
        expect![[r#"
        0 s  api Degraded (asked by lb)
        0 s  lb Healthy (fault 0)"#]],
    );
}

/// db takes 4 of what is now 1. Asked for 5, it fails 1/5 of it, which comes again: x = 5 (1 + f) with f = 1 - 4/x, so
/// x^2 - 10 x + 20 = 0, x = 5 + sqrt(5).
#[test]
fn attempts_make_it_worse() {
    let text = |attempts: u32| format!("api load_balancer util=0.05\n db util=0.25\n api -> db attempts={attempts}");
    check(
        &text(1),
        "traffic:3.8",
        expect![[r#"
        0 s  api Degraded (db)
        0 s  db Overloaded (asked by api)
    "#]],
    );
    check(
        &text(3),
        "traffic:5",
        expect![[r#"
        0 s  api Down (db)
        0 s  db Down (asked by api)
    "#]],
    );
    check_offered(&text(1), "traffic:5", "db", 5.0);
    check_offered(&text(2), "traffic:5", "db", 5.0 + 5.0f64.sqrt());
}

/// Share of what a component is offered without faults.
fn check_offered(text: &str, injected: &str, of: &str, expected: f64) {
    let system = system(text);
    let frozen = crate::Frozen::new(&system);
    let mut scratch = crate::Scratch::default();
    frozen.run(&faults(&system, injected), &mut scratch);
    let ratio = scratch.flood.ratio(index(&system, of).0);
    assert!((ratio - expected).abs() < 1e-6, "{of} is offered {ratio} times as much, not {expected}");
}

#[test]
fn nobody_is_offered_more_than_ten_times_what_it_can_take() {
    check_offered(CHAIN, "traffic:100", "lb", 100.0);
    check_offered(CHAIN, "traffic:100", "api", 10.0 / 0.3);
    check_offered(CHAIN, "traffic:100", "db", 10.0 / 0.3);
}

/// A page calls the catalog three times; half of the catalog's callers come from elsewhere.
#[test]
fn fan_out_weighs_callers() {
    let text = "page load_balancer entry=1\n app entry=3\n catalog util=0.2\n page -> catalog fan=3\n app -> catalog";
    check_offered(text, "traffic:page:3", "catalog", 2.0);
    check_offered(text, "traffic:app:3", "catalog", 2.0);
    check_offered(text, "traffic:catalog:3", "catalog", 1.0);
    check(
        text,
        "traffic:3",
        expect![[r#"
        unknown capacity: app
        unknown capacity: page
    "#]],
    );
}

/// Three levels with two attempts each: what fails at the bottom is asked for again on every level.
#[test]
fn attempts_multiply_from_level_to_level() {
    let text = "lb load_balancer\n api\n db x2 util=0.4\n lb -> api attempts=2\n api -> db attempts=2";
    check_offered(text, "traffic:1 db", "api", 2.0);
    check_offered(text, "traffic:1 db", "db", 4.0);
    check_offered(text, "traffic:1", "db", 1.0);
}

#[test]
fn members_that_are_left_take_the_load() {
    let shares = "lb load_balancer\n r1 util=0.4\n r2 util=0.4\n group g k=1 shares: lb -> r1, lb -> r2";
    check_offered(shares, "traffic:1 r1", "r2", 2.0);
    check(
        shares,
        "traffic:1 r1",
        expect![[r#"
            0 s  lb Degraded (group g)
            0 s  r1 Down (fault 1)
            0 s  r2 Degraded (fault 1)
        "#]],
    );
    let standby = "lb load_balancer\n r1 util=0.4\n r2 util=0.4\n group g k=1: lb -> r1, lb -> r2";
    check_offered(standby, "traffic:2", "r1", 2.0);
    check_offered(standby, "traffic:2", "r2", 1.0);
}

#[test]
fn a_breaker_does_not_try_again() {
    let text = "lb load_balancer\n db util=0.4\n lb -> db attempts=3 breaker";
    check_offered(text, "traffic:1 db", "db", 1.0);
    check(
        text,
        "traffic:3",
        expect![[r#"
        0 s  db Down (asked by lb)
        0 s  lb Degraded, a function lost (db)
        unknown capacity: lb
    "#]],
    );
}

#[test]
fn a_zone_less_and_more_traffic() {
    let text = "zone a 0\n zone b 0\n lb load_balancer util=0.1 x2 zones=a,b\n api x2 zones=a,b util=0.3\n lb -> api";
    check(text, "zone:a", expect![[""]]);
    check(
        text,
        "zone:a traffic:1.5",
        expect![[r#"
        0 s  api Degraded (asked by lb)
        0 s  lb Degraded (api)
    "#]],
    );
    check(
        text,
        "zone:a traffic:2",
        expect![[r#"
        0 s  api Down (asked by lb)
        0 s  lb Down (api)
    "#]],
    );
}

/// 2 x 0.4 at three times the traffic needs 2.4 instances: DOWN, until four of them run at 60 %.
#[test]
fn scaling_out_lifts_the_capacity_after_a_while() {
    let text = |scales: &str| format!("api load_balancer x2 util=0.4 {scales}");
    check(
        &text(""),
        "traffic:3",
        expect![[r#"
        0 s  api Down (fault 0)
    "#]],
    );
    check(
        &text("scales=4/60"),
        "traffic:3",
        expect![[r#"
        0 s  api Degraded (fault 0)
    "#]],
    );
    check(
        &text("scales=3/60"),
        "traffic:3",
        expect![[r#"
        0 s  api Degraded (fault 0)
    "#]],
    );
    check(
        &text("scales=2/60"),
        "traffic:3",
        expect![[r#"
        0 s  api Down (fault 0)
    "#]],
    );
}

/// 0.2 x 500 come in a second; the queue can take 250.
#[test]
fn limits_in_requests_a_second_count_where_the_rate_is_known() {
    let text = "lb load_balancer util=0.2 rps=500\n worker rps=250\n lb -> worker fan=2";
    check(
        text,
        "traffic:1.5",
        expect![[r#"
        0 s  lb Down (worker)
        0 s  worker Down (asked by lb)
    "#]],
    );
    check(
        "lb load_balancer util=0.2\n worker rps=250\n lb -> worker fan=2",
        "traffic:3",
        expect![[r#"
        unknown capacity: worker
    "#]],
    );
}

#[test]
fn requests_that_go_round_are_unbounded() {
    let text = "lb load_balancer util=0.1\n a util=0.3\n b util=0.3\n lb -> a\n a -> b\n b -> a";
    check(
        text,
        "traffic:2",
        expect![[r#"
            unbounded traffic: a
            unbounded traffic: b
        "#]],
    );
    check(
        text,
        "traffic:3.5",
        expect![[r#"
            0 s  a Down (asked by lb)
            0 s  b Down (a)
            0 s  lb Down (a)
            unbounded traffic: a
            unbounded traffic: b
        "#]],
    );
}

#[test]
fn slow_and_busy_at_once() {
    check(
        "api load_balancer latency=0.1 inflight=30/100\n db latency=0.1\n api -> db",
        "slow:db:2 traffic:2",
        expect![[r#"
            0 s  api Degraded (db slow), takes 0.300 s
            unknown capacity: api
            unknown capacity: db
        "#]],
    );
}
