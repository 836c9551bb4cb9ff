//! What was read of a file, as text.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;

use foreshock_infra::{Infra, Problem, read};
use foreshock_model::{
    Agent, Autoscaling, CommonCause, Component, ComponentIndex, Dependency, Figure, Known, Layer, Replication, Source,
    System,
};
use foreshock_syntax::yaml::parse;
use foreshock_text::{FilePath, Place};

/// Reads a text; the tree must be free of problems of its own.
pub(crate) fn reading(text: &str) -> (Infra, Vec<Problem>) {
    let (tree, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    let (infra, problems) = read(&tree, &FilePath::new("/w/infra.yaml"));
    assert_eq!(infra.system.check(), [], "{text}");
    assert_eq!(infra.declarations.len(), infra.system.components.len());
    (infra, problems)
}

/// The system of a text without problems.
pub(crate) fn system(text: &str) -> System {
    let (infra, problems) = reading(text);
    assert_eq!(messages(text, &problems), "", "{text}");
    infra.system
}

/// `"what is underlined": sentence`, a line each.
pub(crate) fn messages(text: &str, problems: &[Problem]) -> String {
    let line = |problem: &Problem| format!("{:?}: {}\n", problem.place.span.text(text), problem.kind);
    problems.iter().map(line).collect()
}

/// Everything that is known of a system, a few lines a component.
pub(crate) fn print(text: &str, system: &System) -> String {
    let mut out = String::new();
    let name = |index: ComponentIndex| system.component(index).unwrap().id.to_string();
    for component in &system.components {
        print_component(text, system, component, &mut out);
    }
    for dependency in &system.dependencies {
        let _ = writeln!(out, "{} -> {}{}", name(dependency.from), name(dependency.to), described(dependency));
    }
    for group in &system.alternatives {
        let members: Vec<String> = group
            .members
            .iter()
            .map(|member| {
                let dependency = &system.dependencies[member.index()];
                format!("{} -> {}", name(dependency.from), name(dependency.to))
            })
            .collect();
        let shares = if group.shares_load { ", shares load" } else { "" };
        let _ = writeln!(out, "alternatives {}: {} of [{}]{shares}", group.name, group.required, members.join(", "));
    }
    for (what, list) in [("zone", &system.zones), ("domain", &system.domains)] {
        for domain in list {
            let _ = writeln!(out, "{what} {}: {}", domain.name, figure(text, &domain.figure));
        }
    }
    for region in &system.regions {
        let told = region.figure.as_ref().map_or_else(|| "no figure".to_owned(), |it| figure(text, it));
        let _ = writeln!(out, "region {}: {told}", region.name);
    }
    for objective in &system.objectives {
        let whose = objective.component.map_or_else(|| "the system".to_owned(), name);
        let place = objective.place.as_ref().map_or("", |place| place.span.text(text));
        let _ = writeln!(out, "objective of {whose}: {} ({place})", objective.allowed);
    }
    out
}

fn print_component(text: &str, system: &System, component: &Component, out: &mut String) {
    let Component { id, kind, label, redundancy, reliability, capacity, recovery, .. } = component;
    let span = |place: &Option<Place>| place.as_ref().unwrap().span.text(text).lines().count();
    let _ = write!(out, "{id} {} {label:?} ({} lines)", kind.name(), span(&component.extent));
    let _ = write!(out, " {} of {}", redundancy.required, redundancy.instances.known().unwrap());
    match &redundancy.zones {
        Known::Known(zones) if zones.is_empty() => {}
        Known::Known(zones) => {
            let names: Vec<&str> = zones.iter().map(|zone| &*system.zones[zone.index()].name).collect();
            let _ = write!(out, " in [{}]", names.join(", "));
        }
        Known::Unknown(why) => drop(write!(out, " in ? ({why})")),
    }
    if redundancy.replication == Replication::PrimaryStandby {
        let failover = &redundancy.failover;
        let (mode, seconds) = (failover.mode.known().unwrap(), failover.seconds.value.get());
        let _ = write!(out, " primary {mode:?} {seconds}s {}", failover.coverage.value);
    }
    if let Some(weight) = component.entry {
        let _ = write!(out, " entry {weight}");
    }
    if let Some(region) = component.region {
        let _ = write!(out, " region {}", system.regions[region.index()].name);
    }
    for domain in &component.domains {
        let _ = write!(out, " on {}", system.domains[domain.index()].name);
    }
    out.push('\n');
    for (name, written) in [
        ("instance", &reliability.instance),
        ("service", &reliability.service),
        ("software", &reliability.software),
        ("theoretical", &reliability.theoretical),
        ("external", &reliability.external),
        ("whole", &reliability.whole),
    ] {
        if let Some(written) = written {
            let _ = writeln!(out, "  {name}: {}", figure(text, written));
        }
    }
    if let Some(CommonCause { share, interval: (low, high), source: of }) = &reliability.common_cause
        && redundancy.instances != Known::Known(1)
    {
        let _ = writeln!(out, "  common cause: {share} of it, {low} to {high} ({})", source(text, of));
    }
    let numbers = [
        ("movable", capacity.movable_utilisation),
        ("resident", capacity.resident_utilisation),
        ("in flight", capacity.in_flight),
        ("most in flight", capacity.most_in_flight),
        ("pool", capacity.pool),
        ("rps", capacity.most_requests_per_second),
        ("latency", capacity.latency.map(|latency| latency.get())),
    ];
    let written: Vec<String> =
        numbers.iter().filter_map(|(name, number)| Some(format!("{name} {}", (*number)?))).collect();
    if !written.is_empty() {
        let _ = writeln!(out, "  {} {:?}", written.join(", "), capacity.calls);
    }
    if let Some(Autoscaling { most_instances, delay }) = capacity.autoscaling {
        let _ = writeln!(out, "  up to {most_instances} after {}s", delay.get());
    }
    for (name, seconds) in
        [("automatic", &recovery.automatic), ("restart", &recovery.restart), ("response", &recovery.response)]
    {
        if let Some(seconds) = seconds {
            let _ = writeln!(out, "  {name} {}s ({})", seconds.value.get(), source(text, &seconds.source));
        }
    }
    if let Some(cause) = &recovery.cause {
        let _ = writeln!(out, "  down by {} ({})", cause.value.name(), source(text, &cause.source));
    }
    if !recovery.needs.is_empty() {
        let needs: Vec<String> =
            recovery.needs.iter().map(|it| system.component(*it).unwrap().id.to_string()).collect();
        let _ = writeln!(out, "  needs [{}]", needs.join(", "));
    }
    if let Some(Agent { base_rate, grounding }) = &component.agent {
        let _ = writeln!(out, "  h0 {} ({})", base_rate.value, source(text, &base_rate.source));
        for it in grounding {
            let source = &system.component(it.source).unwrap().id;
            let _ = writeln!(out, "  rests on {source} {} {:?}", it.weight, it.failure);
        }
    }
}

fn described(dependency: &Dependency) -> String {
    let mut out = format!(" {:?}", dependency.kind);
    let mut add = |wanted: bool, text: String| {
        if wanted {
            out.push(' ');
            out.push_str(&text);
        }
    };
    let Dependency { weight, timeout, deadline, attempts, latency, buffer, breaker, fallback, plane, .. } = dependency;
    add(weight.is_some(), format!("weight {}", weight.unwrap_or_default()));
    add(timeout.is_some(), format!("timeout {}s", timeout.unwrap_or_default().get()));
    add(deadline.is_some(), format!("deadline {}s", deadline.unwrap_or_default().get()));
    add(*attempts != 1, format!("{attempts} attempts"));
    add(latency.get() > 0.0, format!("latency {}s", latency.get()));
    add(buffer.is_some(), format!("buffer {}s", buffer.unwrap_or_default().get()));
    add(*breaker, "breaker".to_owned());
    add(*fallback, "fallback".to_owned());
    add(*plane != Default::default(), format!("{plane:?}"));
    out
}

fn figure(text: &str, figure: &Figure) -> String {
    let layer = match figure.layer {
        Layer::Software => "L1",
        Layer::Hardware => "L2",
        Layer::Theoretical => "L3",
        Layer::Operational => "L4",
        Layer::External => "L5",
    };
    let mttr = figure.mttr.map_or_else(String::new, |mttr| format!(", {}s", mttr.get()));
    // Enough digits to recognise a figure, not those that only rounding explains.
    let digits = figure.unavailability.get();
    let short = format!("{digits:.4e}");
    let shown = if short.parse() == Ok(digits) { format!("{digits:e}") } else { short };
    let planned = figure.planned.iter().map(|it| {
        let times = it.times_a_year.0;
        format!(", {:?} {times} x {}s ({})", it.work, it.each.0.get(), source(text, &it.each.1))
    });
    format!("{shown} {layer}{mttr} ({}){}", source(text, &figure.source), planned.collect::<String>())
}

fn source(text: &str, source: &Source) -> String {
    match source {
        Source::Attribute(place) => place.span.text(text).lines().next().unwrap_or("").to_owned(),
        Source::Default { name, .. } => format!("default {name}"),
        other => format!("{other:?}"),
    }
}
