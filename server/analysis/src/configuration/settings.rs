//! What each stack of a root is read with beside its text: values, catalog, severities, ignores, baseline. One root is one stack,
//! or one for each entry of `foreshock.toml` that gives it values.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::Catalog;
use foreshock_files::Files;
use foreshock_model::Probability;
use foreshock_terraform::ResolveOptions;
use foreshock_text::{FilePath, Place};

use super::stack_entry::{StackEntry, find_file};
use super::targets::RecoveryGoal;
use super::{Configuration, Levels};
use crate::Baseline;
use crate::findings::suppression::address::covers;
use crate::findings::suppression::{AddressIgnore, Date};
use crate::promises::Tied;
use crate::workspace::paths::normalised;

/// What somebody has chosen in an editor. `foreshock.toml` wins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choices {
    /// Files with values, by the root they are for: relative to a workspace folder or absolute.
    pub var_files: BTreeMap<String, Vec<String>>,
    /// Selected workspaces (`terraform.workspace`), by root.
    pub workspaces: BTreeMap<String, String>,
    /// How loud rules are.
    pub levels: Levels,
}

/// Where the roots of [`Choices`] are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places<'a> {
    /// The workspace folders.
    pub(crate) folders: &'a [Utf8PathBuf],
}

/// Everything that a stack is read with beside its text.
#[derive(Clone, Debug)]
pub struct StackSettings {
    /// What tells it from other stacks of the same root: a name, or its files with values.
    pub(crate) variant: Option<Arc<str>>,
    /// The files with values that were asked for in `foreshock.toml` or in the editor.
    pub(crate) chosen: Vec<FilePath>,
    /// Whether `foreshock.toml` made a stack of its own of it.
    pub(crate) configured: bool,
    /// Files, variables and workspace, those of the command line among them.
    pub(crate) options: ResolveOptions,
    /// The files of the stack, where it is not for its root to say which they are.
    pub(crate) members: Arc<[FilePath]>,
    /// How loud rules are.
    pub(crate) levels: Levels,
    /// The unavailability that its promise leaves, and where that is written.
    pub(crate) slo: Option<(Probability, Place)>,
    /// What is promised of it in files that others keep.
    pub(crate) promises: Vec<Arc<Tied>>,
    /// What is promised of its recovery.
    pub(crate) goals: Vec<RecoveryGoal>,
    /// Gigabytes of data that components keep, by a pattern of their addresses; the last one that fits counts.
    pub(crate) data_gb: Vec<(String, f64, Place)>,
    /// What resources mean.
    pub(crate) catalog: Arc<Catalog>,
    /// The findings that nobody wants to see, by address.
    pub(crate) ignores: Vec<Arc<AddressIgnore>>,
    /// The findings that were there when Foreshock came.
    pub(crate) baseline: Option<Arc<Baseline>>,
    /// Decides which suppressions are over; without it none is.
    pub(crate) today: Option<Date>,
}

impl Default for StackSettings {
    fn default() -> StackSettings {
        StackSettings {
            variant: None,
            chosen: Vec::new(),
            configured: false,
            options: ResolveOptions::default(),
            members: Arc::default(),
            levels: Levels::default(),
            slo: None,
            promises: Vec::new(),
            goals: Vec::new(),
            data_gb: Vec::new(),
            catalog: Catalog::bundled().clone(),
            ignores: Vec::new(),
            baseline: None,
            today: None,
        }
    }
}

impl StackSettings {
    /// How much data a component keeps, where that is written, and where.
    pub(crate) fn data_gb(&self, id: &str) -> Option<(f64, Place)> {
        let fits = |(pattern, _, _): &&(String, f64, Place)| covers(pattern, id);
        self.data_gb.iter().rev().find(fits).map(|(_, size, place)| (*size, place.clone()))
    }

    /// The same, every output of every module worked out: what a repair must not break.
    pub(crate) fn thorough(&self) -> StackSettings {
        let mut settings = self.clone();
        settings.options.thorough = true;
        settings
    }
}

/// Two catalogs are the same only when they are one.
impl PartialEq for StackSettings {
    fn eq(&self, other: &StackSettings) -> bool {
        self.promises == other.promises && self.is_same_but_for_promises(other)
    }
}

impl StackSettings {
    /// Whether both say the same of everything but what is promised in files that others keep.
    pub(crate) fn is_same_but_for_promises(&self, other: &StackSettings) -> bool {
        self.variant == other.variant
            && self.chosen == other.chosen
            && self.options == other.options
            && self.members == other.members
            && self.levels == other.levels
            && self.slo == other.slo
            && self.goals == other.goals
            && self.data_gb == other.data_gb
            && self.ignores == other.ignores
            && self.baseline == other.baseline
            && self.today == other.today
            && Arc::ptr_eq(&self.catalog, &other.catalog)
    }
}

impl StackSettings {
    /// The same for each of some deployments.
    pub(crate) fn deployed_as<'d>(&'d self, names: &'d [Arc<str>]) -> impl Iterator<Item = StackSettings> + 'd {
        names.iter().map(|name| {
            let mut settings = self.clone();
            settings.variant = Some(match &self.variant {
                Some(variant) => Arc::from(format!("{name}, {variant}")),
                None => name.clone(),
            });
            settings.options.deployment = Some(name.clone());
            settings
        })
    }
}

