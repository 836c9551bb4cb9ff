//! One run of a cascade: the faults hit, what they do spreads in time order, and what is up only by mutual support falls.

use crate::Fault;
use crate::cascade::event::Via;
use crate::cascade::frozen::Frozen;
use crate::cascade::scratch::Scratch;

impl Frozen {
    /// Runs the cascade of these faults; the result stays in `scratch` until the next run. O(V + E) steps over what the
    /// faults reach, without allocating once the scratch has grown. Latency, traffic and errors cost what
    /// their modes do.
    pub fn run(&self, faults: &[Fault], scratch: &mut Scratch) {
        scratch.begin(self);
        for (index, &fault) in faults.iter().enumerate() {
            self.collect(fault, index as u32, scratch);
        }
        scratch.hits.sort_unstable();
        self.fail_requests(faults, scratch);
        self.flood(faults, scratch);
        self.slow_down(faults, scratch);
        let hits = std::mem::take(&mut scratch.hits);
        for hits in hits.chunk_by(|first, second| first.0 == second.0) {
            self.inject(hits, scratch);
        }
        scratch.hits = hits;
        self.load(scratch);
        for index in 0..scratch.cuts.len() {
            if let Some(&(edge, fault)) = scratch.cuts.get(index) {
                self.lose(edge, Via::FaultAtEdge(edge, fault), None, scratch);
            }
        }
        for index in 0..scratch.slow.timeouts.len() {
            if let Some(&(edge, parent)) = scratch.slow.timeouts.get(index) {
                self.lose(edge, Via::Timeout(edge), parent, scratch);
            }
        }
        self.propagate(scratch);
        self.tell_errors(scratch);
    }

    pub(crate) fn propagate(&self, scratch: &mut Scratch) {
        let mut now = 0.0;
        loop {
            self.propagate_until_quiet(&mut now, scratch);
            if !self.uphold(now, true, scratch) {
                return;
            }
        }
    }

    fn propagate_until_quiet(&self, now: &mut f64, scratch: &mut Scratch) {
        while let Some(event) = scratch.events.pop() {
            *now = event.at;
            #[cfg(test)]
            {
                scratch.events_taken += 1;
            }
            match event.via {
                Via::Fault(_) | Via::Slow(_) | Via::Traffic(_) | Via::Errors(_) => {
                    if let Some(because) = event.via.cause(&self.layout) {
                        self.raise(&event, event.health, event.lost_function, because, scratch);
                    }
                }
                Via::FaultAtEdge(edge, _) | Via::Timeout(edge) | Via::Edge(edge) => self.arrive(&event, edge, scratch),
            }
            if scratch.looks.is_touched() && scratch.events.peek().is_none_or(|next| next.at > event.at) {
                self.uphold(event.at, false, scratch);
            }
        }
    }
}
