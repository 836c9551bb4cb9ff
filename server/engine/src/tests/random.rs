//! Random systems, as fixture text: a counterexample reads like any other test.

use proptest::prelude::*;
use proptest::sample::select;

/// So many cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn config(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(usual),
        failure_persistence: None,
        max_global_rejects: 1_000_000,
        ..ProptestConfig::default()
    }
}

/// The same system with everything known that the text leaves open.
pub(crate) fn known(text: &str) -> String {
    text.replace("x?", "x2").replace("zones=?", "").replace("mode=?", "auto").replace(" maybe", "")
}

/// What may occur.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) components: usize,
    pub(crate) links: usize,
    pub(crate) groups: usize,
    /// Counts known, nothing absent: for laws about changing them.
    pub(crate) plain: bool,
    /// With what latency and traffic mode read.
    pub(crate) modes: bool,
}

pub(crate) const SMALL: Size = Size { components: 5, links: 7, groups: 1, plain: false, modes: false };
pub(crate) const WIDE: Size = Size { components: 9, links: 18, groups: 3, plain: false, modes: false };
pub(crate) const PLAIN: Size = Size { components: 6, links: 9, groups: 2, plain: true, modes: false };

pub(crate) const MODES: Size = Size { components: 7, links: 11, groups: 2, plain: false, modes: true };

const HEAD: &str = "zone a 0.01\nzone b 0.002\ndomain nat 0.003\n";

fn component(size: Size) -> impl Strategy<Value = String> {
    let counts = if size.plain {
        vec!["x1", "x1", "x2", "x2 k=2", "x3 k=2"]
    } else {
        vec!["x1", "x1", "x2", "x2 k=2", "x3 k=2", "x3", "x?", "x0"]
    };
    let zones =
        if size.plain { vec!["", "zones=a", "zones=a,b"] } else { vec!["", "", "zones=a", "zones=a,b", "zones=?"] };
    let promotion = vec!["", "", "", "ps auto c=0.9", "ps manual", "ps mode=?", "ps auto"];
    let figures =
        vec!["q=0.01", "q=0.003 beta=0.1/0.02/0.2", "q=0.01 service=0.002", "external=0.004", "whole=0.005", ""];
    let load = if size.plain {
        vec![""]
    } else {
        vec![
            "",
            "",
            "",
            "util=0.3",
            "util=0.6",
            "util=0.75",
            "util=0.8",
            "util=0.95",
            "util=0",
            "util=0.4 resident=0.8",
        ]
    };
    let kinds = vec!["custom", "load_balancer", "app_server", "database", "custom entry=2"];
    let own =
        (select(counts), select(zones), select(promotion), select(figures), select(load), select(kinds), any::<u8>())
            .prop_map(|(count, zones, promotion, figures, load, kind, domain)| {
                let domain = if domain < 40 { "domains=nat" } else { "" };
                format!("{kind} {count} {zones} {promotion} {figures} {load} {domain}")
            });
    (own, mode_numbers(size)).prop_map(|(own, modes)| format!("{own} {modes}"))
}

fn mode_numbers(size: Size) -> impl Strategy<Value = String> {
    let or_none = |values: Vec<&'static str>| select(if size.modes { values } else { vec![""] });
    let latency = or_none(vec!["", "latency=0", "latency=0.01", "latency=0.1", "latency=0.1 parallel", "latency=0.7"]);
    let in_flight = or_none(vec!["", "", "inflight=10/40", "inflight=10 pool=30", "inflight=20/50 pool=40", "pool=9"]);
    let rate = or_none(vec!["", "", "rps=100", "rps=30"]);
    let scales = or_none(vec!["", "", "", "scales=2/10", "scales=4/30"]);
    (latency, in_flight, rate, scales)
        .prop_map(|(latency, in_flight, rate, scales)| format!("{latency} {in_flight} {rate} {scales}"))
}

fn link_options(size: Size, grouped: bool) -> impl Strategy<Value = String> {
    let kinds =
        vec!["", "", "", "", "optional", "async", "async buffer=20", "breaker", "breaker fallback", "optional breaker"];
    let weights = vec!["", "", "", "", "weight=0.3", "weight=0.25 fallback", "weight=0.5", "weight=0"];
    let in_groups = if size.plain { vec![""] } else { vec!["", "", "", "guess"] };
    let planes = if grouped { in_groups } else { vec!["", "", "", "", "", "guess", "management", "start"] };
    let times = vec!["", "", "timeout=3 attempts=2", "latency=1", "latency=2 timeout=5"];
    let fans = if size.modes { vec!["", "", "fan=2", "fan=0.5"] } else { vec![""] };
    (select(kinds), select(weights), select(planes), select(times), select(fans))
        .prop_map(|(kind, weight, plane, time, fan)| format!("{kind} {weight} {plane} {time} {fan}"))
}

fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A system.
pub(crate) fn system(size: Size) -> impl Strategy<Value = String> {
    (1..=size.components).prop_flat_map(move |count| {
        let components = prop::collection::vec(component(size), count);
        let links = prop::collection::vec((0..count, 0..count, link_options(size, false)), 0..=size.links);
        let group =
            (0..count, prop::collection::vec((0..count, link_options(size, true)), 1..=3), 1usize..=3, any::<bool>());
        let groups = prop::collection::vec(group, 0..=size.groups);
        (components, links, groups).prop_map(|(components, links, groups)| {
            let mut text = HEAD.to_owned();
            for (index, component) in components.iter().enumerate() {
                text += &format!("c{index} {}\n", normal(component));
            }
            for (from, to, options) in links {
                text += &format!("{}\n", normal(&format!("c{from} -> c{to} {options}")));
            }
            for (index, (from, members, required, shares)) in groups.into_iter().enumerate() {
                let required = required.min(members.len());
                let shares = if shares { "shares" } else { "" };
                let members: Vec<String> =
                    members.into_iter().map(|(to, options)| normal(&format!("c{from} -> c{to} {options}"))).collect();
                let head = normal(&format!("group g{index} k={required} {shares}"));
                text += &format!("{head}: {}\n", members.join(", "));
            }
            text
        })
    })
}

