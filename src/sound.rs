//! Sounds without a sound library: short tones made here, played by the desktop's own player. Where there is none, or no
//! sound card, [`Player::trouble`] says so; nothing else depends on it.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Samples a second.
const RATE: u32 = 22_050;
/// How loud, of 1: to be heard over a room, without clipping.
const LOUDNESS: f32 = 0.6;
/// Players that take a WAV file: those of `PipeWire`, of `PulseAudio`, of ALSA and of macOS.
const PLAYERS: [(&str, &[&str]); 4] = [("pw-play", &[]), ("paplay", &[]), ("aplay", &["-q"]), ("afplay", &[])];
/// How often it is looked whether a player is done.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(20);
/// How often before it is ended: 6 s, longer than any sound here and shorter than the alarm's pause.
const LOOKS: u32 = 300;

/// One note: how high, Hz (0 is silence), and how long, ms.
pub type Note = (f32, u32);

/// Why nothing is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// None of the players is installed.
    NoPlayer,
    /// What the last player that was tried said.
    Failed(String),
}

/// Plays notes on a thread of its own, one call at a time; a call that comes while another plays is dropped, since the
/// alarm comes again.
#[derive(Debug)]
pub struct Player {
    notes: SyncSender<&'static [Note]>,
    trouble: Arc<Mutex<Option<Trouble>>>,
}

impl Player {
    /// A player; starts its thread. Looks for a player at once, so that a desk without one says so before it matters.
    pub fn start() -> std::io::Result<Self> {
        let (notes, waiting) = sync_channel::<&'static [Note]>(1);
        let trouble = Arc::new(Mutex::new((!is_any_installed()).then_some(Trouble::NoPlayer)));
        let told = Arc::clone(&trouble);
        std::thread::Builder::new().name("sound".to_owned()).spawn(move || {
            for notes in waiting {
                let said = play(&wav(notes), &PLAYERS, LOOKS).err();
                *told.lock().unwrap_or_else(PoisonError::into_inner) = said;
            }
        })?;
        Ok(Self { notes, trouble })
    }

    /// Plays notes; never waits.
    pub fn play(&self, notes: &'static [Note]) {
        // Full: something is being played at this moment.
        self.notes.try_send(notes).ok();
    }

    /// Why the last call was not heard, or why the next one would not be.
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn is_any_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| PLAYERS.iter().any(|(player, _)| dir.join(player).is_file()))
}

/// Hands a WAV file to the first player that can play it.
fn play(wav: &[u8], players: &[(&str, &[&str])], looks: u32) -> Result<(), Trouble> {
    let path = std::env::temp_dir().join(format!("fleetwatch-{}-{:?}.wav", std::process::id(), std::thread::current().id()));
    // Never through a link that somebody else laid there.
    drop(std::fs::remove_file(&path));
    let write = || std::fs::File::options().write(true).create_new(true).open(&path)?.write_all(wav);
    write().map_err(|error| Trouble::Failed(format!("{}: {error}", path.display())))?;
    let mut heard = Err(Trouble::NoPlayer);
    for (player, arguments) in players {
        match run(player, arguments, &path, looks) {
            Ok(()) => heard = Ok(()),
            Err(Trouble::Failed(why)) => heard = Err(Trouble::Failed(format!("{player}: {why}"))),
            Err(Trouble::NoPlayer) => {}
        }
        if heard.is_ok() {
            break;
        }
    }
    drop(std::fs::remove_file(&path));
    heard
}

/// Runs one player to its end, or ends it after so many looks.
fn run(player: &str, arguments: &[&str], wav: &Path, looks: u32) -> Result<(), Trouble> {
    let mut command = Command::new(player);
    command.args(arguments).arg(wav).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let failed = |error: std::io::Error| Trouble::Failed(error.to_string());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Trouble::NoPlayer),
        Err(error) => return Err(failed(error)),
    };
    for _ in 0..looks {
        let Some(status) = child.try_wait().map_err(failed)? else {
            std::thread::sleep(LOOKED_AT_EVERY);
            continue;
        };
        if status.success() {
            return Ok(());
        }
        let mut said = String::new();
        // Where it has nothing readable to say, its status must do.
        drop(child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said)));
        // The last line: libraries complain first, the player says what it means for the sound.
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        return Err(Trouble::Failed(last.map_or_else(|| status.to_string(), str::to_owned)));
    }
    drop(child.kill());
    drop(child.wait());
    Err(Trouble::Failed("it did not come to an end".to_owned()))
}

