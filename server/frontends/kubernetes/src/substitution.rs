//! `$(NAME)` in what a container is given: the value of a variable of the same container that was written before.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_documents::{Content, Node};
use foreshock_resources::Kind;

/// A text longer than this is not made.
const LONGEST: usize = 64 * 1024;

/// Puts the values of variables into a text, wherever it has them; a text with one that is not known stays as it is.
pub(crate) fn substitute(node: &mut Node, variables: &BTreeMap<Arc<str>, Arc<str>>) {
    match &mut node.content {
        Content::Scalar(Kind::String(text)) if text.contains("$(") => {
            if let Some(substituted) = substituted(text, variables) {
                *text = substituted.into();
            }
        }
        Content::List(items) => items.iter_mut().for_each(|item| substitute(item, variables)),
        _ => {}
    }
}

fn substituted(text: &str, variables: &BTreeMap<Arc<str>, Arc<str>>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        let (before, from) = rest.split_at_checked(at)?;
        out.push_str(before);
        let end = from.find(')')?;
        let name = from.get(2..end)?;
        match before.strip_suffix('$') {
            // `$$(NAME)` is written where `$(NAME)` is meant.
            Some(_) => {
                out.pop();
                out.push_str(from.get(..=end)?);
            }
            None => match variables.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(from.get(..=end)?),
            },
        }
        rest = from.get(end + 1..)?;
        if out.len() > LONGEST {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_container() {
        let variables =
            BTreeMap::from([(Arc::from("HOST"), Arc::from("redis")), (Arc::from("PORT"), Arc::from("6379"))]);
        for (text, expected) in [
            ("$(HOST):$(PORT)", "redis:6379"),
            ("$$(HOST)", "$(HOST)"),
            ("$(OTHER):1", "$(OTHER):1"),
            ("a$(HOST)b", "aredisb"),
        ] {
            assert_eq!(substituted(text, &variables).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(substituted("$(HOST", &variables), None);
    }
}
