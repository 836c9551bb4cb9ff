//! Messages cut out of a stream of bytes, whatever is between them: the framing that the language server protocol and the
//! debug adapter protocol have in common. What a message is, the protocol says.

use std::io::{self, Read};

use serde_json::Value;

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
pub(crate) enum Frame {
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
pub(crate) struct Frames<R> {
    input: R,
    /// What a body is in the protocol.
    classify: fn(Vec<u8>) -> Frame,
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
    pub(crate) fn new(input: R, classify: fn(Vec<u8>) -> Frame) -> Frames<R> {
        Frames { input, classify, held: Vec::new(), at: 0, is_over: false }
    }

    /// The next frame; `None` at the end of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame>> {
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
        let frame = (self.classify)(body);
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

/// Whether a text of JSON has more values than can be held.
pub(crate) fn is_too_large(body: &[u8]) -> bool {
    values(body) > MAX_VALUES
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::classify;

    fn frames(input: &[u8]) -> Vec<Frame> {
        let mut frames = Vec::new();
        let mut stream = Frames::new(input, classify);
        while let Some(frame) = stream.next().unwrap() {
            frames.push(frame);
        }
        // How the bytes arrive makes no difference.
        let (mut one_by_one, mut again) = (Frames::new(OneByOne(input), classify), Vec::new());
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
}
