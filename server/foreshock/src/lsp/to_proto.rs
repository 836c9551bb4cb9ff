//! From our types to the protocol's.

use std::sync::Arc;

use camino::Utf8Path;
use foreshock_analysis::Severity;
use foreshock_text::{Position, PositionEncoding};
use serde_json::json;
use tower_lsp_server::jsonrpc;
use tower_lsp_server::ls_types as lsp;

use foreshock_analysis::CompletionKind as Kind;

use super::code_action::{Action, ActionKind, DocumentEdits};
use super::diagnostics::{Diagnostic, Report};
use super::event::ClientFacts;
use super::requests::code_lenses::{Lens, Shows};
use super::requests::document_symbols::Symbol;
use super::requests::hover::Shown;
use super::requests::inlay_hints::{About, Hint};
use super::requests::neighbours::Neighbour;
use super::requests::prepare_call_hierarchy::Item;
use super::requests::set_baseline::Written;
use super::requests::{self, Refusal, completion};
use super::view::{Location, Range};

/// The source of our diagnostics.
const SOURCE: &str = "foreshock";
/// The files that are worth a word when they change on the disk.
const WATCHED: [&str; 14] = [
    "**/*.tf",
    "**/*.tofu",
    "**/*.tfvars",
    "**/*.tf.json",
    "**/*.tofu.json",
    "**/*.tfvars.json",
    "**/*.hcl",
    "**/modules.json",
    "**/foreshock.toml",
    "**/foreshock-baseline.json",
    // Where the base stands, and what no commit knows of.
    "**/.git/HEAD",
    "**/.git/packed-refs",
    "**/.git/refs/**",
    "**/.gitignore",
];

/// `file:///w/main.tf`; the path itself where it can't be an address.
pub(super) fn uri_of(path: &Utf8Path) -> Arc<str> {
    match lsp::Uri::from_file_path(path) {
        Some(uri) => Arc::from(uri.as_str()),
        None => Arc::from(path.as_str()),
    }
}

pub(super) fn uri(uri: &str) -> Option<lsp::Uri> {
    uri.parse().ok()
}

fn position(at: Position) -> lsp::Position {
    lsp::Position { line: at.line, character: at.column }
}

pub(super) fn range(range: Range) -> lsp::Range {
    lsp::Range { start: position(range.start), end: position(range.end) }
}

pub(super) fn location(place: &Location) -> Option<lsp::Location> {
    Some(lsp::Location { uri: uri(&place.uri)?, range: range(place.range) })
}

/// What we offer.
pub(super) fn initialize_result(client: &ClientFacts) -> lsp::InitializeResult {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
        save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
        ..Default::default()
    };
    let hints = lsp::InlayHintOptions { resolve_provider: Some(true), ..Default::default() };
    let actions = lsp::CodeActionOptions {
        code_action_kinds: Some(vec![lsp::CodeActionKind::QUICKFIX, FIX_ALL]),
        ..Default::default()
    };
    let folders = lsp::WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(lsp::OneOf::Left(true)),
    };
    let pull = lsp::DiagnosticOptions {
        identifier: Some(SOURCE.to_owned()),
        inter_file_dependencies: true,
        // Findings in files that are not open are pushed: then they reach clients that ask for open documents only.
        workspace_diagnostics: false,
        ..Default::default()
    };
    let capabilities = lsp::ServerCapabilities {
        position_encoding: Some(match client.encoding {
            PositionEncoding::Utf8 => lsp::PositionEncodingKind::UTF8,
            PositionEncoding::Utf16 => lsp::PositionEncodingKind::UTF16,
        }),
        text_document_sync: Some(lsp::TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(lsp::HoverProviderCapability::Simple(true)),
        inlay_hint_provider: Some(lsp::OneOf::Right(lsp::InlayHintServerCapabilities::Options(hints))),
        code_lens_provider: Some(lsp::CodeLensOptions { resolve_provider: Some(false) }),
        code_action_provider: Some(lsp::CodeActionProviderCapability::Options(actions)),
        call_hierarchy_provider: Some(lsp::CallHierarchyServerCapability::Simple(true)),
        completion_provider: Some(lsp::CompletionOptions {
            trigger_characters: Some(["[", "\"", "'", "=", "."].map(str::to_owned).to_vec()),
            ..Default::default()
        }),
        definition_provider: Some(lsp::OneOf::Left(true)),
        references_provider: Some(lsp::OneOf::Left(true)),
        rename_provider: Some(lsp::OneOf::Right(lsp::RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
        })),
        document_symbol_provider: Some(lsp::OneOf::Left(true)),
        workspace_symbol_provider: Some(lsp::OneOf::Left(true)),
        execute_command_provider: Some(lsp::ExecuteCommandOptions {
            commands: requests::OWN.iter().filter_map(requests::Row::command).collect(),
            ..Default::default()
        }),
        diagnostic_provider: client.pulls_diagnostics.then_some(lsp::DiagnosticServerCapabilities::Options(pull)),
        workspace: Some(lsp::WorkspaceServerCapabilities { workspace_folders: Some(folders), ..Default::default() }),
        ..Default::default()
    };
    lsp::InitializeResult {
        capabilities,
        server_info: Some(lsp::ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        ..Default::default()
    }
}

