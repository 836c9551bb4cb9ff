//! Resources into a system: what each instance became, and the components with their dependencies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_model::{
    Capacity, Component, ComponentId, ComponentIndex, ComponentKind, Domain, Evidence, Exposure, Failover,
    FailoverMode, Known, Recovery, Redundancy, Region, RegionIndex, Reliability, Replication, Source, System,
    ZoneIndex,
};
use foreshock_resources::{Instance, Kind, Resources};
use foreshock_text::Place;

use crate::components::Grouped;
use crate::contract::{self, Reached};
use crate::expression::{Expression, Scope};
use crate::figures::Figures;
use crate::graph::Graph;
use crate::paths;
use crate::row::RoleName;
use crate::stages::Stages;
use crate::zones::{self, Zones};
use crate::{Catalog, Defaults, Row, Upkeep, Violation, redundancy};

/// What a resource is in the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A component, or a part of one that serves (a member of a cluster).
    Component,
    /// Joins components and can't fail by itself: a listener, a subnet, a policy.
    Glue,
    /// Means nothing at run time: an alarm, a tag.
    Ignored,
    /// The catalog has no row for it.
    Unmapped,
}

impl Role {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Role::Component => "component",
            Role::Glue => "glue",
            Role::Ignored => "ignored",
            Role::Unmapped => "unmapped",
        }
    }
}

/// A resource instance with what it became.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceRole {
    /// Its address, keys included.
    pub address: Arc<str>,
    /// Its type; data sources as `data.aws_vpc`.
    pub type_name: Arc<str>,
    /// What it is.
    pub role: Role,
    /// The component it is, or is part of.
    pub component: Option<ComponentIndex>,
}

/// A component through which traffic leaves the network (a NAT gateway).
#[derive(Clone, Debug, PartialEq)]
pub struct Egress {
    /// The component.
    pub component: ComponentIndex,
    /// Each subnet that leaves through it: the place of the route, "aws_subnet.a leaves through aws_nat_gateway.n".
    pub subnets: Vec<Evidence>,
    /// Whether these are in more than one zone; none where some zone is not known.
    pub apart: Option<bool>,
    /// The networks that these are in: what their texts lead to or say. One that says nothing is told by its module.
    pub networks: BTreeSet<Arc<str>>,
}

/// Attributes that say which network a subnet is in.
const NETWORK: &[&str] =
    &["vpc_id", "virtual_network_name", "parent_id", "network", "vcn_id", "network_id", "vpc", "vpc_uuid"];

/// The system made of a stack's resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assembled {
    /// Components sorted by id, dependencies sorted by (from, to); [`System::check`] finds nothing.
    pub system: System,
    /// One for each instance, in the order of `Resources::instances`.
    pub resources: Arc<Vec<ResourceRole>>,
    /// Per component, the indexes in `Resources::instances` of the blocks that make it up; the first is the declaring
    /// one. There always is a first, but for a way in, which is no instance of its own.
    pub members: Arc<Vec<Vec<usize>>>,
    /// Egress components with the subnets behind them, sorted by component.
    pub egress: Vec<Egress>,
    /// What is wrong with single resources, as the rows' checks see it, in the order of the instances.
    pub violations: Vec<Arc<Violation>>,
}

/// Resource instances into a system: directed run-time dependencies, glue contracted, evidence kept.
pub fn assemble(resources: &Resources, catalog: &Catalog) -> Assembled {
    Stages::default().assemble(resources, catalog)
}

/// Gives zones and regions their numbers, in the order in which they are named first.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Numbering {
    pub(crate) zones: Vec<Domain>,
    pub(crate) regions: Vec<Region>,
}

impl Numbering {
    pub(crate) fn zone(&mut self, name: &Arc<str>, figures: &Figures) -> ZoneIndex {
        let at = self.zones.iter().position(|zone| zone.name == *name).unwrap_or_else(|| {
            self.zones.push(Domain { name: name.clone(), figure: figures.zone() });
            self.zones.len() - 1
        });
        ZoneIndex(at as u32)
    }

    /// Nobody publishes how often a whole region fails, so it has no figure.
    pub(crate) fn region(&mut self, name: &Arc<str>) -> RegionIndex {
        let at = self.regions.iter().position(|region| region.name == *name).unwrap_or_else(|| {
            self.regions.push(Region { name: name.clone(), figure: None });
            self.regions.len() - 1
        });
        RegionIndex(at as u32)
    }
}

/// A component with the names that were given numbers for it, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    pub(crate) component: Arc<Component>,
    pub(crate) zones: Vec<Arc<str>>,
    pub(crate) region: Option<Arc<str>>,
}

