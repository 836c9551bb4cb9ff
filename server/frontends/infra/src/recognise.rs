//! Which files are infrastructure YAML: only when sure.

use foreshock_syntax::yaml::Tree;

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

/// Whether a tree is infrastructure YAML: its `components` is a list, and most of the items that are written are maps
/// with an `id`.
pub fn is_infra(tree: &Tree) -> bool {
    let Some(root) = tree.documents().next() else { return false };
    let Some(pairs) = root.pairs() else { return false };
    if pairs.iter().any(|pair| OTHERS.contains(&pair.name)) {
        return false;
    }
    let components = pairs.iter().find(|pair| pair.name == "components");
    let Some(items) = components.and_then(|pair| pair.value.items()) else { return false };
    let (mut with_id, mut written) = (0usize, 0usize);
    for item in items.filter(|item| !item.is_null()) {
        written += 1;
        with_id += usize::from(item.get("id").is_some());
    }
    with_id > 0 && 2 * with_id >= written
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
