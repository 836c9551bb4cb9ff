//! `foreshock recovery`: how soon everything is back after each sort of fault, how much data is lost, and which line decides.

use clap::{Args, ValueEnum};
use foreshock_analysis::Stack;
use foreshock_report::{Paint, Places, recovery_human, recovery_json};

use super::inputs::Stacks;
use super::{Outcome, colour, here, print, print_json, read, tell_not_understood};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Human,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = read(arguments.stacks.path(), &arguments.stacks.inputs)?;
    tell_not_understood(&snapshot);
    let stacks: Vec<&Stack> = snapshot.stacks.iter().map(|stack| &**stack).collect();
    match arguments.format {
        Format::Human => {
            let places = Places::for_people(&snapshot, here());
            print(&recovery_human(&stacks, &places, Paint { colour: colour() }))?;
        }
        Format::Json => print_json(&recovery_json(&stacks, &Places::relative_to(&snapshot, base)))?,
    }
    Ok(Outcome::Fine)
}
