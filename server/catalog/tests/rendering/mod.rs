//! Terraform text through the real resolver, and systems as compact text.

#![allow(dead_code)] // each test binary uses its part

use std::fmt::Write as _;

use camino::Utf8Path;
use foreshock_catalog::{Assembled, Catalog, Role, assemble};
use foreshock_fixture::Memory;
use foreshock_model::{ComponentIndex, Known, System};
use foreshock_terraform::{ResolveOptions, Resolved, resolve};

pub(crate) fn resolve_text(fixture: &str) -> Resolved {
    let root = Utf8Path::new("/");
    resolve(root, &Memory::of(root, fixture), &ResolveOptions::default())
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
        if dependency.share() != 1.0 {
            write!(text, "/{:.2}", dependency.share()).unwrap();
        }
        if dependency.plane != foreshock_model::Plane::Data {
            write!(text, "/{}", format!("{:?}", dependency.plane).to_lowercase()).unwrap();
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
