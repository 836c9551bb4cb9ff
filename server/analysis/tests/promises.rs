//! Objectives that teams keep as code for other tools, and among the resources of a stack: which stack and which component each
//! speaks of, which of them the design contradicts, and what is said of those that speak of nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use expect_test::{Expect, expect};
use foreshock_analysis::{BaseChoice, Snapshot, Workspace};
use foreshock_fixture::{Directory, GitDirectory};
use foreshock_text::Place;

/// `slo.yaml:4 objective: 99.9`
fn at(snapshot: &Snapshot, directory: &Directory, place: &Place) -> String {
    let file = snapshot.file(&place.file).unwrap_or_else(|| panic!("{:?} was read", place.file));
    let name = place.file.as_path().strip_prefix(directory.root()).unwrap();
    let span = file.text.real_span(place.span);
    let text = span.text(file.text.whole()).lines().next().unwrap_or_default();
    format!("{name}:{} {text}", file.text.line_of(place.span.start) + 1)
}

/// What is promised of each stack, what of it is out of reach, and what is told of promises.
fn said(snapshot: &Snapshot, directory: &Directory) -> String {
    let mut said = String::new();
    for stack in &snapshot.stacks {
        let root = stack.root.strip_prefix(directory.root()).unwrap();
        said += &format!("{}\n", stack.title(if root.as_str().is_empty() { "." } else { root.as_str() }));
        for promise in stack.promises() {
            let objective = &promise.objective;
            let of = objective.component.map_or_else(|| "the whole".to_owned(), |component| stack.id_of(component));
            let (name, kept_in, days) = (&promise.name, &promise.kept_in, objective.window_days);
            let place = at(snapshot, directory, objective.place.as_ref().unwrap());
            said += &format!("  {kept_in} {name}: {of}, {} of {days} days, {place}\n", objective.allowed.get());
        }
        for finding in stack.findings.iter().filter(|finding| finding.rule.as_str() == "slo-unreachable") {
            let message = finding.message.lines().next().unwrap();
            said +=
                &format!("  {}: {}\n    {message}\n", finding.severity.name(), at(snapshot, directory, &finding.place));
            for evidence in &finding.evidence {
                said += &format!("      {}: {}\n", at(snapshot, directory, &evidence.place), evidence.why);
            }
        }
    }
    for notice in snapshot.notices.iter().filter(|notice| notice.code.name() == "promise") {
        let place = at(snapshot, directory, &notice.place);
        said += &format!("{} {place}: {}\n", notice.severity.name(), notice.message);
    }
    said
}

fn check(fixture: &str, expected: Expect) {
    let directory = Directory::of_repository(fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    expected.assert_eq(&said(&snapshot, &directory));
}

/// One web server behind a load balancer, and one database.
const SHOP: &str = r#"
resource "aws_lb" "checkout" {
  name    = "checkout-front"
  subnets = ["subnet-1", "subnet-2"]
}
resource "aws_lb_listener" "checkout" {
  load_balancer_arn = aws_lb.checkout.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.checkout.arn
  }
}
resource "aws_lb_target_group" "checkout" {
  port = 80
}
resource "aws_lb_target_group_attachment" "app" {
  target_group_arn = aws_lb_target_group.checkout.arn
  target_id        = aws_instance.app.id
}
resource "aws_instance" "app" {
  ami       = "ami-1"
  tags      = { Name = "shop", service = "orders" }
  user_data = "DB=${aws_db_instance.db.address}"
}
resource "aws_db_instance" "db" {
  engine = "mysql"
}
"#;

/// A file of Sloth with one objective.
fn sloth(service: &str, objective: &str) -> String {
    format!(
        "version: prometheus/v1\nservice: {service}\nslos:\n  - name: requests-availability\n    objective: {objective}\n    \
         sli: {{events: {{error_query: 'errors', total_query: 'requests'}}}}\n"
    )
}

