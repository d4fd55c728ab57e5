functions-empty = No function yet
functions-empty-when = Functions appear here when the line has started.
functions-15-min = 15 min
functions-24-h = 24 h
functions-month = Month
functions-span = Range
functions-since = Percentiles and the shorter ranges count from this start; the month is kept in the store.
functions-n = { $n ->
    [one] 1 function
   *[other] { $n } functions
}
functions-in-process = in this process, priced as if on AWS Lambda
functions-all-ready = all ready
functions-n-failed = { $n } failed
functions-no-call = No call yet
functions-no-call-when = A call appears here with the next event that this function listens to.
functions-col-state = State
functions-col-function = Function
functions-col-runs-on = Runs on
functions-col-per-minute = Calls per min
functions-col-failed = Failed
functions-col-cold = Cold starts
functions-col-memory = Memory set
functions-col-list-price = List price
functions-cold = cold
functions-ready = ready
functions-this-process = this process
functions-not-yet = not yet
functions-failed-of = { $failed } of { $calls }
functions-not-known = n/a
functions-newest = { $n ->
    [one] the newest call
   *[other] newest { $n }
}
functions-of-them-drills = { $n ->
    [one] 1 of them a drill
   *[other] { $n } of them drills
}
functions-recent = Recent calls
functions-cold-start = cold start
functions-warm = warm
functions-timed-out = timed out
functions-panicked = panicked
functions-error = answered nonsense
functions-kept = row kept
functions-dropped = row dropped: { $reason }
functions-no-answer = no answer
functions-replay = Replay as drill
functions-replay-of = Replay of { $id }
functions-succeeded = succeeded
functions-duration = Duration
functions-billed = Billed
functions-init = Init
functions-memory-set = Memory set
functions-list-price = List price of this call
functions-sum = { $gbs } GB-s
functions-sum-request = + 1 request, before the free tier
functions-input = Input event
functions-copy = Copy
functions-as-decoded = as decoded
functions-n-numbers = { $first }, … { $n } numbers
functions-effects = What came of it
functions-filed = Filed
functions-older-report = its incident is in the store
functions-published = Published
functions-in-history = kept in the history of numbers
functions-log = { $n ->
    [one] Log, 1 line
   *[other] Log, { $n } lines
}
functions-log-note = as Lambda writes it; times from invoke
functions-col-time = Time
functions-col-device = Device
functions-col-result = Result
functions-calm = calm
functions-search = Search
functions-search-functions = Search the functions
functions-hidden = { $n } hidden by the search
functions-stack = AWS { $region }
functions-stack-note = last 60 min by CloudWatch, looked { $age } ago, every { $every }, at most { $price } a month
functions-stack-problems = { $n ->
    [one] 1 part could not be read
   *[other] { $n } parts could not be read
}
functions-on-lambda = AWS Lambda
functions-no-count = no count
functions-minute-ago = { $n }, { $age } ago
functions-set-up = Set-up
functions-arch = Processor
functions-runtime = Runtime
functions-timeout = Time-out
functions-package = Package
functions-changed = Changed
functions-throttled = Turned away
functions-throttled-note = for want of concurrency
functions-calls-hour = Calls in 60 min
functions-late = CloudWatch counts come up to 3 min late. A minute without a bar has no count yet, or had no call.
functions-short = CloudWatch says that it has not given all of it.
functions-col-request = Request
functions-no-remote-call = No call in the log
functions-no-remote-call-when = The line that Lambda writes at the end of each call appears here at the next look.
functions-used-of = { $used } of { $mb } MB
functions-billed-as = billed { $ms } ms, { $memory }, { $price }
functions-billed-ms = billed { $ms } ms
functions-shadow = Beside the line: { $judge }
functions-shadow-note = decides nothing; { $judged } judged since the start, { $differ } otherwise, { $failed } without a verdict, and { $others } of drills and samples
functions-shadow-failed = The last without a verdict: { $why }
functions-shadow-differs = { $old } → { $new }
functions-shadow-since = { $said } ({ $reason })
