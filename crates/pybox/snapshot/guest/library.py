"""Modules and time zones that are not in the snapshot come from the host, which has them in a file."""

import importlib.abc
import importlib.machinery
import io
import marshal
import sys
import zoneinfo._common
import zoneinfo._tzpath

from _callwright import channel


class Library(importlib.abc.Loader):
    """The last place where a module is looked for."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        try:
            found = channel.read("lib:" + name)
        except OSError:
            return None
        spec = importlib.machinery.ModuleSpec(name, cls(found), origin="library", is_package=found[:1] == b"p")
        return spec

    def __init__(self, found):
        self.found = found

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(marshal.loads(memoryview(self.found)[1:]), module.__dict__)


def _zone(key):
    try:
        return io.BytesIO(channel.read("tz:" + key))
    except OSError:
        raise zoneinfo._common.ZoneInfoNotFoundError(f"no time zone is called {key!r}") from None


def _zones():
    return set(channel.read("tzlist").decode().split())


def install():
    """There is no file system: nothing else can find a module."""
    sys.path[:] = []
    sys.path_hooks[:] = []
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, Library]
    zoneinfo._common.load_tzdata = _zone
    zoneinfo._tzpath.available_timezones = _zones
    zoneinfo.available_timezones = _zones
    zoneinfo.reset_tzpath(to=[])
