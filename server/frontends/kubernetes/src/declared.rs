//! The objects of a stack as resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foreshock_resources::{BlockPlace, Instance, Key, Lifecycle, Mode, Resources};
use foreshock_text::{FilePath, Place, Problem};

use crate::api::api;
use crate::body::{Spelled, Spelling};
use crate::configuration::Configuration;
use crate::spelling::spelling;
use crate::{Identity, Object};

/// What a stack declares.
#[derive(Debug, Default)]
pub struct Declared {
    /// Its objects.
    pub resources: Resources,
    /// What is wrong with them, by file.
    pub problems: Vec<(FilePath, Problem)>,
}

/// The objects of a stack as resources: each is called `Kind/name`, with the namespace before it where the stack has another one of
/// that name. Of an object that is declared twice the last one counts, as it does when they are applied one after the other.
pub fn declared(objects: Vec<Object>) -> Declared {
    let (mut objects, problems) = without_doubles(objects);
    let configuration = Configuration::of(&objects);
    objects.iter_mut().for_each(|object| configuration.fill(object));
    let secrets: Vec<Place> = objects
        .iter()
        .filter(|object| &*object.identity.kind == "Secret")
        .map(|object| object.node.place.clone())
        .collect();
    let by_file = by_file(&secrets);
    let is_secret = |place: &Place| {
        by_file.get(&place.file).is_some_and(|spans| spans.iter().any(|secret| secret.span.contains(place.span)))
    };
    let addresses = addresses(&objects);
    let mut all: Vec<(Identity, Arc<Instance>)> = objects
        .iter()
        .zip(addresses)
        .map(|(object, address)| (object.identity.clone(), Arc::new(instance(object, address, &is_secret))))
        .collect();
    all.sort_by(|(_, one), (_, other)| one.address.cmp(&other.address));
    let (identities, instances): (Vec<Identity>, Vec<Arc<Instance>>) = all.into_iter().unzip();
    let spelling = spelling(&instances, &identities);
    Declared { resources: Resources { instances, spelling, ..Resources::default() }, problems }
}

fn by_file(places: &[Place]) -> BTreeMap<FilePath, Vec<Place>> {
    let mut files: BTreeMap<FilePath, Vec<Place>> = BTreeMap::new();
    for place in places {
        files.entry(place.file.clone()).or_default().push(place.clone());
    }
    files
}

fn without_doubles(objects: Vec<Object>) -> (Vec<Object>, Vec<(FilePath, Problem)>) {
    let mut last: BTreeMap<Identity, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, object) in objects.iter().enumerate() {
        if let Some(before) = last.insert(object.identity.clone(), at)
            && let Some(before) = objects.get(before)
        {
            let elsewhere = match before.node.place.file == object.node.place.file {
                true => "above".to_owned(),
                false => format!("in {}", before.node.place.file.as_path().file_name().unwrap_or_default()),
            };
            let header = object.header();
            let message = format!("{} is declared {elsewhere} already; this one counts", object.identity);
            let told = (header.file.clone(), Problem::new(header.span, message));
            if seen.insert((told.0.clone(), told.1.span)) {
                problems.push(told);
            }
        }
    }
    let counts: BTreeSet<usize> = last.into_values().collect();
    let kept = objects.into_iter().enumerate().filter(|(at, _)| counts.contains(at)).map(|(_, object)| object);
    (kept.collect(), problems)
}

/// What each is called.
fn addresses(objects: &[Object]) -> Vec<Arc<str>> {
    let short = |object: &Object| object.identity.to_string();
    let in_namespace = |object: &Object| match &object.identity.namespace {
        Some(namespace) => format!("{namespace}/{}", object.identity),
        None => short(object),
    };
    let full = |object: &Object| match &*object.identity.group {
        "" => in_namespace(object),
        group => format!("{}.{group}", in_namespace(object)),
    };
    let count = |name: &dyn Fn(&Object) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        objects.iter().for_each(|object| *counts.entry(name(object)).or_default() += 1);
        counts
    };
    let (shorts, longs) = (count(&short), count(&in_namespace));
    let is_alone = |counts: &BTreeMap<String, usize>, name: &String| counts.get(name) == Some(&1);
    let choose = |object| {
        let names = [(short(object), &shorts), (in_namespace(object), &longs)];
        let alone = names.into_iter().find(|(name, counts)| is_alone(counts, name));
        Arc::from(alone.map_or_else(|| full(object), |(name, _)| name))
    };
    objects.iter().map(choose).collect()
}

fn instance(object: &Object, address: Arc<str>, is_secret: &dyn Fn(&Place) -> bool) -> Instance {
    let Identity { group, kind, name, .. } = &object.identity;
    // What tells it from others of its kind, so that nobody takes two for replicas of each other.
    let name = match address.strip_suffix(&**name) {
        Some(before) if before.matches('/').count() == 1 => name.clone(),
        _ => address.clone(),
    };
    let (type_name, is_providers) = api().type_name(kind, group);
    let spelled = if is_providers { Spelled::AsProvider } else { Spelled::AsApi };
    let header = object.header();
    let whole = &object.node.place;
    let block = BlockPlace {
        file: whole.file.clone(),
        header: if header.file == whole.file { header.span } else { whole.span },
        span: whole.span,
        body: whole.span,
    };
    Instance {
        resource: address.clone(),
        address,
        mode: Mode::Managed,
        type_name: type_name.into(),
        name,
        module: Arc::from(""),
        key: object.may_be_absent.clone().map_or(Key::None, Key::Unknown),
        block,
        body: Spelling { kind, spelled, is_secret }.object(&object.node),
        unplaced: BTreeMap::new(),
        may_be_absent: object.may_be_absent.clone(),
        repetition: None,
        region: None,
        provider: None,
        depends_on: Vec::new(),
        lifecycle: Lifecycle::default(),
    }
}
