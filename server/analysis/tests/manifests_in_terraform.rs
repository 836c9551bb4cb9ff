//! Objects of Kubernetes that Terraform hands over - as objects, as texts, from files - beside the cluster and the nodes that they run
//! on: one system.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::Directory;
use foreshock_text::FilePath;

fn snapshot_of(directory: &Directory) -> Arc<Snapshot> {
    Workspace::new().snapshot_of(directory.root()).unwrap()
}

/// The components with their numbers, the dependencies, and the findings of some rules with the edits of the first repair.
fn told(fixture: &str, rules: &[&str]) -> String {
    let directory = Directory::of(fixture);
    let snapshot = snapshot_of(&directory);
    let relative = |path: &camino::Utf8Path| path.strip_prefix(directory.root()).unwrap_or(path).to_string();
    let mut told = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        let system = stack.system();
        for component in &system.components {
            let count = component.redundancy.instances.known().map_or("?".to_owned(), ToString::to_string);
            told += &format!("{} {count}\n", component.id);
        }
        for dependency in &system.dependencies {
            let id = |index| &system.component(index).unwrap().id;
            let confidence = format!("{:?}", dependency.confidence).to_lowercase();
            told += &format!("  {} -> {} ({confidence})\n", id(dependency.from), id(dependency.to));
        }
        for problem in &stack.problems {
            told += &format!("  {}: {}\n", relative(problem.file.as_path()), problem.problem.message);
        }
        for finding in stack.findings.iter().filter(|finding| rules.contains(&finding.rule.as_str())) {
            let file = snapshot.file(&finding.place.file).unwrap();
            let line = file.text.line_of(finding.place.span.start) + 1;
            told += &format!(
                "  {}:{line}: {}: {}\n",
                relative(finding.place.file.as_path()),
                finding.rule,
                finding.message
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
    expect.assert_eq(&told(fixture, rules));
}

/// A cluster with nodes in some zones of one region, and a provider that leads to it.
fn cluster(zones: &str) -> String {
    let mut text = String::from(
        r#"//- main.tf
resource "aws_eks_cluster" "main" {
  name = "main"
  vpc_config { subnet_ids = aws_subnet.nodes[*].id }
}
provider "kubernetes" { host = aws_eks_cluster.main.endpoint }
provider "kubectl" { host = aws_eks_cluster.main.endpoint }
resource "aws_eks_node_group" "main" {
  cluster_name = aws_eks_cluster.main.name
  subnet_ids   = aws_subnet.nodes[*].id
  scaling_config {
    min_size     = 3
    desired_size = 3
    max_size     = 6
  }
}
"#,
    );
    text += &format!(
        "locals {{ zones = [{zones}] }}\nresource \"aws_subnet\" \"nodes\" {{\n  count = length(local.zones)\n  \
         availability_zone = local.zones[count.index]\n}}\n"
    );
    text
}

/// A deployment and its service as YAML.
fn manifest(name: &str, replicas: u32, variable: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
         spec:\n      containers:\n      - name: app\n        image: example/{name}\n        env:\n        - {variable}\n"
    )
}

fn service(name: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{selector: {{app: {name}}}}}\n")
}