impl Choices {
    /// What was chosen for a root.
    fn of<'a, T>(by_root: &'a BTreeMap<String, T>, root: &Utf8Path, places: Places<'_>) -> Option<&'a T> {
        let is_root = |name: &str| {
            let mut folders = places.folders.iter();
            normalised(Utf8Path::new(name)) == *root || folders.any(|folder| normalised(&folder.join(name)) == *root)
        };
        by_root.iter().find(|(name, _)| is_root(name)).map(|(_, chosen)| chosen)
    }
}

/// The stacks that a root is read as: one, or one for each entry that gives it values or a name.
pub(crate) fn stacks_of(
    root: &Utf8Path,
    configuration: Option<&Configuration>,
    choices: &Choices,
    given: &ResolveOptions,
    places: Places<'_>,
    files: &dyn Files,
) -> Vec<StackSettings> {
    let mut common = StackSettings { levels: choices.levels.clone(), ..StackSettings::default() };
    common.options = given.clone();
    let Some(configuration) = configuration else {
        return vec![chosen_by_hand(common, root, choices, places, files)];
    };
    if let Some(catalog) = &configuration.catalog {
        common.catalog = catalog.clone();
    }
    common.levels = common.levels.with(&configuration.levels);
    common.ignores = configuration.ignores_of(root);
    let (variants, others): (Vec<&StackEntry>, Vec<&StackEntry>) =
        configuration.entries_of(root).partition(|entry| entry.is_variant());
    for entry in others {
        common.levels = common.levels.with(&entry.levels);
        common.ignores.extend(entry.ignores.iter().cloned());
        common.slo = configuration.promise_of(entry).or(common.slo);
        common.goals.extend(entry.goals.iter().cloned());
        common.data_gb.extend(entry.data_gb.iter().cloned());
    }
    if variants.is_empty() {
        return vec![chosen_by_hand(common, root, choices, places, files)];
    }
    let directory = configuration.directory();
    let mut stacks: Vec<StackSettings> = Vec::new();
    for entry in variants {
        let mut settings = configured(common.clone(), entry, root, &directory, files);
        settings.slo = configuration.promise_of(entry).or(settings.slo);
        // Two entries with the same files may still differ in their variables.
        let taken = |variant: &Option<Arc<str>>| stacks.iter().any(|stack| stack.variant == *variant);
        if taken(&settings.variant) {
            let base = settings.variant.clone().unwrap_or_default();
            let free = (2usize..).map(|number| Some(Arc::from(format!("{base}, {number}"))));
            settings.variant = free.into_iter().find(|variant| !taken(variant)).flatten();
        }
        stacks.push(settings);
    }
    stacks
}

fn configured(
    mut settings: StackSettings,
    entry: &StackEntry,
    root: &Utf8Path,
    directory: &Utf8Path,
    files: &dyn Files,
) -> StackSettings {
    settings.configured = true;
    settings.chosen = entry.files(root, directory, files);
    let mut var_files = settings.chosen.clone();
    var_files.append(&mut settings.options.var_files);
    settings.options.var_files = var_files;
    let mut variables = entry.variables.clone();
    variables.append(&mut settings.options.variables);
    settings.options.variables = variables;
    settings.options.workspace = settings.options.workspace.or_else(|| entry.workspace.clone());
    settings.levels = settings.levels.with(&entry.levels);
    settings.ignores.extend(entry.ignores.iter().cloned());
    settings.goals.extend(entry.goals.iter().cloned());
    settings.data_gb.extend(entry.data_gb.iter().cloned());
    let named = entry.name.clone();
    let by_files = || {
        let names: Vec<&str> = entry.var_files.iter().map(|(name, _)| name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let by_workspace = || entry.workspace.as_ref().map(|workspace| format!("workspace {workspace}"));
    let by_variables = || {
        let assignments: Vec<String> = entry.variables.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Some(assignments.join(", "))
    };
    let variant = named.or_else(by_files).or_else(by_workspace).or_else(by_variables);
    settings.variant = variant.map(Arc::from);
    settings
}

/// What the editor's user chose for a root that `foreshock.toml` says nothing of.
fn chosen_by_hand(
    mut settings: StackSettings,
    root: &Utf8Path,
    choices: &Choices,
    places: Places<'_>,
    files: &dyn Files,
) -> StackSettings {
    let mut words = Vec::new();
    if let Some(names) = Choices::of(&choices.var_files, root, places) {
        let folders = places.folders.iter().map(Utf8PathBuf::as_path);
        let find = |name: &String| find_file(name, std::iter::once(root).chain(folders.clone()), files);
        let found: Vec<(&String, FilePath)> = names.iter().filter_map(|name| Some((name, find(name)?))).collect();
        words.extend(found.iter().map(|(name, _)| (*name).clone()));
        settings.chosen = found.into_iter().map(|(_, file)| file).collect();
        let mut var_files = settings.chosen.clone();
        var_files.append(&mut settings.options.var_files);
        settings.options.var_files = var_files;
    }
    if let Some(workspace) = Choices::of(&choices.workspaces, root, places)
        && settings.options.workspace.is_none()
    {
        words.push(format!("workspace {workspace}"));
        settings.options.workspace = Some(workspace.clone());
    }
    settings.variant = (!words.is_empty()).then(|| Arc::from(words.join(", ")));
    settings
}
