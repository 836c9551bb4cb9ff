//! What is enumerated, and how a sweep ranks it.

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_model::{ComponentKind, System};
use proptest::prelude::*;

use super::fixture::system;
use super::generated;
use super::random::{self, WIDE};
use crate::sweep::sweep_noting;
use crate::{
    Basis, Budget, Class, Frozen, Scratch, Sweep, SweepOptions as Options, cascade, entry_loss, enumerate, sweep,
    sweep_unless,
};
use crate::{Fault, Unit};

const SHOP: &str = "
    zone a 1e-4
    zone b 1e-4
    domain nat 1e-3
    region eu 1e-5
    lb load_balancer x2 zones=a,b region=eu q=1e-3
    api app_server x2 zones=a,b q=1e-3 util=0.3 domains=nat region=eu
    cache cache x2 zones=a,b q=1e-2
    db database x1 zones=a q=5e-3
    lb -> api
    api -> db
    api -> cache optional
";

/// As in a large system: pairs are put together.
fn run(system: &System, options: Options) -> Sweep {
    sweep_noting(system, &Basis::of(system), &options, &|_| {}, false)
}

fn counts(system: &System) -> String {
    let scenarios = enumerate(system);
    let mut out = String::new();
    for (class, count) in scenarios.per_class() {
        writeln!(out, "{} {count}", class.name()).unwrap();
    }
    writeln!(out, "all {}", scenarios.len()).unwrap();
    out
}

#[allow(clippy::print_stdout)] // `--nocapture` shows the counts
fn check_counts(system: &System, expected: Expect) {
    let counts = counts(system);
    println!("{counts}");
    expected.assert_eq(&counts);
}

