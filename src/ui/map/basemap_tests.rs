use super::*;

/// Whether a place is on land, as the triangles say.
fn land(lat: f64, lon: f64, level: u8) -> bool {
    let size = CELL_DEG[usize::from(level)];
    let key = (level, ((lon + 180.0) / size) as u8, ((lat + 90.0) / size) as u8);
    let Some(cut) = CELLS.get(&key).map(Cell::cut) else { return false };
    let place = World::of(lat, lon);
    let at = [(place.x - cut.origin.x) as f32, (place.y - cut.origin.y) as f32];
    cut.land.triangles.chunks_exact(3).any(|corners| {
        let [a, b, c] = [0, 1, 2].map(|i| cut.land.points[corners[i] as usize]);
        let side = |p: [f32; 2], q: [f32; 2]| (q[0] - p[0]) * (at[1] - p[1]) - (q[1] - p[1]) * (at[0] - p[0]);
        let sides = [side(a, b), side(b, c), side(c, a)];
        sides.iter().all(|side| *side >= 0.0) || sides.iter().all(|side| *side <= 0.0)
    })
}

#[test]
fn cities_lie_on_land_and_seas_are_water() {
    for level in [0, 1] {
        for (lat, lon) in [(37.5665, 126.978), (51.5, -0.3), (-23.5, -46.6), (35.18, 129.05), (40.75, -74.2), (-33.9, 151.0)] {
            assert!(land(lat, lon, level), "{lat} {lon} is no land on level {level}");
        }
        for (lat, lon) in [(36.5, 124.5), (37.5, 131.9), (0.0, -30.0), (55.0, 3.0), (-45.0, 100.0)] {
            assert!(!land(lat, lon, level), "{lat} {lon} is land on level {level}");
        }
    }
}

#[test]
fn a_broken_pack_is_refused_and_not_half_read() {
    let mut bytes = Vec::new();
    flate2::read::ZlibDecoder::new(PACKED).read_to_end(&mut bytes).unwrap();
    assert!(unpack(&bytes[..bytes.len() / 2]).is_none());
    assert!(unpack(b"FWB2").is_none());
}
