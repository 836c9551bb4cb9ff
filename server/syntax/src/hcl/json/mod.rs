//! The JSON form of Terraform's language (`.tf.json`, `.tofu.json`, `.tfvars.json`) as the same tree as the other form.

mod body;
pub(crate) mod tree;
mod value;

use std::sync::Arc;

use foreshock_text::Problem;

use super::ast::Body;
use super::cache::{ExprCache, Fresh};
use super::scanner::Values;
use super::{refused, too_long};

/// Tells what JSON does not: which objects inside of a resource are values of attributes, and which are blocks.
pub trait Attributes {
    /// Whether `name`, holding an object or a list of objects, is an attribute. `resource_type` is that of the resource
    /// around, empty in a provider; `flat` when it is one object without objects or lists in it.
    fn is_attribute(&self, resource_type: &str, name: &str, flat: bool) -> bool;
}

/// Reads a configuration file in JSON (`.tf.json`). Any text gives a tree of what is sound in it, and all problems in the
/// order of the text. A header's span is the key that is the last label (or the block type); of several blocks in one
/// list, the brace that opens each.
pub fn parse_json(cache: Option<&mut ExprCache>, text: &str, attributes: &dyn Attributes) -> (Body, Vec<Problem>) {
    with_cache(cache, text, attributes, body::file)
}

/// Reads a file of values in JSON (`.tfvars.json`): attributes whose texts are no templates.
pub fn parse_json_values(text: &str) -> (Body, Vec<Problem>) {
    with_cache(None, text, &Everything, body::values)
}

struct Everything;

impl Attributes for Everything {
    fn is_attribute(&self, _resource_type: &str, _name: &str, _flat: bool) -> bool {
        true
    }
}

fn with_cache(
    cache: Option<&mut ExprCache>,
    text: &str,
    attributes: &dyn Attributes,
    convert: fn(&tree::Node, &mut body::Reader<'_, '_>) -> Body,
) -> (Body, Vec<Problem>) {
    if let Some(problem) = too_long(text) {
        return refused(text, problem);
    }
    match cache {
        None => read(&mut Fresh, text, attributes, convert),
        Some(cache) => {
            cache.begin_parse();
            let result = read(cache, text, attributes, convert);
            cache.end_parse();
            result
        }
    }
}

fn read(
    values: &mut dyn Values,
    text: &str,
    attributes: &dyn Attributes,
    convert: fn(&tree::Node, &mut body::Reader<'_, '_>) -> Body,
) -> (Body, Vec<Problem>) {
    let mut problems = Vec::new();
    let root = tree::read(text, &mut problems);
    let mut reader = body::Reader { text, values, attributes, problems: &mut problems, resource: Arc::from("") };
    let mut body = convert(&root, &mut reader);
    body.span = foreshock_text::Span::from_range(0..text.len());
    problems.sort_by(|one, other| (one.span, &one.message).cmp(&(other.span, &other.message)));
    problems.dedup();
    (body, problems)
}
