//! Which texts are manifests: every object says its version and its kind.

use foreshock_syntax::yaml::{Tree, Value};
use foreshock_text::Problem;

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

/// Whether a text is a template that something else makes a manifest of, as those of a chart are: braces stand where YAML has none,
/// so that a line can't be read, or a map is the key of another. Braces in a text between quotes are just text.
pub fn is_template(text: &str, tree: &Tree, problems: &[Problem]) -> bool {
    if !text.contains("{{") {
        return false;
    }
    let line_of = |problem: &Problem| {
        let at = (problem.span.start as usize).min(text.len());
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    };
    problems.iter().any(|problem| line_of(problem).contains("{{") || problem.span.text(text).contains("{{"))
        || tree.documents().any(|document| has_map_as_key(document, 0))
}

fn has_map_as_key(value: Value<'_>, depth: u32) -> bool {
    const DEEPEST: u32 = 64;
    if depth > DEEPEST || value.is_alias() {
        return false;
    }
    let in_map = value
        .entries()
        .into_iter()
        .flatten()
        .any(|(key, inner)| key.entries().is_some() || has_map_as_key(inner, depth + 1));
    in_map || value.items().into_iter().flatten().any(|item| has_map_as_key(item, depth + 1))
}

#[cfg(test)]
mod tests {
    use foreshock_syntax::yaml::parse;

    use super::{is_manifest, is_template, may_be_manifest};

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

    #[test]
    fn templates_and_braces_that_are_text() {
        for (text, expected) in [
            ("kind: Deployment\nspec:\n  replicas: {{ .Values.replicas }}\n", true),
            ("kind: Deployment\n{{- if .Values.on }}\nspec: {}\n{{- end }}\n", true),
            ("kind: Pod\nimage: {{ .Values.image }}/web:{{ .Values.tag }}\n", true),
            ("kind: Rule\nsummary: \"{{ $labels.pod }} is down\"\n", false),
            ("kind: Rule\nsummary: |\n  {{ $labels.pod }} is down\n", false),
            ("kind: Workflow\nargs: ['{{inputs.parameters.a}}']\nb: [\n", false),
            ("kind: Pod\na: {b: {c: d}}\n", false),
        ] {
            let (tree, problems) = parse(text);
            assert_eq!(is_template(text, &tree, &problems), expected, "{text:?} {problems:?}");
        }
    }
}
