//! What the expressions of a file are worth: beside each one that is no literal, the values that the stacks reading the
//! file give it, and where those come from.

mod origin;
mod references;
mod shown;

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources as resources;
use foreshock_resources::{Instance, Kind, Value};
use foreshock_syntax::hcl::{Attribute, Body, Expr, ExprKind, ObjectKey};
use foreshock_terraform::{NamedValue, Resolved, TerraformFiles};
use foreshock_text::{FilePath, Span};

pub use origin::Origin;
pub use references::ReferredValue;
use shown::shown_keys;
pub use shown::{is_secret_name, shown};

use crate::Snapshot;

/// Deeper literals of objects and lists are not taken apart.
const DEPTH: usize = 16;

/// An expression that is no literal.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The argument it belongs to: `count`, `multi_az`; of an object's element its key.
    pub name: Arc<str>,
    /// Where it is.
    pub span: Span,
    /// What it refers to by name: `var.ha`, `local.zones`, sorted.
    pub refers: Vec<Arc<str>>,
    /// Its value in each place that has one, in the order of the snapshot's stacks.
    pub readings: Vec<Reading>,
}

/// The value of an expression in one place.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Index of the stack.
    pub stack: usize,
    /// Address of the module instance; empty for the root.
    pub module: Arc<str>,
    /// Address of the instance, of the call, or of the local: who has the value.
    pub of: Arc<str>,
    /// The value.
    pub value: Value,
}

impl Expression {
    /// Whether the number of instances hangs on it.
    pub fn is_for_each(&self) -> bool {
        &*self.name == "for_each"
    }

    /// Whether its texts are to be kept secret for what they are called.
    pub fn is_secret(&self) -> bool {
        is_secret_name(&self.name) || self.refers.iter().any(|name| is_secret_name(name))
    }

    /// The different values, as they are shown, each with those who have it; unknown ones as `None`.
    pub fn different(&self) -> Vec<(Option<String>, Vec<&Reading>)> {
        let mut different: Vec<(Option<String>, Vec<&Reading>)> = Vec::new();
        for reading in &self.readings {
            let text = self.text_of(&reading.value);
            match different.iter_mut().find(|(known, _)| *known == text) {
                Some((_, those)) => those.push(reading),
                None => different.push((text, vec![reading])),
            }
        }
        different
    }

    fn text_of(&self, value: &Value) -> Option<String> {
        match self.is_for_each() {
            true => shown_keys(value),
            false => shown(value, self.is_secret()),
        }
    }

    /// What stands beside it: `3`, `"a"`, `2: "a", "b"`, `2 values`. `None` where nothing is known.
    pub fn label(&self) -> Option<String> {
        let different = self.different();
        match different.as_slice() {
            [] => None,
            [(text, _)] => text.clone(),
            several if several.iter().all(|(text, _)| text.is_none()) => None,
            several => Some(format!("{} values", several.len())),
        }
    }
}

/// The values in one file by the place of their expression.
type ByPlace = BTreeMap<Span, Vec<Reading>>;

impl Snapshot {
    /// The expressions of a file that are no literals and have a value somewhere, by place; those that touch `within`
    /// when it is given. `wanted` says whose values count: a stack by its index and a module instance of it.
    pub fn expressions(
        &self,
        file: &FilePath,
        within: Option<Span>,
        wanted: &dyn Fn(usize, &str) -> bool,
    ) -> Vec<Expression> {
        if !foreshock_terraform::is_configuration(file.as_path())
            && !foreshock_terraform::terragrunt::is_terragrunt(file.as_path())
        {
            return Vec::new();
        }
        let Some(parsed) = self.parsed(file) else { return Vec::new() };
        let near = |span: Span| within.is_none_or(|within| span.start <= within.end && within.start <= span.end);
        let mut values = ByPlace::new();
        for (stack, resolved) in self.resolved_of(file) {
            gather(resolved, file, &near, &mut |span, module, of, value| {
                if wanted(stack, module) {
                    let (module, of, value) = (module.clone(), of.clone(), value.clone());
                    values.entry(span).or_default().push(Reading { stack, module, of, value });
                }
            });
        }
        let mut found = Vec::new();
        if !values.is_empty() {
            walk(&parsed.body, &near, &values, &mut found, 0);
        }
        found.sort_by_key(|expression| expression.span);
        found
    }

    /// The stacks of Terraform that read a file.
    fn resolved_of(&self, file: &FilePath) -> impl Iterator<Item = (usize, &Resolved)> {
        let stacks = self.stacks.iter().enumerate();
        stacks.filter_map(move |(index, stack)| {
            let terraform = stack.terraform()?;
            stack.files.contains(file).then_some((index, &*terraform.resolved))
        })
    }
}

type Take<'a> = dyn FnMut(Span, &Arc<str>, &Arc<str>, &Value) + 'a;

