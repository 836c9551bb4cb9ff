//! Helm charts, as the objects that they install.
//!
//! A chart is read as Helm reads it: its values and those of whoever uses it, the charts in it, its templates. The objects go the
//! way that manifests go (`foreshock_kubernetes`), each value with the place that decides it: a number of replicas that is written
//! in `values.yaml` is shown, and mended, there. What can't be known from the text is unknown, and an object of which it is not
//! known whether it is installed says so.
//!
//! Must never know what an object means at run time. Does no I/O: texts are handed over. Start reading at [`rendered`].

mod agreed;
mod chart;
mod cluster;
mod dependencies;
mod files;
mod ignore;
mod objects;
mod places;
mod release;
mod values;

#[cfg(test)]
mod tests;

pub use chart::{CHART_FILE, is_chart_file, parts};
pub use foreshock_templates::comments;
pub use release::{Given, Overrides, Rendered, rendered};