#[test]
fn four_components() {
    check_counts(
        &system(SHOP),
        expect![[r#"
            component 4
            zone 2
            region 1
            domain 1
            cut 3
            exhausted 14
            latency 12
            traffic 5
            instance 7
            zone-traffic 10
            load-pair 495
            pair 21
            all 575
        "#]],
    );
}

#[test]
fn ten_components_have_more_than_two_thousand() {
    let ten = generated::system(10, 20);
    check_counts(
        &ten,
        expect![[r#"
            component 10
            zone 3
            region 1
            domain 2
            cut 9
            exhausted 39
            latency 30
            traffic 5
            instance 18
            zone-traffic 15
            load-pair 3351
            pair 105
            all 3588
        "#]],
    );
    assert!(enumerate(&ten).len() > 2_000);
}

#[test]
fn a_thousand_components_have_more_than_half_a_million() {
    let thousand = generated::system(1_000, 20);
    check_counts(
        &thousand,
        expect![[r#"
            component 1000
            zone 3
            region 1
            domain 2
            cut 1185
            exhausted 3999
            latency 3000
            traffic 5
            instance 2043
            zone-traffic 15
            pair 504510
            all 515763
        "#]],
    );
    assert!(enumerate(&thousand).len() > 500_000);
}

#[test]
fn ids_are_made_of_the_users_names() {
    let system = system(SHOP);
    let scenarios = enumerate(&system);
    let mut last = None;
    let mut first_of_each = String::new();
    for scenario in scenarios.iter() {
        if last != Some(scenario.class) {
            last = Some(scenario.class);
            writeln!(first_of_each, "{}", scenario.id(&system)).unwrap();
        }
    }
    expect![[r#"
        component:api
        zone:a
        region:eu
        domain:nat
        cut:api->cache
        exhausted:api:cpu
        latency:api:x2
        traffic:x1.5
        instance:api#0
        pair:zone:a+traffic:x1.5
        pair:component:api+exhausted:api:cpu
        pair:component:api+component:cache
    "#]]
    .assert_eq(&first_of_each);
}

#[test]
fn every_id_is_there_once() {
    let twice = system("a\n b\n a -> b\n a -> b optional");
    for system in [twice, system(SHOP), generated::system(12, 50)] {
        let scenarios = enumerate(&system);
        let mut ids: Vec<String> = scenarios.iter().map(|scenario| scenario.id(&system)).collect();
        assert_eq!(ids.len() as u64, scenarios.len());
        assert!((0..).zip(scenarios.iter()).all(|(number, it)| scenarios.number_of(&it) == Some(number)));
        assert!(scenarios.get(scenarios.len()).is_none());
        ids.sort();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]));
        let all: Vec<_> = scenarios.iter().collect();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "the order of scenarios is that of the enumeration");
    }
}

#[test]
fn what_is_not_there_is_not_enumerated() {
    check_counts(
        &system("a x0\n b x?"),
        expect![[r#"
            component 1
            exhausted 4
            latency 3
            traffic 5
            instance 1
            load-pair 25
            all 39
        "#]],
    );
    check_counts(
        &System::default(),
        expect![[r#"
        all 0
    "#]],
    );
}

/// Billions of instances are counted, not listed.
#[test]
fn a_budget_says_what_it_left_out() {
    let vast = system("a x4000000000\n b");
    let scenarios = enumerate(&vast);
    assert_eq!(scenarios.per_class()[&Class::Instance], 4_000_000_001);
    let swept = run(&vast, Options { budget: Budget(100) });
    assert_eq!((swept.run, swept.results.len()), (100, 100));
    assert_eq!(swept.not_run.values().sum::<u64>(), scenarios.len() - 100);
    assert_eq!(swept.not_run.keys().copied().collect::<Vec<_>>(), [Class::Instance, Class::LoadPair, Class::Pair]);
    let all = run(&system(SHOP), Options { budget: Budget::UNLIMITED });
    assert!(all.not_run.is_empty());
}

#[test]
fn the_worst_come_first() {
    let system = system(SHOP);
    let swept = run(&system, Options::default());
    let mut out = String::new();
    for outcome in swept.results.iter().filter(|outcome| outcome.scenario.faults.len() == 1) {
        let likelihood = outcome.likelihood.map_or("?".to_owned(), |likelihood| format!("{likelihood:.2e}"));
        let id = outcome.scenario.id(&system);
        writeln!(
            out,
            "{:.1} {likelihood} {id}: {} affected, {} down",
            outcome.severity, outcome.affected, outcome.down
        )
        .unwrap();
    }
    expect![[r#"
        10.0 5.00e-3 component:db: 3 affected, 3 down
        10.0 5.00e-3 instance:db#0: 3 affected, 3 down
        10.0 1.00e-3 domain:nat: 2 affected, 2 down
        10.0 1.00e-4 zone:a: 4 affected, 3 down
        10.0 1.00e-5 region:eu: 2 affected, 2 down
        10.0 1.00e-6 component:api: 2 affected, 2 down
        10.0 1.00e-6 component:lb: 1 affected, 1 down
        10.0 ? cut:api->db: 2 affected, 2 down
        10.0 ? cut:lb->api: 1 affected, 1 down
        10.0 ? exhausted:api:memory: 2 affected, 2 down
        10.0 ? exhausted:api:disk: 2 affected, 2 down
        10.0 ? exhausted:db:memory: 3 affected, 3 down
        10.0 ? exhausted:db:disk: 3 affected, 3 down
        10.0 ? exhausted:lb:memory: 1 affected, 1 down
        10.0 ? traffic:x5: 2 affected, 2 down
        10.0 ? traffic:x10: 2 affected, 2 down
        5.0 ? exhausted:lb:cpu: 1 affected, 0 down
        5.0 ? exhausted:lb:connections: 1 affected, 0 down
        2.5 1.00e-4 component:cache: 3 affected, 1 down
        2.5 ? cut:api->cache: 2 affected, 0 down
        2.5 ? exhausted:cache:memory: 3 affected, 1 down
        0.0 1.00e-2 instance:cache#0: 1 affected, 0 down
        0.0 1.00e-2 instance:cache#1: 1 affected, 0 down
        0.0 1.00e-3 instance:api#0: 0 affected, 0 down
        0.0 1.00e-3 instance:api#1: 0 affected, 0 down
        0.0 1.00e-3 instance:lb#0: 1 affected, 0 down
        0.0 1.00e-3 instance:lb#1: 1 affected, 0 down
        0.0 1.00e-4 zone:b: 2 affected, 0 down
        0.0 ? exhausted:api:cpu: 2 affected, 0 down
        0.0 ? exhausted:api:connections: 2 affected, 0 down
        0.0 ? exhausted:cache:cpu: 1 affected, 0 down
        0.0 ? exhausted:cache:connections: 1 affected, 0 down
        0.0 ? exhausted:db:cpu: 3 affected, 0 down
        0.0 ? exhausted:db:connections: 3 affected, 0 down
        0.0 ? latency:api:x2: 0 affected, 0 down
        0.0 ? latency:api:x5: 0 affected, 0 down
        0.0 ? latency:api:x10: 0 affected, 0 down
        0.0 ? latency:cache:x2: 0 affected, 0 down
        0.0 ? latency:cache:x5: 0 affected, 0 down
        0.0 ? latency:cache:x10: 0 affected, 0 down
        0.0 ? latency:db:x2: 0 affected, 0 down
        0.0 ? latency:db:x5: 0 affected, 0 down
        0.0 ? latency:db:x10: 0 affected, 0 down
        0.0 ? latency:lb:x2: 0 affected, 0 down
        0.0 ? latency:lb:x5: 0 affected, 0 down
        0.0 ? latency:lb:x10: 0 affected, 0 down
        0.0 ? traffic:x1.5: 0 affected, 0 down
        0.0 ? traffic:x2: 0 affected, 0 down
        0.0 ? traffic:x3: 2 affected, 0 down
    "#]]
    .assert_eq(&out);
}

/// The naive sweep: each scenario by itself.
fn by_hand(system: &System) -> Vec<(String, u64, u32, u32)> {
    let basis = Basis::of(system);
    let scenarios = enumerate(system);
    let mut results: Vec<_> = scenarios
        .iter()
        .map(|scenario| {
            let cascade = cascade(system, &scenario.faults);
            let down = cascade.effects.iter().filter(|effect| effect.health == crate::Health::Down).count();
            let loss = entry_loss(&basis, &cascade).unwrap_or(0.0);
            (scenario.id(system), loss.to_bits(), cascade.effects.len() as u32, down as u32)
        })
        .collect();
    results.sort();
    results
}

fn swept(system: &System, sweep: &Sweep) -> Vec<(String, u64, u32, u32)> {
    let of = |outcome: &crate::Outcome| {
        assert_eq!(outcome.severity.to_bits(), (10.0 * outcome.entry_loss).to_bits());
        (outcome.scenario.id(system), outcome.entry_loss.to_bits(), outcome.affected, outcome.down)
    };
    let mut results: Vec<_> = sweep.results.iter().map(of).collect();
    results.sort();
    results
}

#[test]
fn a_sweep_is_each_scenario_by_itself() {
    for system in [system(SHOP), generated::system(10, 20), generated::system(40, 100)] {
        assert_eq!(swept(&system, &run(&system, Options::default())), by_hand(&system));
    }
}

/// Each zone alone leaves `v` DEGRADED; both make it OVERLOADED, since one makes it hot and the other overloads `t`.
#[test]
fn a_pair_is_more_than_the_worse_of_both() {
    let zones = "zone a 0\n zone b 0\n zone c 0\n";
    for text in [
        "v x4 zones=a,c util=0.375\n t x2 zones=b,c util=0.46\n v -> t",
        "v x3 zones=a,b,c k=2",
        "v\n s x1 zones=a\n t x1 zones=b\n v -> s weight=0.3\n v -> t weight=0.3",
        "v\n s x1 zones=a\n t x1 zones=b\n group g k=1: v -> s, v -> t",
    ] {
        let system = system(&format!("{zones}{text}"));
        let swept = run(&system, Options::default());
        assert_eq!(self::swept(&system, &swept), by_hand(&system));
        let loss = |id: &str| swept.results.iter().find(|it| it.scenario.id(&system) == id).unwrap().entry_loss;
        let alone = loss("zone:a").max(loss("zone:b"));
        assert!(loss("pair:zone:a+zone:b") > alone, "{text}");
    }
}

#[test]
fn the_number_of_threads_does_not_show() {
    let system = generated::system(60, 60);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&system, Options::default()))
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(5));
}

#[test]
fn progress_reaches_the_end() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let system = generated::system(40, 20);
    let most = AtomicU64::new(0);
    let swept = sweep(&system, &Basis::of(&system), &Options::default(), &|done| {
        most.fetch_max(done, Ordering::Relaxed);
    });
    assert_eq!(most.into_inner(), swept.run);
}

#[test]
fn a_sweep_is_given_up_midway() {
    use std::sync::atomic::{AtomicU64, Ordering};
    let system = generated::system(60, 60);
    let (basis, options) = (Basis::of(&system), Options::default());
    let whole = sweep(&system, &basis, &options, &|_| ());
    assert_eq!(sweep_unless(&system, &basis, &options, &|| false), Some(whole));
    let asked = AtomicU64::new(0);
    assert_eq!(sweep_unless(&system, &basis, &options, &|| asked.fetch_add(1, Ordering::Relaxed) == 1), None);
    assert!(asked.load(Ordering::Relaxed) < 2 + rayon::current_num_threads() as u64, "who has said so is asked again");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Pairs that are put together from what each fault came to by itself are what running them gives, bit for bit.
    #[test]
    fn a_sweep_of_any_system_is_each_scenario_by_itself(text in random::system(WIDE)) {
        let mut system = system(&text);
        // Runs the pairs that matter here, without those of resources and latencies.
        for component in system.components.iter_mut().map(Arc::make_mut) {
            component.kind = ComponentKind::ExternalApi;
            component.entry = component.entry.or(Some(1.0));
        }
        let basis = Basis::of(&system);
        let swept = sweep_noting(&system, &basis, &Options::default(), &|_| {}, false);
        let frozen = Frozen::new(&system);
        let mut scratch = Scratch::default();
        for outcome in &swept.results {
            let cascade = frozen.cascade(&outcome.scenario.faults, &mut scratch);
            let down = cascade.effects.iter().filter(|effect| effect.health == crate::Health::Down).count();
            let id = outcome.scenario.id(&system);
            prop_assert_eq!(outcome.affected as usize, cascade.effects.len(), "{}", id);
            prop_assert_eq!(outcome.down as usize, down, "{}", id);
            let loss = entry_loss(&basis, &cascade).unwrap_or(0.0);
            prop_assert_eq!(outcome.entry_loss.to_bits(), loss.to_bits(), "{}", id);
        }
        let by_rank = |pair: &[crate::Outcome]| {
            let [one, two] = pair else { return true };
            let key = |it: &crate::Outcome| (it.severity, it.likelihood.unwrap_or(-1.0));
            key(one) > key(two) || (key(one) == key(two) && one.scenario < two.scenario)
        };
        prop_assert!(swept.results.windows(2).all(by_rank));
    }
}

/// 1e-2 of the time in failures of a mean length, and the two together when one begins while the other is there.
#[test]
fn how_often_a_scenario_happens() {
    let system = system("zone a 1e-3/3600\n web entry=1 zones=a q=1e-2/1800\n db q=2e-3/600\n web -> db");
    let seconds = |unit: Unit| crate::unit_duration(&system, unit).unwrap().law.mean();
    let [web, db] = ["web", "db"].map(|id| system.find(id).unwrap());
    let of = |component| Unit::Instance { component, index: 0 };
    let year = 8766.0 * 3600.0;
    let often = [1e-2 * year / seconds(of(web)), 2e-3 * year / seconds(of(db))];
    let near = |found: Option<f64>, expected: f64| assert!((found.unwrap() / expected - 1.0).abs() < 1e-9);
    near(crate::times_a_year(&system, &[Fault::Component(web)]), often[0]);
    near(crate::times_a_year(&system, &[Fault::Unit(of(db))]), often[1]);
    near(
        crate::times_a_year(&system, &[Fault::Component(web), Fault::Component(db)]),
        often[0] * 2e-3 + often[1] * 1e-2,
    );
    assert_eq!(crate::times_a_year(&system, &[]), None);
}

/// Of two at once only those are news that take more than each alone; of what is the same, the component as a whole.
#[test]
fn what_says_nothing_new_is_left_out() {
    let check = |text: &str, expected: &[&str]| {
        let system = system(text);
        let swept = run(&system, Options::default());
        let news: Vec<String> = swept.news(&system).map(|outcome| outcome.scenario.id(&system)).collect();
        assert_eq!(news, expected, "{text}");
    };
    // A single point of failure below: nothing that happens beside it makes it worse.
    check("web\n db x1\n web -> db", &["component:db", "component:web"]);
    // Two copies: both at once are the component as a whole; two that stand in for each other are news together.
    check("web\n a\n b\n group g k=1: web -> a, web -> b", &["component:web", "pair:component:a+component:b"]);
}
