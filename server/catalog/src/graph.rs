//! The run-time graph over all instances, glue included, before contraction.

use std::cell::{OnceCell, RefCell};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_model::{Confidence, DependencyKind, Evidence, Plane};
use foreshock_resources::{Instance, Key, Kind, Mode, Provenance, Resources, Trace, Value};
use foreshock_text::Place;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::expression::{Scope, Variables};
use crate::joins::{Compared, KeyTable};
use crate::limits::{Limits, LimitsRow};
use crate::lookups;
use crate::matching::CalledBy;
use crate::names::NameIndex;
use crate::paths::{self, Found};
use crate::reads::{Cell, Noted, Recorder};
use crate::relations::Relation;
use crate::row::{Direction, EdgeRow, KindName, Related};
use crate::skeleton::Skeleton;
use crate::{Catalog, Role, Row};

/// A side of an instance. The plain side of a component is the component; other sides, and all sides of glue, are
/// passed through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Node {
    pub(crate) instance: usize,
    pub(crate) port: u16,
}

/// The plain side.
pub(crate) const PLAIN: u16 = 0;

/// Alternatives an edge leads into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GroupKey {
    pub(crate) name: Arc<str>,
    pub(crate) shares_load: bool,
}

/// `from` needs `to`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Edge {
    pub(crate) to: Node,
    pub(crate) kind: DependencyKind,
    /// Share of the caller's function; none where no row gives one, or it can't be known.
    pub(crate) weight: Option<f64>,
    pub(crate) confidence: Confidence,
    pub(crate) plane: Plane,
    pub(crate) group: Option<GroupKey>,
    pub(crate) hint: bool,
    pub(crate) carried: Carried,
    /// How the calls over it are limited.
    pub(crate) limits: Option<Arc<Limits>>,
    /// Leads nowhere, and says how whoever is called by a name is called.
    pub(crate) of_callers: bool,
    pub(crate) evidence: Evidence,
}

/// An edge with the side that it is from.
pub(crate) type SaidEdge = (Node, Arc<Edge>);

/// Whether an address was handed over, in place of a connection of the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Carried {
    /// A connection.
    No,
    /// A name that only means something inside of a network or a cluster.
    InternalName,
    /// Any other.
    Address,
}

/// Instances with their rows, and the edges between their sides.
///
/// What is asked of it is noted: [`Graph::instance`] for what is written in an instance, and so on. What the skeleton has is
/// asked freely.
pub(crate) struct Graph<'a> {
    pub(crate) resources: &'a Resources,
    pub(crate) catalog: &'a Catalog,
    pub(crate) skeleton: Arc<Skeleton>,
    /// By type.
    rows: Vec<Option<&'a Row>>,
    /// From each side, in the order of those who say so.
    pub(crate) edges: FxHashMap<Node, Vec<Arc<Edge>>>,
    /// The edges that are being read.
    pub(crate) added: Vec<SaidEdge>,
    /// Per instance, by name of the relation: who refers to it.
    pub(crate) related: Vec<Vec<Relation>>,
    /// Managed instances by what they are called.
    pub(crate) names: NameIndex,
    /// Data sources that are what the text declares.
    pub(crate) looked_up: Noted<lookups::Found>,
    /// Who is called by a host name.
    pub(crate) called: CalledBy,
    pub(crate) ports: Vec<Arc<str>>,
    objects: Vec<OnceCell<Arc<Variables>>>,
    schemas: RefCell<paths::Schemas>,
    whole: Vec<OnceCell<Noted<Arc<Variables>>>>,
    /// Blocks of many instances that something refers to as a whole, numbered behind the instances.
    wholes: Vec<Vec<usize>>,
    /// By the address of the block; `None` where its instances are not all alike.
    whole_of: FxHashMap<String, Option<usize>>,
    /// The provenance of the carrier read last, put together; many instances hold the very same.
    carried: Option<(Provenance, Rc<Vec<Lead>>)>,
    /// By type and attribute; by name and instance.
    pub(crate) tables: RefCell<FxHashMap<(String, String), Rc<KeyTable>>>,
    pub(crate) own_values: RefCell<FxHashMap<String, FxHashMap<usize, Rc<Compared>>>>,
    pub(crate) recorder: Recorder,
}

/// A trace with the instances, or whole blocks, that it leads to.
type Lead = (Trace, Vec<usize>);

/// Instances of a block, from which on a reference to all of them is one to the block.
const MANY: usize = 100;

