//! The catalog: rows by resource type, read from the files of `data`.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use foreshock_resources::{Instance, Mode};

use crate::backups::BackupRows;
use crate::entries::{self, EntryRows};
use crate::families::{self, Family};
use crate::figures::Figures;
use crate::row::EdgeRow;
use crate::{Recipe, Role, RoleName, Row};

/// The files of rows, by family. A new family is one line here; a new type is none.
const BUNDLED: &[(&str, &str)] = &[
    ("alicloud.toml", include_str!("../data/alicloud.toml")),
    ("anywhere.toml", include_str!("../data/anywhere.toml")),
    ("aws_compute.toml", include_str!("../data/aws_compute.toml")),
    ("aws_data.toml", include_str!("../data/aws_data.toml")),
    ("aws_delivery.toml", include_str!("../data/aws_delivery.toml")),
    ("aws_identity.toml", include_str!("../data/aws_identity.toml")),
    ("aws_messaging.toml", include_str!("../data/aws_messaging.toml")),
    ("aws_more.toml", include_str!("../data/aws_more.toml")),
    ("aws_network.toml", include_str!("../data/aws_network.toml")),
    ("aws_operations.toml", include_str!("../data/aws_operations.toml")),
    ("azure_azapi.toml", include_str!("../data/azure_azapi.toml")),
    ("azure_compute.toml", include_str!("../data/azure_compute.toml")),
    ("azure_data.toml", include_str!("../data/azure_data.toml")),
    ("azure_delivery.toml", include_str!("../data/azure_delivery.toml")),
    ("azure_messaging.toml", include_str!("../data/azure_messaging.toml")),
    ("azure_network.toml", include_str!("../data/azure_network.toml")),
    ("azure_operations.toml", include_str!("../data/azure_operations.toml")),
    ("cloudflare.toml", include_str!("../data/cloudflare.toml")),
    ("digitalocean.toml", include_str!("../data/digitalocean.toml")),
    ("europe_clouds.toml", include_str!("../data/europe_clouds.toml")),
    ("google_compute.toml", include_str!("../data/google_compute.toml")),
    ("google_data.toml", include_str!("../data/google_data.toml")),
    ("google_messaging.toml", include_str!("../data/google_messaging.toml")),
    ("google_network.toml", include_str!("../data/google_network.toml")),
    ("google_operations.toml", include_str!("../data/google_operations.toml")),
    ("hetzner.toml", include_str!("../data/hetzner.toml")),
    ("ibm.toml", include_str!("../data/ibm.toml")),
    ("compose.toml", include_str!("../data/compose.toml")),
    ("kubernetes.toml", include_str!("../data/kubernetes.toml")),
    ("linode.toml", include_str!("../data/linode.toml")),
    ("managed_data.toml", include_str!("../data/managed_data.toml")),
    ("modules.toml", include_str!("../data/modules.toml")),
    ("modules_more.toml", include_str!("../data/modules_more.toml")),
    ("noise.toml", include_str!("../data/noise.toml")),
    ("oci.toml", include_str!("../data/oci.toml")),
    ("other_clouds.toml", include_str!("../data/other_clouds.toml")),
    ("platforms.toml", include_str!("../data/platforms.toml")),
    ("private_clouds.toml", include_str!("../data/private_clouds.toml")),
    ("yandex.toml", include_str!("../data/yandex.toml")),
];

/// The catalog: one row per resource type, and the figures that rows refer to.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    rows: BTreeMap<String, Row>,
    /// Names of rows with a `*` in them, the longest first.
    patterns: Vec<String>,
    /// Where users come in from beyond the edge of a stack.
    pub(crate) entries: EntryRows,
    /// Other names of rows, and rows that are like another.
    same_as: BTreeMap<String, String>,
    families: Vec<Family>,
    /// What backs others up.
    pub(crate) backups: BackupRows,
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

/// Whether a name is the pattern with something in place of each `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

