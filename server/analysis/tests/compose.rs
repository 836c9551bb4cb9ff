//! Compose projects as stacks: what makes one up, who depends on whom, and the host that is told once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use expect_test::{Expect, expect};
use foreshock_analysis::Workspace;
use foreshock_fixture::Directory;

/// Every stack with its dependencies on services, its problems, and each finding with what is underlined and the first repair.
fn told(fixture: &str) -> String {
    let directory = Directory::of(fixture);
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    let relative = |path: &camino::Utf8Path| path.strip_prefix(directory.root()).unwrap_or(path).to_string();
    let mut told = String::new();
    for (index, stack) in snapshot.stacks.iter().enumerate() {
        told += &format!("{} ({})\n", relative(&stack.root), stack.kind);
        let system = stack.system();
        let id = |index| system.component(index).unwrap().id.to_string();
        for dependency in system.dependencies.iter().filter(|dependency| id(dependency.to) != "host") {
            let sure = format!("{:?}", dependency.confidence).to_lowercase();
            told += &format!("  {} -> {} ({sure}, {:?})\n", id(dependency.from), id(dependency.to), dependency.plane);
        }
        for problem in &stack.problems {
            told += &format!("  {}: {}\n", relative(problem.file.as_path()), problem.problem.message);
        }
        for finding in &stack.findings {
            let file = snapshot.file(&finding.place.file).unwrap();
            let line = file.text.line_of(finding.place.span.start) + 1;
            let text = file.text.slice(finding.place.span).lines().next().unwrap_or_default();
            let at = relative(finding.place.file.as_path());
            told += &format!("  {at}:{line}: {}: {} `{text}`\n", finding.rule, finding.component_id);
            for edit in snapshot.fixes(index, finding).first().iter().flat_map(|fix| &fix.edits) {
                told += &format!("    <- {}\n", edit.text.trim());
            }
        }
    }
    told
}

#[track_caller]
fn check(fixture: &str, expect: Expect) {
    expect.assert_eq(&told(fixture));
}