const FIX_ALL: lsp::CodeActionKind = lsp::CodeActionKind::new("source.fixAll.foreshock");

pub(super) fn watchers() -> Option<lsp::Registration> {
    let watchers = WATCHED
        .iter()
        .map(|glob| lsp::FileSystemWatcher { glob_pattern: lsp::GlobPattern::String((*glob).to_owned()), kind: None })
        .collect();
    let options = lsp::DidChangeWatchedFilesRegistrationOptions { watchers };
    Some(lsp::Registration {
        id: "foreshock-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(serde_json::to_value(options).ok()?),
    })
}

pub(super) fn diagnostic(diagnostic: &Diagnostic) -> lsp::Diagnostic {
    let related = diagnostic.related.iter().filter_map(|(place, why)| {
        Some(lsp::DiagnosticRelatedInformation { location: location(place)?, message: why.to_string() })
    });
    let related: Vec<_> = related.collect();
    lsp::Diagnostic {
        range: range(diagnostic.range),
        severity: Some(match diagnostic.severity {
            Severity::Error => lsp::DiagnosticSeverity::ERROR,
            Severity::Warning => lsp::DiagnosticSeverity::WARNING,
            Severity::Info => lsp::DiagnosticSeverity::INFORMATION,
            Severity::Hint => lsp::DiagnosticSeverity::HINT,
        }),
        code: Some(lsp::NumberOrString::String(diagnostic.code.to_owned())),
        code_description: diagnostic.page.as_deref().and_then(uri).map(|href| lsp::CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: diagnostic.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: None,
        data: diagnostic
            .component
            .as_ref()
            .map(|component| json!({"component": &**component, "rule": diagnostic.code})),
    }
}

pub(super) fn diagnostics(items: &[Diagnostic]) -> Vec<lsp::Diagnostic> {
    items.iter().map(diagnostic).collect()
}

pub(super) fn report(report: &Report, previous: Option<&str>) -> lsp::DocumentDiagnosticReportResult {
    let result_id = report.result_id.clone();
    if previous == Some(&result_id) {
        let unchanged = lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: lsp::UnchangedDocumentDiagnosticReport { result_id },
        };
        return lsp::DocumentDiagnosticReport::Unchanged(unchanged).into();
    }
    let full = lsp::RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: lsp::FullDocumentDiagnosticReport {
            result_id: Some(result_id),
            items: diagnostics(&report.items),
        },
    };
    lsp::DocumentDiagnosticReport::Full(full).into()
}

pub(super) fn hover(hover: Shown) -> lsp::Hover {
    let contents = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: hover.markdown };
    lsp::Hover { contents: lsp::HoverContents::Markup(contents), range: Some(range(hover.range)) }
}

