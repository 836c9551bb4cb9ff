//! Textbook systems, to the digits given. What the model does not have is listed with the reason.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::yaml::Yaml;
use crate::{availability, by_order, close, entry, number, shared};

/// The last digit given may be rounded.
const DIGITS: f64 = 1e-9;

/// What is not checked here, and why.
const NOT_CHECKED_HERE: &[(&str, &str)] = &[
    ("bridge_esary_proschan", "a formula for bounds; the exact figure is checked with the bridge itself"),
    ("ctmc_2par_1crew", "one repair crew makes units depend on each other; its independent figure is checked"),
    ("ctmc_cold_standby_1crew", "a cold standby that can't fail while it waits is a Markov model"),
    ("ctmc_pair_coverage_0.95", "repair one at a time is a Markov model"),
    ("mgl_three_trains", "checked by the engine's textbook test, as domains over pairs and triples"),
    ("alpha_three_trains", "checked by the engine's textbook test, as domains over pairs and triples"),
    ("phi_three_trains", "checked by the engine's textbook test, as domains over pairs and triples"),
];

fn floats(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|it| it.as_f64().unwrap()).collect()
}

fn series(p: &[f64]) -> String {
    let mut yaml = Yaml::default();
    yaml.entry("system");
    for (number, p) in p.iter().enumerate() {
        yaml.component(&format!("unit-{number}"), &format!("availability: {p}"));
        yaml.requires("system", &format!("unit-{number}"));
    }
    yaml.text()
}

