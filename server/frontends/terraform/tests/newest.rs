//! What is new in Terraform and OpenTofu: blocks that are switched off, sources of modules that are worked out, and data
//! sources that only repeat the configuration of their provider.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod memory;

use expect_test::expect;
use memory::show::check;

#[test]
fn what_is_switched_off_is_not_there() {
    check(
        r#"
variable "on" {}
locals { off = false }
resource "aws_x" "on" {
  lifecycle { enabled = true }
}
resource "aws_x" "off" {
  lifecycle { enabled = local.off }
}
resource "aws_x" "may" {
  lifecycle { enabled = var.on }
}
resource "aws_x" "reads" {
  there = aws_x.on != null
  off   = aws_x.off != null
  tried = try(aws_x.off.id, "none")
}
module "off" {
  source = "./inner"
  lifecycle { enabled = local.off }
}
module "on" {
  source = "./inner"
  lifecycle { enabled = !local.off }
}
//- inner/main.tf
resource "aws_y" "y" {}
"#,
        expect![[r#"
            aws_x.may[*] (variable on has no value)
            aws_x.on
            aws_x.reads
              off = false
              there = true <aws_x.on.>
              tried = "none" @main.tf:16
            module.on.aws_y.y
            module.on from "./inner": inner
            aws_x.reads -> aws_x.off
            aws_x.reads -> aws_x.on
        "#]],
    );
}

#[test]
fn sources_that_are_worked_out() {
    check(
        r#"
variable "kind" { default = "web" }
variable "other" {}
locals { base = "./modules" }
module "a" { source = "${local.base}/${var.kind}" }
module "b" { source = "${local.base}/${var.other}" }
module "c" {
  source = local.base
  in     = "x"
}
//- modules/web/main.tf
resource "aws_x" "web" {}
//- modules/main.tf
variable "in" {}
module "inner" { source = "./${var.in}" }
//- modules/x/main.tf
resource "aws_x" "x" {}
"#,
        expect![[r#"
            module.a.aws_x.web
            module.b
            module.c.module.inner.aws_x.x
            module.a from "./modules/web": modules/web
            module.b from "": not at hand
            module.c from "./modules": modules
            module.c.module.inner from "./x": modules/x
            problem in main.tf: the source of module b is not known: variable other has no value
        "#]],
    );
}

#[test]
fn facts_of_the_provider() {
    check(
        r#"
provider "aws" {
  region = "eu-west-1"
  default_tags { tags = { team = "a" } }
}
provider "aws" {
  alias  = "far"
  region = var.far
}
provider "google" {
  project = "p"
  region  = "europe-west1"
}
variable "far" { default = "us-gov-west-1" }
data "aws_region" "here" {}
data "aws_region" "far" { provider = aws.far }
data "aws_region" "own" { region = "eu-central-1" }
data "aws_partition" "far" { provider = aws.far }
data "aws_default_tags" "t" {}
data "google_client_config" "c" {}
resource "aws_x" "a" {
  region = "us-east-1"
  zone   = "${data.aws_region.here.name}a"
  far    = data.aws_region.far.region
  own    = data.aws_region.own.id
  far_p  = data.aws_partition.far.partition
  tags   = data.aws_default_tags.t.tags
  gcp    = "${data.google_client_config.c.region}-b"
  rest   = data.aws_region.here.endpoint
}
module "m" {
  source    = "./m"
  providers = { aws = aws.far }
}
module "q" {
  source = "terraform-aws-modules/sqs/aws"
  region = "eu-west-2"
}
//- m/main.tf
data "aws_region" "here" {}
output "region" { value = data.aws_region.here.region }
resource "aws_x" "inner" { zone = "${data.aws_region.here.name}a" }
"#,
        expect![[r#"
            aws_x.a in "us-east-1" @main.tf:22
              far = "us-gov-west-1" <data.aws_region.far.region>
              far_p = "aws-us-gov" <data.aws_partition.far.partition>
              gcp = "europe-west1-b" <data.google_client_config.c.region>
              own = "eu-central-1" <data.aws_region.own.id>
              region = "us-east-1" @main.tf:22
              rest = ?(known after apply: data.aws_region.here.endpoint) <data.aws_region.here.endpoint>
              tags = {team = "a"} <data.aws_default_tags.t.tags>
              zone = "eu-west-1a" <data.aws_region.here.name>
            data.aws_default_tags.t in "eu-west-1" @main.tf:3
            data.aws_partition.far in "us-gov-west-1" @main.tf:14
            data.aws_region.far in "us-gov-west-1" @main.tf:14
            data.aws_region.here in "eu-west-1" @main.tf:3
            data.aws_region.own in "eu-central-1" @main.tf:17
              region = "eu-central-1" @main.tf:17
            data.google_client_config.c in "europe-west1" @main.tf:12
            module.m.aws_x.inner in "us-gov-west-1" @main.tf:14
              zone = "us-gov-west-1a" <module.m.data.aws_region.here.name>
            module.m.data.aws_region.here in "us-gov-west-1" @main.tf:14
            module.q in "eu-west-2" @main.tf:37
              region = "eu-west-2" @main.tf:37
            module.m from "./m": m
            module.q from "terraform-aws-modules/sqs/aws": not at hand
            aws_x.a -> data.aws_default_tags.t
            aws_x.a -> data.aws_partition.far
            aws_x.a -> data.aws_region.far
            aws_x.a -> data.aws_region.here
            aws_x.a -> data.aws_region.own
            aws_x.a -> data.google_client_config.c
            module.m.aws_x.inner -> module.m.data.aws_region.here
        "#]],
    );
}
