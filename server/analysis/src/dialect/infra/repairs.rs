//! Repairs of infrastructure YAML: more replicas, automatic failover, more zones.

use foreshock_infra::is_record;
use foreshock_model::{Component, FailoverMode, System};
use foreshock_syntax::yaml::Value;

use super::Declared;
use crate::dialect::yaml_edits::Text;
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, RuleId};

/// What may repair a finding.
pub(super) fn candidates(
    Declared { file, declarations }: &Declared,
    system: &System,
    finding: &Finding,
) -> Vec<Candidate> {
    let Some(index) = finding.component else { return Vec::new() };
    let declaration = declarations.get(index.index());
    let (Some(component), Some(declaration)) = (system.component(index), declaration) else {
        return Vec::new();
    };
    let declared = file.tree.value(declaration.node);
    if declared.is_alias() {
        // What is written elsewhere is somebody else's too.
        return Vec::new();
    }
    let repair = Repair { text: Text::of(file), system, component, declared };
    let candidates = match finding.rule {
        RuleId::SinglePointOfFailure | RuleId::NoRedundancy => {
            vec![repair.replica(), repair.replica_with_failover(), repair.replica_elsewhere()]
        }
        RuleId::NoAutomaticFailover => vec![repair.failover()],
        RuleId::CapacityAfterLoss => vec![repair.replicas_for_the_load()],
        RuleId::UnevenZones => vec![repair.replicas_for_each_zone()],
        RuleId::SingleZone => vec![repair.another_zone(), repair.replicas_for_a_zone()],
        _ => Vec::new(),
    };
    candidates.into_iter().flatten().collect()
}

struct Repair<'a> {
    text: Text<'a>,
    system: &'a System,
    component: &'a Component,
    declared: Value<'a>,
}

