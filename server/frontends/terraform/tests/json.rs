//! Configuration in JSON, alone and beside the other form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod memory;

use std::process::Command;

use expect_test::expect;
use memory::show::check;
use memory::{Memory, root};

#[test]
fn every_block_type_is_read() {
    check(
        r#"
//- main.tf.json
{
  "//": "made by a program",
  "terraform": {"required_version": ">= 1.0", "backend": {"s3": {"bucket": "b"}}},
  "provider": {"aws": [{"region": "eu-west-1"}, {"alias": "west", "region": "${var.west}"}]},
  "variable": {"west": {"type": "string", "default": "us-west-2"}, "names": {"type": "list(string)", "default": ["a", "${b}"]}},
  "locals": {"n": "${length(var.names) + 1}", "text": "n is ${local.n}"},
  "resource": {
    "aws_instance": {"web": {
      "count": "${local.n}", "provider": "aws.west", "ami": "x-${count.index}",
      "tags": {"Name": "${local.text}", "${var.west}": 1},
      "root_block_device": {"size": 10}, "depends_on": ["aws_vpc.v"]
    }},
    "aws_vpc": {"v": [{"cidr_block": "10.0.0.0/16"}]},
    "aws_security_group": {"s": {"vpc_id": "${aws_vpc.v.id}",
      "dynamic": {"ingress": {"for_each": ["1", "2"], "content": {"from_port": "${ingress.value}"}}}}}
  },
  "data": {"aws_ami": {"a": {"filter": [{"name": "x", "values": ["y"]}]}}},
  "module": {"m": {"source": "./m", "in": "${aws_vpc.v.cidr_block}", "providers": {"aws": "aws.west"}}},
  "output": {"o": {"value": "${module.m.out}", "sensitive": true}},
  "moved": {"from": "aws_instance.a", "to": "aws_instance.web"},
  "check": {"c": {"data": {"http": {"h": {"url": "${module.m.out}"}}}, "assert": {"condition": "${true}", "error_message": "x"}}}
}
//- m/m.tofu.json
{"variable": {"in": {}}, "resource": {"aws_subnet": {"s": {"cidr_block": "${cidrsubnet(var.in, 8, 1)}"}}},
 "output": {"out": {"value": "${aws_subnet.s.cidr_block}"}}}
"#,
        expect![[r#"
            aws_instance.web[0] in "us-west-2" @main.tf.json:5 after aws_vpc.v
              ami = "x-0"
              tags = {Name = "n is 3", us-west-2 = 1} @main.tf.json:10
              root_block_device:
                size = 10 @main.tf.json:11
            aws_instance.web[1] in "us-west-2" @main.tf.json:5 after aws_vpc.v
              ami = "x-1"
              tags = {Name = "n is 3", us-west-2 = 1} @main.tf.json:10
              root_block_device:
                size = 10 @main.tf.json:11
            aws_instance.web[2] in "us-west-2" @main.tf.json:5 after aws_vpc.v
              ami = "x-2"
              tags = {Name = "n is 3", us-west-2 = 1} @main.tf.json:10
              root_block_device:
                size = 10 @main.tf.json:11
            aws_security_group.s in "eu-west-1" @main.tf.json:4
              vpc_id = ?(known after apply: aws_vpc.v.id) <aws_vpc.v.id>
              ingress:
                from_port = "1" @main.tf.json:15
              ingress:
                from_port = "2" @main.tf.json:15
            aws_vpc.v in "eu-west-1" @main.tf.json:4
              cidr_block = "10.0.0.0/16" @main.tf.json:13
            data.aws_ami.a in "eu-west-1" @main.tf.json:4
              filter:
                name = "x" @main.tf.json:17
                values = ["y"] @main.tf.json:17
            data.http.h
              url = "10.0.1.0/24" <aws_vpc.v.cidr_block> <module.m.aws_subnet.s.cidr_block>
            module.m.aws_subnet.s in "us-west-2" @main.tf.json:5
              cidr_block = "10.0.1.0/24" <aws_vpc.v.cidr_block>
            module.m from "./m": m
            aws_instance.web -> aws_vpc.v
            aws_security_group.s -> aws_vpc.v
            data.http.h -> module.m.aws_subnet.s
            module.m.aws_subnet.s -> aws_vpc.v
        "#]],
    );
}

#[test]
fn both_forms_and_override_files_make_one_module() {
    check(
        r#"
resource "aws_db_instance" "a" {
  multi_az = false
  tags     = { a = 1 }
  timeouts { create = "1h" }
}
variable "n" {}
variable "m" {}
//- more.tf.json
{"resource": {"aws_instance": {"b": {"count": "${var.n}", "ami": "${aws_db_instance.a.multi_az}-${var.m}"}}}}
//- x_override.tf.json
{"resource": {"aws_db_instance": {"a": {"multi_az": true, "timeouts": [{"create": "2h"}]}}}}
//- both.tf.json
{"locals": {"which": "tf"}}
//- both.tofu.json
{"locals": {"which": "tofu"}, "output": {"w": {"value": "${local.which}"}}}
//- terraform.tfvars.json
{"n": 2, "//": "a comment", "m": "${not.evaluated}"}
"#,
        expect![[r#"
            aws_db_instance.a
              multi_az = true @x_override.tf.json:1
              tags = {a = 1} @main.tf:4
              timeouts:
                create = "2h" @x_override.tf.json:1
            aws_instance.b[0]
              ami = "true-${not.evaluated}" <aws_db_instance.a.multi_az>
            aws_instance.b[1]
              ami = "true-${not.evaluated}" <aws_db_instance.a.multi_az>
            aws_instance.b -> aws_db_instance.a
        "#]],
    );
}

#[test]
fn places_are_those_of_keys_and_values() {
    let memory = Memory::fixture(
        r#"
//- main.tf.json
{
  "variable": {"n": {"default": 3}},
  "resource": {
    "aws_instance": {
      "web": {
        "count": "${var.n}",
        "ami": "ami-${aws_vpc.v.id}"
      }
    },
    "aws_vpc": {"v": {}}
  }
}
"#,
    );
    let resolved = memory.resolved();
    let one = &resolved.resources.instances[0];
    let text = memory.files.text_of(&memory.path("main.tf.json"));
    assert_eq!(one.block.header.text(text), "\"web\"");
    assert!(one.block.span.text(text).starts_with("\"web\": {\n        \"count\""));
    let count = one.repetition.as_ref().unwrap();
    assert_eq!((count.place.name.text(text), count.place.value.text(text)), ("\"count\"", "\"${var.n}\""));
    assert_eq!(count.value.origin.as_ref().unwrap().span.text(text), "3");
    let ami = &one.body.attributes["ami"];
    assert_eq!(ami.value.provenance.iter().next().unwrap().place.span.text(text), "aws_vpc.v.id");
    assert_eq!(root(), resolved.root);
}

/// What Terraform itself makes of a stack in JSON: its locals as `terraform console` prints them. Resources would need a
/// provider; what of their text is a block is compared in `tests/parity`.
#[test]
fn terraform_says_the_same_of_json() {
    let text = r##"{
  "//": "comment",
  "variable": {
    "literal": {"default": "${not} %{ if }"},
    "typed": {"type": "object({a = optional(number, 3), b = list(string)})", "default": {"b": [1, true]}},
    "plain": {"type": "map(number)", "default": {"x": "1", "//": 2}}
  },
  "locals": [
    {
      "interpolated": "a${1 + 1}b", "alone": "${[1, 2]}", "escaped": "$${x} %%{y} \\n \"q\" \u00e9 \ud83d\ude00 \/ tab\t",
      "directive": "%{ for x in [1, 2] }<${x}>%{ endfor }", "quoted": "${jsonencode({\"k\" = \"v\\n\"})}",
      "number": 1.50, "exponent": 1e3, "flag": true, "nothing": null, "list": ["${1}", {"k${2}": "${true}"}],
      "object": {"//": "kept", "a": "${upper(\"x\")}"}, "trimmed": "a ${~ 1 ~} b", "line": "a\n  b\n", "empty": ""
    },
    {"other": "${local.number}", "literal": "${var.literal}", "typed": "${var.typed}", "plain": "${var.plain}"}
  ]
}"##;
    let names = [
        "interpolated",
        "alone",
        "escaped",
        "directive",
        "quoted",
        "number",
        "exponent",
        "flag",
        "nothing",
        "list",
        "object",
        "trimmed",
        "line",
        "empty",
        "other",
        "literal",
        "typed",
        "plain",
    ];
    let directory = std::env::temp_dir().join(format!("foreshock-json-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("main.tf.json"), text).unwrap();
    let mut ours = Memory::new(&[("main.tf.json", text)]);
    let lines: Vec<String> = names.iter().map(|name| format!("  {name} = jsonencode(local.{name})\n")).collect();
    ours.files.set(ours.path("ask.tf"), &format!("resource \"a\" \"b\" {{\n{}}}\n", lines.concat()));
    let json = ours.resolve();
    assert_eq!(json["problems"], serde_json::json!([]));
    let mut compared = 0;
    for name in names {
        let Ok(mut child) = Command::new("terraform")
            .arg("console")
            .current_dir(&directory)
            .env_remove("TF_CLI_CONFIG_FILE")
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
        else {
            println!("skipped: terraform is not installed");
            return;
        };
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("jsonencode(local.{name})\n").as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let theirs = printed.trim().replace("$${", "${").replace("%%{", "%{");
        let theirs: String = serde_json::from_str(&theirs).unwrap_or_else(|_| panic!("{name}: {printed}"));
        assert_eq!(json["instances"][0]["values"][name]["known"], theirs.as_str(), "{name}");
        compared += 1;
    }
    std::fs::remove_dir_all(&directory).unwrap();
    println!("compared {compared} values");
}
