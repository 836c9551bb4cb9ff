//! Values as Go's `fmt` writes them.

use crate::number::shortest;
use crate::text::Text;
use crate::value::{DEEPEST, Kind, Value};

/// What is written for a value in an action: `%v`, and nothing for nothing.
pub(crate) fn printed(value: &Value) -> Text {
    match &value.kind {
        Kind::Nil => Text::default(),
        _ => shown(value, 0),
    }
}

/// `%v`.
pub(crate) fn plain(value: &Value) -> Text {
    shown(value, 0)
}

fn shown(value: &Value, depth: usize) -> Text {
    let whole = |text: String| Text::value(&text, value.origin.clone());
    match &value.kind {
        Kind::Nil => Text::made("<nil>"),
        Kind::Bool(truth) => whole(truth.to_string()),
        Kind::Int(number) | Kind::Long(number) => whole(number.to_string()),
        Kind::Float(number) => whole(shortest(*number)),
        Kind::Text(text) => text.clone(),
        Kind::Unknown(unknown) => Text::hole(unknown.clone()),
        Kind::Host(host) => Text::made(format!("<{}>", host.type_name())),
        _ if depth > DEEPEST => Text::made("..."),
        Kind::List(items) => {
            let mut out = Text::made("[");
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(" ");
                }
                out.push(&shown(item, depth + 1));
            }
            out.push_str("]");
            out
        }
        Kind::Map(map) => {
            let mut out = Text::made("map[");
            for (at, (key, item)) in map.try_borrow().iter().flat_map(|map| map.iter()).enumerate() {
                if at > 0 {
                    out.push_str(" ");
                }
                out.push_str(key);
                out.push_str(":");
                out.push(&shown(item, depth + 1));
            }
            out.push_str("]");
            out
        }
    }
}

/// `fmt.Sprint`: white space between two values of which neither is a text.
pub(crate) fn print(args: &[Value]) -> Text {
    let mut out = Text::default();
    let mut before_is_text = true;
    for (at, arg) in args.iter().enumerate() {
        let is_text = matches!(arg.kind, Kind::Text(_));
        if at > 0 && !is_text && !before_is_text {
            out.push_str(" ");
        }
        out.push(&plain(arg));
        before_is_text = is_text;
    }
    out
}

/// `fmt.Sprintln`.
pub(crate) fn println(args: &[Value]) -> Text {
    let mut out = Text::default();
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            out.push_str(" ");
        }
        out.push(&plain(arg));
    }
    out.push_str("\n");
    out
}

/// Flags of a verb.
#[derive(Default)]
struct Flags {
    minus: bool,
    plus: bool,
    zero: bool,
    space: bool,
    sharp: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// More letters than these are not put before a value.
const WIDEST: usize = 10_000;

/// `fmt.Sprintf`. `None` where it says something that is not worked out here.
pub(crate) fn printf(format: &Text, args: &[Value]) -> Option<Text> {
    let written = format.as_str();
    let mut out = Text::default();
    let mut args = args.iter();
    let mut at = 0;
    while let Some(found) = written.get(at..).and_then(|rest| rest.find('%')) {
        out.push(&format.slice(at, at + found));
        at += found + 1;
        let mut flags = Flags::default();
        let rest = written.get(at..).unwrap_or_default();
        let mut chars = rest.char_indices().peekable();
        let number = |chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>| {
            let mut digits = String::new();
            while let Some((_, digit)) = chars.next_if(|(_, c)| c.is_ascii_digit()) {
                digits.push(digit);
            }
            digits.parse::<usize>().ok().map(|width| width.min(WIDEST))
        };
        while let Some((_, flag)) = chars.next_if(|(_, c)| "+-# 0".contains(*c)) {
            match flag {
                '-' => flags.minus = true,
                '+' => flags.plus = true,
                '0' => flags.zero = true,
                ' ' => flags.space = true,
                _ => flags.sharp = true,
            }
        }
        flags.width = number(&mut chars);
        if chars.next_if(|(_, c)| *c == '.').is_some() {
            flags.precision = Some(number(&mut chars).unwrap_or(0));
        }
        let Some((offset, verb)) = chars.next() else {
            out.push_str("%!(NOVERB)");
            return Some(out);
        };
        at += offset + verb.len_utf8();
        if matches!(verb, '*' | '[') {
            return None;
        }
        if verb == '%' {
            out.push_str("%");
            continue;
        }
        match args.next() {
            Some(arg) => out.push(&padded(verb_of(verb, arg, &flags)?, &flags, arg)),
            None => out.push_str(&format!("%!{verb}(MISSING)")),
        }
    }
    out.push(&format.slice(at, written.len()));
    let mut extra = args.peekable();
    if extra.peek().is_some() {
        out.push_str("%!(EXTRA ");
        for (at, arg) in extra.enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            if !matches!(arg.kind, Kind::Nil) {
                out.push_str(&arg.type_name());
                out.push_str("=");
            }
            out.push(&plain(arg));
        }
        out.push_str(")");
    }
    Some(out)
}

