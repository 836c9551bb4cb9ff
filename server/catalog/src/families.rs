//! Checks that are written once for all types that have the attribute: `data/families`. Each becomes a check, and where
//! there is one a repair, of every row that the family names.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check::CheckRow;
use crate::{Recipe, Related, Row};

/// The files of families, by what goes wrong.
const BUNDLED: &[(&str, &str)] = &[
    ("backup.toml", include_str!("../data/families/backup.toml")),
    ("capacity.toml", include_str!("../data/families/capacity.toml")),
    ("change.toml", include_str!("../data/families/change.toml")),
    ("deletion.toml", include_str!("../data/families/deletion.toml")),
    ("health.toml", include_str!("../data/families/health.toml")),
    ("zones.toml", include_str!("../data/families/zones.toml")),
];

/// Conditions by name, which stand for themselves in every expression of a family.
const WORDS: &str = include_str!("../data/families/words.toml");

/// One check for the types that have the attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Its name: "short-backups".
    pub id: String,
    /// Code of the rule.
    pub rule: String,
    /// Who says so, where no public catalogue asks for it.
    #[serde(default)]
    pub source: String,
    /// How loud, where that differs from the rule's own loudness.
    #[serde(default)]
    severity: Option<String>,
    /// What is wrong, of `value`: `value < 7`.
    when: String,
    says: String,
    then: String,
    /// How it is repaired.
    #[serde(default)]
    fix: Option<Fix>,
    /// Whether modules that are like one of the types have the attribute as an argument, with the same default.
    #[serde(default)]
    modules: bool,
    /// The types, with where each has the attribute.
    #[serde(default)]
    pub on: Vec<Member>,
}

/// Writes the attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fix {
    title: String,
    /// An expression, in which `current` is the value now.
    set: String,
}

/// Types that have the attribute in the same place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Resource types. What is another name of one of them is meant too, unless the family names it itself.
    pub types: Vec<String>,
    /// The attribute, through nested blocks of which the first one is meant.
    #[serde(default)]
    pub path: Option<String>,
    /// What the provider takes where it is not written, an expression.
    #[serde(default)]
    default: Option<String>,
    /// `value` as an expression, where one attribute doesn't tell.
    #[serde(default)]
    value: Option<String>,
    /// Only where this holds, too.
    #[serde(default)]
    only: Option<String>,
    /// What is underlined, where it is not the attribute at `path`.
    #[serde(default)]
    at: Vec<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    says: Option<String>,
    #[serde(default)]
    then: Option<String>,
    /// What the repair writes, where that is not the same for all; "" where nothing is to be written.
    #[serde(default)]
    set: Option<String>,
    /// The repair's title, where the family's does not fit.
    #[serde(default)]
    title: Option<String>,
    /// Lists that its expressions read, as in a row.
    #[serde(default)]
    related: BTreeMap<String, Related>,
    #[serde(default)]
    refers: BTreeMap<String, Related>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: Vec<Family>,
}

/// Names with the expressions they stand for.
type Words = BTreeMap<String, String>;

/// The families that ship with the program, and the words in their expressions.
pub(crate) fn bundled() -> Result<(Vec<Family>, Words), String> {
    let words = toml::from_str(WORDS).map_err(|error| format!("words.toml: {error}"))?;
    let mut families = Vec::new();
    for (name, text) in BUNDLED {
        families.extend(toml::from_str::<File>(text).map_err(|error| format!("{name}: {error}"))?.family);
    }
    Ok((families, words))
}

/// Adds the checks of the families to the rows; `same_as` leads from the other names of rows to the rows. What can't be
/// added is told.
pub(crate) fn add_to(
    rows: &mut BTreeMap<String, Row>,
    families: &[Family],
    words: &Words,
    same_as: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut problems = Vec::new();
    for family in families {
        let named = |name: &str| family.on.iter().any(|member| member.types.iter().any(|other| other == name));
        for member in &family.on {
            for name in &member.types {
                if !rows.contains_key(name) {
                    problems.push(format!("family {}: there is no row {name}", family.id));
                }
                let has_it = |other: &str| is_kin(other, name) || family.modules && other.starts_with("module:");
                let others = same_as.iter().filter(|(other, of)| *of == name && has_it(other) && !named(other));
                for name in std::iter::once(name).chain(others.map(|(other, _)| other)) {
                    let Some(row) = rows.get_mut(name) else { continue };
                    if let Err(problem) = family.add(member, words, row) {
                        problems.push(format!("family {}: {name}: {problem}", family.id));
                    }
                }
            }
        }
    }
    problems
}

/// Whether both are types of one provider: only then a row that is like another has its attributes.
pub(crate) fn is_kin(one: &str, other: &str) -> bool {
    one.split('_').next() == other.split('_').next()
}

