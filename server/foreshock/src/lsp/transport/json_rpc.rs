//! What a body is in JSON-RPC.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::frames::{Frame, is_too_large};

/// What of a message tells what it is.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    jsonrpc: Option<Value>,
    #[serde(default, deserialize_with = "written")]
    id: Option<Value>,
    #[serde(default, deserialize_with = "written")]
    method: Option<Value>,
    #[serde(default, deserialize_with = "is_written")]
    result: bool,
    #[serde(default, deserialize_with = "written")]
    error: Option<Value>,
}

/// `null` is written, too.
fn written<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

fn is_written<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// What a body is. It is read the way the service will read it, so that what passes here is never refused there.
pub(crate) fn classify(body: Vec<u8>) -> Frame {
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Frame::NotJson;
    }
    let Ok(value) = serde_json::from_slice::<Envelope>(&body) else { return Frame::NotAMessage(None) };
    let is_null = value.id.as_ref().is_none_or(Value::is_null);
    let id = value.id.filter(|id| id.is_i64() || id.is_string());
    if is_too_large(&body) {
        return Frame::TooLarge(id);
    }
    let well_formed = value.jsonrpc.as_ref().and_then(Value::as_str) == Some("2.0") && (id.is_some() || is_null);
    let is_error = |error: &Value| {
        error.get("code").is_some_and(Value::is_i64) && error.get("message").is_some_and(Value::is_string)
    };
    match (&value.method, value.result, &value.error) {
        _ if !well_formed => Frame::NotAMessage(id),
        (Some(method), false, None) if method.is_string() => Frame::Message(body),
        (None, true, _) if id.is_some() => Frame::Message(body),
        (None, false, Some(error)) if id.is_some() && is_error(error) => Frame::Message(body),
        // A client whose result was `undefined` leaves it out; the service would take that for a request.
        (None, false, None) if let Some(id) = id => {
            Frame::Message(json!({"jsonrpc": "2.0", "id": id, "result": null}).to_string().into_bytes())
        }
        (method, ..) => Frame::NotAMessage(id.filter(|_| method.is_some())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Frame) {
        assert_eq!(classify(body.as_bytes().to_vec()), expected, "{body}");
    }

    fn message(body: &str) -> Frame {
        Frame::Message(body.as_bytes().to_vec())
    }

    #[test]
    fn messages_pass() {
        for body in [
            r#"{"jsonrpc":"2.0","method":"exit"}"#,
            r#"{"jsonrpc":"2.0","method":"a","id":1,"params":[1]}"#,
            r#"{"jsonrpc":"2.0","method":"a","id":"x"}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#,
        ] {
            check(body, message(body));
        }
    }

    #[test]
    fn everything_else_is_told_apart() {
        check("{not json", Frame::NotJson);
        check(&"[".repeat(100_000), Frame::NotJson);
        check("[]", Frame::NotAMessage(None));
        check(r#"{"jsonrpc":"1.0","method":"a","id":1}"#, Frame::NotAMessage(Some(json!(1))));
        check(r#"{"jsonrpc":"2.0","method":7,"id":1}"#, Frame::NotAMessage(Some(json!(1))));
        check(r#"{"jsonrpc":"2.0","method":"a","id":1.5}"#, Frame::NotAMessage(None));
        check(r#"{"jsonrpc":"2.0","id":1,"error":"no"}"#, Frame::NotAMessage(None));
        check(r#"{"jsonrpc":"2.0"}"#, Frame::NotAMessage(None));
    }

    #[test]
    fn a_response_without_a_result_is_null() {
        check(r#"{"jsonrpc":"2.0","id":3}"#, message(r#"{"jsonrpc":"2.0","id":3,"result":null}"#));
    }

    #[test]
    fn too_many_values_are_refused_with_the_id() {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"m","id":3,"params":[{}[]]}}"#, "[],".repeat(2_000_000));
        check(&body, Frame::TooLarge(Some(json!(3))));
        let text = "[,{".repeat(2_000_000);
        let body = format!(r#"{{"jsonrpc":"2.0","method":"m","id":3,"params":["\"{text}"]}}"#);
        check(&body, message(&body));
    }
}
