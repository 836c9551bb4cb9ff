--- An outage over time in a floating window: `n` and `p` step through its moments, `<CR>` goes to the block or to the line that
--- proves a dependency, `q` closes.
local client = require('foreshock.client')
local cascade = require('foreshock.cascade')
local graph = require('foreshock.graph')

local M = {}

local KEYS = 'n next · p back · <CR> to the line · q close'

local function place_of(link)
  if type(link.file) ~= 'string' or type(link.range) ~= 'table' then
    return nil
  end
  return { file = link.file, line = link.range.start.line + 1 }
end

--- Where it is, for people: `web.tf:59`.
local function shown(place)
  return place and (' (%s:%d)'):format(vim.fn.fnamemodify(place.file, ':t'), place.line) or ''
end

local function share(lost)
  return type(lost) == 'number' and (', %.0f %% of the service lost'):format(lost * 100) or ''
end

--- The lines of a moment, 0 for the time before the failure: `{ text =, place = }`.
local function lines_of(outage, moment)
  local lines = { { text = ('%s  (%d of %d)'):format(outage.fails, moment, #outage.moments) } }
  local now = outage.moments[moment]
  if not now then
    for _, words in ipairs(outage.introduction) do
      table.insert(lines, { text = '  ' .. words })
    end
    if #outage.moments == 0 then
      table.insert(lines, { text = '  nothing gets worse' })
    end
  else
    table.insert(lines, { text = ('+%s: %s%s'):format(now.time, now.words, share(now.lost)) })
    for _, change in ipairs(now.changes) do
      for index, link in ipairs(change.why) do
        local place = place_of(link)
        local text = index == 1 and '  ' .. change.words or '      ' .. link.words .. shown(place)
        table.insert(lines, { text = text, place = place })
      end
      if change.more > 0 then
        table.insert(lines, { text = ('      and %d more'):format(change.more) })
      end
    end
  end
  table.insert(lines, { text = KEYS })
  return lines
end

local function open_window(buffer, lines)
  local width = 40
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line.text) + 1)
  end
  local place = {
    relative = 'editor',
    width = math.max(1, math.min(width, vim.o.columns - 4)),
    height = math.max(1, math.min(#lines, vim.o.lines - 6)),
    row = 1,
    col = 2,
    style = 'minimal',
    border = 'rounded',
  }
  local window = vim.fn.win_findbuf(buffer)[1]
  if window then
    vim.api.nvim_win_set_config(window, place)
  else
    window = vim.api.nvim_open_win(buffer, true, place)
    vim.wo[window].wrap, vim.wo[window].cursorline = false, true
  end
  return window
end

local function show(outage)
  local origin = vim.api.nvim_get_current_win()
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden, vim.bo[buffer].filetype = 'wipe', 'foreshock'
  local moment, lines = 0, {}

  local function draw()
    lines = lines_of(outage, moment)
    vim.bo[buffer].modifiable = true
    vim.api.nvim_buf_set_lines(buffer, 0, -1, false, vim.tbl_map(function(line)
      return line.text
    end, lines))
    vim.bo[buffer].modifiable = false
    local window = open_window(buffer, lines)
    vim.api.nvim_win_set_cursor(window, { math.min(3, #lines), 0 })
  end

  local function step(by)
    return function()
      moment = math.max(0, math.min(#outage.moments, moment + by))
      draw()
    end
  end

  local function map(key, action)
    vim.keymap.set('n', key, action, { buffer = buffer, nowait = true })
  end
  map('n', step(1))
  map('p', step(-1))
  map('q', '<cmd>close<cr>')
  map('<cr>', function()
    local place = (lines[vim.api.nvim_win_get_cursor(0)[1]] or {}).place
    if not place then
      return
    end
    vim.cmd('close')
    if vim.api.nvim_win_is_valid(origin) then
      vim.api.nvim_set_current_win(origin)
    end
    vim.cmd('edit ' .. vim.fn.fnameescape(place.file))
    vim.api.nvim_win_set_cursor(0, { math.min(place.line, vim.api.nvim_buf_line_count(0)), 0 })
  end)
  draw()
end

local function play(buffer, fault)
  local parameters = { uri = vim.uri_from_bufnr(buffer), faults = { fault } }
  client.request(buffer, 'foreshock/outage', parameters, function(answer)
    if answer.stacks[1] then
      show(answer.stacks[1])
    end
  end)
end

--- Asks what fails at the block under the cursor or in its stack; `on_chosen` gets the name of the fault, nil for none.
function M.choose(on_chosen)
  local buffer = vim.api.nvim_get_current_buf()
  local line = vim.api.nvim_win_get_cursor(0)[1]
  graph.fetch(buffer, vim.uri_from_bufnr(buffer), function(answer)
    vim.ui.select(cascade.faults(answer, graph.component_at(answer, buffer, line)), {
      prompt = 'Step through an outage',
      format_item = function(item)
        return item.label
      end,
    }, function(item)
      on_chosen(item and item.fault, answer)
    end)
  end)
end

--- Plays a fault by its name; without one, asks.
--- @param fault string|nil
function M.open(fault)
  local buffer = vim.api.nvim_get_current_buf()
  if fault then
    return play(buffer, fault)
  end
  M.choose(function(name)
    if name then
      play(buffer, name)
    end
  end)
end

return M
