//! Every action once: its label, its help and its keys. Keys and the `?` page both read this list.
//!
//! # To add one
//! Add a variant to [`Action`], put it into [`Action::ALL`] and describe it in [`Action::card`]; the panel that does it
//! asks [`PanelContext::pressed`](super::panels::PanelContext::pressed) and shows [`Action::key`] on its button.

use eframe::egui::{Context, Event, Id, Key, KeyboardShortcut, Modifiers};

use super::panels::Screen;
use super::word;

/// Something an operator can do with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is described by its card")]
pub enum Action {
    Show(Screen),
    Next,
    Previous,
    Open,
    Back,
    Acknowledge,
    Resolve,
    Note,
    FalseAlarm,
    Overrule,
    Second,
    Claim,
    Dispatch,
    Export,
    Filter,
    SendDrill,
    SendAgain,
    Validate,
    Save,
    Search,
    Pause,
    BackToLive,
    MinuteBack,
    MinuteOn,
    GoToTime,
    Follow,
    FitAll,
    Mute,
    SwitchTheme,
    Wall,
    PopOut,
    Silences,
    HandOver,
    Register,
    SignIn,
    Help,
}

/// What is written about an action.
#[derive(Clone, Copy, Debug)]
pub struct Card {
    /// A verb, as on its button.
    pub label: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// Its keys; the first is shown.
    pub keys: &'static [KeyboardShortcut],
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}
const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}
const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}
const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

impl Action {
    /// Every action, in the order of the `?` page.
    pub const ALL: [Self; 43] = [
        Self::Show(Screen::Live),
        Self::Show(Screen::Incidents),
        Self::Show(Screen::Temperature),
        Self::Show(Screen::Functions),
        Self::Show(Screen::Cost),
        Self::Show(Screen::Inject),
        Self::Show(Screen::Connections),
        Self::Show(Screen::Settings),
        Self::Next,
        Self::Previous,
        Self::Open,
        Self::Back,
        Self::Acknowledge,
        Self::Resolve,
        Self::Note,
        Self::FalseAlarm,
        Self::Overrule,
        Self::Second,
        Self::Claim,
        Self::Dispatch,
        Self::Export,
        Self::Filter,
        Self::SendDrill,
        Self::SendAgain,
        Self::Validate,
        Self::Save,
        Self::Search,
        Self::Pause,
        Self::BackToLive,
        Self::MinuteBack,
        Self::MinuteOn,
        Self::GoToTime,
        Self::Follow,
        Self::FitAll,
        Self::Mute,
        Self::SwitchTheme,
        Self::Wall,
        Self::PopOut,
        Self::Silences,
        Self::HandOver,
        Self::Register,
        Self::SignIn,
        Self::Help,
    ];

