-- What applying a change does: the walk of apply_walk.json through a shop in git. Each step is found on its line, and gone after undo.
local report = require('report')
local check, eventually = report.check, report.eventually

local buffer

local function new_findings(rule)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == rule
  end, vim.diagnostic.get(buffer))
end

local function replace(old, new)
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\n')
  local first, last = text:find(old, 1, true)
  if not first then
    return false
  end
  text = text:sub(1, first - 1) .. new .. text:sub(last + 1)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, true, vim.split(text, '\n', { plain = true }))
  return true
end

local function walk(step)
  local before = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
  for _, edit in ipairs(step.edits) do
    check(step.name .. ': the text can be changed', replace(edit[1], edit[2]), edit[1])
  end
  local found = eventually(function()
    for _, diagnostic in ipairs(new_findings(step.rule)) do
      local line = vim.api.nvim_buf_get_lines(buffer, diagnostic.lnum, diagnostic.lnum + 1, false)[1] or ''
      if diagnostic.message:find(step.says, 1, true) and line:find(step.on, 1, true) then
        return diagnostic
      end
    end
  end)
  check(step.name .. ': ' .. step.rule .. ' is on its line', found, vim.diagnostic.get(buffer))
  -- As somebody takes it back: undo after undo.
  for _ = 1, #step.edits do
    vim.cmd('silent undo')
  end
  check(step.name .. ': the text is that of before', vim.deep_equal(before, vim.api.nvim_buf_get_lines(buffer, 0, -1, true)))
  check(step.name .. ': taken back it is gone', eventually(function()
    for _, diagnostic in ipairs(new_findings(step.rule)) do
      if diagnostic.message:find(step.says, 1, true) then
        return false
      end
    end
    return true
  end), vim.diagnostic.get(buffer))
end

report.run(function()
  buffer = vim.api.nvim_get_current_buf()
  check('the shop is looked at', eventually(function()
    return #vim.lsp.get_clients({ bufnr = buffer }) > 0 and require('foreshock').status():match('^Resilience')
  end), require('foreshock').status())
  local steps = vim.json.decode(table.concat(vim.fn.readfile(vim.env.FORESHOCK_TESTS .. '/../apply_walk.json'), '\n'))
  for _, step in ipairs(steps) do
    walk(step)
  end
end)
