// What can be done about a finding of the view: repair it, take the change back, play it, silence it, read about it.

import * as vscode from 'vscode';
import type { Server } from '../client';
import { applyEdits } from '../edits';
import type { GraphPanel } from '../graph/panel';
import type { FoundFinding } from '../protocol';
import type { Outages } from '../outage';
import { findingFigures, findingLabel, ruleWords } from './model';
import type { Node, ResilienceView } from './view';

type FindingNode = Extract<Node, { kind: 'finding' }>;

/** The commands of the view, by name. */
export function viewCommands(server: Server, view: ResilienceView, graphs: GraphPanel, outages: Outages): Record<string, (node?: Node) => unknown> {
  return {
    'foreshock.view.refresh': () => view.forget(),
    'foreshock.view.analyseAll': () => view.analyseAll(),
    'foreshock.view.group': () => view.chooseGrouping(),
    'foreshock.view.onlyNew': () => view.showOnlyNew(true),
    'foreshock.view.everything': () => view.showOnlyNew(false),
    'foreshock.view.fix': node => repair(server, finding(node)),
    'foreshock.view.revert': node => {
      const { finding: it } = finding(node);
      return it.revert && applyEdits(it.revert.edits);
    },
    'foreshock.view.play': async node => {
      const { finding: it } = finding(node);
      await show(it);
      await graphs.show({ uri: vscode.Uri.file(it.file).toString(), component: it.component, fault: `component:${it.component}` });
    },
    'foreshock.view.step': async node => {
      const { finding: it } = finding(node);
      await outages.step({ uri: vscode.Uri.file(it.file).toString(), component: it.component });
    },
    'foreshock.view.graph': async node => {
      const { finding: it } = finding(node);
      await show(it);
      await graphs.show({ uri: vscode.Uri.file(it.file).toString(), component: it.component });
    },
    'foreshock.view.ignore': node => silence(finding(node)),
    'foreshock.view.explain': node => explain(server, node?.kind === 'suppressed' ? node.finding.rule : finding(node).finding.rule),
    'foreshock.view.copy': node => {
      const { finding: it, stack } = finding(node);
      const text = `**${findingLabel(it)}** (${findingFigures(it, stack.root)})\n\n${it.message}\n`;
      return vscode.env.clipboard.writeText(text);
    },
  };
}

/** Pages of rules, which the server carries: `foreshock-rule:/single-point-of-failure.md`. */
export class RulePages implements vscode.TextDocumentContentProvider {
  static readonly scheme = 'foreshock-rule';

  constructor(private readonly server: Server) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { markdown } = await this.server.explain(uri.path.replace(/^\/|\.md$/g, ''));
    return markdown;
  }
}

async function explain(_: Server, rule: string): Promise<void> {
  const page = vscode.Uri.from({ scheme: RulePages.scheme, path: `/${rule}.md` });
  await vscode.commands.executeCommand('markdown.showPreviewToSide', page);
}

async function repair(server: Server, { finding: it, stack }: FindingNode): Promise<void> {
  const { stacks } = await vscode.window.withProgress(
    { location: { viewId: 'foreshock.resilience' } },
    () => server.findings(stack.root, true),
  );
  // The text may have changed since the line was drawn: what is repaired is what is there now.
  const same = (other: FoundFinding) => other.rule === it.rule && other.component === it.component;
  const now = stacks.filter(one => (one.name ?? null) === (stack.name ?? null)).flatMap(one => one.findings).find(same);
  if (!now) {
    void vscode.window.showInformationMessage(`${findingLabel(it)}: it is no longer there.`);
    return;
  }
  if (now.fixes.length === 0) {
    const why = now.fixes_tried === false ? 'no repair was tried, there are too many' : 'no repair is known that is proven to help';
    const choice = await vscode.window.showInformationMessage(`${findingLabel(it)}: ${why}.`, 'Show', 'Explain');
    if (choice === 'Show') {
      await show(now);
    } else if (choice === 'Explain') {
      await explain(server, now.rule);
    }
    return;
  }
  const items = now.fixes.map(fix => ({
    label: fix.title,
    description: fix.points >= 0.05 ? `+${fix.points.toFixed(1)} points` : undefined,
    fix,
  }));
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title: findingLabel(now), placeHolder: 'Each was tried on a copy' });
  if (chosen) {
    await applyEdits(chosen.fix.edits);
    await show(now);
  }
}

/** The server's own way to silence a finding, with the cursor where the reason is to be written. */
async function silence({ finding: it }: FindingNode): Promise<void> {
  const editor = await show(it);
  const { document } = editor;
  const at = editor.selection;
  const end = Date.now() + 10_000;
  // A file that was opened just now is not known to the server yet.
  for (let actions: vscode.CodeAction[] = []; Date.now() < end; await new Promise(resolve => setTimeout(resolve, 200))) {
    actions = (await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', document.uri, at, 'quickfix', 20)) ?? [];
    const action = actions.find(({ title, edit }) => edit && title === `Ignore ${it.rule} here`);
    if (action?.edit) {
      await vscode.workspace.applyEdit(action.edit);
      const line = document.lineCount > 0 ? [...Array(document.lineCount).keys()].find(line => document.lineAt(line).text.trimEnd().endsWith('reason:')) : undefined;
      if (line !== undefined) {
        const end = document.lineAt(line).range.end;
        editor.selection = new vscode.Selection(end, end);
        editor.revealRange(new vscode.Range(end, end));
      }
      return;
    }
  }
  throw new Error(`${ruleWords(it.rule)}: it can't be silenced at this line; foreshock.toml can do it by address.`);
}

async function show({ file, range }: FoundFinding): Promise<vscode.TextEditor> {
  const at = new vscode.Position(range.start.line, range.start.character);
  return vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at), viewColumn: vscode.ViewColumn.One });
}

function finding(node: Node | undefined): FindingNode {
  if (node?.kind !== 'finding') {
    throw new Error('Choose a finding in the resilience view first.');
  }
  return node;
}
