//! All incidents of a file, replayed and summed up.

use foreshock_engine::{Basis, Fault, cascade, entry_loss};

use crate::downtime::{Downtime, DowntimeSummary, summarise};
use crate::{Confusion, Incident, IncidentFile, Predictor, SeverityClass};

/// What one predictor said of one incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row {
    /// Who.
    pub predictor: Predictor,
    /// How well.
    pub confusion: Confusion,
}

/// One incident replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The incident's id.
    pub id: String,
    /// What failed first.
    pub fault: String,
    /// How many components its graph has.
    pub components: usize,
    /// Affected services that the graph does not have: every predictor misses them.
    pub outside: usize,
    /// One for each of [`Predictor::ALL`].
    pub rows: Vec<Row>,
    /// Severity of the fault, 0..=10: share of the entry service lost, times ten. None without an entry.
    pub severity: Option<f64>,
    /// The class of that severity, and the one in the file, where there are both.
    pub classes: Option<(SeverityClass, SeverityClass)>,
    /// How long, predicted and actual, where the file says it.
    pub downtime: Option<Downtime>,
}

/// One predictor over all incidents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Total {
    /// Who.
    pub predictor: Predictor,
    /// All components of all incidents together (micro average).
    pub confusion: Confusion,
    /// Mean of the incidents' F1, those without one left out.
    pub mean_f1: Option<f64>,
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
    /// Incidents whose severity class was met, and those with one.
    pub classes_met: (usize, usize),
    /// Incidents whose class is the commonest one in the file: what always naming that one would meet.
    pub commonest_class: Option<(SeverityClass, usize)>,
    /// Downtimes, where the file has them.
    pub downtime: Option<DowntimeSummary>,
}

/// Replays every incident.
pub fn backtest(file: &IncidentFile) -> Backtest {
    let mut replays: Vec<Replay> = file.incidents.iter().map(replay).collect();
    let downtime = summarise(&mut replays);
    let totals = Predictor::ALL.iter().enumerate().map(|(index, &predictor)| total(predictor, index, &replays));
    let classes = || replays.iter().filter_map(|replay| replay.classes);
    let of_class = |class| classes().filter(|&(_, actual)| actual == class).count();
    let all = [SeverityClass::Critical, SeverityClass::Major, SeverityClass::Minor];
    let commonest = all.into_iter().map(|class| (class, of_class(class))).max_by_key(|&(class, count)| (count, class));
    Backtest {
        warning: file.warning.clone(),
        totals: totals.collect(),
        classes_met: (classes().filter(|(predicted, actual)| predicted == actual).count(), classes().count()),
        commonest_class: commonest.filter(|&(_, count)| count > 0),
        downtime,
        replays,
    }
}

fn replay(incident: &Incident) -> Replay {
    let rows = Predictor::ALL.iter().map(|&predictor| {
        let mut confusion = Confusion { false_negatives: incident.outside as u32, ..Confusion::default() };
        for (&predicted, &actual) in predictor.affected(incident).iter().zip(&incident.affected) {
            confusion.count(predicted, actual);
        }
        Row { predictor, confusion }
    });
    let basis = Basis::of(&incident.system);
    let cascade = cascade(&incident.system, &[Fault::Component(incident.fault)]);
    let severity = entry_loss(&basis, &cascade).map(|loss| 10.0 * loss);
    let fault = incident.system.component(incident.fault);
    Replay {
        id: incident.id.clone(),
        fault: fault.map_or_else(String::new, |component| component.id.to_string()),
        components: incident.system.components.len(),
        outside: incident.outside,
        rows: rows.collect(),
        severity,
        classes: severity.map(SeverityClass::of).zip(incident.severity),
        downtime: Downtime::of(incident),
    }
}

fn total(predictor: Predictor, index: usize, replays: &[Replay]) -> Total {
    let rows = || replays.iter().filter_map(|replay| replay.rows.get(index));
    let confusion = rows().fold(Confusion::default(), |sum, row| sum.with(row.confusion));
    let f1: Vec<f64> = rows().filter_map(|row| row.confusion.f1()).collect();
    let mean_f1 = (!f1.is_empty()).then(|| f1.iter().sum::<f64>() / f1.len() as f64);
    Total { predictor, confusion, mean_f1 }
}
