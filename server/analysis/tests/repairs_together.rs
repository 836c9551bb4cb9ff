//! Repairs that share an analysis are those that are proven by one of their own: what is offered is the same, edit by edit.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::fmt::Write;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Finding, Fix, Snapshot, Workspace};
use foreshock_text::FilePath;

fn analysed(root: &Utf8Path) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    workspace.snapshot_of(root).unwrap()
}

/// A directory with one text.
fn written(text: &str) -> (tempfile::TempDir, Arc<Snapshot>) {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
    std::fs::write(root.join("main.tf"), text).unwrap();
    let snapshot = analysed(&root);
    (directory, snapshot)
}

fn shown(finding: &Finding, fixes: &[Fix]) -> String {
    let mut text = format!("{} {}\n", finding.rule, finding.component_id);
    for fix in fixes {
        let Fix { title, points, minutes_per_year, edits } = fix;
        // Sums in another order differ in the last digits.
        writeln!(text, "  {title} +{points:.6} points, {minutes_per_year:.3} minutes: {edits:?}").unwrap();
    }
    text
}

/// Compares both ways for every finding; how many repairs there are.
fn same(snapshot: &Snapshot, name: &str) -> usize {
    let mut count = 0;
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        let findings: Vec<&Finding> = stack.findings.iter().map(Arc::as_ref).collect();
        let together = snapshot.fixes_of(index, &findings, usize::MAX, &|| false);
        assert_eq!(together.len(), findings.len());
        for (finding, fixes) in findings.iter().zip(together) {
            let fixes = fixes.expect("nothing bounds it");
            let alone = snapshot.fixes(index, finding);
            assert_eq!(shown(finding, &fixes), shown(finding, &alone), "{name}");
            count += alone.len();
        }
    }
    count
}

/// Services with a database each, in a network that all share; of some the database's figure comes from a place that
/// several share, so that a repair of one is a repair of others.
fn services(count: usize) -> String {
    let mut text = String::from("variable \"multi_az\" {\n  default = false\n}\n\nlocals {\n  days = 0\n}\n");
    for number in 0..count {
        let multi_az = if number % 3 == 0 { "var.multi_az" } else { "false" };
        let days = if number % 4 == 0 { "local.days" } else { "0" };
        write!(
            text,
            r#"
resource "aws_db_instance" "db{number}" {{
  engine                  = "postgres"
  multi_az                = {multi_az}
  backup_retention_period = {days}
}}

resource "aws_ecs_task_definition" "task{number}" {{
  family                = "task{number}"
  container_definitions = jsonencode([{{ name = "app", environment = [{{ name = "DB", value = aws_db_instance.db{number}.address }}] }}])
}}

resource "aws_ecs_service" "service{number}" {{
  name            = "service{number}"
  desired_count   = {count}
  task_definition = aws_ecs_task_definition.task{number}.arn
}}
"#,
            count = 1 + number % 2
        )
        .unwrap();
    }
    text
}

#[test]
fn resources_that_have_nothing_to_do_with_each_other() {
    let single: String =
        (0..12).map(|n| format!("resource \"aws_instance\" \"x{n}\" {{\n  ami = \"a\"\n}}\n")).collect();
    let (_directory, snapshot) = written(&single);
    assert_eq!(same(&snapshot, "single instances"), 12);
    let (_directory, snapshot) = written(&services(9));
    assert!(same(&snapshot, "services") >= 18);
}

/// One of them hears of the repair of another, though nothing in the system depends on it.
#[test]
fn resources_that_refer_to_each_other() {
    let text = r#"
resource "aws_instance" "a" {
  ami = "a"
}

resource "aws_instance" "b" {
  ami   = "b"
  count = length(aws_instance.a.id) > 0 ? 1 : 1
}

resource "aws_instance" "c" {
  ami  = "c"
  tags = { other = aws_instance.b[0].id }
}

resource "aws_db_instance" "d" {
  multi_az = false
}
"#;
    let (_directory, snapshot) = written(text);
    same(&snapshot, "instances that refer to each other");
}

#[test]
fn the_fixtures() {
    let fixtures = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let mut count = 0;
    for entry in fixtures.read_dir_utf8().unwrap() {
        let path = entry.unwrap().path().to_owned();
        if path.is_dir() {
            count += same(&analysed(&path), path.as_str());
        }
    }
    assert!(count > 0, "there are repairs in the fixtures");
}

#[test]
fn real_stacks() {
    let corpus = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/terraform");
    let Ok(entries) = corpus.read_dir_utf8() else {
        println!("skipped: no corpus at {corpus}");
        return;
    };
    let mut paths: Vec<Utf8PathBuf> = entries.map(|entry| entry.unwrap().path().join("src")).collect();
    paths.sort();
    let mut count = 0;
    for path in paths.iter().filter(|path| path.is_dir()) {
        let snapshot = analysed(path);
        // Each repair alone costs an analysis: the large ones are left out here.
        if snapshot.stacks.iter().all(|stack| stack.system().components.len() <= 40 && stack.findings.len() <= 30) {
            count += same(&snapshot, path.as_str());
        }
    }
    println!("{count} repairs of real stacks are the same either way");
}

