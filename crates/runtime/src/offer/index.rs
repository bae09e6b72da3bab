//! A lexical index over tools: BM25 over weighted fields, in memory.
//!
//! A tool has a handful of words, so what it is called counts more than what is said of it. A word of the query also
//! finds what is called by another word for the same, and one that nobody uses is taken for the nearest that somebody
//! does: people mistype, and models guess.

use std::collections::{BTreeSet, HashMap};

use super::words;

/// How fast more of a word stops counting for more.
const SATURATION: f32 = 1.2;
/// How much a long text counts against its words.
const LENGTH: f32 = 0.3;
/// What another word for the same counts.
const ALIKE: f32 = 0.55;
/// What a word counts that was taken for another.
const GUESSED: f32 = 0.6;
/// The most different words of a query that are looked at.
const MOST_WORDS: usize = 40;

/// A text of a tool, and how much its words count.
pub(super) type Field<'t> = (&'t str, f32);

/// An index over numbered tools.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// In which tools a word is, and how heavily.
    words: HashMap<String, Vec<(u32, f32)>>,
    lengths: Vec<f32>,
    mean: f32,
}

impl Index {
    /// Of tools by their fields, numbered in their order.
    pub(super) fn of<'t>(tools: impl Iterator<Item = Vec<Field<'t>>>) -> Self {
        let mut index = Self::default();
        for (number, fields) in (0..).zip(tools) {
            let mut weights: HashMap<String, f32> = HashMap::new();
            let mut length = 0.0;
            for (text, weight) in fields {
                for word in words::stems(text) {
                    if !words::is_empty(&word) {
                        *weights.entry(word).or_default() += weight;
                        length += 1.0;
                    }
                }
            }
            for (word, weight) in weights {
                index.words.entry(word).or_default().push((number, weight));
            }
            index.lengths.push(length);
        }
        let count = index.lengths.len().max(1) as f32;
        index.mean = (index.lengths.iter().sum::<f32>() / count).max(1.0);
        index
    }

    /// The numbers of the tools that fit, each with its score, in no order.
    pub(super) fn scores(&self, query: &str) -> HashMap<u32, f32> {
        let asked: BTreeSet<String> = words::stems(query).into_iter().filter(|word| !words::is_empty(word)).collect();
        let mut scores: HashMap<u32, (f32, f32)> = HashMap::new();
        let count = asked.len().clamp(1, MOST_WORDS) as f32;
        for word in asked.iter().take(MOST_WORDS) {
            for (number, score) in self.of_word(word) {
                let known = scores.entry(number).or_default();
                known.0 += score;
                known.1 += 1.0;
            }
        }
        // What fits more of what was asked for goes before what fits one word of it very well.
        scores.into_iter().map(|(number, (score, hits))| (number, score * (0.5 + 0.5 * hits / count))).collect()
    }

    /// What one word of a query finds: for each tool the best of the ways in which it fits.
    fn of_word(&self, word: &str) -> HashMap<u32, f32> {
        let mut best: HashMap<u32, f32> = HashMap::new();
        let mut take = |found: Option<&Vec<(u32, f32)>>, share: f32| {
            let Some(found) = found else { return };
            let rarity = self.rarity(found.len());
            for &(number, weight) in found {
                let length = self.lengths.get(number as usize).copied().unwrap_or(self.mean) / self.mean;
                let damped = weight * (SATURATION + 1.0) / (weight + SATURATION * (1.0 - LENGTH + LENGTH * length));
                let score = share * rarity * damped;
                let known = best.entry(number).or_default();
                *known = known.max(score);
            }
        };
        take(self.words.get(word), 1.0);
        for other in words::alike(word) {
            take(self.words.get(other), ALIKE);
        }
        if best.is_empty() {
            for near in self.near(word) {
                let mut take = |share| {
                    let Some(found) = self.words.get(&near) else { return };
                    let rarity = self.rarity(found.len());
                    for &(number, weight) in found {
                        let known = best.entry(number).or_default();
                        *known = known.max(share * rarity * weight.min(1.5));
                    }
                };
                take(GUESSED);
            }
        }
        best
    }

    fn rarity(&self, found: usize) -> f32 {
        let (all, found) = (self.lengths.len() as f32, found as f32);
        (1.0 + (all - found + 0.5) / (found + 0.5)).ln()
    }

    /// Words of the index that a word nobody uses may have been meant for.
    fn near(&self, word: &str) -> Vec<String> {
        if word.len() < 4 {
            return Vec::new();
        }
        let most = if word.len() < 8 { 1 } else { 2 };
        let is_near = |known: &&String| {
            known.starts_with(word)
                || (known.len() >= 4 && word.starts_with(known.as_str()))
                || is_within(word, known, most)
        };
        self.words.keys().filter(is_near).cloned().collect()
    }
}

/// Whether two words differ by at most `most` letters.
fn is_within(one: &str, two: &str, most: usize) -> bool {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    if one.len().abs_diff(two.len()) > most || one.first() != two.first() {
        return false;
    }
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in two.iter().enumerate() {
            let cost = if a == b { diagonal } else { 1 + diagonal.min(row[j]).min(row[j + 1]) };
            diagonal = row[j + 1];
            row[j + 1] = cost;
        }
    }
    row.last().is_some_and(|last| *last <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(index: &Index, query: &str) -> Option<u32> {
        let scores = index.scores(query);
        scores.into_iter().max_by(|one, two| one.1.total_cmp(&two.1).then(two.0.cmp(&one.0))).map(|(number, _)| number)
    }

    fn index() -> Index {
        Index::of(
            [
                vec![("create_invoice", 3.0), ("Writes an invoice for a customer.", 1.0)],
                vec![("refund_payment", 3.0), ("Gives a customer their money back.", 1.0)],
                vec![("send_email", 3.0), ("Sends a mail.", 1.0)],
            ]
            .into_iter(),
        )
    }

    #[test]
    fn words_other_words_and_slips_find_their_tool() {
        let index = index();
        for (query, number) in [
            ("new invoices", 0),
            ("bill the client", 0),
            ("money back", 1),
            ("refunding", 1),
            ("refnd a paymnt", 1),
            ("write a mail", 2),
        ] {
            assert_eq!(best(&index, query), Some(number), "{query}");
        }
        assert_eq!(best(&index, "the of"), None);
        assert_eq!(best(&index, "zebra"), None);
        assert_eq!(best(&Index::default(), "invoice"), None);
    }

    #[test]
    fn distance_counts_letters() {
        assert!(
            is_within("refund", "refnd", 1) && !is_within("refund", "rfnd", 1) && !is_within("refund", "sefund", 1)
        );
    }
}
