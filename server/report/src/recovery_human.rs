//! `foreshock recovery` for a terminal.

use foreshock_analysis::{Stack, StackRecovery};
use foreshock_engine::{Decided, EntryRecovery, is_one_way};
use foreshock_model::{ComponentIndex, FaultClass, Ground, Keeps};

use super::Places;
use super::recovery_words::{decided, fault, time_range};
use super::table::{Paint, Table};

/// Components, and things that are not known, listed at most; the JSON has all of them.
const MOST_ROWS: usize = 40;

/// The same as the JSON, for a person: the entry points, then each component, then what nobody knows.
pub fn recovery_human(stacks: &[&Stack], places: &Places<'_>, paint: Paint) -> String {
    let parts: Vec<String> = stacks.iter().map(|stack| of_stack(stack, places, paint)).collect();
    match parts.is_empty() {
        true => "nothing to assess found\n".to_owned(),
        false => parts.join("\n"),
    }
}

fn of_stack(stack: &Stack, places: &Places<'_>, paint: Paint) -> String {
    let mut text = format!("{}\n", paint.bold(&places.name(stack)));
    let recovery = stack.recovery();
    if stack.system().components.is_empty() {
        text.push_str("  nothing here can fail\n");
        return text;
    }
    text.push_str(&approaches(stack, places, paint));
    for entry in &recovery.matrix.entries {
        text.push_str(&of_entry(stack, recovery, entry, places, paint));
    }
    text.push_str(&components(stack, recovery, places, paint));
    text.push_str(&open(stack, recovery, places));
    text
}

fn approaches(stack: &Stack, places: &Places<'_>, paint: Paint) -> String {
    let mut text = String::new();
    for class in [FaultClass::Zone, FaultClass::Region] {
        let Some(prepared) = stack.prepared_for(class) else { continue };
        let names: Vec<String> =
            prepared.decided_by.iter().take(3).map(|&component| named(stack, component, places)).collect();
        let more = prepared.decided_by.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let approach = paint.bold(prepared.approach.words());
        text.push_str(&format!("  Disaster recovery, {}: {approach} ({}{more})\n", fault(class), names.join(", ")));
    }
    text
}

/// `aws_db_instance.orders (rds.tf:3)`
fn named(stack: &Stack, component: ComponentIndex, places: &Places<'_>) -> String {
    let place = stack.system().component(component).and_then(|component| component.place.as_ref());
    let line = place.map_or_else(String::new, |place| format!(" ({})", places.line(place)));
    format!("{}{line}", stack.id_of(component))
}

fn of_entry(
    stack: &Stack,
    recovery: &StackRecovery,
    entry: &EntryRecovery,
    places: &Places<'_>,
    paint: Paint,
) -> String {
    let mut table = Table::new(["fault", "back in", "data lost", "decided by"], paint);
    for (class, _) in FaultClass::ALL {
        if let Some(cells) = row(stack, recovery, entry, class, places) {
            table.row(cells);
        }
    }
    format!("\nEntry point {}:\n{}", paint.bold(&stack.id_of(entry.component)), table.render())
}

/// An entry point as a page shows it: its id, and for each fault the fault, back in, data lost, and what decides.
pub(crate) fn entry_rows(stack: &Stack, places: &Places<'_>) -> Vec<(String, Vec<[String; 4]>)> {
    let recovery = stack.recovery();
    let rows = |entry: &EntryRecovery| {
        FaultClass::ALL.iter().filter_map(|(class, _)| row(stack, recovery, entry, *class, places)).collect()
    };
    recovery.matrix.entries.iter().map(|entry| (stack.id_of(entry.component), rows(entry))).collect()
}

fn row(
    stack: &Stack,
    recovery: &StackRecovery,
    entry: &EntryRecovery,
    class: FaultClass,
    places: &Places<'_>,
) -> Option<[String; 4]> {
    let cell = entry.cell(class)?;
    let last = cell.path.last().copied().unwrap_or(entry.component);
    let mut why = reason(stack, recovery, last, class, places, false);
    if let Some(lost) = cell.rpo.filter(|lost| lost.high != last) {
        why.push_str(&format!("; data: {}", reason(stack, recovery, lost.high, class, places, true)));
    }
    let lost = cell.rpo.map_or_else(|| "-".to_owned(), |lost| time_range(lost.range));
    Some([fault(class).to_owned(), time_range(cell.rto), lost, why])
}

