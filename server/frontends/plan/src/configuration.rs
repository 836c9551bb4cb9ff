//! References of a plan's configuration, from an expression to the resource instances it is made from.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources::Key;
use foreshock_syntax::json::Kind as Json;
use foreshock_text::Span;
use rustc_hash::FxHashMap;

use crate::address::{self, Address, Step, joined, steps};
use foreshock_syntax::json::Cursor;

/// A resource that an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// An instance, or a block for all of its instances.
    pub(crate) to: Arc<str>,
    /// `endpoint`; empty for the whole.
    pub(crate) attribute: Arc<str>,
    /// Where the reference is written.
    pub(crate) span: Span,
    /// It is one of several that a collection was made from, and which one was taken is not told.
    pub(crate) vague: bool,
}

/// References that are followed for one plan; real ones need a few thousand.
const STEPS: usize = 2_000_000;
/// Calls of modules in modules, variables from variables.
const DEEPEST: usize = 48;
/// Resources that one expression may refer to.
const MOST_TARGETS: usize = 1_000;

/// The configuration of one module.
#[derive(Default)]
struct Module<'t> {
    resources: FxHashMap<String, Cursor<'t>>,
    calls: FxHashMap<&'t str, (Cursor<'t>, Module<'t>)>,
    outputs: FxHashMap<&'t str, Cursor<'t>>,
}

/// What variables and outputs are made from, by module instance and name.
type Memo = FxHashMap<(Arc<str>, String), Rc<Vec<Target>>>;

/// Where an expression stands.
#[derive(Clone)]
pub(crate) struct Scope<'c, 't> {
    /// With keys.
    module: Arc<str>,
    node: &'c Module<'t>,
    /// What `count.index` and `each.key` are.
    key: Key,
    /// What `each.value` comes from.
    for_each: Option<Cursor<'t>>,
}

/// The configuration of a plan, with the instances there are.
pub(crate) struct Configuration<'t> {
    root: Module<'t>,
    providers: Option<Cursor<'t>>,
    variables: Option<Cursor<'t>>,
    /// Instances by block address.
    blocks: FxHashMap<Arc<str>, Vec<(Key, Arc<str>)>>,
    /// Module instances by their address without the last key.
    modules: FxHashMap<String, BTreeSet<String>>,
    memo: RefCell<Memo>,
    steps: Cell<usize>,
}

impl<'t> Module<'t> {
    fn read(module: Cursor<'t>) -> Module<'t> {
        let mut read = Module::default();
        for resource in module.get("resources").into_iter().flat_map(Cursor::items) {
            if let Some(address) = resource.get("address").and_then(Cursor::string) {
                read.resources.insert(address.into_owned(), resource);
            }
        }
        for call in module.get("module_calls").into_iter().flat_map(Cursor::entries) {
            let inner = call.value.get("module").map(Module::read).unwrap_or_default();
            read.calls.insert(&call.key.text, (call.value, inner));
        }
        for output in module.get("outputs").into_iter().flat_map(Cursor::entries) {
            if let Some(expression) = output.value.get("expression") {
                read.outputs.insert(&output.key.text, expression);
            }
        }
        read
    }
}

impl<'t> Configuration<'t> {
    pub(crate) fn read<'a>(root: Cursor<'t>, addresses: impl Iterator<Item = &'a Address>) -> Configuration<'t> {
        let configuration = root.some("configuration");
        let mut read = Configuration {
            root: configuration.and_then(|it| it.get("root_module")).map(Module::read).unwrap_or_default(),
            providers: configuration.and_then(|it| it.get("provider_config")),
            variables: root.get("variables"),
            blocks: FxHashMap::default(),
            modules: FxHashMap::default(),
            memo: RefCell::default(),
            steps: Cell::new(0),
        };
        for address in addresses {
            let known = read.blocks.entry(address.block.clone()).or_default();
            known.push((address.key.clone(), address.whole.clone()));
            read.add_modules(&address.module);
        }
        read
    }