/// Attributes that count as an address in a carrier when a row names none of its own.
const ADDRESSES: &[&str] = &[
    "",
    "address",
    "address_list",
    "alias_arn",
    "api_endpoint",
    "arn",
    "bootstrap_brokers",
    "bootstrap_brokers_tls",
    "bootstrap_brokers_sasl_iam",
    "bootstrap_brokers_sasl_scram",
    "bucket",
    "bucket_domain_name",
    "bucket_regional_domain_name",
    "cache_nodes",
    "cluster_address",
    "cluster_endpoint",
    "cluster_identifier",
    "configuration_endpoint",
    "configuration_endpoint_address",
    "connection_string",
    "database_name",
    "db_name",
    "dns_name",
    "domain_name",
    "endpoint",
    "endpoints",
    "fqdn",
    "function_name",
    "function_url",
    "host",
    "hostname",
    "hosted_zone_id",
    "id",
    "identifier",
    "instances",
    "invoke_arn",
    "invoke_url",
    "ip_address",
    "kafka_endpoint",
    "lb_dns_name",
    "master_password",
    "master_user_secret",
    "master_username",
    "name",
    "password",
    "port",
    "primary_endpoint_address",
    "private_dns",
    "private_ip",
    "public_dns",
    "public_ip",
    "qualified_arn",
    "qualified_invoke_arn",
    "queue_url",
    "reader_endpoint",
    "reader_endpoint_address",
    "repository_url",
    "secret_id",
    "ui_endpoint",
    "url",
    "username",
    "website_endpoint",
    "writer_endpoint",
    "zookeeper_connect_string",
];

/// The attribute that a trace names, without the way into its value.
fn first_step(attribute: &str) -> &str {
    attribute.split(['.', '[']).next().unwrap_or("")
}

/// Whether an output of a module that nobody knows may be somebody's address, by the words in its name.
fn may_be_address(output: &str) -> bool {
    const WORDS: &[&str] = &[
        "address",
        "addresses",
        "api",
        "arn",
        "broker",
        "brokers",
        "bucket",
        "cluster",
        "connection",
        "db",
        "dns",
        "domain",
        "dsn",
        "endpoint",
        "endpoints",
        "fqdn",
        "function",
        "host",
        "hostname",
        "hosts",
        "ip",
        "queue",
        "server",
        "service",
        "stream",
        "table",
        "topic",
        "uri",
        "url",
        "urls",
    ];
    const OTHERS: &[&str] = &[
        "certificate",
        "group",
        "groups",
        "iam",
        "key",
        "kms",
        "label",
        "labels",
        "log",
        "policy",
        "role",
        "security",
        "sg",
        "subnet",
        "subnets",
        "tag",
        "tags",
        "user",
        "vpc",
        "zone",
    ];
    let mut words = output.split(['_', '-']);
    !output.split(['_', '-']).any(|word| OTHERS.contains(&word)) && words.any(|word| WORDS.contains(&word))
}

