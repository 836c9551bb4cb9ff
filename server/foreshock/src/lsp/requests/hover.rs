//! `textDocument/hover`: the value under the cursor and where it comes from; what falls with the block around it, or that
//! nobody knows what it means.

use std::fmt::Write;
use std::sync::Arc;

use foreshock_analysis::{Applied, BlockSummary, GuessedCaller, Stack, TreeNode, percent};
use foreshock_engine::Health;
use foreshock_model::{Confidence, Evidence};
use foreshock_report::{applied_words, code, duration, health_name, outages, recovery_lines};
use foreshock_text::{FilePath, Place, Position};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::values;
use crate::lsp::view::{Range, View};

/// Nobody reads more of a tree in a hover; the graph shows it all.
const MOST_LINES: usize = 40;
/// Chains of proof up to this are shown whole, of longer ones the last link.
const MOST_HOPS: usize = 2;
/// Those who may depend on it that are listed.
const MOST_GUESSES: usize = 8;
/// Callers of a shared module that are told in full.
const MOST_SECTIONS: usize = 3;

pub(in crate::lsp) struct Hover {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) at: Position,
}

/// What is known of what is under the cursor.
pub(in crate::lsp) struct Shown {
    /// Markdown.
    pub(in crate::lsp) markdown: String,
    /// The expression it explains, else the block's header.
    pub(in crate::lsp) range: Range,
}

impl Request for Hover {
    type Answer = Option<Shown>;
    const LANE: Lane = Lane::Cursor;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Option<Shown>, Refusal> {
        Ok(hover(view, &self.file, self.at))
    }
}

/// The hover at a position in an expression with a value, or in a block that makes up a component.
fn hover(view: &View, file: &FilePath, at: Position) -> Option<Shown> {
    let offset = view.offset(file, at)?;
    if let Some((markdown, span)) = view.snapshot().explain_configuration(file, offset) {
        return Some(Shown { markdown, range: view.range(file, span) });
    }
    let word = view.snapshot().explain(file, offset);
    let mention = view.snapshot().mention_at(file, offset);
    let mut blocks = view.block_at(file, offset);
    if let Some((stack, mention)) = mention.as_ref().filter(|_| blocks.is_empty()) {
        blocks = of_component(view, stack, &mention.name);
    }
    let value = values::expression_at(view, file, offset);
    let of_value = value.as_ref().and_then(|expression| values::section(view, expression));
    let unknown = not_judged(view, file, offset);
    let is_declared = |place: &Place| place.file == *file && place.span.touches(offset);
    let range = match (&value, blocks.first(), &unknown) {
        _ if word.is_some() => view.range(file, word.as_ref().map(|(_, span)| *span).unwrap_or_default()),
        (_, Some((_, first)), _) if mention.is_some() && !is_declared(&first.header) => {
            view.range(file, mention.as_ref().map(|(_, mention)| mention.place.span).unwrap_or_default())
        }
        (Some(expression), _, _) if of_value.is_some() => view.range(file, expression.span),
        (_, Some((_, first)), _) => view.range(file, first.header.span),
        (_, _, Some((_, header))) => view.range(file, header.span),
        _ => return None,
    };
    let of_name = mention.and_then(|(stack, mention)| what_it_is(stack, &mention.name));
    let of_text = word.map(|(markdown, _)| markdown).into_iter().chain(of_name);
    let mut sections: Vec<String> = of_text.chain(of_value).chain(unknown.map(|(words, _)| words)).collect();
    let of_blocks = blocks.iter().take(MOST_SECTIONS).map(|(stack, block)| section(view, *stack, block));
    sections.extend(of_blocks);
    let more = blocks.len().saturating_sub(MOST_SECTIONS);
    if more > 0 {
        sections.push(format!("and {more} more of this block"));
    }
    Some(Shown { markdown: sections.join("\n\n---\n\n"), range })
}

