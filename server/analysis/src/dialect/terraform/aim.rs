//! Where a value is decided: what somebody has to write so that an attribute comes to something else. A literal is replaced
//! where it stands, a default of a called module is left to its other callers and overridden at the call, and an expression
//! is followed to the values that it picks from. Nothing is ever written over a condition: what decides whether something is
//! there, or which environment it is, is no number of replicas.

use foreshock_resources as resources;
use foreshock_resources::{BlockPlace, Kind, ModuleCall, Value};
use foreshock_syntax::hcl::{Attribute, BinaryOp, Block, Body, Expr, ExprKind, StepKind, TraversalStep, UnaryOp};
use foreshock_text::{FilePath, Place, Span};

use super::Terraform;
use crate::dialect::Texts;

/// Locals of locals and arguments of arguments are followed so far.
const DEEPEST: usize = 12;

/// A value, and where to write it.
pub(super) enum Aim<'a> {
    /// In place of what stands there.
    Replace(Place, Value),
    /// As a new argument of a call.
    Argument(&'a BlockPlace, String, Value),
}

/// What is aimed with.
pub(super) struct Aiming<'a> {
    pub(super) texts: &'a dyn Texts,
    pub(super) module: &'a Terraform,
    /// Whether a number of instances is aimed at: what only switches something on is none.
    pub(super) is_number_of_instances: bool,
}

