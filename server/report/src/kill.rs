//! What is left when some instances are killed at random, in both renderings.

use foreshock_engine::{Estimate, Kill, Sampler};
use serde_json::{Value, json};

use super::table::Paint;

pub(super) fn kill_json(entries: &[String], kill: &Kill) -> Value {
    let of_entry = |(id, estimate): (&String, &Estimate)| json!({"id": id, "up": estimate_json(estimate)});
    json!({
        "killed": kill.killed,
        "of": kill.of,
        "service": estimate_json(&kill.service),
        "up": estimate_json(&kill.up),
        "entries": entries.iter().zip(&kill.entries).map(of_entry).collect::<Vec<_>>(),
    })
}

pub(super) fn kill_human(entries: &[String], kill: &Kill, paint: Paint) -> String {
    let heading = format!("With {} of the {} instances that can fail killed at random:", kill.killed, kill.of);
    let mut text = format!(
        "\n{} {:.2} % of the service is left ({})\n",
        paint.bold(&heading),
        100.0 * kill.service.value,
        how(&kill.service)
    );
    for (id, estimate) in entries.iter().zip(&kill.entries) {
        text.push_str(&format!("  {id}: up in {:.2} % of the cases{}\n", 100.0 * estimate.value, interval(estimate)));
    }
    if entries.len() > 1 {
        let mean = 100.0 * kill.up.value;
        text.push_str(&format!("  on average, by their weights: up in {mean:.2} %{}\n", interval(&kill.up)));
    }
    text
}

/// An estimate with its interval and how it was made.
pub(super) fn estimate_json(estimate: &Estimate) -> Value {
    json!({
        "value": estimate.value,
        "interval": [estimate.interval.0, estimate.interval.1],
        "samples": estimate.samples,
        "sampler": sampler_name(estimate.sampler),
    })
}

fn sampler_name(sampler: Sampler) -> &'static str {
    match sampler {
        Sampler::Plain => "plain",
        Sampler::KarpLuby => "karp-luby",
        Sampler::Exact => "exact",
    }
}

/// `exact, over all 45 cases`, or that it is an estimate.
fn how(estimate: &Estimate) -> String {
    match (estimate.sampler, estimate.samples) {
        (Sampler::Exact, u64::MAX) => "exact, over all cases".to_owned(),
        (Sampler::Exact, 1) => "exact: there is one case".to_owned(),
        (Sampler::Exact, cases) => format!("exact, over all {cases} cases"),
        (_, samples) => {
            let (low, high) = percent(estimate);
            format!("too large to be exact: {low:.2} to {high:.2} % with 95 % confidence, {samples} samples")
        }
    }
}

/// Nothing for what is exact.
fn interval(estimate: &Estimate) -> String {
    let (low, high) = percent(estimate);
    match estimate.sampler {
        Sampler::Exact => String::new(),
        _ => format!(" ({low:.2} to {high:.2} %)"),
    }
}

fn percent(estimate: &Estimate) -> (f64, f64) {
    (100.0 * estimate.interval.0, 100.0 * estimate.interval.1)
}
