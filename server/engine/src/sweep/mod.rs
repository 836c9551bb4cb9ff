//! All scenarios of a system, run and ranked (semantics, section 3). Start reading at [`sweep`].
//!
//! Holds the enumeration of scenarios, their run on all processors, a pair put together from the runs of its faults, and
//! the sweep of a changed system that only runs what the change can reach (`changes`, `sameness`, `updated`: called by
//! [`Sweep::updated`], which so far only the benchmarks, the example `floor` and the tests use). Knows cascades and how much
//! of the service is lost at the entry points. Must not know diagrams: likelihoods come from each unit's own figures.

pub(crate) mod changes;
pub(crate) mod enumeration;
mod joined;
pub(crate) mod likelihood;
mod news;
pub(crate) mod outcome;
mod record;
mod runner;
mod sameness;
pub(crate) mod scenario;
pub(crate) mod swept;
mod updated;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foreshock_model::System;

use crate::cascade::frozen::Frozen;
use crate::layout::basis::Basis;
use crate::sweep::likelihood::Likelihoods;
use crate::sweep::outcome::{Budget, Options, left_out, ranked};
use crate::sweep::runner::{EXACT, Numbers, Progress, Runner};
use crate::sweep::swept::{Memory, Sweep};

/// Runs every scenario of the system that the budget allows, on the threads of the current rayon pool. `progress` is
/// told how many are done, from any of these threads. The result does not depend on the number of threads.
pub fn sweep(system: &System, basis: &Basis, options: &Options, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
    sweep_noting(system, basis, options, progress, system.components.len() <= EXACT)
}

/// The same, given up when `stop` says so, which is asked every thousand scenarios, from any of these threads; `None` then.
pub fn sweep_unless(
    system: &System,
    basis: &Basis,
    options: &Options,
    stop: &(dyn Fn() -> bool + Sync),
) -> Option<Sweep> {
    let stopped = AtomicBool::new(false);
    let stop = || {
        if !stopped.load(Ordering::Relaxed) && stop() {
            stopped.store(true, Ordering::Relaxed);
        }
        stopped.load(Ordering::Relaxed)
    };
    let sweep = swept(system, basis, options, &|_| (), &stop, system.components.len() <= EXACT);
    (!stopped.load(Ordering::Relaxed)).then_some(sweep)
}

/// `exact`: what each scenario looks at is noted one by one, instead of by what contains it.
pub(crate) fn sweep_noting(
    system: &System,
    basis: &Basis,
    options: &Options,
    progress: Progress<'_>,
    exact: bool,
) -> Sweep {
    swept(system, basis, options, progress, &|| false, exact)
}

fn swept(
    system: &System,
    basis: &Basis,
    options: &Options,
    progress: Progress<'_>,
    stop: &(dyn Fn() -> bool + Sync),
    exact: bool,
) -> Sweep {
    let mut runner = Runner::new(system, Frozen::new(system), basis, Likelihoods::of(system), exact);
    let all = runner.scenarios.len();
    let run = all.min(options.budget.min(Budget::UNLIMITED).0);
    if !exact && run > all - runner.scenarios.pairs_len() {
        runner.records = runner.records_of_pool(|_| None);
    }
    let (outcomes, masks) =
        runner.run_unless(Numbers::First(usize::try_from(run).unwrap_or(usize::MAX)), progress, stop);
    let results = ranked(&outcomes);
    drop(outcomes);
    let not_run = left_out(&runner.scenarios, run);
    let memory = not_run.is_empty().then(|| Arc::new(Memory::of(runner, basis, masks)));
    Sweep { results, run, not_run, rerun: run, memory }
}
