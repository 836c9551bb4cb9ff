//! Expressions in the scope of a module: `foreshock-expressions` evaluates them, the names in them are the module's.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::{Failure, Names};
use foreshock_resources::{Kind, Provenance, Value};
use foreshock_syntax::hcl::{Expr, TraversalStep};
use foreshock_text::Span;

use super::{Evaluator, ModuleInstance, Repetition, Scope};
use crate::resolved::{DEFAULT_WORKSPACE, WORKSPACE};

/// So many keys of a map are named where the one asked for is not among them.
const KEYS_NAMED: usize = 6;

/// The names of a module, for the expressions in it.
struct ModuleNames<'n, 'a> {
    evaluator: &'n Evaluator<'a>,
    module: &'n Rc<ModuleInstance>,
    repetition: &'n Repetition,
}

impl Names for ModuleNames<'_, '_> {
    fn value(
        &self,
        root: &str,
        steps: &[TraversalStep],
        span: Span,
        inside: &foreshock_expressions::Scope<'_>,
    ) -> Result<Value, Failure> {
        let foreshock_expressions::Scope { bindings, file, base, .. } = *inside;
        let scope = Scope { module: self.module, repetition: self.repetition, bindings, file, base };
        self.evaluator.reference(root, steps, span, &scope)
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        if let ("lookup", Some(Kind::Map(items)), Some(key)) = (name, args.first().map(|map| &map.kind), args.get(1)) {
            self.evaluator.asks_by_workspace(items, key);
        }
        None
    }

    fn no_such_key(&self, items: &BTreeMap<Arc<str>, Value>, key: &Value) -> Option<Failure> {
        let asks = self.evaluator.asks_by_workspace(items, key);
        let keys: Vec<&str> = items.keys().map(|key| &**key).take(KEYS_NAMED).collect();
        let more = if items.len() > keys.len() { ", ..." } else { "" };
        let failure = || Failure::new(format!("{WORKSPACE} is not chosen ({}{more})", keys.join(", ")));
        (asks && self.evaluator.options.workspace.is_none() && !items.contains_key(DEFAULT_WORKSPACE)).then(failure)
    }
}

impl Evaluator<'_> {
    /// Whether a map is asked by the name of the workspace; its keys are remembered then.
    ///
    /// The name is known by its memory: it is the one string that was handed out for `terraform.workspace`, passed along
    /// unchanged, and another "default" is not it.
    fn asks_by_workspace(&self, items: &BTreeMap<Arc<str>, Value>, key: &Value) -> bool {
        let asks = matches!(&key.kind, Kind::String(name) if Arc::ptr_eq(name, &self.workspace));
        if asks {
            let named = || items.keys().filter(|key| &***key != DEFAULT_WORKSPACE).cloned();
            self.recorder.effect(|effects| effects.workspaces.extend(named()));
            self.workspaces.borrow_mut().extend(named());
        }
        asks
    }
}

impl<'s> Scope<'s> {
    /// The same for an expression by itself, whose names mean this.
    fn over(self, names: &'s dyn Names) -> foreshock_expressions::Scope<'s> {
        let Scope { bindings, file, base, .. } = self;
        foreshock_expressions::Scope { names: Some(names), bindings, file, base }
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn eval(&self, expr: &Expr, scope: &Scope<'_>) -> Result<Value, Failure> {
        self.expressions.eval(expr, &scope.over(&self.names(scope)))
    }

    pub(crate) fn walk(&self, value: Value, steps: &[TraversalStep], scope: &Scope<'_>) -> Result<Value, Failure> {
        self.expressions.walk(value, steps, &scope.over(&self.names(scope)))
    }

    pub(crate) fn provenance_of(&self, expr: &Expr, scope: &Scope<'_>) -> Provenance {
        self.expressions.provenance_of(expr, &scope.over(&self.names(scope)))
    }

    fn names<'n>(&'n self, scope: &Scope<'n>) -> ModuleNames<'n, 'a> {
        ModuleNames { evaluator: self, module: scope.module, repetition: scope.repetition }
    }
}
