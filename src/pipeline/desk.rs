//! What a window, a player or a script holds of a line.

use std::sync::Arc;

use super::gatekeeper::Asks;
use super::latest::Latest;
use super::queue::Queue;
use super::stages::Told;
use super::tape::Tape;
use crate::clock::Clock;
use crate::model::{
    Bulk, Command, Fact, Focus, IncidentId, Operator, Origin, PacketId, Question, RegisterOrder, Secret, SilenceOrder, TapeOrder,
    Target, Timestamp,
};
use crate::scenario::Scenario;
use crate::state::Snapshot;

/// What a window, a player or a script holds of a line: its latest picture and its ear.
#[derive(Clone)]
pub struct Desk {
    pub(super) latest: Arc<Latest<Snapshot>>,
    pub(super) facts: Arc<Queue<Told>>,
    pub(super) sign_ins: Arc<Queue<Asks>>,
    pub(super) drills: Option<Arc<Queue<(Scenario, Target)>>>,
    pub(super) self_tests: Option<Arc<Queue<()>>>,
    pub(super) questions: Option<Arc<Queue<Question>>>,
    pub(super) tape: Option<Tape>,
}

impl Desk {
    /// Plays a scenario as a drill through this door; `false` when too many wait.
    pub fn drill(&self, scenario: Scenario, target: Target) -> bool {
        self.drills.as_ref().is_some_and(|drills| drills.try_push((scenario, target)).is_ok())
    }

    /// Tests the whole way now; one that is asked for already is that one.
    pub fn self_test(&self) -> bool {
        self.self_tests.as_ref().is_some_and(|asked| asked.try_push(()).is_ok() || !asked.is_closed())
    }

    /// Asks the tape for something; `false` when too much waits.
    pub fn tape(&self, order: TapeOrder) -> bool {
        self.tape.as_ref().is_some_and(|tape| tape.order(order))
    }

    /// Asks the store; the answer comes with a picture. `false` when too much is asked.
    pub fn ask(&self, question: Question) -> bool {
        self.questions.as_ref().is_some_and(|questions| questions.try_push(question).is_ok())
    }

    /// A drill could not be sent: said in its trace, which would otherwise wait for ever.
    pub(super) fn drill_failed(&self, title: &str, why: &str) {
        self.tell(Fact::InjectFailed { title: title.to_owned(), why: why.to_owned(), at: Clock.now() });
    }

    /// The latest picture. Never waits.
    pub fn latest(&self) -> Arc<Snapshot> {
        self.latest.get()
    }

    /// Tells the state something; `false` when it is busy. Never waits.
    pub(super) fn tell(&self, fact: Fact) -> bool {
        self.facts.try_push(Told::Fact(fact)).is_ok()
    }

    /// An operator's command.
    pub fn command(&self, command: Command, by: &str) -> bool {
        self.tell(Fact::Commanded { command, by: Operator(by.to_owned()), at: Clock.now() })
    }

    /// An operator's command over all that a search finds.
    pub fn command_all(&self, bulk: Bulk, by: &str) -> bool {
        self.tell(Fact::CommandedAll { bulk, by: Operator(by.to_owned()), at: Clock.now() })
    }

    /// An operator's silence, or its end.
    pub fn silence(&self, order: SilenceOrder, by: &str) -> bool {
        self.tell(Fact::Silenced { order, by: Operator(by.to_owned()), at: Clock.now() })
    }

    /// Somebody else sits here now, with the secret of the name where it has one; whether it fits comes with a picture.
    pub fn sign_in(&self, name: String, secret: Secret) -> bool {
        self.sign_ins.try_push(Asks { name, secret }).is_ok()
    }

    /// A change of the register.
    pub fn register(&self, order: RegisterOrder, by: &str) -> bool {
        self.tell(Fact::Registered { order, by: Operator(by.to_owned()), at: Clock.now(), done: None })
    }

    /// The window looks at something else.
    pub fn look(&self, focus: Focus) -> bool {
        self.tell(Fact::Looked(focus))
    }

    /// The window has painted these for the first time.
    pub fn painted(&self, incidents: Vec<IncidentId>, packets: Vec<PacketId>, at: Timestamp) -> bool {
        self.tell(Fact::Painted { incidents, packets, at })
    }

    /// A test event was published.
    pub fn injected(
        &self,
        packet: PacketId,
        topic: String,
        title: String,
        origin: Origin,
        sent_at: Timestamp,
        accepted_at: Option<Timestamp>,
    ) -> bool {
        self.tell(Fact::Injected { packet, topic, title, origin, sent_at, accepted_at })
    }
}
