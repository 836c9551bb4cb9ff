//! New findings stand on the line that causes them, and taking that line back gives the old text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Base, Edit, Snapshot, Stack, Workspace};
use foreshock_text::{AnchoredText, FilePath, Span};
use proptest::prelude::*;

/// Files with their paths.
type Texts<'t> = [(&'t str, String)];

fn files(text: &str) -> Vec<(&str, String)> {
    foreshock_fixture::files("", text)
}

fn snapshot(files: &Texts<'_>) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.set_document(FilePath::new(format!("/causes/{name}")), Arc::from(text.as_str()));
    }
    workspace.snapshot()
}

fn compared(before: &Texts<'_>, after: &Texts<'_>) -> (Arc<Snapshot>, Stack) {
    let (before, after) = (snapshot(before), snapshot(after));
    let base = Base { id: "main".into(), words: "merge base with main".into() };
    let root = |snapshot: &Snapshot| snapshot.stacks.iter().min_by_key(|stack| stack.root.clone()).cloned().unwrap();
    let stack = (*root(&after)).clone().compared_with(base, Some(root(&before)));
    let stack = stack.with_causes(&*after, &*before, &|| false).unwrap();
    (after, stack)
}

fn applied(text: &AnchoredText, edit: &Edit) -> String {
    let span = text.real_span(edit.place.span);
    let mut text = text.whole().to_string();
    text.replace_range(span.start as usize..span.end as usize, &edit.text);
    text
}

/// Each new finding: rule, file:line and text that is underlined, and what taking the cause back is called.
fn check(before: &str, after: &str, expected: &Expect) {
    let (before, after) = (files(before), files(after));
    let (snapshot, stack) = compared(&before, &after);
    let mut lines = Vec::new();
    for finding in stack.findings.iter().filter(|finding| finding.new && finding.points > 0.0) {
        let file = snapshot.file(&finding.place.file).unwrap();
        let line = file.text.line_of(finding.place.span.start) + 1;
        let name = finding.place.file.as_path().file_name().unwrap();
        let shown = file.text.slice(finding.place.span).lines().next().unwrap_or_default();
        let cause = match &finding.cause {
            None => "no cause".to_owned(),
            Some(cause) => {
                // What is taken back is as it was, in the whole file if nothing else changed there.
                let reverted = applied(snapshot.file(&cause.revert.place.file).unwrap().text, &cause.revert);
                let name = cause.revert.place.file.as_path().strip_prefix("/causes").unwrap();
                let old = before.iter().find(|(file, _)| *file == name.as_str()).map(|(_, text)| text.as_str());
                format!("{}{}", cause.title(), if old == Some(&reverted) { ", as it was" } else { "" })
            }
        };
        lines.push(format!("{} {}\n  {name}:{line} {shown}\n  {cause}", finding.rule, finding.component_id));
    }
    expected.assert_eq(&lines.join("\n"));
}

const DB: &str = "//- main.tf
resource \"aws_db_instance\" \"orders\" {
  engine   = \"postgres\"
  multi_az = true # two of them
  tags     = { team = \"shop\" }
}
";

