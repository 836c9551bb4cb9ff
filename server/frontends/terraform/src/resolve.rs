//! The whole: from a directory to instances, values and references.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_expressions::{Budget, each_reference};
use foreshock_resources::{Instance, Key, Kind, Lifecycle, Mode, ModuleCall, Resources};
use foreshock_syntax::hcl::{StepKind, TraversalStep, parse_expression};
use foreshock_text::{FilePath, Problem, Span};

use crate::cache::ResolveCache;
use crate::collected::Collected;
use crate::config::{Block, Call, Resource};
use crate::evaluate::{
    CallInstance, Evaluator, Form, ModuleInstance, Recorder, ResourceInstance, Scope, Tree, first_places, join_address,
};
use crate::files::TerraformFiles;
use crate::kept::{Answers, Kept, Watched};
use crate::lifecycle::lifecycle;
use crate::named_values::named_values;
use crate::references::{ModuleNode, ModuleReferences, handed_down, quoted_references, references};
use crate::resolved::{ResolveOptions, Resolved};

/// Understands the root module in `root`: what `terraform plan` would list, as far as the text alone says it.
pub fn resolve(root: &Utf8Path, files: &dyn TerraformFiles, options: &ResolveOptions) -> Resolved {
    resolve_with(&mut ResolveCache::default(), root, files, options)
}

/// Like [`resolve`], taking over from `cache` what did not change. The answer is the same as with an empty cache.
pub fn resolve_with(
    cache: &mut ResolveCache,
    root: &Utf8Path,
    files: &dyn TerraformFiles,
    options: &ResolveOptions,
) -> Resolved {
    Arc::unwrap_or_clone(resolve_shared(cache, root, files, options))
}

/// The same; where an edit has changed nothing that is resolved, a comment say, it is the very answer of before.
pub fn resolve_shared(
    cache: &mut ResolveCache,
    root: &Utf8Path,
    files: &dyn TerraformFiles,
    options: &ResolveOptions,
) -> Arc<Resolved> {
    let root = foreshock_files::paths::join(root, "");
    if let Some(kept) = cache.kept.take(&root, options)
        && let Some(resolved) = again(cache, kept, files)
    {
        return resolved;
    }
    // What is asked for once, or in full, is not edited.
    let is_edited = !options.thorough && cache.kept.is_asked_again(&root, options);
    let watched = Watched::new(files);
    let mut evaluator = Evaluator::new(files, options, root.clone(), cache, Rc::new(Budget::new()));
    let mut resolved = Resolved { root: root.clone(), ..Resolved::default() };
    let config = match evaluator.load(&root) {
        Some(config) => config,
        None => {
            let message = format!("there is no Terraform file in {root}");
            resolved.problems.push((FilePath::new(root), Problem::new(Span::empty(0), message)));
            return Arc::new(resolved);
        }
    };
    evaluator.enter_modules(&config);
    if is_edited {
        evaluator.watch(&watched);
        evaluator.recorder = Recorder::from_scratch();
    }
    evaluator.given = evaluator.root_values(&config);
    let top = ModuleInstance::new(config, Arc::from(""), None).numbered(evaluator.recorder.number(&Arc::from("")));
    let tree = Tree { root: Rc::new(top) };
    let mut collected = Collected::default();
    collected.module(&evaluator, &tree.root, &Arc::from(""), None);
    let kept = finished(&mut evaluator, &tree, collected, None, &mut resolved);
    let count = evaluator.blocks.get();
    drop((tree, evaluator));
    cache.evaluated += count;
    let resolved = Arc::new(resolved);
    if let Some(kept) = kept {
        cache.kept.put(Kept { answers: watched.answers(), outcome: resolved.clone(), ..kept });
    }
    resolved
}

