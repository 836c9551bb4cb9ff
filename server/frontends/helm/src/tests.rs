//! Charts with what they install.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use camino::Utf8Path;
use foreshock_documents::{Content, Node, Sources};
use foreshock_resources::Kind;
use foreshock_syntax::yaml::{Tree, parse};
use foreshock_text::{FilePath, Place, Problem};

use crate::{Given, Overrides, Rendered, rendered};

struct Memory(BTreeMap<FilePath, Arc<str>>);

impl Sources for Memory {
    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.0.get(file).cloned()
    }

    fn tree(&self, file: &FilePath, show: &mut dyn FnMut(&Tree, &[Problem])) -> bool {
        let Some(text) = self.text(file) else { return false };
        let (tree, problems) = parse(&text);
        show(&tree, &problems);
        true
    }

    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        self.0.keys().filter(|file| file.as_path().parent() == Some(directory)).cloned().collect()
    }
}

const CHART: &str = "apiVersion: v2\nname: web\nversion: 0.1.0\n";

/// A chart: its files, after `//- path`.
fn files_of(fixture: &str) -> Memory {
    let mut files = BTreeMap::from([(FilePath::new("/web/Chart.yaml"), Arc::from(CHART))]);
    for part in fixture.split("//- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files.insert(FilePath::new(format!("/web/{path}")), Arc::from(text));
    }
    Memory(files)
}

fn made(fixture: &str, given: &Given) -> (Rendered, Memory) {
    let memory = files_of(fixture);
    let files: Vec<FilePath> = memory.0.keys().cloned().collect();
    (rendered(Utf8Path::new("/web"), &files, given, &memory), memory)
}

/// Every plain value of every object, with the text that stands where it is decided.
fn told(made: &Rendered, memory: &Memory) -> String {
    let mut out = String::new();
    for object in &made.objects {
        let absent = object.may_be_absent.as_ref().map(|why| format!(" perhaps: {why}")).unwrap_or_default();
        let _ = writeln!(out, "{}{absent}", object.identity);
        leaves(&object.node, "", memory, &mut out);
    }
    for (file, problem) in made.problems.iter().chain(&made.notes) {
        let _ = writeln!(out, "! {}: {}", at(&Place::new(file.clone(), problem.span), memory), problem.message);
    }
    if let Some(open) = &made.open {
        let _ = writeln!(out, "open: {open}");
    }
    out
}

fn at(place: &Place, memory: &Memory) -> String {
    let text = memory.0.get(&place.file).map(|text| place.span.text(text)).unwrap_or_default();
    format!("{} {text:?}", place.file.relative_to(Utf8Path::new("/web")))
}

fn leaves(node: &Node, path: &str, memory: &Memory, out: &mut String) {
    match &node.content {
        Content::Map(entries) => entries.iter().for_each(|entry| {
            if !matches!(&*entry.name, "apiVersion" | "kind") {
                leaves(&entry.value, &format!("{path}.{}", entry.name), memory, out);
            }
        }),
        Content::List(items) => {
            items.iter().enumerate().for_each(|(number, item)| leaves(item, &format!("{path}[{number}]"), memory, out));
        }
        Content::Scalar(kind) => {
            let told = match kind {
                Kind::Unknown(why) => format!("? {why}"),
                _ => node.word().unwrap_or_default().to_string(),
            };
            let _ = writeln!(out, "  {path} = {told} @ {}", at(&node.place, memory));
        }
    }
}

#[track_caller]
fn check(fixture: &str, expect: expect_test::Expect) {
    let (made, memory) = made(fixture, &Given::default());
    expect.assert_eq(&told(&made, &memory));
}

