# The hand-over: what the next shift must know.
handover-action = Hand-over
handover-help = See what the next shift must know, on one sheet
handover-title = Hand-over at { $at }
handover-shift = Shift
handover-hours = { $n } h
handover-copy = Copy
handover-copied = The sheet is copied as text
handover-open = Open incidents, those that nobody has taken first
handover-silences = Silences that end in the next shift
handover-silent = Sensors that are silent
handover-resolved = Resolved in this shift
handover-untold = Judged malfunctions of which nobody was told
handover-drills = Drills run in this shift
handover-quiet = silent for { $age }, last heard at { $at }
handover-resolved-by = resolved by { $who } at { $at }
handover-acknowledged = acknowledged by { $who } at { $at }
handover-unacknowledged = not acknowledged for { $age }
handover-closing = { $who } closes it as a malfunction; a second person must agree by { $at }
handover-told-again = { $n ->
    [one] people were told again { $n } time
   *[other] people were told again { $n } times
}
handover-undelivered = not delivered: { $why }
handover-note = last note, { $who }: { $text }
handover-older = { $n ->
    [one] { $n } older incident is in the store only; `fleetwatch handover` reads all of them.
   *[other] { $n } older incidents are in the store only; `fleetwatch handover` reads all of them.
}