/// A small system full of cycles through groups of alternatives.
pub(crate) fn circular(size: Size) -> impl Strategy<Value = String> {
    (3usize..=6).prop_flat_map(move |count| {
        let parts = if size.plain { vec![""] } else { vec!["", "", "", "util=0.95", "util=1.2", "x0"] };
        let components = prop::collection::vec(select(parts), count);
        let plain = vec![
            "",
            "",
            "",
            "timeout=3",
            "latency=1",
            "weight=0.3",
            "weight=0.3",
            "optional",
            "breaker",
            "async buffer=20",
        ];
        let member = vec!["", "", "", "", "", "timeout=2", "latency=5", "breaker", "async buffer=10", "weight=0.3"];
        let links = prop::collection::vec((0..count, 0..count, select(plain)), 0..=6);
        let members = prop::collection::vec((0..count, select(member)), 2..=4);
        let groups = prop::collection::vec((0..count, members, 1usize..=3, any::<bool>()), 1..=4);
        (components, links, groups).prop_map(|(components, links, groups)| {
            let mut text = HEAD.to_owned();
            for (index, component) in components.iter().enumerate() {
                text += &format!("c{index} q=0.01 {component}\n");
            }
            for (from, to, options) in links {
                text += &format!("c{from} -> c{to} {options}\n");
            }
            for (index, (from, members, required, shares)) in groups.into_iter().enumerate() {
                let required = required.min(members.len());
                let shares = if shares { " shares" } else { "" };
                let members: Vec<String> =
                    members.into_iter().map(|(to, options)| format!("c{from} -> c{to} {options}")).collect();
                text += &format!("group g{index} k={required}{shares}: {}\n", members.join(", "));
            }
            text
        })
    })
}

/// Any system, every other time one full of cycles.
pub(crate) fn any_system(size: Size) -> impl Strategy<Value = String> {
    prop_oneof![system(size), circular(size)]
}

/// Faults for a system of up to `components`; those that name what is not there are left out by [`existing`].
pub(crate) fn faults(components: usize) -> impl Strategy<Value = Vec<String>> {
    let one = (0..components, 0usize..14, 0..components).prop_map(|(component, kind, other)| match kind {
        9 => format!("full:c{component}:cpu"),
        10 => format!("full:c{component}:disk"),
        11..=13 => format!("cut:c{component}:c{other}"),
        0 | 1 => format!("c{component}"),
        2 => format!("c{component}#0"),
        3 => format!("c{component}#1"),
        4 => format!("c{component}-2"),
        5 => format!("failover:c{component}"),
        6 => "zone:a".to_owned(),
        7 => "zone:b".to_owned(),
        _ => "domain:nat".to_owned(),
    });
    prop::collection::vec(one, 0..=4)
}

/// The same with gray faults among them.
pub(crate) fn gray_faults(components: usize) -> impl Strategy<Value = Vec<String>> {
    let gray = (0..components, 0usize..4, select(vec!["0.0005", "0.2", "0.5", "0.6", "1"])).prop_map(
        |(component, kind, share)| match kind {
            0 => format!("degraded:c{component}"),
            1 => format!("overloaded:c{component}"),
            _ => format!("errors:c{component}:{share}"),
        },
    );
    (faults(components), prop::collection::vec(gray, 0..=2)).prop_map(|(faults, gray)| [faults, gray].concat())
}

/// Faults of latency and traffic mode.
pub(crate) fn mode_faults(components: usize) -> impl Strategy<Value = Vec<String>> {
    let slow = (0..components, select(vec!["2", "5", "10", "200"]))
        .prop_map(|(component, times)| format!("slow:c{component}:{times}"));
    let traffic = select(vec!["1", "1.5", "2", "3", "10"]).prop_map(|times| format!("traffic:{times}"));
    let one = (0..components).prop_map(|component| format!("traffic:c{component}:4"));
    prop::collection::vec(prop_oneof![3 => slow, 2 => traffic, 1 => one], 1..=2)
}

/// The faults whose components exist, as fixture text.
pub(crate) fn existing(system: &foreshock_model::System, faults: &[String]) -> String {
    let exists = |fault: &&String| {
        let words: Vec<&str> = fault.split(':').collect();
        match *words.as_slice() {
            ["cut", from, to] => {
                let ends = (system.find(from), system.find(to));
                return system.dependencies.iter().any(|link| (Some(link.from), Some(link.to)) == ends);
            }
            ["full" | "slow" | "traffic" | "errors", name, _] | ["degraded" | "overloaded", name] => {
                return system.find(name).is_some();
            }
            ["traffic", _] => return true,
            _ => {}
        }
        let name = fault.trim_start_matches("failover:");
        let name = name.split(['#', '-']).next().unwrap_or("");
        name.contains(':') || system.find(name).is_some()
    };
    faults.iter().filter(exists).cloned().collect::<Vec<_>>().join(" ")
}
