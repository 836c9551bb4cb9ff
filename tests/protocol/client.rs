//! A small language client over the standard streams of the real binary. It has its own framing, so that the server's is
//! tested against something else, and it insists that every message is read.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than any answer takes, even unoptimised on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Client {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Read, but not yet asked for.
    unread: VecDeque<Value>,
    next_id: i64,
    /// Requests of the server, answered with null.
    pub(crate) asked: Vec<String>,
    /// The edits it was asked to make.
    edits: VecDeque<Value>,
    /// What it says when it is asked for its settings.
    pub(crate) settings: Value,
}

impl Client {
    /// Starts the server; nothing is said yet.
    pub(crate) fn start() -> Client {
        Client::start_with(&["lsp"])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Client {
        Client::start_in(arguments, &[])
    }

    /// Starts it with these variables of the environment.
    pub(crate) fn start_in(arguments: &[&str], environment: &[(&str, &str)]) -> Client {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foreshock"));
        command.args(arguments).envs(environment.iter().copied());
        Client::start_command(command)
    }

    /// Starts it by this command.
    pub(crate) fn start_command(mut command: Command) -> Client {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let input = process.stdin.take();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client {
            process,
            input,
            messages,
            unread: VecDeque::new(),
            next_id: 0,
            asked: Vec::new(),
            edits: VecDeque::new(),
            settings: Value::Null,
        }
    }

    /// Starts the server in these workspace folders, with these capabilities.
    pub(crate) fn open_workspace(folders: &[&Path], capabilities: Value) -> Client {
        let mut client = Client::start();
        client.initialize(folders, capabilities);
        client
    }

    pub(crate) fn initialize(&mut self, folders: &[&Path], capabilities: Value) -> Value {
        self.initialize_with(folders, capabilities, Value::Null)
    }

    pub(crate) fn initialize_with(&mut self, folders: &[&Path], capabilities: Value, options: Value) -> Value {
        let folders: Vec<Value> = folders
            .iter()
            .map(|folder| json!({"uri": uri(folder), "name": folder.file_name().unwrap().to_str()}))
            .collect();
        let parameters = json!({"processId": null, "rootUri": null, "workspaceFolders": folders,
            "capabilities": capabilities, "initializationOptions": options});
        let answer = self.request("initialize", parameters).expect("the server introduces itself");
        self.notify("initialized", json!({}));
        answer
    }

    pub(crate) fn notify(&mut self, method: &str, parameters: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    /// Sends a request without waiting.
    pub(crate) fn ask(&mut self, method: &str, parameters: Value) -> i64 {
        self.next_id += 1;
        let id = self.next_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        id
    }

    /// The result or the error code of a request sent before.
    pub(crate) fn answer(&mut self, id: i64) -> Result<Value, i64> {
        let message = self.take(&format!("an answer to request {id}"), |message| {
            message.get("method").is_none() && message["id"] == json!(id)
        });
        match message.get("error") {
            Some(error) => Err(error["code"].as_i64().expect("errors have codes")),
            None => Ok(message["result"].clone()),
        }
    }

    /// Whether the answer to a request has come, as far as anybody has read.
    pub(crate) fn is_answered(&self, id: i64) -> bool {
        self.unread.iter().any(|message| message.get("method").is_none() && message["id"] == json!(id))
    }

    pub(crate) fn request(&mut self, method: &str, parameters: Value) -> Result<Value, i64> {
        let id = self.ask(method, parameters);
        self.answer(id)
    }

    /// The parameters of the next notification of that method.
    pub(crate) fn notification(&mut self, method: &str) -> Value {
        self.take(method, |message| message["method"] == method)["params"].clone()
    }

    /// The diagnostics of a document at a version; those of earlier versions are read and dropped.
    pub(crate) fn diagnostics(&mut self, file: &Path, version: i64) -> Value {
        let uri = uri(file);
        loop {
            let published = self.take(&format!("diagnostics of {uri} at version {version}"), |message| {
                message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
            });
            let of = published["params"]["version"].as_i64();
            assert!(of <= Some(version), "diagnostics of a version that was never sent");
            if of == Some(version) {
                return published["params"]["diagnostics"].clone();
            }
        }
    }

    /// The next diagnostics of a file, open or not.
    pub(crate) fn next_diagnostics(&mut self, file: &Path) -> Value {
        let uri = uri(file);
        self.take(&format!("diagnostics of {uri}"), |message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
        })["params"]["diagnostics"]
            .clone()
    }

    pub(crate) fn open(&mut self, file: &Path, version: i64, text: &str) {
        let document = json!({"uri": uri(file), "languageId": "terraform", "version": version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces `range`, `[[line, column], [line, column]]`.
    pub(crate) fn edit(&mut self, file: &Path, version: i64, range: [[u32; 2]; 2], text: &str) {
        let at = |[line, character]: [u32; 2]| json!({"line": line, "character": character});
        let [start, end] = range;
        self.change(file, version, json!([{"range": {"start": at(start), "end": at(end)}, "text": text}]));
    }

    pub(crate) fn replace(&mut self, file: &Path, version: i64, text: &str) {
        self.change(file, version, json!([{"text": text}]));
    }

    pub(crate) fn change(&mut self, file: &Path, version: i64, changes: Value) {
        let document = json!({"uri": uri(file), "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    pub(crate) fn close(&mut self, file: &Path) {
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(file)}}));
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("the input is open");
        input.write_all(bytes).and_then(|()| input.flush()).expect("the server reads");
    }

    /// The error that answers bytes which were no message.
    pub(crate) fn refusal(&mut self) -> i64 {
        let message = self.take("a refusal", |message| message["id"].is_null() && message.get("error").is_some());
        message["error"]["code"].as_i64().unwrap()
    }

    /// Says goodbye as the protocol asks; every message must have been read. Figures of the status bar are news that a
    /// client need not look at.
    pub(crate) fn finish(self) {
        self.finish_but(|_| false);
    }

    fn finish_but(mut self, is_of_no_matter: impl Fn(&Value) -> bool) {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        assert_eq!(self.wait().code(), Some(0), "the server ends well");
        let mut unread: Vec<Value> = self.unread.drain(..).chain(self.messages.try_iter()).collect();
        // A slow machine may have something to say of what takes long.
        let is_log = |message: &Value| message["method"] == "window/logMessage" && message["params"]["type"] == 4;
        unread
            .retain(|message| message["method"] != "foreshock/status" && !is_log(message) && !is_of_no_matter(message));
        assert!(unread.is_empty(), "messages nobody read: {unread:#?}");
    }

    /// The diagnostics published so far, in order; each is read once.
    pub(crate) fn published(&mut self) -> Vec<Value> {
        let (published, unread) =
            self.unread.drain(..).partition(|message| message["method"] == "textDocument/publishDiagnostics");
        self.unread = unread;
        let published: VecDeque<Value> = published;
        published.into_iter().map(|message| message["params"].clone()).collect()
    }

    /// What the server has written into the log of its client, as far as anybody has read.
    pub(crate) fn logged(&mut self) -> Vec<Value> {
        let all = self.unread.drain(..).chain(self.messages.try_iter());
        all.filter(|message| message["method"] == "window/logMessage")
            .map(|message| message["params"].clone())
            .collect()
    }

    /// Reads the findings in files of the shop that are not open; other tests look at those.
    pub(crate) fn drain_closed_files(&mut self, shop: &Shop) {
        // An answer proves that everything before it has been sent.
        let anything = json!({"uri": uri(&shop.file("main.tf"))});
        self.request("foreshock/graph", anything).unwrap();
        self.unread.retain(|message| !is_of_a_closed_file(message, shop));
    }

    /// The same, and goodbye.
    pub(crate) fn finish_with_closed_files(mut self, shop: &Shop) {
        self.drain_closed_files(shop);
        // What is found in them may also come on the way out.
        self.finish_but(|message| is_of_a_closed_file(message, shop));
    }

    /// Waits for a request of the server.
    pub(crate) fn wait_until_asked(&mut self, method: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.asked.iter().any(|asked| asked == method) {
            assert!(Instant::now() < until, "the server never asked for {method}");
            self.request("no/suchMethod", Value::Null).unwrap_err();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The next edit that the server asks for.
    pub(crate) fn edits_asked_for(&mut self) -> Value {
        let until = Instant::now() + PATIENCE;
        while self.edits.is_empty() {
            assert!(Instant::now() < until, "the server never asked for an edit");
            self.request("no/suchMethod", Value::Null).unwrap_err();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.edits.pop_front().unwrap()
    }

    /// Closes the server's input.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// The largest that the server has been in memory, in MB; `None` where the system does not say.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn take(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(found) = self.unread.iter().position(&wanted) {
            return self.unread.remove(found).unwrap();
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("waited for {what}; unread: {:#?}", self.unread),
                Err(RecvTimeoutError::Disconnected) => panic!("the server is gone; waited for {what}"),
            };
            if let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) {
                self.asked.push(method.to_owned());
                if method == "workspace/applyEdit" {
                    self.edits.push_back(message["params"]["edit"].clone());
                }
                let applied = method == "workspace/applyEdit";
                let asks_settings = method == "workspace/configuration";
                let result = match (asks_settings, applied) {
                    (true, _) => json!([self.settings]),
                    (_, true) => json!({"applied": true}),
                    _ => Value::Null,
                };
                let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
                self.send(&answer);
            } else if wanted(&message) {
                return message;
            } else {
                self.unread.push_back(message);
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the server speaks JSON"))
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap())
}

/// A copy of the shop in a directory of its own, removed at the end.
pub(crate) struct Shop {
    pub(crate) directory: PathBuf,
}

impl Shop {
    pub(crate) fn new(name: &str) -> Shop {
        let directory = std::env::temp_dir().join(format!("foreshock-protocol-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        let directory = directory.canonicalize().unwrap();
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                std::fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
            }
        }
        Shop { directory }
    }

    /// A directory with these files.
    pub(crate) fn of(name: &str, files: &[(&str, &str)]) -> Shop {
        let directory = std::env::temp_dir().join(format!("foreshock-protocol-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(directory.join(".git")).unwrap();
        let shop = Shop { directory: directory.canonicalize().unwrap() };
        for (path, text) in files {
            let path = shop.file(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        shop
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.file(name)).unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Where a piece of text is, in UTF-16 columns: `[[line, column], [line, column]]`.
pub(crate) fn find(text: &str, piece: &str) -> [[u32; 2]; 2] {
    find_in(text, piece, |s| s.encode_utf16().count())
}

/// The same in bytes.
pub(crate) fn find_utf8(text: &str, piece: &str) -> [[u32; 2]; 2] {
    find_in(text, piece, str::len)
}

fn find_in(text: &str, piece: &str, columns: impl Fn(&str) -> usize) -> [[u32; 2]; 2] {
    let at = |offset: usize| {
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        [before.matches('\n').count() as u32, columns(&before[line_start..]) as u32]
    };
    let start = text.find(piece).unwrap_or_else(|| panic!("{piece:?} is not in the text"));
    [at(start), at(start + piece.len())]
}

/// Whether it is what was found in a file of the shop that is not open.
fn is_of_a_closed_file(message: &Value, shop: &Shop) -> bool {
    let of_the_shop = message["params"]["uri"].as_str().is_some_and(|u| u.starts_with(&uri(&shop.directory)));
    let closed = message["params"].get("version").is_none();
    message["method"] == "textDocument/publishDiagnostics" && of_the_shop && closed
}
