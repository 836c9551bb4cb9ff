//! What a type of CloudFormation is to the catalog, and how its properties are called there: `data/types.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use foreshock_resources::{Kind, Value};
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// The row of a type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRow {
    /// The resource type whose row of the catalog it has.
    pub is: String,
    /// The attribute that `Ref` gives; `id` where nothing is said.
    #[serde(default, rename = "ref")]
    pub(crate) reference: Option<String>,
    /// What `Fn::GetAtt` gives, where the name follows no rule.
    #[serde(default)]
    pub(crate) get: BTreeMap<String, String>,
    /// Attributes that follow from the type alone.
    #[serde(default)]
    pub(crate) always: BTreeMap<String, String>,
    /// Attributes that are so unless a property says otherwise, where that is not what the catalog takes for granted.
    #[serde(default)]
    pub(crate) usual: BTreeMap<String, String>,
    /// Another row by what a property says; the first that fits.
    #[serde(default)]
    pub(crate) cases: Vec<Case>,
    /// Properties that are resources of their own to the catalog.
    #[serde(default)]
    pub(crate) also: Vec<Also>,
    /// Of such a resource: the attribute that refers to what it is a property of.
    #[serde(default)]
    pub(crate) owner: Option<String>,
    /// Of such a resource whose property is a plain value: the attribute that it is.
    #[serde(default)]
    pub(crate) item: Option<String>,
    /// Of such a resource: the block that has what is written.
    #[serde(default)]
    pub(crate) inside: Option<String>,
    /// Of such a resource: what it takes over from the properties beside it.
    #[serde(default)]
    pub(crate) take: BTreeMap<String, String>,
    /// Of such a resource: the attribute that refers to a resource that nobody has to declare.
    #[serde(default)]
    pub(crate) implied: Option<Implied>,
    /// What to write for a resource that a repair would declare beside it: the property and its value, by the type of that
    /// resource.
    #[serde(default)]
    pub(crate) declares: BTreeMap<String, String>,
    /// Attributes that the row of the catalog reads and that no property decides.
    #[serde(default)]
    pub none: Vec<String>,
    /// Properties, by their path, under the name of the attribute or block inside of the one around it; behind a colon how the
    /// value becomes that of the attribute. One without a name is no block of its own. With `/` before it an attribute of the
    /// resource; with a key in brackets that entry of a list of keys and values.
    #[serde(default)]
    properties: BTreeMap<String, String>,
    #[serde(skip)]
    by_path: FxHashMap<String, Property>,
}

/// Another row, by a property.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) property: String,
    /// Its value; whatever it is where none is said.
    #[serde(default)]
    pub(crate) value: Option<String>,
    pub(crate) row: String,
}

/// A property that is a resource of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Also {
    pub(crate) property: String,
    /// Its row; of a property with named entries the beginning of its name, before what the entry says as its `Type`.
    pub(crate) row: String,
}

/// A resource that is there without a declaration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Implied {
    pub(crate) attribute: String,
    pub(crate) resource: String,
}

/// What a property is to the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// The name inside of the block around it; with dots the way there.
    pub name: String,
    /// How its value becomes that of the attribute.
    pub(crate) form: Form,
}

/// How the value of a property becomes that of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Objects are blocks, everything else is as it is.
    Plain,
    /// An object keeps its own keys.
    Keep,
    /// A structure as a text of JSON.
    Json,
    /// Definitions of containers: JSON with small first letters.
    Containers,
    /// Whether it says this word.
    Is(String),
    /// One word for true, another for false.
    Word(String, String),
    /// All but the first of a list.
    Rest,
    /// Each entry of an object as a block with a name and a value.
    Entries,
}

impl Property {
    fn parse(text: &str) -> Property {
        let (name, form) = text.split_once(':').unwrap_or((text, ""));
        let inside = |start: &str| form.strip_prefix(start)?.strip_suffix(')');
        let form = match form {
            "keep" => Form::Keep,
            "json" => Form::Json,
            "containers" => Form::Containers,
            "rest" => Form::Rest,
            "entries" => Form::Entries,
            _ => match (inside("is("), inside("word(").and_then(|words| words.split_once(','))) {
                (Some(word), _) => Form::Is(word.to_owned()),
                (_, Some((yes, no))) => Form::Word(yes.to_owned(), no.to_owned()),
                _ => Form::Plain,
            },
        };
        Property { name: name.to_owned(), form }
    }
}

impl TypeRow {
    /// What a property is called, by its path without indexes.
    pub(crate) fn property(&self, path: &str) -> Property {
        match self.by_path.get(path) {
            Some(property) => property.clone(),
            None => Property { name: snake(path.rsplit('.').next().unwrap_or(path)), form: Form::Plain },
        }
    }

    /// The property of an entry of a list of keys and values.
    pub(crate) fn keyed(&self, path: &str, key: &str) -> Option<&Property> {
        self.by_path.get(&format!("{path}[{key}]"))
    }

