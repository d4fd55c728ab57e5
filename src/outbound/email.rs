//! E-mail: one mail a notice, and what each answer of the server means.
//!
//! A retry is the same mail to the byte, with a `Message-ID` made of the notice's key, so that a mail program that got it
//! twice shows it once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::{Address, Message};
use sha2::{Digest as _, Sha256};

use super::smtp::{Fault, Server, within};
use super::worker::Attempt;
use super::{Error, RealNotice, Settings};
use crate::model::Notice;

/// How much longer than one step the last answer may take: the server has the mail by then, and may be looking for viruses
/// in it. RFC 5321, 4.5.3.2.6 asks for 10 min, which is too long for a crash; a mail that is sent again is the same mail.
const LAST_ANSWER: u32 = 6;

/// A mail server with sender and receivers, ready to send.
#[derive(Clone, Debug)]
pub(super) struct Email {
    server: Server,
    from: Mailbox,
    to: Vec<Mailbox>,
    credentials: Option<Credentials>,
    /// How long one step may take.
    patience: Duration,
    /// Who has got a mail that others have not yet, by its key: none of them gets it again with every attempt.
    got: Arc<Mutex<HashMap<String, Vec<Address>>>>,
}

impl Email {
    /// Checks the settings; `None` where no server is set.
    pub(super) fn new(settings: &Settings, timeout: Duration) -> Result<Option<Self>, Error> {
        let Some(url) = &settings.email_server else { return Ok(None) };
        let server = Server::new("email_server", url)?;
        let from = mailbox("email_from", settings.email_from.as_deref().unwrap_or_default())?;
        let to = settings.email_to.iter().map(|to| mailbox("email_to", to)).collect::<Result<Vec<_>, _>>()?;
        if to.is_empty() {
            return Err(Error::Email { key: "email_to", why: "nobody is in it".to_owned() });
        }
        let credentials = match (&settings.email_user, &settings.email_secret) {
            (Some(user), Some(secret)) => Some(Credentials::new(user.clone(), secret.expose().to_owned())),
            (None, None) => None,
            _ => return Err(Error::Email { key: "email_user", why: "it goes together with email_secret".to_owned() }),
        };
        // A mail server may look up who sends before it answers.
        Ok(Some(Self { server, from, to, credentials, patience: timeout * 2, got: Arc::default() }))
    }

    /// Where it is handed in.
    pub(super) fn host(&self) -> &str {
        self.server.host()
    }

    pub(super) async fn send(&self, real: &RealNotice) -> Attempt {
        let notice = real.notice();
        let mail = match self.mail(notice) {
            Ok(mail) => mail.formatted(),
            Err(error) => return Attempt::Refused { reason: format!("no mail could be made of it: {error}") },
        };
        let key = &notice.dedup_key;
        let attempt = match self.hand_in(key, &mail).await {
            Ok(()) => Attempt::Accepted,
            Err(Fault { reason, passes: true }) => return Attempt::Retry { reason, after: None },
            Err(Fault { reason, passes: false }) => Attempt::Refused { reason },
        };
        self.got.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        attempt
    }

    /// Whether the server would take a mail from us to everybody; nothing is sent.
    pub(super) async fn probe(&self) -> Result<(), Fault> {
        let mut conn = self.sign_in().await?;
        let refused = self.name(&mut conn, &self.to.iter().map(|to| &to.email).collect::<Vec<_>>()).await?.1;
        leave(conn).await;
        refused.into_iter().next().map_or(Ok(()), Err)
    }

    async fn hand_in(&self, key: &str, mail: &[u8]) -> Result<(), Fault> {
        let got = || self.got.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned().unwrap_or_default();
        let before = got();
        let left: Vec<&Address> = self.to.iter().map(|to| &to.email).filter(|to| !before.contains(to)).collect();
        let mut conn = self.sign_in().await?;
        let (taken, refused) = self.name(&mut conn, &left).await?;
        if !taken.is_empty() {
            within(self.patience, conn.command(Data)).await?;
            within(self.patience * LAST_ANSWER, conn.message(mail)).await?;
            let mut all = self.got.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(key.to_owned()).or_default().extend(taken.into_iter().cloned());
        }
        leave(conn).await;
        for Fault { reason, .. } in &refused {
            log::warn!("{key}: {reason}");
        }
        let anybody = !got().is_empty();
        // Who may take it later is tried again; who never will is no reason to tell the others once more.
        match refused.into_iter().max_by_key(|fault| fault.passes) {
            Some(fault) if fault.passes || !anybody => Err(fault),
            _ => Ok(()),
        }
    }

