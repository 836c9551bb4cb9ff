//! The command line: one file for each command. The result goes to standard output, everything else to standard error.
//!
//! A command reads a snapshot (`read` and its like, below), hands it to a rendering of `foreshock-report`, and prints that.
//! Must never find or compute anything itself. Start reading at `graph.rs`, the shortest whole one.

mod availability;
mod backtest;
mod baseline;
mod check;
mod debug;
mod demo;
mod evidence;
mod explain;
mod faultray;
mod fix;
mod graph;
mod html;
mod import;
mod inert;
pub(crate) mod inputs;
mod lsp;
mod one_page_server;
mod recovery;
mod resolve;
pub(crate) mod simulate;

use std::any::Any;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Parser, Subcommand};
use foreshock_analysis::{BaseChoice, Snapshot, Workspace, fault};
use foreshock_report::Places;
use foreshock_terraform::is_configuration;
use foreshock_text::Place;

use self::inert::{Sort, inert};
use self::inputs::Inputs;
use crate::lsp::panic_message;

/// Shows what a change to Terraform or infrastructure YAML does to the resilience of the whole system.
#[derive(Parser)]
#[command(name = "foreshock", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Speak the language server protocol on standard input and output
    Lsp(lsp::Arguments),
    /// Find what takes the system down, with the edit that repairs it
    Check(check::Arguments),
    /// Print the proven repairs that serve an objective, as a patch
    Fix(fix::Arguments),
    /// Show the components and what depends on what
    Graph(graph::Arguments),
    /// Show what was understood from Terraform text: instances, values, references
    Resolve(resolve::Arguments),
    /// Write infrastructure YAML from the JSON of a Terraform state or plan
    Import(import::Arguments),
    /// Show the findings of a small web shop that comes with the program
    Demo(demo::Arguments),
    /// Play failures: those asked for, or every scenario there is
    Simulate(simulate::Arguments),
    /// Speak the debug adapter protocol on standard input and output: step through an outage in an editor
    Debug(debug::Arguments),
    /// Say how available the system can be, is expected to be, and who costs how much
    Availability(availability::Arguments),
    /// Say how soon everything is back after each sort of fault, and how much data is lost
    Recovery(recovery::Arguments),
    /// Replay past incidents and compare with predictors that know nothing
    Backtest(backtest::Arguments),
    /// Write an illustrative evidence pack for a review of digital operational resilience (DORA)
    Evidence(evidence::Arguments),
    /// Explain a rule
    Explain(explain::Arguments),
    /// FaultRay's name for `check --plan PLAN.json`
    #[command(hide = true)]
    TfCheck(faultray::TfCheck),
    /// FaultRay's name for `import STATE.json`
    #[command(hide = true)]
    TfImport(faultray::TfImport),
    /// FaultRay's name for what every command does by itself
    #[command(hide = true)]
    Load(faultray::Load),
    /// FaultRay's name for `evidence`
    #[command(hide = true)]
    Dora(faultray::Dora),
}

/// How a command ended, when it ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Fine: exit code 0.
    Fine,
    /// A gate failed: exit code 1.
    GateFailed,
    /// The input is wrong, and the result says where: exit code 2.
    BadInput,
}

impl Outcome {
    fn exit_code(self) -> u8 {
        match self {
            Outcome::Fine => 0,
            Outcome::GateFailed => 1,
            Outcome::BadInput => 2,
        }
    }
}

/// Of what a panic says, in characters.
const LONGEST: usize = 200;

/// Runs the command line. Bad usage, unreadable input and a panic are exit code 2.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, the rest is an error; clap knows which stream is whose.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    // What a panic has left undone was not looked at, so that no gate may pass.
    let answered = catch_unwind(AssertUnwindSafe(|| dispatch(cli.command)));
    let failed = |panic: Box<dyn Any + Send>| {
        let message = panic_message(&*panic).chars().take(LONGEST).collect::<String>();
        Err(format!("Foreshock failed: {message}. That is a mistake of Foreshock; please report it"))
    };
    match answered.unwrap_or_else(failed) {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(message) => {
            tell(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command) -> Result<Outcome, String> {
    fault("command", &"any");
    match command {
        Command::Lsp(arguments) => lsp::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Graph(arguments) => graph::run(&arguments),
        Command::Resolve(arguments) => resolve::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Debug(arguments) => debug::run(&arguments),
        Command::Availability(arguments) => availability::run(&arguments),
        Command::Recovery(arguments) => recovery::run(&arguments),
        Command::Backtest(arguments) => backtest::run(&arguments),
        Command::Evidence(arguments) => evidence::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::TfCheck(arguments) => faultray::tf_check(&arguments),
        Command::TfImport(arguments) => faultray::tf_import(&arguments),
        Command::Load(arguments) => faultray::load(&arguments),
        Command::Dora(arguments) => faultray::dora(&arguments),
    }
}

/// Reads the stacks at a path; also the directory that paths are shown relative to. What is wrong with the configuration
/// is told on standard error.
fn read(path: &Utf8Path, inputs: &Inputs) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
    read_beside(path, inputs, BaseChoice::None)
}

/// The same, beside what they were.
fn read_beside(
    path: &Utf8Path,
    inputs: &Inputs,
    compared_with: BaseChoice,
) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
    let (snapshot, base) = read_quietly(path, inputs, compared_with)?;
    let places = Places::for_people(&snapshot, here());
    for configured in &snapshot.configurations {
        for problem in &configured.problems {
            let place = Place::new(configured.configuration.file.clone(), problem.span);
            warn(&format!("{}: {}", places.line_and_column(&place), problem.message));
        }
    }
    Ok((snapshot, base))
}