fn padded(text: Text, flags: &Flags, arg: &Value) -> Text {
    let Some(width) = flags.width else { return text };
    let count = text.as_str().chars().count();
    if count >= width || text.first_unknown().is_some() {
        return text;
    }
    let is_number = matches!(arg.kind, Kind::Int(_) | Kind::Long(_) | Kind::Float(_));
    let mut out = Text::default();
    match (flags.minus, flags.zero && is_number) {
        (true, _) => {
            out.push(&text);
            out.push_str(&" ".repeat(width - count));
        }
        (false, true) => {
            let (sign, digits) = match text.as_str().strip_prefix(['-', '+']) {
                Some(digits) => (text.as_str().get(..1).unwrap_or_default(), digits),
                None => ("", text.as_str()),
            };
            out.push_str(&format!("{sign}{}{digits}", "0".repeat(width - count)));
        }
        (false, false) => {
            out.push_str(&" ".repeat(width - count));
            out.push(&text);
        }
    }
    out
}

fn verb_of(verb: char, arg: &Value, flags: &Flags) -> Option<Text> {
    let wrong = || {
        let shown = if matches!(arg.kind, Kind::Nil) {
            "<nil>".to_owned()
        } else {
            format!("{}={}", arg.type_name(), plain(arg).as_str())
        };
        Text::made(format!("%!{verb}({shown})"))
    };
    let signed = |number: String| if flags.plus && !number.starts_with('-') { format!("+{number}") } else { number };
    if let Some(unknown) = arg.as_unknown() {
        return Some(Text::hole(unknown.clone()));
    }
    if flags.sharp || flags.space {
        return None;
    }
    Some(match (verb, &arg.kind) {
        ('v', Kind::Text(text)) | ('s', Kind::Text(text)) => match flags.precision {
            Some(most) => {
                if text.first_unknown().is_some() {
                    return None;
                }
                let end = text.as_str().char_indices().nth(most).map_or(text.len(), |(at, _)| at);
                text.slice(0, end)
            }
            None => text.clone(),
        },
        ('v', Kind::Float(_) | Kind::Int(_) | Kind::Long(_)) if flags.precision.is_some() || flags.plus => return None,
        ('v', _) => plain(arg),
        ('T', _) => Text::made(arg.type_name()),
        ('s', Kind::List(items)) if items.iter().all(|item| matches!(item.kind, Kind::Text(_))) => plain(arg),
        ('s', Kind::List(_) | Kind::Map(_) | Kind::Host(_)) => return None,
        ('q', Kind::Text(text)) if text.first_unknown().is_none() => Text::made(quoted(text.as_str())),
        ('q', Kind::Text(_) | Kind::List(_) | Kind::Map(_) | Kind::Host(_) | Kind::Int(_) | Kind::Long(_)) => {
            return None;
        }
        ('d', Kind::Int(number) | Kind::Long(number)) => match flags.plus || flags.precision.is_some() {
            true => Text::made(signed(number.to_string())),
            false => plain(arg),
        },
        ('d' | 'x' | 'X' | 'o' | 'b' | 'c' | 'f' | 'e' | 'g' | 't', Kind::List(_) | Kind::Map(_) | Kind::Host(_)) => {
            return None;
        }
        ('x', Kind::Int(number) | Kind::Long(number)) => Text::made(in_radix(*number, |n| format!("{n:x}"))),
        ('X', Kind::Int(number) | Kind::Long(number)) => Text::made(in_radix(*number, |n| format!("{n:X}"))),
        ('o', Kind::Int(number) | Kind::Long(number)) => Text::made(in_radix(*number, |n| format!("{n:o}"))),
        ('b', Kind::Int(number) | Kind::Long(number)) => Text::made(in_radix(*number, |n| format!("{n:b}"))),
        ('c', Kind::Int(number) | Kind::Long(number)) => {
            let letter = u32::try_from(*number).ok().and_then(char::from_u32).unwrap_or('\u{fffd}');
            Text::made(letter.to_string())
        }
        ('x' | 'X', Kind::Text(text)) if text.first_unknown().is_none() => {
            let digits: String = text.as_str().bytes().map(|byte| format!("{byte:02x}")).collect();
            Text::made(if verb == 'X' { digits.to_uppercase() } else { digits })
        }
        ('x' | 'X', Kind::Text(_)) => return None,
        ('f' | 'F', Kind::Float(number)) if number.is_finite() => {
            Text::made(signed(format!("{number:.*}", flags.precision.unwrap_or(6).min(300))))
        }
        ('g', Kind::Float(_)) if flags.precision.is_none() => plain(arg),
        ('e' | 'E' | 'g' | 'G' | 'f' | 'F', Kind::Float(_)) => return None,
        ('t', Kind::Bool(_)) => plain(arg),
        ('p' | 'U', _) => return None,
        _ => wrong(),
    })
}

fn in_radix(number: i64, digits: impl Fn(u64) -> String) -> String {
    format!("{}{}", if number < 0 { "-" } else { "" }, digits(number.unsigned_abs()))
}

/// As `strconv.Quote` writes a text.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            c if u32::from(c) < 0x20 || u32::from(c) == 0x7f => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if c.is_control() || (c.is_whitespace() && c != ' ') || c == '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
