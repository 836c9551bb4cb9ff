use std::borrow::Cow;

/// A name as one line: line breaks and control characters become the pictures that Unicode has of them. What has none is handed
/// back as it is.
pub fn visible(name: &str) -> Cow<'_, str> {
    if !name.chars().any(breaks) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.chars().map(|c| if breaks(c) { picture(c) } else { c }).collect())
}

/// A character that moves, hides, colours or turns round what stands beside it, where it is written raw.
pub fn is_control(c: char) -> bool {
    breaks(c) || turns_round(c)
}

fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// The characters that change the direction of what follows.
fn turns_round(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands for a control character.
pub fn picture(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        _ => '\u{fffd}',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_that_does_nothing() {
        assert!(matches!(visible("aws_instance.a[\"ü\"]"), Cow::Borrowed(_)));
        assert_eq!(visible("a\n::b\u{1b}[31m\u{7}\0\r\u{7f}\u{9b}x\u{202e}"), "a␊::b␛[31m␇␀␍␡\u{fffd}x\u{202e}");
    }
}
