# What an incident is and who has it, as cards and lists say it.
words-unreadable-needs-person = Unreadable crash report: needs a person
words-real-confidence = Real accident, { $p } confidence
words-undecided-needs-person = Undecided, { $p } accident: needs a person
words-kind-confidence = { $kind }, { $p } confidence
words-above = Above its limit: { $celsius }, limit { $limit }
words-below = Below its limit: { $celsius }, limit { $limit }
words-within = Within its limits: { $celsius }
words-unreadable = Report cannot be read
words-real = Real accident, { $p }
words-undecided = Undecided, { $p } accident
words-kind = { $kind }, { $p }
words-peak = peak { $g }
words-airbag = airbag deployed
words-no-airbag = no airbag
words-back = back in its band { $at }
words-reports = { $n ->
    [one] { $n } report
   *[other] { $n } reports
}
words-resolved-by = Resolved { $at } by { $who }
words-acknowledged-by = Acknowledged { $at } by { $who }
words-resolved = Resolved
words-nobody-told = Nobody told
words-unacknowledged = Unacknowledged
words-telling-failed = Telling failed: { $why }
words-nobody-told-sample = Nobody told, sample { $at }
words-nobody-told-drill = Nobody told, drill
words-drill = DRILL
words-sample = SAMPLE
words-kind-device-dropped = Device dropped
words-kind-single-spike = Single spike
words-kind-sensor-stuck = Sensor stuck
words-kind-sensor-at-its-limit = Sensor at its limit
words-kind-device-clock-jumped = Device clock jumped
words-kind-device-shaken = Device shaken
words-kind-pothole = Pothole
words-kind-speed-bump = Speed bump
words-kind-door-slam = Door slam
words-kind-samples-missing = Samples missing
words-kind-sensor-level-shifted = Sensor level shifted
words-kind-hard-braking = Hard braking
words-kind-no-collision-pulse = No collision pulse
