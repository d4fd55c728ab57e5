//! What the writer answers: once it is in hand, what it stands for may be acknowledged and told.

use std::sync::Arc;

use crate::model::effect::SampleChunk;
use crate::model::{Book, Delivery, DeviceId, EventId, Heartbeat, Incident, IncidentId, Origin, OutboxItem};

/// What became of one record. Once it is in hand, the record is on disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// A crash report is stored: acknowledge `delivery`, acknowledge to the vehicle, tell `notice`.
    Crash {
        /// The incident that holds the report; for a duplicate, the one that already held it.
        incident: IncidentId,
        /// The report's event.
        event: EventId,
        /// The store had it already; nothing was changed.
        duplicate: bool,
        /// What the broker waits for.
        delivery: Option<Delivery>,
        /// What lies in the outbox now. A drill's goes to nobody; the sender cannot take it.
        notice: Option<OutboxItem>,
        /// The road it took.
        origin: Origin,
        /// Which vehicle waits for an acknowledgement.
        device: DeviceId,
    },
    /// An incident is stored.
    Incident {
        /// Which.
        incident: IncidentId,
        /// `false`: the store knows no such crash incident, since its report was a duplicate. Nothing was stored.
        known: bool,
        /// What lies in the outbox now.
        notice: Option<OutboxItem>,
        /// The road it took.
        origin: Origin,
    },
    /// A step is stored.
    Step {
        /// Of which incident.
        incident: IncidentId,
        /// `false`: the store knows no such incident. Nothing was stored.
        known: bool,
    },
    /// An incident of another site is taken in.
    Import {
        /// What it is called here.
        incident: IncidentId,
    },
    /// A version of a verdict is added.
    Version {
        /// The same judge with the same limits had said it before: nothing was added.
        known: bool,
    },
    /// What another seat stored is here too.
    Elsewhere {
        /// The incident as it is now; `None` where there was nothing to store.
        incident: Option<Arc<Incident>>,
        /// The name of that seat.
        seat: Arc<str>,
        /// What nobody has told yet, as far as is known here.
        items: Vec<OutboxItem>,
    },
    /// Something was kept for long enough and is gone.
    Pruned {
        /// Rows, or incidents.
        n: u64,
        /// Which incidents.
        incidents: Vec<IncidentId>,
    },
    /// What was listed for the other seats is in their log.
    Shared,
    /// A sign of life went through the store.
    Heartbeat(Heartbeat),
    /// Faults of devices are added.
    Faults,
    /// An impact that a row of driving data told of is stored.
    Spike,
    /// A silence is stored.
    Silencing,
    /// The register is changed: what is written of those devices now, where other seats write too; else nothing.
    Register(Book),
    /// What another seat wrote into the register, or did with silences.
    Book(Book),
    /// Somebody signed in, or was refused.
    SignIn,
    /// A minute's calls are added.
    Invocations,
    /// A channel's answer is stored.
    Told,
    /// Numbers are not stored here: hand them to `History`.
    Samples(Arc<SampleChunk>),
    /// This record cannot be stored, others of its batch were. Tell people without the store, and say so.
    Failed {
        /// Why.
        reason: String,
    },
}
