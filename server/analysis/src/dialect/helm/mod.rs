//! Helm: a chart is a stack, with its values or with those that `foreshock.toml`, an editor's user or the command line chooses.
//! `foreshock_helm` renders it, `foreshock_kubernetes` reads the objects, the catalog says what they mean.

mod charts;
mod given;
mod repairs;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_helm::{CHART_FILE, comments, rendered};
use foreshock_kubernetes::{Declared, declared};
use foreshock_text::FilePath;

use charts::Charts;

use super::assemblies::Assemblies;
use super::declarations::Declarations;
use super::documents::Documents;
use super::infra::{comments_with, is_yaml};
use super::{Dialect, Home, Meaning, NewReader, PlainFile, Reader, Site, SourceFile, StackKind, Texts, Understood};
use crate::configuration::StackSettings;
use crate::findings::fix::Candidate;
use crate::findings::suppression::Annotations;
use crate::workspace::paths::directory_of;
use crate::{Finding, ProblemCode, Stack};

/// The dialect.
#[derive(Debug)]
pub(crate) struct HelmDialect;

/// That single values can be given by their path, whatever the text declares.
pub(crate) struct TakesAnyValue;

/// Finds and reads charts.
#[derive(Default)]
pub(crate) struct HelmReader {
    charts: Arc<Charts>,
    assemblies: Assemblies,
    /// What the stacks declared when they were understood last.
    declared: Declarations,
}

impl Dialect for HelmDialect {
    fn id(&self) -> StackKind {
        StackKind::new("helm")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        is_yaml(file) || matches!(file.extension(), Some("tpl" | "txt"))
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(HelmReader::default())
    }

    /// Of a template as of what it writes: its lines are lines of YAML. It has comments of its own, too.
    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        let Some(yaml) = texts.yaml(file) else { return Annotations::default() };
        let is_template = file.as_path().components().any(|part| part.as_str() == "templates");
        comments_with(&yaml, |text| if is_template { comments(text) } else { Vec::new() })
    }

    fn candidates(&self, texts: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        repairs::candidates(texts, stack, finding)
    }
}

impl Reader for HelmReader {
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.charts.of_file(document)
    }

    fn roots_below(&mut self, folder: &Utf8Path, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        self.charts.roots().filter(|root| root.starts_with(folder)).cloned().collect()
    }

    fn understand(
        &mut self,
        root: &Utf8Path,
        texts: &dyn Texts,
        settings: &StackSettings,
    ) -> Result<Understood, String> {
        let chart_file = FilePath::new(root.join(CHART_FILE));
        if texts.text(&chart_file).is_none() {
            return Err(format!("{root}: there is no {CHART_FILE}"));
        }
        let made = rendered(root, &settings.members, &given::given(root, settings), &Documents(texts));
        let Declared { resources, problems } = declared(made.objects);
        let resources = Arc::new(self.declared.going_on(root, resources));
        let assembled = self.assemblies.assemble(root, &resources, settings);
        let meaning = Meaning::Resources { declared: resources, assembled };
        let is_template = |file: &FilePath| made.templates.contains(file);
        let read = |file: &FilePath| {
            if is_template(file) {
                let of_file = made.problems.iter().filter(|(of, _)| of == file);
                let problems = of_file.map(|(_, problem)| problem.clone()).collect();
                return Some(SourceFile::Plain(Arc::new(PlainFile::new(file.clone(), texts.text(file)?, problems))));
            }
            Some(SourceFile::Yaml(texts.yaml(file)?))
        };
        let sources: Vec<(FilePath, SourceFile)> =
            made.files.iter().filter_map(|file| Some((file.clone(), read(file)?))).collect();
        let directories = made.files.iter().map(directory_of).chain([root.to_owned()]).collect();
        let mut understood = Understood::new(HelmDialect.id(), meaning, sources.clone());
        for (file, source) in &sources {
            understood = understood.with_problems(ProblemCode::Syntax, file, source.problems().to_vec());
        }
        for (file, problem) in problems {
            understood = understood.with_problems(ProblemCode::Schema, &file, [problem]);
        }
        understood.notes = made.notes;
        understood.own = Some(Arc::new(TakesAnyValue));
        understood.directories = directories;
        Ok(understood)
    }

    /// A file of a chart means the chart.
    fn root_at(&self, file: &Utf8Path, texts: &dyn Texts) -> Option<Utf8PathBuf> {
        if let Some(root) = self.charts.of_file(&FilePath::new(file)).into_iter().next() {
            return Some(root);
        }
        let is_chart = |directory: &&Utf8Path| texts.text(&FilePath::new(directory.join(CHART_FILE))).is_some();
        let own = file.ancestors().skip(1).take(charts::DEEPEST).find(is_chart)?;
        charts::is_part(own, file).then(|| own.to_owned())
    }

    fn is_there(&self, root: &Utf8Path, texts: &dyn Texts) -> bool {
        texts.text(&FilePath::new(root.join(CHART_FILE))).is_some()
    }

    fn home(&self, root: &Utf8Path) -> Home {
        Home { directory: root.to_owned(), name: root.to_owned() }
    }

    fn has_variants(&self) -> bool {
        true
    }

    fn index(&mut self, site: &Site<'_>, changed: Option<&BTreeSet<Utf8PathBuf>>) {
        let mut charts = Charts::clone(&self.charts);
        charts.look(site, changed);
        if charts != *self.charts {
            self.charts = Arc::new(charts);
        }
    }

    fn needs_index(&self) -> bool {
        true
    }

    fn known_roots(&mut self) -> Arc<BTreeSet<Utf8PathBuf>> {
        Arc::new(self.charts.roots().cloned().collect())
    }

    fn roots_reading(&self, file: &FilePath, _: &[Utf8PathBuf]) -> Option<BTreeSet<Utf8PathBuf>> {
        Some(self.charts.of_file(file))
    }

    fn complete(&self, root: &Utf8Path, settings: &mut StackSettings) {
        settings.members = self.charts.files(root).into();
    }

    fn apart(&self) -> Option<NewReader> {
        let charts = self.charts.clone();
        Some(Box::new(|| Box::new(HelmReader { charts, ..HelmReader::default() })))
    }
}
