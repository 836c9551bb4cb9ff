// Says what was compared, and with what.
#![allow(clippy::print_stdout)]

use expect_test::{Expect, expect};

use crate::{Confusion, IncidentFile, PlaneNotes, Predictor, backtest};

fn check(text: &str, expected: Expect) {
    let (file, problems) = IncidentFile::read(text).unwrap();
    let mut lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let report = backtest(&file);
    for replay in &report.replays {
        lines.push(format!("{} ({} outside)", replay.id, replay.outside));
        for row in &replay.rows {
            let three =
                if row.three.total() == 0 { String::new() } else { format!(", classes {:?}", row.three.counts) };
            let severity = row.severity.map_or_else(String::new, |severity| format!(", severity {severity:.1}"));
            lines.push(format!("  {}: {}{three}{severity}", row.predictor.name(), cells(row.confusion)));
        }
        if let Some(actual) = replay.severity {
            lines.push(format!("  was {}", actual.name()));
        }
    }
    for total in &report.totals {
        lines.push(format!("all {}: {} {:?}", total.predictor.name(), cells(total.confusion), total.severities));
    }
    for it in &report.comparisons {
        lines.push(format!("{}: {:.3} against {:.3}", it.measure, it.ours, it.baseline));
    }
    expected.assert_eq(&(lines.join("\n") + "\n"));
}

fn cells(confusion: Confusion) -> String {
    let Confusion { true_positives, false_positives, false_negatives, true_negatives } = confusion;
    format!("tp {true_positives} fp {false_positives} fn {false_negatives} tn {true_negatives}")
}

const TWO: &str = r#"{ "incidents": [
  { "id": "one", "severity": "critical", "fault": {"component": "db"}, "affected": ["db", "web", "billing"],
    "components": [{"id": "web", "type": "load_balancer"}, {"id": "db", "type": "database"}, {"id": "mail"},
                   {"id": "logs"}],
    "edges": [{"from": "web", "to": "db"}, {"from": "mail", "to": "logs"}, {"from": "web", "to": "mail", "kind": "optional"}] },
  { "id": "two", "fault": {"component": "b"}, "affected": ["b"],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "b", "weight": 0}] },
  { "id": "three", "fault": {"component": "c"}, "affected": ["b"],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [] },
  { "id": "four", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "x"}] },
  { "id": "five", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "a"}] },
  { "id": "six", "fault": {"component": "a"}, "affected": [],
    "components": [{"id": "a"}, {"id": "b"}], "edges": [{"from": "a", "to": "b", "weight": 1.5}] }
] }"#;

#[test]
fn the_engine_is_never_alone() {
    check(
        TWO,
        expect![[r#"
        left out three, line 8 column 43: there is no component c; expected one of its components
        left out four, line 11 column 77: there is no component x; expected one of its components
        left out five, line 13 column 19: two components have the id a
        left out six, line 15 column 92: expected a weight from 0 to 1
        one (1 outside)
          foreshock: tp 2 fp 0 fn 1 tn 2, severity 10.0
          foreshock_likely: tp 2 fp 0 fn 1 tn 2, severity 8.5
          reachable_over_data_plane: tp 2 fp 0 fn 1 tn 2, severity 10.0
          reachable_over_requires: tp 2 fp 0 fn 1 tn 2, severity 10.0
          everything_reachable: tp 2 fp 0 fn 1 tn 2, severity 10.0
          everything: tp 2 fp 2 fn 1 tn 0, severity 10.0
          only_the_root: tp 1 fp 0 fn 2 tn 2, severity 0.0
          was critical
        two (0 outside)
          foreshock: tp 1 fp 0 fn 0 tn 1, severity 5.0
          foreshock_likely: tp 1 fp 0 fn 0 tn 1, severity 5.0
          reachable_over_data_plane: tp 1 fp 1 fn 0 tn 0, severity 10.0
          reachable_over_requires: tp 1 fp 1 fn 0 tn 0, severity 10.0
          everything_reachable: tp 1 fp 1 fn 0 tn 0, severity 10.0
          everything: tp 1 fp 1 fn 0 tn 0, severity 10.0
          only_the_root: tp 1 fp 0 fn 0 tn 1, severity 5.0
        all foreshock: tp 3 fp 0 fn 1 tn 3 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all foreshock_likely: tp 3 fp 0 fn 1 tn 3 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all reachable_over_data_plane: tp 3 fp 1 fn 1 tn 2 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all reachable_over_requires: tp 3 fp 1 fn 1 tn 2 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all everything_reachable: tp 3 fp 1 fn 1 tn 2 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all everything: tp 3 fp 3 fn 1 tn 0 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all only_the_root: tp 2 fp 0 fn 2 tn 3 Severities { met: 0, too_mild: 1, too_severe: 0 }
        F1: 0.857 against 0.750
        balanced accuracy: 0.875 against 0.708
        MCC: 0.750 against 0.417
        severity classes met: 1.000 against 1.000
    "#]],
    );
}

/// What a file says beyond the graph: planes, alternatives, what kind of fault it was, three classes, what is not judged.
const SAYS: &str = r#"{ "incidents": [
  { "id": "planes", "severity": "major", "cause": "a deploy", "cause_class": "software_bug",
    "fault": {"component": "ctl", "kind": "component_down"},
    "affected": {"down": ["ctl", "api"], "degraded": ["ui"]}, "ignored": ["mail"],
    "components": [{"id": "ctl"}, {"id": "api"}, {"id": "ui"}, {"id": "run"}, {"id": "mail"}, {"id": "web"}],
    "edges": [{"from": "api", "to": "ctl"}, {"from": "ui", "to": "api", "kind": "optional"},
              {"from": "run", "to": "ctl", "plane": "control"}, {"from": "mail", "to": "ctl"},
              {"from": "web", "to": "api", "ignored": true}] },
  { "id": "alternatives", "fault": {"component": "a"}, "affected": ["a"],
    "components": [{"id": "a"}, {"id": "b"}, {"id": "web"}, {"id": "api"}],
    "edges": [{"from": "web", "to": "a", "alternatives": "dns"}, {"from": "web", "to": "b", "alternatives": "dns"}],
    "alternatives": [{"from": "api", "to": ["a", "b"], "required": 1}] },
  { "id": "gray", "fault": {"component": "db", "kind": "errors", "share": "20%"},
    "affected": [{"id": "db", "class": "degraded"}, {"id": "api", "class": "degraded"}],
    "components": [{"id": "db"}, {"id": "api"}, {"id": "logs"}],
    "edges": [{"from": "api", "to": "db"}] }
] }"#;

