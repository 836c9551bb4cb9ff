//! Messages cut out of a stream of bytes, whatever is between them.

use std::io::{self, BufRead, Read};

use serde_json::{Value, json};

/// Messages larger than this are skipped: no editor sends them, and they would have to be held whole.
const MAX_BODY: u64 = 256 << 20;
/// Header lines longer than this are not headers.
const MAX_HEADER_LINE: u64 = 4096;

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A body that is a request, a notification or a response.
    Message(Vec<u8>),
    /// A body that is not JSON.
    NotJson,
    /// JSON, but no message of the protocol; with its id where it has one.
    NotAMessage(Option<Value>),
}

/// Reads the next frame; `None` at the end of the input.
///
/// The service's own decoder ends the session at the first bad byte. A client that sends one (or an extension that
/// writes to the wrong pipe) should get an answer instead, so bodies are checked here and headers are searched for.
pub(super) fn read_frame(input: &mut impl BufRead) -> io::Result<Option<Frame>> {
    let Some(length) = read_header(input)? else { return Ok(None) };
    if length > MAX_BODY {
        io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
        return Ok(Some(Frame::NotAMessage(None)));
    }
    let mut body = Vec::new();
    input.by_ref().take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(classify(body)))
}

/// The content length of the next header block that has one.
fn read_header(input: &mut impl BufRead) -> io::Result<Option<u64>> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.by_ref().take(MAX_HEADER_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            if length.is_some() {
                return Ok(length);
            }
            continue;
        }
        if let Some((name, value)) = text.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

/// What a body is. It is read the way the service will read it, so that what passes here is never refused there.
fn classify(body: Vec<u8>) -> Frame {
    let Ok(value) = serde_json::from_slice::<Value>(&body) else { return Frame::NotJson };
    let id = value.get("id").filter(|id| id.is_i64() || id.is_string()).cloned();
    let well_formed = value.get("jsonrpc").and_then(Value::as_str) == Some("2.0")
        && (id.is_some() || value.get("id").is_none_or(Value::is_null));
    let is_error = |error: &Value| {
        error.get("code").is_some_and(Value::is_i64) && error.get("message").is_some_and(Value::is_string)
    };
    match (value.get("method"), value.get("result"), value.get("error")) {
        _ if !well_formed => Frame::NotAMessage(id),
        (Some(method), None, None) if method.is_string() => Frame::Message(body),
        (None, Some(_), _) if id.is_some() => Frame::Message(body),
        (None, None, Some(error)) if id.is_some() && is_error(error) => Frame::Message(body),
        // A client whose result was `undefined` leaves it out; the service would take that for a request.
        (None, None, None) if let Some(id) = id => {
            Frame::Message(json!({"jsonrpc": "2.0", "id": id, "result": null}).to_string().into_bytes())
        }
        (method, _, _) => Frame::NotAMessage(id.filter(|_| method.is_some())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(mut input: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        while let Some(frame) = read_frame(&mut input).unwrap() {
            frames.push(frame);
        }
        frames
    }

    fn message(body: &str) -> Frame {
        Frame::Message(body.as_bytes().to_vec())
    }

    fn check(body: &str, expected: Frame) {
        let input = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        assert_eq!(frames(input.as_bytes()), [expected], "{body}");
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
    fn headers_are_searched_for() {
        let input = b"garbage\r\n\r\nX: y\r\ncontent-length:2\r\nContent-Type: z\r\n\r\n[]Content-Length: 9\r\n\r\ncut";
        assert_eq!(frames(input), [Frame::NotAMessage(None)]);
        assert_eq!(frames(b"Content-Length: -1\r\n\r\nContent-Length: 1\n\n{"), [Frame::NotJson]);
    }
}
