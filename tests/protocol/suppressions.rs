//! "Ignore here", what is said of suppressions, the baseline, and writing foreshock.toml.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::of_rule;

const SPOF: &str = "single-point-of-failure";

fn pulling() -> Value {
    json!({"textDocument": {"diagnostic": {}}})
}

fn diagnostics(client: &mut Client, file: &Path) -> Value {
    client.request("textDocument/diagnostic", json!({"textDocument": {"uri": uri(file)}})).unwrap()["items"].clone()
}

/// The actions offered on what is found of a rule, those that repair left out.
fn ignoring(client: &mut Client, file: &Path, rule: &str) -> Vec<Value> {
    let found = of_rule(&diagnostics(client, file), rule);
    let context = json!({"diagnostics": found, "only": ["quickfix"]});
    let parameters = json!({"textDocument": {"uri": uri(file)}, "range": found[0]["range"], "context": context});
    let actions = client.request("textDocument/codeAction", parameters).unwrap().as_array().unwrap().clone();
    let is_ignoring = |action: &Value| action["title"].as_str().unwrap().starts_with(&format!("Ignore {rule}"));
    let first = actions.iter().position(is_ignoring).unwrap_or(actions.len());
    assert!(
        actions[first..].iter().all(|action| action["title"].as_str().unwrap().starts_with("Ignore ")),
        "repairs come first: {actions:#?}"
    );
    actions.into_iter().filter(is_ignoring).collect()
}

