//! Names of resources in the texts of carriers: the same name on both sides is a link, as sure as the name is distinctive.

use foreshock_model::{ComponentKind, Confidence, Evidence, Plane};
use foreshock_resources::Kind;

use crate::Role;
use crate::graph::{Carried, Edge, Graph, Node, PLAIN, plain};
use crate::names::{Naming, own_name, same_place};
use crate::paths::Found;
use crate::reads::Cell;

/// Words of one text that are looked at. Real ones have some hundreds.
const MOST_WORDS: usize = 20_000;

/// What everything of an environment, or half of the world, is called.
const COMMON: &[&str] = &[
    "account",
    "admin",
    "alpha",
    "api",
    "app",
    "application",
    "backend",
    "backup",
    "base",
    "beta",
    "cache",
    "cluster",
    "common",
    "config",
    "core",
    "data",
    "database",
    "db",
    "default",
    "demo",
    "dev",
    "develop",
    "development",
    "disabled",
    "enabled",
    "env",
    "environment",
    "events",
    "example",
    "false",
    "files",
    "frontend",
    "global",
    "info",
    "internal",
    "jobs",
    "latest",
    "live",
    "local",
    "localhost",
    "logs",
    "main",
    "master",
    "metrics",
    "name",
    "node",
    "none",
    "null",
    "postgres",
    "preprod",
    "preview",
    "primary",
    "private",
    "prod",
    "production",
    "public",
    "qa",
    "queue",
    "redis",
    "region",
    "root",
    "sandbox",
    "secret",
    "secrets",
    "server",
    "service",
    "shared",
    "stage",
    "staging",
    "static",
    "storage",
    "table",
    "tasks",
    "test",
    "testing",
    "this",
    "topic",
    "true",
    "uat",
    "user",
    "users",
    "value",
    "web",
    "worker",
    "workers",
];

/// Variables whose value is a name, but nobody's address.
const OTHER_NAMES: &[&str] = &[
    "APP",
    "APPLICATION",
    "CLUSTER",
    "COMPONENT",
    "ENV",
    "ENVIRONMENT",
    "IMAGE",
    "LEVEL",
    "LOG",
    "LOGS",
    "METRIC",
    "METRICS",
    "NAMESPACE",
    "OTEL",
    "OWNER",
    "PREFIX",
    "PROJECT",
    "REGION",
    "SERVICE",
    "STACK",
    "STAGE",
    "TAG",
    "TEAM",
    "TENANT",
    "TRACE",
    "VERSION",
    "WORKSPACE",
];

/// A word of a text with the name that it stands behind: `TABLE=orders`, `"table": "orders"`.
struct Mention<'t> {
    key: &'t str,
    word: &'t str,
}

/// The words of a text. What is written as a name and a value (`{"name": "TABLE", "value": "orders"}`) is one, too.
fn mentions(text: &str) -> Vec<Mention<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let (mut key, mut last, mut named) = ("", "", "");
    while let Some(start) = rest.find(|letter: char| is_of_word(letter)) {
        if rest.get(..start).is_some_and(|between| between.contains('=')) {
            key = last;
        }
        rest = rest.get(start..).unwrap_or_default();
        let end = word_end(rest);
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        let bare = word.trim_start_matches(':').trim_end_matches([':', '.', ',']);
        if word.starts_with(':') {
            key = last;
        }
        if !bare.is_empty() {
            let shown = if key.eq_ignore_ascii_case("value") && !named.is_empty() { named } else { key };
            if key.eq_ignore_ascii_case("name") {
                named = bare;
            }
            found.push(Mention { key: shown, word: bare });
            key = if word.len() > 1 && word.ends_with(':') { bare } else { "" };
            last = bare;
        }
        if found.len() >= MOST_WORDS {
            break;
        }
    }
    found
}

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | ':' | '$' | '*' | '@')
}

/// The end of the word that a text begins with; what is not known counts as a whole (`${var.env}-orders`).
fn word_end(text: &str) -> usize {
    let mut depth = 0_u32;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '{' if before == '$' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            _ if depth == 0 && !is_of_word(letter) => return at,
            _ => {}
        }
        before = letter;
    }
    text.len()
}

