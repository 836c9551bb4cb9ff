//! Infrastructure YAML as a stack: what is found, what repairs it, which files are ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, StackKind, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::FilePath;
use proptest::prelude::*;

const FILE: &str = "/w/infra.yaml";

fn snapshot(text: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new(FILE), text.into());
    workspace.snapshot()
}

/// Score, findings with what is underlined, the changed lines of each fix.
fn check(text: &str, expect: Expect) {
    expect.assert_eq(&seen(&snapshot(text), text));
}

fn seen(snapshot: &Snapshot, text: &str) -> String {
    let mut seen = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        for finding in &stack.findings {
            let underlined = finding.place.span.text(text);
            let _ = writeln!(seen, "{} {:?}: {}", finding.rule, underlined, finding.message.replace('\n', " "));
            for evidence in &finding.evidence {
                let _ = writeln!(seen, "    {:?}: {}", evidence.place.span.text(text), evidence.why);
            }
            for fix in snapshot.fixes(index, finding) {
                let mut after = text.to_owned();
                for edit in fix.edits.iter().rev() {
                    after.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
                }
                let _ = writeln!(seen, "  {} (+{:.1})", fix.title, fix.points);
                let (old, new): (Vec<&str>, Vec<&str>) = (text.split('\n').collect(), after.split('\n').collect());
                for line in new.iter().filter(|line| !old.contains(line)) {
                    let _ = writeln!(seen, "    {}", line.replace('\r', "␍"));
                }
            }
        }
        for problem in &stack.problems {
            let _ = writeln!(seen, "! {:?} {}", problem.problem.span.text(text), problem.problem.message);
        }
    }
    if snapshot.stacks.is_empty() {
        seen.push_str("no stack\n");
    }
    seen
}

/// A web server in front of a component `db` that is written like this.
fn before(db: &str, expect: Expect) {
    check(
        &format!(
            "components:\n  - id: web\n    type: web_server\n    replicas: 2\n{db}dependencies:\n  - {{source: web, target: db}}\n"
        ),
        expect,
    );
}

