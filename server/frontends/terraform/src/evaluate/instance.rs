//! Module and resource instances with their memos.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use foreshock_resources as resources;
use foreshock_resources::{Key, Value};

use super::{Cell, Configuration, Form, Of, Slot};
use crate::config::Named;

/// What `count` and `each` mean in a block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Repetition {
    #[default]
    None,
    Count(Value),
    Each {
        key: Value,
        value: Value,
    },
}

/// A module instance: one call with one key, or the root.
pub(crate) struct ModuleInstance {
    pub(crate) config: Configuration,
    /// With keys; empty for the root.
    pub(crate) address: Arc<str>,
    /// How it was called; `None` for the root.
    pub(crate) call: Option<Caller>,
    /// Its number among the cells; `None` where nothing is noted of it.
    pub(crate) number: Option<u32>,
    /// Distance from the root.
    pub(crate) level: usize,
    pub(crate) variables: Vec<RefCell<Slot<Value>>>,
    pub(crate) locals: Vec<RefCell<Slot<Value>>>,
    pub(crate) outputs: Vec<RefCell<Slot<Value>>>,
    pub(crate) resources: Vec<RefCell<Slot<Rc<Expansion>>>>,
    pub(crate) calls: Vec<RefCell<Slot<Rc<CallExpansion>>>>,
}

/// Who called a module.
pub(crate) struct Caller {
    pub(crate) module: Rc<ModuleInstance>,
    /// The number of the call in the caller.
    pub(crate) number: usize,
    pub(crate) repetition: Repetition,
}

/// The instances of a resource.
pub(crate) struct Expansion {
    pub(crate) form: Form,
    /// One for `Single` and `Unknown`; in key order otherwise.
    pub(crate) instances: Vec<Rc<ResourceInstance>>,
    pub(crate) repetition: Option<resources::Attribute>,
}

/// One instance of a resource.
pub(crate) struct ResourceInstance {
    pub(crate) module: Rc<ModuleInstance>,
    /// Its number in the module's configuration.
    pub(crate) resource: usize,
    pub(crate) address: Arc<str>,
    pub(crate) key: Key,
    pub(crate) repetition: Repetition,
    pub(crate) attributes: Vec<RefCell<Slot<Value>>>,
    /// The values that are the same in every instance of the block, since they say nothing of `count` or `each`.
    pub(crate) shared: Rc<[Option<RefCell<Slot<Value>>>]>,
    pub(crate) blocks: RefCell<Slot<Rc<Vec<resources::Block>>>>,
}

/// The instances of a module call.
pub(crate) struct CallExpansion {
    pub(crate) form: Form,
    pub(crate) instances: Vec<CallInstance>,
    pub(crate) repetition: Option<resources::Attribute>,
}

/// One instance of a module call.
pub(crate) struct CallInstance {
    pub(crate) address: Arc<str>,
    pub(crate) key: Key,
    pub(crate) repetition: Repetition,
    /// `None` when the source is not at hand, or the call is not followed.
    pub(crate) module: Option<Rc<ModuleInstance>>,
    /// Why it is not followed, though its source may be at hand.
    pub(crate) refused: Option<Arc<str>>,
}

fn slots<T, U>(named: &Named<T>) -> Vec<RefCell<Slot<U>>> {
    (0..named.len()).map(|_| RefCell::new(Slot::Empty)).collect()
}

impl ModuleInstance {
    pub(crate) fn new(config: Configuration, address: Arc<str>, call: Option<Caller>) -> ModuleInstance {
        ModuleInstance {
            address,
            level: call.as_ref().map_or(0, |call| call.module.level + 1),
            call,
            number: None,
            variables: slots(&config.variables),
            locals: slots(&config.locals),
            outputs: slots(&config.outputs),
            resources: slots(&config.resources),
            calls: slots(&config.calls),
            config,
        }
    }

    /// The same with its number among the cells.
    pub(crate) fn numbered(self, number: Option<u32>) -> ModuleInstance {
        ModuleInstance { number, ..self }
    }

    /// A cell of this module instance.
    pub(crate) fn cell(&self, of: Of) -> Option<Cell> {
        Some(Cell { module: self.number?, of })
    }

    /// The number of the call in the root that leads here; `None` for the root itself.
    pub(crate) fn root_call(&self) -> Option<usize> {
        let mut call = self.call.as_ref()?;
        while let Some(outer) = &call.module.call {
            call = outer;
        }
        Some(call.number)
    }

    /// A module that is called zero times: only its place in the tree matters.
    pub(crate) fn dormant(config: Configuration, caller: &Rc<ModuleInstance>, number: usize) -> ModuleInstance {
        let repetition = Repetition::None;
        ModuleInstance::new(config, Arc::from(""), Some(Caller { module: caller.clone(), number, repetition }))
    }
}

/// The module instances of one resolution, owned by their root. A module's memos hold its resources and calls, and these
/// hold the module: letting go of the memos breaks the rings, or none of it would ever be freed.
pub(crate) struct Tree {
    pub(crate) root: Rc<ModuleInstance>,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let mut open = vec![self.root.clone()];
        while let Some(module) = open.pop() {
            for memo in &module.resources {
                if let Ok(mut memo) = memo.try_borrow_mut() {
                    *memo = Slot::Empty;
                }
            }
            for memo in &module.calls {
                let Ok(mut memo) = memo.try_borrow_mut() else { continue };
                if let Slot::Done(expansion) = std::mem::replace(&mut *memo, Slot::Empty) {
                    open.extend(expansion.instances.iter().filter_map(|instance| instance.module.clone()));
                }
            }
        }
    }
}
