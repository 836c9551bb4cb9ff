//! What each thing declared in a module refers to. Made once for a module's text.

use std::sync::Arc;

use foreshock_expressions::each_reference_beside;
use foreshock_syntax::hcl::{Expr, ExprKind, ObjectKey, StepKind, TraversalStep, parse_expression};

use crate::config::{Attribute, Block, Module, provider_key};

/// What a reference names, by number in the module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Variable(usize),
    Local(usize),
    Resource(usize),
    /// An output of a call; whole calls are `Call`.
    Output(usize, Arc<str>),
    Call(usize),
}

/// The references of everything declared in a module, by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ModuleReferences {
    /// Of the validations of variables.
    pub(super) variables: Vec<Vec<Target>>,
    pub(super) locals: Vec<Vec<Target>>,
    pub(super) outputs: Vec<Vec<Target>>,
    pub(super) resources: Vec<Vec<Target>>,
    pub(super) providers: Vec<Vec<Target>>,
    /// Of `count`, `for_each` and `depends_on` of calls.
    pub(super) calls: Vec<Vec<Target>>,
    /// Of the arguments of calls, by name.
    pub(super) arguments: Vec<Vec<(Arc<str>, Vec<Target>)>>,
    /// The local name of the provider of each resource.
    pub(super) resource_providers: Vec<Arc<str>>,
}

impl ModuleReferences {
    /// Whether nothing changes where only these resources and locals of the module did.
    pub(crate) fn still_of(&self, module: &Module, resources: &[usize], locals: &[usize]) -> bool {
        let is_same = |number: &usize| {
            let Some(resource) = module.resources.get(*number) else { return false };
            let targets = collect(module, |collector| collector.block(&resource.block, &mut Vec::new()));
            self.resources.get(*number) == Some(&targets)
                && self.resource_providers.get(*number) == Some(&resource.provider)
        };
        let is_same_local = |number: &usize| {
            let Some(local) = module.locals.get(*number) else { return false };
            let targets = collect(module, |collector| collector.attribute(&local.value, &mut Vec::new()));
            self.locals.get(*number) == Some(&targets)
        };
        resources.iter().all(is_same) && locals.iter().all(is_same_local)
    }

    pub(crate) fn of(module: &Module) -> ModuleReferences {
        let attribute = |of: &Attribute| collect(module, |collector| collector.attribute(of, &mut Vec::new()));
        let block = |of: &Block| collect(module, |collector| collector.block(of, &mut Vec::new()));
        ModuleReferences {
            variables: module.variables.iter().map(|variable| validations(module, &variable.block)).collect(),
            locals: module.locals.iter().map(|local| attribute(&local.value)).collect(),
            outputs: module.outputs.iter().map(|output| block(&output.block)).collect(),
            resources: module.resources.iter().map(|resource| block(&resource.block)).collect(),
            providers: module.providers.iter().map(|provider| block(&provider.block)).collect(),
            calls: module.calls.iter().map(|call| expansion(module, &call.block)).collect(),
            arguments: module
                .calls
                .iter()
                .map(|call| call.block.attributes.iter().map(|of| (of.name.clone(), attribute(of))).collect())
                .collect(),
            resource_providers: module.resources.iter().map(|resource| resource.provider.clone()).collect(),
        }
    }
}

fn collect(module: &Module, gather: impl FnOnce(&mut Collector<'_>)) -> Vec<Target> {
    let mut collector = Collector { module, targets: Vec::new() };
    gather(&mut collector);
    collector.targets.sort();
    collector.targets.dedup();
    collector.targets
}

/// What the validations of a variable refer to.
fn validations(module: &Module, variable: &Block) -> Vec<Target> {
    collect(module, |collector| {
        for validation in variable.blocks.iter().filter(|block| &*block.kind == "validation") {
            collector.block(validation, &mut Vec::new());
        }
    })
}

/// What has to be known before it is known how often a module is called.
fn expansion(module: &Module, call: &Block) -> Vec<Target> {
    collect(module, |collector| {
        for attribute in ["count", "for_each"].into_iter().filter_map(|name| call.attribute(name)) {
            collector.attribute(attribute, &mut Vec::new());
        }
        if let Some(attribute) = call.attribute("depends_on") {
            collector.depends_on(attribute);
        }
    })
}

struct Collector<'m> {
    module: &'m Module,
    targets: Vec<Target>,
}

