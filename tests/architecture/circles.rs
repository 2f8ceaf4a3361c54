//! Dependency cycles between files, and the fewest imports to cut for breaking them.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Import;

/// Files that all depend on each other.
pub struct Circle {
    pub files: Vec<String>,
    /// Without these imports there would be no cycle.
    pub cuts: Vec<Import>,
}

impl std::fmt::Display for Circle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{} files: {}", self.files.len(), self.files.join(", "))?;
        for Import { from, to, line, name } in &self.cuts {
            writeln!(f, "    cut at src/{from}:{line}, which names {name} of src/{to}")?;
        }
        Ok(())
    }
}

pub fn circles(imports: &[Import]) -> Vec<Circle> {
    let with_cuts = |files: BTreeSet<String>| {
        let inside: Vec<_> =
            imports.iter().filter(|it| files.contains(&it.from) && files.contains(&it.to)).cloned().collect();
        Circle { cuts: cuts(inside), files: files.into_iter().collect() }
    };
    knots(imports).into_iter().map(with_cuts).collect()
}

/// Greedily removes the edge that leaves the fewest files in cycles, until there are none.
fn cuts(mut imports: Vec<Import>) -> Vec<Import> {
    let mut cuts = Vec::new();
    loop {
        let knotted: BTreeSet<String> = knots(&imports).into_iter().flatten().collect();
        imports.retain(|it| knotted.contains(&it.from) && knotted.contains(&it.to));
        let edges: BTreeSet<_> = imports.iter().map(|it| (it.from.clone(), it.to.clone())).collect();
        let cost = |(from, to): &(String, String)| {
            let (cut, left): (Vec<_>, Vec<_>) =
                imports.iter().cloned().partition(|it| it.from == *from && it.to == *to);
            let tied: usize = knots(&left).iter().map(BTreeSet::len).sum();
            (tied, cut.len())
        };
        let Some((from, to)) = edges.into_iter().min_by_key(cost) else { return cuts };
        let (cut, left) = imports.into_iter().partition(|it| it.from == from && it.to == to);
        cuts.extend::<Vec<_>>(cut);
        imports = left;
    }
}

/// The strongly connected components with two or more files (Tarjan).
fn knots(imports: &[Import]) -> Vec<BTreeSet<String>> {
    let mut next: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        next.entry(&import.from).or_default().insert(&import.to);
    }
    let mut walk = Walk { next: &next, seen: BTreeMap::new(), open: Vec::new(), found: Vec::new() };
    for file in next.keys() {
        if !walk.seen.contains_key(file) {
            walk.visit(file);
        }
    }
    walk.found
}

struct Walk<'a> {
    next: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Discovery order.
    seen: BTreeMap<&'a str, usize>,
    open: Vec<&'a str>,
    found: Vec<BTreeSet<String>>,
}

impl<'a> Walk<'a> {
    /// The low-link of the file: the earliest file on the stack that it reaches.
    fn visit(&mut self, file: &'a str) -> usize {
        let order = self.seen.len();
        self.seen.insert(file, order);
        self.open.push(file);
        let mut earliest = order;
        for next in self.next.get(file).into_iter().flatten() {
            match self.seen.get(next) {
                None => earliest = earliest.min(self.visit(next)),
                Some(met) if self.open.contains(next) => earliest = earliest.min(*met),
                Some(_) => {}
            }
        }
        if earliest == order {
            let at = self.open.iter().position(|it| *it == file).expect("it was opened here");
            let knot = self.open.split_off(at);
            if knot.len() > 1 {
                self.found.push(knot.into_iter().map(str::to_owned).collect());
            }
        }
        earliest
    }
}
