//! The sections of a template, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_resources::Value;
use foreshock_syntax::yaml::{Tree, Value as Node};
use foreshock_text::FilePath;

/// A text with its tree.
pub trait Parsed {
    /// The tree.
    fn tree(&self) -> &Tree;
    /// The text.
    fn text(&self) -> &str;
}

/// The templates at hand.
pub trait Templates {
    /// A template; `None` when it is not there.
    fn template(&self, file: &FilePath) -> Option<Arc<dyn Parsed>>;

    /// What another stack of the workspace exports under a name, and where; `None` where nobody does, or several.
    fn export(&self, name: &str) -> Option<(Value, FilePath)> {
        let _ = name;
        None
    }
}

/// A named entry of a section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'t> {
    pub(crate) key: Node<'t>,
    pub(crate) value: Node<'t>,
}

/// What is written in a template.
pub(crate) struct Template<'t> {
    pub(crate) file: FilePath,
    pub(crate) text: &'t str,
    pub(crate) parameters: BTreeMap<&'t str, Named<'t>>,
    pub(crate) mappings: Option<Node<'t>>,
    pub(crate) conditions: BTreeMap<&'t str, Named<'t>>,
    pub(crate) globals: Option<Node<'t>>,
    /// In the order of the text.
    pub(crate) resources: Vec<(&'t str, Named<'t>)>,
    pub(crate) outputs: Vec<(&'t str, Named<'t>)>,
    pub(crate) is_sam: bool,
    /// Whether macros of somebody's own may make more of it.
    pub(crate) has_macros: bool,
}

impl<'t> Template<'t> {
    pub(crate) fn of(file: &FilePath, tree: &'t Tree, text: &'t str) -> Template<'t> {
        let root = tree.documents().next();
        let section = |name: &str| root.and_then(|root| root.get(name));
        let named = |name: &str| -> Vec<(&'t str, Named<'t>)> {
            let pairs = section(name).and_then(Node::pairs).into_iter().flatten();
            pairs.map(|pair| (pair.name, Named { key: pair.key, value: pair.value })).collect()
        };
        let resources = named("Resources");
        let is_sam = section("Transform").is_some()
            && resources
                .iter()
                .any(|(_, one)| kind_of(one.value).is_some_and(|kind| kind.starts_with("AWS::Serverless::")));
        let transforms = section("Transform").into_iter().flat_map(|node| {
            let several: Vec<Node<'t>> = node.items().into_iter().flatten().collect();
            std::iter::once(node).chain(several)
        });
        let mut names = transforms.filter_map(|node| Some(node.scalar()?.text()));
        let has_macros = names.any(|name| !name.starts_with("AWS::")) || section("Fn::Transform").is_some();
        Template {
            file: file.clone(),
            text,
            parameters: named("Parameters").into_iter().collect(),
            mappings: section("Mappings"),
            conditions: named("Conditions").into_iter().collect(),
            globals: section("Globals"),
            resources,
            outputs: named("Outputs"),
            is_sam,
            has_macros,
        }
    }

    /// A file beside it.
    pub(crate) fn beside(&self, path: &str) -> FilePath {
        let directory = self.file.as_path().parent().unwrap_or(Utf8Path::new(""));
        FilePath::new(normal(&directory.join(path)))
    }
}

/// A path without `.` and `..` in it.
fn normal(path: &Utf8Path) -> camino::Utf8PathBuf {
    let mut normal = camino::Utf8PathBuf::new();
    for part in path.components() {
        match part {
            camino::Utf8Component::CurDir => {}
            camino::Utf8Component::ParentDir => {
                if !normal.pop() {
                    normal.push("..");
                }
            }
            part => normal.push(part.as_str()),
        }
    }
    normal
}

/// The `Type` of a resource.
pub(crate) fn kind_of(resource: Node<'_>) -> Option<&str> {
    resource.get("Type")?.scalar().map(|kind| kind.text())
}
