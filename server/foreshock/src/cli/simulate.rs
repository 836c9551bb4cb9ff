//! `foreshock simulate`: the failures that are asked for, or every scenario there is.

use std::io::{self, IsTerminal};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use foreshock_analysis::{Snapshot, Stack};
use foreshock_engine::{Budget, Fault, OutageKnowledge, Sweep, SweepOptions, UnknownFault, enumerate};
use foreshock_infra::closest;
use foreshock_model::{Cause, System};
use foreshock_report::{Paint, Places, Played, Simulation, StackMatter, simulate_human, simulate_json};
use indicatif::{ProgressBar, ProgressStyle};

use super::inputs::Stacks;
use super::{Outcome, colour, faultray, here, html, print, print_json, read_beside, tell_not_understood};
use crate::asked_faults::AskedFaults;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    #[command(flatten)]
    faults: AskedFaults,
    /// Play the asked faults at the same time, as one scenario
    #[arg(long)]
    together: bool,
    /// What caused it: configuration, deploy, overload, bug, zone_power, network, third_party, hardware, dns or certificate. It
    /// decides how long a whole component, zone or third party is away
    #[arg(long, value_name = "CAUSE", value_parser = cause)]
    cause: Option<Cause>,
    /// Show the cascade down to this depth; what is below is counted
    #[arg(long, value_name = "N")]
    cascade_depth: Option<usize>,
    /// Show every scenario, not only the worst
    #[arg(long, conflicts_with = "together")]
    all: bool,
    /// Run at most so many scenarios; the others are counted by class
    #[arg(long, value_name = "N")]
    budget: Option<u64>,
    /// Also write a report to this file: one page of HTML that needs nothing else; `-` writes only that, to standard output
    #[arg(long, value_name = "FILE")]
    html: Option<Utf8PathBuf>,
    #[command(flatten)]
    about: html::About,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Human, default_value_if("json", "true", "json"))]
    format: Format,
    /// FaultRay's way to say so
    #[arg(long, hide = true, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// A cause by its name.
pub(crate) fn cause(name: &str) -> Result<Cause, String> {
    Cause::from_name(name).ok_or_else(|| {
        let names = Cause::ALL.map(|(_, name)| name);
        let meant = closest(name, names).map_or_else(String::new, |meant| format!("did you mean {meant}? "));
        format!("{meant}expected one of {}", names.join(", "))
    })
}

/// Of a sweep so many are shown where nobody asked for all.
const SHOWN: usize = 20;

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    if arguments.json {
        faultray::tell_renamed("--json", "simulate --format json");
    }
    if arguments.html.is_none() && arguments.about.is_given() {
        return Err("--base and --date are for the report: they need --html FILE".to_owned());
    }
    let (snapshot, base) = read_beside(arguments.stacks.path(), &arguments.stacks.inputs, arguments.about.base())?;
    tell_not_understood(&snapshot);
    let names = arguments.faults.names();
    if names.is_empty() && arguments.cause.is_some() {
        return Err("--cause is about what is asked to fail: it needs --fail, --zone, --region or --domain".to_owned());
    }
    let knowledge = OutageKnowledge { cause: arguments.cause, scale: None };
    let mut simulations = Vec::new();
    let mut sweeps = Vec::new();
    let mut unknown = None;
    for stack in &snapshot.stacks {
        if names.is_empty() {
            let most = if arguments.all { usize::MAX } else { SHOWN };
            let sweep = sweep(stack, arguments.budget);
            if arguments.html.is_some() {
                sweeps.push(sweep.clone());
            }
            // A person reads what is new; a program gets the severest as they are.
            simulations.push(match arguments.format {
                Format::Human if !arguments.all => Simulation::news_of(stack, &sweep, most),
                _ => Simulation::swept(stack, sweep, most),
            });
            continue;
        }
        match scenarios(stack.system(), &names, arguments.together) {
            Ok(scenarios) => simulations.push(Simulation::asked(stack, scenarios, knowledge)),
            // Another stack may have it.
            Err(error) => {
                unknown.get_or_insert(error);
            }
        }
    }
    if let (true, Some(error)) = (simulations.is_empty(), unknown) {
        return Err(error.to_string());
    }
    if let Some(file) = &arguments.html {
        report(arguments, file, &names, &snapshot, sweeps, base.clone())?;
        if file == "-" {
            return Ok(Outcome::Fine);
        }
    }
    match arguments.format {
        Format::Human => {
            let places = Places::for_people(&snapshot, here());
            let paint = Paint { colour: colour() };
            print(&simulate_human(&simulations, &places, arguments.cascade_depth, paint))?;
        }
        Format::Json => print_json(&simulate_json(&simulations, &Places::relative_to(&snapshot, base)))?,
    }
    Ok(Outcome::Fine)
}

/// Every scenario of every stack as a page; what was asked for stands first.
fn report(
    arguments: &Arguments,
    file: &Utf8Path,
    names: &[String],
    snapshot: &Snapshot,
    sweeps: Vec<Sweep>,
    base: Utf8PathBuf,
) -> Result<(), String> {
    let mut matters = Vec::new();
    let mut sweeps = sweeps.into_iter();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        // A fault that only other stacks know is not played here.
        let asked = scenarios(stack.system(), names, arguments.together).unwrap_or_default();
        let knowledge = OutageKnowledge { cause: arguments.cause, scale: None };
        let asked = asked.into_iter().map(|(id, faults)| Played::of(stack, id, &faults, knowledge)).collect();
        let sweep = sweeps.next().unwrap_or_else(|| sweep(stack, arguments.budget));
        matters.push(StackMatter::of(snapshot, index, stack, sweep, asked));
    }
    html::write(file, &matters, &Places::relative_to(snapshot, base), &arguments.about.made(None))
}

fn sweep(stack: &Stack, budget: Option<u64>) -> Sweep {
    let options = SweepOptions { budget: budget.map_or_else(Budget::default, Budget) };
    let all = enumerate(stack.system()).len().min(options.budget.0);
    let progress = progress(all);
    let sweep = stack.sweep(&options, &|done| progress.set_position(done));
    progress.finish_and_clear();
    sweep
}

/// A bar on standard error, when a person is there to see it. It is drawn only when there is something to wait for.
fn progress(all: u64) -> ProgressBar {
    let bar = if io::stderr().is_terminal() { ProgressBar::new(all) } else { ProgressBar::hidden() };
    match ProgressStyle::with_template("{bar:30} {pos} of {len} scenarios") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Each asked fault as a scenario of its own, or all of them as one.
fn scenarios(system: &System, names: &[String], together: bool) -> Result<Vec<(String, Vec<Fault>)>, UnknownFault> {
    let faults = names.iter().map(|name| Fault::named(system, name)).collect::<Result<Vec<Fault>, _>>()?;
    let ids = faults.iter().map(|fault| fault.id(system));
    if together && faults.len() > 1 {
        let id = ids.collect::<Vec<_>>().join("+");
        return Ok(vec![(id, faults)]);
    }
    Ok(ids.zip(faults.iter().map(|fault| vec![*fault])).collect())
}
