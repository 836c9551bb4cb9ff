//! Writing infrastructure YAML in an editor: what is offered and explained, and where a name leads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::{Directory, cursor};
use foreshock_text::{FilePath, Span};
use proptest::prelude::*;

/// A file that is sound, then opened as it is being edited; `$0` marks the cursor.
fn opened(text: &str) -> (Directory, Arc<Snapshot>, FilePath, u32, String) {
    let directory = Directory::of("//- .git/HEAD\n");
    let (text, offset) = cursor(text);
    let file = FilePath::new(directory.root().join("shop.yaml"));
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.root().to_owned()]);
    workspace.set_document(file.clone(), "components: [{id: app}]\n".into());
    workspace.snapshot();
    workspace.set_document(file.clone(), text.as_str().into());
    (directory, workspace.snapshot(), file, offset, text)
}

/// What is offered, as the line of the cursor would be; the first eight.
fn offers(text: &str, expected: Expect) {
    let (_directory, snapshot, file, offset, text) = opened(text);
    let offered = snapshot.complete(&file, offset);
    let mut seen = String::new();
    for item in offered.iter().take(8) {
        let (start, end) = (item.replaces.start as usize, item.replaces.end as usize);
        let after = format!("{}{}{}", &text[..start], item.text, &text[end..]);
        let line = after[..start].matches('\n').count();
        seen += &format!("{}\n", after.lines().nth(line).unwrap().trim());
    }
    if offered.len() > 8 {
        seen += "and more\n";
    }
    expected.assert_eq(&seen);
}

fn explains(text: &str, expected: Expect) {
    let (_directory, snapshot, file, offset, _) = opened(text);
    expected.assert_eq(&snapshot.explain(&file, offset).map_or("nothing".to_owned(), |(text, _)| text));
}

/// A file in which every way to name a component occurs.
const SHOP: &str = r#"zones:
  eu-1a:
  eu-1b:
components:
  - id: app            # the shop
    type: app_server
    recovery: {needs: ["db"]}
  - id: 'db'
    name: Orders
    type: database
  - {id: bot, type: ai_agent, agent_config: {grounding: {db: 0.5}, sources: "app:0.2, lb"}}
  - id: lb
dependencies:
  - {source: lb, target: app}
  - source: app
    target: db
"#;

/// The shop with another line behind the rest.
fn shop(line: &str) -> String {
    format!("{SHOP}{line}\n")
}

