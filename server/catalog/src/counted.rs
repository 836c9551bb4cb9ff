//! Numbers with what they count, in words that a template has filled in.

/// The text with "1 days" as "1 day": a word after a lone 1 stands for one.
pub fn counted(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let is_one = words.last().is_some_and(|before| before.trim_start_matches('(') == "1");
        words.push(if is_one { singular(word) } else { word.to_owned() });
    }
    words.join(" ")
}

/// A plural in `s` as what it is of one; other words, and units like `s`, stay.
fn singular(word: &str) -> String {
    let letters = word.trim_end_matches(|c: char| !c.is_alphabetic());
    let rest = word.get(letters.len()..).unwrap_or_default();
    let one = match letters {
        short if short.len() < 3 => return word.to_owned(),
        many if many.ends_with("ies") => format!("{}y", many.strip_suffix("ies").unwrap_or(many)),
        many if many.ends_with("ss") || many.ends_with("us") || many.ends_with("is") => return word.to_owned(),
        many => many.strip_suffix('s').unwrap_or(many).to_owned(),
    };
    one + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural() {
        for (text, read) in [
            ("keeps its backups for 1 days", "keeps its backups for 1 day"),
            ("keeps its backups for 2 days, 1 hours", "keeps its backups for 2 days, 1 hour"),
            ("probes none of its 1 origins", "probes none of its 1 origin"),
            ("after 1 s, 11 days", "after 1 s, 11 days"),
            ("1 class (1 queries)", "1 class (1 query)"),
            ("", ""),
        ] {
            assert_eq!(counted(text), read);
        }
    }
}
