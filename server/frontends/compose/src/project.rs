//! A project: its files put together.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node, Sources, Words, documents_with, joined};
use foreshock_resources::Resources;
use foreshock_text::{FilePath, Place, Problem, Span};

use crate::declared::declared;
use crate::interpolate::{Variables, interpolate, variables};
use crate::merge::{Tagged, as_map, over};
use crate::names::is_override;

/// Files that include each other, and services that extend each other, are followed so far.
const DEEPEST: usize = 16;
/// Parts of files and services that are put together; a large project has some ten thousand.
const MOST_WORK: usize = 4_000_000;

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

/// Whether the `.env` beside a file makes it a part of a project that begins with another one.
pub fn is_part(file: &FilePath, sources: &dyn Sources) -> bool {
    named(&directory(file), sources).iter().skip(1).any(|other| other == file)
}

/// The files that `COMPOSE_FILE` names in the `.env` of a directory, in the order in which each is put over those before it.
fn named(directory: &Utf8Path, sources: &dyn Sources) -> Vec<FilePath> {
    let variables = environment(directory, sources);
    let separator = variables.get("COMPOSE_PATH_SEPARATOR").filter(|separator| !separator.is_empty());
    let separator = separator.map_or(":", |separator| &**separator);
    let names = variables.get("COMPOSE_FILE").map(|names| names.split(separator)).into_iter().flatten();
    names.filter(|name| !name.is_empty()).map(|name| FilePath::new(joined(directory, name))).collect()
}

/// The files that are put over the first one of a project: those that are named with it, else the one that overrides it.
fn put_over(file: &FilePath, directory: &Utf8Path, sources: &dyn Sources) -> Vec<FilePath> {
    let mut named = named(directory, sources);
    if named.first() == Some(file) {
        return named.split_off(1);
    }
    let overriding = sources.list(directory).into_iter().find(|other| {
        is_override(other.as_path()) && stem(other.as_path()).strip_suffix(".override") == Some(stem(file.as_path()))
    });
    overriding.into_iter().collect()
}

fn environment(directory: &Utf8Path, sources: &dyn Sources) -> Variables {
    let file = FilePath::new(directory.join(".env"));
    sources.text(&file).map(|text| variables(&text)).unwrap_or_default()
}

/// Reads the project that begins with a file, together with those that are put over it.
pub fn project(file: &FilePath, sources: &dyn Sources) -> Project {
    let mut reading = Reading {
        sources,
        files: BTreeSet::new(),
        problems: Vec::new(),
        trees: BTreeMap::new(),
        tagged: Tagged::default(),
        left: MOST_WORK,
    };
    let mut whole = reading.file(file, 0).map(Rc::unwrap_or_clone);
    let directory = directory(file);
    for other in put_over(file, &directory, sources) {
        let top = reading.file(&other, 0);
        if top.is_none() {
            let name = other.as_path().strip_prefix(&directory).unwrap_or(other.as_path());
            let message = format!("COMPOSE_FILE of .env names {name}, which is not there");
            reading.problems.push((file.clone(), Problem::new(Span::empty(0), message)));
        }
        match &mut whole {
            Some(whole) => top.iter().for_each(|top| over(whole, top, &reading.tagged)),
            None => whole = top.map(Rc::unwrap_or_clone),
        }
    }
    if let Some(whole) = &mut whole {
        reading.tagged.without_resets(whole);
    }
    let mut services: BTreeMap<Arc<str>, (Place, Node)> = BTreeMap::new();
    if let Some(whole) = &whole {
        reading.services(whole, &directory, &mut services);
    }
    let place = whole.as_ref().and_then(|whole| whole.entry("services")).map(|entry| entry.key.clone());
    let place = place.unwrap_or_else(|| Place::new(file.clone(), Span::empty(0)));
    let profiles = environment(&directory, sources).get("COMPOSE_PROFILES").cloned().unwrap_or_default();
    let active = active(services, &profiles.split(',').map(str::trim).collect::<BTreeSet<_>>());
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

/// The services that are started with these profiles, with what these depend on.
fn active(
    mut services: BTreeMap<Arc<str>, (Place, Node)>,
    chosen: &BTreeSet<&str>,
) -> BTreeMap<Arc<str>, (Place, Node)> {
    let is_chosen = |profile: &Node| profile.word().is_some_and(|word| chosen.contains(&*word));
    let is_plain = |service: &Node| {
        service
            .get("profiles")
            .is_none_or(|profiles| profiles.items().is_empty() || profiles.items().iter().any(is_chosen))
    };
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
    trees: BTreeMap<FilePath, Rc<Node>>,
    /// What tags say in any of the files.
    tagged: Tagged,
    /// So many parts of files and services may still be put together.
    left: usize,
}

impl Reading<'_> {
    /// The content of a file with what it includes, variables put in.
    fn file(&mut self, file: &FilePath, depth: usize) -> Option<Rc<Node>> {
        if let Some(known) = self.trees.get(file) {
            return Some(known.clone());
        }
        let (mut read, problems) = documents_with(file, self.sources, Words::Newer)?;
        self.files.insert(file.clone());
        let tagged = &mut self.tagged;
        self.sources.tree(file, &mut |tree, _| {
            tree.documents().take(1).for_each(|document| tagged.collect(document, file, 0));
        });
        self.problems.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
        read.truncate(1);
        let mut node = read.pop()?;
        let directory = directory(file);
        interpolate(&mut node, &environment(&directory, self.sources));
        if depth < DEEPEST {
            for item in node.get("include").map(Node::items).unwrap_or_default().to_vec() {
                self.include(&directory, &item, &mut node, depth);
            }
        }
        let node = Rc::new(node);
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
                    if !self.spend(included.parts() + node.parts(), &path.place) {
                        return;
                    }
                    let mut whole = Rc::unwrap_or_clone(included);
                    let own = node.clone();
                    over(&mut whole, &own, &self.tagged);
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
        let (read, below) = match &elsewhere {
            Some(file) => (self.file(file, depth + 1), self::directory(file)),
            None => (None, directory.to_owned()),
        };
        let base = if elsewhere.is_some() { read.as_deref() } else { Some(whole) };
        // Looking for a service goes through all of them.
        let services = base.and_then(|base| base.get("services")).map_or(0, |services| services.entries().len());
        if !self.spend(services + service.parts(), &extends.place) {
            return service.clone();
        }
        let found = base.and_then(|base| base.at(&["services", name.as_deref().unwrap_or_default()]).cloned());
        let (Some(base), Some(found)) = (base, found) else {
            let name = name.unwrap_or_default();
            self.problem(&extends.place, format!("there is no service {name} to extend"));
            return service.clone();
        };
        let mut merged = self.extended(&found, base, &below, depth + 1);
        // What it needs is not handed on.
        if let Content::Map(entries) = &mut merged.content {
            entries.retain(|entry| !matches!(&*entry.name, "depends_on" | "links" | "volumes_from" | "extends"));
        }
        over(&mut merged, service, &self.tagged);
        merged.place = service.place.clone();
        merged
    }

    /// Whether there is still room for so many parts, which is taken. Told once where there is none.
    fn spend(&mut self, parts: usize, place: &Place) -> bool {
        let had = self.left > 0;
        let left = self.left.checked_sub(parts);
        self.left = left.unwrap_or(0);
        if left.is_none() && had {
            self.problem(place, "this project comes to more than is followed; the rest is not put together".to_owned());
        }
        left.is_some()
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