/// Evaluates what changed since; `None` where it has to be done from scratch.
fn again(cache: &mut ResolveCache, mut kept: Kept, files: &dyn TerraformFiles) -> Option<Arc<Resolved>> {
    let (root, options) = (kept.root.clone(), kept.options.clone());
    if !kept.answers.are_still(files) {
        return None;
    }
    let watched = Watched::new(files);
    let mut evaluator = Evaluator::new(files, &options, root.clone(), cache, Rc::new(Budget::new()));
    evaluator.workspace = kept.workspace.clone();
    let config = evaluator.load(&root)?;
    evaluator.enter_modules(&config);
    evaluator.watch(&watched);
    // Until it is known what changed, all that is worked out is new.
    evaluator.recorder = Recorder::from_scratch();
    evaluator.given = evaluator.root_values(&config);
    let seeds = kept.changed(&evaluator)?;
    if seeds.is_empty() && kept.is_as_before(&evaluator) {
        let modules = evaluator.loaded.take();
        drop(evaluator);
        kept.take_over(&modules);
        kept.answers.extend(watched.answers());
        let resolved = kept.outcome.clone();
        cache.kept.put(kept);
        return Some(resolved);
    }
    let dirty = kept.cells.dirty(seeds, &kept.attributes_of());
    let Kept { cells, parts, outcome, references, mut answers, mut loaded, .. } = kept;
    let resources = outcome.resources.clone();
    let recorder = std::mem::take(&mut evaluator.recorder);
    evaluator.recorder = recorder.over(cells, dirty);
    let top = ModuleInstance::new(config, Arc::from(""), None).numbered(evaluator.recorder.number(&Arc::from("")));
    let tree = Tree { root: Rc::new(top) };
    let before = parts.into_iter().map(|part| (part.address.clone(), part)).collect();
    let mut collected = Collected::over(before);
    collected.module(&evaluator, &tree.root, &Arc::from(""), None);
    let is_whole = !collected.is_other && collected.before.as_ref().is_none_or(|before| before.is_empty());
    if !is_whole {
        return None;
    }
    let mut resolved = Resolved { root, ..Resolved::default() };
    let kept = finished(&mut evaluator, &tree, collected, Some((resources, references)), &mut resolved)?;
    let count = evaluator.blocks.get();
    drop((tree, evaluator));
    answers.extend(watched.answers());
    loaded.extend(kept.loaded);
    cache.evaluated += count;
    let resolved = Arc::new(resolved);
    cache.kept.put(Kept { answers, loaded, outcome: resolved.clone(), ..kept });
    Some(resolved)
}

/// What the evaluation before came to.
type Before = (Arc<Resources>, Vec<(Arc<str>, Arc<ModuleReferences>)>);

/// Evaluates all of a root module whose own address is `path`.
pub(crate) fn evaluated(evaluator: &mut Evaluator<'_>, tree: &Tree, path: &Arc<str>, resolved: &mut Resolved) {
    let mut collected = Collected::default();
    collected.module(evaluator, &tree.root, path, None);
    finished(evaluator, tree, collected, None, resolved);
}

/// Puts together what was collected. What can be kept of it.
fn finished(
    evaluator: &mut Evaluator<'_>,
    tree: &Tree,
    collected: Collected,
    before: Option<Before>,
    resolved: &mut Resolved,
) -> Option<Kept> {
    let own = |node: &ModuleNode| (node.path.clone(), node.config.references().clone());
    let edges: Vec<(Arc<str>, Arc<ModuleReferences>)> = collected.tree.iter().map(own).collect();
    let is_same = |before: &Before| {
        let pairs = before.1.iter().zip(&edges);
        before.1.len() == edges.len()
            && pairs.into_iter().all(|(old, new)| old.0 == new.0 && Arc::ptr_eq(&old.1, &new.1))
    };
    let references = match &before {
        Some(before) if is_same(before) => None,
        _ => Some(references(&collected.tree)),
    };
    resolved.resources = collected.resources(before.map(|(resources, _)| resources), references);
    let Collected { parts, moves, visited, .. } = collected;
    resolved.moves = moves;
    let (first, others) = visited.split_at(visited.len().min(1));
    resolved.named = named_values(evaluator, first);
    evaluator.recorder.commit();
    // Those of the modules below are told where something needed them, which is not this.
    resolved.named.extend(evaluator.recorder.silently(|| named_values(evaluator, others)));
    let budget = evaluator.budget.clone();
    resolved.effort = budget.effort();
    let mut kept = None;
    if evaluator.recorder.is_on {
        evaluator.note_files();
        let recorder = std::mem::take(&mut evaluator.recorder);
        let (cells, effects) = recorder.finish(budget.effort());
        resolved.effort = effects.effort;
        evaluator.refused.borrow_mut().extend(effects.refused);
        evaluator.workspaces.borrow_mut().extend(effects.workspaces);
        evaluator.told_files.borrow_mut().extend(effects.files);
        *evaluator.undeclared.borrow_mut() = first_places(effects.undeclared);
        kept = cells.filter(|_| budget.is_roomy(effects.effort)).map(|cells| Kept {
            root: evaluator.root.clone(),
            options: evaluator.options.clone(),
            workspace: evaluator.workspace.clone(),
            given: evaluator.given.clone(),
            cells,
            parts,
            outcome: Arc::default(),
            references: edges,
            answers: Answers::default(),
            loaded: evaluator.loaded_modules(),
            beside: Vec::new(),
        });
    }
    resolved.named.extend(evaluator.undeclared_values());
    resolved.notes.extend(evaluator.note_of_undeclared());
    resolved.variable_files = evaluator.variable_files();
    resolved.unread = evaluator.unread_values(&tree.root.config);
    resolved.files = evaluator.take_files();
    resolved.files.sort_by(|a, b| a.as_path().as_str().cmp(b.as_path().as_str()));
    resolved.files.dedup();
    resolved.remote_states = evaluator.remote.take().states;
    resolved.remote_states.sort_by(|a, b| a.address.cmp(&b.address));
    resolved.workspaces = evaluator.workspaces.take().into_iter().collect();
    resolved.problems = evaluator.problems.take();
    // Whoever comes first says them first, and that depends on what was kept.
    let place = |(file, problem): &(FilePath, Problem)| (file.clone(), problem.span.start, problem.span.end);
    resolved.problems.sort_by_cached_key(place);
    resolved.refused = evaluator.refused.take().into_iter().map(|(file, _, why)| (file, why)).collect();
    if let Some(kept) = &mut kept {
        kept.beside = evaluator.texts_beside(&resolved.files);
    }
    kept
}

