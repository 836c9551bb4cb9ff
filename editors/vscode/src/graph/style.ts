// The CSS of the graph. Colours are the theme's, so it is right in dark, light and high contrast; a page outside of the
// editor defines them itself.

export const GRAPH_STYLE = `
.legend { display: flex; gap: 14px; font-size: 0.9em; }
.key::before { content: ''; display: inline-block; width: 22px; margin-right: 6px; vertical-align: middle;
  border-top: 1.5px solid var(--vscode-descriptionForeground); }
.key.optional::before { border-top-style: dashed; }
.key.async::before { border-top-style: dotted; }
.key.unsure::before { opacity: 0.5; }
.picture { overflow-x: auto; padding: 8px 0; }
svg { display: block; margin: 0 auto; max-width: 100%; height: auto; }
.node { cursor: pointer; outline: none; }
.node rect { fill: var(--vscode-editorWidget-background); stroke: var(--vscode-descriptionForeground); stroke-width: 1; }
.node.entry rect { stroke: var(--vscode-charts-blue); stroke-width: 1.5; }
.node.warning rect { stroke: var(--vscode-editorWarning-foreground); stroke-width: 2; }
.node.error rect { stroke: var(--vscode-editorError-foreground); stroke-width: 2;
  fill: color-mix(in srgb, var(--vscode-editorError-foreground) 12%, var(--vscode-editorWidget-background)); }
.node:focus-visible rect, .node:hover rect { stroke: var(--vscode-focusBorder); stroke-width: 2; }
.node.chosen rect { stroke-width: 3; }
text { text-anchor: middle; fill: var(--vscode-foreground); font-family: var(--vscode-font-family); }
.type { font-size: 11px; fill: var(--vscode-descriptionForeground); }
.name { font-size: 13.5px; font-weight: 600; }
.note { font-size: 11px; fill: var(--vscode-descriptionForeground); }
.edge { fill: none; stroke: var(--vscode-descriptionForeground); stroke-width: 1.3; }
.edge.optional { stroke-dasharray: 6 4; }
.edge.async { stroke-dasharray: 2 3; }
.edge.unsure { opacity: 0.5; }
.head { fill: var(--vscode-descriptionForeground); }
.node.dim, .edge.dim { opacity: 0.2; }
.outline { list-style: none; margin: 0; padding: 0; }
.outline li { padding: 1px 0 1px calc(var(--depth) * 20px); white-space: nowrap; }
.line { all: unset; cursor: pointer; padding: 1px 4px; border-radius: 3px; font-family: var(--vscode-editor-font-family); }
.line:hover { background: var(--vscode-list-hoverBackground); }
.line:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.line.error { color: var(--vscode-editorError-foreground); }
.line.warning { color: var(--vscode-editorWarning-foreground); }
.notes { margin-left: 8px; color: var(--vscode-descriptionForeground); font-size: 0.92em; }
.node.DOWN rect { stroke: var(--vscode-editorError-foreground); stroke-width: 2.5;
  fill: color-mix(in srgb, var(--vscode-editorError-foreground) 30%, var(--vscode-editorWidget-background)); }
.node.OVERLOADED rect, .node.DEGRADED rect { stroke: var(--vscode-editorWarning-foreground); stroke-width: 2.5;
  fill: color-mix(in srgb, var(--vscode-editorWarning-foreground) 22%, var(--vscode-editorWidget-background)); }
.node.DOWN .type, .node.OVERLOADED .type, .node.DEGRADED .type { font-weight: 600; fill: var(--vscode-foreground); }
`;

/** The panel around it. */
export const STYLE = `
body { padding: 0 20px 24px; font-family: var(--vscode-font-family); color: var(--vscode-foreground); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; padding-top: 12px; }
h1 { font-size: 1.25em; font-weight: 600; margin: 0; }
h2 { font-size: 1em; font-weight: 600; margin: 20px 0 6px; }
header p { margin: 0; color: var(--vscode-descriptionForeground); }
${GRAPH_STYLE}`;
