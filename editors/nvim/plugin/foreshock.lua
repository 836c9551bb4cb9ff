if vim.g.loaded_foreshock then
  return
end
vim.g.loaded_foreshock = true

vim.api.nvim_create_user_command('ForeshockGraph', function()
  require('foreshock').graph()
end, { desc = 'Outline of what depends on what in this stack' })

vim.api.nvim_create_user_command('ForeshockCascade', function()
  require('foreshock').cascade()
end, { desc = 'What falls when the block under the cursor fails' })

vim.api.nvim_create_user_command('ForeshockSimulate', function(command)
  require('foreshock').simulate(command.args ~= '' and command.args or nil)
end, { nargs = '?', desc = 'What falls with a failure: a fault by its name, or one to be chosen' })
