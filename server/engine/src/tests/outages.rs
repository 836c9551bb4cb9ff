//! How often and how long: by hand, against the definition over all states, against a simulation of the units' lives.

use foreshock_model::{ComponentIndex, Probability, System};
use proptest::prelude::*;

use super::fixture::system;
use super::random::{self, SMALL, WIDE};
use crate::availability::outages::{Course, End};
use crate::diagram::budget::Budget;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::Loss;
use crate::diagram::recurrence::Recurrence;
use crate::diagram::service::{Method, Service};
use crate::diagram::variables::Variable;
use crate::layout::reading::{Purpose, Reading};
use crate::{AvailabilityOptions, Fault, Frozen, Health, Outages, Scratch, Unit, Verdict, availability};

const YEAR: f64 = 8766.0 * 3600.0;

fn outages(text: &str) -> Outages {
    availability(&system(text), &AvailabilityOptions::default()).entries[0].outages
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found} not {expected}");
}

/// A database that is down 1e-3 of the time for 1800 s each fails 17.532 times a year of 8766 hours; behind it nothing
/// matters. Two web servers at 1e-2 of 600 s are both down 1e-4 of the time: either fails 525.96 times a year, and one time
/// in a hundred the other one is down.
#[test]
fn by_hand() {
    let found = outages("web x2 entry=1 q=1e-2/600\n db q=1e-3/1800\n web -> db");
    let (pair, db) = (2.0 * 1e-2 * 525.96, 17.532);
    close(found.per_year.0, pair * (1.0 - 1e-3) + db * (1.0 - 1e-4));
    close(found.unavailability.0, 1.0 - (1.0 - 1e-3) * (1.0 - 1e-4));
    // 525.96 is 1e-2 of a year over 600 s; the pair lasts 300 s on average.
    close(outages("web x2 entry=1 q=1e-2/600").mean_seconds.unwrap().0, 300.0);
    assert_eq!(found.per_year.0, found.per_year.1);
}

/// The example of docs/semantics.md.
#[test]
fn the_page_by_hand() {
    let text = "lb load_balancer entry=1\n api x3\n db q=0.00445/3600 service=0.0005/14400\n lb -> api\n api -> db";
    let found = outages(text);
    let (database, service) = (0.00445 * 8766.0, 0.0005 * 8766.0 / 4.0);
    close(found.per_year.0, database * (1.0 - 0.0005) + service * (1.0 - 0.00445));
    let verdict = promised(text, 0.001);
    let shown = format!(
        "{:.1} outages a year of {:.1} min; 99.9 % holds in {:.1} % of 30 days; the worst month loses {:.1} h",
        found.per_year.0,
        found.mean_seconds.unwrap().0 / 60.0,
        100.0 * verdict.holds.0,
        found.worst_month_seconds.0 / 3600.0
    );
    let expected = "40.1 outages a year of 64.9 min; 99.9 % holds in 19.0 % of 30 days; the worst month loses 25.3 h";
    assert_eq!(shown, expected);
}

/// People who answer after 600 s make each outage longer, and the same failures a little rarer in all: one cycle is longer.
#[test]
fn waiting_makes_outages_longer_not_more() {
    let found = outages("api entry=1 q=1e-3/600~ response=600");
    close(found.mean_seconds.unwrap().0, 1200.0);
    let cycle = 600.0 / 1e-3 + 600.0;
    close(found.per_year.0, YEAR / cycle);
}

/// The primary fails 8.766 times a year (1e-3 of a year over 3600 s). Each time it is an outage: nine in ten last for the
/// promotion, one until the primary is back.
#[test]
fn a_failover_is_one_outage_each_time() {
    let found = outages("db entry=1 ps auto c=0.9 failover=60 x2 q=1e-3/3600");
    assert!((found.per_year.0 / 8.766 - 1.0).abs() < 0.01, "{found:?}");
    let mean = found.mean_seconds.unwrap().0;
    // 60 s each time, and 3600 s one time in ten; both lost is rare.
    assert!((mean / (60.0 + 0.1 * 3600.0) - 1.0).abs() < 0.01, "{mean}");
}

