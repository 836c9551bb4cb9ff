//! Open documents: edits, encodings, folders, files on the disk.

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, find_utf8, uri};
use crate::{findings, of_rule};

const SPOF: &str = "single-point-of-failure";

#[test]
fn opening_shows_findings_and_closing_takes_them_back() {
    let shop = Shop::new("open");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 7, &text);
    let single = of_rule(&client.diagnostics(&file, 7), SPOF);
    assert_eq!(single.len(), 1);
    assert_eq!(single[0]["source"], "foreshock");
    assert_eq!(single[0]["data"]["component"], "aws_db_instance.orders");
    assert_eq!(single[0]["data"]["rule"], SPOF);
    let page = single[0]["codeDescription"]["href"].as_str().unwrap();
    assert!(page.ends_with("/docs/rules/single-point-of-failure.md"), "{page}");
    client.drain_closed_files(&shop);
    client.close(&file);
    assert_eq!(client.next_diagnostics(&file), json!([]));
    client.finish_with_closed_files(&shop);
}

fn edits_count_in(capabilities: Value, find: fn(&str, &str) -> [[u32; 2]; 2], name: &str) {
    let shop = Shop::new(name);
    let file = shop.file("rds.tf");
    let text = shop.text("rds.tf").replace("  multi_az ", "  /* é😀 */ multi_az ");
    let mut client = Client::open_workspace(&[&shop.directory], capabilities);
    client.open(&file, 1, &text);
    let before = client.diagnostics(&file, 1);
    let single = of_rule(&before, SPOF);
    assert_eq!(single.len(), 1);
    // The underlined range, read back in the same units, is on the attribute that causes it.
    let [start, _] = find(&text, "multi_az");
    assert_eq!(single[0]["range"]["start"], json!({"line": start[0], "character": start[1]}));

    client.edit(&file, 2, find(&text, "false # cheaper"), "true # safer");
    assert_eq!(of_rule(&client.diagnostics(&file, 2), SPOF), [] as [Value; 0]);
    // Undone, everything is as it was.
    let text = text.replace("false # cheaper", "true # safer");
    client.edit(&file, 3, find(&text, "true # safer"), "false # cheaper");
    assert_eq!(client.diagnostics(&file, 3), before);
    client.finish_with_closed_files(&shop);
}

#[test]
fn edits_count_in_utf16() {
    edits_count_in(json!({}), find, "utf16");
}

#[test]
fn edits_count_in_utf8() {
    edits_count_in(json!({"general": {"positionEncodings": ["utf-8"]}}), find_utf8, "utf8");
}

