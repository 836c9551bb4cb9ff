//! A row of the catalog: what a resource type means. The fields as they are written are described in docs/catalog.md.

use std::collections::{BTreeMap, BTreeSet};

use foreshock_model::{ComponentKind, Confidence, DependencyKind, Plane};
use serde::Deserialize;

use crate::expression::{Expression, Scope};
use crate::limits::LimitsRow;
use crate::{CheckRow, Recipe, Refusal, Role, Step};

/// What a resource type means at run time. docs/catalog.md describes the fields as they are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Component, glue or ignored. A row with a kind is a component.
    #[serde(default)]
    pub role: RoleName,
    /// The component's kind.
    #[serde(default, deserialize_with = "kind")]
    pub kind: Option<ComponentKind>,
    /// Where this is true, an instance means nothing at run time.
    #[serde(default)]
    pub(crate) ignored_when: Option<Expression>,
    /// Another kind where a condition holds.
    #[serde(default)]
    pub(crate) other_kind: Option<OtherKind>,
    /// Holds data that is gone or unreachable with it.
    #[serde(default)]
    pub stateful: bool,
    /// A service of the region: no instance or zone of its own to lose.
    #[serde(default)]
    pub regional: bool,
    /// Whether `count` siblings with the same use are replicas of one component.
    #[serde(default)]
    pub replicas: bool,
    /// Number of instances.
    #[serde(default)]
    pub(crate) instances: Option<Expression>,
    /// Number of instances that must be up; 1 when absent.
    #[serde(default)]
    pub(crate) required: Option<Expression>,
    /// One primary serves, the others stand by.
    #[serde(default)]
    pub primary_standby: bool,
    /// "automatic", "manual" or "none".
    #[serde(default)]
    pub(crate) failover: Option<Expression>,
    /// What the provider does when an attribute is not written, by attribute.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// Attributes that name zones.
    #[serde(default)]
    pub zones: Vec<String>,
    /// The zones as an expression, where an attribute has to be read first: a location that is a zone or a region.
    #[serde(default)]
    pub(crate) zone_names: Option<Expression>,
    /// The region as an expression; "" = in none alone. The provider's when absent, null or not known.
    #[serde(default)]
    pub(crate) region: Option<Expression>,
    /// Attributes that lead to subnets, or to groups of subnets.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// Whether it sends traffic out through the routes of its subnets.
    #[serde(default)]
    pub egress: bool,
    /// Whether egress through it is listed (a NAT gateway).
    #[serde(default)]
    pub is_egress: bool,
    /// Whether what leaves from it is listed (a subnet).
    #[serde(default)]
    pub is_subnet: bool,
    /// Attributes that put it into security groups.
    #[serde(default)]
    pub security_groups: Vec<String>,
    /// Attributes that give it an identity: roles and profiles.
    #[serde(default)]
    pub identity: Vec<String>,
    /// Attributes naming blocks whose content is its own: launch templates, task definitions.
    #[serde(default)]
    pub inherits: Vec<String>,
    /// Attributes in which an address handed over means a dependency.
    #[serde(default)]
    pub carriers: Vec<String>,
    /// Target attributes that count as its address in a carrier; the common list when empty. A glue row without any
    /// stands for no address.
    #[serde(default)]
    pub addresses: Vec<String>,
    /// The side of it that stands for what it holds (a secret); reached by everyone who is handed its address.
    #[serde(default)]
    pub hands_on: Option<String>,
    /// Types of resources inside of it (a module): an edge to one of these is an edge to it. `*` is any type.
    #[serde(default)]
    pub(crate) stands_for: Vec<String>,
    /// Whether it is a component only where something depends on it or it on something.
    #[serde(default)]
    pub(crate) only_connected: bool,
    /// Nothing is known of what is inside: what leads to it is a guess, and all of its attributes may carry addresses.
    #[serde(default)]
    pub(crate) opaque: bool,
    /// What handing its address over means.
    #[serde(default)]
    pub reached_by: Reach,
    /// Whether the public comes in by it. Where nothing is said or known, what faces users by its kind does.
    #[serde(default)]
    pub(crate) public: Option<Expression>,
    /// Whether it is a copy that only whoever is given its address reads from.
    #[serde(default)]
    pub(crate) reader: Option<Expression>,
    /// The row of the defaults that says in which time a mechanism restores an instance; nobody else has to.
    #[serde(default)]
    pub(crate) heals: Option<String>,
    /// Whether what lies behind it are alternatives of which one is enough.
    #[serde(default)]
    pub alternatives: bool,
    /// Names under which texts in carriers mean it, without a reference.
    #[serde(default)]
    pub(crate) called: Option<Called>,
    /// The component it is a part of.
    #[serde(default)]
    pub member_of: Option<MemberOf>,
    /// Other instances that refer to it, as lists for its expressions.
    #[serde(default)]
    pub related: BTreeMap<String, Related>,
    /// Instances that this one refers to, as lists for its expressions.
    #[serde(default)]
    pub refers: BTreeMap<String, Related>,
    /// Values worked out once for each instance, for its own expressions and for those of others about it.
    #[serde(default)]
    pub(crate) derived: BTreeMap<String, Expression>,
    /// Its run-time dependencies.
    #[serde(default, rename = "edge")]
    pub(crate) edges: Vec<EdgeRow>,
    /// Figures; the first whose condition holds.
    #[serde(default)]
    pub(crate) sla: Vec<SlaRow>,
    /// Repairs.
    #[serde(default, rename = "recipe")]
    pub recipes: Vec<Recipe>,
    /// What is wrong with it by itself.
    #[serde(default, rename = "check")]
    pub checks: Vec<CheckRow>,
    /// What its provider would not make of it, and what can't be there twice.
    #[serde(default)]
    pub(crate) refused: Vec<Refusal>,
    /// How subnets leave through it, so that each zone can be given one of its own.
    #[serde(default)]
    pub way_out: Option<WayOut>,
}

