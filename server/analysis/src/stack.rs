//! One root, understood: the whole way from text to findings ([`analyse`] reads as a list of its steps), and what is known of
//! the stack afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, Egress, assemble};
use foreshock_engine::{
    Assessment, Availability, AvailabilityOptions, Cascade, Fault, Frozen, Scratch, Sweep, SweepOptions, assess,
    availability, sweep,
};
use foreshock_infra::{Infra, ProblemKind};
use foreshock_model::{Component, ComponentIndex, ComponentKind, Probability, System};
use foreshock_plan::Counts;
use foreshock_terraform::{Instance, Mode, ResolveCache, ResolveOptions, Resolved, TerraformFiles, resolve_with};
use foreshock_text::{FilePath, Problem};

use crate::configuration::{StackSettings, VariableFiles, variable_files};
use crate::dialect::yaml_file::YamlFile;
use crate::findings::rules;
use crate::findings::suppression::{Annotations, IgnoreUse};
use crate::show::block::summaries;
use crate::{BlockSummary, Comparison, Finding, RuleId, Suppressed};

/// Where a stack's text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StackKind {
    /// A Terraform root module.
    Terraform,
    /// A file of infrastructure YAML.
    Infra,
    /// The JSON of a Terraform plan: what there will be.
    Plan,
    /// The JSON of a Terraform state, or the state as it is stored: what there is.
    State,
}

impl StackKind {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            StackKind::Terraform => "terraform",
            StackKind::Infra => "infra",
            StackKind::Plan => "plan",
            StackKind::State => "state",
        }
    }
}

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
}

impl ProblemCode {
    /// The name in JSON, in editors and on the terminal.
    pub fn name(self) -> &'static str {
        match self {
            ProblemCode::Syntax => "syntax",
            ProblemCode::Schema => "schema",
            ProblemCode::Configuration => "configuration",
            ProblemCode::Suppression => "suppression",
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
    /// Its kind.
    pub kind: StackKind,
    /// The files it was read from.
    pub files: Vec<FilePath>,
    /// What a failure does to it.
    pub assessment: Arc<Assessment>,
    /// What was found, loudest first, then by place; what is suppressed left out.
    pub findings: Vec<Finding>,
    /// What was found and is not shown, because somebody said so.
    pub suppressed: Vec<Suppressed>,
    /// One for each block that makes up a component, by place.
    pub blocks: Vec<BlockSummary>,
    /// What could not be understood.
    pub problems: Vec<StackProblem>,
    content: Arc<Content>,
    frozen: Arc<Frozen>,
    settings: Arc<StackSettings>,
    pub(crate) comparison: Option<Arc<Comparison>>,
    /// Whether the causes of what is new were looked for.
    pub(crate) explained: bool,
    /// What became of each rule that somebody asked silence for.
    pub(crate) ignore_uses: Vec<IgnoreUse>,
    /// What comments say to tools, by file; only files where any does.
    pub(crate) annotations: Vec<(FilePath, Arc<Annotations>)>,
    /// What the baseline file accepts: rule and component.
    pub(crate) accepted: BTreeSet<(RuleId, Arc<str>)>,
    /// What a plan does, of a plan.
    pub(crate) plan: Option<Planned>,
}

/// What a plan does, and the text that it was made from.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) counts: Counts,
    /// The stack of its source, where that is at hand: what repairs are made on.
    pub(crate) source: Option<Arc<Stack>>,
}

/// What a stack's text was understood as, dialect by dialect.
#[derive(Debug)]
pub(crate) enum Content {
    Terraform(Terraform),
    Infra(InfraFile),
}

/// A file of infrastructure YAML.
#[derive(Debug)]
pub(crate) struct InfraFile {
    /// What the text is.
    pub(crate) file: Arc<YamlFile>,
    /// What it means.
    pub(crate) infra: Infra,
}

/// A root module.
#[derive(Debug)]
pub struct Terraform {
    /// What the text is.
    pub resolved: Arc<Resolved>,
    /// What it means.
    pub assembled: Arc<Assembled>,
    /// The var files and variables it was read with.
    pub options: ResolveOptions,
}