/// As `helm template` of 4.2.3 does.
#[test]
fn numbers_are_what_they_are_in_yaml_1_1() {
    check(
        "//- values.yaml
mode: 0644
mask: 0x1F
quoted: '0644'
files: {mode: 0o400, size: 1_000, not_octal: 0899}
//- templates/m.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
written: 0755
mode: {{ .Values.mode }}
sum: {{ add .Values.mode 1 }}
mask: {{ .Values.mask }}
quoted: {{ .Values.quoted | quote }}
files: {{- toYaml .Values.files | nindent 2 }}
read: {{ (fromYaml \"mode: 0600\").mode }}
",
        expect_test::expect![[r#"
            ConfigMap/m
              .metadata.name = m @ templates/m.yaml "m"
              .written = 493 @ templates/m.yaml "0755"
              .mode = 420 @ values.yaml "0644"
              .sum = 421 @ templates/m.yaml "{{ add .Values.mode 1 }}"
              .mask = 31 @ values.yaml "0x1F"
              .quoted = 0644 @ values.yaml "'0644'"
              .files.mode = 256 @ values.yaml "0o400"
              .files.not_octal = 899 @ values.yaml "0899"
              .files.size = 1000 @ values.yaml "1_000"
              .read = 384 @ templates/m.yaml "{{ (fromYaml \"mode: 0600\").mode }}"
        "#]],
    );
}

#[test]
fn values_stand_where_they_are_decided() {
    check(
        "//- values.yaml
replicaCount: 1
image: {repository: nginx, tag: '1.2'}
resources:
  limits: {cpu: 100m}
//- templates/_helpers.tpl
{{- define \"web.name\" -}}{{ .Release.Name }}-x{{- end -}}
{{- define \"web.labels\" -}}
app: web
tier: {{ .Values.tier | default \"front\" }}
{{- end -}}
//- templates/d.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include \"web.name\" . }}
  labels: {{- include \"web.labels\" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicaCount }}
  strategy: {type: Recreate}
  template:
    spec:
      containers:
        - image: \"{{ .Values.image.repository }}:{{ .Values.image.tag }}\"
          resources: {{- toYaml .Values.resources | nindent 12 }}
",
        expect_test::expect![[r#"
            Deployment/web-x
              .metadata.name = web-x @ templates/d.yaml "{{ include \"web.name\" . }}"
              .metadata.labels.app = web @ templates/_helpers.tpl "web"
              .metadata.labels.tier = front @ templates/_helpers.tpl "\"front\""
              .spec.replicas = 1 @ values.yaml "1"
              .spec.strategy.type = Recreate @ templates/d.yaml "Recreate"
              .spec.template.spec.containers[0].image = nginx:1.2 @ templates/d.yaml "\"{{ .Values.image.repository }}:{{ .Values.image.tag }}\""
              .spec.template.spec.containers[0].resources.limits.cpu = 100m @ values.yaml "100m"
        "#]],
    );
}

#[test]
fn what_is_not_known_is_never_taken_for_one_of_its_ways() {
    check(
        "//- templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data:
  always: x
  {{- if .Capabilities.APIVersions.Has \"acme.io/v1\" }}
  sometimes: y
  {{- end }}
  either: {{ if lookup \"v1\" \"Secret\" \"\" \"x\" }}1{{ else }}2{{ end }}
  random: {{ randAlphaNum 5 }}
---
{{- if .Capabilities.APIVersions.Has \"acme.io/v1\" }}
apiVersion: v1
kind: Secret
metadata:
  name: b
{{- end }}
",
        expect_test::expect![[r#"
            ConfigMap/a
              .metadata.name = a @ templates/a.yaml "a"
              .data.always = x @ templates/a.yaml "x"
              .data.sometimes = ? it depends on the cluster; it depends on what is in the cluster @ templates/a.yaml "y"
              .data.either = ? it depends on the cluster; it depends on what is in the cluster @ templates/a.yaml "1"
              .data.random = ? randAlphaNum is another value each time @ templates/a.yaml "{{ randAlphaNum 5 }}"
            Secret/b perhaps: it depends on the cluster; it depends on what is in the cluster
              .metadata.name = b @ templates/a.yaml "b"
        "#]],
    );
}

#[test]
fn lines_of_which_nothing_is_known_leave_what_is_around_them_open() {
    let given =
        Node::unknown("var.list is open", Place::new(FilePath::new("/main.tf"), foreshock_text::Span::new(0, 1)));
    let given = Given { values: vec![Overrides::At("list".to_owned(), given)], ..Given::default() };
    let (made, memory) = made(
        "//- templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
data:
  in_list:
    {{- range .Values.list }}
    - {{ . }}
    {{- end }}
  beside: 1
  in_map:
    x: 1
    {{- toYaml .Values.list | nindent 4 }}
  plain: {{ .Values.list }}
  after: 2
",
        &given,
    );
    expect_test::expect![[r#"
        ConfigMap/a
          .metadata.name = a @ templates/a.yaml "a"
          .data.in_list = ? var.list is open @ templates/a.yaml ""
          .data.beside = 1 @ templates/a.yaml "1"
          .data.in_map = ? var.list is open @ templates/a.yaml "x: 1"
          .data.plain = ? var.list is open @ templates/a.yaml "{{ .Values.list }}"
          .data.after = 2 @ templates/a.yaml "2"
    "#]]
    .assert_eq(&told(&made, &memory));
}

#[test]
fn charts_of_charts() {
    check(
        "//- Chart.yaml
apiVersion: v2
name: web
version: 1.0.0
dependencies:
  - {name: store, version: 1.x, alias: main, condition: main.enabled}
  - {name: store, version: 1.x, alias: spare, condition: spare.enabled}
  - {name: far, version: 1.x, repository: 'https://charts.example'}
//- values.yaml
global: {zone: a}
main: {replicas: 3}
spare: {enabled: false}
//- charts/store/Chart.yaml
apiVersion: v2
name: store
version: 1.2.0
//- charts/store/values.yaml
enabled: true
replicas: 1
//- charts/store/templates/s.yaml
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ .Chart.Name }}
spec:
  replicas: {{ .Values.replicas }}
  zone: {{ .Values.global.zone }}
",
        expect_test::expect![[r#"
            StatefulSet/main
              .metadata.name = main @ charts/store/templates/s.yaml "{{ .Chart.Name }}"
              .spec.replicas = 3 @ values.yaml "3"
              .spec.zone = a @ values.yaml "a"
            Templates/web perhaps: the chart far is not at hand
              .metadata.name = web @ Chart.yaml "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - {name: store, version: 1.x, alias: main, condition: main.enabled}\n  - {name: store, version: 1.x, alias: spare, condition: spare.enabled}\n  - {name: far, version: 1.x, repository: 'https://charts.example'}"
            ! Chart.yaml "{name: far, version: 1.x, repository: 'https://charts.example'}": the chart far is not on this disk: what it adds is not known
            open: the chart far is not at hand
        "#]],
    );
}

#[test]
fn what_is_wrong_costs_its_own_template() {
    check(
        "//- templates/a.yaml
kind: {{ if }}
//- templates/b.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: b}
//- templates/c.yaml
{{ fail \"give a name\" }}
//- templates/d.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ required \"a name\" .Values.name }}}
//- templates/tests/t.yaml
apiVersion: v1
kind: Pod
metadata: {name: t, annotations: {helm.sh/hook: test}}
",
        expect_test::expect![[r#"
            ConfigMap/b
              .metadata.name = b @ templates/b.yaml "b"
            Templates/web perhaps: web/templates/a.yaml is no template
              .metadata.name = web @ Chart.yaml "apiVersion: v2\nname: web\nversion: 0.1.0"
            ! templates/a.yaml "{{ if }}": expected a value or a function
            ! templates/c.yaml "fail": with these values helm makes nothing of this template: the chart refuses this: give a name
            open: web/templates/a.yaml is no template
        "#]],
    );
}