impl Catalog {
    /// The catalog that ships with the program.
    pub fn bundled() -> &'static Arc<Catalog> {
        static CATALOG: OnceLock<Arc<Catalog>> = OnceLock::new();
        CATALOG.get_or_init(|| {
            let mut catalog = Catalog::parse(BUNDLED, Figures::bundled());
            match families::bundled() {
                Ok((families, words)) => {
                    catalog.problems.extend(families::add_to(&mut catalog.rows, &families, &words, &catalog.same_as));
                    catalog.families = families;
                }
                Err(problem) => catalog.problems.push(problem),
            }
            Arc::new(catalog)
        })
    }

    /// The checks that are written once for several types.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// This catalog with rows of somebody's own. A row of a type that is here already takes its place.
    pub fn with_rows(&self, rows: impl IntoIterator<Item = (String, Row)>) -> Catalog {
        let mut catalog = self.clone();
        catalog.rows.extend(rows);
        catalog.sort_patterns();
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
        let mut problems = figures.problems.clone();
        let entries = entries::read(include_str!("../data/entries.toml"), &mut problems);
        let backups = toml::from_str(include_str!("../data/backups.toml")).unwrap_or_else(|error| {
            problems.push(format!("backups.toml: {error}"));
            BackupRows::new()
        });
        let mut catalog = Catalog { problems, entries, backups, figures, ..Catalog::default() };
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
            // One that has checks of its own takes none over.
            if let Some(of) = row.get("like").and_then(toml::Value::as_str).filter(|_| !row.contains_key("check")) {
                catalog.same_as.insert(type_name.clone(), of.to_owned());
            }
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
                Some(row) => {
                    catalog.same_as.insert(type_name.clone(), same_as);
                    catalog.add(file, type_name, row);
                }
                None => catalog.problems.push(format!("{file}: {type_name}: there is no row {same_as}")),
            }
        }
        catalog.sort_patterns();
        catalog
    }

    fn sort_patterns(&mut self) {
        self.patterns = self.rows.keys().filter(|name| name.contains('*')).cloned().collect();
        self.patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.len()));
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

    /// The row of a resource type: `aws_lb`; data sources as `data.aws_vpc`. A row of its own comes before one whose
    /// name has a `*` in it.
    pub fn row(&self, type_name: &str) -> Option<&Row> {
        let by_pattern = || self.rows.get(self.patterns.iter().find(|pattern| fits(pattern, type_name))?);
        self.rows.get(type_name).or_else(by_pattern)
    }

    /// Links that any instance may have, whatever its type.
    pub(crate) fn everywhere(&self) -> &[EdgeRow] {
        self.rows.get("any").map_or(&[], |row| &row.edges)
    }

    /// The row of an instance. A part of a module without a row of its own means nothing if the module means nothing; any
    /// other module without a row is the one called `module`.
    pub fn row_of(&self, instance: &Instance) -> Option<&Row> {
        let name = crate::skeleton::row_name(instance);
        let row = self.row(&name);
        if row.is_some() || instance.mode != Mode::Module {
            return row;
        }
        let whole = name.split("//").next().and_then(|whole| self.row(whole));
        whole.filter(|row| row.role() != Role::Component).or_else(|| self.row("module"))
    }

    /// The type of the same provider whose row a type has, where it has that of another.
    pub(crate) fn is_like(&self, type_name: &str) -> Option<&str> {
        let like = self.same_as.get(type_name)?;
        families::is_kin(type_name, like).then_some(like)
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
            if let Some(heals) = row.heals.as_ref().filter(|heals| !catalog.figures.restores(heals)) {
                wrong.push(format!("{name}: no default says how long {heals} takes"));
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
        wrong.extend(
            catalog.entries.keys().filter(|name| catalog.row(name).is_none()).map(|name| format!("entry: {name}")),
        );
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn a_name_with_a_star_is_any_that_fits() {
        for (pattern, name, wanted) in [
            ("github_*", "github_repository", true),
            ("github_*", "data.github_repository", false),
            ("google_*_iam_member", "google_pubsub_topic_iam_member", true),
            ("google_*_iam_member", "google_project_service", false),
            ("aws_x", "aws_x", true),
            ("aws_x", "aws_xy", false),
            ("*_a*_b", "x_a_a_b", true),
        ] {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
        let files = [("a.toml", "\"x_*\" = \"ignored\"\n\"x_y_*\" = \"glue\"\n[x_y_z]\nkind = \"cache\"\n")];
        let catalog = Catalog::parse(&files, Figures::default());
        let roles = ["x_a", "x_y_a", "x_y_z", "y"].map(|name| catalog.row(name).map(Row::role));
        assert_eq!(roles, [Some(Role::Ignored), Some(Role::Glue), Some(Role::Component), None]);
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
