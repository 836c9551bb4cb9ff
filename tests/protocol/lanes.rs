//! Nobody waits for what takes long: neither for the repair of a whole file, nor for one that was given up.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};
use crate::of_rule;

/// Single points of failure with a repair each, in one system: no two of these share an analysis.
const DATABASES: usize = 100;

fn databases() -> String {
    let database = |number: usize| {
        format!(
            "resource \"aws_db_instance\" \"db{number}\" {{\n  engine                  = \"postgres\"\n  \
             backup_retention_period = 7\n  multi_az                = false # {number}\n}}\n\n"
        )
    };
    let addresses: Vec<String> =
        (0..DATABASES).map(|number| format!("${{aws_db_instance.db{number}.address}}")).collect();
    let app = format!(
        "resource \"aws_instance\" \"app\" {{\n  count     = 2\n  ami       = \"ami-1\"\n  user_data = \"{}\"\n}}\n",
        addresses.join(" ")
    );
    (0..DATABASES).map(database).collect::<String>() + &app
}

fn fix_all(file: &std::path::Path) -> Value {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99_999, "character": 0}});
    json!({"textDocument": {"uri": uri(file)}, "range": range, "context": {"diagnostics": [], "only": ["source.fixAll"]}})
}

fn quick_fixes(file: &std::path::Path, [start, end]: [[u32; 2]; 2]) -> Value {
    let at = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
    let range = json!({"start": at(start), "end": at(end)});
    json!({"textDocument": {"uri": uri(file)}, "range": range, "context": {"diagnostics": [], "only": ["quickfix"]}})
}

#[test]
fn a_repair_of_everything_stands_in_nobodys_way() {
    let text = databases();
    let one = "resource \"aws_db_instance\" \"one\" {\n  engine = \"postgres\"\n}\n";
    let shop = Shop::of("lanes", &[("big/main.tf", &text), ("small/main.tf", one)]);
    let (big, small) = (shop.file("big/main.tf"), shop.file("small/main.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&big, 1, &text);
    client.open(&small, 1, one);
    client.diagnostics(&big, 1);
    client.diagnostics(&small, 1);

    let two =
        [client.ask("textDocument/codeAction", fix_all(&big)), client.ask("textDocument/codeAction", fix_all(&big))];
    let graph = client.request("foreshock/graph", json!({"uri": uri(&big)})).unwrap();
    assert_eq!(graph["stacks"][0]["components"].as_array().unwrap().len(), DATABASES + 1);
    let at = find(&text, "resource \"aws_db_instance\" \"db77\"");
    let hover = json!({"textDocument": {"uri": uri(&big)}, "position": {"line": at[0][0], "character": 0}});
    assert!(client.request("textDocument/hover", hover).unwrap().is_object());
    let asked = Instant::now();
    let actions = client.request("textDocument/codeAction", quick_fixes(&big, at)).unwrap();
    let one_proof = asked.elapsed().max(Duration::from_millis(50));
    assert_ne!(actions, json!([]));
    for id in two {
        assert!(!client.is_answered(id), "a repair of {DATABASES} databases was quicker than a look at one");
    }

    // What is given up is given up midway: the next on the same lane does not wait for a hundred proofs.
    for id in two {
        client.notify("$/cancelRequest", json!({"id": id}));
        assert_eq!(client.answer(id), Err(-32800));
    }
    let asked = Instant::now();
    let actions = client.request("textDocument/codeAction", fix_all(&small)).unwrap();
    assert_eq!(actions.as_array().unwrap().len(), 1, "{actions:#}");
    let took = asked.elapsed();
    assert!(
        took < one_proof * (DATABASES as u32 / 3),
        "took {took:?} behind what was given up, one proof {one_proof:?}"
    );
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_repair_of_a_text_that_is_edited_is_given_up() {
    let text = databases();
    let shop = Shop::of("void", &[("main.tf", &text)]);
    let file = shop.file("main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    client.diagnostics(&file, 1);
    let all = client.ask("textDocument/codeAction", fix_all(&file));
    client.request("foreshock/graph", json!({"uri": uri(&file)})).unwrap();
    client.edit(&file, 2, [[0, 0], [0, 0]], "# edited\n");
    assert_eq!(client.answer(all), Err(-32801), "its edits would not fit the text any more");
    client.diagnostics(&file, 2);
    client.finish_with_closed_files(&shop);
}

/// Each of the first two can be mended alone; with both the third has no standby any more.
const NOT_ALL_THREE: &str = "locals {
  one = false
  two = false
}

resource \"aws_db_instance\" \"one\" {
  engine   = \"postgres\"
  multi_az = local.one
}

resource \"aws_db_instance\" \"two\" {
  engine   = \"postgres\"
  multi_az = local.two
}

resource \"aws_db_instance\" \"three\" {
  engine   = \"postgres\"
  multi_az = !(local.one && local.two)
}

resource \"aws_instance\" \"app\" {
  count     = 2
  ami       = \"ami-1\"
  user_data = \"${aws_db_instance.one.address} ${aws_db_instance.two.address} ${aws_db_instance.three.address}\"
}
";

#[test]
fn the_sum_of_all_repairs_is_proven() {
    let shop = Shop::of("sum", &[("main.tf", NOT_ALL_THREE)]);
    let file = shop.file("main.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, NOT_ALL_THREE);
    let standby = |diagnostics: &Value| {
        let all = of_rule(diagnostics, "single-point-of-failure").into_iter();
        all.map(|diagnostic| diagnostic["data"]["component"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let before = standby(&client.diagnostics(&file, 1));
    assert_eq!(before, BTreeSet::from(["aws_db_instance.one", "aws_db_instance.two"].map(str::to_owned)));
    let actions = client.request("textDocument/codeAction", fix_all(&file)).unwrap();
    let mut edits: Vec<Value> = actions[0]["edit"]["changes"][uri(&file)].as_array().unwrap().clone();
    edits.reverse();
    let changes = edits.iter().map(|edit| json!({"range": edit["range"], "text": edit["newText"]}));
    client.change(&file, 2, changes.collect());
    let after = standby(&client.diagnostics(&file, 2));
    assert!(after.len() == 1 && after.is_subset(&before), "{after:?}");
    client.finish_with_closed_files(&shop);
}
