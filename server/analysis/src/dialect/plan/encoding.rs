//! The text of a record, in UTF-8 or in UTF-16, which is what PowerShell's `>` writes.

/// The text of all of a file.
///
/// # Errors
/// What is wrong with its bytes.
pub(super) fn text(bytes: Vec<u8>) -> Result<String, String> {
    match wide(&bytes) {
        Some((rest, unit)) => {
            if rest.len() % 2 != 0 {
                return Err("this file is UTF-16 and ends in the middle of a character".to_owned());
            }
            let units: Vec<u16> = units(rest, unit).collect();
            String::from_utf16(&units).map_err(|_| "this file is not valid UTF-16".to_owned())
        }
        None => String::from_utf8(bytes)
            .map_err(|error| format!("this file is not valid UTF-8 (byte {})", error.utf8_error().valid_up_to())),
    }
}

/// The text of a file as far as it was read, with something in the place of what is none.
pub(super) fn beginning(bytes: &[u8]) -> String {
    match wide(bytes) {
        Some((rest, unit)) => String::from_utf16_lossy(&units(rest, unit).collect::<Vec<u16>>()),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

type Unit = fn([u8; 2]) -> u16;

/// What follows a byte order mark of UTF-16, and how two bytes are one unit. JSON begins with a brace, so that it is told
/// without a mark, too.
fn wide(bytes: &[u8]) -> Option<(&[u8], Unit)> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes)),
        [b'{', 0, ..] => Some((bytes, u16::from_le_bytes)),
        [0, b'{', ..] => Some((bytes, u16::from_be_bytes)),
        _ => None,
    }
}

fn units(bytes: &[u8], unit: Unit) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).filter_map(move |pair| Some(unit(pair.try_into().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        let json = "{\"name\": \"データ 𝄞\"}";
        let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            mark.iter().copied().chain(json.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
        };
        let forms = [
            json.as_bytes().to_vec(),
            wide(&[0xff, 0xfe], u16::to_le_bytes),
            wide(&[0xfe, 0xff], u16::to_be_bytes),
            wide(&[], u16::to_le_bytes),
            wide(&[], u16::to_be_bytes),
        ];
        for form in forms {
            assert_eq!(beginning(&form), json);
            assert_eq!(text(form).as_deref(), Ok(json));
        }
    }

    #[test]
    fn what_is_no_text_is_told() {
        for (bytes, expected) in [
            (vec![b'{', 0xff, b'}'], "not valid UTF-8 (byte 1)"),
            (vec![0xff, 0xfe, b'{'], "ends in the middle"),
            (vec![0xff, 0xfe, 0x00, 0xd8], "not valid UTF-16"),
        ] {
            assert!(text(bytes).unwrap_err().contains(expected), "{expected}");
        }
    }
}
