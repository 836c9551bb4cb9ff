-- A change in a git repository: what is old is quiet, what is new is loud, with the points it costs and the way back.
local report = require('report')
local check, eventually = report.check, report.eventually

local buffer

local function diagnostics(code)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == code
  end, vim.diagnostic.get(buffer))
end

local function loud()
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.severity < vim.diagnostic.severity.HINT
  end, vim.diagnostic.get(buffer))
end

local function multi_az(value)
  local line = vim.fn.search('multi_az', 'wn')
  local text = vim.fn.getline(line):gsub('=%s*%a+', '= ' .. value)
  vim.api.nvim_buf_set_lines(buffer, line - 1, line, true, { text })
  return line - 1
end

local function status()
  return require('foreshock').status()
end

local function changed()
  check('what was there is quiet', eventually(function()
    return status():match('^Resilience %d+') and #loud() == 0
  end), vim.diagnostic.get(buffer))
  check('and no point is lost', not status():find('-', 1, true) and not status():find('risk', 1, true), status())
  local line = multi_az('false')
  local found = eventually(function()
    local one = diagnostics('single-point-of-failure')[1]
    return one and one.severity == vim.diagnostic.severity.ERROR and one
  end)
  check('a new single point is an error', found, vim.diagnostic.get(buffer))
  check('on the line that makes it one', found and found.lnum == line, found)
  local fell = eventually(function()
    local one = diagnostics('score-regression')[1]
    return one and one.message:find('multi_az of aws_db_instance.orders was true at', 1, true) and one
  end)
  check('what it costs is said, and why', fell and fell.message:find('The score fell by', 1, true), fell)
  check('the statusline has the points and the risk', eventually(function()
    return status():match(' · %-[%d.]+ · 1 new risk$')
  end), status())
end

local function since()
  local offered = {}
  vim.ui.select = function(items, options, on_choice)
    for _, item in ipairs(items) do
      table.insert(offered, options.format_item(item))
    end
    table.insert(offered, options.prompt)
    on_choice(nil)
  end
  vim.cmd('ForeshockSince')
  check(':ForeshockSince lists what fails now', eventually(function()
    return (offered[1] or ''):find('instance:aws_db_instance.orders#0: 100 % of requests lost, before 0 %', 1, true)
  end), offered)
end

local function page()
  local opened
  vim.ui.open = function(path)
    opened = path
  end
  vim.cmd('ForeshockReport')
  check(':ForeshockReport writes a page', eventually(function()
    return opened
  end))
  local text = table.concat(vim.fn.readfile(opened or vim.fn.tempname()), '\n')
  check('that names what is new', text:find('became', 1, true) or text:find('was true at', 1, true))
end

local function back()
  multi_az('true')
  check('taken back it is as it was', eventually(function()
    return #loud() == 0 and not status():find('risk', 1, true)
  end), { vim.diagnostic.get(buffer), status() })
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  for _, step in ipairs({ changed, since, page, back }) do
    step()
  end
end)