impl<'a> Graph<'a> {
    /// Without edges, relations and all that is found by a name.
    pub(crate) fn new(
        resources: &'a Resources,
        catalog: &'a Catalog,
        skeleton: Arc<Skeleton>,
        recorder: Recorder,
    ) -> Graph<'a> {
        let count = resources.instances.len();
        Graph {
            resources,
            catalog,
            rows: skeleton.rows(&resources.instances, catalog),
            skeleton,
            edges: FxHashMap::default(),
            added: Vec::new(),
            related: Vec::new(),
            names: NameIndex::default(),
            looked_up: Noted::default(),
            called: CalledBy::default(),
            ports: vec!["".into()],
            objects: vec![OnceCell::new(); count],
            schemas: RefCell::default(),
            whole: vec![OnceCell::new(); count],
            wholes: Vec::new(),
            whole_of: FxHashMap::default(),
            carried: None,
            tables: RefCell::default(),
            own_values: RefCell::default(),
            recorder,
        }
    }

    /// Without the edges: enough for the expressions of one row.
    pub(crate) fn related_only(resources: &'a Resources, catalog: &'a Catalog) -> Graph<'a> {
        let skeleton = Arc::new(Skeleton::new(&resources.instances, catalog));
        let mut graph = Graph::new(resources, catalog, skeleton, Recorder::default());
        graph.take_roles();
        graph.names = NameIndex::of(&resources.instances);
        graph.look_up();
        graph.relate_all();
        graph
    }

    /// Works out the role of each instance.
    pub(crate) fn take_roles(&mut self) {
        let roles = (0..self.count()).map(|index| self.role_now(index)).collect();
        Arc::make_mut(&mut self.skeleton).set_roles(roles);
    }

    /// Works out what the data sources find.
    pub(crate) fn look_up(&mut self) {
        let find = || lookups::found(&self.resources.instances, &self.names, &self.recorder);
        self.looked_up = self.recorder.noted(find);
    }

    /// How many instances there are.
    pub(crate) fn count(&self) -> usize {
        self.resources.instances.len()
    }

    /// An instance with what is written in it; of a whole block the first one.
    pub(crate) fn instance(&self, index: usize) -> Option<&'a Instance> {
        let index = self.first_of(index);
        self.recorder.note(Cell::instance(index));
        self.resources.instances.get(index).map(Arc::as_ref)
    }

    /// An instance of which nothing is asked but what [`are_alike`](crate::skeleton::are_alike) compares.
    pub(crate) fn outline(&self, index: usize) -> Option<&'a Instance> {
        self.resources.instances.get(self.first_of(index)).map(Arc::as_ref)
    }

    /// The row of an instance, or of those of a whole block.
    pub(crate) fn row(&self, index: usize) -> Option<&'a Row> {
        self.rows.get(self.skeleton.number_of_type(self.first_of(index))).copied().flatten()
    }

    fn first_of(&self, index: usize) -> usize {
        self.whole_block(index).and_then(|instances| instances.first()).copied().unwrap_or(index)
    }

    /// The instances of a block that is referred to as a whole; `None` of a single instance.
    pub(crate) fn whole_block(&self, index: usize) -> Option<&[usize]> {
        let number = index.checked_sub(self.count())?;
        self.wholes.get(number).map(Vec::as_slice)
    }

    /// Whether blocks are referred to as a whole: what is numbered then depends on everybody.
    pub(crate) fn has_wholes(&self) -> bool {
        self.carried.is_some()
    }

    fn means_nothing(&self, index: usize) -> bool {
        let condition = self.row(index).and_then(|row| row.ignored_when.as_ref());
        condition.is_some_and(|condition| condition.holds(&*self.object(index)) == Some(true))
    }

    pub(crate) fn role(&self, index: usize) -> Role {
        self.skeleton.roles.get(self.first_of(index)).copied().unwrap_or(Role::Unmapped)
    }

    /// The role, worked out from what is written.
    pub(crate) fn role_now(&self, index: usize) -> Role {
        if self.means_nothing(index) {
            return Role::Ignored;
        }
        match (self.row(index), self.outline(index).map(|instance| instance.mode)) {
            (Some(row), _) => row.role(),
            // What a data source reads exists outside the stack.
            (None, Some(Mode::Data)) => Role::Ignored,
            (None, _) => Role::Unmapped,
        }
    }

    pub(crate) fn address(&self, index: usize) -> &'a str {
        self.outline(index).map_or("", |instance| &instance.address)
    }

    /// The address of its block: its own without the last key.
    pub(crate) fn block(&self, index: usize) -> &str {
        self.skeleton.block_of(self.first_of(index)).map_or("", |address| address)
    }

    /// The name of its row.
    pub(crate) fn type_name(&self, index: usize) -> &str {
        self.skeleton.type_of(self.first_of(index)).map_or("", |one| &one.name)
    }

    /// The instances of a type that mean something.
    pub(crate) fn of_type(&self, name: &str) -> &[usize] {
        self.skeleton.named_type(name).map_or(&[][..], |(_, one)| &one.meaningful)
    }

    /// Notes that something was read in all instances of a type.
    pub(crate) fn note_type(&self, name: &str) {
        if let Some((number, _)) = self.skeleton.named_type(name) {
            self.recorder.note(Cell::of_type(number));
        }
    }

    /// The edges from one side.
    pub(crate) fn edges_from(&self, node: Node) -> &[Arc<Edge>] {
        self.recorder.note(Cell::edges(node.instance));
        self.edges.get(&node).map_or(&[][..], Vec::as_slice)
    }

    /// The instances a trace leads to: the one of that address, or all of the block when only the block is named. A data
    /// source that finds what the text declares leads there.
    pub(crate) fn targets(&self, trace: &Trace) -> Vec<usize> {
        let found_by = |index: usize| self.looked_up.value.get(&index);
        if let Some(index) = self.skeleton.at(&trace.to) {
            return found_by(index).cloned().unwrap_or_else(|| vec![index]);
        }
        let block = trace.to.strip_suffix("[*]").unwrap_or(&trace.to);
        let all = self.skeleton.block(block);
        if self.looked_up.value.is_empty() || !all.iter().any(|&index| found_by(index).is_some()) {
            return all.to_vec();
        }
        all.iter().flat_map(|&index| found_by(index).cloned().unwrap_or_else(|| vec![index])).collect()
    }

    /// An instance as variables of its row's expressions: attributes, blocks as lists, relations as lists, and what its
    /// row derives from them.
    pub(crate) fn variables(&self, index: usize) -> Scope {
        Scope::new(self.whole(index))
    }

    /// An instance as an object: what is written in it, as the provider's schema would have it.
    pub(crate) fn object(&self, index: usize) -> Arc<Variables> {
        self.recorder.note(Cell::instance(index));
        let Some((instance, known)) = self.resources.instances.get(index).zip(self.objects.get(index)) else {
            return Arc::default();
        };
        let as_object = || Arc::new(paths::as_object_with(&instance.body, 0, &mut self.schemas.borrow_mut()));
        known.get_or_init(as_object).clone()
    }

    fn whole(&self, index: usize) -> Arc<Variables> {
        let work_out = || {
            let object = self.object(index);
            let Some(row) = self.row(index) else { return object };
            if row.related.is_empty() && row.refers.is_empty() && row.derived.is_empty() {
                return object;
            }
            let mut variables = Variables::clone(&object);
            for name in row.related.keys() {
                variables.insert(name.as_str().into(), self.relation(index, name));
            }
            for (name, refers) in &row.refers {
                variables.insert(name.as_str().into(), self.referred(index, refers));
            }
            for (name, expression) in &row.derived {
                let value = expression.value(&variables);
                variables.insert(name.as_str().into(), value);
            }
            Arc::new(variables)
        };
        let Some(whole) = self.whole.get(index) else { return Arc::default() };
        let whole = whole.get_or_init(|| self.recorder.noted(work_out));
        self.recorder.note_all(&whole.reads);
        whole.value.clone()
    }

    /// Who surely refers to an instance in the way `name`.
    pub(crate) fn related_by<'g>(&'g self, index: usize, name: &'g str) -> impl Iterator<Item = usize> + 'g {
        self.recorder.note(Cell::related(index));
        let related = self.related.get(index).into_iter().flatten();
        related.filter(move |relation| relation.is_sure && *relation.name == *name).map(|relation| relation.from)
    }

    /// The instances that refer to this one in the way `name`, as a list of objects; unknown when their number is.
    fn relation(&self, index: usize, name: &str) -> Value {
        let sure: Vec<usize> = self.related_by(index, name).collect();
        let mut related = self.related.get(index).into_iter().flatten();
        let may_be = |one: &Relation| !one.is_sure && *one.name == *name && !sure.contains(&one.from);
        if related.any(may_be) {
            return Value::unknown("which labels are asked for, or are there, is not known");
        }
        self.list(&sure)
    }

    /// The instances of some types that an attribute of this one refers to.
    pub(crate) fn referred_instances(&self, index: usize, refers: &Related) -> Vec<usize> {
        let Some(instance) = self.instance(index) else { return Vec::new() };
        let mut targets = Vec::new();
        let mut seen = FxHashSet::default();
        let provider = instance.provider.as_ref().filter(|_| refers.path == "provider");
        let provider = provider.map(|provider| {
            let (value, place) = (&provider.value, &provider.place);
            Found { path: "provider".into(), value, place, blocks: Vec::new(), beside: None }
        });
        for found in paths::find(&instance.body, &refers.path).into_iter().chain(provider) {
            let wanted = |other: &str| Some(refers.types.iter().any(|wanted| wanted == other));
            // A label is no name, even where it is the same text.
            let is_label = refers.path.ends_with(crate::matching::LABELS);
            let named = if is_label { Vec::new() } else { self.named(index, &found, &wanted) };
            for target in found.provenance().flat_map(|trace| self.targets(trace)).chain(named) {
                let fits = refers.types.iter().any(|wanted| **wanted == *self.type_name(target));
                if fits && seen.insert(target) {
                    targets.push(target);
                }
            }
        }
        targets.extend(self.referred_by_key(index, refers).into_iter().filter(|target| seen.insert(*target)));
        match &refers.behind {
            Some(behind) => self.behind(&targets, behind),
            None => targets,
        }
    }

    /// Those that refer to any of these, in their order.
    fn behind(&self, targets: &[usize], behind: &Related) -> Vec<usize> {
        let types: Vec<String> = targets.iter().map(|&target| self.type_name(target).to_owned()).collect();
        let leading = Related { types, behind: None, ..behind.clone() };
        let mut all: Vec<usize> = behind.types.iter().flat_map(|name| self.of_type(name)).copied().collect();
        all.retain(|&one| self.referred_instances(one, &leading).iter().any(|to| targets.contains(to)));
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The same as a list of objects; unknown where something is written that leads nowhere in this text.
    fn referred(&self, index: usize, refers: &Related) -> Value {
        let targets = self.referred_instances(index, refers);
        let written =
            || self.instance(index).is_some_and(|instance| !paths::find(&instance.body, &refers.path).is_empty());
        if targets.is_empty() && !refers.complete && written() {
            return Value::unknown(format!("{} is declared elsewhere", refers.path));
        }
        self.list(&targets)
    }

    /// Instances as a list of objects; unknown when their number is.
    pub(crate) fn list(&self, instances: &[usize]) -> Value {
        let mut items = Vec::with_capacity(instances.len());
        for &index in instances {
            if let Some(Instance { key: Key::Unknown(why), .. }) = self.outline(index) {
                return Value::unknown(why.clone());
            }
            items.push(Value::new(Kind::Map(self.object(index))));
        }
        Value::new(Kind::List(Arc::new(items)))
    }

    /// Adds an edge.
    pub(crate) fn add(&mut self, from: Node, edge: Edge) {
        self.added.push((from, Arc::new(edge)));
    }

    pub(crate) fn port(&mut self, name: Option<&str>) -> u16 {
        let name = name.unwrap_or("");
        let at = self.ports.iter().position(|known| **known == *name).unwrap_or_else(|| {
            self.ports.push(name.into());
            self.ports.len() - 1
        });
        u16::try_from(at).unwrap_or(PLAIN)
    }

    /// The edges that an instance says there are, in the order written.
    pub(crate) fn edges_of(&mut self, index: usize) -> Vec<SaidEdge> {
        self.read_instance(index);
        std::mem::take(&mut self.added)
    }

    fn read_instance(&mut self, index: usize) {
        if self.role(index) == Role::Ignored {
            return;
        }
        let (Some(instance), Some(row)) = (self.instance(index), self.row(index)) else { return };
        let is_component = row.role() == Role::Component;
        for edge in row.edges.iter().chain(self.catalog.everywhere()) {
            match &edge.key {
                None => self.read_edge(index, instance, edge),
                Some(key) => self.read_matches(index, edge, key),
            }
        }
        for path in &row.carriers {
            for found in paths::find(&instance.body, path) {
                self.read_carrier(index, &found);
                self.read_host(index, &found);
                self.read_names(index, &found);
            }
        }
        if is_component {
            self.read_unplaced(index, instance);
            self.read_stores(index);
        }
        for path in &row.inherits {
            for found in paths::find(&instance.body, path) {
                let why = |target: &str| format!("{} is made from {target}", instance.address);
                self.join(index, &found, PLAIN, PLAIN, Direction::Uses, &why, None);
                let members = self.port(Some("members"));
                self.join(index, &found, PLAIN, members, Direction::Serves, &why, None);
            }
        }
        for path in &row.identity {
            for found in paths::find(&instance.body, path) {
                let why = |target: &str| format!("{} acts as {target}", instance.address);
                self.join(index, &found, PLAIN, PLAIN, Direction::Uses, &why, None);
            }
        }
        for path in &row.security_groups {
            let (clients, servers) = (self.port(Some("clients")), self.port(Some("servers")));
            let own = if is_component { PLAIN } else { self.port(Some("members")) };
            for found in paths::find(&instance.body, path) {
                let why = |target: &str| format!("{} is in {target}", instance.address);
                self.join(index, &found, PLAIN, clients, Direction::Uses, &why, Some("aws_security_group"));
                self.join(index, &found, own, servers, Direction::Serves, &why, Some("aws_security_group"));
            }
        }
        if row.egress {
            for path in &row.subnets {
                for found in paths::find(&instance.body, path) {
                    self.leave(index, instance, &found);
                }
            }
        }
    }

    /// What a component in a subnet loses without the way out of it: calls to the outside, not its service.
    fn leave(&mut self, index: usize, instance: &Instance, found: &Found<'_>) {
        for trace in found.provenance() {
            for target in self.targets(trace) {
                if self.row(target).is_some_and(|row| row.is_subnet) {
                    let why = format!("{} is in {}", instance.address, self.address(target));
                    let evidence = Evidence { place: trace.place.clone(), why: why.into() };
                    let to = Node { instance: target, port: PLAIN };
                    let edge = Edge { kind: DependencyKind::Optional, ..plain(to, evidence) };
                    self.add(Node { instance: index, port: PLAIN }, edge);
                }
            }
        }
    }

    /// Plain certain edges between this instance and what `found` refers to.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn join(
        &mut self,
        index: usize,
        found: &Found<'_>,
        own: u16,
        port: u16,
        direction: Direction,
        why: &dyn Fn(&str) -> String,
        only: Option<&str>,
    ) {
        let named = self.named(index, found, &|other| only.map(|only| other.ends_with(only)));
        let named = named.into_iter().map(|target| (target, found.place.place())).collect::<Vec<_>>();
        let traced: Vec<(usize, Place)> = found
            .provenance()
            .flat_map(|trace| self.targets(trace).into_iter().map(|target| (target, trace.place.clone())))
            .collect();
        for (target, place) in traced.into_iter().chain(named) {
            {
                let fits = |only: &str| self.outline(target).is_some_and(|target| target.type_name.ends_with(only));
                if target == index || self.role(target) != Role::Glue || !only.is_none_or(fits) {
                    continue;
                }
                let evidence = Evidence { place, why: why(self.address(target)).into() };
                let (here, there) = (Node { instance: index, port: own }, Node { instance: target, port });
                let (from, to) = if direction == Direction::Uses { (here, there) } else { (there, here) };
                self.add(from, Edge { to, ..plain(to, evidence) });
            }
        }
    }

    pub(crate) fn read_carrier(&mut self, index: usize, found: &Found<'_>) {
        for (trace, targets) in self.carried(index, found).iter() {
            for &target in targets {
                let Some(row) = self.row(target) else { continue };
                let listed = row.addresses.iter().map(String::as_str);
                let first = first_step(&trace.attribute);
                let is_address = if row.opaque {
                    may_be_address(first)
                } else if row.addresses.is_empty() {
                    row.role() == Role::Component && ADDRESSES.contains(&first)
                } else {
                    self.role(target) != Role::Ignored && listed.into_iter().any(|name| name == first || name == "*")
                };
                let Some(kind) = row.reached_by.kind() else { continue };
                if target == index || !is_address {
                    continue;
                }
                let name = trace.named.as_deref().or_else(|| found.variable());
                let path = match &trace.named {
                    Some(name) => format!("{}.{name}", found.path),
                    None => found.path.clone(),
                };
                let why = self.refers(index, &path, trace);
                // What came out of a module was written there by somebody else: the variable is here.
                let place = if self.came_out(index, target) { found.place.place() } else { trace.place.clone() };
                let to = Node { instance: target, port: PLAIN };
                let edge = Edge {
                    kind,
                    plane: row.reached_by.plane(),
                    confidence: if self.is_told(target, name) { Confidence::Guess } else { Confidence::Likely },
                    carried: Carried::Address,
                    ..plain(to, Evidence { place, why: why.into() })
                };
                let from = Node { instance: index, port: PLAIN };
                if let Some(name) = &row.hands_on {
                    let to = Node { instance: target, port: self.port(Some(name)) };
                    // What a secret leads to is needed as long as the program runs.
                    self.add(from, Edge { to, plane: Plane::Data, ..edge.clone() });
                }
                self.add(from, edge);
            }
        }
    }

    /// Whether a reference to `target` can only have reached this instance as an output of a module.
    fn came_out(&self, index: usize, target: usize) -> bool {
        let (Some(here), Some(there)) = (self.outline(index), self.outline(target)) else { return false };
        let inside = here.module.strip_prefix(&*there.module);
        !there.module.is_empty() && inside.is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.'))
    }

    /// What the traces of a carrier lead to. One that leads to every instance of a large block leads to the block: from
    /// many to many there would be more links than anybody could follow, all of them the same.
    fn carried(&mut self, index: usize, found: &Found<'_>) -> Rc<Vec<Lead>> {
        let provenance = &found.value.provenance;
        if let Some((known, carried)) = self.carried.as_ref().filter(|(known, _)| known.is_shared_with(provenance))
            && !known.is_empty()
            && !carried.iter().flat_map(|(_, targets)| targets).any(|&to| self.is_in(index, to))
        {
            return carried.clone();
        }
        let each: Vec<Lead> = provenance.iter().map(|trace| (trace.clone(), self.targets(trace))).collect();
        if each.iter().map(|(_, targets)| targets.len()).sum::<usize>() < MANY {
            return Rc::new(each);
        }
        // By block, attribute and place: the instances that are led to.
        let mut blocks: BTreeMap<(String, &Trace), Vec<usize>> = BTreeMap::new();
        let mut rest: Vec<Lead> = Vec::new();
        let mut first: FxHashMap<(String, Arc<str>, Place), &Trace> = FxHashMap::default();
        for (trace, targets) in &each {
            for &target in targets {
                let block = self.block(target).to_owned();
                let alike = (block.clone(), trace.attribute.clone(), trace.place.clone());
                let trace = *first.entry(alike).or_insert(trace);
                blocks.entry((block, trace)).or_default().push(target);
            }
        }
        for ((block, trace), mut targets) in blocks {
            targets.sort_unstable();
            targets.dedup();
            let whole = Some(self.skeleton.block(&block)).filter(|all| all.len() >= MANY && all.len() == targets.len());
            match whole.map(<[usize]>::to_vec).and_then(|all| self.as_whole(&block, all)) {
                Some(whole) if !self.is_in(index, whole) => {
                    rest.push((Trace { to: format!("{block}[*]").into(), ..trace.clone() }, vec![whole]));
                }
                _ => rest.extend(
                    targets.into_iter().map(|to| (Trace { to: self.address(to).into(), ..trace.clone() }, vec![to])),
                ),
            }
        }
        let carried = Rc::new(rest);
        self.carried = Some((provenance.clone(), carried.clone()));
        carried
    }

    fn is_in(&self, index: usize, whole: usize) -> bool {
        whole == index || self.whole_block(whole).is_some_and(|all| all.binary_search(&index).is_ok())
    }

    /// A large block as one, where all of its instances are components.
    fn as_whole(&mut self, block: &str, instances: Vec<usize>) -> Option<usize> {
        if let Some(known) = self.whole_of.get(block) {
            return *known;
        }
        let alike = instances.iter().all(|&index| self.role(index) == Role::Component);
        let number = alike.then(|| {
            self.wholes.push(instances);
            self.count() + self.wholes.len() - 1
        });
        self.whole_of.insert(block.to_owned(), number);
        number
    }

    fn read_edge(&mut self, index: usize, instance: &'a Instance, row: &'a EdgeRow) {
        let mut found: Vec<Found<'a>> = row.paths.iter().flat_map(|path| paths::find(&instance.body, path)).collect();
        if let Some(provider) = instance.provider.as_ref().filter(|_| row.paths.iter().any(|path| path == "provider")) {
            let (value, place) = (&provider.value, &provider.place);
            found.push(Found { path: "provider".into(), value, place, blocks: Vec::new(), beside: None });
        }
        let named = |found: &Found<'_>| {
            let types = |other: &str| (!row.to.is_empty()).then(|| row.to.iter().any(|wanted| wanted == other));
            let named = self.named(index, found, &types);
            if named.is_empty() { self.by_host(index, found) } else { named }
        };
        let named: Vec<Vec<usize>> = found.iter().map(named).collect();
        if found.iter().zip(&named).all(|(found, named)| found.value.provenance.is_empty() && named.is_empty()) {
            return;
        }
        let mut variables = self.variables(index);
        let (own, port) = (self.port(row.own_port.as_deref()), self.port(row.port.as_deref()));
        for (found, named) in found.iter().zip(named) {
            if let Some(block) = found.blocks.last() {
                let item = paths::as_object(&block.body, 0);
                variables.insert("item", Value::new(Kind::Map(Arc::new(item))));
            }
            if let [.., outer, _] = found.blocks.as_slice() {
                let outer = paths::as_object(&outer.body, 0);
                variables.insert("outer", Value::new(Kind::Map(Arc::new(outer))));
            }
            for trace in found.provenance() {
                for target in self.targets(trace) {
                    self.read_target(index, row, found, trace, target, (own, port), &mut variables);
                }
            }
            for target in named {
                let to = self.address(target).into();
                let trace = Trace { to, attribute: Arc::default(), place: found.place.place(), named: None };
                self.read_target(index, row, found, &trace, target, (own, port), &mut variables);
            }
        }
    }

    /// A link found by other means than a reference.
    pub(crate) fn read_link(
        &mut self,
        index: usize,
        row: &'a EdgeRow,
        found: &Found<'_>,
        trace: &Trace,
        target: usize,
    ) {
        let mut variables = self.variables(index);
        let ports = (self.port(row.own_port.as_deref()), self.port(row.port.as_deref()));
        if let Some(block) = found.blocks.last() {
            let item = paths::as_object(&block.body, 0);
            variables.insert("item", Value::new(Kind::Map(Arc::new(item))));
        }
        self.read_target(index, row, found, trace, target, ports, &mut variables);
    }

    #[allow(clippy::too_many_arguments)]
    fn read_target(
        &mut self,
        index: usize,
        row: &EdgeRow,
        found: &Found<'_>,
        trace: &Trace,
        target: usize,
        (own, port): (u16, u16),
        variables: &mut Scope,
    ) {
        let Some(other_row) = self.row(target) else { return };
        let name = self.type_name(target);
        if target == index
            || self.role(target) == Role::Ignored
            || !(row.to.is_empty() || row.to.iter().any(|wanted| other_row.is_or_holds(wanted, name)))
        {
            return;
        }
        let limits = row.limits.iter().flat_map(LimitsRow::expressions);
        let needs_target = [&row.when, &row.weight, &row.group, &row.shares_load]
            .into_iter()
            .flatten()
            .chain(limits)
            .any(|expression| expression.reads().any(|read| read.starts_with("target.")));
        if needs_target {
            variables.insert("target", Value::new(Kind::Map(self.whole(target))));
        }
        // Only a condition that surely does not hold takes the edge away; one that can't be known leaves it.
        if row.when.as_ref().is_some_and(|when| when.holds(variables) == Some(false)) {
            return;
        }
        let reached = other_row.reached_by;
        let kind = match row.kind {
            KindName::Requires => DependencyKind::Requires,
            KindName::Optional => DependencyKind::Optional,
            KindName::Async => DependencyKind::Async,
            KindName::Reached => match reached.kind() {
                Some(kind) => kind,
                None => return,
            },
        };
        let plane = if row.management {
            Plane::Management
        } else if row.start {
            Plane::Start
        } else if row.kind == KindName::Reached {
            reached.plane()
        } else {
            Plane::Data
        };
        let weight =
            row.weight.as_ref().and_then(|weight| weight.number(variables)).map(|weight| weight.clamp(0.0, 1.0));
        let group = row.group.as_ref().and_then(|group| match group.text(variables) {
            foreshock_model::Known::Known(Some(name)) => Some(GroupKey {
                name,
                shares_load: row.shares_load.as_ref().and_then(|shares| shares.holds(variables)).unwrap_or(true),
            }),
            _ => None,
        });
        let why = match &row.why {
            Some(why) => why
                .replace("{this}", self.address(index))
                .replace("{target}", self.address(target))
                .replace("{path}", &self.path_said(index, &found.path)),
            None => self.refers(index, &found.path, trace),
        };
        let (here, there) = (Node { instance: index, port: own }, Node { instance: target, port });
        let (from, to) = if row.direction == Direction::Uses { (here, there) } else { (there, here) };
        let why: Arc<str> = why.into();
        let said = row.limits.as_ref().zip(self.instance(index));
        let limits = said.and_then(|(limits, instance)| limits.read(instance, variables, &why)).map(Arc::new);
        let of_callers = row.limits.is_some() && row.direction == Direction::Serves;
        if of_callers && limits.is_none() {
            return;
        }
        let edge = Edge {
            kind,
            weight,
            plane,
            group,
            // What is inside of it is not known; that it is led to by its address is.
            confidence: match (other_row.opaque, may_be_address(first_step(&trace.attribute))) {
                (true, true) => row.confidence.confidence().min(Confidence::Likely),
                (true, false) => Confidence::Guess,
                (false, _) => row.confidence.confidence(),
            },
            hint: row.hint,
            limits,
            of_callers,
            ..plain(to, Evidence { place: trace.place.clone(), why })
        };
        self.add(from, edge);
    }
}