/// Who decides a figure, by what, and where that is written.
fn reason(
    stack: &Stack,
    recovery: &StackRecovery,
    component: ComponentIndex,
    class: FaultClass,
    places: &Places<'_>,
    of_data: bool,
) -> String {
    let figure = if of_data { recovery.rpo(component, class) } else { recovery.rto(component, class) };
    let Some(figure) = figure else { return stack.id_of(component) };
    let keeps = recovery.known.get(component.index()).map_or(Keeps::Nothing, |known| known.keeps);
    let ground = figure.way.map(|way| &way.ground).or(figure.ejects);
    let place = ground.and_then(|ground| ground.place.as_ref());
    let place = place.or(stack.system().component(component).and_then(|component| component.place.as_ref()));
    let line = place.map_or_else(String::new, |place| format!(" ({})", places.line(place)));
    format!("{}: {}{line}", stack.id_of(component), decided(&figure, keeps))
}

fn components(stack: &Stack, recovery: &StackRecovery, places: &Places<'_>, paint: Paint) -> String {
    let names = ["by itself", "bad deploy or data", "instance lost", "zone lost", "region lost"];
    let mut table = Table::new(names, paint);
    let all: Vec<ComponentIndex> = stack.system().iter().map(|(index, _)| index).collect();
    let has_own = |index: &&ComponentIndex| {
        let known = recovery.known.get(index.index());
        known.is_some_and(|known| !(known.is_global && known.ways.is_empty()))
    };
    let shown: Vec<ComponentIndex> = all.iter().filter(has_own).take(MOST_ROWS).copied().collect();
    for &index in &shown {
        let keeps = recovery.known.get(index.index()).map_or(Keeps::Nothing, |known| known.keeps);
        let cell = |(class, _): (FaultClass, &str)| {
            let rto = recovery.rto(index, class).map_or_else(String::new, |figure| time_range(figure.range));
            let rpo = recovery.rpo(index, class);
            let apart = recovery.matrix.own(index, class).is_some_and(|cell| !is_one_way(cell));
            match rpo {
                None => rto,
                Some(figure) if figure.decided == Decided::NoWay && keeps != Keeps::Data => format!("{rto}, empty"),
                Some(figure) => {
                    let lost = time_range(figure.range);
                    let lost = if lost == rto { lost } else { format!("{rto} / {lost}") };
                    if apart { format!("{lost} *") } else { lost }
                }
            }
        };
        let cells = FaultClass::ALL.map(cell);
        table.row(std::iter::once(named(stack, index, places)).chain(cells));
    }
    let left_out = all.iter().filter(has_own).count().saturating_sub(shown.len());
    let mut text = format!("\nEach component by itself, back in / data lost:\n{}", table.render());
    if left_out > 0 {
        text.push_str(&format!("  and {left_out} more; --format json has all\n"));
    }
    if text.contains(" *") {
        text.push_str("  * by two different ways back: either is possible, not both\n");
    }
    text
}

/// What nobody knows, each once.
fn open(stack: &Stack, recovery: &StackRecovery, places: &Places<'_>) -> String {
    let mut lines: Vec<String> = Vec::new();
    for (index, component) in stack.system().iter() {
        let mut grounds: Vec<Ground> = Vec::new();
        for (class, _) in FaultClass::ALL {
            grounds.extend(recovery.open(stack.system(), index, class));
        }
        for ground in grounds {
            let place = ground.place.as_ref().or(component.place.as_ref());
            let line = place.map_or_else(String::new, |place| format!(" ({})", places.line(place)));
            let line = format!("  {}: {}{line}\n", component.id, ground.says);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let is_unknown = FaultClass::ALL.iter().any(|(class, _)| {
            recovery.matrix.own(index, *class).is_some_and(|cell| {
                cell.rto.1 == Decided::NotKnown || cell.rpo.is_some_and(|(_, decided)| decided == Decided::NotKnown)
            })
        });
        if is_unknown {
            lines.push(format!(
                "  {}: nothing is known of how {} comes back\n",
                component.id,
                stack.type_said(component.id.as_str(), &component.type_name)
            ));
        }
    }
    if lines.is_empty() {
        return String::new();
    }
    let more = lines.len().saturating_sub(MOST_ROWS);
    let mut text = format!("\nNot known:\n{}", lines.iter().take(MOST_ROWS).map(String::as_str).collect::<String>());
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}
