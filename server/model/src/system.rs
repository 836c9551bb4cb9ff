//! A system: components, the dependencies between them, groups, zones and regions; and what makes one unsound.

use std::fmt;
use std::sync::Arc;

use foreshock_text::Place;

use crate::{Component, ComponentId, Dependency, Figure, Probability, RecoveryTarget, Redundancy};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index!(
    /// A component of one [`System`].
    ComponentIndex
);
index!(
    /// A dependency of one [`System`].
    DependencyIndex
);
index!(
    /// A zone of one [`System`].
    ZoneIndex
);
index!(
    /// A shared domain of one [`System`].
    DomainIndex
);

index!(
    /// A region of one [`System`].
    RegionIndex
);

/// A provider's region.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Its name, `eu-west-1`.
    pub name: Arc<str>,
    /// How often all of it fails; none where nobody says, and then it fails only when asked to.
    pub figure: Option<Figure>,
}

/// What a service promises its users.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// Whose; none for the whole system.
    pub component: Option<ComponentIndex>,
    /// Share of time it may be unavailable: 0.001 for 99.9 %.
    pub allowed: Probability,
    /// The days over which it is measured; more than 0.
    pub window_days: f64,
    /// Where it is written.
    pub place: Option<Place>,
}

impl Objective {
    /// The window where none is written.
    pub const WINDOW_DAYS: f64 = 30.0;
}

/// A named failure domain: a zone or a shared underlay (one NAT gateway, one DNS zone, one key).
#[derive(Clone, Debug, PartialEq)]
pub struct Domain {
    /// Its name, `us-east-1a`.
    pub name: Arc<str>,
    /// How often it fails.
    pub figure: Figure,
}

/// Dependencies of one source that stand in for each other: `required` of them must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternatives {
    /// The group's name.
    pub name: Arc<str>,
    /// The members; all have the same `from`.
    pub members: Vec<DependencyIndex>,
    /// k of m, 1 <= k <= m.
    pub required: u32,
    /// Losing a member degrades the caller (the load is shared); false is pure failover.
    pub shares_load: bool,
}

/// A system: what the engine analyses. [`System::check`] tells whether it makes sense.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// The components, sorted by id.
    pub components: Vec<Arc<Component>>,
    /// The dependencies, sorted by (from, to).
    pub dependencies: Vec<Arc<Dependency>>,
    /// The alternatives groups. A dependency is in at most one.
    pub alternatives: Vec<Alternatives>,
    /// The zones.
    pub zones: Vec<Domain>,
    /// The shared domains.
    pub domains: Vec<Domain>,
    /// The regions.
    pub regions: Vec<Region>,
    /// What is promised.
    pub objectives: Vec<Objective>,
    /// What is promised of its recovery.
    pub recovery_targets: Vec<RecoveryTarget>,
}

/// What components and dependencies point into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexedTable {
    /// [`System::components`].
    Components,
    /// [`System::zones`].
    Zones,
    /// [`System::regions`].
    Regions,
    /// [`System::domains`].
    Domains,
}

impl fmt::Display for IndexedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            IndexedTable::Components => "component",
            IndexedTable::Zones => "zone",
            IndexedTable::Regions => "region",
            IndexedTable::Domains => "domain",
        })
    }
}

/// Why a system can't be analysed; names the component and the field.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelError {
    /// Two components have this id.
    DuplicateId(ComponentId),
    /// More instances required than there are.
    RequiredAboveInstances {
        /// Which.
        component: ComponentId,
        /// k.
        required: u32,
        /// n.
        instances: u32,
    },
    /// An index points outside its table.
    UnknownIndex {
        /// Which table.
        table: IndexedTable,
        /// The index.
        index: u32,
    },
    /// A number is NaN, infinite or outside its range.
    OutOfRange {
        /// Whose.
        component: ComponentId,
        /// Which field.
        field: &'static str,
        /// The number.
        value: f64,
    },
    /// An alternatives group asks for more members than it has, or mixes sources.
    BadAlternatives(Arc<str>),
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelError::DuplicateId(id) => write!(f, "two components have the id {id}"),
            ModelError::RequiredAboveInstances { component, required, instances } => {
                write!(f, "{component}: {required} instances required, but there are only {instances}")
            }
            ModelError::UnknownIndex { table, index } => write!(f, "there is no {table} {index}"),
            ModelError::OutOfRange { component, field, value } => {
                write!(f, "{component}: {field} is {value}, outside its range")
            }
            ModelError::BadAlternatives(name) => {
                write!(f, "alternatives {name}: more required than there are, or different sources")
            }
        }
    }
}

impl std::error::Error for ModelError {}

