-- An outage played in a floating window, and the debug adapter told to nvim-dap. nvim-dap itself is not in the test's editors: a
-- small table stands for it, and the adapter that is registered is started and spoken to as nvim-dap does.
local report = require('report')
local check, eventually = report.check, report.eventually

local ABORT = {}
package.preload['dap'] = function()
  return { adapters = {}, configurations = {}, ABORT = ABORT }
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

local function row_of(pattern)
  for index, line in ipairs(lines()) do
    if line:match(pattern) then
      return index
    end
  end
end

local function press(key)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(key, true, false, true), 'x', false)
end

local function is_float()
  return vim.api.nvim_win_get_config(0).relative ~= ''
end

local function speak(adapter)
  local out, said = {}, ''
  local job = vim.fn.jobstart(vim.list_extend({ adapter.command }, adapter.args), {
    on_stdout = function(_, data)
      table.insert(out, table.concat(data, '\n'))
      said = table.concat(out)
    end,
  })
  local seq = 0
  local function ask(command, arguments)
    seq = seq + 1
    local body = vim.json.encode({ seq = seq, type = 'request', command = command, arguments = arguments })
    vim.fn.chansend(job, ('Content-Length: %d\r\n\r\n%s'):format(#body, body))
  end
  return ask, function(pattern)
    return eventually(function()
      return said:match(pattern)
    end), said
  end, job
end

report.run(function()
  eventually(function()
    return require('foreshock').status() ~= ''
  end)
  vim.cmd('ForeshockPlay component:aws_db_instance.orders')
  check('the outage opens in a floating window, before it fails', eventually(function()
    return is_float() and row_of('3 of 8 components get worse, users lose 100 %% of the service at worst')
  end), lines())
  press('n')
  check('n steps to the first moment', row_of('^%+0 s: 3 worse, 100 %% of the service lost') and row_of('aws_lb.web is DOWN: it requires aws_ecs_service.api'), lines())
  check('with the lines that prove it', row_of('requires aws_db_instance.orders: .*%(web.tf:%d+%)'), lines())
  press('n')
  check('and on to what comes back', row_of('^%+1 h 51 min: 1 back') and row_of('aws_db_instance.orders is back'), lines())
  press('p')
  check('p steps back', row_of('^%+0 s: 3 worse'), lines())
  vim.api.nvim_win_set_cursor(0, { row_of('aws_ecs_service.api is DOWN'), 0 })
  press('<cr>')
  check('Enter goes to the block', not is_float() and vim.api.nvim_get_current_line():match('^resource "aws_ecs_service" "api"'), vim.api.nvim_get_current_line())
  vim.cmd('ForeshockPlay zone:eu-west-1a')
  eventually(is_float)
  press('q')
  check('q closes it', not is_float())

  local dap = require('dap')
  check('without being told the adapter is not registered where nvim-dap is not installed', next(dap.adapters) == nil)
  check('dap() registers the adapter', require('foreshock').dap() and type(dap.adapters.foreshock) == 'function')
  require('foreshock').dap()
  local configurations = dap.configurations.terraform
  check('and one configuration, once', #configurations == 1 and configurations[1].request == 'launch', configurations)

  local chosen = {}
  vim.ui.select = function(items, _, on_choice)
    for _, item in ipairs(items) do
      if item.fault == 'zone:eu-west-1b' then
        return on_choice(item)
      end
    end
  end
  -- As nvim-dap evaluates what is a function in a configuration.
  coroutine.wrap(function()
    chosen.program, chosen.fail = configurations[1].program(), configurations[1].fail()
  end)()
  check('it asks what fails', eventually(function()
    return chosen.fail == 'zone:eu-west-1b' and chosen.program
  end), chosen)

  local adapter
  dap.adapters.foreshock(function(it)
    adapter = it
  end)
  local ask, hear, job = speak(adapter)
  ask('initialize', { adapterID = 'foreshock' })
  check('the adapter is the binary of the server', hear('supportsStepBack'), adapter)
  ask('launch', { program = chosen.program, fail = chosen.fail })
  check('and launches what was chosen', hear('"event":"initialized"'))
  ask('configurationDone', vim.empty_dict())
  check('and stops before it fails', hear('before it fails: zone eu%-west%-1b'))
  vim.fn.jobstop(job)
end)
