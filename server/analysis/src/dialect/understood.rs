//! What a dialect makes of the text of a stack.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use camino::Utf8PathBuf;
use foreshock_catalog::Assembled;
use foreshock_engine::{Assessment, Frozen};
use foreshock_model::System;
use foreshock_plan::{Counts, Removal};
use foreshock_resources::Resources;
use foreshock_text::{FilePath, Problem};

use super::terraform::Terraform;
use super::{Dialect, SourceFile, StackKind};
use crate::Base;
use crate::findings::fix::Refused;
use crate::stack::{ProblemCode, StackProblem};

/// The text of a stack, understood. What every dialect hands over stands first; behind it what only some have, which others
/// ask for by what it is and not by dialect.
#[derive(Debug)]
pub struct Understood {
    /// What it is called in JSON.
    pub kind: StackKind,
    /// The files it was read from.
    pub files: Vec<FilePath>,
    /// The same as they were read, and what else the stack's places lie in.
    pub texts: Vec<(FilePath, SourceFile)>,
    /// What the text means.
    pub meaning: Meaning,
    /// What could not be understood.
    pub problems: Vec<StackProblem>,
    /// What the addresses of its own part begin with, where it is judged as a part of a larger system.
    pub(crate) part: Option<Arc<str>>,
    /// What a failure does to the system, where others have worked that out.
    pub(crate) assessed: Option<(Arc<Assessment>, Arc<Frozen>)>,
    /// What can't be of it as it is; worked out when a repair is tried, once for all parts of a system.
    pub(crate) refused: Arc<OnceLock<Refused>>,
    /// What is worth a word though nothing is wrong with it.
    pub(crate) notes: Vec<(FilePath, Problem)>,
    /// What the dialect itself wants to have again when it repairs something.
    pub own: Option<Arc<dyn Any + Send + Sync>>,
    /// Directories in which any change may change the stack, beside the files that were read.
    pub directories: BTreeSet<Utf8PathBuf>,
    /// The roots of the stacks of other dialects that it installs as they are: they are told by it.
    pub(crate) installed: BTreeSet<Utf8PathBuf>,
    /// Whether it reads the results of other stacks, which change without any text of its own.
    pub(crate) reads_others: bool,
    /// The root module with its named values, calls and renamed resources, where it is one.
    pub(crate) module: Option<Arc<Terraform>>,
    /// What a program has recorded, and not somebody written.
    pub(crate) record: Option<Box<Record>>,
    /// Where the stack is at home, when that is not the root it was asked for by.
    pub(crate) root: Option<Utf8PathBuf>,
}

/// What a text means, by the way it came to mean it.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// Resources that the catalog has rows for.
    Resources {
        /// What the text declares, in the words that all languages share.
        declared: Arc<Resources>,
        /// What the catalog makes of it.
        assembled: Arc<Assembled>,
    },
    /// Components that the text names itself.
    Components(Arc<System>),
}

/// What a program has recorded of a deployment.
#[derive(Debug)]
pub(crate) struct Record {
    /// How many resources it makes, changes, destroys and leaves, when it is still to come.
    pub(crate) counts: Option<Counts>,
    /// What does not stay, when it is still to come.
    pub(crate) removals: Vec<Removal>,
    /// What it speaks of where that is not all of the stack, for a person: one line each.
    pub(crate) says: Vec<String>,
    /// Why there is nothing to score, for a person, when there is no component.
    pub(crate) nothing: String,
    /// The stack as it was before, when the record tells that itself.
    pub(crate) before: Option<(Base, Option<Understood>)>,
    /// The text that it was made from, where that is at hand: what repairs are made on.
    pub(crate) source: Option<RepairedText>,
}

/// A text in another dialect that a record was made from.
#[derive(Debug)]
pub(crate) struct RepairedText {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) root: Utf8PathBuf,
    pub(crate) understood: Understood,
}

impl Understood {
    /// With nothing but a meaning and the files it was read from.
    pub fn new(kind: StackKind, meaning: Meaning, texts: Vec<(FilePath, SourceFile)>) -> Understood {
        let files = texts.iter().map(|(file, _)| file.clone()).collect();
        Understood {
            kind,
            files,
            texts,
            meaning,
            problems: Vec::new(),
            part: None,
            assessed: None,
            refused: Arc::default(),
            notes: Vec::new(),
            own: None,
            directories: BTreeSet::new(),
            installed: BTreeSet::new(),
            reads_others: false,
            module: None,
            record: None,
            root: None,
        }
    }

    /// Adds what could not be understood of a file.
    #[must_use]
    pub fn with_problems(
        mut self,
        code: ProblemCode,
        file: &FilePath,
        problems: impl IntoIterator<Item = Problem>,
    ) -> Self {
        let problems = problems.into_iter();
        self.problems.extend(problems.map(|problem| StackProblem { code, file: file.clone(), problem }));
        self
    }

    /// The system.
    pub fn system(&self) -> &System {
        match &self.meaning {
            Meaning::Resources { assembled, .. } => &assembled.system,
            Meaning::Components(system) => system,
        }
    }

    /// Whether both mean the very same, so that only their texts may differ. Only asked of root modules, where an edit that means
    /// nothing changes none of this.
    pub(crate) fn means_the_very_same(&self, other: &Understood) -> bool {
        let is_alone = |one: &Understood| one.part.is_none() && one.record.is_none() && one.assessed.is_none();
        let is_same_module =
            self.module.as_ref().zip(other.module.as_ref()).is_some_and(|(one, other)| Arc::ptr_eq(one, other));
        let is_same_meaning = match (&self.meaning, &other.meaning) {
            (
                Meaning::Resources { declared, assembled },
                Meaning::Resources { declared: others, assembled: of_others },
            ) => Arc::ptr_eq(declared, others) && Arc::ptr_eq(assembled, of_others),
            _ => false,
        };
        is_same_module && is_same_meaning && is_alone(self) && is_alone(other)
    }

    /// What the dialect has put by for itself.
    pub fn own<T: 'static>(&self) -> Option<&T> {
        self.own.as_deref()?.downcast_ref()
    }
}
