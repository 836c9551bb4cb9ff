--- The figures of each stack, as the server sends them, and their text for a statusline.
local M = {}

--- client id -> stack -> status
local stacks = {}
local latest

--- Takes a `foreshock/status` notification. Fires `User ForeshockStatus`.
function M.set(client_id, status)
  stacks[client_id] = stacks[client_id] or {}
  -- Several stacks may be made of one root.
  local id = status.root .. '\0' .. (type(status.name) == 'string' and status.name or '')
  stacks[client_id][id] = not status.removed and status or nil
  if not status.removed then
    latest = status
  elseif latest and latest.root == status.root then
    latest = select(2, next(stacks[client_id]))
  end
  pcall(vim.api.nvim_exec_autocmds, 'User', { pattern = 'ForeshockStatus', modeline = false, data = status })
  vim.cmd('redrawstatus!')
end

--- A JSON null arrives as `vim.NIL`.
local function known(value)
  return value ~= nil and value ~= vim.NIL
end

local function absolute(root, client)
  if root:match('^file:') then
    return vim.uri_to_fname(root)
  end
  if root:sub(1, 1) == '/' then
    return root
  end
  local base = client and client.config.root_dir or vim.fn.getcwd()
  return (root == '' or root == '.') and base or (base .. '/' .. root)
end

--- Of several stacks of one root, the one that fares worst speaks.
local function worse(one, other)
  local function score(status)
    return known(status.score) and status.score or 101
  end
  if score(one) ~= score(other) then
    return score(one) < score(other)
  end
  return tostring(one.name) < tostring(other.name)
end

--- directory -> the caller whose results its files show
local callers = {}

--- Remembers whose figures count for the files of a directory; nil for nobody's in particular.
function M.prefer(directory, caller)
  callers[directory] = caller
  vim.cmd('redrawstatus!')
end

--- The status of the innermost stack that holds a buffer's file, or is it; else the one that came last.
function M.of(buffer)
  buffer = (buffer == nil or buffer == 0) and vim.api.nvim_get_current_buf() or buffer
  local file = vim.api.nvim_buf_get_name(buffer)
  local best, depth
  local caller = callers[vim.fs.dirname(file)]
  for _, statuses in pairs(caller and stacks or {}) do
    for _, status in pairs(statuses) do
      local name = known(status.name) and status.name or nil
      if status.root == caller.root and name == (known(caller.name) and caller.name or nil) then
        return status
      end
    end
  end
  for client_id, roots in pairs(stacks) do
    if vim.lsp.buf_is_attached(buffer, client_id) then
      for _, status in pairs(roots) do
        local path = absolute(status.root, vim.lsp.get_client_by_id(client_id)):gsub('/+$', '')
        local directory = path .. '/'
        -- Infrastructure YAML is a stack by itself.
        if (file == path or vim.startswith(file, directory)) and (not depth or #directory > depth or (#directory == depth and worse(status, best))) then
          best, depth = status, #directory
        end
      end
    end
  end
  return best or latest
end

local function number(value)
  return (('%.1f'):format(value):gsub('%.0$', ''))
end

--- `Resilience 63`, `Resilience 45.4 (45.4 to 73.9)` or why there is no score; what is not known is named by `lines`.
local function headline(status)
  if not known(status.score) then
    local why = known(status.understood) and status.understood:match('^[^;,]+')
    return why or 'Resilience ?'
  end
  if known(status.range) then
    return ('Resilience %s (%s to %s)'):format(number(status.score), number(status.range[1]), number(status.range[2]))
  end
  return ('Resilience %.0f'):format(status.score)
end

--- `Resilience 63 · 3.1 nines · -14.8 · 2 new risks · prod.tfvars`, or an empty string before the first analysis.
function M.text(buffer)
  local status = M.of(buffer)
  if not status then
    return ''
  end
  local parts = { headline(status) }
  if known(status.structuralNines) then
    table.insert(parts, ('%.1f nines'):format(status.structuralNines))
  end
  local points = known(status.base) and status.base.points
  if known(points) and points and math.abs(points) >= 0.05 then
    table.insert(parts, (('%+.1f'):format(points):gsub('%.0$', '')))
  end
  if known(status.newFindings) and status.newFindings > 0 then
    -- Nothing is new where nothing is compared.
    local risk = known(status.base) and 'new risk' or 'risk'
    table.insert(parts, ('%d %s%s'):format(status.newFindings, risk, status.newFindings == 1 and '' or 's'))
  end
  if known(status.name) then
    table.insert(parts, status.name)
  end
  return table.concat(parts, ' · ')
end

--- The same with the stack, how much of it was judged, and what the score hangs on; a list of lines.
function M.lines(buffer)
  local status = M.of(buffer)
  if not status then
    return { 'nothing has been analysed yet' }
  end
  local lines = { status.root, M.text(buffer) }
  if known(status.understood) then
    table.insert(lines, status.understood)
  end
  if known(status.open) and #status.open > 0 then
    table.insert(lines, 'without a value, and the score hangs on it: ' .. table.concat(status.open, ', '))
  end
  return lines
end

return M