pub(crate) fn instance(
    evaluator: &Evaluator<'_>,
    one: &Rc<ResourceInstance>,
    config: &Resource,
    path: &Arc<str>,
) -> Instance {
    Instance {
        address: one.address.clone(),
        resource: join_address(path, &config.address),
        mode: config.mode,
        type_name: config.type_name.clone(),
        name: config.name.clone(),
        module: one.module.address.clone(),
        key: one.key.clone(),
        block: config.block.place.clone(),
        body: evaluator.body(one),
        unplaced: BTreeMap::new(),
        may_be_absent: may_be_absent(evaluator, &one.module, &one.key, &config.block),
        repetition: None,
        region: evaluator.region_of(one),
        provider: evaluator.provider(&one.module, &config.provider),
        depends_on: depends_on(evaluator, &one.module, &config.block),
        lifecycle: lifecycle(path, &config.block),
    }
}

/// Why there may be none of a block, or many: the outermost repetition around it that can't be known.
fn may_be_absent(evaluator: &Evaluator<'_>, module: &Rc<ModuleInstance>, key: &Key, block: &Block) -> Option<Arc<str>> {
    let mut found = matches!(key, Key::Unknown(_)).then(|| as_many_as(block));
    let mut inner = module;
    while let Some(caller) = &inner.call {
        let expansion = evaluator.call_expansion(&caller.module, caller.number);
        if expansion.is_some_and(|expansion| matches!(expansion.form, Form::Unknown(..))) {
            found = caller.module.config.calls.get(caller.number).map(|call| as_many_as(&call.block));
        }
        inner = &caller.module;
    }
    found
}

/// How many there are of a block, by what decides it.
fn as_many_as(block: &Block) -> Arc<str> {
    let Some(attribute) = block.attribute("count").or_else(|| block.attribute("for_each")) else {
        return Arc::from("nobody knows how many");
    };
    let mut named: BTreeSet<String> = BTreeSet::new();
    each_reference(&attribute.expr, &mut |root, steps, _| {
        let name = steps.iter().find_map(|step| match &step.kind {
            StepKind::Attribute(name) => Some(format!("{root}.{name}")),
            _ => None,
        });
        named.insert(name.unwrap_or_else(|| root.to_owned()));
    });
    let mut named = named.into_iter();
    match (named.next(), named.next(), &*attribute.name) {
        (Some(name), None, "for_each") => Arc::from(format!("as many as {name}")),
        (Some(name), None, _) => Arc::from(format!("as many as {name} says")),
        (_, _, argument) => Arc::from(format!("as many as its {argument} says")),
    }
}

