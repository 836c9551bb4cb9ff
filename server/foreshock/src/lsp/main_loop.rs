use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use foreshock_text::FilePath;
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, error};

use super::analysis_thread::{self, Change, OpenDocument, World};
use super::documents::Documents;
use super::event::{ClientFacts, Event, Query, Refusal, Reply};
use super::outgoing::Outgoing;
use super::publish::Published;
use super::settings::Settings;
use super::view::{Chosen, View};
use super::workers::{Workers, guarded};
use super::{
    STACK_BYTES, baseline, call_hierarchy, callers, code_action, code_lens, completion, diagnostics, graph, hover,
    inlay_hints, newly_failing, report, simulate, variable_files,
};

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
    client: ClientFacts,
    settings: Arc<Settings>,
    /// The caller whose results the files of a directory show.
    chosen: Arc<Chosen>,
    documents: Documents,
    /// Counts the changes of the world.
    revision: u64,
    /// The newest picture; `None` before the first and after a failed analysis.
    world: Option<Arc<World>>,
    /// The last revision whose analysis failed.
    failed: u64,
    /// Questions that wait for a picture of at least that revision.
    waiting: VecDeque<(u64, Query)>,
    published: Published,
    published_at: Instant,
    /// What was last said of it.
    base_problem: Option<Arc<str>>,
    first_analysis: Progress,
}

/// Progress of the first analysis: the only one that may take long.
enum Progress {
    NotStarted,
    Hidden { since: Instant },
    Shown { _done: oneshot::Sender<()> },
    Over,
}

