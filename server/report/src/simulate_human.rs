//! `foreshock simulate` for a terminal.

use std::collections::BTreeSet;

use super::Places;
use super::availability_human::lost as lost_time;
use super::cascade_text::cascade_text;
use super::fault_words::scenario_words;
use super::outage_words::failures;
use super::simulation::{Played, Simulation, told};
use super::table::{Paint, Table};
use super::words::{duration, health_name, share};
use foreshock_engine::{Cause, Health, Recovery, required_paths};
use foreshock_model::{Cause as OutageCause, ComponentIndex, DependencyIndex, Scale, median_outage};

/// Of what comes back so many are named, in their order.
const MOST_NAMED: usize = 5;
/// So many paths to one entry point are told.
const MOST_PATHS: usize = 3;

/// What falls, for a person: each asked scenario as a tree; of a sweep a table of the severest.
pub fn simulate_human(simulations: &[Simulation], places: &Places<'_>, depth: Option<usize>, paint: Paint) -> String {
    let of_stack = |simulation: &Simulation| match simulation.is_sweep {
        true => sweep(simulation, places, paint),
        false => asked(simulation, places, depth, paint),
    };
    let parts: Vec<String> = simulations.iter().map(of_stack).collect();
    if parts.is_empty() { "nothing to simulate found\n".to_owned() } else { parts.join("\n") }
}

fn asked(simulation: &Simulation, places: &Places<'_>, depth: Option<usize>, paint: Paint) -> String {
    let system = simulation.stack.system();
    let mut text = String::new();
    for played in &simulation.played {
        text.push_str(&format!("{}: {}\n", places.name(&simulation.stack), paint.bold(&played.id)));
        let severity = match played.entry_loss {
            // Where a mode could not say what follows, nothing lost would be comfort that nobody has earned.
            Some(loss) if loss == 0.0 && !played.cascade.unsettled.is_empty() => {
                "what is lost can't be told".to_owned()
            }
            Some(loss) => {
                let likely =
                    played.likely_severity().map_or_else(String::new, |it| format!(" at worst, {it:.1} likely"));
                format!("severity {:.1} of 10{likely}, {:.0} % of the service lost", 10.0 * loss, 100.0 * loss)
            }
            None => "no severity: nothing here is known to be reached by users".to_owned(),
        };
        let often = played.times_a_year.map_or_else(String::new, |often| format!(", about {}", failures(often)));
        let likely = likelihood(played).map_or_else(String::new, |likely| format!("; {likely} of the time{often}"));
        text.push_str(&format!("  {severity}{likely}\n"));
        let affected = played.cascade.effects.len();
        if affected == 0 && played.cascade.unsettled.is_empty() {
            text.push_str(&format!("  {}\n", paint.green("nothing gets worse")));
        }
        text.push_str(&cascade_text(system, &played.cascade, depth, paint));
        text.push_str(&paths(simulation, played, paint));
        text.push_str(&unsettled(simulation, played, paint));
        text.push_str(&agents(simulation, played, paint));
        text.push_str(&recovery(simulation, played, paint));
        let untouched = system.components.len().saturating_sub(affected);
        if affected > 0 || played.cascade.unsettled.is_empty() {
            text.push_str(&format!("  {affected} affected, {untouched} as before\n"));
        }
    }
    text
}

/// `web falls by more than one path: db -> cart -> web; db -> stock -> web`. The tree has each component once, below the
/// one that took it down: who mends only that mends too little. Told where one component was hit, of the entry points.
fn paths(simulation: &Simulation, played: &Played, paint: Paint) -> String {
    let (system, cascade) = (simulation.stack.system(), &played.cascade);
    let is_down = |component: ComponentIndex| cascade.health(component) == Health::Down;
    let hit = cascade.effects.iter().filter(|effect| matches!(effect.because, Cause::Fault(_)));
    let hit: Vec<ComponentIndex> = hit.map(|effect| effect.component).collect();
    let [source] = *hit else { return String::new() };
    let name = |component: ComponentIndex| simulation.stack.id_of(component);
    let mut text = String::new();
    let entries = simulation.stack.assessment.basis.entries.iter().map(|entry| entry.component);
    for entry in entries.filter(|&entry| is_down(entry)).take(MOST_NAMED) {
        let paths = required_paths(system, entry, source, MOST_PATHS, is_down);
        if paths.len() < 2 {
            continue;
        }
        let words = |path: &Vec<DependencyIndex>| {
            let steps = path.iter().rev().filter_map(|step| system.dependencies.get(step.index()));
            steps.map(|step| name(step.to)).chain([name(entry)]).collect::<Vec<_>>().join(" -> ")
        };
        let words: Vec<String> = paths.iter().map(words).collect();
        let line = format!("{} falls by more than one path: {}", name(entry), words.join("; "));
        text.push_str(&format!("  {}\n", paint.dim(&line)));
    }
    text
}

/// `assistant answers wrongly at an index of 0.46 instead of 0.10: docs DOWN`
fn agents(simulation: &Simulation, played: &Played, paint: Paint) -> String {
    let mut text = String::new();
    for agent in &played.agents {
        let causes: Vec<String> = agent
            .causes
            .iter()
            .map(|cause| format!("{} {}", simulation.stack.id_of(cause.source), health_name(cause.health)))
            .collect();
        if causes.is_empty() {
            continue;
        }
        let id = simulation.stack.id_of(agent.component);
        let (index, base) = (agent.index, agent.base_rate);
        let mut line = format!("{id} is wrong at an index of {index:.2} instead of {base:.2}");
        if agent.declined > 0.0 {
            line.push_str(&format!(", declines {:.0} %", 100.0 * agent.declined));
        }
        text.push_str(&format!("  {}: {}\n", paint.yellow(&line), causes.join(", ")));
    }
    text
}