fn gather(resolved: &Resolved, file: &FilePath, near: &dyn Fn(Span) -> bool, take: &mut Take<'_>) {
    // What an override file says is part of a block that stands elsewhere.
    let overrides = file.as_path().file_stem().is_some_and(|stem| stem == "override" || stem.ends_with("_override"));
    let mut look_at = |instance: &Instance| {
        of_body(&instance.body, file, &mut |span, value| take(span, &instance.module, &instance.address, value));
    };
    match overrides {
        true => resolved.resources.instances.iter().for_each(|instance| look_at(instance)),
        false => {
            let here = resolved.resources.in_file(file).filter(|instance| near(instance.block.span));
            here.for_each(|instance| look_at(instance));
        }
    }
    for call in &resolved.resources.modules {
        if overrides || (call.block.file == *file && near(call.block.span)) {
            let module = caller(&call.address);
            of_body(&call.arguments, file, &mut |span, value| take(span, &module, &call.address, value));
        }
    }
    for NamedValue { module, name, value, place } in &resolved.named {
        if let Some(place) = place.as_ref().filter(|place| place.file == *file && near(place.value))
            && !name.starts_with("var.")
        {
            let owner = name.strip_suffix(".count").or_else(|| name.strip_suffix(".for_each")).unwrap_or(name);
            let of = if module.is_empty() { Arc::from(owner) } else { Arc::from(format!("{module}.{owner}")) };
            take(place.value, module, &of, value);
        }
    }
}

/// Who calls `module.a["x"].module.b`: the module instance before the last step.
fn caller(address: &str) -> Arc<str> {
    address.rfind(".module.").and_then(|at| address.get(..at)).unwrap_or_default().into()
}

fn of_body(body: &resources::Body, file: &FilePath, take: &mut dyn FnMut(Span, &Value)) {
    for attribute in body.attributes.values().filter(|attribute| attribute.place.file == *file) {
        take(attribute.place.value, &attribute.value);
    }
    for block in &body.blocks {
        of_body(&block.body, file, take);
    }
}

fn walk(body: &Body, near: &dyn Fn(Span) -> bool, values: &ByPlace, found: &mut Vec<Expression>, depth: usize) {
    if depth > DEPTH {
        return;
    }
    for attribute in body.attributes.iter().filter(|attribute| near(attribute.value_span)) {
        if let Some(readings) = values.get(&attribute.value_span) {
            take_apart(attribute, &attribute.name, &attribute.expr, readings.clone(), near, found, 0);
        }
    }
    for block in body.blocks.iter().filter(|block| near(block.span)) {
        walk(&block.body, near, values, found, depth + 1);
    }
}

/// An expression, or those inside an object or list that is written out.
fn take_apart(
    attribute: &Attribute,
    name: &Arc<str>,
    expr: &Expr,
    readings: Vec<Reading>,
    near: &dyn Fn(Span) -> bool,
    found: &mut Vec<Expression>,
    depth: usize,
) {
    let span = attribute.in_file(expr.span);
    if depth > DEPTH || readings.is_empty() || !near(span) {
        return;
    }
    match &expr.kind {
        ExprKind::Object(items) if &**name != "for_each" => {
            for (key, item) in items {
                let Some(key) = literal_key(key) else { continue };
                let inside = element(&readings, |kind| match kind {
                    Kind::Map(items) => items.get(&key).cloned(),
                    _ => None,
                });
                take_apart(attribute, &key, item, inside, near, found, depth + 1);
            }
        }
        ExprKind::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let inside = element(&readings, |kind| match kind {
                    Kind::List(values) => values.get(index).cloned(),
                    _ => None,
                });
                take_apart(attribute, name, item, inside, near, found, depth + 1);
            }
        }
        ExprKind::Paren(inner) if is_literal(inner) => {}
        _ if is_literal(expr) => {}
        _ => found.push(Expression { name: name.clone(), span, refers: references::names(expr), readings }),
    }
}

fn literal_key(key: &ObjectKey) -> Option<Arc<str>> {
    match key {
        ObjectKey::Name(name, _) => Some(name.clone()),
        ObjectKey::Expression(Expr { kind: ExprKind::String(name), .. }) => Some(name.clone()),
        ObjectKey::Expression(_) => None,
    }
}

/// The same readings of a part of the value. A sensitive whole has sensitive parts.
fn element(readings: &[Reading], part: impl Fn(&Kind) -> Option<Value>) -> Vec<Reading> {
    let of_part = readings.iter().filter_map(|reading| {
        let mut value = part(&reading.value.kind)?;
        if reading.value.provenance.is_sensitive() {
            value.provenance = value.provenance.with_sensitive(true);
        }
        Some(Reading { value, ..reading.clone() })
    });
    of_part.collect()
}

/// Whether an expression is its own value. Text that does not parse has none to show.
fn is_literal(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Broken(_) => true,
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => is_literal(inner),
        _ => false,
    }
}
