//! The instances of one component: how many are lost, each by itself or with its zone.

use foreshock_model::{Component, ComponentIndex, Layer, ZoneIndex};

use crate::Unit;
use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::durations::{self, Lasts};
use crate::diagram::holds::Hold;
use crate::diagram::recurrence::{self, Recurrence};
use crate::diagram::variables::{Collapsed, Lasting, Variable, Variables, can_fail};
use crate::layout::binomial;
use crate::layout::defaults::FOLLOWED_ZONES;
use crate::layout::own::{NEVER, Own, Promotion};

/// The instances of one component, placed.
pub(crate) struct Instances {
    component: u32,
    /// Variables of the instances followed one by one, with the instance.
    explicit: Vec<(u32, u32)>,
    /// The others are only counted.
    counted: Option<Counted>,
    /// The zones, in the order of their variables.
    zones: Vec<(u32, ZoneIndex)>,
    /// Thresholds of the counted instances that were made into variables.
    tails: Vec<Tail>,
}

/// Each of the instances that are only counted.
#[derive(Clone, Copy, Debug)]
struct Counted {
    probability: f64,
    answered: f64,
    lasts: Lasts,
    layer: Layer,
}

impl Counted {
    /// At least k of n: as given, and when people have to answer first.
    fn at_least(&self, k: u32, n: u32) -> [f64; 2] {
        [self.probability, self.answered].map(|each| binomial::at_least(k, n, each))
    }

    /// The same for so many seconds.
    fn at_least_for(&self, k: u32, n: u32, seconds: f64) -> [f64; 2] {
        let still = self.lasts.still(0.0, seconds);
        [self.probability, self.answered].map(|each| binomial::at_least(k, n, each * still))
    }

    /// How often at least k of n come to have failed for so many seconds, when people have to answer first.
    fn per_second(&self, k: u32, n: u32, seconds: f64) -> f64 {
        let each = self.lasts.recurrence(self.answered).per_second * self.lasts.outlasts(seconds);
        recurrence::at_least(k, n, self.answered * self.lasts.still(0.0, seconds), each)
    }

    /// What comes and goes so often and is there with this probability.
    fn recurrence(&self, per_second: f64, probability: f64, added: f64) -> Recurrence {
        let each = self.lasts.recurrence(self.answered);
        let stretch = if per_second > 0.0 { probability / per_second / each.mean() } else { each.stretch };
        Recurrence { stretch, ..each.times(added) }
    }
}

/// At least `k` of the counted instances fail, for so long, that are left when these zones are lost.
#[derive(Clone, Copy, Debug)]
struct Tail {
    lost: u32,
    k: u32,
    hold: Hold,
    function: Function,
    /// As given, and when people have to answer first.
    probability: [f64; 2],
    /// How often that comes to be, when people have to answer first.
    per_second: f64,
}

impl Instances {
    pub(crate) fn of(of: ComponentIndex, own: &Own, component: &Component, variables: &mut Variables) -> Instances {
        let mut instances =
            Instances { component: of.0, explicit: Vec::new(), counted: None, zones: Vec::new(), tails: Vec::new() };
        for &zone in own.zones.iter().take(own.instances as usize) {
            if let Some(variable) = variables.zone(zone)
                && !instances.zones.contains(&(variable, zone))
            {
                instances.zones.push((variable, zone));
            }
        }
        instances.zones.sort_unstable();
        let Some(figure) = component.reliability.instance.as_ref().filter(|figure| !own.countless && can_fail(figure))
        else {
            return instances;
        };
        let has_primary = own.promotion != Promotion::NotNeeded;
        let each = own.instances <= variables.explicit_instances;
        let explicit = if each { own.instances } else { u32::from(has_primary) };
        for index in 0..explicit {
            let unit = Unit::Instance { component: of, index };
            instances.explicit.push((variables.add_figure(unit, figure, Some(component)), index));
        }
        if explicit < own.instances {
            instances.counted = Some(Counted {
                probability: figure.unavailability.get(),
                answered: durations::answered(figure, &component.recovery),
                lasts: Lasts::of(Unit::Instance { component: of, index: 0 }, figure, Some(component)),
                layer: figure.layer,
            });
        }
        instances
    }

