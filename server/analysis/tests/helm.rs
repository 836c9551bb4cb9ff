//! Charts as stacks: what is found, where it stands, and the repair in its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{BaseChoice, Snapshot, Workspace};
use foreshock_fixture::{Directory, GitDirectory};
use foreshock_text::FilePath;

const CHART: &str = "//- shop/Chart.yaml
apiVersion: v2
name: shop
version: 0.1.0
//- shop/values.yaml
replicaCount: 1
orders:
  replicas: 1
  # foreshock:ignore no-redundancy reason: an example
resources: {}
//- shop/templates/_helpers.tpl
{{- define \"shop.labels\" -}}
app: {{ . }}
{{- end -}}
//- shop/templates/web.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop}
spec:
  rules:
    - http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: {{ .Release.Name }}-web, port: {number: 80}}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}-web
spec:
  selector: {{- include \"shop.labels\" \"web\" | nindent 4 }}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {{- include \"shop.labels\" \"web\" | nindent 8 }}
    spec:
      containers:
        - name: web
          image: web
          env:
            - name: ORDERS_HOST
              value: {{ .Release.Name }}-orders
//- shop/templates/orders.yaml
{{- with .Values.orders }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $.Release.Name }}-orders
spec:
  selector: {app: orders}
  ports: [{port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $.Release.Name }}-orders
spec:
  replicas: {{ .replicas | default 1 }}
  selector: {matchLabels: {app: orders}}
  template:
    metadata:
      labels: {app: orders}
    spec:
      containers:
        - name: orders
          image: orders
{{- end }}
";

const SINGLE: &[&str] = &["single-point-of-failure"];

fn snapshot_of(directory: &Directory) -> Arc<Snapshot> {
    Workspace::new().snapshot_of(directory.root()).unwrap()
}

/// Every stack, its components and dependencies, what is told of its files, and the findings of some rules with the text that is
/// underlined and the edits of the first repair.
fn told_of(root: &camino::Utf8Path, snapshot: &Snapshot, rules: &[&str]) -> String {
    let relative = |path: &camino::Utf8Path| path.strip_prefix(root).unwrap_or(path).to_string();
    let mut told = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        let variant = stack.variant().map(|variant| format!(", {variant}")).unwrap_or_default();
        let name = relative(&stack.root);
        let name = if name.is_empty() { "." } else { &name };
        told += &format!("{name} ({}{variant})\n", stack.kind);
        let system = stack.system();
        for dependency in &system.dependencies {
            let id = |index| &system.component(index).unwrap().id;
            told += &format!("  {} -> {}\n", id(dependency.from), id(dependency.to));
        }
        for problem in &stack.problems {
            told += &format!("  {}: {}\n", relative(problem.file.as_path()), problem.problem.message);
        }
        for finding in stack.findings.iter().filter(|finding| rules.contains(&finding.rule.as_str())) {
            let file = snapshot.file(&finding.place.file).unwrap();
            let line = file.text.line_of(finding.place.span.start) + 1;
            let text = file.text.slice(finding.place.span).lines().next().unwrap_or_default();
            let new = if finding.new { " new" } else { "" };
            told += &format!(
                "  {}:{line}:{new} {}: {} `{text}`\n",
                relative(finding.place.file.as_path()),
                finding.rule,
                finding.component_id
            );
            for edit in snapshot.fixes(index, finding).first().iter().flat_map(|fix| &fix.edits) {
                let file = snapshot.file(&edit.place.file).unwrap();
                let line = file.text.line_of(edit.place.span.start) + 1;
                told += &format!("    {}:{line} <- {}\n", relative(edit.place.file.as_path()), edit.text.trim());
            }
        }
    }
    told
}

#[track_caller]
fn check(fixture: &str, rules: &[&str], expect: Expect) {
    let directory = Directory::of(fixture);
    expect.assert_eq(&told_of(directory.root(), &snapshot_of(&directory), rules));
}

