--- The graph of a stack: asked of the server, shown as an outline, and searched for the block under the cursor.
local client = require('foreshock.client')

local M = {}

local uv = vim.uv or vim.loop

--- Where a component's file is: the server's name is a URI, absolute, or relative to the stack or the workspace.
local function locate(file, root, buffer)
  if file == nil or file == vim.NIL then
    return nil
  end
  if file:match('^%a[%w+.-]*://') then
    return vim.uri_to_fname(file)
  end
  if file:sub(1, 1) == '/' then
    return file
  end
  local server = client.find(buffer)
  local workspace = server and server.config.root_dir or vim.fn.getcwd()
  root = root:match('^file:') and vim.uri_to_fname(root) or root
  local stack = root:sub(1, 1) == '/' and root or (workspace .. '/' .. root)
  for _, base in ipairs({ stack, workspace, vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)) }) do
    local path = base .. '/' .. file
    if uv.fs_stat(path) then
      return uv.fs_realpath(path)
    end
  end
  return nil
end

local function place(component, stack, buffer)
  local file = locate(component.file, stack.root, buffer)
  return file and component.range and { file = file, line = component.range.start.line + 1 } or nil
end

local function count(value, noun)
  if type(value) == 'table' then
    return (vim.islist or vim.tbl_islist)(value) and count(#value, noun) or ('? ' .. noun .. 's')
  end
  return ('%d %s%s'):format(value, noun, value == 1 and '' or 's')
end

local function notes(component, again)
  local parts = {}
  if component.entry == true then
    table.insert(parts, 'entry')
  end
  local redundancy = component.redundancy
  if type(redundancy) == 'table' then
    if redundancy.instances ~= nil and redundancy.instances ~= vim.NIL then
      table.insert(parts, count(redundancy.instances, 'instance'))
    end
    local zones = redundancy.zones
    if type(zones) == 'table' and next(zones) ~= nil then
      table.insert(parts, count(zones, 'zone'))
    end
    if type(redundancy.failover) == 'string' and redundancy.failover ~= 'none' then
      table.insert(parts, redundancy.failover .. ' failover')
    end
  end
  if again then
    table.insert(parts, 'listed above')
  end
  return table.concat(parts, ' · ')
end

--- Components with what they depend on below them, each component's dependencies once.
local function outline(stack, buffer)
  local below, has_above, by_id = {}, {}, {}
  for _, component in ipairs(stack.components) do
    by_id[component.id] = component
  end
  for _, edge in ipairs(stack.dependencies) do
    if edge.from ~= edge.to and by_id[edge.to] then
      below[edge.from] = below[edge.from] or {}
      table.insert(below[edge.from], edge)
      has_above[edge.to] = true
    end
  end

  local lines, seen = {}, {}
  local function walk(top)
    local pending = { { id = top, lead = '', branch = '' } }
    while #pending > 0 do
      local item = table.remove(pending)
      local component, edges = by_id[item.id], below[item.id] or {}
      local again = seen[item.id] and #edges > 0
      local kind = item.kind and item.kind ~= 'requires' and (' (' .. item.kind .. ')') or ''
      local text = item.lead .. item.branch .. item.id .. kind
      local note = notes(component, again)
      table.insert(lines, {
        text = note == '' and text or (text .. '  ' .. note),
        component = item.id,
        place = place(component, stack, buffer),
      })
      if not seen[item.id] then
        seen[item.id] = true
        local lead = item.lead .. (item.branch == '' and '' or (item.last and '   ' or '│  '))
        for index = #edges, 1, -1 do
          local last = index == #edges
          table.insert(pending, {
            id = edges[index].to,
            kind = edges[index].kind,
            lead = lead,
            branch = last and '└─ ' or '├─ ',
            last = last,
          })
        end
      end
    end
  end

  -- Entry points first, then what nothing depends on, then what is left: cycles.
  local tops = {
    function(component)
      return component.entry == true
    end,
    function(component)
      return not has_above[component.id] and below[component.id]
    end,
    function()
      return true
    end,
  }
  for _, is_top in ipairs(tops) do
    for _, component in ipairs(stack.components) do
      if not seen[component.id] and is_top(component) then
        walk(component.id)
      end
    end
  end
  return lines
end

--- Asks for the graph of a file. `on_graph(graph)`.
function M.fetch(buffer, uri, on_graph)
  client.request(buffer, 'foreshock/graph', { uri = uri }, on_graph)
end

--- Opens the outline. `block`: `{ uri =, component = }` or nil for the current buffer.
function M.open(block)
  local buffer = vim.api.nvim_get_current_buf()
  local uri = block and block.uri or vim.uri_from_bufnr(buffer)
  M.fetch(buffer, uri, function(graph)
    local lines = {}
    for _, stack in ipairs(graph.stacks) do
      local title = ('%s  %s, %s'):format(
        stack.root == '' and '.' or vim.fn.fnamemodify(stack.root, ':~:.:s?/$??'),
        count(#stack.components, 'component'),
        #stack.dependencies == 1 and '1 dependency' or (#stack.dependencies .. ' dependencies')
      )
      table.insert(lines, { text = title })
      vim.list_extend(lines, outline(stack, buffer))
    end
    if #lines == 0 then
      vim.notify('foreshock: the server found no stack here', vim.log.levels.INFO)
      return
    end
    require('foreshock.scratch').open('graph', lines, block and block.component)
  end)
end

--- The component whose block holds a line (1-based) of a buffer; the innermost one.
function M.component_at(graph, buffer, line)
  local file = uv.fs_realpath(vim.api.nvim_buf_get_name(buffer))
  local best, size
  for _, stack in ipairs(graph.stacks) do
    for _, component in ipairs(stack.components) do
      local where = place(component, stack, buffer)
      if where and uv.fs_realpath(where.file) == file then
        local first, last = component.range.start.line, component.range['end'].line
        if first < line and line <= last + 1 and (not size or last - first < size) then
          best, size = component, last - first
        end
      end
    end
  end
  return best
end

--- component id -> `{ file =, line = }`
function M.places(graph, buffer)
  local places = {}
  for _, stack in ipairs(graph.stacks) do
    for _, component in ipairs(stack.components) do
      places[component.id] = place(component, stack, buffer)
    end
  end
  return places
end

return M
