//! The evidence pack as one JSON value, of which the other files say the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_analysis::{Finding, Snapshot};
use foreshock_engine::{Class, Input};
use foreshock_model::Source;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::articles::table;
use super::facts::facts;
use super::{InputFile, NOTICE};
use crate::html::{Made, StackMatter, number_value, numbers, suppressed, unknowns};
use crate::outage_words::outages_json;
use crate::recovery_json::recovery_of_stack;
use crate::words::layer_name;
use crate::{JSON_VERSION, Places};

/// So many scenarios are named for each stack.
const MOST_SCENARIOS: usize = 20;

/// SHA-256, hexadecimal.
pub fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The pack as JSON.
pub(super) fn model(
    snapshot: &Snapshot,
    matters: &[StackMatter],
    inputs: &[InputFile],
    report: &str,
    places: &Places<'_>,
    made: &Made,
) -> Result<Value, String> {
    let table = table()?;
    let facts: Vec<(String, BTreeMap<&str, String>)> =
        matters.iter().map(|matter| (places.name(&matter.stack), facts(matter))).collect();
    let articles = table.article.iter().map(|article| {
        let shows = facts.iter().map(|(stack, facts)| {
            let sentences = article.facts.iter().filter_map(|fact| facts.get(fact.as_str()));
            json!({"stack": stack, "facts": sentences.collect::<Vec<_>>()})
        });
        json!({
            "number": article.number,
            "title": article.title,
            "illustrated_by": shows.collect::<Vec<_>>(),
            "does_not_show": article.does_not_show,
        })
    });
    let problems = snapshot.configurations.iter().flat_map(|configured| {
        let file = &configured.configuration.file;
        configured.problems.iter().map(|problem| {
            let place = foreshock_text::Place::new(file.clone(), problem.span);
            json!({"place": places.line(&place), "message": problem.message})
        })
    });
    Ok(json!({
        "notice": NOTICE,
        "version": JSON_VERSION,
        "made_by": {"program": "foreshock", "version": env!("CARGO_PKG_VERSION"), "command": made.command},
        "date": made.date,
        "regulation": {"id": table.regulation.id, "title": table.regulation.title, "address": table.regulation.address},
        "articles": articles.collect::<Vec<_>>(),
        "stacks": matters.iter().map(|matter| of_stack(matter, places)).collect::<Vec<_>>(),
        "problems": problems.collect::<Vec<_>>(),
        "inputs": inputs.iter()
            .map(|file| json!({"file": file.path, "sha256": file.sha256, "bytes": file.bytes})).collect::<Vec<_>>(),
        "outputs": [{"file": "report.html", "sha256": checksum(report.as_bytes()), "bytes": report.len()}],
    }))
}

fn of_stack(matter: &StackMatter, places: &Places<'_>) -> Value {
    let stack = &matter.stack;
    let availability = &matter.availability;
    let problems = stack.problems.iter().map(|problem| {
        let place = foreshock_text::Place::new(problem.file.clone(), problem.problem.span);
        json!({"place": places.line(&place), "message": problem.problem.message})
    });
    let unknowns = unknowns(stack).into_iter().map(|it| json!({"fact": it.fact, "why": it.why, "of": it.of}));
    json!({
        "stack": places.name(stack),
        "kind": stack.kind.name(),
        "score": availability.score,
        "structural_nines": availability.structural_nines,
        "availability": availability.score.map(|_| json!({
            "availability": 1.0 - availability.unavailability.1,
            "expected": 1.0 - availability.expected,
            "ceiling": availability.ceiling.map(|ceiling| 1.0 - ceiling.unavailability),
            "binding": availability.ceiling.map(|ceiling| layer_name(ceiling.layer)),
            "share_of_defaults": availability.share_of_defaults,
            "low_confidence": availability.low_confidence,
        })),
        "outages": outages(matter),
        "recovery": recovery_of_stack(stack, places),
        "scenarios": scenarios(matter),
        "gaps": gaps(matter, places),
        "suppressed": suppressed(stack, places),
        "findings_without_a_try": matter.not_tried(),
        "remediation": remediation(matter),
        "third_parties": third_parties(matter, places),
        "assumptions": {
            "numbers": assumed(matter, places),
            "not_known": unknowns.collect::<Vec<_>>(),
        },
        "problems": problems.collect::<Vec<_>>(),
    })
}

/// How often each entry is down and for how long.
fn outages(matter: &StackMatter) -> Vec<Value> {
    let entries = matter.availability.entries.iter();
    let of = |entry: &foreshock_engine::EntryAvailability| {
        json!({
            "entry": matter.stack.id_of(entry.component),
            "words": crate::outage_words::outages(&entry.outages),
            "figures": outages_json(&entry.outages),
        })
    };
    entries.map(of).collect()
}

