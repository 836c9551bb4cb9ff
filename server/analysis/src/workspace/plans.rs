//! Stacks that are no text of their own: the JSON of a Terraform plan or state.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_plan::{Plan, Sort, may_be_plan};
use foreshock_resources::Resources;
use foreshock_terraform::{Files, Mode, Resolved, TerraformFiles, is_configuration};
use foreshock_text::{FilePath, LineTable, PositionEncoding, Problem, Span};
use rustc_hash::FxHashMap;

use super::{Roots, Workspace};
use crate::configuration::StackSettings;
use crate::dialect::plan_file::PlanFile;
use crate::stack::{Planned, Stack, StackKind, StackProblem, analyse_instances, analyse_terraform};
use crate::workspace::discovery::is_yaml;
use crate::workspace::snapshot::{Configured, Read, Snapshot};
use crate::{Base, ProblemCode};

/// Plans are made by a program: real ones reach tens of megabytes, and cost ten times that in memory.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;
/// So much of a file tells whether it is a plan: the keys that do stand at its beginning or are no secret further on.
const BEGINNING: u64 = 1024 * 1024;

/// Whether a file is to be read as a plan or state, by its name or by what it begins with.
pub(super) fn is_plan(file: &Utf8Path) -> bool {
    match file.extension() {
        Some("tfstate") => true,
        _ if !is_yaml(file) => false,
        Some("json") => {
            let mut bytes = Vec::new();
            let opened = std::fs::File::open(file);
            let read = opened.is_ok_and(|opened| opened.take(BEGINNING).read_to_end(&mut bytes).is_ok());
            read && {
                let text = String::from_utf8_lossy(&bytes);
                may_be_plan(&text) && !text.contains("\"components\"")
            }
        }
        _ => false,
    }
}

impl Workspace {
    /// The one stack of a plan or state. With a source, the root module that it was made from, findings stand in that
    /// text; without one the directory of the file is taken for it when it is, and else they stand in the JSON.
    ///
    /// # Errors
    /// When a path is not there or can't be read, or the file is no plan; the text says where and what was expected.
    pub fn snapshot_of_plan(&mut self, plan: &Utf8Path, source: Option<&Utf8Path>) -> Result<Arc<Snapshot>, String> {
        let text = text_of(plan)?;
        let absolute = plan.canonicalize_utf8().map_err(|error| format!("{plan}: {error}"))?;
        let file = FilePath::new(absolute.clone());
        let beside = absolute.parent().unwrap_or(&absolute).to_owned();
        let (directory, asked) = match source {
            Some(source) => (directory_of_source(source)?, true),
            None => (beside.clone(), false),
        };
        self.set_folders(vec![directory.clone()]);
        self.drop_changed();
        let has_text = self.sources.list(&directory).iter().any(|one| is_configuration(one.as_path()));
        // Where the text lies its settings count; the stack of a plan is that directory's.
        let mut settings = self.settings_of(&directory, &directory).into_iter().next().unwrap_or_default();
        let given = settings.options.variables.clone();
        settings.options.variables = foreshock_plan::variables(&text);
        settings.options.variables.extend(given);
        let settings = Arc::new(settings);
        let source = has_text.then(|| self.source_of(&directory, &settings));
        let (read, told) = read_with(&file, &text, source.as_ref(), asked);
        let Some(plan) = read else { return Err(refused(plan, &text, &told)) };
        let fits = source.filter(|source| asked || fits(source, &plan));
        let (root, source) = match fits {
            Some(source) => (directory, Some(Arc::new(source))),
            None => (absolute, None),
        };
        let plan_file = PlanFile { path: file.clone(), lines: LineTable::new(&text), text, problems: told };
        let stack = self.settled(stack_of(&root, plan, &plan_file, source.clone(), &settings));
        let mut files: FxHashMap<FilePath, Read> = FxHashMap::default();
        for file in source.iter().flat_map(|source| &source.files) {
            files.extend(self.sources.parsed(file).map(|parsed| (file.clone(), Read::Terraform(parsed))));
        }
        files.insert(file, Read::Plan(Arc::new(plan_file)));
        let roots =
            Roots { modules: BTreeSet::from([self.folders.first().cloned().unwrap_or(beside)]), ..Roots::default() };
        let configurations = self.configured(&roots);
        for Configured { configuration, .. } in &configurations {
            files.insert(configuration.file.clone(), Read::Configuration(configuration.clone()));
        }
        let stacks = vec![Arc::new(stack)];
        let notices = self.notices(&stacks, &roots, &configurations, &files);
        let mut snapshot = Snapshot::new(self.revision, self.folders.clone(), stacks, configurations, files, None);
        snapshot.notices = notices;
        Ok(Arc::new(snapshot))
    }

    /// The root module that a plan was made from, with the plan's own values of its variables.
    fn source_of(&mut self, directory: &Utf8Path, settings: &Arc<StackSettings>) -> Stack {
        analyse_terraform(directory, &*self.sources, settings, &mut self.resolve_cache)
    }
}

