//! The basic events as variables of a decision diagram.

use foreshock_model::{
    Component, ComponentIndex, DomainIndex, Figure, Layer, Probability, Redundancy, RegionIndex, Replication, Source,
    System, ZoneIndex,
};
use rustc_hash::FxHashMap;

use crate::Unit;
use crate::diagram::bdd::{Bdd, Function, OverBudget};
use crate::diagram::cut_sets::Role;
use crate::diagram::durations::{self, Lasts};
use crate::diagram::equations::{OwnEvents, OwnParts};
use crate::diagram::holds::{Hold, Holds};
use crate::diagram::recurrence::{self, Recurrence};
use crate::layout::arrays::Layout;
use crate::layout::defaults::ZONE_UNAVAILABILITY;
use crate::layout::own::{FictiveZone, Own};

/// One variable. Its index is its place in the order: zones, domains and regions first, then the components, so that a
/// caller's function is its own events on top of what it calls.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    /// The unit; none for what is no unit: an event made of many equal instances, a zone that nobody names, a promotion,
    /// a failure that lasts.
    pub(crate) unit: Option<Unit>,
    /// Probability of failure, as given.
    pub(crate) probability: f64,
    /// The same where each repair begins only when a person has answered (semantics, section 5, L4); never less.
    pub(crate) answered: f64,
    pub(crate) layer: Layer,
    /// An event of many instances: the component's instance units, collapsed.
    pub(crate) instances_of: Option<Collapsed>,
    /// A component's standby is being promoted: no part of the structure.
    pub(crate) promotes: Option<u32>,
    /// A zone that nobody names, by the first component that is in it.
    pub(crate) nowhere: Option<u32>,
    /// A failure lasts: given that failure.
    pub(crate) lasting: Option<Lasting>,
    /// How often it happens when people have to answer first, and how long it lasts.
    pub(crate) recurrence: Recurrence,
    /// Between which values the probability may lie, where its source gives no single one.
    pub(crate) spread: Option<Spread>,
}

/// The least and the greatest value that a source leaves open, of both probabilities of a variable.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) probability: (f64, f64),
    pub(crate) answered: (f64, f64),
}

/// At least so many of many equal instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Collapsed {
    /// Whose instances.
    pub(crate) component: u32,
    pub(crate) at_least: u32,
    pub(crate) of: u32,
}

/// A failure is still there when a buffer runs out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lasting {
    /// The variable of the failure.
    pub(crate) of: u32,
    /// It lasts so long on average: then it counts in cut sets.
    pub(crate) usually: bool,
}

impl Variable {
    /// A variable that is only a probability.
    pub(crate) fn plain(probability: f64, layer: Layer) -> Variable {
        Variable {
            unit: None,
            probability,
            answered: probability,
            layer,
            instances_of: None,
            promotes: None,
            nowhere: None,
            lasting: None,
            recurrence: Recurrence::NEVER,
            spread: None,
        }
    }

    /// The probability at the least that its source leaves open: as given, and when people have to answer first.
    pub(crate) fn least(&self) -> (f64, f64) {
        self.spread.map_or((self.probability, self.answered), |spread| (spread.probability.0, spread.answered.0))
    }

    /// The probability at the greatest, when people have to answer first.
    pub(crate) fn most_answered(&self) -> f64 {
        self.spread.map_or(self.answered, |spread| spread.answered.1)
    }

    /// The probability as the structure has it: promotions take no time.
    pub(crate) fn structural(&self) -> f64 {
        if self.promotes.is_some() { 0.0 } else { self.probability }
    }

    /// What it is in a cut set.
    pub(crate) fn role(&self) -> Role {
        match self.lasting {
            Some(lasting) if lasting.usually => Role::Given,
            Some(_) => Role::Never,
            None if self.promotes.is_some() => Role::Never,
            None => Role::Event,
        }
    }
}

/// All variables of a system, and the own parts made of them.
pub(crate) struct Variables {
    pub(crate) list: Vec<Variable>,
    pub(crate) own: OwnParts<Function>,
    /// Whether every own part was small enough; the others are taken as always DOWN.
    pub(crate) complete: bool,
    zones: FxHashMap<ZoneIndex, u32>,
    domains: Vec<Option<u32>>,
    regions: Vec<Option<u32>>,
    /// What a zone that nobody names is taken for.
    pub(crate) worst_zone: f64,
    /// How long it is away.
    pub(crate) zone_lasts: Lasts,
    /// The zone that everything shares that is nowhere.
    fictive_zone: Option<u32>,
    /// Up to so many instances each is a variable.
    pub(crate) explicit_instances: u32,
    /// For how long failures of the variables that are being added may have to last, the shortest first.
    holds: Vec<(Hold, f64)>,
    /// For each variable those that say that it lasts, each for longer than the one before, and given that one.
    lasting: FxHashMap<u32, Vec<(Hold, u32)>>,
}

