//! What a change takes away: deleted, replaced and let go of, in plans and against a base. Nothing is gained by taking away
//! what somebody needs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Base, Finding, RuleId, Severity, Snapshot, Stack, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::FilePath;
use serde_json::{Value, json};

const HOST: &str = "orders.c1a2b3.eu-west-1.rds.amazonaws.com";
const FRONT: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/front/1";
const GROUP: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/1";
const TASK: &str = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7";

/// The values of a balancer, its listener and target group, two tasks and their database.
fn values(address: &str) -> Value {
    let env =
        format!("[{{\"name\":\"c\",\"image\":\"x\",\"environment\":[{{\"name\":\"DB_HOST\",\"value\":\"{HOST}\"}}]}}]");
    match address {
        "aws_lb.front" => json!({"arn": FRONT, "name": "front", "subnets": ["subnet-0a1b2c3d", "subnet-4e5f6071"]}),
        "aws_lb_target_group.web" => json!({"arn": GROUP, "name": "web", "port": 80}),
        "aws_lb_listener.http" => json!({
            "load_balancer_arn": FRONT, "port": 80, "default_action": [{"type": "forward", "target_group_arn": GROUP}]
        }),
        "aws_ecs_service.web" => json!({
            "name": "web", "desired_count": 2, "launch_type": "FARGATE", "task_definition": TASK,
            "load_balancer": [{"target_group_arn": GROUP, "container_name": "c", "container_port": 80}]
        }),
        "aws_ecs_task_definition.web" => json!({"arn": TASK, "family": "web", "container_definitions": env}),
        "aws_db_instance.orders" => json!({
            "address": HOST, "identifier": "orders", "engine": "postgres", "multi_az": true,
            "backup_retention_period": 7, "deletion_protection": true, "skip_final_snapshot": true
        }),
        other => panic!("{other}"),
    }
}

const ALL: [&str; 6] = [
    "aws_db_instance.orders",
    "aws_ecs_service.web",
    "aws_ecs_task_definition.web",
    "aws_lb.front",
    "aws_lb_listener.http",
    "aws_lb_target_group.web",
];

fn parts(address: &str) -> (&str, &str) {
    address.split_once('.').unwrap()
}

fn resource(address: &str, values: Value) -> Value {
    let (kind, name) = parts(address);
    json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
}

/// A plan of a stack that is there: what it does to whom, the others `rest` (`None`: it does not speak of them).
fn plan(does: &[(&str, &[&str], &str, Value)], rest: Option<&str>, more: Value) -> Value {
    let mut changes = Vec::new();
    let mut planned = Vec::new();
    for address in ALL {
        let own = does.iter().find(|(of, ..)| *of == address);
        let actions: Vec<&str> = match (own, rest) {
            (Some((_, actions, ..)), _) => actions.to_vec(),
            (None, Some(rest)) => vec![rest],
            (None, None) => continue,
        };
        let mut after = values(address);
        if let Some((.., changed)) = own {
            for (name, value) in changed.as_object().unwrap() {
                after[name] = value.clone();
            }
        }
        let gone = !actions.contains(&"create") && (actions.contains(&"delete") || actions.contains(&"forget"));
        let (kind, name) = parts(address);
        let mut change = json!({
            "address": address, "mode": "managed", "type": kind, "name": name,
            "change": {"actions": actions, "before": values(address), "after": if gone { Value::Null } else { after.clone() }}
        });
        if let Some((_, _, reason, _)) = own.filter(|(_, _, reason, _)| !reason.is_empty()) {
            change["action_reason"] = json!(reason);
        }
        changes.push(change);
        if !gone {
            planned.push(resource(address, after));
        }
    }
    let prior: Vec<Value> = ALL.iter().map(|address| resource(address, values(address))).collect();
    let mut plan = json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": if planned.is_empty() { json!({}) } else { json!({"resources": planned}) }},
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "complete": true, "errored": false,
    });
    if !changes.is_empty() {
        plan["resource_changes"] = json!(changes);
    }
    for (name, value) in more.as_object().unwrap() {
        plan[name] = value.clone();
    }
    plan
}