/// A component from the instances that make it up.
pub(crate) fn component(graph: &Graph<'_>, grouped: &Grouped, numbering: &mut Numbering) -> Numbered {
    let declaring = grouped.blocks.first().copied().unwrap_or_default();
    if let Some((label, _)) = &grouped.way_in {
        let component = Arc::new(way_in(graph, grouped, label));
        return Numbered { component, zones: Vec::new(), region: None };
    }
    let (instance, row) = (graph.instance(declaring), graph.row(declaring));
    let variables = graph.variables(declaring);
    let fits = |sla: &&crate::row::SlaRow| sla.when.as_ref().is_none_or(|when| when.holds(&variables) == Some(true));
    let sla = row.and_then(|row| row.sla.iter().find(fits));
    let figures = &graph.catalog.figures;
    let mut zones = Vec::new();
    let mut zone_of = |name: &Arc<str>| {
        zones.push(name.clone());
        numbering.zone(name, figures)
    };
    let bare = Row::bare(RoleName::Component);
    let row = row.unwrap_or(&bare);
    let redundancy = redundancy::read(graph, row, &grouped.blocks, &grouped.members, sla, &mut zone_of);
    let in_zones = redundancy.zones.known().is_some_and(|zones| !zones.is_empty());
    let kind = row.kind_of(|| variables.clone()).unwrap_or(ComponentKind::Custom);
    let defaults = Defaults::of(figures);
    let mut reliability = figures.reliability(sla, in_zones);
    // What users reach and nobody promises anything of is no better for that: the default of its kind, for all of it.
    if reliability == Reliability::default() && kind.is_user_facing() {
        reliability.service = Some(defaults.instance(kind));
    }
    // A name or a door that can't fail by itself is not changed by itself either.
    let changed = Some(kind).filter(|_| defaults.deploys(kind) || reliability != Reliability::default());
    reliability.software = defaults.software(changed, &Upkeep::default());
    let region = instance.and_then(|instance| region_of(instance, row, &variables));
    let component = Component {
        id: ComponentId::new(grouped.id.as_str()),
        kind,
        label: instance.map_or_else(|| grouped.id.as_str().into(), label),
        type_name: instance.map_or_else(|| "".into(), |instance| instance.type_name.clone()),
        place: instance.map(|instance| instance.block.header_place()),
        extent: instance.map(|instance| Place::new(instance.block.file.clone(), instance.block.span)),
        redundancy,
        reliability,
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: region.as_ref().map(|region| numbering.region(region)),
        recovery: Recovery {
            response: defaults.response(kind),
            automatic: row.heals.as_deref().and_then(|heals| defaults.restored(heals)),
            ..Recovery::default()
        },
        agent: None,
        entry: None,
        may_be_absent: instance.and_then(|instance| instance.may_be_absent.clone()),
        exposure: graph.exposure(declaring),
        reader: row
            .reader
            .as_ref()
            .zip(instance)
            .is_some_and(|(reader, instance)| is_reader(reader, instance, &variables)),
    };
    Numbered { component: Arc::new(component), zones, region }
}

/// A way in: a name, or what leads to a front that is declared elsewhere. Nothing of it can fail here.
fn way_in(graph: &Graph<'_>, grouped: &Grouped, label: &Arc<str>) -> Component {
    let declaring = grouped.blocks.first().and_then(|&first| graph.instance(first));
    let elsewhere = || Source::ProviderDefault("it is declared elsewhere".into());
    let figures = &graph.catalog.figures;
    Component {
        id: ComponentId::new(grouped.id.as_str()),
        kind: ComponentKind::Dns,
        label: label.clone(),
        type_name: declaring.map_or_else(|| "".into(), |instance| instance.type_name.clone()),
        place: declaring.map(|instance| instance.block.header_place()),
        extent: declaring.map(|instance| Place::new(instance.block.file.clone(), instance.block.span)),
        redundancy: Redundancy {
            instances: Known::Known(1),
            instances_source: elsewhere(),
            required: 1,
            zones: Known::Known(Vec::new()),
            zones_place: None,
            replication: Replication::ActiveActive,
            failover: Failover {
                mode: Known::Known(FailoverMode::None),
                seconds: figures.failover_seconds(None),
                coverage: figures.coverage(),
            },
        },
        reliability: Reliability::default(),
        capacity: Capacity::default(),
        domains: Vec::new(),
        region: None,
        recovery: Recovery::default(),
        agent: None,
        entry: None,
        may_be_absent: None,
        exposure: Exposure::Public,
        reader: false,
    }
}

/// Whether it is a copy to read from. An attribute that refers to another resource is not null, whatever it will be.
fn is_reader(reader: &Expression, instance: &Instance, variables: &Scope) -> bool {
    reader.holds(variables).unwrap_or_else(|| {
        let refers = |name: &str| {
            let written = paths::attribute(&instance.body, name);
            written.is_some_and(|written| !written.value.provenance.is_empty())
        };
        reader.reads().any(refers)
    })
}

