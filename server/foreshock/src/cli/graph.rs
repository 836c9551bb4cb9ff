use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use foreshock_analysis::Stack;
use foreshock_report::{Places, dot, graph_json, html_graph, mermaid};

use super::inputs::Inputs;
use super::{Outcome, print, print_json, read};

#[derive(Args)]
pub(super) struct Arguments {
    /// A directory (every stack below it) or a single file
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    inputs: Inputs,
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
    let (snapshot, base) = read(&arguments.path, &arguments.inputs)?;
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