    /// Whether a property is a list of keys and values some of which are attributes.
    pub(crate) fn is_keyed(&self, path: &str) -> bool {
        self.properties
            .range(format!("{path}[")..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&format!("{path}[")))
    }

    /// The properties that are written in the table, by path.
    pub fn properties(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.properties.keys().filter_map(|path| Some((path.as_str(), self.by_path.get(path)?)))
    }

    /// The attribute that `Ref` gives, or that `Fn::GetAtt` does.
    pub(crate) fn attribute(&self, name: Option<&str>) -> String {
        match name {
            None => self.reference.clone().unwrap_or_else(|| "id".to_owned()),
            Some(name) => self.get.get(name).cloned().unwrap_or_else(|| snake(&name.replace('.', "_"))),
        }
    }

    /// Attributes that follow from the type, or from what it is a property of.
    pub fn given(&self) -> impl Iterator<Item = &str> {
        let owner = self.owner.iter().chain(&self.item).chain(self.take.values());
        self.always.keys().chain(self.usual.keys()).chain(owner).map(String::as_str)
    }

    /// Whether it is the row of a property that is a resource of its own.
    pub fn is_part(&self) -> bool {
        self.owner.is_some()
    }

    /// The property, and its value, that stand for a resource which a repair declares in the words of Terraform.
    pub fn declares(&self, text: &str) -> Option<(&str, &str)> {
        let declared = |kind: &str| text.starts_with(&format!("resource \"{kind}\""));
        let (_, written) = self.declares.iter().find(|(kind, _)| declared(kind))?;
        written.split_once('=')
    }

    /// What to write for a property so that its attribute has a value; `None` where nothing does.
    pub fn as_written(&self, property: &str, value: &Value) -> Option<Value> {
        let form = self.by_path.get(property).map_or(&Form::Plain, |property| &property.form);
        let written = match (form, &value.kind) {
            (Form::Plain | Form::Keep, _) => return Some(value.clone()),
            (Form::Is(word), Kind::Bool(true)) => Value::string(word.as_str()),
            (Form::Word(yes, _), Kind::String(text)) if **text == **yes => Value::new(Kind::Bool(true)),
            (Form::Word(_, no), Kind::String(text)) if **text == **no => Value::new(Kind::Bool(false)),
            _ => return None,
        };
        Some(written)
    }

    /// The path of the property that decides an attribute, as the table has it.
    pub fn property_of(&self, attribute: &str) -> Option<String> {
        let found = self.properties().find(|(path, _)| !path.starts_with('/') && self.path_of(path) == attribute);
        found.map(|(path, _)| path.to_owned())
    }

    /// The whole path of the attribute that a property is.
    pub fn path_of(&self, property: &str) -> String {
        let outer = property.split('[').next().unwrap_or(property);
        let mut names: Vec<String> = Vec::new();
        if outer != property {
            // An entry of a list of keys and values stands where the list does.
            if let Some(known) = self.by_path.get(property) {
                names.push(known.name.clone());
            }
            return names.join(".");
        }
        let mut end = 0;
        for part in property.split('.') {
            end += part.len() + usize::from(end > 0);
            let path = property.get(..end).unwrap_or(property);
            let name = self.property(path).name;
            if !name.is_empty() {
                names.push(name);
            }
        }
        names.join(".")
    }
}

/// `DBInstanceClass` as `db_instance_class`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(at + 1);
        let ends_small = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let begins_word = before.is_some_and(|before| before.is_uppercase()) && after.is_some_and(|c| c.is_lowercase());
        if letter.is_uppercase() && (ends_small || begins_word) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// The table.
struct Table {
    rows: BTreeMap<String, TypeRow>,
    problem: Option<String>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let read = toml::from_str::<BTreeMap<String, TypeRow>>(include_str!("../data/types.toml"));
        let (mut rows, problem) = match read {
            Ok(rows) => (rows, None),
            Err(error) => (BTreeMap::new(), Some(error.to_string())),
        };
        for row in rows.values_mut() {
            row.by_path = row.properties.iter().map(|(path, text)| (path.clone(), Property::parse(text))).collect();
        }
        Table { rows, problem }
    })
}

/// The row of a type.
pub fn row(name: &str) -> Option<&'static TypeRow> {
    table().rows.get(name)
}

/// Every row with its name; what is wrong with the table, if something is.
pub fn rows() -> (impl Iterator<Item = (&'static str, &'static TypeRow)>, Option<&'static str>) {
    let table = table();
    (table.rows.iter().map(|(name, row)| (name.as_str(), row)), table.problem.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_rule() {
        for (name, expected) in [
            ("MultiAZ", "multi_az"),
            ("DBInstanceClass", "db_instance_class"),
            ("VpcId", "vpc_id"),
            ("TargetGroupArn", "target_group_arn"),
            ("SSESpecification", "sse_specification"),
            ("Route53Name", "route53_name"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn the_table_can_be_read() {
        let (rows, problem) = rows();
        assert_eq!(problem, None);
        for (name, row) in rows {
            let others = row.cases.iter().map(|case| &case.row);
            let parts = row.also.iter().map(|also| &also.row).filter(|also| !also.ends_with("Events"));
            for other in others.chain(parts) {
                assert!(super::row(other).is_some(), "{name}: there is no row {other}");
            }
        }
    }

    #[test]
    fn paths_of_attributes() {
        let row = row("AWS::ElasticLoadBalancingV2::Listener").unwrap();
        assert_eq!(
            row.path_of("DefaultActions.ForwardConfig.TargetGroups.TargetGroupArn"),
            "default_action.forward.target_group.arn"
        );
        let service = super::row("AWS::ECS::Service").unwrap();
        assert_eq!(
            service.path_of("NetworkConfiguration.AwsvpcConfiguration.Subnets"),
            "network_configuration.subnets"
        );
        let database = super::row("AWS::RDS::DBInstance").unwrap();
        assert_eq!(database.property_of("multi_az").as_deref(), Some("MultiAZ"));
    }
}
