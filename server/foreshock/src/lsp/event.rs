//! What the main loop is fed with: all that can happen, in one closed list.

use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_text::{FilePath, Position, PositionEncoding};
use serde_json::Value;

use super::analysis_thread::World;
use super::requests::Pending;

/// Everything that can happen. The main loop takes these one by one, in the order in which they came in.
pub(super) enum Event {
    /// The client has introduced itself, with what its user has set.
    Initialize(ClientFacts, Value),
    /// The client is ready for messages of ours.
    Initialized,
    /// A document was opened.
    Opened { file: FilePath, uri: Arc<str>, version: i32, text: String },
    /// A document was edited.
    Changed { file: FilePath, version: i32, changes: Vec<TextChange> },
    /// A document was closed.
    Closed { file: FilePath },
    /// Workspace folders came and went.
    FoldersChanged { added: Vec<Utf8PathBuf>, removed: Vec<Utf8PathBuf> },
    /// The user has changed settings; null when the client would rather be asked.
    Settings(Value),
    /// Files changed on the disk.
    FilesChanged(Vec<FilePath>),
    /// A document was saved: a person has paused, and may have been at the command line.
    Saved,
    /// Something on the disk may have changed that nobody tells of.
    LookAgain,
    /// A question about the present text.
    Asked(Box<dyn Pending>),
    /// The analysis thread has a new picture of the world.
    Analysed(Arc<World>),
    /// The analysis failed on this revision: nothing is known until the next.
    AnalysisFailed { revision: u64, message: String },
    /// A picture was checked and says something else than one from scratch: what.
    Differs(String),
    /// The client is about to leave.
    Shutdown,
}

impl Event {
    /// What handling it is called when it takes long.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Event::Initialize(..) | Event::Initialized => "the introduction",
            Event::Opened { .. } => "opening a document",
            Event::Changed { .. } => "taking an edit",
            Event::Closed { .. } => "closing a document",
            Event::FoldersChanged { .. } => "a change of the workspace folders",
            Event::Settings(_) => "a change of the settings",
            Event::FilesChanged(_) | Event::Saved | Event::LookAgain => "a change of the disk",
            Event::Asked(question) => question.name(),
            Event::Analysed(_) | Event::AnalysisFailed { .. } | Event::Differs(_) => "showing what was understood",
            Event::Shutdown => "the end",
        }
    }
}

/// What matters about the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientFacts {
    /// Its workspace folders.
    pub(super) folders: Vec<Utf8PathBuf>,
    /// The column units: those of ours that it knows, else the protocol's.
    pub(super) encoding: PositionEncoding,
    /// It asks for diagnostics of open documents itself.
    pub(super) pulls_diagnostics: bool,
    /// It takes edits that name the version they are for.
    pub(super) versioned_edits: bool,
    /// It can be asked to ask again.
    pub(super) refreshes: Refreshes,
    /// It makes the edits that it is sent, files that are not there yet among them.
    pub(super) applies_edits: bool,
    /// It shows the title of a link as one, and not as a part of the text.
    pub(super) knows_link_titles: bool,
    /// It watches files when told which.
    pub(super) watches_files: bool,
    /// It answers questions about its settings.
    pub(super) answers_settings: bool,
    /// It shows progress.
    pub(super) shows_progress: bool,
}

/// What the client can be asked to ask for again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Refreshes {
    /// `workspace/diagnostic/refresh`.
    pub(super) diagnostics: bool,
    /// `workspace/inlayHint/refresh`.
    pub(super) inlay_hints: bool,
    /// `workspace/codeLens/refresh`.
    pub(super) code_lenses: bool,
}

/// One edit of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextChange {
    /// What is replaced, in the client's units; `None` for the whole text.
    pub(super) range: Option<(Position, Position)>,
    /// By what.
    pub(super) text: String,
}
