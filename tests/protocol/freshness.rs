//! What changes on the disk: after any change and any edit the server says what a fresh one says, whatever the editor tells of
//! files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, Shop, uri};
use crate::random::Random;

/// The aim is a second; a busy machine that runs unoptimised tests needs longer to get round to it.
const AIM: Duration = Duration::from_secs(1);
const SLACK: Duration = Duration::from_secs(20);

/// What an editor tells of files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Editor {
    /// Every path that the server asked it to watch.
    Watches,
    /// Nothing.
    Blind,
    /// The highest folder that came, went or was renamed; of single files nothing.
    Folders,
    /// Nothing, on a system that does not watch files either.
    Polled,
}

/// What a server says of a workspace.
type Said = BTreeMap<String, BTreeSet<String>>;

/// A server with some open documents, and what it last said of each file.
pub(crate) struct Session {
    pub(crate) client: Client,
    said: BTreeMap<String, Value>,
    pub(crate) open: BTreeMap<PathBuf, (i64, String)>,
    editor: Editor,
}

impl Session {
    pub(crate) fn start(directory: &Path, editor: Editor) -> Session {
        let watches = matches!(editor, Editor::Watches | Editor::Folders);
        let watches = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": watches}}});
        let environment: &[(&str, &str)] = if editor == Editor::Polled { &[("FORESHOCK_POLL", "1")] } else { &[] };
        let mut client = Client::start_in(&["lsp"], environment);
        client.initialize(&[directory], watches);
        Session { client, said: BTreeMap::new(), open: BTreeMap::new(), editor }
    }

    pub(crate) fn open(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        self.client.open(file, 1, &text);
        self.open.insert(file.to_owned(), (1, text));
    }

    pub(crate) fn edit(&mut self, file: &Path, text: &str) {
        let Some((version, before)) = self.open.get_mut(file) else { return };
        *version += 1;
        text.clone_into(before);
        self.client.replace(file, *version, text);
    }

    pub(crate) fn close(&mut self, file: &Path) {
        if self.open.remove(file).is_some() {
            self.client.close(file);
        }
    }

    /// Says what this kind of editor would say of a changed path.
    pub(crate) fn tell(&mut self, path: &Path, is_folder: bool) {
        let is_told = match self.editor {
            Editor::Watches => true,
            Editor::Folders => is_folder,
            Editor::Blind | Editor::Polled => false,
        };
        if is_told {
            let kind = if path.exists() { 1 } else { 3 };
            let changes = json!([{"uri": uri(path), "type": kind}]);
            self.client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
        }
    }

    /// What the server has said up to now: the messages in each file.
    fn said(&mut self, directory: &Path) -> Said {
        // An answer proves that everything before it has been sent.
        for file in self.open.keys() {
            let _ = self.client.request("foreshock/graph", json!({"uri": uri(file)}));
        }
        let _ = self.client.request("no/suchMethod", Value::Null);
        for published in self.client.published() {
            self.said.insert(published["uri"].as_str().unwrap().to_owned(), published["diagnostics"].clone());
        }
        let mut said = Said::new();
        for (file, diagnostics) in &self.said {
            let messages: BTreeSet<String> = diagnostics.as_array().unwrap().iter().map(ToString::to_string).collect();
            if !messages.is_empty() {
                let file = file.replace(&uri(directory), "");
                said.insert(file, messages);
            }
        }
        for (file, (_, text)) in &self.open {
            let range = json!({"start": {"line": 0, "character": 0},
                "end": {"line": text.lines().count() + 1, "character": 0}});
            let hints = json!({"textDocument": {"uri": uri(file)}, "range": range});
            let hints = self.client.request("textDocument/inlayHint", hints).unwrap_or_default();
            let hints = hints.as_array().cloned().unwrap_or_default();
            let hints = hints.iter().map(|hint| hint.to_string().replace(&uri(directory), "")).collect();
            said.insert(format!("hints of {}", uri(file).replace(&uri(directory), "")), hints);
        }
        said
    }

