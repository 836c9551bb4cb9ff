//! Functions on files and paths. Files are read through [`Files`](foreshock_files::Files) only.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use foreshock_resources::{Kind, Value};
use foreshock_syntax::hcl::{Expr, parse_template};
use foreshock_text::FilePath;

use super::{Answer, arg, boolean, hash, text_arg};
use crate::evaluate::{Binding, Evaluator, Scope};
use crate::failure::{Failure, beyond, fail};
use crate::types::set_of;

impl<'a> Evaluator<'a> {
    pub(super) fn filesystem_call(&self, name: &str, args: &[Value], scope: &Scope<'_>) -> Answer {
        let paths_known = args.first().is_some_and(Value::is_wholly_known);
        let answer = match name {
            "file" | "fileexists" | "filebase64" | "filemd5" | "filesha1" | "filesha256" | "filesha512"
            | "filebase64sha256" | "filebase64sha512" | "fileset" | "abspath" | "basename" | "dirname"
            | "pathexpand" | "templatefile" | "templatestring"
                if !paths_known =>
            {
                return Some(Ok(Value::unknown_from(args)));
            }
            "file" => self.read_text(args).map(Value::string),
            "filebase64" => self.read_bytes(args).map(|bytes| Value::string(STANDARD.encode(bytes))),
            "filemd5" | "filesha1" | "filesha256" | "filesha512" | "filebase64sha256" | "filebase64sha512" => {
                let digest = name.strip_prefix("file").unwrap_or(name);
                self.read_bytes(args).and_then(|bytes| hash::digest(digest, &bytes))
            }
            "fileexists" => self.fileexists(args),
            "fileset" => self.fileset(args),
            "templatefile" => self.templatefile(args, scope),
            "templatestring" => text_arg(args, 0).and_then(|text| {
                let expr = parse_template(&text).0;
                self.render(&expr, arg(args, 1)?, scope)
            }),
            "abspath" => text_arg(args, 0).map(|path| Value::string(self.absolute(&path).into_string())),
            "basename" => text_arg(args, 0).map(|path| {
                let name = Utf8Path::new(&*path).file_name().unwrap_or(if path.is_empty() { "." } else { "/" });
                Value::string(name)
            }),
            "dirname" => text_arg(args, 0).map(|path| Value::string(dirname(&path))),
            "pathexpand" => text_arg(args, 0).map(|path| match path.starts_with('~') {
                true => Value::unknown("the home directory is not known"),
                false => Value::string(path),
            }),
            _ => return None,
        };
        Some(answer.map(|value| value.with_provenance(&super::all_provenance(args))))
    }

    fn absolute(&self, path: &str) -> Utf8PathBuf {
        foreshock_files::paths::join(&self.root, path)
    }

    fn read_text(&self, args: &[Value]) -> Result<Arc<str>, Failure> {
        let file = self.file_arg(args)?;
        self.files.text(&file).map_or_else(|| self.unreadable(&file), Ok)
    }

    fn read_bytes(&self, args: &[Value]) -> Result<Arc<[u8]>, Failure> {
        let file = self.file_arg(args)?;
        self.files.bytes(&file).map_or_else(|| self.unreadable(&file), Ok)
    }

    fn file_arg(&self, args: &[Value]) -> Result<FilePath, Failure> {
        let file = FilePath::new(self.absolute(&text_arg(args, 0)?));
        self.inside(file.as_path())?;
        self.read.borrow_mut().push(file.clone());
        Ok(file)
    }

    /// Whether a path may be looked at. What is refused is unknown rather than wrong: Terraform reads it.
    fn inside(&self, path: &Utf8Path) -> Result<(), Failure> {
        if self.files.may_read(path) {
            return Ok(());
        }
        beyond(format!("outside the workspace: {} is not read", foreshock_files::paths::relative(&self.root, path)))
    }

