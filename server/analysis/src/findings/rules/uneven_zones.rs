//! Instances that do not divide among their zones: one zone takes more than its share with it.

use foreshock_model::{Component, ComponentIndex, MinutesPerYear, Points, Replication};

use super::{Draft, RuleId, severity_of};
use crate::findings::scope::Scope;
use crate::{Finding, Stack};

const ID: RuleId = RuleId::UnevenZones;

pub(super) fn find(stack: &Stack, scope: &Scope) -> Vec<Finding> {
    let looked_at = stack.system().iter().filter(|(index, _)| scope.has(*index));
    looked_at.filter_map(|(index, component)| report(stack, index, component)).collect()
}

fn report(stack: &Stack, index: ComponentIndex, component: &Component) -> Option<Finding> {
    let redundancy = &component.redundancy;
    let (count, zones) = (*redundancy.instances.known()?, redundancy.zones.known()?.len() as u32);
    let shares_work = redundancy.replication == Replication::ActiveActive;
    if zones < 2 || count <= zones || count.is_multiple_of(zones) || !shares_work {
        return None;
    }
    let most = count.div_ceil(zones);
    if count - most < redundancy.required {
        // That is single-zone already.
        return None;
    }
    Draft {
        rule: ID,
        severity: severity_of(ID),
        component: index,
        message: format!(
            "{} has {count} instances in {zones} zones: {most} in one of them.\nWhen that zone fails, {} left carry what {count} did.",
            component.id,
            count - most
        ),
        cause: redundancy.zones_place.clone(),
        affected: Vec::new(),
        points: Points::ZERO,
        minutes_per_year: MinutesPerYear::ZERO,
        evidence: Vec::new(),
    }
    .finish_unscored(stack)
}
