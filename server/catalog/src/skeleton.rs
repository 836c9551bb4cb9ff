//! What of the instances stays as it is while only what is written in them changes: addresses, types, roles.

use std::sync::Arc;

use foreshock_resources::{Instance, Kind, Mode};
use rustc_hash::FxHashMap;

use crate::matching::NamedAfter;
use crate::{Catalog, Role, Row};

/// Types whose instances say in an attribute what they are: `Microsoft.App/containerApps@2024-03-01`.
const SAYS_ITS_TYPE: &[(&str, &str)] = &[("azapi_resource", "type")];

/// The name of the row of a type that stands in an attribute, without its version.
fn said_type(instance: &Instance) -> Option<Arc<str>> {
    let (_, attribute) = SAYS_ITS_TYPE.iter().find(|(name, _)| *name == &*instance.type_name)?;
    let Kind::String(said) = &instance.body.attributes.get(*attribute)?.value.kind else { return None };
    let said = said.split('@').next().unwrap_or_default().to_lowercase();
    Some(format!("{}:{said}", instance.type_name).into())
}

/// The key of a row for an instance: data sources have rows of their own.
pub(crate) fn row_name(instance: &Instance) -> Arc<str> {
    match instance.mode {
        Mode::Managed => said_type(instance).unwrap_or_else(|| instance.type_name.clone()),
        Mode::Module => instance.type_name.clone(),
        Mode::Data => format!("data.{}", instance.type_name).into(),
    }
}

/// The address without the last key.
pub(crate) fn block_address(instance: &Instance) -> String {
    let mut address = String::new();
    write_block_address(instance, &mut address);
    address
}

fn write_block_address(instance: &Instance, address: &mut String) {
    if !instance.module.is_empty() {
        address.push_str(&instance.module);
        address.push('.');
    }
    match instance.mode {
        Mode::Managed => {
            address.push_str(&instance.type_name);
            address.push('.');
        }
        Mode::Data => {
            address.push_str("data.");
            address.push_str(&instance.type_name);
            address.push('.');
        }
        Mode::Module => address.push_str("module."),
    }
    address.push_str(&instance.name);
}

/// A type of instances, as the catalog knows it.
#[derive(Clone, Debug)]
pub(crate) struct Type {
    /// The name of its row.
    pub(crate) name: Arc<str>,
    /// Its instances.
    pub(crate) instances: Vec<usize>,
    /// Those that mean something, and are no data sources without a row.
    pub(crate) meaningful: Vec<usize>,
    /// The relations that its instances can be in: the type on the other side, and the name of the relation there.
    pub(crate) relations: Vec<(Arc<str>, Arc<str>)>,
}

/// Addresses, types and roles of the instances.
#[derive(Clone, Debug, Default)]
pub(crate) struct Skeleton {
    pub(crate) types: Vec<Type>,
    pub(crate) roles: Vec<Role>,
    /// By instance.
    type_of: Vec<u32>,
    block_of: Vec<u32>,
    /// The blocks of resources: their address, which is that of their instances without the last key, and these.
    blocks: Vec<(Arc<str>, Vec<usize>)>,
    by_address: FxHashMap<Arc<str>, usize>,
    by_block: FxHashMap<Arc<str>, u32>,
    by_type: FxHashMap<Arc<str>, u32>,
    /// Stores of others, by how they are called.
    pub(crate) named_after: NamedAfter,
}

impl Skeleton {
    /// All but the roles.
    pub(crate) fn new(instances: &[Arc<Instance>], catalog: &Catalog) -> Skeleton {
        let mut skeleton = Skeleton::default();
        let mut block = String::new();
        for (index, instance) in instances.iter().enumerate() {
            skeleton.add_to_type(index, row_name(instance));
            skeleton.by_address.entry(instance.address.clone()).or_insert(index);
            block.clear();
            write_block_address(instance, &mut block);
            skeleton.add_to_block(index, &block, &instance.address);
        }
        skeleton.find_relations(catalog);
        skeleton.named_after = NamedAfter::of(instances.iter().map(Arc::as_ref), catalog);
        skeleton
    }

