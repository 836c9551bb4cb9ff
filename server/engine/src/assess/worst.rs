//! The worst that a text leaves open: no instance to spare, nobody promotes, and what is nowhere in the zone where it hurts.

use foreshock_model::{ComponentIndex, System, ZoneIndex};

use crate::assess::division::{Bench, Division};
use crate::cascade::readings::Readings;
use crate::diagram::equations::Wanted;
use crate::diagram::loss::{is_structural, weights};
use crate::diagram::service::{Service, Weighted};
use crate::layout::arrays::{Edge, Layout, NO_GROUP};
use crate::layout::basis::Basis;
use crate::layout::defaults::FOLLOWED_ZONES;
use crate::layout::lay_out::lay_out;
use crate::layout::own::{FictiveZone, Own, is_open};
use crate::layout::reading::{Reading, Unknowns};
use crate::{Fault, Health, Scratch};

/// Whether the text leaves open something that the service depends on.
pub(crate) fn has_unknowns(system: &System) -> bool {
    system.components.iter().any(|component| is_open(component))
}

/// The service of a whole system with everything that is open at its worst; none where nothing is. The same as its parts
/// have it.
pub(crate) fn layout_of_whole(system: &System, basis: &Basis) -> Option<Layout> {
    if !has_unknowns(system) {
        return None;
    }
    let division = Division::of(system, &basis.entries);
    let mut at = vec![Vec::new(); division.parts.len()];
    for (entry, weight) in weights(basis) {
        if let Some((part, local)) = division.place(ComponentIndex(entry))
            && let Some(at) = at.get_mut(part)
        {
            at.push((local.0, weight));
        }
    }
    let (mut bench, mut scratch) = (Bench::of(system), Scratch::default());
    let mut open = Vec::new();
    for (part, at) in division.parts.iter().zip(&at) {
        let roots: Vec<u32> = at.iter().map(|(root, _)| *root).collect();
        open.push(
            bench.on(&mut part.alone(system), |system| {
                LeftOpen::of(system, &Readings::of(system), &roots, &mut scratch)
            }),
        );
    }
    let candidates = candidates(open.iter());
    let lost =
        division.parts.iter().zip(&open).zip(&at).map(|((part, open), at)| {
            bench.on(&mut part.alone(system), |system| losses(system, open, &candidates, at))
        });
    let lost: Vec<Vec<f64>> = lost.collect();
    let together = choice(&candidates, lost.iter().map(Vec::as_slice));
    let spare = division
        .parts
        .iter()
        .zip(&open)
        .flat_map(|(part, open)| open.spare.iter().map(|&component| part.global(ComponentIndex(component)).0));
    let mut spare: Vec<u32> = spare.collect();
    spare.sort_unstable();
    Some(together.of(&apart(system), &spare))
}

/// What a part of a system leaves open, by its own indexes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LeftOpen {
    /// Whether anything is.
    pub(crate) is_open: bool,
    /// What is in no known zone, and has something beside it that could be lost with it.
    pub(crate) spare: Vec<u32>,
    /// In so many zones the spare ones need to be.
    zones: u32,
    /// The zones of what is below an entry point.
    named: Vec<ZoneIndex>,
}

/// Where that is which is in no known zone and stands in for something else.
///
/// It is the only thing of which the worst depends on the others. What falls with it anyway is best left alone in a zone of
/// its own: two such are lost twice as often. What stands in for something else may be lost together with it, in a zone that
/// nobody names or in any that somebody does; of these the worst counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Together {
    /// Each in a zone of its own.
    #[default]
    Apart,
    /// All in one, or so many, that nobody names.
    Nowhere {
        zones: u32,
    },
    In(ZoneIndex),
}

impl LeftOpen {
    pub(crate) fn of(system: &System, readings: &Readings, roots: &[u32], scratch: &mut Scratch) -> LeftOpen {
        let is_open = has_unknowns(system);
        let apart = is_open.then(|| apart(system));
        let layout = apart.as_ref().unwrap_or(readings.service());
        let spare = if is_open { stand_ins(readings, layout, roots, scratch) } else { Vec::new() };
        let zones = spare.iter().filter_map(|&component| layout.own.get(component as usize)).map(Own::zones_needed);
        let mut below = vec![false; layout.own.len()];
        for component in layout.below(roots.iter().copied()) {
            if let Some(below) = below.get_mut(component as usize) {
                *below = true;
            }
        }
        let matters =
            |members: &[ComponentIndex]| members.iter().any(|member| below.get(member.index()) == Some(&true));
        let named = (0u32..).map(ZoneIndex).zip(&layout.zone_members).filter(|(_, members)| matters(members));
        LeftOpen { is_open, zones: zones.max().unwrap_or(1), named: named.map(|(zone, _)| zone).collect(), spare }
    }
}

