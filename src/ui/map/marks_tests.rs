use super::*;
use crate::model::{DeviceId, Origin, Timestamp};

const WINDOW: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1_000.0, 500.0) };

fn mark(i: usize, lat: f64, lon: f64) -> VehicleMark {
    VehicleMark {
        device: DeviceId::new(&format!("van-{i}")),
        origin: Origin::Device,
        lat,
        lon,
        heading_deg: Some(90.0),
        speed_kmh: Some(30.0),
        motion: Motion::Moving,
        last_seen: Timestamp(0),
    }
}

#[test]
fn forty_in_a_square_are_shown_and_one_more_makes_a_cluster() {
    let camera = Camera::over(37.5, 127.0, 10.0);
    let crowd: Vec<_> = (0..41).map(|i| mark(i, 37.5 - 0.02 + i as f64 * 1e-4, 127.02)).collect();
    let placed = Placed::of(&crowd[..40], WINDOW, &camera);
    assert_eq!((placed.shown.len(), placed.clusters.len(), placed.n_in_view), (40, 0, 40));
    let placed = Placed::of(&crowd, WINDOW, &camera);
    assert_eq!((placed.shown.len(), placed.n_in_view), (0, 41));
    assert_eq!(placed.clusters.iter().map(|(_, n)| n).sum::<u32>(), 41, "nobody is lost");
    assert!(placed.cluster_at(placed.clusters[0].0).is_some());
}

#[test]
fn a_cluster_holds_together_while_the_map_is_dragged() {
    let crowd: Vec<_> = (0..200).map(|i| mark(i, 37.4 + (i % 20) as f64 * 0.01, 126.8 + (i / 20) as f64 * 0.04)).collect();
    let mut camera = Camera::over(37.5, 127.0, 9.0);
    let counts = |camera: &Camera| {
        let mut counts: Vec<u32> = Placed::of(&crowd, WINDOW, camera).clusters.iter().map(|(_, n)| *n).collect();
        counts.sort_unstable();
        counts
    };
    let before = counts(&camera);
    assert!(!before.is_empty());
    camera.pan(vec2(33.0, -21.0));
    assert_eq!(counts(&camera), before);
}

#[test]
fn the_pointer_means_the_nearest_mark_within_reach() {
    let camera = Camera::over(37.5, 127.0, 15.0);
    let marks = [mark(0, 37.5, 127.0), mark(1, 37.5, 127.0002), mark(2, 37.51, 127.0)];
    let placed = Placed::of(&marks, WINDOW, &camera);
    let at = |idx: usize| placed.shown.iter().find(|(_, shown)| *shown == idx).unwrap().0;
    assert_eq!(placed.at(at(1) + vec2(3.0, 1.0)), Some(1));
    assert_eq!(placed.at(at(0) + vec2(-8.0, 0.0)), Some(0));
    assert_eq!(placed.at(at(0) + vec2(-30.0, 0.0)), None);
    let gone = Camera::over(35.0, 129.0, 15.0);
    assert_eq!(Placed::of(&marks, WINDOW, &gone).n_in_view, 0);
}