    fn add_to_type(&mut self, index: usize, name: Arc<str>) {
        let number = *self.by_type.entry(name).or_insert_with_key(|name| {
            self.types.push(Type {
                name: name.clone(),
                instances: Vec::new(),
                meaningful: Vec::new(),
                relations: Vec::new(),
            });
            self.types.len() as u32 - 1
        });
        self.type_of.push(number);
        if let Some(one) = self.types.get_mut(number as usize) {
            one.instances.push(index);
        }
    }

    fn add_to_block(&mut self, index: usize, block: &str, address: &Arc<str>) {
        let number = match self.by_block.get(block) {
            Some(number) => *number,
            None => {
                let block = if **address == *block { address.clone() } else { block.into() };
                let number = self.blocks.len() as u32;
                self.by_block.insert(block.clone(), number);
                self.blocks.push((block, Vec::new()));
                number
            }
        };
        self.block_of.push(number);
        if let Some((_, instances)) = self.blocks.get_mut(number as usize) {
            instances.push(index);
        }
    }

    fn find_relations(&mut self, catalog: &Catalog) {
        for (type_name, row) in catalog.rows().filter(|(name, _)| self.by_type.contains_key(*name)) {
            for (name, related) in &row.related {
                for from in &related.types {
                    let from = self.by_type.get(from.as_str()).and_then(|&number| self.types.get_mut(number as usize));
                    if let Some(from) = from {
                        from.relations.push((type_name.into(), name.as_str().into()));
                    }
                }
            }
        }
    }

    /// Takes the role of each instance.
    pub(crate) fn set_roles(&mut self, roles: Vec<Role>) {
        for one in &mut self.types {
            let is_meaningful =
                |index: &&usize| roles.get(**index).is_some_and(|role| !matches!(role, Role::Ignored | Role::Unmapped));
            one.meaningful = one.instances.iter().filter(is_meaningful).copied().collect();
        }
        self.roles = roles;
    }

    /// The row of each type.
    pub(crate) fn rows<'c>(&self, instances: &[Arc<Instance>], catalog: &'c Catalog) -> Vec<Option<&'c Row>> {
        let row = |one: &Type| catalog.row_of(instances.get(*one.instances.first()?)?);
        self.types.iter().map(row).collect()
    }

    pub(crate) fn number_of_type(&self, index: usize) -> usize {
        self.type_of.get(index).map_or(usize::MAX, |&number| number as usize)
    }

    pub(crate) fn type_of(&self, index: usize) -> Option<&Type> {
        self.types.get(self.number_of_type(index))
    }

    /// A type, by the name of its row.
    pub(crate) fn named_type(&self, name: &str) -> Option<(usize, &Type)> {
        let number = *self.by_type.get(name)? as usize;
        Some((number, self.types.get(number)?))
    }

    /// The block of an instance, by number.
    pub(crate) fn number_of_block(&self, index: usize) -> usize {
        self.block_of.get(index).map_or(usize::MAX, |&number| number as usize)
    }

    /// The address of the block of an instance.
    pub(crate) fn block_of(&self, index: usize) -> Option<&Arc<str>> {
        self.blocks.get(self.number_of_block(index)).map(|(address, _)| address)
    }

    /// The instances of a block.
    pub(crate) fn block(&self, address: &str) -> &[usize] {
        let number = self.by_block.get(address).map_or(usize::MAX, |&number| number as usize);
        self.blocks.get(number).map_or(&[][..], |(_, instances)| instances)
    }

    /// The instances that are of the same block as one of them.
    pub(crate) fn siblings(&self, index: usize) -> &[usize] {
        self.blocks.get(self.number_of_block(index)).map_or(&[][..], |(_, instances)| instances)
    }

    /// The instance of an address.
    pub(crate) fn at(&self, address: &str) -> Option<usize> {
        self.by_address.get(address).copied()
    }
}

/// Whether two versions of an instance are the same one to everybody who does not look at what is written in it.
pub(crate) fn are_alike(one: &Instance, other: &Instance) -> bool {
    one.address == other.address
        && one.resource == other.resource
        && one.mode == other.mode
        && one.type_name == other.type_name
        && one.name == other.name
        && one.module == other.module
        && one.key == other.key
        && said_type(one) == said_type(other)
}
