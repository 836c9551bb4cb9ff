//! The catalog: rows by resource type, read from the files of `data`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use foreshock_resources::{Instance, Mode};

use crate::figures::Figures;
use crate::{Recipe, Role, RoleName, Row};

/// The files of rows, by family. A new family is one line here; a new type is none.
const BUNDLED: &[(&str, &str)] = &[
    ("aws_compute.toml", include_str!("../data/aws_compute.toml")),
    ("aws_data.toml", include_str!("../data/aws_data.toml")),
    ("aws_delivery.toml", include_str!("../data/aws_delivery.toml")),
    ("aws_identity.toml", include_str!("../data/aws_identity.toml")),
    ("aws_messaging.toml", include_str!("../data/aws_messaging.toml")),
    ("aws_network.toml", include_str!("../data/aws_network.toml")),
    ("aws_operations.toml", include_str!("../data/aws_operations.toml")),
    ("azure_compute.toml", include_str!("../data/azure_compute.toml")),
    ("azure_data.toml", include_str!("../data/azure_data.toml")),
    ("azure_delivery.toml", include_str!("../data/azure_delivery.toml")),
    ("azure_messaging.toml", include_str!("../data/azure_messaging.toml")),
    ("azure_network.toml", include_str!("../data/azure_network.toml")),
    ("azure_operations.toml", include_str!("../data/azure_operations.toml")),
    ("google_compute.toml", include_str!("../data/google_compute.toml")),
    ("google_data.toml", include_str!("../data/google_data.toml")),
    ("google_messaging.toml", include_str!("../data/google_messaging.toml")),
    ("google_network.toml", include_str!("../data/google_network.toml")),
    ("google_operations.toml", include_str!("../data/google_operations.toml")),
    ("kubernetes.toml", include_str!("../data/kubernetes.toml")),
    ("modules.toml", include_str!("../data/modules.toml")),
];

/// The catalog: one row per resource type, and the figures that rows refer to.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    rows: BTreeMap<String, Row>,
    pub(crate) figures: Figures,
    problems: Vec<String>,
}

/// A row that says `like = "type"`: the fields of that type's row, except those it has itself.
fn like(mut row: toml::Table, written: &BTreeMap<String, toml::Table>) -> Result<toml::Table, String> {
    let Some(toml::Value::String(name)) = row.remove("like") else { return Err("like names a type".to_owned()) };
    let base = written.get(&name).ok_or_else(|| format!("there is no row {name}"))?;
    for (field, value) in base {
        row.entry(field.as_str()).or_insert_with(|| value.clone());
    }
    Ok(row)
}

