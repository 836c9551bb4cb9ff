//! `foreshock check`: the findings with their repairs, against a base where one is given, and the exit code that gates a change.

mod against;
mod format;
mod gates;

use camino::Utf8PathBuf;
use clap::Args;
use foreshock_analysis::Severity;
use foreshock_report::{Places, Report};

use self::against::Against;
use self::format::{Format, Output};
use self::gates::Gates;
use super::inputs::Stacks;
use super::{Outcome, baseline, here, tell};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    #[command(flatten)]
    against: Against,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    gates: Gates,
    /// Also show hints: what is worth knowing, but seldom urgent. In JSON they always are
    #[arg(long)]
    hints: bool,
    /// List what is suppressed, by whom and until when
    #[arg(long)]
    suppressed: bool,
    /// Accept what is found now: write it to FILE, so that only what comes new is loud, and end
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let Arguments { stacks, against, output, gates, hints, suppressed, write_baseline } = arguments;
    let (snapshot, base) = against.read(stacks.path(), &stacks.inputs)?;
    // A plan brings its own base.
    let is_compared = snapshot.stacks.iter().any(|stack| stack.comparison().is_some());
    gates.check_usage(against.is_given() || is_compared)?;
    if let Some(file) = write_baseline {
        return baseline::write(&snapshot, file).map(|()| Outcome::Fine);
    }
    baseline::tell_mended(&snapshot);
    match snapshot.passed_over {
        0 => {}
        1 => tell("1 stack of tests or examples is passed over; name it to see it"),
        count => tell(&format!("{count} stacks of tests and examples are passed over; name one to see it")),
    }
    let quietest = if *hints { Severity::Hint } else { Severity::Info };
    let lowest = if output.has(Format::Json) { Severity::Hint } else { quietest };
    let mut report = Report::of(&snapshot, lowest);
    report.lists_suppressed = *suppressed;
    let asked = gates.asked(&report, &Places::for_people(&snapshot, here()));
    let is_empty = snapshot.stacks.is_empty() && gates.are_asked();
    let outcome = match (report.has_bad_input() || is_empty, asked.failed.is_empty()) {
        (true, _) => Outcome::BadInput,
        (false, false) => Outcome::GateFailed,
        (false, true) => Outcome::Fine,
    };
    output.write(&snapshot, &report, &base, quietest, outcome)?;
    if is_empty {
        tell("failed: there is no stack here, so that no gate can say anything; name the directory of one");
    }
    // After the result: the last line of a log is the one that is read.
    asked.open.iter().for_each(|reason| tell(&format!("not sure: {reason}; passed, --strict fails it")));
    asked.failed.iter().for_each(|reason| tell(&format!("failed: {reason}")));
    Ok(outcome)
}