    /// A server that has never seen anything else, with the same documents.
    fn fresh(&self, directory: &Path) -> Said {
        let mut fresh = Session::start(directory, Editor::Blind);
        for (file, (_, text)) in &self.open {
            fresh.client.open(file, 1, text);
            fresh.open.insert(file.clone(), (1, text.clone()));
        }
        settled(&mut fresh, directory)
    }

    /// Waits until both say the same. How long that took.
    pub(crate) fn agrees(&mut self, directory: &Path, after: &str) -> Duration {
        let since = Instant::now();
        let fresh = self.fresh(directory);
        let asked = Instant::now();
        loop {
            let said = self.said(directory);
            if said == fresh {
                // The fresh server's own start is not this one's time.
                return asked.elapsed().min(since.elapsed());
            }
            if asked.elapsed() > SLACK {
                assert_eq!(said, fresh, "{:?}, after {after}: not what a fresh server says", self.editor);
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }
}

/// What it says when it has said the same twice in a row.
fn settled(session: &mut Session, directory: &Path) -> Said {
    let mut before = session.said(directory);
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let now = session.said(directory);
        if now == before {
            return now;
        }
        before = now;
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

const EDITORS: [Editor; 4] = [Editor::Watches, Editor::Blind, Editor::Folders, Editor::Polled];

/// Files, what is opened, and one change: both servers must say the same, and something else than before.
fn check(name: &str, files: &[(&str, &str)], open: &[&str], change: impl Fn(&Shop) -> Vec<(&'static str, bool)>) {
    for editor in EDITORS {
        let shop = Shop::of(&format!("fresh-{name}-{editor:?}"), files);
        let mut session = Session::start(&shop.directory, editor);
        for file in open {
            session.open(&shop.file(file));
        }
        let before = settled(&mut session, &shop.directory);
        let paths = change(&shop);
        for (path, is_folder) in paths {
            session.tell(&shop.file(path), is_folder);
        }
        session.agrees(&shop.directory, name);
        assert_ne!(session.said(&shop.directory), before, "{name}, {editor:?}: the change changes nothing");
    }
}

const SIZED: &str = r#"locals {
  c = yamldecode(file("${path.module}/c.yaml"))
}
resource "aws_instance" "app" {
  count         = local.c.size
  ami           = "ami-1"
  instance_type = "t3.small"
}
"#;

#[test]
fn a_text_that_a_function_reads() {
    check("function", &[("main.tf", SIZED), ("c.yaml", "size: 1\n")], &["main.tf"], |shop| {
        write(&shop.file("c.yaml"), "size: 3\n");
        vec![("c.yaml", false)]
    });
    let template = "locals {\n  n = length(templatefile(\"t.tpl\", {}))\n}\nresource \"aws_instance\" \"a\" {\n  count = local.n\n  ami = \"a\"\n}\n";
    check("template", &[("main.tf", template), ("t.tpl", "a")], &["main.tf"], |shop| {
        write(&shop.file("t.tpl"), "abc");
        vec![("t.tpl", false)]
    });
}

/// A link changes when what it leads to does, wherever that lies.
#[cfg(unix)]
#[test]
fn a_text_behind_a_link() {
    for editor in EDITORS {
        let shop = Shop::of(&format!("fresh-link-{editor:?}"), &[("main.tf", SIZED), ("data/real.yaml", "size: 1\n")]);
        std::os::unix::fs::symlink("data/real.yaml", shop.file("c.yaml")).unwrap();
        let mut session = Session::start(&shop.directory, editor);
        session.open(&shop.file("main.tf"));
        let before = settled(&mut session, &shop.directory);
        write(&shop.file("data/real.yaml"), "size: 3\n");
        session.agrees(&shop.directory, "link");
        assert_ne!(session.said(&shop.directory), before, "{editor:?}: the change changes nothing");
    }
}

const SINGLE: &str = "resource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n  multi_az = false\n}\n";
const DOUBLE: &str = "resource \"aws_db_instance\" \"a\" {\n  engine = \"mysql\"\n  multi_az = true\n}\n";
const CALL: &str = "module \"m\" {\n  source = \"./mod\"\n}\n";

#[test]
fn a_file_of_a_module_that_nobody_has_open() {
    check("module", &[("main.tf", CALL), ("mod/db.tf", SINGLE)], &["main.tf"], |shop| {
        write(&shop.file("mod/db.tf"), DOUBLE);
        vec![("mod/db.tf", false)]
    });
}

#[test]
fn a_folder_that_is_deleted_and_made_anew() {
    check("folder", &[("main.tf", CALL), ("mod/db.tf", SINGLE)], &["main.tf"], |shop| {
        std::fs::remove_dir_all(shop.file("mod")).unwrap();
        write(&shop.file("mod/db.tf"), DOUBLE);
        vec![("mod", true), ("mod", true)]
    });
}

#[test]
fn a_module_that_is_missing_and_appears() {
    check("missing", &[("main.tf", CALL)], &["main.tf"], |shop| {
        write(&shop.file("mod/main.tf"), SINGLE);
        vec![("mod", true), ("mod/main.tf", false)]
    });
    let deep = "module \"m\" {\n  source = \"./a/b/mod\"\n}\n";
    check("missing-deep", &[("main.tf", deep)], &["main.tf"], |shop| {
        write(&shop.file("a/b/mod/main.tf"), SINGLE);
        vec![("a", true)]
    });
}

#[test]
fn what_terraform_init_installs() {
    let call = "module \"m\" {\n  source = \"a/b/c\"\n}\n";
    check("init", &[("main.tf", call)], &["main.tf"], |shop| {
        write(&shop.file(".terraform/modules/m/main.tf"), SINGLE);
        let manifest = json!({"Modules": [{"Key": "", "Source": "", "Dir": "."},
            {"Key": "m", "Source": "registry.terraform.io/a/b/c", "Dir": ".terraform/modules/m"}]});
        write(&shop.file(".terraform/modules/modules.json"), &manifest.to_string());
        vec![(".terraform", true), (".terraform/modules/modules.json", false)]
    });
}

#[test]
fn the_files_of_a_set() {
    let counted = "resource \"aws_instance\" \"a\" {\n  count = length(fileset(\"d\", \"*.tf\"))\n  ami = \"a\"\n}\n";
    check("set", &[("main.tf", counted), ("d/a.tf", "")], &["main.tf"], |shop| {
        write(&shop.file("d/b.tf"), "");
        vec![("d/b.tf", false)]
    });
}

/// An objective of Sloth that one database can't keep.
const PROMISE: &str = "version: prometheus/v1\nservice: a\nslos:\n  - name: availability\n    objective: 99.999\n    sli: {raw: {error_ratio_query: q}}\n";

#[test]
fn a_file_of_promises_that_comes_changes_and_goes() {
    let kept = PROMISE.replace("99.999", "90");
    check("promise-comes", &[("main.tf", SINGLE)], &["main.tf"], |shop| {
        write(&shop.file("slos/a.yaml"), PROMISE);
        vec![("slos", true), ("slos/a.yaml", false)]
    });
    check("promise-changes", &[("main.tf", SINGLE), ("slos/a.yaml", &kept)], &["main.tf"], |shop| {
        write(&shop.file("slos/a.yaml"), PROMISE);
        vec![("slos/a.yaml", false)]
    });
    check("promise-goes", &[("main.tf", SINGLE), ("slos/a.yaml", PROMISE)], &["main.tf"], |shop| {
        std::fs::remove_file(shop.file("slos/a.yaml")).unwrap();
        vec![("slos/a.yaml", false)]
    });
    // What was no promise, and nobody has asked for, becomes one.
    check("promise-becomes", &[("main.tf", SINGLE), ("slos/a.yaml", "a: 1\n")], &["main.tf"], |shop| {
        write(&shop.file("slos/a.yaml"), PROMISE);
        vec![("slos/a.yaml", false)]
    });
    check("promise-moves", &[("main.tf", SINGLE), ("slos/a.yaml", PROMISE)], &["main.tf"], |shop| {
        std::fs::rename(shop.file("slos"), shop.file("promises")).unwrap();
        vec![("slos", true), ("promises", true)]
    });
    // Another root comes, and nobody knows any more which is meant.
    let files = [("infra/main.tf", SINGLE), ("slos/a.yaml", PROMISE)];
    check("promise-of-two", &files, &["infra/main.tf"], |shop| {
        write(&shop.file("other/main.tf"), SINGLE);
        vec![("other", true), ("other/main.tf", false)]
    });
}

/// What is typed into a file of promises counts at once, whether anything else is open or not.
#[test]
fn a_file_of_promises_that_is_typed_into() {
    for open in [&["main.tf", "slo.yaml"][..], &["slo.yaml"]] {
        let shop = Shop::of("fresh-promise-typed", &[("main.tf", SINGLE), ("slo.yaml", PROMISE)]);
        let mut session = Session::start(&shop.directory, Editor::Watches);
        open.iter().for_each(|file| session.open(&shop.file(file)));
        let is_found = |session: &mut Session| {
            let said = session.said(&shop.directory);
            said.get("/slo.yaml").is_some_and(|said| said.iter().any(|said| said.contains("slo-unreachable")))
        };
        session.agrees(&shop.directory, "opening");
        assert!(is_found(&mut session), "{open:?}");
        for (text, found) in [
            (PROMISE.replace("99.999", "90"), false),
            (PROMISE.replace("99.999", ""), false),
            (format!("# a comment\n{PROMISE}"), true),
            (PROMISE.replace("version", "versio"), false),
            (PROMISE.to_owned(), true),
        ] {
            session.edit(&shop.file("slo.yaml"), &text);
            session.agrees(&shop.directory, &text);
            assert_eq!(is_found(&mut session), found, "{open:?}: {text}");
        }
        session.close(&shop.file("slo.yaml"));
        session.agrees(&shop.directory, "closing");
    }
}

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  selector: {matchLabels: \
                   {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: w}]}\n";
const WEB_SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, selector: {app: web}}\n";

#[test]
fn manifests_that_come_change_and_go() {
    check("manifest-comes", &[("k8s/web.yaml", WEB)], &["k8s/web.yaml"], |shop| {
        write(&shop.file("k8s/service/web.yaml"), WEB_SERVICE);
        vec![("k8s/service", true), ("k8s/service/web.yaml", false)]
    });
    let both = [("k8s/web.yaml", WEB), ("k8s/service/web.yaml", WEB_SERVICE)];
    check("manifest-goes", &both, &["k8s/web.yaml"], |shop| {
        std::fs::remove_file(shop.file("k8s/service/web.yaml")).unwrap();
        vec![("k8s/service/web.yaml", false)]
    });
    // Another environment comes, and what was one stack is two.
    check("manifest-twice", &both, &["k8s/web.yaml"], |shop| {
        write(&shop.file("k8s/other/web.yaml"), WEB);
        vec![("k8s/other", true), ("k8s/other/web.yaml", false)]
    });
    let files = [("base/kustomization.yaml", "resources: [web.yaml]\n"), ("base/web.yaml", WEB)];
    check("overlay-comes", &files, &["base/web.yaml"], |shop| {
        let overlay = "resources: [../base]\nreplicas: [{name: web, count: 3}]\n";
        write(&shop.file("prod/kustomization.yaml"), overlay);
        vec![("prod", true), ("prod/kustomization.yaml", false)]
    });
}

#[test]
fn a_manifest_that_is_typed_into() {
    let shop = Shop::of("fresh-manifest-typed", &[("k8s/web.yaml", WEB), ("k8s/service.yaml", WEB_SERVICE)]);
    let mut session = Session::start(&shop.directory, Editor::Watches);
    session.open(&shop.file("k8s/web.yaml"));
    session.agrees(&shop.directory, "opening");
    for text in [
        format!("# a comment\n{WEB}"),
        WEB.replace("replicas: 1", "replicas: 2"),
        WEB.replace("replicas: 1", "replicas: "),
        WEB.replace("name: web}\nspec", "name: other}\nspec"),
        WEB.replace("kind: Deployment", "kind: Deploymen"),
        WEB.replace("spec:\n  replicas", "spec\n  replicas"),
        String::new(),
        format!("{WEB}---\n{WEB_SERVICE}"),
        WEB.to_owned(),
    ] {
        session.edit(&shop.file("k8s/web.yaml"), &text);
        session.agrees(&shop.directory, &text);
    }
    session.close(&shop.file("k8s/web.yaml"));
    session.agrees(&shop.directory, "closing");
}

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 0.1.0\n";
const PAGE: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: {{ .Values.replicas }}\n  \
                    selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: \
                    [{name: web, image: w}]}\n";

