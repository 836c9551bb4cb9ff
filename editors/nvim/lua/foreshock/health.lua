--- `:checkhealth foreshock`
local M = {}

function M.check()
  local health = vim.health
  local start, ok = health.start or health.report_start, health.ok or health.report_ok
  local warn, fail = health.warn or health.report_warn, health.error or health.report_error

  start('foreshock')
  if vim.fn.has('nvim-0.10') == 1 then
    ok('this Neovim shows everything')
  elseif vim.fn.has('nvim-0.8') == 1 then
    warn('this Neovim has no inlay hints', { 'Neovim 0.10 or newer has them' })
  else
    fail('this Neovim is too old', { 'Foreshock needs 0.8 or newer' })
    return
  end

  local client = require('foreshock.client')
  local running = client.find()
  local cmd = running and running.config.cmd or client.config().cmd
  local path = type(cmd) == 'table' and vim.fn.exepath(cmd[1]) or ''
  if path ~= '' then
    ok('server: ' .. path)
  else
    fail('the server "' .. (type(cmd) == 'table' and cmd[1] or '?') .. '" was not found', {
      'put `foreshock` on $PATH, or give `cmd` to setup()',
    })
  end
  if running then
    ok('running for ' .. (running.config.root_dir or 'single files'))
  else
    warn('not running', { 'open a Terraform file or infrastructure YAML; `vim.lsp.enable("foreshock")` or setup() must have run' })
  end
end

return M
