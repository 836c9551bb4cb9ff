//! `terraform_remote_state`: the outputs of another root module of the workspace, where its backend is the one asked for.

mod backend;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_resources::{Kind, Mode, Provenance, Value};
use foreshock_text::FilePath;

pub use backend::{Backend, StateHome};

use crate::evaluate::{Evaluator, ModuleInstance, ResourceInstance, Slot, Tree};
use crate::resolved::{RemoteState, ResolveOptions};

/// A stack that reads a stack that reads a stack: longer chains than this are not followed.
const LONGEST_CHAIN: usize = 8;

/// The outputs of a root by its directory and workspace, with the files they were read from.
type Outputs = (BTreeMap<Arc<str>, Value>, Vec<FilePath>);

/// What an evaluation knows of other stacks.
#[derive(Default)]
pub(crate) struct Remote {
    /// The outputs read so far, by address of the data source.
    read: BTreeMap<Arc<str>, Slot<Value>>,
    /// The roots that wait for this evaluation, from the first.
    waiting: Vec<Utf8PathBuf>,
    pub(crate) states: Vec<RemoteState>,
}

/// Whether an instance reads the state of another stack.
pub(crate) fn is_remote_state(mode: Mode, type_name: &str) -> bool {
    mode == Mode::Data && matches!(type_name, "terraform_remote_state" | "tfe_outputs")
}

/// The attributes of such a data source that hold the outputs.
pub(crate) fn outputs_names(type_name: &str) -> &'static [&'static str] {
    match type_name {
        "tfe_outputs" => &["values", "nonsensitive_values"],
        _ => &["outputs"],
    }
}

/// The same of any data source: none of one that reads no other stack.
#[inline(never)]
pub(crate) fn outputs_of(mode: Mode, type_name: &str) -> Vec<Arc<str>> {
    let names = if is_remote_state(mode, type_name) { outputs_names(type_name) } else { &[] };
    names.iter().map(|name| Arc::from(*name)).collect()
}

