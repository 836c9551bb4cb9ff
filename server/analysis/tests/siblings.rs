//! The same fact said in another form, by another provider or about another network: the same finding.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_analysis::{Severity, Snapshot, Workspace};

fn messages(files: &[(&str, &str)]) -> Vec<String> {
    let snapshot = snapshot(files);
    snapshot.stacks.iter().flat_map(|stack| &stack.findings).map(|finding| finding.message.clone()).collect()
}

fn snapshot(files: &[(&str, &str)]) -> Arc<Snapshot> {
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    Workspace::new().snapshot_of(&root).unwrap()
}

/// The findings from `info` on, as `rule loudness subject`.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let snapshot = snapshot(files);
    let found = snapshot.stacks.iter().flat_map(|stack| &stack.findings);
    let found = found.filter(|finding| finding.severity >= Severity::Info);
    let each = |finding: &Arc<foreshock_analysis::Finding>| {
        let of = std::iter::once(&finding.component_id).chain(&finding.also);
        of.map(|of| format!("{} {} {of}", finding.rule, finding.severity.name())).collect::<Vec<_>>()
    };
    found.flat_map(each).collect()
}

/// A network with a gateway in each of `gateways` zones, and two private subnets in each of two zones.
fn network(gateways: usize) -> String {
    let mut text = String::from("resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n");
    for (number, zone) in ["a", "b"].iter().enumerate() {
        let through = number.min(gateways - 1);
        if number < gateways {
            write!(
                text,
                "resource \"aws_subnet\" \"public{number}\" {{\n  vpc_id = aws_vpc.v.id\n  availability_zone = \
                 \"eu-west-1{zone}\"\n}}\nresource \"aws_nat_gateway\" \"n{number}\" {{\n  subnet_id = \
                 aws_subnet.public{number}.id\n}}\n"
            )
            .unwrap();
        }
        write!(
            text,
            "resource \"aws_route_table\" \"r{number}\" {{\n  vpc_id = aws_vpc.v.id\n  route {{\n    cidr_block = \
             \"0.0.0.0/0\"\n    nat_gateway_id = aws_nat_gateway.n{through}.id\n  }}\n}}\n"
        )
        .unwrap();
        for tier in ["app", "data"] {
            write!(
                text,
                "resource \"aws_subnet\" \"{tier}{number}\" {{\n  vpc_id = aws_vpc.v.id\n  availability_zone = \
                 \"eu-west-1{zone}\"\n}}\nresource \"aws_route_table_association\" \"{tier}{number}\" {{\n  subnet_id = \
                 aws_subnet.{tier}{number}.id\n  route_table_id = aws_route_table.r{number}.id\n}}\n"
            )
            .unwrap();
        }
    }
    text
}

fn shared_fate(found: &[String]) -> Vec<&str> {
    found.iter().filter_map(|finding| finding.strip_prefix("shared-fate ")).collect()
}

#[test]
fn each_network_is_asked_for_its_one_way_out() {
    let twice = "module \"one\" {\n  source = \"./net\"\n}\nmodule \"two\" {\n  source = \"./net\"\n}\n";
    let found = findings(&[("net/main.tf", &network(1)), ("main.tf", twice)]);
    let both = ["warning module.one.aws_nat_gateway.n0", "warning module.two.aws_nat_gateway.n0"];
    assert_eq!(shared_fate(&found), both);
    // A gateway in each zone, with two subnets behind each, is no way out for another zone.
    let found = findings(&[("main.tf", &network(2))]);
    assert!(shared_fate(&found).is_empty(), "{found:?}");
}

