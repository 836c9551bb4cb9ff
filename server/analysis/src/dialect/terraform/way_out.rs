//! A gateway of its own for each zone, where all leave through one: the gateway, its address and its routes are written once
//! more for every other zone, or counted as the subnets are.

use std::collections::BTreeMap;
use std::sync::Arc;

use foreshock_catalog::WayOut;
use foreshock_resources::{Attribute, Instance, Key, Kind};
use foreshock_text::{Place, Span};

use super::{Terraform, placement};
use crate::dialect::Texts;
use crate::findings::fix::Candidate;
use crate::{Edit, Finding, RuleId, Stack};

const TITLE: &str = "One NAT gateway in each zone";

/// The repair, where the way out is written in a form that can be taken up.
pub(super) fn candidate(
    texts: &dyn Texts,
    stack: &Stack,
    module: &Terraform,
    gateway: &Instance,
    finding: &Finding,
) -> Option<Candidate> {
    let way = stack.settings().catalog.row(&gateway.type_name)?.way_out.as_ref()?;
    if finding.rule != RuleId::SharedFate || gateway.key != Key::None {
        return None;
    }
    let here = module.resolved.resources.instances.iter().map(Arc::as_ref).filter(|one| one.module == gateway.module);
    let ways = Ways { texts, way, gateway, here: here.collect() };
    let routes = ways.routes();
    let joins = ways.joins(&routes);
    let own = ways.target(gateway, &way.subnet)?;
    let edits = match own.key {
        Key::None => ways.written_out(own, &routes, &joins)?,
        Key::Index(_) => ways.counted(own, &routes, &joins)?,
        _ => return None,
    };
    Candidate::new(TITLE, edits)
}

struct Ways<'a> {
    texts: &'a dyn Texts,
    way: &'a WayOut,
    gateway: &'a Instance,
    /// The instances of the gateway's module.
    here: Vec<&'a Instance>,
}

/// A table that leads to the gateway, and the route where it stands by itself.
struct Route<'a> {
    table: &'a Instance,
    alone: Option<&'a Instance>,
    /// What names the gateway.
    names: &'a Attribute,
}

/// A subnet with the table that it is given.
struct Join<'a> {
    join: &'a Instance,
    subnet: &'a Instance,
    /// The number of its route.
    route: usize,
}

