//! Versions of a file: what an edit did not touch is taken over, tree and places.
//!
//! A text falls into segments that begin with an item of the top level and read the same whatever is before them. Each
//! has its own base of addresses (see [`Anchors`]). After an edit the segments whose reading could have looked at what
//! changed are read again, until one begins in what did not change: it and all behind it are known.

use std::sync::Arc;

use foreshock_text::{AnchoredText, Anchors, Change, LineTable, Problem, Span};

use super::ast::{Attribute, Block, Body};
use super::cache::ExprCache;
use super::comments::comments;
use super::scanner::{self, Part, Scanned, Segment};

/// A text with its tree. Spans are addresses of the text.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The text.
    pub text: AnchoredText,
    /// What is sound in it.
    pub body: Body,
    /// What is not, in the order of the text.
    pub problems: Vec<Problem>,
    /// Its comments, in the order of the text.
    pub comments: Vec<Span>,
    /// How it falls apart.
    pub items: Items,
}

/// How a text falls into segments; what the next version is read with.
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// In the order of the text; the first begins it. Empty where the text can't be read in parts.
    segments: Vec<Segment>,
    /// The problems without those of attributes that are set twice at the top level: which these are, all attributes say.
    problems: Vec<Problem>,
}

/// The segments that are read again: the old ones by number, the new ones with what was read.
pub(super) struct Replaced {
    from: usize,
    to: usize,
    pub(super) scanned: Scanned,
}

/// A version that the next one is read with.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// Its text.
    pub text: &'a AnchoredText,
    /// Its tree.
    pub body: &'a Body,
    /// Its comments.
    pub comments: &'a [Span],
    /// How it fell apart.
    pub items: &'a Items,
}

impl Parsed {
    /// Reads a text as [`super::parse_with`] does. Addresses are offsets.
    pub fn new(text: Arc<str>, cache: &mut ExprCache) -> Parsed {
        Parsed::whole(text, cache, false)
    }

    /// The same with room between the addresses of the items, so that they can stay where they are.
    pub fn with_room(text: Arc<str>, cache: &mut ExprCache) -> Parsed {
        Parsed::whole(text, cache, true)
    }

    fn whole(text: Arc<str>, cache: &mut ExprCache, with_room: bool) -> Parsed {
        if let Some(problem) = super::too_long(&text) {
            let (body, problems) = super::refused(&text, problem);
            let (text, items) = (AnchoredText::plain(text), Items::default());
            return Parsed { text, body, problems, comments: Vec::new(), items };
        }
        cache.begin_parse();
        let mut scanned = scanner::scan(&text, Part { from: 0, is_known: &|_, _| false }, cache);
        cache.end_parse();
        let starts: Vec<u32> = scanned.segments.iter().map(|segment| offset(segment.start)).collect();
        let anchors = if with_room { Anchors::spread(&starts, text.len()) } else { Anchors::identity(text.len()) };
        let text = AnchoredText::new(text.clone(), LineTable::new(&text), anchors);
        let (body, problems, comments) = anchored(&text, 0, &mut scanned);
        let segments = if scanned.is_entangled { Vec::new() } else { scanned.segments };
        finished(text, body, comments, Items { segments, problems })
    }

    /// The next version of a text. What it has in common with the one before is the same: the blocks are shared, and places
    /// are where they were. Where that can't be it is what [`Parsed::with_room`] makes of it.
    pub fn changed(before: Before<'_>, text: Arc<str>, cache: &mut ExprCache) -> Parsed {
        let changed = if super::too_long(&text).is_some() { None } else { before.in_part(&text, cache) };
        changed.unwrap_or_else(|| Parsed::with_room(text, cache))
    }
}

impl Before<'_> {
    /// `None` where the text has to be read as a whole.
    fn in_part(&self, text: &Arc<str>, cache: &mut ExprCache) -> Option<Parsed> {
        self.text.anchors().stretch(0)?;
        let change = Change::between(self.text.whole(), text);
        cache.begin_change();
        let mut replaced = self.items.read_again(change, text, cache)?;
        let starts: Vec<u32> = replaced.scanned.segments.iter().map(|segment| offset(segment.start)).collect();
        let (from, to) = (replaced.from, replaced.to);
        let anchors = self.text.anchors().changed(change, from, to, &starts, text.len())?;
        let lines = self.text.lines().changed(change, text);
        let text = AnchoredText::new(text.clone(), lines, anchors);
        let (mut part, problems, comments) = anchored(&text, from, &mut replaced.scanned);
        // In the addresses of before, which those before and behind have kept.
        let range = Span::new(self.base(from, 0), self.base(to, u32::MAX));
        let old = within(&self.body.blocks, |block| block.span.start, range);
        let known = self.body.blocks.get(old.clone()).unwrap_or_default();
        for block in &mut part.blocks {
            let same = known.binary_search_by_key(&block.span.start, |known| known.span.start);
            if let Some(same) = same.ok().and_then(|same| known.get(same)).filter(|known| *known == block) {
                *block = same.clone();
            }
        }
        let blocks = spliced(&self.body.blocks, old, part.blocks);
        let old = within(&self.body.attributes, |attribute| attribute.name_span.start, range);
        let attributes = spliced(&self.body.attributes, old, part.attributes);
        let old = within(&self.items.problems, |problem| problem.span.start, range);
        let problems = spliced(&self.items.problems, old, problems);
        let comments = spliced(self.comments, within(self.comments, |comment| comment.start, range), comments);
        let mut segments = spliced(&self.items.segments, from..to, replaced.scanned.segments);
        let moved = segments.len() - (self.items.segments.len() - to);
        segments.iter_mut().skip(moved).for_each(|segment| *segment = segment.moved(change));
        let body = Body { attributes, blocks, span: Span::default() };
        Some(finished(text, body, comments, Items { segments, problems }))
    }

    /// The first address of a segment.
    fn base(&self, number: usize, none: u32) -> u32 {
        self.text.anchors().stretch(number).map_or(none, |(_, base)| base)
    }
}

