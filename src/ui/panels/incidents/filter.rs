//! Which incidents the queue shows, and how many it does not. Pure but for the row of controls.

use eframe::egui::{self, Align2, Rect, TextEdit, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::{Incident, Life, Origin, Ruling, Severity, Timestamp};
use crate::search;
use crate::state::Snapshot;
use crate::ui::search::Typed;
use crate::ui::theme::{PANE_PAD, Theme, Type};
use crate::ui::widgets::{Button, choice, put, segments};
use crate::ui::{names, text, tr, word};

/// Which part of an incident's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Any.
    #[default]
    All,
    /// Not resolved.
    Unresolved,
    /// Nobody has taken it.
    Unacknowledged,
    /// Done.
    Resolved,
}

/// What was ruled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ruled {
    /// Any.
    #[default]
    All,
    /// Crashes ruled so.
    Crash(Ruling),
    /// Sensors out of their band.
    Temperature,
}

/// What the queue does with drills.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Drills {
    /// Hides them.
    #[default]
    Hidden,
    /// Shows them in their own block.
    Shown,
    /// Shows nothing else.
    Only,
}

impl State {
    const ALL: [Self; 4] = [Self::All, Self::Unresolved, Self::Unacknowledged, Self::Resolved];

    fn word(self) -> &'static str {
        match self {
            Self::All => word!("incidents-all"),
            Self::Unresolved => word!("incidents-unresolved"),
            Self::Unacknowledged => word!("words-unacknowledged"),
            Self::Resolved => word!("words-resolved"),
        }
    }

    const fn lets(self, life: Life) -> bool {
        match self {
            Self::All => true,
            Self::Unresolved => !matches!(life, Life::Resolved),
            Self::Unacknowledged => matches!(life, Life::Open),
            Self::Resolved => matches!(life, Life::Resolved),
        }
    }
}

impl Ruled {
    const ALL: [Self; 5] = [
        Self::All,
        Self::Crash(Ruling::Real),
        Self::Crash(Ruling::Undecided),
        Self::Crash(Ruling::Malfunction),
        Self::Temperature,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::All => word!("incidents-all"),
            Self::Crash(ruling) => text::ruling(ruling),
            Self::Temperature => word!("incidents-temperature"),
        }
    }

    fn lets(self, ruling: Option<Ruling>) -> bool {
        match self {
            Self::All => true,
            Self::Crash(wanted) => ruling == Some(wanted),
            Self::Temperature => ruling.is_none(),
        }
    }
}

impl Drills {
    const ALL: [Self; 3] = [Self::Hidden, Self::Shown, Self::Only];

    fn word(self) -> &'static str {
        match self {
            Self::Hidden => word!("incidents-real-only"),
            Self::Shown => word!("incidents-with-drills"),
            Self::Only => word!("incidents-drills-only"),
        }
    }
}

/// What the operator chose to see.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// Part of life.
    pub(super) state: State,
    /// Severity; `None` for all.
    pub(super) severity: Option<Severity>,
    /// Ruling.
    pub(super) ruled: Ruled,
    /// What is looked for, in the language of every table.
    pub(super) search: Typed,
    /// The moment that is shown, for "since".
    pub(super) now: Timestamp,
    /// Drills.
    pub(super) drills: Drills,
}

/// An unacknowledged critical one stays in the queue whatever the filter says.
pub(super) fn is_pinned(incident: &Incident) -> bool {
    incident.origin != Origin::Drill
        && incident.severity == Severity::Critical
        && incident.life == Life::Open
        && !incident.is_malfunction()
}

impl Filter {
    /// Whether the queue shows `incident`.
    pub(super) fn shows(&self, incident: &Incident) -> bool {
        let drill = incident.origin == Origin::Drill;
        let road = match self.drills {
            Drills::Hidden => !drill,
            Drills::Shown => true,
            Drills::Only => drill,
        };
        is_pinned(incident) || road && self.lets(incident)
    }

    /// The rules that do not ask for the road.
    fn lets(&self, incident: &Incident) -> bool {
        self.state.lets(incident.life)
            && self.severity.is_none_or(|severity| incident.severity == severity)
            && self.ruled.lets(incident.ruling())
            && names::with(&incident.device, incident, |row| self.search.finds(row, self.now))
    }