impl Family {
    fn add(&self, member: &Member, words: &Words, row: &mut Row) -> Result<(), String> {
        let mut words = words.clone();
        words.insert("value".to_owned(), in_full(&member.value(), &words));
        let mut when = in_full(member.when.as_ref().unwrap_or(&self.when), &words);
        if let Some(only) = &member.only {
            when = format!("({}) && ({when})", in_full(only, &words));
        }
        let mut check = toml::Table::new();
        let mut write = |field: &str, text: String| check.insert(field.to_owned(), toml::Value::String(text));
        write("rule", self.rule.clone());
        write("when", when.clone());
        write("says", template_in_full(member.says.as_ref().unwrap_or(&self.says), &words));
        write("then", template_in_full(member.then.as_ref().unwrap_or(&self.then), &words));
        if let Some(severity) = member.severity.as_ref().or(self.severity.as_ref()) {
            write("severity", severity.clone());
        }
        let at = member.underlined().into_iter().map(toml::Value::String).collect();
        check.insert("at".to_owned(), toml::Value::Array(at));
        let mut check: CheckRow = toml::Value::Table(check).try_into().map_err(|error| format!("{error}"))?;
        check.family = Some(self.id.as_str().into());
        join(&mut row.related, &member.related)?;
        join(&mut row.refers, &member.refers)?;
        row.checks.push(check);
        if let Some(recipe) = self.recipe(member, &when)? {
            row.recipes.push(recipe);
        }
        Ok(())
    }

    fn recipe(&self, member: &Member, when: &str) -> Result<Option<Recipe>, String> {
        let set = member.set.as_ref().or(self.fix.as_ref().map(|fix| &fix.set)).filter(|set| !set.is_empty());
        let title = member.title.as_ref().or(self.fix.as_ref().map(|fix| &fix.title));
        let (Some(set), Some(title), Some(path)) = (set, title, &member.path) else { return Ok(None) };
        Recipe::setting(title, &self.rule, when, path, set).map(Some)
    }
}

fn join(all: &mut BTreeMap<String, Related>, more: &BTreeMap<String, Related>) -> Result<(), String> {
    for (name, related) in more {
        let here = all.entry(name.clone()).or_insert_with(|| related.clone());
        if here != related {
            return Err(format!("{name} is another relation of its row"));
        }
    }
    Ok(())
}

impl Member {
    /// What `value` stands for.
    fn value(&self) -> String {
        let value = match (&self.value, &self.path) {
            (Some(value), _) => value.clone(),
            (None, Some(path)) => match path.rsplit_once('.') {
                Some((blocks, last)) => format!("try({}[0].{last}, null)", blocks.replace('.', "[0].")),
                None => path.clone(),
            },
            (None, None) => "null".to_owned(),
        };
        match &self.default {
            Some(default) => format!("coalesce({value}, {default})"),
            None => format!("({value})"),
        }
    }

    /// The attribute, else the innermost block around it that is written.
    fn underlined(&self) -> Vec<String> {
        let Some(path) = self.path.as_ref().filter(|_| self.at.is_empty()) else { return self.at.clone() };
        let mut places = vec![path.clone()];
        while let Some((outer, _)) = places.last().and_then(|path| path.rsplit_once('.')) {
            places.push(outer.to_owned());
        }
        places
    }
}

/// An expression with every word replaced by what it stands for; attributes of that name stay.
fn in_full(expression: &str, words: &Words) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let mut text = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        let (name, after) = from.split_at(from.find(|c| !is_part(c)).unwrap_or(from.len()));
        text.push_str(before);
        match words.get(name).filter(|_| !text.ends_with('.')) {
            Some(stands_for) => {
                text.push('(');
                text.push_str(stands_for);
                text.push(')');
            }
            None => text.push_str(name),
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// A template with the words in its expressions replaced.
fn template_in_full(template: &str, words: &Words) -> String {
    let mut parts = template.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("${");
        // Without an end it goes on in the next part, in a template within the expression.
        let (expression, end) = part.split_at(part.rfind('}').unwrap_or(part.len()));
        text.push_str(&in_full(expression, words));
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_for_expressions() {
        let words = BTreeMap::from([("value".to_owned(), "a.b".to_owned())]);
        assert_eq!(in_full("value < 7 && p.value == values", &words), "(a.b) < 7 && p.value == values");
        assert_eq!(
            template_in_full(
                "keeps value ${value == 1 ? \"a day\" : \"${value} days\"}, ${length(value)} times",
                &words
            ),
            "keeps value ${(a.b) == 1 ? \"a day\" : \"${(a.b)} days\"}, ${length((a.b))} times"
        );
    }

    #[test]
    fn a_family_names_what_there_is() {
        let family = |on: &str| -> Vec<Family> {
            let head =
                "[[family]]\nid = \"f\"\nrule = \"no-backup\"\nwhen = \"value < 7\"\nsays = \"s\"\nthen = \"t\"\n";
            toml::from_str::<File>(&format!("{head}on = [{on}]\n")).unwrap().family
        };
        let mut rows = BTreeMap::from([
            ("a_kept".to_owned(), Row::bare(crate::RoleName::Ignored)),
            ("a_other".to_owned(), Row::bare(crate::RoleName::Glue)),
            ("b_other".to_owned(), Row::bare(crate::RoleName::Glue)),
        ]);
        let same_as = ["a_other", "b_other"].map(|name| (name.to_owned(), "a_kept".to_owned())).into();
        let wrong = add_to(
            &mut rows,
            &family("{ types = [\"a_kept\", \"a_missing\"], path = \"x.y.z\" }"),
            &Words::new(),
            &same_as,
        );
        assert_eq!(wrong, ["family f: there is no row a_missing"]);
        let checks = |name: &str| rows[name].checks.len();
        assert_eq!([checks("a_kept"), checks("a_other"), checks("b_other")], [1, 1, 0]);
        assert_eq!(rows["a_kept"].checks[0].at, ["x.y.z", "x.y", "x"]);
    }
}
