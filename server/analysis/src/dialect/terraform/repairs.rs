//! Repairs of a root module: the catalog's recipes, tried on a copy of its files.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_catalog::{Recipes, helps_recovery};
use foreshock_resources::{Instance, Key, Lifecycle, Mode, ModuleCall, Resources};
use foreshock_terraform::registry_source;

use super::{Terraform, placement, way_out};
use crate::dialect::Texts;
use crate::findings::called::calls_around;
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, RuleId, Stack};

/// The recipes for a finding that apply and whose places can be edited: those of the resource, and those of the modules from
/// a registry that it is in, whose arguments decide it.
pub(super) fn candidates(
    texts: &dyn Texts,
    stack: &Stack,
    module: &Terraform,
    recipes: &Recipes<'_>,
    finding: &Finding,
) -> Vec<Candidate> {
    let blocks = blocks(module, finding);
    let resources = &*module.resolved.resources;
    let Some(instance) = blocks.first().and_then(|&first| resources.instances.get(first)) else {
        return Vec::new();
    };
    let mut own = of_recipes(texts, stack, module, (resources, recipes), &blocks, finding);
    let mut found = Vec::new();
    own.extend(way_out::candidate(texts, stack, module, instance, finding).filter(|one| editable(stack, &one.edits)));
    for call in calls_around(resources, &instance.module) {
        let alone = Resources { instances: vec![Arc::new(as_instance(call))], ..Resources::default() };
        let recipes = Recipes::of(&alone, &stack.settings().catalog);
        found.extend(of_recipes(texts, stack, module, (&alone, &recipes), &[0], finding));
    }
    // What a module from a registry is told before it is installed comes first afterwards, too.
    let (mut first, second) = match is_installed(instance.block.file.as_path()) {
        true => (found, own),
        false => (own, found),
    };
    first.extend(second);
    first
}

/// A call as the one instance that stands for a module which is not at hand.
fn as_instance(call: &ModuleCall) -> Instance {
    let module = call.address.rfind(".module.").and_then(|at| call.address.get(..at)).unwrap_or_default();
    Instance {
        address: call.address.clone(),
        resource: call.address.clone(),
        mode: Mode::Module,
        type_name: format!("module:{}", registry_source(&call.source)).into(),
        name: call.address.rsplit("module.").next().unwrap_or_default().into(),
        module: module.into(),
        key: Key::None,
        block: call.block.clone(),
        body: call.arguments.clone(),
        unplaced: BTreeMap::new(),
        may_be_absent: None,
        repetition: None,
        region: None,
        provider: None,
        depends_on: Vec::new(),
        lifecycle: Lifecycle::default(),
    }
}

fn of_recipes(
    texts: &dyn Texts,
    stack: &Stack,
    module: &Terraform,
    (resources, made): (&Resources, &Recipes<'_>),
    blocks: &[usize],
    finding: &Finding,
) -> Vec<Candidate> {
    let Some(instance) = blocks.first().and_then(|&first| resources.instances.get(first)) else { return Vec::new() };
    let recipes = stack.settings().catalog.recipes(&instance.type_name).iter();
    recipes
        .filter(|recipe| {
            let is_late = finding.rule == RuleId::RecoveryUnreachable;
            recipe.rules.iter().any(|rule| rule == finding.rule.as_str() || is_late && helps_recovery(rule))
        })
        .filter_map(|recipe| {
            let edits = placement::edits(texts, module, resources, &made.changes(blocks, recipe)?)?;
            Candidate::new(recipe.title.as_str(), edits).filter(|candidate| editable(stack, &candidate.edits))
        })
        .collect()
}

/// The instances that a finding is about, the declaring one first: those of its component, or the resource itself where
/// it is another one.
fn blocks(module: &Terraform, finding: &Finding) -> Vec<usize> {
    let instances = &module.resolved.resources.instances;
    let declares =
        |&index: &usize| instances.get(index).is_some_and(|instance| instance.block.header_place() == finding.block);
    let component = finding.component.and_then(|index| module.assembled.members.get(index.index()));
    match component.filter(|blocks| blocks.first().is_some_and(declares)) {
        Some(blocks) => blocks.clone(),
        None => instances.iter().position(|instance| instance.address == finding.component_id).into_iter().collect(),
    }
}

/// Modules that a package manager wrote are not edited, nor JSON, which the recipes can't write.
fn editable(stack: &Stack, edits: &[Edit]) -> bool {
    edits.iter().map(|edit| edit.place.file.as_path()).all(|file| {
        let json = file.extension() == Some("json");
        // A value may come from the outputs of another stack, which this one does not prove.
        let own = stack.files.iter().any(|read| read.as_path() == file);
        own && !json && !is_installed(file)
    })
}

/// Whether a package manager wrote it.
pub(crate) fn is_installed(file: &Utf8Path) -> bool {
    file.components().any(|part| part.as_str() == ".terraform")
}
