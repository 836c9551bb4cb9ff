//! Writing `foreshock.toml` in an editor: what is offered, what is explained, and that the schema and the page say the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use expect_test::{Expect, expect, expect_file};
use foreshock_analysis::{KEYS, Shape, Snapshot, Workspace, rules};
use foreshock_fixture::{Directory, cursor};
use foreshock_text::FilePath;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Two roots.
const ROOTS: &str = r#"
//- envs/prod/main.tf
resource "aws_db_instance" "orders" {
  for_each = toset(["eu"])
}
//- envs/prod/prod.tfvars
a = 1
//- envs/dev/main.tf
resource "aws_instance" "app" {}
//- .git/HEAD
"#;

/// A workspace with two roots, and a configuration that is open; `$0` marks the cursor.
fn opened(configuration: &str) -> (Directory, Arc<Snapshot>, FilePath, u32) {
    let directory = Directory::of(ROOTS);
    let root = directory.root();
    let (configuration, offset) = cursor(configuration);
    let file = FilePath::new(root.join("foreshock.toml"));
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![root.to_owned()]);
    workspace.set_document(file.clone(), configuration.into());
    let main = FilePath::new(root.join("envs/prod/main.tf"));
    workspace.set_document(main.clone(), std::fs::read_to_string(main.as_path()).unwrap().into());
    (directory, workspace.snapshot(), file, offset)
}

/// What is offered, applied to the line of the cursor; the first ten.
fn offers(configuration: &str, expected: Expect) {
    let (_directory, snapshot, file, offset) = opened(configuration);
    let (text, _) = cursor(configuration);
    let offered = snapshot.complete_configuration(&file, offset);
    let mut seen = String::new();
    for item in offered.iter().take(10) {
        let (start, end) = (item.replaces.start as usize, item.replaces.end as usize);
        let after = format!("{}{}{}", &text[..start], item.text, &text[end..]);
        let line = after[..start].matches('\n').count();
        seen += &format!("{}\n", after.lines().nth(line).unwrap().trim());
    }
    if offered.len() > 10 {
        seen += "and more\n";
    }
    expected.assert_eq(&seen);
}

fn explains(configuration: &str, expected: Expect) {
    let (_directory, snapshot, file, offset) = opened(configuration);
    let explained = snapshot.explain_configuration(&file, offset);
    expected.assert_eq(&explained.map_or("nothing".to_owned(), |(text, _)| text));
}

