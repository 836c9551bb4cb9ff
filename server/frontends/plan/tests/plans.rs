//! Small plans and states: which instances there are on which side, what is known of them, and what they refer to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fmt::Write;

use expect_test::{Expect, expect};
use foreshock_plan::{Plan, read};
use foreshock_resources::{Body, Kind, Resources, Value};
use foreshock_text::{FilePath, Problem};
use proptest::prelude::*;

fn plan_of(text: &str) -> Plan {
    let (plan, problems) = read(&FilePath::new("/plan.json"), text, None);
    assert_eq!(problems, Vec::new(), "{text}");
    plan.unwrap()
}

/// One resource of `resource_changes`.
fn change(address: &str, actions: &str, before: &str, after: &str, more: &str) -> String {
    let (before, after) =
        (if before.is_empty() { "null" } else { before }, if after.is_empty() { "null" } else { after });
    format!(r#"{{"address":{address:?},"change":{{"actions":[{actions}],"before":{before},"after":{after}{more}}}}}"#)
}

fn plan(changes: &[String], more: &str) -> String {
    format!(r#"{{"format_version":"1.2","resource_changes":[{}]{more}}}"#, changes.join(","))
}

fn value(value: &Value) -> String {
    let kind = match &value.kind {
        Kind::Null => "null".to_owned(),
        Kind::Bool(flag) => flag.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(items) | Kind::Set(items) => {
            format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", "))
        }
        Kind::Map(items) => {
            let items: Vec<String> =
                items.iter().map(|(name, item)| format!("{name}: {}", self::value(item))).collect();
            format!("{{{}}}", items.join(", "))
        }
        Kind::Unknown(why) => format!("?({why})"),
    };
    let provenance: Vec<String> =
        value.provenance.iter().map(|trace| format!(" <- {} .{}", trace.to, trace.attribute)).collect();
    format!("{kind}{}{}", if value.provenance.is_sensitive() { " sensitive" } else { "" }, provenance.concat())
}

fn body(text: &mut String, body: &Body, depth: usize) {
    let space = " ".repeat(depth * 2);
    for (name, attribute) in &body.attributes {
        writeln!(text, "{space}{name} = {}", value(&attribute.value)).unwrap();
    }
    for block in &body.blocks {
        let unknown = block.unknown.as_ref().map(|why| format!(" ?({why})")).unwrap_or_default();
        writeln!(text, "{space}{}:{unknown}", block.kind).unwrap();
        self::body(text, &block.body, depth + 1);
    }
}

fn show(resources: &Resources) -> String {
    let mut text = String::new();
    for instance in &resources.instances {
        writeln!(text, "{}", instance.address).unwrap();
        body(&mut text, &instance.body, 1);
        for (name, attribute) in &instance.unplaced {
            writeln!(text, "  ({name}){}", value(&attribute.value).replacen("?(its value is not in the plan)", "", 1))
                .unwrap();
        }
    }
    text
}

fn sides(text: &str, expected: Expect) {
    let plan = plan_of(text);
    expected.assert_eq(&format!("{:?}\nBEFORE\n{}AFTER\n{}", plan.counts, show(&plan.before), show(&plan.after)));
}

fn after(text: &str, expected: Expect) {
    expected.assert_eq(&show(&plan_of(text).after));
}

