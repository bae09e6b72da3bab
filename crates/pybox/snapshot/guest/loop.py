"""An asyncio event loop that waits for time only: there are no sockets to wait for."""

import asyncio
import time


class _Clockwork:
    """What a loop takes for a selector."""

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("the tool waits for something that can never happen")
        if timeout > 0:
            time.sleep(timeout)
        return []

    def close(self):
        pass


class Loop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Clockwork()

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, func, *args):
        # There are no threads; what would have run beside us runs now.
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as failed:
            future.set_exception(failed)
        return future

    async def shutdown_default_executor(self, timeout=None):
        pass


def install():
    asyncio.events._set_running_loop(None)
    asyncio.set_event_loop(None)
    asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
    asyncio.runners.events.new_event_loop = Loop