#[test]
fn the_checkout() {
    check(
        include_str!("../../../fixtures/checkout.yaml"),
        expect![[r#"
            single-point-of-failure "replicas: 1": orders is a single point of failure (1 instance). 2 of 5 others go down with it: app, lb.
                "source: app\n    target: orders\n    latency_ms: 2": app goes down: it requires orders (declared as a dependency)
                "{source: lb, target: app}": lb goes down: it requires app (declared as a dependency)
              Add a replica in eu-west-1b (+6.8)
                    replicas: 2               # a second one comes next year
              Add a replica (+2.9)
                    replicas: 2               # a second one comes next year
        "#]],
    );
}

#[test]
fn a_replica_is_written_where_it_belongs() {
    before(
        "  - id: db\n    type: database\n    replicas: 1 # cheap\n",
        expect![[r#"
            single-point-of-failure "replicas: 1": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
                    replicas: 2 # cheap
        "#]],
    );
    before(
        "  - id: db\n    type: database   # postgres\n    name: Orders\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
        "#]],
    );
    before(
        "  - id: db\n    name: |\n      a\n      b\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+5.7)
        "#]],
    );
    before(
        "  - name: Orders\n    id: db\n    replicas:\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+5.7)
        "#]],
    );
    before(
        "  - {id: db, type: database, name: Orders}\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
                  - {id: db, type: database, replicas: 2, name: Orders}
        "#]],
    );
    before(
        "  - {\n      \"id\": \"db\",\n      \"type\": \"database\"\n    }\n",
        expect![[r#"
            single-point-of-failure "\"id\": \"db\"": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
                      "type": "database",
                      "replicas": 2
        "#]],
    );
    before(
        "  - id: db\r\n    type: database\r\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
                    replicas: 2␍
        "#]],
    );
}

#[test]
fn a_figure_for_the_whole_becomes_one_for_each_instance() {
    before(
        "  - id: db\n    type: database\n    availability: 0.999\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+12.7)
                    instance_availability: 0.999
        "#]],
    );
    before(
        "  - {id: db, \"unavailability\": 1e-3, replicas: 1}\n",
        expect![[r#"
            single-point-of-failure "replicas: 1": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+14.6)
                  - {id: db, "instance_unavailability": 1e-3, replicas: 2}
        "#]],
    );
    before("  - {id: db, availability: 1}\n", expect![[""]]);
}

#[test]
fn a_standby_that_waits_for_a_person_is_no_repair() {
    before(
        "  - {id: db, type: database, failover: {enabled: false}}\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica with automatic failover (+3.4)
                  - {id: db, type: database, replicas: 2, failover: {enabled: true}}
        "#]],
    );
    before(
        "  - {id: db, type: database, replicas: 2, failover: {enabled: false}}\n",
        expect![[r#"
            no-automatic-failover "id: db": db has 2 instances, but nothing promotes a standby. When the primary is lost, 1 others stay down until somebody acts.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Enable automatic failover (+3.4)
                  - {id: db, type: database, replicas: 2, failover: {enabled: true}}
        "#]],
    );
}

#[test]
fn another_zone_that_the_file_knows() {
    before(
        "  - {id: db, type: cache, replicas: 2, zones: [a]}\nzones: {a: , b: }\n",
        expect![[r#"
            single-zone "zones: [a]": db has 2 instances, all in a. When that zone fails, none is left.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Spread over a and b (+5.2)
                  - {id: db, type: cache, replicas: 2, zones: [a, b]}
        "#]],
    );
    before(
        "  - id: db\n    replicas: 2\n    zones:\n      - \"a\"\nzones: {a: , b: }\n",
        expect![[r#"
            single-zone "zones:\n      - \"a\"": db has 2 instances, all in a. When that zone fails, none is left.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Spread over a and b (+5.0)
                      - "b"
        "#]],
    );
    before(
        "  - {id: db, type: cache, replicas: 2, region: {availability_zone: a}}\nzones: {a: , b: }\n",
        expect![[r#"
            single-zone "availability_zone: a": db has 2 instances, all in a. When that zone fails, none is left.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Spread over a and b (+5.2)
                  - {id: db, type: cache, zones: [a, b], replicas: 2, region: {availability_zone: a}}
        "#]],
    );
    before(
        "  - {id: db, type: cache, replicas: 2, zones: [a]}\n",
        expect![[r#"
        single-zone "zones: [a]": db has 2 instances, all in a. When that zone fails, none is left.
            "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
    "#]],
    );
}

#[test]
fn what_others_share_is_not_edited() {
    before(
        "  - {<<: {type: database, replicas: 1}, id: db}\n",
        expect![[r#"
            single-point-of-failure "replicas: 1": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+3.4)
                  - {<<: {type: database, replicas: 1}, id: db, replicas: 2}
        "#]],
    );
    check(
        "x: &db {id: db, type: database}\ncomponents: [*db, {id: web, replicas: 2}]\ndependencies: [{source: web, target: db}]\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
            ! "x" the file has no key x
        "#]],
    );
}

#[test]
fn third_parties_and_guarded_calls_are_no_single_points() {
    before("  - {id: db, type: external_api}\n", expect![[""]]);
}

#[test]
fn a_single_load_balancer_is_a_single_point() {
    check(
        "components: [{id: lb, type: load_balancer}, {id: web, replicas: 2}]\ndependencies: [{source: lb, target: web}]\n",
        expect![[r#"
            single-point-of-failure "id: lb": lb is a single point of failure (1 instance). Users come in through it, and nothing stands in for it.
              Add a replica (+1.8)
                components: [{id: lb, type: load_balancer, replicas: 2}, {id: web, replicas: 2}]
        "#]],
    );
}

/// Low end and high end of the score of a load balancer that is written like this, in front of nothing.
fn score(lb: &str) -> (f64, f64) {
    let text = format!("components: [{{id: lb, type: load_balancer, {lb}}}]");
    let snapshot = snapshot(&text);
    let stack = &snapshot.stacks[0];
    let score = stack.score().unwrap();
    stack.score_range().unwrap_or((score, score))
}

/// What stands in the place of an unwritten zone stays within what is shown, and the number shown is the low end.
#[test]
fn a_zone_that_nobody_writes_gains_nothing() {
    let (low, high) = score("replicas: 3");
    for zones in ["[a]", "[a, b]", "[a, b, c]", "[]"] {
        let (written, same) = score(&format!("replicas: 3, zones: {zones}"));
        assert_eq!(written, same);
        assert!(low <= written + 1e-9 && written <= high + 1e-9, "{low} {written} {high}");
    }
    assert!(low < 80.0 && high > 99.0, "{low} {high}");
    // One is not perfect, and three of them on one machine are as good as the machine.
    let (one, _) = score("zones: []");
    assert!((80.0..90.0).contains(&one), "{one}");
    let (together, _) = score("replicas: 3, zones: [], host: rack-1");
    assert!(together < score("replicas: 3, zones: []").0 - 5.0, "{together}");
}

#[test]
fn problems_are_told_with_their_places() {
    before(
        "  - {id: db, type: databse, replicas: 0}\n  - id: x: y\n",
        expect![[r#"
            single-point-of-failure "id: db": db is a single point of failure (1 instance). With it web goes down.
                "{source: web, target: db}": web goes down: it requires db (declared as a dependency)
              Add a replica (+5.7)
                  - {id: db, type: databse, replicas: 2}
            ! "databse" type is "databse"; did you mean database?
            ! "0" replicas is 0; expected a whole number from 1 to 1000000
            ! "- id: x: y" this is not YAML (mapping values are not allowed in this context); the line is left out
        "#]],
    );
}

#[test]
fn yaml_of_other_formats_is_none_of_ours() {
    check(
        "services:\n  web: {image: nginx}\n",
        expect![[r#"
        no stack
    "#]],
    );
    check(
        "openapi: 3.0.0\ncomponents: {schemas: {}}\n",
        expect![[r#"
        no stack
    "#]],
    );
    check(
        "a: b: c\n",
        expect![[r#"
        no stack
    "#]],
    );
    let snapshot = snapshot("a: b: c\n");
    assert!(snapshot.file(&FilePath::new(FILE)).is_none() && snapshot.problems_in(&FilePath::new(FILE)).is_empty());
}

#[test]
fn a_directory_gives_the_files_that_surely_are_infrastructure() {
    let directory = Directory::of(
        "//- infra/prod.yaml\ncomponents:\n  - id: a\n\
         //- infra/dev.yml\ncomponents: [{id: a}]\n\
         //- exported.json\n{\"components\": [{\"id\": \"a\"}]}\n\
         //- kustomization.yaml\ncomponents:\n  - ../base\n\
         //- api.yaml\nopenapi: 3.0.0\ncomponents: {schemas: {a: {type: object}}}\n\
         //- other.yaml\nservices: {web: {image: x}}\n\
         //- broken.yaml\na: [\n\
         //- empty.yaml\n\n\
         //- node_modules/x/infra.yaml\ncomponents: [{id: a}]\n\
         //- .hidden/infra.yaml\ncomponents: [{id: a}]\n\
         //- tf/main.tf\nresource \"aws_sqs_queue\" \"q\" {}\n\
         //- tf/beside.yaml\ncomponents: [{id: a}]\n\
         //- tf/extra.tf.json\n{\"components\": [{\"id\": \"a\"}]}\n",
    );
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(root).unwrap();
    let roots: Vec<(String, StackKind)> =
        snapshot.stacks.iter().map(|stack| (stack.root.strip_prefix(root).unwrap().to_string(), stack.kind)).collect();
    let infra = |name: &str| (name.to_owned(), StackKind::new("infra"));
    assert_eq!(
        roots,
        [
            (String::new(), StackKind::new("kubernetes")),
            infra("exported.json"),
            infra("infra/dev.yml"),
            infra("infra/prod.yaml"),
            ("tf".to_owned(), StackKind::new("terraform")),
            infra("tf/beside.yaml"),
        ]
    );
}

#[test]
fn a_single_file_is_read_in_any_case() {
    let directory = Directory::of("//- other.yaml\nservices: {web: {kind: x}}\n//- bytes.yaml\n");
    let root = directory.root();
    let snapshot = Workspace::new().snapshot_of(&root.join("other.yaml")).unwrap();
    let messages: Vec<&str> = snapshot.stacks[0].problems.iter().map(|it| it.problem.message.as_str()).collect();
    assert_eq!(
        messages,
        ["expected a list of components: \"components:\", then \"- id: ...\"", "the file has no key services"]
    );
    std::fs::write(root.join("bytes.yaml"), b"components: [{id: \xff}]").unwrap();
    let snapshot = Workspace::new().snapshot_of(&root.join("bytes.yaml")).unwrap();
    assert!(snapshot.stacks[0].problems.iter().any(|it| it.problem.message.contains("not valid UTF-8")));
    assert!(Workspace::new().snapshot_of(&root.join("nobody.yaml")).is_err());
}

#[test]
fn a_stack_whose_text_did_not_change_is_the_same() {
    let (one, other) = (FilePath::new("/w/one.yaml"), FilePath::new("/w/other.yaml"));
    let text = "components: [{id: a}]\n";
    let mut workspace = Workspace::new();
    workspace.set_document(one.clone(), text.into());
    workspace.set_document(other.clone(), text.into());
    let before = workspace.snapshot();
    workspace.set_document(other.clone(), "components: [{id: b}]\n".into());
    let after = workspace.snapshot();
    assert!(Arc::ptr_eq(&before.stacks[0], &after.stacks[0]));
    assert!(!Arc::ptr_eq(&before.stacks[1], &after.stacks[1]));
    workspace.set_document(other.clone(), "components: [{id: b}]\n".into());
    assert!(Arc::ptr_eq(&after.stacks[1], &workspace.snapshot().stacks[1]));
    workspace.close_document(&other);
    assert_eq!(workspace.snapshot().stacks.len(), 1);
}

#[test]
fn half_typed_it_stays_ours() {
    let file = FilePath::new(FILE);
    let mut workspace = Workspace::new();
    workspace.set_document(file.clone(), "components:\n  - id: a\n".into());
    assert_eq!(workspace.snapshot().stacks.len(), 1);
    workspace.set_document(file.clone(), "component:\n  - id: a\n".into());
    let snapshot = workspace.snapshot();
    let messages: Vec<String> = snapshot.problems_in(&file).into_iter().map(|(_, problem)| problem.message).collect();
    assert!(messages.contains(&"the file has no key component; did you mean components?".to_owned()), "{messages:?}");
    workspace.close_document(&file);
    workspace.set_document(file.clone(), "component:\n  - id: a\n".into());
    assert_eq!(workspace.snapshot().stacks.len(), 0);
}

const TYPED: &str = include_str!("../../../fixtures/checkout.yaml");

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    /// Going step by step ends where starting afresh does, and every fix offered on the way holds what it says.
    #[test]
    fn step_by_step_is_as_from_scratch(edits in proptest::collection::vec(
        (0usize..TYPED.len(), 0usize..12, prop_oneof![Just(""), Just("\n"), Just("  - id: x\n"), Just("replicas: 2"), Just("["), Just("1"), Just("\"")]),
        1..5,
    )) {
        let file = FilePath::new(FILE);
        let mut workspace = Workspace::new();
        workspace.set_document(file.clone(), TYPED.into());
        workspace.snapshot();
        let mut text = TYPED.to_owned();
        for (at, length, new) in edits {
            let start = at.min(text.len());
            let end = (start + length).min(text.len());
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, new);
            }
            workspace.set_document(file.clone(), text.as_str().into());
            workspace.snapshot();
        }
        let stepwise = workspace.snapshot();
        let mut fresh = Workspace::new();
        fresh.set_document(file.clone(), TYPED.into());
        fresh.snapshot();
        fresh.set_document(file, text.as_str().into());
        prop_assert_eq!(seen(&stepwise, &text), seen(&fresh.snapshot(), &text));
    }
}

/// What is found of components and dependencies written like this, circles alone.
fn circles(components: &[&str], dependencies: &[(&str, &str)], expect: Expect) {
    let mut text = "components:\n".to_owned();
    for id in components {
        let _ = writeln!(text, "  - {{id: {id}, type: app_server, replicas: 2}}");
    }
    text.push_str("dependencies:\n");
    for (from, to) in dependencies {
        let _ = writeln!(text, "  - {{source: {from}, target: {to}}}");
    }
    let snapshot = snapshot(&text);
    let mut seen = String::new();
    for finding in
        snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.to_string() == "circular-dependency")
    {
        let _ = writeln!(seen, "{}", finding.message);
        for evidence in &finding.evidence {
            let _ = writeln!(seen, "    {:?}: {}", evidence.place.span.text(&text), evidence.why);
        }
    }
    expect.assert_eq(&seen);
}

#[test]
fn a_circle_says_what_breaks_it() {
    circles(
        &["orders", "stock"],
        &[("orders", "stock"), ("stock", "orders")],
        expect![[r#"
        orders -> stock -> orders need each other.
        They fall together, and after that none of them can start first. Without orders -> stock the circle is gone.
            "{source: orders, target: stock}": orders requires stock (declared as a dependency)
            "{source: stock, target: orders}": stock requires orders (declared as a dependency)
    "#]],
    );
}

#[test]
fn what_two_circles_share_breaks_both() {
    // The shortest is shown.
    circles(
        &["cart", "orders", "price", "stock"],
        &[("cart", "orders"), ("orders", "cart"), ("orders", "price"), ("price", "stock"), ("stock", "cart")],
        expect![[r#"
            cart -> orders -> cart need each other.
            They fall together, and after that none of them can start first. Without cart -> orders the circle is gone.
                "{source: cart, target: orders}": cart requires orders (declared as a dependency)
                "{source: orders, target: cart}": orders requires cart (declared as a dependency)
        "#]],
    );
}

#[test]
fn a_circle_that_no_single_dependency_breaks_names_none() {
    circles(
        &["cart", "orders", "stock"],
        &[
            ("cart", "orders"),
            ("orders", "cart"),
            ("orders", "stock"),
            ("stock", "orders"),
            ("stock", "cart"),
            ("cart", "stock"),
        ],
        expect![[r#"
            cart -> orders -> cart need each other.
            They fall together, and after that none of them can start first.
                "{source: cart, target: orders}": cart requires orders (declared as a dependency)
                "{source: orders, target: cart}": orders requires cart (declared as a dependency)
        "#]],
    );
}
