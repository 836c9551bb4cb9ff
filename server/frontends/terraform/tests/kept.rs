//! An evaluation that is kept from one version of a stack to the next gives what one from scratch gives, in everything,
//! whatever is edited; and works out no more than what changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_files::Files;
use foreshock_fixture::{Disk, shared};
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{
    ParsedFile, ResolveCache, ResolveOptions, Resolved, TerraformFiles, resolve, resolve_shared, resolve_with,
};
use foreshock_text::FilePath;

/// Files as an editor has them: a block that did not change is the same one in the next version of its file.
#[derive(Default)]
struct Edited {
    disk: Disk,
    texts: RefCell<BTreeMap<FilePath, Arc<str>>>,
    parsed: RefCell<BTreeMap<FilePath, Arc<ParsedFile>>>,
    expressions: RefCell<ExprCache>,
}

impl Edited {
    fn set(&self, file: &FilePath, text: &str) {
        let (before, cache) = (self.parsed(file), &mut self.expressions.borrow_mut());
        let parsed = match before {
            Some(before) => before.reparsed(Arc::from(text), cache),
            None => ParsedFile::parse(file.clone(), Arc::from(text), cache),
        };
        self.texts.borrow_mut().insert(file.clone(), Arc::from(text));
        self.parsed.borrow_mut().insert(file.clone(), Arc::new(parsed));
    }
}

impl Files for Edited {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let mut files = self.disk.list(directory);
        let texts = self.texts.borrow();
        files.extend(texts.keys().filter(|file| file.as_path().parent() == Some(directory)).cloned());
        files.sort();
        files.dedup();
        files
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        let edited = self.texts.borrow().get(file).cloned();
        edited.or_else(|| self.disk.text(file))
    }
}

impl TerraformFiles for Edited {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let edited = self.parsed.borrow().get(file).cloned();
        edited.or_else(|| self.disk.parsed(file))
    }
}

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

fn assert_same(kept: &Resolved, fresh: &Resolved, what: &str) {
    assert_eq!(kept.root, fresh.root, "{what}");
    assert_eq!(kept.resources.instances, fresh.resources.instances, "{what}");
    assert_eq!(kept.resources.references, fresh.resources.references, "{what}");
    assert_eq!(kept.resources.modules, fresh.resources.modules, "{what}");
    assert_eq!(kept.named, fresh.named, "{what}");
    assert_eq!(kept.files, fresh.files, "{what}");
    assert_eq!(kept.remote_states, fresh.remote_states, "{what}");
    assert_eq!(kept.moves, fresh.moves, "{what}");
    assert_eq!(kept.asked, fresh.asked, "{what}");
    assert_eq!(kept.workspaces, fresh.workspaces, "{what}");
    assert_eq!(kept.notes, fresh.notes, "{what}");
    assert_eq!(kept.variable_files, fresh.variable_files, "{what}");
    assert_eq!(kept.unread, fresh.unread, "{what}");
    assert_eq!(kept.problems, fresh.problems, "{what}");
    assert_eq!(kept.refused, fresh.refused, "{what}");
    assert_eq!(kept.effort, fresh.effort, "{what}");
}

const SHOP: &[(&str, &str)] = &[
    (
        "variables.tf",
        r#"variable "size" { default = 2 }
variable "name" { default = "shop" }
variable "zones" { default = ["a", "b"] }
variable "tags" { default = { team = "x", cost = "y" } }
variable "unused" {}
"#,
    ),
    ("terraform.tfvars", "name = \"store\"\nnowhere = 3\n"),
    (
        "locals.tf",
        r#"locals {
  prefix = "${var.name}-${terraform.workspace}"
  sizes  = { default = 1, big = 5 }
  size   = local.sizes[terraform.workspace]
  twice  = var.size * 2
  ids    = [for one in aws_instance.web : one.id]
  named  = { for zone in var.zones : zone => upper(zone) }
}
"#,
    ),
    ("provider.tf", "provider \"aws\" {\n  region = \"eu-${var.name}\"\n}\n"),
    (
        "web.tf",
        r#"resource "aws_instance" "web" {
  count = var.size
  ami   = file("${path.module}/ami.txt")
  name  = "${local.prefix}-${count.index}"
  tags  = merge(var.tags, { index = count.index })
  dynamic "disk" {
    for_each = var.zones
    content {
      zone = disk.value
      size = local.twice
    }
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}
"#,
    ),
    (
        "lb.tf",
        r#"resource "aws_lb" "front" {
  name    = local.prefix
  targets = aws_instance.web[*].name
  first   = aws_instance.web[0].ami
  depends_on = [aws_instance.web, module.data]
  health {
    path = "/"
  }
}
data "aws_region" "here" {}
resource "aws_record" "www" {
  for_each = local.named
  zone     = each.value
  region   = data.aws_region.here.name
  target   = aws_lb.front.dns_name
  path     = aws_lb.front.health[0].path
  missing  = var.nowhere
  bad      = upper(1, 2)
  db       = module.data["a"].address
  all      = module.data
}
"#,
    ),
    (
        "modules.tf",
        r#"module "data" {
  source   = "./data"
  for_each = toset(var.zones)
  zone     = each.key
  size     = local.twice
  name     = aws_lb.front.name
}
module "far" {
  source  = "terraform-aws-modules/rds/aws"
  name    = local.prefix
}
"#,
    ),
    ("outputs.tf", "output \"address\" { value = [for one in module.data : one.address] }\n"),
    (
        "data/main.tf",
        r#"variable "zone" {}
variable "size" { default = 3 }
variable "name" {}
locals {
  label = "${var.name}-${var.zone}"
  spare = lookup({ default = 1, small = 2 }, terraform.workspace, 3)
}
resource "aws_db_instance" "this" {
  name = local.label
  size = var.size
}
resource "aws_db_instance" "replica" {
  count  = var.size > 3 ? 1 : 0
  source = aws_db_instance.this.arn
}
output "address" { value = aws_db_instance.this.address }
output "spare" { value = local.spare }
"#,
    ),
    ("ami.txt", "ami-1"),
];

