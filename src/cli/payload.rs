//! `fleetwatch doctor payload`: what is understood of a device's message, what is missing, what is dropped and why, and
//! the settings that would make it read.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use self::pasted::Pasted;
use crate::decode::explain::{Described, Field};
use crate::decode::{Decoder, Explanation, Interner, lenient, sketch, topic};
use crate::functions::judge_crash;
use crate::model::{CrashVerdict, Lane, Origin, Reading, Timestamp};
use crate::settings::Settings;

mod pasted;
#[cfg(test)]
mod tests;

/// The most that is read of a file. 16 MiB holds 64 messages of the greatest size.
pub const MAX_INPUT_BYTES: usize = 16 * 1024 * 1024;

/// Who examines: by which settings, and when.
#[derive(Clone, Copy, Debug)]
pub struct Doctor<'a> {
    /// Formats, mappings, limits.
    pub settings: &'a Settings,
    /// Where what is to be copied goes.
    pub settings_file: &'a Path,
    /// What clocks are held against.
    pub now: Timestamp,
}

/// Settings that would make a message read, proven on it.
#[derive(Debug)]
struct Remedy {
    toml: String,
    /// Lines that belong under a heading that the file may have already.
    heading: Option<&'static str>,
    /// What the message then says.
    then: Explanation,
}

/// What was found of one message.
#[derive(Debug)]
struct Finding {
    explanation: Explanation,
    n_bytes: usize,
    /// Whether a topic was given.
    topic_given: bool,
    notes: Vec<String>,
    verdicts: Vec<CrashVerdict>,
    remedy: Option<Remedy>,
}

impl Finding {
    /// Read in full, and by what is set already.
    fn is_well(&self) -> bool {
        let Explanation { events, refused, switched_off, by_shape, .. } = &self.explanation;
        let unreadable = |reading: &Reading| matches!(reading, Reading::Crash(report) if report.unreadable.is_some());
        let read = !events.is_empty() && !events.iter().any(|event| unreadable(&event.reading));
        read && refused.is_empty() && !switched_off && !(self.topic_given && *by_shape)
    }
}

