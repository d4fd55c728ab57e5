//! `fleetwatch doctor`, put together: every check on what this machine and these settings have.

use std::path::Path;

use super::args::GlobalArgs;
use super::doctor::{self, Check};
use super::mqtt_out::MqttOut;
use super::out::Out;
use super::run::Fault;
use crate::broker;
use crate::clock::Clock;
use crate::model::Secret;
use crate::outbound;
use crate::settings::{self, Settings};

/// Runs every check and writes what came of it to stdout; fails when one must be put right.
pub fn everything(global: &GlobalArgs, loaded: &Result<Settings, settings::Error>, data_dir: &Path) -> Result<(), Fault> {
    let default = Settings::default_path();
    let file = global.settings.clone().or(default).unwrap_or_default();
    let mut checks = vec![doctor::settings(&file, &loaded.as_ref().map(|_| ()).map_err(ToString::to_string))];
    let mut broker = loaded.as_ref().map(|settings| settings.broker.clone()).unwrap_or_default();
    broker.url = global.broker.as_deref().map(Secret::new).or(broker.url);
    checks.push(if broker.url.is_some() { reachable(&broker) } else { startable(broker.embedded_port) });
    if let Some(seats) = loaded.as_ref().ok().map(|settings| &settings.seats).filter(|seats| seats.url.is_some()) {
        checks.push(doctor::seats(crate::seats::probe(seats).map_err(|error| error.to_string())));
    }
    checks.extend(doctor::store(data_dir, &|| crate::store::holder(data_dir)));
    if data_dir.join(crate::store::DATABASE).exists() {
        let archive = crate::store::Archive::open(data_dir);
        let devices = archive.as_ref().ok().map(crate::store::Archive::devices);
        if let Ok(settings) = loaded {
            let held = archive.as_ref().map_err(ToString::to_string);
            let held = held.and_then(|archive| archive.holdings(&settings.retention).map_err(|error| error.to_string()));
            checks.push(doctor::retention(data_dir, held, Clock.now()));
        }
        let register = archive.as_ref().ok().and_then(|archive| archive.register().ok()).unwrap_or_default();
        checks.push(doctor::audit(archive.and_then(|archive| archive.audit()).map_err(|error| error.to_string())));
        if let (Some(Ok(devices)), Ok(settings)) = (devices, loaded) {
            checks.extend(doctor::routes(&settings.outbound, &devices, &register));
        }
    }
    if let Some(email) = loaded.as_ref().ok().and_then(|settings| email(&settings.outbound)) {
        checks.push(email);
    }
    checks.push(doctor::clock(Clock.now()));
    let env = |name: &str| std::env::var(name).ok();
    checks.push(doctor::display(&env));
    checks.push(doctor::notification(&env));
    let mut out = Out::default();
    match doctor::write(&checks, &mut out) {
        Ok(false) => Err(Fault::Failed("not everything is as it must be".to_owned())),
        written => out.end(written.map(drop)),
    }
}

/// Whether the mail server takes mails to everybody who is to get them; `None` where there is none.
fn email(outbound: &outbound::Settings) -> Option<Check> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let probed = match runtime {
        Ok(runtime) => runtime.block_on(outbound::probe_email(outbound))?,
        Err(error) => Err(error.to_string()),
    };
    Some(doctor::email(probed, outbound.email_to.len()))
}

fn reachable(broker: &broker::Settings) -> Check {
    // The address is shown without what a password could be in.
    let url = broker.url.as_ref().map_or("", |url| url.expose());
    let place = url.parse::<broker::Endpoint>().map(|endpoint| endpoint.to_string());
    let mut probe = || {
        let fix = "see the cause; `fleetwatch --help` shows what an address looks like";
        MqttOut::connect(broker).map(|_| "it lets us in".to_owned()).map_err(|error| (error.to_string(), fix.to_owned()))
    };
    doctor::broker(Some(place.as_deref().unwrap_or("the address cannot be read")), &mut probe)
}

fn startable(port: Option<u16>) -> Check {
    doctor::broker(None, &mut || match broker::embedded::start(port) {
        Ok(embedded) => {
            let url = embedded.url();
            embedded.stop();
            Ok(format!("it starts on {url}"))
        }
        Err(error) => Err((error.to_string(), "set another embedded_port under [broker], or a url".to_owned())),
    })
}
