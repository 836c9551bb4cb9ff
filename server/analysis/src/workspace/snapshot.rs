//! One version of the world, as editor, command line and CI see it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Boundary, Files};
use foreshock_model::{ComponentIndex, Evidence};
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::{AnchoredText, FilePath, Problem};
use rustc_hash::FxHashMap;

use crate::dialect::yaml_file::YamlFile;
use crate::dialect::{SourceFile, Texts};
use crate::findings::fix::{self, ChosenTogether, Objective, Outcomes, Repair, Together};
use crate::show::cascade_tree;
use crate::workspace::disk::list_disk;
use crate::{BlockSummary, CascadeTree, Configuration, Finding, Fix, Notice, ProblemCode, Revision, Stack};

/// One version of the world: texts, what they mean, what was found. Immutable, and cheap to share between threads.
#[derive(Debug)]
pub struct Snapshot {
    /// Which version.
    pub revision: Revision,
    /// The workspace folders.
    pub folders: Vec<Utf8PathBuf>,
    /// The stacks, by root.
    pub stacks: Vec<Arc<Stack>>,
    /// The `foreshock.toml` that count for the stacks and the open documents, by path.
    pub configurations: Vec<Configured>,
    /// Why there is no base, or not the one that was meant. Never set where nobody asked for one.
    pub base_problem: Option<Arc<str>>,
    /// What is to be said of suppressions, by place.
    pub notices: Vec<Notice>,
    /// Files and directories that are there and can't be read, with the reason: what is said of their stacks is not the whole.
    pub unreadable: Vec<(FilePath, String)>,
    /// Stacks below what was asked for that nobody runs: what tests are made on, and examples.
    pub passed_over: usize,
    files: Arc<FxHashMap<FilePath, SourceFile>>,
    /// The files by their directory.
    listed: Arc<FxHashMap<Utf8PathBuf, Vec<FilePath>>>,
    /// How far reading goes.
    pub(crate) boundary: Boundary,
    /// What became of the stacks by repairs that were tried.
    pub(crate) outcomes: Arc<Outcomes>,
}

/// A `foreshock.toml` with everything that is wrong with it here.
#[derive(Clone, Debug)]
pub struct Configured {
    /// What it says.
    pub configuration: Arc<Configuration>,
    /// What is wrong with it, its text and its paths, by place.
    pub problems: Vec<Problem>,
    /// The stacks below its directory, relative to that, sorted.
    pub(crate) roots: Vec<String>,
}

/// A file that was read, whatever its dialect.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its text.
    pub text: &'a AnchoredText,
    /// What of its text could not be parsed.
    pub problems: &'a [Problem],
}

impl Snapshot {
    pub(crate) fn new(
        revision: Revision,
        folders: Vec<Utf8PathBuf>,
        stacks: Vec<Arc<Stack>>,
        configurations: Vec<Configured>,
        files: FxHashMap<FilePath, SourceFile>,
        base_problem: Option<Arc<str>>,
    ) -> Snapshot {
        let mut listed: FxHashMap<Utf8PathBuf, Vec<FilePath>> = FxHashMap::default();
        for file in files.keys() {
            let Some(directory) = file.as_path().parent() else { continue };
            match listed.get_mut(directory) {
                Some(known) => known.push(file.clone()),
                None => drop(listed.insert(directory.to_owned(), vec![file.clone()])),
            }
        }
        Snapshot {
            revision,
            folders,
            stacks,
            configurations,
            base_problem,
            notices: Vec::new(),
            unreadable: Vec::new(),
            passed_over: 0,
            files: Arc::new(files),
            listed: Arc::new(listed),
            boundary: Boundary::none(),
            outcomes: Arc::default(),
        }
    }

    /// The same texts with other words on what they mean.
    pub(crate) fn with_stacks(&self, stacks: Vec<Arc<Stack>>) -> Snapshot {
        let (folders, configurations) = (self.folders.clone(), self.configurations.clone());
        let (files, base_problem, notices) = (self.files.clone(), self.base_problem.clone(), self.notices.clone());
        let (revision, listed, boundary) = (self.revision, self.listed.clone(), self.boundary.clone());
        let unreadable = self.unreadable.clone();
        Snapshot {
            stacks,
            revision,
            folders,
            configurations,
            files,
            listed,
            base_problem,
            notices,
            boundary,
            unreadable,
            passed_over: self.passed_over,
            outcomes: Arc::default(),
        }
    }

