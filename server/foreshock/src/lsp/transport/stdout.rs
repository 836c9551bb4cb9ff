//! The thread that writes to standard output, so that a client that does not read stops nobody.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use tokio::io::AsyncWrite;
use tracing::warn;

/// A backlog above this is worth a word in the log: the client has stopped reading.
const BACKLOG_WARNING: usize = 8 << 20;
/// How long the end of the process waits for the client to read what was said.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The thread that writes to standard output.
///
/// The service stops reading when its output blocks. A client that writes without reading would then wait for the
/// server, and the server for the client; an unbounded queue between them breaks the circle.
pub(crate) struct StdoutPump {
    queue: Sender<Vec<u8>>,
    finished: Receiver<()>,
}

/// Queues bytes for the pump. Each write is queued whole, so frames of several writers never mix.
#[derive(Clone)]
pub(crate) struct StdoutWriter {
    queue: Sender<Vec<u8>>,
    backlog: Arc<AtomicUsize>,
}

impl StdoutPump {
    /// Starts the thread.
    pub(crate) fn start() -> io::Result<(StdoutPump, StdoutWriter)> {
        let (queue, chunks) = unbounded::<Vec<u8>>();
        let backlog = Arc::new(AtomicUsize::new(0));
        let writer = StdoutWriter { queue: queue.clone(), backlog: backlog.clone() };
        let (ended, finished) = bounded::<()>(0);
        thread::Builder::new().name("stdout".into()).spawn(move || {
            let _ended = ended;
            let mut stdout = io::stdout().lock();
            for chunk in chunks.iter().take_while(|chunk| !chunk.is_empty()) {
                let sent = stdout.write_all(&chunk).and_then(|()| stdout.flush());
                backlog.fetch_sub(chunk.len(), Ordering::Relaxed);
                if let Err(error) = sent {
                    warn!("standard output: {error}");
                    return;
                }
            }
        })?;
        Ok((StdoutPump { queue, finished }, writer))
    }

    /// Waits until everything queued so far is written, but not for ever: the client may have stopped reading.
    pub(crate) fn finish(self) {
        let _ = self.queue.send(Vec::new());
        let _ = self.finished.recv_timeout(LAST_WORDS);
    }
}

impl StdoutWriter {
    /// Queues one message.
    pub(super) fn send_frame(&self, body: &str) {
        self.queue(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    }

    fn queue(&self, bytes: Vec<u8>) {
        if bytes.is_empty() {
            return; // to the pump that means the end
        }
        let length = bytes.len();
        let before = self.backlog.fetch_add(length, Ordering::Relaxed);
        if before <= BACKLOG_WARNING && before + length > BACKLOG_WARNING {
            warn!("{} bytes wait to be read by the client", before + length);
        }
        // A pump that has ended means a client that is gone; the end of standard input will follow.
        let _ = self.queue.send(bytes);
    }
}

impl AsyncWrite for StdoutWriter {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.queue(bytes.to_vec());
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
