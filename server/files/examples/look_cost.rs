//! What a look at everything that was read costs: `cargo run --release -p foreshock-files --example look_cost -- 500`.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use foreshock_files::{FileStore, Files as _};
use foreshock_text::FilePath;

fn main() {
    let count: usize = std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(500);
    let directory = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(directory.path()).unwrap();
    let store = FileStore::default();
    for number in 0..count {
        let below = root.join(format!("d{}", number / 10));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number}.tf")), "a").unwrap();
    }
    for number in 0..count {
        let below = root.join(format!("d{}", number / 10));
        store.list(&below);
        store.text(&FilePath::new(below.join(format!("{number}.tf"))));
    }
    let read = store.read_so_far();
    let look = || {
        let times = (0..15).map(|_| {
            let since = Instant::now();
            assert!(store.look_again(&read).is_empty(), "nothing has changed");
            since.elapsed()
        });
        times.min().unwrap()
    };
    let fresh = look();
    std::thread::sleep(Duration::from_millis(2_100));
    // Once more, for the stamps.
    store.look_again(&read);
    println!(
        "{count} files in {} directories: {:?} a look; {fresh:?} just after they were written",
        count.div_ceil(10),
        look()
    );
}