pub(super) fn inlay_hint(hint: Hint, uri: &lsp::Uri) -> lsp::InlayHint {
    lsp::InlayHint {
        position: position(hint.at),
        label: lsp::InlayHintLabel::String(hint.label),
        kind: None,
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: data_of(&hint.about, uri),
    }
}

/// What comes back when the hint is to be resolved.
fn data_of(about: &About, uri: &lsp::Uri) -> Option<serde_json::Value> {
    let mut data = serde_json::to_value(about).ok()?;
    data.as_object_mut()?.insert("uri".to_owned(), json!(uri));
    Some(data)
}

pub(super) fn tooltip(markdown: String) -> lsp::InlayHintTooltip {
    lsp::InlayHintTooltip::MarkupContent(lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: markdown })
}

pub(super) fn code_lens(lens: Lens, uri: &lsp::Uri) -> lsp::CodeLens {
    // Carried out by the client: only it can open a view.
    let (command, argument) = match lens.shows {
        Shows::Cascade { component, root } => {
            ("foreshock.showCascade", json!({"uri": uri, "component": &*component, "root": root}))
        }
        Shows::Graph { component, root } => {
            ("foreshock.showGraph", json!({"uri": uri, "component": &*component, "root": root}))
        }
        Shows::Callers => ("foreshock.chooseCaller", json!({"uri": uri})),
        Shows::AllCallers => ("foreshock.chooseCaller", json!({"uri": uri, "caller": null})),
    };
    let command = lsp::Command { title: lens.title, command: command.to_owned(), arguments: Some(vec![argument]) };
    lsp::CodeLens { range: range(lens.range), command: Some(command), data: None }
}

pub(super) fn code_action(action: Action) -> Option<lsp::CodeActionOrCommand> {
    let edit = workspace_edit(&action.edits, action.versioned)?;
    Some(lsp::CodeActionOrCommand::CodeAction(lsp::CodeAction {
        title: action.title,
        kind: Some(match action.kind {
            ActionKind::QuickFix => lsp::CodeActionKind::QUICKFIX,
            ActionKind::FixAll => FIX_ALL,
        }),
        diagnostics: (!action.resolves.is_empty()).then(|| diagnostics(&action.resolves)),
        edit: Some(edit),
        is_preferred: action.preferred.then_some(true),
        ..Default::default()
    }))
}

pub(super) fn workspace_edit(edits: &[DocumentEdits], versioned: bool) -> Option<lsp::WorkspaceEdit> {
    let text_edits = |edits: &[(Range, String)]| {
        let edits = edits.iter().map(|(place, text)| lsp::TextEdit { range: range(*place), new_text: text.clone() });
        edits.collect::<Vec<_>>()
    };
    if !versioned {
        let changes = edits.iter().map(|file| Some((uri(&file.uri)?, text_edits(&file.edits))));
        return Some(lsp::WorkspaceEdit { changes: Some(changes.collect::<Option<_>>()?), ..Default::default() });
    }
    let changes = edits.iter().map(|file| {
        Some(lsp::TextDocumentEdit {
            text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri: uri(&file.uri)?, version: file.version },
            edits: text_edits(&file.edits).into_iter().map(lsp::OneOf::Left).collect(),
        })
    });
    let changes = lsp::DocumentChanges::Edits(changes.collect::<Option<_>>()?);
    Some(lsp::WorkspaceEdit { document_changes: Some(changes), ..Default::default() })
}

