//! Every crate with the crates it may know: the one place where that is decided. `cargo xtask tidy` compares it with each
//! `Cargo.toml`, and the picture in docs/architecture.md is drawn from it.

use toml::{Table, Value};

use crate::tree::Tree;

/// What a crate may do beyond computing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum May {
    /// Nothing: a function of what it is given. No files, no processes, no network.
    Compute,
    /// Read and write files.
    UseFiles,
    /// Everything that a program does.
    RunPrograms,
}

/// A crate of the workspace.
pub(crate) struct Crate {
    /// Its name, without `foreshock-` before it.
    pub(crate) name: &'static str,
    /// Where it is.
    pub(crate) folder: &'static str,
    /// The crates it may know, and does.
    pub(crate) knows: &'static [&'static str],
    /// What it may do beyond computing.
    pub(crate) may: May,
}

const fn pure(name: &'static str, folder: &'static str, knows: &'static [&'static str]) -> Crate {
    Crate { name, folder, knows, may: May::Compute }
}

/// From the lowest to the highest.
pub(crate) const CRATES: &[Crate] = &[
    pure("text", "server/text", &[]),
    Crate { name: "files", folder: "server/files", knows: &["text"], may: May::UseFiles },
    pure("syntax", "server/syntax", &["text"]),
    pure("model", "server/model", &["text"]),
    pure("engine", "server/engine", &["model"]),
    pure("resources", "server/resources", &["text"]),
    pure("documents", "server/documents", &["text", "syntax", "resources"]),
    pure("templates", "server/templates", &["text", "syntax", "resources", "documents"]),
    pure("expressions", "server/expressions", &["text", "syntax", "files", "resources"]),
    pure("terraform", "server/frontends/terraform", &["text", "syntax", "files", "resources", "expressions"]),
    pure("catalog", "server/catalog", &["text", "syntax", "model", "resources", "expressions"]),
    pure("infra", "server/frontends/infra", &["text", "syntax", "model", "catalog"]),
    pure("compose", "server/frontends/compose", &["text", "syntax", "resources", "documents"]),
    pure("kubernetes", "server/frontends/kubernetes", &["text", "syntax", "resources", "documents"]),
    pure("helm", "server/frontends/helm", &["text", "syntax", "resources", "documents", "templates", "kubernetes"]),
    pure("plan", "server/frontends/plan", &["text", "syntax", "resources"]),
    pure("cloudformation", "server/frontends/cloudformation", &["text", "syntax", "resources", "expressions"]),
    Crate { name: "history", folder: "server/history", knows: &[], may: May::UseFiles },
    Crate {
        name: "analysis",
        folder: "server/analysis",
        knows: &[
            "text",
            "syntax",
            "files",
            "model",
            "resources",
            "documents",
            "terraform",
            "catalog",
            "infra",
            "kubernetes",
            "helm",
            "compose",
            "plan",
            "cloudformation",
            "engine",
            "history",
        ],
        may: May::UseFiles,
    },
    pure("backtest", "server/backtest", &["text", "syntax", "model", "engine"]),
    pure("report", "server/report", &["text", "model", "catalog", "engine", "analysis", "backtest"]),
    Crate {
        name: "foreshock",
        folder: "server/foreshock",
        knows: &[
            "text",
            "files",
            "model",
            "resources",
            "terraform",
            "catalog",
            "infra",
            "engine",
            "analysis",
            "report",
            "backtest",
        ],
        may: May::RunPrograms,
    },
    Crate {
        name: "fixture",
        folder: "server/fixture",
        knows: &["text", "files", "syntax", "documents", "terraform"],
        may: May::RunPrograms,
    },
    pure("claims", "server/claims", &["text", "syntax", "plan", "analysis", "report"]),
    Crate { name: "xtask", folder: "xtask", knows: &[], may: May::RunPrograms },
];

/// Crates that only tests may depend on.
pub(crate) const ONLY_IN_TESTS: &[&str] = &["fixture", "claims"];

/// The name of a crate of ours, from the name of its package: `foreshock-text` is `text`.
pub(crate) fn short(package: &str) -> Option<&str> {
    match package {
        "foreshock" | "xtask" => Some(package),
        package => package.strip_prefix("foreshock-"),
    }
}

/// The `Cargo.toml` of a folder.
pub(crate) fn manifest(tree: &Tree, folder: &str) -> Option<Table> {
    let path = if folder.is_empty() { "Cargo.toml".to_owned() } else { format!("{folder}/Cargo.toml") };
    tree.text(&path)?.parse().ok()
}

/// The members of the workspace, as folders.
pub(crate) fn members(tree: &Tree) -> Vec<String> {
    let manifest = manifest(tree, "").unwrap_or_default();
    let members = manifest.get("workspace").and_then(|workspace| workspace.get("members")).and_then(Value::as_array);
    members.into_iter().flatten().filter_map(|member| member.as_str().map(str::to_owned)).collect()
}

/// The names in one table of dependencies of a manifest: `dependencies`, `dev-dependencies`, `build-dependencies`.
pub(crate) fn dependencies(manifest: &Table, table: &str) -> Vec<String> {
    let table = manifest.get(table).and_then(Value::as_table);
    table.into_iter().flat_map(|table| table.keys().cloned()).collect()
}