fn parallel(p: &[f64]) -> String {
    let mut yaml = Yaml::default();
    yaml.entry("system");
    let names: Vec<String> = (0..p.len()).map(|number| format!("unit-{number}")).collect();
    for (name, p) in names.iter().zip(p) {
        yaml.component(name, &format!("availability: {p}"));
    }
    yaml.alternatives("system", &names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    yaml.text()
}

fn k_of_n(k: u64, n: u64, p: f64) -> String {
    let mut yaml = Yaml::default();
    yaml.component("system", &format!("replicas: {n}, required: {k}, instance_availability: {p}, entry: true"));
    yaml.text()
}

const BRIDGE: [&str; 5] = ["sa", "sb", "ab", "at", "bt"];
const BRIDGE_PATHS: [&[&str]; 4] = [&["sa", "at"], &["sb", "bt"], &["sa", "ab", "bt"], &["sb", "ab", "at"]];

fn bridge(p: &[f64]) -> String {
    let mut yaml = Yaml::default();
    yaml.entry("system");
    for (edge, p) in BRIDGE.iter().zip(p) {
        yaml.component(edge, &format!("availability: {p}"));
    }
    let names: Vec<String> = (0..BRIDGE_PATHS.len()).map(|number| format!("path-{number}")).collect();
    for (name, path) in names.iter().zip(BRIDGE_PATHS) {
        yaml.perfect(name);
        path.iter().for_each(|edge| yaml.requires(name, edge));
    }
    yaml.alternatives("system", &names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    yaml.text()
}

/// Fails when any two neighbours have failed.
fn consecutive(n: usize, q: f64) -> String {
    let mut yaml = Yaml::default();
    yaml.entry("system");
    for number in 0..n {
        yaml.event(&format!("unit-{number}"), q);
    }
    for number in 1..n {
        let pair = format!("pair-{number}");
        yaml.perfect(&pair);
        yaml.alternatives(&pair, &[&format!("unit-{}", number - 1), &format!("unit-{number}")], 1);
        yaml.requires("system", &pair);
    }
    yaml.text()
}

fn pair_in_zones(zones: &str, instance: f64, zone: f64) -> String {
    let mut yaml = Yaml::default();
    yaml.top(&format!("zones: {{z1: {{unavailability: {zone:e}}}, z2: {{unavailability: {zone:e}}}}}"));
    yaml.component(
        "system",
        &format!("replicas: 2, zones: {zones}, instance_unavailability: {instance:e}, entry: true"),
    );
    yaml.text()
}

fn beta_pair(q: f64, beta: f64) -> String {
    let mut yaml = Yaml::default();
    yaml.top(&format!("domains: {{common: {{unavailability: {:e}}}}}", q * beta));
    let own = q * (1.0 - beta);
    yaml.component("system", &format!("replicas: 2, domains: [common], instance_unavailability: {own:e}, entry: true"));
    yaml.text()
}

fn beta_trains(q: f64, beta: f64) -> String {
    let mut yaml = Yaml::default();
    let (common, own) = (q * beta, q * (1.0 - beta));
    yaml.top(&format!("domains: {{pumps: {{unavailability: {common:e}}}, valves: {{unavailability: {common:e}}}}}"));
    yaml.entry("system");
    let trains = ["train-1", "train-2", "train-3"];
    for train in trains {
        yaml.perfect(train);
        for (part, domain) in [("pump", "pumps"), ("valve", "valves")] {
            let id = format!("{part}-{train}");
            yaml.component(&id, &format!("domains: [{domain}], instance_unavailability: {own:e}"));
            yaml.requires(train, &id);
        }
    }
    yaml.alternatives("system", &trains, 1);
    yaml.text()
}

/// Replicas with a mean time between failures and one to repair, and nobody who has to begin.
fn repaired(kind: &str, replicas: u64, mtbf_hours: f64, mttr_minutes: f64, more: &str) -> String {
    let mut yaml = Yaml::default();
    let profile = format!("operational_profile: {{mtbf_hours: {mtbf_hours}, mttr_minutes: {mttr_minutes}}}");
    let independent = "common_cause: 0, entry: true";
    yaml.component("system", &format!("type: {kind}, replicas: {replicas}, {profile}, {independent}{more}"));
    yaml.text()
}

struct Book {
    items: BTreeMap<String, Value>,
    checked: Vec<String>,
}

impl Book {
    /// The entry's unavailability against 1 - R, or against U.
    fn check(&mut self, id: &str, yaml: &str) -> Value {
        let answers = self.items[id]["answers"].clone();
        let expected = answers["R"].as_f64().map(|r| 1.0 - r);
        let keys = ["U", "P_fail", "P_top", "U_exact", "U3_independent"];
        let expected = expected.or_else(|| keys.iter().find_map(|key| answers[*key].as_f64())).unwrap();
        self.check_against(id, yaml, expected)
    }

    fn check_against(&mut self, id: &str, yaml: &str, expected: f64) -> Value {
        let (stack, elapsed) = availability(id, yaml);
        let entry = entry(&stack).clone();
        assert_eq!(entry["method"], "exact", "{id}");
        let got = number(&entry["unavailability"]);
        // 1 - R has the digits of R.
        let tolerance = DIGITS.max(2e-16 / expected);
        close(id, got, expected, tolerance);
        println!("{id:24} U {got:.10e}, known {expected:.10e}  {:.2} s", elapsed.as_secs_f64());
        self.checked.push(id.to_owned());
        entry
    }

    fn cut_sets(&self, id: &str, entry: &Value) {
        let answers = &self.items[id]["answers"];
        let counts = by_order(entry);
        if let Some(total) = answers["mcs"].as_u64() {
            assert_eq!(counts.iter().sum::<u64>(), total, "{id}: minimal cut sets");
        }
        if let Some(order) = answers["mcs_order"].as_u64() {
            assert_eq!(counts.len() as u64, order + 1, "{id}: all of order {order}");
        }
        if let Some(orders) = answers["mcs_by_order"].as_array() {
            let orders: Vec<u64> = orders.iter().map(|count| count.as_u64().unwrap()).collect();
            assert_eq!(counts, orders, "{id}: minimal cut sets by order");
        }
    }
}

#[test]
fn textbook_answers() {
    let Some(file) = shared("textbook.json") else { return };
    let items = file["items"].as_array().unwrap();
    let items = items.iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone())).collect();
    let mut book = Book { items, checked: Vec::new() };

    book.check("series3", &series(&[0.9, 0.95, 0.99]));
    book.check("parallel3", &parallel(&[0.9, 0.95, 0.99]));
    for id in ["kofn_2of3", "kofn_3of5", "kofn_2of4", "kofn_4of6", "kofn_7of10"] {
        let model = book.items[id]["model"].clone();
        let p = model["p"].as_f64().unwrap();
        let entry = book.check(id, &k_of_n(model["k"].as_u64().unwrap(), model["n"].as_u64().unwrap(), p));
        book.cut_sets(id, &entry);
    }
    let entry = book.check("bridge", &bridge(&[0.9; 5]));
    book.cut_sets("bridge", &entry);
    let p = floats(&book.items["bridge_unequal"]["model"]["p"]);
    let entry = book.check("bridge_unequal", &bridge(&p));
    importance(&book.items["bridge_unequal"]["answers"], &entry);
    book.check("consec_2of10F", &consecutive(10, 0.1));
    book.check("two_zone_pair", &pair_in_zones("[z1, z2]", 0.01, 0.001));
    book.check("one_zone_pair", &pair_in_zones("[z1]", 0.01, 0.001));
    book.check("beta_1oo2", &beta_pair(0.01, 0.1));
    let entry = book.check("beta_three_trains", &beta_trains(0.1, 0.2));
    book.cut_sets("beta_three_trains", &entry);

    let mut shared_database = Yaml::default();
    shared_database.component("system", "replicas: 2, instance_unavailability: 0.01, entry: true");
    shared_database.event("db", 0.001);
    shared_database.requires("system", "db");
    book.check("shared_dep", &shared_database.text());

    // One instance, and three of them: 0.083 h are 4.98 minutes.
    let alone = 1.0 - number(&book.items["availability_steady"]["answers"]["A1"]);
    book.check_against("availability_steady", &repaired("custom", 1, 2160.0, 4.98, ""), alone);
    book.check("availability_steady", &repaired("custom", 3, 2160.0, 4.98, ""));
    // Two hot units with a crew each: lambda 1/1000 h, mu 1/10 h.
    let crews = 1.0 - number(&book.items["ctmc_2par_1crew"]["answers"]["independent_repair_A"]);
    book.check_against("ctmc_2par_1crew", &repaired("custom", 2, 1000.0, 600.0, ""), crews);
    failover(&mut book);

    for (id, why) in NOT_CHECKED_HERE {
        println!("{id:24} not here: {why}");
    }
    let covered = |id: &&String| book.checked.contains(id) || NOT_CHECKED_HERE.iter().any(|(known, _)| known == id);
    let missing: Vec<&String> = book.items.keys().filter(|id| !covered(id)).collect();
    assert!(missing.is_empty(), "neither checked nor listed: {missing:?}");
}

