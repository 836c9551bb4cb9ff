//! The thread that reads standard input, and answers what is no message.

use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::thread;

use serde_json::{Value, json};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;
use tracing::warn;

use super::StdoutWriter;
use super::json_rpc::classify;
use crate::frames::{Frame, Frames};

/// How many messages may wait between the reading thread and the service.
const QUEUE: usize = 4096;

/// Starts a thread that reads frames from standard input; bad ones are answered at once, good ones are what the
/// returned reader gives.
pub(crate) fn read_stdin(answers: StdoutWriter) -> io::Result<FrameReader> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    thread::Builder::new().name("stdin".into()).spawn(move || {
        let mut frames = Frames::new(io::stdin(), classify);
        loop {
            match frames.next() {
                Ok(Some(Frame::Message(body))) => {
                    let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
                    frame.extend(body);
                    if sender.blocking_send(frame).is_err() {
                        return;
                    }
                }
                Ok(Some(Frame::NotJson)) => answers.send_frame(&refusal(None, -32700, "the body is not JSON")),
                Ok(Some(Frame::NotAMessage(id))) => {
                    answers.send_frame(&refusal(id, -32600, "the body is not a JSON-RPC 2.0 message"));
                }
                Ok(Some(Frame::TooLarge(id))) => {
                    answers.send_frame(&refusal(id, -32600, "the message is too large; it was skipped"));
                }
                Ok(None) => return,
                Err(error) => {
                    warn!("standard input: {error}");
                    return;
                }
            }
        }
    })?;
    Ok(FrameReader { receiver, current: Cursor::new(Vec::new()) })
}

fn refusal(id: Option<Value>, code: i32, message: &str) -> String {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}).to_string()
}

/// Well-formed frames as a byte stream.
pub(crate) struct FrameReader {
    receiver: mpsc::Receiver<Vec<u8>>,
    current: Cursor<Vec<u8>>,
}

impl AsyncRead for FrameReader {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.current.position() >= self.current.get_ref().len() as u64 {
            match ready!(self.receiver.poll_recv(context)) {
                Some(frame) => self.current = Cursor::new(frame),
                None => return Poll::Ready(Ok(())),
            }
        }
        Pin::new(&mut self.current).poll_read(context, out)
    }
}
