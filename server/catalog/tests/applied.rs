//! What applying a change of the text does to each resource.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test may

mod rendering;

use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_catalog::{Action, Names, Outcome, applied};
use rendering::resolve_text;

/// Nothing is moved.
struct AsTheyAre;

impl Names for AsTheyAre {
    fn now(&self, before: &str) -> String {
        before.to_owned()
    }

    fn forgets(&self, _: &str) -> bool {
        false
    }
}

/// What applying a text does where another one was applied before: a line for each resource and each attribute.
fn check(before: &str, now: &str, expect: Expect) {
    let (before, now) = (resolve_text(before), resolve_text(now));
    let mut told = String::new();
    for change in applied(&before.resources, &now.resources, &AsTheyAre) {
        let first = if change.action == (Action::Replace { create_first: true }) { ", the new one first" } else { "" };
        writeln!(told, "{}: {}{first}", change.address, change.effect()).unwrap();
        for attribute in &change.attributes {
            let sure = if attribute.is_sure { "" } else { "perhaps " };
            let follows = attribute.follows.as_ref().map(|to| format!(", follows {to}")).unwrap_or_default();
            let outcome = match &attribute.outcome {
                Outcome::Replaces => "replaces".to_owned(),
                Outcome::Unknown => "nobody knows".to_owned(),
                Outcome::InPlace(None) => "in place".to_owned(),
                Outcome::InPlace(Some(what)) => {
                    let may = if what.is_sure { "" } else { "may be " };
                    let seconds = what.seconds.map(|(low, high)| format!(" {low}..{high} s")).unwrap_or_default();
                    format!("in place, {may}{:?}{seconds}", what.effect)
                }
            };
            let shown = |value: &Option<std::sync::Arc<str>>| value.as_deref().unwrap_or("-").to_owned();
            let (was, is) = (shown(&attribute.was), shown(&attribute.is));
            writeln!(told, "  {sure}{} {was} -> {is}: {outcome}{follows}", attribute.path).unwrap();
        }
    }
    expect.assert_eq(&told);
}

/// The same of a text in which one passage becomes another.
fn check_edit(text: &str, old: &str, new: &str, expect: Expect) {
    assert_eq!(text.matches(old).count(), 1, "{old}");
    check(text, &text.replace(old, new), expect);
}

const DATABASE: &str = r#"
resource "aws_db_instance" "orders" {
  identifier          = "orders"
  engine              = "postgres"
  engine_version      = "14.9"
  instance_class      = "db.t3.small"
  allocated_storage   = 20
  multi_az            = true
  apply_immediately   = true
  username            = "app"
}
"#;

#[test]
fn what_is_the_same_says_nothing() {
    check(DATABASE, DATABASE, expect![""]);
    check(DATABASE, &format!("# a comment\n\n{DATABASE}"), expect![""]);
    check_edit(DATABASE, "= 20", "= \"20\"", expect![""]);
}

