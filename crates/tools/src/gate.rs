//! The retry gate: what may be sent again, and what a failure leaves behind.
//!
//! Nothing here waits, counts or sends. The gate only knows what a tool does to the world, whether its
//! upstream recognises a repeated request, and how a sending ended; from that it says whether the same
//! request may leave once more. How often and when is the business of [`crate::backoff`], and no policy
//! can open the gate.
//!
//! | how the sending ended | read, repeatable write | write with an honoured key | other write |
//! |---|---|---|---|
//! | nothing left (refused, DNS, TLS, connect timeout) | retry | retry | retry |
//! | bytes may have left (reset, timeout) | retry | retry | **unknown** |
//! | received 502, 503, 504 | retry | retry | **unknown** |
//! | received 429, or 503 with `Retry-After` | retry | retry | retry |
//! | received a status that the author listed | retry | retry | retry |
//! | received any other status | fail | fail | fail |
//! | received an answer that cannot be read | fail | **unknown** | **unknown** |
//! | cancelled after bytes may have left | fail | **unknown** | **unknown** |
//! | refused by the outbound guard | fail | fail | fail |

use callwright_model::tool::Effect;

/// What the gate has to know about a tool.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// What calling the tool does to the world.
    pub effect: Effect,
    /// Whether its author says that a write may be sent again at will.
    pub repeatable: bool,
    /// Whether the upstream is known to honour the idempotency key that every write carries.
    pub key_honoured: bool,
    /// Statuses that the author wants sent again when they are received.
    pub consent: &'a [u16],
}

/// How a sending went wrong before a whole answer was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The connection was refused or broke, or the name did not resolve.
    Network,
    /// Time ran out.
    Timeout,
    /// An answer came that cannot be read: too large, badly compressed, not HTTP.
    BadAnswer,
    /// Somebody stopped the execution.
    Cancelled,
}

/// How a sending ended, when it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No byte of the request can have reached the upstream.
    NotSent(Trouble),
    /// Bytes may have reached it.
    MaybeSent(Trouble),
    /// It answered with a status that does not mean success.
    Status {
        /// The status.
        code: u16,
        /// Whether the answer said when to come back.
        retry_after: bool,
    },
    /// The outbound guard refused the address, or a redirect led nowhere that may be followed.
    Refused,
}

/// Which rule of the retry policy counts and paces the next sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// `retry.network`.
    Network,
    /// `retry.rate_limit`.
    RateLimit,
    /// `retry.timeout`.
    Timeout,
}

/// What the gate says about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same request may leave again, with the same key, if this rule has attempts left.
    Retry(Rule),
    /// It did not work, and it is known that it did not.
    Fail,
    /// Nobody can tell whether it worked.
    Unknown,
}

/// How an execution ends when nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It is known to have failed.
    Fail,
    /// It may have worked.
    Unknown,
}

/// Whether a request may leave again after `failure`.
pub fn judge(facts: &Facts<'_>, failure: Failure) -> Verdict {
    let rule = match failure {
        Failure::NotSent(trouble) => rule_of(trouble),
        Failure::MaybeSent(trouble) if facts.may_repeat() => rule_of(trouble),
        Failure::Status { code, retry_after } => rule_of_status(facts, code, retry_after),
        Failure::MaybeSent(_) | Failure::Refused => None,
    };
    match (rule, ending(facts, failure)) {
        (Some(rule), _) => Verdict::Retry(rule),
        (None, Ending::Fail) => Verdict::Fail,
        (None, Ending::Unknown) => Verdict::Unknown,
    }
}

/// What `failure` means for the execution when nothing more is sent.
///
/// A write that was retried under an honoured key and never got an answer is as unknown as one that was
/// sent once: the caller must not be told that it failed.
pub fn ending(facts: &Facts<'_>, failure: Failure) -> Ending {
    let in_doubt = match failure {
        Failure::MaybeSent(_) => true,
        Failure::Status { code, retry_after } => {
            matches!(code, 502..=504) && !(code == 503 && retry_after) && !facts.consent.contains(&code)
        }
        Failure::NotSent(_) | Failure::Refused => false,
    };
    if in_doubt && !facts.is_harmless() { Ending::Unknown } else { Ending::Fail }
}

/// What `failure` means when an earlier sending of the same request was already in doubt.
///
/// Only an answer that speaks about the intent itself takes the doubt away: an upstream that honours the
/// key gives the same refusal to the repeated request as it gave to the first.
pub fn ending_in_doubt(failure: Failure) -> Ending {
    match failure {
        Failure::Status { code: 400 | 402 | 404..=406 | 410..=420 | 422 | 424 | 426..=428 | 431..=499, .. } => {
            Ending::Fail
        }
        _ => Ending::Unknown,
    }
}

impl Facts<'_> {
    /// Whether a second effect would do no harm.
    fn is_harmless(&self) -> bool {
        self.effect == Effect::Read || self.repeatable
    }

    /// Whether a second sending has no second effect, or a harmless one.
    fn may_repeat(&self) -> bool {
        self.is_harmless() || self.key_honoured
    }
}

fn rule_of(trouble: Trouble) -> Option<Rule> {
    match trouble {
        Trouble::Network => Some(Rule::Network),
        Trouble::Timeout => Some(Rule::Timeout),
        // The same request would get the same unreadable answer, and nobody waits for a cancelled one.
        Trouble::BadAnswer | Trouble::Cancelled => None,
    }
}