#[test]
fn an_attribute() {
    check(
        DB,
        &DB.replace("= true", "= false"),
        &expect![[r#"
        no-redundancy aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true, as it was
        score-regression aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true, as it was"#]],
    );
    // What does not matter is not to blame.
    check(
        DB,
        &DB.replace("= true", "= false").replace("\"shop\"", "\"web\""),
        &expect![[r#"
        no-redundancy aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true
        score-regression aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true"#]],
    );
}

#[test]
fn an_attribute_that_is_gone() {
    check(
        DB,
        &DB.replace("  multi_az = true # two of them\n", ""),
        &expect![[r#"
            no-redundancy aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back
            score-regression aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back"#]],
    );
    check(
        DB,
        &DB.replace("  multi_az = true # two of them\n", "").replace("  engine   = \"postgres\"\n", ""),
        &expect![[r#"
            no-redundancy aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back
            score-regression aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back"#]],
    );
}

#[test]
fn an_attribute_that_was_not_there() {
    let cluster = "//- main.tf
resource \"aws_rds_cluster\" \"c\" {
  engine = \"aurora-postgresql\"
}
resource \"aws_rds_cluster_instance\" \"i\" {
  count              = 2
  cluster_identifier = aws_rds_cluster.c.id
  engine             = \"aurora-postgresql\"
}
";
    check(
        cluster,
        &cluster.replace("count              = 2", "count              = 1"),
        &expect![[r#"
            no-redundancy aws_rds_cluster.c
              main.tf:5 count              = 1
              Revert count to 2, as it was
            score-regression aws_rds_cluster_instance.i
              main.tf:5 count              = 1
              Revert count to 2, as it was"#]],
    );
    check(
        &cluster.replace("  count              = 2\n", ""),
        &cluster.replace("count              = 2", "count              = 1"),
        &expect![[r#""#]],
    );
}

#[test]
fn the_default_of_a_variable_in_another_file() {
    let before = "//- main.tf
resource \"aws_db_instance\" \"orders\" {
  engine   = \"postgres\"
  multi_az = var.ha
}
//- variables.tf
variable \"ha\" {
  type    = bool
  default = true
}
";
    check(
        before,
        &before.replace("default = true", "default = false"),
        &expect![[r#"
            no-redundancy aws_db_instance.orders
              variables.tf:3 default = false
              Revert default to true, as it was
            score-regression var.ha
              variables.tf:3 default = false
              Revert default to true, as it was"#]],
    );
    let with_values = format!("{before}//- terraform.tfvars\nname = \"a\"\nha   = true\n");
    check(
        &with_values,
        &with_values.replace("ha   = true", "ha   = false"),
        &expect![[r#"
        no-redundancy aws_db_instance.orders
          terraform.tfvars:2 ha   = false
          Revert ha to true, as it was
        score-regression ha
          terraform.tfvars:2 ha   = false
          Revert ha to true, as it was"#]],
    );
    check(
        &with_values.replace("default = true", "default = false"),
        &with_values.replace("default = true", "default = false").replace("ha   = true\n", ""),
        &expect![[r#"
            no-redundancy aws_db_instance.orders
              main.tf:3 multi_az = var.ha
              Put ha back, as it was
            score-regression aws_db_instance.orders
              main.tf:3 multi_az = var.ha
              Put ha back, as it was"#]],
    );
}

#[test]
fn a_local() {
    let before = "//- main.tf
locals {
  name = \"a\"
  size = 3
}
resource \"aws_lb_target_group\" \"api\" {
  name = local.name
}
resource \"aws_ecs_service\" \"api\" {
  desired_count = local.size
  launch_type   = \"FARGATE\"
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
  }
}
";
    check(
        before,
        &before.replace("size = 3", "size = 1").replace("\"a\"", "\"b\""),
        &expect![[r#"
        no-redundancy aws_ecs_service.api
          main.tf:3 size = 1
          Revert local.size to 3
        score-regression local.size
          main.tf:3 size = 1
          Revert local.size to 3"#]],
    );
}

#[test]
fn the_argument_of_a_module() {
    let before = "//- main.tf
module \"db\" {
  source = \"./modules/db\"
  ha     = true
}
//- modules/db/main.tf
variable \"ha\" {}
resource \"aws_db_instance\" \"this\" {
  engine   = \"postgres\"
  multi_az = var.ha
}
";
    check(
        before,
        &before.replace("ha     = true", "ha     = false"),
        &expect![[r#"
            no-redundancy module.db.aws_db_instance.this
              main.tf:3 ha     = false
              Revert ha to true, as it was
            score-regression module.db
              main.tf:3 ha     = false
              Revert ha to true, as it was"#]],
    );
}

#[test]
fn a_resource_that_is_gone() {
    let before = "//- main.tf
resource \"aws_elasticache_replication_group\" \"sessions\" {
  engine                     = \"redis\"
  automatic_failover_enabled = true
  num_cache_clusters         = 2
}
resource \"aws_rds_cluster\" \"c\" {
  engine = \"aurora-postgresql\"
}
resource \"aws_rds_cluster_instance\" \"a\" {
  cluster_identifier = aws_rds_cluster.c.id
}
//- second.tf
resource \"aws_rds_cluster_instance\" \"b\" {
  cluster_identifier = aws_rds_cluster.c.id
}
";
    let after = before.split("//- second.tf").next().unwrap();
    check(
        before,
        after,
        &expect![[r#"
            no-redundancy aws_rds_cluster.c
              main.tf:9 resource "aws_rds_cluster_instance" "a"
              Put aws_rds_cluster_instance.b back
            score-regression aws_rds_cluster_instance.b
              main.tf:9 resource "aws_rds_cluster_instance" "a"
              Put aws_rds_cluster_instance.b back"#]],
    );
}

#[test]
fn a_new_resource_is_its_own_cause() {
    check(
        DB,
        &DB.replace("//- main.tf\n", "//- main.tf\nresource \"aws_db_instance\" \"second\" {\n  multi_az = false\n}\n"),
        &expect![[r#"
            no-redundancy aws_db_instance.second
              main.tf:2 multi_az = false
              no cause"#]],
    );
}

#[test]
fn lines_of_yaml() {
    let before = "//- infra.yaml
components:
  - id: web
    type: load_balancer
    replicas: 2
  - id: db
    type: database
    replicas: 2
    failover: {enabled: true}
dependencies:
  - {source: web, target: db, type: requires}
";
    check(
        before,
        &before.replace("database\n    replicas: 2", "database\n    replicas: 1"),
        &expect![[r#"
        single-point-of-failure db
          infra.yaml:7 replicas: 1
          Revert line 7 to replicas: 2, as it was
        score-regression db
          infra.yaml:7 replicas: 1
          Revert line 7 to replicas: 2, as it was"#]],
    );
    check(
        before,
        &before.replace("    replicas: 2\n    failover: {enabled: true}\n", ""),
        &expect![[r#"
            single-point-of-failure db
              infra.yaml:5 id: db
              Put line 7 back, as it was
            score-regression db
              infra.yaml:5 id: db
              Put line 7 back, as it was"#]],
    );
}

#[test]
fn other_line_ends_are_no_change() {
    let windows = DB.replace('\n', "\r\n").replacen("//- main.tf\r\n", "//- main.tf\n", 1);
    check(DB, &windows, &expect![[r#""#]]);
    check(
        DB,
        &windows.replace("= true", "= false"),
        &expect![[r#"
        no-redundancy aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true
        score-regression aws_db_instance.orders
          main.tf:3 multi_az = false
          Revert multi_az to true"#]],
    );
    check(
        DB,
        &windows.replace("  multi_az = true # two of them\r\n", ""),
        &expect![[r#"
            no-redundancy aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back
            score-regression aws_db_instance.orders
              main.tf:1 resource "aws_db_instance" "orders"
              Put multi_az back"#]],
    );
}

#[test]
fn who_has_no_time_gets_nothing() {
    let (before, after) = (snapshot(&files(DB)), snapshot(&files(&DB.replace("= true", "= false"))));
    let base = Base { id: "main".into(), words: "main".into() };
    let stack = (*after.stacks[0]).clone().compared_with(base, Some(before.stacks[0].clone()));
    assert!(stack.with_causes(&*after, &*before, &|| true).is_none());
}

proptest! {
    /// However a text was torn: nothing panics, and each place is in its file.
    #[test]
    fn any_edit_has_causes_in_the_text(at in 0usize..400, length in 0usize..60, new in "[a-z{}=\"\n #]{0,12}") {
        let text = files("//- main.tf
resource \"aws_lb_target_group\" \"api\" {
  port = 80
}
locals {
  size = 3
}
resource \"aws_ecs_service\" \"api\" {
  desired_count = local.size
  launch_type   = \"FARGATE\"
  load_balancer {
    target_group_arn = aws_lb_target_group.api.arn
  }
}
resource \"aws_db_instance\" \"orders\" {
  multi_az = true
}
");
        let mut torn = text.clone();
        let length_of_text = torn[0].1.len();
        let at = at.min(length_of_text);
        torn[0].1.replace_range(at..(at + length).min(length_of_text), &new);
        for (before, after) in [(&text, &torn), (&torn, &text)] {
            let (snapshot, stack) = compared(before, after);
            for finding in &stack.findings {
                let file = snapshot.file(&finding.place.file).unwrap();
                prop_assert!(is_in(file.text, finding.place.span));
                if let Some(cause) = &finding.cause {
                    let span = cause.revert.place.span;
                    prop_assert!(is_in(file.text, span));
                }
            }
        }
    }
}

fn is_in(text: &AnchoredText, span: Span) -> bool {
    let span = text.real_span(span);
    text.whole().get(span.start as usize..span.end as usize).is_some()
}
