//! What the client was told, and what it has to be told now: diagnostics, figures, and that something should be asked again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_text::FilePath;

use super::diagnostics::{self, Diagnostic};
use super::event::ClientFacts;
use super::outgoing::{Outgoing, Refresh, StacksChanged};
use super::requests::code_lenses::{self, Lens};
use super::requests::inlay_hints::{self, Hint};
use super::status::{self, Status};
use super::view::View;

/// What the client was told so far, so that it is told differences only.
#[derive(Default)]
pub(super) struct Published {
    diagnostics: BTreeMap<FilePath, Pushed>,
    /// What the client last took itself, by document: version and fingerprint.
    pulled: BTreeMap<FilePath, (i32, String)>,
    /// The picture that the client was last told of, and whether it asked for diagnostics itself.
    pushed: Option<(View, bool)>,
    /// The last picture, while the client can be asked to ask again for hints or lenses.
    last: Option<View>,
    /// The decorations of documents in the last picture, as far as somebody had to look.
    decorations: BTreeMap<FilePath, Decorations>,
    /// By the id of the stack.
    statuses: BTreeMap<String, Status>,
    /// The stacks that the client was last told of, where it has asked for them.
    stacks: Option<Vec<Arc<Stack>>>,
    /// Which stacks there are may be another answer now, and so what is said of those that are not open.
    list_is_old: bool,
}

#[derive(PartialEq)]
struct Pushed {
    uri: Arc<str>,
    version: Option<i32>,
    items: Vec<Diagnostic>,
}

#[derive(PartialEq)]
struct Decorations {
    hints: Vec<Hint>,
    lenses: Vec<Lens>,
}

impl Published {
    /// The messages that bring the client from what it knows to this picture.
    pub(super) fn update(&mut self, view: &View, client: &ClientFacts) -> Vec<Outgoing> {
        let before = self.pushed.replace((view.clone(), client.pulls_diagnostics));
        let before = before.filter(|(_, pulled)| *pulled == client.pulls_diagnostics).map(|(before, _)| before);
        let differing = before.filter(|before| before.reads_alike(view)).map(|before| differing_files(&before, view));
        let mut messages = self.push(view, client, differing.as_ref());
        let pull_again = client.pulls_diagnostics && self.pulled_are_old(view, differing.as_ref());
        if pull_again && client.refreshes.diagnostics {
            messages.push(Outgoing::Refresh(Refresh::Diagnostics));
        }
        let decorates = client.refreshes.inlay_hints || client.refreshes.code_lenses;
        if decorates && self.decorations_are_old(view) {
            if client.refreshes.inlay_hints {
                messages.push(Outgoing::Refresh(Refresh::InlayHints));
            }
            if client.refreshes.code_lenses {
                messages.push(Outgoing::Refresh(Refresh::CodeLenses));
            }
        }
        // A client that can't be asked to ask again asks when figures come, so they are told once more.
        messages.extend(self.statuses(view, pull_again && !client.refreshes.diagnostics));
        messages.extend(self.stacks_changed(view));
        messages
    }

    /// Something has changed of which the list of stacks may tell.
    pub(super) fn list_is_old(&mut self) {
        self.list_is_old = true;
    }

    /// Tells who has asked for the stacks which of them are others now. Costs a look at a pointer of each open stack.
    fn stacks_changed(&mut self, view: &View) -> Option<Outgoing> {
        let listed = std::mem::take(&mut self.list_is_old);
        if !view.survey.is_asked() {
            return None;
        }
        let now = &view.snapshot().stacks;
        let before = self.stacks.replace(now.clone())?;
        let is_in = |all: &[Arc<Stack>], stack: &Arc<Stack>| all.iter().any(|other| Arc::ptr_eq(other, stack));
        let came = now.iter().filter(|stack| !is_in(&before, stack));
        let went = before.iter().filter(|stack| !now.iter().any(|other| other.root == stack.root));
        let changed: BTreeSet<String> = came.chain(went).map(|stack| stack.root.to_string()).collect();
        let roots = |all: &[Arc<Stack>]| all.iter().map(|stack| stack.id()).collect::<BTreeSet<_>>();
        let listed = listed || roots(&before) != roots(now);
        (listed || !changed.is_empty()).then_some(Outgoing::StacksChanged(StacksChanged { changed, listed }))
    }

    /// Remembers what the client took itself.
    pub(super) fn pulled(&mut self, file: FilePath, version: i32, result_id: String) {
        self.pulled.insert(file, (version, result_id));
    }

    /// The messages that take back every diagnostic.
    pub(super) fn take_back(&mut self) -> Vec<Outgoing> {
        let pushed = std::mem::take(&mut self.diagnostics).into_values().filter(|pushed| !pushed.items.is_empty());
        self.statuses.clear();
        self.stacks = None;
        self.pushed = None;
        pushed.map(|pushed| Outgoing::Diagnostics { uri: pushed.uri, version: None, items: Vec::new() }).collect()
    }