fn rule_of_status(facts: &Facts<'_>, code: u16, retry_after: bool) -> Option<Rule> {
    match code {
        429 => Some(Rule::RateLimit),
        503 if retry_after => Some(Rule::RateLimit),
        code if facts.consent.contains(&code) => Some(Rule::Network),
        502..=504 if facts.may_repeat() => Some(Rule::Network),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TROUBLES: [Trouble; 4] = [Trouble::Network, Trouble::Timeout, Trouble::BadAnswer, Trouble::Cancelled];

    /// Every combination of the facts but consent.
    fn tools() -> Vec<(Effect, bool, bool)> {
        let mut all = Vec::new();
        for effect in [Effect::Read, Effect::Write, Effect::Destructive] {
            for repeatable in [false, true] {
                for honoured in [false, true] {
                    all.push((effect, repeatable, honoured));
                }
            }
        }
        all
    }

    fn facts<'a>(tool: (Effect, bool, bool), consent: &'a [u16]) -> Facts<'a> {
        Facts { effect: tool.0, repeatable: tool.1, key_honoured: tool.2, consent }
    }

    fn harmless(tool: (Effect, bool, bool)) -> bool {
        tool.0 == Effect::Read || tool.1
    }

    #[test]
    fn what_was_never_sent_may_always_be_sent() {
        for tool in tools() {
            let facts = facts(tool, &[]);
            assert_eq!(judge(&facts, Failure::NotSent(Trouble::Network)), Verdict::Retry(Rule::Network));
            assert_eq!(judge(&facts, Failure::NotSent(Trouble::Timeout)), Verdict::Retry(Rule::Timeout));
            assert_eq!(judge(&facts, Failure::NotSent(Trouble::Cancelled)), Verdict::Fail);
            for trouble in TROUBLES {
                assert_eq!(ending(&facts, Failure::NotSent(trouble)), Ending::Fail, "{tool:?} {trouble:?}");
            }
        }
    }

    #[test]
    fn after_bytes_may_have_left_only_the_harmless_and_the_keyed_are_sent_again() {
        for tool in tools() {
            // Consent to statuses is never consent to a timeout or a reset.
            let facts = facts(tool, &[500, 502, 503, 504]);
            let end = if harmless(tool) { Ending::Fail } else { Ending::Unknown };
            for (trouble, rule) in [(Trouble::Network, Rule::Network), (Trouble::Timeout, Rule::Timeout)] {
                let expected = if harmless(tool) || tool.2 { Verdict::Retry(rule) } else { Verdict::Unknown };
                assert_eq!(judge(&facts, Failure::MaybeSent(trouble)), expected, "{tool:?} {trouble:?}");
                assert_eq!(ending(&facts, Failure::MaybeSent(trouble)), end, "{tool:?} {trouble:?}");
            }
            for trouble in [Trouble::BadAnswer, Trouble::Cancelled] {
                let expected = if harmless(tool) { Verdict::Fail } else { Verdict::Unknown };
                assert_eq!(judge(&facts, Failure::MaybeSent(trouble)), expected, "{tool:?} {trouble:?}");
            }
        }
    }

    #[test]
    fn every_status_for_every_tool() {
        for tool in tools() {
            for code in 300..600_u16 {
                for retry_after in [false, true] {
                    let failure = Failure::Status { code, retry_after };
                    let safe = harmless(tool) || tool.2;
                    let expected = match code {
                        429 => Verdict::Retry(Rule::RateLimit),
                        503 if retry_after => Verdict::Retry(Rule::RateLimit),
                        502..=504 if safe => Verdict::Retry(Rule::Network),
                        502..=504 => Verdict::Unknown,
                        _ => Verdict::Fail,
                    };
                    assert_eq!(judge(&facts(tool, &[]), failure), expected, "{tool:?} {failure:?}");

                    let listed = [code];
                    let consented = judge(&facts(tool, &listed), failure);
                    let rule =
                        if code == 429 || (code == 503 && retry_after) { Rule::RateLimit } else { Rule::Network };
                    assert_eq!(consented, Verdict::Retry(rule), "{tool:?} {failure:?} with consent");
                    assert_eq!(ending(&facts(tool, &listed), failure), Ending::Fail);
                }
            }
        }
    }

    #[test]
    fn what_the_guard_refuses_is_never_sent_again() {
        for tool in tools() {
            assert_eq!(judge(&facts(tool, &[403, 500]), Failure::Refused), Verdict::Fail);
        }
    }

    #[test]
    fn doubt_stays_until_the_upstream_speaks_about_the_intent() {
        for trouble in TROUBLES {
            assert_eq!(ending_in_doubt(Failure::NotSent(trouble)), Ending::Unknown);
            assert_eq!(ending_in_doubt(Failure::MaybeSent(trouble)), Ending::Unknown);
        }
        for code in [400, 402, 404, 410, 422] {
            assert_eq!(ending_in_doubt(Failure::Status { code, retry_after: false }), Ending::Fail, "{code}");
        }
        for code in [302, 401, 403, 407, 408, 409, 421, 423, 425, 429, 500, 502, 503, 504] {
            assert_eq!(ending_in_doubt(Failure::Status { code, retry_after: true }), Ending::Unknown, "{code}");
        }
        assert_eq!(ending_in_doubt(Failure::Refused), Ending::Unknown);
    }
}
