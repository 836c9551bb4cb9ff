//! References of a plan that says nothing of the attribute they are in: no row can name it.

use foreshock_model::{Confidence, Evidence};
use foreshock_resources::Instance;

use crate::Role;
use crate::graph::{Carried, Edge, Graph, Node, PLAIN, plain};
use crate::paths::Found;
use crate::row::Direction;

impl<'a> Graph<'a> {
    /// A component that refers to somebody's address was handed it; one that refers to a security group is in it.
    pub(crate) fn read_unplaced(&mut self, index: usize, instance: &'a Instance) {
        for (name, attribute) in &instance.unplaced {
            let (value, place) = (&attribute.value, &attribute.place);
            let found = Found { path: name.to_string(), value, place, blocks: Vec::new(), beside: None };
            self.read_carrier(index, &found);
            self.read_group(index, instance, &found);
            self.read_locals(index, &found);
        }
    }

    /// A local whose name is that of a component: nothing but the name says so.
    fn read_locals(&mut self, index: usize, found: &Found<'_>) {
        for trace in found.provenance().filter(|trace| trace.attribute.starts_with("local.")) {
            for target in self.targets(trace) {
                let kind =
                    self.row(target).filter(|row| row.role() == Role::Component).and_then(|row| row.reached_by.kind());
                let Some(kind) = kind.filter(|_| target != index) else { continue };
                let (own, other) = (self.address(index), self.address(target));
                let why = format!("{} of {own} is made from {}, which may be {other}", found.path, trace.attribute);
                let evidence = Evidence { place: trace.place.clone(), why: why.into() };
                let to = Node { instance: target, port: PLAIN };
                let edge =
                    Edge { kind, confidence: Confidence::Guess, carried: Carried::Address, ..plain(to, evidence) };
                self.add(Node { instance: index, port: PLAIN }, edge);
            }
        }
    }

    /// Whoever is in a group may call whoever else is in it: no more than that is known.
    fn read_group(&mut self, index: usize, instance: &Instance, found: &Found<'_>) {
        const GROUP: &str = "aws_security_group";
        let (clients, servers) = (self.port(Some("clients")), self.port(Some("servers")));
        let why = |target: &str| format!("{} is in {target}", instance.address);
        self.join(index, found, PLAIN, clients, Direction::Uses, &why, Some(GROUP));
        self.join(index, found, PLAIN, servers, Direction::Serves, &why, Some(GROUP));
        for trace in found.provenance() {
            for target in self.targets(trace) {
                if self.outline(target).is_none_or(|target| !target.type_name.ends_with(GROUP)) {
                    continue;
                }
                let why = format!("{} does not say who may call whom in it", self.address(target));
                let evidence = Evidence { place: trace.place.clone(), why: why.into() };
                let to = Node { instance: target, port: servers };
                let edge = Edge { confidence: Confidence::Guess, hint: true, ..plain(to, evidence) };
                self.add(Node { instance: target, port: clients }, edge);
            }
        }
    }
}
