//! Past incidents replayed: what the engine would have said of them, beside predictors that know nothing.
//!
//! Knows the file format of incidents, the model and the engine. Must never know a terminal or a protocol, and never
//! carries a rule of its own: an incident is a system with a fault, and the engine's cascade is the prediction. Such
//! graphs are drawn after the fact by people who know what failed, so that a score without the trivial predictors
//! beside it means nothing. Start reading at [`IncidentFile::read`], then [`backtest`].

mod downtime;
mod incident;
mod measures;
mod prediction;
mod replay;
#[cfg(test)]
mod tests;

pub use downtime::{Downtime, DowntimeSummary};
pub use incident::{Incident, IncidentFile, IncidentProblem, SeverityClass};
pub use measures::Confusion;
pub use prediction::Predictor;
pub use replay::{Backtest, Replay, Row, Total, backtest};
