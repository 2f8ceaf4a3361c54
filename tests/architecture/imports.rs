//! Which file uses what of which other file. Works on tokens, so that it ignores comments, string literals
//! and tests, and sees into `view!` macros.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The sources of the package, by path below `src/`.
pub struct Sources(BTreeMap<String, Source>);

/// A file of the package.
pub struct Source {
    /// Path below `src/`.
    pub path: String,
    /// The complete text.
    pub text: String,
    /// Every path in the code outside of `use`: in types, expressions and markup.
    paths: Vec<Named>,
    /// Paths in private `use` items.
    brought_in: Vec<Named>,
    module: Vec<String>,
    children: BTreeSet<String>,
    /// Local name to full path, from `use` items.
    aliases: BTreeMap<String, Vec<String>>,
    /// Re-exports (`pub use`), with their local names.
    handed_on: Vec<(String, Named)>,
    /// Every identifier outside of `use`, with the line of its first occurrence.
    words: BTreeMap<String, usize>,
}

/// A path and its line.
#[derive(Clone)]
struct Named {
    segments: Vec<String>,
    line: usize,
}

/// A use of something that is defined in another file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    pub from: String,
    pub to: String,
    pub line: usize,
    pub name: String,
}

impl Sources {
    /// # Panics
    /// When a source cannot be read or is not valid Rust.
    pub fn below(root: &Path) -> Self {
        let mut files = Vec::new();
        collect(root, &mut files);
        assert!(files.len() > 50, "the sources are found");
        Self::new(files.into_iter().map(|file| {
            let text = fs::read_to_string(&file).expect("a source can be read");
            let path = file.strip_prefix(root).expect("below src").to_string_lossy().replace('\\', "/");
            (path, text)
        }))
    }

    /// # Panics
    /// When a text is not valid Rust.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let read = |(path, text): (String, String)| (path.clone(), Source::read(path, text));
        Self(files.into_iter().map(read).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.values()
    }

    /// All imports between files. A re-exported name is attributed to the defining file, and a re-export
    /// itself is no import.
    pub fn imports(&self) -> Vec<Import> {
        let modules: BTreeMap<_, _> = self.iter().map(|it| (it.module.clone(), it)).collect();
        let mut imports = Vec::new();
        for source in self.iter() {
            let handed_on = source.handed_on.iter().filter_map(|(alias, named)| {
                let line = source.words.get(alias).copied();
                let of_child = is_below(&source.absolute(&named.segments), &source.module);
                if of_child { line.map(|line| Named { line, ..named.clone() }) } else { Some(named.clone()) }
            });
            let at_use = source.brought_in.iter().cloned().chain(handed_on);
            let through_module = source.paths.iter().filter_map(|named| {
                let path = source.aliases.get(&named.segments[0]);
                let path = path.map(|alias| source.absolute(alias));
                match path {
                    Some(path) if modules.contains_key(path.get(1..)?) => {
                        let segments = [&path, &named.segments[1..]].concat();
                        Some(Named { segments, line: named.line })
                    }
                    // An item that was imported is handled by its `use`.
                    Some(_) => None,
                    None => Some(named.clone()),
                }
            });
            for named in at_use.chain(through_module) {
                let Some(target) = resolve(&modules, source.absolute(&named.segments), 0) else { continue };
                if target.path != source.path {
                    let name = named.segments.join("::");
                    let (from, to) = (source.path.clone(), target.path.clone());
                    imports.push(Import { from, to, line: named.line, name });
                }
            }
        }
        imports.sort();
        imports.dedup();
        imports
    }
}

/// The file that defines what the path refers to; `None` for modules and for other crates.
fn resolve<'a>(
    modules: &BTreeMap<Vec<String>, &'a Source>,
    path: Vec<String>,
    depth: usize,
) -> Option<&'a Source> {
    if path.first()? != "crate" {
        return None;
    }
    let mut at = 1;
    while at < path.len() && modules.contains_key(&path[1..=at]) {
        at += 1;
    }
    // The name of both a module and a function.
    if at == path.len() && at > 1 {
        let parent = modules.get(&path[1..at - 1])?;
        let alias = parent.absolute(parent.aliases.get(&path[at - 1])?);
        return if alias == path { None } else { resolve(modules, alias, depth + 1) };
    }
    let source = modules.get(&path[1..at])?;
    let name = path.get(at)?;
    match source.aliases.get(name) {
        Some(alias) if depth < 9 => {
            let mut further = source.absolute(alias);
            if further == path[..=at] {
                return Some(source);
            }
            further.extend_from_slice(&path[at + 1..]);
            resolve(modules, further, depth + 1)
        }
        _ => Some(source),
    }
}

fn is_below(path: &[String], module: &[String]) -> bool {
    path.first().is_some_and(|it| it == "crate") && path.len() > 2 && path[1..].starts_with(module)
}

impl Source {
    /// Every path in the code, as an absolute path.
    pub fn named(&self) -> impl Iterator<Item = Vec<String>> {
        let handed_on = self.handed_on.iter().map(|(_, named)| named);
        let all = self.brought_in.iter().chain(handed_on).chain(&self.paths);
        all.map(|named| self.absolute(&named.segments)).filter(|path| path.len() > 1)
    }

    /// Whether the code contains this identifier.
    pub fn says(&self, word: &str) -> bool {
        self.words.contains_key(word)
    }

