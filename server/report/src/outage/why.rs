//! Why a component changes: from it back to the fault, or to the repair that it waited for.

use foreshock_analysis::reason;
use foreshock_engine::{Cause, Fault, Health};
use foreshock_model::{ComponentIndex, Evidence};
use foreshock_text::Place;

use super::words::{time_span, worse};
use super::{Change, Outage, Turn};
use crate::fault_words::scenario_words;

/// Of a dependency so many lines are shown that prove it.
const MOST_PROOFS: usize = 4;

/// One step of a reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// What is so, in words: `api DOWN after 5 s`, `requires orders: DB_HOST refers to it`, `fault: zone eu-west-1a`.
    pub words: String,
    /// The line that shows it: of a component its block, of a dependency what proves it.
    pub place: Option<Place>,
    /// The component that it is about; none for what lies between two of them, and for a fault.
    pub component: Option<ComponentIndex>,
}

impl Outage {
    /// Why a change happens, the changed component first.
    pub fn why(&self, change: &Change) -> Vec<Link> {
        match change.turn {
            Turn::Worse => self.why_worse(change),
            Turn::Serves | Turn::Whole => self.why_back(change),
        }
    }

    fn why_worse(&self, change: &Change) -> Vec<Link> {
        let system = self.stack.system();
        let mut links = Vec::new();
        for effect in self.played.cascade.chain(change.component) {
            let id = self.stack.id_of(effect.component);
            links.push(self.component(effect.component, worse(&id, &effect)));
            if let Some(reason) = reason(system, &self.played.cascade, &effect) {
                let says = format!("{} {}", reason.words, self.stack.id_of(reason.component));
                let proofs = reason.dependency.evidence.iter().take(MOST_PROOFS);
                let proof = |proof: &Evidence| Link {
                    words: format!("{says}: {}", proof.why),
                    place: Some(proof.place.clone()),
                    component: None,
                };
                links.extend(proofs.map(proof));
                if reason.dependency.evidence.is_empty() {
                    links.push(Link { words: says, place: None, component: None });
                }
            } else if let Cause::Fault(index) = effect.because
                && let Some(fault) = self.played.faults.get(index)
            {
                links.push(self.fault(*fault));
            }
        }
        links
    }

    /// Along what it waited for last, to a repair of its own.
    fn why_back(&self, change: &Change) -> Vec<Link> {
        let restored = |component: ComponentIndex| {
            let recovery = self.played.recovery.as_ref()?;
            recovery.components.iter().find(|it| it.component == component)
        };
        let id = self.stack.id_of(change.component);
        let how = match change.turn {
            Turn::Serves => "serves again",
            Turn::Whole | Turn::Worse => "is as before",
        };
        let mut links = vec![self.component(change.component, format!("{id} {how} after {}", time_span(change.at)))];
        let mut seen = vec![change.component];
        let mut here = restored(change.component);
        while let Some(it) = here {
            let Some(next) = it.waits_for.filter(|next| !seen.contains(next)) else {
                let assumed = if it.assumed { ", by default figures in part" } else { "" };
                let of = self.stack.id_of(it.component);
                let words = match it.health {
                    Health::Down => format!("its own repair and start{assumed}"),
                    _ => format!("the repair of {of}{assumed}"),
                };
                links.push(Link { words, place: None, component: None });
                break;
            };
            seen.push(next);
            here = restored(next);
            let is_down = here.is_none_or(|it| it.health == Health::Down);
            let when = here.and_then(|it| if is_down { it.serves.p50 } else { it.whole.p50 });
            let when = when.map_or_else(String::new, |at| format!(", back after {}", time_span(at.get())));
            links.push(self.component(next, format!("waits for {}{when}", self.stack.id_of(next))));
        }
        links
    }

    fn component(&self, component: ComponentIndex, words: String) -> Link {
        let place = self.stack.system().component(component).and_then(|it| it.place.clone());
        Link { words, place, component: Some(component) }
    }

    fn fault(&self, fault: Fault) -> Link {
        let words = format!("fault: {}", scenario_words(&self.stack, &[fault]));
        Link { words, place: None, component: None }
    }

    /// What is going to fail, in words: `zone eu-west-1a`.
    pub fn faults_in_words(&self) -> String {
        scenario_words(&self.stack, &self.played.faults)
    }
}
