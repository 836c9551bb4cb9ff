// "Step through an outage": the debug adapter of the server's binary, and what can be stepped through here.

import { basename, isAbsolute, join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { Server } from './client';
import { componentAt } from './componentAt';
import type { BlockArgument, StackGraph } from './protocol';

/** The type of a launch configuration. */
export const TYPE = 'foreshock';

/** One that says what fails. */
type Outage = vscode.DebugConfiguration & { program: string; fail: string };

/** Starts the adapter with the binary that the server is; that one is found by the same rules, so a workspace can't name another. */
export class Adapters implements vscode.DebugAdapterDescriptorFactory {
  constructor(private readonly server: Server) {}

  createDebugAdapterDescriptor(): vscode.DebugAdapterDescriptor {
    return new vscode.DebugAdapterExecutable(this.server.binary(), ['debug']);
  }
}

/** Offers the loss of each zone of the stack that is looked at, and fills in what a configuration leaves out. */
export class Outages implements vscode.DebugConfigurationProvider {
  constructor(
    private readonly server: Server,
    private readonly here: () => BlockArgument,
  ) {}

  async provideDebugConfigurations(folder: vscode.WorkspaceFolder | undefined): Promise<vscode.DebugConfiguration[]> {
    const stack = await this.stack().catch(() => undefined);
    return stack ? zones(stack).map(zone => outage(stack, `zone:${zone}`, `Lose zone ${zone}`, folder)) : [];
  }

  /** Without a configuration (F5 in a file of a stack) it is asked what fails. */
  async resolveDebugConfiguration(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): Promise<vscode.DebugConfiguration | undefined> {
    if (!configuration.type && !configuration.request) {
      const chosen = await this.choose();
      return chosen && outage(chosen.stack, chosen.fault, chosen.label, folder);
    }
    const root = typeof configuration.program === 'string' ? configuration.program : (folder?.uri.fsPath ?? '');
    return { ...configuration, program: root, cwd: configuration.cwd ?? folder?.uri.fsPath };
  }

  /** With every variable replaced: the values that were chosen for that stack in the settings count here, too. */
  resolveDebugConfigurationWithSubstitutedVariables(folder: vscode.WorkspaceFolder | undefined, configuration: vscode.DebugConfiguration): vscode.DebugConfiguration {
    const directory = folder?.uri.fsPath ?? vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const root = isAbsolute(configuration.program) ? configuration.program : join(directory, configuration.program);
    const settings = vscode.workspace.getConfiguration('foreshock');
    const of = <T>(name: string) => settings.get<Record<string, T>>(name, {})[relative(directory, root) || '.'];
    const files = of<string | string[]>('varFiles');
    return {
      ...configuration,
      varFiles: configuration.varFiles ?? (files && [files].flat().map(file => (isAbsolute(file) ? file : join(root, file)))),
      workspace: configuration.workspace ?? of<string>('workspaces'),
    };
  }

  /** Asks what fails, and steps through it; a block says it already. */
  async step(block?: BlockArgument): Promise<void> {
    const fault = block?.fault ?? (block?.component && `component:${block.component}`);
    const stack = fault ? await this.stack(block) : undefined;
    const chosen = fault && stack ? { stack, fault, label: fault.replace(/^component:/, '') } : await this.choose();
    if (!chosen) {
      return;
    }
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(chosen.stack.root));
    await vscode.debug.startDebugging(folder, outage(chosen.stack, chosen.fault, chosen.label, folder));
  }

  private async choose(): Promise<{ stack: StackGraph; fault: string; label: string } | undefined> {
    const stack = await this.stack();
    const editor = vscode.window.activeTextEditor;
    const component = editor && componentAt({ version: 1, stacks: [stack] }, editor.document.uri.fsPath, editor.selection.active.line);
    const own = component ? [{ label: `${component.id} is down`, description: 'the block at the cursor', fault: `component:${component.id}` }] : [];
    const lost = zones(stack).map(zone => ({ label: `Lose zone ${zone}`, description: '', fault: `zone:${zone}` }));
    const costly = stack.components
      .filter(({ id, points = 0 }) => id !== component?.id && points > 0)
      .sort((one, other) => (other.points ?? 0) - (one.points ?? 0));
    const worst = costly.slice(0, 10).map(({ id }) => ({ label: `${id} is down`, description: 'a finding', fault: `component:${id}` }));
    const chosen = await vscode.window.showQuickPick([...own, ...lost, ...worst], {
      title: 'Step through an outage',
      placeHolder: 'Nothing is executed: the failure is played on the model',
    });
    return chosen && { stack, fault: chosen.fault, label: chosen.label };
  }

  private async stack(block = this.here()): Promise<StackGraph> {
    const { stacks } = await this.server.graph(block.uri);
    const named = stacks.find(({ components }) => components.some(({ id }) => id === block.component));
    const stack = named ?? stacks.find(({ components }) => components.length > 0);
    if (!stack) {
      throw new Error('This file is of no stack that has components.');
    }
    return stack;
  }
}

/** What a person points at in Terraform is a whole reference, not a word of it. */
export class Expressions implements vscode.EvaluatableExpressionProvider {
  provideEvaluatableExpression(document: vscode.TextDocument, position: vscode.Position): vscode.EvaluatableExpression | undefined {
    const block = document.lineAt(position).text.match(/^\s*(?:resource|data)\s+"([^"]+)"\s+"([^"]+)"/);
    if (block) {
      return new vscode.EvaluatableExpression(document.lineAt(position).range, `${block[1]}.${block[2]}`);
    }
    const range = document.getWordRangeAtPosition(position, /[A-Za-z_][\w-]*(?:\[[^\]]*\])?(?:\.[A-Za-z_*][\w-]*(?:\[[^\]]*\])?)*/);
    return range && new vscode.EvaluatableExpression(range);
  }
}

function zones(stack: StackGraph): string[] {
  const all = stack.components.flatMap(({ redundancy }) => (Array.isArray(redundancy?.zones) ? redundancy.zones : []));
  return [...new Set(all)].sort();
}

function outage(stack: StackGraph, fail: string, name: string, folder?: vscode.WorkspaceFolder): Outage {
  const below = folder && relative(folder.uri.fsPath, stack.root);
  const isBelow = below !== undefined && !below.startsWith('..') && !isAbsolute(below);
  const program = isBelow ? ['${workspaceFolder}', below].filter(Boolean).join('/') : stack.root;
  const named = stack.name ? { stack: `${basename(stack.root)} (${stack.name})` } : {};
  return { type: TYPE, request: 'launch', name, program, ...named, fail, stopOnEntry: true };
}
