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
