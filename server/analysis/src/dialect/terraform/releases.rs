//! Releases of charts that lie beside a module: what they install stands in the place of the release.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_documents::{Content, Node, joined, read};
use foreshock_helm::{CHART_FILE, Given, Overrides, Rendered, is_chart_file, rendered};
use foreshock_kubernetes::{Object, declared};
use foreshock_resources::{Attribute, Body, Instance, Kind, Mode, Resources, Value};
use foreshock_syntax::yaml::parse;
use foreshock_text::{FilePath, Place};

use crate::dialect::documents::Documents;
use crate::dialect::{PlainFile, Site, SourceFile, Texts};
use crate::workspace::paths::directory_of;

/// The type of a release whose objects are known: they are there beside it.
const INSTALLED: &str = "helm_release:installed";

/// Values that are given in a way that is not followed.
const NOT_FOLLOWED: &[&str] = &["set_sensitive", "set_wo", "postrender", "repository"];

/// The files of the charts in a workspace, in their order. Those of `before` stand, but for what lies in directories that have
/// `changed`.
pub(super) fn chart_files(
    before: &Arc<[FilePath]>,
    changed: Option<&BTreeSet<Utf8PathBuf>>,
    site: &Site<'_>,
) -> Arc<[FilePath]> {
    let Some(changed) = changed else { return of_charts(site.index.files().iter().map(FilePath::new)) };
    let is_home = |directory: &Utf8Path| {
        let chart = FilePath::new(directory.join(CHART_FILE));
        before.binary_search(&chart).is_ok() || site.texts().list(directory).contains(&chart)
    };
    let touched: Vec<&Utf8PathBuf> = changed.iter().filter(|directory| directory.ancestors().any(is_home)).collect();
    if touched.is_empty() {
        return before.clone();
    }
    let stays = |file: &&FilePath| !touched.contains(&&directory_of(file));
    let kept = before.iter().filter(stays).cloned();
    let there = touched.iter().filter(|directory| site.has(directory));
    // Of a chart that is new all files are.
    let found = there.flat_map(|directory| match before.binary_search(&FilePath::new(directory.join(CHART_FILE))) {
        Err(_) if is_home(directory) => site.files_below(directory).iter().map(FilePath::new).collect(),
        _ => site.texts().list(directory),
    });
    of_charts(kept.chain(found))
}

/// Those of some files that belong to charts.
fn of_charts(files: impl Iterator<Item = FilePath>) -> Arc<[FilePath]> {
    let files: BTreeSet<FilePath> = files.collect();
    let homes: BTreeSet<&Utf8Path> = files
        .iter()
        .map(FilePath::as_path)
        .filter(|file| is_chart_file(file))
        .filter_map(|file| file.parent())
        .collect();
    let is_inside = |file: &&FilePath| file.as_path().ancestors().skip(1).any(|above| homes.contains(above));
    files.iter().filter(is_inside).cloned().collect()
}

/// What the releases of a module install.
#[derive(Default)]
pub(super) struct Releases {
    /// The files that they were made from.
    pub(super) texts: Vec<(FilePath, SourceFile)>,
    /// The directories of their charts.
    pub(super) charts: BTreeSet<Utf8PathBuf>,
}

/// The same resources with what their releases install, and the texts of the charts. A release of which something is not known
/// stays what it is: a resource that may run anything.
pub(super) fn with_releases(
    resources: Arc<Resources>,
    root: &Utf8Path,
    charts: &[FilePath],
    texts: &dyn Texts,
) -> (Arc<Resources>, Releases) {
    let is_release = |one: &Instance| one.mode == Mode::Managed && &*one.type_name == "helm_release";
    if charts.is_empty() || !resources.instances.iter().any(|one| is_release(one)) {
        return (resources, Releases::default());
    }
    let mut all = Resources::clone(&resources);
    let mut releases = Releases::default();
    let mut installed = Vec::new();
    for release in all.instances.iter_mut().filter(|one| is_release(one)) {
        let mut later = Later::default();
        let Some(made) = made_by(release, root, charts, texts, &mut later) else { continue };
        let namespace = text_of(release, "namespace");
        releases.read(&made, texts);
        // One that may not be there says nothing of its chart.
        let chart = text_of(release, "chart").filter(|_| release.may_be_absent.is_none());
        releases.charts.extend(chart.map(|chart| joined(root, &chart)));
        let objects = made.objects.into_iter().map(|object| in_namespace(object, namespace.as_deref())).collect();
        let objects = declared(objects).resources.instances;
        installed.extend(objects.iter().map(|object| Arc::new(later.put_back(of_release(object, release)))));
        *release = Arc::new(Instance { type_name: INSTALLED.into(), ..Instance::clone(release) });
    }
    all.instances.extend(installed);
    all.instances.sort_by(|one, other| one.address.cmp(&other.address));
    (Arc::new(all), releases)
}

