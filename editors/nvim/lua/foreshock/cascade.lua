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

--- How long one request takes by then, in latency mode.
local function per_request(effect)
  return type(effect.latency_ms) == 'number' and ('%s a request'):format(duration(effect.latency_ms / 1000)) or ''
end

--- Which share of its requests it fails, where a fault makes requests fail.
local function failing(effect)
  if type(effect.errors) ~= 'number' then
    return ''
  end
  return ('fails %s %% of its requests'):format((('%.1f'):format(effect.errors * 100):gsub('%.0$', '')))
end

--- What latency or traffic mode could not tell, a line each.
local function unsettled(result)
  local lines = {}
  for _, it in ipairs(type(result.unsettled) == 'table' and result.unsettled or {}) do
    local component = type(it.component) == 'string' and it.component or '?'
    table.insert(lines, { text = ('%s: %s'):format(component, it.why) })
  end
  return lines
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
  -- A component as a whole is the usual question; anything else goes by its name.
  local fails = result.id == 'component:' .. component and (component .. ' fails') or result.id
  local title = ('If %s: %d %s affected'):format(fails, others, others == 1 and 'other' or 'others')
  if #effects == 0 and #unsettled(result) > 0 then
    -- Nothing lost would be comfort that nobody has earned.
    title = ("If %s: what gets worse can't be told"):format(fails)
  elseif type(result.entry_loss) == 'number' then
    title = ('%s, %.0f %% of requests lost'):format(title, result.entry_loss * 100)
  end
  local lines = { { text = title } }
  local width = 0
  for _, effect in ipairs(effects) do
    width = math.max(width, #effect.component)
  end
  for _, effect in ipairs(effects) do
    local likely = type(effect.likely) == 'table' and effect.likely.health ~= effect.health
    local said = vim.tbl_filter(function(words)
      return words ~= ''
    end, {
      likely and 'likely ' .. effect.likely.health or '',
      type(effect.reason) == 'string' and effect.reason or '',
      failing(effect),
      per_request(effect),
    })
    table.insert(lines, {
      text = (('%10s  %-10s  %-' .. width .. 's  %s')
        :format(duration(effect.at_seconds), effect.health, effect.component, table.concat(said, ', '))
        :gsub('%s+$', '')),
      component = effect.component,
      place = places[effect.component],
    })
  end
  vim.list_extend(lines, unsettled(result))
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

--- What the user may ask for at a component: names of faults with what they mean.
function M.faults(answer, component)
  local items = {}
  local function add(label, fault)
    table.insert(items, { label = label, fault = fault })
  end
  if component then
    local id = component.id
    add(id .. ' is down as a whole', 'component:' .. id)
    add('one instance of ' .. id .. ' is lost', ('instance:%s#0'):format(id))
    add(id .. ' serves with less', 'degraded:' .. id)
    add(id .. ' is overloaded', 'overloaded:' .. id)
    add(id .. ' fails 20 % of its requests', ('errors:%s:20%%'):format(id))
    add(id .. ' takes 10 times as long', ('latency:%s:x10'):format(id))
    for _, resource in ipairs({ 'cpu', 'connections', 'memory', 'disk' }) do
      add(('%s has no %s left'):format(id, resource), ('exhausted:%s:%s'):format(id, resource))
    end
  end
  local zones = {}
  for _, stack in ipairs(answer.stacks) do
    for _, edge in ipairs(stack.dependencies) do
      if component and edge.from == component.id then
        add(("%s can't reach %s"):format(edge.from, edge.to), ('cut:%s->%s'):format(edge.from, edge.to))
      end
    end
    for _, it in ipairs(stack.components) do
      local spread = type(it.redundancy) == 'table' and it.redundancy.zones
      for _, zone in ipairs(type(spread) == 'table' and spread or {}) do
        zones[zone] = true
      end
    end
  end
  for _, factor in ipairs({ '1.5', '3', '10' }) do
    add(factor .. ' times as many requests', 'traffic:x' .. factor)
  end
  local names = vim.tbl_keys(zones)
  table.sort(names)
  for _, zone in ipairs(names) do
    add(('zone %s is lost'):format(zone), 'zone:' .. zone)
  end
  return items
end

--- Plays a fault by its name; without one, asks what is to fail at the block under the cursor.
function M.simulate(fault)
  local buffer = vim.api.nvim_get_current_buf()
  local uri = vim.uri_from_bufnr(buffer)
  local line = vim.api.nvim_win_get_cursor(0)[1]
  graph.fetch(buffer, uri, function(answer)
    local component = graph.component_at(answer, buffer, line)
    local places = graph.places(answer, buffer)
    local function chosen(name)
      play(buffer, uri, name, component and component.id or name, places)
    end
    if fault then
      return chosen(fault)
    end
    vim.ui.select(M.faults(answer, component), {
      prompt = 'Simulate a failure',
      format_item = function(item)
        return item.label
      end,
    }, function(item)
      if item then
        chosen(item.fault)
      end
    end)
  end)
end

return M
