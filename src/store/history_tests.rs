use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use proptest::prelude::*;
use tempfile::TempDir;

use super::chunk::{self, Stats};
use super::*;
use crate::model::effect::{MISSING, Quantity, SampleChunk};
use crate::model::{DeviceId, DeviceKind, Origin};

const DAY: i64 = 24 * 3_600 * 1_000;

fn sensor(device: &str, origin: Origin, samples: &[(i64, i32)]) -> Arc<SampleChunk> {
    Arc::new(SampleChunk::new(
        DeviceId::new(device),
        DeviceKind::Sensor,
        origin,
        samples.iter().map(|(t_ms, _)| *t_ms).collect(),
        vec![samples.iter().map(|(_, value)| *value).collect()],
    ))
}

/// An archive needs an incident store beside the numbers.
fn store() -> (TempDir, History) {
    let dir = TempDir::new().unwrap();
    open(dir.path()).unwrap();
    let history = History::new(dir.path());
    (dir, history)
}

fn celsius(dir: &TempDir, origin: Origin, device: &str, range: (i64, i64)) -> Vec<(i64, f64)> {
    let archive = Archive::open(dir.path()).unwrap();
    archive.samples(origin, &DeviceId::new(device), DeviceKind::Sensor, "celsius", range).unwrap()
}

#[test]
fn numbers_come_back_across_midnight_out_of_order_and_with_gaps() {
    let (dir, mut history) = store();
    let midnight = 20_000 * DAY;
    let chunk = sensor(
        "fridge",
        Origin::Device,
        &[(midnight + 2_000, 500), (midnight - 1_000, 400), (midnight, MISSING), (midnight - 3_000, -300)],
    );
    assert_eq!(history.append(&[chunk]).unwrap(), 4);
    let all = (i64::MIN, i64::MAX);
    let expected = [(midnight - 3_000, -3.0), (midnight - 1_000, 4.0), (midnight + 2_000, 5.0)];
    assert_eq!(celsius(&dir, Origin::Device, "fridge", all), expected);
    assert_eq!(celsius(&dir, Origin::Device, "fridge", (midnight - 1_000, midnight)), expected[1..2]);
    assert_eq!(celsius(&dir, Origin::Device, "other", all), []);
    assert_eq!(celsius(&dir, Origin::Drill, "fridge", all), []);
    let archive = Archive::open(dir.path()).unwrap();
    let none = archive.samples(Origin::Device, &DeviceId::new("fridge"), DeviceKind::Sensor, "speed", all).unwrap();
    assert_eq!(none, []);
    for day in ["2024-10-03", "2024-10-04"] {
        assert!(dir.path().join(format!("history-{day}.db")).exists(), "{day}");
    }
}

#[test]
fn a_drills_numbers_lie_apart() {
    let (dir, mut history) = store();
    let at = 20_000 * DAY;
    history.append(&[sensor("s", Origin::Sample, &[(at, 1)]), sensor("s", Origin::Device, &[(at, 200)])]).unwrap();
    assert_eq!(celsius(&dir, Origin::Device, "s", (at, at)), [(at, 2.0)]);
    assert_eq!(celsius(&dir, Origin::Sample, "s", (at, at)), [(at, 0.01)]);
}

#[test]
fn a_damaged_day_is_kept_aside_and_written_anew() {
    let (dir, mut history) = store();
    let at = 20_000 * DAY;
    let path = dir.path().join("history-2024-10-04.db");
    std::fs::write(&path, "no database ".repeat(1_000)).unwrap();
    history.append(&[sensor("s", Origin::Device, &[(at, 100)])]).unwrap();
    assert_eq!(celsius(&dir, Origin::Device, "s", (at, at)), [(at, 1.0)]);
    let aside = std::fs::read_dir(dir.path()).unwrap().any(|entry| entry.unwrap().path().to_str().unwrap().contains(".bad-"));
    assert!(aside);
}

#[test]
fn the_oldest_days_are_forgotten_first() {
    let (dir, mut history) = store();
    for day in 0..6 {
        history.append(&[sensor("s", Origin::Device, &[((20_000 + day) * DAY, 100)])]).unwrap();
    }
    assert_eq!(history.forget_beyond(u64::MAX).unwrap(), Vec::<String>::new());
    let forgotten = history.forget_beyond(0).unwrap();
    assert_eq!(forgotten, ["2024-10-04", "2024-10-05", "2024-10-06", "2024-10-07", "2024-10-08"]);
    assert_eq!(celsius(&dir, Origin::Device, "s", (i64::MIN, i64::MAX)).len(), 1);
    history.append(&[sensor("s", Origin::Device, &[(20_000 * DAY, 100)])]).unwrap();
    assert_eq!(celsius(&dir, Origin::Device, "s", (i64::MIN, i64::MAX)).len(), 2);
}

