//! A chart as it is installed: its objects, and the files that they were made from.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_documents::{Content, Node, Sources};
use foreshock_kubernetes::Object;
use foreshock_resources::Kind as Scalar;
use foreshock_templates::{Kind, Map, Templates, Text, Unknown, Value, render};
use foreshock_text::{FilePath, Problem};

use crate::chart::{Chart, Read};
use crate::cluster::capabilities;
use crate::dependencies::{Open, settle};
use crate::files::{Content as FileContent, Files};
use crate::objects::objects_of;
use crate::values::{coalesce, nested, override_with, take_nothing_away};

/// More objects than these are not put together.
const MOST_OBJECTS: usize = 20_000;
/// Of more files that are no templates nothing is known.
const MOST_FILES: usize = 1_000;

/// What a chart is installed with.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// What the release is called; where that is not known it is called after the chart, and nothing is concluded from that.
    pub name: Option<Arc<str>>,
    /// The namespace it is installed into; `default` where that is not known, and nothing is concluded from that.
    pub namespace: Option<Arc<str>>,
    /// Values over those of the chart; later ones win.
    pub values: Vec<Overrides>,
}

/// Values over those of a chart.
#[derive(Clone, Debug)]
pub enum Overrides {
    /// A file with values.
    File(FilePath),
    /// A document with values, each with the place where it is written: a list or a map, whatever the language. What is not known
    /// is [`Scalar::Unknown`](foreshock_resources::Kind::Unknown).
    Document(Node),
    /// One value by its path with dots, as `--set` takes it.
    At(String, Node),
}

/// What a chart installs.
#[derive(Debug, Default)]
pub struct Rendered {
    /// Its objects. Of each that may be left out it says so. Where there may be others, one of the kind `Templates` of `helm.sh`
    /// stands for them: nobody may conclude that something is missing.
    pub objects: Vec<Object>,
    /// The files that it was made from.
    pub files: BTreeSet<FilePath>,
    /// The templates among them.
    pub templates: BTreeSet<FilePath>,
    /// What is wrong with them.
    pub problems: Vec<(FilePath, Problem)>,
    /// What is not known of it, for a person, by its place.
    pub notes: Vec<(FilePath, Problem)>,
    /// Why there may be objects that are not among these; nothing where all are known.
    pub open: Option<Arc<str>>,
}

/// What the chart in a directory installs, given all files in the directory and below it. Nothing where there is no chart. Never
/// fails whole: what can't be read of it is told, and is not known.
pub fn rendered(directory: &Utf8Path, files: &[FilePath], given: &Given, sources: &dyn Sources) -> Rendered {
    let mut read = Read::default();
    let Some(mut chart) = Chart::read(directory, files, sources, &mut read) else { return Rendered::default() };
    let values = Value::map(Map::new());
    for overrides in &given.values {
        if let Some(value) = value_of(overrides, sources, &mut read) {
            override_with(&values, &value);
        }
    }
    let mut open = Open::default();
    settle(&mut chart, &values, &mut open);
    coalesce(&chart, &values);
    take_nothing_away(&values);
    for missing in &open.missing {
        let message = format!("the chart {} is not on this disk: what it adds is not known", missing.name);
        read.note(&missing.place, message);
    }
    let is_missing = open.missing.first().map(|missing| format!("the chart {} is not at hand", missing.name).into());
    let release = Release { given, chart_name: chart.name.clone(), open };
    let mut rendering = Rendering {
        sources,
        read,
        templates: Templates::default(),
        pages: Vec::new(),
        reads_files: speaks_of_files(&chart, sources),
        out: Rendered { open: is_missing, ..Rendered::default() },
    };
    rendering.collect(&chart, chart.name.as_ref(), "", &values, &release);
    rendering.run(&release);
    let Rendering { read, mut out, .. } = rendering;
    if let Some(why) = &out.open {
        out.objects.extend(more_objects(&chart, why));
    }
    out.files.extend(read.files);
    out.problems.extend(read.problems);
    out.notes.extend(read.notes);
    out
}

fn value_of(overrides: &Overrides, sources: &dyn Sources, read: &mut Read) -> Option<Value> {
    Some(match overrides {
        Overrides::File(file) => Value::of_node(&read.document(file, sources)?),
        Overrides::Document(node) => Value::of_node(node),
        Overrides::At(path, node) => nested(path, Value::of_node(node)),
    })
}

/// What is the same for all templates.
struct Release<'a> {
    given: &'a Given,
    chart_name: Arc<str>,
    open: Open,
}

