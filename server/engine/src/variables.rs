//! The basic events as variables of a decision diagram, and each component's own part as functions of them.

use foreshock_model::{Component, ComponentIndex, DomainIndex, Figure, Layer, RegionIndex, Source, System, ZoneIndex};
use rustc_hash::FxHashMap;

use crate::bdd::{Bdd, Function, OverBudget};
use crate::binomial;
use crate::defaults::{EXPLICIT_INSTANCES, FOLLOWED_ZONES, ZONE_UNAVAILABILITY};
use crate::frozen::Frozen;
use crate::own::{NEVER, Own, Promotion};
use crate::{Unit, durations, own};

/// One variable. Its index is its place in the order: zones and domains first, then the components, callers before
/// what they call, so that a caller's function is its own events on top of what it calls.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The unit; none for an event made of many equal instances, or of a zone that nobody names.
    pub(crate) unit: Option<Unit>,
    /// Probability of failure, as given.
    pub(crate) probability: f64,
    /// The same where each repair begins only when a person has answered (semantics, section 5, L4); never less.
    pub(crate) answered: f64,
    pub(crate) layer: Layer,
    /// An event of many instances: the component's instance units, collapsed.
    pub(crate) instances_of: Option<Collapsed>,
    /// A component's standby is being promoted: not a unit, and no part of the structure.
    pub(crate) promotes: Option<u32>,
}

/// At least so many of many equal instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Collapsed {
    /// Whose instances.
    pub(crate) component: u32,
    pub(crate) at_least: u32,
    pub(crate) of: u32,
}

impl Variable {
    /// The probability as the structure has it: promotions take no time.
    pub(crate) fn structural(&self) -> f64 {
        if self.promotes.is_some() { 0.0 } else { self.probability }
    }
}

/// What a component does by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnFunctions {
    pub(crate) down: Function,
    /// At least OVERLOADED.
    pub(crate) overloaded: Function,
    /// Known to be above 70 %.
    pub(crate) hot: Function,
}

/// All variables of a system, and the own parts made of them.
pub(crate) struct Variables {
    pub(crate) list: Vec<Variable>,
    pub(crate) own: Vec<OwnFunctions>,
    /// Whether every own part was small enough; the others are taken as always DOWN.
    pub(crate) complete: bool,
    zones: FxHashMap<ZoneIndex, u32>,
    domains: Vec<Option<u32>>,
    regions: Vec<Option<u32>>,
}

impl Variables {
    /// The variables of the components in `order` (callers first); those not in it never fail.
    pub(crate) fn of(system: &System, frozen: &Frozen, order: &[u32], bdd: &mut Bdd) -> Variables {
        let is_used = |members: &Vec<ComponentIndex>| !members.is_empty();
        let zones = frozen.zone_members.iter().map(is_used);
        let mut variables = Variables::shared(system, zones, frozen.domain_members.iter().map(is_used));
        for (index, (region, members)) in system.regions.iter().zip(&frozen.region_members).enumerate() {
            let unit = Unit::Region(RegionIndex(index as u32));
            let figure = region.figure.as_ref().filter(|figure| is_used(members) && can_fail(figure));
            let variable = figure.map(|figure| variables.add_figure(unit, figure));
            variables.regions.push(variable);
        }
        let nothing = OwnFunctions { down: Function::NEVER, overloaded: Function::NEVER, hot: Function::NEVER };
        variables.own = vec![nothing; frozen.own.len()];
        let worst_zone = worst_zone(system);
        for &index in order {
            let (Some(component), Some(own)) = (system.components.get(index as usize), frozen.own.get(index as usize))
            else {
                continue;
            };
            let functions = variables.own_part(index, component, own, worst_zone, bdd).unwrap_or_else(|OverBudget| {
                variables.complete = false;
                let always = Function::ALWAYS;
                OwnFunctions { down: always, overloaded: always, hot: always }
            });
            if let Some(slot) = variables.own.get_mut(index as usize) {
                *slot = functions;
            }
        }
        variables
    }