fn scenarios(matter: &StackMatter) -> Value {
    let sweep = &matter.sweep;
    let mut classes: BTreeMap<Class, (u64, u64, f64)> = BTreeMap::new();
    for outcome in &sweep.results {
        let class = classes.entry(outcome.scenario.class).or_default();
        class.0 += 1;
        class.1 += u64::from(outcome.entry_loss > 0.0);
        class.2 = class.2.max(outcome.severity);
    }
    for class in sweep.not_run.keys() {
        classes.entry(*class).or_default();
    }
    let by_class = classes.into_iter().map(|(class, (run, with_loss, severest))| {
        let not_run = sweep.not_run.get(&class).copied().unwrap_or(0);
        json!({"class": class.name(), "run": run, "with_loss": with_loss, "severest": severest, "not_run": not_run})
    });
    let severest = sweep.results.iter().take(MOST_SCENARIOS).map(|outcome| {
        json!({
            "scenario": outcome.scenario.id(matter.stack.system()),
            "severity": outcome.severity,
            "likelihood": outcome.likelihood,
            "affected": outcome.affected,
            "down": outcome.down,
        })
    });
    json!({"run": sweep.run, "by_class": by_class.collect::<Vec<_>>(), "severest": severest.collect::<Vec<_>>()})
}

/// The findings by rule, rules by code.
fn gaps(matter: &StackMatter, places: &Places<'_>) -> Vec<Value> {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &matter.stack.findings {
        rules.entry(finding.rule.as_str()).or_default().push(finding);
    }
    let gap = |(rule, findings): (&str, Vec<&Finding>)| {
        let title = foreshock_analysis::rule(rule).map(|rule| rule.title.clone());
        let findings = findings.into_iter().map(|finding| {
            json!({
                "component": *finding.component_id,
                "place": places.line(&finding.place),
                "severity": finding.loudness().name(),
                "new": matter.stack.comparison().map(|_| finding.new),
                "message": finding.message,
                "points": finding.points.get(),
                "minutes_per_year": finding.minutes_per_year.get(),
            })
        });
        json!({"rule": rule, "title": title, "findings": findings.collect::<Vec<_>>()})
    };
    rules.into_iter().map(gap).collect()
}

fn remediation(matter: &StackMatter) -> Vec<Value> {
    let tried = matter.stack.findings.iter().map(Arc::as_ref).zip(&matter.fixes);
    let fixes = tried.flat_map(|(finding, fixes)| fixes.iter().flatten().map(move |fix| (finding, fix)));
    let mut fixes: Vec<_> = fixes.collect();
    fixes.sort_by(|(_, one), (_, other)| other.points.total_cmp(&one.points));
    let fix = |(finding, fix): (&Finding, &foreshock_analysis::Fix)| {
        json!({
            "component": *finding.component_id,
            "rule": finding.rule.as_str(),
            "title": fix.title,
            "points": fix.points.get(),
            "minutes_per_year": fix.minutes_per_year.get(),
        })
    };
    fixes.into_iter().map(fix).collect()
}

/// What is taken from providers' published figures, and the components that are third parties themselves.
fn third_parties(matter: &StackMatter, places: &Places<'_>) -> Vec<Value> {
    let of = |input: &Input| {
        let (row, title, checked) = match &input.source {
            Source::Sla { row, title, verified } => (row.to_string(), title.to_string(), *verified),
            _ => return None,
        };
        Some(json!({
            "of": input.part.name(matter.stack.system()),
            "quantity": input.quantity.name().replace('_', " "),
            "value": input.value,
            "figure": row,
            "published_as": title,
            "checked": checked,
        }))
    };
    let figures = matter.availability.inputs.iter().filter_map(of);
    let external = matter.stack.system().iter().filter_map(|(_, component)| {
        let figure = component.reliability.external.as_ref()?;
        let place = component.place.as_ref().map(|place| places.line(place));
        // One that is published is listed already.
        let is_listed = matches!(figure.source, Source::Sla { .. });
        (!is_listed).then(|| {
            json!({
                "of": component.id.as_str(),
                "quantity": "external unavailability",
                "value": figure.unavailability.get(),
                "figure": place,
                "published_as": "written for this component",
                "checked": false,
            })
        })
    });
    figures.chain(external).collect()
}

fn assumed(matter: &StackMatter, places: &Places<'_>) -> Vec<Value> {
    let numbers = numbers(&matter.stack, &matter.availability, places).into_iter().map(|number| {
        let mut object = Map::new();
        object.insert("shown".to_owned(), number_value(&number.quantity, number.value).into());
        object.insert("quantity".to_owned(), number.quantity.into());
        object.insert("value".to_owned(), number.value.into());
        object.insert("kind".to_owned(), number.kind.name().into());
        object.insert("source".to_owned(), number.source.into());
        object.insert("of".to_owned(), number.of.into());
        Value::Object(object)
    });
    numbers.collect()
}
