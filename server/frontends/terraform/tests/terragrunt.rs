//! What units of Terragrunt are understood as: one fixture a case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod memory;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use expect_test::{Expect, expect};
use foreshock_terraform::terragrunt::{Group, UnitSpec, is_unit_file, resolve_units, units_of};
use foreshock_terraform::{ResolveCache, Resolved};
use memory::show::show;
use memory::{Memory, root};

/// The units of a fixture, with the variables that were given.
fn resolved(memory: &Memory) -> Resolved {
    let located: BTreeMap<Utf8PathBuf, UnitSpec> = memory
        .files
        .paths()
        .filter(|file| is_unit_file(file.as_path()))
        .flat_map(|file| units_of(file, &memory.files, Some(&root())))
        .map(|spec| (spec.directory.clone(), spec))
        .collect();
    let group = Group { units: located.keys().cloned().collect(), located };
    let mut cache = ResolveCache::default();
    resolve_units(&mut cache, &group, &memory.files, &memory.options, Some(&root()))
}

fn check_given(fixture: &str, given: &[(&str, &str)], expected: Expect) {
    let mut memory = Memory::fixture(fixture);
    memory.options.variables = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let resolved = resolved(&memory);
    let mut text = String::new();
    for unit in &resolved.units {
        let short = |path: &Utf8Path| path.strip_prefix(root()).unwrap_or(path).to_string();
        let reads: Vec<String> = unit.reads.iter().map(|read| short(read)).collect();
        text += &format!("{}: {} reads [{}]\n", unit.name, short(&unit.directory), reads.join(", "));
    }
    expected.assert_eq(&(text + &show(&memory, &resolved)));
}

fn check(fixture: &str, expected: Expect) {
    check_given(fixture, &[], expected);
}