/// The blocks of a component that is named elsewhere.
fn of_component<'a>(view: &'a View, stack: &Arc<Stack>, id: &str) -> Vec<(usize, &'a BlockSummary)> {
    let stacks = view.snapshot().stacks.iter().enumerate();
    let own = stacks.filter(|(_, other)| Arc::ptr_eq(other, stack));
    own.flat_map(|(index, own)| own.blocks.iter().map(move |block| (index, &**block)))
        .filter(|(_, block)| *block.component_id == *id)
        .collect()
}

/// What a component that is named is: its name for people, its kind, how many, where.
fn what_it_is(stack: &Stack, id: &str) -> Option<String> {
    let system = stack.system();
    let component = system.components.iter().find(|component| component.id.as_str() == id)?;
    let mut text = format!("{}: {}", code(id), component.kind.name());
    if *component.label != *id {
        let _ = write!(text, ", {}", component.label);
    }
    if let Some(instances) = component.redundancy.instances.known() {
        let _ = write!(text, ", {} of {instances} needed", component.redundancy.required);
    }
    let zones = component.redundancy.zones.known().into_iter().flatten();
    let zones: Vec<&str> = zones.filter_map(|zone| Some(&*system.zones.get(zone.index())?.name)).collect();
    if !zones.is_empty() {
        let _ = write!(text, ", in {}", zones.join(", "));
    }
    Some(text)
}

/// What is said of a block of a type that nobody knows, with its header.
fn not_judged(view: &View, file: &FilePath, offset: u32) -> Option<(String, Place)> {
    let shows = view.shows(file);
    let mut stacks = view.snapshot().stacks.iter().enumerate();
    let (name, header) =
        stacks.find_map(|(index, stack)| stack.not_judged_at(file, offset, |module| shows(index, module)))?;
    let words = match name.strip_prefix("module ") {
        Some(source) => format!("not judged: module {} is not at hand", code(source)),
        None => format!(
            "not judged: type {} is not known; {} in foreshock.toml can say what it is",
            code(&name),
            code(&format!("[catalog.{name}]"))
        ),
    };
    Some((words, header))
}

/// What is known of one component: its blast radius as a tree, its availability with the sources.
pub(in crate::lsp) fn section(view: &View, stack: usize, block: &BlockSummary) -> String {
    let mut text = code(&block.component_id);
    if block.single_point {
        text.push_str(" · **single point of failure**");
    }
    if block.points > 0.0 {
        let _ = write!(text, " · costs {:.1} points", block.points);
    }
    text.push_str("\n\n");
    let own = view.snapshot().stacks.get(stack);
    let applied = own.map(|own| applied(own, &block.component_id)).unwrap_or_default();
    for words in &applied {
        let _ = writeln!(text, "Applying the change: {words}\n");
    }
    let tree = view.snapshot().cascade(stack, block.component);
    match &tree {
        Some(tree) if tree.affected > 0 => {
            let _ = writeln!(text, "If it fails, {} of {} others are affected:\n", tree.affected, tree.others);
            let mut lines = Lines { view, text: &mut text, left: MOST_LINES, hidden: 0 };
            tree.root.children.iter().for_each(|child| lines.add(child, &tree.root.id, 0));
            if lines.hidden > 0 {
                let hidden = lines.hidden;
                let _ = writeln!(text, "- and {hidden} more");
            }
        }
        _ => text.push_str("If it fails, nothing else is affected.\n"),
    }
    let guessed = tree.map(|tree| tree.guessed).unwrap_or_default();
    if !guessed.is_empty() {
        text.push_str("\nMay depend on it, a guess that counts nowhere:\n\n");
        let mut lines = Lines { view, text: &mut text, left: MOST_LINES, hidden: 0 };
        guessed.iter().take(MOST_GUESSES).for_each(|guess| lines.guess(guess));
        if guessed.len() > MOST_GUESSES {
            let _ = writeln!(text, "- and {} more", guessed.len() - MOST_GUESSES);
        }
    }
    match block.availability {
        Some(availability) => {
            let _ = writeln!(text, "\nAvailability by itself: {} %", percent(availability * 100.0));
            if !block.sources.is_empty() {
                text.push('\n');
            }
            for source in &block.sources {
                let _ = writeln!(text, "- {source}");
            }
        }
        None => text.push_str("\nAvailability by itself: not known\n"),
    }
    if let Some(found) = view.snapshot().stacks.get(stack).and_then(|stack| stack.outages(block.component)) {
        let available = percent((1.0 - found.unavailability.1) * 100.0);
        let _ = writeln!(text, "\nTo users, with all it needs: {available} %, {}", outages(&found));
    }
    if let Some(stack) = view.snapshot().stacks.get(stack) {
        let lines = recovery_lines(stack.recovery(), block.component);
        if !lines.is_empty() {
            text.push_str("\nBack by itself after:\n\n");
        }
        for line in lines {
            let _ = writeln!(text, "- {line}");
        }
    }
    text
}

