//! How much data the components of a stack keep: `data_gb`.

use foreshock_text::{FilePath, Place};
use toml::de::DeValue;

use super::section::{Item, Section, expected, span_of};

/// `[stack.data_gb]`: gigabytes by address.
pub(super) fn sizes(stack: &Section<'_, '_>, file: &FilePath) -> Vec<(String, f64, Place)> {
    let mut found = Vec::new();
    for (key, item) in stack.table("data_gb") {
        match gigabytes(item) {
            Some(size) => {
                found.push((key.get_ref().to_string(), size, Place::new(file.clone(), span_of(item))));
            }
            None => expected(stack.problems, "a number of gigabytes", item),
        }
    }
    found
}

fn gigabytes(item: &Item<'_>) -> Option<f64> {
    let size: f64 = match item.get_ref() {
        DeValue::Integer(number) => number.as_str().parse().ok()?,
        DeValue::Float(number) => number.as_str().parse().ok()?,
        _ => return None,
    };
    (size.is_finite() && size >= 0.0).then_some(size)
}
