//! The content of resource, data and module blocks: attributes and nested blocks, `dynamic` ones expanded.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::{Binding, Failure, pairs, string_of};
use foreshock_resources as resources;
use foreshock_resources::{Kind, Provenance, Value};

use super::{Evaluator, Of, ResourceInstance, Scope};
use crate::config::{Attribute, Block};

/// Arguments of Terraform itself, not of the resource.
pub(crate) fn is_meta(name: &str) -> bool {
    matches!(name, "count" | "for_each" | "provider" | "depends_on")
}

/// Blocks of Terraform itself.
pub(crate) fn is_meta_block(kind: &str) -> bool {
    matches!(kind, "lifecycle" | "provisioner" | "connection")
}

impl<'a> Evaluator<'a> {
    /// Everything written in an instance's block, evaluated.
    pub(crate) fn body(&self, one: &Rc<ResourceInstance>) -> resources::Body {
        let mut body = resources::Body::default();
        let Some(resource) = one.module.config.resources.get(one.resource) else { return body };
        for (number, attribute) in resource.block.attributes.iter().enumerate() {
            if is_meta(&attribute.name) {
                continue;
            }
            if let Some(value) = self.written(one, number) {
                let evaluated = resources::Attribute { value, place: attribute.place() };
                body.attributes.insert(attribute.name.clone(), evaluated);
            }
        }
        body.blocks = self.instance_blocks(one).to_vec();
        body
    }

    /// The nested blocks of an instance.
    pub(crate) fn instance_blocks(&self, one: &Rc<ResourceInstance>) -> Rc<Vec<resources::Block>> {
        let compute = || {
            let mut blocks = Vec::new();
            let resource = one.module.config.resources.get(one.resource);
            // The scope's own file and offset are replaced at each attribute.
            if let Some((resource, first)) =
                resource.and_then(|resource| Some((resource, any_attribute(&resource.block)?)))
            {
                let scope = Scope::of(&one.module, first).with_repetition(&one.repetition);
                self.budget.of_its_own(|| {
                    for block in resource.block.blocks.iter().filter(|block| !is_meta_block(&block.kind)) {
                        self.expand_block(block, scope, &mut blocks);
                    }
                });
            } else if let Some(resource) = resource {
                blocks
                    .extend(resource.block.blocks.iter().filter(|block| !is_meta_block(&block.kind)).map(empty_block));
            }
            Rc::new(blocks)
        };
        self.memo_of(one.module.cell(Of::Blocks(one.resource as u32)), &one.blocks, compute, || Rc::new(Vec::new()))
    }

    /// The arguments of a module call, without Terraform's own.
    pub(crate) fn arguments(&self, block: &Block, scope: Scope<'_>) -> resources::Body {
        let own = |name: &str| is_meta(name) || matches!(name, "source" | "version" | "providers");
        let arguments = block.attributes.iter().filter(|attribute| !own(&attribute.name));
        let placed = |of| self.budget.of_its_own(|| self.placed(of, scope));
        let attributes = arguments.map(|attribute| (attribute.name.clone(), placed(attribute))).collect();
        resources::Body { attributes, blocks: Vec::new() }
    }

    /// The configuration of a provider.
    pub(crate) fn configuration(&self, block: &Block, module: &Rc<super::ModuleInstance>) -> resources::Body {
        let Some(first) = any_attribute(block) else { return resources::Body::default() };
        self.budget.of_its_own(|| self.block_body(block, Scope::of(module, first)))
    }

    fn block_body(&self, block: &Block, scope: Scope<'_>) -> resources::Body {
        let mut body = resources::Body::default();
        for attribute in &block.attributes {
            body.attributes.insert(attribute.name.clone(), self.placed(attribute, scope));
        }
        for inner in &block.blocks {
            self.expand_block(inner, scope, &mut body.blocks);
        }
        body
    }

    fn expand_block(&self, block: &Block, scope: Scope<'_>, into: &mut Vec<resources::Block>) {
        let (Some(kind), "dynamic") = (block.labels.first(), &*block.kind) else {
            let body = match self.budget.deeper(|| Ok(self.block_body(block, scope))) {
                Ok(body) => body,
                Err(Failure { why, .. }) => {
                    return into.push(resources::Block { unknown: Some(why), ..empty_block(block) });
                }
            };
            into.push(resources::Block { body, ..empty_block(block) });
            return;
        };
        let Some(content) = block.block("content") else { return };
        let collection = match block.attribute("for_each") {
            Some(attribute) => self.attribute(attribute, scope),
            None => Value::unknown(format!("dynamic {kind:?} has no for_each")),
        };
        let iterator = iterator_name(block).unwrap_or_else(|| kind.clone());
        let pairs = match pairs(&collection) {
            Ok(Some(pairs)) => pairs,
            Ok(None) => return into.push(self.unknown_block(block, content, kind, &iterator, &collection, scope)),
            Err(Failure { why, .. }) => {
                let collection = Value { kind: Kind::Unknown(why), ..collection };
                return into.push(self.unknown_block(block, content, kind, &iterator, &collection, scope));
            }
        };
        let before = into.len();
        for (key, value) in pairs {
            if let Err(Failure { why, .. }) = self.room_for_block(content) {
                // One that is not known stands for all of them.
                into.truncate(before);
                self.tell_limits_of(block);
                let collection = Value { kind: Kind::Unknown(why), ..collection };
                return into.push(self.unknown_block(block, content, kind, &iterator, &collection, scope));
            }
            let element = iterator_value(key, value);
            let binding = Binding { name: &iterator, value: &element, outer: scope.bindings };
            let inner = Scope { bindings: Some(&binding), ..scope };
            into.push(self.content_block(block, content, kind, inner, None));
        }
    }

