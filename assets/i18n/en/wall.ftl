# The wall, read from four metres.
wall-action = Wall
wall-help = Fill the screen with the map, what is open and the large numbers; Esc leaves
wall-critical = Critical
wall-open = not closed
wall-away = No broker, last known
wall-sample = SAMPLE fleet
wall-not-known = Not known since the data stopped
wall-more = { $n ->
    [one] { $n } more open incident
   *[other] { $n } more open incidents
}
