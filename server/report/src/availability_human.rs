//! `foreshock availability` for a terminal.

use foreshock_engine::{
    AttributionMethod, Availability, EntryAvailability, Estimate, Method, Minutes, Verdict, minutes_per_year,
};
use foreshock_model::{Layer, MinutesPerYear, Source};

use super::availability_agents::agents_human;
use super::availability_json::{method_name, source};
use super::kill::kill_human;
use super::outage_words::{holds, outages};
use super::table::{Paint, Table};
use super::words::{A_PROMISE, capped, layer_name, points, up, yearly};
use super::{AvailabilityReport, Places};

/// Causes, units and inputs listed at most; the JSON has all of them.
const MOST_ROWS: usize = 10;

/// Less than this is no figure to act on: one second.
const LEAST_MINUTES: f64 = 1.0 / 60.0;

/// The same as the JSON, for a person: what can't be exceeded, what is expected, and who costs how much. `details`: also what
/// an engineer of reliability asks for, the importance of each unit and every figure with its source.
pub fn availability_human(reports: &[AvailabilityReport], places: &Places<'_>, paint: Paint, details: bool) -> String {
    let parts: Vec<String> = reports.iter().map(|report| of_stack(report, places, paint, details)).collect();
    match parts.is_empty() {
        true => "nothing to assess found\n".to_owned(),
        false if details => parts.join("\n"),
        false => {
            parts.join("\n") + "\nCut sets, the importance of each unit, every figure with its source: --details\n"
        }
    }
}

fn of_stack(report: &AvailabilityReport, places: &Places<'_>, paint: Paint, details: bool) -> String {
    let AvailabilityReport { stack, availability, .. } = report;
    let mut text = format!("{}\n", paint.bold(&places.name(stack)));
    if availability.entries.is_empty() {
        text.push_str("  nothing here is known to be reached by users: no availability\n");
        return text;
    }
    text.push_str(&headline(availability, paint));
    text.push_str(&layers(report, paint));
    text.push_str(&objectives(report, places, paint));
    text.push_str(&causes(report, paint));
    text.push_str(&entries(report, paint, details));
    text.push_str(&agents_human(stack, paint));
    text.push_str(&simulated(report, paint));
    if details {
        text.push_str(&inputs(report, places, paint));
    }
    text
}

/// `Available 99.95 %, 4.4 h a year down.` and what is lost of the service where that is another figure.
fn headline(availability: &Availability, paint: Paint) -> String {
    let shown = |(least, most): (f64, f64)| match availability.method {
        Method::Exact => paint.bold(&up(most)),
        Method::Bounds => format!("between {} and {}", paint.bold(&up(most)), paint.bold(&up(least))),
    };
    let taken = |(least, most): (f64, f64)| match availability.method {
        Method::Exact => lost(most),
        Method::Bounds => format!("{} to {}", lost(least), lost(most)),
    };
    let down = availability.unavailability;
    let mut text = format!("  Available {}, {} down.\n", shown(down), taken(down));
    if availability.expected > down.1 * (1.0 + 1e-9) {
        let lost = (availability.expected_bounds.0, availability.expected);
        let (expected, lost) = (shown(lost), taken(lost));
        text.push_str(&format!("  Expected service {expected}, {lost} lost: what is degraded counts in part.\n"));
    }
    if availability.method == Method::Bounds {
        let note = "The system is too large for exact figures: these are bounds, and the truth is between them.";
        text.push_str(&format!("  {}\n", paint.yellow(note)));
    }
    if let Some(ceiling) = availability.ceiling {
        let (layer, most) = (layer_name(ceiling.layer), paint.bold(&up(ceiling.unavailability)));
        let taken = lost(ceiling.unavailability);
        text.push_str(&match ceiling.layer {
            Layer::External => {
                format!("  Promised no more than {most}: third parties may be away for {taken}. {A_PROMISE}.\n")
            }
            _ => format!("  Service can't exceed {most}: the {layer} layer alone takes {taken}.\n"),
        });
    }
    let (low, high) = availability.expected_bounds;
    if availability.method == Method::Exact && low < 0.95 * high {
        text.push_str(&format!(
            "  With what is not known at its ends, common causes of replicas among it: {} to {}.\n",
            up(high),
            up(low)
        ));
    }
    text.push_str(&format!(
        "  If failures come together or exclude each other: {} to {}.\n",
        up(availability.range.1),
        up(availability.range.0)
    ));
    if let (Some(score), nines) = (availability.score, availability.structural_nines) {
        let said = capped(Some(score), nines).or_else(|| nines.map(|nines| format!("{nines:.2} structural nines")));
        let said = said.map_or_else(String::new, |said| format!(", {said}"));
        text.push_str(&format!("  Score {score:.1}{said}.\n"));
    }
    if availability.low_confidence {
        let share = 100.0 * availability.share_of_defaults;
        let note = format!("Low confidence: {share:.0} % of it rests on defaults.");
        text.push_str(&format!("  {}\n", paint.yellow(&note)));
    }
    text
}