/// Most of the worker's failures outlast the buffer.
#[test]
fn what_a_buffer_absorbs_is_no_outage() {
    let found = outages("shop entry=1\n worker q=1e-3/600\n shop -> worker async buffer=60");
    assert!(found.per_year.0 < 1e-3 * YEAR / 600.0 * 0.95, "{found:?}");
    close(found.per_year.0 * found.mean_seconds.unwrap().0, found.unavailability.0 * YEAR);
}

/// A runtime that stands still for a thousandth of the time loses that time, and nobody calls it an outage.
#[test]
fn pauses_are_no_outages() {
    let found = outages("api entry=1 q=1e-3/600 theoretical=1e-3");
    close(found.per_year.0, 1e-3 * YEAR / 600.0);
    close(found.pauses, 1.0 - (1.0 - 1e-3) * (1.0 - 1e-3) - 1e-3);
    let standing = outages("api entry=1 util=1.2 q=1e-3/600");
    assert_eq!((standing.per_year, standing.mean_seconds), ((0.0, 0.0), None));
    assert_eq!((standing.unavailability.1, standing.pauses), (1.0, 1.0));
}

/// Nobody says how long a repair takes: a default stands in, and it is said.
#[test]
fn a_length_that_nobody_says_is_assumed() {
    let found = outages("api entry=1 q=1e-3\n db q=1e-3/1800\n api -> db");
    assert!((0.05..0.95).contains(&found.assumed), "{found:?}");
    assert_eq!(outages("api entry=1 q=1e-3/60").assumed, 0.0);
}

/// Whether the component is DOWN, for each set of the units.
fn down_by_subset(frozen: &Frozen, units: &[Unit], component: u32) -> Vec<bool> {
    let mut scratch = Scratch::default();
    (0..1u32 << units.len())
        .map(|mask| {
            let chosen = units.iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1);
            let faults: Vec<Fault> = chosen.map(|(_, unit)| Fault::Unit(*unit)).collect();
            frozen.run(&faults, &mut scratch);
            scratch.health(frozen, ComponentIndex(component)) == Health::Down
        })
        .collect()
}

fn course(service: &Service, at: &[(u32, f64)]) -> Course {
    Course::at(&Loss::at(service, at.to_vec()).down(), End::Most)
}

/// Repair times of different lengths, some not given.
fn repaired(text: &str) -> String {
    text.replace("q=0.01", "q=0.01/600").replace("q=0.003", "q=0.003/7200~ response=300")
}

