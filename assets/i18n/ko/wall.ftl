# 4 m 거리에서 보는 상황판
wall-action = 상황판
wall-help = 지도, 진행 중 사고, 큰 숫자로 화면을 채웁니다. Esc로 나갑니다.
wall-critical = 심각
wall-open = 종결 전
wall-away = 브로커 없음, 마지막 상태
wall-sample = 샘플 차량
wall-not-known = 데이터가 끊겨 알 수 없음
wall-more = 진행 중 사고 { $n }건 더 있음
