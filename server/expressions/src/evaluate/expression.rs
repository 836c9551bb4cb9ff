//! Expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_resources::{Kind, Provenance, Value};
use foreshock_syntax::hcl::{Expr, ExprKind, ForExpr, ObjectKey};

use super::{Binding, Evaluator, Scope};
use crate::failure::{Failure, fail};
use crate::numbers::held;
use crate::types::{bool_of, convert, infer, kind_name, string_of, unify};

impl<'a> Evaluator<'a> {
    /// The value of an expression; a failure where Terraform would report an error.
    pub fn eval(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Failure> {
        let kind = match &expr.kind {
            ExprKind::Null => Kind::Null,
            ExprKind::Bool(flag) => Kind::Bool(*flag),
            ExprKind::Number(number) => held(*number),
            ExprKind::String(text) => Kind::String(text.clone()),
            _ => {
                self.budget.step()?;
                return self.budget.deeper(|| self.eval_compound(expr, scope));
            }
        };
        Ok(Value::new(kind).with_origin(|| scope.place(expr.span)))
    }

    fn eval_compound(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Failure> {
        match &expr.kind {
            ExprKind::Template(parts) => self.template(parts, scope),
            ExprKind::Array(items) => self.array(expr, items, scope),
            ExprKind::Object(items) => self.object_literal(expr, items, scope),
            ExprKind::Variable(name) => self.reference(name, &[], expr.span, scope),
            ExprKind::Traversal(operand, steps) => match &operand.kind {
                ExprKind::Variable(name) => self.reference(name, steps, expr.span, scope),
                _ => {
                    let value = self.eval(operand, scope)?;
                    self.walk(value, steps, scope)
                }
            },
            ExprKind::Call { name, args, expand } => self.call(name, args, *expand, scope),
            ExprKind::Paren(inner) => self.eval(inner, scope),
            ExprKind::Unary(operator, operand) => {
                let value = self.eval(operand, scope)?;
                super::operator::unary(*operator, &value)
            }
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, scope),
            ExprKind::Conditional(condition, yes, no) => self.conditional(condition, yes, no, scope),
            ExprKind::For(inner) => self.for_expression(inner, scope),
            ExprKind::Broken(_) => fail("this can't be read"),
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) => self.eval(expr, scope),
        }
    }

    #[inline(never)]
    fn array(&self, expr: &Expr, items: &[Expr], scope: &Scope<'_>) -> Result<Value, Failure> {
        self.budget.make_elements(items.len(), &Provenance::none())?;
        let items: Result<Vec<Value>, Failure> = items.iter().map(|item| self.eval(item, scope)).collect();
        Ok(Value::new(Kind::List(Arc::new(items?))).with_origin(|| scope.place(expr.span)))
    }

    #[inline(never)]
    fn object_literal(&self, expr: &Expr, items: &[(ObjectKey, Expr)], scope: &Scope<'_>) -> Result<Value, Failure> {
        self.budget.make_elements(items.len() * 2, &Provenance::none())?;
        let mut object = BTreeMap::new();
        let mut unknown_keys = Vec::new();
        let mut provenance = Provenance::none();
        for (key, item) in items {
            let name = match key {
                ObjectKey::Name(name, _) => name.clone(),
                ObjectKey::Expression(key) => {
                    let key = self.eval(key, scope)?;
                    provenance = provenance.union(&key.provenance);
                    match &key.kind {
                        Kind::Unknown(_) => {
                            unknown_keys.push(key);
                            unknown_keys.push(self.eval(item, scope)?);
                            continue;
                        }
                        kind => string_of(kind)?,
                    }
                }
            };
            object.insert(name, self.eval(item, scope)?);
        }
        if !unknown_keys.is_empty() {
            unknown_keys.extend(object.into_values());
            return Ok(Value::unknown_from(&unknown_keys));
        }
        let value = Value { kind: Kind::Map(Arc::new(object)), provenance, origin: None };
        Ok(value.with_origin(|| scope.place(expr.span)))
    }

    #[inline(never)]
    fn conditional(&self, condition: &Expr, yes: &Expr, no: &Expr, scope: &Scope<'_>) -> Result<Value, Failure> {
        let condition = self.eval(condition, scope)?;
        if !condition.is_known() {
            return Ok(self.undecided(&condition, yes, no, scope));
        }
        let (chosen, other) = if bool_of(&condition.kind)? { (yes, no) } else { (no, yes) };
        let mut value = self.eval(chosen, scope)?;
        self.budget.weigh(&value)?;
        if may_change_form(&value)
            && let Ok(other) = self.eval(other, scope)
        {
            self.budget.copy(&value)?;
            self.budget.copy(&other)?;
            if let Some(of) = unify(&[infer(&value), infer(&other)]) {
                value = convert(value, &of)?;
            }
        }
        if condition.provenance.is_sensitive() {
            value.provenance = value.provenance.with_sensitive(true);
        }
        Ok(value)
    }

    /// The condition is not known: the value is known only where both sides agree.
    fn undecided(&self, condition: &Value, yes: &Expr, no: &Expr, scope: &Scope<'_>) -> Value {
        let side = |expr: &Expr| match self.eval(expr, scope) {
            Ok(value) => value,
            Err(Failure { why, .. }) => {
                Value { kind: Kind::Unknown(why), provenance: self.provenance_of(expr, scope), origin: None }
            }
        };
        let (yes, no) = (side(yes), side(no));
        for value in [&yes, &no] {
            if let Err(Failure { why, .. }) = self.budget.weigh(value) {
                return Value { kind: Kind::Unknown(why), provenance: condition.provenance.clone(), origin: None };
            }
        }
        let provenance = yes.all_provenance().union(&no.all_provenance()).union(&condition.all_provenance());
        if yes.is_wholly_known() && no.is_wholly_known() && yes.kind == no.kind {
            return Value { kind: yes.kind, provenance, origin: None };
        }
        let why = condition.first_reason().unwrap_or_else(|| Arc::from("not known"));
        Value { kind: Kind::Unknown(why), provenance, origin: None }
    }

