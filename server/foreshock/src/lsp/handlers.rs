//! The protocol's methods. Each sends its event before its first `.await` and then waits for the reply; nothing else.
//! Our own methods are rows of [`OWN`] and have nothing here.

use crossbeam_channel::Sender;
use foreshock_analysis::{FILE_NAME, completes};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::{LanguageServer, ls_types as lsp};
use tracing::error;

use super::code_action::Wanted;
use super::event::Event;
use super::requests::code_lenses::CodeLenses;
use super::requests::completion::Completion;
use super::requests::definition::Definition;
use super::requests::diagnostics::Diagnostics;
use super::requests::document_symbols::DocumentSymbols;
use super::requests::fix_all::FixAll;
use super::requests::hover::Hover;
use super::requests::inlay_hints::{About, InlayHints};
use super::requests::inlay_tooltip::InlayTooltip;
use super::requests::neighbours::{Direction, Neighbour, Neighbours};
use super::requests::prepare_call_hierarchy::PrepareCallHierarchy;
use super::requests::prepare_rename::PrepareRename;
use super::requests::quick_fixes::QuickFixes;
use super::requests::references::References;
use super::requests::rename::Rename;
use super::requests::workspace_symbols::WorkspaceSymbols;
use super::requests::{Asked, OWN, Own, Refusal, Request};
use super::{diagnostics, from_proto, to_proto};

/// The service's side of the main loop.
pub(super) struct Handlers {
    events: Sender<Event>,
}

/// What comes back with a hint to be resolved.
#[derive(Deserialize)]
struct HintData {
    uri: lsp::Uri,
    #[serde(flatten)]
    about: About,
}

/// What comes back with an entry of the call hierarchy.
#[derive(Deserialize)]
struct ItemData {
    root: String,
    component: String,
}

impl Handlers {
    /// Handlers that feed a loop.
    pub(super) fn new(events: Sender<Event>) -> Handlers {
        Handlers { events }
    }

    fn tell(&self, event: Event) {
        if self.events.send(event).is_err() {
            error!("the main loop is gone");
        }
    }

    /// Sends a question when it is first polled, which is in the order of the wire, and waits for the answer.
    pub(super) async fn ask<R: Request>(&self, request: R) -> Result<R::Answer> {
        answer(self.send(request)).await
    }

    /// Reads the parameters of a request of ours, asks, and waits.
    pub(super) fn own<R: Own>(&self, parameters: Value) -> Answering<'_> {
        Box::pin(async move {
            let request: R = serde_json::from_value(parameters)
                .map_err(|error| Error::invalid_params(format!("{}: {error}", R::METHOD)))?;
            self.ask(request).await
        })
    }

    /// Sends a question; its answer comes out of the other end.
    fn send<R: Request>(&self, request: R) -> Waiting<R> {
        let (reply, waiting) = oneshot::channel();
        self.tell(Event::Asked(Box::new(Asked { request, reply })));
        waiting
    }

    async fn neighbours(&self, item: lsp::CallHierarchyItem, direction: Direction) -> Result<Vec<Neighbour>> {
        let data: Option<ItemData> = item.data.and_then(|data| serde_json::from_value(data).ok());
        let ItemData { root, component } =
            data.ok_or_else(|| Error::invalid_params("`item` must be one that the server gave"))?;
        self.ask(Neighbours { root, component, direction }).await
    }
}

/// A request of ours under way.
pub(super) type Answering<'a> = BoxFuture<'a, Result<Value>>;

/// The end where an answer comes out.
type Waiting<R> = oneshot::Receiver<std::result::Result<<R as Request>::Answer, Refusal>>;