/// Where that may be which all parts together leave open; the first is [`Together::Apart`].
pub(crate) fn candidates<'a>(parts: impl Iterator<Item = &'a LeftOpen> + Clone) -> Vec<Together> {
    let mut candidates = vec![Together::Apart];
    let spare = parts.clone().map(|part| part.spare.len()).sum::<usize>();
    if spare > 1 {
        let zones = parts.clone().map(|part| part.zones).max().unwrap_or(1);
        candidates.push(Together::Nowhere { zones });
    }
    if spare > 0 {
        let mut named: Vec<ZoneIndex> = parts.flat_map(|part| &part.named).copied().collect();
        named.sort_unstable();
        named.dedup();
        candidates.extend(named.into_iter().take(FOLLOWED_ZONES).map(Together::In));
    }
    candidates
}

/// What a part loses with each of these, by the weights as they are. Empty where it has nothing that they are about.
pub(crate) fn losses(system: &System, open: &LeftOpen, candidates: &[Together], at: &[Weighted]) -> Vec<f64> {
    if open.spare.is_empty() || candidates.len() < 2 {
        return Vec::new();
    }
    let roots: Vec<u32> = at.iter().map(|(root, _)| *root).collect();
    let apart = apart(system);
    let loss = |together: &Together| {
        let layout = together.of(&apart, &open.spare);
        let service = Service::at(system, &layout, &roots, Wanted::of(&layout));
        service.loss(at, &service.variables.probabilities(is_structural)).1
    };
    candidates.iter().map(loss).collect()
}

/// The worst of these, given what each part loses with each.
pub(crate) fn choice<'a>(candidates: &[Together], lost: impl Iterator<Item = &'a [f64]>) -> Together {
    let mut sums = vec![0.0; candidates.len()];
    for lost in lost {
        for (sum, lost) in sums.iter_mut().zip(lost) {
            *sum += lost;
        }
    }
    let most = sums.iter().copied().fold(0.0, f64::max);
    let place = sums.iter().position(|sum| *sum >= most).unwrap_or(0);
    candidates.get(place).copied().unwrap_or_default()
}

/// The service of a part with everything that is open at its worst; none where nothing is.
pub(crate) fn layout(system: &System, open: &LeftOpen, together: Together) -> Option<Layout> {
    open.is_open.then(|| together.of(&apart(system), &open.spare))
}

/// Everything that is open at its worst, and whatever is nowhere in a zone of its own.
fn apart(system: &System) -> Layout {
    lay_out(system, Reading::service(Unknowns::Worst)).0
}

/// What is in no known zone, and has something beside it that could be lost with it.
fn stand_ins(readings: &Readings, layout: &Layout, roots: &[u32], scratch: &mut Scratch) -> Vec<u32> {
    let is_beside = |edge: &Edge| edge.group != NO_GROUP || edge.row.partial_weight > 0;
    if !layout.edges.iter().any(is_beside) {
        return Vec::new();
    }
    let mut is_root = vec![false; layout.own.len()];
    for &root in roots {
        if let Some(slot) = is_root.get_mut(root as usize) {
            *slot = true;
        }
    }
    let frozen = readings.structure();
    let mut seen = vec![[NONE; 2]; layout.own.len()];
    let nowhere = (0u32..).zip(&layout.own).filter(|(_, own)| own.fictive_zone == FictiveZone::Own && !own.absent);
    let mut spare = Vec::new();
    for (component, _) in nowhere {
        frozen.run(&[Fault::Component(ComponentIndex(component))], scratch);
        // Up to the roots, over something that has others beside it: a member of a group, or a part of the load.
        let mut open = vec![(component, false)];
        while let Some((above, beside)) = open.pop() {
            match seen.get_mut(above as usize).and_then(|seen| seen.get_mut(usize::from(beside))) {
                Some(seen) if *seen != component => *seen = component,
                _ => continue,
            }
            let stands = scratch.health(frozen, ComponentIndex(above)) != Health::Down;
            if beside && stands && is_root.get(above as usize) == Some(&true) {
                spare.push(component);
                break;
            }
            open.extend(layout.callers(above).map(|(_, edge)| (edge.from, beside || is_beside(edge))));
        }
    }
    spare
}

/// No component.
const NONE: u32 = u32::MAX;

impl Together {
    /// The layout with what is spare there.
    fn of(self, apart: &Layout, spare: &[u32]) -> Layout {
        let mut layout = apart.clone();
        for &component in spare {
            let Some(own) = layout.own.get_mut(component as usize) else { continue };
            let zone = match self {
                Together::Apart => continue,
                Together::Nowhere { .. } => {
                    own.fictive_zone = FictiveZone::Shared;
                    continue;
                }
                Together::In(zone) => zone,
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
        if let Together::Nowhere { zones } = self {
            layout.zones_nowhere = zones;
        }
        layout
    }
}
