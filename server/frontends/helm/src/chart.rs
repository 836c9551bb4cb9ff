//! A chart as its directory has it: what it is called, what it needs, its templates and its other files.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node, Sources, documents};
use foreshock_resources::Kind as Scalar;
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::ignore::Ignored;

/// The file that makes a directory a chart.
pub const CHART_FILE: &str = "Chart.yaml";

/// Charts inside of each other are followed so far.
const DEEPEST: usize = 8;

/// Whether a file makes its directory a chart, by its name.
pub fn is_chart_file(file: &Utf8Path) -> bool {
    file.file_name() == Some(CHART_FILE)
}

/// The directories of charts that lie beside the chart in a directory and are parts of it.
pub fn parts(directory: &Utf8Path, sources: &dyn Sources) -> Vec<Utf8PathBuf> {
    let mut read = Read::default();
    let files = [CHART_FILE, "requirements.yaml"].map(|name| FilePath::new(directory.join(name)));
    let nodes: Vec<Node> = files.iter().filter_map(|file| read.document(file, sources)).collect();
    nodes.iter().flat_map(|node| declared(node, directory)).filter_map(|dependency| dependency.directory).collect()
}

/// A chart.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// Where it is.
    pub(crate) directory: Utf8PathBuf,
    /// What it is called, or what whoever uses it calls it.
    pub(crate) name: Arc<str>,
    /// All of `Chart.yaml`.
    pub(crate) metadata: Node,
    /// Its own values.
    pub(crate) values: Option<Node>,
    /// Its templates: their paths in the chart, and where they are.
    pub(crate) templates: Vec<(String, FilePath)>,
    /// Its other files.
    pub(crate) files: Vec<(String, FilePath)>,
    /// What it says that it needs.
    pub(crate) dependencies: Vec<Dependency>,
    /// The charts that lie in it.
    pub(crate) charts: Vec<Chart>,
}

/// A chart that another one needs.
#[derive(Clone, Debug)]
pub(crate) struct Dependency {
    pub(crate) name: Arc<str>,
    /// What it is called instead.
    pub(crate) alias: Option<Arc<str>>,
    /// Paths of values that switch it on or off; the first that is there counts.
    pub(crate) conditions: Vec<String>,
    pub(crate) tags: Vec<Arc<str>>,
    /// Values of it that become values of whoever uses it: from, to.
    pub(crate) imports: Vec<(String, String)>,
    /// Where it is on this disk, when it is written that way.
    pub(crate) directory: Option<Utf8PathBuf>,
    pub(crate) place: Place,
}

/// What reading charts has come across.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// The files that were looked into.
    pub(crate) files: BTreeSet<FilePath>,
    pub(crate) problems: Vec<(FilePath, Problem)>,
    pub(crate) notes: Vec<(FilePath, Problem)>,
}

impl Read {
    pub(crate) fn note(&mut self, place: &Place, message: String) {
        self.notes.push((place.file.clone(), Problem::new(place.span, message)));
    }

    /// The first document of a file.
    pub(crate) fn document(&mut self, file: &FilePath, sources: &dyn Sources) -> Option<Node> {
        let (documents, problems) = documents(file, sources)?;
        self.files.insert(file.clone());
        self.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        let mut first = documents.into_iter().next()?;
        if let Some(text) = sources.text(file) {
            with_short_truths(&mut first, &text);
        }
        Some(first)
    }
}

/// Reads letters and words as Helm does: `y` and `n` are truth values, and a key that is one is called `true` or `false`.
fn with_short_truths(node: &mut Node, text: &str) {
    let truth = |written: &str| match written {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    };
    match &mut node.content {
        Content::Map(entries) => {
            for entry in entries {
                // In quotes it is longer.
                if let Some(truth) = truth(entry.key.span.text(text)) {
                    entry.name = if truth { "true" } else { "false" }.into();
                }
                with_short_truths(&mut entry.value, text);
            }
        }
        Content::List(items) => items.iter_mut().for_each(|item| with_short_truths(item, text)),
        Content::Scalar(kind @ Scalar::String(_)) => {
            if let Some(truth) = truth(node.place.span.text(text)) {
                *kind = Scalar::Bool(truth);
            }
        }
        Content::Scalar(_) => {}
    }
}

impl Chart {
    /// Reads the chart in a directory, of whose files and those below it these are all. `None` where there is none.
    pub(crate) fn read(
        directory: &Utf8Path,
        all: &[FilePath],
        sources: &dyn Sources,
        read: &mut Read,
    ) -> Option<Chart> {
        Chart::at(directory, all, sources, read, 0)
    }

