//! Units that are written out in a `terragrunt.stack.hcl`: each lies where Terragrunt would write it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_expressions::Budget;
use foreshock_resources::Value;
use foreshock_syntax::hcl;
use foreshock_text::FilePath;

use super::config::{Config, Reading, Shared};
use super::{STACK_FILE, UNIT_FILE};
use crate::files::TerraformFiles;

/// Units of one stack, those of the stacks in it among them.
const MOST: usize = 200;
/// Stacks in each other.
const DEEPEST: usize = 8;

/// A unit with the file that says what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitSpec {
    /// Its directory.
    pub directory: Utf8PathBuf,
    /// Its file: in its directory, or where a stack takes it from.
    pub file: FilePath,
    /// What a stack gives it.
    pub values: Option<Value>,
    /// The files of the stacks that it is made by.
    pub made_by: Vec<FilePath>,
}

/// Units that are judged together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Their directories.
    pub units: Vec<Utf8PathBuf>,
    /// What says what each of them is.
    pub located: BTreeMap<Utf8PathBuf, UnitSpec>,
}

/// The units that a file makes: its own directory, or those of a stack.
pub fn units_of(file: &FilePath, files: &dyn TerraformFiles, repository: Option<&Utf8Path>) -> Vec<UnitSpec> {
    let directory = foreshock_files::directory_of(file);
    match file.as_path().file_name() {
        Some(UNIT_FILE) => {
            vec![UnitSpec { directory, file: file.clone(), values: None, made_by: Vec::new() }]
        }
        Some(STACK_FILE) => {
            let (compiled, given, located) = (RefCell::default(), BTreeMap::new(), BTreeMap::new());
            let shared = Shared {
                files,
                compiled: &compiled,
                budget: Rc::new(Budget::new()),
                repository,
                given: &given,
                located: &located,
                asked: RefCell::default(),
                problems: RefCell::default(),
                notes: RefCell::default(),
            };
            let nobody = |_: &Utf8Path| Err(Arc::from("it is not read yet"));
            let reading = Reading::new(&shared, &nobody);
            let mut units = Vec::new();
            stack(&reading, file, &directory, None, &mut Vec::new(), &mut units);
            units
        }
        _ => Vec::new(),
    }
}

/// The units of the stack in a file that is written to a directory.
fn stack(
    reading: &Reading<'_, '_>,
    file: &FilePath,
    directory: &Utf8Path,
    values: Option<Value>,
    above: &mut Vec<FilePath>,
    units: &mut Vec<UnitSpec>,
) {
    if above.len() >= DEEPEST || above.contains(file) {
        return;
    }
    let Some(config) = reading.config(file, directory, values) else { return };
    above.push(file.clone());
    for block in &config.parsed.body.blocks {
        if !matches!(&*block.kind, "unit" | "stack") || units.len() >= MOST {
            continue;
        }
        let Some((source, path, values)) = generated(reading, &config, block) else { continue };
        let is_flat = reading.is_true(&config, &block.body, "no_dot_terragrunt_stack");
        let place = if is_flat { directory.to_owned() } else { directory.join(".terragrunt-stack") };
        let place = foreshock_files::paths::join(&place, &path);
        if &*block.kind == "stack" {
            stack(reading, &FilePath::new(source.join(STACK_FILE)), &place, values, above, units);
        } else {
            units.push(UnitSpec {
                directory: place,
                file: FilePath::new(source.join(UNIT_FILE)),
                values,
                made_by: above.clone(),
            });
        }
    }
    above.pop();
}

/// Where a block takes what it writes from, where to, and what it gives it.
fn generated(
    reading: &Reading<'_, '_>,
    config: &Rc<Config>,
    block: &hcl::Block,
) -> Option<(Utf8PathBuf, Arc<str>, Option<Value>)> {
    let source = reading.text(config, &block.body, "source")?.ok()?;
    let path = reading.text(config, &block.body, "path")?.ok()?;
    let bare = source.split('?').next().unwrap_or_default();
    if bare.contains("::") || bare.contains("://") || bare.starts_with("git@") {
        return None;
    }
    let values = block.body.attribute("values").map(|values| reading.attribute(config, values));
    Some((foreshock_files::paths::join(&config.directory, bare), path, values))
}
