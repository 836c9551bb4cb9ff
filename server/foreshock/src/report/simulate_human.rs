use super::Places;
use super::cascade_text::cascade_text;
use super::simulation::{Played, Simulation, told};
use super::table::{Paint, Table};

/// What falls, for a person: each asked scenario as a tree; of a sweep a table of the severest.
pub(crate) fn simulate_human(
    simulations: &[Simulation],
    places: &Places<'_>,
    depth: Option<usize>,
    paint: Paint,
) -> String {
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
        text.push_str(&format!("{}: {}\n", places.path(&simulation.stack.root), paint.bold(&played.id)));
        let severity = match played.entry_loss {
            Some(loss) => format!("severity {:.1} of 10, {:.0} % of the service lost", 10.0 * loss, 100.0 * loss),
            None => "no severity: nothing here serves anybody".to_owned(),
        };
        let likely = likelihood(played).map_or_else(String::new, |likely| format!("; {likely} of the time"));
        text.push_str(&format!("  {severity}{likely}\n"));
        let affected = played.cascade.effects.len();
        if affected == 0 {
            text.push_str(&format!("  {}\n", paint.green("nothing gets worse")));
        }
        text.push_str(&cascade_text(system, &played.cascade, depth, paint));
        text.push_str(&unsettled(simulation, played, paint));
        let untouched = system.components.len().saturating_sub(affected);
        text.push_str(&format!("  {affected} affected, {untouched} as before\n"));
    }
    text
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
    let mut text = paint.bold(&format!("{}: {} scenarios", places.path(&simulation.stack.root), simulation.run));
    text.push('\n');
    if !simulation.not_run.is_empty() {
        let left: Vec<String> =
            simulation.not_run.iter().map(|(class, count)| format!("{count} {}", class.name())).collect();
        let note = format!("not run, the budget was too small: {}", left.join(", "));
        text.push_str(&format!("  {}\n", paint.yellow(&note)));
    }
    let mut table = Table::new(["severity", "of the time", "down", "worse", "scenario"], paint);
    for played in &simulation.played {
        let severity = played.severity().map_or_else(|| "-".to_owned(), |severity| format!("{severity:.1}"));
        let severity = match played.severity() {
            Some(value) if value >= 7.0 => paint.red(&severity),
            Some(value) if value >= 4.0 => paint.yellow(&severity),
            _ => severity,
        };
        let down =
            played.cascade.effects.iter().filter(|effect| effect.health == foreshock_engine::Health::Down).count();
        let worse = played.cascade.effects.len() - down;
        let likely = likelihood(played).unwrap_or_else(|| "-".to_owned());
        table.row([severity, likely, down.to_string(), worse.to_string(), played.id.clone()]);
    }
    text.push_str(&table.render());
    let hidden = simulation.run.saturating_sub(simulation.played.len() as u64);
    if hidden > 0 {
        text.push_str(&format!("  and {hidden} more, none severer (--all shows them)\n"));
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