impl Releases {
    fn read(&mut self, made: &Rendered, texts: &dyn Texts) {
        for file in &made.files {
            if self.texts.iter().any(|(known, _)| known == file) {
                continue;
            }
            let source = match made.templates.contains(file) {
                true => texts
                    .text(file)
                    .map(|text| SourceFile::Plain(Arc::new(PlainFile::new(file.clone(), text, Vec::new())))),
                false => texts.yaml(file).map(SourceFile::Yaml),
            };
            self.texts.extend(source.map(|source| (file.clone(), source)));
        }
    }
}

/// What a release installs, where that is wholly known.
fn made_by(
    release: &Instance,
    root: &Utf8Path,
    charts: &[FilePath],
    texts: &dyn Texts,
    later: &mut Later,
) -> Option<Rendered> {
    let is_written = |name: &str| {
        let attribute = release.body.attributes.get(name).filter(|one| one.value.kind != Kind::Null);
        attribute.is_some() || release.body.blocks.iter().any(|block| &*block.kind == name)
    };
    if NOT_FOLLOWED.iter().any(|name| is_written(name)) {
        return None;
    }
    let directory = joined(root, &text_of(release, "chart")?);
    charts.binary_search(&FilePath::new(directory.join(CHART_FILE))).ok()?;
    let files: Vec<FilePath> = charts.iter().filter(|file| file.as_path().starts_with(&directory)).cloned().collect();
    let given = Given {
        name: text_of(release, "name"),
        namespace: text_of(release, "namespace"),
        values: values_of(release, later)?,
    };
    let made = rendered(&directory, &files, &given, &Documents(texts));
    (made.open.is_none() && made.problems.is_empty() && !made.objects.is_empty()).then_some(made)
}

/// What a release gives its chart; `None` where something of it is not known.
fn values_of(release: &Instance, later: &mut Later) -> Option<Vec<Overrides>> {
    let mut all = Vec::new();
    if let Some(values) = release.body.attributes.get("values").filter(|values| values.value.kind != Kind::Null) {
        let Kind::List(items) = &values.value.kind else { return None };
        for item in items.iter() {
            let Kind::String(text) = &item.kind else { return None };
            all.extend(document(text, &place_of(values))?.map(Overrides::Document));
        }
    }
    for set in release.body.blocks.iter().filter(|block| is_set(&block.kind)) {
        let at = |name: &str| set.body.attributes.get(name).map(|attribute| &attribute.value);
        let place = set.body.attributes.get("value").map(place_of);
        all.push(one_set(at, &place.unwrap_or_else(|| set.block.header_place()), later)?);
    }
    // The third version of the provider has lists of objects.
    let lists = ["set", "set_list"].into_iter().filter_map(|name| release.body.attributes.get(name));
    for sets in lists.filter(|sets| sets.value.kind != Kind::Null) {
        let (Kind::List(items) | Kind::Set(items)) = &sets.value.kind else { return None };
        for item in items.iter() {
            let Kind::Map(fields) = &item.kind else { return None };
            let place = fields.get("value").and_then(|value| value.origin.as_deref().cloned());
            all.push(one_set(|name| fields.get(name), &place.unwrap_or_else(|| place_of(sets)), later)?);
        }
    }
    Some(all)
}

/// Blocks that give one value, or a list of them.
fn is_set(kind: &str) -> bool {
    matches!(kind, "set" | "set_list")
}

/// A document of values. Its places are those of the text that it stands in; nothing where it is empty.
fn document(text: &str, place: &Place) -> Option<Option<Node>> {
    let (tree, problems) = parse(text);
    let Some(document) = tree.documents().next().filter(|_| problems.is_empty()) else {
        return problems.is_empty().then_some(None);
    };
    let (mut node, _) = read(document, &place.file);
    at_one_place(&mut node, place);
    Some(Some(node))
}

fn at_one_place(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.content {
        Content::Map(entries) => entries.iter_mut().for_each(|entry| {
            entry.key = place.clone();
            at_one_place(&mut entry.value, place);
        }),
        Content::List(items) => items.iter_mut().for_each(|item| at_one_place(item, place)),
        Content::Scalar(_) => {}
    }
}

/// One value by its path, its words decided as `--set` does unless its type is given.
fn one_set<'v>(at: impl Fn(&str) -> Option<&'v Value>, place: &Place, later: &mut Later) -> Option<Overrides> {
    let path = word(at("name")?)?;
    let sort = at("type").and_then(word);
    let value = at("value")?;
    let node = match &value.kind {
        Kind::List(items) => {
            let items = items.iter().map(|item| set_value(item, sort.as_deref(), place, later));
            Node { place: place.clone(), content: Content::List(items.collect::<Option<_>>()?) }
        }
        _ => set_value(value, sort.as_deref(), place, later)?,
    };
    Some(Overrides::At(path, node))
}