#[test]
fn services_that_depend_on_each_other_and_their_host() {
    check(
        "//- compose.yaml\nservices:\n  web:\n    image: shop\n    restart: always\n    ports: [\"80:80\"]\n    environment:\n      - \
         ORDERS_URL=http://orders:8080\n    depends_on:\n      db: {condition: service_healthy}\n      migrate: {condition: \
         service_completed_successfully}\n  orders:\n    image: orders\n    restart: always\n    links: [\"db:database\"]\n  db:\n    image: \
         postgres:16\n  migrate:\n    image: shop\n",
        expect![[r#"
            compose.yaml (compose)
              orders -> db (certain, Data)
              web -> db (likely, Data)
              web -> migrate (likely, Start)
              web -> orders (likely, Data)
              compose.yaml:1: single-point-of-failure: host `services`
              compose.yaml:15: restart-policy: db `db`
                <- restart: unless-stopped
        "#]],
    );
}

#[test]
fn files_that_are_put_together() {
    check(
        "//- docker-compose.yml\ninclude: [more/queue.yaml]\nservices:\n  web:\n    extends: {file: base.yaml, service: app}\n    depends_on: \
         [queue]\n//- docker-compose.override.yml\nservices:\n  web:\n    environment: {CACHE_HOST: cache}\n  cache: {image: redis, restart: \
         always}\n//- base.yaml\nservices:\n  app: {image: app, restart: always, depends_on: [nobody]}\n//- more/queue.yaml\nservices:\n  \
         queue: {image: rabbitmq, restart: always}\n",
        expect![[r#"
            docker-compose.yml (compose)
              web -> cache (likely, Data)
              web -> queue (likely, Data)
              docker-compose.yml:2: single-point-of-failure: host `services`
        "#]],
    );
}

#[test]
fn variables_and_profiles() {
    check(
        "//- compose.yaml\nservices:\n  web: {image: \"web:${TAG}\", restart: always, environment: {DB_HOST: \"${DB:-db}\", API_HOST: \
         \"${API}\"}}\n  db: {image: postgres, restart: always}\n  api: {image: api, restart: always}\n  debug: {image: tool, profiles: [debug], \
         depends_on: [api]}\n//- .env\nAPI=api\n",
        expect![[r#"
            compose.yaml (compose)
              web -> api (likely, Data)
              web -> db (likely, Data)
              compose.yaml:1: single-point-of-failure: host `services`
        "#]],
    );
}

#[test]
fn what_is_wrong_with_a_project() {
    check(
        "//- compose.yaml\ninclude: [nobody.yaml]\nservices:\n  a: {image: a, restart: always, depends_on: [b]}\n  c: {image: c, extends: c, \
         restart: always}\n",
        expect![[r#"
            compose.yaml (compose)
              compose.yaml: there is no file nobody.yaml
              compose.yaml: a depends on b, which is no service of this project
              compose.yaml: this service extends itself
              compose.yaml:2: single-point-of-failure: host `services`
        "#]],
    );
}

#[test]
fn a_swarm_has_more_hosts_than_anybody_has_written() {
    check(
        "//- compose.yaml\nservices:\n  web:\n    image: web\n    ports: [80]\n    deploy:\n      replicas: 2\n      placement: {constraints: \
         [node.role == worker]}\n      restart_policy: {condition: any}\n",
        expect![[r#"
            compose.yaml (compose)
        "#]],
    );
}

#[test]
fn what_is_no_project_is_passed_over() {
    check(
        "//- compose.yaml\nservices: {web: {environment: {A: b}}}\n//- other.yaml\nservices: {web: {image: x}}\n",
        expect![[""]],
    );
}

/// Who is in none of its networks can't call a service, whatever stands in its variables.
#[test]
fn networks_that_have_nothing_in_common() {
    check(
        "//- compose.yaml\nservices:\n  web: {image: web, restart: always, networks: [front], environment: {API_HOST: api, DB_HOST: db}}\n  \
         api: {image: api, restart: always, networks: {front: {}, back: {}}, environment: {DB_HOST: db, LOG_HOST: log}}\n  \
         db: {image: postgres, restart: always, networks: [back]}\n  log: {image: log, restart: always}\n  \
         agent: {image: agent, restart: always, network_mode: host, environment: {LOG_HOST: log}}\n",
        expect![[r#"
            compose.yaml (compose)
              agent -> log (likely, Data)
              api -> db (likely, Data)
              web -> api (likely, Data)
              compose.yaml:1: single-point-of-failure: host `services`
        "#]],
    );
}

/// `.env` says which files are put together, and in which order; tags take away and replace what stands in those before.
#[test]
fn files_that_the_environment_names() {
    check(
        "//- compose.yaml\nservices:\n  web:\n    image: web\n    restart: always\n    ports: [\"80:80\"]\n    environment: {DB_HOST: db, CACHE_HOST: \
         cache}\n    depends_on: [db]\n  db: {image: postgres, restart: always}\n  cache: {image: redis, restart: always}\n  tool: {image: tool, \
         profiles: [tools], depends_on: [cache]}\n\
         //- compose.production.yaml\nservices:\n  web:\n    ports: !reset []\n    environment: !override {CACHE_HOST: cache}\n    depends_on: \
         !override [cache]\n    labels: !reset null\n\
         //- compose.override.yaml\nservices:\n  web: {environment: {DB_HOST: db}}\n\
         //- .env\nCOMPOSE_FILE=compose.yaml:compose.production.yaml\nCOMPOSE_PROFILES=tools\n",
        expect![[r#"
            compose.yaml (compose)
              tool -> cache (likely, Data)
              web -> cache (likely, Data)
              compose.yaml:1: single-point-of-failure: host `services`
        "#]],
    );
    check(
        "//- compose.yaml\nservices:\n  web: {image: web, restart: always}\n//- .env\nCOMPOSE_FILE=compose.yaml:nobody.yaml\n",
        expect![[r#"
            compose.yaml (compose)
              compose.yaml: COMPOSE_FILE of .env names nobody.yaml, which is not there
              compose.yaml:1: single-point-of-failure: host `services`
        "#]],
    );
}
