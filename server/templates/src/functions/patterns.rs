//! Regular expressions and addresses. Go's syntax of expressions is nearly that of `regex`; what it does not take is unknown.

use regex::{NoExpand, Regex, RegexBuilder};

use super::{Answer, Args};
use crate::value::{Kind, Unknown, Value};

/// The memory that one expression may take, in bytes.
const MOST_MEMORY: usize = 1 << 20;

pub(super) fn call(name: &str, list: &[Value]) -> Answer {
    let args = Args { name, list };
    let is_pattern = matches!(
        name,
        "regexMatch" | "regexFind" | "regexFindAll" | "regexReplaceAll" | "regexReplaceAllLiteral" | "regexSplit"
    );
    Some(match name {
        _ if is_pattern => (|| {
            let written = args.str(0)?;
            // In RE2 these letters mean something else than in the crate.
            let is_other = written.contains("\\C") || written.contains("\\Q");
            match RegexBuilder::new(written).size_limit(MOST_MEMORY).build() {
                Ok(pattern) if !is_other => of_pattern(args, &pattern),
                _ => Ok(Value::unknown(Unknown::named("this expression is not worked out", written))),
            }
        })(),
        "regexQuoteMeta" => args.str(0).map(|text| {
            let quoted: String = text
                .chars()
                .flat_map(|c| r"\.+*?()|[]{}^$".contains(c).then_some('\\').into_iter().chain(std::iter::once(c)))
                .collect();
            Value::made(quoted)
        }),
        "urlParse" => (|| {
            let written = args.str(0)?;
            Ok(address(written)
                .unwrap_or_else(|| Value::unknown(Unknown::named("this address is not taken apart", written))))
        })(),
        _ => return None,
    })
}

fn of_pattern(args: Args<'_>, pattern: &Regex) -> Result<Value, String> {
    let text = args.str(1)?;
    let count = |at: usize| args.int(at).map(|count| usize::try_from(count).unwrap_or(usize::MAX));
    Ok(match args.name {
        "regexMatch" => Kind::Bool(pattern.is_match(text)).into(),
        "regexFind" => Value::made(pattern.find(text).map_or("", |found| found.as_str())),
        "regexFindAll" => {
            let found = pattern.find_iter(text).take(count(2)?).map(|found| Value::made(found.as_str()));
            Value::list(found.collect())
        }
        "regexReplaceAllLiteral" => Value::made(pattern.replace_all(text, NoExpand(args.str(2)?))),
        "regexReplaceAll" => Value::made(pattern.replace_all(text, args.str(2)?)),
        _ => {
            let most = count(2)?;
            let parts: Vec<Value> = match most {
                usize::MAX => pattern.split(text).map(Value::made).collect(),
                most => pattern.splitn(text, most).map(Value::made).collect(),
            };
            Value::list(parts)
        }
    })
}

/// The parts of a plain address; nothing of one that has to be decoded.
fn address(written: &str) -> Option<Value> {
    if written.contains('%') {
        return None;
    }
    let (scheme, rest) = written.split_once("://")?;
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let at = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at)?;
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let name =
        if host.starts_with('[') { host.split(']').next()?.trim_start_matches('[') } else { host.split(':').next()? };
    let parts = [
        ("scheme", scheme.to_lowercase()),
        ("host", host.to_owned()),
        ("hostname", name.to_owned()),
        ("path", path.to_owned()),
        ("query", query.to_owned()),
        ("opaque", String::new()),
        ("fragment", fragment.to_owned()),
        ("userinfo", user.to_owned()),
    ];
    Some(Value::map(parts.into_iter().map(|(name, part)| (name.into(), Value::made(part))).collect()))
}
