//! What only one side of a comparison can read is no change: no points, nothing new, and a line of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use foreshock_analysis::{Base, Severity, Stack, Workspace};
use foreshock_text::FilePath;

const FRONT: &str = r#"
resource "aws_lb" "front" {
  subnets = ["subnet-1", "subnet-2"]
}
resource "aws_lb_target_group" "t" {
  port = 80
}
resource "aws_lb_listener" "l" {
  load_balancer_arn = aws_lb.front.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.t.arn
  }
}
"#;

fn service(more: &str) -> String {
    format!(
        "{FRONT}\nresource \"aws_ecs_service\" \"s\" {{\n  launch_type = \"FARGATE\"\n  load_balancer {{\n    \
         target_group_arn = aws_lb_target_group.t.arn\n  }}\n  {more}\n}}\n"
    )
}

fn stack(files: &[(&str, &str)]) -> Arc<Stack> {
    let mut workspace = Workspace::new();
    for (name, text) in files {
        workspace.set_document(FilePath::new(format!("/readable/{name}")), Arc::from(*text));
    }
    let snapshot = workspace.snapshot();
    let root = snapshot.stacks.iter().find(|stack| stack.root == "/readable");
    root.unwrap_or_else(|| panic!("{} stacks", snapshot.stacks.len())).clone()
}

fn compared(before: &[(&str, &str)], after: &[(&str, &str)]) -> Stack {
    let base = Base { id: "3f2a91c".into(), words: "merge base with main".into() };
    (*stack(after)).clone().compared_with(base, Some(stack(before)))
}

/// Something is told, whatever it is called.
const ANY: &str = "*";

/// Neither direction is a change, and each is told in its own line; where nothing became known, in none.
fn no_change(before: &[(&str, &str)], after: &[(&str, &str)], became_known: &str) {
    for (one, other, is_back) in [(before, after, false), (after, before, true)] {
        let stack = compared(one, other);
        let comparison = stack.comparison().unwrap();
        let points = comparison.points.map_or(0.0, |points| points.get());
        assert!(points == 0.0, "{points} points, back: {is_back}\n{other:?}");
        let news: Vec<String> = stack
            .findings
            .iter()
            .filter(|finding| finding.new && finding.severity > Severity::Hint)
            .map(|finding| format!("{} {}", finding.rule, finding.component_id))
            .collect();
        assert_eq!(news, Vec::<String>::new(), "back: {is_back}\n{other:?}");
        let (known, unknown) = (&comparison.now_known, &comparison.no_longer_known);
        let (told, silent) = if is_back { (unknown, known) } else { (known, unknown) };
        let words: Vec<&str> = told.iter().map(|readable| readable.what.as_str()).collect();
        let is_told = match became_known {
            "" => words.is_empty(),
            ANY => !words.is_empty(),
            one => words.contains(&one),
        };
        assert!(is_told, "back: {is_back}: {words:?}");
        assert!(silent.is_empty(), "{silent:?}");
    }
}

#[test]
fn a_data_source_that_is_replaced_by_a_value() {
    let text = |region: &str| {
        format!(
            "provider \"aws\" {{ region = \"eu-west-1\" }}\ndata \"aws_ssm_parameter\" \"here\" {{\n  name = \"x\"\n}}\nlocals {{\n  sites = {{ \"eu-west-1\" = \
             {{ active = true }} }}\n  active = local.sites[{region}].active\n}}\n"
        ) + &service("desired_count = local.active ? 1 : 0")
    };
    let (before, after) = (text("data.aws_ssm_parameter.here.value"), text("\"eu-west-1\""));
    no_change(&[("main.tf", &before)], &[("main.tf", &after)], "desired_count of aws_ecs_service.s");
}

#[test]
fn a_variable_that_is_written_out() {
    let before = format!("variable \"n\" {{}}\n{}", service("desired_count = var.n"));
    for count in ["1", "2"] {
        let after = service(&format!("desired_count = {count}"));
        no_change(&[("main.tf", &before)], &[("main.tf", &after)], "desired_count of aws_ecs_service.s");
    }
}

#[test]
fn a_local_that_is_renamed() {
    let text =
        |name: &str| format!("locals {{\n  {name} = 2\n}}\n{}", service(&format!("desired_count = local.{name}")));
    no_change(&[("main.tf", &text("n"))], &[("main.tf", &text("tasks"))], "");
}