    #[inline(never)]
    fn for_expression(&self, expr: &ForExpr, scope: &Scope<'_>) -> Result<Value, Failure> {
        let collection = self.eval(&expr.collection, scope)?;
        self.budget.make_elements(2 * top_length(&collection), &collection.provenance)?;
        let Some(pairs) = pairs(&collection)? else {
            // What the body would read is not known either, but what it refers to by name is.
            self.budget.weigh(&collection)?;
            let mut provenance = collection.all_provenance();
            for part in [Some(&expr.value), expr.key.as_ref(), expr.condition.as_ref()].into_iter().flatten() {
                provenance = provenance.union(&self.provenance_of_body(part, expr, scope));
            }
            return Ok(Value { provenance, ..Value::unknown_from([&collection]) });
        };
        self.budget.make_elements(pairs.len() * if expr.key.is_some() { 4 } else { 1 }, &Provenance::none())?;
        let mut list = Vec::new();
        let mut object: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        // A condition or key that is not known leaves the whole result open.
        let mut open: Option<Vec<Value>> = None;
        for (key, value) in &pairs {
            let key_binding =
                Binding { name: expr.key_name.as_deref().unwrap_or(""), value: key, outer: scope.bindings };
            let outer = if expr.key_name.is_some() { Some(&key_binding) } else { scope.bindings };
            let value_binding = Binding { name: &expr.value_name, value, outer };
            let inner = Scope { bindings: Some(&value_binding), ..*scope };
            if let Some(condition) = &expr.condition {
                let condition = self.eval(condition, &inner)?;
                if !condition.is_known() {
                    let open = open.get_or_insert_default();
                    open.push(condition);
                    open.push(self.eval(&expr.value, &inner).unwrap_or_else(|failure| Value::unknown(failure.why)));
                    continue;
                }
                if !bool_of(&condition.kind)? {
                    continue;
                }
            }
            let item = self.eval(&expr.value, &inner)?;
            let Some(key) = &expr.key else {
                list.push(item);
                continue;
            };
            let key = self.eval(key, &inner)?;
            if !key.is_known() {
                open.get_or_insert_default().extend([key, item]);
                continue;
            }
            let name = string_of(&key.kind)?;
            let items = object.entry(name.clone()).or_default();
            if !items.is_empty() && !expr.grouping {
                return fail(format!("two elements have the key {name:?}"));
            }
            items.push(item);
        }
        if let Some(mut open) = open {
            open.extend(list);
            open.extend(object.into_values().flatten());
            open.push(collection);
            return Ok(Value::unknown_from(&open));
        }
        let kind = match (&expr.key, expr.grouping) {
            (None, _) => Kind::List(Arc::new(list)),
            (Some(_), true) => {
                let grouped = object.into_iter().map(|(name, items)| (name, Value::new(Kind::List(Arc::new(items)))));
                Kind::Map(Arc::new(grouped.collect()))
            }
            (Some(_), false) => Kind::Map(Arc::new(
                object.into_iter().filter_map(|(name, mut items)| Some((name, items.pop()?))).collect(),
            )),
        };
        Ok(Value { kind, provenance: collection.provenance.clone(), origin: None })
    }

    /// The provenance of a `for` body whose collection is not known.
    fn provenance_of_body(&self, part: &Expr, expr: &ForExpr, scope: &Scope<'_>) -> Provenance {
        let nothing = Value::null();
        let key = Binding { name: expr.key_name.as_deref().unwrap_or(""), value: &nothing, outer: scope.bindings };
        let value = Binding { name: &expr.value_name, value: &nothing, outer: Some(&key) };
        self.provenance_of(part, &Scope { bindings: Some(&value), ..*scope })
    }
}

/// Whether a conditional's other side can change how this value is written: `true ? 1 : "a"` is `"1"`.
fn may_change_form(value: &Value) -> bool {
    match &value.kind {
        Kind::Number(_) | Kind::Bool(_) => true,
        Kind::List(items) => items.iter().any(may_change_form),
        Kind::Map(items) => items.values().any(may_change_form),
        _ => false,
    }
}

/// How many elements a collection has by itself.
pub(crate) fn top_length(collection: &Value) -> usize {
    match &collection.kind {
        Kind::List(items) | Kind::Set(items) => items.len(),
        Kind::Map(items) => items.len(),
        _ => 0,
    }
}

/// The keys and values a collection is walked by; `None` when they are not known.
pub fn pairs(collection: &Value) -> Result<Option<Vec<(Value, Value)>>, Failure> {
    let provenance = &collection.provenance;
    let traced = |value: &Value| value.clone().with_provenance(provenance);
    Ok(match &collection.kind {
        Kind::Unknown(_) => None,
        Kind::List(items) => {
            let numbered = items.iter().enumerate();
            Some(numbered.map(|(index, item)| (Value::new(Kind::Number(index as f64)), traced(item))).collect())
        }
        Kind::Set(items) if items.iter().any(|item| !item.is_known()) => None,
        Kind::Set(items) => Some(items.iter().map(|item| (traced(item), traced(item))).collect()),
        Kind::Map(items) if foreshock_resources::open::is_open(items) => None,
        Kind::Map(items) => {
            Some(items.iter().map(|(name, item)| (Value::string(name.clone()), traced(item))).collect())
        }
        Kind::Null => return fail("this is null, it has no elements to walk"),
        _ => return fail(format!("this is a {}, it has no elements to walk", kind_name(collection))),
    })
}