#[test]
fn an_attribute_that_cant_be_changed_replaces() {
    check_edit(
        DATABASE,
        "\"postgres\"",
        "\"mysql\"",
        expect![[r#"
        aws_db_instance.orders: replace
          engine postgres -> mysql: replaces
    "#]],
    );
}

#[test]
fn a_standby_takes_over() {
    check_edit(
        DATABASE,
        "db.t3.small",
        "db.t3.large",
        expect![[r#"
        aws_db_instance.orders: failover
          instance_class db.t3.small -> db.t3.large: in place, Failover 60..120 s
    "#]],
    );
}

#[test]
fn without_a_standby_it_restarts_and_by_default_it_waits() {
    let alone = DATABASE.replace("multi_az            = true\n", "");
    check_edit(
        &alone,
        "db.t3.small",
        "db.t3.large",
        expect![[r#"
        aws_db_instance.orders: restart
          instance_class db.t3.small -> db.t3.large: in place, Restart 300..1200 s
    "#]],
    );
    let later = alone.replace("  apply_immediately   = true\n", "");
    check_edit(
        &later,
        "db.t3.small",
        "db.t3.large",
        expect![[r#"
            aws_db_instance.orders: deferred
              instance_class db.t3.small -> db.t3.large: in place, Deferred
        "#]],
    );
}

#[test]
fn a_version_is_a_step_up_or_down() {
    check_edit(
        DATABASE,
        "14.9",
        "15.4",
        expect![[r#"
        aws_db_instance.orders: restart
          engine_version 14.9 -> 15.4: in place, Restart 600..3600 s
    "#]],
    );
    check_edit(
        DATABASE,
        "14.9",
        "14.11",
        expect![[r#"
        aws_db_instance.orders: restart
          engine_version 14.9 -> 14.11: in place, Restart 120..900 s
    "#]],
    );
}

const NETWORK: &str = r#"
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-west-1a"
  cidr_block        = "10.0.1.0/24"
}
resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "m5.large"
  subnet_id     = aws_subnet.a.id
  user_data     = "echo a"
}
resource "aws_launch_template" "web" {
  image_id      = "ami-1"
  instance_type = "m5.large"
}
resource "aws_autoscaling_group" "web" {
  min_size            = 2
  max_size            = 4
  vpc_zone_identifier = [aws_subnet.a.id]
  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }
}
resource "aws_eip" "web" {
  instance = aws_instance.web.id
}
"#;

#[test]
fn who_takes_the_id_of_what_is_replaced_is_replaced_too() {
    check_edit(
        NETWORK,
        "10.0.0.0/16",
        "10.1.0.0/16",
        expect![[r#"
        aws_autoscaling_group.web: in_place
          vpc_zone_identifier - -> -: in place, follows aws_subnet.a
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web
        aws_instance.web: replace
          subnet_id - -> -: replaces, follows aws_subnet.a
        aws_subnet.a: replace
          vpc_id - -> -: replaces, follows aws_vpc.main
        aws_vpc.main: replace
          cidr_block 10.0.0.0/16 -> 10.1.0.0/16: replaces
    "#]],
    );
}

#[test]
fn a_launch_template_waits_for_new_instances() {
    check_edit(
        NETWORK,
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-1\"",
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-2\"",
        expect![[r#"
            aws_autoscaling_group.web: deferred
              launch_template.version - -> -: in place, NewUnitsOnly, follows aws_launch_template.web
            aws_launch_template.web: deferred
              image_id ami-1 -> ami-2: in place, NewUnitsOnly
        "#]],
    );
    check_edit(
        &NETWORK.replace(
            "  launch_template {",
            "  instance_refresh {\n    strategy = \"Rolling\"\n  }\n  launch_template {",
        ),
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-1\"",
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-2\"",
        expect![[r#"
            aws_autoscaling_group.web: rolling
              launch_template.version - -> -: in place, Rolling, follows aws_launch_template.web
            aws_launch_template.web: deferred
              image_id ami-1 -> ami-2: in place, NewUnitsOnly
        "#]],
    );
}

#[test]
fn conditions_decide() {
    check_edit(
        NETWORK,
        "ami           = \"ami-1\"\n  instance_type = \"m5.large\"",
        "ami           = \"ami-1\"\n  instance_type = \"m6g.large\"",
        expect![[r#"
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web
        aws_instance.web: replace
          instance_type m5.large -> m6g.large: replaces
    "#]],
    );
    check_edit(
        NETWORK,
        "ami           = \"ami-1\"\n  instance_type = \"m5.large\"",
        "ami           = \"ami-1\"\n  instance_type = \"m5.xlarge\"",
        expect![[r#"
        aws_instance.web: restart
          instance_type m5.large -> m5.xlarge: in place, StopStart 60..600 s
    "#]],
    );
    check_edit(
        NETWORK,
        "\"echo a\"",
        "\"echo b\"",
        expect![[r#"
        aws_instance.web: restart
          user_data echo a -> echo b: in place, StopStart 60..600 s
    "#]],
    );
    check_edit(
        NETWORK,
        "user_data     = \"echo a\"",
        "user_data     = \"echo b\"\n  user_data_replace_on_change = true",
        expect![[r#"
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web
        aws_instance.web: replace
          user_data echo a -> echo b: replaces
          user_data_replace_on_change - -> true: in place
    "#]],
    );
}

#[test]
fn lifecycle_has_its_say() {
    let with = |lifecycle: &str| {
        NETWORK.replace(
            "  user_data     = \"echo a\"\n",
            &format!("  user_data     = \"echo a\"\n  lifecycle {{\n    {lifecycle}\n  }}\n"),
        )
    };
    let ami = "\"web\" {\n  ami           = \"ami-1\"";
    let other = "\"web\" {\n  ami           = \"ami-2\"";
    check_edit(
        NETWORK,
        ami,
        other,
        expect![[r#"
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web
        aws_instance.web: replace
          ami ami-1 -> ami-2: replaces
    "#]],
    );
    check_edit(
        &with("create_before_destroy = true"),
        ami,
        other,
        expect![[r#"
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web
        aws_instance.web: replace, the new one first
          ami ami-1 -> ami-2: replaces
    "#]],
    );
    check_edit(&with("ignore_changes = [ami]"), ami, other, expect![""]);
    check_edit(&with("ignore_changes = all"), ami, other, expect![""]);
    check_edit(
        &with("replace_triggered_by = [aws_launch_template.web]"),
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-1\"",
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-2\"",
        expect![[r#"
            aws_autoscaling_group.web: deferred
              launch_template.version - -> -: in place, NewUnitsOnly, follows aws_launch_template.web
            aws_eip.web: in_place
              instance - -> -: in place, follows aws_instance.web
            aws_instance.web: replace
              replace_triggered_by - -> -: replaces, follows aws_launch_template.web
            aws_launch_template.web: deferred
              image_id ami-1 -> ami-2: in place, NewUnitsOnly
        "#]],
    );
    check_edit(
        &with("replace_triggered_by = [aws_launch_template.web.name]"),
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-1\"",
        "\"aws_launch_template\" \"web\" {\n  image_id      = \"ami-2\"",
        expect![[r#"
            aws_autoscaling_group.web: deferred
              launch_template.version - -> -: in place, NewUnitsOnly, follows aws_launch_template.web
            aws_launch_template.web: deferred
              image_id ami-1 -> ami-2: in place, NewUnitsOnly
        "#]],
    );
}

#[test]
fn what_is_not_written_is_its_default_or_what_the_provider_works_out() {
    check_edit(DATABASE, "  multi_az            = true\n", "", expect![""]);
    check_edit(
        DATABASE,
        "  username",
        "  storage_encrypted = true\n  username",
        expect![[r#"
        aws_db_instance.orders: replace
          storage_encrypted - -> true: replaces
    "#]],
    );
    check_edit(DATABASE, "  username", "  storage_encrypted = false\n  username", expect![""]);
    check_edit(
        DATABASE,
        "  username",
        "  availability_zone = \"eu-west-1a\"\n  username",
        expect![[r#"
            aws_db_instance.orders: unknown
              perhaps availability_zone - -> eu-west-1a: replaces
        "#]],
    );
    check_edit(DATABASE, "  engine_version      = \"14.9\"\n", "", expect![""]);
}

#[test]
fn what_is_not_known_may_be_different() {
    check_edit(
        NETWORK,
        "subnet_id     = aws_subnet.a.id",
        "subnet_id     = \"subnet-1\"",
        expect![[r#"
            aws_eip.web: in_place
              perhaps instance - -> -: in place, follows aws_instance.web
            aws_instance.web: unknown
              perhaps subnet_id - -> subnet-1: replaces
        "#]],
    );
    check_edit(
        NETWORK,
        "\"10.0.1.0/24\"",
        "var.cidr",
        expect![[r#"
            aws_autoscaling_group.web: in_place
              perhaps vpc_zone_identifier - -> -: in place, follows aws_subnet.a
            aws_eip.web: in_place
              perhaps instance - -> -: in place, follows aws_instance.web
            aws_instance.web: unknown
              perhaps subnet_id - -> -: replaces, follows aws_subnet.a
            aws_subnet.a: unknown
              perhaps cidr_block 10.0.1.0/24 -> -: replaces
        "#]],
    );
    let variable = NETWORK.replace("\"10.0.1.0/24\"", "var.cidr");
    check(&variable, &format!("\n{variable}"), expect![""]);
}

#[test]
fn a_number_of_instances_is_some_made_and_some_destroyed() {
    let counted = NETWORK
        .replace(
            "  ami           = \"ami-1\"\n  instance_type = \"m5.large\"\n  subnet_id",
            "  count         = 3\n  ami           = \"ami-1\"\n  instance_type = \"m5.large\"\n  subnet_id",
        )
        .replace("aws_instance.web.id", "aws_instance.web[0].id");
    check_edit(
        &counted,
        "count         = 3",
        "count         = 2",
        expect![[r#"
        aws_instance.web[2]: destroy
    "#]],
    );
    check_edit(
        &counted,
        "count         = 3",
        "count         = var.many",
        expect![[r#"
            aws_eip.web: in_place
              instance - -> -: in place
        "#]],
    );
    check_edit(
        &counted,
        "count         = 3",
        "for_each      = toset([\"0\", \"1\"])",
        expect![[r#"
        aws_eip.web: in_place
          instance - -> -: in place, follows aws_instance.web["0"]
        aws_instance.web["0"]: create
        aws_instance.web["1"]: create
        aws_instance.web[0]: destroy
        aws_instance.web[1]: destroy
        aws_instance.web[2]: destroy
    "#]],
    );
}

#[test]
fn blocks_are_the_same_in_any_order() {
    let balancer = r#"
resource "aws_lb" "web" {
  load_balancer_type = "network"
  subnet_mapping {
    subnet_id = "subnet-1"
  }
  subnet_mapping {
    subnet_id = "subnet-2"
  }
}
"#;
    let (one, two) = (
        "  subnet_mapping {\n    subnet_id = \"subnet-1\"\n  }\n",
        "  subnet_mapping {\n    subnet_id = \"subnet-2\"\n  }\n",
    );
    check_edit(balancer, &format!("{one}{two}"), &format!("{two}{one}"), expect![""]);
    check_edit(
        balancer,
        one,
        "",
        expect![[r#"
        aws_lb.web: replace
          subnet_mapping - -> -: replaces
    "#]],
    );
    check_edit(
        balancer,
        "\"network\"",
        "\"application\"",
        expect![[r#"
        aws_lb.web: replace
          load_balancer_type network -> application: replaces
    "#]],
    );
}

#[test]
fn what_is_in_no_table_is_unknown() {
    check_edit(
        "resource \"acme_thing\" \"a\" {\n  size = 1\n}\n",
        "= 1",
        "= 2",
        expect![[r#"
        acme_thing.a: unknown
          size 1 -> 2: nobody knows
    "#]],
    );
    check_edit(
        DATABASE,
        "  username",
        "  brand_new = true\n  username",
        expect![[r#"
        aws_db_instance.orders: unknown
          brand_new - -> true: nobody knows
    "#]],
    );
}

#[test]
fn blocks_of_which_nobody_knows_how_many_there_are_stay_as_they_are() {
    let template = r#"
variable "profiles" {}
resource "aws_iam_instance_profile" "web" {
  role = "web"
}
resource "aws_launch_template" "web" {
  dynamic "iam_instance_profile" {
    for_each = var.profiles
    content {
      arn = aws_iam_instance_profile.web.arn
    }
  }
}
"#;
    check(template, &format!("\n{template}"), expect![""]);
    check_edit(
        template,
        "for_each = var.profiles",
        "for_each = var.others",
        expect![[r#"
            aws_launch_template.web: in_place
              perhaps iam_instance_profile - -> -: in place
        "#]],
    );
}

#[test]
fn what_is_rebuilt_triggers_by_its_id() {
    let text = r#"
resource "terraform_data" "release" {
  triggers_replace = ["1"]
}
resource "aws_instance" "web" {
  ami           = "ami-1"
  instance_type = "m5.large"
  lifecycle {
    replace_triggered_by = [terraform_data.release.id]
  }
}
"#;
    check_edit(
        text,
        "[\"1\"]",
        "[\"2\"]",
        expect![[r#"
        aws_instance.web: replace
          replace_triggered_by - -> -: replaces, follows terraform_data.release
        terraform_data.release: replace
          triggers_replace - -> -: replaces
    "#]],
    );
}

#[test]
fn tags_and_order_inside_of_a_block_count_as_they_do_there() {
    let environment = r#"
resource "aws_batch_compute_environment" "main" {
  type = "MANAGED"
  compute_resources {
    type               = "EC2"
    max_vcpus          = 4
    subnets            = ["subnet-1"]
    security_group_ids = ["sg-1"]
    instance_type      = ["m5.large", "m5.xlarge"]
    tags               = { team = "a" }
  }
  tags = { team = "x" }
}
"#;
    check_edit(
        environment,
        "\"a\"",
        "\"b\"",
        expect![[r#"
        aws_batch_compute_environment.main: unknown
          compute_resources.tags - -> -: nobody knows
    "#]],
    );
    check_edit(environment, "\"x\"", "\"y\"", expect![""]);
    check_edit(environment, "\"m5.large\", \"m5.xlarge\"", "\"m5.xlarge\", \"m5.large\"", expect![""]);
    let distribution = r#"
resource "aws_cloudfront_distribution" "web" {
  ordered_cache_behavior {
    path_pattern = "/a"
  }
  ordered_cache_behavior {
    path_pattern = "/b"
  }
  origin {
    domain_name = "a"
  }
  origin {
    domain_name = "b"
  }
}
"#;
    let turned = |word: &str, one: &str, other: &str| {
        let (one, other) = (format!("{word} = \"{one}\""), format!("{word} = \"{other}\""));
        distribution.replace(&one, "-").replace(&other, &one).replace('-', &other)
    };
    check(
        distribution,
        &turned("path_pattern", "/a", "/b"),
        expect![[r#"
        aws_cloudfront_distribution.web: in_place
          ordered_cache_behavior.path_pattern /a -> /b: in place
          ordered_cache_behavior.path_pattern /b -> /a: in place
    "#]],
    );
    check(distribution, &turned("domain_name", "a", "b"), expect![""]);
}

#[test]
fn a_block_that_said_nothing_is_taken_away() {
    let repository = r#"
resource "aws_ecr_repository" "app" {
  name = "app"
  encryption_configuration {
    encryption_type = "AES256"
  }
}
resource "aws_wafv2_web_acl" "main" {
  name  = "main"
  scope = "REGIONAL"
  default_action {
    allow {}
  }
}
"#;
    let block = "  encryption_configuration {\n    encryption_type = \"AES256\"\n  }\n";
    check_edit(repository, block, "", expect![""]);
    check(
        &repository.replace("AES256", "KMS"),
        &repository.replace(block, ""),
        expect![[r#"
        aws_ecr_repository.app: replace
          encryption_configuration - -> -: replaces
    "#]],
    );
    // That it is there is all that it says.
    check_edit(
        repository,
        "allow {}",
        "block {}",
        expect![[r#"
        aws_wafv2_web_acl.main: unknown
          default_action.allow - -> -: nobody knows
          default_action.block - -> -: nobody knows
    "#]],
    );
}

const API: &str = r#"
resource "aws_api_gateway_resource" "orders" {
  rest_api_id = "abc"
  parent_id   = "root"
  path_part   = "orders"
}
resource "aws_api_gateway_deployment" "main" {
  rest_api_id = "abc"
  triggers = {
    redeployment = sha1(jsonencode([aws_api_gateway_resource.orders.id, "https://a.example"]))
  }
}
resource "aws_launch_template" "web" {
  name      = "web"
  user_data = base64encode("API=${aws_api_gateway_resource.orders.id}\nSIZE=1\n")
}
resource "aws_iam_role" "app" {
  name = "${aws_api_gateway_resource.orders.id}-one"
}
"#;

#[test]
fn a_part_that_is_known_changes_a_value_that_is_not() {
    check(API, &format!("\n\n{API}"), expect![""]);
    check_edit(
        API,
        "https://a.example",
        "https://b.example",
        expect![[r#"
        aws_api_gateway_deployment.main: replace
          triggers - -> -: replaces
    "#]],
    );
    check_edit(
        API,
        "SIZE=1",
        "SIZE=2",
        expect![[r#"
        aws_launch_template.web: deferred
          user_data - -> -: in place, NewUnitsOnly
    "#]],
    );
    check_edit(
        API,
        "-one",
        "-two",
        expect![[r#"
        aws_iam_role.app: replace
          name - -> -: replaces
    "#]],
    );
}

#[test]
fn a_network_balancer_has_security_groups_from_the_beginning_or_never() {
    let balancer = |kind: &str, groups: &str| {
        let kind = format!("  load_balancer_type = \"{kind}\"\n");
        format!("resource \"aws_lb\" \"web\" {{\n{kind}  subnets = [\"subnet-1\"]\n  security_groups = {groups}\n}}\n")
    };
    check(
        &balancer("network", "[\"sg-1\"]"),
        &balancer("network", "[]"),
        expect![[r#"
        aws_lb.web: replace
          security_groups - -> -: replaces
    "#]],
    );
    check(
        &balancer("network", "[]"),
        &balancer("network", "[\"sg-1\"]"),
        expect![[r#"
        aws_lb.web: replace
          security_groups - -> -: replaces
    "#]],
    );
    check(
        &balancer("network", "[\"sg-1\"]"),
        &balancer("network", "[\"sg-2\"]"),
        expect![[r#"
        aws_lb.web: in_place
          security_groups - -> -: in place, None
    "#]],
    );
    check(
        &balancer("application", "[\"sg-1\"]"),
        &balancer("application", "[]"),
        expect![[r#"
        aws_lb.web: in_place
          security_groups - -> -: in place, None
    "#]],
    );
}

#[test]
fn containers_say_the_same_with_their_defaults() {
    let task = r#"
resource "aws_ecr_repository" "app" {
  name = "app"
}
resource "aws_ecs_task_definition" "app" {
  family       = "app"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name  = "app"
    image = "app:1"
    portMappings = [{ containerPort = 80 }]
  }])
}
"#;
    let more = "image = \"app:1\"\n    essential = true\n    cpu = 0\n    environment = []";
    check_edit(task, "image = \"app:1\"", more, expect![""]);
    check_edit(task, "containerPort = 80 }", "containerPort = 80, hostPort = 80, protocol = \"tcp\" }", expect![""]);
    check_edit(
        task,
        "app:1",
        "app:2",
        expect![[r#"
        aws_ecs_task_definition.app: replace
          container_definitions - -> -: replaces
    "#]],
    );
    // The image is not known, and the same.
    let made_here = task.replace("\"app:1\"", "\"${aws_ecr_repository.app.repository_url}:1\"");
    check_edit(&made_here, "    portMappings", "    essential = true\n    portMappings", expect![""]);
    check_edit(
        &made_here,
        "repository_url}:1",
        "repository_url}:2",
        expect![[r#"
        aws_ecs_task_definition.app: replace
          container_definitions - -> -: replaces
    "#]],
    );
}

#[test]
fn what_is_not_written_of_a_collection_is_worked_out_anew() {
    let collection = r#"
resource "aws_opensearchserverless_collection" "logs" {
  name        = "logs"
  description = "old"
}
"#;
    check_edit(
        collection,
        "\"old\"",
        "\"new\"",
        expect![[r#"
        aws_opensearchserverless_collection.logs: replace
          description old -> new: replaces
    "#]],
    );
    let all = "  type = \"SEARCH\"\n  standby_replicas = \"ENABLED\"\n  description";
    check_edit(
        &collection.replace("  description", all),
        "\"old\"",
        "\"new\"",
        expect![[r#"
        aws_opensearchserverless_collection.logs: in_place
          description old -> new: in place
    "#]],
    );
}

#[test]
fn tags_of_google_say_what_a_firewall_lets_through() {
    let text = r#"
resource "google_compute_instance" "web" {
  name = "web"
  tags = ["web"]
}
resource "google_compute_instance_template" "web" {
  tags = ["web-template"]
}
resource "google_container_node_pool" "web" {
  cluster = "main"
  node_config {
    tags = ["web-node"]
  }
}
"#;
    check_edit(
        text,
        "[\"web\"]",
        "[\"db\"]",
        expect![[r#"
        google_compute_instance.web: in_place
          tags - -> -: in place, None
    "#]],
    );
    check_edit(
        text,
        "web-template",
        "db-template",
        expect![[r#"
        google_compute_instance_template.web: replace
          tags - -> -: replaces
    "#]],
    );
    check_edit(
        text,
        "web-node",
        "db-node",
        expect![[r#"
        google_container_node_pool.web: in_place
          node_config.tags - -> -: in place
    "#]],
    );
}

#[test]
fn one_thing_is_written_in_several_ways() {
    let text = r#"
resource "azurerm_storage_account" "main" {
  name     = "main"
  location = "West Europe"
}
resource "google_compute_instance" "web" {
  name         = "web"
  zone         = "europe-west1-b"
  machine_type = "e2-small"
  network_interface {
    network = "projects/p/global/networks/n"
  }
}
resource "aws_lambda_alias" "live" {
  name             = "live"
  function_name    = "arn:aws:lambda:eu-west-1:123456789012:function:orders"
  function_version = "1"
}
"#;
    check_edit(text, "West Europe", "westeurope", expect![""]);
    check_edit(
        text,
        "West Europe",
        "northeurope",
        expect![[r#"
        azurerm_storage_account.main: replace
          location West Europe -> northeurope: replaces
    "#]],
    );
    check_edit(text, "\"projects/p/global/networks/n\"", "\"n\"", expect![""]);
    check_edit(
        text,
        "projects/p/global/networks/n",
        "projects/p/global/networks/m",
        expect![[r#"
        google_compute_instance.web: refused
          network_interface.network projects/p/global/networks/n -> projects/p/global/networks/m: in place, Refused
    "#]],
    );
    let url = "https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b";
    check_edit(text, "\"europe-west1-b\"", &format!("\"{url}\""), expect![""]);
    check_edit(text, "arn:aws:lambda:eu-west-1:123456789012:function:orders", "orders", expect![""]);
    check_edit(
        text,
        "arn:aws:lambda:eu-west-1:123456789012:function:orders",
        "returns",
        expect![[r#"
        aws_lambda_alias.live: replace
          function_name arn:aws:lambda:eu-west-1:123456789012:function:orders -> returns: replaces
    "#]],
    );
}

#[test]
fn one_resource_is_referred_to_in_several_ways() {
    let text = r#"
resource "aws_s3_bucket" "files" {
  bucket = "files"
}
resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = "{}"
}
resource "aws_sns_topic" "news" {
  name = "news"
}
resource "aws_sns_topic_subscription" "news" {
  topic_arn = aws_sns_topic.news.arn
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:eu-west-1:123456789012:jobs"
}
resource "google_compute_network" "main" {
  name = "main"
}
resource "google_compute_subnetwork" "a" {
  name          = "a"
  network       = google_compute_network.main.id
  ip_cidr_range = "10.0.0.0/24"
}
"#;
    check_edit(text, "aws_s3_bucket.files.id", "aws_s3_bucket.files.bucket", expect![""]);
    check_edit(
        text,
        "aws_s3_bucket.files.id",
        "aws_s3_bucket.files.arn",
        expect![[r#"
        aws_s3_bucket_policy.files: unknown
          perhaps bucket - -> -: replaces
    "#]],
    );
    check_edit(text, "aws_sns_topic.news.arn", "aws_sns_topic.news.id", expect![""]);
    check_edit(text, "google_compute_network.main.id", "google_compute_network.main.name", expect![""]);
    // It is followed all the same.
    let moved = text.replace("aws_s3_bucket.files.id", "aws_s3_bucket.files.bucket");
    check(
        text,
        &moved.replace("bucket = \"files\"", "bucket = \"files2\""),
        expect![[r#"
        aws_s3_bucket.files: replace
          bucket files -> files2: replaces
        aws_s3_bucket_policy.files: replace
          bucket - -> files2: replaces, follows aws_s3_bucket.files
    "#]],
    );
}
