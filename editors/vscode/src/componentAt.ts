// From a place in a text to the component that it declares.

import type { Component, GraphResult } from './protocol';

/** The component whose block holds the line. */
export function componentAt(graph: GraphResult, file: string, line: number): Component | undefined {
  const here = graph.stacks
    .flatMap(stack => stack.components)
    .filter(({ file: of, range }) => of === file && range && range.start.line <= line && line <= range.end.line);
  // The innermost: a block may stand in another.
  return here.sort((a, b) => (b.range?.start.line ?? 0) - (a.range?.start.line ?? 0))[0];
}