    fn add_modules(&mut self, module: &str) {
        let mut walked = String::new();
        for pair in steps(module).chunks(2) {
            let [_, Step { name, key }] = pair else { return };
            let base = joined(&walked, &format!("module.{name}"));
            walked = format!("{base}{key}");
            self.modules.entry(base).or_default().insert(walked.clone());
        }
    }

    /// What the configuration says of a resource, and where its expressions stand.
    pub(crate) fn resource(&self, address: &Address) -> Option<(Cursor<'t>, Scope<'_, 't>)> {
        let mut node = &self.root;
        for pair in steps(&address.module).chunks(2) {
            let [_, Step { name, .. }] = pair else { return None };
            node = &node.calls.get(*name)?.1;
        }
        let own = address.block.strip_prefix(&*address.module).unwrap_or(&address.block).trim_start_matches('.');
        let resource = *node.resources.get(own)?;
        let for_each = resource.get("for_each_expression");
        Some((resource, Scope { module: address.module.clone(), node, key: address.key.clone(), for_each }))
    }

    /// Everything an expression refers to, sorted, each once.
    pub(crate) fn targets(&self, expression: Cursor<'t>, scope: &Scope<'_, 't>) -> Vec<Target> {
        let mut found = Vec::new();
        self.follow(expression, scope, 0, &mut found);
        found.sort();
        found.dedup();
        found
    }

    /// The locals of the module that an expression is made from: what they are made from the JSON does not say.
    pub(crate) fn locals(&self, expression: Cursor<'t>) -> Vec<(String, Span)> {
        let written = references(expression).into_iter();
        written.filter_map(|(name, span)| Some((name.strip_prefix("local.")?.to_owned(), span))).collect()
    }

    fn follow(&self, expression: Cursor<'t>, scope: &Scope<'_, 't>, depth: usize, found: &mut Vec<Target>) {
        let written: Vec<(String, Span)> = references(expression);
        let by_key = written.iter().any(|(name, _)| name == "count.index" || name.starts_with("each."));
        for (reference, span) in &written {
            self.steps.set(self.steps.get() + 1);
            if depth > DEEPEST || self.steps.get() > STEPS || found.len() > MOST_TARGETS {
                return;
            }
            self.reference(reference, *span, by_key, scope, depth, found);
        }
    }

