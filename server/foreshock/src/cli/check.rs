mod against;
mod format;
mod gates;

use camino::Utf8PathBuf;
use clap::Args;
use foreshock_analysis::Severity;

use self::against::Against;
use self::format::{Format, Output};
use self::gates::Gates;
use super::inputs::Inputs;
use super::{Outcome, here, tell};
use crate::report::{Places, Report};

#[derive(Args)]
pub(super) struct Arguments {
    /// A directory (every stack below it) or a single file
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    against: Against,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    gates: Gates,
    /// Also show hints: what is worth knowing, but seldom urgent. In JSON they always are
    #[arg(long)]
    hints: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Arguments { path, inputs, against, output, gates, hints } = arguments;
    gates.check_usage(against.is_given())?;
    let (snapshot, base) = against.read(path, inputs)?;
    let quietest = if *hints { Severity::Hint } else { Severity::Info };
    let lowest = if output.has(Format::Json) { Severity::Hint } else { quietest };
    let report = Report::of(&snapshot, lowest);
    let failed = gates.failed(&report, &Places::relative_to(&snapshot, here()));
    let outcome = match (report.has_bad_input(), failed.is_empty()) {
        (true, _) => Outcome::BadInput,
        (false, false) => Outcome::GateFailed,
        (false, true) => Outcome::Fine,
    };
    output.write(&snapshot, &report, &base, quietest, outcome)?;
    // After the result: the last line of a log is the one that is read.
    failed.iter().for_each(|reason| tell(&format!("failed: {reason}")));
    Ok(outcome)
}
