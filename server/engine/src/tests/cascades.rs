//! The table of semantics, section 2, row by row, and worked examples.

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_model::System;

use super::fixture::{faults, system};
use crate::{Cause, Effect, cascade};

pub(super) fn describe(system: &System, effect: &Effect) -> String {
    let name = |index: foreshock_model::ComponentIndex| system.component(index).unwrap().id.to_string();
    let because = match effect.because {
        Cause::Fault(fault) => format!("fault {fault}"),
        Cause::Dependency(dependency) => name(system.dependencies[dependency.index()].to),
        Cause::Alternatives(group) => format!("group {}", system.alternatives[group].name),
        Cause::Timeout(dependency) => format!("{} too slow", name(system.dependencies[dependency.index()].to)),
        Cause::Slow(dependency) => format!("{} slow", name(system.dependencies[dependency.index()].to)),
        Cause::Traffic(dependency) => format!("asked by {}", name(system.dependencies[dependency.index()].from)),
        Cause::Errors(dependency) => format!("errors of {}", name(system.dependencies[dependency.index()].to)),
        Cause::CircularFallback(group) => format!("circular group {}", system.alternatives[group].name),
    };
    let lost = if effect.function_lost && effect.health < crate::Health::Down { ", a function lost" } else { "" };
    format!("{} s  {} {:?}{lost} ({because})", effect.at.get(), name(effect.component), effect.health)
}

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let mut out = String::new();
    for effect in &cascade.effects {
        writeln!(out, "{}", describe(&system, effect)).unwrap();
    }
    expected.assert_eq(&out);
}

const WEB: &str = "
    lb load_balancer
    api app_server x2
    db database
    lb -> api timeout=5
    api -> db timeout=10 attempts=3
";