    /// The files as they were read.
    pub(super) fn files(&self) -> &FxHashMap<FilePath, SourceFile> {
        &self.files
    }

    /// The text of a file that was read.
    pub fn file(&self, path: &FilePath) -> Option<File<'_>> {
        let read = self.files.get(path)?;
        Some(File { text: read.text(), problems: read.problems() })
    }

    /// The findings whose place is in a file, with the index of their stack.
    pub fn findings_in<'a>(&'a self, file: &FilePath) -> Vec<(usize, &'a Finding)> {
        let mut found = Vec::new();
        for (index, stack) in self.stacks.iter().enumerate() {
            let here = stack.findings_of_file(file).map_or(&[][..], |of_file| &of_file.placed).iter();
            found.extend(here.filter_map(|&number| Some((index, &**stack.findings.get(number as usize)?))));
        }
        found
    }

    /// The findings that are told in a file although their place is elsewhere, or on another line of it, with why.
    pub fn told_also_in<'a>(&'a self, file: &FilePath) -> Vec<(usize, &'a Finding, &'a Evidence)> {
        let mut found = Vec::new();
        for (index, stack) in self.stacks.iter().enumerate() {
            let told = stack.findings_of_file(file).map_or(&[][..], |of_file| &of_file.told_also).iter();
            for finding in told.filter_map(|&number| stack.findings.get(number as usize)) {
                let here = finding.told_also_at().filter(|evidence| evidence.place.file == *file);
                found.extend(here.map(|evidence| (index, &**finding, evidence)));
            }
        }
        found
    }

    /// What could not be understood in a file, by place. A file that several stacks read tells each problem once.
    pub fn problems_in(&self, file: &FilePath) -> Vec<(ProblemCode, Problem)> {
        if let Some(configured) = self.configurations.iter().find(|one| one.configuration.file == *file) {
            let problems = configured.problems.iter();
            return problems.map(|problem| (ProblemCode::Configuration, problem.clone())).collect();
        }
        let of_stacks = self.stacks.iter().flat_map(|stack| &stack.problems).filter(|problem| problem.file == *file);
        let mut problems: Vec<(ProblemCode, Problem)> =
            of_stacks.map(|problem| (problem.code, problem.problem.clone())).collect();
        if let Some(parsed) = self.file(file)
            && problems.is_empty()
        {
            problems = parsed.problems.iter().map(|problem| (ProblemCode::Syntax, problem.clone())).collect();
        }
        let place = |(code, problem): &(ProblemCode, Problem)| (problem.span, problem.message.clone(), *code);
        problems.sort_by_key(place);
        problems.dedup();
        problems
    }

    /// What `[editor] values` says to whoever looks at a file: the nearest `foreshock.toml` that has a word on it.
    pub fn editor_values(&self, file: &FilePath) -> Option<bool> {
        let above = self.configurations.iter().map(|configured| &configured.configuration);
        let above = above.filter(|configuration| file.as_path().starts_with(configuration.directory()));
        above.max_by_key(|configuration| configuration.file.as_path().as_str().len())?.values
    }

    /// The blocks of a file that make up components, with the index of their stack, by place.
    pub fn blocks_in<'a>(&'a self, file: &FilePath) -> Vec<(usize, &'a BlockSummary)> {
        let mut blocks: Vec<(usize, &BlockSummary)> = Vec::new();
        for (index, stack) in self.stacks.iter().enumerate() {
            // They stand in the order of their places.
            let start = stack.blocks.partition_point(|block| block.header.file < *file);
            let here = stack.blocks.iter().skip(start).take_while(|block| block.header.file == *file);
            blocks.extend(here.map(|block| (index, &**block)));
        }
        blocks.sort_by_key(|(stack, block)| (block.header.span, *stack));
        blocks
    }

    /// The blocks at an offset; several when a shared module has several callers.
    pub fn block_at<'a>(&'a self, file: &FilePath, offset: u32) -> Vec<(usize, &'a BlockSummary)> {
        let mut blocks = self.blocks_in(file);
        blocks.retain(|(_, block)| block.extent.span.touches(offset));
        blocks
    }

    /// Whether a file, there or not, lies where reading goes, links followed.
    pub fn is_inside(&self, file: &FilePath) -> bool {
        self.boundary.holds_file(file.as_path())
    }

    /// What falls when a component is down as a whole.
    pub fn cascade(&self, stack: usize, component: ComponentIndex) -> Option<CascadeTree> {
        cascade_tree::of_component(self.stacks.get(stack)?, component)
    }

    /// The repairs of a finding, best first, each proven: applied to a copy, parsed, understood and assessed. Costs an
    /// analysis of the stack for each candidate.
    pub fn fixes(&self, stack: usize, finding: &Finding) -> Vec<Fix> {
        self.fixes_unless(stack, finding, &|| false).unwrap_or_default()
    }

    /// The same, given up when `stop` says so, which is asked before each of these analyses; `None` then.
    pub fn fixes_unless(&self, stack: usize, finding: &Finding, stop: &(dyn Fn() -> bool + Sync)) -> Option<Vec<Fix>> {
        self.stacks.get(stack).map_or_else(|| Some(Vec::new()), |stack| fix::proven(self, stack, finding, stop))
    }

    /// Which of these repairs, the most wanted first, can be made at once: every finding they are for is gone, the score is
    /// higher, and nothing is found that was not there before. Costs a few analyses of each stack; `stop` is asked before
    /// each, and `None` when it said so.
    pub fn fixes_together(&self, repairs: &[Repair<'_>], stop: &(dyn Fn() -> bool + Sync)) -> Option<Together> {
        fix::together(self, repairs, stop)
    }

    /// Of each finding the repair that serves an objective best, the best first, as far as they go together. `most` as for
    /// [`fixes_of`](Snapshot::fixes_of), and so is `stop`.
    pub fn fixes_by(&self, objective: Objective, most: usize, stop: &(dyn Fn() -> bool + Sync)) -> ChosenTogether {
        fix::chosen(self, objective, most, stop)
    }

    /// The repairs of several findings of a stack, each as [`fixes`](Snapshot::fixes) has it; where many repairs have nothing
    /// to do with each other they share an analysis. `None` for a finding whose repairs were not all tried: so many resources
    /// and components, `most`, may be read again for those that need an analysis of their own, in the order of the findings;
    /// and when `stop` says so no more is tried.
    pub fn fixes_of(
        &self,
        stack: usize,
        findings: &[&Finding],
        most: usize,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Vec<Option<Vec<Fix>>> {
        let stack = self.stacks.get(stack);
        stack.map(|stack| fix::batch::proven(self, stack, findings, most, stop)).unwrap_or_default()
    }
}

/// The texts of the snapshot; what it did not read comes from the disk.
impl Files for Snapshot {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let mut files = if self.boundary.holds(directory) { list_disk(directory) } else { Vec::new() };
        files.extend(self.listed.get(directory).into_iter().flatten().cloned());
        files.sort();
        files.dedup();
        files
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        match self.file(file) {
            Some(file) => Some(file.text.whole().clone()),
            None if self.boundary.holds_file(file.as_path()) => crate::workspace::disk::read_text(file),
            None => None,
        }
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        self.files.contains_key(&FilePath::new(path)) || self.boundary.holds(path)
    }
}

impl TerraformFiles for Snapshot {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        match self.files.get(file) {
            Some(SourceFile::Hcl(parsed)) => Some(parsed.clone()),
            _ if self.boundary.holds_file(file.as_path()) => crate::workspace::disk::parse_disk(file),
            _ => None,
        }
    }
}

impl Texts for Snapshot {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        match self.files.get(file) {
            Some(SourceFile::Yaml(parsed)) => Some(parsed.clone()),
            _ if self.boundary.holds_file(file.as_path()) => crate::workspace::disk::yaml_on_disk(file),
            _ => None,
        }
    }
}
