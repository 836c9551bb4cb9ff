//! Whether two versions of a system say the same, wherever they say it: places and sources are not compared.

use foreshock_model::{
    Alternatives, CommonCause, Component, Dependency, Failover, Figure, Known, Recovery, Redundancy, Reliability,
};

/// How the indexes of the old version translate.
pub(crate) struct Translated<'a> {
    pub(crate) zones: &'a [u32],
    pub(crate) regions: &'a [u32],
    pub(crate) domains: &'a [u32],
}

fn through(map: &[u32], old: u32) -> Option<u32> {
    map.get(old as usize).copied()
}

/// Whether a component does the same by itself, and as likely. Which components are entry points is not looked at, nor
/// what only matters for repairs and for wrong answers.
pub(crate) fn same_component(old: &Component, new: &Component, translated: &Translated<'_>) -> bool {
    let Component {
        id: _,
        kind,
        label: _,
        type_name: _,
        place: _,
        extent: _,
        redundancy,
        reliability,
        capacity,
        domains,
        region,
        recovery,
        agent: _,
        entry: _,
        may_be_absent: _,
        exposure: _,
        reader: _,
    } = old;
    let domains = domains.iter().map(|domain| through(translated.domains, domain.0));
    let region = region.map(|region| through(translated.regions, region.0));
    *kind == new.kind
        && *capacity == new.capacity
        && domains.eq(new.domains.iter().map(|domain| Some(domain.0)))
        && region == new.region.map(|region| Some(region.0))
        && same_redundancy(redundancy, &new.redundancy, translated)
        && same_reliability(reliability, &new.reliability)
        && same_recovery(recovery, &new.recovery)
}

fn same_redundancy(old: &Redundancy, new: &Redundancy, translated: &Translated<'_>) -> bool {
    let Redundancy { instances, instances_source: _, required, zones, zones_place: _, replication, failover } = old;
    let Failover { mode, seconds, coverage } = failover;
    let same_zones = match (zones, &new.zones) {
        (Known::Known(old), Known::Known(new)) => {
            let old = old.iter().map(|zone| through(translated.zones, zone.0));
            old.eq(new.iter().map(|zone| Some(zone.0)))
        }
        (Known::Unknown(_), Known::Unknown(_)) => true,
        _ => false,
    };
    same_zones
        && instances.known() == new.instances.known()
        && *required == new.required
        && *replication == new.replication
        && mode.known() == new.failover.mode.known()
        && seconds.value == new.failover.seconds.value
        && coverage.value == new.failover.coverage.value
}

fn same_reliability(old: &Reliability, new: &Reliability) -> bool {
    let Reliability { instance, common_cause, service, software, theoretical, external, whole } = old;
    let pairs = [
        (instance, &new.instance),
        (service, &new.service),
        (software, &new.software),
        (theoretical, &new.theoretical),
        (external, &new.external),
        (whole, &new.whole),
    ];
    let shares = |cause: &CommonCause| (cause.share, cause.interval);
    pairs.into_iter().all(|(old, new)| same_figure(old.as_ref(), new.as_ref()))
        && common_cause.as_ref().map(shares) == new.common_cause.as_ref().map(shares)
}

fn same_recovery(old: &Recovery, new: &Recovery) -> bool {
    let Recovery { automatic, restart, response, repair, cause, needs: _, backup_every: _ } = old;
    let pairs =
        [(automatic, &new.automatic), (restart, &new.restart), (response, &new.response), (repair, &new.repair)];
    pairs.into_iter().all(|(old, new)| old.as_ref().map(|it| it.value) == new.as_ref().map(|it| it.value))
        && cause.as_ref().map(|it| it.value) == new.cause.as_ref().map(|it| it.value)
}

pub(crate) fn same_figure(old: Option<&Figure>, new: Option<&Figure>) -> bool {
    let numbers = |figure: &Figure| {
        let Figure { unavailability, layer, mttr, planned, source } = figure;
        let planned: Vec<_> = planned.iter().map(|it| (it.work, it.times_a_year.0, it.each.0)).collect();
        // Whether a repair time is judgement decides whether the table of outages is used in its place.
        (*unavailability, *layer, *mttr, planned, source.is_default())
    };
    old.map(numbers) == new.map(numbers)
}

/// Whether two dependencies with the same ends carry the same. Groups are not looked at.
pub(crate) fn same_dependency(old: &Dependency, new: &Dependency) -> bool {
    let Dependency {
        from: _,
        to: _,
        kind,
        confidence,
        evidence: _,
        shown: _,
        weight,
        timeout,
        deadline,
        attempts,
        latency,
        fan_out,
        buffer,
        breaker,
        fallback,
        plane,
    } = old;
    *kind == new.kind
        && *confidence == new.confidence
        && *weight == new.weight
        && *timeout == new.timeout
        && *deadline == new.deadline
        && *attempts == new.attempts
        && *latency == new.latency
        && *fan_out == new.fan_out
        && *buffer == new.buffer
        && *breaker == new.breaker
        && *fallback == new.fallback
        && *plane == new.plane
}

/// What a group says: k, whether it shares load, and its members.
pub(crate) type GroupKey = (u32, bool, Vec<u32>);

pub(crate) fn group_key(group: &Alternatives, member: impl Fn(u32) -> u32) -> GroupKey {
    let Alternatives { name: _, members, required, shares_load } = group;
    (*required, *shares_load, members.iter().map(|it| member(it.0)).collect())
}