fn stack_of(plan: &Value) -> Arc<Stack> {
    stack_of_bytes(serde_json::to_string_pretty(plan).unwrap().as_bytes())
}

fn stack_of_bytes(bytes: &[u8]) -> Arc<Stack> {
    let directory = Directory::empty();
    let path = directory.root().join("plan.json");
    std::fs::write(&path, bytes).unwrap();
    only(&Workspace::new().snapshot_of(&path).unwrap())
}

fn only(snapshot: &Snapshot) -> Arc<Stack> {
    let [stack] = snapshot.stacks.as_slice() else { panic!("{} stacks", snapshot.stacks.len()) };
    stack.clone()
}

fn removals(stack: &Stack) -> Vec<&Arc<Finding>> {
    stack.findings.iter().filter(|finding| finding.is_removal()).collect()
}

fn told(stack: &Stack) -> Vec<String> {
    let mut told: Vec<String> = removals(stack)
        .iter()
        .map(|finding| format!("{} {} {}", finding.severity.name(), finding.rule, finding.component_id))
        .collect();
    told.sort();
    told
}

fn points(stack: &Stack) -> Option<f64> {
    stack.comparison().unwrap().points.map(|points| points.get())
}

const DATABASE: &str = "aws_db_instance.orders";
const SERVICE: &str = "aws_ecs_service.web";

