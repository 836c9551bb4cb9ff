// The resilience view: every stack of the workspace, what is found in each by points, and what can be done about it.

import * as vscode from 'vscode';
import type { Server } from '../client';
import type { FoundFinding, FoundStack, ListedStack, StacksChanged, SuppressedFinding } from '../protocol';
import * as model from './model';
import type { Group, Grouping } from './model';

/** One line of the tree. */
export type Node =
  | { kind: 'stack'; stack: ListedStack | FoundStack }
  | { kind: 'group'; stack: FoundStack; group: Group }
  | { kind: 'finding'; stack: FoundStack; finding: FoundFinding; parent: Node }
  | { kind: 'suppressed'; stack: FoundStack; finding: SuppressedFinding }
  | { kind: 'note'; text: string; icon: string };

/** Edits come one after the other; the list follows when they pause. */
const PAUSE = 250;

const ICONS = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('editorError.foreground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('editorWarning.foreground')),
  info: new vscode.ThemeIcon('info', new vscode.ThemeColor('editorInfo.foreground')),
  hint: new vscode.ThemeIcon('lightbulb'),
};

export class ResilienceView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;

  private readonly view: vscode.TreeView<Node>;
  private readonly subscriptions: vscode.Disposable[];
  private listed: ListedStack[] | undefined;
  /** What was found, by root; asked for again when it is old. */
  private readonly found = new Map<string, Promise<FoundStack[]>>();
  /** What was found last, while nothing newer is known. */
  private readonly known = new Map<string, FoundStack[]>();
  /** New risks by stack, as the status has them. */
  private readonly risks = new Map<string, number>();
  private nodes = new Map<string, Node>();
  private refresh: NodeJS.Timeout | undefined;
  private listing = true;
  private grouping: Grouping = 'severity';
  private onlyNew = false;

  constructor(private readonly server: Server) {
    this.view = vscode.window.createTreeView('foreshock.resilience', { treeDataProvider: this, showCollapseAll: true });
    this.subscriptions = [
      this.view,
      this.changed,
      server.onStacks(change => this.stacksChanged(change)),
      server.onStatus(status => {
        const id = `${status.root}\0${status.name ?? ''}`;
        if (status.removed || !status.base) {
          this.risks.delete(id);
        } else {
          this.risks.set(id, status.newFindings);
        }
        this.badge();
      }),
      server.onState(state => {
        if (state === 'running' || state === 'failed' || state === 'stopped') {
          this.forget();
        }
        void vscode.commands.executeCommand('setContext', 'foreshock.serverFailed', state === 'failed');
      }),
      vscode.window.onDidChangeActiveTextEditor(editor => void this.follow(editor)),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) {
          void this.follow(vscode.window.activeTextEditor);
        }
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.refresh);
    this.subscriptions.forEach(subscription => subscription.dispose());
  }

  /** Everything is asked for again. */
  forget(): void {
    this.listing = true;
    this.found.clear();
    this.known.clear();
    this.nodes.clear();
    this.changed.fire(undefined);
  }

  async chooseGrouping(): Promise<void> {
    const item = (label: string, grouping: Grouping) => ({ label, grouping, picked: grouping === this.grouping });
    const chosen = await vscode.window.showQuickPick(
      [item('By what they mean', 'severity'), item('By rule', 'rule'), item('By file', 'file')],
      { title: 'Group findings' },
    );
    if (chosen) {
      this.grouping = chosen.grouping;
      this.changed.fire(undefined);
    }
  }

  showOnlyNew(only: boolean): void {
    this.onlyNew = only;
    void vscode.commands.executeCommand('setContext', 'foreshock.onlyNew', only);
    this.changed.fire(undefined);
  }

  /** Looks into every stack that nobody has looked into, one after the other. */
  async analyseAll(): Promise<void> {
    const stacks = await this.stacks();
    const roots = [...new Set(stacks.map(stack => stack.root))].filter(root => !this.known.has(root));
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Foreshock: analysing stacks', cancellable: true },
      async (progress, token) => {
        for (const [index, root] of roots.entries()) {
          if (token.isCancellationRequested) {
            return;
          }
          const title = stacks.find(stack => stack.root === root)?.title ?? root;
          progress.report({ message: `${index + 1} of ${roots.length}, ${title}`, increment: 100 / roots.length });
          // One that can't be read does not hold up the others; its line says so when it is unfolded.
          await this.findings(root).catch(() => undefined);
        }
      },
    );
    this.changed.fire(undefined);
  }

  /** What is found in the stacks of a root. */
  findings(root: string): Promise<FoundStack[]> {
    let asked = this.found.get(root);
    if (!asked) {
      asked = this.server.findings(root).then(({ stacks }) => stacks);
      this.found.set(root, asked);
      asked.then(
        stacks => {
          // Its line has figures now.
          const isNews = !this.known.has(root) && this.listed?.some(stack => stack.root === root && !stack.open);
          this.known.set(root, stacks);
          if (isNews) {
            setTimeout(() => this.changed.fire(undefined), 0);
          }
        },
        () => this.found.delete(root),
      );
    }
    return asked;
  }

  /** The stack that a file belongs to, with what is found in it. */
  async stackOf(file: string): Promise<FoundStack | undefined> {
    const inside = (root: string) => file === root || file.startsWith(`${root.replace(/[/\\]+$/, '')}/`);
    const open = (await this.stacks()).filter(stack => stack.open);
    const nearest = open.filter(stack => inside(stack.root)).sort((a, b) => b.root.length - a.root.length)[0];
    return nearest && (await this.findings(nearest.root))[0];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'stack':
        return this.stackItem(node.stack);
      case 'group': {
        const { group } = node;
        const count = group.findings.length + group.notes.length + group.suppressed.length;
        const state = group.open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
        const item = new vscode.TreeItem(`${group.label} (${count})`, state);
        item.id = `${stackId(node.stack)}\0${group.id}`;
        item.contextValue = 'group';
        item.description = group.id === 'unread' ? model.readWords(node.stack) : undefined;
        return item;
      }
      case 'finding':
        return findingItem(node.stack, node.finding, node.parent.kind === 'group' ? node.parent.group : undefined);
      case 'suppressed':
        return suppressedItem(node.stack, node.finding);
      case 'note': {
        const item = new vscode.TreeItem(node.text);
        item.iconPath = new vscode.ThemeIcon(node.icon);
        item.tooltip = node.text;
        return item;
      }
    }
  }

  async getChildren(node?: Node): Promise<Node[]> {
    try {
      return await this.children(node);
    } catch (error) {
      if (!node) {
        // The welcome text says what to do.
        return [];
      }
      return [{ kind: 'note', text: error instanceof Error ? error.message : String(error), icon: 'error' }];
    }
  }

  getParent(node: Node): Node | undefined {
    if (node.kind === 'finding') {
      return node.parent;
    }
    return node.kind === 'group' ? this.nodes.get(stackId(node.stack)) : undefined;
  }

  private async children(node?: Node): Promise<Node[]> {
    if (!node) {
      const stacks = await this.stacks();
      // What was looked into once shows its figures, open or not.
      const shown = stacks.map(stack => this.known.get(stack.root)?.find(one => (one.name ?? null) === (stack.name ?? null)) ?? stack);
      return shown.map(stack => this.keep(stackId(stack), { kind: 'stack', stack }));
    }
    if (node.kind === 'stack') {
      const stacks = await this.findings(node.stack.root);
      const stack = stacks.find(one => (one.name ?? null) === (node.stack.name ?? null)) ?? stacks[0];
      return stack ? this.groupsOf(stack) : [];
    }
    if (node.kind === 'group') {
      const { stack, group } = node;
      const findings = group.findings.map(finding =>
        this.keep(`${stackId(stack)}\0${finding.rule}\0${finding.component}\0${finding.message}`, { kind: 'finding', stack, finding, parent: node }));
      const suppressed = group.suppressed.map((finding): Node => ({ kind: 'suppressed', stack, finding }));
      const notes = group.notes.map((text): Node => ({ kind: 'note', text, icon: 'question' }));
      return [...findings, ...suppressed, ...notes];
    }
    return [];
  }

  private groupsOf(stack: FoundStack): Node[] {
    const groups = model.groups(stack, this.grouping, this.onlyNew);
    const nodes = groups.map(group => this.keep(`${stackId(stack)}\0${group.id}`, { kind: 'group', stack, group }));
    if (groups.some(group => group.findings.length > 0)) {
      return nodes;
    }
    const score = stack.score == null ? 'nothing here is an entry point' : `score ${model.stackFigures(stack)}`;
    const words = this.onlyNew ? 'Nothing new since the base' : `Nothing found: ${score}`;
    return [{ kind: 'note', text: words, icon: 'check' }, ...nodes];
  }

  private stackItem(stack: ListedStack | FoundStack): vscode.TreeItem {
    const isHere = this.isActive(stack.root);
    const isOpen = !('open' in stack) || stack.open;
    const state = isHere ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(stack.title === '.' ? stack.root.split(/[/\\]/).at(-1) || stack.root : titleOf(stack, this.listed), state);
    item.id = stackId(stack);
    const base = stack.base ? `${stack.base.words || stack.base.rev}` : '';
    item.description = [model.stackFigures(stack), base && `against ${base}`].filter(Boolean).join('   ');
    item.iconPath = new vscode.ThemeIcon(isOpen ? 'layers-active' : 'layers');
    item.contextValue = 'stack';
    item.tooltip = stack.root;
    item.resourceUri = undefined;
    return item;
  }

  private keep<T extends Node>(id: string, node: T): T {
    this.nodes.set(id, node);
    return node;
  }

  private async stacks(): Promise<ListedStack[]> {
    if (!this.listed || this.listing) {
      this.listing = false;
      try {
        this.listed = (await this.server.stacks()).stacks;
      } catch (error) {
        this.listing = true;
        throw error;
      } finally {
        void vscode.commands.executeCommand('setContext', 'foreshock.hasStacks', (this.listed?.length ?? 0) > 0);
      }
    }
    return this.listed;
  }

  private stacksChanged({ changed, listed }: StacksChanged): void {
    for (const root of listed ? [...this.found.keys()] : changed) {
      this.found.delete(root);
    }
    this.listing = true;
    clearTimeout(this.refresh);
    this.refresh = setTimeout(() => this.changed.fire(undefined), PAUSE);
  }

  private badge(): void {
    const value = [...this.risks.values()].reduce((sum, count) => sum + count, 0);
    this.view.badge = value > 0 ? { value, tooltip: `${value} new risk${value === 1 ? '' : 's'} since the base` } : undefined;
  }

  private isActive(root: string): boolean {
    const file = vscode.window.activeTextEditor?.document.uri.fsPath ?? '';
    return file === root || file.startsWith(`${root}/`) || this.listed?.length === 1;
  }

  /** Shows the stack of the file that somebody turns to. */
  private async follow(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!this.view.visible || !editor || editor.document.uri.scheme !== 'file') {
      return;
    }
    const file = editor.document.uri.fsPath;
    const stacks = [...this.nodes.values()].filter(node => node.kind === 'stack' && (file === node.stack.root || file.startsWith(`${node.stack.root}/`)));
    const nearest = stacks.sort((a, b) => (b as { stack: { root: string } }).stack.root.length - (a as { stack: { root: string } }).stack.root.length)[0];
    const selected = this.view.selection[0];
    const isThere = selected && selected.kind !== 'note' && nearest?.kind === 'stack' && selected.stack.root === nearest.stack.root;
    if (nearest && !isThere) {
      await Promise.resolve(this.view.reveal(nearest, { select: true, focus: false, expand: true })).catch(() => undefined);
    }
  }
}

