//! The probability of an event when so many instances have failed, every choice of them equally likely.
//!
//! Independent failures have a probability each; drawn ones do not, since one that is drawn leaves fewer for the others. So
//! each node of the diagram has one number for every k: the probability of its function when k of the instances at and
//! below it are drawn. A variable is drawn with probability k/m, where m is how many instances are left; what a way leaves
//! out is put in by the same rule (the hypergeometric law). All terms are positive, so that small numbers keep their digits.

use crate::Unit;
use crate::diagram::bdd::{Function, Live, OverBudget};
use crate::diagram::variables::Variable;

/// What a variable is when instances are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// One instance.
    Instance,
    /// At least `from` and fewer than `below` of `of` equal instances, of which `rest` instances come later.
    Counted { from: u32, below: u32, of: u32, rest: u32, is_first: bool },
    /// Something that is not drawn, with its own probability.
    Chance(f64),
}

/// Functions whose variables are instances that can be drawn.
pub(crate) struct Drawn<'a> {
    live: &'a Live,
    kinds: Vec<Kind>,
    /// How many instances there are at and below each variable.
    below: Vec<u32>,
    /// So many are drawn.
    drawn: u32,
    /// What is drawn stays, the others are lost: the fewer are followed.
    draws_survivors: bool,
    /// For each place of the diagram its numbers by k, and at how many instances.
    values: Vec<(Vec<f64>, u32)>,
    work_left: u64,
}

/// The probabilities of some functions with `lost` of `all` instances lost, uniformly at random; what else can happen
/// does with the probability that `chance` gives. No more than so many multiplications.
pub(crate) fn probabilities(
    live: &Live,
    roots: &[Function],
    list: &[Variable],
    chance: impl Fn(&Variable) -> f64,
    (lost, all): (u32, u32),
    work: u64,
) -> Result<Vec<f64>, OverBudget> {
    let (kinds, below) = kinds(list, chance)?;
    let draws_survivors = lost > all / 2;
    let drawn = if draws_survivors { all.saturating_sub(lost) } else { lost };
    let values = vec![(Vec::new(), 0); live.nodes().count() + 2];
    let mut it = Drawn { live, kinds, below, drawn, draws_survivors, values, work_left: work };
    it.solve(roots)?;
    roots.iter().map(|&root| it.at_root(root, all)).collect()
}

/// What each variable is, and how many instances there are at and below it.
fn kinds(list: &[Variable], chance: impl Fn(&Variable) -> f64) -> Result<(Vec<Kind>, Vec<u32>), OverBudget> {
    let mut kinds: Vec<Kind> = Vec::with_capacity(list.len());
    let mut sizes = vec![0u32; list.len()];
    // The thresholds of one component follow each other, the strictest first.
    let mut before: Option<(u32, u32)> = None;
    for (variable, size) in list.iter().zip(&mut sizes) {
        kinds.push(match (variable.instances_of, variable.unit) {
            (Some(counted), _) if variable.lasting.is_none() => {
                let stricter = before.filter(|&(component, _)| component == counted.component);
                let below = stricter.map_or(counted.of.saturating_add(1), |(_, from)| from);
                if counted.at_least >= below {
                    return Err(OverBudget);
                }
                before = Some((counted.component, counted.at_least));
                if stricter.is_none() {
                    *size = counted.of;
                }
                Kind::Counted { from: counted.at_least, below, of: counted.of, rest: 0, is_first: stricter.is_none() }
            }
            (_, Some(Unit::Instance { .. })) => {
                *size = 1;
                Kind::Instance
            }
            _ => Kind::Chance(chance(variable)),
        });
    }
    let mut below = vec![0u32; list.len() + 1];
    for (index, size) in sizes.iter().enumerate().rev() {
        let rest = below.get(index + 1).copied().unwrap_or(0);
        if let Some(slot) = below.get_mut(index) {
            *slot = rest.checked_add(*size).ok_or(OverBudget)?;
        }
    }
    for (kind, after) in kinds.iter_mut().zip(below.iter().skip(1)) {
        if let Kind::Counted { rest, .. } = kind {
            *rest = *after;
        }
    }
    Ok((kinds, below))
}

