if vim.g.loaded_foreshock then
  return
end
vim.g.loaded_foreshock = true

vim.api.nvim_create_user_command('ForeshockGraph', function()
  require('foreshock').graph()
end, { desc = 'Outline of what depends on what in this stack' })

vim.api.nvim_create_user_command('ForeshockStatus', function()
  require('foreshock').figures()
end, { desc = 'The figures of this stack, and how much of it was judged' })

vim.api.nvim_create_user_command('ForeshockCascade', function()
  require('foreshock').cascade()
end, { desc = 'What falls when the block under the cursor fails' })

vim.api.nvim_create_user_command('ForeshockSimulate', function(command)
  require('foreshock').simulate(command.args ~= '' and command.args or nil)
end, { nargs = '?', desc = 'What falls with a failure: a fault by its name, or one to be chosen' })

vim.api.nvim_create_user_command('ForeshockPlay', function(command)
  require('foreshock').play(command.args ~= '' and command.args or nil)
end, { nargs = '?', desc = 'A failure over time, moment by moment: a fault by its name, or one to be chosen' })

vim.api.nvim_create_user_command('ForeshockVarFile', function(command)
  require('foreshock.choices').variable_file(command.args ~= '' and command.args or nil, command.bang)
end, {
  nargs = '?',
  bang = true,
  complete = function(typed)
    return require('foreshock.choices').complete_variable_file(typed)
  end,
  desc = 'The file with values that this stack is read with; ! for none',
})

vim.api.nvim_create_user_command('ForeshockCaller', function(command)
  require('foreshock.choices').caller(command.args ~= '' and command.args or nil, command.bang)
end, {
  nargs = '*',
  bang = true,
  complete = function(typed)
    return require('foreshock.choices').complete_caller(typed)
  end,
  desc = 'Whose results this shared module shows; ! for all callers',
})

vim.api.nvim_create_user_command('ForeshockSince', function()
  require('foreshock').since()
end, { desc = 'What fails now that did not fail at the base' })

vim.api.nvim_create_user_command('ForeshockAccept', function()
  require('foreshock').accept()
end, { desc = 'Make old what is found now: write the baseline file' })

vim.api.nvim_create_user_command('ForeshockReport', function()
  require('foreshock').report()
end, { desc = 'The report of this stack, in the browser' })

vim.api.nvim_create_user_command('ForeshockView', function()
  require('foreshock').view()
end, { desc = 'Every stack of the workspace, and what is found in each' })

vim.api.nvim_create_user_command('ForeshockQuickfix', function()
  require('foreshock').quickfix()
end, { desc = 'What is found in every stack of the workspace, as the quickfix list' })
