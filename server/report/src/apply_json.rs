//! What applying a change does, as JSON.

use foreshock_analysis::{Applied, Loss, Stack};
use foreshock_catalog::{AttributeChange, Outcome};
use serde_json::{Value, json};

use crate::Places;

/// Each resource that is different, with what applying does to it; null without a base to compare with.
pub fn apply_json(stack: &Stack, places: &Places<'_>) -> Value {
    let Some(comparison) = stack.comparison().filter(|comparison| comparison.before.is_some()) else {
        return Value::Null;
    };
    let changes: Vec<Value> = comparison.apply.changes.iter().map(|one| of_resource(stack, one, places)).collect();
    let together: Vec<&str> = comparison.apply.down_together.iter().map(|id| &**id).collect();
    json!({"changes": changes, "down_together": together})
}

fn of_resource(stack: &Stack, one: &Applied, places: &Places<'_>) -> Value {
    let change = &one.change;
    let said = |attribute: &AttributeChange| stack.path_said(&change.address, &attribute.path);
    let forced: Vec<String> = change.forced_by().map(said).collect();
    let of_attribute = |attribute: &AttributeChange| of_attribute(attribute, &said(attribute));
    json!({
        "address": &*change.address,
        // create, destroy, replace, restart, failover, interruption, blue_green, rolling, deferred, refused, off, data_loss,
        // in_place, unknown
        "effect": change.effect(),
        "create_first": matches!(change.action, foreshock_catalog::Action::Replace { create_first: true }),
        "forced_by": forced,
        "attributes": change.attributes.iter().map(of_attribute).collect::<Vec<Value>>(),
        "loss": one.loss.as_ref().map(of_loss),
        "place": one.place.as_ref().map(|place| places.json(place)),
    })
}

fn of_attribute(attribute: &AttributeChange, path: &str) -> Value {
    let (effect, disruption) = match &attribute.outcome {
        Outcome::Replaces => ("replace", None),
        Outcome::Unknown => ("unknown", None),
        Outcome::InPlace(None) => ("in_place", None),
        Outcome::InPlace(Some(disruption)) => (disruption.effect.name(), Some(disruption)),
    };
    json!({
        "path": path,
        "was": attribute.was.as_deref(),
        "is": attribute.is.as_deref(),
        "follows": attribute.follows.as_deref(),
        // Whether it is known to be different, and to do what is said.
        "sure": attribute.is_sure && disruption.is_none_or(|disruption| disruption.is_sure),
        "effect": effect,
        "note": disruption.map(|disruption| &*disruption.note).filter(|note| !note.is_empty()),
        "source": disruption.map(|disruption| &*disruption.source),
        "checked": disruption.map(|disruption| disruption.is_checked),
    })
}

/// Seconds are typical, lowest and highest.
fn of_loss(loss: &Loss) -> Value {
    let names = |names: &[std::sync::Arc<str>]| names.iter().map(|name| Value::from(&**name)).collect::<Vec<Value>>();
    json!({
        "seconds": loss.seconds.map(|(low, high)| [low, high]),
        "down": names(&loss.down),
        "degraded": names(&loss.weaker),
        "reaches_users": loss.reaches_users,
    })
}
