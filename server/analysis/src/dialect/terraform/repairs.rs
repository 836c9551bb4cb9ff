//! Repairs of a root module: the catalog's recipes, tried on a copy of its files.

use foreshock_catalog::{Recipe, changes};

use super::{Terraform, placement};
use crate::dialect::Texts;
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, Stack};

/// The recipes for a finding that apply and whose places can be edited.
pub(super) fn candidates(texts: &dyn Texts, stack: &Stack, module: &Terraform, finding: &Finding) -> Vec<Candidate> {
    let blocks = blocks(module, finding);
    let Some(instance) = blocks.first().and_then(|&first| module.resolved.resources.instances.get(first)) else {
        return Vec::new();
    };
    let recipes = stack.settings().catalog.recipes(&instance.type_name).iter();
    recipes
        .filter(|recipe| recipe.rules.iter().any(|rule| rule == finding.rule.as_str()))
        .filter_map(|recipe| candidate(texts, stack, module, &blocks, recipe))
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

/// The text edits of a recipe, or `None` where it does not apply or its place can't be edited.
fn candidate(
    texts: &dyn Texts,
    stack: &Stack,
    module: &Terraform,
    blocks: &[usize],
    recipe: &Recipe,
) -> Option<Candidate> {
    let changes = changes(&module.resolved.resources, &stack.settings().catalog, blocks, recipe)?;
    let candidate = Candidate::new(recipe.title.as_str(), placement::edits(texts, module, &changes)?)?;
    editable(stack, &candidate.edits).then_some(candidate)
}

/// Modules that a package manager wrote are not edited, nor JSON, which the recipes can't write.
fn editable(stack: &Stack, edits: &[Edit]) -> bool {
    let installed = stack.root.join(".terraform");
    edits.iter().map(|edit| edit.place.file.as_path()).all(|file| {
        let json = file.extension() == Some("json");
        // A value may come from the outputs of another stack, which this one does not prove.
        let own = stack.files.iter().any(|read| read.as_path() == file);
        own && !json && !file.starts_with(&installed)
    })
}
