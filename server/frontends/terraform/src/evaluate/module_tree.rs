//! How many modules a call comes to: each may call others, those again others, and all of it in a few lines.

use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{Configuration, Evaluator, Limit, ModuleInstance};
use crate::cache::is_local;
use crate::config::Call;

/// Deeper than any real nesting of modules.
pub(super) const LEVELS: usize = 32;

/// Modules below one call, `count` and `for_each` left out of account. Real calls come to a few dozen.
pub(crate) const WIDEST: u64 = 2_000;

impl Evaluator<'_> {
    /// Why a call is not followed into its module, where it is not. What the text alone says of it comes first: that does
    /// not depend on what else is called.
    pub(super) fn refusal(
        &self,
        caller: &Rc<ModuleInstance>,
        call: &Call,
        target: Option<&Configuration>,
        instances: usize,
    ) -> Option<Arc<str>> {
        let why = if caller.level >= LEVELS {
            format!("modules nested more than {LEVELS} deep are not followed")
        } else {
            let target = target.filter(|_| instances > 0)?;
            if self.is_too_wide(caller, target) {
                let count = self.width(target, caller.level + 1, &mut Vec::new());
                format!("module {} comes to {count} modules, too many to follow", call.name)
            } else if !self.budget.room_for_modules(
                instances as u64,
                target.resources.len() as u64,
                caller.root_call().unwrap_or_else(|| caller.config.calls.number(&call.name).unwrap_or_default()),
            ) {
                format!("module {} would be one of too many modules to follow", call.name)
            } else {
                return None;
            }
        };
        self.budget.exceed(Limit::Modules);
        if let Some(source) = call.block.attribute("source") {
            self.tell_limits(source);
        }
        Some(Arc::from(why))
    }

    /// Whether a module called from here comes to more modules than are followed.
    pub(crate) fn is_too_wide(&self, caller: &ModuleInstance, target: &Configuration) -> bool {
        self.width(target, caller.level + 1, &mut Vec::new()) > WIDEST
    }

    /// The modules that one at this distance from the root comes to, itself included. `above` are those around it: one
    /// that calls itself is not followed.
    fn width(&self, module: &Configuration, level: usize, above: &mut Vec<Utf8PathBuf>) -> u64 {
        let key = (module.directory.clone(), level);
        if let Some(known) = self.widths.borrow().get(&key) {
            return *known;
        }
        if level > LEVELS || above.contains(&module.directory) {
            return 0;
        }
        above.push(module.directory.clone());
        let mut count: u64 = 1;
        for call in module.calls.iter().filter(|call| is_local(&call.source)) {
            // Through links the same directory has ever new names.
            if self.widths.borrow().len() as u64 > WIDEST {
                count = count.max(WIDEST + 1);
                break;
            }
            if let Some((inner, _)) = self.look_into(&foreshock_files::paths::join(&module.directory, &call.source)) {
                count = count.saturating_add(self.width(&inner, level + 1, above));
            }
        }
        above.pop();
        self.widths.borrow_mut().insert(key, count);
        count
    }
}
