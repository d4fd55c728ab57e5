use eframe::egui::{Rect, pos2};

use super::*;

const WINDOW: Rect = Rect { min: pos2(84.0, 132.0), max: pos2(1076.0, 612.0) };

#[test]
fn degrees_survive_the_way_there_and_back() {
    for (lat, lon) in [(37.5665, 126.978), (-33.9, 18.4), (0.0, 0.0), (71.2, -179.9), (-85.0, 179.9)] {
        let (lat2, lon2) = World::of(lat, lon).degrees();
        assert!((lat - lat2).abs() < 1e-9 && (lon - lon2).abs() < 1e-9, "{lat} {lon}: {lat2} {lon2}");
    }
}

#[test]
fn the_tile_of_seoul_is_where_the_tile_servers_say() {
    // Slippy map tile names: zoom 10, x 873, y 396.
    let place = World::of(37.5665, 126.978);
    assert_eq!(((place.x * 1024.0) as u32, (place.y * 1024.0) as u32), (873, 396));
}

#[test]
fn what_is_under_the_pointer_stays_there_while_zooming() {
    let mut camera = Camera::over(37.5, 127.0, 11.0);
    let at = pos2(300.0, 200.0);
    let before = camera.world(WINDOW, at).degrees();
    for steps in [1.0, 0.3, -2.0] {
        camera.zoom_at(WINDOW, at, steps);
        let after = camera.world(WINDOW, at).degrees();
        assert!((before.0 - after.0).abs() < 1e-6 && (before.1 - after.1).abs() < 1e-6);
    }
}

#[test]
fn fit_shows_everything_and_no_more_than_it_must() {
    let places = [World::of(37.45, 126.8), World::of(37.65, 127.2), World::of(37.5, 127.0)];
    let camera = Camera::fit(places.into_iter(), WINDOW, 16.0).unwrap();
    let on_screen: Vec<_> = places.iter().map(|place| camera.screen(WINDOW, *place)).collect();
    assert!(on_screen.iter().all(|at| WINDOW.shrink(50.0).contains(*at)), "{on_screen:?}");
    let closer = Camera { zoom: camera.zoom + 0.5, ..camera };
    assert!(places.iter().any(|place| !WINDOW.shrink(50.0).contains(closer.screen(WINDOW, *place))));
    assert_eq!(Camera::fit(std::iter::empty(), WINDOW, 16.0), None);
    let one = Camera::fit([World::of(37.5, 127.0)].into_iter(), WINDOW, 14.0).unwrap();
    assert!((one.zoom - 14.0).abs() < 1e-9, "one place alone is not shown as a grain of sand");
}

#[test]
fn a_place_across_the_date_line_is_near() {
    let camera = Camera::over(0.0, 179.0, 5.0);
    let at = camera.screen(WINDOW, World::of(0.0, -179.0));
    assert!((at - WINDOW.center()).length() < 100.0, "{at:?}");
}

#[test]
fn the_scale_bar_is_round_and_fits() {
    let camera = Camera::over(37.5665, 126.978, 12.0);
    let (metres, points) = scale_bar(camera.metres_per_point(), 100.0);
    assert!((metres - 2_000.0).abs() < 1e-6 && points <= 100.0 && points > 40.0, "{metres} m {points}");
}
