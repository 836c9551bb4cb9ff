//! A project: its files put together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node, Sources, documents, joined};
use foreshock_resources::Resources;
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::declared::declared;
use crate::interpolate::{Variables, interpolate, variables};
use crate::merge::{as_map, over};
use crate::names::is_override;

/// Files that include each other, and services that extend each other, are followed so far.
const DEEPEST: usize = 16;

/// A project, read.
#[derive(Debug, Default)]
pub struct Project {
    /// Its services, and the host.
    pub resources: Resources,
    /// The files that it was put together from.
    pub files: BTreeSet<FilePath>,
    /// What is wrong with them.
    pub problems: Vec<(FilePath, Problem)>,
}

/// Reads the project that begins with a file, together with the file that overrides it.
pub fn project(file: &FilePath, sources: &dyn Sources) -> Project {
    let mut reading = Reading { sources, files: BTreeSet::new(), problems: Vec::new(), trees: BTreeMap::new() };
    let mut whole = reading.file(file, 0);
    let directory = directory(file);
    let overriding = sources.list(&directory).into_iter().find(|other| {
        is_override(other.as_path()) && stem(other.as_path()).strip_suffix(".override") == Some(stem(file.as_path()))
    });
    if let Some(other) = overriding {
        let top = reading.file(&other, 0);
        match &mut whole {
            Some(whole) => top.iter().for_each(|top| over(whole, top)),
            None => whole = top,
        }
    }
    let mut services: BTreeMap<Arc<str>, (Place, Node)> = BTreeMap::new();
    if let Some(whole) = &whole {
        reading.services(whole, &directory, &mut services);
    }
    let place = whole.as_ref().and_then(|whole| whole.entry("services")).map(|entry| entry.key.clone());
    let place = place.unwrap_or_else(|| Place::new(file.clone(), Span::empty(0)));
    let active = active(services);
    for (name, (_, service)) in &active {
        for needed in as_map(service.get("depends_on").unwrap_or(&Node::empty_map(place.clone()))).entries() {
            let is_optional = needed.value.get("required").and_then(Node::word).as_deref() == Some("false");
            if !active.contains_key(&needed.name) && !is_optional {
                let message = format!("{name} depends on {}, which is no service of this project", needed.name);
                reading.problems.push((needed.key.file.clone(), Problem::new(needed.key.span, message)));
            }
        }
    }
    Project { resources: declared(&active, &place), files: reading.files, problems: reading.problems }
}

/// The services that are started when nobody names a profile, with what these depend on.
fn active(mut services: BTreeMap<Arc<str>, (Place, Node)>) -> BTreeMap<Arc<str>, (Place, Node)> {
    let is_plain = |service: &Node| service.get("profiles").is_none_or(|profiles| profiles.items().is_empty());
    let mut wanted: BTreeSet<Arc<str>> =
        services.iter().filter(|(_, (_, service))| is_plain(service)).map(|(name, _)| name.clone()).collect();
    let mut open: Vec<Arc<str>> = wanted.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let Some((_, service)) = services.get(&name) else { continue };
        for needed in service.get("depends_on").map(as_map).iter().flat_map(Node::entries) {
            if wanted.insert(needed.name.clone()) {
                open.push(needed.name.clone());
            }
        }
    }
    services.retain(|name, _| wanted.contains(name));
    services
}

struct Reading<'a> {
    sources: &'a dyn Sources,
    files: BTreeSet<FilePath>,
    problems: Vec<(FilePath, Problem)>,
    trees: BTreeMap<FilePath, Node>,
}

impl Reading<'_> {
    /// The content of a file with what it includes, variables put in.
    fn file(&mut self, file: &FilePath, depth: usize) -> Option<Node> {
        if let Some(known) = self.trees.get(file) {
            return Some(known.clone());
        }
        let (mut read, problems) = documents(file, self.sources)?;
        self.files.insert(file.clone());
        self.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        read.truncate(1);
        let mut node = read.pop()?;
        let directory = directory(file);
        interpolate(&mut node, &self.environment(&directory));
        if depth < DEEPEST {
            for item in node.get("include").map(Node::items).unwrap_or_default().to_vec() {
                self.include(&directory, &item, &mut node, depth);
            }
        }
        self.trees.insert(file.clone(), node.clone());
        Some(node)
    }

    fn include(&mut self, directory: &Utf8Path, item: &Node, node: &mut Node, depth: usize) {
        let path = item.get("path").unwrap_or(item);
        let paths: Vec<Node> = if path.items().is_empty() { vec![path.clone()] } else { path.items().to_vec() };
        for path in paths {
            let Some(word) = path.word() else { continue };
            let file = FilePath::new(joined(directory, &word));
            match self.file(&file, depth + 1) {
                Some(included) => {
                    let mut whole = included;
                    let own = node.clone();
                    over(&mut whole, &own);
                    // The parts of a project stand where its own file has them.
                    for part in whole.entries_mut().into_iter().flatten() {
                        if let Some(written) = own.entry(&part.name) {
                            part.key = written.key.clone();
                        }
                    }
                    *node = whole;
                }
                None => self.problem(&path.place, format!("there is no file {word}")),
            }
        }
    }

    fn environment(&self, directory: &Utf8Path) -> Variables {
        let file = FilePath::new(directory.join(".env"));
        self.sources.text(&file).map(|text| variables(&text)).unwrap_or_default()
    }

    fn services(&mut self, whole: &Node, directory: &Utf8Path, services: &mut BTreeMap<Arc<str>, (Place, Node)>) {
        for entry in whole.get("services").map(Node::entries).unwrap_or_default() {
            let service = match entry.value.is_map() {
                true => self.extended(&entry.value, whole, directory, 0),
                false => Node::empty_map(entry.key.clone()),
            };
            services.insert(entry.name.clone(), (entry.key.clone(), service));
        }
    }

    /// A service over the one that it extends.
    fn extended(&mut self, service: &Node, whole: &Node, directory: &Utf8Path, depth: usize) -> Node {
        let Some(extends) = service.get("extends") else { return service.clone() };
        let name = extends.word().or_else(|| extends.get("service").and_then(Node::word));
        if depth >= DEEPEST {
            self.problem(&extends.place, "this service extends itself".to_owned());
            return service.clone();
        }
        let elsewhere = extends.get("file").and_then(Node::word).map(|file| FilePath::new(joined(directory, &file)));
        let (base, below) = match &elsewhere {
            Some(file) => (self.file(file, depth + 1), self::directory(file)),
            None => (Some(whole.clone()), directory.to_owned()),
        };
        let found = base.as_ref().and_then(|base| base.at(&["services", name.as_deref().unwrap_or_default()]).cloned());
        let (Some(base), Some(found)) = (base, found) else {
            let name = name.unwrap_or_default();
            self.problem(&extends.place, format!("there is no service {name} to extend"));
            return service.clone();
        };
        let mut merged = self.extended(&found, &base, &below, depth + 1);
        // What it needs is not handed on.
        if let Content::Map(entries) = &mut merged.content {
            entries.retain(|entry| !matches!(&*entry.name, "depends_on" | "links" | "volumes_from" | "extends"));
        }
        over(&mut merged, service);
        merged.place = service.place.clone();
        merged
    }

    fn problem(&mut self, place: &Place, message: String) {
        self.problems.push((place.file.clone(), Problem::new(place.span, message)));
    }
}

fn directory(file: &FilePath) -> Utf8PathBuf {
    file.as_path().parent().map(Utf8Path::to_owned).unwrap_or_default()
}

fn stem(file: &Utf8Path) -> &str {
    file.file_stem().unwrap_or_default()
}
