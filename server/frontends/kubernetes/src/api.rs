//! The kinds of the API: what each is called in the catalog, whether it is in a namespace, where it describes its pods. Data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

/// What is known of the API.
#[derive(Debug, Default)]
pub struct Api {
    kinds: BTreeMap<String, String>,
    groups: BTreeSet<String>,
    cluster: BTreeSet<String>,
    pods: BTreeMap<String, Vec<String>>,
    names: BTreeMap<String, String>,
    maps: BTreeSet<String>,
    maps_of: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Kinds {
    kinds: BTreeMap<String, String>,
    groups: Groups,
    cluster: Cluster,
    pods: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Groups {
    own: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Cluster {
    kinds: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Fields {
    names: BTreeMap<String, String>,
    maps: Maps,
}

#[derive(Deserialize)]
struct Maps {
    fields: BTreeSet<String>,
    of: BTreeMap<String, BTreeSet<String>>,
}

/// What is known of the API, read once.
pub fn api() -> &'static Api {
    static API: LazyLock<Api> = LazyLock::new(|| read().unwrap_or_default());
    &API
}

fn read() -> Result<Api, toml::de::Error> {
    let kinds: Kinds = toml::from_str(include_str!("../data/kinds.toml"))?;
    let fields: Fields = toml::from_str(include_str!("../data/fields.toml"))?;
    let steps = |path: &str| path.split('.').filter(|step| !step.is_empty()).map(ToOwned::to_owned).collect();
    Ok(Api {
        kinds: kinds.kinds,
        groups: kinds.groups.own,
        cluster: kinds.cluster.kinds,
        pods: kinds.pods.iter().map(|(kind, path)| (kind.clone(), steps(path))).collect(),
        names: fields.names,
        maps: fields.maps.fields,
        maps_of: fields.maps.of,
    })
}

impl Api {
    /// Every kind that has a row in the catalog, with the row's name.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kinds.iter().map(|(kind, row)| (kind.as_str(), row.as_str()))
    }

    /// The catalog's name for a kind of a group, and whether it is written in the spelling of Terraform's provider.
    pub(crate) fn type_name(&self, kind: &str, group: &str) -> (String, bool) {
        let of_group = self.kinds.get(&format!("{kind}.{group}"));
        let own = || self.kinds.get(kind).filter(|_| self.groups.contains(group));
        match of_group.or_else(own) {
            Some(row) => (row.clone(), true),
            None if self.groups.contains(group) => (format!("kubernetes:{kind}"), false),
            None => (format!("kubernetes:{kind}.{group}"), false),
        }
    }

    /// Whether objects of a kind are in a namespace.
    pub(crate) fn is_in_namespace(&self, kind: &str) -> bool {
        !self.cluster.contains(kind)
    }

    /// Where an object of a kind describes its pods; `None` where it has none.
    pub(crate) fn pods(&self, kind: &str) -> Option<&[String]> {
        self.pods.get(kind).map(Vec::as_slice)
    }

    /// A field as rows spell it.
    pub(crate) fn spelled(&self, field: &str) -> String {
        self.names.get(field).cloned().unwrap_or_else(|| snake(field))
    }

    /// The field that rows spell so, among names that are the API's own.
    pub(crate) fn field(&self, spelled: &str) -> String {
        let listed = self.names.iter().find(|(_, name)| name.as_str() == spelled);
        listed.map_or_else(|| camel(spelled), |(field, _)| field.clone())
    }

    /// Whether the keys of a field are the user's own words.
    pub(crate) fn is_map(&self, kind: &str, field: &str) -> bool {
        self.maps.contains(field) || self.maps_of.get(field).is_some_and(|kinds| kinds.contains(kind))
    }
}

/// `clusterIP` is `cluster_ip`, `podIPs` is `pod_ips`.
fn snake(field: &str) -> String {
    let letters: Vec<char> = field.chars().collect();
    let mut out = String::with_capacity(field.len() + 4);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let ends_a_word = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let is_plural = after == Some(&'s') && letters.get(at + 2).is_none();
        let begins_a_word = before.is_some_and(|before| before.is_uppercase())
            && after.is_some_and(|after| after.is_lowercase())
            && !is_plural;
        if letter.is_uppercase() && (ends_a_word || begins_a_word) {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn camel(spelled: &str) -> String {
    let mut words = spelled.split('_');
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_read() {
        assert!(read().is_ok(), "{:?}", read().err().map(|error| error.to_string()));
        assert_eq!(api().type_name("Deployment", "apps"), ("kubernetes_deployment".to_owned(), true));
        assert_eq!(
            api().type_name("Deployment", "example.org"),
            ("kubernetes:Deployment.example.org".to_owned(), false)
        );
        assert_eq!(api().type_name("Role", "rbac.authorization.k8s.io"), ("kubernetes:Role".to_owned(), false));
    }

    #[test]
    fn fields_as_rows_spell_them() {
        for (field, spelled) in [
            ("clusterIP", "cluster_ip"),
            ("externalIPs", "external_ips"),
            ("tcpSocket", "tcp_socket"),
            ("awsElasticBlockStore", "aws_elastic_block_store"),
            ("ttlSecondsAfterFinished", "ttl_seconds_after_finished"),
            ("fsGroup", "fs_group"),
            ("containers", "container"),
            ("hostIPC", "host_ipc"),
            ("minReplicas", "min_replicas"),
            ("env", "env"),
        ] {
            assert_eq!(api().spelled(field), spelled);
        }
        assert_eq!(api().field("topology_spread_constraint"), "topologySpreadConstraints");
        assert_eq!(api().field("min_replicas"), "minReplicas");
    }
}
