//! Real repositories, made by the real git: which commit is the base, and which files it had.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::ops::Deref;

use camino::Utf8Path;
use expect_test::{Expect, expect};
use foreshock_fixture::GitDirectory;
use foreshock_history::{Repository, Tree, Wanted, WorkTree};

/// What tests ask of a repository that a script has made.
struct Place(GitDirectory);

impl Deref for Place {
    type Target = GitDirectory;

    fn deref(&self) -> &GitDirectory {
        &self.0
    }
}

impl Place {
    fn after(script: &str) -> Option<Place> {
        GitDirectory::after(script, &[]).map(Place)
    }

    fn repository(&self, below: &str) -> Repository {
        Repository::open(WorkTree::of(&self.root().join(below)).unwrap()).unwrap()
    }

    /// Where the base is: how it was found, and the first line of its commit's message.
    fn base(&self, below: &str, wanted: &Wanted) -> String {
        let repository = self.repository(below);
        let text = match repository.base(wanted) {
            Ok(base) => {
                let at = repository.work_tree().top();
                let subject = self.run(&format!("git -C '{at}' log -1 --format=%s {}", base.id));
                let doubt = base.doubt.map(|doubt| format!(" ({doubt})")).unwrap_or_default();
                format!("{}: {subject}{doubt}", base.words)
            }
            Err(problem) => format!("problem: {problem}"),
        };
        text.replace(self.root().as_str(), "ROOT")
    }

    fn tree(&self, below: &str, revision: &str) -> Tree {
        let repository = self.repository(below);
        repository.tree(repository.base(&Wanted::Revision(revision.to_owned())).unwrap().commit).unwrap()
    }
}

/// Three commits on main: one, two, three; then a branch with its own.
const BRANCHED: &str = "
    git init -q -b main .
    for n in one two three; do echo $n > a.tf; git add .; git commit -qm $n; done
    git tag v1.2; git tag -m annotated v1.3
    git checkout -q -b feature HEAD~1
    echo mine > b.tf; git add .; git commit -qm mine
";

fn check_automatic(script: &str, expected: Expect) {
    let Some(place) = Place::after(script) else { return };
    expected.assert_eq(&place.base(".", &Wanted::Automatic));
}

#[test]
fn the_base_is_where_the_default_branch_was_left() {
    check_automatic(BRANCHED, expect!["merge base with main: two"]);
    check_automatic(&format!("{BRANCHED} git checkout -q main"), expect!["HEAD: three"]);
    check_automatic(&format!("{BRANCHED} git rebase -q main"), expect!["merge base with main: three"]);
    check_automatic(&format!("{BRANCHED} git merge -q --no-edit -s ours main"), expect!["merge base with main: three"]);
    check_automatic(&format!("{BRANCHED} git commit -q --amend -m amended"), expect!["merge base with main: two"]);
    check_automatic(&format!("{BRANCHED} git checkout -q --detach main~2"), expect!["merge base with main: one"]);
    check_automatic(&format!("{BRANCHED} git pack-refs --all; git gc -q"), expect!["merge base with main: two"]);
    check_automatic(&format!("{BRANCHED} git branch -q -m main master"), expect!["merge base with master: two"]);
    check_automatic(&format!("{BRANCHED} git branch -q -m main trunk"), expect!["HEAD: mine"]);
    let named = "git branch -q -m main trunk; git config init.defaultBranch trunk";
    check_automatic(&format!("{BRANCHED} {named}"), expect!["merge base with trunk: two"]);
}

#[test]
fn what_the_remote_calls_its_own_comes_first() {
    let remote = "git update-ref refs/remotes/origin/main main~2;";
    check_automatic(&format!("{BRANCHED} {remote}"), expect!["merge base with origin/main: one"]);
    let other = "git update-ref refs/remotes/origin/stable main; git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/stable;";
    check_automatic(&format!("{BRANCHED} {remote} {other}"), expect!["merge base with origin/stable: two"]);
    check_automatic(&format!("{BRANCHED} {remote} git checkout -q main"), expect!["HEAD: three"]);
    // It was deleted on the way.
    let gone = "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/gone;";
    check_automatic(&format!("{BRANCHED} {gone}"), expect!["merge base with main: two"]);
}

