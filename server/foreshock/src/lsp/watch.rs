//! Watches the disk for the analysis: every directory that something was read from or looked for in. What changes comes back as
//! an event, like what a client tells of files.
//!
//! Nothing is watched below a directory by itself: the analysis says which directories matter, and these are watched one by one,
//! so that neither `node_modules` nor a home directory costs anything. Where the system refuses (too many watches, a file system
//! that tells nothing) or `FORESHOCK_POLL` is set, the same directories are looked at in turn, and the analysis looks again at what
//! it has read.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use crossbeam_channel::{Receiver, Sender, select, unbounded};
use foreshock_analysis::Watched;
use foreshock_text::FilePath;
use notify::event::{EventKind, ModifyKind};
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use tracing::{debug, info};

use super::event::Event;

/// What changes within so short a time is one change: a checkout writes many files, a save a file and its copy.
const TOGETHER: Duration = Duration::from_millis(40);
/// Who writes without a pause is heard all the same.
const LONGEST: Duration = Duration::from_millis(250);
/// How often directories are looked at where the system does not tell.
const POLL: Duration = Duration::from_millis(500);
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);
/// Above so many directories that look takes a second or more, and is taken less often.
const FEW: usize = 2_000;
const POLL_MANY: Duration = Duration::from_secs(5);

/// The thread that watches.
pub(super) struct Watch {
    wanted: Sender<Watched>,
    tells: Arc<AtomicBool>,
}

type Told = notify::Result<notify::Event>;

impl Watch {
    /// Starts the thread. It watches nothing yet.
    pub(super) fn start(events: Sender<Event>) -> io::Result<Watch> {
        let (wanted, news) = unbounded();
        let tells = Arc::new(AtomicBool::new(false));
        let (sender, told) = unbounded();
        let watcher = Watching {
            events,
            tells: tells.clone(),
            sender,
            told,
            by: None,
            polls: false,
            watched: BTreeSet::new(),
            interest: Interest::default(),
        };
        thread::Builder::new().name("watch".into()).spawn(move || watcher.run(&news))?;
        Ok(Watch { wanted, tells })
    }

    /// Says what matters from now on.
    pub(super) fn set(&self, watched: Watched) {
        self.tells.store(false, Ordering::Relaxed);
        if self.wanted.send(watched).is_err() {
            debug!("nobody watches any more");
        }
    }

    /// Whether every change of what matters is told at once: then nothing needs to be looked at with each key.
    pub(super) fn tells(&self) -> bool {
        self.tells.load(Ordering::Relaxed)
    }
}

struct Watching {
    events: Sender<Event>,
    tells: Arc<AtomicBool>,
    sender: Sender<Told>,
    told: Receiver<Told>,
    by: Option<Box<dyn Watcher + Send>>,
    polls: bool,
    watched: BTreeSet<Utf8PathBuf>,
    interest: Interest,
}