impl MainLoop {
    /// Starts the loop and the threads it feeds. Events go in, messages to the client come out.
    pub(super) fn start() -> io::Result<(Sender<Event>, mpsc::UnboundedReceiver<Outgoing>)> {
        let (sender, events) = unbounded();
        let (outgoing, messages) = mpsc::unbounded_channel();
        let main_loop = MainLoop {
            events,
            analysis: analysis_thread::start(sender.clone())?,
            outgoing,
            workers: Workers::start()?,
            client: ClientFacts::default(),
            settings: Arc::default(),
            chosen: Arc::default(),
            documents: Documents::default(),
            revision: 0,
            world: None,
            failed: 0,
            waiting: VecDeque::new(),
            published: Published::default(),
            published_at: Instant::now(),
            base_problem: None,
            first_analysis: Progress::NotStarted,
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
                Ok(event) => guarded(|| self.handle(event)),
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
            Event::ChooseCaller { file, caller } => self.choose_caller(&file, caller),
            Event::FilesChanged(files) => files.into_iter().for_each(|file| self.change(Change::Disk(file))),
            Event::Saved => self.change(Change::Look),
            Event::Query(query) => self.ask(query),
            Event::Analysed(world) => self.analysed(world),
            Event::AnalysisFailed { revision, message } => self.analysis_failed(revision, &message),
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
        let folders: Vec<Utf8PathBuf> = self.client.folders.clone();
        self.change(Change::Folders(folders));
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
        let chosen = Arc::make_mut(&mut self.chosen);
        let directory = file.as_path().parent().unwrap_or(file.as_path()).to_owned();
        match caller {
            Some(caller) => drop(chosen.insert(directory, caller)),
            None => drop(chosen.remove(&directory)),
        }
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
    fn ask(&mut self, query: Query) {
        match self.world.clone().filter(|world| world.revision >= self.revision) {
            Some(world) => self.answer(query, &world),
            None if self.failed >= self.revision => query.refuse(Refusal::Internal("the analysis failed".into())),
            None => self.waiting.push_back((self.revision, query)),
        }
    }

    fn view(&self, world: Arc<World>) -> View {
        View {
            world,
            encoding: self.client.encoding,
            versioned_edits: self.client.versioned_edits,
            settings: self.settings.clone(),
            chosen: self.chosen.clone(),
        }
    }

    fn answer(&mut self, query: Query, world: &Arc<World>) {
        if query.is_cancelled() {
            return;
        }
        let view = self.view(world.clone());
        match query {
            Query::Hover { file, at, reply } => guarded(|| drop(reply.send(Ok(hover::hover(&view, &file, at))))),
            Query::InlayHints { file, range, reply } => {
                guarded(|| drop(reply.send(Ok(inlay_hints::hints(&view, &file, Some(range))))));
            }
            Query::InlayTooltip { file, about, reply } => {
                guarded(|| drop(reply.send(Ok(inlay_hints::tooltip(&view, &file, &about)))));
            }
            Query::Completion { file, at, reply } => {
                guarded(|| drop(reply.send(Ok(completion::items(&view, &file, at)))));
            }
            Query::SetBaseline { file, reply } => self.set_baseline(&view, &file, reply),
            Query::CodeLenses { file, reply } => guarded(|| drop(reply.send(Ok(code_lens::lenses(&view, &file))))),
            Query::PrepareCallHierarchy { file, at, reply } => {
                guarded(|| drop(reply.send(Ok(call_hierarchy::prepare(&view, &file, at)))));
            }
            Query::Neighbours { root, component, direction, reply } => {
                guarded(|| drop(reply.send(Ok(call_hierarchy::neighbours(&view, &root, &component, direction)))));
            }
            Query::Callers { file, reply } => guarded(|| drop(reply.send(Ok(callers::callers(&view, &file))))),
            Query::VariableFiles { file, reply } => {
                guarded(|| drop(reply.send(Ok(variable_files::variable_files(&view, &file)))));
            }
            Query::Diagnostics { file, reply } => {
                let report = diagnostics::report(&view, &file);
                self.published.pulled(&file, &view, &report);
                let _ = reply.send(Ok(report));
            }
            Query::CodeActions { file, range, wanted, reply } => self.workers.run(move || {
                if !reply.is_closed() {
                    let _ = reply.send(Ok(code_action::actions(&view, &file, range, &wanted)));
                }
            }),
            Query::Graph { file, reply } => self.workers.run(move || {
                if !reply.is_closed() {
                    let _ = reply.send(graph::graph(&view, &file));
                }
            }),
            Query::Report { file, reply } => self.workers.run(move || {
                if !reply.is_closed() {
                    let _ = reply.send(report::report(&view, &file));
                }
            }),
            Query::NewlyFailing { file, reply } => self.workers.run(move || {
                if !reply.is_closed() {
                    let _ = reply.send(newly_failing::newly_failing(&view, &file));
                }
            }),
            Query::Simulate { file, fault, reply } => self.workers.run(move || {
                if !reply.is_closed() {
                    let _ = reply.send(simulate::simulate(&view, &file, &fault));
                }
            }),
        }
    }

    fn set_baseline(&self, view: &View, file: &FilePath, reply: Reply<Value>) {
        if !self.client.applies_edits {
            let message =
                "this editor can't create files for a server; `foreshock check --write-baseline` does the same";
            let _ = reply.send(Err(Refusal::BadQuestion(message.into())));
            return;
        }
        let written = baseline::accepted(view, file);
        let answer = written.as_ref().map(|written| json!({"uri": &*written.uri, "findings": written.findings}));
        let _ = reply.send(answer.map_err(Clone::clone));
        if let Ok(written) = written {
            self.send(Outgoing::Write(written));
        }
    }

    fn analysed(&mut self, world: Arc<World>) {
        self.world = Some(world.clone());
        self.first_analysis = Progress::Over;
        self.tell_base_problem(world.snapshot.base_problem.clone());
        while self.waiting.front().is_some_and(|(needed, _)| *needed <= world.revision) {
            if let Some((_, query)) = self.waiting.pop_front() {
                self.answer(query, &world);
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
            if let Some((_, query)) = self.waiting.pop_front() {
                query.refuse(refusal.clone());
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