#[test]
fn a_promise_by_the_name_of_the_component() {
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "99.999")),
        expect![[r#"
        .
          Sloth requests-availability: aws_instance.app, 0.00001 of 30 days, slo.yaml:5 objective: 99.999
          error: slo.yaml:5 objective: 99.999
            aws_instance.app can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
    check(
        &format!("//- main.tf\n{SHOP}\n//- slos/slo.yml\n{}", sloth("checkout-front", "99.999")),
        expect![[r#"
        .
          Sloth requests-availability: aws_lb.checkout, 0.00001 of 30 days, slos/slo.yml:5 objective: 99.999
          error: slos/slo.yml:5 objective: 99.999
            aws_lb.checkout can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
              main.tf:2 resource "aws_lb" "checkout": service:aws_lb.checkout alone takes 53 minutes a year
    "#]],
    );
}

#[test]
fn a_promise_that_can_be_kept_is_no_finding() {
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "90")),
        expect![[r#"
        .
          Sloth requests-availability: aws_instance.app, 0.1 of 30 days, slo.yaml:5 objective: 90
    "#]],
    );
}

#[test]
fn the_only_thing_that_users_reach() {
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("storefront", "99.999")),
        expect![[r#"
        .
          Sloth requests-availability: the whole, 0.00001 of 30 days, slo.yaml:5 objective: 99.999
          error: slo.yaml:5 objective: 99.999
            The system can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
              main.tf:2 resource "aws_lb" "checkout": service:aws_lb.checkout alone takes 53 minutes a year
    "#]],
    );
    // Of two services one may be elsewhere.
    let two = format!("{}//- b.yaml\n{}", sloth("storefront", "99.999"), sloth("mail", "99.999"));
    check(
        &format!("//- main.tf\n{SHOP}\n//- a.yaml\n{two}"),
        expect![[r#"
            .
            info a.yaml:5 objective: 99.999: this promise is held to nothing: no component is called `storefront`, and promises of others lie here, too
            info b.yaml:5 objective: 99.999: this promise is held to nothing: no component is called `mail`, and promises of others lie here, too
        "#]],
    );
}

#[test]
fn every_format() {
    let openslo = "
//- openslo.yaml
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability}
spec:
  service: orders
  indicatorRef: requests
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - targetPercent: 99.99
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: requests}
spec: {ratioMetric: {good: {metricSource: {spec: {query: 'requests{status!=\"500\"}'}}}, total: {}}}
";
    let alpha = "
//- openslo-v1alpha.yaml
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: uptime}
spec:
  service: orders
  timeWindows: [{unit: Week, count: 1, isRolling: false}]
  objectives:
    - target: 0.9999
      ratioMetrics: {good: {query: a}, total: {query: b}}
---
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: latency}
spec:
  service: orders
  indicator: {thresholdMetric: {query: 'latency'}}
  objectives: [{target: 0.9999, op: lte, value: 300}]
";
    let kubernetes = "
//- k8s/sloth.yaml
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: orders}
spec:
  service: orders
  slos:
    - name: requests-availability
      objective: 99.99
      sli: {plugin: {id: sloth-common/kubernetes/apiserver/availability}}
    - name: requests-latency
      objective: 99.99
      sli: {events: {errorQuery: 'http_bucket{le=\"1\"}', totalQuery: b}}
";
    let pyrra = "
//- k8s/pyrra.yaml
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: orders-errors}
spec:
  target: '99.99'
  window: 4w
  indicator:
    ratio:
      errors: {metric: 'http_requests_total{job=\"orders\",code=~\"5..\"}'}
      total: {metric: 'http_requests_total{job=\"orders\"}'}
