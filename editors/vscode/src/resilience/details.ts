// Details of the block under the cursor: its number, what falls with it and why, where its figures come from, and what to do.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Server } from '../client';
import { escape } from '../../../graph/src/html';
import { availabilityText, failoverText, redundancyText } from '../../../graph/src/words';
import { componentAt } from '../componentAt';
import type { Component, FoundFinding, FoundStack } from '../protocol';
import { byPoints, findingFigures, ruleWords, shortPath } from './model';
import type { ResilienceView } from './view';

const PAUSE = 250;

export class DetailsView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private later: NodeJS.Timeout | undefined;
  private shown = '';
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly findings: ResilienceView,
  ) {
    const soon = () => {
      clearTimeout(this.later);
      this.later = setTimeout(() => void this.update(), PAUSE);
    };
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider('foreshock.details', this),
      vscode.window.onDidChangeTextEditorSelection(soon),
      vscode.window.onDidChangeActiveTextEditor(soon),
      server.onStatus(soon),
    ];
  }

  dispose(): void {
    clearTimeout(this.later);
    this.subscriptions.forEach(subscription => subscription.dispose());
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.shown = '';
    view.webview.options = { enableScripts: true, localResourceRoots: [] };
    view.webview.onDidReceiveMessage((message: { command?: string; uri?: string; component?: string; file?: string; line?: number }) => {
      if (message.file !== undefined) {
        const at = new vscode.Position(message.line ?? 0, 0);
        void vscode.window.showTextDocument(vscode.Uri.file(message.file), { selection: new vscode.Range(at, at), viewColumn: vscode.ViewColumn.One });
      } else if (message.command === 'play' || message.command === 'graph') {
        const { uri = '', component = '' } = message;
        const fault = message.command === 'play' ? `component:${component}` : undefined;
        void vscode.commands.executeCommand('foreshock.showGraph', { uri, component, fault });
      } else if (message.command === 'fix') {
        void vscode.commands.executeCommand('editor.action.quickFix');
      }
    });
    view.onDidChangeVisibility(() => void this.update());
    void this.update();
  }

  private async update(): Promise<void> {
    if (!this.view?.visible) {
      return;
    }
    const body = await this.body().catch(() => '<p class="quiet">Nothing is known yet.</p>');
    if (body !== this.shown && this.view) {
      this.shown = body;
      this.view.webview.html = page(body);
    }
  }

  private async body(): Promise<string> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || editor.document.uri.scheme !== 'file') {
      return '<p class="quiet">Put the cursor into a block: what its failure does is told here.</p>';
    }
    const { document } = editor;
    const uri = document.uri.toString();
    const graph = await this.server.graph(uri);
    const component = componentAt(graph, document.uri.fsPath, editor.selection.active.line);
    if (!component) {
      return '<p class="quiet">The cursor is in no block that makes up a component of the system.</p>';
    }
    const stack = await this.findings.stackOf(document.uri.fsPath);
    return details(component, stack, uri);
  }
}

function details(component: Component, stack: FoundStack | undefined, uri: string): string {
  const about = (stack?.findings ?? []).filter(finding => finding.component === component.id).sort(byPoints);
  const falls = [...new Set(about.filter(finding => finding.rule === 'single-point-of-failure').flatMap(finding => finding.affected))];
  const facts = [
    ['Copies', redundancyText(component)],
    ['Failover', failoverText(component)],
    ['Availability by itself', availabilityText(component)],
    ['Where that is from', component.availability?.source ?? ''],
  ].filter(([, value]) => value);
  const button = (command: string, label: string) =>
    `<button data-command="${command}" data-uri="${escape(uri)}" data-component="${escape(component.id)}">${label}</button>`;
  return [
    `<h1>${escape(component.id)}</h1>`,
    component.single_point ? '<p class="bad"><strong>Single point of failure</strong></p>' : '',
    `<p>${button('play', 'Play its failure')} ${button('graph', 'Show in graph')} ${about.length > 0 ? button('fix', 'Fix…') : ''}</p>`,
    falls.length > 0 ? `<h2>Falls with it</h2><p>${falls.map(id => `<code>${escape(id)}</code>`).join(', ')}</p>` : '',
    ...about.map(finding => findingHtml(finding, stack?.root ?? '')),
    about.length === 0 ? '<p class="quiet">Nothing was found about it.</p>' : '',
    facts.length > 0 ? `<h2>Figures</h2><dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escape(value ?? '')}</dd>`).join('')}</dl>` : '',
  ].join('');
}

function findingHtml(finding: FoundFinding, root: string): string {
  const proofs = finding.evidence.map(({ file, range, why }) =>
    `<li><a href="#" data-file="${escape(file)}" data-line="${range.start.line}">${escape(shortPath(file, root))}:${range.start.line + 1}</a> ${escape(why)}</li>`);
  return (
    `<section class="${finding.grade}"><h2>${escape(ruleWords(finding.rule))} <span class="grade">${finding.grade}</span></h2>` +
    `<p class="quiet">${escape(findingFigures(finding, root))}</p><p>${escape(finding.message)}</p>` +
    (proofs.length > 0 ? `<ul>${proofs.join('')}</ul>` : '') +
    '</section>'
  );
}

function page(body: string): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'">
<title>Foreshock details</title>
<style>
body { background: var(--vscode-sideBar-background); padding: 0 14px 14px; line-height: 1.45; }
h1 { font-size: 1.05em; margin: 10px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1em; margin: 14px 0 2px; }
h2::first-letter { text-transform: uppercase; }
p { margin: 4px 0; overflow-wrap: anywhere; white-space: pre-line; }
.quiet, .grade { color: var(--vscode-descriptionForeground); font-weight: 400; }
.bad { color: var(--vscode-editorError-foreground); }
section { border-left: 3px solid var(--vscode-descriptionForeground); padding-left: 10px; margin: 10px 0; }
section.error { border-color: var(--vscode-editorError-foreground); }
section.warning { border-color: var(--vscode-editorWarning-foreground); }
ul { margin: 4px 0; padding-left: 18px; overflow-wrap: anywhere; }
dl { margin: 4px 0; } dt { color: var(--vscode-descriptionForeground); } dd { margin: 0 0 4px; overflow-wrap: anywhere; }
button { font: inherit; color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground);
  border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; padding: 3px 8px; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
a { color: var(--vscode-textLink-foreground); text-decoration: underline; }
</style>
</head>
<body>
<main>${body}</main>
<script nonce="${nonce}">
const host = acquireVsCodeApi();
document.addEventListener('click', event => {
  const target = event.target.closest('[data-command], [data-file]');
  if (!target) return;
  event.preventDefault();
  const { command, uri, component, file, line } = target.dataset;
  host.postMessage({ command, uri, component, file, line: line === undefined ? undefined : Number(line) });
});
</script>
</body>
</html>`;
}
