//! `foreshock graph`: the components and what depends on what.

use clap::{Args, ValueEnum};
use foreshock_analysis::Stack;
use foreshock_report::{Places, dot, graph_json, html_graph, mermaid};

use super::inputs::Stacks;
use super::{Outcome, print, print_json, read};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Dot,
    Mermaid,
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = read(arguments.stacks.path(), &arguments.stacks.inputs)?;
    let places = Places::relative_to(&snapshot, base);
    let stacks: Vec<&Stack> = snapshot.stacks.iter().map(|stack| &**stack).collect();
    match arguments.format {
        Format::Json => print_json(&graph_json(stacks.into_iter(), &places))?,
        Format::Dot => print(&dot(&stacks, &places))?,
        Format::Mermaid => print(&mermaid(&stacks, &places))?,
        Format::Html => print(&html_graph(&stacks, &places)?)?,
    }
    Ok(Outcome::Fine)
}