#[test]
fn a_deleted_database_is_a_loss() {
    let gone = (DATABASE, ["delete"].as_slice(), "delete_because_no_resource_config", json!({}));
    let stack = stack_of(&plan(&[gone], Some("no-op"), json!({})));
    assert_eq!(told(&stack), ["error deletes-stateful aws_db_instance.orders"]);
    assert!(points(&stack) < Some(-10.0), "{:?}", points(&stack));
    let comparison = stack.comparison().unwrap();
    assert!(comparison.minutes_per_year > 0.0 && stack.score() <= comparison.score);
    assert_eq!(comparison.missing, [Arc::from(DATABASE)]);
    let message = &removals(&stack)[0].message;
    for part in [
        "its block is gone",
        "aws_ecs_service.web",
        "aws_lb.front",
        "backup_retention_period = 7",
        "deletion_protection",
        "skip_final_snapshot",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(message.lines().count() <= 2, "{message}");
    assert!(stack.plan_says().is_empty());
}

#[test]
fn what_is_replaced_is_gone_for_a_while() {
    let replace =
        |address, actions, reason| stack_of(&plan(&[(address, actions, reason, json!({}))], Some("no-op"), json!({})));
    let destroyed_first = ["delete", "create"].as_slice();
    let stack = replace(DATABASE, destroyed_first, "replace_because_cannot_update");
    assert_eq!(told(&stack), ["warning replaces-stateful aws_db_instance.orders"]);
    assert_eq!(points(&stack), Some(0.0));
    let stack = replace(SERVICE, destroyed_first, "replace_because_tainted");
    assert_eq!(told(&stack), ["info replaces-serving aws_ecs_service.web"]);
    assert!(removals(&stack)[0].message.contains("tainted"));
    let stack = replace(SERVICE, ["create", "delete"].as_slice(), "replace_by_request");
    assert_eq!(told(&stack), ["hint replaces-serving aws_ecs_service.web"]);
    assert!(removals(&stack)[0].message.contains("create_before_destroy"));
    let stack = replace(DATABASE, ["forget"].as_slice(), "");
    assert_eq!(told(&stack), ["info deletes-stateful aws_db_instance.orders"]);
    assert_eq!(points(&stack), Some(0.0));
    let stack = replace(SERVICE, ["forget"].as_slice(), "");
    assert_eq!(told(&stack), ["hint deletes-serving aws_ecs_service.web"]);
    let stack = replace(SERVICE, ["delete"].as_slice(), "delete_because_no_resource_config");
    assert_eq!(told(&stack), ["warning deletes-serving aws_ecs_service.web"]);
    assert!(points(&stack) < Some(-10.0));
}

#[test]
fn a_destroy_plan_is_called_one() {
    let destroy: Vec<_> = ALL.iter().map(|address| (*address, ["delete"].as_slice(), "", json!({}))).collect();
    let stack = stack_of(&plan(&destroy, None, json!({})));
    assert_eq!(stack.plan_says(), ["this plan was asked to destroy 6 resources (-destroy)"]);
    let told = told(&stack);
    assert!(told.iter().any(|line| line.ends_with("deletes-stateful aws_db_instance.orders")), "{told:?}");
    assert!(told.contains(&"warning deletes-serving aws_lb.front".to_owned()), "{told:?}");
    assert_eq!(points(&stack), None);
    // Of one of them, the others stay.
    let one = (DATABASE, ["delete"].as_slice(), "", json!({}));
    let stack = stack_of(&plan(&[one], None, json!({"complete": false})));
    let says = "this plan was asked to destroy 1 resource (-destroy -target); 5 other resources are not in it and stay as they are";
    assert_eq!(stack.plan_says(), [says]);
    assert!(stack.system().find("aws_lb.front").is_some() && stack.system().find(SERVICE).is_some());
    assert_eq!(stack.nothing_to_score(), None);
    assert!(points(&stack) < Some(-10.0));
}

#[test]
fn what_a_targeted_plan_does_not_speak_of_stays_as_it_is() {
    let one = (SERVICE, ["update"].as_slice(), "", json!({"desired_count": 1}));
    let whole = stack_of(&plan(std::slice::from_ref(&one), Some("no-op"), json!({})));
    let stack = stack_of(&plan(&[one], None, json!({"complete": false})));
    assert_eq!(
        stack.plan_says(),
        ["this plan is incomplete (-target); 5 other resources are not in it and stay as they are"]
    );
    assert_eq!(points(&stack), points(&whole));
    assert!(points(&stack) < Some(0.0));
    let single = |stack: &Stack| {
        let found =
            stack.findings.iter().find(|finding| finding.is_single_point() && &*finding.component_id == SERVICE);
        found.map(|finding| (finding.severity, finding.new))
    };
    assert_eq!(single(&stack), Some((Severity::Error, true)));
    assert_eq!(single(&stack), single(&whole));
    assert_eq!(told(&stack), Vec::<String>::new());
}

#[test]
fn plans_that_change_nothing_or_not_all_say_so() {
    let stack = stack_of(&plan(&[], None, json!({"applyable": false})));
    assert_eq!(stack.plan_says(), ["this plan only refreshes: 6 resources stay as it found them"]);
    assert_eq!((stack.nothing_to_score(), points(&stack)), (None, Some(0.0)));
    let one = (SERVICE, ["update"].as_slice(), "", json!({"desired_count": 3}));
    let stack = stack_of(&plan(std::slice::from_ref(&one), None, json!({"errored": true, "complete": false})));
    let says = "this plan ended with an error, so that not all of the change is in it; 5 other resources are not in it and stay as they are";
    assert_eq!(stack.plan_says(), [says]);
    let later = json!([{"reason": "instance_count_unknown", "resource_change": {"address": "aws_sqs_queue.q", "change": {"actions": ["create"]}}}]);
    let stack = stack_of(&plan(&[one], Some("no-op"), json!({"deferred_changes": later, "complete": false})));
    assert_eq!(stack.plan_says(), ["this plan puts off aws_sqs_queue.q to a later one"]);
    let stack = stack_of(&plan(&[], Some("no-op"), json!({})));
    assert_eq!(stack.plan_says(), Vec::<String>::new());
}

#[test]
fn a_plan_may_be_written_by_powershell() {
    let text = serde_json::to_string(&plan(&[], Some("no-op"), json!({}))).unwrap();
    let expected = stack_of_bytes(text.as_bytes()).assessment.score;
    let wide = |mark: [u8; 2], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(text.encode_utf16().flat_map(bytes)).collect()
    };
    let forms = [
        [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
        wide([0xff, 0xfe], u16::to_le_bytes),
        wide([0xfe, 0xff], u16::to_be_bytes),
    ];
    for form in forms {
        let stack = stack_of_bytes(&form);
        assert_eq!((stack.kind.name(), stack.assessment.score), ("plan", expected));
    }
}

/// A service behind a load balancer that needs a database.
const SHOP: &str = r#"
resource "aws_lb" "front" {
  subnets = ["subnet-1", "subnet-2"]
}
resource "aws_lb_target_group" "web" {
  port = 80
}
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_service" "web" {
  desired_count   = 2
  launch_type     = "FARGATE"
  task_definition = aws_ecs_task_definition.web.arn
  load_balancer {
    target_group_arn = aws_lb_target_group.web.arn
  }
}
resource "aws_ecs_task_definition" "web" {
  family                = "web"
  container_definitions = jsonencode([{ environment = [{ name = "DB_HOST", value = @ }] }])
}
"#;

