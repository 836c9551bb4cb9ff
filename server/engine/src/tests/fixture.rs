//! Systems in a few lines:
//!
//! ```text
//! zone a 1e-4                      a zone and its unavailability
//! domain nat 1e-3                  a shared domain
//! lb load_balancer service=1e-4    a component: kind, then what it has
//! api x2 k=1 zones=a,b q=1e-3      instances, required, zones, unavailability of each instance
//! db ps auto c=0.9 x2 q=5e-3       primary/standby with automatic failover, coverage
//! api -> db timeout=10 attempts=3  a dependency
//! api -> cache optional
//! group replicas k=1 shares: api -> r1, api -> r2
//! db q=5e-3 mttr=900 rto=30 restart=20 response=300 needs=vault,ci      how it comes back
//! bot h0=0.1 rests=docs:0.5:stale,db:0.3:error                          an agent and its sources
//! ```
//! The modes: `latency=0.1` own seconds, `parallel`, `inflight=30/100` now and at most, `pool=20`, `rps=500` at most,
//! `scales=6/15` instances and seconds; on a dependency `fan=3` calls for each request. `region eu`, `region=eu`.
//! `beta=0.1/0.02/0.2` is the beta factor of the instances with its interval.
//! A figure can have a time to repair, `q=1e-3/600`, and come from the table of defaults, `q=1e-3/600~`. People take
//! `response=300` seconds to answer, `restores=60` is a mechanism's time, `failover=30` promotion's.
//! `public` and `internal` say who can reach it.
//! `x?`, `zones=?` and `mode=?` are unknown, `maybe` is what may not be there. Components are sorted by name, as the model wants them.

use foreshock_model::{
    Agent, Alternatives, Autoscaling, Calls, Capacity, CommonCause, Component, ComponentId, ComponentIndex,
    ComponentKind, Confidence, Dependency, DependencyIndex, DependencyKind, Domain, DomainIndex, Exposure, Failover,
    FailoverMode, Figure, Grounding, Known, Layer, Plane, Probability, Recovery, Redundancy, Region, RegionIndex,
    Reliability, Replication, Seconds, Source, SourceFailure, Sourced, System, ZoneIndex,
};
use std::sync::Arc;

use crate::{Factor, Fault, Health, Resource, Share, Unit};

pub(crate) fn written() -> Source {
    Source::ProviderDefault("test".into())
}

pub(crate) fn figure(unavailability: f64, layer: Layer) -> Figure {
    let unavailability = Probability::new(unavailability).unwrap();
    Figure { unavailability, layer, mttr: None, planned: Vec::new(), source: written() }
}

fn seconds(value: f64) -> Sourced<Seconds> {
    Sourced { value: Seconds::new(value).unwrap(), source: written() }
}

pub(crate) fn component(id: &str) -> Component {
    Component {
        id: ComponentId::new(id),
        kind: ComponentKind::Custom,
        label: id.into(),
        type_name: "custom".into(),
        place: None,
        extent: None,
        redundancy: Redundancy {
            instances: Known::Known(1),
            instances_source: written(),
            required: 1,
            zones: Known::Known(Vec::new()),
            zones_place: None,
            replication: Replication::ActiveActive,
            failover: Failover {
                mode: Known::Known(FailoverMode::None),
                seconds: Sourced { value: Seconds::new(60.0).unwrap(), source: written() },
                coverage: Sourced { value: Probability::ONE, source: written() },
            },
        },
        reliability: Reliability::default(),
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        entry: None,
        may_be_absent: None,
        exposure: Exposure::NotSaid,
        reader: false,
    }
}

/// `1e-3`, `1e-3/600` with a time to repair, `1e-3/600~` from the table of defaults.
fn parse_figure(text: &str, layer: Layer) -> Figure {
    let (text, source) = match text.strip_suffix('~') {
        Some(text) => (text, Source::Default { name: "test".into(), reason: "judgement".into() }),
        None => (text, written()),
    };
    let (unavailability, mttr) = text.split_once('/').unwrap_or((text, ""));
    let mttr = mttr.parse().ok().and_then(Seconds::new);
    Figure { mttr, source, ..figure(unavailability.parse().unwrap(), layer) }
}

