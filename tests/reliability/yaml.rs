//! Systems as infrastructure YAML.

use std::fmt::Write;

use serde_json::Value;

/// A system that is being written down.
#[derive(Default)]
pub(crate) struct Yaml {
    top: String,
    components: String,
    dependencies: String,
}

impl Yaml {
    /// A top-level block: `domains: {nat: {unavailability: 1e-3}}`.
    pub(crate) fn top(&mut self, line: &str) {
        writeln!(self.top, "{line}").unwrap();
    }

    /// A component with its fields, as a flow map's inside.
    pub(crate) fn component(&mut self, id: &str, fields: &str) {
        writeln!(self.components, "  - {{id: {id}, {fields}}}").unwrap();
    }

    /// Something that can't fail by itself.
    pub(crate) fn perfect(&mut self, id: &str) {
        self.component(id, "availability: 1");
    }

    /// The entry, which can't fail by itself.
    pub(crate) fn entry(&mut self, id: &str) {
        self.component(id, "availability: 1, entry: true");
    }

    /// One unit with this probability of failure, in full precision.
    pub(crate) fn event(&mut self, id: &str, unavailability: f64) {
        self.component(id, &format!("unavailability: {unavailability:e}"));
    }

    pub(crate) fn requires(&mut self, from: &str, to: &str) {
        writeln!(self.dependencies, "  - {{source: {from}, target: {to}}}").unwrap();
    }

    /// `required` of these must hold.
    pub(crate) fn alternatives(&mut self, from: &str, targets: &[&str], required: usize) {
        for to in targets {
            writeln!(
                self.dependencies,
                "  - {{source: {from}, target: {to}, alternatives: of-{from}, required: {required}}}"
            )
            .unwrap();
        }
    }

    pub(crate) fn text(&self) -> String {
        let Yaml { top, components, dependencies } = self;
        let dependencies = if dependencies.is_empty() { "  []\n" } else { dependencies };
        format!("{top}components:\n{components}dependencies:\n{dependencies}")
    }
}

/// A fault tree in neutral JSON: an event is a component with an explicit figure, a gate one that can't fail by itself.
/// OR requires each argument, AND is alternatives one of which is enough, and of at least k of n failing n - k + 1 are
/// needed.
pub(crate) fn fault_tree(tree: &Value) -> String {
    let mut yaml = Yaml::default();
    let top = tree["top"].as_str().unwrap();
    for (id, probability) in tree["events"].as_object().unwrap() {
        yaml.event(id, probability.as_f64().unwrap());
    }
    for (id, gate) in tree["gates"].as_object().unwrap() {
        if id == top {
            yaml.entry(id)
        } else {
            yaml.perfect(id)
        }
        let arguments: Vec<&str> = gate["args"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        match gate["op"].as_str().unwrap() {
            "or" => arguments.iter().for_each(|to| yaml.requires(id, to)),
            "and" => yaml.alternatives(id, &arguments, 1),
            "atleast" => {
                let failing = gate["k"].as_u64().unwrap() as usize;
                yaml.alternatives(id, &arguments, arguments.len() - failing + 1);
            }
            other => panic!("{id}: a gate {other}"),
        }
    }
    yaml.text()
}