impl Variables {
    /// The variables of what components share, and no own part yet: none of them ever fails.
    pub(crate) fn shared(system: &System, layout: &Layout, holds: &Holds, explicit_instances: u32) -> Variables {
        let never = OwnEvents { down: Function::NEVER, overloaded: Function::NEVER, hot: Function::NEVER };
        let mut variables = Variables {
            list: Vec::new(),
            own: OwnParts { each: vec![never; layout.own.len()], held: FxHashMap::default() },
            complete: true,
            zones: FxHashMap::default(),
            domains: Vec::new(),
            regions: Vec::new(),
            worst_zone: worst_zone(system),
            zone_lasts: Lasts::of_a_zone(system),
            fictive_zone: None,
            explicit_instances,
            holds: with_seconds(holds, holds.all()),
            lasting: FxHashMap::default(),
        };
        variables.add_shared(system, layout);
        let shared = (0u32..).zip(&layout.own).filter(|(_, own)| own.fictive_zone == FictiveZone::Shared);
        let several = shared.clone().map(|(_, own)| own.zones_needed()).max().unwrap_or(1).max(layout.zones_nowhere);
        if let Some((first, _)) = shared.clone().next() {
            let zone = variables.zone_nowhere(first, several);
            variables.fictive_zone = Some(variables.add(zone, variables.zone_lasts));
        }
        variables
    }

    /// For so long failures of the variables added from here on may have to last.
    pub(crate) fn ask(&mut self, holds: &Holds, asked: Vec<Hold>) {
        self.holds = with_seconds(holds, asked);
    }

    /// The zones, domains and regions that something is in.
    fn add_shared(&mut self, system: &System, layout: &Layout) {
        let is_used = |members: Option<&Vec<ComponentIndex>>| members.is_some_and(|members| !members.is_empty());
        for (index, zone) in system.zones.iter().enumerate() {
            if is_used(layout.zone_members.get(index)) && can_fail(&zone.figure) {
                let index = ZoneIndex(index as u32);
                let variable = self.add_figure(Unit::Zone(index), &zone.figure, None);
                self.zones.insert(index, variable);
            }
        }
        for (index, domain) in system.domains.iter().enumerate() {
            let unit = Unit::Domain(DomainIndex(index as u32));
            let counts = is_used(layout.domain_members.get(index)) && can_fail(&domain.figure);
            let variable = counts.then(|| self.add_figure(unit, &domain.figure, None));
            self.domains.push(variable);
        }
        for (index, region) in system.regions.iter().enumerate() {
            let unit = Unit::Region(RegionIndex(index as u32));
            let is_used = is_used(layout.region_members.get(index));
            let figure = region.figure.as_ref().filter(|figure| is_used && can_fail(figure));
            let variable = figure.map(|figure| self.add_figure(unit, figure, None));
            self.regions.push(variable);
        }
    }

    /// The structural probabilities of those variables for which `counts` holds, 0 for the others.
    pub(crate) fn probabilities(&self, counts: impl Fn(&Variable) -> bool) -> Vec<f64> {
        let counted = |variable: &Variable| if counts(variable) { variable.structural() } else { 0.0 };
        // How long a failure lasts is the same whether it counts or not.
        self.each(|variable| if variable.lasting.is_some() { variable.probability } else { counted(variable) })
    }

    /// One number for each variable.
    pub(crate) fn each(&self, number: impl Fn(&Variable) -> f64) -> Vec<f64> {
        self.list.iter().map(number).collect()
    }

    /// The variable of a failure: itself, or that of the failure that lasts.
    pub(crate) fn failure(&self, variable: u32) -> Option<&Variable> {
        let found = self.list.get(variable as usize)?;
        found.lasting.map_or(Some(found), |lasting| self.list.get(lasting.of as usize))
    }

    /// The variable of a zone that can fail.
    pub(crate) fn zone(&self, zone: ZoneIndex) -> Option<u32> {
        self.zones.get(&zone).copied()
    }

    /// A zone that nobody names, or any of several, in which a component is.
    pub(crate) fn zone_nowhere(&self, component: u32, several: u32) -> Variable {
        let none_lost = (1.0 - self.worst_zone).powi(several as i32);
        Variable { nowhere: Some(component), ..Variable::plain(1.0 - none_lost, Layer::Hardware) }
    }

    /// The variable of the zone that everything shares that is nowhere.
    pub(crate) fn fictive_zone(&self) -> Option<u32> {
        self.fictive_zone
    }

    /// The variables of what a component shares with others, zones left out.
    pub(crate) fn shared_by(&self, component: &Component) -> Vec<u32> {
        let domains = component.domains.iter().map(|domain| self.domains.get(domain.index()));
        let region = component.region.iter().map(|region| self.regions.get(region.index()));
        domains.chain(region).flatten().copied().flatten().collect()
    }