impl Items {
    pub(super) fn read_again(&self, change: Change, text: &str, cache: &mut ExprCache) -> Option<Replaced> {
        let start = change.start as usize;
        let from = self.segments.iter().position(|segment| segment.reach > start).unwrap_or(self.segments.len());
        // What comes behind the last byte is read by the last segment.
        let from = from.min(self.segments.len().checked_sub(1)?);
        let behind = |real: usize| {
            let before = change.before(offset(real)) as usize;
            self.segments.binary_search_by_key(&before, |segment| segment.start).ok()
        };
        let unchanged = change.new_end as usize;
        let is_known = |line: usize, at: usize| line > unchanged && behind(at).is_some();
        let part = Part { from: self.segments.get(from)?.start, is_known: &is_known };
        let scanned = scanner::scan(text, part, cache);
        let to = if scanned.end < text.len() { behind(scanned.end)? } else { self.segments.len() };
        let kept = self.segments.iter().take(from).chain(self.segments.iter().skip(to));
        let wasted: usize = kept.chain(&scanned.segments).map(|segment| segment.wasted).sum();
        let is_whole = scanned.is_entangled || wasted > super::lex::Lexer::new(text).allowance();
        (!is_whole).then_some(Replaced { from, to, scanned })
    }
}

impl Segment {
    fn moved(&self, change: Change) -> Segment {
        let moved = |at: usize| change.moved(offset(at)) as usize;
        Segment { start: moved(self.start), reach: moved(self.reach), wasted: self.wasted }
    }
}

/// The elements whose place is in a range.
fn within<T>(all: &[T], place: impl Fn(&T) -> u32, range: Span) -> std::ops::Range<usize> {
    let before = |limit: u32| all.partition_point(|one| place(one) < limit);
    before(range.start)..before(range.end).max(before(range.start))
}

/// All elements with others in place of a range.
fn spliced<T: Clone>(all: &[T], range: std::ops::Range<usize>, by: Vec<T>) -> Vec<T> {
    let (before, after) = (all.get(..range.start).unwrap_or_default(), all.get(range.end..).unwrap_or_default());
    let mut whole = Vec::with_capacity(before.len() + by.len() + after.len());
    whole.extend_from_slice(before);
    whole.extend(by);
    whole.extend_from_slice(after);
    whole
}

/// What was read, in addresses: its items, its problems, its comments. `first` is the number of its first segment.
fn anchored(text: &AnchoredText, first: usize, scanned: &mut Scanned) -> (Body, Vec<Problem>, Vec<Span>) {
    let Body { mut attributes, mut blocks, .. } = std::mem::take(&mut scanned.root);
    let (mut next_attribute, mut next_block) = (attributes.iter_mut().peekable(), blocks.iter_mut().peekable());
    let mut found = Vec::new();
    let ends = scanned.segments.iter().skip(1).map(|segment| segment.start).chain([scanned.end]);
    for (number, (segment, end)) in (first..).zip(scanned.segments.iter().zip(ends)) {
        let start = offset(segment.start);
        let (real, base) = text.anchors().stretch(number).unwrap_or((start, start));
        let by = base.wrapping_sub(real);
        while let Some(block) = next_block.next_if(|block| (block.span.start as usize) < end) {
            move_block(block, by);
        }
        while let Some(attribute) = next_attribute.next_if(|attribute| (attribute.name_span.start as usize) < end) {
            move_attribute(attribute, by);
        }
        let written = text.whole().get(segment.start..end).unwrap_or_default();
        found.extend(comments(written).into_iter().map(|comment| comment.shifted(base)));
    }
    let mut problems = std::mem::take(&mut scanned.problems);
    problems.iter_mut().for_each(|problem| problem.span = text.anchored_span(problem.span));
    (Body { attributes, blocks, span: Span::default() }, problems, found)
}

/// With what is to be said of the whole.
fn finished(text: AnchoredText, mut body: Body, comments: Vec<Span>, items: Items) -> Parsed {
    body.span = Span::new(0, text.end());
    let mut problems = items.problems.clone();
    scanner::duplicates(&body, &mut problems);
    problems.sort_by_key(|problem| problem.span);
    Parsed { text, body, problems, comments, items }
}

fn move_span(span: &mut Span, by: u32) {
    *span = Span { start: span.start.wrapping_add(by), end: span.end.wrapping_add(by) };
}

fn move_attribute(attribute: &mut Attribute, by: u32) {
    move_span(&mut attribute.name_span, by);
    move_span(&mut attribute.value_span, by);
}

fn move_block(block: &mut Arc<Block>, by: u32) {
    // Nobody else has it yet.
    let block = Arc::make_mut(block);
    for span in [&mut block.kind_span, &mut block.header_span, &mut block.span, &mut block.body.span] {
        move_span(span, by);
    }
    block.labels.iter_mut().for_each(|label| move_span(&mut label.span, by));
    block.body.attributes.iter_mut().for_each(|attribute| move_attribute(attribute, by));
    block.body.blocks.iter_mut().for_each(|block| move_block(block, by));
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
