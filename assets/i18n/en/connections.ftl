connections-empty = Nothing is connected yet
connections-empty-when = Broker, store and notifier appear here when they start.
connections-broker-crash = Broker, crash reports
connections-broker-telemetry = Broker, telemetry
connections-store = Local store
connections-notify = Notifications
connections-title = Connections
connections-n = { $n } set up
connections-brokers = Brokers
connections-brokers-note = MQTT in and out, two lanes
connections-stores = Store
connections-stores-note = incidents, audit and numbers
connections-channels = Notification channels
connections-channels-note = who gets told
connections-n-crash = { $n ->
    [one] 1 crash report
   *[other] { $n } crash reports
}
connections-per-second = { $n } msg/s
connections-came-up = { $n ->
    [one] came up once
   *[other] came up { $n } times
}
connections-about-crash = A durable session: what is not stored yet is not acknowledged, and comes again.
connections-about-telemetry = Driving data and temperatures: the latest wins under pressure, and every drop is counted.
connections-about-store = Every incident is committed here before anyone is told.
connections-about-notify = Notices go out from the store's outbox, again after a failure, with the same key.
connections-effect-not-set = Effect: nobody is told outside this window. Set webhook_url, email_server or sns_topic_arn under [outbound] where people must be told.
connections-effect-crash = Effect: crash reports wait at the broker and at the vehicles; none that was acknowledged is lost. Drills are off.
connections-effect-telemetry = Effect: positions, speeds and temperatures on screen are the last known. What is sent meanwhile may be lost; crash reports are not.
connections-effect-store = Effect: crash reports are not acknowledged, so they come again; people are told at once all the same.
connections-effect-unused = Effect: none yet. The first notice will show whether the channel answers.
connections-effect-notify = Effect: notices wait in the store and are tried again. Tell people by phone until it works.
connections-next-try = next try in { $age }
connections-undelivered = Pages that were not taken
connections-undelivered-n = { $n ->
    [one] 1 incident that nobody has acknowledged; call people yourself
   *[other] { $n } incidents that nobody has acknowledged; call people yourself
}
connections-undelivered-patience = The receiver of { $channel } asked for patience: { $why }
connections-copy = Copy
connections-copy-raw = Copy the details for the network team
connections-figures = Figures
connections-since-start = since this start
connections-times-up = Came up, times
connections-of = { $n } of { $of }
connections-queue = Queue
connections-crash-reports = Crash reports
connections-duplicates = Repeats
connections-unpublished = Not published
connections-received = Received
connections-kept = Kept
connections-shed = Shed under pressure
connections-rejected = Rejected
connections-rate = { $now } now, { $peak } peak
connections-rate-label = Messages per second
connections-on-disk = On disk
connections-unsaved = Not saved
connections-memory = Numbers in memory
connections-refused = Refused messages
connections-refused-hidden = { $n } hidden by the search
connections-search = Search
connections-search-refused = Search what was refused
connections-nothing-refused = none
connections-nothing-refused-more = Every message could be read. What cannot be read is listed here with its reason.
connections-bytes = { $n } bytes
connections-whole-way = The whole way
connections-whole-way-note = by a drill
connections-self-test = Self-test
connections-about-self-test = A drill goes through broker, functions, store and outbox, and must come back as a real accident in time.
connections-effect-untested = Effect: a chain that breaks silently is noticed only when a real crash is missed. Set every_minutes in [self_test], or test now on Inject.
connections-effect-self-test = Effect: a real crash may not come through. Ask vehicles and drivers by phone, and look at the connections above.
connections-aws = Functions on AWS
connections-aws-note = read only
connections-stack = AWS stack
connections-about-stack = Reads how the functions of [stack] are set up, their counts from CloudWatch and the last line of each call.
connections-effect-no-stack = Only the functions of this process are shown. Nothing else is affected.
connections-effect-stack = Figures of functions on AWS are missing or old. What they judge and whom they tell is not affected.
connections-watched = Functions watched
connections-metrics-a-look = Metrics a look
connections-watching-so-far = Watching, since start
connections-watching-a-month = Watching, a month

connections-seats = Shared store
connections-about-seats = The log in PostgreSQL through which several seats have the same incidents, and tell people once.
connections-one-seat = This is the only seat: set url in [seats] of the settings to share incidents with others.
connections-effect-no-seats = Incidents are on this desk alone. Nothing else is affected.
connections-effect-seats = Other seats do not see what happens here, nor this one what happens there. Crashes are taken in, stored and told all the same; people may be told twice, under one key.
connections-seats-here = { $n ->
    [one] 1 other seat
   *[other] { $n } other seats
}
connections-seats-waiting = Changes not shared yet
connections-seat-here = here
connections-seat-away = away
connections-held = What is kept
connections-held-note = looked at once an hour; [retention] in the settings
connections-held-numbers = Numbers for plots
connections-held-calls = Calls of functions
connections-held-faults = Faulty messages, counted
connections-held-packets = Bytes of crash reports
connections-held-drills = Drills and samples
connections-held-incidents = Incidents
connections-held-audit = Who did what
connections-held-none = nothing yet
connections-held-since = since { $day }
connections-held-for-ever = for ever
connections-held-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
connections-held-most = at most { $bytes }
