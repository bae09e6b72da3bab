//! The frozen interpreter on disk: compiled to machine code once for each snapshot, engine and processor.
//!
//! The repository holds the snapshot (a WebAssembly component, compressed) and the library. [`prepare`] compiles the one
//! and unpacks the other into a folder; it takes seconds and several hundred megabytes, so the server has a process of
//! its own do it. [`load`] maps the result into memory.

use std::{
    fmt::Write as _,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use fs4::FileExt;
use sha2::{Digest, Sha256};
use wasmtime::{Engine, component::Component};

use crate::{Error, engine, library::Library};

/// The frozen interpreter, as `snapshot/` made it.
const SNAPSHOT: &[u8] = include_bytes!("../snapshot/python.wasm.zst");
/// Its library.
const LIBRARY: &[u8] = include_bytes!("../snapshot/library.zst");
/// The most that either may unpack to.
const MAX_UNPACKED: u64 = 128 << 20;

/// Where the prepared files lie, whether or not they are there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// The machine code.
    pub code: PathBuf,
    /// The library.
    pub library: PathBuf,
}

impl Artifact {
    /// The files of this build in `dir`.
    ///
    /// # Errors
    /// When the engine refuses its settings.
    pub fn of(dir: &Path) -> Result<Self, Error> {
        Self::of_bytes(dir, SNAPSHOT, LIBRARY)
    }

    fn of_bytes(dir: &Path, snapshot: &[u8], library: &[u8]) -> Result<Self, Error> {
        let engine = engine::engine(1)?;
        let mut hasher = DefaultHasher::new();
        // The engine's version, its settings and the processor's features.
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            code: dir.join(format!("python-{}-{:016x}.cwasm", short_hash(snapshot), hasher.finish())),
            library: dir.join(format!("library-{}.bin", short_hash(library))),
        })
    }

    /// Whether both files are there, and whole: one that was cut off is made anew.
    pub fn is_ready(&self) -> bool {
        is_code(&self.code) && Library::open(&self.library).is_ok()
    }
}

/// Makes the files of this build in `dir` unless they are there; several processes may try at once. Takes 5 to 60 seconds.
///
/// # Errors
/// When the folder cannot be written.
pub fn prepare(dir: &Path) -> Result<Artifact, Error> {
    prepare_bytes(dir, SNAPSHOT, LIBRARY)
}

/// The same for a snapshot and a library that are not this build's: for the builder.
///
/// # Errors
/// As [`prepare`], or when they are no such files.
pub fn prepare_bytes(dir: &Path, snapshot: &[u8], library: &[u8]) -> Result<Artifact, Error> {
    let artifact = Artifact::of_bytes(dir, snapshot, library)?;
    if !artifact.is_ready() {
        make(&artifact, dir, snapshot, library)?;
    }
    for path in [&artifact.code, &artifact.library] {
        check_owner(path)?;
    }
    Ok(artifact)
}

/// Makes what is missing, alone among those who try.
fn make(artifact: &Artifact, dir: &Path, snapshot: &[u8], library: &[u8]) -> Result<(), Error> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(dir)?;
    let lock = File::options().create(true).truncate(false).write(true).mode(0o600).open(dir.join("prepare.lock"))?;
    FileExt::lock(&lock)?;
    if Library::open(&artifact.library).is_err() {
        write(&artifact.library, &unpack(library)?)?;
    }
    if !is_code(&artifact.code) {
        let engine = engine::engine(1)?;
        let code = engine.precompile_component(&unpack(snapshot)?).map_err(Error::engine)?;
        write(&artifact.code, &code)?;
    }
    FileExt::unlock(&lock)?;
    Ok(())
}

/// Whether a file looks like machine code from its beginning to its end. What is in between is the engine's to read.
fn is_code(path: &Path) -> bool {
    let look = || {
        let mut file = File::open(path)?;
        let mut head = [0; 64];
        file.read_exact(&mut head)?;
        // An ELF file of 64 bits ends with its section headers: where they begin, the size of one, their number.
        let short = |at: usize| u64::from(u16::from_le_bytes([head[at], head[at + 1]]));
        let begin = u64::from_le_bytes(std::array::from_fn(|at| head[0x28 + at]));
        let end = begin.saturating_add(short(0x3a) * short(0x3c));
        io::Result::Ok(head.starts_with(b"\x7fELF\x02") && begin > 0 && end <= file.metadata()?.len())
    };
    look().unwrap_or(false)
}

/// Maps the prepared files into memory.
#[expect(unsafe_code, reason = "machine code that we compiled ourselves from our own snapshot")]
pub(crate) fn load(engine: &Engine, artifact: &Artifact) -> Result<(Component, Library), Error> {
    for path in [&artifact.code, &artifact.library] {
        check_owner(path)?;
    }
    // SAFETY: the file was written by `prepare` on this machine, under a name with the hash of its source, and nobody
    // but this user or root can have changed it: see `check_owner`. The engine compares its version and settings.
    let component = unsafe { Component::deserialize_file(engine, &artifact.code) }.map_err(Error::engine)?;
    Ok((component, Library::open(&artifact.library)?))
}

/// Whoever can write the file can run code as this server.
fn check_owner(path: &Path) -> Result<(), Error> {
    let ours = fs::metadata("/proc/self").map(|metadata| metadata.uid());
    for place in [Some(path), path.parent()].into_iter().flatten() {
        let metadata = fs::metadata(place)?;
        let is_ours = metadata.uid() == 0 || ours.as_ref().is_ok_and(|uid| metadata.uid() == *uid);
        if !is_ours || metadata.permissions().mode() & 0o022 != 0 {
            return Err(Error::Untrusted(place.display().to_string()));
        }
    }
    Ok(())
}

/// All of the file or none of it.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    let _ = fs::remove_file(&part);
    let mut file = File::options().write(true).create_new(true).mode(0o644).open(&part)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()?;
    fs::rename(part, path)
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, Error> {
    let decoder =
        ruzstd::decoding::StreamingDecoder::new(packed).map_err(|error| io::Error::other(error.to_string()))?;
    let mut unpacked = Vec::new();
    decoder.take(MAX_UNPACKED).read_to_end(&mut unpacked)?;
    Ok(unpacked)
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_snapshot_was_made_of_these_sources() {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshot");
        let mut files: Vec<PathBuf> = fs::read_dir(dir.join("guest"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
            .collect();
        files.sort();
        files.extend([dir.join("src/guest.rs"), dir.join("requirements.txt")]);
        let sources: Vec<u8> = files.iter().flat_map(|file| fs::read(file).unwrap()).collect();
        let hash = Sha256::digest(sources).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
        let made_of = fs::read_to_string(dir.join("sources.sha256")).unwrap();
        assert_eq!(made_of.trim(), hash, "the sources have changed since: run scripts/snapshot.sh");
    }

    #[test]
    fn a_file_that_was_cut_off_is_not_taken_for_ready() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("code");
        assert!(!is_code(&path));
        // A program is such a file as well.
        let whole = fs::read(std::env::current_exe().unwrap()).unwrap();
        fs::write(&path, &whole).unwrap();
        assert!(is_code(&path));
        for length in [0, 30, 64, whole.len() - 1] {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(!is_code(&path), "{length} of {}", whole.len());
        }
    }

    #[test]
    fn a_file_that_others_may_write_is_not_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("code");
        fs::write(&path, b"x").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        check_owner(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(matches!(check_owner(&path), Err(Error::Untrusted(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(check_owner(&path), Err(Error::Untrusted(_))));
    }
}
