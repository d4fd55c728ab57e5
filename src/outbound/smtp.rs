//! The way to a mail server: names, TCP, TLS. What is spoken over it, `lettre` speaks.
//!
//! TLS is this program's own, as everywhere. STARTTLS as well, since what a server, or whoever sits between, has said in
//! the clear must not be taken for an answer that came encrypted (CVE-2011-0411 and its kind).

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Url;

use super::Error;
use super::guard::Guard;
use crate::https;

/// What a server says in the clear before it is encrypted, bytes at most.
const LONGEST: u64 = 64 << 10;
/// What a server is asked to do.
const START_TLS: &str = "STARTTLS";

/// Why a mail did not get through.
#[derive(Debug)]
pub(super) struct Fault {
    /// In words, with what to do where a person must.
    pub(super) reason: String,
    /// It may work later.
    pub(super) passes: bool,
}

impl Fault {
    /// Something that may pass.
    pub(super) fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), passes: true }
    }

    /// Something that will not work as it is.
    pub(super) fn lasting(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), passes: false }
    }
}

/// Waits for an answer for so long.
pub(super) async fn within<T, E: Into<Fault>>(
    patience: Duration,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(Into::into),
        Err(_elapsed) => Err(Fault::passing("the mail server did not answer in time")),
    }
}

/// What keeps a mail from being read on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// TLS from the first byte (RFC 8314), `smtps://`.
    Tls,
    /// TLS after STARTTLS, without which nothing is sent, `smtp://`.
    StartTls,
    /// Nothing: the server is this machine.
    Plain,
}

/// A mail server.
#[derive(Clone)]
pub(super) struct Server {
    host: String,
    port: u16,
    way: Way,
    tls: TlsConnector,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({}:{}, {:?})", self.host, self.port, self.way)
    }
}

impl Server {
    /// Reads what stands under `key` in `[outbound]`.
    pub(super) fn new(key: &'static str, url: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Error::Email { key, why: why.to_owned() };
        let url = Url::parse(url).map_err(|source| Error::Email { key, why: format!("it is no address: {source}") })?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("the user and the secret belong into email_user and email_secret"));
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        if host.is_empty() || !matches!(url.path(), "" | "/") || url.query().is_some() {
            return Err(wrong("it must look like smtps://mail.example.org or smtp://mail.example.org:587"));
        }
        let address: Option<IpAddr> = host.parse().ok();
        let here = host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback());
        let (way, usual) = match url.scheme() {
            "smtps" => (Way::Tls, 465),
            "smtp" if here => (Way::Plain, 25),
            "smtp" => (Way::StartTls, 587),
            _ => return Err(wrong("it must begin with smtps://, or smtp:// for STARTTLS")),
        };
        if let Some(why) = address.and_then(|address| super::guard::refuses(address, true)) {
            return Err(Error::Email { key, why });
        }
        let tls = https::tls().map_err(https::Error::from)?;
        Ok(Self { host, port: url.port().unwrap_or(usual), way, tls: TlsConnector::from(Arc::new(tls)) })
    }

    /// Looks for the server there, for tests of what is said to one that is not this machine.
    #[cfg(test)]
    pub(super) fn pretend_at(&mut self, host: &str) {
        host.clone_into(&mut self.host);
    }

    /// `mail.example.org`
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Connects, and greets. A mail server may well be in a private network; where nothing is ever sent it is not.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let cannot = |error: &dyn fmt::Display| Fault::passing(format!("the mail server cannot be reached: {error}"));
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await.map_err(|error| cannot(&error))?;
        let taken = Guard { private_allowed: true }.sift(found.collect()).map_err(|why| cannot(&why))?;
        let tcp = TcpStream::connect(taken.as_slice()).await.map_err(|error| cannot(&error))?;
        let name = match tcp.local_addr().map(|address| address.ip()) {
            Ok(IpAddr::V4(address)) => ClientId::Ipv4(address),
            Ok(IpAddr::V6(address)) => ClientId::Ipv6(address),
            Err(_) => ClientId::default(),
        };
        let stream: Box<dyn AsyncTokioStream> = match self.way {
            Way::Plain => Box::new(tcp),
            Way::Tls => Box::new(Encrypted { greeting: b"", stream: self.encrypt(tcp).await? }),
            Way::StartTls => {
                let stream = self.encrypt(start_tls(tcp, &name).await?).await?;
                Box::new(Encrypted { greeting: b"220 encrypted now\r\n", stream })
            }
        };
        Ok(AsyncSmtpConnection::connect_with_transport(stream, &name).await?)
    }

    async fn encrypt(&self, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Fault> {
        let name = ServerName::try_from(self.host.clone()).map_err(|error| Fault::lasting(format!("email_server: {error}")))?;
        let failed = |error: io::Error| Fault::passing(format!("the mail server cannot be reached over TLS: {error}"));
        self.tls.connect(name, tcp).await.map_err(failed)
    }
}

