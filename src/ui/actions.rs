//! Every action once: its label, its help and its keys. Keys and the `?` page both read this list.
//!
//! # To add one
//! Add a variant to [`Action`], put it into [`Action::ALL`] and describe it in [`Action::card`]; the panel that does it
//! asks [`PanelContext::pressed`](super::panels::PanelContext::pressed) and shows [`Action::key`] on its button.

use eframe::egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::panels::Screen;

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
    Filter,
    SendDrill,
    SendAgain,
    Validate,
    SwitchTheme,
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
const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

impl Action {
    /// Every action, in the order of the `?` page.
    pub const ALL: [Self; 20] = [
        Self::Show(Screen::Live),
        Self::Show(Screen::Incidents),
        Self::Show(Screen::Temperature),
        Self::Show(Screen::Functions),
        Self::Show(Screen::Cost),
        Self::Show(Screen::Inject),
        Self::Show(Screen::Connections),
        Self::Next,
        Self::Previous,
        Self::Open,
        Self::Back,
        Self::Acknowledge,
        Self::Resolve,
        Self::Note,
        Self::Filter,
        Self::SendDrill,
        Self::SendAgain,
        Self::Validate,
        Self::SwitchTheme,
        Self::Help,
    ];

    /// Its label, help and keys.
    pub const fn card(self) -> Card {
        let (label, help, keys): (_, _, &'static [KeyboardShortcut]) = match self {
            Self::Show(screen) => match screen {
                Screen::Live => ("Live", "Show the Live screen", const { &[ctrl(Key::Num1)] }),
                Screen::Incidents => ("Incidents", "Show the Incidents screen", const { &[ctrl(Key::Num2)] }),
                Screen::Temperature => ("Temperature", "Show the Temperature screen", const { &[ctrl(Key::Num3)] }),
                Screen::Functions => ("Functions", "Show the Functions screen", const { &[ctrl(Key::Num4)] }),
                Screen::Cost => ("Cost", "Show the Cost screen", const { &[ctrl(Key::Num5)] }),
                Screen::Inject => ("Inject", "Show the Inject screen", const { &[ctrl(Key::Num6)] }),
                Screen::Connections => ("Connections", "Show the Connections screen", const { &[ctrl(Key::Num7)] }),
            },
            Self::Next => ("Next", "Move down in the list", const { &[plain(Key::J), plain(Key::ArrowDown)] }),
            Self::Previous => ("Previous", "Move up in the list", const { &[plain(Key::K), plain(Key::ArrowUp)] }),
            Self::Open => ("Open", "Open the chosen incident", const { &[plain(Key::Enter)] }),
            Self::Back => ("Back", "Go back, close what is open", const { &[plain(Key::Escape)] }),
            Self::Acknowledge => ("Acknowledge", "Take the chosen incident: somebody is on it", const { &[plain(Key::A)] }),
            Self::Resolve => ("Resolve", "Close the chosen incident", const { &[plain(Key::R)] }),
            Self::Note => ("Note", "Write a note to the chosen incident", const { &[plain(Key::N)] }),
            Self::Filter => ("Filter", "Type into the screen's filter", const { &[plain(Key::Slash), ctrl(Key::F)] }),
            Self::SendDrill => ("Send drill", "Inject: send the message as a drill", const { &[ctrl(Key::Enter)] }),
            Self::SendAgain => ("Send again", "Inject: send the last drill once more", const { &[plain(Key::R)] }),
            Self::Validate => ("Validate", "Inject: check the message", const { &[ctrl_shift(Key::V)] }),
            Self::SwitchTheme => ("Theme", "Switch between dark and light", const { &[ctrl_shift(Key::D)] }),
            Self::Help => ("Keys", "Show every key", const { &[plain(Key::Questionmark)] }),
        };
        Card { label, help, keys }
    }

    /// Its first key, as buttons show it: `A`, `Ctrl+1`.
    pub fn key(self) -> String {
        self.card().keys.first().map(key_text).unwrap_or_default()
    }

    /// Takes effect when the key goes up, so that a key that was held down in another window does nothing here.
    const fn on_release(self) -> bool {
        matches!(self, Self::Acknowledge)
    }
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
        Key::Questionmark => "?",
        key => key.name(),
    });
    text
}

/// The actions whose keys were pressed since the last frame.
///
/// Single keys do nothing while a text field has the focus, and Enter does nothing while a button has it, since there
/// it presses that button.
pub fn pressed(ctx: &Context) -> Vec<Action> {
    let typing = ctx.text_edit_focused();
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let takes = |shortcut: &KeyboardShortcut| {
        let bare = !shortcut.modifiers.command;
        !(bare && typing && shortcut.logical_key != Key::Escape || focused && *shortcut == plain(Key::Enter))
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
