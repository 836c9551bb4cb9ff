//! Repairs of charts: fields of a values file, or of a template where it is plain text.

use crate::dialect::{Texts, yaml_repairs};
use crate::findings::fix::Candidate;
use crate::{Finding, Stack};
use foreshock_kubernetes::{native_path, spelled};

/// What may repair a finding.
pub(super) fn candidates(texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
    let keys = |type_name: &str, path: &str| native_path(path, spelled(type_name));
    yaml_repairs::candidates(texts, stack, finding, &keys)
}