/// 16 bit mono PCM in a WAV file. Each note swells and fades over 8 ms, so that it does not click.
fn wav(notes: &[Note]) -> Vec<u8> {
    let mut samples: Vec<i16> = Vec::new();
    for &(hertz, millis) in notes {
        let n = RATE * millis / 1_000;
        let edge = RATE as f32 * 0.008;
        for i in 0..n {
            let swell = (i as f32 / edge).min((n - i) as f32 / edge).min(1.0);
            let phase = i as f32 / RATE as f32 * hertz * std::f32::consts::TAU;
            // A little of the third harmonic carries through a noisy room.
            let wave = (phase.sin() + 0.3 * (3.0 * phase).sin()) / 1.3;
            samples.push((wave * swell * LOUDNESS * f32::from(i16::MAX)) as i16);
        }
    }
    let n_bytes = samples.len() as u32 * 2;
    let mut wav = Vec::with_capacity(44 + n_bytes as usize);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + n_bytes).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    for half in [1_u16, 1] {
        wav.extend_from_slice(&half.to_le_bytes());
    }
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(RATE * 2).to_le_bytes());
    for half in [2_u16, 16] {
        wav.extend_from_slice(&half.to_le_bytes());
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&n_bytes.to_le_bytes());
    wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_a_sound_wav_of_its_length_and_pitch() {
        let wav = wav(&[(1_000.0, 100), (0.0, 50)]);
        assert_eq!(&wav[..4], b"RIFF");
        assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize, wav.len() - 8);
        assert_eq!(u32::from_le_bytes(wav[40..44].try_into().unwrap()) as usize, wav.len() - 44);
        let samples: Vec<i16> = wav[44..].chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        assert_eq!(samples.len(), 2_205 + 1_102, "100 ms and 50 ms");
        let rises = samples[..2_205].windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count();
        assert!((98..=101).contains(&rises), "1000 Hz over 100 ms: {rises}");
        assert!(samples[..2_205].iter().any(|sample| sample.unsigned_abs() > 12_000), "loud");
        assert!(samples[2_206..].iter().all(|sample| *sample == 0), "then silence");
        assert!(samples[0].unsigned_abs() < 500, "it does not begin with a click");
    }

    #[test]
    fn what_keeps_a_sound_from_being_heard_is_said() {
        let tone = wav(&[(440.0, 20)]);
        let none: (&str, &[&str]) = ("no-such-player-anywhere", &[]);
        assert_eq!(play(&tone, &[none], LOOKS), Err(Trouble::NoPlayer));
        let said = play(&tone, &[none, ("ls", &["--no-such-option"])], LOOKS);
        assert!(matches!(&said, Err(Trouble::Failed(why)) if why.starts_with("ls: ")), "{said:?}");
        assert_eq!(play(&tone, &[none, ("false", &[]), ("true", &[])], LOOKS), Ok(()), "the next one is tried");
        let hangs = play(&tone, &[("tail", &["-f"])], 3);
        assert_eq!(hangs, Err(Trouble::Failed("tail: it did not come to an end".to_owned())));
    }

    #[test]
    fn the_player_is_given_the_whole_file() {
        let tone = wav(&[(440.0, 20)]);
        let to = std::env::temp_dir().join(format!("fleetwatch-heard-{}.wav", std::process::id()));
        let script = format!("cp \"$0\" {}", to.display());
        assert_eq!(play(&tone, &[("sh", &["-c", &script])], LOOKS), Ok(()));
        assert_eq!(std::fs::read(&to).unwrap(), tone);
        std::fs::remove_file(to).unwrap();
    }
}
