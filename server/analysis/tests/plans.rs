//! Plans and states through the whole way: compared with the prior state, found in the text they were made from, and
//! written as infrastructure YAML that means the same. What needs the corpus is skipped where that is not beside the
//! repository.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_analysis::{Severity, Snapshot, Stack, Workspace};
use foreshock_engine::assess;
use foreshock_fixture::{Directory, shared};
use foreshock_model::{ComponentKind, Known, Plane, Replication, System};
use foreshock_syntax::yaml;
use foreshock_text::FilePath;

fn corpus(folder: &str) -> Option<Utf8PathBuf> {
    shared(&format!("corpus/{folder}"))
}

fn read(path: &Utf8Path, source: Option<&Utf8Path>) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    match source {
        Some(source) => workspace.snapshot_of_plan(path, Some(source)).unwrap(),
        None => workspace.snapshot_of(path).unwrap(),
    }
}

fn ids(system: &System) -> Vec<&str> {
    system.components.iter().map(|component| component.id.as_str()).collect()
}

fn edges(system: &System) -> Vec<String> {
    let id = |index| system.component(index).unwrap().id.as_str();
    let edges = system.dependencies.iter();
    edges.map(|edge| format!("{} -> {} {:?}", id(edge.from), id(edge.to), edge.confidence).to_lowercase()).collect()
}

/// What a plan of the corpus does to the score.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Points {
    Fall,
    Rise,
    Stay,
    /// Nothing was there before.
    NoBase,
    /// Nothing is there to score.
    NothingToScore(&'static str),
}

struct Expected {
    file: &'static str,
    points: Points,
    /// Each with its instances; `?` where they are not known. Not compared where empty.
    components: &'static [&'static str],
    dependencies: &'static [&'static str],
    /// Components with a new finding of lost redundancy that is no hint.
    new: &'static [&'static str],
}

const ALL_NEW: &[&str] = &["aws_db_instance.pg", "aws_ecs_service.api"];
const THREE: &[&str] = &["aws_db_instance.pg 2", "aws_ecs_service.api 3", "aws_lb.front ?"];

