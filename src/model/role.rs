//! Who may do what. Asked by the state, below every window, so that no seat can give itself more.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::command::{Command, Operator};
use super::secret::Secret;
use super::verdict::Ruling;

/// What a person may do; each may do what those before it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// See.
    #[default]
    Viewer,
    /// Take, write, send help, close.
    Operator,
    /// Set a ruling aside, silence.
    Supervisor,
    /// Everything.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Operator, Self::Supervisor, Self::Admin];

    /// Its word in the settings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

/// `[team]`: who works here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Team {
    /// Names with their roles, as people sign in. None: one seat without sign-in, and whoever sits there may do everything.
    pub people: BTreeMap<String, Role>,
    /// What a name that is not listed may do, where there is a list.
    pub others: Role,
    /// Hashes of the secrets that some of them sign in with, by name; whoever has one and has not shown it may look only. A
    /// name without one is taken at its word.
    #[serde(skip_serializing, deserialize_with = "hashes")]
    pub secrets: BTreeMap<String, Secret>,
    /// Who sits at this desk and has shown their secret; `None` for somebody who has none.
    #[serde(skip)]
    pub shown: Option<String>,
    /// While nobody acknowledges a high or critical incident, people are told again so many seconds after the first time,
    /// each step once; empty: they are told once.
    pub escalate_after_s: Vec<u32>,
}

impl Default for Team {
    /// One seat; told again after one minute (design, section 7), five and fifteen.
    fn default() -> Self {
        let (people, secrets) = (BTreeMap::new(), BTreeMap::new());
        Self { people, others: Role::Viewer, secrets, shown: None, escalate_after_s: vec![60, 300, 900] }
    }
}

impl Team {
    /// A secret belongs to this name, and whoever sits at this desk has not shown it.
    pub fn is_guarded(&self, who: &Operator) -> bool {
        let name = who.0.trim();
        self.secrets.contains_key(name) && self.shown.as_deref() != Some(name)
    }

    /// What somebody may do. The name counts without the blanks around it.
    pub fn role(&self, who: &Operator) -> Role {
        if self.people.is_empty() {
            return Role::Admin;
        }
        if self.is_guarded(who) {
            return Role::Viewer;
        }
        self.people.get(who.0.trim()).copied().unwrap_or(self.others)
    }

    /// Why `who` may not give `command`; `None` where they may.
    pub fn refuses(&self, who: &Operator, command: &Command) -> Option<&'static str> {
        self.refuses_below(command.needs(), who)
    }

    /// Why `who` may not do what takes this role; `None` where they may.
    pub fn refuses_below(&self, least: Role, who: &Operator) -> Option<&'static str> {
        if who.0.trim().is_empty() {
            return Some("sign in first: what is done needs a name");
        }
        if self.is_guarded(who) && least > Role::Viewer {
            return Some("this name has a secret: sign in with it first");
        }
        (self.role(who) < least).then_some(match least {
            Role::Viewer | Role::Operator => "this name may only look; sign in as somebody who may act",
            Role::Supervisor => "this needs a supervisor; ask one to sign in",
            Role::Admin => "this needs an admin; ask one to sign in",
        })
    }
}

/// What stands there instead of a text cannot be a hash; no error may show it.
fn hashes<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, Secret>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(Secret),
        Other(serde::de::IgnoredAny),
    }
    let written = BTreeMap::<String, Written>::deserialize(from)?;
    let text = |written| match written {
        Written::Text(secret) => secret,
        Written::Other(_) => Secret::default(),
    };
    Ok(written.into_iter().map(|(name, written)| (name, text(written))).collect())
}

impl Command {
    /// The least role that may give it. To say that something is real is for everyone who may act; to say that it is not
    /// takes a supervisor, or a second person.
    pub const fn needs(&self) -> Role {
        match self {
            Self::Overrule { ruling: Ruling::Malfunction, .. } => Role::Supervisor,
            _ => Role::Operator,
        }
    }
}

#[cfg(test)]
#[path = "role_tests.rs"]
mod tests;
