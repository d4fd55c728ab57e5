//! What is said to people, in the operator's language: words, numbers with their units, sentences about incidents. Pure but
//! for the language and the unit of temperatures, which belong to the thread that speaks.

pub mod degrees;
pub mod text;
pub mod tr;
pub mod words;

pub(crate) use tr::{tr, word};
