//! Names of places, without a network: what is near a position, and which cities a map shows. Pure.
//!
//! `assets/map/places.tsv.z` holds `GeoNames` cities (CC BY 4.0); its README says how it is made.

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::LazyLock;

const PACKED: &[u8] = include_bytes!("../assets/map/places.tsv.z");
/// Farther than this from every place there is no name for a position, km.
const FARTHEST_KM: f64 = 100.0;
/// A small place says which city it belongs to: one at least this many times as large, within [`CITY_KM`].
const CITY_TIMES: u32 = 5;
/// km
const CITY_KM: f64 = 20.0;
/// Mean radius of the earth, km (IUGG).
const EARTH_KM: f64 = 6_371.0;

/// A city, town or district.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// People, in thousands; at least 1.
    pub thousands: u32,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: &'static str,
    /// Its name in Latin letters.
    pub name: &'static str,
    /// Its Korean name; empty where `GeoNames` has none.
    pub korean: &'static str,
}

/// A position in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The nearest place.
    pub place: &'static Place,
    /// How far the position is from its middle, km.
    pub km: f64,
    /// Which way from the place to the position, degrees clockwise from north.
    pub bearing_deg: f64,
    /// The large city that the place lies in or beside.
    pub city: Option<&'static Place>,
}

/// Every place, the largest first.
struct Gazetteer {
    places: Vec<Place>,
    /// Places by their whole degree.
    squares: HashMap<(i16, i16), Vec<u32>>,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut text = String::new();
    let read = flate2::read::ZlibDecoder::new(PACKED).read_to_string(&mut text);
    read.expect("assets/map/places.tsv.z is part of the program and read by a test");
    // Kept for as long as the program runs: a name is a piece of it.
    let text: &'static str = text.leak();
    let mut places: Vec<Place> = text.lines().filter_map(parse).collect();
    places.sort_by(|a, b| b.thousands.cmp(&a.thousands).then(a.name.cmp(b.name)));
    let mut squares: HashMap<_, Vec<u32>> = HashMap::new();
    for (idx, place) in places.iter().enumerate() {
        squares.entry(square(place.lat, place.lon)).or_default().push(idx as u32);
    }
    Gazetteer { places, squares }
});

fn parse(line: &'static str) -> Option<Place> {
    let mut fields = line.split('\t');
    let country = fields.next()?;
    let mut number = || fields.next()?.parse::<i32>().ok();
    let (lat, lon, thousands) = (number()?, number()?, number()?);
    let (name, korean) = (fields.next()?, fields.next().unwrap_or_default());
    Some(Place {
        lat: f64::from(lat) / 1e3,
        lon: f64::from(lon) / 1e3,
        thousands: thousands.unsigned_abs(),
        country,
        name,
        korean,
    })
}

fn square(lat: f64, lon: f64) -> (i16, i16) {
    (lat.floor() as i16, lon.floor() as i16)
}

/// Reads the names before somebody waits for them: some tens of milliseconds.
pub fn warm() {
    LazyLock::force(&GAZETTEER);
}

/// The place nearest to a position; `None` far from everything, and for what is no position.
pub fn near(lat: f64, lon: f64) -> Option<Near> {
    if !(-90.0..=90.0).contains(&lat) || !(-180.0..=180.0).contains(&lon) {
        return None;
    }
    let around = |reach: i16| {
        let (row, column) = square(lat, lon);
        let rows = row - reach..=row + reach;
        let squares = rows.flat_map(move |row| {
            (column - reach..=column + reach).map(move |column| (row, (column + 180).rem_euclid(360) - 180))
        });
        let found = squares.filter_map(|square| GAZETTEER.squares.get(&square)).flatten();
        found.map(|idx| &GAZETTEER.places[*idx as usize]).map(|place| (km((place.lat, place.lon), (lat, lon)), place))
    };
    let (km_away, place) = around(1).min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(km, _)| *km <= FARTHEST_KM)?;
    let city = around(1).filter(|(km, city)| *km <= CITY_KM && city.thousands >= place.thousands.saturating_mul(CITY_TIMES));
    let city = city.max_by_key(|(_, city)| city.thousands).map(|(_, city)| city);
    Some(Near { place, km: km_away, bearing_deg: bearing((place.lat, place.lon), (lat, lon)), city })
}

