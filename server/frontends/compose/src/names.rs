//! Which files are Compose files: by their names, and by what stands in them.

use camino::Utf8Path;
use foreshock_syntax::yaml::{Tree, Value};

/// What a service has that is made of something.
const MADE_OF: &[&str] = &["image", "build", "extends", "provider"];

/// Whether a file may be a Compose file, by its name: `compose.yaml`, `docker-compose.yml`, `docker-compose.prod.yml`.
pub fn may_be_compose(file: &Utf8Path) -> bool {
    let is_yaml = matches!(file.extension(), Some("yaml" | "yml"));
    let name = file.file_stem().unwrap_or_default();
    let plain = name.strip_prefix("docker-").unwrap_or(name);
    is_yaml && (plain == "compose" || plain.strip_prefix("compose").is_some_and(|rest| rest.starts_with(['.', '-'])))
}

/// Whether a file is read with the one that it overrides: `compose.override.yaml`.
pub fn is_override(file: &Utf8Path) -> bool {
    may_be_compose(file) && file.file_stem().is_some_and(|name| name.ends_with(".override"))
}

/// Whether a tree is a project of its own: services, each made of something.
pub fn is_compose(tree: &Tree) -> bool {
    let Some(root) = tree.documents().next() else { return false };
    let is_other = ["apiVersion", "kind", "openapi", "AWSTemplateFormatVersion", "components"];
    if is_other.iter().any(|key| root.get(key).is_some()) {
        return false;
    }
    let services = root.get("services").and_then(Value::pairs).unwrap_or_default();
    let is_made = |service: Value<'_>| MADE_OF.iter().any(|key| service.get(key).is_some());
    let includes = root.get("include").is_some();
    includes && services.is_empty() || !services.is_empty() && services.iter().all(|service| is_made(service.value))
}

#[cfg(test)]
mod tests {
    use foreshock_syntax::yaml::parse;

    use super::*;

    #[test]
    fn files_and_what_stands_in_them() {
        for (name, expected) in [
            ("compose.yaml", true),
            ("docker-compose.yml", true),
            ("docker-compose.prod.yml", true),
            ("composer.yml", false),
            ("compose.json", false),
        ] {
            assert_eq!(may_be_compose(Utf8Path::new(name)), expected, "{name}");
        }
        assert!(is_override(Utf8Path::new("docker-compose.override.yml")));
        for (text, expected) in [
            ("services: {web: {image: x}}\n", true),
            ("version: '3'\nservices:\n  web:\n    build: .\n", true),
            ("services: {web: {environment: {A: b}}}\n", false),
            ("services: [a]\n", false),
            ("services:\n", false),
            ("include: [a.yaml]\n", true),
            ("a: 1\n", false),
        ] {
            assert_eq!(is_compose(&parse(text).0), expected, "{text}");
        }
    }
}
