//! An expression by itself, outside any module: rows of the catalog are written in the same language.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_resources::{Kind, Marks, Value};
use foreshock_syntax::hcl::Expr;
use foreshock_text::FilePath;

use crate::cache::ResolveCache;
use crate::config::Module;
use crate::evaluate::{Binding, Budget, Evaluator, ModuleInstance, Repetition, Scope};
use crate::failure::Failure;
use crate::files::{ParsedFile, TerraformFiles};
use crate::resolved::ResolveOptions;

/// The value of an expression over `variables` alone: no module, no files. What Terraform would refuse is unknown, with
/// the reason.
pub fn evaluate(expr: &Expr, variables: &BTreeMap<Arc<str>, Value>) -> Value {
    let options = ResolveOptions::default();
    let mut cache = ResolveCache::default();
    let evaluator = Evaluator::new(&Nothing, &options, Utf8PathBuf::new(), &mut cache, Rc::new(Budget::new()));
    let module = Rc::new(ModuleInstance::new(Arc::new(Module::default()), Arc::from(""), None));
    let file = FilePath::new("");
    let scope = Scope {
        module: &module,
        repetition: &Repetition::None,
        bindings: None,
        file: &file,
        base: 0,
        only_bindings: true,
    };
    let mut names = variables.iter();
    bound(&evaluator, expr, &mut names, scope)
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
            Err(Failure { why, .. }) => Value { kind: Kind::Unknown(why), marks: Marks::none(), origin: None },
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

impl TerraformFiles for Nothing {
    fn parsed(&self, _file: &FilePath) -> Option<Arc<ParsedFile>> {
        None
    }
}
