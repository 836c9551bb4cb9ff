//! Kubernetes objects, as manifests write them, into resources.
//!
//! A manifest and Terraform's provider for Kubernetes describe the same objects in two spellings. The catalog has one row for each
//! kind, in the provider's; this crate reads manifests and hands the objects over in that spelling, each value with the place where
//! somebody wrote it. What a pod is given from maps of configuration and secrets is put in where the pod reads it, so that a map that
//! many read does not connect them all with each other.
//!
//! Must never know what an object means at run time (`foreshock-catalog`). Does no I/O: texts are handed over. Start reading at
//! [`declared`], then [`Object`].

mod api;
mod body;
mod configuration;
mod declared;
mod handed_over;
pub mod kustomize;
mod objects;
mod recognise;
mod spelling;
mod substitution;

pub use api::{Api, api};
pub use body::{Spelled, native_path, spelled};
pub use declared::{Declared, declared};
pub use handed_over::handed_over;
pub use objects::{Identity, Object, objects_of};
pub use recognise::{is_manifest, is_template, may_be_manifest};