/// The table of the corpus' README, but for points: where nothing leads from the balancer to what changes, users notice nothing.
const EXPECTED: &[Expected] = &[
    Expected { file: "01-all-noop", points: Points::Stay, components: THREE, dependencies: &[], new: &[] },
    Expected {
        file: "02-multi-az-off",
        points: Points::Stay,
        components: &["aws_db_instance.pg 1", "aws_ecs_service.api 3", "aws_lb.front ?"],
        dependencies: &[],
        new: &["aws_db_instance.pg"],
    },
    Expected { file: "03-multi-az-on", points: Points::Stay, components: THREE, dependencies: &[], new: &[] },
    Expected {
        file: "04-greenfield-all-single",
        points: Points::NoBase,
        components: &["aws_db_instance.pg 1", "aws_ecs_service.api 1", "aws_lb.front ?"],
        dependencies: &[],
        new: ALL_NEW,
    },
    Expected {
        file: "05-iam-only",
        points: Points::NothingToScore("nothing to score: its one resource is no component"),
        components: &[],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "06-two-stacks",
        points: Points::NoBase,
        components: &[],
        dependencies: &[
            "aws_ecs_service.a -> aws_db_instance.a likely",
            "aws_ecs_service.b -> aws_db_instance.b likely",
        ],
        new: &["aws_db_instance.a", "aws_db_instance.b"],
    },
    Expected {
        file: "07-null-desired-count",
        points: Points::NoBase,
        components: &["aws_ecs_service.agent ?"],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "08-null-port",
        points: Points::NoBase,
        components: &["aws_elasticache_replication_group.r 3"],
        dependencies: &[],
        new: &["aws_elasticache_replication_group.r"],
    },
    Expected {
        file: "09-null-storage",
        points: Points::NoBase,
        components: &["aws_rds_cluster.c ?"],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "10-redundancy-forms",
        points: Points::NoBase,
        components: &[
            "aws_autoscaling_group.web 4",
            "aws_elasticache_replication_group.r 3",
            "aws_lb.f ?",
            "aws_rds_cluster.au 2",
            "azurerm_kubernetes_cluster.k ?",
            "azurerm_postgresql_flexible_server.p 2",
            "google_container_cluster.k ?",
            "google_sql_database_instance.g 2",
        ],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "11-count-in-module",
        points: Points::NoBase,
        components: &[
            "module.a.module.b.aws_db_instance.pg 2",
            "module.a.module.b.aws_instance.web 3",
            "module.a.module.b.aws_lb.f ?",
        ],
        dependencies: &[],
        new: &[],
    },
    Expected { file: "12-twelve-by-four", points: Points::NoBase, components: &[], dependencies: &[], new: &[] },
    Expected {
        file: "13-destroy-all",
        points: Points::NothingToScore("nothing to score: the plan destroys all 3 resources there are"),
        components: &[],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "14-scale-down",
        points: Points::Stay,
        components: &["aws_db_instance.pg 2", "aws_ecs_service.api 1", "aws_lb.front ?"],
        dependencies: &[],
        new: &["aws_ecs_service.api"],
    },
    Expected { file: "15-tag-only", points: Points::Stay, components: &[], dependencies: &[], new: &[] },
    Expected { file: "16-ha-with-endpoint", points: Points::Stay, components: THREE, dependencies: &[], new: &[] },
    Expected {
        file: "17-service-and-taskdef",
        points: Points::NoBase,
        components: &["aws_db_instance.pg 2", "aws_ecs_service.api 3", "aws_lb.f ?"],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "18-two-hundred",
        points: Points::Stay,
        components: &[],
        dependencies: &[],
        new: &["aws_db_instance.d39"],
    },
    Expected {
        file: "19-guard-bad",
        points: Points::NoBase,
        components: &[
            "aws_db_instance.main 1",
            "aws_ecs_service.app 1",
            "aws_elasticache_cluster.cache 1",
            "aws_lb.main ?",
        ],
        dependencies: &[],
        new: &["aws_db_instance.main", "aws_ecs_service.app", "aws_elasticache_cluster.cache"],
    },
    Expected {
        file: "20-guard-fixed",
        points: Points::NoBase,
        components: &[
            "aws_db_instance.main 2",
            "aws_ecs_service.app 3",
            "aws_elasticache_replication_group.cache 2",
            "aws_lb.main ?",
        ],
        dependencies: &[],
        new: &[],
    },
    Expected {
        file: "i1-plain-ref",
        points: Points::NoBase,
        components: &[],
        dependencies: &["aws_lambda_function.f -> aws_dynamodb_table.t likely"],
        new: &[],
    },
    Expected {
        file: "i2-count-source",
        points: Points::NoBase,
        components: &["aws_db_instance.pg 1", "aws_instance.web 3"],
        dependencies: &["aws_instance.web -> aws_db_instance.pg likely"],
        new: &["aws_db_instance.pg"],
    },
    Expected {
        file: "i3-count-target",
        points: Points::NoBase,
        components: &[],
        dependencies: &["aws_instance.web -> aws_db_instance.pg[0] likely"],
        new: &["aws_db_instance.pg[0]", "aws_db_instance.pg[1]", "aws_instance.web"],
    },
    Expected {
        file: "i4-module-output",
        points: Points::Stay,
        components: &[],
        dependencies: &["aws_lambda_function.f -> module.db.aws_db_instance.pg likely"],
        new: &["module.db.aws_db_instance.pg"],
    },
    Expected {
        file: "i5-local",
        points: Points::NoBase,
        components: &[],
        dependencies: &["aws_lambda_function.f -> aws_dynamodb_table.t guess"],
        new: &[],
    },
    Expected {
        file: "i6-sg-only",
        points: Points::NoBase,
        components: &[],
        dependencies: &["aws_ecs_service.api -> aws_db_instance.pg guess"],
        new: &["aws_db_instance.pg"],
    },
];

fn found_points(stack: &Stack) -> Option<Points> {
    let comparison = stack.comparison().unwrap();
    Some(match comparison.points {
        None => Points::NoBase,
        Some(points) if points < 0.0 => Points::Fall,
        Some(points) if points > 0.0 => Points::Rise,
        Some(points) if points == 0.0 => Points::Stay,
        Some(_) => return None,
    })
}

