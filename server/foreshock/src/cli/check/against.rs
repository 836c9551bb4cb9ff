//! What the present is compared with: a revision of git, or the prior state of a plan.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::{BaseChoice, Snapshot};

use crate::cli::inputs::Inputs;
use crate::cli::{read_plan, read_quietly};

/// What the present is compared with.
#[derive(Args, Default)]
pub(super) struct Against {
    /// Compare with this revision (`main`, `HEAD~2`, `v1.2`, a hash): only what is new counts
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// The JSON of a Terraform plan (`terraform show -json`): what it does, beside what there is. PATH is the directory it
    /// was made in
    #[arg(long, value_name = "PLAN.json", conflicts_with = "base")]
    plan: Option<Utf8PathBuf>,
    /// Compare with nothing, which is the default
    #[arg(long, conflicts_with_all = ["base", "plan"])]
    no_base: bool,
}

impl Against {
    /// Whether the user asked for a comparison.
    pub(super) fn is_given(&self) -> bool {
        self.base.is_some() || self.plan.is_some()
    }

    /// The stacks at a path, compared with what was asked for; also the directory that paths are shown relative to.
    pub(super) fn read(&self, path: &Utf8Path, inputs: &Inputs) -> Result<(Arc<Snapshot>, Utf8PathBuf), String> {
        if let Some(plan) = &self.plan {
            return read_plan(plan, path, inputs);
        }
        let base = self.base.as_ref().filter(|_| !self.no_base);
        read_quietly(path, inputs, base.map_or(BaseChoice::None, |revision| BaseChoice::Revision(revision.clone())))
    }
}