proptest! {
    #![proptest_config(random::config(96))]

    /// In each state in which a place is up, each unit that takes it down by failing.
    #[test]
    fn frequency_by_all_states(text in random::any_system(SMALL)) {
        let system = system(&repaired(&text));
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let layout = &frozen.layout;
        let roots: Vec<u32> = (0..system.components.len() as u32).collect();
        let service = Service::at(&system, layout, &roots, Wanted::DOWN);
        let list = &service.variables.list;
        let units: Option<Vec<Unit>> = list.iter().map(|variable| variable.unit).collect();
        let Some(units) = units.filter(|units| units.len() <= 10) else {
            return Err(TestCaseError::reject("not only units, or too many"));
        };
        for &root in &roots {
            let down = down_by_subset(&frozen, &units, root);
            let mut expected = 0.0;
            for mask in (0..down.len()).filter(|mask| !down[*mask]) {
                for bit in (0..units.len()).filter(|bit| mask >> bit & 1 == 0 && down[mask | 1 << bit]) {
                    let others: f64 = (0..units.len()).filter(|other| *other != bit).map(|other| match mask >> other & 1 {
                        1 => list[other].answered,
                        _ => 1.0 - list[other].answered,
                    }).product();
                    expected += others * list[bit].recurrence.per_second;
                }
            }
            let found = course(&service, &[(root, 1.0)]).per_second;
            prop_assert!((found - expected).abs() <= 1e-9 * expected + 1e-18, "c{root}: {found} not {expected}");
        }
    }

    /// Frequency x mean length is the unavailability, pauses apart; and the windows have the same mean.
    #[test]
    fn frequency_times_length(text in random::system(WIDE), slow in 0u32..3) {
        let text = match slow {
            0 => text,
            1 => repaired(&text),
            _ => text.replace("q=0.003", "q=0.003/20~ theoretical=0.0001 restores=10 response=900 failover=30"),
        };
        let found = availability(&system(&text), &AvailabilityOptions::default());
        prop_assert_eq!(found.method, Method::Exact);
        for entry in &found.entries {
            let Outages { unavailability, per_year, mean_seconds, pauses, .. } = entry.outages;
            prop_assert!(per_year.0 >= 0.0 && per_year.0 <= per_year.1);
            let lost = unavailability.1 - pauses;
            match mean_seconds {
                Some((low, high)) => {
                    prop_assert!(low * per_year.0 / YEAR <= lost * (1.0 + 1e-9) + 1e-15);
                    prop_assert!(high * per_year.1 / YEAR >= lost * (1.0 - 1e-9) - 1e-15);
                    if unavailability.0 == unavailability.1 {
                        prop_assert!((low * per_year.0 / YEAR - lost).abs() <= 1e-9 * lost + 1e-15, "{:?}", entry.outages);
                    }
                }
                None => prop_assert!(per_year.0 == 0.0, "{:?}", entry.outages),
            }
        }
    }

    /// Instances that are only counted come to the same as those that are followed.
    #[test]
    fn counted_instances(count in 5u32..9, spare in 0u32..4, hot in any::<bool>(), buffer in any::<bool>()) {
        let hot = if hot { "util=0.6" } else { "" };
        let link = if buffer { "async buffer=120" } else { "" };
        let required = count - spare;
        let text = format!(
            "zone a 1e-3/3600\n zone b 1e-3/3600\n shop entry=1 q=1e-4/60
             api x{count} k={required} zones=a,b q=0.02/600 {hot}\n shop -> api {link}"
        );
        let system = system(&text);
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let layout = &frozen.layout;
        let top = system.find("shop").unwrap().0;
        let of = |instances: u32| {
            let service = Service::within(&system, layout, &[top], Wanted::DOWN, Budget { instances, ..Budget::FULL });
            assert!(service.is_exact());
            course(&service, &[(top, 1.0)]).per_second
        };
        let (counted, followed) = (of(1), of(100));
        prop_assert!((counted - followed).abs() <= 1e-9 * followed, "{counted} not {followed}");
    }

    /// Where the diagram does not fit the truth lies within.
    #[test]
    fn bounds_hold_the_frequency(text in random::any_system(SMALL)) {
        let system = system(&repaired(&text));
        let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
        let layout = &frozen.layout;
        let roots: Vec<u32> = (0..system.components.len() as u32).collect();
        let exact = Service::at(&system, layout, &roots, Wanted::DOWN);
        let bounded = Service::within(&system, layout, &roots, Wanted::DOWN, Budget { nodes: 0, ..Budget::BRIEF });
        prop_assume!(!exact.has_buffers());
        for &root in &roots {
            let at = [(root, 1.0)];
            let truth = course(&exact, &at).per_second;
            let end = |end| {
                let loss = Loss::at(&bounded, at.to_vec()).down();
                Course::of(&loss, end, |variable: &Variable| variable.answered).per_second
            };
            let (fewest, most) = (end(End::Fewest), end(End::Most));
            prop_assert!(fewest <= truth * (1.0 + 1e-9) + 1e-18 && truth <= most * (1.0 + 1e-9) + 1e-18,
                "c{root}: {truth} not in {fewest}..{most}");
        }
    }
}

/// The bounds of "both" take the smaller one: that a unit changes neither of them does not mean that it doesn't matter.
#[test]
fn bounds_of_what_hides_behind_another() {
    let system = system(
        "a entry=1 q=0.01\n b q=0.01\n c q=0.01\n d q=0.01\n group g k=1: b -> c, b -> c\n group h k=1: a -> b, a -> d",
    );
    let exact = availability(&system, &AvailabilityOptions::default());
    let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
    let bounded = Service::within(&system, &frozen.layout, &[0], Wanted::DOWN, Budget { nodes: 0, ..Budget::BRIEF });
    let most = Course::at(&Loss::at(&bounded, vec![(0, 1.0)]).down(), End::Most);
    let truth = exact.entries[0].outages.per_year.1;
    assert!(most.per_second * YEAR >= truth, "{} below {truth}", most.per_second * YEAR);
}

