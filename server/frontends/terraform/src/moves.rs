//! `moved` and `removed` blocks: what a resource or a module was called before, and what Terraform is to let go of.

use std::fmt::{self, Write};

use foreshock_syntax::hcl::{Expr, ExprKind, StepKind};
use foreshock_text::Place;

use crate::config::Block;
use crate::evaluate::quoted;

/// More moves than this of one address in a row are a circle.
const MOST_MOVES: usize = 100;

/// The renames of a stack, in the order written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    moves: Vec<Move>,
    removed: Vec<Removed>,
}

/// One `removed` block, seen from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// The module that it is written in, without keys.
    module: Address,
    from: Address,
    /// Whether what it names is destroyed; else it goes on running, and Terraform knows nothing of it.
    pub destroys: bool,
    /// The block's header.
    pub place: Place,
}

/// One `moved` block, seen from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Move {
    /// The module that it is written in, without keys.
    module: Address,
    from: Address,
    to: Address,
}

/// An address in steps: `module.a["k"]`, `aws_lb.web[0]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Address(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// `module.a`, `aws_lb.web`, `data.aws_vpc.x`.
    name: String,
    /// What is in its brackets, as written in an address: `0`, `"k"`, `*`.
    key: Option<String>,
}

impl Moves {
    /// Adds the moves of a module; `path` is its address without keys, empty for the root.
    pub(crate) fn add(&mut self, path: &str, moves: &[(Address, Address)], removed: &[Removed]) {
        let module = Address::parse(path);
        self.removed.extend(removed.iter().map(|block| Removed { module: module.clone(), ..block.clone() }));
        let seen_from_root =
            moves.iter().map(|(from, to)| Move { module: module.clone(), from: from.clone(), to: to.clone() });
        self.moves.extend(seen_from_root);
    }

    /// Takes over the moves of somebody else.
    pub(crate) fn extend(&mut self, other: Moves) {
        self.moves.extend(other.moves);
        self.removed.extend(other.removed);
    }

    /// The `removed` block that speaks of an instance, by its address of before.
    pub fn removed(&self, before: &str) -> Option<&Removed> {
        if self.removed.is_empty() {
            return None;
        }
        let address = Address::parse(before);
        self.removed.iter().find(|removed| {
            let steps = removed.module.0.iter().chain(&removed.from.0);
            let count = removed.module.0.len() + removed.from.0.len();
            address.0.len() >= count && address.0.iter().zip(steps).all(|(step, from)| step.name == from.name)
        })
    }

    /// Whether nothing was renamed.
    pub fn is_empty(&self) -> bool {
        self.moves.is_empty()
    }

    /// What a resource, instance or module is called now, by its address of before: followed through every move. The same
    /// address where nothing was moved, or where the moves lead in a circle.
    pub fn now(&self, before: &str) -> String {
        if self.moves.is_empty() {
            return before.to_owned();
        }
        let mut address = Address::parse(before);
        for _ in 0..MOST_MOVES {
            match self.moves.iter().find_map(|moved| moved.apply(&address)) {
                Some(next) => address = next,
                None => return address.to_string(),
            }
        }
        before.to_owned()
    }
}

impl Move {
    /// The address after this move; `None` where it does not speak of it.
    fn apply(&self, address: &Address) -> Option<Address> {
        let (within, rest) = address.0.split_at_checked(self.module.0.len())?;
        if !within.iter().zip(&self.module.0).all(|(step, module)| step.name == module.name) {
            return None;
        }
        let (moved, behind) = rest.split_at_checked(self.from.0.len())?;
        // Who is named without a key (a group of instances) is moved by a move of any of them.
        let means = |(step, from): (&Step, &Step)| {
            step.name == from.name && (from.key.is_none() || step.key.is_none() || step.key == from.key)
        };
        if !moved.iter().zip(&self.from.0).all(means) {
            return None;
        }
        let mut steps = within.to_vec();
        steps.extend(self.to.0.iter().cloned());
        let (last, from, to) = (moved.last()?, self.from.0.last()?, self.to.0.last()?);
        if let Some(step) = steps.last_mut() {
            step.key = match (&from.key, &to.key) {
                // The whole resource is moved, each instance with its key.
                (None, None) => last.key.clone(),
                (_, key) if last.key.is_some() || from.key.is_none() => key.clone(),
                _ => None,
            };
        }
        steps.extend(behind.iter().cloned());
        let next = Address(steps);
        (next != *address).then_some(next)
    }
}

