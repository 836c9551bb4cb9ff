//! Reports as pages of HTML, and the evidence pack. A browser opens them in tests/report.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{complaint, foreshock_in, shop, stdout};

fn repository() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The page of a command that writes it to standard output.
fn page(directory: &Path, arguments: &[&str]) -> String {
    let output = foreshock_in(directory, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn report(directory: &Path, path: &str) -> String {
    page(directory, &["simulate", path, "--html", "-"])
}

/// The JSON that a page carries.
fn data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    assert!(!json.contains(['<', '>', '&']), "nothing in it is read as markup");
    serde_json::from_str(json).unwrap()
}

/// Every element of a page with its attributes, scripts and styles left out.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').unwrap();
        tags.push(tag.to_owned());
        rest = match tag.split(' ').next() {
            Some(raw @ ("script" | "style")) => after.split_once(&format!("</{raw}>")).unwrap().1,
            _ => after,
        };
    }
    tags
}

#[test]
fn a_report_is_one_file_that_asks_for_nothing() {
    for page in [report(&shop(), "."), page(&shop(), &["graph", "--format", "html"])] {
        let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"";
        assert!(page.contains(policy));
        for tag in tags(&page) {
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
            assert!(!["link", "img", "iframe", "object", "embed", "base", "form"].contains(&name), "<{tag}>");
            assert!(!tag.contains(" src="), "<{tag}>");
            assert!(!tag.contains("href=") || tag.contains("href=\"#"), "<{tag}>");
        }
        assert!(!page.contains("@import") && !page.contains("url(http"), "the style asks for nothing");
    }
}

#[test]
fn a_report_has_its_parts_in_order() {
    let page = report(&shop(), ".");
    let mut outline = String::new();
    let mut rest = page.split_once("<main>").unwrap().1;
    while let Some((_, after)) = rest.split_once("<h") {
        let (level, after) = after.split_at(1);
        let (heading, after) = after.split_once(&format!("</h{level}>")).unwrap_or(("", after));
        rest = after;
        let mut text = String::new();
        let mut inside = false;
        for letter in heading.split_once('>').map_or("", |(_, text)| text).chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                letter if !inside => text.push(letter),
                _ => {}
            }
        }
        if level.parse::<u8>().is_ok() {
            outline.push_str(&format!("{} {}\n", "#".repeat(level.parse().unwrap()), text.trim()));
        }
    }
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("report-outline", outline);
    });
    assert!(page.contains("Enable Multi-AZ (+6.7 points, 38 h a year less)"), "the proven fix with its gain");
    assert!(page.contains("<code><bdi>rds.tf:16</bdi></code>"), "the line that causes it");
}

#[test]
fn the_same_input_gives_the_same_report() {
    let one = report(&shop(), ".");
    assert_eq!(one, report(&shop(), "."));
    assert!(!one.contains("2026-01-02"));
    let dated = page(&shop(), &["simulate", ".", "--html", "-", "--date", "2026-01-02"]);
    assert!(dated.contains("<dt>Date</dt><dd>2026-01-02</dd>"));
    complaint(&shop(), &["simulate", "--date", "2026-01-02"]);
    complaint(&shop(), &["simulate", "--html", "no/such/directory/report.html"]);
}

#[test]
fn a_report_holds_every_scenario() {
    let data = data(&report(&shop(), "."));
    let swept: Value = serde_json::from_str(&stdout(&["simulate", "--all", "--format", "json"], 0)).unwrap();
    let stack = &data["stacks"][0];
    let scenarios = &stack["scenarios"];
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let name = |at: usize| {
        let fault = |column: &str| scenarios[column][at].as_i64().filter(|it| *it >= 0);
        let named = |index: i64| text(&scenarios["faults"][index as usize]);
        let first = named(fault("first").unwrap());
        fault("second").map_or_else(|| first.clone(), |second| format!("pair:{first}+{}", named(second)))
    };
    let count = scenarios["first"].as_array().unwrap().len();
    let page: BTreeMap<String, Vec<Falls>> =
        (0..count).map(|at| (name(at), falls_on_page(stack, scenarios["cascade"][at].as_i64().unwrap()))).collect();
    let told: BTreeMap<String, Vec<Falls>> = swept["stacks"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| {
            let effects = result["effects"].as_array().unwrap().iter();
            let falls = effects.map(|it| {
                let (id, health) = (text(&it["component"]), text(&it["health"]));
                let back = back_in(result, &id, &health);
                (id, health, back)
            });
            (text(&result["id"]), falls.collect())
        })
        .collect();
    assert!(count > 1000);
    assert!(told.values().flatten().any(|(_, _, back)| back.as_ref().is_some_and(|back| !back.starts_with('-'))));
    assert_eq!(page, told, "the same scenarios with the same cascades, back at the same time, as in the JSON");
}