/// The words of a name, in capitals: `ordersTable` and `ORDERS_TABLE` are the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && was_small) {
            words.push(String::new());
        }
        was_small = letter.is_lowercase() || letter.is_numeric();
        if let Some(last) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            last.extend(letter.to_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether two things are hardly called so by chance: more than one word, or a long one that is not everybody's.
fn is_distinctive(name: &str) -> bool {
    let (known, unknown) = match name.split_once("${") {
        Some((before, rest)) => (format!("{before}{}", rest.rsplit('}').next().unwrap_or_default()), true),
        None => (name.to_owned(), false),
    };
    let parts: Vec<&str> =
        known.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let own = parts.iter().filter(|part| part.len() > 2 && !COMMON.contains(&part.to_lowercase().as_str())).count();
    own > 0 && (parts.len() > 1 || unknown || known.len() >= 8)
}

/// Whether a name says nothing at all by itself.
fn is_common(name: &str) -> bool {
    let lower = name.to_lowercase();
    let parts = || lower.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    name.len() < 3
        || (!name.contains("${") && parts().all(|part| COMMON.contains(&part) || part.parse::<u32>().is_ok()))
}

/// Whether a word may be anybody's name: short ones and numbers say nothing, and there are many of them.
fn may_be_name(word: &str) -> bool {
    word.len() > 2 && !word.bytes().all(|byte| byte.is_ascii_digit())
}

impl Graph<'_> {
    /// Links to those whose names stand in a carrier.
    pub(crate) fn read_names(&mut self, index: usize, found: &Found<'_>) {
        let Some(text) = found.value.legible().filter(|text| text.len() > 2).cloned() else { return };
        self.recorder.note(Cell::name(""));
        if self.names.is_empty() {
            return;
        }
        let is_one_word =
            !text.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | ',' | ';' | '='));
        let mentions = match is_one_word && !text.starts_with(['{', '['])
            || text.starts_with("${") && word_end(&text) == text.len()
        {
            true => vec![Mention { key: variable_of(found), word: &text }],
            false => mentions(&text),
        };
        for mention in mentions.into_iter().filter(|mention| may_be_name(mention.word)) {
            for (target, confidence) in self.mentioned(index, &mention) {
                self.link_by_name(index, target, confidence, &mention, found);
            }
        }
    }

    fn link_by_name(
        &mut self,
        index: usize,
        target: usize,
        confidence: Confidence,
        by: &Mention<'_>,
        found: &Found<'_>,
    ) {
        let Some(row) = self.row(target) else { return };
        let Some(kind) = row.reached_by.kind() else { return };
        let path =
            if by.key.is_empty() || found.path.ends_with(by.key) { String::new() } else { format!("{} in ", by.key) };
        let said = self.path_said(index, &found.path);
        let why = format!("{path}{said} of {} is the name of {}", self.address(index), self.address(target));
        let told = Some(by.key).filter(|key| !key.is_empty()).or_else(|| found.variable());
        let to = Node { instance: target, port: PLAIN };
        let edge = Edge {
            kind,
            plane: row.reached_by.plane(),
            confidence: if self.is_told(target, told) { Confidence::Guess } else { confidence },
            carried: Carried::Address,
            ..plain(to, Evidence { place: found.place.place(), why: why.into() })
        };
        let from = Node { instance: index, port: PLAIN };
        if let Some(name) = &row.hands_on {
            let to = Node { instance: target, port: self.port(Some(name)) };
            self.add(from, Edge { to, plane: Plane::Data, ..edge.clone() });
        }
        self.add(from, edge);
    }

    fn mentioned(&self, index: usize, mention: &Mention<'_>) -> Vec<(usize, Confidence)> {
        let Some(own) = self.instance(index) else { return Vec::new() };
        for naming in Naming::of(mention.word) {
            let fits = |target: &&usize| {
                let target = **target;
                target != index
                    && self.can_be_named(target)
                    && self
                        .outline(target)
                        .is_some_and(|other| naming.fits(&other.type_name) && other.resource != own.resource)
                    && self.instance(target).is_some_and(|other| same_place(own, other))
            };
            let all: Vec<usize> = self.called_so(naming.name).iter().filter(fits).copied().collect();
            if all.is_empty() {
                continue;
            }
            let key = words(mention.key);
            let own_text = own_name(own).and_then(|(_, value)| value.spelling().cloned());
            let said: Vec<usize> =
                all.iter().copied().filter(|&target| self.says_kind(&key, target, naming.name)).collect();
            let (targets, says) = if said.is_empty() { (all, false) } else { (said, true) };
            let first = targets.first().and_then(|&first| self.outline(first));
            let is_one = targets.iter().all(|&target| {
                self.outline(target).map(|target| &target.resource) == first.map(|first| &first.resource)
            });
            let is_other = key.iter().any(|word| OTHER_NAMES.contains(&word.as_str()));
            let is_own = own_text.as_deref() == Some(naming.name);
            let confidence = match () {
                () if !is_one => return Vec::new(),
                () if says || naming.is_exact() => Confidence::Likely,
                () if is_other || is_own || is_common(naming.name) => return Vec::new(),
                () if is_distinctive(naming.name) => Confidence::Likely,
                () => Confidence::Guess,
            };
            return targets.into_iter().map(|target| (target, confidence)).collect();
        }
        Vec::new()
    }

    /// Whether its name is something that programs are given: of what holds data or takes work.
    fn can_be_named(&self, target: usize) -> bool {
        use ComponentKind::{Cache, Database, Queue, SecretStore, Serverless, Storage};
        let (Some(row), Some(instance)) = (self.row(target), self.outline(target)) else { return false };
        if instance.type_name.starts_with("kubernetes_") {
            return false;
        }
        match self.role(target) {
            Role::Component => {
                matches!(row.kind, Some(Cache | Database | Queue | SecretStore | Serverless | Storage))
            }
            Role::Glue => row.addresses.iter().any(|address| matches!(&**address, "name" | "value" | "secret_string")),
            _ => false,
        }
    }

    /// Whether the name of a variable says what its value names: `TABLE_NAME`, `ordersBucket`; or the value is a variable
    /// that is called so.
    fn says_kind(&self, key: &[String], target: usize, name: &str) -> bool {
        let Some(instance) = self.outline(target) else { return false };
        let mut kinds = instance
            .type_name
            .split('_')
            .skip(1)
            .filter(|word| !matches!(*word, "instance" | "v2" | "flexible" | "server"));
        let variable = name.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).map(words).unwrap_or_default();
        kinds.any(|kind| {
            let kind = kind.to_uppercase();
            key.iter().chain(&variable).any(|word| *word == kind || word.strip_suffix('S') == Some(&kind))
        })
    }
}

