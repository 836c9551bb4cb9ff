//! What the tables find is what looking at each pair finds, in the same order.

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, ResolveOptions, Resolved, TerraformFiles, resolve};
use foreshock_text::FilePath;
use proptest::prelude::*;

use super::*;
use crate::Catalog;

impl<'a> Graph<'a> {
    /// [`Graph::matches`], pair by pair.
    fn matches_of_pairs(&self, index: usize, row: &EdgeRow, key: &str) -> Vec<(Found<'a>, usize)> {
        let mut links = Vec::new();
        let Some(instance) = self.instance(index) else { return links };
        for path in &row.paths {
            for asked in Asked::all(&instance.body, path) {
                let found = &asked.found;
                for &target in row.to.iter().flat_map(|to| self.of_type(to)) {
                    let names = || found.provenance().any(|trace| self.targets(trace).contains(&target));
                    let fits = || self.fits(&asked, target, key) == Some(true);
                    let matches = || fits() && self.agree(index, target, &row.same);
                    if target != index && (names() || matches()) {
                        links.push((found.clone(), target));
                    }
                }
            }
        }
        links
    }

    /// [`Graph::related_by_key`], pair by pair.
    fn related_by_pairs(&self) -> Vec<Link> {
        let mut links = Vec::new();
        for (type_name, row) in self.catalog.rows() {
            let targets = self.of_type(type_name);
            for (name, related) in &row.related {
                if related.key.is_none() {
                    continue;
                }
                for &from in related.types.iter().flat_map(|from| self.of_type(from)) {
                    let Some(instance) = self.instance(from) else { continue };
                    for asked in Asked::all(&instance.body, &related.path) {
                        for &target in targets {
                            let may_be = self.is_meant((from, &asked), target, related);
                            if may_be != Some(false) {
                                let (name, is_sure) = (name.as_str().into(), may_be.is_some());
                                links.push((target, Relation { name, from, is_sure }));
                            }
                        }
                    }
                }
            }
        }
        links
    }
}

/// One text.
struct One(Arc<str>);

impl Files for One {
    fn list(&self, _: &Utf8Path) -> Vec<FilePath> {
        vec![FilePath::new("/main.tf")]
    }

    fn text(&self, _: &FilePath) -> Option<Arc<str>> {
        Some(self.0.clone())
    }
}

impl TerraformFiles for One {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        Some(Arc::new(ParsedFile::parse(file.clone(), self.0.clone(), &mut ExprCache::default())))
    }
}

fn resolved(text: String) -> Resolved {
    resolve(&Utf8PathBuf::from("/"), &One(text.into()), &ResolveOptions::default())
}

/// A text, a number, something that is not known, or a reference to what it may match.
fn value() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "\"a\"",
        "\"b\"",
        "\"c\"",
        "1",
        "\"1\"",
        "true",
        "null",
        "\"\"",
        "aws_x.one.id",
        "aws_x.other.id",
        "\"${aws_x.one.id}-${aws_x.other.id}\"",
        "kubernetes_deployment.r0.metadata[0].name",
        "kubernetes_config_map.r1.metadata[0].name",
    ])
}

fn labels() -> impl Strategy<Value = String> {
    let pair = (prop::sample::select(vec!["app", "tier", "part"]), value());
    let written = prop::collection::btree_map(pair.0, pair.1, 0..3).prop_map(|pairs| {
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        format!("{{ {} }}", pairs.join(", "))
    });
    prop_oneof![4 => written, 1 => Just("var.unknown".to_owned()), 1 => Just("aws_x.one.tags".to_owned())]
}

/// Labels of a selector, with or without expressions.
fn selector() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["In", "NotIn", "Exists", "DoesNotExist"]);
    let expression =
        (prop::sample::select(vec!["app", "tier"]), operator, value()).prop_map(|(key, operator, value)| {
            format!(
                "match_expressions {{\n key = \"{key}\"\n operator = \"{operator}\"\n values = [{value}, \"d\"]\n }}\n"
            )
        });
    let labels = prop::option::of(labels())
        .prop_map(|labels| labels.map_or_else(String::new, |labels| format!("match_labels = {labels}\n")));
    (labels, prop::collection::vec(expression, 0..2)).prop_map(|(labels, expressions)| labels + &expressions.concat())
}

