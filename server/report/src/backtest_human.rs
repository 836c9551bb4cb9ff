//! `foreshock backtest` for a terminal.

use foreshock_backtest::{Backtest, IncidentProblem, Predictor, Replay, Total};

use super::backtest_json::CAVEAT;
use super::table::{Paint, Table};
use super::words::duration;

/// The same as the JSON, for a person.
pub fn backtest_human(name: &str, backtest: &Backtest, problems: &[IncidentProblem], paint: Paint) -> String {
    let mut text = format!("{}\n", paint.bold(&format!("{name}: {} incidents replayed", backtest.replays.len())));
    for problem in problems {
        text.push_str(&format!("  {}\n", paint.yellow(&problem.to_string())));
    }
    text.push_str("\nEach incident: what Foreshock predicts, and the F1 of predictors that know nothing.\n");
    text.push_str(&incidents(backtest, paint));
    text.push_str("\nAll incidents together, affected or not:\n");
    text.push_str(&totals(&backtest.totals, paint));
    text.push_str("\nHow badly: down, degraded or unaffected, and the class of the severity:\n");
    text.push_str(&classes(&backtest.totals, paint));
    text.push('\n');
    text.push_str(&beaten(backtest, paint));
    text.push_str(&severity(backtest));
    text.push_str(&downtime(backtest));
    text.push_str(&format!("\n{} {CAVEAT}.\n", paint.bold("Mind:")));
    if let Some(warning) = &backtest.warning {
        text.push_str(&format!("{} {warning}\n", paint.bold("The file's own warning:")));
    }
    text
}

fn incidents(backtest: &Backtest, paint: Paint) -> String {
    let header = [
        "incident",
        "precision",
        "recall",
        "F1",
        "data plane",
        "requires",
        "reachable",
        "everything",
        "root",
        "severity",
        "likely",
        "downtime",
    ];
    let mut table = Table::new(header, paint);
    for replay in &backtest.replays {
        table.row(incident(replay, paint));
    }
    table.render()
}

fn incident(replay: &Replay, paint: Paint) -> Vec<String> {
    let of = |predictor| replay.row(predictor).map(|row| row.confusion);
    let f1 = |predictor| measure(of(predictor).and_then(|confusion| confusion.f1()));
    let cascade = of(Predictor::Cascade).unwrap_or_default();
    let severity = |predictor| {
        let predicted = replay.row(predictor).and_then(|row| row.severity).map(foreshock_backtest::SeverityClass::of);
        match (predicted, replay.severity) {
            (Some(predicted), Some(actual)) if predicted == actual => paint.green(predicted.name()),
            (Some(predicted), Some(actual)) => paint.yellow(&format!("{}, was {}", predicted.name(), actual.name())),
            _ => "-".to_owned(),
        }
    };
    let downtime = replay.downtime.map_or_else(
        || "-".to_owned(),
        |downtime| {
            let [p50, p90, actual] = [downtime.p50, downtime.p90, downtime.actual].map(|time| duration(time.get()));
            format!("{p50} (p90 {p90}), was {actual}")
        },
    );
    vec![
        replay.id.clone(),
        measure(cascade.precision()),
        measure(cascade.recall()),
        measure(cascade.f1()),
        f1(Predictor::DataPlane),
        f1(Predictor::Requires),
        f1(Predictor::Reachable),
        f1(Predictor::Everything),
        f1(Predictor::OnlyTheRoot),
        severity(Predictor::Cascade),
        severity(Predictor::Likely),
        downtime,
    ]
}

fn name(predictor: Predictor, paint: Paint) -> String {
    match predictor {
        Predictor::Cascade => paint.bold("Foreshock, the worst"),
        Predictor::Likely => paint.bold("Foreshock, likely"),
        Predictor::DataPlane => "reachable over the data plane".to_owned(),
        Predictor::Requires => "reachable over requires".to_owned(),
        Predictor::Reachable => "everything reachable".to_owned(),
        Predictor::Everything => "everything".to_owned(),
        Predictor::OnlyTheRoot => "only the root".to_owned(),
    }
}

fn totals(totals: &[Total], paint: Paint) -> String {
    let header = ["predictor", "precision", "recall", "F1", "balanced accuracy", "MCC", "mean F1"];
    let mut table = Table::new(header, paint);
    for total in totals {
        let measures = [
            total.confusion.precision(),
            total.confusion.recall(),
            total.confusion.f1(),
            total.confusion.balanced_accuracy(),
            total.confusion.mcc(),
            total.mean_f1,
        ];
        table.row(std::iter::once(name(total.predictor, paint)).chain(measures.map(measure)));
    }
    table.render()
}

fn classes(totals: &[Total], paint: Paint) -> String {
    let header =
        ["predictor", "three classes", "balanced", "too mild", "too severe", "severity met", "too mild", "too severe"];
    let mut table = Table::new(header, paint);
    for total in totals {
        let (three, severities) = (&total.three, &total.severities);
        let counted = |count: u32| if three.total() == 0 { "-".to_owned() } else { count.to_string() };
        table.row([
            name(total.predictor, paint),
            measure(three.accuracy()),
            measure(three.balanced_accuracy()),
            counted(three.too_mild()),
            counted(three.too_severe()),
            format!("{} of {}", severities.met, severities.total()),
            severities.too_mild.to_string(),
            severities.too_severe.to_string(),
        ]);
    }
    table.render()
}

/// Where the engine is better than data-plane reachability, and where it is not.
fn beaten(backtest: &Backtest, paint: Paint) -> String {
    /// Smaller differences are not shown.
    const SAME: f64 = 0.005;
    let of = |wanted: &dyn Fn(f64) -> bool| {
        let chosen = backtest.comparisons.iter().filter(|it| wanted(it.ours - it.baseline));
        let words = chosen.map(|it| format!("{} {:.2} against {:.2}", it.measure, it.ours, it.baseline));
        words.collect::<Vec<_>>().join(", ")
    };
    let better = of(&|gain| gain >= SAME);
    let same = of(&|gain| gain.abs() < SAME);
    let worse = of(&|gain| gain <= -SAME);
    let mut text = String::from("Against reachability over the data plane, the predictor to beat:\n");
    for (what, list) in [("better", better), ("the same", same), ("not beaten", worse)] {
        if !list.is_empty() {
            let line = format!("{what}: {list}");
            let line = if what == "not beaten" { paint.yellow(&line) } else { line };
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

fn severity(backtest: &Backtest) -> String {
    match backtest.commonest_class {
        Some((class, constant)) => {
            let name = class.name();
            format!("Severity: always \"{name}\" meets {constant}.\n")
        }
        None => "Severity: the file names no class.\n".to_owned(),
    }
}

fn downtime(backtest: &Backtest) -> String {
    let Some(downtime) = backtest.downtime else { return String::new() };
    let constant = downtime.constant_error.map_or_else(|| "-".to_owned(), |error| format!("{error:.2}"));
    format!(
        "Downtime of {}: median |log10(predicted / actual)| {:.2}; the median of the other incidents has {constant}.\n\
         {:.0} % were over by their p90 (90 % expected), {:.0} % were between p10 and p90 (80 % expected).\n",
        downtime.count,
        downtime.median_error,
        100.0 * downtime.within_p90,
        100.0 * downtime.coverage,
    )
}

fn measure(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}