fn read_with(file: &FilePath, text: &str, source: Option<&Stack>, asked: bool) -> (Option<Plan>, Vec<Problem>) {
    let declared = source.and_then(Stack::terraform).map(|terraform| &terraform.resolved.resources);
    let (read, problems) = foreshock_plan::read(file, text, declared);
    match (&read, source) {
        // What lies beside a plan may be something else.
        (Some(plan), Some(source)) if !asked && !fits(source, plan) => foreshock_plan::read(file, text, None),
        _ => (read, problems),
    }
}

/// Whether a plan was made from a text: most of its resources are there.
fn fits(source: &Stack, plan: &Plan) -> bool {
    let names = |resources: &Resources| -> BTreeSet<Arc<str>> {
        let managed = resources.instances.iter().filter(|one| one.mode == Mode::Managed);
        managed.map(|one| one.resource.clone()).collect()
    };
    let Some(terraform) = source.terraform() else { return false };
    let (text, planned) = (names(&terraform.resolved.resources), names(&plan.after));
    let both = planned.intersection(&text).count();
    both > 0 && both * 2 >= text.len()
}

fn stack_of(
    root: &Utf8Path,
    plan: Plan,
    file: &PlanFile,
    source: Option<Arc<Stack>>,
    settings: &Arc<StackSettings>,
) -> Stack {
    let problem = |problem: &Problem| StackProblem {
        code: ProblemCode::Schema,
        file: file.path.clone(),
        problem: problem.clone(),
    };
    let problems: Vec<StackProblem> = file.problems.iter().map(problem).collect();
    let Plan { sort, before, after, counts } = plan;
    let kind = if sort == Sort::Plan { StackKind::Plan } else { StackKind::State };
    let side = |resources| side_of(resources, file, source.as_deref());
    let mut stack = analyse_instances(root, kind, side(after), problems, settings);
    stack.plan = Some(Planned { counts, source: source.clone() });
    if kind == StackKind::Plan {
        let existed = before.instances.iter().any(|instance| instance.mode == Mode::Managed);
        let before = existed.then(|| Arc::new(analyse_instances(root, kind, side(before), Vec::new(), settings)));
        let base = Base { id: Arc::from("prior state"), words: Arc::from("the state before the plan") };
        return stack.compared_with(base, before);
    }
    stack
}

/// One side of a plan, as what was read: the plan itself, and the text that it was made from.
fn side_of(resources: Resources, file: &PlanFile, source: Option<&Stack>) -> Resolved {
    let source = source.and_then(Stack::terraform).map(|terraform| &*terraform.resolved);
    let beside = || file.path.as_path().parent().map_or_else(Utf8PathBuf::new, ToOwned::to_owned);
    let read = source.into_iter().flat_map(|source| &source.files);
    Resolved {
        root: source.map_or_else(beside, |source| source.root.clone()),
        resources,
        files: std::iter::once(&file.path).chain(read).cloned().collect(),
        ..Resolved::default()
    }
}

/// The text of a plan, a byte order mark of UTF-16 (what PowerShell writes) told as what it is.
fn text_of(plan: &Utf8Path) -> Result<Arc<str>, String> {
    let metadata = plan.metadata().map_err(|error| format!("{plan}: {error}; {EXPECTED}"))?;
    if !metadata.is_file() {
        return Err(format!("{plan}: this is no file; {EXPECTED}"));
    }
    if metadata.len() > LARGEST_PLAN {
        let megabytes = metadata.len() / (1024 * 1024);
        return Err(format!("{plan}: this file has {megabytes} MiB; plans above 64 MiB are not read"));
    }
    let bytes = std::fs::read(plan).map_err(|error| format!("{plan}: {error}"))?;
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes.as_slice() {
        return Err(format!(
            "{plan}: this file is UTF-16; expected UTF-8 (in PowerShell: `| Out-File -Encoding utf8`)"
        ));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(format!(
            "{plan}: this is a plan as Terraform stores it; expected what `terraform show -json {plan}` says"
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("{plan}: this file is not valid UTF-8 (byte {}); {EXPECTED}", error.utf8_error().valid_up_to())
    })?;
    Ok(Arc::from(text))
}

fn directory_of_source(source: &Utf8Path) -> Result<Utf8PathBuf, String> {
    let absolute = source.canonicalize_utf8().map_err(|error| format!("{source}: {error}; expected a directory"))?;
    if !absolute.is_dir() {
        return Err(format!("{source}: expected the directory of the root module that the plan was made from"));
    }
    Ok(absolute)
}

/// What is wrong with a file that is no plan: the first problem with its place.
fn refused(plan: &Utf8Path, text: &str, told: &[Problem]) -> String {
    let first = told.first().cloned().unwrap_or_else(|| Problem::new(Span::empty(0), "expected a plan"));
    let lines = LineTable::new(text);
    let at = lines.position(text, first.span.start, PositionEncoding::Utf16);
    let more = match told.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let expected = if first.message.contains("terraform show") { String::new() } else { format!("; {EXPECTED}") };
    format!("{plan}:{}:{}: {}{more}{expected}", at.line + 1, at.column + 1, first.message)
}

const EXPECTED: &str = "expected the JSON of `terraform show -json` (of a plan or a state) or a terraform.tfstate";
