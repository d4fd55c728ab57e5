use super::super::check::check;
use super::*;

#[test]
fn every_template_can_be_read_and_sent() {
    for (key, text) in TEMPLATES {
        let scenario = Scenario::parse(text).unwrap_or_else(|error| panic!("{key}: {error}"));
        assert!(!scenario.title.is_empty() && !scenario.about.is_empty(), "{key} needs a title and a line on what it shows");
        assert!(!scenario.steps.is_empty(), "{key} sends nothing");
        for step in scenario.steps.iter().filter(|step| step.payload_hex.is_none()) {
            let problems = check(&step.topic, &step.payload);
            assert!(problems.iter().all(|problem| !problem.blocks), "{key}: {problems:#?}");
        }
    }
    assert_eq!(load().len(), TEMPLATES.len() + 1, "the templates and the pulse lab");
}

#[test]
fn a_crash_previews_its_magnitude() {
    let frontal = load().into_iter().find(|template| template.key == "frontal_crash").unwrap();
    let peak = frontal.preview.iter().copied().fold(0.0, f32::max);
    assert!((10.0..40.0).contains(&peak), "{peak}");
    let expected = expected(&frontal.scenario);
    assert_eq!((expected.got, expected.words.as_str()), ("real accident", "real accident"));
}

#[test]
fn a_pulse_with_gaps_is_read_and_a_ragged_one_is_not() {
    let pulse = pulse_of(r#"{"occurred_at":{{now}},"samples":{"t_ms":[0,1],"x_g":[1,null],"y_g":[0,0],"z_g":[1,1]}}"#).unwrap();
    assert!(pulse.x_g[1].is_nan());
    assert_eq!(pulse_of(r#"{"samples":{"t_ms":[0],"x_g":[],"y_g":[0],"z_g":[1]}}"#), None);
    assert_eq!(pulse_of("{"), None);
}