fn importance(answers: &Value, entry: &Value) {
    let units = entry["importance"].as_array().unwrap();
    for (name, key) in [("birnbaum", "birnbaum"), ("RAW", "raw"), ("RRW", "rrw")] {
        for (edge, expected) in answers[name].as_object().unwrap() {
            let unit = units.iter().find(|unit| unit["unit"] == format!("whole:{edge}").as_str()).unwrap();
            close(&format!("{name} of {edge}"), number(&unit[key]), number(expected), DIGITS);
        }
    }
}

/// Two losses of the primary a year, 90 seconds each, repaired within the promotion, so that the standby is hardly ever
/// down as well. The book's figure is of first order (rate times duration): what differs is of the order of its square.
/// The promotion is in what the layer of the hardware loses: the entry's own figure is that of the structure.
fn failover(book: &mut Book) {
    let expected = number(&book.items["failover_time"]["answers"]["unavailability"]);
    let more = ", zones: [], failover: {enabled: true, promotion_time_seconds: 90, coverage: 1, health_check_interval_seconds: 0}, \
                team: {mean_acknowledge_time_minutes: 0, mean_diagnosis_time_minutes: 0, oncall_coverage_hours: 24}";
    let (stack, _) = availability("failover_time", &repaired("database", 2, 4383.0, 1.5, more));
    let got = number(&stack["layers"]["hardware"]["unavailability"]);
    close("failover_time", got, expected, 2.0 * expected);
    println!("{:24} U {got:.10e}, known {expected:.10e}", "failover_time");
    book.checked.push("failover_time".to_owned());
}
