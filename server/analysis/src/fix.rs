mod placement;

use std::sync::Arc;

use foreshock_catalog::{Catalog, Recipe, changes};
use foreshock_engine::assess_with;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{Files, ParsedFile, ResolveCache};
use foreshock_text::{FilePath, Place};
use rustc_hash::FxHashMap;

use crate::disk::Overlay;
use crate::stack::analyse;
use crate::{Finding, Snapshot, Stack};

/// 8766 hours.
const MINUTES_PER_YEAR: f64 = 525_960.0;

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// By what.
    pub text: String,
}

/// A repair that was applied to a copy, parsed and simulated before it is offered.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does: "Enable Multi-AZ".
    pub title: String,
    /// Points gained: score after minus score before, > 0.
    pub points: f64,
    /// Minutes a year gained, >= 0.
    pub minutes_per_year: f64,
    /// The edits, not overlapping, in the order of the text.
    pub edits: Vec<Edit>,
}

/// The repairs of a finding that hold what they promise, best first.
pub(crate) fn proven(snapshot: &Snapshot, stack: &Stack, finding: &Finding) -> Vec<Fix> {
    let Some(instance) = stack.declaring_instance(finding.component) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    for recipe in Catalog::bundled().recipes(&instance.type_name) {
        if !recipe.rules.iter().any(|rule| rule == finding.rule.as_str()) {
            continue;
        }
        let Some(edits) = edits_of(snapshot, stack, finding, recipe) else { continue };
        if let Some(fix) = prove(snapshot, stack, finding, &recipe.title, edits) {
            fixes.push(fix);
        }
    }
    fixes.sort_by(|one, other| other.points.total_cmp(&one.points).then_with(|| one.title.cmp(&other.title)));
    fixes
}

/// The text edits of a recipe, or `None` where it does not apply or its place can't be edited.
fn edits_of(snapshot: &Snapshot, stack: &Stack, finding: &Finding, recipe: &Recipe) -> Option<Vec<Edit>> {
    let changes = changes(&stack.resolved, Catalog::bundled(), &stack.assembled, finding.component, recipe)?;
    let mut edits = placement::edits(snapshot, stack, &changes)?;
    edits.sort_by(|one, other| one.place.cmp(&other.place));
    edits.dedup();
    let apart = edits.windows(2).all(|pair| match pair {
        [one, other] => one.place.file != other.place.file || one.place.span.end <= other.place.span.start,
        _ => true,
    });
    (apart && !edits.is_empty() && editable(stack, &edits)).then_some(edits)
}

/// Modules that a package manager wrote are not edited.
fn editable(stack: &Stack, edits: &[Edit]) -> bool {
    let installed = stack.root.join(".terraform");
    edits.iter().all(|edit| !edit.place.file.as_path().starts_with(&installed))
}

/// Applies the edits to a copy, reads it, understands it and assesses it against the entries and weights of before.
fn prove(snapshot: &Snapshot, stack: &Stack, finding: &Finding, title: &str, edits: Vec<Edit>) -> Option<Fix> {
    let mut replaced = FxHashMap::default();
    for edit in &edits {
        let file = &edit.place.file;
        if replaced.contains_key(file) {
            continue;
        }
        let before = snapshot.parsed(file)?;
        let after =
            ParsedFile::parse(file.clone(), applied(&before.text, file, &edits)?.into(), &mut ExprCache::default());
        if after.problems.len() > before.problems.len() {
            return None;
        }
        replaced.insert(file.clone(), Arc::new(after));
    }
    let files = Overlay::new(snapshot, replaced);
    let after = analyse(&stack.root, &files, &stack.options, &mut ResolveCache::default());
    let basis = stack.assessment.basis.carried_to(stack.system(), after.system());
    let assessment = assess_with(after.system(), &basis);
    let still_there =
        after.findings.iter().any(|other| other.rule == finding.rule && other.component_id == finding.component_id);
    let points = assessment.score? - stack.assessment.score?;
    let minutes_per_year = (stack.assessment.loss - assessment.loss) * MINUTES_PER_YEAR;
    (!still_there && points > 0.0).then(|| Fix {
        title: title.to_owned(),
        points,
        minutes_per_year: minutes_per_year.max(0.0),
        edits,
    })
}

/// A text after the edits that concern it; `None` when they do not fit.
fn applied(text: &str, file: &FilePath, edits: &[Edit]) -> Option<String> {
    let mut after = String::with_capacity(text.len() + 64);
    let mut done = 0usize;
    for edit in edits.iter().filter(|edit| edit.place.file == *file) {
        after.push_str(text.get(done..edit.place.span.start as usize)?);
        after.push_str(&edit.text);
        done = edit.place.span.end as usize;
    }
    after.push_str(text.get(done..)?);
    Some(after)
}
