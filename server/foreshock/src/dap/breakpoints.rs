//! Where somebody wants to stop: at blocks, at components by their names, at what happens to users.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use foreshock_engine::Health;
use foreshock_model::ComponentIndex;
use foreshock_report::{Change, Places, Turn};
use foreshock_text::{FilePath, Place};
use serde_json::{Value, json};

use super::run::Run;

/// So many are kept; more nobody sets.
const MOST: usize = 10_000;

/// What can be stopped at beside components.
pub(super) const FILTERS: [(&str, &str, &str); 2] = [
    ("users", "Users lose service", "Stop when a component that users reach becomes worse"),
    ("down", "A component is down", "Stop whenever a component stops serving"),
];

/// Everything that was asked for, as it was asked: another outage is looked through for it again.
#[derive(Default)]
pub(super) struct Breakpoints {
    by_file: BTreeMap<String, Vec<Line>>,
    by_name: Vec<(i64, String)>,
    filters: BTreeSet<&'static str>,
    last_id: i64,
}

/// A line of a file that somebody marked, counted from 0.
#[derive(Clone, Copy)]
struct Line {
    id: i64,
    line: u32,
}

/// Why it stops.
pub(super) enum Hit {
    /// These breakpoints, by their numbers.
    Breakpoints(Vec<i64>),
    /// Something of the filters.
    Filter,
}

impl Breakpoints {
    /// Replaces those of a file; the numbers of the new ones.
    pub(super) fn set_lines(&mut self, path: &str, lines: &[u32]) {
        let lines = lines.iter().take(MOST).map(|&line| {
            self.last_id += 1;
            Line { id: self.last_id, line }
        });
        let lines: Vec<Line> = lines.collect();
        if self.by_file.len() < MOST || self.by_file.contains_key(path) {
            self.by_file.insert(path.to_owned(), lines);
        }
    }

    /// Replaces those by name.
    pub(super) fn set_names(&mut self, names: Vec<String>) {
        let first = self.last_id + 1;
        self.by_name = (first..).zip(names.into_iter().take(MOST)).collect();
        self.last_id += self.by_name.len() as i64;
    }

    /// Replaces the filters; unknown ones are left out.
    pub(super) fn set_filters(&mut self, names: &[String]) {
        let known = FILTERS.iter().map(|(name, ..)| *name).filter(|name| names.iter().any(|asked| asked == name));
        self.filters = known.collect();
    }

    /// What is said of the breakpoints of a file, in their order.
    pub(super) fn of_file(&self, path: &str, run: Option<&Run>, first_line: u32) -> Vec<Value> {
        let lines = self.by_file.get(path).map(Vec::as_slice).unwrap_or_default();
        lines.iter().map(|line| told(path, *line, run, first_line)).collect()
    }

    /// What is said of those by name.
    pub(super) fn of_names(&self, run: Option<&Run>) -> Vec<Value> {
        let said = self.by_name.iter().map(|(id, name)| match run {
            None => json!({"id": id, "verified": false, "message": "no stack is read yet", "reason": "pending"}),
            Some(run) => match run.find(name) {
                Some(component) => json!({"id": id, "verified": true, "message": fate(run, &[component])}),
                None => json!({"id": id, "verified": false, "reason": "failed",
                    "message": format!("{name}: expected the id of a component")}),
            },
        });
        said.collect()
    }

    /// What is said of all of them once a stack is read.
    pub(super) fn all(&self, run: &Run, first_line: u32) -> Vec<Value> {
        let files = self.by_file.keys().flat_map(|path| self.of_file(path, Some(run), first_line));
        files.chain(self.of_names(Some(run))).collect()
    }

    /// The components that are stopped at, each with its breakpoints.
    pub(super) fn components(&self, run: &Run) -> BTreeMap<ComponentIndex, Vec<i64>> {
        let mut components: BTreeMap<ComponentIndex, Vec<i64>> = BTreeMap::new();
        for (path, lines) in &self.by_file {
            for line in lines {
                for (component, _) in declared_at(run, path, line.line) {
                    components.entry(component).or_default().push(line.id);
                }
            }
        }
        for (id, name) in &self.by_name {
            if let Some(component) = run.find(name) {
                components.entry(component).or_default().push(*id);
            }
        }
        components
    }

