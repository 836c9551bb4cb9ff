// The page of the panel around the picture: all of the height, the controls in the colours of the editor.

export const STYLE = `
html, body { height: 100%; }
body { background: var(--vscode-editor-background); display: flex; flex-direction: column; padding: 0 14px; margin: 0; box-sizing: border-box; font-family: var(--vscode-font-family); color: var(--vscode-foreground); }
header { display: flex; gap: 14px; align-items: center; padding-top: 8px; }
header label[hidden] { display: none; }
h1 { font-size: 1.1em; font-weight: 600; margin: 0; }
.pin { margin-left: auto; }
main { flex: 1; min-height: 0; display: flex; flex-direction: column; overflow: auto; }
.split { flex: 1; min-height: 20rem; }
.picture, .panel { height: auto; max-height: none; }
.panel { max-height: calc(100vh - 13rem); }
button, select, input { font: inherit; color: var(--vscode-input-foreground, inherit); background: var(--vscode-input-background, transparent);
  border: 1px solid var(--vscode-input-border, var(--vscode-descriptionForeground)); border-radius: 3px; padding: 2px 7px; max-width: 100%; box-sizing: border-box; }
select { background: var(--vscode-dropdown-background); color: var(--vscode-dropdown-foreground); }
button { cursor: pointer; color: var(--vscode-button-secondaryForeground, inherit); background: var(--vscode-button-secondaryBackground, transparent); }
button:focus-visible, select:focus-visible, input:focus-visible, summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
a { color: var(--vscode-textLink-foreground); }
.line { background: none; border: 0; }
@media (max-width: 52rem) { .split { flex: none; grid-template-rows: max(20rem, 40vh) auto; } .panel { max-height: none; }
  .time { position: sticky; bottom: 0; z-index: 1; margin: 0; padding: 6px 0; background: var(--vscode-editor-background); } }
`;
