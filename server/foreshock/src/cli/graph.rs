//! `foreshock graph`: the components and what depends on what.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use foreshock_analysis::Stack;
use foreshock_report::{Paint, Places, dot, graph_json, graph_outline, html_graph, mermaid};

use super::inputs::Stacks;
use super::{Outcome, colour, here, print, print_json, print_raw, read};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// How to write the result: for a person by default on a terminal, as JSON elsewhere
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// An outline
    Human,
    Json,
    Dot,
    Mermaid,
    Html,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = read(arguments.stacks.path(), &arguments.stacks.inputs)?;
    let places = Places::relative_to(&snapshot, base);
    let stacks: Vec<&Stack> = snapshot.stacks.iter().map(|stack| &**stack).collect();
    let default = if io::stdout().is_terminal() { Format::Human } else { Format::Json };
    match arguments.format.unwrap_or(default) {
        Format::Human => {
            let places = Places::relative_to(&snapshot, here());
            print(&graph_outline(&stacks, &places, Paint { colour: colour() }))?;
        }
        Format::Json => print_json(&graph_json(stacks.into_iter(), &places))?,
        Format::Dot => print(&dot(&stacks, &places))?,
        Format::Mermaid => print(&mermaid(&stacks, &places))?,
        Format::Html => print_raw(&html_graph(&stacks, &places)?)?,
    }
    Ok(Outcome::Fine)
}
