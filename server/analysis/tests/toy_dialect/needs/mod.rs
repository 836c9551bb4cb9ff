//! A dialect of two kinds of lines: `db 1` says how many there are, `web needs db` what falls with what.

mod text;

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{
    Annotations, Candidate, Dialect, Edit, Finding, Meaning, PlainFile, ProblemCode, Reader, Site, SourceFile, Stack,
    StackKind, StackSettings, Texts, Understood,
};
use foreshock_text::FilePath;

#[derive(Debug)]
pub(crate) struct Needs;

impl Dialect for Needs {
    fn id(&self) -> StackKind {
        StackKind::new("needs")
    }

    fn claims(&self, file: &Utf8Path) -> bool {
        file.extension() == Some("needs")
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(NeedsReader)
    }

    /// A comment is about the line that it stands on or above.
    fn comments(&self, file: &FilePath, texts: &dyn Texts) -> Annotations {
        let text = texts.text(file).unwrap_or_default();
        Annotations::of_lines(&text, || text::comments(&text))
    }

    /// Where there is one, two.
    fn candidates(&self, _: &dyn Texts, stack: &Stack, finding: &Finding) -> Vec<Candidate> {
        let counts = stack.understood().own::<text::Counts>();
        let place = counts.and_then(|counts| counts.get(&*finding.component_id));
        let edit = place.map(|place| Edit { place: place.clone(), text: "2".to_owned() });
        edit.and_then(|edit| Candidate::new("Run two", vec![edit])).into_iter().collect()
    }
}

struct NeedsReader;

impl Reader for NeedsReader {
    /// A file is a stack.
    fn roots_of(&mut self, document: &FilePath, _: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        BTreeSet::from([document.as_path().to_owned()])
    }

    fn roots_below(&mut self, folder: &Utf8Path, site: &Site<'_>) -> BTreeSet<Utf8PathBuf> {
        site.files_below(folder).into_iter().filter(|file| Needs.claims(file)).collect()
    }

    fn understand(&mut self, root: &Utf8Path, texts: &dyn Texts, _: &StackSettings) -> Result<Understood, String> {
        let file = FilePath::new(root);
        let text = texts.text(&file).ok_or_else(|| format!("{root}: there is no such file"))?;
        let text::Read { system, counts, problems } = text::read(&file, &text);
        let read = PlainFile::new(file.clone(), text, problems.clone());
        let texts = vec![(file.clone(), SourceFile::Plain(Arc::new(read)))];
        let mut understood = Understood::new(Needs.id(), Meaning::Components(Arc::new(system)), texts).with_problems(
            ProblemCode::Syntax,
            &file,
            problems,
        );
        understood.own = Some(Arc::new(counts));
        Ok(understood)
    }
}
