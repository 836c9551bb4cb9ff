// The status bar item: the figures of the stack the active file belongs to.

import { dirname, isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { BestRepairs } from './bestRepairs';
import { TERRAFORM, type Server } from './client';
import type { Caller, Status } from './protocol';
import { statusText, statusTooltip } from './statusText';

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('foreshock.status', vscode.StatusBarAlignment.Left, 100);
  private readonly stacks = new Map<string, Status>();
  /** By directory, the caller whose results its files show. */
  private readonly callers = new Map<string, Caller>();
  private readonly subscriptions: vscode.Disposable[];
  private latest: Status | undefined;
  private state = 'starting';

  constructor(server: Server, private readonly repairs: BestRepairs) {
    this.item.name = 'Foreshock';
    this.subscriptions = [
      server.onStatus(status => {
        // Several stacks may be made of one root.
        const id = `${status.root}\0${status.name ?? ''}`;
        if (status.removed) {
          this.stacks.delete(id);
          this.latest = this.latest?.root === status.root ? [...this.stacks.values()].at(-1) : this.latest;
        } else {
          this.stacks.set(id, status);
          this.latest = status;
        }
        this.show();
      }),
      server.onCaller(({ directory, caller }) => {
        if (caller) {
          this.callers.set(directory, caller);
        } else {
          this.callers.delete(directory);
        }
        this.show();
      }),
      server.onState(state => {
        this.state = state;
        if (state !== 'running') {
          this.stacks.clear();
          this.latest = undefined;
          // The server has forgotten them, too.
          this.callers.clear();
        }
        this.show();
      }),
      repairs.onChange(() => this.show()),
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
    ];
    this.show();
  }

  dispose(): void {
    this.subscriptions.forEach(subscription => subscription.dispose());
    this.item.dispose();
  }

  /** Whether a file is a stack by itself: infrastructure YAML. */
  isStack(file: string): boolean {
    return [...this.stacks.values()].some(status => status.root === file);
  }

  private show(): void {
    const document = vscode.window.activeTextEditor?.document;
    void vscode.commands.executeCommand('setContext', 'foreshock.infraFile', this.isStack(document?.uri.fsPath ?? ''));
    void vscode.commands.executeCommand('setContext', 'foreshock.hasStack', this.stacks.size > 0);
    const statuses = this.ofActiveFile() ?? (this.latest ? [this.latest] : []);
    const status = worst(statuses);
    if (this.state === 'failed') {
      this.item.text = '$(error) Foreshock';
      this.item.tooltip = 'The server is not running. Click for the log.';
      this.item.command = 'foreshock.showLog';
    } else if (this.state === 'stopped') {
      this.item.hide();
      return;
    } else if (!status && !TERRAFORM.includes(document?.languageId ?? '')) {
      // Most YAML is not ours: whoever looks at it sees nothing of us.
      this.item.hide();
      return;
    } else if (!status) {
      this.item.text = this.state === 'starting' ? '$(loading~spin) Foreshock' : '$(pulse) Foreshock';
      this.item.tooltip = this.state === 'starting' ? 'Foreshock is starting' : 'No stack has been analysed yet';
      this.item.command = 'foreshock.showLog';
    } else {
      this.item.text = `$(pulse) ${statusText(status)}`;
      this.item.tooltip = new vscode.MarkdownString(statusTooltip(status, statuses, this.repairs.lines(document?.uri.toString())));
      this.item.command = 'foreshock.showGraph';
    }
    this.item.show();
  }

  /** The stacks of the innermost root that holds the active file, or is it. */
  private ofActiveFile(): Status[] | undefined {
    const file = vscode.window.activeTextEditor?.document.uri.fsPath;
    if (!file) {
      return undefined;
    }
    const caller = this.callers.get(dirname(file));
    const chosen = [...this.stacks.values()].find(status => status.root === caller?.root && (status.name ?? null) === caller.name);
    if (chosen) {
      return [chosen];
    }
    let best: { status: Status; depth: number } | undefined;
    for (const status of this.stacks.values()) {
      for (const root of directories(status.root)) {
        const path = relative(root, dirname(file));
        const inside = root === file || (!path.startsWith('..') && !isAbsolute(path));
        if (inside && (!best || root.length > best.depth)) {
          best = { status, depth: root.length };
        }
      }
    }
    const root = best?.status.root;
    return root === undefined ? undefined : [...this.stacks.values()].filter(status => status.root === root);
  }
}

/** Of several stacks of one root, the one that fares worst. */
function worst(statuses: Status[]): Status | undefined {
  return statuses.reduce<Status | undefined>((one, other) => (one && (one.score ?? 101) <= (other.score ?? 101) ? one : other), undefined);
}

/** A stack's root (a directory, or a file of infrastructure YAML) is a URI, an absolute path, or a path relative to a workspace folder. */
function directories(root: string): string[] {
  if (/^file:/.test(root)) {
    return [vscode.Uri.parse(root).fsPath];
  }
  if (isAbsolute(root)) {
    return [root];
  }
  return (vscode.workspace.workspaceFolders ?? []).map(folder => join(folder.uri.fsPath, root));
}
