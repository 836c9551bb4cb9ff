-- Two environments that share a module: values beside expressions, the file they come from, and whose results are shown.
local report = require('report')
local check, eventually = report.check, report.eventually

local buffer

local function labels()
  return vim.tbl_map(function(entry)
    local label = entry.inlay_hint.label
    return type(label) == 'string' and label or label[1].value
  end, vim.lsp.inlay_hint.get({ bufnr = buffer }))
end

local function has_label(wanted)
  return eventually(function()
    return vim.tbl_contains(labels(), wanted)
  end)
end

local function lens_titles()
  return vim.tbl_map(function(lens)
    return lens.command and lens.command.title or ''
  end, vim.lsp.codelens.get(buffer))
end

local function has_lens(wanted)
  return eventually(function()
    return vim.tbl_contains(lens_titles(), wanted)
  end)
end

local function single_points()
  return #vim.tbl_filter(function(diagnostic)
    return diagnostic.code == 'single-point-of-failure'
  end, vim.diagnostic.get(buffer))
end

--- The user picks the entry that contains a text.
local function picks(text, seen)
  vim.ui.select = function(items, options, on_choice)
    for index, item in ipairs(items) do
      local title = options.format_item and options.format_item(item) or tostring(item)
      table.insert(seen or {}, title)
      if title:find(text, 1, true) then
        return on_choice(item, index)
      end
    end
    on_choice(nil)
  end
end

local function values()
  check('beside an argument stands its value', has_label('= false'), labels())
  check('and beside count', has_label('= 2'), labels())
  vim.fn.search('var.multi_az')
  local client = require('foreshock.client').find(buffer)
  local parameters = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = client:request_sync('textDocument/hover', parameters, 15000, buffer)
  local value = vim.tbl_get(answer or {}, 'result', 'contents', 'value') or ''
  check('hover says where it comes from', value:find('its default at [main.tf:3]', 1, true), value)
end

local function variable_file()
  local completed = vim.fn.getcompletion('ForeshockVarFile ', 'cmdline')
  check(':ForeshockVarFile completes the files there are', vim.deep_equal(completed, { 'prod.tfvars' }), completed)
  vim.cmd('ForeshockVarFile prod.tfvars')
  check('the values follow', has_label('= true') and has_label('= 4'), labels())
  check('the statusline says so', eventually(function()
    return require('foreshock').status():match(' · prod.tfvars$')
  end), require('foreshock').status())
  vim.cmd('ForeshockVarFile!')
  check('and back', has_label('= false') and eventually(function()
    return not require('foreshock').status():find('tfvars', 1, true)
  end), { labels(), require('foreshock').status() })
  local offered = {}
  picks('prod.tfvars', offered)
  vim.cmd('ForeshockVarFile')
  check('without a name it asks', has_label('= true') and offered[1]:find('no other file', 1, true), offered)
end

local function caller()
  vim.cmd('edit ' .. vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) .. '/../../modules/database/main.tf')
  buffer = vim.api.nvim_get_current_buf()
  check('a shared module says how it fares', has_lens('2 callers: 1 fine, 1 single point of failure'), lens_titles())
  check('two callers, two values', has_label('2 values'), labels())
  check('one of them makes a finding', eventually(function()
    return single_points() == 1
  end), vim.diagnostic.get(buffer))
  local completed = vim.fn.getcompletion('ForeshockCaller ', 'cmdline')
  check(':ForeshockCaller completes the callers', vim.deep_equal(completed, { 'envs/dev', 'envs/prod (prod.tfvars)' }), completed)
  vim.cmd('ForeshockCaller envs/prod (prod.tfvars)')
  check('one caller, one value', has_label('= true'), labels())
  check('and no finding', eventually(function()
    return single_points() == 0
  end), vim.diagnostic.get(buffer))
  check('the lens says whose results these are', has_lens('as called by envs/prod (prod.tfvars)'), lens_titles())
  check('and so does the statusline', eventually(function()
    return require('foreshock').status():match(' · prod.tfvars$')
  end), require('foreshock').status())
  vim.api.nvim_win_set_cursor(0, { 1, 0 })
  picks('all callers')
  vim.lsp.codelens.run()
  check('the lens beside it shows all again', has_lens('2 callers: 1 fine, 1 single point of failure') and has_label('2 values'), lens_titles())
  local offered = {}
  picks('envs/dev', offered)
  vim.cmd('ForeshockCaller')
  check('without a name it asks', has_lens('as called by envs/dev') and offered[1] == 'all callers', offered)
  vim.cmd('ForeshockCaller!')
end

local function configuration()
  local directory = vim.fs.normalize(vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) .. '/../..')
  vim.cmd('edit ' .. directory .. '/foreshock.toml')
  local toml = vim.api.nvim_get_current_buf()
  check('foreshock.toml is attached to the client that is there', eventually(function()
    return #vim.lsp.get_clients({ bufnr = toml, name = 'foreshock' }) == 1
  end))
  vim.api.nvim_buf_set_lines(toml, -1, -1, false, { '[rules]', 'no-redundanc = "off"' })
  check('a mistake in it is underlined while it is typed', eventually(function()
    local found = vim.diagnostic.get(toml)[1]
    return found and found.message:find('did you mean `no-redundancy`?', 1, true)
  end), vim.diagnostic.get(toml))
  vim.cmd('silent undo')
  check('and no longer when it is gone', eventually(function()
    return #vim.diagnostic.get(toml) == 0
  end), vim.diagnostic.get(toml))
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  if not check('a client attaches', eventually(function()
    return vim.lsp.get_clients({ bufnr = buffer, name = 'foreshock' })[1]
  end), _G.notices) then
    return
  end
  for _, part in ipairs({ { 'values', values }, { 'files with values', variable_file }, { 'callers', caller }, { 'foreshock.toml', configuration } }) do
    local ok, trace = xpcall(part[2], debug.traceback)
    if not ok then
      check(part[1] .. ' ran to its end', false, trace)
    end
  end
  local errors = vim.tbl_filter(function(notice)
    return notice.level >= vim.log.levels.WARN
  end, _G.notices)
  check('nobody was bothered with an error', #errors == 0, errors)
end)
