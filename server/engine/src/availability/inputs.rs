//! Every number that the figures rest on, with its source.

use foreshock_model::{
    CommonCause, ComponentIndex, DomainIndex, Figure, PlannedWork, RegionIndex, Reliability, Source, System, ZoneIndex,
    median_outage,
};

use crate::availability::basic_event::Part;
use crate::diagram::order::Order;
use crate::diagram::service::Weighted;
use crate::layout::arrays::Layout;
use crate::layout::own::Promotion;
use crate::{Unit, unit_duration};

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names are the documentation; units in `name`
pub enum Quantity {
    Instances,
    Required,
    InstanceUnavailability,
    InstanceRepair,
    CommonCauseShare,
    ServiceUnavailability,
    ServiceRepair,
    SoftwareUnavailability,
    SoftwareRepair,
    TheoreticalUnavailability,
    ExternalUnavailability,
    ExternalRepair,
    Unavailability,
    Repair,
    FailoverCoverage,
    FailoverSeconds,
    ResponseSeconds,
    DeploysPerYear,
    DeploySeconds,
    MaintenancesPerYear,
    MaintenanceSeconds,
    OutageMedian,
}

impl Quantity {
    /// The name in JSON; times are in seconds.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::Instances => "instances",
            Quantity::Required => "required",
            Quantity::InstanceUnavailability => "instance_unavailability",
            Quantity::InstanceRepair => "instance_mttr_seconds",
            Quantity::CommonCauseShare => "common_cause_share",
            Quantity::ServiceUnavailability => "service_unavailability",
            Quantity::ServiceRepair => "service_mttr_seconds",
            Quantity::SoftwareUnavailability => "software_unavailability",
            Quantity::SoftwareRepair => "software_mttr_seconds",
            Quantity::TheoreticalUnavailability => "theoretical_unavailability",
            Quantity::ExternalUnavailability => "external_unavailability",
            Quantity::ExternalRepair => "external_mttr_seconds",
            Quantity::Unavailability => "unavailability",
            Quantity::Repair => "mttr_seconds",
            Quantity::FailoverCoverage => "failover_coverage",
            Quantity::FailoverSeconds => "failover_seconds",
            Quantity::ResponseSeconds => "response_seconds",
            Quantity::DeploysPerYear => "deploys_per_year",
            Quantity::DeploySeconds => "deploy_downtime_seconds",
            Quantity::MaintenancesPerYear => "maintenances_per_year",
            Quantity::MaintenanceSeconds => "maintenance_downtime_seconds",
            Quantity::OutageMedian => "outage_median_seconds",
        }
    }
}

/// One number and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Whose.
    pub part: Part,
    /// What it is.
    pub quantity: Quantity,
    /// The number; times in seconds.
    pub value: f64,
    /// Between which values it may lie, where its source gives no single one.
    pub interval: Option<(f64, f64)>,
    /// Where it comes from.
    pub source: Source,
}

/// The numbers of everything below these components.
pub(crate) fn inputs(system: &System, layout: &Layout, at: &[Weighted]) -> Vec<Input> {
    let roots: Vec<u32> = at.iter().map(|(component, _)| *component).collect();
    let mut below = Order::Topological.of(layout, &roots);
    below.sort_unstable();
    let mut found = Found { inputs: Vec::new() };
    for &index in &below {
        found.component(system, layout, index);
    }
    let is_below = |members: &Vec<foreshock_model::ComponentIndex>| {
        members.iter().any(|member| below.binary_search(&member.0).is_ok())
    };
    for (index, (zone, members)) in system.zones.iter().zip(&layout.zone_members).enumerate() {
        if is_below(members) {
            let part = Part::Zone(foreshock_model::ZoneIndex(index as u32));
            found.figure(part, Some(&zone.figure), Quantity::Unavailability, Some(Quantity::Repair));
        }
    }
    for (index, (domain, members)) in system.domains.iter().zip(&layout.domain_members).enumerate() {
        if is_below(members) {
            let part = Part::Domain(foreshock_model::DomainIndex(index as u32));
            found.figure(part, Some(&domain.figure), Quantity::Unavailability, Some(Quantity::Repair));
        }
    }
    for (index, (region, members)) in system.regions.iter().zip(&layout.region_members).enumerate() {
        if is_below(members) {
            let part = Part::Region(foreshock_model::RegionIndex(index as u32));
            found.figure(part, region.figure.as_ref(), Quantity::Unavailability, Some(Quantity::Repair));
        }
    }
    found.outages(system, layout, &below);
    found.inputs
}

struct Found {
    inputs: Vec<Input>,
}

impl Found {
    fn add(&mut self, part: Part, quantity: Quantity, value: f64, source: &Source) {
        self.inputs.push(Input { part, quantity, value, interval: None, source: source.clone() });
    }

