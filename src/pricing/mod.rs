//! What function calls cost.
