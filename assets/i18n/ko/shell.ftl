# 막대, 메뉴, 배너, 메시지, 단축키.
shell-language = 언어: 한국어
shell-language-short = 한
shell-language-switch = 영어로 바꾸기
