//! The templates of a page, filled in.

use minijinja::value::Serde;
use minijinja::{Environment, syntax::SyntaxConfig};
use serde::Serialize;
use serde_json::json;

use super::embedded::escaped;
use super::scenarios::Room;
use super::stack_view::StackView;
use super::{Made, StackMatter};
use crate::Places;

/// The templates, by the names they call each other. What ends in `.html` is escaped wherever a value is put in.
const TEMPLATES: [(&str, &str); 4] = [
    ("report.html", include_str!("report.html")),
    ("stack.html", include_str!("stack.html")),
    ("finding.html", include_str!("finding.html")),
    ("graph.html", include_str!("graph.html")),
];

/// What goes into a page as it is: our own text.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Parts {
    style: &'static str,
    graph_style: &'static str,
    graph_script: &'static str,
    script: &'static str,
}

pub(super) const PARTS: Parts = Parts {
    style: include_str!("report.css"),
    graph_style: include_str!("graph.css"),
    graph_script: include_str!("graph.js"),
    script: include_str!("report.js"),
};

#[derive(Serialize)]
struct Report<'a> {
    stacks: Vec<StackView>,
    /// JSON, escaped.
    data: String,
    parts: Parts,
    command: &'a str,
    date: Option<&'a str>,
    notice: Option<&'a str>,
    version: &'static str,
}

/// Some stacks as one page.
pub fn html_report(matters: &[StackMatter], places: &Places<'_>, made: &Made) -> Result<String, String> {
    let room = Room::of_one_in(matters.len());
    let (stacks, data): (Vec<_>, Vec<_>) = matters.iter().map(|matter| StackView::of(matter, room, places)).unzip();
    let report = Report {
        stacks,
        data: escaped(&json!({ "stacks": data, "begin": begin(matters) })),
        parts: PARTS,
        command: &made.command,
        date: made.date.as_deref(),
        notice: made.notice.as_deref(),
        version: env!("CARGO_PKG_VERSION"),
    };
    render("report.html", report)
}

/// The stack that is shown first: the one with the lowest score, else the first with anything in it.
fn begin(matters: &[StackMatter]) -> usize {
    let scored = matters.iter().enumerate().filter_map(|(index, matter)| Some((index, matter.availability.score?)));
    let lowest = scored.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(index, _)| index);
    let has_some = |matter: &StackMatter| !matter.stack.system().components.is_empty();
    lowest.or_else(|| matters.iter().position(has_some)).unwrap_or(0)
}

/// A page of a template. Templates are ours: an error is a mistake of this program, and is said instead of panicking.
pub(super) fn render(template: &str, values: impl Serialize) -> Result<String, String> {
    let failed = |error: minijinja::Error| format!("the template {template}: {error:#}");
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(failed)?);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(failed)?;
    }
    environment.get_template(template).and_then(|template| template.render(Serde(values))).map_err(failed)
}
