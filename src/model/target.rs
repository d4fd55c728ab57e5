//! By which door a drill comes in.

use std::fmt;

use super::stack::SetUp;

/// By which door a drill comes in. Whichever it is, it comes under `drill/`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Target {
    /// The broker, as devices send.
    #[default]
    Mqtt,
    /// The upload buckets of a stack on AWS.
    S3,
    /// The functions of a stack on AWS, called by hand.
    Lambda,
}

/// Why a door is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// No functions on AWS are known.
    NoStack,
    /// Nothing could be read of any of them.
    Unread,
    /// One of them does not tell drills from what is real.
    NoDrills,
    /// None of them says from which bucket it reads.
    NoBucket,
}

impl fmt::Display for Shut {
    /// The reason, and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoStack => "no functions on AWS are known; name them in [stack] of the settings",
            Self::Unread => "how the functions on AWS are set up cannot be read; allow lambda:GetFunctionConfiguration",
            Self::NoDrills => {
                "the stack does not say that it takes drills, so one could tell people; deploy deploy/template.yaml anew with Drills=on"
            }
            Self::NoBucket => "no function on AWS says from which bucket it reads; deploy deploy/template.yaml anew",
        })
    }
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mqtt, Self::S3, Self::Lambda];

    /// Why drills cannot go this way, by how each function of the stack is set up; `None` where they can.
    pub fn shut<'a>(self, functions: impl Iterator<Item = Option<&'a SetUp>>) -> Option<Shut> {
        if self == Self::Mqtt {
            return None;
        }
        let functions: Vec<_> = functions.collect();
        let known: Vec<_> = functions.iter().flatten().collect();
        match () {
            () if functions.is_empty() => Some(Shut::NoStack),
            () if known.is_empty() => Some(Shut::Unread),
            () if !known.iter().all(|set_up| set_up.drills) => Some(Shut::NoDrills),
            () if self == Self::S3 && known.iter().all(|set_up| set_up.bucket.is_empty()) => Some(Shut::NoBucket),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_up(bucket: &str, drills: bool) -> SetUp {
        SetUp {
            memory_mb: 256,
            timeout_secs: 60,
            arch: "arm64".into(),
            runtime: "provided.al2023".into(),
            package_bytes: 1,
            state: "Active".into(),
            modified_at: "".into(),
            function: "judge_crash".into(),
            bucket: bucket.into(),
            drills,
        }
    }

    #[test]
    fn a_door_is_open_only_where_every_function_takes_drills() {
        let (good, bad, bare) = (set_up("b", true), set_up("b", false), set_up("", true));
        for (functions, s3, lambda) in [
            (vec![], Some(Shut::NoStack), Some(Shut::NoStack)),
            (vec![None, None], Some(Shut::Unread), Some(Shut::Unread)),
            (vec![Some(&good), Some(&bad)], Some(Shut::NoDrills), Some(Shut::NoDrills)),
            (vec![Some(&bare)], Some(Shut::NoBucket), None),
            (vec![Some(&good), None], None, None),
        ] {
            let of = |target: Target| target.shut(functions.iter().copied());
            assert_eq!((of(Target::Mqtt), of(Target::S3), of(Target::Lambda)), (None, s3, lambda), "{functions:?}");
        }
    }
}