fn chart() -> Vec<(&'static str, &'static str)> {
    vec![
        ("shop/Chart.yaml", CHART),
        ("shop/values.yaml", "replicas: 1\n"),
        ("shop/templates/web.yaml", PAGE),
        ("shop/templates/service.yaml", WEB_SERVICE),
    ]
}

#[test]
fn charts_that_come_change_and_go() {
    let values = "shop/values.yaml";
    check("chart-values", &chart(), &["shop/templates/web.yaml"], |shop| {
        write(&shop.file(values), "replicas: 3\n");
        vec![(values, false)]
    });
    check("chart-template", &chart(), &[values], |shop| {
        write(&shop.file("shop/templates/more/a.yaml"), &WEB.replace("web", "more"));
        vec![("shop/templates/more", true), ("shop/templates/more/a.yaml", false)]
    });
    check("chart-inner", &chart(), &[values], |shop| {
        write(&shop.file("shop/charts/in/Chart.yaml"), "apiVersion: v2\nname: in\nversion: 1.0.0\n");
        write(&shop.file("shop/charts/in/templates/a.yaml"), &WEB.replace("web", "more"));
        vec![("shop/charts", true), ("shop/charts/in/Chart.yaml", false)]
    });
    // Without it the templates are what they look like: one is a manifest.
    check("chart-goes", &chart(), &["shop/templates/service.yaml"], |shop| {
        std::fs::remove_file(shop.file("shop/Chart.yaml")).unwrap();
        vec![("shop/Chart.yaml", false)]
    });
    let without: Vec<_> = chart().into_iter().skip(1).collect();
    check("chart-comes", &without, &["shop/templates/service.yaml"], |shop| {
        write(&shop.file("shop/Chart.yaml"), CHART);
        vec![("shop/Chart.yaml", false)]
    });
    let mut chosen = chart();
    chosen.push(("foreshock.toml", "[[stack]]\npath = \"shop\"\nvar_files = [\"prod.yaml\"]\n"));
    chosen.push(("shop/prod.yaml", "replicas: 3\n"));
    check("chart-chosen", &chosen, &[values], |shop| {
        write(&shop.file("shop/prod.yaml"), "replicas: 1\n");
        vec![("shop/prod.yaml", false)]
    });
}

