//! `foreshock simulate`: faults asked for one by one, together, and all there are.

use serde_json::Value;

use crate::{check_json, complaint, foreshock_in, shop, stdout};

fn results(arguments: &[&str]) -> Vec<Value> {
    let text = stdout(&[&["simulate", "--format", "json"], arguments].concat(), 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    answer["stacks"][0]["results"].as_array().unwrap().clone()
}

fn ids(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["id"].as_str().unwrap()).collect()
}

#[test]
fn as_json() {
    check_json(
        "simulate",
        &["simulate", "--fail", "aws_db_instance.orders", "--zone", "eu-west-1a", "--format", "json"],
        0,
    );
}

#[test]
fn for_people() {
    let asked = ["simulate", "--fail", "aws_db_instance.orders", "--region", "eu-west-1", "--traffic", "3x"];
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("simulate-human", stdout(&asked, 0));
        insta::assert_snapshot!("simulate-human-shallow", stdout(&[&asked[..], &["--cascade-depth", "1"]].concat(), 0));
    });
}

#[test]
fn a_person_sees_what_is_news() {
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("simulate-news", stdout(&["simulate"], 0));
    });
    let all = stdout(&["simulate", "--all"], 0);
    assert!(all.lines().count() > 1_000 && all.contains(" + "), "{}", all.lines().count());
}

/// Nothing lost would be comfort that nobody has earned.
#[test]
fn what_is_not_known_is_not_nothing() {
    for asked in [["--latency", "aws_db_instance.orders=10x"], ["--traffic", "10x"]] {
        let text = stdout(&[&["simulate"], &asked[..]].concat(), 0);
        assert!(text.contains("what is lost can't be told") && text.contains("is not known"), "{text}");
        assert!(!text.contains("nothing gets worse") && !text.contains("0 %"), "{text}");
    }
}

#[test]
fn every_flag_is_a_fault_of_its_own() {
    let flags = [
        "--fail",
        "aws_lb.web",
        "--fail",
        "cut:aws_lb.web->aws_ecs_service.api",
        "--lose",
        "aws_ecs_service.api=2",
        "--zone",
        "eu-west-1b",
        "--region",
        "eu-west-1",
        "--latency",
        "aws_db_instance.orders=10x",
        "--traffic",
        "1.5x",
    ];
    let expected = [
        "component:aws_lb.web",
        "cut:aws_lb.web->aws_ecs_service.api",
        "instances:aws_ecs_service.api=2",
        "zone:eu-west-1b",
        "region:eu-west-1",
        "latency:aws_db_instance.orders:x10",
        "traffic:x1.5",
    ];
    assert_eq!(ids(&results(&flags)), expected);
    let together = results(&[&flags[..], &["--together"]].concat());
    assert_eq!(ids(&together), [expected.join("+")]);
    let worst = |results: &[Value]| results.iter().map(|it| it["effects"].as_array().unwrap().len()).max();
    assert!(worst(&together) >= worst(&results(&flags)), "more faults never improve");
}

#[test]
fn without_a_fault_every_scenario_is_run() {
    let all = results(&["--all"]);
    assert!(all.len() > 1_000, "{}", all.len());
    let severities: Vec<f64> = all.iter().map(|result| result["severity"].as_f64().unwrap()).collect();
    assert!(severities.is_sorted_by(|one, other| one >= other), "the severest first");
    let shown = results(&[]);
    assert_eq!(shown.as_slice(), &all[..shown.len()]);
    let text = stdout(&["simulate", "--format", "json", "--budget", "100"], 0);
    let cut: Value = serde_json::from_str(&text).unwrap();
    let scenarios = &cut["stacks"][0]["scenarios"];
    let left: u64 = scenarios["not_run"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!((scenarios["run"].as_u64().unwrap(), left), (100, all.len() as u64 - 100));
    let text = stdout(&["simulate", "--budget", "100"], 0);
    assert!(text.contains("not run, the budget was too small"), "{text}");
}

#[test]
fn what_is_not_there_is_said() {
    for (arguments, said) in [
        (["--fail", "orders"], "orders: expected the id of a component; did you mean aws_db_instance.orders?"),
        (["--fail", "db"], "db: expected one of the 8 components, as aws_sqs_queue.emails, aws_db_instance.orders,"),
        (["--zone", "mars"], "zone:mars: expected one of the zones eu-west-1a, eu-west-1b, eu-west-1c"),
        (["--lose", "aws_lb.web"], "instances:aws_lb.web: expected instances:ID=K"),
        (["--latency", "aws_lb.web=slow"], "latency:aws_lb.web:slow: expected latency:ID:x10"),
        (["--traffic", "-1x"], "unexpected argument"),
        (["--domain", "nat"], "domain:nat: expected a domain, but this system has none"),
    ] {
        let text = complaint(&shop(), &[&["simulate"], &arguments[..]].concat());
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn more_than_one_path_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let component = |id: &str, kind: &str| format!("  - {{id: {id}, type: {kind}, replicas: 2}}\n");
    let kinds = [
        ("cart", "app_server"),
        ("db", "database"),
        ("mail", "app_server"),
        ("stock", "app_server"),
        ("web", "load_balancer"),
    ];
    let components: String = kinds.iter().map(|(id, kind)| component(id, kind)).collect();
    let needs = [("web", "cart"), ("web", "stock"), ("cart", "db"), ("stock", "db")];
    let needs: String =
        needs.iter().map(|(source, target)| format!("  - {{source: {source}, target: {target}}}\n")).collect();
    std::fs::write(folder.path().join("infra.yaml"), format!("components:\n{components}dependencies:\n{needs}"))
        .unwrap();
    let told = |fault: &str| {
        let output = foreshock_in(folder.path(), &["simulate", "--fail", fault]);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let text = told("db");
    assert!(text.contains("  web falls by more than one path: db -> cart -> web; db -> stock -> web\n"), "{text}");
    let text = told("cart");
    assert!(text.contains("web DOWN") && !text.contains("more than one path"), "{text}");
}

/// Not down, and not well: levels by name, and a share of requests that fail.
#[test]
fn gray_faults_can_be_played() {
    let asked = ["--fail", "aws_ecs_service.api=degraded", "--errors", "aws_ecs_service.api=20%"];
    let found = results(&asked);
    assert_eq!(ids(&found), ["degraded:aws_ecs_service.api", "errors:aws_ecs_service.api:20%"]);
    let failing = found[1]["effects"].as_array().unwrap();
    assert!(failing.iter().any(|effect| effect["component"] == "aws_lb.web" && effect["errors"] == 0.2), "{failing:?}");
    assert_eq!(found[1]["entry_loss"], 0.2);
    assert!(found[1]["recovery"].is_null(), "nobody says when a gray fault ends");
    let text = stdout(&[&["simulate"], &asked[..]].concat(), 0);
    assert!(text.contains("aws_lb.web DEGRADED, fails 20 % of its requests: gets errors from it"), "{text}");
    for (asked, expected) in [
        (["--fail", "aws_lb.web=grey"], "expected aws_lb.web=down, aws_lb.web=degraded or aws_lb.web=overloaded"),
        (["--errors", "aws_lb.web=120%"], "expected a share of requests from 0 % to 100 %, as errors:aws_lb.web:20%"),
        (["--errors", "aws_lb.web"], "expected errors:ID:20%"),
    ] {
        let complaint = complaint(&shop(), &[&["simulate"], &asked[..]].concat());
        assert!(complaint.contains(expected), "{complaint}");
    }
}