impl Drawn<'_> {
    /// All nodes, those of the last variables first.
    fn solve(&mut self, roots: &[Function]) -> Result<(), OverBudget> {
        let nodes: Vec<(u32, u32, u32)> = self.live.nodes().collect();
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(nodes.get(index).map(|node| node.0)));
        let mut wanted = vec![0u32; nodes.len() + 2];
        let children = nodes.iter().flat_map(|&(_, low, high)| [low, high]);
        for place in children.chain(roots.iter().map(|&root| self.live.place(root))) {
            if let Some(wanted) = wanted.get_mut(place as usize) {
                *wanted += 1;
            }
        }
        for index in order {
            let Some(&(variable, low, high)) = nodes.get(index) else { continue };
            let values = self.node(variable, low, high)?;
            if let Some(slot) = self.values.get_mut(index + 2) {
                *slot = (values, self.below.get(variable as usize).copied().unwrap_or(0));
            }
            for child in [low, high] {
                // What nobody asks for any more is let go of: only a front of the diagram is held.
                if let (Some(wanted), Some(slot)) =
                    (wanted.get_mut(child as usize), self.values.get_mut(child as usize))
                {
                    *wanted = wanted.saturating_sub(1);
                    if *wanted == 0 {
                        slot.0 = Vec::new();
                    }
                }
            }
        }
        Ok(())
    }

    fn node(&mut self, variable: u32, low: u32, high: u32) -> Result<Vec<f64>, OverBudget> {
        let kind = self.kinds.get(variable as usize).copied().unwrap_or(Kind::Chance(0.0));
        let here = self.below.get(variable as usize).copied().unwrap_or(0);
        match kind {
            Kind::Chance(p) => {
                self.lift(low, here)?;
                self.lift(high, here)?;
                self.spend(self.width(here))?;
                Ok((0..self.width(here)).map(|k| (1.0 - p) * self.value(low, k) + p * self.value(high, k)).collect())
            }
            Kind::Instance => {
                let rest = here.saturating_sub(1);
                self.lift(low, rest)?;
                self.lift(high, rest)?;
                self.spend(self.width(here))?;
                let (drawn, other) = if self.draws_survivors { (low, high) } else { (high, low) };
                Ok((0..self.width(here))
                    .map(|k| {
                        let share = k as f64 / f64::from(here.max(1));
                        let with = if k > 0 { share * self.value(drawn, k - 1) } else { 0.0 };
                        with + if share < 1.0 { (1.0 - share) * self.value(other, k) } else { 0.0 }
                    })
                    .collect())
            }
            Kind::Counted { from, below, of, rest, .. } => {
                self.lift(high, rest)?;
                let next = self.milder(variable, low);
                if !next {
                    self.lift(low, rest)?;
                }
                // In terms of what is drawn: so many lost are so many others left.
                let range = |lost: std::ops::Range<u32>| {
                    if self.draws_survivors {
                        (of + 1).saturating_sub(lost.end)..(of + 1).saturating_sub(lost.start)
                    } else {
                        lost
                    }
                };
                let (fail, stand) = (range(from..below), range(0..from));
                let all = of.saturating_add(rest);
                let mut values = Vec::with_capacity(self.width(all));
                for k in 0..self.width(all) {
                    let weights = hypergeometric(of, rest, k as u32);
                    self.work_left = self.work_left.checked_sub(weights.1.len() as u64 + 1).ok_or(OverBudget)?;
                    let mut sum = if next { self.value(low, k) } else { 0.0 };
                    for (count, weight) in (weights.0..).zip(&weights.1) {
                        let rest = k - count as usize;
                        if fail.contains(&count) {
                            sum += weight * self.value(high, rest);
                        } else if !next && stand.contains(&count) {
                            sum += weight * self.value(low, rest);
                        }
                    }
                    values.push(sum);
                }
                Ok(values)
            }
        }
    }

    /// Whether this is the next milder threshold of the same instances, which is asked only where the stricter one is not
    /// reached.
    fn milder(&self, variable: u32, place: u32) -> bool {
        let Some((other, ..)) = (place as usize).checked_sub(2).and_then(|index| self.live.node(index)) else {
            return false;
        };
        let is_counted = matches!(self.kinds.get(other as usize), Some(Kind::Counted { is_first: false, .. }));
        is_counted && other == variable + 1
    }

    fn width(&self, instances: u32) -> usize {
        self.drawn.min(instances) as usize + 1
    }

    fn value(&self, place: u32, k: usize) -> f64 {
        match place {
            0 => 0.0,
            1 => 1.0,
            _ => self.values.get(place as usize).and_then(|(values, _)| values.get(k)).copied().unwrap_or(0.0),
        }
    }

    fn spend(&mut self, work: usize) -> Result<(), OverBudget> {
        self.work_left = self.work_left.checked_sub(work as u64).ok_or(OverBudget)?;
        Ok(())
    }

    /// Brings a node's numbers to more instances, on which it does not depend.
    fn lift(&mut self, place: u32, to: u32) -> Result<(), OverBudget> {
        if place < 2 {
            return Ok(());
        }
        if let Some((variable, ..)) = self.live.node(place as usize - 2)
            && matches!(self.kinds.get(variable as usize), Some(Kind::Counted { is_first: false, .. }))
        {
            // A milder threshold is only known below the stricter one.
            return Err(OverBudget);
        }
        let (width, drawn) = (self.width(to), self.drawn);
        let Some((values, at)) = self.values.get_mut(place as usize) else { return Ok(()) };
        let steps = to.saturating_sub(*at) as usize;
        let by_steps = steps.saturating_mul(width);
        let at_once = 4 * width.saturating_mul(width);
        self.work_left = self.work_left.checked_sub(by_steps.min(at_once) as u64).ok_or(OverBudget)?;
        if by_steps <= at_once {
            while *at < to {
                *at += 1;
                if values.len() <= drawn.min(*at) as usize {
                    values.push(0.0);
                }
                for k in (0..values.len()).rev() {
                    let share = k as f64 / f64::from(*at);
                    let less = k.checked_sub(1).and_then(|less| values.get(less)).copied().unwrap_or(0.0);
                    if let Some(slot) = values.get_mut(k) {
                        *slot = share * less + (1.0 - share) * *slot;
                    }
                }
            }
            return Ok(());
        }
        let lifted = (0..width).map(|k| mixed(values, *at, to - *at, k as u32)).collect();
        (*values, *at) = (lifted, to);
        Ok(())
    }

    /// With so many of all instances lost, also of those that no function depends on.
    fn at_root(&mut self, root: Function, all: u32) -> Result<f64, OverBudget> {
        let place = self.live.place(root);
        match self.values.get(place as usize) {
            Some((values, at)) if place > 1 => Ok(mixed(values, *at, all.saturating_sub(*at), self.drawn)),
            _ => Ok(self.value(place, 0)),
        }
    }
}