impl<'a> Ways<'a> {
    /// What an attribute refers to.
    fn target(&self, from: &Instance, path: &str) -> Option<&'a Instance> {
        let leads = |one: &Instance| attributes(from, path).any(|attribute| names(attribute, one));
        self.here.iter().copied().find(|one| leads(one))
    }

    fn of_type<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a Instance> + 's {
        self.here.iter().copied().filter(move |one| *one.type_name == *name)
    }

    fn routes(&self) -> Vec<Route<'a>> {
        let (table, path, other) = &self.way.table;
        let mut routes: Vec<Route<'a>> = Vec::new();
        for table in self.of_type(table) {
            let mut both = attributes(table, path).chain(attributes(table, other));
            if let Some(names) = both.find(|attribute| names(attribute, self.gateway)) {
                routes.push(Route { table, alone: None, names });
            }
        }
        let (route, path, other, table) = &self.way.route;
        for alone in self.of_type(route) {
            let mut both = attributes(alone, path).chain(attributes(alone, other));
            let names = both.find(|attribute| names(attribute, self.gateway));
            if let (Some(names), Some(table)) = (names, self.target(alone, table)) {
                routes.push(Route { table, alone: Some(alone), names });
            }
        }
        routes
    }

    fn joins(&self, routes: &[Route<'a>]) -> Vec<Join<'a>> {
        let (join, subnet, table) = &self.way.join;
        let of = |join: &'a Instance| {
            let table = self.target(join, table)?;
            let route = routes.iter().position(|route| route.table.address == table.address)?;
            Some(Join { join, subnet: self.target(join, subnet)?, route })
        };
        self.of_type(join).filter_map(of).collect()
    }

    /// The zone of a subnet as it is written.
    fn zone(&self, subnet: &Instance) -> Option<String> {
        let attribute = subnet.body.attributes.get(&*self.way.zone)?;
        match &attribute.value.kind {
            Kind::String(zone) => Some(zone.to_string()),
            _ => self.text(attribute),
        }
    }

    fn text(&self, attribute: &Attribute) -> Option<String> {
        let file = self.texts.parsed(&attribute.place.file)?;
        Some(file.text.slice(attribute.place.value).to_owned())
    }

    fn block(&self, instance: &Instance) -> Option<String> {
        let file = self.texts.parsed(&instance.block.file)?;
        Some(file.text.slice(instance.block.span).to_owned())
    }

    /// Every subnet has a block of its own: the gateway and its routes are written again for each other zone.
    fn written_out(&self, own: &Instance, routes: &[Route<'a>], joins: &[Join<'a>]) -> Option<Vec<Edit>> {
        let is_single = |one: &Instance| one.key == Key::None;
        let alone = routes.iter().filter_map(|route| route.alone);
        if !joins.iter().all(|join| is_single(join.join) && is_single(join.subnet))
            || !routes.iter().all(|route| is_single(route.table))
            || !alone.into_iter().all(is_single)
        {
            return None;
        }
        let own_zone = self.zone(own)?;
        let mut by_zone: BTreeMap<String, Vec<&Join<'a>>> = BTreeMap::new();
        for join in joins {
            by_zone.entry(self.zone(join.subnet)?).or_default().push(join);
        }
        let mut edits = Vec::new();
        let mut blocks: Vec<String> = Vec::new();
        let others = by_zone.iter().filter(|(zone, _)| **zone != own_zone);
        for (number, (zone, in_zone)) in others.enumerate() {
            let is_private = |one: &Instance| joins.iter().any(|join| join.subnet.address == one.address);
            let is_there = |one: &&Instance| {
                is_single(one) && !is_private(one) && self.zone(one).as_deref() == Some(zone.as_str())
            };
            let public = self.of_type(&own.type_name).find(is_there)?;
            let suffix = suffix(zone).unwrap_or_else(|| (number + 2).to_string());
            let mut copy = Copy { ways: self, suffix: &suffix, renamed: vec![(reference(own), reference(public))] };
            if let Some(address) = self.target(self.gateway, &self.way.address) {
                blocks.push(copy.of(address).filter(|_| is_single(address))?);
            }
            blocks.push(copy.of(self.gateway)?);
            for (at, route) in routes.iter().enumerate() {
                let theirs: Vec<&&Join<'a>> = in_zone.iter().filter(|join| join.route == at).collect();
                if theirs.is_empty() {
                    continue;
                }
                if joins.iter().filter(|join| join.route == at).count() == theirs.len() {
                    // The table is of that zone alone already.
                    edits.push(copy.rewritten(route.names)?);
                    continue;
                }
                blocks.push(copy.of(route.table)?);
                if let Some(alone) = route.alone {
                    blocks.push(copy.of(alone)?);
                }
                for join in theirs {
                    let table = attributes(join.join, &self.way.join.2).next()?;
                    edits.push(copy.rewritten(table)?);
                }
            }
        }
        let file = self.texts.parsed(&self.gateway.block.file)?;
        let newline = if file.text.whole().contains("\r\n") { "\r\n" } else { "\n" };
        let text: String = blocks.iter().map(|block| format!("{newline}{newline}{block}")).collect();
        let end = Span::empty(self.gateway.block.span.end);
        edits.push(Edit { place: Place::new(self.gateway.block.file.clone(), end), text });
        (!blocks.is_empty()).then_some(edits)
    }

    /// The subnets are counted: so are the gateways then, with their addresses and routes.
    fn counted(&self, own: &Instance, routes: &[Route<'a>], joins: &[Join<'a>]) -> Option<Vec<Edit>> {
        let count = self.text(own.repetition.as_ref()?)?;
        let is_counted = |join: &Join<'_>| matches!(join.join.key, Key::Index(_));
        if joins.is_empty() || !joins.iter().all(is_counted) {
            return None;
        }
        let address = self.target(self.gateway, &self.way.address);
        let mut counted: Vec<&Instance> = vec![self.gateway];
        counted.extend(address);
        for route in routes {
            counted.push(route.table);
            counted.extend(route.alone);
        }
        if !counted.iter().all(|one| one.key == Key::None) {
            return None;
        }
        let mut edits = Vec::new();
        let mut done: Vec<&str> = Vec::new();
        for one in counted.iter().filter(|one| one.key == Key::None) {
            if !done.contains(&&*one.address) {
                edits.extend(placement::counted(self.texts, &one.block, &count)?);
                done.push(&one.address);
            }
        }
        let indexed = |attribute: &Attribute, to: &Instance| {
            let (plain, text) = (reference(to), self.text(attribute)?);
            let each = format!("{}[count.index].", plain.trim_end_matches('.'));
            let text = match text.contains(&plain) {
                true => text.replace(&plain, &each),
                // One of those that are counted is named by its number.
                false => format!("{each}id"),
            };
            let place = Place::new(attribute.place.file.clone(), attribute.place.value);
            Some(Edit { place, text })
        };
        edits.push(indexed(attributes(self.gateway, &self.way.subnet).next()?, own)?);
        if let Some(address) = address {
            edits.push(indexed(attributes(self.gateway, &self.way.address).next()?, address)?);
        }
        for route in routes {
            edits.push(indexed(route.names, self.gateway)?);
            if let Some(alone) = route.alone {
                edits.push(indexed(attributes(alone, &self.way.route.3).next()?, route.table)?);
            }
        }
        for join in joins {
            let table = routes.get(join.route)?.table;
            edits.push(indexed(attributes(join.join, &self.way.join.2).next()?, table)?);
        }
        Some(edits)
    }
}

