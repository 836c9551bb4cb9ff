//! `format` and `formatlist`.

use foreshock_resources::{Kind, Value};

use super::{Answer, arg, json, list, room_for_text, text_arg};
use crate::failure::{Failure, beyond, fail};
use crate::types::{bool_of, number_of, string_of};

pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    Some(match name {
        "format" => format(args),
        "formatlist" => formatlist(args),
        _ => return None,
    })
}

/// A verb with its flags: `%-08.3f`.
#[derive(Default)]
struct Verb {
    plus: bool,
    minus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
    /// `%[n]s`, counted from 1.
    argument: Option<usize>,
    letter: char,
}

fn format(args: &[Value]) -> Result<Value, Failure> {
    let pattern = text_arg(args, 0)?;
    Ok(Value::string(formatted(&pattern, args.get(1..).unwrap_or_default())?))
}

fn formatted(pattern: &str, args: &[Value]) -> Result<String, Failure> {
    let mut text = String::with_capacity(pattern.len());
    let mut next = 0;
    let mut highest = 0;
    let mut rest = pattern.chars().peekable();
    while let Some(character) = rest.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let verb = verb(&mut rest)?;
        if verb.letter == '%' {
            text.push('%');
            continue;
        }
        let index = verb.argument.map_or(next, |argument| argument - 1);
        next = index + 1;
        highest = highest.max(next);
        match args.get(index) {
            Some(value) => {
                text.push_str(&one(&verb, value)?);
                room_for_text(text.len())?;
            }
            None => return fail(format!("the format has no argument {}", index + 1)),
        }
    }
    if highest < args.len() && !pattern.contains("%[") {
        return fail(format!("the format uses {highest} of {} arguments", args.len()));
    }
    Ok(text)
}

