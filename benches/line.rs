//! What the whole line costs: received, decoded, judged, filed, kept; beside it, in the same run, others that do less.
//!
//! `cargo bench --bench line [-- flood|mosquitto|crash|fleet|history ...]`; Linux only. Each subject is a process of its own, so
//! that a figure is the subject's CPU time and memory and nobody else's. On a shared machine believe CPU time, and
//! ratios within one run. `FLEETWATCH_BENCH_N` sets the messages of a flood, `FLEETWATCH_BENCH_RUNS` how often.

mod broker;
mod brokered;
mod crash_lane;
mod figures;
mod fleet;
mod flood;
mod flooded;
mod measure;
mod numbers;
mod subject;

/// The program's own.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let text: Vec<&str> = args.iter().map(String::as_str).collect();
    match *text.as_slice() {
        ["serve", n] => subject::serve(number(n)),
        ["serve-crashes", n] => subject::serve_crashes(number(n)),
        ["line", url, n, qos] => subject::line(url, number(n), qos == "1"),
        ["client", url, n, qos] => subject::client(url, number(n), qos == "1"),
        ["publish", port, load, n, rate] => broker::publish(number(port) as u16, load, number(n), number(rate) as u64),
        ["devices", n] => fleet::devices(number(n)),
        _ => {
            let wanted = |name| text.is_empty() || text.contains(&name);
            if wanted("flood") {
                flooded::flood();
                flooded::scripts();
            }
            if wanted("mosquitto") {
                brokered::through_mosquitto();
            }
            if wanted("crash") {
                crash_lane::crash_lane();
            }
            if wanted("fleet") {
                fleet::fleet();
            }
            if wanted("history") {
                numbers::numbers();
            }
        }
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

/// A number from the environment.
fn set(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| number(&text))
}
