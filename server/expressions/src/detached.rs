//! An expression by itself, outside any module: rows of the catalog are written in the same language.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_resources::{Kind, Provenance, Value};
use foreshock_syntax::hcl::Expr;
use foreshock_text::FilePath;

use crate::budget::Budget;
use crate::cache::ExpressionCache;
use crate::evaluate::{Binding, Evaluator, Scope};
use crate::failure::Failure;

thread_local! {
    /// Rows have few patterns and are asked of every resource.
    static COMPILED: RefCell<ExpressionCache> = RefCell::default();
}

/// The value of an expression over `variables` alone: no module, no files. What Terraform would refuse is unknown, with
/// the reason.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Arc;
///
/// use foreshock_expressions::evaluate;
/// use foreshock_resources::{Kind, Value};
/// use foreshock_syntax::hcl::parse_expression;
///
/// let (expr, problems) = parse_expression("length(zones) > 1 ? upper(mode) : null");
/// assert!(problems.is_empty());
/// let zones = Value::new(Kind::List(Arc::new(vec![Value::string("a"), Value::string("b")])));
/// let mut variables = BTreeMap::from([(Arc::from("zones"), zones), (Arc::from("mode"), Value::string("spread"))]);
/// assert_eq!(evaluate(&expr, &variables).kind, Kind::String(Arc::from("SPREAD")));
///
/// variables.insert(Arc::from("mode"), Value::unknown("known after apply: aws_x.y.mode"));
/// assert_eq!(evaluate(&expr, &variables).kind, Kind::Unknown(Arc::from("known after apply: aws_x.y.mode")));
/// ```
pub fn evaluate(expr: &Expr, variables: &BTreeMap<Arc<str>, Value>) -> Value {
    COMPILED.with(|cache| {
        let evaluator = Evaluator::new(&Nothing, Utf8PathBuf::new(), cache, Rc::new(Budget::new()));
        let file = FilePath::new("");
        let scope = Scope { names: None, bindings: None, file: &file, base: 0 };
        let mut names = variables.iter();
        bound(&evaluator, expr, &mut names, scope)
    })
}

/// Binds one name after the other, each in the frame of the one before.
fn bound<'v>(
    evaluator: &Evaluator<'_>,
    expr: &Expr,
    names: &mut dyn Iterator<Item = (&'v Arc<str>, &'v Value)>,
    scope: Scope<'_>,
) -> Value {
    let Some((name, value)) = names.next() else {
        return match evaluator.eval(expr, &scope) {
            Ok(value) => value,
            Err(Failure { why, .. }) => {
                Value { kind: Kind::Unknown(why), provenance: Provenance::none(), origin: None }
            }
        };
    };
    let binding = Binding { name, value, outer: scope.bindings };
    let scope = Scope { bindings: Some(&binding), ..scope };
    bound(evaluator, expr, names, scope)
}

/// No files.
struct Nothing;

impl Files for Nothing {
    fn list(&self, _directory: &Utf8Path) -> Vec<FilePath> {
        Vec::new()
    }

    fn text(&self, _file: &FilePath) -> Option<Arc<str>> {
        None
    }
}
