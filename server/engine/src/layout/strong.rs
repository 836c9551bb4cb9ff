//! Strongly connected components (Tarjan 1972), without recursion.

/// The components of a graph, each a set of vertices that reach each other.
#[derive(Clone, Debug)]
pub(crate) struct Strong {
    /// The components, successors before predecessors; the vertices of each in ascending order.
    pub(crate) components: Vec<Vec<u32>>,
    /// The component of each vertex.
    pub(crate) of: Vec<u32>,
}

struct Frame {
    vertex: u32,
    next: usize,
}

const UNSEEN: u32 = u32::MAX;

/// The strongly connected components of the graph with these successor lists, visiting `order` first to last.
pub(crate) fn strong(successors: &[Vec<u32>], order: impl IntoIterator<Item = u32>) -> Strong {
    let count = successors.len();
    let mut result = Strong { components: Vec::new(), of: vec![UNSEEN; count] };
    let mut found = vec![UNSEEN; count];
    let mut lowest = vec![UNSEEN; count];
    let mut open: Vec<u32> = Vec::new();
    let mut clock = 0;
    for start in order.into_iter().chain(0..count as u32) {
        if found.get(start as usize) != Some(&UNSEEN) {
            continue;
        }
        let mut path = vec![Frame { vertex: start, next: 0 }];
        while let Some(frame) = path.last_mut() {
            let vertex = frame.vertex;
            if frame.next == 0 && get(&found, vertex) == UNSEEN {
                set(&mut found, vertex, clock);
                set(&mut lowest, vertex, clock);
                clock += 1;
                open.push(vertex);
            }
            let successor = successors.get(vertex as usize).and_then(|list| list.get(frame.next)).copied();
            frame.next += 1;
            if let Some(successor) = successor {
                if get(&found, successor) == UNSEEN {
                    path.push(Frame { vertex: successor, next: 0 });
                } else if get(&result.of, successor) == UNSEEN {
                    lower(&mut lowest, vertex, get(&found, successor));
                }
                continue;
            }
            path.pop();
            let reached = get(&lowest, vertex);
            if let Some(parent) = path.last() {
                lower(&mut lowest, parent.vertex, reached);
            }
            if reached == get(&found, vertex) {
                close(&mut result, &mut open, vertex);
            }
        }
    }
    result
}

fn close(result: &mut Strong, open: &mut Vec<u32>, root: u32) {
    let mut members = Vec::new();
    while let Some(vertex) = open.pop() {
        set(&mut result.of, vertex, result.components.len() as u32);
        members.push(vertex);
        if vertex == root {
            break;
        }
    }
    members.sort_unstable();
    result.components.push(members);
}

fn get(list: &[u32], index: u32) -> u32 {
    list.get(index as usize).copied().unwrap_or(UNSEEN)
}

fn set(list: &mut [u32], index: u32, value: u32) {
    if let Some(slot) = list.get_mut(index as usize) {
        *slot = value;
    }
}

fn lower(list: &mut [u32], index: u32, value: u32) {
    if let Some(slot) = list.get_mut(index as usize) {
        *slot = (*slot).min(value);
    }
}
