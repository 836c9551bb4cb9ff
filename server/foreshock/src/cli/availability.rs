//! `foreshock availability`: how available the system can be, is expected to be, and who costs how much.

use clap::{Args, ValueEnum};
use foreshock_engine::{AvailabilityOptions, Killing, Sampling, Verdict};
use foreshock_model::Probability;
use foreshock_report::{AvailabilityReport, Paint, Places, availability_human, availability_json, up};

use super::inputs::Stacks;
use super::{Outcome, colour, here, print, print_json, read, tell, tell_not_understood};

/// Samples of a kill that is too large to be exact where nobody says how many: a third of a percent either way.
const SAMPLES_OF_A_KILL: u64 = 100_000;

/// A hundred million: an estimate is off by a hundredth of a percent then, after minutes.
const MOST_SAMPLES: u64 = 100_000_000;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// What the system has to reach; exit code 1 when it can't be expected to
    #[arg(long, value_name = "PERCENT", value_parser = objective)]
    slo: Option<Probability>,
    /// Show the first so many layers: 3 for software, hardware and theoretical, 5 for all
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=5))]
    layers: u8,
    /// Estimate by simulation too, with so many samples, 100 million at most; the computed figures stay beside it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_SAMPLES))]
    samples: Option<u64>,
    /// The seed of the simulation; the same seed gives the same answer on any machine
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Also kill so many instances at the same time, chosen at random from all that can fail, and say what is left: exactly,
    /// or by simulation where the system is too large for that
    #[arg(long, value_name = "K")]
    kill: Option<u32>,
    /// Also show cut sets, the importance of each unit and every figure with its source; the JSON always has them
    #[arg(long, alias = "verbose")]
    details: bool,
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
    let sampled = |samples: u64| Sampling { samples, seed: arguments.seed };
    let killing = |instances: u32| {
        let sampling = sampled(arguments.samples.unwrap_or(SAMPLES_OF_A_KILL));
        Killing { instances, sampling }
    };
    let options = AvailabilityOptions {
        slo: arguments.slo,
        sampling: arguments.samples.map(sampled),
        kill: arguments.kill.map(killing),
        ..AvailabilityOptions::default()
    };
    let layers = usize::from(arguments.layers);
    let reports = AvailabilityReport::all(&snapshot, &options, layers);
    match arguments.format {
        Format::Human => {
            let places = Places::for_people(&snapshot, here());
            print(&availability_human(&reports, &places, Paint { colour: colour() }, arguments.details))?;
        }
        Format::Json => print_json(&availability_json(&reports, &Places::relative_to(&snapshot, base)))?,
    }
    if let Some(asked) = arguments.kill {
        for report in &reports {
            let (root, of) = (&report.stack.root, report.availability.kill.as_ref().map_or(0, |kill| kill.of));
            if asked > of {
                tell(&format!(
                    "{root}: --kill {asked}: all of the {of} instances that can fail are killed, there are no more"
                ));
            }
        }
    }
    let asked = |report: &AvailabilityReport, is: fn(&Verdict) -> bool| {
        report.availability.verdicts.iter().any(|verdict| verdict.is_asked() && is(verdict))
    };
    // Three-valued, as every gate: what may be kept does not fail.
    for report in reports.iter().filter(|report| asked(report, Verdict::is_open)) {
        let (low, high) = report.availability.unavailability;
        let root = &report.stack.root;
        tell(&format!("{root}: expected between {} and {}: whether --slo is kept is not known", up(high), up(low)));
    }
    let missed = |report: &AvailabilityReport| asked(report, |verdict| !verdict.met && !verdict.is_open());
    Ok(if reports.iter().any(missed) { Outcome::GateFailed } else { Outcome::Fine })
}

/// `99.9` or `99.9%`: the share of time that may be lost. Not by subtraction of binary fractions: 99.9 has to allow 0.001.
pub(super) fn objective(text: &str) -> Result<Probability, String> {
    let expected = || format!("{text}: expected a percentage between 0 and 100, as 99.9");
    let percent: f64 = text.trim().trim_end_matches('%').parse().map_err(|_| expected())?;
    if !(0.0..=100.0).contains(&percent) {
        return Err(expected());
    }
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.trim_end_matches('%').len()).min(12) as i32;
    let scale = 10f64.powi(digits);
    Ok(Probability::clamped(((100.0 - percent) * scale).round() / scale / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_objective_is_what_it_allows() {
        for (text, allowed) in
            [("99.9", 0.001), ("99.99%", 0.0001), ("100", 0.0), ("0", 1.0), ("99.999", 1e-5), (" 95 ", 0.05)]
        {
            let got = objective(text).unwrap().get();
            assert!((got - allowed).abs() <= 1e-16 * allowed.max(1e-3), "{text}: {got}");
        }
        for text in ["", "-1", "100.1", "nan", "three nines"] {
            assert!(objective(text).is_err(), "{text}");
        }
    }
}
