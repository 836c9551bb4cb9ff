//! Law 7: what stands in for something lost must be up without the component it stands in for. By hand, and the
//! counterexamples that shaped the rule.

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_model::{ComponentIndex, System};

use super::fixture::{faults, index, system};
use crate::{Cause, Health, assess, cascade, circular_fallbacks};

fn name(system: &System, index: ComponentIndex) -> String {
    system.component(index).unwrap().id.to_string()
}

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    let mut out = String::new();
    for effect in &cascade.effects {
        let because = match effect.because {
            Cause::Fault(_) => "fault".to_owned(),
            Cause::Dependency(dependency) => name(&system, system.dependencies[dependency.index()].to),
            Cause::Alternatives(group) => format!("group {}", system.alternatives[group].name),
            Cause::CircularFallback(group) => format!("circular {}", system.alternatives[group].name),
            Cause::Timeout(_) | Cause::Slow(_) | Cause::Traffic(_) | Cause::Errors(_) => "a mode".to_owned(),
        };
        let chain = cascade.chain(effect.component);
        let chain: Vec<_> = chain.iter().map(|link| name(&system, link.component)).collect();
        let at = effect.at.get();
        writeln!(out, "{at} s {:?} ({because}) {}", effect.health, chain.join(" < ")).unwrap();
    }
    expected.assert_eq(&out);
}

fn findings(text: &str) -> String {
    let system = system(text);
    let mut out = String::new();
    for found in circular_fallbacks(&system) {
        let helpless = found.cannot_help.iter().map(|it| name(&system, system.dependencies[it.index()].to));
        let lost = found.once_lost.iter().map(|&it| name(&system, it));
        writeln!(
            out,
            "{} {}: {} can't help once {} lost",
            name(&system, found.component),
            system.alternatives[found.group].name,
            helpless.collect::<Vec<_>>().join(" "),
            lost.collect::<Vec<_>>().join(" "),
        )
        .unwrap();
    }
    out
}

const SIDECAR: &str =
    "web\n sidecar\n dns\n group resolver: web -> dns timeout=2, web -> sidecar\n sidecar -> web timeout=3";

