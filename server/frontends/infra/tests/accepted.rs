//! What the table says of a field holds: one that is only accepted changes nothing of the system, every other one does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod rendering;

use foreshock_infra::schema::{Field, Level, TOP, Takes};
use foreshock_model::System;
use rendering::reading;

/// Puts an entry into a file.
type Around = Box<dyn Fn(&str) -> String>;

/// Components in which each block has something to do.
const COMPONENTS: [&str; 5] = [
    "domains: [d]",
    "type: database, replicas: 3, zones: [z]",
    "type: database, replicas: 3, metrics: {network_connections: 5, cpu_percent: 9}, failover: {enabled: true}",
    "type: ai_agent, replicas: 2, required: 2",
    "type: app_server, replicas: 2, autoscaling: {enabled: true, max_replicas: 9}, security: {backup_enabled: true}",
];
const DEPENDENCIES: [&str; 4] = [
    "weight: 0.5",
    "alternatives: g",
    "type: async",
    "retry_strategy: {enabled: true}, circuit_breaker: {enabled: false}",
];
const VALUES: [&str; 15] =
    ["true", "false", "1", "2", "0.4", "3", "77", "word", "other", "parallel", "b", "[y]", "[b]", "[]", "{b: 0.25}"];
/// What some fields of a block mean nothing without.
const BESIDE: [&str; 8] = [
    "enabled: true",
    "backup_enabled: true",
    "mtbf_hours: 100",
    "gc_pause_ms: 0.1",
    "gc_pause_frequency: 0.1",
    "rto_seconds: 9",
    "requires_grounding: true",
    "grounding: [b]",
];
/// Longer than everything that is put in, so that a field moves nothing else.
const ROOM: usize = 300;

/// The system with an entry put into what is merged in, at the same places whatever it is. `None` where it is not taken.
fn with(entry: &str, around: &dyn Fn(&str) -> String) -> Option<System> {
    let line = format!("x-more: &more {{{entry}}} #");
    let text = format!("{line:-<ROOM$}\n{}", around("<<: *more"));
    let (infra, problems) = reading(&text);
    problems.is_empty().then_some(infra.system)
}

/// Whether a field with some value makes another system than the blocks around it by themselves.
fn matters(level: &Level, field: &Field, blocks: &[&str], around: &[Around]) -> bool {
    let key = |beside: &str| beside.split(':').next().unwrap_or_default().to_owned();
    let is_there = |beside: &&str| key(beside) != field.name && level.field(&key(beside)).is_some();
    let beside: Vec<&str> = BESIDE.into_iter().filter(is_there).chain([""]).collect();
    let nest = |entry: String| blocks.iter().rev().fold(entry, |entry, block| format!("{block}: {{{entry}}}"));
    let values = VALUES.into_iter().chain(field.takes.words());
    values.into_iter().any(|value| {
        around.iter().any(|around| {
            beside.iter().any(|beside| {
                // A block that is there may mean something by itself.
                let without = with(&nest((*beside).to_owned()), around);
                let comma = if beside.is_empty() { "" } else { ", " };
                let with = with(&nest(format!("{beside}{comma}{}: {value}", field.name)), around);
                matches!((with, without), (Some(with), Some(without)) if meaning(&with) != meaning(&without))
            })
        })
    })
}

/// The system without the places where it is written.
fn meaning(system: &System) -> String {
    let text = format!("{system:?}");
    let mut parts = text.split("Span {");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| plain += part.split_once('}').map_or("", |(_, rest)| rest));
    plain
}

fn check(level: &'static Level, blocks: &[&str], around: &[Around], wrong: &mut Vec<String>) {
    for field in level.fields() {
        // An id is what makes it one.
        let is_name = matches!(field.name, "id" | "source" | "target" | "source_id" | "target_id");
        // All members of a group must say it; `meaning.rs` has one that does.
        let is_of_group = level.name == "a dependency" && field.name == "required";
        if (is_name && blocks.is_empty()) || is_of_group {
            continue;
        }
        match field.takes {
            Takes::Map(below) => {
                let blocks: Vec<&str> = blocks.iter().copied().chain([field.name]).collect();
                check(below, &blocks, around, wrong);
            }
            Takes::List(_) | Takes::Parameters(_) => {}
            _ if matters(level, field, blocks, around) != field.counts => {
                let says =
                    if field.counts { "counts, and changes nothing" } else { "is accepted, and changes something" };
                wrong.push(format!("{}.{} {says}", blocks.join("."), field.name));
            }
            _ => {}
        }
    }
}

#[test]
fn a_field_that_is_accepted_changes_nothing_and_others_do() {
    let below = |name: &str| TOP.field(name).and_then(|field| field.takes.level()).unwrap();
    let component = |base: &'static str| -> Around {
        Box::new(move |more| {
            let it = format!("{{id: a, {more}, {base}}}");
            format!(
                "components: [{it}, {{id: b, type: cache, host: word}}]\ndependencies: [{{source: a, target: b}}]\n"
            )
        })
    };
    let dependency = |base: &'static str| -> Around {
        Box::new(move |more| {
            let other = "{source: a, target: c, alternatives: word}";
            format!(
                "components: [{{id: a}}, {{id: b}}, {{id: c}}]\ndependencies: [{{source: a, target: b, {more}, {base}}}, {other}]\n"
            )
        })
    };
    let mut wrong = Vec::new();
    check(below("components"), &[], &COMPONENTS.map(component), &mut wrong);
    check(below("dependencies"), &[], &DEPENDENCIES.map(dependency), &mut wrong);
    assert_eq!(wrong, Vec::<String>::new());
}
