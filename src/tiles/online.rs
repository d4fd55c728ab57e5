//! Tiles of a provider, one at a time, only those that somebody looks at. Off unless the settings name one.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use tokio::runtime::Runtime;
use url::Url;

use super::{BYTES_MOST, Source};
use crate::clock::Clock;
use crate::https;
use crate::model::Timestamp;
use crate::model::ground::TileKey;

/// The closest zoom that is asked for: common providers have 19.
const CLOSEST: u8 = 19;
/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// After a failure nothing is asked for this long, s.
const REST_SECS: i64 = 30;

pub(super) struct Online {
    runtime: Runtime,
    client: Client,
    url: String,
    attribution: String,
    rests_until: Option<(Timestamp, String)>,
}

/// What is wrong with an address.
pub(super) fn mistake(url: &str) -> Option<String> {
    if let Some(part) = ["{z}", "{x}", "{y}"].into_iter().find(|part| !url.contains(part)) {
        return Some(format!("has no {part} in it: write https://tiles.example/{{z}}/{{x}}/{{y}}.png"));
    }
    match Url::parse(&filled(url, TileKey { zoom: 0, x: 0, y: 0 })) {
        Ok(url) if https::is_private(&url) => None,
        Ok(_) => Some("must begin with https:// (http:// only to this machine)".to_owned()),
        Err(error) => Some(format!("is no address: {error}")),
    }
}

/// Where tiles come from, without keys that may stand in the address.
pub(super) fn host(url: &str) -> String {
    let url = Url::parse(&filled(url, TileKey { zoom: 0, x: 0, y: 0 }));
    url.ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "online_url".to_owned())
}

fn filled(url: &str, TileKey { zoom, x, y }: TileKey) -> String {
    url.replace("{z}", &zoom.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string())
}

impl Online {
    pub(super) fn new(url: &str, attribution: &str) -> Result<Self, String> {
        let here = Url::parse(&filled(url, TileKey { zoom: 0, x: 0, y: 0 })).is_ok_and(|url| https::is_here(&url));
        let client = https::client(TIMEOUT, here).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        Ok(Self { runtime, client, url: url.to_owned(), attribution: attribution.to_owned(), rests_until: None })
    }

    async fn fetch(client: &Client, url: &str) -> Result<Option<Vec<u8>>, String> {
        let failed = |error: reqwest::Error| format!("no answer{}", https::causes(error));
        let mut answer = client.get(url).send().await.map_err(failed)?;
        match answer.status() {
            status if status.is_success() => {}
            StatusCode::NOT_FOUND | StatusCode::NO_CONTENT => return Ok(None),
            status => return Err(format!("the provider answered {status}")),
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(failed)? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > BYTES_MOST {
                return Err("the answer is larger than any tile".to_owned());
            }
        }
        Ok(Some(bytes))
    }
}

impl Source for Online {
    fn tile(&mut self, key: TileKey) -> Result<Option<Vec<u8>>, String> {
        if let Some((until, why)) = &self.rests_until
            && Clock.now() < *until
        {
            return Err(why.clone());
        }
        let fetched = self.runtime.block_on(Self::fetch(&self.client, &filled(&self.url, key)));
        self.rests_until = fetched.as_ref().err().map(|why| (Clock.now().plus_secs(REST_SECS), why.clone()));
        fetched
    }

    fn zooms(&self) -> (u8, u8) {
        (0, CLOSEST)
    }

    fn attribution(&self) -> String {
        self.attribution.clone()
    }
}
