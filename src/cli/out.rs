//! Standard output of a command.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::run::Fault;

/// Standard output, which notes that nobody reads it any more, as with `| head`.
#[derive(Clone, Debug, Default)]
pub struct Out {
    unread: Arc<AtomicBool>,
}

impl Out {
    /// What came of a command that wrote to it: whoever reads may have seen enough, and that is no failure.
    pub fn end<E: ToString>(&self, done: Result<(), E>) -> Result<(), Fault> {
        if self.unread.load(Ordering::Acquire) { Ok(()) } else { done.map_err(|error| Fault::Failed(error.to_string())) }
    }

    fn note<T>(&self, done: io::Result<T>) -> io::Result<T> {
        if done.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            self.unread.store(true, Ordering::Release);
        }
        done
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.note(io::stdout().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.note(io::stdout().flush())
    }
}
