//! Who sits at this desk. Whether a secret fits was looked at before; what a name may do follows from here.

use std::sync::Arc;

use super::State;
use super::snapshot::SignedIn;
use crate::model::{Effect, Operator, Record, Timestamp};

impl State {
    /// Somebody sits here now; whoever sat here before does not any more.
    pub(super) fn signed_in(&mut self, who: Operator, at: Timestamp, effects: &mut Vec<Effect>) {
        self.team.shown = Some(who.0.trim().to_owned()).filter(|name| self.team.secrets.contains_key(name));
        self.parts.last.team = Arc::new(self.team.clone());
        self.parts.last.signed_in = Some(Arc::new(SignedIn { who: who.clone(), at }));
        effects.push(Effect::Save(Record::SignIn { who, refused: false, at }));
    }

    /// Name and secret did not fit: whoever sat here still does.
    pub(super) fn sign_in_refused(&mut self, who: Operator, at: Timestamp, effects: &mut Vec<Effect>) {
        self.parts.last.sign_in_refused = Some(at);
        effects.push(Effect::Save(Record::SignIn { who, refused: true, at }));
    }
}
