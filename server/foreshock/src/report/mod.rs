//! What is told to people and programs: one model, several renderings.
//!
//! Knows snapshots and how to write them down. Must never know the protocol, and decides nothing: what is found, how loud
//! it is and what it costs is the analysis' word. Start reading at [`Report`].

mod availability_agents;
mod availability_human;
mod availability_json;
mod availability_report;
mod backtest_human;
mod backtest_json;
mod cascade_mermaid;
mod cascade_text;
mod comparison_json;
mod evidence;
mod findings_json;
mod github;
mod gitlab;
mod graph_json;
mod graph_text;
mod html;
mod human;
mod identity;
mod kill;
mod markdown;
mod markdown_page;
mod markdown_text;
mod model;
mod panel;
mod places;
mod sarif;
mod sarif_results;
mod simulate_human;
mod simulate_json;
mod simulation;
mod suppressed;
mod table;
mod verdict;
mod words;

pub(crate) use availability_human::availability_human;
pub(crate) use availability_json::availability_json;
pub(crate) use availability_report::AvailabilityReport;
pub(crate) use backtest_human::backtest_human;
pub(crate) use backtest_json::backtest_json;
pub(crate) use comparison_json::{base_json, failures_json};
pub(crate) use evidence::{InputFile, NOTICE, Pack, checksum};
pub(crate) use findings_json::findings_json;
pub(crate) use github::github;
pub(crate) use gitlab::gitlab;
pub(crate) use graph_json::graph_json;
pub(crate) use graph_text::{dot, mermaid};
pub(crate) use html::{Made, StackMatter, html_graph, html_report};
pub(crate) use human::human;
pub(crate) use markdown::markdown;
pub(crate) use model::{Report, StackReport};
pub(crate) use places::Places;
pub(crate) use sarif::sarif;
pub(crate) use simulate_human::simulate_human;
pub(crate) use simulate_json::simulate_json;
pub(crate) use simulation::{Played, Simulation};
pub(crate) use table::Paint;
pub(crate) use words::{
    code, duration, health_name, layer_name, offer, page_address, points, rule_page_address, score, up, yearly,
};

/// The version of every JSON shape.
const JSON_VERSION: u32 = 1;
