//! How the result of a check is written, and where to.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use foreshock_analysis::{Severity, Snapshot};
use foreshock_report::{Places, Report, findings_json, github, gitlab, human, markdown, sarif};

use crate::cli::inert::{Sort, inert};
use crate::cli::{Outcome, colour, columns, here, print_raw};

/// How the result is written, and where to.
#[derive(Args)]
pub(super) struct Output {
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also write the result to a file in this format: -o sarif=foreshock.sarif. Can be given several times
    #[arg(short, long, value_name = "FORMAT=FILE", value_parser = format_and_file)]
    output: Vec<(Format, Utf8PathBuf)>,
}

/// A rendering of the findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Source excerpts and words, for a terminal
    Human,
    /// Everything, for programs
    Json,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
    /// A comment for a pull request
    Markdown,
    /// Annotations of GitHub Actions
    Github,
    /// The code quality report of GitLab
    Gitlab,
}

impl Format {
    fn sort(self, colour: bool) -> Sort {
        match self {
            Format::Human => Sort::Words { colour },
            Format::Markdown => Sort::Words { colour: false },
            Format::Github => Sort::Commands,
            Format::Json | Format::Sarif | Format::Gitlab => Sort::Json,
        }
    }
}

impl Output {
    /// Whether some of the result is written in this format.
    pub(super) fn has(&self, format: Format) -> bool {
        self.format == format || self.output.iter().any(|(other, _)| *other == format)
    }

    /// Writes the result: files first, so that they are there when standard output closes early.
    pub(super) fn write(
        &self,
        snapshot: &Snapshot,
        report: &Report,
        base: &Utf8Path,
        quietest: Severity,
        outcome: Outcome,
    ) -> Result<(), String> {
        let rendering = Rendering { snapshot, report, base, quietest, outcome };
        for (format, file) in &self.output {
            let text = rendering.text(*format, false, 80)?;
            fs::write(file, text).map_err(|error| format!("{file}: {error}; the result was to be written there"))?;
        }
        print_raw(&rendering.text(self.format, colour(), columns())?)
    }
}

struct Rendering<'a> {
    snapshot: &'a Snapshot,
    report: &'a Report,
    base: &'a Utf8Path,
    quietest: Severity,
    outcome: Outcome,
}

impl Rendering<'_> {
    fn text(&self, format: Format, colour: bool, columns: usize) -> Result<String, String> {
        let places = |base: &Utf8Path| Places::relative_to(self.snapshot, base.to_owned());
        let root = || top_of_repository(self.base);
        let told = || self.report.at_least(self.quietest);
        let text = match format {
            Format::Human => human(&told(), &Places::for_people(self.snapshot, here()), colour, columns),
            Format::Markdown => markdown(&told(), &places(&root())),
            Format::Github => github(&told(), &places(&root())),
            Format::Gitlab => pretty(&gitlab(&told(), &places(&root())))?,
            Format::Sarif => {
                let root = root();
                pretty(&sarif(&told(), &places(&root), &root, self.outcome.exit_code()))?
            }
            Format::Json => pretty(&findings_json(self.report, &places(self.base)))?,
        };
        Ok(inert(&text, format.sort(colour)))
    }
}

/// What addresses in CI are relative to: the directory with the `.git` that a path lies in, else the working directory.
fn top_of_repository(path: &Utf8Path) -> Utf8PathBuf {
    let top = path.ancestors().find(|directory| directory.join(".git").exists());
    top.map_or_else(here, Utf8Path::to_owned)
}

fn pretty(value: &serde_json::Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

fn format_and_file(text: &str) -> Result<(Format, Utf8PathBuf), String> {
    let expected = || "expected FORMAT=FILE, as sarif=foreshock.sarif".to_owned();
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or_else(expected)?;
    let format = Format::from_str(format, false).map_err(|_| {
        let known = Format::value_variants().iter().filter_map(Format::to_possible_value);
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        format!("{format:?} is no format; expected one of: {}", known.join(", "))
    })?;
    Ok((format, file.into()))
}
