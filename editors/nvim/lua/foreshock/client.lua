--- The language client: its configuration, and requests to the server.
local M = {}

--- Of YAML the server takes infrastructure files only, and says nothing of the others.
M.FILETYPES = { 'terraform', 'terraform-vars', 'opentofu', 'opentofu-vars', 'hcl', 'yaml' }
-- Neovim compares whole filetypes: those that other plugins make of YAML stand here one by one.
vim.list_extend(M.FILETYPES, { 'yaml.cloudformation', 'json.cloudformation', 'yaml.docker-compose', 'yaml.kubernetes',
  'helm', 'yaml.helm-values' })

--- What `setup` can turn off.
M.features = { inlay_hints = true, code_lens = true }

--- The user's own `on_attach`, run after ours.
M.on_attach = nil

local function refresh_lenses(buffer)
  if not M.features.code_lens or not vim.api.nvim_buf_is_loaded(buffer) then
    return
  end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
  elseif vim.fn.has('nvim-0.10') == 1 then
    vim.lsp.codelens.refresh({ bufnr = buffer })
  elseif buffer == vim.api.nvim_get_current_buf() then
    vim.lsp.codelens.refresh()
  end
end

--- Up to 0.11 Neovim asks for diagnostics only when a text changes; figures change without that, too.
local function refresh_diagnostics(client_id, buffer)
  local client = vim.lsp.get_client_by_id(client_id)
  if not client or not (client.server_capabilities or {}).diagnosticProvider then
    return
  end
  local parameters = { textDocument = { uri = vim.uri_from_bufnr(buffer) } }
  if vim.fn.has('nvim-0.11') == 1 then
    client:request('textDocument/diagnostic', parameters, nil, buffer)
  else
    client.request('textDocument/diagnostic', parameters, nil, buffer)
  end
end

--- Asks again for what is shown in the visible buffers of a client.
function M.refresh(client_id)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.lsp.buf_is_attached(buffer, client_id) and #vim.fn.win_findbuf(buffer) > 0 then
      refresh_lenses(buffer)
      refresh_diagnostics(client_id, buffer)
    end
  end
end

--- Whether a buffer of JSON may hold a list of components, or a template of CloudFormation: what its beginning says.
local function may_be_model(buffer)
  local is_template = vim.api.nvim_buf_get_name(buffer):match('%.template$') ~= nil
  if vim.bo[buffer].filetype ~= 'json' and not is_template then
    return false
  end
  local beginning = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, 100, false), '\n')
  return beginning:find('"components"%s*:') ~= nil or beginning:find('AWS[T:]') ~= nil
end

--- `foreshock.toml` and JSON are of filetypes that are not ours: only that file, and what looks like infrastructure, is
--- attached, to the client that is there.
local function attach_configuration(client_id, buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  local is_ours = vim.fs.basename(name) == 'foreshock.toml' or may_be_model(buffer)
  if is_ours and vim.api.nvim_buf_is_loaded(buffer) and not vim.lsp.buf_is_attached(buffer, client_id) then
    vim.lsp.buf_attach_client(buffer, client_id)
  end
end

local function follow_configurations(client)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    attach_configuration(client.id, buffer)
  end
  vim.api.nvim_create_autocmd({ 'BufReadPost', 'BufNewFile' }, {
    group = vim.api.nvim_create_augroup('foreshock.configuration.' .. client.id, { clear = true }),
    pattern = { 'foreshock.toml', '*.json', '*.template' },
    callback = function(event)
      if not vim.lsp.get_client_by_id(client.id) then
        return true
      end
      attach_configuration(client.id, event.buf)
    end,
  })
end

local function attach(client, buffer)
  local capabilities = client.server_capabilities or {}
  if capabilities.inlayHintProvider and vim.lsp.inlay_hint and vim.fn.has('nvim-0.10') == 1 then
    vim.lsp.inlay_hint.enable(M.features.inlay_hints, { bufnr = buffer })
  end
  if capabilities.codeLensProvider then
    refresh_lenses(buffer)
    if not vim.lsp.codelens.enable then
      -- Up to 0.11 Neovim asks for lenses only when told to.
      vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
        group = vim.api.nvim_create_augroup('foreshock.lens.' .. buffer, { clear = true }),
        buffer = buffer,
        callback = function()
          refresh_lenses(buffer)
        end,
      })
    end
  end
  require('foreshock.dap').register_if_installed()
  if M.on_attach then
    M.on_attach(client, buffer)
  end
end

local function on_status(_, status, context)
  require('foreshock.status').set(context.client_id, status)
  -- New figures mean that other files of the stack may carry other lenses, too.
  M.refresh(context.client_id)
end

--- Neovim on Linux watches files cheaply only with `inotifywait`, so it does not offer to; with it we do. Without,
--- a change that another program makes to a file that is not open is seen when that file is opened.
local function capabilities()
  if vim.fn.has('nvim-0.11') == 1 and vim.fn.executable('inotifywait') == 1 then
    return { workspace = { didChangeWatchedFiles = { dynamicRegistration = true } } }
  end
end

--- A configuration for |vim.lsp.config()| or |vim.lsp.start()|.
--- @return table
function M.config()
  return {
    name = 'foreshock',
    cmd = { 'foreshock', 'lsp' },
    filetypes = M.FILETYPES,
    root_markers = { 'foreshock.toml', '.terraform', '.git' },
    capabilities = capabilities(),
    on_init = follow_configurations,
    on_attach = attach,
    handlers = { ['foreshock/status'] = on_status },
    -- Commands in the server's code lenses that are carried out here.
    commands = {
      ['foreshock.showCascade'] = function(command)
        require('foreshock.cascade').open((command.arguments or {})[1])
      end,
      ['foreshock.chooseCaller'] = function(command)
        local argument = (command.arguments or {})[1] or {}
        require('foreshock.choices').caller(nil, argument.caller == vim.NIL)
      end,
      ['foreshock.showGraph'] = function(command)
        require('foreshock.graph').open((command.arguments or {})[1])
      end,
    },
  }
end

--- The Foreshock client of a buffer, or of any buffer.
function M.find(buffer)
  local get = vim.lsp.get_clients or vim.lsp.get_active_clients
  return get({ name = 'foreshock', bufnr = buffer })[1] or get({ name = 'foreshock' })[1]
end

--- Sends a request; `on_result(result)` runs only when the server answered.
function M.request(buffer, method, params, on_result)
  local client = M.find(buffer)
  if not client then
    vim.notify('foreshock: no server is running for this buffer (:checkhealth foreshock)', vim.log.levels.WARN)
    return
  end
  local function answered(failure, result)
    if failure then
      vim.notify('foreshock: ' .. (failure.message or vim.inspect(failure)), vim.log.levels.ERROR)
    elseif result then
      on_result(result)
    end
  end
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, answered, buffer)
  else
    client.request(method, params, answered, buffer)
  end
end

return M
