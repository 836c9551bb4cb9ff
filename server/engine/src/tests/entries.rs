//! What the score is measured at, and what is listed beside it (semantics, section 6).

use super::fixture::system;
use crate::{Basis, assess};

fn entries(text: &str) -> (Vec<String>, Vec<String>) {
    let system = system(text);
    let basis = Basis::of(&system);
    let name = |index| system.component(index).unwrap().id.to_string();
    (
        basis.entries.iter().map(|entry| name(entry.component)).collect(),
        basis.beside.iter().map(|&index| name(index)).collect(),
    )
}

fn score(text: &str) -> Option<f64> {
    assess(&system(text)).score
}

const SITE: &str = "lb load_balancer x3 service=1e-4\n web app_server x3 q=5e-3\n lb -> web\n";

/// Each of them next to a balancer and its tasks: listed, and nothing else.
#[test]
fn what_nothing_connects_does_not_move_the_score() {
    for beside in [
        "jump app_server q=5e-3",
        "unused database q=5e-3",
        "logs storage service=1e-3",
        "key identity service=1e-3",
        "secret secret_store service=1e-3",
        "names dns service=1e-5",
        "reader database q=5e-3\n writer database q=1e-3\n web -> writer\n reader -> writer async",
        "worker app_server q=5e-3\n jobs queue service=1e-3\n worker -> jobs",
    ] {
        let with = format!("{SITE}{beside}");
        let without: Vec<&str> =
            beside.lines().filter(|line| line.contains("writer") && !line.contains("reader")).collect();
        assert_eq!(score(&with), score(&format!("{SITE}{}", without.join("\n"))), "{beside}");
        let (entries, listed) = entries(&with);
        assert_eq!((entries, listed.len()), (vec!["lb".to_owned()], 1), "{beside}");
    }
}

/// One worker and everything single in one place, against two regions with all of it twice and a jump box.
#[test]
fn less_never_beats_more_and_a_jump_box() {
    let dev = "door cdn service=1e-4\n app app_server q=5e-3\n redis cache q=5e-3\n db database q=5e-3
               door -> app\n app -> redis\n app -> db";
    let prod = "door cdn service=1e-4\n jump app_server q=5e-3
                app1 app_server x2 q=5e-3\n app2 app_server x2 q=5e-3
                redis1 cache x2 q=5e-3\n redis2 cache x2 q=5e-3\n db1 database x2 q=5e-3
                group g k=1: door -> app1, door -> app2
                app1 -> redis1\n app2 -> redis2\n app1 -> db1\n app2 -> db1";
    assert!(score(prod).unwrap() > score(dev).unwrap() + 20.0);
}

/// What is switched off serves nobody: neither a perfect entry nor, where another is left, a part of the score.
#[test]
fn what_is_switched_off_behind_it_makes_no_entry() {
    let off = |text: &str| {
        let system = system(text);
        let basis = Basis::of(&system);
        let name = |index| system.component(index).unwrap().id.to_string();
        basis.off.iter().map(|&index| name(index)).collect::<Vec<_>>().join(" ")
    };
    for (text, left, left_out) in [
        ("lb load_balancer\n web app_server x0\n lb -> web", "", "lb"),
        // A name and a gate before it, and a key that is no service.
        (
            "edge cdn\n lb load_balancer\n key identity\n web app_server x0\n edge -> lb\n lb -> web\n lb -> key",
            "",
            "edge",
        ),
        // One of two is enough.
        ("lb load_balancer\n web app_server x0\n api app_server\n lb -> web\n lb -> api", "lb", ""),
        ("lb load_balancer\n web app_server x0\n api app_server\n group g k=1: lb -> web, lb -> api", "lb", ""),
        ("lb load_balancer\n web app_server x0\n lb -> web\n gate api_gateway", "gate", "lb"),
        // Nobody is known to be reached.
        ("app app_server x0\n db database\n app -> db", "", "app"),
        ("app app_server x0\n db database\n app -> db\n job app_server\n job -> db", "job", "app"),
        ("lb load_balancer entry=1\n web app_server x0\n lb -> web", "", "lb"),
    ] {
        assert_eq!((entries(text).0.join(" "), off(text)), (left.to_owned(), left_out.to_owned()), "{text}");
        assert!(!entries(text).1.iter().any(|listed| left_out.split(' ').any(|off| off == listed)), "{text}");
        assert_eq!(score(text).is_some(), !left.is_empty(), "{text}");
    }
}

#[test]
fn who_is_an_entry() {
    for (text, expected) in [
        // Marked, and nothing else.
        ("api app_server entry=2\n lb load_balancer", "api"),
        // What users reach; a name that leads nowhere is none, nor is what another of them leads to.
        ("edge cdn\n lb load_balancer\n edge -> lb\n names dns", "edge"),
        ("names dns\n lb load_balancer\n names -> lb", "names"),
        ("lb load_balancer\n app app_server\n inner load_balancer\n lb -> app\n app -> inner", "lb"),
        ("lb load_balancer\n app app_server\n lb -> app\n app -> lb", "lb"),
        ("one load_balancer\n two load_balancer\n one -> two\n two -> one", "two"),
        // Who calls it is reached by nobody that is known: users may come in by it, too.
        ("lb load_balancer\n job app_server\n inner load_balancer\n job -> inner", "inner lb"),
        // Where the text says who can reach it, it decides.
        ("names dns public\n lb load_balancer public\n names -> lb", "lb names"),
        ("lb load_balancer\n app app_server\n inner load_balancer public\n lb -> app\n app -> inner", "inner lb"),
        ("lb load_balancer\n job app_server\n inner load_balancer internal\n job -> inner", "lb"),
        ("lb load_balancer internal\n app app_server\n lb -> app", "lb"),
        ("job app_server\n inner load_balancer internal\n job -> inner", "job"),
        // One name.
        ("names dns\n lb1 load_balancer\n lb2 load_balancer\n group g k=1: names -> lb1, names -> lb2", "names"),
        (
            "names dns\n gate1 api_gateway\n gate2 api_gateway\n lb1 load_balancer\n lb2 load_balancer\n
             gate1 -> lb1\n gate2 -> lb2\n group g k=1: names -> gate1, names -> gate2",
            "names",
        ),
        // Nobody is known to be reached: what is connected, and not what stands alone.
        ("app app_server\n db database\n app -> db\n spare database\n jump app_server", "app"),
        ("one app_server\n two app_server\n db database\n one -> db\n two -> one\n one -> two", "one"),
        // Nothing is connected.
        ("app app_server\n db database\n key identity\n names dns", "app db"),
        ("db database\n bastion app_server", "db"),
        ("bastion app_server", "bastion"),
        // A copy is not the original.
        ("reader database\n writer database\n other database\n reader -> writer", "other writer"),
        ("reader database\n writer database\n reader -> writer", "writer"),
        // Nobody is served.
        ("key identity\n secret secret_store\n secret -> key\n names dns\n hub network\n logs storage", ""),
    ] {
        assert_eq!(entries(text).0.join(" "), expected, "{text}");
    }
    assert_eq!(score("key identity service=1e-4"), None);
    assert_eq!(score("names dns service=1e-4"), None);
}