    /// Its label, help and keys.
    pub fn card(self) -> Card {
        let (label, help, keys): (_, _, &'static [KeyboardShortcut]) = match self {
            Self::Show(screen) => match screen {
                Screen::Live => (word!("shell-action-live"), word!("shell-help-live"), const { &[ctrl(Key::Num1)] }),
                Screen::Incidents => {
                    (word!("shell-action-incidents"), word!("shell-help-incidents"), const { &[ctrl(Key::Num2)] })
                }
                Screen::Temperature => {
                    (word!("shell-action-temperature"), word!("shell-help-temperature"), const { &[ctrl(Key::Num3)] })
                }
                Screen::Functions => {
                    (word!("shell-action-functions"), word!("shell-help-functions"), const { &[ctrl(Key::Num4)] })
                }
                Screen::Cost => (word!("shell-action-cost"), word!("shell-help-cost"), const { &[ctrl(Key::Num5)] }),
                Screen::Inject => (word!("shell-action-inject"), word!("shell-help-inject"), const { &[ctrl(Key::Num6)] }),
                Screen::Connections => {
                    (word!("shell-action-connections"), word!("shell-help-connections"), const { &[ctrl(Key::Num7)] })
                }
                Screen::Settings => {
                    (word!("shell-action-settings"), word!("shell-help-settings"), const { &[ctrl(Key::Num8), ctrl(Key::Comma)] })
                }
            },
            Self::Next => {
                (word!("shell-action-next"), word!("shell-help-next"), const { &[plain(Key::J), plain(Key::ArrowDown)] })
            }
            Self::Previous => {
                (word!("shell-action-previous"), word!("shell-help-previous"), const { &[plain(Key::K), plain(Key::ArrowUp)] })
            }
            Self::Open => (word!("shell-action-open"), word!("shell-help-open"), const { &[plain(Key::Enter)] }),
            Self::Back => (word!("shell-action-back"), word!("shell-help-back"), const { &[plain(Key::Escape)] }),
            Self::Acknowledge => (word!("shell-action-acknowledge"), word!("shell-help-acknowledge"), const { &[plain(Key::A)] }),
            Self::Resolve => (word!("shell-action-resolve"), word!("shell-help-resolve"), const { &[plain(Key::R)] }),
            Self::Note => (word!("shell-action-note"), word!("shell-help-note"), const { &[plain(Key::N)] }),
            Self::FalseAlarm => {
                (word!("incidents-action-false-alarm"), word!("incidents-help-false-alarm"), const { &[plain(Key::X)] })
            }
            Self::Overrule => (word!("incidents-action-overrule"), word!("incidents-help-overrule"), const { &[shift(Key::R)] }),
            Self::Second => (word!("incidents-second"), word!("incidents-help-second"), const { &[plain(Key::Y)] }),
            Self::Claim => (word!("incidents-take-on"), word!("incidents-help-claim"), const { &[plain(Key::C)] }),
            Self::Dispatch => (word!("incidents-dispatch"), word!("incidents-help-dispatch"), const { &[plain(Key::D)] }),
            Self::Silences => (word!("silences-action"), word!("silences-help"), const { &[shift(Key::S)] }),
            Self::HandOver => (word!("handover-action"), word!("handover-help"), const { &[shift(Key::H)] }),
            Self::Register => (word!("register-title"), word!("register-help"), const { &[shift(Key::V)] }),
            Self::SignIn => (word!("shell-sign-in"), word!("shell-help-sign-in"), const { &[ctrl_shift(Key::L)] }),
            Self::Export => (word!("incidents-action-export"), word!("incidents-help-export"), const { &[plain(Key::E)] }),
            Self::Filter => {
                (word!("shell-action-filter"), word!("shell-help-filter"), const { &[plain(Key::Slash), ctrl(Key::F)] })
            }
            Self::SendDrill => (word!("shell-action-send-drill"), word!("shell-help-send-drill"), const { &[ctrl(Key::Enter)] }),
            Self::SendAgain => (word!("shell-action-send-again"), word!("shell-help-send-again"), const { &[plain(Key::R)] }),
            Self::Validate => (word!("shell-action-validate"), word!("shell-help-validate"), const { &[ctrl_shift(Key::V)] }),
            Self::Save => (word!("settings-save"), word!("shell-help-save"), const { &[ctrl(Key::S)] }),
            Self::SwitchTheme => (word!("shell-action-theme"), word!("shell-help-theme"), const { &[ctrl_shift(Key::D)] }),
            Self::Wall => (word!("wall-action"), word!("wall-help"), const { &[plain(Key::F11)] }),
            Self::PopOut => (word!("shell-action-pop-out"), word!("shell-help-pop-out"), const { &[ctrl_shift(Key::O)] }),
            Self::Search => (word!("shell-action-search"), word!("shell-help-search"), const { &[ctrl(Key::K)] }),
            Self::Pause => (word!("shell-action-pause"), word!("shell-help-pause"), const { &[plain(Key::Space)] }),
            Self::BackToLive => {
                (word!("shell-action-back-to-live"), word!("shell-help-back-to-live"), const { &[plain(Key::L)] })
            }
            Self::MinuteBack => {
                (word!("shell-action-minute-back"), word!("shell-help-minute-back"), const { &[plain(Key::OpenBracket)] })
            }
            Self::MinuteOn => {
                (word!("shell-action-minute-on"), word!("shell-help-minute-on"), const { &[plain(Key::CloseBracket)] })
            }
            Self::GoToTime => (word!("shell-action-go-to-time"), word!("shell-help-go-to-time"), &[]),
            Self::Follow => (word!("map-action-follow"), word!("map-help-follow"), const { &[plain(Key::F)] }),
            Self::FitAll => (word!("map-action-fit"), word!("map-help-fit"), const { &[plain(Key::Num0)] }),
            Self::Mute => (word!("shell-action-mute"), word!("shell-help-mute"), const { &[plain(Key::M)] }),
            Self::Help => (word!("shell-action-keys"), word!("shell-help-keys"), const { &[plain(Key::Questionmark)] }),
        };
        Card { label, help, keys }
    }