#[test]
fn a_chart_that_is_typed_into() {
    let shop = Shop::of("fresh-chart-typed", &chart());
    let mut session = Session::start(&shop.directory, Editor::Watches);
    let texts = [
        ("shop/values.yaml", "replicas: 2\n".to_owned()),
        ("shop/values.yaml", "replicas: \n".to_owned()),
        ("shop/values.yaml", "replicas: 1\n".to_owned()),
        ("shop/templates/web.yaml", PAGE.replace("{{ .Values.replicas }}", "{{ .Values.repl")),
        ("shop/templates/web.yaml", PAGE.replace("{{ .Values.replicas }}", "{{ .Values.other | default 2 }}")),
        ("shop/templates/web.yaml", String::new()),
        ("shop/templates/web.yaml", PAGE.to_owned()),
        ("shop/Chart.yaml", CHART.replace("version", "verson")),
        ("shop/Chart.yaml", format!("{CHART}type: library\n")),
        ("shop/Chart.yaml", CHART.to_owned()),
    ];
    for file in ["shop/values.yaml", "shop/templates/web.yaml", "shop/Chart.yaml"] {
        session.open(&shop.file(file));
        session.agrees(&shop.directory, file);
    }
    for (file, text) in texts {
        session.edit(&shop.file(file), &text);
        session.agrees(&shop.directory, &text);
    }
    session.close(&shop.file("shop/values.yaml"));
    session.agrees(&shop.directory, "closing");
}