function titleOf(stack: ListedStack | FoundStack, listed: ListedStack[] | undefined): string {
  const known = listed?.find(one => one.root === stack.root && (one.name ?? null) === (stack.name ?? null));
  return known?.title ?? stack.title;
}

function stackId(stack: ListedStack | FoundStack): string {
  return `${stack.root}\0${stack.name ?? ''}`;
}

function findingItem(stack: FoundStack, finding: FoundFinding, group: Group | undefined): vscode.TreeItem {
  // Where the group says what is wrong, the line has room for the figures.
  const isSaid = group?.id === 'single' || group?.id.startsWith('rule:');
  const item = new vscode.TreeItem(isSaid ? model.shortName(finding.component) : model.findingLabel(finding));
  item.description = model.findingFigures(finding, stack.root);
  item.iconPath = ICONS[finding.grade];
  item.tooltip = tooltip(finding.message, finding.affected);
  item.contextValue = finding.revert ? 'finding.revert' : 'finding';
  item.command = opening(finding);
  item.accessibilityInformation = { label: `${finding.grade}: ${model.findingLabel(finding)}, ${item.description}` };
  return item;
}

function suppressedItem(stack: FoundStack, finding: SuppressedFinding): vscode.TreeItem {
  const item = new vscode.TreeItem(`${model.shortName(finding.component)}: ${model.ruleWords(finding.rule)}`);
  const until = finding.until ? `until ${finding.until}` : '';
  item.description = [until, finding.reason ?? 'no reason given', model.shortPath(finding.file, stack.root)].filter(Boolean).join(' · ');
  item.iconPath = new vscode.ThemeIcon('mute');
  item.tooltip = tooltip(finding.message, []);
  item.contextValue = 'suppressed';
  item.command = opening(finding);
  return item;
}

function tooltip(message: string, affected: string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendText(message);
  if (affected.length > 0) {
    text.appendText(`\n\nFalls with it: ${affected.slice(0, 10).join(', ')}${affected.length > 10 ? ` and ${affected.length - 10} more` : ''}`);
  }
  return text;
}

function opening({ file, range }: { file: string; range: FoundFinding['range'] }): vscode.Command {
  const at = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
  const selection = new vscode.Range(at.start, at.start);
  return { command: 'vscode.open', title: 'Show', arguments: [vscode.Uri.file(file), { selection, preview: true, preserveFocus: true }] };
}
