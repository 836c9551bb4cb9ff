//! Worked examples; the numbers in the comments are computed by hand.

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_model::{ComponentIndex, System};

use super::fixture::system;
use crate::{Assessment, assess};

fn describe(system: &System, assessment: &Assessment) -> String {
    let name = |index: &ComponentIndex| system.component(*index).unwrap().id.to_string();
    let names = |list: &[ComponentIndex]| list.iter().map(name).collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    let score = assessment.score.map_or("none".to_owned(), |score| format!("{score:.3}"));
    let range = assessment.score_range.map_or(String::new(), |(low, high)| format!(" in {low:.1}..{high:.1}"));
    writeln!(out, "score {score}{range}, loss {:e}", assessment.loss).unwrap();
    let entries: Vec<_> = assessment
        .basis
        .entries
        .iter()
        .map(|entry| format!("{} {} {:?}", name(&entry.component), entry.weight, entry.reason))
        .collect();
    writeln!(out, "entries {}; beside {}", entries.join(", "), names(&assessment.basis.beside)).unwrap();
    for point in &assessment.single_points {
        write!(out, "single {}", point.unit.name(system)).unwrap();
        if point.count > 1 {
            write!(out, " x{}", point.count).unwrap();
        }
        write!(out, ": {:.3} points, {:.3} min, tops {}", point.points, point.minutes_per_year, names(&point.tops))
            .unwrap();
        write!(out, ", affected {}, down {}", names(&point.affected), names(&point.down)).unwrap();
        if !point.pinned.is_empty() {
            write!(out, ", pinned {}", names(&point.pinned)).unwrap();
        }
        for (flag, word) in [
            (!point.has_dependents, "no dependents"),
            (point.only_through_single_instances, "only through single instances"),
        ] {
            if flag {
                write!(out, ", {word}").unwrap();
            }
        }
        out.push('\n');
    }
    for pair in &assessment.pairs {
        let (first, second) = (pair.units.0.name(system), pair.units.1.name(system));
        writeln!(out, "pair {first} + {second}: {:e}, tops {}", pair.probability, names(&pair.tops)).unwrap();
    }
    for mode in &assessment.common_mode {
        writeln!(
            out,
            "common {}: {:.3} points, {:.3} min, tops {}",
            mode.unit.name(system),
            mode.points,
            mode.minutes_per_year,
            names(&mode.tops)
        )
        .unwrap();
    }
    out
}

fn check(text: &str, expected: Expect) {
    let system = system(text);
    expected.assert_eq(&describe(&system, &assess(&system)));
}

