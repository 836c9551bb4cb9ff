//! Messages cut out of a stream of bytes, whatever is between them.

use std::io::{self, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Messages larger than this are skipped: no editor sends them, and they would have to be held whole.
const MAX_BODY: usize = 256 << 20;
/// Messages of more values than this are refused: each costs some seventy bytes where it is understood, and two in the message.
/// A hundred thousand changed files are half a million.
const MAX_VALUES: usize = 2_000_000;
/// Lines of a header are not longer than this, and all lines of one together.
const MAX_HEADER: usize = 4096;
const NAME: &[u8] = b"content-length:";

/// What came in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A body that is a request, a notification or a response.
    Message(Vec<u8>),
    /// A body that is not JSON.
    NotJson,
    /// JSON, but no message of the protocol; with its id where it has one.
    NotAMessage(Option<Value>),
    /// A message of more than can be held; with its id where that is known.
    TooLarge(Option<Value>),
}

/// Frames of a stream.
///
/// The service's own decoder ends the session at the first bad byte. A client that sends one (or an extension that
/// writes to the wrong pipe) should get an answer instead, so bodies are checked here and headers are searched for: wherever
/// one stands, also within what the header before it has claimed. JSON holds none, for it has no line break in a text.
pub(super) struct Frames<R> {
    input: R,
    held: Vec<u8>,
    /// What is before is read.
    at: usize,
    is_over: bool,
}

/// Where a header is in what is held.
enum Header {
    /// It ends here, and says so many bytes.
    Whole {
        begin: usize,
        end: usize,
        length: usize,
    },
    /// One may begin here.
    Begun(usize),
    None,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(input: R) -> Frames<R> {
        Frames { input, held: Vec::new(), at: 0, is_over: false }
    }

