//! The section `Globals` of SAM: what every resource of a sort has unless it says otherwise.

use std::sync::Arc;

use foreshock_resources::{Attribute, Body, Kind};
use foreshock_syntax::yaml::Value as Node;

use crate::evaluate::Scope;

impl<'t> Scope<'t, '_> {
    /// What `Globals` says of a type: `Function` of `AWS::Serverless::Function`.
    pub(crate) fn globals_of(&self, kind: &str) -> Option<Node<'t>> {
        self.template.globals?.get(kind.strip_prefix("AWS::Serverless::")?)
    }
}

/// What a resource says itself, and the rest from what all of them have; entries of an object are taken one by one.
pub(crate) fn merged(own: Body, shared: Body) -> Body {
    let Body { mut attributes, mut blocks } = own;
    for (name, theirs) in shared.attributes {
        match attributes.get_mut(&name) {
            None => {
                attributes.insert(name, theirs);
            }
            Some(mine) => both(mine, theirs),
        }
    }
    for theirs in shared.blocks {
        match blocks.iter_mut().find(|block| block.kind == theirs.kind) {
            None => blocks.push(theirs),
            Some(mine) => mine.body = merged(std::mem::take(&mut mine.body), theirs.body),
        }
    }
    Body { attributes, blocks }
}

fn both(mine: &mut Attribute, theirs: Attribute) {
    if let (Kind::Map(own), Kind::Map(shared)) = (&mine.value.kind, &theirs.value.kind) {
        let mut all = (**shared).clone();
        all.extend(own.iter().map(|(name, value)| (name.clone(), value.clone())));
        mine.value.kind = Kind::Map(Arc::new(all));
    } else if let (Kind::List(own), Kind::List(shared)) = (&mine.value.kind, &theirs.value.kind) {
        let all = shared.iter().chain(own.iter()).cloned().collect();
        mine.value.kind = Kind::List(Arc::new(all));
    }
}
