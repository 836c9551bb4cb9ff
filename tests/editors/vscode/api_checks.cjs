// Runs inside the extension host. Each check goes to the console as "ok\tNAME" or "FAIL\tNAME\tWHAT WAS SEEN".
const vscode = require('vscode');

const DATABASE = 'aws_db_instance.orders';
const PATIENCE = 20_000;

function check(name, ok, seen) {
  console.log(ok ? `ok\t${name}` : `FAIL\t${name}\t${seen === undefined ? '' : JSON.stringify(seen)}`);
  return ok;
}

/** The first truthy value of `probe`, or undefined when there is none in time. */
async function eventually(probe) {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const value = await probe();
    if (value) return value;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  return undefined;
}

const lineOf = (document, needle) => {
  for (let line = 0; line < document.lineCount; line++) {
    if (document.lineAt(line).text.includes(needle)) return line;
  }
  throw new Error(`the fixture has no line with ${needle}`);
};

const blockOf = document =>
  new vscode.Range(lineOf(document, '"aws_db_instance" "orders"'), 0, lineOf(document, 'skip_final_snapshot') + 1, 1);

const codeOf = diagnostic => (typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code);

const spof = uri =>
  vscode.languages.getDiagnostics(uri).find(found => codeOf(found) === 'single-point-of-failure' && found.message.includes('orders'));

const summary = uri => vscode.languages.getDiagnostics(uri).map(found => [codeOf(found), found.range.start.line, found.message]);

const labelOf = hint => (typeof hint.label === 'string' ? hint.label : hint.label.map(part => part.value).join(''));

const hints = document =>
  vscode.commands.executeCommand('vscode.executeInlayHintProvider', document.uri, new vscode.Range(0, 0, document.lineCount, 0));

const lenses = document => vscode.commands.executeCommand('vscode.executeCodeLensProvider', document.uri, 50);

async function activation({ extension, statuses }) {
  check('a Terraform file activates the extension', await eventually(() => extension.isActive));
  check('the server reports a status', await eventually(() => statuses.at(-1)), statuses);
  const status = statuses.at(-1) ?? {};
  check('with a score, nines and a count of new findings',
    typeof status.score === 'number' && typeof status.structuralNines === 'number' && status.newFindings > 0, status);
}

async function diagnostics({ uri, document }) {
  const found = await eventually(() => spof(uri));
  if (!check('diagnostic single-point-of-failure on the database', found, summary(uri))) return;
  check('it lies inside the block', blockOf(document).contains(found.range), found.range);
  check('it is an error: without a base everything is new', found.severity === vscode.DiagnosticSeverity.Error, found.severity);
  check('its source is foreshock', found.source === 'foreshock', found.source);
  check('its code links to the rule', /^https?:/.test(found.code?.target?.scheme ? `${found.code.target.scheme}:` : ''), found.code);
  check('related information leads into another file',
    found.relatedInformation?.some(({ location }) => /\.tf$/.test(location.uri.path) && location.uri.path !== uri.path),
    found.relatedInformation);
}

async function decorations({ document }) {
  const block = blockOf(document);
  const seen = async () => (await hints(document)).map(hint => [hint.position.line, labelOf(hint)]);
  check('inlay hint on the block', await eventually(async () =>
    (await seen()).some(([line, label]) => line >= block.start.line && line <= block.end.line && /SPOF.*affected/.test(label))), await seen());

  const blast = await eventually(async () =>
    (await lenses(document)).find(lens => lens.range.start.line === block.start.line && /blast radius \d+/.test(lens.command?.title ?? '')));
  check('code lens with the blast radius', blast, await lenses(document));
  check('whose command is ours to run', blast?.command?.command === 'foreshock.showCascade', blast?.command);
  check('and says which component of which file', blast?.command?.arguments?.[0]?.uri === document.uri.toString()
    && blast.command.arguments[0].component === DATABASE, blast?.command?.arguments);
}

