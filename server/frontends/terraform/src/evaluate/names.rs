//! Expressions in the scope of a module: `foreshock-expressions` evaluates them, the names in them are the module's.

use std::rc::Rc;

use foreshock_expressions::{Failure, Names};
use foreshock_resources::{Provenance, Value};
use foreshock_syntax::hcl::{Expr, TraversalStep};
use foreshock_text::Span;

use super::{Evaluator, ModuleInstance, Repetition, Scope};

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