/// What may stand in place of what, in which file.
const EDITS: &[(&str, &str, &str)] = &[
    ("variables.tf", "default = 2", "default = 3"),
    ("variables.tf", "\"shop\"", "\"mall\""),
    ("variables.tf", "[\"a\", \"b\"]", "[\"a\", \"c\"]"),
    ("variables.tf", "[\"a\", \"b\"]", "[\"a\"     ]"),
    ("variables.tf", "team = \"x\"", "team = \"z\""),
    ("variables.tf", "{ default = \"shop\" }", "{ default = \"shop\"\n sensitive = true }"),
    ("variables.tf", "variable \"unused\"", "variable \"nowhere\""),
    ("terraform.tfvars", "\"store\"", "\"stall\""),
    ("terraform.tfvars", "nowhere = 3", "nowhere = 4"),
    ("terraform.tfvars", "nowhere = 3", "size = 4"),
    ("locals.tf", "* 2", "* 3"),
    ("locals.tf", "upper(zone)", "lower(zone)"),
    ("locals.tf", "${var.name}-", "${var.nome}-"),
    ("locals.tf", "twice  = var.size * 2", "twice  = local.size * 2"),
    ("locals.tf", "twice  = var.size * 2", "twice  = length(local.ids)"),
    ("locals.tf", "twice  = var.size * 2", "twice  = local.twice"),
    ("locals.tf", "big = 5", "big = 6"),
    ("provider.tf", "eu-", "us-"),
    ("web.tf", "ami.txt", "amo.txt"),
    ("web.tf", "-${count.index}", "+${count.index}"),
    ("web.tf", "count = var.size", "count = 1       "),
    ("web.tf", "disk.value", "disk.key  "),
    ("web.tf", "local.twice", "local.twine"),
    ("web.tf", "local.twice", "local.size "),
    ("web.tf", "prevent_destroy = true", "prevent_destroy = null"),
    ("web.tf", "  lifecycle {", "  # words\n  lifecycle {"),
    ("lb.tf", "name    = local.prefix", "name    = \"something\""),
    ("lb.tf", "name    = local.prefix", "nome    = local.prefix"),
    ("lb.tf", "web[0].ami", "web[1].ami"),
    ("lb.tf", "path = \"/\"", "path = \"+\""),
    ("lb.tf", "upper(1, 2)", "upper(\"a\") "),
    ("lb.tf", "var.nowhere", "var.anywhere"),
    ("lb.tf", "var.nowhere", "var.size   "),
    ("lb.tf", "data[\"a\"].address", "data[\"a\"].spare  "),
    ("lb.tf", "data[\"a\"].address", "data[\"a\"].naught "),
    ("lb.tf", "data[\"a\"].address", "far.address      "),
    ("lb.tf", ", module.data]", "             ]"),
    ("lb.tf", "aws_record\" \"www", "aws_record\" \"web"),
    ("modules.tf", "local.twice", "5          "),
    ("modules.tf", "  size     = local.twice\n", ""),
    ("modules.tf", "each.key", "\"zone\"  "),
    ("modules.tf", "toset(var.zones)", "toset([])       "),
    ("modules.tf", "./data", "./date"),
    ("modules.tf", "aws_lb.front.name", "aws_lb.front.arn "),
    ("modules.tf", "name    = local.prefix", "name    = local.size  "),
    ("outputs.tf", "one.address", "one.spare  "),
    ("data/main.tf", "default = 3", "default = 4"),
    ("data/main.tf", "var.name}-", "var.zone}-"),
    ("data/main.tf", "size = var.size", "size = var.suze"),
    ("data/main.tf", "var.size > 3", "var.size > 9"),
    ("data/main.tf", "small = 2", "large = 2"),
    ("data/main.tf", "value = local.spare", "value = local.label"),
    ("ami.txt", "ami-1", "ami-2"),
];