/// `0.1`, `0.1/0.02/0.2` with the ends of its interval.
fn beta(text: &str) -> CommonCause {
    let numbers: Vec<Probability> =
        text.split('/').map(|number| Probability::new(number.parse().unwrap()).unwrap()).collect();
    let share = numbers[0];
    let interval = (numbers.get(1).copied().unwrap_or(share), numbers.get(2).copied().unwrap_or(share));
    CommonCause { share, interval, source: written() }
}

fn named<T>(list: &[T], name: &str, of: impl Fn(&T) -> &str) -> u32 {
    list.iter().position(|item| of(item) == name).unwrap_or_else(|| panic!("nothing is called {name}")) as u32
}

pub(crate) fn index(system: &System, name: &str) -> ComponentIndex {
    system.find(name).unwrap_or_else(|| panic!("no component {name}"))
}

pub(crate) fn system(text: &str) -> System {
    let mut system = System::default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (links, things): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| line.contains("->"));
    for line in things {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "zone" => system.zones.push(domain(&words)),
            "domain" => system.domains.push(domain(&words)),
            "region" => {
                let figure = words.get(2).map(|figure| self::figure(figure.parse().unwrap(), Layer::Hardware));
                system.regions.push(Region { name: words[1].into(), figure });
            }
            _ => {
                let component = parse_component(&system, &words);
                system.components.push(Arc::new(component));
            }
        }
    }
    system.components.sort_by(|a, b| a.id.cmp(&b.id));
    resolve(&mut system, text);
    let mut dependencies: Vec<(Dependency, Option<usize>)> = Vec::new();
    for line in links {
        let Some((head, members)) = line.split_once(':') else {
            dependencies.push((parse_dependency(&system, line), None));
            continue;
        };
        let words: Vec<&str> = head.split_whitespace().collect();
        let required = words.iter().find_map(|word| word.strip_prefix("k=")).map_or(1, |k| k.parse().unwrap());
        let shares_load = words.contains(&"shares");
        for member in members.split(',') {
            dependencies.push((parse_dependency(&system, member), Some(system.alternatives.len())));
        }
        system.alternatives.push(Alternatives { name: words[1].into(), members: Vec::new(), required, shares_load });
    }
    dependencies.sort_by_key(|(dependency, _)| (dependency.from, dependency.to));
    for (dependency, group) in dependencies {
        if let Some(group) = group {
            let index = DependencyIndex(system.dependencies.len() as u32);
            system.alternatives[group].members.push(index);
        }
        system.dependencies.push(Arc::new(dependency));
    }
    assert_eq!(system.check(), [], "{text}");
    system
}

/// What names other components: `needs=` and `rests=`.
fn resolve(system: &mut System, text: &str) {
    for line in text.lines().filter(|line| !line.contains("->")) {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { continue };
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            if key != "needs" && key != "rests" {
                continue;
            }
            let component = index(system, name).index();
            for item in value.split(',') {
                let mut parts = item.split(':');
                let other = index(system, parts.next().unwrap());
                if key == "needs" {
                    Arc::make_mut(&mut system.components[component]).recovery.needs.push(other);
                    continue;
                }
                let weight = Probability::new(parts.next().unwrap().parse().unwrap()).unwrap();
                let failure = match parts.next() {
                    Some("error") => SourceFailure::Error,
                    Some("empty") => SourceFailure::Empty,
                    _ => SourceFailure::Stale,
                };
                let grounding = Grounding { source: other, weight, failure };
                Arc::make_mut(&mut system.components[component]).agent.as_mut().unwrap().grounding.push(grounding);
            }
        }
    }
}

fn domain(words: &[&str]) -> Domain {
    Domain { name: words[1].into(), figure: parse_figure(words[2], Layer::Hardware) }
}

