//! Plans and states: JSON that a program has recorded of a deployment, before it or after.
//!
//! It is read as resource instances, those before and those afterwards. With the root module at hand that it was made from,
//! findings stand in that text and repairs are made on it.

mod encoding;
mod extent;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{read_beginning, read_regular};
use foreshock_plan::{Plan, Sort, may_be_plan};
use foreshock_resources::{Mode, Resources};
use foreshock_terraform::{Resolved, is_configuration};
use foreshock_text::{FilePath, LineTable, PositionEncoding, Problem, Span};

use super::infra::is_yaml;
use super::terraform::{TerraformDialect, TerraformReader, comments_of, of_resources};
use super::{Dialect, Home, PlainFile, Reader, Record, RepairedText, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::suppression::Annotations;
use crate::{Base, ProblemCode};

/// Plans are made by a program: real ones reach tens of megabytes, and cost ten times that in memory.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;
/// So much of a file tells whether it is a plan: the keys that do stand at its beginning or are no secret further on.
const BEGINNING: u64 = 1024 * 1024;

/// Whether a file is to be read as a plan or state, by its name or by what it begins with.
fn is_plan(file: &Utf8Path) -> bool {
    match file.extension() {
        Some("tfstate") => true,
        _ if !is_yaml(file) => false,
        Some("json") => read_beginning(file, BEGINNING).is_some_and(|bytes| {
            let text = encoding::beginning(&bytes);
            may_be_plan(&text) && !text.contains("\"components\"")
        }),
        _ => false,
    }
}

/// The dialect.
#[derive(Debug)]
pub(crate) struct PlanDialect;

/// Reads the record that was opened last.
#[derive(Default)]
pub(crate) struct PlanReader {
    source: TerraformReader,
    opened: Option<Opened>,
}

/// A record with where the text is that it was made from.
struct Opened {
    /// As it was asked for: what people know it by.
    asked: Utf8PathBuf,
    file: FilePath,
    text: Arc<str>,
    /// The directory of the text: the one that was named, else the one beside the record.
    directory: Utf8PathBuf,
    is_named: bool,
}

impl Dialect for PlanDialect {
    fn id(&self) -> StackKind {
        StackKind::new("plan")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        file.extension() == Some("tfstate")
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(PlanReader::default())
    }

    /// Those of the text that it was made from; JSON has no comments.
    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        let text = is_configuration(file.as_path()).then(|| texts.parsed(file)).flatten();
        text.map(|file| comments_of(&file)).unwrap_or_default()
    }
}

impl Reader for PlanReader {
    fn roots_of(&mut self, _: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        BTreeSet::new()
    }

    fn roots_below(&mut self, _: &Utf8Path, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        BTreeSet::new()
    }

    fn understand(&mut self, _: &Utf8Path, texts: &dyn Texts, settings: &StackSettings) -> Result<Understood, String> {
        let Some(Opened { asked, file, text, directory, is_named }) = &self.opened else {
            return Err(EXPECTED.to_owned());
        };
        let has_text = texts.list(directory).iter().any(|one| is_configuration(one.as_path()));
        let source = match has_text {
            true => Some(self.source.understand(directory, texts, settings)?),
            false => None,
        };
        let (read, told) = read_with(file, text, source.as_ref(), *is_named);
        let Some(plan) = read else { return Err(refused(asked, text, &told)) };
        let source = source.filter(|source| *is_named || fits(source, &plan));
        let Plan { sort, before, after, counts, removals, extent } = plan;
        let kind = if sort == Sort::Plan { PlanDialect.id() } else { StackKind::new("state") };
        let side = |resources| side_of(resources, file, source.as_ref());
        let nothing = nothing_to_score(kind, &after, (sort == Sort::Plan).then_some(counts.destroyed));
        let before = (sort == Sort::Plan).then(|| {
            let existed = before.instances.iter().any(|instance| instance.mode == Mode::Managed);
            let base = Base { id: Arc::from("prior state"), words: Arc::from("the state before the plan") };
            (base, existed.then(|| of_resources(kind, side(before), settings)))
        });
        let mut understood =
            of_resources(kind, side(after), settings).with_problems(ProblemCode::Schema, file, told.iter().cloned());
        let read = SourceFile::Plain(Arc::new(PlainFile::new(file.clone(), text.clone(), told)));
        understood.texts = source.iter().flat_map(|source| source.texts.iter().cloned()).collect();
        understood.texts.push((file.clone(), read));
        understood.root = source.is_some().then(|| directory.clone());
        let source =
            source.map(|understood| RepairedText { dialect: &TerraformDialect, root: directory.clone(), understood });
        let says = extent::words(&extent, &counts);
        let counts = (sort == Sort::Plan).then_some(counts);
        understood.record = Some(Box::new(Record { counts, removals, says, nothing, before, source }));
        Ok(understood)
    }

