//! Events into the arena, until the end or the first error.

use foreshock_text::{Problem, Span};
use granit_parser::{Event, Marker, Parser, ScalarStyle, StructureStyle};
use rustc_hash::FxHashMap;

use super::scalar::{Scalar, Style};
use super::tree::{Entry, Node, NodeId, NodeKind, Tag, Tree};
use super::{MAX_EXPANSION, MAX_NODES};

/// Deeper lists and mappings are errors. The schemas that are read here have less than ten levels.
const DEEPEST: usize = 128;
/// A key may be so long, in characters: more than the 1,024 of the standard, which generated files pass.
const LONGEST_KEY: usize = 1 << 16;

/// One reading of a text.
pub(super) struct Attempt {
    /// What was read, up to the failure.
    pub(super) tree: Tree,
    /// What is wrong with what was read.
    pub(super) problems: Vec<Problem>,
    /// What stopped it.
    pub(super) failure: Option<Failure>,
}

/// Where and why a text stops being YAML.
pub(super) struct Failure {
    /// Where it was noticed.
    pub(super) offset: u32,
    /// The end of the last thing that was read.
    pub(super) read_up_to: u32,
    /// Where the outermost bracket that is still open stands.
    pub(super) open_bracket: Option<u32>,
    /// Why.
    pub(super) reason: String,
}

/// A line that was taken as blank.
#[derive(Clone, Copy)]
pub(super) struct Blank {
    /// Where it is.
    pub(super) line: Span,
    /// The column of its dash, if it began an item.
    pub(super) dash: Option<u32>,
}

/// Reads a text in which some lines were made blank.
pub(super) fn attempt(text: &str, blanks: &[Blank]) -> Attempt {
    let options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        simple_key_max_lookahead: LONGEST_KEY,
        flow_nesting_limit: DEEPEST,
        block_nesting_limit: DEEPEST,
    };
    let mut builder = Builder { text, blanks, ..Builder::default() };
    let mut failure = None;
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => builder.event(event, byte_span(&span)),
            Err(error) => {
                failure = Some(builder.failure(offset(error.marker(), text), error.info()));
                break;
            }
        }
        if builder.tree.nodes.len() > MAX_NODES {
            failure = Some(builder.failure(builder.read_up_to, format!("more than {MAX_NODES} values")));
            break;
        }
    }
    while !builder.open.is_empty() {
        builder.close(None);
    }
    Attempt { tree: builder.tree, problems: builder.problems, failure }
}

fn offset(marker: &Marker, text: &str) -> u32 {
    Span::from_range(0..marker.byte_offset().unwrap_or(text.len()).min(text.len())).end
}

fn byte_span(span: &granit_parser::Span) -> Span {
    span.byte_range().map(Span::from_range).unwrap_or_default()
}

/// A list or mapping that is being read.
struct Open {
    id: NodeId,
    flow: bool,
    children: Vec<NodeId>,
    mapping: bool,
    /// Values that it stands for so far, aliases expanded.
    expansion: u64,
}

#[derive(Default)]
struct Builder<'t> {
    text: &'t str,
    blanks: &'t [Blank],
    tree: Tree,
    problems: Vec<Problem>,
    open: Vec<Open>,
    /// Nodes with an anchor, by granit's number: where, and what they expand to once they are complete.
    anchors: FxHashMap<usize, (NodeId, Option<u64>)>,
    anchor_of: FxHashMap<NodeId, usize>,
    expanded: u64,
    read_up_to: u32,
}

