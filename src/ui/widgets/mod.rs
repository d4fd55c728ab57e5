//! The pieces that every screen is made of. Each says its name and its state to AccessKit.

mod badge;
mod button;
mod card;
pub mod chart;
mod choice;
mod kpi;
mod pane;
pub mod plot;
mod table;

pub use badge::{badge, band_status, drill_badge, incident_badge, link_status, mark_word, origin_badge, severity_badge};
pub use button::{Button, Kind};
pub use card::{Answer, incident_card, incident_card_height, incident_row};
pub use choice::{choice, segments};
pub use kpi::{Kpi, Part, as_of, sparkline};
pub use pane::{Pane, empty_state, focus_ring, hairline_below, header, name, pane, put, row_ground, section, within};
pub use table::{Cell, Column, Table, TableAnswer, band_badge, plain_page, seen_cell};
