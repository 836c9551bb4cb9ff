//! `foreshock backtest --format json`.

use foreshock_backtest::{Backtest, Confusion, IncidentProblem, Replay};
use serde_json::{Value, json};

use super::JSON_VERSION;

/// What the engine would have said of past incidents, beside the trivial predictors. Measures that are 0/0 are null.
pub fn backtest_json(backtest: &Backtest, problems: &[IncidentProblem]) -> Value {
    let downtime = backtest.downtime.map(|downtime| {
        json!({
            "incidents": downtime.count,
            "median_abs_log10_ratio": downtime.median_error,
            "constant_median_abs_log10_ratio": downtime.constant_error,
            "within_p90": downtime.within_p90,
            "p10_to_p90_coverage": downtime.coverage,
        })
    });
    let totals = backtest.totals.iter().map(|total| {
        let mut value = measures(total.confusion);
        set(&mut value, "mean_f1", json!(total.mean_f1));
        (total.predictor.name().to_owned(), value)
    });
    let commonest = backtest.commonest_class.map(|(class, met)| json!({"class": class.name(), "met": met}));
    json!({
        "version": JSON_VERSION,
        "caveat": CAVEAT,
        "warning": backtest.warning,
        "incidents": backtest.replays.iter().map(incident).collect::<Vec<_>>(),
        "totals": totals.collect::<serde_json::Map<_, _>>(),
        "severity_classes": {
            "met": backtest.classes_met.0, "of": backtest.classes_met.1, "always_the_commonest": commonest,
        },
        "downtime": downtime,
        "problems": problems.iter().map(|problem| json!({"incident": problem.incident, "message": problem.message}))
            .collect::<Vec<_>>(),
    })
}

/// What every reader of these numbers must know.
pub(super) const CAVEAT: &str = "these graphs were drawn after the fact by people who knew what failed; \
a predictor that is no better than the trivial ones has shown nothing";

fn incident(replay: &Replay) -> Value {
    let predictors = replay.rows.iter().map(|row| (row.predictor.name().to_owned(), measures(row.confusion)));
    json!({
        "id": replay.id,
        "fault": replay.fault,
        "components": replay.components,
        "affected_outside_the_graph": replay.outside,
        "predictors": predictors.collect::<serde_json::Map<_, _>>(),
        "severity": replay.severity,
        "severity_class": replay.classes.map(|(predicted, actual)| {
            json!({"predicted": predicted.name(), "actual": actual.name()})
        }),
        "downtime": replay.downtime.map(|downtime| json!({
            "actual_seconds": downtime.actual.get(),
            "p10_seconds": downtime.p10.get(),
            "p50_seconds": downtime.p50.get(),
            "p90_seconds": downtime.p90.get(),
            "constant_seconds": downtime.constant.map(foreshock_model::Seconds::get),
            "abs_log10_ratio": downtime.error(),
        })),
    })
}

fn measures(confusion: Confusion) -> Value {
    json!({
        "true_positives": confusion.true_positives,
        "false_positives": confusion.false_positives,
        "false_negatives": confusion.false_negatives,
        "true_negatives": confusion.true_negatives,
        "precision": confusion.precision(),
        "recall": confusion.recall(),
        "f1": confusion.f1(),
        "mcc": confusion.mcc(),
    })
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