#[test]
fn histories_without_a_meeting_are_told() {
    check_automatic("git init -q -b main .", expect!["problem: nothing is committed yet"]);
    check_automatic(
        &format!("{BRANCHED} git checkout -q --orphan new; git commit -qm alone"),
        expect!["HEAD: alone (HEAD and main have no commit in common, so the base is HEAD)"],
    );
    let shallow = |fetch: &str| {
        format!(
            "mkdir upstream; cd upstream; {BRANCHED} git checkout -q main; cd ..; git clone -q -b feature --depth 1 --no-single-branch file://$PWD/upstream clone; cd clone; {fetch}"
        )
    };
    for (fetch, expected) in [
        (
            "",
            expect![
                "HEAD: mine (the merge base with origin/main is cut off, so the base is HEAD; this clone is shallow: `git fetch --unshallow`, or `fetch-depth: 0` in CI, gets the rest)"
            ],
        ),
        ("git fetch -q --unshallow", expect!["merge base with origin/main: two"]),
    ] {
        let Some(place) = Place::after(&shallow(fetch)) else { return };
        expected.assert_eq(&place.base("clone", &Wanted::Automatic));
    }
}

#[test]
fn a_revision_is_what_git_calls_by_that_name() {
    let Some(place) = Place::after(BRANCHED) else { return };
    place.run("git update-ref refs/remotes/origin/release main~1");
    let hash = place.run("git rev-parse main~1");
    for revision in
        ["main", "HEAD", "HEAD~1", "v1.2", "v1.3", "@", "origin/release", "main^", &hash, &hash[..9], "feature@{0}"]
    {
        let expected = place.run(&format!("git log -1 --format=%s '{revision}'"));
        assert_eq!(place.base(".", &Wanted::Revision(revision.to_owned())), format!("{revision}: {expected}"));
    }
    for (revision, expected) in [
        ("mian", expect!["problem: git knows no revision `mian` here; did you mean `main`?"]),
        ("mian~1", expect!["problem: git knows no revision `mian~1` here; did you mean `main~1`?"]),
        ("v1.1", expect!["problem: git knows no revision `v1.1` here; did you mean `v1.2` or `v1.3`?"]),
        (
            "orgin/release",
            expect!["problem: git knows no revision `orgin/release` here; did you mean `origin/release`?"],
        ),
        ("main~9", expect!["problem: git knows no revision `main~9` here"]),
        ("zzzzzz", expect!["problem: git knows no revision `zzzzzz` here"]),
        ("0123456789", expect!["problem: git knows no revision `0123456789` here"]),
        ("HEAD:a.tf", expect!["problem: `HEAD:a.tf` is no commit; expected a branch, a tag or a hash"]),
        ("main..feature", expect!["problem: git knows no revision `main..feature` here"]),
        ("", expect!["problem: git knows no revision `` here"]),
        ("--all", expect!["problem: git knows no revision `--all` here"]),
        ("\u{0}", expect!["problem: git knows no revision `\0` here"]),
    ] {
        expected.assert_eq(&place.base(".", &Wanted::Revision(revision.to_owned())));
    }
}

