//! The thread that owns the workspace: takes changes in batches, and makes of each a picture of the world.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use foreshock_analysis::{BaseChoice, Choices, Finding, Fix, Snapshot, Workspace, fault};
use foreshock_text::FilePath;
use ropey::Rope;
use tracing::error;

use super::STACK_BYTES;
use super::event::Event;
use super::incremental::difference;
use super::transport::panic_message;
use super::watch::Watch;
use super::watchdog::Watchdog;

/// So long nobody types before causes are looked for: less than between two keys of a fast hand, so that the first look does
/// not stand in the way of the second key.
const QUIET: Duration = Duration::from_millis(60);

/// A change of the world, in the order in which the main loop saw it.
pub(super) enum Change {
    /// The workspace folders are now these.
    Folders(Vec<Utf8PathBuf>),
    /// The user of the editor has made choices.
    Choices(Choices),
    /// What the stacks are compared with.
    Base(BaseChoice),
    /// Nothing that is known of; but the base may have moved.
    Look,
    /// A document was opened or edited.
    Document { file: FilePath, document: OpenDocument, text: Rope },
    /// A document was closed.
    Closed(FilePath),
    /// A file changed on the disk.
    Disk(FilePath),
}

/// An open document, as the analysis saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenDocument {
    /// The address as the client wrote it.
    pub(super) uri: Arc<str>,
    /// The client's version of the text that was analysed.
    pub(super) version: i32,
    /// Too large: it was taken for empty.
    pub(super) oversized: bool,
}

/// One picture of the world.
pub(super) struct World {
    /// The last change it contains.
    pub(super) revision: u64,
    /// What was understood.
    pub(super) snapshot: Arc<Snapshot>,
    /// The documents that were open.
    pub(super) documents: Arc<BTreeMap<FilePath, OpenDocument>>,
    proven: Mutex<Vec<Proven>>,
}

/// The repairs of one finding of one stack.
type Proven = (usize, Finding, Arc<Vec<Fix>>);

impl World {
    pub(super) fn new(
        revision: u64,
        snapshot: Arc<Snapshot>,
        documents: Arc<BTreeMap<FilePath, OpenDocument>>,
    ) -> World {
        World { revision, snapshot, documents, proven: Mutex::default() }
    }

    /// The proven repairs of a finding, where they were asked for before.
    pub(super) fn known_fixes(&self, stack: usize, finding: &Finding) -> Option<Arc<Vec<Fix>>> {
        self.proven().iter().find(|(s, f, _)| *s == stack && f == finding).map(|(_, _, fixes)| fixes.clone())
    }

    /// Keeps the proven repairs of a finding. Proving costs analyses, so each finding is done once; the cursor resting on a
    /// line asks again and again.
    pub(super) fn remember(&self, stack: usize, finding: &Finding, fixes: Vec<Fix>) -> Arc<Vec<Fix>> {
        let fixes = Arc::new(fixes);
        self.proven().push((stack, finding.clone(), fixes.clone()));
        fixes
    }