async function settingsTurnThemOff({ document }) {
  const settings = vscode.workspace.getConfiguration('foreshock');
  const target = vscode.ConfigurationTarget.Global;
  await settings.update('inlayHints.enabled', false, target);
  await settings.update('codeLens.enabled', false, target);
  check('the setting turns inlay hints off', await eventually(async () => (await hints(document)).length === 0), await hints(document));
  check('the setting turns code lenses off', await eventually(async () => (await lenses(document)).length === 0), await lenses(document));
  await settings.update('inlayHints.enabled', undefined, target);
  await settings.update('codeLens.enabled', undefined, target);
  check('and on again', await eventually(async () => (await hints(document)).length > 0 && (await lenses(document)).length > 0));
}

async function hover({ uri, document }) {
  const found = await vscode.commands.executeCommand('vscode.executeHoverProvider', uri, new vscode.Position(lineOf(document, 'multi_az'), 4));
  const text = found.flatMap(one => one.contents.map(part => part.value ?? part)).join('\n');
  check('hover names the database and what falls with it', text.includes(DATABASE) && text.includes('aws_ecs_service.api'), text);
}

async function requests({ uri, extension }) {
  const api = extension.exports;
  const graph = await api.graph(uri.toString());
  const components = graph.stacks.flatMap(stack => stack.components);
  const dependencies = graph.stacks.flatMap(stack => stack.dependencies);
  check('foreshock/graph has the database with a place', components.find(one => one.id === DATABASE)?.range, components.map(one => one.id));
  check('foreshock/graph has an entry point', components.some(one => one.entry), components.map(one => [one.id, one.entry]));
  check('and the service depends on the database',
    dependencies.some(edge => edge.from === 'aws_ecs_service.api' && edge.to === DATABASE), dependencies.map(edge => `${edge.from} > ${edge.to}`));
  const ids = new Set(components.map(one => one.id));
  check('every dependency joins two components of the graph', dependencies.every(edge => ids.has(edge.from) && ids.has(edge.to)),
    dependencies.filter(edge => !ids.has(edge.from) || !ids.has(edge.to)));

  const cascade = await api.simulate(uri.toString(), DATABASE);
  const effects = cascade.stacks.flatMap(stack => stack.results).flatMap(result => result.effects);
  check('foreshock/simulate tells when the service falls',
    effects.some(effect => effect.component === 'aws_ecs_service.api' && effect.at_seconds >= 0 && effect.health), cascade);

  for (const [fault, fallen] of [['zone:eu-west-1a', 'aws_nat_gateway.egress'], [`exhausted:${DATABASE}:disk`, 'aws_ecs_service.api']]) {
    const played = (await api.simulate(uri.toString(), fault)).stacks.flatMap(stack => stack.results);
    check(`foreshock/simulate plays ${fault}`,
      played[0]?.id === fault && played[0].effects.some(effect => effect.component === fallen), played);
  }
  for (const fault of [`latency:${DATABASE}:x10`, 'traffic:x3']) {
    const played = (await api.simulate(uri.toString(), fault)).stacks.flatMap(stack => stack.results);
    check(`foreshock/simulate says what it can not know of ${fault}`, played[0]?.unsettled?.length > 0, played);
  }

  let refusal;
  await api.simulate(uri.toString(), 'aws_db_instance.no_such_thing').then(
    answer => (refusal = answer.stacks.every(stack => stack.results.length === 0) ? 'empty' : answer),
    error => (refusal = error.message),
  );
  check('a fault that does not exist is refused or empty, and the server lives on',
    typeof refusal === 'string' && (await api.graph(uri.toString())).stacks.length > 0, refusal);
}