    /// Its first key, as buttons show it: `A`, `Ctrl+1`.
    pub fn key(self) -> String {
        if self == Self::GoToTime { CHORD.to_owned() } else { self.card().keys.first().map(key_text).unwrap_or_default() }
    }

    /// All its keys, as the list of keys shows them.
    pub fn keys_text(self) -> String {
        if self == Self::GoToTime {
            CHORD.to_owned()
        } else {
            self.card().keys.iter().map(key_text).collect::<Vec<_>>().join(", ")
        }
    }

    /// Means the same on every screen, so that the palette can do it.
    pub const fn anywhere(self) -> bool {
        matches!(
            self,
            Self::Show(_)
                | Self::Pause
                | Self::BackToLive
                | Self::MinuteBack
                | Self::MinuteOn
                | Self::GoToTime
                | Self::Mute
                | Self::SwitchTheme
                | Self::Wall
                | Self::PopOut
                | Self::Silences
                | Self::HandOver
                | Self::Register
                | Self::SignIn
                | Self::Help
        )
    }

    /// Takes effect when the key goes up, so that a key that was held down in another window does nothing here.
    const fn on_release(self) -> bool {
        matches!(self, Self::Acknowledge)
    }
}

/// The keys of [`Action::GoToTime`], one after the other.
const CHORD: &str = "G T";

/// How long after the G its T may come. s
const CHORD_SECS: f64 = 1.5;

/// Whether the T of the chord was pressed; remembers its G.
fn chord(ctx: &Context) -> bool {
    if ctx.text_edit_focused() {
        return false;
    }
    let id = Id::unique("G, then T");
    let (bare, time) = ctx.input(|input| {
        let bare = input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, repeat: false, modifiers: Modifiers::NONE, .. } => Some(*key),
            _ => None,
        });
        (bare, input.time)
    });
    let Some(key) = bare else { return false };
    ctx.data_mut(|data| {
        let begun = data.get_temp::<f64>(id);
        if key == Key::G {
            data.insert_temp(id, time);
        } else {
            data.remove::<f64>(id);
        }
        key == Key::T && begun.is_some_and(|begun| time - begun <= CHORD_SECS)
    })
}

/// A shortcut as people read it: `Ctrl+Shift+D`.
pub fn key_text(shortcut: &KeyboardShortcut) -> String {
    let mut text = String::new();
    for (held, word) in
        [(shortcut.modifiers.command, "Ctrl+"), (shortcut.modifiers.shift, "Shift+"), (shortcut.modifiers.alt, "Alt+")]
    {
        if held {
            text.push_str(word);
        }
    }
    text.push_str(match shortcut.logical_key {
        Key::ArrowDown => "Down",
        Key::ArrowUp => "Up",
        Key::Escape => "Esc",
        Key::Slash => "/",
        Key::Comma => ",",
        Key::Questionmark => "?",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        key => key.name(),
    });
    text
}

/// The actions whose keys were pressed since the last frame.
///
/// Single keys do nothing while a text field has the focus, and Enter and Space do nothing while a button has it,
/// since there they press that button.
pub fn pressed(ctx: &Context) -> Vec<Action> {
    if chord(ctx) {
        return vec![Action::GoToTime];
    }
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let takes = |shortcut: &KeyboardShortcut| {
        let bare = !shortcut.modifiers.command;
        !(bare && typing && shortcut.logical_key != Key::Escape
            || focused && (*shortcut == plain(Key::Enter) || *shortcut == plain(Key::Space)))
    };
    ctx.input(|input| {
        let mut actions = Vec::new();
        for event in &input.events {
            let Event::Key { key, pressed, repeat: false, modifiers, .. } = event else { continue };
            for action in Action::ALL {
                let hit = |shortcut: &KeyboardShortcut| {
                    // On most keyboards `?` is typed with Shift.
                    let held = if *key == Key::Questionmark { Modifiers { shift: false, ..*modifiers } } else { *modifiers };
                    shortcut.logical_key == *key && held.matches_exact(shortcut.modifiers) && takes(shortcut)
                };
                if *pressed != action.on_release() && action.card().keys.iter().any(hit) {
                    actions.push(action);
                }
            }
        }
        actions
    })
}

#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
