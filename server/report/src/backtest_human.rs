//! `foreshock backtest` for a terminal.

use foreshock_backtest::{Backtest, IncidentProblem, Predictor, Replay, Total};

use super::backtest_json::CAVEAT;
use super::table::{Paint, Table};
use super::words::duration;

/// The same as the JSON, for a person.
pub fn backtest_human(name: &str, backtest: &Backtest, problems: &[IncidentProblem], paint: Paint) -> String {
    let mut text = format!("{}\n", paint.bold(&format!("{name}: {} incidents replayed", backtest.replays.len())));
    for problem in problems {
        text.push_str(&format!("  {}\n", paint.yellow(&format!("left out {problem}"))));
    }
    text.push_str("\nEach incident: what Foreshock predicts, and the F1 of predictors that know nothing.\n");
    text.push_str(&incidents(backtest, paint));
    text.push_str("\nAll incidents together:\n");
    text.push_str(&totals(&backtest.totals, paint));
    text.push('\n');
    text.push_str(&severity(backtest));
    text.push_str(&downtime(backtest));
    text.push_str(&format!("\n{} {CAVEAT}.\n", paint.bold("Mind:")));
    if let Some(warning) = &backtest.warning {
        text.push_str(&format!("{} {warning}\n", paint.bold("The file's own warning:")));
    }
    text
}

fn incidents(backtest: &Backtest, paint: Paint) -> String {
    let header =
        ["incident", "precision", "recall", "F1", "MCC", "reachable", "everything", "root", "severity", "downtime"];
    let mut table = Table::new(header, paint);
    for replay in &backtest.replays {
        table.row(incident(replay, paint));
    }
    table.render()
}

fn incident(replay: &Replay, paint: Paint) -> Vec<String> {
    let of = |predictor| replay.rows.iter().find(|row| row.predictor == predictor).map(|row| row.confusion);
    let f1 = |predictor| measure(of(predictor).and_then(|confusion| confusion.f1()));
    let cascade = of(Predictor::Cascade).unwrap_or_default();
    let severity = match replay.classes {
        Some((predicted, actual)) if predicted == actual => paint.green(predicted.name()),
        Some((predicted, actual)) => paint.yellow(&format!("{}, was {}", predicted.name(), actual.name())),
        None => "-".to_owned(),
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
        measure(cascade.mcc()),
        f1(Predictor::Reachable),
        f1(Predictor::Everything),
        f1(Predictor::OnlyTheRoot),
        severity,
        downtime,
    ]
}

fn totals(totals: &[Total], paint: Paint) -> String {
    let mut table = Table::new(["predictor", "precision", "recall", "F1", "MCC", "mean F1"], paint);
    for total in totals {
        let name = match total.predictor {
            Predictor::Cascade => paint.bold("Foreshock"),
            Predictor::Reachable => "everything reachable".to_owned(),
            Predictor::Everything => "everything".to_owned(),
            Predictor::OnlyTheRoot => "only the root".to_owned(),
        };
        let confusion = total.confusion;
        let measures = [confusion.precision(), confusion.recall(), confusion.f1(), confusion.mcc(), total.mean_f1];
        table.row(std::iter::once(name).chain(measures.map(measure)));
    }
    table.render()
}

fn severity(backtest: &Backtest) -> String {
    let (met, of) = backtest.classes_met;
    match backtest.commonest_class {
        Some((class, constant)) => {
            let name = class.name();
            format!("Severity, one of three classes: {met} of {of} met; always \"{name}\" meets {constant}.\n")
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
