//! The protobuf messages of Sparkplug B, as far as the desk reads them; what is left out is skipped.
//! Source: Eclipse Sparkplug 3.0.0, 6.4, and its `sparkplug_b.proto`.

use prost::{Message, Oneof};

#[derive(Clone, PartialEq, Message)]
pub(super) struct Payload {
    /// Milliseconds since 1970.
    #[prost(uint64, optional, tag = "1")]
    pub(super) timestamp: Option<u64>,
    #[prost(message, repeated, tag = "2")]
    pub(super) metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Metric {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
    #[prost(uint64, optional, tag = "2")]
    pub(super) alias: Option<u64>,
    #[prost(uint64, optional, tag = "3")]
    pub(super) timestamp: Option<u64>,
    #[prost(uint32, optional, tag = "4")]
    pub(super) datatype: Option<u32>,
    #[prost(bool, optional, tag = "7")]
    pub(super) is_null: Option<bool>,
    #[prost(message, optional, tag = "9")]
    pub(super) properties: Option<PropertySet>,
    #[prost(oneof = "Value", tags = "10, 11, 12, 13")]
    pub(super) value: Option<Value>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Value {
    #[prost(uint32, tag = "10")]
    Int(u32),
    #[prost(uint64, tag = "11")]
    Long(u64),
    #[prost(float, tag = "12")]
    Float(f32),
    #[prost(double, tag = "13")]
    Double(f64),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PropertySet {
    #[prost(string, repeated, tag = "1")]
    pub(super) keys: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    pub(super) values: Vec<PropertyValue>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct PropertyValue {
    #[prost(string, optional, tag = "8")]
    pub(super) text: Option<String>,
}

impl Metric {
    /// A property that is a text.
    pub(super) fn property(&self, key: &str) -> Option<&str> {
        let PropertySet { keys, values } = self.properties.as_ref()?;
        values.get(keys.iter().position(|own| own == key)?)?.text.as_deref()
    }

    /// The value as a number of the datatype that this message or the birth certificate names; negative ones travel as
    /// two's complement.
    pub(super) fn number(&self, datatype: Option<u32>) -> Option<f64> {
        if self.is_null == Some(true) {
            return None;
        }
        Some(match (self.value.as_ref()?, self.datatype.or(datatype)) {
            (Value::Int(int), Some(1)) => f64::from(*int as i8),
            (Value::Int(int), Some(2)) => f64::from(*int as i16),
            (Value::Int(int), Some(3)) => f64::from(*int as i32),
            (Value::Int(int), _) => f64::from(*int),
            (Value::Long(long), Some(4)) => *long as i64 as f64,
            (Value::Long(long), _) => *long as f64,
            // Not widened bit by bit: 4.1 stays 4.1.
            (Value::Float(float), _) => float.to_string().parse().unwrap_or(f64::from(*float)),
            (Value::Double(double), _) => *double,
        })
    }
}
