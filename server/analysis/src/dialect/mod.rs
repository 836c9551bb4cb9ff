//! The languages that stacks are written in.
//!
//! A dialect is one folder here behind one interface, [`Dialect`], and one line of [`DIALECTS`]. Everything else asks a stack
//! through that interface, or for something that only some dialects have (see [`Understood`]); nothing outside of this room
//! asks which dialect it is. `CONTRIBUTING.md` says how to add one.

mod assemblies;
pub(crate) mod cloudformation;
mod compose;
mod declarations;
mod documents;
pub(crate) mod helm;
pub(crate) mod infra;
mod kubernetes;
mod mention;
pub(crate) mod plan;
mod source_file;
pub(crate) mod terraform;
mod texts;
mod understood;
mod yaml_cursor;
mod yaml_edits;
pub(crate) mod yaml_file;
mod yaml_repairs;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_terraform::ResolveOptions;
use foreshock_text::{FilePath, Span};

use crate::change::since_base::{Change, changed_lines};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::Index;
use crate::workspace::disk::Sources;
use crate::{Completion, Finding, Stack};
pub use mention::Mention;
pub use source_file::{PlainFile, SourceFile};
pub use texts::Texts;
pub use understood::{Meaning, Understood};
pub(crate) use understood::{Record, RepairedText};

/// Every dialect. Of several that claim a file by its name each looks at its text; who asks for a single file gets the first that
/// knows it for its own. Infrastructure YAML takes any YAML that nobody else does, and Terraform, last, all that is left.
pub static DIALECTS: &[&dyn Dialect] = &[
    &plan::PlanDialect,
    &cloudformation::CloudFormationDialect,
    &helm::HelmDialect,
    &kubernetes::KubernetesDialect,
    &compose::ComposeDialect,
    &infra::InfraDialect,
    &terraform::TerraformDialect,
];

/// What a stack is read as, by the name that JSON has for it: `terraform`, `cloudformation`, `helm`, `kubernetes`, `compose`, `infra`, `plan`,
/// `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StackKind(&'static str);

impl StackKind {
    /// The kind of that name.
    pub const fn new(name: &'static str) -> StackKind {
        StackKind(name)
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for StackKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A language that stacks are written in. Holds nothing: what has to be kept between two looks at a workspace belongs to its
/// [`Reader`].
pub trait Dialect: fmt::Debug + Sync {
    /// What it is called, here and in JSON.
    fn id(&self) -> StackKind;

    /// Whether a file may be one of its texts, by name alone; whether it is one is for the [`Reader`] to say.
    fn claims(&self, file: &Utf8Path) -> bool;

    /// A reader of its texts that has seen nothing yet.
    fn reader(&self) -> Box<dyn Reader>;

    /// Whether a reader that has read one edited copy of a stack reads the next one faster. One that is asked for many then reads
    /// them all; what it says of each is what a new one says.
    fn keeps_what_copies_share(&self) -> bool {
        false
    }

    /// What the comments of one of its files say to tools; nothing where the language has none.
    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        let _ = (file, texts);
        Annotations::default()
    }

    /// Whether there may be something to offer at a position of a file, by its name alone: an editor waits for the answer.
    fn completes(&self, file: &Utf8Path) -> bool {
        let _ = file;
        false
    }

    /// What can be written at an offset of a file, the likeliest first; nothing where that which is written is complete.
    fn complete(&self, stack: &Stack, file: &FilePath, offset: u32) -> Vec<Completion> {
        let _ = (stack, file, offset);
        Vec::new()
    }

    /// What a word of the language means that stands at an offset, as Markdown, with its place.
    fn explain(&self, stack: &Stack, file: &FilePath, offset: u32) -> Option<(String, Span)> {
        let _ = (stack, file, offset);
        None
    }

    /// Every place where a stack's text names one of its components, where it is declared included. What somebody sees who
    /// asks where a name is from, where else it is used, or for another one, follows from these.
    fn mentions(&self, stack: &Stack) -> Vec<Mention> {
        let _ = stack;
        Vec::new()
    }

    /// What to write in place of a name for another one to stand there.
    ///
    /// # Errors
    /// When it can't be written there; why, for a person.
    fn spelled(&self, stack: &Stack, mention: &Mention, name: &str) -> Result<String, String> {
        let _ = (stack, name);
        Err(format!("{} can't be renamed here", mention.name))
    }

    /// What differs between two versions of the files of a stack, in pieces that can be taken back one by one: runs of lines
    /// unless the dialect knows better.
    fn pieces(&self, root: &Utf8Path, files: &[&FilePath], now: &dyn Texts, before: &dyn Texts) -> Vec<Change> {
        let _ = root;
        changed_lines(files, now, before)
    }

    /// Edits that may repair a finding, likely ones first. Each is tried on a copy before anybody sees it.
    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        let _ = (texts, stack, finding);
        Vec::new()
    }

    /// The same for many findings, one after the other.
    fn candidates_of(&self, texts: &dyn Texts, stack: &Stack, findings: &[&Finding]) -> Vec<Vec<Candidate>> {
        findings.iter().map(|finding| self.candidates(texts, stack, finding)).collect()
    }
}