    fn reference(
        &self,
        reference: &str,
        span: Span,
        by_key: bool,
        scope: &Scope<'_, 't>,
        depth: usize,
        found: &mut Vec<Target>,
    ) {
        let all = steps(reference);
        match all.as_slice() {
            [Step { name: "var", .. }, variable, rest @ ..] => {
                let targets = self.variable(variable.name, scope, depth);
                taken(&targets, variable.key, rest, self, found);
            }
            [Step { name: "module", .. }, call, output, rest @ ..] => {
                let base = joined(&scope.module, &format!("module.{}", call.name));
                let Some((_, node)) = scope.node.calls.get(call.name) else { return };
                let all: Vec<&String> = self.modules.get(&base).into_iter().flatten().collect();
                for module in narrowed(&all, &base, call.key, by_key, &scope.key) {
                    let targets = self.output(&module, node, output.name, depth);
                    taken(&targets, output.key, rest, self, found);
                }
            }
            [Step { name: "each", .. }, Step { name: "value", key }, rest @ ..] => {
                if let Some(for_each) = scope.for_each {
                    let mut targets = Vec::new();
                    let outer = Scope { for_each: None, key: Key::None, ..scope.clone() };
                    self.follow(for_each, &outer, depth + 1, &mut targets);
                    // The element of this key is one of them.
                    let whole = Step { name: "value", key };
                    let path: Vec<Step<'_>> = std::iter::once(whole).chain(rest.iter().copied()).collect();
                    taken(&targets, "", &path, self, found);
                }
            }
            [Step { name: "each" | "count" | "path" | "terraform" | "local" | "self" | "var" | "module", .. }, ..] => {}
            [Step { name: "data", .. }, kind, name, rest @ ..] => {
                self.instances(
                    &format!("data.{}.{}", kind.name, name.name),
                    name.key,
                    rest,
                    span,
                    by_key,
                    scope,
                    found,
                );
            }
            [kind, name, rest @ ..] => {
                self.instances(&format!("{}.{}", kind.name, name.name), name.key, rest, span, by_key, scope, found);
            }
            _ => {}
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn instances(
        &self,
        own: &str,
        key: &str,
        rest: &[Step<'_>],
        span: Span,
        by_key: bool,
        scope: &Scope<'_, 't>,
        found: &mut Vec<Target>,
    ) {
        let block = joined(&scope.module, own);
        let Some(instances) = self.blocks.get(block.as_str()) else { return };
        let attribute: Vec<String> = rest.iter().map(|step| format!("{}{}", step.name, step.key)).collect();
        let attribute = Arc::from(attribute.join("."));
        let mut add = |to: &Arc<str>| {
            found.push(Target { to: to.clone(), attribute: Arc::clone(&attribute), span, vague: false });
        };
        if !key.is_empty() {
            let wanted = address::key_of(key);
            instances.iter().filter(|(known, _)| *known == wanted).for_each(|(_, address)| add(address));
            return;
        }
        match (instances.as_slice(), same_key(instances, by_key, &scope.key)) {
            (_, Some(one)) | ([(_, one)], None) => add(one),
            (_, None) => add(&Arc::from(block)),
        }
    }

    fn variable(&self, name: &str, scope: &Scope<'_, 't>, depth: usize) -> Rc<Vec<Target>> {
        self.remembered((scope.module.clone(), format!("var.{name}")), || {
            let mut targets = Vec::new();
            let all = steps(&scope.module);
            let Some((call, outer)) = all.split_last().filter(|(_, outer)| !outer.is_empty()) else { return targets };
            let outer = outer.get(..outer.len() - 1).unwrap_or_default();
            let mut node = &self.root;
            let mut module = String::new();
            for pair in outer.chunks(2) {
                let [_, Step { name, key }] = pair else { return targets };
                let Some((_, inner)) = node.calls.get(*name) else { return targets };
                node = inner;
                module = joined(&module, &format!("module.{name}{key}"));
            }
            let Some((written, _)) = node.calls.get(call.name) else { return targets };
            let Some(expression) = written.get("expressions").and_then(|all| all.get(name)) else { return targets };
            let for_each = written.get("for_each_expression");
            let scope = Scope { module: Arc::from(module), node, key: address::key_of(call.key), for_each };
            self.follow(expression, &scope, depth + 1, &mut targets);
            targets
        })
    }

    fn output(&self, module: &str, node: &Module<'t>, name: &str, depth: usize) -> Rc<Vec<Target>> {
        self.remembered((Arc::from(module), format!("output.{name}")), || {
            let mut targets = Vec::new();
            if let Some(expression) = node.outputs.get(name) {
                let scope = Scope { module: Arc::from(module), node, key: Key::None, for_each: None };
                self.follow(*expression, &scope, depth + 1, &mut targets);
            }
            targets
        })
    }

    fn remembered(&self, key: (Arc<str>, String), find: impl FnOnce() -> Vec<Target>) -> Rc<Vec<Target>> {
        if let Some(known) = self.memo.borrow().get(&key) {
            return known.clone();
        }
        // Terraform refuses rings; a made-up plan ends here.
        self.memo.borrow_mut().insert(key.clone(), Rc::default());
        let mut targets = find();
        targets.sort();
        targets.dedup();
        let targets = Rc::new(targets);
        self.memo.borrow_mut().insert(key, targets.clone());
        targets
    }

    /// The expressions of the provider that a resource belongs to.
    pub(crate) fn provider(&self, resource: Cursor<'t>) -> Option<(Cursor<'t>, Scope<'_, 't>)> {
        let name = resource.get("provider_config_key")?.string()?;
        let provider = self.providers?.get(&name)?;
        let module = provider.get("module_address").and_then(Cursor::string).unwrap_or_default();
        if !module.is_empty() {
            return None;
        }
        let scope = Scope { module: Arc::from(""), node: &self.root, key: Key::None, for_each: None };
        Some((provider.get("expressions")?, scope))
    }

    /// The value of an expression that is a constant or nothing but a variable of the root.
    pub(crate) fn plain(&self, expression: Cursor<'t>) -> Option<Cursor<'t>> {
        if let Some(constant) = expression.some("constant_value") {
            return Some(constant);
        }
        let written = references(expression);
        let [(name, _)] = written.as_slice() else { return None };
        let name = name.strip_prefix("var.").filter(|name| !name.contains(['.', '[']))?;
        self.variables?.get(name)?.some("value")
    }
}

/// What a step into the targets of a collection takes. Of several resources it is not told which.
fn taken(targets: &[Target], key: &str, rest: &[Step<'_>], configuration: &Configuration<'_>, found: &mut Vec<Target>) {
    let into = !key.is_empty() || !rest.is_empty();
    let first = targets.first().map(|target| &target.to);
    let several = targets.iter().any(|target| Some(&target.to) != first);
    for target in targets {
        let mut target = target.clone();
        if into && several {
            target.vague = true;
        } else if let (Key::Index(_) | Key::Name(_), Some(instances)) =
            (address::key_of(key), configuration.blocks.get(&target.to))
        {
            // One of a block's instances.
            let wanted = address::key_of(key);
            if let Some((_, one)) = instances.iter().find(|(known, _)| *known == wanted) {
                target.to = one.clone();
            }
        }
        if target.attribute.is_empty() {
            let path: Vec<&str> = rest.iter().map(|step| step.name).collect();
            target.attribute = Arc::from(path.join("."));
        }
        found.push(target);
    }
}

/// The instance with the key that the expression's own instance has.
fn same_key<'i>(instances: &'i [(Key, Arc<str>)], by_key: bool, own: &Key) -> Option<&'i Arc<str>> {
    let of = |wanted: &Key| instances.iter().find(|(key, _)| key == wanted).map(|(_, address)| address);
    match own {
        _ if !by_key => None,
        Key::Name(_) => of(own),
        Key::Index(index) => {
            let is_counted = instances.iter().all(|(key, _)| matches!(key, Key::Index(_)));
            let count = u64::try_from(instances.len()).unwrap_or(u64::MAX);
            // `element` starts again at the first.
            let wrapped = index.checked_rem(count)?;
            of(own).or_else(|| if is_counted { of(&Key::Index(wrapped)) } else { None })
        }
        Key::None | Key::Unknown(_) => None,
    }
}

/// The module instances that a reference means.
fn narrowed(all: &[&String], base: &str, key: &str, by_key: bool, own: &Key) -> Vec<String> {
    let of = |key: &Key| {
        let wanted = |module: &&&String| module.strip_prefix(base).map(address::key_of).as_ref() == Some(key);
        all.iter().find(wanted).map(|module| vec![(**module).clone()])
    };
    if !key.is_empty() {
        return of(&address::key_of(key)).unwrap_or_default();
    }
    let same = if by_key && *own != Key::None { of(own) } else { None };
    same.unwrap_or_else(|| all.iter().map(|module| (**module).clone()).collect())
}

/// The references of an expression, without the shorter forms of each that the JSON lists behind it.
fn references(expression: Cursor<'_>) -> Vec<(String, Span)> {
    let mut found: Vec<(String, Span)> = Vec::new();
    for written in expression.get("references").into_iter().flat_map(Cursor::items) {
        let Some(text) = written.string() else { continue };
        let is_part = found.last().is_some_and(|(last, _)| {
            last.strip_prefix(&*text).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        if !is_part {
            found.push((text.into_owned(), written.span()));
        }
    }
    found
}

/// Whether what the configuration says under a name are nested blocks, not the expression of an attribute.
pub(crate) fn is_blocks(expression: Cursor<'_>) -> bool {
    match &expression.node.kind {
        Json::Array(_) => true,
        Json::Object(entries) => {
            !entries.is_empty() && !entries.iter().any(|(key, _)| matches!(&*key.text, "references" | "constant_value"))
        }
        _ => false,
    }
}
