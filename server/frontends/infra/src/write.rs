//! A system as infrastructure YAML: what the reader makes the same system of again.

use std::fmt::Write;

use foreshock_model::{
    Component, ComponentKind, Confidence, Dependency, DependencyIndex, DependencyKind, FailoverMode, Figure, Known,
    Plane, Replication, Source, System,
};
use foreshock_text::Place;

/// A system as infrastructure YAML, with a comment where each part comes from. `origin` is what it was made from, `line`
/// says where a place is. What is not known is left out and told in a comment; then the schema's default counts.
pub fn write(system: &System, origin: &str, line: &dyn Fn(&Place) -> String) -> String {
    let mut text = String::new();
    put(
        &mut text,
        0,
        &format!("# Made by foreshock from {}. What is not known there is left out; fill it in.", comment(origin)),
    );
    put(&mut text, 0, "schema_version: \"4.0\"");
    units(&mut text, system);
    put(&mut text, 0, if system.components.is_empty() { "components: []" } else { "components:" });
    for component in &system.components {
        write_component(&mut text, system, component, line);
    }
    if system.dependencies.is_empty() {
        return text;
    }
    put(&mut text, 0, "dependencies:");
    for (number, dependency) in system.dependencies.iter().enumerate() {
        write_dependency(&mut text, system, DependencyIndex(number as u32), dependency, line);
    }
    text
}

fn put(text: &mut String, depth: usize, line: &str) {
    let _ = writeln!(text, "{:width$}{line}", "", width = depth * 2);
}

