//! Where credentials come from: the environment, a profile of `~/.aws`, its `credential_process`, its role.
//!
//! For single sign-on name a process: `credential_process = aws configure export-credentials --format process`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Error;
use super::request::Service;
use crate::model::Timestamp;

/// Credentials are got anew so long before they end.
const BEFORE_THE_END_SECS: i64 = 300;
/// How long a `credential_process` may take.
const PROCESS_TIMEOUT: Duration = Duration::from_secs(30);

/// What a request is signed with. Its secrets are shown to nobody.
#[derive(Clone)]
pub struct Credentials {
    key_id: String,
    secret: String,
    token: Option<String>,
    expires_at: Option<Timestamp>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl Credentials {
    pub(super) fn new(key_id: &str, secret: &str, token: Option<&str>, expires_at: Option<Timestamp>) -> Self {
        let token = token.filter(|token| !token.is_empty()).map(str::to_owned);
        Self { key_id: key_id.to_owned(), secret: secret.to_owned(), token, expires_at }
    }

    pub(super) fn are_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end > now.plus_secs(BEFORE_THE_END_SECS))
    }

    /// Whether looking again may find other ones.
    pub(super) const fn can_be_renewed(&self) -> bool {
        self.expires_at.is_some()
    }

    pub(super) fn identity(&self) -> aws_credential_types::Credentials {
        aws_credential_types::Credentials::new(&self.key_id, &self.secret, self.token.clone(), None, "fleetwatch")
    }

    /// The same without the token of a session, and the token.
    pub(super) fn identity_and_token(&self) -> (aws_credential_types::Credentials, Option<&str>) {
        let identity = aws_credential_types::Credentials::new(&self.key_id, &self.secret, None, None, "fleetwatch");
        (identity, self.token.as_deref())
    }

    /// A text of a server, in which none of these stands.
    pub(super) fn without_secrets(&self, text: &str) -> String {
        let secrets = [Some(&self.secret), self.token.as_ref()].into_iter().flatten().filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "…"))
    }
}

/// The variables that a client looks at.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        let text = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(text.filter(|(name, _)| name.starts_with("AWS_") || name == "HOME").collect())
    }

    /// These.
    pub fn of(variables: &[(&str, &str)]) -> Self {
        Self(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Where a service is, if not at AWS: its own variable before that for all.
    pub(super) fn endpoint(&self, service: Service) -> Option<String> {
        let own = self.get(&format!("AWS_ENDPOINT_URL_{}", service.variable));
        own.or_else(|| self.get("AWS_ENDPOINT_URL")).map(str::to_owned)
    }

    pub(super) fn has_own_endpoint(&self) -> bool {
        self.0.keys().any(|name| name.starts_with("AWS_ENDPOINT_URL"))
    }
}

/// What was found.
pub(super) struct Found {
    pub(super) credentials: Credentials,
    /// A role to take on with them.
    pub(super) role_arn: Option<String>,
}

/// Looks for credentials: keys in the environment, then the profile of `AWS_PROFILE`, then `default`.
pub(super) async fn find(environment: &Environment) -> Result<Found, Error> {
    let keys = (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"));
    if let (Some(id), Some(secret)) = keys {
        let credentials = Credentials::new(id, secret, environment.get("AWS_SESSION_TOKEN"), None);
        return Ok(Found { credentials, role_arn: None });
    }
    let files = Files::read(environment);
    let profile = environment.get("AWS_PROFILE").unwrap_or("default");
    let role_arn = files.get(profile, "role_arn").map(str::to_owned);
    // A profile with a role says whose credentials take it on.
    let holder = files.get(profile, "source_profile").unwrap_or(profile);
    let get = |key| files.get(holder, key);
    if let (Some(id), Some(secret)) = (get("aws_access_key_id"), get("aws_secret_access_key")) {
        return Ok(Found { credentials: Credentials::new(id, secret, get("aws_session_token"), None), role_arn });
    }
    if let Some(command) = get("credential_process") {
        return Ok(Found { credentials: of_process(command).await?, role_arn });
    }
    Err(Error::NoCredentials(format!(
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or keys or a credential_process in the profile {holder:?} of ~/.aws"
    )))
}

/// `~/.aws/config` and `~/.aws/credentials`: profile → key → value.
#[derive(Default)]
struct Files(BTreeMap<String, BTreeMap<String, String>>);

impl Files {
    fn read(environment: &Environment) -> Self {
        let place = |variable: &str, name: &str| {
            let home = || Some(PathBuf::from(environment.get("HOME")?).join(".aws").join(name));
            environment.get(variable).map(PathBuf::from).or_else(home)
        };
        let mut files = Self::default();
        // What stands in both, the second says.
        for path in
            [place("AWS_CONFIG_FILE", "config"), place("AWS_SHARED_CREDENTIALS_FILE", "credentials")].into_iter().flatten()
        {
            files.add(&std::fs::read_to_string(path).unwrap_or_default());
        }
        files
    }

    fn add(&mut self, text: &str) {
        let mut profile = None;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                let name = name.trim();
                profile = Some(name.strip_prefix("profile ").unwrap_or(name).trim().to_owned());
            } else if let (Some(profile), Some((key, value))) = (&profile, line.split_once('=')) {
                self.0.entry(profile.clone()).or_default().insert(key.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn get(&self, profile: &str, key: &str) -> Option<&str> {
        self.0.get(profile)?.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfProcess {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
}

/// Asks a `credential_process`. What it prints is shown to nobody.
async fn of_process(command: &str) -> Result<Credentials, Error> {
    let command = command.to_owned();
    let run = move || std::process::Command::new("sh").args(["-c", &command]).stdin(std::process::Stdio::null()).output();
    let failed = |words: &str| Error::NoCredentials(format!("the credential_process {words}"));
    let output = tokio::time::timeout(PROCESS_TIMEOUT, tokio::task::spawn_blocking(run)).await;
    let output = output.map_err(|_late| failed("did not answer in 30 s"))?;
    let output = output.ok().and_then(Result::ok).ok_or_else(|| failed("cannot be started"))?;
    if !output.status.success() {
        return Err(failed("failed; run it by hand to see why"));
    }
    let found: OfProcess = serde_json::from_slice(&output.stdout).map_err(|_cause| failed("answered no credentials"))?;
    let end = found.expiration.as_deref().map(time).transpose().map_err(|()| failed("answered an Expiration that is no time"))?;
    Ok(Credentials::new(&found.access_key_id, &found.secret_access_key, found.session_token.as_deref(), end))
}

/// RFC 3339.
pub(super) fn time(text: &str) -> Result<Timestamp, ()> {
    chrono::DateTime::parse_from_rfc3339(text).map(|time| time.to_utc().into()).map_err(|_cause| ())
}
