//! What a text says of how its components come back: standbys, copies, schedules, who has to come, and how long each takes.
//!
//! Data, in `data/recovery/*.toml`: a row for each resource type, for kinds of components without one, and for what makes copies
//! of others. Start reading at [`recoverability`]. Worked out when somebody asks, and at no keystroke.

mod component;
mod copies;
mod row;
mod schedule;
mod table;
mod ways;

use foreshock_model::{ComponentKind, Ground, Keeps, Recoverability, System};
use foreshock_resources::Resources;
use foreshock_text::Place;

use crate::backups::Backups;
use crate::graph::Graph;
use crate::{Assembled, Catalog, check};
use table::Table;
use ways::Reader;

/// Whether a repair for that rule may bring something back sooner, or with less lost.
pub fn helps_recovery(rule: &str) -> bool {
    Table::bundled().is_helped_by(rule)
}

/// How much data a component keeps, where somebody says so: gigabytes, and where that is written.
pub type Size<'a> = &'a dyn Fn(&str) -> Option<(f64, Place)>;

/// What brings each component of a stack back, in the order of the components. `size` is asked with their ids.
pub fn recoverability(
    resources: &Resources,
    catalog: &Catalog,
    assembled: &Assembled,
    size: Size<'_>,
) -> Vec<Recoverability> {
    let graph = Graph::related_only(resources, catalog);
    let declared = check::declared(&graph);
    let backups = Backups::of(&graph);
    let table = Table::bundled();
    let system = &assembled.system;
    let mut all: Vec<Recoverability> = system
        .components
        .iter()
        .enumerate()
        .map(|(number, component)| {
            let members = assembled.members.get(number).map_or(&[][..], Vec::as_slice);
            let Some(&first) = members.first() else {
                // A way in can't fail by itself.
                return Recoverability { is_known: true, is_global: true, ..Recoverability::default() };
            };
            let mut known = component::basis(table, component);
            let type_name = graph.outline(first).map_or("", |instance| &instance.type_name);
            let row = table.of_type(type_name, catalog);
            let in_catalog = graph.row(first);
            known.keeps = ways::keeps(row, in_catalog, component);
            known.is_global = ways::is_global(in_catalog, &graph, first);
            let size = size(component.id.as_str());
            match row {
                Some(row) => {
                    let reader = Reader::of(&graph, table, row, first, Some(members), &declared, size.as_ref());
                    known.is_known = true;
                    known.start = reader.start(row).or(known.start);
                    known.ejects = reader.ejects(row).or(known.ejects);
                    known.ways = reader.ways(row);
                    component::add_usual(table, component, &mut known);
                }
                None => {
                    // Volumes are told to be of a region, too, and are in one zone.
                    let is_volume = component.kind == ComponentKind::Storage;
                    let keeps = matches!(known.keeps, Keeps::Data | Keeps::Messages);
                    if in_catalog.is_some_and(|row| row.regional) && keeps && !is_volume {
                        known.ways.push(component::regional(component, known.keeps));
                    }
                    component::add_usual(table, component, &mut known);
                }
            }
            for (by, is_sure) in members.iter().flat_map(|&member| backups.protectors(&graph, member)) {
                let protector = graph.outline(by).and_then(|by| table.protector(&by.type_name));
                let Some(protector) = protector else { continue };
                let reader = Reader::of(&graph, table, protector, by, None, &declared, size.as_ref());
                let mut ways = reader.ways(protector);
                if !is_sure {
                    let says = format!("whether {} covers it is not known", graph.address(by));
                    let place = graph.outline(by).map(|by| by.block.header_place());
                    let doubt = Ground { says: says.into(), place };
                    ways.iter_mut().for_each(|way| way.doubt = Some(way.doubt.take().unwrap_or_else(|| doubt.clone())));
                }
                known.ways.extend(ways);
            }
            known
        })
        .collect();
    copies::add(table, catalog, system, &mut all);
    all
}

/// The same for components that a text names itself.
pub fn recoverability_of_components(system: &System, size: Size<'_>) -> Vec<Recoverability> {
    let table = Table::bundled();
    let of = |component: &std::sync::Arc<foreshock_model::Component>| {
        component::by_itself(table, component, size(component.id.as_str()))
    };
    system.components.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Defaults;

    #[test]
    fn the_table_is_read_and_names_what_there_is() {
        let table = Table::bundled();
        assert_eq!(table.problems, Vec::<String>::new());
        let catalog = Catalog::bundled();
        let unknown: Vec<&String> = table
            .types()
            .filter(|name| catalog.row(name).is_none() && ComponentKind::from_name(name).is_none())
            // What backs others up needs no row of its own.
            .filter(|name| !catalog.backups.contains_key(*name) && *name != "aws_dlm_lifecycle_policy")
            .collect();
        assert_eq!(unknown, Vec::<&String>::new());
    }

    #[test]
    fn every_time_says_where_it_is_from() {
        for (name, row) in Table::bundled().rows() {
            for way in row.ways.iter().chain(&row.promotion) {
                assert!(way.page.is_some() || way.estimate.is_some(), "{name}: {:?}", way.at);
                assert!(!way.steps.is_empty() || way.restore_100_gb.is_some(), "{name}: no steps");
            }
        }
    }

    /// The people of this table are those of the table of defaults.
    #[test]
    fn people_come_as_soon_as_elsewhere() {
        let (low, high) = Table::bundled().begin().unwrap();
        let usual = Defaults::bundled().response_of(&crate::Team::default()).get();
        assert!(low < usual && usual < high, "{low} {usual} {high}");
    }
}
