//! A line within the test's own process.

use std::path::Path;
use std::sync::Arc;

use fleetwatch::pipeline::Options;
use fleetwatch::pricing::PriceSheet;
use fleetwatch::settings::Settings;

/// What a line is started with: small, told to nobody's desktop, everything else as the settings say.
pub(crate) fn options(data: &Path, settings: Settings) -> Options {
    Options {
        data_dir: data.to_owned(),
        broker: settings.broker,
        formats: settings.formats,
        functions: settings.functions,
        outbound: fleetwatch::outbound::Settings { desktop: false, ..settings.outbound },
        team: settings.team,
        places: settings.sensors,
        shadow: None,
        prices: PriceSheet::standard().clone(),
        max_devices: 1_000,
        memory_budget_mb: 16,
        retention: settings.retention,
        self_test: settings.self_test,
        stack: settings.stack,
        seats: settings.seats,
        sample: false,
        announce: None,
        wake: Arc::new(|| {}),
        blind: false,
    }
}