#[test]
fn a_repository_is_found_from_anywhere_in_it() {
    let Some(place) = Place::after(&format!(
        "mkdir -p r none bare; cd r; {BRANCHED} mkdir -p x/y; ln -s r/x ../link;
         git worktree add -q ../linked main; cd ..; git init -q --bare bare/b.git; mkdir -p r/hollow/.git; : > none/.git"
    )) else {
        return;
    };
    let top = |below: &str| {
        WorkTree::of(&place.root().join(below)).map(|found| found.top().strip_prefix(place.root()).unwrap().to_string())
    };
    for (below, expected) in [
        ("r", Some("r")),
        ("r/x/y", Some("r")),
        ("r/not/there.tf", Some("r")),
        ("link/y", Some("r")),
        ("linked", Some("linked")),
        ("bare/b.git", None),
        (".", None),
        ("r/hollow/x", Some("r")),
    ] {
        assert_eq!(top(below).as_deref(), expected, "{below}");
    }
    assert_eq!(place.base("linked", &Wanted::Automatic), "HEAD: three");
    assert_eq!(place.base("link/y", &Wanted::Automatic), "merge base with main: two");
    // A file that is no repository.
    let error = Repository::open(WorkTree::of(&place.root().join("none")).unwrap()).unwrap_err();
    assert!(error.to_string().contains("can't be read"), "{error}");
}

