//! The protocol's methods. Each sends its event before its first `.await` and then waits for the reply; nothing else.

use crossbeam_channel::Sender;
use foreshock_analysis::FILE_NAME;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::{LanguageServer, ls_types as lsp};
use tracing::error;

use super::call_hierarchy::{Direction, Neighbour};
use super::code_action::Wanted;
use super::event::{Event, Query, Reply};
use super::inlay_hints::About;
use super::{from_proto, to_proto};

/// The service's side of the main loop.
pub(super) struct Handlers {
    events: Sender<Event>,
}

/// Parameters of `foreshock/graph`.
#[derive(Deserialize)]
pub(super) struct GraphParams {
    uri: lsp::Uri,
}

/// Parameters of `foreshock/simulate`.
#[derive(Deserialize)]
pub(super) struct SimulateParams {
    uri: lsp::Uri,
    #[serde(alias = "component")]
    fault: String,
}

/// Parameters of `foreshock/callers`, `foreshock/variableFiles` and `foreshock/newlyFailing`.
#[derive(Deserialize)]
pub(super) struct FileParams {
    uri: lsp::Uri,
}

/// Parameters of `foreshock/chooseCaller`.
#[derive(Deserialize)]
pub(super) struct ChooseParams {
    uri: lsp::Uri,
    /// The id of one of `foreshock/callers`; null for all of them.
    caller: Option<String>,
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

    /// Sends when it is first polled, which is in the order of the wire, and waits for the reply.
    async fn query<T>(&self, query: impl FnOnce(Reply<T>) -> Query) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        self.tell(Event::Query(query(reply)));
        match answer.await {
            Ok(answer) => answer.map_err(to_proto::error),
            Err(_) => Err(Error::internal_error()),
        }
    }

    async fn neighbours(&self, item: lsp::CallHierarchyItem, direction: Direction) -> Result<Vec<Neighbour>> {
        let data: Option<ItemData> = item.data.and_then(|data| serde_json::from_value(data).ok());
        let ItemData { root, component } =
            data.ok_or_else(|| Error::invalid_params("`item` must be one that the server gave"))?;
        self.query(|reply| Query::Neighbours { root, component, direction, reply }).await
    }

    /// `foreshock/graph`
    pub(super) async fn graph(&self, params: GraphParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.query(|reply| Query::Graph { file, reply }).await
    }

    /// `foreshock/callers`
    pub(super) async fn callers(&self, params: FileParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.query(|reply| Query::Callers { file, reply }).await
    }

    /// `foreshock/chooseCaller`
    pub(super) async fn choose_caller(&self, params: ChooseParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.tell(Event::ChooseCaller { file: file.clone(), caller: params.caller });
        self.query(|reply| Query::Callers { file, reply }).await
    }

    /// `foreshock/variableFiles`
    pub(super) async fn variable_files(&self, params: FileParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.query(|reply| Query::VariableFiles { file, reply }).await
    }

    /// `foreshock/newlyFailing`
    pub(super) async fn newly_failing(&self, params: FileParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.query(|reply| Query::NewlyFailing { file, reply }).await
    }

    /// `foreshock/simulate`
    pub(super) async fn simulate(&self, params: SimulateParams) -> Result<Value> {
        let file = from_proto::file(&params.uri).ok_or_else(not_a_file)?;
        self.query(|reply| Query::Simulate { file, fault: params.fault, reply }).await
    }
}

