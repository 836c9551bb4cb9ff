//! The names that users of FaultRay know: each runs the command that does it here, and says which in one line.

use std::fs;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand};
use foreshock_files::{LARGEST_FILE, read_named};
use foreshock_infra::as_json;

use super::{Cli, Outcome, dispatch, tell};

/// `tf-check`: a plan, beside what there is.
#[derive(Args)]
pub(super) struct TfCheck {
    #[arg(value_name = "PLAN.json")]
    plan: Utf8PathBuf,
    #[arg(long)]
    fail_on_regression: bool,
    #[arg(long, value_name = "N")]
    min_score: Option<String>,
    #[arg(long)]
    json: bool,
    #[arg(long)]
    financial: bool,
}

/// `tf-import`: a state, as infrastructure YAML.
#[derive(Args)]
pub(super) struct TfImport {
    #[arg(value_name = "STATE.json", conflicts_with_all = ["state", "dir"])]
    path: Option<Utf8PathBuf>,
    #[arg(short, long, value_name = "FILE", conflicts_with = "dir")]
    state: Option<Utf8PathBuf>,
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    dir: Utf8PathBuf,
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

/// `load`: whether a file can be read.
#[derive(Args)]
pub(super) struct Load {
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
    /// Write the same document as JSON
    #[arg(short, long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

/// `dora`: of its commands the one that has a counterpart.
#[derive(Args)]
pub(super) struct Dora {
    #[command(subcommand)]
    command: DoraCommand,
}

#[derive(Subcommand)]
enum DoraCommand {
    /// The evidence pack
    Evidence(DoraEvidence),
}

#[derive(Args)]
struct DoraEvidence {
    #[arg(value_name = "FILE")]
    model: Utf8PathBuf,
    #[arg(short, long, value_name = "DIR")]
    output: Option<Utf8PathBuf>,
    #[arg(long)]
    signed: bool,
    #[arg(short, long)]
    simulate: bool,
    #[arg(long, value_name = "ARTICLE")]
    framework: Option<String>,
    #[arg(long, value_name = "NAME")]
    entity: Option<String>,
}

/// A command of ours, and what of the old one it does without.
#[derive(Debug, PartialEq)]
struct Renamed {
    old: &'static str,
    new: Vec<String>,
    /// A remark for the end of the line; empty where there is none.
    remark: &'static str,
}

pub(super) fn tf_check(arguments: &TfCheck) -> Result<Outcome, String> {
    arguments.renamed().run()
}

pub(super) fn tf_import(arguments: &TfImport) -> Result<Outcome, String> {
    arguments.renamed()?.run()
}

pub(super) fn dora(arguments: &Dora) -> Result<Outcome, String> {
    let DoraCommand::Evidence(evidence) = &arguments.command;
    evidence.renamed().run()
}

/// Loading is no step here; what follows it may ask for the model that it wrote.
pub(super) fn load(arguments: &Load) -> Result<Outcome, String> {
    let outcome = arguments.renamed().run()?;
    if let (Some(output), Outcome::Fine) = (&arguments.output, outcome) {
        let file = &arguments.file;
        let text = read_named(file, LARGEST_FILE).map_err(|error| format!("{file}: {error}"))?;
        let json = as_json(&text).ok_or_else(|| format!("{file}: expected infrastructure YAML"))?;
        fs::write(output, json).map_err(|error| format!("{output}: {error}"))?;
    }
    Ok(outcome)
}

/// Says that a flag has another form now.
pub(super) fn tell_renamed(old: &str, new: &str) {
    tell(&format!("note: {old} is now: foreshock {new}"));
}

impl Renamed {
    fn run(&self) -> Result<Outcome, String> {
        let quoted =
            |word: &String| if word.contains(char::is_whitespace) { format!("{word:?}") } else { word.clone() };
        let words = self.new.iter().map(quoted).collect::<Vec<_>>().join(" ");
        tell_renamed(self.old, &(words + self.remark));
        let line = std::iter::once("foreshock").chain(self.new.iter().map(String::as_str));
        let cli = Cli::try_parse_from(line).map_err(|error| error.to_string())?;
        dispatch(cli.command)
    }
}

impl TfCheck {
    fn renamed(&self) -> Renamed {
        let mut new = vec!["check".to_owned(), "--plan".to_owned(), self.plan.to_string()];
        if self.fail_on_regression {
            new.push("--fail-on-regression".to_owned());
        }
        if let Some(score) = &self.min_score {
            new.extend(["--min-score".to_owned(), score.clone()]);
        }
        if self.json {
            new.extend(["--format".to_owned(), "json".to_owned()]);
        }
        let remark = if self.financial { " (money is not counted: --financial has no counterpart)" } else { "" };
        Renamed { old: "tf-check", new, remark }
    }
}

impl TfImport {
    fn renamed(&self) -> Result<Renamed, String> {
        let state = match self.path.as_ref().or(self.state.as_ref()) {
            Some(state) => state.clone(),
            None => {
                let state = self.dir.join("terraform.tfstate");
                // Where the state is elsewhere, FaultRay asks terraform for it; nothing is executed here.
                let missing = || {
                    format!(
                        "{}: there is no terraform.tfstate; nothing is executed here: give what `terraform show -json` prints, as foreshock import STATE.json",
                        self.dir
                    )
                };
                state.is_file().then_some(state).ok_or_else(missing)?
            }
        };
        let mut new = vec!["import".to_owned(), state.to_string()];
        new.extend(self.output.iter().flat_map(|output| ["-o".to_owned(), output.to_string()]));
        Ok(Renamed { old: "tf-import", new, remark: "" })
    }
}

impl Load {
    fn renamed(&self) -> Renamed {
        let new = ["check", self.file.as_str(), "--fail-on", "never"].map(str::to_owned).to_vec();
        Renamed { old: "load", new, remark: " (every command reads the file itself)" }
    }
}

impl DoraEvidence {
    fn renamed(&self) -> Renamed {
        let mut new = vec!["evidence".to_owned(), self.model.to_string()];
        new.extend(self.output.iter().flat_map(|output| ["-o".to_owned(), output.to_string()]));
        let is_other = self.framework.is_some() || self.entity.is_some();
        // What --signed and --simulate ask for is always done: every file has its checksum, every scenario is run.
        let remark = match (is_other, self.signed || self.simulate) {
            (true, _) => " (one pack, illustrative, for no article and no entity)",
            (false, true) => " (checksums and every scenario are always in it)",
            (false, false) => "",
        };
        Renamed { old: "dora evidence", new, remark }
    }
}
