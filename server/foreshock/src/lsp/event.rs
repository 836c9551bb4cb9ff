use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_text::{FilePath, Position, PositionEncoding};
use serde_json::Value;
use tokio::sync::oneshot;

use super::analysis_thread::World;
use super::view::Range;
use super::{call_hierarchy, code_action, code_lens, completion, diagnostics, hover, inlay_hints};

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
    /// Whose results a shared file shows; `None` for everybody's.
    ChooseCaller { file: FilePath, caller: Option<String> },
    /// Files changed on the disk.
    FilesChanged(Vec<FilePath>),
    /// A document was saved: a person has paused, and may have been at the command line.
    Saved,
    /// A question about the present text.
    Query(Query),
    /// The analysis thread has a new picture of the world.
    Analysed(Arc<World>),
    /// The analysis failed on this revision: nothing is known until the next.
    AnalysisFailed { revision: u64, message: String },
    /// The client is about to leave.
    Shutdown,
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

/// Where an answer goes. A closed one means the client has cancelled.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The text changed under the question; ask again.
    ContentModified,
    /// The question makes no sense; says what was expected.
    BadQuestion(String),
    /// Our fault.
    Internal(String),
}

/// A question about the text as it is now.
pub(super) enum Query {
    /// `textDocument/hover`
    Hover { file: FilePath, at: Position, reply: Reply<Option<hover::Hover>> },
    /// `textDocument/inlayHint`
    InlayHints { file: FilePath, range: Range, reply: Reply<Vec<inlay_hints::Hint>> },
    /// `inlayHint/resolve`
    InlayTooltip { file: FilePath, about: inlay_hints::About, reply: Reply<Option<String>> },
    /// `textDocument/codeLens`
    CodeLenses { file: FilePath, reply: Reply<Vec<code_lens::Lens>> },
    /// `textDocument/codeAction`
    CodeActions { file: FilePath, range: Range, wanted: code_action::Wanted, reply: Reply<Vec<code_action::Action>> },
    /// `textDocument/diagnostic`
    Diagnostics { file: FilePath, reply: Reply<diagnostics::Report> },
    /// `textDocument/prepareCallHierarchy`
    PrepareCallHierarchy { file: FilePath, at: Position, reply: Reply<Vec<call_hierarchy::Item>> },
    /// `callHierarchy/incomingCalls`, `callHierarchy/outgoingCalls`
    Neighbours {
        root: String,
        component: String,
        direction: call_hierarchy::Direction,
        reply: Reply<Vec<call_hierarchy::Neighbour>>,
    },
    /// `textDocument/completion`
    Completion { file: FilePath, at: Position, reply: Reply<Vec<completion::Item>> },
    /// `foreshock.setBaseline`
    SetBaseline { file: FilePath, reply: Reply<Value> },
    /// `foreshock/callers`, `foreshock/chooseCaller`
    Callers { file: FilePath, reply: Reply<Value> },
    /// `foreshock/variableFiles`
    VariableFiles { file: FilePath, reply: Reply<Value> },
    /// `foreshock/graph`
    Graph { file: FilePath, reply: Reply<Value> },
    /// `foreshock/newlyFailing`
    NewlyFailing { file: FilePath, reply: Reply<Value> },
    /// `foreshock.report`
    Report { file: FilePath, reply: Reply<Value> },
    /// `foreshock/simulate`
    Simulate { file: FilePath, fault: String, reply: Reply<Value> },
}

impl Query {
    /// Whether the client no longer waits.
    pub(super) fn is_cancelled(&self) -> bool {
        match self {
            Query::Hover { reply, .. } => reply.is_closed(),
            Query::InlayHints { reply, .. } => reply.is_closed(),
            Query::InlayTooltip { reply, .. } => reply.is_closed(),
            Query::CodeLenses { reply, .. } => reply.is_closed(),
            Query::CodeActions { reply, .. } => reply.is_closed(),
            Query::Diagnostics { reply, .. } => reply.is_closed(),
            Query::PrepareCallHierarchy { reply, .. } => reply.is_closed(),
            Query::Neighbours { reply, .. } => reply.is_closed(),
            Query::Completion { reply, .. } => reply.is_closed(),
            Query::Graph { reply, .. }
            | Query::Simulate { reply, .. }
            | Query::NewlyFailing { reply, .. }
            | Query::Report { reply, .. }
            | Query::Callers { reply, .. }
            | Query::SetBaseline { reply, .. }
            | Query::VariableFiles { reply, .. } => reply.is_closed(),
        }
    }

    /// Answers with a refusal.
    pub(super) fn refuse(self, refusal: Refusal) {
        // Nobody listening is as good as told.
        match self {
            Query::Hover { reply, .. } => drop(reply.send(Err(refusal))),
            Query::InlayHints { reply, .. } => drop(reply.send(Err(refusal))),
            Query::InlayTooltip { reply, .. } => drop(reply.send(Err(refusal))),
            Query::CodeLenses { reply, .. } => drop(reply.send(Err(refusal))),
            Query::CodeActions { reply, .. } => drop(reply.send(Err(refusal))),
            Query::Diagnostics { reply, .. } => drop(reply.send(Err(refusal))),
            Query::PrepareCallHierarchy { reply, .. } => drop(reply.send(Err(refusal))),
            Query::Neighbours { reply, .. } => drop(reply.send(Err(refusal))),
            Query::Completion { reply, .. } => drop(reply.send(Err(refusal))),
            Query::Graph { reply, .. }
            | Query::Simulate { reply, .. }
            | Query::NewlyFailing { reply, .. }
            | Query::Report { reply, .. }
            | Query::Callers { reply, .. }
            | Query::SetBaseline { reply, .. }
            | Query::VariableFiles { reply, .. } => drop(reply.send(Err(refusal))),
        }
    }
}