#[test]
fn an_action_says_on_which_side_a_resource_is() {
    let on = r#"{"n":1}"#;
    let off = r#"{"n":2}"#;
    sides(
        &plan(
            &[
                change("aws_a.noop", r#""no-op""#, on, on, ""),
                change("aws_a.create", r#""create""#, "", off, ""),
                change("aws_a.update", r#""update""#, on, off, ""),
                change("aws_a.replace", r#""delete","create""#, on, off, ""),
                change("aws_a.replace_first", r#""create","delete""#, on, off, ""),
                change("aws_a.delete", r#""delete""#, on, "", ""),
                change("aws_a.forget", r#""forget""#, on, "", ""),
                change("aws_a.imported", r#""no-op""#, on, on, r#","importing":{"id":"x"}"#),
                change("data.aws_a.read", r#""read""#, "", on, ""),
                r#"{"address":"aws_a.noop","deposed":"0bd5","change":{"actions":["delete"],"before":{"n":3},"after":null}}"#.to_owned(),
                r#"{"address":"aws_a.moved","previous_address":"aws_a.old","change":{"actions":["no-op"],"before":{"n":1},"after":{"n":1}}}"#.to_owned(),
            ],
            "",
        ),
        expect![[r#"
            Counts { created: 1, changed: 3, destroyed: 1, unchanged: 4 }
            BEFORE
            aws_a.delete
              n = 1
            aws_a.forget
              n = 1
            aws_a.imported
              n = 1
            aws_a.moved
              n = 1
            aws_a.noop
              n = 1
            aws_a.replace
              n = 1
            aws_a.replace_first
              n = 1
            aws_a.update
              n = 1
            data.aws_a.read
              n = 1
            AFTER
            aws_a.create
              n = 2
            aws_a.forget
              n = 1
            aws_a.imported
              n = 1
            aws_a.moved
              n = 1
            aws_a.noop
              n = 1
            aws_a.replace
              n = 2
            aws_a.replace_first
              n = 2
            aws_a.update
              n = 2
            data.aws_a.read
              n = 1
        "#]],
    );
}

#[test]
fn before_is_what_a_refresh_found() {
    let drift = r#","resource_drift":[
        {"address":"aws_a.reverted","change":{"actions":["update"],"before":{"n":1},"after":{"n":2}}},
        {"address":"aws_a.left","change":{"actions":["update"],"before":{"n":1},"after":{"n":2}}},
        {"address":"aws_a.gone","change":{"actions":["delete"],"before":{"n":1},"after":null}}]"#;
    let changes = [
        change("aws_a.reverted", r#""update""#, r#"{"n":2}"#, r#"{"n":1}"#, ""),
        change("aws_a.gone", r#""create""#, "", r#"{"n":1}"#, ""),
    ];
    sides(
        &plan(&changes, drift),
        expect![[r#"
        Counts { created: 1, changed: 1, destroyed: 0, unchanged: 0 }
        BEFORE
        aws_a.left
          n = 2
        aws_a.reverted
          n = 2
        AFTER
        aws_a.gone
          n = 1
        aws_a.left
          n = 2
        aws_a.reverted
          n = 1
    "#]],
    );
}

#[test]
fn what_is_not_known_yet_is_unknown_at_every_depth() {
    let after_values = r#"{"a":null,"list":[null,"x"],"map":{"k":"v"},"block":[{"n":1}],"secret":"s","default":true,"empty":[],"text":""}"#;
    let more = r#","after_unknown":{"id":true,"list":[true,false],"map":{"other":true},"block":[{"port":true}],"none":false},
        "after_sensitive":{"secret":true}"#;
    after(
        &plan(&[change("aws_a.x", r#""create""#, "", after_values, more)], ""),
        expect![[r#"
        aws_a.x
          default = true
          id = ?(known after apply)
          list = [?(known after apply), "x"]
          map = {k: "v", other: ?(known after apply)}
          secret = "s" sensitive
          block:
            n = 1
            port = ?(known after apply)
    "#]],
    );
}

#[test]
fn what_nobody_wrote_and_nobody_knows_is_not_written() {
    let more = r#","after_unknown":{"multi_az":true,"zone":true,"id":true}"#;
    let configuration = r#","configuration":{"root_module":{"resources":[
        {"address":"aws_a.x","expressions":{"zone":{"references":["data.aws_z.z.name","data.aws_z.z"]},"n":{"constant_value":1}}}]}}"#;
    after(
        &plan(&[change("aws_a.x", r#""create""#, "", r#"{"n":1,"kept":true}"#, more)], configuration),
        expect![[r#"
            aws_a.x
              kept = true
              n = 1
              zone = ?(known after apply)
        "#]],
    );
}

#[test]
fn references_lead_to_instances() {
    let made = |address: &str, values: &str| change(address, r#""create""#, "", values, "");
    let changes = [
        made("aws_s.a[0]", "{}"),
        made("aws_s.a[1]", "{}"),
        made("aws_s.by_name[\"x\"]", "{}"),
        made("aws_s.by_name[\"y\"]", "{}"),
        made("aws_one.o", "{}"),
        made("aws_i.counted[0]", "{}"),
        made("aws_i.counted[1]", "{}"),
        made("aws_i.each[\"y\"]", "{}"),
        made("aws_i.all", "{}"),
        made("aws_i.first", "{}"),
        made("module.m[\"p\"].aws_db.d", "{}"),
        made("module.m[\"q\"].aws_db.d", "{}"),
        made("aws_i.outputs", "{}"),
    ];
    let configuration = r#","configuration":{"root_module":{
      "resources":[
        {"address":"aws_i.counted","expressions":{"s":{"references":["aws_s.a","count.index"]}},"count_expression":{"constant_value":2}},
        {"address":"aws_i.each","expressions":{"s":{"references":["aws_s.by_name","each.key"]}}},
        {"address":"aws_i.all","expressions":{"s":{"references":["aws_s.a"]},"o":{"references":["aws_one.o.arn","aws_one.o","local.n","var.none","path.module","self.x"]}}},
        {"address":"aws_i.first","expressions":{"s":{"references":["aws_s.a[0].id","aws_s.a[0]","aws_s.a"]}}},
        {"address":"aws_i.outputs","expressions":{"one":{"references":["module.m[\"p\"].address","module.m[\"p\"]","module.m"]},"all":{"references":["module.m"]}}}],
      "module_calls":{"m":{
        "for_each_expression":{"references":["aws_s.by_name"]},
        "expressions":{"mixed":{"references":["aws_s.a[0].id","aws_s.a[0]","aws_s.a","aws_one.o.arn","aws_one.o"]},"plain":{"references":["aws_one.o.arn","aws_one.o"]}},
        "module":{
          "outputs":{"address":{"expression":{"references":["aws_db.d.address","aws_db.d"]}}},
          "resources":[{"address":"aws_db.d","expressions":{
            "whole":{"references":["var.mixed"]},"part":{"references":["var.mixed.o","var.mixed"]},"plain":{"references":["var.plain"]},
            "block":[{"inner":{"references":["var.plain"]},"n":{"constant_value":3}}]}}]}}}}}"#;
    after(
        &plan(&changes, configuration),
        expect![[r#"
        aws_i.all
          o = ?(its value is not in the plan) <- aws_one.o .arn
          s = ?(its value is not in the plan) <- aws_s.a .
          (o) <- aws_one.o .arn
          (s) <- aws_s.a .
        aws_i.counted[0]
          s = ?(its value is not in the plan) <- aws_s.a[0] .
          (s) <- aws_s.a[0] .
        aws_i.counted[1]
          s = ?(its value is not in the plan) <- aws_s.a[1] .
          (s) <- aws_s.a[1] .
        aws_i.each["y"]
          s = ?(its value is not in the plan) <- aws_s.by_name["y"] .
          (s) <- aws_s.by_name["y"] .
        aws_i.first
          s = ?(its value is not in the plan) <- aws_s.a[0] .id
          (s) <- aws_s.a[0] .id
        aws_i.outputs
          all = ?(its value is not in the plan)
          one = ?(its value is not in the plan) <- module.m["p"].aws_db.d .address
          (one) <- module.m["p"].aws_db.d .address
        aws_one.o
        aws_s.a[0]
        aws_s.a[1]
        aws_s.by_name["x"]
        aws_s.by_name["y"]
        module.m["p"].aws_db.d
          part = ?(its value is not in the plan)
          plain = ?(its value is not in the plan) <- aws_one.o .arn
          whole = ?(its value is not in the plan) <- aws_one.o .arn <- aws_s.a[0] .id
          block:
            inner = ?(its value is not in the plan) <- aws_one.o .arn
            n = 3
          (plain) <- aws_one.o .arn
          (whole) <- aws_one.o .arn <- aws_s.a[0] .id
        module.m["q"].aws_db.d
          part = ?(its value is not in the plan)
          plain = ?(its value is not in the plan) <- aws_one.o .arn
          whole = ?(its value is not in the plan) <- aws_one.o .arn <- aws_s.a[0] .id
          block:
            inner = ?(its value is not in the plan) <- aws_one.o .arn
            n = 3
          (plain) <- aws_one.o .arn
          (whole) <- aws_one.o .arn <- aws_s.a[0] .id
    "#]],
    );
}

#[test]
fn a_reference_that_the_value_of_before_does_not_show_is_new() {
    let changes = [
        change("aws_db.d", r#""no-op""#, r#"{"address":"db.x.example.com"}"#, r#"{"address":"db.x.example.com"}"#, ""),
        change("aws_i.new", r#""update""#, r#"{"env":"none"}"#, r#"{"env":"h=db.x.example.com"}"#, ""),
        change(
            "aws_i.old",
            r#""update""#,
            r#"{"env":"v=1 db.x.example.com"}"#,
            r#"{"env":"v=2 db.x.example.com"}"#,
            "",
        ),
        change("aws_i.same", r#""no-op""#, r#"{"env":"hash"}"#, r#"{"env":"hash"}"#, ""),
    ];
    let one = |name: &str| {
        format!(
            r#"{{"address":"aws_i.{name}","expressions":{{"env":{{"references":["aws_db.d.address","aws_db.d"]}}}}}}"#
        )
    };
    let resources: Vec<String> = ["new", "old", "same"].iter().map(|name| one(name)).collect();
    let configuration = format!(r#","configuration":{{"root_module":{{"resources":[{}]}}}}"#, resources.join(","));
    sides(
        &plan(&changes, &configuration),
        expect![[r#"
        Counts { created: 0, changed: 2, destroyed: 0, unchanged: 2 }
        BEFORE
        aws_db.d
          address = "db.x.example.com"
        aws_i.new
          env = "none"
        aws_i.old
          env = "v=1 db.x.example.com" <- aws_db.d .address
        aws_i.same
          env = "hash" <- aws_db.d .address
        AFTER
        aws_db.d
          address = "db.x.example.com"
        aws_i.new
          env = "h=db.x.example.com" <- aws_db.d .address
        aws_i.old
          env = "v=2 db.x.example.com" <- aws_db.d .address
        aws_i.same
          env = "hash" <- aws_db.d .address
    "#]],
    );
}

#[test]
fn a_reference_without_a_value_is_kept_apart() {
    let changes = [
        change("aws_lambda_function.f", r#""create""#, "", "{}", ""),
        change("aws_dynamodb_table.t", r#""create""#, "", "{}", ""),
        change("aws_sqs_queue.a", r#""create""#, "", "{}", ""),
        change("aws_sqs_queue.b", r#""create""#, "", "{}", ""),
    ];
    let configuration = r#","configuration":{"root_module":{"resources":[{"address":"aws_lambda_function.f","expressions":{
        "environment":{"references":["local.table"]},"other":{"references":["local.queue","local.name"]},"direct":{"references":["aws_sqs_queue.a.url","aws_sqs_queue.a"]}}}]}}"#;
    after(
        &plan(&changes, configuration),
        expect![[r#"
        aws_dynamodb_table.t
        aws_lambda_function.f
          direct = ?(its value is not in the plan) <- aws_sqs_queue.a .url
          environment = ?(its value is not in the plan)
          other = ?(its value is not in the plan)
          (direct) <- aws_sqs_queue.a .url
          (environment) <- aws_dynamodb_table.t .local.table
        aws_sqs_queue.a
        aws_sqs_queue.b
    "#]],
    );
}

#[test]
fn a_stored_state_tells_references_by_its_values() {
    let state = r#"{"version":4,"terraform_version":"1.9.5","serial":7,"lineage":"x","outputs":{},"resources":[
      {"mode":"managed","type":"aws_security_group","name":"sg","instances":[{"attributes":{"id":"sg-0a1b2c3d4e5f60718","name":"api"}}]},
      {"module":"module.d","mode":"managed","type":"aws_db_instance","name":"pg","instances":[
        {"index_key":0,"attributes":{"id":"db-ABC","identifier":"orders","address":"orders.abc.eu-west-1.rds.amazonaws.com","arn":"arn:aws:rds:eu-west-1:1:db:orders","password":"p"},
         "sensitive_attributes":[[{"type":"get_attr","value":"password"}]]},
        {"index_key":0,"deposed":"aa","attributes":{"id":"old"}}]},
      {"mode":"managed","type":"aws_ecs_cluster","name":"c","instances":[{"attributes":{"id":"orders","name":"orders","setting":[]}}]},
      {"mode":"managed","type":"aws_lambda_function","name":"f","each":"map","instances":[
        {"index_key":"a.b","attributes":{"function_name":"f","environment":[{"variables":{"URL":"postgres://u@orders.abc.eu-west-1.rds.amazonaws.com:5432/x","NAME":"orders"}}],
          "vpc_config":[{"security_group_ids":["sg-0a1b2c3d4e5f60718"]}]},"dependencies":["module.d.aws_db_instance.pg","aws_security_group.sg"]}]},
      {"mode":"managed","type":"aws_lb_target_group","name":"t","instances":[{"attributes":{"arn":"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1","load_balancer_arns":["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/l/1"]},"dependencies":[]}]},
      {"mode":"managed","type":"aws_lb","name":"l","instances":[{"attributes":{"arn":"arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/l/1","x":"arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"},"dependencies":["aws_lb_target_group.t"]}]},
      {"mode":"data","type":"aws_vpc","name":"v","instances":[{"attributes":{"id":"vpc-0a1b2c3d4e5f60718"}}]}]}"#;
    after(
        state,
        expect![[r#"
        aws_ecs_cluster.c
          id = "orders"
          name = "orders"
        aws_lambda_function.f["a.b"]
          function_name = "f"
          environment:
            variables = {NAME: "orders" <- module.d.aws_db_instance.pg[0] .identifier, URL: "postgres://u@orders.abc.eu-west-1.rds.amazonaws.com:5432/x" <- module.d.aws_db_instance.pg[0] .address}
          vpc_config:
            security_group_ids = ["sg-0a1b2c3d4e5f60718" <- aws_security_group.sg .id]
        aws_lb.l
          arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/l/1"
          x = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1" <- aws_lb_target_group.t .arn
        aws_lb_target_group.t
          arn = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"
          load_balancer_arns = ["arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/l/1"]
        aws_security_group.sg
          id = "sg-0a1b2c3d4e5f60718"
          name = "api"
        data.aws_vpc.v
          id = "vpc-0a1b2c3d4e5f60718"
        module.d.aws_db_instance.pg[0]
          address = "orders.abc.eu-west-1.rds.amazonaws.com"
          arn = "arn:aws:rds:eu-west-1:1:db:orders"
          id = "db-ABC"
          identifier = "orders"
          password = "p" sensitive
    "#]],
    );
}

#[test]
fn a_state_is_read_module_by_module() {
    let state = r#"{"format_version":"1.0","terraform_version":"1.9.5","values":{"root_module":{
      "resources":[{"address":"aws_a.x[\"k\"]","mode":"managed","type":"aws_a","name":"x","index":"k","values":{"n":1,"s":"v"},"sensitive_values":{"s":true}}],
      "child_modules":[{"address":"module.m","child_modules":[{"address":"module.m.module.n","resources":[
        {"address":"module.m.module.n.aws_b.y","values":{"z":null},"depends_on":["aws_a.x"]}]}]}]}}}"#;
    after(
        state,
        expect![[r#"
        aws_a.x["k"]
          n = 1
          s = "v" sensitive
        module.m.module.n.aws_b.y
    "#]],
    );
    let plan = plan_of(state);
    assert!(plan.before.instances.is_empty());
    let references: Vec<String> =
        plan.after.references.iter().map(|reference| format!("{} -> {}", reference.from, reference.to)).collect();
    assert_eq!(references, ["module.m.module.n.aws_b.y -> aws_a.x"]);
}

/// What is told of a text, and whether anything was read.
fn refused(text: &str, expected: &str) {
    let (plan, problems) = read(&FilePath::new("/plan.json"), text, None);
    let told: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", problem.span.start, problem.message)).collect();
    let read = if plan.is_some() { "read; " } else { "" };
    assert_eq!(format!("{read}{}", told.join(" | ")), expected, "{text}");
}

#[test]
fn what_is_no_plan_is_told_where_and_why() {
    const NONE: &str = "this is no plan and no state: expected the JSON of `terraform show -json` (of a plan or a state) or a terraform.tfstate";
    refused("", &format!("0: {NONE}"));
    refused("[]", &format!("0: {NONE}"));
    refused("{}", &format!("0: {NONE}"));
    refused("nonsense", "0: `nonsense` is no JSON value; texts stand in double quotes");
    refused(r#"{"components":[],"format_version":"1"}"#, &format!("0: {NONE}"));
    refused(
        r#"{"format_version":"1.2","resource_changes":["#,
        "44: the text ends here, before the JSON does: the file is not complete | 0: `{` is not closed; expected `}` | 43: `[` is not closed; expected `]`",
    );
    refused(
        r#"{"version":3,"serial":1,"modules":[]}"#,
        "11: this is a state of format 3; expected format 4 (Terraform 0.12 and later)",
    );
    refused(r#"{"format_version":"2.0","resource_changes":[]}"#, "18: expected a format_version of 1, such as \"1.2\"");
    refused(r#"{"resource_changes":7}"#, "read; 20: expected a list of objects in `resource_changes`, found a number");
    refused(
        r#"{"resource_changes":[1,{},{"address":2},{"address":"x"},{"address":"a.b"},{"address":"a.b","change":[]}]}"#,
        "read; 21: expected an object in `resource_changes`, found a number | 23: expected a resource with its `address` | \
         37: expected the address of a resource, as a text, found a number | 51: expected the address of a resource, such as \
         `module.db.aws_db_instance.main[0]` | 56: expected a resource with its `change` | 100: expected an object in \
         `change`, found a list",
    );
    refused(
        r#"{"resource_changes":[{"address":"a.b","change":{"actions":"x","before":[],"after":{"n":[{}]}}}],"planned_values":[]}"#,
        "read; 71: expected an object or null in `before`, found a list | 113: expected an object in `planned_values`, found a list",
    );
}

#[test]
fn depth_and_rings_end() {
    let deep = format!(r#"{{"resource_changes":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let (plan, problems) = read(&FilePath::new("/plan.json"), &deep, None);
    assert!(plan.is_none() && problems[0].message.contains("too deep"), "{problems:?}");
    let ring = r#","configuration":{"root_module":{"resources":[{"address":"aws_a.x","expressions":{"v":{"references":["module.m.o"]}}}],
        "module_calls":{"m":{"expressions":{"i":{"references":["module.m.o","module.m"]}},
          "module":{"outputs":{"o":{"expression":{"references":["var.i"]}}},"resources":[{"address":"aws_a.y","expressions":{}}]}}}}}"#;
    let changes =
        [change("aws_a.x", r#""create""#, "", "{}", ""), change("module.m.aws_a.y", r#""create""#, "", "{}", "")];
    assert!(plan_of(&plan_text(&changes, ring)).after.references.is_empty());
}

fn plan_text(changes: &[String], more: &str) -> String {
    plan(changes, more)
}

const REAL: &str = r#"{"format_version":"1.2","resource_changes":[{"address":"module.a[0].aws_lb.x[\"k\"]","mode":"managed","change":{"actions":["update"],
    "before":{"a":[{"b":"c"}]},"after":{"a":[{"b":null}],"t":{}},"after_unknown":{"a":[{"b":true}]},"after_sensitive":{"t":{}}}}],
    "prior_state":{"values":{"root_module":{"resources":[{"address":"data.aws_vpc.v","values":{"id":"vpc-1"},"depends_on":["aws_lb.x"]}]}}},
    "configuration":{"provider_config":{"aws":{"expressions":{"region":{"references":["var.r"]}}}},"root_module":{"module_calls":{"a":{"expressions":{"v":{"references":["data.aws_vpc.v.id"]}},
    "module":{"resources":[{"address":"aws_lb.x","provider_config_key":"aws","expressions":{"a":[{"b":{"references":["var.v","each.value"]}}]},"for_each_expression":{"references":["var.v"]}}]}}}}},
    "variables":{"r":{"value":"eu"}}}"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Any piece of a plan put anywhere else, or left out: nothing panics, and what is told lies in the text.
    #[test]
    fn any_text_is_read_or_refused(from in 0..REAL.len(), length in 0usize..60, to in 0..REAL.len()) {
        let cut = |at: usize| (0..=at).rev().find(|at| REAL.is_char_boundary(*at)).unwrap();
        let (start, end) = (cut(from), cut((from + length).min(REAL.len())));
        let piece = &REAL[start..end];
        let without = format!("{}{}", &REAL[..start], &REAL[end..]);
        let at = (0..=to.min(without.len())).rev().find(|at| without.is_char_boundary(*at)).unwrap();
        for text in [without.clone(), format!("{}{piece}{}", &without[..at], &without[at..])] {
            let (plan, problems) = read(&FilePath::new("/plan.json"), &text, None);
            prop_assert!(plan.is_some() || !problems.is_empty());
            prop_assert!(problems.iter().all(|problem| problem.span.end as usize <= text.len()));
            if let Some(plan) = plan {
                let addresses: BTreeSet<_> = plan.after.instances.iter().map(|one| one.address.clone()).collect();
                prop_assert_eq!(addresses.len(), plan.after.instances.len());
            }
        }
    }
}

/// A file cut off, with a zero-filled tail or with a NUL anywhere is told of, and read.
#[test]
fn a_damaged_plan_is_read_to_its_end() {
    let text = plan(&[change("aws_instance.a", "\"create\"", "", r#"{"ami":"a","b":[1,{"c":"d"}]}"#, "")], "");
    for (at, _) in text.char_indices() {
        for damaged in [
            text[..at].to_owned(),
            format!("{}\0{}", &text[..at], &text[at..]),
            format!("{}{}", &text[..at], "\0".repeat(text.len() - at)),
        ] {
            let (_, problems) = read(&FilePath::new("/plan.json"), &damaged, None);
            let fits =
                |problem: &Problem| damaged.get(problem.span.start as usize..problem.span.end as usize).is_some();
            assert!(problems.iter().all(fits), "{problems:?} in {damaged:?}");
        }
    }
}