#[test]
fn small_plans_do_what_their_table_says() {
    const REDUNDANCY: [&str; 4] = ["single-point-of-failure", "no-redundancy", "single-zone", "no-automatic-failover"];
    let Some(corpus) = corpus("plans") else { return };
    let mut wrong = Vec::new();
    let mut scores = BTreeMap::new();
    for expected in EXPECTED {
        let snapshot = read(&corpus.join(format!("{}.json", expected.file)), None);
        let [stack] = snapshot.stacks.as_slice() else { panic!("{}: one stack", expected.file) };
        let system = stack.system();
        assert!(stack.problems.is_empty(), "{}: {:?}", expected.file, stack.problems);
        let count = |known: &Known<u32>| known.known().map_or("?".to_owned(), u32::to_string);
        let components: Vec<String> = system
            .components
            .iter()
            .map(|component| format!("{} {}", component.id, count(&component.redundancy.instances)))
            .collect();
        let mut new: Vec<&str> = stack
            .findings
            .iter()
            .filter(|finding| {
                finding.new && finding.severity > Severity::Hint && REDUNDANCY.contains(&finding.rule.as_str())
            })
            .map(|finding| &*finding.component_id)
            .collect();
        new.sort_unstable();
        new.dedup();
        let mut check = |what: &str, found: String, wanted: String| {
            if found != wanted {
                wrong.push(format!("{}: {what}: found {found}, expected {wanted}", expected.file));
            }
        };
        match expected.points {
            Points::NothingToScore(why) => {
                check("score", format!("{:?}", stack.nothing_to_score()), format!("{:?}", Some(why)))
            }
            points => check("points", format!("{:?}", found_points(stack)), format!("{:?}", Some(points))),
        }
        if !expected.components.is_empty() {
            check("components", format!("{components:?}"), format!("{:?}", expected.components));
        }
        check("dependencies", format!("{:?}", edges(system)), format!("{:?}", expected.dependencies));
        check("new", format!("{new:?}"), format!("{:?}", expected.new));
        if expected.points == Points::NoBase && stack.comparison().unwrap().before.is_some() {
            wrong.push(format!("{}: there is no base", expected.file));
        }
        scores.insert(expected.file, stack.assessment.score);
    }
    // Nothing there leads from the balancer to what the second has more of.
    assert_eq!(scores["20-guard-fixed"], scores["19-guard-bad"]);
    println!("{} plans compared with their table", EXPECTED.len());
    let files =
        corpus.read_dir_utf8().unwrap().filter(|entry| entry.as_ref().unwrap().path().extension() == Some("json"));
    assert_eq!(files.count(), EXPECTED.len(), "a plan of the corpus is not in the table");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether the schema has a field for all that the score rests on.
fn is_expressible(system: &System) -> bool {
    system.components.iter().all(|component| {
        let redundancy = &component.redundancy;
        let stateful = matches!(component.kind, ComponentKind::Database | ComponentKind::Cache);
        let standby = redundancy.replication == Replication::PrimaryStandby;
        let instances = redundancy.instances.known().copied();
        let several = instances.is_none_or(|count| count > 1);
        let has_instances = component.reliability.instance.is_some();
        !has_instances || (instances.is_some_and(|count| count > 0) && (!standby || stateful || !several))
    })
}

/// Reads back what was written: the same system, as far as the schema has words for it.
fn round_trip(name: &str, system: &System) -> (bool, f64) {
    let text = foreshock_infra::write(system, name, &|_| "plan.json:1:1".to_owned());
    let (tree, problems) = yaml::parse(&text);
    assert_eq!(problems, Vec::new(), "{name}\n{text}");
    let (infra, told) = foreshock_infra::read(&tree, &FilePath::new("/infra.yaml"));
    let told: Vec<String> = told.iter().map(|problem| foreshock_text::Problem::from(problem).message).collect();
    assert_eq!(told, Vec::<String>::new(), "{name}\n{text}");
    let again = &infra.system;
    assert_eq!(again.check(), Vec::new(), "{name}");
    assert_eq!(ids(again), ids(system), "{name}");
    for (one, other) in system.components.iter().zip(&again.components) {
        assert_eq!((one.kind, &one.label), (other.kind, &other.label), "{name}: {}", one.id);
        if let Known::Known(count) = one.redundancy.instances {
            assert_eq!(other.redundancy.instances, Known::Known(count.max(1)), "{name}: {}", one.id);
        }
    }
    let shape = |system: &System| -> Vec<String> {
        let edges = system.dependencies.iter().enumerate();
        let shown = edges.map(|(number, edge)| {
            let group = system.alternatives.iter().find(|group| group.members.iter().any(|one| one.index() == number));
            let group = group.map(|group| format!("{} {} {}", group.name, group.required, group.shares_load));
            let management = edge.plane == Plane::Management;
            format!("{:?} {:?} {:?} {} {management} {group:?}", edge.from, edge.to, edge.kind, edge.share())
        });
        shown.collect()
    };
    assert_eq!(shape(again), shape(system), "{name}");
    // The schema has no word for zones that do not matter: at worst one is lost.
    let best = |system: &System| {
        let assessment = assess(system);
        assessment.score_range.map_or(assessment.score, |(_, best)| Some(best))
    };
    let (before, after) = (best(system), best(again));
    let difference = match (before, after) {
        (Some(before), Some(after)) => (before - after).abs(),
        (before, after) => {
            assert_eq!(before, after, "{name}");
            0.0
        }
    };
    (is_expressible(system), difference)
}

#[test]
fn what_is_imported_means_the_same() {
    let mut files: Vec<Utf8PathBuf> = Vec::new();
    if let Some(corpus) = corpus("plans") {
        files.extend(corpus.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned()));
    }
    if let Some(corpus) = corpus("terraform") {
        files.extend(corpus.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().join("plan.json")));
    }
    files.retain(|file| file.extension() == Some("json") && file.is_file());
    files.sort();
    let (mut same, mut left_out, mut wrong) = (0, 0, Vec::new());
    for file in &files {
        let snapshot = read(file, None);
        let (is_expressible, difference) = round_trip(file.as_str(), snapshot.stacks[0].system());
        let name = file.as_str().rsplit("corpus/").next().unwrap();
        match is_expressible {
            true if difference < 1e-6 => same += 1,
            true => wrong.push(format!("{name}: {difference} points apart")),
            false => {
                left_out += 1;
                println!("{name}: something is not known or has no field; {difference:.3} points apart");
            }
        }
    }
    println!("{} plans: {same} score the same, {left_out} have parts that are left out", files.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

const TEXT: &str = r#"locals {
  host = aws_db_instance.orders.address
}