#[test]
fn days_that_ended_long_ago_are_forgotten_and_the_newest_never_is() {
    let (dir, mut history) = store();
    for day in 0..4 {
        history.append(&[sensor("s", Origin::Device, &[((20_000 + day) * DAY, 100)])]).unwrap();
    }
    let (bytes, since) = super::history::extent(dir.path());
    assert!(bytes > 0 && since == Some(crate::model::Timestamp::from_millis(20_000 * DAY)));
    let mut before = |day: i64, ms: i64| history.forget_before(crate::model::Timestamp::from_millis(day * DAY + ms)).unwrap();
    assert_eq!(before(20_000, DAY - 1), Vec::<String>::new(), "that day has not ended");
    assert_eq!(before(20_002, 5), ["2024-10-04", "2024-10-05"]);
    assert_eq!(before(30_000, 0), ["2024-10-06"]);
    assert_eq!(celsius(&dir, Origin::Device, "s", (i64::MIN, i64::MAX)), [(20_003 * DAY, 1.0)]);
}

fn columns() -> impl Strategy<Value = Vec<(i64, [i32; 3])>> {
    let value = prop_oneof![4 => -5_000..5_000_i32, 2 => Just(MISSING), 1 => any::<i32>()];
    let column = prop::array::uniform3(value);
    prop::collection::vec((-DAY..2 * DAY, column), 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_chunk_comes_back_the_same_and_its_statistics_are_true(mut rows in columns(), cut in any::<prop::sample::Index>()) {
        rows.sort_by_key(|(t_ms, _)| *t_ms);
        let times: Vec<i64> = rows.iter().map(|(t_ms, _)| *t_ms).collect();
        let mut columns: Vec<Vec<i32>> = (0..3).map(|idx| rows.iter().map(|(_, values)| values[idx]).collect()).collect();
        columns.insert(1, vec![MISSING; rows.len()]);
        let order: Vec<usize> = (0..rows.len()).collect();
        let (data, stats) = chunk::pack(&times, &columns, &order).unwrap();
        for (column_idx, column) in columns.iter().enumerate() {
            let (back_times, back) = chunk::unpack(&data, rows.len(), column_idx).unwrap();
            prop_assert_eq!(&back_times, &times);
            prop_assert_eq!(&back, column);
            prop_assert_eq!(chunk::unpack_stats(&stats, column_idx).unwrap(), Stats::of(column.iter().copied()));
        }
        // Damage is an error, never a panic.
        let cut = cut.index(data.len());
        chunk::unpack(&data[..cut], rows.len(), 3).unwrap_err();
        let mut bent = data.clone();
        bent[cut] ^= 0x55;
        let _never_panics = chunk::unpack(&bent, rows.len(), 2);
    }

    #[test]
    fn an_envelope_says_the_same_as_the_samples(
        rows in prop::collection::vec((0..3 * DAY, -3_000..3_000_i32), 1..300),
        chunk_len in 1_usize..80,
        n_buckets in 1_usize..50,
        from in 0..DAY,
        span in 1..3 * DAY,
    ) {
        let (dir, mut history) = store();
        let mut rows = rows;
        rows.sort_by_key(|(t_ms, _)| *t_ms);
        rows.dedup_by_key(|(t_ms, _)| *t_ms);
        let chunks: Vec<_> = rows.chunks(chunk_len).map(|rows| sensor("s", Origin::Device, rows)).collect();
        history.append(&chunks).unwrap();
        let range = (from, from + span);
        let samples = celsius(&dir, Origin::Device, "s", range);
        let archive = Archive::open(dir.path()).unwrap();
        let device = DeviceId::new("s");
        let buckets = archive.envelope(Origin::Device, &device, DeviceKind::Sensor, "celsius", range, n_buckets).unwrap();
        prop_assert!(buckets.len() <= n_buckets);
        prop_assert_eq!(buckets.iter().map(|bucket| bucket.n).sum::<u64>(), samples.len() as u64);
        for bucket in buckets {
            let within: Vec<f64> = samples
                .iter()
                .filter(|(t_ms, _)| (bucket.t0_ms..bucket.t1_ms).contains(t_ms))
                .map(|(_, value)| *value)
                .collect();
            prop_assert_eq!(bucket.n, within.len() as u64);
            let order = |a: &f64, b: &f64| a.total_cmp(b);
            let extremes = (within.iter().copied().min_by(order), within.iter().copied().max_by(order));
            prop_assert_eq!((Some(bucket.min), Some(bucket.max)), extremes);
            prop_assert_eq!((bucket.first, bucket.last), (within[0], within[within.len() - 1]));
        }
    }
}

fn recordings() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("FLEETWATCH_DATA").map_or_else(beside, PathBuf::from)
}

