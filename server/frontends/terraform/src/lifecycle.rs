//! What the `lifecycle` block of a resource says. Terraform wants it written out: nothing in it is evaluated.

use std::sync::Arc;

use foreshock_resources::{Lifecycle, Trigger};
use foreshock_syntax::hcl::{Expr, ExprKind, StepKind};

use crate::config::Block;
use crate::evaluate::join_address;

/// Of a block in the module of that path.
pub(crate) fn lifecycle(path: &Arc<str>, block: &Block) -> Lifecycle {
    let mut lifecycle = Lifecycle::default();
    for inner in block.blocks.iter().filter(|inner| &*inner.kind == "lifecycle") {
        let says = |name: &str| {
            inner.attribute(name).is_some_and(|attribute| matches!(attribute.expr.kind, ExprKind::Bool(true)))
        };
        lifecycle.prevent_destroy |= says("prevent_destroy");
        lifecycle.create_before_destroy |= says("create_before_destroy");
        lifecycle.ignores.extend(each(inner, "ignore_changes").filter_map(dotted));
        let triggers = each(inner, "replace_triggered_by").filter_map(dotted);
        lifecycle.triggers.extend(triggers.filter_map(|named| trigger(path, &named)));
    }
    lifecycle
}

/// The items of a list that is written out.
fn each<'b>(block: &'b Block, name: &str) -> impl Iterator<Item = &'b Expr> {
    let items = block.attribute(name).map(|attribute| match &attribute.expr.kind {
        ExprKind::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(&*attribute.expr),
    });
    items.unwrap_or_default().iter()
}

/// A path without indexes.
fn dotted(expr: &Expr) -> Option<Arc<str>> {
    match &expr.kind {
        ExprKind::Variable(name) | ExprKind::String(name) => Some(name.clone()),
        ExprKind::Traversal(operand, steps) => {
            let mut path = dotted(operand)?.to_string();
            for step in steps {
                if let StepKind::Attribute(name) = &step.kind {
                    path.push('.');
                    path.push_str(name);
                }
            }
            Some(path.into())
        }
        _ => None,
    }
}

/// `aws_launch_template.web.latest_version`, taken apart.
fn trigger(path: &Arc<str>, named: &str) -> Option<Trigger> {
    let (type_name, rest) = named.split_once('.')?;
    let (name, attribute) = rest.split_once('.').unwrap_or((rest, ""));
    Some(Trigger {
        resource: join_address(path, &Arc::from(format!("{type_name}.{name}"))),
        attribute: attribute.into(),
    })
}
