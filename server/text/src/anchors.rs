//! Where the stretches of a text stand, apart from where they happen to be.
//!
//! A stretch that nobody edits keeps its addresses when the text above it grows: each has a base in a space with gaps,
//! in the order of the text. What is said about a stretch is said in these addresses, and so stays the same, and
//! comparing addresses still compares places. Only this table knows where in the text an address is now.

use crate::Span;

/// Bases stay below this, so that what is added to an address does not run over.
const SPACE: u32 = 1 << 31;
/// No gap needs more; small files then have small addresses.
const WIDEST_GAP: u32 = 1 << 20;
/// What a stretch that is new between two others gets to grow, where there is so much: taking the middle instead would
/// halve the gap with each line that is added behind the one before.
const ROOM_TO_GROW: u32 = 1 << 12;

/// The beginning of a stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Anchor {
    /// Where in the text.
    real: u32,
    /// Its address.
    base: u32,
}

/// Addresses of a text, and where they are in it. Without stretches every address is its offset.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    /// In the order of the text; the first begins it. Empty where addresses are offsets.
    anchors: Vec<Anchor>,
    len: u32,
}

/// What of a text became of another: the rest, before and after it, is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where the texts begin to differ.
    pub start: u32,
    /// Where the difference ends in the text before.
    pub old_end: u32,
    /// Where it ends in the text now.
    pub new_end: u32,
}

impl Change {
    /// The smallest change from one text to another, on the bounds of characters.
    pub fn between(old: &str, new: &str) -> Change {
        let mut start = common(old.as_bytes(), new.as_bytes(), false);
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let (rest, new_rest) = (old.as_bytes().get(start..), new.as_bytes().get(start..));
        let mut same = common(rest.unwrap_or_default(), new_rest.unwrap_or_default(), true);
        while !old.is_char_boundary(old.len() - same) || !new.is_char_boundary(new.len() - same) {
            same -= 1;
        }
        Change { start: start as u32, old_end: (old.len() - same) as u32, new_end: (new.len() - same) as u32 }
    }

    /// Where an offset behind the change is now.
    pub fn moved(&self, offset: u32) -> u32 {
        offset - self.old_end + self.new_end
    }

    /// Where an offset behind the change was before.
    pub fn before(&self, offset: u32) -> u32 {
        offset - self.new_end + self.old_end
    }
}

/// How many bytes are the same at the beginning, or at the end.
fn common(one: &[u8], other: &[u8], at_the_end: bool) -> usize {
    const STEP: usize = 1024;
    let shorter = one.len().min(other.len());
    let part = |bytes: &'_ [u8], from: usize, to: usize| -> std::ops::Range<usize> {
        if at_the_end { bytes.len() - to..bytes.len() - from } else { from..to }
    };
    let same = |from: usize, to: usize| one.get(part(one, from, to)) == other.get(part(other, from, to));
    let mut known = 0;
    while known + STEP <= shorter && same(known, known + STEP) {
        known += STEP;
    }
    while known < shorter && same(known, known + 1) {
        known += 1;
    }
    known
}

impl Anchors {
    /// Addresses that are offsets.
    pub fn identity(len: usize) -> Anchors {
        Anchors { anchors: Vec::new(), len: offset(len) }
    }

    /// Addresses with gaps between the stretches that begin at `starts`; the first of them is 0.
    pub fn spread(starts: &[u32], len: usize) -> Anchors {
        let len = offset(len);
        let count = u32::try_from(starts.len()).unwrap_or(u32::MAX).max(1);
        let gap = (SPACE.saturating_sub(len) / count).min(WIDEST_GAP);
        let anchors = (0..).zip(starts).map(|(number, &real)| Anchor { real, base: real + number * gap }).collect();
        Anchors { anchors, len }
    }

