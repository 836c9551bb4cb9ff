//! A client that does everything wrong, on a disk on which everything goes wrong: whatever it was, every request is answered soon,
//! memory is bounded, and in the end the server says what one says that has never seen any of it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Shop, uri};
use crate::freshness::{Editor, Session};
use crate::random::Random;

/// The aim is two seconds; without optimisation on a busy machine all takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
/// The bound on memory, in MB; an optimised server needs a third of it.
const MOST_MEMORY: u64 = 900;

fn answered(client: &mut Client, file: &Path, after: &str) {
    let begin = Instant::now();
    let position = json!({"textDocument": {"uri": uri(file)}, "position": {"line": 0, "character": 0}});
    let answer = client.request("textDocument/hover", position);
    assert!(answer.is_ok(), "after {after}: {answer:?}");
    assert!(begin.elapsed() < PATIENCE, "after {after}: {:?}", begin.elapsed());
}

#[test]
fn after_any_bytes_the_next_message_is_answered() {
    let shop = Shop::new("stray-bytes");
    let file = shop.file("rds.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &shop.text("rds.tf"));
    client.diagnostics(&file, 1);
    let note = "{\"jsonrpc\":\"2.0\",\"method\":\"$/setTrace\",\"params\":{\"value\":\"off\"}}";
    let with_length = |length: usize| format!("Content-Length: {length}\r\n\r\n{note}");
    for bytes in [
        "hello".to_owned(),
        "Content-Length: -5\r\n\r\n{}".to_owned(),
        "Content-Length: 99999999999\r\n\r\n{}".to_owned(),
        "Content-Length: 40\r\n\r\n".to_owned(),
        "\0".repeat(100_000),
        with_length(1),
        with_length(note.len() - 1),
        with_length(note.len() + 1),
        with_length(note.len() + 4_000),
    ] {
        client.send_bytes(bytes.as_bytes());
        answered(&mut client, &file, &format!("{bytes:.60}"));
    }
    // What was no message is refused without an id; nobody waits for these.
    client.hang_up();
    client.wait();
}

#[test]
fn a_message_of_too_many_values_is_refused() {
    let shop = Shop::new("many-values");
    let file = shop.file("rds.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let body = format!("{{\"jsonrpc\":\"2.0\",\"method\":\"foo\",\"params\":[{}[]]}}", "[],".repeat(10_000_000));
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    assert_eq!(client.refusal(), -32600);
    client.open(&file, 1, &shop.text("rds.tf"));
    client.diagnostics(&file, 1);
    answered(&mut client, &file, "30 MB of lists");
    let memory = client.memory().unwrap_or(0);
    assert!(memory < 400, "{memory} MB");
    client.finish_with_closed_files(&shop);
}

/// `foreshock.toml` comes with the text; where the editor writes is not for it to say.
#[test]
fn a_baseline_is_written_nowhere_outside() {
    for outside in ["../../x.json", "/tmp/foreshock-outside.json"] {
        let text = "resource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n}\n";
        let files = [
            ("w/main.tf", text),
            ("w/foreshock.toml", &format!("baseline = \"{outside}\"\n")),
            ("w/.git/HEAD", "ref: refs/heads/main\n"),
        ];
        let shop = Shop::of("baseline-outside", &files);
        let file = shop.file("w/main.tf");
        let edits = json!({"documentChanges": true, "resourceOperations": ["create"]});
        let capabilities = json!({"workspace": {"applyEdit": true, "workspaceEdit": edits}});
        let mut client = Client::open_workspace(&[&shop.file("w")], capabilities);
        client.open(&file, 1, text);
        client.diagnostics(&file, 1);
        let argument = json!({"command": "foreshock.setBaseline", "arguments": [{"uri": uri(&file)}]});
        assert_eq!(client.request("workspace/executeCommand", argument), Err(-32602), "{outside}");
        client.hang_up();
        client.wait();
    }
}

/// Texts that ask for too much, each in its own way.
fn texts() -> Vec<String> {
    let nested =
        |open: &str, close: &str| format!("locals {{\n  x = {}1{}\n}}\n", open.repeat(20_000), close.repeat(20_000));
    let doubling: String =
        (1..=40).map(|n| format!("  s{n} = \"${{local.s{}}}${{local.s{}}}\"\n", n - 1, n - 1)).collect();
    vec![
        nested("[", "]"),
        nested("(", ")"),
        nested("{a=", "}"),
        nested("\"${", "}\""),
        nested("!", ""),
        nested("a ? b : ", ""),
        format!("locals {{\n  x = [1]{}\n}}\n", "[*]".repeat(20_000)),
        format!("locals {{\n  s0 = \"haha\"\n{doubling}}}\n"),
        "locals {\n  x = range(1000000000)\n  y = [for i in range(1024): [for j in range(1024): [for k in range(1024): i]]]\n}\n".to_owned(),
        "resource \"aws_instance\" \"a\" {\n  count = 1000000000\n}\n".to_owned(),
        format!("locals {{\n  x = regexall(\"(a*)*b\", \"{}\")\n}}\n", "a".repeat(5_000)),
        "resource \"aws_instance\" \"a\" {\n  count = 800\n}\nresource \"aws_instance\" \"b\" {\n  count = 800\n  user_data = join(\",\", aws_instance.a[*].private_ip)\n}\n".to_owned(),
        "module \"m\" {\n  source = \"./.\"\n}\n".to_owned(),
        "\u{feff}resource \"é😀\" \"\u{0}\" {\r\n\r".to_owned(),
        "x".repeat(9 << 20),
        String::new(),
    ]
}

/// What stands on the disk in place of a file, by a script in the directory.
const ON_THE_DISK: [&str; 14] = [
    "rm -rf x.tf; mkfifo x.tf",
    "rm -rf x.tf; mkdir x.tf",
    "rm -rf x.tf; ln -s x.tf x.tf",
    "rm -rf x.tf; ln -s /dev/zero x.tf",
    "rm -rf x.tf; printf 'resource \"aws_instance\" \"x\" {}\\n' >x.tf; chmod 000 x.tf",
    "rm -rf x.tf; printf '\\377\\376' >x.tf",
    "rm -rf x.tf; head -c 50000000 /dev/zero >x.tf",
    "rm -rf x.tf",
    "mkdir -p sub; ln -sfn .. sub/up; cp rds.tf sub/a.tf",
    "rm -rf sub",
    "printf 'resource \"aws_db_instance\" \"n\" {\\n  engine = \"mysql\"\\n}\\n' >n.tf",
    "rm -f n.tf",
    "printf '[[stack]]\\npath = \"{{{\"\\nk = 1\\n' >foreshock.toml",
    "rm -f foreshock.toml; ln -sf /dev/zero .gitignore; sleep 0.1; rm -f .gitignore",
];

#[test]
#[cfg(unix)]
fn whatever_happens_it_ends_where_a_fresh_server_begins() {
    let texts = texts();
    for seed in 1..=3u64 {
        let mut random = Random::new(seed * 7919);
        let shop = Shop::new(&format!("chaos-{seed}"));
        let editor = if seed % 2 == 0 { Editor::Watches } else { Editor::Blind };
        let mut session = Session::start(&shop.directory, editor);
        let (file, other) = (shop.file("rds.tf"), shop.file("web.tf"));
        let whole = shop.text("rds.tf");
        session.open(&file);
        session.open(&other);
        let mut asked = Vec::new();
        let mut done = String::new();
        for _ in 0..40 {
            match random.below(8) {
                0 => {
                    let text = &texts[random.below(texts.len())];
                    session.edit(&file, text);
                    done = format!("{text:.60}");
                }
                1 => session.edit(&file, &whole),
                2 => {
                    let script = ON_THE_DISK[random.below(ON_THE_DISK.len())];
                    Command::new("sh").args(["-c", script]).current_dir(&shop.directory).status().unwrap();
                    for name in ["x.tf", "n.tf", "sub", "foreshock.toml", ".gitignore"] {
                        session.tell(&shop.file(name), name == "sub");
                    }
                    script.clone_into(&mut done);
                }
                3 => asked.extend(storm(&mut random, &mut session.client, &file)),
                4 => {
                    // Right ids, wrong ones, and ids of the wrong type.
                    for id in asked.iter().copied().chain([1_000_000_000]).collect::<Vec<i64>>() {
                        session.client.notify("$/cancelRequest", json!({"id": id}));
                    }
                    session.client.notify("$/cancelRequest", json!({"id": {"a": []}}));
                }
                5 => wrong_types(&mut random, &mut session.client),
                6 => {
                    session.close(&file);
                    session.open(&file);
                }
                _ => {
                    let range =
                        [[random.below(99) as u32, u32::MAX], [random.below(9) as u32, random.below(99) as u32]];
                    // Reversed and past every end; what it makes of the text is known after the next whole one.
                    let (version, text) = session.open.get(&file).cloned().unwrap();
                    session.client.edit(&file, version + 1, range, "# é😀\n");
                    session.open.insert(file.clone(), (version + 1, text.clone()));
                    session.edit(&file, &text);
                }
            }
            for id in asked.drain(..) {
                let begin = Instant::now();
                let _ = session.client.answer(id);
                assert!(begin.elapsed() < PATIENCE, "seed {seed}, after {done}: {:?}", begin.elapsed());
            }
            answered(&mut session.client, &other, &format!("seed {seed}: {done}"));
        }
        let memory = session.client.memory().unwrap_or(0);
        println!("seed {seed}: {memory} MB at most");
        assert!(memory < MOST_MEMORY, "seed {seed}: {memory} MB");
        session.agrees(&shop.directory, &format!("seed {seed}"));
    }
}

/// Many requests at once, at places that are there and that are not.
fn storm(random: &mut Random, client: &mut Client, file: &Path) -> Vec<i64> {
    let methods =
        ["textDocument/hover", "textDocument/definition", "textDocument/completion", "textDocument/references"];
    (0..200)
        .map(|_| {
            let line = if random.below(4) == 0 { u32::MAX } else { random.below(60) as u32 };
            let position = json!({"line": line, "character": random.below(200)});
            let mut question = json!({"textDocument": {"uri": uri(file)}, "position": position});
            question["context"] = json!({"includeDeclaration": true});
            client.ask(random.of(&methods), question)
        })
        .collect()
}

/// Requests with something else than what they take.
fn wrong_types(random: &mut Random, client: &mut Client) {
    let values = [
        json!(null),
        json!([]),
        json!({}),
        json!("x"),
        json!(-1),
        json!({"textDocument": {"uri": 7}}),
        json!([[[[]]]]),
    ];
    for method in [
        "textDocument/hover",
        "textDocument/codeAction",
        "foreshock/graph",
        "foreshock/simulate",
        "foreshock/outage",
        "workspace/executeCommand",
        "textDocument/rename",
        "workspace/symbol",
    ] {
        let value: &Value = &values[random.below(values.len())];
        let _ = client.request(method, value.clone());
    }
    client.notify("textDocument/didOpen", values[random.below(values.len())].clone());
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": "all"}));
}