/// The types and attributes that lead from a subnet out through a gateway.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WayOut {
    /// The gateway's attribute that names its fixed address.
    pub address: String,
    /// The gateway's attribute that names its own subnet.
    pub subnet: String,
    /// The subnet's attribute that says its zone.
    pub zone: String,
    /// The type of tables with routes written in them, and the two places where those may name the gateway.
    pub table: (String, String, String),
    /// The type of routes that stand by themselves, the two attributes that may name the gateway, and the one for the table.
    pub route: (String, String, String, String),
    /// The type that gives a subnet its table, and the attributes that name the subnet and the table.
    pub join: (String, String, String),
}

/// The role as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// It can fail.
    #[default]
    Component,
    /// It joins.
    Glue,
    /// It means nothing at run time.
    Ignored,
}

/// What handing an address over means for the one who gets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It can't serve without.
    #[default]
    Requires,
    /// It serves with less.
    Optional,
    /// It hands work over.
    Async,
    /// Only needed to start.
    Start,
    /// Only needed for changes and recovery.
    Management,
    /// Nothing.
    Nothing,
}

impl Reach {
    pub(crate) fn kind(self) -> Option<DependencyKind> {
        match self {
            Reach::Requires | Reach::Start | Reach::Management => Some(DependencyKind::Requires),
            Reach::Optional => Some(DependencyKind::Optional),
            Reach::Async => Some(DependencyKind::Async),
            Reach::Nothing => None,
        }
    }

    pub(crate) fn plane(self) -> Plane {
        match self {
            Reach::Start => Plane::Start,
            Reach::Management => Plane::Management,
            _ => Plane::Data,
        }
    }
}

/// A kind that depends on the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherKind {
    /// Only where this is true.
    pub(crate) when: Expression,
    /// The kind.
    #[serde(deserialize_with = "kind")]
    pub(crate) kind: Option<ComponentKind>,
}

/// How an instance is found to be a part of another.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberOf {
    /// The attribute that names the owner.
    pub path: String,
    /// Types of owners.
    pub types: Vec<String>,
    /// The owner's attribute that holds the same text, when the name is written out.
    #[serde(default)]
    pub key: Option<String>,
}

/// Instances that refer to this one, or that this one refers to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Related {
    /// The types of the other side.
    pub types: Vec<String>,
    /// The attribute that refers: theirs to this one, or this one's to them.
    pub path: String,
    /// This one's attribute that it may match instead of refer to: see [`EdgeRow::key`].
    #[serde(default)]
    pub key: Option<String>,
    /// Attributes or derived values that must be equal for that.
    #[serde(default)]
    pub same: Vec<String>,
    /// Whether all that can be meant stands in this text: what leads nowhere here leads to nothing, and not elsewhere.
    #[serde(default)]
    pub(crate) complete: bool,
    /// In place of those that this one refers to: who refers to any of them in this way. The nodes of a pod's cluster.
    #[serde(default)]
    pub(crate) behind: Option<Box<Related>>,
}