    /// Adds a variable that stands for itself.
    pub(crate) fn add_brief(&mut self, variable: Variable) -> u32 {
        self.list.push(variable);
        self.list.len() as u32 - 1
    }

    /// The seconds of a hold that is asked of what is being added.
    pub(crate) fn seconds(&self, hold: Hold) -> f64 {
        self.holds.iter().find(|(known, _)| *known == hold).map_or(0.0, |(_, seconds)| *seconds)
    }

    /// Adds a variable, and after it those that say that it lasts.
    pub(crate) fn add(&mut self, variable: Variable, lasts: Lasts) -> u32 {
        let index = self.list.len() as u32;
        let (layer, mut before) = (variable.layer, 0.0);
        let is_asked_for = matches!(variable.unit, Some(Unit::Failover(_)));
        let recurrence = if is_asked_for { Recurrence::NEVER } else { lasts.recurrence(variable.answered) };
        let (mut there, mut per_second) = (variable.answered, recurrence.per_second);
        self.list.push(Variable { recurrence, ..variable });
        for (hold, seconds) in self.holds.clone() {
            let next = self.list.len() as u32;
            let still = lasts.still(before, seconds);
            let outlasting = recurrence.per_second * lasts.outlasts(seconds);
            let missing = recurrence::missing(outlasting, still * per_second, there);
            self.list.push(Variable {
                lasting: Some(Lasting { of: index, usually: lasts.usually(seconds) }),
                recurrence: recurrence.times(missing),
                ..Variable::plain(still, layer)
            });
            self.lasting.entry(index).or_default().push((hold, next));
            (before, there, per_second) = (seconds, there * still, outlasting);
        }
        index
    }

    /// Adds a unit with its figure, of a component if it is one's; its repair may wait for a person.
    pub(crate) fn add_figure(&mut self, unit: Unit, figure: &Figure, component: Option<&Component>) -> u32 {
        let variable = Variable {
            unit: Some(unit),
            answered: component.map_or(figure.unavailability.get(), |it| durations::answered(figure, &it.recovery)),
            ..Variable::plain(figure.unavailability.get(), figure.layer)
        };
        self.add(variable, Lasts::of(unit, figure, component))
    }

    /// Adds what takes all instances of a component at once by one cause (beta times the unavailability of one), where the
    /// loss of one is survived. A failover that covers the share c of the losses of a primary leaves 1 - c to its own unit,
    /// and those of a common cause are among them: only what beta has beyond that is added.
    pub(crate) fn add_common_cause(&mut self, of: ComponentIndex, component: &Component, own: &Own) -> Option<u32> {
        let cause = component.reliability.common_cause.as_ref().filter(|_| own.has_spare())?;
        let figure = component.reliability.instance.as_ref()?;
        let Redundancy { replication, failover, .. } = &component.redundancy;
        let counted = match replication {
            Replication::ActiveActive => 0.0,
            Replication::PrimaryStandby => failover.coverage.value.complement().get(),
        };
        let of_share = |share: Probability| {
            let share = (share.get() - counted).max(0.0);
            let unavailability = Probability::clamped(share * figure.unavailability.get());
            let figure = Figure { unavailability, ..figure.clone() };
            (unavailability.get(), durations::answered(&figure, &component.recovery))
        };
        let (given, low, high) = (of_share(cause.share), of_share(cause.interval.0), of_share(cause.interval.1));
        let most = given.0.max(high.0);
        let spread =
            Spread { probability: (given.0.min(low.0), most), answered: (given.1.min(low.1), given.1.max(high.1)) };
        if most <= 0.0 {
            return None;
        }
        let variable = Variable {
            unit: Some(Unit::CommonCause(of)),
            answered: given.1,
            spread: Some(spread),
            ..Variable::plain(given.0, figure.layer)
        };
        Some(self.add(variable, Lasts::of(Unit::CommonCause(of), figure, Some(component))))
    }

    /// The variables that all have to be true for a failure to be there for so long. They follow each other.
    pub(crate) fn run(&self, variable: u32, hold: Hold) -> Vec<u32> {
        let mut run = vec![variable];
        if hold != Hold::NONE {
            for &(longer, lasting) in self.lasting.get(&variable).into_iter().flatten() {
                run.push(lasting);
                if longer == hold {
                    break;
                }
            }
        }
        run
    }

    /// A failure is there for so long.
    pub(crate) fn event(&self, variable: u32, hold: Hold, bdd: &mut Bdd) -> Result<Function, OverBudget> {
        bdd.decide_all(&self.run(variable, hold), Function::NEVER, Function::ALWAYS)
    }
}

fn with_seconds(holds: &Holds, asked: Vec<Hold>) -> Vec<(Hold, f64)> {
    asked.into_iter().map(|hold| (hold, holds.seconds(hold))).collect()
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
