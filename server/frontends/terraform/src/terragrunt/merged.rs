//! A unit as a whole: what its own file says, laid over what it includes.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;
use foreshock_expressions::{Failure, fail};
use foreshock_resources::{Kind, Value, open};
use foreshock_syntax::hcl;

use super::config::{Config, Include, Reading, Strategy, map};

/// A `dependency` block.
pub(super) struct Dependency {
    pub(super) name: Arc<str>,
    /// The directory of the unit that is read from; the reason where it is not known.
    pub(super) directory: Result<Utf8PathBuf, Arc<str>>,
    pub(super) block: hcl::Block,
    pub(super) config: Rc<Config>,
    pub(super) is_off: bool,
    pub(super) skips_outputs: bool,
}

impl Reading<'_, '_> {
    /// The files that make up a unit, what counts least first: what is included, then its own.
    pub(super) fn parts(&self, config: &Rc<Config>) -> Vec<(Rc<Config>, Strategy)> {
        let mut parts = Vec::new();
        for Include { config: included, strategy, .. } in self.includes(config) {
            if *strategy != Strategy::None {
                let inner = self.parts(included).into_iter().map(|(inner, own)| match *strategy {
                    Strategy::Deep => (inner, own),
                    other => (inner, other),
                });
                parts.extend(inner);
                if let Some(last) = parts.last_mut() {
                    last.1 = *strategy;
                }
            }
        }
        parts.push((config.clone(), Strategy::Shallow));
        parts
    }

    /// The inputs of a configuration with those of what it includes, as a map; open where some are not known.
    pub(super) fn inputs_value(&self, config: &Rc<Config>) -> Value {
        let parts = self.parts(config);
        let mut all = map(BTreeMap::new());
        let mut is_deep = false;
        for (part, strategy) in &parts {
            let Some(attribute) = part.attribute("inputs") else {
                is_deep |= *strategy == Strategy::Deep;
                continue;
            };
            let own = self.attribute(part, attribute);
            all = if is_deep { deep(all, own) } else { shallow(all, own) };
            is_deep |= *strategy == Strategy::Deep;
        }
        all
    }

    /// The `dependency` blocks of a unit and of what it includes, those of the same name once.
    pub(super) fn dependencies(&self, config: &Rc<Config>) -> Rc<Vec<Dependency>> {
        if let Some(known) = config.dependencies.get() {
            return known.clone();
        }
        let mut found: BTreeMap<Arc<str>, Dependency> = BTreeMap::new();
        for (part, _) in self.parts(config) {
            for block in part.parsed.body.blocks_of("dependency") {
                let Some(label) = block.labels.first() else { continue };
                found.insert(label.text.clone(), self.dependency(&part, label.text.clone(), block));
            }
        }
        config.dependencies.get_or_init(|| Rc::new(found.into_values().collect())).clone()
    }

    fn dependency(&self, config: &Rc<Config>, name: Arc<str>, block: &hcl::Block) -> Dependency {
        let directory = match self.text(config, &block.body, "config_path") {
            Some(Ok(path)) => Ok(self.unit_at(config, &path)),
            Some(Err(why)) => Err(why),
            None => Err(Arc::from("it has no config_path")),
        };
        let is_off = block
            .body
            .attribute("enabled")
            .is_some_and(|enabled| matches!(self.attribute(config, enabled).kind, Kind::Bool(false)));
        let skips_outputs = self.is_true(config, &block.body, "skip_outputs");
        Dependency { name, directory, block: block.clone(), config: config.clone(), is_off, skips_outputs }
    }

    /// The directory of the unit that a path names, seen from the unit, or else from the file in which it stands.
    pub(super) fn unit_at(&self, config: &Rc<Config>, path: &str) -> Utf8PathBuf {
        let seen_from = |from: &Utf8PathBuf| {
            let path = foreshock_files::paths::join(from, path);
            match path.file_name() {
                Some(name) if name.ends_with(".hcl") => path.parent().map(ToOwned::to_owned).unwrap_or(path),
                _ => path,
            }
        };
        let from_unit = seen_from(&config.unit);
        let from_file = seen_from(&config.directory);
        let is_unit = |directory: &Utf8PathBuf| {
            self.shared.located.contains_key(directory) || self.is_there(&directory.join(super::UNIT_FILE))
        };
        if from_unit != from_file && !is_unit(&from_unit) && is_unit(&from_file) { from_file } else { from_unit }
    }

    /// Directories that are only waited for.
    pub(super) fn waits_for(&self, config: &Rc<Config>) -> Vec<Utf8PathBuf> {
        let mut all = Vec::new();
        for (part, _) in self.parts(config) {
            for paths in part.parsed.body.blocks_of("dependencies").filter_map(|block| block.body.attribute("paths")) {
                if let Kind::List(items) = self.attribute(&part, paths).kind {
                    let texts = items.iter().filter_map(|item| match &item.kind {
                        Kind::String(path) => Some(self.unit_at(&part, path)),
                        _ => None,
                    });
                    all.extend(texts);
                }
            }
        }
        all
    }