    /// The primary is lost for so long, by itself or with its zone.
    pub(crate) fn primary_lost(
        &self,
        own: &Own,
        hold: Hold,
        variables: &Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        let mut lost = match self.explicit.first() {
            Some(&(variable, _)) => variables.event(variable, hold, bdd)?,
            None => Function::NEVER,
        };
        if let Some(zone) = own.zone_of(0).and_then(|zone| variables.zone(zone)) {
            let zone = variables.event(zone, hold, bdd)?;
            lost = bdd.or(lost, zone)?;
        }
        Ok(lost)
    }

    /// At least `count` instances are lost for so long, each by itself or with its zone.
    pub(crate) fn lost_at_least(
        &mut self,
        count: u32,
        own: &Own,
        hold: Hold,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        if count == 0 {
            return Ok(Function::ALWAYS);
        }
        if count == NEVER || count > own.instances {
            return Ok(Function::NEVER);
        }
        let followed = self.zones.len().min(FOLLOWED_ZONES);
        let mut cases = Vec::with_capacity(1 << followed);
        for lost in 0u32..1 << followed {
            cases.push(self.with_zones_lost(lost, count, own, hold, variables, bdd)?);
        }
        for bit in (0..followed).rev() {
            let Some(&(zone, _)) = self.zones.get(bit) else { break };
            let run = variables.run(zone, hold);
            let highs = cases.split_off(1 << bit);
            for (case, high) in cases.iter_mut().zip(highs) {
                *case = bdd.decide_all(&run, *case, high)?;
            }
        }
        Ok(cases.first().copied().unwrap_or(Function::NEVER))
    }

    fn with_zones_lost(
        &mut self,
        lost: u32,
        count: u32,
        own: &Own,
        hold: Hold,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        let failed = |zone: ZoneIndex| {
            let bit = self.zones.iter().position(|&(_, known)| known == zone);
            bit.is_some_and(|bit| bit < FOLLOWED_ZONES && lost >> bit & 1 == 1)
        };
        let gone = own.placed_in(0..own.instances, failed);
        let needed = count.saturating_sub(gone);
        if needed == 0 {
            return Ok(Function::ALWAYS);
        }
        let left = |&&(_, instance): &&(u32, u32)| !own.zone_of(instance).is_some_and(failed);
        let runs: Vec<Vec<u32>> =
            self.explicit.iter().filter(left).map(|&(variable, _)| variables.run(variable, hold)).collect();
        let Some(each) = self.counted else { return threshold(needed, &runs, &[], bdd) };
        let first = self.explicit.len() as u32;
        let counted = own.instances - first - own.placed_in(first..own.instances, failed);
        let fewest = needed.saturating_sub(runs.len() as u32);
        let mut tails = Vec::new();
        for k in (fewest..=needed).rev() {
            tails.push(self.tail(lost, k, (counted, each), hold, variables, bdd)?);
        }
        tails.reverse();
        threshold(needed, &runs, &tails, bdd)
    }

