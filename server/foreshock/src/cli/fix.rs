//! `foreshock fix`: the proven repairs that serve what somebody wants most, as one patch. Nothing is written.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use foreshock_analysis::{Chosen, ChosenTogether, Edit, Objective, Recovered, Snapshot};
use foreshock_report::{Places, duration};
use foreshock_text::{FilePath, visible};
use serde_json::{Value, json};

use super::inert::{Sort, inert};
use super::inputs::Stacks;
use super::{Outcome, here, print_json, print_raw, read, tell, tell_not_understood};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    stacks: Stacks,
    /// What is wanted most
    #[arg(long, value_enum, default_value_t = Wanted::Points)]
    objective: Wanted,
    /// How to write the result
    #[arg(long, value_enum, default_value_t = Format::Patch)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Wanted {
    /// The score
    Points,
    /// As few lines as can be
    LeastChange,
    /// Back soon, and with little data lost, after the loss of a zone
    ZoneRecovery,
    /// The same after the loss of a region
    RegionRecovery,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// What is done, then a patch for `git apply`
    Patch,
    Json,
}

/// Resources and components that are read again for repairs, at most.
const MOST: usize = 100_000;
/// How long repairs are proven at most, as for `check`.
const MOST_TIME: Duration = Duration::from_secs(10);

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (snapshot, base) = read(arguments.stacks.path(), &arguments.stacks.inputs)?;
    tell_not_understood(&snapshot);
    let objective = match arguments.objective {
        Wanted::Points => Objective::Points,
        Wanted::LeastChange => Objective::LeastChange,
        Wanted::ZoneRecovery => Objective::ZoneRecovery,
        Wanted::RegionRecovery => Objective::RegionRecovery,
    };
    let begin = Instant::now();
    let chosen = snapshot.fixes_by(objective, MOST, &|| begin.elapsed() >= MOST_TIME);
    match chosen.untried {
        0 => {}
        1 => tell("1 finding without a repair that was tried"),
        count => tell(&format!("{count} findings without a repair that was tried")),
    }
    match arguments.format {
        Format::Patch => print_raw(&patch(&snapshot, &chosen, &Places::relative_to(&snapshot, here())))?,
        Format::Json => print_json(&as_json(&chosen, &Places::relative_to(&snapshot, base)))?,
    }
    Ok(Outcome::Fine)
}

/// What is done, a line for each repair, and the patch, as the text is: `git apply` reads over the lines, and has to find the
/// text again.
fn patch(snapshot: &Snapshot, chosen: &ChosenTogether, places: &Places<'_>) -> String {
    if chosen.repairs.is_empty() {
        return "no proven repair serves that\n".to_owned();
    }
    let mut text = String::new();
    for (number, one) in chosen.repairs.iter().enumerate() {
        let place = places.line(&one.finding.place);
        let told = format!("{}. {} ({place}, {}): {}", number + 1, one.fix.title, one.finding.rule, gained(one));
        text.push_str(&inert(&visible(&told), Sort::Words { colour: false }));
        text.push('\n');
    }
    let mut by_file: BTreeMap<&FilePath, Vec<&Edit>> = BTreeMap::new();
    for edit in &chosen.edits {
        by_file.entry(&edit.place.file).or_default().push(edit);
    }
    for (file, edits) in by_file {
        let Some(read) = snapshot.file(file) else { continue };
        let name = places.path(file.as_path());
        let real = |edit: &&Edit| {
            let span = edit.place.span;
            Change {
                from: read.text.real(span.start) as usize,
                to: read.text.real(span.end) as usize,
                text: edit.text.clone(),
            }
        };
        let changes: Vec<Change> = edits.iter().map(real).collect();
        text.push_str(&format!("\n--- a/{name}\n+++ b/{name}\n{}", hunks(read.text.whole(), &changes)));
    }
    text
}

fn gained(one: &Chosen) -> String {
    let lines = format!("{} line{}", one.lines, if one.lines == 1 { "" } else { "s" });
    let points = format!("+{:.1} points", one.fix.points.get());
    match one.recovery {
        None => format!("{points}, {lines}"),
        Some((before, after)) => format!("{} before, {} after; {points}, {lines}", words(before), words(after)),
    }
}

/// `2 unrecoverable, 1 not known, 35 min`
fn words(recovered: Recovered) -> String {
    let mut all = Vec::new();
    if recovered.unrecoverable > 0 {
        all.push(format!("{} unrecoverable", recovered.unrecoverable));
    }
    if recovered.unknown > 0 {
        all.push(format!("{} not known", recovered.unknown));
    }
    if recovered.seconds > 0.0 || all.is_empty() {
        all.push(duration(recovered.seconds));
    }
    all.join(", ")
}

/// A piece of a text, by its bytes, and what comes in its place.
struct Change {
    from: usize,
    to: usize,
    text: String,
}

