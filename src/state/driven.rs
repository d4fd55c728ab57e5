//! Where vehicles drove of late: the fleet draws its own roads.
//!
//! A piece that somebody drove before is not kept twice, so that a bus on its round does not push out everybody else.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use super::snapshot::DrivenPiece;
use crate::model::{Position, Timestamp};

/// A vehicle leaves a crumb when it is this far from its last one, m: half a city block.
const LEAST_M: f64 = 40.0;
/// Farther than this, or later than [`LONGEST_SECS`], the way between two crumbs is not known, m.
const MOST_M: f64 = 400.0;
/// s
const LONGEST_SECS: f64 = 15.0;
/// Ends are compared on a grid of this size, degrees: some 25 m, wider than GPS wanders and narrower than a block.
const GRID_DEG: f64 = 0.000_25;
/// Pieces in a sealed stretch.
const STRETCH: usize = 256;
/// Sealed stretches kept: 16,384 pieces, some 650 km of road in 256 KiB.
const STRETCHES: usize = 64;
/// Metres in a degree of latitude, near enough (WGS 84: 110,574 to 111,694).
const METRES_PER_DEG: f64 = 111_200.0;

/// A place that a vehicle passed, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crumb {
    lat: f64,
    lon: f64,
    at: Timestamp,
}

/// Both ends on the grid, the lesser first.
type Ends = [(i32, i32); 2];

/// The pieces of road that the fleet drove.
#[derive(Clone, Debug, Default)]
pub(super) struct Driven {
    sealed: VecDeque<(Arc<Vec<DrivenPiece>>, Vec<Ends>)>,
    tail: Vec<DrivenPiece>,
    tail_ends: Vec<Ends>,
    known: HashSet<Ends>,
}

impl Driven {
    /// A vehicle passed `position`; `last` is its crumb.
    pub(super) fn passed(&mut self, last: &mut Option<Crumb>, position: Position, at: Timestamp) {
        let here = Crumb { lat: position.lat, lon: position.lon, at };
        let Some(before) = *last else {
            *last = Some(here);
            return;
        };
        let metres = metres(before, here);
        if metres < LEAST_M {
            return;
        }
        *last = Some(here);
        if metres > MOST_M || !(0.0..=LONGEST_SECS).contains(&at.secs_since(before.at)) {
            return;
        }
        let mut ends = [cell(before), cell(here)];
        ends.sort_unstable();
        if !self.known.insert(ends) {
            return;
        }
        self.tail.push(DrivenPiece { from: [before.lat as f32, before.lon as f32], to: [here.lat as f32, here.lon as f32] });
        self.tail_ends.push(ends);
        if self.tail.len() >= STRETCH {
            self.sealed.push_back((Arc::new(std::mem::take(&mut self.tail)), std::mem::take(&mut self.tail_ends)));
        }
        while self.sealed.len() > STRETCHES {
            let Some((_, ends)) = self.sealed.pop_front() else { break };
            for ends in ends {
                self.known.remove(&ends);
            }
        }
    }

    /// Everything kept, the oldest first; the tail is copied.
    pub(super) fn view(&self) -> Arc<Vec<Arc<Vec<DrivenPiece>>>> {
        let tail = (!self.tail.is_empty()).then(|| Arc::new(self.tail.clone()));
        Arc::new(self.sealed.iter().map(|(pieces, _)| Arc::clone(pieces)).chain(tail).collect())
    }
}

fn cell(crumb: Crumb) -> (i32, i32) {
    ((crumb.lat / GRID_DEG).round() as i32, (crumb.lon / GRID_DEG).round() as i32)
}

/// Over the plane that touches the earth here: exact enough for some hundred metres.
fn metres(from: Crumb, to: Crumb) -> f64 {
    let east = (to.lon - from.lon) * from.lat.to_radians().cos();
    (to.lat - from.lat).hypot(east) * METRES_PER_DEG
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drive(driven: &mut Driven, last: &mut Option<Crumb>, metres_north: &[f64], secs: i64) {
        for (i, metres) in metres_north.iter().enumerate() {
            let position = Position { lat: 37.5 + metres / METRES_PER_DEG, lon: 127.0, hdop: None };
            driven.passed(last, position, Timestamp(0).plus_secs(i as i64 * secs));
        }
    }

    fn pieces(driven: &Driven) -> usize {
        driven.view().iter().map(|stretch| stretch.len()).sum()
    }

    #[test]
    fn a_way_driven_twice_is_one_road() {
        let mut driven = Driven::default();
        let way = [0.0, 20.0, 50.0, 110.0, 170.0];
        for _ in 0..3 {
            drive(&mut driven, &mut None, &way, 2);
        }
        assert_eq!(pieces(&driven), 3);
    }

    #[test]
    fn where_the_way_is_not_known_none_is_drawn() {
        let mut driven = Driven::default();
        drive(&mut driven, &mut None, &[0.0, 3_000.0], 2);
        drive(&mut driven, &mut None, &[0.0, 100.0], 60);
        assert_eq!(pieces(&driven), 0);
    }

    #[test]
    fn what_is_kept_has_a_bound_and_the_oldest_goes_first() {
        let mut driven = Driven::default();
        let n = STRETCH * (STRETCHES + 3);
        let way: Vec<f64> = (0..n).map(|i| i as f64 * 60.0).collect();
        drive(&mut driven, &mut None, &way, 3);
        assert!(pieces(&driven) <= STRETCH * (STRETCHES + 1));
        assert_eq!(driven.known.len(), pieces(&driven));
        assert!(driven.view()[0][0].from[0] > 37.6);
    }
}
