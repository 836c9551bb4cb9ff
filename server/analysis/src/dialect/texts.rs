//! Where a dialect reads from.

use std::sync::Arc;

use foreshock_terraform::TerraformFiles;
use foreshock_text::FilePath;

use super::yaml_file::YamlFile;

/// The texts that stacks are read from: open documents first, then the disk or a revision. Each is parsed once in the grammars
/// that several dialects share.
pub trait Texts: TerraformFiles {
    /// The tree of a YAML or JSON file; `None` when it is not there.
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>>;
}
