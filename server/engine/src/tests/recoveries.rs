//! How a system comes back: by hand, and the laws.

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_model::{Cause, Confidence, Dependency, DependencyKind, Scale, Seconds, System, median_outage};
use proptest::prelude::*;

use super::fixture::{self, faults, index, system};
use super::random::{self, WIDE, existing};
use crate::durations::log_normal::LogNormal;
use crate::{
    Frozen, Health, OutageKnowledge, Recovery, RecoveryDeadlock, Scratch, Span, Unit, over_after, recover,
    recover_knowing, recovery_deadlocks, unit_duration,
};

fn seconds(time: Option<Seconds>) -> String {
    time.map_or("never".to_owned(), |time| format!("{:.0}", time.get()))
}

fn write_span(span: &Span) -> String {
    format!("{} [{}..{}] s", seconds(span.p50), seconds(span.p10), seconds(span.p90))
}

fn circle(system: &System, deadlock: &RecoveryDeadlock) -> String {
    let mut out = String::new();
    for waiting in &deadlock.circle {
        let how = if waiting.to_be_repaired { "repaired by" } else { "waits for" };
        write!(out, "{} {how} ", system.component(waiting.component).unwrap().id).unwrap();
    }
    out + "the first"
}

fn describe(system: &System, recovery: &Recovery) -> String {
    let mut out = String::new();
    for restored in &recovery.components {
        let name = |index| system.component(index).unwrap().id.to_string();
        write!(out, "{} {:?}: serves {}", name(restored.component), restored.health, write_span(&restored.serves))
            .unwrap();
        if restored.whole != restored.serves {
            write!(out, ", whole {}", write_span(&restored.whole)).unwrap();
        }
        if let Some(other) = restored.waits_for {
            write!(out, ", after {}", name(other)).unwrap();
        }
        out += if restored.assumed { ", assumed\n" } else { "\n" };
    }
    for (what, span) in [("service", &recovery.service), ("everything", &recovery.everything)] {
        if let Some(span) = span {
            writeln!(out, "{what}: {}", write_span(span)).unwrap();
        }
    }
    for deadlock in &recovery.deadlocks {
        writeln!(out, "deadlock: {}", circle(system, deadlock)).unwrap();
    }
    out
}

fn check(text: &str, injected: &str, expected: Expect) {
    let system = system(text);
    expected.assert_eq(&describe(&system, &recover(&system, &faults(&system, injected))));
}

const WEB: &str = "lb load_balancer restart=5\n api restart=30 q=0\n db q=0 mttr=3600 response=300 restart=60\n lb -> api\n api -> db";