    /// `differing` are the files of which something else may be told than before; all, where that is not known.
    fn push(&mut self, view: &View, client: &ClientFacts, differing: Option<&BTreeSet<FilePath>>) -> Vec<Outgoing> {
        let files = match differing {
            Some(differing) => differing.clone(),
            None => self.diagnostics.keys().cloned().chain(all_files(view)).collect(),
        };
        let mut messages = Vec::new();
        for file in files {
            let open = view.open_document(&file);
            let version = open.map(|document| document.version);
            // A client that asks for open documents itself would show them twice.
            let asked_for = client.pulls_diagnostics && open.is_some();
            let items = if asked_for { Vec::new() } else { diagnostics::of_file(view, &file) };
            let now = Pushed { uri: view.uri(&file), version, items };
            let before = self.diagnostics.get(&file);
            if let Some(before) = before
                && before.uri != now.uri
                && !before.items.is_empty()
            {
                let uri = before.uri.clone();
                messages.push(Outgoing::Diagnostics { uri, version: None, items: Vec::new() });
            }
            let silent = before.is_none_or(|before| before.items.is_empty()) && now.items.is_empty();
            // An edited document is told again even if nothing changed: editors move marks along with the text, and a
            // mark whose text was cut and pasted back is lost.
            let news = before != Some(&now) && (!silent || (version.is_some() && !asked_for));
            if news {
                messages.push(Outgoing::Diagnostics { uri: now.uri.clone(), version, items: now.items.clone() });
            }
            if now.items.is_empty() && open.is_none() {
                self.diagnostics.remove(&file);
            } else {
                self.diagnostics.insert(file, now);
            }
        }
        messages
    }

    /// Whether a document that was not edited has other diagnostics than those that the client took. True once for each
    /// change: a client that does not care to ask again is not asked for ever.
    fn pulled_are_old(&mut self, view: &View, differing: Option<&BTreeSet<FilePath>>) -> bool {
        self.pulled.retain(|file, _| view.open_document(file).is_some());
        let mut old = false;
        let is_other = |file: &FilePath| differing.is_none_or(|differing| differing.contains(file));
        for (file, (version, result_id)) in self.pulled.iter_mut().filter(|(file, _)| is_other(file)) {
            let unchanged = view.open_document(file).is_some_and(|document| document.version == *version);
            let now = diagnostics::report(view, file).result_id;
            old |= unchanged && now != *result_id;
            *result_id = now;
        }
        old
    }

    /// Whether a document that was not edited has other hints or lenses than in the last picture. The one in which somebody
    /// types is not looked at: its client asks anyway. Nor is one of which every stack is what it was.
    fn decorations_are_old(&mut self, view: &View) -> bool {
        let mut known = std::mem::take(&mut self.decorations);
        let Some(before) = self.last.replace(view.clone()) else { return false };
        let mut old = false;
        for (file, document) in view.world.documents.iter() {
            let unchanged = before.open_document(file).is_some_and(|before| before.version == document.version);
            if !unchanged || shows_the_same(&before, view, file) {
                continue;
            }
            let now = Decorations::of(view, file);
            old |= known.remove(file).unwrap_or_else(|| Decorations::of(&before, file)) != now;
            self.decorations.insert(file.clone(), now);
        }
        old
    }

    fn statuses(&mut self, view: &View, again: bool) -> Vec<Outgoing> {
        let mut messages = Vec::new();
        let mut now = BTreeMap::new();
        for stack in &view.snapshot().stacks {
            let status = status::of_stack(stack);
            // Editors show the last stack that was told of where none is nearer to the cursor: so one with news comes last.
            let again = again && stack.findings.iter().any(|finding| finding.new);
            if again || self.statuses.get(&stack.id()) != Some(&status) {
                messages.push(Outgoing::Status(status.clone()));
            }
            now.insert(stack.id(), status);
        }
        // Who has gone says so first.
        let gone = self.statuses.iter().filter(|(id, _)| !now.contains_key(*id));
        let gone: Vec<Outgoing> = gone.map(|(_, status)| Outgoing::Status(status.clone().removed())).collect();
        messages.splice(0..0, gone);
        self.statuses = now;
        messages
    }
}

impl Decorations {
    fn of(view: &View, file: &FilePath) -> Decorations {
        Decorations { hints: inlay_hints::hints(view, file, None), lenses: code_lenses::lenses(view, file) }
    }
}

/// Every file of which there may be something to tell.
fn all_files(view: &View) -> impl Iterator<Item = FilePath> {
    let snapshot = view.snapshot();
    let findings = || snapshot.stacks.iter().flat_map(|stack| &stack.findings);
    let promised = findings().flat_map(|finding| finding.told_also_at()).map(|evidence| &evidence.place.file);
    let findings = findings().map(|finding| &finding.place.file).chain(promised);
    let problems = snapshot.stacks.iter().flat_map(|stack| &stack.problems).map(|problem| &problem.file);
    let notices = snapshot.notices.iter().map(|notice| &notice.place.file);
    let configurations = snapshot.configurations.iter().map(|configured| &configured.configuration.file);
    let files = findings.chain(problems).chain(notices).chain(configurations);
    files.chain(view.world.documents.keys()).cloned()
}

/// The files of which something else may be told than in the picture before, those among them that somebody opens, edits or
/// closes.
fn differing_files(before: &View, now: &View) -> BTreeSet<FilePath> {
    let mut files = now.snapshot().differing_files(before.snapshot());
    let (then, present) = (&before.world.documents, &now.world.documents);
    if !Arc::ptr_eq(then, present) {
        let opened = present.iter().filter(|(file, document)| then.get(*file) != Some(document));
        files.extend(opened.map(|(file, _)| file.clone()));
        files.extend(then.keys().filter(|file| !present.contains_key(*file)).cloned());
    }
    files
}

/// Whether everything that the decorations of a file are made from is the very same in two pictures.
fn shows_the_same(before: &View, now: &View, file: &FilePath) -> bool {
    let stacks = |view: &View| view.stacks_of(file).map(Arc::as_ptr).collect::<Vec<_>>();
    Arc::ptr_eq(&before.settings, &now.settings)
        && Arc::ptr_eq(&before.chosen, &now.chosen)
        && before.snapshot().editor_values(file) == now.snapshot().editor_values(file)
        && stacks(before) == stacks(now)
}
