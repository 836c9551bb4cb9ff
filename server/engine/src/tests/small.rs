//! Systems of three or four components as numbers, and a second oracle for them: sets of components as bits, the rules
//! of semantics, section 2, written once more. It knows no times (see [`super::naive`] for these) and is fast enough to
//! be asked hundreds of millions of times.

use foreshock_model::{Alternatives, ComponentIndex, DependencyIndex, System};
use std::sync::Arc;

use super::fixture;
use crate::{Fault, Health};

/// The rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Requires,
    /// Requires, and gives up after 2 x 3 s.
    Waits,
    Breaker,
    /// Requires with a weight of 0.3: two lost are too many.
    Partial,
    Optional,
    Async,
    /// Async for 20 s.
    Buffered,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Kind::Requires => "",
            Kind::Waits => "timeout=3 attempts=2",
            Kind::Breaker => "breaker latency=1",
            Kind::Partial => "weight=0.3 latency=1",
            Kind::Optional => "optional",
            Kind::Async => "async latency=2",
            Kind::Buffered => "async buffer=20",
        }
    }

    fn passes_down(self) -> bool {
        matches!(self, Kind::Requires | Kind::Waits | Kind::Buffered)
    }

    fn contribution(self, target: Health, hot: bool) -> Health {
        use Health::{Degraded, Down, Healthy, Overloaded};
        match (self, target) {
            (_, Healthy) => Healthy,
            (Kind::Requires | Kind::Waits | Kind::Buffered, Down) => Down,
            (_, Down) => Degraded,
            (Kind::Requires | Kind::Waits, Overloaded) if hot => Overloaded,
            (Kind::Requires | Kind::Waits | Kind::Breaker | Kind::Partial, Overloaded) => Degraded,
            (Kind::Requires | Kind::Waits, Degraded) => Degraded,
            _ => Healthy,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) kind: Kind,
    /// One of the caller's alternatives, of which one must hold.
    pub(crate) member: bool,
}

/// A system: each caller has at most one group of alternatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Small {
    pub(crate) count: usize,
    pub(crate) links: Vec<Link>,
    /// The callers whose group shares load, as bits.
    pub(crate) sharing: u8,
}

/// All ordered pairs, in the order of the digits of a system's number.
pub(crate) fn pairs(count: usize) -> Vec<(usize, usize)> {
    (0..count).flat_map(|from| (0..count).filter(move |&to| to != from).map(move |to| (from, to))).collect()
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];
/// One instance lost is DEGRADED and hot (2.85 / 4 = 71 %), two are OVERLOADED (95 %), three are DOWN.
const COMPONENT: &str = "x5 util=0.57";
pub(crate) const LEVELS: u8 = 4;

impl Small {
    /// In the language of the fixtures.
    pub(crate) fn text(&self) -> String {
        let mut text: String = NAMES[..self.count].iter().map(|name| format!("{name} {COMPONENT}\n")).collect();
        let write = |link: &Link| format!("{} -> {} {}", NAMES[link.from], NAMES[link.to], link.kind.text());
        for link in self.links.iter().filter(|link| !link.member) {
            text += &format!("{}\n", write(link));
        }
        for from in 0..self.count {
            let members: Vec<String> =
                self.links.iter().filter(|link| link.member && link.from == from).map(write).collect();
            if !members.is_empty() {
                let shares = if self.sharing >> from & 1 == 1 { " shares" } else { "" };
                text += &format!("group g{from} k=1{shares}: {}\n", members.join(", "));
            }
        }
        text
    }

    fn group(&self, from: usize) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(move |link| link.member && link.from == from)
    }
}

/// Makes systems without reading text each time.
pub(crate) struct Maker {
    systems: Vec<System>,
    kinds: Vec<(Kind, System)>,
}

impl Maker {
    pub(crate) fn new() -> Maker {
        let empty = |count: usize| fixture::system(&Small { count, ..Small::default() }.text());
        let one = |kind: Kind| (kind, fixture::system(&format!("a\nb\na -> b {}", kind.text())));
        use Kind::{Async, Breaker, Buffered, Optional, Partial, Requires, Waits};
        let kinds = [Requires, Waits, Breaker, Partial, Optional, Async, Buffered].map(one);
        Maker { systems: (0..=4).map(empty).collect(), kinds: kinds.into() }
    }

    pub(crate) fn system(&self, small: &Small) -> System {
        let mut system = self.systems[small.count].clone();
        for link in &small.links {
            let (_, one) = self.kinds.iter().find(|(kind, _)| *kind == link.kind).unwrap();
            let mut dependency = foreshock_model::Dependency::clone(&one.dependencies[0]);
            (dependency.from, dependency.to) = (ComponentIndex(link.from as u32), ComponentIndex(link.to as u32));
            system.dependencies.push(Arc::new(dependency));
        }
        for (from, name) in NAMES.iter().copied().enumerate().take(small.count) {
            let members = small.links.iter().enumerate().filter(|(_, link)| link.member && link.from == from);
            let members: Vec<_> = members.map(|(index, _)| DependencyIndex(index as u32)).collect();
            if !members.is_empty() {
                let shares_load = small.sharing >> from & 1 == 1;
                system.alternatives.push(Alternatives { name: name.into(), members, required: 1, shares_load });
            }
        }
        system
    }
}

