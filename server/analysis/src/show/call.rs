//! What is shown beside the call of a module: how the components fare that it declares.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_model::Points;
use foreshock_text::{FilePath, Place};

use crate::{BlockSummary, Finding, Snapshot, Stack};

/// What is shown beside the call of a module, all its instances together.
#[derive(Clone, Debug, PartialEq)]
pub struct CallSummary {
    /// The call's header.
    pub header: Place,
    /// So many of the components that it declares are single points of failure, and nobody has decided to live with them.
    pub single_points: usize,
    /// What the costliest of these costs.
    pub points: Points,
    /// The one with the largest consequences: a single point before others, then by how many fall with it.
    pub worst: Arc<BlockSummary>,
    /// Index of the stack that it is called in.
    pub stack: usize,
}

impl Stack {
    /// Whether a finding is about a component that the call at a place declares, itself or below.
    pub fn is_declared_by(&self, finding: &Finding, call: &Place) -> bool {
        let Some(module) = self.module_of_finding(finding) else { return false };
        let calls = self.resources().map(|resources| resources.modules.as_slice()).unwrap_or_default();
        let here = calls.iter().filter(|one| one.block.file == call.file && one.block.header == call.span);
        here.into_iter().any(|one| is_below(&module, &one.address))
    }
}

/// Whether a module instance is another, or is called in it.
fn is_below(module: &str, address: &str) -> bool {
    module.strip_prefix(address).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Snapshot {
    /// The calls of modules in a file that declare components, by place; one for each stack that the file is part of.
    pub fn calls_in(&self, file: &FilePath) -> Vec<CallSummary> {
        let mut calls: Vec<CallSummary> = Vec::new();
        for (index, stack) in self.stacks.iter().enumerate() {
            calls.extend(of_stack(index, stack, file));
        }
        calls.sort_by(|one, other| (&one.header, one.stack).cmp(&(&other.header, other.stack)));
        calls
    }
}

fn of_stack(index: usize, stack: &Stack, file: &FilePath) -> Vec<CallSummary> {
    let Some(resources) = stack.resources() else { return Vec::new() };
    let here = resources.modules.iter().filter(|call| call.block.file == *file);
    let addresses: Vec<(&str, Place)> =
        here.map(|call| (&*call.address, Place::new(file.clone(), call.block.header))).collect();
    if addresses.is_empty() {
        return Vec::new();
    }
    let mut calls: BTreeMap<Place, CallSummary> = BTreeMap::new();
    for block in &stack.blocks {
        let module = stack.module_of(block.component);
        for (_, header) in addresses.iter().filter(|(address, _)| is_below(&module, address)) {
            let call = calls.entry(header.clone()).or_insert_with(|| CallSummary {
                header: header.clone(),
                single_points: 0,
                points: Points::ZERO,
                worst: block.clone(),
                stack: index,
            });
            if block.single_point && !block.ignored {
                call.single_points += 1;
                if block.points > call.points {
                    call.points = block.points;
                }
            }
            let weight = |block: &BlockSummary| (block.single_point && !block.ignored, block.affected);
            if weight(block) > weight(&call.worst) {
                call.worst = block.clone();
            }
        }
    }
    calls.into_values().collect()
}
