//! The script under edit: a template's copy, its steps, and what is wrong with them. Pure.

use super::check::{Problem, check};
use super::templates::{Expected, LAB, Template, expected};
use super::wire::{Kind, check_name};
use crate::model::Language;
use crate::scenario::lab::Lab;
use crate::scenario::{Scenario, Step};
use crate::ui::{tr, word};

/// The script that will be sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    /// The template's key.
    pub(super) key: &'static str,
    scenario: Scenario,
    /// What the template expects, in words.
    pub(super) expected: Expected,
    /// The knobs, where it is the pulse lab.
    lab: Option<Lab>,
    /// In which language its problems are said.
    spoken: Language,
    /// Which step stands in the editor.
    pub(super) step: usize,
    /// The device's name as typed, good or not.
    pub(super) name: String,
    /// What is wrong with each step.
    problems: Vec<Vec<Problem>>,
}

impl Draft {
    /// A copy of a template.
    pub(super) fn of(template: &Template) -> Self {
        let expected = expected(&template.scenario);
        let lab = (template.key == LAB).then(Lab::default);
        let mut draft = Self { lab, key: template.key, scenario: template.scenario.clone(), expected, ..Self::default() };
        for step in &mut draft.scenario.steps {
            // The text in the file ends with a line end that nobody wrote on purpose.
            step.payload = step.payload.trim_matches('\n').to_owned();
        }
        draft.check_all();
        // Among rows of driving data the crash report is what one wants to see.
        let crash = draft.scenario.steps.iter().position(|step| step.topic.ends_with("/crash"));
        draft.look_at(crash.unwrap_or(0));
        draft
    }

    /// The script's title.
    pub(super) fn title(&self) -> &str {
        self.scenario.words(Language::spoken().tag()).0
    }

    /// Says what is wrong in the language that is spoken now.
    pub(super) fn speak(&mut self) {
        if self.spoken != Language::spoken() {
            self.expected = expected(&self.scenario);
            self.check_all();
        }
    }

    /// The knobs of the pulse lab.
    pub(super) const fn lab(&self) -> Option<Lab> {
        self.lab
    }

    /// Makes the report anew; what was typed into it goes.
    pub(super) fn set_lab(&mut self, lab: Lab) {
        let topic = self.current().map(|step| step.topic.clone()).unwrap_or_default();
        let made = lab.scenario(&topic, &self.scenario.title);
        self.scenario.steps = made.steps;
        self.scenario.expect = made.expect;
        self.lab = Some(lab);
        self.expected = expected(&self.scenario);
        self.check_all();
        self.look_at(0);
    }

    /// How many steps it has.
    pub(super) fn n_steps(&self) -> usize {
        self.scenario.steps.len()
    }

    /// The step in the editor.
    pub(super) fn current(&self) -> Option<&Step> {
        self.scenario.steps.get(self.step)
    }

    /// Puts another step into the editor.
    pub(super) fn look_at(&mut self, step: usize) {
        self.step = step.min(self.n_steps().saturating_sub(1));
        self.name = self.device().unwrap_or_default().to_owned();
    }

    /// The device in the current step's topic, whatever kind it is.
    fn device(&self) -> Option<&str> {
        self.current().and_then(|step| step.topic.split('/').nth(1))
    }

    /// The kind of the current step, where its topic says one.
    pub(super) fn kind(&self) -> Option<Kind> {
        self.current().and_then(|step| Kind::of_topic(&step.topic).ok()).map(|(kind, _)| kind)
    }

    /// Changes the current step and checks it again.
    pub(super) fn edit(&mut self, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.scenario.steps.get_mut(self.step) {
            change(step);
            if let Some(problems) = self.problems.get_mut(self.step) {
                *problems = problems_of(step);
            }
        }
    }

    /// Sets the topic without its root; the name follows.
    pub(super) fn set_topic(&mut self, topic: &str) {
        self.edit(|step| topic.clone_into(&mut step.topic));
        self.name = self.device().unwrap_or_default().to_owned();
    }

    /// Renames the device in every step that had the old name.
    pub(super) fn set_name(&mut self, name: &str) {
        let old = self.device().map(str::to_owned);
        name.clone_into(&mut self.name);
        for step in &mut self.scenario.steps {
            let mut parts: Vec<&str> = step.topic.split('/').collect();
            if parts.get(1).copied() == old.as_deref() && parts.len() == 3 {
                parts[1] = name;
                step.topic = parts.join("/");
            }
        }
        self.check_all();
    }

    /// Sets the kind, keeping the device.
    pub(super) fn set_kind(&mut self, kind: Kind) {
        let name = if check_name(&self.name).is_ok() { self.name.clone() } else { "VAN-0900".to_owned() };
        self.set_topic(&kind.topic(&name));
    }

    fn check_all(&mut self) {
        self.spoken = Language::spoken();
        self.problems = self.scenario.steps.iter().map(problems_of).collect();
    }

    /// What is wrong with the current step, the blocking ones first.
    pub(super) fn problems(&self) -> Vec<&Problem> {
        let here = self.problems.get(self.step).map_or(&[][..], Vec::as_slice);
        let (mut blocking, rest): (Vec<_>, Vec<_>) = here.iter().partition(|problem| problem.blocks);
        blocking.extend(rest);
        blocking
    }

    /// Why it cannot be sent: "line 10 must be fixed".
    pub(super) fn off(&self) -> Option<String> {
        let (step, problem) = self
            .problems
            .iter()
            .enumerate()
            .find_map(|(idx, problems)| problems.iter().find(|problem| problem.blocks).map(|problem| (idx, problem)))?;
        let place = if problem.line == 0 { tr!("inject-the-topic") } else { tr!("inject-line", n = problem.line as u64) };
        Some(if step == self.step {
            tr!("inject-off-until", place = place)
        } else {
            tr!("inject-off-until-step", place = place, n = step as u64 + 1)
        })
    }

    /// How many messages it sends.
    pub(super) fn n_messages(&self) -> u64 {
        self.scenario.steps.iter().map(|step| u64::from(step.repeat)).sum()
    }

    /// The script to send, where nothing is wrong with it.
    pub(super) fn ready(&self) -> Option<&Scenario> {
        (self.off().is_none() && self.n_steps() > 0).then_some(&self.scenario)
    }
}

fn problems_of(step: &Step) -> Vec<Problem> {
    if step.payload_hex.is_none() {
        return check(&step.topic, &step.payload);
    }
    // Bytes are sent as they are: they are there to see what the line makes of them.
    match Kind::of_topic(&step.topic) {
        Ok(_) => Vec::new(),
        Err(message) => {
            vec![Problem { line: 0, column: 0, message, short: word!("inject-short-topic"), blocks: true, fix: None }]
        }
    }
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