impl Builder<'_> {
    fn failure(&self, offset: u32, reason: String) -> Failure {
        let bracket = self.open.iter().find(|open| open.flow);
        let start = |open: &Open| self.tree.nodes.get(open.id.0 as usize).map(|node| node.span.start);
        Failure { offset, read_up_to: self.read_up_to, open_bracket: bracket.and_then(start), reason }
    }

    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    _ => Style::Block,
                };
                let unwritten = span.is_empty() && style == Style::Plain;
                let (span, text) = if unwritten { (self.behind_key(span), "".into()) } else { (span, text) };
                self.tag(tag.as_deref(), span);
                self.leaf(NodeKind::Scalar(Scalar::new(text, style)), span, anchor, 1);
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                self.tag(tag.as_deref(), span);
                self.begin(NodeKind::Sequence { items: Vec::new(), flow }, flow, false, span, anchor);
            }
            Event::MappingStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                self.tag(tag.as_deref(), span);
                self.begin(NodeKind::Mapping { entries: Vec::new(), flow }, flow, true, span, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(Some(span)),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => {
                self.problems.push(Problem::new(span, format!("there is no anchor &{name} above this alias")));
                self.leaf(NodeKind::Broken, span, 0, 1);
            }
            _ => return,
        }
        if !span.is_empty() {
            self.read_up_to = self.read_up_to.max(span.end);
        }
    }

    /// Keeps the tag of the node that comes next.
    fn tag(&mut self, tag: Option<&granit_parser::Tag>, value: Span) {
        let Some(tag) = tag.filter(|tag| tag.original_handle() == "!" && !tag.suffix().is_empty()) else { return };
        let length = 1 + tag.suffix().len() as u32;
        // Between it and the value there are at most an anchor and the end of a line, and nothing was read yet.
        let between = self.text.get(self.read_up_to as usize..value.start as usize).unwrap_or("");
        let written = format!("!{}", tag.suffix());
        let behind = self.text.get(value.start as usize..).unwrap_or("");
        let at = match between.rfind(&written) {
            Some(at) => self.read_up_to + at as u32,
            // Nothing is written yet but the tag.
            None => value.start + (behind.len() - behind.trim_start_matches([' ', '\t']).len()) as u32,
        };
        let span = Span::new(at, (at + length).min(self.text.len() as u32));
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.tags.insert(id, Tag { name: tag.suffix().into(), span });
    }

    /// A value that is not written stands right behind the colon of its key.
    fn behind_key(&self, span: Span) -> Span {
        let waiting = self.open.last().filter(|open| open.mapping && open.children.len() % 2 == 1);
        let key = waiting.and_then(|open| self.tree.nodes.get(open.children.last()?.0 as usize));
        let Some(key) = key else { return span };
        let behind = self.text.get(key.span.end as usize..).unwrap_or("");
        let blank = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let colon = behind.get(blank..).is_some_and(|rest| rest.starts_with(':'));
        if colon { Span::empty(key.span.end + blank as u32 + 1) } else { span }
    }

    fn add(&mut self, kind: NodeKind, span: Span, anchor: usize, expansion: Option<u64>) -> NodeId {
        let id = NodeId(self.tree.nodes.len() as u32);
        self.tree.nodes.push(Node { span, kind });
        if anchor > 0 {
            self.anchors.insert(anchor, (id, expansion));
            if expansion.is_none() {
                self.anchor_of.insert(id, anchor);
            }
        }
        id
    }

    /// A complete node into what is being read.
    fn put(&mut self, id: NodeId, expansion: u64) {
        match self.open.last_mut() {
            Some(open) => {
                open.children.push(id);
                open.expansion = open.expansion.saturating_add(expansion);
            }
            None => self.tree.documents.push(id),
        }
    }

    fn leaf(&mut self, kind: NodeKind, span: Span, anchor: usize, expansion: u64) {
        let id = self.add(kind, span, anchor, Some(expansion));
        self.put(id, expansion);
    }

    fn begin(&mut self, kind: NodeKind, flow: bool, mapping: bool, span: Span, anchor: usize) {
        let id = self.add(kind, span, anchor, None);
        self.open.push(Open { id, flow, children: Vec::new(), mapping, expansion: 1 });
    }

    /// Ends the innermost collection; `end` is none when the text ended first.
    fn close(&mut self, end: Option<Span>) {
        let Some(Open { id, flow, mut children, mapping, expansion }) = self.open.pop() else { return };
        if mapping && !flow && !self.blanks.is_empty() {
            self.drop_strays(&mut children);
        }
        let bounds = |ids: &[NodeId]| {
            let spans = ids.iter().filter_map(|id| self.tree.nodes.get(id.0 as usize)).map(|node| node.span);
            spans.reduce(Span::cover)
        };
        let inside = bounds(&children);
        if mapping {
            self.tell_twice(&children);
        }
        if let Some(node) = self.tree.nodes.get_mut(id.0 as usize) {
            // The end of lines with dashes or keys is where the next thing begins, comments and all.
            let written = end.filter(|_| flow).map_or(node.span.start, |end| end.end);
            let start = node.span.start;
            node.span = Span::new(start, written).cover(inside.unwrap_or(Span::empty(start)));
            match &mut node.kind {
                NodeKind::Sequence { items, .. } => *items = children,
                NodeKind::Mapping { entries, .. } => *entries = paired(&children),
                _ => {}
            }
        }
        if let Some(anchor) = self.anchor_of.remove(&id) {
            self.anchors.insert(anchor, (id, Some(expansion)));
        }
        self.put(id, expansion);
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let target = self.anchors.get(&anchor).copied();
        let refusal = match target {
            Some((_, Some(expansion))) if self.expanded.saturating_add(expansion) <= MAX_EXPANSION => None,
            Some((_, Some(_))) => Some(format!("the aliases up to here stand for more than {MAX_EXPANSION} values")),
            Some((_, None)) => Some("this alias stands inside of what it stands for".to_owned()),
            None => Some("there is no anchor for this alias".to_owned()),
        };
        match (refusal, target) {
            (None, Some((target, Some(expansion)))) => {
                self.expanded = self.expanded.saturating_add(expansion);
                self.leaf(NodeKind::Alias(target), span, 0, expansion);
            }
            (refusal, _) => {
                self.problems.push(Problem::new(span, refusal.unwrap_or_default()));
                self.leaf(NodeKind::Broken, span, 0, 1);
            }
        }
    }

    /// Leaves out what only seems to be in a mapping because a line above it was made blank: the keys of an item whose
    /// dash is gone, and keys that the mapping had before.
    fn drop_strays(&self, children: &mut Vec<NodeId>) {
        let key = |id: &NodeId| self.tree.nodes.get(id.0 as usize);
        let Some(first) = children.first().and_then(key) else { return };
        let (start, column) = (first.span.start, self.column(first.span.start));
        let inside = |blank: &&Blank| blank.line.start > start;
        let end_of_item = self.blanks.iter().filter(inside).filter(|blank| blank.dash.is_some_and(|at| at < column));
        let end = end_of_item.map(|blank| blank.line.start).min().unwrap_or(u32::MAX);
        let mut seen: FxHashMap<&str, u32> = FxHashMap::default();
        let mut kept = Vec::with_capacity(children.len());
        for pair in children.chunks(2) {
            let Some(node) = pair.first().and_then(key) else { continue };
            if node.span.start > end {
                continue;
            }
            if let NodeKind::Scalar(scalar) = &node.kind {
                let before = *seen.entry(scalar.text()).or_insert(node.span.start);
                let between = |blank: &&Blank| (before..node.span.start).contains(&blank.line.start);
                if before < node.span.start && self.blanks.iter().any(|blank| between(&blank)) {
                    continue;
                }
            }
            kept.extend_from_slice(pair);
        }
        *children = kept;
    }

    fn column(&self, offset: u32) -> u32 {
        let before = self.text.get(..offset as usize).unwrap_or("");
        (before.len() - before.rfind(['\n', '\r']).map_or(0, |end| end + 1)) as u32
    }

    /// Keys given twice in a mapping.
    fn tell_twice(&mut self, children: &[NodeId]) {
        let mut seen: FxHashMap<&str, ()> = FxHashMap::default();
        let mut twice = Vec::new();
        for id in children.iter().step_by(2) {
            let Some(Node { span, kind: NodeKind::Scalar(key) }) = self.tree.nodes.get(id.0 as usize) else { continue };
            if seen.insert(key.text(), ()).is_some() && !key.is_merge() {
                let message = format!("the key {} is given twice here; the last one counts", key.text());
                twice.push(Problem::new(*span, message));
            }
        }
        self.problems.append(&mut twice);
    }
}

fn paired(children: &[NodeId]) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(children.len() / 2);
    for pair in children.chunks(2) {
        if let [key, value] = *pair {
            entries.push(Entry { key, value });
        }
    }
    entries
}