";
    for file in [openslo, alpha, kubernetes, pyrra] {
        let directory = Directory::of_repository(&format!("//- main.tf\n{SHOP}\n{file}"));
        let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
        let found = snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.as_str() == "slo-unreachable");
        assert_eq!(found.count(), 1, "{file}");
    }
    check(
        &format!("//- main.tf\n{SHOP}\n{openslo}{alpha}{kubernetes}{pyrra}"),
        expect![[r#"
        .
          Pyrra orders-errors: aws_instance.app, 0.0001 of 28 days, k8s/pyrra.yaml:5 target: '99.99'
          Sloth requests-availability: aws_instance.app, 0.0001 of 30 days, k8s/sloth.yaml:8 objective: 99.99
          OpenSLO uptime: aws_instance.app, 0.0001 of 7 days, openslo-v1alpha.yaml:8 target: 0.9999
          OpenSLO availability: aws_instance.app, 0.0001 of 28 days, openslo.yaml:10 targetPercent: 99.99
          error: k8s/pyrra.yaml:5 target: '99.99'
            aws_instance.app can't reach 99.99 % of orders-errors: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
          error: k8s/sloth.yaml:8 objective: 99.99
            aws_instance.app can't reach 99.99 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
          error: openslo-v1alpha.yaml:8 target: 0.9999
            aws_instance.app can't reach 99.99 % of uptime: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
          error: openslo.yaml:10 targetPercent: 99.99
            aws_instance.app can't reach 99.99 % of availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
}

#[test]
fn which_stack_is_meant() {
    let files = |slo: &str, service: &str| {
        format!(
            "//- envs/checkout/main.tf\n{SHOP}\n//- envs/billing/main.tf\n{SHOP}\n//- {slo}\n{}",
            sloth(service, "99.999")
        )
    };
    // It lies inside.
    check(
        &files("envs/billing/slos/availability.yaml", "orders"),
        expect![[r#"
        envs/billing
          Sloth requests-availability: aws_instance.app, 0.00001 of 30 days, envs/billing/slos/availability.yaml:5 objective: 99.999
          error: envs/billing/slos/availability.yaml:5 objective: 99.999
            aws_instance.app can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              envs/billing/main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              envs/billing/main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              envs/billing/main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              envs/billing/main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
        envs/checkout
    "#]],
    );
    // Its directory is called so.
    check(
        &files("slos/all.yaml", "billing"),
        expect![[r#"
        envs/billing
          Sloth requests-availability: the whole, 0.00001 of 30 days, slos/all.yaml:5 objective: 99.999
          error: slos/all.yaml:5 objective: 99.999
            The system can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              envs/billing/main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              envs/billing/main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              envs/billing/main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              envs/billing/main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
              envs/billing/main.tf:2 resource "aws_lb" "checkout": service:aws_lb.checkout alone takes 53 minutes a year
        envs/checkout
    "#]],
    );
    // Both may be meant.
    check(
        &files("slos/all.yaml", "orders"),
        expect![[r#"
            envs/billing
            envs/checkout
            info slos/all.yaml:5 objective: 99.999: this promise is held to nothing: 2 stacks may be meant
        "#]],
    );
    // There is only one, and it does not know that name.
    check(
        &format!("//- infra/main.tf\n{SHOP}\n//- slos/all.yaml\n{}", sloth("elsewhere", "99.999")),
        expect![[r#"
            infra
            info slos/all.yaml:5 objective: 99.999: this promise is held to nothing: no component is called `elsewhere`
        "#]],
    );
    check(
        &format!("//- infra/main.tf\n{SHOP}\n//- slos/all.yaml\n{}", sloth("orders", "99.999")),
        expect![[r#"
        infra
          Sloth requests-availability: aws_instance.app, 0.00001 of 30 days, slos/all.yaml:5 objective: 99.999
          error: slos/all.yaml:5 objective: 99.999
            aws_instance.app can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              infra/main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              infra/main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              infra/main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              infra/main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
}

#[test]
fn several_stacks_of_one_root() {
    let toml =
        "//- foreshock.toml\n[[stack]]\npath = \".\"\nname = \"prod\"\n[[stack]]\npath = \".\"\nname = \"test\"\n";
    check(
        &format!("{toml}//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "99.999")),
        expect![[r#"
            . (prod)
            . (test)
            info slo.yaml:5 objective: 99.999: this promise is held to nothing: 2 stacks of this root may be meant
        "#]],
    );
}

#[test]
fn several_components_of_one_name() {
    let two = "
//- infra.yaml
components:
  - {id: a, name: shop, type: web_server}
  - {id: b, name: shop, type: web_server}
  - {id: c, type: database, instance_availability: 0.99}
dependencies:
  - {source: a, target: c}
  - {source: b, target: c}
";
    let one = two.replace("  - {source: b, target: c}\n", "");
    check(
        &format!("{one}//- slo.yaml\n{}", sloth("shop", "99.9")),
        expect![[r#"
        infra.yaml
          Sloth requests-availability: a, 0.001 of 30 days, slo.yaml:5 objective: 99.9
          error: slo.yaml:5 objective: 99.9
            a can't reach 99.9 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              infra.yaml:4 id: c: instance:c#0 alone takes 5260 minutes a year
              infra.yaml:2 id: a: instance:a#0 alone takes 20 minutes a year
    "#]],
    );
    check(
        &format!("{two}//- slo.yaml\n{}", sloth("shop", "99.9")),
        expect![[r#"
            infra.yaml
            info slo.yaml:5 objective: 99.9: this promise is held to nothing: several components are called `shop`
        "#]],
    );
    check(
        &format!("{two}//- slo.yaml\n{}", sloth("a", "99.9")),
        expect![[r#"
        infra.yaml
          Sloth requests-availability: a, 0.001 of 30 days, slo.yaml:5 objective: 99.9
          error: slo.yaml:5 objective: 99.9
            a can't reach 99.9 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              infra.yaml:4 id: c: instance:c#0 alone takes 5260 minutes a year
              infra.yaml:2 id: a: instance:a#0 alone takes 20 minutes a year
    "#]],
    );
    check(
        &format!("{two}//- slo.yaml\n{}", sloth("mail", "99.9")),
        expect![[r#"
            infra.yaml
            info slo.yaml:5 objective: 99.9: this promise is held to nothing: no component is called `mail`, and users reach several
        "#]],
    );
}

#[test]
fn what_is_silenced_beside_the_promise() {
    let silenced = sloth("orders", "99.999")
        .replace("    objective", "    # foreshock:ignore slo-unreachable reason: agreed with sales\n    objective");
    let directory = Directory::of_repository(&format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{silenced}"));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let suppressed = &snapshot.stacks[0].suppressed;
    assert_eq!(suppressed.len(), 1, "{suppressed:#?}");
    assert_eq!(suppressed[0].finding.rule.as_str(), "slo-unreachable");
    assert_eq!(snapshot.notices, []);
}

#[test]
fn half_typed_and_hostile_files() {
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "")),
        expect![[r#"
        .
        warning slo.yaml:5 objective:: expected a percentage above 0 and up to 100, such as 99.9
    "#]],
    );
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "99,9")),
        expect![[r#"
        .
        warning slo.yaml:5 objective: 99,9: `99,9` is no target; expected a percentage above 0 and up to 100, such as 99.9
    "#]],
    );
    check(
        &format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}]\n", sloth("orders", "99.999")),
        expect![[r#"
        .
          Sloth requests-availability: aws_instance.app, 0.00001 of 30 days, slo.yaml:5 objective: 99.999
          error: slo.yaml:5 objective: 99.999
            aws_instance.app can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
        warning slo.yaml:7 ]: this is not YAML (misplaced bracket); the line is left out
    "#]],
    );
    let deep = format!("version: prometheus/v1\nservice: a\nslos: {}\n", "[".repeat(5_000));
    let directory = Directory::of_repository(&format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{deep}"));
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    assert!(snapshot.notices.iter().all(|notice| notice.code.name() == "promise"), "{:#?}", snapshot.notices);
    assert!(!snapshot.notices.is_empty());
}

#[test]
fn templates_and_other_files_are_nobodys_promises() {
    let template =
        "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\nmetadata:\n  name: {{ .Release.Name }}\n";
    let other = "a: 1\nversion: prometheus/v2\nslos: [{objective: 100}]\n";
    check(
        &format!("//- main.tf\n{SHOP}\n//- chart/slo.yaml\n{template}//- other.yaml\n{other}"),
        expect![[r#"
        .
    "#]],
    );
}

/// A file of promises is no infrastructure, and says so to whoever asks for it.
#[test]
fn a_file_of_promises_alone() {
    let directory =
        Directory::of_repository(&format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "99.9")));
    let why = Workspace::new().snapshot_of(&directory.root().join("slo.yaml")).err().unwrap_or_default();
    let expected = "slo.yaml: these are promises, and no stack; expected the directory of the stack that they speak of";
    assert!(why.ends_with(expected), "{why}");
    check(
        &format!("//- slo.yaml\n{}", sloth("orders", "99.9")),
        expect![[r#"
            info slo.yaml:5 objective: 99.9: this promise is held to nothing: no stack is near
        "#]],
    );
}

/// A single file that is asked for is held to what lies beside it, as in its folder.
#[test]
fn a_stack_that_is_asked_for_by_its_file() {
    let infra = "//- infra.yaml\ncomponents:\n  - {id: db, type: database, instance_availability: 0.99}\n";
    let directory = Directory::of_repository(&format!("{infra}//- slo.yaml\n{}", sloth("db", "99.9")));
    let alone = Workspace::new().snapshot_of(&directory.root().join("infra.yaml")).unwrap();
    let all = Workspace::new().snapshot_of(directory.root()).unwrap();
    assert_eq!(said(&alone, &directory), said(&all, &directory));
    assert!(said(&alone, &directory).contains("error: slo.yaml:5 objective: 99.9"), "{}", said(&alone, &directory));
}

#[test]
fn google_cloud_monitoring() {
    let slo = |sli: &str, goal: &str| {
        format!(
            "//- main.tf\n{}\nresource \"google_monitoring_slo\" \"s\" {{\n  service = google_monitoring_custom_service.s.service_id\n  \
             display_name = \"orders\"\n  goal = {goal}\n  rolling_period_days = 28\n  {sli}\n}}\n",
            r#"
resource "google_monitoring_custom_service" "s" {
  service_id = "orders"
  telemetry {
    resource_name = google_sql_database_instance.db.self_link
  }
}
resource "google_sql_database_instance" "db" {
  database_version = "POSTGRES_15"
  settings {
    tier = "db-custom-2-7680"
  }
}"#
        )
    };
    check(
        &slo("basic_sli {\n    availability {\n      enabled = true\n    }\n  }", "0.99999"),
        expect![[r#"
        .
          google_monitoring_slo orders: google_sql_database_instance.db, 0.00001 of 28 days, main.tf:17 goal = 0.99999
          error: main.tf:17 goal = 0.99999
            google_sql_database_instance.db can't reach 99.999 % of orders: failures of its infrastructure alone keep it at 99.45 %.
              main.tf:8 resource "google_sql_database_instance" "db": instance:google_sql_database_instance.db#0 alone takes 2630 minutes a year
              main.tf:8 resource "google_sql_database_instance" "db": service:google_sql_database_instance.db alone takes 263 minutes a year
    "#]],
    );
    check(
        &slo("basic_sli {\n    latency {\n      threshold = \"1s\"\n    }\n  }", "0.99999"),
        expect![[r#"
        .
    "#]],
    );
    check(
        &slo(
            "request_based_sli {\n    good_total_ratio {\n      good_service_filter = \"metric.labels.response_code=200\"\n      total_service_filter = \"x\"\n    }\n  }",
            "0.99999",
        ),
        expect![[r#"
            .
              google_monitoring_slo orders: google_sql_database_instance.db, 0.00001 of 28 days, main.tf:17 goal = 0.99999
              error: main.tf:17 goal = 0.99999
                google_sql_database_instance.db can't reach 99.999 % of orders: failures of its infrastructure alone keep it at 99.45 %.
                  main.tf:8 resource "google_sql_database_instance" "db": instance:google_sql_database_instance.db#0 alone takes 2630 minutes a year
                  main.tf:8 resource "google_sql_database_instance" "db": service:google_sql_database_instance.db alone takes 263 minutes a year
        "#]],
    );
    check(
        &slo("basic_sli {\n    availability {\n    }\n  }", "var.goal"),
        expect![[r#"
        .
    "#]],
    );
}

#[test]
fn datadog() {
    let slo = |kind: &str, more: &str| {
        format!(
            "//- main.tf\n{SHOP}\nresource \"datadog_service_level_objective\" \"s\" {{\n  name = \"Orders\"\n  type = \"{kind}\"\n  \
             tags = [\"team:a\", \"service:orders\"]\n  thresholds {{\n    timeframe = \"7d\"\n    target    = 99.999\n  }}\n  \
             thresholds {{\n    timeframe = \"30d\"\n    target    = 90\n  }}\n  {more}\n}}\n"
        )
    };
    let query = "query {\n    numerator   = \"sum:http.requests{!status:5xx}.as_count()\"\n    denominator = \"sum:http.requests{*}.as_count()\"\n  }";
    check(
        &slo("metric", query),
        expect![[r#"
        .
          datadog_service_level_objective Orders: aws_instance.app, 0.00001 of 7 days, main.tf:35 target    = 99.999
          datadog_service_level_objective Orders: aws_instance.app, 0.1 of 30 days, main.tf:39 target    = 90
          error: main.tf:35 target    = 99.999
            aws_instance.app can't reach 99.999 % of Orders: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
    check(
        &slo("metric", "query {\n    numerator   = \"sum:jobs.done{*}\"\n    denominator = \"sum:jobs.all{*}\"\n  }"),
        expect![[r#"
            .
        "#]],
    );
    check(
        &slo("monitor", "monitor_ids = [1]"),
        expect![[r#"
        .
    "#]],
    );
    let monitor = "monitor_ids = [datadog_monitor.m.id]\n}\nresource \"datadog_monitor\" \"m\" {\n  name  = \"5xx\"\n  query = \"sum(last_5m):sum:aws.applicationelb.httpcode_elb_5xx{loadbalancer:${aws_lb.checkout.arn_suffix}} > 5\"";
    check(
        &slo("monitor", monitor),
        expect![[r#"
        .
          datadog_service_level_objective Orders: aws_lb.checkout, 0.00001 of 7 days, main.tf:35 target    = 99.999
          datadog_service_level_objective Orders: aws_lb.checkout, 0.1 of 30 days, main.tf:39 target    = 90
          error: main.tf:35 target    = 99.999
            aws_lb.checkout can't reach 99.999 % of Orders: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
              main.tf:2 resource "aws_lb" "checkout": service:aws_lb.checkout alone takes 53 minutes a year
    "#]],
    );
}

#[test]
fn application_signals() {
    let slo = |kind: &str, goal: &str, sli: &str| {
        format!("//- main.tf\n{SHOP}\nresource \"{kind}\" \"s\" {{\n  name = \"orders\"\n  {goal}\n  {sli}\n}}\n")
    };
    let goal = "goal {\n    attainment_goal = 99.999\n    interval {\n      rolling_interval {\n        duration_unit = \"DAY\"\n        duration      = 7\n      }\n    }\n  }";
    let sli = |metric: &str| {
        format!(
            "sli {{\n    metric_threshold = 99\n    sli_metric {{\n      metric_type    = \"{metric}\"\n      period_seconds = 60\n      key_attributes = {{ Name = \"orders\" }}\n    }}\n  }}"
        )
    };
    let aws = "aws_applicationsignals_service_level_objective";
    check(
        &slo(aws, goal, &sli("AVAILABILITY")),
        expect![[r#"
        .
          aws_applicationsignals_service_level_objective orders: aws_instance.app, 0.00001 of 7 days, main.tf:32 attainment_goal = 99.999
          error: main.tf:32 attainment_goal = 99.999
            aws_instance.app can't reach 99.999 % of orders: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
    check(
        &slo(aws, goal, &sli("LATENCY")),
        expect![[r#"
        .
    "#]],
    );
    check(
        &slo(aws, goal, &sli("AVAILABILITY").replace("60", "3600")),
        expect![[r#"
        .
    "#]],
    );
    let object = "goal = { attainment_goal = 99.999 }";
    let sli = "sli = { sli_metric = { metric_type = \"AVAILABILITY\", key_attributes = { Name = \"orders\" } } }";
    check(
        &slo("awscc_applicationsignals_service_level_objective", object, sli),
        expect![[r#"
        .
          awscc_applicationsignals_service_level_objective orders: aws_instance.app, 0.00001 of 30 days, main.tf:31 goal = { attainment_goal = 99.999 }
          error: main.tf:31 goal = { attainment_goal = 99.999 }
            aws_instance.app can't reach 99.999 % of orders: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
    // What may not be there promises nothing.
    let counted = format!("count = var.n\n  {goal}");
    check(
        &slo(aws, &counted, sli),
        expect![[r#"
        .
    "#]],
    );
}

/// The promise of `foreshock.toml` stands where most is lost, and says where it is promised.
#[test]
fn beside_the_promise_of_foreshock_toml() {
    let toml = "//- foreshock.toml\n[[stack]]\npath = \".\"\nslo = 99.99\n";
    check(
        &format!("{toml}//- main.tf\n{SHOP}\n//- slo.yaml\n{}", sloth("orders", "99.999")),
        expect![[r#"
        .
          Sloth requests-availability: aws_instance.app, 0.00001 of 30 days, slo.yaml:5 objective: 99.999
          error: main.tf:20 resource "aws_instance" "app"
            The system can't reach 99.99 %: failures of its infrastructure alone keep it at 99 %.
              foreshock.toml:3 99.99: promised here
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
              main.tf:2 resource "aws_lb" "checkout": service:aws_lb.checkout alone takes 53 minutes a year
          error: slo.yaml:5 objective: 99.999
            aws_instance.app can't reach 99.999 % of requests-availability: failures of its infrastructure alone keep it at 99 %.
              main.tf:20 resource "aws_instance" "app": instance:aws_instance.app#0 alone takes 2577 minutes a year
              main.tf:25 resource "aws_db_instance" "db": instance:aws_db_instance.db#0 alone takes 2368 minutes a year
              main.tf:25 resource "aws_db_instance" "db": service:aws_db_instance.db alone takes 263 minutes a year
              main.tf:20 resource "aws_instance" "app": service:aws_instance.app alone takes 53 minutes a year
    "#]],
    );
}

/// The examples of the page are what it says of them.
#[test]
fn the_page_says_what_is_read() {
    let page = include_str!("../../../docs/promises.md");
    let mut looked_at = 0;
    for (kind, count) in [("held", 1), ("passed over", 0)] {
        for example in page.split(&format!("```yaml {kind}\n")).skip(1) {
            let text = example.split("\n```").next().unwrap();
            let directory = Directory::of_repository(&format!("//- main.tf\n{SHOP}\n//- slo.yaml\n{text}\n"));
            let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
            assert_eq!(snapshot.stacks[0].promises().len(), count, "{text}");
            assert_eq!(snapshot.notices, [], "{text}");
            looked_at += 1;
        }
    }
    assert_eq!(looked_at, 4);
}

/// Compared with a base a design is held to what was promised then: a promise that is raised is new, and so is a design that is
/// worse; what could not be kept before either is old.
#[test]
fn compared_with_a_base() {
    let infra = "components: [{id: db, type: database, instance_availability: 0.99}]\n";
    let (low, high) = (sloth("db", "90"), sloth("db", "99.9"));
    let variables = [("INFRA", infra), ("LOW", &*low), ("HIGH", &*high)];
    let script = r#"git init -qb main .; printf %s "$INFRA" > infra.yaml; printf %s "$LOW" > slo.yaml; git add .; git commit -qm a"#;
    let Some(place) = GitDirectory::after(script, &variables) else { return };
    let found_after = |script: &str| {
        place.run(script);
        let mut workspace = Workspace::new();
        workspace.set_base(BaseChoice::Revision("HEAD".to_owned()));
        let snapshot = workspace.snapshot_of(place.root()).unwrap();
        let found = snapshot.stacks[0].findings.iter().filter(|finding| finding.rule.as_str() == "slo-unreachable");
        found.map(|finding| if finding.new { "new" } else { "old" }).collect::<Vec<_>>()
    };
    assert_eq!(found_after("true"), [""; 0]);
    assert_eq!(found_after(r#"printf %s "$HIGH" > slo.yaml"#), ["new"]);
    assert_eq!(found_after("git commit -qam b"), ["old"]);
    // Nobody has touched the promise.
    let worse = r#"sed -i.before s/0.99/0.9999/ infra.yaml; git commit -qam c; printf %s "$INFRA" > infra.yaml"#;
    assert_eq!(found_after(worse), ["new"]);
    // A file of promises by another name promises the same.
    assert_eq!(found_after("git commit -qam d; mkdir slos; git mv slo.yaml slos/all.yaml"), ["old"]);
}
