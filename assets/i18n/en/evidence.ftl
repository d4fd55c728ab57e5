# What a check found and what it is held against, worded so that it can be read out on the phone.
# The first part of a key is the one on the wire (docs/WIRE.md), with - for _.
evidence-name-airbag = Airbag or belt tensioner
evidence-name-delta-v = Speed change Δv
evidence-name-pulse = Length of the push
evidence-name-peak = Peak acceleration
evidence-name-spike-in-driving = Peak in the driving data
evidence-name-speed-lost = Speed lost
evidence-name-speed-after = Speed afterwards
evidence-name-speed-before = Speed before
evidence-name-free-fall = Free fall before
evidence-name-vertical = Vertical share
evidence-name-spike = Single-sample spike
evidence-name-jolt = Sudden jolt
evidence-name-swings = Repeated swings
evidence-name-handled = Unrest about the push
evidence-name-pinned = Pinned at the limit
evidence-name-clipping = Clipped samples
evidence-name-stuck = Stuck axis
evidence-name-level = Level at rest
evidence-name-tilt = Largest tilt
evidence-name-came-to-rest = Tipped over, then still
evidence-name-clock = Device clock
evidence-name-gaps = Missing samples
evidence-name-sampling = Samples in the push
evidence-name-device-claim = Device's own claim
evidence-name-age = Age on receipt
evidence-name-not-judged = Judged

evidence-source-airbag = 49 CFR 563.5
evidence-source-delta-v = 49 CFR 563.5
evidence-source-pulse = drone-filmed and EDR crash pulses of 70 to 150 ms; own judgement
evidence-source-peak = Geotab collision-level rule
evidence-source-spike-in-driving = Geotab, collision level
evidence-source-speed-lost = own judgement
evidence-source-speed-after = Teltonika GNSS speed check; limits own judgement
evidence-source-speed-before = Samsara crash gate
evidence-source-free-fall = own judgement from the law of falling bodies
evidence-source-vertical = Geotab ignores Z; Digital Matter: vertical is a drop
evidence-source-spike = own judgement
evidence-source-jolt = own judgement from 49 CFR 563.5: 8 km/h in 100 ms is 2.3 g at 10 Hz
evidence-source-swings = own judgement
evidence-source-handled = own judgement
evidence-source-pinned = own judgement
evidence-source-clipping = own judgement
evidence-source-stuck = own judgement
evidence-source-level = own judgement; RuuviTag 0x8000, lost calibration
evidence-source-tilt = Digital Matter rollover rule
evidence-source-came-to-rest = own judgement after Digital Matter's rollover rule
evidence-source-clock = own judgement
evidence-source-gaps = own judgement
evidence-source-sampling = own judgement: a 100 ms push at 25 Hz has 2 to 3 samples
evidence-source-device-claim = own judgement; Teltonika AVL 247
evidence-source-age = own judgement
evidence-source-not-judged = rule: a crash that was not judged is treated as real

