//! What people call a device, beside what it calls itself. As with the language, the register belongs to the thread that
//! paints: one for the whole window.

use std::cell::RefCell;
use std::sync::Arc;

use crate::model::register::Entry;
use crate::model::{DeviceId, Register};
use crate::search::{Registered, Row};

thread_local! {
    static REGISTER: RefCell<Arc<Register>> = RefCell::default();
}

/// Names devices by this register from now on.
pub fn go_by(register: &Arc<Register>) {
    REGISTER.with_borrow_mut(|known| {
        if !Arc::ptr_eq(known, register) {
            *known = Arc::clone(register);
        }
    });
}

/// `VAN-0417 (Kim's lorry)`, or the id alone where it has no name.
pub fn called(device: &DeviceId) -> String {
    REGISTER.with_borrow(|register| register.called(device))
}

/// Its name; `None` where it has none.
pub fn name(device: &DeviceId) -> Option<String> {
    REGISTER.with_borrow(|register| register.name(device).map(str::to_owned))
}

/// What is written of it.
pub fn entry(device: &DeviceId) -> Option<Entry> {
    REGISTER.with_borrow(|register| register.get(device).cloned())
}

/// Asks something of a row of a device with what is written of that.
pub fn with<R: Row + ?Sized, T>(device: &DeviceId, row: &R, ask: impl FnOnce(&Registered<'_, R>) -> T) -> T {
    REGISTER.with_borrow(|register| ask(&Registered { row, entry: register.get(device) }))
}
