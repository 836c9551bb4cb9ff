//! What the JSON of a Terraform plan or state says: the resource instances before and after, with their values.
//!
//! Produces [`Resources`](foreshock_resources::Resources). Knows the JSON of `terraform show -json` (plan and state) and of `terraform.tfstate`. Must never know
//! the language that the text of a plan is written in (that is `foreshock-terraform`), nor what a resource means at run time
//! (that is `foreshock-catalog`). Does no I/O. Start reading at [`read`].

mod address;
mod body;
mod configuration;
mod entries;
mod equality;
mod extent;
mod instances;
mod recognise;
mod source;
mod value;

pub use extent::{Extent, Removal, RemovalForm};
pub use instances::{Counts, Plan, read, variables};
pub use recognise::{Sort, may_be_plan, sort_of};