evidence-too-coarse = one sample every { $step } ms is too coarse
evidence-samples-usable = { $n ->
    [one] { $n } usable sample
   *[other] { $n } usable samples
}
evidence-samples-limit = at least 3 samples
evidence-airbag-deployed = deployed
evidence-airbag-not-deployed = not deployed
evidence-airbag-unknown = not reported
evidence-airbag-limit = deployed
evidence-dv = { $kmh } km/h in { $ms } ms
evidence-dv-at-least = at least { $kmh } km/h in { $ms } ms
evidence-dv-impossible = { $kmh } km/h in { $ms } ms, { $push } km/h over the whole push
evidence-dv-short = { $kmh } km/h in { $ms } ms, but only { $recorded } ms are recorded
evidence-dv-coarse = { $kmh } km/h in { $ms } ms, but only one sample every { $step } ms
evidence-dv-jolt = { $kmh } km/h in { $ms } ms, one sample every { $step } ms
evidence-dv-limit = ≥ { $kmh } km/h within { $ms } ms
evidence-dv-limit-possible = ≥ { $kmh } km/h within { $ms } ms, at most { $most } km/h
evidence-pulse = { $n ->
    [one] { $ms } ms, { $n } sample
   *[other] { $ms } ms, { $n } samples
}
evidence-pulse-limit = { $from } to { $to } ms
evidence-peak = { $g } g
evidence-peak-limit = ≥ { $g } g
evidence-spike-in-driving = { $g } g horizontally, and no crash report came
evidence-spike-in-driving-limit = ≥ { $g } g
evidence-speed-lost = { $kmh } km/h
evidence-speed-lost-unknown = no speeds on both sides of the push
evidence-speed-lost-limit = ≥ { $kmh } km/h together with a push
evidence-speed-after = { $after } km/h after { $before } km/h
evidence-speed-after-unknown = no speed before, or none later
evidence-speed-after-limit = { $secs } s later at most { $kmh } km/h
evidence-speed-before = { $kmh } km/h
evidence-speed-before-unknown = no speed before the push
evidence-speed-before-limit = ≥ { $kmh } km/h
evidence-free-fall = { $ms } ms, a fall of { $metres } m
evidence-free-fall-none = none
evidence-free-fall-unknown = the samples are without gravity
evidence-free-fall-limit = |a| < { $g } g for ≥ { $ms } ms
evidence-vertical = { $share } % of the peak; Δv { $up } km/h vertical, { $level } km/h horizontal
evidence-vertical-unknown = up and down are not known
evidence-vertical-limit = < 85 % of the peak, and vertical Δv at most 1.5 times the horizontal
evidence-spike = { $n ->
    [one] { $n } sample, { $share } % on one axis
   *[other] { $n } samples, { $share } % on one axis
}
evidence-spike-limit = more than 2 samples reach half of the peak, 1 where samples are 20 ms apart or more
evidence-jolt = { $g } g
evidence-jolt-not-needed = the record is fine enough to show the push itself
evidence-jolt-limit = ≥ 0.8 g off its surroundings; below 0.3 g only braking and steering
evidence-handled = { $ms } ms of unrest, { $share } % of it in the push
evidence-handled-limit = < { $ms } ms about a push below { $g } g, or most of it in the push
evidence-lies-still = turned { $degrees }° and lies still, { $g } g of unrest
evidence-moves-on = turned { $degrees }° and moves on, { $g } g of unrest
evidence-came-to-rest-unknown = too little before or after the peak, or no gravity
evidence-came-to-rest-short = less than a second after the peak
evidence-came-to-rest-limit = turned > { $degrees }° about a hard peak, then still for a second
evidence-swings = { $n } of like size before
evidence-swings-limit = fewer than { $n }
evidence-pinned = { $axis } at { $g } g for { $ms } ms
evidence-pinned-no = no
evidence-pinned-limit = < { $ms } ms at the limit
evidence-clipping-none = none
evidence-clipping = { $n ->
    [one] { $n } sample
   *[other] { $n } samples
}
evidence-clipping-at = { $n ->
    [one] { $n } sample at ±{ $range } g
   *[other] { $n } samples at ±{ $range } g
}
evidence-clipping-limit = none; clipped samples make Δv a lower bound
evidence-stuck = { $axis } at { $g } g for { $ms } ms
evidence-stuck-no = no
evidence-stuck-limit = < { $ms } ms without change while others move
evidence-level = { $before } g before, { $after } g after
evidence-level-before = { $before } g before
evidence-level-falling = the device was falling
evidence-level-unknown = no samples before the push
evidence-level-limit = |a| within 1 ± { $g } g, the same before and after
evidence-level-limit-no-gravity = |a| below { $g } g before and after
evidence-tilt = { $degrees }°
evidence-tilt-unknown = gravity before and after is not known
evidence-tilt-limit = > { $degrees }° from before
evidence-clock-steady = steady
evidence-clock-jump = a jump of { $secs } s, steps back: { $back }, repeats: { $repeats }
evidence-clock-faults = steps back: { $back }, repeats: { $repeats }
evidence-clock-limit = no step back, none over { $secs } s, no repeats
evidence-gaps-none = none
evidence-gaps = { $n } of { $given } samples
evidence-gaps-axes = no values for { $axes }
evidence-gaps-and-axes = { $n } of { $given } samples; no values for { $axes }
evidence-gaps-longest = { $n } of { $given } samples, longest gap { $gap } ms
evidence-gaps-longest-and-axes = { $n } of { $given } samples, longest gap { $gap } ms; no values for { $axes }
evidence-gaps-limit = none; what is missing cannot speak
evidence-sampling = { $n ->
    [one] { $hz } Hz, { $n } sample in the push
   *[other] { $hz } Hz, { $n } samples in the push
}
evidence-sampling-limit = ≥ { $n } samples in 100 ms
evidence-claim = “{ $word }”
evidence-claim-none = the device claims nothing
evidence-claim-limit = the device's word is one voice, never a ruling
evidence-age = { $secs } s after the device's time
evidence-age-late = late, { $secs } s after the device's time
evidence-age-kept = { $secs } s after the device's time, kept by the broker: it may be old
evidence-age-late-kept = late, { $secs } s after the device's time, kept by the broker: it may be old
evidence-age-clock-wrong = the device's clock cannot be right; the time is ours
evidence-age-clock-wrong-kept = the device's clock cannot be right; the time is ours, kept by the broker: it may be old
evidence-age-no-time = the device gave no time; the time is ours
evidence-age-no-time-kept = the device gave no time; the time is ours, kept by the broker: it may be old
evidence-age-limit = ≤ { $secs } s, not kept by the broker
evidence-not-judged = no, { $function }: { $what }
evidence-not-judged-limit = answer within { $ms } ms
# Lines across the window.
evidence-banner-undelivered = A page was not delivered: { $incident }, { $why }. Nobody may know of it: call people yourself and acknowledge it.
evidence-banner-waiting = A page waits: { $incident }, since the receiver of { $channel } asked for patience ({ $why }). Nobody may know of it: call people yourself and acknowledge it.
evidence-banner-waiting-more = A page waits: { $incident }, since the receiver of { $channel } asked for patience ({ $why }). Nobody may know of it: call people yourself and acknowledge it. The same holds for { $n ->
    [one] one further incident
   *[other] { $n } further incidents
}.
evidence-banner-undelivered-more = A page was not delivered: { $incident }, { $why }. Nobody may know of it: call people yourself and acknowledge it. The same holds for { $n ->
    [one] one further incident
   *[other] { $n } further incidents
}.
evidence-banner-unsaved = { $n ->
    [one] { $n } record is
   *[other] { $n } records are
} not saved: the store cannot keep up. They are on this screen only; free disk space, then restart.
evidence-banner-watchdog-unheard = The watchdog outside has taken no sign of life for { $age }: nothing was heard of it. It may raise the alarm, and it will not when this desk fails. Check watchdog_url in [outbound], and the network.
evidence-banner-watchdog = The watchdog outside has taken no sign of life for { $age }: { $why }. It may raise the alarm, and it will not when this desk fails. Check watchdog_url in [outbound], and the network.
evidence-banner-store = The store cannot be written: { $why } People are still told.
evidence-banner-register-full = The device register is full: { $n ->
    [one] { $n } message
   *[other] { $n } messages
} of further devices were dropped. Crash reports still pass. Raise line.max_devices in the settings.
evidence-banner-record-changed = Somebody has changed the record: { $what }. Everything goes on, and new entries are chained to the last one. Keep the data directory as it is and run `fleetwatch doctor`.