#[test]
fn a_number_of_replicas_stands_in_the_values() {
    check(
        CHART,
        SINGLE,
        expect![[r#"
        shop (helm)
          Deployment/shop-web -> Deployment/shop-orders
          Ingress/shop -> Deployment/shop-web
          shop/values.yaml:1: new single-point-of-failure: Deployment/shop-web `1`
            shop/values.yaml:1 <- 2
          shop/values.yaml:3: new single-point-of-failure: Deployment/shop-orders `1`
            shop/values.yaml:3 <- 2
    "#]],
    );
}

#[test]
fn files_with_values_are_a_choice() {
    let more = "//- foreshock.toml
[[stack]]
path = \"shop\"
var_files = [\"values-prod.yaml\"]

[[stack]]
path = \"shop\"
name = \"one\"
variables = { replicaCount = 5 }
//- shop/values-prod.yaml
replicaCount: 3
orders: {replicas: 2}
";
    check(
        &format!("{CHART}{more}"),
        SINGLE,
        expect![[r#"
        shop (helm, one)
          Deployment/shop-web -> Deployment/shop-orders
          Ingress/shop -> Deployment/shop-web
          shop/values.yaml:3: new single-point-of-failure: Deployment/shop-orders `1`
            shop/values.yaml:3 <- 2
        shop (helm, values-prod.yaml)
          Deployment/shop-web -> Deployment/shop-orders
          Ingress/shop -> Deployment/shop-web
    "#]],
    );
}

#[test]
fn a_chart_says_what_its_manifests_say() {
    let manifests = "//- plain/all.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: web, image: web, livenessProbe: {httpGet: {path: /, port: 80}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
";
    let plain = Directory::of(manifests);
    let chart = Directory::of(&manifests.replace(
        "//- plain/all.yaml\n",
        "//- plain/Chart.yaml\napiVersion: v2\nname: plain\nversion: 1.0.0\n//- plain/templates/all.yaml\n",
    ));
    let score = |directory: &Directory| {
        let snapshot = snapshot_of(directory);
        let [stack] = snapshot.stacks.as_slice() else { panic!("one stack") };
        let rules = stack.findings.iter().map(|finding| (finding.rule, finding.component_id.clone(), finding.points));
        format!("{:?} {:?}", stack.score(), rules.collect::<Vec<_>>())
    };
    assert_eq!(score(&plain), score(&chart));
}

#[test]
fn what_is_not_known_is_not_told() {
    // The deployment may be called otherwise than the service expects; nothing is concluded from what is missing.
    let chart = "//- shop/Chart.yaml
apiVersion: v2
name: shop
version: 0.1.0
dependencies: [{name: far, version: 1.0.0, repository: 'https://charts.example'}]
//- shop/templates/a.yaml
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other}
spec:
  {{- if .Capabilities.APIVersions.Has \"acme.io/v1\" }}
  replicas: 1
  {{- else }}
  replicas: 3
  {{- end }}
  selector: {matchLabels: {app: other}}
  template:
    metadata: {labels: {app: other}}
    spec: {containers: [{name: other, image: other}]}
";
    check(
        chart,
        &["dangling-reference", "single-point-of-failure", "no-redundancy"],
        expect![[r#"
        shop (helm)
    "#]],
    );
}

/// Comments of templates are comments, in all their forms; a text that looks like one is none, and `values.yaml` has no templates.
#[test]
fn a_comment_of_a_template_silences() {
    let ignored = |above: &str, file: &str| {
        let chart = CHART.replace("replicas: {{ .Values.replicaCount }}", &format!("{above}\n  replicas: 1"));
        let chart = chart.replace("replicaCount: 1", &format!("{file}\nreplicaCount: 1"));
        let directory = Directory::of(&chart);
        let snapshot = snapshot_of(&directory);
        let [stack] = snapshot.stacks.as_slice() else { panic!("one stack") };
        let silent = stack.suppressed.iter().filter(|one| one.finding.component_id == "Deployment/shop-web".into());
        silent.filter_map(|one| one.by.reason.clone()).collect::<Vec<_>>()
    };
    let asks = "foreshock:ignore single-point-of-failure reason: a batch";
    for comment in [
        format!("{{{{/* {asks} */}}}}"),
        format!("{{{{- /* {asks} */}}}}"),
        format!("{{{{- /*\n    Why:\n    {asks}\n  */}}}}"),
        format!("# {asks}"),
        format!("{{{{/* {asks} */}}}}\n  # and more"),
    ] {
        assert_eq!(ignored(&comment, ""), ["a batch".into()], "{comment}");
    }
    assert!(ignored(&format!("# {{{{ \"{{{{/* {asks} */}}}}\" }}}}"), "").is_empty());
    assert!(ignored(&format!("{{{{/* {asks} */}}}}\n"), "").is_empty(), "a blank line is too far");
    assert!(ignored("", &format!("{{{{/* {asks} */}}}}")).is_empty());
}

#[test]
fn a_change_of_the_values_is_compared_with_the_base() {
    let mut script = String::new();
    for part in CHART.replace("replicaCount: 1", "replicaCount: 3").split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        script += &format!("mkdir -p $(dirname {path})\ncat > {path} <<'END'\n{text}END\n");
    }
    script = format!("git init -qb main\n{script}");
    script += "git add . && git commit -q -m first\n";
    let Some(directory) = GitDirectory::after(&script, &[]) else { return };
    let mut workspace = Workspace::new();
    workspace.set_base(BaseChoice::Revision("HEAD".to_owned()));
    let file = FilePath::new(directory.root().join("shop/values.yaml"));
    let text = std::fs::read_to_string(file.as_path()).unwrap().replace("replicaCount: 3", "replicaCount: 1");
    workspace.set_document(file, text.into());
    let snapshot = workspace.snapshot_of(directory.root()).unwrap();
    expect![[r#"
        shop (helm)
          Deployment/shop-web -> Deployment/shop-orders
          Ingress/shop -> Deployment/shop-web
          shop/values.yaml:1: new single-point-of-failure: Deployment/shop-web `1`
            shop/values.yaml:1 <- 2
          shop/values.yaml:3: single-point-of-failure: Deployment/shop-orders `1`
            shop/values.yaml:3 <- 2
    "#]]
    .assert_eq(&told_of(directory.root(), &snapshot, SINGLE));
}

#[test]
fn templates_are_no_manifests_and_a_part_is_no_stack() {
    let more = "//- shop/charts/inner/Chart.yaml
apiVersion: v2
name: inner
version: 1.0.0
//- shop/charts/inner/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: inner}
//- lib/Chart.yaml
apiVersion: v2
name: lib
version: 1.0.0
type: library
//- lib/templates/_a.tpl
{{ define \"a\" }}{{ end }}
//- plain/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
";
    let directory = Directory::of(&format!("{CHART}{more}"));
    let roots: Vec<String> = snapshot_of(&directory)
        .stacks
        .iter()
        .map(|stack| format!("{} {}", stack.root.strip_prefix(directory.root()).unwrap(), stack.kind))
        .collect();
    assert_eq!(roots, ["plain kubernetes", "shop helm"]);
}

#[test]
fn a_file_of_a_chart_means_the_chart() {
    let chart = camino::Utf8Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/helm")).canonicalize_utf8();
    let chart = chart.unwrap();
    let whole = Workspace::new().snapshot_of(&chart).unwrap();
    expect![[r#"
        . (helm)
          Ingress/shop -> Deployment/shop
          values.yaml:1: new single-point-of-failure: Deployment/shop `1`
            values.yaml:1 <- 2
    "#]]
    .assert_eq(&told_of(&chart, &whole, SINGLE));
    let values = whole.stacks[0].variable_files();
    let names = |files: &[FilePath]| files.iter().map(|file| file.relative_to(&chart).to_string()).collect::<Vec<_>>();
    assert_eq!(
        (names(&values.always), names(&values.others)),
        (vec!["values.yaml".to_owned()], vec!["values-prod.yaml".to_owned()])
    );
    for file in ["Chart.yaml", "values.yaml", "templates/web.yaml"] {
        let snapshot = Workspace::new().snapshot_of(&chart.join(file)).unwrap();
        assert_eq!(told_of(&chart, &snapshot, SINGLE), told_of(&chart, &whole, SINGLE), "{file}");
    }
}
