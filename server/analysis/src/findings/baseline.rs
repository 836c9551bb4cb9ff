//! The findings that were there when Foreshock came to an estate: they are old, and only what comes new is loud.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_text::{FilePath, LineTable};
use serde::{Deserialize, Serialize};

use crate::{Configuration, Finding, FindingKey, ProblemCode, Snapshot, Stack};

/// One accepted finding. The order of the fields is the order in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The stack as people know it, relative to the baseline's directory: `envs/prod (prod.tfvars)`.
    pub stack: String,
    /// The rule.
    pub rule: String,
    /// The component, or the resource.
    pub address: String,
}

/// The findings that are accepted, by rule, stack and address: no lines, so that moving text changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// Where it is written.
    pub file: FilePath,
    /// Why it can't be read, with line and column.
    pub problem: Option<String>,
    /// How many lines the file has, so that all of it can be replaced; `None` where it is not there yet.
    pub lines: Option<u32>,
    /// The directory that stacks are named relative to.
    directory: Utf8PathBuf,
    entries: BTreeSet<BaselineEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    findings: BTreeSet<BaselineEntry>,
}

impl Baseline {
    /// The name that is looked for beside `foreshock.toml`, and above a stack where there is none.
    pub const FILE_NAME: &'static str = "foreshock-baseline.json";
    const VERSION: u32 = 1;

    /// With nothing accepted.
    pub fn empty(file: FilePath, directory: Utf8PathBuf) -> Baseline {
        Baseline { file, problem: None, lines: None, directory, entries: BTreeSet::new() }
    }

    /// A file that is there and can't be taken as text.
    pub(crate) fn unreadable(file: FilePath, directory: Utf8PathBuf, why: &str) -> Baseline {
        Baseline { problem: Some(format!("1:1: {why}")), lines: Some(1), ..Baseline::empty(file, directory) }
    }

    /// Reads a text; one that is no baseline accepts nothing and says why.
    pub fn read(file: FilePath, directory: Utf8PathBuf, text: &str) -> Baseline {
        let mut baseline = Baseline::empty(file, directory);
        baseline.lines = Some(LineTable::new(text).line_count());
        match serde_json::from_str::<Written>(text) {
            Ok(written) if written.version == Baseline::VERSION => baseline.entries = written.findings,
            Ok(written) => {
                let ours = Baseline::VERSION;
                baseline.problem =
                    Some(format!("1:1: this baseline is of version {}; expected {ours}", written.version));
            }
            Err(error) => {
                let (line, column) = (error.line().max(1), error.column().max(1));
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                let expected = "expected what `foreshock check --write-baseline` writes";
                baseline.problem = Some(format!("{line}:{column}: {message}; {expected}"));
            }
        }
        baseline
    }

    /// What it accepts, sorted.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &BaselineEntry> {
        self.entries.iter()
    }

    /// Accepts what is found in these stacks now and is not suppressed. What it says of other stacks stays.
    pub fn accept<'a>(&mut self, stacks: impl IntoIterator<Item = &'a Stack>) {
        for stack in stacks {
            let name = self.name_of(stack);
            self.entries.retain(|entry| entry.stack != name);
            let found = stack.findings.iter().flat_map(|finding| finding.keys()).map(|key| BaselineEntry {
                stack: name.clone(),
                rule: key.rule.to_string(),
                address: key.component_id.to_string(),
            });
            self.entries.extend(found);
        }
    }

    /// As it is written: sorted, a line for each finding, so that a change of it is a line of a diff.
    pub fn text(&self) -> String {
        let line = |entry: &BaselineEntry| serde_json::to_string(entry).unwrap_or_default();
        let lines: Vec<String> = self.entries.iter().map(|entry| format!("    {}", line(entry))).collect();
        let findings = if lines.is_empty() { "[]".to_owned() } else { format!("[\n{}\n  ]", lines.join(",\n")) };
        format!("{{\n  \"version\": {},\n  \"findings\": {findings}\n}}\n", Baseline::VERSION)
    }

    fn name_of(&self, stack: &Stack) -> String {
        let relative: &Utf8Path = stack.root.strip_prefix(&self.directory).unwrap_or(&stack.root);
        // The same on every system.
        let name = relative.as_str().replace('\\', "/");
        stack.title(if name.is_empty() { "." } else { &name })
    }

    fn of_stack(&self, stack: &Stack) -> Vec<&BaselineEntry> {
        let name = self.name_of(stack);
        self.entries.iter().filter(|entry| entry.stack == name).collect()
    }
}

/// A stack in which what its baseline accepts is old.
pub(crate) fn applied(mut stack: Stack) -> Stack {
    let Some(baseline) = stack.settings().baseline.clone() else { return stack };
    let entries = baseline.of_stack(&stack);
    let accepted = entries.iter().filter_map(|entry| {
        let rule = crate::rule(&entry.rule)?.id;
        Some(FindingKey { rule, component_id: stack.name_now(&entry.address).into() })
    });
    let accepted: BTreeSet<FindingKey> = accepted.collect();
    for finding in &mut stack.findings {
        if finding.new && accepted.contains(&finding.key()) {
            Arc::make_mut(finding).new = false;
        }
    }
    stack.accepted = accepted;
    stack
}

