//! Pairs of faults from what each came to by itself.
//!
//! Every rule of the cascade but four takes the worst of its parts, and so does a pair: each component is as bad as with
//! the worse of both faults. The four are losses of instances that add up, a caller that one fault makes hot and
//! another one overloads, partial weights that add up, and groups. Where two faults do not meet at such a point, or what
//! the point adds up to is no worse than what its component is anyway, the worst of both is a fixpoint of the rules with
//! both faults; it is below the least one, since more faults never heal; so it is the least one. Everything else is run.
//! (Only for faults that modes have no part in.)

use crate::Health;
use crate::assess::measure::Measure;
use crate::cascade::frozen::Frozen;
use crate::cascade::stamped::grow;
use crate::cascade::state::State;
use crate::sweep::record::{At, NO_EDGE, Record, Touched};

/// What a pair comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Joined {
    pub(crate) loss: f64,
    pub(crate) affected: u32,
    pub(crate) down: u32,
}

/// The first of two faults, laid out for pairing it with many others.
#[derive(Debug, Default)]
pub(crate) struct Row {
    epoch: u32,
    touched: Vec<(u32, u32)>,
    points: Vec<(u32, u32)>,
    lost_at: Vec<(u32, f64)>,
}

/// More than one edge leads to a point.
const SEVERAL: u32 = u32::MAX - 1;

/// The place of a point among all of them.
fn place(frozen: &Frozen, at: At) -> usize {
    let components = frozen.layout.own.len();
    match at {
        At::Own(component) => component as usize,
        At::Partials(component) => components + component as usize,
        At::Group(group) => 2 * components + group as usize,
    }
}

impl Row {
    /// Lays out the first fault.
    pub(crate) fn start(&mut self, frozen: &Frozen, first: &Record) {
        if self.epoch == u32::MAX {
            *self = Row::default();
        }
        self.epoch += 1;
        grow(&mut self.touched, frozen.layout.own.len());
        grow(&mut self.points, 2 * frozen.layout.own.len() + frozen.layout.groups.len());
        for (place, touched) in first.touched.iter().enumerate() {
            if let Some(slot) = self.touched.get_mut(touched.component() as usize) {
                *slot = (self.epoch, place as u32);
            }
        }
        for point in &first.points {
            if let Some(slot) = self.points.get_mut(place(frozen, point.at)) {
                *slot = (self.epoch, if slot.0 == self.epoch { SEVERAL } else { point.edge });
            }
        }
    }

    fn of_component(&self, first: &Record, component: u32) -> Option<Touched> {
        let &(epoch, place) = self.touched.get(component as usize)?;
        if epoch == self.epoch { first.touched.get(place as usize).copied() } else { None }
    }

    /// What the pair comes to; none when it has to be run. `first` is what the row was started with.
    pub(crate) fn with(
        &mut self,
        frozen: &Frozen,
        first: &Record,
        second: &Record,
        measure: &Measure,
    ) -> Option<Joined> {
        for point in &second.points {
            let Some(&(epoch, edge)) = self.points.get(place(frozen, point.at)) else { continue };
            let meet = epoch == self.epoch && (edge != point.edge || edge == NO_EDGE);
            if meet && !frozen.adds_nothing(point.at, |component| self.state(frozen, first, second, component)) {
                return None;
            }
        }
        let mut affected = first.touched.len() as u32;
        let mut down = first.down;
        for touched in &second.touched {
            let is_down = touched.health() == Health::Down;
            match self.of_component(first, touched.component()) {
                None => {
                    affected += 1;
                    down += u32::from(is_down);
                }
                Some(known) => down += u32::from(is_down && known.health() < Health::Down),
            }
        }
        Some(Joined { loss: self.loss(first, second, measure), affected, down })
    }

    fn state(&self, frozen: &Frozen, first: &Record, second: &Record, component: u32) -> State {
        let mut state = frozen.base.states.get(component as usize).copied().unwrap_or_default();
        let both = [self.of_component(first, component), second.of_component(component)];
        for touched in both.into_iter().flatten() {
            state.health = state.health.max(touched.health());
            state.lost_function |= touched.function_lost();
        }
        state
    }

    /// The entries of both, in the order of the basis, each as bad as with the worse of both.
    fn loss(&mut self, first: &Record, second: &Record, measure: &Measure) -> f64 {
        if second.entries.is_empty() {
            return first.loss;
        }
        if first.entries.is_empty() {
            return second.loss;
        }
        let mut lost_at = std::mem::take(&mut self.lost_at);
        lost_at.clear();
        let (mut mine, mut theirs) = (first.entries.iter().peekable(), second.entries.iter().peekable());
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (Some(one), Some(two)) if one.place <= two.place => {
                    if one.place == two.place {
                        theirs.next();
                    }
                    mine.next()
                }
                (_, Some(_)) => theirs.next(),
                (Some(_), None) => mine.next(),
                (None, None) => None,
            };
            let Some(entry) = next else { break };
            let both = [self.of_component(first, entry.component), second.of_component(entry.component)];
            let known = both.into_iter().flatten();
            let (health, function_lost) = known.fold((Health::Healthy, false), |(health, lost), touched| {
                (health.max(touched.health()), lost || touched.function_lost())
            });
            lost_at.push((entry.place, entry.weight * crate::layout::score::service_lost(health, function_lost)));
        }
        let loss = measure.total(&lost_at);
        self.lost_at = lost_at;
        loss
    }
}