    /// What it costs to make one block with what is written in `content`.
    fn room_for_block(&self, content: &Block) -> Result<(), Failure> {
        /// Bytes of a block, and of one attribute of it with its place; a block is copied into its instance.
        const BLOCK: u64 = 2 * 1_600;
        const ATTRIBUTE: u64 = 2 * 160;
        self.budget.spend(64)?;
        self.budget.make(BLOCK + ATTRIBUTE * content.attributes.len() as u64)
    }

    fn tell_limits_of(&self, block: &Block) {
        if let Some(attribute) = block.attribute("for_each") {
            self.tell_limits(attribute);
        }
    }

    fn unknown_block(
        &self,
        block: &Block,
        content: &Block,
        kind: &Arc<str>,
        iterator: &str,
        collection: &Value,
        scope: Scope<'_>,
    ) -> resources::Block {
        let unknown = Value::unknown_from([collection]);
        let why = unknown.first_reason();
        let element = iterator_value(unknown.clone(), unknown);
        let binding = Binding { name: iterator, value: &element, outer: scope.bindings };
        self.content_block(block, content, kind, Scope { bindings: Some(&binding), ..scope }, why)
    }

    fn content_block(
        &self,
        block: &Block,
        content: &Block,
        kind: &Arc<str>,
        scope: Scope<'_>,
        unknown: Option<Arc<str>>,
    ) -> resources::Block {
        let body = self.budget.deeper(|| Ok(self.block_body(content, scope))).unwrap_or_default();
        let labels = block.attribute("labels").map(|attribute| self.attribute(attribute, scope));
        let labels = match labels.map(|value| value.kind) {
            Some(Kind::List(items)) => items.iter().filter_map(|item| string_of(&item.kind).ok()).collect(),
            _ => Vec::new(),
        };
        let mut place = block.place.clone();
        place.body = content.place.body;
        resources::Block { kind: kind.clone(), labels, block: place, body, unknown }
    }
}

fn empty_block(block: &Block) -> resources::Block {
    resources::Block {
        kind: block.kind.clone(),
        labels: block.labels.clone(),
        block: block.place.clone(),
        body: resources::Body::default(),
        unknown: None,
    }
}

fn any_attribute(block: &Block) -> Option<&Attribute> {
    block.attributes.first().or_else(|| block.blocks.iter().find_map(any_attribute))
}

/// `iterator = name` of a dynamic block.
pub(crate) fn iterator_name(block: &Block) -> Option<Arc<str>> {
    match &block.attribute("iterator")?.expr.kind {
        foreshock_syntax::hcl::ExprKind::Variable(name) => Some(name.clone()),
        _ => None,
    }
}

/// What the iterator of a dynamic block means: an object of `key` and `value`.
fn iterator_value(key: Value, value: Value) -> Value {
    Value::new(Kind::Map(Arc::new(BTreeMap::from([(Arc::from("key"), key), (Arc::from("value"), value)]))))
}

/// The nested blocks of one type as a value: a list of objects, of which only a part is written.
pub(crate) fn value_of(blocks: &[resources::Block], kind: &str, address: &Arc<str>, outer: &str) -> Value {
    let path: Arc<str> = if outer.is_empty() { Arc::from(kind) } else { Arc::from(format!("{outer}.{kind}")) };
    let mut items = Vec::new();
    for block in blocks.iter().filter(|block| &*block.kind == kind) {
        if let Some(why) = &block.unknown {
            return Value::unknown(why.clone());
        }
        items.push(block_object(block, address, &path));
    }
    Value::new(Kind::List(Arc::new(items)))
}

fn block_object(block: &resources::Block, address: &Arc<str>, path: &Arc<str>) -> Value {
    let mut items: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    for (name, attribute) in &block.body.attributes {
        items.insert(name.clone(), attribute.value.clone());
    }
    for inner in &block.body.blocks {
        if !items.contains_key(&inner.kind) {
            items.insert(inner.kind.clone(), value_of(&block.body.blocks, &inner.kind, address, path));
        }
    }
    items.insert(
        Arc::from(foreshock_resources::open::REST),
        foreshock_resources::open::inner_rest(&format!("{address}.{path}")),
    );
    Value { kind: Kind::Map(Arc::new(items)), provenance: Provenance::none(), origin: None }
}