fn applied(text: &str, edit: &Value) -> String {
    let offset = |at: &Value| {
        let line = at["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + at["character"].as_u64().unwrap() as usize
    };
    let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
    format!("{}{}{}", &text[..start], edit["newText"].as_str().unwrap(), &text[end..])
}

#[test]
fn ignore_here_writes_a_comment_that_counts() {
    for line_break in ["\n", "\r\n"] {
        let shop = Shop::new(if line_break == "\n" { "ignore" } else { "ignore-crlf" });
        let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf").replace('\n', line_break));
        let mut client = Client::open_workspace(&[&shop.directory], pulling());
        client.open(&file, 1, &text);
        let actions = ignoring(&mut client, &file, SPOF);
        assert_eq!(actions.len(), 1, "{actions:#?}");
        let action = &actions[0];
        assert_eq!((&action["kind"], &action["title"]), (&json!("quickfix"), &json!(format!("Ignore {SPOF} here"))));
        assert_eq!(action.get("isPreferred"), None);
        assert_eq!(action["diagnostics"][0]["code"], SPOF);
        let edit = &action["edit"]["changes"][uri(&file)][0];
        assert_eq!(edit["newText"], format!("# foreshock:ignore {SPOF} reason: {line_break}"));
        let after = applied(&text, edit);
        assert!(after.contains(&format!("reason: {line_break}resource \"aws_db_instance\" \"orders\"")), "{after}");
        client.replace(&file, 2, &after);
        let told = diagnostics(&mut client, &file);
        assert_eq!(of_rule(&told, SPOF), [] as [Value; 0]);
        let asks = of_rule(&told, "suppression");
        assert_eq!(asks[0]["message"], "say why: `reason: ...`; it is ignored all the same");
        assert_eq!(asks[0]["severity"], 4);
        assert!(asks[0]["codeDescription"]["href"].as_str().unwrap().ends_with("docs/suppressions.md"));
        client.replace(&file, 3, &after.replace("reason: ", "reason: cheap"));
        assert_eq!(of_rule(&diagnostics(&mut client, &file), "suppression"), [] as [Value; 0]);
        client.replace(&file, 4, &after.replace("reason: ", "until=2020-01-31 reason: cheap"));
        let told = diagnostics(&mut client, &file);
        assert_eq!(of_rule(&told, SPOF).len(), 1);
        let over = of_rule(&told, "suppression");
        assert_eq!(over[0]["message"], format!("`{SPOF}` was ignored here until 2020-01-31: it is shown again"));
        client.finish_with_closed_files(&shop);
    }
}

const DATABASES: &str = "resource \"aws_db_instance\" \"a\" {\n  for_each = toset([\"eu\", \"us\"])\n  engine   = \"mysql\"\n}\nresource \"aws_instance\" \"app\" {\n  count         = 2\n  ami           = \"ami-1\"\n  instance_type = \"t3.small\"\n  user_data     = \"${aws_db_instance.a[\"eu\"].address} ${aws_db_instance.a[\"us\"].address}\"\n}\n";

#[test]
fn one_instance_of_several_can_be_ignored_alone() {
    let shop = Shop::of("ignore-one", &[("main.tf", DATABASES)]);
    let file = shop.file("main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], pulling());
    client.open(&file, 1, DATABASES);
    let titles: Vec<Value> = ignoring(&mut client, &file, SPOF).iter().map(|action| action["title"].clone()).collect();
    let alone = |key: &str| json!(format!("Ignore {SPOF} here for aws_db_instance.a[\"{key}\"] alone"));
    assert_eq!(titles, [json!(format!("Ignore {SPOF} here")), alone("eu"), alone("us")]);
    let action = ignoring(&mut client, &file, SPOF)[1].clone();
    client.replace(&file, 2, &applied(DATABASES, &action["edit"]["changes"][uri(&file)][0]));
    let left = of_rule(&diagnostics(&mut client, &file), SPOF);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["data"]["component"], "aws_db_instance.a[\"us\"]");
    client.finish_with_closed_files(&shop);
}

#[test]
fn what_is_not_ours_to_edit_is_ignored_at_the_call() {
    let main = "module \"db\" {\n  source = \"acme/db/aws\"\n}\nresource \"aws_instance\" \"app\" {\n  count         = 2\n  ami           = \"ami-1\"\n  instance_type = \"t3.small\"\n  user_data     = module.db.address\n}\n";
    let installed = "resource \"aws_db_instance\" \"this\" {\n  engine = \"mysql\"\n}\noutput \"address\" { value = aws_db_instance.this.address }\n";
    let manifest = "{\"Modules\":[{\"Key\":\"db\",\"Source\":\"registry.terraform.io/acme/db/aws\",\"Dir\":\".terraform/modules/db\"}]}";
    let files = [
        ("main.tf", main),
        (".terraform/modules/db/main.tf", installed),
        (".terraform/modules/modules.json", manifest),
        ("foreshock.toml", "[rules]\nno-backup = \"off\""),
    ];
    let shop = Shop::of("ignore-installed", &files);
    let (file, module) = (shop.file("main.tf"), shop.file(".terraform/modules/db/main.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], pulling());
    client.open(&file, 1, main);
    client.open(&module, 1, installed);
    assert_eq!(diagnostics(&mut client, &module), json!([]), "it is not the user's text");
    let actions = ignoring(&mut client, &file, SPOF);
    assert_eq!(actions.len(), 1, "{actions:#?}");
    assert_eq!(actions[0]["title"], format!("Ignore {SPOF} here"));
    let after = applied(main, &actions[0]["edit"]["changes"][uri(&file)][0]);
    assert_eq!(after, format!("# foreshock:ignore {SPOF} reason: \n{main}"));
    client.replace(&file, 2, &after);
    assert_eq!(of_rule(&diagnostics(&mut client, &file), SPOF), [] as [Value; 0]);
    assert_eq!(of_rule(&diagnostics(&mut client, &file), "suppression").len(), 1, "it asks for a reason");
    client.finish_with_closed_files(&shop);
}

#[test]
fn the_client_writes_the_baseline() {
    let shop = Shop::of("baseline", &[("main.tf", DATABASES)]);
    let file = shop.file("main.tf");
    let argument = json!({"command": "foreshock.setBaseline", "arguments": [{"uri": uri(&file)}]});
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, DATABASES);
    assert_eq!(client.request("workspace/executeCommand", argument.clone()), Err(-32602), "it can't create files");
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);

    let edits = json!({"documentChanges": true, "resourceOperations": ["create"]});
    let capabilities =
        json!({"workspace": {"applyEdit": true, "workspaceEdit": edits}, "textDocument": {"diagnostic": {}}});
    let mut client = Client::open_workspace(&[&shop.directory], capabilities);
    client.open(&file, 1, DATABASES);
    assert!(of_rule(&diagnostics(&mut client, &file), SPOF).iter().all(|found| found["severity"] == 1));
    let answer = client.request("workspace/executeCommand", argument.clone()).unwrap();
    let baseline = shop.file("foreshock-baseline.json");
    assert_eq!(answer["uri"], uri(&baseline));
    assert!(answer["findings"].as_u64().unwrap() >= 2);
    let steps = client.edits_asked_for()["documentChanges"].clone();
    assert_eq!(steps[0], json!({"kind": "create", "uri": uri(&baseline), "options": {"ignoreIfExists": true}}));
    let text = applied("", &steps[1]["edits"][0]);
    std::fs::write(&baseline, &text).unwrap();
    let changed = json!({"changes": [{"uri": uri(&baseline), "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    assert!(of_rule(&diagnostics(&mut client, &file), SPOF).iter().all(|found| found["severity"] == 3), "all is old");
    // Again: the file that is there is replaced as a whole, and stays what it is.
    client.request("workspace/executeCommand", argument).unwrap();
    let steps = client.edits_asked_for()["documentChanges"].clone();
    assert_eq!(steps.as_array().unwrap().len(), 1);
    assert_eq!(applied(&text, &steps[0]["edits"][0]), text);
    client.finish_with_closed_files(&shop);
}

#[test]
fn the_configuration_is_completed_and_explained() {
    let text = "[[stack]]\npath = \"\"\nvar_files = []\n";
    let shop = Shop::of("toml-editor", &[("envs/prod/main.tf", DATABASES), ("foreshock.toml", text)]);
    let toml = shop.file("foreshock.toml");
    let mut client = Client::open_workspace(&[&shop.directory], pulling());
    client.open(&toml, 1, text);
    let at = |[_, end]: [[u32; 2]; 2]| json!({"textDocument": {"uri": uri(&toml)}, "position": {"line": end[0], "character": end[1]}});
    let offered = client.request("textDocument/completion", at(find(text, "path = \""))).unwrap();
    assert_eq!(offered[0]["label"], "envs/prod");
    assert_eq!(offered[0]["textEdit"]["newText"], "envs/prod");
    let place = json!({"line": 1, "character": 8});
    assert_eq!(offered[0]["textEdit"]["range"], json!({"start": place, "end": place}));
    let keys = client.request("textDocument/completion", at([[0, 0], [3, 0]])).unwrap();
    assert_eq!(keys[0]["label"], "variables");
    assert!(keys[0]["documentation"]["value"].as_str().unwrap().contains("-var"));
    let hover = client.request("textDocument/hover", at(find(text, "var_f"))).unwrap();
    assert!(hover["contents"]["value"].as_str().unwrap().starts_with("`var_files`: files with values"));
    assert_eq!(hover["range"]["end"], json!({"line": 2, "character": 9}));
    // Other files are other servers' business: they are not kept waiting.
    let main = shop.file("envs/prod/main.tf");
    client.open(&main, 1, DATABASES);
    let elsewhere = json!({"textDocument": {"uri": uri(&main)}, "position": {"line": 1, "character": 2}});
    assert_eq!(client.request("textDocument/completion", elsewhere), Ok(Value::Null));
    client.finish_with_closed_files(&shop);
}
