//! Lists whose entries carry the number of the run they are of: what an earlier run left is not there any more, and
//! nothing has to be cleared between two runs.

/// As many entries, the new ones of no run.
pub(crate) fn grow<T: Copy + Default>(stamped: &mut Vec<(u32, T)>, length: usize) {
    if stamped.len() < length {
        stamped.resize(length, (0, T::default()));
    }
}

/// The entry of this epoch, taken over from the faultless one when it is older.
pub(crate) fn fresh<'a, T: Copy>(stamped: &'a mut [(u32, T)], epoch: u32, base: &[T], index: u32) -> Option<&'a mut T> {
    let slot = stamped.get_mut(index as usize)?;
    if slot.0 != epoch {
        *slot = (epoch, *base.get(index as usize)?);
    }
    Some(&mut slot.1)
}
