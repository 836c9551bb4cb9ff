//! How far the agents of a stack can be trusted, in both renderings.

use foreshock_analysis::Stack;
use foreshock_engine::{ExpectedAnswers, expected_answers};
use serde_json::{Value, json};

use super::table::{Paint, Table};

/// One for each agent; null where it is too large to be computed.
pub(super) fn agents_json(stack: &Stack) -> Value {
    let of = |it: &ExpectedAnswers| {
        json!({
            "component": stack.id_of(it.component),
            "index": it.index,
            "wrong": it.wrong,
            "declined": it.declined,
            "down": it.down,
            "complete": it.complete,
        })
    };
    match expected_answers(stack.system()) {
        Some(agents) => agents.iter().map(of).collect::<Vec<_>>().into(),
        None => Value::Null,
    }
}

/// Nothing without agents.
pub(super) fn agents_human(stack: &Stack, paint: Paint) -> String {
    let agents = expected_answers(stack.system()).unwrap_or_default();
    if agents.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["agent", "wrong (index)", "declined", "down"], paint);
    for agent in &agents {
        let share = |value: f64| format!("{:.3} %", 100.0 * value);
        let index = format!("{:.4}", agent.index);
        table.row([stack.id_of(agent.component), index, share(agent.declined), share(agent.down)]);
    }
    format!("\nWhat to expect of agents (an index: nobody has calibrated the weights):\n{}", table.render())
}
