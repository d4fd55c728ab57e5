//! The window on a running line: the only place where `ui` and `pipeline` meet.

mod layout_file;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eframe::egui;

use self::layout_file::LayoutFile;
use crate::clock::Clock;
use crate::pipeline::{Desk as LineDesk, Line, Options};
use crate::settings::Settings;
use crate::settings::keeper::Keeper;
use crate::sound::{Note, Player, Trouble};
use crate::tiles::Tiles;
use crate::ui::desk::LEAST;
use crate::ui::{Desk, Layout, Request, SoundTrouble, TileWires, Tone, Wires};

/// The window that the screens were drawn for, points.
const USUAL: [f32; 2] = [1440.0, 900.0];

/// Wakes the window once there is one; before that, nobody sleeps.
type Waker = Arc<Mutex<Option<Box<dyn Fn() + Send + Sync>>>>;

/// Starts the line, opens the window on it and stops the line when the window is closed, by hand or because of `stop`.
/// What is changed in the window is saved to `file`, or where it is `None` to the default one.
pub fn open(mut options: Options, running: &Settings, file: Option<PathBuf>, stop: Arc<AtomicBool>) -> Result<(), String> {
    let embedded = options.broker.url.is_none();
    let sample = options.sample;
    let waker: Waker = Arc::default();
    let data_dir = options.data_dir.clone();
    options.blind = false;
    options.wake = Arc::new({
        let waker = Arc::clone(&waker);
        move || {
            if let Some(wake) = &*waker.lock().unwrap_or_else(PoisonError::into_inner) {
                wake();
            }
        }
    });
    let wake = Arc::clone(&options.wake);
    let keeper = Keeper::start(file, running, move || wake()).map_err(|error| error.to_string())?;
    let keeper = Arc::new(keeper);
    let wake = Arc::clone(&options.wake);
    let tiles = Tiles::start(running.map.clone(), &data_dir, move || wake()).map_err(|error| error.to_string())?;
    let kept = Arc::clone(&keeper);
    let line = Line::start(options).map_err(|error| error.to_string())?;
    for notice in &line.notices {
        log::warn!("{notice}");
    }
    let desk = line.desk();
    let layouts = LayoutFile::open(&data_dir).map_err(|error| error.to_string())?;
    let layout = layouts.read();
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Fleetwatch")
        .with_app_id("fleetwatch")
        .with_inner_size(USUAL)
        .with_min_inner_size(LEAST);
    if let Ok(Some(window)) = layout.as_ref().map(|layout| layout.window) {
        viewport = viewport.with_inner_size(window.size()).with_maximized(window.maximized);
        if let Some(at) = window.position() {
            viewport = viewport.with_position(at);
        }
    }
    let native = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let shown = eframe::run_native(
        "Fleetwatch",
        native,
        Box::new(move |creation| {
            let wake: Box<dyn Fn() + Send + Sync> = Box::new(Desk::waker(&creation.egui_ctx));
            *waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(wake);
            close_on(stop, creation.egui_ctx.clone())?;
            Ok(Box::new(Desk::new(wires(desk, kept, tiles, embedded, sample, (layout, layouts)), &creation.egui_ctx)))
        }),
    );
    keeper.stop();
    line.stop();
    shown.map_err(|error| {
        format!("the window could not be opened: {error}; `fleetwatch --headless` runs the same line without one")
    })
}

/// How often it is looked whether the window must close.
const STOP_LOOKED_AT_EVERY: Duration = Duration::from_millis(100);

/// Closes the window, as by hand, once `stop` is set: a signal must end a desk in good order too.
fn close_on(stop: Arc<AtomicBool>, ctx: egui::Context) -> std::io::Result<()> {
    let waiting = move || {
        while !stop.load(Ordering::Acquire) {
            std::thread::sleep(STOP_LOOKED_AT_EVERY);
        }
        ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        ctx.request_repaint();
    };
    std::thread::Builder::new().name("window-stop".to_owned()).spawn(waiting).map(drop)
}

fn wires(
    desk: LineDesk,
    keeper: Arc<Keeper>,
    tiles: Tiles,
    embedded: bool,
    sample: bool,
    (layout, layouts): (Result<Layout, String>, LayoutFile),
) -> Wires {
    let operator = operator();
    // Whoever signed in last, as the line says; before that whoever the system says.
    let (by, pictures) = (operator.clone(), desk.clone());
    let by = move || pictures.latest().signed_in.as_ref().map_or_else(|| by.clone(), |signed_in| signed_in.who.0.clone());
    let pictures = desk.clone();
    let player = Player::start().ok().map(Arc::new);
    let trouble = player.clone();
    let kept = Arc::clone(&keeper);
    let tiles = Arc::new(tiles);
    let (wanted, read) = (Arc::clone(&tiles), Arc::clone(&tiles));
    let tiles = TileWires {
        want: Box::new(move |keys| wanted.want(keys)),
        take: Box::new(move || read.take()),
        about: Box::new(move || tiles.about()),
    };
    Wires {
        tiles,
        latest: Box::new(move || pictures.latest()),
        send: Box::new(move |request| match request {
            Request::Command(command) => desk.command(command, &by()),
            Request::CommandAll(bulk) => desk.command_all(bulk, &by()),
            Request::Silence(order) => desk.silence(order, &by()),
            Request::Register(order) => desk.register(order, &by()),
            Request::SignIn { name, secret } => desk.sign_in(name, secret),
            Request::Look(focus) => desk.look(focus),
            Request::Ask(question) => desk.ask(question),
            Request::Drill(scenario, target) => desk.drill(*scenario, target),
            Request::Save(changes) => keeper.save(changes),
            Request::SelfTest => desk.self_test(),
            Request::Tape(order) => desk.tape(order),
            Request::Painted { incidents, packets, at } => desk.painted(incidents, packets, at),
        }),
        settings: Box::new(move || kept.sheet()),
        now: Box::new(|| Clock.now()),
        sound: Box::new(move |tone| {
            if let Some(player) = &player {
                player.play(notes(tone));
            }
        }),
        sound_trouble: Box::new(move || match &trouble {
            Some(player) => player.trouble().map(|trouble| match trouble {
                Trouble::NoPlayer => SoundTrouble::NoPlayer,
                Trouble::Failed(why) => SoundTrouble::Failed(why),
            }),
            None => Some(SoundTrouble::Failed("no thread could be started for it".to_owned())),
        }),
        environment: if embedded { "LOCAL" } else { "SITE" },
        sample,
        layout,
        keep_layout: Box::new(move |layout| layouts.keep(layout)),
        operator,
    }
}

/// What each tone sounds like: a crash falls in three pairs, other critical things ring three times, high ones once.
const fn notes(tone: Tone) -> &'static [Note] {
    match tone {
        Tone::Crash => {
            &[(988.0, 140), (659.0, 200), (0.0, 60), (988.0, 140), (659.0, 200), (0.0, 60), (988.0, 140), (659.0, 320)]
        }
        Tone::Critical => &[(784.0, 160), (0.0, 90), (784.0, 160), (0.0, 90), (784.0, 260)],
        Tone::High => &[(523.0, 120), (659.0, 220)],
    }
}

/// The operator's name as the system gives it.
fn operator() -> String {
    let name = ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "operator".to_owned())
}