impl<'a> Aiming<'a> {
    /// What to write so that an attribute of a block in a module instance comes to a value; `None` where nothing can be
    /// written that only does that.
    pub(super) fn attribute(
        &self,
        attribute: &resources::Attribute,
        scope: &str,
        wanted: &Value,
    ) -> Option<Vec<Aim<'a>>> {
        self.placed(attribute, scope, wanted, 0)
    }

    fn placed(
        &self,
        attribute: &resources::Attribute,
        scope: &str,
        wanted: &Value,
        depth: usize,
    ) -> Option<Vec<Aim<'a>>> {
        if attribute.value.kind == wanted.kind {
            return Some(Vec::new());
        }
        if let Some(aims) = attribute.value.origin.as_deref().and_then(|origin| self.literal(origin, scope, wanted)) {
            return Some(aims);
        }
        let (file, span) = (&attribute.place.file, attribute.place.value);
        let parsed = self.texts.parsed(file)?;
        let (_, written) = around(&parsed.body, span)?;
        if written.value_span != span {
            return None;
        }
        self.expression(&written.expr, &Standing { file, base: span.start, scope }, wanted, depth)
    }

    /// Where a literal stands by itself, in an object or in a list, it is replaced; a default of a called module becomes an
    /// argument of the call.
    fn literal(&self, origin: &Place, scope: &str, wanted: &Value) -> Option<Vec<Aim<'a>>> {
        let parsed = self.texts.parsed(&origin.file)?;
        let (block, attribute) = around(&parsed.body, origin.span)?;
        let relative = |span: Span| attribute.in_file(span);
        if !stands_free(&attribute.expr, &|span| relative(span) == origin.span, &|span| {
            relative(span).contains(origin.span)
        }) {
            return None;
        }
        if let Some(variable) = block.filter(|block| &*block.kind == "variable") {
            let name = variable.labels.first()?.text.clone();
            if self.is_number_of_instances && is_switch(&name) {
                return None;
            }
            let directory = origin.file.as_path().parent()?;
            if directory != self.module.resolved.root {
                // The default is for every caller, the argument for this one.
                let call = self.call_into(scope, |call| call.directory.as_deref() == Some(directory))?;
                if &*attribute.name != "default" || attribute.value_span != origin.span {
                    return None;
                }
                return Some(vec![Aim::Argument(&call.block, name.to_string(), wanted.clone())]);
            }
        }
        if self.is_number_of_instances && is_switch(&attribute.name) {
            return None;
        }
        Some(vec![Aim::Replace(origin.clone(), wanted.clone())])
    }

    /// The innermost call around a module instance that fits.
    fn call_into(&self, scope: &str, fits: impl Fn(&ModuleCall) -> bool) -> Option<&'a ModuleCall> {
        let around = |call: &&ModuleCall| {
            let rest = scope.strip_prefix(&*call.address);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) && fits(call)
        };
        self.module.resolved.resources.modules.iter().filter(around).max_by_key(|call| call.address.len())
    }

    fn expression(&self, expr: &Expr, at: &Standing<'_>, wanted: &Value, depth: usize) -> Option<Vec<Aim<'a>>> {
        if depth > DEEPEST {
            return None;
        }
        let inner = |expr: &Expr, wanted: &Value| self.expression(expr, at, wanted, depth + 1);
        match &expr.kind {
            ExprKind::Paren(operand) => inner(operand, wanted),
            ExprKind::Traversal(operand, steps) => match &operand.kind {
                ExprKind::Variable(root) => self.reference(root, steps, at, wanted, depth + 1),
                _ => None,
            },
            ExprKind::Call { name, args, .. } => self.call(name, args, at, wanted, depth),
            ExprKind::Conditional(condition, yes, no) => {
                let Kind::Bool(truth) = self.value(condition, at).kind else { return None };
                let (chosen, other) = if truth { (yes, no) } else { (no, yes) };
                if !is_plain(chosen) {
                    return inner(chosen, wanted);
                }
                // A flag that chooses between two forms may be the other way; one that says whether there is anything at all
                // leads to nothing.
                let would_be = self.value(other, at).kind;
                let is_enough = match (&would_be, &wanted.kind) {
                    (Kind::Number(other), Kind::Number(wanted)) => other >= wanted,
                    // Nobody has asked for it so far; whether it is enough is for the proof to say.
                    (Kind::Unknown(_), _) => true,
                    (other, wanted) => other == wanted,
                };
                if !is_enough || !is_flag(condition) {
                    return None;
                }
                let flipped = Value::new(Kind::Bool(!truth));
                Aiming { is_number_of_instances: false, ..*self }.expression(condition, at, &flipped, depth + 1)
            }
            ExprKind::Unary(UnaryOp::Not, operand) => match wanted.kind {
                Kind::Bool(truth) => inner(operand, &Value::new(Kind::Bool(!truth))),
                _ => None,
            },
            ExprKind::Binary(operator @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                let is_all = matches!(
                    (operator, &wanted.kind),
                    (BinaryOp::And, Kind::Bool(true)) | (BinaryOp::Or, Kind::Bool(false))
                );
                let side = |side: &Expr| match self.value(side, at).kind == wanted.kind {
                    true => Some(Vec::new()),
                    false => inner(side, wanted),
                };
                match is_all {
                    true => {
                        let mut aims = side(left)?;
                        aims.extend(side(right)?);
                        Some(aims)
                    }
                    false => side(left).or_else(|| side(right)),
                }
            }
            // What reads nothing else may be written anew.
            _ if is_plain(expr) => {
                let place = Place::new(at.file.clone(), expr.span.shifted(at.base));
                Some(vec![Aim::Replace(place, wanted.clone())])
            }
            _ => None,
        }
    }

    fn call(&self, name: &str, args: &[Expr], at: &Standing<'_>, wanted: &Value, depth: usize) -> Option<Vec<Aim<'a>>> {
        // A literal among arguments is what somebody falls back to; it is not the place where the value is decided.
        let inner = |expr: &Expr| match is_plain(expr) {
            true => None,
            false => self.expression(expr, at, wanted, depth + 1),
        };
        match name {
            "tonumber" | "tobool" | "tostring" => inner(args.first()?),
            "coalesce" | "try" => {
                let decides = args.iter().position(|arg| !matches!(self.value(arg, at).kind, Kind::Null))?;
                let before = args.get(..=decides)?;
                before.iter().rev().find_map(inner)
            }
            "min" => {
                let Kind::Number(number) = wanted.kind else { return None };
                let mut aims = Vec::new();
                for arg in args {
                    match self.value(arg, at).kind {
                        Kind::Number(now) if now >= number => {}
                        _ => aims.extend(inner(arg)?),
                    }
                }
                (!aims.is_empty()).then_some(aims)
            }
            "max" => args.iter().find_map(inner),
            _ => None,
        }
    }

    fn reference(
        &self,
        root: &str,
        steps: &[TraversalStep],
        at: &Standing<'_>,
        wanted: &Value,
        depth: usize,
    ) -> Option<Vec<Aim<'a>>> {
        let mut path = steps.iter().map(|step| match &step.kind {
            StepKind::Attribute(name) => Some(name),
            _ => None,
        });
        let name = path.next()??;
        let inside: Vec<_> = path.collect::<Option<_>>()?;
        if !matches!(root, "var" | "local") || (self.is_number_of_instances && is_switch(name)) {
            return None;
        }
        let named = self.module.resolved.named_in(at.scope, &format!("{root}.{name}"))?;
        let mut value = &named.value;
        for name in &inside {
            let Kind::Map(items) = &value.kind else { return None };
            value = items.get(&***name)?;
        }
        if value.kind == wanted.kind {
            return Some(Vec::new());
        }
        if let Some(aims) = value.origin.as_deref().and_then(|origin| self.literal(origin, at.scope, wanted)) {
            return Some(aims);
        }
        if !inside.is_empty() {
            return None;
        }
        if root == "local" {
            let place = named.place.clone()?;
            return self.placed(&resources::Attribute { value: value.clone(), place }, at.scope, wanted, depth);
        }
        let call = self.call_into(at.scope, |call| &*call.address == at.scope)?;
        let argument = call.arguments.attributes.get(&**name)?;
        self.placed(argument, caller_of(&call.address), wanted, depth)
    }

    fn value(&self, expr: &Expr, at: &Standing<'_>) -> Value {
        self.module.resolved.value_in(at.scope, expr)
    }
}

