//! What is typed: after any edits the server says what one says that has only ever seen the text as it is.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::client::{Client, Shop, uri};
use crate::random::Random;

/// Texts that change meaning, half-typed ones, and such as move everything below them.
const TYPED: [&str; 14] = [
    "2",
    "0",
    "true",
    "\"other\"",
    "\"longer than before\"",
    "null",
    "var.nobody",
    "\n",
    "# a comment\n",
    "}",
    "{",
    "\"",
    "/*",
    "<<E\n",
];

/// Open documents with their texts, in the order of their names.
type Documents = [(PathBuf, String)];

/// What is said of the open documents; as many answers from every server.
fn said(client: &mut Client, documents: &Documents) -> Vec<Value> {
    let mut said = Vec::new();
    for (file, text) in documents {
        let document = json!({"uri": uri(file)});
        let lines: Vec<&str> = text.split('\n').collect();
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": lines.len(), "character": 0}});
        for (method, parameters) in [
            ("textDocument/inlayHint", json!({"textDocument": document, "range": range})),
            ("textDocument/codeLens", json!({"textDocument": document})),
            ("textDocument/diagnostic", json!({"textDocument": document})),
            ("foreshock/graph", json!({"uri": uri(file)})),
        ] {
            said.push(json!([method, client.request(method, parameters).unwrap_or_default()]));
        }
        for (line, _) in lines.iter().enumerate().filter(|(_, line)| line.starts_with("resource")) {
            let position = json!({"line": line, "character": 3});
            let hover = json!({"textDocument": document, "position": position});
            said.push(json!([line, client.request("textDocument/hover", hover).unwrap_or_default()]));
        }
    }
    said
}

fn opened(directory: &Path, documents: &Documents) -> Client {
    let mut client = Client::open_workspace(&[directory], json!({"textDocument": {"diagnostic": {}}}));
    for (file, text) in documents {
        client.open(file, 1, text);
    }
    client
}

/// Line and column of a byte of a text.
fn position(text: &str, byte: usize) -> [u32; 2] {
    let before = &text[..byte];
    let line = before.matches('\n').count() as u32;
    [line, before.rsplit('\n').next().unwrap_or_default().encode_utf16().count() as u32]
}

/// Where a value is written behind `=`, one of them.
fn a_value(text: &str, random: &mut Random) -> Option<(usize, usize)> {
    let values: Vec<(usize, usize)> = text
        .match_indices(" = ")
        .map(|(at, sign)| (at + sign.len(), at + text[at..].find('\n').unwrap_or(text.len() - at)))
        .filter(|(start, end)| start < end && !text[*start..*end].ends_with(['{', '[', '(']))
        .collect();
    (!values.is_empty()).then(|| values[random.below(values.len())])
}

/// One edit: a value, a new line in front of another, or anything anywhere.
fn an_edit(text: &str, random: &mut Random) -> (usize, usize, &'static str) {
    let value = a_value(text, random);
    match (random.below(3), value) {
        (0, Some((start, end))) => (start, end, TYPED[random.below(7)]),
        (1, _) => {
            let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
            let at = lines[random.below(lines.len())];
            (at, at, TYPED[7 + random.below(2)])
        }
        _ => {
            let start = random.below(text.len() + 1);
            let end = (start + random.below(6)).min(text.len());
            (start, end, TYPED[random.below(TYPED.len())])
        }
    }
}

#[test]
fn any_edits_end_where_a_fresh_server_begins() {
    /// Edits of one sequence, and after how many of them both servers are asked.
    const EDITS: usize = 24;
    const ASKED_EVERY: usize = 6;
    for seed in 1..=3u64 {
        let shop = Shop::new(&format!("edits-{seed}"));
        let mut random = Random::new(seed);
        let mut documents: Vec<(PathBuf, String)> =
            ["rds.tf", "web.tf"].map(|name| (shop.file(name), shop.text(name))).into();
        let mut kept = opened(&shop.directory, &documents);
        let mut before: Vec<(usize, String)> = Vec::new();
        let mut steps = Vec::new();
        for step in 1..=EDITS {
            let undone = if random.below(3) == 0 { before.pop() } else { None };
            let (which, start, end, typed) = match undone {
                // Undone: the whole text as it was.
                Some((which, text)) => (which, 0, documents[which].1.len(), text),
                None => {
                    let which = random.below(documents.len());
                    let (start, end, typed) = an_edit(&documents[which].1, &mut random);
                    before.push((which, documents[which].1.clone()));
                    (which, start, end, typed.to_owned())
                }
            };
            let (file, text) = &mut documents[which];
            let range = [position(text, start), position(text, end)];
            steps.push(format!("{} {range:?} {typed:?}", file.file_name().unwrap().display()));
            text.replace_range(start..end, &typed);
            kept.edit(file, step as i64 + 1, range, &typed);
            if step % ASKED_EVERY == 0 {
                let now = said(&mut kept, &documents);
                let mut fresh = opened(&shop.directory, &documents);
                let expected = said(&mut fresh, &documents);
                for (now, expected) in now.iter().zip(&expected) {
                    assert_eq!(now, expected, "seed {seed}, after:\n{}", steps.join("\n"));
                }
            }
        }
    }
}
