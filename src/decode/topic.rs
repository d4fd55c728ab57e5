//! MQTT topic filters: whether one is sound, and whether it takes in a topic (MQTT 3.1.1, 4.7).

/// Whether a filter may be subscribed; if not, why, and what to write instead.
pub fn check(filter: &str) -> Result<(), String> {
    if filter.is_empty() {
        return Err("it is empty".to_owned());
    }
    if filter.len() > 1_024 {
        return Err(format!("it has {} bytes; at most 1024 are sensible", filter.len()));
    }
    if filter.contains('\0') {
        return Err("it has a zero byte".to_owned());
    }
    let levels: Vec<_> = filter.split('/').collect();
    for (level_idx, level) in levels.iter().enumerate() {
        let mended = mend(filter);
        if level.contains('#') && *level != "#" || level.contains('+') && *level != "+" {
            return Err(format!(
                "the wildcard in {level:?} must be a level of its own: + for one level, # for all that follow, as in {mended:?}"
            ));
        }
        if *level == "#" && level_idx + 1 < levels.len() {
            return Err(format!("# may only stand at the end; for one level write +, as in {mended:?}"));
        }
    }
    Ok(())
}

/// The sound filter that was probably meant: each wildcard a level of its own, `#` at the end alone, no space around it,
/// no `*` of other systems, no group of a shared subscription.
pub fn mend(filter: &str) -> String {
    let bare = filter.trim().replace('\0', "");
    let bare = bare.strip_prefix("$share/").and_then(|rest| rest.split_once('/')).map_or(bare.as_str(), |(_group, rest)| rest);
    let n_levels = bare.split('/').count();
    let level = |(level_idx, level): (usize, &str)| match level {
        _ if level_idx + 1 == n_levels && (level.contains('#') || level == "**") => "#".to_owned(),
        "*" | "**" => "+".to_owned(),
        _ if level.contains(['#', '+']) => "+".to_owned(),
        _ => level.to_owned(),
    };
    bare.split('/').enumerate().map(level).collect::<Vec<_>>().join("/")
}

/// Whether a sound filter takes in a topic.
pub fn matches(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    let mut wanted = filter.split('/');
    loop {
        match (wanted.next(), levels.next()) {
            (Some("#"), Some(first)) => return !(first.starts_with('$') && filter == "#"),
            // `a/#` takes in `a` itself.
            (Some("#") | None, None) => return true,
            (Some("+"), Some(_)) => {}
            (Some(wanted), Some(level)) if wanted == level => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_take_in_what_the_standard_says() {
        for (filter, topic, taken) in [
            ("a/b", "a/b", true),
            ("a/b", "a/c", false),
            ("a/+", "a/b", true),
            ("a/+", "a/b/c", false),
            ("a/+", "a", false),
            ("a/#", "a", true),
            ("a/#", "a/b/c", true),
            ("#", "a/b", true),
            ("#", "$SYS/x", false),
            ("+/b", "a/b", true),
            ("a", "a/b", false),
            ("$aws/things/+/shadow/update", "$aws/things/van/shadow/update", true),
        ] {
            assert_eq!(matches(filter, topic), taken, "{filter} {topic}");
        }
    }

    #[test]
    fn filters_that_no_broker_takes_say_what_to_write() {
        assert!(check("ruuvi/#/gw_status").unwrap_err().contains("\"ruuvi/+/gw_status\""));
        assert!(check("a/b+").unwrap_err().contains("\"a/+\""));
        for (wrong, mended) in [
            ("ruuvi/#/gw_status", "ruuvi/+/gw_status"),
            ("a/van#", "a/#"),
            (" a/*/b\n", "a/+/b"),
            ("a/**", "a/#"),
            ("$share/desk/a/+", "a/+"),
            ("a/b", "a/b"),
        ] {
            assert_eq!(mend(wrong), mended);
            assert_eq!(check(&mend(wrong)), Ok(()));
        }
        assert!(check("").is_err());
        assert_eq!(check("spBv1.0/#"), Ok(()));
    }
}
