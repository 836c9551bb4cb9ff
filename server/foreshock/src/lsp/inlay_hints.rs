use std::sync::Arc;

use foreshock_analysis::{BlockSummary, percent};
use foreshock_text::{FilePath, Position};

use super::hover;
use super::view::{Range, View};

/// What stands at the end of a block's first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hint {
    /// Where.
    pub(super) at: Position,
    /// `SPOF · 7 of 12 affected · 99.5 %`.
    pub(super) label: String,
    /// The component, for the tooltip.
    pub(super) component: Arc<str>,
}

/// The hints of a file, those in `range` when one is given.
pub(super) fn hints(view: &View, file: &FilePath, range: Option<Range>) -> Vec<Hint> {
    let wanted = range.and_then(|range| view.span(file, range));
    let mut hints = Vec::new();
    for blocks in by_header(view, file) {
        let Some(first) = blocks.first() else { continue };
        let Some(label) = label(&blocks) else { continue };
        let Some(at) = end_of_line(view, first) else { continue };
        let inside = |span: foreshock_text::Span| view.offset(file, at).is_some_and(|offset| span.touches(offset));
        if wanted.is_none_or(inside) {
            hints.push(Hint {
                at,
                label,
                component: worst(&blocks).map_or(&first.component_id, |b| &b.component_id).clone(),
            });
        }
    }
    hints
}

/// Why it says so: what is known of the component, as Markdown.
pub(super) fn tooltip(view: &View, file: &FilePath, component: &str) -> Option<String> {
    let blocks = view.snapshot().blocks_in(file);
    let (stack, block) = blocks.into_iter().find(|(_, block)| &*block.component_id == component)?;
    Some(hover::section(view, stack, block))
}

/// The blocks of a file in groups that share a header: one for most, several when a module has several callers.
pub(super) fn by_header<'a>(view: &'a View, file: &FilePath) -> Vec<Vec<&'a BlockSummary>> {
    let mut groups: Vec<Vec<&BlockSummary>> = Vec::new();
    for (_, block) in view.snapshot().blocks_in(file) {
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

fn label(blocks: &[&BlockSummary]) -> Option<String> {
    let worst = worst(blocks).filter(|block| block.affected > 0)?;
    let mut parts = Vec::new();
    let single = blocks.iter().filter(|block| block.single_point).count();
    match (blocks.len(), single) {
        (_, 0) => {}
        (1, _) => parts.push("SPOF".to_owned()),
        (all, single) => parts.push(format!("SPOF in {single} of {all}")),
    }
    parts.push(format!("{} of {} affected", worst.affected, worst.others));
    if let Some(availability) = worst.availability {
        parts.push(format!("{} %", percent(availability * 100.0)));
    }
    Some(parts.join(" · "))
}

fn end_of_line(view: &View, block: &BlockSummary) -> Option<Position> {
    let file = &block.header.file;
    let parsed = view.snapshot().file(file)?;
    let line = view.range(file, block.header.span).end.line;
    let content = parsed.lines.line_span(parsed.text, line);
    let end = content.start + content.text(parsed.text).trim_end().len() as u32;
    Some(parsed.lines.position(parsed.text, end, view.encoding))
}
