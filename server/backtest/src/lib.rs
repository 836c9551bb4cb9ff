//! Past incidents replayed: what the engine would have said of them, beside predictors that know nothing.
//!
//! Knows the file format of incidents, the model and the engine. Must never know a terminal or a protocol, and never
//! carries a rule of its own: an incident is a system with a fault, and the engine's cascade is the prediction. Such
//! graphs are drawn after the fact by people who know what failed, so that a score without the trivial predictors
//! beside it means nothing. Start reading at [`IncidentFile::read`], then [`backtest`].

mod downtime;
mod graph;
mod incident;
mod measures;
mod planes;
mod prediction;
mod read;
mod replay;
mod report;
#[cfg(test)]
mod tests;

pub use downtime::{Downtime, DowntimeSummary};
pub use incident::{Class, Incident, IncidentFile, IncidentProblem, Outcome, SeverityClass};
pub use measures::{Confusion, Severities, ThreeClasses};
pub use planes::PlaneNotes;
pub use prediction::Predictor;
pub use replay::{Backtest, Comparison, Replay, Row, Total, backtest};
