# The map, wherever it is shown.
map-name = Map
map-name-empty = Map, nothing on it yet
map-vehicles = { $n ->
    [one] { $n } vehicle
   *[other] { $n } vehicles
}
map-in-view = { $name }: { $n } of { $all } in view
map-chosen = , { $device } chosen
map-stale = , last known positions
map-closer = { $vehicles }, click to come closer
map-mark = { $device } on the map, { $speed }, { $motion }
map-speed-unknown = speed unknown
map-motion-silent = silent
map-motion-moving = moving
map-motion-parked = parked
map-motion-was-moving = was moving
map-motion-was-parked = was parked
map-sensors = { $n ->
    [one] , 1 sensor
   *[other] , { $n } sensors
}
map-harsh = { $n ->
    [one] , 1 harsh manoeuvre
   *[other] , { $n } harsh manoeuvres
}
map-sensor = { $device } on the map: { $state }
map-sensor-is = { $band }, { $celsius }
map-sensor-was = was { $band }, { $celsius }
map-sensor-silent = silent, last { $celsius }
map-scale = Scale: { $length }
map-near-at = { $place }
map-near = { $km } km { $way } of { $place }
map-near-city = { $place }, { $city }
map-way = { $n ->
    [0] N
    [1] NE
    [2] E
    [3] SE
    [4] S
    [5] SW
    [6] W
   *[other] NW
}
map-action-follow = Follow
map-help-follow = Map: keep the chosen vehicle in the middle
map-action-fit = Fit all
map-help-fit = Map: show every vehicle
