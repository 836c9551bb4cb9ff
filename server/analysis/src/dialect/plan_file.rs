use std::sync::Arc;

use foreshock_text::{FilePath, LineTable, Problem};

/// The JSON of a plan or state; read once, never edited.
#[derive(Clone, Debug)]
pub(crate) struct PlanFile {
    /// Where it is.
    pub(crate) path: FilePath,
    /// The text.
    pub(crate) text: Arc<str>,
    /// Its lines.
    pub(crate) lines: LineTable,
    /// What could not be understood.
    pub(crate) problems: Vec<Problem>,
}