#[test]
fn a_fallback_that_needs_the_component_is_none() {
    check(
        SIDECAR,
        "dns",
        expect![[r#"
        0 s Down (fault) dns
        2 s Down (circular resolver) web < dns
        5 s Down (web) sidecar < web < dns
    "#]],
    );
    check(
        SIDECAR,
        "sidecar",
        expect![[r#"
        0 s Down (fault) sidecar
    "#]],
    );
    assert_eq!(findings(SIDECAR), "web resolver: sidecar can't help once dns lost\n");
}

/// What the decision diagram says of it: the only resolver that helps is a single point of failure.
#[test]
fn it_is_no_redundancy() {
    let system = system(&SIDECAR.replace("dns\n", "dns q=0.01\n").replace("web\n", "web entry=1\n"));
    let assessment = assess(&system);
    let single: Vec<_> = assessment.single_points.iter().map(|point| point.unit.name(&system)).collect();
    assert_eq!(single, ["instance:dns#0"]);
    assert!((assessment.loss - 0.01).abs() < 1e-15);
}

const MUTUAL: &str = "a\n b\n x\n y\n group ga: a -> x timeout=1, a -> b\n group gb: b -> y timeout=4, b -> a";

#[test]
fn two_that_fall_back_on_each_other() {
    check(
        MUTUAL,
        "x",
        expect![[r#"
        0 s Down (fault) x
    "#]],
    );
    check(
        MUTUAL,
        "y",
        expect![[r#"
        0 s Down (fault) y
    "#]],
    );
    check(
        MUTUAL,
        "x y",
        expect![[r#"
        0 s Down (fault) x
        0 s Down (fault) y
        4 s Down (circular ga) a < x
        4 s Down (circular gb) b < y
    "#]],
    );
    assert_eq!(findings(MUTUAL), "a ga: b can't help once x y lost\nb gb: a can't help once x y lost\n");
}

/// A third one that both can use keeps both up.
#[test]
fn support_from_outside_reaches_through_the_cycle() {
    let text = "a\n b\n x\n y\n z\n group ga: a -> x, a -> b\n group gb: b -> y, b -> a, b -> z";
    check(
        text,
        "x y",
        expect![[r#"
        0 s Down (fault) x
        0 s Down (fault) y
    "#]],
    );
    check(
        text,
        "x y z",
        expect![[r#"
        0 s Down (circular ga) a < x
        0 s Down (circular gb) b < z
        0 s Down (fault) x
        0 s Down (fault) y
        0 s Down (fault) z
    "#]],
    );
}

/// Each member of a quorum of two of three needs one of the others: leaning on each other is what they are for.
#[test]
fn a_quorum_is_no_circular_fallback() {
    let text = "a\n b\n c\n group ga: a -> b, a -> c\n group gb: b -> a, b -> c\n group gc: c -> a, c -> b";
    check(
        text,
        "c",
        expect![[r#"
        0 s Down (fault) c
    "#]],
    );
    check(
        text,
        "b c",
        expect![[r#"
        0 s Down (group ga) a < c
        0 s Down (fault) b
        0 s Down (fault) c
    "#]],
    );
    assert_eq!(findings(text), "");
    // Three of four, one of them a witness that needs nobody: it can't carry the others by itself.
    let witness = "a\n b\n c\n w\n group ga k=2: a -> b, a -> c, a -> w\n group gb k=2: b -> a, b -> c, b -> w\n \
                   group gc k=2: c -> a, c -> b, c -> w";
    check(
        witness,
        "w",
        expect![[r#"
        0 s Down (fault) w
    "#]],
    );
    check(
        witness,
        "w c",
        expect![[r#"
        0 s Down (group ga) a < w
        0 s Down (group gb) b < a < w
        0 s Down (fault) c
        0 s Down (fault) w
    "#]],
    );
}

/// With nothing lost nothing has to stand in.
#[test]
fn with_nothing_lost_a_cycle_is_up() {
    check("a\n b\n x\n group g: a -> b, a -> x\n b -> a\n x -> a", "", expect![[""]]);
    let system = system("a\n b\n x\n group g: a -> b, a -> x\n b -> a\n x -> a");
    let calm = cascade(&system, &[]);
    assert!(system.iter().all(|(index, _)| calm.health(index) == Health::Healthy));
    assert_eq!(crate::Frozen::new(&system).faultless_health(index(&system, "a")), Health::Healthy);
}

/// The reviewed rule took groups with all their members in the cycle as they were written. Then `x -> a` heals: with it
/// `x` is in the cycle too, and `a` would be up on `b` alone, which without it is down.
#[test]
fn a_dependency_that_closes_the_cycle_does_not_heal() {
    let open = "a\n b\n x\n group g: a -> b, a -> x\n b -> a";
    check(
        open,
        "x",
        expect![[r#"
        0 s Down (circular g) a < x
        0 s Down (a) b < a < x
        0 s Down (fault) x
    "#]],
    );
    let closed = "a\n b\n x\n group g: a -> b, a -> x\n b -> a\n x -> a";
    check(
        closed,
        "x",
        expect![[r#"
        0 s Down (circular g) a < x
        0 s Down (a) b < a < x
        0 s Down (fault) x
    "#]],
    );
    assert_eq!(findings(closed), "a g: x can't help once b lost\n");
}

/// An alternative for what leaned on the component itself: before, the two were a cycle of plain requirements, which
/// starts together; now the support has to come from outside. The law of the score leaves such groups out.
#[test]
fn an_alternative_to_mutual_support() {
    let circular = "a q=0 entry=1\n b q=0\n x q=0.01\n group g: a -> b\n b -> a";
    let with = "a q=0 entry=1\n b q=0\n x q=0.01\n group g: a -> b, a -> x\n b -> a";
    check(
        circular,
        "x",
        expect![[r#"
        0 s Down (fault) x
    "#]],
    );
    check(
        with,
        "x",
        expect![[r#"
        0 s Down (circular g) a < x
        0 s Down (a) b < a < x
        0 s Down (fault) x
    "#]],
    );
    let loss = |text: &str| assess(&system(text)).loss;
    assert!((loss(circular), loss(with)) == (0.0, 0.01));
}

/// `v` has lost nothing, although all of its group `g1` needs it: it supports `w`, whose own source is lost.
#[test]
fn what_has_lost_nothing_supports_others() {
    let text = "v q=0\n b q=0\n c q=0\n w q=0 entry=1\n x q=0.01\n y q=0.02\n group g1: v -> b, v -> c\n b -> v\n c -> v\n \
                group g2: w -> v, w -> x\n group g3: v -> w, v -> y";
    check(
        text,
        "x",
        expect![[r#"
        0 s Down (fault) x
    "#]],
    );
    check(
        text,
        "x y",
        expect![[r#"
        0 s Down (v) b < v < y
        0 s Down (v) c < v < y
        0 s Down (circular g3) v < y
        0 s Down (circular g2) w < x
        0 s Down (fault) x
        0 s Down (fault) y
    "#]],
    );
    assert!((assess(&system(text)).loss - 0.0002).abs() < 1e-15);
}

/// All members needed is a plain requirement, whatever stands around it.
#[test]
fn all_of_a_group_needed() {
    let text = "a\n b\n x\n group g k=2: a -> b, a -> x\n b -> a";
    check(text, "", expect![[""]]);
    check(
        text,
        "x",
        expect![[r#"
        0 s Down (group g) a < x
        0 s Down (a) b < a < x
        0 s Down (fault) x
    "#]],
    );
    assert_eq!(findings(text), "");
}

/// What does not take the component down can't be circular: a breaker, an optional dependency.
#[test]
fn what_survives_alone_can_help() {
    for option in ["breaker", "optional", "async", "weight=0.4"] {
        let text = format!("a\n b\n x\n group g: a -> b, a -> x\n b -> a {option}");
        let system = system(&text);
        let cascade = cascade(&system, &faults(&system, "x"));
        assert_eq!(cascade.health(index(&system, "a")), Health::Healthy, "{option}");
        assert_eq!(findings(&text), "");
    }
    // A buffer ends; two partial dependencies are too much together.
    let buffer = "a\n b\n x\n group g: a -> b, a -> x\n b -> a async buffer=60";
    check(
        buffer,
        "x",
        expect![[r#"
        0 s Down (circular g) a < x
        0 s Down (fault) x
        60 s Down (a) b < a < x
    "#]],
    );
    let partial = "a\n b\n x\n y\n group g: a -> b, a -> x\n b -> a weight=0.3\n b -> y weight=0.3";
    check(
        partial,
        "x",
        expect![[r#"
        0 s Down (fault) x
    "#]],
    );
    check(
        partial,
        "x y",
        expect![[r#"
        0 s Down (circular g) a < x
        0 s Down (a) b < a < x
        0 s Down (fault) x
        0 s Down (fault) y
    "#]],
    );
}

/// In time order: the support of `a` ends when `b` notices that `y` is lost, not when `a` noticed the loss of `x`.
#[test]
fn the_moment_is_when_the_last_support_ends() {
    let text = "a\n b\n c\n x\n y\n group ga: a -> x, a -> b\n group gb: b -> y timeout=7, b -> c\n c -> a timeout=2";
    check(
        text,
        "x y",
        expect![[r#"
        0 s Down (fault) x
        0 s Down (fault) y
        7 s Down (circular ga) a < x
        7 s Down (circular gb) b < y
        9 s Down (a) c < a < x
    "#]],
    );
}

/// A component that is down from the start, and a fallback that leans on the caller.
#[test]
fn down_without_any_fault() {
    let text = "a\n b\n x util=1.5\n group g: a -> b, a -> x\n b -> a";
    check(text, "", expect![[""]]);
    let frozen = crate::Frozen::new(&system(text));
    assert_eq!(frozen.faultless_health(index(&system(text), "a")), Health::Down);
}
