//! How soon components and entry points are back: by hand, and the laws of semantics, section 11.

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_model::{Bound, FaultClass, Ground, Keeps, Recoverability, Step, System, TimeRange, TimesFrom, WayBack};
use proptest::prelude::*;
use proptest::sample::select;

use super::fixture::{index, system};
use super::random::{self, WIDE};
use crate::{Basis, RecoveryMatrix, recovery_matrix};

const COMPONENTS: usize = 9;

fn ground(says: &str) -> Ground {
    Ground { says: says.into(), place: None }
}

fn way(survives: FaultClass, takes: TimeRange, age: Option<TimeRange>, is_sure: bool) -> WayBack {
    WayBack {
        ground: ground("a way"),
        doubt: (!is_sure).then(|| ground("perhaps")),
        survives: vec![survives],
        is_standby: false,
        needs_people: false,
        steps: vec![Step { name: "step".into(), takes }],
        age,
        open: Vec::new(),
        times: vec![TimesFrom::Text],
    }
}

fn start(seconds: f64) -> Option<Step> {
    Some(Step { name: "start".into(), takes: TimeRange::seconds(seconds, seconds) })
}

fn store(ways: Vec<WayBack>) -> Recoverability {
    Recoverability { keeps: Keeps::Data, is_known: true, start: start(5.0), ways, ..Recoverability::default() }
}

fn write_range(range: TimeRange) -> String {
    let end = |bound: Bound| match bound {
        Bound::Seconds(seconds) => format!("{seconds}"),
        Bound::Unknown => "?".to_owned(),
        Bound::Unrecoverable => "never".to_owned(),
    };
    format!("{}..{}", end(range.low), end(range.high))
}

/// The entry points, a line for each class of faults: back in, by which path, and what is lost.
fn check(text: &str, known: &[(&str, Recoverability)], expected: Expect) {
    let system = system(text);
    let mut all = vec![Recoverability { is_known: true, ..Recoverability::default() }; system.components.len()];
    for (name, known) in known {
        all[index(&system, name).index()] = known.clone();
    }
    let matrix = recovery_matrix(&system, &all, &Basis::of(&system));
    let name = |index| system.component(index).unwrap().id.to_string();
    let mut out = String::new();
    for entry in &matrix.entries {
        for (class, class_name) in FaultClass::ALL {
            let cell = entry.cell(class).unwrap();
            let path: Vec<String> = cell.path.iter().map(|&index| name(index)).collect();
            write!(out, "{class_name}: {} by {}", write_range(cell.rto), path.join(" > ")).unwrap();
            match cell.rpo {
                Some(lost) => writeln!(out, ", lost {} by {}", write_range(lost.range), name(lost.high)).unwrap(),
                None => out.push('\n'),
            }
        }
    }
    expected.assert_eq(&out);
}

