//! Faults played on a stack, gathered for every rendering.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_analysis::Stack;
use foreshock_engine::{
    AgentAnswers, Cascade, Class, Fault, OutageKnowledge, Outcome, Recovery, Sweep, Unsettled, agents_after,
    entry_loss, likelihood, likely_entry_loss, recover_knowing, times_a_year,
};
use foreshock_model::ComponentIndex;

/// Faults played on one stack: what each rendering shows.
pub struct Simulation {
    /// The stack.
    pub stack: Arc<Stack>,
    /// What was played, in the order asked for; of a sweep the severest.
    pub played: Vec<Played>,
    /// How many scenarios were run.
    pub run: u64,
    /// How many of each class a budget left out.
    pub not_run: BTreeMap<Class, u64>,
    /// Whether every scenario of the stack was asked for.
    pub is_sweep: bool,
    /// How many of a sweep say something that others do not say already; none where they were not looked for.
    pub news: Option<usize>,
}

/// One scenario with what becomes of it.
pub struct Played {
    /// Its stable name.
    pub id: String,
    /// What fails in it.
    pub faults: Vec<Fault>,
    /// Share of the users' service that is lost, 0..=1; none without an entry point.
    pub entry_loss: Option<f64>,
    /// The same for what is likely, never more: shown beside the worst and nothing is decided by it.
    pub likely_loss: Option<f64>,
    /// Probability that its units have failed, at any moment; none where nobody says.
    pub likelihood: Option<f64>,
    /// How often they come to have failed, times a year; none where nobody says, and of a sweep.
    pub times_a_year: Option<f64>,
    /// What falls.
    pub cascade: Cascade,
    /// How it comes back; none where nothing is broken (a slow or gray component, more traffic), since nobody says when that ends.
    pub recovery: Option<Recovery>,
    /// How the agents answer meanwhile.
    pub agents: Vec<AgentAnswers>,
}

impl Simulation {
    /// Scenarios that were asked for, each by its name, with what is known of the outage.
    pub fn asked(stack: &Arc<Stack>, scenarios: Vec<(String, Vec<Fault>)>, knowledge: OutageKnowledge) -> Simulation {
        let run = scenarios.len() as u64;
        let played = scenarios.into_iter().map(|(id, faults)| Played::of(stack, id, &faults, knowledge)).collect();
        Simulation { stack: stack.clone(), played, run, not_run: BTreeMap::new(), is_sweep: false, news: None }
    }

    /// A sweep, of which the severest `most` are played again for what falls and why.
    pub fn swept(stack: &Arc<Stack>, sweep: Sweep, most: usize) -> Simulation {
        Simulation::of_sweep(stack, &sweep, sweep.results.iter().take(most), None)
    }

    /// The same of those that say something new: see [`Sweep::news`].
    pub fn news_of(stack: &Arc<Stack>, sweep: &Sweep, most: usize) -> Simulation {
        let news = || sweep.news(stack.system());
        Simulation::of_sweep(stack, sweep, news().take(most), Some(news().count()))
    }

    fn of_sweep<'a>(
        stack: &Arc<Stack>,
        sweep: &Sweep,
        shown: impl Iterator<Item = &'a Outcome>,
        news: Option<usize>,
    ) -> Simulation {
        let played = shown.map(|outcome| {
            let id = outcome.scenario.id(stack.system());
            // The likelihoods of a sweep are there already; to compute them one by one costs more than the cascade.
            let nothing = OutageKnowledge::default();
            let played = Played::without_likelihood(stack, id, &outcome.scenario.faults, nothing);
            Played { likelihood: outcome.likelihood, ..played }
        });
        Simulation {
            stack: stack.clone(),
            played: played.collect(),
            run: sweep.run,
            not_run: sweep.not_run.clone(),
            is_sweep: true,
            news,
        }
    }
}

impl Played {
    /// Plays these faults together; how long they last may be known better.
    pub fn of(stack: &Stack, id: String, faults: &[Fault], knowledge: OutageKnowledge) -> Played {
        let (likelihood, times_a_year) = (likelihood(stack.system(), faults), times_a_year(stack.system(), faults));
        Played { likelihood, times_a_year, ..Played::without_likelihood(stack, id, faults, knowledge) }
    }

    fn without_likelihood(stack: &Stack, id: String, faults: &[Fault], knowledge: OutageKnowledge) -> Played {
        let cascade = stack.cascade(faults);
        Played {
            id,
            faults: faults.to_vec(),
            entry_loss: entry_loss(&stack.assessment.basis, &cascade),
            likely_loss: likely_entry_loss(&stack.assessment.basis, &cascade),
            likelihood: None,
            times_a_year: None,
            recovery: faults.iter().all(Fault::is_repaired).then(|| recover_knowing(stack.system(), faults, knowledge)),
            agents: agents_after(stack.system(), &cascade),
            cascade,
        }
    }

    /// Ten times what is likely lost, where it differs from the worst by what is shown.
    pub(super) fn likely_severity(&self) -> Option<f64> {
        let likely = 10.0 * self.likely_loss?;
        (self.severity()? - likely >= 0.05).then_some(likely)
    }

    /// 0..=10: ten times the share of the service that is lost.
    pub fn severity(&self) -> Option<f64> {
        self.entry_loss.map(|loss| 10.0 * loss)
    }
}

/// What a mode could not tell, in words.
pub(super) fn told(unsettled: Unsettled) -> (Option<ComponentIndex>, &'static str) {
    match unsettled {
        Unsettled::UnboundedLatency(it) => (Some(it), "unbounded: calls in a cycle wait for each other without end"),
        Unsettled::UnboundedTraffic(it) => (Some(it), "unbounded: calls in a cycle cause each other without end"),
        Unsettled::UnknownLatency(it) => (Some(it), "how long it takes by itself is not known"),
        Unsettled::UnknownCapacity(it) => (Some(it), "how much it can take is not known"),
        _ => (None, "not known"),
    }
}
