//! `foreshock backtest`: never without the trivial predictors.

use crate::{check_json, complaint, shop, stdout};

#[test]
fn the_sample_as_json() {
    check_json("backtest", &["backtest", "--format", "json"], 0);
}

#[test]
fn the_sample_for_people() {
    let text = stdout(&["backtest"], 0);
    insta::with_settings!({prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!("backtest-human", text);
    });
    for predictor in [
        "Foreshock, the worst",
        "Foreshock, likely",
        "reachable over the data plane",
        "reachable over requires",
        "everything reachable",
        "everything",
        "only the root",
    ] {
        assert!(text.contains(predictor), "{predictor}");
    }
}

#[test]
fn a_file_of_incidents_is_asked_for() {
    let missing = complaint(&shop(), &["backtest", "nowhere.json"]);
    assert!(missing.contains("nowhere.json") && missing.contains("expected a JSON file of incidents"), "{missing}");
    let other = complaint(&shop(), &["backtest", "main.tf"]);
    assert!(other.contains("main.tf: ") && other.contains("line 1 column "), "{other}");
}

#[test]
fn planes_stand_beside_the_file() {
    let planes = format!("{}/../../fixtures/incident-planes.toml", env!("CARGO_MANIFEST_DIR"));
    let text = stdout(&["backtest", "--planes", &planes], 0);
    assert!(text.contains("the predictor to beat"), "{text}");
    let missing = complaint(&shop(), &["backtest", "--planes", "nowhere.toml"]);
    assert!(missing.contains("nowhere.toml") && missing.contains("expected a TOML file of planes"), "{missing}");
    let other = complaint(&shop(), &["backtest", "--planes", "main.tf"]);
    assert!(other.contains("main.tf: ") && other.contains("expected [[edge]]"), "{other}");
}
