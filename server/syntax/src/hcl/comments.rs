use foreshock_text::Span;

use super::lex::{Kind, Lexer};

/// The comments of a Terraform text, in order: `#` and `//` without their line break, `/* */` whole. What looks like one
/// in a string or a heredoc is none. O(bytes); nothing for a text longer than [`MAX_TEXT_LENGTH`](super::MAX_TEXT_LENGTH).
pub fn comments(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    if text.len() > super::MAX_TEXT_LENGTH {
        return found;
    }
    let mut lexer = Lexer::new(text);
    let mut at = 0;
    loop {
        let token = lexer.next(at);
        match token.kind {
            Kind::End => return found,
            Kind::Comment => found.push(Span::from_range(token.start..token.end)),
            _ => {}
        }
        // Every token but the end has a length; without that this would not end.
        at = token.end.max(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<&str> = comments(text).into_iter().map(|span| span.text(text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn only_comments_are_comments() {
        check("# a\nb = 1 // c\n/* d\n e */ f {}", &["# a", "// c", "/* d\n e */"]);
        check("a = \"# no\" # yes", &["# yes"]);
        check("a = \"${b # no\n}\" # yes", &["# yes"]);
        check("a = <<EOT\n# no\nEOT\n# yes\n", &["# yes"]);
        check("a = <<-EOT\n  # no\n  // no\n  EOT\n// yes", &["// yes"]);
        check("a = \"open # no\n# yes", &["# yes"]);
        check("\u{feff}# after a mark", &["# after a mark"]);
        check("a # carriage\r\nb", &["# carriage\r"]);
        check("/* open\nb # c", &["/* open", "# c"]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn any_text_has_comments_in_order(text in "[a-z#/*\"<${}\\\\\\n EOT\u{feff}é-]{0,60}") {
            let found = comments(&text);
            prop_assert!(found.iter().all(|span| !span.text(&text).is_empty()));
            prop_assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
