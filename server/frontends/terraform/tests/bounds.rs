//! Texts that ask for more than there is. Each is a few lines; what is looked at is what the resolution counts, since the
//! clock of a busy machine says little. The guards in seconds are many times what it takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod memory;

use std::time::{Duration, Instant};

use foreshock_resources::{Instance, Kind, Value};
use foreshock_terraform::Resolved;
use memory::Memory;

/// What stands beside a hostile text and must stay as it is.
const INNOCENT: &str = r#"
variable "name" { default = "shop" }
locals { zones = ["a", "b"] }
resource "aws_db_instance" "innocent" {
  count      = length(local.zones)
  identifier = "${var.name}-${local.zones[count.index]}"
}
module "innocent" {
  source = "./innocent"
  name   = upper(var.name)
}
"#;
const INNOCENT_MODULE: &str = "variable \"name\" {}\nresource \"aws_sqs_queue\" \"q\" { name = \"${var.name}-q\" }\n";

/// Resolves a text with the innocent part in front and behind, within a generous time, and looks at the innocent part.
fn resolved(hostile: &str, more: &[(&str, &str)]) -> Resolved {
    let mut files = vec![("innocent/main.tf", INNOCENT_MODULE), ("m.tf", hostile), ("z.tf", INNOCENT)];
    files.extend(more);
    let memory = Memory::new(&files);
    let start = Instant::now();
    let resolved = memory.resolved();
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert!(resolved.effort.work <= 32_000_000 && resolved.effort.bytes <= 96 << 20, "{:?}", resolved.effort);
    for (address, name, expected) in [
        ("aws_db_instance.innocent[0]", "identifier", "shop-a"),
        ("aws_db_instance.innocent[1]", "identifier", "shop-b"),
        ("module.innocent.aws_sqs_queue.q", "name", "SHOP-q"),
    ] {
        assert_eq!(value(&resolved, address, name).kind, Kind::String(expected.into()), "{address}");
    }
    resolved
}

fn instance<'r>(resolved: &'r Resolved, address: &str) -> &'r Instance {
    let found = resolved.resources.instances.iter().find(|one| &*one.address == address);
    found.unwrap_or_else(|| panic!("there is no {address}"))
}

fn value<'r>(resolved: &'r Resolved, address: &str, name: &str) -> &'r Value {
    &instance(resolved, address).body.attributes[name].value
}

/// The reason why a value is not known.
fn reason(value: &Value) -> &str {
    match &value.kind {
        Kind::Unknown(why) => why,
        other => panic!("known: {}", format!("{other:?}").chars().take(100).collect::<String>()),
    }
}

fn problems(resolved: &Resolved) -> Vec<&str> {
    resolved.problems.iter().map(|(_, problem)| problem.message.as_str()).collect()
}

/// Asserts that a hostile attribute `x` of `aws_x.x` is unknown with a reason, told once.
fn refused(hostile: &str) -> Resolved {
    let resolved = resolved(hostile, &[]);
    let x = value(&resolved, "aws_x.x", "x");
    assert!(!x.is_wholly_known(), "{hostile}");
    let told = problems(&resolved);
    let of_limits = told.iter().filter(|message| message.contains("than is followed here")).count();
    assert!((1..=2).contains(&of_limits), "{told:?}");
    resolved
}

fn doubled(levels: usize) -> String {
    let mut text = String::from("locals {\n  s0 = \"haha\"\n");
    for level in 1..=levels {
        text += &format!("  s{level} = \"${{local.s{0}}}${{local.s{0}}}\"\n", level - 1);
    }
    text + "}\n"
}

