# Bars, rail, banners, messages, keys.
shell-language = Language: English
shell-language-short = EN
shell-language-switch = Switch to Korean
