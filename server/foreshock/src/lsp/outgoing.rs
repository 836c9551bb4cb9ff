//! What the main loop tells the client, and how it gets there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types as lsp;
use tracing::debug;

use super::diagnostics::Diagnostic;
use super::event::Event;
use super::requests::set_baseline::Written;
use super::status::Status;
use super::to_proto;

/// A client that has not answered by then will not.
const CLIENT_PATIENCE: Duration = Duration::from_secs(10);

/// What the main loop tells the client.
pub(super) enum Outgoing {
    /// The diagnostics of a document; of that version, when it is open.
    Diagnostics { uri: Arc<str>, version: Option<i32>, items: Vec<Diagnostic> },
    /// The figures of a stack.
    Status(Status),
    /// What was said of some stacks is old.
    StacksChanged(StacksChanged),
    /// Something should be asked for again.
    Refresh(Refresh),
    /// The files to watch.
    WatchFiles,
    /// The client is to say what its user has set.
    AskSettings,
    /// Work is going on until the other end is dropped.
    Progress { title: &'static str, until: oneshot::Receiver<()> },
    /// A file that the client is to write.
    Write(Written),
    /// Something a person should see in the log.
    Error(String),
    /// Something a person may want to know, in the log.
    Warning(String),
    /// Something for who looks for a reason, in the log.
    Log(String),
}

/// What should be asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refresh {
    Diagnostics,
    InlayHints,
    CodeLenses,
}

/// `foreshock/stacksChanged`: of these roots something else is to be said now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StacksChanged {
    /// Roots of open stacks.
    pub(super) changed: BTreeSet<String>,
    /// Whether which stacks there are, or what those are that are not open, may be another answer too.
    pub(super) listed: bool,
}

enum StacksChangedNotification {}

impl lsp::notification::Notification for StacksChangedNotification {
    type Params = StacksChanged;
    const METHOD: &'static str = "foreshock/stacksChanged";
}

enum StatusNotification {}

impl lsp::notification::Notification for StatusNotification {
    type Params = Status;
    const METHOD: &'static str = "foreshock/status";
}

/// Sends what the main loop says, in order. Requests to the client run beside, each with a time limit: nothing here ever
/// waits for the client.
pub(super) async fn forward(
    mut messages: mpsc::UnboundedReceiver<Outgoing>,
    client: Client,
    events: crossbeam_channel::Sender<Event>,
) {
    while let Some(message) = messages.recv().await {
        match message {
            Outgoing::Diagnostics { uri, version, items } => {
                if let Some(uri) = to_proto::uri(&uri) {
                    client.publish_diagnostics(uri, to_proto::diagnostics(&items), version).await;
                }
            }
            Outgoing::Status(status) => client.send_notification::<StatusNotification>(status).await,
            Outgoing::StacksChanged(what) => client.send_notification::<StacksChangedNotification>(what).await,
            Outgoing::Refresh(what) => beside("refresh", refresh(client.clone(), what)),
            Outgoing::WatchFiles => beside("registration of file watchers", watch_files(client.clone())),
            Outgoing::AskSettings => beside("settings", ask_settings(client.clone(), events.clone())),
            Outgoing::Progress { title, until } => drop(tokio::spawn(progress(client.clone(), title, until))),
            Outgoing::Write(written) => beside("the edit of a file", write(client.clone(), written)),
            Outgoing::Error(text) => client.log_message(lsp::MessageType::ERROR, text).await,
            Outgoing::Warning(text) => client.log_message(lsp::MessageType::WARNING, text).await,
            Outgoing::Log(text) => client.log_message(lsp::MessageType::LOG, text).await,
        }
    }
}

fn beside(what: &'static str, request: impl Future<Output = tower_lsp_server::jsonrpc::Result<()>> + Send + 'static) {
    tokio::spawn(async move {
        match timeout(CLIENT_PATIENCE, request).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => debug!("{what}: the client says {error}"),
            Err(_) => debug!("{what}: the client does not answer"),
        }
    });
}

async fn refresh(client: Client, what: Refresh) -> tower_lsp_server::jsonrpc::Result<()> {
    match what {
        Refresh::Diagnostics => client.workspace_diagnostic_refresh().await,
        Refresh::InlayHints => client.inlay_hint_refresh().await,
        Refresh::CodeLenses => client.code_lens_refresh().await,
    }
}

async fn watch_files(client: Client) -> tower_lsp_server::jsonrpc::Result<()> {
    client.register_capability(to_proto::watchers().into_iter().collect()).await
}

async fn write(client: Client, written: Written) -> tower_lsp_server::jsonrpc::Result<()> {
    let Some(edit) = to_proto::whole_file(&written) else { return Ok(()) };
    let answer = client.apply_edit(edit).await?;
    if !answer.applied {
        let why = answer.failure_reason.unwrap_or_else(|| "the editor did not say why".to_owned());
        client.log_message(lsp::MessageType::ERROR, format!("{} was not written: {why}", written.uri)).await;
    }
    Ok(())
}

async fn ask_settings(
    client: Client,
    events: crossbeam_channel::Sender<Event>,
) -> tower_lsp_server::jsonrpc::Result<()> {
    let item = lsp::ConfigurationItem { scope_uri: None, section: Some("foreshock".to_owned()) };
    let answer = client.configuration(vec![item]).await?;
    // Null is "nothing set", and asking again would not change that.
    if let Some(settings) = answer.into_iter().next().filter(|settings| settings.is_object()) {
        let _ = events.send(Event::Settings(settings));
    }
    Ok(())
}

async fn progress(client: Client, title: &'static str, until: oneshot::Receiver<()>) {
    let token = lsp::ProgressToken::String("foreshock/reading".to_owned());
    let created = timeout(CLIENT_PATIENCE, client.create_work_done_progress(token.clone())).await;
    if !matches!(created, Ok(Ok(()))) {
        return;
    }
    let shown = client.progress(token, title).begin().await;
    // An error is the other end dropped: the work is over.
    let _ = until.await;
    shown.finish().await;
}