/// So many instances of each component are lost.
pub(crate) type Lost = [u8; 4];

pub(crate) fn faults(lost: Lost) -> Vec<Fault> {
    let of = |(index, &lost): (usize, &u8)| (lost > 0).then_some((ComponentIndex(index as u32), u32::from(lost)));
    lost.iter().enumerate().filter_map(of).map(|(component, lost)| Fault::Instances { component, lost }).collect()
}

pub(crate) fn own(lost: u8) -> Health {
    [Health::Healthy, Health::Degraded, Health::Overloaded, Health::Down][usize::from(lost)]
}

type Set = u8;

fn has(set: Set, component: usize) -> bool {
    set >> component & 1 == 1
}

/// A system, ready to be asked.
pub(crate) struct Rules<'a> {
    small: &'a Small,
    /// Whose group must be supported from outside.
    strict: Set,
}

impl<'a> Rules<'a> {
    pub(crate) fn of(small: &'a Small) -> Rules<'a> {
        let reach = |counts: &dyn Fn(&Link) -> bool| {
            let mut reach = [1u8, 2, 4, 8];
            for _ in 0..small.count {
                for link in small.links.iter().filter(|link| counts(link)) {
                    reach[link.from] |= reach[link.to];
                }
            }
            reach
        };
        let is_choice = |link: &Link| link.member && small.group(link.from).count() > 1;
        let is_need = |link: &Link| link.kind.passes_down() || (link.kind == Kind::Partial && !link.member);
        let (choices, needs) = (reach(&is_choice), reach(&is_need));
        let strict = (0..small.count).filter(|&from| {
            let members = || small.group(from);
            let outside = members().filter(|link| !has(choices[link.to], from)).count();
            members().count() > 1 && outside >= 1 && members().any(|link| is_need(link) && has(needs[link.to], from))
        });
        Rules { small, strict: strict.fold(0, |set, from| set | 1 << from) }
    }

    /// Up beside those in `beside`, with those in `before` up before it.
    fn is_up(&self, component: usize, beside: Set, before: Set) -> bool {
        let links = || self.small.links.iter().filter(|link| link.from == component);
        let mut partials = 0;
        for link in links().filter(|link| !link.member && !has(beside, link.to)) {
            if link.kind.passes_down() {
                return false;
            }
            partials += u32::from(link.kind == Kind::Partial);
        }
        let there = |up: Set| {
            self.small.group(component).filter(move |link| !link.kind.passes_down() || has(up, link.to)).count()
        };
        let members = self.small.group(component).count();
        let group = if has(self.strict, component) {
            there(beside) == members || there(before) >= 1
        } else {
            members == 0 || there(beside) >= 1
        };
        partials < 2 && group
    }

    fn up(&self, lost: Lost) -> Set {
        let mut before: Set = 0;
        loop {
            let mut beside = (0..self.small.count).filter(|&it| lost[it] < 3).fold(0, |set: Set, it| set | 1 << it);
            loop {
                let still = (0..self.small.count)
                    .filter(|&it| has(beside, it) && self.is_up(it, beside, before))
                    .fold(0, |set: Set, it| set | 1 << it);
                if still == beside {
                    break;
                }
                beside = still;
            }
            if beside == before {
                return before;
            }
            before = beside;
        }
    }

    /// The health of each component, worked out in this order.
    pub(crate) fn healths(&self, lost: Lost, order: &[usize]) -> [Health; 4] {
        let up = self.up(lost);
        let mut healths = [Health::Healthy; 4];
        loop {
            let mut changed = false;
            for &component in order {
                let hot = lost[component] > 0;
                let mut health = own(lost[component]);
                let carry = |link: &Link| link.kind.contribution(healths[link.to], hot);
                for link in self.small.links.iter().filter(|link| link.from == component && !link.member) {
                    health = health.max(carry(link));
                }
                health = health.max(self.small.group(component).map(carry).min().unwrap_or_default());
                let shares = has(self.small.sharing, component);
                if shares && self.small.group(component).any(|link| healths[link.to] == Health::Down) {
                    health = health.max(Health::Degraded);
                }
                if !has(up, component) {
                    health = Health::Down;
                }
                // What the sets say and what the table says is one thing.
                assert!(health < Health::Down || !has(up, component), "{}", self.small.text());
                changed |= healths[component] != health;
                healths[component] = health;
            }
            if !changed {
                return healths;
            }
        }
    }
}