/// What applying the change does to a component, a line for each of its resources.
fn applied(stack: &Stack, id: &str) -> Vec<String> {
    let Some(comparison) = stack.comparison() else { return Vec::new() };
    let Some(before) = comparison.before.as_deref() else { return Vec::new() };
    let is_of_it = |one: &&Applied| {
        one.is_noticed() && one.component.is_some_and(|component| stack.name_now(&before.id_of(component)) == id)
    };
    let of_it = comparison.apply.changes.iter().filter(is_of_it).take(MOST_SECTIONS);
    of_it.map(|one| applied_words(stack, one)).collect()
}

struct Lines<'a> {
    view: &'a View,
    text: &'a mut String,
    left: usize,
    hidden: usize,
}

impl Lines<'_> {
    fn add(&mut self, node: &TreeNode, above: &str, depth: usize) {
        if self.left == 0 {
            self.hidden += 1;
        } else {
            self.left -= 1;
            self.write(node, above, depth);
        }
        node.children.iter().for_each(|child| self.add(child, &node.id, depth + 1));
    }

    fn write(&mut self, node: &TreeNode, above: &str, depth: usize) {
        let health = match node.health {
            Health::Down => "**DOWN**",
            other => health_name(other),
        };
        let _ = write!(self.text, "{:indent$}- {} {health}", "", code(&node.id), indent = depth * 2);
        if node.at_seconds > 0.0 {
            let _ = write!(self.text, " after {}", duration(node.at_seconds));
        }
        if node.likely.health != node.health {
            let _ = write!(self.text, " (likely {})", health_name(node.likely.health));
        }
        if !node.because.is_empty() {
            let of = if *node.because_of == *above { "it".to_owned() } else { code(&node.because_of) };
            let _ = write!(self.text, ": {} {of}", node.because);
        }
        match node.confidence {
            Confidence::Certain => {}
            Confidence::Likely => self.text.push_str(", likely"),
            Confidence::Guess => self.text.push_str(", a guess"),
        }
        self.proof(&node.evidence);
    }

    fn guess(&mut self, guess: &GuessedCaller) {
        let _ = write!(self.text, "- {}", code(&guess.id));
        self.proof(&guess.evidence);
    }

    /// The last line of a long chain names what is needed. The way there is in the graph.
    fn proof(&mut self, hops: &[Evidence]) {
        let first = if hops.len() > MOST_HOPS { hops.len() - 1 } else { 0 };
        let links: Vec<String> = hops.iter().skip(first).map(|hop| self.link(hop)).collect();
        if !links.is_empty() {
            let _ = write!(self.text, " ({})", links.join(" → "));
        }
        self.text.push('\n');
    }

    /// `[web.tf:50](file:///w/web.tf#L50 "why")`
    fn link(&self, evidence: &Evidence) -> String {
        let place = &evidence.place;
        let line = self.view.range(&place.file, place.span).start.line + 1;
        let name = place.file.as_path().file_name().unwrap_or_default();
        let link = self.view.link(place);
        if !self.view.knows_link_titles {
            return format!("[{name}:{line}]({link})");
        }
        let why = evidence.why.replace(['[', ']'], "").replace('"', "'");
        format!("[{name}:{line}]({link} \"{why}\")")
    }
}
