// The graph panel: asks the server for the graph, shows it beside the editor, and follows the edits and the cursor. What is drawn is
// the bundle of editors/graph, the same as in the report.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import bundle from '../../../../server/report/src/html/graph.js.txt';
import style from '../../../../server/report/src/html/graph.css.txt';
import type { Server } from '../client';
import { componentAt } from '../componentAt';
import { applyEdits } from '../edits';
import { reveal } from '../places';
import type { BlockArgument, GraphResult, Revert, StackGraph } from '../protocol';
import { cascadeOf, systemOf } from './convert';
import pageScript from 'script:./page.ts';
import { STYLE } from './style';

const PAUSE = 200;

/** What the page asks for. */
type Message =
  | { ready: true }
  | { reveal: string }
  | { simulate: string; and?: string; number: number }
  | { open: string }
  | { save: string; content: string }
  | { pin: boolean }
  | { revert: number }
  | { stack: number };

export class GraphPanel implements vscode.Disposable, vscode.WebviewPanelSerializer<{ uri?: string }> {
  private panel: vscode.WebviewPanel | undefined;
  private asked: BlockArgument = { uri: '' };
  private graph: GraphResult | undefined;
  private refresh: NodeJS.Timeout | undefined;
  private cursor: NodeJS.Timeout | undefined;
  private pinned = false;
  private stack = 0;
  /** What takes the change back that the picture shows. */
  private reverts: Revert[] = [];
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly server: Server) {
    const later = () => {
      clearTimeout(this.refresh);
      this.refresh = setTimeout(() => void this.update(), PAUSE);
    };
    this.subscriptions = [
      server.onStatus(later),
      server.onState(state => state === 'running' && later()),
      vscode.window.registerWebviewPanelSerializer('foreshock.graph', this),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        clearTimeout(this.cursor);
        // What the picture itself has opened needs no answer.
        if (kind !== undefined) {
          this.cursor = setTimeout(() => void this.follow(textEditor), PAUSE);
        }
      }),
      vscode.window.onDidChangeActiveTextEditor(editor => editor && void this.turnTo(editor)),
    ];
  }

  /** Opens the panel on the stack of a file, or brings it back, with one component chosen or played when the block names it. */
  async show(block: BlockArgument): Promise<void> {
    this.asked = block;
    this.stack = 0;
    this.graph = await this.server.graph(block.uri, true);
    if (this.panel) {
      this.panel.reveal(undefined, true);
      await this.send(block);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      'foreshock.graph',
      'Foreshock graph',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, enableFindWidget: false, localResourceRoots: [] },
    );
    this.take(panel, block);
  }

  /** After a reload: the same file, if it is still there. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: { uri?: string } | undefined): Promise<void> {
    panel.webview.options = { enableScripts: true, localResourceRoots: [] };
    this.asked = { uri: state?.uri ?? '' };
    this.take(panel, this.asked);
  }

  dispose(): void {
    clearTimeout(this.refresh);
    clearTimeout(this.cursor);
    this.subscriptions.forEach(subscription => subscription.dispose());
    this.panel?.dispose();
  }

  private take(panel: vscode.WebviewPanel, block: BlockArgument): void {
    this.panel = panel;
    panel.iconPath = new vscode.ThemeIcon('type-hierarchy') as unknown as vscode.Uri;
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((message: Message) => {
      this.received(message, block).catch(error => {
        void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
      });
    });
    panel.webview.html = page();
  }

  private async received(message: Message, block: BlockArgument): Promise<void> {
    if ('ready' in message) {
      await this.send(block);
    } else if ('simulate' in message) {
      await this.answer(message.simulate, message.and, message.number);
    } else if ('reveal' in message) {
      await this.reveal(message.reveal);
    } else if ('open' in message) {
      await openPlace(message.open);
    } else if ('save' in message) {
      await save(message.save, message.content);
    } else if ('revert' in message) {
      const revert = this.reverts[message.revert];
      if (revert) {
        await applyEdits(revert.edits);
      }
    } else if ('pin' in message) {
      this.pinned = message.pin;
    } else if ('stack' in message) {
      this.stack = message.stack;
      await this.send();
    }
  }

  private async update(): Promise<void> {
    if (!this.panel || this.asked.uri === '') {
      return;
    }
    try {
      this.graph = await this.server.graph(this.asked.uri, true);
      await this.send();
    } catch {
      // The server is restarting or busy with a newer text; its next status brings the next picture.
    }
  }

  private async send(block: Partial<BlockArgument> = {}): Promise<void> {
    const stacks = this.graph?.stacks ?? [];
    const named = stacks.findIndex(stack => stack.components.some(component => component.id === block.component));
    this.stack = named >= 0 ? named : Math.min(this.stack, Math.max(0, stacks.length - 1));
    const stack = stacks[this.stack];
    this.reverts = stack?.base ? await this.revertsOf(stack) : [];
    await this.panel?.webview.postMessage({
      system: stack && systemOf(stack, shorten, this.reverts.map(({ title }) => title)),
      stacks: stacks.map(({ root, name }) => [shorten(root), name].filter(Boolean).join(' · ')),
      stack: this.stack,
      uri: this.asked.uri,
      chosen: block.component,
      fault: block.fault,
    });
  }

  /** Each change that made something worse, once. */
  private async revertsOf({ root, name }: StackGraph): Promise<Revert[]> {
    const answer = await this.server.findings(root).catch(() => undefined);
    const found = answer?.stacks.filter(stack => (stack.name ?? null) === (name ?? null)).flatMap(stack => stack.findings);
    const all = found?.flatMap(({ revert }) => (revert ? [revert] : [])) ?? [];
    return [...new Map(all.map(revert => [JSON.stringify(revert.edits), revert])).values()];
  }

  private async answer(fault: string, and: string | undefined, number: number): Promise<void> {
    const root = this.graph?.stacks[this.stack]?.root;
    const answer = await this.server.simulate(this.asked.uri, fault, and).catch(() => undefined);
    const stack = answer?.stacks.find(candidate => candidate.root === root && candidate.results.length > 0) ?? answer?.stacks.find(candidate => candidate.results.length > 0);
    const result = stack?.results[0];
    const graph = this.graph?.stacks[this.stack];
    const cascade = result && graph && cascadeOf(and === undefined ? fault : `${fault} and ${and}`, result, graph, shorten);
    await this.panel?.webview.postMessage({ answer: number, cascade });
  }

  /** The block under the cursor is chosen in the picture. */
  private async follow(editor: vscode.TextEditor): Promise<void> {
    if (!this.panel?.visible || !this.graph || editor.document.uri.scheme !== 'file') {
      return;
    }
    const component = componentAt(this.graph, editor.document.uri.fsPath, editor.selection.active.line);
    if (component) {
      await this.panel.webview.postMessage({ cursor: component.id });
    }
  }

  /** The stack of another file is shown, unless this one is pinned. */
  private async turnTo(editor: vscode.TextEditor): Promise<void> {
    const { uri } = editor.document;
    const isHere = this.graph?.stacks.some(stack => stack.components.some(component => component.file === uri.fsPath));
    if (!this.panel?.visible || this.pinned || isHere || uri.scheme !== 'file') {
      return;
    }
    try {
      const graph = await this.server.graph(uri.toString(), true);
      if (graph.stacks.some(stack => stack.components.length > 0)) {
        this.graph = graph;
        this.asked = { uri: uri.toString() };
        this.stack = 0;
        await this.send();
      }
    } catch {
      // No file of a stack: what is shown stays.
    }
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

/** A path as people know it: below its workspace folder, which itself is called by its name. */
function shorten(path: string): string {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path);
  return folder?.name ?? vscode.workspace.asRelativePath(path);
}

