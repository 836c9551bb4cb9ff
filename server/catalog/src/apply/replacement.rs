//! What a provider does with a changed attribute: change it where it stands, or replace the resource. From the tables of
//! `data/replacement`, of which a line is read when its type is asked for.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

const TABLES: [&str; 6] = [
    include_str!("../../data/replacement/aws.txt"),
    include_str!("../../data/replacement/azurerm.txt"),
    include_str!("../../data/replacement/builtin.txt"),
    include_str!("../../data/replacement/google.txt"),
    include_str!("../../data/replacement/helm.txt"),
    include_str!("../../data/replacement/kubernetes.txt"),
];

/// What a change of an attribute by itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// It replaces the resource.
    Replaces,
    /// It does or does not, by what `conditions.toml` says, else nobody knows.
    Depends,
    /// It is changed where it stands.
    InPlace,
}

/// The attributes of one type.
#[derive(Debug, Default)]
pub(super) struct Attributes(BTreeMap<String, Form>);

impl Attributes {
    /// Of an attribute, or of a block as a whole; `None` where nobody tried.
    pub(super) fn form(&self, path: &str) -> Option<Form> {
        self.0.get(path).copied()
    }

    /// The same of what may be written inside of an attribute: lists of objects can be written as blocks.
    pub(super) fn form_within(&self, path: &str) -> Option<Form> {
        let mut around = path;
        loop {
            if let Some(form) = self.form(around) {
                return (around == path || !self.has_inside(around)).then_some(form);
            }
            around = around.rsplit_once('.')?.0;
        }
    }

    /// Whether anything inside of it is listed.
    pub(super) fn has_inside(&self, path: &str) -> bool {
        let inside = format!("{path}.");
        self.0.range(inside.clone()..).next().is_some_and(|(next, _)| next.starts_with(&inside))
    }
}

/// The lines of all tables, by type.
fn lines() -> &'static FxHashMap<&'static str, &'static str> {
    static LINES: OnceLock<FxHashMap<&'static str, &'static str>> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = TABLES.iter().flat_map(|table| table.lines()).filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once(' ')).collect()
    })
}

/// What is known of a type; `None` where it is in no table.
pub(super) fn attributes(type_name: &str) -> Option<Attributes> {
    let mut line = *lines().get(type_name)?;
    if let Some(other) = line.strip_prefix("= ") {
        line = lines().get(other)?;
    }
    Some(Attributes(read(line)))
}

/// `name name! name?(inner name-(deeper))` as paths.
fn read(line: &str) -> BTreeMap<String, Form> {
    let mut found = BTreeMap::new();
    let mut around: Vec<&str> = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if first == ' ' || first == ')' {
            if first == ')' {
                around.pop();
            }
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let end = rest.find([' ', '(', ')']).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let name = word.trim_end_matches(['!', '?', '-']);
        let form = match word.get(name.len()..) {
            Some("!") => Some(Form::Replaces),
            Some("?") => Some(Form::Depends),
            Some("-") => None,
            _ => Some(Form::InPlace),
        };
        if let Some(form) = form {
            let path = around.iter().chain([&name]).copied().collect::<Vec<_>>().join(".");
            found.insert(path, form);
        }
        rest = after;
        if let Some(inner) = after.strip_prefix('(') {
            around.push(name);
            rest = inner;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_tree_of_paths() {
        let read = read("a b! c?(d! e-(f) g) h");
        let all: Vec<(&str, Form)> = read.iter().map(|(path, form)| (path.as_str(), *form)).collect();
        let expected = [
            ("a", Form::InPlace),
            ("b", Form::Replaces),
            ("c", Form::Depends),
            ("c.d", Form::Replaces),
            ("c.e.f", Form::InPlace),
            ("c.g", Form::InPlace),
            ("h", Form::InPlace),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn every_line_is_read_and_every_other_name_leads_somewhere() {
        let mut attributes_in_all = 0;
        for type_name in lines().keys() {
            let of_type = attributes(type_name).unwrap_or_else(|| panic!("{type_name}"));
            assert!(!of_type.0.is_empty(), "{type_name}");
            attributes_in_all += of_type.0.len();
        }
        assert!(attributes_in_all > 37_000, "{attributes_in_all}");
    }

    #[test]
    fn well_known_ones() {
        let form = |type_name: &str, path: &str| attributes(type_name).and_then(|all| all.form(path));
        assert_eq!(form("aws_db_instance", "storage_encrypted"), Some(Form::Replaces));
        assert_eq!(form("aws_db_instance", "instance_class"), Some(Form::InPlace));
        assert_eq!(form("aws_alb", "internal"), Some(Form::Replaces));
        assert_eq!(form("google_sql_database_instance", "region"), Some(Form::Replaces));
        assert_eq!(form("aws_instance", "instance_type"), Some(Form::Depends));
        assert_eq!(form("terraform_data", "triggers_replace"), Some(Form::Replaces));
        let within = |path: &str| attributes("aws_security_group").unwrap().form_within(path);
        assert_eq!(within("ingress.from_port"), Some(Form::InPlace));
        assert_eq!(within("nobody_knows.from_port"), None);
        assert_eq!(form("aws_db_instance", "nobody_knows"), None);
        assert_eq!(form("nobody_knows", "name"), None);
    }
}
