use std::collections::VecDeque;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::super::retry::Pace;
use super::super::{Outbound, Told};
use super::*;
use crate::model::{DeliveryOutcome, DeviceId, IncidentId, Origin, OutboxItem, Severity, Timestamp};

/// What the server does at a step of one connection: `""` before it greets, a verb, or `"."` when it has the mail.
#[derive(Clone, Copy, Debug)]
enum Does {
    Says(&'static str, &'static str),
    Cuts(&'static str),
    Hangs(&'static str),
}

impl Does {
    const fn at(self) -> &'static str {
        match self {
            Self::Says(at, _) | Self::Cuts(at) | Self::Hangs(at) => at,
        }
    }
}

/// The receivers, and the mail.
type Given = (Vec<String>, String);

/// A mail server on this machine that follows a script, one entry a connection, and then takes everything.
#[derive(Clone)]
struct Server {
    url: String,
    script: Arc<Mutex<VecDeque<Does>>>,
    /// Each mail that it was given, taken or not, with its receivers.
    mails: Arc<Mutex<Vec<Given>>>,
    n_connections: Arc<Mutex<usize>>,
}

impl Server {
    async fn start(script: &[Does]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("smtp://{}", listener.local_addr().unwrap()),
            script: Arc::new(Mutex::new(script.iter().copied().collect())),
            mails: Arc::default(),
            n_connections: Arc::default(),
        };
        let clone = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let server = clone.clone();
                *server.n_connections.lock().unwrap() += 1;
                tokio::spawn(async move { server.serve(BufReader::new(socket)).await });
            }
        });
        server
    }

    async fn serve(&self, mut socket: BufReader<TcpStream>) -> Option<()> {
        let does = self.script.lock().unwrap().pop_front();
        let (mut receivers, mut n_rcpt) = (Vec::new(), 0);
        let mut verb = String::new();
        loop {
            let usual = match verb.as_str() {
                "" => "220 fake",
                "EHLO" => "250-fake\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => "235 welcome",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 fine",
            };
            // "RCPT2" is the second receiver.
            let step = if verb == "RCPT" { format!("RCPT{n_rcpt}") } else { verb.clone() };
            let answer = match does.filter(|does| does.at() == verb || does.at() == step) {
                None => usual,
                Some(Does::Says(_, answer)) => answer,
                Some(Does::Cuts(_)) => return None,
                Some(Does::Hangs(_)) => std::future::pending().await,
            };
            if verb == "RCPT" && !answer.starts_with("250") {
                receivers.pop();
            }
            socket.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
            if verb == "DATA" && answer.starts_with("354") {
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if socket.read_line(&mut mail).await.ok()? == 0 {
                        return None;
                    }
                }
                self.mails.lock().unwrap().push((receivers.clone(), mail));
                verb = ".".to_owned();
                continue;
            }
            let mut line = String::new();
            if socket.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            verb = line.split([' ', '\r']).next().unwrap_or_default().to_uppercase();
            if verb == "RCPT" {
                n_rcpt += 1;
                receivers.push(line.trim_end().trim_start_matches("RCPT TO:").trim_matches(['<', '>']).to_owned());
            }
        }
    }

    fn mails(&self) -> Vec<Given> {
        self.mails.lock().unwrap().clone()
    }
}

fn settings(url: &str) -> Settings {
    Settings {
        email_server: Some(url.to_owned()),
        email_from: Some("Fleet desk <fleet@example.org>".to_owned()),
        email_to: vec!["ops@example.org".to_owned(), "야간조 <night@example.org>".to_owned()],
        desktop: false,
        ..Settings::default()
    }
}

fn item(origin: Origin) -> OutboxItem {
    OutboxItem::new(Notice {
        dedup_key: "INC-1:opened".to_owned(),
        incident: IncidentId("INC-1".into()),
        device: DeviceId::new("van-7"),
        severity: Severity::Critical,
        origin,
        title: "충돌, van-7\r\nBcc: thief@example.org".to_owned(),
        text: "Hit from the front\n.\nat 34 km/h".to_owned(),
        at: Timestamp(1_800_000_000_000_000),
        everyone: false,
        group: Some("seoul north".to_owned()),
    })
}