fn parse_component(system: &System, words: &[&str]) -> Component {
    let mut component = component(words[0]);
    let redundancy = &mut component.redundancy;
    for word in &words[1..] {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<f64>().unwrap_or_else(|_| panic!("{word} in {words:?}"));
        let mode = |mode| Known::Known(mode);
        match key {
            "x?" => redundancy.instances = Known::Unknown("a variable".into()),
            "k" => redundancy.required = value.parse().unwrap(),
            "zones" if value == "?" => redundancy.zones = Known::Unknown("a variable".into()),
            "zones" => {
                let zone = |name| ZoneIndex(named(&system.zones, name, |zone| &zone.name));
                redundancy.zones = Known::Known(value.split(',').map(zone).collect());
            }
            "theoretical" => {
                component.reliability.theoretical = Some(parse_figure(value, Layer::Theoretical));
            }
            "failover" => redundancy.failover.seconds.value = Seconds::new(number()).unwrap(),
            "response" => {
                let value = Seconds::new(number()).unwrap();
                component.recovery.response = Some(Sourced { value, source: written() });
            }
            "restores" => {
                let value = Seconds::new(number()).unwrap();
                component.recovery.automatic = Some(Sourced { value, source: written() });
            }
            "ps" => redundancy.replication = Replication::PrimaryStandby,
            "auto" => redundancy.failover.mode = mode(FailoverMode::Automatic),
            "manual" => redundancy.failover.mode = mode(FailoverMode::Manual),
            "mode" => redundancy.failover.mode = Known::Unknown("a variable".into()),
            "c" => redundancy.failover.coverage.value = Probability::new(number()).unwrap(),
            "q" => component.reliability.instance = Some(parse_figure(value, Layer::Hardware)),
            "beta" => component.reliability.common_cause = Some(beta(value)),
            "service" => component.reliability.service = Some(parse_figure(value, Layer::Hardware)),
            "software" => component.reliability.software = Some(parse_figure(value, Layer::Software)),
            "external" => component.reliability.external = Some(parse_figure(value, Layer::External)),
            "whole" => component.reliability.whole = Some(parse_figure(value, Layer::Hardware)),
            "util" => component.capacity.movable_utilisation = Some(number()),
            "resident" => component.capacity.resident_utilisation = Some(number()),
            "reader" => component.reader = true,
            "public" => component.exposure = Exposure::Public,
            "internal" => component.exposure = Exposure::Internal,
            "entry" => component.entry = Some(number()),
            "latency" => component.capacity.latency = Seconds::new(number()),
            "parallel" => component.capacity.calls = Calls::Parallel,
            "inflight" => {
                let (now, most) = value.split_once('/').unwrap_or((value, ""));
                component.capacity.in_flight = Some(now.parse().unwrap());
                component.capacity.most_in_flight = most.parse().ok();
            }
            "pool" => component.capacity.pool = Some(number()),
            "rps" => component.capacity.most_requests_per_second = Some(number()),
            "scales" => {
                let (most, delay) = value.split_once('/').unwrap();
                let delay = Seconds::new(delay.parse().unwrap()).unwrap();
                component.capacity.autoscaling = Some(Autoscaling { most_instances: most.parse().unwrap(), delay });
            }
            "region" => component.region = Some(RegionIndex(named(&system.regions, value, |region| &region.name))),
            "rto" => component.recovery.automatic = Some(seconds(number())),
            "restart" => component.recovery.restart = Some(seconds(number())),
            "mttr" => {
                let causes = &mut component.reliability;
                let figures = [&mut causes.instance, &mut causes.service, &mut causes.external, &mut causes.whole];
                for figure in figures.into_iter().flatten() {
                    figure.mttr = Seconds::new(number());
                }
                component.recovery.repair = Some(seconds(number()));
            }
            "h0" => {
                let base_rate = Sourced { value: Probability::new(number()).unwrap(), source: written() };
                component.agent = Some(Agent { base_rate, grounding: Vec::new() });
            }
            "needs" | "rests" => {}
            "maybe" => component.may_be_absent = Some("as many as var.n".into()),
            "domains" => {
                let domain = |name| DomainIndex(named(&system.domains, name, |domain| &domain.name));
                component.domains = value.split(',').map(domain).collect();
            }
            count if count.starts_with('x') => {
                redundancy.instances = Known::Known(count[1..].parse().unwrap());
            }
            kind => component.kind = ComponentKind::from_name(kind).unwrap_or_else(|| panic!("{kind} in {words:?}")),
        }
    }
    component
}

