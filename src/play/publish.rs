//! Where played messages go: a small trait, so that a broker, a queue or a test can take them.

/// Why a message could not be handed over, in plain words with the fix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PublishError(pub String);

/// Takes messages.
pub trait Publish {
    /// Hands a message over; may wait while the receiver is busy.
    fn publish(&mut self, topic: &str, payload: Vec<u8>, qos: u8) -> Result<(), PublishError>;

    /// Waits until everything handed over has arrived: `QoS` 1 acknowledged, `QoS` 0 written to the socket.
    fn flush(&mut self) -> Result<(), PublishError>;
}

/// The quality of service a topic travels with: crash reports must arrive, everything else may be replaced by the next.
pub fn qos_of(topic: &str) -> u8 {
    u8::from(topic.ends_with("/crash"))
}
