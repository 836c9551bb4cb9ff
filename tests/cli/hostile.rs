//! Texts and files that somebody wrote to do harm, or that went wrong by themselves: the command ends soon, within bounded memory,
//! and says what it left out. Each case stands for a kind.

use std::fs;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Without optimisation, on a busy machine; optimised these take a second or less.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a process may address, in kB: the program maps its text and the stacks of its threads, too.
const ADDRESSES: u32 = 3_000_000;

const DATABASE: &str = "resource \"aws_db_instance\" \"a\" {\n  engine   = \"mysql\"\n  multi_az = false\n}\n";
const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  replicas: 1\n  selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec:\n      containers: [{name: c, image: i}]\n";
const SERVICES: &str = "services:\n  web: {image: i, depends_on: [db]}\n  db: {image: postgres}\n";
const TEMPLATE: &str = "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n";

/// Runs the program in a directory that holds these files, after a script of the shell.
fn run(files: &[(&str, &str)], script: &str, arguments: &str) -> (Output, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    // What other users can't enter they can't be refused in.
    let _ = Command::new("chmod").arg("755").arg(directory.path()).status();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let script = if script.is_empty() { ":" } else { script };
    let line = format!("{{ {script}\n}} >/dev/null 2>&1; ulimit -v {ADDRESSES}; exec $AS \"$FORESHOCK\" {arguments}");
    let begin = Instant::now();
    let mut child = Command::new("bash")
        .args(["-c", &line])
        .current_dir(directory.path())
        .env("FORESHOCK", env!("CARGO_BIN_EXE_foreshock"))
        .env("RAYON_NUM_THREADS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::from(fs::File::create(directory.path().join(".out")).unwrap()))
        .stderr(Stdio::from(fs::File::create(directory.path().join(".err")).unwrap()))
        .spawn()
        .expect("bash is there");
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begin.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("no end within {PATIENCE:?}: {script} {arguments}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let read = |name| fs::read(directory.path().join(name)).unwrap();
    (Output { status, stdout: read(".out"), stderr: read(".err") }, directory)
}

#[track_caller]
fn check(files: &[(&str, &str)], script: &str, arguments: &str, code: i32, says: &str) {
    let (output, _directory) = run(files, script, arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // Words are wrapped to the width of a terminal.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = text.chars().take(2_000).collect();
    assert_eq!(output.status.code(), Some(code), "{script} {arguments}\n{shown}");
    assert!(text.contains(says), "{script} {arguments}: expected {says:?}\n{shown}");
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files.iter().map(|(name, text)| (&**name, &**text)).collect()
}

/// Whatever is opened: a pipe, a device, a file of the kernel, a directory.
#[test]
#[cfg(unix)]
fn what_has_no_end_is_not_read() {
    let makes = ["mkfifo", "ln -s /dev/zero", "ln -s /proc/self/pagemap", "ln -s /proc/kmsg", "mkdir"];
    for make in makes {
        for name in
            ["b.tf", "foreshock.toml", "infra.yaml", "template.json", "compose.yaml", "terraform.tfvars", ".env"]
        {
            let (output, _directory) = run(&[("a.tf", DATABASE)], &format!("{make} {name}"), "check . --fail-on never");
            assert!(matches!(output.status.code(), Some(0 | 2)), "{make} {name}: {output:?}");
        }
        for named in
            ["backtest x", "backtest --planes x", "check x", "check --plan x .", "check --var-file x .", "import x"]
        {
            // A directory can be checked, and may have no stack in it.
            if (make, named) != ("mkdir", "check x") {
                check(&[("a.tf", DATABASE)], &format!("{make} x"), named, 2, "x:");
            }
        }
        for ignore in [".gitignore", ".ignore", "sub/.gitignore"] {
            let files = [("a.tf", DATABASE), ("sub/a.tf", DATABASE)];
            let (output, _directory) = run(&files, &format!("{make} {ignore}"), "check . --fail-on never");
            assert!(matches!(output.status.code(), Some(0 | 2)), "{make} {ignore}: {output:?}");
        }
    }
    let stars = format!("{}\n", "*a".repeat(20)).repeat(20_000);
    check(&[("a.tf", DATABASE), (".gitignore", &stars)], "mkdir .git", "check .", 2, "nothing is ignored");
}

/// A gate must not pass because something could not be read.
#[test]
#[cfg(unix)]
fn what_cant_be_read_is_said_and_is_bad_input() {
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let other = "export AS='setpriv --reuid=65534 --regid=65534 --clear-groups';";
    if is_root && !Command::new("setpriv").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("not tested: root is refused nothing, and setpriv is not installed");
        return;
    }
    let user = if is_root { other } else { "" };
    for name in [
        "main.tf",
        "infra.yaml",
        "template.yaml",
        "template.json",
        "compose.yaml",
        "deployment.yaml",
        "kustomization.yaml",
    ] {
        let text = if name.ends_with(".tf") { DATABASE } else { "" };
        let script = format!("chmod 000 {name}");
        // The variable is for the line that runs the program, so that it stands outside of what is silenced.
        let (output, _directory) = run(&[(name, text)], &format!("{user} {script}"), "check .");
        let text = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{name}: {text}");
        assert!(text.contains("can't be read: permission denied"), "{name}: {text}");
    }
    let both = [("main.tf", DATABASE), ("foreshock.toml", "")];
    check(&both, &format!("{user} chmod 000 foreshock.toml"), "check .", 2, "can't be read");
    check(&[("d/main.tf", DATABASE)], &format!("{user} chmod 000 d"), "check .", 2, "this directory can't be read");
    check(&[], "echo >\"$(printf 'a\\377.tf')\"", "check .", 2, "not UTF-8");
    check(&[("main.tf", DATABASE)], "printf '\\377\\376' >b.tf", "check .", 2, "not valid UTF-8");
    let large = DATABASE.to_owned() + &"#\n".repeat(5 << 20);
    check(&[("main.tf", &large)], "", "check .", 2, "files above 8 MiB are not read");
}

#[test]
fn a_gate_passes_nothing_where_no_stack_is() {
    check(&[("README", "")], "", "check .", 0, "no stack found");
    check(&[("README", "")], "", "check . --fail-on never", 0, "no stack found");
    for gate in
        ["--fail-on warning", "--fail-on error", "--slo 99.9", "--min-score 50", "--min-understood 80", "--strict"]
    {
        check(&[("README", "")], "", &format!("check . {gate}"), 2, "no gate can say anything");
    }
}

/// What is small as a text and grows when it is put together, goes round in circles, or leads out.
#[test]
fn what_grows_without_end_is_cut_off() {
    let bomb: String =
        (1..30).map(|n| format!("  a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(","))).collect();
    let bomb = format!("  a0: &a0 [x]\n{bomb}");
    let many_bombs = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: b}}\ndata:\n{bomb}---\n").repeat(50);
    check(&[("d.yaml", &(DEPLOYMENT.to_owned() + "---\n" + &many_bombs))], "", "check . --fail-on never", 0, "aliases");
    check(&[("compose.yaml", &format!("x-b:\n{bomb}{SERVICES}"))], "", "check . --fail-on never", 0, "aliases");

    // Kustomize.
    check(&[("kustomization.yaml", "resources: [.]\n")], "", "check .", 2, "built out of itself");
    let level = |n: usize| format!("resources: [../k{n}, ../l{n}]\n");
    let mut files: Vec<(String, String)> = (1..=25)
        .flat_map(|n| ["k", "l"].map(|side| (format!("{side}{}/kustomization.yaml", n - 1), level(n))))
        .collect();
    for side in ["k25", "l25"] {
        files.push((format!("{side}/kustomization.yaml"), "resources: [d.yaml]\n".to_owned()));
        files.push((format!("{side}/d.yaml"), DEPLOYMENT.to_owned()));
    }
    check(&borrowed(&files), "", "check .", 2, "more than 2000 kustomizations");
    let copies: String =
        (0..40).map(|n| format!("    - {{op: copy, from: /spec, path: /spec/template/metadata/x{n}}}\n")).collect();
    let patch = format!("resources: [d.yaml]\npatches:\n- target: {{kind: Deployment}}\n  patch: |\n{copies}");
    check(&[("kustomization.yaml", &patch), ("d.yaml", DEPLOYMENT)], "", "check .", 2, "more than is followed");
    let maps: String = (0..2_000).map(|n| format!("- name: c{n}\n  files: [big]\n")).collect();
    let maps = format!("resources: [d.yaml]\nconfigMapGenerator:\n{maps}");
    let big = "x".repeat(7 << 20);
    check(
        &[("kustomization.yaml", &maps), ("d.yaml", DEPLOYMENT), ("big", &big)],
        "",
        "check .",
        2,
        "more than is followed",
    );
    check(&[("d.yaml", &DEPLOYMENT.replace("replicas: 1", "replicas: 2147483647"))], "", "check .", 0, "score");

    // Compose.
    check(
        &[("compose.yaml", "services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n")],
        "",
        "check .",
        2,
        "extends itself",
    );
    let chain: String = (0..20_000).map(|n| format!("  s{n}: {{extends: {{service: s{}}}}}\n", n + 1)).collect();
    check(
        &[("compose.yaml", &format!("services:\n{chain}  s20000: {{image: i}}\n"))],
        "",
        "check .",
        2,
        "more than is followed",
    );
    let mut files: Vec<(String, String)> = (1..=25)
        .flat_map(|n| {
            ["c", "d"].map(|side| (format!("{side}{}.yaml", n - 1), format!("include: [c{n}.yaml, d{n}.yaml]\n")))
        })
        .collect();
    files.extend(["c25.yaml", "d25.yaml"].map(|name| (name.to_owned(), SERVICES.to_owned())));
    files.push(("compose.yaml".to_owned(), format!("include: [c0.yaml]\n{SERVICES}")));
    check(&borrowed(&files), "", "check . --fail-on never", 0, "score");
    let names: String = (1..=40).map(|n| format!("A{n}=${{A{}}}${{A{}}}\n", n - 1, n - 1)).collect();
    let env = format!("A0=xxxxxxxxxx\n{names}");
    check(
        &[("compose.yaml", &SERVICES.replace("postgres", "'${A40}'")), (".env", &env)],
        "",
        "check . --fail-on never",
        0,
        "score",
    );

    // CloudFormation.
    let nested =
        |file: &str| format!("    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: {file}}}\n");
    let itself = format!("{TEMPLATE}  A:\n{}", nested("./template.yaml"));
    check(&[("template.yaml", &itself)], "", "check .", 2, "contains itself");
    let mut files: Vec<(String, String)> = (1..=14)
        .map(|n| {
            let next = nested(&format!("./t{n}.yaml"));
            (format!("t{}.yaml", n - 1), format!("{TEMPLATE}  A:\n{next}  B:\n{next}"))
        })
        .collect();
    files.push(("t14.yaml".to_owned(), format!("{TEMPLATE}  A: {{Type: AWS::RDS::DBInstance}}\n")));
    check(&borrowed(&files), "", "check t0.yaml", 2, "more than 2000 stacks");
    let mut text = format!("'{}'", "x".repeat(1_000));
    for _ in 0..12 {
        text = format!("{{'Fn::Sub': ['{}', {{V: {text}}}]}}", "${V}".repeat(8));
    }
    let sub = format!("{TEMPLATE}  A: {{Type: AWS::RDS::DBInstance, Properties: {{Engine: {text}}}}}\n");
    check(&[("template.yaml", &sub)], "", "check . --fail-on never", 2, "more than is followed");
}

/// What is wrong many times is told a hundred times, and takes no longer than reading it.
#[test]
fn many_mistakes_in_the_configuration_are_counted() {
    let keys: String = (0..20_000).map(|n| format!("k{n} = 1\n")).collect();
    check(
        &[("main.tf", DATABASE), ("foreshock.toml", &keys)],
        "",
        "check .",
        2,
        "19900 more places of this file are wrong",
    );
    let tables: String = (0..20_000).map(|n| format!("[t{n}]\nk = 1\n")).collect();
    check(
        &[("main.tf", DATABASE), ("foreshock.toml", &tables)],
        "",
        "check .",
        2,
        "more places of this file are wrong",
    );
    let glob = format!("[[stack]]\npath = \"{}b{}\"\n", "{a,".repeat(150), "}".repeat(150));
    check(&[("main.tf", DATABASE), ("foreshock.toml", &glob)], "", "check .", 2, "glob");
}

#[test]
fn numbers_of_arguments_are_bounded() {
    let one = [("infra.yaml", "components:\n  - {id: a, type: database}\n")];
    check(&one, "", "availability --samples 1000000000 infra.yaml", 2, "is not in 1..=100000000");
}

/// Names of files and of components in every output: nothing moves a cursor, colours, rings, or is a command of a runner.
#[test]
#[cfg(unix)]
fn names_do_nothing_where_they_are_printed() {
    let id = "\\e]0;t\\a\\n::stop-commands::x\\0\\r\\u202e##[error]y";
    let yaml = format!(
        "components:\n  - {{id: app, type: app_server}}\n  - {{id: \"{id}\", type: database}}\n\
         dependencies:\n  - {{source: app, target: \"{id}\", type: requires}}\n"
    );
    let directory = "a\u{1b}]0;t\u{7}\n::error file=x::y##[group]z";
    let file = format!("{directory}/main.tf");
    let stacks: [&[(&str, &str)]; 2] = [&[("infra.yaml", &yaml)], &[(&file, DATABASE)]];
    for files in stacks {
        for command in [
            "check .",
            "check . --format github",
            "check . --format gitlab",
            "check . --format markdown",
            "check . --format sarif",
            "check . --format json",
            "check . --min-score 100 --fail-on error",
            "graph .",
            "graph . --format dot",
            "graph . --format mermaid",
            "graph . --format json",
            "simulate .",
            "simulate . --format json",
            "availability .",
            "availability . --format json",
            "recovery .",
            "resolve .",
        ] {
            let (output, _directory) = run(files, "", command);
            assert!(output.status.code().is_some(), "{command}: {output:?}");
            for (stream, bytes) in [("output", &output.stdout), ("errors", &output.stderr)] {
                let text = String::from_utf8(bytes.clone()).unwrap();
                let raw = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}');
                assert!(!text.contains(raw), "{command}, {stream}: {text:?}");
                assert!(!text.contains("##["), "{command}, {stream}: {text}");
                let is_command = |line: &str| {
                    let line = line.trim_start();
                    line.starts_with("::") && !line.starts_with(":::") && !command.contains("github")
                };
                assert!(!text.lines().any(is_command), "{command}, {stream}: {text}");
                if command.contains("github") && stream == "output" {
                    let ours =
                        |line: &str| ["::error ", "::warning ", "::notice "].iter().any(|word| line.starts_with(word));
                    assert!(text.lines().all(|line| line.is_empty() || ours(line)), "{text}");
                }
            }
            let is_json = ["json", "sarif", "gitlab"].iter().any(|format| command.ends_with(format));
            if is_json {
                let value: Value = serde_json::from_slice(&output.stdout).unwrap();
                assert!(!value.is_null(), "{command}");
            }
        }
    }
}

/// What lies outside is not shown, and not written.
#[test]
#[cfg(unix)]
fn nothing_from_outside_is_shown() {
    let secret = "mkdir -p w/.git; echo 'ref: refs/heads/main' >w/.git/HEAD; echo 'SECRET = {' >secret.tf; \
                  printf 'services:\\n  SECRET: {image: i}\\n' >secret.yaml; echo 'SECRET=1' >.env";
    let text = format!("{DATABASE}resource \"aws_instance\" \"i\" {{\n  user_data = file(\"../secret.tf\")\n}}\n");
    let compose = "services:\n  a: {extends: {service: SECRET, file: ../secret.yaml}}\n";
    let nested = format!(
        "{TEMPLATE}  A:\n    Type: AWS::CloudFormation::Stack\n    Properties: {{TemplateURL: ../secret.yaml}}\n"
    );
    let cases: [(&str, &str, &str); 5] = [
        ("w/main.tf", &text, ""),
        ("w/main.tf", DATABASE, "ln -s ../secret.tf w/e.tf"),
        ("w/compose.yaml", compose, ""),
        ("w/kustomization.yaml", "resources: [../secret.yaml]\n", ""),
        ("w/template.yaml", &nested, ""),
    ];
    for (name, text, link) in cases {
        for command in ["check w --fail-on never", "check w --format json", "graph w", "resolve w", "simulate w"] {
            let (output, _directory) = run(&[(name, text)], &format!("{secret}; {link}"), command);
            let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            // What the text itself says is no secret.
            let told = told.replace("service SECRET to extend", "").replace("service: SECRET", "");
            assert!(!told.contains("SECRET"), "{name} {link} {command}: {told}");
        }
    }
}