/// Where an expression stands: its file, where its spans count from, and the module instance.
struct Standing<'s> {
    file: &'s FilePath,
    base: u32,
    scope: &'s str,
}

/// The module instance that calls another one.
fn caller_of(address: &str) -> &str {
    address.rfind(".module.").and_then(|at| address.get(..at)).unwrap_or_default()
}

/// The attribute around a place with the outermost block that it stands in.
fn around(body: &Body, span: Span) -> Option<(Option<&Block>, &Attribute)> {
    if let Some(attribute) = body.attributes.iter().find(|attribute| attribute.value_span.contains(span)) {
        return Some((None, attribute));
    }
    let block = body.blocks.iter().find(|block| block.span.contains(span))?;
    Some((Some(block), around(&block.body, span)?.1))
}

/// Whether a literal stands by itself, or as an element of objects and lists: whoever changes it changes that one value.
fn stands_free(expr: &Expr, is_it: &dyn Fn(Span) -> bool, holds: &dyn Fn(Span) -> bool) -> bool {
    if is_it(expr.span) && is_plain(expr) {
        return true;
    }
    let inner = |expr: &Expr| holds(expr.span) && stands_free(expr, is_it, holds);
    match &expr.kind {
        ExprKind::Paren(operand) => inner(operand),
        ExprKind::Array(items) => items.iter().any(inner),
        ExprKind::Object(items) => items.iter().any(|(_, item)| inner(item)),
        ExprKind::Call { name, args, .. } => {
            matches!(&**name, "merge" | "concat" | "tomap" | "toset" | "tolist" | "flatten") && args.iter().any(inner)
        }
        _ => false,
    }
}

/// Whether an expression reads nothing: a literal, or what is made of literals alone.
fn is_plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => true,
        ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => is_plain(inner),
        _ => false,
    }
}

/// Whether a condition is a truth value that somebody has chosen, and no comparison.
fn is_flag(condition: &Expr) -> bool {
    match &condition.kind {
        ExprKind::Paren(inner) | ExprKind::Unary(UnaryOp::Not, inner) => is_flag(inner),
        ExprKind::Traversal(operand, _) => matches!(&operand.kind, ExprKind::Variable(_)),
        ExprKind::Binary(BinaryOp::And | BinaryOp::Or, left, right) => is_flag(left) && is_flag(right),
        _ => false,
    }
}

/// Whether a name says that something is there or not: `create`, `enable_x`, `x_enabled`.
fn is_switch(name: &str) -> bool {
    const SWITCHES: &[&str] = &["create", "created", "enable", "enabled", "disable", "disabled", "deploy", "toggle"];
    let mut words = name.split(['_', '-']);
    words.any(|word| SWITCHES.contains(&word)) || ["is_", "has_", "use_"].iter().any(|start| name.starts_with(start))
}
