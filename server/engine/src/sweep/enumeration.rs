//! Every scenario of a system, in an order that depends on the system alone (semantics, section 3).

use std::collections::BTreeMap;

use foreshock_model::{ComponentIndex, DependencyIndex, DomainIndex, RegionIndex, System, ZoneIndex};

use crate::{Class, Factor, Fault, Faults, Resource, Scenario, Unit};

/// How many times as long.
const LATENCIES: [Factor; 3] = [Factor::thousandths(2_000), Factor::thousandths(5_000), MOST_LATENCY];
/// The most of them.
pub(crate) const MOST_LATENCY: Factor = Factor::thousandths(10_000);
/// How many times as many requests.
const TRAFFICS: [Factor; 5] = [
    Factor::thousandths(1_500),
    Factor::thousandths(2_000),
    Factor::thousandths(3_000),
    Factor::thousandths(5_000),
    Factor::thousandths(10_000),
];
/// The place of what is not there.
const ABSENT: u32 = u32::MAX;
/// Systems of up to so many components also get pairs with resources and latencies.
const SMALL: usize = 30;

/// The scenarios of a system. Nothing is listed before it is asked for: a pair is found by its number.
#[derive(Clone, Debug)]
pub struct Scenarios {
    /// The number of scenarios before each component's instances, and at the end.
    instances: Vec<u64>,
    /// The place of each component in the pool; `ABSENT` for one that is not there.
    places: Vec<u32>,
    zones: u32,
    domains: u32,
    /// The classes of one fault, instances left out.
    single: Vec<Scenario>,
    /// What is paired: the components, zones and domains.
    pool: Vec<Fault>,
    /// The classes of two faults, pairs of the pool left out.
    double: Vec<Scenario>,
}

/// Every scenario of a system. What has no instances is not there, and nothing happens to it.
pub fn enumerate(system: &System) -> Scenarios {
    let mut instances = vec![0];
    let mut places = Vec::new();
    let mut present = Vec::new();
    for (index, component) in system.iter() {
        // Of an unknown number, one can be lost.
        let count = component.redundancy.instances.known().copied().unwrap_or(1);
        let before = instances.last().copied().unwrap_or(0);
        instances.push(before + u64::from(count));
        places.push(if count > 0 { present.len() as u32 } else { ABSENT });
        if count > 0 {
            present.push((index, component));
        }
    }
    let of = |class: Class| move |fault: Fault| Scenario::one(class, fault);
    let zones = (0..system.zones.len() as u32).map(|zone| Fault::Unit(Unit::Zone(ZoneIndex(zone))));
    let regions = (0..system.regions.len() as u32).map(|region| Fault::Unit(Unit::Region(RegionIndex(region))));
    let domains = (0..system.domains.len() as u32).map(|domain| Fault::Unit(Unit::Domain(DomainIndex(domain))));
    let cuts = (0..system.dependencies.len() as u32).map(|dependency| Fault::Cut(DependencyIndex(dependency)));
    let components = present.iter().map(|&(component, _)| Fault::Component(component));
    let exhausted: Vec<Fault> = present
        .iter()
        .flat_map(|&(component, it)| {
            let resources = Resource::of(it.kind).iter();
            resources.map(move |&resource| Fault::Exhausted { component, resource })
        })
        .collect();
    let slow: Vec<Fault> = present
        .iter()
        .flat_map(|&(component, _)| LATENCIES.map(|factor| Fault::Latency { component, factor }))
        .collect();
    let traffic = TRAFFICS.map(|factor| Fault::Traffic { entry: None, factor });

    let mut single = Vec::new();
    single.extend(components.clone().map(of(Class::Component)));
    single.extend(zones.clone().map(of(Class::Zone)));
    single.extend(regions.map(of(Class::Region)));
    single.extend(domains.clone().map(of(Class::Domain)));
    single.extend(cuts.map(of(Class::Cut)));
    single.extend(exhausted.iter().copied().map(of(Class::Exhausted)));
    single.extend(slow.iter().copied().map(of(Class::Latency)));
    if !present.is_empty() {
        single.extend(traffic.map(of(Class::Traffic)));
    }
    let pool: Vec<Fault> = components.chain(zones.clone()).chain(domains).collect();
    let mut double = Vec::new();
    for zone in zones {
        double.extend(traffic.map(|traffic| Scenario::two(Class::ZoneTraffic, zone, traffic)));
    }
    if system.components.len() <= SMALL {
        let loads: Vec<Fault> = exhausted.into_iter().chain(slow).collect();
        double.extend(load_pairs(&pool, &loads));
    }
    Scenarios {
        instances,
        places,
        zones: system.zones.len() as u32,
        domains: system.domains.len() as u32,
        single,
        pool,
        double,
    }
}

/// Every pair with at least one of the loads. Two latencies of the same component are one.
fn load_pairs(pool: &[Fault], loads: &[Fault]) -> Vec<Scenario> {
    let slow = |fault: Fault| match fault {
        Fault::Latency { component, .. } => Some(component),
        _ => None,
    };
    let same = |first: Fault, second: Fault| slow(first).is_some() && slow(first) == slow(second);
    let all: Vec<Fault> = pool.iter().chain(loads).copied().collect();
    let mut pairs = Vec::new();
    for (place, &first) in all.iter().enumerate() {
        let later = all.iter().enumerate().skip((place + 1).max(pool.len()));
        let seconds = later.filter(|&(_, &second)| !same(first, second));
        pairs.extend(seconds.map(|(_, &second)| Scenario::two(Class::LoadPair, first, second)));
    }
    pairs
}