impl Stack {
    /// The baseline that counts for it.
    pub fn baseline(&self) -> Option<&Baseline> {
        self.settings().baseline.as_deref()
    }

    /// Whether its baseline accepts a finding.
    pub fn is_accepted(&self, finding: &Finding) -> bool {
        finding.keys().all(|key| self.accepted.contains(&key))
    }

    /// What its baseline accepts and is no more; empty where a text can't be read, for it may be there.
    pub fn mended_of_baseline(&self) -> Vec<&BaselineEntry> {
        let Some(baseline) = self.baseline() else { return Vec::new() };
        if self.problems.iter().any(|problem| problem.code == ProblemCode::Syntax) {
            return Vec::new();
        }
        let is_there = |entry: &BaselineEntry| {
            let now = self.name_now(&entry.address);
            self.all_findings().any(|finding| finding.rule.as_str() == entry.rule && *finding.component_id == *now)
        };
        baseline.of_stack(self).into_iter().filter(|entry| !is_there(entry)).collect()
    }
}

impl Snapshot {
    /// The `foreshock.toml` that counts for a path.
    fn configuration_of(&self, path: &Utf8Path) -> Option<&Configuration> {
        let all = self.configurations.iter().map(|configured| &*configured.configuration);
        let above = all.filter(|configuration| path.starts_with(configuration.directory()));
        above.max_by_key(|configuration| configuration.directory().as_str().len())
    }

    /// The file in which a stack's baseline is looked for, there or not: the one in use, else the one that
    /// `foreshock.toml` names, else the usual name beside that, else in the workspace folder.
    pub fn baseline_file(&self, stack: &Stack) -> FilePath {
        if let Some(baseline) = stack.baseline() {
            return baseline.file.clone();
        }
        let directory = match self.configuration_of(&stack.root) {
            Some(configuration) => configuration.directory(),
            None => {
                let folder = self.folders.iter().find(|folder| stack.root.starts_with(folder));
                folder.cloned().unwrap_or_else(|| stack.root.clone())
            }
        };
        FilePath::new(directory.join(Baseline::FILE_NAME))
    }

    /// The baseline in a file as it is now, or an empty one: to accept more and write it.
    pub fn baseline_in(&self, file: &FilePath) -> Baseline {
        let known = self.stacks.iter().filter_map(|stack| stack.baseline()).find(|baseline| baseline.file == *file);
        if let Some(known) = known {
            return known.clone();
        }
        let parent = file.as_path().parent().unwrap_or(file.as_path());
        let directory = match self.configuration_of(file.as_path()) {
            Some(configuration) => configuration.directory(),
            None => parent.to_owned(),
        };
        match crate::workspace::disk::read_text(file) {
            Some(text) => Baseline::read(file.clone(), directory, &text),
            None => Baseline::empty(file.clone(), directory),
        }
    }

    /// Whether the baselines of all its stacks would be looked for in a file.
    pub fn finds_baseline(&self, file: &FilePath) -> bool {
        let name = file.as_path().file_name();
        let is_above = |stack: &Stack| {
            let parent = file.as_path().parent();
            name == Some(Baseline::FILE_NAME) && parent.is_some_and(|parent| stack.root.starts_with(parent))
        };
        self.stacks.iter().all(|stack| match self.configuration_of(&stack.root) {
            Some(_) => self.baseline_file(stack) == *file,
            None => is_above(stack),
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Baseline {
        Baseline::read(FilePath::new("/w/foreshock-baseline.json"), "/w".into(), text)
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        let entry = |stack: &str, address: &str| BaselineEntry {
            stack: stack.to_owned(),
            rule: "single-zone".to_owned(),
            address: address.to_owned(),
        };
        let mut baseline = read("{\"version\": 1, \"findings\": []}");
        assert_eq!(baseline.text(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
        baseline.entries.extend([entry("envs/prod", "b[\"x\"]"), entry("envs/dev", "c"), entry("envs/prod", "a")]);
        expect![[r#"
            {
              "version": 1,
              "findings": [
                {"stack":"envs/dev","rule":"single-zone","address":"c"},
                {"stack":"envs/prod","rule":"single-zone","address":"a"},
                {"stack":"envs/prod","rule":"single-zone","address":"b[\"x\"]"}
              ]
            }
        "#]]
        .assert_eq(&baseline.text());
        let again = read(&baseline.text());
        assert_eq!(again.entries, baseline.entries);
        assert_eq!(again.lines, Some(9));
    }

    #[test]
    fn what_is_no_baseline_says_why() {
        let problem = |text: &str| read(text).problem.unwrap();
        expect!["2:1: EOF while parsing an object; expected what `foreshock check --write-baseline` writes"]
            .assert_eq(&problem("{\n"));
        expect!["1:1: this baseline is of version 2; expected 1"]
            .assert_eq(&problem("{\"version\": 2, \"findings\": []}"));
        expect!["1:27: missing field `stack`; expected what `foreshock check --write-baseline` writes"]
            .assert_eq(&problem("{\"version\":1,\"findings\":[{}]}"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "[{}\\[\\]\":, a-c0-9\n]{0,40}") {
            let baseline = read(&text);
            prop_assert!(baseline.problem.is_some() || read(&baseline.text()).entries == baseline.entries);
        }
    }
}
