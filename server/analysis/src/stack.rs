//! One root, understood: the whole way from text to findings ([`analyse`] reads as a list of its steps), and what is known of
//! the stack afterwards.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, Egress};
use foreshock_engine::{
    Assessment, Availability, AvailabilityOptions, Cascade, Fault, Frozen, Kept, ObjectiveOrigin, Outages, Scratch,
    Sweep, SweepOptions, Verdict, availability, entry_outages, over_after, sweep, sweep_unless,
};
use foreshock_model::{Component, ComponentIndex, ComponentKind, Probability, Seconds, System};
use foreshock_plan::{Counts, Removal};
use foreshock_resources::{Instance, Resources};
use foreshock_text::{FilePath, Place, Problem};

use crate::configuration::{StackSettings, VariableFiles, variable_files};
use crate::dialect::terraform::Terraform;
use crate::dialect::{Dialect, Meaning, StackKind, Understood};
use crate::findings::by_file::{FindingsByFile, InFile};
use crate::findings::fix::Refused;
use crate::findings::found::Found;
use crate::findings::suppression::{Annotations, IgnoreUse};
use crate::findings::{find, grade};
use crate::judged::Judged;
use crate::promises::{Promised, Untied, promised};
use crate::recovery::StackRecovery;
use crate::{Base, BlockSummary, Comparison, Finding, FindingKey, Promise, Suppressed};

/// What sort of problem a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemCode {
    /// It is not in the grammar of its language; that language's own tools say so too.
    Syntax,
    /// It is not in the schema of infrastructure YAML, which nobody else knows.
    Schema,
    /// It is not in the schema of `foreshock.toml`.
    Configuration,
    /// Somebody asked for silence in a way that needs a word.
    Suppression,
    /// What is promised in a file that is kept for another tool needs a word.
    Promise,
    /// Foreshock itself failed on it: nothing is known of that stack.
    Failure,
}

impl ProblemCode {
    /// The name in JSON, in editors and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            ProblemCode::Syntax => "syntax",
            ProblemCode::Schema => "schema",
            ProblemCode::Configuration => "configuration",
            ProblemCode::Suppression => "suppression",
            ProblemCode::Promise => "promise",
            ProblemCode::Failure => "failure",
        }
    }
}

/// A problem with its file.
#[derive(Clone, Debug, PartialEq)]
pub struct StackProblem {
    /// What sort.
    pub code: ProblemCode,
    /// The file.
    pub file: FilePath,
    /// What and where.
    pub problem: Problem,
}

/// One stack, understood and assessed.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its directory; of infrastructure YAML, the file.
    pub root: Utf8PathBuf,
    /// Its kind, by the name that JSON has for it.
    pub kind: StackKind,
    /// The files it was read from.
    pub files: Vec<FilePath>,
    /// What a failure does to it.
    pub assessment: Arc<Assessment>,
    /// What was found, loudest first, then by place; what is suppressed left out.
    pub findings: Vec<Arc<Finding>>,
    /// What was found and is not shown, because somebody said so.
    pub suppressed: Vec<Suppressed>,
    /// One for each block that makes up a component, by place.
    pub blocks: Vec<Arc<BlockSummary>>,
    /// What could not be understood.
    pub problems: Vec<StackProblem>,
    dialect: &'static dyn Dialect,
    understood: Arc<Understood>,
    pub(crate) judged: Arc<Judged>,
    /// What the engine goes on from when the next version is assessed; none where others have assessed it.
    kept: Option<Arc<Kept>>,
    /// What a failure does to its system, as the engine says it.
    assessed: (Arc<Assessment>, Arc<Frozen>),
    settings: Arc<StackSettings>,
    /// What is promised of it beside its own text and `foreshock.toml`.
    promised: Arc<Promised>,
    /// How soon it is back, once somebody has asked.
    pub(crate) recovered: Arc<OnceLock<StackRecovery>>,
    pub(crate) comparison: Option<Arc<Comparison>>,
    /// What units were called at the base that are called otherwise now: what their addresses began with, and begin with.
    pub(crate) renamed: Vec<(Arc<str>, Arc<str>)>,
    /// Whether the causes of what is new were looked for.
    pub(crate) explained: bool,
    /// What became of each rule that somebody asked silence for.
    pub(crate) ignore_uses: Vec<IgnoreUse>,
    /// What comments say to tools, by file; only files where any does.
    pub(crate) annotations: Vec<(FilePath, Arc<Annotations>)>,
    /// What the baseline file accepts.
    pub(crate) accepted: BTreeSet<FindingKey>,
    /// The stack as a record says it was before, with what to call that.
    pub(crate) before: Option<(Base, Option<Arc<Stack>>)>,
    /// Whether nobody is shown what is found in it, so that it needs no proof.
    unproven: bool,
    /// What the rules found, as the next version goes on from it; none where nobody has looked.
    found: Option<Arc<Found>>,
    /// The stack of the text that it was made from, where it is a record and the text is at hand: what repairs are made on.
    source: Option<Arc<Stack>>,
    /// Which findings have to do with which file.
    by_file: FindingsByFile,
    /// What the comparison with the base came to, before anything was silenced.
    compared: Option<Arc<AsCompared>>,
}

