--- The debug adapter for nvim-dap: `:DapNew`, `:DapContinue` in a file of a stack steps through an outage.
local client = require('foreshock.client')

local M = {}

local FILETYPES = { 'terraform', 'opentofu', 'yaml', 'yaml.kubernetes', 'yaml.docker-compose', 'yaml.cloudformation', 'helm', 'json' }

--- The binary that the server is.
local function binary()
  local running = client.find(vim.api.nvim_get_current_buf())
  local cmd = running and running.config.cmd or (vim.lsp.config and (vim.lsp.config.foreshock or {}).cmd)
  return type(cmd) == 'table' and cmd[1] or 'foreshock'
end

--- Waits for an answer within the coroutine that nvim-dap evaluates a configuration in.
local function await(ask)
  local waiting = coroutine.running()
  local answered, value = false, nil
  ask(function(...)
    answered, value = true, { ... }
    if coroutine.status(waiting) == 'suspended' then
      coroutine.resume(waiting)
    end
  end)
  if not answered then
    coroutine.yield()
  end
  return unpack(value)
end

--- What fails, chosen by the user.
local function fault()
  local chosen = await(function(on_chosen)
    require('foreshock.play').choose(on_chosen)
  end)
  return chosen or require('dap').ABORT
end

--- The root of the stack that the current file is of.
local function root()
  local buffer = vim.api.nvim_get_current_buf()
  local answer = await(function(on_answer)
    require('foreshock.graph').fetch(buffer, vim.uri_from_bufnr(buffer), on_answer)
  end)
  for _, stack in ipairs(answer.stacks) do
    if #stack.components > 0 then
      return stack.root
    end
  end
  return vim.api.nvim_buf_get_name(buffer)
end

--- Registers the adapter and a configuration that asks what fails. Does nothing without nvim-dap.
--- @return boolean whether nvim-dap is there
function M.register()
  local there, dap = pcall(require, 'dap')
  if not there then
    return false
  end
  dap.adapters.foreshock = dap.adapters.foreshock or function(callback)
    callback({ type = 'executable', command = binary(), args = { 'debug' } })
  end
  for _, filetype in ipairs(FILETYPES) do
    local configurations = dap.configurations[filetype] or {}
    local is_there = #vim.tbl_filter(function(configuration)
      return configuration.type == 'foreshock'
    end, configurations) > 0
    if not is_there then
      table.insert(configurations, {
        type = 'foreshock',
        request = 'launch',
        name = 'Foreshock: step through an outage',
        program = root,
        fail = fault,
        stopOnEntry = true,
      })
    end
    dap.configurations[filetype] = configurations
  end
  return true
end

--- The same where nvim-dap is installed already; one that is loaded later is told by `require('foreshock').dap()`.
function M.register_if_installed()
  if package.loaded.dap or #vim.api.nvim_get_runtime_file('lua/dap.lua', false) > 0 then
    M.register()
  end
end

return M
