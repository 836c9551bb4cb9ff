// The language client: one server for the window, started, stopped and restarted here.

import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import {
  CloseAction,
  CodeLensRequest,
  DidChangeConfigurationNotification,
  ErrorAction,
  type ErrorHandler,
  InlayHintRequest,
  LanguageClient,
  type LanguageClientOptions,
} from 'vscode-languageclient/node';
import { findServer } from './server';
import type { Caller, CallersResult, FindingsResult, GraphResult, NewlyFailingResult, RepairsResult, SimulateResult, StacksChanged, StacksResult, Status, VariableFilesResult } from './protocol';

/** The languages of this extension, and those of the HashiCorp and OpenTofu extensions, which may be installed too. */
export const TERRAFORM = ['terraform', 'terraform-vars', 'opentofu', 'opentofu-vars'];

/** Of YAML and JSON the server takes infrastructure files only, and says nothing of the others. */
const LANGUAGES = [...TERRAFORM, 'yaml', 'helm', 'json'];

/** What goes wrong with the connection is told once, by us: the client's own words are for the log. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** So often a server that dies is started again. */
const RESTARTS = 3;

export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();
  private readonly statusEmitter = new vscode.EventEmitter<Status>();
  private readonly stacksEmitter = new vscode.EventEmitter<StacksChanged>();
  private readonly callerEmitter = new vscode.EventEmitter<{ directory: string; caller: Caller | undefined }>();
  private readonly stateEmitter = new vscode.EventEmitter<'starting' | 'running' | 'failed' | 'stopped'>();

  /** Figures of a stack, as the server sends them. */
  readonly onStatus = this.statusEmitter.event;
  /** Something else is to be said of some stacks; comes once they were asked for. */
  readonly onStacks = this.stacksEmitter.event;
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

  graph(uri: string, base = false): Promise<GraphResult> {
    return this.running().sendRequest('foreshock/graph', { uri, base });
  }

  stacks(): Promise<StacksResult> {
    return this.running().sendRequest('foreshock/stacks', {});
  }

  /** What is found in the stacks of a root, with their repairs where these are wanted. */
  findings(root: string, fixes = false): Promise<FindingsResult> {
    return this.running().sendRequest('foreshock/findings', { root, fixes });
  }

  /** The repairs that gain most in the stacks of a file, as far as they go together. */
  repairs(uri: string, most = 3): Promise<RepairsResult> {
    return this.running().sendRequest('foreshock/repairs', { uri, most });
  }

  /** The page of a rule. */
  explain(rule: string): Promise<{ title: string; markdown: string }> {
    return this.running().sendRequest('foreshock/explain', { rule });
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

  /** Plays a fault, and another at the same time. */
  simulate(uri: string, fault: string, and?: string): Promise<SimulateResult> {
    return this.running().sendRequest('foreshock/simulate', { uri, fault, and });
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
    this.stacksEmitter.dispose();
    this.callerEmitter.dispose();
  }

  /** The binary that the server is started from. */
  binary(): string {
    const setting = vscode.workspace.getConfiguration('foreshock').get<string>('server.path', '');
    const found = findServer(setting, this.extensionPath);
    if ('problem' in found) {
      throw new Error(found.problem);
    }
    return found.path;
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

    const process = new ServerProcess(found.path);
    let wasRunning = false;
    const client: QuietClient = new QuietClient('foreshock', 'Foreshock', () => process.start(), {
      ...this.options(),
      initializationFailedHandler: () => false,
      errorHandler: this.errorHandler(process, () => wasRunning),
    });
    client.onNotification('foreshock/status', (status: Status) => this.statusEmitter.fire(status));
    client.onNotification('foreshock/stacksChanged', (change: StacksChanged) => this.stacksEmitter.fire(change));
    this.client = client;
    try {
      await client.start();
      wasRunning = true;
      this.stateEmitter.fire('running');
    } catch (error) {
      this.client = undefined;
      // What could not be written comes before the news that nobody reads any more.
      await Promise.race([process.ended, new Promise(resolve => setTimeout(resolve, 1000))]);
      const why = process.hasEnded ? process.lastWords() : error instanceof Error ? error.message : String(error);
      this.report(`The Foreshock server did not start: ${why}`);
    }
  }

  /** A server that dies is started again, silently, a few times; then it is said once, with its last words. */
  private errorHandler(process: ServerProcess, wasRunning: () => boolean): ErrorHandler {
    const deaths: number[] = [];
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const now = Date.now();
        deaths.push(now);
        if (!wasRunning()) {
          return { action: CloseAction.DoNotRestart, handled: true };
        }
        if (deaths.filter(at => now - at < 180_000).length <= RESTARTS) {
          return { action: CloseAction.Restart, handled: true };
        }
        this.client = undefined;
        this.report(`The Foreshock server has ended ${RESTARTS + 1} times within three minutes: ${process.lastWords()}`);
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
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

/** The process of a server, and what it said before it ended. */
class ServerProcess {
  private words = '';
  private ending: string | undefined;

  /** When it is over. */
  ended: Promise<void> = Promise.resolve();

  constructor(private readonly path: string) {}

  get hasEnded(): boolean {
    return this.ending !== undefined;
  }

  start(): Promise<ChildProcess> {
    this.words = '';
    this.ending = undefined;
    const child = spawn(this.path, ['lsp'], { stdio: 'pipe' });
    child.stderr.on('data', chunk => (this.words = (this.words + String(chunk)).slice(-4000)));
    this.ended = new Promise(resolve => {
      // When what it said is read, too.
      child.on('close', (code, signal) => {
        this.ending = signal ? `signal ${signal}` : `exit code ${code}`;
        resolve();
      });
    });
    // The client writes to a server that may be gone already.
    child.stdin.on('error', () => undefined);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(child));
    });
  }

  /** `"/usr/bin/foreshock" ended with exit code 139; its last line: ...`. */
  lastWords(): string {
    const line = this.words.trim().split('\n').at(-1);
    const said = line ? `its last line: ${line}` : 'it said nothing. Is it the Foreshock server?';
    return `"${this.path}" ended with ${this.ending ?? 'no exit code'}; ${said}`;
  }
}
