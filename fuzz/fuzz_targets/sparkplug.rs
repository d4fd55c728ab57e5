#![no_main]

#[path = "../entries.rs"]
#[expect(dead_code, reason = "each target enters by one of them")]
mod entries;

libfuzzer_sys::fuzz_target!(|data: &[u8]| entries::sparkplug(data));