impl Evaluator<'_> {
    /// The `outputs` of a `terraform_remote_state`: what the stack there would put out, as far as its text says it. The
    /// resources behind them are no resources of this stack, so that their provenance is gone.
    pub(crate) fn remote_outputs(&self, one: &Rc<ResourceInstance>) -> Value {
        // What is elsewhere may change by itself.
        self.recorder.spoil();
        match self.remote.borrow().read.get(&one.address) {
            Some(Slot::Done(value)) => return value.clone(),
            Some(_) => return Value::unknown(format!("circular reference: {}", one.address)),
            None => {}
        }
        self.remote.borrow_mut().read.insert(one.address.clone(), Slot::Busy);
        let (value, root, files) = match self.remote_state(one) {
            Ok((value, root, files)) => (value, Some(root), files),
            Err(why) => (Value::unknown(format!("{}: {why}", one.address)), None, Vec::new()),
        };
        let why = value.first_reason().filter(|_| root.is_none());
        let mut remote = self.remote.borrow_mut();
        remote.states.push(RemoteState { address: one.address.clone(), root, why, files });
        remote.read.insert(one.address.clone(), Slot::Done(value.clone()));
        value
    }

    fn remote_state(&self, one: &Rc<ResourceInstance>) -> Result<(Value, Utf8PathBuf, Vec<FilePath>), Arc<str>> {
        let attribute = |name: &str| self.instance_attribute(one, name);
        if one.address.contains("data.tfe_outputs.") {
            return self.workspace_outputs(one);
        }
        let kind = match attribute("backend").map(|value| value.kind) {
            Some(Kind::String(kind)) => kind,
            Some(Kind::Unknown(why)) => return Err(Arc::from(format!("its backend is not known: {why}"))),
            _ => return Err(Arc::from("it has no backend")),
        };
        let config = attribute("config").unwrap_or_else(Value::null);
        let workspace = match attribute("workspace").map(|value| value.kind) {
            Some(Kind::String(name)) if &*name != "default" => Some(name.to_string()),
            Some(Kind::Unknown(why)) => return Err(Arc::from(format!("its workspace is not known: {why}"))),
            _ => None,
        };
        let (config, workspace) = named_by_prefix(config, workspace);
        let asked = Backend::of_data(&kind, &config, &self.root)?;
        let (home, workspace) = self.home_of(&asked, workspace)?;
        let (mut outputs, files) = self.outputs_of(&home, workspace)?;
        if let Some(Value { kind: Kind::Map(defaults), .. }) = attribute("defaults") {
            for (name, value) in defaults.iter() {
                outputs.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok((Value::new(Kind::Map(Arc::new(outputs))), home.root, files))
    }

    /// The same of a `tfe_outputs`: the outputs of a workspace by its name.
    fn workspace_outputs(&self, one: &Rc<ResourceInstance>) -> Result<(Value, Utf8PathBuf, Vec<FilePath>), Arc<str>> {
        let name = match self.instance_attribute(one, "workspace") {
            Some(Value { kind: Kind::Unknown(why), .. }) => {
                return Err(Arc::from(format!("its workspace is not known: {why}")));
            }
            Some(name) => name,
            None => return Err(Arc::from("it has no workspace")),
        };
        let mut config =
            BTreeMap::from([(Arc::from("workspaces"), object(BTreeMap::from([(Arc::from("name"), name)])))]);
        // The organisation may be that of the provider.
        if let Some(organization) = self.instance_attribute(one, "organization").filter(Value::is_known) {
            config.insert(Arc::from("organization"), organization);
        }
        let asked = Backend::of_data("remote", &object(config), &self.root)?;
        let (home, workspace) = self.home_of(&asked, None)?;
        let (outputs, files) = self.outputs_of(&home, workspace)?;
        Ok((object(outputs), home.root, files))
    }

    /// The stack that keeps its state there, and the workspace of it that is meant.
    fn home_of(&self, asked: &Backend, workspace: Option<String>) -> Result<(StateHome, Option<String>), Arc<str>> {
        let mut homes = self.options.states.iter().filter(|home| home.backend.is_same(asked));
        if let Some(home) = homes.next() {
            let others: Vec<&Utf8Path> = homes.map(|home| &*home.root).collect();
            if others.first() == Some(&&*home.root) {
                let one = self.path_to(&home.root);
                return Err(Arc::from(format!("{one} is several stacks, with values of their own")));
            }
            if let Some(other) = others.first() {
                let (one, other) = (self.path_to(&home.root), self.path_to(other));
                return Err(Arc::from(format!("{one} and {other} keep their state in the same place")));
            }
            return Ok((home.clone(), workspace));
        }
        let mut with_prefix =
            self.options.states.iter().filter_map(|home| Some((home, home.backend.workspace_of(asked)?)));
        if let (Some((home, workspace)), None) = (with_prefix.next(), with_prefix.next()) {
            return Ok((home.clone(), Some(workspace)));
        }
        let alike = self.options.states.iter().filter(|home| home.root != self.root);
        let alike = alike.filter_map(|home| Some((home.backend.likeness(asked, &home.root)?, home)));
        let mut alike: Vec<(usize, &StateHome)> = alike.collect();
        alike.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
        match alike.as_slice() {
            [(likeness, one), (other, next), ..] if likeness == other => {
                let (one, other) = (self.path_to(&one.root), self.path_to(&next.root));
                return Err(Arc::from(format!("{one} and {other} may both keep their state there")));
            }
            [(_, home), ..] => return Ok(((*home).clone(), workspace)),
            [] => {}
        }
        // The file of a local state is beside the configuration, whether or not that is part of the workspace.
        let beside = asked.local_path().and_then(|file| {
            let directory = file.parent()?;
            let above = directory.parent().filter(|above| above.file_name() == Some("terraform.tfstate.d"));
            match above.and_then(Utf8Path::parent) {
                Some(root) => Some((root, directory.file_name().map(str::to_owned))),
                None if file.file_name() == Some("terraform.tfstate") => Some((directory, workspace)),
                None => None,
            }
        });
        if let Some((root, workspace)) = beside
            && let Some(backend) = Backend::of_root(root, self.files)
            && backend.local_path().is_some()
        {
            return Ok((
                StateHome { root: root.to_owned(), backend, var_files: Vec::new(), variables: BTreeMap::new() },
                workspace,
            ));
        }
        Err(Arc::from(format!("no stack of the workspace keeps its state in {}", asked.describe())))
    }

    fn outputs_of(&self, home: &StateHome, workspace: Option<String>) -> Result<Outputs, Arc<str>> {
        if home.root == self.root {
            return Err(Arc::from("it is the state of this very stack"));
        }
        let name = self.path_to(&home.root);
        let waiting = self.remote.borrow().waiting.clone();
        if waiting.contains(&home.root) {
            return Err(Arc::from(format!("{name} and this stack read each other's state")));
        }
        if waiting.len() >= LONGEST_CHAIN {
            return Err(Arc::from("too many stacks read the state of the next"));
        }
        let options = ResolveOptions {
            var_files: home.var_files.clone(),
            variables: home.variables.clone(),
            workspace,
            deployment: None,
            units: None,
            states: self.options.states.clone(),
            thorough: false,
        };
        // What is known of the modules serves both; it is handed over and taken back.
        let mut modules = std::mem::take(&mut **self.modules.borrow_mut());
        let (outputs, files) = {
            let (compiled, budget) = (self.expressions.cache(), self.budget.clone());
            let root = home.root.clone();
            let mut inner = Evaluator::over(self.files, &options, root, &mut modules, compiled, budget);
            inner.remote.borrow_mut().waiting = waiting.into_iter().chain([self.root.clone()]).collect();
            let outputs = inner.root_outputs(&name);
            let mut files = inner.take_files();
            files.extend(inner.remote.take().states.into_iter().flat_map(|state| state.files));
            (outputs, files)
        };
        **self.modules.borrow_mut() = modules;
        let outputs = outputs.ok_or_else(|| Arc::from(format!("there is no Terraform file in {name}")))?;
        let mut files = files;
        files.sort();
        files.dedup();
        Ok((outputs, files))
    }

    /// The outputs of the root module of this evaluation, as somebody outside sees them.
    fn root_outputs(&mut self, name: &str) -> Option<BTreeMap<Arc<str>, Value>> {
        let config = self.load(&self.root)?;
        self.given = self.root_values(&config);
        let tree = Tree { root: Rc::new(ModuleInstance::new(config, Arc::from(""), None)) };
        let mut outputs = BTreeMap::new();
        for output in tree.root.config.outputs.iter() {
            let value = match self.output(&tree.root, &output.name) {
                Some(Ok(value)) => value,
                Some(Err(failure)) => Value::unknown(failure.why),
                None => continue,
            };
            outputs.insert(output.name.clone(), foreign(value, name));
        }
        Some(outputs)
    }

    fn path_to(&self, root: &Utf8Path) -> String {
        foreshock_files::paths::relative(&self.root, root).into_string()
    }
}

fn object(items: BTreeMap<Arc<str>, Value>) -> Value {
    Value::new(Kind::Map(Arc::new(items)))
}

/// A workspace that is named by what its name begins with and the rest, as one name.
fn named_by_prefix(config: Value, workspace: Option<String>) -> (Value, Option<String>) {
    let of = |value: &Value, name: &str| match &value.kind {
        Kind::Map(items) => items.get(name).cloned(),
        _ => None,
    };
    let prefix = of(&config, "workspaces").and_then(|workspaces| of(&workspaces, "prefix"));
    let (Some(Value { kind: Kind::String(prefix), .. }), Some(rest), Kind::Map(items)) =
        (prefix, &workspace, &config.kind)
    else {
        return (config, workspace);
    };
    let mut items = (**items).clone();
    let name = Value::string(format!("{prefix}{rest}"));
    items.insert(Arc::from("workspaces"), object(BTreeMap::from([(Arc::from("name"), name)])));
    (object(items), None)
}

/// A value as it is seen from another stack: its resources mean nothing there, what is unknown says where. Places stay.
fn foreign(value: Value, stack: &str) -> Value {
    let kind = match value.kind {
        Kind::Unknown(why) => Kind::Unknown(Arc::from(format!("{why} (in {stack})"))),
        Kind::List(items) => Kind::List(Arc::new(items.iter().map(|item| foreign(item.clone(), stack)).collect())),
        Kind::Set(items) => Kind::Set(Arc::new(items.iter().map(|item| foreign(item.clone(), stack)).collect())),
        Kind::Map(items) => {
            Kind::Map(Arc::new(items.iter().map(|(name, item)| (name.clone(), foreign(item.clone(), stack))).collect()))
        }
        other => other,
    };
    let provenance = Provenance::none().with_sensitive(value.provenance.is_sensitive());
    Value { kind, provenance, origin: value.origin }
}
