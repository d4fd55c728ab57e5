//! Where a broker is: an address taken apart, without a way to print its password. Pure.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::Url;

use super::settings::Secret;

/// How to speak to the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain TCP.
    Mqtt,
    /// TCP with TLS.
    Mqtts,
    /// A plain web socket.
    Ws,
    /// A web socket with TLS.
    Wss,
}

impl Scheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Mqtt => "mqtt",
            Self::Mqtts => "mqtts",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Mqtt => 1883,
            Self::Mqtts => 8883,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// Whether TLS protects it.
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Mqtts | Self::Wss)
    }

    pub(super) const fn is_websocket(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }
}

/// A broker's address. Shown without user name and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// How.
    pub scheme: Scheme,
    /// The host's name or IP address, an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path of a web socket, with its slash; `/mqtt` unless given.
    pub path: String,
    /// From the address.
    pub username: Option<String>,
    /// From the address.
    pub password: Option<Secret>,
}

/// An address that cannot be used. Says nothing of the address itself, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not an address.
    #[error("the broker's address under [broker] url cannot be read: {0}; write it as mqtt://host:port")]
    Unreadable(#[from] url::ParseError),
    /// Another scheme.
    #[error("the broker's address begins with {0}://; use mqtt://, mqtts://, ws:// or wss://")]
    Scheme(String),
    /// No host.
    #[error("the broker's address names no host; write it as mqtt://host:port")]
    NoHost,
    /// A user name or a password with bytes that are no text.
    #[error("the user name or the password in the broker's address is no text; percent-encode it as UTF-8")]
    Login,
    /// A path where none has a meaning.
    #[error("the broker's address has a path or a query, which only ws:// and wss:// have")]
    Path,
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let url = match Url::parse(text.trim()) {
            // "localhost:1883" reads as the scheme "localhost".
            Ok(url) if url.host().is_none() && !text.contains("://") => return Err(Error::NoHost),
            parsed => parsed?,
        };
        let scheme = match url.scheme() {
            "mqtt" => Scheme::Mqtt,
            "mqtts" => Scheme::Mqtts,
            "ws" => Scheme::Ws,
            "wss" => Scheme::Wss,
            other => return Err(Error::Scheme(other.to_owned())),
        };
        let host = url.host_str().ok_or(Error::NoHost)?.trim_start_matches('[').trim_end_matches(']').to_owned();
        let mut path = url.path().to_owned();
        if scheme.is_websocket() {
            if path.is_empty() || path == "/" {
                "/mqtt".clone_into(&mut path);
            }
            if let Some(query) = url.query() {
                path = format!("{path}?{query}");
            }
        } else if !(path.is_empty() || path == "/") || url.query().is_some() {
            return Err(Error::Path);
        }
        let username = (!url.username().is_empty()).then(|| decoded(url.username())).transpose()?;
        let password = url.password().map(decoded).transpose()?.map(Secret::new);
        Ok(Self { scheme, host, port: url.port().unwrap_or(scheme.default_port()), path, username, password })
    }
}

impl Endpoint {
    /// Whether packets stay on this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
    }

    /// What rumqttc wants: the host, or the whole address of a web socket.
    pub(super) fn address(&self) -> String {
        if self.scheme.is_websocket() { format!("{self}{}", self.path) } else { self.host.clone() }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port, .. } = self;
        let scheme = scheme.name();
        if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
    }
}

fn decoded(text: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = |digit: u8| char::from(digit).to_digit(16);
        match tail {
            [high, low, after @ ..] if byte == b'%' => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push((high * 16 + low) as u8);
                    rest = after;
                    continue;
                }
                _ => bytes.push(byte),
            },
            _ => bytes.push(byte),
        }
        rest = tail;
    }
    String::from_utf8(bytes).map_err(|_not_text| Error::Login)
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
