//! `fleetwatch secret`: the line of the settings that lets somebody sign in with a secret.

use std::io::{self, BufRead, Read as _};

use crate::secret;

/// Asks for a secret twice, without showing it.
pub fn ask(mut prompt: impl FnMut(&str) -> io::Result<String>) -> Result<String, String> {
    let cannot = |error: io::Error| format!("the secret cannot be read: {error}");
    let first = prompt("Secret: ").map_err(cannot)?;
    let again = prompt("Once more: ").map_err(cannot)?;
    if first == again { Ok(first) } else { Err("the two are not the same; nothing was made".to_owned()) }
}

/// The first line of what is read.
pub fn first_line(from: &mut dyn BufRead) -> Result<String, String> {
    let mut line = String::new();
    let most = 4 * *secret::CHARS.end() as u64 + 2;
    from.take(most).read_line(&mut line).map_err(|error| format!("the secret cannot be read: {error}"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// `"J. Park" = "$argon2id$…"`, to be put under `[team.secrets]`.
pub fn line(name: &str, typed: &str) -> Result<String, String> {
    if let Some(why) = secret::wrong(typed) {
        return Err(why.to_owned());
    }
    let hash = secret::hash(typed)?;
    let line = toml::Table::from_iter([(name.trim().to_owned(), toml::Value::String(hash))]);
    toml::to_string(&line).map(|line| line.trim_end().to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_into_the_settings_as_it_is() {
        for name in ["mina", "J. Park", "박 \"JP\" 지영"] {
            let line = line(name, "correct horse").unwrap();
            assert!(!line.contains("horse") && !line.contains('\n'), "{line}");
            let people = toml::Table::from_iter([(name.to_owned(), toml::Value::String("operator".to_owned()))]);
            let text = format!("[team.people]\n{}\n[team.secrets]\n{line}\n", toml::to_string(&people).unwrap());
            let settings = crate::settings::Settings::parse(std::path::Path::new("it"), &text).unwrap();
            assert!(secret::fits(Some(settings.team.secrets[name].expose()), "correct horse"));
        }
        assert!(line("mina", "short").unwrap_err().contains("8 to 256"));
    }

    #[test]
    fn it_is_asked_for_twice_or_read_from_one_line() {
        let mut typed = ["correct horse", "correct horse"].into_iter();
        assert_eq!(ask(|_| Ok(typed.next().unwrap().to_owned())).unwrap(), "correct horse");
        let mut typed = ["correct horse", "correct hose"].into_iter();
        assert!(ask(|_| Ok(typed.next().unwrap().to_owned())).unwrap_err().contains("not the same"));
        assert_eq!(first_line(&mut &b"correct horse\r\nmore\n"[..]).unwrap(), "correct horse");
    }
}