fn shop(host: &str) -> String {
    SHOP.replace('@', host)
}

fn database(name: &str, more: &str) -> String {
    format!("resource \"aws_db_instance\" \"{name}\" {{\n  engine = \"postgres\"\n  multi_az = true\n{more}}}\n")
}

fn text_stack(files: &[(&str, &str)]) -> Arc<Stack> {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.set_document(FilePath::new(format!("/removals/{name}")), Arc::from(*text));
    }
    only(&workspace.snapshot())
}

fn compared(before: &[(&str, &str)], after: &[(&str, &str)]) -> Stack {
    let base = Base { id: "3f2a91c".into(), words: "merge base with main".into() };
    (*text_stack(after)).clone().compared_with(base, Some(text_stack(before)))
}

#[test]
fn a_block_that_is_gone_is_told_in_the_file_that_had_it() {
    let before = shop("aws_db_instance.orders.address");
    let data = database("orders", "");
    let after = shop("\"db.example.org\"");
    let stack =
        compared(&[("main.tf", &before), ("data.tf", &data)], &[("main.tf", &after), ("data.tf", "# nothing\n")]);
    assert_eq!(told(&stack), ["error deletes-stateful aws_db_instance.orders"]);
    assert!(points(&stack) < Some(-10.0) && stack.score() <= stack.comparison().unwrap().score);
    let finding = removals(&stack)[0];
    assert_eq!(finding.place.file.as_path(), "/removals/data.tf");
    assert!(finding.new && finding.message.contains("aws_ecs_service.web"), "{}", finding.message);
    // Without the file, where the reference was.
    let stack = compared(&[("main.tf", &before), ("data.tf", &data)], &[("main.tf", &after)]);
    assert_eq!(removals(&stack)[0].place.file.as_path(), "/removals/main.tf");
    assert!(removals(&stack)[0].place.span.start > 0);
}

#[test]
fn what_stood_in_a_text_that_is_half_typed_is_not_gone() {
    let before = shop("aws_db_instance.orders.address");
    let data = database("orders", "");
    let after = shop("\"db.example.org\"");
    let broken = data.replace("resource", "resou rce {{ \"");
    let stack = compared(&[("main.tf", &before), ("data.tf", &data)], &[("main.tf", &after), ("data.tf", &broken)]);
    assert!(!stack.problems.is_empty());
    assert_eq!(told(&stack), Vec::<String>::new());
    assert!(points(&stack) <= Some(0.0) && points(&stack) > Some(-5.0), "{:?}", points(&stack));
}

