//! The threads that answer what the main loop may not be held up by.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Sender, unbounded};
use rayon::ThreadPoolBuilder;
use tracing::error;

use super::STACK_BYTES;
use super::requests::Lane;
use super::transport::panic_message;

/// So many questions of [`Lane::Cursor`] are answered at the same time, so that a slow one does not hold up the next.
const FOR_CURSORS: usize = 2;

type Job = Box<dyn FnOnce() + Send>;

/// Threads for questions that take longer than the main loop may. Each lane has its own: a report that takes half a minute
/// never stands in the way of a hover. The analysis has a thread besides.
///
/// What is long also has its own processors: rayon gives a pool's threads to the work that came first until all of it is
/// done, so that a cursor would wait for a sweep if both asked the same pool.
pub(super) struct Workers {
    cursor: Sender<Job>,
    long: Sender<Job>,
    survey: Sender<Job>,
}

impl Workers {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Workers> {
        let all = thread::available_parallelism().map_or(1, usize::from);
        // One processor is left to whoever waits with a cursor.
        let pool = ThreadPoolBuilder::new().num_threads(all.saturating_sub(1).max(1)).stack_size(STACK_BYTES);
        let pool = Arc::new(pool.thread_name(|_| "long".to_owned()).build().map_err(io::Error::other)?);
        let cursor = threads("cursor", FOR_CURSORS, guarded)?;
        let survey = threads("survey-requests", 1, guarded)?;
        Ok(Workers { cursor, long: threads("long", 1, move |job| pool.install(|| guarded(job)))?, survey })
    }

    /// Runs a job on a thread of its lane; what is for the main loop is run at once.
    pub(super) fn run(&self, lane: Lane, job: impl FnOnce() + Send + 'static) {
        // Sending can't fail while a worker lives, and they live as long as this sender.
        match lane {
            Lane::Keystroke => guarded(job),
            Lane::Cursor => drop(self.cursor.send(Box::new(job))),
            Lane::Long => drop(self.long.send(Box::new(job))),
            Lane::Survey => drop(self.survey.send(Box::new(job))),
        }
    }
}

fn threads(name: &str, count: usize, run: impl Fn(Job) + Clone + Send + 'static) -> io::Result<Sender<Job>> {
    let (jobs, queue) = unbounded::<Job>();
    for _ in 0..count {
        let (queue, run) = (queue.clone(), run.clone());
        thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(move || {
            queue.into_iter().for_each(run);
        })?;
    }
    Ok(jobs)
}

/// Runs `job`; a panic is logged and goes no further. Whoever waits for the job's reply sees it dropped.
pub(super) fn guarded(job: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(job)) {
        error!("a question panicked: {}", panic_message(panic.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const LANES: [Lane; 4] = [Lane::Keystroke, Lane::Cursor, Lane::Long, Lane::Survey];

    /// Whether a job of this lane is done.
    fn runs(workers: &Workers, lane: Lane) -> bool {
        let (reply, answer) = oneshot::channel();
        workers.run(lane, move || {
            let _ = reply.send(7);
        });
        answer.blocking_recv() == Ok(7)
    }

    #[test]
    fn a_panic_costs_its_own_answer_only() {
        let workers = Workers::start().unwrap();
        for lane in LANES {
            for _ in 0..3 * FOR_CURSORS {
                let (reply, answer) = oneshot::channel::<u32>();
                workers.run(lane, move || {
                    let _reply = reply;
                    panic!("as asked");
                });
                assert!(answer.blocking_recv().is_err(), "whoever waits is told");
            }
            assert!(runs(&workers, lane), "{lane:?}");
        }
    }

    #[test]
    fn what_is_long_leaves_the_common_processors_alone() {
        let workers = Workers::start().unwrap();
        let name = |lane| {
            let (reply, answer) = oneshot::channel();
            workers.run(lane, move || {
                let _ = reply.send(rayon::join(|| (), || thread::current().name().map(str::to_owned)).1);
            });
            answer.blocking_recv().unwrap()
        };
        assert_eq!(name(Lane::Long).as_deref(), Some("long"));
        assert_ne!(name(Lane::Cursor).as_deref(), Some("long"));
    }

    #[test]
    fn nobody_waits_for_a_long_one() {
        let workers = Workers::start().unwrap();
        let (finish, finished) = unbounded::<()>();
        let started: Vec<_> = (0..10)
            .map(|_| {
                let (finished, (started, has_started)) = (finished.clone(), oneshot::channel());
                workers.run(Lane::Long, move || {
                    let _ = started.send(());
                    let _ = finished.recv();
                });
                has_started
            })
            .collect();
        let mut started = started.into_iter();
        started.next().unwrap().blocking_recv().unwrap();
        assert!(runs(&workers, Lane::Cursor) && runs(&workers, Lane::Keystroke));
        assert!(started.next().unwrap().try_recv().is_err(), "long ones wait for each other");
        drop(finish);
        assert!(runs(&workers, Lane::Long));
    }
}
