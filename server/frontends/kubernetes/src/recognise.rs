//! Which texts are manifests: every object says its version and its kind.

use foreshock_syntax::yaml::{Tree, Value};

/// Whether a text may hold Kubernetes objects: a cheap look, before anything is parsed. Never false for a text that
/// [`is_manifest`] takes.
pub fn may_be_manifest(text: &str) -> bool {
    text.contains("apiVersion") && text.contains("kind")
}

/// Whether a document is an object: `apiVersion` with a version in it, and `kind`, both plain words at the top. Tools that write
/// files for themselves in this form (`kustomize.config.k8s.io`) are no objects of a cluster.
fn is_object(document: Value<'_>) -> bool {
    let word = |key| document.get(key).and_then(Value::scalar).map(|scalar| scalar.text().to_owned());
    let (Some(version), Some(kind)) = (word("apiVersion"), word("kind")) else { return false };
    is_of_a_cluster(&version, &kind)
}

/// Whether an object of this version and kind is something that a cluster holds.
pub(crate) fn is_of_a_cluster(version: &str, kind: &str) -> bool {
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    let number = version.rsplit('/').next().unwrap_or_default();
    let is_versioned =
        number.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
    let is_tool = matches!(
        group,
        "kustomize.config.k8s.io"
            | "skaffold"
            | "kind.x-k8s.io"
            | "ctlptl.dev"
            | "audit.k8s.io"
            | "kubeadm.k8s.io"
            | "sloth.slok.dev"
            | "openslo"
            | "pyrra.dev"
            | "cli.kyverno.io"
            | "backstage.io"
    );
    let is_file = matches!(kind, "Kustomization" | "Component") && group.starts_with("kustomize.")
        || group.is_empty() && kind == "Config";
    is_versioned && !is_tool && !is_file && kind.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Whether a tree is a manifest: one of its documents is an object.
pub fn is_manifest(tree: &Tree) -> bool {
    tree.documents().any(is_object)
}

#[cfg(test)]
mod tests {
    use foreshock_syntax::yaml::parse;

    use super::{is_manifest, may_be_manifest};

    #[test]
    fn objects_and_what_only_looks_like_them() {
        for (text, expected) in [
            ("apiVersion: v1\nkind: Service\n", true),
            ("# a comment\n---\napiVersion: apps/v1\nkind: Deployment\n", true),
            ("a: 1\n---\nkind: Pod\napiVersion: v1\n", true),
            ("{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": []}", true),
            ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", false),
            ("apiVersion: v2\nname: chart\n", false),
            ("apiVersion: v1\nkind: Config\nclusters: []\n", false),
            ("apiVersion: openslo/v1\nkind: SLO\n", false),
            ("kind: Deployment\n", false),
            ("components: []\n", false),
        ] {
            let (tree, _) = parse(text);
            assert_eq!(is_manifest(&tree), expected, "{text:?}");
            assert!(may_be_manifest(text) || !expected, "{text:?}");
        }
    }
}