/// A stack as the comparison with its base has left it.
#[derive(Debug)]
struct AsCompared {
    findings: Vec<Arc<Finding>>,
    blocks: Vec<Arc<BlockSummary>>,
    renamed: Vec<(Arc<str>, Arc<str>)>,
    comparison: Arc<Comparison>,
}

/// Whether what a module instance declares is of a part of a system that begins with this; all of it is of the whole.
fn is_part(part: Option<&str>, module: &str) -> bool {
    let Some(part) = part else { return true };
    module.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

impl Stack {
    /// What a dialect has understood, with what a failure does to it: the same for every dialect. Nothing is found in it yet.
    pub(crate) fn assessed(
        dialect: &'static dyn Dialect,
        root: &Utf8Path,
        mut understood: Understood,
        settings: &Arc<StackSettings>,
        previous: Option<&Stack>,
    ) -> Stack {
        understood.problems.sort_by(|one, other| (&one.file, one.problem.span).cmp(&(&other.file, other.problem.span)));
        let root = understood.root.take().unwrap_or_else(|| root.to_owned());
        if let Some(previous) = previous.filter(|previous| previous.is_meant_by(&understood, settings)) {
            return previous.with_other_texts(root, understood, settings);
        }
        let finished = |dialect, root: &Utf8Path, understood| {
            Arc::new(grade(find(Stack::assessed(dialect, root, understood, settings, None), None)))
        };
        let (assessed, kept) = match understood.assessed.take() {
            Some(assessed) => (assessed, None),
            None => {
                let system = understood.system();
                let kept = match previous.and_then(|previous| previous.kept.as_ref()) {
                    Some(before) => before.next(system),
                    None => Kept::of(system),
                };
                let same = previous.filter(|previous| previous.system().is_same(system));
                let frozen = same.map_or_else(|| Arc::new(Frozen::new(system)), |same| same.assessed.1.clone());
                ((kept.assessment().clone(), frozen), Some(Arc::new(kept)))
            }
        };
        let assessment = assessed.0.clone();
        let part = understood.part.clone();
        let before = previous.filter(|previous| Arc::ptr_eq(&previous.settings.catalog, &settings.catalog));
        let before = before.map(|before| (&*before.judged, &*before.understood));
        let judged = Judged::of(&understood, &settings.catalog, before, |module| is_part(part.as_deref(), module));
        // Nothing is said of a whole of which most is not known.
        let assessment = match judged.is_mostly_unknown() {
            true => {
                Arc::new(Assessment { score: None, score_range: None, structural_nines: None, ..(*assessment).clone() })
            }
            false => assessment,
        };
        let promised = Arc::new(promised(&understood, &assessment.basis, settings));
        let (mut before, mut source) = (None, None);
        if let Some(record) = &mut understood.record {
            before = record.before.take().map(|(base, then)| (base, then.map(|then| finished(dialect, &root, then))));
            source = record.source.take().map(|text| finished(text.dialect, &text.root, text.understood));
        }
        Stack {
            root,
            kind: understood.kind,
            files: understood.files.clone(),
            assessment,
            findings: Vec::new(),
            suppressed: Vec::new(),
            ignore_uses: Vec::new(),
            annotations: Vec::new(),
            accepted: BTreeSet::new(),
            blocks: Vec::new(),
            problems: std::mem::take(&mut understood.problems),
            kept,
            assessed,
            dialect,
            understood: Arc::new(understood),
            judged: Arc::new(judged),
            settings: settings.clone(),
            promised,
            recovered: Arc::default(),
            comparison: None,
            renamed: Vec::new(),
            explained: false,
            unproven: false,
            found: None,
            before,
            source,
            by_file: FindingsByFile::default(),
            compared: None,
        }
    }

    /// Whether a text that was understood so, with these settings, is this very stack but for the texts.
    fn is_meant_by(&self, understood: &Understood, settings: &StackSettings) -> bool {
        self.kept.is_some() && self.understood.means_the_very_same(understood) && *self.settings == *settings
    }

    /// Whether another version differs from it by nothing but texts: what is found in the one is found in the other.
    pub(crate) fn is_but_for_texts(&self, other: &Stack) -> bool {
        self.is_meant_by(&other.understood, &other.settings)
    }

    /// The same stack of texts in which nothing is different that means anything. Nothing is found in it yet.
    fn with_other_texts(&self, root: Utf8PathBuf, mut understood: Understood, settings: &Arc<StackSettings>) -> Stack {
        Stack {
            root,
            kind: understood.kind,
            files: understood.files.clone(),
            assessment: self.assessment.clone(),
            findings: Vec::new(),
            suppressed: Vec::new(),
            ignore_uses: Vec::new(),
            annotations: Vec::new(),
            accepted: BTreeSet::new(),
            blocks: Vec::new(),
            problems: std::mem::take(&mut understood.problems),
            kept: self.kept.clone(),
            assessed: self.assessed.clone(),
            dialect: self.dialect,
            understood: Arc::new(understood),
            judged: self.judged.clone(),
            settings: settings.clone(),
            promised: self.promised.clone(),
            recovered: Arc::default(),
            comparison: None,
            renamed: Vec::new(),
            explained: false,
            unproven: false,
            found: None,
            before: None,
            source: None,
            by_file: FindingsByFile::default(),
            compared: None,
        }
    }

    /// With what the rules have found.
    pub(crate) fn with_found(mut self, found: Arc<Found>) -> Stack {
        self.findings.clone_from(&found.told);
        self.blocks = match self.is_whole() {
            true => found.blocks.clone(),
            false => {
                let blocks = found.blocks.iter();
                blocks.filter(|block| self.is_own(&self.module_of(block.component))).cloned().collect()
            }
        };
        self.found = Some(found);
        self
    }

    /// Keeps what the comparison came to.
    #[must_use]
    pub(crate) fn keeping_comparison(mut self, comparison: Arc<Comparison>) -> Stack {
        self.compared = Some(Arc::new(AsCompared {
            findings: self.findings.clone(),
            blocks: self.blocks.clone(),
            renamed: self.renamed.clone(),
            comparison: comparison.clone(),
        }));
        self.comparison = Some(comparison);
        self
    }

    /// Whether another version of it comes to the same beside this base: it means the same, and so does the base.
    pub(crate) fn is_compared_like(&self, now: &Stack, base: &Base, before: &Arc<Stack>) -> bool {
        let is_with = |comparison: &Comparison| {
            comparison.base == *base && comparison.before.as_ref().is_some_and(|known| Arc::ptr_eq(known, before))
        };
        self.compared.as_ref().is_some_and(|compared| is_with(&compared.comparison))
            && self.is_but_for_texts(now)
            && self.problems == now.problems
    }

    /// What the comparison of the version before came to, where it would be the same.
    #[must_use]
    pub(crate) fn compared_as(mut self, previous: &Stack) -> Stack {
        if let Some(compared) = &previous.compared {
            self.findings.clone_from(&compared.findings);
            self.blocks.clone_from(&compared.blocks);
            self.renamed.clone_from(&compared.renamed);
            self.comparison = Some(compared.comparison.clone());
            self.compared = Some(compared.clone());
        }
        self
    }

    /// The findings that have to do with a file, by number; none where nothing does. Asked once the stack is finished.
    pub(crate) fn findings_of_file(&self, file: &FilePath) -> Option<&InFile> {
        self.by_file.of(&self.findings, file)
    }

    /// Goes on from the version before with what follows from the findings, where they are the very same.
    pub(crate) fn going_on_from(mut self, before: Option<&Stack>) -> Stack {
        let is_same = |before: &&Stack| {
            self.findings.len() == before.findings.len()
                && self.findings.iter().zip(&before.findings).all(|(one, other)| Arc::ptr_eq(one, other))
        };
        if let Some(before) = before.filter(is_same) {
            self.by_file = before.by_file.shared();
        }
        self
    }

    /// One of which only the findings are asked for, and never what proves them: a copy on which something is tried.
    pub(crate) fn unproven(mut self) -> Stack {
        self.unproven = true;
        self
    }

    /// Whether what is found in it is shown with its proof.
    pub(crate) fn wants_proof(&self) -> bool {
        !self.unproven
    }

    /// What the rules have found, where they have looked.
    pub(crate) fn found(&self) -> Option<&Arc<Found>> {
        self.found.as_ref()
    }

    /// What can't be of it as it is, given how to work that out.
    pub(crate) fn refused(&self, work_out: impl FnOnce() -> Refused) -> &Refused {
        let kept = &self.understood.refused;
        // Never while it is locked: whoever works it out may have to wait for others who ask for it.
        if kept.get().is_none() {
            let refused = work_out();
            return kept.get_or_init(|| refused);
        }
        kept.get_or_init(Refused::default)
    }

    /// Whether it is a system by itself, and not judged as a part of one that several stacks make up.
    pub(crate) fn is_whole(&self) -> bool {
        self.understood.part.is_none()
    }

    /// Whether what a module instance declares is this stack's own.
    pub(crate) fn is_own(&self, module: &str) -> bool {
        is_part(self.understood.part.as_deref(), module)
    }

    /// Whether Foreshock failed on it, so that nothing is known of it but that.
    pub(crate) fn has_failed(&self) -> bool {
        self.problems.iter().any(|problem| problem.code == ProblemCode::Failure)
    }

    /// The system.
    pub fn system(&self) -> &System {
        self.understood.system()
    }

    /// What its text was understood as.
    pub fn understood(&self) -> &Understood {
        &self.understood
    }

    /// The same, for whoever keeps it.
    pub(crate) fn shared_understood(&self) -> &Arc<Understood> {
        &self.understood
    }

    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// The stack that repairs are made on: that of the text which a record was made from, else itself; `None` for a record
    /// without its text.
    pub(crate) fn repaired_in(&self) -> Option<&Stack> {
        match self.understood.record {
            Some(_) => self.source.as_deref(),
            None => Some(self),
        }
    }

    /// What tells it from other stacks of the same root: a name, or the files with values it is read with.
    pub fn variant(&self) -> Option<&str> {
        self.settings.variant.as_deref()
    }

    /// What it is called, given how its root is shown: `envs/prod`, `envs/prod (prod.tfvars)`.
    pub fn title(&self, root: &str) -> String {
        match self.variant() {
            Some(variant) => format!("{root} ({variant})"),
            None => root.to_owned(),
        }
    }

    /// Its title with the whole root: no other stack of a snapshot has the same.
    pub fn id(&self) -> String {
        self.title(self.root.as_str())
    }

    /// The files with values that were chosen for it in `foreshock.toml` or in the editor.
    pub fn var_files(&self) -> &[FilePath] {
        &self.settings.chosen
    }

    /// Whether `foreshock.toml` has given it its values; then nobody else can choose others.
    pub fn is_configured(&self) -> bool {
        self.settings.configured
    }

    /// Whether it can be given a value of any name, as a chart can, and not only of those that it declares.
    pub fn takes_any_value(&self) -> bool {
        self.understood().own::<crate::dialect::helm::TakesAnyValue>().is_some()
    }

    /// The files with values that it could be read with.
    pub fn variable_files(&self) -> VariableFiles {
        variable_files(&self.root)
    }

    /// The unavailability that the promise in `foreshock.toml` leaves it.
    pub fn slo(&self) -> Option<Probability> {
        self.settings.slo.as_ref().map(|(allowed, _)| *allowed)
    }

    /// Where that promise is written.
    pub fn slo_place(&self) -> Option<&Place> {
        self.settings.slo.as_ref().map(|(_, place)| place)
    }

    /// What is promised of it by others: by files that are kept for other tools, and by its own resources; by place.
    pub fn promises(&self) -> &[Promise] {
        &self.promised.held
    }

    /// The files that others keep its promises in, sorted.
    pub(crate) fn promise_files(&self) -> BTreeSet<FilePath> {
        self.settings.promises.iter().map(|tied| tied.promise.place.file.clone()).collect()
    }

    /// What is promised of nobody knows what of it.
    pub(crate) fn untied_promises(&self) -> &[Untied] {
        &self.promised.untied
    }

    /// The promise that a verdict is about, where others have made it.
    pub fn promise_of(&self, verdict: &Verdict) -> Option<&Promise> {
        match verdict.origin {
            ObjectiveOrigin::Promised(index) => self.promised.held.get(index),
            ObjectiveOrigin::Asked | ObjectiveOrigin::Written(_) => None,
        }
    }

    /// What was found, shown or not.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.suppressed.iter().map(|suppressed| &suppressed.finding)).map(Arc::as_ref)
    }

    pub(crate) fn settings(&self) -> &Arc<StackSettings> {
        &self.settings
    }

    /// What falls when faults are injected.
    pub fn cascade(&self, faults: &[Fault]) -> Cascade {
        self.frozen().cascade(faults, &mut Scratch::default())
    }

    /// When each effect of a cascade of these faults is over, in the order of the effects; see [`foreshock_engine::over_after`].
    pub fn over_after(&self, cascade: &Cascade, faults: &[Fault], steps: &mut usize) -> Option<Vec<Option<Seconds>>> {
        over_after(self.system(), self.frozen(), cascade, faults, steps)
    }

    /// The id of a component; empty for an index that is not in the system.
    pub fn id_of(&self, component: ComponentIndex) -> String {
        self.system().component(component).map_or_else(String::new, |component| component.id.to_string())
    }

    /// Its availability in full, measured at its own entry points. Slower than the assessment.
    pub fn availability(&self, options: &AvailabilityOptions) -> Availability {
        let basis = options.basis.clone().unwrap_or_else(|| self.assessment.basis.clone());
        let slo = options.slo.or(self.slo());
        let promised = self.promises().iter().map(|promise| promise.objective.clone()).collect();
        let options = AvailabilityOptions { basis: Some(basis), slo, promised, ..options.clone() };
        availability(self.system(), &options)
    }

    /// How often one of its entry points is down and for how long; none for what is none, and where that takes long.
    pub fn outages(&self, entry: ComponentIndex) -> Option<Outages> {
        let basis = &self.assessment.basis;
        basis.entries.iter().find(|known| known.component == entry)?;
        entry_outages(self.system(), basis, entry)
    }

    /// Every scenario that the budget allows, ranked. `progress` is told how many are done, from any thread.
    pub fn sweep(&self, options: &SweepOptions, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
        sweep(self.system(), &self.assessment.basis, options, progress)
    }

    /// The same, given up when `stop` says so; `None` then.
    pub fn sweep_unless(&self, options: &SweepOptions, stop: &(dyn Fn() -> bool + Sync)) -> Option<Sweep> {
        sweep_unless(self.system(), &self.assessment.basis, options, stop)
    }

    /// How many managed resources the plan makes, changes, destroys and leaves; `None` for anything but a plan.
    pub fn planned(&self) -> Option<Counts> {
        self.understood.record.as_ref()?.counts
    }

    /// What a plan takes away, replaces or lets go of, by address; nothing for anything but a plan.
    pub(crate) fn removals(&self) -> &[Removal] {
        self.understood.record.as_ref().map_or(&[], |record| &record.removals)
    }

    /// What a plan says of itself where it is not one of the whole stack: that it only refreshes, that it destroys, what it
    /// leaves out. One line each.
    pub fn plan_says(&self) -> &[String] {
        self.understood.record.as_ref().map_or(&[], |record| &record.says)
    }

    /// The score that stands for the stack: its own; against a base where something is gone that others need, the score
    /// without it.
    pub fn score(&self) -> Option<f64> {
        match self.comparison() {
            Some(comparison) if !comparison.missing.is_empty() => comparison.score_after,
            _ => self.assessment.score,
        }
    }

    /// The score with everything unknown at its worst and at its best, where that is the score that stands for the stack.
    pub fn score_range(&self) -> Option<(f64, f64)> {
        self.assessment.score_range.filter(|_| self.score() == self.assessment.score)
    }

    /// Whether it is what a program has recorded, a plan or a state, and not what somebody wrote.
    pub fn is_record(&self) -> bool {
        self.understood.record.is_some()
    }

    /// Why a plan or state has no score, for a person; `None` where it has one, and for texts.
    pub fn nothing_to_score(&self) -> Option<String> {
        let record = self.understood.record.as_ref().filter(|_| self.system().components.is_empty());
        record.map(|record| record.nothing.clone())
    }

    /// The root module, if it is one; of a plan or state the instances that it tells of.
    pub fn terraform(&self) -> Option<&Terraform> {
        self.understood.module.as_deref()
    }

    /// What the catalog made of its resources; `None` where the text names its components itself.
    pub fn assembled(&self) -> Option<&Assembled> {
        match &self.understood.meaning {
            Meaning::Resources { assembled, .. } => Some(assembled),
            Meaning::Components(_) => None,
        }
    }

    /// What its text declares, whatever language that is; `None` where the text names its components itself.
    pub fn resources(&self) -> Option<&Resources> {
        match &self.understood.meaning {
            Meaning::Resources { declared, .. } => Some(declared),
            Meaning::Components(_) => None,
        }
    }

    /// The roots of the stacks of other dialects that it installs as they are.
    pub(crate) fn installed(&self) -> &BTreeSet<Utf8PathBuf> {
        &self.understood.installed
    }

    /// A sentence about the resource at an address, in the names of its text.
    pub(crate) fn said(&self, address: &str, sentence: &str) -> String {
        let resources = self.resources();
        resources.map_or_else(|| sentence.to_owned(), |all| all.spelling.said(address, sentence).into_owned())
    }

    /// The type of the resource at an address, in the names of its text.
    pub fn type_said<'a>(&'a self, address: &str, type_name: &'a str) -> &'a str {
        let words = self.resources().and_then(|all| all.spelling.of(address));
        words.map_or(type_name, |words| &words.type_name)
    }

    /// The path of an attribute of the resource at an address, in the names of its text.
    pub fn path_said(&self, address: &str, path: &str) -> String {
        let words = self.resources().and_then(|all| all.spelling.of(address));
        words.map_or_else(|| path.to_owned(), |words| words.path(path))
    }

    /// The resource instance that declares a component.
    pub fn declaring_instance(&self, component: ComponentIndex) -> Option<&Instance> {
        let first = *self.assembled()?.members.get(component.index())?.first()?;
        self.resources()?.instances.get(first).map(Arc::as_ref)
    }

    /// Components through which traffic leaves the network, with the subnets behind them.
    pub fn egress(&self) -> &[Egress] {
        self.assembled().map_or(&[], |assembled| &assembled.egress)
    }

    /// Whether an instance of a component only stands for a subnet: the provider runs several machines in each, so that
    /// losing "the instance" means losing the zone.
    pub fn is_one_per_subnet(&self, component: ComponentIndex) -> bool {
        let counts_subnets = |component: &Component| {
            let row = self.settings().catalog.row(&component.type_name);
            component.kind == ComponentKind::LoadBalancer && row.is_some_and(|row| !row.subnets.is_empty())
        };
        self.assembled().is_some() && self.system().component(component).is_some_and(counts_subnets)
    }

    pub(crate) fn frozen(&self) -> &Frozen {
        &self.assessed.1
    }
}
