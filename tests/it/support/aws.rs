//! A peer that speaks as much of AWS as is needed, and checks every signature by its own arithmetic (signature version 4, AWS
//! General Reference): what it takes was signed with the right secret, for this service and region, at about this time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleetwatch::clock::Clock;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

/// How the peer is set up, and what it saw.
#[derive(Default)]
struct Shared {
    /// Key id → secret.
    keys: BTreeMap<String, String>,
    /// What its clock is ahead of ours, s.
    ahead_secs: i64,
    /// Answers everything with this status and code, whatever is asked.
    refuses: Option<(u16, String)>,
    /// Each form that was taken.
    taken: Vec<BTreeMap<String, String>>,
    n_refused: usize,
    /// The last request whole, as a secret must not stand in it.
    last: String,
}

/// A running peer. Its port is served until the test's process ends.
pub(crate) struct Aws {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl Aws {
    /// Starts it; it knows one key.
    pub(crate) fn start(key_id: &str, secret: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let peer = Self { address: listener.local_addr().unwrap(), shared: Arc::default() };
        peer.shared.lock().unwrap().keys.insert(key_id.to_owned(), secret.to_owned());
        let shared = Arc::clone(&peer.shared);
        let serve = move || {
            for socket in listener.incoming().flatten() {
                serve(socket, &shared);
            }
        };
        std::thread::Builder::new().name("aws".to_owned()).spawn(serve).unwrap();
        peer
    }

    /// For `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its clock is so much ahead of ours, s.
    pub(crate) fn run_ahead(&self, secs: i64) {
        self.shared.lock().unwrap().ahead_secs = secs;
    }

    /// From now on everything is refused; `None`: nothing but what is wrongly signed.
    pub(crate) fn refuse(&self, with: Option<(u16, &str)>) {
        self.shared.lock().unwrap().refuses = with.map(|(status, code)| (status, code.to_owned()));
    }

    /// Every `Publish` that was taken.
    pub(crate) fn published(&self) -> Vec<BTreeMap<String, String>> {
        let taken = self.shared.lock().unwrap().taken.clone();
        taken.into_iter().filter(|form| form["Action"] == "Publish").collect()
    }

    /// How much was refused.
    pub(crate) fn n_refused(&self) -> usize {
        self.shared.lock().unwrap().n_refused
    }

    /// The last request, headers and body.
    pub(crate) fn last(&self) -> String {
        self.shared.lock().unwrap().last.clone()
    }
}

fn serve(socket: TcpStream, shared: &Mutex<Shared>) -> Option<()> {
    socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut socket = BufReader::new(socket);
    let mut first = String::new();
    socket.read_line(&mut first).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    socket.read_exact(&mut body).ok()?;
    let (status, answer, ahead_secs) = {
        let mut shared = shared.lock().unwrap();
        shared.last = format!("{first}{headers:?}{}", String::from_utf8_lossy(&body));
        let now = Clock.now().millis() / 1_000 + shared.ahead_secs;
        let refused = shared.refuses.clone().map(|(status, code)| (status, code, "as told".to_owned()));
        let checked = match refused {
            Some(refused) => Err(refused),
            None => check(&first, &headers, &body, &shared.keys, now).map_err(|(code, words)| (403, code.to_owned(), words)),
        };
        match checked {
            Ok(()) => {
                let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
                let answer = answer(&form, &mut shared.keys);
                shared.taken.push(form);
                (200, answer, shared.ahead_secs)
            }
            Err((status, code, words)) => {
                shared.n_refused += 1;
                let answer =
                    format!("<ErrorResponse><Error><Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>");
                (status, answer, shared.ahead_secs)
            }
        }
    };
    let date =
        chrono::DateTime::from_timestamp(Clock.now().millis() / 1_000 + ahead_secs, 0)?.format("%a, %d %b %Y %H:%M:%S GMT");
    let head = format!("HTTP/1.1 {status} So\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    socket.get_mut().write_all((head + &answer).as_bytes()).ok()
}

fn answer(form: &BTreeMap<String, String>, keys: &mut BTreeMap<String, String>) -> String {
    if form["Action"] == "AssumeRole" {
        keys.insert("ASIAROLE".to_owned(), "secret of the role".to_owned());
        return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
            <SecretAccessKey>secret of the role</SecretAccessKey><SessionToken>token of the role</SessionToken>\
            <Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
            .to_owned();
    }
    "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>".to_owned()
}

/// Signs the request again, and compares.
fn check(
    first: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
    keys: &BTreeMap<String, String>,
    now_secs: i64,
) -> Result<(), (&'static str, String)> {
    let incomplete = || ("IncompleteSignature", "a part of the signature is missing".to_owned());
    let header = |name: &str| headers.get(name).map(String::as_str).ok_or_else(incomplete);
    let authorization = header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ").ok_or_else(incomplete)?;
    let parts: BTreeMap<&str, &str> = authorization.split(", ").filter_map(|part| part.split_once('=')).collect();
    let part = |name: &str| parts.get(name).copied().ok_or_else(incomplete);
    let (key_id, scope) = part("Credential")?.split_once('/').ok_or_else(incomplete)?;
    let at = header("x-amz-date")?;
    let signed_at = chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").map_err(|_cause| incomplete())?;
    if (signed_at.and_utc().timestamp() - now_secs).abs() > 300 {
        return Err(("SignatureDoesNotMatch", format!("Signature not yet current or expired: {at}")));
    }
    let secret = keys.get(key_id).ok_or(("InvalidClientTokenId", "The security token is invalid.".to_owned()))?;
    let names = part("SignedHeaders")?;
    let signed = names.split(';').map(|name| Ok([name, ":", header(name)?, "\n"].concat()));
    let signed: String = signed.collect::<Result<_, _>>()?;
    for needed in ["host", "x-amz-date"] {
        assert!(names.split(';').any(|name| name == needed), "{needed} is not signed: {names}");
    }
    assert!(first.starts_with("POST / "), "{first}");
    let canonical = format!("POST\n/\n\n{signed}\n{names}\n{}", hex(&Sha256::digest(body)));
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(&canonical)));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part.as_bytes());
    }
    if hex(&hmac(&key, text.as_bytes())) == part("Signature")? {
        return Ok(());
    }
    // AWS repeats what it would have signed; a careless peer would repeat the secret, which must not be shown.
    Err(("SignatureDoesNotMatch", format!("The signature does not match; is it not {secret}?\nThe canonical string is …")))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from_digit(n.into(), 16).unwrap();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// RFC 2104 with SHA-256, blocks of 64 bytes.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > 64 {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}
