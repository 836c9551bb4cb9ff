//! Bytes between the client and the service: tolerant framing in, a pump out, and panics turned into answers.
//!
//! Knows JSON-RPC frames. Must never know what a method means.

mod answer_guard;
mod json_rpc;
mod stdin;
mod stdout;

pub(crate) use answer_guard::{AnswerGuard, panic_message};
#[cfg(test)]
pub(crate) use json_rpc::classify;
pub(crate) use stdin::read_stdin;
pub(crate) use stdout::{StdoutPump, StdoutWriter};
