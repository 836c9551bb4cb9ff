//! One picture of the world in the client's units and addresses: which results a shared file shows, and where in the text.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use camino::Utf8PathBuf;
use foreshock_analysis::{BlockSummary, Caller, Finding, Snapshot, Stack};
use foreshock_text::{FilePath, Place, Position, PositionEncoding, Span};

use super::analysis_thread::{OpenDocument, World};
use super::settings::Settings;
use super::survey::Survey;
use super::to_proto;

/// A stretch of text in the client's units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Range {
    /// First position.
    pub(super) start: Position,
    /// One past the last.
    pub(super) end: Position,
}

/// A place as the client addresses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Location {
    /// The document.
    pub(super) uri: Arc<str>,
    /// Where in it.
    pub(super) range: Range,
}

/// One picture of the world, seen through the client's eyes: its units and its addresses.
#[derive(Clone)]
pub(super) struct View {
    /// The picture.
    pub(super) world: Arc<World>,
    /// The client's column units.
    pub(super) encoding: PositionEncoding,
    /// The client takes edits that name the version they are for.
    pub(super) versioned_edits: bool,
    /// The client makes the edits that it is sent, files that are not there yet among them.
    pub(super) applies_edits: bool,
    /// The client shows the title of a link as one, and not as a part of the text.
    pub(super) knows_link_titles: bool,
    /// What the user has set.
    pub(super) settings: Arc<Settings>,
    /// Whose results shared files show.
    pub(super) chosen: Arc<Chosen>,
    /// The revision of the last edit of a document, which may be later than the picture.
    pub(super) last_edit: Arc<AtomicU64>,
    /// Where to ask for stacks that nobody has opened.
    pub(super) survey: Arc<Survey>,
}

/// The id of the caller whose results the files of a directory show.
pub(super) type Chosen = BTreeMap<Utf8PathBuf, String>;

/// Makes a choice for the directory of a file; `None` takes it back.
pub(super) fn choose(chosen: &mut Chosen, file: &FilePath, caller: Option<String>) {
    let directory = file.as_path().parent().unwrap_or(file.as_path()).to_owned();
    match caller {
        Some(caller) => drop(chosen.insert(directory, caller)),
        None => drop(chosen.remove(&directory)),
    }
}

impl View {
    /// As a client sees it that has said nothing of itself.
    pub(super) fn plain(world: Arc<World>) -> View {
        View {
            world,
            encoding: PositionEncoding::default(),
            versioned_edits: false,
            applies_edits: false,
            knows_link_titles: true,
            settings: Arc::default(),
            chosen: Arc::default(),
            last_edit: Arc::default(),
            survey: Arc::default(),
        }
    }