    fn unreadable<T>(&self, file: &FilePath) -> Result<T, Failure> {
        let shown = foreshock_files::paths::relative(&self.root, file.as_path());
        // A file that is there but is no text, or in a place that can't be looked into, is not missing for Terraform.
        let listed = file.as_path().parent().map(|directory| self.files.list(directory)).unwrap_or_default();
        match listed.is_empty() || listed.contains(file) {
            true => beyond(format!("{shown} can't be read")),
            false => fail(format!("there is no file {shown}")),
        }
    }

    fn fileexists(&self, args: &[Value]) -> Result<Value, Failure> {
        let file = FilePath::new(self.absolute(&text_arg(args, 0)?));
        self.inside(file.as_path())?;
        let listed = file.as_path().parent().is_some_and(|directory| self.files.list(directory).contains(&file));
        let exists = listed || self.files.text(&file).is_some();
        self.read.borrow_mut().push(file);
        Ok(boolean(exists))
    }

    fn fileset(&self, args: &[Value]) -> Result<Value, Failure> {
        let (path, pattern) = (text_arg(args, 0)?, text_arg(args, 1)?);
        let (below, name) = pattern.rsplit_once('/').unwrap_or(("", &pattern));
        if below.contains(['*', '?', '[', '{']) || name.contains(['[', '{', '\\']) || name.contains("**") {
            return Ok(Value::unknown(format!("the files that match {pattern:?}")));
        }
        let directory = foreshock_files::paths::join(&self.absolute(&path), below);
        self.inside(&directory)?;
        let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
        let listed = self.files.list(&directory);
        let names = listed.iter().filter_map(|file| file.as_path().file_name());
        let found = names.filter(|file| matches(name, file)).map(|file| Value::string(format!("{prefix}{file}")));
        Ok(set_of(found.collect()))
    }

    fn templatefile(&self, args: &[Value], scope: &Scope<'_>) -> Result<Value, Failure> {
        let text = self.read_text(args)?;
        let file = FilePath::new(self.absolute(&text_arg(args, 0)?));
        let expr = self.cache.borrow_mut().template(&file, &text);
        self.render(&expr, arg(args, 1)?, scope)
    }

    fn render(&self, template: &Expr, variables: &Value, scope: &Scope<'_>) -> Result<Value, Failure> {
        if !variables.is_known() {
            return Ok(Value::unknown_from([variables]));
        }
        let Kind::Map(items) = &variables.kind else { return fail("the variables of a template are a map") };
        let names: Vec<(&Arc<str>, &Value)> = items.iter().collect();
        self.bind(template, &names, Scope { names: None, bindings: None, ..*scope })
    }

    fn bind(&self, template: &Expr, names: &[(&Arc<str>, &Value)], scope: Scope<'_>) -> Result<Value, Failure> {
        let Some(((name, value), rest)) = names.split_first() else {
            let value = self.eval(template, &scope)?;
            return Ok(Value { origin: None, ..value });
        };
        let binding = Binding { name, value, outer: scope.bindings };
        self.budget.deeper(|| self.bind(template, rest, Scope { bindings: Some(&binding), ..scope }))
    }
}

/// Everything before the last separator.
fn dirname(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((directory, _)) => foreshock_files::paths::clean(directory),
        None => ".".to_owned(),
    }
}

/// Whether a file name fits a pattern of `*` and `?`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // The positions in the pattern reachable after each character.
    let mut reached = vec![false; pattern.len() + 1];
    let star = |reached: &mut Vec<bool>| {
        for (index, character) in pattern.iter().enumerate() {
            if *character == '*'
                && reached.get(index) == Some(&true)
                && let Some(next) = reached.get_mut(index + 1)
            {
                *next = true;
            }
        }
    };
    if let Some(first) = reached.first_mut() {
        *first = true;
    }
    star(&mut reached);
    for character in name {
        let mut next = vec![false; pattern.len() + 1];
        for (index, wanted) in pattern.iter().enumerate() {
            if reached.get(index) != Some(&true) {
                continue;
            }
            let stays = *wanted == '*';
            let target = if stays { index } else { index + 1 };
            if (stays || *wanted == '?' || *wanted == character)
                && let Some(slot) = next.get_mut(target)
            {
                *slot = true;
            }
        }
        star(&mut next);
        reached = next;
    }
    reached.last() == Some(&true)
}
