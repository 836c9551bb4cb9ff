//! Which files are infrastructure YAML: only when sure.

use foreshock_model::ComponentKind;
use foreshock_syntax::yaml::{Tree, Value};

/// Keys at the top of other formats that have `components` too: OpenAPI, AsyncAPI, Kubernetes and kustomize, software
/// bills of materials.
const OTHERS: &[&str] = &["openapi", "swagger", "asyncapi", "apiVersion", "kind", "bomFormat", "spdxVersion"];

/// Whether a text may be infrastructure YAML: a cheap look for its `components`, before anything is parsed. Never false
/// for a text that [`is_infra`] takes.
pub fn may_be_infra(text: &str) -> bool {
    // In JSON and in braces it may stand anywhere, in lines only at the start of one.
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.split(['\n', '\r']);
    let content = |line: &&str| !line.is_empty() && !line.starts_with(['#', '%']);
    let first = lines.clone().map(|line| line.trim_start_matches("---").trim_start()).find(content);
    if first.is_some_and(|line| line.starts_with('{')) {
        return text.contains("components");
    }
    lines.any(|line| line.trim_start_matches(['"', '\'', ' ', '-', '?', '&', '!']).starts_with("components"))
}

/// What holds the components of a file: its root, or the `topology` in it. Records of incidents have one, beside what
/// happened, which is theirs.
pub(crate) fn body(root: Value<'_>) -> Value<'_> {
    let topology = || root.get("topology").filter(|topology| topology.get("components").is_some());
    if root.get("components").is_some() { root } else { topology().unwrap_or(root) }
}

/// Whether a tree is infrastructure YAML: its `components` is a list, and most of the items that are written are maps
/// with an `id`. Or it is a map, most of whose values are of a type that we know, beside `dependencies` or a
/// `schema_version`: maps of components stand in all sorts of files.
pub fn is_infra(tree: &Tree) -> bool {
    let Some(root) = tree.documents().next() else { return false };
    let Some(pairs) = root.pairs() else { return false };
    if pairs.iter().any(|pair| OTHERS.contains(&pair.name)) {
        return false;
    }
    let Some(components) = body(root).get("components") else { return false };
    if let Some(items) = components.items() {
        return most(items, |item| item.get("id").is_some());
    }
    let is_model =
        body(root).pairs().into_iter().flatten().any(|pair| matches!(pair.name, "dependencies" | "schema_version"));
    let by_id = components.pairs().filter(|_| is_model).into_iter().flatten();
    most(by_id.map(|pair| pair.value), has_known_type)
}

/// Whether at least half of what is written is so, and something is.
fn most<'t>(values: impl Iterator<Item = Value<'t>>, is_so: impl Fn(Value<'t>) -> bool) -> bool {
    let (mut so, mut written) = (0usize, 0usize);
    for value in values.filter(|value| !value.is_null()) {
        written += 1;
        so += usize::from(is_so(value));
    }
    so > 0 && 2 * so >= written
}

fn has_known_type(component: Value<'_>) -> bool {
    let word = component.get("type").and_then(Value::scalar);
    word.is_some_and(|word| ComponentKind::ALL.iter().any(|(_, name)| *name == word.text()))
}

#[cfg(test)]
mod tests {
    use foreshock_syntax::yaml::parse;

    use super::{is_infra, may_be_infra};

    #[test]
    fn only_components_with_ids_are_ours() {
        for (text, expected) in [
            ("components:\n  - id: a\n", true),
            ("# a comment\nschema_version: '4.0'\ncomponents:\n- id: a\n- \n- i\n", true),
            ("\"components\": [{id: a}]\n", true),
            ("{\"components\": [{\"id\": \"a\"}]}", true),
            ("--- {components: [{id: a}]}", true),
            ("\u{feff}components: [{id: a}]", true),
            ("components:\r  - id: a\r", true),
            ("incident: {id: x}\ntopology:\n  components:\n    - id: a\n", true),
            ("topology: [components]\n", false),
            ("components: {a: {type: database}}\ndependencies: []\n", true),
            ("{\"schema_version\": \"4.0\", \"components\": {\"a\": {\"type\": \"cache\"}, \"b\": {}}}", true),
            ("components: {a: {type: database}}\n", false),
            ("components: {a: {type: object}}\ndependencies: []\n", false),
            ("components:\n", false),
            ("components: []\n", false),
            ("components:\n  - ../base\n  - ../other\n", false),
            ("components:\n  schemas: {a: {type: object}}\n", false),
            ("openapi: 3.0.0\ncomponents: [{id: a}]\n", false),
            ("apiVersion: v1\nkind: X\ncomponents: [{id: a}]\n", false),
            ("components:\n  - name: a\n  - name: b\n  - id: c\n", false),
            ("services: {a: {image: b}}\n", false),
            ("", false),
            ("- id: a\n", false),
            ("a: 1\n---\ncomponents: [{id: a}]\n", false),
        ] {
            let (tree, _) = parse(text);
            assert_eq!(is_infra(&tree), expected, "{text:?}");
            assert!(may_be_infra(text) || !expected, "{text:?}");
        }
        assert!(!may_be_infra("services:\n  web: {image: components}\n"));
    }
}
