//! What people decide to live with: by comments, by address, by a baseline; and what is said of those decisions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_analysis::{Baseline, Date, Snapshot, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::FilePath;
use proptest::prelude::*;

const SINGLE: &str = "single-point-of-failure";

/// The single points of failure, shown or not, and every word about suppressions.
fn seen(snapshot: &Snapshot, root: &Utf8Path) -> String {
    let mut text = String::new();
    for stack in &snapshot.stacks {
        let shown = stack.root.strip_prefix(root).unwrap();
        text += &format!("{}\n", stack.title(if shown.as_str().is_empty() { "." } else { shown.as_str() }));
        for finding in stack.findings.iter().filter(|finding| finding.rule.as_str() == SINGLE) {
            let age = if finding.new { "" } else { " (old)" };
            text += &format!("  shown {}{age}\n", finding.component_id);
        }
        for suppressed in stack.suppressed.iter().filter(|suppressed| suppressed.finding.rule.as_str() == SINGLE) {
            let reason = suppressed.by.reason.as_deref().unwrap_or("?");
            text += &format!("  ignored {} ({reason})\n", suppressed.finding.component_id);
        }
    }
    for notice in &snapshot.notices {
        let file = snapshot.file(&notice.place.file).unwrap();
        let line = file.text.line_of(notice.place.span.start) + 1;
        let name = notice.place.file.relative_to(root);
        text += &format!("{name}:{line} {} {}\n", notice.severity.name(), notice.message);
    }
    for problem in snapshot.configurations.iter().flat_map(|configured| &configured.problems) {
        text += &format!("foreshock.toml: {}\n", problem.message);
    }
    text
}

fn on(today: &str, files: &str) -> String {
    let directory = Directory::of_repository(files);
    let root = directory.root();
    let mut workspace = Workspace::new();
    workspace.set_today(Date::parse(today));
    seen(&workspace.snapshot_of(root).unwrap(), root)
}

fn check(files: &str, expected: Expect) {
    expected.assert_eq(&on("2026-11-22", files));
}

/// An app of two in front of a database; `above` stands before its block, `inside` in it.
fn database(above: &str, inside: &str) -> String {
    format!(
        r#"//- main.tf
{above}
resource "aws_db_instance" "orders" {{
  {inside}
  engine   = "postgres"
  multi_az = false
}}
resource "aws_instance" "app" {{
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = aws_db_instance.orders.address
}}
"#
    )
}

fn above(comment: &str, expected: Expect) {
    check(&database(comment, ""), expected);
}