/// One line without anything that ends it.
fn comment(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// A text as a scalar; in quotes wherever it could be read as something else.
pub fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    if plain {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            _ if c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn units(text: &mut String, system: &System) {
    for (key, units) in [("zones", &system.zones), ("domains", &system.domains)] {
        if !units.is_empty() {
            put(text, 0, &format!("{key}:"));
        }
        for unit in units {
            let figure = unit.figure.unavailability.get();
            put(text, 1, &format!("{}: {{unavailability: {figure}}}", scalar(&unit.name)));
        }
    }
    let known = || system.regions.iter().filter_map(|region| Some((region, region.figure.as_ref()?)));
    if known().next().is_some() {
        put(text, 0, "regions:");
    }
    for (region, figure) in known() {
        put(text, 1, &format!("{}: {{unavailability: {}}}", scalar(&region.name), figure.unavailability.get()));
    }
}

fn write_component(text: &mut String, system: &System, component: &Component, line: &dyn Fn(&Place) -> String) {
    let place = component.place.as_ref().map(|place| format!(", {}", line(place))).unwrap_or_default();
    put(text, 1, &format!("# {}{}", comment(&component.type_name), comment(&place)));
    put(text, 1, &format!("- id: {}", scalar(component.id.as_str())));
    if *component.label != *component.id.as_str() {
        put(text, 2, &format!("name: {}", scalar(&component.label)));
    }
    put(text, 2, &format!("type: {}", component.kind.name()));
    let redundancy = &component.redundancy;
    match &redundancy.instances {
        Known::Known(count) if *count > 0 => put(text, 2, &format!("replicas: {count}")),
        Known::Known(_) => put(text, 2, "# replicas: 0 are written, and the schema has no less than 1"),
        Known::Unknown(why) => put(text, 2, &format!("# replicas: not known ({})", comment(why))),
    }
    if redundancy.required > 1 {
        put(text, 2, &format!("required: {}", redundancy.required));
    }
    match &redundancy.zones {
        Known::Known(zones) if !zones.is_empty() => {
            let names = zones.iter().filter_map(|zone| system.zones.get(zone.index()));
            let names: Vec<String> = names.map(|zone| scalar(&zone.name)).collect();
            put(text, 2, &format!("zones: [{}]", names.join(", ")));
        }
        Known::Known(_) => put(text, 2, "zones: []"),
        Known::Unknown(why) => put(text, 2, &format!("# zones: not known ({})", comment(why))),
    }
    if let Some(region) = component.region.and_then(|region| system.regions.get(region.index())) {
        put(text, 2, &format!("region: {{region: {}}}", scalar(&region.name)));
    }
    failover(text, component);
    let domains: Vec<String> =
        component.domains.iter().filter_map(|domain| Some(scalar(&system.domains.get(domain.index())?.name))).collect();
    if !domains.is_empty() {
        put(text, 2, &format!("domains: [{}]", domains.join(", ")));
    }
    reliability(text, component);
    if let Some(weight) = component.entry {
        put(text, 2, "entry: true");
        put(text, 2, &format!("entry_weight: {weight}"));
    }
}

fn failover(text: &mut String, component: &Component) {
    let redundancy = &component.redundancy;
    let several = redundancy.instances.known().is_some_and(|count| *count > 1);
    if !matches!(component.kind, ComponentKind::Database | ComponentKind::Cache) || !several {
        return;
    }
    if redundancy.replication == Replication::ActiveActive {
        // Two that must serve together are no primary with a standby to the schema; less is one that never fails over.
        if redundancy.required <= 1 {
            put(text, 2, "# every instance serves: there is nothing to promote");
            put(
                text,
                2,
                "failover: {enabled: true, promotion_time_seconds: 0, health_check_interval_seconds: 0, coverage: 1}",
            );
        }
        return;
    }
    let failover = &redundancy.failover;
    let (seconds, coverage) = (failover.seconds.value.get(), failover.coverage.value.get());
    match &failover.mode {
        Known::Known(FailoverMode::Automatic) => put(
            text,
            2,
            &format!(
                "failover: {{enabled: true, promotion_time_seconds: {seconds}, health_check_interval_seconds: 0, coverage: {coverage}}}"
            ),
        ),
        Known::Known(FailoverMode::Manual | FailoverMode::None) => put(text, 2, "failover: {enabled: false}"),
        Known::Unknown(why) => put(text, 2, &format!("# failover: not known ({})", comment(why))),
    }
}

fn reliability(text: &mut String, component: &Component) {
    let reliability = &component.reliability;
    if let Some(whole) = &reliability.whole {
        put(text, 2, &format!("unavailability: {}{}", whole.unavailability.get(), source(whole)));
        return;
    }
    // A unit for all of its instances has no field of its own; a promise for all of it is the same number.
    let common: Vec<&Figure> = [&reliability.service, &reliability.external].into_iter().flatten().collect();
    match &reliability.instance {
        Some(instance) => {
            put(text, 2, &format!("instance_unavailability: {}{}", instance.unavailability.get(), source(instance)));
            match &reliability.common_cause {
                None => put(text, 2, "common_cause: 0 # what takes all instances at once is counted below"),
                Some(cause) if !cause.source.is_default() => {
                    put(text, 2, &format!("common_cause: {}", cause.share.get()));
                }
                Some(_) => {}
            }
        }
        None if common.is_empty() => put(text, 2, "instance_unavailability: 0 # nothing of its own is known to fail"),
        None => {}
    }
    if let Some(first) = common.first() {
        let up = common.iter().fold(1.0, |up, figure| up * (1.0 - figure.unavailability.get()));
        put(text, 2, &format!("external_sla: {{provider_sla: {}}}{}", 100.0 * up, source(first)));
    }
}

fn source(figure: &Figure) -> String {
    match &figure.source {
        Source::Sla { row, .. } => format!(" # SLA: {}", comment(row)),
        Source::Default { name, .. } => format!(" # default: {}", comment(name)),
        Source::ProviderDefault(fact) => format!(" # {}", comment(fact)),
        Source::Attribute(_) | Source::Configuration(_) => String::new(),
    }
}

fn write_dependency(
    text: &mut String,
    system: &System,
    index: DependencyIndex,
    dependency: &Dependency,
    line: &dyn Fn(&Place) -> String,
) {
    let (Some(from), Some(to)) = (system.component(dependency.from), system.component(dependency.to)) else { return };
    for evidence in &dependency.evidence {
        put(text, 1, &format!("# {}, {}", comment(&evidence.why), comment(&line(&evidence.place))));
    }
    put(text, 1, &format!("- source: {}", scalar(from.id.as_str())));
    put(text, 2, &format!("target: {}", scalar(to.id.as_str())));
    let kind = match dependency.kind {
        DependencyKind::Requires => "requires",
        DependencyKind::Optional => "optional",
        DependencyKind::Async => "async",
    };
    put(text, 2, &format!("type: {kind}"));
    if let Some(weight) = dependency.weight {
        put(text, 2, &format!("weight: {weight}"));
    }
    let mut number = |name: &str, value: f64, usual: f64| {
        if value != usual {
            put(text, 2, &format!("{name}: {value}"));
        }
    };
    number("latency_ms", dependency.latency.get() * 1000.0, 0.0);
    number("timeout_seconds", dependency.timeout.map_or(0.0, |timeout| timeout.get()), 0.0);
    number("deadline_seconds", dependency.deadline.map_or(0.0, |deadline| deadline.get()), 0.0);
    number("attempts", f64::from(dependency.attempts), 1.0);
    number("buffer_seconds", dependency.buffer.map_or(-1.0, |buffer| buffer.get()), -1.0);
    if dependency.breaker {
        put(text, 2, "circuit_breaker: {enabled: true}");
    }
    if dependency.fallback {
        put(text, 2, "fallback: true");
    }
    match dependency.confidence {
        Confidence::Certain => {}
        Confidence::Likely => put(text, 2, "confidence: likely"),
        Confidence::Guess => put(text, 2, "confidence: guess"),
    }
    match dependency.plane {
        Plane::Data => {}
        Plane::Start => put(text, 2, "plane: start"),
        Plane::Management => put(text, 2, "plane: management"),
    }
    if let Some(group) = system.alternatives.iter().find(|group| group.members.contains(&index)) {
        put(text, 2, &format!("alternatives: {}", scalar(&group.name)));
        put(text, 2, &format!("required: {}", group.required));
        put(text, 2, &format!("shares_load: {}", group.shares_load));
    }
}