#[test]
fn a_call_costs_what_its_arguments_weigh() {
    let list = "locals { l = flatten([for i in range(1000) : range(190)]) }\n";
    for call in [
        "contains(local.l, -1)",
        "sha512(local.s20)",
        "replace(local.s20, \"a\", \"b\")",
        "length(split(\"a\", substr(local.s20, 0, 100000)))",
        "length(regexall(\"a\", substr(local.s20, 0, 100000)))",
        "length(base64encode(local.s20))",
        "length(jsonencode(local.l))",
        "length(sort(local.l))",
        "length(distinct(local.l))",
        "length(flatten(local.l))",
        "length(concat(local.l, [j]))",
        "local.l == [j]",
        "length(toset(local.l))",
        "length(tolist(local.l))",
        "length(merge({ for a in local.l : \"${a}\" => a... }, {}))",
        "\"${length(local.l)}\"",
    ] {
        let text = format!(
            "{list}{}resource \"aws_x\" \"x\" {{\n  x = [for i in range(1024) : [for j in range(1024) : {call}]]\n}}\n",
            doubled(20)
        );
        refused(&text);
    }
}

#[test]
fn sets_of_many_texts_are_joined_by_tables() {
    let text = |call: &str| {
        format!(
            "locals {{ l = toset(flatten([for i in range(1000) : [for j in range(40) : \"${{i}}-${{j}}\"]])) }}\n\
             resource \"aws_x\" \"x\" {{\n  x = length({call}(local.l, local.l))\n}}\n"
        )
    };
    // 40,000 against 40,000: pair by pair that were 1,600,000,000 comparisons.
    for (call, expected) in [("setintersection", 40_000.0), ("setsubtract", 0.0), ("setunion", 40_000.0)] {
        let resolved = resolved(&text(call), &[]);
        assert_eq!(value(&resolved, "aws_x.x", "x").kind, Kind::Number(expected), "{call}");
    }
}

#[test]
fn bytes_are_bounded_over_all_values() {
    let s20 = doubled(20);
    for expression in [
        "[for i in range(1024) : \"${local.s20}${i}\"]",
        "join(local.s20, range(1000))",
        "[for i in range(1000) : [for j in range(1000) : true ? local.l : [1]]]",
        "format(\"%9999s%9999s%9999s%9999s\", [for i in range(400) : replace(\"${i}\", \"/./\", local.s20)]...)",
        "[for i in range(300) : merge(local.m, { \"k${i}\" = i })]",
    ] {
        let text = format!(
            "{s20}locals {{\n  l = flatten([for i in range(1000) : range(190)])\n  \
             m = {{ for i in flatten([for a in range(300) : [for b in range(600) : \"${{a}}-${{b}}\"]]) : i => i }}\n}}\n\
             resource \"aws_x\" \"x\" {{\n  x = {expression}\n}}\n"
        );
        let memory = Memory::new(&[("main.tf", &text), ("z.tf", INNOCENT), ("innocent/main.tf", INNOCENT_MODULE)]);
        let resolved = memory.resolved();
        assert!(!value(&resolved, "aws_x.x", "x").is_wholly_known(), "{expression}");
        assert!(resolved.effort.bytes <= 96 << 20, "{:?}", resolved.effort);
    }
}

/// Thirteen lines that made 7.4 GB.
#[test]
fn a_large_text_in_many_instances_is_known_in_some() {
    let mut text = String::from("locals {\n  a0 = \"0123456789012345678901234567890123456789\"\n");
    for level in 1..=5 {
        text += &format!("  a{level} = \"{}\"\n", format!("${{local.a{}}}", level - 1).repeat(8));
    }
    text += "  many = [for i in range(1000) : local.a5]\n}\n\
             resource \"aws_x\" \"x\" {\n  count = 1000\n  user_data = \"${count.index}${local.a5}\"\n  same = local.many\n}\n";
    let resolved = resolved(&text, &[]);
    let known =
        (0..1000).filter(|index| value(&resolved, &format!("aws_x.x[{index}]"), "user_data").is_known()).count();
    assert!((1..200).contains(&known), "{known}");
    assert_eq!(reason(value(&resolved, "aws_x.x[999]", "user_data")), "more data than is followed here");
    assert!(value(&resolved, "aws_x.x[999]", "same").is_wholly_known());
    assert_eq!(problems(&resolved).len(), 1, "{:?}", problems(&resolved));
}