#[test]
fn a_root_that_goes() {
    let toml = "[[stack]]\npath = \"envs/dev\"\n";
    let files = [("foreshock.toml", toml), ("envs/dev/main.tf", SINGLE), ("main.tf", SINGLE)];
    check("root", &files, &["main.tf", "foreshock.toml"], |shop| {
        std::fs::remove_file(shop.file("envs/dev/main.tf")).unwrap();
        vec![("envs/dev/main.tf", false)]
    });
    check("root-renamed", &files, &["main.tf", "foreshock.toml"], |shop| {
        std::fs::rename(shop.file("envs"), shop.file("environments")).unwrap();
        vec![("envs", true), ("environments", true)]
    });
}

#[test]
fn a_folder_above_a_module_or_a_caller_that_is_renamed() {
    let call = "module \"m\" {\n  source = \"./modules/db\"\n}\n";
    check("above", &[("main.tf", call), ("modules/db/main.tf", SINGLE)], &["main.tf"], |shop| {
        std::fs::rename(shop.file("modules"), shop.file("elsewhere")).unwrap();
        vec![("modules", true), ("elsewhere", true)]
    });
    check("above-back", &[("main.tf", call), ("elsewhere/db/main.tf", SINGLE)], &["main.tf"], |shop| {
        std::fs::rename(shop.file("elsewhere"), shop.file("modules")).unwrap();
        vec![("modules", true), ("elsewhere", true)]
    });
    let caller = "module \"m\" {\n  source = \"../../db\"\n  count = 2\n}\n";
    let files = [("callers/one/main.tf", caller), ("db/main.tf", SINGLE)];
    check("callers", &files, &["db/main.tf"], |shop| {
        std::fs::rename(shop.file("callers"), shop.file(".callers")).unwrap();
        vec![("callers", true)]
    });
}

