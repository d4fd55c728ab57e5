//! A desktop notification. A desk without a notification service says so in the report; nothing else fails.

use super::RealNotice;
use super::worker::Attempt;

/// Shows it.
#[cfg(feature = "desk")]
pub(super) async fn show(real: RealNotice) -> Attempt {
    let shown = tokio::task::spawn_blocking(move || {
        let notice = real.notice();
        let mut notification = notify_rust::Notification::new();
        notification.appname("Fleetwatch").summary(&notice.title).body(&escape(&notice.text));
        #[cfg(all(unix, not(target_os = "macos")))]
        notification.urgency(match notice.severity {
            crate::model::Severity::Critical | crate::model::Severity::High => notify_rust::Urgency::Critical,
            _ => notify_rust::Urgency::Normal,
        });
        notification.show().map(drop).map_err(|error| error.to_string())
    });
    match shown.await {
        Ok(Ok(())) => Attempt::Accepted,
        Ok(Err(cause)) => refused(&cause),
        Err(_) => refused("the notification service failed"),
    }
}

/// Built without a window, and so without notifications.
#[cfg(not(feature = "desk"))]
pub(super) fn show(_: RealNotice) -> impl Future<Output = Attempt> {
    std::future::ready(refused("this build has no window"))
}

fn refused(cause: &str) -> Attempt {
    let reason = format!("this desktop shows no notifications ({cause}); watch the window, or set desktop = false in [outbound]");
    Attempt::Refused { reason }
}

/// Some services read the body as markup.
#[cfg(feature = "desk")]
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
