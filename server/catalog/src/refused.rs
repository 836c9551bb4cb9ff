//! What can't be though it can be written: what a provider refuses when it plans or applies, and what hangs on something
//! that only one can have. No repair leads there.

use std::collections::BTreeSet;
use std::sync::Arc;

use foreshock_resources::{Kind, Mode, Resources, Value};
use serde::Deserialize;

use crate::expression::Expression;
use crate::graph::Graph;
use crate::skeleton::block_address;
use crate::{Assembled, Catalog};

/// Something that can't be, as it is written in a row.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refusal {
    /// Only where this is surely true. Beside what the other expressions of a row see there is `number`, how many instances
    /// the component has.
    pub(crate) when: Expression,
    /// Also where that can't be known.
    #[serde(default)]
    pub(crate) unless_known: bool,
    /// Only in the user's own text: who has published a module has seen to it.
    #[serde(default)]
    pub(crate) in_own_text: bool,
    /// Why, for a person.
    pub(crate) why: String,
}

/// What of these resources can't be: the block of each, and why.
pub fn refused(resources: &Resources, catalog: &Catalog, assembled: &Assembled) -> BTreeSet<(Arc<str>, Arc<str>)> {
    let mut found = BTreeSet::new();
    let has_any = |name: &str| catalog.row(name).is_some_and(|row| !row.refused.is_empty());
    if !resources.instances.iter().any(|instance| has_any(&instance.type_name)) {
        return found;
    }
    let graph = Graph::related_only(resources, catalog);
    for (index, instance) in resources.instances.iter().enumerate() {
        let Some(row) = graph.row(index).filter(|row| !row.refused.is_empty() && instance.mode != Mode::Data) else {
            continue;
        };
        let component = assembled.resources.get(index).and_then(|role| role.component);
        let mut variables = graph.variables(index);
        if let Some(component) = component.and_then(|component| assembled.system.component(component)) {
            let number = match component.redundancy.instances.known() {
                Some(&number) => Value::new(Kind::Number(f64::from(number))),
                None => Value::unknown("the number of instances is not known"),
            };
            variables.insert("number", number);
        }
        let is_installed = instance.block.file.as_path().components().any(|part| part.as_str() == ".terraform");
        let counts = |refusal: &&Refusal| !(refusal.in_own_text && is_installed);
        let holds = |refusal: &&Refusal| refusal.when.holds(&variables).unwrap_or(refusal.unless_known);
        for refusal in row.refused.iter().filter(counts).filter(holds) {
            found.insert((block_address(instance).into(), refusal.why.as_str().into()));
        }
    }
    found
}