impl Collector<'_> {
    fn attribute<'e>(&mut self, attribute: &'e Attribute, bound: &mut Vec<&'e str>) {
        each_reference_beside(&attribute.expr, bound, &mut |root, steps, _| {
            self.targets.extend(target(self.module, root, steps));
        });
    }

    fn depends_on(&mut self, attribute: &Attribute) {
        self.attribute(attribute, &mut Vec::new());
        for text in quoted_references(&attribute.expr) {
            let (expr, _) = parse_expression(text);
            each_reference_beside(&expr, &mut Vec::new(), &mut |root, steps, _| {
                self.targets.extend(target(self.module, root, steps));
            });
        }
    }

    fn block<'e>(&mut self, block: &'e Block, bound: &mut Vec<&'e str>) {
        for attribute in &block.attributes {
            match &*attribute.name {
                // These name no value.
                "provider" | "providers" | "ignore_changes" => {}
                "depends_on" => self.depends_on(attribute),
                _ => self.attribute(attribute, bound),
            }
        }
        for inner in &block.blocks {
            if &*inner.kind == "dynamic" { self.dynamic(inner, bound) } else { self.block(inner, bound) }
        }
    }

    fn dynamic<'e>(&mut self, block: &'e Block, bound: &mut Vec<&'e str>) {
        if let Some(each) = block.attribute("for_each") {
            self.attribute(each, bound);
        }
        let iterator = match block.attribute("iterator").map(|attribute| &attribute.expr.kind) {
            Some(ExprKind::Variable(name)) => Some(&**name),
            _ => block.labels.first().map(|label| &**label),
        };
        let before = bound.len();
        bound.extend(iterator);
        if let Some(labels) = block.attribute("labels") {
            self.attribute(labels, bound);
        }
        for content in block.blocks.iter().filter(|inner| &*inner.kind == "content") {
            self.block(content, bound);
        }
        bound.truncate(before);
    }
}

/// The strings of `depends_on = ["aws_x.y"]`, the form of Terraform 0.11.
pub(crate) fn quoted_references(expr: &Expr) -> impl Iterator<Item = &str> {
    let items = match &expr.kind {
        ExprKind::Array(items) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match &item.kind {
        ExprKind::String(text) => Some(&**text),
        _ => None,
    })
}

fn name(step: Option<&TraversalStep>) -> Option<&Arc<str>> {
    match step.map(|step| &step.kind) {
        Some(StepKind::Attribute(name)) => Some(name),
        _ => None,
    }
}

fn target(module: &Module, root: &str, steps: &[TraversalStep]) -> Option<Target> {
    let first = name(steps.first())?;
    match root {
        "var" => Some(Target::Variable(module.variables.number(first)?)),
        "local" => Some(Target::Local(module.locals.number(first)?)),
        "module" | "component" | "stack" => {
            let call = module.calls.number(first)?;
            // A key that stands in the text is passed over; a computed one or a splat means the whole call.
            let after = match steps.get(1).map(|step| &step.kind) {
                Some(StepKind::Index(key)) if matches!(key.kind, ExprKind::String(_) | ExprKind::Number(_)) => 2,
                _ => 1,
            };
            match name(steps.get(after)) {
                Some(output) => Some(Target::Output(call, output.clone())),
                None => Some(Target::Call(call)),
            }
        }
        "data" | "ephemeral" => {
            let address = format!("{root}.{first}.{}", name(steps.get(1))?);
            Some(Target::Resource(module.resources.number(&address)?))
        }
        "each" | "count" | "path" | "terraform" | "self" => None,
        _ => Some(Target::Resource(module.resources.number(&format!("{root}.{first}"))?)),
    }
}

/// Which of the caller's provider configurations a call gives its module under the name `key`.
pub(crate) fn handed_down(call: &Block, key: &str) -> Option<Arc<str>> {
    let providers = call.attribute("providers").map(|attribute| &attribute.expr.kind);
    if let Some(ExprKind::Object(items)) = providers {
        for (name, value) in items {
            let name = match name {
                ObjectKey::Name(name, _) => Some(name.clone()),
                ObjectKey::Expression(expr) => provider_key(expr),
            };
            if name.as_deref() == Some(key) {
                return provider_key(value);
            }
        }
    }
    // A default configuration is inherited; an alias is not.
    (!key.contains('.')).then(|| Arc::from(key))
}
