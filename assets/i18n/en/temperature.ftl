temperature-empty = No sensor yet
temperature-empty-when = Sensors appear here with their first temperature.
temperature-n-hot = { $n ->
    [one] 1 sensor hot
   *[other] { $n } sensors hot
}
temperature-n-cold = { $n ->
    [one] 1 sensor cold
   *[other] { $n } sensors cold
}
temperature-n-normal = { $n ->
    [one] 1 sensor normal
   *[other] { $n } sensors normal
}
temperature-n-silent = { $n ->
    [one] 1 sensor silent
   *[other] { $n } sensors silent
}
temperature-n-sensors = { $n ->
    [one] 1 sensor
   *[other] { $n } sensors
}
temperature-per-minute = { $n } msg/min
temperature-silent-rule = no message > 60 s
temperature-all = All
temperature-unit = Unit
temperature-filter = Filter by name
temperature-filter-sensors = Filter sensors by name
temperature-show = Show
temperature-out-first = Out of range first
temperature-by-name = By name
temperature-each-chart = Each chart: last { $n } min
temperature-hidden = { $shown } shown, { $hidden } hidden by the filter
temperature-no-match = No sensor matches
temperature-no-match-why = The filter hides them all. Clear it to see every sensor.
temperature-silent = SILENT
temperature-stale = STALE { $age }
temperature-topic = topic
temperature-no-topic = none
temperature-last-value-old = last value { $age } old
temperature-above-for = above { $limit } for { $lasting }
temperature-below-for = below { $limit } for { $lasting }
temperature-range = { $low } to { $high }
temperature-no-data = no data
temperature-no-value = no value
temperature-history = Alert history
temperature-since = since { $at }
temperature-history-empty = Nothing out of range
temperature-history-empty-when = When a sensor leaves its band it is listed here, with how long it lasted.
temperature-lasted = lasted { $age }
temperature-open-for = open, { $age }
temperature-rose-above = rose above { $limit }
temperature-fell-below = fell below { $limit }
temperature-too-fast = changes too fast
temperature-fault-stuck = sensor fault: stuck
temperature-fault-jumping = sensor fault: readings jump
temperature-fault-impossible = sensor fault: impossible reading
temperature-fault-silent = sensor fault: silent
