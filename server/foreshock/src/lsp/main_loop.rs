//! The owner of all state of the server: takes one event after the other, tells the analysis what has changed, answers what
//! is asked of the present text, and tells the client what is new.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use foreshock_text::FilePath;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, error};

use super::STACK_BYTES;
use super::analysis_thread::{self, Change, OpenDocument, World};
use super::documents::Documents;
use super::event::{ClientFacts, Event};
use super::outgoing::Outgoing;
use super::publish::Published;
use super::requests::{Lane, Pending, Refusal, Then};
use super::settings::Settings;
use super::survey::Survey;
use super::view::{Chosen, View, choose};
use super::watchdog::Watchdog;
use super::workers::{Workers, guarded};

/// An analysis that takes longer than this shows progress.
const PATIENCE: Duration = Duration::from_millis(200);
/// While somebody types faster than the analysis runs, its pictures are shown at least this often.
const LONGEST_SILENCE: Duration = Duration::from_millis(300);

/// The owner of all state of the server.
pub(super) struct MainLoop {
    events: Receiver<Event>,
    analysis: Sender<(u64, Change)>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    workers: Workers,
    watchdog: Watchdog,
    client: ClientFacts,
    settings: Arc<Settings>,
    /// The caller whose results the files of a directory show.
    chosen: Arc<Chosen>,
    documents: Documents,
    /// Counts the changes of the world.
    revision: u64,
    /// The revision of the last edit of a document; workers look at it.
    last_edit: Arc<AtomicU64>,
    /// The newest picture; `None` before the first and after a failed analysis.
    world: Option<Arc<World>>,
    /// The last revision whose analysis failed.
    failed: u64,
    /// Questions that wait for a picture of at least that revision.
    waiting: VecDeque<(u64, Box<dyn Pending>)>,
    published: Published,
    published_at: Instant,
    /// What was last said of it.
    base_problem: Option<Arc<str>>,
    first_analysis: Progress,
    survey: Arc<Survey>,
}

/// Progress of the first analysis: the only one that may take long.
enum Progress {
    NotStarted,
    Hidden { since: Instant },
    Shown { _done: oneshot::Sender<()> },
    Over,
}

impl MainLoop {
    /// Starts the loop and the threads it feeds. Events go in, messages to the client come out. `checks` is where to note that
    /// a picture is not what the texts alone say, if that is to be looked at.
    pub(super) fn start(
        checks: Option<Arc<AtomicBool>>,
    ) -> io::Result<(Sender<Event>, mpsc::UnboundedReceiver<Outgoing>)> {
        let (sender, events) = unbounded();
        let (outgoing, messages) = mpsc::unbounded_channel();
        let watchdog = Watchdog::start(outgoing.clone())?;
        let main_loop = MainLoop {
            events,
            analysis: analysis_thread::start(sender.clone(), checks, watchdog.clone())?,
            outgoing,
            workers: Workers::start()?,
            watchdog,
            client: ClientFacts::default(),
            settings: Arc::default(),
            chosen: Arc::default(),
            documents: Documents::default(),
            revision: 0,
            last_edit: Arc::default(),
            world: None,
            failed: 0,
            waiting: VecDeque::new(),
            published: Published::default(),
            published_at: Instant::now(),
            base_problem: None,
            first_analysis: Progress::NotStarted,
            survey: Arc::default(),
        };
        thread::Builder::new().name("main-loop".into()).stack_size(STACK_BYTES).spawn(move || main_loop.run())?;
        Ok((sender, messages))
    }

