//! Says in the client's log what takes longer than a second: while it still does, and how long it took when it is over.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::outgoing::Outgoing;

/// So long nobody is told.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who is told what is worked on; one thread looks how long.
#[derive(Clone)]
pub(super) struct Watchdog(Arc<Shared>);

struct Shared {
    work: Mutex<Work>,
    /// Something has begun.
    begun: Condvar,
    outgoing: UnboundedSender<Outgoing>,
}

#[derive(Default)]
struct Work {
    begun: u64,
    /// In the order in which it has begun.
    running: Vec<Running>,
}

struct Running {
    number: u64,
    what: String,
    since: Instant,
    is_told: bool,
}

/// Work under way; it is over when this is dropped, by a panic as well.
pub(super) struct Watched {
    watchdog: Watchdog,
    number: u64,
}

impl Watchdog {
    /// Starts the thread. It ends with the process.
    pub(super) fn start(outgoing: UnboundedSender<Outgoing>) -> io::Result<Watchdog> {
        let watchdog = Watchdog(Arc::new(Shared { work: Mutex::default(), begun: Condvar::new(), outgoing }));
        let of_the_thread = watchdog.clone();
        thread::Builder::new().name("watchdog".into()).spawn(move || of_the_thread.0.look())?;
        Ok(watchdog)
    }

    /// Looks at some work from now on; `what` is its name for a person.
    pub(super) fn watch(&self, what: impl Into<String>) -> Watched {
        let mut work = self.0.work();
        let number = work.begun;
        work.begun += 1;
        work.running.push(Running { number, what: what.into(), since: Instant::now(), is_told: false });
        self.0.begun.notify_one();
        Watched { watchdog: self.clone(), number }
    }
}

impl Shared {
    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) {
        let mut work = self.work();
        loop {
            let now = Instant::now();
            for late in work.running.iter_mut().filter(|one| !one.is_told && now - one.since >= PATIENCE) {
                late.is_told = true;
                self.tell(format!("Foreshock: {} takes longer than a second", late.what));
            }
            let next = work.running.iter().find(|one| !one.is_told).map(|one| one.since + PATIENCE);
            work = match next {
                Some(next) => {
                    let waited = self.begun.wait_timeout(work, next.saturating_duration_since(now));
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.begun.wait(work).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Nobody listening is as good as told.
    fn tell(&self, text: String) {
        let _ = self.outgoing.send(Outgoing::Log(text));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let mut work = self.watchdog.0.work();
        let Some(at) = work.running.iter().position(|one| one.number == self.number) else { return };
        let Running { what, since, is_told, .. } = work.running.remove(at);
        if is_told {
            self.watchdog.0.tell(format!("Foreshock: {what} took {:.1} s", since.elapsed().as_secs_f64()));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::unbounded_channel;

    use super::*;

    #[test]
    fn what_takes_long_is_told_twice_and_nothing_else() {
        let (outgoing, mut told) = unbounded_channel();
        let watchdog = Watchdog::start(outgoing).unwrap();
        for _ in 0..1_000 {
            drop(watchdog.watch("a key"));
        }
        let long = watchdog.watch("a report");
        let longer = watchdog.watch("another");
        let mut next = || match told.blocking_recv() {
            Some(Outgoing::Log(text)) => text,
            _ => panic!("the watchdog only writes into the log"),
        };
        assert_eq!(next(), "Foreshock: a report takes longer than a second");
        assert_eq!(next(), "Foreshock: another takes longer than a second");
        drop(long);
        let over = next();
        assert!(over.starts_with("Foreshock: a report took 1."), "{over}");
        drop(longer);
        assert!(next().starts_with("Foreshock: another took "));
        drop(watchdog.watch("a key"));
        assert!(told.try_recv().is_err());
    }
}