/// `back after 35 min, 9 of 10 times within 2.3 h: postgres first, then api`
fn recovery(simulation: &Simulation, played: &Played, paint: Paint) -> String {
    let Some(recovery) = &played.recovery else { return String::new() };
    let mut text = String::new();
    if let Some(everything) = &recovery.everything {
        let order: Vec<String> = recovery
            .components
            .iter()
            .filter(|it| it.health == Health::Down)
            .take(MOST_NAMED)
            .map(|it| simulation.stack.id_of(it.component))
            .collect();
        let order = order.join(", then ");
        text.push_str(&match (everything.p50, everything.p90) {
            (Some(p50), Some(p90)) => {
                let (p50, p90) = (duration(p50.get()), duration(p90.get()));
                format!("  back after {p50}, 9 of 10 times within {p90}: {order}\n{}", drawn(recovery, paint))
            }
            _ => "  not back by itself\n".to_owned(),
        });
    }
    for deadlock in &recovery.deadlocks {
        let circle: Vec<String> =
            deadlock.circle.iter().map(|waiting| simulation.stack.id_of(waiting.component)).collect();
        let line = format!("recovery deadlock: {} can't come back without each other", circle.join(", "));
        text.push_str(&format!("  {}\n", paint.red(&line)));
    }
    text
}

/// Which rows of the table of outages these times were drawn from.
fn drawn(recovery: &Recovery, paint: Paint) -> String {
    let down = recovery.components.iter().filter(|it| it.health == Health::Down);
    let rows: BTreeSet<_> = down.filter_map(|it| it.drawn).collect();
    let row = |(cause, scale): (Option<OutageCause>, Scale)| {
        let median = median_outage(cause, scale).0;
        let cause = cause.map_or("any cause", OutageCause::name);
        let whose = match scale {
            Scale::Own => "one's own",
            Scale::Provider => "published",
        };
        format!("{whose}, {cause}, median {}", duration(median.get()))
    };
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = rows.into_iter().map(row).collect();
    format!("  {}\n", paint.dim(&format!("times drawn from the table of outages: {}", rows.join(", "))))
}

/// What a mode could not tell: each reason once, with the components it is about.
fn unsettled(simulation: &Simulation, played: &Played, paint: Paint) -> String {
    let told: Vec<_> = played.cascade.unsettled.iter().map(|it| told(*it)).collect();
    let mut text = String::new();
    for same in told.chunk_by(|one, other| one.1 == other.1) {
        let ids: Vec<String> =
            same.iter().filter_map(|(component, _)| component.map(|it| simulation.stack.id_of(it))).collect();
        let why = same.first().map_or("", |(_, why)| why);
        text.push_str(&format!("  {}\n", paint.dim(&format!("{}: {why}", ids.join(", ")))));
    }
    text
}

fn sweep(simulation: &Simulation, places: &Places<'_>, paint: Paint) -> String {
    let stack = &simulation.stack;
    let mut text = paint.bold(&format!("{}: {} scenarios, what hurts most first", places.name(stack), simulation.run));
    text.push('\n');
    if !simulation.not_run.is_empty() {
        let left: Vec<String> =
            simulation.not_run.iter().map(|(class, count)| format!("{count} {}", class.name())).collect();
        let note = format!("not run, the budget was too small: {}", left.join(", "));
        text.push_str(&format!("  {}\n", paint.yellow(&note)));
    }
    // Mostly both are the same.
    let has_likely = simulation.played.iter().any(|played| played.likely_severity().is_some());
    let likely_name = if has_likely { Some("likely") } else { None };
    let names = ["lost"].into_iter().chain(likely_name).chain(["how long", "down", "degraded", "what fails"]);
    let mut table = Table::new(names, paint);
    for played in &simulation.played {
        let lost = played.entry_loss.map_or_else(|| "-".to_owned(), share);
        let lost = match played.severity() {
            Some(value) if value >= 7.0 => paint.red(&lost),
            Some(value) if value >= 4.0 => paint.yellow(&lost),
            _ => lost,
        };
        let down = played.cascade.effects.iter().filter(|effect| effect.health == Health::Down).count();
        let worse = played.cascade.effects.len() - down;
        let likely = has_likely.then(|| played.likely_loss.map_or_else(|| "-".to_owned(), share));
        let time = played.likelihood.map_or_else(|| "not known".to_owned(), lost_time);
        let cells = [lost].into_iter().chain(likely);
        table.row(cells.chain([time, down.to_string(), worse.to_string(), scenario_words(stack, &played.faults)]));
    }
    match simulation.played.is_empty() {
        true => text.push_str("  nothing that fails here takes anything from the users\n"),
        false => text.push_str(&table.render()),
    }
    let shown = simulation.played.len() as u64;
    let all = "--all shows every scenario";
    match simulation.news {
        Some(news) if news as u64 > shown => {
            text.push_str(&format!("  and {} more that say something new; {all}\n", news as u64 - shown));
        }
        Some(_) if simulation.run > shown => {
            text.push_str(&format!("  the other {} are no worse than one of these; {all}\n", simulation.run - shown));
        }
        _ => {}
    }
    text
}

/// `0.45 %`
fn likelihood(played: &Played) -> Option<String> {
    let share = 100.0 * played.likelihood?;
    Some(match share {
        s if s >= 0.01 => format!("{s:.2} %"),
        s => format!("{s:.1e} %"),
    })
}