#[test]
fn a_count_that_becomes_known() {
    let text = |count: &str| {
        format!(
            "data \"aws_ssm_parameter\" \"n\" {{\n  name = \"x\"\n}}\n{}",
            service(&format!("count = {count}\n  desired_count = 1"))
        )
    };
    let before = text("data.aws_ssm_parameter.n.value == \"on\" ? 1 : 0");
    for count in ["0", "1", "2"] {
        let after = text(count);
        no_change(&[("main.tf", &before)], &[("main.tf", &after)], "how many of aws_ecs_service.s there are");
    }
}

#[test]
fn a_number_of_modules_that_becomes_known() {
    let inner = "variable \"group\" {}\nresource \"aws_instance\" \"i\" {\n  ami = \"ami-1\"\n  availability_zone = \"eu-west-1a\"\n}\n\
                 resource \"aws_lb_target_group_attachment\" \"a\" {\n  target_group_arn = var.group\n  target_id = aws_instance.i.id\n}\n";
    let text = |each: &str| {
        format!(
            "variable \"boxes\" {{\n  type = map(string)\n}}\n{FRONT}module \"box\" {{\n  source = \"./box\"\n  for_each = {each}\n  group = \
             aws_lb_target_group.t.arn\n}}\n"
        )
    };
    let (before, after) = (text("var.boxes"), text("{ a = \"x\" }"));
    let files = |text| [("main.tf", text), ("box/main.tf", inner)];
    no_change(&files(before.as_str()), &files(after.as_str()), "how many of module.box there are");
}

#[test]
fn a_module_that_is_at_hand_now() {
    let inner = "resource \"aws_db_instance\" \"this\" {\n  engine = \"postgres\"\n}\noutput \"address\" {\n  value = \
                 aws_db_instance.this.address\n}\n";
    let text = service("desired_count = 2\n  task_definition = aws_ecs_task_definition.s.arn")
        + "resource \"aws_ecs_task_definition\" \"s\" {\n  container_definitions = jsonencode([{ environment = [{ name = \"DB_HOST\", value = \
           module.db.address }] }])\n}\nmodule \"db\" {\n  source = \"./db\"\n}\n";
    let (before, after) = ([("main.tf", text.as_str())], [("main.tf", text.as_str()), ("db/main.tf", inner)]);
    no_change(&before, &after, "what is in module.db");
}

#[test]
fn a_look_up_that_is_replaced_by_what_it_found() {
    let text = |host: &str| {
        service("desired_count = 2\n  task_definition = aws_ecs_task_definition.s.arn")
            + "resource \"aws_db_instance\" \"d\" {\n  identifier = \"orders-1\"\n  engine = \"postgres\"\n}\n"
            + "data \"aws_ssm_parameter\" \"host\" {\n  name = \"host\"\n}\n"
            + &format!(
                "resource \"aws_ecs_task_definition\" \"s\" {{\n  container_definitions = jsonencode([{{ environment = [{{ name = \"DB_HOST\", value \
                 = {host} }}] }}])\n}}\n"
            )
    };
    let (before, after) = (text("data.aws_ssm_parameter.host.value"), text("aws_db_instance.d.address"));
    no_change(&[("main.tf", &before)], &[("main.tf", &after)], "container_definitions of aws_ecs_task_definition.s");
}

#[test]
fn what_changed_beside_it_still_counts() {
    let text = |count: &str, multi_az: bool| {
        "variable \"n\" {}\n".to_owned()
            + &service(&format!("desired_count = {count}\n  task_definition = aws_ecs_task_definition.s.arn"))
            + &format!(
                "resource \"aws_db_instance\" \"d\" {{\n  engine = \"postgres\"\n  multi_az = {multi_az}\n}}\nresource \"aws_ecs_task_definition\" \
                 \"s\" {{\n  container_definitions = jsonencode([{{ environment = [{{ name = \"DB_HOST\", value = aws_db_instance.d.address }}] \
                 }}])\n}}\n"
            )
    };
    let stack = compared(&[("main.tf", &text("var.n", true))], &[("main.tf", &text("2", false))]);
    let comparison = stack.comparison().unwrap();
    assert!(comparison.is_regression(), "{:?}", comparison.points);
    let new = |id: &str| stack.findings.iter().any(|f| f.new && f.is_single_point() && &*f.component_id == id);
    assert!(new("aws_db_instance.d") && !new("aws_ecs_service.s"));
    assert_eq!(comparison.now_known.len(), 1, "{:?}", comparison.now_known);
}

