# Numbers, ages, states in a word.
text-severity-critical = Critical
text-severity-high = High
text-severity-medium = Medium
text-severity-low = Low
text-ruling-real-accident = Real accident
text-ruling-malfunction = Malfunction
text-ruling-undecided = Undecided
text-life-unacknowledged = unacknowledged
text-life-acknowledged = acknowledged
text-life-resolved = resolved
text-points-accident = accident
text-points-malfunction = malfunction
text-points-neutral = neutral
text-points-not-checked = not checked
text-band-cold = COLD
text-band-normal = NORMAL
text-band-hot = HOT
text-store-writable = Writable
text-store-not-writable = Not writable
text-notify-reachable = Reachable
text-notify-unreachable = Unreachable
text-notify-telling-fails = Telling fails
text-notify-set-up-not-used-yet = Set up, not used yet
text-link-connecting = Connecting
text-link-connected = Connected
text-link-degraded = Degraded
text-link-disconnected = Disconnected
text-link-not-set = Not set
text-fresh-live = live
text-fresh-late = late
text-fresh-stale = stale
text-fresh-lost = lost
text-unknown = unknown
text-secs = { $s } s
text-tried-again = Tried again at { $at }, in { $wait }.
text-being-tried-again = It is being tried again now.
text-min-secs = { $min } min { $s } s
text-min = { $min } min
text-hours-min = { $h } h { $min } min
text-days-hours = { $d } d { $h } h
text-day-and-zone = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $zone }
text-cents = { $n } cents
text-over-99 = over 99 %
text-under-1 = under 1 %
text-search-no-field-near = There is no field "{ $word }" here: did you mean { $near }?
text-search-no-field = There is no field "{ $word }" here; there are { $fields }.
text-search-no-word-near = { $field } is never "{ $word }": did you mean { $field }:{ $near }?
text-search-no-word = { $field } is never "{ $word }"; it is { $words }.
text-search-no-number = "{ $word }" is no number: write { $field }>=3 { $unit }
text-search-no-time = "{ $word }" is no time: write { $field }:2h (s, m, h, d) or { $field }:2026-03-18
text-search-no-order = { $field } has no more and no less: write { $field }:{ $word }
text-search-no-value = Nothing stands behind "{ $word }": write { $field }:something
text-search-no-end = { $word } has no end: put a second " behind it.
text-search-too-many = These are too many terms; take some away.
text-self-test-passed = Passed
text-self-test-failed = Failed
text-self-test-waiting = Not run yet
text-self-test-by-hand = By hand only