/// Host names of an instance: what a program calls it by.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Called {
    /// A list of texts. One without a dot counts only where `same` holds, and only where it stands as a host.
    pub(crate) names: Expression,
    /// Attributes or derived values of the caller and this one that must be equal for names without a dot.
    #[serde(default)]
    pub(crate) same: Vec<String>,
    /// Lists of the caller and this one that must have something in common for that.
    #[serde(default)]
    pub(crate) meets: Vec<String>,
}

/// One form of run-time dependency, read from attributes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EdgeRow {
    /// The attributes.
    pub(crate) paths: Vec<String>,
    /// Target types; any when empty.
    #[serde(default)]
    pub(crate) to: Vec<String>,
    /// The targets' attribute that is matched instead of a reference: the same text, or labels of which a map at
    /// `paths` is a part. Needs `to`.
    #[serde(default)]
    pub(crate) key: Option<String>,
    /// Attributes or derived values of both sides that must be equal for that.
    #[serde(default)]
    pub(crate) same: Vec<String>,
    /// Whether this one needs the target, or the target needs this one.
    #[serde(default)]
    pub(crate) direction: Direction,
    /// The side of this node the edge is at.
    #[serde(default)]
    pub(crate) own_port: Option<String>,
    /// The side of the target the edge is at.
    #[serde(default)]
    pub(crate) port: Option<String>,
    /// The kind; `reached` = what the target's row says.
    #[serde(default)]
    pub(crate) kind: KindName,
    /// Share of the function, an expression.
    #[serde(default)]
    pub(crate) weight: Option<Expression>,
    /// How sure.
    #[serde(default)]
    pub(crate) confidence: ConfidenceName,
    /// Key of the group of alternatives it belongs to, an expression; null = none.
    #[serde(default)]
    pub(crate) group: Option<Expression>,
    /// Whether the group shares load; an expression, true when absent.
    #[serde(default)]
    pub(crate) shares_load: Option<Expression>,
    /// Only to start.
    #[serde(default)]
    pub(crate) start: bool,
    /// Only for changes and recovery.
    #[serde(default)]
    pub(crate) management: bool,
    /// Only known from who may talk to whom: see docs/catalog.md, "Hints".
    #[serde(default)]
    pub(crate) hint: bool,
    /// Only where this is true.
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    /// How the calls over it are limited; those of one that serves are the calls of the target by a name.
    #[serde(default)]
    pub(crate) limits: Option<LimitsRow>,
    /// What it shows: `{this}`, `{target}`, `{path}`.
    #[serde(default)]
    pub(crate) why: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Direction {
    #[default]
    Uses,
    Serves,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KindName {
    #[default]
    Requires,
    Optional,
    Async,
    Reached,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConfidenceName {
    #[default]
    Certain,
    Likely,
    Guess,
}

impl ConfidenceName {
    pub(crate) fn confidence(self) -> Confidence {
        match self {
            ConfidenceName::Certain => Confidence::Certain,
            ConfidenceName::Likely => Confidence::Likely,
            ConfidenceName::Guess => Confidence::Guess,
        }
    }
}

/// Which figures belong to a configuration. Names of rows of `sla.toml`, `fallback` of `defaults.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlaRow {
    /// Only where this is true.
    #[serde(default)]
    pub(crate) when: Option<Expression>,
    /// One instance, or one zone.
    #[serde(default)]
    pub(crate) single: Option<String>,
    /// Spread over zones.
    #[serde(default)]
    pub(crate) multi: Option<String>,
    /// One unit of the region.
    #[serde(default)]
    pub(crate) regional: Option<String>,
    /// Default for one instance where nobody publishes a figure.
    #[serde(default)]
    pub(crate) fallback: Option<String>,
}

fn kind<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<ComponentKind>, D::Error> {
    let name = String::deserialize(deserializer)?;
    match ComponentKind::from_name(&name) {
        Some(kind) => Ok(Some(kind)),
        None => Err(serde::de::Error::custom(format!("{name} is not a component kind"))),
    }
}

impl Row {
    /// Whether nothing is known of its instances but that they are there.
    pub fn is_opaque(&self) -> bool {
        self.opaque
    }

    /// What the row makes of its instances.
    pub fn role(&self) -> Role {
        match self.role {
            RoleName::Component if self.kind.is_some() => Role::Component,
            RoleName::Component | RoleName::Ignored => Role::Ignored,
            RoleName::Glue => Role::Glue,
        }
    }
}

impl Row {
    /// The paths of the attributes that it reads of its own instances. What expressions see beside these (relations, derived
    /// values, the number of instances) is left out.
    pub fn reads(&self) -> BTreeSet<&str> {
        /// What is no attribute though it is written like one.
        const OTHERS: &[&str] = &[
            "callers",
            "current",
            "declared",
            "instances",
            "item",
            "members",
            "number",
            "outer",
            "prevent_destroy",
            "replicas",
            "stack",
            "target",
        ];
        let lists = [&self.zones, &self.subnets, &self.security_groups, &self.identity, &self.inherits, &self.carriers];
        let paths = lists.into_iter().flatten().chain(self.edges.iter().flat_map(|edge| &edge.paths));
        let checked = self.checks.iter().flat_map(|check| &check.at);
        let owner = self.member_of.iter().map(|member| &member.path);
        let referred = self.refers.values().map(|related| &related.path);
        let single = [&self.ignored_when, &self.instances, &self.required, &self.failover, &self.zone_names];
        let more = [&self.region, &self.public, &self.reader];
        let of_edges = self.edges.iter().flat_map(|edge| [&edge.when, &edge.weight, &edge.group, &edge.shares_load]);
        let of_limits = self.edges.iter().filter_map(|edge| edge.limits.as_ref());
        let of_figures = self.sla.iter().map(|sla| &sla.when);
        let of_recipes = self.recipes.iter().map(|recipe| &recipe.when);
        let conditions = single.into_iter().chain(more).chain(of_edges).chain(of_figures).chain(of_recipes).flatten();
        let own = self.checks.iter().map(|check| &check.when).chain(self.derived.values());
        let own = own.chain(of_limits.flat_map(LimitsRow::expressions));
        let read = conditions.chain(own).flat_map(Expression::reads);
        let set = self.recipes.iter().flat_map(|recipe| &recipe.steps).filter_map(|step| match step {
            Step::Set { of: None, path, .. } => Some(path.as_str()),
            _ => None,
        });
        let written = paths.chain(checked).chain(owner).chain(referred).map(String::as_str);
        let is_own = |path: &&str| {
            let first = path.split('.').next().unwrap_or(path);
            let is_related = self.related.contains_key(first) || self.refers.contains_key(first);
            !OTHERS.contains(&first) && !is_related && !self.derived.contains_key(first)
        };
        written.chain(read).chain(set).filter(is_own).collect()
    }

    /// The attributes that decide what a rule finds: those that its checks name, then those that its recipes write.
    pub fn names_for<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a str> {
        let checks = self.checks.iter().filter(move |check| check.rule == rule).flat_map(|check| &check.at);
        let recipes = self.recipes.iter().filter(move |recipe| recipe.rules.iter().any(|one| one == rule));
        let written = recipes.flat_map(|recipe| &recipe.steps).filter_map(|step| match step {
            Step::Set { of: None, path, .. } => Some(path.as_str()),
            _ => None,
        });
        checks.map(String::as_str).chain(written)
    }

    /// Whether an edge to `wanted` is one to an instance of this row and the type `name`.
    pub(crate) fn is_or_holds(&self, wanted: &str, name: &str) -> bool {
        wanted == name || self.stands_for.iter().any(|inside| inside == wanted || inside == "*")
    }

    /// The kind of an instance with these attributes.
    pub(crate) fn kind_of(&self, variables: impl FnOnce() -> Scope) -> Option<ComponentKind> {
        let other = self.other_kind.as_ref().filter(|other| other.when.holds(&variables()) == Some(true));
        other.map_or(self.kind, |other| other.kind)
    }

    pub(crate) fn bare(role: RoleName) -> Row {
        Row {
            role,
            kind: None,
            ignored_when: None,
            other_kind: None,
            stateful: false,
            regional: false,
            replicas: false,
            instances: None,
            required: None,
            primary_standby: false,
            failover: None,
            facts: BTreeMap::new(),
            zones: Vec::new(),
            zone_names: None,
            region: None,
            subnets: Vec::new(),
            egress: false,
            is_egress: false,
            is_subnet: false,
            security_groups: Vec::new(),
            identity: Vec::new(),
            inherits: Vec::new(),
            carriers: Vec::new(),
            addresses: Vec::new(),
            hands_on: None,
            stands_for: Vec::new(),
            only_connected: false,
            opaque: false,
            reached_by: Reach::default(),
            public: None,
            reader: None,
            heals: None,
            alternatives: false,
            called: None,
            member_of: None,
            related: BTreeMap::new(),
            refers: BTreeMap::new(),
            derived: BTreeMap::new(),
            edges: Vec::new(),
            sla: Vec::new(),
            recipes: Vec::new(),
            checks: Vec::new(),
            refused: Vec::new(),
            way_out: None,
        }
    }
}