    /// `dependency.name`: its outputs, and its inputs.
    pub(super) fn dependency_value(&self, config: &Rc<Config>, name: &Arc<str>) -> Result<Value, Failure> {
        let own = config
            .parsed
            .body
            .blocks_of("dependency")
            .find(|block| block.labels.first().is_some_and(|label| label.text == *name));
        let dependency = match own {
            Some(block) => self.dependency(config, name.clone(), block),
            None => {
                // What a file includes, or is included by, may declare it.
                let unit = super::UNIT_FILE;
                let child = config.child.as_ref().and_then(|child| {
                    let file = foreshock_text::FilePath::new(child.join(unit));
                    self.parsed(&file).map(|_| file)
                });
                let whole = match child {
                    Some(file) => self.config(&file, &config.unit, config.values.clone()),
                    None => Some(config.clone()),
                };
                let all = whole.map(|whole| self.dependencies(&whole));
                let found = all.iter().flat_map(|all| all.iter()).find(|dependency| dependency.name == *name);
                match found {
                    Some(found) => self.dependency(&found.config, name.clone(), &found.block),
                    None => return fail(format!("dependency.{name} is not declared")),
                }
            }
        };
        Ok(self.neighbour(&dependency))
    }

    fn neighbour(&self, dependency: &Dependency) -> Value {
        let mock = dependency.block.body.attribute("mock_outputs");
        let mocks = || match mock.map(|mock| self.attribute(&dependency.config, mock)) {
            Some(Value { kind: Kind::Map(items), .. }) => Some(items),
            _ => None,
        };
        let name = &dependency.name;
        let neighbour = match &dependency.directory {
            Err(why) => Err(why.clone()),
            Ok(_) if dependency.is_off => Err(Arc::from(format!("dependency {name} is not enabled"))),
            Ok(directory) => {
                let found = (self.outputs)(directory);
                if found.is_ok() && !dependency.skips_outputs {
                    self.used.borrow_mut().insert(directory.clone());
                }
                found
            }
        };
        let mut fields = BTreeMap::new();
        let (mut outputs, rest) = match neighbour {
            Ok(neighbour) => {
                fields.insert(Arc::from("inputs"), map(neighbour.inputs));
                let missing = || Value::unknown(format!("not an output of dependency {name}"));
                match dependency.skips_outputs {
                    true => (BTreeMap::new(), Value::unknown(format!("dependency {name} skips outputs"))),
                    false => (neighbour.outputs, neighbour.rest.unwrap_or_else(missing)),
                }
            }
            Err(why) => (BTreeMap::new(), Value::unknown(format!("dependency {name}: {why}"))),
        };
        // What stands in while there is nothing real is no answer where there may be.
        let is_known_to_have_none = rest.provenance.is_empty();
        if is_known_to_have_none && let Some(mocks) = mocks() {
            for (name, mock) in mocks.iter() {
                outputs.entry(name.clone()).or_insert_with(|| mock.clone());
            }
        }
        outputs.insert(Arc::from(open::REST), rest);
        fields.insert(Arc::from("outputs"), map(outputs));
        fields.insert(Arc::from(open::REST), Value::unknown(format!("not followed of dependency {name}")));
        map(fields)
    }
}

/// Puts an item into a map that may be open.
pub(super) fn put(into: &mut BTreeMap<Arc<str>, Value>, name: Arc<str>, item: Value) {
    into.insert(name, item);
}

/// The second laid over the first, name by name.
pub(super) fn shallow(under: Value, over: Value) -> Value {
    merged(under, over, &|_, over| over)
}

/// The same, maps inside likewise, lists behind each other.
pub(super) fn deep(under: Value, over: Value) -> Value {
    merged(under, over, &|under, over| match (&under.kind, &over.kind) {
        (Kind::Map(_), Kind::Map(_)) => deep(under, over),
        (Kind::List(first), Kind::List(then)) => {
            let items = first.iter().chain(then.iter()).cloned().collect();
            Value { kind: Kind::List(Arc::new(items)), ..over }
        }
        _ => over,
    })
}

fn merged(under: Value, over: Value, both: &dyn Fn(Value, Value) -> Value) -> Value {
    match (&under.kind, &over.kind) {
        (_, Kind::Null) => under,
        (Kind::Null, _) => over,
        (Kind::Map(first), Kind::Map(then)) => {
            let mut items = (**first).clone();
            for (name, item) in then.iter() {
                let item = match items.get(name) {
                    Some(under) if !name.starts_with('\0') => both(under.clone(), item.clone()),
                    _ => item.clone(),
                };
                put(&mut items, name.clone(), item);
            }
            Value { kind: Kind::Map(Arc::new(items)), ..over }
        }
        // One side is known, the other may say something else of any name.
        (Kind::Unknown(why), Kind::Map(then)) => {
            let mut items = (**then).clone();
            items.entry(Arc::from(open::REST)).or_insert_with(|| Value::unknown(why.clone()));
            Value { kind: Kind::Map(Arc::new(items)), ..over }
        }
        _ => over,
    }
}