variable "ha" {
  type = bool
}

resource "aws_db_instance" "orders" {
  identifier     = "orders"
  engine         = "postgres"
  instance_class = "db.r6g.large"
  multi_az       = false
}

resource "aws_lambda_function" "api" {
  function_name = "api"
  environment {
    variables = { HOST = local.host }
  }
}
"#;

const PLAN: &str = r#"{"format_version":"1.2","variables":{"ha":{"value":false}},"resource_changes":[
{"address":"aws_db_instance.orders","mode":"managed","type":"aws_db_instance","name":"orders","change":{"actions":["update"],
 "before":{"identifier":"orders","engine":"postgres","multi_az":true,"instance_class":"db.r6g.large","address":"orders.x.eu-west-1.rds.amazonaws.com"},
 "after":{"identifier":"orders","engine":"postgres","multi_az":false,"instance_class":"db.r6g.large","address":"orders.x.eu-west-1.rds.amazonaws.com"},"after_unknown":{}}},
{"address":"aws_lambda_function.api","mode":"managed","type":"aws_lambda_function","name":"api","change":{"actions":["no-op"],
 "before":{"function_name":"api","environment":[{"variables":{"HOST":"orders.x.eu-west-1.rds.amazonaws.com"}}]},
 "after":{"function_name":"api","environment":[{"variables":{"HOST":"orders.x.eu-west-1.rds.amazonaws.com"}}]},"after_unknown":{}}}],
"configuration":{"root_module":{"resources":[
 {"address":"aws_db_instance.orders","expressions":{"identifier":{"constant_value":"orders"},"engine":{"constant_value":"postgres"},"instance_class":{"constant_value":"db.r6g.large"},"multi_az":{"references":["var.ha"]}}},
 {"address":"aws_lambda_function.api","expressions":{"function_name":{"constant_value":"api"},"environment":[{"variables":{"references":["local.host"]}}]}}]}}}"#;

