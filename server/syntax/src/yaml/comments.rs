use foreshock_text::Span;

use super::{NodeKind, Tree};

/// The comments of a YAML text, in order, each from its `#` to the end of its line. `tree` is what [`parse`](super::parse)
/// read of the same text: what looks like a comment in a scalar is none. O(bytes + nodes log nodes).
pub fn comments(text: &str, tree: &Tree) -> Vec<Span> {
    let scalars = tree.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Scalar(_)));
    let mut scalars: Vec<Span> = scalars.map(|node| node.span).filter(|span| span.text(text).contains('#')).collect();
    scalars.sort();
    let is_in_scalar = |at: u32| {
        let before = scalars.partition_point(|span| span.start <= at);
        before.checked_sub(1).and_then(|last| scalars.get(last)).is_some_and(|span| at < span.end)
    };
    let mut found = Vec::new();
    let mut line_start = 0;
    for line in text.split('\n') {
        let begins_comment = |&(at, _): &(usize, &str)| {
            let before = line.get(..at).unwrap_or_default().chars().next_back();
            let is_apart = before.is_none_or(|c| c.is_whitespace() || c == '\u{feff}');
            is_apart && !is_in_scalar(Span::from_range(line_start + at..line_start + at).start)
        };
        if let Some((at, _)) = line.match_indices('#').find(begins_comment) {
            found.push(Span::from_range(line_start + at..line_start + line.trim_end().len().max(at + 1)));
        }
        line_start += line.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let (tree, _) = crate::yaml::parse(text);
        let found: Vec<&str> = comments(text, &tree).into_iter().map(|span| span.text(text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn only_comments_are_comments() {
        check("# a\nb: 1 # c\n", &["# a", "# c"]);
        check("b: a#no\nc: \"# no\" # yes\nd: '# no'\n", &["# yes"]);
        check("b: |\n  # no\n  text # no\n# yes\nc: 1\n", &["# yes"]);
        check("b: >-\n  # no\n  more\nc: # yes\n  d: 1\n", &["# yes"]);
        check("- id: db # yes\r\n  name: x\r\n", &["# yes"]);
        check("b: \"open # \n", &["#"]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn any_text_has_comments_in_order(text in "[a-c:#'\"|>\\n \u{feff}é-]{0,60}") {
            let (tree, _) = crate::yaml::parse(&text);
            let found = comments(&text, &tree);
            prop_assert!(found.iter().all(|span| span.text(&text).starts_with('#')));
            prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