/// The edges from one side with each link once, however often it is said (by a name and by its id).
pub(crate) fn merged(all: Vec<Arc<Edge>>) -> Vec<Arc<Edge>> {
    /// Edges from which on a table is faster than a look at each.
    const SOME: usize = 8;
    let is_large = all.len() > SOME;
    let mut places: FxHashMap<_, usize> = FxHashMap::default();
    let mut merged: Vec<Arc<Edge>> = Vec::with_capacity(all.len());
    for edge in all {
        let known = match is_large {
            true => {
                let at = *places.entry((edge.to, edge.kind, edge.group.clone(), edge.hint)).or_insert(merged.len());
                merged.get_mut(at)
            }
            false => merged.iter_mut().find(|known| known.is_link_of(&edge)),
        };
        match known {
            None => merged.push(edge),
            Some(known) => {
                let weight = larger(known.weight, edge.weight);
                if (edge.confidence, Reverse(edge.plane)) > (known.confidence, Reverse(known.plane)) {
                    *known = edge;
                }
                if known.weight != weight {
                    Arc::make_mut(known).weight = weight;
                }
            }
        }
    }
    merged
}

impl Edge {
    fn is_link_of(&self, other: &Edge) -> bool {
        self.to == other.to && self.kind == other.kind && self.hint == other.hint && self.group == other.group
    }
}