    /// Whether a change is one to stop at, and why.
    pub(super) fn hit(
        &self,
        run: &Run,
        components: &BTreeMap<ComponentIndex, Vec<i64>>,
        change: &Change,
    ) -> Option<Hit> {
        if let Some(ids) = components.get(&change.component) {
            return Some(Hit::Breakpoints(ids.clone()));
        }
        let is_worse = change.turn == Turn::Worse;
        let reached =
            || run.outage.stack.assessment.basis.entries.iter().any(|entry| entry.component == change.component);
        let of_users = self.filters.contains("users") && reached();
        let is_down = self.filters.contains("down") && change.is == Health::Down;
        (is_worse && (of_users || is_down)).then_some(Hit::Filter)
    }
}

/// Of one line: the block that it is in, with what happens to it.
fn told(path: &str, Line { id, line }: Line, run: Option<&Run>, first_line: u32) -> Value {
    let asked = line.saturating_add(first_line);
    let Some(run) = run else {
        return json!({"id": id, "verified": false, "line": asked, "message": "no stack is read yet", "reason": "pending"});
    };
    let found = declared_at(run, path, line);
    let Some((_, header)) = found.first() else {
        let why = match is_read(run, path) {
            true => "no component is declared here: a breakpoint is put on a block of one",
            false => "this file is not one of the stack that is played",
        };
        return json!({"id": id, "verified": false, "line": asked, "message": why, "reason": "failed"});
    };
    let components: Vec<ComponentIndex> = found.iter().map(|(component, _)| *component).collect();
    let line = header.saturating_add(first_line);
    json!({"id": id, "verified": true, "line": line, "message": fate(run, &components), "source": source(path)})
}

/// `stops when aws_lb.web changes`, `aws_lb.web stays as it is in this outage`.
fn fate(run: &Run, components: &[ComponentIndex]) -> String {
    let is_hit = |component: &ComponentIndex| run.outage.changes.iter().any(|change| change.component == *component);
    let names = |of: &mut dyn Iterator<Item = &ComponentIndex>| {
        let names: Vec<String> = of.take(5).map(|component| run.outage.stack.id_of(*component)).collect();
        names.join(", ")
    };
    match components.iter().any(is_hit) {
        true => format!("stops when {} changes", names(&mut components.iter().filter(|it| is_hit(it)))),
        false => format!("{} stays as it is in this outage", names(&mut components.iter())),
    }
}

/// The components whose block a line is in, the innermost block first and no others; each with the line of its header. Of a block
/// that several modules make there are several.
fn declared_at(run: &Run, path: &str, line: u32) -> Vec<(ComponentIndex, u32)> {
    let files = spellings(path);
    let places = Places::absolute(&run.snapshot, foreshock_text::PositionEncoding::Utf16);
    let line_of = |place: &Place, offset| places.position(&place.file, offset).line;
    let mut found = Vec::new();
    for (component, it) in run.outage.stack.system().iter() {
        let (Some(header), Some(extent)) = (&it.place, &it.extent) else { continue };
        if !files.contains(&extent.file) {
            continue;
        }
        let (first, last) = (line_of(extent, extent.span.start), line_of(extent, extent.span.end));
        if (first..=last).contains(&line) {
            found.push((first, component, line_of(header, header.span.start)));
        }
    }
    let innermost = found.iter().map(|(first, ..)| *first).max();
    found.retain(|(first, ..)| Some(*first) == innermost);
    found.into_iter().map(|(_, component, header)| (component, header)).collect()
}

fn is_read(run: &Run, path: &str) -> bool {
    spellings(path).iter().any(|file| run.outage.stack.files.contains(file))
}

/// A path as the client writes it, and as the system does, links followed.
fn spellings(path: &str) -> Vec<FilePath> {
    let path = Utf8Path::new(path);
    let canonical = path.canonicalize_utf8().ok();
    [Some(path.to_owned()), canonical].into_iter().flatten().map(FilePath::new).collect()
}

/// A file as the protocol has it.
pub(super) fn source(path: &str) -> Value {
    json!({"name": Utf8Path::new(path).file_name().unwrap_or(path), "path": path})
}
