//! `DynamoDB`: writes of one item, unless it is there already.

use serde_json::{Map, Value, json};

use super::request::{Call, Service};
use super::{Client, Error};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// `S`
    Text(String),
    /// `N`; finite.
    Number(f64),
}

impl Attribute {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!({ "S": text }),
            Self::Number(number) => json!({ "N": number.to_string() }),
        }
    }
}

/// What is written to one item; an item that is not there begins with it.
#[derive(Clone, Debug)]
pub struct Write<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// Name and value of each part of the key.
    pub key: &'a [(&'a str, &'a str)],
    /// Attributes to set.
    pub set: Vec<(&'a str, Attribute)>,
    /// Attributes to take away.
    pub remove: &'a [&'a str],
    /// Nothing is written where the item has this attribute.
    pub unless: Option<&'a str>,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    /// It is written; the text attributes that the item had before.
    Done(std::collections::BTreeMap<String, String>),
    /// The item has the attribute that it must not have.
    Not,
}

impl Client {
    /// Writes to one item, as one step.
    pub async fn write<'a>(&self, write: &Write<'a>) -> Result<Written, Error> {
        // Every name goes by a number, since DynamoDB reserves hundreds of words.
        let (mut names, mut values) = (Vec::<&str>::new(), Map::new());
        let mut named = |name: &'a str| {
            let known = names.iter().position(|known| *known == name);
            let n = known.unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            });
            format!("#n{n}")
        };
        let mut parts = Vec::new();
        let set: Vec<String> = write
            .set
            .iter()
            .enumerate()
            .map(|(n, (name, value))| {
                values.insert(format!(":v{n}"), value.json());
                format!("{} = :v{n}", named(name))
            })
            .collect();
        if !set.is_empty() {
            parts.push(format!("SET {}", set.join(", ")));
        }
        let remove: Vec<String> = write.remove.iter().map(|name| named(name)).collect();
        if !remove.is_empty() {
            parts.push(format!("REMOVE {}", remove.join(", ")));
        }
        let key: Map<String, Value> = write.key.iter().map(|(name, value)| ((*name).to_owned(), json!({ "S": value }))).collect();
        let mut body = json!({
            "TableName": write.table, "Key": key, "UpdateExpression": parts.join(" "), "ReturnValues": "ALL_OLD",
        });
        if let Some(attribute) = write.unless {
            body["ConditionExpression"] = format!("attribute_not_exists({})", named(attribute)).into();
        }
        let names = names.iter().enumerate().map(|(n, name)| (format!("#n{n}"), Value::from(*name)));
        body["ExpressionAttributeNames"] = names.collect::<Map<_, _>>().into();
        if !values.is_empty() {
            body["ExpressionAttributeValues"] = values.into();
        }
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.UpdateItem")];
        let call = Call::post(Service::DYNAMO_DB, &headers, body.to_string().into_bytes());
        let answer = match self.call(&call).await {
            Ok(answer) => answer.json(Service::DYNAMO_DB)?,
            Err(Error::Refused { code, .. }) if code == "ConditionalCheckFailedException" => return Ok(Written::Not),
            Err(error) => return Err(error),
        };
        let before = answer.get("Attributes").and_then(Value::as_object).into_iter().flatten();
        let text = |(name, value): (&String, &Value)| Some((name.clone(), value.get("S")?.as_str()?.to_owned()));
        Ok(Written::Done(before.filter_map(text).collect()))
    }
}