    fn proven(&self) -> MutexGuard<'_, Vec<Proven>> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that owns the [`Workspace`]. Changes go in with their revision; pictures come out as events.
///
/// While a picture is being made, changes pile up in the channel; the next picture takes them all. Nothing waits for a
/// timer: a single keystroke is analysed at once. `checks` is where to note that a picture is not what the texts alone say; without
/// it nobody looks.
pub(super) fn start(
    events: Sender<Event>,
    checks: Option<Arc<AtomicBool>>,
    watchdog: Watchdog,
) -> io::Result<Sender<(u64, Change)>> {
    let (sender, changes) = unbounded();
    let watch = Watch::start(events.clone())?;
    thread::Builder::new().name("analysis".into()).stack_size(STACK_BYTES).spawn(move || {
        let (workspace, choices) = (Workspace::new(), Choices::default());
        let base = BaseChoice::None;
        Analyst {
            workspace,
            folders: Vec::new(),
            choices,
            base,
            texts: BTreeMap::new(),
            open: Arc::default(),
            watch,
            watched: 0,
            watchdog,
            checks,
        }
        .run(&changes, &events);
    })?;
    Ok(sender)
}

/// What a batch of changes asks for, for the log.
fn work(batch: &[Change]) -> String {
    let edited = batch.iter().rev().find_map(|change| match change {
        Change::Document { file, .. } => file.as_path().file_name(),
        _ => None,
    });
    match edited {
        Some(name) => format!("the analysis of {name}"),
        None => "looking at the workspace".to_owned(),
    }
}

struct Analyst {
    workspace: Workspace,
    /// Kept to begin again after a panic.
    folders: Vec<Utf8PathBuf>,
    choices: Choices,
    base: BaseChoice,
    texts: BTreeMap<FilePath, Arc<str>>,
    open: Arc<BTreeMap<FilePath, OpenDocument>>,
    watch: Watch,
    /// The generation of what is watched.
    watched: u64,
    watchdog: Watchdog,
    /// Where to note that a picture differs from one that is worked out from scratch.
    checks: Option<Arc<AtomicBool>>,
}

impl Analyst {
    fn run(mut self, changes: &Receiver<(u64, Change)>, events: &Sender<Event>) {
        let (mut next, mut given_up) = (None, false);
        while let Some((mut revision, first)) = next.take().or_else(|| changes.recv().ok()) {
            let mut batch = vec![first];
            for (later, change) in changes.try_iter() {
                revision = later;
                batch.push(change);
            }
            // With each key everything is looked at again only where nobody tells of changes.
            let is_typed = batch.iter().all(|change| matches!(change, Change::Document { .. }));
            let in_doubt = !is_typed || !self.watch.tells();
            let watched = self.watchdog.watch(work(&batch));
            let answer = catch_unwind(AssertUnwindSafe(|| {
                self.apply(batch);
                if in_doubt {
                    self.workspace.look_again();
                }
                self.workspace.set_today(crate::clock::today());
                self.open.keys().for_each(|file| fault("picture", file));
                // Whoever types faster than this shall see something all the same: of two pictures one is finished.
                self.workspace.snapshot_unless(&|| !given_up && !changes.is_empty())
            }));
            drop(watched);
            given_up = matches!(answer, Ok(None));
            let Some(answer) = answer.transpose() else {
                next = changes.recv().ok();
                continue;
            };
            let picture = answer.as_ref().ok().cloned();
            self.watch_what_was_read();
            self.check(picture.as_ref(), events);
            if events.send(self.event(revision, answer)).is_err() {
                return;
            }
            // Why something is new takes longer to tell; whoever types goes first.
            let Some(picture) = picture else { continue };
            match changes.recv_timeout(QUIET) {
                Ok(change) => {
                    next = Some(change);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let watched = self.watchdog.watch("looking for the causes of what is new");
            let explained =
                catch_unwind(AssertUnwindSafe(|| self.workspace.explained(&picture, &|| !changes.is_empty())));
            drop(watched);
            match explained {
                Ok(None) => {}
                Ok(Some(snapshot)) => {
                    if events.send(self.event(revision, Ok(snapshot))).is_err() {
                        return;
                    }
                }
                // The picture stands; it only stays without causes.
                Err(panic) => {
                    error!("looking for causes panicked: {}", panic_message(panic.as_ref()));
                    self.begin_again();
                }
            }
        }
    }

    /// What the last picture was read from is watched from now on.
    fn watch_what_was_read(&mut self) {
        let generation = self.workspace.watched_generation();
        if generation != self.watched {
            self.watched = generation;
            self.watch.set(self.workspace.watched());
        }
    }

    fn event(&mut self, revision: u64, answer: thread::Result<Arc<Snapshot>>) -> Event {
        match answer {
            Ok(snapshot) => {
                let documents = self.open.clone();
                Event::Analysed(Arc::new(World::new(revision, snapshot, documents)))
            }
            Err(panic) => {
                self.begin_again();
                Event::AnalysisFailed { revision, message: panic_message(panic.as_ref()).to_owned() }
            }
        }
    }

    fn apply(&mut self, batch: Vec<Change>) {
        let mut edited: BTreeMap<FilePath, Rope> = BTreeMap::new();
        for change in batch {
            match change {
                Change::Folders(folders) => {
                    self.folders.clone_from(&folders);
                    self.workspace.set_folders(folders);
                }
                Change::Choices(choices) => {
                    self.choices.clone_from(&choices);
                    self.workspace.set_choices(choices);
                }
                Change::Base(base) => {
                    self.base.clone_from(&base);
                    self.workspace.set_base(base);
                }
                // Every picture looks whether the base has moved.
                Change::Look => {}
                Change::Document { file, document, text } => {
                    Arc::make_mut(&mut self.open).insert(file.clone(), document);
                    edited.insert(file, text);
                }
                Change::Closed(file) => {
                    Arc::make_mut(&mut self.open).remove(&file);
                    edited.remove(&file);
                    self.texts.remove(&file);
                    self.workspace.close_document(&file);
                }
                Change::Disk(file) => self.workspace.forget_disk(&file),
            }
        }
        // Only the last text of a batch is flattened and analysed.
        for (file, text) in edited {
            let text: Arc<str> = Arc::from(String::from(&text));
            self.texts.insert(file.clone(), text.clone());
            self.workspace.set_document(file, text);
        }
    }

    /// After a panic the workspace may be half-changed: a new one is given what the old one knew.
    fn begin_again(&mut self) {
        self.workspace = self.anew();
        self.watched = 0;
    }

    /// A workspace that has seen nothing but what there is now.
    fn anew(&self) -> Workspace {
        let mut workspace = Workspace::new();
        workspace.set_folders(self.folders.clone());
        workspace.set_choices(self.choices.clone());
        workspace.set_base(self.base.clone());
        for (file, text) in &self.texts {
            workspace.set_document(file.clone(), text.clone());
        }
        workspace
    }

    /// Says loudly where a picture is not what a new workspace makes of the same texts, if anybody wants to know.
    fn check(&mut self, picture: Option<&Arc<Snapshot>>, events: &Sender<Event>) {
        let (Some(differs), Some(picture)) = (self.checks.clone(), picture) else { return };
        let mut workspace = std::mem::take(&mut self.workspace);
        let world = |snapshot| Arc::new(World::new(0, snapshot, self.open.clone()));
        let compared = |workspace: &mut Workspace, picture: &Arc<Snapshot>| {
            let mut fresh = self.anew();
            fresh.set_today(crate::clock::today());
            let from_scratch = fresh.snapshot();
            // One may know causes from before that the other has not looked for yet.
            let explained = |workspace: &mut Workspace, picture: &Arc<Snapshot>| {
                world(workspace.explained(picture, &|| false).unwrap_or_else(|| picture.clone()))
            };
            difference(explained(workspace, picture), explained(&mut fresh, &from_scratch))
        };
        let mut told = compared(&mut workspace, picture);
        if told.is_some() {
            // The disk may have changed in between.
            workspace.look_again();
            let picture = workspace.snapshot();
            told = compared(&mut workspace, &picture);
        }
        self.workspace = workspace;
        if let Some(told) = told {
            error!("not what it would be anew: {told}");
            differs.store(true, Ordering::Relaxed);
            let _ = events.send(Event::Differs(told));
        }
    }
}