/// Numbers between 0 and 1, the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.next()).ln()
    }

    fn drawn(&mut self, from: Recurrence) -> f64 {
        // Box and Muller.
        let normal = (-2.0 * (1.0 - self.next()).ln()).sqrt() * (std::f64::consts::TAU * self.next()).cos();
        from.law.drawn(self.next(), normal) * from.stretch
    }
}

/// The lives of the units one after the other: up for an exponential time, down for a log-normal one. How often the place
/// goes down and how long it stays, of `cycles` failures.
fn lived(system: &System, root: u32, cycles: u32) -> (f64, f64) {
    let frozen = Frozen::read(system, Reading::of(Purpose::Service));
    let service = Service::at(system, &frozen.layout, &[root], Wanted::DOWN);
    let list = &service.variables.list;
    let units: Vec<Unit> = list.iter().map(|variable| variable.unit.unwrap()).collect();
    let down = down_by_subset(&frozen, &units, root);
    let mut dice = Dice(7);
    let up = |unit: usize| (1.0 - list[unit].answered) / list[unit].recurrence.per_second;
    let mut next: Vec<f64> = (0..units.len()).map(|unit| dice.exponential(up(unit))).collect();
    let (mut mask, mut now, mut since, mut count, mut lost) = (0usize, 0.0, 0.0, 0u32, 0.0);
    for _ in 0..2 * cycles {
        let unit = (0..next.len()).min_by(|one, other| next[*one].total_cmp(&next[*other])).unwrap();
        now = next[unit];
        let before = down[mask];
        mask ^= 1 << unit;
        let lasts = match mask >> unit & 1 {
            1 => dice.drawn(list[unit].recurrence),
            _ => dice.exponential(up(unit)),
        };
        next[unit] = now + lasts;
        match (before, down[mask]) {
            (false, true) => {
                count += 1;
                since = now;
            }
            (true, false) => lost += now - since,
            _ => {}
        }
    }
    (f64::from(count) / now, lost / f64::from(count))
}

/// The importance asks nothing of the laws of lives and repairs: log-normal repairs give the same frequency and mean length.
#[test]
fn lives_of_units() {
    for text in [
        "lb entry=1 q=2e-3/900\n api x3 k=2 q=2e-2/1800\n lb -> api",
        "zone a 5e-3/7200\n zone b 5e-3/7200\n api x2 entry=1 zones=a,b q=2e-2/600\n db q=1e-3/3600\n api -> db",
        "web entry=1 q=1e-3/600\n a q=3e-2/3600\n b q=2e-2/900\n group g k=1: web -> a, web -> b",
    ] {
        let system = system(text);
        let entry = availability(&system, &AvailabilityOptions::default()).entries[0].clone();
        let (per_second, mean) = lived(&system, entry.component.0, 400_000);
        let found = entry.outages;
        let (often, long) = (found.per_year.0 / YEAR / per_second, found.mean_seconds.unwrap().0 / mean);
        assert!((often - 1.0).abs() < 0.03 && (long - 1.0).abs() < 0.06, "{text}: {often} {long}");
    }
}

fn promised(text: &str, allowed: f64) -> Verdict {
    let options = AvailabilityOptions { slo: Probability::new(allowed), ..AvailabilityOptions::default() };
    availability(&system(text), &options).verdicts[0].clone()
}

/// One failure of exactly an hour is enough to miss 99.9 % of 30 days, which allow 43 min; with twelve a year a window is
/// free of them with the probability e^(-12 x 30/365.25).
#[test]
fn a_promise_in_a_window() {
    // A promotion always takes as long.
    let share = 12.0 * 3600.0 / YEAR;
    let text = format!("db entry=1 ps auto c=1 failover=3600 x2 q={share}/3600");
    let verdict = promised(&text, 0.001);
    let free = (-12.0 * 30.0 / 365.25_f64).exp();
    assert_eq!(verdict.window_days, 30.0);
    assert!((verdict.holds.0 / free - 1.0).abs() < 0.005, "{} not {free}", verdict.holds.0);
}

