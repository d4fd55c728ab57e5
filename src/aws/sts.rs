//! STS: taking on a role.

use super::request::Service;
use super::{Client, Credentials, Error, credentials, form_of, xml};

/// Takes on a role for an hour.
pub(super) async fn assume_role(client: &Client, with: &Credentials, role_arn: &str) -> Result<Credentials, Error> {
    let form = [
        ("Action", "AssumeRole"),
        ("Version", "2011-06-15"),
        ("RoleArn", role_arn),
        ("RoleSessionName", "fleetwatch"),
        ("DurationSeconds", "3600"),
    ];
    let answer = client.call_with(&form_of(Service::STS, &form), with).await.map_err(|(error, _)| error)?.text();
    let get = |name| xml::element("sts", &answer, name);
    let end = credentials::time(&get("Expiration")?)
        .map_err(|()| Error::Answer { service: "sts", words: "an Expiration that is no time".to_owned() })?;
    Ok(Credentials::new(&get("AccessKeyId")?, &get("SecretAccessKey")?, Some(&get("SessionToken")?), Some(end)))
}