impl System {
    /// Whether both say the same. What is shared by both is not looked at.
    pub fn is_same(&self, other: &System) -> bool {
        fn are_same<T: PartialEq>(some: &[Arc<T>], others: &[Arc<T>]) -> bool {
            let mut pairs = some.iter().zip(others);
            some.len() == others.len() && pairs.all(|(one, other)| Arc::ptr_eq(one, other) || one == other)
        }
        let System { components, dependencies, alternatives, zones, domains, regions, objectives, recovery_targets } =
            self;
        are_same(components, &other.components)
            && are_same(dependencies, &other.dependencies)
            && *alternatives == other.alternatives
            && *zones == other.zones
            && *domains == other.domains
            && *regions == other.regions
            && *objectives == other.objectives
            && *recovery_targets == other.recovery_targets
    }

    /// The component at an index.
    pub fn component(&self, index: ComponentIndex) -> Option<&Component> {
        self.components.get(index.index()).map(|component| &**component)
    }

    /// The dependency at an index.
    pub fn dependency(&self, index: DependencyIndex) -> Option<&Dependency> {
        self.dependencies.get(index.index()).map(|dependency| &**dependency)
    }

    /// The index of a component by its id. O(log n).
    pub fn find(&self, id: &str) -> Option<ComponentIndex> {
        let found = self.components.binary_search_by(|component| component.id.as_str().cmp(id)).ok()?;
        Some(ComponentIndex(found as u32))
    }

    /// Each component with its index.
    pub fn iter(&self) -> impl Iterator<Item = (ComponentIndex, &Component)> {
        self.components.iter().enumerate().map(|(index, component)| (ComponentIndex(index as u32), &**component))
    }

    /// Checks what the engine relies on: sorted unique ids, indexes inside their tables, numbers in range, groups that
    /// can be satisfied. All errors, not the first.
    pub fn check(&self) -> Vec<ModelError> {
        let mut errors = Vec::new();
        for pair in self.components.windows(2) {
            if let [first, second] = pair
                && first.id >= second.id
            {
                errors.push(ModelError::DuplicateId(second.id.clone()));
            }
        }
        for component in &self.components {
            self.check_redundancy(component, &mut errors);
        }
        for dependency in &self.dependencies {
            for end in [dependency.from, dependency.to] {
                if end.index() >= self.components.len() {
                    errors.push(ModelError::UnknownIndex { table: IndexedTable::Components, index: end.0 });
                }
            }
            let Some(from) = self.component(dependency.from) else { continue };
            let fan_out = dependency.fan_out.is_finite() && dependency.fan_out >= 0.0;
            for (field, value, fine) in [
                ("weight", dependency.share(), (0.0..=1.0).contains(&dependency.share())),
                ("fan-out", dependency.fan_out, fan_out),
            ] {
                if !fine {
                    errors.push(ModelError::OutOfRange { component: from.id.clone(), field, value });
                }
            }
        }
        for group in &self.alternatives {
            let sources: Vec<_> =
                group.members.iter().map(|m| self.dependencies.get(m.index()).map(|d| d.from)).collect();
            let satisfiable = group.required >= 1 && group.required as usize <= group.members.len();
            let one_source =
                sources.iter().all(Option::is_some) && sources.windows(2).all(|pair| pair.first() == pair.last());
            if !satisfiable || !one_source {
                errors.push(ModelError::BadAlternatives(group.name.clone()));
            }
        }
        errors
    }

    fn check_redundancy(&self, component: &Component, errors: &mut Vec<ModelError>) {
        let Redundancy { instances, required, zones, .. } = &component.redundancy;
        if let Some(&instances) = instances.known()
            && instances > 0
            && *required > instances
        {
            let component = component.id.clone();
            errors.push(ModelError::RequiredAboveInstances { component, required: *required, instances });
        }
        for zone in zones.known().into_iter().flatten().filter(|zone| zone.index() >= self.zones.len()) {
            errors.push(ModelError::UnknownIndex { table: IndexedTable::Zones, index: zone.0 });
        }
        for domain in component.domains.iter().filter(|domain| domain.index() >= self.domains.len()) {
            errors.push(ModelError::UnknownIndex { table: IndexedTable::Domains, index: domain.0 });
        }
        if let Some(region) = component.region.filter(|region| region.index() >= self.regions.len()) {
            errors.push(ModelError::UnknownIndex { table: IndexedTable::Regions, index: region.0 });
        }
        let grounding =
            component.agent.iter().flat_map(|agent| agent.grounding.iter().map(|grounding| grounding.source));
        for needed in component.recovery.needs.iter().copied().chain(grounding) {
            if needed.index() >= self.components.len() {
                errors.push(ModelError::UnknownIndex { table: IndexedTable::Components, index: needed.0 });
            }
        }
        for (field, value) in [
            ("movable utilisation", component.capacity.movable_utilisation),
            ("resident utilisation", component.capacity.resident_utilisation),
            ("entry weight", component.entry),
            ("requests in flight", component.capacity.in_flight),
            ("most requests in flight", component.capacity.most_in_flight),
            ("connection pool", component.capacity.pool),
            ("most requests a second", component.capacity.most_requests_per_second),
        ] {
            if let Some(value) = value
                && !(value.is_finite() && value >= 0.0)
            {
                errors.push(ModelError::OutOfRange { component: component.id.clone(), field, value });
            }
        }
    }
}