    fn figure(&mut self, part: Part, figure: Option<&Figure>, unavailability: Quantity, repair: Option<Quantity>) {
        let Some(figure) = figure else { return };
        self.add(part, unavailability, figure.unavailability.get(), &figure.source);
        if let (Some(quantity), Some(mttr)) = (repair, figure.mttr) {
            self.add(part, quantity, mttr.get(), &figure.source);
        }
        for planned in &figure.planned {
            let (times, each) = match planned.work {
                PlannedWork::Deploy => (Quantity::DeploysPerYear, Quantity::DeploySeconds),
                PlannedWork::Maintenance => (Quantity::MaintenancesPerYear, Quantity::MaintenanceSeconds),
            };
            self.add(part, times, planned.times_a_year.0, &planned.times_a_year.1);
            self.add(part, each, planned.each.0.get(), &planned.each.1);
        }
    }

    /// How long what is drawn from the table of outages is away: it decides how often it fails, and what outlasts a buffer.
    fn outages(&mut self, system: &System, layout: &Layout, below: &[u32]) {
        let of_component = |&index: &u32| {
            let component = ComponentIndex(index);
            let units = [Unit::Whole, Unit::Service, Unit::Software, Unit::External, Unit::CommonCause];
            units.map(|unit| (Part::Component(component), unit(component)))
        };
        let is_below = |members: &[ComponentIndex]| members.iter().any(|it| below.binary_search(&it.0).is_ok());
        let zones = (0u32..).zip(&layout.zone_members).filter(|(_, members)| is_below(members));
        let zones = zones.map(|(index, _)| (Part::Zone(ZoneIndex(index)), Unit::Zone(ZoneIndex(index))));
        let domains = (0u32..).zip(&layout.domain_members).filter(|(_, members)| is_below(members));
        let domains = domains.map(|(index, _)| (Part::Domain(DomainIndex(index)), Unit::Domain(DomainIndex(index))));
        let regions = (0u32..).zip(&layout.region_members).filter(|(_, members)| is_below(members));
        let regions = regions.map(|(index, _)| (Part::Region(RegionIndex(index)), Unit::Region(RegionIndex(index))));
        for (part, unit) in below.iter().flat_map(of_component).chain(zones).chain(domains).chain(regions) {
            let Some(duration) = unit_duration(system, unit) else { continue };
            if let Some((cause, scale)) = duration.drawn {
                let (median, source) = median_outage(cause, scale);
                self.add(part, Quantity::OutageMedian, median.get(), &source);
            }
        }
    }

    fn component(&mut self, system: &System, layout: &Layout, index: u32) {
        let (Some(component), Some(own)) = (system.components.get(index as usize), layout.own.get(index as usize))
        else {
            return;
        };
        if own.absent {
            return;
        }
        let part = Part::Component(foreshock_model::ComponentIndex(index));
        let Reliability { instance, common_cause, service, software, theoretical, external, whole } =
            &component.reliability;
        let redundancy = &component.redundancy;
        if whole.is_some() {
            self.figure(part, whole.as_ref(), Quantity::Unavailability, Some(Quantity::Repair));
        } else {
            self.add(part, Quantity::Instances, f64::from(own.instances), &redundancy.instances_source);
            if redundancy.required > 1 {
                self.add(part, Quantity::Required, f64::from(redundancy.required), &redundancy.instances_source);
            }
            self.figure(part, instance.as_ref(), Quantity::InstanceUnavailability, Some(Quantity::InstanceRepair));
            if let Some(CommonCause { share, interval, source }) =
                common_cause.as_ref().filter(|_| own.has_spare() && instance.is_some())
            {
                let interval = Some((interval.0.get(), interval.1.get()));
                let (quantity, source) = (Quantity::CommonCauseShare, source.clone());
                self.inputs.push(Input { part, quantity, value: share.get(), interval, source });
            }
            self.figure(part, service.as_ref(), Quantity::ServiceUnavailability, Some(Quantity::ServiceRepair));
            self.figure(part, software.as_ref(), Quantity::SoftwareUnavailability, Some(Quantity::SoftwareRepair));
            self.figure(part, theoretical.as_ref(), Quantity::TheoreticalUnavailability, None);
            self.figure(part, external.as_ref(), Quantity::ExternalUnavailability, Some(Quantity::ExternalRepair));
            if matches!(own.promotion, Promotion::Automatic { .. }) && own.instances > 1 {
                let failover = &redundancy.failover;
                let coverage = failover.coverage.value.get();
                self.add(part, Quantity::FailoverCoverage, coverage, &failover.coverage.source);
                self.add(part, Quantity::FailoverSeconds, failover.seconds.value.get(), &failover.seconds.source);
            }
        }
        if let Some(response) = &component.recovery.response {
            self.add(part, Quantity::ResponseSeconds, response.value.get(), &response.source);
        }
    }
}