impl Scenarios {
    /// How many there are.
    pub fn len(&self) -> u64 {
        self.instances_len() + self.single.len() as u64 + self.pairs_len() + self.double.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many there are of each class that has any.
    pub fn per_class(&self) -> BTreeMap<Class, u64> {
        self.per_class_up_to(self.len())
    }

    /// How many of the first `count` are of each class.
    pub(crate) fn per_class_up_to(&self, count: u64) -> BTreeMap<Class, u64> {
        let mut left = count;
        let mut classes = BTreeMap::new();
        let mut take = |class: Class, most: u64| {
            let taken = most.min(left);
            left -= taken;
            if taken > 0 {
                *classes.entry(class).or_insert(0) += taken;
            }
        };
        self.single.iter().for_each(|scenario| take(scenario.class, 1));
        take(Class::Instance, self.instances_len());
        self.double.iter().for_each(|scenario| take(scenario.class, 1));
        take(Class::Pair, self.pairs_len());
        classes
    }

    /// The scenario of this number, from 0. O(log n).
    pub fn get(&self, number: u64) -> Option<Scenario> {
        let mut left = number;
        if let Some(scenario) = at(&self.single, left) {
            return Some(scenario);
        }
        left -= self.single.len() as u64;
        if left < self.instances_len() {
            return self.instance(left);
        }
        left -= self.instances_len();
        if let Some(scenario) = at(&self.double, left) {
            return Some(scenario);
        }
        left -= self.double.len() as u64;
        if left < self.pairs_len() { self.pair(left) } else { None }
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scenario> {
        (0..self.len()).filter_map(|number| self.get(number))
    }

    /// The number of a scenario; none when it is not one of these.
    pub(crate) fn number_of(&self, scenario: &Scenario) -> Option<u64> {
        let before = self.single.len() as u64;
        match (scenario.class, scenario.faults) {
            (Class::Instance, Faults::One(Fault::Unit(Unit::Instance { component, index }))) => {
                let first = *self.instances.get(component.index())?;
                let next = *self.instances.get(component.index() + 1)?;
                (first + u64::from(index) < next).then(|| before + first + u64::from(index))
            }
            (Class::Pair, Faults::Two([first, second])) => {
                self.pair_number(self.place_of(first)?, self.place_of(second)?)
            }
            (_, Faults::One(_)) => self.single.binary_search(scenario).ok().map(|place| place as u64),
            (_, Faults::Two(_)) => {
                let place = self.double.binary_search(scenario).ok()?;
                Some(before + self.instances_len() + place as u64)
            }
        }
    }

    /// The number of a pair of the pool.
    pub(crate) fn pair_number(&self, first: u64, second: u64) -> Option<u64> {
        let number = row_start(self.pool.len() as u64, first) + second.checked_sub(first + 1)?;
        Some(self.len() - self.pairs_len() + number)
    }

    /// The place of a fault in the pool.
    pub(crate) fn place_of(&self, fault: Fault) -> Option<u64> {
        let components = self.pool.len() as u64 - u64::from(self.zones) - u64::from(self.domains);
        let place = match fault {
            Fault::Component(component) => {
                u64::from(*self.places.get(component.index()).filter(|place| **place != ABSENT)?)
            }
            Fault::Unit(Unit::Zone(zone)) if zone.0 < self.zones => components + u64::from(zone.0),
            Fault::Unit(Unit::Domain(domain)) if domain.0 < self.domains => {
                components + u64::from(self.zones) + u64::from(domain.0)
            }
            _ => return None,
        };
        Some(place)
    }

    /// What is paired.
    pub(crate) fn pool(&self) -> &[Fault] {
        &self.pool
    }

    /// The two places in the pool whose pair has this number.
    pub(crate) fn pair_of(&self, number: u64) -> Option<(u64, u64)> {
        let number = number.checked_sub(self.len() - self.pairs_len())?;
        (number < self.pairs_len()).then(|| pair_at(self.pool.len() as u64, number))
    }

    pub(crate) fn instances_len(&self) -> u64 {
        self.instances.last().copied().unwrap_or(0)
    }

    pub(crate) fn pairs_len(&self) -> u64 {
        let count = self.pool.len() as u64;
        count * count.saturating_sub(1) / 2
    }

    fn instance(&self, number: u64) -> Option<Scenario> {
        let component = self.instances.partition_point(|&before| before <= number).checked_sub(1)?;
        let index = u32::try_from(number - self.instances.get(component)?).ok()?;
        let component = ComponentIndex(u32::try_from(component).ok()?);
        Some(Scenario::one(Class::Instance, Fault::Unit(Unit::Instance { component, index })))
    }

    /// Row by row: the first with each later one, the second with each later one.
    fn pair(&self, number: u64) -> Option<Scenario> {
        let (first, second) = pair_at(self.pool.len() as u64, number);
        let (first, second) = (usize::try_from(first).ok()?, usize::try_from(second).ok()?);
        Some(Scenario::two(Class::Pair, *self.pool.get(first)?, *self.pool.get(second)?))
    }
}

fn at(list: &[Scenario], number: u64) -> Option<Scenario> {
    list.get(usize::try_from(number).ok()?).copied()
}

/// The number of the first pair of a row, of `count` things.
pub(crate) fn row_start(count: u64, row: u64) -> u64 {
    row * (count - 1) - row * row.saturating_sub(1) / 2
}

/// The pair of this number.
pub(crate) fn pair_at(count: u64, number: u64) -> (u64, u64) {
    let (mut low, mut high) = (0, count);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if row_start(count, middle) <= number {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low, low + 1 + number - row_start(count, low))
}
