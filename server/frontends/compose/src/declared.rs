//! The services of a project as resources, and the host that they run on.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_documents::{Content, Entry, Node};
use foreshock_resources::{
    Attribute, AttributePlace, Block, BlockPlace, Body, Instance, Key, Kind, Lifecycle, Mode, Resources, Value,
};
use foreshock_text::{Place, Span};

use crate::merge::as_map;

/// What the host is called.
const HOST: &str = "host";

/// The services, each named as it is, and `host`, unless a service is called so.
pub(crate) fn declared(services: &BTreeMap<Arc<str>, (Place, Node)>, host: &Place) -> Resources {
    let mut instances: Vec<Arc<Instance>> = services
        .iter()
        .map(|(name, (key, service))| {
            Arc::new(instance(name, "compose_service", place_of(key, service), body(name, service)))
        })
        .collect();
    if !services.is_empty() {
        let name = if services.contains_key(HOST) { "the host" } else { HOST };
        let at = BlockPlace { file: host.file.clone(), header: host.span, span: host.span, body: host.span };
        let mut body = Body::default();
        let is_swarm = services.values().any(|(_, service)| is_of_a_swarm(service));
        body.attributes.insert("swarm".into(), plain(Kind::Bool(is_swarm), host));
        let carried = services.keys().map(|name| Value::new(Kind::String(name.clone()))).collect();
        body.attributes.insert("carries".into(), plain(Kind::List(Arc::new(carried)), host));
        instances.push(Arc::new(instance(name, "compose_host", at, body)));
    }
    instances.sort_by(|one, other| one.address.cmp(&other.address));
    Resources { instances, ..Resources::default() }
}

/// Whether a service is written for several hosts: only a swarm heeds where its tasks are placed.
fn is_of_a_swarm(service: &Node) -> bool {
    let deploy = |key: &str| service.at(&["deploy", key]).is_some();
    deploy("placement") || deploy("update_config") || deploy("endpoint_mode") || deploy("mode")
}

fn place_of(key: &Place, service: &Node) -> BlockPlace {
    let whole = if service.place.file == key.file { key.span.cover(service.place.span) } else { key.span };
    let body = if service.place.file == key.file { service.place.span } else { key.span };
    BlockPlace { file: key.file.clone(), header: key.span, span: whole, body }
}

fn instance(name: &str, type_name: &str, block: BlockPlace, body: Body) -> Instance {
    let name: Arc<str> = name.into();
    Instance {
        address: name.clone(),
        resource: name.clone(),
        mode: Mode::Managed,
        type_name: type_name.into(),
        name,
        module: Arc::from(""),
        key: Key::None,
        block,
        body,
        unplaced: BTreeMap::new(),
        may_be_absent: None,
        repetition: None,
        region: None,
        provider: None,
        depends_on: Vec::new(),
        lifecycle: Lifecycle::default(),
    }
}

/// What a service says: maps are blocks, short forms of maps are, too, with the key as `name`.
fn body(name: &Arc<str>, service: &Node) -> Body {
    let mut body = of_map(service);
    body.attributes.insert("name".into(), plain(Kind::String(name.clone()), &service.place));
    if let Some(joins) = joins(service) {
        body.attributes.insert("joins".into(), joins);
    }
    for field in ["environment", "depends_on"] {
        body.attributes.remove(field);
        body.blocks.retain(|block| &*block.kind != field);
        for entry in service.get(field).map(as_map).iter().flat_map(Node::entries) {
            body.blocks.push(named(field, entry));
        }
    }
    // `db:alias`.
    let links = service.get("links").map(Node::items).unwrap_or_default().iter();
    for link in links.filter_map(|link| Some((link, link.word()?))) {
        let (item, word) = link;
        let target: Arc<str> = word.split(':').next().unwrap_or_default().into();
        let entry = Entry { name: target, key: item.place.clone(), value: Node::empty_map(item.place.clone()) };
        body.blocks.push(named("links", &entry));
    }
    body
}

/// The networks that a service is in, `default` where it says nothing; `None` where it is in that of its host or of another container.
fn joins(service: &Node) -> Option<Attribute> {
    if service.get("network_mode").is_some() {
        return None;
    }
    let (names, place): (Vec<Arc<str>>, &Place) = match service.get("networks") {
        Some(networks) => {
            (as_map(networks).entries().iter().map(|entry| entry.name.clone()).collect(), &networks.place)
        }
        None => (vec!["default".into()], &service.place),
    };
    let names = names.into_iter().map(|name| Value::new(Kind::String(name))).collect();
    Some(plain(Kind::List(Arc::new(names)), place))
}

fn named(field: &str, entry: &Entry) -> Block {
    let mut body = Body::default();
    let place = &entry.key;
    body.attributes.insert("name".into(), plain(Kind::String(entry.name.clone()), place));
    match &entry.value.content {
        Content::Map(_) => body.attributes.extend(of_map(&entry.value).attributes),
        _ => {
            body.attributes.insert("value".into(), attribute(entry));
        }
    }
    let span = entry.place();
    let block = BlockPlace { file: span.file.clone(), header: span.span, span: span.span, body: span.span };
    Block { kind: field.into(), labels: Vec::new(), block, body, unknown: None }
}

fn of_map(node: &Node) -> Body {
    let mut body = Body::default();
    for entry in node.entries() {
        match &entry.value.content {
            Content::Scalar(Kind::Null) => {}
            Content::Map(_) => {
                let at = &entry.value.place;
                let header = if entry.key.file == at.file { entry.key.span } else { at.span };
                let block = BlockPlace { file: at.file.clone(), header, span: header.cover(at.span), body: at.span };
                let inner = of_map(&entry.value);
                body.blocks.push(Block {
                    kind: entry.name.clone(),
                    labels: Vec::new(),
                    block,
                    body: inner,
                    unknown: None,
                });
            }
            _ => {
                body.attributes.insert(entry.name.clone(), attribute(entry));
            }
        }
    }
    body
}

fn attribute(entry: &Entry) -> Attribute {
    let place = &entry.value.place;
    let name = if entry.key.file == place.file { entry.key.span } else { place.span };
    let place = AttributePlace { file: place.file.clone(), name, value: place.span };
    Attribute { value: entry.value.value(), place }
}

fn plain(kind: Kind, place: &Place) -> Attribute {
    let at: Span = place.span;
    Attribute { value: Value::new(kind), place: AttributePlace { file: place.file.clone(), name: at, value: at } }
}