proptest! {
    #![proptest_config(random::config(48))]

    /// A stricter promise is kept no more often; nor is one when anything fails more often.
    #[test]
    fn promises_are_monotone(allowed in 1e-5..0.2f64, less in 0.1..1.0f64, q in 1e-5..0.1f64, more in 1.0..5.0f64) {
        let text = |q: f64| format!("web x2 entry=1 q={}/600\n db q={q}/1800\n web -> db", 10.0 * q.min(0.01));
        let at = promised(&text(q), allowed).holds;
        let strict = promised(&text(q), allowed * less).holds;
        let worse = promised(&text(q * more), allowed).holds;
        prop_assert!((0.0..=1.0).contains(&at.0));
        prop_assert!(strict.0 <= at.0 + 5e-3, "{strict:?} above {at:?}");
        prop_assert!(worse.0 <= at.0 + 5e-3, "{worse:?} above {at:?}");
    }
}

/// Two entries that share a database: its outages cost all of the service, those of one entry half of it.
#[test]
fn several_entries() {
    let text = "a entry=1 q=1e-3/600\n b entry=1 q=2e-3/1200\n db q=1e-3/3600\n a -> db\n b -> db";
    let system = system(text);
    let frozen = Frozen::read(&system, Reading::of(Purpose::Service));
    let roots = [0, 1].map(|root| (root, 0.5));
    let service = Service::at(&system, &frozen.layout, &[0, 1], Wanted::DOWN);
    let found = course(&service, &roots);
    let often = [1e-3 / 600.0, 2e-3 / 1200.0, 1e-3 / 3600.0];
    // Each cause counts once, as often as where it matters most: an entry's own while the database is up.
    let expected = (often[0] + often[1]) * (1.0 - 1e-3) + often[2] * (1.0 - 1e-3);
    close(found.per_second, expected);
    // What is allowed is shared, too: 300 s of service in an hour-long window are one short outage of one entry.
    let (half, all) = (found.holds(0.5, 3600.0), found.holds(0.999_999, 3600.0));
    assert!(half < all, "{half} {all}");
}

/// Whatever stands in the place of what is unknown lies between the best and the worst of it. How often is told at these two
/// ends and is not monotone: with a standby that is promoted the loss of both is an outage of its own, one in 500 more.
#[test]
fn an_interval_holds_every_value() {
    let zones = "zone a 1e-4\n zone b 1e-4\n";
    for (open, values) in [
        ("web entry=1 q=1e-4/60\n api x? q=1e-2/600\n web -> api", &["x? x1", "x? x2", "x? x3", "x? x6"][..]),
        ("api entry=1 x2 zones=? q=1e-2/600", &["=? =a", "=? =b", "=? =a,b", "=? =b,a"]),
        ("db entry=1 ps mode=? c=0.95 failover=60 x2 q=1e-3/3600", &["mode=? auto", "mode=? manual"]),
    ] {
        let promise = |text: &str| promised(&format!("{zones}{text}"), 1e-3).holds;
        let (between, holds) = (outages(&format!("{zones}{open}")), promise(open));
        assert!(between.per_year.0 < between.per_year.1, "{open}: {between:?}");
        for value in values {
            let (unknown, known) = value.split_once(' ').unwrap();
            let text = open.replace(unknown, known);
            let found = outages(&format!("{zones}{text}"));
            let inside = |(low, high): (f64, f64), value: f64| low <= value * 1.000_001 && value <= high * 1.003;
            assert!(inside(between.per_year, found.per_year.1), "{text}: {found:?} not in {between:?}");
            assert!(inside(between.unavailability, found.unavailability.1), "{text}: {found:?} not in {between:?}");
            let kept = promise(&text);
            assert!(holds.0 <= kept.0 + 1e-3 && kept.1 <= holds.1 + 1e-3, "{text}: {kept:?} not in {holds:?}");
        }
    }
}
