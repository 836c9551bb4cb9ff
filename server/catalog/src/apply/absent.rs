//! What an attribute is that nobody writes: what the provider works out, its default, or nothing.

use std::sync::OnceLock;

use foreshock_resources::{Kind, Value};
use rustc_hash::FxHashMap;

use super::differ::is_alike;

/// Of each type the attributes that the provider works out where nobody writes them, those with a `-` that stay when they are taken
/// away although it does not, blocks with a `~` that are no loss when nothing but defaults stands in them, and the defaults of the others.
const AWS: &str = include_str!("../../data/replacement/aws_defaults.tsv");

/// The lines of the table, by type.
fn lines() -> &'static FxHashMap<&'static str, &'static str> {
    static LINES: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = AWS.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('\t')).collect()
    })
}

/// Whether an attribute is the same written as it is and not written; none when nobody knows. `is_taken_away`: it was written, and
/// is no more.
pub(super) fn is_same(type_name: &str, path: &str, written: &Value, is_taken_away: bool) -> Option<bool> {
    if written.kind == Kind::Null {
        return Some(true);
    }
    // Of the other providers nobody has listed what they work out.
    if !type_name.starts_with("aws_") {
        return is_nothing(written).then_some(true);
    }
    let (computed, defaults) = lines().get(type_name).and_then(|line| line.split_once('\t')).unwrap_or_default();
    if computed.split(' ').any(|one| one == path) {
        // What was there stays; what is written now may be what is there.
        return is_taken_away.then_some(true);
    }
    if is_taken_away && computed.split(' ').any(|one| one.strip_suffix('-') == Some(path)) {
        return Some(true);
    }
    Some(match default(defaults, path) {
        Some(default) => is_alike(&default, written),
        None => is_nothing(written),
    })
}

/// Whether blocks that are taken away said nothing but what holds without them. Of most blocks being there is something, too.
pub(super) fn held_nothing(type_name: &str, path: &str, blocks: &Value) -> bool {
    let stays = lines().get(type_name).and_then(|line| line.split_once('\t')).map_or("", |(stays, _)| stays);
    let is_no_loss = stays.split(' ').any(|one| one.strip_suffix('~') == Some(path));
    is_no_loss && holds_nothing(type_name, path, blocks, 0)
}

fn holds_nothing(type_name: &str, path: &str, value: &Value, depth: usize) -> bool {
    /// Blocks in blocks.
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return false;
    }
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => {
            items.iter().all(|item| holds_nothing(type_name, path, item, depth + 1))
        }
        Kind::Map(items) => items.iter().all(|(name, item)| {
            let inner = format!("{path}.{name}");
            is_same(type_name, &inner, item, true) == Some(true) || holds_nothing(type_name, &inner, item, depth + 1)
        }),
        _ => false,
    }
}

/// Of `name=JSON name=JSON`, without spaces in the JSON.
fn default(defaults: &str, path: &str) -> Option<Value> {
    let json = defaults.split(' ').find_map(|one| one.strip_prefix(path)?.strip_prefix('='))?;
    Some(match json {
        "true" => Value::new(Kind::Bool(true)),
        "false" => Value::new(Kind::Bool(false)),
        text if text.starts_with('"') => Value::string(text.trim_matches('"').replace("\\u0020", " ")),
        number => number.parse().map_or_else(|_| Value::string(number), |number| Value::new(Kind::Number(number))),
    })
}

/// Whether a value is what a provider takes for none.
fn is_nothing(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Bool(flag) => !flag,
        Kind::Number(number) => *number == 0.0,
        Kind::String(text) => matches!(&**text, "" | "0" | "false"),
        Kind::List(items) | Kind::Set(items) => items.is_empty(),
        Kind::Map(items) => items.is_empty(),
        Kind::Unknown(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_stays_where_the_provider_leaves_it() {
        let cases = [
            // Not computed: only a first value is a change.
            ("aws_rds_cluster", "snapshot_identifier", Some(true), Some(false)),
            // Computed: a first value may be what is there.
            ("aws_rds_cluster", "port", Some(true), None),
            ("aws_rds_cluster", "source_region", Some(false), Some(false)),
        ];
        for (type_name, path, taken_away, added) in cases {
            let value = Value::string("a");
            assert_eq!(is_same(type_name, path, &value, true), taken_away, "{path} taken away");
            assert_eq!(is_same(type_name, path, &value, false), added, "{path} added");
        }
    }
}
