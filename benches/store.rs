//! The store. Budgets: a small crash record 25 µs when committed in batches of 500, the sync of the disk included;
//! a sample of history 0.5 µs.

use std::sync::Arc;

use bytes::Bytes;
use divan::Bencher;
use divan::counter::ItemsCount;
use fleetwatch::model::effect::{CrashRecord, SampleChunk};
use fleetwatch::model::{
    Cause, CrashReport, CrashVerdict, Delivery, DeviceId, DeviceKind, EventId, Frame, Incident, IncidentId, IncidentKind,
    Invocation, Life, Notice, Origin, Outcome, PacketId, PicoUsd, Pulse, Record, Ruling, Severity, Step, StepKind, Timestamp,
    VerdictJson,
};
use fleetwatch::store::{History, open};

fn main() {
    divan::main();
}

/// A crash report of few samples and all that the state files with it.
fn crash(number: u64) -> Record {
    let at = Timestamp(1_800_000_000_000_000 + number as i64);
    let event = EventId(format!("van-{}/boot-1/{number}", number % 1_000).into());
    let device = DeviceId::new(&format!("van-{}", number % 1_000));
    let id = IncidentId(format!("INC-20270115-{number:04}").into());
    let vector = vec![0.5; 4];
    let report = Arc::new(CrashReport {
        pulse: Pulse { t_ms: vector.clone(), x_g: vector.clone(), y_g: vector.clone(), z_g: vector },
        frame: Frame::Vehicle,
        ..CrashReport::bare(event.clone(), &format!("fleet/{device}/crash"), Bytes::from(vec![b'x'; 200]))
    });
    let verdict = Arc::new(CrashVerdict {
        ruling: Ruling::Undecided,
        malfunction: None,
        probability: 0.5,
        severity: Severity::High,
        summary: "Too few samples to judge".to_owned(),
        delta_v_kmh: None,
        peak_g: Some(0.5),
        window_ms: None,
        free_fall_ms: None,
        direction: None,
        evidence: Vec::new(),
    });
    let step = |kind| Step { kind, at, detail: String::new() };
    let incident = Incident {
        id: id.clone(),
        device: device.clone(),
        origin: Origin::Device,
        kind: IncidentKind::Crash { report: Arc::clone(&report), verdict: Arc::clone(&verdict) },
        severity: Severity::High,
        life: Life::Open,
        occurred_at: at,
        clock_wrong: false,
        received_at: at,
        last_report_at: at,
        events: vec![event.clone()],
        n_reports: 1,
        packet: PacketId(number),
        timeline: [StepKind::Received, StepKind::Decoded, StepKind::Judged, StepKind::Filed].map(step).to_vec(),
        notes: Vec::new(),
        acknowledged: None,
        resolved: None,
        stored: false,
        cost: PicoUsd(2_083),
        judge: None,
        decision: None,
        impacts: Vec::new(),
        kept: fleetwatch::model::Kept::default(),
        handling: fleetwatch::model::Handling::default(),
        imported: None,
        mark: fleetwatch::model::Mark::default(),
        usual_secs: None,
    };
    let notice = Notice {
        dedup_key: format!("{id}:opened"),
        incident: id,
        device: device.clone(),
        severity: Severity::High,
        origin: Origin::Device,
        title: "Possible crash".to_owned(),
        text: "Too few samples to judge".to_owned(),
        at,
        everyone: false,
        group: None,
    };
    let call = Invocation {
        function: "judge_crash",
        started_at: at,
        init_micros: 0,
        duration_micros: 40,
        billed_ms: 1,
        memory_mb: 128,
        outcome: Outcome::Ok,
        cause: Cause { packet: PacketId(number), device, origin: Origin::Device },
        effects: 2,
    };
    Record::Crash(Box::new(CrashRecord {
        incident: Arc::new(incident),
        event,
        report,
        verdict_json: VerdictJson::of(&verdict),
        verdict,
        judge: None,
        thinned: false,
        received_at: at,
        invocations: vec![call],
        notice: Some(notice),
        delivery: Some(Delivery { epoch: 1, packet_id: 1 }),
    }))
}

#[divan::bench(args = [1, 100, 500, 2_000], sample_count = 20, sample_size = 1)]
fn commit(bencher: Bencher<'_, '_>, batch: u64) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut opened = open(dir.path()).expect("a store");
    let mut next = 0;
    bencher
        .counter(ItemsCount::new(batch))
        .with_inputs(|| {
            next += batch;
            (next - batch..next).map(crash).collect::<Vec<_>>()
        })
        .bench_local_values(|records| opened.writer.commit(&records).expect("a commit"));
}

/// A start with so many unresolved crash incidents in the store; the newest 5,000 are taken up.
#[divan::bench(args = [1_000, 100_000], sample_count = 3, sample_size = 1)]
fn reopen(bencher: Bencher<'_, '_>, n_incidents: u64) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut opened = open(dir.path()).expect("a store");
    for begin in (0..n_incidents).step_by(1_000) {
        let records: Vec<_> = (begin..n_incidents.min(begin + 1_000)).map(crash).collect();
        opened.writer.commit(&records).expect("a commit");
    }
    drop(opened);
    bencher.bench_local(|| open(dir.path()).expect("a store").loaded.incidents.len());
}

#[divan::bench(args = [128, 600], sample_count = 20, sample_size = 1)]
fn history(bencher: Bencher<'_, '_>, rows: i64) {
    let dir = tempfile::tempdir().expect("a directory");
    let mut history = History::new(dir.path());
    let chunks: Vec<_> = (0..100)
        .map(|device| {
            let columns = (1..=7).map(|column| (0..rows).map(|row| ((row * column * 31) % 97) as i32).collect());
            Arc::new(SampleChunk::new(
                DeviceId::new(&format!("van-{device}")),
                DeviceKind::Vehicle,
                Origin::Device,
                (0..rows).map(|row| 1_700_000_000_000 + row * 1_000).collect(),
                columns.collect(),
            ))
        })
        .collect();
    let n_samples = 100 * 7 * rows as usize;
    bencher.counter(ItemsCount::new(n_samples)).bench_local(|| history.append(&chunks).expect("an append"));
}