    /// What was understood.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.world.snapshot
    }

    /// Whether the same picture is shown in the same way in another view.
    pub(super) fn reads_alike(&self, other: &View) -> bool {
        Arc::ptr_eq(&self.settings, &other.settings)
            && Arc::ptr_eq(&self.chosen, &other.chosen)
            && self.encoding == other.encoding
    }

    /// The stacks that read a file.
    pub(super) fn stacks_of(&self, file: &FilePath) -> impl Iterator<Item = &Arc<Stack>> {
        self.snapshot().stacks.iter().filter(move |stack| stack.files.contains(file))
    }

    /// The same picture with another choice of whose results the files of a directory show; `None` for everybody's.
    pub(super) fn with_choice(&self, file: &FilePath, caller: Option<String>) -> View {
        let mut view = self.clone();
        choose(Arc::make_mut(&mut view.chosen), file, caller);
        view
    }

    /// Everybody who makes a system of a file, and the one whose results it shows.
    pub(super) fn callers(&self, file: &FilePath) -> (Vec<Caller>, Option<Caller>) {
        let callers = self.snapshot().callers(file);
        let id = file.as_path().parent().and_then(|directory| self.chosen.get(directory));
        // A caller that is gone hides nothing.
        let chosen = id.and_then(|id| callers.iter().find(|caller| caller.id == *id)).cloned();
        (callers, chosen)
    }

    /// The one whose results a file shows, if somebody has chosen.
    fn chosen_caller(&self, file: &FilePath) -> Option<Caller> {
        let is_chosen = file.as_path().parent().is_some_and(|directory| self.chosen.contains_key(directory));
        if is_chosen { self.callers(file).1 } else { None }
    }

    /// Whether results of a module instance of a stack are shown in a file.
    pub(super) fn shows(&self, file: &FilePath) -> impl Fn(usize, &str) -> bool + use<> {
        let caller = self.chosen_caller(file);
        move |stack, module| caller.as_ref().is_none_or(|caller| caller.has(stack, module))
    }

    /// The findings whose place is in a file, with the index of their stack.
    pub(super) fn findings_in(&self, file: &FilePath) -> Vec<(usize, &Finding)> {
        let mut findings = self.snapshot().findings_in(file);
        if let Some(caller) = self.chosen_caller(file) {
            findings.retain(|(stack, finding)| {
                let module = self.snapshot().stacks.get(*stack).and_then(|stack| stack.module_of_finding(finding));
                // What is about the system as a whole is about each of its modules.
                caller.has(*stack, module.as_ref().unwrap_or(&caller.module))
            });
        }
        findings
    }

    /// The blocks of a file that make up components, with the index of their stack, by place.
    pub(super) fn blocks_in(&self, file: &FilePath) -> Vec<(usize, &BlockSummary)> {
        let mut blocks = self.snapshot().blocks_in(file);
        if let Some(caller) = self.chosen_caller(file) {
            blocks.retain(|(stack, block)| {
                let module = self.snapshot().stacks.get(*stack).map(|stack| stack.module_of(block.component));
                caller.has(*stack, &module.unwrap_or_default())
            });
        }
        blocks
    }

    /// The blocks at an offset; several when a shared module has several callers and none was chosen.
    pub(super) fn block_at(&self, file: &FilePath, offset: u32) -> Vec<(usize, &BlockSummary)> {
        let mut blocks = self.blocks_in(file);
        blocks.retain(|(_, block)| block.extent.span.touches(offset));
        blocks
    }

    /// The address of a file: the client's own for open documents.
    pub(super) fn uri(&self, file: &FilePath) -> Arc<str> {
        match self.open_document(file) {
            Some(document) => document.uri.clone(),
            None => to_proto::uri_of(file.as_path()),
        }
    }

    /// The document, when the editor had it open in this picture.
    pub(super) fn open_document(&self, file: &FilePath) -> Option<&OpenDocument> {
        self.world.documents.get(file)
    }

    /// Bytes to the client's positions. The beginning of a file whose text is not at hand.
    pub(super) fn range(&self, file: &FilePath, span: Span) -> Range {
        let Some(parsed) = self.snapshot().file(file) else { return Range::default() };
        let at = |offset| parsed.text.position(offset, self.encoding);
        Range { start: at(span.start), end: at(span.end) }
    }

    /// Where a span is in the text; empty at its beginning where the text is not at hand.
    pub(super) fn real_span(&self, file: &FilePath, span: Span) -> Span {
        self.snapshot().file(file).map_or(Span::empty(0), |read| read.text.real_span(span))
    }

    /// The first line of a place as a range: a diagnostic under a whole block is noise.
    pub(super) fn first_line(&self, place: &Place) -> Range {
        let range = self.range(&place.file, place.span);
        if range.start.line == range.end.line {
            return range;
        }
        let Some(parsed) = self.snapshot().file(&place.file) else { return range };
        let line = parsed.text.line_span(range.start.line);
        self.range(&place.file, Span::new(place.span.start, line.end))
    }

    /// A place as the client addresses it.
    pub(super) fn location(&self, place: &Place) -> Location {
        Location { uri: self.uri(&place.file), range: self.range(&place.file, place.span) }
    }

    /// The client's position to bytes; `None` for a file that was not read.
    pub(super) fn offset(&self, file: &FilePath, at: Position) -> Option<u32> {
        let parsed = self.snapshot().file(file)?;
        Some(parsed.text.offset(at, self.encoding))
    }

    /// The client's range to bytes.
    pub(super) fn span(&self, file: &FilePath, range: Range) -> Option<Span> {
        Some(Span::new(self.offset(file, range.start)?, self.offset(file, range.end)?))
    }

    /// `file:///w/main.tf#L12`, as editors follow links.
    pub(super) fn link(&self, place: &Place) -> String {
        let line = self.range(&place.file, place.span).start.line;
        format!("{}#L{}", self.uri(&place.file), line + 1)
    }
}