    /// The next frame; `None` at the end of the input.
    pub(super) fn next(&mut self) -> io::Result<Option<Frame>> {
        let length = loop {
            match header(self.rest()) {
                Header::Whole { end, length, .. } => {
                    self.at += end;
                    break length;
                }
                // So much is no line of a header, whatever it begins with.
                Header::Begun(begin) => self.at += begin,
                Header::None => self.at = self.held.len().saturating_sub(NAME.len()).max(self.at),
            }
            if !self.fill()? {
                return Ok(None);
            }
        };
        if length > MAX_BODY {
            return Ok(Some(Frame::TooLarge(None)));
        }
        // How far the body was searched for a header that should not be in it.
        let mut searched = 0;
        loop {
            let claimed = self.rest();
            let claimed = claimed.get(..length).unwrap_or(claimed);
            match header(claimed.get(searched..).unwrap_or_default()) {
                Header::Whole { begin, .. } => return Ok(Some(self.cut(searched + begin))),
                Header::Begun(begin) => searched += begin,
                Header::None => searched = claimed.len().saturating_sub(NAME.len()).max(searched),
            }
            if claimed.len() == length {
                return Ok(Some(self.cut(length)));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.held.get(self.at..).unwrap_or_default()
    }

    fn cut(&mut self, length: usize) -> Frame {
        let body = self.rest().get(..length).unwrap_or_default().to_vec();
        self.at += length;
        let frame = classify(body);
        if frame == Frame::NotJson {
            // A length that is a few bytes too long has taken the beginning of the next header. A whole one was not in it.
            self.at -= length.min(MAX_HEADER);
        }
        frame
    }

    /// Reads some more; false at the end of the input.
    fn fill(&mut self) -> io::Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        self.held.drain(..self.at);
        self.at = 0;
        // What one large message needed is not kept for ever.
        if self.held.is_empty() && self.held.capacity() > 1 << 20 {
            self.held = Vec::new();
        }
        let before = self.held.len();
        self.held.resize(before + (64 << 10), 0);
        let read = loop {
            match self.input.read(self.held.get_mut(before..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.held.truncate(before + *read.as_ref().unwrap_or(&0));
        self.is_over = read? == 0;
        Ok(!self.is_over)
    }
}

/// The first header that says a length.
fn header(text: &[u8]) -> Header {
    let mut from = 0;
    while let Some(begin) = find_name(text, from) {
        let mut lines = text.get(begin..).unwrap_or_default();
        let mut length = None;
        let mut read = 0;
        // Up to an empty line; the last length counts.
        loop {
            let limited = lines.get(..MAX_HEADER.saturating_sub(read)).unwrap_or(lines);
            let Some(line) = limited.iter().position(|byte| *byte == b'\n').and_then(|end| lines.get(..=end)) else {
                if limited.len() < lines.len() || read >= MAX_HEADER {
                    break;
                }
                return Header::Begun(begin);
            };
            read += line.len();
            lines = lines.get(line.len()..).unwrap_or_default();
            let line = line.trim_ascii();
            if line.is_empty() {
                break;
            }
            if let Some(at) = find_name(line, 0) {
                let value = line.get(at + NAME.len()..).unwrap_or_default().trim_ascii();
                length = std::str::from_utf8(value).ok().and_then(|value| value.parse::<u64>().ok());
                if length.is_none() {
                    break;
                }
            }
        }
        if let Some(length) = length.filter(|_| read < MAX_HEADER) {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            return Header::Whole { begin, end: begin + read, length };
        }
        from = begin + NAME.len();
    }
    Header::None
}

fn find_name(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let found = rest
        .windows(NAME.len())
        .position(|here| here.first().is_some_and(|c| c | 32 == b'c') && here.eq_ignore_ascii_case(NAME));
    found.map(|at| from + at)
}

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

/// How many values a text of JSON has, about: what is between its brackets and commas.
fn values(body: &[u8]) -> usize {
    let mut count = 0;
    let (mut in_text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b',' | b'[' | b'{' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}

/// What a body is. It is read the way the service will read it, so that what passes here is never refused there.
fn classify(body: Vec<u8>) -> Frame {
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Frame::NotJson;
    }
    let Ok(value) = serde_json::from_slice::<Envelope>(&body) else { return Frame::NotAMessage(None) };
    let is_null = value.id.as_ref().is_none_or(Value::is_null);
    let id = value.id.filter(|id| id.is_i64() || id.is_string());
    if values(&body) > MAX_VALUES {
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

    fn frames(input: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut stream = Frames::new(input);
        while let Some(frame) = stream.next().unwrap() {
            frames.push(frame);
        }
        // How the bytes arrive makes no difference.
        let (mut one_by_one, mut again) = (Frames::new(OneByOne(input)), Vec::new());
        while let Some(frame) = one_by_one.next().unwrap() {
            again.push(frame);
        }
        assert_eq!(frames, again, "{}", String::from_utf8_lossy(input));
        frames
    }

    struct OneByOne<'a>(&'a [u8]);

    impl Read for OneByOne<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let length = out.len().min(1);
            self.0.read(&mut out[..length])
        }
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

    /// Whatever went wrong before, a good message is found.
    #[test]
    fn a_good_message_is_found_after_anything() {
        let good = r#"{"jsonrpc":"2.0","method":"m","id":7}"#;
        let framed = format!("Content-Length: {}\r\n\r\n{good}", good.len());
        let bad = r#"{"jsonrpc":"2.0","method":"bad","id":1}"#;
        let with_length = |length: usize| format!("Content-Length: {length}\r\n\r\n{bad}");
        let before = [
            "hello".to_owned(),
            "Content-Length: ".to_owned(),
            "Content-Length: -5\r\n\r\n{}".to_owned(),
            "Content-Length: 99999999999999999999999\r\n\r\n{}".to_owned(),
            "Content-Length: 9999999999\r\n\r\n{}".to_owned(),
            "Content-Length: 3\r\n\r\n".to_owned(),
            "Content-Length: 30".to_owned(),
            "Content-Length".to_owned(),
            format!("Content-Length: 12\r\n{}\r\n", "X: y\r\n".repeat(2_000)),
            "\0".repeat(10_000),
            "x".repeat(100_000),
            with_length(0),
            with_length(1),
            with_length(bad.len() - 1),
            with_length(bad.len() + 1),
            with_length(bad.len() + 20),
            with_length(bad.len() + framed.len()),
            with_length(100_000_000),
        ];
        for before in before {
            let found = frames(format!("{before}{framed}{framed}").as_bytes());
            let at_once = frames(format!("{before}{framed}").as_bytes());
            assert!(at_once.ends_with(&[message(good)]), "{before:.80}: {at_once:?}");
            assert!(found.ends_with(&[message(good), message(good)]), "{before:.80}: {found:?}");
        }
    }

    #[test]
    fn too_many_values_are_refused_with_the_id() {
        let body = format!(r#"{{"jsonrpc":"2.0","method":"m","id":3,"params":[{}[]]}}"#, "[],".repeat(MAX_VALUES));
        check(&body, Frame::TooLarge(Some(json!(3))));
        let text = "[,{".repeat(MAX_VALUES);
        let body = format!(r#"{{"jsonrpc":"2.0","method":"m","id":3,"params":["\"{text}"]}}"#);
        check(&body, message(&body));
    }
}