fn verb(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Verb, Failure> {
    /// Wider than any text that is meant.
    const WIDTH: usize = 10_000;
    let mut verb = Verb::default();
    while let Some(character) = rest.next() {
        match character {
            '+' => verb.plus = true,
            '-' => verb.minus = true,
            '0' if verb.width.is_none() => verb.zero = true,
            ' ' => verb.space = true,
            '#' => verb.sharp = true,
            '1'..='9' => verb.width = Some(digits(character, rest)),
            '.' => {
                verb.precision = Some(match rest.next_if(char::is_ascii_digit) {
                    Some(first) => digits(first, rest),
                    None => 0,
                });
            }
            '[' => {
                let first = rest.next().filter(char::is_ascii_digit);
                let argument = first.map(|first| digits(first, rest));
                match (argument, rest.next()) {
                    (Some(argument), Some(']')) if argument > 0 => verb.argument = Some(argument),
                    _ => return fail("a format with a bad argument number"),
                }
            }
            letter => {
                verb.letter = letter;
                if verb.width.unwrap_or(0).max(verb.precision.unwrap_or(0)) > WIDTH {
                    return beyond("a format too wide to follow");
                }
                return Ok(verb);
            }
        }
    }
    fail("the format ends in the middle of a verb")
}

fn digits(first: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> usize {
    let mut number = first.to_digit(10).unwrap_or(0) as usize;
    while let Some(digit) = rest.next_if(char::is_ascii_digit) {
        number = number.saturating_mul(10).saturating_add(digit.to_digit(10).unwrap_or(0) as usize);
    }
    number
}

fn one(verb: &Verb, value: &Value) -> Result<String, Failure> {
    Ok(match verb.letter {
        'v' if !verb.sharp => match &value.kind {
            Kind::String(text) => pad(verb, cut(verb, text)),
            Kind::Number(number) => numeric(verb, crate::numbers::format_number(*number)?.to_string()),
            Kind::Bool(flag) => pad(verb, flag.to_string()),
            _ => pad(verb, encoded(value)?),
        },
        'v' => pad(verb, encoded(value)?),
        's' => pad(verb, cut(verb, &string_of(&value.kind)?)),
        'q' => {
            let text = Value::string(cut(verb, &string_of(&value.kind)?));
            pad(verb, encoded(&text)?)
        }
        't' => pad(verb, bool_of(&value.kind)?.to_string()),
        'd' => match number_of(&value.kind)? {
            number if number.fract() == 0.0 => numeric(verb, crate::numbers::format_number(number)?.to_string()),
            number => return fail(format!("%d takes a whole number, this is {number}")),
        },
        'e' | 'E' => {
            let digits = verb.precision.unwrap_or(6);
            let text = exponential(&format!("{:.digits$e}", number_of(&value.kind)?));
            numeric(verb, if verb.letter == 'E' { text.to_uppercase() } else { text })
        }
        'g' if verb.precision.is_none() => numeric(verb, general(number_of(&value.kind)?)?),
        'f' | 'F' => {
            let digits = verb.precision.unwrap_or(6);
            numeric(verb, format!("{:.digits$}", number_of(&value.kind)?))
        }
        letter @ ('b' | 'o' | 'x' | 'X') => {
            let number = super::whole(number_of(&value.kind)?)?;
            let sign = if number < 0 { "-" } else { "" };
            let size = number.unsigned_abs();
            let digits = match letter {
                'b' => format!("{size:b}"),
                'o' => format!("{size:o}"),
                'x' => format!("{size:x}"),
                _ => format!("{size:X}"),
            };
            numeric(verb, format!("{sign}{digits}"))
        }
        letter => return beyond(format!("the format verb %{letter} is not followed")),
    })
}

/// `1.5e7` with a sign and at least two digits in the exponent.
fn exponential(text: &str) -> String {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// The shorter of the two ways to write a number.
fn general(number: f64) -> Result<String, Failure> {
    let scientific = format!("{number:e}");
    let exponent: i32 = scientific.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    if (-4..21).contains(&exponent) {
        return Ok(crate::numbers::format_number(number)?.to_string());
    }
    Ok(exponential(&scientific))
}

fn encoded(value: &Value) -> Result<String, Failure> {
    let mut text = String::new();
    json::write(value, &mut text)?;
    Ok(text)
}

fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision {
        Some(length) => super::text::graphemes(text).take(length).collect(),
        None => text.to_owned(),
    }
}

fn numeric(verb: &Verb, text: String) -> String {
    let signed = match (text.starts_with('-'), verb.plus, verb.space) {
        (false, true, _) => format!("+{text}"),
        (false, false, true) => format!(" {text}"),
        _ => text,
    };
    let missing = verb.width.unwrap_or(0).saturating_sub(signed.chars().count());
    if verb.zero && !verb.minus && missing > 0 {
        let split = signed.len() - signed.trim_start_matches(['-', '+', ' ']).len();
        let (sign, digits) = signed.split_at_checked(split).unwrap_or(("", &signed));
        return format!("{sign}{}{digits}", "0".repeat(missing));
    }
    pad(verb, signed)
}

fn pad(verb: &Verb, text: String) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(super::text::graphemes(&text).count());
    match (missing, verb.minus) {
        (0, _) => text,
        (_, true) => text + &" ".repeat(missing),
        (_, false) if verb.zero => "0".repeat(missing) + &text,
        (_, false) => " ".repeat(missing) + &text,
    }
}

fn formatlist(args: &[Value]) -> Result<Value, Failure> {
    let pattern = text_arg(args, 0)?;
    arg(args, 0)?;
    let args = args.get(1..).unwrap_or_default();
    let mut length = None;
    for arg in args {
        if let Kind::List(items) | Kind::Set(items) = &arg.kind
            && *length.get_or_insert(items.len()) != items.len()
        {
            return fail("the lists of formatlist differ in length");
        }
    }
    let mut lines = Vec::new();
    let mut written = 0;
    for index in 0..length.unwrap_or(1) {
        let row: Vec<Value> = args
            .iter()
            .map(|arg| match &arg.kind {
                Kind::List(items) | Kind::Set(items) => items.get(index).cloned().unwrap_or_else(Value::null),
                _ => arg.clone(),
            })
            .collect();
        let line = formatted(&pattern, &row)?;
        written += line.len();
        room_for_text(written)?;
        lines.push(Value::string(line));
    }
    Ok(list(lines))
}
