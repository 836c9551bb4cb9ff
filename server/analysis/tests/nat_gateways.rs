//! One NAT gateway for all zones, in the forms that people write it: each has a repair, and a module from a registry is told
//! alike before and after it is installed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use foreshock_analysis::{Fix, Snapshot, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::FilePath;

const RULE: &str = "shared-fate";

/// The files with the best repair of the one finding made, or none; with the line that the finding stands in.
fn repaired(fixture: &str) -> (Directory, String, Option<Fix>) {
    let directory = Directory::of_repository(&format!("//- main.tf\n{fixture}"));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let all: Vec<_> = snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.as_str() == RULE).collect();
    assert_eq!(all.len(), 1, "{:#?}", snapshot.stacks[0].findings);
    let finding = all[0];
    let file = snapshot.file(&finding.place.file).unwrap();
    let line = file.text.line(file.text.line_of(finding.place.span.start)).trim();
    let name = finding.place.file.as_path().strip_prefix(directory.root()).unwrap();
    let told = format!("{} {name}: {line}", finding.severity.name());
    let fix = snapshot.fixes(0, finding).first().cloned();
    if let Some(fix) = &fix {
        write(&snapshot, &directory, fix);
    }
    (directory, told, fix)
}

fn write(snapshot: &Snapshot, directory: &Directory, fix: &Fix) {
    let mut files: Vec<&FilePath> = fix.edits.iter().map(|edit| &edit.place.file).collect();
    files.dedup();
    for file in files {
        let before = snapshot.file(file).unwrap().text;
        let mut text = before.whole().to_string();
        for edit in fix.edits.iter().rev().filter(|edit| edit.place.file == *file) {
            let span = before.real_span(edit.place.span);
            text.replace_range(span.start as usize..span.end as usize, &edit.text);
        }
        directory.write(file.as_path().strip_prefix(directory.root()).unwrap().as_str(), &text);
    }
}

fn gateways(directory: &Directory) -> Vec<String> {
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let stack = &snapshot.stacks[0];
    assert!(stack.findings.iter().all(|finding| finding.rule.as_str() != RULE), "{:#?}", stack.findings);
    assert_eq!(stack.problems, []);
    let of = |egress: &foreshock_catalog::Egress| format!("{} {}", stack.id_of(egress.component), egress.subnets.len());
    stack.egress().iter().map(of).collect()
}

#[test]
fn written_out_for_each_zone() {
    let (directory, told, fix) = repaired(
        r#"
resource "aws_subnet" "public_a" {
  vpc_id            = "vpc-1"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "public_b" {
  vpc_id            = "vpc-1"
  availability_zone = "eu-west-1b"
}
resource "aws_subnet" "private_a" {
  vpc_id            = "vpc-1"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "private_b" {
  vpc_id            = "vpc-1"
  availability_zone = "eu-west-1b"
}
resource "aws_eip" "nat" {
  domain = "vpc"
}
resource "aws_nat_gateway" "nat" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public_a.id
}
resource "aws_route_table" "private" {
  vpc_id = "vpc-1"
  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.nat.id
  }
}
resource "aws_route_table_association" "private_a" {
  subnet_id      = aws_subnet.private_a.id
  route_table_id = aws_route_table.private.id
}
resource "aws_route_table_association" "private_b" {
  subnet_id      = aws_subnet.private_b.id
  route_table_id = aws_route_table.private.id
}
"#
        .trim_start(),
    );
    assert!(told.starts_with("warning main.tf:"), "{told}");
    assert_eq!(fix.expect("a repair").title, "One NAT gateway in each zone");
    assert_eq!(gateways(&directory), ["aws_nat_gateway.nat 1", "aws_nat_gateway.nat_b 1"]);
}

#[test]
fn counted_as_the_subnets() {
    let alone = COUNTED.to_owned();
    let inside = COUNTED.replace(
        ROUTE,
        "resource \"aws_route_table\" \"private\" {\n  vpc_id = \"vpc-1\"\n  route {\n    cidr_block = \"0.0.0.0/0\"\n    gateway_id = aws_nat_gateway.nat.id\n  }\n}\n",
    );
    assert_ne!(alone, inside);
    for text in [alone, inside] {
        let (directory, _, fix) = repaired(text.trim_start());
        assert!(fix.is_some(), "{text}");
        let each = ["aws_nat_gateway.nat[0] 1", "aws_nat_gateway.nat[1] 1", "aws_nat_gateway.nat[2] 1"];
        assert_eq!(gateways(&directory), each);
    }
}

const ROUTE: &str = r#"resource "aws_route_table" "private" {
  vpc_id = "vpc-1"
}
resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat.id
}
"#;