/// Places between two corners, south-west and north-east in degrees, the largest first.
pub fn within(south_west: (f64, f64), north_east: (f64, f64)) -> impl Iterator<Item = &'static Place> {
    GAZETTEER.places.iter().filter(move |place| {
        (south_west.0..=north_east.0).contains(&place.lat) && (south_west.1..=north_east.1).contains(&place.lon)
    })
}

/// Great-circle distance (haversine), km.
fn km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(from.0, to.0) + from.0.to_radians().cos() * to.0.to_radians().cos() * half(from.1, to.1);
    2.0 * EARTH_KM * chord.min(1.0).sqrt().asin()
}

fn bearing(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (lat, lat2, turn) = (from.0.to_radians(), to.0.to_radians(), (to.1 - from.1).to_radians());
    let (east, north) = (turn.sin() * lat2.cos(), lat.cos() * lat2.sin() - lat.sin() * lat2.cos() * turn.cos());
    east.atan2(north).to_degrees().rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_pack_is_a_place() {
        let mut text = String::new();
        flate2::read::ZlibDecoder::new(PACKED).read_to_string(&mut text).unwrap();
        assert_eq!(GAZETTEER.places.len(), text.lines().count());
        assert!(GAZETTEER.places.len() > 60_000);
        assert!(GAZETTEER.places.iter().all(|place| place.lat.abs() <= 90.0 && place.lon.abs() <= 180.0));
    }

    #[test]
    fn the_town_hall_of_seoul_is_in_seoul() {
        let near = near(37.5663, 126.9779).unwrap();
        assert_eq!((near.place.name, near.place.korean, near.place.country), ("Seoul", "서울", "KR"));
        assert!(near.km < 0.2);
    }

    #[test]
    fn a_small_place_says_its_city_and_which_way() {
        // A kilometre south of Yongsan-dong.
        let near = near(37.535, 126.984).unwrap();
        assert_eq!((near.place.korean, near.city.map(|city| city.name)), ("용산동", Some("Seoul")));
        assert!((near.km - 1.0).abs() < 0.1 && (near.bearing_deg - 180.0).abs() < 5.0, "{near:?}");
    }

    #[test]
    fn the_middle_of_the_sea_has_no_name_nor_has_nonsense() {
        assert_eq!(near(-40.0, -120.0), None);
        assert_eq!(near(f64::NAN, 127.0), None);
        assert_eq!(near(91.0, 0.0), None);
    }

    #[test]
    fn across_the_date_line_the_nearest_is_the_nearest() {
        // East of Suva's meridian, where longitudes turn from 180 to −180.
        let (west, east) = (near(-16.8, 179.99), near(-16.8, -179.99));
        assert!(west.is_some() && west.map(|near| near.place.name) == east.map(|near| near.place.name));
    }

    #[test]
    fn distance_and_bearing_agree_with_known_ones() {
        // Seoul to Busan by great circle: about 325 km to the south-east.
        let (seoul, busan) = ((37.566, 126.978), (35.102, 129.030));
        assert!((km(seoul, busan) - 329.0).abs() < 5.0, "{}", km(seoul, busan));
        assert!((bearing(seoul, busan) - 145.0).abs() < 5.0, "{}", bearing(seoul, busan));
    }

    #[test]
    fn the_largest_city_in_view_comes_first() {
        let names: Vec<_> = within((37.2, 126.5), (37.8, 127.3)).map(|place| place.name).take(3).collect();
        assert_eq!(names[..2], ["Seoul", "Incheon"]);
    }
}
