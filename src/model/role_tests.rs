use super::*;
use crate::model::IncidentId;

fn team() -> Team {
    let people = [("mina", Role::Operator), ("park", Role::Supervisor), ("guest", Role::Viewer)];
    Team { people: people.map(|(name, role)| (name.to_owned(), role)).into(), others: Role::Viewer, ..Team::default() }
}

fn overrule(ruling: Ruling) -> Command {
    Command::Overrule { incident: IncidentId("INC-1".into()), ruling, malfunction: None, reason: "seen".to_owned() }
}

#[test]
fn who_is_not_listed_may_look_and_without_a_list_everyone_may_act() {
    let acknowledge = Command::Acknowledge { incident: IncidentId("INC-1".into()) };
    let ask = |team: &Team, name: &str, command: &Command| team.refuses(&Operator(name.to_owned()), command).is_none();
    for (name, may) in [("mina", true), (" mina ", true), ("park", true), ("guest", false), ("stranger", false), ("", false)] {
        assert_eq!(ask(&team(), name, &acknowledge), may, "{name:?}");
    }
    assert!(ask(&Team::default(), "anyone", &overrule(Ruling::Malfunction)));
    assert!(!ask(&Team::default(), "  ", &acknowledge), "nobody did it");
}

#[test]
fn to_call_a_crash_real_is_easier_than_to_call_it_none() {
    for (name, ruling, may) in [
        ("mina", Ruling::Real, true),
        ("mina", Ruling::Malfunction, false),
        ("park", Ruling::Malfunction, true),
        ("guest", Ruling::Real, false),
    ] {
        let refused = team().refuses(&Operator(name.to_owned()), &overrule(ruling));
        assert_eq!(refused.is_none(), may, "{name} {ruling:?}");
        if name == "mina" && !may {
            assert!(refused.unwrap().contains("supervisor"));
        }
    }
}

#[test]
fn who_has_a_secret_may_look_only_until_it_is_shown() {
    let mut team = team();
    team.secrets = [("park".to_owned(), Secret::new("a hash"))].into();
    let command = overrule(Ruling::Malfunction);
    let park = Operator(" park ".to_owned());
    assert_eq!(team.role(&park), Role::Viewer);
    assert!(team.refuses(&park, &command).unwrap().contains("sign in"));
    assert_eq!(team.refuses_below(Role::Viewer, &park), None, "who looks is not asked");
    let acknowledge = Command::Acknowledge { incident: IncidentId("INC-1".into()) };
    assert_eq!(team.refuses(&Operator("mina".to_owned()), &acknowledge), None, "who has none goes on as before");
    team.shown = Some("mina".to_owned());
    assert!(team.is_guarded(&park), "that of somebody else opens nothing");
    team.shown = Some("park".to_owned());
    assert_eq!((team.role(&park), team.refuses(&park, &command)), (Role::Supervisor, None));
    assert!(!serde_json::to_string(&team).unwrap().contains("hash") && !format!("{team:?}").contains("a hash"));
}