#[test]
fn a_tree_has_the_files_of_its_commit() {
    let Some(place) = Place::after(
        "git init -q -b main .
         mkdir -p modules/db envs/prod .hidden node_modules/x
         echo old > envs/prod/main.tf; echo db > modules/db/db.tf; echo h > .hidden/h.tf; echo n > node_modules/x/n.tf
         ln -s ../../modules envs/prod/modules; ln -s main.tf envs/prod/linked.tf; ln -s /etc/hosts envs/prod/away.tf
         ln -s loop envs/loop; ln -s ../../.. envs/out; printf 'x' > \"$(printf 'odd\\377name.tf')\"
         git add -A; git commit -qm one
         git mv envs/prod/main.tf envs/prod/all.tf; echo new > envs/prod/all.tf; git rm -rqf modules; git add -A; git commit -qm two",
    ) else {
        return;
    };
    let tree = place.tree(".", "HEAD~1");
    let below = |path: &str| place.root().join(path);
    let text = |path: &str| tree.read(&below(path)).map(|read| String::from_utf8(read.unwrap()).unwrap());
    let list = |directory: &str| {
        let files = tree.list(&below(directory))?;
        Some(files.iter().map(|file| file.file_name().unwrap().to_owned()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(text("envs/prod/main.tf").as_deref(), Some("old\n"));
    assert_eq!(text("envs/prod/linked.tf").as_deref(), Some("old\n"));
    assert_eq!(text("envs/prod/modules/db/db.tf").as_deref(), Some("db\n"));
    assert_eq!(text("envs/prod/all.tf"), None);
    for nothing in ["envs", "envs/loop", "envs/prod/main.tf/x", "nothing", "envs/prod/away.tf", "envs/out/x"] {
        assert_eq!(text(nothing), None, "{nothing}");
    }
    assert_eq!(list("envs/prod").as_deref(), Some("away.tf linked.tf main.tf modules"));
    assert_eq!(list("envs/prod/modules/db").as_deref(), Some("db.tf"));
    assert_eq!(list("nothing").as_deref(), Some(""));
    assert_eq!(list("envs/out"), None);
    assert_eq!(tree.list(Utf8Path::new("/elsewhere")), None);
    let all = tree.files_below(place.root()).unwrap();
    let all: Vec<&str> = all.iter().map(|file| file.strip_prefix(place.root()).unwrap().as_str()).collect();
    assert_eq!(
        all,
        [
            "envs/loop",
            "envs/out",
            "envs/prod/away.tf",
            "envs/prod/linked.tf",
            "envs/prod/main.tf",
            "envs/prod/modules",
            "modules/db/db.tf"
        ]
    );
    assert_eq!(tree.problems(), Vec::<String>::new());
}

#[test]
fn what_no_commit_can_know_counts_as_it_is() {
    let Some(place) = Place::after(
        "git init -q -b main .
         printf '*.secret\\n!kept.secret\\n/build/\\n*.auto.tfvars\\n' > .gitignore; mkdir -p a b build/deep a/.terraform/modules
         printf 'local.tf\\n' > a/.gitignore; echo 'mine.tf' > .git/info/exclude
         echo x > a/main.tf; echo f > a/forced.auto.tfvars; git add .; git add -f a/forced.auto.tfvars; git commit -qm one
         git rm -q --cached a/forced.auto.tfvars; git commit -qm two; git add -f a/forced.auto.tfvars; git commit -qm three",
    ) else {
        return;
    };
    let tree = place.tree(".", "HEAD~1");
    for (path, expected) in [
        ("a/main.tf", false),
        ("a/new.tf", false),
        ("a/x.secret", true),
        ("a/kept.secret", false),
        ("build/deep/x.tf", true),
        ("b/build/x.tf", false),
        ("a/local.tf", true),
        ("b/local.tf", false),
        ("b/mine.tf", true),
        ("a/.terraform/modules/modules.json", true),
        ("a/prod.auto.tfvars", true),
        // Ignored, but committed afterwards: it is known that there was none.
        ("a/forced.auto.tfvars", false),
        ("../outside.tf", true),
    ] {
        let file = if path.starts_with("..") {
            place.root().parent().unwrap().join(&path[3..])
        } else {
            place.root().join(path)
        };
        assert_eq!(tree.counts_as_today(&file), expected, "{path}");
    }
}

#[test]
fn a_submodule_is_read_at_the_commit_that_the_base_has_of_it() {
    let Some(place) = Place::after(
        "git init -q -b main lib; cd lib; for n in one two; do echo $n > l.tf; git add .; git commit -qm $n; done; cd ..
         git init -q -b main top; cd top; git -c protocol.file.allow=always submodule --quiet add ../lib lib
         git -C lib checkout -q HEAD~1; git add .; git commit -qm with-one
         git -C lib checkout -q main; git add .; git commit -qm with-two; ln -s lib/l.tf l.tf; git add .; git commit -qm link",
    ) else {
        return;
    };
    let read = |revision: &str, path: &str| {
        let tree = place.tree("top", revision);
        let path = place.root().join("top").join(path);
        (
            tree.has_submodule(path.parent().unwrap()),
            tree.read(&path).map(|text| String::from_utf8(text.unwrap()).unwrap()),
        )
    };
    assert_eq!(read("HEAD~2", "lib/l.tf"), (true, Some("one\n".to_owned())));
    assert_eq!(read("HEAD~1", "lib/l.tf"), (true, Some("two\n".to_owned())));
    assert_eq!(read("HEAD", "l.tf"), (false, Some("two\n".to_owned())));
    assert_eq!(WorkTree::of(&place.root().join("top/lib/l.tf")).unwrap().top(), place.root().join("top/lib"));
    // A submodule that is not checked out says nothing: what lies there counts.
    place.run("cd top; git submodule --quiet deinit -f lib");
    assert_eq!(read("HEAD~1", "lib/l.tf"), (true, None));
    let tree = place.tree("top", "HEAD~1");
    assert!(tree.counts_as_today(&place.root().join("top/lib/l.tf")));
}

#[test]
fn what_is_missing_or_broken_is_told_and_never_a_panic() {
    let Some(place) = Place::after(BRANCHED) else { return };
    let objects = place.run("git rev-parse HEAD:a.tf; git rev-parse HEAD:; git rev-parse HEAD; git rev-parse main");
    let objects: Vec<&str> = objects.lines().collect();
    let file = |hash: &str| place.root().join(".git/objects").join(&hash[..2]).join(&hash[2..]);
    let break_file = |hash: &str, with: Option<&[u8]>| {
        let file = file(hash);
        std::fs::remove_file(&file).unwrap();
        with.iter().for_each(|bytes| std::fs::write(&file, bytes).unwrap());
    };
    break_file(objects[0], None);
    let tree = place.tree(".", "HEAD");
    assert!(tree.read(&place.root().join("a.tf")).unwrap().is_err());
    assert_eq!(tree.problems().len(), 1, "{:?}", tree.problems());
    assert!(tree.read(&place.root().join("b.tf")).unwrap().is_ok());
    break_file(objects[1], Some(b"this is no object"));
    let repository = place.repository(".");
    let base = repository.base(&Wanted::Revision("HEAD".to_owned())).unwrap();
    assert!(repository.tree(base.commit).unwrap_err().to_string().contains("can't be read"));
    break_file(objects[2], Some(b""));
    let problem = place.repository(".").base(&Wanted::Automatic).unwrap_err();
    assert!(problem.to_string().contains("can't be read"), "{problem}");
    place.run("git init -q -b main other; echo 'ref: refs/heads/../../x' > other/.git/HEAD");
    assert!(place.repository("other").base(&Wanted::Automatic).is_err());
    place.run("printf '[core\\nnonsense' > other/.git/config");
    assert!(Repository::open(WorkTree::of(&place.root().join("other")).unwrap()).is_err());
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let Some(place) =
        Place::after("git init -q -b main .; head -c 9000000 /dev/zero > big.tf; git add .; git commit -qm big")
    else {
        return;
    };
    let tree = place.tree(".", "HEAD");
    assert_eq!(
        tree.read(&place.root().join("big.tf")).unwrap().unwrap_err(),
        "this file has 8 MiB; files above 8 MiB are not read"
    );
    assert_eq!(tree.problems(), Vec::<String>::new());
}

/// A base that stands elsewhere is noticed; anything else is not.
#[test]
fn a_moved_base_is_noticed() {
    let cases: [(&str, Wanted, &str, bool); 14] = [
        ("", Wanted::Automatic, "git status >/dev/null; echo x > c.tf; git add .", false),
        ("", Wanted::Automatic, "git commit -q --allow-empty -m more", true),
        ("", Wanted::Automatic, "git commit -q --amend -m other", true),
        ("", Wanted::Automatic, "git checkout -q main", true),
        ("", Wanted::Automatic, "git branch -f main main~1", true),
        ("", Wanted::Automatic, "git branch unrelated main~1", false),
        ("git pack-refs --all", Wanted::Automatic, "git commit -q --allow-empty -m more", true),
        ("git pack-refs --all", Wanted::Automatic, "git branch -f main main~1", true),
        ("", Wanted::Automatic, "git update-ref refs/remotes/origin/main main~1", true),
        ("git branch -m main trunk", Wanted::Automatic, "git branch main trunk", true),
        ("", Wanted::Revision("v1.2".to_owned()), "git tag -f v1.2 HEAD~1", true),
        ("git branch x", Wanted::Revision("x~1".to_owned()), "git branch -f x main", true),
        ("git branch deep/er", Wanted::Revision("deep/er".to_owned()), "git branch -f deep/er main", true),
        ("", Wanted::Revision("feature".to_owned()), "git branch unrelated main~1", false),
    ];
    for (before, wanted, change, expected) in cases {
        let Some(place) = Place::after(&format!("{BRANCHED} {before}")) else { return };
        let stamp = place.repository(".").ref_stamp(&wanted);
        assert!(!stamp.moved(), "{before} {change}: at once");
        place.run(change);
        assert_eq!(stamp.moved(), expected, "{before}; {change}");
        assert!(!place.repository(".").ref_stamp(&wanted).moved());
    }
}

/// The library panics at it; a user reads why there is no base.
#[test]
fn a_broken_list_of_what_is_cut_off_is_a_problem_and_no_panic() {
    let script =
        "git init -qb main; for n in one two; do git commit -q --allow-empty -m $n; done; echo nonsense >.git/shallow";
    let Some(place) = Place::after(script) else { return };
    let base = place.base("", &Wanted::Revision("HEAD~1".to_owned()));
    assert!(base.starts_with("problem: "), "{base}");
}

/// What a repository holds that has no end, or is small and unpacks to gigabytes: each is told, soon, and nothing is opened.
#[test]
#[cfg(unix)]
fn what_never_ends_or_unpacks_to_too_much_is_told() {
    let files = [
        "HEAD",
        "config",
        "commondir",
        "packed-refs",
        "objects/info/alternates",
        "refs/heads/main",
        "refs/heads/deep/er/one",
        "refs/remotes/origin/HEAD",
        "objects/00/11111111111111111111111111111111111111",
        "objects/pack/pack-1.idx",
        "logs/HEAD",
    ];
    let mut cases: Vec<(String, &str)> = Vec::new();
    for file in files {
        for make in ["mkfifo", "ln -sf /dev/zero", "ln -sf /proc/self/pagemap"] {
            let script = format!("mkdir -p $(dirname .git/{file}); rm -f .git/{file}; {make} .git/{file}");
            cases.push((script, "is a pipe or a device"));
        }
    }
    let bomb = "b=$(printf x | git hash-object -w --stdin); t=$(printf '100644 blob %s\\ta.tf\\n' $b | git mktree);
        for level in 1 2 3 4 5 6 7 8 9; do
            t=$(for i in 0 1 2 3 4 5 6 7 8 9; do printf '040000 tree %s\\td%s\\n' $t $i; done | git mktree)
        done;
        git reset -q --soft $(git commit-tree -m bomb $t)";
    let commit = "(git cat-file commit HEAD; head -c 100000000 /dev/zero | tr '\\0' x) >../big;
        git reset -q --soft $(git hash-object -t commit -w ../big); rm ../big";
    let corrupt = "chmod -R u+w .git/objects; for f in $(find .git/objects -type f); do echo no object >$f; done";
    cases.extend([
        (bomb.to_owned(), "more than 50000 directories in git"),
        (commit.to_owned(), "can't be read"),
        (corrupt.to_owned(), "`HEAD` can't be read"),
        ("seq 300000 | sed s,^,/nowhere/, >.git/objects/info/alternates".to_owned(), "has more than 1 MiB"),
        ("seq 3000 | sed s,^,/nowhere/, >.git/objects/info/alternates".to_owned(), "more than 64 places"),
        ("echo $PWD/.git/objects >.git/objects/info/alternates".to_owned(), "more than 64 places"),
        ("rm -rf .git; mkfifo .git".to_owned(), "no repository"),
        ("rm -rf .git; git init -q --object-format=sha256 .".to_owned(), "its hashes are SHA-256, expected SHA-1"),
    ]);
    for (script, expected) in cases {
        let begin = "mkdir w; cd w; git init -qb main; echo x >a.tf; git add .; git commit -qm one;";
        let Some(place) = Place::after(&format!("{begin} {script}")) else { return };
        let top = place.root().join("w");
        let (said, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || said.send(told(&top)));
        let told = heard.recv_timeout(std::time::Duration::from_secs(30));
        let told = told.unwrap_or_else(|_| panic!("no answer within 30 s: {script}"));
        assert!(told.contains(expected), "{script}: {told}");
    }
}

/// Everything that is asked of a repository, and what was wrong.
#[cfg(unix)]
fn told(top: &Utf8Path) -> String {
    let Some(work_tree) = WorkTree::of(top) else { return "no repository".to_owned() };
    let repository = match Repository::open(work_tree) {
        Ok(repository) => repository,
        Err(problem) => return problem.to_string(),
    };
    let tree = repository.base(&Wanted::Revision("HEAD".to_owned())).and_then(|base| repository.tree(base.commit));
    match tree {
        Ok(tree) => {
            let files = tree.files_below(top).unwrap_or_default();
            files.iter().for_each(|file| drop(tree.read(file)));
            tree.problems().join("; ")
        }
        Err(problem) => problem.to_string(),
    }
}