    /// The variables of the zones and domains that are used.
    fn shared(system: &System, zones: impl Iterator<Item = bool>, domains: impl Iterator<Item = bool>) -> Variables {
        let mut variables = Variables {
            list: Vec::new(),
            own: Vec::new(),
            complete: true,
            zones: FxHashMap::default(),
            domains: Vec::new(),
            regions: Vec::new(),
        };
        for (index, (zone, used)) in system.zones.iter().zip(zones).enumerate() {
            if !used || !can_fail(&zone.figure) {
                continue;
            }
            let index = ZoneIndex(index as u32);
            let variable = variables.add_figure(Unit::Zone(index), &zone.figure);
            variables.zones.insert(index, variable);
        }
        for (index, (domain, used)) in system.domains.iter().zip(domains).enumerate() {
            let unit = Unit::Domain(DomainIndex(index as u32));
            let used = used && can_fail(&domain.figure);
            let variable = used.then(|| variables.add_figure(unit, &domain.figure));
            variables.domains.push(variable);
        }
        variables
    }

    /// The structural probabilities of those variables for which `counts` holds, 0 for the others.
    pub(crate) fn probabilities(&self, counts: impl Fn(&Variable) -> bool) -> Vec<f64> {
        self.each(|variable| if counts(variable) { variable.structural() } else { 0.0 })
    }

    /// One number for each variable.
    pub(crate) fn each(&self, number: impl Fn(&Variable) -> f64) -> Vec<f64> {
        self.list.iter().map(number).collect()
    }

    fn add(&mut self, unit: Option<Unit>, probability: f64, layer: Layer) -> u32 {
        let answered = probability;
        self.list.push(Variable { unit, probability, answered, layer, instances_of: None, promotes: None });
        self.list.len() as u32 - 1
    }

    fn add_figure(&mut self, unit: Unit, figure: &Figure) -> u32 {
        self.add(Some(unit), figure.unavailability.get(), figure.layer)
    }

    /// A figure of a component's own, which may wait for a person.
    fn add_own(&mut self, unit: Unit, figure: &Figure, component: &Component) -> u32 {
        let variable = self.add_figure(unit, figure);
        if let Some(slot) = self.list.last_mut() {
            slot.answered = durations::answered(figure, &component.recovery);
        }
        variable
    }

    fn own_part(
        &mut self,
        index: u32,
        component: &Component,
        own: &Own,
        worst_zone: f64,
        bdd: &mut Bdd,
    ) -> Result<OwnFunctions, OverBudget> {
        let of = ComponentIndex(index);
        let mut down = Function::NEVER;
        let mut overloaded = Function::NEVER;
        let mut hot = Function::NEVER;
        if own.absent {
            return Ok(OwnFunctions { down, overloaded, hot });
        }
        let reliability = &component.reliability;
        if let Some(figure) = &reliability.whole {
            if can_fail(figure) {
                let variable = self.add_own(Unit::Whole(of), figure, component);
                down = bdd.variable(variable)?;
            }
            let always = |at: u32| if at == 0 { Function::ALWAYS } else { Function::NEVER };
            down = bdd.or(down, always(own.down_at))?;
            overloaded = bdd.or(down, always(own.overloaded_at))?;
            return Ok(OwnFunctions { down, overloaded, hot: always(own.hot_at) });
        }
        let mut instances = Instances::of(index, own, component, self, bdd)?;
        down = instances.lost_at_least(own.down_at, own, self, bdd)?;
        if own.overloaded_at < own.down_at {
            overloaded = instances.lost_at_least(own.overloaded_at, own, self, bdd)?;
        }
        if own.hot_at != NEVER {
            hot = instances.lost_at_least(own.hot_at, own, self, bdd)?;
        }
        if let Some(primary) = instances.primary {
            let mut stays_lost = primary;
            if let Promotion::Automatic { uncovered } = own.promotion {
                // With one instance there is nobody to promote: its loss is DOWN already.
                let fails = uncovered > 0.0 && own.instances > 1;
                stays_lost = Function::NEVER;
                if fails {
                    let failover = self.add(Some(Unit::Failover(of)), uncovered, Layer::Hardware);
                    let failover = bdd.variable(failover)?;
                    stays_lost = bdd.and(primary, failover)?;
                }
            }
            down = bdd.or(down, stays_lost)?;
            if let Some(probability) = durations::promoting(component, own) {
                let layer = reliability.instance.as_ref().map_or(Layer::Hardware, |figure| figure.layer);
                let promoting = self.add(None, probability, layer);
                if let Some(variable) = self.list.last_mut() {
                    variable.promotes = Some(index);
                }
                let promoting = bdd.variable(promoting)?;
                down = bdd.or(down, promoting)?;
            }
        }
        let domains = component.domains.iter().map(|domain| self.domains.get(domain.index()));
        let region = component.region.iter().map(|region| self.regions.get(region.index()));
        for shared in domains.chain(region).flatten().copied().flatten().collect::<Vec<_>>() {
            let variable = bdd.variable(shared)?;
            down = bdd.or(down, variable)?;
        }
        if own.fictive_zone {
            let variable = self.add(None, worst_zone, Layer::Hardware);
            let variable = bdd.variable(variable)?;
            down = bdd.or(down, variable)?;
        }
        for (unit, figure) in [
            (Unit::Service(of), &reliability.service),
            (Unit::Software(of), &reliability.software),
            (Unit::Theoretical(of), &reliability.theoretical),
            (Unit::External(of), &reliability.external),
        ] {
            if let Some(figure) = figure.as_ref().filter(|figure| can_fail(figure)) {
                let variable = self.add_own(unit, figure, component);
                let variable = bdd.variable(variable)?;
                down = bdd.or(down, variable)?;
            }
        }
        overloaded = bdd.or(overloaded, down)?;
        Ok(OwnFunctions { down, overloaded, hot })
    }
}

