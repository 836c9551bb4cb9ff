//! What is left when some components are killed at random, in both renderings.

use foreshock_engine::{Estimate, Kill, Sampler};
use serde_json::{Value, json};

use super::table::Paint;

pub(super) fn kill_json(entries: &[String], kill: &Kill) -> Value {
    let of_entry = |(id, estimate): (&String, &Estimate)| json!({"id": id, "up": estimate_json(estimate)});
    json!({
        "killed": kill.killed,
        "of": kill.of,
        "service": estimate_json(&kill.service),
        "entries": entries.iter().zip(&kill.entries).map(of_entry).collect::<Vec<_>>(),
    })
}

pub(super) fn kill_human(entries: &[String], kill: &Kill, paint: Paint) -> String {
    let heading = format!("With {} of {} components killed at random:", kill.killed, kill.of);
    let mut text = format!(
        "\n{} {:.2} % of the service is left ({})\n",
        paint.bold(&heading),
        100.0 * kill.service.value,
        how(&kill.service, 100.0)
    );
    for (id, estimate) in entries.iter().zip(&kill.entries) {
        text.push_str(&format!("  {id}: up in {:.2} % of the cases\n", 100.0 * estimate.value));
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
        Sampler::Enumerated => "enumerated",
    }
}

/// `all 45 cases`, or `99.1 to 99.4 with 95 % confidence, 1000 samples`, in units of 1 / scale.
pub(super) fn how(estimate: &Estimate, scale: f64) -> String {
    let (low, high) = estimate.interval;
    match estimate.sampler {
        Sampler::Enumerated => format!("all {} cases", estimate.samples),
        _ => format!("{:.4} to {:.4} with 95 % confidence, {} samples", scale * low, scale * high, estimate.samples),
    }
}
