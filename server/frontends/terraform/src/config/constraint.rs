//! `type = ...` of a variable.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_expressions::{Field, Type, convert};
use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{Expr, ExprKind, ObjectKey, TemplatePart, UnaryOp};

/// Reads a type constraint. What is not one counts as `any`.
pub(crate) fn constraint(expr: &Expr) -> Type {
    match &expr.kind {
        ExprKind::Variable(name) => named(name),
        // The quoted form of Terraform 0.11.
        ExprKind::String(name) => named(name),
        ExprKind::Paren(inner) => constraint(inner),
        ExprKind::Call { name, args, .. } => {
            let first = args.first();
            let inner = || Box::new(first.map_or(Type::Any, constraint));
            match &**name {
                "list" => Type::List(inner()),
                "set" => Type::Set(inner()),
                "map" => Type::Map(inner()),
                "optional" => first.map_or(Type::Any, constraint),
                "tuple" => match first.map(|expr| &expr.kind) {
                    Some(ExprKind::Array(items)) => Type::Tuple(items.iter().map(constraint).collect()),
                    _ => Type::Any,
                },
                "object" => match first.map(|expr| &expr.kind) {
                    Some(ExprKind::Object(items)) => Type::Object(fields(items)),
                    _ => Type::Any,
                },
                _ => Type::Any,
            }
        }
        _ => Type::Any,
    }
}

fn named(name: &str) -> Type {
    match name {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "list" => Type::List(Box::new(Type::Any)),
        "set" => Type::Set(Box::new(Type::Any)),
        "map" => Type::Map(Box::new(Type::Any)),
        _ => Type::Any,
    }
}

fn fields(items: &[(ObjectKey, Expr)]) -> BTreeMap<Arc<str>, Field> {
    let mut fields = BTreeMap::new();
    for (key, expr) in items {
        let name = match key {
            ObjectKey::Name(name, _) => name.clone(),
            ObjectKey::Expression(Expr { kind: ExprKind::String(name) | ExprKind::Variable(name), .. }) => name.clone(),
            ObjectKey::Expression(_) => continue,
        };
        let of = constraint(expr);
        let field = match &expr.kind {
            ExprKind::Call { name, args, .. } if &**name == "optional" => {
                let default = args.get(1).and_then(constant).and_then(|value| convert(value, &of).ok());
                Field { of, optional: true, default }
            }
            _ => Field { of, optional: false, default: None },
        };
        fields.insert(name, field);
    }
    fields
}

/// The value of an expression without references and calls; `None` for anything else.
pub(crate) fn constant(expr: &Expr) -> Option<Value> {
    let kind = match &expr.kind {
        ExprKind::Null => Kind::Null,
        ExprKind::Bool(flag) => Kind::Bool(*flag),
        ExprKind::Number(number) => foreshock_expressions::held(*number),
        ExprKind::String(text) => Kind::String(text.clone()),
        ExprKind::Template(parts) => {
            let mut text = String::new();
            for part in parts {
                let TemplatePart::Literal(literal) = part else { return None };
                text.push_str(literal);
            }
            Kind::String(Arc::from(text))
        }
        ExprKind::Paren(inner) => return constant(inner),
        ExprKind::Unary(UnaryOp::Negate, inner) => match constant(inner)?.kind {
            Kind::Number(number) => Kind::Number(-number),
            _ => return None,
        },
        ExprKind::Array(items) => Kind::List(Arc::new(items.iter().map(constant).collect::<Option<Vec<Value>>>()?)),
        ExprKind::Object(items) => {
            let mut object = BTreeMap::new();
            for (key, value) in items {
                let key = match key {
                    ObjectKey::Name(name, _) => name.clone(),
                    ObjectKey::Expression(expr) => match constant(expr)?.kind {
                        Kind::String(text) => text,
                        _ => return None,
                    },
                };
                object.insert(key, constant(value)?);
            }
            Kind::Map(Arc::new(object))
        }
        _ => return None,
    };
    Some(Value::new(kind))
}
