//! What the birth certificates said: which metric an alias stands for, of which type and unit. Bounded.

use std::collections::{BTreeSet, HashMap};

use super::meaning::Meaning;
use super::wire::Metric;
use crate::model::Origin;

/// Bytes of all certificates that are remembered, a metric counted as its names and 64 more. Own judgement: some 60,000
/// metrics that the desk reads; others are not remembered.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A metric that the desk reads, as its birth certificate introduced it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    /// Empty for the edge node itself.
    device: Box<str>,
    pub(super) name: Box<str>,
    alias: Option<u64>,
    pub(super) datatype: Option<u32>,
    pub(super) meaning: Meaning,
}

impl Known {
    const fn bytes(&self) -> usize {
        self.device.len() + self.name.len() + 64
    }
}

#[derive(Debug, Default)]
struct Edge {
    /// The number of its session: a death certificate of another one is stale.
    session: Option<u64>,
    born: BTreeSet<Box<str>>,
    known: Vec<Known>,
    bytes: usize,
}

/// The certificates of every edge node of every root.
#[derive(Debug, Default)]
pub(super) struct Births {
    edges: HashMap<(Origin, Box<str>), Edge>,
    bytes: usize,
}

impl Births {
    /// A node's certificate ends whatever it and its devices said before. `false` where there is no room.
    pub(super) fn node(&mut self, origin: Origin, edge: &str, session: Option<u64>, metrics: &[Metric]) -> bool {
        self.forget(origin, edge);
        let taken = self.device(origin, edge, "", metrics);
        if let Some(edge) = self.edges.get_mut(&(origin, edge.into())) {
            edge.session = session;
        }
        taken
    }

    /// A device's certificate replaces its last one. `false` where there is no room.
    pub(super) fn device(&mut self, origin: Origin, edge: &str, device: &str, metrics: &[Metric]) -> bool {
        self.forget_device(origin, edge, device);
        let known: Vec<Known> = metrics
            .iter()
            .filter_map(|metric| {
                let name = metric.name.as_deref()?;
                let meaning = Meaning::of(name, metric.property("engUnit"))?;
                let Metric { alias, datatype, .. } = *metric;
                Some(Known { device: device.into(), name: name.into(), alias, datatype, meaning })
            })
            .collect();
        let bytes = edge.len() + device.len() + 128 + known.iter().map(Known::bytes).sum::<usize>();
        if self.bytes + bytes > MAX_BYTES {
            return false;
        }
        let edge = self.edges.entry((origin, edge.into())).or_default();
        edge.born.insert(device.into());
        edge.known.extend(known);
        edge.bytes += bytes;
        self.bytes += bytes;
        true
    }

    /// Whether the certificate of a device, or with an empty name of the node, is known.
    pub(super) fn is_born(&self, origin: Origin, edge: &str, device: &str) -> bool {
        self.edges.get(&(origin, edge.into())).is_some_and(|edge| edge.born.contains(device))
    }

    /// What a metric of a message stands for.
    pub(super) fn find(&self, origin: Origin, edge: &str, device: &str, metric: &Metric) -> Option<&Known> {
        let edge = self.edges.get(&(origin, edge.into()))?;
        edge.known.iter().find(|known| match (metric.alias, &metric.name) {
            // An alias is unique within the whole edge node.
            (Some(alias), _) => known.alias == Some(alias),
            (None, Some(name)) => *known.device == *device && *known.name == **name,
            (None, None) => false,
        })
    }

    /// A node died: its devices with it, whose names are given back. `None` where the certificate is of another session.
    pub(super) fn died(&mut self, origin: Origin, edge: &str, session: Option<u64>) -> Option<Vec<Box<str>>> {
        let known = self.edges.get(&(origin, edge.into())).and_then(|edge| edge.session);
        if known.is_some() && session.is_some() && known != session {
            return None;
        }
        Some(
            self.forget(origin, edge)
                .map(|edge| edge.born.into_iter().filter(|device| !device.is_empty()).collect())
                .unwrap_or_default(),
        )
    }

    fn forget(&mut self, origin: Origin, edge: &str) -> Option<Edge> {
        let edge = self.edges.remove(&(origin, edge.into()))?;
        self.bytes -= edge.bytes;
        Some(edge)
    }

    /// A device died, or begins anew.
    pub(super) fn forget_device(&mut self, origin: Origin, name: &str, device: &str) {
        let Some(edge) = self.edges.get_mut(&(origin, name.into())) else { return };
        if !edge.born.remove(device) {
            return;
        }
        let gone: usize = edge.known.iter().filter(|known| *known.device == *device).map(Known::bytes).sum();
        edge.known.retain(|known| *known.device != *device);
        let gone = gone + name.len() + device.len() + 128;
        edge.bytes -= gone;
        self.bytes -= gone;
    }

    /// Bytes that are remembered now.
    #[cfg(test)]
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}
