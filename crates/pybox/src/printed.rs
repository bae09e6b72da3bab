//! What code prints, up to a bound, and told to whoever listens as it comes.

use std::sync::Arc;

/// Told each whole line.
pub type Listener = Arc<dyn Fn(&str) + Send + Sync>;

/// What one instance has printed.
#[derive(Default)]
pub(crate) struct Printed {
    lines: Vec<String>,
    begun: [Vec<u8>; 2],
    left: usize,
    omitted: usize,
    listener: Option<Listener>,
}

impl Printed {
    /// Keeps up to `most` bytes from here on.
    pub(crate) fn begin(&mut self, most: usize, listener: Option<Listener>) {
        self.left = most;
        self.listener = listener;
    }

    /// A piece of standard output (0) or standard error.
    pub(crate) fn add(&mut self, stream: u32, data: &[u8]) {
        let kept = &data[..data.len().min(self.left)];
        self.omitted += data.len() - kept.len();
        self.left -= kept.len();
        let stream = usize::from(stream != 0);
        for piece in kept.split_inclusive(|byte| *byte == b'\n') {
            self.begun[stream].extend_from_slice(piece);
            // A line stays whole: a secret that was cut in two would not be recognised.
            if piece.ends_with(b"\n") {
                self.end_line(stream);
            }
        }
    }

    fn end_line(&mut self, stream: usize) {
        let bytes = std::mem::take(&mut self.begun[stream]);
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']).to_owned();
        if let Some(listener) = &self.listener {
            listener(&line);
        }
        // An empty line costs memory too.
        self.left = self.left.saturating_sub(24);
        self.lines.push(line);
    }

    /// All lines, and how many bytes were left out.
    pub(crate) fn take(&mut self) -> (Vec<String>, usize) {
        for stream in [0, 1] {
            // For the same reason a line that was cut by the bound is left out.
            if self.omitted > 0 {
                self.omitted += std::mem::take(&mut self.begun[stream]).len();
            } else if !self.begun[stream].is_empty() {
                self.end_line(stream);
            }
        }
        self.listener = None;
        self.left = 0;
        (std::mem::take(&mut self.lines), std::mem::take(&mut self.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_up_to_a_bound() {
        let mut printed = Printed::default();
        printed.add(0, b"before anything was allowed");
        printed.begin(200, None);
        printed.add(0, b"one\ntw");
        printed.add(1, b"beside\n");
        printed.add(0, b"o\nthree");
        printed.add(0, &[b'x'; 500]);
        let (lines, omitted) = printed.take();
        assert_eq!(lines, ["one", "beside", "two"], "what was cut is left out");
        assert!(omitted > 500, "{omitted}");
    }

    #[test]
    fn a_flood_of_empty_lines_is_bounded_too() {
        let mut printed = Printed::default();
        printed.begin(64 << 10, None);
        for _ in 0..1_000 {
            printed.add(0, &[b'\n'; 1_000]);
        }
        assert!(printed.take().0.len() < 4_000);
    }
}
