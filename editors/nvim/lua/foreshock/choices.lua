--- What the user chooses: the file with values that a stack is read with, and the caller whose results a shared file shows.
local client = require('foreshock.client')

local M = {}

local function uri_of(buffer)
  return vim.uri_from_bufnr(buffer)
end

--- A JSON null arrives as `vim.NIL`.
local function list(value)
  return type(value) == 'table' and value or {}
end

local function say(message, level)
  vim.notify('foreshock: ' .. message, level or vim.log.levels.INFO)
end

local function select(items, prompt, format, on_choice)
  vim.ui.select(items, { prompt = prompt, format_item = format }, function(choice)
    if choice then
      on_choice(choice)
    end
  end)
end

--- Writes one root's files or workspace into the client's settings and tells the server. They last as long as the client; put
--- them into `settings` to keep them.
local function remember(running, root, value, setting)
  setting = setting or 'varFiles'
  -- 0.11 keeps them beside the configuration, older ones in it.
  local settings = vim.deepcopy(running.settings or running.config.settings or {})
  settings.foreshock = settings.foreshock or {}
  settings.foreshock[setting] = settings.foreshock[setting] or {}
  settings.foreshock[setting][root.setting] = value
  if next(settings.foreshock[setting]) == nil then
    settings.foreshock[setting] = vim.empty_dict()
  end
  running.settings = settings
  running.config.settings = settings
  local parameters = { settings = settings }
  if vim.fn.has('nvim-0.11') == 1 then
    running:notify('workspace/didChangeConfiguration', parameters)
  else
    running.notify('workspace/didChangeConfiguration', parameters)
  end
end

local function with_root(roots, run)
  if #roots == 0 then
    say('no stack reads this file', vim.log.levels.WARN)
  elseif #roots == 1 then
    run(roots[1])
  else
    select(roots, 'Which stack?', function(root)
      return root.label
    end, run)
  end
end

--- Chooses the file with values of the buffer's stack.
--- @param name string|nil as it is called from the root; without one, asks
--- @param none boolean|nil only the files that Terraform reads by itself
function M.variable_file(name, none)
  local buffer = vim.api.nvim_get_current_buf()
  client.request(buffer, 'foreshock/variableFiles', { uri = uri_of(buffer) }, function(result)
    with_root(list(result.roots), function(root)
      local running = client.find(buffer)
      if root.configured then
        say('foreshock.toml reads ' .. root.label .. ' with ' .. table.concat(list(root.stacks), ', ') .. '; :ForeshockCaller shows one of them')
      elseif none then
        remember(running, root, nil)
      elseif name then
        remember(running, root, { name })
      else
        local always = #list(root.always) > 0 and ('always read: ' .. table.concat(root.always, ', ')) or 'the defaults of the variables'
        local entries = { { label = 'no other file (' .. always .. ')' } }
        for _, file in ipairs(list(root.others)) do
          local mark = vim.tbl_contains(list(root.chosen), file) and ' (chosen)' or ''
          table.insert(entries, { label = file .. mark, value = { file } })
        end
        if type(root.workspace) == 'string' then
          table.insert(entries, { label = 'no workspace (default)', setting = 'workspaces' })
        end
        for _, workspace in ipairs(list(root.workspaces)) do
          local mark = workspace == root.workspace and ' (chosen)' or ''
          table.insert(entries, { label = 'workspace ' .. workspace .. mark, value = workspace, setting = 'workspaces' })
        end
        select(entries, 'Values of the variables of ' .. root.label, function(entry)
          return entry.label
        end, function(entry)
          remember(running, root, entry.value, entry.setting)
        end)
      end
    end)
  end)
end

local function choose(buffer, caller)
  client.request(buffer, 'foreshock/chooseCaller', { uri = uri_of(buffer), caller = caller or vim.NIL }, function(result)
    local chosen
    for _, one in ipairs(list(result.callers)) do
      chosen = one.chosen and one or chosen
    end
    require('foreshock.status').prefer(vim.fs.dirname(vim.api.nvim_buf_get_name(buffer)), chosen)
    local running = client.find(buffer)
    if running then
      client.refresh(running.id)
    end
  end)
end

--- Chooses the caller whose results the buffer shows.
--- @param name string|nil the caller's name; without one, asks
--- @param all boolean|nil everybody's results
function M.caller(name, all)
  local buffer = vim.api.nvim_get_current_buf()
  if all then
    return choose(buffer, nil)
  end
  client.request(buffer, 'foreshock/callers', { uri = uri_of(buffer) }, function(result)
    local callers = list(result.callers)
    if name then
      for _, caller in ipairs(callers) do
        if caller.label == name then
          return choose(buffer, caller.id)
        end
      end
      return say('nobody of that name calls this file: ' .. name, vim.log.levels.WARN)
    end
    if #callers < 2 then
      return say(callers[1] and ('only ' .. callers[1].label .. ' uses this file') or 'no stack uses this file')
    end
    local entries = { { label = 'all callers' } }
    for _, caller in ipairs(callers) do
      table.insert(entries, { label = ('%s: %s%s'):format(caller.label, caller.summary, caller.chosen and ' (chosen)' or ''), id = caller.id })
    end
    select(entries, 'Show this file as it is for', function(entry)
      return entry.label
    end, function(entry)
      choose(buffer, entry.id)
    end)
  end)
end

--- Names to complete a command with: asked of the server, which has them at hand.
local function completion(method, names)
  return function(typed)
    local buffer = vim.api.nvim_get_current_buf()
    local answers = vim.lsp.buf_request_sync(buffer, method, { uri = uri_of(buffer) }, 1000) or {}
    local found = {}
    for _, answer in pairs(answers) do
      if type(answer.result) == 'table' then
        vim.list_extend(found, names(answer.result))
      end
    end
    return vim.tbl_filter(function(name)
      return vim.startswith(name, typed)
    end, found)
  end
end

M.complete_variable_file = completion('foreshock/variableFiles', function(result)
  local names = {}
  for _, root in ipairs(list(result.roots)) do
    vim.list_extend(names, list(root.others))
  end
  return names
end)

M.complete_caller = completion('foreshock/callers', function(result)
  return vim.tbl_map(function(caller)
    return caller.label
  end, list(result.callers))
end)

return M
