-- Found by `vim.lsp.enable('foreshock')` (Neovim 0.11 and newer).
return require('foreshock.client').config()