    fn at(
        directory: &Utf8Path,
        all: &[FilePath],
        sources: &dyn Sources,
        read: &mut Read,
        depth: usize,
    ) -> Option<Chart> {
        let metadata = read.document(&FilePath::new(directory.join(CHART_FILE)), sources)?;
        let word = |name: &str| metadata.get(name).and_then(Node::word);
        let name = word("name").unwrap_or_else(|| directory.file_name().unwrap_or_default().into());
        let mut dependencies = declared(&metadata, directory);
        if word("apiVersion").as_deref() != Some("v2")
            && let Some(requirements) = read.document(&FilePath::new(directory.join("requirements.yaml")), sources)
        {
            dependencies.extend(declared(&requirements, directory));
        }
        let values = read.document(&FilePath::new(directory.join("values.yaml")), sources);
        let ignored = Ignored::of(sources.text(&FilePath::new(directory.join(".helmignore"))).as_deref());
        let mut chart = Chart {
            directory: directory.to_owned(),
            name,
            metadata,
            values,
            templates: Vec::new(),
            files: Vec::new(),
            dependencies,
            charts: Vec::new(),
        };
        let mut inner: BTreeSet<Utf8PathBuf> = BTreeSet::new();
        for file in all {
            let Ok(path) = file.as_path().strip_prefix(directory) else { continue };
            if ignored.holds(path.as_str()) {
                continue;
            }
            let mut parts = path.components();
            match (parts.next().map(|part| part.as_str()), parts.next()) {
                (Some("charts"), Some(below)) => {
                    let below = directory.join("charts").join(below);
                    if parts.next().is_some() {
                        inner.insert(below);
                    } else if matches!(file.as_path().extension(), Some("tgz")) {
                        let place = Place::new(FilePath::new(directory.join(CHART_FILE)), Span::empty(0));
                        read.note(&place, format!("{path} is packed: what it adds is not known"));
                    }
                }
                (Some("templates"), Some(_)) => chart.templates.push((path.to_string(), file.clone())),
                (
                    Some(
                        "Chart.yaml" | "values.yaml" | "values.schema.json" | "Chart.lock" | "requirements.yaml"
                        | "requirements.lock",
                    ),
                    None,
                ) => {}
                _ => chart.files.push((path.to_string(), file.clone())),
            }
        }
        if depth < DEEPEST {
            let name = |path: &Utf8PathBuf| path.file_name().unwrap_or_default().to_owned();
            for below in inner.iter().filter(|below| !name(below).starts_with(['_', '.'])) {
                chart.charts.extend(Chart::at(below, all, sources, read, depth + 1));
            }
            chart.read_beside(all, sources, read, depth);
        }
        Some(chart)
    }

    /// Charts that are needed and lie elsewhere on this disk, as `helm dependency build` would copy them.
    fn read_beside(&mut self, all: &[FilePath], sources: &dyn Sources, read: &mut Read, depth: usize) {
        for dependency in &self.dependencies {
            if self.charts.iter().any(|chart| chart.name == dependency.name) {
                continue;
            }
            let beside = dependency.directory.as_ref().filter(|directory| !self.directory.starts_with(directory));
            let chart = beside.and_then(|directory| {
                let own = beside_files(directory, all, sources);
                Chart::at(directory, &own, sources, read, depth + 1)
            });
            self.charts.extend(chart);
        }
    }

    /// Whether it only holds what other charts use.
    pub(crate) fn is_library(&self) -> bool {
        self.metadata.get("type").and_then(Node::word).as_deref() == Some("library")
    }
}

/// The files of a chart that lies beside another one: those that are known, else those in the directories that charts have.
fn beside_files(directory: &Utf8Path, all: &[FilePath], sources: &dyn Sources) -> Vec<FilePath> {
    let known: Vec<FilePath> = all.iter().filter(|file| file.as_path().starts_with(directory)).cloned().collect();
    if !known.is_empty() {
        return known;
    }
    let folders = ["", "templates", "templates/tests", "templates/_helpers", "files", "config"];
    folders.iter().flat_map(|folder| sources.list(&directory.join(folder))).collect()
}

fn declared(node: &Node, directory: &Utf8Path) -> Vec<Dependency> {
    let items = node.get("dependencies").map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| dependency(item, directory)).collect()
}

fn dependency(item: &Node, directory: &Utf8Path) -> Option<Dependency> {
    let name = item.get("name")?.word()?;
    let condition = item.get("condition").and_then(Node::word).unwrap_or_default();
    let repository = item.get("repository").and_then(Node::word).unwrap_or_default();
    let beside = repository.strip_prefix("file://").map(|path| foreshock_documents::joined(directory, path));
    let tags = item.get("tags").map(Node::items).unwrap_or_default().iter().filter_map(Node::word).collect();
    let import = |import: &Node| match import.word() {
        Some(name) => Some((format!("exports.{name}"), String::new())),
        None => {
            let to = import.get("parent")?.word()?;
            Some((import.get("child")?.word()?.to_string(), to.trim_start_matches('.').to_owned()))
        }
    };
    Some(Dependency {
        name,
        alias: item.get("alias").and_then(Node::word),
        conditions: condition
            .split(',')
            .map(str::trim)
            .filter(|path| !path.is_empty())
            .map(ToOwned::to_owned)
            .collect(),
        tags,
        imports: item.get("import-values").map(Node::items).unwrap_or_default().iter().filter_map(import).collect(),
        directory: beside,
        place: item.place.clone(),
    })
}