impl Address {
    /// From its text. What is no address gives steps that nothing matches.
    fn parse(text: &str) -> Address {
        let mut parts: Vec<(String, Option<String>)> = Vec::new();
        let mut characters = text.chars().peekable();
        let mut name = String::new();
        while let Some(character) = characters.next() {
            match character {
                '.' => parts.push((std::mem::take(&mut name), None)),
                '[' => {
                    let key = bracketed(&mut characters);
                    parts.push((std::mem::take(&mut name), Some(key)));
                    characters.next_if_eq(&'.');
                }
                other => name.push(other),
            }
        }
        if !name.is_empty() {
            parts.push((name, None));
        }
        Address::of(parts)
    }

    /// Puts names together as Terraform means them: `module` with what follows, `data` with two, a type with its name.
    fn of(parts: Vec<(String, Option<String>)>) -> Address {
        let mut steps = Vec::new();
        let mut parts = parts.into_iter();
        while let Some((first, key)) = parts.next() {
            let mut step = Step { name: first, key };
            let wanted = if step.name == "data" { 2 } else { 1 };
            for _ in 0..wanted {
                let Some((name, key)) = parts.next() else { break };
                step = Step { name: format!("{}.{name}", step.name), key };
            }
            steps.push(step);
        }
        Address(steps)
    }
}

/// The text up to the closing bracket, which is taken; quotes may hold brackets.
fn bracketed(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut key = String::new();
    let mut in_quotes = false;
    while let Some(character) = characters.next() {
        match character {
            ']' if !in_quotes => break,
            '"' => in_quotes = !in_quotes,
            '\\' if in_quotes => {
                key.push(character);
                key.extend(characters.next());
                continue;
            }
            _ => {}
        }
        key.push(character);
    }
    key
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_char('.')?;
            }
            f.write_str(&step.name)?;
            if let Some(key) = &step.key {
                write!(f, "[{key}]")?;
            }
        }
        Ok(())
    }
}

/// What a `moved` block says; `None` for half of one.
pub(crate) fn moved(block: &Block) -> Option<(Address, Address)> {
    let side = |name| address_of(&block.attribute(name)?.expr);
    let (from, to) = (side("from")?, side("to")?);
    (!from.0.is_empty() && !to.0.is_empty()).then_some((from, to))
}

/// What a `removed` block says; `None` for half of one.
pub(crate) fn removed(block: &Block) -> Option<Removed> {
    let from = address_of(&block.attribute("from")?.expr)?;
    let lifecycle = block.blocks.iter().filter(|inner| &*inner.kind == "lifecycle");
    let written = lifecycle.filter_map(|inner| inner.attribute("destroy")).next();
    let destroys = written.is_some_and(|attribute| matches!(attribute.expr.kind, ExprKind::Bool(true)));
    let place = Place::new(block.place.file.clone(), block.place.header);
    (!from.0.is_empty()).then(|| Removed { module: Address::default(), from, destroys, place })
}

