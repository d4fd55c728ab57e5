# The register: what people call vehicles and sensors.
register-taken = { $n ->
    [one] { $n } row taken into the register
   *[other] { $n } rows taken into the register
}
register-taken-part = { $n } of { $of } rows taken into the register; line { $line }: { $why }
register-written = The register is written to { $file }
register-title = Vehicles and sensors
register-help = Name vehicles and sensors, put them into groups, say whom to ask
register-known = { $unnamed ->
    [one] { $n } in the register, { $unnamed } that speaks has no name
   *[other] { $n } in the register, { $unnamed } that speak have no name
}
register-device = Device
register-name = Name
register-group = Group
register-type = Type
register-contact = Contact
register-notes = Notes
register-no-name = no name yet
register-search = Search
register-search-name = Search the register
register-hidden = { $shown } shown, { $hidden } hidden by the search
register-not-listed = { $n ->
    [one] { $n } more without a name; it is listed once others are named
   *[other] { $n } more without a name; they are listed once others are named
}
register-empty = Nothing is known yet
register-empty-why = Every vehicle and sensor that speaks is listed here until it has a name. A CSV file or Add names them before.
register-no-match = Nothing fits the search
register-no-match-why = Try group:, type:, name: or named:no, or a part of a name.
register-add = Add
register-csv = CSV
register-csv-name = CSV file in or out
register-csv-close = Close the row for files
register-entry = Entry
register-new = New entry
register-choose = Choose a device on the left to name it.
register-about = Routes, temperature limits, silences and searches go by the group; pages bear the name. A CSV file has the columns id, name, group, type, contact, notes; drop it here.
register-speaks = It speaks, and nothing is written of it yet.
register-saved = Saved
register-known-already = it is in the register already; choose it in the list
register-removed = { $id } is out of the register
register-file = { $file }: { $n } taken, { $refused } refused
register-line = Line { $line }: { $why }
register-lines-more = and { $n } more
register-import = Import
register-import-name = Import the register from this file
register-export = Export
register-export-name = Export the register into a file
register-file-empty = name a file first
register-file-hint = /path/to/register.csv; to export, blank is the folder for exports
register-file-name = CSV file of the register
register-wrong-blank = the device is blank; it is what the device calls itself in its topic
register-wrong-id = no device can be called so: at most 200 characters, without / + # and control characters
register-wrong-long = too long: name, group, type and contact take 200 characters, notes 2,000
register-wrong-control = control characters; only notes may have several lines
register-wrong-empty = nothing is said of it: give a name, a group, a type or a contact
register-wrong-full = the register holds 50,000 entries; remove some first
register-wrong-gone = it is not in the register