#[test]
fn an_argument_says_it_as_resources_do() {
    let module = "module \"vpc\" {\n  source = \"terraform-aws-modules/vpc/aws\"\n  azs = [\"eu-west-1a\", \"eu-west-1b\"]\n  \
                  private_subnets = [\"10.0.1.0/24\", \"10.0.2.0/24\"]\n  enable_nat_gateway = true\n  single_nat_gateway = \
                  true\n}\n";
    assert_eq!(findings(&[("main.tf", module)]), ["shared-fate warning module.vpc"]);
    let other = "module \"net\" {\n  source = \"aws-ia/vpc/aws\"\n  az_count = 3\n  subnets = {\n    public = {\n      \
                 nat_gateway_configuration = \"single_az\"\n    }\n  }\n}\n";
    assert_eq!(findings(&[("main.tf", other)]), ["shared-fate warning module.net"]);
}

#[test]
fn one_machine_behind_a_balancer_is_one_on_any_cloud() {
    let digitalocean = "resource \"digitalocean_droplet\" \"web\" {\n  name = \"web\"\n  region = \"fra1\"\n}\nresource \
                        \"digitalocean_loadbalancer\" \"lb\" {\n  region = \"fra1\"\n  droplet_ids = \
                        [digitalocean_droplet.web.id]\n}\n";
    let hetzner = "resource \"hcloud_server\" \"web\" {\n  name = \"web\"\n  location = \"nbg1\"\n}\nresource \
                   \"hcloud_load_balancer\" \"lb\" {\n  name = \"lb\"\n}\nresource \"hcloud_load_balancer_target\" \"t\" {\n  \
                   load_balancer_id = hcloud_load_balancer.lb.id\n  server_id = hcloud_server.web.id\n}\n";
    let linode = "resource \"linode_instance\" \"web\" {\n  region = \"eu-central\"\n}\nresource \"linode_nodebalancer\" \"lb\" \
                  {\n  region = \"eu-central\"\n}\nresource \"linode_nodebalancer_config\" \"c\" {\n  nodebalancer_id = \
                  linode_nodebalancer.lb.id\n}\nresource \"linode_nodebalancer_node\" \"n\" {\n  nodebalancer_id = \
                  linode_nodebalancer.lb.id\n  config_id = linode_nodebalancer_config.c.id\n  address = \
                  \"${linode_instance.web.private_ip_address}:80\"\n}\n";
    let azure = "resource \"azurerm_container_app\" \"web\" {\n  name = \"web\"\n  container_app_environment_id = \
                 \"environment\"\n  ingress {\n    external_enabled = true\n  }\n  template {\n    min_replicas = 1\n  }\n}\n";
    let clouds = [
        (digitalocean, "digitalocean_droplet.web"),
        (hetzner, "hcloud_server.web"),
        (linode, "linode_instance.web"),
        (azure, "azurerm_container_app.web"),
    ];
    for (text, machine) in clouds {
        let found = findings(&[("main.tf", text)]);
        let wanted = format!("single-point-of-failure error {machine}");
        assert!(found.contains(&wanted), "{machine}: {found:?}");
    }
}

#[test]
fn a_zone_is_not_down_its_names_are() {
    let text = "resource \"azurerm_dns_zone\" \"z\" {\n  name = \"ci.example\"\n  resource_group_name = \"r\"\n}\nresource \
                \"azurerm_public_ip\" \"p\" {\n  name = \"p\"\n  location = \"westeurope\"\n}\nresource \
                \"azurerm_network_interface\" \"n\" {\n  name = \"n\"\n  location = \"westeurope\"\n  ip_configuration {\n    \
                public_ip_address_id = azurerm_public_ip.p.id\n  }\n}\nresource \"azurerm_linux_virtual_machine\" \"v\" \
                {\n  name = \"v\"\n  location = \"westeurope\"\n  network_interface_ids = \
                [azurerm_network_interface.n.id]\n}\nresource \"azurerm_dns_a_record\" \"a\" {\n  name = \"assets\"\n  \
                zone_name = azurerm_dns_zone.z.name\n  resource_group_name = \"r\"\n  records = \
                [azurerm_public_ip.p.ip_address]\n}\n";
    let told = messages(&[("main.tf", text)]);
    let single = told.iter().find(|message| message.contains("single point")).unwrap();
    assert!(single.ends_with("\nassets.ci.example leads only to it."), "{single}");
}
