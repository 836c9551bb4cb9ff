//! An incident: a graph, what failed first, and what became of everything else.

use std::fmt;

use foreshock_engine::Fault;
use foreshock_model::{ComponentIndex, Seconds, System};

/// How bad it was, as the incident's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeverityClass {
    /// "minor", "medium", "low".
    Minor,
    /// "major", "high".
    Major,
    /// "critical".
    Critical,
}

impl SeverityClass {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SeverityClass::Minor => "minor",
            SeverityClass::Major => "major",
            SeverityClass::Critical => "critical",
        }
    }

    pub(crate) fn named(name: &str) -> Option<SeverityClass> {
        match name {
            "minor" | "medium" | "low" => Some(SeverityClass::Minor),
            "major" | "high" => Some(SeverityClass::Major),
            "critical" => Some(SeverityClass::Critical),
            _ => None,
        }
    }

    /// The class of a severity of 0..=10: critical from 7, major from 4.
    pub fn of(severity: f64) -> SeverityClass {
        match severity {
            s if s >= 7.0 => SeverityClass::Critical,
            s if s >= 4.0 => SeverityClass::Major,
            _ => SeverityClass::Minor,
        }
    }
}

/// What became of a component, in three classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It went on as before.
    Unaffected,
    /// It served with less.
    Degraded,
    /// It did not serve.
    Down,
}

impl Class {
    /// From the mildest.
    pub const ALL: [Class; 3] = [Class::Unaffected, Class::Degraded, Class::Down];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Class::Unaffected => "unaffected",
            Class::Degraded => "degraded",
            Class::Down => "down",
        }
    }
}

/// What a file says of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// In one of the three classes.
    Known(Class),
    /// Affected, and not said how badly.
    Affected,
    /// Not to be judged.
    Ignored,
}

impl Outcome {
    /// Whether it was affected; none where that is not to be judged.
    pub fn is_affected(self) -> Option<bool> {
        match self {
            Outcome::Known(class) => Some(class > Class::Unaffected),
            Outcome::Affected => Some(true),
            Outcome::Ignored => None,
        }
    }
}

/// One incident.
#[derive(Clone, Debug)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// The graph.
    pub system: System,
    /// What failed first; where several did, the first of them.
    pub fault: ComponentIndex,
    /// What failed first and how, all of it.
    pub faults: Vec<Fault>,
    /// Per component of the system: what became of it.
    pub outcomes: Vec<Outcome>,
    /// Affected services that the graph does not have: every predictor misses them.
    pub outside: usize,
    /// How bad it was, where said in a word that is known.
    pub severity: Option<SeverityClass>,
    /// How long it took, where said.
    pub downtime: Option<Seconds>,
    /// Why, in the file's words.
    pub cause: Option<String>,
    /// The class of that, in the file's word (`software_bug`).
    pub cause_class: Option<String>,
}

impl Incident {
    /// How bad the worst of what failed first was: down, unless all of it is gray.
    pub(crate) fn root_class(&self) -> Class {
        let gray = |fault: &Fault| match fault {
            Fault::Impaired { .. } | Fault::Latency { .. } => true,
            Fault::Errors { share, .. } => share.get() <= 0.5,
            _ => false,
        };
        if self.faults.iter().all(gray) { Class::Degraded } else { Class::Down }
    }

    /// The components that failed first.
    pub(crate) fn roots(&self) -> Vec<ComponentIndex> {
        let of = |fault: &Fault| match *fault {
            Fault::Component(component)
            | Fault::Instances { component, .. }
            | Fault::Exhausted { component, .. }
            | Fault::Latency { component, .. }
            | Fault::Impaired { component, .. }
            | Fault::Errors { component, .. } => Some(component),
            _ => None,
        };
        self.faults.iter().filter_map(of).collect()
    }

    /// Whether every affected component has one of the three classes, so that they can be counted.
    pub(crate) fn has_classes(&self) -> bool {
        let is = |wanted: fn(&Outcome) -> bool| self.outcomes.iter().any(wanted);
        !is(|outcome| *outcome == Outcome::Affected) && is(|outcome| outcome.is_affected() == Some(true))
    }
}

/// A file of incidents.
#[derive(Clone, Debug, Default)]
pub struct IncidentFile {
    /// What its author warns of.
    pub warning: Option<String>,
    /// The incidents, in the order of the file.
    pub incidents: Vec<Incident>,
}

/// What is wrong with an incident, or was not understood of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentProblem {
    /// Its id; the whole file where it is empty.
    pub incident: String,
    /// Line and column, from 1, where it is about a place.
    pub place: Option<(u32, u32)>,
    /// What is wrong and what was expected.
    pub message: String,
    /// Whether the incident was left out for it.
    pub left_out: bool,
}

impl fmt::Display for IncidentProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left_out {
            f.write_str("left out ")?;
        }
        f.write_str(&self.incident)?;
        if let Some((line, column)) = self.place {
            let space = if self.incident.is_empty() { "" } else { ", " };
            write!(f, "{space}line {line} column {column}")?;
        }
        write!(f, ": {}", self.message)
    }
}
