//! The `[broker]` section of the settings file.

use std::path::PathBuf;

use serde::Deserialize;

use super::{Endpoint, Error};
pub use crate::model::Secret;

/// How client ids that are made up begin.
pub(super) const CLIENT_ID_PREFIX: &str = "fleetwatch-";

/// How surely telemetry is to come. `QoS` 2 is not offered: it gains nothing here and breaks sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub enum Qos {
    /// 0: once at most.
    #[default]
    AtMostOnce,
    /// 1: once at least.
    AtLeastOnce,
}

impl TryFrom<u8> for Qos {
    type Error = &'static str;
    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            0 => Ok(Self::AtMostOnce),
            1 => Ok(Self::AtLeastOnce),
            _ => Err("must be 0 or 1"),
        }
    }
}

impl Qos {
    pub(super) const fn on_the_wire(self) -> rumqttc::QoS {
        match self {
            Self::AtMostOnce => rumqttc::QoS::AtMostOnce,
            Self::AtLeastOnce => rumqttc::QoS::AtLeastOnce,
        }
    }
}

/// Which broker, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The broker: `mqtt://`, `mqtts://`, `ws://` or `wss://`, host, and the port where it is not 1883, 8883, 80 or 443.
    /// Left out: the embedded broker. A secret, because it may hold a user name and a password.
    pub url: Option<Secret>,
    /// The port of the embedded broker on 127.0.0.1. Left out: 1883 when it is free, else any.
    pub embedded_port: Option<u16>,
    /// What this desk calls itself; each lane adds its own ending. Every desk needs a name of its own.
    /// Left out: made up once and kept.
    pub client_id: Option<String>,
    /// The user name, where the broker asks for one. Wins over one in `url`.
    pub username: Option<String>,
    /// The password. Wins over one in `url`.
    pub password: Option<Secret>,
    /// Certificate authorities to trust, PEM. Left out: those of the system. Set: these and no others.
    pub ca_file: Option<PathBuf>,
    /// This desk's certificate, PEM, where the broker asks for one.
    pub client_cert_file: Option<PathBuf>,
    /// The key of `client_cert_file`, PEM.
    pub client_key_file: Option<PathBuf>,
    /// Seconds of silence after which the broker is asked whether it is there, 5 to 1200. A dead line is noticed after
    /// twice this time at the latest.
    pub keep_alive_secs: u64,
    /// The largest message taken, bytes, 64 KiB to 256 MiB. Make it the broker's own limit: a larger message cannot be
    /// acknowledged and comes again and again. On the crash lane one of up to 32 MiB is taken all the same and the link
    /// says so; for a larger one, or one that is no MQTT, the desk goes on in a second session.
    pub max_packet_bytes: usize,
    /// `QoS` of the driving and temperature topics, 0 or 1. Crash reports always come with 1.
    pub telemetry_qos: Qos,
    /// Crash reports are shared out among all that name the same group here, as a shared subscription of the broker: each
    /// goes to one of them. 1 to 40 letters, digits, - and _. Left out: this desk gets all of them.
    pub share: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: None,
            embedded_port: None,
            client_id: None,
            username: None,
            password: None,
            ca_file: None,
            client_cert_file: None,
            client_key_file: None,
            keep_alive_secs: 15,
            max_packet_bytes: 4 << 20,
            telemetry_qos: Qos::AtMostOnce,
            share: None,
        }
    }
}

impl Settings {
    /// The settings of a broker at `url`, everything else as it comes.
    pub fn at(url: &str) -> Self {
        Self { url: Some(Secret::new(url)), ..Self::default() }
    }

    /// A client id for a desk that has none yet; the caller keeps it for the next run.
    pub fn fresh_client_id() -> String {
        format!("{CLIENT_ID_PREFIX}{:08x}", fastrand::u32(..))
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let range = |name, value: u64, min, max| {
            if (min..=max).contains(&value) { Ok(()) } else { Err(Error::Range { name, min, max, value }) }
        };
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if self.share.as_ref().is_some_and(|group| !(1..=40).contains(&group.len()) || !group.chars().all(plain)) {
            return Err(Error::Share);
        }
        range("keep_alive_secs", self.keep_alive_secs, 5, 1200)?;
        range("max_packet_bytes", self.max_packet_bytes as u64, 64 << 10, 256 << 20)
    }

    /// Who we say we are, where we say so.
    pub(super) fn login(&self, endpoint: &Endpoint) -> Option<(String, String)> {
        let username = self.username.clone().or_else(|| endpoint.username.clone());
        let password = self.password.as_ref().or(endpoint.password.as_ref()).map(|secret| secret.expose().to_owned());
        (username.is_some() || password.is_some()).then(|| (username.unwrap_or_default(), password.unwrap_or_default()))
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
