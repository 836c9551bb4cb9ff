//! `foreshock backtest --format json`.

use foreshock_backtest::{Backtest, Class, Confusion, IncidentProblem, Predictor, Replay, SeverityClass, ThreeClasses};
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
        set(&mut value, "three_classes", three_classes(&total.three));
        let severities = total.severities;
        let (met, too_mild, too_severe) = (severities.met, severities.too_mild, severities.too_severe);
        set(&mut value, "severity_classes", json!({"met": met, "too_mild": too_mild, "too_severe": too_severe}));
        (total.predictor.name().to_owned(), value)
    });
    let worst = backtest.totals.iter().find(|total| total.predictor == Predictor::Cascade);
    let severities = worst.map(|total| total.severities).unwrap_or_default();
    let comparisons = backtest.comparisons.iter().map(|it| {
        json!({"measure": it.measure, "foreshock": it.ours, "baseline": it.baseline, "beaten": it.ours > it.baseline})
    });
    let commonest = backtest.commonest_class.map(|(class, met)| json!({"class": class.name(), "met": met}));
    json!({
        "version": JSON_VERSION,
        "caveat": CAVEAT,
        "warning": backtest.warning,
        "incidents": backtest.replays.iter().map(incident).collect::<Vec<_>>(),
        "totals": totals.collect::<serde_json::Map<_, _>>(),
        "severity_classes": {
            "met": severities.met, "of": severities.total(), "always_the_commonest": commonest,
        },
        "baseline": {"predictor": Predictor::DataPlane.name(), "comparisons": comparisons.collect::<Vec<_>>()},
        "downtime": downtime,
        "problems": problems.iter().map(|problem| {
            let (line, column) = problem.place.unzip();
            json!({
                "incident": problem.incident,
                "message": problem.message,
                "line": line,
                "column": column,
                "left_out": problem.left_out,
            })
        })
            .collect::<Vec<_>>(),
    })
}

/// What every reader of these numbers must know.
pub(super) const CAVEAT: &str = "these graphs were drawn after the fact by people who knew what failed; \
a predictor that is no better than the trivial ones has shown nothing";

fn incident(replay: &Replay) -> Value {
    let predictors = replay.rows.iter().map(|row| {
        let mut value = measures(row.confusion);
        set(&mut value, "severity", json!(row.severity));
        if row.three.total() > 0 {
            set(&mut value, "three_classes", three_classes(&row.three));
        }
        (row.predictor.name().to_owned(), value)
    });
    let worst = replay.row(Predictor::Cascade).and_then(|row| row.severity);
    let likely = replay.row(Predictor::Likely).and_then(|row| row.severity);
    let class = |severity: Option<f64>| severity.map(|severity| SeverityClass::of(severity).name());
    json!({
        "id": replay.id,
        "fault": replay.fault,
        "faults": replay.faults,
        "components": replay.components,
        "affected_outside_the_graph": replay.outside,
        "predictors": predictors.collect::<serde_json::Map<_, _>>(),
        "cause_class": replay.cause_class,
        "not_judged": replay.ignored,
        "severity": worst,
        "likely_severity": likely,
        "severity_class": replay.severity.map(|actual| {
            json!({"predicted": class(worst), "likely": class(likely), "actual": actual.name()})
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
        "balanced_accuracy": confusion.balanced_accuracy(),
        "mcc": confusion.mcc(),
    })
}

/// By actual class, then by predicted; null where the file does not say how badly.
fn three_classes(three: &ThreeClasses) -> Value {
    if three.total() == 0 {
        return Value::Null;
    }
    let row = |counts: &[u32; 3]| {
        let named = Class::ALL.iter().zip(counts).map(|(class, count)| (class.name().to_owned(), json!(count)));
        Value::Object(named.collect())
    };
    let rows = Class::ALL.iter().zip(&three.counts).map(|(class, counts)| (class.name().to_owned(), row(counts)));
    json!({
        "accuracy": three.accuracy(),
        "balanced_accuracy": three.balanced_accuracy(),
        "too_mild": three.too_mild(),
        "too_severe": three.too_severe(),
        "actual": Value::Object(rows.collect()),
    })
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
