// The report in the editor: the page of the command line, made again when the analysis of its stack changes.

import * as vscode from 'vscode';
import type { Server } from './client';
import { openPlace, save } from './graph/panel';

/** A report sweeps every scenario: it waits until nobody has typed for a while. */
const PAUSE = 1500;

export class ReportPanels implements vscode.Disposable {
  /** By the file that was asked for. */
  private readonly panels = new Map<string, { panel: vscode.WebviewPanel; html: string; isOld: boolean }>();
  private readonly subscriptions: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    this.subscriptions = [server.onStatus(() => this.outdated()), server.onState(state => state === 'running' && this.outdated())];
  }

  /** Opens the report of the stack of a file, or brings it back. */
  async show(uri: string): Promise<void> {
    const { html, title } = await this.server.reportPage(uri);
    const there = this.panels.get(uri);
    if (there) {
      there.panel.reveal();
      put(there, html);
      return;
    }
    const panel = vscode.window.createWebviewPanel('foreshock.report', `Resilience of ${title}`, vscode.ViewColumn.Active, {
      enableScripts: true,
      enableFindWidget: true,
    });
    // Its lines are links, its pictures can be saved; the page forbids itself every request.
    panel.webview.onDidReceiveMessage(({ open, save: name, content }: { open?: string; save?: string; content?: string }) => {
      if (open !== undefined) {
        void openPlace(open);
      } else if (name !== undefined && content !== undefined) {
        void save(name, content);
      }
    });
    const report = { panel, html: '', isOld: false };
    this.panels.set(uri, report);
    panel.onDidDispose(() => this.panels.delete(uri));
    // What nobody sees is made when somebody looks.
    panel.onDidChangeViewState(() => panel.visible && report.isOld && this.later());
    put(report, html);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.forEach(subscription => subscription.dispose());
    this.panels.forEach(({ panel }) => panel.dispose());
  }

  private outdated(): void {
    if (this.panels.size > 0) {
      this.panels.forEach(report => (report.isOld = true));
      this.later();
    }
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), PAUSE);
  }

  private async refresh(): Promise<void> {
    for (const [uri, report] of this.panels) {
      if (report.isOld && report.panel.visible) {
        report.isOld = false;
        try {
          put(report, (await this.server.reportPage(uri)).html);
        } catch {
          // Edited meanwhile, or no server: the next status makes it again.
          report.isOld = true;
        }
      }
    }
  }
}

/** The page keeps where it is scrolled to and what is chosen in it; the same page is not loaded again. */
function put(report: { panel: vscode.WebviewPanel; html: string }, html: string): void {
  if (report.html !== html) {
    report.html = html;
    report.panel.webview.html = html;
  }
}