#[test]
fn an_object_is_what_it_describes() {
    let text = cluster(r#""eu-west-1a", "eu-west-1b""#)
        + r#"
resource "aws_db_instance" "orders" {
  engine   = "postgres"
  multi_az = true
}
resource "kubernetes_manifest" "web" {
  manifest = {
    apiVersion = "apps/v1"
    kind       = "Deployment"
    metadata   = { name = "web" }
    spec = {
      replicas = 1
      selector = { matchLabels = { app = "web" } }
      template = {
        metadata = { labels = { app = "web" } }
        spec = {
          containers = [{
            name  = "web"
            image = "example/web"
            env   = [{ name = "DB_HOST", value = aws_db_instance.orders.address }]
          }]
        }
      }
    }
  }
}
resource "kubernetes_manifest" "service" {
  manifest = {
    apiVersion = "v1"
    kind       = "Service"
    metadata   = { name = "web" }
    spec       = { selector = { app = "web" } }
  }
}
resource "kubernetes_ingress_v1" "front" {
  metadata { name = "front" }
  spec {
    default_backend {
      service {
        name = "web"
        port { number = 80 }
      }
    }
  }
}
"#;
    check(
        &text,
        &["single-point-of-failure"],
        expect![[r#"
        aws_db_instance.orders 2
        aws_eks_cluster.main 1
        aws_eks_node_group.main 3
        kubernetes_ingress_v1.front 1
        kubernetes_manifest.web 1
          aws_eks_node_group.main -> aws_eks_cluster.main (certain)
          kubernetes_ingress_v1.front -> kubernetes_manifest.web (certain)
          kubernetes_manifest.web -> aws_db_instance.orders (likely)
          kubernetes_manifest.web -> aws_eks_cluster.main (certain)
          kubernetes_manifest.web -> aws_eks_node_group.main (likely)
          main.tf:32: single-point-of-failure: kubernetes_manifest.web is a single point of failure (1 instance).
        With it kubernetes_ingress_v1.front goes down.
            main.tf:32 <- 2
    "#]],
    );
}

#[test]
fn files_are_read_one_by_one_and_in_loops() {
    let text = cluster(r#""eu-west-1a", "eu-west-1b""#)
        + r#"
resource "kubernetes_manifest" "all" {
  for_each = fileset(path.module, "manifests/*.yaml")
  manifest = yamldecode(file("${path.module}/${each.value}"))
}
resource "kubectl_manifest" "api" {
  yaml_body = file("${path.module}/api.yaml")
}
resource "kubectl_manifest" "api_service" {
  yaml_body = <<-EOT
    apiVersion: v1
    kind: Service
    metadata: {name: api}
    spec: {selector: {app: api}}
  EOT
}
"# + "//- manifests/web.yaml\n"
        + &manifest("web", 2, "{name: API, value: 'http://api:8080'}")
        + "//- manifests/web-service.yaml\n"
        + &service("web")
        + "//- api.yaml\n"
        + &manifest("api", 1, "{name: LEVEL, value: info}");
    check(
        &text,
        &["single-point-of-failure", "no-redundancy"],
        expect![[r#"
            aws_eks_cluster.main 1
            aws_eks_node_group.main 3
            kubectl_manifest.api 1
            kubernetes_manifest.all["manifests/web.yaml"] 2
              aws_eks_node_group.main -> aws_eks_cluster.main (certain)
              kubectl_manifest.api -> aws_eks_cluster.main (certain)
              kubectl_manifest.api -> aws_eks_node_group.main (likely)
              kubernetes_manifest.all["manifests/web.yaml"] -> aws_eks_cluster.main (certain)
              kubernetes_manifest.all["manifests/web.yaml"] -> aws_eks_node_group.main (likely)
              kubernetes_manifest.all["manifests/web.yaml"] -> kubectl_manifest.api (likely)
              main.tf:27: single-point-of-failure: kubectl_manifest.api is a single point of failure (1 instance).
            With it kubernetes_manifest.all["manifests/web.yaml"] goes down.
        "#]],
    );
}

#[test]
fn what_is_not_known_stays_what_it_was() {
    let text = cluster(r#""eu-west-1a", "eu-west-1b""#)
        + r#"
variable "manifest" {}
resource "kubernetes_manifest" "open" { manifest = var.manifest }
resource "kubernetes_manifest" "issuer" {
  manifest = { apiVersion = "cert-manager.io/v1", kind = "ClusterIssuer", metadata = { name = "a" } }
}
resource "kubectl_manifest" "two" { yaml_body = "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Pod\n" }
resource "kubectl_manifest" "broken" { yaml_body = "apiVersion: [\n" }
"#;
    check(
        &text,
        &[],
        expect![[r#"
        aws_eks_cluster.main 1
        aws_eks_node_group.main 3
        kubernetes_manifest.open ?
          aws_eks_node_group.main -> aws_eks_cluster.main (certain)
          kubernetes_manifest.open -> aws_eks_cluster.main (certain)
          kubernetes_manifest.open -> aws_eks_node_group.main (likely)
    "#]],
    );
}

#[test]
fn nodes_in_one_zone_take_their_pods_along() {
    let text = cluster(r#""eu-west-1a", "eu-west-1a""#)
        + r#"
resource "kubernetes_manifest" "web" { manifest = yamldecode(file("${path.module}/web.yaml")) }
resource "kubernetes_manifest" "service" { manifest = yamldecode(file("${path.module}/service.yaml")) }
"# + "//- web.yaml\n"
        + &manifest("web", 3, "{name: A, value: b}")
        + "//- service.yaml\n"
        + &service("web");
    check(
        &text,
        &["single-zone"],
        expect![[r#"
            aws_eks_cluster.main 1
            aws_eks_node_group.main 3
            kubernetes_manifest.web 3
              aws_eks_node_group.main -> aws_eks_cluster.main (certain)
              kubernetes_manifest.web -> aws_eks_cluster.main (certain)
              kubernetes_manifest.web -> aws_eks_node_group.main (likely)
              main.tf:9: single-zone: aws_eks_node_group.main has 3 instances, all in eu-west-1a.
            When that zone fails, none is left.
        "#]],
    );
}

/// A chart beside the module, with a release of it.
fn release(rest: &str) -> String {
    cluster(r#""eu-west-1a", "eu-west-1b""#)
        + &format!(
            r#"
provider "helm" {{
  kubernetes {{ host = aws_eks_cluster.main.endpoint }}
}}
resource "aws_db_instance" "orders" {{
  engine   = "postgres"
  multi_az = true
}}
resource "helm_release" "shop" {{
  name      = "shop"
  namespace = "shop"
  chart     = "${{path.module}}/charts/shop"
{rest}
}}
//- charts/shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
//- charts/shop/values.yaml
replicas: 3
database: ""
//- charts/shop/templates/web.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{{{ .Release.Name }}}}-web
spec:
  replicas: {{{{ .Values.replicas }}}}
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
        - name: web
          image: example/web
          env:
            - name: DB_HOST
              value: {{{{ .Values.database | quote }}}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{{{ .Release.Name }}}}
spec:
  type: LoadBalancer
  selector: {{app: web}}
"#
        )
}

#[test]
fn a_release_of_a_chart_beside_the_module() {
    for (rest, replicas) in [
        ("", "3"),
        ("  set {\n    name  = \"replicas\"\n    value = 1\n  }", "1"),
        ("  set = [{ name = \"replicas\", value = \"2\" }]", "2"),
        ("  values = [\"replicas: 4\", yamlencode({ other = true })]", "4"),
        ("  values = [yamlencode({ replicas = 5 })]\n  set {\n    name  = \"replicas\"\n    value = 6\n  }", "6"),
    ] {
        let told = told(&release(rest), &[]);
        let line = format!("helm_release.shop/Deployment/shop-web {replicas}\n");
        assert!(told.contains(&line), "{rest}: {told}");
        assert!(
            told.contains("helm_release.shop/Service/shop -> helm_release.shop/Deployment/shop-web (certain)"),
            "{told}"
        );
        assert!(told.contains("helm_release.shop/Deployment/shop-web -> aws_eks_node_group.main (likely)"), "{told}");
        assert!(!told.contains("helm_release.shop "), "the release itself runs nothing: {told}");
    }
}

/// A list by its path, one of whose values only the apply tells.
#[test]
fn lists_of_values_of_a_release() {
    let chart = |set: &str| {
        release(set).replace("value: {{ .Values.database | quote }}", "value: {{ join \",\" .Values.hosts | quote }}")
    };
    let block = "  set_list {\n    name  = \"hosts\"\n    value = [\"a\", aws_db_instance.orders.address]\n  }";
    let list = "  set_list = [{ name = \"hosts\", value = [aws_db_instance.orders.address] }]";
    for set in [block, list] {
        let told = told(&chart(set), &[]);
        assert!(
            told.contains("helm_release.shop/Deployment/shop-web -> aws_db_instance.orders (likely)"),
            "{set}: {told}"
        );
    }
}

#[test]
fn a_release_of_which_something_is_not_known() {
    for rest in [
        "  values = [var.values]",
        "  set {\n    name  = \"replicas\"\n    value = var.replicas\n  }",
        "  set_sensitive {\n    name  = \"password\"\n    value = \"x\"\n  }",
        "  repository = \"https://charts.example.com\"",
    ] {
        let told = told(&release(rest), &[]);
        assert!(told.contains("\nhelm_release.shop ?\n"), "{rest}: {told}");
        assert!(!told.contains("helm_release.shop/"), "{rest}: {told}");
    }
}

#[test]
fn what_a_release_runs_is_found_where_it_is_decided() {
    check(
        &release(
            "  set {\n    name  = \"replicas\"\n    value = 1\n  }\n  set {\n    name  = \"database\"\n    value = \
             aws_db_instance.orders.address\n  }",
        ),
        &["single-point-of-failure"],
        expect![[r#"
            aws_db_instance.orders 2
            aws_eks_cluster.main 1
            aws_eks_node_group.main 3
            helm_release.shop/Deployment/shop-web 1
            helm_release.shop/Service/shop 1
              aws_eks_node_group.main -> aws_eks_cluster.main (certain)
              helm_release.shop/Deployment/shop-web -> aws_db_instance.orders (likely)
              helm_release.shop/Deployment/shop-web -> aws_eks_cluster.main (certain)
              helm_release.shop/Deployment/shop-web -> aws_eks_node_group.main (likely)
              helm_release.shop/Service/shop -> helm_release.shop/Deployment/shop-web (certain)
              main.tf:35: single-point-of-failure: helm_release.shop/Deployment/shop-web is a single point of failure (1 instance).
            With it helm_release.shop/Service/shop goes down.
                main.tf:35 <- 2
        "#]],
    );
}

/// What the chart itself decides is told in its file.
#[test]
fn what_the_values_of_a_chart_decide() {
    let text = release("").replace("replicas: 3", "replicas: 1");
    check(
        &text,
        &["single-point-of-failure"],
        expect![[r#"
            aws_db_instance.orders 2
            aws_eks_cluster.main 1
            aws_eks_node_group.main 3
            helm_release.shop/Deployment/shop-web 1
            helm_release.shop/Service/shop 1
              aws_eks_node_group.main -> aws_eks_cluster.main (certain)
              helm_release.shop/Deployment/shop-web -> aws_eks_cluster.main (certain)
              helm_release.shop/Deployment/shop-web -> aws_eks_node_group.main (likely)
              helm_release.shop/Service/shop -> helm_release.shop/Deployment/shop-web (certain)
              charts/shop/values.yaml:1: single-point-of-failure: helm_release.shop/Deployment/shop-web is a single point of failure (1 instance).
            With it helm_release.shop/Service/shop goes down.
                charts/shop/values.yaml:1 <- 2
        "#]],
    );
}

/// Pods with a rule about zones, on nodes of two subnets.
fn spread(replicas: u32, rule: &str, rest: &str) -> String {
    cluster(r#""eu-west-1a", "eu-west-1b""#)
        + "resource \"kubernetes_manifest\" \"web\" { manifest = yamldecode(file(\"${path.module}/web.yaml\")) }\n"
        + rest
        + "//- web.yaml\n"
        + &manifest("web", replicas, "{name: A, value: b}")
        + rule
}

#[test]
fn pods_that_ask_for_more_zones_than_their_nodes_have() {
    let apart = "      affinity:\n        podAntiAffinity:\n          requiredDuringSchedulingIgnoredDuringExecution:\n          - topologyKey: \
                 topology.kubernetes.io/zone\n            labelSelector: {matchLabels: {app: web}}\n";
    let spread_out = "      topologySpreadConstraints:\n      - topologyKey: topology.kubernetes.io/zone\n        maxSkew: 1\n        whenUnsatisfiable: \
                      DoNotSchedule\n        labelSelector: {matchLabels: {app: web}}\n";
    let karpenter = "resource \"helm_release\" \"karpenter\" {\n  name = \"karpenter\"\n  chart = \"karpenter\"\n}\n";
    for (replicas, rule, rest, expected) in [
        (3, apart, "", Some("has 3 pods of which no two may be in one zone, and nodes in 2 zones at the most")),
        (2, apart, "", None),
        (3, spread_out, "", Some("asks for its pods to be spread over zones, and its nodes are in 2 at the most")),
        (2, spread_out, "", None),
        // What makes nodes by itself makes them where it likes.
        (3, apart, karpenter, None),
    ] {
        let told = told(&spread(replicas, rule, rest), &["spread"]);
        match expected {
            Some(expected) => assert!(told.contains(expected), "{told}"),
            None => assert!(!told.contains("spread:"), "{told}"),
        }
    }
}

/// Files of a chart come, go and are edited; what is installed follows.
#[test]
fn a_chart_that_is_edited() {
    let directory = Directory::of(&release(""));
    let file = |name: &str| foreshock_text::FilePath::new(directory.root().join(name));
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.root().to_owned()]);
    let main = std::fs::read_to_string(directory.root().join("main.tf")).unwrap();
    workspace.set_document(file("main.tf"), main.into());
    let count = |workspace: &mut Workspace| {
        let snapshot = workspace.snapshot();
        let system = snapshot.stacks.iter().find(|stack| stack.kind.name() == "terraform").unwrap().system();
        let web = system.components.iter().find(|component| component.id.as_str().ends_with("Deployment/shop-web"));
        web.map(|web| web.redundancy.instances.known().copied().unwrap_or_default())
    };
    assert_eq!(count(&mut workspace), Some(3));
    let values = file("charts/shop/values.yaml");
    workspace.set_document(values.clone(), "replicas: 2\ndatabase: \"\"\n".into());
    assert_eq!(count(&mut workspace), Some(2));
    workspace.set_document(values.clone(), "replicas: 4\ndatabase: \"\"\n".into());
    assert_eq!(count(&mut workspace), Some(4));
    workspace.close_document(&values);
    assert_eq!(count(&mut workspace), Some(3));
}

/// The roots that are told, given which documents of a directory are open.
fn roots_told(directory: &Directory, open: &[&str]) -> Vec<String> {
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.root().to_owned()]);
    for name in open {
        let path = directory.root().join(name);
        let text = std::fs::read_to_string(&path).unwrap();
        workspace.set_document(FilePath::new(path), text.into());
    }
    let relative = |root: &camino::Utf8Path| root.strip_prefix(directory.root()).unwrap_or(root).to_string();
    workspace.snapshot().stacks.iter().map(|stack| relative(&stack.root)).collect()
}

#[test]
fn what_a_root_installs_is_told_once() {
    let chart = Directory::of(&release(""));
    let all = snapshot_of(&chart);
    assert_eq!(all.stacks.len(), 1, "{:?}", all.stacks.iter().map(|stack| stack.id()).collect::<Vec<_>>());
    assert_eq!(roots_told(&chart, &["main.tf"]), [""]);
    assert_eq!(roots_told(&chart, &["charts/shop/values.yaml"]), ["charts/shop"]);
    assert_eq!(roots_told(&chart, &["main.tf", "charts/shop/values.yaml"]), [""]);
    // A release that may not be there, and values of the chart's own.
    let counted = release("").replacen(
        "resource \"helm_release\" \"shop\" {\n",
        "variable \"on\" {}\nresource \"helm_release\" \"shop\" {\n  count = var.on ? 1 : 0\n",
        1,
    );
    assert!(counted.contains("count = var.on"));
    assert_eq!(snapshot_of(&Directory::of(&counted)).stacks.len(), 2);
    let chosen = release("")
        + "//- foreshock.toml\n[[stack]]\npath = \"charts/shop\"\nname = \"small\"\nvariables = { replicas = 1 }\n";
    assert_eq!(snapshot_of(&Directory::of(&chosen)).stacks.len(), 2);
}

#[test]
fn manifests_of_which_a_root_hands_over_every_object_are_told_once() {
    let reads = "resource \"kubernetes_manifest\" \"all\" {\n  for_each = fileset(path.module, \"k8s/*.yaml\")\n  manifest = yamldecode(file(\"${path.module}/${each.value}\"))\n}\n";
    let files = format!(
        "//- k8s/web.yaml\n{}//- k8s/service.yaml\n{}",
        manifest("web", 1, "{name: LEVEL, value: info}"),
        service("web")
    );
    let both = cluster(r#""eu-west-1a""#) + reads + &files;
    let directory = Directory::of(&both);
    assert_eq!(roots_told(&directory, &["main.tf"]), [""]);
    assert_eq!(snapshot_of(&directory).stacks.len(), 1);
    // What is found stands in the file of the root: whoever looks at the manifest has that, too.
    assert_eq!(roots_told(&directory, &["main.tf", "k8s/web.yaml"]), ["", "k8s"]);
    // An object that it does not hand over.
    let more = both + "//- k8s/more/api.yaml\n" + &manifest("api", 1, "{name: LEVEL, value: info}");
    assert_eq!(snapshot_of(&Directory::of(&more)).stacks.len(), 2);
}