fn shop(files: &Edited) -> Utf8PathBuf {
    let root = Utf8PathBuf::from("/shop");
    for (name, text) in SHOP {
        files.set(&FilePath::new(root.join(name)), text);
    }
    root
}

/// The texts of the shop with each edit made or not.
fn texts(made: &[bool]) -> BTreeMap<&'static str, String> {
    let mut texts: BTreeMap<&str, String> = SHOP.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    for ((file, from, to), _) in EDITS.iter().zip(made).filter(|(_, made)| **made) {
        let text = texts.get_mut(file).unwrap();
        *text = text.replacen(from, to, 1);
    }
    texts
}

#[test]
fn every_edit_and_its_undoing_give_what_is_given_from_scratch() {
    let options = ResolveOptions::default();
    for (file, from, to) in EDITS {
        let files = Edited::default();
        let root = shop(&files);
        let path = FilePath::new(root.join(file));
        let mut cache = ResolveCache::default();
        (0..2).for_each(|_| drop(resolve_with(&mut cache, &root, &files, &options)));
        let before = files.text(&path).unwrap();
        assert!(before.contains(from), "{file}: {from}");
        for text in [before.replacen(from, to, 1), before.to_string(), before.replacen(from, to, 1)] {
            files.set(&path, &text);
            let kept = resolve_with(&mut cache, &root, &files, &options);
            assert_same(&kept, &resolve(&root, &files, &options), &format!("{file}: {from} -> {to}"));
        }
    }
}

#[test]
fn any_sequence_of_edits_gives_what_is_given_from_scratch() {
    /// Edits in a row, in each of so many sequences.
    const STEPS: usize = 150;
    const SEQUENCES: u64 = 8;
    for seed in 0..SEQUENCES {
        let (files, mut dice) = (Edited::default(), Dice(seed * 77 + 5));
        let root = shop(&files);
        let options = ResolveOptions::default();
        let mut cache = ResolveCache::default();
        let mut made = vec![false; EDITS.len()];
        for step in 0..STEPS {
            // Few at once, so that most of what is there makes sense.
            let which = dice.below(EDITS.len());
            let undone = made.iter().position(|made| *made).filter(|_| dice.below(3) > 0);
            let which = undone.unwrap_or(which);
            made[which] = !made[which];
            for (name, mut text) in texts(&made) {
                if dice.below(40) == 0 {
                    // Half-typed.
                    text.truncate(dice.below(text.len()));
                }
                let path = FilePath::new(root.join(name));
                if files.text(&path).as_deref() != Some(&text) {
                    files.set(&path, &text);
                }
            }
            let kept = resolve_with(&mut cache, &root, &files, &options);
            let what = format!("sequence {seed}, step {step}: {:?}", EDITS[which]);
            assert_same(&kept, &resolve(&root, &files, &options), &what);
        }
    }
}

/// So many blocks of this kind, each in a file of its own.
fn many(files: &Edited, count: usize) -> Utf8PathBuf {
    let root = Utf8PathBuf::from("/many");
    files.set(&FilePath::new(root.join("variables.tf")), "variable \"size\" {\n  default = 1\n}\n");
    for number in 0..count {
        let size = if number % 10 == 0 { "var.size" } else { "2" };
        let text = format!(
            "resource \"aws_instance\" \"i{number}\" {{\n  size = {size}\n  tags = {{ name = \"a\" }}\n  role = \"r\"\n}}\n"
        );
        files.set(&FilePath::new(root.join(format!("f{number}.tf"))), &text);
    }
    root
}

#[test]
fn an_edit_works_out_what_it_changes() {
    let files = Edited::default();
    let root = many(&files, 100);
    let options = ResolveOptions::default();
    let mut cache = ResolveCache::default();
    (0..2).for_each(|_| drop(resolve_with(&mut cache, &root, &files, &options)));
    let mut last = resolve_with(&mut cache, &root, &files, &options);
    let mut edit = |name: &str, from: &str, to: &str| {
        let path = FilePath::new(root.join(name));
        let text = files.text(&path).unwrap().replacen(from, to, 1);
        files.set(&path, &text);
        let before = cache.evaluated();
        let now = resolve_with(&mut cache, &root, &files, &options);
        let pairs = now.resources.instances.iter().zip(&last.resources.instances);
        let others = pairs.filter(|(now, before)| !Arc::ptr_eq(now, before)).count();
        let is_same = Arc::ptr_eq(&now.resources, &last.resources);
        last = now;
        (cache.evaluated() - before, others, is_same)
    };
    assert_eq!(edit("f7.tf", "name = \"a\"", "name = \"b\""), (1, 1, false));
    assert_eq!(edit("variables.tf", "default = 1", "default = 3"), (10, 10, false));
    // What is not written by a block means nothing, and what stays the same stops there.
    assert_eq!(edit("variables.tf", "}\n", "}\n# words\n"), (0, 0, true));
    assert_eq!(edit("f7.tf", "}\n}", "}\n}"), (0, 0, true));
}