async function repair({ uri, document, statuses }) {
  const before = document.getText();
  const scoreBefore = statuses.at(-1)?.score;
  const range = spof(uri)?.range ?? blockOf(document);
  let offered = [];
  // VS Code gives an empty list when a late diagnostic cancels the request, so ask until the fix is there.
  const action = await eventually(async () => {
    offered = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', uri, range, 'quickfix', 50);
    return offered.find(one => /Multi-AZ/.test(one.title));
  });
  if (!check('a quick fix "Multi-AZ" is offered', action, offered.map(one => one.title))) return;
  check('it says what is gained', /\+\d+/.test(action.title), action.title);
  check('its edit applies', action.edit && (await vscode.workspace.applyEdit(action.edit)), action);
  check('the file says multi_az = true and nothing else has changed',
    document.getText() === before.replace(/(multi_az\s*= )false/, '$1true'), document.getText());
  check('the diagnostic goes', await eventually(() => !spof(uri)), summary(uri));
  check('the score rises', await eventually(() => statuses.at(-1).score > scoreBefore), [scoreBefore, statuses.at(-1)]);
  check('the inlay hint says SPOF no more', await eventually(async () => {
    const block = blockOf(document);
    return !(await hints(document)).some(hint => block.contains(hint.position) && labelOf(hint).includes('SPOF'));
  }), (await hints(document)).map(labelOf));

  await vscode.commands.executeCommand('undo');
  check('undo restores the text', document.getText() === before, document.getText());
  check('undo brings the diagnostic back', await eventually(() => spof(uri)), summary(uri));
  check('and the score', await eventually(() => statuses.at(-1).score === scoreBefore), [scoreBefore, statuses.at(-1)]);
}

async function halfTyped({ uri, document }) {
  const before = document.getText();
  const end = document.lineAt(document.lineCount - 1).range.end;
  const cases = {
    'a new block at the end': [end, '\nresource "aws_sqs_queue" "late" {\n  name = '],
    'an open string in another block': [new vscode.Position(1, document.lineAt(1).text.length), ' + "${local.'],
    'one word': [end, '\nresou'],
  };
  for (const [name, [position, text]] of Object.entries(cases)) {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, position, text);
    await vscode.workspace.applyEdit(edit);
    // The answer to a request sent after the change; diagnostics of that text follow at once or not at all.
    await hints(document);
    await new Promise(resolve => setTimeout(resolve, 700));
    check(`half-typed text keeps the finding: ${name}`, spof(uri), summary(uri));
    const back = new vscode.WorkspaceEdit();
    back.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), before);
    await vscode.workspace.applyEdit(back);
  }
}

async function otherFile({ uri }) {
  const web = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(uri, '../web.tf'));
  const before = (await eventually(() => spof(uri)))?.message;
  const text = web.getText();
  const edit = new vscode.WorkspaceEdit();
  const from = text.indexOf('aws_db_instance.orders.address');
  edit.replace(web.uri, new vscode.Range(web.positionAt(from), web.positionAt(from + 'aws_db_instance.orders.address'.length)), '"db.example"');
  await vscode.workspace.applyEdit(edit);
  check('an edit in one file changes the figures in another', await eventually(() => spof(uri)?.message !== before), summary(uri));
  await vscode.window.showTextDocument(web);
  await vscode.commands.executeCommand('undo');
  check('and back', await eventually(() => spof(uri)?.message === before), [before, summary(uri)]);
}

async function manifests({ uri }) {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(uri, '../k8s/shop.yaml'));
  await vscode.window.showTextDocument(document);
  const spofOfOrders = () => vscode.languages.getDiagnostics(document.uri)
    .find(one => codeOf(one) === 'single-point-of-failure' && one.message.includes('Deployment/orders'));
  const found = await eventually(spofOfOrders);
  if (!check('a manifest: diagnostic on the deployment', found, summary(document.uri))) return;
  check('it underlines the number of replicas of the manifest', document.getText(found.range) === 'replicas: 1', document.getText(found.range));
  const before = document.getText();
  let offered = [];
  const action = await eventually(async () => {
    offered = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, found.range, 'quickfix', 50);
    return offered.find(one => /^Run two pods \(/.test(one.title));
  });
  if (!check('a quick fix "Run two pods" is offered', action, offered.map(one => one.title))) return;
  await vscode.workspace.applyEdit(action.edit);
  check('it writes replicas: 2 into the manifest', document.getText() === before.replace('replicas: 1 ', 'replicas: 2 '), document.getText());
  check('the diagnostic of the manifest goes', await eventually(() => !spofOfOrders()), summary(document.uri));
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  check('undo brings the manifest back', await eventually(() => document.getText() === before && spofOfOrders()), summary(document.uri));
}

