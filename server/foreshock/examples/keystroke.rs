//! How long from a keystroke to its diagnostics? Opens a stack in the server, types into one of its files character by
//! character, and prints the times from `didChange` to the diagnostics of that version.
//!
//! ```text
//! cargo build --release -p foreshock
//! cargo run --release -p foreshock --example keystroke -- target/release/foreshock path/to/stack [file.tf] [keys]
//! ```

#![allow(clippy::print_stdout)] // printing is what it is for

use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// What is typed at the end of the file, over and over: a block, a reference, half-typed text on the way.
const TYPED: &str = "\nresource \"aws_sqs_queue\" \"typed\" {\n  name = \"typed-${terraform.workspace}\"\n}\n";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [server, stack, rest @ ..] = arguments.as_slice() else {
        return Err("usage: keystroke SERVER STACK [FILE] [KEYS]".into());
    };
    let stack = Path::new(stack).canonicalize()?;
    let file = match rest.first() {
        Some(name) => stack.join(name),
        None => largest_file(&stack)?,
    };
    let keys: usize = rest.get(1).map_or(Ok(400), |keys| keys.parse())?;

    let mut server = Server::start(server)?;
    let folder = json!([{"uri": uri(&stack), "name": "stack"}]);
    server.send(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {"processId": null, "workspaceFolders": folder, "capabilities": {}}}))?;
    server.read_until(|message| message["id"] == 0)?;
    server.notify("initialized", json!({}))?;

    let text = std::fs::read_to_string(&file)?;
    let opened = Instant::now();
    let document = json!({"uri": uri(&file), "languageId": "terraform", "version": 0, "text": text});
    server.notify("textDocument/didOpen", json!({"textDocument": document}))?;
    server.diagnostics(&uri(&file), 0)?;
    let first = opened.elapsed();

    let mut line = text.matches('\n').count();
    let mut column = text.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
    let mut times = Vec::with_capacity(keys);
    for (version, key) in (1..).zip(TYPED.chars().cycle().take(keys)) {
        let at = json!({"line": line, "character": column});
        let change = json!([{"range": {"start": at, "end": at}, "text": key.to_string()}]);
        let pressed = Instant::now();
        let document = json!({"uri": uri(&file), "version": version});
        server.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": change}))?;
        server.diagnostics(&uri(&file), version)?;
        times.push(pressed.elapsed());
        (line, column) = if key == '\n' { (line + 1, 0) } else { (line, column + 1) };
    }
    times.sort();
    let at = |share: f64| times.get(((times.len() - 1) as f64 * share).round() as usize).copied().unwrap_or_default();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{}: {} bytes of Terraform, file {} ({} bytes)",
        stack.file_name().unwrap_or_default().display(),
        terraform_bytes(&stack),
        file.file_name().unwrap_or_default().display(),
        text.len(),
    );
    println!(
        "open {:.1} ms, {keys} keys: p50 {:.2} ms, p95 {:.2} ms, max {:.2} ms, server {} KiB",
        ms(first),
        ms(at(0.5)),
        ms(at(0.95)),
        ms(at(1.0)),
        server.resident_kib().unwrap_or_default(),
    );
    server.stop()
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn largest_file(stack: &Path) -> io::Result<PathBuf> {
    let mut files: Vec<(u64, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(stack)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tf") {
            files.push((path.metadata()?.len(), path));
        }
    }
    files.sort();
    files.pop().map(|(_, path)| path).ok_or_else(|| io::Error::other("no .tf file in the stack"))
}

fn terraform_bytes(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else { return 0 };
    let paths = entries.flatten().map(|entry| entry.path());
    paths
        .map(|path| match path.extension() {
            _ if path.is_dir() && !path.is_symlink() => terraform_bytes(&path),
            Some(extension) if extension == "tf" => path.metadata().map_or(0, |metadata| metadata.len()),
            _ => 0,
        })
        .sum()
}

struct Server {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start(path: &str) -> Result<Server, Box<dyn Error>> {
        let mut process = Command::new(path).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = process.stdin.take().ok_or("no input")?;
        let output = BufReader::new(process.stdout.take().ok_or("no output")?);
        Ok(Server { process, input, output })
    }

    fn notify(&mut self, method: &str, parameters: Value) -> io::Result<()> {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}))
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        self.input.flush()
    }

    fn diagnostics(&mut self, uri: &str, version: i64) -> Result<(), Box<dyn Error>> {
        let is = |message: &Value, member: &str, wanted: &Value| message.pointer(member) == Some(wanted);
        let (uri, version) = (json!(uri), json!(version));
        self.read_until(|message| is(message, "/params/uri", &uri) && is(message, "/params/version", &version))
    }

    fn read_until(&mut self, wanted: impl Fn(&Value) -> bool) -> Result<(), Box<dyn Error>> {
        loop {
            let mut length = 0;
            loop {
                let mut line = String::new();
                if self.output.read_line(&mut line)? == 0 {
                    return Err("the server is gone".into());
                }
                if line.trim().is_empty() {
                    break;
                }
                if let Some(value) = line.strip_prefix("Content-Length: ") {
                    length = value.trim().parse()?;
                }
            }
            let mut body = vec![0; length];
            self.output.read_exact(&mut body)?;
            if wanted(&serde_json::from_slice(&body)?) {
                return Ok(());
            }
        }
    }

    /// Memory of the server, where the system tells (`VmRSS` of Linux).
    fn resident_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "shutdown"}))?;
        self.read_until(|message| message["id"] == 1)?;
        self.notify("exit", Value::Null)?;
        self.process.wait()?;
        Ok(())
    }
}