/// The mean of `values` by how many of `drawn` are among `of` instances and not among `others`.
fn mixed(values: &[f64], of: u32, others: u32, drawn: u32) -> f64 {
    let (first, weights) = hypergeometric(of, others, drawn);
    let at = |count: u32| values.get(count as usize).copied().unwrap_or(0.0);
    (first..).zip(&weights).map(|(count, weight)| weight * at(count)).sum()
}

/// How many of `drawn` are among `of` instances, `others` being the rest: the least number, and the probabilities from
/// there on. By the ratio of neighbours from the likeliest on, so that there are only positive terms.
fn hypergeometric(of: u32, others: u32, drawn: u32) -> (u32, Vec<f64>) {
    let (n, rest, k) = (f64::from(of), f64::from(others), f64::from(drawn));
    let (least, most) = (drawn.saturating_sub(others), drawn.min(of));
    if most <= least {
        return (least.min(most), vec![1.0]);
    }
    let mode = ((k + 1.0) * (n + 1.0) / (n + rest + 2.0)).floor() as u32;
    let mode = mode.clamp(least, most);
    let mut weights = vec![0.0; (most - least) as usize + 1];
    let up = |c: f64| (n - c) * (k - c) / ((c + 1.0) * (rest - k + c + 1.0));
    let mut put = |count: u32, weight: f64| {
        if let Some(slot) = weights.get_mut((count - least) as usize) {
            *slot = weight;
        }
    };
    let (mut sum, mut weight) = (1.0, 1.0);
    put(mode, 1.0);
    for count in mode..most {
        weight *= up(f64::from(count));
        put(count + 1, weight);
        sum += weight;
    }
    weight = 1.0;
    for count in (least..mode).rev() {
        weight /= up(f64::from(count));
        put(count, weight);
        sum += weight;
    }
    weights.iter_mut().for_each(|weight| *weight /= sum);
    (least, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hypergeometric_law_by_hand() {
        // 2 of 5 drawn, 3 of them of one sort: 1/10, 6/10, 3/10.
        let (first, weights) = hypergeometric(3, 2, 2);
        assert_eq!(first, 0);
        for (weight, expected) in weights.iter().zip([0.1, 0.6, 0.3]) {
            assert!((weight - expected).abs() < 1e-15, "{weights:?}");
        }
        // All are drawn.
        assert_eq!(hypergeometric(3, 2, 5), (3, vec![1.0]));
        // More than there are others: at least one.
        assert_eq!(hypergeometric(3, 2, 3).0, 1);
        // Far too many for products of factorials.
        let (first, weights) = hypergeometric(40_000, 60_000, 10_000);
        let mean: f64 = (first..).zip(&weights).map(|(count, weight)| f64::from(count) * weight).sum();
        assert!((mean - 4_000.0).abs() < 1e-8, "{mean}");
    }
}
