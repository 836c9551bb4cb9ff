//! What is typed: after any edits the server says what one says that has only ever seen the text as it is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::base::git;
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

/// What is said of the open documents, and the actions at some places; as many answers from every server.
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
        let is_block = |line: &str| line.starts_with("resource") || line.starts_with("  - id");
        for (line, _) in lines.iter().enumerate().filter(|(_, line)| is_block(line)) {
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

/// Where a value is written behind `=` or, in YAML, `:`, one of them.
fn a_value(text: &str, random: &mut Random) -> Option<(usize, usize)> {
    let values: Vec<(usize, usize)> = text
        .match_indices(" = ")
        .chain(text.match_indices(": "))
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

/// Terraform with a called module and files of values, infrastructure YAML and `foreshock.toml` in one workspace.
const MIXED: [(&str, &str); 6] = [
    (
        "envs/prod/main.tf",
        r#"variable "size" {
  default = 2
}
variable "zones" {
  default = false
}
locals {
  c = try(yamldecode(file("${path.module}/c.yaml")), { size = 1 })
}
module "data" {
  source = "../../modules/data"
  zones  = var.zones
}
resource "aws_instance" "app" {
  count     = var.size
  ami       = "ami-1"
  user_data = module.data.address
}
resource "aws_instance" "worker" {
  count     = local.c.size
  ami       = "ami-1"
  user_data = aws_instance.app[0].private_ip
}
"#,
    ),
    (
        "modules/data/main.tf",
        r#"variable "zones" {}
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = var.zones
}
output "address" {
  value = aws_db_instance.orders.address
}
"#,
    ),
    ("envs/prod/terraform.tfvars", "size = 1\n"),
    (
        "shop.yaml",
        r#"components:
  - id: web
    type: web_server
    replicas: 2
  - id: app
    type: app_server
    replicas: 1
  - id: orders
    type: database
    replicas: 1
dependencies:
  - source: web
    target: app
    type: requires
  - source: app
    target: orders
    type: requires
"#,
    ),
    ("foreshock.toml", "[[stack]]\npath = \"envs/prod\"\nslo = 0.99\n"),
    ("envs/prod/c.yaml", "size: 1\n"),
];

/// Of these the first four are open from the beginning, the fifth as well.
const OPEN: usize = 5;

/// A workspace in which somebody types, and what else happens to it.
struct Mixed {
    shop: Shop,
    kept: Client,
    documents: Vec<(PathBuf, String)>,
    versions: i64,
    before: Vec<(usize, String)>,
}

impl Mixed {
    fn new(name: &str) -> Mixed {
        let shop = Shop::of(name, &MIXED);
        std::fs::remove_dir_all(shop.file(".git")).unwrap();
        git(&shop, &["init", "-q", "-b", "main", "."]);
        git(&shop, &["add", "."]);
        git(&shop, &["commit", "-qm", "one"]);
        let documents: Vec<(PathBuf, String)> =
            MIXED.iter().take(OPEN).map(|(path, text)| (shop.file(path), (*text).to_owned())).collect();
        let kept = opened(&shop.directory, &documents);
        Mixed { shop, kept, documents, versions: 1, before: Vec::new() }
    }

    /// Types something, or takes back what was typed last. What it was.
    fn typed(&mut self, random: &mut Random) -> String {
        let undone = if random.below(3) == 0 { self.before.pop() } else { None };
        let (which, start, end, typed) = match undone {
            Some((which, text)) => (which, 0, self.documents[which].1.len(), text),
            None => {
                let which = random.below(self.documents.len());
                let (start, end, typed) = an_edit(&self.documents[which].1, random);
                self.before.push((which, self.documents[which].1.clone()));
                (which, start, end, typed.to_owned())
            }
        };
        let (file, text) = &mut self.documents[which];
        let range = [position(text, start), position(text, end)];
        text.replace_range(start..end, &typed);
        self.versions += 1;
        self.kept.edit(file, self.versions, range, &typed);
        format!("{} {range:?} {typed:?}", file.file_name().unwrap().display())
    }

