//! Whether a text is a template.

use foreshock_syntax::yaml::{Tree, Value as Node};

/// Whether a text may be a template, by a look at its letters: cheap, and never wrong about one.
pub fn may_be_template(text: &str) -> bool {
    text.contains("AWSTemplateFormatVersion") || (text.contains("Resources") && has_type(text))
}

fn has_type(text: &str) -> bool {
    ["AWS::", "Custom::"].iter().any(|start| text.contains(start))
}

/// Whether a text surely is a template: it says its format, or its `Resources` have types of AWS.
pub fn is_template(tree: &Tree) -> bool {
    tree.documents().next().is_some_and(|root| root.pairs().is_some() && (says_so(root) || has_resources(root)))
}

fn says_so(root: Node<'_>) -> bool {
    let is_sam = |transform: Node<'_>| {
        let one = transform.scalar().map(|name| name.text().to_owned());
        let several = transform.items().into_iter().flatten().filter_map(|item| Some(item.scalar()?.text().to_owned()));
        one.into_iter().chain(several).any(|name| name.starts_with("AWS::"))
    };
    root.get("AWSTemplateFormatVersion").is_some() || root.get("Transform").is_some_and(is_sam)
}

fn has_resources(root: Node<'_>) -> bool {
    let of_aws = |resource: Node<'_>| {
        let kind = resource.get("Type").and_then(|kind| Some(kind.scalar()?.text().to_owned()));
        kind.is_some_and(|kind| kind.starts_with("AWS::") || kind.starts_with("Custom::"))
    };
    let resources = root.get("Resources").and_then(Node::pairs);
    resources.into_iter().flatten().any(|pair| of_aws(pair.value))
}
