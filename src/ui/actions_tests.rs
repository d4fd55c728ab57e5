use super::*;

#[test]
fn every_action_has_a_label_a_sentence_and_a_key() {
    for action in Action::ALL {
        let card = action.card();
        assert!(!card.label.is_empty() && card.help.len() > card.label.len(), "{action:?}");
        assert!(!action.key().is_empty());
    }
}

#[test]
fn a_key_belongs_to_one_action_of_a_screen() {
    for (i, a) in Action::ALL.into_iter().enumerate() {
        for b in &Action::ALL[i + 1..] {
            // R resolves on Incidents and sends again on Inject.
            if matches!((a, *b), (Action::Resolve, Action::SendAgain)) {
                continue;
            }
            assert!(!a.card().keys.iter().any(|key| b.card().keys.contains(key)), "{a:?} and {b:?} share a key");
        }
    }
}

#[test]
fn keys_are_written_as_on_the_keyboard() {
    assert_eq!(Action::Acknowledge.key(), "A");
    assert_eq!(Action::Show(Screen::Live).key(), "Ctrl+1");
    assert_eq!(Action::SwitchTheme.key(), "Ctrl+Shift+D");
    assert_eq!(Action::Help.key(), "?");
    assert_eq!(Action::Open.key(), "Enter");
}