#[test]
fn keys_are_offered_that_are_not_written() {
    offers(
        "$0",
        expect![[r#"
        schema_version:
        components:
        dependencies:
        zones:
        domains:
        regions:
        slos:
        operational_simulation:
    "#]],
    );
    offers(
        "components:\n  - id: a\n    re$0\n    type: database\n    replicas: 2\n",
        expect![[r#"
        name:
        required:
        zones:
        domains:
        entry:
        entry_weight:
        host:
        unavailability:
        and more
    "#]],
    );
    offers(
        "components:\n  - id: a\n    capacity:\n      $0\n",
        expect![[r#"
        max_connections:
        connection_pool_size:
        max_rps:
        timeout_seconds:
        max_memory_mb:
        max_disk_gb:
        retry_multiplier:
    "#]],
    );
    offers(
        "components:\n  - {id: a, zo$0}\n",
        expect![[r#"
        - {id: a, name: }
        - {id: a, type: }
        - {id: a, replicas: }
        - {id: a, required: }
        - {id: a, zones: }
        - {id: a, domains: }
        - {id: a, entry: }
        - {id: a, entry_weight: }
        and more
    "#]],
    );
    offers(
        "components:\n  - {id: a, $0: 1}\n",
        expect![[r#"
        - {id: a, name: 1}
        - {id: a, type: 1}
        - {id: a, replicas: 1}
        - {id: a, required: 1}
        - {id: a, zones: 1}
        - {id: a, domains: 1}
        - {id: a, entry: 1}
        - {id: a, entry_weight: 1}
        and more
    "#]],
    );
    offers(
        "{\"components\": [{\"id\": \"a\", \"ty$0\"}]}\n",
        expect![[r#"
            {"components": [{"id": "a", "name"}]}
            {"components": [{"id": "a", "type"}]}
            {"components": [{"id": "a", "replicas"}]}
            {"components": [{"id": "a", "required"}]}
            {"components": [{"id": "a", "zones"}]}
            {"components": [{"id": "a", "domains"}]}
            {"components": [{"id": "a", "entry"}]}
            {"components": [{"id": "a", "entry_weight"}]}
            and more
        "#]],
    );
    offers(
        "components:\n- id: a\ndependencies:\n- source: a\n  $0",
        expect![[r#"
            target:
            type:
            latency_ms:
            weight:
            timeout_seconds:
            deadline_seconds:
            attempts:
            fallback:
            and more
        "#]],
    );
    offers(
        "components:\n- id: a\n$0",
        expect![[r#"
        schema_version:
        dependencies:
        zones:
        domains:
        regions:
        slos:
        operational_simulation:
    "#]],
    );
    offers(
        "components:\n- id: a\n  availability: 1\n  una$0",
        expect![[r#"
        name:
        type:
        replicas:
        required:
        zones:
        domains:
        entry:
        entry_weight:
        and more
    "#]],
    );
    offers(
        "components:\n- id: a\n  agent_config:\n    grounding:\n    - source: a\n      $0",
        expect![[r#"
            id:
            component:
            weight:
            fail_mode:
            failure_mode:
            on_failure:
            fails_with:
        "#]],
    );
    offers(
        "topology:\n  components:\n    - id: a\n      failover: {$0\n",
        expect![[r#"
        failover: {enabled:
        failover: {promotion_time_seconds:
        failover: {health_check_interval_seconds:
        failover: {failover_threshold:
        failover: {coverage:
    "#]],
    );
}

#[test]
fn an_empty_dependency_is_begun() {
    offers(
        "components:\n  - id: a\ndependencies:\n  - $0\n",
        expect![[r#"
            - source:
            - target:
            - type:
            - latency_ms:
            - weight:
            - timeout_seconds:
            - deadline_seconds:
            - attempts:
            and more
        "#]],
    );
    offers(
        "components:\n  - id: a\ndependencies:\n  - {$0}\n",
        expect![[r#"
            - {source: }
            - {target: }
            - {type: }
            - {latency_ms: }
            - {weight: }
            - {timeout_seconds: }
            - {deadline_seconds: }
            - {attempts: }
            and more
        "#]],
    );
    offers(
        "components:\n  - id: a\ndependencies:\n  - {source: a}\n  - tar$0\n  - {source: b, target: a}\n",
        expect![[r#"
            - source:
            - target:
            - type:
            - latency_ms:
            - weight:
            - timeout_seconds:
            - deadline_seconds:
            - attempts:
            and more
        "#]],
    );
    offers(
        "components:\n  - id: a\n  - $0",
        expect![[r#"
        - id:
        - name:
        - type:
        - replicas:
        - required:
        - zones:
        - domains:
        - entry:
        and more
    "#]],
    );
    offers(
        "components:\n  a:\n    type: cache\n    $0\ndependencies: []\n",
        expect![[r#"
        id:
        name:
        replicas:
        required:
        zones:
        domains:
        entry:
        entry_weight:
        and more
    "#]],
    );
}

#[test]
fn values_are_offered() {
    offers(
        "components:\n  - id: a\n    type: data$0\n",
        expect![[r#"
        type: load_balancer
        type: cdn
        type: api_gateway
        type: dns
        type: web_server
        type: app_server
        type: serverless
        type: scheduled_job
        and more
    "#]],
    );
    offers(
        "components:\n  - id: a\n    type: $0\n",
        expect![[r#"
        type: load_balancer
        type: cdn
        type: api_gateway
        type: dns
        type: web_server
        type: app_server
        type: serverless
        type: scheduled_job
        and more
    "#]],
    );
    offers(
        "components:\n  - id: a\n    cause: $0\n",
        expect![[r#"
        cause: configuration
        cause: deploy
        cause: overload
        cause: bug
        cause: zone_power
        cause: network
        cause: third_party
        cause: hardware
        and more
    "#]],
    );
    offers("components:\n  - id: $0\n", expect![[""]]);
    offers(
        &shop("  - source: $0"),
        expect![[r#"
        - source: app
        - source: bot
        - source: db
        - source: lb
    "#]],
    );
    offers(
        &shop("  - {source: app, target: $0"),
        expect![[r#"
            - {source: app, target: bot
            - {source: app, target: db
            - {source: app, target: lb
        "#]],
    );
    offers(
        &shop("  - {source: app, target: lb, type: $0}"),
        expect![[r#"
        - {source: app, target: lb, type: requires}
        - {source: app, target: lb, type: optional}
        - {source: app, target: lb, type: async}
    "#]],
    );
    offers(
        &shop("  - {source: app, target: \"d$0\"}"),
        expect![[r#"
            - {source: app, target: "bot"}
            - {source: app, target: "db"}
            - {source: app, target: "lb"}
        "#]],
    );
    offers(
        &SHOP.replace("type: app_server", "zones: [eu-1a, $0]"),
        expect![[r#"
            zones: [eu-1a, eu-1b]
        "#]],
    );
    offers(
        &SHOP.replace("type: app_server", "zones:\n      - $0"),
        expect![[r#"
        - eu-1a
        - eu-1b
    "#]],
    );
    offers(
        &SHOP.replace("[\"db\"]", "[$0]"),
        expect![[r#"
        recovery: {needs: [app]}
        recovery: {needs: [bot]}
        recovery: {needs: [db]}
        recovery: {needs: [lb]}
    "#]],
    );
    offers(
        &SHOP.replace("{db: 0.5}", "{$0: 0.5}"),
        expect![[r#"
        - {id: bot, type: ai_agent, agent_config: {grounding: {app: 0.5}, sources: "app:0.2, lb"}}
        - {id: bot, type: ai_agent, agent_config: {grounding: {bot: 0.5}, sources: "app:0.2, lb"}}
        - {id: bot, type: ai_agent, agent_config: {grounding: {db: 0.5}, sources: "app:0.2, lb"}}
        - {id: bot, type: ai_agent, agent_config: {grounding: {lb: 0.5}, sources: "app:0.2, lb"}}
    "#]],
    );
    offers(
        &SHOP.replace("type: app_server", "failover: {enabled: $0}"),
        expect![[r#"
            failover: {enabled: true}
            failover: {enabled: false}
        "#]],
    );
}

#[test]
fn what_stands_already_is_not_offered_again() {
    offers(
        &SHOP.replace("type: app_server", "zones:\n      - eu-1a # first\n      - $0"),
        expect![[r#"
        - eu-1b
    "#]],
    );
    offers(
        &SHOP.replace("type: app_server", "zones: [$0, \"eu-1b\"]"),
        expect![[r#"
        zones: [eu-1a, "eu-1b"]
    "#]],
    );
    offers(
        &shop("  - {target: $0, source: app}"),
        expect![[r#"
        - {target: bot, source: app}
        - {target: db, source: app}
        - {target: lb, source: app}
    "#]],
    );
    offers(
        &shop("  - target: $0\n    source: app"),
        expect![[r#"
        - target: bot
        - target: db
        - target: lb
    "#]],
    );
}

#[test]
fn nothing_is_offered_where_nothing_is_to_be_written() {
    offers("components:\n  - id: a # ty$0\n", expect![""]);
    offers("components:\n  - id: a\n    type: database$0\n", expect![""]);
    offers("components:\n  - id: a\n    type: database $0\n", expect![""]);
    offers("components:\n  - id: a\n    name: |\n      ty$0\n", expect![""]);
    offers("components:\n  - id: a\n    tags: [$0]\n", expect![""]);
    offers("components:\n  - id: a\n    no_such_block:\n      $0\n", expect![""]);
}

#[test]
fn fields_are_explained() {
    explains(
        "components:\n  - id: a\n    repl$0icas: 2\n",
        expect![[r#"
        `replicas`: how many there are of it

        a whole number, 1 to 1000000; instances; not written: 1. Of FaultRay's schema."#]],
    );
    explains(
        "components:\n  - {id: a, capacity: {timeout_seconds$0: 5}}\n",
        expect![[r#"
        `timeout_seconds`: for each of its dependencies that does not say its own

        a number, more than 0; seconds; not written: none. Of FaultRay's schema."#]],
    );
    explains(
        "components:\n  - {id: a, $0port: 5}\n",
        expect![[r#"
        `port`: where it listens

        a whole number, 0 to 65535. Of FaultRay's schema; accepted, changes no figure."#]],
    );
    explains("components:\n  - id: a\n    replicas: $02\n", expect!["nothing"]);
    explains("components:\n  - id: a\n    rep$0\n", expect!["nothing"]);
}

/// The places with the line that each is on.
fn lines(text: &str, spans: impl Iterator<Item = Span>) -> String {
    spans
        .map(|span| format!("{}: {}\n", text[..span.start as usize].matches('\n').count() + 1, span.text(text)))
        .collect()
}

#[test]
fn a_name_leads_to_all_others() {
    let text = SHOP.replace("target: db", "target: d$0b");
    let (_directory, snapshot, file, offset, text) = opened(&text);
    let spans = |places: Vec<foreshock_text::Place>| lines(&text, places.into_iter().map(|place| place.span));
    expect![[r#"
        8: 'db'
    "#]]
    .assert_eq(&spans(snapshot.declarations(&file, offset)));
    expect![[r#"
        7: "db"
        11: db
        16: db
    "#]]
    .assert_eq(&spans(snapshot.references(&file, offset, false)));
    let symbols = snapshot.symbols_in(&file);
    let told: String = symbols.iter().map(|symbol| format!("{} ({})\n", symbol.name, symbol.detail)).collect();
    expect![[r#"
        app (app_server)
        db (Orders, database)
        bot (ai_agent)
        lb (custom)
    "#]]
    .assert_eq(&told);
    let found = |query: &str| snapshot.symbols(query).iter().map(|symbol| symbol.name.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (found("ordr"), found("b"), found("nothing")),
        (vec!["db".to_owned()], vec!["db".to_owned(), "bot".to_owned(), "lb".to_owned()], vec![])
    );
}

/// The text with another name for what is at the cursor, or why not.
fn renamed(text: &str, name: &str) -> Result<String, String> {
    let (_directory, snapshot, file, offset, mut text) = opened(text);
    let mut edits = snapshot.rename(&file, offset, name)?;
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.span));
    for edit in edits {
        text.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
    }
    Ok(text)
}

#[test]
fn a_name_is_changed_everywhere() {
    let at_db = SHOP.replace("target: db", "target: $0db");
    expect![[r#"
        zones:
          eu-1a:
          eu-1b:
        components:
          - id: app            # the shop
            type: app_server
            recovery: {needs: ["orders"]}
          - id: 'orders'
            name: Orders
            type: database
          - {id: bot, type: ai_agent, agent_config: {grounding: {orders: 0.5}, sources: "app:0.2, lb"}}
          - id: lb
        dependencies:
          - {source: lb, target: app}
          - source: app
            target: orders
    "#]]
    .assert_eq(&renamed(&at_db, "orders").unwrap());
    let at_app = SHOP.replace("- id: app", "- id: app$0");
    expect![[r#"
        zones:
          eu-1a:
          eu-1b:
        components:
          - id: web-1            # the shop
            type: app_server
            recovery: {needs: ["db"]}
          - id: 'db'
            name: Orders
            type: database
          - {id: bot, type: ai_agent, agent_config: {grounding: {db: 0.5}, sources: "web-1:0.2, lb"}}
          - id: lb
        dependencies:
          - {source: lb, target: web-1}
          - source: web-1
            target: db
    "#]]
    .assert_eq(&renamed(&at_app, "web-1").unwrap());
    let plain = "components:\n  - id: a$0 # first\ndependencies: []\n";
    expect![[r#"
        components:
          - id: "true" # first
        dependencies: []
    "#]]
    .assert_eq(&renamed(plain, "true").unwrap());
    let map = "schema_version: '4.0'\ncomponents:\n  a: {type: database}\n  b: {type: cache}\ndependencies:\n  - {source: $0a, target: b}\n";
    expect![[r#"
        schema_version: '4.0'
        components:
          c: {type: database}
          b: {type: cache}
        dependencies:
          - {source: c, target: b}
    "#]]
    .assert_eq(&renamed(map, "c").unwrap());
    let json = "{\"components\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"dependencies\": [{\"source\": \"a$0\", \"target\": \"b\"}]}\n";
    expect![[r#"
        {"components": [{"id": "x\"y"}, {"id": "b"}], "dependencies": [{"source": "x\"y", "target": "b"}]}
    "#]]
    .assert_eq(&renamed(json, "x\"y").unwrap());
}

#[test]
fn a_name_that_is_taken_or_none_is_refused() {
    let at_db = SHOP.replace("target: db", "target: $0db");
    let why = |name: &str| renamed(&at_db, name).unwrap_err();
    expect!["app is the name of another component, or somebody depends on one of that name"].assert_eq(&why("app"));
    expect!["an id is one line of text"].assert_eq(&why(" "));
    expect!["an id is one line of text"].assert_eq(&why("a\nb"));
    let at_app = SHOP.replace("- id: app", "- id: app$0");
    expect!["a:b can't stand in a list that is a text"].assert_eq(&renamed(&at_app, "a:b").unwrap_err());
    expect!["no component is named here"]
        .assert_eq(&renamed(&SHOP.replace("type: database", "type: $0database"), "x").unwrap_err());
    expect!["there is no component nobody"]
        .assert_eq(&renamed(&shop("  - {source: app, target: no$0body}"), "x").unwrap_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_survived(
        before in "(components:|\n|  |- |id: a|\\{|\\[|type: |\"|'|é|#|,|zones|dependencies:|source: |\\||\\}|\\]|:){0,14}",
        after in "[\\]\\}\"':=\n a-cé,-]{0,8}"
    ) {
        let (_directory, snapshot, file, offset, text) = opened(&format!("components:\n  - id: a\n{before}$0{after}"));
        for item in snapshot.complete(&file, offset) {
            prop_assert!(text.get(item.replaces.start as usize..item.replaces.end as usize).is_some());
        }
        snapshot.explain(&file, offset);
        snapshot.references(&file, offset, true);
        let _ = snapshot.rename(&file, offset, "b");
    }
}