fn layers(report: &AvailabilityReport, paint: Paint) -> String {
    let availability = &report.availability;
    let binding = availability.ceiling.map(|ceiling| ceiling.layer);
    let mut table = Table::new(["layer", "availability", "a year", "what it is"], paint);
    for layer in availability.layers.iter().take(report.layers) {
        let name = layer_name(layer.layer);
        let name = if binding == Some(layer.layer) { paint.red(&format!("{name} (binding)")) } else { name.to_owned() };
        let (least, most) = match availability.method {
            Method::Bounds => (layer.least, layer.unavailability),
            Method::Exact => (layer.unavailability, layer.unavailability),
        };
        let [availability, a_year] = [up, lost].map(|words| match words(least) == words(most) {
            true => words(most),
            false => format!("{} to {}", words(most), words(least)),
        });
        table.row([name, availability, a_year, meaning(layer.layer).to_owned()]);
    }
    format!("\nEach layer as if the others were perfect:\n{}", table.render())
}

pub(super) fn meaning(layer: Layer) -> &'static str {
    match layer {
        Layer::Software => "deploys, mistakes, drift",
        Layer::Hardware => "instances, zones, the provider's services",
        Layer::Theoretical => "what nobody can engineer away",
        Layer::Operational => "waiting until somebody begins to repair",
        Layer::External => "third parties",
    }
}

fn objectives(report: &AvailabilityReport, places: &Places<'_>, paint: Paint) -> String {
    let lines: Vec<String> =
        report.availability.verdicts.iter().map(|verdict| objective(report, verdict, places, paint)).collect();
    if lines.is_empty() { String::new() } else { format!("\nPromised:\n{}", lines.concat()) }
}

fn objective(report: &AvailabilityReport, verdict: &Verdict, places: &Places<'_>, paint: Paint) -> String {
    let stack = &report.stack;
    let mut whose = verdict.component.map_or_else(|| "the system".to_owned(), |component| stack.id_of(component));
    if let Some(promise) = stack.promise_of(verdict) {
        let line =
            promise.objective.place.as_ref().map_or_else(String::new, |place| format!(", {}", places.line(place)));
        whose.push_str(&format!(" ({}{line})", promise.name));
    }
    let promised = up(verdict.allowed);
    if verdict.met {
        let (met, expected, holds) = (paint.green("met"), up(verdict.expected), holds(verdict));
        return format!("  {met}: {promised} of {whose}, expected {expected}, {holds}\n");
    }
    if verdict.is_open() {
        let (worst, best) = (up(verdict.expected), up(verdict.least));
        let (open, holds) = (paint.yellow("open"), holds(verdict));
        return format!("  {open}: {promised} of {whose}, expected between {worst} and {best}, {holds}\n");
    }
    let missing = yearly(verdict.minutes_missing).unwrap_or_else(|| "less than a second a year".to_owned());
    let word = if verdict.unreachable { "out of reach" } else { "missed" };
    let (word, expected, holds) = (paint.red(word), up(verdict.expected), holds(verdict));
    let mut line = format!("  {word}: {promised} of {whose}, expected {expected}, {missing} too much, {holds}");
    if let (true, Some(ceiling)) = (verdict.unreachable, verdict.ceiling) {
        line.push_str(&format!("; {} allows {} at most", layer_name(ceiling.layer), up(ceiling.unavailability)));
    }
    if let Some(event) = verdict.binding {
        line.push_str(&format!(" ({})", event.name(stack.system())));
    }
    line.push('\n');
    line
}

