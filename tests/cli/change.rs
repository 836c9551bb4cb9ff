//! A change of the shop, in a git repository of its own: the gates, and every format that CI reads.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{foreshock_in, round, shop};

/// The shop in a repository: at HEAD with Multi-AZ, in the work tree with this in its place.
struct Change {
    directory: PathBuf,
}

const SINGLE: &str = "multi_az                    = false";
const DOUBLE: &str = "multi_az                    = true";

impl Change {
    fn new(name: &str) -> Change {
        let directory =
            std::env::temp_dir().join(format!("foreshock-cli-change-{name}-{}", std::process::id())).join("shop");
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        for entry in shop().read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                std::fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
            }
        }
        let change = Change { directory };
        change.replace(SINGLE, DOUBLE);
        change.git(&["init", "--quiet", "--initial-branch", "main"]);
        change.git(&["add", "."]);
        change.git(&["commit", "--quiet", "--message", "base"]);
        change
    }

    fn single(name: &str) -> Change {
        let change = Change::new(name);
        change.replace(DOUBLE, SINGLE);
        change
    }

    fn replace(&self, old: &str, new: &str) {
        let file = self.directory.join("rds.tf");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(old), "{old}");
        std::fs::write(file, text.replace(old, new)).unwrap();
    }

    /// With times of its own, so that hashes are the same everywhere.
    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]);
        git.args(["-c", "core.autocrlf=false"]).args(arguments).current_dir(&self.directory);
        git.env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z").env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z");
        let output = git.output().expect("git is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Exit code, standard output and standard error.
    fn check(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = foreshock_in(&self.directory, &[&["check"], arguments].concat());
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.directory.parent().unwrap());
    }
}

