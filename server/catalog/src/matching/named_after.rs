//! Workloads that keep the data of another one, by how they are called: `carts-db` is the store of `carts`, `memcached-rate` the
//! cache of `rate`. Where the address stands in a program, names are all that manifests tell, and a name is no proof: a guess.

use foreshock_model::{Confidence, Evidence};
use foreshock_resources::Instance;
use rustc_hash::FxHashMap;

use crate::Catalog;
use crate::graph::{Carried, Edge, Graph, Node, PLAIN, plain};
use crate::skeleton::row_name;

/// Words that say of a workload that it keeps something.
const STORES: &[&str] = &[
    "cache",
    "cassandra",
    "database",
    "db",
    "elasticsearch",
    "mariadb",
    "memcache",
    "memcached",
    "mongo",
    "mongodb",
    "mysql",
    "mysqldb",
    "postgres",
    "postgresql",
    "redis",
    "store",
    "valkey",
];

/// Words that every workload may have in its name.
const PLAIN_WORDS: &[&str] = &["app", "deployment", "server", "service", "svc"];

/// The stores of workloads, by the number of the instance.
#[derive(Clone, Debug, Default)]
pub(crate) struct NamedAfter(FxHashMap<usize, Vec<usize>>);

/// What a workload is called after, and whether it is a store: without the words that say what sort of thing it is.
fn own_words(name: &str) -> (Vec<&str>, bool) {
    let words: Vec<&str> = name.split(['-', '_']).filter(|word| !word.is_empty()).collect();
    // `ratings-v2-mysql` is a version of `ratings` that uses a store, and none.
    let is_version = |word: &&str| word.strip_prefix('v').is_some_and(|rest| rest.parse::<u32>().is_ok());
    let is_store = words.len() > 1 && words.iter().any(|word| STORES.contains(word)) && !words.iter().any(is_version);
    let kept = words.iter().copied().filter(|word| !(PLAIN_WORDS.contains(word) || is_store && STORES.contains(word)));
    (kept.collect(), is_store)
}

impl NamedAfter {
    /// Among all instances: those of workloads that run in one place with others, and are called by names.
    pub(crate) fn of<'i>(instances: impl Iterator<Item = &'i Instance>, catalog: &Catalog) -> NamedAfter {
        let is_workload = |instance: &Instance| {
            let row = catalog.row(&row_name(instance));
            (instance.type_name.starts_with("kubernetes_") || instance.type_name.starts_with("compose_"))
                && row.is_some_and(|row| row.kind.is_some() && !row.carriers.is_empty())
        };
        let mut owners: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        let mut stores: Vec<(String, usize)> = Vec::new();
        for (index, instance) in instances.enumerate().filter(|(_, instance)| is_workload(instance)) {
            let (words, is_store) = own_words(&instance.name);
            let key = words.join("-");
            if is_store {
                stores.push((key, index));
            } else if !key.is_empty() {
                owners.entry(key).or_default().push(index);
            }
        }
        let mut after: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
        for (key, store) in stores {
            if let Some([owner]) = owners.get(&key).map(Vec::as_slice) {
                after.entry(*owner).or_default().push(store);
            }
        }
        NamedAfter(after)
    }

    fn stores(&self, owner: usize) -> &[usize] {
        self.0.get(&owner).map_or(&[], Vec::as_slice)
    }
}

impl Graph<'_> {
    /// Links to the stores that are called after an instance.
    pub(crate) fn read_stores(&mut self, index: usize) {
        for target in self.skeleton.named_after.stores(index).to_vec() {
            let Some(store) = self.instance(target) else { continue };
            let why = format!("{} is called after {}", self.address(target), self.address(index));
            let evidence = Evidence { place: store.block.header_place(), why: why.into() };
            let to = Node { instance: target, port: PLAIN };
            let edge = Edge { confidence: Confidence::Guess, carried: Carried::InternalName, ..plain(to, evidence) };
            self.add(Node { instance: index, port: PLAIN }, edge);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_words;

    #[test]
    fn what_a_store_is_called_after() {
        for (name, words, is_store) in [
            ("carts-db", "carts", true),
            ("carts", "carts", false),
            ("mongodb-rate", "rate", true),
            ("memcached-reserve", "reserve", true),
            ("redis", "redis", false),
            ("user-service", "user", false),
            ("user-db-deployment", "user", true),
        ] {
            let (own, found) = own_words(name);
            assert_eq!((own.join("-").as_str(), found), (words, is_store), "{name}");
        }
    }
}