/// Finds and reads the stacks of one dialect in one workspace. Keeps what makes the next look cheap. Whoever has no more to say
/// than [`Reader::roots_of`], [`Reader::roots_below`] and [`Reader::understand`] has said enough.
pub trait Reader {
    /// The roots whose stacks read an open document. None for a file that only looks like one of this language.
    fn roots_of(&mut self, document: &FilePath, site: &Site<'_>) -> BTreeSet<Utf8PathBuf>;

    /// Every root at or below a folder of the disk.
    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf>;

    /// Understands the stack at a root.
    ///
    /// # Errors
    /// When there is nothing to read; the text says what was expected.
    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String>;

    /// The root that somebody means who asks for a single file that the dialect claims: the file itself, unless a stack is a
    /// directory; `None` for a file that is no stack even when somebody asks for it, or that another dialect reads.
    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        let _ = texts;
        Some(file.to_owned())
    }

    /// Whether there is a stack at a root, as far as these texts go.
    fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        texts.text(&FilePath::new(root)).is_some()
    }

    /// Where a root is at home: for a file its directory.
    fn home(&self, root: &Utf8Path) -> Home {
        Home { directory: root.parent().unwrap_or(root).to_owned(), name: root.to_owned() }
    }

    /// Whether `foreshock.toml` can make several stacks of one root, by the values that each is read with.
    fn has_variants(&self) -> bool {
        false
    }

    /// Looks again which stacks there are: everywhere at first, and afterwards in the directories where something has changed,
    /// come or gone.
    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let _ = (site, changed);
    }

    /// Whether it has to look everywhere ([`Reader::index`]) before it can understand a single root.
    fn needs_index(&self) -> bool {
        false
    }

    /// Every root that it knows of in the workspace folders; for a dialect that does not index, none.
    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        Arc::default()
    }

    /// The roots that read a file, so that what no stack of them needs is needed by nobody; `None` where there may be others
    /// that nobody has looked at.
    fn roots_reading(&self, file: &FilePath, folders: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        let _ = (file, folders);
        Some(BTreeSet::new())
    }

    /// Settings may be other ones now than they were the last time.
    fn forget_settings(&mut self) {}

    /// A document was closed.
    fn forget_document(&mut self, file: &FilePath) {
        let _ = file;
    }

    /// Gets ready to understand stacks. `settings_of` are those that a root is read with; what was `given` by hand belongs to
    /// the stack that was asked for, and to no other.
    fn prepare(&mut self, given: &ResolveOptions, settings_of: &mut dyn FnMut(&Utf8Path) -> Vec<StackSettings>) {
        let _ = (given, settings_of);
    }

    /// What a root is deployed as, when its own text says that it is several stacks.
    fn deployments(&self, root: &Utf8Path, texts: &dyn Texts) -> Vec<Arc<str>> {
        let _ = (root, texts);
        Vec::new()
    }

    /// Adds to the settings of the stack at a root what only the dialect knows. A stack with other settings is read anew.
    fn complete(&self, root: &Utf8Path, settings: &mut StackSettings) {
        let _ = (root, settings);
    }

    /// A file of which no stack has been read, and whose problems are worth telling all the same.
    fn read_alone(&self, file: &FilePath, texts: &dyn Texts) -> Option<SourceFile> {
        let _ = (file, texts);
        None
    }

    /// Where at the base a root stood that is new there; `None` where nothing is alike, or several are.
    fn moved_from(&self, root: &Utf8Path, present: &dyn Texts, base: &dyn Texts) -> Option<Utf8PathBuf> {
        let _ = (root, present, base);
        None
    }

    /// How to make, on another thread, a reader that understands every root as this one does; `None` where only this one can.
    fn apart(&self) -> Option<NewReader> {
        None
    }

    /// Whether a file is what a program has recorded of a deployment. Such a file is opened and not found.
    fn is_record(&self, file: &Utf8Path) -> bool {
        let _ = file;
        false
    }

    /// Opens a record, with the directory of the text that it was made from. `None` where the dialect has no records; the root
    /// otherwise, or what is wrong with one of the paths.
    fn open_record(&mut self, file: &Utf8Path, source: Option<&Utf8Path>) -> Option<Result<Utf8PathBuf, String>> {
        let _ = (file, source);
        None
    }
}

/// Makes a reader, on the thread that it is for.
pub type NewReader = Box<dyn FnOnce() -> Box<dyn Reader> + Send>;

/// Where a root is at home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The directory whose `foreshock.toml` and whose git repository count.
    pub directory: Utf8PathBuf,
    /// What `foreshock.toml` calls the stack.
    pub name: Utf8PathBuf,
}

/// What a reader sees of the workspace that it looks for stacks in.
pub struct Site<'a> {
    /// The workspace folders.
    pub folders: &'a [Utf8PathBuf],
    pub(crate) sources: &'a Sources,
    pub(crate) index: &'a Index,
}

impl Site<'_> {
    /// The texts: open documents first.
    pub fn texts(&self) -> &dyn Texts {
        self.sources
    }

    /// Every file at or below a folder, but for hidden directories, `node_modules` and what git ignores.
    pub fn files_below(&self, folder: &Utf8Path) -> Vec<Utf8PathBuf> {
        self.sources.walk(folder).files
    }

    /// Whether a directory is part of the workspace, or somebody has a document of it open.
    pub(crate) fn has(&self, directory: &Utf8Path) -> bool {
        self.index.has(directory) || self.sources.store().has_document_in(directory)
    }
}
