//! The lines of a Rust file, code apart from comments and literals, tests apart from the product.

/// One line.
#[derive(Default)]
pub(super) struct Line {
    /// The code without comments, each literal as `""`.
    pub(super) code: String,
    /// The string literals that begin on the line, as they are written.
    pub(super) literals: Vec<String>,
    /// It belongs to an item under `#[cfg(test)]`.
    pub(super) test: bool,
}

/// Takes a file apart.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut reader = Reader { rest: text, lines: vec![Line::default()] };
    while reader.token() {}
    mark_tests(&mut reader.lines);
    reader.lines
}

struct Reader<'a> {
    rest: &'a str,
    lines: Vec<Line>,
}

impl<'a> Reader<'a> {
    /// Reads one comment, literal or character of code; false at the end.
    fn token(&mut self) -> bool {
        if self.rest.starts_with("//") {
            let length = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(length);
        } else if self.rest.starts_with("/*") {
            let length = block_comment(self.rest);
            let comment = self.take(length);
            self.break_lines(comment);
        } else if let Some(marks) = raw_string(self.rest).or_else(|| string(self.rest)) {
            self.literal(marks);
        } else if let Some(length) = character(self.rest) {
            self.take(length);
        } else if let Some(next) = self.rest.chars().next() {
            self.take(next.len_utf8());
            match next {
                '\n' => self.lines.push(Line::default()),
                _ => self.line().code.push(next),
            }
        } else {
            return false;
        }
        true
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn line(&mut self) -> &mut Line {
        self.lines.last_mut().expect("there is a line from the beginning")
    }

    /// A literal of this length, with its marks of these lengths.
    fn literal(&mut self, Marks { open, close, length }: Marks) {
        let literal = self.take(length);
        let text = literal.get(open..length - close).unwrap_or_default();
        let line = self.line();
        line.code.push_str("\"\"");
        line.literals.push(text.to_owned());
        self.break_lines(literal);
    }

    fn break_lines(&mut self, skipped: &str) {
        self.lines.extend(skipped.matches('\n').map(|_| Line::default()));
    }
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The lengths of a literal's opening and closing marks, and of the whole.
struct Marks {
    open: usize,
    close: usize,
    length: usize,
}

/// `r"…"`, `r#"…"#`.
fn raw_string(text: &str) -> Option<Marks> {
    let marks = text.strip_prefix('r')?;
    let hashes = marks.len() - marks.trim_start_matches('#').len();
    marks[hashes..].strip_prefix('"')?;
    let (open, close) = (hashes + 2, hashes + 1);
    let end = format!("\"{}", "#".repeat(hashes));
    Some(Marks { open, close, length: text[open..].find(&end).map_or(text.len(), |at| open + at + close) })
}

/// `"…"`.
fn string(text: &str) -> Option<Marks> {
    let mut escaped = false;
    let inner = text.strip_prefix('"')?.bytes();
    let end = inner.into_iter().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    Some(Marks { open: 1, close: 1, length: end.map_or(text.len(), |at| at + 2) })
}

/// The length of `'x'` or `'\n'`; nothing for a lifetime.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        return inner.get(2..)?.find('\'').map(|at| at + 4);
    }
    inner[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

/// Marks each item under `#[cfg(test)]`, from the attribute to its closing brace or semicolon.
fn mark_tests(lines: &mut [Line]) {
    let mut depth = None;
    for line in lines {
        if line.code.trim_start().starts_with("#[cfg(test)]") {
            depth.get_or_insert(0_usize);
        }
        let Some(mut open) = depth else { continue };
        line.test = true;
        for character in line.code.chars() {
            match character {
                '{' | '(' | '[' => open += 1,
                '}' | ')' | ']' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 && matches!(character, '}' | ';') {
                depth = None;
            }
        }
        if depth.is_some() {
            depth = Some(open);
        }
    }
}