/// Blocks that are written once more under another name, with what they refer to.
struct Copy<'c, 'a> {
    ways: &'c Ways<'a>,
    suffix: &'c str,
    /// References as they were and as they are.
    renamed: Vec<(String, String)>,
}

impl Copy<'_, '_> {
    /// `None` where there is one of that name.
    fn of(&mut self, instance: &Instance) -> Option<String> {
        let name = format!("{}_{}", instance.name, self.suffix);
        if self.ways.of_type(&instance.type_name).any(|one| *one.name == *name) {
            return None;
        }
        let text = self.ways.block(instance)?;
        let labels = |name: &str| format!("\"{}\" \"{name}\"", instance.type_name);
        let text = text.replacen(&labels(&instance.name), &labels(&name), 1);
        let was = reference(instance);
        self.renamed.push((was, format!("{}.{name}.", instance.type_name)));
        Some(self.renamed_in(text))
    }

    fn renamed_in(&self, text: String) -> String {
        self.renamed.iter().fold(text, |text, (was, is)| text.replace(was, is))
    }

    fn rewritten(&self, attribute: &Attribute) -> Option<Edit> {
        let place = Place::new(attribute.place.file.clone(), attribute.place.value);
        Some(Edit { place, text: self.renamed_in(self.ways.text(attribute)?) })
    }
}

/// How others refer to a resource, up to the dot before the attribute.
fn reference(instance: &Instance) -> String {
    format!("{}.{}.", instance.type_name, instance.name)
}

/// The attributes at a path: `subnet_id`, or `route.nat_gateway_id` in each block.
fn attributes<'a>(instance: &'a Instance, path: &str) -> Box<dyn Iterator<Item = &'a Attribute> + 'a> {
    match path.split_once('.') {
        None => Box::new(instance.body.attributes.get(path).into_iter()),
        Some((kind, name)) => {
            let (kind, name) = (kind.to_owned(), name.to_owned());
            let blocks = instance.body.blocks.iter().filter(move |block| *block.kind == *kind);
            Box::new(blocks.filter_map(move |block| block.body.attributes.get(&*name)))
        }
    }
}

fn names(attribute: &Attribute, instance: &Instance) -> bool {
    attribute.value.provenance.iter().any(|trace| trace.to == instance.address)
}

/// What tells a zone from the others of its region: `b` of `eu-west-1b`.
fn suffix(zone: &str) -> Option<String> {
    let end = zone.rsplit('-').next()?.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_name = !end.is_empty() && end.chars().all(|c| c.is_ascii_alphanumeric());
    is_name.then(|| end.to_owned())
}