/// Words are no news; what stands beside the configuration is, and so is a module that is not called even once.
#[test]
fn an_edit_that_says_nothing_has_the_very_answer_of_before() {
    let files = Edited::default();
    let root = Utf8PathBuf::from("/quiet");
    let set = |name: &str, text: &str| files.set(&FilePath::new(root.join(name)), text);
    set(
        "main.tf",
        "variable \"size\" {}\nresource \"aws_instance\" \"a\" {\n  size = var.size\n}\nmodule \"no\" {\n  source = \"./no\"\n  count  = 0\n}\n# words\n",
    );
    set("terraform.tfvars", "size = 1\n");
    set("no/main.tf", "resource \"aws_instance\" \"b\" {}\nresource \"aws_instance\" \"c\" {}\n");
    let options = ResolveOptions::default();
    let mut cache = ResolveCache::default();
    (0..2).for_each(|_| drop(resolve_shared(&mut cache, &root, &files, &options)));
    let mut last = resolve_shared(&mut cache, &root, &files, &options);
    let mut edit = |name: &str, from: &str, to: &str| {
        let path = FilePath::new(root.join(name));
        let text = files.text(&path).unwrap().replacen(from, to, 1);
        files.set(&path, &text);
        let now = resolve_shared(&mut cache, &root, &files, &options);
        assert_same(&now, &resolve(&root, &files, &options), &format!("{name}: {from} -> {to}"));
        Arc::ptr_eq(&now, &std::mem::replace(&mut last, now.clone()))
    };
    // The first one makes room between what stands there.
    edit("main.tf", "words", "other words");
    assert!(edit("main.tf", "other words", "more words"));
    assert!(!edit("terraform.tfvars", "1", "2"));
    assert!(!edit("terraform.tfvars", "2\n", "2\nother = 3\n"));
    assert!(!edit("no/main.tf", "\"b\" {}", "\"b\" {\n  ami = aws_instance.c.id\n}"));
    assert!(!edit("main.tf", "var.size", "var.size + 1"));
    assert!(edit("main.tf", "more words", "words"));
    assert!(!edit("main.tf", "size = ", "size == "));
    assert!(!edit("main.tf", "size == ", "size = "));
}

#[test]
fn edits_of_real_stacks_give_what_is_given_from_scratch() {
    /// Edits to each stack.
    const EDITS: usize = 12;
    let Some(corpus) = shared("corpus/terraform") else {
        println!("the corpus is not there: nothing compared");
        return;
    };
    let options = ResolveOptions::default();
    let mut dice = Dice(11);
    let mut compared = 0;
    let mut roots: Vec<Utf8PathBuf> =
        corpus.read_dir_utf8().unwrap().flatten().map(|entry| entry.into_path()).collect();
    roots.sort();
    for stack in roots {
        let Ok(meta) = std::fs::read_to_string(stack.join("meta.json")) else { continue };
        let meta: serde_json::Value = serde_json::from_str(&meta).unwrap();
        let root = stack.join("src").join(meta["root"].as_str().unwrap_or_default()).canonicalize_utf8().unwrap();
        let files = Edited::default();
        let mut cache = ResolveCache::default();
        let mut read = Vec::new();
        (0..2).for_each(|_| read = resolve_with(&mut cache, &root, &files, &options).files);
        for _ in 0..EDITS {
            let file = &read[dice.below(read.len())];
            let Some(before) = files.text(file) else { continue };
            // A letter or digit for another: most of the text still means something, and all places stay.
            let letters: Vec<usize> =
                before.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
            let Some(&at) = letters.get(dice.below(letters.len())) else { continue };
            let after = format!("{}{}{}", &before[..at], ["x", "3", "_", "\""][dice.below(4)], &before[at + 1..]);
            for text in [&*after, &*before] {
                files.set(file, text);
                let kept = resolve_with(&mut cache, &root, &files, &options);
                assert_same(&kept, &resolve(&root, &files, &options), &format!("{file} at {at}"));
                compared += 1;
            }
        }
    }
    println!("{compared} edited stacks compared");
}