#[test]
fn above_the_block_or_on_its_line() {
    above(
        "# foreshock:ignore single-point-of-failure reason: cheap",
        expect![[r#"
        .
          ignored aws_db_instance.orders (cheap)
    "#]],
    );
    above(
        "// foreshock:ignore single-point-of-failure reason: cheap\n# and more",
        expect![[r#"
        .
          ignored aws_db_instance.orders (cheap)
    "#]],
    );
    above(
        "/* foreshock:ignore no-backup, single-point-of-failure reason: cheap */",
        expect![[r#"
        .
          ignored aws_db_instance.orders (cheap)
    "#]],
    );
    let beside =
        database("", "").replace("\"orders\" {", "\"orders\" { # foreshock:ignore single-point-of-failure reason: x");
    check(
        &beside,
        expect![[r#"
        .
          ignored aws_db_instance.orders (x)
    "#]],
    );
}

#[test]
fn at_the_attribute_that_causes_it() {
    let at = database("", "").replace("= false", "= false # foreshock:ignore single-point-of-failure reason: x");
    check(
        &at,
        expect![[r#"
        .
          ignored aws_db_instance.orders (x)
    "#]],
    );
}

#[test]
fn what_is_missing_or_wrong_is_said() {
    above(
        "# foreshock:ignore single-point-of-failure",
        expect![[r#"
        .
          ignored aws_db_instance.orders (?)
        main.tf:1 hint say why: `reason: ...`; it is ignored all the same
    "#]],
    );
    above(
        "# foreshock:ignore single-point-of-failur reason: x",
        expect![[r#"
        .
          shown aws_db_instance.orders
        main.tf:1 warning there is no rule `single-point-of-failur`; did you mean `single-point-of-failure`?
    "#]],
    );
    above(
        "# foreshock:ignore single-zone reason: x",
        expect![[r#"
        .
          shown aws_db_instance.orders
        main.tf:1 hint nothing is ignored here any more: no `single-zone` is found
    "#]],
    );
    above(
        "# foreshock:ignore single-point-of-failure reason: x\n",
        expect![[r#"
        .
          shown aws_db_instance.orders
        main.tf:1 hint nothing is ignored here any more: no `single-point-of-failure` is found
    "#]],
    );
    check(
        &database("", "# foreshock:ignore single-point-of-failure reason: x"),
        expect![[r#"
        .
          shown aws_db_instance.orders
        main.tf:3 hint nothing is ignored here: `single-point-of-failure` is found at line 5; write this above it
    "#]],
    );
}

#[test]
fn a_day_is_the_last_one() {
    let files = database("# foreshock:ignore single-point-of-failure until=2027-01-31 reason: x", "");
    expect![[r#"
        .
          ignored aws_db_instance.orders (x)
    "#]]
    .assert_eq(&on("2027-01-31", &files));
    expect![[r#"
        .
          shown aws_db_instance.orders
        main.tf:1 warning `single-point-of-failure` was ignored here until 2027-01-31: it is shown again
    "#]]
    .assert_eq(&on("2027-02-01", &files));
}

#[test]
fn what_is_no_comment_silences_nothing() {
    above(
        "locals {\n  a = \"# foreshock:ignore single-point-of-failure reason: x\"\n}",
        expect![[r#"
        .
          shown aws_db_instance.orders
    "#]],
    );
    above(
        "locals {\n  a = <<EOT\n# foreshock:ignore single-point-of-failure reason: x\nEOT\n}",
        expect![[r#"
        .
          shown aws_db_instance.orders
    "#]],
    );
}

#[test]
fn stale_is_judged_only_where_all_is_understood() {
    above(
        "# foreshock:ignore single-zone reason: x\nresource \"a\" {\n  = =\n}",
        expect![[r#"
        .
          shown aws_db_instance.orders
    "#]],
    );
    let off = "//- foreshock.toml\n[rules]\nsingle-zone = \"off\"\n";
    check(
        &(database("# foreshock:ignore single-zone reason: x", "") + off),
        expect![[r#"
        .
          shown aws_db_instance.orders
    "#]],
    );
}

/// A module with two callers in one root, and one more root.
fn shared(inside: &str, at_the_call: &str) -> String {
    format!(
        r#"//- prod/main.tf
{at_the_call}
module "db" {{
  source   = "../modules/db"
  for_each = toset(["eu", "us"])
}}
resource "aws_instance" "app" {{
  count         = 2
  ami           = "ami-1"
  instance_type = "t3.small"
  user_data     = "${{module.db["eu"].address}} ${{module.db["us"].address}}"
}}
//- dev/main.tf
module "db" {{
  source   = "../modules/db"
  multi_az = true
}}
//- modules/db/main.tf
variable "multi_az" {{ default = false }}
{inside}
resource "aws_db_instance" "this" {{
  engine   = "postgres"
  multi_az = var.multi_az
}}
output "address" {{ value = aws_db_instance.this.address }}
"#
    )
}

#[test]
fn one_instance_of_several() {
    for at in ["\"eu\"", "[\"eu\"]", "module.db[\"eu\"].aws_db_instance.this", "'module.db[\"eu\"]'"] {
        let comment = format!("# foreshock:ignore single-point-of-failure at={at} reason: x");
        check(
            &shared(&comment, ""),
            expect![[r#"
            dev
            prod
              shown module.db["us"].aws_db_instance.this
              ignored module.db["eu"].aws_db_instance.this (x)
        "#]],
        );
    }
    // In one stack of two there is nothing to ignore, which makes it no less needed.
    check(
        &shared("# foreshock:ignore single-point-of-failure reason: x", ""),
        expect![[r#"
        dev
        prod
          ignored module.db["eu"].aws_db_instance.this (x)
          ignored module.db["us"].aws_db_instance.this (x)
    "#]],
    );
}

#[test]
fn at_the_call_of_a_module() {
    check(
        &shared("", "# foreshock:ignore single-point-of-failure at=\"us\" reason: x"),
        expect![[r#"
        dev
        prod
          shown module.db["eu"].aws_db_instance.this
          ignored module.db["us"].aws_db_instance.this (x)
    "#]],
    );
}

#[test]
fn by_address() {
    let with = |configuration: &str| shared("", "") + "//- foreshock.toml\n" + configuration;
    let entry = "[[ignore]]\nrule = \"single-point-of-failure\"\nreason = \"x\"\n";
    check(
        &with(&format!("{entry}address = \"module.db.aws_db_instance.this\"\n")),
        expect![[r#"
        dev
        prod
          ignored module.db["eu"].aws_db_instance.this (x)
          ignored module.db["us"].aws_db_instance.this (x)
    "#]],
    );
    check(
        &with(&format!("{entry}address = 'module.db[\"eu\"].*'\n")),
        expect![[r#"
        dev
        prod
          shown module.db["us"].aws_db_instance.this
          ignored module.db["eu"].aws_db_instance.this (x)
    "#]],
    );
    check(
        &with(&format!("{entry}path = \"dev/**\"\n")),
        expect![[r#"
            dev
            prod
              shown module.db["eu"].aws_db_instance.this
            foreshock.toml:2 hint nothing is ignored here any more: no `single-point-of-failure` is found
        "#]],
    );
    check(
        &with(&format!(
            "[[stack]]\npath = \"prod\"\n{}address = \"*us*\"\nuntil = 2026-01-01\n",
            entry.replace("[[", "[[stack.")
        )),
        expect![[r#"
            dev
            prod
              shown module.db["eu"].aws_db_instance.this
            foreshock.toml:4 warning `single-point-of-failure` was ignored here until 2026-01-01: it is shown again
        "#]],
    );
}

#[test]
fn mistakes_in_an_entry_cost_only_it() {
    let with = |configuration: &str| database("", "") + "//- foreshock.toml\n" + configuration;
    check(
        &with("[[ignore]]\nrules = [\"single-point-of-failure\"]\naddress = \"aws_db_instance.*\"\n"),
        expect![[r#"
        .
          ignored aws_db_instance.orders (?)
        foreshock.toml:1 hint say why: `reason = "..."`; it is ignored all the same
    "#]],
    );
    check(
        &with(
            "[[ignore]]\nrule = \"single\"\nadress = \"x\"\nreason = \"x\"\n[[ignore]]\nrule = 7\n[[ignore]]\nrule = \"single-zone\"\naddress = \"x\"\nuntil = 7\nreason = 7\n[[ignore]]\n",
        ),
        expect![[r#"
        .
          shown aws_db_instance.orders
        foreshock.toml:12 hint say why: `reason = "..."`; it is ignored all the same
        foreshock.toml: expected an `address` or a `path`; to turn a rule off everywhere: [rules]
        foreshock.toml: there is no rule `single`; expected its name as it is shown with a finding
        foreshock.toml: [[ignore]] has no `adress`; did you mean `address`?
        foreshock.toml: expected an `address` or a `path`; to turn a rule off everywhere: [rules]
        foreshock.toml: expected a string, found a whole number
        foreshock.toml: expected a day such as 2027-01-31
        foreshock.toml: expected a string, found a whole number
        foreshock.toml: expected a `rule`: what is ignored
    "#]],
    );
}

#[test]
fn in_infrastructure_yaml() {
    let with = |comment: &str| {
        format!(
            "//- infra.yaml\ncomponents:\n  - id: app\n    type: app_server\n    replicas: 2\n{comment}\n  - id: orders\n    type: database\n    replicas: 1\ndependencies:\n  - {{source: app, target: orders}}\n"
        )
    };
    check(
        &with(""),
        expect![[r#"
        infra.yaml
          shown orders
    "#]],
    );
    check(
        &with("  # foreshock:ignore single-point-of-failure reason: x"),
        expect![[r#"
        infra.yaml
          ignored orders (x)
    "#]],
    );
    check(
        &with("  # foreshock:ignore single-zone"),
        expect![[r#"
        infra.yaml
          shown orders
        infra.yaml:5 hint say why: `reason: ...`; it is ignored all the same
        infra.yaml:5 hint nothing is ignored here any more: no `single-zone` is found
    "#]],
    );
}

#[test]
fn other_tools_are_mentioned() {
    let files = database("#trivy:ignore:AVD-AWS-0077", "# checkov:skip=CKV_AWS_157: cheap");
    let directory = Directory::of_repository(&files);
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    let finding = snapshot.stacks[0].findings.iter().find(|finding| finding.rule.as_str() == SINGLE).unwrap();
    let mentions: Vec<&str> =
        finding.evidence.iter().map(|evidence| &*evidence.why).filter(|why| why.contains("here, too")).collect();
    assert_eq!(mentions, ["checkov:skip=CKV_AWS_157 is here, too"], "the other one is about backups");
}

#[test]
fn a_baseline_makes_old_what_was_there() {
    let directory = Directory::of_repository(&shared("", ""));
    // One stack alone may read what lies beside it in its repository.
    directory.write(
        ".git/HEAD",
        "ref: refs/heads/main
",
    );
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    let file = FilePath::new(root.join(Baseline::FILE_NAME));
    let write = |snapshot: &Snapshot| {
        let mut baseline = snapshot.baseline_in(&file);
        baseline.accept(snapshot.stacks.iter().map(|stack| &**stack));
        std::fs::write(file.as_path(), baseline.text()).unwrap();
        baseline.text()
    };
    let first = write(&snapshot);
    assert!(snapshot.finds_baseline(&file));
    assert!(
        first.contains(
            r#"{"stack":"prod","rule":"single-point-of-failure","address":"module.db[\"eu\"].aws_db_instance.this"}"#
        ),
        "{first}"
    );
    let again = Workspace::new().snapshot_of(root).unwrap();
    assert!(again.stacks.iter().flat_map(|stack| &stack.findings).all(|finding| !finding.new));
    assert_eq!(write(&again), first, "what is accepted stays accepted");
    // Of a stack that was not read it says what it said.
    let prod = Workspace::new().snapshot_of(&root.join("prod")).unwrap();
    assert_eq!(write(&prod), first);

    let main = root.join("prod/main.tf");
    let text = std::fs::read_to_string(&main).unwrap();
    let later = text.replace("source   =", "multi_az = true\n  source   =")
        + "\nresource \"aws_db_instance\" \"new\" {\n  engine = \"mysql\"\n}\nresource \"aws_instance\" \"new\" {\n  ami           = \"ami-1\"\n  instance_type = \"t3.small\"\n  user_data     = aws_db_instance.new.address\n}\n";
    std::fs::write(&main, later).unwrap();
    let later = Workspace::new().snapshot_of(root).unwrap();
    let prod = &later.stacks[1];
    let fresh: Vec<&str> =
        prod.findings.iter().filter(|f| f.new && f.rule.as_str() == SINGLE).map(|f| &*f.component_id).collect();
    assert_eq!(fresh, ["aws_db_instance.new"]);
    let mended: Vec<&str> = prod
        .mended_of_baseline()
        .iter()
        .filter(|entry| entry.rule == SINGLE)
        .map(|entry| entry.address.as_str())
        .collect();
    assert_eq!(mended, ["module.db[\"eu\"].aws_db_instance.this", "module.db[\"us\"].aws_db_instance.this"]);
}

#[test]
fn a_renamed_component_stays_in_the_baseline() {
    let directory = Directory::of_repository(&database("", ""));
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    let file = snapshot.baseline_file(&snapshot.stacks[0]);
    let mut baseline = snapshot.baseline_in(&file);
    baseline.accept(snapshot.stacks.iter().map(|stack| &**stack));
    std::fs::write(file.as_path(), baseline.text()).unwrap();
    let main = root.join("main.tf");
    let text = std::fs::read_to_string(&main).unwrap().replace("orders", "books")
        + "\nmoved {\n  from = aws_db_instance.orders\n  to   = aws_db_instance.books\n}\n";
    std::fs::write(&main, text).unwrap();
    let after = Workspace::new().snapshot_of(root).unwrap();
    assert!(after.stacks[0].findings.iter().all(|finding| !finding.new));
    assert!(after.stacks[0].mended_of_baseline().is_empty());
}

#[test]
fn a_suppression_that_comes_or_goes_is_seen_at_once() {
    let directory = Directory::of_repository(&database("", ""));
    let root = directory.root();
    let file = FilePath::new(root.join("main.tf"));
    let text = std::fs::read_to_string(file.as_path()).unwrap();
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    workspace.set_document(file.clone(), text.clone().into());
    let plain = seen(&workspace.snapshot(), root);
    let commented = text.replace(
        "\nresource \"aws_db",
        "\n# foreshock:ignore single-point-of-failure until=2027-01-01 reason: x\nresource \"aws_db",
    );
    workspace.set_document(file.clone(), commented.into());
    assert!(seen(&workspace.snapshot(), root).contains("ignored aws_db_instance.orders (x)"));
    workspace.set_today(Date::parse("2027-01-02"));
    assert!(seen(&workspace.snapshot(), root).contains("it is shown again"));
    workspace.set_document(file, text.into());
    assert_eq!(seen(&workspace.snapshot(), root), plain);
}

/// Findings without what a moved text moves.
fn findings(snapshot: &Snapshot, but: (&str, &str)) -> Vec<String> {
    let all = snapshot.stacks.iter().flat_map(|stack| stack.findings.iter());
    let told = all.map(|f| (f.rule.to_string(), f.component_id.to_string(), f.severity, f.message.clone(), f.points));
    told.filter(|(rule, component, ..)| (rule.as_str(), component.as_str()) != but).map(|f| format!("{f:?}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A comment above any block takes away the findings that it names there, and nothing else: no other finding, no point
    /// of the score.
    #[test]
    fn a_comment_takes_away_what_it_names(block in 0usize..4, rule in 0usize..6, tail in "( reason: [a-z ]{0,8})?") {
        const RULES: [&str; 6] =
            ["single-point-of-failure", "no-redundancy", "no-backup", "deletion-unprotected", "single-zone", "no-such-rule"];
        const BLOCKS: [&str; 4] = [
            "resource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n}\n",
            "resource \"aws_elasticache_cluster\" \"b\" {\n  engine = \"redis\"\n}\n",
            "resource \"aws_instance\" \"c\" {\n  ami = \"ami-1\"\n  instance_type = \"t3.small\"\n  user_data = \"${aws_db_instance.a.address} ${aws_elasticache_cluster.b.configuration_endpoint}\"\n}\n",
            "resource \"aws_lb\" \"d\" {\n  subnets = [\"a\"]\n}\n",
        ];
        const COMPONENTS: [&str; 4] = ["aws_db_instance.a", "aws_elasticache_cluster.b", "aws_instance.c", "aws_lb.d"];
        let of = |comment: &str| {
            let file = FilePath::new("/laws/main.tf");
            let blocks = BLOCKS.iter().enumerate().map(|(at, text)| if at == block { format!("{comment}{text}") } else { (*text).to_owned() });
            let mut workspace = Workspace::new();
            workspace.set_document(file, blocks.collect::<String>().into());
            workspace.snapshot()
        };
        let (plain, commented) = (of(""), of(&format!("# foreshock:ignore {}{tail}\n", RULES[rule])));
        let named = (RULES[rule], COMPONENTS[block]);
        prop_assert_eq!(findings(&plain, named), findings(&commented, ("", "")));
        prop_assert_eq!(plain.stacks[0].assessment.score, commented.stacks[0].assessment.score);
        let is_named = |f: &&std::sync::Arc<foreshock_analysis::Finding>| (f.rule.as_str(), &*f.component_id) == named;
        let before = plain.stacks[0].findings.iter().filter(is_named).count();
        prop_assert_eq!(before, commented.stacks[0].suppressed.len());
    }

    /// No text of a comment, a configuration or a baseline stops the analysis.
    #[test]
    fn any_text_is_survived(
        comment in "# foreshock:ignore [a-z ,=\"\\[\\]:-]{0,30}",
        entry in "(\\[\\[ignore\\]\\]\n|rule = |\"single-zone\"|address = |\"\\*\"|until = |2027-01-01|\n|reason = ){0,12}"
    ) {
        let directory = Directory::of_repository(&(database(&comment, &comment) + "//- foreshock.toml\n" + &entry));
        let root = directory.root();
        let snapshot = Workspace::new().snapshot_of(root).unwrap();
        prop_assert_eq!(snapshot.stacks.len(), 1);
    }
}
