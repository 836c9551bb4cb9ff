//! Texts with edits made to some of them: the copy that a repair is tried on.

use std::cell::OnceCell;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_files::Files;
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, TerraformFiles};
use foreshock_text::FilePath;
use rustc_hash::FxHashMap;

use super::Edit;
use crate::dialect::Texts;
use crate::dialect::yaml_file::YamlFile;

/// Texts with edits made to some of them. Each is parsed when it is asked for.
pub(super) struct Edited<'a> {
    texts: &'a dyn Texts,
    replaced: FxHashMap<FilePath, Replaced>,
}

struct Replaced {
    text: Arc<str>,
    hcl: OnceCell<Arc<ParsedFile>>,
    yaml: OnceCell<Arc<YamlFile>>,
}

impl<'a> Edited<'a> {
    /// `None` when an edit is in no text or does not fit there.
    pub(super) fn new(texts: &'a dyn Texts, edits: &[Edit]) -> Option<Edited<'a>> {
        let mut replaced = FxHashMap::default();
        for edit in edits {
            let file = &edit.place.file;
            if !replaced.contains_key(file) {
                let text = Arc::from(applied(texts, file, edits)?);
                replaced.insert(file.clone(), Replaced { text, hcl: OnceCell::new(), yaml: OnceCell::new() });
            }
        }
        Some(Edited { texts, replaced })
    }

    /// Whether a file is one of those that were edited.
    pub(super) fn has(&self, file: &FilePath) -> bool {
        self.replaced.contains_key(file)
    }
}

impl Files for Edited<'_> {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.texts.list(directory)
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.replaced.get(file).map(|replaced| replaced.text.clone()).or_else(|| self.texts.text(file))
    }

    fn bytes(&self, file: &FilePath) -> Option<Arc<[u8]>> {
        let replaced = self.replaced.get(file).map(|replaced| Arc::from(replaced.text.as_bytes()));
        replaced.or_else(|| self.texts.bytes(file))
    }

    fn may_read(&self, path: &Utf8Path) -> bool {
        self.texts.may_read(path)
    }

    fn enter_module(&self, directory: &Utf8Path, is_module: &dyn Fn(&FilePath) -> bool) {
        self.texts.enter_module(directory, is_module);
    }
}

impl TerraformFiles for Edited<'_> {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let Some(Replaced { text, hcl, .. }) = self.replaced.get(file) else { return self.texts.parsed(file) };
        let parse = || {
            let cache = &mut ExprCache::default();
            Arc::new(match self.texts.parsed(file) {
                Some(before) => before.reparsed(text.clone(), cache),
                None => ParsedFile::parse(file.clone(), text.clone(), cache),
            })
        };
        Some(hcl.get_or_init(parse).clone())
    }
}

impl Texts for Edited<'_> {
    fn yaml(&self, file: &FilePath) -> Option<Arc<YamlFile>> {
        let Some(Replaced { text, yaml, .. }) = self.replaced.get(file) else { return self.texts.yaml(file) };
        Some(yaml.get_or_init(|| Arc::new(YamlFile::parse(file.clone(), text.clone()))).clone())
    }
}

/// A text after the edits that concern it; `None` when they do not fit.
fn applied(texts: &dyn Texts, file: &FilePath, edits: &[Edit]) -> Option<String> {
    let text = texts.text(file)?;
    // Other grammars have no addresses but their offsets.
    let is_hcl = matches!(file.as_path().extension(), Some("tf" | "tofu" | "tfvars" | "hcl"));
    let parsed = if is_hcl { texts.parsed(file) } else { None };
    let mut after = String::with_capacity(text.len() + 64);
    let mut done = 0usize;
    for edit in edits.iter().filter(|edit| edit.place.file == *file) {
        let span = edit.place.span;
        let span = parsed.as_ref().map_or(span, |parsed| parsed.text.real_span(span));
        after.push_str(text.get(done..span.start as usize)?);
        after.push_str(&edit.text);
        done = span.end as usize;
    }
    after.push_str(text.get(done..)?);
    Some(after)
}
