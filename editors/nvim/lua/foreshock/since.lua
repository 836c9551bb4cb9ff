--- What fails now that did not fail at the base: the single failures that take more away.
local client = require('foreshock.client')

local M = {}

--- A share of the requests in percent; what was not there is a dash.
local function percent(loss)
  return type(loss) == 'number' and ('%.0f %%'):format(loss * 100) or '-'
end

local function line(failure)
  local down = #failure.down > 0 and (', also down: ' .. table.concat(failure.down, ', ')) or ''
  return ('%s: %s of requests lost, before %s%s'):format(
    failure.fault,
    percent(failure.loss),
    percent(failure.loss_before),
    down
  )
end

function M.open()
  local buffer = vim.api.nvim_get_current_buf()
  client.request(buffer, 'foreshock/newlyFailing', { uri = vim.uri_from_bufnr(buffer) }, function(answer)
    local failures, base = {}, nil
    for _, stack in ipairs(answer.stacks) do
      if type(stack.base) == 'table' then
        base = base or stack.base
        vim.list_extend(failures, stack.failures)
      end
    end
    if not base then
      vim.notify('foreshock: nothing to compare with: no git repository, or foreshock.base is "none"', vim.log.levels.INFO)
      return
    end
    if #failures == 0 then
      vim.notify(('foreshock: no single failure takes more away than at the base (%s)'):format(base.words), vim.log.levels.INFO)
      return
    end
    vim.ui.select(failures, {
      prompt = ('What fails now that did not before (%s)'):format(base.words),
      format_item = line,
    }, function(failure)
      if failure then
        require('foreshock.cascade').simulate(failure.fault)
      end
    end)
  end)
end

return M