/// Says that figures do not rest on the whole text, where they don't: they would look like those of what is written.
fn tell_not_understood(snapshot: &Snapshot) {
    let places = Places::for_people(snapshot, here());
    for stack in snapshot.stacks.iter().filter(|stack| !stack.problems.is_empty()) {
        let (title, count) = (places.name(stack), stack.problems.len());
        let plural = if count == 1 { "" } else { "s" };
        tell(&format!("warning: {title}: {count} place{plural} not understood; foreshock check names them"));
    }
}

/// Reads the stacks at a path, beside what they were; also the directory that paths are shown relative to.
pub(crate) fn read_quietly(
    path: &Utf8Path,
    inputs: &Inputs,
    compared_with: BaseChoice,
) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
    let mut workspace = Workspace::new();
    workspace.set_options(inputs.options()?);
    workspace.set_today(inputs.today());
    workspace.set_base(compared_with);
    let snapshot = workspace.snapshot_of(path)?;
    // A gate that compares with something else than it was told to is worse than none.
    if let Some(problem) = &snapshot.base_problem {
        return Err(format!("--base: {problem}"));
    }
    let snapshot = workspace.explained(&snapshot, &|| false).unwrap_or(snapshot);
    for name in inputs.undeclared(&snapshot) {
        warn(&format!("--var {name}: no stack here declares a variable of that name"));
    }
    let absolute = path.canonicalize_utf8().map_err(|error| format!("{path}: {error}"))?;
    let directory = if absolute.is_dir() { absolute.as_path() } else { absolute.parent().unwrap_or(&absolute) };
    let base = directory.to_owned();
    Ok((snapshot, base))
}

/// Reads a plan made in a directory; also the directory that paths are shown relative to. A working directory that nobody
/// named and that holds no Terraform is none.
fn read_plan(plan: &Utf8Path, source: &Utf8Path, inputs: &Inputs) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
    let mut workspace = Workspace::new();
    workspace.set_options(inputs.options()?);
    workspace.set_today(inputs.today());
    let has_text = |directory: &Utf8Path| {
        let mut files = directory.read_dir_utf8().into_iter().flatten().flatten();
        files.any(|file| is_configuration(file.path()))
    };
    let is_named = source != "." || has_text(source);
    let snapshot = workspace.snapshot_of_plan(plan, is_named.then_some(source))?;
    let named = if is_named { source } else { plan.parent().filter(|parent| *parent != "").unwrap_or(source) };
    let base = named.canonicalize_utf8().map_err(|error| format!("{named}: {error}"))?;
    Ok((snapshot, base))
}

/// The working directory: what people read is relative to it, so that their terminal can open it.
fn here() -> Utf8PathBuf {
    let here = Utf8Path::new(".").canonicalize_utf8();
    here.unwrap_or_default()
}

/// Says on standard error what is not quite right.
fn warn(message: &str) {
    tell(&format!("warning: {message}"));
}

/// Writes a result for people.
fn print(text: &str) -> Result<(), String> {
    print_raw(&inert(text, Sort::Words { colour: colour() }))
}

/// Writes a result as it is. A reader that has seen enough (`| head`) is no error.
fn print_raw(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("standard output: {error}")),
        _ => Ok(()),
    }
}

/// Says a line on standard error.
fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{}", inert(line, Sort::Words { colour: false }));
}

/// Writes a JSON result.
fn print_json(value: &serde_json::Value) -> Result<(), String> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    text.push('\n');
    print_raw(&inert(&text, Sort::Json))
}

/// Whether standard output takes colour: a terminal, and nobody said no (<https://no-color.org>).
fn colour() -> bool {
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !forbidden && !dumb && io::stdout().is_terminal()
}

/// How wide lines for people may be: the terminal, as far as lines of that length are read with ease; elsewhere the 80
/// columns that every terminal has.
fn columns() -> usize {
    let terminal = io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    terminal.map_or(80, |(width, _)| usize::from(width.0).clamp(60, 120))
}
