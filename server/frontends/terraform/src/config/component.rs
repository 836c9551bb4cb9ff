//! Stacks of Terraform (`*.tfcomponent.hcl`, `*.tfdeploy.hcl`), read as what they come to: a component is the call of a module,
//! and a deployment gives the variables their values.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_files::Files;
use foreshock_syntax::hcl::{Expr, ExprKind, ObjectKey};
use foreshock_text::{FilePath, Span};

use super::{Attribute, Block};
use crate::files::TerraformFiles;

/// A `component`, or a `stack` in a stack, as a module call; the provider configuration of a stack as one with an alias. Any
/// other block as it is.
pub(super) fn as_module(mut block: Block) -> Block {
    match (&*block.kind, block.labels.as_slice()) {
        ("component" | "stack", [_]) => {
            block.kind = Arc::from("module");
            if let Some(at) = block.attributes.iter().position(|attribute| &*attribute.name == "inputs") {
                let inputs = block.attributes.remove(at);
                block.attributes.extend(inputs_of(&inputs).into_values());
            }
            block
        }
        ("provider", [name, alias]) => {
            let value = Expr { kind: ExprKind::String(alias.clone()), span: Span::empty(0) };
            let place = Span::empty(block.place.header.start);
            let alias = Attribute {
                name: Arc::from("alias"),
                expr: Arc::new(value),
                file: block.place.file.clone(),
                name_span: place,
                value_span: place,
            };
            block.labels = vec![name.clone()];
            if let Some(at) = block.blocks.iter().position(|inner| &*inner.kind == "config") {
                let config = block.blocks.remove(at);
                block.attributes.extend(config.attributes);
                block.blocks.extend(config.blocks);
            }
            block.attributes.push(alias);
            block
        }
        _ => block,
    }
}

/// The items of an object that is written out, as attributes. Their expressions count from the start of the object.
pub(crate) fn inputs_of(inputs: &Attribute) -> BTreeMap<Arc<str>, Attribute> {
    let ExprKind::Object(items) = &inputs.expr.kind else { return BTreeMap::new() };
    let attribute = |(key, item): &(ObjectKey, Expr)| {
        let (name, span) = match key {
            ObjectKey::Name(name, span) => (name.clone(), *span),
            ObjectKey::Expression(Expr { kind: ExprKind::String(name), span }) => (name.clone(), *span),
            ObjectKey::Expression(_) => return None,
        };
        let attribute = Attribute {
            name: name.clone(),
            expr: Arc::new(item.clone()),
            file: inputs.file.clone(),
            name_span: span.shifted(inputs.value_span.start),
            value_span: inputs.value_span,
        };
        Some((name, attribute))
    };
    items.iter().filter_map(attribute).collect()
}

/// The files of a directory that say how its stack is deployed.
pub(crate) fn deployment_files(directory: &camino::Utf8Path, files: &dyn Files) -> Vec<FilePath> {
    let mut listed = files.list(directory);
    listed.retain(|file| is_deployment(file.as_path()));
    listed
}

/// Whether a file says how a stack of Terraform is deployed.
pub fn is_deployment(path: &camino::Utf8Path) -> bool {
    path.file_name().is_some_and(|name| name.ends_with(".tfdeploy.hcl") && !name.starts_with('.'))
}

/// The deployments of the stack in a directory, by name.
pub fn deployments(directory: &camino::Utf8Path, files: &dyn TerraformFiles) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for parsed in deployment_files(directory, files).iter().filter_map(|file| files.parsed(file)) {
        let blocks = parsed.body.blocks_of("deployment");
        names.extend(blocks.filter_map(|block| block.labels.first()).map(|label| label.text.clone()));
    }
    names.sort();
    names.dedup();
    names
}
