# The review of incidents.
incidents-why = Why this verdict
incidents-no-check = No check could be made on this report.
incidents-nothing-checked = nothing could be checked
incidents-checks = { $n ->
    [one] { $k } of { $n } check points to an accident
   *[other] { $k } of { $n } checks point to an accident
}
incidents-checks-some = { $n ->
    [one] { $k } of { $n } check points to an accident, { $missing } not checked
   *[other] { $k } of { $n } checks point to an accident, { $missing } not checked
}
incidents-check = Check
incidents-value = Value
incidents-limit = Limit
incidents-points-to = Points to
incidents-weight = Weight
incidents-row-spoken = { $name }: { $reading }, points to { $points }, weight { $weight }
incidents-row-spoken-limit = { $name }: { $reading }, limit { $limit }, points to { $points }, weight { $weight }
incidents-measured = Measured: { $words }
incidents-limit-is = Limit: { $words }
incidents-source-is = Source: { $words }
incidents-sum = Sum of weights
incidents-probability = , probability of an accident
incidents-checks-below = { $n ->
    [one] { $n } check below, scroll
   *[other] { $n } checks below, scroll
}
incidents-zone-malfunction = malfunction ≤ 20 %
incidents-zone-person = a person decides
incidents-zone-accident = accident ≥ 80 %
incidents-probability-spoken = { $said }, zone: { $zone }
incidents-no-review = Nothing to review
incidents-choose-one = Choose an incident at the left to see what was ruled, on which evidence, and who was told.
incidents-drills-n = { $n ->
    [one] { $n } drill
   *[other] { $n } drills
}
incidents-drills-hidden = { $n ->
    [one] { $n } drill hidden by the filter
   *[other] { $n } drills hidden by the filter
}
incidents-drills-some = { $n ->
    [one] { $n } drill, { $hidden } hidden by the filter
   *[other] { $n } drills, { $hidden } hidden by the filter
}
incidents-hide = Hide
incidents-show = Show
incidents-drills-button = { $verb } drills
incidents-facts = Where and what
incidents-raw = Raw packet
incidents-place = Place
incidents-place-none = not in the report
incidents-good = good
incidents-fair = fair
incidents-poor = poor
incidents-accuracy = Accuracy
incidents-happened = Happened
incidents-clock = Clock
incidents-clock-ours = ours: the device's cannot be right
incidents-clock-device = the device's
incidents-samples = Samples
incidents-axes = Axes
incidents-axes-vehicle = x forward, y right, z down
incidents-axes-unknown = unknown: only |a| counts
incidents-range = Range
incidents-not-said = not said
incidents-airbag = Airbag
incidents-deployed = deployed
incidents-not-deployed = not deployed
incidents-claim = Device says
incidents-claim-is = “{ $claim }”: evidence, never a ruling
incidents-reports = Reports
incidents-reports-last = { $n }, last { $at }
incidents-topic = Topic
incidents-event = Event
incidents-cost = Cost
incidents-list-price = { $usd } at list price
incidents-stored = Stored
incidents-on-disk = yes, on disk
incidents-not-yet = not yet
incidents-none = none
incidents-samples-in = { $n } in { $span }, { $rate }
incidents-samples-at-once = { $n }, all at one time
incidents-bytes = { $n ->
    [one] { $n } byte
   *[other] { $n } bytes
}
incidents-bytes-first = { $n } bytes, the first { $shown } shown
incidents-bytes-as = Bytes as
incidents-as-text = Text
incidents-as-hex = Hex
incidents-packet-empty = The packet is empty.
incidents-all = All
incidents-unresolved = Unresolved
incidents-temperature = Temperature
incidents-real-only = Real only
incidents-with-drills = With drills
incidents-drills-only = Drills only
incidents-state = State
incidents-severity = Severity
incidents-verdict = Verdict
incidents-search = Search the incidents
incidents-search-hint = Search
incidents-search-help = Words, or fields: state:open severity>=high vehicle:VAN-04* verdict:undecided since:2h. A minus before a field turns it round.
incidents-drills = Drills
incidents-drills-hover = Drills never count among the real and reach no responder
incidents-clear = Clear
incidents-clear-filter = Clear the filter
incidents-shown = { $n } shown
incidents-hidden = { $n } hidden by the filter
incidents-older = { $n } older in the store
incidents-with-gravity = with gravity
incidents-without-gravity = without gravity
incidents-pulse = Crash pulse
incidents-no-pulse = No pulse in this report
incidents-no-pulse-why = The report brought no samples, so nothing can be drawn and nothing was measured.
incidents-reset-view = Reset view
incidents-judged-part = Judged part
incidents-whole-record = Whole record
incidents-pulse-spoken = { $n ->
    [one] Crash pulse, { $n } sample
   *[other] Crash pulse, { $n } samples
}
incidents-peak-at = peak { $g } at { $at }
incidents-window = judged window { $from } to { $until }
incidents-free-fall = free fall { $from } to { $until }
incidents-free-fall-for = free fall { $ms }
incidents-range-is = sensor range ±{ $range }
incidents-range-cut = sensor range ±{ $range }: what lies beyond is cut off
incidents-x-long = x long.
incidents-y-lat = y lat.
incidents-z-vert = z vert.
incidents-no-samples = no samples
incidents-sample-n = sample { $n }
incidents-no-sample = no sample
incidents-drag = drag, scroll, double-click to reset
incidents-g-at = { $g } at { $at }
incidents-open = Open
incidents-newest-first = { $n }, newest critical first
incidents-judged-malfunction = Judged malfunction
incidents-n-nobody-told = { $n }, nobody told
incidents-n-no-responder = { $n }, no responder is told
incidents-critical-above = { $n } unacknowledged critical above
incidents-all-hidden = { $n ->
    [one] { $n } incident is hidden by the filter.
   *[other] { $n } incidents are hidden by the filter.
}
incidents-show-all = Show all
incidents-nothing-passes = Nothing passes the filter
incidents-empty = No incidents
incidents-empty-why = Crash reports are judged as they arrive. A real or undecided one stands here at once.
incidents-resolved-at = Resolved { $at }
incidents-acknowledged-by = Acknowledged, { $by }
incidents-unacknowledged-for = Unacknowledged { $age }
incidents-unreadable = Unreadable crash report
incidents-unreadable-treat = a person decides, treat as real
incidents-confidence = { $p } confidence
incidents-accident-decides = { $p } accident: a person decides
incidents-device-malfunction = Device malfunction
incidents-too-warm = Too warm
incidents-too-cold = Too cold
incidents-within = Within its limits
incidents-now-back = { $value }, now back in its band
incidents-could-not-be-read = The report could not be read: { $reason }. Its bytes stand below.
incidents-nobody-was-told = Nobody was told.
incidents-acknowledged = Acknowledged
incidents-claims-test = payload claims to be a test: changes nothing
incidents-resolved-already = it is resolved already
incidents-acknowledge-first = acknowledge it first
incidents-acknowledge = Acknowledge
incidents-acknowledge-device = Acknowledge { $device }
incidents-resolve = Resolve
incidents-resolve-device = Resolve { $device }
incidents-add-note = Add note
incidents-notes = { $n ->
    [one] { $n } note, last by { $by }: “{ $text }”
   *[other] { $n } notes, last by { $by }: “{ $text }”
}
incidents-note-to = Note to { $id }
incidents-note-hint = What was seen or done; it is kept with the incident under your name
incidents-note-empty = the note is empty
incidents-save-note = Save note
incidents-cancel = Cancel
incidents-cancel-note = Cancel the note
incidents-speed = Speed before and after
incidents-no-speed = No speed trace
incidents-no-speed-why = The report brought no speeds, so a stop or driving on could not be checked.
incidents-kmh-before = { $kmh } before
incidents-kmh-after = { $kmh } after
incidents-stopped-at = stopped at { $at }
incidents-speed-spoken = Speed before and after: { $said }
incidents-among-limits = Among its limits
incidents-since-routed = Since when, routed where
incidents-band = Band
incidents-band-before = Band before
incidents-first-reading = none, first reading
incidents-limits = Limits
incidents-limits-are = COLD below { $low }, HOT above { $high }
incidents-since = Since
incidents-ago = { $at }, { $age } ago
incidents-back = Back
incidents-back-after = { $at }, after { $age }
incidents-not-back = not yet: still out of its band
incidents-routed = Routed to
incidents-no-scale = The value or its limits are out of any range, so no scale can be drawn.
incidents-above-limit = { $by } above its limit
incidents-below-limit = { $by } below its limit
incidents-within-limits = within its limits
incidents-step-received = Received
incidents-step-decoded = Decoded
incidents-step-invoked = Invoked
incidents-step-judged = Judged
incidents-step-filed = Filed
incidents-step-stored = Stored
incidents-step-device-told = Device told
incidents-step-told = Accepted
incidents-step-tell-failed = Telling failed
incidents-step-would-have-told = Would have told
incidents-step-merged = Report joined
incidents-step-on-screen = On screen
incidents-step-acknowledged = Acknowledged
incidents-step-resolved = Resolved
incidents-step-noted = Note
incidents-step-back-in-band = Back in band
incidents-step-overruled = Overruled
incidents-step-false-alarm = False alarm
incidents-step-confirmed = Confirmed
incidents-step-undone = Taken back
incidents-step-reopened = Open again
incidents-step-claimed = Claimed
incidents-step-assigned = Assigned
incidents-step-dispatched = Help sent
incidents-step-seconded = Second person agreed
incidents-step-unseconded = No second person
incidents-step-reopened-by = Opened again
incidents-step-merged-into = Put under
incidents-step-merged-from = Took in
incidents-step-split = Taken apart
incidents-step-follows = Follows
incidents-first-accepted = first accepted { $after }
incidents-nobody-reached = nobody reached yet
incidents-drill-nobody = drill: nobody is told
incidents-sample-nobody = sample: nobody is told
incidents-timeline = What happened
incidents-samples-bytes = { $n ->
    [one] { $n } sample, { $bytes }
   *[other] { $n } samples, { $bytes }
}
incidents-committed = committed to disk
incidents-ack-sent = acknowledgement sent
incidents-first-frame = first frame that shows it
incidents-heard-after = after { $age }
incidents-step-went-silent = Went silent
incidents-step-heard-again = Heard again
incidents-where = Where
incidents-no-place = No place in this report
incidents-no-place-why = The report brought no position, and none is guessed.
incidents-map = Map of the place
incidents-versions = Verdicts
incidents-versions-note = nothing is overwritten, the newest on top
incidents-no-versions = No version yet
incidents-no-versions-why = The verdict stands here once it is stored.
incidents-store-unread = The store could not be read
incidents-store-failed = { $why }. What the desk itself knows stands in the other panes.
incidents-asking = reading the store
incidents-judge-unknown = a judge without a version
incidents-by-live = { $judge } on the line
incidents-by-rejudge = { $judge }, judged again
incidents-by-shadow = { $judge } beside the line, decides nothing
incidents-by-person = { $who }, a person
incidents-said-false-alarm = False alarm: { $reason }
incidents-said-overrule = Overruled to { $ruling }: { $reason }
incidents-said-confirm = Confirmed { $ruling }: { $reason }
incidents-said-withdrawn = The decision before was taken back
incidents-version = Version { $n }: { $who }
incidents-limits-named = limits { $hash }
incidents-device-past = This device
incidents-device-counts = { $days } days: incidents { $n }, malfunctions { $malfunctions }, false alarms { $alarms }
incidents-no-others = No other incident of this device in that time.
incidents-similar = Similar incidents
incidents-similar-note = other devices, ruled alike, nearest in Δv
incidents-no-similar = None in the store yet.
incidents-false-alarm = False alarm
incidents-false-alarm-device = False alarm of { $device }
incidents-overrule = Overrule
incidents-overrule-device = Overrule the verdict on { $device }
incidents-overrule-to = Overrule to
incidents-only-crashes = only a verdict over a crash can be overruled
incidents-kind = Kind
incidents-kind-unknown = not known
incidents-reason-hint = Why; it is kept under your name
incidents-reason-empty = a decision needs a reason
incidents-decide = Save
incidents-decide-is = Save: { $what }
incidents-cancel-decision = Cancel the decision
incidents-tabs = Lower left
incidents-tab-where = Speed and place
incidents-tab-report = Report
incidents-tab-raw = Raw packet
incidents-tab-versions = Verdicts
incidents-tab-past = History
incidents-decided-by = decided by { $who }; the function said: { $judged }
incidents-reason-is = “{ $reason }” { $sentence }
incidents-action-false-alarm = Call a false alarm
incidents-help-false-alarm = Close the incident as a false alarm, with a reason; nobody is recalled.
incidents-action-overrule = Overrule the verdict
incidents-help-overrule = Say that it is the other thing, with a reason; the verdict stays beside it.
incidents-undo = Take back, { $secs } s
incidents-decided = Decided over { $id }. Nobody is recalled.
incidents-export = Export
incidents-export-device = Export the incident of { $device }
incidents-not-stored = it is not stored yet
incidents-action-export = Export the incident
incidents-help-export = Write it as JSON with its raw packets and a hash, and as a page to print.
incidents-import = Import
incidents-import-file = Import an incident from a file
incidents-file = File
incidents-import-hint = The JSON file that another desk exported; or drop it here
incidents-import-empty = name a file
incidents-take-in = Take in
incidents-cancel-import = Cancel the import
incidents-exported = { $id } was written as JSON and as a page to print: { $folder }
incidents-imported = Taken in as { $id }, among the drills. Nobody is told of it.
incidents-errand-failed = { $what }: { $why }
incidents-team = Team
incidents-on-it = { $who } is on it
incidents-given-to = Given to { $who }, not seen yet
incidents-nobody-on-it = Nobody is on it
incidents-waits-second = Waits for a second person
incidents-closing = { $who } closes it as a malfunction: "{ $reason }". A second person must agree by { $at } ({ $min } min), or it is open again and people are told.
incidents-second = Agree
incidents-second-device = Agree that { $device } was no crash
incidents-second-another = Somebody else must agree
incidents-take-on = I am on it
incidents-claimed = You are on it
incidents-help-claim = Be on it, and take it where nobody has
incidents-assign = Assign
incidents-assign-to = Assign to
incidents-assign-name = Type another name
incidents-assign-nobody = Take it from them
incidents-dispatch = Send help
incidents-help-dispatch = Say what help was sent
incidents-help-what = What was sent, to where
incidents-help-sent = { $who } sent help at { $at }: { $what }
incidents-merge = Put under
incidents-merge-into = The incident to put it under
incidents-merge-choose = Another incident
incidents-merge-missing = Choose the other incident and write why
incidents-team-why = Why
incidents-split = Take apart
incidents-reopen = Open again
incidents-merged-into = Told under { $id }
incidents-merged-from = Holds { $id }
incidents-follows = { $id } of the same device was resolved shortly before
incidents-done = { $id }: { $what }
incidents-step-escalated = Told again