async fn answer<T>(waiting: oneshot::Receiver<std::result::Result<T, Refusal>>) -> Result<T> {
    match waiting.await {
        Ok(answer) => answer.map_err(to_proto::error),
        Err(_) => Err(Error::internal_error()),
    }
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: lsp::InitializeParams) -> Result<lsp::InitializeResult> {
        let client = from_proto::client_facts(&params);
        let result = to_proto::initialize_result(&client);
        let settings = params.initialization_options.unwrap_or_default();
        self.tell(Event::Initialize(client, settings));
        Ok(result)
    }

    async fn initialized(&self, _: lsp::InitializedParams) {
        self.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        // Answered without a round through the loop: a hasty client sends `exit` right behind it.
        self.tell(Event::Shutdown);
        Ok(())
    }

    async fn did_open(&self, params: lsp::DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some(file) = from_proto::file(&document.uri) else { return };
        let uri = from_proto::uri(&document.uri);
        self.tell(Event::Opened { file, uri, version: document.version, text: document.text });
    }

    async fn did_change(&self, params: lsp::DidChangeTextDocumentParams) {
        let Some(file) = from_proto::file(&params.text_document.uri) else { return };
        let changes = params.content_changes.into_iter().map(from_proto::text_change).collect();
        self.tell(Event::Changed { file, version: params.text_document.version, changes });
    }

    async fn did_close(&self, params: lsp::DidCloseTextDocumentParams) {
        let Some(file) = from_proto::file(&params.text_document.uri) else { return };
        self.tell(Event::Closed { file });
    }

    async fn did_change_workspace_folders(&self, params: lsp::DidChangeWorkspaceFoldersParams) {
        let added = from_proto::folders(&params.event.added);
        let removed = from_proto::folders(&params.event.removed);
        self.tell(Event::FoldersChanged { added, removed });
    }

    async fn did_change_watched_files(&self, params: lsp::DidChangeWatchedFilesParams) {
        let files = params.changes.iter().filter_map(|change| from_proto::file(&change.uri)).collect();
        self.tell(Event::FilesChanged(files));
    }

    async fn did_change_configuration(&self, params: lsp::DidChangeConfigurationParams) {
        self.tell(Event::Settings(params.settings));
    }

    async fn did_save(&self, _: lsp::DidSaveTextDocumentParams) {
        // What is saved is what was edited; the base may have moved in the meantime.
        self.tell(Event::Saved);
    }

    async fn hover(&self, params: lsp::HoverParams) -> Result<Option<lsp::Hover>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position_params) else { return Ok(None) };
        Ok(self.ask(Hover { file, at }).await?.map(to_proto::hover))
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position) else { return Ok(None) };
        // Editors wait for every server before they show a list: of other files we have nothing to say, at once.
        if file.as_path().file_name() != Some(FILE_NAME) && !completes(file.as_path()) {
            return Ok(None);
        }
        let items = self.ask(Completion { file, at }).await?;
        Ok(Some(lsp::CompletionResponse::Array(items.into_iter().map(to_proto::completion).collect())))
    }

    async fn goto_definition(&self, params: lsp::GotoDefinitionParams) -> Result<Option<lsp::GotoDefinitionResponse>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position_params) else { return Ok(None) };
        let places = self.ask(Definition { file, at }).await?;
        let places: Vec<_> = places.iter().filter_map(to_proto::location).collect();
        Ok((!places.is_empty()).then_some(lsp::GotoDefinitionResponse::Array(places)))
    }

    async fn references(&self, params: lsp::ReferenceParams) -> Result<Option<Vec<lsp::Location>>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position) else { return Ok(None) };
        let with_declaration = params.context.include_declaration;
        let places = self.ask(References { file, at, with_declaration }).await?;
        Ok(Some(places.iter().filter_map(to_proto::location).collect()))
    }

    async fn prepare_rename(
        &self,
        params: lsp::TextDocumentPositionParams,
    ) -> Result<Option<lsp::PrepareRenameResponse>> {
        let Some((file, at)) = from_proto::place(&params) else { return Ok(None) };
        let found = self.ask(PrepareRename { file, at }).await?;
        Ok(found.map(|(range, placeholder)| lsp::PrepareRenameResponse::RangeWithPlaceholder {
            range: to_proto::range(range),
            placeholder,
        }))
    }

    async fn rename(&self, params: lsp::RenameParams) -> Result<Option<lsp::WorkspaceEdit>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position) else { return Ok(None) };
        let renamed = self.ask(Rename { file, at, name: params.new_name }).await?;
        Ok(to_proto::workspace_edit(&renamed.edits, renamed.versioned))
    }

    async fn document_symbol(&self, params: lsp::DocumentSymbolParams) -> Result<Option<lsp::DocumentSymbolResponse>> {
        let Some(file) = from_proto::file(&params.text_document.uri) else { return Ok(None) };
        let symbols = self.ask(DocumentSymbols { file }).await?;
        let symbols: Vec<_> = symbols.into_iter().map(to_proto::document_symbol).collect();
        Ok((!symbols.is_empty()).then_some(lsp::DocumentSymbolResponse::Nested(symbols)))
    }

    async fn symbol(&self, params: lsp::WorkspaceSymbolParams) -> Result<Option<lsp::WorkspaceSymbolResponse>> {
        let symbols = self.ask(WorkspaceSymbols { query: params.query }).await?;
        let symbols = symbols.into_iter().filter_map(to_proto::workspace_symbol).collect();
        Ok(Some(lsp::WorkspaceSymbolResponse::Nested(symbols)))
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        let uri = params.text_document.uri;
        let Some(file) = from_proto::file(&uri) else { return Ok(None) };
        let hints = self.ask(InlayHints { file, range: from_proto::range(params.range) }).await?;
        Ok(Some(hints.into_iter().map(|hint| to_proto::inlay_hint(hint, &uri)).collect()))
    }

    async fn inlay_hint_resolve(&self, mut hint: lsp::InlayHint) -> Result<lsp::InlayHint> {
        let data: Option<HintData> = hint.data.clone().and_then(|data| serde_json::from_value(data).ok());
        let Some(HintData { uri, about }) = data else { return Ok(hint) };
        let Some(file) = from_proto::file(&uri) else { return Ok(hint) };
        hint.tooltip = self.ask(InlayTooltip { file, about }).await?.map(to_proto::tooltip);
        Ok(hint)
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        let uri = params.text_document.uri;
        let Some(file) = from_proto::file(&uri) else { return Ok(None) };
        let lenses = self.ask(CodeLenses { file }).await?;
        Ok(Some(lenses.into_iter().map(|lens| to_proto::code_lens(lens, &uri)).collect()))
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<lsp::CodeActionResponse>> {
        let Some(file) = from_proto::file(&params.text_document.uri) else { return Ok(None) };
        let only = params.context.only;
        let wanted = Wanted::from_kinds(only.as_ref().map(|kinds| kinds.iter().map(lsp::CodeActionKind::as_str)));
        let range = from_proto::range(params.range);
        // Both are sent before either is waited for.
        let quick_fixes = wanted.quick_fixes.then(|| self.send(QuickFixes { file: file.clone(), range }));
        let fix_all = wanted.fix_all.then(|| self.send(FixAll { file }));
        let mut actions = Vec::new();
        if let Some(waiting) = quick_fixes {
            actions.extend(answer(waiting).await?);
        }
        if let Some(waiting) = fix_all {
            actions.extend(answer(waiting).await?);
        }
        Ok(Some(actions.into_iter().filter_map(to_proto::code_action).collect()))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: lsp::CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
        let Some((file, at)) = from_proto::place(&params.text_document_position_params) else { return Ok(None) };
        let items = self.ask(PrepareCallHierarchy { file, at }).await?;
        let items: Vec<_> = items.into_iter().filter_map(to_proto::call_hierarchy_item).collect();
        Ok((!items.is_empty()).then_some(items))
    }

    async fn incoming_calls(
        &self,
        params: lsp::CallHierarchyIncomingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyIncomingCall>>> {
        let neighbours = self.neighbours(params.item, Direction::Incoming).await?;
        Ok(Some(neighbours.into_iter().filter_map(to_proto::incoming).collect()))
    }

    async fn outgoing_calls(
        &self,
        params: lsp::CallHierarchyOutgoingCallsParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyOutgoingCall>>> {
        let neighbours = self.neighbours(params.item, Direction::Outgoing).await?;
        Ok(Some(neighbours.into_iter().filter_map(to_proto::outgoing).collect()))
    }

    async fn diagnostic(&self, params: lsp::DocumentDiagnosticParams) -> Result<lsp::DocumentDiagnosticReportResult> {
        let file = from_proto::file(&params.text_document.uri);
        let report = match file {
            Some(file) => self.ask(Diagnostics { file }).await?,
            None => diagnostics::Report { result_id: String::new(), items: Vec::new() },
        };
        Ok(to_proto::report(&report, params.previous_result_id.as_deref()))
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>> {
        let row = OWN.iter().find(|row| row.command().as_ref() == Some(&params.command));
        let row = row.ok_or_else(|| Error::invalid_params(format!("there is no command {}", params.command)))?;
        (row.ask)(self, params.arguments.into_iter().next().unwrap_or_default()).await.map(Some)
    }
}
