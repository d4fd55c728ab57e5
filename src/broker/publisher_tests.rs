use std::sync::mpsc::{Receiver, sync_channel};

use rumqttc::{EventLoop, MqttOptions};

use super::*;

fn outbox() -> (Arc<Outbox>, EventLoop) {
    let (client, eventloop) = AsyncClient::new(MqttOptions::new("id", "host", 1), CHANNEL_CAPACITY);
    (Arc::new(Outbox::new(client, 1000)), eventloop)
}

type Told = Receiver<Result<(), PublishError>>;

fn done() -> (Option<Done>, Told) {
    let (tell, told) = sync_channel(1);
    (Some(Box::new(move |result| tell.try_send(result).unwrap())), told)
}

#[test]
fn done_is_called_by_the_acknowledgement_or_the_write_and_once() {
    let (outbox, _eventloop) = outbox();
    let publisher = Publisher::new(Arc::clone(&outbox));
    outbox.open();
    let (sure, sure_told) = done();
    let (quick, quick_told) = done();
    publisher.publish("t", "1", Qos::AtLeastOnce, sure).unwrap();
    publisher.publish("t", "2", Qos::AtMostOnce, quick).unwrap();
    outbox.written(7);
    outbox.written(0);
    assert_eq!(quick_told.try_recv(), Ok(Ok(())));
    assert!(sure_told.try_recv().is_err());
    outbox.acknowledged(7);
    assert_eq!(sure_told.try_recv(), Ok(Ok(())));
    outbox.acknowledged(7);
}

#[test]
fn a_lost_connection_is_told_to_everyone_and_nothing_is_kept() {
    let (outbox, _eventloop) = outbox();
    let publisher = Publisher::new(Arc::clone(&outbox));
    assert_eq!(publisher.publish("t", "0", Qos::AtLeastOnce, None), Err(PublishError::Offline));
    outbox.open();
    let (written, written_told) = done();
    let (waiting, waiting_told) = done();
    publisher.publish("t", "1", Qos::AtLeastOnce, written).unwrap();
    publisher.publish("t", "2", Qos::AtLeastOnce, waiting).unwrap();
    outbox.written(1);
    assert_eq!(outbox.close(), 2);
    assert_eq!(written_told.try_recv(), Ok(Err(PublishError::ConnectionLost)));
    assert_eq!(waiting_told.try_recv(), Ok(Err(PublishError::ConnectionLost)));
    assert_eq!(publisher.publish("t", "3", Qos::AtLeastOnce, None), Err(PublishError::Offline));
}

#[test]
fn the_queue_is_bounded() {
    let (outbox, _eventloop) = outbox();
    let publisher = Publisher::new(Arc::clone(&outbox));
    outbox.open();
    for _ in 0..MAX_PUBLISHES {
        publisher.publish("t", "x", Qos::AtLeastOnce, None).unwrap();
    }
    assert_eq!(publisher.publish("t", "x", Qos::AtLeastOnce, None), Err(PublishError::QueueFull));
    outbox.written(1);
    assert_eq!(publisher.publish("t", "x", Qos::AtLeastOnce, None), Err(PublishError::QueueFull));
    outbox.acknowledged(1);
    publisher.publish("t", "x", Qos::AtLeastOnce, None).unwrap();
}

#[test]
fn every_packet_id_can_wait_for_its_acknowledgement() {
    let (outbox, _eventloop) = outbox();
    outbox.open();
    let acker = Acker::new(Arc::clone(&outbox));
    let publisher = Publisher::new(Arc::clone(&outbox));
    for packet_id in 1..=u16::MAX {
        acker.ack(Delivery { epoch: 1, packet_id });
    }
    publisher.publish("t", "x", Qos::AtLeastOnce, None).expect("there is room left");
}
