//! `.Files` of a template.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foreshock_templates::{Host, Kind, Map, Text, Unknown, Value};
use foreshock_text::{FilePath, Span};
use globset::GlobBuilder;

/// The files of a chart that are no templates, or some of them.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) files: Rc<Vec<(String, Content)>>,
}

/// A file: its text, where it is one.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub(crate) file: FilePath,
    pub(crate) text: Option<std::sync::Arc<str>>,
}

impl Content {
    fn value(&self) -> Value {
        match &self.text {
            Some(text) => Value::text(Text::literal(text, &self.file, Span::from_range(0..text.len()))),
            None => {
                let name = self.file.as_path().as_str();
                Value::unknown(Unknown::named("this file is no text", name))
            }
        }
    }
}

impl Host for Files {
    fn type_name(&self) -> &str {
        "engine.files"
    }

    fn call(&self, name: &str, args: &[Value]) -> Result<Value, String> {
        let path = || match args {
            [Value { kind: Kind::Text(text), .. }] if text.first_unknown().is_none() => Ok(text.as_str()),
            _ => Err(format!("Files.{name} needs a path that is known")),
        };
        let find = |path: &str| self.files.iter().find(|(known, _)| known == path).map(|(_, content)| content.value());
        Ok(match (name, args) {
            ("", []) => Value::map(self.all(|content| content.value())),
            ("" | "Get" | "GetBytes", _) => find(path()?).unwrap_or_else(|| Value::made("")),
            ("Glob", _) => {
                let pattern = GlobBuilder::new(path()?).literal_separator(true).build();
                let Ok(pattern) = pattern.map(|pattern| pattern.compile_matcher()) else { return Ok(none()) };
                let kept = self.files.iter().filter(|(path, _)| pattern.is_match(path)).cloned();
                Kind::Host(Rc::new(Files { files: Rc::new(kept.collect()) })).into()
            }
            ("Lines", _) => match find(path()?).map(|value| value.kind) {
                Some(Kind::Text(text)) => {
                    let lines = text.as_str().strip_suffix('\n').unwrap_or(text.as_str());
                    Value::list(lines.split('\n').map(Value::made).collect())
                }
                Some(other) => other.into(),
                None => Value::list(Vec::new()),
            },
            ("AsConfig", []) => self.written(|content| content.value())?,
            ("AsSecrets", []) => self.written(|content| match &content.text {
                Some(text) => Value::made(STANDARD.encode(text.as_bytes())),
                None => content.value(),
            })?,
            _ => return Err(format!("Files has no {name}")),
        })
    }
}

fn none() -> Value {
    Kind::Host(Rc::new(Files { files: Rc::default() })).into()
}

impl Files {
    fn all(&self, value: impl Fn(&Content) -> Value) -> Map {
        self.files.iter().map(|(path, content)| (path.as_str().into(), value(content))).collect()
    }

    /// A map from the names of the files, as YAML.
    fn written(&self, value: impl Fn(&Content) -> Value) -> Result<Value, String> {
        let name = |path: &str| -> std::sync::Arc<str> { path.rsplit('/').next().unwrap_or(path).into() };
        let map: Map = self.files.iter().map(|(path, content)| (name(path), value(content))).collect();
        if map.is_empty() {
            return Ok(Value::made(""));
        }
        Ok(foreshock_templates::to_yaml(&Value::map(map)))
    }
}