fn address_of(expr: &Expr) -> Option<Address> {
    let (root, steps) = match &expr.kind {
        ExprKind::String(text) => return Some(Address::parse(text)),
        ExprKind::Traversal(operand, steps) => match &operand.kind {
            ExprKind::Variable(root) => (root, steps),
            _ => return None,
        },
        _ => return None,
    };
    let mut parts = vec![(root.to_string(), None)];
    for step in steps {
        match &step.kind {
            StepKind::Attribute(name) => parts.push((name.to_string(), None)),
            StepKind::Index(index) => parts.last_mut()?.1 = Some(key_of(index)?),
            StepKind::AttributeSplat | StepKind::FullSplat => return None,
        }
    }
    Some(Address::of(parts))
}

fn key_of(index: &Expr) -> Option<String> {
    match &index.kind {
        ExprKind::String(name) => Some(quoted(name)),
        ExprKind::Number(number) if *number >= 0.0 => Some(number.to_string()),
        ExprKind::Paren(inner) => key_of(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moves(moves: &[(&str, &str, &str)]) -> Moves {
        let mut all = Moves::default();
        for (module, from, to) in moves {
            all.add(module, &[(Address::parse(from), Address::parse(to))], &[]);
        }
        all
    }

    fn check(written: &[(&str, &str, &str)], before: &str, now: &str) {
        assert_eq!(moves(written).now(before), now, "{written:?}");
    }

    #[test]
    fn addresses_come_back_as_they_were() {
        for text in
            ["aws_lb.web", "module.a[\"x.y[0]\"].data.aws_vpc.v[3]", "module.a.module.b.aws_lb.l", "infra", "", "a.b.c"]
        {
            assert_eq!(Address::parse(text).to_string(), text);
        }
    }

    #[test]
    fn a_resource_takes_its_instances_along() {
        let rename = [("", "aws_db_instance.a", "aws_db_instance.b")];
        check(&rename, "aws_db_instance.a", "aws_db_instance.b");
        check(&rename, "aws_db_instance.a[2]", "aws_db_instance.b[2]");
        check(&rename, "aws_db_instance.ab", "aws_db_instance.ab");
        check(&rename, "module.m.aws_db_instance.a", "module.m.aws_db_instance.a");
    }

    #[test]
    fn an_instance_gets_or_loses_its_key() {
        check(&[("", "aws_lb.a", "aws_lb.a[\"x\"]")], "aws_lb.a", "aws_lb.a[\"x\"]");
        check(&[("", "aws_lb.a[0]", "aws_lb.a")], "aws_lb.a[0]", "aws_lb.a");
        check(&[("", "aws_lb.a[0]", "aws_lb.a")], "aws_lb.a[1]", "aws_lb.a[1]");
        check(&[("", "aws_lb.a[0]", "aws_lb.b[\"x\"]")], "aws_lb.a", "aws_lb.b");
    }

    #[test]
    fn modules_take_along_what_is_in_them() {
        check(&[("", "module.a", "module.b")], "module.a.aws_lb.l", "module.b.aws_lb.l");
        check(&[("", "module.a", "module.b")], "module.a[1].aws_lb.l[0]", "module.b[1].aws_lb.l[0]");
        check(&[("", "aws_lb.l", "module.web.aws_lb.l")], "aws_lb.l", "module.web.aws_lb.l");
    }

    #[test]
    fn a_move_in_a_module_counts_in_each_of_its_instances() {
        let inside = [("module.web", "aws_lb.a", "aws_lb.b")];
        check(&inside, "module.web[\"eu\"].aws_lb.a", "module.web[\"eu\"].aws_lb.b");
        check(&inside, "aws_lb.a", "aws_lb.a");
    }

    #[test]
    fn chains_are_followed_and_circles_are_left() {
        check(&[("", "aws_lb.a", "aws_lb.b"), ("", "aws_lb.b", "aws_lb.c")], "aws_lb.a", "aws_lb.c");
        check(&[("", "aws_lb.a", "aws_lb.b"), ("", "aws_lb.b", "aws_lb.a")], "aws_lb.a", "aws_lb.a");
        check(&[("", "aws_lb.a", "aws_lb.a")], "aws_lb.a", "aws_lb.a");
    }
}
