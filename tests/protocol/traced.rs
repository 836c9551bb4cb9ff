//! What the program asks of the system, as `strace` writes it down: the real binary with a client and on the command line, over
//! Terraform, manifests and a chart in a git repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::base::git;
use crate::client::{Client, Shop, find, uri};

/// Calls that reach the network, start or end something, open a file, or change the disk. A question mark is for processors that
/// do not have the call.
const CALLS: &str = "trace=%network,%process,?open,openat,?openat2,?creat,?unlink,unlinkat,?rename,?renameat,renameat2,?mkdir,mkdirat,\
                     ?rmdir,?link,linkat,?symlink,symlinkat,?chmod,fchmodat,?mknod,mknodat,truncate";

/// What is read beside the workspace: by the loader of the system and the standard library, and, of git, where a person keeps the
/// names of files to ignore.
const READ: [&str; 11] = [
    "/etc/ld.so.cache",
    "/proc/self/maps",
    "/proc/self/cgroup",
    "/proc/self/mountinfo",
    "/proc/stat",
    "/proc/sys/vm/overcommit_memory",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/etc/gitconfig",
    "HOME/.gitconfig",
    "HOME/.config/git",
];

/// Only the loader reads these, and only what ends in `.so` and a version.
const LIBRARIES: [&str; 3] = ["/lib", "/lib64", "/usr/lib"];

/// A workspace, the home of its user, and where traces are written.
struct Traced {
    shop: Shop,
    beside: tempfile::TempDir,
}

impl Traced {
    /// `None` where there is no strace or no git, or where nothing may be traced.
    fn new(name: &str) -> Option<Traced> {
        let beside = tempfile::tempdir().unwrap();
        let there = |program: &str, argument: &str| {
            let quiet = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
            quiet.is_ok_and(|status| status.success())
        };
        let can_trace = Command::new("strace").arg("-o").arg(beside.path().join("tried")).arg("true").status();
        if !can_trace.is_ok_and(|status| status.success()) || !there("git", "--version") {
            println!("skipped: it needs git, and a strace that may trace");
            return None;
        }
        let shop = Shop::of(name, &[]);
        fs::remove_dir_all(shop.file(".git")).unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures"), &shop.directory);
        git(&shop, &["init", "-q", "-b", "main", "."]);
        git(&shop, &["add", "."]);
        git(&shop, &["commit", "-qm", "one"]);
        fs::create_dir(beside.path().join("home")).unwrap();
        Some(Traced { shop, beside })
    }

    /// A command that is traced.
    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("strace");
        command.args(["-f", "-ff", "-y", "-s", "4096", "--seccomp-bpf", "-e", CALLS, "-o"]);
        command.arg(self.beside.path().join("trace")).arg(program).args(arguments);
        let home = self.beside.path().join("home");
        command.current_dir(&self.shop.directory).env("HOME", home).env_remove("XDG_CONFIG_HOME");
        // Cargo sets it for tests; a user has none.
        command.env_remove("LD_LIBRARY_PATH");
        command
    }

    /// What was asked of the system that the program promises not to ask: calls, and files. Only `written` is written.
    fn offences(&self, written: Option<&str>) -> BTreeSet<String> {
        let of_a_thread = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            path.file_name().unwrap().to_str().unwrap().starts_with("trace.").then_some(path)
        };
        let traces: Vec<PathBuf> = fs::read_dir(self.beside.path()).unwrap().filter_map(of_a_thread).collect();
        assert!(!traces.is_empty(), "strace wrote nothing");
        let (mut offences, mut starts, mut opened) = (BTreeSet::new(), 0, 0);
        for trace in traces {
            let text = fs::read_to_string(&trace).unwrap();
            for line in text.lines().filter(|line| !line.starts_with("+++") && !line.starts_with("---")) {
                let call = line.split('(').next().unwrap();
                match call {
                    "execve" => starts += 1,
                    "exit" | "exit_group" => {}
                    "clone" | "clone3" if line.contains("CLONE_THREAD") => {}
                    "open" | "openat" | "openat2" => {
                        opened += 1;
                        let (path, writes) = (opened_path(line, &self.shop.directory), writes(line));
                        let is_wanted = written.is_some_and(|file| path == self.shop.file(file));
                        if (writes && !is_wanted) || !self.may_read(&path) {
                            offences.insert(format!("{} {}", if writes { "write" } else { "read" }, path.display()));
                        }
                    }
                    _ => drop(offences.insert(call.to_owned())),
                }
            }
            fs::remove_file(trace).unwrap();
        }
        assert!(opened > 5, "a trace with {opened} files is none");
        // strace itself starts the program.
        if starts != 1 {
            offences.insert("execve".to_owned());
        }
        offences
    }

    fn may_read(&self, path: &Path) -> bool {
        let home = self.beside.path().join("home");
        let is_library = LIBRARIES.iter().any(|directory| path.starts_with(directory))
            && path.file_name().is_some_and(|name| name.to_str().unwrap().contains(".so"));
        let named = |allowed: &&str| match allowed.strip_prefix("HOME/") {
            Some(below) => path.starts_with(home.join(below)),
            None => path.starts_with(allowed),
        };
        is_library || path.starts_with(&self.shop.directory) || READ.iter().any(named)
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let there = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&there).unwrap();
            copy(&path, &there);
        } else {
            fs::copy(&path, there).unwrap();
        }
    }
}

