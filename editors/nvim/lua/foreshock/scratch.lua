--- A window with lines that each lead to a component's block: `<CR>` goes there, `q` closes.
local M = {}

--- @param name string shown as the buffer's name, `foreshock://<name>`
--- @param lines table[] `{ text =, place = { file =, line = } | nil, component = string | nil }`
--- @param select string|nil the component to put the cursor on
function M.open(name, lines, select)
  local uri = 'foreshock://' .. name
  local buffer = vim.fn.bufnr('^' .. vim.fn.escape(uri, '[]*?') .. '$')
  if buffer == -1 then
    buffer = vim.api.nvim_create_buf(false, true)
    vim.api.nvim_buf_set_name(buffer, uri)
  end

  local texts, row = {}, 1
  for index, line in ipairs(lines) do
    texts[index] = line.text
    if select and line.component == select and row == 1 then
      row = index
    end
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, texts)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].filetype = 'foreshock'

  local origin = vim.api.nvim_get_current_win()
  local window = vim.fn.win_findbuf(buffer)[1]
  if window then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('botright ' .. math.min(#lines + 1, math.max(8, math.floor(vim.o.lines / 3))) .. 'split')
    vim.api.nvim_win_set_buf(0, buffer)
    vim.wo.wrap, vim.wo.number, vim.wo.cursorline = false, false, true
  end
  vim.api.nvim_win_set_cursor(0, { row, 0 })

  vim.keymap.set('n', 'q', '<cmd>close<cr>', { buffer = buffer, nowait = true })
  vim.keymap.set('n', '<cr>', function()
    local place = (lines[vim.api.nvim_win_get_cursor(0)[1]] or {}).place
    if not place then
      return
    end
    if vim.api.nvim_win_is_valid(origin) then
      vim.api.nvim_set_current_win(origin)
    end
    vim.cmd('edit ' .. vim.fn.fnameescape(place.file))
    vim.api.nvim_win_set_cursor(0, { math.min(place.line, vim.api.nvim_buf_line_count(0)), 0 })
  end, { buffer = buffer, nowait = true })
end

return M
