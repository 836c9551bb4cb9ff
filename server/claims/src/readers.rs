//! The readers alone: they end, and what they say lies in the text.

use foreshock_syntax::{hcl, yaml};
use foreshock_text::{FilePath, Problem};

use super::text;

/// HCL: a reader that has seen another text before says what a fresh one says.
pub fn hcl(bytes: &[u8]) {
    let text = text(bytes);
    let (fresh, problems) = hcl::parse(&text);
    lie_in(&text, &problems);
    let mut cache = hcl::ExprCache::default();
    let half = text.len() / 2;
    let _ = hcl::parse_with(&mut cache, text.get(half..).unwrap_or_default());
    let (again, same) = hcl::parse_with(&mut cache, &text);
    assert_eq!((format!("{fresh:?}"), problems), (format!("{again:?}"), same), "a cache changes nothing");
    let _ = hcl::parse_expression(&text);
    let _ = hcl::parse_template(&text);
}

/// JSON in the place of HCL.
pub fn hcl_json(bytes: &[u8]) {
    let text = text(bytes);
    let (_, problems) = hcl::parse_json_values(&text);
    lie_in(&text, &problems);
}

/// YAML.
pub fn yaml(bytes: &[u8]) {
    let text = text(bytes);
    let (_, problems) = yaml::parse(&text);
    lie_in(&text, &problems);
}

/// The JSON of a plan or a state.
pub fn plan(bytes: &[u8]) {
    let text = text(bytes);
    let (_, problems) = foreshock_plan::read(&FilePath::new("/w/plan.json"), &text, None);
    lie_in(&text, &problems);
    let _ = foreshock_plan::variables(&text);
}

/// Every problem is about a part of the text, between two characters.
fn lie_in(text: &str, problems: &[Problem]) {
    for problem in problems {
        let span = problem.span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{problem:?} is about no part of the text");
        assert!(!problem.message.is_empty(), "{problem:?} says nothing");
    }
}
