use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::Snapshot;

use crate::cli::inputs::Inputs;
use crate::cli::read_quietly;

/// What the present is compared with.
#[derive(Args, Default)]
pub(super) struct Against {}

impl Against {
    /// Whether the user asked for a comparison.
    pub(super) fn is_given(&self) -> bool {
        false
    }

    /// The stacks at a path, compared with what was asked for; also the directory that paths are shown relative to.
    pub(super) fn read(&self, path: &Utf8Path, inputs: &Inputs) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
        read_quietly(path, inputs)
    }
}
