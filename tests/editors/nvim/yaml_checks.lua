-- Infrastructure YAML: what a Terraform file has, and silence on other YAML.
local report = require('report')
local check, eventually = report.check, report.eventually

local buffer

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

local function line_of(needle)
  for index, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:find(needle, 1, true) then
      return index - 1
    end
  end
  error('the fixture has no line with ' .. needle)
end

local function spof()
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
    if diagnostic.code == 'single-point-of-failure' and diagnostic.message:find('orders', 1, true) then
      return diagnostic
    end
  end
end

local function messages(of)
  return vim.tbl_map(function(diagnostic)
    return { diagnostic.code, diagnostic.lnum, diagnostic.message }
  end, vim.diagnostic.get(of))
end

local function shown()
  local found = eventually(spof)
  if not check('diagnostic single-point-of-failure on the database', found, messages(buffer)) then
    return
  end
  check('it underlines the number of replicas', found.lnum == line_of('replicas: 1'), found.lnum)
  check('inlay hint behind the id', eventually(function()
    return vim.iter(vim.lsp.inlay_hint.get({ bufnr = buffer })):any(function(entry)
      return entry.inlay_hint.position.line == line_of('id: orders') and tostring(entry.inlay_hint.label):find('SPOF', 1, true)
    end)
  end), vim.lsp.inlay_hint.get({ bufnr = buffer }))
  check('code lens above it', eventually(function()
    return vim.iter(vim.lsp.codelens.get(buffer)):any(function(lens)
      return lens.range.start.line == line_of('id: orders') and lens.command and lens.command.title:match('blast radius %d+')
    end)
  end))
  check('statusline text', eventually(function()
    return require('foreshock').status():match('^Resilience %d.- · [%d.]+ nines')
  end), require('foreshock').status())
end

local function repair()
  local before = text()
  local found = spof()
  vim.api.nvim_win_set_cursor(0, { line_of('replicas: 1') + 1, 6 })
  local titles = {}
  vim.lsp.buf.code_action({
    context = { only = { 'quickfix' }, diagnostics = { found.user_data.lsp } },
    filter = function(action)
      table.insert(titles, action.title)
      return action.title:find('Add a replica (', 1, true) ~= nil
    end,
    apply = true,
  })
  check('the quick fix writes replicas: 2 and keeps the comment', eventually(function()
    return text() == before:gsub('replicas: 1 ', 'replicas: 2 ')
  end), titles)
  check('the diagnostic goes', eventually(function()
    return not spof()
  end), messages(buffer))
  vim.cmd('silent undo')
  check('undo brings it back', text() == before and eventually(spof), messages(buffer))
end

local function graph_and_cascade()
  vim.cmd('ForeshockGraph')
  local function scratch(name)
    return eventually(function()
      return vim.api.nvim_buf_get_name(0):match('foreshock://' .. name) and vim.api.nvim_buf_get_lines(0, 0, -1, false)
    end)
  end
  local lines = scratch('graph')
  check(':ForeshockGraph shows the file', lines and table.concat(lines, '\n'):find('─ orders', 1, true), lines)
  vim.cmd('silent only | silent buffer ' .. buffer)
  vim.api.nvim_win_set_cursor(0, { line_of('id: orders') + 1, 8 })
  vim.cmd('ForeshockCascade')
  lines = scratch('cascade')
  check(':ForeshockCascade lists what falls with the component', lines and table.concat(lines, '\n'):find('app', 1, true), lines)
  vim.cmd('silent only | silent buffer ' .. buffer)
end

local function typing()
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local at = line_of('id: sessions')
  for _, typed in ipairs({ '  - id', '  - id: reports\n    type: [dat', '  - {id: reports, ', '    na: "' }) do
    vim.api.nvim_buf_set_lines(buffer, at - 1, at - 1, false, vim.split(typed, '\n'))
    local client = require('foreshock.client').find(buffer)
    client:request_sync('textDocument/hover', vim.lsp.util.make_position_params(0, client.offset_encoding), 15000, buffer)
    vim.wait(700, function() end)
    check('half-typed text keeps the finding: ' .. vim.inspect(typed), spof(), messages(buffer))
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, before)
  end
end

local function other_yaml()
  vim.cmd('edit ' .. vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) .. '/values.yaml')
  local other = vim.api.nvim_get_current_buf()
  local client = eventually(function()
    return vim.lsp.get_clients({ bufnr = other, name = 'foreshock' })[1]
  end)
  check('the client attaches to other YAML', client)
  local answer = client:request_sync('textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params(other) }, 15000, other)
  vim.wait(700, function() end)
  check('and says nothing there', vim.tbl_isempty(answer.result or {}) and #vim.diagnostic.get(other) == 0, messages(other))
end

-- What another plugin calls a template is still ours.
local function compound_filetype()
  local template = vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) .. '/template.yaml'
  local file = assert(io.open(template, 'w'))
  file:write('AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n')
  file:close()
  vim.filetype.add({ filename = { ['template.yaml'] = 'yaml.cloudformation' } })
  vim.cmd('edit ' .. template)
  local other = vim.api.nvim_get_current_buf()
  check('Neovim calls the template so', vim.bo[other].filetype == 'yaml.cloudformation', vim.bo[other].filetype)
  check('the client attaches to a compound filetype', eventually(function()
    return vim.lsp.get_clients({ bufnr = other, name = 'foreshock' })[1]
  end))
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  check('Neovim calls the file yaml', vim.bo.filetype == 'yaml', vim.bo.filetype)
  if not check('a client attaches', eventually(function()
    return vim.lsp.get_clients({ bufnr = buffer, name = 'foreshock' })[1]
  end), _G.notices) then
    return
  end
  for _, part in ipairs({ shown, repair, graph_and_cascade, typing, other_yaml, compound_filetype }) do
    local ok, trace = xpcall(part, debug.traceback)
    if not ok then
      check('the part ran to its end', false, trace)
    end
  end
  local errors = vim.tbl_filter(function(notice)
    return notice.level >= vim.log.levels.WARN
  end, _G.notices)
  check('nobody was bothered with an error', #errors == 0, errors)
end)
