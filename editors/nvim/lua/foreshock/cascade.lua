--- "What falls with it?": a failure played by the server, listed in order of time.
local client = require('foreshock.client')
local graph = require('foreshock.graph')

local M = {}

--- A time span in the two largest units that matter.
local function duration(seconds)
  if seconds < 10 then
    return (('%.1f s'):format(seconds):gsub('%.0 s', ' s'))
  end
  local whole = math.floor(seconds + 0.5)
  if whole < 60 then
    return whole .. ' s'
  end
  if whole < 3600 then
    return whole % 60 == 0 and (whole / 60 .. ' min'):gsub('%.0', '')
      or ('%d min %d s'):format(math.floor(whole / 60), whole % 60)
  end
  local minutes = math.floor(whole / 60 + 0.5)
  return ('%d h %d min'):format(math.floor(minutes / 60), minutes % 60)
end

local function show(result, component, places)
  local effects = vim.deepcopy(result.effects)
  table.sort(effects, function(a, b)
    if a.at_seconds ~= b.at_seconds then
      return a.at_seconds < b.at_seconds
    end
    return a.component < b.component
  end)

  -- As the blast radius counts them: without the component itself.
  local others = #vim.tbl_filter(function(effect)
    return effect.component ~= component
  end, effects)
  local title = ('If %s fails: %d %s affected'):format(component, others, others == 1 and 'other' or 'others')
  if type(result.entry_loss) == 'number' then
    title = ('%s, %.0f %% of requests lost'):format(title, result.entry_loss * 100)
  end
  local lines = { { text = title } }
  local width = 0
  for _, effect in ipairs(effects) do
    width = math.max(width, #effect.component)
  end
  for _, effect in ipairs(effects) do
    local reason = type(effect.reason) == 'string' and effect.reason or ''
    table.insert(lines, {
      text = (('%10s  %-10s  %-' .. width .. 's  %s')
        :format(duration(effect.at_seconds), effect.health, effect.component, reason)
        :gsub('%s+$', '')),
      component = effect.component,
      place = places[effect.component],
    })
  end
  require('foreshock.scratch').open('cascade', lines)
end

local function play(buffer, uri, fault, component, places)
  client.request(buffer, 'foreshock/simulate', { uri = uri, fault = fault }, function(answer)
    for _, stack in ipairs(answer.stacks) do
      if stack.results[1] then
        show(stack.results[1], component, places)
        return
      end
    end
    vim.notify('foreshock: the server knows no failure of ' .. component, vim.log.levels.INFO)
  end)
end

--- `block`: `{ uri =, component =, fault = }` from a code lens, or nil for the block under the cursor.
function M.open(block)
  local buffer = vim.api.nvim_get_current_buf()
  local uri = block and block.uri or vim.uri_from_bufnr(buffer)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  graph.fetch(buffer, uri, function(answer)
    local component = block and block.component
    if not component and not (block and block.fault) then
      local found = graph.component_at(answer, buffer, line)
      if not found then
        vim.notify('foreshock: the block under the cursor is not a component that can fail', vim.log.levels.INFO)
        return
      end
      component = found.id
    end
    local fault = block and block.fault or component
    play(buffer, uri, fault, component or fault, graph.places(answer, buffer))
  end)
end

return M
