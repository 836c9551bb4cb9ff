//! `foreshock demo`: the findings of a small web shop that comes with the program; as a page in the browser with `--web`.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use foreshock_analysis::{Severity, Snapshot, Stack};
use foreshock_engine::SweepOptions;
use foreshock_report::{Made, Places, Report, StackMatter, html_report, human};

use super::inputs::Inputs;
use super::{Outcome, colour, columns, one_page_server, print, read};

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
pub(super) struct Arguments {
    /// Show the report in the browser: served on this machine only, until Enter is pressed
    #[arg(long)]
    web: bool,
    /// Only print the address of the report
    #[arg(long, requires = "web")]
    no_open: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let directory = write_shop()?;
    let (snapshot, base) = read(&directory, &Inputs::default())?;
    let places = Places::relative_to(&snapshot, base);
    let report = human(&Report::of(&snapshot, Severity::Info), &places, colour(), columns());
    print(&format!("{report}\n{}", how_to_open(&directory)))?;
    if arguments.web {
        show(&snapshot, &places, !arguments.no_open)?;
    }
    // The demo always finds something; that is no failure.
    Ok(Outcome::Fine)
}

/// Serves the report until Enter is pressed, or there is nobody who could.
fn show(snapshot: &Snapshot, places: &Places<'_>, open: bool) -> Result<(), String> {
    let stacks = snapshot.stacks.iter().enumerate();
    let matter = |(index, stack): (usize, &Arc<Stack>)| {
        let sweep = stack.sweep(&SweepOptions::default(), &|_| {});
        StackMatter::of(snapshot, index, stack, sweep, Vec::new())
    };
    let matters: Vec<StackMatter> = stacks.map(matter).collect();
    let page = html_report(&matters, places, &Made::by("foreshock demo --web"))?;
    let address =
        one_page_server::serve(page).map_err(|error| format!("127.0.0.1: {error}; the report is served there"))?;
    let address = format!("http://{address}/");
    print(&format!("The report is at {address} for this machine only. Enter ends it.\n"))?;
    if open {
        open_browser(&address);
    }
    let _ = io::stdin().read_line(&mut String::new());
    Ok(())
}

/// Where that fails the user has the address.
fn open_browser(address: &str) {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut start = Command::new("cmd");
        start.args(["/C", "start", ""]);
        start
    } else {
        Command::new("xdg-open")
    };
    let quiet = command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = quiet.spawn();
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

/// Writes the shop where the user can open it: a directory of its own, which nobody else can have prepared.
fn write_shop() -> Result<Utf8PathBuf, String> {
    let temporary = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("foreshock-demo-").tempdir();
    let directory =
        made.map_err(|error| format!("{}: {error}; the demo is written there", temporary.display()))?.keep();
    let directory = Utf8PathBuf::from_path_buf(directory)
        .map_err(|path| format!("{}: the path of the temporary directory is not UTF-8", path.display()))?;
    // What it is called in the results.
    let directory = directory.join("shop");
    fs::create_dir(&directory).map_err(|error| format!("{directory}: {error}; the demo is written there"))?;
    for (name, text) in SHOP {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| format!("{path}: {error}; the demo is written there"))?;
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