fn pace() -> Pace {
    Pace { first: Duration::from_millis(2), cap: Duration::from_millis(20), timeout: Duration::from_millis(400) }
}

fn start(settings: &Settings) -> (mpsc::Sender<OutboxItem>, mpsc::Receiver<Told>) {
    let outbound = Outbound::with_pace(settings, pace()).unwrap();
    let (items, taken) = mpsc::channel(10);
    let (reports, told) = mpsc::channel(1_000);
    tokio::spawn(outbound.run(taken, Arc::new(move |told| reports.try_send(told).unwrap())));
    (items, told)
}

/// Sends one notice and answers what was reported, in words, up to the final report.
async fn tell(script: &[Does]) -> (Vec<String>, Server) {
    let server = Server::start(script).await;
    let (items, mut told) = start(&settings(&server.url));
    items.send(item(Origin::Device)).await.unwrap();
    let mut words = Vec::new();
    loop {
        let report = timeout(Duration::from_secs(30), told.recv()).await.expect("nothing was reported in 30 s").unwrap();
        words.push(report.words);
        if report.last {
            return (words, server);
        }
    }
}

#[tokio::test]
async fn a_notice_is_one_mail_that_says_all_that_the_json_says() {
    let (words, server) = tell(&[]).await;
    assert_eq!(words, ["email 127.0.0.1: accepted"]);
    let mails = server.mails();
    let [(receivers, mail)] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(*receivers, ["ops@example.org", "night@example.org"]);
    let (headers, body) = mail.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let unfolded = headers.replace("\r\n ", " ");
        let line = unfolded.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned));
        line.unwrap_or_else(|| panic!("no {name} in {headers}"))
    };
    assert_eq!(header("Date"), "Fri, 15 Jan 2027 08:00:00 +0000", "the time of the notice, whenever it is sent");
    let id = header("Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@example.org>") && !id.contains("INC"), "{id}");
    assert_eq!(header("Auto-Submitted"), "auto-generated");
    assert!(header("Subject").contains("CRITICAL"), "{headers}");
    assert!(!headers.to_lowercase().contains("\nbcc"), "a title became a header: {headers}");
    assert!(mail.is_ascii(), "an old server takes nothing else");
    let body = decoded(headers, body);
    for said in ["충돌, van-7", "\n.\nat 34 km/h", "INC-1", "van-7", "seoul north", "CRITICAL", "2027-01-15T08:00:00.000Z"] {
        assert!(body.contains(said), "{said} in {body}");
    }
}