/// Whether there is such a failure at all. Who writes that something is never unavailable says that it can't fail; where
/// nothing is left of a public figure when other causes are taken out of it, it still can.
pub(crate) fn can_fail(figure: &Figure) -> bool {
    figure.unavailability.get() > 0.0 || matches!(figure.source, Source::Sla { .. } | Source::Default { .. })
}

/// What a zone that nobody names is taken for.
fn worst_zone(system: &System) -> f64 {
    system.zones.iter().map(|zone| zone.figure.unavailability.get()).fold(ZONE_UNAVAILABILITY, f64::max)
}

/// The instances of one component, placed.
struct Instances {
    index: u32,
    /// Variables of the instances followed one by one, with the instance.
    explicit: Vec<(u32, u32)>,
    /// The others are only counted.
    counted: Option<Counted>,
    /// The primary is lost.
    primary: Option<Function>,
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
    layer: Layer,
}

/// At least `k` of the counted instances fail that are left when these zones are lost.
#[derive(Clone, Copy, Debug)]
struct Tail {
    lost: u32,
    k: u32,
    function: Function,
    probability: f64,
    answered: f64,
}

impl Instances {
    fn of(
        index: u32,
        own: &Own,
        component: &Component,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Instances, OverBudget> {
        let of = ComponentIndex(index);
        let has_primary = own.promotion != Promotion::NotNeeded;
        let explicit = if own.instances <= EXPLICIT_INSTANCES { own.instances } else { u32::from(has_primary) };
        let mut instances = Instances {
            index,
            explicit: Vec::new(),
            counted: None,
            primary: None,
            zones: Vec::new(),
            tails: Vec::new(),
        };
        for &zone in own.zones.iter().take(own.instances as usize) {
            if let Some(&variable) = variables.zones.get(&zone)
                && !instances.zones.contains(&(variable, zone))
            {
                instances.zones.push((variable, zone));
            }
        }
        instances.zones.sort_unstable();
        if let Some(figure) = component.reliability.instance.as_ref().filter(|figure| can_fail(figure)) {
            for instance in 0..explicit {
                let variable = variables.add_own(Unit::Instance { component: of, index: instance }, figure, component);
                instances.explicit.push((variable, instance));
            }
            if explicit < own.instances {
                instances.counted = Some(Counted {
                    probability: figure.unavailability.get(),
                    answered: durations::answered(figure, &component.recovery),
                    layer: figure.layer,
                });
            }
        }
        if has_primary {
            let mut lost = match instances.explicit.first() {
                Some(&(variable, _)) => bdd.variable(variable)?,
                None => Function::NEVER,
            };
            if let Some(&zone) = own.zone_of(0).and_then(|zone| variables.zones.get(&zone)) {
                let zone = bdd.variable(zone)?;
                lost = bdd.or(lost, zone)?;
            }
            instances.primary = Some(lost);
        }
        Ok(instances)
    }

    /// At least `count` instances are lost, each by itself or with its zone.
    fn lost_at_least(
        &mut self,
        count: u32,
        own: &Own,
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        if count == 0 {
            return Ok(Function::ALWAYS);
        }
        if count == own::NEVER || count > own.instances {
            return Ok(Function::NEVER);
        }
        let followed = self.zones.len().min(FOLLOWED_ZONES);
        let mut cases = Vec::with_capacity(1 << followed);
        for lost in 0u32..1 << followed {
            cases.push(self.with_zones_lost(lost, count, own, variables, bdd)?);
        }
        for bit in (0..followed).rev() {
            let Some(&(zone, _)) = self.zones.get(bit) else { break };
            let half = 1 << bit;
            let highs = cases.split_off(half);
            for (case, high) in cases.iter_mut().zip(highs) {
                *case = bdd.decide(zone, *case, high)?;
            }
        }
        Ok(cases.first().copied().unwrap_or(Function::NEVER))
    }

    fn with_zones_lost(
        &mut self,
        lost: u32,
        count: u32,
        own: &Own,
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
        let explicit: Vec<u32> = self.explicit.iter().filter(left).map(|&(variable, _)| variable).collect();
        let Some(each) = self.counted else { return threshold(needed, &explicit, &[], bdd) };
        let first = self.explicit.len() as u32;
        let counted = own.instances - first - own.placed_in(first..own.instances, failed);
        let fewest = needed.saturating_sub(explicit.len() as u32);
        let mut tails = Vec::new();
        for k in (fewest..=needed).rev() {
            tails.push(self.tail(lost, k, (counted, each), variables, bdd)?);
        }
        tails.reverse();
        threshold(needed, &explicit, &tails, bdd)
    }

    /// At least `k` of the counted instances that are left when these zones are lost fail.
    ///
    /// Cases with different zones lost exclude each other, so that their events need not know of each other; within a
    /// case a milder threshold is the stricter one or an independent remainder, which gives both their joint law.
    fn tail(
        &mut self,
        lost: u32,
        k: u32,
        (counted, each): (u32, Counted),
        variables: &mut Variables,
        bdd: &mut Bdd,
    ) -> Result<Function, OverBudget> {
        if k == 0 || k > counted {
            return Ok(if k == 0 { Function::ALWAYS } else { Function::NEVER });
        }
        if let Some(known) = self.tails.iter().find(|tail| (tail.lost, tail.k) == (lost, k)) {
            return Ok(known.function);
        }
        // Thresholds are asked for from the strictest to the mildest.
        let stricter = self.tails.iter().rev().find(|tail| tail.lost == lost && tail.k > k).copied();
        let nothing = Tail { lost, k, function: Function::NEVER, probability: 0.0, answered: 0.0 };
        let stricter = stricter.unwrap_or(nothing);
        let rest = |all: f64, known: f64| if known < 1.0 { ((all - known) / (1.0 - known)).max(0.0) } else { 0.0 };
        let probability = binomial::at_least(k, counted, each.probability);
        let answered = binomial::at_least(k, counted, each.answered);
        let variable = variables.add(None, rest(probability, stricter.probability), each.layer);
        if let Some(variable) = variables.list.last_mut() {
            variable.answered = rest(answered, stricter.answered);
            variable.instances_of = Some(Collapsed { component: self.index, at_least: k, of: counted });
        }
        let variable = bdd.variable(variable)?;
        let function = bdd.or(stricter.function, variable)?;
        self.tails.push(Tail { lost, k, function, probability, answered });
        Ok(function)
    }
}

/// At least `count` of the variables, where `tails[i]` tells that at least `i` more happened than fit in the rest.
fn threshold(count: u32, variables: &[u32], tails: &[Function], bdd: &mut Bdd) -> Result<Function, OverBudget> {
    let fewest = (count as usize).saturating_sub(variables.len());
    let mut rows: Vec<Function> = (0..=count as usize)
        .map(|needed| match (needed, tails) {
            (0, _) => Function::ALWAYS,
            (_, []) => Function::NEVER,
            _ => needed.checked_sub(fewest).and_then(|index| tails.get(index)).copied().unwrap_or(Function::NEVER),
        })
        .collect();
    for &variable in variables.iter().rev() {
        for needed in (1..rows.len()).rev() {
            let (Some(&stay), Some(&less)) = (rows.get(needed), rows.get(needed - 1)) else { continue };
            let row = bdd.decide(variable, stay, less)?;
            if let Some(slot) = rows.get_mut(needed) {
                *slot = row;
            }
        }
    }
    Ok(rows.last().copied().unwrap_or(Function::NEVER))
}
