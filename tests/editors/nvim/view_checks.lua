-- The resilience view as a buffer: in a repository where nothing is new, all of it is there.
local report = require('report')
local check, eventually = report.check, report.eventually

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function row_of(pattern)
  for index, line in ipairs(lines()) do
    if line:match(pattern) then
      return index
    end
  end
end

local function press(key)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, false, true), 'x', false)
end

report.run(function()
  local origin = vim.api.nvim_get_current_buf()
  eventually(function()
    return require('foreshock').status() ~= ''
  end)
  vim.cmd('ForeshockView')
  check('the view opens', eventually(function()
    return vim.api.nvim_buf_get_name(0):match('foreshock://view') and row_of('Single points of failure')
  end), lines())
  local row = row_of('aws_db_instance.orders: single point of failure')
  check('a risk that was there before is listed, with its points and its line', row and lines()[row]:match('E aws_db_instance.orders: .*[%d.]+ points, %d+ h a year  rds.tf:16'), lines())
  check('a stack that nobody has opened is there, too', row_of('checkout.yaml  not analysed yet'), lines())
  vim.api.nvim_win_set_cursor(0, { row_of('checkout.yaml'), 0 })
  press('<cr>')
  check('unfolded it is analysed', eventually(function()
    local at = row_of('checkout.yaml')
    return at and lines()[at]:match('checkout.yaml  %d')
  end), lines())
  vim.api.nvim_win_set_cursor(0, { row_of('aws_db_instance.orders: single point of failure'), 0 })
  press('f')
  check('f repairs it', eventually(function()
    return table.concat(vim.api.nvim_buf_get_lines(origin, 0, -1, false), '\n'):match('multi_az *= true')
  end), lines())
  check('and it is gone from the view', eventually(function()
    return not row_of('aws_db_instance.orders: single point of failure')
  end), lines())
  local other = row_of('rds.tf:%d') or row_of('cache.tf:%d')
  vim.api.nvim_win_set_cursor(0, { other, 0 })
  press('<cr>')
  check('Enter goes to the line', eventually(function()
    return vim.api.nvim_buf_get_name(0):match('%.tf$')
  end), vim.api.nvim_buf_get_name(0))
  vim.cmd('ForeshockQuickfix')
  check('the quickfix list has all of it, the most points first', eventually(function()
    local items = vim.fn.getqflist()
    return #items > 5 and items[1].text:match('^[%d.]+ points: ') and #items
  end), vim.fn.getqflist())
end)
