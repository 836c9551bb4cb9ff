//! Faults on purpose, for tests of what contains them. Nothing of it is in a release build.
//!
//! `FORESHOCK_FAULT` has the form `panic POINT NAME; wait POINT NAME`: at that point of the way, for whatever has `NAME` in its name.

use std::fmt::Display;

/// Panics, or takes a while, where a test has asked for that.
#[cfg(debug_assertions)]
#[expect(clippy::panic, reason = "it is what was asked for")]
pub fn fault(point: &str, of: &dyn Display) {
    use std::sync::LazyLock;
    use std::time::Duration;

    /// Longer than the watchdog of the server has patience.
    const WHILE: Duration = Duration::from_millis(1500);

    static ASKED: LazyLock<String> = LazyLock::new(|| std::env::var("FORESHOCK_FAULT").unwrap_or_default());
    for asked in ASKED.split(';') {
        let mut words = asked.split_whitespace();
        let (Some(what), Some(at), Some(name)) = (words.next(), words.next(), words.next()) else { continue };
        if at != point || !of.to_string().contains(name) {
            continue;
        }
        match what {
            "panic" => panic!("as asked, at {point} {name}"),
            "wait" => std::thread::sleep(WHILE),
            _ => {}
        }
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
#[inline(always)]
pub fn fault(_point: &str, _of: &dyn Display) {}
