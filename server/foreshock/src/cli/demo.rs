use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::Severity;

use super::inputs::Inputs;
use super::{Outcome, colour, print, read};
use crate::report::{Places, Report, human};

/// The shop, as it is in `fixtures/shop`.
const SHOP: [(&str, &str); 6] = [
    ("cache.tf", include_str!("../../../../fixtures/shop/cache.tf")),
    ("main.tf", include_str!("../../../../fixtures/shop/main.tf")),
    ("network.tf", include_str!("../../../../fixtures/shop/network.tf")),
    ("queue.tf", include_str!("../../../../fixtures/shop/queue.tf")),
    ("rds.tf", include_str!("../../../../fixtures/shop/rds.tf")),
    ("web.tf", include_str!("../../../../fixtures/shop/web.tf")),
];

#[derive(Args)]
pub(super) struct Arguments {}

pub(super) fn run(_: &Arguments) -> Result<Outcome, String> {
    let directory = write_shop()?;
    let (snapshot, base) = read(&directory, &Inputs::default())?;
    let places = Places::relative_to(&snapshot, base);
    let report = human(&Report::of(&snapshot, Severity::Info), &places, colour());
    print(&format!("{report}\n{}", how_to_open(&directory)))?;
    // The demo always finds something; that is no failure.
    Ok(Outcome::Fine)
}

/// How to see the same in an editor, with this program as the server.
fn how_to_open(directory: &Utf8Path) -> String {
    let program = std::env::current_exe().map_or_else(|_| "foreshock".to_owned(), |path| path.display().to_string());
    format!(
        "The shop is in {directory}. To see this while you type, open rds.tf there:
  VS Code  (cd editors/vscode && npm ci && npm run package && code --install-extension foreshock-*.vsix)
           code {directory}
  Neovim   nvim --cmd 'set rtp+=editors/nvim' \\
             --cmd \"lua require('foreshock').setup {{ cmd = {{ '{program}', 'lsp' }} }}\" {directory}/rds.tf
More in docs/editors.md.
"
    )
}

/// Writes the shop where the user can open it; what is there from an earlier run is written anew.
fn write_shop() -> Result<Utf8PathBuf, String> {
    let temporary = Utf8PathBuf::from_path_buf(std::env::temp_dir())
        .map_err(|path| format!("{}: the path of the temporary directory is not UTF-8", path.display()))?;
    let directory = temporary.join("foreshock-demo");
    let failed = |path: &Utf8Path, error: std::io::Error| format!("{path}: {error}; the demo is written there");
    fs::create_dir_all(&directory).map_err(|error| failed(&directory, error))?;
    for (name, text) in SHOP {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_shop_is_there() {
        let fixtures = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/shop");
        let mut files: Vec<String> = fixtures
            .read_dir_utf8()
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_owned())
            .filter(|name| name.ends_with(".tf"))
            .collect();
        files.sort();
        assert_eq!(files, SHOP.map(|(name, _)| name));
    }
}