/// The hunks of a unified diff: edits with three lines around them, joined where these meet.
fn hunks(text: &str, edits: &[Change]) -> String {
    const AROUND: usize = 3;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut starts = vec![0];
    starts.extend(lines.iter().scan(0, |at, line| {
        *at += line.len();
        Some(*at)
    }));
    let line_of =
        |at: usize| starts.partition_point(|start| *start <= at).saturating_sub(1).min(lines.len().saturating_sub(1));
    // Lines from, lines to (exclusive), and what stands there then.
    let mut changes: Vec<(usize, usize, Vec<&Change>)> = Vec::new();
    for edit in edits {
        let (first, last) = (line_of(edit.from), line_of(edit.to) + 1);
        match changes.last_mut() {
            Some((_, end, all)) if first < *end => {
                *end = last.max(*end);
                all.push(edit);
            }
            _ => changes.push((first, last, vec![edit])),
        }
    }
    let mut out = String::new();
    let mut shift: isize = 0;
    let mut at = 0;
    while let Some((first, _, _)) = changes.get(at) {
        let begin = first.saturating_sub(AROUND);
        let mut end = begin;
        let (mut body, mut old, mut new) = (String::new(), 0usize, 0usize);
        let mut written = begin;
        let keep = |body: &mut String, from: usize, to: usize| {
            lines.get(from..to).unwrap_or_default().iter().for_each(|line| put(body, ' ', line));
            to.saturating_sub(from)
        };
        while let Some((first, last, all)) = changes.get(at) {
            if written > begin && *first > end + AROUND {
                break;
            }
            let kept = keep(&mut body, written, *first);
            let offset = starts.get(*first).copied().unwrap_or_default();
            let gone: String = lines.get(*first..*last).unwrap_or_default().concat();
            let after = edited(&gone, offset, all);
            // What stays at both ends of it is no change.
            let (before_lines, after_lines): (Vec<&str>, Vec<&str>) =
                (gone.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
            let same = before_lines.iter().zip(&after_lines).take_while(|(one, other)| one == other).count();
            let tail = before_lines.iter().rev().zip(after_lines.iter().rev());
            let most = before_lines.len().min(after_lines.len()) - same;
            let tail = tail.take(most).take_while(|(one, other)| one == other).count();
            for (number, line) in before_lines.iter().enumerate() {
                if number < same {
                    put(&mut body, ' ', line);
                } else if number < before_lines.len() - tail {
                    put(&mut body, '-', line);
                }
            }
            let came = after_lines.get(same..after_lines.len() - tail).unwrap_or_default();
            came.iter().for_each(|line| put(&mut body, '+', line));
            before_lines
                .get(before_lines.len() - tail..)
                .unwrap_or_default()
                .iter()
                .for_each(|line| put(&mut body, ' ', line));
            old += kept + before_lines.len();
            new += kept + after_lines.len();
            written = *last;
            end = last + AROUND;
            at += 1;
        }
        let until = end.min(lines.len());
        let kept = keep(&mut body, written, until);
        (old, new) = (old + kept, new + kept);
        let to = (begin + 1).saturating_add_signed(shift);
        out.push_str(&format!("@@ -{},{old} +{to},{new} @@\n{body}", begin + 1));
        shift += new as isize - old as isize;
    }
    out
}

fn put(body: &mut String, mark: char, line: &str) {
    body.push(mark);
    body.push_str(line);
    if !line.ends_with('\n') {
        body.push_str("\n\\ No newline at end of file\n");
    }
}

/// A piece of a text that begins at `offset` after the edits in it.
fn edited(piece: &str, offset: usize, edits: &[&Change]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for edit in edits {
        let (from, to) = (edit.from.saturating_sub(offset), edit.to.saturating_sub(offset));
        out.push_str(piece.get(at..from).unwrap_or_default());
        out.push_str(&edit.text);
        at = to;
    }
    out.push_str(piece.get(at..).unwrap_or_default());
    out
}

fn as_json(chosen: &ChosenTogether, places: &Places<'_>) -> Value {
    let recovered =
        |one: Recovered| json!({"unrecoverable": one.unrecoverable, "not_known": one.unknown, "seconds": one.seconds});
    let repairs = chosen.repairs.iter().map(|one| {
        json!({
            "title": one.fix.title,
            "rule": one.finding.rule.as_str(),
            "of": &*one.finding.component_id,
            "place": places.line(&one.finding.place),
            "points": one.fix.points.get(),
            "minutes_per_year": one.fix.minutes_per_year.get(),
            "lines": one.lines,
            "recovery": one.recovery.map(|(before, after)| json!({"before": recovered(before), "after": recovered(after)})),
        })
    });
    let edits = chosen.edits.iter().map(|edit| {
        json!({
            "path": places.path(edit.place.file.as_path()),
            "start": edit.place.span.start,
            "end": edit.place.span.end,
            "text": edit.text,
        })
    });
    json!({
        "version": foreshock_report::JSON_VERSION,
        "repairs": repairs.collect::<Vec<_>>(),
        "edits": edits.collect::<Vec<_>>(),
    })
}