/// A snapshot, with the hash of the base, which every change of the shop changes, left out.
fn snapshot(name: &str, change: &Change, text: &str) {
    let text = text.replace(&change.git(&["rev-parse", "--short=7", "HEAD"]), "0000000");
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_terminal_shows_before_and_after() {
    let change = Change::single("panel");
    let (code, text, _) = change.check(&["--base", "HEAD"]);
    assert_eq!(code, 1);
    snapshot("check-change-human", &change, &text);
}

/// What takes the system down is never invisible: an error that was there before is told as information, and fails nothing.
#[test]
fn an_old_error_is_information() {
    let change = Change::single("old");
    change.git(&["commit", "--quiet", "--all", "--message", "one copy"]);
    let queue = change.directory.join("queue.tf");
    let text = std::fs::read_to_string(&queue).unwrap();
    std::fs::write(&queue, format!("# changed\n{text}")).unwrap();
    let (code, text, told) = change.check(&["--base", "HEAD"]);
    assert_eq!((code, told.as_str()), (0, ""), "{text}");
    assert!(text.contains("info[single-point-of-failure]: aws_db_instance.orders"), "{text}");
    assert!(!text.contains("error[") && !text.contains("info[no-redundancy]"), "{text}");
}

#[test]
fn a_pull_request_is_commented() {
    let change = Change::single("comment");
    let (code, text, _) = change.check(&["--base", "HEAD", "--format", "markdown"]);
    assert_eq!(code, 1);
    snapshot("check-change-markdown", &change, &text);
}

#[test]
fn what_is_mended_is_told() {
    let change = Change::single("mended");
    change.git(&["commit", "--quiet", "--all", "--message", "single"]);
    change.replace(SINGLE, DOUBLE);
    let (code, text, complaints) = change.check(&["--base", "HEAD", "--format", "markdown", "--fail-on-regression"]);
    assert_eq!((code, complaints.as_str()), (0, ""));
    snapshot("check-mended-markdown", &change, &text);
    let (_, text, _) = change.check(&["--base", "HEAD"]);
    snapshot("check-mended-human", &change, &text);
}

#[test]
fn actions_annotate() {
    let change = Change::single("annotations");
    let (code, text, _) = change.check(&["--base", "HEAD", "--format", "github"]);
    assert_eq!(code, 1);
    snapshot("check-change-github", &change, &text);
}

#[test]
fn code_scanning_gets_results() {
    let change = Change::single("sarif");
    let (code, text, _) = change.check(&["--base", "HEAD", "--format", "sarif"]);
    assert_eq!(code, 1);
    let mut log: Value = serde_json::from_str(&text).unwrap();
    round(&mut log);
    let run = &mut log["runs"][0];
    let root = run["originalUriBaseIds"]["SRCROOT"]["uri"].take();
    assert!(root.as_str().unwrap().starts_with("file:///") && root.as_str().unwrap().ends_with('/'), "{root}");
    // The rules are pages of the documentation; one shows the shape.
    let rules = run["tool"]["driver"]["rules"].as_array_mut().unwrap();
    assert!(rules.len() > 20);
    rules.retain(|rule| rule["id"] == "single-point-of-failure");
    run["results"].as_array_mut().unwrap().iter_mut().for_each(|result| result["ruleIndex"] = 0.into());
    let rules = run["tool"]["driver"]["rules"].as_array_mut().unwrap();
    rules[0]["help"].as_object_mut().unwrap().values_mut().for_each(|page| *page = "(its page)".into());
    snapshot("check-change-sarif", &change, &serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn gitlab_gets_a_code_quality_report() {
    let change = Change::single("gitlab");
    let (_, text, _) = change.check(&["--base", "HEAD", "--format", "gitlab"]);
    snapshot("check-change-gitlab", &change, &text);
    let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
    // With and without a base: GitLab compares by fingerprint.
    let fingerprints = |issues: &[Value]| issues.iter().map(|it| it["fingerprint"].to_string()).collect::<Vec<_>>();
    let alone: Vec<Value> = serde_json::from_str(&change.check(&["--format", "gitlab"]).1).unwrap();
    let mut without_regression = fingerprints(&issues);
    without_regression.retain(|it| !it.contains("score-regression"));
    assert_eq!(without_regression, fingerprints(&alone));
}

#[test]
fn programs_get_the_base() {
    let change = Change::single("json");
    let (_, text, _) = change.check(&["--base", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    let stack = &report["stacks"][0];
    let score = |value: &Value| value.as_f64().unwrap();
    assert!(score(&stack["base"]["points"]) < 0.0);
    let fell = score(&stack["score"]) - score(&stack["base"]["score"]);
    assert!((fell - score(&stack["base"]["points"])).abs() < 1e-9);
    assert_eq!(stack["base"]["mended"], serde_json::json!([]));
    let (_, text, _) = change.check(&["--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["stacks"][0]["base"], Value::Null);
}

#[test]
fn one_run_writes_several_formats() {
    let change = Change::single("several");
    let (_, sarif, _) = change.check(&["--format", "sarif"]);
    let (code, human, _) = change.check(&["-o", "sarif=out.sarif", "--output", "markdown=out.md", "-o=json=out.json"]);
    assert_eq!(code, 1);
    let written = |name: &str| std::fs::read_to_string(change.directory.join(name)).unwrap();
    assert_eq!(written("out.sarif"), sarif);
    assert_eq!(change.check(&[]).1, human, "standard output is what it is without files");
    assert!(written("out.md").starts_with("<!-- foreshock:check -->\n"));
    let json: Value = serde_json::from_str(&written("out.json")).unwrap();
    let hints = json["stacks"][0]["findings"].as_array().unwrap().iter().filter(|it| it["severity"] == "hint").count();
    assert!(hints > 0, "JSON has the hints also when another format leaves them out");
    for (output, expected) in
        [("sarif=no/such/directory/f", "no/such/directory/f"), ("xml=f", "sarif"), ("f", "FORMAT=FILE")]
    {
        let (code, _, complaint) = change.check(&["-o", output]);
        assert_eq!(code, 2, "{complaint}");
        assert!(complaint.contains(expected), "{complaint}");
    }
}

/// What the work tree is, beside HEAD.
#[derive(Clone, Copy, Debug)]
enum Edit {
    /// Multi-AZ switched off.
    Worse,
    /// A tag added.
    Tag,
    /// Nothing.
    None,
}

/// Arguments, edit, exit code, and what standard error says: one line for each gate.
const GATES: &[(&[&str], Edit, i32, &[&str])] = &[
    (&["--base", "HEAD"], Edit::Worse, 1, &["1 new error (--fail-on warning)"]),
    (&["--base", "HEAD", "--fail-on", "error"], Edit::Worse, 1, &["1 new error (--fail-on error)"]),
    (&["--base", "HEAD", "--fail-on", "never"], Edit::Worse, 0, &[]),
    (
        &["--base", "HEAD", "--fail-on", "never", "--fail-on-regression"],
        Edit::Worse,
        1,
        &["the score fell by 6.7 points, from 48.5 to 41.9 (--fail-on-regression)"],
    ),
    (
        &["--base", "HEAD", "--fail-on-regression", "--min-score", "60", "--slo", "99.9"],
        Edit::Worse,
        1,
        &["1 new error", "the score fell by", "the score is 41.9, below 60 (--min-score)", "promised 99.900 %"],
    ),
    (&["--base", "HEAD", "--fail-on-regression"], Edit::Tag, 0, &[]),
    (&["--base", "HEAD", "--fail-on-regression", "--min-score", "47"], Edit::None, 0, &[]),
    // A warning that was there before counts only where there is no base.
    (&["--base", "HEAD"], Edit::None, 0, &[]),
    (&[], Edit::None, 1, &["1 warning (--fail-on warning)"]),
    (&["--no-base"], Edit::None, 1, &["1 warning (--fail-on warning)"]),
    (&["--fail-on", "error"], Edit::None, 0, &[]),
    (&["--fail-on", "never", "--min-score", "47"], Edit::None, 0, &[]),
    (&["--fail-on", "never", "--min-score", "49"], Edit::None, 1, &["below 49"]),
    (&["--fail-on", "never", "--slo", "99"], Edit::None, 0, &[]),
    (&["--fail-on", "never", "--slo", "99.99%"], Edit::None, 1, &["(--slo)"]),
    (&["--fail-on-regression"], Edit::Worse, 2, &["--base"]),
    (&["--fail-on-regression", "--no-base"], Edit::Worse, 2, &["--base"]),
    (&["--base", "no-such-revision"], Edit::Worse, 2, &["no-such-revision"]),
    (&["--min-score", "101"], Edit::None, 2, &["between 0 and 100"]),
    (&["--slo", "much"], Edit::None, 2, &["99.9"]),
];

#[test]
fn the_gates() {
    for (number, (arguments, edit, code, expected)) in GATES.iter().enumerate() {
        let change = Change::new(&format!("gate-{number}"));
        match edit {
            Edit::Worse => change.replace(DOUBLE, SINGLE),
            Edit::Tag => change.replace(DOUBLE, &format!("tags = {{ team = \"shop\" }}\n  {DOUBLE}")),
            Edit::None => {}
        }
        let (got, _, complaints) = change.check(arguments);
        assert_eq!(got, *code, "{arguments:?} {edit:?}: {complaints}");
        if got < 2 {
            assert_eq!(complaints.lines().count(), expected.len(), "{arguments:?} {edit:?}: {complaints}");
        }
        for words in *expected {
            assert!(complaints.contains(words), "{arguments:?} {edit:?}: {complaints}");
        }
    }
}

#[test]
fn what_foreshock_toml_promises_is_a_gate() {
    let change = Change::new("promise");
    std::fs::write(change.directory.join("foreshock.toml"), "[[stack]]\npath = \".\"\nslo = 99.99\n").unwrap();
    let (code, _, complaints) = change.check(&["--fail-on", "error"]);
    assert_eq!(code, 1, "{complaints}");
    assert!(complaints.contains("(slo in foreshock.toml)"), "{complaints}");
    // The command line wins, as it does for foreshock availability.
    let (_, _, complaints) = change.check(&["--fail-on", "error", "--slo", "90"]);
    assert!(!complaints.contains("slo"), "{complaints}");
    // Who only wants a report gets no failure but the one that is asked for.
    assert_eq!(change.check(&["--fail-on", "never"]).0, 0);
    assert_eq!(change.check(&["--fail-on", "never", "--slo", "99.99"]).0, 1);
}

/// A text that can't be read takes its findings along; that is no good news.
#[test]
fn nothing_is_advised_over_text_that_is_not_understood() {
    let change = Change::new("unread");
    std::fs::write(change.directory.join("rds.tf"), b"resource \"aws_db_instance\" \"orders\" {\n  x = \xff\n}\n")
        .unwrap();
    let (_, text, _) = change.check(&["--base", "HEAD"]);
    assert!(text.contains("mend what is not understood first"), "{text}");
    assert!(!text.contains("nothing here speaks against it"), "{text}");
}

#[test]
fn what_serves_nobody_passes() {
    let directory = std::env::temp_dir().join(format!("foreshock-cli-nothing-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("main.tf"), "resource \"aws_iam_role\" \"r\" {\n}\n").unwrap();
    let run =
        |path: &Path| foreshock_in(path, &["check", "--min-score", "99", "--slo", "99.999", "--format", "github"]);
    let output = run(&directory);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8(output.stdout).unwrap().contains("no score: nothing in it runs"));
    std::fs::remove_dir_all(&directory).unwrap();
}