/// The body as its reader sees it.
fn decoded(headers: &str, body: &str) -> String {
    use base64::Engine as _;
    // A dot at the begin of a line is doubled on its way (RFC 5321, 4.5.2).
    let body = body.trim_end_matches("\r\n.\r\n").replace("\r\n..", "\r\n.");
    if headers.contains("base64") {
        let joined: String = body.split_whitespace().collect();
        return String::from_utf8(base64::engine::general_purpose::STANDARD.decode(joined).unwrap())
            .unwrap()
            .replace("\r\n", "\n");
    }
    let soft = body.replace("=\r\n", "").replace("\r\n", "\n");
    let mut bytes = Vec::new();
    let mut rest = soft.as_bytes();
    while let Some((first, later)) = rest.split_first() {
        let byte = later.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        if let (b'=', Some(byte)) = (first, byte) {
            bytes.push(byte);
            rest = &later[2..];
        } else {
            bytes.push(*first);
            rest = later;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn whatever_may_pass_is_sent_again_as_the_same_mail() {
    let script = [
        Does::Says("", "421 too busy"),
        Does::Cuts("EHLO"),
        Does::Says("MAIL", "451 later"),
        Does::Hangs("MAIL"),
        Does::Says("RCPT", "450 greylisted"),
        Does::Cuts("DATA"),
        // It has the mail, and nobody knows.
        Does::Cuts("."),
        Does::Says(".", "452 no room"),
    ];
    let (words, server) = tell(&script).await;
    assert_eq!(words.len(), script.len() + 1, "{words:?}");
    for (words, said) in words.iter().zip([
        "answered 421: too busy",
        "cut the connection",
        "answered 451",
        "did not answer in time",
        "answered 450",
        "cut the connection",
        "cut the connection",
        "answered 452",
        "accepted",
    ]) {
        assert!(words.contains(said), "{said}: {words}");
    }
    let mails = server.mails();
    assert_eq!(mails.len(), 3, "the cut one, the full one and the last");
    assert!(mails.iter().all(|mail| *mail == mails[0]), "a retry is another mail: {mails:?}");
}

#[tokio::test]
async fn what_cannot_pass_is_refused_at_once_with_words_on_what_to_do() {
    for (does, said) in [
        (Does::Says("", "554 we know you"), "answered 554: we know you"),
        (Does::Says("MAIL", "550 5.7.1 not you"), "check email_from"),
        (Does::Says("RCPT", "550 5.1.1 no such user"), "check email_to"),
        (Does::Says("DATA", "554 no"), "answered 554"),
        (Does::Says(".", "554 5.6.0 spam"), "answered 554: 5.6.0 spam"),
    ] {
        let (words, server) = tell(&[does]).await;
        let [words] = words.as_slice() else { panic!("{does:?}: {words:?}") };
        assert!(words.contains("refused") && words.contains(said), "{does:?}: {words}");
        assert_eq!(*server.n_connections.lock().unwrap(), 1, "{does:?}: it was tried again");
    }
}

#[tokio::test]
async fn a_receiver_who_is_refused_keeps_nobody_else_from_being_told() {
    let (words, server) = tell(&[Does::Says("RCPT1", "550 5.1.1 no such user")]).await;
    assert_eq!(words, ["email 127.0.0.1: accepted"]);
    assert_eq!(server.mails()[0].0, ["night@example.org"]);
    // Who may take it later gets it later, and the other does not get it twice.
    let (words, server) = tell(&[Does::Says("RCPT2", "450 greylisted"), Does::Says("RCPT", "451 still")]).await;
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(words[0].contains("night@example.org: the mail server answered 450"), "{words:?}");
    let receivers: Vec<_> = server.mails().into_iter().map(|(receivers, _)| receivers).collect();
    assert_eq!(receivers, [["ops@example.org"], ["night@example.org"]]);
    // Refused for good in the end: the one who has it was told.
    let (words, _server) = tell(&[Does::Says("RCPT2", "450 greylisted"), Does::Says("RCPT", "550 never")]).await;
    assert_eq!((words.len(), words[1].as_str()), (2, "email 127.0.0.1: accepted"), "{words:?}");
}

#[tokio::test]
async fn a_server_that_hangs_with_the_mail_in_hand_is_asked_again() {
    let (words, server) = tell(&[Does::Hangs(".")]).await;
    assert!(words.len() == 2 && words[0].contains("did not answer in time"), "{words:?}");
    assert_eq!(server.mails()[0], server.mails()[1]);
}

#[tokio::test]
async fn the_sign_in_is_asked_for_and_its_secret_is_in_no_word() {
    let server = Server::start(&[Does::Says("AUTH", "535 5.7.8 wrong")]).await;
    let secret = Some(crate::model::Secret::new("hunter2"));
    let settings = Settings { email_user: Some("desk".to_owned()), email_secret: secret, ..settings(&server.url) };
    let (items, mut told) = start(&settings);
    items.send(item(Origin::Device)).await.unwrap();
    let report = timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap();
    assert!(report.words.contains("answered 535") && report.words.contains("check email_user"), "{}", report.words);
    items.send(item(Origin::Device)).await.unwrap();
    assert_eq!(timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap().outcome, DeliveryOutcome::Accepted);
    let email = Email::new(&settings, pace().timeout).unwrap().unwrap();
    assert!(!format!("{settings:?} {email:?}").contains("hunter2"), "the secret is in a log");
    assert!(!toml::to_string(&settings).unwrap().contains("hunter2"), "the secret is in a file");
}

#[tokio::test]
async fn a_drill_or_sample_never_produces_a_connection() {
    let server = Server::start(&[]).await;
    let (items, mut told) = start(&settings(&server.url));
    for origin in [Origin::Drill, Origin::Sample] {
        items.send(item(origin)).await.unwrap();
        let report = timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap();
        assert_eq!(report.outcome, DeliveryOutcome::WouldHave);
        assert!(report.words.starts_with("would have told email 127.0.0.1: "), "{}", report.words);
    }
    items.send(item(Origin::Device)).await.unwrap();
    timeout(Duration::from_secs(30), told.recv()).await.unwrap().unwrap();
    assert_eq!(*server.n_connections.lock().unwrap(), 1);
}

#[tokio::test]
async fn the_doctor_asks_for_every_receiver_and_sends_nothing() {
    let server = Server::start(&[]).await;
    let email = Email::new(&settings(&server.url), pace().timeout).unwrap().unwrap();
    email.probe().await.unwrap();
    server.script.lock().unwrap().push_back(Does::Says("RCPT2", "550 no such user"));
    let fault = email.probe().await.unwrap_err();
    assert!(fault.reason.starts_with("night@example.org: ") && fault.reason.ends_with("check email_to"), "{fault:?}");
    assert!(server.mails().is_empty());
}

/// A server that is told what to say to each line, in the clear.
async fn says(answers: &'static [&'static str]) -> (Email, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut url = settings(&format!("smtp://mail.example.org:{}", listener.local_addr().unwrap().port()));
    url.email_to = vec!["ops@example.org".to_owned()];
    let mut email = Email::new(&url, pace().timeout).unwrap().unwrap();
    email.server.pretend_at("127.0.0.1");
    let heard = tokio::spawn(async move {
        let mut socket = BufReader::new(listener.accept().await.unwrap().0);
        let mut heard = String::new();
        for answer in answers {
            socket.get_mut().write_all(answer.as_bytes()).await.unwrap();
            if socket.read_line(&mut heard).await.unwrap_or_default() == 0 {
                break;
            }
        }
        heard
    });
    (email, heard)
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_and_nothing_said_in_the_clear_is_believed() {
    let (email, heard) = says(&["220 here\r\n", "250-here\r\n250 8BITMIME\r\n"]).await;
    let fault = email.hand_in("k", b"secret").await.unwrap_err();
    assert!(!fault.passes && fault.reason.contains("offers no TLS"), "{fault:?}");
    let heard = heard.await.unwrap();
    assert!(heard.starts_with("EHLO [127.0.0.1]") && !heard.contains("MAIL"), "{heard}");

    let (email, heard) = says(&["220 here\r\n", "250 STARTTLS\r\n", "220 go\r\n250 taken\r\n250 taken\r\n250 taken\r\n"]).await;
    let fault = email.hand_in("k", b"secret").await.unwrap_err();
    assert!(fault.reason.contains("spoke for it"), "{fault:?}");
    assert!(!heard.await.unwrap().contains("MAIL"));
}

#[test]
fn settings_that_cannot_be_meant_are_refused_with_their_fix() {
    let check = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings("smtps://mail.example.org");
        change(&mut settings);
        Email::new(&settings, pace().timeout).map(drop).map_err(|error| error.to_string())
    };
    check(&|_| {}).unwrap();
    for url in ["smtps://[2001:db8::7]:465", "smtp://10.1.2.3", "smtp://localhost:2525", "smtp://mail.example.org/"] {
        check(&|settings| settings.email_server = Some(url.to_owned())).unwrap();
    }
    for (url, said) in [
        ("https://mail.example.org", "smtps://"),
        ("mail.example.org", "email_server"),
        ("smtps://user:secret@mail.example.org", "email_user"),
        ("smtps://169.254.169.254", "nothing is ever sent there"),
        ("smtp://mail.example.org?tls=none", "it must look like"),
        ("smtps://", "it must look like"),
    ] {
        let words = check(&|settings| settings.email_server = Some(url.to_owned())).unwrap_err();
        assert!(words.contains(said) && !words.contains("secret@"), "{url}: {words}");
    }
    assert!(check(&|settings| settings.email_to.clear()).unwrap_err().contains("nobody is in it"));
    assert!(check(&|settings| settings.email_to = vec!["ops".to_owned()]).unwrap_err().contains("ops@example.org"));
    assert!(check(&|settings| settings.email_from = None).unwrap_err().contains("email_from"));
    assert!(check(&|settings| settings.email_from = Some("관제@example.org".to_owned())).unwrap_err().contains("only ASCII"));
    assert!(check(&|settings| settings.email_user = Some("desk".to_owned())).unwrap_err().contains("email_secret"));
}
