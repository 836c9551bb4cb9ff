use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::{BaseChoice, Snapshot};

use crate::cli::inputs::Inputs;
use crate::cli::read_quietly;

/// What the present is compared with.
#[derive(Args, Default)]
pub(super) struct Against {
    /// Compare with this revision (`main`, `HEAD~2`, `v1.2`, a hash): only what is new counts
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Compare with nothing, which is the default
    #[arg(long, conflicts_with = "base")]
    no_base: bool,
}

impl Against {
    /// Whether the user asked for a comparison.
    pub(super) fn is_given(&self) -> bool {
        self.base.is_some()
    }

    /// The stacks at a path, compared with what was asked for; also the directory that paths are shown relative to.
    pub(super) fn read(&self, path: &Utf8Path, inputs: &Inputs) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
        let compared_with = match &self.base {
            Some(revision) if !self.no_base => BaseChoice::Revision(revision.clone()),
            _ => BaseChoice::None,
        };
        read_quietly(path, inputs, compared_with)
    }
}
