//! What is printed does nothing but stand there: names come from texts that somebody else may have written, and end in terminals
//! and in the logs of runners, which take some lines for commands.

use foreshock_text::{is_control, picture};

/// What a printed text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A person, with colours or without.
    Words {
        /// Whether sequences that set colours pass.
        colour: bool,
    },
    /// GitHub's runner: each line is a command of ours.
    Commands,
    /// Programs. Control characters stand in it escaped already, but for those beyond ASCII.
    Json,
}

/// The text without what a terminal or a runner would act on. JSON says the same as before.
pub(super) fn inert(text: &str, sort: Sort) -> String {
    let mut inert = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let begin = line.trim_start();
        // Three of them, as excerpts have before the name of a file, begin no command.
        let is_command = begin.starts_with("::") && !begin.starts_with(":::") && matches!(sort, Sort::Words { .. });
        let commands_at = is_command.then(|| line.len() - begin.len());
        let mut rest = line.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let behind = line.get(at..).unwrap_or_default();
            match c {
                // Runners look for these at the beginning of a line, and for those anywhere.
                ':' if commands_at == Some(at) => {
                    inert.push('∷');
                    rest.next();
                }
                '#' if behind.starts_with("##[") => {
                    inert.push_str(if sort == Sort::Json { "##\\u005b" } else { "##［" });
                    rest.nth(1);
                }
                '\n' | '\t' => inert.push(c),
                '\r' if behind == "\r\n" => inert.push(c),
                '\u{1b}' if sort == (Sort::Words { colour: true }) && colour(behind) > 0 => {
                    let length = colour(behind);
                    inert.push_str(behind.get(..length).unwrap_or_default());
                    // Everything in it is ASCII.
                    rest.nth(length.saturating_sub(2));
                }
                c if !is_control(c) => inert.push(c),
                c if sort == Sort::Json => inert.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => inert.push(picture(c)),
            }
        }
    }
    inert
}

/// How long the sequence at the beginning is that sets a colour or a weight; 0 for any other.
fn colour(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return 0 };
    let numbers = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if rest.as_bytes().get(numbers) == Some(&b'm') { numbers + 3 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str =
        "a\u{1b}]0;t\u{7}\0\u{9b}\u{202e}\r::b\n ::stop-commands::x\n::error::y\r\nz ##[group]q :: ::\n";

    #[test]
    fn words_do_nothing() {
        let expected = "a␛]0;t␇␀\u{fffd}\u{fffd}␍::b\n ∷stop-commands::x\n∷error::y\r\nz ##［group]q :: ::\n";
        assert_eq!(inert(HOSTILE, Sort::Words { colour: false }), expected);
        assert_eq!(inert(HOSTILE, Sort::Words { colour: true }), expected);
        let painted = "\u{1b}[1;31mred\u{1b}[0m \u{1b}[2K\u{1b}[m\u{1b}[8";
        assert_eq!(inert(painted, Sort::Words { colour: true }), "\u{1b}[1;31mred\u{1b}[0m ␛[2K\u{1b}[m␛[8");
        assert_eq!(inert(painted, Sort::Words { colour: false }), "␛[1;31mred␛[0m ␛[2K␛[m␛[8");
    }

    #[test]
    fn our_own_commands_pass() {
        assert_eq!(inert("::error file=a::##[x\n", Sort::Commands), "::error file=a::##［x\n");
    }

    #[test]
    fn json_says_the_same() {
        let value = serde_json::json!({HOSTILE: [HOSTILE, "plain", "ü\u{2028}"]});
        let written = serde_json::to_string_pretty(&value).unwrap();
        let text = inert(&written, Sort::Json);
        assert!(!text.chars().any(|c| c != '\n' && is_control(c)) && !text.contains("##["), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
