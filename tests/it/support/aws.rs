//! A peer that speaks as much of AWS as is needed, and checks every signature by its own arithmetic (signature version 4, AWS
//! General Reference): what it takes was signed with the right secret, for this service and region, at about this time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleetwatch::clock::Clock;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

/// Attribute → value, as `DynamoDB` writes them: `{"S": "…"}`.
pub(crate) type Item = serde_json::Map<String, Value>;

/// What may happen to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The answer ends in its middle.
    Cut,
    /// The request is read and never answered.
    Hang,
    /// It is closed at once.
    Closed,
}

/// How the peer is set up, and what it saw.
#[derive(Default)]
struct Shared {
    /// Key id → secret.
    keys: BTreeMap<String, String>,
    /// What its clock is ahead of ours, s.
    ahead_secs: i64,
    /// Answers everything with this status and code, whatever is asked.
    refuses: Option<(u16, String)>,
    /// Answers so many requests of this service with this status and code.
    fails: Option<(String, u32, u16, &'static str)>,
    /// Answers with this JSON whatever is asked of a service: `ce`.
    says: BTreeMap<String, Value>,
    /// What it does to each connection.
    fault: Option<Fault>,
    /// Requests that met with it.
    n_hurt: usize,
    /// Each form that was taken.
    taken: Vec<BTreeMap<String, String>>,
    /// Path → content.
    objects: BTreeMap<String, Vec<u8>>,
    /// Device and item → attributes.
    items: BTreeMap<(String, String), Item>,
    /// Topic and payload of each message to `IoT` Core.
    messages: Vec<(String, Value)>,
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

    /// The next requests of a service fail: `iotdata`.
    pub(crate) fn fail(&self, service: &str, times: u32) {
        self.fail_with(service, times, 503, "ServiceUnavailable");
    }

    /// The same with another answer.
    pub(crate) fn fail_with(&self, service: &str, times: u32, status: u16, code: &'static str) {
        self.shared.lock().unwrap().fails = Some((service.to_owned(), times, status, code));
    }

    /// From now on a service answers with this JSON: `ce`, `monitoring`.
    pub(crate) fn say(&self, service: &str, what: Value) {
        self.shared.lock().unwrap().says.insert(service.to_owned(), what);
    }

    /// From now on this happens to each connection.
    pub(crate) fn hurt(&self, fault: Option<Fault>) {
        self.shared.lock().unwrap().fault = fault;
    }

    /// Requests to which it happened.
    pub(crate) fn n_hurt(&self) -> usize {
        self.shared.lock().unwrap().n_hurt
    }

    /// Puts an object into a bucket; the key as it is in an address.
    pub(crate) fn put(&self, bucket: &str, key: &str, content: &str) {
        self.shared.lock().unwrap().objects.insert(format!("/{bucket}/{key}"), content.into());
    }

    /// What the table holds.
    pub(crate) fn items(&self) -> BTreeMap<(String, String), Item> {
        self.shared.lock().unwrap().items.clone()
    }

    /// Topic and payload of each message to `IoT` Core.
    pub(crate) fn messages(&self) -> Vec<(String, Value)> {
        self.shared.lock().unwrap().messages.clone()
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
    let mut body = vec![0; headers.get("content-length").map_or(Some(0), |length| length.parse().ok())?];
    socket.read_exact(&mut body).ok()?;
    let fault = shared.lock().unwrap().fault;
    shared.lock().unwrap().n_hurt += usize::from(fault.is_some());
    if fault == Some(Fault::Hang) {
        // Until whoever asked has had enough.
        socket.read_to_end(&mut Vec::new()).ok();
    }
    if matches!(fault, Some(Fault::Hang | Fault::Closed)) {
        return None;
    }
    let (status, answer, ahead_secs) = {
        let mut shared = shared.lock().unwrap();
        shared.last = format!("{first}{headers:?}{}", String::from_utf8_lossy(&body));
        let now = Clock.now().millis() / 1_000 + shared.ahead_secs;
        let checked = match shared.refuses.clone() {
            Some((status, code)) => Err((status, code, "as told".to_owned())),
            None => check(&first, &headers, &body, &shared.keys, now).map_err(|(code, words)| (403, code.to_owned(), words)),
        };
        let answered = checked.and_then(|service| {
            let fails = shared.fails.as_mut().filter(|(failing, left, ..)| *failing == service && *left > 0);
            if let Some((_, left, status, code)) = fails {
                *left -= 1;
                return Err((*status, (*code).to_owned(), "as told".to_owned()));
            }
            shared.answer(&service, &first, &body)
        });
        let (status, answer) = answered.map_or_else(
            |(status, code, words)| {
                shared.n_refused += 1;
                let xml = format!("<ErrorResponse><Error><Code>{code}</Code><Message>{words}</Message></Error></ErrorResponse>");
                let json = serde_json::json!({ "__type": format!("com.amazonaws#{code}"), "message": words }).to_string();
                (status, if headers.contains_key("x-amz-target") { json } else { xml }.into_bytes())
            },
            |answer| (200, answer),
        );
        (status, answer, shared.ahead_secs)
    };
    let date =
        chrono::DateTime::from_timestamp(Clock.now().millis() / 1_000 + ahead_secs, 0)?.format("%a, %d %b %Y %H:%M:%S GMT");
    let head = format!("HTTP/1.1 {status} So\r\nDate: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
    let sent = if fault == Some(Fault::Cut) { answer.len() / 2 } else { answer.len() };
    socket.get_mut().write_all(&[head.as_bytes(), &answer[..sent]].concat()).ok()
}

impl Shared {
    fn answer(&mut self, service: &str, first: &str, body: &[u8]) -> Result<Vec<u8>, (u16, String, String)> {
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if let Some(said) = self.says.get(service) {
            return Ok(said.to_string().into_bytes());
        }
        match (service, method) {
            ("s3", "PUT") => {
                self.objects.insert(target.to_owned(), body.to_owned());
                Ok(Vec::new())
            }
            ("s3", "GET") => {
                let missing = || (404, "NoSuchKey".to_owned(), "The specified key does not exist.".to_owned());
                self.objects.get(target).cloned().ok_or_else(missing)
            }
            ("iotdata", "POST") => {
                let topic = target.strip_prefix("/topics/").and_then(|topic| topic.strip_suffix("?qos=1")).unwrap();
                let topic = form_urlencoded::parse(topic.as_bytes()).next().unwrap().0.into_owned();
                self.messages.push((topic, serde_json::from_slice(body).unwrap()));
                Ok(b"{}".to_vec())
            }
            ("dynamodb", "POST") => self.update(&serde_json::from_slice(body).unwrap()),
            ("sns" | "sts", "POST") => {
                let form: BTreeMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
                let answer = answer(&form, &mut self.keys);
                self.taken.push(form);
                Ok(answer.into_bytes())
            }
            _ => panic!("nobody should ask for {first}"),
        }
    }

    /// `UpdateItem`, as far as it is used.
    fn update(&mut self, wish: &Value) -> Result<Vec<u8>, (u16, String, String)> {
        assert_eq!((&wish["TableName"], &wish["ReturnValues"]), (&"fleet".into(), &"ALL_OLD".into()));
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let name = |alias: &str| text(&wish["ExpressionAttributeNames"][alias.trim()]);
        let key = (text(&wish["Key"]["device"]["S"]), text(&wish["Key"]["item"]["S"]));
        let before = self.items.get(&key).cloned().unwrap_or_default();
        if let Some(condition) = wish["ConditionExpression"].as_str() {
            let alias = condition.strip_prefix("attribute_not_exists(").unwrap().trim_end_matches(')');
            if before.contains_key(&name(alias)) {
                return Err((400, "ConditionalCheckFailedException".to_owned(), "The conditional request failed".to_owned()));
            }
        }
        let item = self.items.entry(key).or_default();
        let update = text(&wish["UpdateExpression"]);
        let (set, remove) = update.split_once("REMOVE ").unwrap_or((&update, ""));
        for one in set.trim_start_matches("SET ").split(',').filter(|one| !one.trim().is_empty()) {
            let (alias, value) = one.split_once(" = ").unwrap();
            item.insert(name(alias), wish["ExpressionAttributeValues"][value.trim()].clone());
        }
        for alias in remove.split(',').filter(|alias| !alias.is_empty()) {
            item.remove(&name(alias));
        }
        Ok(serde_json::json!({ "Attributes": before }).to_string().into_bytes())
    }
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

/// Signs the request again, and compares; the service that it was signed for.
fn check(
    first: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
    keys: &BTreeMap<String, String>,
    now_secs: i64,
) -> Result<String, (&'static str, String)> {
    let incomplete = || ("IncompleteSignature", "a part of the signature is missing".to_owned());
    let header = |name: &str| headers.get(name).map(String::as_str).ok_or_else(incomplete);
    let authorization = header("authorization")?.strip_prefix("AWS4-HMAC-SHA256 ").ok_or_else(incomplete)?;
    let parts: BTreeMap<&str, &str> = authorization.split(", ").filter_map(|part| part.split_once('=')).collect();
    let part = |name: &str| parts.get(name).copied().ok_or_else(incomplete);
    let (key_id, scope) = part("Credential")?.split_once('/').ok_or_else(incomplete)?;
    let [_, _, service, "aws4_request"] = scope.split('/').collect::<Vec<_>>()[..] else { return Err(incomplete()) };
    let at = header("x-amz-date")?;
    let signed_at = chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").map_err(|_cause| incomplete())?;
    if (signed_at.and_utc().timestamp() - now_secs).abs() > 300 {
        return Err(("SignatureDoesNotMatch", format!("Signature not yet current or expired: {at}")));
    }
    let secret = keys.get(key_id).ok_or(("InvalidClientTokenId", "The security token is invalid.".to_owned()))?;
    let names = part("SignedHeaders")?;
    let signed = names.split(';').map(|name| Ok([name, ":", header(name)?, "\n"].concat()));
    let signed: String = signed.collect::<Result<_, _>>()?;
    let mut needed = vec!["host", "x-amz-date"];
    if service == "s3" {
        needed.push("x-amz-content-sha256");
    }
    for needed in needed {
        assert!(names.split(';').any(|name| name == needed), "{needed} is not signed: {names}");
    }
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // All but S3 encode the path once more. No call has more than one parameter, which therefore is sorted.
    let path = if service == "s3" { path.to_owned() } else { path.replace('%', "%25") };
    let hash = hex(&Sha256::digest(body));
    if headers.get("x-amz-content-sha256").is_some_and(|said| *said != hash) {
        return Err(("XAmzContentSHA256Mismatch", "the body is another".to_owned()));
    }
    let canonical = format!("{method}\n{path}\n{query}\n{signed}\n{names}\n{hash}");
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex(&Sha256::digest(&canonical)));
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part.as_bytes());
    }
    if hex(&hmac(&key, text.as_bytes())) == part("Signature")? {
        return Ok(service.to_owned());
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