fn parse_dependency(system: &System, text: &str) -> Dependency {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (from, to) = (index(system, words[0]), index(system, words[2]));
    let mut dependency = Dependency::new(from, to, DependencyKind::Requires, Confidence::Certain, Vec::new());
    for word in &words[3..] {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let seconds = || Seconds::new(value.parse().unwrap()).unwrap();
        match key {
            "optional" => dependency.kind = DependencyKind::Optional,
            "async" => dependency.kind = DependencyKind::Async,
            "guess" => dependency.confidence = Confidence::Guess,
            "likely" => dependency.confidence = Confidence::Likely,
            "weight" => dependency.weight = Some(value.parse().unwrap()),
            "timeout" => dependency.timeout = Some(seconds()),
            "deadline" => dependency.deadline = Some(seconds()),
            "attempts" => dependency.attempts = value.parse().unwrap(),
            "latency" => dependency.latency = seconds(),
            "buffer" => dependency.buffer = Some(seconds()),
            "fan" => dependency.fan_out = value.parse().unwrap(),
            "breaker" => dependency.breaker = true,
            "fallback" => dependency.fallback = true,
            "management" => dependency.plane = Plane::Management,
            "start" => dependency.plane = Plane::Start,
            _ => panic!("{word} in {text}"),
        }
    }
    dependency
}

/// `api` (the whole component), `zone:a`, `domain:nat`, `db#0` (an instance), `db-2` (two instances), `failover:db`,
/// `cut:api:db`, `full:db:disk`, `slow:db:10`, `traffic:3`, `traffic:lb:3`.
pub(crate) fn faults(system: &System, text: &str) -> Vec<Fault> {
    text.split_whitespace().map(|word| fault(system, word)).collect()
}

fn fault(system: &System, word: &str) -> Fault {
    let words: Vec<&str> = word.split(':').collect();
    let factor = |text: &str| Factor::new(text.parse().unwrap()).unwrap();
    match *words.as_slice() {
        ["cut", from, to] => {
            let ends = (index(system, from), index(system, to));
            let place = system.dependencies.iter().position(|dependency| (dependency.from, dependency.to) == ends);
            return Fault::Cut(DependencyIndex(place.unwrap_or_else(|| panic!("{word}")) as u32));
        }
        ["full", name, resource] => {
            let resource = Resource::from_name(resource).unwrap();
            return Fault::Exhausted { component: index(system, name), resource };
        }
        ["degraded", name] => return Fault::Impaired { component: index(system, name), health: Health::Degraded },
        ["overloaded", name] => return Fault::Impaired { component: index(system, name), health: Health::Overloaded },
        ["errors", name, share] => {
            let share = Share::new(share.parse().unwrap()).unwrap();
            return Fault::Errors { component: index(system, name), share };
        }
        ["slow", name, times] => return Fault::Latency { component: index(system, name), factor: factor(times) },
        ["traffic", times] => return Fault::Traffic { entry: None, factor: factor(times) },
        ["traffic", entry, times] => {
            return Fault::Traffic { entry: Some(index(system, entry)), factor: factor(times) };
        }
        _ => {}
    }
    if let Some((kind, name)) = word.split_once(':') {
        return Fault::Unit(match kind {
            "zone" => Unit::Zone(ZoneIndex(named(&system.zones, name, |zone| &zone.name))),
            "domain" => Unit::Domain(DomainIndex(named(&system.domains, name, |domain| &domain.name))),
            "region" => Unit::Region(RegionIndex(named(&system.regions, name, |region| &region.name))),
            "failover" => Unit::Failover(index(system, name)),
            "service" => Unit::Service(index(system, name)),
            "external" => Unit::External(index(system, name)),
            _ => Unit::Whole(index(system, name)),
        });
    }
    if let Some((name, instance)) = word.split_once('#') {
        let component = index(system, name);
        return Fault::Unit(Unit::Instance { component, index: instance.parse().unwrap() });
    }
    if let Some((name, lost)) = word.split_once('-') {
        return Fault::Instances { component: index(system, name), lost: lost.parse().unwrap() };
    }
    Fault::Component(index(system, word))
}
