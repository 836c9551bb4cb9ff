//! Beginning, end, and input that is no message.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::{Client, Shop, find, uri};

#[test]
fn requests_before_initialize_are_refused() {
    let mut client = Client::start();
    let parameters = json!({"textDocument": {"uri": "file:///x.tf"}, "position": {"line": 0, "character": 0}});
    assert_eq!(client.request("textDocument/hover", parameters), Err(-32002));
    client.initialize(&[], json!({}));
    client.finish();
}

#[test]
fn the_exit_code_says_whether_shutdown_came_first() {
    let mut client = Client::open_workspace(&[], json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));

    let mut client = Client::open_workspace(&[], json!({}));
    client.hang_up();
    assert_eq!(client.wait().code(), Some(1));

    let mut client = Client::start_with(&["lsp", "--stdio"]);
    client.initialize(&[], json!({}));
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(client.request("shutdown", Value::Null), Err(-32600));
    client.hang_up();
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn the_encoding_is_negotiated() {
    let encoding = |offered: Value| {
        let mut client = Client::start();
        let answer = client.initialize(&[], offered);
        client.finish();
        answer["capabilities"]["positionEncoding"].clone()
    };
    assert_eq!(encoding(json!({})), "utf-16");
    assert_eq!(encoding(json!({"general": {"positionEncodings": ["utf-16", "utf-8"]}})), "utf-8");
    assert_eq!(encoding(json!({"general": {"positionEncodings": ["utf-32", "utf-16"]}})), "utf-16");
}

#[test]
fn what_is_no_message_is_refused_and_forgotten() {
    let shop = Shop::new("garbage");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    for (body, code) in [
        ("{not json", -32700),
        ("", -32700),
        ("[]", -32600),
        ("{\"jsonrpc\":\"2.0\"}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"method\":5}", -32600),
        (&"[".repeat(200_000), -32700),
    ] {
        client.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        assert_eq!(client.refusal(), code, "{body:.40}");
    }
    client.send_bytes(b"Content-Length: 3\r\n\r\n\xff\xfe\xfd");
    assert_eq!(client.refusal(), -32700);
    client.send_bytes(b"rubbish\r\nContent-Length: x\r\n\r\n\r\n");

    // Well-formed messages with nonsense inside.
    assert_eq!(client.request("textDocument/hover", json!({"bogus": 1})), Err(-32602));
    assert_eq!(client.request("foreshock/graph", json!({})), Err(-32602));
    assert_eq!(client.request("foreshock/simulate", json!({"uri": "untitled:x", "fault": "y"})), Err(-32602));
    assert_eq!(client.request("workspace/executeCommand", json!({"command": "rm", "arguments": []})), Err(-32602));
    assert_eq!(client.request("no/suchMethod", json!({})), Err(-32601));
    assert_eq!(client.request("$/noSuchMethod", json!({})), Err(-32601));
    client.notify("textDocument/didChange", json!({"textDocument": 7}));
    client.notify("textDocument/didOpen", json!([1, 2]));
    client.notify("no/suchNotification", json!({}));
    client.notify("$/setTrace", json!({"value": "off"}));
    client.edit(Path::new("/nowhere/never-opened.tf"), 3, [[0, 0], [0, 0]], "x");
    client.close(Path::new("/nowhere/never-opened.tf"));

    // And it still works.
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    client.open(&file, 1, &text);
    assert!(!crate::findings(&client.diagnostics(&file, 1)).is_empty());
    client.edit(&file, 2, [[4_000_000_000, 4_000_000_000], [0, 0]], "");
    client.diagnostics(&file, 2);
    client.edit(&file, 2, [[7, 9], [3, 2]], "# same version again\n");
    client.diagnostics(&file, 2);
    client.replace(&file, 3, &text);
    assert!(!crate::findings(&client.diagnostics(&file, 3)).is_empty());
    client.finish_with_closed_files(&shop);
}

#[test]
fn a_client_that_does_not_read_does_not_stop_the_server() {
    let shop = Shop::new("deaf");
    let file = shop.file("rds.tf");
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &shop.text("rds.tf"));
    client.diagnostics(&file, 1);
    client.drain_closed_files(&shop);
    // The reading thread of the client takes everything, so deafness is played with a second process whose output
    // nobody reads until the end.
    let mut deaf = std::process::Command::new(env!("CARGO_BIN_EXE_foreshock"))
        .arg("lsp")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = deaf.stdin.take().unwrap();
    let mut send = |message: Value| {
        use std::io::Write;
        let body = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    };
    send(json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"capabilities": {}}}));
    for id in 1..=20_000 {
        send(json!({"jsonrpc": "2.0", "id": id, "method": "no/suchMethod", "params": {"fill": "x".repeat(100)}}));
    }
    send(json!({"jsonrpc": "2.0", "id": 20_001, "method": "shutdown"}));
    send(json!({"jsonrpc": "2.0", "method": "exit"}));
    let output = deaf.wait_with_output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("Content-Length").count(), 20_002, "every request is answered");

    let parameters = json!({"textDocument": {"uri": uri(&file)}, "position": {"line": 0, "character": 0}});
    client.request("textDocument/hover", parameters).unwrap();
    client.finish();
}

#[test]
fn a_cancelled_request_is_answered_too() {
    let shop = Shop::new("cancelled");
    let (file, text) = (shop.file("rds.tf"), shop.text("rds.tf"));
    let mut client = Client::open_workspace(&[&shop.directory], json!({}));
    client.open(&file, 1, &text);
    let range = find(&text, "multi_az");
    let at = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
    let parameters = json!({
        "textDocument": {"uri": uri(&file)},
        "range": {"start": at(range[0]), "end": at(range[1])},
        "context": {"diagnostics": []},
    });
    let mut cancelled = 0;
    let asked: Vec<i64> = (0..50).map(|_| client.ask("textDocument/codeAction", parameters.clone())).collect();
    for id in &asked {
        client.notify("$/cancelRequest", json!({"id": id}));
    }
    for id in asked {
        match client.answer(id) {
            Ok(_) => {}
            Err(code) => {
                assert_eq!(code, -32800);
                cancelled += 1;
            }
        }
    }
    assert!(cancelled > 0, "none of 50 requests was cancelled in time");
    client.diagnostics(&file, 1);
    client.finish_with_closed_files(&shop);
}
