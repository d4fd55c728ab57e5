//! Every sequence of verbs by every role, up to a depth: no way leads to a real crash of which nobody was told, or that is
//! out of sight without a person, or that one person alone has called a malfunction.
//!
//! The world around the state is small: two incidents, the people of a shift, time, further reports, and a restart. From
//! each state that is reached every move is tried; states that are alike in everything that a next step could ask for are
//! gone through once, and a test looks whether they really are alike. The same worlds with a fault planted must be caught,
//! or this proves nothing.

mod world;
mod wrong;

use std::collections::hash_map::{DefaultHasher, Entry};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::hash::{Hash as _, Hasher as _};

use world::{GUEST, KIM, LEE, MINA, Move, NOBODY, PARK, Planted, Start, Verb, World, role};

/// Moves in a row.
const DEPTH: usize = 3;
/// Of so many ways to a state that was reached before, one is looked at whether it really is the same.
const SAMPLED: usize = 97;

/// Who acts from a start. What an admin may do beside a supervisor is the same from each: one start looks at it.
fn actors(start: Start) -> impl Iterator<Item = &'static str> {
    [MINA, KIM].into_iter().chain((start == Start::BothReal).then_some(LEE))
}

/// Everything that can be done.
fn moves(start: Start) -> Vec<Move> {
    let people = actors(start).flat_map(|who| Verb::ALL.map(|verb| Move::Does(who, verb)));
    // Who has a secret differs from another supervisor in having to show it.
    let guarded = [Verb::Acknowledge, Verb::FalseAlarm, Verb::OverruleNone, Verb::Second, Verb::NameIt, Verb::SilenceAll];
    let guarded = guarded.map(|verb| Move::Does(PARK, verb));
    let others =
        [Move::SignsIn(PARK), Move::SignsIn(MINA), Move::Wait(11), Move::Wait(901), Move::Report, Move::NewCrash, Move::Restart];
    people.chain(guarded).chain(others).collect()
}

/// What puts a crash aside, or brings it back.
fn grave_moves() -> Vec<Move> {
    let verbs = [
        Verb::Resolve,
        Verb::FalseAlarm,
        Verb::OverruleNone,
        Verb::OverruleReal,
        Verb::Second,
        Verb::Reopen,
        Verb::UnderOther,
        Verb::Split,
        Verb::Undo,
        Verb::ResolveOther,
    ];
    let people = [MINA, KIM].into_iter().flat_map(|who| verbs.map(|verb| Move::Does(who, verb)));
    people.chain([Move::Wait(901), Move::Report, Move::Restart]).collect()
}

