//! Every key of `foreshock.toml`: what the reader knows, what editors show, and what the schema and the page say.

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[[name]]`, any number of them.
    Tables,
    /// `[name]` with keys of its own.
    Table,
    /// `[name]`: a level for each rule.
    Levels,
    /// `[name.TYPE]`: a row of the catalog for each type.
    Rows,
    /// Any values by name.
    Values,
    /// A text.
    Text,
    /// The path or glob of stacks.
    Stacks,
    /// Files with values of variables.
    ValueFiles,
    /// A percentage above 0 and below 100.
    Percent,
    /// `true` or `false`.
    Truth,
    /// The name of a rule.
    Rule,
    /// Names of rules.
    Rules,
    /// The address of a component, `*` for any text.
    Address,
    /// A day, `2027-01-31`.
    Day,
    /// A time: `"15m"`, or a number of seconds.
    Time,
    /// Sorts of faults.
    Faults,
    /// Numbers by the address of a component.
    Numbers,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The section that it stands in: empty for the file itself, `stack`, `stack.ignore`.
    pub section: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// What it means, Markdown, one line.
    pub meaning: &'static str,
}

const fn key(section: &'static str, name: &'static str, shape: Shape, meaning: &'static str) -> Key {
    Key { section, name, shape, meaning }
}

const RULE: &str = "the rule that is ignored";
const RULES: &str = "several of them";
const REASON: &str = "why; without one a hint asks for it";
const UNTIL: &str = "the last day on which it counts, `2027-01-31`";
const RTO: &str = "how soon it has to be back: `\"15m\"`, `\"4h\"`, or a number of seconds; what the text can't reach is a finding, [recovery-unreachable](rules/recovery-unreachable.md)";
const RPO: &str = "how much data may be lost, as the time since the newest copy; read as `rto`";
const ADDRESS: &str = "the components: an address, one without keys for all its instances, a module for everything in it; `*` is any text";

/// Every key, section by section.
pub const KEYS: &[Key] = &[
    key("", "stack", Shape::Tables, "with which values a root is read, and what is promised of it"),
    key("", "rules", Shape::Levels, "how loud rules are, for every stack of the file"),
    key("", "ignore", Shape::Tables, "findings that are not shown, by address"),
    key(
        "",
        "baseline",
        Shape::Text,
        "the file with the findings that were there when Foreshock came, relative to `foreshock.toml`; `foreshock-baseline.json` when absent",
    ),
    key("", "editor", Shape::Table, "what editors show"),
    key("", "catalog", Shape::Rows, "rows for resource types of your own"),
    key(
        "stack",
        "path",
        Shape::Stacks,
        "the directory of a root module or a chart, or the file of infrastructure YAML, relative to `foreshock.toml`; or a glob: `envs/*`, `envs/dev/**` (the directory and all below it), `envs/{dev,test}`",
    ),
    key(
        "stack",
        "var_files",
        Shape::ValueFiles,
        "files with values, as for `terraform plan -var-file`, of a [chart](helm.md) as for `helm --values`; relative to the root module, else to `foreshock.toml`. Later ones win",
    ),
    key(
        "stack",
        "variables",
        Shape::Values,
        "values of variables, as for `-var`, of a chart by their path as for `--set`; they win over files",
    ),
    key("stack", "workspace", Shape::Text, "the value of `terraform.workspace`"),
    key(
        "stack",
        "name",
        Shape::Text,
        "what tells this stack from others of the same root; the files with values when absent",
    ),
    key(
        "stack",
        "slo",
        Shape::Percent,
        "the availability that is promised, in percent; what `foreshock availability` is measured against unless `--slo` is given; above what the design can reach it is a finding, [slo-unreachable](rules/slo-unreachable.md), where most is lost. Objectives that you keep for other tools are read, too ([promises](promises.md))",
    ),
    key("stack", "rto", Shape::Time, RTO),
    key("stack", "rpo", Shape::Time, RPO),
    key("stack", "target", Shape::Tables, "the same for some components, or for other faults: `[[stack.target]]`"),
    key(
        "stack",
        "data_gb",
        Shape::Numbers,
        "gigabytes of data by address, `{ \"aws_db_instance.orders\" = 250 }`: how long a restore takes, [recovery](recovery.md)",
    ),
    key("stack", "rules", Shape::Levels, "how loud rules are in it"),
    key("stack", "ignore", Shape::Tables, "findings that are not shown in it, by address"),
    key("stack.ignore", "rule", Shape::Rule, RULE),
    key("stack.ignore", "rules", Shape::Rules, RULES),
    key("stack.ignore", "address", Shape::Address, ADDRESS),
    key("stack.ignore", "reason", Shape::Text, REASON),
    key("stack.ignore", "until", Shape::Day, UNTIL),
    key("stack.target", "address", Shape::Address, ADDRESS),
    key("stack.target", "tag", Shape::Text, "the components that carry a tag or label: `tier`, `tier=gold`"),
    key(
        "stack.target",
        "faults",
        Shape::Faults,
        "after which faults: `software`, `instance`, `zone`, `region`; all but `region` when absent",
    ),
    key("stack.target", "rto", Shape::Time, RTO),
    key("stack.target", "rpo", Shape::Time, RPO),
    key("ignore", "rule", Shape::Rule, RULE),
    key("ignore", "rules", Shape::Rules, RULES),
    key("ignore", "address", Shape::Address, ADDRESS),
    key("ignore", "path", Shape::Stacks, "only in the stacks there; a directory or a glob, as for `[[stack]]`"),
    key("ignore", "reason", Shape::Text, REASON),
    key("ignore", "until", Shape::Day, UNTIL),
    key(
        "editor",
        "values",
        Shape::Truth,
        "`false`: no resolved values beside expressions. The figures at the end of a block stay",
    ),
];

/// The keys of a section.
pub fn keys_of(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |key| key.section == section)
}

pub(super) fn names(section: &str) -> Vec<&'static str> {
    keys_of(section).map(|key| key.name).collect()
}
