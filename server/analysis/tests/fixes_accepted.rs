//! Repairs that a person accepts: written where the value is decided, for whom it is decided, and never over a condition;
//! what Terraform or a provider would refuse is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::files;
use foreshock_text::FilePath;

fn snapshot(fixture: &str) -> Arc<Snapshot> {
    let mut workspace = Workspace::new();
    for (path, text) in files("main.tf", fixture.trim_start_matches('\n')) {
        workspace.set_document(FilePath::new(format!("/fixes/{path}")), text.into());
    }
    workspace.snapshot()
}

/// Every finding of the rule, with its repairs: their titles, and each edit as the line it stands in and what is written.
fn repairs(fixture: &str, rule: &str) -> String {
    let snapshot = snapshot(fixture);
    let mut seen = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        for finding in stack.findings.iter().filter(|finding| finding.rule.as_str() == rule) {
            seen += &format!("{}\n", finding.component_id);
            for fix in snapshot.fixes(index, finding) {
                seen += &format!("  {}\n", fix.title);
                for edit in &fix.edits {
                    let text = snapshot.file(&edit.place.file).unwrap().text;
                    let line = text.line(text.line_of(edit.place.span.start));
                    let path = edit.place.file.as_path().strip_prefix("/fixes").unwrap();
                    seen += &format!("    {path}: {} <- {}\n", line.trim(), edit.text.trim());
                }
            }
        }
    }
    seen
}

fn check(fixture: &str, rule: &str, expect: Expect) {
    expect.assert_eq(&repairs(fixture, rule));
}

const FRONT: &str = r#"
resource "aws_lb" "front" {
  subnets = ["subnet-a", "subnet-b"]
}
resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_lb_listener" "web" {
  load_balancer_arn = aws_lb.front.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.web.arn
  }
}
"#;

fn with_front(text: &str) -> String {
    format!("{FRONT}{text}")
}

/// A module of one machine behind the balancer.
fn machine(call: &str, module: &str) -> String {
    with_front(&format!(
        r#"
module "web" {{
  source = "./machine"
  group  = aws_lb_target_group.web.arn
{call}
}}
//- machine/main.tf
variable "group" {{}}
resource "aws_lb_target_group_attachment" "this" {{
  count            = length(aws_instance.this)
  target_group_arn = var.group
  target_id        = aws_instance.this[count.index].id
}}
{module}"#
    ))
}

#[test]
fn a_creation_flag_is_no_number_of_replicas() {
    for count in [
        "var.create ? 1 : 0",
        "length(var.names) > 0 ? 1 : 0",
        "local.create",
        "length(var.names)",
        "var.create_count",
        "tonumber(var.enabled_count)",
    ] {
        let text = machine(
            "",
            &format!(
                r#"
variable "create" {{ default = true }}
variable "create_count" {{ default = 1 }}
variable "enabled_count" {{ default = 1 }}
variable "names" {{ default = ["a"] }}
locals {{
  create = var.create ? 1 : 0
}}
resource "aws_instance" "this" {{
  count = {count}
  ami   = "ami-1"
}}
"#
            ),
        );
        assert_eq!(repairs(&text, "single-point-of-failure"), "module.web.aws_instance.this\n", "{count}");
    }
}

