//! `foreshock backtest`: past incidents replayed, beside predictors that know nothing.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use foreshock_backtest::{IncidentFile, PlaneNotes, backtest};
use foreshock_files::read_named;
use foreshock_report::{Paint, backtest_human, backtest_json};

use super::{Outcome, colour, print, print_json};

/// A few public incidents that come with the program, drawn by us after the fact like all others.
const SAMPLE: &str = include_str!("../../../../fixtures/incidents.json");

/// The public collections have some megabytes.
const LARGEST: u64 = 64 * 1024 * 1024;

#[derive(Args)]
pub(super) struct Arguments {
    /// A file of incidents; a small sample that comes with the program when left out
    incidents: Option<Utf8PathBuf>,
    /// Planes of edges that the file leaves out, each with the sentence that says so: fixtures/incident-planes.toml
    #[arg(long, value_name = "FILE")]
    planes: Option<Utf8PathBuf>,
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
    let (name, text) = match &arguments.incidents {
        Some(path) => (path.as_str(), read(path, "a JSON file of incidents")?),
        None => ("the sample", SAMPLE.to_owned()),
    };
    let (mut file, mut problems) = IncidentFile::read(&text).map_err(|error| format!("{name}: {error}"))?;
    if let Some(path) = &arguments.planes {
        let notes =
            PlaneNotes::read(&read(path, "a TOML file of planes")?).map_err(|error| format!("{path}: {error}"))?;
        let (_, missing) = notes.apply(&mut file);
        problems.extend(missing);
    }
    let report = backtest(&file);
    match arguments.format {
        Format::Human => print(&backtest_human(name, &report, &problems, Paint { colour: colour() }))?,
        Format::Json => print_json(&backtest_json(&report, &problems))?,
    }
    Ok(Outcome::Fine)
}

fn read(path: &Utf8Path, expected: &str) -> Result<String, String> {
    read_named(path, LARGEST).map_err(|error| format!("{path}: {error}; expected {expected}"))
}
