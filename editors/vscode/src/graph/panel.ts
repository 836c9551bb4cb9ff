// The graph panel: asks the server for the graph, shows it beside the editor, and follows the edits.

import { randomBytes } from 'node:crypto';
import pageScript from 'script:./page.ts';
import * as vscode from 'vscode';
import type { Server } from '../client';
import { reveal } from '../places';
import type { BlockArgument, GraphResult } from '../protocol';
import { outlineHtml } from './outline';
import { escape, picture } from './picture';
import { STYLE } from './style';

export class GraphPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private asked: BlockArgument = { uri: '' };
  private graph: GraphResult | undefined;
  private refresh: NodeJS.Timeout | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    const later = () => {
      clearTimeout(this.refresh);
      this.refresh = setTimeout(() => void this.update(), 200);
    };
    this.subscriptions = [server.onStatus(later), vscode.languages.onDidChangeDiagnostics(later)];
  }

  /** Opens the panel on the stack of a file, or brings it back, with one component chosen when the block names it. */
  async show(block: BlockArgument): Promise<void> {
    this.asked = block;
    this.graph = await this.server.graph(block.uri);
    if (this.panel) {
      this.panel.reveal(undefined, true);
      await this.send(block.component);
      return;
    }
    this.panel = this.open(block);
  }

  dispose(): void {
    clearTimeout(this.refresh);
    this.subscriptions.forEach(subscription => subscription.dispose());
    this.panel?.dispose();
  }

  private open(block: BlockArgument): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      'foreshock.graph',
      'Foreshock graph',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: true, localResourceRoots: [] },
    );
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((message: { ready?: boolean; reveal?: string }) => {
      if (message.ready) {
        void this.send(block.component);
      } else if (message.reveal !== undefined) {
        void this.reveal(message.reveal);
      }
    });
    panel.webview.html = page();
    return panel;
  }

  private async update(): Promise<void> {
    if (!this.panel) {
      return;
    }
    try {
      this.graph = await this.server.graph(this.asked.uri);
      await this.send();
    } catch {
      // The server is restarting or busy with a newer text; its next status brings the next picture.
    }
  }

  private async send(selected?: string): Promise<void> {
    const stacks = this.graph?.stacks ?? [];
    const named = stacks.length > 1;
    const html = stacks.map(stack => {
      const marks = new Map(stack.components.map(({ id, severity }) => [id, severity ?? '']));
      return (
        (named ? `<h2>${escape(stack.root)}</h2>` : '') +
        `<div class="picture">${picture(stack, marks)}</div><h2>Outline</h2>${outlineHtml(stack, marks)}`
      );
    });
    const components = stacks.reduce((sum, stack) => sum + stack.components.length, 0);
    const dependencies = stacks.reduce((sum, stack) => sum + stack.dependencies.length, 0);
    await this.panel?.webview.postMessage({
      title: stacks.length === 1 && stacks[0]?.root && stacks[0].root !== '.' ? stackName(stacks[0].root) : 'Dependency graph',
      summary: components === 0 ? 'The server found no components in this stack.' : `${components} components, ${dependencies} dependencies`,
      html: html.join(''),
      selected,
    });
  }

  private async reveal(id: string): Promise<void> {
    for (const { root, components } of this.graph?.stacks ?? []) {
      const component = components.find(candidate => candidate.id === id);
      if (component) {
        // The file goes where its neighbours are, never over the graph itself.
        const beside = vscode.window.visibleTextEditors[0]?.viewColumn ?? vscode.ViewColumn.One;
        await reveal(component, root, this.asked.uri, beside);
        return;
      }
    }
  }
}

function stackName(root: string): string {
  return root.replace(/\/+$/, '').split('/').at(-1) || root;
}

function page(): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'">
<title>Foreshock graph</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1></h1><p id="summary"></p>
<p class="legend"><span class="key requires">requires</span><span class="key optional">optional</span><span class="key async">async</span><span class="key unsure">not certain</span></p></header>
<main id="stacks"></main>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>`;
}
