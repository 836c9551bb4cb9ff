//! Fits the one number of what is likely: with what likelihood the whole loss of a target takes its caller down where
//! nobody wrote the weight. Prints the table of docs/backtest.md:
//!
//! ```text
//! cargo run -p foreshock-backtest --example likely -- ../shared/data/incidents-18.json ../shared/data/incidents-36.json
//! ```
//!
//! Leave one out: for each incident the number is fitted on all others and judged on it.
#![allow(clippy::print_stdout)]

use foreshock_backtest::{Incident, IncidentFile, SeverityClass};
use foreshock_engine::{Basis, cascade_passing, likely_entry_loss};
use foreshock_model::Probability;

/// From 0.30 to 1.00 in steps of 0.05.
const STEPS: [u32; 15] = [30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100];
/// A likelihood of exactly 0 or 1 that is wrong would cost infinitely much.
const CERTAIN: f64 = 0.99;

/// One incident under one value of the number.
#[derive(Clone, Copy)]
struct Judged {
    predicted: SeverityClass,
    actual: SeverityClass,
    /// -ln of the likelihood given to what came: critical or not.
    log_loss: f64,
}

fn main() -> Result<(), String> {
    let mut incidents: Vec<Incident> = Vec::new();
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        let (file, problems) = IncidentFile::read(&text).map_err(|error| format!("{path}: {error}"))?;
        problems.iter().for_each(|problem| println!("{path}: {problem}"));
        incidents.extend(file.incidents);
    }
    if incidents.is_empty() {
        return Err("expected files of incidents".to_owned());
    }
    let table: Vec<(u32, Vec<Judged>)> =
        STEPS.iter().map(|&step| (step, incidents.iter().filter_map(|it| judge(it, step)).collect())).collect();
    let count = table.first().map_or(0, |(_, judged)| judged.len());
    println!("{count} incidents with a class of severity and an entry\n");
    println!("passes  class met  too mild  too severe  mean log loss");
    for (step, judged) in &table {
        let of = |wanted: fn(&Judged) -> bool| judged.iter().filter(|it| wanted(it)).count();
        println!(
            "  {:.2}  {:>9}  {:>8}  {:>10}  {:>13.3}",
            f64::from(*step) / 100.0,
            of(|it| it.predicted == it.actual),
            of(|it| it.predicted < it.actual),
            of(|it| it.predicted > it.actual),
            judged.iter().map(|it| it.log_loss).sum::<f64>() / judged.len() as f64,
        );
    }
    let always = |class| table.first().map_or(0, |(_, judged)| judged.iter().filter(|it| it.actual == class).count());
    println!("\nalways critical meets {}", always(SeverityClass::Critical));
    leave_one_out("class met, then log loss", &table, |judged| {
        let missed = judged.iter().filter(|it| it.predicted != it.actual).count() as f64;
        missed * 1e3 + judged.iter().map(|it| it.log_loss).sum::<f64>()
    });
    leave_one_out("log loss", &table, |judged| judged.iter().map(|it| it.log_loss).sum());
    Ok(())
}

fn judge(incident: &Incident, step: u32) -> Option<Judged> {
    let passes = Probability::new(f64::from(step) / 100.0)?;
    let cascade = cascade_passing(&incident.system, &incident.faults, passes);
    let basis = Basis::of(&incident.system);
    let predicted = SeverityClass::of(10.0 * likely_entry_loss(&basis, &cascade)?);
    let actual = incident.severity?;
    let all: f64 = basis.entries.iter().map(|entry| entry.weight).sum();
    let down = |entry| cascade.effect(entry).map_or(0.0, |effect| effect.likely.down);
    let down: f64 = basis.entries.iter().map(|entry| entry.weight * down(entry.component)).sum::<f64>() / all;
    let down = down.clamp(1.0 - CERTAIN, CERTAIN);
    let came = if actual == SeverityClass::Critical { down } else { 1.0 - down };
    Some(Judged { predicted, actual, log_loss: -came.ln() })
}

/// Judges each incident by the value that costs least on all others.
fn leave_one_out(what: &str, table: &[(u32, Vec<Judged>)], cost: impl Fn(&[Judged]) -> f64) {
    let count = table.first().map_or(0, |(_, judged)| judged.len());
    let (mut met, mut log_loss) = (0, 0.0);
    let mut chosen: Vec<u32> = Vec::new();
    for left_out in 0..count {
        let costs = table.iter().map(|(step, judged)| {
            let others: Vec<Judged> =
                judged.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, it)| *it).collect();
            (cost(&others), *step, judged.get(left_out).copied())
        });
        let Some((_, step, Some(judged))) = costs.min_by(|one, other| one.0.total_cmp(&other.0)) else { continue };
        met += usize::from(judged.predicted == judged.actual);
        log_loss += judged.log_loss;
        chosen.push(step);
    }
    chosen.sort_unstable();
    let runs: Vec<String> = chosen
        .chunk_by(|one, other| one == other)
        .map(|run| format!("{:.2} x{}", f64::from(run.first().copied().unwrap_or(0)) / 100.0, run.len()))
        .collect();
    println!(
        "leave one out by {what}: {met} of {count} met, mean log loss {:.3}, chosen {}",
        log_loss / count as f64,
        runs.join(", ")
    );
}
