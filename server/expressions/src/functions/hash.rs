//! Digests.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use foreshock_resources::Value;
use sha2::Digest;

use super::{Answer, text_arg};
use crate::failure::{Failure, fail};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    if !matches!(name, "md5" | "sha1" | "sha256" | "sha512" | "base64sha256" | "base64sha512") {
        return None;
    }
    Some(text_arg(args, 0).and_then(|text| digest(name, text.as_bytes())))
}

/// The digest of some bytes by the name of the function.
pub(super) fn digest(name: &str, bytes: &[u8]) -> Result<Value, Failure> {
    Ok(Value::string(match name {
        "md5" => hex(&md5::Md5::digest(bytes)),
        "sha1" => hex(&sha1::Sha1::digest(bytes)),
        "sha256" => hex(&sha2::Sha256::digest(bytes)),
        "sha512" => hex(&sha2::Sha512::digest(bytes)),
        "base64sha256" => STANDARD.encode(sha2::Sha256::digest(bytes)),
        "base64sha512" => STANDARD.encode(sha2::Sha512::digest(bytes)),
        _ => return fail(format!("{name} is not a digest")),
    }))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
