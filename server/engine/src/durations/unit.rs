//! The duration law of each unit of a system: the one place to ask for it.

use foreshock_model::{Cause, Figure, Scale, Source, System};

use crate::Unit;
use crate::durations::law::DurationLaw;
use crate::durations::outage::{Outage, Said};

/// How long a failure of one unit lasts, and why that is said.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitDuration {
    /// Mean, quantiles, sigma. What is planned is in it as often as it happens.
    pub law: DurationLaw,
    /// The row of the table of outages that it was drawn from: the cause (none: any), and whose outages. None where
    /// somebody said how long.
    pub drawn: Option<(Option<Cause>, Scale)>,
    /// Whether a default is in it.
    pub assumed: bool,
    /// Where the time that people take comes from.
    pub source: Source,
}

/// How long failures of a unit last; none for what can't fail (no figure), and for a failover, which fails when it is asked for
/// and stays failed as long as its primary.
///
/// An unavailability is kept whatever this says: the unit fails U / `law.mean()` times a second.
pub fn unit_duration(system: &System, unit: Unit) -> Option<UnitDuration> {
    let component = match unit {
        Unit::Instance { component, .. }
        | Unit::Whole(component)
        | Unit::Service(component)
        | Unit::Software(component)
        | Unit::Theoretical(component)
        | Unit::External(component)
        | Unit::CommonCause(component)
        | Unit::Failover(component) => Some(system.component(component)?),
        Unit::Zone(_) | Unit::Region(_) | Unit::Domain(_) => None,
    };
    let causes = component.map(|component| &component.reliability);
    let figure = match unit {
        Unit::Instance { .. } | Unit::CommonCause(_) => causes?.instance.as_ref()?,
        Unit::Whole(_) => causes?.whole.as_ref()?,
        Unit::Service(_) => causes?.service.as_ref()?,
        Unit::Software(_) => causes?.software.as_ref()?,
        Unit::Theoretical(_) => causes?.theoretical.as_ref()?,
        Unit::External(_) => causes?.external.as_ref()?,
        Unit::Failover(_) => return None,
        Unit::Zone(zone) => &system.zones.get(zone.index())?.figure,
        Unit::Domain(domain) => &system.domains.get(domain.index())?.figure,
        Unit::Region(region) => system.regions.get(region.index())?.figure.as_ref()?,
    };
    let outage = Outage::of_unit(unit, figure, component, Said::default());
    Some(UnitDuration {
        law: with_planned(outage.law(), figure, figure.unplanned_unavailability()),
        drawn: outage.drawn,
        assumed: outage.assumed,
        source: outage.source,
    })
}

/// The law of what fails, for this share of the time, with what is planned beside it: each as often as its share of time and its
/// length say.
pub(crate) fn with_planned(law: DurationLaw, figure: &Figure, failed: f64) -> DurationLaw {
    let mean = law.mean();
    let rate = if mean > 0.0 { failed / mean } else { 0.0 };
    let planned = figure.planned.iter().filter(|it| it.each.0.get() > 0.0);
    let planned: Vec<(f64, f64)> = planned.map(|it| (it.unavailability() / it.each.0.get(), it.each.0.get())).collect();
    law.with_planned(rate, &planned)
}