/// What is known of a module that is not at hand.
pub(crate) fn not_at_hand(
    evaluator: &Evaluator<'_>,
    module: &Rc<ModuleInstance>,
    config: &Call,
    one: &CallInstance,
    called: &ModuleCall,
) -> Instance {
    let source = registry_source(&called.source);
    let provider = source.split("//").next().and_then(|main| main.rsplit('/').next()).unwrap_or_default();
    // Modules of these providers hand a region of that name to what is in them.
    let takes_region = matches!(provider, "aws" | "google");
    let own_region = called.arguments.attributes.get("region").map(|attribute| attribute.value.clone());
    let own_region = own_region.filter(|value| takes_region && matches!(value.kind, Kind::String(_)));
    let provider = handed_down(&config.block, provider);
    let mut body = called.arguments.clone();
    // What an argument means may differ between versions.
    if let Some(version) = config.block.attribute("version") {
        body.attributes.insert(version.name.clone(), evaluator.placed(version, Scope::of(module, version)));
    }
    Instance {
        address: one.address.clone(),
        resource: one.address.clone(),
        mode: Mode::Module,
        type_name: Arc::from(format!("module:{source}")),
        name: config.name.clone(),
        module: module.address.clone(),
        key: one.key.clone(),
        block: config.block.place.clone(),
        body,
        unplaced: BTreeMap::new(),
        may_be_absent: may_be_absent(evaluator, module, &one.key, &config.block),
        repetition: None,
        region: own_region.or_else(|| provider.as_ref().and_then(|provider| evaluator.region(module, provider))),
        provider: provider.as_ref().and_then(|provider| evaluator.provider(module, provider)),
        depends_on: depends_on(evaluator, module, &config.block),
        lifecycle: Lifecycle::default(),
    }
}

/// A source in the form of the registry where it can be told: without host, version and the other ways to write it;
/// `github.com/o/terraform-p-n` is `o/n/p`.
pub fn registry_source(source: &str) -> String {
    let source = source.split('?').next().unwrap_or_default();
    let source = source.strip_prefix("git::").unwrap_or(source);
    let bare = ["https://", "http://", "ssh://", "git://"].iter().find_map(|scheme| source.strip_prefix(scheme));
    let bare = bare.unwrap_or(source);
    let bare = bare.strip_prefix("git@").unwrap_or(bare);
    let (main, inner) = bare.split_once("//").map_or((bare, None), |(main, inner)| (main, Some(inner)));
    let main = main.strip_suffix(".git").unwrap_or(main).replacen("github.com:", "github.com/", 1);
    let main = match main.strip_prefix("github.com/").and_then(|path| path.split_once('/')) {
        Some((owner, repository)) => {
            match repository.strip_prefix("terraform-").and_then(|rest| rest.split_once('-')) {
                Some((provider, name)) => format!("{owner}/{name}/{provider}"),
                None => main,
            }
        }
        None => {
            let hosts = ["registry.terraform.io/", "registry.opentofu.org/"];
            let local = hosts.iter().find_map(|host| main.strip_prefix(host)).map(str::to_owned);
            local.unwrap_or(main)
        }
    };
    inner.map_or(main.clone(), |inner| format!("{main}//{}", inner.trim_end_matches('/')))
}

fn depends_on(evaluator: &Evaluator<'_>, module: &Rc<ModuleInstance>, block: &Block) -> Vec<Arc<str>> {
    let mut named = BTreeSet::new();
    let Some(attribute) = block.attribute("depends_on") else { return Vec::new() };
    let mut name = |root: &str, steps: &[TraversalStep]| {
        let mut address = root.to_owned();
        for step in steps.iter().take(if root == "data" { 2 } else { 1 }) {
            if let StepKind::Attribute(name) = &step.kind {
                address = format!("{address}.{name}");
            }
        }
        if let Some(number) = module.config.resources.number(&address) {
            let expansion = evaluator.expansion(module, number);
            named.extend(expansion.iter().flat_map(|expansion| &expansion.instances).map(|one| one.address.clone()));
        } else if let Some(name) = address.strip_prefix("module.") {
            let call = module.config.calls.number(name);
            let expansion = call.and_then(|call| evaluator.call_expansion(module, call));
            named.extend(expansion.iter().flat_map(|expansion| &expansion.instances).map(|one| one.address.clone()));
        }
    };
    each_reference(&attribute.expr, &mut |root, steps, _| name(root, steps));
    for text in quoted_references(&attribute.expr) {
        each_reference(&parse_expression(text).0, &mut |root, steps, _| name(root, steps));
    }
    named.into_iter().collect()
}