impl Doctor<'_> {
    /// Examines every message of `input` and writes what it found; whether all would be read in full.
    pub fn examine(&self, input: &[u8], topic: Option<&str>, as_json: bool, out: &mut dyn Write) -> io::Result<bool> {
        let mut well = true;
        let topic = topic.map(|given| {
            let (topic, wrong) = a_topic(given);
            well &= wrong.as_ref().is_none_or(|(fatal, _)| !fatal);
            (topic, wrong.map(|(_, words)| words))
        });
        if input.len() > MAX_INPUT_BYTES {
            return Err(io::Error::other(format!("the input has more than {} MiB; give a part of it", MAX_INPUT_BYTES >> 20)));
        }
        let messages = pasted::split(input);
        if messages.is_empty() {
            return Err(io::Error::other("the input is empty: there is no message in it"));
        }
        let mut decoder = Decoder::new(&self.settings.formats, Interner::DEFAULT_LIMIT);
        let n_messages = messages.len();
        let mut n_well = 0;
        for (message_idx, message) in messages.into_iter().enumerate() {
            let mut finding = self.find(&mut decoder, message, topic.as_ref().map(|(topic, _)| topic.as_str()));
            if let Some((_, Some(wrong))) = &topic
                && message_idx == 0
            {
                finding.notes.insert(0, wrong.clone());
            }
            n_well += usize::from(finding.is_well());
            if as_json {
                writeln!(out, "{}", finding_json(message_idx + 1, &finding))?;
            } else {
                self.tell(message_idx + 1, n_messages, &finding, out)?;
            }
        }
        if !as_json {
            let all = if n_messages == 1 { "the message".to_owned() } else { format!("{n_well} of {n_messages} messages") };
            match (n_well == n_messages, n_messages) {
                (true, 1) => writeln!(out, "{all} is read in full")?,
                (false, 1) => writeln!(out, "{all} is not read in full")?,
                _ => writeln!(out, "{all} are read in full")?,
            }
        }
        Ok(well && n_well == n_messages)
    }

    fn find(&self, decoder: &mut Decoder, message: Pasted, given: Option<&str>) -> Finding {
        let Pasted { topic, mut payload, mut notes } = message;
        let topic = topic.as_deref().or(given).map(ToOwned::to_owned);
        let topic = topic.as_deref();
        let mut explanation = decoder.explain_pasted(topic, &payload, self.now);
        if explanation.events.is_empty() {
            for (name, bytes) in pasted::bytes_of(&payload) {
                let other = decoder.explain_pasted(topic, &bytes, self.now);
                let is_text = std::str::from_utf8(&bytes).is_ok_and(|text| text.trim_start().starts_with(['{', '[']));
                // Bytes that a format knows by their topic alone may still hold nothing.
                if !other.events.is_empty() || is_text || (name == "hex" && other.format.is_some()) {
                    notes.push(format!("the text is taken as {name} of {} bytes", bytes.len()));
                    (explanation, payload) = (other, bytes);
                    break;
                }
            }
        }
        if serde_json::from_slice::<serde::de::IgnoredAny>(&payload).is_err()
            && let Some((_, forgiven)) = lenient::parse(&payload)
        {
            notes.extend(forgiven.iter().map(|one| format!("not JSON: {}", one.words())));
        }
        let judge = |reading: &Reading| match reading {
            Reading::Crash(report) => Some(judge_crash::judge(report, &self.settings.functions.judge_crash)),
            Reading::Driving(_) | Reading::Temperature(_) | Reading::Presence(_) | Reading::Ruled(_) => None,
        };
        let verdicts = explanation.events.iter().filter_map(|event| judge(&event.reading)).collect();
        let mut finding =
            Finding { explanation, n_bytes: payload.len(), topic_given: topic.is_some(), notes, verdicts, remedy: None };
        if !finding.is_well() {
            finding.remedy = self.remedy(topic, &payload, &finding.explanation);
        }
        finding
    }

    /// Settings that make the message read: a switch, a topic for a format that is known by its shape, or a mapping.
    fn remedy(&self, topic: Option<&str>, payload: &[u8], found: &Explanation) -> Option<Remedy> {
        let proven = |formats: crate::decode::Settings, topic: &str, heading, toml: String| {
            formats.check().ok()?;
            let then = Decoder::new(&formats, Interner::DEFAULT_LIMIT).explain_pasted(Some(topic), payload, self.now);
            (!then.events.is_empty() && then.refused.is_empty() && !then.by_shape).then_some(Remedy { toml, heading, then })
        };
        let mut formats = self.settings.formats.clone();
        let format = found.format.filter(|_| found.by_shape && !found.events.is_empty());
        if let Some(format) = format {
            let mut lines = Vec::new();
            if found.switched_off {
                formats.enabled.push(format.to_owned());
                lines.push(format!("enabled = {:?}", formats.enabled));
            }
            let bare = topic.map(|topic| Origin::of_topic(topic).1);
            if let Some(bare) = bare {
                let own = |wanted: &crate::decode::Wanted| wanted.format == format;
                let mut filters: Vec<_> =
                    Decoder::new(&formats, 1).filters().into_iter().filter(own).map(|wanted| wanted.filter.topic).collect();
                filters.push(bare.to_owned());
                lines.push(format!("topics.{format} = {filters:?}"));
                formats.topics.insert(format.to_owned(), filters);
            }
            let topic = bare.unwrap_or(&found.topic);
            if let Some(remedy) = proven(formats, topic, Some("[formats]"), lines.join("\n")) {
                return Some(remedy);
            }
        }
        if format.is_some() && topic.is_none() {
            return None;
        }
        let sketch::Sketch { toml, topic } = sketch::sketch(topic, payload, self.now)?;
        let mut formats = self.settings.formats.clone();
        let more = Settings::parse(self.settings_file, &toml).ok()?;
        formats.mappings.extend(more.formats.mappings);
        proven(formats, &topic, None, toml)
    }

    fn tell(&self, number: usize, n_messages: usize, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
        let Explanation { format, topic, by_shape, origin, filter, readings, assumptions, refused, switched_off, .. } =
            &finding.explanation;
        let of = if n_messages == 1 { "Message".to_owned() } else { format!("Message {number} of {n_messages}") };
        let on = match (by_shape, finding.topic_given) {
            (false, _) => format!(" on {}", safe(topic)),
            (true, true) => " on a topic that no format knows".to_owned(),
            (true, false) => String::new(),
        };
        writeln!(out, "{of}, {} bytes{on}", finding.n_bytes)?;
        match format {
            Some(format) if *by_shape => {
                writeln!(
                    out,
                    "  format: {format}, by its shape alone{}",
                    if *switched_off { "; switched off in the settings" } else { "" }
                )?;
            }
            Some(format) => writeln!(out, "  format: {format}")?,
            None => writeln!(out, "  format: none knows it")?,
        }
        if let Some((filter, lane)) = filter.as_ref().filter(|_| !by_shape) {
            let lane = if *lane == Lane::Crash { "crash" } else { "telemetry" };
            writeln!(
                out,
                "  comes in by {}, {lane} lane{}",
                safe(filter),
                if origin.is_real() { "" } else { "; a drill or sample: tells nobody" }
            )?;
        }
        for note in &finding.notes {
            writeln!(out, "  note: {}", safe(note))?;
        }
        for reading in readings {
            tell_reading(reading, out)?;
        }
        for verdict in &finding.verdicts {
            writeln!(out, "  verdict as it stands: {}", safe(&verdict.summary))?;
        }
        for assumed in assumptions {
            writeln!(out, "  assumed: {}", safe(assumed))?;
        }
        for error in refused {
            writeln!(out, "  dropped, counted as {}: {}", error.reason.key(), safe(&error.detail))?;
        }
        if let Some(Remedy { toml, heading, then }) = &finding.remedy {
            let file = self.settings_file.display();
            let under = heading.map_or_else(String::new, |heading| format!(" under {heading}"));
            writeln!(
                out,
                "\nTo have it read, put this into {file}{under}; it was tried on this very message:\n\n{}\n",
                toml.trim_end()
            )?;
            writeln!(out, "Then it says:")?;
            for reading in &then.readings {
                tell_reading(reading, out)?;
            }
        } else if !finding.is_well() && finding.explanation.events.is_empty() {
            writeln!(
                out,
                "  no mapping is offered: nothing in it is called or sized like a speed, a place, an acceleration or a temperature"
            )?;
        }
        writeln!(out)
    }
}

