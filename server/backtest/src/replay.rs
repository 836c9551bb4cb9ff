//! All incidents of a file, replayed and summed up.

use crate::downtime::{Downtime, DowntimeSummary, summarise};
use crate::measures::{Severities, ThreeClasses};
use crate::{Confusion, Incident, IncidentFile, Outcome, Predictor, SeverityClass};

/// What one predictor said of one incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Who.
    pub predictor: Predictor,
    /// How well, affected or not.
    pub confusion: Confusion,
    /// How well, in three classes; empty where the file does not say how badly.
    pub three: ThreeClasses,
    /// Severity of the fault, 0..=10: share of the entry service lost, times ten. None without an entry.
    pub severity: Option<f64>,
}

/// One incident replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The incident's id.
    pub id: String,
    /// The component that failed first.
    pub fault: String,
    /// Everything that failed first and how, as the names of faults: `errors:db:20%`.
    pub faults: Vec<String>,
    /// Why, in the file's word.
    pub cause_class: Option<String>,
    /// How many components its graph has.
    pub components: usize,
    /// How many of them are not judged.
    pub ignored: usize,
    /// Affected services that the graph does not have: every predictor misses them.
    pub outside: usize,
    /// One for each of [`Predictor::ALL`].
    pub rows: Vec<Row>,
    /// The class of its severity in the file.
    pub severity: Option<SeverityClass>,
    /// How long, predicted and actual, where the file says it.
    pub downtime: Option<Downtime>,
}

impl Replay {
    /// What one predictor said.
    pub fn row(&self, predictor: Predictor) -> Option<&Row> {
        self.rows.iter().find(|row| row.predictor == predictor)
    }
}

/// One predictor over all incidents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Who.
    pub predictor: Predictor,
    /// All components of all incidents together (micro average).
    pub confusion: Confusion,
    /// The same in three classes.
    pub three: ThreeClasses,
    /// Mean of the incidents' F1, those without one left out.
    pub mean_f1: Option<f64>,
    /// The classes of severity.
    pub severities: Severities,
}

/// One measure of the engine beside the same of data-plane reachability, the predictor to beat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Which measure.
    pub measure: &'static str,
    /// The engine's.
    pub ours: f64,
    /// The baseline's.
    pub baseline: f64,
}

/// A file replayed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backtest {
    /// What the file's author warns of.
    pub warning: Option<String>,
    /// Each incident, in the order of the file.
    pub replays: Vec<Replay>,
    /// One for each of [`Predictor::ALL`].
    pub totals: Vec<Total>,
    /// Incidents whose class is the commonest one in the file: what always naming that one would meet.
    pub commonest_class: Option<(SeverityClass, usize)>,
    /// The engine against the baseline, measure by measure, where both are defined.
    pub comparisons: Vec<Comparison>,
    /// Downtimes, where the file has them.
    pub downtime: Option<DowntimeSummary>,
}

/// Replays every incident.
pub fn backtest(file: &IncidentFile) -> Backtest {
    let mut replays: Vec<Replay> = file.incidents.iter().map(replay).collect();
    let downtime = summarise(&mut replays);
    let totals: Vec<Total> =
        Predictor::ALL.iter().enumerate().map(|(index, &predictor)| total(predictor, index, &replays)).collect();
    let of_class = |class| replays.iter().filter(|replay| replay.severity == Some(class)).count();
    let all = [SeverityClass::Critical, SeverityClass::Major, SeverityClass::Minor];
    let commonest = all.into_iter().map(|class| (class, of_class(class))).max_by_key(|&(class, count)| (count, class));
    Backtest {
        warning: file.warning.clone(),
        comparisons: comparisons(&totals),
        totals,
        commonest_class: commonest.filter(|&(_, count)| count > 0),
        downtime,
        replays,
    }
}

fn replay(incident: &Incident) -> Replay {
    let rows = Predictor::ALL.iter().map(|&predictor| row(predictor, incident));
    let fault = incident.system.component(incident.fault);
    Replay {
        id: incident.id.clone(),
        fault: fault.map_or_else(String::new, |component| component.id.to_string()),
        faults: incident.faults.iter().map(|fault| fault.id(&incident.system)).collect(),
        cause_class: incident.cause_class.clone(),
        components: incident.system.components.len(),
        ignored: incident.outcomes.iter().filter(|outcome| **outcome == Outcome::Ignored).count(),
        outside: incident.outside,
        rows: rows.collect(),
        severity: incident.severity,
        downtime: Downtime::of(incident),
    }
}

fn row(predictor: Predictor, incident: &Incident) -> Row {
    let prediction = predictor.predict(incident);
    let mut confusion = Confusion { false_negatives: incident.outside as u32, ..Confusion::default() };
    let mut three = ThreeClasses::default();
    let has_classes = incident.has_classes();
    for (&predicted, &actual) in prediction.classes.iter().zip(&incident.outcomes) {
        if let Some(affected) = actual.is_affected() {
            confusion.count(predicted > crate::Class::Unaffected, affected);
        }
        if let (Outcome::Known(actual), true) = (actual, has_classes) {
            three.count(predicted, actual);
        }
    }
    Row { predictor, confusion, three, severity: prediction.severity }
}

fn total(predictor: Predictor, index: usize, replays: &[Replay]) -> Total {
    let rows = || replays.iter().filter_map(|replay| replay.rows.get(index));
    let f1: Vec<f64> = rows().filter_map(|row| row.confusion.f1()).collect();
    let mut severities = Severities::default();
    for replay in replays {
        let severity = replay.rows.get(index).and_then(|row| row.severity);
        if let (Some(predicted), Some(actual)) = (severity, replay.severity) {
            severities.count(SeverityClass::of(predicted), actual);
        }
    }
    Total {
        predictor,
        confusion: rows().fold(Confusion::default(), |sum, row| sum.with(row.confusion)),
        three: rows().fold(ThreeClasses::default(), |sum, row| sum.with(row.three)),
        mean_f1: (!f1.is_empty()).then(|| f1.iter().sum::<f64>() / f1.len() as f64),
        severities,
    }
}

/// Affected or not by the worst, which may miss nothing; how badly by the likely.
fn comparisons(totals: &[Total]) -> Vec<Comparison> {
    let of = |predictor| totals.iter().find(|total| total.predictor == predictor);
    let (Some(worst), Some(likely), Some(baseline)) =
        (of(Predictor::Cascade), of(Predictor::Likely), of(Predictor::DataPlane))
    else {
        return Vec::new();
    };
    let severity = |total: &Total| {
        let all = total.severities.total();
        (all > 0).then(|| f64::from(total.severities.met) / f64::from(all))
    };
    let measures = [
        ("F1", worst.confusion.f1(), baseline.confusion.f1()),
        ("balanced accuracy", worst.confusion.balanced_accuracy(), baseline.confusion.balanced_accuracy()),
        ("MCC", worst.confusion.mcc(), baseline.confusion.mcc()),
        ("three-class accuracy", likely.three.accuracy(), baseline.three.accuracy()),
        ("severity classes met", severity(likely), severity(baseline)),
    ];
    let of = |(measure, ours, baseline): (&'static str, Option<f64>, Option<f64>)| {
        Some(Comparison { measure, ours: ours?, baseline: baseline? })
    };
    measures.into_iter().filter_map(of).collect()
}