/// Component, health, and when that is over, to three digits; `-1` where never by itself, none where nothing is repaired.
type Falls = (String, String, Option<String>);

fn seconds(time: f64) -> String {
    format!("{time:.2e}")
}

/// When it serves again, or where it never stopped is as before.
fn back_in(result: &Value, id: &str, health: &str) -> Option<String> {
    let components = result["recovery"]["components"].as_array()?;
    let restored = components.iter().find(|it| it["component"] == id).unwrap();
    let span = &restored[if health == "DOWN" { "serves" } else { "whole" }];
    Some(seconds(span["p50_seconds"].as_f64().unwrap_or(-1.0)))
}

fn falls_on_page(stack: &Value, played: i64) -> Vec<Falls> {
    let scenarios = &stack["scenarios"];
    let of = |place: usize| scenarios["plays"][played as usize][place].as_i64().unwrap();
    let rows = scenarios["cascades"][of(0) as usize].as_array().unwrap();
    let backs = scenarios["backs"].get(of(1) as usize);
    let id =
        |row: &[Value]| stack["graph"]["components"][row[0].as_u64().unwrap() as usize][0].as_str().unwrap().to_owned();
    let health =
        |row: &[Value]| ["HEALTHY", "DEGRADED", "OVERLOADED", "DOWN"][row[1].as_u64().unwrap() as usize].to_owned();
    let back = |at: usize| backs.map(|backs| seconds(backs[at].as_f64().unwrap()));
    rows.chunks(7).enumerate().map(|(at, row)| (id(row), health(row), back(at))).collect()
}