async function yaml({ uri, extension, statuses }) {
  const at = name => vscode.Uri.joinPath(uri, '..', name);
  const document = await vscode.workspace.openTextDocument(at('checkout.yaml'));
  await vscode.window.showTextDocument(document);
  const found = await eventually(() => spof(document.uri));
  if (!check('infrastructure YAML: diagnostic on the database', found, summary(document.uri))) return;
  check('it underlines the number of replicas', document.getText(found.range) === 'replicas: 1', document.getText(found.range));
  check('the status is that of the file', await eventually(() => statuses.some(status => status.root === document.uri.fsPath)), statuses);
  const header = lineOf(document, 'id: orders');
  check('inlay hint behind the id', await eventually(async () =>
    (await hints(document)).some(hint => hint.position.line === header && /SPOF.*affected/.test(labelOf(hint)))), (await hints(document)).map(labelOf));
  check('code lens above it', await eventually(async () =>
    (await lenses(document)).some(lens => lens.range.start.line === header && /blast radius \d+/.test(lens.command?.title ?? ''))));
  const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', document.uri, new vscode.Position(header, 8));
  const text = hovers.flatMap(one => one.contents.map(part => part.value ?? part)).join('\n');
  check('hover says what falls with it', text.includes('orders') && text.includes('app'), text);
  const graph = await extension.exports.graph(document.uri.toString());
  check('foreshock/graph is that of the file', graph.stacks.length === 1 && graph.stacks[0].components.length === 6, graph);

  const before = document.getText();
  let offered = [];
  const action = await eventually(async () => {
    offered = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, found.range, 'quickfix', 50);
    return offered.find(one => /^Add a replica \(/.test(one.title));
  });
  if (!check('a quick fix "Add a replica" is offered', action, offered.map(one => one.title))) return;
  await vscode.workspace.applyEdit(action.edit);
  check('it writes replicas: 2 and keeps the comment', document.getText() === before.replace('replicas: 1 ', 'replicas: 2 '), document.getText());
  check('the diagnostic goes', await eventually(() => !spof(document.uri)), summary(document.uri));
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('undo');
  check('undo brings it back', await eventually(() => document.getText() === before && spof(document.uri)), summary(document.uri));

  const other = await vscode.workspace.openTextDocument(at('values.yaml'));
  await vscode.window.showTextDocument(other);
  const silent = await hints(other);
  await new Promise(resolve => setTimeout(resolve, 700));
  check('other YAML is left alone', silent.length === 0 && (await lenses(other)).length === 0
    && vscode.languages.getDiagnostics(other.uri).length === 0, summary(other.uri));
}

async function restart({ uri, extension, statuses }) {
  const count = statuses.length;
  await vscode.commands.executeCommand('foreshock.restart');
  check('after a restart the server reports again', await eventually(() => statuses.length > count));
  check('and diagnoses again', await eventually(() => spof(uri)), summary(uri));
  check('and answers', (await extension.exports.graph(uri.toString())).stacks.length > 0);
}

exports.run = async function () {
  const extension = vscode.extensions.getExtension('foreshock.foreshock');
  console.log(`VS Code ${vscode.version}, Node ${process.version}, extension at ${extension?.extensionPath}`);
  const statuses = [];
  const uri = vscode.Uri.joinPath(vscode.workspace.workspaceFolders[0].uri, 'rds.tf');
  const api = await extension.activate();
  api.onStatus(status => statuses.push(status));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  check('the file is terraform', document.languageId === 'terraform', document.languageId);

  const context = { extension, statuses, uri, document };
  const parts = { activation, diagnostics, decorations, settingsTurnThemOff, hover, requests, repair, halfTyped, otherFile, yaml, manifests, restart };
  for (const [name, part] of Object.entries(parts)) {
    try {
      if (vscode.window.activeTextEditor?.document !== document) await vscode.window.showTextDocument(document);
      await part(context);
    } catch (error) {
      check(`${name} ran to its end`, false, error.stack ?? String(error));
    }
  }
};
