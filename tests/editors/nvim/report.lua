-- Checks print one line each; `run` ends Neovim when the body is through.
local M = {}

local PATIENCE = 15000

local function say(text)
  io.stdout:write(text .. '\n')
end

--- @param ok any truthy when the check holds
--- @param seen any shown when it does not
function M.check(name, ok, seen)
  if ok then
    say('ok   ' .. name)
  else
    say('FAIL ' .. name .. (seen ~= nil and ('  saw: ' .. vim.inspect(seen, { newline = ' ', indent = '' })) or ''))
  end
  return ok
end

--- Waits until `condition` gives something truthy, and gives it back; nil when it never does.
function M.eventually(condition)
  local value
  vim.wait(PATIENCE, function()
    value = condition()
    return value
  end, 20)
  return value or nil
end

--- Runs the body once Neovim is up, reports an error in it as a failed check, and quits.
function M.run(body)
  vim.schedule(function()
    local ok, trace = xpcall(body, debug.traceback)
    if not ok then
      say('FAIL the checks themselves: ' .. tostring(trace))
    end
    say('done')
    vim.cmd('qa!')
  end)
end

return M
