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
    arguments: Arguments,
    /// What they come to with each of the files that the backend may be initialised with.
    completed: Vec<Arguments>,
    /// What the names of its workspaces begin with, where there are several.
    prefix: Option<Arc<str>>,
}

/// The arguments that tell states apart.
type Arguments = BTreeMap<&'static str, Option<Arc<str>>>;

/// How sure it is that a state is kept somewhere by its path alone; one that is written out is surer than any.
type Likeness = usize;

/// The likeness of a state whose path is written and fits.
const WRITTEN: Likeness = 1_000;

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
                    let backend = Backend::new(&kind.text, root, |name| written(&block.body, name))?;
                    let prefix = Written::text(written(&block.body, "workspaces.prefix"));
                    return Some(Backend { prefix, ..backend }.completed_in(root, &block.body, files));
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
        let (kind, arguments) = (Arc::from(*kind), arguments.collect());
        Some(Backend { kind, arguments, completed: Vec::new(), prefix: None })
    }

    /// With what files beside the configuration say that are handed over when it is initialised.
    fn completed_in(mut self, root: &Utf8Path, body: &Body, files: &dyn TerraformFiles) -> Backend {
        if &*self.kind == "remote" || self.arguments.values().all(Option::is_some) {
            return self;
        }
        // Where something is left out, what else is not written may be given beside it.
        for (name, value) in &mut self.arguments {
            if matches!(written(body, name), Written::Nothing) {
                *value = None;
            }
        }
        let beside = ["", "backend", "backends", "config", "env", "envs", "environments"];
        let listed = beside.iter().flat_map(|folder| files.list(&foreshock_files::paths::join(root, folder)));
        let handed_over = listed.filter(|file| is_backend_file(file.as_path().file_name().unwrap_or_default()));
        let kind = self.kind.clone();
        let with = handed_over.filter_map(|file| {
            let parsed = files.parsed(&file)?;
            let either = |name: &str| match written(&parsed.body, name) {
                Written::Nothing => written(body, name),
                other => other,
            };
            Backend::new(&kind, root, either).map(|backend| backend.arguments)
        });
        self.completed = with.collect();
        self
    }

    /// Whether both are surely the same state.
    pub(crate) fn is_same(&self, other: &Backend) -> bool {
        let is_it = |arguments: &Arguments| arguments.values().all(Option::is_some) && *arguments == other.arguments;
        self.kind == other.kind && (is_it(&self.arguments) || self.completed.iter().any(is_it))
    }

    /// The workspace of it that is asked for by its whole name, where the names of its workspaces begin alike.
    pub(crate) fn workspace_of(&self, other: &Backend) -> Option<String> {
        let name = other.arguments.get("workspaces.name")?.as_deref()?;
        let rest = name.strip_prefix(&**self.prefix.as_ref()?).filter(|rest| !rest.is_empty())?;
        let fits = |(name, own): (&&str, &Option<Arc<str>>)| {
            *name == "workspaces.name" || own.is_none() || other.arguments.get(*name) == Some(own)
        };
        (self.kind == other.kind && self.arguments.iter().all(fits)).then(|| rest.to_owned())
    }

    /// How sure it is that this is the state asked for, though not all of it is written: what is written fits, and where the
    /// path is not, it is that of the directory. `None` where it is another, or nothing speaks for it.
    pub(crate) fn likeness(&self, asked: &Backend, root: &Utf8Path) -> Option<Likeness> {
        // A file beside it says more than its path.
        let is_told = self.completed.iter().any(|arguments| arguments.values().all(Option::is_some));
        if self.kind != asked.kind || self.prefix.is_some() || is_told {
            return None;
        }
        let mut likeness = None;
        for (name, own) in &self.arguments {
            let wanted = asked.arguments.get(name)?;
            let is_path = matches!(*name, "key" | "prefix" | "path" | "workspaces.name");
            match (own, wanted) {
                (Some(own), Some(wanted)) if own == wanted => likeness = likeness.max(is_path.then_some(WRITTEN)),
                (Some(_), Some(_)) => return None,
                (None, Some(path)) if is_path && *name != "workspaces.name" => {
                    likeness = likeness.max(Some(same_path(path, root)?));
                }
                _ => {}
            }
        }
        likeness
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

impl Written {
    fn text(self) -> Option<Arc<str>> {
        match self {
            Written::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Whether a file is one that `-backend-config` is given.
fn is_backend_file(name: &str) -> bool {
    let is_hcl = [".hcl", ".conf", ".config"].iter().any(|ending| name.ends_with(ending));
    name.ends_with(".tfbackend") || (is_hcl && name.contains("backend"))
}

/// How many folders the path of a state and that of a directory have in common at their ends: all of the one, or more than
/// one. `None` for others.
fn same_path(path: &str, root: &Utf8Path) -> Option<Likeness> {
    let endings = ["/terraform.tfstate", "/default.tfstate", ".tfstate"];
    let bare = endings.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
    let own: Vec<&str> = bare.split('/').filter(|part| !part.is_empty()).collect();
    let folders: Vec<&str> = root.iter().collect();
    let same = own.iter().rev().zip(folders.iter().rev()).take_while(|(one, other)| one == other).count();
    (same > 0 && (same == own.len() || same > 1)).then_some(same)
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
