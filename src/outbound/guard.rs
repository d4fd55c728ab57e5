//! Which addresses a message to people may go to. A webhook is an address that somebody typed; it must not become a way
//! into the network that this desk stands in, nor to the credentials of the machine that it runs on.
//!
//! Names are resolved here for each connection, and what they resolve to is looked at then: a name that was harmless when
//! the settings were read may point elsewhere now. Redirects are not followed at all.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::{Error, Settings};
use crate::https;

/// What an address is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere.
    Public,
    /// A network of one's own, or this machine: RFC 1918, RFC 6598, RFC 4193, loopback.
    Private,
    /// Never: link-local, where clouds hand out credentials (169.254.169.254, `fd00:ec2::254`, 100.100.100.200), and what is
    /// no host at all.
    Never,
}

/// Where an address is.
pub(super) fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(v4) => place_v4(v4),
        IpAddr::V6(v6) => place_v6(v6),
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    let [a, b, ..] = address.octets();
    let metadata = address == Ipv4Addr::new(100, 100, 100, 200) || address == Ipv4Addr::new(168, 63, 129, 16);
    if metadata || address.is_link_local() || address.is_multicast() || address.is_broadcast() || a == 0 || a >= 240 {
        return Place::Never;
    }
    let shared = a == 100 && (64..128).contains(&b);
    let test = address.is_documentation() || a == 198 && (b == 18 || b == 19);
    if address.is_private() || address.is_loopback() || shared || test { Place::Private } else { Place::Public }
}

fn place_v6(address: Ipv6Addr) -> Place {
    let s = address.segments();
    // An address of the old kind in one of the new: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
    let old = |high: u16, low: u16| place_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => old(high, low),
        [0, 0, 0, 0, 0, 0, 0, 1] => Place::Private,
        [0, 0, 0, 0, 0, 0, ..] | [0xfd00, 0xec2, ..] => Place::Never,
        [first, ..] if first & 0xffc0 == 0xfe80 || first & 0xffc0 == 0xfec0 || first & 0xff00 == 0xff00 => Place::Never,
        [first, ..] if first & 0xfe00 == 0xfc00 => Place::Private,
        _ => Place::Public,
    }
}

/// Why an address is not taken; `None` where it is.
pub(super) fn refuses(address: IpAddr, private_allowed: bool) -> Option<String> {
    match place(address) {
        Place::Public => None,
        Place::Private if private_allowed => None,
        Place::Private => {
            Some(format!("{address} is in a private network; where that is meant, set webhook_private = true in [outbound]"))
        }
        Place::Never => Some(format!("{address} is link-local, a metadata address or no host; nothing is ever sent there")),
    }
}

/// Checks the address that stands under `key` in `[outbound]`, and makes a client that keeps within what is allowed.
pub(super) fn receiver(key: &'static str, url: &str, settings: &Settings, timeout: Duration) -> Result<(Client, Url), Error> {
    let url = Url::parse(url).map_err(|source| Error::Address { key, source })?;
    if !https::is_private(&url) {
        return Err(Error::Insecure { key });
    }
    // This machine by its own name is meant; any other name must not turn out to be it.
    let here = https::is_here(&url);
    let guard = Guard { private_allowed: settings.webhook_private || here };
    guard.host(&url).map_err(|why| Error::Forbidden { key, why })?;
    Ok((https::guarded_client(timeout, here, guard)?, url))
}

/// Resolves names, and gives only addresses that may be connected to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard {
    pub(super) private_allowed: bool,
}

impl Guard {
    /// Refuses an address that stands in the URL itself as a number.
    pub(super) fn host(self, url: &Url) -> Result<(), String> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            _ => return Ok(()),
        };
        refuses(address, self.private_allowed).map_or(Ok(()), Err)
    }

    /// The addresses that are taken; an error where there are none.
    pub(super) fn sift(self, found: Vec<std::net::SocketAddr>) -> Result<Vec<std::net::SocketAddr>, String> {
        let mut why = "the name has no address".to_owned();
        let mut taken = Vec::new();
        for address in found {
            match refuses(address.ip(), self.private_allowed) {
                None => taken.push(address),
                Some(reason) => why = reason,
            }
        }
        if taken.is_empty() { Err(why) } else { Ok(taken) }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = *self;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let taken = guard.sift(found)?;
            Ok(Box::new(taken.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
