//! What is understood from small stacks: one fixture a case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod memory;

use expect_test::expect;
use memory::Memory;
use memory::show::check;

#[test]
fn literals_know_where_they_stand() {
    check(
        r#"
resource "aws_x" "a" {
  one  = 1
  text = "t"
  list = ["a", true, null]
  sum  = 1 + 1
  same = ("t")
  into = "${"t"}"
}
"#,
        expect![[r#"
            aws_x.a
              into = "t" @main.tf:8
              list = ["a", true, null] @main.tf:5
              one = 1 @main.tf:3
              same = "t" @main.tf:7
              sum = 2
              text = "t" @main.tf:4
        "#]],
    );
}

#[test]
fn variables_take_the_last_source_and_keep_its_place() {
    check(
        r#"
variable "size" { default = "default" }
variable "count_of" {
  type    = number
  default = "3"
}
variable "flag" { type = bool }
variable "given" { default = "default" }
variable "unset" {}
variable "from_json" { default = "no" }
resource "aws_x" "a" {
  size  = var.size
  count_of = var.count_of
  flag  = var.flag
  given = local.given
  unset = var.unset
  list  = [var.size, var.size]
  json  = var.from_json
}
locals { given = var.given }
//- terraform.tfvars
size = "tfvars"
flag = "true"
given = "tfvars"
//- a.auto.tfvars
given = "auto a"
//- b.auto.tfvars
given = "auto b"
//- c.auto.tfvars.json
{"from_json": {"a": [1, null]}}
"#,
        expect![[r#"
            aws_x.a
              count_of = 3 @main.tf:5
              flag = true @terraform.tfvars:2
              given = "auto b" @b.auto.tfvars:1
              json = {a = [1, null]} @c.auto.tfvars.json:1
              list = ["tfvars", "tfvars"] @main.tf:17
              size = "tfvars" @terraform.tfvars:1
              unset = ?(variable unset has no value)
        "#]],
    );
}

#[test]
fn constraints_fill_in_optional_attributes() {
    check(
        r#"
variable "settings" {
  type = object({
    name  = string
    port  = optional(number, 8080)
    tags  = optional(map(string), {})
    extra = optional(string)
  })
  default = { name = 5, port = null }
}
variable "nodes" {
  type    = map(object({ size = optional(string, "small") }))
  default = { a = {}, b = { size = "big" } }
}
variable "wrong" {
  type    = list(string)
  default = { a = 1 }
}
variable "never_null" {
  default  = 7
  nullable = false
}
resource "aws_x" "a" {
  settings = var.settings
  nodes    = var.nodes
  wrong    = var.wrong
}
"#,
        expect![[r#"
            aws_x.a
              nodes = {a = {size = "small"}, b = {size = "big"}} @main.tf:13
              settings = {extra = null, name = "5", port = 8080, tags = {}} @main.tf:9
              wrong = ?(variable wrong: a list is required, this is a map)
        "#]],
    );
}

#[test]
fn count_and_for_each_expand() {
    check(
        r#"
resource "aws_x" "none" { count = 0 }
resource "aws_x" "two" {
  count = 2
  index = count.index
}
resource "aws_x" "each" {
  for_each = { b = "B", "a\"${"{"}" = "A" }
  key      = each.key
  value    = each.value
}
resource "aws_x" "set" {
  for_each = toset(["y", "x"])
  value    = each.value
}
resource "aws_x" "open" {
  count = length(data.aws_azs.all.names)
  name  = "n-${count.index}"
}
resource "aws_x" "by_name" {
  for_each = toset(data.aws_azs.all.names)
  name     = each.key
}
resource "aws_x" "many" { count = 1000000000 }
resource "aws_x" "negative" { count = -1 }
data "aws_azs" "all" {}
"#,
        expect![[r#"
            aws_x.by_name[*] (known after apply: data.aws_azs.all.names)
              name = ?(known after apply: data.aws_azs.all.names) <data.aws_azs.all.names>
            aws_x.each["a\"{"]
              key = "a\"{"
              value = "A" @main.tf:8
            aws_x.each["b"]
              key = "b"
              value = "B" @main.tf:8
            aws_x.many[*] (count is 1000000000, too many to list)
            aws_x.negative[*] (count is -1)
            aws_x.open[*] (known after apply: data.aws_azs.all.names)
              name = ?(known after apply: data.aws_azs.all.names) <data.aws_azs.all.names>
            aws_x.set["x"]
              value = "x" @main.tf:13
            aws_x.set["y"]
              value = "y" @main.tf:13
            aws_x.two[0]
              index = 0
            aws_x.two[1]
              index = 1
            data.aws_azs.all
            aws_x.by_name -> data.aws_azs.all
            aws_x.open -> data.aws_azs.all
            problem in main.tf: this makes more instances than are followed here; one that is not known stands for all of them
        "#]],
    );
}

#[test]
fn references_leave_traces() {
    check(
        r#"
resource "aws_vpc" "main" {
  cidr = "10.0.0.0/16"
  tags = { Name = "main" }
  block { name = "b" }
}
resource "aws_subnet" "s" {
  count = 2
  vpc   = aws_vpc.main.id
  cidr  = cidrsubnet(aws_vpc.main.cidr, 8, count.index)
}
resource "aws_x" "x" {
  all    = aws_subnet.s[*].id
  one    = aws_subnet.s[0].cidr
  legacy = aws_subnet.s.*.cidr
  none   = aws_subnet.s[7].id
  name   = aws_vpc.main.tags["Name"]
  block  = aws_vpc.main.block[0].name
  inside = aws_vpc.main.block[0].arn
  for    = [for s in aws_subnet.s : s.id]
  first  = element(aws_subnet.s[*].id, 0)
  text   = "arn:${aws_vpc.main.arn}"
  count_of = length(aws_subnet.s)
  whole  = aws_vpc.main
  either = aws_vpc.main.flag ? aws_subnet.s[0].id : aws_subnet.s[1].id
  keys   = { (aws_vpc.main.id) = 1 }
  joined = join(",", concat(["a"], [aws_vpc.main.id]))
}
"#,
        expect![[r#"
            aws_subnet.s[0]
              cidr = "10.0.0.0/24" <aws_vpc.main.cidr>
              vpc = ?(known after apply: aws_vpc.main.id) <aws_vpc.main.id>
            aws_subnet.s[1]
              cidr = "10.0.1.0/24" <aws_vpc.main.cidr>
              vpc = ?(known after apply: aws_vpc.main.id) <aws_vpc.main.id>
            aws_vpc.main
              cidr = "10.0.0.0/16" @main.tf:3
              tags = {Name = "main"} @main.tf:4
              block:
                name = "b" @main.tf:5
            aws_x.x
              all = [?(known after apply: aws_subnet.s[0].id) <aws_subnet.s[0].id>, ?(known after apply: aws_subnet.s[1].id) <aws_subnet.s[1].id>]
              block = "b" <aws_vpc.main.block.name> @main.tf:5
              count_of = 2 <aws_subnet.s[0].> <aws_subnet.s[1].>
              either = ?(known after apply: aws_vpc.main.flag) <aws_subnet.s[0].id> <aws_subnet.s[1].id> <aws_vpc.main.flag>
              first = ?(known after apply: aws_subnet.s[0].id) <aws_subnet.s[0].id>
              for = [?(known after apply: aws_subnet.s[0].id) <aws_subnet.s[0].id>, ?(known after apply: aws_subnet.s[1].id) <aws_subnet.s[1].id>]
              inside = ?(known after apply: aws_vpc.main.block.arn) <aws_vpc.main.block.arn>
              joined = ?(known after apply: aws_vpc.main.id) <aws_vpc.main.id>
              keys = ?(known after apply: aws_vpc.main.id) <aws_vpc.main.id>
              legacy = ["10.0.0.0/24" <aws_subnet.s[0].cidr> <aws_vpc.main.cidr>, "10.0.1.0/24" <aws_subnet.s[1].cidr> <aws_vpc.main.cidr>]
              name = "main" <aws_vpc.main.tags> @main.tf:4
              none = ?(aws_subnet.s has no such instance)
              one = "10.0.0.0/24" <aws_subnet.s[0].cidr> <aws_vpc.main.cidr>
              text = ?(known after apply: aws_vpc.main.arn) <aws_vpc.main.arn>
              whole = {.., block = [{.., name = "b"}] <aws_vpc.main.block>, cidr = "10.0.0.0/16" <aws_vpc.main.cidr>, tags = {Name = "main"} <aws_vpc.main.tags>}
            aws_subnet.s -> aws_vpc.main
            aws_x.x -> aws_subnet.s
        "#]],
    );
}

#[test]
fn what_is_unknown_does_not_spoil_the_rest() {
    check(
        r#"
resource "aws_a" "a" {}
resource "aws_x" "x" {
  length   = length([aws_a.a.id, "b"])
  decided  = false && aws_a.a.flag
  also     = aws_a.a.flag || true
  same     = aws_a.a.flag ? "v" : "v"
  fallback = try(aws_a.a.id, "none")
  missing  = try(aws_a.a[0].id, local.m.z, "none")
  slice    = slice(data.aws_azs.z.names, 0, 2)
  map      = merge({ a = 1 }, { b = aws_a.a.id }).a
  json     = jsonencode({ a = aws_a.a.id })
  compared = aws_a.a.id == "x"
  null     = aws_a.a.id == null
  broken   = [for x in aws_a.a.list : x.id if x.ok]
  unset    = aws_b.b.unset == null ? "computed?" : "set"
}
resource "aws_b" "b" { unset = null }
locals { m = {} }
data "aws_azs" "z" {}
"#,
        expect![[r#"
            aws_a.a
            aws_b.b
              unset = null @main.tf:18
            aws_x.x
              also = true <aws_a.a.flag>
              broken = ?(known after apply: aws_a.a.list) <aws_a.a.list>
              compared = ?(known after apply: aws_a.a.id) <aws_a.a.id>
              decided = false
              fallback = ?(known after apply: aws_a.a.id) <aws_a.a.id>
              json = ?(known after apply: aws_a.a.id) <aws_a.a.id>
              length = 2 <aws_a.a.id>
              map = 1 @main.tf:11
              missing = "none" @main.tf:9
              null = ?(known after apply: aws_a.a.id) <aws_a.a.id>
              same = "v" <aws_a.a.flag>
              slice = [?(known after apply: data.aws_azs.z.names) <data.aws_azs.z.names>, ?(known after apply: data.aws_azs.z.names) <data.aws_azs.z.names>] <data.aws_azs.z.names>
              unset = ?(known after apply: aws_b.b.unset) <aws_b.b.unset>
            data.aws_azs.z
            aws_x.x -> aws_a.a
            aws_x.x -> aws_b.b
            aws_x.x -> data.aws_azs.z
        "#]],
    );
}

#[test]
fn modules_pass_values_in_and_out() {
    check(
        r#"
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "us"
  region = var.us
}
variable "us" { default = "us-east-1" }
module "web" {
  source    = "./modules/web"
  for_each  = { a = 1, b = 2 }
  size      = each.value
  providers = { aws = aws.us }
}
module "plain" {
  source = "./modules/web"
  size   = 3
}
resource "aws_x" "x" {
  out   = module.web["a"].size
  id    = module.plain.id
  all   = [for m in module.web : m.id]
  dir   = module.plain.dir
  none  = module.plain.nothing
  keys  = keys(module.web)
}
//- modules/web/main.tf
variable "size" { type = number }
resource "aws_i" "this" { size = var.size }
output "size" { value = var.size }
output "id" { value = aws_i.this.id }
output "dir" { value = "${path.module} ${path.root} ${terraform.workspace}" }
"#,
        expect![[r#"
            aws_x.x in "eu-west-1" @main.tf:2
              all = [?(known after apply: module.web["a"].aws_i.this.id) <module.web["a"].aws_i.this.id>, ?(known after apply: module.web["b"].aws_i.this.id) <module.web["b"].aws_i.this.id>]
              dir = "modules/web . default"
              id = ?(known after apply: module.plain.aws_i.this.id) <module.plain.aws_i.this.id>
              keys = ["a", "b"]
              none = ?(module.plain has no output nothing)
              out = 1 @main.tf:10
            module.plain.aws_i.this in "eu-west-1" @main.tf:2
              size = 3 @main.tf:16
            module.web["a"].aws_i.this in "us-east-1" @main.tf:7
              size = 1 @main.tf:10
            module.web["b"].aws_i.this in "us-east-1" @main.tf:7
              size = 2 @main.tf:10
            module.plain from "./modules/web": modules/web
            module.web["a"] from "./modules/web": modules/web
            module.web["b"] from "./modules/web": modules/web
            aws_x.x -> module.plain.aws_i.this
            aws_x.x -> module.web.aws_i.this
        "#]],
    );
}

#[test]
fn modules_that_are_not_at_hand_are_opaque() {
    check(
        r#"
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0"
  name    = "main"
}
module "installed" { source = "terraform-aws-modules/x/aws" }
module "gone" { source = "./gone" }
module "me" { source = "./" }
resource "aws_x" "x" {
  vpc  = module.vpc.vpc_id
  size = module.installed.size
}
//- .terraform/modules/modules.json
{"Modules":[{"Key":"","Source":"","Dir":"."},{"Key":"installed","Source":"x","Dir":".terraform/modules/installed"}]}
//- .terraform/modules/installed/main.tf
output "size" { value = "big" }
"#,
        expect![[r#"
            aws_x.x
              size = "big" @.terraform/modules/installed/main.tf:1
              vpc = ?(the source of module.vpc is not at hand) <module.vpc.vpc_id>
            module.vpc
              name = "main" @main.tf:5
              version = "5.0" @main.tf:4
            module.gone from "./gone": not at hand
            module.installed from "terraform-aws-modules/x/aws": .terraform/modules/installed
            module.me from "./": not at hand
            module.vpc from "terraform-aws-modules/vpc/aws": not at hand
            problem in main.tf: there is no Terraform file in ./gone
            problem in main.tf: module me calls itself
        "#]],
    );
}

#[test]
fn dynamic_blocks_expand() {
    check(
        r#"
resource "aws_sg" "s" {
  ingress { port = 1 }
  dynamic "ingress" {
    for_each = [80, 443]
    content {
      port = ingress.value
      at   = ingress.key
      dynamic "inner" {
        for_each = { a = ingress.value }
        iterator = it
        content { pair = "${it.key}${it.value}" }
      }
    }
  }
  dynamic "egress" {
    for_each = data.aws_x.y.list
    content { port = egress.value.port }
  }
  lifecycle { ignore_changes = [ingress] }
  provisioner "local-exec" { command = "true" }
}
resource "aws_x" "x" {
  ports  = aws_sg.s.ingress[*].port
  egress = aws_sg.s.egress
}
data "aws_x" "y" {}
"#,
        expect![[r#"
            aws_sg.s
              ingress:
                port = 1 @main.tf:3
              ingress:
                at = 0
                port = 80 @main.tf:5
                inner:
                  pair = "a80"
              ingress:
                at = 1
                port = 443 @main.tf:5
                inner:
                  pair = "a443"
              egress (known after apply: data.aws_x.y.list):
                port = ?(known after apply: data.aws_x.y.list) <data.aws_x.y.list>
            aws_x.x
              egress = ?(known after apply: data.aws_x.y.list) <aws_sg.s.egress>
              ports = [1, 80, 443] <aws_sg.s.ingress.port>
            data.aws_x.y
            aws_sg.s -> data.aws_x.y
            aws_x.x -> aws_sg.s
        "#]],
    );
}

#[test]
fn override_files_change_blocks() {
    check(
        r#"
variable "v" { default = 1 }
resource "aws_x" "x" {
  v     = var.v
  keep  = "kept"
  a     = "old"
  block { n = 1 }
  other { n = 1 }
}
locals { l = "old" }
//- override.tf
resource "aws_x" "x" {
  a = local.l
  block { n = 2 }
  block { n = 3 }
}
//- z_override.tf
variable "v" { default = 2 }
locals { l = "new" }
"#,
        expect![[r#"
            aws_x.x
              a = "new" @z_override.tf:2
              keep = "kept" @main.tf:5
              v = 2 @z_override.tf:1
              other:
                n = 1 @main.tf:8
              block:
                n = 2 @override.tf:3
              block:
                n = 3 @override.tf:4
        "#]],
    );
}

#[test]
fn circles_and_mistakes_are_unknown_with_a_reason() {
    check(
        r#"
locals {
  a = local.b
  b = local.a
}
resource "aws_x" "x" {
  circle     = local.a
  undeclared = var.nope
  resource   = aws_y.nope.id
  function   = nosuch(1)
  number     = 1 + "x"
  index      = [1][3]
  half       = aws_x.y.
  open       = [1,
  clock      = timestamp()
}
resource "aws_x" "x" {}
resource "aws_x" {}
"#,
        expect![[r#"
            aws_x.x
              circle = ?(circular reference: local.a)
              clock = ?(timestamp() is not followed)
              function = ?(nosuch() is not followed)
              half = ?(this can't be read)
              index = ?(there is no element 3 in a list of 1)
              number = ?(a number is required, this is "x")
              open = [1] @main.tf:14
              resource = ?(aws_y.nope is not declared)
              undeclared = ?(var.nope is not declared)
            problem in main.tf: the value ends after `.`; expected a value
            problem in main.tf: `[` is not closed; expected `]`
            problem in main.tf: resource "aws_x" "x" is already declared in main.tf
            problem in main.tf: resource needs 2 label(s), this has 1
        "#]],
    );
}

#[test]
fn references_are_those_of_the_graph() {
    check(
        r#"
resource "aws_a" "a" {}
resource "aws_b" "b" { a = local.a }
resource "aws_c" "c" {
  depends_on = [aws_b.b, module.m]
  a          = aws_a.a.id
  dynamic "d" {
    for_each = data.aws_d.d.x
    content { v = d.value }
  }
}
resource "aws_e" "e" {
  lifecycle {
    replace_triggered_by = [aws_c.c.id]
    ignore_changes       = [aws_a]
  }
}
resource "aws_f" "f" { v = [for aws_a in [1] : aws_a.a] }
resource "aws_g" "g" { v = module.m.out }
data "aws_d" "d" {}
locals { a = aws_a.a.id }
module "m" {
  source = "./m"
  in     = aws_b.b.id
  count  = 0
}
provider "aws" { region = aws_p.p.region }
resource "aws_p" "p" { provider = other.x }
//- m/main.tf
variable "in" {}
resource "aws_m" "m" { v = var.in }
resource "aws_n" "n" {}
output "out" { value = aws_n.n.id }
"#,
        expect![[r#"
            aws_a.a in ?(known after apply: aws_p.p.region) <aws_p.p.region>
            aws_b.b in ?(known after apply: aws_p.p.region) <aws_p.p.region>
              a = ?(known after apply: aws_a.a.id) <aws_a.a.id>
            aws_c.c in ?(known after apply: aws_p.p.region) <aws_p.p.region> after aws_b.b
              a = ?(known after apply: aws_a.a.id) <aws_a.a.id>
              d (known after apply: data.aws_d.d.x):
                v = ?(known after apply: data.aws_d.d.x) <data.aws_d.d.x>
            aws_e.e in ?(known after apply: aws_p.p.region) <aws_p.p.region>
            aws_f.f in ?(known after apply: aws_p.p.region) <aws_p.p.region>
              v = ?(this is a number, it has no attribute `a`)
            aws_g.g in ?(known after apply: aws_p.p.region) <aws_p.p.region>
              v = ?(this is a list, it has no attribute `out`)
            aws_p.p
            data.aws_d.d in ?(known after apply: aws_p.p.region) <aws_p.p.region>
            aws_a.a -> aws_p.p
            aws_b.b -> aws_a.a
            aws_c.c -> data.aws_d.d
            aws_c.c -> module.m.aws_m.m
            aws_c.c -> module.m.aws_n.n
            aws_e.e -> aws_c.c
            aws_f.f -> aws_p.p
            aws_g.g -> module.m.aws_n.n
            data.aws_d.d -> aws_p.p
            module.m.aws_m.m -> aws_b.b
            module.m.aws_n.n -> aws_p.p
        "#]],
    );
}

#[test]
fn sensitive_values_are_never_printed() {
    let memory = Memory::fixture(
        r#"
variable "password" {
  default   = "hunter2"
  sensitive = true
}
resource "aws_db" "d" {
  password = var.password
  url      = "postgres://admin:${var.password}@host"
  list     = ["plain", var.password]
  length   = length(var.password)
  shown    = nonsensitive("fine")
  picked   = var.password == "hunter2" ? "yes" : "no"
  block { secret = upper(var.password) }
}
resource "aws_x" "x" {
  password = aws_db.d.password
  from     = module.m.key
}
module "m" { source = "./m" }
//- m/main.tf
output "key" {
  value     = "hunter2"
  sensitive = true
}
"#,
    );
    let json = memory.resolve().to_string();
    assert!(!json.to_lowercase().contains("hunter2"), "{json}");
    expect![[r#"
        {
          "block": {
            "unknown": "sensitive",
            "partly": [
              {
                "secret": {
                  "unknown": "sensitive"
                }
              }
            ]
          },
          "length": {
            "unknown": "sensitive"
          },
          "list": {
            "unknown": "sensitive",
            "partly": [
              "plain",
              {
                "unknown": "sensitive"
              }
            ]
          },
          "password": {
            "unknown": "sensitive"
          },
          "picked": {
            "unknown": "sensitive"
          },
          "shown": {
            "known": "fine"
          },
          "url": {
            "unknown": "sensitive"
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&memory.resolve()["instances"][0]["values"]).unwrap());
}

#[test]
fn files_of_the_module_can_be_read() {
    check(
        r#"
resource "aws_x" "x" {
  text     = file("${path.module}/a.txt")
  template = templatefile("t.tpl", { name = "n", list = ["x", "y"] })
  unknown  = templatefile("t.tpl", { name = aws_x.y.id, list = [] })
  lacking  = templatefile("t.tpl", {})
  exists   = [fileexists("a.txt"), fileexists("b.txt")]
  gone     = try(file("b.txt"), "fallback")
  set      = fileset(".", "*.t?t")
  digest   = filemd5("a.txt")
}
resource "aws_x" "y" {}
//- a.txt
hello
//- t.tpl
name: ${name}
%{ for l in list ~}
- ${l}
%{ endfor ~}
"#,
        expect![[r#"
            aws_x.x
              digest = "b1946ac92492d2347c6235b4d2611184"
              exists = [true, false] @main.tf:7
              gone = "fallback" @main.tf:8
              lacking = ?(`name` is not given to the template)
              set = set["a.txt"]
              template = "name: n\n- x\n- y\n"
              text = "hello\n"
              unknown = ?(known after apply: aws_x.y.id) <aws_x.y.id>
            aws_x.y
            aws_x.x -> aws_x.y
        "#]],
    );
}

#[test]
fn hostile_texts_end() {
    let mut chain = String::from("locals {\n  l0 = [\"x\", \"x\"]\n");
    for index in 1..400 {
        chain += &format!("  l{index} = [local.l{0}, local.l{0}]\n", index - 1);
    }
    chain += "}\n";
    let mut words = String::from("locals {\n  w0 = \"xx\"\n");
    for index in 1..100 {
        words += &format!("  w{index} = \"${{local.w{0}}}${{local.w{0}}}\"\n", index - 1);
    }
    words += "}\n";
    let fixture = format!(
        "{chain}{words}resource \"aws_x\" \"x\" {{\n  a = local.l399\n  w = local.w99\n  n = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : a + b + c]]]\n  length = length(local.l20)\n  y = yamldecode({:?})\n}}\n",
        {
            let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
            for index in 1..12 {
                bomb += &format!("a{index}: &a{index} [{}]\n", vec![format!("*a{}", index - 1); 10].join(", "));
            }
            bomb
        }
    );
    let memory = Memory::new(&[("main.tf", &fixture)]);
    let resolved = memory.resolved();
    let [one] = resolved.resources.instances.as_slice() else { panic!("one instance") };
    for name in ["a", "w", "n", "y"] {
        assert!(!one.body.attributes[name].value.is_wholly_known(), "{name}");
    }
}

#[test]
fn long_chains_end_without_a_stack_overflow() {
    let mut text = String::from("resource \"aws_x\" \"r0\" { name = \"x\" }\n");
    for index in 1..600 {
        let before = index - 1;
        text += &format!(
            "resource \"aws_x\" \"r{index}\" {{
               count = length([for k, v in {{ a = aws_x.r{before} }} : upper(join(\"\", [\"${{true ? k : \"\"}}\"])) if !(v == null)])
               dynamic \"b\" {{
                 for_each = {{ for k, v in {{ a = try([[aws_x.r{before}]], null) }} : k => flatten([v]) }}
                 content {{ name = \"${{upper(lower(\"${{b.value[0].b[0].name}}\"))}}\" }}
               }}
             }}
             module \"m{index}\" {{
               source = \"./m\"
               in     = \"${{upper(module.m{before}.out)}}\"
             }}\n"
        );
    }
    text += "module \"m0\" {\n source = \"./m\"\n in = \"x\"\n}\nresource \"aws_y\" \"y\" { out = module.m599.out }\n";
    let module = "variable \"in\" {}\nlocals { a = lower(\"${var.in}\") }\noutput \"out\" { value = [local.a][0] }\n";
    let resolved = Memory::new(&[("main.tf", &text), ("m/main.tf", module)]).resolved();
    assert!(resolved.resources.instances.len() >= 600, "{}", resolved.resources.instances.len());
    let last = resolved.resources.instances.iter().find(|one| &*one.address == "aws_y.y").unwrap();
    assert!(!last.body.attributes["out"].value.is_known());
}

#[test]
fn an_empty_directory_says_so() {
    check(
        "//- readme.md\nhello\n",
        expect![[r#"
        problem in : there is no Terraform file in /stack
    "#]],
    );
}

#[test]
fn a_value_for_a_variable_that_is_declared_nowhere_is_used_and_said() {
    check(
        r#"
resource "aws_x" "a" {
  desired_count = var.env == "production" ? 3 : 1
  other = var.nothing
}
module "inner" {
  source = "./inner"
  env    = "inner"
}
//- inner/main.tf
resource "aws_x" "b" { env = var.env }
//- terraform.tfvars
env = "production"
nobody = 1
"#,
        expect![[r#"
            aws_x.a
              desired_count = 3 @main.tf:3
              other = ?(var.nothing is not declared)
            module.inner.aws_x.b
              env = ?(var.env is not declared)
            module.inner from "./inner": inner
            note in main.tf: var.env is declared nowhere here; the value given to it is used
            unread in terraform.tfvars: nobody
        "#]],
    );
}