/// The recorded drives as chunks of `len` rows.
fn drives(len: usize) -> Option<Vec<Arc<SampleChunk>>> {
    let file = std::fs::File::open(recordings().join("driving/nds_drives.csv.gz")).ok()?;
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(file));
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let wanted = ["speed_mph", "accel_x", "accel_y", "accel_z", "gps_lat", "gps_long", "gps_heading"].map(column);
    let (drive, time) = (column("drive"), column("time_utc"));
    let mut rows: std::collections::BTreeMap<String, Vec<(i64, Vec<i32>)>> = std::collections::BTreeMap::new();
    for row in reader.records().map(Result::unwrap) {
        let Ok(secs) = row[time].parse::<f64>() else { continue };
        let values = wanted.iter().zip(Quantity::of(DeviceKind::Vehicle)).enumerate().map(|(idx, (column, quantity))| {
            let value: Option<f64> = row[*column].parse().ok();
            quantity.quantise(value.map(|value| if idx == 0 { value * 1.609_344 } else { value }))
        });
        rows.entry(row[drive].to_owned()).or_default().push(((secs * 1e3) as i64, values.collect()));
    }
    let mut chunks = Vec::new();
    for (drive, mut rows) in rows {
        // All onto one day, as a fleet drives: a file a drive would measure empty pages.
        let begin = rows.iter().map(|(t_ms, _)| *t_ms).min().unwrap_or(0);
        for (t_ms, _) in &mut rows {
            *t_ms += 20_000 * DAY - begin;
        }
        // Ten vehicles a drive, so that the first pages of an empty file do not weigh.
        let copies = (0..10).flat_map(|copy| rows.chunks(len).map(move |rows| (copy, rows)));
        chunks.extend(copies.map(|(copy, rows)| {
            Arc::new(SampleChunk::new(
                DeviceId::new(&format!("drive-{drive}-{copy}")),
                DeviceKind::Vehicle,
                Origin::Device,
                rows.iter().map(|(t_ms, _)| *t_ms).collect(),
                (0..7).map(|idx| rows.iter().map(|(_, values)| values[idx]).collect()).collect(),
            ))
        }));
    }
    Some(chunks)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a measurement, printed and not judged")]
fn recorded_drives_come_back_and_take_few_bytes() {
    for len in [128, 600] {
        let Some(chunks) = drives(len) else {
            println!("no recordings in {}: nothing measured", recordings().display());
            return;
        };
        let (dir, mut history) = store();
        let before = bytes_on_disk(dir.path());
        let begin = Instant::now();
        let n_samples = history.append(&chunks).unwrap();
        let took = begin.elapsed().as_secs_f64();
        drop(history);
        let bytes = bytes_on_disk(dir.path()) - before;
        let per_sample = bytes as f64 / n_samples as f64;
        println!(
            "{len} rows a chunk: {n_samples} samples, {per_sample:.2} bytes each, {:.2} million/s",
            n_samples as f64 / took / 1e6
        );
        assert!(per_sample < 1.8, "{per_sample} bytes a sample");
        let archive = Archive::open(dir.path()).unwrap();
        let quantity = &Quantity::of(DeviceKind::Vehicle)[0];
        for chunk in chunks.iter().step_by(61) {
            let range = (chunk.t_ms[0], chunk.t_ms[chunk.t_ms.len() - 1]);
            let samples = archive.samples(Origin::Device, &chunk.device, DeviceKind::Vehicle, "speed", range).unwrap();
            let expected = chunk.t_ms.iter().zip(&chunk.columns[0]);
            let expected: Vec<_> = expected.filter_map(|(t_ms, steps)| Some((*t_ms, quantity.value(*steps)?))).collect();
            assert!(expected.iter().all(|sample| samples.contains(sample)));
        }
    }
}