impl Repair<'_> {
    fn replica(&self) -> Option<Candidate> {
        Candidate::new("Add a replica", self.more_replicas()?)
    }

    /// Where a standby would wait for a person.
    fn replica_with_failover(&self) -> Option<Candidate> {
        let mut edits = self.more_replicas()?;
        edits.extend(self.failover_on()?);
        Candidate::new("Add a replica with automatic failover", edits)
    }

    fn replica_elsewhere(&self) -> Option<Candidate> {
        let mut edits = self.more_replicas()?;
        let (zone, more) = self.one_more_zone()?;
        edits.extend(more);
        Candidate::new(format!("Add a replica in {zone}"), edits)
    }

    fn failover(&self) -> Option<Candidate> {
        let manual = self.component.redundancy.failover.mode.known() == Some(&FailoverMode::Manual);
        Candidate::new("Enable automatic failover", self.failover_on().filter(|_| manual)?)
    }

    fn another_zone(&self) -> Option<Candidate> {
        let (zone, edits) = self.one_more_zone()?;
        let names = self.zones().chain([zone]).collect::<Vec<_>>();
        let title = match names.split_last() {
            Some((last, first)) if !first.is_empty() => format!("Spread over {} and {last}", first.join(", ")),
            _ => return None,
        };
        Candidate::new(title, edits)
    }

    /// So many replicas that enough are left whichever zone fails, where there are several zones.
    fn replicas_for_a_zone(&self) -> Option<Candidate> {
        /// More than that is no repair but another system.
        const MOST_TIMES: u32 = 4;
        let redundancy = &self.component.redundancy;
        let zones = u32::try_from(self.zones().count()).ok().filter(|zones| *zones > 1)?;
        let now = *redundancy.instances.known()?;
        let load = self.component.capacity.movable_utilisation.unwrap_or(0.0);
        let enough = |count: &u32| {
            let needed = (f64::from(*count) * load).ceil().max(f64::from(redundancy.required));
            f64::from(count - count.div_ceil(zones)) >= needed
        };
        let wanted = (now + 1..=now.saturating_mul(MOST_TIMES)).find(enough)?;
        let edit = self.text.set(self.declared, "replicas", &wanted.to_string())?;
        Candidate::new(format!("Run {wanted} replicas"), vec![edit])
    }

    /// One instance more than are needed. A figure for the whole component becomes one for each instance, or the
    /// replica would change nothing.
    fn more_replicas(&self) -> Option<Vec<Edit>> {
        let redundancy = &self.component.redundancy;
        let wanted = redundancy.required.checked_add(1)?;
        if *redundancy.instances.known()? >= wanted {
            return None;
        }
        let mut edits = vec![self.text.set(self.declared, "replicas", &wanted.to_string())?];
        if self.component.reliability.whole.is_some() {
            let of_whole = |key: &&str| self.text.own(self.declared, key).is_some();
            let key = ["unavailability", "availability"].into_iter().find(of_whole)?;
            edits.push(self.text.rename(self.declared, key, &format!("instance_{key}"))?);
        }
        Some(edits)
    }

    /// The smallest number of replicas of which the loss of one, or of a zone's share, leaves enough.
    fn replicas_for_the_load(&self) -> Option<Candidate> {
        /// Survivors above this are overloaded (semantics, section 2).
        const ENOUGH: f64 = 0.9;
        let load = self.component.capacity.movable_utilisation?;
        let count = *self.component.redundancy.instances.known()?;
        let zones = self.component.redundancy.zones.known().map_or(0, Vec::len) as u32;
        let is_enough = |count: &u32| {
            let lost = if zones > 1 { count.div_ceil(zones) } else { 1 };
            load * f64::from(*count) <= ENOUGH * f64::from(count.saturating_sub(lost))
        };
        let wanted = (count + 1..=count.saturating_mul(4).saturating_add(8)).find(is_enough)?;
        let edit = self.text.set(self.declared, "replicas", &wanted.to_string())?;
        Candidate::new(format!("Run {wanted} replicas"), vec![edit])
    }

    fn replicas_for_each_zone(&self) -> Option<Candidate> {
        let count = *self.component.redundancy.instances.known()?;
        let zones = self.component.redundancy.zones.known()?.len() as u32;
        let wanted = count.checked_next_multiple_of(zones)?;
        let edit = self.text.set(self.declared, "replicas", &wanted.to_string())?;
        Candidate::new(format!("Run {wanted} replicas"), vec![edit])
    }

    /// `failover: {enabled: true}` where somebody has written it as false.
    fn failover_on(&self) -> Option<Vec<Edit>> {
        if is_record(self.declared) {
            return None;
        }
        let failover = self.text.own(self.declared, "failover")?;
        let enabled = self.text.own(failover, "enabled")?;
        let off = enabled.scalar()?.flag() == Some(false);
        off.then(|| self.text.set(failover, "enabled", "true")).flatten().map(|edit| vec![edit])
    }

    fn zones(&self) -> impl Iterator<Item = &str> {
        let zones = self.component.redundancy.zones.known().into_iter().flatten();
        zones.filter_map(|zone| Some(&*self.system.zones.get(zone.index())?.name))
    }

    /// Another zone that the file knows, and the edits that put the component into it as well.
    fn one_more_zone(&self) -> Option<(&str, Vec<Edit>)> {
        let now: Vec<&str> = self.zones().collect();
        if now.is_empty() {
            return None;
        }
        let mut names = self.system.zones.iter().map(|zone| &*zone.name);
        let zone = names.find(|name| !now.contains(name))?;
        let edit = match self.text.own(self.declared, "zones") {
            Some(list) => self.text.append(list, zone)?,
            None => {
                let list: Vec<String> =
                    now.iter().copied().chain([zone]).map(|zone| self.text.name_in(self.declared, zone)).collect();
                self.text.set(self.declared, "zones", &format!("[{}]", list.join(", ")))?
            }
        };
        Some((zone, vec![edit]))
    }
}
