//! Scalars: text first, a number or a truth value when somebody asks for one.

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// In quotes.
    Quoted,
    /// Lines below `|` or `>`.
    Block,
}

/// A scalar: its text after unescaping, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    text: Box<str>,
    style: Style,
}

/// What a text is as a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A finite number.
    Finite(f64),
    /// `.inf`, `.nan`, or more than a double holds.
    NotFinite,
}

impl Scalar {
    pub(super) fn new(text: impl Into<Box<str>>, style: Style) -> Scalar {
        Scalar { text: text.into(), style }
    }

    /// The text, without quotes.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is written.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether it says nothing: no value, `null` or `~`.
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// Whether it is the key that merges mappings in.
    pub(super) fn is_merge(&self) -> bool {
        self.style == Style::Plain && &*self.text == "<<"
    }

    /// The truth value: the words of YAML 1.2 and those of 1.1, which many readers take.
    pub fn flag(&self) -> Option<bool> {
        match &*self.text {
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
            _ => None,
        }
    }

    /// The number: decimal with `_` between digits, an exponent, `0x`, `0o`, `.inf`, `.nan`; in quotes too.
    pub fn number(&self) -> Option<Number> {
        let text = self.text.trim();
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
            return Some(Number::NotFinite);
        }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] {
            if let Some(digits) = unsigned.strip_prefix(prefix).filter(|digits| !digits.starts_with('+')) {
                let magnitude = i64::from_str_radix(digits, radix).ok()? as f64;
                return Some(Number::Finite(if text.starts_with('-') { -magnitude } else { magnitude }));
            }
        }
        // Words like "inf" and "nan" are numbers to Rust, but not to YAML.
        let digits = unsigned.strip_prefix('.').unwrap_or(unsigned);
        if !digits.starts_with(|first: char| first.is_ascii_digit()) || unsigned.ends_with('_') {
            return None;
        }
        let number: f64 = if text.contains('_') { text.replace('_', "").parse() } else { text.parse() }.ok()?;
        Some(if number.is_finite() { Number::Finite(number) } else { Number::NotFinite })
    }
}
