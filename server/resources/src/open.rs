//! Objects of which only a part is written in the text: a whole resource used as a value. They are maps with one more
//! element that stands for everything not written.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::value::{JoinedProvenance, Kind, Provenance, Trace, Value};

/// The key of the element that stands for the rest; no text says a key like this.
pub const REST: &str = "\0rest";

/// The element for everything that is not written.
pub fn rest(of: Trace) -> Value {
    let path = path_of(&of, None);
    Value {
        kind: Kind::Unknown(Arc::from(format!("known after apply: {path}"))),
        provenance: Provenance::one(of),
        origin: None,
    }
}

/// The same inside a value that has that provenance itself, such as a nested block.
pub fn inner_rest(path: &str) -> Value {
    Value::unknown(format!("known after apply: {path}"))
}

/// The attribute `name` of an open object in which it is not written; `None` when the object is not open.
pub fn missing(object: &BTreeMap<Arc<str>, Value>, name: &str) -> Option<Value> {
    let rest = object.get(REST)?;
    let mut provenance = JoinedProvenance::default();
    let mut why = None;
    for trace in rest.provenance.iter() {
        why.get_or_insert_with(|| path_of(trace, Some(name)));
        let attribute = match &*trace.attribute {
            "" => Arc::from(name),
            outer => Arc::from(format!("{outer}.{name}")),
        };
        provenance.add(&Provenance::one(Trace { to: trace.to.clone(), attribute, ..trace.clone() }));
    }
    let why = match (why, &rest.kind) {
        (Some(path), _) => format!("known after apply: {path}"),
        (None, Kind::Unknown(why)) => format!("{why}.{name}"),
        (None, _) => format!("known after apply: {name}"),
    };
    let provenance = provenance.provenance().with_sensitive(rest.provenance.is_sensitive());
    Some(Value { kind: Kind::Unknown(Arc::from(why)), provenance, origin: None })
}

/// Whether the map is the written part of something larger.
pub fn is_open(object: &BTreeMap<Arc<str>, Value>) -> bool {
    object.contains_key(REST)
}

fn path_of(trace: &Trace, name: Option<&str>) -> String {
    let mut path = trace.to.to_string();
    for part in [Some(&*trace.attribute), name].into_iter().flatten().filter(|part| !part.is_empty()) {
        path.push('.');
        path.push_str(part);
    }
    path
}