fn not_a_file() -> Error {
    Error::invalid_params("`uri` must be the address of a file")
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
        let at = params.text_document_position_params;
        let Some(file) = from_proto::file(&at.text_document.uri) else { return Ok(None) };
        let at = from_proto::position(at.position);
        Ok(self.query(|reply| Query::Hover { file, at, reply }).await?.map(to_proto::hover))
    }

    async fn completion(&self, params: lsp::CompletionParams) -> Result<Option<lsp::CompletionResponse>> {
        let at = params.text_document_position;
        let Some(file) = from_proto::file(&at.text_document.uri) else { return Ok(None) };
        // Editors wait for every server before they show a list: of other files we have nothing to say, at once.
        if file.as_path().file_name() != Some(FILE_NAME) {
            return Ok(None);
        }
        let at = from_proto::position(at.position);
        let items = self.query(|reply| Query::Completion { file, at, reply }).await?;
        Ok(Some(lsp::CompletionResponse::Array(items.into_iter().map(to_proto::completion).collect())))
    }

    async fn inlay_hint(&self, params: lsp::InlayHintParams) -> Result<Option<Vec<lsp::InlayHint>>> {
        let uri = params.text_document.uri;
        let Some(file) = from_proto::file(&uri) else { return Ok(None) };
        let range = from_proto::range(params.range);
        let hints = self.query(|reply| Query::InlayHints { file, range, reply }).await?;
        Ok(Some(hints.into_iter().map(|hint| to_proto::inlay_hint(hint, &uri)).collect()))
    }

    async fn inlay_hint_resolve(&self, mut hint: lsp::InlayHint) -> Result<lsp::InlayHint> {
        let data: Option<HintData> = hint.data.clone().and_then(|data| serde_json::from_value(data).ok());
        let Some(HintData { uri, about }) = data else { return Ok(hint) };
        let Some(file) = from_proto::file(&uri) else { return Ok(hint) };
        let tooltip = self.query(|reply| Query::InlayTooltip { file, about, reply }).await?;
        hint.tooltip = tooltip.map(to_proto::tooltip);
        Ok(hint)
    }

    async fn code_lens(&self, params: lsp::CodeLensParams) -> Result<Option<Vec<lsp::CodeLens>>> {
        let uri = params.text_document.uri;
        let Some(file) = from_proto::file(&uri) else { return Ok(None) };
        let lenses = self.query(|reply| Query::CodeLenses { file, reply }).await?;
        Ok(Some(lenses.into_iter().map(|lens| to_proto::code_lens(lens, &uri)).collect()))
    }

    async fn code_action(&self, params: lsp::CodeActionParams) -> Result<Option<lsp::CodeActionResponse>> {
        let Some(file) = from_proto::file(&params.text_document.uri) else { return Ok(None) };
        let only = params.context.only;
        let wanted = Wanted::from_kinds(only.as_ref().map(|kinds| kinds.iter().map(lsp::CodeActionKind::as_str)));
        let range = from_proto::range(params.range);
        let actions = self.query(|reply| Query::CodeActions { file, range, wanted, reply }).await?;
        Ok(Some(actions.into_iter().filter_map(to_proto::code_action).collect()))
    }

    async fn prepare_call_hierarchy(
        &self,
        params: lsp::CallHierarchyPrepareParams,
    ) -> Result<Option<Vec<lsp::CallHierarchyItem>>> {
        let at = params.text_document_position_params;
        let Some(file) = from_proto::file(&at.text_document.uri) else { return Ok(None) };
        let at = from_proto::position(at.position);
        let items = self.query(|reply| Query::PrepareCallHierarchy { file, at, reply }).await?;
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
            Some(file) => self.query(|reply| Query::Diagnostics { file, reply }).await?,
            None => super::diagnostics::Report { result_id: String::new(), items: Vec::new() },
        };
        Ok(to_proto::report(&report, params.previous_result_id.as_deref()))
    }

    async fn execute_command(&self, params: lsp::ExecuteCommandParams) -> Result<Option<Value>> {
        let [simulate, graph, set_baseline, report] = to_proto::COMMANDS;
        let argument = params.arguments.into_iter().next().unwrap_or_default();
        let bad = |error: serde_json::Error| Error::invalid_params(format!("{}: {error}", params.command));
        if params.command == simulate {
            self.simulate(serde_json::from_value(argument).map_err(bad)?).await.map(Some)
        } else if params.command == graph {
            self.graph(serde_json::from_value(argument).map_err(bad)?).await.map(Some)
        } else if params.command == set_baseline {
            let FileParams { uri } = serde_json::from_value(argument).map_err(bad)?;
            let file = from_proto::file(&uri).ok_or_else(not_a_file)?;
            self.query(|reply| Query::SetBaseline { file, reply }).await.map(Some)
        } else if params.command == report {
            let FileParams { uri } = serde_json::from_value(argument).map_err(bad)?;
            let file = from_proto::file(&uri).ok_or_else(not_a_file)?;
            self.query(|reply| Query::Report { file, reply }).await.map(Some)
        } else {
            Err(Error::invalid_params(format!("there is no command {}", params.command)))
        }
    }
}
