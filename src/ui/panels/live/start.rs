//! What stands in the middle before the first message: four steps to a live picture.

use eframe::egui::{Align, Align2, Layout, Rect, Role, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::super::{PanelContext, Screen};
use crate::model::{Link, LinkState};
use crate::state::Snapshot;
use crate::ui::shapes::{self, Mark};
use crate::ui::theme::{RADIUS_CARD, Theme, Type};
use crate::ui::vitals::Broker;
use crate::ui::widgets::{Button, name, put};
use crate::ui::{icons, text, tr, word};

struct Step<'a> {
    title: &'a str,
    sentence: String,
    needs: &'a str,
    done: bool,
    button: Option<(Button<'a>, Screen)>,
}

pub(super) fn ui(ui: &mut Ui, snapshot: &Snapshot, context: &mut PanelContext<'_>) {
    let theme = Theme::of(ui);
    let room = ui.max_rect();
    let broker = Broker::of(snapshot);
    let connected = broker.n_up > 0;
    let notify = snapshot.links.get(&Link::Notify).map_or(LinkState::NotSet, |status| status.state);
    let steps = steps(context, connected, notify, broker.state);
    let row_h = 66.0;
    let head_h = 76.0;
    let size = vec2((room.width() - 48.0).min(680.0), head_h + row_h * steps.len() as f32);
    let card =
        Rect::from_min_size(pos2(room.center().x - size.x / 2.0, (room.center().y - size.y / 2.0).max(room.top() + 8.0)), size);
    let painter = ui.painter().clone();
    painter.rect(card, f32::from(RADIUS_CARD), theme.bg.panel, Stroke::new(1.0, theme.border.strong), StrokeKind::Inside);
    shapes::icon(&painter, card.min + vec2(36.0, head_h / 2.0), 30.0, icons::CELL_TOWER, theme.accent.base, false);
    let (title, sentence) = match (connected, context.sample) {
        (true, true) => (word!("live-start-sample"), word!("live-start-sample-why")),
        (true, false) => (word!("live-start-waiting"), word!("live-start-waiting-why")),
        (false, _) => (word!("live-start-nothing"), word!("live-start-nothing-why")),
    };
    put(&painter, card.min + vec2(64.0, 28.0), Align2::LEFT_CENTER, title, Type::Title.font(), theme.text.primary);
    put(&painter, card.min + vec2(64.0, 50.0), Align2::LEFT_CENTER, sentence, Type::Small.font(), theme.text.secondary);
    name(ui, Rect::from_min_size(card.min, vec2(size.x, head_h)), "start", Role::Heading, &format!("{title}. {sentence}"));
    for (i, step) in steps.into_iter().enumerate() {
        let rect = Rect::from_min_size(card.min + vec2(0.0, head_h + row_h * i as f32), vec2(size.x, row_h));
        painter.hline(rect.x_range(), rect.top() + 0.5, theme.hairline());
        let center = pos2(rect.left() + 32.0, rect.center().y);
        if step.done {
            painter.circle_stroke(center, 12.0, Stroke::new(1.25, theme.status.ok.fg));
            Mark::Check.paint(&painter, center, 12.0, theme.status.ok.fg);
        } else {
            painter.circle_stroke(center, 12.0, Stroke::new(1.25, theme.accent.line));
            let number = (i + 1).to_string();
            put(&painter, center, Align2::CENTER_CENTER, number, Type::Small.semibold(), theme.accent.base);
        }
        let left = rect.left() + 60.0;
        let y = rect.center().y;
        let title =
            put(&painter, pos2(left, y - 10.0), Align2::LEFT_CENTER, step.title, Type::Section.font(), theme.text.primary);
        if step.done {
            put(
                &painter,
                pos2(title.right() + 8.0, y - 10.0),
                Align2::LEFT_CENTER,
                word!("live-done"),
                Type::Small.font(),
                theme.status.ok.fg,
            );
        }
        if !step.needs.is_empty() {
            let at = pos2(title.right() + 8.0, y - 10.0);
            put(&painter, at, Align2::LEFT_CENTER, step.needs, Type::Small.font(), theme.text.tertiary);
        }
        let width = size.x - 60.0 - if step.button.is_some() { 190.0 } else { 20.0 };
        let sentence = shapes::elided(&painter, &step.sentence, &Type::Small.font(), theme.text.secondary, width);
        painter.galley(pos2(left, y + 2.0), sentence, theme.text.secondary);
        let state = if step.done { word!("live-done") } else { word!("live-to-do") };
        name(
            ui,
            rect,
            ("step", i),
            Role::Label,
            &tr!("live-step", n = i as u64 + 1, title = step.title, state = state, sentence = step.sentence.as_str()),
        );
        if let Some((button, screen)) = step.button {
            let place = Rect::from_min_max(pos2(rect.right() - 190.0, rect.top()), pos2(rect.right() - 20.0, rect.bottom()));
            let builder = UiBuilder::new().max_rect(place).id_salt(("step", i)).layout(Layout::right_to_left(Align::Center));
            if ui.scope_builder(builder, |ui| ui.add(button)).inner.clicked() {
                *context.go = Some(screen);
            }
        }
    }
}

fn steps<'a>(context: &PanelContext<'_>, connected: bool, notify: LinkState, state: LinkState) -> [Step<'a>; 4] {
    let told = notify != LinkState::NotSet;
    let channel = match notify {
        LinkState::NotSet => word!("live-channel-none"),
        LinkState::Down | LinkState::Degraded => word!("live-channel-fails"),
        LinkState::Up | LinkState::Connecting => word!("live-channel-up"),
    };
    let broker = if connected {
        tr!("live-connected", environment = context.environment)
    } else {
        tr!("live-start-with", state = text::link(state))
    };
    let drill = Button::default(word!("live-choose-drill"))
        .icon(icons::TEST_TUBE)
        .off((!connected).then_some(word!("live-needs-step-broker")));
    [
        Step {
            title: word!("live-connect-broker"),
            sentence: broker,
            needs: "",
            done: connected,
            button: (!connected).then(|| {
                (
                    Button::primary(word!("live-connections")).icon(icons::BROADCAST).named(word!("live-connections-broker")),
                    Screen::Connections,
                )
            }),
        },
        Step {
            title: word!("live-functions-inside"),
            sentence: tr!("live-functions-inside-why"),
            needs: "",
            done: true,
            button: None,
        },
        Step {
            title: word!("live-who-told"),
            sentence: channel.to_owned(),
            needs: "",
            done: told,
            button: (!told).then(|| {
                (
                    Button::quiet(word!("live-connections")).icon(icons::PAPER_PLANE).named(word!("live-connections-channel")),
                    Screen::Connections,
                )
            }),
        },
        Step {
            title: word!("live-prove"),
            sentence: tr!("live-prove-why"),
            needs: if connected { "" } else { word!("live-needs-step") },
            done: false,
            button: Some((drill, Screen::Inject)),
        },
    ]
}
