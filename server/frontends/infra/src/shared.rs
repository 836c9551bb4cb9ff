//! Zones, domains and regions: named once at the top, or by the components in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_catalog::Defaults;
use foreshock_model::{
    ComponentIndex, Domain, DomainIndex, Figure, Layer, Probability, Region, RegionIndex, Source, System, ZoneIndex,
};
use foreshock_syntax::yaml::{Pair, Value};

use crate::reliability::unavailability_of;
use crate::schema::Level;
use crate::section::{Report, Section};

/// The failure units that components share.
pub(crate) struct Shared {
    zones: Vec<Domain>,
    domains: Vec<Domain>,
    regions: Vec<Region>,
    index: Names,
    zone: Figure,
    domain: Figure,
    host: Figure,
    /// The top level lists zones, and lists none.
    no_zones: bool,
    /// Who says on which host it runs, with the number of replicas.
    hosts: BTreeMap<Arc<str>, Vec<(ComponentIndex, u32)>>,
}

#[derive(Default)]
struct Names {
    zones: rustc_hash::FxHashMap<Arc<str>, u32>,
    domains: rustc_hash::FxHashMap<Arc<str>, u32>,
    regions: rustc_hash::FxHashMap<Arc<str>, u32>,
}

impl Shared {
    pub(crate) fn read(top: &mut Section<'_>, report: &mut Report, defaults: Defaults<'_>) -> Shared {
        let no_zones = top.is_empty_map("zones");
        let mut shared = Shared {
            zones: Vec::new(),
            domains: Vec::new(),
            regions: Vec::new(),
            index: Names::default(),
            zone: defaults.zone(),
            domain: defaults.domain(),
            host: defaults.host(),
            no_zones,
            hosts: BTreeMap::new(),
        };
        for (name, figure) in units(top, report, "zones") {
            let index = shared.zone(&name).index();
            if let (Some(zone), Some(figure)) = (shared.zones.get_mut(index), figure) {
                zone.figure = figure_at(&zone.figure, figure);
            }
        }
        for (name, figure) in units(top, report, "domains") {
            let index = shared.domain(&name).index();
            if let (Some(domain), Some(figure)) = (shared.domains.get_mut(index), figure) {
                domain.figure = figure_at(&domain.figure, figure);
            }
        }
        for (name, figure) in units(top, report, "regions") {
            let index = shared.region(&name).index();
            let default = defaults.region();
            if let Some(region) = shared.regions.get_mut(index) {
                region.figure = Some(figure.map_or(default.clone(), |figure| figure_at(&default, figure)));
            }
        }
        shared
    }

    /// Whether the file says that it is in no zones at all.
    pub(crate) fn has_no_zones(&self) -> bool {
        self.no_zones
    }

    /// A component runs on a host, with all of its replicas.
    pub(crate) fn runs_on(&mut self, host: &Arc<str>, component: ComponentIndex, replicas: u32) {
        self.hosts.entry(host.clone()).or_default().push((component, replicas));
    }

    pub(crate) fn zone(&mut self, name: &Arc<str>) -> ZoneIndex {
        let next = self.zones.len() as u32;
        let index = *self.index.zones.entry(name.clone()).or_insert(next);
        if index == next {
            self.zones.push(Domain { name: name.clone(), figure: self.zone.clone() });
        }
        ZoneIndex(index)
    }

    pub(crate) fn domain(&mut self, name: &Arc<str>) -> DomainIndex {
        let next = self.domains.len() as u32;
        let index = *self.index.domains.entry(name.clone()).or_insert(next);
        if index == next {
            self.domains.push(Domain { name: name.clone(), figure: self.domain.clone() });
        }
        DomainIndex(index)
    }

    /// A region that only components name has no figure: nobody publishes how often all of one fails.
    pub(crate) fn region(&mut self, name: &Arc<str>) -> RegionIndex {
        let next = self.regions.len() as u32;
        let index = *self.index.regions.entry(name.clone()).or_insert(next);
        if index == next {
            self.regions.push(Region { name: name.clone(), figure: None });
        }
        RegionIndex(index)
    }

    pub(crate) fn give_to(mut self, system: &mut System) {
        for (host, on_it) in std::mem::take(&mut self.hosts) {
            // Of what nothing shares the host's failures are in the instance's own figure.
            if matches!(on_it.as_slice(), [(_, 1)]) {
                continue;
            }
            let name: Arc<str> = format!("host {host}").into();
            let index = DomainIndex(self.domains.len() as u32);
            self.domains.push(Domain { name, figure: self.host.clone() });
            for (component, _) in on_it {
                if let Some(component) = system.components.get_mut(component.index()) {
                    Arc::make_mut(component).domains.push(index);
                }
            }
        }
        system.zones = self.zones;
        system.domains = self.domains;
        system.regions = self.regions;
    }
}

/// The default with what is written in its place.
fn figure_at(default: &Figure, (unavailability, source): (Probability, Source)) -> Figure {
    Figure { unavailability, layer: Layer::Hardware, source, ..default.clone() }
}

type Unit = (Arc<str>, Option<(Probability, Source)>);

/// The units of a top-level map, `{name: {unavailability: 1e-4}}`.
fn units(top: &mut Section<'_>, report: &mut Report, key: &'static str) -> Vec<Unit> {
    let (Some(Pair { value, .. }), Some(level)) = (top.take(key), top.below(key)) else { return Vec::new() };
    let Some(pairs) = value.pairs() else {
        report.wrong_type(key, value, "a map from names to their figures");
        return Vec::new();
    };
    let mut units = Vec::new();
    for pair in pairs {
        units.push((pair.name.into(), unit(report, pair.value, level)));
    }
    units
}

fn unit(report: &mut Report, value: Value<'_>, level: &'static Level) -> Option<(Probability, Source)> {
    let mut section = Section::of(report, value, level, "")?;
    let figure = unavailability_of(&mut section, report, &["unavailability", "availability"]);
    section.finish(report);
    let (_, written) = figure?;
    Some((Probability::clamped(written.value), written.source()))
}