#[test]
fn what_the_file_says_is_read() {
    check(
        SAYS,
        expect![[r#"
        planes (0 outside)
          foreshock: tp 3 fp 0 fn 0 tn 2, classes [[2, 0, 0], [0, 1, 0], [0, 0, 2]], severity 6.2
          foreshock_likely: tp 3 fp 0 fn 0 tn 2, classes [[2, 0, 0], [0, 1, 0], [0, 0, 2]], severity 5.5
          reachable_over_data_plane: tp 3 fp 0 fn 0 tn 2, classes [[2, 0, 0], [0, 1, 0], [0, 0, 2]], severity 6.2
          reachable_over_requires: tp 2 fp 1 fn 1 tn 1, classes [[1, 0, 1], [1, 0, 0], [0, 0, 2]], severity 5.0
          everything_reachable: tp 3 fp 1 fn 0 tn 1, classes [[1, 0, 1], [0, 0, 1], [0, 0, 2]], severity 10.0
          everything: tp 3 fp 2 fn 0 tn 0, classes [[0, 0, 2], [0, 0, 1], [0, 0, 2]], severity 10.0
          only_the_root: tp 1 fp 0 fn 2 tn 2, classes [[2, 0, 0], [1, 0, 0], [1, 0, 1]], severity 0.0
          was major
        alternatives (0 outside)
          foreshock: tp 1 fp 0 fn 0 tn 3, severity 0.0
          foreshock_likely: tp 1 fp 0 fn 0 tn 3, severity 0.0
          reachable_over_data_plane: tp 1 fp 2 fn 0 tn 1, severity 10.0
          reachable_over_requires: tp 1 fp 2 fn 0 tn 1, severity 10.0
          everything_reachable: tp 1 fp 2 fn 0 tn 1, severity 10.0
          everything: tp 1 fp 3 fn 0 tn 0, severity 10.0
          only_the_root: tp 1 fp 0 fn 0 tn 3, severity 0.0
        gray (0 outside)
          foreshock: tp 2 fp 0 fn 0 tn 1, classes [[1, 0, 0], [0, 2, 0], [0, 0, 0]], severity 2.0
          foreshock_likely: tp 2 fp 0 fn 0 tn 1, classes [[1, 0, 0], [0, 2, 0], [0, 0, 0]], severity 2.0
          reachable_over_data_plane: tp 2 fp 0 fn 0 tn 1, classes [[1, 0, 0], [0, 2, 0], [0, 0, 0]], severity 2.5
          reachable_over_requires: tp 2 fp 0 fn 0 tn 1, classes [[1, 0, 0], [0, 2, 0], [0, 0, 0]], severity 2.5
          everything_reachable: tp 2 fp 0 fn 0 tn 1, classes [[1, 0, 0], [0, 2, 0], [0, 0, 0]], severity 2.5
          everything: tp 2 fp 1 fn 0 tn 0, classes [[0, 1, 0], [0, 2, 0], [0, 0, 0]], severity 2.5
          only_the_root: tp 1 fp 0 fn 1 tn 1, classes [[1, 0, 0], [1, 1, 0], [0, 0, 0]], severity 0.0
        all foreshock: tp 6 fp 0 fn 0 tn 6 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all foreshock_likely: tp 6 fp 0 fn 0 tn 6 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all reachable_over_data_plane: tp 6 fp 2 fn 0 tn 4 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all reachable_over_requires: tp 5 fp 3 fn 1 tn 3 Severities { met: 1, too_mild: 0, too_severe: 0 }
        all everything_reachable: tp 6 fp 3 fn 0 tn 3 Severities { met: 0, too_mild: 0, too_severe: 1 }
        all everything: tp 6 fp 6 fn 0 tn 0 Severities { met: 0, too_mild: 0, too_severe: 1 }
        all only_the_root: tp 3 fp 0 fn 3 tn 6 Severities { met: 0, too_mild: 1, too_severe: 0 }
        F1: 1.000 against 0.857
        balanced accuracy: 1.000 against 0.833
        MCC: 1.000 against 0.707
        three-class accuracy: 1.000 against 1.000
        severity classes met: 1.000 against 1.000
    "#]],
    );
}

#[test]
fn what_is_wrong_has_a_place_and_says_what_was_expected() {
    check(
        r#"{ "incidents": [
  { "id": "unread", "planes": 3, "fault": {"component": "a", "kind": "haunted"}, "affected": ["a"], "severity": "bad",
    "components": [{"id": "a", "type": "shop"}], "edges": [] },
  { "id": "plane", "fault": {"component": "a"}, "affected": ["a"], "components": [{"id": "a"}, {"id": "b"}],
    "edges": [{"from": "a", "to": "b", "plane": "astral"}] },
  { "id": "weight", "fault": {"component": "a"}, "affected": ["a"], "components": [{"id": "a"}, {"id": "b"}],
    "edges": [{"from": "a", "to": "b", "weight": "much"}] },
  { "id": "both", "fault": {"component": "a"}, "affected": ["a"], "unaffected": ["a"], "components": [{"id": "a"}] },
  { "id": "nothing", "fault": {"component": "a"}, "components": [{"id": "a"}] },
  { "id": "no fault", "affected": ["a"], "components": [{"id": "a"}] },
  { "id": "share", "fault": {"component": "a", "kind": "errors", "share": 20}, "affected": ["a"], "components": [{"id": "a"}] },
  { "components": [] }, 7
] }"#,
        expect![[r#"
            unread, line 3 column 40: the type is not known; taken for custom
            unread, line 2 column 70: the kind of fault haunted is not known; expected component_down, degraded, overloaded, errors (with a share), latency (with a factor), instances_lost (with lost), exhausted (with a resource) or dependency_cut (from, to). Taken for component_down
            unread, line 2 column 113: the severity is none that is known; expected critical, major, high, minor, medium or low
            plane, line 5 column 49: the plane is not known; expected data, start or management. Taken for data
            left out weight, line 7 column 50: expected a weight from 0 to 1
            left out both, line 8 column 82: a is said to be affected and unaffected; expected one
            left out nothing, line 9 column 3: there is no "affected"; expected a list of ids
            left out no fault, line 10 column 3: nothing fails; expected "fault": {"component": id}
            left out share, line 11 column 29: expected a share from 0 to 1, or as "20%"
            left out incident 8, line 12 column 3: there is no "id"; expected a text
            left out incident 9, line 12 column 25: expected an incident {"id", "components", ...}, found a number
            line 2 column 21: "planes" of an incident is not read
            unread (0 outside)
              foreshock: tp 1 fp 0 fn 0 tn 0, severity 10.0
              foreshock_likely: tp 1 fp 0 fn 0 tn 0, severity 10.0
              reachable_over_data_plane: tp 1 fp 0 fn 0 tn 0, severity 10.0
              reachable_over_requires: tp 1 fp 0 fn 0 tn 0, severity 10.0
              everything_reachable: tp 1 fp 0 fn 0 tn 0, severity 10.0
              everything: tp 1 fp 0 fn 0 tn 0, severity 10.0
              only_the_root: tp 1 fp 0 fn 0 tn 0, severity 10.0
            plane (0 outside)
              foreshock: tp 1 fp 0 fn 0 tn 1, severity 10.0
              foreshock_likely: tp 1 fp 0 fn 0 tn 1, severity 10.0
              reachable_over_data_plane: tp 1 fp 0 fn 0 tn 1, severity 10.0
              reachable_over_requires: tp 1 fp 0 fn 0 tn 1, severity 10.0
              everything_reachable: tp 1 fp 0 fn 0 tn 1, severity 10.0
              everything: tp 1 fp 1 fn 0 tn 0, severity 10.0
              only_the_root: tp 1 fp 0 fn 0 tn 1, severity 10.0
            all foreshock: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all foreshock_likely: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all reachable_over_data_plane: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all reachable_over_requires: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all everything_reachable: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all everything: tp 2 fp 1 fn 0 tn 0 Severities { met: 0, too_mild: 0, too_severe: 0 }
            all only_the_root: tp 2 fp 0 fn 0 tn 1 Severities { met: 0, too_mild: 0, too_severe: 0 }
            F1: 1.000 against 1.000
            balanced accuracy: 1.000 against 1.000
            MCC: 1.000 against 1.000
        "#]],
    );
}

#[test]
fn planes_can_be_put_on_beside_the_file() {
    let notes = "[[edge]]\nincident = 'two'\nto = 'b'\nplane = 'management'\nsays = 'x'\nsource = 'y'\n";
    let (mut file, _) = IncidentFile::read(&TWO.replace("\"weight\": 0", "\"weight\": 1")).unwrap();
    let of = |file: &IncidentFile| {
        let report = backtest(file);
        report.replays.iter().find(|replay| replay.id == "two").unwrap().row(Predictor::Cascade).unwrap().confusion
    };
    assert_eq!(of(&file).false_positives, 1);
    let (changed, missing) = PlaneNotes::read(notes).unwrap().apply(&mut file);
    assert_eq!((changed, missing.len(), of(&file).false_positives), (1, 0, 0));
    // An incident of another file is no mistake, an edge that is not there is one.
    let elsewhere = notes.replace("'two'", "'elsewhere'");
    assert_eq!(PlaneNotes::read(&elsewhere).unwrap().apply(&mut file), (0, Vec::new()));
    let (_, missing) = PlaneNotes::read(&notes.replace("'b'", "'c'")).unwrap().apply(&mut file);
    assert_eq!(missing[0].to_string(), "two: there is no edge from any to c; expected one of its edges");
    let error = PlaneNotes::read(&notes.replace("management", "astral")).unwrap_err();
    assert_eq!(error, "two: the plane astral is not known; expected data, start or management");
    let error = PlaneNotes::read("[[edge]]\nincident = 'two'").unwrap_err();
    assert!(error.contains("line 1, column 1") && error.contains("expected [[edge]]"), "{error}");
}

#[test]
fn what_is_no_incident_file_says_where() {
    for (text, place) in [
        ("{", "line 1 column 1"),
        ("{\"incidents\":\n  5}", "line 2 column 3"),
        ("[]", "line 1 column 1"),
        ("{\"incidents\": [{\"id\": yes}]}", "line 1 column 23"),
    ] {
        let error = IncidentFile::read(text).unwrap_err();
        assert!(error.starts_with(place) && error.contains("expected {\"incidents\""), "{error}");
    }
}

/// The public incidents kept outside of the repository: what is asserted is what their own file warns of.
#[test]
fn public_incidents_say_nothing_without_the_trivial_predictors() {
    for (name, count) in [("incidents-18.json", 18), ("incidents-36.json", 36)] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("skipped: {} is not there", path.display());
            continue;
        };
        let (mut file, problems) = IncidentFile::read(&text).unwrap();
        assert_eq!((file.incidents.len(), problems.len()), (count, 0), "{problems:?}");
        let (changed, missing) = PlaneNotes::read(PLANES).unwrap().apply(&mut file);
        assert_eq!(missing, [], "{name}");
        let report = backtest(&file);
        assert!(report.warning.is_some());
        println!("{name}: {changed} edges of another plane");
        for total in &report.totals {
            let (f1, balanced, mcc) =
                (total.confusion.f1(), total.confusion.balanced_accuracy(), total.confusion.mcc());
            println!(
                "  {}: {} f1 {f1:?} balanced {balanced:?} mcc {mcc:?}",
                total.predictor.name(),
                cells(total.confusion)
            );
            println!("    {:?}", total.severities);
        }
        println!("  downtime {:?}", report.downtime);
        for replay in &report.replays {
            let predicted = |predictor| {
                let row = replay.row(predictor).unwrap();
                row.confusion.true_positives + row.confusion.false_positives
            };
            // The cascade never leaves what can be reached, nor what is likely the cascade.
            assert!(predicted(Predictor::Cascade) <= predicted(Predictor::Reachable), "{}", replay.id);
            assert!(predicted(Predictor::Likely) <= predicted(Predictor::Cascade), "{}", replay.id);
            let severity = |predictor| replay.row(predictor).unwrap().severity;
            assert!(severity(Predictor::Likely) <= severity(Predictor::Cascade), "{}", replay.id);
        }
    }
}

/// The planes that the texts of these incidents give.
const PLANES: &str = include_str!("../../../fixtures/incident-planes.toml");