#[test]
fn requires_waits_for_timeout_times_attempts() {
    check(
        WEB,
        "db",
        expect![[r#"
            0 s  db Down (fault 0)
            30 s  api Down (db)
            35 s  lb Down (api)
        "#]],
    );
}

#[test]
fn losing_one_of_two_instances_only_degrades() {
    check(
        WEB,
        "api#0",
        expect![[r#"
               0 s  api Degraded (fault 0)
               0 s  lb Degraded (api)
        "#]],
    );
    check(
        WEB,
        "api-1",
        expect![[r#"
               0 s  api Degraded (fault 0)
               0 s  lb Degraded (api)
        "#]],
    );
    check(
        WEB,
        "api-2",
        expect![[r#"
               0 s  api Down (fault 0)
               5 s  lb Down (api)
        "#]],
    );
    check(
        WEB,
        "api#0 api#1",
        expect![[r#"
               0 s  api Down (fault 0)
               5 s  lb Down (api)
        "#]],
    );
    check(
        WEB,
        "api#0 api-1",
        expect![[r#"
               0 s  api Degraded (fault 0)
               0 s  lb Degraded (api)
        "#]],
    );
}

#[test]
fn optional_after_ten_seconds() {
    check(
        "a\n b\n c\n a -> b\n b -> c optional",
        "c",
        expect![[r#"
            0 s  c Down (fault 0)
            10 s  a Degraded, a function lost (b)
            10 s  b Degraded, a function lost (c)
        "#]],
    );
}

#[test]
fn async_never_worse_than_degraded_without_a_buffer() {
    check(
        "a\n b\n a -> b async latency=2",
        "b",
        expect![[r#"
               0 s  b Down (fault 0)
               2 s  a Degraded, a function lost (b)
        "#]],
    );
    check(
        "a\n b\n a -> b async latency=2 buffer=60",
        "b",
        expect![[r#"
            0 s  b Down (fault 0)
            60 s  a Down (b)
        "#]],
    );
}

#[test]
fn an_open_breaker_caps_at_degraded() {
    check(
        "a\n b\n c\n a -> b\n b -> c breaker timeout=3",
        "c",
        expect![[r#"
               0 s  c Down (fault 0)
               3 s  a Degraded, a function lost (b)
               3 s  b Degraded, a function lost (c)
        "#]],
    );
    check(
        "a\n b util=0.8 x2\n a -> b breaker",
        "b#0",
        expect![[r#"
               0 s  a Degraded, a function lost (b)
               0 s  b Down (fault 0)
        "#]],
    );
}

#[test]
fn partial_dependencies_add_up() {
    let text = "a\n b\n c\n d\n a -> b weight=0.3\n a -> c weight=0.2\n a -> d weight=0.1 timeout=4";
    check(
        text,
        "b",
        expect![[r#"
               0 s  a Degraded, a function lost (b)
               0 s  b Down (fault 0)
        "#]],
    );
    check(
        text,
        "b c",
        expect![[r#"
               0 s  a Degraded, a function lost (b)
               0 s  b Down (fault 0)
               0 s  c Down (fault 1)
        "#]],
    );
    check(
        text,
        "b c d",
        expect![[r#"
               0 s  b Down (fault 0)
               0 s  c Down (fault 1)
               0 s  d Down (fault 2)
               4 s  a Down (d)
        "#]],
    );
}

#[test]
fn weight_zero_and_management_carry_nothing() {
    check(
        "a\n b\n c\n a -> b weight=0\n a -> c management",
        "b c",
        expect![[r#"
               0 s  b Down (fault 0)
               0 s  c Down (fault 1)
        "#]],
    );
}

#[test]
fn guesses_carry_nothing_and_stand_in_for_nobody() {
    check(
        "a\n b\n c\n d\n e\n a -> b guess\n group g k=1: d -> c, d -> e guess",
        "b c",
        expect![[r#"
            0 s  b Down (fault 0)
            0 s  c Down (fault 1)
            0 s  d Down (group g)
        "#]],
    );
}

#[test]
fn overloaded_reaches_only_hot_callers() {
    let text = "hot util=0.8 x1\n cool util=0.3\n db x2 util=0.46\n hot -> db\n cool -> db";
    check(
        text,
        "db#0",
        expect![[r#"
               0 s  cool Degraded (db)
               0 s  db Overloaded (fault 0)
               0 s  hot Overloaded (db)
        "#]],
    );
}

#[test]
fn groups_need_k_of_m() {
    let text = "a\n r1\n r2\n r3\n group replicas k=2: a -> r1 timeout=1, a -> r2 timeout=2, a -> r3 timeout=3";
    check(
        text,
        "r1",
        expect![[r#"
               0 s  r1 Down (fault 0)
        "#]],
    );
    check(
        text,
        "r1 r3",
        expect![[r#"
               0 s  r1 Down (fault 0)
               0 s  r3 Down (fault 1)
               3 s  a Down (group replicas)
        "#]],
    );
    check(
        text,
        "r1 r2 r3",
        expect![[r#"
               0 s  r1 Down (fault 0)
               0 s  r2 Down (fault 1)
               0 s  r3 Down (fault 2)
               2 s  a Down (group replicas)
        "#]],
    );
}

#[test]
fn a_group_that_shares_load_degrades_at_once() {
    let text = "a\n r1\n r2\n group replicas k=1 shares: a -> r1, a -> r2";
    check(
        text,
        "r1",
        expect![[r#"
               0 s  a Degraded (group replicas)
               0 s  r1 Down (fault 0)
        "#]],
    );
}

#[test]
fn a_cycle_ends() {
    check(
        "a\n b\n c\n a -> b latency=1\n b -> c latency=1\n c -> a latency=1",
        "b",
        expect![[r#"
               0 s  b Down (fault 0)
               1 s  a Down (b)
               2 s  c Down (a)
        "#]],
    );
}

#[test]
fn primary_and_standby() {
    check(
        "db ps auto x2",
        "db#0",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
    check(
        "db ps auto x2",
        "db#1",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
    check(
        "db ps auto x2",
        "db#0 failover:db",
        expect![[r#"
               0 s  db Down (fault 0)
        "#]],
    );
    check("db ps auto x2", "failover:db", expect![[""]]);
    check(
        "db ps manual x2",
        "db#0",
        expect![[r#"
               0 s  db Down (fault 0)
        "#]],
    );
    check(
        "db ps x2",
        "db#1",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
    check(
        "db ps auto x1",
        "db#0",
        expect![[r#"
               0 s  db Down (fault 0)
        "#]],
    );
    check(
        "db ps mode=? x2",
        "db#0",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
    check(
        "db ps x?",
        "db#0",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
}

#[test]
fn a_standby_takes_the_load_as_it_is() {
    check(
        "db ps auto x2 util=0.6",
        "db#0",
        expect![[r#"
               0 s  db Degraded (fault 0)
        "#]],
    );
    check("db ps auto x2 util=0.6", "db#1", expect![[""]]);
}

#[test]
fn survivors_carry_the_load() {
    // 4 x 0.6 = 2.4: three survivors are at 80 %, two at 120 %.
    check(
        "api x4 util=0.6",
        "api-1",
        expect![[r#"
               0 s  api Degraded (fault 0)
        "#]],
    );
    check(
        "api x4 util=0.6",
        "api-2",
        expect![[r#"
               0 s  api Down (fault 0)
        "#]],
    );
    // 4 x 0.225 = 0.9: one survivor is at 90 %, which is not over it.
    check(
        "api x4 util=0.225",
        "api-3",
        expect![[r#"
               0 s  api Degraded (fault 0)
        "#]],
    );
    // Written as 0: nothing to carry.
    check("api x4 util=0", "api-3", expect![[""]]);
}

#[test]
fn zones_take_what_is_placed_in_them() {
    let text = "zone a 0\n zone b 0\n api x3 k=2 zones=a,b\n db x1 zones=b";
    check(
        text,
        "zone:a",
        expect![[r#"
               0 s  api Down (fault 0)
        "#]],
    );
    check(
        text,
        "zone:b",
        expect![[r#"
               0 s  api Degraded (fault 0)
               0 s  db Down (fault 0)
        "#]],
    );
    check(
        text,
        "zone:b api#0",
        expect![[r#"
               0 s  api Down (fault 0)
               0 s  db Down (fault 0)
        "#]],
    );
    check(
        text,
        "zone:b api#1",
        expect![[r#"
               0 s  api Degraded (fault 0)
               0 s  db Down (fault 0)
        "#]],
    );
}

#[test]
fn a_domain_takes_everything_on_it() {
    check(
        "domain nat 0\n a x3 domains=nat\n b\n b -> a",
        "domain:nat",
        expect![[r#"
               0 s  a Down (fault 0)
               0 s  b Down (a)
        "#]],
    );
}

#[test]
fn no_instances_are_not_there() {
    check("a\n b x0\n a -> b", "service:b b#0", expect![[""]]);
}

#[test]
fn what_is_overloaded_without_any_fault() {
    let text = "a\n b util=0.95\n a -> b";
    check(text, "", expect![[""]]);
    let system = system(text);
    let cascade = cascade(&system, &[]);
    assert_eq!(cascade.health(super::fixture::index(&system, "a")), crate::Health::Degraded);
    assert_eq!(cascade.health(super::fixture::index(&system, "b")), crate::Health::Overloaded);
}

#[test]
fn a_chain_of_causes_ends_in_the_fault() {
    let system = system(WEB);
    let cascade = cascade(&system, &faults(&system, "db"));
    let chain = cascade.chain(super::fixture::index(&system, "lb"));
    let lines: Vec<String> = chain.iter().map(|effect| describe(&system, effect)).collect();
    expect![[r#"
        35 s  lb Down (api)
        30 s  api Down (db)
        0 s  db Down (fault 0)"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn faults_that_point_nowhere_do_nothing() {
    use crate::{Fault, Unit};
    use foreshock_model::{ComponentIndex, DomainIndex, ZoneIndex};
    let system = system(WEB);
    let nowhere = ComponentIndex(99);
    let faults = [
        Fault::Component(nowhere),
        Fault::Unit(Unit::Zone(ZoneIndex(7))),
        Fault::Unit(Unit::Domain(DomainIndex(7))),
        Fault::Unit(Unit::Instance { component: nowhere, index: 0 }),
        Fault::Unit(Unit::Instance { component: ComponentIndex(0), index: 9 }),
        Fault::Unit(Unit::Service(nowhere)),
        Fault::Instances { component: ComponentIndex(0), lost: 0 },
    ];
    assert_eq!(cascade(&system, &faults).effects, []);
}
