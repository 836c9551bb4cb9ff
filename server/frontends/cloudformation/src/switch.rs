//! The parameter that switches something on: what a person changes where the branch that a condition chooses has the wrong value.

use foreshock_syntax::yaml::Value as Node;
use foreshock_text::Span;

use crate::evaluate::call;

/// Words that mean truth, each with its opposite.
const SWITCHES: &[(&str, &str)] =
    &[("true", "false"), ("yes", "no"), ("on", "off"), ("enabled", "disabled"), ("enable", "disable"), ("1", "0")];

/// For the value at a span that an `Fn::If` of a template chooses: the default of the parameter which, as the text that is
/// returned, has the other branch chosen. Only where that one is as `wanted`, and where the condition compares the parameter with a
/// word that means truth: which environment it is, is no switch.
pub fn switch(template: Node<'_>, branch: Span, wanted: &str) -> Option<(Span, String)> {
    let [condition, yes, no] = choice(template, branch)?;
    let is_yes = yes.span() == branch;
    let other = if is_yes { no } else { yes };
    if other.scalar()?.text() != wanted {
        return None;
    }
    let equals =
        call(template.get("Conditions")?.get(condition.scalar()?.text())?).filter(|call| call.name == "Equals")?;
    let mut sides = equals.argument.items()?;
    let (one, other) = (sides.next()?, sides.next()?);
    let named = |node| call(node).filter(|call| call.name == "Ref")?.argument.scalar();
    let (name, word) = named(one).zip(other.scalar()).or_else(|| named(other).zip(one.scalar()))?;
    let parameter = template.get("Parameters")?.get(name.text())?;
    let default = parameter.get("Default")?;
    let now = default.scalar()?.text();
    let word = word.text();
    // Somebody may have given it another value.
    if (now == word) != is_yes {
        return None;
    }
    let opposite = opposite(word)?;
    let turned = if is_yes { opposite } else { word.to_owned() };
    let is_it = |one: Node<'_>| one.scalar().is_some_and(|one| one.text() == turned);
    let is_allowed = match parameter.get("AllowedValues") {
        Some(allowed) => allowed.items()?.any(is_it),
        None => true,
    };
    is_allowed.then_some((default.span(), turned))
}

/// The condition and the two branches of the `Fn::If` that a value is a branch of.
fn choice<'t>(template: Node<'t>, branch: Span) -> Option<[Node<'t>; 3]> {
    let mut at = template;
    loop {
        if let Some(call) = call(at).filter(|call| call.name == "If")
            && let Some(items) = call.argument.items().filter(|items| items.len() == 3)
        {
            let items: Vec<Node<'t>> = items.collect();
            if let [condition, yes, no] = items[..]
                && (yes.span() == branch || no.span() == branch)
            {
                return Some([condition, yes, no]);
            }
        }
        let holds = |node: &Node<'t>| node.span().contains(branch) && !node.is_alias();
        let in_map = at.entries().and_then(|mut entries| entries.find_map(|(_, value)| Some(value).filter(holds)));
        at = in_map.or_else(|| at.items()?.find(holds))?;
    }
}

/// In the letters of the word: `True` is `False`, `YES` is `NO`.
fn opposite(word: &str) -> Option<String> {
    let small = word.to_ascii_lowercase();
    let is = |(one, other): &(&str, &'static str)| if *one == small { Some(*other) } else { None };
    let turned = SWITCHES
        .iter()
        .find_map(is)
        .or_else(|| SWITCHES.iter().find(|(_, other)| *other == small).map(|(one, _)| *one))?;
    let is_large = |c: char| c.is_ascii_uppercase();
    Some(match word.chars().filter(|&c| is_large(c)).count() {
        0 => turned.to_owned(),
        1 if word.len() > 1 => {
            turned.chars().take(1).map(|c| c.to_ascii_uppercase()).chain(turned.chars().skip(1)).collect()
        }
        _ => turned.to_ascii_uppercase(),
    })
}
