//! What a call costs: as much as its arguments weigh, times how much work the function makes of them; and as much
//! memory as the answer takes.

use foreshock_resources::{Kind, Value};

use super::top_length;
use crate::evaluate::Evaluator;
use crate::failure::Failure;

/// How a function goes over its arguments.
#[derive(Clone, Copy)]
enum Reach {
    /// Whatever they hold: a look-up.
    Outside,
    /// Each element, but nothing inside of it; the answer has as many.
    Elements,
    /// Everything, so many times as long as looking at it.
    Everything { part: u64, byte: u64 },
}

fn reach(name: &str) -> Reach {
    match name {
        "element" | "lookup" | "one" | "sensitive" | "nonsensitive" | "issensitive" | "ephemeralasnull"
        | "tostring" | "tonumber" | "tobool" => Reach::Outside,
        "length" | "keys" | "values" | "slice" | "reverse" | "concat" | "merge" | "coalescelist" => Reach::Elements,
        // Sorted, or made into maps.
        "sort" | "distinct" | "setunion" | "setintersection" | "setsubtract" | "setproduct" | "transpose"
        | "zipmap" | "matchkeys" | "toset" | "tomap" => Reach::Everything { part: 8, byte: 1 },
        // Letter by letter.
        "upper" | "lower" | "title" | "strrev" | "substr" | "trim" | "format" | "formatlist" | "jsonencode"
        | "urlencode" | "urldecode" | "templatestring" => Reach::Everything { part: 4, byte: 8 },
        "yamlencode" | "yamldecode" | "jsondecode" | "csvdecode" | "templatefile" => {
            Reach::Everything { part: 8, byte: 24 }
        }
        "regex" | "regexall" | "replace" => Reach::Everything { part: 2, byte: 32 },
        "md5" | "sha1" | "sha256" | "sha512" | "base64sha256" | "base64sha512" => {
            Reach::Everything { part: 2, byte: 4 }
        }
        _ => Reach::Everything { part: 2, byte: 1 },
    }
}

impl Evaluator<'_> {
    /// Pays for a call before it is made.
    pub(super) fn pay(&self, name: &str, args: &[Value]) -> Result<(), Failure> {
        match reach(name) {
            Reach::Outside => Ok(()),
            Reach::Elements => {
                // How long a text is, is a question of its letters.
                let letters: usize =
                    args.iter().map(|arg| if let Kind::String(text) = &arg.kind { text.len() } else { 0 }).sum();
                self.budget.spend(letters as u64)?;
                let made = name != "length";
                args.iter().try_for_each(|arg| match made {
                    true => self.budget.make_elements(2 * top_length(arg), &arg.provenance),
                    false => self.budget.spend(2 * top_length(arg) as u64),
                })
            }
            Reach::Everything { part, byte } => args.iter().try_for_each(|arg| {
                let weight = self.budget.weigh(arg)?;
                self.budget.spend((weight.parts - 1).saturating_mul(part))?;
                self.budget.spend(weight.bytes.saturating_mul(byte) / 8)
            }),
        }
    }

    /// An answer with what it took to make it paid for.
    pub(super) fn paid(&self, name: &str, args: &[Value], answer: Value) -> Result<Value, Failure> {
        match reach(name) {
            // The provenance of everything is gathered for an answer that is not known.
            Reach::Outside | Reach::Elements => {
                if !answer.is_known() {
                    args.iter().try_for_each(|arg| self.budget.weigh(arg).map(drop))?;
                }
            }
            Reach::Everything { .. } => {
                let weight = self.budget.weigh(&answer)?;
                // The text of a file is held once, whoever asks for it.
                let bytes = if name == "file" { 0 } else { weight.bytes };
                self.budget.make(weight.parts.saturating_mul(64).saturating_add(bytes))?;
            }
        }
        Ok(answer)
    }
}