/// Asks for TLS in the clear. A server that has none gets nothing.
async fn start_tls(tcp: TcpStream, name: &ClientId) -> Result<TcpStream, Fault> {
    let mut tcp = BufReader::new(tcp);
    hear(&mut tcp, 220).await?;
    say(&mut tcp, &format!("EHLO {name}")).await?;
    let offered = hear(&mut tcp, 250).await?;
    if !offered.iter().any(|line| line.eq_ignore_ascii_case(START_TLS)) {
        return Err(Fault::lasting(
            "the mail server offers no TLS, and nothing is sent in the clear: use smtps://, or another server",
        ));
    }
    say(&mut tcp, START_TLS).await?;
    hear(&mut tcp, 220).await?;
    if !tcp.buffer().is_empty() {
        return Err(Fault::passing("something on the way to the mail server spoke for it; nothing was sent"));
    }
    Ok(tcp.into_inner())
}

async fn say(tcp: &mut BufReader<TcpStream>, line: &str) -> Result<(), Fault> {
    tcp.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.map_err(|_cut| cut())
}

/// The lines of an answer, without its code, which is to be `wanted`.
async fn hear(tcp: &mut BufReader<TcpStream>, wanted: u16) -> Result<Vec<String>, Fault> {
    let mut lines = Vec::new();
    let mut tcp = tcp.take(LONGEST);
    loop {
        let mut line = String::new();
        if tcp.read_line(&mut line).await.map_err(|_cut| cut())? == 0 {
            return Err(cut());
        }
        let line = line.trim_end();
        let (code, rest) = line.split_at_checked(3).ok_or_else(|| Fault::passing("the mail server speaks no SMTP"))?;
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if !rest.starts_with('-') {
            let code: u16 = code.parse().unwrap_or_default();
            return if code == wanted { Ok(lines) } else { Err(said(code, &lines.join(" "))) };
        }
    }
}

fn cut() -> Fault {
    Fault::passing("the mail server cut the connection")
}

/// What an answer of the server means: from 500 on it is for good (RFC 5321, 4.2.1).
fn said(code: u16, text: &str) -> Fault {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect();
    Fault { reason: format!("the mail server answered {code}: {text}"), passes: code < 500 }
}

impl From<lettre::transport::smtp::Error> for Fault {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        use std::error::Error as _;
        let cause = error.source().map(ToString::to_string).unwrap_or_default();
        match error.status() {
            Some(code) => said(code.into(), &cause),
            // What this program cannot say to that server, as that it takes no sign-in that we know.
            None if error.is_client() => Self::lasting(format!("the mail server cannot be used: {cause}")),
            None => Self::passing(format!("the mail server cut the connection: {cause}")),
        }
    }
}

/// A stream under TLS. After STARTTLS a server does not greet again, and whoever speaks SMTP waits for that: it is put before.
#[derive(Debug)]
struct Encrypted {
    greeting: &'static [u8],
    stream: TlsStream<TcpStream>,
}

impl AsyncRead for Encrypted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.greeting.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let (now, later) = self.greeting.split_at(self.greeting.len().min(buf.remaining()));
        buf.put_slice(now);
        self.greeting = later;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().0.peer_addr()
    }
}
