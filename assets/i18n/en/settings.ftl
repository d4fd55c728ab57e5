settings-window = Window
settings-temperature = Temperature bands
settings-verdicts = Verdict limits
settings-cost = Cost
settings-at-once = takes effect when it is saved
settings-from-next-start = takes effect with the next start of Fleetwatch
settings-save = Save
settings-save-n = Save { $n ->
    [one] 1 change
   *[other] { $n } changes
}
settings-discard = Discard
settings-read-again = Read the file again
settings-nothing-changed = nothing is changed
settings-not-saved = not saved
settings-next-start = from next start
settings-saved = Saved
settings-saved-waiting = Saved. { $n ->
    [one] 1 value takes effect
   *[other] { $n } values take effect
} with the next start of Fleetwatch.
settings-nothing-waits = Everything that is saved is in effect
settings-waiting = { $n ->
    [one] 1 saved value takes effect
   *[other] { $n } saved values take effect
} with the next start of Fleetwatch.
settings-refused = Not saved, the file is as it was: { $why }
settings-wrong-range = { $name } must be from { $least } to { $most }, not { $found }. Change it and save again.
settings-wrong-order = { $low } ({ $found }) must be below { $high } ({ $above }). Lower the first or raise the second.
settings-wrong-value = { $name }: { $why }
settings-wrong-shape = The file cannot be used: { $why }. Mend it by hand, then read it again.
settings-wrong-file = { $why }. Free space or set its rights right, then save again.
settings-no-number = “{ $found }” is no number. Write digits, as 2.5.
settings-no-whole-number = “{ $found }” is no whole number. Write digits alone, as 5.
settings-range = { $least } to { $most }
settings-default = default { $value }
settings-on = On
settings-off = Off
settings-language = Language
settings-language-note = of the window; Fleetwatch’s files keep their own words
settings-language-system = System
settings-theme = Theme
settings-theme-note = Ctrl+Shift+D switches until the next start
settings-theme-dark = Dark
settings-theme-light = Light
settings-degrees = Temperatures
settings-degrees-note = on every screen; limits here are always in °C
settings-scale = Size
settings-scale-note = at most as large as the window has room for
settings-sounds = Sounds
settings-sounds-note = off: alarms are only shown
settings-motion = Reduced motion
settings-motion-note = on: nothing moves or pulses
settings-cold-below = Cold below
settings-hot-above = Hot above
settings-hysteresis = Back to normal within the limit by
settings-delay = Out for, before it alarms
settings-max-rate = Alarms when it changes faster than
settings-groups = Sensors and groups
settings-groups-note = a name, or a beginning and *; the longest that fits wins
settings-cold-short = cold <
settings-hot-short = hot >
settings-delay-short = after
settings-remove = Remove
settings-remove-group = Remove { $group }
settings-group-hint = fridge-*
settings-group-name = Name of a sensor or group
settings-group-empty = type a name first
settings-group-known = this one has limits already
settings-add-group = Add
settings-real-at = Real accident from probability
settings-malfunction-at = Malfunction up to probability
settings-delta-v = Speed change of a collision
settings-delta-v-window = within
settings-critical = Critical from a speed change of
settings-peak = Peak of a collision
settings-driving = Peak that driving alone reaches
settings-pulse-min = A collision lasts at least
settings-knock = A knock or drop lasts at most
settings-pulse-max = Braking lasts longer than
settings-free-fall = A drop falls at least
settings-stuck = A sensor is stuck after
settings-pinned = At its limit it is at fault after
settings-trip = On a trip from
settings-late = A report is late after
settings-tilt = Turned over from
settings-further = { $n } further limits
settings-further-note = by their names in the file, where each is described
settings-region = AWS region
settings-region-note = whose prices count
settings-arch = Processor
settings-arch-note = arm64 is the cheaper one
settings-budget = Budget a month
settings-budget-note = empty: no budget; as 90.00
settings-judge-again = The past judged again
settings-judge-note = nothing is changed
settings-judge-about = Every stored crash report is judged by the limits at the left, saved or not, and what flips is listed.
settings-judge-run = Judge the past again
settings-judge-running = it is running
settings-judge-reading = Reading the store…
settings-judge-changed = The limits were changed since: judge again.
settings-judge-so-far = So far.
settings-judge-failed = It could not be done: { $why }
settings-judge-flips = { $flips ->
    [one] 1 incident
   *[other] { $flips } incidents
} of { $incidents } would flip ({ $reports ->
    [one] 1 report
   *[other] { $reports } reports
} judged).
settings-judge-not = Not judged again: { $thinned } of floods without their bytes, { $failed } where the function failed; their verdict stands.
settings-judge-no-persons = No incident has a person’s decision yet, so nobody can say which is right.
settings-judge-persons = Against the decisions of persons over { $n ->
    [one] 1 incident
   *[other] { $n } incidents
}: precision { $precision }, recall { $recall }; { $against } of the flips are against one.
settings-judge-listed = The first { $n } are listed.
settings-judge-against = against { $by }
settings-judge-open = Open the incident
