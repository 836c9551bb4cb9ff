//! Repairs of what applying a change does: a `moved` block for what was renamed, `create_before_destroy` where no name is in the way,
//! `apply_immediately` for what waits, `ignore_changes` for what is not to be changed at all, `prevent_destroy` for data that nothing
//! is to destroy.

use std::collections::BTreeMap;

use foreshock_catalog::{Action, Change, Effect};
use foreshock_resources::{Instance, Kind, Value};

use super::{Terraform, placement};
use crate::change::apply::{Applied, Apply, name_in_the_way, renamed_module};
use crate::dialect::Texts;
use crate::findings::fix::Candidate;
use crate::findings::rules::RuleId;
use crate::{Finding, Stack};

/// The repairs of a finding of the apply.
pub(super) fn candidates(texts: &dyn Texts, stack: &Stack, module: &Terraform, finding: &Finding) -> Vec<Candidate> {
    let Some(comparison) = stack.comparison().filter(|_| finding.is_of_the_apply()) else { return Vec::new() };
    let Some(before) = comparison.before.as_deref() else { return Vec::new() };
    let repairs = Repairs { texts, module, apply: &comparison.apply };
    let is_of_it = |one: &&Applied| {
        let component = one.component.map(|component| stack.name_now(&before.id_of(component)));
        *one.change.address == *finding.component_id || component.is_some_and(|id| id == *finding.component_id)
    };
    let of_it: Vec<&Applied> = comparison.apply.changes.iter().filter(is_of_it).collect();
    let mut found: Vec<Candidate> = repairs.moved(finding).into_iter().collect();
    for one in of_it {
        found.extend(repairs.create_first(one));
        found.extend(repairs.at_once(one));
        found.extend(repairs.ignored(one));
        if finding.rule == RuleId::ReplacesStateful {
            found.extend(repairs.refused(one));
        }
    }
    found
}

struct Repairs<'a> {
    texts: &'a dyn Texts,
    module: &'a Terraform,
    apply: &'a Apply,
}

impl<'a> Repairs<'a> {
    fn instance(&self, address: &str) -> Option<&'a Instance> {
        let mut instances = self.module.resolved.resources.instances.iter();
        instances.find(|instance| *instance.address == *address).map(AsRef::as_ref)
    }

    /// Says that what stands under another address is the same.
    fn moved(&self, finding: &Finding) -> Option<Candidate> {
        let (_, first) = self.apply.renamed.iter().find(|(_, to)| {
            let of_component =
                |id: &str| to.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('['));
            finding.components().any(|id| of_component(id))
        })?;
        let instance = self.instance(first)?;
        let (old, _) = self.apply.renamed.iter().find(|(_, to)| to == first)?;
        if let Some((from, to, call)) = renamed_module(&self.module.resolved.resources, old, first) {
            let title = format!("Say that {from} is {to} now (moved)");
            let text = format!("moved {{\n  from = {from}\n  to   = {to}\n}}");
            let edit = placement::declaration(self.texts, self.module, &call.block, &text)?;
            return Candidate::new(title, vec![edit]);
        }
        // Within a module addresses are seen from there.
        let prefix = match &*instance.module {
            "" => String::new(),
            module => format!("{module}."),
        };
        let mut moves: BTreeMap<&str, &str> = BTreeMap::new();
        for (from, to) in &self.apply.renamed {
            let is_of_block = self.instance(to).is_some_and(|one| one.resource == instance.resource);
            let (Some(from), Some(to)) = (from.strip_prefix(&prefix), to.strip_prefix(&prefix)) else { continue };
            if !is_of_block {
                continue;
            }
            // With the same keys the whole resource is moved.
            let (whole_from, key_from) = without_key(from);
            let (whole_to, key_to) = without_key(to);
            match key_from == key_to {
                true => moves.insert(whole_from, whole_to),
                false => moves.insert(from, to),
            };
        }
        let (from, to) = moves.first_key_value()?;
        let title = format!("Say that {from} is {to} now (moved)");
        let text: Vec<String> =
            moves.iter().map(|(from, to)| format!("moved {{\n  from = {from}\n  to   = {to}\n}}")).collect();
        let edit = placement::declaration(self.texts, self.module, &instance.block, &text.join("\n\n"))?;
        Candidate::new(title, vec![edit])
    }

    /// Makes the new one before the old one goes.
    fn create_first(&self, one: &Applied) -> Option<Candidate> {
        if one.change.action != (Action::Replace { create_first: false }) {
            return None;
        }
        let instance = self.instance(&one.change.address)?;
        if name_in_the_way(&one.change, instance).is_some() {
            return None;
        }
        let edits = placement::in_lifecycle(self.texts, &instance.block, "create_before_destroy", "true")?;
        Candidate::new("Create the new one first (create_before_destroy)", edits)
    }

    /// Does at once what waits for the maintenance window.
    fn at_once(&self, one: &Applied) -> Option<Candidate> {
        let (_, disruption) = one.change.disruption()?;
        if one.change.action != Action::Update || disruption.effect != Effect::Deferred {
            return None;
        }
        let resources = &self.module.resolved.resources;
        let path = "apply_immediately".to_owned();
        let set = Change::Set { instance: one.change.now?, path, value: Value::new(Kind::Bool(true)) };
        let edits = placement::edits(self.texts, self.module, resources, &[set])?;
        Candidate::new("Apply it at once (apply_immediately)", edits)
    }

    /// Leaves what can't be changed where it stands as it is.
    fn ignored(&self, one: &Applied) -> Option<Candidate> {
        let instance = self.instance(&one.change.address)?;
        if !matches!(one.change.action, Action::Replace { .. }) || !instance.lifecycle.ignores.is_empty() {
            return None;
        }
        let forced: Vec<&str> = one.change.forced_by().map(|attribute| &*attribute.path).collect();
        let own = one.change.forced_by().all(|attribute| attribute.follows.is_none());
        // Of a nested block Terraform wants an index.
        if forced.is_empty() || !own || forced.iter().any(|path| path.contains('.')) {
            return None;
        }
        let list = forced.join(", ");
        let edits = placement::in_lifecycle(self.texts, &instance.block, "ignore_changes", &format!("[{list}]"))?;
        Candidate::new(format!("Leave {list} as it is (ignore_changes)"), edits)
    }

    /// Makes Terraform refuse what would destroy data: nothing is lost then, and nothing of the change is done either.
    fn refused(&self, one: &Applied) -> Option<Candidate> {
        let instance = self.instance(&one.change.address)?;
        if !matches!(one.change.action, Action::Replace { .. }) || instance.lifecycle.prevent_destroy {
            return None;
        }
        let edits = placement::in_lifecycle(self.texts, &instance.block, "prevent_destroy", "true")?;
        Candidate::new("Let the apply fail before it destroys anything of it (prevent_destroy)", edits)
    }
}

/// An address without its last key, and that key.
fn without_key(address: &str) -> (&str, &str) {
    match address.rfind('[').filter(|_| address.ends_with(']')) {
        Some(at) => address.split_at(at),
        None => (address, ""),
    }
}
