use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};
use foreshock_analysis::Severity;

use super::inputs::Inputs;
use super::{Outcome, colour, here, print, print_json, read_plan, read_quietly};
use crate::report::{Places, Report, findings_json, human};

#[derive(Args)]
pub(super) struct Arguments {
    /// A directory (every stack below it) or a single file
    #[arg(default_value = ".")]
    path: Utf8PathBuf,
    /// The JSON of a Terraform plan (`terraform show -json`): what it does, beside what there is. PATH is the directory it
    /// was made in
    #[arg(long, value_name = "PLAN.json")]
    plan: Option<Utf8PathBuf>,
    #[command(flatten)]
    inputs: Inputs,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The quietest finding that makes the command fail with exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Also show hints: what is worth knowing, but seldom urgent. In JSON they always are
    #[arg(long)]
    hints: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Human,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Never,
    Error,
    Warning,
}

impl FailOn {
    fn fails(self, loudest: Option<Severity>) -> bool {
        match self {
            FailOn::Never => false,
            FailOn::Error => loudest >= Some(Severity::Error),
            FailOn::Warning => loudest >= Some(Severity::Warning),
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = match &arguments.plan {
        Some(plan) => read_plan(plan, &arguments.path, &arguments.inputs)?,
        None => read_quietly(&arguments.path, &arguments.inputs)?,
    };
    let everything = arguments.hints || matches!(arguments.format, Format::Json);
    let report = Report::of(&snapshot, if everything { Severity::Hint } else { Severity::Info });
    match arguments.format {
        Format::Human => print(&human(&report, &Places::relative_to(&snapshot, here()), colour()))?,
        Format::Json => print_json(&findings_json(&report, &Places::relative_to(&snapshot, base)))?,
    }
    if report.has_bad_input() {
        return Ok(Outcome::BadInput);
    }
    Ok(if arguments.fail_on.fails(report.loudest()) { Outcome::GateFailed } else { Outcome::Fine })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_fails_at_its_level_and_above() {
        use Severity::{Error, Hint, Info, Warning};
        for (gate, failing) in [
            (FailOn::Never, vec![]),
            (FailOn::Error, vec![Some(Error)]),
            (FailOn::Warning, vec![Some(Error), Some(Warning)]),
        ] {
            for loudest in [None, Some(Hint), Some(Info), Some(Warning), Some(Error)] {
                assert_eq!(gate.fails(loudest), failing.contains(&loudest), "{loudest:?}");
            }
        }
    }
}
