//! A window on a snapshot, without a screen.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use eframe::egui;
use egui_kittest::Harness;
use egui_kittest::kittest::{AccessKitNode, NodeT as _, Queryable as _};
use fleetwatch::model::Language;
use fleetwatch::model::setting::{LanguageChoice, Sheet};
use fleetwatch::model::{Command, Focus, Timestamp};
use fleetwatch::settings::Settings;
use fleetwatch::state::Snapshot;
use fleetwatch::ui::panels::{self, Panel};
use fleetwatch::ui::{Desk, Layout, Request, SoundTrouble, TileWires, Tone, Wires};

use super::paint::Painter;

/// What the keyboard speaks to.
pub(crate) fn has_focus(node: &AccessKitNode<'_>) -> bool {
    node.is_focused()
}

/// The default settings, but in the language that this test speaks already.
pub(crate) fn sheet() -> Sheet {
    let mut settings = Settings::default();
    settings.desk.language = if Language::spoken() == Language::Korean { LanguageChoice::Ko } else { LanguageChoice::En };
    let (saved, standard) = (settings.shown(), Settings::default().shown());
    let regions = fleetwatch::pricing::book::regions();
    Sheet { file: "settings.toml".into(), running: saved.clone(), saved, standard, regions, last: None }
}

/// A window under test, with what it sent and what it looks at.
pub(crate) struct Window {
    /// The harness; its state is the desk.
    pub(crate) harness: Harness<'static, Desk>,
    /// Everything it sent, in order.
    pub(crate) sent: Arc<Mutex<Vec<Request>>>,
    /// What it paints next.
    pub(crate) snapshot: Arc<Mutex<Arc<Snapshot>>>,
    /// The time it believes in.
    pub(crate) now: Arc<Mutex<Timestamp>>,
    /// Whether the line takes requests.
    pub(crate) takes: Arc<Mutex<bool>>,
    /// Every sound it made, in order.
    pub(crate) heard: Arc<Mutex<Vec<Tone>>>,
    /// The settings.
    pub(crate) settings: Arc<Mutex<Arc<Sheet>>>,
    /// The layouts it kept, in order.
    pub(crate) kept: Arc<Mutex<Vec<Layout>>>,
    /// Why nothing would be heard.
    pub(crate) sound_trouble: Arc<Mutex<Option<SoundTrouble>>>,
}

impl Window {
    /// A window of a size on a snapshot, at `NOW`.
    pub(crate) fn open(snapshot: Snapshot, size: (f32, f32)) -> Self {
        Self::open_with(snapshot, size, false)
    }

    /// As [`Self::open`]; with the SAMPLE mark where `sample`.
    pub(crate) fn open_with(snapshot: Snapshot, size: (f32, f32), sample: bool) -> Self {
        Self::open_panels(snapshot, size, sample, panels::all())
    }

    /// As [`Self::open_with`], with these screens.
    pub(crate) fn open_panels(snapshot: Snapshot, size: (f32, f32), sample: bool, panels: Vec<Box<dyn Panel>>) -> Self {
        Self::open_arranged(snapshot, size, sample, panels, Ok(Layout::default()))
    }

    /// As [`Self::open_panels`], as it was arranged before.
    pub(crate) fn open_arranged(
        snapshot: Snapshot,
        size: (f32, f32),
        sample: bool,
        panels: Vec<Box<dyn Panel>>,
        layout: Result<Layout, String>,
    ) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let now = Arc::new(Mutex::new(super::snapshots::NOW));
        let snapshot = Arc::new(Mutex::new(Arc::new(snapshot)));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let takes = Arc::new(Mutex::new(true));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sound_trouble = Arc::new(Mutex::new(None));
        let settings = Arc::new(Mutex::new(Arc::new(sheet())));
        let wires = Wires {
            tiles: TileWires::none(),
            settings: Box::new({
                let settings = settings.clone();
                move || settings.lock().unwrap().clone()
            }),
            latest: Box::new({
                let snapshot = snapshot.clone();
                move || snapshot.lock().unwrap().clone()
            }),
            send: Box::new({
                let (sent, takes) = (sent.clone(), takes.clone());
                move |request| {
                    let takes = *takes.lock().unwrap();
                    if takes {
                        sent.lock().unwrap().push(request);
                    }
                    takes
                }
            }),
            now: Box::new({
                let now = now.clone();
                move || *now.lock().unwrap()
            }),
            sound: Box::new({
                let heard = heard.clone();
                move |tone| heard.lock().unwrap().push(tone)
            }),
            sound_trouble: Box::new({
                let sound_trouble = sound_trouble.clone();
                move || sound_trouble.lock().unwrap().clone()
            }),
            layout,
            keep_layout: Box::new({
                let kept = kept.clone();
                move |layout| kept.lock().unwrap().push(layout.clone())
            }),
            environment: "LOCAL",
            sample,
            operator: "J. Han".into(),
        };
        let mut harness = Harness::builder()
            .with_size(egui::vec2(size.0, size.1))
            .with_max_steps(16)
            .renderer(Painter::default())
            .build_eframe(|cc| Desk::with_panels(wires, &cc.egui_ctx, panels));
        harness.run_steps(3);
        Self { harness, sent, snapshot, now, takes, heard, settings, kept, sound_trouble }
    }

    /// Dark or light.
    pub(crate) fn theme(&mut self, dark: bool) {
        self.harness.ctx.set_theme(if dark { egui::Theme::Dark } else { egui::Theme::Light });
        self.harness.run_steps(2);
    }

    /// What was sent since the last call.
    pub(crate) fn taken(&self) -> Vec<Request> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// The commands sent since the last call.
    pub(crate) fn commands(&self) -> Vec<Command> {
        let commands = self.taken().into_iter().filter_map(|request| match request {
            Request::Command(command) => Some(command),
            _ => None,
        });
        commands.collect()
    }

    /// What it asked to look at last, since the last call.
    pub(crate) fn looked(&self) -> Option<Focus> {
        let looks = self.taken().into_iter().filter_map(|request| match request {
            Request::Look(focus) => Some(focus),
            _ => None,
        });
        looks.last()
    }

    /// Clicks what has this name.
    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run_steps(3);
    }

    /// Presses a key and lets it go.
    pub(crate) fn press(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(3);
    }

    /// Goes so many seconds on.
    pub(crate) fn wait(&mut self, secs: i64) {
        let mut now = self.now.lock().unwrap();
        *now = now.plus_secs(secs);
        drop(now);
        self.harness.run_steps(2);
    }

    /// The sounds since the last call.
    pub(crate) fn sounds(&self) -> Vec<Tone> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }

    /// Whether something's name contains `words`.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.harness.query_all_by_label_contains(words).next().is_some()
    }

    /// Shows another snapshot.
    pub(crate) fn publish(&mut self, snapshot: Snapshot) {
        *self.snapshot.lock().unwrap() = Arc::new(snapshot);
        self.harness.run_steps(2);
    }

    /// Everything with a name, and where it is.
    pub(crate) fn named(&self) -> Vec<(String, egui::Rect)> {
        let named = self.harness.query_all_by(|node| node.label().is_some_and(|label| !label.is_empty()));
        named.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
    }

    /// Where `FLEETWATCH_PICTURES` is set, saves a picture to `target/tmp/pictures/<name>.png` for a person to look at.
    pub(crate) fn picture(&mut self, name: &str) {
        if std::env::var_os("FLEETWATCH_PICTURES").is_none() {
            return;
        }
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        std::fs::create_dir_all(&dir).unwrap();
        self.harness.render().unwrap().save(dir.join(format!("{name}.png"))).unwrap();
    }
}