/// The region that its row reads, else the one its provider is configured for, where the text says it.
fn region_of(instance: &Instance, row: &Row, variables: &Scope) -> Option<Arc<str>> {
    let own = row.region.as_ref().and_then(|region| region.text(variables).known().cloned().flatten());
    match (own, instance.region.as_ref().map(|region| &region.kind)) {
        (Some(own), _) if own.is_empty() => None,
        (Some(own), _) => Some(own),
        (None, Some(Kind::String(name))) => Some(name.clone()),
        _ => None,
    }
}

/// Names that say nothing: what a person calls such a resource is the module it is in.
const NAMELESS: &[&str] = &["this", "main", "default", "self", "example"];

fn label(instance: &Instance) -> Arc<str> {
    if !NAMELESS.contains(&&*instance.name) {
        return instance.name.clone();
    }
    let last = instance.module.rsplit("module.").next().unwrap_or("");
    // A unit of Terragrunt is called by its directory.
    let last = last.strip_prefix("unit.").unwrap_or(last);
    let last = last.rsplit('/').next().unwrap_or(last);
    let bare = last.split('[').next().unwrap_or("").trim_end_matches('.');
    if bare.is_empty() { instance.name.clone() } else { bare.into() }
}

/// How a subnet leaves the network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaves {
    /// The instance that it leaves through.
    through: usize,
    evidence: Evidence,
    network: Option<Arc<str>>,
    zones: Zones,
}

/// Where a subnet's routes lead; nowhere for everything else.
pub(crate) fn leaves(graph: &Graph<'_>, index: usize) -> Vec<Leaves> {
    if !graph.row(index).is_some_and(|row| row.is_subnet && !row.is_egress) {
        return Vec::new();
    }
    let is_egress = |reached: &Reached| graph.row(reached.to).is_some_and(|row| row.is_egress);
    let through = contract::reached(graph, index).into_iter().filter(is_egress);
    let leaves = through.filter_map(|reached| {
        let place = reached.evidence.last()?.place.clone();
        let why = format!("{} leaves through {}", graph.address(index), graph.address(reached.to)).into();
        let (network, zones) = (network_of(graph, index), zones::of_instance(graph, index));
        Some(Leaves { through: reached.to, evidence: Evidence { place, why }, network, zones })
    });
    leaves.collect()
}

/// For each component that traffic leaves through, the subnets whose routes lead to it.
pub(crate) fn egress<'l>(
    graph: &Graph<'_>,
    component_of: &[Option<ComponentIndex>],
    leaves: impl Iterator<Item = &'l Leaves>,
) -> Vec<Egress> {
    let mut egress: BTreeMap<ComponentIndex, Leaving> = BTreeMap::new();
    let of = |index: usize| component_of.get(index).copied().flatten();
    for one in &graph.skeleton.types {
        for &index in &one.instances {
            if !graph.row(index).is_some_and(|row| row.is_egress) {
                break;
            }
            if let Some(component) = of(index) {
                egress.entry(component).or_default();
            }
        }
    }
    for Leaves { through, evidence, network, zones } in leaves {
        let Some(component) = of(*through) else { continue };
        let leaving = egress.entry(component).or_default();
        leaving.subnets.push(evidence.clone());
        leaving.networks.extend(network.clone());
        leaving.is_vague |= zones.is_silent();
        leaving.zones.absorb(zones.clone());
    }
    egress
        .into_iter()
        .map(|(component, Leaving { mut subnets, zones, is_vague, networks })| {
            subnets.sort();
            subnets.dedup();
            let is_known = zones.unknown.is_none() && !is_vague;
            let apart = if zones.names.len() > 1 { Some(true) } else { is_known.then_some(false) };
            Egress { component, subnets, apart, networks }
        })
        .collect()
}

/// What leaves through one component, as it is found.
#[derive(Default)]
struct Leaving {
    subnets: Vec<Evidence>,
    zones: Zones,
    is_vague: bool,
    networks: BTreeSet<Arc<str>>,
}

/// The network a subnet is in.
fn network_of(graph: &Graph<'_>, subnet: usize) -> Option<Arc<str>> {
    let instance = graph.instance(subnet)?;
    for name in NETWORK {
        let Some(value) = paths::attribute(&instance.body, name).map(|attribute| &attribute.value) else { continue };
        if let Some(trace) = value.provenance.iter().next() {
            return Some(trace.to.clone());
        }
        if let Kind::String(text) = &value.kind {
            return Some(text.clone());
        }
    }
    Some(format!("a network of module {:?}", instance.module).into())
}
