//! What is another value each time, or what only a cluster knows: never known.

use super::Args;
use crate::evaluate::Run;
use crate::value::{Unknown, Value};

/// What is written where nothing is known of it but that there is something.
const RANDOM: &[&str] = &[
    "randAlphaNum",
    "randAlpha",
    "randNumeric",
    "randAscii",
    "randBytes",
    "randInt",
    "uuidv4",
    "shuffle",
    "genPrivateKey",
    "genCA",
    "genCAWithKey",
    "genSelfSignedCert",
    "genSelfSignedCertWithKey",
    "genSignedCert",
    "genSignedCertWithKey",
    "bcrypt",
    "htpasswd",
    "encryptAES",
    "now",
    "ago",
];

/// What is the same for the same arguments, and is not worked out here.
const ELSEWHERE: &[&str] = &[
    "abbrevboth",
    "b32dec",
    "buildCustomCert",
    "call",
    "clean",
    "date",
    "dateInZone",
    "dateModify",
    "date_in_zone",
    "date_modify",
    "decryptAES",
    "derivePassword",
    "dir",
    "duration",
    "durationRound",
    "fromToml",
    "htmlDate",
    "htmlDateInZone",
    "isAbs",
    "js",
    "osClean",
    "osDir",
    "osIsAbs",
    "toDate",
    "unixEpoch",
    "urlJoin",
    "wrap",
    "wrapWith",
    "addf",
    "add1f",
    "subf",
    "mulf",
    "divf",
    "getHostByName",
    "semver",
    "regexFindAllSubmatch",
    "randomChoice",
];

pub(super) fn call(run: &mut Run<'_>, name: &str, list: &[Value]) -> Option<Result<Value, String>> {
    if name == "lookup" {
        let args = Args { name, list };
        let why = "it depends on what is in the cluster";
        return Some(args.count(4..=4).map(|()| Value::unknown(Unknown::named(why, &super::fingerprint(name, list)))));
    }
    if !RANDOM.contains(&name) {
        return None;
    }
    run.functions += 1;
    let unknown = Unknown::named(format!("{name} is another value each time"), &format!("{name} {}", run.functions));
    Some(Ok(Value::unknown(unknown.with_truth(Some(true)))))
}

/// Whether there is such a function, though it is not worked out here.
pub(super) fn is_known_elsewhere(name: &str) -> bool {
    ELSEWHERE.contains(&name)
}