/// The larger share of two that are one; where one is not given it may be all.
pub(crate) fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.zip(other).map(|(one, other)| one.max(other))
}

pub(crate) fn plain(to: Node, evidence: Evidence) -> Edge {
    Edge {
        to,
        kind: DependencyKind::Requires,
        weight: None,
        confidence: Confidence::Certain,
        plane: Plane::Data,
        group: None,
        hint: false,
        carried: Carried::No,
        limits: None,
        of_callers: false,
        evidence,
    }
}

impl Graph<'_> {
    /// A sentence of a row about an instance, with the names of its text.
    pub(crate) fn said(&self, index: usize, text: &str) -> String {
        self.resources.spelling.said(self.address(index), text).into_owned()
    }

    /// A path of an instance, with the names of its text.
    pub(crate) fn path_said(&self, index: usize, path: &str) -> String {
        let words = self.resources.spelling.of(self.address(index));
        words.map_or_else(|| path.to_owned(), |words| words.path(path))
    }

    fn refers(&self, index: usize, path: &str, trace: &Trace) -> String {
        let dot = if trace.attribute.is_empty() { "" } else { "." };
        let words = self.resources.spelling.of(&trace.to);
        let attribute = words.map_or_else(|| trace.attribute.to_string(), |words| words.path(&trace.attribute));
        let path = self.path_said(index, path);
        format!("{path} of {} refers to {}{dot}{attribute}", self.address(index), trace.to)
    }
}
