use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossbeam_channel::{Sender, unbounded};
use tracing::error;

use super::STACK_BYTES;
use super::transport::panic_message;

/// Enough to keep one slow question from holding up the next; the analysis itself has its own thread.
const WORKERS: usize = 2;

type Job = Box<dyn FnOnce() + Send>;

/// Threads for questions that take longer than the main loop may.
pub(super) struct Workers {
    jobs: Sender<Job>,
}

impl Workers {
    /// Starts the threads.
    pub(super) fn start() -> io::Result<Workers> {
        let (jobs, queue) = unbounded::<Job>();
        for _ in 0..WORKERS {
            let queue = queue.clone();
            thread::Builder::new().name("worker".into()).stack_size(STACK_BYTES).spawn(move || {
                for job in queue {
                    guarded(job);
                }
            })?;
        }
        Ok(Workers { jobs })
    }

    /// Runs a job on one of them.
    pub(super) fn run(&self, job: impl FnOnce() + Send + 'static) {
        // Cannot fail while a worker lives, and they live as long as this sender.
        let _ = self.jobs.send(Box::new(job));
    }
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

    #[test]
    fn a_panic_costs_its_own_answer_only() {
        let workers = Workers::start().unwrap();
        for _ in 0..3 * WORKERS {
            let (reply, answer) = oneshot::channel::<u32>();
            workers.run(move || {
                let _reply = reply;
                panic!("as asked");
            });
            assert!(answer.blocking_recv().is_err(), "whoever waits is told");
        }
        let (reply, answer) = oneshot::channel();
        workers.run(move || {
            let _ = reply.send(7);
        });
        assert_eq!(answer.blocking_recv(), Ok(7));
    }
}
