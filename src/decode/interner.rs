//! Devices' names, each kept once: a known device costs one look-up and no allocation a message.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{BootId, DeviceId, Origin};

/// The register of the devices that were heard of, with a limit for each root, so that a flood of invented names
/// costs bounded memory and a flood of drills cannot fill the register of the real fleet.
#[derive(Debug)]
pub struct Interner {
    limit: usize,
    registers: [HashMap<Arc<str>, Option<BootId>>; 3],
}

impl Default for Interner {
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

impl Interner {
    /// Devices for each root unless told otherwise; about 200 bytes each. Own judgement.
    pub const DEFAULT_LIMIT: usize = 50_000;

    /// A register of at most `limit` devices for each root.
    pub fn new(limit: usize) -> Self {
        Self { limit, registers: Default::default() }
    }

    /// How many devices each root may have.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// How many devices of a root are known.
    pub fn len(&self, origin: Origin) -> usize {
        self.registers[Self::index(origin)].len()
    }

    /// Whether no device of a root is known.
    pub fn is_empty(&self, origin: Origin) -> bool {
        self.len(origin) == 0
    }

    /// The device of this name, registered if it is new; `None` when the register is full and does not know it.
    pub fn device(&mut self, origin: Origin, name: &str) -> Option<DeviceId> {
        self.device_and_boot(origin, name, None).map(|(device, _)| device)
    }

    /// As [`device`](Self::device), with the device's start, whose name is kept until it starts again.
    pub fn device_and_boot(&mut self, origin: Origin, name: &str, boot: Option<&str>) -> Option<(DeviceId, Option<BootId>)> {
        let register = &mut self.registers[Self::index(origin)];
        let device = match register.get_key_value(name) {
            Some((known, _)) => Arc::clone(known),
            None if register.len() < self.limit => {
                let new: Arc<str> = name.into();
                register.insert(Arc::clone(&new), None);
                new
            }
            None => return None,
        };
        let boot = boot.map(|boot| match register.get_mut(name) {
            Some(Some(known)) if &*known.0 == boot => known.clone(),
            Some(slot) => slot.insert(BootId(boot.into())).clone(),
            None => BootId(boot.into()),
        });
        Some((DeviceId(device), boot))
    }

    const fn index(origin: Origin) -> usize {
        match origin {
            Origin::Device => 0,
            Origin::Drill => 1,
            Origin::Sample => 2,
        }
    }
}