/// The file behind `openat(AT_FDCWD</here>, "name", O_RDONLY) = 3</what/it/is>`: what was opened, and where nothing was, what was
/// asked for.
fn opened_path(line: &str, here: &Path) -> PathBuf {
    let opened = line.rsplit_once(") = ").and_then(|(_, answer)| answer.split_once('<')).map(|(_, rest)| rest);
    let asked = line.split('"').nth(1).unwrap_or_default();
    let below = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or(here, |(at, _)| Path::new(at));
    let path = match opened.and_then(|rest| rest.split('>').next()).filter(|path| path.starts_with('/')) {
        Some(path) => PathBuf::from(path),
        None => below.join(asked),
    };
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    // `/proc/self` is the process itself, whatever its number.
    let mut parts = plain.components().map(|part| part.as_os_str().to_str().unwrap());
    match (parts.nth(1), parts.next()) {
        (Some("proc"), Some(number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Path::new("/proc/self").join(parts.collect::<PathBuf>())
        }
        _ => plain,
    }
}

/// Whether a file is opened to be written or made.
fn writes(line: &str) -> bool {
    ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"].iter().any(|flag| line.contains(flag))
}

fn check(traced: &Traced, arguments: &[&str], written: Option<&str>) {
    let mut command = traced.command(env!("CARGO_BIN_EXE_foreshock"), arguments);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(traced.offences(written), BTreeSet::new(), "{arguments:?}");
    if let Some(file) = written {
        assert!(traced.shop.file(file).is_file(), "{arguments:?} wrote {file}");
    }
}

#[test]
fn the_command_line_reads_the_workspace_and_nothing_else() {
    let Some(traced) = Traced::new("traced-commands") else { return };
    check(&traced, &["check", ".", "--base", "HEAD", "--fail-on", "never"], None);
    check(&traced, &["check", "helm", "--format", "sarif", "--fail-on", "never"], None);
    check(&traced, &["graph", "shop"], None);
    check(&traced, &["fix", "shop"], None);
    check(&traced, &["availability", "shop"], None);
    check(&traced, &["simulate", "shop", "--html", "report.html"], Some("report.html"));
}

#[test]
fn a_session_starts_nothing_and_opens_no_socket() {
    let Some(traced) = Traced::new("traced-session") else { return };
    let shop = &traced.shop;
    let mut client = Client::start_command(traced.command(env!("CARGO_BIN_EXE_foreshock"), &["lsp"]));
    client.initialize(&[&shop.directory], json!({}));
    for name in
        ["shop/main.tf", "kubernetes/shop.yaml", "helm/values.yaml", "checkout.yaml", "environments/foreshock.toml"]
    {
        let (file, text) = (shop.file(name), shop.text(name));
        client.open(&file, 1, &text);
        client.replace(&file, 2, &format!("# edited\n{text}"));
        client.diagnostics(&file, 2);
        let document = json!({"uri": uri(&file)});
        let whole = json!({"start": {"line": 0, "character": 0}, "end": {"line": 500, "character": 0}});
        let at = find(&text, text.split_whitespace().find(|word| word.len() > 4).unwrap())[0];
        let at = json!({"line": at[0] + 1, "character": at[1]});
        let context = json!({"diagnostics": [], "only": ["quickfix", "source.fixAll"]});
        client.request("textDocument/hover", json!({"textDocument": document, "position": at})).unwrap();
        client.request("textDocument/definition", json!({"textDocument": document, "position": at})).unwrap();
        client.request("textDocument/inlayHint", json!({"textDocument": document, "range": whole})).unwrap();
        client.request("textDocument/codeLens", json!({"textDocument": document})).unwrap();
        let asked = json!({"textDocument": document, "range": whole, "context": context});
        client.request("textDocument/codeAction", asked).unwrap();
        client.request("foreshock/graph", json!({"uri": uri(&file), "base": true})).unwrap();
        // What no stack reads has nothing that fails.
        if !name.ends_with(".toml") {
            client.request("foreshock/newlyFailing", document.clone()).unwrap();
        }
    }
    client.request("workspace/symbol", json!({"query": "a"})).unwrap();
    client.request("foreshock/stacks", json!({})).unwrap();
    let prod = shop.file("environments/envs/prod").to_str().unwrap().to_owned();
    client.request("foreshock/findings", json!({"root": prod, "fixes": true})).unwrap();
    client.request("foreshock/report", json!({"uri": uri(&shop.file("shop/main.tf"))})).unwrap();
    client.notify("textDocument/didSave", json!({"textDocument": {"uri": uri(&shop.file("shop/main.tf"))}}));
    fs::write(shop.file("shop/more.tf"), "resource \"aws_instance\" \"more\" {}\n").unwrap();
    client.request("foreshock/graph", json!({"uri": uri(&shop.file("shop/main.tf"))})).unwrap();
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
    assert_eq!(traced.offences(None), BTreeSet::new());
}

/// The trace sees what it is there to see.
#[test]
fn a_program_that_does_all_of_it_is_seen() {
    let Some(traced) = Traced::new("traced-other") else { return };
    let script =
        "cat /etc/hostname ../../etc/hostname; echo x > made; mkdir directory; echo x > /dev/udp/127.0.0.1/9; rm made";
    traced.command("bash", &["-c", script]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    let offences = traced.offences(None);
    let made = format!("write {}", traced.shop.file("made").display());
    for expected in ["execve", "socket", "connect", "mkdir", "unlinkat", "read /etc/hostname", &made] {
        let other = offences.iter().any(|offence| offence.starts_with(expected));
        assert!(other, "{expected} was not seen among {offences:?}");
    }
    assert!(
        offences.iter().any(|offence| offence.starts_with("clone") || offence.starts_with("wait4")),
        "{offences:?}"
    );
}
