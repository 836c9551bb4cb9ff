//! The graph for a terminal: entry points, and below each what it depends on.

use foreshock_analysis::Stack;
use foreshock_model::{ComponentIndex, Confidence, Dependency, DependencyKind, Known, Plane};

use super::Places;
use super::graph_index::GraphIndex;
use super::table::Paint;
use super::words::plane_name;

/// Each stack as trees from where users come in. A component's dependencies stand where it is first; what nothing is tied to
/// is named at the end.
pub fn graph_outline(stacks: &[&Stack], places: &Places<'_>, paint: Paint) -> String {
    let parts: Vec<String> = stacks.iter().map(|stack| of_stack(stack, places, paint)).collect();
    if parts.is_empty() { "nothing to show found\n".to_owned() } else { parts.join("\n") }
}

fn of_stack(stack: &Stack, places: &Places<'_>, paint: Paint) -> String {
    let system = stack.system();
    let mut below = vec![Vec::new(); system.components.len()];
    let mut has_above = vec![false; system.components.len()];
    for dependency in &system.dependencies {
        if let Some(list) = below.get_mut(dependency.from.index()) {
            list.push(&**dependency);
        }
        if let Some(it) = has_above.get_mut(dependency.to.index()) {
            *it |= dependency.from != dependency.to;
        }
    }
    let look = GraphIndex::of(stack);
    let seen = vec![false; system.components.len()];
    let mut outline = Outline { look, below, seen, paint, text: paint.bold(&places.name(stack)) + "\n" };
    let all = || system.iter().map(|(index, _)| index);
    let is_tied = |index: ComponentIndex, outline: &Outline<'_>| {
        has_above.get(index.index()).copied().unwrap_or_default() || !outline.below_of(index).is_empty()
    };
    // Users first; then what nobody here calls; then what is left, which calls itself in a circle.
    let entries = all().filter(|&index| outline.look.is_entry(index));
    let tops = all().filter(|index| !has_above.get(index.index()).copied().unwrap_or_default());
    let order: Vec<ComponentIndex> = entries.chain(tops).chain(all()).collect();
    let mut alone = Vec::new();
    for index in order {
        if outline.is_seen(index) {
            continue;
        }
        if is_tied(index, &outline) || outline.look.is_entry(index) {
            outline.tree(index);
        } else {
            outline.mark(index);
            alone.push(stack.id_of(index));
        }
    }
    if !alone.is_empty() {
        outline.text.push_str(&format!("  not connected: {}\n", alone.join(", ")));
    }
    outline.text
}

struct Outline<'a> {
    look: GraphIndex<'a>,
    below: Vec<Vec<&'a Dependency>>,
    seen: Vec<bool>,
    paint: Paint,
    text: String,
}

impl<'a> Outline<'a> {
    fn below_of(&self, index: ComponentIndex) -> &[&'a Dependency] {
        self.below.get(index.index()).map_or(&[], Vec::as_slice)
    }

    fn is_seen(&self, index: ComponentIndex) -> bool {
        self.seen.get(index.index()).copied().unwrap_or(true)
    }

    fn mark(&mut self, index: ComponentIndex) {
        if let Some(it) = self.seen.get_mut(index.index()) {
            *it = true;
        }
    }

    /// A component with what it depends on. Its own stack, so that a deep system does not end this thread's.
    fn tree(&mut self, top: ComponentIndex) {
        let mut pending = vec![Line { index: top, by: None, first: String::new(), rest: String::new() }];
        while let Some(line) = pending.pop() {
            let again = self.is_seen(line.index) && !self.below_of(line.index).is_empty();
            let words = self.words(line.index, line.by, again);
            self.text.push_str(&format!("  {}{words}\n", line.first));
            if self.is_seen(line.index) {
                continue;
            }
            self.mark(line.index);
            let below = self.below_of(line.index);
            let last = below.len().saturating_sub(1);
            let lines = below.iter().enumerate().map(|(number, dependency)| {
                let (branch, under) = if number == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                let (first, rest) = (format!("{}{branch}", line.rest), format!("{}{under}", line.rest));
                Line { index: dependency.to, by: Some(*dependency), first, rest }
            });
            let lines: Vec<Line<'a>> = lines.collect();
            pending.extend(lines.into_iter().rev());
        }
    }

    /// `aws_db_instance.orders  1 copy · single point of failure`
    fn words(&self, index: ComponentIndex, by: Option<&Dependency>, again: bool) -> String {
        let stack = self.look.stack();
        let mut notes = Vec::new();
        if self.look.is_entry(index) {
            notes.push("entry point".to_owned());
        }
        if let Some(component) = stack.system().component(index) {
            // A regional service is no number of copies that somebody chose.
            let is_regional = component.redundancy.zones.known().is_some_and(Vec::is_empty);
            notes.extend(match &component.redundancy.instances {
                Known::Known(1) if is_regional => None,
                Known::Known(1) => Some("1 copy".to_owned()),
                Known::Known(count) => Some(format!("{count} copies")),
                Known::Unknown(_) => Some("copies not known".to_owned()),
            });
            notes.extend(match &component.redundancy.zones {
                Known::Known(zones) if zones.is_empty() => None,
                Known::Known(zones) if zones.len() == 1 => Some("1 zone".to_owned()),
                Known::Known(zones) => Some(format!("{} zones", zones.len())),
                Known::Unknown(_) => None,
            });
        }
        if self.look.is_single(index) {
            notes.push(self.paint.red("single point of failure"));
        }
        if let Some(by) = by {
            notes.extend(match by.kind {
                DependencyKind::Requires => None,
                DependencyKind::Optional => Some("optional".to_owned()),
                DependencyKind::Async => Some("asynchronous".to_owned()),
            });
            notes.extend(match by.confidence {
                Confidence::Certain => None,
                Confidence::Likely => Some("likely".to_owned()),
                Confidence::Guess => Some("a guess".to_owned()),
            });
            if by.plane != Plane::Data {
                notes.push(format!("for its {}", plane_name(by.plane)));
            }
        }
        if again {
            notes.push("listed above".to_owned());
        }
        format!("{}  {}", stack.id_of(index), self.paint.dim(&notes.join(" · ")))
    }
}

struct Line<'a> {
    index: ComponentIndex,
    by: Option<&'a Dependency>,
    /// Before the component itself, and before the lines below it.
    first: String,
    rest: String,
}