    async fn sign_in(&self) -> Result<AsyncSmtpConnection, Fault> {
        let mut conn = within(self.patience, self.server.connect()).await?;
        if let Some(credentials) = &self.credentials {
            let signed_in = within(self.patience, conn.auth(DEFAULT_MECHANISMS, credentials)).await;
            signed_in.map_err(|fault| advise(fault, "check email_user and email_secret"))?;
        }
        Ok(conn)
    }

    /// Says from whom and to whom; answers whom the server takes, and what it says of the others.
    async fn name<'a>(
        &self,
        conn: &mut AsyncSmtpConnection,
        to: &[&'a Address],
    ) -> Result<(Vec<&'a Address>, Vec<Fault>), Fault> {
        let from = Mail::new(Some(self.from.email.clone()), Vec::new());
        within(self.patience, conn.command(from)).await.map_err(|fault| advise(fault, "check email_from"))?;
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for to in to.iter().copied() {
            match within(self.patience, conn.command(Rcpt::new(to.clone(), Vec::new()))).await {
                Ok(_) => taken.push(to),
                Err(fault) => {
                    refused.push(advise(Fault { reason: format!("{to}: {}", fault.reason), ..fault }, "check email_to"));
                }
            }
        }
        Ok((taken, refused))
    }

    fn mail(&self, notice: &Notice) -> Result<Message, lettre::error::Error> {
        let Notice { dedup_key, incident, device, group, severity, title, text, at, .. } = notice;
        let severity = format!("{severity:?}").to_uppercase();
        let group = group.as_ref().map(|group| format!("Group:    {group}\n")).unwrap_or_default();
        let body = format!(
            "{title}\n\n{text}\n\nIncident: {incident}\nDevice:   {device}\n{group}Severity: {severity}\nAt:       {}\nKey:      {dedup_key}\n",
            at.rfc3339()
        );
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(at.millis()).unwrap_or_default());
        let mut mail = Message::builder()
            .from(self.from.clone())
            .subject(one_line(&format!("{severity}: {title}")))
            .date(at)
            .message_id(Some(self.id(dedup_key)))
            // Mail programs show what belongs to one incident as one conversation.
            .references(self.id(&incident.0))
            .header(ContentType::TEXT_PLAIN)
            // Nobody's absence note is to answer (RFC 3834).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
        for to in &self.to {
            mail = mail.to(to.clone());
        }
        mail.body(body)
    }

    /// A name that is the same every time.
    fn id(&self, of: &str) -> String {
        let hash: [u8; 32] = Sha256::digest(of.as_bytes()).into();
        let half = hash.first_chunk().map_or(0, |half| u128::from_be_bytes(*half));
        format!("<{half:032x}@{}>", self.from.email.domain())
    }
}

/// Says goodbye; whether that is heard does not matter.
async fn leave(mut conn: AsyncSmtpConnection) {
    within(Duration::from_secs(1), conn.quit()).await.map_err(|fault| log::debug!("{}", fault.reason)).ok();
}

/// What a person is to do about what will not pass by itself.
fn advise(fault: Fault, what: &str) -> Fault {
    if fault.passes { fault } else { Fault::lasting(format!("{}; {what}", fault.reason)) }
}

fn one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

fn mailbox(key: &'static str, text: &str) -> Result<Mailbox, Error> {
    let example = "it must look like ops@example.org or Night shift <ops@example.org>";
    let mailbox: Mailbox = text.parse().map_err(|error| Error::Email { key, why: format!("{text:?}: {error}; {example}") })?;
    // Others need a server that can do more (SMTPUTF8), and one of them that cannot would lose the mail on its way.
    if !AsRef::<str>::as_ref(&mailbox.email).is_ascii() {
        return Err(Error::Email {
            key,
            why: format!("{text:?}: only ASCII may stand in an address; a name before it may be any"),
        });
    }
    Ok(mailbox)
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