#[test]
fn an_attribute_that_says_nothing_of_its_instance_is_worked_out_once() {
    let text = |count: usize| {
        format!(
            "locals {{ l = flatten([for i in range(1000) : range(149)]) }}\n\
             resource \"aws_x\" \"x\" {{\n  count = {count}\n  x = jsonencode(local.l)\n}}\n"
        )
    };
    let (one, many) = (resolved(&text(2), &[]), resolved(&text(1000), &[]));
    assert!(value(&many, "aws_x.x[999]", "x").is_known());
    assert!(many.effort.work < one.effort.work + 1_000_000, "{:?} {:?}", one.effort, many.effort);
}

#[test]
fn splats_upon_splats_end_without_a_stack_overflow() {
    let text = format!(
        "locals {{\n  x = [1]{0}\n}}\nresource \"aws_x\" \"x\" {{\n  x = [1]{0}\n  y = [1]{1}\n}}\n",
        "[*]".repeat(8_000),
        ".*".repeat(8_000)
    );
    let resolved = resolved(&text, &[]);
    assert_eq!(reason(value(&resolved, "aws_x.x", "x")), "nested too deeply to follow");
}

fn chain(levels: usize) -> Vec<(String, String)> {
    let call = |name: &str, level: usize| format!("module \"{name}\" {{\n  source = \"../m{level}\"\n}}\n");
    (0..levels)
        .map(|level| {
            let text = match level + 1 == levels {
                true => "resource \"aws_instance\" \"i\" {\n  ami = \"a\"\n}\n".to_owned(),
                false => call("a", level + 1) + &call("b", level + 1),
            };
            (format!("m{level}/main.tf"), text)
        })
        .collect()
}

#[test]
fn modules_that_call_twice_are_opaque_with_the_reason() {
    for levels in [12, 22, 31] {
        let chain = chain(levels);
        let files: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let text = "module \"a\" {\n  source = \"./m0\"\n}\nresource \"aws_x\" \"x\" {\n  x = module.a.out\n}\n";
        let resolved = resolved(text, &files);
        let count = (1_u64 << levels) - 1;
        assert_eq!(
            reason(value(&resolved, "aws_x.x", "x")),
            format!("module a comes to {count} modules, too many to follow")
        );
        assert_eq!(instance(&resolved, "module.a").address.as_ref(), "module.a");
        assert_eq!(
            problems(&resolved),
            ["this calls more modules than are followed here; what is inside is not known"]
        );
        assert!(resolved.resources.modules.len() < 10, "{}", resolved.resources.modules.len());
    }
    // A few hundred are followed.
    let chain = chain(9);
    let files: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let resolved = resolved("module \"a\" {\n  source = \"./m0\"\n}\n", &files);
    assert_eq!(resolved.resources.modules.len(), 511 + 1);
    assert_eq!(problems(&resolved), Vec::<&str>::new());
}

