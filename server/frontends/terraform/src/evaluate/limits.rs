//! Bounds on work, depth and size, far above what any real stack needs: a text can ask for anything.

use super::Evaluator;
use crate::failure::{Failure, beyond};
use crate::value::{Kind, Value};

/// Expression steps per resolution; the largest stacks measured need about 10,000.
pub(crate) const FUEL: u64 = 2_000_000;
/// Nested expressions and named values being evaluated at once; bounds the stack.
const DEPTH: u32 = 260;
/// Parts of one named value.
const PARTS: usize = 200_000;
/// Bytes of one string.
pub(crate) const STRING: usize = 8 << 20;
/// Instances of one resource or module.
pub(crate) const SIBLINGS: u64 = 10_000;
/// Instances in total.
pub(crate) const INSTANCES: u64 = 100_000;

impl Evaluator<'_> {
    /// Uses up some of the work allowed.
    pub(crate) fn spend(&self, steps: u64) -> Result<(), Failure> {
        match self.fuel.get().checked_sub(steps) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => {
                self.fuel.set(0);
                beyond("too much to evaluate")
            }
        }
    }

    /// Runs `inner` one level deeper.
    pub(crate) fn deeper<T>(&self, inner: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let depth = self.depth.get();
        if depth >= DEPTH {
            return beyond("nested too deeply to follow");
        }
        self.depth.set(depth + 1);
        let result = inner();
        self.depth.set(depth);
        result
    }

    /// The value, or unknown when it is larger than anything real.
    pub(crate) fn bounded(&self, value: Value) -> Value {
        let mut left = PARTS;
        if fits(&value, &mut left, 64) {
            return value;
        }
        Value::unknown("a value too large to follow")
    }
}

fn fits(value: &Value, left: &mut usize, depth: usize) -> bool {
    if *left == 0 || depth == 0 {
        return false;
    }
    *left -= 1;
    match &value.kind {
        Kind::List(items) | Kind::Set(items) => items.iter().all(|item| fits(item, left, depth - 1)),
        Kind::Map(items) => items.values().all(|item| fits(item, left, depth - 1)),
        Kind::String(text) => text.len() <= STRING,
        _ => true,
    }
}