/// The name of the variable that a value is given to.
fn variable_of<'f>(found: &'f Found<'_>) -> &'f str {
    let named = found.blocks.last().and_then(|block| block.body.attributes.get("name")).map(|name| &name.value.kind);
    match named {
        Some(Kind::String(name)) => name,
        _ => found.path.rsplit('.').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_what_they_stand_behind() {
        let shown = |text: &str| {
            mentions(text).iter().map(|mention| format!("{}:{}", mention.key, mention.word)).collect::<Vec<_>>()
        };
        assert_eq!(shown("export TABLE=orders\n"), [":export", ":TABLE", "TABLE:orders"]);
        assert_eq!(shown(r#"{"table":"orders","n":1}"#), [":table", "table:orders", ":n", "n:1"]);
        assert_eq!(shown("table: orders\n"), [":table", "table:orders"]);
        assert!(shown(r#"[{"name":"TABLE","value":"orders"}]"#).contains(&"TABLE:orders".to_owned()));
        assert!(shown(r#"TABLE="${var.env}-orders""#).contains(&"TABLE:${var.env}-orders".to_owned()));
        assert!(shown("aws s3 cp s3://a-b/x .").contains(&":s3://a-b/x".to_owned()));
        assert_eq!(shown("é=ü"), [":é", "é:ü"]);
    }

    #[test]
    fn names_that_say_something() {
        for name in ["shop-orders", "orders2024", "${var.env}-orders", "sessions"] {
            assert!(is_distinctive(name), "{name}");
        }
        for name in ["production", "prod-db", "orders", "${var.env}", "${var.env}-db", "app-1"] {
            assert!(!is_distinctive(name), "{name}");
        }
        assert!(is_common("prod-db") && is_common("api") && !is_common("orders"));
        assert_eq!(words("ordersTable_name"), ["ORDERS", "TABLE", "NAME"]);
    }
}
