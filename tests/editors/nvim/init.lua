-- A user's configuration, as the documentation tells them to write it. FORESHOCK_START says which of the three ways.
vim.opt.runtimepath:prepend(vim.env.FORESHOCK_PLUGIN)
vim.opt.swapfile = false
-- `require` for the checks' own module.
package.path = vim.env.FORESHOCK_TESTS .. '/?.lua;' .. package.path

-- Everything the user would have been bothered with; the last check reads it.
_G.notices = {}
vim.notify = function(message, level)
  table.insert(_G.notices, { message = message, level = level or vim.log.levels.INFO })
end

local cmd = { vim.env.FORESHOCK_SERVER, 'lsp' }
local style = vim.env.FORESHOCK_START
if style == 'enable' then
  vim.lsp.config('foreshock', { cmd = cmd })
  vim.lsp.enable('foreshock')
else
  if style == 'fallback' then
    -- What Neovim 0.8 to 0.10 lack; the plugin must then start clients itself.
    vim.lsp.enable = nil
  end
  require('foreshock').setup({
    cmd = cmd,
    on_attach = function()
      vim.g.own_on_attach = true
    end,
  })
end