/// Understands and assesses the root module in `root`.
pub(crate) fn analyse_terraform(
    root: &Utf8Path,
    files: &dyn TerraformFiles,
    settings: &Arc<StackSettings>,
    cache: &mut ResolveCache,
) -> Stack {
    let options = &settings.options;
    let resolved = Arc::new(resolve_with(cache, root, files, options));
    let assembled = Arc::new(assemble(&resolved, &settings.catalog));
    let problems = resolved
        .problems
        .iter()
        .map(|(file, problem)| StackProblem { code: ProblemCode::Syntax, file: file.clone(), problem: problem.clone() })
        .collect();
    let read = resolved.files.clone();
    let content = Content::Terraform(Terraform { resolved, assembled, options: options.clone() });
    assessed(root, StackKind::Terraform, content, read, problems, settings)
}

/// Assesses the resource instances of one side of a plan, or those of a state.
pub(crate) fn analyse_instances(
    root: &Utf8Path,
    kind: StackKind,
    resolved: Resolved,
    problems: Vec<StackProblem>,
    settings: &Arc<StackSettings>,
) -> Stack {
    let resolved = Arc::new(resolved);
    let assembled = Arc::new(assemble(&resolved, &settings.catalog));
    let read = resolved.files.clone();
    let content = Content::Terraform(Terraform { resolved, assembled, options: settings.options.clone() });
    assessed(root, kind, content, read, problems, settings)
}

/// Understands and assesses a file of infrastructure YAML.
pub(crate) fn analyse_infra(file: Arc<YamlFile>, settings: &Arc<StackSettings>) -> Stack {
    let (infra, told) = foreshock_infra::read(&file.tree, &file.path);
    let syntax = file.problems.iter().map(|problem| (ProblemCode::Syntax, problem.clone()));
    // What a broken line has hidden is missing elsewhere; that is told once, where the line is.
    let sure =
        |problem: &&foreshock_infra::Problem| file.problems.is_empty() || !is_about_what_is_missing(&problem.kind);
    let schema = told.iter().filter(sure).map(|problem| (ProblemCode::Schema, Problem::from(problem)));
    let problem = |(code, problem)| StackProblem { code, file: file.path.clone(), problem };
    let problems = syntax.chain(schema).map(problem).collect();
    let path = file.path.clone();
    let content = Content::Infra(InfraFile { file, infra });
    assessed(path.as_path(), StackKind::Infra, content, vec![path.clone()], problems, settings)
}

fn is_about_what_is_missing(problem: &ProblemKind) -> bool {
    matches!(problem, ProblemKind::UnknownId { .. } | ProblemKind::Missing { .. } | ProblemKind::GroupTooSmall { .. })
}

/// The same for every dialect: what a failure does to the system, and what the rules find.
fn assessed(
    root: &Utf8Path,
    kind: StackKind,
    content: Content,
    files: Vec<FilePath>,
    mut problems: Vec<StackProblem>,
    settings: &Arc<StackSettings>,
) -> Stack {
    problems.sort_by(|one, other| (&one.file, one.problem.span).cmp(&(&other.file, other.problem.span)));
    let assessment = Arc::new(assess(content.system()));
    let frozen = Arc::new(Frozen::new(content.system()));
    let mut stack = Stack {
        root: root.to_owned(),
        kind,
        files,
        assessment,
        findings: Vec::new(),
        suppressed: Vec::new(),
        ignore_uses: Vec::new(),
        annotations: Vec::new(),
        accepted: BTreeSet::new(),
        blocks: Vec::new(),
        problems,
        content: Arc::new(content),
        frozen,
        settings: settings.clone(),
        comparison: None,
        explained: false,
        plan: None,
    };
    let mut findings = rules::find_all(&stack);
    settings.levels.apply(&mut findings);
    stack.findings = findings;
    stack.blocks = summaries(&stack);
    stack
}

impl Content {
    fn system(&self) -> &System {
        match self {
            Content::Terraform(terraform) => &terraform.assembled.system,
            Content::Infra(file) => &file.infra.system,
        }
    }
}

