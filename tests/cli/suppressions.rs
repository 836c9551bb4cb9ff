//! What is ignored and what is accepted, on the command line.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{foreshock_in, shop};

/// A copy of the shop in a directory of its own; `edit` changes the text of its database.
fn copy(name: &str, edit: impl Fn(String) -> String) -> PathBuf {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-{name}-{}", std::process::id())).join("shop");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(directory.join(".git")).unwrap();
    for entry in shop().read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            std::fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
        }
    }
    let database = directory.join("rds.tf");
    std::fs::write(&database, edit(std::fs::read_to_string(&database).unwrap())).unwrap();
    directory
}

fn ignoring(text: String) -> String {
    const COMMENT: &str = "# foreshock:ignore single-point-of-failure, no-backup until=2027-01-31 reason: cheap";
    text.replace("resource \"aws_db_instance\"", &format!("{COMMENT}\nresource \"aws_db_instance\""))
}

fn run(directory: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let output = foreshock_in(directory, arguments);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    (String::from_utf8(output.stdout).unwrap(), told)
}

#[test]
fn what_is_ignored_is_listed_and_fails_no_gate() {
    let directory = copy("ignored", ignoring);
    let day = ["--today", "2027-01-31"];
    let (text, _) = run(&directory, &["check", "--suppressed", "--fail-on", "error", day[0], day[1]], 0);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("check-suppressed", text);
    });
    let (text, _) = run(&directory, &["check", "--format", "json", "--fail-on", "error", day[0], day[1]], 0);
    let report: Value = serde_json::from_str(&text).unwrap();
    let ignored = &report["stacks"][0]["suppressed"][0];
    assert_eq!(ignored["rule"], "single-point-of-failure");
    assert_eq!(ignored["component"], "aws_db_instance.orders");
    assert_eq!((ignored["reason"].as_str(), ignored["until"].as_str()), (Some("cheap"), Some("2027-01-31")));
    assert_eq!(
        (ignored["by"]["file"].as_str(), ignored["by"]["range"]["start"]["line"].as_u64()),
        (Some("rds.tf"), Some(5))
    );
    let findings = report["stacks"][0]["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["rule"] != "single-point-of-failure"));
    assert_eq!(report["notices"][0]["code"], "suppression");
    // The score is what it was.
    let plain = copy("not-ignored", |text| text);
    let (text, _) = run(&plain, &["check", "--format", "json"], 1);
    let before: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(before["stacks"][0]["score"], report["stacks"][0]["score"]);
    assert_eq!(before["stacks"][0].get("suppressed"), None);
    // A day later it is as loud as ever.
    let (text, _) = run(&directory, &["check", "--fail-on", "error", "--today", "2027-02-01"], 1);
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("was ignored here until 2027-01-31: it is shown again"), "{text}");
    let (_, told) = run(&directory, &["check", "--today", "2027-02-30"], 2);
    assert!(told.contains("expected a day such as 2027-01-31"), "{told}");
    std::fs::remove_dir_all(directory.parent().unwrap()).unwrap();
    std::fs::remove_dir_all(plain.parent().unwrap()).unwrap();
}

#[test]
fn nothing_ignored_is_said_too() {
    let directory = copy("none-ignored", |text| text);
    let (text, _) = run(&directory, &["check", "--suppressed", "--fail-on", "never"], 0);
    assert!(text.contains("nothing is ignored\n"), "{text}");
    let (text, _) = run(&directory, &["check", "--suppressed", "--fail-on", "never", "--format", "json"], 0);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["stacks"][0]["suppressed"], Value::Array(Vec::new()));
    std::fs::remove_dir_all(directory.parent().unwrap()).unwrap();
}

#[test]
fn an_old_estate_begins_with_a_baseline() {
    let directory = copy("estate", |text| text);
    run(&directory, &["check"], 1);
    let write = ["check", "--write-baseline", "foreshock-baseline.json"];
    let (out, told) = run(&directory, &write, 0);
    assert_eq!(out, "");
    assert!(told.starts_with("foreshock-baseline.json: ") && told.ends_with(" findings accepted\n"), "{told}");
    let file = directory.join("foreshock-baseline.json");
    let first = std::fs::read_to_string(&file).unwrap();
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("baseline", first);
    });
    assert_eq!(run(&directory, &["check"], 0).1, "");
    run(&directory, &write, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), first);
    // Lines move, and nothing is new.
    let database = directory.join("rds.tf");
    let text = std::fs::read_to_string(&database).unwrap();
    std::fs::write(&database, format!("\n# moved\n\n{text}")).unwrap();
    run(&directory, &["check"], 0);
    // What is mended is told; what is new fails the gate.
    std::fs::write(&database, text.replace("= false", "= true")).unwrap();
    let (_, told) = run(&directory, &["check"], 0);
    assert!(told.contains("info: mended since foreshock-baseline.json was written: single-point-of-failure of aws_db_instance.orders (.)"), "{told}");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&database, text.replace("= false", "= true")).unwrap();
    run(&directory, &write, 0);
    std::fs::write(&database, &text).unwrap();
    let (text, _) = run(&directory, &["check"], 1);
    assert!(text.contains("error[single-point-of-failure]"), "{text}");
    // Elsewhere nobody looks for it, unless foreshock.toml says so.
    let elsewhere = ["check", "--write-baseline", "base.json"];
    assert!(run(&directory, &elsewhere, 0).1.contains("nobody looks for it there"));
    std::fs::write(directory.join("foreshock.toml"), "baseline = \"base.json\"\n").unwrap();
    assert!(!run(&directory, &elsewhere, 0).1.contains("nobody"));
    run(&directory, &["check"], 0);
    // One that can't be read says where, accepts nothing, and is not written over.
    std::fs::write(directory.join("base.json"), "{\"version\": 1,\n  \"findings\": [{}]}\n").unwrap();
    let (text, _) = run(&directory, &["check"], 2);
    assert!(text.contains("base.json:2:17: missing field `stack`"), "{text}");
    assert!(run(&directory, &elsewhere, 2).1.contains("base.json:2:17: "));
    std::fs::remove_dir_all(directory.parent().unwrap()).unwrap();
}
