use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{Bounds, Queue, Refused};

fn queue(urgent: usize, bulk: usize, bytes: usize) -> Queue<usize> {
    Queue::new("test", Bounds { urgent, bulk, bytes }, |n| *n)
}

fn take(queue: &Queue<usize>) -> (Vec<usize>, Vec<usize>, bool) {
    let (mut urgent, mut bulk) = (VecDeque::new(), VecDeque::new());
    let open = queue.drain(&mut urgent, &mut bulk, Duration::from_millis(1));
    (urgent.into(), bulk.into(), open)
}

#[test]
fn bulk_sheds_the_oldest_and_counts_it() {
    let queue = queue(1, 3, 1_000);
    (1..=5).for_each(|n| queue.push_shedding(n));
    assert_eq!(queue.reading().shed, 2);
    assert_eq!(queue.reading().offered, 5);
    assert_eq!(take(&queue), (vec![], vec![3, 4, 5], true));
}

#[test]
fn bulk_is_bounded_in_bytes_too() {
    let queue = queue(1, 100, 100);
    (0..5).for_each(|_| queue.push_shedding(40));
    assert_eq!(queue.reading().depth, 2);
    assert_eq!(queue.reading().shed, 3);
}

#[test]
fn urgent_is_given_back_when_full_and_never_shed() {
    let queue = queue(2, 2, 1_000);
    assert_eq!(queue.try_push(1), Ok(()));
    assert_eq!(queue.try_push(2), Ok(()));
    assert_eq!(queue.try_push(3), Err(Refused(3)));
    (0..9).for_each(|n| queue.push_shedding(n));
    assert_eq!(take(&queue).0, vec![1, 2]);
}

#[test]
fn an_item_heavier_than_the_lane_passes_alone() {
    let queue = queue(10, 10, 100);
    assert_eq!(queue.try_push(5_000), Ok(()));
    assert_eq!(queue.try_push(1), Err(Refused(1)));
}

#[test]
fn a_waiting_sender_goes_on_when_room_is_made_and_ends_with_the_queue() {
    let queue = Arc::new(queue(1, 1, 1_000));
    queue.push_wait(1).unwrap();
    let sender = std::thread::Builder::new()
        .name("sender".into())
        .spawn({
            let queue = Arc::clone(&queue);
            move || (queue.push_wait(2), queue.push_wait(3), queue.push_wait(4))
        })
        .unwrap();
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.extend(take(&queue).0);
    }
    queue.close();
    assert_eq!(seen[..3], [1, 2, 3]);
    let (second, third, _) = sender.join().unwrap();
    assert_eq!((second, third), (Ok(()), Ok(())));
}

#[test]
fn a_closed_queue_is_emptied_before_it_ends() {
    let queue = queue(10, 10, 1_000);
    queue.push_wait(7).unwrap();
    queue.close();
    assert_eq!(queue.try_push(8), Err(Refused(8)));
    assert_eq!(take(&queue), (vec![7], vec![], true));
    assert_eq!(take(&queue), (vec![], vec![], false));
}

#[test]
fn a_patient_sender_loses_nothing_to_a_busy_reader() {
    let queue = Arc::new(queue(1, 2, 1_000));
    let sender = std::thread::Builder::new()
        .name("sender".into())
        .spawn({
            let queue = Arc::clone(&queue);
            move || {
                (0..100).for_each(|n| queue.push_patient(n, Duration::from_secs(60)));
                queue.close();
            }
        })
        .unwrap();
    let mut seen = Vec::new();
    loop {
        let (_, bulk, open) = take(&queue);
        seen.extend(bulk);
        if !open {
            break;
        }
    }
    sender.join().unwrap();
    assert_eq!(seen, (0..100).collect::<Vec<_>>());
    assert_eq!(queue.reading().shed, 0);
}

#[test]
fn a_reader_that_does_not_come_is_waited_for_once() {
    let queue = queue(1, 2, 1_000_000);
    // Were each push to wait, this would take 18 minutes.
    (0..1_000).for_each(|n| queue.push_patient(n, if n < 3 { Duration::from_millis(1) } else { Duration::from_secs(1) }));
    assert_eq!(queue.reading().shed, 998);
    assert_eq!(queue.reading().offered, 1_000);
    assert_eq!(take(&queue).1, vec![998, 999]);
    // It came: it is waited for again.
    assert!(!queue.lock().reader_late);
}