const COUNTED: &str = r#"
locals { zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
resource "aws_subnet" "public" {
  count             = length(local.zones)
  vpc_id            = "vpc-1"
  availability_zone = local.zones[count.index]
}
resource "aws_subnet" "private" {
  count             = length(local.zones)
  vpc_id            = "vpc-1"
  availability_zone = local.zones[count.index]
}
resource "aws_eip" "nat" {
  domain = "vpc"
}
resource "aws_nat_gateway" "nat" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public[0].id
}
resource "aws_route_table" "private" {
  vpc_id = "vpc-1"
}
resource "aws_route" "out" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.nat.id
}
resource "aws_route_table_association" "private" {
  count          = length(local.zones)
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}
"#;

/// The way out of a well-known module, in short.
const MODULE: &str = r#"
variable "azs" { default = [] }
variable "enable_nat_gateway" { default = false }
variable "single_nat_gateway" { default = false }
variable "one_nat_gateway_per_az" { default = false }
variable "create" { default = true }
locals {
  create = var.create
  most   = max(length(var.azs), 1)
  count  = var.single_nat_gateway ? 1 : var.one_nat_gateway_per_az ? length(var.azs) : local.most
}
resource "aws_subnet" "public" {
  count             = length(var.azs)
  availability_zone = var.azs[count.index]
}
resource "aws_subnet" "private" {
  count             = length(var.azs)
  availability_zone = var.azs[count.index]
}
resource "aws_eip" "nat" {
  count  = local.create && var.enable_nat_gateway ? local.count : 0
  domain = "vpc"
}
resource "aws_nat_gateway" "this" {
  count         = local.create && var.enable_nat_gateway ? local.count : 0
  allocation_id = element(aws_eip.nat[*].id, count.index)
  subnet_id     = element(aws_subnet.public[*].id, count.index)
}
resource "aws_route_table" "private" {
  count = local.count
}
resource "aws_route" "out" {
  count                  = var.enable_nat_gateway ? local.count : 0
  route_table_id         = element(aws_route_table.private[*].id, count.index)
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = element(aws_nat_gateway.this[*].id, count.index)
}
resource "aws_route_table_association" "private" {
  count          = length(var.azs)
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = element(aws_route_table.private[*].id, var.single_nat_gateway ? 0 : count.index)
}
"#;

const CALL: &str = r#"module "vpc" {
  source             = "terraform-aws-modules/vpc/aws"
  azs                = ["eu-west-1a", "eu-west-1b"]
  enable_nat_gateway = true
  single_nat_gateway = true
}
"#;

#[test]
fn a_module_is_told_alike_before_and_after_it_is_installed() {
    let manifest = r#"{"Modules":[{"Key":"vpc","Source":"registry.terraform.io/terraform-aws-modules/vpc/aws","Dir":".terraform/modules/vpc"}]}"#;
    let installed =
        format!("{CALL}//- .terraform/modules/modules.json\n{manifest}\n//- .terraform/modules/vpc/main.tf\n{MODULE}");
    let (before, told_before, fix_before) = repaired(CALL);
    let (after, told_after, fix_after) = repaired(&installed);
    assert_eq!(told_before, "warning main.tf: single_nat_gateway = true");
    assert_eq!(told_after, told_before);
    let (fix_before, fix_after) = (fix_before.expect("a repair"), fix_after.expect("a repair"));
    assert_eq!(fix_before.title, fix_after.title);
    let written = |directory: &Directory| std::fs::read_to_string(directory.root().join("main.tf")).unwrap();
    assert!(written(&before).contains("single_nat_gateway = false") || written(&before).contains("= false"));
    assert!(written(&after).contains("= false"), "{}", written(&after));
    let edits = |fix: &Fix| fix.edits.iter().map(|edit| (edit.place.span, edit.text.clone())).collect::<Vec<_>>();
    assert_eq!(edits(&fix_before), edits(&fix_after));
    assert_eq!(gateways(&after).len(), 2);
}

#[test]
fn a_module_of_ones_own_has_a_flag_for_it() {
    let call = CALL.replace("terraform-aws-modules/vpc/aws", "./vpc");
    let (directory, told, fix) = repaired(&format!("{call}//- vpc/main.tf\n{MODULE}"));
    assert!(told.starts_with("warning "), "{told}");
    assert_eq!(fix.expect("a repair").title, "One NAT gateway in each zone");
    let written = std::fs::read_to_string(directory.root().join("main.tf")).unwrap();
    assert!(written.contains("single_nat_gateway = false"), "{written}");
    assert_eq!(gateways(&directory).len(), 2);
}

#[test]
fn what_calls_out_does_not_stand_in_the_way() {
    let call = CALL.replace("terraform-aws-modules/vpc/aws", "./vpc");
    let machines = "resource \"aws_autoscaling_group\" \"app\" {\n  min_size            = 2\n  max_size            = 4\n  vpc_zone_identifier = module.vpc.private\n}\n";
    let outputs = "output \"private\" { value = aws_subnet.private[*].id }\n";
    let (directory, _, fix) = repaired(&format!("{call}{machines}//- vpc/main.tf\n{MODULE}{outputs}"));
    assert_eq!(fix.expect("a repair").title, "One NAT gateway in each zone");
    assert_eq!(gateways(&directory).len(), 2);
}