#[test]
fn a_number_behind_a_creation_flag_is_set_by_the_caller() {
    check(
        &machine(
            "",
            r#"
variable "create" { default = true }
variable "machines" { default = 1 }
resource "aws_instance" "this" {
  count = var.create ? var.machines : 0
  ami   = "ami-1"
}
"#,
        ),
        "single-point-of-failure",
        expect![[r#"
            module.web.aws_instance.this
              Run two instances
                main.tf: source = "./machine" <- 
                main.tf: group  = aws_lb_target_group.web.arn <- 
                main.tf: group  = aws_lb_target_group.web.arn <- machines = 2
        "#]],
    );
}

#[test]
fn what_breaks_an_output_is_no_repair() {
    let module = |output: &str| {
        machine(
            "  machines = 1",
            &format!(
                r#"
variable "machines" {{}}
resource "aws_instance" "this" {{
  count = var.machines
  ami   = "ami-1"
}}
output "id" {{ value = {output} }}
"#
            ),
        )
    };
    assert_eq!(
        repairs(&module("one(aws_instance.this[*].id)"), "single-point-of-failure"),
        "module.web.aws_instance.this\n"
    );
    for output in ["aws_instance.this[0].id", "aws_instance.this[*].id", "try(one(aws_instance.this[*].id), null)"] {
        assert_eq!(
            repairs(&module(output), "single-point-of-failure"),
            "module.web.aws_instance.this\n  Run two instances\n    main.tf: machines = 1 <- 2\n",
            "{output}"
        );
    }
}

/// A machine that calls a database of that setting.
fn database(setting: &str) -> String {
    format!(
        r#"
variable "env" {{ default = "dev" }}
variable "replicated" {{ default = false }}
variable "plain" {{ default = true }}
locals {{
  sizes    = {{ dev = {{ standby = false }}, prod = {{ standby = true }} }}
  by_arm   = var.env == "prod" ? true : false
  compared = var.env == "prod"
}}
resource "aws_db_instance" "this" {{
  engine                  = "postgres"
  backup_retention_period = 7
  multi_az                = {setting}
}}
resource "aws_instance" "app" {{
  count     = 2
  ami       = "ami-1"
  user_data = aws_db_instance.this.address
}}
"#
    )
}

#[test]
fn neither_arm_of_a_condition_is_written_over() {
    for setting in ["var.env == \"prod\" ? true : false", "local.by_arm", "var.env == \"prod\"", "local.compared"] {
        let seen = repairs(&database(setting), "single-point-of-failure");
        assert_eq!(seen, "aws_db_instance.this\n", "{setting}");
    }
}

#[test]
fn a_value_is_set_where_it_is_decided() {
    for (setting, written) in [
        ("var.replicated", "variable \"replicated\" { default = false } <- true"),
        ("var.replicated ? true : false", "variable \"replicated\" { default = false } <- true"),
        ("!var.plain", "variable \"plain\" { default = true } <- false"),
        ("var.plain ? var.replicated : true", "variable \"replicated\" { default = false } <- true"),
        ("var.plain && var.replicated", "variable \"replicated\" { default = false } <- true"),
        ("try(var.replicated, false)", "variable \"replicated\" { default = false } <- true"),
        ("local.sizes[var.env].standby", "sizes    = { dev = { standby = false }, prod = { standby = true } } <- true"),
    ] {
        let seen = repairs(&database(setting), "single-point-of-failure");
        let wanted = format!("aws_db_instance.this\n  Enable Multi-AZ\n    main.tf: {written}\n");
        assert_eq!(seen, wanted, "{setting}");
    }
}

#[test]
fn an_expression_over_arguments_is_left_and_the_arguments_set() {
    let scaled = r#"
//- service/main.tf
variable "group" {}
variable "least" { default = 1 }
variable "desired" { default = 1 }
variable "most" { default = 4 }
resource "aws_ecs_service" "this" {
  name          = "web"
  cluster       = "main"
  desired_count = var.desired
  load_balancer {
    target_group_arn = var.group
    container_name   = "c"
    container_port   = 80
  }
}
resource "aws_appautoscaling_target" "this" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/main/${aws_ecs_service.this.name}"
  min_capacity       = min(var.least, var.desired)
  max_capacity       = var.most
}
"#;
    let call = r#"
module "web" {
  source  = "./service"
  group   = aws_lb_target_group.web.arn
  desired = 1
}
"#;
    check(
        &with_front(&format!("{call}{scaled}")),
        "single-point-of-failure",
        expect![[r#"
            module.web.aws_ecs_service.this
              Keep at least two tasks
                main.tf: desired = 1 <- 2
                main.tf: desired = 1 <- least   = 2
        "#]],
    );
}

#[test]
fn whoever_shares_a_module_is_named() {
    let text = with_front(
        r#"
module "web" {
  source = "./db"
}
module "batch" {
  source = "./db"
}
resource "aws_instance" "app" {
  count     = 2
  ami       = "ami-1"
  user_data = "${module.web.address} ${module.batch.address}"
}
//- db/main.tf
resource "aws_db_instance" "this" {
  engine                  = "postgres"
  backup_retention_period = 7
  multi_az                = false
}
output "address" { value = aws_db_instance.this.address }
"#,
    );
    let seen = repairs(&text, "single-point-of-failure");
    assert_eq!(
        seen.matches("Enable Multi-AZ (module.batch and module.web use it)").count(),
        1,
        "one finding for both: {seen}"
    );
}

#[test]
fn a_repair_that_another_stack_can_not_bear_is_none() {
    let stack = |use_of: &str| {
        format!(
            r#"
module "web" {{ source = "../machine" }}
resource "aws_route53_record" "web" {{
  zone_id = "Z1"
  name    = "web"
  type    = "A"
  ttl     = 60
  records = [{use_of}]
}}
"#
        )
    };
    let text = |use_of: &str| {
        format!(
            r#"//- a/main.tf
{}
//- b/main.tf
{}
//- machine/main.tf
resource "aws_instance" "this" {{
  count = 1
  ami   = "ami-1"
}}
output "ips" {{ value = aws_instance.this[*].private_ip }}
"#,
            stack("module.web.ips[0]"),
            stack(use_of)
        )
    };
    let shared = repairs(&text("module.web.ips[0]"), "single-point-of-failure")
        + &repairs(&text("module.web.ips[0]"), "no-redundancy");
    assert!(shared.contains("Run two instances (b uses it, too)"), "{shared}");
    let broken = text("one(module.web.ips)");
    let broken = repairs(&broken, "single-point-of-failure") + &repairs(&broken, "no-redundancy");
    assert!(!broken.contains("Run two"), "{broken}");
}

/// A deployment of one pod behind a service, with that volume.
fn pod(kind: &str, volume: &str, more: &str) -> String {
    format!(
        r#"
resource "kubernetes_ingress_v1" "web" {{
  metadata {{ name = "web" }}
  spec {{
    default_backend {{
      service {{
        name = kubernetes_service_v1.web.metadata[0].name
        port {{ number = 80 }}
      }}
    }}
  }}
}}
resource "kubernetes_service_v1" "web" {{
  metadata {{ name = "web" }}
  spec {{
    selector = {{ app = "web" }}
    port {{ port = 80 }}
  }}
}}
resource "{kind}" "web" {{
  metadata {{ name = "web" }}
  spec {{
    replicas = 1
    template {{
      metadata {{ labels = {{ app = "web" }} }}
      spec {{
        container {{
          name  = "web"
          image = "nginx"
        }}
        volume {{
          name = "data"
          {volume}
        }}
      }}
    }}
  }}
}}
{more}"#
    )
}

fn claim(mode: &str) -> String {
    format!(
        r#"
resource "kubernetes_persistent_volume_claim_v1" "data" {{
  metadata {{ name = "data" }}
  spec {{
    access_modes = ["{mode}"]
    resources {{ requests = {{ storage = "1Gi" }} }}
  }}
}}
"#
    )
}

#[test]
fn what_only_one_can_have_forbids_a_second() {
    let by_reference =
        "persistent_volume_claim { claim_name = kubernetes_persistent_volume_claim_v1.data.metadata[0].name }";
    let by_name = "persistent_volume_claim { claim_name = \"data\" }";
    let two = |kind: &str, volume: &str, more: &str| {
        let seen = repairs(&pod(kind, volume, more), "single-point-of-failure");
        assert!(seen.starts_with(kind), "{seen}");
        seen.contains("Run two pods")
    };
    for kind in ["kubernetes_deployment_v1", "kubernetes_deployment"] {
        for volume in [by_reference, by_name] {
            assert!(!two(kind, volume, &claim("ReadWriteOnce")), "{kind} {volume}");
            assert!(!two(kind, volume, &claim("ReadWriteOncePod")), "{kind} {volume}");
            assert!(two(kind, volume, &claim("ReadWriteMany")), "{kind} {volume}");
        }
        assert!(!two(kind, by_name, ""), "nobody knows of a claim that is declared elsewhere");
        assert!(!two(kind, "aws_elastic_block_store { volume_id = \"vol-1\" }", ""));
        assert!(two(kind, "empty_dir {}", ""));
    }
}

#[test]
fn machines_with_something_of_their_own_are_not_doubled() {
    let text = |more: &str, inner: &str| {
        with_front(&format!(
            r#"
variable "machines" {{ default = 1 }}
resource "aws_instance" "web" {{
  count = var.machines
  ami   = "ami-1"
{inner}
}}
resource "aws_lb_target_group_attachment" "web" {{
  count            = var.machines
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web[count.index].id
}}
{more}"#
        ))
    };
    let two = |more: &str, inner: &str| {
        let seen = repairs(&text(more, inner), "single-point-of-failure");
        assert!(seen.starts_with("aws_instance.web"), "{seen}");
        seen.contains("Run two instances")
    };
    assert!(two("", ""));
    assert!(!two("", "  private_ip = \"10.0.0.4\""));
    let volume = r#"
resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = "vol-1"
  instance_id = aws_instance.web[0].id
}
"#;
    assert!(!two(volume, ""));
    assert!(!two("resource \"aws_eip\" \"web\" {\n  instance = aws_instance.web[0].id\n}\n", ""));
}

#[test]
fn what_a_provider_refuses_is_no_repair() {
    let database = |setting: &str, more: &str| {
        let text = format!("{}{more}", database(&format!("false\n  {setting}")));
        repairs(&text, "single-point-of-failure").contains("Enable Multi-AZ")
    };
    let group = |subnets: &str| format!("resource \"aws_db_subnet_group\" \"db\" {{ subnet_ids = [{subnets}] }}\n");
    assert!(database("", ""));
    assert!(!database("availability_zone = \"eu-west-1a\"", ""));
    assert!(!database("db_subnet_group_name = aws_db_subnet_group.db.name", &group("\"subnet-a\"")));
    assert!(database("db_subnet_group_name = aws_db_subnet_group.db.name", &group("\"subnet-a\", \"subnet-b\"")));

    let brokers = |subnets: &str, number: u32| {
        let text = format!(
            r#"
resource "aws_msk_cluster" "events" {{
  number_of_broker_nodes = {number}
  broker_node_group_info {{
    client_subnets = [{subnets}]
  }}
}}
resource "aws_instance" "app" {{
  count     = 2
  ami       = "ami-1"
  user_data = aws_msk_cluster.events.bootstrap_brokers
}}
"#
        );
        repairs(&text, "single-point-of-failure") + &repairs(&text, "no-redundancy")
    };
    let two = brokers("\"subnet-a\", \"subnet-b\"", 2);
    assert!(!two.contains("<-") || two.contains("<- 4"), "{two}");
}

/// Whether a second one of the type is offered for its only one, with that in its block, `count` or not.
fn second(type_name: &str, inner: &str) -> bool {
    let text = format!(
        r#"
variable "env" {{}}
variable "number" {{ default = 1 }}
resource "{type_name}" "web" {{
{inner}
}}
"#
    );
    let seen = repairs(&text, "single-point-of-failure") + &repairs(&text, "no-redundancy");
    assert!(seen.contains(type_name), "{seen}");
    seen.contains("Run two")
}

#[test]
fn a_name_that_only_one_can_have_forbids_a_second() {
    for (type_name, attribute) in [
        ("hcloud_server", "name"),
        ("linode_instance", "label"),
        ("ibm_is_instance", "name"),
        ("yandex_compute_instance", "name"),
        ("vsphere_virtual_machine", "name"),
        ("libvirt_domain", "name"),
        ("proxmox_lxc", "vmid"),
    ] {
        let counted = |value: &str| second(type_name, &format!("  count = var.number\n  {attribute} = {value}"));
        let value = if attribute == "vmid" { "100" } else { "\"web\"" };
        assert!(!second(type_name, &format!("  {attribute} = {value}")), "{type_name}");
        assert!(!counted(value), "{type_name}");
        let value = if attribute == "vmid" { "100 + count.index" } else { "\"web-${count.index}\"" };
        assert!(counted(value), "{type_name}");
    }
    assert!(!second("hcloud_server", "  name = \"${var.env}-web\""), "the same, whatever it is");
    assert!(second("hcloud_server", "  count = var.number\n  name = \"${var.env}-web-${count.index}\""));
    assert!(second("digitalocean_droplet", "  name = \"web\""), "two may have that name");
}

#[test]
fn an_instance_of_a_cluster_needs_an_identifier_of_its_own() {
    for family in ["rds", "docdb", "neptune"] {
        let two = |inner: &str| {
            let text = format!(
                r#"
resource "aws_{family}_cluster" "db" {{
  cluster_identifier = "db"
}}
resource "aws_{family}_cluster_instance" "db" {{
  cluster_identifier = aws_{family}_cluster.db.id
  {inner}
}}
resource "aws_instance" "app" {{
  count     = 2
  ami       = "ami-1"
  user_data = aws_{family}_cluster.db.endpoint
}}
"#
            );
            let seen = repairs(&text, "single-point-of-failure");
            assert!(seen.contains(&format!("aws_{family}_cluster.db")), "{seen}");
            seen.contains("Add a second cluster instance")
        };
        assert!(two(""), "{family}");
        assert!(!two("identifier = \"db-1\""), "{family}");
        assert!(two("count = 1\n  identifier = \"db-${count.index}\""), "{family}");
        let by_reference = format!("count = 1\n  identifier = \"${{aws_{family}_cluster.db.id}}-${{count.index}}\"");
        assert!(two(&by_reference), "{family}");
    }
}

#[test]
fn two_pods_do_not_share_what_a_database_keeps() {
    let two = |image: &str, volume: &str, strategy: &str| {
        let text = pod("kubernetes_deployment_v1", volume, "");
        let text = text.replace("\"nginx\"", &format!("\"{image}\""));
        let text = text.replace("    replicas = 1\n", &format!("    replicas = 1\n    {strategy}\n"));
        repairs(&text, "single-point-of-failure").contains("Run two pods")
    };
    let nothing = "empty_dir {}";
    assert!(two("nginx:1.27", nothing, ""));
    assert!(two("nginx:1.27", nothing, "strategy { type = \"RollingUpdate\" }"));
    assert!(!two("nginx:1.27", nothing, "strategy { type = \"Recreate\" }"));
    assert!(!two("nginx:1.27", "host_path { path = \"/data\" }", ""));
    assert!(two("nginx:1.27", "host_path { path = \"/etc/localtime\" }", ""));
    for image in
        ["mysql:8", "mariadb", "mongo:7", "redis:7-alpine", "docker.io/bitnami/postgresql:16", "postgis/postgis"]
    {
        assert!(!two(image, nothing, ""), "{image}");
    }
    assert!(two("example/mysql-exporter:1", nothing, ""));
}

#[test]
fn a_warehouse_of_one_node_stays_in_its_zone() {
    let several = |nodes: &str| {
        let text = format!(
            r#"
resource "aws_redshift_cluster" "facts" {{
  node_type = "ra3.large"
  {nodes}
}}
resource "aws_instance" "app" {{
  count     = 2
  ami       = "ami-1"
  user_data = aws_redshift_cluster.facts.endpoint
}}
"#
        );
        repairs(&text, "single-point-of-failure").contains("Enable Multi-AZ")
    };
    assert!(several("number_of_nodes = 2"));
    assert!(!several(""));
    assert!(!several("cluster_type = \"single-node\""));
}