#[test]
fn what_nobody_needs_is_quieter() {
    let text = shop("\"db.example.org\"");
    let stack = compared(&[("main.tf", &(text.clone() + &database("old", "")))], &[("main.tf", &text)]);
    assert_eq!(told(&stack), ["warning deletes-stateful aws_db_instance.old"]);
    let worker = "resource \"aws_instance\" \"old\" {\n  ami = \"ami-1\"\n}\n";
    let stack = compared(&[("main.tf", &(text.clone() + worker))], &[("main.tf", &text)]);
    assert_eq!(told(&stack), ["info deletes-serving aws_instance.old"]);
    assert_eq!(points(&stack), Some(0.0));
}

#[test]
fn what_is_moved_renamed_or_let_go_of_is_not_deleted() {
    let before = shop("aws_db_instance.orders.address") + &database("orders", "");
    let renamed = shop("aws_db_instance.main.address") + &database("main", "");
    let check = |after: &str, expected: &[&str]| {
        let stack = compared(&[("main.tf", &before)], &[("main.tf", after)]);
        assert_eq!(told(&stack), expected, "{after}");
        assert_eq!(points(&stack), Some(0.0), "{after}");
    };
    // Terraform makes another one of what it is not told to be the same, and nothing is missing afterwards.
    check(&renamed, &["warning replaces-stateful aws_db_instance.main"]);
    check(&(renamed.clone() + "moved {\n  from = aws_db_instance.orders\n  to = aws_db_instance.main\n}\n"), &[]);
    let removed = "removed {\n  from = aws_db_instance.orders\n  lifecycle {\n    destroy = false\n  }\n}\n";
    check(&(shop("\"db.example.org\"") + removed), &["info deletes-stateful aws_db_instance.orders"]);
    let destroyed = shop("\"db.example.org\"") + &removed.replace("false", "true");
    let stack = compared(&[("main.tf", &before)], &[("main.tf", &destroyed)]);
    assert_eq!(told(&stack), ["error deletes-stateful aws_db_instance.orders"]);
}

#[test]
fn what_does_the_same_takes_the_place() {
    let before = shop("aws_db_instance.orders.address") + &database("orders", "");
    let other = "resource \"aws_rds_cluster\" \"orders\" {\n  engine = \"aurora-postgresql\"\n}\nresource \"aws_rds_cluster_instance\" \"i\" \
                 {\n  count = 2\n  cluster_identifier = aws_rds_cluster.orders.id\n}\n";
    let after = shop("aws_rds_cluster.orders.endpoint") + other;
    let stack = compared(&[("main.tf", &before)], &[("main.tf", &after)]);
    assert_eq!(told(&stack), ["warning deletes-stateful aws_db_instance.orders"]);
    assert!(stack.comparison().unwrap().missing.is_empty());
}

#[test]
fn the_way_in_is_needed_by_users() {
    let before = shop("\"db.example.org\"");
    let start = before.find("resource \"aws_ecs_service\"").unwrap();
    let after =
        before[start..].replace("  load_balancer {\n    target_group_arn = aws_lb_target_group.web.arn\n  }\n", "");
    let stack = compared(&[("main.tf", &before)], &[("main.tf", &after)]);
    assert!(told(&stack).contains(&"warning deletes-serving aws_lb.front".to_owned()), "{:?}", told(&stack));
    assert!(points(&stack) < Some(0.0), "{:?}", points(&stack));
}

#[test]
fn a_piece_of_the_way_in_is_missed() {
    let before = shop("\"db.example.org\"");
    let (start, end) =
        (before.find("resource \"aws_lb_listener\"").unwrap(), before.find("resource \"aws_ecs_service\"").unwrap());
    let without = format!("{}{}", &before[..start], &before[end..]);
    let stack = compared(&[("main.tf", &before)], &[("main.tf", &without)]);
    assert_eq!(told(&stack), ["warning deletes-serving aws_lb_listener.http"]);
    assert!(points(&stack) < Some(-10.0), "{:?}", points(&stack));
    assert!(removals(&stack)[0].message.contains("aws_lb.front leads to aws_ecs_service.web no more"));
    let renamed = before.replace("\"http\"", "\"https\"");
    let stack = compared(&[("main.tf", &before)], &[("main.tf", &renamed)]);
    assert_eq!((told(&stack), points(&stack)), (Vec::new(), Some(0.0)));
    let gone = ("aws_lb_listener.http", ["delete"].as_slice(), "delete_because_no_resource_config", json!({}));
    let stack = stack_of(&plan(&[gone], Some("no-op"), json!({})));
    assert_eq!(told(&stack), ["warning deletes-serving aws_lb_listener.http"]);
    assert!(points(&stack) < Some(-10.0), "{:?}", points(&stack));
}