impl Catalog {
    /// The catalog that ships with the program.
    pub fn bundled() -> &'static Arc<Catalog> {
        static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
        CATALOG.get_or_init(|| Arc::new(Catalog::parse(BUNDLED, Figures::bundled())))
    }

    /// This catalog with rows of somebody's own. A row of a type that is here already takes its place.
    pub fn with_rows(&self, rows: impl IntoIterator<Item = (String, Row)>) -> Catalog {
        let mut catalog = self.clone();
        catalog.rows.extend(rows);
        catalog
    }

    /// The row that a text in place of a row stands for: "ignored", "glue", or the type of another row.
    pub fn row_like(&self, name: &str) -> Option<Row> {
        match name {
            "ignored" => Some(Row::bare(RoleName::Ignored)),
            "glue" => Some(Row::bare(RoleName::Glue)),
            other => self.rows.get(other).cloned(),
        }
    }

    /// Names of figures that a row refers to and that `sla.toml` and `defaults.toml` do not have.
    pub fn missing_figures(&self, row: &Row) -> Vec<String> {
        row.sla.iter().flat_map(|sla| self.figures.missing(sla)).collect()
    }

    /// Reads files of rows. What can't be read is left out and listed in [`Catalog::problems`].
    pub(crate) fn parse(files: &[(&str, &str)], figures: Figures) -> Catalog {
        let mut catalog = Catalog { rows: BTreeMap::new(), problems: figures.problems.clone(), figures };
        let mut aliases = Vec::new();
        let mut alike = Vec::new();
        let mut written: BTreeMap<String, toml::Table> = BTreeMap::new();
        for (file, text) in files {
            let table: toml::Table = match text.parse() {
                Ok(table) => table,
                Err(error) => {
                    catalog.problems.push(format!("{file}: {error}"));
                    continue;
                }
            };
            for (type_name, value) in table {
                match value {
                    toml::Value::String(same_as) => aliases.push((file, type_name, same_as)),
                    toml::Value::Table(row) if row.contains_key("like") => alike.push((file, type_name, row)),
                    value => {
                        if let Some(table) = value.as_table() {
                            written.insert(type_name.clone(), table.clone());
                        }
                        catalog.read(file, type_name, value);
                    }
                }
            }
        }
        // A row that is like one that is like another comes after it.
        alike.sort_by_key(|(_, _, row)| {
            row.get("like").and_then(toml::Value::as_str).is_some_and(|of| of.contains(':'))
        });
        for (file, type_name, row) in alike {
            match like(row, &written) {
                Ok(row) => {
                    written.insert(type_name.clone(), row.clone());
                    catalog.read(file, type_name, toml::Value::Table(row));
                }
                Err(error) => catalog.problems.push(format!("{file}: {type_name}: {error}")),
            }
        }
        for (file, type_name, same_as) in aliases {
            match catalog.row_like(&same_as) {
                Some(row) => catalog.add(file, type_name, row),
                None => catalog.problems.push(format!("{file}: {type_name}: there is no row {same_as}")),
            }
        }
        catalog
    }

    fn read(&mut self, file: &str, type_name: String, value: toml::Value) {
        match value.try_into::<Row>() {
            Ok(row) => self.add(file, type_name, row),
            Err(error) => self.problems.push(format!("{file}: {type_name}: {error}")),
        }
    }

    fn add(&mut self, file: &str, type_name: String, row: Row) {
        if self.rows.contains_key(&type_name) {
            self.problems.push(format!("{file}: {type_name} has a row already"));
            return;
        }
        self.rows.insert(type_name, row);
    }

    /// The row of a resource type: `aws_lb`; data sources as `data.aws_vpc`.
    pub fn row(&self, type_name: &str) -> Option<&Row> {
        self.rows.get(type_name)
    }

    /// The row of an instance. A part of a module without a row of its own means nothing if the module means nothing; any
    /// other module without a row is the one called `module`.
    pub fn row_of(&self, instance: &Instance) -> Option<&Row> {
        let name = crate::graph::row_name(instance);
        let row = self.row(&name);
        if row.is_some() || instance.mode != Mode::Module {
            return row;
        }
        let whole = name.split("//").next().and_then(|whole| self.row(whole));
        whole.filter(|row| row.role() != Role::Component).or_else(|| self.row("module"))
    }

    /// Every row with its type, sorted.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &Row)> {
        self.rows.iter().map(|(name, row)| (name.as_str(), row))
    }

    /// The repairs of a resource type.
    pub fn recipes(&self, type_name: &str) -> &[Recipe] {
        self.row(type_name).map_or(&[], |row| &row.recipes)
    }

    /// What could not be read of the catalog's files.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_rows_can_all_be_read() {
        assert_eq!(Catalog::bundled().problems(), Vec::<String>::new());
    }

    #[test]
    fn rows_only_name_what_there_is() {
        let catalog = Catalog::bundled();
        let mut wrong = Vec::new();
        for (name, row) in catalog.rows() {
            let types = row.edges.iter().flat_map(|edge| &edge.to);
            let types = types.chain(row.related.values().flat_map(|related| &related.types));
            for other in types.chain(row.member_of.iter().flat_map(|member| &member.types)) {
                if catalog.row(other).is_none() {
                    wrong.push(format!("{name}: there is no row {other}"));
                }
            }
            for sla in &row.sla {
                wrong.extend(
                    catalog.figures.missing(sla).into_iter().map(|figure| format!("{name}: no figure {figure}")),
                );
            }
            let last = row.sla.last();
            if last.is_some_and(|sla| sla.when.is_some()) {
                wrong.push(format!("{name}: the last figures have a condition"));
            }
            if row.role() == Role::Component
                && !row.regional
                && row.instances.is_none()
                && !row.replicas
                && last.is_none()
            {
                wrong.push(format!("{name}: a component without instances, region or figures"));
            }
            for edge in row.edges.iter().filter(|edge| edge.key.is_some() && edge.to.is_empty()) {
                wrong.push(format!("{name}: {:?} matches a key of nothing", edge.paths));
            }
            if row.role() == Role::Glue && (row.instances.is_some() || last.is_some()) {
                wrong.push(format!("{name}: glue has no instances and no figures"));
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn a_broken_file_costs_its_rows_only() {
        let files = [
            ("a.toml", "[x]\nkind = \"nonsense\"\n[y]\nrole = \"glue\"\nz = 1\n"),
            ("b.toml", "[ok]\nkind = \"cache\"\n"),
            ("c.toml", "not toml"),
            ("d.toml", "same = \"missing\"\nok = \"ignored\"\n[bad]\nkind = \"cache\"\ninstances = \"1 +\"\n"),
        ];
        let catalog = Catalog::parse(&files, Figures::default());
        assert_eq!(catalog.rows().map(|(name, _)| name).collect::<Vec<_>>(), ["ok"]);
        assert_eq!(catalog.problems().len(), 6, "{:#?}", catalog.problems());
    }
}