#[test]
fn another_branch_is_checked_out() {
    if Command::new("git").arg("--version").output().is_err() {
        println!("skipped: there is no git here");
        return;
    }
    for editor in EDITORS {
        let shop = Shop::of(&format!("fresh-branch-{editor:?}"), &[("main.tf", CALL), ("mod/db.tf", SINGLE)]);
        std::fs::remove_dir_all(shop.file(".git")).unwrap();
        crate::base::git(&shop, &["init", "-q", "-b", "main", "."]);
        crate::base::git(&shop, &["add", "."]);
        crate::base::git(&shop, &["commit", "-qm", "one"]);
        crate::base::git(&shop, &["checkout", "-qb", "other"]);
        write(&shop.file("mod/db.tf"), DOUBLE);
        write(&shop.file("mod/more.tf"), &SINGLE.replace("\"a\"", "\"b\""));
        crate::base::git(&shop, &["add", "."]);
        crate::base::git(&shop, &["commit", "-qm", "two"]);
        let mut session = Session::start(&shop.directory, editor);
        session.open(&shop.file("main.tf"));
        for branch in ["main", "other", "main"] {
            crate::base::git(&shop, &["checkout", "-q", branch]);
            session.tell(&shop.file(".git/HEAD"), false);
            session.agrees(&shop.directory, branch);
        }
    }
}

const MAIN: &str = r#"module "m" {
  source = "../../modules/db"
  size   = var.size
}
variable "size" {
  default = 1
}
locals {
  c = try(yamldecode(file("${path.module}/c.yaml")), { size = 1 })
}
resource "aws_instance" "app" {
  count     = local.c.size
  ami       = "a"
  user_data = try(templatefile("${path.module}/t.tpl", { a = 1 }), "none")
}
resource "aws_instance" "set" {
  count = length(fileset("${path.module}/d", "*.txt"))
  ami   = "a"
}
"#;
const BACKEND: &str = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"one\"\n  }\n}\noutput \"size\" {\n  value = var.size\n}\n";
const READER: &str = r#"data "terraform_remote_state" "one" {
  backend = "s3"
  config  = { bucket = "b", key = "one" }
}
resource "aws_instance" "reader" {
  count = data.terraform_remote_state.one.outputs.size
  ami   = "a"
}
"#;
const MODULE: &str = "variable \"size\" {}\nresource \"aws_instance\" \"m\" {\n  count = var.size\n  ami = \"a\"\n}\n";