/// Which events matter.
#[derive(Default)]
struct Interest {
    /// Any coming and going in these.
    directories: HashSet<Utf8PathBuf>,
    /// Any change of these.
    paths: HashSet<Utf8PathBuf>,
    /// What stands above those: it may come, go, or be renamed.
    above: HashSet<Utf8PathBuf>,
    /// The links of interest by what they lead to.
    links: BTreeMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl Watching {
    fn run(mut self, news: &Receiver<Watched>) {
        let told = self.told.clone();
        loop {
            select! {
                recv(news) -> wanted => {
                    let Ok(wanted) = wanted else { return };
                    let newest = news.try_iter().last().unwrap_or(wanted);
                    self.turn_to(newest, news);
                }
                recv(told) -> first => {
                    let Ok(first) = first else { return };
                    if !self.tell(first) {
                        return;
                    }
                }
                default(if self.polls { POLL } else { NEVER }) => {
                    // The poller compares times in whole seconds; the analysis compares what it has read in full.
                    if self.polls && self.events.send(Event::LookAgain).is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Collects what comes together and tells of it. Whether anybody still listens.
    fn tell(&mut self, first: Told) -> bool {
        let since = Instant::now();
        let mut changed: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        self.take_in(first, &mut changed);
        while let Some(rest) = LONGEST.checked_sub(since.elapsed()) {
            let Ok(next) = self.told.recv_timeout(TOGETHER.min(rest)) else { break };
            self.take_in(next, &mut changed);
        }
        if changed.is_empty() {
            return true;
        }
        let files = changed.into_iter().map(FilePath::new).collect();
        self.events.send(Event::FilesChanged(files)).is_ok()
    }

    fn take_in(&self, told: Told, changed: &mut BTreeSet<Utf8PathBuf>) {
        let event = match told {
            Ok(event) => event,
            Err(error) => {
                debug!("watching: {error}");
                changed.extend(error.paths.into_iter().filter_map(|path| Utf8PathBuf::from_path_buf(path).ok()));
                return;
            }
        };
        if event.need_rescan() {
            // Some events were lost: anything may have changed.
            changed.extend(self.watched.iter().cloned());
        }
        let comes_or_goes = match event.kind {
            EventKind::Access(_) => return,
            EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => false,
            _ => true,
        };
        for path in event.paths {
            let Ok(path) = Utf8PathBuf::from_path_buf(path) else { continue };
            changed.extend(self.interest.links.get(&path).into_iter().flatten().cloned());
            if self.interest.has(&path, comes_or_goes) {
                changed.insert(path);
            }
        }
    }

    /// Watches what is wanted now, and nothing else.
    fn turn_to(&mut self, wanted: Watched, news: &Receiver<Watched>) {
        let before = std::mem::take(&mut self.watched);
        let places = wanted.places();
        let interest = Interest::of(wanted);
        // Of what was not of interest yet, events may have been passed over.
        let mut unseen: BTreeSet<Utf8PathBuf> = interest.paths.difference(&self.interest.paths).cloned().collect();
        self.interest = interest;
        if self.by.is_none() || (self.polls && (before.len() <= FEW) != (places.len() <= FEW)) {
            self.begin(places.len());
            self.watched.clear();
        } else {
            self.watched = before;
        }
        let gone: Vec<Utf8PathBuf> = self.watched.difference(&places).cloned().collect();
        for directory in gone {
            if let Some(by) = &mut self.by {
                // Of one that is not there any more the system has let go itself.
                let _ = by.unwatch(directory.as_std_path());
            }
            self.watched.remove(&directory);
        }
        let mut fresh: Vec<Utf8PathBuf> = places.difference(&self.watched).cloned().collect();
        if !self.watch(&fresh) && !self.polls {
            info!("the system does not watch {} directories; they are looked at in turn", places.len());
            self.polls = true;
            self.begin(places.len());
            self.watched.clear();
            fresh = places.iter().cloned().collect();
            self.watch(&fresh);
        }
        // What happened between the reading and the watching nobody has told.
        unseen.extend(fresh);
        if news.is_empty() {
            self.tells.store(!self.polls, Ordering::Relaxed);
        }
        if !unseen.is_empty() {
            let _ = self.events.send(Event::FilesChanged(unseen.into_iter().map(FilePath::new).collect()));
        }
    }

    fn begin(&mut self, count: usize) {
        let sender = self.sender.clone();
        let handler = move |told: Told| drop(sender.send(told));
        let interval = if count <= FEW { POLL } else { POLL_MANY };
        let config = Config::default().with_poll_interval(interval);
        if !self.polls && std::env::var_os("FORESHOCK_POLL").is_none() {
            match RecommendedWatcher::new(handler.clone(), config) {
                Ok(watcher) => {
                    self.by = Some(Box::new(watcher));
                    return;
                }
                Err(error) => info!("the system does not watch files: {error}"),
            }
        }
        self.polls = true;
        match PollWatcher::new(handler, config) {
            Ok(watcher) => self.by = Some(Box::new(watcher)),
            Err(error) => info!("files are not watched: {error}"),
        }
    }

    /// Whether all are watched now. One that went away in the meantime is no failure.
    fn watch(&mut self, directories: &[Utf8PathBuf]) -> bool {
        let Some(by) = &mut self.by else { return false };
        for directory in directories {
            match by.watch(directory.as_std_path(), RecursiveMode::NonRecursive) {
                Ok(()) => drop(self.watched.insert(directory.clone())),
                Err(error) if directory.is_dir() => {
                    debug!("{directory} is not watched: {error}");
                    return false;
                }
                Err(_) => {}
            }
        }
        true
    }
}

impl Interest {
    fn of(wanted: Watched) -> Interest {
        let above = wanted.paths.iter().flat_map(|path| path.ancestors().skip(1)).map(Utf8Path::to_owned).collect();
        Interest {
            directories: wanted.directories.into_iter().collect(),
            paths: wanted.paths.into_iter().collect(),
            above,
            links: wanted.links,
        }
    }

    fn has(&self, path: &Utf8Path, comes_or_goes: bool) -> bool {
        if self.paths.contains(path) {
            return true;
        }
        let in_directory = || path.parent().is_some_and(|parent| self.directories.contains(parent));
        comes_or_goes && (self.above.contains(path) || in_directory())
    }
}
