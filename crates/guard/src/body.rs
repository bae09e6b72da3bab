//! The body of an answer: read within its limits, then decompressed within the same.

use std::{
    error::Error as _,
    io::{self, Read},
};

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout_at;

use crate::{SendErrorKind, client::Link, error::Failure, hop::Limits};

/// Bytes to decompress before others get a turn.
const DECODE_STEP: usize = 64 * 1024;
/// The most to reserve on the word of a `Content-Length`.
const MAX_RESERVE: usize = 256 * 1024;

/// Reads the body and takes off its content encoding, whose headers go too. Neither what is read nor
/// what comes out of the decoder exceeds `max_bytes` (packed data may be a little longer than plain).
pub(crate) async fn read(
    link: &mut Link,
    headers: &mut HeaderMap,
    body: Incoming,
    max_bytes: usize,
    limits: &Limits,
) -> Result<Bytes, Failure> {
    let coding = Coding::of(headers)?;
    let Some(coding) = coding else {
        return collect(link, body, max_bytes, limits).await;
    };
    let slack = 1024 + max_bytes / 1000;
    let packed = collect(link, body, max_bytes.saturating_add(slack), limits).await?;
    // A HEAD or a 304 tells the encoding of a body that it does not have.
    if packed.is_empty() {
        return Ok(packed);
    }
    let plain = coding.decode(&packed, max_bytes).await?;
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    Ok(plain)
}

/// Refuses an answer whose body would have to be unpacked.
pub(crate) fn refuse_encoding(headers: &HeaderMap) -> Result<(), Failure> {
    match Coding::of(headers)? {
        None => Ok(()),
        Some(_) => {
            Err(Failure::new(SendErrorKind::BadEncoding, "the answer is packed although it was asked not to be"))
        }
    }
}

/// Reads and forgets a body, so that the connection can be used again; false if that is not worth it.
pub(crate) async fn discard(link: &mut Link, body: Incoming, limits: &Limits) -> bool {
    const MAX_BYTES: usize = 16 * 1024;
    body.size_hint().exact().is_some() && collect(link, body, MAX_BYTES, limits).await.is_ok()
}

async fn collect(link: &mut Link, mut body: Incoming, max_bytes: usize, limits: &Limits) -> Result<Bytes, Failure> {
    let announced = body.size_hint().exact();
    if announced.is_some_and(|length| length > max_bytes as u64) {
        return Err(too_large(max_bytes));
    }
    let mut first = Bytes::new();
    let mut rest: Vec<u8> = Vec::new();
    let mut total = 0usize;
    while !body.is_end_stream() {
        let frame = match timeout_at(limits.next_read(), link.drive(body.frame())).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(error))) => return Err(explain(&error)),
            Ok(None) => break,
            Err(_) => return Err(limits.read_failure()),
        };
        let Ok(data) = frame.into_data() else { continue };
        total += data.len();
        if total > max_bytes {
            return Err(too_large(max_bytes));
        }
        // Most answers are one piece, which need not be copied.
        if first.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            let expected = announced.and_then(|length| usize::try_from(length).ok()).unwrap_or(total);
            rest.reserve(expected.min(MAX_RESERVE).max(total));
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() { first } else { Bytes::from(rest) })
}

/// A content encoding that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// The encoding that the headers tell; none if they tell none, or only `identity`.
    fn of(headers: &HeaderMap) -> Result<Option<Self>, Failure> {
        let mut coding = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            let text = value.to_str().map_err(|_| unknown("that is not ASCII"))?;
            for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let known = if name.eq_ignore_ascii_case("identity") {
                    continue;
                } else if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
                    Self::Gzip
                } else if name.eq_ignore_ascii_case("deflate") {
                    Self::Deflate
                } else {
                    return Err(unknown(&format!("`{}`", name.chars().take(32).collect::<String>())));
                };
                if coding.replace(known).is_some() {
                    return Err(unknown("of several layers"));
                }
            }
        }
        Ok(coding)
    }

    async fn decode(self, packed: &[u8], max_bytes: usize) -> Result<Bytes, Failure> {
        match self {
            Self::Gzip => inflate(MultiGzDecoder::new(packed), max_bytes).await,
            Self::Deflate if is_zlib(packed) => inflate(ZlibDecoder::new(packed), max_bytes).await,
            // RFC 9110 means zlib; some servers send the bare stream.
            Self::Deflate => inflate(DeflateDecoder::new(packed), max_bytes).await,
        }
    }
}

/// Decompresses step by step, so that a bomb stops at the limit and others get their turn.
async fn inflate(mut decoder: impl Read, max_bytes: usize) -> Result<Bytes, Failure> {
    let mut plain = Vec::new();
    loop {
        let before = plain.len();
        let step = (&mut decoder).take(DECODE_STEP as u64).read_to_end(&mut plain);
        step.map_err(|error| bad_encoding(&error))?;
        if plain.len() > max_bytes {
            return Err(too_large(max_bytes));
        }
        if plain.len() == before {
            return Ok(Bytes::from(plain));
        }
        tokio::task::coop::consume_budget().await;
    }
}

fn is_zlib(packed: &[u8]) -> bool {
    matches!(packed, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0)
}

pub(crate) fn too_large(max_bytes: usize) -> Failure {
    Failure::new(SendErrorKind::TooLarge, format!("the answer is larger than {max_bytes} bytes"))
}

fn unknown(what: &str) -> Failure {
    Failure::new(SendErrorKind::BadEncoding, format!("the answer has a content encoding {what}, which cannot be read"))
}

fn bad_encoding(error: &io::Error) -> Failure {
    tracing::debug!(%error, "answer could not be decompressed");
    Failure::new(SendErrorKind::BadEncoding, "the answer could not be decompressed")
}

/// What hyper's error within a body means.
pub(crate) fn explain(error: &hyper::Error) -> Failure {
    tracing::debug!(%error, source = ?error.source(), "answer could not be read");
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io.map(io::Error::kind) {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
            Failure::new(SendErrorKind::BadResponse, "the body of the answer is not well-formed HTTP/1.1")
        }
        _ => Failure::new(SendErrorKind::Reset, "the upstream closed the connection before the answer was complete"),
    }
}
