//! 64 cases at a time: the equations over words, each bit of which is one case.

use foreshock_model::System;

use crate::diagram::bdd::{Bdd, Live, OverBudget};
use crate::diagram::budget::Budget;
use crate::diagram::equations::{Algebra, Cycles, OwnParts, Plan, Solution, Wanted, solve};
use crate::diagram::order::Order;
use crate::diagram::variables::Variables;
use crate::layout::arrays::Layout;
use crate::layout::contribution::partials_too_heavy;

/// How many cases a word holds.
pub(crate) const LANES: usize = 64;

/// The rules, for 64 cases.
struct Lanes;

impl Algebra for Lanes {
    type Event = u64;
    const NEVER: u64 = 0;
    const ALWAYS: u64 = u64::MAX;
    const CYCLES: Cycles = Cycles::Iterate;

    fn any(&mut self, events: &[u64]) -> Result<u64, OverBudget> {
        Ok(events.iter().fold(0, |any, event| any | event))
    }

    fn both(&mut self, first: u64, second: u64) -> Result<u64, OverBudget> {
        Ok(first & second)
    }

    fn at_least(&mut self, count: u32, events: &[u64]) -> Result<u64, OverBudget> {
        // Counters of all cases side by side, a digit of all in a word.
        let mut digits = [0u64; 32];
        for event in events {
            let mut carry = *event;
            for digit in &mut digits {
                (*digit, carry) = (*digit ^ carry, *digit & carry);
                if carry == 0 {
                    break;
                }
            }
        }
        let (mut more, mut equal) = (0u64, u64::MAX);
        for (place, digit) in digits.iter().enumerate().rev() {
            if count >> place & 1 == 1 {
                equal &= digit;
            } else {
                more |= equal & digit;
                equal &= !digit;
            }
        }
        Ok(more | equal)
    }

    fn too_heavy(&mut self, events: &[(u64, u64)]) -> Result<u64, OverBudget> {
        let heavy = |lane: &usize| {
            let lost = events.iter().filter(|(_, event)| event >> lane & 1 == 1).map(|(weight, _)| weight);
            partials_too_heavy(lost.sum())
        };
        Ok((0..LANES).filter(heavy).fold(0, |word, lane| word | 1 << lane))
    }
}

/// A system laid out for running many cases.
pub(crate) struct Cases<'a> {
    layout: &'a Layout,
    plan: Plan,
    pub(crate) variables: Variables,
    live: Live,
}

impl<'a> Cases<'a> {
    /// The cases of these components; none where a component's own part is too large.
    pub(crate) fn of(system: &System, layout: &'a Layout, roots: &[u32]) -> Option<Cases<'a>> {
        let plan = Plan::for_roots(layout, roots, Wanted::of(layout), Order::Topological.of(layout, roots));
        let mut bdd = Bdd::new(Budget::BRIEF.nodes, Budget::BRIEF.work);
        let variables =
            Variables::of(system, layout, plan.components(), plan.holds(), Budget::BRIEF.instances, &mut bdd);
        let live = bdd.live(variables.own.events());
        variables.complete.then_some(Cases { layout, plan, variables, live })
    }

    /// What 64 cases come to, with these values of the variables.
    pub(crate) fn run(&self, variables: &[u64]) -> Solution<u64> {
        self.solve(&self.own(variables))
    }

    fn own(&self, variables: &[u64]) -> OwnParts<u64> {
        let values = self.live.words(variables);
        self.variables.own.map(|function| values.get(self.live.place(function) as usize).copied().unwrap_or(0))
    }

    fn solve(&self, own: &OwnParts<u64>) -> Solution<u64> {
        // Words can't grow too large.
        solve(self.layout, &self.plan, own, &mut Lanes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_sums_in_every_lane() {
        let events: Vec<u64> = (0..7).map(|index| 0x9e37_79b9_7f4a_7c15u64.rotate_left(index * 9)).collect();
        for count in 0..9 {
            let word = Lanes.at_least(count, &events).unwrap();
            for lane in 0..LANES {
                let happened = events.iter().filter(|event| *event >> lane & 1 == 1).count();
                assert_eq!(word >> lane & 1 == 1, happened >= count as usize);
            }
        }
        let weighed: Vec<(u64, u64)> = events.iter().map(|event| (150_000_000, *event)).collect();
        // 0.15 each: too heavy from four on.
        assert_eq!(Lanes.too_heavy(&weighed).unwrap(), Lanes.at_least(4, &events).unwrap());
    }
}