fn causes(report: &AvailabilityReport, paint: Paint) -> String {
    let attribution = &report.availability.attribution;
    if attribution.by_part.is_empty() {
        return String::new();
    }
    let system = report.stack.system();
    let mut table = Table::new(["down a year", "by"], paint);
    let told = attribution.by_part.iter().take_while(|part| part.minutes_per_year.get() >= LEAST_MINUTES);
    for Minutes { of, minutes_per_year } in told.clone().take(MOST_ROWS) {
        table.row([minutes(*minutes_per_year), of.name(system)]);
    }
    let mut text = table.render();
    text.push_str(&more(told.count()));
    let how = match (attribution.method, report.availability.method) {
        (AttributionMethod::Criticality, Method::Exact) => ", by what each would gain if it were perfect",
        (_, Method::Bounds) => ", of the upper bound, by what each would gain if it were perfect",
        (AttributionMethod::CutSets | AttributionMethod::None, Method::Exact) => "",
    };
    let mut text = format!("\nWho costs how much{how}:\n{text}");
    if !report.fixes.is_empty() {
        let mut table = Table::new(["saved a year", "points", "saved by"], paint);
        for (component, fix) in report.fixes.iter().take(MOST_ROWS) {
            let points = format!("+{}", points(fix.points).replace(" points", "").replace(" point", ""));
            table.row([minutes(fix.minutes_per_year), points, format!("{}: {component}", fix.title)]);
        }
        text.push_str(&format!("\nWhat each proven fix saves:\n{}{}", table.render(), more(report.fixes.len())));
    }
    text
}

fn entries(report: &AvailabilityReport, paint: Paint, details: bool) -> String {
    let mut text = String::new();
    for entry in &report.availability.entries {
        text.push_str(&of_entry(report, entry, paint, details));
    }
    text
}

fn of_entry(report: &AvailabilityReport, entry: &EntryAvailability, paint: Paint, details: bool) -> String {
    let (stack, system) = (&report.stack, report.stack.system());
    let id = stack.id_of(entry.component);
    let how = match (entry.method, entry.interval) {
        (Method::Exact, _) | (_, None) => "exact".to_owned(),
        (method, Some((low, high))) => format!("{}, {low:.3e} to {high:.3e}", method_name(method)),
    };
    // Cut sets and importances are of the structure; what users meet is told below.
    let all = entry.outages.unavailability.1;
    let apart = (all - entry.unavailability).abs() > 1e-6 * all;
    let without = if apart { " without waiting for people and what is unknown" } else { "" };
    let share = match details {
        true => format!(": down {:.4e} of the time{without} ({how})", entry.unavailability),
        false => String::new(),
    };
    let mut text = format!("\n{}{share}\n", paint.bold(&id));
    text.push_str(&format!("  Expected: {}.\n", outages(&entry.outages)));
    if !details {
        return text;
    }
    if let Some(sets) = &entry.cut_sets {
        let orders = sets.by_order.iter().enumerate().filter(|(_, count)| **count > 0);
        let orders: Vec<String> = orders.map(|(order, count)| format!("{count} of order {order}")).collect();
        if !orders.is_empty() {
            text.push_str(&format!("  Minimal cut sets: {}\n", orders.join(", ")));
        }
    }
    if entry.importance.is_empty() {
        return text;
    }
    let mut table = Table::new(["unit", "Birnbaum", "Fussell-Vesely", "RAW", "RRW"], paint);
    let ratio = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    for unit in entry.importance.iter().take(MOST_ROWS) {
        let name = unit.unit.name(system);
        let shares = [format!("{:.3e}", unit.birnbaum), format!("{:.1} %", 100.0 * unit.fussell_vesely)];
        table.row(std::iter::once(name).chain(shares).chain([ratio(unit.raw), ratio(unit.rrw)]));
    }
    text.push_str(&table.render());
    text.push_str(&more(entry.importance.len()));
    text
}