    /// Where the text lies its settings count; the stack of a plan is that directory's.
    fn home(&self, root: &Utf8Path) -> Home {
        let directory = self.opened.as_ref().map_or(root, |opened| &opened.directory).to_owned();
        Home { name: directory.clone(), directory }
    }

    /// With the plan's own values of the variables of its root module.
    fn complete(&self, _: &Utf8Path, settings: &mut StackSettings) {
        if let Some(opened) = &self.opened {
            let given = std::mem::take(&mut settings.options.variables);
            settings.options.variables = foreshock_plan::variables(&opened.text);
            settings.options.variables.extend(given);
        }
    }

    fn is_record(&self, file: &Utf8Path) -> bool {
        is_plan(file)
    }

    fn open_record(&mut self, file: &Utf8Path, source: Option<&Utf8Path>) -> Option<Result<Utf8PathBuf, String>> {
        let mut open = || {
            let text = text_of(file)?;
            let absolute = file.canonicalize_utf8().map_err(|error| format!("{file}: {error}"))?;
            let directory = match source {
                Some(source) => directory_of_source(source)?,
                None => absolute.parent().unwrap_or(&absolute).to_owned(),
            };
            let (asked, is_named) = (file.to_owned(), source.is_some());
            self.opened = Some(Opened { asked, file: FilePath::new(absolute.clone()), text, directory, is_named });
            Ok(absolute)
        };
        Some(open())
    }
}

/// Why there is nothing to score when no resource is a component. `destroyed` resources of a plan are not there afterwards.
fn nothing_to_score(kind: StackKind, after: &Resources, destroyed: Option<usize>) -> String {
    let left = after.instances.iter().filter(|one| one.mode == Mode::Managed).count();
    match (left, destroyed.unwrap_or(0)) {
        (0, 0) => format!("nothing to score: the {kind} has no resources"),
        (0, 1) => "nothing to score: the plan destroys the only resource there is".to_owned(),
        (0, destroyed) => format!("nothing to score: the plan destroys all {destroyed} resources there are"),
        (1, _) => "nothing to score: its one resource is no component".to_owned(),
        (_, _) => format!("nothing to score: none of its {left} resources is a component"),
    }
}

fn read_with(file: &FilePath, text: &str, source: Option<&Understood>, asked: bool) -> (Option<Plan>, Vec<Problem>) {
    let declared = source.and_then(resolved).map(|resolved| &*resolved.resources);
    let (read, problems) = foreshock_plan::read(file, text, declared);
    match (&read, source) {
        // What lies beside a plan may be something else.
        (Some(plan), Some(source)) if !asked && !fits(source, plan) => foreshock_plan::read(file, text, None),
        _ => (read, problems),
    }
}

fn resolved(understood: &Understood) -> Option<&Resolved> {
    understood.module.as_deref().map(|module| &*module.resolved)
}

/// Whether a plan was made from a text: most of its resources are there.
fn fits(source: &Understood, plan: &Plan) -> bool {
    let names = |resources: &Resources| -> BTreeSet<Arc<str>> {
        let managed = resources.instances.iter().filter(|one| one.mode == Mode::Managed);
        managed.map(|one| one.resource.clone()).collect()
    };
    let Some(resolved) = resolved(source) else { return false };
    let (text, planned) = (names(&resolved.resources), names(&plan.after));
    let both = planned.intersection(&text).count();
    both > 0 && both * 2 >= text.len()
}

/// One side of a plan, as what was read: the plan itself, and the text that it was made from.
fn side_of(resources: Resources, file: &FilePath, source: Option<&Understood>) -> Resolved {
    let source = source.and_then(resolved);
    let beside = || file.as_path().parent().map_or_else(Utf8PathBuf::new, ToOwned::to_owned);
    let read = source.into_iter().flat_map(|source| &source.files);
    Resolved {
        root: source.map_or_else(beside, |source| source.root.clone()),
        resources: Arc::new(resources),
        files: std::iter::once(file).chain(read).cloned().collect(),
        ..Resolved::default()
    }
}

/// The text of a plan.
fn text_of(plan: &Utf8Path) -> Result<Arc<str>, String> {
    let metadata = plan.metadata().map_err(|error| format!("{plan}: {error}; {EXPECTED}"))?;
    if !metadata.is_file() {
        return Err(format!("{plan}: this is no file; {EXPECTED}"));
    }
    if metadata.len() > LARGEST_PLAN {
        let megabytes = metadata.len() / (1024 * 1024);
        return Err(format!("{plan}: this file has {megabytes} MiB; plans above 64 MiB are not read"));
    }
    let read = read_regular(plan, LARGEST_PLAN).unwrap_or_else(|| Err("this is no file".to_owned()));
    let bytes = read.map_err(|why| format!("{plan}: {why}"))?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(format!(
            "{plan}: this is a plan as Terraform stores it; expected what `terraform show -json {plan}` says"
        ));
    }
    let text = encoding::text(bytes).map_err(|why| format!("{plan}: {why}; {EXPECTED}"))?;
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
