--- The resilience view as a buffer: every stack of the workspace, and what is found in each, the most points first.
local client = require('foreshock.client')

local M = {}

local NAMES = { error = 'E', warning = 'W', info = 'I', hint = 'H' }
local HIGHLIGHTS = { E = 'DiagnosticError', W = 'DiagnosticWarn', I = 'DiagnosticInfo', H = 'DiagnosticHint' }
local LOUDNESS = { hint = 1, info = 2, warning = 3, error = 4 }

--- The stacks that were unfolded, by root.
local unfolded = {}

--- `4.1 points, 43 h a year`
local function figures(finding)
  local parts = {}
  if finding.points >= 0.05 then
    parts[#parts + 1] = ('%.1f points'):format(finding.points)
  end
  local minutes = finding.minutes_per_year
  if minutes >= 90 then
    parts[#parts + 1] = ('%.0f h a year'):format(minutes / 60)
  elseif minutes >= 0.5 then
    parts[#parts + 1] = ('%.0f min a year'):format(minutes)
  end
  return table.concat(parts, ', ')
end

local function by_points(one, other)
  if one.points ~= other.points then
    return one.points > other.points
  end
  if one.grade ~= other.grade then
    return LOUDNESS[one.grade] > LOUDNESS[other.grade]
  end
  return one.component .. one.rule < other.component .. other.rule
end

local function finding_line(finding, root)
  local file = finding.file:sub(1, #root + 1) == root .. '/' and finding.file:sub(#root + 2) or vim.fn.fnamemodify(finding.file, ':.')
  local line = finding.range.start.line + 1
  local rule = finding.rule:gsub('-', ' ')
  local words = { ('    %s %s: %s'):format(NAMES[finding.grade], finding.component, rule), figures(finding), ('%s:%d'):format(file, line) }
  return {
    text = table.concat(vim.tbl_filter(function(word)
      return word ~= ''
    end, words), '  '),
    place = { file = finding.file, line = line },
    finding = finding,
  }
end

--- The lines of a stack that was looked into: what is new first.
local function stack_lines(lines, stack)
  local groups = { { 'New since the base', {} }, { 'Single points of failure', {} }, { 'Could be better', {} }, { 'Accepted', {} } }
  local compared = type(stack.base) == 'table'
  for _, finding in ipairs(stack.findings) do
    local group = 3
    if finding.accepted then
      group = 4
    elseif finding.new and compared then
      group = 1
    elseif finding.rule == 'single-point-of-failure' then
      group = 2
    end
    table.insert(groups[group][2], finding)
  end
  local is_empty = true
  for _, group in ipairs(groups) do
    if #group[2] > 0 then
      is_empty = false
      table.sort(group[2], by_points)
      lines[#lines + 1] = { text = ('  %s (%d)'):format(group[1], #group[2]) }
      for _, finding in ipairs(group[2]) do
        lines[#lines + 1] = finding_line(finding, stack.root)
      end
    end
  end
  for _, finding in ipairs(stack.suppressed or {}) do
    local reason = type(finding.reason) == 'string' and finding.reason or 'no reason given'
    lines[#lines + 1] = {
      text = ('    ignored %s: %s  %s'):format(finding.component, finding.rule:gsub('-', ' '), reason),
      place = { file = finding.file, line = finding.range.start.line + 1 },
    }
  end
  local read = stack.understood or {}
  if (read.judged or 0) < (read.of or 0) then
    local types = vim.tbl_keys(read.unknown_types or {})
    table.sort(types)
    lines[#lines + 1] = { text = ('  read %d of %d resources; not known: %s'):format(read.judged, read.of, table.concat(types, ', ')) }
  end
  if is_empty then
    lines[#lines + 1] = { text = '  nothing was found' }
  end
end

local function stack_line(stack, found)
  local known = found or stack
  local score = type(known.score) == 'number' and ('%.1f'):format(known.score) or ((found or stack.open) and 'no score' or 'not analysed yet: <CR>')
  local points = type(known.base) == 'table' and known.base.points
  local change = type(points) == 'number' and math.abs(points) >= 0.05 and ('  %+.1f'):format(points) or ''
  return { text = ('%s  %s%s'):format(stack.title, score, change), root = stack.root, is_stack = true }
end

--- The lines of the view; `found` has the stacks that were looked into, by root.
function M.lines(stacks, found)
  local lines = {}
  local told = {}
  for _, stack in ipairs(stacks) do
    local all = found[stack.root]
    if not all then
      lines[#lines + 1] = stack_line(stack)
    elseif not told[stack.root] then
      told[stack.root] = true
      for _, one in ipairs(all) do
        lines[#lines + 1] = stack_line({ title = #all > 1 and ('%s (%s)'):format(stack.title, one.name or '') or stack.title, root = stack.root }, one)
        stack_lines(lines, one)
      end
    end
  end
  if #lines == 0 then
    lines[1] = { text = 'No Terraform, manifests or infrastructure YAML were found here.' }
  end
  return lines
end

--- The finding under the cursor.
local function under_cursor(lines)
  return lines[vim.api.nvim_win_get_cursor(0)[1]] or {}
end

local function apply(fix)
  local by_uri = {}
  for _, edit in ipairs(fix.edits) do
    local uri = vim.uri_from_fname(edit.file)
    by_uri[uri] = by_uri[uri] or {}
    table.insert(by_uri[uri], { range = edit.range, newText = edit.text })
  end
  local encoding = (client.find(0) or {}).offset_encoding or 'utf-16'
  vim.lsp.util.apply_workspace_edit({ changes = by_uri }, encoding)
end

--- Repairs a finding: of several repairs the user chooses.
local function repair(buffer, origin, root, finding)
  client.request(origin, 'foreshock/findings', { root = root, fixes = true }, function(answer)
    for _, stack in ipairs(answer.stacks) do
      for _, now in ipairs(stack.findings) do
        if now.rule == finding.rule and now.component == finding.component then
          if #now.fixes == 0 then
            vim.notify('foreshock: no repair is known that is proven to help', vim.log.levels.INFO)
          elseif #now.fixes == 1 then
            apply(now.fixes[1])
            M.refresh(buffer)
          else
            vim.ui.select(now.fixes, {
              prompt = 'Each was tried on a copy',
              format_item = function(fix)
                return ('%s (%+.1f points)'):format(fix.title, fix.points)
              end,
            }, function(fix)
              if fix then
                apply(fix)
                M.refresh(buffer)
              end
            end)
          end
          return
        end
      end
    end
    vim.notify('foreshock: it is no longer there', vim.log.levels.INFO)
  end)
end

--- What is shown in a view, by its buffer.
local views = {}

--- The root a line belongs to: that of the stack above it.
local function root_of(lines, row)
  for index = row, 1, -1 do
    if lines[index] and lines[index].is_stack then
      return lines[index].root
    end
  end
end

local function draw(origin, stacks, found)
  local lines = M.lines(stacks, found)
  local row = 1
  require('foreshock.scratch').open('view', lines)
  local buffer = vim.api.nvim_get_current_buf()
  local before = views[buffer]
  if before then
    row = math.min(before.row or 1, #lines)
  end
  views[buffer] = { origin = origin, lines = lines, row = row }
  vim.api.nvim_win_set_cursor(0, { row, 0 })
  local space = vim.api.nvim_create_namespace('foreshock.view')
  vim.api.nvim_buf_clear_namespace(buffer, space, 0, -1)
  for index, line in ipairs(lines) do
    local mark = line.finding and line.text:match('^    ([EWIH]) ')
    if mark then
      vim.api.nvim_buf_set_extmark(buffer, space, index - 1, 4, { end_col = 5, hl_group = HIGHLIGHTS[mark] })
    elseif line.is_stack then
      vim.api.nvim_buf_set_extmark(buffer, space, index - 1, 0, { end_col = #line.text, hl_group = 'Title' })
    end
  end
  local function map(key, run)
    vim.keymap.set('n', key, function()
      views[buffer].row = vim.api.nvim_win_get_cursor(0)[1]
      run(under_cursor(lines))
    end, { buffer = buffer, nowait = true })
  end
  local jump = vim.fn.maparg('<cr>', 'n', false, true).callback
  map('<cr>', function(line)
    if line.is_stack then
      unfolded[line.root] = not unfolded[line.root] or nil
      M.refresh(buffer)
    elseif jump then
      jump()
    end
  end)
  map('f', function(line)
    if line.finding then
      repair(buffer, origin, root_of(lines, views[buffer].row), line.finding)
    end
  end)
  map('p', function(line)
    if line.finding then
      require('foreshock.cascade').open({ uri = vim.uri_from_fname(line.finding.file), component = line.finding.component })
    end
  end)
  map('r', function()
    M.refresh(buffer)
  end)
  map('o', function(line)
    if line.finding then
      client.request(origin, 'foreshock/explain', { rule = line.finding.rule }, function(page)
        vim.lsp.util.open_floating_preview(vim.split(page.markdown, '\n'), 'markdown', { border = 'rounded', max_width = 90, max_height = 30 })
      end)
    end
  end)
end

local function gather(origin, stacks, roots, found, done)
  local root = table.remove(roots)
  if not root then
    return done(stacks, found)
  end
  client.request(origin, 'foreshock/findings', { root = root }, function(answer)
    found[root] = answer.stacks
    gather(origin, stacks, roots, found, done)
  end)
end

local function ask(origin, wanted, done)
  client.request(origin, 'foreshock/stacks', vim.empty_dict(), function(answer)
    local roots, known = {}, {}
    for _, stack in ipairs(answer.stacks) do
      if wanted(stack) and not known[stack.root] then
        known[stack.root] = true
        roots[#roots + 1] = stack.root
      end
    end
    gather(origin, answer.stacks, roots, {}, done)
  end)
end

--- Asks again for what a view shows.
function M.refresh(buffer)
  local view = views[buffer]
  if view then
    ask(view.origin, function(stack)
      return unfolded[stack.root]
    end, function(stacks, found)
      draw(view.origin, stacks, found)
    end)
  end
end

--- Opens the view; the stacks of open files are unfolded.
function M.open()
  local origin = vim.api.nvim_get_current_buf()
  ask(origin, function(stack)
    unfolded[stack.root] = unfolded[stack.root] or stack.open or nil
    return unfolded[stack.root]
  end, function(stacks, found)
    draw(origin, stacks, found)
  end)
end

--- Puts what is found into the quickfix list, of every stack of the workspace: the most points first.
function M.quickfix()
  ask(vim.api.nvim_get_current_buf(), function()
    return true
  end, function(_, found)
    local all = {}
    for _, stacks in pairs(found) do
      for _, stack in ipairs(stacks) do
        vim.list_extend(all, stack.findings)
      end
    end
    table.sort(all, by_points)
    local items = vim.tbl_map(function(finding)
      return {
        filename = finding.file,
        lnum = finding.range.start.line + 1,
        col = finding.range.start.character + 1,
        type = NAMES[finding.grade] == 'H' and 'N' or NAMES[finding.grade],
        text = ('%s%s'):format(finding.points >= 0.05 and ('%.1f points: '):format(finding.points) or '', finding.message:gsub('\n', ' ')),
      }
    end, all)
    vim.fn.setqflist({}, ' ', { title = 'Foreshock', items = items })
    vim.cmd('botright copen')
  end)
end

return M
