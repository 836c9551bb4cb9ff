//! Templates with what they come to.

mod functions;
mod language;
mod origins;
mod random;

use std::sync::Arc;

use foreshock_documents::read;
use foreshock_syntax::yaml;
use foreshock_text::FilePath;

use crate::{HOLE, Map, Rendered, Source, Templates, Unknown, Value, render};

/// What a template is given: the values of a chart, and some things that are not known.
fn dot(values: &str) -> Value {
    let (tree, _) = yaml::parse(values);
    let file = FilePath::new("/values.yaml");
    let values = tree
        .documents()
        .next()
        .map_or_else(|| Value::map(Map::new()), |document| Value::of_node(&read(document, &file).0));
    let cluster = Unknown { is_cluster: true, ..Unknown::named("the version of the cluster", "cluster") };
    let open = |name: &str| (Arc::from(name), Value::unknown(Unknown::named(format!("{name} is open"), name)));
    let entries = [
        (Arc::from("Values"), values),
        (Arc::from("Cluster"), Value::unknown(cluster)),
        (Arc::from("Release"), Value::text(crate::Text::assumed("shop"))),
        open("A"),
        open("B"),
    ];
    Value::map(entries.into_iter().collect())
}

fn rendered(template: &str, values: &str) -> Rendered {
    let mut templates = Templates::default();
    let text: Arc<str> = template.into();
    let file = FilePath::new("/t.yaml");
    if let Some(problem) = templates.add("t.yaml", &file, &text) {
        panic!("{}: {}", problem.message, problem.span.text(template));
    }
    render(&templates, "t.yaml", &dot(values))
}

/// Every way of a template, one behind the other: `?` for what is not known, `!` and what is wrong where it fails.
fn told(rendered: &Rendered) -> String {
    let ways = rendered.ways.iter().map(|way| match &way.failure {
        Some(failure) => format!("!{}", failure.message),
        None => way.text.as_str().replace(HOLE, "?"),
    });
    ways.collect::<Vec<_>>().join(" | ")
}

/// Checks what a template comes to with these values.
#[track_caller]
fn check_with(values: &str, template: &str, expect: &str) {
    assert_eq!(told(&rendered(template, values)), expect, "{template}");
}

/// Checks what a template comes to.
#[track_caller]
fn check(template: &str, expect: &str) {
    check_with("", template, expect);
}

/// Checks what is wrong with a template, and what of it that is about.
#[track_caller]
fn check_broken(template: &str, expect: &str) {
    let problem = Templates::default().add("t", &FilePath::new("/t"), &template.into()).expect("a problem");
    assert_eq!(format!("{} at {}", problem.message, problem.span.start), expect, "{template}");
}

/// Where the pieces of a text come from.
fn sources(rendered: &Rendered) -> Vec<String> {
    let text = &rendered.ways[0].text;
    let told = |mark: &crate::Mark| {
        let piece = text.as_str()[mark.start..mark.end].replace(HOLE, "?");
        match &mark.source {
            Source::Literal { file, offset } => format!("{piece:?} {}@{offset}", file.as_path()),
            Source::Value(place) => format!("{piece:?} = {}@{}", place.file.as_path(), place.span.start),
            Source::Assumed => format!("{piece:?} assumed"),
            Source::Hole(unknown) => format!("{piece:?} {}", unknown.why),
        }
    };
    text.marks().iter().map(told).collect()
}