#[test]
fn no_name_breaks_out() {
    let directory = repository().join("tests/report");
    let hostile = report(&directory, "hostile.yaml");
    let ids: Vec<Value> = data(&hostile)["stacks"][0]["graph"]["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|component| component[0].clone())
        .collect();
    for id in [
        "</script><script>window.broken=1</script>",
        "<!--<script>",
        "{{ 7*7 }}{% raw %}",
        "\u{202e}db\u{202c} & <b>bold</b>",
    ] {
        assert!(ids.contains(&id.into()), "{id} is there as it is: {ids:?}");
    }
    let mut kinds: Vec<String> = tags(&hostile)
        .into_iter()
        .filter(|tag| !tag.starts_with('/') && !tag.starts_with('!'))
        .map(|tag| tag.split([' ', '/']).next().unwrap_or_default().to_owned())
        .collect();
    kinds.sort();
    kinds.dedup();
    for kind in &kinds {
        assert!(!["img", "b"].contains(&kind.as_str()), "{kinds:?}");
    }
    assert_eq!(tags(&hostile).iter().filter(|tag| tag.starts_with("script")).count(), 2);
    assert!(!tags(&hostile).iter().any(|tag| tag.contains("onerror") || tag.contains("onmouseover")));
    assert!(!hostile.contains("49{%"), "names are no templates");
    let pack = Pack::of(&directory, "hostile.yaml");
    assert!(!pack.text("evidence.md").contains("<script"), "{}", pack.text("evidence.md"));
}

#[test]
fn what_was_asked_stands_in_the_report() {
    let asked = page(&shop(), &["simulate", "--fail", "aws_db_instance.orders", "--html", "-"]);
    assert!(asked.contains("What was asked"));
    assert!(asked.contains("└─ aws_ecs_service.api DOWN: requires it"), "{asked}");
    let both = ["simulate", "--fail", "aws_db_instance.orders", "--zone", "eu-west-1a", "--together", "--html", "-"];
    assert!(page(&shop(), &both).contains("component:aws_db_instance.orders+zone:eu-west-1a</bdi></h3>"));
    assert!(complaint(&shop(), &["simulate", "--fail", "nothing", "--html", "-"]).contains("nothing"));
}

/// The files of an evidence pack.
struct Pack {
    directory: tempfile::TempDir,
    told: String,
}

impl Pack {
    fn of(directory: &Path, path: &str) -> Pack {
        let output = tempfile::tempdir().unwrap();
        // A name that stays the same: it is part of the command that the pack tells.
        let told = page(directory, &["evidence", path, "-o", output.path().to_str().unwrap()]);
        Pack { directory: output, told }
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap()
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn evidence_says_first_what_it_is_not() {
    let pack = Pack::of(&shop(), ".");
    let notice = "Illustrative only, not audit evidence";
    assert!(pack.told.starts_with(notice));
    assert!(pack.text("evidence.md").starts_with(&format!("> **{notice}")));
    assert!(pack.text("evidence.json").starts_with(&format!("{{\n  \"notice\": \"{notice}")));
    assert!(pack.text("SHA256SUMS").starts_with(&format!("# {notice}")));
    let report = pack.text("report.html");
    let (before, _) = report.split_once(notice).unwrap();
    assert!(!before.contains("<main>") && !before.contains("<h1"), "above everything else");
    for line in pack.text("SHA256SUMS").lines().filter(|line| !line.starts_with('#')) {
        let (sum, name) = line.split_once("  ").unwrap();
        assert_eq!(sum, sha256(pack.text(name).as_bytes()), "{name}");
    }
}

#[test]
fn evidence_has_the_facts_of_the_other_commands() {
    let pack = Pack::of(&shop(), ".");
    let evidence: Value = serde_json::from_str(&pack.text("evidence.json")).unwrap();
    let files: Vec<&str> =
        evidence["inputs"].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["cache.tf", "main.tf", "network.tf", "queue.tf", "rds.tf", "web.tf"]);
    for file in evidence["inputs"].as_array().unwrap() {
        let bytes = std::fs::read(shop().join(file["file"].as_str().unwrap())).unwrap();
        assert_eq!(file["sha256"], sha256(&bytes).as_str());
        assert_eq!(file["bytes"], bytes.len());
    }
    let check: Value = serde_json::from_str(&stdout(&["check", "--hints", "--format", "json"], 1)).unwrap();
    let stack = &evidence["stacks"][0];
    assert_eq!(stack["score"], check["stacks"][0]["score"]);
    let gaps: usize =
        stack["gaps"].as_array().unwrap().iter().map(|gap| gap["findings"].as_array().unwrap().len()).sum();
    assert_eq!(gaps, check["stacks"][0]["findings"].as_array().unwrap().len());
    let fixes = stack["remediation"].as_array().unwrap();
    assert_eq!(fixes[0]["title"], "Enable Multi-AZ");
    let numbers: Vec<&str> =
        evidence["articles"].as_array().unwrap().iter().map(|it| it["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["5", "6", "7", "8", "9", "10", "11", "12", "13", "24", "25", "28", "29"]);
    let recovery: Value = serde_json::from_str(&stdout(&["recovery", "--format", "json"], 0)).unwrap();
    assert_eq!(stack["recovery"]["entries"], recovery["stacks"][0]["entries"]);
    let told = pack.text("evidence.md");
    let (_, told) = told.split_once(": recovery\n").unwrap();
    let (told, _) = told.split_once("\n## ").unwrap();
    let rows = told.lines().filter(|line| line.starts_with("| aws\\_")).count();
    let faults = |entry: &Value| entry["faults"].as_object().unwrap().len();
    let entries = recovery["stacks"][0]["entries"].as_array().unwrap();
    assert!(!entries.is_empty() && rows == entries.iter().map(faults).sum::<usize>(), "{told}");
    assert!(!told.contains("not known | not known"), "{told}");
    assert_eq!(evidence["date"], Value::Null);
    assert!(complaint(&repository().join("docs"), &["evidence", "rules"]).contains("no stack found"));
}

#[test]
fn the_demo_is_served_to_this_machine_until_enter() {
    let directory = tempfile::tempdir().unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_foreshock"))
        .args(["demo", "--web", "--no-open"])
        .env("TMPDIR", directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    let mut output = demo.stdout.take().unwrap();
    let mut byte = [0];
    while !told.contains("Enter ends it.\n") {
        assert_eq!(output.read(&mut byte).unwrap(), 1, "{told}");
        // What is looked for is ASCII.
        told.push(char::from(byte[0]));
    }
    let (_, rest) = told.split_once("http://").unwrap();
    let address = rest.split('/').next().unwrap().to_owned();
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    let ask = |host: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    assert!(ask(&address).contains("aws_db_instance.orders"));
    assert!(ask("evil.example").starts_with("HTTP/1.1 421"));
    demo.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(demo.wait().unwrap().success());
}

fn git(directory: &Path, arguments: &[&str]) -> bool {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"];
    let done = Command::new("git").args(identity).args(arguments).current_dir(directory).output();
    done.is_ok_and(|output| output.status.success())
}

#[test]
fn a_report_says_what_is_new_against_a_revision() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    if !git(directory, &["init", "--quiet", "-b", "main", "."]) {
        println!("skipped: there is no git here");
        return;
    }
    for file in std::fs::read_dir(shop()).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(
            directory.join(path.file_name().unwrap()),
            text.replace("= false # cheaper while we are small", "= true"),
        )
        .unwrap();
    }
    let database = std::fs::read_to_string(directory.join("rds.tf")).unwrap();
    assert!(database.contains("= true"), "{database}");
    assert!(git(directory, &["add", "-A"]) && git(directory, &["commit", "--quiet", "-m", "two zones"]));
    let unchanged = page(directory, &["simulate", ".", "--html", "-", "--base", "HEAD"]);
    assert!(unchanged.contains("<strong>0 points</strong>"));
    assert!(unchanged.contains("<p>No new findings.</p>"));

    std::fs::copy(shop().join("rds.tf"), directory.join("rds.tf")).unwrap();
    let report = page(directory, &["simulate", ".", "--html", "-", "--base", "HEAD"]);
    let (new, _) = report.split_once("<h2 id=\"single-0\">").unwrap();
    let (_, new) = new.split_once("<h2 id=\"new-0\">").unwrap();
    assert!(new.contains("<span class=\"badge error\">error</span> <span class=\"badge new\">new</span>"), "{new}");
    assert!(new.contains("multi_az of aws_db_instance.orders was true at"), "{new}");
    assert!(new.contains("What fails now that did not") && new.contains("instance:aws_db_instance.orders#0"), "{new}");
    assert!(report.contains("<strong>−6.7 points</strong>"), "{report}");
    let without = page(directory, &["simulate", ".", "--html", "-"]);
    assert!(!without.contains("What is new") && !without.contains("badge new"));
    assert!(complaint(directory, &["simulate", "--base", "HEAD"]).contains("--html"));
    assert!(complaint(directory, &["simulate", "--html", "-", "--base", "nowhere"]).contains("nowhere"));
}

#[test]
fn what_is_suppressed_is_said() {
    let directory = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(shop()).unwrap() {
        let path = file.unwrap().path();
        std::fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    let text = std::fs::read_to_string(shop().join("rds.tf")).unwrap();
    let ignored = "# foreshock:ignore single-point-of-failure reason: moves <next> month\nresource \"aws_db_instance\" \"orders\"";
    std::fs::write(directory.path().join("rds.tf"), text.replace("resource \"aws_db_instance\" \"orders\"", ignored))
        .unwrap();
    let report = report(directory.path(), ".");
    let (_, suppressed) = report.split_once("<h2 id=\"suppressed-0\">").unwrap();
    assert!(suppressed.contains("moves &lt;next&gt; month"), "{suppressed}");
    let pack = Pack::of(directory.path(), ".");
    assert!(
        pack.text("evidence.md")
            .contains("| single-point-of-failure | aws\\_db\\_instance.orders | moves &lt;next&gt; month |")
    );
}
