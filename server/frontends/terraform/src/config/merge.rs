//! Override files: a block in one changes the block of the same type and labels in the others.

use super::Block;

/// Lays `over` on `base`: attributes replace, nested blocks of a type written in `over` replace all of that type.
pub(super) fn override_block(base: &mut Block, over: &Block) {
    for attribute in &over.attributes {
        match base.attributes.iter_mut().find(|mine| mine.name == attribute.name) {
            Some(mine) => *mine = attribute.clone(),
            None => base.attributes.push(attribute.clone()),
        }
    }
    let kind_of = |block: &Block| match (&*block.kind, block.labels.first()) {
        ("dynamic", Some(label)) => label.clone(),
        _ => block.kind.clone(),
    };
    for block in &over.blocks {
        // `lifecycle` alone is merged argument by argument.
        if &*block.kind == "lifecycle"
            && let Some(mine) = base.blocks.iter_mut().find(|mine| &*mine.kind == "lifecycle")
        {
            override_block(mine, block);
            continue;
        }
        let kind = kind_of(block);
        let from_base = |mine: &Block| kind_of(mine) == kind && mine.place.file != block.place.file;
        base.blocks.retain(|mine| !from_base(mine));
    }
    for block in &over.blocks {
        let merged = &*block.kind == "lifecycle" && base.blocks.iter().any(|mine| &*mine.kind == "lifecycle");
        if !merged {
            base.blocks.push(block.clone());
        }
    }
}

/// Whether a file is merged last.
pub(super) fn is_override(name: &str) -> bool {
    let stem = crate::files::configuration_ending(name).map_or(name, |(stem, _)| stem);
    stem == "override" || stem.ends_with("_override")
}