/// `web` is back after its own repair and after the database that it requires, plus its own start; 300 + 5 + 20 = 325.
#[test]
fn an_entry_waits_for_what_it_requires() {
    let database = store(vec![
        way(FaultClass::Zone, TimeRange::seconds(60.0, 120.0), Some(TimeRange::ZERO), true),
        way(FaultClass::Software, TimeRange::seconds(300.0, 900.0), Some(TimeRange::seconds(0.0, 300.0)), true),
    ]);
    let by_hand = way(FaultClass::Software, TimeRange::seconds(30.0, 60.0), None, true);
    let web = Recoverability { is_known: true, start: start(20.0), ways: vec![by_hand], ..Recoverability::default() };
    check(
        "zone a 0.01\nzone b 0.01\nweb load_balancer x2 zones=a,b\ndb database x2\nweb -> db\n",
        &[("web", web), ("db", database)],
        expect![[r#"
            software: 325..925 by web > db, lost 0..300 by db
            instance: 85..145 by web > db, lost 0..0 by db
            zone: 85..145 by web > db, lost 0..0 by db
            region: never..never by web, lost never..never by db
        "#]],
    );
}

/// Of alternatives the first that is back is enough; what is optional is not waited for, and its data is lost all the same.
#[test]
fn an_entry_waits_for_the_first_of_its_alternatives() {
    let slow = store(vec![way(FaultClass::Region, TimeRange::seconds(900.0, 900.0), Some(TimeRange::ZERO), true)]);
    let fast = store(vec![way(FaultClass::Region, TimeRange::seconds(60.0, 60.0), Some(TimeRange::ZERO), true)]);
    let old = TimeRange::seconds(0.0, 86_400.0);
    let log = store(vec![way(FaultClass::Region, TimeRange::seconds(9_000.0, 9_000.0), Some(old), true)]);
    check(
        "web load_balancer x2\na database x1\nb database x1\nlog storage x1\ngroup g k=1: web -> a, web -> b\nweb -> log optional\n",
        &[
            ("web", Recoverability { is_known: true, is_global: true, ..Recoverability::default() }),
            ("a", slow),
            ("b", fast),
            ("log", log),
        ],
        expect![[r#"
            software: never..never by web, lost never..never by a
            instance: 65..65 by web > b, lost 0..86400 by log
            zone: 65..65 by web > b, lost 0..86400 by log
            region: 65..65 by web > b, lost 0..86400 by log
        "#]],
    );
}

/// A way that may not be there makes the best case better and leaves the worst what it was.
#[test]
fn what_is_not_known_widens() {
    let maybe = store(vec![way(FaultClass::Zone, TimeRange::seconds(60.0, 120.0), Some(TimeRange::ZERO), false)]);
    check(
        "db database x1\n",
        &[("db", maybe)],
        expect![[r#"
        software: never..never by db, lost never..never by db
        instance: 65..never by db, lost 0..never by db
        zone: 65..never by db, lost 0..never by db
        region: never..never by db, lost never..never by db
    "#]],
    );
    check(
        "db database x1\n",
        &[("db", Recoverability { keeps: Keeps::Data, ..Recoverability::default() })],
        expect![[r#"
        software: 0..? by db, lost 0..? by db
        instance: 0..? by db, lost 0..? by db
        zone: 0..? by db, lost 0..? by db
        region: 0..? by db, lost 0..? by db
    "#]],
    );
}

fn a_range() -> impl Strategy<Value = TimeRange> {
    let times = vec![0.0, 5.0, 60.0, 300.0, 3_600.0, 90_000.0];
    (select(times.clone()), select(times), any::<u8>()).prop_map(|(one, other, open)| match open {
        0..=20 => TimeRange { low: Bound::seconds(one), high: Bound::Unknown },
        21..=25 => TimeRange::UNRECOVERABLE,
        _ => TimeRange::seconds(one, other),
    })
}

fn a_class() -> impl Strategy<Value = FaultClass> {
    select(FaultClass::ALL.map(|(class, _)| class).to_vec())
}

fn a_way() -> impl Strategy<Value = WayBack> {
    (a_class(), a_range(), prop::option::weighted(0.8, a_range()), prop::bool::weighted(0.8))
        .prop_map(|(class, takes, age, is_sure)| way(class, takes, age, is_sure))
}

fn a_component() -> impl Strategy<Value = Recoverability> {
    let keeps = select(vec![Keeps::Nothing, Keeps::Nothing, Keeps::Copies, Keeps::Messages, Keeps::Data, Keeps::Data]);
    let flags = (prop::bool::weighted(0.85), prop::bool::weighted(0.1));
    let ejects = prop::option::weighted(0.3, a_range());
    (keeps, flags, prop::option::of(a_range()), ejects, prop::collection::vec(a_way(), 0..4)).prop_map(
        |(keeps, (is_known, is_global), start, ejects, ways)| {
            let step = |takes| Step { name: "step".into(), takes };
            let ejects = ejects.map(|takes| (step(takes), ground("check")));
            let start = start.map(step);
            Recoverability { keeps, is_known, is_global, start, ejects, ways, copy_of: None }
        },
    )
}

fn all_known() -> impl Strategy<Value = Vec<Recoverability>> {
    prop::collection::vec(a_component(), COMPONENTS)
}

/// Every range of a matrix: RTO and RPO of components, then of entry points, by class.
fn ranges(matrix: &RecoveryMatrix) -> Vec<[TimeRange; 4]> {
    let mut all = Vec::new();
    for cells in &matrix.components {
        all.push(cells.map(|cell| cell.rto.0));
        all.push(cells.map(|cell| cell.rpo.map_or(TimeRange::ZERO, |(range, _)| range)));
    }
    for entry in &matrix.entries {
        all.push(entry.cells.clone().map(|cell| cell.rto));
        all.push(entry.cells.clone().map(|cell| cell.rpo.map_or(TimeRange::ZERO, |lost| lost.range)));
    }
    all
}

fn is_no_worse(one: TimeRange, other: TimeRange) -> bool {
    one.low <= other.low && one.high <= other.high
}

fn solved(system: &System, known: &[Recoverability], basis: &Basis) -> Vec<[TimeRange; 4]> {
    ranges(&recovery_matrix(system, known, basis))
}

proptest! {
    #![proptest_config(random::config(512))]

    #[test]
    fn ranges_are_ranges_and_larger_faults_are_never_milder(text in random::system(WIDE), known in all_known()) {
        let system = system(&text);
        for [software, instance, zone, region] in solved(&system, &known, &Basis::of(&system)) {
            for range in [software, instance, zone, region] {
                prop_assert!(range.low <= range.high && range.low != Bound::Unknown, "{text}\n{range:?}");
            }
            prop_assert!(is_no_worse(instance, zone) && is_no_worse(zone, region), "{text}");
        }
    }

    #[test]
    fn a_standby_or_a_copy_never_makes_anything_worse(
        text in random::system(WIDE),
        known in all_known(),
        at in 0..COMPONENTS,
        more in a_way(),
    ) {
        let system = system(&text);
        let basis = Basis::of(&system);
        let before = solved(&system, &known, &basis);
        let mut better = known;
        better[at].ways.push(more);
        for (before, after) in before.iter().zip(solved(&system, &better, &basis)) {
            for (before, after) in before.iter().zip(after) {
                prop_assert!(is_no_worse(after, *before), "{text}\n{before:?} {after:?}");
            }
        }
    }

    #[test]
    fn a_required_dependency_never_shortens_anything(
        text in random::system(WIDE),
        known in all_known(),
        from in 0..COMPONENTS,
        to in 0..COMPONENTS,
    ) {
        let before = system(&text);
        let count = before.components.len();
        let (from, to) = (from % count, to % count);
        prop_assume!(from != to);
        let after = system(&format!("{text}c{from} -> c{to}\n"));
        let basis = Basis::of(&before);
        let (one, other) = (recovery_matrix(&before, &known, &basis), recovery_matrix(&after, &known, &basis));
        for (before, after) in one.entries.iter().zip(&other.entries) {
            for (before, after) in before.cells.iter().zip(&after.cells) {
                prop_assert!(is_no_worse(before.rto, after.rto), "{text}c{from} -> c{to}\n{before:?}\n{after:?}");
                let lost = |cell: &crate::EntryCell| cell.rpo.map_or(TimeRange::ZERO, |lost| lost.range);
                prop_assert!(is_no_worse(lost(before), lost(after)), "{text}c{from} -> c{to}");
            }
        }
    }

    /// Whatever a doubt turns out to be, the figures are inside the range of before.
    #[test]
    fn knowing_more_stays_inside(text in random::system(WIDE), known in all_known(), at in 0..COMPONENTS, is_there in any::<bool>()) {
        let system = system(&text);
        let basis = Basis::of(&system);
        let before = solved(&system, &known, &basis);
        let mut settled = known;
        let ways = &mut settled[at].ways;
        let Some(number) = ways.iter().position(|way| way.doubt.is_some()) else { return Ok(()) };
        if is_there { ways[number].doubt = None } else { ways.remove(number).doubt.take(); }
        for (before, after) in before.iter().zip(solved(&system, &settled, &basis)) {
            for (before, after) in before.iter().zip(after) {
                prop_assert!(before.low <= after.low && after.high <= before.high, "{text}\n{before:?} {after:?}");
            }
        }
    }
}