    /// Changes a file that nobody has open, or the base. What it was.
    fn changed(&mut self, random: &mut Random) -> String {
        let size = 1 + random.below(3);
        let standby = "resource \"aws_elasticache_cluster\" \"more\" {\n  num_cache_nodes = 1\n}\n";
        let (path, text) = match random.below(7) {
            0 => ("envs/prod/c.yaml", Some(format!("size: {size}\n"))),
            1 => ("envs/prod/prod.auto.tfvars", Some(format!("zones = {}\n", size == 1))),
            2 => ("envs/prod/prod.auto.tfvars", None),
            3 => ("modules/data/more.tf", Some(standby.to_owned())),
            4 => ("modules/data/more.tf", None),
            5 => ("envs/prod/more.tf", Some(standby.replace("more", &format!("more{size}")))),
            _ => return self.committed(),
        };
        let file = self.shop.file(path);
        let kind = match (&text, file.exists()) {
            (Some(text), is_there) => {
                std::fs::write(&file, text).unwrap();
                if is_there { 2 } else { 1 }
            }
            (None, _) => {
                let _ = std::fs::remove_file(&file);
                3
            }
        };
        self.tell(&file, kind);
        format!("{path} is {text:?}")
    }

    /// What is open is saved and committed: the base is what there is now.
    fn committed(&mut self) -> String {
        for (file, text) in &self.documents {
            std::fs::write(file, text).unwrap();
        }
        git(&self.shop, &["add", "."]);
        git(&self.shop, &["commit", "-qm", "more", "--allow-empty"]);
        let head = self.shop.file(".git/HEAD");
        self.tell(&head, 2);
        for (file, _) in self.documents.clone() {
            self.kept.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&file)}}));
        }
        "all of it is committed".to_owned()
    }

    fn tell(&mut self, file: &Path, kind: u32) {
        let changes = json!([{"uri": uri(file), "type": kind}]);
        self.kept.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    }

    /// Waits until the server says what a fresh one says: causes come a moment later than the rest.
    fn agrees(&mut self, after: &str) {
        const SLACK: Duration = Duration::from_secs(20);
        let mut fresh = opened(&self.shop.directory, &self.documents);
        let until = Instant::now() + SLACK;
        loop {
            let (now, expected) = (said(&mut self.kept, &self.documents), said(&mut fresh, &self.documents));
            if now == expected {
                return;
            }
            if Instant::now() > until {
                for (now, expected) in now.iter().zip(&expected) {
                    assert_eq!(now, expected, "{after}");
                }
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    }
}

#[test]
fn several_languages_and_files_that_change_beside() {
    const STEPS: usize = 18;
    const ASKED_EVERY: usize = 6;
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: there is no git here");
        return;
    }
    for seed in 1..=3u64 {
        let mut random = Random::new(seed ^ 0x5eed_0000);
        let mut mixed = Mixed::new(&format!("edits-mixed-{seed}"));
        let mut steps = Vec::new();
        for step in 1..=STEPS {
            steps.push(if random.below(4) == 0 { mixed.changed(&mut random) } else { mixed.typed(&mut random) });
            if step % ASKED_EVERY == 0 {
                mixed.agrees(&format!("seed {seed}, after:\n{}", steps.join("\n")));
            }
        }
    }
}

/// A server that compares every picture with one from scratch by itself.
fn checked(directory: &Path, documents: &Documents) -> Client {
    let mut client = Client::start_with(&["lsp", "--check-incremental"]);
    client.initialize(&[directory], json!({"textDocument": {"diagnostic": {}}}));
    for (file, text) in documents {
        client.open(file, 1, text);
    }
    client
}

