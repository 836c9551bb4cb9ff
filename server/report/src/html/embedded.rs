//! The long lists of a report as compact JSON, which the script of the page reads.

use std::collections::BTreeMap;

use foreshock_analysis::Stack;
use foreshock_model::{Component, ComponentIndex, Dependency};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::Places;
use crate::graph_index::GraphIndex;
use crate::graph_json::{of_availability, of_redundancy};
use crate::graph_text::setting;
use crate::words::{confidence_name, dependency_name};

/// A graph as the page reads it: components and dependencies as rows, texts that recur as indexes into `texts`.
pub(super) fn graph(stack: &Stack, texts: &mut Texts, places: &Places<'_>) -> Value {
    let (system, look) = (stack.system(), GraphIndex::of(stack));
    let components = system.iter().map(|(index, component)| of_component(&look, index, component, texts, places));
    let components: Vec<Value> = components.collect();
    let dependencies = system.dependencies.iter().enumerate();
    let dependencies = dependencies.map(|(which, it)| of_dependency(&look, which, it, texts, places));
    json!({
        "components": components,
        "dependencies": dependencies.collect::<Vec<_>>(),
        "marks": marks(&look),
        "start": start(stack).map(|index| index.0),
    })
}

fn of_component(
    look: &GraphIndex<'_>,
    index: ComponentIndex,
    component: &Component,
    texts: &mut Texts,
    places: &Places<'_>,
) -> Value {
    let availability = of_availability(look, index);
    let source = availability.get("source").and_then(Value::as_str).unwrap_or_default();
    json!([
        component.id.as_str(),
        texts.index(component.kind.name()),
        *component.label,
        u8::from(look.is_entry(index)),
        component.place.as_ref().map(|place| places.line(place)),
        of_redundancy(look.stack().system(), &component.redundancy),
        availability.get("value").and_then(Value::as_f64),
        texts.index(source),
    ])
}

fn of_dependency(
    look: &GraphIndex<'_>,
    which: usize,
    dependency: &Dependency,
    texts: &mut Texts,
    places: &Places<'_>,
) -> Value {
    // "certain", "likely, 1 of 2", "certain, management only"
    let sure = std::iter::once(confidence_name(dependency.confidence).to_owned());
    let sure: Vec<String> = sure.chain(setting(look, which, dependency)).collect();
    let evidence = dependency.evidence.iter().map(|it| json!([places.line(&it.place), &*it.why]));
    json!([
        dependency.from.0,
        dependency.to.0,
        texts.index(dependency_name(dependency.kind)),
        texts.index(&sure.join(", ")),
        evidence.collect::<Vec<_>>(),
    ])
}

/// How bad each component is, by its index: the severest finding, what that costs, whether any is new, whether it is a single point.
fn marks(look: &GraphIndex<'_>) -> BTreeMap<u32, Value> {
    let all = look.stack().system().iter();
    let marked = all.filter_map(|(index, _)| {
        let standing = look.standing(index)?;
        let mark = json!([
            standing.severity.name(),
            (standing.points.get() * 10.0).round() / 10.0,
            u8::from(standing.is_new),
            u8::from(look.is_single(index)),
        ]);
        Some((index.0, mark))
    });
    marked.collect()
}

/// Where a reader of a large graph begins: at the single point of failure that costs most, else at an entry point.
fn start(stack: &Stack) -> Option<ComponentIndex> {
    let single = stack.findings.iter().filter(|finding| finding.is_single_point());
    let costly = single.max_by(|one, other| one.points.total_cmp(&other.points));
    let entry = || stack.assessment.basis.entries.first().map(|entry| entry.component);
    let first = || stack.system().iter().next().map(|(index, _)| index);
    costly.and_then(|finding| finding.component).or_else(entry).or_else(first)
}

/// Texts, each once.
#[derive(Default)]
pub(super) struct Texts {
    texts: Vec<String>,
    known: FxHashMap<String, usize>,
}

impl Texts {
    pub(super) fn index(&mut self, text: &str) -> usize {
        if let Some(&index) = self.known.get(text) {
            return index;
        }
        self.texts.push(text.to_owned());
        self.known.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }

    pub(super) fn into_json(self) -> Value {
        self.texts.into()
    }
}

/// JSON that may stand inside a script element of HTML, whatever names are in it: nothing in it ends the element, opens a
/// comment or breaks a line.
pub(super) fn escaped(value: &Value) -> String {
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", letter as u32)),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_breaks_out_and_nothing_is_lost(text in "(\\PC|<|>|&|/|!|-|\u{2028}|\u{0}|</script>|<!--|\u{202e}){0,40}") {
            let value = json!({ text.clone(): [text] });
            let safe = escaped(&value);
                let breaks_out = ['<', '>', '&', '\u{2028}', '\u{2029}', '\n', '\u{0}'];
            prop_assert!(!safe.contains(breaks_out));
                prop_assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
        }
    }
}
