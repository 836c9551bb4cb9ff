-- A manifest: what a Terraform file has, and the repair in its place.
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
    if diagnostic.code == 'single-point-of-failure' and diagnostic.message:find('Deployment/orders', 1, true) then
      return diagnostic
    end
  end
end

local function shown()
  local found = eventually(spof)
  if not check('diagnostic single-point-of-failure on the deployment', found, vim.diagnostic.get(buffer)) then
    return
  end
  check('it underlines the number of replicas', found.lnum == line_of('replicas: 1'), found.lnum)
  check('code lens above the object', eventually(function()
    return vim.iter(vim.lsp.codelens.get(buffer)):any(function(lens)
      return lens.command and lens.command.title:match('blast radius %d+')
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
      return action.title:find('Run two pods (', 1, true) ~= nil
    end,
    apply = true,
  })
  check('the quick fix writes replicas: 2 and keeps the comment', eventually(function()
    return text() == before:gsub('replicas: 1 ', 'replicas: 2 ')
  end), titles)
  check('the diagnostic goes', eventually(function()
    return not spof()
  end), vim.diagnostic.get(buffer))
  vim.cmd('silent undo')
  check('undo brings it back', text() == before and eventually(spof), vim.diagnostic.get(buffer))
end

local function typing()
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  for _, typed in ipairs({ 'kin', 'kind: [', '  name: "' }) do
    vim.api.nvim_buf_set_lines(buffer, -1, -1, false, { '---', 'apiVersion: v1', typed })
    vim.wait(700, function() end)
    check('half-typed text keeps the finding: ' .. typed, eventually(spof), vim.diagnostic.get(buffer))
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, before)
  end
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  if not check('a client attaches', eventually(function()
    return vim.lsp.get_clients({ bufnr = buffer, name = 'foreshock' })[1]
  end), _G.notices) then
    return
  end
  for _, part in ipairs({ shown, repair, typing }) do
    local ok, trace = xpcall(part, debug.traceback)
    if not ok then
      check('the part ran to its end', false, trace)
    end
  end
end)
