//! Collecting: a walk over the tree of modules that gathers what each instance of a module tells.

use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::{Instance, ModuleCall, Reference, Resources};
use rustc_hash::FxHashMap;

use crate::config::{Call, Module};
use crate::evaluate::{CallExpansion, Evaluator, ModuleInstance, Of, Scope, join_address};
use crate::kept::{Called, Part};
use crate::moves::Moves;
use crate::references::ModuleNode;
use crate::resolve::{instance, not_at_hand};

/// What was gathered so far.
#[derive(Default)]
pub(crate) struct Collected {
    /// What was gathered from the version before, by the address of the module instance.
    pub(crate) before: Option<FxHashMap<Arc<str>, Part>>,
    /// Whether the modules are others than before.
    pub(crate) is_other: bool,
    pub(crate) parts: Vec<Part>,
    /// The instances that are not those of before.
    changed: Vec<Arc<Instance>>,
    /// Whether there are others than before, by their addresses.
    has_others: bool,
    has_other_calls: bool,
    pub(crate) tree: Vec<ModuleNode>,
    /// Every module instance.
    pub(crate) visited: Vec<Rc<ModuleInstance>>,
    pub(crate) moves: Moves,
    /// Number in the tree by path.
    numbers: FxHashMap<Arc<str>, usize>,
}

impl Collected {
    /// One that takes over what nothing that changed is part of.
    pub(crate) fn over(before: FxHashMap<Arc<str>, Part>) -> Collected {
        Collected { before: Some(before), ..Collected::default() }
    }

    /// Gathers a module instance and all below it; `path` is its address without keys.
    pub(crate) fn module(
        &mut self,
        evaluator: &Evaluator<'_>,
        module: &Rc<ModuleInstance>,
        path: &Arc<str>,
        caller: Option<(usize, usize)>,
    ) {
        let known = self.before.as_mut().map(|before| before.remove(&module.address));
        let is_known = |part: &Part| Arc::ptr_eq(&part.config.shape, &module.config.shape);
        let mut known = match known {
            Some(Some(part)) if is_known(&part) => Some(part),
            Some(_) => {
                self.is_other = true;
                return;
            }
            None => None,
        };
        self.visited.push(module.clone());
        let number = self.node(&module.config, path, caller);
        let mut part = Part {
            address: module.address.clone(),
            config: module.config.clone(),
            caller: module.call.as_ref().map(|caller| (caller.module.address.clone(), caller.number)),
            ..Part::default()
        };
        for resource in 0..module.config.resources.len() {
            let before = known.as_mut().and_then(|part| part.instances.get_mut(resource)).map(std::mem::take);
            part.instances.push(self.resource(evaluator, module, resource, path, before));
        }
        let at = self.parts.len();
        self.parts.push(part);
        for (call, config) in module.config.calls.iter().enumerate() {
            let before = known.as_mut().and_then(|part| part.called.get_mut(call)).map(std::mem::take);
            let Some(expansion) = evaluator.call_expansion(module, call) else { continue };
            let inner_path = join_address(path, &format!("module.{}", config.name));
            let called = self.called(evaluator, module, (call, config), &expansion, before);
            if let Some(part) = self.parts.get_mut(at) {
                part.called.push(called);
            }
            for one in &expansion.instances {
                if let Some(inner) = &one.module {
                    self.module(evaluator, inner, &inner_path, Some((number, call)));
                }
            }
            // A module that is not called even once still has its place in the graph.
            if expansion.instances.is_empty()
                && let Some(config) = evaluator.module_of(module, config)
                && !evaluator.is_too_wide(module, &config)
            {
                self.dormant(evaluator, module, config, &inner_path, (number, call));
            }
        }
    }

    /// The instances of a resource; those of before where nothing that they are made from changed.
    fn resource(
        &mut self,
        evaluator: &Evaluator<'_>,
        module: &Rc<ModuleInstance>,
        resource: usize,
        path: &Arc<str>,
        before: Option<Vec<Arc<Instance>>>,
    ) -> Vec<Arc<Instance>> {
        let cell = module.cell(Of::Instances(resource as u32));
        let before = match (before, cell) {
            (Some(before), Some(cell)) if !evaluator.recorder.is_dirty(cell) => return before,
            (before, _) => before,
        };
        evaluator.blocks.set(evaluator.blocks.get() + 1);
        let make = || {
            let Some(expansion) = evaluator.expansion(module, resource) else { return Vec::new() };
            let Some(config) = module.config.resources.get(resource) else { return Vec::new() };
            let all = expansion.instances.iter().map(|one| {
                let repetition = expansion.repetition.clone();
                Instance { repetition, ..instance(evaluator, one, config, path) }
            });
            all.collect()
        };
        let now = evaluator.in_cell(cell, make);
        self.like_before(now, before.unwrap_or_default())
    }

    /// Instances, those that are equal to one of before as that one.
    fn like_before(&mut self, now: Vec<Instance>, before: Vec<Arc<Instance>>) -> Vec<Arc<Instance>> {
        self.has_others |= !now.iter().map(|one| &one.address).eq(before.iter().map(|one| &one.address));
        let mut before = before.into_iter();
        let mut all = Vec::with_capacity(now.len());
        for one in now {
            match before.next() {
                Some(before) if *before == one => all.push(before),
                _ => {
                    let one = Arc::new(one);
                    self.changed.push(one.clone());
                    all.push(one);
                }
            }
        }
        all
    }

