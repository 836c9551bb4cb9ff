//! From the protocol's types to ours.

use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_text::{FilePath, Position, PositionEncoding};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tower_lsp_server::ls_types as lsp;

use super::event::{ClientFacts, Refreshes, TextChange};
use super::view::Range;

/// The path of a `file:` document, absolute and without `.` and `..`; `None` for every other scheme (`untitled:`,
/// `git:`) and for paths that are not UTF-8.
pub(super) fn file(uri: &lsp::Uri) -> Option<FilePath> {
    path(uri).map(FilePath::new)
}

/// The file that the `uri` in the parameters of a request is the address of.
pub(super) fn file_at<'de, D: Deserializer<'de>>(uri: D) -> Result<FilePath, D::Error> {
    let uri = lsp::Uri::deserialize(uri)?;
    file(&uri).ok_or_else(|| D::Error::custom("`uri` must be the address of a file"))
}

/// The document and the place that a request is about.
pub(super) fn place(at: &lsp::TextDocumentPositionParams) -> Option<(FilePath, Position)> {
    Some((file(&at.text_document.uri)?, position(at.position)))
}

fn path(uri: &lsp::Uri) -> Option<Utf8PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = Utf8PathBuf::from_path_buf(uri.to_file_path()?.into_owned()).ok()?;
    if !path.is_absolute() || path.as_str().contains('\u{fffd}') {
        return None;
    }
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            camino::Utf8Component::ParentDir => drop(normal.pop()),
            camino::Utf8Component::CurDir => {}
            other => normal.push(other),
        }
    }
    Some(normal)
}

/// The address as the client wrote it.
pub(super) fn uri(uri: &lsp::Uri) -> Arc<str> {
    Arc::from(uri.as_str())
}

pub(super) fn position(at: lsp::Position) -> Position {
    Position { line: at.line, column: at.character }
}

pub(super) fn range(range: lsp::Range) -> Range {
    Range { start: position(range.start), end: position(range.end) }
}

pub(super) fn text_change(change: lsp::TextDocumentContentChangeEvent) -> TextChange {
    let range = change.range.map(|range| (position(range.start), position(range.end)));
    TextChange { range, text: change.text }
}

pub(super) fn folders(folders: &[lsp::WorkspaceFolder]) -> Vec<Utf8PathBuf> {
    folders.iter().filter_map(|folder| path(&folder.uri)).collect()
}

/// What matters of the client's introduction.
pub(super) fn client_facts(params: &lsp::InitializeParams) -> ClientFacts {
    let capabilities = &params.capabilities;
    let workspace = capabilities.workspace.as_ref();
    let text_document = capabilities.text_document.as_ref();
    ClientFacts {
        folders: initial_folders(params),
        encoding: encoding(capabilities),
        pulls_diagnostics: text_document.is_some_and(|text| text.diagnostic.is_some()),
        versioned_edits: workspace
            .and_then(|workspace| workspace.workspace_edit.as_ref()?.document_changes)
            .unwrap_or(false),
        refreshes: Refreshes {
            diagnostics: workspace
                .and_then(|workspace| workspace.diagnostics.as_ref()?.refresh_support)
                .unwrap_or(false),
            inlay_hints: workspace
                .and_then(|workspace| workspace.inlay_hint.as_ref()?.refresh_support)
                .unwrap_or(false),
            code_lenses: workspace.and_then(|workspace| workspace.code_lens.as_ref()?.refresh_support).unwrap_or(false),
        },
        applies_edits: workspace
            .is_some_and(|workspace| workspace.apply_edit == Some(true) && creates_files(workspace)),
        // Neovim conceals the address of a link and shows the rest of it as it is written.
        knows_link_titles: params.client_info.as_ref().is_none_or(|client| !client.name.starts_with("Neovim")),
        answers_settings: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
        watches_files: workspace
            .and_then(|workspace| workspace.did_change_watched_files.as_ref()?.dynamic_registration)
            .unwrap_or(false),
        shows_progress: capabilities.window.as_ref().and_then(|window| window.work_done_progress).unwrap_or(false),
    }
}

/// Whether the edits of a client may create a file.
fn creates_files(workspace: &lsp::WorkspaceClientCapabilities) -> bool {
    let Some(edits) = &workspace.workspace_edit else { return false };
    let creates =
        edits.resource_operations.as_ref().is_some_and(|all| all.contains(&lsp::ResourceOperationKind::Create));
    edits.document_changes == Some(true) && creates
}

fn encoding(capabilities: &lsp::ClientCapabilities) -> PositionEncoding {
    let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
    match offered {
        Some(offered) if offered.contains(&lsp::PositionEncodingKind::UTF8) => PositionEncoding::Utf8,
        _ => PositionEncoding::Utf16,
    }
}

#[allow(deprecated)] // clients older than workspace folders give a root
fn initial_folders(params: &lsp::InitializeParams) -> Vec<Utf8PathBuf> {
    if let Some(several) = &params.workspace_folders {
        return folders(several);
    }
    let root = params.root_uri.as_ref().and_then(path);
    let root = root.or_else(|| params.root_path.as_ref().map(Utf8PathBuf::from).filter(|path| path.is_absolute()));
    root.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, expected: Option<&str>) {
        let uri: lsp::Uri = uri.parse().unwrap();
        assert_eq!(file(&uri).map(|file| file.to_string()).as_deref(), expected, "{}", uri.as_str());
    }

    #[test]
    fn only_files_have_paths() {
        check("file:///w/a%20b/%C3%A9.tf", Some("/w/a b/é.tf"));
        check("file:///w/./x/../main.tf", Some("/w/main.tf"));
        check("FILE:///w/main.tf", Some("/w/main.tf"));
        check("untitled:Untitled-1", None);
        check("git:/w/main.tf?x", None);
        check("file:///w/%FF.tf", None);
    }
}
