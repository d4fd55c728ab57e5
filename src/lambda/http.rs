//! As much of HTTP/1.1 as the Runtime API needs: requests with or without a body, one after the other on a connection.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// The longest head of a request, bytes.
const MAX_HEAD: u64 = 16 * 1024;
/// How much of a body that is too large is still read, so that its sender can hear why, bytes.
const MAX_DRAIN: u64 = 64 * 1024 * 1024;

/// A request of a runtime.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// `Lambda-Runtime-Function-Error-Type`
    pub(super) error_type: Option<String>,
    pub(super) body: Bytes,
    /// The body was larger than it may be, and is not here.
    pub(super) too_large: bool,
    /// The sender wants to send no more on this connection.
    pub(super) last: bool,
}

/// An answer to a runtime.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Bytes,
}

impl Reply {
    pub(super) fn new(status: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }
}

/// The next request; `None` when the other side has closed. A body of more than `max_body` bytes is not kept.
pub(super) async fn read(stream: &mut BufReader<TcpStream>, max_body: usize) -> io::Result<Option<Request>> {
    let bad = |words: &str| io::Error::new(io::ErrorKind::InvalidData, words.to_owned());
    let mut left = MAX_HEAD;
    let mut line = String::new();
    let mut first = String::new();
    let (mut length, mut chunked, mut expects, mut last, mut error_type) = (0_u64, false, false, false, None);
    loop {
        line.clear();
        let n = (&mut *stream).take(left).read_line(&mut line).await? as u64;
        left -= n;
        if n == 0 {
            return if first.is_empty() && left == MAX_HEAD { Ok(None) } else { Err(bad("cut off or too long a head")) };
        }
        let text = line.trim_end();
        if first.is_empty() {
            text.clone_into(&mut first);
            continue;
        }
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or_else(|| bad("a header without a colon"))?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().map_err(|_cause| bad("a content-length that is no number"))?,
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "expect" => expects = value.eq_ignore_ascii_case("100-continue"),
            "connection" => last = value.eq_ignore_ascii_case("close"),
            "lambda-runtime-function-error-type" => error_type = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut words = first.split(' ');
    let (Some(method), Some(path), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(bad("no request line"));
    };
    last |= version == "HTTP/1.0";
    let (method, path) = (method.to_owned(), path.to_owned());
    if expects {
        stream.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    let mut body = Body { kept: Vec::new(), max: max_body, total: 0 };
    if chunked {
        loop {
            line.clear();
            (&mut *stream).take(1024).read_line(&mut line).await?;
            let size = line.trim().split(';').next().unwrap_or_default();
            let size = u64::from_str_radix(size, 16).map_err(|_cause| bad("a chunk without its size"))?;
            body.read(stream, size).await?;
            line.clear();
            (&mut *stream).take(1024).read_line(&mut line).await?;
            if size == 0 {
                break;
            }
        }
    } else {
        body.read(stream, length).await?;
    }
    let too_large = body.total > max_body as u64;
    Ok(Some(Request { method, path, error_type, body: body.kept.into(), too_large, last }))
}

struct Body {
    kept: Vec<u8>,
    max: usize,
    total: u64,
}

impl Body {
    async fn read(&mut self, stream: &mut BufReader<TcpStream>, n: u64) -> io::Result<()> {
        self.total = self.total.saturating_add(n);
        if self.total > MAX_DRAIN {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a body without end"));
        }
        let mut part = stream.take(n);
        if self.total > self.max as u64 {
            self.kept = Vec::new();
            tokio::io::copy(&mut part, &mut tokio::io::sink()).await?;
        } else if (part.read_to_end(&mut self.kept).await? as u64) < n {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }
}

/// Sends an answer.
pub(super) async fn write(stream: &mut BufReader<TcpStream>, reply: &Reply) -> io::Result<()> {
    let mut head =
        format!("HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", reply.status, reply.body.len());
    for (name, value) in &reply.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    // In one piece: a second small write would wait for the acknowledgement of the first.
    let mut whole = head.into_bytes();
    whole.extend_from_slice(&reply.body);
    stream.get_mut().write_all(&whole).await
}
