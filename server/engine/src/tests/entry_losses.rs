//! What faults take away from the users.

use super::fixture::{faults, system};
use crate::layout::defaults::LOSS_OF_FUNCTION;
use crate::{Basis, Cascade, cascade, entry_loss};

fn check(text: &str, injected: &str, expected: Option<f64>) {
    let system = system(text);
    let cascade = cascade(&system, &faults(&system, injected));
    assert_eq!(entry_loss(&Basis::of(&system), &cascade), expected, "{injected} of {text}");
}

const SHOP: &str = "
    api app_server entry=3 x2
    admin app_server entry=1
    db database
    cache cache
    log queue
    api -> db
    api -> cache optional
    admin -> db
";

#[test]
fn what_is_left_of_each_entry_is_weighed() {
    check(SHOP, "db", Some(1.0));
    check(SHOP, "api", Some(0.75));
    check(SHOP, "admin", Some(0.25));
    check(SHOP, "admin cache", Some((1.0 + 3.0 * LOSS_OF_FUNCTION) / 4.0));
}

#[test]
fn a_function_is_a_quarter_and_a_reserve_is_nothing() {
    check(SHOP, "cache", Some(0.75 * LOSS_OF_FUNCTION));
    check(SHOP, "api#0", Some(0.0));
    check(SHOP, "log", Some(0.0));
    check(SHOP, "", Some(0.0));
}

#[test]
fn without_entries_there_is_nothing_to_lose() {
    assert_eq!(entry_loss(&Basis::default(), &Cascade::default()), None);
}
