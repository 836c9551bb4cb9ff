//! Records of FaultRay's export, which writes every field: what stands at its default there says nothing.

use std::sync::LazyLock;

use foreshock_syntax::yaml::{Number, Scalar, Value};
use toml::{Table, Value as Default};

/// The defaults, with what tells a record; reasons stand beside them.
static TABLE: LazyLock<Table> = LazyLock::new(|| include_str!("../data/faultray.toml").parse().unwrap_or_default());

/// Whether a component was written by the export, so that what stands at its default there says nothing.
pub fn is_record(component: Value<'_>) -> bool {
    in_component(component).is_some()
}

/// What says nothing in a component, by key; none where a person may have written it.
pub(crate) fn in_component(component: Value<'_>) -> Option<&'static Table> {
    in_record(component, "component")
}

/// The same of a dependency.
pub(crate) fn in_dependency(dependency: Value<'_>) -> Option<&'static Table> {
    in_record(dependency, "dependency")
}

fn in_record(value: Value<'_>, sort: &str) -> Option<&'static Table> {
    let marks = TABLE.get("record")?.get(sort)?.as_array()?;
    let pairs = value.pairs()?;
    let has_all = marks.iter().filter_map(Default::as_str).all(|key| pairs.iter().any(|pair| pair.name == key));
    has_all.then(|| TABLE.get(sort)?.as_table()).flatten()
}

/// Whether a value is the default, or a map of nothing but defaults.
pub(crate) fn says_nothing(value: Value<'_>, default: &Default) -> bool {
    match default {
        Default::Table(defaults) => value.pairs().is_some_and(|pairs| {
            pairs.iter().all(|pair| defaults.get(pair.name).is_some_and(|default| says_nothing(pair.value, default)))
        }),
        Default::String(text) => value.scalar().is_some_and(|scalar| scalar.text() == text),
        Default::Boolean(flag) => value.scalar().and_then(Scalar::flag) == Some(*flag),
        Default::Integer(number) => is_number(value, *number as f64),
        Default::Float(number) => is_number(value, *number),
        Default::Array(_) | Default::Datetime(_) => false,
    }
}

fn is_number(value: Value<'_>, default: f64) -> bool {
    matches!(value.scalar().and_then(Scalar::number), Some(Number::Finite(number)) if number == default)
}

#[cfg(test)]
mod tests {
    use foreshock_syntax::yaml::parse;

    use super::{TABLE, in_component, in_dependency};

    #[test]
    fn the_table_is_there() {
        let of = |sort: &str| TABLE.get(sort).and_then(|table| table.as_table()).map_or(0, |table| table.len());
        assert_eq!((of("component"), of("dependency")), (22, 6));
    }

    #[test]
    fn only_what_has_every_mark_is_a_record() {
        let is = |text: &str| {
            let (tree, _) = parse(text);
            let root = tree.documents().next().expect("a document");
            (in_component(root).is_some(), in_dependency(root).is_some())
        };
        let component =
            "{host: '', port: 0, replicas: 1, metrics: {}, capacity: {}, health: healthy, parameters: {}, tags: []}";
        assert_eq!(is(component), (true, false));
        assert_eq!(is(&component.replace("health: healthy, ", "")), (false, false));
        let dependency =
            "{source_id: a, target_id: b, dependency_type: requires, protocol: '', port: 0, latency_ms: 0, weight: 1}";
        assert_eq!(is(dependency), (false, true));
        assert_eq!(is(&dependency.replace("source_id", "source")), (false, false));
    }
}