#[test]
fn tables_and_keys_are_offered() {
    offers(
        "$0",
        expect![[r#"
            baseline =
            [[stack]]
            [rules]
            [[ignore]]
            [editor]
            [catalog.
            [[stack.target]]
            [stack.rules]
            [[stack.ignore]]
        "#]],
    );
    offers(
        "[sta$0]",
        expect![[r#"
            [[stack]]
            [rules]
            [[ignore]]
            [editor]
            [catalog.
            [[stack.target]]
            [stack.rules]
            [[stack.ignore]]
        "#]],
    );
    offers(
        "[[stack]]\npath = \"envs/prod\"\n$0\nslo = 99.9\n\n[rules]\nno-sla = \"off\"\n",
        expect![[r#"
            var_files =
            variables =
            workspace =
            name =
            rto =
            rpo =
            data_gb =
            [[stack]]
            [rules]
            [[ignore]]
            and more
        "#]],
    );
    offers(
        "[[stack]]\npath = \"envs/prod\"\n[stack.rules]\nno-$0\n",
        expect![[r#"
            capacity-after-loss =
            circular-dependency =
            dangling-reference =
            deletes-serving =
            deletes-stateful =
            deletion-unprotected =
            deploy-takes-down =
            disruption-budget =
            fixed-capacity =
            hidden-pair =
            and more
        "#]],
    );
    offers(
        "[[stack]]\npath = \"x\"\n[[stack.ignore]]\nrule = \"no-sla\"\n$0",
        expect![[r#"
            rules =
            address =
            reason =
            until =
            [[stack]]
            [rules]
            [[ignore]]
            [editor]
            [catalog.
            [[stack.target]]
            and more
        "#]],
    );
    offers(
        "[catalog.acme]\nkind = \"database\"\nin$0",
        expect![[r#"
            role =
            other_kind =
            ignored_when =
            stateful =
            primary_standby =
            regional =
            replicas =
            instances =
            required =
            failover =
            and more
        "#]],
    );
    offers("[editor]\n# $0", expect![""]);
    offers("[[stack]]\nvariables = { $0", expect![""]);
}

#[test]
fn values_are_offered() {
    offers(
        "[rules]\nno-sla = $0",
        expect![[r#"
        no-sla = "off"
        no-sla = "hint"
        no-sla = "info"
        no-sla = "warning"
        no-sla = "error"
    "#]],
    );
    offers(
        "[rules]\nno-sla = \"e$0",
        expect![[r#"
        no-sla = "off"
        no-sla = "hint"
        no-sla = "info"
        no-sla = "warning"
        no-sla = "error"
    "#]],
    );
    offers(
        "[rules]\nno-sla = \"e$0\" # why",
        expect![[r#"
        no-sla = "off" # why
        no-sla = "hint" # why
        no-sla = "info" # why
        no-sla = "warning" # why
        no-sla = "error" # why
    "#]],
    );
    offers(
        "[[stack]]\npath = \"$0\"",
        expect![[r#"
            path = "envs/dev"
            path = "envs/prod"
        "#]],
    );
    offers(
        "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"$0",
        expect![[r#"
        var_files = ["prod.tfvars"
    "#]],
    );
    offers(
        "[[stack]]\npath = \"envs/prod\"\nvar_files = [\n  \"a\",\n  $0\n]",
        expect![[r#"
          "prod.tfvars"
    "#]],
    );
    offers(
        "[editor]\nvalues = $0",
        expect![[r#"
        values = true
        values = false
    "#]],
    );
    offers(
        "[[ignore]]\naddress = $0",
        expect![[r#"
        address = 'aws_db_instance.orders["eu"]'
    "#]],
    );
    offers(
        "[[ignore]]\naddress = \"$0\"",
        expect![[r#"
        address = "aws_db_instance.orders[\"eu\"]"
    "#]],
    );
    offers(
        "[[ignore]]\nrules = [\"single-$0\"]",
        expect![[r#"
            rules = ["capacity-after-loss"]
            rules = ["circular-dependency"]
            rules = ["dangling-reference"]
            rules = ["deletes-serving"]
            rules = ["deletes-stateful"]
            rules = ["deletion-unprotected"]
            rules = ["deploy-takes-down"]
            rules = ["disruption-budget"]
            rules = ["fixed-capacity"]
            rules = ["hidden-pair"]
            and more
        "#]],
    );
    offers(
        "[catalog.acme]\nrole = $0",
        expect![[r#"
        role = "component"
        role = "glue"
        role = "ignored"
    "#]],
    );
    offers(
        "[catalog]\nacme = $0",
        expect![[r#"
        acme = "ignored"
        acme = "glue"
    "#]],
    );
    offers("[[stack]]\nslo = $0", expect![""]);
}

/// Of every header, key and value that is offered: once it is written, nothing is offered in its place. An editor that
/// shows a list there would take its first entry for the line break that ends the line.
#[test]
fn what_is_complete_is_not_offered_again() {
    for context in [
        "$0",
        "[$0",
        "[rules]\n$0",
        "[rules]\nno-sla = $0",
        "[rules]\nno-sla = \"$0",
        "[rules]\nno-sla = \"$0\"",
        "[rules]\nno-sla = '$0'",
        "[[stack]]\npath = \"$0\"",
        "[[stack]]\npath = \"envs/prod\"\nvar_files = [\"$0\"]",
        "[[stack]]\npath = \"envs/prod\"\n$0",
        "[[ignore]]\naddress = \"$0\"",
        "[[ignore]]\nrules = [\"no-sla\", $0]",
        "[[ignore]]\n$0",
        "[editor]\nvalues = $0",
        "[catalog.acme]\n$0",
        "[catalog.acme]\nkind = $0",
        "[catalog.acme]\nstateful = $0",
        "[catalog]\nacme = $0",
    ] {
        let (_directory, snapshot, file, offset) = opened(context);
        let text = context.replace("$0", "");
        let offered = snapshot.complete_configuration(&file, offset);
        assert!(!offered.is_empty(), "{context}");
        for item in offered {
            let (start, end) = (item.replaces.start as usize, item.replaces.end as usize);
            let written = format!("{}{}$0{}", &text[..start], item.text, &text[end..]);
            let again = |fixture: &str| -> Vec<String> {
                let (_directory, snapshot, file, offset) = opened(fixture);
                snapshot.complete_configuration(&file, offset).into_iter().map(|item| item.text).collect()
            };
            // A key that was taken waits for its value.
            if !item.text.ends_with("= ") {
                assert_eq!(again(&written), Vec::<String>::new(), "{written:?}");
                assert_eq!(again(&written.replace("$0", " $0")), Vec::<String>::new(), "{written:?}, then a blank");
            }
        }
    }
    for complete in [
        "[rules$0]",
        "[rul$0es]",
        "[[stack$0]]",
        "[[stack]$0]",
        "[catalog.acme]$0",
        "[catalog.acme] $0 # why",
        "[rules]\nno-sla$0 = \"off\"",
        "[rules]\nno-$0sla = \"off\"",
        "[rules]\nno-sla = \"off\"$0",
        "[rules]\nno-sla = \"of$0f\"",
        "[editor]\nvalues = tr$0ue",
        "[[ignore]]\nrules = [\"no-sla\"$0",
    ] {
        offers(complete, expect![""]);
    }
}

#[test]
fn what_is_half_written_is_replaced_whole() {
    offers(
        "[editor]\nvalues = tr$0",
        expect![[r#"
        values = true
        values = false
    "#]],
    );
    offers(
        "[[ignore]]\nrule$0\n",
        expect![[r#"
        rule =
        rules =
        address =
        path =
        reason =
        until =
        [[stack]]
        [rules]
        [[ignore]]
        [editor]
        and more
    "#]],
    );
    offers(
        "[[ignore]]\nun$0tl = 2027-01-31\n",
        expect![[r#"
        rule = 2027-01-31
        rules = 2027-01-31
        address = 2027-01-31
        path = 2027-01-31
        reason = 2027-01-31
        until = 2027-01-31
    "#]],
    );
}

#[test]
fn what_is_written_is_explained() {
    explains(
        "[[st$0ack]]\npath = \"a\"",
        expect!["`[[stack]]`: with which values a root is read, and what is promised of it"],
    );
    explains(
        "[[stack]]\nvar_$0files = []",
        expect![
            "`var_files`: files with values, as for `terraform plan -var-file`, of a [chart](helm.md) as for `helm --values`; relative to the root module, else to `foreshock.toml`. Later ones win"
        ],
    );
    explains("[stack.ru$0les]", expect!["`[stack.rules]`: how loud rules are in it"]);
    explains(
        "[rules]\nsingle-$0zone = \"off\"",
        expect!["`single-zone`: several instances, but one zone takes too many of them (warning)"],
    );
    explains(
        "[[ignore]]\nrule = \"single-$0zone\"",
        expect!["`single-zone`: several instances, but one zone takes too many of them (warning)"],
    );
    explains(
        "[catalog.acme]\nstate$0ful = true",
        expect!["`stateful`: holds data that is gone or unreachable with it"],
    );
    explains("[[stack]]\npath = \"en$0vs\"", expect!["nothing"]);
    explains("# stack$0", expect!["nothing"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_survived(
        before in "(\\[\\[stack\\]\\]\n|\\[rules|\\]|\\[catalog.x\\]\n|rule|path| = |\"|'|é|\n|#|\\{|,|\\[){0,10}",
        after in "[\\]\"'=\n a-cé]{0,6}"
    ) {
        let (_directory, snapshot, file, offset) = opened(&format!("{before}$0{after}"));
        let text = format!("{before}{after}");
        for item in snapshot.complete_configuration(&file, offset) {
            prop_assert!(text.get(item.replaces.start as usize..item.replaces.end as usize).is_some());
        }
        snapshot.explain_configuration(&file, offset);
    }
}

fn page(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// The schema, made of the table that the reader knows.
fn schema() -> Value {
    let plain =
        |meaning: &str| meaning.replace('`', "").replace("](rules/slo-unreachable.md)", "").replace("[slo", "slo");
    fn section(name: &str, plain: &dyn Fn(&str) -> String) -> Value {
        let mut properties = serde_json::Map::new();
        for key in KEYS.iter().filter(|key| key.section == name) {
            let below = if name.is_empty() { key.name.to_owned() } else { format!("{name}.{}", key.name) };
            let mut value = match key.shape {
                Shape::Tables => json!({"type": "array", "items": section(&below, plain)}),
                Shape::Table => section(&below, plain),
                Shape::Levels => json!({"$ref": "#/$defs/levels"}),
                Shape::Rows => json!({"type": "object", "additionalProperties": {"type": ["object", "string"]}}),
                Shape::Values => json!({"type": "object"}),
                Shape::Text | Shape::Stacks | Shape::Address => json!({"type": "string"}),
                Shape::ValueFiles => json!({"type": "array", "items": {"type": "string"}}),
                Shape::Percent => json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}),
                Shape::Truth => json!({"type": "boolean"}),
                Shape::Rule => json!({"$ref": "#/$defs/rule"}),
                Shape::Rules => json!({"type": "array", "items": {"$ref": "#/$defs/rule"}}),
                // A date of TOML has no type of JSON; tools hand it over as text.
                Shape::Time => {
                    json!({"type": ["string", "number"], "pattern": "^[0-9.]+ *(s|sec|m|min|h|d)?$", "minimum": 0})
                }
                Shape::Faults => {
                    let names = foreshock_model::FaultClass::ALL.map(|(_, name)| name);
                    json!({"type": "array", "items": {"enum": names}})
                }
                Shape::Numbers => {
                    json!({"type": "object", "additionalProperties": {"type": "number", "minimum": 0}})
                }
                Shape::Day => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
            };
            value["description"] = plain(key.meaning).into();
            properties.insert(key.name.to_owned(), value);
        }
        let mut section = json!({"type": "object", "additionalProperties": false, "properties": properties});
        if name == "stack" {
            section["required"] = json!(["path"]);
        } else if name.ends_with("ignore") {
            section["anyOf"] = json!([{"required": ["rule"]}, {"required": ["rules"]}]);
        }
        section
    }
    let mut schema = section("", &plain);
    let names: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "foreshock.toml".into();
    schema["$defs"] = json!({
        "rule": {"enum": names},
        "levels": {
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/rule"},
            "additionalProperties": {"enum": ["off", "hint", "info", "warning", "error"]},
        },
    });
    schema
}

#[test]
fn the_schema_is_the_table() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    expect_file!["../../../docs/foreshock.schema.json"].assert_eq(&text);
}

#[test]
fn the_page_has_every_key() {
    let page = page("docs/configuration.md");
    for key in KEYS.iter().filter(|key| matches!(key.section, "stack" | "ignore")) {
        let row = format!("| `{}` | {} |", key.name, key.meaning);
        assert!(page.contains(&row), "expected in docs/configuration.md:\n{row}");
    }
    for key in KEYS.iter().filter(|key| key.section.is_empty()) {
        assert!(page.contains(&format!("{}]", key.name)) || page.contains(&format!("`{}", key.name)), "{}", key.name);
    }
}

/// The examples of the pages keep to the schema, and what the reader refuses does not.
#[test]
fn the_schema_takes_what_the_reader_takes() {
    let mut examples: Vec<(String, bool)> = Vec::new();
    for path in ["docs/configuration.md", "docs/suppressions.md"] {
        let page = page(path);
        examples
            .extend(page.split("```toml\n").skip(1).map(|rest| (rest.split("```").next().unwrap().to_owned(), true)));
    }
    assert!(examples.len() >= 2, "the pages have examples");
    for wrong in [
        "[[stack]]\nname = \"x\"\n",
        "[[stack]]\npath = \"a\"\nslo = 100\n",
        "[rules]\nno-such-rule = \"off\"\n",
        "[rules]\nno-sla = \"loud\"\n",
        "[[ignore]]\naddress = \"x\"\n",
        "[[ignore]]\nrule = \"x\"\naddress = \"x\"\nuntil = \"tomorrow\"\n",
        "nothing = 1\n",
        "[editor]\nvalues = \"no\"\n",
    ] {
        examples.push((wrong.to_owned(), false));
    }
    for (text, sound) in &examples {
        let file = FilePath::new("/w/foreshock.toml");
        let problems = foreshock_analysis::Configuration::read(file, text.as_str().into()).problems;
        assert_eq!(problems.is_empty(), *sound, "{text}\n{problems:?}");
    }
    let has_validator =
        Command::new("python3").args(["-c", "import jsonschema, tomllib"]).stderr(Stdio::null()).status();
    if !has_validator.is_ok_and(|status| status.success()) {
        println!(
            "skipped: the schema is not validated, for there is no python3 with jsonschema and tomllib (pip install jsonschema)"
        );
        return;
    }
    let program = r#"
import json, sys, tomllib, jsonschema
schema, examples = json.load(sys.stdin)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
plain = lambda text: json.loads(json.dumps(tomllib.loads(text), default=str))
for text, sound in examples:
    errors = [error.message for error in validator.iter_errors(plain(text))]
    assert (not errors) == sound, (text, errors)
print(len(examples), "examples validated")
"#;
    let mut child = Command::new("python3").args(["-c", program]).stdin(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(child.stdin.take().unwrap(), &json!([schema(), examples])).unwrap();
    assert!(child.wait().unwrap().success());
}
