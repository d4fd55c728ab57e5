# 어디에나 쓰이는 지도.
map-name = 지도
map-name-empty = 지도, 아직 표시할 것이 없음
map-vehicles = 차량 { $n }대
map-in-view = { $name }: { $all } 중 { $n }대 표시
map-chosen = , { $device } 선택됨
map-stale = , 마지막으로 알려진 위치
map-closer = { $vehicles }, 누르면 확대
map-mark = 지도의 { $device }, { $speed }, { $motion }
map-speed-unknown = 속도 미확인
map-motion-silent = 신호 없음
map-motion-moving = 주행
map-motion-parked = 정차
map-motion-was-moving = 주행 중이었음
map-motion-was-parked = 정차 중이었음
map-sensors = , 센서 { $n }개
map-harsh = , 위험 운전 { $n }건
map-sensor = 지도의 { $device }: { $state }
map-sensor-is = { $band }, { $celsius }
map-sensor-was = 마지막 상태 { $band }, { $celsius }
map-sensor-silent = 신호 없음, 마지막 { $celsius }
map-scale = 축척: { $length }
map-near-at = { $place }
map-near = { $place } { $way }쪽 { $km } km
map-near-city = { $city } { $place }
map-way = { $n ->
    [0] 북
    [1] 북동
    [2] 동
    [3] 남동
    [4] 남
    [5] 남서
    [6] 서
   *[other] 북서
}
map-action-follow = 따라가기
map-help-follow = 지도: 선택한 차량을 가운데에 둡니다
map-action-fit = 전체 보기
map-help-fit = 지도: 모든 차량을 표시합니다
