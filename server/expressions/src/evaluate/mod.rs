//! Evaluation of one expression: a value, or the failure that Terraform would report.

mod collection;
mod expression;
mod operator;
mod template;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_files::Files;
use foreshock_resources::{JoinedProvenance, Provenance, Value};
use foreshock_syntax::hcl::{Expr, TraversalStep};
use foreshock_text::{FilePath, Place, Span};

use crate::budget::Budget;
use crate::cache::ExpressionCache;
use crate::failure::{Failure, fail};

pub use expression::pairs;
pub(crate) use expression::top_length;

/// What the evaluation of many expressions shares: where texts come from, what was compiled, and how much work is left.
pub struct Evaluator<'a> {
    pub(crate) files: &'a dyn Files,
    /// Where relative paths of functions on files count from.
    pub(crate) root: Utf8PathBuf,
    pub(crate) cache: &'a RefCell<ExpressionCache>,
    /// Every file asked for, in any order, some twice.
    pub(crate) read: RefCell<Vec<FilePath>>,
    /// What is left of the work, memory and depth allowed.
    pub(crate) budget: Rc<Budget>,
}

/// What the names of an expression mean that nothing inside it binds: the variables and resources of a module.
pub trait Names {
    /// The value of a traversal that begins with `root`. `span` is the whole of it, counted from the scope's base.
    ///
    /// # Errors
    /// Where Terraform would report an error.
    fn value(&self, root: &str, steps: &[TraversalStep], span: Span, scope: &Scope<'_>) -> Result<Value, Failure>;

    /// What a function gives that exists beside those of Terraform, or instead of one; `None` for every other.
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        let _ = (name, args);
        None
    }

    /// Why a map has nothing at a key, where the names know more of it than that it is not there; `None` for every other.
    fn no_such_key(&self, items: &BTreeMap<Arc<str>, Value>, key: &Value) -> Option<Failure> {
        let _ = (items, key);
        None
    }
}

/// Where an expression stands: what names mean in it and where its spans count from.
#[derive(Clone, Copy)]
pub struct Scope<'s> {
    /// What names mean; in a template file, and in a row of the catalog, only those that are bound exist.
    pub names: Option<&'s dyn Names>,
    /// The names bound around it, the innermost first.
    pub bindings: Option<&'s Binding<'s>>,
    /// Its file.
    pub file: &'s FilePath,
    /// Where in the file its spans count from.
    pub base: u32,
}

/// A name bound by `for`, a `dynamic` block or a template's variables.
pub struct Binding<'s> {
    /// The name.
    pub name: &'s str,
    /// What it means.
    pub value: &'s Value,
    /// The name bound around it.
    pub outer: Option<&'s Binding<'s>>,
}

impl<'s> Scope<'s> {
    /// A span of the expression as a place.
    pub fn place(&self, span: Span) -> Place {
        Place::new(self.file.clone(), span.shifted(self.base))
    }

    fn bound(&self, name: &str) -> Option<&'s Value> {
        let mut next = self.bindings;
        while let Some(binding) = next {
            if binding.name == name {
                return Some(binding.value);
            }
            next = binding.outer;
        }
        None
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluation that has not begun. `root` is where relative paths of `file()` and its like count from; `budget` may be
    /// shared with others.
    pub fn new(
        files: &'a dyn Files,
        root: Utf8PathBuf,
        cache: &'a RefCell<ExpressionCache>,
        budget: Rc<Budget>,
    ) -> Evaluator<'a> {
        Evaluator { files, root, cache, read: RefCell::default(), budget }
    }

    /// What was compiled, for another evaluation beside this one.
    pub fn cache(&self) -> &'a RefCell<ExpressionCache> {
        self.cache
    }

    /// Remembers that a file was asked for.
    pub fn has_read(&self, file: FilePath) {
        self.read.borrow_mut().push(file);
    }

    /// Every file asked for so far, in any order, some twice; forgets them.
    pub fn take_read(&self) -> Vec<FilePath> {
        self.read.take()
    }

    /// A traversal that begins with a name. `span` is the whole of it, relative.
    pub(crate) fn reference(
        &self,
        root: &str,
        steps: &[TraversalStep],
        span: Span,
        scope: &Scope<'_>,
    ) -> Result<Value, Failure> {
        if let Some(value) = scope.bound(root) {
            return self.walk(value.clone(), steps, scope);
        }
        match scope.names {
            Some(names) => names.value(root, steps, span, scope),
            None => fail(format!("`{root}` is not given to the template")),
        }
    }

    /// The provenance of everything an expression refers to, whatever else is wrong with it.
    pub fn provenance_of(&self, expr: &Expr, scope: &Scope<'_>) -> Provenance {
        let mut provenance = JoinedProvenance::default();
        crate::traversals::each_reference(expr, &mut |root, steps, span| {
            if self.budget.step().is_ok()
                && let Ok(value) = self.reference(root, steps, span, scope)
                && self.budget.weigh(&value).is_ok()
            {
                provenance.add_all_of(&value);
            }
        });
        provenance.provenance()
    }
}
