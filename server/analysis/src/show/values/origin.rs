use foreshock_resources::Value;
use foreshock_syntax::hcl::Attribute;
use foreshock_terraform::{NamedValue, ParsedFile, TerraformFiles};
use foreshock_text::{Place, Span};

use crate::{Snapshot, Stack};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// What leads to the place: "set in", "its default at".
    pub words: String,
    /// The place; `None` when no text holds it.
    pub place: Option<Place>,
}

impl Origin {
    fn at(words: impl Into<String>, place: Place) -> Origin {
        Origin { words: words.into(), place: Some(place) }
    }
}

impl Snapshot {
    /// Where a value was written, when it was passed along unchanged.
    pub fn origin_of(&self, value: &Value) -> Option<Origin> {
        let place = value.origin.as_deref()?;
        let parsed = self.parsed(&place.file)?;
        Some(described(&parsed, place))
    }

    /// Where the value of a variable or local comes from.
    pub(super) fn origin_of_named(&self, stack: &Stack, named: &NamedValue) -> Option<Origin> {
        let own = || named.place.as_ref().map(|place| place.place());
        if named.name.starts_with("local.") {
            return own().map(|place| Origin::at("at", place));
        }
        if let Some(origin) = self.origin_of(&named.value) {
            return Some(origin);
        }
        let variable = named.name.strip_prefix("var.")?;
        let given = &stack.terraform()?.options.variables;
        let units = &stack.terraform()?.resolved.units;
        let is_root = named.module.is_empty() || units.iter().any(|unit| unit.address == named.module);
        if is_root && given.contains_key(variable) {
            return Some(Origin { words: "given beside the text".to_owned(), place: None });
        }
        None
    }
}

/// What stands at a place that gives a value.
fn described(parsed: &ParsedFile, place: &Place) -> Origin {
    let holds = |span: Span| span.start <= place.span.start && place.span.end <= span.end;
    let of = |attributes: &[Attribute]| attributes.iter().find(|attribute| holds(attribute.value_span)).cloned();
    let path = place.file.as_path();
    if path.as_str().ends_with(".tfvars") || path.as_str().ends_with(".tfvars.json") {
        return Origin::at("set in", place.clone());
    }
    let block = parsed.body.blocks.iter().find(|block| holds(block.span));
    let Some(block) = block else { return Origin::at("at", place.clone()) };
    let label = |number: usize| block.labels.get(number).map(|label| label.text.to_string()).unwrap_or_default();
    let name = of(&block.body.attributes).map(|attribute| attribute.name.to_string());
    let words = match (&*block.kind, name) {
        ("variable", _) => "its default at".to_owned(),
        ("locals", Some(name)) => format!("local `{name}` at"),
        ("module", Some(name)) => format!("`{name}` of module `{}` at", label(0)),
        (_, Some(name)) => format!("`{name}` at"),
        _ => "at".to_owned(),
    };
    Origin::at(words, place.clone())
}
