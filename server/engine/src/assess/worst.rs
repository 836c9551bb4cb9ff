//! The worst that a text leaves open: no instance to spare, nobody promotes, and what is nowhere in the zone where it hurts.

use foreshock_model::{Component, ComponentIndex, Known, Replication, System, ZoneIndex};

use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::is_structural;
use crate::diagram::service::{Service, Weighted};
use crate::layout::arrays::{Layout, NO_GROUP};
use crate::layout::defaults::FOLLOWED_ZONES;
use crate::layout::lay_out::lay_out;
use crate::layout::own::FictiveZone;
use crate::layout::reading::{Reading, Unknowns};
use crate::{Fault, Health, Scratch};

/// Whether the text leaves open something that the service depends on.
pub(crate) fn has_unknowns(system: &System) -> bool {
    system.components.iter().any(|component| is_open(component))
}

fn is_open(component: &Component) -> bool {
    let redundancy = &component.redundancy;
    let instances = redundancy.instances.known();
    if component.may_be_absent.is_some() {
        return true;
    }
    if instances == Some(&0) || component.reliability.whole.is_some() {
        return false;
    }
    let promoted = redundancy.replication == Replication::PrimaryStandby && instances.is_none_or(|&n| n > 1);
    let unsure = instances.is_none() || (promoted && matches!(redundancy.failover.mode, Known::Unknown(_)));
    let fails = component.reliability.instance.is_some();
    let zones = redundancy.zones.known();
    (fails && zones.is_none()) || (unsure && (fails || zones.is_some_and(|zones| !zones.is_empty())))
}

/// The service with everything that is open at its worst; none where nothing is.
///
/// Where a component is that has no zone in the text is the only thing of which the worst depends on the others. What falls
/// with it anyway is best left alone in a zone of its own: two such are lost twice as often. What stands in for something
/// else may be lost together with it, in a zone that nobody names or in any that somebody does; of these the worst counts.
pub(crate) fn layout(system: &System, readings: &Readings, at: &[Weighted]) -> Option<Layout> {
    if !has_unknowns(system) {
        return None;
    }
    let (apart, _) = lay_out(system, Reading::service(Unknowns::Worst));
    let roots: Vec<u32> = at.iter().map(|(root, _)| *root).collect();
    let spare = stand_ins(readings, &apart, &roots);
    let below = apart.below(roots.iter().copied());
    let matters = |members: &[ComponentIndex]| members.iter().any(|member| below.contains(&member.0));
    let named = (0u32..).map(ZoneIndex).zip(&apart.zone_members).filter(|(_, members)| matters(members));
    let named: Vec<ZoneIndex> = named.map(|(zone, _)| zone).take(FOLLOWED_ZONES).collect();
    let mut candidates = Vec::new();
    if spare.len() > 1 {
        candidates.push(together(&apart, &spare, None));
    }
    if !spare.is_empty() {
        candidates.extend(named.into_iter().map(|zone| together(&apart, &spare, Some(zone))));
    }
    candidates.insert(0, apart);
    if candidates.len() == 1 {
        return candidates.pop();
    }
    let loss = |layout: &Layout| {
        let service = Service::at(system, layout, &roots, Wanted::of(layout));
        service.loss(at, &service.variables.probabilities(is_structural)).1
    };
    let lost: Vec<f64> = candidates.iter().map(loss).collect();
    let most = lost.iter().copied().fold(0.0, f64::max);
    let place = lost.iter().position(|loss| *loss >= most).unwrap_or(0);
    Some(candidates.swap_remove(place))
}

/// What is in no known zone, and has something beside it that could be lost with it.
fn stand_ins(readings: &Readings, layout: &Layout, roots: &[u32]) -> Vec<u32> {
    let nowhere = (0u32..).zip(&layout.own).filter(|(_, own)| own.fictive_zone == FictiveZone::Own && !own.absent);
    let nowhere: Vec<u32> = nowhere.map(|(component, _)| component).collect();
    if nowhere.is_empty() {
        return Vec::new();
    }
    let beside: Vec<Vec<bool>> = roots.iter().map(|&root| behind_alternatives(layout, root)).collect();
    let (frozen, mut scratch) = (readings.structure(), Scratch::default());
    let mut spare = Vec::new();
    for component in nowhere {
        frozen.run(&[Fault::Component(ComponentIndex(component))], &mut scratch);
        let stands_in = roots.iter().zip(&beside).any(|(&root, beside)| {
            beside.get(component as usize) == Some(&true)
                && scratch.health(frozen, ComponentIndex(root)) != Health::Down
        });
        if stands_in {
            spare.push(component);
        }
    }
    spare
}

/// What a root reaches over something that has others beside it: a member of a group, or a part of the load.
fn behind_alternatives(layout: &Layout, root: u32) -> Vec<bool> {
    let mut seen = vec![[false; 2]; layout.own.len()];
    let mut open = vec![(root, false)];
    while let Some((component, beside)) = open.pop() {
        match seen.get_mut(component as usize).and_then(|seen| seen.get_mut(usize::from(beside))) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        for (_, edge) in layout.callees(component) {
            open.push((edge.to, beside || edge.group != NO_GROUP || edge.row.partial_weight > 0));
        }
    }
    seen.into_iter().map(|[_, beside]| beside).collect()
}

/// The same with everything that stands in for something in one zone: this, or one that nobody names.
fn together(apart: &Layout, spare: &[u32], zone: Option<ZoneIndex>) -> Layout {
    let mut layout = apart.clone();
    for &component in spare {
        let Some(own) = layout.own.get_mut(component as usize) else { continue };
        let Some(zone) = zone else {
            own.fictive_zone = FictiveZone::Shared;
            continue;
        };
        own.zones = vec![zone];
        // Of what needs all of its instances a part can be elsewhere.
        own.fictive_zone = if own.zones_needed() > 1 { FictiveZone::Own } else { FictiveZone::None };
        if let Some(members) = layout.zone_members.get_mut(zone.index()) {
            members.push(ComponentIndex(component));
            members.sort_unstable();
            members.dedup();
        }
    }
    layout
}