    /// The same addresses after a change, where the stretches from number `from` up to number `to` became those that
    /// begin at `starts`. What of these was there before keeps its base as long as it fits. `None` where there is no
    /// room left.
    pub fn changed(&self, change: Change, from: usize, to: usize, starts: &[u32], len: usize) -> Option<Anchors> {
        let (kept, old) = (self.anchors.get(..from)?, self.anchors.get(from..to)?);
        let after = self.anchors.get(to..)?;
        let end = after.first().map_or(offset(len), |next| change.moved(next.real));
        let limit = after.first().map_or(SPACE, |next| next.base);
        let low = match (kept.last(), old.first().or(after.first())) {
            (Some(last), next) => last.base + (next.map_or(self.len, |next| next.real) - last.real),
            (None, _) => 0,
        };
        let known = |real: u32| {
            let before = if real <= change.start { real } else { change.before(real.max(change.new_end)) };
            let found = old.binary_search_by_key(&before, |anchor| anchor.real).ok()?;
            let is_behind = real <= change.start || real >= change.new_end;
            old.get(found).filter(|_| is_behind).map(|anchor| anchor.base)
        };
        let mut placed: Vec<(Anchor, u32)> = Vec::with_capacity(starts.len());
        let mut bases: Vec<Option<u32>> = starts.iter().map(|&real| known(real)).collect();
        let ends = starts.iter().skip(1).copied().chain([end]);
        let lengths: Vec<u32> = starts.iter().zip(ends).map(|(start, end)| end - start).collect();
        // From the end: what has grown into the one behind it has to move.
        let mut next = limit;
        for (base, length) in bases.iter_mut().zip(&lengths).rev() {
            match *base {
                Some(known) if known + length <= next => next = known,
                _ => *base = None,
            }
        }
        let mut low = low;
        let mut at = 0;
        while let (Some(&real), Some(&length)) = (starts.get(at), lengths.get(at)) {
            let base = match bases.get(at).copied().flatten() {
                Some(base) => base,
                None => {
                    let homeless = bases.iter().skip(at).take_while(|base| base.is_none()).count();
                    let high = bases.get(at + homeless).copied().flatten().unwrap_or(limit);
                    let needed: u32 = lengths.iter().skip(at).take(homeless).sum();
                    let spare = high.checked_sub(low)?.checked_sub(needed)?;
                    // The first address of a text is its beginning.
                    if at == 0 && from == 0 { 0 } else { low + (spare / (homeless as u32 + 1)).min(ROOM_TO_GROW) }
                }
            };
            if base < low {
                return None;
            }
            low = base + length;
            placed.push((Anchor { real, base }, length));
            at += 1;
        }
        if low > limit {
            return None;
        }
        let mut anchors = Vec::with_capacity(kept.len() + placed.len() + after.len());
        anchors.extend_from_slice(kept);
        anchors.extend(placed.into_iter().map(|(anchor, _)| anchor));
        anchors.extend(after.iter().map(|anchor| Anchor { real: change.moved(anchor.real), base: anchor.base }));
        Some(Anchors { anchors, len: offset(len) })
    }

    /// Where an address is in the text. One in a gap is where its stretch ends.
    pub fn real(&self, address: u32) -> u32 {
        let number = self.anchors.partition_point(|anchor| anchor.base <= address);
        let Some(anchor) = number.checked_sub(1).and_then(|number| self.anchors.get(number)) else {
            return address.min(self.len);
        };
        let end = self.anchors.get(number).map_or(self.len, |next| next.real);
        anchor.real.saturating_add(address - anchor.base).min(end)
    }

    /// The address of an offset. Between two stretches it is the beginning of the second.
    pub fn anchored(&self, real: u32) -> u32 {
        let real = real.min(self.len);
        self.address(real, self.anchors.partition_point(|anchor| anchor.real <= real))
    }

    /// The address of an offset as the end of something: between two stretches the end of the first.
    fn anchored_end(&self, real: u32) -> u32 {
        let real = real.min(self.len);
        self.address(real, self.anchors.partition_point(|anchor| anchor.real < real))
    }

