//! Stacks that nobody has opened: a workspace of their own on a thread of its own, so that an edit costs what it did. Started when
//! somebody asks for the first time.
//!
//! What an open document says counts here, too. Whoever reads an open document is in the picture of the main loop already, so
//! that here only the disk changes what is said.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use foreshock_analysis::{BaseChoice, Choices, Snapshot, Workspace};
use foreshock_text::FilePath;
use tracing::error;

use super::STACK_BYTES;
use super::requests::Refusal;
use super::transport::panic_message;
use super::view::View;

/// So often whoever waits is asked whether it still does.
const PATIENCE: Duration = Duration::from_millis(50);

/// Roots with the kind of their stacks.
pub(super) type Roots = Vec<(Utf8PathBuf, String)>;

/// Where to ask for stacks that nobody has opened.
#[derive(Default)]
pub(super) struct Survey {
    asked: AtomicBool,
    /// Counts what may have changed the disk.
    disk: AtomicU64,
    questions: OnceLock<Sender<Question>>,
}

/// What the stacks are read with; a workspace that was made for something else begins anew.
#[derive(Clone, PartialEq)]
struct Ground {
    folders: Vec<Utf8PathBuf>,
    choices: Choices,
    base: BaseChoice,
}

struct Question {
    ground: Ground,
    documents: BTreeMap<FilePath, Arc<str>>,
    disk: u64,
    stop: Arc<AtomicBool>,
    wanted: Wanted,
}

enum Wanted {
    Roots(Sender<Result<Roots, Refusal>>),
    Stacks(Vec<Utf8PathBuf>, Sender<Result<Arc<Snapshot>, Refusal>>),
}

impl Survey {
    /// Whether anybody has ever asked which stacks there are: who never did is told of no change.
    pub(super) fn is_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// The disk may have changed.
    pub(super) fn disk_changed(&self) {
        self.disk.fetch_add(1, Ordering::Relaxed);
    }

    /// Every root of the workspace folders.
    pub(super) fn roots(&self, view: &View) -> Result<Roots, Refusal> {
        self.asked.store(true, Ordering::Relaxed);
        self.ask(view, Arc::default(), Wanted::Roots, &|| false)
    }

    /// The stacks of these roots. `stop` is asked now and then.
    pub(super) fn stacks(
        &self,
        view: &View,
        roots: Vec<Utf8PathBuf>,
        stop: &dyn Fn() -> bool,
    ) -> Result<Arc<Snapshot>, Refusal> {
        self.ask(view, Arc::default(), |reply| Wanted::Stacks(roots, reply), stop)
    }

    fn ask<T>(
        &self,
        view: &View,
        given_up: Arc<AtomicBool>,
        wanted: impl FnOnce(Sender<Result<T, Refusal>>) -> Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<T, Refusal> {
        let snapshot = view.snapshot();
        let open = view.world.documents.iter();
        let documents = open.filter_map(|(file, _)| Some((file.clone(), snapshot.file(file)?.text.whole().clone())));
        let (reply, answer) = bounded(1);
        let question = Question {
            ground: Ground {
                folders: snapshot.folders.clone(),
                choices: view.settings.choices.clone(),
                base: view.settings.base.clone(),
            },
            documents: documents.collect(),
            disk: self.disk.load(Ordering::Relaxed),
            stop: given_up.clone(),
            wanted: wanted(reply),
        };
        let gone = || Refusal::Internal("nobody looks at stacks that are not open".to_owned());
        self.questions.get_or_init(start).send(question).map_err(|_| gone())?;
        loop {
            match answer.recv_timeout(PATIENCE) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
                Err(RecvTimeoutError::Timeout) if stop() => {
                    given_up.store(true, Ordering::Relaxed);
                    return Err(Refusal::ContentModified);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// Where nobody takes questions, asking says so.
fn start() -> Sender<Question> {
    let (sender, questions) = unbounded();
    let started =
        thread::Builder::new().name("survey".into()).stack_size(STACK_BYTES).spawn(move || Surveyor::run(&questions));
    if let Err(why) = started {
        error!("the thread for stacks that are not open: {why}");
    }
    sender
}

#[derive(Default)]
struct Surveyor {
    workspace: Workspace,
    ground: Option<Ground>,
    documents: BTreeMap<FilePath, Arc<str>>,
    /// What is known of the disk is as old as this.
    disk: u64,
}

impl Surveyor {
    fn run(questions: &Receiver<Question>) {
        let mut surveyor = Surveyor::default();
        for question in questions {
            let answered = catch_unwind(AssertUnwindSafe(|| surveyor.answer(question)));
            if let Err(panic) = answered {
                // Whoever waits sees the reply dropped. What is half changed is thrown away.
                error!("looking at stacks that are not open panicked: {}", panic_message(panic.as_ref()));
                surveyor = Surveyor::default();
            }
        }
    }

    fn answer(&mut self, question: Question) {
        let Question { ground, documents, disk, stop, wanted } = question;
        if stop.load(Ordering::Relaxed) {
            return;
        }
        self.stand_on(ground, documents);
        if self.disk != disk {
            self.disk = disk;
            self.workspace.look_at_all_again();
        }
        // Nobody listening is as good as told.
        match wanted {
            Wanted::Roots(reply) => {
                let roots = self.workspace.roots().into_iter().map(|(root, kind)| (root, kind.to_string())).collect();
                let _ = reply.send(Ok(roots));
            }
            Wanted::Stacks(roots, reply) => {
                let picture = self.workspace.stacks_at(&roots, &|| stop.load(Ordering::Relaxed));
                let _ = reply.send(picture.ok_or(Refusal::ContentModified));
            }
        }
    }

    fn stand_on(&mut self, ground: Ground, documents: BTreeMap<FilePath, Arc<str>>) {
        if self.ground.as_ref() != Some(&ground) {
            *self = Surveyor::default();
            self.workspace.set_folders(ground.folders.clone());
            self.workspace.set_choices(ground.choices.clone());
            self.workspace.set_base(ground.base.clone());
            self.ground = Some(ground);
        }
        self.workspace.set_today(crate::clock::today());
        let closed: Vec<FilePath> =
            self.documents.keys().filter(|file| !documents.contains_key(*file)).cloned().collect();
        closed.iter().for_each(|file| self.workspace.close_document(file));
        for (file, text) in &documents {
            if self.documents.get(file) != Some(text) {
                self.workspace.set_document(file.clone(), text.clone());
            }
        }
        self.documents = documents;
    }
}
