--- Foreshock for Neovim: starts the server and shows what it says. See |foreshock.txt|.
local client = require('foreshock.client')

local M = {}

local FILETYPES = client.FILETYPES

--- Neovim 0.8 to 0.10 have no `vim.lsp.enable`: a client per root is started when a file of ours is opened.
local function start_on_filetype(config)
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('foreshock.start', { clear = true }),
    pattern = config.filetypes or FILETYPES,
    callback = function(event)
      if vim.bo[event.buf].buftype ~= '' then
        return
      end
      local directory = vim.fs.dirname(vim.api.nvim_buf_get_name(event.buf))
      local marker = vim.fs.find(config.root_markers, { upward = true, path = directory })[1]
      vim.lsp.start(
        vim.tbl_extend('force', config, { root_dir = marker and vim.fs.dirname(marker) or directory }),
        { bufnr = event.buf }
      )
    end,
  })
end

--- Starts Foreshock for Terraform files and infrastructure YAML.
---
--- @param options table|nil `cmd`, `filetypes`, `root_markers`, `settings`, `on_attach`: as in |vim.lsp.Config|;
---   `inlay_hints`, `code_lens`: false turns them off; `values`: false leaves out what expressions are worth.
function M.setup(options)
  if vim.fn.has('nvim-0.8') == 0 then
    vim.notify('foreshock needs Neovim 0.8 or newer', vim.log.levels.ERROR)
    return
  end
  options = vim.deepcopy(options or {})
  client.features.inlay_hints = options.inlay_hints ~= false
  client.features.code_lens = options.code_lens ~= false
  if options.values == false then
    options.settings = vim.tbl_deep_extend('force', { foreshock = { inlayHints = { values = false } } }, options.settings or {})
  end
  options.inlay_hints, options.code_lens, options.values = nil, nil, nil
  client.on_attach = options.on_attach
  options.on_attach = nil

  if vim.lsp.config and vim.lsp.enable then
    vim.lsp.config('foreshock', options)
    vim.lsp.enable('foreshock')
  else
    start_on_filetype(vim.tbl_extend('force', client.config(), options))
  end
end

--- Text for a statusline: `Resilience 63 · 3.1 nines · 2 new risks` (`2 risks` where nothing is compared), `no score: ...`, or an empty string.
--- @param buffer integer|nil default: the current one
--- @return string
function M.status(buffer)
  return require('foreshock.status').text(buffer)
end

--- Shows the figures of the stack of the current buffer, how much of it was judged, and what the score hangs on.
function M.figures()
  vim.notify('foreshock: ' .. table.concat(require('foreshock.status').lines(), '\n'), vim.log.levels.INFO)
end

--- Opens an outline of the stack of the current buffer.
--- @param block table|nil `{ uri =, component = }`: a component to put the cursor on
function M.graph(block)
  require('foreshock.graph').open(block)
end

--- Opens the list of what falls when a component fails.
--- @param block table|nil `{ uri =, component = }`; default: the block under the cursor
function M.cascade(block)
  require('foreshock.cascade').open(block)
end

--- Chooses the file with values that the stack of the current buffer is read with; without one, asks.
--- @param file string|nil
function M.variable_file(file)
  require('foreshock.choices').variable_file(file)
end

--- Chooses the caller whose results a shared module shows; without one, asks.
--- @param name string|nil
function M.caller(name)
  require('foreshock.choices').caller(name)
end

--- Makes old what is found now, in a baseline file that is written as a buffer.
function M.accept()
  local buffer = vim.api.nvim_get_current_buf()
  local parameters = { command = 'foreshock.setBaseline', arguments = { { uri = vim.uri_from_bufnr(buffer) } } }
  client.request(buffer, 'workspace/executeCommand', parameters, function(result)
    local name = vim.fn.fnamemodify(vim.uri_to_fname(result.uri), ':.')
    vim.notify(('foreshock: %s: %d findings accepted; :wall keeps it so'):format(name, result.findings))
  end)
end

--- Plays a fault: `component:ID`, `latency:ID:x10`, `traffic:x3`, `zone:NAME` and others; without one, asks for it.
--- @param fault string|nil
function M.simulate(fault)
  require('foreshock.cascade').simulate(fault)
end

--- Plays a fault over time in a floating window, one moment after the other; without one, asks for it.
--- @param fault string|nil
function M.play(fault)
  require('foreshock.play').open(fault)
end

--- Registers the debug adapter with nvim-dap. Done by itself where nvim-dap is on the runtime path when the server attaches.
--- @return boolean whether nvim-dap is there
function M.dap()
  return require('foreshock.dap').register()
end

--- Opens the report of the stack of the current buffer in the browser: one page, written to a temporary file.
function M.report()
  local buffer = vim.api.nvim_get_current_buf()
  local parameters = { command = 'foreshock.report', arguments = { { uri = vim.uri_from_bufnr(buffer) } } }
  client.request(buffer, 'workspace/executeCommand', parameters, function(answer)
    local path = vim.fn.tempname() .. '.html'
    vim.fn.writefile(vim.split(answer.html, '\n', { plain = true }), path)
    if vim.ui.open then
      vim.ui.open(path)
    end
    vim.notify('foreshock: wrote ' .. path, vim.log.levels.INFO)
  end)
end

--- Opens the resilience view: every stack of the workspace, and what is found in each by points.
function M.view()
  require('foreshock.view').open()
end

--- Puts what is found in every stack of the workspace into the quickfix list.
function M.quickfix()
  require('foreshock.view').quickfix()
end

--- Lists the single failures that take more away than at the base; Enter plays one.
function M.since()
  require('foreshock.since').open()
end

return M