/** `rds.tf:16`, in a workspace folder or absolute. */
export async function openPlace(place: string): Promise<void> {
  const [, name = '', line = '1'] = place.match(/^(.*?):(\d+)$/) ?? [];
  const folders = vscode.workspace.workspaceFolders ?? [];
  const candidates = name.startsWith('/') || /^[A-Za-z]:/.test(name) ? [vscode.Uri.file(name)] : folders.flatMap(folder => {
    const below = name.startsWith(`${folder.name}/`) ? [vscode.Uri.joinPath(folder.uri, name.slice(folder.name.length + 1))] : [];
    return [vscode.Uri.joinPath(folder.uri, name), ...below];
  });
  const at = new vscode.Position(Math.max(0, Number(line) - 1), 0);
  for (const uri of candidates) {
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      continue;
    }
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at), viewColumn: vscode.ViewColumn.One });
    return;
  }
}

/** Asks where, and writes a text or the picture of a data URL. */
export async function save(name: string, content: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({ defaultUri: folder && vscode.Uri.joinPath(folder, name) });
  if (uri) {
    const data = content.match(/^data:[^,]*;base64,(.*)$/s)?.[1];
    await vscode.workspace.fs.writeFile(uri, data === undefined ? Buffer.from(content, 'utf8') : Buffer.from(data, 'base64'));
  }
}

function page(): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'">
<title>Foreshock graph</title>
<style>${style}${STYLE}</style>
</head>
<body>
<header><h1>Foreshock</h1><label id="which" hidden>Stack <select></select></label><label class="pin"><input type="checkbox" id="pin"> Pin</label></header>
<main id="graph"></main>
<script nonce="${nonce}">${bundle}</script>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>`;
}
