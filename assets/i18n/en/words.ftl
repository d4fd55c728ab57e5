# What an incident is and who has it, as cards and lists say it.
words-reports = { $n ->
    [one] { $n } report
   *[other] { $n } reports
}
