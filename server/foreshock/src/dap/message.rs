//! Messages of the protocol: what a request is, and how answers and events are written.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};

use crate::frames::{Frame, is_too_large};

/// A request.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// Its number, which the answer names.
    pub(super) seq: i64,
    /// What is wanted.
    pub(super) command: String,
    #[serde(default)]
    arguments: Value,
}

impl Asked {
    /// What it is asked with.
    ///
    /// # Errors
    /// When a value is missing or of another type; the text names it.
    pub(super) fn arguments<T: DeserializeOwned>(&self) -> Result<T, String> {
        let given = match &self.arguments {
            Value::Null => json!({}),
            given => given.clone(),
        };
        serde_json::from_value(given).map_err(|error| format!("{}: arguments: {error}", self.command))
    }
}

/// What of a message tells what it is.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    seq: Value,
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    command: Value,
}

/// What a body is. Answers to requests of ours and events of the client are none: we ask nothing.
pub(super) fn classify(body: Vec<u8>) -> Frame {
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Frame::NotJson;
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope>(&body) else { return Frame::NotAMessage(None) };
    let seq = Some(envelope.seq).filter(Value::is_i64);
    if is_too_large(&body) {
        return Frame::TooLarge(seq);
    }
    match envelope.kind.as_str() == Some("request") && envelope.command.is_string() && seq.is_some() {
        true => Frame::Message(body),
        false => Frame::NotAMessage(seq),
    }
}

/// What is to be sent, in its order.
#[derive(Default)]
pub(super) struct Outbox {
    sent: i64,
    messages: Vec<Value>,
}

impl Outbox {
    fn push(&mut self, mut message: Value) {
        self.sent += 1;
        if let Some(members) = message.as_object_mut() {
            members.insert("seq".to_owned(), self.sent.into());
        }
        self.messages.push(message);
    }

    /// Answers a request. `body`: null where the protocol has none.
    pub(super) fn answer(&mut self, asked: &Asked, body: Value) {
        let mut message = json!({"seq": 0, "type": "response", "request_seq": asked.seq, "success": true,
            "command": asked.command});
        if let (Some(members), false) = (message.as_object_mut(), body.is_null()) {
            members.insert("body".to_owned(), body);
        }
        self.push(message);
    }

    /// Refuses a request: shown to the user where the request was theirs.
    pub(super) fn refuse(&mut self, asked: &Asked, why: &str) {
        let is_quiet = asked.command == "evaluate" || asked.command == "completions";
        self.push(json!({"seq": 0, "type": "response", "request_seq": asked.seq, "success": false,
            "command": asked.command, "message": why,
            "body": {"error": {"id": 1, "format": "{why}", "variables": {"why": why}, "showUser": !is_quiet}}}));
    }

    /// Refuses what could not be read as a request; only told where it has no number.
    pub(super) fn refuse_unread(&mut self, seq: Option<Value>, why: &str) {
        match seq {
            Some(seq) => self.push(json!({"seq": 0, "type": "response", "request_seq": seq, "success": false,
                "command": "", "message": why})),
            None => self.tell(&format!("a message was skipped: {why}")),
        }
    }

    /// Sends an event.
    pub(super) fn event(&mut self, name: &str, body: Value) {
        self.push(json!({"seq": 0, "type": "event", "event": name, "body": body}));
    }

    /// Says something about the session itself.
    pub(super) fn tell(&mut self, line: &str) {
        self.event("output", json!({"category": "console", "output": format!("{line}\n")}));
    }

    /// Takes all messages.
    pub(super) fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.messages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: Frame) {
        assert_eq!(classify(body.as_bytes().to_vec()), expected, "{body}");
    }

    #[test]
    fn requests_pass_and_nothing_else() {
        let request = r#"{"seq":1,"type":"request","command":"next"}"#;
        check(request, Frame::Message(request.as_bytes().to_vec()));
        check("{\"seq\":1,", Frame::NotJson);
        check("7", Frame::NotAMessage(None));
        check(r#"{"seq":2,"type":"response","command":"next"}"#, Frame::NotAMessage(Some(json!(2))));
        check(r#"{"seq":3,"type":"request","command":7}"#, Frame::NotAMessage(Some(json!(3))));
        check(r#"{"seq":1.5,"type":"request","command":"next"}"#, Frame::NotAMessage(None));
        check(r#"{"type":"request","command":"next"}"#, Frame::NotAMessage(None));
    }
}
