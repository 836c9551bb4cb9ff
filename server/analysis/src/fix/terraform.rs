//! Repairs of a root module: the catalog's recipes, tried on a copy of its files.

use std::sync::Arc;

use foreshock_catalog::{Recipe, changes};
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{Files, ParsedFile, ResolveCache};
use rustc_hash::FxHashMap;

use super::{Candidate, Edit, applied, placement};
use crate::disk::Overlay;
use crate::stack::{Terraform, analyse_terraform};
use crate::{Finding, Snapshot, Stack};

/// The recipes for a finding that apply and whose places can be edited.
pub(super) fn candidates(snapshot: &Snapshot, stack: &Stack, module: &Terraform, finding: &Finding) -> Vec<Candidate> {
    let Some(instance) = module.declaring_instance(finding.component) else {
        return Vec::new();
    };
    let recipes = stack.settings().catalog.recipes(&instance.type_name).iter();
    recipes
        .filter(|recipe| recipe.rules.iter().any(|rule| rule == finding.rule.as_str()))
        .filter_map(|recipe| candidate(snapshot, stack, module, finding, recipe))
        .collect()
}

/// The text edits of a recipe, or `None` where it does not apply or its place can't be edited.
fn candidate(
    snapshot: &Snapshot,
    stack: &Stack,
    module: &Terraform,
    finding: &Finding,
    recipe: &Recipe,
) -> Option<Candidate> {
    let changes = changes(&module.resolved, &stack.settings().catalog, &module.assembled, finding.component, recipe)?;
    let candidate = Candidate::new(recipe.title.as_str(), placement::edits(snapshot, module, &changes)?)?;
    editable(stack, &candidate.edits).then_some(candidate)
}

/// Modules that a package manager wrote are not edited.
fn editable(stack: &Stack, edits: &[Edit]) -> bool {
    let installed = stack.root.join(".terraform");
    edits.iter().all(|edit| !edit.place.file.as_path().starts_with(&installed))
}

/// The stack with the edits made; `None` when they do not fit or leave text that can't be read.
pub(super) fn after(snapshot: &Snapshot, stack: &Stack, edits: &[Edit]) -> Option<Stack> {
    let mut replaced = FxHashMap::default();
    for edit in edits {
        let file = &edit.place.file;
        if replaced.contains_key(file) {
            continue;
        }
        let before = snapshot.parsed(file)?;
        let after =
            ParsedFile::parse(file.clone(), applied(&before.text, file, edits)?.into(), &mut ExprCache::default());
        if after.problems.len() > before.problems.len() {
            return None;
        }
        replaced.insert(file.clone(), Arc::new(after));
    }
    let files = Overlay::new(snapshot, replaced);
    Some(analyse_terraform(&stack.root, &files, stack.settings(), &mut ResolveCache::default()))
}