    /// Whether it shows everything but drills.
    pub(super) fn is_default(&self) -> bool {
        *self == Self { now: self.now, ..Self::default() }
    }

    /// How many incidents that are no drills, and how many drills, it hides.
    pub(super) fn hidden(&self, snapshot: &Snapshot) -> (usize, usize) {
        let count = |list: &[std::sync::Arc<Incident>]| list.iter().filter(|incident| !self.shows(incident)).count();
        (count(&snapshot.incidents), count(&snapshot.drills))
    }
}

/// The row of controls; `true` when a file is to be taken in. `focus` puts the cursor into the name field.
pub(super) fn row(ui: &mut Ui, rect: Rect, filter: &mut Filter, snapshot: &Snapshot, focus: bool) -> bool {
    let theme = Theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, theme.bg.panel);
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, theme.hairline());
    let inner = rect.shrink2(vec2(PANE_PAD.x, 0.0));
    let right = said(ui, inner, filter, snapshot);
    let place = Rect::from_min_max(inner.min, pos2(right, inner.bottom()));
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut import = false;
    ui.scope_builder(UiBuilder::new().max_rect(place).id_salt("filters").layout(layout), |ui| {
        choice(ui, word!("incidents-state"), &mut filter.state, &State::ALL, State::word);
        let severities = [None, Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), Some(Severity::Low)];
        choice(ui, word!("incidents-severity"), &mut filter.severity, &severities, |severity| {
            severity.map_or(word!("incidents-all"), text::severity)
        });
        choice(ui, word!("incidents-verdict"), &mut filter.ruled, &Ruled::ALL, Ruled::word);
        let edit = TextEdit::singleline(&mut filter.search.text)
            .hint_text(word!("incidents-search-hint"))
            .desired_width((rect.width() - 1_220.0).clamp(84.0, 300.0))
            .font(Type::Body.font())
            .margin(egui::Margin::symmetric(8, 5));
        let response = ui.add(edit);
        response.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, word!("incidents-search")));
        filter.search.read(search::INCIDENTS);
        let response = response.on_hover_text(word!("incidents-search-help"));
        if focus {
            response.request_focus();
        }
        ui.add_space(4.0);
        let label = ui.label(Type::Small.rich(word!("incidents-drills"), theme.text.tertiary));
        segments(ui, word!("incidents-drills"), &mut filter.drills, &Drills::ALL, Drills::word);
        label.on_hover_text(word!("incidents-drills-hover"));
        if !filter.is_default()
            && ui.add(Button::quiet(word!("incidents-clear")).named(word!("incidents-clear-filter"))).clicked()
        {
            *filter = Filter::default();
        }
        import = ui.add(Button::quiet(word!("incidents-import")).named(word!("incidents-import-file"))).clicked();
    });
    import
}

/// Says how many rows there are and how many are hidden; gives where the words begin.
fn said(ui: &mut Ui, inner: Rect, filter: &Filter, snapshot: &Snapshot) -> f32 {
    let theme = Theme::of(ui);
    let (hidden, _) = filter.hidden(snapshot);
    let shown = snapshot.incidents.len() - hidden;
    let mut words = vec![tr!("incidents-shown", n = shown as u64)];
    if hidden > 0 {
        words.push(tr!("incidents-hidden", n = hidden as u64));
    }
    if snapshot.incidents_hidden > 0 {
        words.push(tr!("incidents-older", n = snapshot.incidents_hidden as u64));
    }
    // A search that cannot be read hides nothing, and says so where the counts would stand.
    let mistake = filter.search.mistake();
    let words = mistake.clone().unwrap_or_else(|| words.join(", "));
    let color = if hidden > 0 || mistake.is_some() { theme.status.high.fg } else { theme.text.tertiary };
    let at = put(ui.painter(), inner.right_center(), Align2::RIGHT_CENTER, &words, Type::Small.font(), color);
    crate::ui::widgets::name(ui, at, "shown", egui::Role::Label, &words);
    at.left() - 12.0
}