fn simulated(report: &AvailabilityReport, paint: Paint) -> String {
    let availability = &report.availability;
    let mut text = String::new();
    if let Some(estimate) = &availability.simulated {
        text.push_str(&format!("\n{} {}\n", paint.bold("Simulated:"), words(estimate)));
        for entry in &availability.entries {
            if let Some(estimate) = &entry.simulated {
                text.push_str(&format!("  {}: {}\n", report.stack.id_of(entry.component), words(estimate)));
            }
        }
    }
    if let Some(kill) = &availability.kill {
        let ids: Vec<String> = availability.entries.iter().map(|entry| report.stack.id_of(entry.component)).collect();
        text.push_str(&kill_human(&ids, kill, paint));
    }
    text
}

/// `4.910e-3 of the time (4.880e-3 to 4.940e-3 with 95 % confidence, 100000 samples)`
fn words(estimate: &Estimate) -> String {
    let (low, high) = estimate.interval;
    let samples = estimate.samples;
    format!("{:.3e} of the time ({low:.3e} to {high:.3e} with 95 % confidence, {samples} samples)", estimate.value)
}

fn inputs(report: &AvailabilityReport, places: &Places<'_>, paint: Paint) -> String {
    let inputs = &report.availability.inputs;
    let system = report.stack.system();
    let mut table = Table::new(["of", "quantity", "value", "source"], paint);
    for input in inputs.iter().take(3 * MOST_ROWS) {
        let value = match input.value {
            value if value != 0.0 && value.abs() < 1e-3 => format!("{value:.3e}"),
            value => format!("{value}"),
        };
        let name = input.quantity.name().replace('_', " ");
        table.row([input.part.name(system), name, value, short_source(&input.source, places)]);
    }
    let left = inputs.len().saturating_sub(3 * MOST_ROWS);
    let more = if left > 0 { format!("  and {left} more\n") } else { String::new() };
    format!("\nWhat it rests on:\n{}{more}", table.render())
}

/// Where a number comes from, short enough for a line; the reasons are in the JSON and in the editor's hover.
fn short_source(of: &Source, places: &Places<'_>) -> String {
    match of {
        Source::Sla { row, verified: true, .. } => row.to_string(),
        Source::Sla { row, verified: false, .. } => format!("{row} (not checked)"),
        Source::Default { name, .. } => format!("default {name}"),
        other => source(other, places),
    }
}

fn more(count: usize) -> String {
    match count.saturating_sub(MOST_ROWS) {
        0 => String::new(),
        left => format!("  and {left} more\n"),
    }
}

/// An unavailability as an availability in percent, with two or three digits of its distance to 100.
pub(super) fn lost(unavailability: f64) -> String {
    match yearly(minutes_per_year(unavailability)) {
        Some(time) => time,
        None if unavailability > 0.0 => "less than a second a year".to_owned(),
        None => "nothing".to_owned(),
    }
}

/// `45 h`; below a column that says that it is in a year.
fn minutes(minutes: MinutesPerYear) -> String {
    let words = yearly(minutes).unwrap_or_else(|| "less than 1 s".to_owned());
    words.trim_end_matches(" a year").to_owned()
}