impl Release<'_> {
    fn name(&self) -> Text {
        match &self.given.name {
            Some(name) => Text::made(&**name),
            None => Text::assumed(&self.chart_name),
        }
    }

    fn namespace(&self) -> Text {
        match &self.given.namespace {
            Some(namespace) => Text::made(&**namespace),
            None => Text::assumed("default"),
        }
    }

    fn value(&self) -> Value {
        let is_install = Unknown::named("it depends on whether it is installed or upgraded", "IsInstall");
        let is_upgrade = Unknown { is_negated: true, ..is_install.clone() };
        let revision = Unknown::named("it is another number each time", "Revision").with_truth(Some(true));
        let entries = [
            ("Name", Value::text(self.name())),
            ("Namespace", Value::text(self.namespace())),
            ("Service", Value::made("Helm")),
            ("IsInstall", Value::unknown(is_install)),
            ("IsUpgrade", Value::unknown(is_upgrade)),
            ("Revision", Value::unknown(revision)),
        ];
        map_of(entries)
    }

    /// Why it is not known whether the chart at a path is installed.
    fn open(&self, path: &str) -> Option<Arc<str>> {
        let is_around =
            |of: &String| path == of || path.strip_prefix(of.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.open.charts.iter().find(|(of, _)| is_around(of)).map(|(_, why)| why.clone())
    }
}

fn map_of<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::map(entries.into_iter().map(|(name, value)| (Arc::from(name), value)).collect())
}

/// A template that writes objects.
struct Page {
    name: String,
    file: FilePath,
    dot: Rc<Value>,
    may_be_absent: Option<Arc<str>>,
}

struct Rendering<'a> {
    sources: &'a dyn Sources,
    read: Read,
    templates: Templates,
    pages: Vec<Page>,
    /// Whether any template speaks of the files of its chart.
    reads_files: bool,
    out: Rendered,
}

/// A template on its way: its name, its file, and what it is rendered with where it writes objects.
type Found = Vec<(String, FilePath, Option<Page>)>;

impl Rendering<'_> {
    /// Takes in the templates of a chart and of the charts in it.
    fn collect(&mut self, chart: &Chart, path: &str, inner: &str, values: &Value, release: &Release<'_>) {
        let mut found = Found::new();
        self.dot(chart, path, inner, values, release, &mut found);
        // Helm reads what lies deepest first, so that whoever uses a chart can define its templates otherwise.
        let depth = |name: &str| name.matches('/').count();
        found.sort_by(|(one, ..), (other, ..)| depth(other).cmp(&depth(one)).then_with(|| other.cmp(one)));
        for (name, file, page) in found {
            let Some(text) = self.sources.text(&file) else { continue };
            self.out.files.insert(file.clone());
            self.out.templates.insert(file.clone());
            match self.templates.add(&name, &file, &text) {
                Some(problem) => {
                    self.out.open.get_or_insert_with(|| format!("{name} is no template").into());
                    self.out.problems.push((file, problem));
                }
                None => self.pages.extend(page),
            }
        }
    }

    /// What the templates of a chart are given, itself among the charts of whoever uses it.
    fn dot(
        &mut self,
        chart: &Chart,
        path: &str,
        inner: &str,
        values: &Value,
        release: &Release<'_>,
        found: &mut Found,
    ) -> Value {
        let mut subcharts = Map::new();
        for below in &chart.charts {
            let own = values.get(&below.name).unwrap_or_else(|| Value::map(Map::new()));
            let (path, inner) = (format!("{path}/charts/{}", below.name), join(inner, &below.name));
            let dot = self.dot(below, &path, &inner, &own, release, found);
            subcharts.insert(below.name.clone(), dot);
        }
        let may_be_absent = release.open(inner);
        // A chart may lie at the top of a repository: what no template asks for is not read.
        let read = if self.reads_files { MOST_FILES } else { 0 };
        let files = chart.files.iter().enumerate().map(|(number, (name, file))| {
            let text = (number < read).then(|| self.sources.text(file)).flatten();
            (name.clone(), FileContent { file: file.clone(), text })
        });
        let files = Files { files: Rc::new(files.collect()) };
        let common = [
            ("Chart", about(chart, inner.is_empty())),
            ("Release", release.value()),
            ("Capabilities", capabilities()),
            ("Values", values.clone()),
            ("Files", Kind::Host(Rc::new(files)).into()),
            ("Subcharts", Value::map(subcharts)),
        ];
        let common = map_of(common);
        for (name, file) in &chart.templates {
            let base = name.rsplit('/').next().unwrap_or(name);
            let is_partial = base.starts_with('_');
            if chart.is_library() && !is_partial {
                continue;
            }
            let full = format!("{path}/{name}");
            let is_page = !is_partial && !name.ends_with("NOTES.txt");
            let page = is_page.then(|| {
                let template =
                    [("Name", Value::made(full.as_str())), ("BasePath", Value::made(format!("{path}/templates")))];
                let dot = with(&common, "Template", map_of(template));
                Page { name: full.clone(), file: file.clone(), dot: Rc::new(dot), may_be_absent: may_be_absent.clone() }
            });
            found.push((full, file.clone(), page));
        }
        common
    }

    fn run(&mut self, release: &Release<'_>) {
        let namespace = release.namespace();
        let is_left_out = |node: &Node| is_passing(node);
        for page in std::mem::take(&mut self.pages) {
            let result = render(&self.templates, &page.name, &page.dot);
            keep_changes(&page.dot, &result.dot);
            let made = objects_of(&result, &page.file, &is_left_out);
            for (place, message) in made.notes {
                self.read.note(&place, message);
            }
            if made.is_open {
                self.out.open.get_or_insert_with(|| format!("not all that {} installs is known", page.name).into());
            }
            for object in made.objects {
                if self.out.objects.len() >= MOST_OBJECTS {
                    self.out.open.get_or_insert_with(|| format!("there are more than {MOST_OBJECTS} objects").into());
                    break;
                }
                let may_be_absent = object.may_be_absent.clone().or(page.may_be_absent.clone());
                let object = Object { may_be_absent, ..object };
                self.out.objects.push(without_namespace(object, namespace.as_str(), release.given.namespace.is_none()));
            }
        }
    }
}

