-- Other ways to start the plugin: does a client attach, diagnose, and feed the statusline?
local report = require('report')
local check, eventually = report.check, report.eventually

report.run(function()
  local buffer = vim.api.nvim_get_current_buf()
  local client = eventually(function()
    return vim.lsp.get_clients({ bufnr = buffer, name = 'foreshock' })[1]
  end)
  check('a client attaches', client)
  check("the user's on_attach runs", vim.g.own_on_attach == true)
  check('a diagnostic arrives', eventually(function()
    for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do
      if diagnostic.code == 'single-point-of-failure' then
        return true
      end
    end
  end), vim.diagnostic.get(buffer))
  check('a code lens arrives without being asked for', eventually(function()
    return vim.lsp.codelens.get(buffer)[1]
  end))
  check('the statusline has text', eventually(function()
    return require('foreshock').status():match('^Resilience %d+')
  end), require('foreshock').status())
  check('the client is one, not two', #vim.lsp.get_clients({ name = 'foreshock' }) == 1)
end)
