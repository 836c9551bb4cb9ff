// Entry point. Everything shown comes from the server: this extension starts it, draws what it says, and analyses nothing.

import * as vscode from 'vscode';
import { BestRepairs, fixBest } from './bestRepairs';
import { showCascade } from './cascade';
import { chooseCaller, chooseVariableFile } from './choices';
import { Server, TERRAFORM } from './client';
import { simulateAt } from './faults';
import { GraphPanel } from './graph/panel';
import type { BlockArgument, CallersResult, FindingsResult, GraphResult, NewlyFailingResult, SimulateResult, StacksResult, Status, VariableFilesResult } from './protocol';
import { openDemo } from './demo';
import { ReportPanels } from './report';
import { Adapters, Expressions, Outages, TYPE } from './outage';
import { viewCommands, RulePages } from './resilience/actions';
import { DetailsView } from './resilience/details';
import { type Node, ResilienceView } from './resilience/view';
import { showNewlyFailing } from './since';
import { StatusBar } from './status';

/** What other extensions (and the tests) may use. */
export interface Api {
  graph(uri: string): Promise<GraphResult>;
  simulate(uri: string, fault: string): Promise<SimulateResult>;
  callers(uri: string): Promise<CallersResult>;
  chooseCaller(uri: string, caller: string | null): Promise<CallersResult>;
  variableFiles(uri: string): Promise<VariableFilesResult>;
  newlyFailing(uri: string): Promise<NewlyFailingResult>;
  stacks(): Promise<StacksResult>;
  findings(root: string, fixes?: boolean): Promise<FindingsResult>;
  /** The lines of the resilience view below one, as it shows them. */
  viewLines(node?: Node): Promise<{ node: Node; label: string; description: string; context: string }[]>;
  onStatus: vscode.Event<Status>;
}

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<Api> {
  const log = vscode.window.createOutputChannel('Foreshock', { log: true });
  const started = new Server(context.extensionPath, log);
  server = started;
  const graphs = new GraphPanel(started);
  const reports = new ReportPanels(started);
  const repairs = new BestRepairs(started);
  const statusBar = new StatusBar(started, repairs);
  const view = new ResilienceView(started);
  const outages = new Outages(started, () => activeFile(statusBar));

  const command = <T = BlockArgument>(name: string, run: (argument?: T) => unknown) =>
    vscode.commands.registerCommand(name, async (argument?: T) => {
      try {
        return await run(argument);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        log.error(`${name}: ${message}`);
        void vscode.window.showErrorMessage(message, 'Show Log').then(choice => choice && log.show());
        return undefined;
      }
    });

  context.subscriptions.push(
    log,
    started,
    graphs,
    reports,
    repairs,
    statusBar,
    view,
    new DetailsView(started, view),
    vscode.workspace.registerTextDocumentContentProvider(RulePages.scheme, new RulePages(started)),
    ...Object.entries(viewCommands(started, view, graphs, outages)).map(([name, run]) => command<Node>(name, run)),
    vscode.debug.registerDebugAdapterDescriptorFactory(TYPE, new Adapters(started)),
    vscode.debug.registerDebugConfigurationProvider(TYPE, outages),
    vscode.debug.registerDebugConfigurationProvider(TYPE, outages, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.languages.registerEvaluatableExpressionProvider(TERRAFORM, new Expressions()),
    command('foreshock.stepThroughOutage', argument => outages.step(isBlock(argument) ? argument : undefined)),
    command('foreshock.openDemo', () => openDemo(context)),
    command('foreshock.restart', () => started.restart()),
    command('foreshock.showLog', () => log.show()),
    command('foreshock.showGraph', argument => {
      const block = isBlock(argument) ? argument : activeFile(statusBar);
      return graphs.show(block);
    }),
    command('foreshock.showCascade', argument => {
      if (!isBlock(argument)) {
        throw new Error('Click a "blast radius" line above a block: it says which component fails.');
      }
      return showCascade(started, argument);
    }),
    command('foreshock.chooseCaller', argument => chooseCaller(started, isBlock(argument) ? argument : activeFile(statusBar))),
    command('foreshock.acceptFindings', async () => {
      const { uri, findings } = await started.setBaseline(activeFile(statusBar).uri);
      const name = vscode.workspace.asRelativePath(vscode.Uri.parse(uri));
      void vscode.window.showInformationMessage(`${name}: ${findings} finding${findings === 1 ? '' : 's'} accepted. Save it to keep it so.`);
    }),
    command('foreshock.chooseVariableFile', () => chooseVariableFile(started, activeFile(statusBar).uri)),
    command('foreshock.openReport', () => reports.show(activeFile(statusBar).uri)),
    command('foreshock.fixBest', () => fixBest(started, activeFile(statusBar).uri)),
    command('foreshock.showNewlyFailing', argument => {
      const { uri } = isBlock(argument) ? argument : activeFile(statusBar);
      return showNewlyFailing(started, uri);
    }),
    command('foreshock.playFault', () => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || !isOurs(editor.document, statusBar)) {
        throw new Error('Put the cursor into the block of a component that is to fail.');
      }
      return simulateAt(started, editor.document.uri.toString(), editor.selection.active.line);
    }),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration('foreshock.server.path')) {
        void started.restart();
      } else if (change.affectsConfiguration('foreshock')) {
        void started.sendSettings();
      }
      if (change.affectsConfiguration('foreshock.inlayHints') || change.affectsConfiguration('foreshock.codeLens')) {
        started.refreshDecorations();
      }
    }),
  );

  await started.start();
  return {
    graph: uri => started.graph(uri),
    simulate: (uri, fault) => started.simulate(uri, fault),
    callers: uri => started.callers(uri),
    chooseCaller: (uri, caller) => started.chooseCaller(uri, caller),
    variableFiles: uri => started.variableFiles(uri),
    newlyFailing: uri => started.newlyFailing(uri),
    stacks: () => started.stacks(),
    findings: (root, fixes) => started.findings(root, fixes),
    viewLines: async node => {
      const children = await view.getChildren(node);
      return children.map(child => {
        const { label, description, contextValue } = view.getTreeItem(child);
        return { node: child, label: String(label), description: String(description ?? ''), context: contextValue ?? '' };
      });
    },
    onStatus: started.onStatus,
  };
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}

function isBlock(argument: unknown): argument is BlockArgument {
  return typeof (argument as BlockArgument | undefined)?.uri === 'string';
}

/** Terraform always; YAML only where it is infrastructure. */
function isOurs(document: vscode.TextDocument, statusBar: StatusBar): boolean {
  return TERRAFORM.includes(document.languageId) || statusBar.isStack(document.uri.fsPath);
}

/** The file of a stack that the user looks at, else any that is open. */
function activeFile(statusBar: StatusBar): BlockArgument {
  const known = (document: vscode.TextDocument) => isOurs(document, statusBar);
  const active = vscode.window.activeTextEditor?.document;
  const document =
    active && known(active)
      ? active
      : (vscode.window.visibleTextEditors.map(editor => editor.document).find(known) ?? vscode.workspace.textDocuments.find(known));
  if (!document) {
    throw new Error('Open a Terraform file or infrastructure YAML first: the graph is that of its stack.');
  }
  return { uri: document.uri.toString() };
}
