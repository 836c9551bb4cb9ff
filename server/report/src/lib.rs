//! What is told to people and programs: one model, several renderings.
//!
//! Knows snapshots and how to write them down. Must never know the protocol, whether there is a terminal, or the clock
//! (colours and dates are handed in), and decides nothing: what is found, how loud it is and what it costs is the
//! analysis' word. Start reading at [`Report`].

mod apply_json;
mod apply_words;
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
mod fault_words;
mod findings_json;
mod github;
mod gitlab;
mod graph_index;
mod graph_json;
mod graph_outline;
mod graph_text;
mod html;
mod human;
mod identity;
mod kill;
mod markdown;
mod markdown_page;
mod markdown_text;
mod model;
mod outage;
mod outage_words;
mod panel;
mod places;
mod recovery_human;
mod recovery_json;
mod recovery_words;
mod sarif;
mod sarif_results;
mod simulate_human;
mod simulate_json;
mod simulation;
mod suppressed;
mod table;
mod verdict;
mod words;
mod wrapping;

pub use apply_json::apply_json;
pub use apply_words::{applied_words, apply_words};
pub use availability_human::availability_human;
pub use availability_json::availability_json;
pub use availability_report::AvailabilityReport;
pub use backtest_human::backtest_human;
pub use backtest_json::backtest_json;
pub use comparison_json::{base_json, failures_json};
pub use evidence::{InputFile, NOTICE, Pack, checksum};
pub use findings_json::{findings_json, repairs_json, stack_findings_json};
pub use github::github;
pub use gitlab::gitlab;
pub use graph_json::{graph_json, graph_since_base_json};
pub use graph_outline::graph_outline;
pub use graph_text::{dot, mermaid};
pub use html::{Made, StackMatter, html_graph, html_report};
pub use human::human;
pub use markdown::markdown;
pub use model::{Report, StackReport};
pub use outage::{Change, Link, Outage, Spared, Turn, back, outage_json, time_span};
pub use outage_words::{holds, outages};
pub use places::Places;
pub use recovery_human::recovery_human;
pub use recovery_json::recovery_json;
pub use recovery_words::{recovery_lines, time_range};
pub use sarif::sarif;
pub use simulate_human::simulate_human;
pub use simulate_json::simulate_json;
pub use simulation::{Played, Simulation};
pub use table::Paint;
pub use words::{
    code, duration, health_name, layer_name, moved, offer, page_address, points, rule_page_address, score, up, yearly,
};

/// The version of every JSON shape.
pub const JSON_VERSION: u32 = 1;
