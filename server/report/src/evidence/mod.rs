//! A pack of files that illustrates what an analysis can say for a review of digital operational resilience (DORA). It is no
//! audit evidence, and every file says so first.
//!
//! One JSON model; the Markdown and the page say the same. Start reading at [`Pack`].

mod articles;
mod facts;
mod markdown;
mod model;

use foreshock_analysis::Snapshot;

use self::markdown::markdown;
pub use self::model::checksum;
use self::model::model;
use super::Places;
use super::html::{Made, StackMatter, html_report};

/// The first line of every file of the pack.
pub const NOTICE: &str = "Illustrative only, not audit evidence: modelled from text, nothing here was observed on a \
                                 running system, and no part of it shows compliance with Regulation (EU) 2022/2554.";

/// A file that was read, with what it was when the pack was made.
pub struct InputFile {
    /// As it is shown.
    pub path: String,
    /// SHA-256, hexadecimal; none where it could not be read again.
    pub sha256: Option<String>,
    /// Its length.
    pub bytes: u64,
}

/// The files of the pack: names and contents, checksums last.
pub struct Pack {
    /// `evidence.json`, `evidence.md`, `report.html`, `SHA256SUMS`.
    pub files: Vec<(&'static str, String)>,
}

impl Pack {
    /// Of these stacks.
    pub fn of(
        snapshot: &Snapshot,
        matters: &[StackMatter],
        inputs: &[InputFile],
        places: &Places<'_>,
        made: &Made,
    ) -> Result<Pack, String> {
        let report = html_report(matters, places, made)?;
        let value = model(snapshot, matters, inputs, &report, places, made)?;
        let mut json = serde_json::to_string_pretty(&value).map_err(|error| error.to_string())?;
        json.push('\n');
        let mut files = vec![("evidence.json", json), ("evidence.md", markdown(&value)?), ("report.html", report)];
        let sums = files.iter().map(|(name, text)| format!("{}  {name}\n", checksum(text.as_bytes())));
        // Lines that begin with # are comments to sha256sum.
        let sums = format!("# {NOTICE}\n{}", sums.collect::<String>());
        files.push(("SHA256SUMS", sums));
        Ok(Pack { files })
    }
}
