use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_resources::Value;
use foreshock_syntax::hcl::{Expr, ExprKind, ObjectKey, StepKind, TemplatePart, TraversalStep};
use foreshock_terraform::NamedValue;

use super::{Expression, Origin, Reading};
use crate::Snapshot;

/// Deeper expressions are written by programs.
const DEPTH: usize = 64;

/// A variable or local that an expression refers to.
#[derive(Clone, Debug)]
pub struct ReferredValue {
    /// `var.ha`, `local.zones`.
    pub name: Arc<str>,
    /// Its value.
    pub value: Value,
    /// Where it comes from, if that is known.
    pub origin: Option<Origin>,
}

impl Snapshot {
    /// The variables and locals that an expression refers to, with their values for one of its readings.
    pub fn referred(&self, expression: &Expression, reading: &Reading) -> Vec<ReferredValue> {
        let Some(stack) = self.stacks.get(reading.stack) else { return Vec::new() };
        let Some(terraform) = stack.terraform() else { return Vec::new() };
        let find = |name: &Arc<str>| {
            let is_it = |named: &&NamedValue| named.name == *name && named.module == reading.module;
            let named = terraform.resolved.named.iter().find(is_it)?;
            let origin = self.origin_of_named(stack, named);
            Some(ReferredValue { name: name.clone(), value: named.value.clone(), origin })
        };
        expression.refers.iter().filter_map(find).collect()
    }
}

/// The variables and locals that an expression names, sorted.
pub(super) fn names(expr: &Expr) -> Vec<Arc<str>> {
    let mut found = BTreeSet::new();
    collect(expr, &mut found, 0);
    found.into_iter().collect()
}

fn collect(expr: &Expr, found: &mut BTreeSet<Arc<str>>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    let mut each = |inner: &Expr| collect(inner, found, depth + 1);
    match &expr.kind {
        ExprKind::Traversal(operand, steps) => {
            for step in steps {
                if let StepKind::Index(index) = &step.kind {
                    each(index);
                }
            }
            match &operand.kind {
                ExprKind::Variable(root) => found.extend(named(root, steps)),
                _ => each(operand),
            }
        }
        ExprKind::Array(items) | ExprKind::Broken(items) | ExprKind::Call { args: items, .. } => {
            items.iter().for_each(each);
        }
        ExprKind::Object(items) => {
            for (key, item) in items {
                if let ObjectKey::Expression(key) = key {
                    each(key);
                }
                each(item);
            }
        }
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => each(inner),
        ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(|inner| each(inner)),
        ExprKind::Conditional(condition, yes, no) => [condition, yes, no].into_iter().for_each(|inner| each(inner)),
        ExprKind::For(inner) => {
            each(&inner.collection);
            inner.key.iter().for_each(&mut each);
            each(&inner.value);
            inner.condition.iter().for_each(each);
        }
        ExprKind::Template(parts) => collect_parts(parts, found, depth),
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Variable(_) => {}
    }
}

fn collect_parts(parts: &[TemplatePart], found: &mut BTreeSet<Arc<str>>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(expr) => collect(expr, found, depth + 1),
            TemplatePart::If { condition, yes, no } => {
                collect(condition, found, depth + 1);
                collect_parts(yes, found, depth + 1);
                collect_parts(no, found, depth + 1);
            }
            TemplatePart::For { collection, body, .. } => {
                collect(collection, found, depth + 1);
                collect_parts(body, found, depth + 1);
            }
        }
    }
}

/// `var.ha` of `var.ha.zones`.
fn named(root: &str, steps: &[TraversalStep]) -> Option<Arc<str>> {
    let StepKind::Attribute(name) = &steps.first()?.kind else { return None };
    matches!(root, "var" | "local").then(|| Arc::from(format!("{root}.{name}")))
}