/// What stands for the objects that a chart may install and that are not known.
fn more_objects(chart: &Chart, why: &Arc<str>) -> Option<Object> {
    let place = &chart.metadata.place;
    let text = |text: &str| Node::text_at(text, place.clone());
    let mut metadata = Node::empty_map(place.clone());
    metadata.set("name", place.clone(), text(&chart.name));
    let mut node = Node::empty_map(place.clone());
    node.set("apiVersion", place.clone(), text("helm.sh/v1"));
    node.set("kind", place.clone(), text("Templates"));
    node.set("metadata", place.clone(), metadata);
    Some(Object { may_be_absent: Some(why.clone()), ..Object::of(node)? })
}

/// Whether a template of a chart, of one in it, or a value that may be a template, has the word.
fn speaks_of_files(chart: &Chart, sources: &dyn Sources) -> bool {
    let has_word = |file: &FilePath| sources.text(file).is_some_and(|text| text.contains("Files"));
    chart.templates.iter().any(|(_, file)| has_word(file))
        || has_word(&FilePath::new(chart.directory.join("values.yaml")))
        || chart.charts.iter().any(|inner| speaks_of_files(inner, sources))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/charts/{name}") }
}

/// The same with one entry more.
fn with(map: &Value, name: &str, value: Value) -> Value {
    let Kind::Map(entries) = &map.kind else { return map.clone() };
    let mut entries = entries.borrow().clone();
    entries.insert(name.into(), value);
    Value::map(entries)
}

/// What a template has set counts for those that are rendered after it.
fn keep_changes(before: &Value, after: &Value) {
    let (Some(mine), Some(theirs)) = (before.get("Values"), after.get("Values")) else { return };
    if let (Kind::Map(mine), Kind::Map(theirs)) = (&mine.kind, &theirs.kind) {
        let theirs = theirs.borrow().clone();
        *mine.borrow_mut() = theirs;
    }
}

/// `.Chart` of a template.
fn about(chart: &Chart, is_root: bool) -> Value {
    let place = |node: &Node| Some(Arc::new(node.place.clone()));
    let mut entries = Map::new();
    for entry in chart.metadata.entries() {
        let mut letters = entry.name.chars();
        let Some(first) = letters.next() else { continue };
        let name: String = first.to_uppercase().chain(letters).collect();
        let value = match (&*entry.name, &entry.value.content) {
            // These are texts, whatever they look like.
            (
                "version" | "appVersion" | "name" | "apiVersion" | "kubeVersion" | "description" | "type",
                Content::Scalar(kind),
            ) => match kind {
                Scalar::Null => Value::made(""),
                _ => {
                    let written = entry.value.word().unwrap_or_default();
                    Value::text(Text::value(&written, place(&entry.value)))
                }
            },
            _ => Value::of_node(&entry.value),
        };
        entries.insert(name.into(), value);
    }
    for (name, missing) in
        [("AppVersion", ""), ("Version", ""), ("Description", ""), ("Type", ""), ("KubeVersion", ""), ("Home", "")]
    {
        entries.entry(name.into()).or_insert_with(|| Value::made(missing));
    }
    entries.insert("Name".into(), Value::made(&*chart.name));
    entries.insert("IsRoot".into(), Kind::Bool(is_root).into());
    Value::map(entries)
}

/// Whether an object is gone before anybody uses the release: tests, and what runs once while it is installed or removed.
fn is_passing(node: &Node) -> bool {
    let hook = node.at(&["metadata", "annotations", "helm.sh/hook"]).and_then(Node::word);
    let Some(hook) = hook else { return false };
    let kind = node.get("kind").and_then(Node::word).unwrap_or_default();
    let mut moments = hook.split(',').map(str::trim);
    moments.any(|moment| moment.starts_with("test")) || matches!(&*kind, "Job" | "Pod")
}

/// An object that is put into the namespace of the release says nothing of it, as one that leaves it out.
fn without_namespace(mut object: Object, namespace: &str, is_assumed: bool) -> Object {
    let metadata = object.node.get_mut("metadata");
    let is_it = |node: &Node| node.get("namespace").and_then(Node::word).as_deref() == Some(namespace);
    if let Some(metadata) = metadata.filter(|metadata| is_assumed && is_it(metadata))
        && let Some(entries) = metadata.entries_mut()
    {
        entries.retain(|entry| &*entry.name != "namespace");
        return object.renamed();
    }
    object
}