    fn read(path: String, text: String) -> Self {
        let stem = path.strip_suffix(".rs").expect("a Rust file");
        let stem = stem.strip_suffix("/mod").unwrap_or(stem);
        let module = if matches!(stem, "lib" | "main") {
            Vec::new()
        } else {
            stem.split('/').map(str::to_owned).collect()
        };
        let stream: TokenStream =
            text.parse().unwrap_or_else(|error| panic!("src/{path} is no Rust: {error}"));
        let mut source = Self {
            path,
            text: String::new(),
            paths: Vec::new(),
            brought_in: Vec::new(),
            module,
            children: BTreeSet::new(),
            aliases: BTreeMap::new(),
            handed_on: Vec::new(),
            words: BTreeMap::new(),
        };
        source.walk(stream);
        source.text = text;
        source
    }

    /// The absolute path, starting with `crate`; unchanged for other crates.
    fn absolute(&self, segments: &[String]) -> Vec<String> {
        let below = |module: &[String], rest: &[String]| {
            let mut path = vec!["crate".to_owned()];
            path.extend_from_slice(module);
            path.extend_from_slice(rest);
            path
        };
        let Some((first, rest)) = segments.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => segments.to_vec(),
            "self" => below(&self.module, rest),
            "super" => {
                let up = 1 + rest.iter().take_while(|it| *it == "super").count();
                let module = &self.module[..self.module.len().saturating_sub(up)];
                below(module, &rest[up - 1..])
            }
            child if self.children.contains(child) => below(&self.module, segments),
            _ => segments.to_vec(),
        }
    }

    fn walk(&mut self, stream: TokenStream) {
        let tokens: Vec<_> = stream.into_iter().collect();
        let (mut at, mut public) = (0, false);
        while at < tokens.len() {
            if starts_a_test(&tokens[at..]) {
                at = after_item(&tokens, at + 2);
                continue;
            }
            match &tokens[at] {
                TokenTree::Group(group) => {
                    // Skip the `(crate)` of `pub(crate)`.
                    let is_of_pub = public && group.delimiter() == Delimiter::Parenthesis;
                    if !is_of_pub {
                        public = false;
                        self.walk(group.stream());
                    }
                    at += 1;
                }
                TokenTree::Ident(word) if word == "pub" => {
                    public = true;
                    at += 1;
                }
                TokenTree::Ident(word) if word == "use" && !is_punct(tokens.get(at + 1), '<') => {
                    let end = after_item(&tokens, at);
                    let mut found = Vec::new();
                    use_tree(&tokens[at + 1..end], &[], &mut found);
                    for (alias, named) in found {
                        self.aliases.insert(alias.clone(), named.segments.clone());
                        if public { self.handed_on.push((alias, named)) } else { self.brought_in.push(named) }
                    }
                    (at, public) = (end, false);
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(TokenTree::Ident(child)), true) =
                        (tokens.get(at + 1), is_punct(tokens.get(at + 2), ';'))
                    {
                        self.children.insert(child.to_string());
                    }
                    (at, public) = (at + 2, false);
                }
                TokenTree::Ident(word) => {
                    let line = word.span().start().line;
                    self.words.entry(word.to_string()).or_insert(line);
                    let mut segments = vec![word.to_string()];
                    at += 1;
                    while let Some(TokenTree::Ident(next)) = tokens.get(at + 2)
                        && is_punct(tokens.get(at), ':')
                        && is_punct(tokens.get(at + 1), ':')
                    {
                        segments.push(next.to_string());
                        at += 3;
                    }
                    if segments.len() > 1 {
                        self.paths.push(Named { segments, line });
                    }
                    public = false;
                }
                _ => at += 1,
            }
        }
    }
}

fn is_punct(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

/// Whether the tokens start with a `#[cfg(test)]`, possibly among other conditions.
fn starts_a_test(tokens: &[TokenTree]) -> bool {
    let (true, Some(TokenTree::Group(group))) = (is_punct(tokens.first(), '#'), tokens.get(1)) else {
        return false;
    };
    let attribute: Vec<_> = group.stream().into_iter().collect();
    let [TokenTree::Ident(name), TokenTree::Group(condition)] = attribute.as_slice() else { return false };
    let condition = condition.stream().to_string();
    name == "cfg" && (condition == "test" || condition.contains("(test") || condition.contains("test,"))
}

/// The index of the next item: after a `;` or a block.
fn after_item(tokens: &[TokenTree], mut at: usize) -> usize {
    let is_use = matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "use");
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => break,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_use => break,
            _ => {}
        }
    }
    at
}

/// Collects the leaves of a `use` tree: local name and full path.
fn use_tree(tokens: &[TokenTree], before: &[String], found: &mut Vec<(String, Named)>) {
    for branch in tokens.split(|it| is_punct(Some(it), ',') || is_punct(Some(it), ';')) {
        let (mut segments, mut alias, mut line, mut renames) = (before.to_vec(), None, 0, false);
        for token in branch {
            match token {
                TokenTree::Ident(word) if word == "as" => renames = true,
                TokenTree::Ident(word) if renames => alias = Some(word.to_string()),
                TokenTree::Ident(word) => {
                    line = word.span().start().line;
                    // `a::{self}` is `a`.
                    if word != "self" || segments.is_empty() {
                        segments.push(word.to_string());
                    }
                }
                TokenTree::Group(group) => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    use_tree(&inner, &segments, found);
                    line = 0;
                }
                _ => {}
            }
        }
        if line > 0
            && let Some(name) = alias.or_else(|| segments.last().cloned())
        {
            found.push((name, Named { segments, line }));
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests");
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|it| it == "rs") && !is_test {
            files.push(path);
        }
    }
}
