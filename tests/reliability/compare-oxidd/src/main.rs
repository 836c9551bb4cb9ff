//! The engine's decision diagrams against those of oxidd, on the same functions with the same order of variables: node
//! counts must be equal, times are printed, each the shortest of five.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use oxidd::bdd::BDDFunction;
use oxidd::{BooleanFunction, Function as _, Manager, ManagerRef};
use serde_json::Value;

#[path = "../../../../server/engine/src/diagram/bdd.rs"]
#[allow(dead_code)]
mod bdd;

/// Monotone functions of variables.
trait Store {
    type Function: Clone;
    fn never(&mut self) -> Self::Function;
    fn always(&mut self) -> Self::Function;
    fn variable(&mut self, variable: u32) -> Self::Function;
    fn and(&mut self, one: &Self::Function, other: &Self::Function) -> Self::Function;
    fn or(&mut self, one: &Self::Function, other: &Self::Function) -> Self::Function;
    /// Nodes of the function, the terminals left out.
    fn nodes(&self, function: &Self::Function) -> usize;

    fn at_least(&mut self, count: usize, functions: &[Self::Function]) -> Self::Function {
        let (never, always) = (self.never(), self.always());
        let mut rows = vec![never; count + 1];
        rows[0] = always;
        for (seen, function) in functions.iter().enumerate() {
            for needed in (1..=count.min(seen + 1)).rev() {
                let with = self.and(function, &rows[needed - 1].clone());
                rows[needed] = self.or(&rows[needed].clone(), &with);
            }
        }
        rows[count].clone()
    }
}

struct Ours(bdd::Bdd);

impl Store for Ours {
    type Function = bdd::Function;
    fn never(&mut self) -> bdd::Function {
        bdd::Function::NEVER
    }
    fn always(&mut self) -> bdd::Function {
        bdd::Function::ALWAYS
    }
    fn variable(&mut self, variable: u32) -> bdd::Function {
        self.0.variable(variable).unwrap()
    }
    fn and(&mut self, one: &bdd::Function, other: &bdd::Function) -> bdd::Function {
        self.0.and(*one, *other).unwrap()
    }
    fn or(&mut self, one: &bdd::Function, other: &bdd::Function) -> bdd::Function {
        self.0.or(*one, *other).unwrap()
    }
    fn nodes(&self, function: &bdd::Function) -> usize {
        self.0.live([*function]).nodes().count()
    }
}

struct Theirs {
    manager: oxidd::bdd::BDDManagerRef,
    variables: Vec<BDDFunction>,
}

impl Theirs {
    fn new(variables: u32) -> Theirs {
        let manager = oxidd::bdd::new_manager(16 << 20, 4 << 20, 1);
        let variables = manager.with_manager_exclusive(|manager| {
            manager.add_vars(variables).map(|variable| BDDFunction::var(manager, variable).unwrap()).collect()
        });
        Theirs { manager, variables }
    }
}

impl Store for Theirs {
    type Function = BDDFunction;
    fn never(&mut self) -> BDDFunction {
        self.manager.with_manager_shared(|manager| BDDFunction::f(manager))
    }
    fn always(&mut self) -> BDDFunction {
        self.manager.with_manager_shared(|manager| BDDFunction::t(manager))
    }
    fn variable(&mut self, variable: u32) -> BDDFunction {
        self.variables[variable as usize].clone()
    }
    fn and(&mut self, one: &BDDFunction, other: &BDDFunction) -> BDDFunction {
        one.and(other).unwrap()
    }
    fn or(&mut self, one: &BDDFunction, other: &BDDFunction) -> BDDFunction {
        one.or(other).unwrap()
    }
    fn nodes(&self, function: &BDDFunction) -> usize {
        // Both terminals are counted.
        function.node_count() - 2
    }
}

struct Tree {
    top: String,
    gates: BTreeMap<String, (Option<usize>, Vec<String>)>,
    order: BTreeMap<String, u32>,
}