fn written(files: &[(&str, &str)]) -> Directory {
    let directory = Directory::empty();
    files.iter().for_each(|(name, text)| directory.write(name, text));
    directory
}

/// The new single points of failure of a plan: component, file, text underlined, fixes.
fn new_findings(snapshot: &Snapshot) -> Vec<String> {
    let stack = &snapshot.stacks[0];
    let new = stack.findings.iter().filter(|finding| finding.new && finding.rule.as_str() == "single-point-of-failure");
    new.map(|finding| {
        let file = &finding.place.file;
        let text = snapshot.file(file).unwrap().text.slice(finding.place.span).to_owned();
        let fixes: Vec<String> = snapshot.fixes(0, finding).into_iter().map(|fix| fix.title).collect();
        format!("{} {} `{text}` {fixes:?}", finding.component_id, file.as_path().file_name().unwrap())
    })
    .collect()
}

#[test]
fn a_plan_with_its_source_is_found_in_the_text() {
    let directory = written(&[("infra/main.tf", TEXT), ("plan.json", PLAN)]);
    let root = directory.root();
    let snapshot = read(&root.join("plan.json"), Some(&root.join("infra")));
    assert_eq!(snapshot.stacks[0].root, root.join("infra"));
    assert_eq!(
        new_findings(&snapshot),
        [r#"aws_db_instance.orders main.tf `multi_az       = false` ["Enable Multi-AZ"]"#]
    );
    assert!(snapshot.stacks[0].comparison().unwrap().points.unwrap() < 0.0);
}

#[test]
fn a_plan_alone_is_found_in_its_json_and_knows_references_by_their_values() {
    let directory = written(&[("plan.json", PLAN)]);
    let root = directory.root();
    let snapshot = read(&root.join("plan.json"), None);
    assert_eq!(new_findings(&snapshot), [r#"aws_db_instance.orders plan.json `"multi_az":false` []"#]);
}

#[test]
fn text_beside_a_plan_is_its_source_when_it_has_its_resources() {
    let directory = written(&[("main.tf", TEXT), ("plan.json", PLAN)]);
    let root = directory.root();
    let snapshot = read(&root.join("plan.json"), None);
    assert_eq!(
        new_findings(&snapshot),
        [r#"aws_db_instance.orders main.tf `multi_az       = false` ["Enable Multi-AZ"]"#]
    );
    let directory = written(&[("main.tf", "resource \"aws_sqs_queue\" \"q\" {}\n"), ("plan.json", PLAN)]);
    let root = directory.root();
    let snapshot = read(&root.join("plan.json"), None);
    assert_eq!(new_findings(&snapshot), [r#"aws_db_instance.orders plan.json `"multi_az":false` []"#]);
}

#[test]
fn settings_count_for_plans_too() {
    let toml = "[rules]\nsingle-point-of-failure = \"off\"\n";
    let directory = written(&[("plan.json", PLAN), ("foreshock.toml", toml)]);
    let root = directory.root();
    assert_eq!(new_findings(&read(&root.join("plan.json"), None)), Vec::<String>::new());
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_its_place() {
    let check = |name: &str, text: &[u8], expected: &str| {
        let directory = written(&[]);
        let root = directory.root();
        let path = root.join(name);
        std::fs::write(&path, text).unwrap();
        let told = Workspace::new().snapshot_of_plan(&path, None).unwrap_err();
        assert!(told.contains(expected), "{told}");
    };
    check("p.json", b"{\"resource_changes\": [\n  {\"address\": ", "p.json:2:14: the text ends here");
    check("p.json", b"PK\x03\x04rest", "terraform show -json");
    check("p.json", b"\xff\xfe{\0}", "UTF-16");
    check("p.json", b"\xff\xfe{\0}\0", "p.json:1:1: this is no plan and no state");
    check("p.json", b"{}", "p.json:1:1: this is no plan and no state");
    check(
        "terraform.tfstate",
        b"{\"version\": 3, \"serial\": 1}",
        "terraform.tfstate:1:13: this is a state of format 3",
    );
    let told = Workspace::new().snapshot_of_plan(Utf8Path::new("/nowhere/p.json"), None).unwrap_err();
    assert!(told.contains("/nowhere/p.json") && told.contains("terraform show -json"), "{told}");
}
