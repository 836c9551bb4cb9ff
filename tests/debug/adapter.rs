//! A client of the debug adapter with a framing of its own, and its transcripts.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any answer takes, even unoptimised on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A fixture of the repository.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name).canonicalize().unwrap()
}

/// A running adapter.
pub(crate) struct Adapter {
    process: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    seq: i64,
    /// What was sent and what came, a line each.
    transcript: String,
    directory: PathBuf,
}

impl Adapter {
    pub(crate) fn start(directory: &Path) -> Adapter {
        let mut process = Command::new(env!("CARGO_BIN_EXE_foreshock"))
            .arg("debug")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
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
        Adapter { process, input, messages, seq: 0, transcript: String::new(), directory: directory.to_owned() }
    }

    /// One that was launched with a configuration and stands before anything fails.
    pub(crate) fn launched(directory: &Path, configuration: Value) -> Adapter {
        let mut adapter = Adapter::start(directory);
        adapter.ask("initialize", json!({"adapterID": "foreshock"})).unwrap();
        adapter.ask("launch", configuration).unwrap();
        adapter
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        // One that has ended does not read: what it said before is what counts.
        let _ = self.input.as_mut().unwrap().write_all(bytes);
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// The next message; none at the end.
    pub(crate) fn receive(&mut self) -> Option<Value> {
        match self.messages.recv_timeout(PATIENCE) {
            Ok(message) => Some(message),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("nothing came for a minute:\n{}", self.transcript),
        }
    }

    /// Asks, and reads up to the answer; what else comes is in the transcript. The refusal where it is one.
    pub(crate) fn ask(&mut self, command: &str, arguments: Value) -> Result<Value, String> {
        self.seq += 1;
        self.send(&json!({"seq": self.seq, "type": "request", "command": command, "arguments": arguments}));
        self.note("->", &format!("{command} {arguments}"));
        loop {
            let message = self.receive().unwrap_or_else(|| panic!("{command} was not answered"));
            self.note_message(&message);
            if message["type"] == "response" {
                assert_eq!(message["request_seq"], json!(self.seq), "{message}");
                return match message["success"] == true {
                    true => Ok(message["body"].clone()),
                    false => Err(message["message"].as_str().expect("a refusal has words").to_owned()),
                };
            }
        }
    }

    /// Reads events up to one, and gives its body.
    pub(crate) fn event(&mut self, name: &str) -> Value {
        loop {
            let message = self.receive().unwrap_or_else(|| panic!("no {name} came"));
            self.note_message(&message);
            assert_eq!(message["type"], "event", "{message}");
            if message["event"] == name {
                return message["body"].clone();
            }
        }
    }

    /// A step, and where it stops.
    pub(crate) fn step(&mut self, command: &str) -> String {
        self.ask(command, json!({"threadId": 1})).unwrap();
        let stopped = self.event("stopped");
        format!("{}: {}", stopped["reason"].as_str().unwrap(), stopped["description"].as_str().unwrap())
    }

    /// The names of the frames with their lines.
    pub(crate) fn frames(&mut self) -> Vec<String> {
        let trace = self.ask("stackTrace", json!({"threadId": 1})).unwrap();
        let frames = trace["stackFrames"].as_array().unwrap().iter();
        let line = |frame: &Value| match frame["source"]["name"].as_str() {
            Some(name) => format!("{} ({name}:{})", frame["name"].as_str().unwrap(), frame["line"]),
            None => frame["name"].as_str().unwrap().to_owned(),
        };
        frames.map(line).collect()
    }

    /// The variables of a scope, `name = value`.
    pub(crate) fn scope(&mut self, name: &str) -> Vec<String> {
        let scopes = self.ask("scopes", json!({"frameId": 1})).unwrap();
        let scope = scopes["scopes"].as_array().unwrap().iter().find(|scope| scope["name"] == name);
        let reference = scope.unwrap_or_else(|| panic!("no scope {name}: {scopes}"))["variablesReference"].clone();
        let variables = self.ask("variables", json!({"variablesReference": reference})).unwrap();
        let variables = variables["variables"].as_array().unwrap().iter();
        variables.map(|it| format!("{} = {}", it["name"].as_str().unwrap(), it["value"].as_str().unwrap())).collect()
    }

    fn note(&mut self, arrow: &str, words: &str) {
        let directory = self.directory.display().to_string();
        let words = words.replace(&format!("{directory}/"), "").replace(&directory, ".");
        self.transcript.push_str(&format!("{arrow} {words}\n"));
    }

    fn note_message(&mut self, message: &Value) {
        let text = match message["type"].as_str().unwrap() {
            "event" if message["event"] == "output" => {
                format!("   | {}", message["body"]["output"].as_str().unwrap().trim_end())
            }
            "event" => format!("   * {} {}", message["event"].as_str().unwrap(), message["body"]),
            _ if message["success"] == true => format!("   = {}", message["body"]),
            _ => format!("   refused: {}", message["message"].as_str().unwrap()),
        };
        self.note("", &text);
    }

    /// Closes its input; its exit code, and that nothing was left unread.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        while let Some(message) = self.receive() {
            self.note_message(&message);
        }
        let code = self.process.wait().unwrap().code();
        (code, std::mem::take(&mut self.transcript))
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn read_message(output: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ").map(|length| length.parse::<usize>().unwrap()),
        }
    }
    let mut body = vec![0; length.expect("a header says the length")];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("the body is JSON"))
}

/// A script of requests, `command` or `command {arguments}` a line, `$` for the directory; its transcript is a snapshot.
pub(crate) fn check(name: &str, directory: &Path, script: &str) {
    let mut adapter = Adapter::start(directory);
    for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let line = line.replace('$', &directory.display().to_string());
        let (command, arguments) = line.split_once(' ').unwrap_or((&line, "{}"));
        let arguments = serde_json::from_str(arguments).unwrap_or_else(|error| panic!("{line}: {error}"));
        // A refusal is in the transcript.
        let _ = adapter.ask(command, arguments);
    }
    let (code, transcript) = adapter.end();
    assert_eq!(code, Some(0), "{transcript}");
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!(name, transcript);
    });
}