impl Tree {
    fn read(text: &str) -> Tree {
        let tree: Value = serde_json::from_str(text).unwrap();
        let gate = |gate: &Value| {
            let members: Vec<String> =
                gate["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap().to_owned()).collect();
            let count = match gate["op"].as_str().unwrap() {
                "or" => None,
                "and" => Some(members.len()),
                _ => Some(gate["k"].as_u64().unwrap() as usize),
            };
            (count, members)
        };
        let gates = tree["gates"].as_object().unwrap().iter().map(|(id, it)| (id.clone(), gate(it))).collect();
        let mut tree = Tree { top: tree["top"].as_str().unwrap().to_owned(), gates, order: BTreeMap::new() };
        let mut sizes = BTreeMap::new();
        tree.size(&tree.top.clone(), &mut sizes);
        tree.number(&tree.top.clone(), &sizes);
        tree
    }

    fn size(&self, id: &str, sizes: &mut BTreeMap<String, f64>) -> f64 {
        if let Some(size) = sizes.get(id) {
            return *size;
        }
        let members = self.gates.get(id).into_iter().flat_map(|(_, members)| members);
        let size = 1.0 + members.map(|member| self.size(member, sizes)).sum::<f64>();
        sizes.insert(id.to_owned(), size);
        size
    }

    /// Depth first, the largest first, as the engine does.
    fn number(&mut self, id: &str, sizes: &BTreeMap<String, f64>) {
        let Some((_, members)) = self.gates.get(id) else {
            let next = self.order.len() as u32;
            self.order.entry(id.to_owned()).or_insert(next);
            return;
        };
        let mut members = members.clone();
        members.sort_by(|a, b| sizes[b].total_cmp(&sizes[a]));
        members.iter().for_each(|member| self.number(member, sizes));
    }

    fn build<S: Store>(&self, id: &str, store: &mut S, built: &mut BTreeMap<String, S::Function>) -> S::Function {
        if let Some(known) = built.get(id) {
            return known.clone();
        }
        let function = match self.gates.get(id) {
            None => store.variable(self.order[id]),
            Some((count, members)) => {
                let members: Vec<S::Function> = members.iter().map(|member| self.build(member, store, built)).collect();
                match count {
                    None => members.iter().skip(1).fold(members[0].clone(), |any, member| store.or(&any, member)),
                    Some(all) if *all == members.len() => {
                        members.iter().skip(1).fold(members[0].clone(), |both, member| store.and(&both, member))
                    }
                    Some(count) => store.at_least(*count, &members),
                }
            }
        };
        built.insert(id.to_owned(), function.clone());
        function
    }
}

/// `layers` layers of `width` components, each of which needs `required` of three of the next layer.
fn mesh<S: Store>(store: &mut S, width: u32, layers: u32, required: usize) -> S::Function {
    let mut below: Vec<S::Function> = Vec::new();
    for layer in (0..layers).rev() {
        let here = (0..width).map(|place| {
            let own = store.variable(layer * width + place);
            if below.is_empty() {
                return own;
            }
            let targets: Vec<S::Function> =
                [0, 1, 2].map(|step| below[((place + step) % width) as usize].clone()).to_vec();
            let lost = store.at_least(3 - required + 1, &targets);
            store.or(&own, &lost)
        });
        below = here.collect::<Vec<_>>();
    }
    below.iter().skip(1).fold(below[0].clone(), |both, one| store.and(&both, one))
}

/// The nodes of a function, and the shortest of five times that building it takes, each time in an empty store.
fn measured<S: Store>(store: impl Fn() -> S, build: impl Fn(&mut S) -> S::Function) -> (usize, Duration) {
    let mut shortest = Duration::MAX;
    let mut nodes = 0;
    for _ in 0..5 {
        let mut store = store();
        let start = Instant::now();
        let function = build(&mut store);
        shortest = shortest.min(start.elapsed());
        nodes = store.nodes(&function);
    }
    (nodes, shortest)
}

fn compare(
    name: &str,
    variables: u32,
    build: impl Fn(&mut Ours) -> bdd::Function,
    theirs: impl Fn(&mut Theirs) -> BDDFunction,
) {
    let (our_nodes, our_time) = measured(|| Ours(bdd::Bdd::new(16 << 20, u64::MAX)), build);
    let (their_nodes, their_time) = measured(|| Theirs::new(variables), theirs);
    assert_eq!(our_nodes, their_nodes, "{name}");
    let ratio = their_time.as_secs_f64() / our_time.as_secs_f64();
    println!("{name:18} {our_nodes:>9} nodes  {our_time:>10.1?}  {their_time:>10.1?}  {ratio:>5.1}");
}

fn main() {
    println!("{:18} {:>15}  {:>10}  {:>10}  {:>5}", "", "", "ours", "oxidd", "ratio");
    for (width, layers, required) in [(5, 200, 1), (5, 200, 2), (8, 12, 1)] {
        let name = format!("{width}x{layers}, {required} of 3");
        compare(
            &name,
            width * layers,
            |store| mesh(store, width, layers, required),
            |store| mesh(store, width, layers, required),
        );
    }
    let Some(directory) = std::env::args().nth(1) else { return };
    let mut paths: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let tree = Tree::read(&std::fs::read_to_string(&path).unwrap());
        compare(
            &path.file_stem().unwrap().to_string_lossy(),
            tree.order.len() as u32,
            |store| tree.build(&tree.top, store, &mut BTreeMap::new()),
            |store| tree.build(&tree.top, store, &mut BTreeMap::new()),
        );
    }
}
