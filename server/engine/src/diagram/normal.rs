//! What is needed together, and what is reached by one way only: the parts of a graph of equations that can be solved by
//! themselves.

use rustc_hash::FxHashMap;

/// Which nodes of a graph without circles are modules: all that is below them is reached by them alone. `children` are
/// the nodes below each; the graph is entered at `roots`. O(V + E), without recursion.
pub(crate) fn modules(children: &[Vec<u32>], roots: &[u32]) -> Vec<bool> {
    let count = children.len();
    // The dates of the first visit, of the return from it, and of the last visit of a walk from the left.
    let (mut first, mut back, mut last) = (vec![0u32; count], vec![0u32; count], vec![0u32; count]);
    let mut order = Vec::with_capacity(count);
    let mut date = 0;
    let get = |dates: &[u32], node: u32| dates.get(node as usize).copied().unwrap_or(0);
    let put = |dates: &mut Vec<u32>, node: u32, date: u32| {
        if let Some(slot) = dates.get_mut(node as usize) {
            *slot = date;
        }
    };
    for &root in roots {
        let mut pending = vec![(root, 0usize)];
        while let Some((node, next)) = pending.pop() {
            if next == 0 {
                date += 1;
                put(&mut last, node, date);
                if get(&first, node) > 0 {
                    continue;
                }
                put(&mut first, node, date);
            }
            match children.get(node as usize).and_then(|children| children.get(next)) {
                Some(&child) => {
                    pending.push((node, next + 1));
                    pending.push((child, 0));
                }
                None => {
                    date += 1;
                    put(&mut back, node, date);
                    put(&mut last, node, date);
                    order.push(node);
                }
            }
        }
    }
    // Children first: between which dates everything below was visited.
    let (mut least, mut most) = (vec![u32::MAX; count], vec![0u32; count]);
    let mut is_module = vec![false; count];
    for node in order {
        let (mut from, mut to) = (u32::MAX, 0);
        for &child in children.get(node as usize).into_iter().flatten() {
            from = from.min(get(&first, child)).min(get(&least, child));
            to = to.max(get(&last, child)).max(get(&most, child));
        }
        put(&mut least, node, from);
        put(&mut most, node, to);
        if let Some(slot) = is_module.get_mut(node as usize) {
            *slot = from > get(&first, node) && to < get(&back, node);
        }
    }
    is_module
}

/// Sets of items that occur in the same lists, of at least two items and smaller than each of the lists. `lists` are the
/// items of each.
pub(crate) fn alike<T: Copy + Eq + std::hash::Hash>(lists: &[Vec<T>]) -> Vec<(Vec<T>, Vec<u32>)> {
    let mut seen: FxHashMap<T, Vec<u32>> = FxHashMap::default();
    let mut items = Vec::new();
    for (index, list) in lists.iter().enumerate() {
        for item in list {
            let places = seen.entry(*item).or_insert_with(|| {
                items.push(*item);
                Vec::new()
            });
            if places.last() != Some(&(index as u32)) {
                places.push(index as u32);
            }
        }
    }
    let mut sets: FxHashMap<&[u32], usize> = FxHashMap::default();
    let mut found: Vec<(Vec<T>, Vec<u32>)> = Vec::new();
    for item in &items {
        let Some(places) = seen.get(item) else { continue };
        let set = *sets.entry(places).or_insert_with(|| {
            found.push((Vec::new(), places.clone()));
            found.len() - 1
        });
        if let Some((items, _)) = found.get_mut(set) {
            items.push(*item);
        }
    }
    let size = |place: &u32| lists.get(*place as usize).map_or(0, Vec::len);
    found.retain(|(items, places)| items.len() > 1 && places.iter().all(|place| size(place) > items.len()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0 needs 1 and 2; 1 needs 3 and 4, which nobody else does; 2 needs 5 and 6, and 6 is also needed by 0.
    #[test]
    fn what_is_reached_by_one_way_only() {
        let children = vec![vec![1, 2, 6], vec![3, 4], vec![5, 6], vec![], vec![], vec![], vec![]];
        let found = modules(&children, &[0]);
        assert_eq!(found[..3], [true, true, false]);
        // A second root that needs 4 takes 1 out.
        let children = vec![vec![1, 2, 6], vec![3, 4], vec![5, 6], vec![], vec![], vec![], vec![], vec![4]];
        assert_eq!(modules(&children, &[0, 7])[..2], [false, false]);
    }

    #[test]
    fn what_occurs_in_the_same_lists() {
        let lists = vec![vec!['a', 'b', 'c'], vec!['b', 'c', 'd', 'e', 'a'], vec!['f', 'g'], vec!['c']];
        let found = alike(&lists);
        assert_eq!(found, [(vec!['a', 'b'], vec![0, 1]), (vec!['d', 'e'], vec![1])]);
    }
}
