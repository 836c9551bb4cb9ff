// The language client: one server for the window, started, stopped and restarted here.

import { dirname } from 'node:path';
import * as vscode from 'vscode';
import {
  CodeLensRequest,
  DidChangeConfigurationNotification,
  InlayHintRequest,
  LanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { findServer } from './server';
import type { Caller, CallersResult, GraphResult, NewlyFailingResult, SimulateResult, Status, VariableFilesResult } from './protocol';

/** The languages of this extension, and those of the HashiCorp and OpenTofu extensions, which may be installed too. */
export const TERRAFORM = ['terraform', 'terraform-vars', 'opentofu', 'opentofu-vars'];

/** Of YAML and JSON the server takes infrastructure files only, and says nothing of the others. */
const LANGUAGES = [...TERRAFORM, 'yaml', 'json'];

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly statusEmitter = new vscode.EventEmitter<Status>();
  private readonly callerEmitter = new vscode.EventEmitter<{ directory: string; caller: Caller | undefined }>();
  private readonly stateEmitter = new vscode.EventEmitter<'starting' | 'running' | 'failed' | 'stopped'>();

  /** Figures of a stack, as the server sends them. */
  readonly onStatus = this.statusEmitter.event;
  readonly onState = this.stateEmitter.event;
  /** Whose results the files of a directory show; nobody's in particular when there is no caller. */
  readonly onCaller = this.callerEmitter.event;

  constructor(
    private readonly extensionPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  start(): Promise<void> {
    return this.inTurn(() => this.startNow());
  }

  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  graph(uri: string): Promise<GraphResult> {
    return this.running().sendRequest('foreshock/graph', { uri });
  }

  callers(uri: string): Promise<CallersResult> {
    return this.running().sendRequest('foreshock/callers', { uri });
  }

  async chooseCaller(uri: string, caller: string | null): Promise<CallersResult> {
    const result: CallersResult = await this.running().sendRequest('foreshock/chooseCaller', { uri, caller });
    this.callerEmitter.fire({ directory: dirname(vscode.Uri.parse(uri).fsPath), caller: result.callers.find(one => one.chosen) });
    return result;
  }

  variableFiles(uri: string): Promise<VariableFilesResult> {
    return this.running().sendRequest('foreshock/variableFiles', { uri });
  }

  reportPage(uri: string): Promise<{ html: string; title: string }> {
    return this.running().sendRequest('workspace/executeCommand', { command: 'foreshock.report', arguments: [{ uri }] });
  }

  newlyFailing(uri: string): Promise<NewlyFailingResult> {
    return this.running().sendRequest('foreshock/newlyFailing', { uri });
  }

  /** Makes old what is found now, in a baseline file that the server has this editor write. */
  setBaseline(uri: string): Promise<{ uri: string; findings: number }> {
    return this.running().sendRequest('workspace/executeCommand', { command: 'foreshock.setBaseline', arguments: [{ uri }] });
  }

  simulate(uri: string, fault: string): Promise<SimulateResult> {
    return this.running().sendRequest('foreshock/simulate', { uri, fault });
  }

  /** Tells the server of changed settings. The client's own way of doing so also writes to a server that is leaving. */
  async sendSettings(): Promise<void> {
    if (this.client?.isRunning()) {
      const settings = { foreshock: vscode.workspace.getConfiguration('foreshock') };
      await this.client.sendNotification(DidChangeConfigurationNotification.type, { settings });
    }
  }

  /** Makes the editor ask again for hints and lenses, after a setting has turned them on or off. */
  refreshDecorations(): void {
    for (const document of vscode.workspace.textDocuments) {
      this.client?.getFeature(InlayHintRequest.method).getProvider(document)?.onDidChangeInlayHints.fire();
      this.client?.getFeature(CodeLensRequest.method).getProvider(document)?.onDidChangeCodeLensEmitter.fire();
    }
  }

  dispose(): void {
    this.statusEmitter.dispose();
    this.stateEmitter.dispose();
    this.callerEmitter.dispose();
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const next = this.queue.then(step);
    this.queue = next.catch(() => undefined);
    return next;
  }

  private running(): LanguageClient {
    if (!this.client?.isRunning()) {
      throw new Error('The Foreshock server is not running. "Foreshock: Show Log" says why.');
    }
    return this.client;
  }

  private async startNow(): Promise<void> {
    this.stateEmitter.fire('starting');
    const setting = vscode.workspace.getConfiguration('foreshock').get<string>('server.path', '');
    const found = findServer(setting, this.extensionPath);
    if ('problem' in found) {
      this.report(found.problem);
      return;
    }
    this.log.info(`server: ${found.path} (${found.from})`);

    const client = new LanguageClient('foreshock', 'Foreshock', { command: found.path, args: ['lsp'] }, this.options());
    client.onNotification('foreshock/status', (status: Status) => this.statusEmitter.fire(status));
    this.client = client;
    try {
      await client.start();
      this.stateEmitter.fire('running');
    } catch (error) {
      this.client = undefined;
      this.report(`The Foreshock server did not start: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    const settings = () => vscode.workspace.getConfiguration('foreshock');
    return {
      documentSelector: [
        ...LANGUAGES.map(language => ({ scheme: 'file', language })),
        { scheme: 'file', pattern: '**/foreshock.toml' },
        { scheme: 'file', pattern: '**/*.{tf,tofu,tfvars}.json' },
        { scheme: 'file', pattern: '**/*.template' },
        { scheme: 'file', pattern: '**/{terragrunt,terragrunt.stack,root}.hcl' },
        { scheme: 'file', pattern: '**/*.{tfcomponent,tfstack,tfdeploy}.hcl' },
      ],
      outputChannel: this.log,
      initializationOptions: settings(),
      middleware: {
        provideInlayHints: (document, range, token, next) =>
          settings().get('inlayHints.enabled', true) ? next(document, range, token) : [],
        provideCodeLenses: (document, token, next) =>
          settings().get('codeLens.enabled', true) ? next(document, token) : [],
      },
    };
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.stateEmitter.fire('stopped');
    try {
      await client?.dispose();
    } catch (error) {
      this.log.warn(`the server did not stop cleanly: ${String(error)}`);
    }
  }

  private report(problem: string): void {
    this.stateEmitter.fire('failed');
    this.log.error(problem);
    void vscode.window.showErrorMessage(problem, 'Show Log', 'Open Settings').then(choice => {
      if (choice === 'Show Log') {
        this.log.show();
      } else if (choice === 'Open Settings') {
        void vscode.commands.executeCommand('workbench.action.openSettings', 'foreshock.server.path');
      }
    });
  }
}
