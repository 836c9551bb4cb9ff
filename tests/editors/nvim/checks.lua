-- The day of a user: open rds.tf, read what is there, repair it, change one's mind, type on.
local report = require('report')
local check, eventually = report.check, report.eventually

local DATABASE = 'aws_db_instance.orders'

local buffer

local function text()
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
end

--- 0-based line of the first line that contains a plain string.
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

local function codes()
  return vim.tbl_map(function(diagnostic)
    return { diagnostic.code, diagnostic.lnum, diagnostic.message }
  end, vim.diagnostic.get(buffer))
end

local function cursor_in_database()
  vim.api.nvim_win_set_cursor(0, { line_of('multi_az') + 1, 2 })
end

local function label_text(label)
  if type(label) == 'string' then
    return label
  end
  return table.concat(vim.tbl_map(function(part)
    return part.value
  end, label))
end

local function diagnostics()
  local found = eventually(spof)
  if not check('diagnostic single-point-of-failure on the database', found, codes()) then
    return
  end
  local first, last = line_of('"aws_db_instance" "orders"'), line_of('skip_final_snapshot')
  check('it lies inside the block', found.lnum >= first and found.end_lnum <= last + 1, { found.lnum, found.end_lnum })
  check('it is an error: without a base everything is new', found.severity == vim.diagnostic.severity.ERROR, found.severity)
  check('its source is foreshock', found.source == 'foreshock', found.source)
  local lsp = (found.user_data or {}).lsp or {}
  check('its code links to the rule', ((lsp.codeDescription or {}).href or ''):match('^https?://'), lsp.codeDescription)
  local related = lsp.relatedInformation or {}
  check('related information leads into another file', vim.iter(related):any(function(entry)
    return entry.location.uri:match('%.tf$') and not entry.location.uri:match('/rds%.tf$')
  end), related)
end

local function inlay_hint()
  local first, last = line_of('"aws_db_instance" "orders"'), line_of('skip_final_snapshot')
  local function hints()
    return vim.tbl_map(function(entry)
      return { entry.inlay_hint.position.line, label_text(entry.inlay_hint.label) }
    end, vim.lsp.inlay_hint.get({ bufnr = buffer }))
  end
  check('inlay hint on the block', eventually(function()
    return vim.iter(hints()):any(function(hint)
      return hint[1] >= first and hint[1] <= last + 1 and hint[2]:find('SPOF', 1, true) and hint[2]:find('affected', 1, true)
    end)
  end), hints())
end

local function code_lens()
  local function lenses()
    return vim.tbl_map(function(lens)
      return { lens.range.start.line, lens.command and lens.command.title or '(unresolved)', lens.command and lens.command.command }
    end, vim.lsp.codelens.get(buffer))
  end
  check('code lens with the blast radius', eventually(function()
    return vim.iter(lenses()):any(function(lens)
      return lens[1] == line_of('"aws_db_instance" "orders"') and lens[2]:match('blast radius %d+')
    end)
  end), lenses())
end

local function hover()
  cursor_in_database()
  local client = require('foreshock.client').find(buffer)
  local answer = client:request_sync(
    'textDocument/hover',
    vim.lsp.util.make_position_params(0, client.offset_encoding),
    15000,
    buffer
  )
  local contents = answer and answer.result and answer.result.contents
  local value = type(contents) == 'table' and contents.value or contents
  check('hover names the database and what falls with it',
    type(value) == 'string' and value:find(DATABASE, 1, true) and value:find('aws_ecs_service.api', 1, true), answer)
  vim.lsp.buf.hover()
  local float = eventually(function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return window
      end
    end
  end)
  check('hover opens a window', float)
  if float then
    vim.api.nvim_win_close(float, true)
  end
end

local function statusline()
  local status = eventually(function()
    local status = require('foreshock').status()
    return status:match('^Resilience %d.- · [%d.]+ nines') and status
  end)
  check('statusline text', status, require('foreshock').status())
  local lines = require('foreshock.status').lines()
  check('the figures in full begin with the stack and its score', lines[1] and lines[2] == status, lines)
  check('a command shows them', vim.fn.exists(':ForeshockStatus') == 2)
end

