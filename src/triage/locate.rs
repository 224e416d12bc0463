//! Puts what history knows into the findings: since when, where, what still reaches them.
//!
//! Detection knows blobs; people know paths. Each path of a finding becomes one occurrence, at the lines it
//! has in HEAD if it is there, or else in the commit that brought it.

use std::collections::HashMap;

use crate::finding::{Finding, Occurrence};
use crate::git::provenance::{PlaceInHistory, Trace};
use crate::origin::{ObjectId, Place, State};

/// Gives each finding the trace with its number.
pub fn locate(findings: &mut [Finding], traces: Vec<Trace>) {
    for (finding, trace) in findings.iter_mut().zip(traces) {
        finding.introduced = trace.introduced;
        finding.removed = trace.removed;
        finding.state = trace.state;
        finding.refs = trace.refs;
        finding.more_refs = trace.more_refs;
        let read = std::mem::take(&mut finding.occurrences);
        let by_object = by_object(&read);
        let places = trace.places.iter();
        finding.occurrences = places.flat_map(|place| at_place(place, &read, &by_object)).collect();
        let elsewhere = |place: Place| !matches!(place, Place::Blob | Place::PathName);
        for occurrence in read.iter().filter(|read| elsewhere(read.origin.place)) {
            let mut occurrence = occurrence.clone();
            occurrence.commit = finding
                .introduced
                .filter(|stamp| Some(stamp.id) == occurrence.origin.object);
            finding.occurrences.push(occurrence);
        }
        if finding.occurrences.is_empty() {
            // A blob that no tree names.
            finding.occurrences = read;
        }
        name_refs(finding);
        // What is in HEAD comes first; otherwise the order is that of first appearance.
        finding.occurrences.sort_by_key(|occurrence| !occurrence.in_head);
    }
}

/// Where in a list the occurrences of each blob are: one secret may stand in thousands, at hundreds of paths.
fn by_object(read: &[Occurrence]) -> HashMap<ObjectId, Vec<usize>> {
    let mut by_object: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    for (at, occurrence) in read.iter().enumerate() {
        if let (Place::Blob, Some(object)) = (occurrence.origin.place, occurrence.origin.object) {
            by_object.entry(object).or_default().push(at);
        }
    }
    by_object
}

/// The occurrences of a finding at one path.
fn at_place(place: &PlaceInHistory, read: &[Occurrence], by_object: &HashMap<ObjectId, Vec<usize>>) -> Vec<Occurrence> {
    let object = place.in_head.unwrap_or(place.object);
    let there: Vec<&Occurrence> = match place.place {
        Place::PathName => {
            let name = place.path.rsplit(|&b| b == b'/').next().unwrap_or_default();
            let is_named = |read: &&Occurrence| read.origin.place == Place::PathName && read.origin.path == name;
            read.iter().filter(is_named).collect()
        }
        _ => by_object
            .get(&object)
            .into_iter()
            .flatten()
            .map(|&at| &read[at])
            .collect(),
    };
    let at_path = |read: &Occurrence| {
        let mut occurrence = read.clone();
        occurrence.origin.path = place.path.clone();
        occurrence.origin.object = Some(object);
        occurrence.commit = place.first;
        occurrence.in_head = place.in_head.is_some();
        occurrence
    };
    there.into_iter().map(at_path).collect()
}

/// A ref's own name reaches what stands in it.
fn name_refs(finding: &mut Finding) {
    let named = finding
        .occurrences
        .iter()
        .filter(|occurrence| occurrence.origin.place == Place::RefName);
    let names: Vec<String> = named
        .map(|occurrence| String::from_utf8_lossy(&occurrence.origin.path).into_owned())
        .collect();
    if names.is_empty() {
        return;
    }
    finding.state = finding.state.min(State::HistoryOnly);
    finding.refs.extend(names);
    finding.refs.sort();
    finding.refs.dedup();
}
