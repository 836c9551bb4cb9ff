//! What is told to people and programs: one model, several renderings.
//!
//! Knows snapshots and how to write them down. Must never know the protocol, and decides nothing: what is found, how loud
//! it is and what it costs is the analysis' word. Start reading at [`Report`].

mod cascade_json;
mod findings_json;
mod graph_json;
mod graph_text;
mod human;
mod model;
mod places;
mod words;

pub(crate) use cascade_json::cascade_json;
pub(crate) use findings_json::findings_json;
pub(crate) use graph_json::graph_json;
pub(crate) use graph_text::{dot, mermaid};
pub(crate) use human::human;
pub(crate) use model::{Report, StackReport};
pub(crate) use places::Places;
pub(crate) use words::{code, duration, gain, health_name, rule_page_address};

/// The version of every JSON shape.
const JSON_VERSION: u32 = 1;
