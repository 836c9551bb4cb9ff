//! Where a root module keeps its state.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{Body, ExprKind};
use foreshock_text::FilePath;

use crate::config::configuration_files;
use crate::files::TerraformFiles;

/// An argument, and what counts when it is not written.
type Argument = (&'static str, Option<&'static str>);

/// The arguments that say which state it is, by backend.
const IDENTITY: &[(&str, &[Argument])] = &[
    ("azurerm", &[("storage_account_name", None), ("container_name", None), ("key", None)]),
    ("consul", &[("path", None)]),
    ("cos", &[("bucket", None), ("prefix", Some("")), ("key", Some("terraform.tfstate"))]),
    ("gcs", &[("bucket", None), ("prefix", Some(""))]),
    ("http", &[("address", None)]),
    ("kubernetes", &[("secret_suffix", None), ("namespace", Some("default"))]),
    ("local", &[("path", Some("terraform.tfstate"))]),
    ("oss", &[("bucket", None), ("prefix", Some("env:")), ("key", Some("terraform.tfstate"))]),
    ("pg", &[("conn_str", None), ("schema_name", Some("terraform_remote_state"))]),
    ("remote", &[("hostname", Some("app.terraform.io")), ("organization", None), ("workspaces.name", None)]),
    ("s3", &[("bucket", None), ("key", None)]),
];

/// Where a state is kept: the kind of backend and the arguments that tell states apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    kind: Arc<str>,
    /// `None` for an argument that is not in the text: given by hand when the backend is initialised.
    arguments: BTreeMap<&'static str, Option<Arc<str>>>,
}

/// A root module whose state others may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateHome {
    /// Its directory.
    pub root: Utf8PathBuf,
    /// Where its state is.
    pub backend: Backend,
    /// The variable files it is read with, beside those Terraform reads by itself.
    pub var_files: Vec<FilePath>,
    /// The values it is read with, as for [`crate::ResolveOptions::variables`].
    pub variables: BTreeMap<String, String>,
}

impl Backend {
    /// Where the root module in a directory keeps its state; `None` for a directory without configuration and for a
    /// backend that is not known. What the text leaves out is part of no comparison.
    pub fn of_root(root: &Utf8Path, files: &dyn TerraformFiles) -> Option<Backend> {
        let paths = configuration_files(files, root);
        if paths.is_empty() {
            return None;
        }
        // Override files come last, and the last one counts.
        for path in paths.iter().rev() {
            let Some(parsed) = files.parsed(path) else { continue };
            for terraform in parsed.body.blocks_of("terraform") {
                if let Some(block) = terraform.body.blocks_of("backend").next() {
                    let kind = block.labels.first()?;
                    return Backend::new(&kind.text, root, |name| written(&block.body, name));
                }
                if let Some(block) = terraform.body.blocks_of("cloud").next() {
                    return Backend::new("remote", root, |name| written(&block.body, name));
                }
            }
        }
        Backend::new("local", root, |_| Written::Nothing)
    }

    /// The same from `backend` and `config` of a data source; the reason when it can't be known.
    pub(crate) fn of_data(kind: &str, config: &Value, root: &Utf8Path) -> Result<Backend, Arc<str>> {
        let mut unknown = None;
        let backend = Backend::new(kind, root, |path| {
            let value = path.split('.').try_fold(config.clone(), |value, name| match value.kind {
                Kind::Map(items) => items.get(name).cloned(),
                Kind::List(items) | Kind::Set(items) => match &items.first()?.kind {
                    Kind::Map(items) => items.get(name).cloned(),
                    _ => None,
                },
                Kind::Unknown(_) => Some(value),
                _ => None,
            });
            match value.map(|value| value.kind) {
                Some(Kind::String(text)) => Written::Text(text),
                Some(Kind::Unknown(why)) => {
                    unknown.get_or_insert_with(|| Arc::from(format!("config.{path} is not known: {why}")));
                    Written::Unknown
                }
                _ => Written::Nothing,
            }
        });
        match (unknown, backend) {
            (Some(why), _) => Err(why),
            (None, Some(backend)) => Ok(backend),
            (None, None) => Err(Arc::from(format!("the backend {kind:?} is not followed"))),
        }
    }

    fn new(kind: &str, root: &Utf8Path, mut written: impl FnMut(&str) -> Written) -> Option<Backend> {
        let (kind, identity) = IDENTITY.iter().find(|(known, _)| *known == kind)?;
        let arguments = identity.iter().map(|(name, otherwise)| {
            let value = match (written(name), otherwise) {
                (Written::Text(text), _) => Some(text),
                (Written::Unknown, _) | (Written::Nothing, None) => None,
                (Written::Nothing, Some(otherwise)) => Some(Arc::from(*otherwise)),
            };
            (*name, value.map(|value| normal(kind, name, value, root)))
        });
        Some(Backend { kind: Arc::from(*kind), arguments: arguments.collect() })
    }

    /// Whether both are surely the same state.
    pub(crate) fn is_same(&self, other: &Backend) -> bool {
        let known = self.arguments.values().all(Option::is_some);
        known && self == other
    }

    /// The file of a local state.
    pub(crate) fn local_path(&self) -> Option<&Utf8Path> {
        (&*self.kind == "local").then(|| self.arguments.get("path")?.as_deref().map(Utf8Path::new)).flatten()
    }

    /// `s3 bucket "a", key "b"`.
    pub(crate) fn describe(&self) -> String {
        let arguments =
            self.arguments.iter().filter_map(|(name, value)| Some(format!("{name} {:?}", value.as_deref()?)));
        format!("{} {}", self.kind, arguments.collect::<Vec<_>>().join(", "))
    }
}

/// What stands for an argument.
enum Written {
    Text(Arc<str>),
    Unknown,
    Nothing,
}

/// `name` or `block.name` of a backend block, which holds nothing but constants.
fn written(body: &Body, path: &str) -> Written {
    let (body, name) = match path.split_once('.') {
        Some((block, name)) => match body.blocks_of(block).next() {
            Some(block) => (&block.body, name),
            None => return Written::Nothing,
        },
        None => (body, path),
    };
    match body.attribute(name).map(|attribute| &attribute.expr.kind) {
        Some(ExprKind::String(text)) => Written::Text(text.clone()),
        Some(_) => Written::Unknown,
        None => Written::Nothing,
    }
}

/// The one spelling of what can be spelled in several ways.
fn normal(kind: &str, name: &str, value: Arc<str>, root: &Utf8Path) -> Arc<str> {
    match (kind, name) {
        ("local", "path") => Arc::from(foreshock_files::paths::join(root, &value).as_str()),
        ("gcs", "prefix") => Arc::from(value.trim_matches('/')),
        _ => value,
    }
}