/// What the search found, and how far it went.
#[derive(Default)]
struct Found {
    wrong: Option<(Vec<Move>, String)>,
    n_states: usize,
    n_sequences: usize,
    /// Who changed something by what.
    did: BTreeSet<(&'static str, Verb)>,
    /// One in so many pairs of ways to what was taken for one state.
    alike: Vec<[Vec<Move>; 2]>,
}

fn replay(start: Start, planted: Planted, path: &[Move]) -> World {
    let mut world = World::begin(start, planted);
    for step in path {
        world.make(*step);
    }
    world
}

fn search(start: Start, planted: Planted, moves: &[Move], depth: usize) -> Found {
    let hash = |world: &World| {
        let mut hasher = DefaultHasher::new();
        world.key().hash(&mut hasher);
        hasher.finish()
    };
    let mut seen = HashMap::from([(hash(&World::begin(start, planted)), Vec::new())]);
    let mut open = VecDeque::from([(Vec::<Move>::new(), World::begin(start, planted))]);
    let mut found = Found { n_states: 1, ..Found::default() };
    while let Some((path, mut world)) = open.pop_front() {
        let before = world.key();
        // Who may not, changes nothing whatever they try; so one world does for all of it.
        let mut wrong = None;
        for who in [NOBODY, GUEST, MINA, PARK] {
            for verb in Verb::ALL {
                if !world.may(who, verb.needs()) && world.act(who, verb) > 0 {
                    wrong.get_or_insert(format!("{who:?} may not and did {verb:?}"));
                }
            }
        }
        if world.key() != before {
            wrong.get_or_insert("something changed by those who may not".to_owned());
        }
        if let Some(wrong) = wrong {
            found.wrong = Some((path, wrong));
            return found;
        }
        let mut untouched = Some(world.clone());
        for step in moves {
            // What was refused has left the world as it was.
            let mut next = untouched.take().unwrap_or_else(|| world.clone());
            let saved = next.make(*step);
            found.n_sequences += 1;
            if !saved && next.odd.is_none() {
                untouched = Some(next);
                continue;
            }
            let way: Vec<_> = path.iter().copied().chain([*step]).collect();
            let unseen = next.unseen().filter(|_| *step == Move::Report);
            if let Some(wrong) = unseen.or_else(|| next.wrong()) {
                found.wrong = Some((way, wrong));
                return found;
            }
            if let Move::Does(who, verb) = step {
                found.did.insert((who, *verb));
            }
            match seen.entry(hash(&next)) {
                Entry::Occupied(first) if found.n_sequences.is_multiple_of(SAMPLED) => {
                    found.alike.push([first.get().clone(), way]);
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(new) => {
                    found.n_states += 1;
                    new.insert(way.clone());
                    if way.len() < depth {
                        open.push_back((way, next));
                    }
                }
            }
        }
    }
    found
}

/// Goes through everything from one start, and looks that the search means something.
#[track_caller]
fn check(start: Start) {
    let moves = moves(start);
    let found = search(start, Planted::Nothing, &moves, DEPTH);
    assert_eq!(found.wrong, None, "after {} states", found.n_states);
    println!("{start:?}: {} sequences to depth {DEPTH}, {} states: wrong 0", found.n_sequences, found.n_states);
    // Fewer would mean that the moves do nothing.
    assert!(found.n_states > 5_000 && found.n_sequences > 35_000, "{} states, {} tried", found.n_states, found.n_sequences);
    // Each verb does something for everybody who may do it, and for nobody else.
    let expected: BTreeSet<_> = actors(start)
        .flat_map(|who| Verb::ALL.map(|verb| (who, verb)))
        .filter(|(who, verb)| role(who) >= Some(verb.needs()))
        .collect();
    let did: BTreeSet<_> = found.did.iter().copied().filter(|(who, _)| *who != PARK).collect();
    let idle: Vec<_> = expected.difference(&did).filter(|(_, verb)| !start.leaves_idle(*verb)).collect();
    assert!(idle.is_empty(), "{start:?}: these never did anything: {idle:?}");
    assert_eq!(did.difference(&expected).collect::<Vec<_>>(), Vec::<&(&str, Verb)>::new());
    assert!(found.did.contains(&(PARK, Verb::OverruleNone)), "nobody who has a secret ever acted");
    // What was taken for one state goes on alike.
    let mut chance = fastrand::Rng::with_seed(20_261_127);
    for _ in 0..300 {
        let [first, second] = &found.alike[chance.usize(0..found.alike.len())];
        let step = moves[chance.usize(0..moves.len())];
        let [first_after, second_after] = [first, second].map(|way| {
            let mut world = replay(start, Planted::Nothing, way);
            world.make(step);
            (world.key(), world.wrong())
        });
        assert_eq!(first_after, second_after, "{first:?} and {second:?} are not alike before {step:?}");
    }
}

#[test]
fn no_sequence_of_verbs_hides_a_real_crash() {
    check(Start::BothReal);
}

#[test]
fn no_sequence_of_verbs_hides_what_a_function_took_for_a_malfunction_and_is_none() {
    check(Start::OneMalfunction);
}

#[test]
fn no_sequence_of_verbs_mixes_a_drill_with_a_real_crash() {
    check(Start::OtherDrill);
}

#[test]
fn no_longer_sequence_of_what_puts_a_crash_aside_hides_it() {
    for start in [Start::BothReal, Start::OneMalfunction] {
        let found = search(start, Planted::Nothing, &grave_moves(), DEPTH + 1);
        assert_eq!(found.wrong, None, "after {} states", found.n_states);
        let (n, n_states) = (found.n_sequences, found.n_states);
        println!("{start:?}: {n} sequences to depth {} of what puts it aside, {n_states} states: wrong 0", DEPTH + 1);
        assert!(n_states > 3_000 && n > 15_000, "{n_states} states, {n} tried");
    }
}

#[test]
fn every_planted_fault_is_caught() {
    let mut n_ways = 0;
    for planted in Planted::ALL {
        let start = planted.start();
        let found = search(start, planted, &moves(start), DEPTH);
        n_ways += found.n_sequences;
        let Some((way, wrong)) = found.wrong else { panic!("{planted:?} was not caught within {DEPTH} moves from {start:?}") };
        println!("{planted:?}: {wrong}, by {way:?} from {start:?}");
    }
    println!("{} planted faults, all caught, in {n_ways} sequences", Planted::ALL.len());
}