#[test]
fn modules_of_many_instances_in_each_other_are_bounded() {
    let inner = |level: usize| format!("module \"m\" {{\n  source = \"../n{level}\"\n  count = 1000\n}}\n");
    let files = [
        ("n1/main.tf", inner(2)),
        ("n2/main.tf", inner(3)),
        ("n3/main.tf", inner(4)),
        ("n4/main.tf", "resource \"aws_instance\" \"i\" {\n  ami = \"a\"\n}\n".to_owned()),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let resolved = resolved("module \"deep\" {\n  source = \"./n1\"\n  count = 1000\n}\n", &files);
    assert!(resolved.resources.modules.len() < 10_000, "{}", resolved.resources.modules.len());
    assert!(resolved.resources.instances.len() < 20_000, "{}", resolved.resources.instances.len());
    assert!(resolved.effort.instances <= 100_000);
}

#[test]
fn no_block_takes_all_instances() {
    let mut text = String::new();
    for number in 0..30 {
        text += &format!("resource \"aws_x\" \"x{number}\" {{\n  count = 10000\n}}\n");
    }
    let resolved = resolved(&text, &[]);
    assert!(resolved.resources.instances.len() <= 100_010, "{}", resolved.resources.instances.len());
}

#[test]
fn every_instance_of_every_instance_costs_what_there_are() {
    let effort = |count: usize| {
        let text = format!(
            "resource \"aws_instance\" \"a\" {{\n  count = {count}\n}}\nresource \"aws_instance\" \"b\" {{\n  count = {count}\n  \
             user_data = jsonencode(aws_instance.a[*].private_ip)\n}}\n"
        );
        let resolved = resolved(&text, &[]);
        let provenance = &value(&resolved, &format!("aws_instance.b[{}]", count - 1), "user_data").provenance;
        match count {
            ..=1_000 => assert_eq!(provenance.len(), count),
            _ => assert_eq!(provenance.iter().map(|trace| &*trace.to).collect::<Vec<_>>(), ["aws_instance.a[*]"]),
        }
        assert_eq!(provenance.left_out(), 0);
        resolved.effort
    };
    let (few, many) = (effort(100), effort(2_000));
    assert!(many.work < 30 * few.work.max(10_000), "{few:?} {many:?}");
    assert!(many.bytes < 30 * few.bytes.max(10_000), "{few:?} {many:?}");
}

#[test]
fn dynamic_blocks_in_dynamic_blocks_become_one_that_is_not_known() {
    let text = r#"
resource "aws_x" "x" {
  dynamic "outer" {
    for_each = range(1000)
    content {
      name = outer.value
      dynamic "inner" {
        for_each = range(1000)
        content {
          name = inner.value
        }
      }
    }
  }
}
"#;
    let resolved = resolved(text, &[]);
    let blocks = &instance(&resolved, "aws_x.x").body.blocks;
    let [only] = blocks.as_slice() else { panic!("{} blocks", blocks.len()) };
    assert_eq!(only.unknown.as_deref(), Some("more data than is followed here"));
    assert_eq!(problems(&resolved).len(), 1, "{:?}", problems(&resolved));
    // Ten thousand are followed.
    let resolved = self::resolved(&text.replace("1000", "100"), &[]);
    assert_eq!(instance(&resolved, "aws_x.x").body.blocks.len(), 100);
}

#[test]
fn the_same_text_says_the_same() {
    let text = format!(
        "{}resource \"aws_x\" \"x\" {{\n  count = 100\n  x = \"${{count.index}}${{local.s20}}\"\n}}\n",
        doubled(20)
    );
    let memory = Memory::new(&[("main.tf", &text)]);
    let (one, other) = (memory.resolved(), memory.resolved());
    assert_eq!(one.resources.instances, other.resources.instances);
    assert_eq!(one.effort, other.effort);
}

#[test]
fn numbers_that_a_double_does_not_hold_are_not_known() {
    let text = r#"
variable "big" { default = 9007199254740993 }
variable "of_type" {
  type    = number
  default = "9007199254740993"
}
resource "aws_x" "x" {
  literal  = 9007199254740993
  text     = tostring(9007199254740993)
  negative = -9007199254740993
  default  = var.big
  typed    = var.of_type
  sum      = 9007199254740991 + 2
  product  = 94906267 * 94906267
  same     = 9007199254740993 == 9007199254740992
  json     = jsondecode("{\"a\": 9007199254740993}")
  yaml     = yamldecode("a: 9007199254740993")
  number   = tonumber("9007199254740993")
  fraction = 1.0000000000000001 == 1
  tfvars   = var.from_file
  held     = 9007199254740991
  account  = 123456789012
}
variable "from_file" {}
"#;
    let json = r#"{"resource": {"aws_x": {"json": {"literal": 9007199254740993, "held": 9007199254740991}}}}"#;
    let tfvars = ("terraform.tfvars.json", r#"{"from_file": 9007199254740993}"#);
    let resolved = resolved(text, &[("n.tf.json", json), tfvars]);
    let one = instance(&resolved, "aws_x.x");
    for (name, attribute) in &one.body.attributes {
        let known = matches!(&**name, "held" | "account");
        assert_eq!(attribute.value.is_wholly_known(), known, "{name} {:?}", attribute.value.kind);
    }
    assert_eq!(value(&resolved, "aws_x.x", "held").kind, Kind::Number(9_007_199_254_740_991.0));
    assert_eq!(
        reason(value(&resolved, "aws_x.json", "literal")),
        "a number with more digits than can be followed here"
    );
    assert!(value(&resolved, "aws_x.json", "held").is_known());
}
