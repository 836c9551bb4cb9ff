//! The expressions of HCL and the functions of Terraform, over values: one expression in, one value out.
//!
//! Terraform's text is full of them, and the rows of the catalog are written in the same language. Knows operators,
//! templates, `for`, conversion between types, and what each function computes. Must never know what a name means (that
//! comes through [`Names`]), nor a module, a resource type or an editor. Texts that functions read come through
//! [`Files`](foreshock_files::Files). Where the answer would be a guess it is unknown, with the reason. Start reading at
//! [`Evaluator::eval`], or at [`evaluate`] for an expression by itself.

mod budget;
mod cache;
mod detached;
mod evaluate;
mod failure;
mod functions;
mod numbers;
mod order;
mod traversals;
mod types;

pub use budget::{Budget, Effort, Limit, Weight};
pub use cache::ExpressionCache;
pub use detached::evaluate;
pub use evaluate::{Binding, Evaluator, Names, Scope, pairs};
pub use failure::{Failure, beyond, fail};
pub use functions::seconds_of;
pub use numbers::held;
pub use traversals::{each_reference, each_reference_beside};
pub use types::{Field, Type, bool_of, convert, kind_name, number_of, string_of};