impl Stack {
    /// The system.
    pub fn system(&self) -> &System {
        self.content.system()
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

    /// The files with values that it could be read with.
    pub fn variable_files(&self) -> VariableFiles {
        variable_files(&self.root)
    }

    /// The unavailability that the promise in `foreshock.toml` leaves it.
    pub fn slo(&self) -> Option<Probability> {
        self.settings.slo
    }

    /// What was found, shown or not.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().chain(self.suppressed.iter().map(|suppressed| &suppressed.finding))
    }

    pub(crate) fn settings(&self) -> &Arc<StackSettings> {
        &self.settings
    }

    /// What falls when faults are injected.
    pub fn cascade(&self, faults: &[Fault]) -> Cascade {
        self.frozen.cascade(faults, &mut Scratch::default())
    }

    /// The id of a component; empty for an index that is not in the system.
    pub fn id_of(&self, component: ComponentIndex) -> String {
        self.system().component(component).map_or_else(String::new, |component| component.id.to_string())
    }

    /// Its availability in full, measured at its own entry points. Slower than the assessment.
    pub fn availability(&self, options: &AvailabilityOptions) -> Availability {
        let basis = options.basis.clone().unwrap_or_else(|| self.assessment.basis.clone());
        let slo = options.slo.or(self.slo());
        availability(self.system(), &AvailabilityOptions { basis: Some(basis), slo, ..options.clone() })
    }

    /// Every scenario that the budget allows, ranked. `progress` is told how many are done, from any thread.
    pub fn sweep(&self, options: &SweepOptions, progress: &(dyn Fn(u64) + Sync)) -> Sweep {
        sweep(self.system(), &self.assessment.basis, options, progress)
    }

    /// How many managed resources the plan makes, changes, destroys and leaves; `None` for anything but a plan.
    pub fn planned(&self) -> Option<Counts> {
        self.plan.as_ref().filter(|_| self.kind == StackKind::Plan).map(|plan| plan.counts)
    }

    /// Why a plan or state has no score, for a person; `None` where it has one, and for texts.
    pub fn nothing_to_score(&self) -> Option<String> {
        if !self.system().components.is_empty() || !matches!(self.kind, StackKind::Plan | StackKind::State) {
            return None;
        }
        let managed = |resolved: &Resolved| resolved.instances.iter().filter(|one| one.mode == Mode::Managed).count();
        let left = self.terraform().map_or(0, |terraform| managed(&terraform.resolved));
        let destroyed = self.planned().map_or(0, |counts| counts.destroyed);
        Some(match (left, destroyed) {
            (0, 0) => format!("nothing to score: the {} has no resources", self.kind.name()),
            (0, 1) => "nothing to score: the plan destroys the only resource there is".to_owned(),
            (0, _) => format!("nothing to score: the plan destroys all {destroyed} resources there are"),
            (1, _) => "nothing to score: its one resource is no component".to_owned(),
            (_, _) => format!("nothing to score: none of its {left} resources is a component"),
        })
    }

    /// The root module, if it is one; of a plan or state the instances that it tells of.
    pub fn terraform(&self) -> Option<&Terraform> {
        match &*self.content {
            Content::Terraform(terraform) => Some(terraform),
            Content::Infra(_) => None,
        }
    }

    /// Components through which traffic leaves the network, with the subnets behind them.
    pub fn egress(&self) -> &[Egress] {
        match &*self.content {
            Content::Terraform(terraform) => &terraform.assembled.egress,
            Content::Infra(_) => &[],
        }
    }

    /// Whether an instance of a component only stands for a subnet: the provider runs several machines in each, so that
    /// losing "the instance" means losing the zone.
    pub fn is_one_per_subnet(&self, component: ComponentIndex) -> bool {
        let counts_subnets = |component: &Component| {
            let row = self.settings().catalog.row(&component.type_name);
            component.kind == ComponentKind::LoadBalancer && row.is_some_and(|row| !row.subnets.is_empty())
        };
        self.terraform().is_some() && self.system().component(component).is_some_and(counts_subnets)
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }

    pub(crate) fn frozen(&self) -> &Frozen {
        &self.frozen
    }
}

impl Terraform {
    /// The resource instance that declares a component.
    pub fn declaring_instance(&self, component: ComponentIndex) -> Option<&Instance> {
        let first = *self.assembled.members.get(component.index())?.first()?;
        self.resolved.instances.get(first)
    }
}