    fn address(&self, real: u32, after: usize) -> u32 {
        let anchor = after.checked_sub(1).and_then(|number| self.anchors.get(number));
        anchor.map_or(real, |anchor| anchor.base + (real - anchor.real))
    }

    /// Where the bytes of a span are in the text.
    pub fn real_span(&self, span: Span) -> Span {
        Span::new(self.real(span.start), self.real(span.end))
    }

    /// The addresses of bytes of the text.
    pub fn anchored_span(&self, real: Span) -> Span {
        if real.is_empty() {
            return Span::empty(self.anchored(real.start));
        }
        Span::new(self.anchored(real.start), self.anchored_end(real.end))
    }

    /// The beginning of a stretch: where it is, and its address.
    pub fn stretch(&self, number: usize) -> Option<(u32, u32)> {
        self.anchors.get(number).map(|anchor| (anchor.real, anchor.base))
    }
}

/// Texts beyond 4 GiB are refused long before.
fn offset(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_change_is_the_smallest_on_bounds_of_characters() {
        for (old, new, expected) in [
            ("abc", "abxc", (2, 2, 3)),
            ("aaa", "aa", (2, 3, 2)),
            ("é", "è", (0, 2, 2)),
            ("aéb", "aèb", (1, 3, 3)),
            ("same", "same", (4, 4, 4)),
            ("", "new", (0, 0, 3)),
        ] {
            let Change { start, old_end, new_end } = Change::between(old, new);
            assert_eq!((start, old_end, new_end), expected, "{old} {new}");
        }
    }

    #[test]
    fn what_is_not_edited_keeps_its_address() {
        let anchors = Anchors::spread(&[0, 10, 20], 30);
        let (second, third) = (anchors.anchored(12), anchors.anchored(25));
        let change = Change { start: 14, old_end: 14, new_end: 19 };
        let changed = anchors.changed(change, 1, 2, &[10], 35).unwrap();
        assert_eq!((changed.anchored(12), changed.anchored(30)), (second, third));
        assert_eq!((changed.real(second), changed.real(third)), (12, 30));
        assert_eq!(changed.real(changed.anchored(35)), 35);
    }

    #[test]
    fn a_new_stretch_stands_between_its_neighbours() {
        let mut anchors = Anchors::spread(&[0, 10], 20);
        let second = anchors.anchored(10);
        for number in 0..100 {
            // Each behind the one before, as one types.
            let at = (number + 1) * 10;
            let change = Change { start: at, old_end: at, new_end: at + 10 };
            let place = number as usize + 1;
            anchors = anchors.changed(change, place, place, &[at], at as usize + 20).unwrap();
            assert_eq!(anchors.anchored(at + 10), second);
            assert!(anchors.anchored(at) > anchors.anchored(at - 1));
        }
    }

    #[test]
    fn without_gaps_there_is_no_room() {
        let tight = Anchors { anchors: vec![Anchor { real: 0, base: 0 }, Anchor { real: 10, base: 10 }], len: 20 };
        let change = Change { start: 5, old_end: 5, new_end: 6 };
        assert_eq!(tight.changed(change, 0, 1, &[0], 21), None);
    }

    proptest! {
        #[test]
        fn addresses_are_in_the_order_of_the_text(starts in prop::collection::btree_set(1u32..500, 0..20)) {
            let starts: Vec<u32> = std::iter::once(0).chain(starts).collect();
            let anchors = Anchors::spread(&starts, 500);
            for offset in 0..=500 {
                prop_assert_eq!(anchors.real(anchors.anchored(offset)), offset);
                prop_assert!(offset == 0 || anchors.anchored(offset) > anchors.anchored(offset - 1));
                let span = Span::new(offset / 2, offset);
                prop_assert_eq!(anchors.real_span(anchors.anchored_span(span)), span);
            }
        }
    }
}