    fn run(mut self) {
        loop {
            let event = match self.first_analysis {
                Progress::Hidden { since } => self.events.recv_timeout(PATIENCE.saturating_sub(since.elapsed())),
                _ => self.events.recv().map_err(RecvTimeoutError::from),
            };
            match event {
                Ok(event) => {
                    let _watched = self.watchdog.watch(event.name());
                    guarded(|| self.handle(event));
                }
                Err(RecvTimeoutError::Timeout) => self.show_progress(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(client, settings) => {
                self.client = client;
                self.change(Change::Base(self.settings.base.clone()));
                self.settings_changed(&settings);
                self.folders_changed();
            }
            Event::Initialized => self.initialized(),
            Event::Opened { file, uri, version, text } => {
                self.documents.open(file.clone(), uri, version, &text);
                self.document_changed(file);
            }
            Event::Changed { file, version, changes } => {
                let encoding = self.client.encoding;
                if self.documents.change(&file, version, &changes, encoding).is_none() {
                    debug!("{file}: edited, but never opened");
                    return;
                }
                self.document_changed(file);
                self.last_edit.store(self.revision, Ordering::Relaxed);
            }
            Event::Closed { file } => {
                if self.documents.close(&file) {
                    self.change(Change::Closed(file));
                }
            }
            Event::FoldersChanged { added, removed } => {
                self.client.folders.retain(|folder| !removed.contains(folder));
                self.client.folders.extend(added);
                self.folders_changed();
            }
            Event::Settings(settings) if settings.as_object().is_some_and(|object| !object.is_empty()) => {
                self.settings_changed(&settings);
            }
            Event::Settings(_) => self.ask_settings(),
            Event::FilesChanged(files) => {
                self.list_is_old();
                files.into_iter().for_each(|file| self.change(Change::Disk(file)));
            }
            Event::LookAgain => {
                self.survey.disk_changed();
                self.change(Change::Look);
            }
            Event::Saved => {
                self.list_is_old();
                self.change(Change::Look);
            }
            Event::Asked(question) => self.ask(question),
            Event::Analysed(world) => self.analysed(world),
            Event::AnalysisFailed { revision, message } => self.analysis_failed(revision, &message),
            Event::Differs(what) => {
                self.send(Outgoing::Error(format!("Foreshock is not what it would be anew: {what}")))
            }
            Event::Shutdown => self.refuse_waiting(u64::MAX, &Refusal::ContentModified),
        }
    }

    fn initialized(&mut self) {
        if self.client.watches_files {
            self.send(Outgoing::WatchFiles);
        }
        self.ask_settings();
        if self.client.shows_progress && self.world.is_none() {
            self.first_analysis = Progress::Hidden { since: Instant::now() };
        }
    }

    fn folders_changed(&mut self) {
        self.list_is_old();
        let folders: Vec<Utf8PathBuf> = self.client.folders.clone();
        self.change(Change::Folders(folders));
    }

    /// Which stacks there are, or what those are that nobody has opened, may be another answer now.
    fn list_is_old(&mut self) {
        self.survey.disk_changed();
        self.published.list_is_old();
    }

    fn ask_settings(&self) {
        if self.client.answers_settings {
            self.send(Outgoing::AskSettings);
        }
    }

    fn settings_changed(&mut self, settings: &Value) {
        let settings = Settings::read(settings);
        if settings == *self.settings {
            return;
        }
        let before = std::mem::replace(&mut self.settings, Arc::new(settings));
        self.list_is_old();
        if before.base != self.settings.base {
            self.change(Change::Base(self.settings.base.clone()));
        }
        if before.choices == self.settings.choices {
            return self.change(Change::Look);
        }
        self.change(Change::Choices(self.settings.choices.clone()));
    }

    /// Nothing is analysed anew: the same picture is shown from another side.
    fn choose_caller(&mut self, file: &FilePath, caller: Option<String>) {
        choose(Arc::make_mut(&mut self.chosen), file, caller);
        if let Some(world) = self.world.clone() {
            self.publish(world);
        }
    }

    fn document_changed(&mut self, file: FilePath) {
        let Some(document) = self.documents.get(&file) else { return };
        let oversized = document.is_oversized();
        let text = if oversized { ropey::Rope::new() } else { document.text.clone() };
        let document = OpenDocument { uri: document.uri.clone(), version: document.version, oversized };
        self.change(Change::Document { file, document, text });
    }

    /// Tells the analysis that the world has changed.
    fn change(&mut self, change: Change) {
        self.revision += 1;
        if self.analysis.send((self.revision, change)).is_err() {
            error!("the analysis thread is gone");
        }
    }

    /// Answers a question, or lets it wait for the picture of the present text.
    fn ask(&mut self, question: Box<dyn Pending>) {
        match self.world.clone().filter(|world| world.revision >= self.revision) {
            Some(world) => self.answer(question, &world),
            None if self.failed >= self.revision => question.refuse(Refusal::Internal("the analysis failed".into())),
            None => self.waiting.push_back((self.revision, question)),
        }
    }

    fn view(&self, world: Arc<World>) -> View {
        View {
            world,
            encoding: self.client.encoding,
            versioned_edits: self.client.versioned_edits,
            applies_edits: self.client.applies_edits,
            knows_link_titles: self.client.knows_link_titles,
            settings: self.settings.clone(),
            chosen: self.chosen.clone(),
            last_edit: self.last_edit.clone(),
            survey: self.survey.clone(),
        }
    }

    fn answer(&mut self, question: Box<dyn Pending>, world: &Arc<World>) {
        if question.is_cancelled() {
            return;
        }
        let view = self.view(world.clone());
        match question.lane() {
            Lane::Keystroke => {
                let mut then = None;
                guarded(|| then = question.answer(&view));
                if let Some(then) = then {
                    self.follow(then);
                }
            }
            lane => {
                let watchdog = self.watchdog.clone();
                self.workers.run(lane, move || {
                    let _watched = watchdog.watch(question.name());
                    drop(question.answer(&view));
                });
            }
        }
    }

    fn follow(&mut self, then: Then) {
        match then {
            Then::Pulled { file, version, result_id } => self.published.pulled(file, version, result_id),
            Then::Write(written) => self.send(Outgoing::Write(written)),
            Then::Choose { file, caller } => self.choose_caller(&file, caller),
        }
    }

    fn analysed(&mut self, world: Arc<World>) {
        self.world = Some(world.clone());
        self.first_analysis = Progress::Over;
        self.tell_base_problem(world.snapshot.base_problem.clone());
        while self.waiting.front().is_some_and(|(needed, _)| *needed <= world.revision) {
            if let Some((_, question)) = self.waiting.pop_front() {
                self.answer(question, &world);
            }
        }
        let is_current = world.revision >= self.revision;
        if is_current || self.published_at.elapsed() >= LONGEST_SILENCE {
            self.publish(world);
        }
    }

    /// Says once why there is no base, or not the one that was meant.
    fn tell_base_problem(&mut self, problem: Option<Arc<str>>) {
        if self.base_problem == problem {
            return;
        }
        if let Some(problem) = &problem {
            self.send(Outgoing::Warning(format!("Foreshock, on the base of comparison: {problem}")));
        }
        self.base_problem = problem;
    }

    fn publish(&mut self, world: Arc<World>) {
        let view = self.view(world);
        for message in self.published.update(&view, &self.client) {
            self.send(message);
        }
        self.published_at = Instant::now();
    }

    /// What is shown was true of another text: it is taken back, and who waits is told.
    fn analysis_failed(&mut self, revision: u64, message: &str) {
        error!("the analysis failed: {message}");
        self.world = None;
        self.failed = revision;
        self.first_analysis = Progress::Over;
        self.refuse_waiting(revision, &Refusal::Internal(format!("the analysis failed: {message}")));
        for message in self.published.take_back() {
            self.send(message);
        }
        self.send(Outgoing::Error(format!("Foreshock could not analyse this version of the text: {message}")));
    }

    fn refuse_waiting(&mut self, up_to: u64, refusal: &Refusal) {
        while self.waiting.front().is_some_and(|(needed, _)| *needed <= up_to) {
            if let Some((_, question)) = self.waiting.pop_front() {
                question.refuse(refusal.clone());
            }
        }
    }

    fn show_progress(&mut self) {
        let (done, until) = oneshot::channel();
        self.first_analysis = Progress::Shown { _done: done };
        self.send(Outgoing::Progress { title: "Foreshock: reading the workspace", until });
    }

    fn send(&self, message: Outgoing) {
        if self.outgoing.send(message).is_err() {
            debug!("nobody forwards messages any more");
        }
    }
}
