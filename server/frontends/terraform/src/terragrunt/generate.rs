//! What `generate` writes beside the files of a module. A part that is not known becomes a name that is not declared, so that
//! the rest of the text is still read.

use std::rc::Rc;
use std::sync::Arc;

use foreshock_expressions::string_of;
use foreshock_resources::Kind;
use foreshock_syntax::hcl::{self, Expr, ExprCache, ExprKind, TemplatePart};
use foreshock_text::FilePath;

use super::config::{Config, Reading};
use crate::files::{ParsedFile, is_configuration};

/// What stands for a part of a generated text that is not known.
const UNKNOWN: &str = "local.known_when_generated";

/// A file that is generated.
pub(super) struct Generated {
    /// Its name beside the files of the module.
    pub(super) name: String,
    pub(super) parsed: Arc<ParsedFile>,
    /// Whether it leaves a file of its name as it is.
    pub(super) gives_way: bool,
}

impl Reading<'_, '_> {
    /// The configuration files that the `generate` blocks of a unit write, those of the same label once.
    pub(super) fn generated(&self, config: &Rc<Config>) -> Vec<Generated> {
        let mut found: Vec<(Arc<str>, Generated)> = Vec::new();
        for (part, _) in self.parts(config) {
            for block in part.parsed.body.blocks_of("generate") {
                let Some(label) = block.labels.first() else { continue };
                found.retain(|(name, _)| *name != label.text);
                if let Some(generated) = self.one_generated(&part, block) {
                    found.push((label.text.clone(), generated));
                }
            }
        }
        found.into_iter().map(|(_, generated)| generated).collect()
    }

    fn one_generated(&self, config: &Rc<Config>, block: &hcl::Block) -> Option<Generated> {
        if self.is_true(config, &block.body, "disable") {
            return None;
        }
        let path = self.text(config, &block.body, "path")?.ok()?;
        let name = camino::Utf8Path::new(&*path).file_name()?.to_owned();
        let contents = block.body.attribute("contents")?;
        if !is_configuration(camino::Utf8Path::new(&name)) {
            return None;
        }
        let gives_way = matches!(self.text(config, &block.body, "if_exists"), Some(Ok(how)) if &*how == "skip");
        let parsed = match self.copied(config, contents) {
            Some(parsed) => parsed,
            None => {
                let text = self.contents(config, contents)?;
                let file = FilePath::new(config.unit.join(&name));
                Arc::new(ParsedFile::parse(file, Arc::from(text), &mut ExprCache::default()))
            }
        };
        Some(Generated { name, parsed, gives_way })
    }

    /// The file that is copied as it is: its values keep their places.
    fn copied(&self, config: &Rc<Config>, contents: &hcl::Attribute) -> Option<Arc<ParsedFile>> {
        let ExprKind::Call { name, args, .. } = &contents.expr.kind else { return None };
        let [path] = args.as_slice() else { return None };
        let Kind::String(path) = self.value(config, path, contents.value_span.start).kind else { return None };
        let file = FilePath::new(foreshock_files::paths::join(&config.directory, &path));
        if &**name == "file" && is_configuration(file.as_path()) { self.parsed(&file) } else { None }
    }

    fn contents(&self, config: &Rc<Config>, contents: &hcl::Attribute) -> Option<String> {
        let mut text = String::new();
        match &contents.expr.kind {
            ExprKind::Template(parts) => self.write(config, contents, parts, &mut text),
            _ => match self.attribute(config, contents).kind {
                Kind::String(whole) => text.push_str(&whole),
                _ => return None,
            },
        }
        Some(text)
    }

    fn write(&self, config: &Rc<Config>, at: &hcl::Attribute, parts: &[TemplatePart], into: &mut String) {
        for part in parts {
            match part {
                TemplatePart::Literal(text) => into.push_str(text),
                TemplatePart::Interpolation(expr) => {
                    let value = self.value(config, expr, at.value_span.start);
                    match string_of(&value.kind) {
                        Ok(text) => into.push_str(&text),
                        Err(_) if is_quoted(into) => into.push_str(&format!("${{{UNKNOWN}}}")),
                        Err(_) => into.push_str(UNKNOWN),
                    }
                }
                TemplatePart::If { condition, yes, no } => {
                    match self.value(config, condition, at.value_span.start).kind {
                        Kind::Bool(true) => self.write(config, at, yes, into),
                        Kind::Bool(false) => self.write(config, at, no, into),
                        _ => {}
                    }
                }
                TemplatePart::For { .. } => {
                    let alone = Expr { kind: ExprKind::Template(vec![part.clone()]), span: at.expr.span };
                    if let Kind::String(text) = self.value(config, &alone, at.value_span.start).kind {
                        into.push_str(&text);
                    }
                }
            }
        }
    }
}

/// Whether what comes next stands inside quotes.
fn is_quoted(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let mut quoted = false;
    let mut escaped = false;
    for byte in line.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
    }
    quoted
}