/// The same law for what holds data, on several clouds.
#[test]
fn a_value_for_what_was_unknown_of_a_database_gains_and_costs_nothing() {
    let vm = "resource \"aws_instance\" \"app\" {\n  count = 2\n  ami = \"ami-1\"\n  user_data = HOST\n}\n";
    let cases: [(&str, &str, &[&str]); 6] = [
        (
            "resource \"aws_db_instance\" \"d\" {\n  engine = \"postgres\"\n  multi_az = VALUE\n}\n",
            "aws_db_instance.d.address",
            &["true", "false"],
        ),
        (
            "resource \"aws_db_instance\" \"d\" {\n  engine = \"postgres\"\n  availability_zone = VALUE\n}\n",
            "aws_db_instance.d.address",
            &["\"eu-west-1a\""],
        ),
        (
            "resource \"aws_elasticache_replication_group\" \"d\" {\n  num_cache_clusters = VALUE\n  automatic_failover_enabled = true\n}\n",
            "aws_elasticache_replication_group.d.primary_endpoint_address",
            &["1", "2", "3"],
        ),
        (
            "resource \"google_sql_database_instance\" \"d\" {\n  database_version = \"POSTGRES_16\"\n  settings {\n    tier = \"db-f1-micro\"\n    \
             availability_type = VALUE\n  }\n}\n",
            "google_sql_database_instance.d.private_ip_address",
            &["\"ZONAL\"", "\"REGIONAL\""],
        ),
        (
            "resource \"azurerm_postgresql_flexible_server\" \"d\" {\n  name = \"d\"\n  location = \"westeurope\"\n  zone = VALUE\n}\n",
            "azurerm_postgresql_flexible_server.d.fqdn",
            &["\"1\""],
        ),
        (
            "resource \"azurerm_postgresql_flexible_server\" \"d\" {\n  name = \"d\"\n  location = \"westeurope\"\n  dynamic \"high_availability\" {\n    \
             for_each = VALUE\n    content {\n      mode = \"ZoneRedundant\"\n    }\n  }\n}\n",
            "azurerm_postgresql_flexible_server.d.fqdn",
            &["[]", "[1]"],
        ),
    ];
    for (database, host, values) in cases {
        let text = |value: &str| {
            format!("variable \"v\" {{}}\n{}{}", vm.replace("HOST", host), database.replace("VALUE", value))
        };
        for value in values {
            no_change(&[("main.tf", &text("var.v"))], &[("main.tf", &text(value))], ANY);
        }
    }
}

/// Law: any value in the place of one that nobody knows changes no points.
#[test]
fn a_value_for_what_was_unknown_gains_and_costs_nothing() {
    let places: [(&str, &[&str]); 5] = [
        ("desired_count = VALUE", &["0", "1", "2", "3"]),
        ("count = VALUE\n  desired_count = 2", &["0", "1", "3"]),
        ("desired_count = 2\n  scheduling_strategy = VALUE", &["\"REPLICA\"", "\"DAEMON\""]),
        ("desired_count = VALUE ? 1 : 2", &["true", "false"]),
        ("for_each = VALUE\n  desired_count = 2", &["toset([])", "toset([\"a\"])", "toset([\"a\", \"b\"])"]),
    ];
    for (place, values) in places {
        let unknown = format!("variable \"v\" {{}}\n{}", service(&place.replace("VALUE", "var.v")));
        for value in values {
            let known = format!("variable \"v\" {{}}\n{}", service(&place.replace("VALUE", value)));
            for (before, after) in [(&unknown, &known), (&known, &unknown)] {
                let stack = compared(&[("main.tf", before)], &[("main.tf", after)]);
                let points = stack.comparison().unwrap().points.map_or(0.0, |points| points.get());
                assert!(points == 0.0, "{points}: {place} with {value}");
            }
        }
    }
}