/// A reader that has read one copy knows the next one no worse than a new one does.
#[test]
fn copies_of_infrastructure_yaml() {
    let fixture = |texts: &[(&str, String)]| {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
        texts.iter().for_each(|(name, text)| std::fs::write(root.join(name), text).unwrap());
        same(&analysed(&root), texts[0].0)
    };
    let app = |number: usize| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a{number}}}\nspec:\n  replicas: 1\n  selector: {{matchLabels: {{app: a{number}}}}}\n  \
             template:\n    metadata: {{labels: {{app: a{number}}}}}\n    spec:\n      containers:\n      - name: a\n        env:\n        - name: NEXT\n          \
             value: http://a{}\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: a{number}}}\nspec: {{selector: {{app: a{number}}}}}\n",
            number + 1
        )
    };
    let manifests: Vec<(String, String)> = (0..8).map(|number| (format!("a{number}.yaml"), app(number))).collect();
    let manifests: Vec<(&str, String)> = manifests.iter().map(|(name, text)| (&**name, text.clone())).collect();
    assert!(fixture(&manifests) > 4);
    let mut template = "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n".to_owned();
    for number in 0..8 {
        let name = format!("Db{number}");
        template += &format!(
            "  {name}:\n    Type: AWS::RDS::DBInstance\n    Properties: {{Engine: postgres, MultiAZ: false, BackupRetentionPeriod: 0}}\n"
        );
        template += &format!(
            "  F{number}:\n    Type: AWS::Lambda::Function\n    Properties:\n      Environment: {{Variables: {{DB: !GetAtt {name}.Endpoint.Address, \
             OTHER: !GetAtt Db0.Endpoint.Address}}}}\n"
        );
    }
    assert!(fixture(&[("template.yaml", template)]) > 4);
}

/// What may be read again is bounded; what was not tried is said, and no repair is invented.
#[test]
fn what_is_not_tried_is_told() {
    let mut text = String::from("resource \"aws_lb\" \"lb\" {\n  subnets = [\"a\", \"b\"]\n}\n");
    for number in 0..8 {
        write!(
            text,
            r#"
resource "aws_db_instance" "db{number}" {{
  engine   = "postgres"
  multi_az = false
}}
"#
        )
        .unwrap();
    }
    let users: String = (0..8).map(|number| format!("${{aws_db_instance.db{number}.address}} ")).collect();
    write!(
        text,
        "\nresource \"aws_instance\" \"app\" {{\n  ami       = \"a\"\n  count     = 2\n  user_data = \"{users}\"\n}}\n"
    )
    .unwrap();
    let (_directory, snapshot) = written(&text);
    let findings = snapshot.stacks[0].findings.iter().map(Arc::as_ref);
    let scored: Vec<&Finding> = findings.filter(|finding| finding.scored).collect();
    assert_eq!(scored.len(), 8);
    let tried = snapshot.fixes_of(0, &scored, 0, &|| false);
    let told = tried.iter().map(Option::is_some).collect::<Vec<_>>();
    assert_eq!(told, [true, true, true, true, true, false, false, false]);
    for (finding, fixes) in scored.iter().zip(tried) {
        if let Some(fixes) = fixes {
            assert_eq!(shown(finding, &fixes), shown(finding, &snapshot.fixes(0, finding)));
        }
    }
    let stopped = snapshot.fixes_of(0, &scored, usize::MAX, &|| true);
    assert!(stopped.iter().all(Option::is_none));
}

/// Where all need all, reading the system again costs what they need, and not how many they are.
#[test]
fn what_is_needed_counts_where_all_need_all() {
    const COUNT: usize = 8;
    let mut text = String::from("components:\n");
    (0..COUNT).for_each(|number| writeln!(text, "  - {{id: a{number}, type: app_server}}").unwrap());
    text.push_str("dependencies:\n");
    for (from, to) in (0..COUNT).flat_map(|from| (0..COUNT).map(move |to| (from, to))).filter(|(from, to)| from != to) {
        writeln!(text, "  - {{source: a{from}, target: a{to}}}").unwrap();
    }
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/w/infra.yaml"), text.into());
    let snapshot = workspace.snapshot();
    let findings = snapshot.stacks[0].findings.iter().map(Arc::as_ref);
    let scored: Vec<&Finding> = findings.filter(|finding| finding.scored).collect();
    assert!(scored.len() > 5, "{}", scored.len());
    let tried = |most| snapshot.fixes_of(0, &scored, most, &|| false).iter().flatten().count();
    assert_eq!(tried(usize::MAX), scored.len());
    // By their number it would be enough for all, several times over.
    assert!(tried(10 * COUNT * scored.len() / 2) < scored.len());
}