/// Types so many edits, each of which is analysed by itself.
fn typed_into(client: &mut Client, documents: &mut Documents, edits: usize, random: &mut Random) -> Vec<String> {
    let mut steps = Vec::new();
    let mut before: Vec<(usize, String)> = Vec::new();
    for version in 0..edits {
        let undone = if random.below(3) == 0 { before.pop() } else { None };
        let (which, start, end, typed) = match undone {
            Some((which, text)) => (which, 0, documents[which].1.len(), text),
            None => {
                let which = random.below(documents.len());
                let (start, end, typed) = an_edit(&documents[which].1, random);
                before.push((which, documents[which].1.clone()));
                (which, start, end, typed.to_owned())
            }
        };
        let (file, text) = &mut documents[which];
        // Not between the halves of a character.
        if !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            continue;
        }
        let range = [position(text, start), position(text, end)];
        steps.push(format!("{} {range:?} {typed:?}", file.file_name().unwrap().display()));
        text.replace_range(start..end, &typed);
        client.edit(file, version as i64 + 2, range, &typed);
        let nothing = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
        let hints = json!({"textDocument": {"uri": uri(file)}, "range": nothing});
        client.request("textDocument/inlayHint", hints).unwrap();
    }
    steps
}

/// What the server found out about itself: it ends with 1 where a picture was not what it would be from scratch.
fn ends_well(mut client: Client, after: &str) {
    client.request("shutdown", Value::Null).unwrap();
    client.notify("exit", Value::Null);
    let code = client.wait().code();
    let told: Vec<Value> = client.logged();
    assert_eq!(code, Some(0), "{told:#?}\n{after}");
}

#[test]
fn a_server_compares_itself_with_a_fresh_one() {
    let shop = Shop::new("edits-checked");
    let mut documents: Vec<(PathBuf, String)> =
        ["rds.tf", "web.tf"].map(|name| (shop.file(name), shop.text(name))).into();
    let mut client = checked(&shop.directory, &documents);
    let steps = typed_into(&mut client, &mut documents, 12, &mut Random::new(7));
    ends_well(client, &steps.join("\n"));
}

/// The stacks of the corpus and of the fixtures, each typed into thousands of times. `tests/corpora` runs it, optimised.
#[test]
#[ignore = "takes many minutes; tests/corpora runs it"]
fn thousands_of_edits_of_real_stacks() {
    /// Sequences of a stack, and edits of each.
    const SEQUENCES: u64 = 80;
    const EDITS: usize = 12;
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folders = [beside.join("terraform"), beside.join("yaml"), fixtures];
    let stacks = folders.iter().filter_map(|folder| folder.read_dir().ok()).flatten();
    let stacks: Vec<PathBuf> = stacks.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    let mut edits = 0;
    for stack in &stacks {
        let files = texts_of(stack);
        if files.is_empty() {
            continue;
        }
        for seed in 1..=SEQUENCES {
            let mut random = Random::new(seed);
            let mut documents: Vec<(PathBuf, String)> =
                (0..3).map(|_| files[random.below(files.len())].clone()).collect();
            documents.sort();
            documents.dedup();
            let mut client = checked(stack, &documents);
            let steps = typed_into(&mut client, &mut documents, EDITS, &mut random);
            edits += steps.len();
            ends_well(client, &format!("{}, seed {seed}, after:\n{}", stack.display(), steps.join("\n")));
        }
        println!("{}: {SEQUENCES} sequences", stack.display());
    }
    println!("{edits} edits of {} stacks", stacks.len());
}

/// The texts of a stack that somebody may type in, its modules among them.
fn texts_of(directory: &Path) -> Vec<(PathBuf, String)> {
    let mut texts = Vec::new();
    let mut open = vec![directory.canonicalize().unwrap()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            if path.is_dir() && !is_hidden {
                open.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "tf" || extension == "tfvars" || extension == "yaml")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                texts.push((path, text));
            }
        }
    }
    texts.sort();
    texts
}