/// The edit that makes a file of a text.
pub(super) fn whole_file(written: &Written) -> Option<lsp::WorkspaceEdit> {
    let uri = uri(&written.uri)?;
    let create = lsp::DocumentChangeOperation::Op(lsp::ResourceOp::Create(lsp::CreateFile {
        uri: uri.clone(),
        options: Some(lsp::CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) }),
        annotation_id: None,
    }));
    let text = lsp::TextEdit { range: range(written.replaces.unwrap_or_default()), new_text: written.text.clone() };
    let edit = lsp::DocumentChangeOperation::Edit(lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri, version: None },
        edits: vec![lsp::OneOf::Left(text)],
    });
    let steps = if written.replaces.is_some() { vec![edit] } else { vec![create, edit] };
    Some(lsp::WorkspaceEdit { document_changes: Some(lsp::DocumentChanges::Operations(steps)), ..Default::default() })
}

pub(super) fn completion(item: completion::Item) -> lsp::CompletionItem {
    lsp::CompletionItem {
        kind: Some(match item.kind {
            Kind::Section => lsp::CompletionItemKind::MODULE,
            Kind::Key => lsp::CompletionItemKind::PROPERTY,
            Kind::Value => lsp::CompletionItemKind::VALUE,
        }),
        detail: (!item.detail.is_empty()).then_some(item.detail),
        documentation: (!item.meaning.is_empty()).then(|| {
            let text = lsp::MarkupContent { kind: lsp::MarkupKind::Markdown, value: item.meaning };
            lsp::Documentation::MarkupContent(text)
        }),
        sort_text: Some(format!("{:04}", item.rank)),
        filter_text: Some(item.text.clone()),
        text_edit: Some(lsp::CompletionTextEdit::Edit(lsp::TextEdit { range: range(item.range), new_text: item.text })),
        label: item.label,
        ..Default::default()
    }
}

#[allow(deprecated)] // the type has a field that is, which nobody fills
pub(super) fn document_symbol(symbol: Symbol) -> lsp::DocumentSymbol {
    lsp::DocumentSymbol {
        name: symbol.name.to_string(),
        detail: Some(symbol.detail),
        kind: lsp::SymbolKind::OBJECT,
        tags: None,
        deprecated: None,
        range: range(symbol.extent),
        selection_range: range(symbol.at.range),
        children: None,
    }
}

pub(super) fn workspace_symbol(symbol: Symbol) -> Option<lsp::WorkspaceSymbol> {
    Some(lsp::WorkspaceSymbol {
        name: symbol.name.to_string(),
        kind: lsp::SymbolKind::OBJECT,
        tags: None,
        container_name: Some(symbol.detail),
        location: lsp::OneOf::Left(location(&symbol.at)?),
        data: None,
    })
}

pub(super) fn call_hierarchy_item(item: Item) -> Option<lsp::CallHierarchyItem> {
    Some(lsp::CallHierarchyItem {
        data: Some(json!({"root": item.root, "component": &*item.component})),
        name: item.component.to_string(),
        kind: lsp::SymbolKind::OBJECT,
        tags: None,
        detail: Some(item.detail.to_string()),
        uri: uri(&item.uri)?,
        range: range(item.range),
        selection_range: range(item.header),
    })
}

pub(super) fn incoming(neighbour: Neighbour) -> Option<lsp::CallHierarchyIncomingCall> {
    let from_ranges = neighbour.proof.into_iter().map(range).collect();
    Some(lsp::CallHierarchyIncomingCall { from: call_hierarchy_item(neighbour.item)?, from_ranges })
}

pub(super) fn outgoing(neighbour: Neighbour) -> Option<lsp::CallHierarchyOutgoingCall> {
    let from_ranges = neighbour.proof.into_iter().map(range).collect();
    Some(lsp::CallHierarchyOutgoingCall { to: call_hierarchy_item(neighbour.item)?, from_ranges })
}

pub(super) fn error(refusal: Refusal) -> jsonrpc::Error {
    match refusal {
        Refusal::ContentModified => jsonrpc::Error::content_modified(),
        Refusal::BadQuestion(expected) => jsonrpc::Error::invalid_params(expected),
        Refusal::Internal(message) => {
            jsonrpc::Error { code: jsonrpc::ErrorCode::InternalError, message: message.into(), data: None }
        }
    }
}
