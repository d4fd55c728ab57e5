# The register: what people call vehicles and sensors.
register-taken = { $n ->
    [one] { $n } row taken into the register
   *[other] { $n } rows taken into the register
}
register-taken-part = { $n } of { $of } rows taken into the register; line { $line }: { $why }
register-written = The register is written to { $file }
