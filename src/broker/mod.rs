//! MQTT: the two lanes in, publishes out, and the embedded broker.
