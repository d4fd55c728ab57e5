//! Answers what the window asks of the store, off the line: it reads beside the writer and holds nobody up.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::queue::{Bounds, Queue};
use super::stages::Told;
use crate::model::{DevicePast, Fact, IncidentId, Question, Review};
use crate::store::{Archive, Error};

/// Questions that may wait. Of those that wait only the newest is answered.
const WAITING: Bounds = Bounds { urgent: 16, bulk: 1, bytes: 1 << 16 };

/// Starts the thread that answers from the store in `dir`.
pub(super) fn start(dir: PathBuf, facts: Arc<Queue<Told>>) -> std::io::Result<(Arc<Queue<Question>>, JoinHandle<()>)> {
    let questions = Arc::new(Queue::new("questions", WAITING, |_: &Question| 64));
    let asked = Arc::clone(&questions);
    let thread = super::spawn("librarian", move || {
        let (mut waiting, mut none) = (VecDeque::new(), VecDeque::new());
        while asked.drain(&mut waiting, &mut none, Duration::from_secs(1)) {
            let newest = waiting.pop_back();
            waiting.clear();
            if let Some(Question::Review(incident)) = newest {
                let review = review(&dir, &incident);
                // Where the line is too busy to hear it, the window asks again.
                facts.try_push(Told::Fact(Fact::Answered(Arc::new(review)))).ok();
            }
        }
    })?;
    Ok((questions, thread))
}

fn review(dir: &std::path::Path, incident: &IncidentId) -> Review {
    let nothing = |failed: Option<String>| Review {
        incident: incident.clone(),
        failed,
        versions: Vec::new(),
        device: DevicePast::default(),
        similar: Vec::new(),
    };
    let read: Result<Option<Review>, Error> = Archive::open(dir).and_then(|archive| archive.review(incident));
    match read {
        // Not stored yet: nothing is known of it, and that is no failure.
        Ok(review) => review.unwrap_or_else(|| nothing(None)),
        Err(error) => {
            log::warn!("the past of incident {incident} cannot be read: {error}");
            nothing(Some(error.to_string()))
        }
    }
}