--- Waits for a scratch window of ours and gives its lines; the window is current then.
local function scratch(name)
  return eventually(function()
    return vim.api.nvim_buf_get_name(0):match('foreshock://' .. name) and vim.api.nvim_buf_get_lines(0, 0, -1, false)
  end)
end

local function any_line(lines, ...)
  local needles = { ... }
  return vim.iter(lines or {}):any(function(line)
    return vim.iter(needles):all(function(needle)
      return line:find(needle, 1, true) ~= nil
    end)
  end)
end

local function graph()
  vim.cmd('ForeshockGraph')
  local lines = scratch('graph')
  check(':ForeshockGraph opens an outline', lines and #lines > 4, lines)
  check('the entry point is in it, and the database below something', any_line(lines, 'aws_lb.web', 'entry')
    and any_line(lines, '─ ' .. DATABASE), lines)
  vim.fn.search(vim.fn.escape(DATABASE, '.'), 'cw')
  vim.api.nvim_feedkeys(vim.keycode('<CR>'), 'x', false)
  check('<CR> leads to the block', vim.api.nvim_get_current_buf() == buffer
    and vim.api.nvim_win_get_cursor(0)[1] == line_of('"aws_db_instance" "orders"') + 1, vim.api.nvim_win_get_cursor(0))
end

local function cascade()
  cursor_in_database()
  vim.cmd('ForeshockCascade')
  local lines = scratch('cascade')
  check(':ForeshockCascade lists what falls with the block under the cursor',
    lines and lines[1]:find(DATABASE, 1, true) and any_line(lines, 'aws_ecs_service.api', ' s'), lines)
  if lines then
    vim.cmd('close')
  end

  vim.api.nvim_set_current_buf(buffer)
  vim.api.nvim_win_set_cursor(0, { line_of('"aws_db_instance" "orders"') + 1, 0 })
  -- Several lenses may stand on the line; the user picks the first about the blast radius.
  vim.ui.select = function(items, options, on_choice)
    for index, item in ipairs(items) do
      local title = options.format_item and options.format_item(item) or tostring(item)
      if title:find('blast radius', 1, true) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
  vim.lsp.codelens.run()
  lines = scratch('cascade')
  check('the code lens opens the same list', lines and any_line(lines, 'aws_ecs_service.api'), lines)
end

local function simulate()
  vim.api.nvim_set_current_buf(buffer)
  vim.cmd('ForeshockSimulate zone:eu-west-1a')
  local lines = scratch('cascade')
  check(':ForeshockSimulate plays a fault by its name',
    lines and lines[1]:find('zone:eu-west-1a', 1, true) and any_line(lines, 'aws_nat_gateway.egress', 'DOWN'), lines)
  if lines then
    vim.cmd('close')
  end

  vim.api.nvim_set_current_buf(buffer)
  cursor_in_database()
  local offered = {}
  vim.ui.select = function(items, options, on_choice)
    local chosen
    for place, item in ipairs(items) do
      local label = options.format_item(item)
      table.insert(offered, label)
      if label:find(DATABASE .. ' takes 10 times as long', 1, true) then
        chosen = place
      end
    end
    on_choice(chosen and items[chosen], chosen)
  end
  vim.cmd('ForeshockSimulate')
  lines = scratch('cascade')
  check('without one it asks: latency and traffic among them',
    any_line(offered, DATABASE .. ' takes 10 times as long') and any_line(offered, '3 times as many requests'), offered)
  check('and says what can not be known', lines and lines[1]:find('latency:' .. DATABASE .. ':x10', 1, true)
    and lines[1]:find("can't be told", 1, true) and any_line(lines, 'how long it takes by itself is not known'), lines)
  if lines then
    vim.cmd('close')
  end
  vim.api.nvim_set_current_buf(buffer)
end

local function repair()
  cursor_in_database()
  local before = text()
  local found = spof()
  if not check('there is something to repair', found, codes()) then
    return
  end
  local titles = {}
  local function apply()
    vim.lsp.buf.code_action({
      context = { only = { 'quickfix' }, diagnostics = { found.user_data.lsp } },
      filter = function(action)
        table.insert(titles, action.title)
        return action.title:find('Multi-AZ', 1, true) ~= nil
      end,
      apply = true,
    })
  end
  apply()
  local fixed = eventually(function()
    return text():match('multi_az%s*= true')
  end)
  check('the quick fix writes multi_az = true', fixed, titles)
  check('the comment on that line and all other lines stay',
    text() == before:gsub('(multi_az%s*= )false', '%1true'), text())
  check('the diagnostic goes', eventually(function()
    return not spof()
  end), codes())
  check('the inlay hint says SPOF no more', eventually(function()
    return not vim.iter(vim.lsp.inlay_hint.get({ bufnr = buffer })):any(function(entry)
      local line = entry.inlay_hint.position.line
      return line >= line_of('"aws_db_instance" "orders"') and label_text(entry.inlay_hint.label):find('SPOF', 1, true)
    end)
  end), vim.lsp.inlay_hint.get({ bufnr = buffer }))

  vim.cmd('silent undo')
  check('undo restores the text', text() == before, text())
  check('undo brings the diagnostic back', eventually(spof), codes())
end

--- Appends lines, checks that the finding is still told after the server has read them, and takes them away again.
local function half_typed(name, first, last, lines)
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  vim.api.nvim_buf_set_lines(buffer, first, last, false, lines)
  -- An answered request after the change means that the server has read it.
  local client = require('foreshock.client').find(buffer)
  client:request_sync('textDocument/hover', vim.lsp.util.make_position_params(0, client.offset_encoding), 15000, buffer)
  vim.wait(700, function() end)
  check('half-typed text keeps the finding: ' .. name, spof(), codes())
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, before)
end