/// One step of a random sequence. What it was, and the paths that it changed.
fn step(random: &mut Random, shop: &Shop, session: &mut Session) -> String {
    let size = 1 + random.below(3);
    let texts: [(&str, String); 12] = [
        ("roots/one/c.yaml", format!("size: {size}\n")),
        ("roots/one/t.tpl", format!("text {size}\n")),
        ("roots/one/d/a.txt", String::new()),
        ("roots/one/d/b.txt", String::new()),
        ("roots/one/terraform.tfvars", format!("size = {size}\n")),
        ("roots/one/backend.tf", BACKEND.to_owned()),
        ("modules/db/main.tf", MODULE.to_owned()),
        ("modules/db/more.tf", SINGLE.to_owned()),
        ("modules/db/more.tf", DOUBLE.to_owned()),
        ("roots/two/main.tf", READER.to_owned()),
        ("roots/three/main.tf", SINGLE.to_owned()),
        ("foreshock.toml", format!("[[stack]]\npath = \"roots/three\"\nslo = 0.{}\n", 9 + 90 * size)),
    ];
    let (path, text) = &texts[random.below(texts.len())];
    let folder = random.of(&["modules", "modules/db", "roots/one/d", "roots/three"]);
    let aside = format!("{folder}.aside");
    let mut changed: Vec<(String, bool)> = Vec::new();
    let what = match random.below(10) {
        0..=3 => {
            let parents = shop.file(path).parent().unwrap().exists();
            write(&shop.file(path), text);
            changed.push(((*path).to_owned(), false));
            if !parents {
                let top = path.split('/').next().unwrap().to_owned();
                changed.push((top, true));
                changed.push((Path::new(path).parent().unwrap().to_str().unwrap().to_owned(), true));
            }
            format!("write {path}")
        }
        4 | 5 => {
            let _ = std::fs::remove_file(shop.file(path));
            changed.push(((*path).to_owned(), false));
            format!("delete {path}")
        }
        6 => {
            if shop.file(folder).exists() {
                let _ = std::fs::rename(shop.file(folder), shop.file(&aside));
            } else {
                let _ = std::fs::rename(shop.file(&aside), shop.file(folder));
            }
            changed.extend([(folder.to_owned(), true), (aside, true)]);
            format!("rename {folder}")
        }
        7 => {
            let _ = std::fs::remove_dir_all(shop.file(folder));
            changed.push((folder.to_owned(), true));
            format!("delete {folder}")
        }
        8 => {
            let file = shop.file("roots/one/main.tf");
            let edited = MAIN.replace("default = 1", &format!("default = {size}"));
            session.edit(&file, &edited);
            "edit roots/one/main.tf".to_owned()
        }
        _ => {
            let file = shop.file("roots/two/main.tf");
            if session.open.contains_key(&file) {
                session.close(&file);
            } else if file.exists() {
                session.open(&file);
            }
            "open or close roots/two/main.tf".to_owned()
        }
    };
    for (path, is_folder) in changed {
        session.tell(&shop.file(&path), is_folder);
    }
    what
}

#[test]
fn any_sequence_ends_where_a_fresh_server_begins() {
    let mut slowest = Duration::ZERO;
    for (editor, seed) in [(Editor::Watches, 1), (Editor::Blind, 2), (Editor::Folders, 3)] {
        let files = [
            ("roots/one/main.tf", MAIN),
            ("roots/one/c.yaml", "size: 1\n"),
            ("roots/one/backend.tf", BACKEND),
            ("roots/two/main.tf", READER),
            ("modules/db/main.tf", MODULE),
        ];
        let shop = Shop::of(&format!("fresh-any-{editor:?}"), &files);
        let mut session = Session::start(&shop.directory, editor);
        session.open(&shop.file("roots/one/main.tf"));
        session.open(&shop.file("roots/two/main.tf"));
        let mut random = Random::new(0x9e37_79b9_7f4a_7c15 ^ seed);
        let mut steps = Vec::new();
        for _ in 0..8 {
            for _ in 0..1 + random.below(3) {
                steps.push(step(&mut random, &shop, &mut session));
            }
            slowest = slowest.max(session.agrees(&shop.directory, &format!("{steps:?}")));
        }
    }
    println!("slowest: {slowest:?} (the aim is {AIM:?})");
}
