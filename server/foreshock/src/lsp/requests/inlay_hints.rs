//! `textDocument/inlayHint`: what stands at the end of a block's first line, or of an expression.

use foreshock_analysis::{BlockSummary, CallSummary, percent};
use foreshock_text::{FilePath, Place, Position};
use serde::{Deserialize, Serialize};

use super::{Cancel, Lane, Refusal, Request};
use crate::lsp::values;
use crate::lsp::view::{Range, View};

pub(in crate::lsp) struct InlayHints {
    pub(in crate::lsp) file: FilePath,
    pub(in crate::lsp) range: Range,
}

/// What stands at the end of a block's first line, or of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Hint {
    /// Where.
    pub(in crate::lsp) at: Position,
    /// `SPOF · 7 of 12 affected · 99.5 %`, `= 3`.
    pub(in crate::lsp) label: String,
    /// What the tooltip is to explain.
    pub(in crate::lsp) about: About,
}

/// What a hint is about; goes to the client and comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lsp) enum About {
    /// A component.
    Component(String),
    /// The value of the expression between these offsets of the text. What a client keeps says nothing of how the text came
    /// to be: with addresses it would.
    Value(u32, u32),
}

impl Request for InlayHints {
    type Answer = Vec<Hint>;
    const LANE: Lane = Lane::Keystroke;

    fn answer(&self, view: &View, _: &Cancel<'_>) -> Result<Vec<Hint>, Refusal> {
        Ok(hints(view, &self.file, Some(self.range)))
    }
}

/// The hints of a file, those in `range` when one is given.
pub(in crate::lsp) fn hints(view: &View, file: &FilePath, range: Option<Range>) -> Vec<Hint> {
    let wanted = range.and_then(|range| view.span(file, range));
    let mut hints = Vec::new();
    // A block's hint is on the line on which its header ends.
    let text = view.snapshot().file(file).map(|read| read.text);
    let from = wanted.zip(text).map(|(wanted, text)| text.line_span(text.line_of(wanted.start)).start);
    for blocks in by_header(view, file) {
        let Some(first) = blocks.first() else { continue };
        let header = first.header.span;
        if wanted.is_some_and(|wanted| header.end > wanted.end) || from.is_some_and(|from| header.end < from) {
            continue;
        }
        let Some(label) = label(&blocks) else { continue };
        let Some(at) = end_of_line(view, &first.header) else { continue };
        let inside = |span: foreshock_text::Span| view.offset(file, at).is_some_and(|offset| span.touches(offset));
        if wanted.is_none_or(inside) {
            let component = worst(&blocks).map_or(&first.component_id, |worst| &worst.component_id);
            hints.push(Hint { at, label, about: About::Component(component.to_string()) });
        }
    }
    for call in worst_calls(view, file) {
        let header = call.header.span;
        if wanted.is_some_and(|wanted| header.end > wanted.end) || from.is_some_and(|from| header.end < from) {
            continue;
        }
        if let (Some(label), Some(at)) = (call_label(&call), end_of_line(view, &call.header)) {
            hints.push(Hint { at, label, about: About::Component(call.worst.component_id.to_string()) });
        }
    }
    for expression in values::expressions(view, file, wanted) {
        let span = expression.span;
        // One that only touches the range with its beginning has its hint outside.
        if wanted.is_some_and(|wanted| !wanted.touches(span.end)) {
            continue;
        }
        if let Some(value) = expression.label() {
            let at = view.range(file, span).end;
            let real = view.real_span(file, span);
            let several = value.ends_with(" values");
            let label = if several { value } else { format!("= {value}") };
            hints.push(Hint { at, label, about: About::Value(real.start, real.end) });
        }
    }
    hints.sort_by_key(|hint| hint.at);
    hints
}

/// The blocks of a file in groups that share a header: one for most, several when a module has several callers.
pub(super) fn by_header<'a>(view: &'a View, file: &FilePath) -> Vec<Vec<&'a BlockSummary>> {
    let mut groups: Vec<Vec<&BlockSummary>> = Vec::new();
    for (_, block) in view.blocks_in(file) {
        match groups.last_mut() {
            Some(group) if group.first().is_some_and(|first| first.header == block.header) => group.push(block),
            _ => groups.push(vec![block]),
        }
    }
    groups
}

/// The block of a group with the largest consequences.
pub(super) fn worst<'a>(blocks: &[&'a BlockSummary]) -> Option<&'a BlockSummary> {
    let key = |block: &&&BlockSummary| (block.single_point, block.affected);
    // The first of equals, so that the answer does not depend on how many follow.
    blocks.iter().rev().max_by_key(key).copied()
}

/// The calls of modules in a file; of several stacks that make one, the one where it fares worst.
pub(super) fn worst_calls(view: &View, file: &FilePath) -> Vec<CallSummary> {
    let shows = view.shows(file);
    let mut calls = view.snapshot().calls_in(file);
    calls.retain(|call| {
        let stack = view.snapshot().stacks.get(call.stack);
        stack.is_some_and(|stack| shows(call.stack, &stack.module_of(call.worst.component)))
    });
    let weight = |call: &CallSummary| (call.single_points, call.worst.affected);
    calls.dedup_by(|later, earlier| {
        let is_same = later.header == earlier.header;
        if is_same && weight(later) > weight(earlier) {
            std::mem::swap(later, earlier);
        }
        is_same
    });
    calls
}

/// `2 single points inside · -5.3 points`, `inside: up to 2 of 7 affected`; none where nothing falls.
fn call_label(call: &CallSummary) -> Option<String> {
    let points = call.points.get();
    match call.single_points {
        0 if call.worst.affected == 0 => None,
        0 => Some(format!("inside: up to {} of {} affected", call.worst.affected, call.worst.others)),
        count => {
            let single =
                if count == 1 { "1 single point inside".to_owned() } else { format!("{count} single points inside") };
            Some(if points >= 0.05 { format!("{single} · -{points:.1} points") } else { single })
        }
    }
}

fn label(blocks: &[&BlockSummary]) -> Option<String> {
    let worst = worst(blocks).filter(|block| block.affected > 0)?;
    let mut parts = Vec::new();
    let single = blocks.iter().filter(|block| block.single_point).count();
    let ignored = blocks.iter().filter(|block| block.ignored).count();
    match (blocks.len(), single) {
        (_, 0) => {}
        (1, _) if ignored > 0 => parts.push("SPOF, ignored".to_owned()),
        (1, _) => parts.push("SPOF".to_owned()),
        (all, single) if ignored == single => parts.push(format!("SPOF in {single} of {all}, ignored")),
        (all, single) => parts.push(format!("SPOF in {single} of {all}")),
    }
    parts.push(format!("{} of {} affected", worst.affected, worst.others));
    // Where the change has made it one, what that costs is the news; an editor shows some forty characters.
    if worst.since_base && worst.points >= 0.05 {
        parts.push(format!("-{:.1} points", worst.points));
    } else if let Some(availability) = worst.availability {
        parts.push(format!("{} %", percent(availability * 100.0)));
    }
    Some(parts.join(" · "))
}

fn end_of_line(view: &View, header: &Place) -> Option<Position> {
    let file = &header.file;
    let parsed = view.snapshot().file(file)?;
    let line = view.range(file, header.span).end.line;
    let whole = &**parsed.text.whole();
    let content = parsed.text.lines().line_span(whole, line);
    let end = content.start + content.text(whole).trim_end().len() as u32;
    Some(parsed.text.lines().position(whole, end, view.encoding))
}
