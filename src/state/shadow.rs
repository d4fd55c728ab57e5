//! What the shadow judge says otherwise.

use std::collections::VecDeque;
use std::sync::Arc;

use super::snapshot::ShadowView;
use crate::model::comparison::Flip;
use crate::model::fact::Shadowed;
use crate::model::{Occasion, Origin, Record, Said, VerdictVersion};

/// Differences listed.
const LISTED: usize = 100;

/// The shadow's book.
#[derive(Clone, Debug, Default)]
pub(super) struct Shadow {
    view: Option<ShadowView>,
    last: VecDeque<Arc<Flip>>,
}

impl Shadow {
    /// The shadow judged a report; a difference is to be stored as a version.
    pub(super) fn judged(&mut self, shadowed: Shadowed) -> Option<Record> {
        let view = self.view.get_or_insert_with(|| ShadowView::begin(shadowed.judge.clone()));
        if shadowed.origin == Origin::Device {
            view.n_judged += 1;
            view.n_failed += u64::from(shadowed.failed.is_some());
            view.n_differ += u64::from(shadowed.difference.is_some());
        } else {
            view.n_others += 1;
        }
        view.judge = shadowed.judge.clone();
        view.failed = shadowed.failed.or_else(|| view.failed.take());
        let (flip, verdict) = shadowed.difference?;
        let version = VerdictVersion {
            incident: flip.incident.clone(),
            origin: flip.origin,
            device: flip.device.clone(),
            event: Some(flip.event.clone()),
            version: 0,
            at: shadowed.at,
            by: Occasion::Shadow,
            judge: Some(shadowed.judge),
            said: Said::Verdict(verdict),
        };
        self.last.truncate(LISTED - 1);
        self.last.push_front(Arc::new(flip));
        Some(Record::Version(Box::new(version)))
    }

    /// As the window shows it; `None` where no shadow judge has spoken.
    pub(super) fn view(&self) -> Option<Arc<ShadowView>> {
        self.view.as_ref().map(|view| Arc::new(ShadowView { last: self.last.iter().cloned().collect(), ..view.clone() }))
    }
}
