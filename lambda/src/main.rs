//! The functions of the desk on AWS Lambda. An event of S3 or of an IoT rule becomes the packet that the desk would
//! have got over MQTT; the library's host decodes and judges it, unchanged; what follows from the verdict is carried
//! out here: a row in `DynamoDB`, a notice to SNS, a message to IoT Core.
//!
//! One program for all three functions; `FUNCTION` says which it is. `docs/DEPLOY.md` has the template.

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::Mutex;

mod crash;
mod driving;
mod line;
mod source;
mod temperature;

use line::Line;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // What the runtime says of every call would be paid by the GB; ours says what failed.
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_unset| "info,lambda_runtime=off".to_owned());
    env_logger::Builder::new().parse_filters(&filter).format_timestamp(None).init();
    let line = match Line::of_environment() {
        Ok(line) => Mutex::new(line),
        Err(words) => {
            log::error!("{words}");
            return ExitCode::FAILURE;
        }
    };
    let handle = |event: LambdaEvent<Value>| async { line.lock().await.handle(event.payload).await };
    match lambda_runtime::run(service_fn(handle)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("{error}");
            ExitCode::FAILURE
        }
    }
}
