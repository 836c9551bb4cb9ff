//! Operators.

use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{BinaryOp, Expr, ExprKind, UnaryOp};

use super::{Evaluator, Scope};
use crate::failure::{Failure, beyond, fail};
use crate::numbers::{held, settle};
use crate::types::{bool_of, number_of};

/// `-a`, `!a`.
pub(crate) fn unary(operator: UnaryOp, value: &Value) -> Result<Value, Failure> {
    if !value.is_known() {
        return Ok(Value::unknown_from([value]));
    }
    let kind = match operator {
        UnaryOp::Negate => Kind::Number(-number_of(&value.kind)?),
        UnaryOp::Not => Kind::Bool(!bool_of(&value.kind)?),
    };
    Ok(Value { kind, provenance: value.provenance.clone(), origin: None })
}

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(super) fn binary(
        &self,
        operator: BinaryOp,
        left: &Expr,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        let have_plain_types = has_plain_type(left) && has_plain_type(right);
        let left = self.eval(left, scope)?;
        if let (BinaryOp::And | BinaryOp::Or, true) = (operator, left.is_known()) {
            // `false &&` and `true ||` are decided whatever comes after.
            if bool_of(&left.kind)? == (operator == BinaryOp::Or) {
                return Ok(Value {
                    kind: Kind::Bool(operator == BinaryOp::Or),
                    provenance: left.provenance,
                    origin: None,
                });
            }
        }
        let right = self.eval(right, scope)?;
        self.budget.weigh(&left)?;
        self.budget.weigh(&right)?;
        let provenance = left.all_provenance().union(&right.all_provenance());
        if !provenance.is_shared_with(&left.provenance) && !provenance.is_shared_with(&right.provenance) {
            self.budget.make_provenance(&provenance)?;
        }
        let unknown = || Ok(Value::unknown_from([&left, &right]));
        let kind = match operator {
            BinaryOp::And | BinaryOp::Or => {
                let decided = operator == BinaryOp::Or;
                match (left.is_known(), right.is_known()) {
                    (true, true) => Kind::Bool(bool_of(&right.kind)?),
                    (false, true) if bool_of(&right.kind)? == decided => Kind::Bool(decided),
                    _ => return unknown(),
                }
            }
            BinaryOp::Equal | BinaryOp::NotEqual => match crate::order::equal(&left, &right) {
                Some(same) => Kind::Bool(same == (operator == BinaryOp::Equal)),
                None if have_plain_types && left.is_wholly_known() && right.is_wholly_known() => {
                    let same = crate::order::compare(&left, &right).is_eq();
                    Kind::Bool(same == (operator == BinaryOp::Equal))
                }
                None if left.is_wholly_known() && right.is_wholly_known() => {
                    return Ok(Value {
                        provenance,
                        ..Value::unknown("collections compared, whose types are not followed")
                    });
                }
                None => return unknown(),
            },
            _ if !left.is_known() || !right.is_known() => return unknown(),
            _ => arithmetic(operator, number_of(&left.kind)?, number_of(&right.kind)?)?,
        };
        Ok(Value { kind, provenance, origin: None })
    }
}

/// Whether the collections that an expression makes are tuples and objects for sure, all the way down: what is decoded, and what is
/// written out of that and of single values.
fn has_plain_type(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::String(_) | ExprKind::Template(_) => true,
        ExprKind::Array(items) => items.iter().all(has_plain_type),
        ExprKind::Object(items) => items.iter().all(|(_, item)| has_plain_type(item)),
        ExprKind::Call { name, .. } => matches!(&**name, "jsondecode" | "yamldecode"),
        ExprKind::Paren(inner) => has_plain_type(inner),
        _ => false,
    }
}

fn arithmetic(operator: BinaryOp, left: f64, right: f64) -> Result<Kind, Failure> {
    let number = match operator {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide | BinaryOp::Modulo if right == 0.0 => return fail("division by zero"),
        BinaryOp::Divide => left / right,
        BinaryOp::Modulo => left % right,
        BinaryOp::Less => return Ok(Kind::Bool(left < right)),
        BinaryOp::LessEqual => return Ok(Kind::Bool(left <= right)),
        BinaryOp::Greater => return Ok(Kind::Bool(left > right)),
        BinaryOp::GreaterEqual => return Ok(Kind::Bool(left >= right)),
        BinaryOp::Equal | BinaryOp::NotEqual | BinaryOp::And | BinaryOp::Or => {
            return fail("not an operator on numbers");
        }
    };
    let inexact = |of: f64| of.fract() != 0.0 && (of * 1_048_576.0).fract() != 0.0;
    if matches!(operator, BinaryOp::Multiply | BinaryOp::Divide) && inexact(left) && inexact(right) {
        // Terraform rounds at another place, and shows it in the last of its hundred digits.
        return beyond("a product whose last digits are not followed");
    }
    if !number.is_finite() {
        return beyond("a number too large to follow");
    }
    Ok(held(settle(number)))
}
