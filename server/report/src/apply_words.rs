//! What applying a change does to what runs, in words: one line for each resource.

use std::sync::Arc;

use foreshock_analysis::{Applied, Stack, lasting};
use foreshock_catalog::{Action, AttributeChange, Effect};

/// Names in a line; the rest is counted.
const MOST_NAMES: usize = 3;

/// A line for each resource to which something happens, the ones that take most down first.
pub fn apply_words(stack: &Stack) -> Vec<String> {
    let Some(comparison) = stack.comparison() else { return Vec::new() };
    let mut noticed: Vec<&Applied> = comparison.apply.changes.iter().filter(|one| one.is_noticed()).collect();
    let weight = |one: &Applied| {
        let loss = one.loss.as_ref();
        let down = loss.map_or(0, |loss| 1 + loss.down.len() + usize::from(loss.reaches_users));
        let rank = match one.change.action {
            Action::Destroy => 3,
            Action::Replace { .. } => 2,
            Action::Update => 1,
            Action::MayReplace | Action::Create => 0,
        };
        (down, rank)
    };
    noticed.sort_by(|one, other| {
        weight(other).cmp(&weight(one)).then_with(|| one.change.address.cmp(&other.change.address))
    });
    noticed.into_iter().map(|one| applied_words(stack, one)).collect()
}

/// What applying does to one resource: `aws_db_instance.orders is replaced (engine): 5 to 20 min, web down`.
pub fn applied_words(stack: &Stack, one: &Applied) -> String {
    let address = &one.change.address;
    let what = match one.change.action {
        Action::Create => "is made",
        Action::Destroy => "is destroyed",
        Action::Replace { create_first: true } => "is replaced, the new one first",
        Action::Replace { create_first: false } => "is replaced",
        Action::MayReplace => "may be replaced; whether is not known from the text",
        Action::Update => one.change.disruption().map_or("is changed where it stands", |(_, it)| in_place(it.effect)),
    };
    let attribute = one.attribute().or_else(|| one.change.attributes.first());
    let why =
        attribute.map(|attribute| because(attribute, &stack.path_said(address, &attribute.path))).unwrap_or_default();
    let after = consequence(stack, one);
    format!("{address} {what}{why}{after}")
}

fn in_place(effect: Effect) -> &'static str {
    match effect {
        Effect::None | Effect::Performance | Effect::Scale => "is changed while it serves",
        Effect::NewUnitsOnly => "keeps what runs as it is until instances are made anew",
        Effect::NeedsReboot => "waits for a reboot that Terraform does not do",
        Effect::Deferred => "waits for the next maintenance window",
        Effect::Refused => "is refused by the provider",
        Effect::Rolling => "is changed one unit after the other",
        Effect::BlueGreen => "is switched to a changed copy",
        Effect::Failover => "fails over",
        Effect::Interruption => "drops connections",
        Effect::ReadOnly => "takes no writes for a while",
        Effect::Restart => "is restarted",
        Effect::StopStart => "is stopped and started",
        Effect::Off => "is switched off",
        Effect::DataLoss => "loses data",
        Effect::Replace => "is replaced",
    }
}

fn because(attribute: &AttributeChange, path: &str) -> String {
    match (&attribute.follows, &attribute.was, &attribute.is) {
        (Some(to), ..) => format!(" ({path} follows {to})"),
        (None, Some(was), Some(is)) => format!(" ({path} {was} -> {is})"),
        _ => format!(" ({path})"),
    }
}

fn consequence(stack: &Stack, one: &Applied) -> String {
    let Some(loss) = &one.loss else { return String::new() };
    let named = |names: &[Arc<str>]| {
        let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| stack.name_now(name)).collect();
        match names.len().saturating_sub(MOST_NAMES) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let time = match loss.seconds {
        Some(seconds) => lasting(seconds),
        None => "nobody knows how long".to_owned(),
    };
    match (loss.down.as_slice(), loss.weaker.as_slice()) {
        ([], []) => format!(": {time}"),
        ([], weaker) => format!(": {time}, {} degraded", named(weaker)),
        (down, _) => format!(": {time}, {} down", named(down)),
    }
}