    /// What is told of a call.
    fn called(
        &mut self,
        evaluator: &Evaluator<'_>,
        module: &Rc<ModuleInstance>,
        (number, config): (usize, &Call),
        expansion: &CallExpansion,
        before: Option<Called>,
    ) -> Called {
        let cell = module.cell(Of::Called(number as u32));
        let before = match (before, cell) {
            (Some(before), Some(cell)) if !evaluator.recorder.is_dirty(cell) => return before,
            (before, _) => before,
        };
        let make = || {
            let (mut opaque, mut calls) = (Vec::new(), Vec::new());
            let source = evaluator.source_of(module, config).ok();
            for one in &expansion.instances {
                let scope = config.block.attributes.first().map(|first| Scope::of(module, first));
                let scope = scope.map(|scope| scope.with_repetition(&one.repetition));
                let called = ModuleCall {
                    address: one.address.clone(),
                    source: source.clone().unwrap_or_default(),
                    directory: one.module.as_ref().map(|inner| inner.config.directory.clone()),
                    block: config.block.place.clone(),
                    arguments: scope.map(|scope| evaluator.arguments(&config.block, scope)).unwrap_or_default(),
                };
                // A path that leads nowhere is a mistake, not a module.
                let may_be_there = match &source {
                    Some(source) => !source.is_empty() && !source.starts_with(['.', '/']),
                    None => true,
                };
                if one.module.is_none() && (may_be_there || one.refused.is_some()) {
                    let instance = not_at_hand(evaluator, module, config, one, &called);
                    opaque.push(Instance { repetition: expansion.repetition.clone(), ..instance });
                }
                calls.push(called);
            }
            (opaque, calls)
        };
        let (opaque, calls) = evaluator.in_cell(cell, make);
        let before = before.unwrap_or_default();
        self.has_other_calls |= before.calls != calls;
        Called { opaque: self.like_before(opaque, before.opaque), calls }
    }

    /// What all modules declare; the same as before where nothing changed. `references` are those that are not as before.
    pub(crate) fn resources(
        &self,
        before: Option<Arc<Resources>>,
        references: Option<Vec<Reference>>,
    ) -> Arc<Resources> {
        if let Some(before) = &before
            && self.changed.is_empty()
            && !self.has_others
            && !self.has_other_calls
            && references.as_ref().is_none_or(|references| *references == *before.references)
        {
            return before.clone();
        }
        let instances = match &before {
            Some(before) if !self.has_others => self.replaced(before),
            _ => self.sorted(),
        };
        let modules = match &before {
            Some(before) if !self.has_other_calls => before.modules.clone(),
            _ => {
                let calls = self.parts.iter().flat_map(|part| &part.called).flat_map(|called| &called.calls);
                let mut modules: Vec<ModuleCall> = calls.cloned().collect();
                modules.sort_by(|a, b| a.address.cmp(&b.address));
                modules
            }
        };
        let by_file = before.as_ref().filter(|before| self.stand_where_they_stood(before));
        let by_file = by_file.map(|before| before.by_file.shared()).unwrap_or_default();
        let references = references.map(Arc::new).or_else(|| Some(before?.references.clone())).unwrap_or_default();
        Arc::new(Resources { instances, references, modules, by_file, ..Resources::default() })
    }

    /// Whether all instances are in the files that they were in.
    fn stand_where_they_stood(&self, before: &Resources) -> bool {
        let file_before = |one: &Instance| {
            let known = before.find(&one.address).and_then(|number| before.instances.get(number));
            known.map(|known| &known.block.file)
        };
        !self.has_others && self.changed.iter().all(|one| file_before(one) == Some(&one.block.file))
    }

    fn sorted(&self) -> Vec<Arc<Instance>> {
        let of_resources = self.parts.iter().flat_map(|part| part.instances.iter().flatten());
        let of_calls = self.parts.iter().flat_map(|part| part.called.iter().flat_map(|called| &called.opaque));
        let mut instances: Vec<Arc<Instance>> = of_resources.chain(of_calls).cloned().collect();
        instances.sort_by(|a, b| a.address.cmp(&b.address));
        instances
    }

    /// The instances of before with those that changed in their places.
    fn replaced(&self, before: &Resources) -> Vec<Arc<Instance>> {
        let mut instances = before.instances.clone();
        for one in &self.changed {
            let at = instances.binary_search_by(|other| other.address.cmp(&one.address));
            if let Some(slot) = at.ok().and_then(|at| instances.get_mut(at)) {
                *slot = one.clone();
            }
        }
        instances
    }

    /// The place of a module in the tree.
    fn node(&mut self, config: &Arc<Module>, path: &Arc<str>, caller: Option<(usize, usize)>) -> usize {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        let number = self.tree.len();
        self.numbers.insert(path.clone(), number);
        self.moves.add(path, &config.moves, &config.removed);
        let calls = vec![None; config.calls.len()];
        self.tree.push(ModuleNode { config: config.clone(), path: path.clone(), caller, calls });
        if let Some((caller, call)) = caller {
            let slot = self.tree.get_mut(caller).and_then(|caller| caller.calls.get_mut(call));
            if let Some(slot) = slot {
                *slot = Some(number);
            }
        }
        number
    }

    fn dormant(
        &mut self,
        evaluator: &Evaluator<'_>,
        caller: &Rc<ModuleInstance>,
        config: Arc<Module>,
        path: &Arc<str>,
        from: (usize, usize),
    ) {
        if self.numbers.contains_key(path) {
            return;
        }
        let number = self.node(&config, path, Some(from));
        let module = Rc::new(ModuleInstance::dormant(config, caller, from.1));
        for (call, config) in module.config.calls.iter().enumerate() {
            if let Some(inner) = evaluator.module_of(&module, config) {
                let path = join_address(path, &format!("module.{}", config.name));
                self.dormant(evaluator, &module, inner, &path, (number, call));
            }
        }
    }
}