#[test]
fn a_unit_has_its_module_with_its_own_values_and_reads_its_neighbours() {
    check(
        r#"
//- live/prod/web/terragrunt.hcl
terraform { source = "../../../modules//web" }
dependency "data" { config_path = "../data" }
inputs = {
  n  = 3
  db = dependency.data.outputs.address
}
//- live/prod/data/terragrunt.hcl
terraform {
  source = "../../../modules//data"
}
//- modules/web/main.tf
variable "n" {}
variable "db" {}
resource "aws_x" "web" {
  count_of = var.n
  host     = var.db
}
//- modules/data/main.tf
resource "aws_db" "main" {
  file = file("${path.module}/size.txt")
}
output "address" { value = aws_db.main.address }
//- modules/data/size.txt
large
"#,
        expect![[r#"
            data: live/prod/data reads []
            web: live/prod/web reads [live/prod/data]
            unit.data.aws_db.main
              file = "large\n"
            unit.web.aws_x.web
              count_of = 3 @live/prod/web/terragrunt.hcl:4
              host = ?(known after apply: unit.data.aws_db.main.address) <unit.data.aws_db.main.address>
            unit.data from "/stack/modules/data": modules/data
            unit.web from "/stack/modules/web": modules/web
        "#]],
    );
}

#[test]
fn what_is_included_gives_way_name_by_name_or_as_a_whole() {
    check(
        r#"
//- root.hcl
locals {
  region = "eu-west-1"
  name   = basename(get_terragrunt_dir())
  at     = path_relative_to_include()
}
inputs = {
  region = local.region
  name   = local.name
  at     = local.at
  tags   = { team = "a", tier = "root" }
  zones  = ["a"]
}
//- shallow/terragrunt.hcl
include "root" {
  path   = find_in_parent_folders("root.hcl")
  expose = true
}
terraform { source = "../m" }
inputs = {
  tags  = { tier = "own" }
  zones = ["b"]
  from  = include.root.locals.region
  up    = path_relative_from_include("root")
}
//- deep/terragrunt.hcl
include "root" {
  path           = find_in_parent_folders("root.hcl")
  merge_strategy = "deep"
}
terraform { source = "../m" }
inputs = {
  tags  = { tier = "own" }
  zones = ["b"]
}
//- none/terragrunt.hcl
include "root" {
  path           = "../root.hcl"
  merge_strategy = "no_merge"
}
terraform { source = "../m" }
//- m/main.tf
variable "region" { default = "default" }
variable "name" { default = "default" }
variable "at" { default = "default" }
variable "from" { default = "default" }
variable "up" { default = "default" }
variable "tags" { default = {} }
variable "zones" { default = [] }
resource "aws_x" "a" {
  region = var.region
  name   = var.name
  at     = var.at
  from   = var.from
  up     = var.up
  tags   = var.tags
  zones  = var.zones
}
"#,
        expect![[r#"
            deep: deep reads []
            none: none reads []
            shallow: shallow reads []
            unit.deep.aws_x.a in "eu-west-1" @root.hcl:2
              at = "deep"
              from = "default" @m/main.tf:4
              name = "deep"
              region = "eu-west-1" @root.hcl:2
              tags = {team = "a", tier = "own"} @deep/terragrunt.hcl:7
              up = "default" @m/main.tf:5
              zones = ["a", "b"] @deep/terragrunt.hcl:8
            unit.none.aws_x.a in "default" @m/main.tf:1
              at = "default" @m/main.tf:3
              from = "default" @m/main.tf:4
              name = "default" @m/main.tf:2
              region = "default" @m/main.tf:1
              tags = {} @m/main.tf:6
              up = "default" @m/main.tf:5
              zones = [] @m/main.tf:7
            unit.shallow.aws_x.a in "eu-west-1" @root.hcl:2
              at = "shallow"
              from = "eu-west-1" @root.hcl:2
              name = "shallow"
              region = "eu-west-1" @root.hcl:2
              tags = {tier = "own"} @shallow/terragrunt.hcl:7
              up = ".."
              zones = ["b"] @shallow/terragrunt.hcl:8
            unit.deep from "/stack/m": m
            unit.none from "/stack/m": m
            unit.shallow from "/stack/m": m
        "#]],
    );
}

const ENVIRONMENT: &str = r#"
//- env/terragrunt.hcl
locals {
  config  = jsondecode(read_tfvars_file("../../${get_env("ENVIRONMENT")}.tfvars"))
  secrets = jsondecode(read_tfvars_file(find_in_parent_folders("./aws/${get_env("ENVIRONMENT")}.tfvars")))
}
inputs = merge(local.secrets, local.config, { name = "app-${local.config.env}", mode = get_env("MODE", "fast") })
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<EOF
provider "aws" {
  region  = "${local.config.region}"
  account = [${local.secrets.account}]
}
EOF
}
generate "variables" {
  path      = "variables.tf"
  if_exists = "overwrite"
  contents  = file("common.tf")
}
//- env/common.tf
variable "env" {}
variable "size" { default = 1 }
variable "secret" { default = "none" }
variable "name" {}
variable "mode" {}
//- env/production.tfvars
env    = "production"
size   = 3
region = "ca-central-1"
//- env/dev.tfvars
env    = "dev"
region = "eu-west-1"
//- env/production/app/terragrunt.hcl
include { path = find_in_parent_folders() }
terraform {
  source = get_env("ENVIRONMENT") == "production" && get_env("LOCAL", "no") != "yes" ? "git::https://github.com/x/y//aws/app?ref=v1" : "../../../aws//app"
}
//- aws/app/main.tf
resource "aws_x" "a" {
  size   = var.size
  env    = var.env
  secret = var.secret
  name   = var.name
  mode   = var.mode
}
"#;

#[test]
fn what_the_environment_decides_is_unknown() {
    check(
        ENVIRONMENT,
        expect![[r#"
            app: env/production/app reads []
            env: env reads []
            unit.app.aws_x.a in ?(local.known_when_generated is not declared)
              env = ?(get_env("ENVIRONMENT") has no value here)
              mode = "fast" @env/terragrunt.hcl:5
              name = ?(get_env("ENVIRONMENT") has no value here)
              secret = ?(get_env("ENVIRONMENT") has no value here)
              size = ?(get_env("ENVIRONMENT") has no value here)
            unit.app from "/stack/aws/app": aws/app
            unit.env from "/stack/env": env
            note in env/production/app/terragrunt.hcl: get_env("ENVIRONMENT") has no value here; `--var ENVIRONMENT=...` or foreshock.toml gives it one
            note in env/terragrunt.hcl: get_env("ENVIRONMENT") has no value here; `--var ENVIRONMENT=...` or foreshock.toml gives it one
        "#]],
    );
}

#[test]
fn a_given_value_stands_for_the_environment() {
    check_given(
        ENVIRONMENT,
        &[("ENVIRONMENT", "dev"), ("MODE", "slow")],
        expect![[r#"
            app: env/production/app reads []
            env: env reads []
            unit.app.aws_x.a in "eu-west-1" @env/production/app/provider.tf:1
              env = "dev" @env/dev.tfvars:1
              mode = "slow"
              name = "app-dev"
              secret = ?(there is no ./aws/dev.tfvars in a folder above)
              size = ?(there is no ./aws/dev.tfvars in a folder above)
            unit.app from "/stack/aws/app": aws/app
            unit.env from "/stack/env": env
        "#]],
    );
}

#[test]
fn a_module_that_is_not_at_hand_is_one_thing_with_its_inputs() {
    check(
        r#"
//- db/terragrunt.hcl
terraform { source = "tfr:///terraform-aws-modules/rds/aws?version=6.1.0" }
inputs = { multi_az = false }
//- web/terragrunt.hcl
terraform { source = "../m" }
dependency "db" {
  config_path  = "../db"
  mock_outputs = { address = "mocked", nothing = "mocked" }
}
dependency "gone" {
  config_path  = "../gone"
  mock_outputs = { id = "mocked" }
}
inputs = {
  host = dependency.db.outputs.address
  id   = dependency.gone.outputs.id
  what = dependency.gone.outputs.what
}
//- m/main.tf
variable "host" {}
variable "id" {}
variable "what" {}
resource "aws_x" "a" {
  host = var.host
  id   = var.id
  what = var.what
}
"#,
        expect![[r#"
            db: db reads []
            web: web reads [db, gone]
            unit.db.module.db
              multi_az = false @db/terragrunt.hcl:2
              version = "6.1.0"
            unit.web.aws_x.a
              host = ?(known after apply: unit.db.module.db.address) <unit.db.module.db.address>
              id = "mocked" @web/terragrunt.hcl:8
              what = ?(dependency gone: there is no unit in ../gone.what)
            unit.db from "tfr:///terraform-aws-modules/rds/aws?version=6.1.0": not at hand
            unit.web from "/stack/m": m
        "#]],
    );
}

#[test]
fn arguments_hand_over_files_with_values() {
    check(
        r#"
//- live/common.tfvars
size = "common"
zone = "common"
//- live/prod/app/own.tfvars
zone = "own"
//- live/prod/app/terragrunt.hcl
locals { common = read_terragrunt_config("${get_terragrunt_dir()}/../env.hcl") }
terraform {
  source = "${get_repo_root()}/m"
  extra_arguments "values" {
    commands           = get_terraform_commands_that_need_vars()
    required_var_files = ["${get_terragrunt_dir()}/../../common.tfvars"]
    optional_var_files = ["missing.tfvars", "own.tfvars"]
    arguments          = ["-lock-timeout=5m", "-var", "one=1", "-var-file=more.tfvars"]
    env_vars           = { TF_VAR_two = "2", OTHER = "x" }
  }
}
inputs = merge(local.common.inputs, { size = "input", three = local.common.locals.three })
//- live/prod/app/more.tfvars
four = "four"
//- live/prod/env.hcl
locals { three = "3" }
inputs = { five = "5" }
//- m/main.tf
variable "size" {}
variable "zone" {}
variable "one" {}
variable "two" {}
variable "three" {}
variable "four" {}
variable "five" {}
resource "aws_x" "a" {
  size  = var.size
  zone  = var.zone
  one   = var.one
  two   = var.two
  three = var.three
  four  = var.four
  five  = var.five
}
"#,
        expect![[r#"
            app: live/prod/app reads []
            aws_x.a
              five = "5" @live/prod/env.hcl:2
              four = "four" @live/prod/app/more.tfvars:1
              one = "1"
              size = "common" @live/common.tfvars:1
              three = "3" @live/prod/env.hcl:1
              two = "2" @live/prod/app/terragrunt.hcl:9
              zone = "own" @live/prod/app/own.tfvars:1
        "#]],
    );
}

#[test]
fn a_stack_of_units_is_written_out() {
    check(
        r#"
//- live/terragrunt.stack.hcl
locals { size = 2 }
unit "data" {
  source = "../units/data"
  path   = "data"
  values = { size = local.size }
}
unit "web" {
  source = "../units/web"
  path   = "web"
  values = { data = "../data" }
}
//- units/data/template.txt
//- units/data/terragrunt.hcl
terraform { source = "${get_repo_root()}/m/data" }
inputs = { size = values.size }
//- units/web/terragrunt.hcl
terraform { source = "${get_repo_root()}/m/web" }
dependency "data" { config_path = values.data }
inputs = { host = dependency.data.outputs.host }
//- m/data/main.tf
variable "size" {}
resource "aws_db" "d" { size = var.size }
output "host" { value = aws_db.d.host }
//- m/web/main.tf
variable "host" {}
resource "aws_x" "w" { host = var.host }
"#,
        expect![[r#"
            live/data: live/.terragrunt-stack/data reads []
            live/web: live/.terragrunt-stack/web reads [live/.terragrunt-stack/data]
            units/data: units/data reads []
            units/web: units/web reads []
            unit.live/data.aws_db.d
              size = 2 @live/terragrunt.stack.hcl:1
            unit.live/web.aws_x.w
              host = ?(known after apply: unit.live/data.aws_db.d.host) <unit.live/data.aws_db.d.host>
            unit.units/data.aws_db.d
              size = ?(values are given by the stack of this unit)
            unit.units/web.aws_x.w
              host = ?(dependency data: values are given by the stack of this unit.host)
            unit.live/data from "/stack/m/data": m/data
            unit.live/web from "/stack/m/web": m/web
            unit.units/data from "/stack/m/data": m/data
            unit.units/web from "/stack/m/web": m/web
        "#]],
    );
}

#[test]
fn circles_end() {
    check(
        r#"
//- a/terragrunt.hcl
include { path = "terragrunt.hcl" }
terraform { source = "../m" }
dependency "b" { config_path = "../b" }
locals {
  one = local.two
  two = local.one
  other = read_terragrunt_config("../c.hcl")
}
inputs = {
  x = dependency.b.outputs.y
  l = local.one
  o = local.other.locals.back.locals.other
}
//- b/terragrunt.hcl
terraform { source = "../m" }
dependency "a" { config_path = "../a" }
inputs = { x = dependency.a.outputs.y }
//- c.hcl
locals { back = read_terragrunt_config("a/terragrunt.hcl") }
//- m/main.tf
variable "x" {}
variable "l" { default = null }
variable "o" { default = null }
resource "aws_x" "a" {
  x = var.x
  l = var.l
  o = var.o
}
output "y" { value = aws_x.a.id }
"#,
        expect![[r#"
            a: a reads [b]
            b: b reads [a]
            unit.a.aws_x.a
              l = ?(circular reference: local.one)
              o = {.., inputs = {}, locals = {back = ?(circular reference: local.back)}}
              x = ?(known after apply: unit.b.aws_x.a.id) <unit.b.aws_x.a.id>
            unit.b.aws_x.a
              l = null @m/main.tf:2
              o = null @m/main.tf:3
              x = ?(dependency a: ../a and this unit read from each other.y)
            unit.a from "/stack/m": m
            unit.b from "/stack/m": m
            problem in a/terragrunt.hcl: this includes itself
        "#]],
    );
}
