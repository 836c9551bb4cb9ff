//! The rarer parts of the language: read without noise, and without a wrong value.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod memory;

use expect_test::expect;
use memory::Memory;
use memory::show::check;

#[test]
fn blocks_about_the_state_say_nothing() {
    check(
        r#"
moved {
  from = aws_x.old
  to   = aws_x.a
}
removed {
  from = aws_x.gone
  lifecycle { destroy = false }
}
import {
  for_each = { a = "id" }
  to       = aws_x.a
  id       = each.value
}
check "health" {
  data "http" "h" { url = "https://example.com/${aws_x.a.name}" }
  assert {
    condition     = data.http.h.status_code == 200
    error_message = "down"
  }
}
resource "aws_x" "a" { name = "n" }
"#,
        expect![[r#"
            aws_x.a
              name = "n" @main.tf:22
            data.http.h
              url = "https://example.com/n" <aws_x.a.name>
            data.http.h -> aws_x.a
        "#]],
    );
}

#[test]
fn what_lives_only_while_applying_is_unknown() {
    check(
        r#"
ephemeral "aws_secretsmanager_secret_version" "s" { secret_id = "s" }
resource "terraform_data" "t" { input = { a = 1 } }
resource "aws_x" "a" {
  password = ephemeral.aws_secretsmanager_secret_version.s.secret_string
  parsed   = provider::aws::arn_parse("arn:aws:s3:::b").service
  tried    = try(provider::aws::arn_parse("x").service, "other")
  can      = can(provider::aws::trim("x"))
  input    = terraform_data.t.input.a
  output   = terraform_data.t.output
}
"#,
        expect![[r#"
            aws_x.a
              can = ?(provider::aws::trim() is not followed)
              input = 1 <terraform_data.t.input.a> @main.tf:3
              output = ?(known after apply: terraform_data.t.output) <terraform_data.t.output>
              parsed = ?(provider::aws::arn_parse() is not followed)
              password = ?(ephemeral.aws_secretsmanager_secret_version is known when applying)
              tried = ?(provider::aws::arn_parse() is not followed)
            terraform_data.t
              input = {a = 1} @main.tf:3
            aws_x.a -> terraform_data.t
        "#]],
    );
}

#[test]
fn providers_with_aliases_and_for_each() {
    check(
        r#"
provider "aws" {
  alias    = "by"
  for_each = toset(["eu-west-1"])
  region   = each.value
}
provider "aws" {
  alias  = "us"
  region = "us-east-1"
}
resource "aws_x" "a" { provider = aws.by["eu-west-1"] }
resource "aws_x" "b" { provider = aws.us }
module "m" {
  source    = "./m"
  providers = { aws = aws.us, aws.other = aws.us }
}
//- m/main.tf
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}
resource "aws_x" "c" {}
resource "aws_x" "d" { provider = aws.other }
"#,
        expect![[r#"
            aws_x.a in ?(each.value without for_each)
            aws_x.b in "us-east-1" @main.tf:9
            module.m.aws_x.c in "us-east-1" @main.tf:9
            module.m.aws_x.d in "us-east-1" @main.tf:9
            module.m from "./m": m
        "#]],
    );
}

#[test]
fn keys_with_dots_quotes_and_signs_keep_their_spelling() {
    check(
        r#"
resource "aws_x" "a" {
  for_each = { "www.example.com" = 1, "a\"b" = 2, "$${c}" = 3 }
  size     = each.value
}
resource "aws_y" "b" {
  dot   = aws_x.a["www.example.com"].size
  quote = aws_x.a["a\"b"].size
  all   = [for key, one in aws_x.a : "${key}=${one.size}"]
}
"#,
        expect![[r#"
            aws_x.a["$${c}"]
              size = 3 @main.tf:3
            aws_x.a["a\"b"]
              size = 2 @main.tf:3
            aws_x.a["www.example.com"]
              size = 1 @main.tf:3
            aws_y.b
              all = ["${c}=3" <aws_x.a["$${c}"].size>, "a\"b=2" <aws_x.a["a\"b"].size>, "www.example.com=1" <aws_x.a["www.example.com"].size>]
              dot = 1 <aws_x.a["www.example.com"].size> @main.tf:3
              quote = 2 <aws_x.a["a\"b"].size> @main.tf:3
            aws_y.b -> aws_x.a
        "#]],
    );
}

#[test]
fn variables_that_may_not_be_null_fall_back_on_their_default() {
    check(
        r#"
module "m" {
  source   = "./m"
  strict   = null
  lax      = null
  settings = { name = "n", inner = {} }
}
//- m/main.tf
variable "strict" {
  default  = 3
  nullable = false
}
variable "lax" { default = 3 }
variable "settings" {
  type = object({
    name  = string
    size  = optional(number, 2)
    inner = optional(object({ zone = optional(string, "a"), list = optional(list(string), ["x"]) }), {})
    none  = optional(string)
  })
}
resource "aws_x" "a" {
  strict   = var.strict
  lax      = var.lax
  settings = var.settings
}
"#,
        expect![[r#"
            module.m.aws_x.a
              lax = null @main.tf:5
              settings = {inner = {list = ["x"], zone = "a"}, name = "n", none = null, size = 2} @main.tf:6
              strict = 3 @m/main.tf:2
            module.m from "./m": m
        "#]],
    );
}

#[test]
fn files_of_the_workspace_are_read() {
    check(
        r#"
resource "aws_x" "a" {
  for_each = fileset(path.module, "conf/*.json")
  conf     = jsondecode(file("${path.module}/${each.value}")).size
  text     = templatefile("user.tpl", { names = ["a", "b"], host = aws_y.h.address })
  indented = <<-EOT
      one
        two ${each.value}
    EOT
}
resource "aws_y" "h" {}
//- conf/a.json
{"size": 1}
//- conf/b.json
{"size": 2}
//- user.tpl
%{ for name in names ~}
${name}@${host}
%{ endfor ~}
"#,
        expect![[r#"
            aws_x.a["conf/a.json"]
              conf = 1
              indented = "one\n  two conf/a.json\n"
              text = ?(known after apply: aws_y.h.address) <aws_y.h.address>
            aws_x.a["conf/b.json"]
              conf = 2
              indented = "one\n  two conf/b.json\n"
              text = ?(known after apply: aws_y.h.address) <aws_y.h.address>
            aws_y.h
            aws_x.a -> aws_y.h
        "#]],
    );
}

#[test]
fn values_in_json_know_where_they_stand() {
    check(
        r#"
variable "n" { type = number }
variable "list" { type = list(string) }
resource "aws_x" "a" {
  n    = var.n
  list = var.list
}
//- prod.auto.tfvars.json
{
  "n": "3",
  "list": [
    "a",
    "${b}"
  ]
}
"#,
        expect![[r#"
            aws_x.a
              list = ["a", "${b}"] @prod.auto.tfvars.json:3
              n = 3 @prod.auto.tfvars.json:2
        "#]],
    );
}

#[test]
fn the_environment_of_the_user_is_not_read() {
    // TF_VAR_* are set for every command of a shell; a result must not depend on who looks.
    let memory = Memory::fixture("variable \"PATH\" {}\nresource \"aws_x\" \"a\" { path = var.PATH }\n");
    let json = memory.resolve();
    assert_eq!(json["instances"][0]["values"]["path"]["unknown"], "variable PATH has no value");
}

#[test]
fn decoded_lists_are_equal_where_their_elements_are() {
    check(
        r#"
resource "aws_x" "a" {
  same     = jsondecode("[1, {\"a\": []}]") == jsondecode("[1,{\"a\":[]}]")
  written  = jsondecode("[1, \"b\"]") == [1, "b"]
  other    = jsondecode("[1]") != jsondecode("[2]")
  of_a_set = toset(["a"]) == ["a"]
}
"#,
        expect![[r#"
            aws_x.a
              of_a_set = false
              other = true
              same = true
              written = true
        "#]],
    );
}