fn resource() -> impl Strategy<Value = (usize, String, &'static str, &'static str, &'static str)> {
    let kind_and_labels = prop_oneof![
        4 => (prop::sample::select(vec![0_usize, 1, 2, 4]), labels()),
        1 => (Just(3), selector()),
    ];
    (kind_and_labels, value(), value(), prop::sample::select(vec!["null", "\"x\"", "\"y\"", "aws_x.one.id"]))
        .prop_map(|((kind, labels), name, other, namespace)| (kind, labels, name, other, namespace))
}

fn text(resources: &[(usize, String, &str, &str, &str)]) -> String {
    let mut text =
        String::from("variable \"unknown\" {}\nresource \"aws_x\" \"one\" {}\nresource \"aws_x\" \"other\" {}\n");
    for (number, (kind, labels, name, other, namespace)) in resources.iter().enumerate() {
        let metadata = format!("metadata {{\n name = {name}\n namespace = {namespace}\n }}\n");
        text += &match kind {
            0 => format!(
                "resource \"kubernetes_deployment\" \"r{number}\" {{\n{metadata} spec {{\n template {{\n metadata {{\n labels = \
                 {labels}\n }}\n spec {{\n service_account_name = {other}\n container {{\n name = \"c\"\n env_from {{\n \
                 config_map_ref {{\n name = {other}\n }}\n }}\n }}\n }}\n }}\n }}\n}}\n"
            ),
            1 => format!(
                "resource \"kubernetes_service\" \"r{number}\" {{\n{metadata} spec {{\n selector = {labels}\n }}\n}}\n"
            ),
            2 => format!(
                "resource \"kubernetes_horizontal_pod_autoscaler\" \"r{number}\" {{\n{metadata} spec {{\n max_replicas = 3\n \
                 scale_target_ref {{\n kind = \"Deployment\"\n name = {other}\n }}\n }}\n}}\n"
            ),
            3 => format!(
                "resource \"kubernetes_pod_disruption_budget\" \"r{number}\" {{\n{metadata} spec {{\n min_available = 1\n \
                 selector {{\n {labels}\n }}\n }}\n}}\n"
            ),
            _ => format!("resource \"kubernetes_config_map\" \"r{number}\" {{\n{metadata} data = {{}}\n}}\n"),
        };
    }
    text
}

proptest! {
    #[test]
    fn tables_find_what_pairs_find(resources in prop::collection::vec(resource(), 0..24)) {
        let resolved = resolved(text(&resources));
        prop_assert_eq!(resolved.resources.instances.len(), resources.len() + 2);
        let graph = Graph::related_only(&resolved.resources, Catalog::bundled());
        prop_assert_eq!(graph.related_by_key(), graph.related_by_pairs());
        for index in 0..resolved.resources.instances.len() {
            for row in graph.row(index).into_iter().flat_map(|row| &row.edges) {
                let Some(key) = &row.key else { continue };
                let shown = |links: Vec<(Found<'_>, usize)>| {
                    links.into_iter().map(|(found, target)| (found.path, target)).collect::<Vec<_>>()
                };
                prop_assert_eq!(
                    shown(graph.matches(index, row, key)),
                    shown(graph.matches_of_pairs(index, row, key))
                );
            }
        }
    }
}

/// The strategy above does make pairs that match.
#[test]
fn some_match() {
    let one = |kind, labels: &str, name| (kind, labels.to_owned(), name, "\"b\"", "\"x\"");
    let resources = [
        one(0, "{ app = \"a\" }", "\"b\""),
        one(1, "{ app = \"a\" }", "\"s\""),
        one(2, "{}", "\"h\""),
        one(4, "{}", "\"b\""),
    ];
    let resolved = resolved(text(&resources));
    let graph = Graph::related_only(&resolved.resources, Catalog::bundled());
    assert_eq!(graph.related_by_key().len(), 1);
    let rows = (0..resolved.resources.instances.len()).flat_map(|index| {
        graph.row(index).into_iter().flat_map(move |row| row.edges.iter().map(move |edge| (index, edge)))
    });
    let links = rows.filter_map(|(index, row)| Some(graph.matches(index, row, row.key.as_ref()?).len())).sum::<usize>();
    assert!(links >= 2, "{links}");
}