#[test]
fn nothing() {
    check(
        "",
        expect![[r#"
        score none, loss 0e0
        entries ; beside 
    "#]],
    );
    check(
        "a x0",
        expect![[r#"
        score none, loss 0e0
        entries ; beside 
    "#]],
    );
}

/// Loss = 1 - (1 - 1e-4)(1 - 1e-6)(1 - 5e-3) = 5.1004949e-3 (by hand: 1e-4 + 1e-6 + 5e-3 - 1e-10 - 5e-7 - 5e-9 + ...).
/// Without db: 1e-4 + 1e-6 - 1e-10 = 1.009999e-4, score 79.914; with: -20 log10(5.1004949e-3) = 45.847.
#[test]
fn lb_api_db() {
    check(
        "lb load_balancer service=1e-4
         api app_server x2 q=1e-3
         db database q=5e-3
         lb -> api
         api -> db",
        expect![[r#"
            score 45.848, loss 5.100494900500001e-3
            entries lb 1 UserFacing; beside 
            single instance:db#0: 34.066 points, 2629.534 min, tops lb, affected api lb, down api lb
            pair instance:api#0 + instance:api#1: 1e-6, tops lb
            common service:lb: 0.171 points, 52.333 min, tops lb
        "#]],
    );
}

/// A standby with coverage 0.9: U = q (q + (1 - q) 0.1) = 1e-2 (1e-2 + 0.099) = 1.09e-3.
#[test]
fn standby_with_coverage() {
    check(
        "db database ps auto c=0.9 x2 q=1e-2\n app load_balancer\n app -> db",
        expect![[r#"
        score 59.251, loss 1.0899999999999998e-3
        entries app 1 UserFacing; beside 
        pair instance:db#0 + failover:db: 9.999999999999998e-4, tops app
        pair instance:db#0 + instance:db#1: 1e-4, tops app
    "#]],
    );
}

/// Without anybody to promote it the primary is single, the standby is not.
#[test]
fn standby_without_promotion() {
    check(
        "db database ps x2 q=1e-2\n app load_balancer\n app -> db",
        expect![[r#"
        score 40.000, loss 1e-2
        entries app 1 UserFacing; beside 
        single instance:db#0: 60.000 points, 5259.600 min, tops app, affected app, down app
    "#]],
    );
}

#[test]
fn all_instances_needed() {
    check(
        "app load_balancer\n w x3 k=3 q=1e-3\n app -> w",
        expect![[r#"
        score 50.466, loss 2.997001e-3
        entries app 1 UserFacing; beside 
        single instance:w#0 x3: 49.534 points, 1576.303 min, tops app, affected app, down app
    "#]],
    );
}

/// Two components alone in one zone: the zone is single, but only through them; a third over one zone with two
/// instances makes it single by itself.
#[test]
fn zones() {
    let two = "zone a 1e-4\n zone b 1e-4\n lb load_balancer\n x zones=a q=1e-3\n y zones=a q=1e-3\n lb -> x\n lb -> y";
    check(
        two,
        expect![[r#"
        score 53.561, loss 2.0988000999999997e-3
        entries lb 1 UserFacing; beside 
        single instance:x#0: 5.612 points, 525.381 min, tops lb, affected lb, down lb
        single instance:y#0: 5.612 points, 525.381 min, tops lb, affected lb, down lb
        single zone:a: 0.423 points, 52.491 min, tops lb, affected lb x y, down lb x y, pinned x y, only through single instances
    "#]],
    );
    let three = "zone a 1e-4\n zone b 1e-4\n lb load_balancer\n x x2 zones=a q=1e-3\n y x2 zones=a,b q=1e-3\n lb -> x\n lb -> y";
    check(
        three,
        expect![[r#"
            score 79.820, loss 1.0209968891020999e-4
            entries lb 1 UserFacing; beside 
            single zone:a: 20.180 points, 52.596 min, tops lb, affected lb x y, down lb x, pinned x
            pair instance:x#0 + instance:x#1: 1e-6, tops lb
            pair instance:y#0 + instance:y#1: 1e-6, tops lb
            pair instance:y#0 + zone:b: 1.0000000000000001e-7, tops lb
        "#]],
    );
    // Two of three are needed, over two zones.
    check(
        "zone a 1e-4\n zone b 1e-4\n lb load_balancer x3 k=2 zones=a,b q=1e-3",
        expect![[r#"
            score 79.727, loss 1.0319728043998e-4
            entries lb 1 UserFacing; beside 
            single zone:a: 20.273 points, 52.596 min, tops lb, affected lb, down lb, pinned lb
            pair instance:lb#0 + instance:lb#1: 1e-6, tops lb
            pair instance:lb#0 + instance:lb#2: 1e-6, tops lb
            pair instance:lb#1 + instance:lb#2: 1e-6, tops lb
            pair instance:lb#0 + zone:b: 1.0000000000000001e-7, tops lb
            pair instance:lb#2 + zone:b: 1.0000000000000001e-7, tops lb
        "#]],
    );
}

#[test]
fn shared_domain() {
    check(
        "domain nat 1e-3\n lb load_balancer\n api x2 q=1e-3 domains=nat\n lb -> api",
        expect![[r#"
        score 59.991, loss 1.000999e-3
        entries lb 1 UserFacing; beside 
        single domain:nat: 40.009 points, 525.959 min, tops lb, affected api lb, down api lb, pinned api
        pair instance:api#0 + instance:api#1: 1e-6, tops lb
    "#]],
    );
}

/// 0.25 U of the function and U of the rest: 0.25 * 1e-2.
#[test]
fn optional_costs_a_quarter() {
    check(
        "lb load_balancer\n cache q=1e-2\n lb -> cache optional",
        expect![[r#"
        score 52.041, loss 2.5e-3
        entries lb 1 UserFacing; beside 
    "#]],
    );
}

/// A lost function is lost to callers that require its owner.
#[test]
fn a_lost_function_is_handed_on() {
    check(
        "lb load_balancer\n api\n cache q=1e-2\n lb -> api\n api -> cache async",
        expect![[r#"
        score 52.041, loss 2.5e-3
        entries lb 1 UserFacing; beside 
    "#]],
    );
}

/// A breaker without a fallback saves nothing; with one it costs a quarter and is no single point.
#[test]
fn breakers() {
    check(
        "lb load_balancer\n api q=1e-2\n lb -> api breaker",
        expect![[r#"
        score 40.000, loss 1e-2
        entries lb 1 UserFacing; beside 
        single instance:api#0: 60.000 points, 5259.600 min, tops lb, affected lb, down 
    "#]],
    );
    check(
        "lb load_balancer\n api q=1e-2\n lb -> api breaker fallback",
        expect![[r#"
        score 52.041, loss 2.5e-3
        entries lb 1 UserFacing; beside 
    "#]],
    );
}

/// A partial weight clears no single point without a fallback, but costs a quarter only.
#[test]
fn partial() {
    check(
        "lb load_balancer\n api q=1e-2\n lb -> api weight=0.3",
        expect![[r#"
        score 52.041, loss 2.5e-3
        entries lb 1 UserFacing; beside 
        single instance:api#0: 47.959 points, 1314.900 min, tops lb, affected lb, down 
    "#]],
    );
    check(
        "lb load_balancer\n api q=1e-2\n lb -> api weight=0.3 fallback",
        expect![[r#"
        score 52.041, loss 2.5e-3
        entries lb 1 UserFacing; beside 
    "#]],
    );
}

#[test]
fn alternatives() {
    check(
        "lb load_balancer
         r1 q=1e-2
         r2 q=1e-3
         group replicas k=1: lb -> r1, lb -> r2",
        expect![[r#"
            score 100.000, loss 1e-5
            entries lb 1 UserFacing; beside 
            pair instance:r1#0 + instance:r2#0: 1e-5, tops lb
        "#]],
    );
}

/// Unlinked: 0.25 * 1e-2 beside the load balancer's 1e-4. The log bucket does not count.
#[test]
fn unlinked_components() {
    check(
        "lb load_balancer service=1e-4\n db database q=1e-2\n logs storage q=1e-2",
        expect![[r#"
            score 80.000, loss 1e-4
            entries lb 1 UserFacing; beside db logs
            single instance:db#0: 0.000 points, 0.000 min, tops db, affected , down , no dependents
            single instance:logs#0: 0.000 points, 0.000 min, tops logs, affected , down , no dependents
            common service:lb: 20.000 points, 52.596 min, tops lb
        "#]],
    );
}

#[test]
fn a_database_used_by_an_unlinked_server_is_found() {
    check(
        "lb load_balancer\n app app_server x2 q=1e-3\n db database q=1e-2\n app -> db",
        expect![[r#"
            score 100.000, loss 0e0
            entries lb 1 UserFacing; beside app
            single instance:db#0: 0.000 points, 0.000 min, tops app, affected app, down app
            pair instance:app#0 + instance:app#1: 1e-6, tops app
        "#]],
    );
}

#[test]
fn guesses() {
    check(
        "lb load_balancer\n db database q=1e-2\n lb -> db guess",
        expect![[r#"
            score 100.000, loss 0e0
            entries lb 1 UserFacing; beside db
            single instance:db#0: 0.000 points, 0.000 min, tops db, affected , down , no dependents
        "#]],
    );
    check(
        "lb load_balancer\n db database q=1e-2\n lb -> db guess\n lb -> db",
        expect![[r#"
        score 40.000, loss 1e-2
        entries lb 1 UserFacing; beside 
        single instance:db#0: 60.000 points, 5259.600 min, tops lb, affected lb, down lb
    "#]],
    );
}

#[test]
fn unknowns_are_silent_and_give_a_range() {
    check(
        "zone a 1e-4\n zone b 1e-4\n lb load_balancer x? zones=a,b q=1e-2",
        expect![[r#"
            score 39.914 in 39.9..100.0, loss 1.0099e-2
            entries lb 1 UserFacing; beside 
            pair instance:lb#0 + instance:lb#1: 1e-4, tops lb
        "#]],
    );
    check(
        "lb load_balancer ps mode=? x2 q=1e-2",
        expect![[r#"
            score 40.000 in 40.0..80.0, loss 1e-2
            entries lb 1 UserFacing; beside 
            pair instance:lb#0 + instance:lb#1: 1e-4, tops lb
        "#]],
    );
    check(
        "lb load_balancer x2 zones=? q=1e-2",
        expect![[r#"
            score 73.980 in 74.0..80.0, loss 1.9998999999998898e-4
            entries lb 1 UserFacing; beside 
            pair instance:lb#0 + instance:lb#1: 1e-4, tops lb
        "#]],
    );
    // However many there are, they are all in one zone.
    check(
        "zone a 1e-4\n lb load_balancer x? zones=a q=1e-2",
        expect![[r#"
            score 39.914 in 39.9..80.0, loss 1.0099e-2
            entries lb 1 UserFacing; beside 
            single zone:a: 0.086 points, 52.070 min, tops lb, affected lb, down lb, pinned lb
            pair instance:lb#0 + instance:lb#1: 1e-4, tops lb
        "#]],
    );
}

#[test]
fn explicit_figures_are_the_only_unit() {
    check(
        "zone a 1e-4\n lb load_balancer x1 zones=a q=1e-3 service=1e-2 whole=1e-5",
        expect![[r#"
        score 100.000, loss 1e-5
        entries lb 1 UserFacing; beside 
        single whole:lb: 0.000 points, 5.260 min, tops lb, affected , down 
    "#]],
    );
    check(
        "zone a 1e-4\n lb load_balancer x2 zones=a q=1e-3 whole=1e-5",
        expect![[r#"
        score 100.000, loss 1e-5
        entries lb 1 UserFacing; beside 
        common whole:lb: 0.000 points, 5.260 min, tops lb
    "#]],
    );
}

#[test]
fn marked_entries_come_before_all_others() {
    check(
        "lb load_balancer q=1e-2\n a entry=3 q=1e-3\n b entry=1 q=2e-3",
        expect![[r#"
            score 58.062, loss 1.25e-3
            entries a 3 Marked, b 1 Marked; beside lb
            single instance:a#0: 7.959 points, 394.470 min, tops a, affected , down 
            single instance:b#0: 4.437 points, 262.980 min, tops b, affected , down 
            single instance:lb#0: 0.000 points, 0.000 min, tops lb, affected , down , no dependents
        "#]],
    );
}

#[test]
fn sources_when_nothing_faces_users() {
    check(
        "a q=1e-3\n b q=1e-3\n c q=1e-2\n a -> b\n b -> a\n b -> c",
        expect![[r#"
        score 38.432, loss 1.1979009999999998e-2
        entries a 1 Source; beside 
        single instance:c#0: 15.552 points, 5249.086 min, tops a, affected a b, down a b
        single instance:a#0: 0.748 points, 520.180 min, tops a, affected b, down b
        single instance:b#0: 0.748 points, 520.180 min, tops a, affected a, down a
    "#]],
    );
}

/// The example of docs/semantics.md, before and after the fix: change both or neither.
#[test]
fn the_page_by_hand() {
    let before = "lb load_balancer\n api x3\n db database service=5e-4 q=4.45e-3\n lb -> api\n api -> db";
    let after =
        "lb load_balancer\n api x3\n db database ps auto c=0.95 x2 service=5e-4 q=4.45e-3\n lb -> api\n api -> db";
    check(
        before,
        expect![[r#"
        score 46.112, loss 4.947775e-3
        entries lb 1 UserFacing; beside 
        single instance:db#0: 19.909 points, 2339.352 min, tops lb, affected api lb, down api lb
        common service:db: 0.921 points, 261.810 min, tops lb
    "#]],
    );
    check(
        after,
        expect![[r#"
        score 62.601, loss 7.411917188125002e-4
        entries lb 1 UserFacing; beside 
        pair instance:db#0 + failover:db: 2.225000000000002e-4, tops lb
        pair instance:db#0 + instance:db#1: 1.98025e-5, tops lb
        common service:db: 9.747 points, 262.917 min, tops lb
    "#]],
    );
}

/// A bucket that stands alone serves nobody; the database does. With nothing else in the stack the bucket counts.
#[test]
fn what_stands_aside_is_no_entry() {
    check(
        "db database q=1e-2\n logs storage q=1e-1",
        expect![[r#"
            score 40.000, loss 1e-2
            entries db 1 Source; beside logs
            single instance:db#0: 60.000 points, 5259.600 min, tops db, affected , down , no dependents
            single instance:logs#0: 0.000 points, 0.000 min, tops logs, affected , down , no dependents
        "#]],
    );
    check(
        "logs storage q=1e-1",
        expect![[r#"
            score none, loss 0e0
            entries ; beside logs
            single instance:logs#0: 0.000 points, 0.000 min, tops logs, affected , down , no dependents
        "#]],
    );
}

#[test]
fn layers_and_ceiling() {
    let system = system("lb load_balancer software=1e-3\n db q=1e-4\n api external=1e-5\n lb -> db\n lb -> api");
    let assessment = assess(&system);
    expect![[r#"
        [
            LayerUnavailability {
                layer: Software,
                unavailability: 0.001,
                least: 0.001,
            },
            LayerUnavailability {
                layer: Hardware,
                unavailability: 0.0001,
                least: 0.0001,
            },
            LayerUnavailability {
                layer: External,
                unavailability: 1e-5,
                least: 1e-5,
            },
        ]
        Some(Ceiling { layer: Software, unavailability: 0.001 })
        expected 1.109889001e-3, loss 1.09999e-4"#]]
    .assert_eq(&format!(
        "{:#?}\n{:?}\nexpected {:e}, loss {:e}",
        assessment.layers, assessment.ceiling, assessment.expected_unavailability, assessment.loss
    ));
}

/// Counted instead of followed one by one. 100 of them lost with each of three zones: any two zones are DOWN, 3e-8.
/// All of 100 needed: 1 - 0.999^100 = 0.0952.
#[test]
fn many_instances() {
    check(
        "zone a 1e-4\n zone b 1e-4\n zone c 1e-4\n lb load_balancer x300 k=150 zones=a,b,c q=1e-3",
        expect![[r#"
        score 100.000, loss 2.9998e-8
        entries lb 1 UserFacing; beside 
        pair zone:a + zone:b: 1e-8, tops lb
        pair zone:a + zone:c: 1e-8, tops lb
        pair zone:b + zone:c: 1e-8, tops lb
    "#]],
    );
    check(
        "lb load_balancer x100 k=100 q=1e-3",
        expect![[r#"
        score 20.427, loss 9.520785288629095e-2
        entries lb 1 UserFacing; beside 
        single instance:lb#0 x100: 79.573 points, 50075.522 min, tops lb, affected , down 
    "#]],
    );
}

/// By hand: 1e-3 * 1e-3 with both of two lost; the zones 1e-4 each, both: (1e-3 + 1e-4 - 1e-7)^2 = 1.20978001e-6; a
/// service of 1e-4 besides; a domain; all layers; 1 - 0.999^3 when all of three are needed.
#[test]
fn availability_of_one_component() {
    let check = |line: &str, expected: Option<f64>| {
        let system = system(&format!("zone a 1e-4\n zone b 1e-4\n domain nat 1e-2\n c {line}\n d q=0.5\n c -> d"));
        let found = crate::own_unavailability(&system, super::fixture::index(&system, "c"));
        match (found, expected) {
            (Some(found), Some(expected)) => {
                assert!((found.get() - expected).abs() < 1e-12 * expected, "{line}: {found} not {expected}");
            }
            (found, expected) => assert_eq!(found.map(|found| found.get()), expected, "{line}"),
        }
    };
    check("", None);
    check("x0 q=1e-3", None);
    check("q=1e-3", Some(1e-3));
    check("x2 q=1e-3", Some(1e-6));
    check("x2 q=1e-3 zones=a,b", Some(1.20978001e-6));
    check("x2 q=1e-3 service=1e-4", Some(1e-6 + 1e-4 - 1e-10));
    check("q=1e-3 domains=nat", Some(1e-3 + 1e-2 - 1e-5));
    check("x3 k=3 q=1e-3", Some(2.997001e-3));
    check("x2 ps auto c=0.9 q=1e-2", Some(1.09e-3));
    check("q=1e-3 software=1e-3", Some(1.999e-3));
    check("x2 zones=a,b q=0.5 whole=1e-5", Some(1e-5));
}