fn word(value: &Value) -> Option<String> {
    match &value.kind {
        Kind::String(text) => Some(text.to_string()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// One value, or one of a list; a sign for it where only the apply tells it.
fn set_value(value: &Value, sort: Option<&str>, place: &Place, later: &mut Later) -> Option<Node> {
    if !value.is_known() && !value.provenance.is_empty() {
        return Some(Node::text_at(later.sign_for(value), place.clone()));
    }
    let value = word(value)?;
    let kind = match (sort, value.as_str(), value.parse::<f64>()) {
        (None | Some("auto" | ""), "true", _) => Kind::Bool(true),
        (None | Some("auto" | ""), "false", _) => Kind::Bool(false),
        (None | Some("auto" | ""), "null", _) => Kind::Null,
        (None | Some("auto" | ""), _, Ok(number)) if number.is_finite() && number.fract() == 0.0 => {
            Kind::Number(number)
        }
        _ => Kind::String(value.into()),
    };
    Some(Node { place: place.clone(), content: Content::Scalar(kind) })
}

/// An object in the namespace that its release is installed into, where it names none itself.
fn in_namespace(mut object: Object, namespace: Option<&str>) -> Object {
    if let Some(namespace) = namespace {
        let place = object.node.place.clone();
        if let Some(metadata) = object.node.map_at("metadata", &place)
            && metadata.get("namespace").is_none()
        {
            metadata.set("namespace", place.clone(), Node::text_at(namespace, place));
        }
    }
    object.renamed()
}

/// An object as a part of its release: on the same cluster, and absent where that is.
fn of_release(object: &Instance, release: &Instance) -> Instance {
    let address: Arc<str> = format!("{}/{}", release.address, object.address).into();
    Instance {
        resource: address.clone(),
        address,
        module: release.module.clone(),
        region: release.region.clone(),
        provider: release.provider.clone(),
        may_be_absent: object.may_be_absent.clone().or_else(|| release.may_be_absent.clone()),
        ..object.clone()
    }
}

fn text_of(release: &Instance, name: &str) -> Option<Arc<str>> {
    match &release.body.attributes.get(name)?.value.kind {
        Kind::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn place_of(attribute: &Attribute) -> Place {
    Place::new(attribute.place.file.clone(), attribute.place.value)
}

/// What a chart is given that is known only after the apply, like the address of a database: it goes through the templates as a sign,
/// and what comes out with the sign in it is made of that value.
#[derive(Default)]
struct Later {
    values: Vec<Value>,
}

/// What signs begin and end with. `invalid` is nobody's domain (RFC 6761).
const SIGN: (&str, &str) = ("after-apply-", ".foreshock.invalid");

impl Later {
    fn sign_for(&mut self, value: &Value) -> String {
        self.values.push(value.clone());
        format!("{}{}{}", SIGN.0, self.values.len() - 1, SIGN.1)
    }

    fn put_back(&self, mut instance: Instance) -> Instance {
        if !self.values.is_empty() {
            self.in_body(&mut instance.body);
        }
        instance
    }

    fn in_body(&self, body: &mut Body) {
        for attribute in body.attributes.values_mut() {
            attribute.value = self.meant(&attribute.value);
        }
        body.blocks.iter_mut().for_each(|block| self.in_body(&mut block.body));
    }

    fn meant(&self, value: &Value) -> Value {
        let kind = match &value.kind {
            Kind::String(text) => match self.in_text(text) {
                Some(later) => return Value { origin: value.origin.clone(), ..later },
                None => return value.clone(),
            },
            Kind::List(items) => Kind::List(Arc::new(items.iter().map(|item| self.meant(item)).collect())),
            Kind::Map(fields) => {
                Kind::Map(Arc::new(fields.iter().map(|(name, value)| (name.clone(), self.meant(value))).collect()))
            }
            _ => return value.clone(),
        };
        Value { kind, ..value.clone() }
    }

    /// What a text with signs in it is made of.
    fn in_text(&self, text: &str) -> Option<Value> {
        let mut found: Option<Value> = None;
        for part in text.split(SIGN.0).skip(1) {
            let number = part.split(SIGN.1).next().and_then(|number| number.parse::<usize>().ok());
            let Some(value) = number.and_then(|number| self.values.get(number)) else { continue };
            found = Some(match found {
                Some(before) => Value { provenance: before.provenance.union(&value.provenance), ..before },
                None => value.clone(),
            });
        }
        found
    }
}
