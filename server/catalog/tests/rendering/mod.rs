//! Terraform text through the real resolver, and systems as compact text.

#![allow(dead_code)] // each test binary uses its part

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use foreshock_catalog::{Assembled, Catalog, Role, assemble};
use foreshock_files::Files;
use foreshock_model::{ComponentIndex, Known, System};
use foreshock_syntax::hcl::ExprCache;
use foreshock_terraform::{ParsedFile, ResolveOptions, Resolved, TerraformFiles, resolve};
use foreshock_text::FilePath;

/// Files in memory, `//- /path` above each; a text without any is `/main.tf`.
pub(crate) struct Texts(BTreeMap<Utf8PathBuf, Arc<str>>);

impl Texts {
    pub(crate) fn new(fixture: &str) -> Texts {
        let mut files: BTreeMap<Utf8PathBuf, String> = BTreeMap::new();
        let mut current = Utf8PathBuf::from("/main.tf");
        for line in fixture.lines() {
            match line.trim().strip_prefix("//- ") {
                Some(path) => current = Utf8PathBuf::from(path.trim()),
                None => files.entry(current.clone()).or_default().extend([line, "\n"]),
            }
        }
        Texts(files.into_iter().map(|(path, text)| (path, Arc::from(text))).collect())
    }
}

impl Files for Texts {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let inside = self.0.keys().filter(|path| path.parent() == Some(directory));
        inside.map(|path| FilePath::new(path.clone())).collect()
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        self.0.get(file.as_path()).cloned()
    }
}

impl TerraformFiles for Texts {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        let text = self.text(file)?;
        Some(Arc::new(ParsedFile::parse(file.clone(), text, &mut ExprCache::default())))
    }
}

/// Files on the disk, parsed once.
#[derive(Default)]
pub(crate) struct Disk(Mutex<BTreeMap<FilePath, Arc<ParsedFile>>>);

impl Files for Disk {
    fn list(&self, directory: &Utf8Path) -> Vec<FilePath> {
        let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
        let paths = entries.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.ok()?.path()).ok());
        let mut files: Vec<FilePath> = paths.filter(|path| path.is_file()).map(FilePath::new).collect();
        files.sort();
        files
    }

    fn text(&self, file: &FilePath) -> Option<Arc<str>> {
        std::fs::read_to_string(file.as_path()).ok().map(Arc::from)
    }
}

impl TerraformFiles for Disk {
    fn parsed(&self, file: &FilePath) -> Option<Arc<ParsedFile>> {
        if let Some(known) = self.0.lock().unwrap().get(file) {
            return Some(known.clone());
        }
        let parsed = Arc::new(ParsedFile::parse(file.clone(), self.text(file)?, &mut ExprCache::default()));
        self.0.lock().unwrap().insert(file.clone(), parsed.clone());
        Some(parsed)
    }
}

pub(crate) fn resolve_text(fixture: &str) -> Resolved {
    resolve(Utf8Path::new("/"), &Texts::new(fixture), &ResolveOptions::default())
}

pub(crate) fn assemble_text(fixture: &str) -> String {
    let resolved = resolve_text(fixture);
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    let mut text = render(&assembled);
    for (file, problem) in &resolved.problems {
        writeln!(text, "PROBLEM {file}: {}", problem.message).unwrap();
    }
    text
}

pub(crate) fn render(assembled: &Assembled) -> String {
    let mut text = String::new();
    let system = &assembled.system;
    for (index, _) in system.iter() {
        writeln!(text, "{}", component(system, index)).unwrap();
    }
    for dependency in &system.dependencies {
        let (from, to) = (id(system, dependency.from), id(system, dependency.to));
        let kind = format!("{:?}", dependency.kind).to_lowercase();
        let confidence = format!("{:?}", dependency.confidence).to_lowercase();
        write!(text, "{from} -{kind}/{confidence}").unwrap();
        if dependency.weight != 1.0 {
            write!(text, "/{:.2}", dependency.weight).unwrap();
        }
        if dependency.plane != foreshock_model::Plane::Data {
            write!(text, "/management").unwrap();
        }
        writeln!(text, "-> {to}").unwrap();
        for evidence in &dependency.evidence {
            writeln!(text, "    {}", evidence.why).unwrap();
        }
    }
    for group in &system.alternatives {
        let members: Vec<&str> =
            group.members.iter().map(|member| id(system, system.dependencies[member.index()].to)).collect();
        let shared = if group.shares_load { " shared" } else { "" };
        writeln!(text, "{} of {members:?}{shared} by {}", group.required, group.name).unwrap();
    }
    for egress in &assembled.egress {
        writeln!(text, "egress {}", id(system, egress.component)).unwrap();
        for evidence in &egress.subnets {
            writeln!(text, "    {}", evidence.why).unwrap();
        }
    }
    for resource in assembled.resources.iter().filter(|resource| resource.role == Role::Unmapped) {
        writeln!(text, "unmapped {}", resource.address).unwrap();
    }
    for error in system.check() {
        writeln!(text, "ERROR {error}").unwrap();
    }
    text
}

pub(crate) fn id(system: &System, index: ComponentIndex) -> &str {
    system.components[index.index()].id.as_str()
}

pub(crate) fn component(system: &System, index: ComponentIndex) -> String {
    let component = &system.components[index.index()];
    let redundancy = &component.redundancy;
    let mut text = format!("{} {}", component.id, component.kind.name());
    match &redundancy.instances {
        Known::Known(instances) => write!(text, " {}/{instances}", redundancy.required).unwrap(),
        Known::Unknown(why) => write!(text, " ?({why})").unwrap(),
    }
    match &redundancy.zones {
        Known::Known(zones) if zones.is_empty() => text.push_str(" region"),
        Known::Known(zones) => {
            let names: Vec<&str> = zones.iter().map(|zone| &*system.zones[zone.index()].name).collect();
            write!(text, " [{}]", names.join(" ")).unwrap();
        }
        Known::Unknown(why) => write!(text, " zones?({why})").unwrap(),
    }
    if redundancy.replication == foreshock_model::Replication::PrimaryStandby {
        match &redundancy.failover.mode {
            Known::Known(mode) => write!(text, " failover {}", format!("{mode:?}").to_lowercase()).unwrap(),
            Known::Unknown(why) => write!(text, " failover ?({why})").unwrap(),
        }
    }
    text
}