/// The median of a log-normal time with a mean of 3600 s and a sigma of 1.24 is 3600 / exp(0.7688) = 1669 s, the 90th
/// percentile 1669 x exp(1.2816 x 1.24) = 8176 s. Response 300, then db 60, api 30, lb 5 to start: 2029, 2059, 2064.
#[test]
fn back_in_the_order_of_dependencies() {
    check(
        WEB,
        "db",
        expect![[r#"
            db Down: serves 2029 [701..8536] s
            api Down: serves 2059 [731..8566] s, after db
            lb Down: serves 2064 [736..8571] s, after api
            service: 2064 [736..8571] s
            everything: 2064 [736..8571] s
        "#]],
    );
}

#[test]
fn a_mechanism_needs_nobody() {
    check(
        "db q=0 mttr=3600 rto=45 restart=0 response=0",
        "db",
        expect![[r#"
        db Down: serves 45 [45..45] s
        service: 45 [45..45] s
        everything: 45 [45..45] s
    "#]],
    );
    // With a coverage of 0.8 nine in ten take no longer than the mechanism and the median of a repair by hand.
    check(
        "db c=0.8 q=0 mttr=3600 rto=45 restart=0 response=0",
        "db",
        expect![[r#"
            db Down: serves 45 [45..1714] s
            service: 45 [45..1714] s
            everything: 45 [45..1714] s
        "#]],
    );
}

#[test]
fn a_standby_takes_over() {
    check(
        "db ps auto x2 q=0 mttr=3600 failover=90",
        "db#0",
        expect![[r#"
        db Degraded: serves 0 [0..0] s, whole 90 [90..90] s
    "#]],
    );
    check(
        "db ps auto x2 q=0 mttr=3600 failover=90 response=0 restart=0",
        "db#0 failover:db",
        expect![[r#"
            db Down: serves 1669 [341..8176] s
            service: 1669 [341..8176] s
            everything: 1669 [341..8176] s
        "#]],
    );
}

#[test]
fn what_serves_is_not_yet_whole() {
    check(
        "web restart=0\n api x2 k=2 q=0 mttr=3600 response=0 restart=0\n cache q=0 mttr=7200 response=0 restart=0\n web -> api\n web -> cache optional",
        "api#0 cache",
        expect![[r#"
            api Down: serves 1669 [341..8176] s
            web Down: serves 1669 [341..8176] s, whole 4878 [1294..19044] s, after api
            cache Down: serves 3338 [681..16353] s
            service: 1669 [341..8176] s
            everything: 4878 [1294..19044] s
        "#]],
    );
}

#[test]
fn one_of_a_group_is_enough() {
    let text = "web restart=0\n a q=0 mttr=60 response=0 restart=0\n b q=0 mttr=6000 response=0 restart=0\n group g: web -> a, web -> b";
    check(
        text,
        "a b",
        expect![[r#"
            a Down: serves 28 [6..136] s
            web Down: serves 28 [6..135] s, after a
            b Down: serves 2781 [568..13627] s
            service: 28 [6..135] s
            everything: 2781 [576..13627] s
        "#]],
    );
    check(
        text,
        "a",
        expect![[r#"
            a Down: serves 28 [6..136] s
            everything: 28 [6..136] s
        "#]],
    );
}

/// A buffer that outlasts the outage: the caller never goes down when it is short, and does when it is long.
#[test]
fn a_buffer_outlasts_short_outages() {
    check(
        "web restart=0\n q q=0 mttr=3600 response=0 restart=0\n web -> q async buffer=3000",
        "q",
        expect![[r#"
            web Down: serves 0 [0..8176] s, whole 1669 [341..8176] s
            q Down: serves 1669 [341..8176] s
            service: 0 [0..8176] s
            everything: 1669 [341..8176] s
        "#]],
    );
}

#[test]
fn components_that_require_each_other_start_one_after_the_other() {
    check(
        "a restart=10\n b restart=20\n c q=0 mttr=600 response=0 restart=5\n a -> b\n b -> a\n b -> c",
        "c",
        expect![[r#"
            c Down: serves 283 [62..1368] s
            a Down: serves 313 [92..1398] s, after b
            b Down: serves 313 [92..1398] s, after c
            service: 313 [92..1398] s
            everything: 313 [92..1398] s
        "#]],
    );
}

#[test]
fn a_zone_comes_back_by_itself() {
    check(
        "zone z 1e-4\n a zones=z restart=0 q=0\n b x2 zones=z restart=0 q=0 rto=120",
        "zone:z",
        expect![[r#"
            b Down: serves 120 [120..120] s, assumed
            a Down: serves 16143 [3295..79092] s, assumed
            service: 16143 [3295..79092] s
            everything: 16143 [3295..79092] s
        "#]],
    );
}

/// The pipeline that repairs the network runs behind the network.
const DEADLOCK: &str = "network q=0 needs=ci response=0\n ci\n vault\n web load_balancer\n ci -> vault\n vault -> network\n web -> network";

#[test]
fn a_tool_that_needs_what_it_repairs() {
    check(
        DEADLOCK,
        "network",
        expect![[r#"
        ci Down: serves never [never..never] s, after vault, assumed
        network Down: serves never [never..never] s, after ci, assumed
        vault Down: serves never [never..never] s, after network, assumed
        web Down: serves never [never..never] s, after network, assumed
        service: never [never..never] s
        everything: never [never..never] s
        deadlock: ci waits for vault waits for network repaired by the first
    "#]],
    );
    let found = system(DEADLOCK);
    let circles: Vec<String> = recovery_deadlocks(&found).iter().map(|deadlock| circle(&found, deadlock)).collect();
    assert_eq!(circles, ["ci waits for vault waits for network repaired by the first"]);
    // Whoever repairs it by a mechanism needs no tool; one that may fail does.
    let covered = DEADLOCK.replace("needs=ci", "needs=ci rto=30");
    assert_eq!(recovery_deadlocks(&system(&covered)), []);
    check(
        &covered,
        "network",
        expect![[r#"
        network Down: serves 90 [90..90] s, assumed
        vault Down: serves 150 [150..150] s, after network, assumed
        web Down: serves 150 [150..150] s, after network, assumed
        ci Down: serves 210 [210..210] s, after vault, assumed
        service: 150 [150..150] s
        everything: 210 [210..210] s
    "#]],
    );
    let mostly = DEADLOCK.replace("needs=ci", "needs=ci rto=30 c=0.85");
    assert_eq!(recovery_deadlocks(&system(&mostly)).len(), 1);
    check(
        &mostly,
        "network",
        expect![[r#"
        network Down: serves 90 [90..never] s, assumed
        vault Down: serves 150 [150..never] s, after network, assumed
        web Down: serves 150 [150..never] s, after network, assumed
        ci Down: serves 210 [210..never] s, after vault, assumed
        service: 150 [150..never] s
        everything: 210 [210..never] s
        deadlock: ci waits for vault waits for network repaired by the first
    "#]],
    );
}

#[test]
fn the_management_plane_is_a_tool() {
    check(
        "db q=0 response=0 restart=0\n admin restart=0\n db -> admin management\n admin -> db",
        "db",
        expect![[r#"
        admin Down: serves never [never..never] s, after db
        db Down: serves never [never..never] s, after admin, assumed
        service: never [never..never] s
        everything: never [never..never] s
        deadlock: admin waits for db repaired by the first
    "#]],
    );
    check(
        "db q=0 response=0 restart=0 mttr=60\n admin q=0 mttr=600 response=0 restart=0\n db -> admin management",
        "db admin",
        expect![[r#"
            admin Down: serves 278 [57..1363] s
            db Down: serves 345 [97..1440] s, after admin
            service: 345 [97..1440] s
            everything: 345 [97..1440] s
        "#]],
    );
}

/// A secret that is read at start: what runs runs on without it, and what is down waits for it.
#[test]
fn what_a_start_needs_holds_up_only_what_starts() {
    let text =
        "web x2 q=0 response=0 restart=10 mttr=60\n vault q=0 response=0 restart=0 mttr=600\n web -> vault start";
    check(
        text,
        "vault",
        expect![[r#"
            vault Down: serves 278 [57..1363] s
            service: 278 [57..1363] s
            everything: 278 [57..1363] s
        "#]],
    );
    check(
        text,
        "web vault",
        expect![[r#"
            vault Down: serves 278 [57..1363] s
            web Down: serves 303 [81..1382] s, after vault
            service: 303 [81..1382] s
            everything: 303 [81..1382] s
        "#]],
    );
    check(
        text,
        "web#0 vault",
        expect![[r#"
            web Degraded: serves 0 [0..0] s, whole 291 [64..1372] s
            vault Down: serves 278 [57..1363] s
            service: 278 [57..1363] s
            everything: 278 [57..1363] s
        "#]],
    );
}

/// One that can be reached another way is no deadlock.
#[test]
fn a_tool_with_another_way() {
    let text = "network q=0 mttr=60 needs=ci response=0 restart=0\n ci restart=0\n lte q=0 mttr=600 response=0 restart=0\n group g: ci -> network, ci -> lte";
    check(
        text,
        "network",
        expect![[r#"
            network Down: serves 28 [6..136] s
            everything: 28 [6..136] s
        "#]],
    );
    check(
        text,
        "network lte",
        expect![[r#"
            ci Down: serves 278 [57..1363] s, after lte
            lte Down: serves 278 [57..1363] s
            network Down: serves 342 [84..1460] s, after ci
            service: 278 [57..1363] s
            everything: 342 [84..1460] s
        "#]],
    );
}

/// With everything lost a cycle of alternatives starts together; a circular fallback waits for what is outside.
#[test]
fn cycles_of_alternatives() {
    let quorum = "a restart=0 q=0 mttr=60 response=0\n b restart=0 q=0 mttr=600 response=0\n c restart=0 q=0 mttr=6000 response=0\n\
                  group ga: a -> b, a -> c\n group gb: b -> a, b -> c\n group gc: c -> a, c -> b";
    check(
        quorum,
        "a b c",
        expect![[r#"
            a Down: serves 278 [70..1138] s, after b
            b Down: serves 290 [70..1363] s
            c Down: serves 2781 [568..13627] s
            service: 278 [70..1138] s
            everything: 2905 [700..13724] s
        "#]],
    );
    let fallback = "web restart=1\n sidecar restart=1\n dns q=0 mttr=600 response=0 restart=0\n group g: web -> dns, web -> sidecar\n sidecar -> web";
    check(
        fallback,
        "dns",
        expect![[r#"
            dns Down: serves 278 [57..1363] s
            sidecar Down: serves 280 [59..1365] s, after web
            web Down: serves 280 [59..1365] s, after dns
            service: 280 [59..1365] s
            everything: 280 [59..1365] s
        "#]],
    );
}

#[test]
fn nothing_to_restore() {
    check(WEB, "", expect![[""]]);
}

fn times(span: &Span) -> [f64; 3] {
    [span.p10, span.p50, span.p90].map(|time| time.map_or(f64::INFINITY, Seconds::get))
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_global_rejects: 1_000_000, ..ProptestConfig::default() }
}

/// Ways of coming back, one per component.
fn ways() -> impl Strategy<Value = Vec<(String, Option<usize>)>> {
    let way = prop::sample::select(vec!["", "rto=30", "rto=30 restart=7", "restart=0 response=5", "response=0"]);
    let needs = prop_oneof![3 => Just(None), 1 => (0usize..9).prop_map(Some)];
    prop::collection::vec((way.prop_map(str::to_owned), needs), 9)
}

/// The system with these ways of coming back.
fn with_ways(text: &str, ways: &[(String, Option<usize>)]) -> System {
    let count = text.lines().filter(|line| line.starts_with('c') && !line.contains("->")).count();
    let mut at = 0;
    let mut out = String::new();
    for line in text.lines() {
        out += line;
        if line.starts_with('c') && !line.contains("->") {
            let (way, needs) = &ways[at % ways.len()];
            let mttr = 600 * (1 + at % 4);
            out += &format!(" mttr={mttr} {way}");
            if let Some(needs) = needs {
                out += &format!(" needs=c{}", needs % count);
            }
            at += 1;
        }
        out.push('\n');
    }
    fixture::system(&out)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_told_of_many_cascades_is_what_is_told_of_one(
        text in random::any_system(WIDE), ways in ways(), injected in random::faults(9),
    ) {
        let system = with_ways(&text, &ways);
        let faults = fixture::faults(&system, &existing(&system, &injected));
        let recovery = recover(&system, &faults);
        let frozen = Frozen::new(&system);
        let cascade = frozen.cascade(&faults, &mut Scratch::default());
        let mut steps = usize::MAX;
        let over = over_after(&system, &frozen, &cascade, &faults, &mut steps).unwrap();
        prop_assert_eq!(over.len(), cascade.effects.len());
        for (effect, over) in cascade.effects.iter().zip(over) {
            let restored = recovery.components.iter().find(|it| it.component == effect.component).unwrap();
            let span = if effect.health == Health::Down { restored.serves } else { restored.whole };
            prop_assert_eq!(over, span.p50, "{:?}", effect.component);
        }
        let mut taken = usize::MAX - steps;
        prop_assert!(over_after(&system, &frozen, &cascade, &faults, &mut taken).is_some() && taken == 0);
        if usize::MAX > steps {
            let mut too_few = usize::MAX - steps - 1;
            prop_assert!(over_after(&system, &frozen, &cascade, &faults, &mut too_few).is_none());
        }
    }

    #[test]
    fn quantiles_are_in_order_and_everything_comes_back_unless_a_deadlock_is_named(
        text in random::any_system(WIDE), ways in ways(), injected in random::faults(9),
    ) {
        let system = with_ways(&text, &ways);
        let faults = fixture::faults(&system, &existing(&system, &injected));
        let recovery = recover(&system, &faults);
        prop_assert_eq!(&recovery, &recover(&system, &faults));
        for restored in &recovery.components {
            let (serves, whole) = (times(&restored.serves), times(&restored.whole));
            prop_assert!(serves[0] <= serves[1] && serves[1] <= serves[2], "{serves:?}");
            prop_assert!(whole[0] <= whole[1] && whole[1] <= whole[2], "{whole:?}");
            prop_assert!((0..3).all(|level| serves[level] <= whole[level]));
            prop_assert!(serves[2].is_finite() || !recovery.deadlocks.is_empty(), "{}", describe(&system, &recovery));
        }
        for deadlock in &recovery.deadlocks {
            prop_assert!(deadlock.circle.iter().any(|waiting| waiting.to_be_repaired));
        }
        // Following what each waits for ends at a repair.
        for restored in recovery.components.iter().filter(|it| it.whole.p50.is_some()) {
            let mut at = Some(restored);
            for _ in 0..recovery.components.len() {
                at = at.and_then(|it| it.waits_for).and_then(|next| recovery.components.iter().find(|it| it.component == next));
            }
            prop_assert!(at.is_none(), "{}", describe(&system, &recovery));
        }
    }

    #[test]
    fn a_required_dependency_never_shortens(
        text in random::any_system(WIDE), ways in ways(), injected in random::faults(9),
        from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(),
    ) {
        let base = with_ways(&text, &ways);
        let faults = fixture::faults(&base, &existing(&base, &injected));
        let mut changed = base.clone();
        let any = |which: prop::sample::Index| foreshock_model::ComponentIndex(which.index(base.components.len()) as u32);
        changed.dependencies.push(Arc::new(Dependency::new(any(from), any(to), DependencyKind::Requires, Confidence::Certain, Vec::new())));
        // What is bad from the start because of it has no way back, and nobody waits for it.
        let faultless = |system: &System| {
            let states = crate::Frozen::new(system).base.states;
            states.iter().map(|state| (state.health, state.lost_function)).collect::<Vec<_>>()
        };
        prop_assume!(faultless(&base) == faultless(&changed));
        let (before, after) = (recover(&base, &faults), recover(&changed, &faults));
        for restored in &before.components {
            let now = after.components.iter().find(|it| it.component == restored.component).unwrap();
            for (old, new) in [(&restored.serves, &now.serves), (&restored.whole, &now.whole)] {
                for (old, new) in times(old).into_iter().zip(times(new)) {
                    prop_assert!(old <= new + 1e-9, "{} and then {}", describe(&base, &before), describe(&changed, &after));
                }
            }
        }
    }

    #[test]
    fn more_faults_never_shorten(
        text in random::any_system(WIDE), ways in ways(), some in random::faults(9), more in random::faults(9),
    ) {
        let system = with_ways(&text, &ways);
        let some = fixture::faults(&system, &existing(&system, &some));
        let mut all = some.clone();
        all.extend(fixture::faults(&system, &existing(&system, &more)));
        let (before, after) = (recover(&system, &some), recover(&system, &all));
        for restored in &before.components {
            let now = after.components.iter().find(|it| it.component == restored.component).unwrap();
            for (old, new) in times(&restored.serves).into_iter().zip(times(&now.serves)) {
                prop_assert!(old <= new + 1e-9, "{} and then {}", describe(&system, &before), describe(&system, &after));
            }
        }
    }
}

#[test]
fn the_service_is_back_with_its_last_entry() {
    let found = system(WEB);
    let recovery = recover(&found, &faults(&found, "db"));
    let lb = recovery.components.iter().find(|it| it.component == index(&found, "lb")).unwrap();
    assert_eq!(recovery.service, Some(lb.serves));
    assert_eq!(recovery.everything, Some(lb.serves));
}

/// The fault `cut:a->b` of the fixture language is written by its name.
fn check_named(text: &str, name: &str, expected: Expect) {
    let system = system(text);
    let fault = crate::Fault::named(&system, name).unwrap();
    expected.assert_eq(&describe(&system, &recover(&system, &[fault])));
}

#[test]
fn what_is_no_unit_is_repaired_too() {
    check_named(
        WEB,
        "cut:api->db",
        expect![[r#"
            api Down: serves 5679 [1183..27705] s, assumed
            lb Down: serves 5684 [1188..27710] s, after api
            service: 5684 [1188..27710] s
            everything: 5684 [1188..27710] s
        "#]],
    );
    check_named(
        WEB,
        "exhausted:db:disk",
        expect![[r#"
            db Down: serves 2029 [701..8536] s
            api Down: serves 2059 [731..8566] s, after db
            lb Down: serves 2064 [736..8571] s, after api
            service: 2064 [736..8571] s
            everything: 2064 [736..8571] s
        "#]],
    );
    // Nothing is broken: a start, once the users have gone home.
    let busy = "lb load_balancer q=0 rps=10 inflight=8/10 util=0.8";
    check_named(
        busy,
        "traffic:x3",
        expect![[r#"
        lb Down: serves 60 [60..60] s, assumed
        service: 60 [60..60] s
        everything: 60 [60..60] s
    "#]],
    );
}

/// So many databases that nobody answers for, each behind the same web.
fn parallel(count: usize) -> (String, String) {
    let mut text = "web load_balancer restart=0\n".to_owned();
    let mut injected = Vec::new();
    for each in 0..count {
        write!(text, "d{each:02} q=0 mttr=3600 response=0 restart=0\n web -> d{each:02}\n").unwrap();
        injected.push(format!("d{each:02}"));
    }
    (text, injected.join(" "))
}

/// The maximum of n independent equal times has the distribution F^n: its 90th percentile is that of one at 0.9^(1/n). At the
/// same quantile for all it was 1.5 (2 repairs), 2.6 (5) and 4.9 times (20) too short.
#[test]
fn the_slowest_of_several_repairs() {
    let one = LogNormal::with_mean(3600.0);
    for count in [1, 2, 5, 20] {
        let (text, injected) = parallel(count);
        let found = system(&text);
        let recovery = recover(&found, &faults(&found, &injected));
        let service = times(&recovery.service.unwrap());
        for (level, found) in [0.1_f64, 0.5, 0.9].into_iter().zip(service) {
            let expected = one.quantile(level.powf(1.0 / count as f64));
            let tolerance = if count == 1 { 1e-9 } else { 0.06 };
            assert!((found / expected - 1.0).abs() < tolerance, "{level} of {count}: {found} {expected}");
        }
    }
}

/// A zone comes back once for all in it, and instances of one component one by one.
#[test]
fn one_event_is_one_draw() {
    let text = "zone z 1e-4/3600\n web load_balancer restart=0\n a zones=z restart=0 q=0\n b zones=z restart=0 q=0\n web -> a\n web -> b";
    let found = system(text);
    let recovery = recover(&found, &faults(&found, "zone:z"));
    let service = times(&recovery.service.unwrap());
    let one = LogNormal::with_mean(3600.0);
    for (level, found) in [0.1_f64, 0.5, 0.9].into_iter().zip(service) {
        assert!((found / one.quantile(level) - 1.0).abs() < 1e-9, "{level}");
    }
    // Three of three are lost; the first that is back serves, and it is whole with the last.
    let found = system("a x3 q=0 mttr=3600 response=0 restart=0");
    let recovery = recover(&found, &faults(&found, "a-3"));
    let a = recovery.components.first().unwrap();
    for (level, (serves, whole)) in
        [0.1_f64, 0.5, 0.9].into_iter().zip(times(&a.serves).into_iter().zip(times(&a.whole)))
    {
        let (first, last) = (1.0 - (1.0 - level).powf(1.0 / 3.0), level.powf(1.0 / 3.0));
        assert!((serves / one.quantile(first) - 1.0).abs() < 0.06, "{level}: {serves}");
        assert!((whole / one.quantile(last) - 1.0).abs() < 0.06, "{level}: {whole}");
    }
}

/// Whatever is down as a whole takes as long as outages do, by what caused it; an instance takes its own time.
#[test]
fn two_regimes() {
    let found = system("api q=1e-3/300~ restart=0\n db q=0 restart=0 mttr=600 response=0");
    let minutes = |injected: &str, knowledge: OutageKnowledge| {
        let recovery = recover_knowing(&found, &faults(&found, injected), knowledge);
        times(&recovery.everything.unwrap())[1] / 60.0
    };
    let nothing = OutageKnowledge::default();
    let close = |one: f64, other: f64| assert!((one / other - 1.0).abs() < 0.005, "{one} {other}");
    close(minutes("api", nothing), 110.0);
    close(minutes("api#0", nothing), (600.0 + LogNormal::with_mean(300.0).median) / 60.0);
    // What somebody wrote of this very component counts, unless it is known what happened.
    close(minutes("db", nothing), LogNormal::with_mean(600.0).median / 60.0);
    for cause in Cause::ALL.map(|(cause, _)| cause) {
        for scale in [Scale::Own, Scale::Provider] {
            let knowledge = OutageKnowledge { cause: Some(cause), scale: Some(scale) };
            close(minutes("db", knowledge), median_outage(Some(cause), scale).0.get() / 60.0);
        }
    }
}

/// Frequency times mean length is the unavailability, whatever the law; and the law is in order.
#[test]
fn each_unit_has_a_law() {
    let found = system(
        "zone z 1e-4\n api x2 zones=z q=1e-3/300~ rto=30 c=0.9 software=1e-4/1800~ service=1e-4\n ext external=1e-3/3600~",
    );
    let (api, ext) = (index(&found, "api"), index(&found, "ext"));
    let zone = foreshock_model::ZoneIndex(0);
    let law = |unit| unit_duration(&found, unit).unwrap();
    let own = |cause| Some((cause, Scale::Own));
    for (unit, drawn, median) in [
        (Unit::Instance { component: api, index: 0 }, own(None), 30.0),
        (Unit::Software(api), own(None), 6600.0),
        (Unit::Service(api), own(None), 30.0),
        (Unit::Zone(zone), Some((Some(Cause::ZonePower), Scale::Provider)), 16_143.0),
        (Unit::External(ext), Some((Some(Cause::ThirdParty), Scale::Provider)), 12_331.0),
    ] {
        let it = law(unit);
        assert_eq!(it.drawn, drawn, "{unit:?}");
        assert!((it.law.quantile(0.5) / median - 1.0).abs() < 1e-3, "{unit:?}: {}", it.law.quantile(0.5));
        assert!(it.law.quantile(0.1) <= it.law.quantile(0.5) && it.law.quantile(0.5) <= it.law.quantile(0.9));
        assert!((it.law.excess(0.0) / it.law.mean() - 1.0).abs() < 1e-12);
        for buffer in [10.0, 600.0, 86_400.0] {
            assert!(it.law.share_beyond(buffer) <= it.law.share_beyond(buffer / 2.0));
        }
    }
    assert_eq!(unit_duration(&found, Unit::Failover(api)), None);
}
