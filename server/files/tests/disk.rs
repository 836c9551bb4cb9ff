//! What is read of a disk that somebody else has filled, and what of it is seen to change.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::symlink;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::{Boundary, Changes, FileStore, Files as _, read_regular, walk};
use foreshock_text::FilePath;

struct Directory(tempfile::TempDir);

impl Directory {
    fn of(files: &[(&str, &str)]) -> Directory {
        let directory = Directory(tempfile::tempdir().unwrap());
        for (name, text) in files {
            directory.write(name, text);
        }
        directory
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.0.path()).unwrap().canonicalize_utf8().unwrap().join(name)
    }

    fn file(&self, name: &str) -> FilePath {
        FilePath::new(self.path(name))
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn names(changes: &Changes) -> Vec<String> {
    let name = |path: &Utf8Path| path.file_name().unwrap_or_default().to_owned();
    let mut names: Vec<String> = changes.files.iter().map(|file| name(file.as_path())).collect();
    names.extend(changes.directories.iter().map(|directory| format!("{}/", name(directory))));
    names.sort();
    names
}

#[test]
fn a_file_without_length_or_end_is_not_read_for_ever() {
    let directory = Directory::of(&[("a.txt", "abcd")]);
    assert_eq!(read_regular(&directory.path("a.txt"), 4), Some(Ok(b"abcd".to_vec())));
    assert!(read_regular(&directory.path("a.txt"), 3).unwrap().unwrap_err().ends_with("are not read"));
    symlink("/dev/zero", directory.path("zero")).unwrap();
    assert_eq!(read_regular(&directory.path("zero"), 4), None, "a device is no file");
    let endless = Utf8Path::new("/proc/self/pagemap");
    if endless.is_file() {
        assert_eq!(endless.metadata().unwrap().len(), 0, "it says that it is empty");
        assert!(read_regular(endless, 1024).unwrap().is_err());
    }
}

#[test]
fn a_rule_of_what_is_ignored_that_is_no_file_ignores_nothing() {
    for rule in [".gitignore", ".ignore", "sub/.gitignore", ".git/info/exclude"] {
        let directory = Directory::of(&[(".git/HEAD", ""), (".git/info/x", ""), ("sub/main.tf", ""), ("main.tf", "")]);
        let pipe = std::process::Command::new("mkfifo").arg(directory.path(rule)).status();
        assert!(pipe.unwrap().success());
        let found = walk(&directory.path(""), None);
        assert_eq!(found.files.len(), 2, "{rule}: {:?}", found.files);
        assert!(found.problems[0].1.contains("no regular file"), "{rule}: {:?}", found.problems);
        fs::remove_file(directory.path(rule)).unwrap();
        symlink("/dev/zero", directory.path(rule)).unwrap();
        assert_eq!(walk(&directory.path(""), None).files.len(), 2, "{rule}");
    }
}

#[test]
fn what_git_ignores_is_no_part_of_a_walk() {
    let directory = Directory::of(&[(".git/HEAD", ""), (".gitignore", "out/\n"), ("out/a.tf", ""), ("in/b/c.tf", "")]);
    let shown = |walk: foreshock_files::Walk| -> Vec<String> {
        walk.files.iter().map(|file| file.strip_prefix(directory.path("")).unwrap().to_string()).collect()
    };
    assert_eq!(shown(walk(&directory.path(""), None)), ["in/b/c.tf"]);
    assert_eq!(shown(walk(&directory.path(""), Some(&directory.path("in/b")))), ["in/b/c.tf"]);
    assert_eq!(shown(walk(&directory.path(""), Some(&directory.path("out")))), [] as [&str; 0]);
}

#[test]
fn a_boundary_follows_links() {
    let directory = Directory::of(&[("in/a.tf", "a"), ("out/secret", "s"), ("out/mod/m.tf", "m")]);
    symlink("../out/secret", directory.path("in/link.tf")).unwrap();
    symlink("../out/mod", directory.path("in/mod")).unwrap();
    symlink("a.tf", directory.path("in/same.tf")).unwrap();
    let store = FileStore::default();
    store.set_boundary(Boundary::around([directory.path("in")]));
    assert_eq!(store.text(&directory.file("in/a.tf")).as_deref(), Some("a"));
    assert_eq!(store.text(&directory.file("in/same.tf")).as_deref(), Some("a"));
    for outside in ["in/link.tf", "in/mod/m.tf", "in/../out/secret", "out/secret"] {
        assert_eq!(store.text(&directory.file(outside)), None, "{outside}");
        assert!(!store.may_read(&directory.path(outside)), "{outside}");
    }
    assert!(store.read(&directory.file("in/link.tf")).unwrap().unwrap_err().contains("outside the workspace"));
    assert_eq!(store.list(&directory.path("out")), [], "nor are its names told");
    assert_eq!(store.read(&directory.file("out/nothing")), None, "what is not there is not outside");
}

#[test]
fn what_comes_goes_and_changes_is_seen_also_where_nothing_was() {
    let directory = Directory::of(&[("a.txt", "1"), ("sub/b.txt", "1")]);
    let store = FileStore::default();
    let (a, b, missing) = (directory.file("a.txt"), directory.file("sub/b.txt"), directory.file("mod/m.tf"));
    let read = |file: &FilePath| store.text(file).map(|text| text.to_string());
    assert_eq!((read(&a), read(&b), read(&missing)), (Some("1".into()), Some("1".into()), None));
    assert_eq!((store.list(&directory.path("sub")).len(), store.list(&directory.path("mod")).len()), (1, 0));
    assert!(store.look_again(&store.read_so_far()).is_empty());

    // The same length in the same moment.
    directory.write("a.txt", "2");
    assert_eq!(names(&store.look_again(&store.read_so_far())), ["a.txt"]);
    assert_eq!(read(&a), Some("2".into()));
    directory.write("mod/m.tf", "m");
    assert_eq!(names(&store.look_again(&store.read_so_far())), ["m.tf", "mod/"]);
    assert_eq!(read(&missing), Some("m".into()));
    // Of a folder that went, its name is enough.
    fs::rename(directory.path("sub"), directory.path("other")).unwrap();
    assert_eq!(names(&store.look_at(&[directory.file("sub")])), ["b.txt", "sub/"]);
    assert_eq!(read(&b), None);
    // Who writes the same has changed nothing.
    directory.write("a.txt", "2");
    assert!(store.look_at(&[a]).is_empty());
}

#[test]
fn an_open_document_wins() {
    let directory = Directory::of(&[("a.txt", "disk")]);
    let store = FileStore::default();
    let (a, new) = (directory.file("a.txt"), directory.file("new.txt"));
    assert_eq!(store.list(&directory.path("")), std::slice::from_ref(&a));
    assert_eq!(names(&store.set_document(&a, "typed".into())).len(), 2);
    assert!(store.set_document(&a, "typed".into()).is_empty());
    store.set_document(&new, "new".into());
    assert_eq!(store.list(&directory.path("")), [a.clone(), new.clone()]);
    directory.write("a.txt", "other");
    assert!(store.look_at(std::slice::from_ref(&a)).is_empty(), "nobody sees the disk below it");
    store.close_document(&new);
    store.close_document(&a);
    assert_eq!(store.text(&a).as_deref(), Some("other"));
    assert_eq!(store.list(&directory.path("")), [a]);
}