    /// At least `k` of the counted instances that are left when these zones are lost fail for so long.
    ///
    /// Cases with different zones lost exclude each other, so that their events need not know of each other; within a
    /// case a milder threshold is the stricter one or an independent remainder, which gives both their joint law.
    fn tail(
        &mut self,
        lost: u32,
        k: u32,
        (counted, each): (u32, Counted),
        hold: Hold,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        if k == 0 || k > counted {
            return Ok(if k == 0 { Function::ALWAYS } else { Function::NEVER });
        }
        let known = |tail: &&Tail| (tail.lost, tail.k, tail.hold) == (lost, k, hold);
        if let Some(known) = self.tails.iter().find(known) {
            return Ok(known.function);
        }
        if hold != Hold::NONE {
            return self.lasting_tail(lost, k, (counted, each), hold, variables, bdd);
        }
        // Thresholds are asked for from the strictest to the mildest.
        let stricter = |tail: &&Tail| tail.lost == lost && tail.k > k && tail.hold == Hold::NONE;
        let nothing = Tail { lost, k, hold, function: Function::NEVER, probability: [0.0; 2], per_second: 0.0 };
        let stricter = self.tails.iter().rev().find(stricter).copied().unwrap_or(nothing);
        let rest = |all: f64, known: f64| if known < 1.0 { ((all - known) / (1.0 - known)).max(0.0) } else { 0.0 };
        let probability = each.at_least(k, counted);
        let answered = rest(probability[1], stricter.probability[1]);
        let per_second = each.per_second(k, counted, 0.0);
        // While the stricter one holds, the remainder changes nothing.
        let added =
            recurrence::missing(per_second, (1.0 - answered) * stricter.per_second, 1.0 - stricter.probability[1]);
        let collapsed = Collapsed { component: self.component, at_least: k, of: counted };
        let variable = variables.add_brief(Variable {
            answered,
            instances_of: Some(collapsed),
            recurrence: each.recurrence(per_second, probability[1], added),
            ..Variable::plain(rest(probability[0], stricter.probability[0]), each.layer)
        });
        let event = bdd.variable(variable)?;
        let function = bdd.or(stricter.function, event)?;
        self.tails.push(Tail { lost, k, hold, function, probability, per_second });
        Ok(function)
    }

    /// The same for a time. Each threshold by itself has its exact probability; the joint law of several thresholds that
    /// last is not followed.
    fn lasting_tail(
        &mut self,
        lost: u32,
        k: u32,
        (counted, each): (u32, Counted),
        hold: Hold,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        self.tail(lost, k, (counted, each), Hold::NONE, variables, bdd)?;
        // Holds are asked for from the shortest to the longest.
        let shorter = |tail: &&Tail| (tail.lost, tail.k) == (lost, k);
        let Some(shorter) = self.tails.iter().rev().find(shorter).copied() else { return Ok(Function::ALWAYS) };
        let seconds = variables.seconds(hold);
        let probability = each.at_least_for(k, counted, seconds);
        let given = |index: usize| {
            let (now, before) = (probability.get(index), shorter.probability.get(index));
            now.zip(before).map_or(1.0, |(now, before)| if *before > 0.0 { (now / before).min(1.0) } else { 0.0 })
        };
        let collapsed = Collapsed { component: self.component, at_least: k, of: counted };
        let of = variables.list.iter().rposition(|variable| variable.instances_of == Some(collapsed)).unwrap_or(0);
        let per_second = each.per_second(k, counted, seconds);
        let added = recurrence::missing(per_second, given(1) * shorter.per_second, shorter.probability[1]);
        let variable = variables.add_brief(Variable {
            answered: given(1),
            lasting: Some(Lasting { of: of as u32, usually: each.lasts.usually(seconds) }),
            recurrence: each.recurrence(per_second, probability[1], added),
            ..Variable::plain(given(0), each.layer)
        });
        let event = bdd.variable(variable)?;
        let function = bdd.and(shorter.function, event)?;
        self.tails.push(Tail { lost, k, hold, function, probability, per_second });
        Ok(function)
    }
}

/// At least `count` of the runs, each of which is one event, where `tails[i]` tells that at least `i` more happened than
/// fit in the rest.
fn threshold(count: u32, runs: &[Vec<u32>], tails: &[Function], bdd: &mut Bdd) -> Result<Function, OverBudget> {
    let fewest = (count as usize).saturating_sub(runs.len());
    let mut rows: Vec<Function> = (0..=count as usize)
        .map(|needed| match (needed, tails) {
            (0, _) => Function::ALWAYS,
            (_, []) => Function::NEVER,
            _ => needed.checked_sub(fewest).and_then(|index| tails.get(index)).copied().unwrap_or(Function::NEVER),
        })
        .collect();
    for run in runs.iter().rev() {
        for needed in (1..rows.len()).rev() {
            let (Some(&stay), Some(&less)) = (rows.get(needed), rows.get(needed - 1)) else { continue };
            let row = bdd.decide_all(run, stay, less)?;
            if let Some(slot) = rows.get_mut(needed) {
                *slot = row;
            }
        }
    }
    Ok(rows.last().copied().unwrap_or(Function::NEVER))
}
