# Silences: what nobody is told of for a while.
silences-action = Silences
silences-help = Silence temperatures, sensor faults or harsh driving for a while, and see what was hidden
silences-title = Silences
silences-note = Hides temperatures, sensor faults and harsh driving, and nothing else. A crash, silence after an impact and a failed self-test always get through. What still holds at its end is told then.
silences-standing = { $n ->
    [one] { $n } silence stands
   *[other] { $n } silences stand
}
silences-stands = { $who }, until { $at } ({ $left } left), hid { $n }
silences-more = and { $n } more
silences-minutes = { $n } min
silences-hours = { $n } h
silences-what = What is to be silenced
silences-for = For
silences-why = Why
silences-begin = Silence
silences-how = A name or a search, as box-* kind:temperature severity<=medium; * is everything that may be silenced.
silences-say-what = Say what is to be silenced
silences-unread = The search cannot be read
silences-say-why = Say why
silences-finds = { $n ->
    [one] Finds { $n } of the { $of } vehicles and sensors listed now, and any that come later.
   *[other] Finds { $n } of the { $of } vehicles and sensors listed now, and any that come later.
}
silences-none = Nothing is silenced, and nothing was lately.
silences-end = End now
silences-end-one = End the silence over { $search }
silences-hid-show = What it hid
silences-hid-show-one = What the silence over { $search } hid
silences-fold = Fold
silences-hid-nothing = It hid nothing
silences-hid-last = The last { $n } of { $of }
silences-over = { $by }; ended at { $at } by { $who }, hid { $n }
silences-itself = itself
silences-because = Why: { $reason }
silences-ended = Silence over { $search } ended
silences-begun = Asked to silence { $search }
silences-ends-soon = The silence of { $who } over { $search } ends in { $left }; it hid { $n }
silences-refused-what = say what is to be silenced; * is everything that may be
silences-refused-why = a silence needs a reason of at most 2,000 characters
silences-refused-length = a silence lasts 1 min to 12 h; begin it again at its end where it must last longer
silences-refused-search = what is to be silenced cannot be read; nothing was silenced
silences-refused-many = 50 silences stand already; end one first
silences-refused-over = this silence is over already
silences-refused-gone = there is no such silence any more
silences-refused-late = it can be taken back for 10 s, by who ended it; begin a new silence