local function typing()
  half_typed('a new block at the end', -1, -1, { 'resource "aws_sqs_queue" "late" {', '  name = ' })
  half_typed('an open string in another block', 1, 2, { '  name       = "${local.' })
  half_typed('one word', -1, -1, { 'resou' })
  half_typed('in the block itself', line_of('skip_final_snapshot'), line_of('skip_final_snapshot') + 1, { '  skip_final_snapshot =' })
end

local function other_file()
  vim.cmd('edit ' .. vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) .. '/web.tf')
  local other = vim.api.nvim_get_current_buf()
  check('a second file of the stack attaches to the same client', eventually(function()
    return #vim.lsp.get_clients({ bufnr = other, name = 'foreshock' }) == 1 and #vim.lsp.get_clients({ name = 'foreshock' }) == 1
  end))
  -- An edit there: the service no longer knows the database, so less falls with the database than before.
  local before = spof().message
  vim.cmd('silent %s/aws_db_instance.orders.address/"db.example"/')
  vim.cmd('silent buffer ' .. buffer)
  check('an edit in one file changes the figures in another', eventually(function()
    local found = spof()
    return not found or found.message ~= before
  end), codes())
  vim.cmd('silent buffer ' .. other .. ' | silent undo | silent buffer ' .. buffer)
  check('and back', eventually(function()
    local found = spof()
    return found and found.message == before
  end), codes())
end

local function quiet_end()
  local client = require('foreshock.client').find(buffer)
  client:stop()
  check('the server shuts down when asked', eventually(function()
    return client:is_stopped()
  end))
  local errors = vim.tbl_filter(function(notice)
    return notice.level >= vim.log.levels.WARN
  end, _G.notices)
  check('nobody was bothered with an error', #errors == 0, errors)
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  check('Neovim calls the file terraform', vim.bo.filetype == 'terraform', vim.bo.filetype)
  local attached = eventually(function()
    return vim.lsp.get_clients({ bufnr = buffer, name = 'foreshock' })[1]
  end)
  if not check('a client attaches', attached, _G.notices) then
    return
  end
  local parts = {
    { 'diagnostics', diagnostics },
    { 'inlay hint', inlay_hint },
    { 'code lens', code_lens },
    { 'hover', hover },
    { 'statusline', statusline },
    { 'graph', graph },
    { 'cascade', cascade },
    { 'simulate', simulate },
    { 'repair', repair },
    { 'typing', typing },
    { 'another file', other_file },
    { 'the end', quiet_end },
  }
  for _, part in ipairs(parts) do
    vim.cmd('silent only | silent buffer ' .. buffer)
    local ok, trace = xpcall(part[2], debug.traceback)
    if not ok then
      check(part[1] .. ' ran to its end', false, trace)
    end
  end
end)
