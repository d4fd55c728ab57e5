//! Main roads of Seoul as a net of corners, so that the sample fleet drives where a fleet would and crosses the river on
//! bridges. The corners are places near underground stations, to a hundred metres or so.

use fastrand::Rng;

use crate::model::Position;

/// Corners: degrees north and east.
const CORNERS: [(f64, f64); 50] = [
    (37.5657, 126.9769), // 0 City Hall
    (37.5710, 126.9768), // 1 Gwanghwamun
    (37.5704, 126.9920), // 2 Jongno 3-ga
    (37.5710, 127.0095), // 3 Dongdaemun
    (37.5660, 126.9826), // 4 Euljiro 1-ga
    (37.5663, 126.9918), // 5 Euljiro 3-ga
    (37.5653, 127.0079), // 6 Dongdaemun History & Culture Park
    (37.5657, 127.0195), // 7 Sindang
    (37.5613, 127.0371), // 8 Wangsimni
    (37.5547, 126.9707), // 9 Seoul Station
    (37.5552, 126.9369), // 10 Sinchon
    (37.5572, 126.9240), // 11 Hongik University
    (37.5496, 126.9139), // 12 Hapjeong
    (37.5443, 126.9514), // 13 Gongdeok
    (37.5345, 126.9729), // 14 Samgakji
    (37.5345, 126.9946), // 15 Itaewon
    (37.5295, 127.0090), // 16 Hannam
    (37.5405, 127.0185), // 17 Oksu
    (37.5446, 127.0560), // 18 Seongsu
    (37.5404, 127.0692), // 19 Konkuk University
    (37.5351, 127.0946), // 20 Gangbyeon
    (37.5299, 126.9648), // 21 Yongsan
    (37.5142, 126.9424), // 22 Noryangjin
    (37.5216, 126.9243), // 23 Yeouido
    (37.5348, 126.9026), // 24 Dangsan
    (37.5156, 126.9075), // 25 Yeongdeungpo
    (37.5089, 126.8913), // 26 Sindorim
    (37.5029, 126.9803), // 27 Dongjak
    (37.4766, 126.9816), // 28 Sadang
    (37.5049, 127.0049), // 29 Express Bus Terminal
    (37.5163, 127.0203), // 30 Sinsa
    (37.5271, 127.0285), // 31 Apgujeong
    (37.4979, 127.0276), // 32 Gangnam
    (37.5007, 127.0364), // 33 Yeoksam
    (37.5045, 127.0490), // 34 Seolleung
    (37.5088, 127.0631), // 35 Samseong
    (37.5133, 127.1001), // 36 Jamsil
    (37.5110, 127.0736), // 37 Sports Complex
    (37.4841, 127.0344), // 38 Yangjae
    (37.5194, 127.0519), // 39 Cheongdam
    (37.4934, 127.0141), // 40 Seoul National University of Education
    (37.4812, 126.9527), // 41 Seoul National University
    (37.4853, 126.9015), // 42 Guro Digital Complex
    (37.5765, 126.9009), // 43 Digital Media City
    (37.5889, 126.9441), // 44 Hongje
    (37.5822, 127.0019), // 45 Hyehwa
    (37.5802, 127.0469), // 46 Cheongnyangni
    (37.5571, 127.0794), // 47 Gunja
    (37.5386, 127.1236), // 48 Cheonho
    (37.4874, 127.1015), // 49 Suseo
];

/// A yard a little off one of the corners, another for each number.
pub(super) fn beside(number: usize) -> Position {
    let (lat, lon) = CORNERS[number * 7 % CORNERS.len()];
    Position { lat: lat + 0.002_1, lon: lon - 0.003_4, hdop: None }
}

/// Roads between corners; those across the river are its bridges.
#[rustfmt::skip]
const ROADS: [(u8, u8); 80] = [
    (0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 6), (6, 7), (7, 8), (3, 6), (2, 5),
    (0, 9), (9, 14), (14, 15), (15, 16), (16, 17), (17, 8), (9, 13), (13, 10), (10, 11), (11, 12),
    (13, 14), (14, 21), (8, 18), (18, 19), (19, 20), (19, 47), (47, 46), (46, 3), (46, 8), (45, 3),
    (45, 2), (1, 44), (44, 43), (43, 11), (44, 10), (43, 12), (45, 46), (13, 21), (10, 13), (7, 17),
    // Yanghwa, Mapo, Hangang, Dongjak, Hannam, Dongho, Seongsu, Cheongdam, Jamsil, Cheonho bridge.
    (12, 24), (13, 23), (21, 22), (14, 27), (16, 30), (17, 31), (18, 39), (19, 39), (20, 36), (20, 48),
    (24, 25), (25, 26), (23, 24), (23, 25), (22, 23), (22, 27), (27, 29), (27, 28), (29, 30), (30, 31),
    (31, 39), (39, 35), (30, 32), (32, 33), (33, 34), (34, 35), (35, 37), (37, 36), (32, 38), (32, 40),
    (40, 29), (40, 28), (28, 41), (41, 42), (42, 26), (31, 34), (38, 49), (49, 36), (36, 48), (22, 25),
];

/// Corners in a round before it leads back.
const N_LEGS: usize = 14;

/// A round through the net and back the same way: degrees north and east of its corners. It turns round only at its ends.
pub(super) fn round(rng: &mut Rng) -> Vec<(f64, f64)> {
    let mut way = vec![rng.usize(0..CORNERS.len())];
    while way.len() < N_LEGS {
        let (here, before) = (way[way.len() - 1], way.len().checked_sub(2).map(|idx| way[idx]));
        let ahead: Vec<usize> = neighbours(here).filter(|next| Some(*next) != before).collect();
        let Some(next) = rng.choice(ahead) else { break };
        way.push(next);
    }
    let back = way.iter().rev().skip(1).take(way.len().saturating_sub(2)).copied().collect::<Vec<_>>();
    way.into_iter().chain(back).map(|corner| CORNERS[corner]).collect()
}

fn neighbours(corner: usize) -> impl Iterator<Item = usize> {
    ROADS.iter().filter_map(move |&(a, b)| match (usize::from(a), usize::from(b)) {
        (a, b) if a == corner => Some(b),
        (a, b) if b == corner => Some(a),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_corner_can_be_reached_and_left_again() {
        let mut reached = vec![0];
        let mut next = 0;
        while next < reached.len() {
            for corner in neighbours(reached[next]) {
                if !reached.contains(&corner) {
                    reached.push(corner);
                }
            }
            next += 1;
        }
        assert_eq!(reached.len(), CORNERS.len());
        assert!((0..CORNERS.len()).all(|corner| neighbours(corner).count() >= 2), "a dead end");
    }

    #[test]
    fn a_round_follows_roads_and_closes() {
        let mut rng = Rng::with_seed(7);
        for _ in 0..50 {
            let way = round(&mut rng);
            let corner = |at: (f64, f64)| CORNERS.iter().position(|known| *known == at).unwrap();
            for (i, at) in way.iter().enumerate() {
                let next = way[(i + 1) % way.len()];
                assert!(neighbours(corner(*at)).any(|road| road == corner(next)), "no road from {at:?} to {next:?}");
            }
        }
    }
}