#[test]
fn what_stands_in_between_may_go_with_it() {
    let does = [DATABASE, SERVICE].map(|address| (address, ["delete"].as_slice(), "", json!({})));
    let stack = stack_of(&plan(&does, None, json!({"complete": false})));
    let expected = ["error deletes-stateful aws_db_instance.orders", "warning deletes-serving aws_ecs_service.web"];
    assert_eq!(told(&stack), expected);
    // Nobody is left who misses it.
    let destroy: Vec<_> = ALL.iter().map(|address| (*address, ["delete"].as_slice(), "", json!({}))).collect();
    let stack = stack_of(&plan(&destroy, None, json!({})));
    let database = removals(&stack).into_iter().find(|finding| &*finding.component_id == DATABASE).unwrap();
    assert!(database.message.contains("aws_ecs_service.web, which needs it, goes, too"), "{}", database.message);
}

#[test]
fn what_a_plan_leaves_open_is_not_mended() {
    let replace = ["delete", "create"].as_slice();
    let mut plan = plan(&[(DATABASE, replace, "replace_by_request", json!({}))], Some("no-op"), json!({}));
    let task = plan["resource_changes"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .find(|change| change["name"] == "web" && change["type"] == "aws_ecs_task_definition");
    let change = &mut task.unwrap()["change"];
    change["actions"] = json!(["update"]);
    change["after"].as_object_mut().unwrap().remove("container_definitions");
    change["after_unknown"] = json!({"container_definitions": true});
    let stack = stack_of(&plan);
    let mended = &stack.comparison().unwrap().mended;
    assert!(mended.is_empty(), "{mended:?}");
}

#[test]
fn one_of_several_that_stand_in_for_each_other_is_missed_by_nobody() {
    let group = |names: &[&str]| {
        let mut text = String::from("components:\n- {id: web, type: load_balancer, replicas: 2}\n");
        let mut edges = String::from("dependencies:\n");
        for name in names {
            text += &format!("- {{id: {name}, type: app_server, replicas: 2}}\n");
            edges += &format!("- {{source: web, target: {name}, type: requires}}\n");
        }
        text + &edges
    };
    let (before, after) = (group(&["a", "b"]), group(&["a"]));
    let stack = compared(&[("infra.yaml", &before)], &[("infra.yaml", &after)]);
    assert_eq!(told(&stack), ["warning deletes-serving b"]);
    assert!(points(&stack) < Some(0.0));
}

#[test]
fn a_way_in_that_leads_nowhere_is_a_loss_without_a_deleted_block() {
    let check = |before: &str, after: &str, expected: &str| {
        let stack = compared(&[("main.tf", before)], &[("main.tf", after)]);
        let messages: Vec<&str> = removals(&stack).iter().map(|finding| &*finding.message).collect();
        assert_eq!(messages, [expected], "{after}");
        assert!(points(&stack) < Some(-10.0), "{:?}", points(&stack));
    };
    let before = shop("\"db.example.org\"");
    let block = "  load_balancer {\n    target_group_arn = aws_lb_target_group.web.arn\n  }\n";
    check(
        &before,
        &before.replace(block, ""),
        "aws_lb.front leads to aws_ecs_service.web no more, as it did at 3f2a91c.",
    );
    let tagged = "resource \"digitalocean_droplet\" \"web\" {\n  count = 2\n  image = \"debian-12-x64\"\n  name = \"web-${count.index}\"\n  \
                  region = \"fra1\"\n  size = \"s-1vcpu-1gb\"\n  tags = [\"web\"]\n}\n\
                  resource \"digitalocean_loadbalancer\" \"lb\" {\n  name = \"lb\"\n  region = \"fra1\"\n  droplet_tag = \"web\"\n}\n";
    check(
        tagged,
        &tagged.replace("droplet_tag = \"web\"", "droplet_tag = \"other\""),
        "digitalocean_loadbalancer.lb leads to digitalocean_droplet.web no more, as it did at 3f2a91c.",
    );
}

#[test]
fn a_way_in_that_leads_to_another_of_the_sort_loses_nothing() {
    let group = |leads_to: &str| {
        format!(
            "components:\n- {{id: web, type: load_balancer, replicas: 2}}\n- {{id: blue, type: app_server, replicas: 2}}\n- \
             {{id: green, type: app_server, replicas: 2}}\ndependencies:\n- {{source: web, target: {leads_to}, type: requires}}\n"
        )
    };
    let stack = compared(&[("infra.yaml", &group("blue"))], &[("infra.yaml", &group("green"))]);
    assert_eq!((told(&stack), points(&stack)), (Vec::new(), Some(0.0)));
    // Nor where something stands in between now.
    let between = group("green") + "- {source: green, target: blue, type: requires}\n";
    let stack = compared(&[("infra.yaml", &group("blue"))], &[("infra.yaml", &between)]);
    assert_eq!(told(&stack), Vec::<String>::new());
}

#[test]
fn the_only_service_is_the_way_in() {
    let database = "resource \"google_sql_database_instance\" \"db\" {\n  database_version = \"POSTGRES_15\"\n  settings {\n    tier = \
                    \"db-custom-2-7680\"\n    availability_type = \"REGIONAL\"\n  }\n}\n";
    let service = "resource \"google_cloud_run_v2_service\" \"web\" {\n  name = \"web\"\n  location = \"europe-west1\"\n  template {\n    \
                   containers {\n      image = \"x\"\n      env {\n        name = \"DB_HOST\"\n        value = \
                   google_sql_database_instance.db.private_ip_address\n      }\n    }\n  }\n}\n";
    let both = format!("{database}{service}");
    let stack = compared(&[("main.tf", &both)], &[("main.tf", database)]);
    assert_eq!(told(&stack), ["warning deletes-serving google_cloud_run_v2_service.web"]);
    assert!(removals(&stack)[0].message.contains("users reach the system through it"));
    assert!(points(&stack) < Some(-10.0), "{:?}", points(&stack));
    // Another one in its place is another way in.
    let other = format!("{database}{}", service.replace("\"web\"", "\"shop\""));
    let stack = compared(&[("main.tf", &both)], &[("main.tf", &other)]);
    assert!(!told(&stack).iter().any(|line| line.starts_with("warning")), "{:?}", told(&stack));
    assert!(points(&stack) > Some(-1.0), "{:?}", points(&stack));
}

#[test]
fn a_block_that_is_still_there_is_not_deleted() {
    let before = "resource \"kubernetes_deployment_v1\" \"web\" {\n  metadata {\n    name = \"web\"\n    namespace = \"default\"\n  }\n  spec {\n    replicas = 3\n    \
                  selector {\n      match_labels = { app = \"web\" }\n    }\n    template {\n      metadata {\n        labels = { app = \"web\" }\n      }\n      \
                  spec {\n        container {\n          name = \"c\"\n          image = \"x\"\n        }\n      }\n    }\n  }\n}\n\
                  resource \"kubernetes_service_v1\" \"web\" {\n  metadata {\n    name = \"web\"\n  }\n  spec {\n    type = \"LoadBalancer\"\n    \
                  selector = { app = \"web\" }\n    port {\n      port = 80\n    }\n  }\n}\n";
    let changes = [
        ("selector = { app = \"web\" }", "selector = { app = \"webb\" }"),
        ("namespace = \"default\"", "namespace = \"shop\""),
        ("type = \"LoadBalancer\"", "type = \"ClusterIP\""),
    ];
    for (old, new) in changes {
        let after = before.replace(old, new);
        assert_ne!(before, after);
        let stack = compared(&[("main.tf", before)], &[("main.tf", &after)]);
        let deleted = removals(&stack).into_iter().filter(|finding| finding.rule == RuleId::DeletesServing);
        let messages: Vec<&str> = deleted.map(|finding| &*finding.message).collect();
        let said = "Users reach the system through kubernetes_service_v1.web no more, as they did at 3f2a91c.";
        assert_eq!(messages, [said], "{new}");
        assert!(removals(&stack)[0].place.span.start > 0);
        assert!(points(&stack) < Some(-10.0), "{new}: {:?}", points(&stack));
    }
    let stack = compared(
        &[("main.tf", before)],
        &[("main.tf", &before[..before.find("resource \"kubernetes_service").unwrap()])],
    );
    assert!(
        told(&stack).contains(&"warning deletes-serving kubernetes_service_v1.web".to_owned()),
        "{:?}",
        told(&stack)
    );
}

#[test]
fn a_way_in_may_lose_what_users_do_not_come_for() {
    let text = |edges: &str| {
        format!(
            "components:\n- {{id: web, type: load_balancer, replicas: 2}}\n- {{id: app, type: app_server, replicas: 2}}\n- {{id: store, \
             type: database, replicas: 2}}\ndependencies:\n- {{source: web, target: app, type: requires}}\n{edges}"
        )
    };
    let before = text("- {source: web, target: store, type: requires}\n");
    let stack = compared(&[("infra.yaml", &before)], &[("infra.yaml", &text(""))]);
    assert_eq!(told(&stack), Vec::<String>::new());
}

/// A small generator: the same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

/// Law: taking away what somebody needs never raises the score of the comparison.
#[test]
fn taking_away_what_is_needed_gains_nothing() {
    const KINDS: [&str; 6] = ["load_balancer", "app_server", "database", "cache", "queue", "external_api"];
    let mut numbers = Numbers(7);
    let mut needed = 0;
    for _ in 0..150 {
        let count = 3 + numbers.below(5);
        let kinds: Vec<&str> =
            (0..count).map(|at| if at == 0 { "load_balancer" } else { KINDS[numbers.below(KINDS.len())] }).collect();
        let replicas: Vec<usize> = (0..count).map(|_| 1 + numbers.below(3)).collect();
        let mut edges = Vec::new();
        for from in 0..count {
            for to in from + 1..count {
                if numbers.below(5) < 2 {
                    edges.push((from, to, ["requires", "requires", "optional", "async"][numbers.below(4)]));
                }
            }
        }
        let write = |without: Option<usize>| {
            let mut text = String::from("components:\n");
            for at in (0..count).filter(|at| Some(*at) != without) {
                text += &format!("- {{id: c{at}, type: {}, replicas: {}}}\n", kinds[at], replicas[at]);
            }
            text += "dependencies:\n";
            let kept = edges.iter().filter(|(from, to, _)| Some(*from) != without && Some(*to) != without);
            let lines: Vec<String> =
                kept.map(|(from, to, kind)| format!("- {{source: c{from}, target: c{to}, type: {kind}}}\n")).collect();
            if lines.is_empty() { text.replace("dependencies:\n", "") } else { text + &lines.concat() }
        };
        for gone in 1..count {
            if !edges.iter().any(|(_, to, _)| *to == gone) {
                continue;
            }
            needed += 1;
            let (before, after) = (write(None), write(Some(gone)));
            let stack = compared(&[("infra.yaml", &before)], &[("infra.yaml", &after)]);
            let points = points(&stack).unwrap_or(0.0);
            assert!(points <= 1e-9, "{points} for c{gone} of\n{before}");
            assert!(stack.comparison().unwrap().minutes_per_year >= -1e-6, "c{gone} of\n{before}");
        }
    }
    assert!(needed > 200, "{needed}");
}