fn finding_json(number: usize, finding: &Finding) -> Value {
    let Explanation { format, topic, by_shape, origin, filter, readings, assumptions, refused, switched_off, .. } =
        &finding.explanation;
    let verdict = |verdict: &CrashVerdict| {
        json!({
            "ruling": verdict.ruling, "malfunction": verdict.malfunction, "probability": verdict.probability,
            "severity": verdict.severity, "summary": verdict.summary,
        })
    };
    let dropped: Vec<_> = refused.iter().map(|error| json!({ "reason": error.reason, "detail": error.detail })).collect();
    let remedy = finding.remedy.as_ref().map(|Remedy { toml, heading, then }| {
        json!({ "toml": toml, "under": heading, "readings": then.readings.iter().map(reading_json).collect::<Vec<_>>() })
    });
    json!({
        "message": number,
        "bytes": finding.n_bytes,
        "topic": (!by_shape).then_some(topic),
        "format": format,
        "by_shape": by_shape,
        "switched_off": switched_off,
        "origin": origin,
        "filter": filter.as_ref().filter(|_| !by_shape).map(|(filter, _)| filter),
        "lane": filter.as_ref().filter(|_| !by_shape).map(|(_, lane)| lane),
        "notes": finding.notes,
        "readings": readings.iter().map(reading_json).collect::<Vec<_>>(),
        "verdicts": finding.verdicts.iter().map(verdict).collect::<Vec<_>>(),
        "assumed": assumptions,
        "dropped": dropped,
        "read_in_full": finding.is_well(),
        "remedy": remedy,
    })
}

/// A topic to read under, and what is wrong with what was given: whether it cannot be, in words.
fn a_topic(given: &str) -> (String, Option<(bool, String)>) {
    let mended = topic::mend(given);
    let wrong = topic::check(given).err();
    let words = match wrong {
        Some(why) => Some((true, format!("the topic {given:?} cannot be: {why}; read as {mended:?}"))),
        None if mended != given => Some((true, format!("the topic {given:?} is hardly meant; read as {mended:?}"))),
        None => None,
    };
    if !mended.contains(['+', '#']) {
        return (mended, words);
    }
    let example = mended.replace(['+', '#'], "device");
    let as_if = format!("as if it came on {example:?}");
    let words = match words {
        Some((fatal, words)) => (fatal, format!("{words}, {as_if}")),
        None => (false, format!("{given:?} is a filter and no topic; read {as_if}")),
    };
    (example, Some(words))
}

fn tell_reading(reading: &Described, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {} of {}", reading.kind, safe(&reading.device))?;
    for Field { name, value, unit, from } in &reading.fields {
        let value = format!("{value} {unit}");
        let from = if from.is_empty() { String::new() } else { format!("  from {from}") };
        writeln!(out, "    {name:<14} {:<28}{}", safe(value.trim_end()), safe(&from))?;
    }
    for missing in &reading.missing {
        writeln!(out, "    missing: {missing}")?;
    }
    Ok(())
}

fn reading_json(reading: &Described) -> Value {
    let field = |Field { name, value, unit, from }: &Field| json!({ "name": name, "value": value, "unit": unit, "from": from });
    json!({
        "kind": reading.kind,
        "device": reading.device,
        "fields": reading.fields.iter().map(field).collect::<Vec<_>>(),
        "missing": reading.missing,
    })
}

/// Foreign text for a terminal, which control characters would drive.
fn safe(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) { text.replace(char::is_control, "\u{fffd}").into() } else { text.into() }
}
