//! A file that several systems share means something else in each: who they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_model::ComponentIndex;
use foreshock_text::FilePath;

use crate::workspace::paths::directory_of;
use crate::{Finding, Severity, Snapshot, Stack};

/// One of those who make a system of a file: a call of its module, or a stack of its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Stays the same while there is this caller.
    pub id: String,
    /// What a person calls it: `envs/prod`, `envs/prod · module.db`.
    pub label: String,
    /// Index of the stack.
    pub stack: usize,
    /// Address of the module instance; empty for the root.
    pub module: Arc<str>,
}

/// How a file fares in the system of one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fares {
    /// Nothing louder than a note.
    Fine,
    /// Findings, but no single point of failure.
    Findings,
    /// One of its blocks is a single point of failure.
    SinglePoint,
}

impl Fares {
    /// What is said of it.
    pub fn words(self) -> &'static str {
        match self {
            Fares::Fine => "fine",
            Fares::Findings => "with other findings",
            Fares::SinglePoint => "single point of failure",
        }
    }
}

impl Caller {
    /// Whether a component of a stack is part of what is called.
    pub fn has(&self, stack: usize, module: &str) -> bool {
        let below = || module.strip_prefix(&*self.module).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        self.stack == stack && (self.module.is_empty() || below())
    }
}

impl Stack {
    /// Address of the module instance that declares a component; empty for the root.
    pub fn module_of(&self, component: ComponentIndex) -> Arc<str> {
        self.declaring_instance(component).map(|instance| instance.module.clone()).unwrap_or_default()
    }

    /// Address of the module instance that a finding is about; `None` for one about the system as a whole.
    pub fn module_of_finding(&self, finding: &Finding) -> Option<Arc<str>> {
        if let Some(component) = finding.component {
            return Some(self.module_of(component));
        }
        let instances = &self.resources()?.instances;
        // They are sorted by address.
        let found = instances.binary_search_by(|instance| (*instance.address).cmp(&finding.component_id)).ok()?;
        instances.get(found).map(|instance| instance.module.clone())
    }
}

impl Snapshot {
    /// Everybody who calls the module of a file, or reads its root; by label. Most files have one.
    pub fn callers(&self, file: &FilePath) -> Vec<Caller> {
        let directory = directory_of(file);
        let mut callers = Vec::new();
        for (index, stack) in self.stacks.iter().enumerate() {
            let Some(resources) = stack.resources() else { continue };
            if !stack.files.contains(file) {
                continue;
            }
            let title = stack.title(&self.shown_root(&stack.root));
            let mut modules: Vec<Arc<str>> = Vec::new();
            if stack.root == directory {
                modules.push(Arc::from(""));
            }
            let calls = resources.modules.iter().filter(|call| call.directory.as_ref() == Some(&directory));
            modules.extend(calls.map(|call| call.address.clone()));
            let several = modules.len() > 1;
            callers.extend(modules.into_iter().map(|module| Caller {
                id: format!("{} {module}", stack.id()),
                label: if several { format!("{title} · {module}") } else { title.clone() },
                stack: index,
                module,
            }));
        }
        callers.sort_by(|one, other| (&one.label, &one.id).cmp(&(&other.label, &other.id)));
        callers
    }

    /// How a file fares with one of its callers.
    pub fn fares(&self, file: &FilePath, caller: &Caller) -> Fares {
        let Some(stack) = self.stacks.get(caller.stack) else { return Fares::Fine };
        let is_here = |module: &str| caller.has(caller.stack, module);
        let blocks = stack.blocks.iter().filter(|block| block.header.file == *file);
        if blocks
            .into_iter()
            .any(|block| block.single_point && !block.ignored && is_here(&stack.module_of(block.component)))
        {
            return Fares::SinglePoint;
        }
        let loud = stack.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
        let here = |finding: &&Arc<Finding>| finding.place.file == *file || finding.block.file == *file;
        match loud.filter(here).any(|finding| stack.module_of_finding(finding).is_none_or(|module| is_here(&module))) {
            true => Fares::Findings,
            false => Fares::Fine,
        }
    }

    /// `3 callers: 2 fine, 1 single point of failure`; `None` for a file with fewer than two.
    pub fn callers_in_short(&self, file: &FilePath, callers: &[Caller]) -> Option<String> {
        if callers.len() < 2 {
            return None;
        }
        let mut counts: BTreeMap<Fares, usize> = BTreeMap::new();
        for caller in callers {
            *counts.entry(self.fares(file, caller)).or_default() += 1;
        }
        let parts: Vec<String> = counts
            .iter()
            .map(|(fares, count)| match (fares, count) {
                (Fares::SinglePoint, 2..) => format!("{count} single points of failure"),
                _ => format!("{count} {}", fares.words()),
            })
            .collect();
        Some(format!("{} callers: {}", callers.len(), parts.join(", ")))
    }

    /// A root as people know it: relative to its workspace folder; the folder itself by its name.
    pub fn shown_root(&self, root: &Utf8Path) -> String {
        let relative =
            self.folders.iter().filter_map(|folder| root.strip_prefix(folder).ok()).min_by_key(|p| p.as_str().len());
        match relative {
            Some(relative) if relative.as_str().is_empty() => root.file_name().unwrap_or(".").to_owned(),
            Some(relative) => relative.to_string(),
            None => root.to_string(),
        }
    }
}