#[test]
fn several_edits_in_one_message_build_on_each_other() {
    let shop = Shop::new("several");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, "");
    assert_eq!(client.diagnostics(&file, 1), json!([]));
    let end = [text.matches('\n').count() as u32, 0];
    let at = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
    let changes = json!([
        {"text": "nonsense"},
        {"text": text},
        {"range": {"start": at([0, 0]), "end": at([0, 0])}, "text": "# é😀\r\n"},
        {"range": {"start": at([end[0] + 1, 0]), "end": at([end[0] + 9, 9])}, "text": "\n# end"},
    ]);
    client.change(&file, 2, changes);
    let single = of_rule(&client.diagnostics(&file, 2), SPOF);
    assert_eq!(single.len(), 1);
    let [start, _] = find(&text, "multi_az");
    assert_eq!(single[0]["range"]["start"]["line"], start[0] + 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn half_typed_text_keeps_the_other_findings() {
    let shop = Shop::new("half");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let before = client.diagnostics(&file, 1);
    let line = text.matches('\n').count() as u32;
    let mut version = 1;
    let typed = "\nresource \"aws_db_instance\" \"reports\" {\n  identifier = \"rep${loc";
    let [mut row, mut column] = [line, 0];
    for character in typed.chars() {
        version += 1;
        client.edit(&file, version, [[row, column], [row, column]], &character.to_string());
        let now = client.diagnostics(&file, version);
        assert_eq!(of_rule(&now, SPOF).len(), 1, "typed up to version {version}: {now:#}");
        (row, column) = if character == '\n' { (row + 1, 0) } else { (row, column + 1) };
    }
    // Selecting what was typed and deleting it brings the first picture back.
    version += 1;
    client.edit(&file, version, [[line, 0], [row, column]], "");
    assert_eq!(client.diagnostics(&file, version), before);
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_broken_block_does_not_hide_the_others() {
    let shop = Shop::new("broken");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &format!("resource \"aws_db_instance\" {{\n  = = =\n}}\n\n{text}"));
    let diagnostics = client.diagnostics(&file, 1);
    assert_eq!(of_rule(&diagnostics, SPOF).len(), 1, "{diagnostics:#}");
    let syntax = of_rule(&diagnostics, "syntax");
    assert!(!syntax.is_empty(), "{diagnostics:#}");
    assert!(syntax.iter().all(|problem| problem["severity"] == 2), "a warning: {syntax:#?}");
    client.finish_with_closed_files(&shop);
}

#[test]
fn several_folders_are_apart() {
    let (one, other) = (Shop::new("one"), Shop::new("other"));
    let mut client = Client::open_workspace(&[&one.directory], json!({}));
    client.open(&one.file("rds.tf"), 1, &one.text("rds.tf"));
    let single = of_rule(&client.diagnostics(&one.file("rds.tf"), 1), SPOF);
    assert_eq!(single.len(), 1);
    let folder = json!({"uri": uri(&other.directory), "name": "other"});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": [folder], "removed": []}}));
    client.open(
        &other.file("rds.tf"),
        1,
        &other.text("rds.tf").replace("multi_az                    = false", "multi_az = true"),
    );
    assert_eq!(of_rule(&client.diagnostics(&other.file("rds.tf"), 1), SPOF), [] as [Value; 0]);
    // The other folder's repair changes nothing here.
    client.edit(&one.file("rds.tf"), 2, [[0, 0], [0, 0]], "");
    assert_eq!(of_rule(&client.diagnostics(&one.file("rds.tf"), 2), SPOF), single);
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": {"added": [], "removed": [folder]}}));
    client.edit(&one.file("rds.tf"), 3, [[0, 0], [0, 0]], "");
    assert_eq!(of_rule(&client.diagnostics(&one.file("rds.tf"), 3), SPOF), single);
    client.drain_closed_files(&one);
    client.finish_with_closed_files(&other);
}

#[test]
fn what_is_no_file_is_left_alone() {
    let shop = Shop::new("untitled");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    let text = shop.text("rds.tf");
    for address in ["untitled:Untitled-1", "git:/w/rds.tf?HEAD", "vscode-notebook-cell:/w/a#1"] {
        let document = json!({"uri": address, "languageId": "terraform", "version": 1, "text": text});
        client.notify("textDocument/didOpen", json!({"textDocument": document}));
        let change = json!({"textDocument": {"uri": address, "version": 2}, "contentChanges": [{"text": ""}]});
        client.notify("textDocument/didChange", change);
        let hover = json!({"textDocument": {"uri": address}, "position": {"line": 6, "character": 1}});
        assert_eq!(client.request("textDocument/hover", hover), Ok(Value::Null));
        client.notify("textDocument/didClose", json!({"textDocument": {"uri": address}}));
    }
    client.finish();
}

#[test]
fn a_huge_document_is_reported_and_not_analysed() {
    let shop = Shop::new("huge");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &format!("{text}{}", "# filler\n".repeat(1_000_000)));
    let diagnostics = client.diagnostics(&file, 1);
    assert_eq!(diagnostics.as_array().unwrap().len(), 1);
    assert_eq!(diagnostics[0]["code"], "file-size");
    client.replace(&file, 2, &text);
    assert_eq!(of_rule(&client.diagnostics(&file, 2), SPOF).len(), 1);
    client.finish_with_closed_files(&shop);
}

#[test]
fn files_that_change_on_the_disk_are_read_again() {
    let shop = Shop::new("disk");
    let capabilities = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut client = Client::open_workspace(&[&shop.directory], capabilities);
    let (open, closed) = (shop.file("web.tf"), shop.file("rds.tf"));
    client.open(&open, 1, &shop.text("web.tf"));
    client.diagnostics(&open, 1);
    let before = client.next_diagnostics(&closed);
    assert_eq!(of_rule(&before, SPOF).len(), 1);
    assert!(client.asked.contains(&"client/registerCapability".to_owned()), "{:?}", client.asked);

    let text = shop.text("rds.tf");
    std::fs::write(&closed, text.replace("= false # cheaper", "= true # safer")).unwrap();
    let changed = json!({"changes": [{"uri": uri(&closed), "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed.clone());
    assert_eq!(of_rule(&client.next_diagnostics(&closed), SPOF), [] as [Value; 0]);
    std::fs::write(&closed, text).unwrap();
    client.notify("workspace/didChangeWatchedFiles", changed);
    assert_eq!(client.next_diagnostics(&closed), before);
    assert!(!findings(&before).is_empty());
    client.finish_with_closed_files(&shop);
}
