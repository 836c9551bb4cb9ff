//! Manifests and kustomizations as stacks: which files make up one, what is found, where it stands, and the repair in its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{BaseChoice, Snapshot, Workspace};
use foreshock_fixture::{Directory, GitDirectory};

fn snapshot_of(directory: &Directory) -> Arc<Snapshot> {
    Workspace::new().snapshot_of(directory.root()).unwrap()
}

/// Every stack, its dependencies, what could not be read, and the findings of some rules with the text that is underlined and the
/// edits of the first repair.
fn told(fixture: &str, rules: &[&str]) -> String {
    let directory = Directory::of(fixture);
    let snapshot = snapshot_of(&directory);
    let relative = |path: &camino::Utf8Path| path.strip_prefix(directory.root()).unwrap_or(path).to_string();
    let mut told = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        told += &format!("{} ({})\n", relative(&stack.root), stack.kind);
        let system = stack.system();
        for dependency in &system.dependencies {
            let id = |index| &system.component(index).unwrap().id;
            told += &format!(
                "  {} -> {} ({})\n",
                id(dependency.from),
                id(dependency.to),
                format!("{:?}", dependency.confidence).to_lowercase()
            );
        }
        for problem in &stack.problems {
            told += &format!("  {}: {}\n", relative(problem.file.as_path()), problem.problem.message);
        }
        for finding in stack.findings.iter().filter(|finding| rules.contains(&finding.rule.as_str())) {
            let file = snapshot.file(&finding.place.file).unwrap();
            let line = file.text.line_of(finding.place.span.start) + 1;
            let text = file.text.slice(finding.place.span).lines().next().unwrap_or_default();
            told += &format!(
                "  {}:{line}: {}: {} `{text}`\n",
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
    expect.assert_eq(&told(fixture, rules));
}

const SINGLE: &[&str] = &["single-point-of-failure"];

fn workload(kind: &str, name: &str, replicas: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n{replicas}  selector: {{matchLabels: {{app: \
         {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n        - name: {name}\n          \
         image: example/{name}\n{rest}"
    )
}

fn service(name: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\nspec:\n{rest}  selector: {{app: {name}}}\n  ports: [{{port: 80}}]\n"
    )
}

fn shop(replicas: &str) -> String {
    let env = "          env:\n            - name: ORDERS_HOST\n              value: orders\n";
    [
        workload("Deployment", "web", "  replicas: 3\n", env),
        service("web", "  type: LoadBalancer\n"),
        workload("Deployment", "orders", replicas, ""),
        service("orders", ""),
    ]
    .concat()
}

#[test]
fn one_pod_behind_another_service() {
    check(
        &format!("//- k8s/shop.yaml\n{}", shop("  replicas: 1\n")),
        SINGLE,
        expect![[r#"
            k8s (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
              k8s/shop.yaml:33: single-point-of-failure: Deployment/orders `replicas: 1`
                k8s/shop.yaml:33 <- 2
        "#]],
    );
}

#[test]
fn a_number_that_is_not_written_is_written_first() {
    let text = shop("");
    let told = told(&format!("//- k8s/shop.yaml\n{text}"), SINGLE);
    assert!(told.contains("<- replicas: 2"), "{told}");
}

#[test]
fn files_of_a_directory_tree_are_one_stack_and_environments_are_several() {
    let orders = workload("Deployment", "orders", "  replicas: 1\n", "");
    let env = "          args: [\"--orders=orders:80\"]\n";
    let web = workload("Deployment", "web", "  replicas: 1\n", env);
    check(
        &format!("//- k8s/web/web.yaml\n{web}//- k8s/orders/orders.yaml\n{orders}{}", service("orders", "")),
        &[],
        expect![[r#"
            k8s (kubernetes)
              Deployment/web -> Deployment/orders (likely)
        "#]],
    );
    check(
        &format!("//- dev/orders.yaml\n{orders}//- prod/orders.yaml\n{orders}"),
        &[],
        expect![[r#"
            dev (kubernetes)
            prod (kubernetes)
        "#]],
    );
}

#[test]
fn a_shared_map_connects_each_pod_with_what_it_reads_of_it() {
    let read = |key: &str| {
        format!(
            "          env:\n            - name: ADDRESS\n              valueFrom: {{configMapKeyRef: {{name: hosts, key: {key}}}}}\n"
        )
    };
    let map =
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: hosts}\ndata:\n  one: one:80\n  other: http://other\n";
    let all = [
        map.to_owned(),
        workload("Deployment", "a", "", &read("one")),
        workload("Deployment", "b", "", &read("other")),
        workload("Deployment", "c", "", "          envFrom: [{configMapRef: {name: hosts}}]\n"),
        workload("Deployment", "one", "", ""),
        workload("Deployment", "other", "", ""),
        service("one", ""),
        service("other", ""),
    ]
    .concat();
    check(
        &format!("//- k8s/all.yaml\n{all}"),
        &[],
        expect![[r#"
            k8s (kubernetes)
              Deployment/a -> Deployment/one (likely)
              Deployment/b -> Deployment/other (likely)
              Deployment/c -> Deployment/one (likely)
              Deployment/c -> Deployment/other (likely)
        "#]],
    );
}

#[test]
fn a_secret_connects_and_is_never_shown() {
    let secret = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  url: cG9zdGdyZXM6Ly91c2VyOmh1c2hodXNoQGRiOjU0MzIvYQ==\n";
    let reads =
        "          env:\n            - name: URL\n              valueFrom: {secretKeyRef: {name: db, key: url}}\n";
    let all = [
        secret.to_owned(),
        workload("Deployment", "a", "", reads),
        workload("StatefulSet", "db", "", ""),
        service("db", ""),
    ];
    let fixture = format!("//- k8s/all.yaml\n{}", all.concat());
    let directory = Directory::of(&fixture);
    let snapshot = snapshot_of(&directory);
    let stack = &snapshot.stacks[0];
    assert!(
        stack.system().dependencies.iter().any(|one| one.evidence.iter().any(|line| line.why.contains("Service/db")))
    );
    assert!(!format!("{:?}", stack.findings).contains("hushhush"));
}

#[test]
fn an_overlay_decides_in_its_own_file() {
    let base = shop("  replicas: 3\n");
    let fixture = format!(
        "//- base/kustomization.yaml\nresources: [shop.yaml]\n//- base/shop.yaml\n{base}\
         //- overlays/prod/kustomization.yaml\nresources: [../../base]\n\
         //- overlays/dev/kustomization.yaml\nresources: [../../base]\nnamePrefix: dev-\nreplicas:\n  - name: orders\n    count: 1\n\
         //- overlays/test/kustomization.yaml\nresources: [../../base]\npatches:\n  - path: one.yaml\n\
         //- overlays/test/one.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: orders}}\nspec:\n  replicas: 1\n"
    );
    check(
        &fixture,
        SINGLE,
        expect![[r#"
            overlays/dev (kubernetes)
              Service/dev-web -> Deployment/dev-web (certain)
            overlays/prod (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
            overlays/test (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
              overlays/test/one.yaml:5: single-point-of-failure: Deployment/orders `replicas: 1`
                overlays/test/one.yaml:5 <- 2
        "#]],
    );
}

#[test]
fn a_patch_inside_of_the_kustomization_is_mended_there() {
    let base = shop("  replicas: 3\n");
    let fixture = format!(
        "//- k8s/shop.yaml\n{base}//- k8s/kustomization.yaml\nresources:\n  - shop.yaml\npatches:\n  - target: {{kind: Deployment, name: \
         orders}}\n    patch: |-\n      - op: replace\n        path: /spec/replicas\n        value: 1\n"
    );
    check(
        &fixture,
        SINGLE,
        expect![[r#"
            k8s (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
              k8s/kustomization.yaml:8: single-point-of-failure: Deployment/orders `value: 1`
                k8s/kustomization.yaml:8 <- 2
        "#]],
    );
}

#[test]
fn a_comment_silences_and_a_broken_line_is_told_once() {
    let text = shop("  replicas: 1 # foreshock:ignore single-point-of-failure reason: a toy\n");
    let directory = Directory::of(&format!("//- k8s/shop.yaml\n{text}"));
    let snapshot = snapshot_of(&directory);
    let stack = &snapshot.stacks[0];
    assert!(
        stack.suppressed.iter().any(|one| &*one.finding.component_id == "Deployment/orders"),
        "{:?}",
        stack.findings
    );
    let broken = format!("{}---\napiVersion: v1\nkind: Service\nmetadata: [\n", shop("  replicas: 1\n"));
    let directory = Directory::of(&format!("//- k8s/shop.yaml\n{broken}"));
    let snapshot = snapshot_of(&directory);
    assert_eq!(snapshot.stacks.len(), 1);
    assert!(!snapshot.stacks[0].problems.is_empty());
    assert!(snapshot.stacks[0].findings.iter().any(|finding| finding.rule.as_str() == "single-point-of-failure"));
}

#[test]
fn what_is_no_manifest_is_passed_over() {
    check(
        "//- values.yaml\nreplicaCount: 1\n//- a.yaml\napiVersion: v2\nname: chart\n//- b.yaml\napiVersion: v1\nkind: Config\nclusters: []\n",
        &[],
        expect![[""]],
    );
}

#[test]
fn everybody_whom_a_policy_lets_call_is_a_guess() {
    let policy = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: store}\nspec:\n  podSelector: {matchLabels: \
                  {app: store}}\n  ingress:\n    - from:\n        - podSelector: {matchLabels: {app: one}}\n        - podSelector: \
                  {matchLabels: {app: other}}\n    - from: [{namespaceSelector: {}}]\n";
    let all: String = ["one", "other", "third", "store"].map(|name| workload("Deployment", name, "", "")).concat();
    check(
        &format!("//- k8s/all.yaml\n{all}{policy}"),
        &[],
        expect![[r#"
        k8s (kubernetes)
          Deployment/one -> Deployment/store (guess)
          Deployment/other -> Deployment/store (guess)
    "#]],
    );
}

#[test]
fn what_applying_a_changed_map_does() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {level: info}\n";
    let script = format!(
        "git init -qb main && cat > map.yaml <<'END'\n{map}END\ngit add . && git commit -qm one && sed -i s/info/debug/ map.yaml"
    );
    let Some(directory) = GitDirectory::after(&script, &[]) else { return };
    let mut workspace = Workspace::new();
    workspace.set_base(BaseChoice::Revision("HEAD".to_owned()));
    let snapshot = workspace.snapshot_of(directory.root()).unwrap();
    let changes = &snapshot.stacks[0].comparison().unwrap().apply.changes;
    let told: Vec<String> =
        changes.iter().map(|one| format!("{} {}", one.change.address, one.change.effect())).collect();
    assert_eq!(told, ["ConfigMap/settings in_place"]);
}

#[test]
fn a_template_of_no_chart_is_passed_over_and_told_when_asked_for() {
    let template =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: {{ .Values.replicas }}\n";
    check(&format!("//- k8s/web.yaml\n{template}"), &[], expect![[""]]);
    let directory = Directory::of(&format!("//- web.yaml\n{template}"));
    let snapshot = Workspace::new().snapshot_of(&directory.root().join("web.yaml")).unwrap();
    assert!(snapshot.stacks[0].problems.is_empty(), "{:?}", snapshot.stacks[0].problems);
    assert!(
        snapshot.notices.iter().any(|notice| format!("{notice:?}").contains("helm template")),
        "{:?}",
        snapshot.notices
    );
}

#[test]
fn kustomizations_that_are_made_of_each_other() {
    check(
        "//- a/kustomization.yaml\nresources: [../b]\n//- b/kustomization.yaml\nresources: [../a]\n",
        &[],
        expect![[r#"
            a (kubernetes)
              a/kustomization.yaml: this kustomization is built out of itself
        "#]],
    );
}

#[test]
fn the_same_kind_and_name_in_two_namespaces_are_two() {
    let in_namespace = |name: &str| {
        workload("Deployment", "web", "", "").replace("  name: web\n", &format!("  name: web\n  namespace: {name}\n"))
    };
    let directory = Directory::of(&format!("//- k8s/all.yaml\n{}{}", in_namespace("a"), in_namespace("b")));
    let snapshot = snapshot_of(&directory);
    let ids: Vec<String> = snapshot.stacks[0].system().components.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(ids, ["a/Deployment/web", "b/Deployment/web"]);
}

#[test]
fn routes_of_gateways_and_kinds_of_operators() {
    let reads =
        "          env: [{name: DB_HOST, value: pg-rw}, {name: BROKERS, value: \"events-kafka-bootstrap:9092\"}]\n";
    let all = [
        workload("Deployment", "web", "  replicas: 2\n", reads),
        service("web", ""),
        "---\napiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec: {gatewayClassName: x}\n\
         ---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: web}\nspec:\n  parentRefs: [{name: edge}]\n  \
         rules: [{backendRefs: [{name: web, port: 80}]}]\n\
         ---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: pg}\nspec:\n  instances: 1\n\
         ---\napiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: events}\nspec: {kafka: {replicas: 3}}\n"
            .to_owned(),
    ];
    check(
        &format!("//- k8s/all.yaml\n{}", all.concat()),
        SINGLE,
        expect![[r#"
        k8s (kubernetes)
          Deployment/web -> Cluster/pg (likely)
          Deployment/web -> Kafka/events (likely)
          Gateway/edge -> Deployment/web (certain)
          k8s/all.yaml:41: single-point-of-failure: Cluster/pg `instances: 1`
            k8s/all.yaml:41 <- 2
    "#]],
    );
}

/// KEDA decides how many pods there are: none, unless it is told otherwise.
#[test]
fn bounds_of_scaled_objects() {
    let scaled = |bounds: &str| {
        let scaler = format!(
            "---\napiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: orders}}\nspec:\n  scaleTargetRef: {{name: orders}}\n\
             {bounds}  triggers: [{{type: cpu}}]\n"
        );
        shop("  replicas: 3\n") + &scaler
    };
    check(
        &format!("//- k8s/shop.yaml\n{}", scaled("  minReplicaCount: 1\n  maxReplicaCount: 1\n")),
        &["single-point-of-failure", "replica-bounds", "dangling-reference"],
        expect![[r#"
            k8s (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
              k8s/shop.yaml:52: single-point-of-failure: Deployment/orders `name: orders`
                k8s/shop.yaml:55 <- 2
                k8s/shop.yaml:56 <- 2
              k8s/shop.yaml:33: replica-bounds: Deployment/orders `replicas: 3`
              k8s/shop.yaml:56: replica-bounds: ScaledObject/orders `maxReplicaCount: 1`
        "#]],
    );
    check(
        &format!("//- k8s/shop.yaml\n{}", scaled("")),
        &["single-point-of-failure", "dangling-reference"],
        expect![[r#"
            k8s (kubernetes)
              Deployment/web -> Deployment/orders (likely)
              Service/web -> Deployment/web (certain)
        "#]],
    );
}

fn budget(says: &str) -> String {
    format!(
        "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: web}}\nspec:\n  {says}\n  selector: {{matchLabels: {{app: \
         web}}}}\n"
    )
}

/// Repairs that write a field where it is, or as a new one that looks like its neighbours.
#[test]
fn repairs_of_budgets_and_of_the_way_to_deploy() {
    let web = workload("Deployment", "web", "  replicas: 3\n", "");
    let kept = |says: &str| told(&format!("//- k8s/app.yaml\n{web}{}", budget(says)), &["disruption-budget"]);
    let all = ["minAvailable: 3", "minAvailable: 100%", "maxUnavailable: 0", "unhealthyPodEvictionPolicy: AlwaysAllow"]
        .map(kept)
        .concat();
    expect![[r#"
        k8s (kubernetes)
          k8s/app.yaml:20: disruption-budget: PodDisruptionBudget/web `minAvailable: 3`
            k8s/app.yaml:20 <- 2
        k8s (kubernetes)
          k8s/app.yaml:20: disruption-budget: PodDisruptionBudget/web `minAvailable: 100%`
            k8s/app.yaml:20 <- 2
        k8s (kubernetes)
          k8s/app.yaml:20: disruption-budget: PodDisruptionBudget/web `maxUnavailable: 0`
            k8s/app.yaml:20 <- 1
        k8s (kubernetes)
          k8s/app.yaml:19: disruption-budget: PodDisruptionBudget/web `spec`
            k8s/app.yaml:20 <- maxUnavailable: 1
    "#]]
    .assert_eq(&all);
    let deployed = workload("Deployment", "web", "  replicas: 3\n  strategy: {type: Recreate}\n", "");
    check(
        &format!("//- k8s/app.yaml\n{deployed}"),
        &["deploy-takes-down"],
        expect![[r#"
            k8s (kubernetes)
              k8s/app.yaml:8: deploy-takes-down: Deployment/web `type: Recreate`
                k8s/app.yaml:8 <- RollingUpdate
        "#]],
    );
}

/// Repairs that write a block of its own.
#[test]
fn repairs_that_spread_pods_and_ask_whether_they_are_ready() {
    let rules = &["spread", "no-readiness-check"];
    let port = "          ports:\n            - {containerPort: 53, protocol: UDP}\n            - containerPort: 8080\n            - {name: metrics, containerPort: 9090}\n";
    let web = workload("Deployment", "web", "  replicas: 3\n", port);
    check(
        &format!("//- k8s/app.yaml\n{web}"),
        rules,
        expect![[r#"
            k8s (kubernetes)
              k8s/app.yaml:7: spread: Deployment/web `replicas: 3`
                k8s/app.yaml:12 <- topologySpreadConstraints:
                    - labelSelector:
                        matchLabels:
                          app: web
                      maxSkew: 1
                      topologyKey: "kubernetes.io/hostname"
                      whenUnsatisfiable: ScheduleAnyway
              k8s/app.yaml:13: no-readiness-check: Deployment/web `name: web`
                k8s/app.yaml:13 <- readinessProbe:
                        tcpSocket:
                          port: 8080
        "#]],
    );
    let set = workload("StatefulSet", "store", "  replicas: 3\n", "          ports: [{containerPort: 80}]\n");
    check(
        &format!("//- k8s/app.yaml\n{set}"),
        rules,
        expect![[r#"
            k8s (kubernetes)
              k8s/app.yaml:7: spread: StatefulSet/store `replicas: 3`
                k8s/app.yaml:12 <- topologySpreadConstraints:
                    - labelSelector:
                        matchLabels:
                          app: store
                      maxSkew: 1
                      topologyKey: "kubernetes.io/hostname"
                      whenUnsatisfiable: ScheduleAnyway
              k8s/app.yaml:13: no-readiness-check: StatefulSet/store `name: store`
                k8s/app.yaml:13 <- readinessProbe:
                        tcpSocket:
                          port: 80
        "#]],
    );
    let json = r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 2, "selector":
        {"matchLabels": {"app": "web", "on": "true"}}, "template": {"metadata": {"labels": {"app": "web", "on": "true"}}, "spec":
        {"containers": [{"name": "web", "image": "example/web", "ports": [{"containerPort": 80}]}]}}}}"#;
    check(
        &format!("//- k8s/app.json\n{json}"),
        rules,
        expect![[r#"
            k8s (kubernetes)
              k8s/app.json:1: spread: Deployment/web `"replicas": 2`
                k8s/app.json:3 <- "topologySpreadConstraints": [{"labelSelector": {"matchLabels": {"app": "web", "on": "true"}}, "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"}],
              k8s/app.json:3: no-readiness-check: Deployment/web `"name": "web"`
                k8s/app.json:3 <- , "readinessProbe": {"tcpSocket": {"port": 80}}
        "#]],
    );
    let daemon = workload("DaemonSet", "agent", "", "          ports: [{containerPort: 9100}]\n");
    check(
        &format!("//- k8s/app.yaml\n{daemon}"),
        rules,
        expect![[r#"
        k8s (kubernetes)
          k8s/app.yaml:12: no-readiness-check: DaemonSet/agent `name: agent`
            k8s/app.yaml:12 <- readinessProbe:
                    tcpSocket:
                      port: 9100
    "#]],
    );
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec:\n  containers:\n    - name: one\n      image: example/one\n      ports:\n        - containerPort: 80\n";
    check(
        &format!("//- k8s/app.yaml\n{pod}"),
        rules,
        expect![[r#"
        k8s (kubernetes)
          k8s/app.yaml:6: no-readiness-check: Pod/one `name: one`
            k8s/app.yaml:6 <- readinessProbe:
                tcpSocket:
                  port: 80
    "#]],
    );
    // Who has no port answers nobody that one could ask.
    check(
        &format!("//- k8s/app.yaml\n{}", workload("Deployment", "web", "  replicas: 1\n", "")),
        rules,
        expect![[r#"
            k8s (kubernetes)
              k8s/app.yaml:13: no-readiness-check: Deployment/web `name: web`
        "#]],
    );
}

/// What Terraform declares of a cluster is mended as a manifest is.
#[test]
fn the_same_repairs_in_terraform() {
    let text = r#"
resource "kubernetes_deployment_v1" "web" {
  metadata {
    name = "web"
  }
  spec {
    replicas = 3
    strategy {
      type = "Recreate"
    }
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name  = "web"
          image = "example/web"
          port {
            container_port = 8080
          }
        }
      }
    }
  }
}
"#;
    check(
        &format!("//- live/main.tf\n{text}"),
        &["spread", "no-readiness-check", "deploy-takes-down"],
        expect![[r#"
            live (terraform)
              live/main.tf:7: spread: kubernetes_deployment_v1.web `replicas = 3`
                live/main.tf:25 <- topology_spread_constraint {
                      max_skew           = 1
                      topology_key       = "kubernetes.io/hostname"
                      when_unsatisfiable = "ScheduleAnyway"
                      label_selector {
                        match_labels = { app = "web" }
                      }
                    }
              live/main.tf:9: deploy-takes-down: kubernetes_deployment_v1.web `type = "Recreate"`
                live/main.tf:9 <- "RollingUpdate"
              live/main.tf:19: no-readiness-check: kubernetes_deployment_v1.web `container`
                live/main.tf:24 <- readiness_probe {
                        tcp_socket {
                          port = 8080
                        }
                      }
        "#]],
    );
}

/// Where a cascade is told, the line of a call is the one that names whom is called, not the selector behind it.
#[test]
fn the_line_of_a_call_names_whom_is_called() {
    let ingress = "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: edge}\nspec:\n  rules:\n    - http:\n        \
                   paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]\n";
    let map = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: hosts}\ndata:\n  orders: http://orders\n";
    let reads = "          env:\n            - name: ORDERS\n              valueFrom: {configMapKeyRef: {name: hosts, key: orders}}\n";
    let all = [
        ingress.to_owned(),
        map.to_owned(),
        workload("Deployment", "web", "  replicas: 3\n", reads),
        service("web", ""),
        workload("Deployment", "orders", "  replicas: 1\n", ""),
        service("orders", ""),
    ]
    .concat();
    let directory = Directory::of(&format!("//- k8s/all.yaml\n{all}"));
    let snapshot = snapshot_of(&directory);
    let finding = snapshot.stacks[0].findings.iter().find(|one| one.rule.as_str() == SINGLE[0]).unwrap();
    let lines: Vec<String> = finding
        .evidence
        .iter()
        .map(|line| {
            let file = snapshot.file(&line.place.file).unwrap();
            format!("{} <- {}", file.text.slice(line.place.span), line.why)
        })
        .collect();
    expect![[r#"
        orders: http://orders <- Deployment/web goes down: it requires Deployment/orders (ORDERS of Deployment/web names Service/orders)
        name: web <- Ingress/edge goes down: it requires Deployment/web (Ingress/edge sends to Service/web)"#]]
    .assert_eq(&lines.join("\n"));
}

/// A service of the mesh with what a `VirtualService` says of the calls of it.
fn route(name: &str, http: &str) -> String {
    format!(
        "---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {name}}}\nspec:\n  hosts: [{name}]\n  http:\n    \
         - route: [{{destination: {{host: {name}, subset: v1}}}}]\n{http}"
    )
}

/// Three programs, each of which calls the next one by its service, with what stands beside them.
fn chain(beside: &[String]) -> String {
    let calls =
        |name: &str| format!("          env:\n            - name: NEXT_URL\n              value: http://{name}\n");
    let programs = [
        workload("Deployment", "web", "  replicas: 2\n", &calls("orders")),
        workload("Deployment", "orders", "  replicas: 2\n", &calls("stock")),
        workload("Deployment", "stock", "  replicas: 2\n", ""),
        service("orders", ""),
        service("stock", ""),
    ];
    format!("//- k8s/all.yaml\n{}{}", programs.concat(), beside.concat())
}

/// What a stack says of the limits of calls: each dependency that has any, and the findings of limits with their lines.
fn limits(fixture: &str) -> String {
    let directory = Directory::of(fixture);
    let snapshot = snapshot_of(&directory);
    let stack = &snapshot.stacks[0];
    let system = stack.system();
    let mut told = String::new();
    for one in &system.dependencies {
        let id = |index| &system.component(index).unwrap().id;
        let mut said = Vec::new();
        said.extend(one.timeout.map(|timeout| format!("{} s each", timeout.get())));
        said.extend(one.deadline.map(|deadline| format!("{} s at most", deadline.get())));
        said.extend((one.attempts > 1).then(|| format!("{} attempts", one.attempts)));
        said.extend(one.breaker.then(|| "breaker".to_owned()));
        if !said.is_empty() {
            told += &format!("{} -> {}: {}\n", id(one.from), id(one.to), said.join(", "));
        }
    }
    for finding in &stack.findings {
        if ["timeout-inversion", "retry-amplification"].contains(&finding.rule.as_str()) {
            let file = snapshot.file(&finding.place.file).unwrap();
            let line = file.text.line_of(finding.place.span.start) + 1;
            let text = file.text.slice(finding.place.span);
            let message = finding.message.lines().next().unwrap();
            told += &format!("{line} `{text}` {}: {message}\n", finding.rule);
        }
    }
    told
}

#[test]
fn retries_of_a_mesh_multiply_and_time_limits_are_compared() {
    let orders = route("orders", "      timeout: 2s\n      retries: {attempts: 2, perTryTimeout: 1s}\n");
    let stock = route("stock", "      timeout: 10s\n      retries: {attempts: 3, perTryTimeout: 2s}\n");
    expect![[r#"
        Deployment/orders -> Deployment/stock: 2 s each, 10 s at most, 4 attempts
        Deployment/web -> Deployment/orders: 1 s each, 2 s at most, 3 attempts
        74 `perTryTimeout: 1s` timeout-inversion: Deployment/web gives up on Deployment/orders after 1 s, while Deployment/orders may wait 8 s for Deployment/stock (4 attempts).
        84 `attempts: 3` retry-amplification: Deployment/web tries 3 times, Deployment/orders tries 4 times: when Deployment/stock fails, one request becomes 12 calls.
    "#]]
    .assert_eq(&limits(&chain(&[orders, stock])));
}

/// The time for all attempts ends those that are left, whatever one of them may take.
#[test]
fn a_time_for_all_attempts_is_no_time_for_each() {
    let orders = route("orders", "      timeout: 5s\n");
    let stock = route("stock", "      timeout: 4s\n      retries: {attempts: 2}\n");
    expect![[r#"
        Deployment/orders -> Deployment/stock: 4 s at most, 3 attempts
        Deployment/web -> Deployment/orders: 5 s at most
    "#]]
    .assert_eq(&limits(&chain(&[orders, stock])));
}

#[test]
fn what_is_not_sure_limits_nothing() {
    let slow = "      timeout: 10s\n      retries: {attempts: 3}\n";
    let pair = |orders: String, stock: String| limits(&chain(&[orders, stock]));
    let (orders, stock) = (route("orders", slow), route("stock", slow));
    let both = pair(orders.clone(), stock.clone());
    assert!(both.contains("retry-amplification"), "{both}");
    // Routes that differ: the fewest attempts, and no time.
    let second = "    - route: [{destination: {host: stock}}]\n      timeout: 3s\n";
    let told = pair(orders.clone(), format!("{stock}{second}"));
    assert!(!told.contains("stock:") && !told.contains("retry-amplification"), "{told}");
    // A route that leads elsewhere, or nowhere.
    let elsewhere =
        "    - route: [{destination: {host: stock-v2}}]\n      timeout: 10s\n      retries: {attempts: 3}\n";
    let redirect = "    - redirect: {uri: /x}\n      timeout: 10s\n      retries: {attempts: 3}\n";
    for more in [elsewhere, redirect] {
        let told = pair(orders.clone(), format!("{stock}{more}"));
        assert!(!told.contains("stock:"), "{told}");
    }
    // Only for who comes in by a gateway, only for its own namespace, for another service of that name.
    for line in ["  gateways: [edge]\n", "  exportTo: [\".\"]\n", "  hosts: [stock.other.svc.cluster.local]\n"] {
        let hosts = if line.contains("hosts") { line.to_owned() } else { format!("  hosts: [stock]\n{line}") };
        let told = pair(orders.clone(), stock.replace("  hosts: [stock]\n", &hosts));
        assert!(!told.contains("stock:"), "{line}: {told}");
    }
    let full = stock.replace("[stock]", "[stock.default.svc.cluster.local]");
    assert_eq!(pair(orders.clone(), full), both);
    // Nobody beside the caller keeps the limits, or the port is no HTTP.
    let alone = |fixture: String| limits(&fixture);
    let all = chain(&[orders.clone(), stock.clone()]);
    let outside = all
        .replace("labels: {app: orders}}", "labels: {app: orders}, annotations: {sidecar.istio.io/inject: \"false\"}}");
    assert!(outside != all && !alone(outside).contains("stock:"));
    let tcp = all.replace(
        "selector: {app: stock}\n  ports: [{port: 80}]",
        "selector: {app: stock}\n  ports: [{port: 80, name: tcp-stock}]",
    );
    assert!(tcp != all && !alone(tcp).contains("stock:"));
}

#[test]
fn rules_of_a_mesh_that_stop_calling() {
    let slow = "      timeout: 10s\n      retries: {attempts: 3}\n";
    let rule = |policy: &str| {
        format!(
            "---\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: stock}}\nspec:\n  host: stock\n  \
             trafficPolicy: {{{policy}}}\n"
        )
    };
    let with = |policy: &str| limits(&chain(&[route("orders", slow), route("stock", slow), rule(policy)]));
    let all = with("outlierDetection: {consecutive5xxErrors: 3, maxEjectionPercent: 100}");
    assert!(all.contains("breaker") && !all.contains("retry-amplification"), "{all}");
    // One pod of ten at the most is taken out: the others are called on.
    let some = with("outlierDetection: {consecutive5xxErrors: 3}");
    assert!(!some.contains("breaker") && some.contains("retry-amplification"), "{some}");
    let bounded = with("connectionPool: {http: {maxRetries: 3}}");
    assert!(!bounded.contains("breaker") && !bounded.contains("retry-amplification"), "{bounded}");
}

/// What comes in by a gateway is limited by the routes it takes.
#[test]
fn a_gateway_keeps_the_limits_of_its_routes() {
    let gateway =
        "---\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge}\nspec: {servers: []}\n"
            .to_owned();
    let entry = route("orders", "      timeout: 3s\n      retries: {attempts: 2}\n")
        .replace("  hosts: [orders]\n", "  hosts: [shop.example.com]\n  gateways: [edge]\n");
    let stock = route("stock", "      timeout: 10s\n      retries: {attempts: 2}\n");
    expect![[r#"
        Deployment/orders -> Deployment/stock: 10 s at most, 3 attempts
        Gateway/edge -> Deployment/orders: 3 s at most, 3 attempts
        79 `timeout: 3s` timeout-inversion: Gateway/edge gives up on Deployment/orders after 3 s, while Deployment/orders may wait 10 s for Deployment/stock.
        90 `attempts: 2` retry-amplification: Gateway/edge tries 3 times, Deployment/orders tries 3 times: when Deployment/stock fails, one request becomes 9 calls.
    "#]]
    .assert_eq(&limits(&chain(&[gateway, entry, stock])));
}

/// What a class of storage decides for those who claim a volume of it.
#[test]
fn classes_of_storage() {
    let rules = &["single-zone", "deletion-unprotected"];
    let claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec:\n  storageClassName: fast\n  accessModes: \
                 [ReadWriteOnce]\n";
    let class = |name: &str, zones: &str, rest: &str| {
        format!(
            "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {name}}}\nprovisioner: \
             ebs.csi.aws.com\n{rest}allowedTopologies:\n  - matchLabelExpressions:\n      - {{key: topology.ebs.csi.aws.com/zone, values: \
             [{zones}]}}\n"
        )
    };
    let told_of = |all: &[&str]| told(&format!("//- k8s/all.yaml\n{}", all.concat()), rules);
    expect![[r#"
        k8s (kubernetes)
          k8s/all.yaml:15: single-zone: StorageClass/fast `matchLabelExpressions:`
          k8s/all.yaml:13: deletion-unprotected: StorageClass/fast `reclaimPolicy: Delete`
    "#]]
    .assert_eq(&told_of(&[claim, &class("fast", "eu-west-1a", "reclaimPolicy: Delete\n")]));
    let kept = class("fast", "eu-west-1a, eu-west-1b", "reclaimPolicy: Retain\n");
    assert!(!told_of(&[claim, &kept]).contains("StorageClass"));
    // Of no use to anybody here, and one for each zone.
    assert!(!told_of(&[&class("fast", "eu-west-1a", "")]).contains("StorageClass"));
    let (one, other) = (class("fast", "eu-west-1a", ""), class("other", "eu-west-1b", ""));
    let both = told_of(&[claim, &one, &other]);
    assert!(!both.contains("single-zone") && both.contains("deletion-unprotected: StorageClass/fast"), "{both}");
    let set = "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: \
               db}}\n  template:\n    metadata: {labels: {app: db}}\n    spec: {containers: [{name: db, image: x}]}\n  \
               volumeClaimTemplates:\n    - metadata: {name: data}\n      spec: {storageClassName: fast}\n";
    assert!(told_of(&[set, &one]).contains("single-zone: StorageClass/fast"));
}
