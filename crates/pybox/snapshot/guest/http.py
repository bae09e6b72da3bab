"""HTTP from inside: `requests` and `urllib.request` leave through the host's outbound guard and no other way."""

import base64
import email.message
import io
import json
import time
import urllib.error
import urllib.request
import urllib.response

from _callwright import channel


class Refused(OSError):
    """The host did not send the request, or had no answer to it."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def exchange(method, url, headers, body, timeout):
    """Sends one request, without following redirects: `(status, reason, headers, body)`."""
    head = {"method": method, "url": url, "headers": headers}
    if timeout is not None:
        head["timeout_ms"] = max(1, int(timeout * 1000))
    try:
        answer = channel.ask("http", json.dumps(head).encode() + b"\n" + (body or b""))
    except OSError as failed:
        raise Refused("network_denied", str(failed)) from None
    head, _, body = answer.partition(b"\n")
    head = json.loads(head)
    if "code" in head:
        raise Refused(head["code"], head["message"])
    return head["status"], head["reason"], [tuple(pair) for pair in head["headers"]], body


def _bytes(body):
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(_bytes(piece) for piece in body)


class _Handler(urllib.request.BaseHandler):
    """Instead of urllib's own handlers for HTTP and HTTPS."""

    def http_open(self, request):
        headers = {**request.headers, **request.unredirected_hdrs}
        timeout = request.timeout if isinstance(request.timeout, (int, float)) else None
        try:
            status, reason, pairs, body = exchange(
                request.get_method(), request.full_url, list(headers.items()), _bytes(request.data), timeout
            )
        except Refused as refused:
            raise urllib.error.URLError(str(refused)) from None
        message = email.message.Message()
        for name, value in pairs:
            message[name] = value
        response = urllib.response.addinfourl(io.BytesIO(body), message, request.full_url, status)
        response.msg = response.reason = reason
        return response

    https_open = http_open

    def http_request(self, request):
        if request.data is not None and not request.has_header("Content-type"):
            request.add_unredirected_header("Content-type", "application/x-www-form-urlencoded")
        for name, value in self.parent.addheaders:
            if not request.has_header(name.capitalize()):
                request.add_unredirected_header(name.capitalize(), value)
        return request

    https_request = http_request


def _build_opener(*handlers):
    opener = urllib.request.OpenerDirector()
    kinds = [_Handler, urllib.request.HTTPErrorProcessor, urllib.request.HTTPDefaultErrorHandler,
             urllib.request.HTTPRedirectHandler, urllib.request.DataHandler]
    own = [handler() if isinstance(handler, type) else handler for handler in handlers]
    own = [handler for handler in own if not isinstance(handler, urllib.request.AbstractHTTPHandler)]
    for kind in kinds:
        if not any(isinstance(handler, kind) for handler in own):
            opener.add_handler(kind())
    for handler in own:
        opener.add_handler(handler)
    return opener


def _install_requests():
    import requests
    import requests.adapters
    import requests.exceptions
    import requests.utils
    from requests.structures import CaseInsensitiveDict
    from urllib3._collections import HTTPHeaderDict

    class Raw(io.BytesIO):
        """What `requests` takes for urllib3's response; its cookies are read from `_original_response`."""

        def __init__(self, status, reason, pairs, body):
            super().__init__(body)
            self.status, self.reason = status, reason
            self.headers = HTTPHeaderDict()
            self.msg = email.message.Message()
            for name, value in pairs:
                self.headers.add(name, value)
                self.msg[name] = value
            self._original_response = self

        def isclosed(self):
            return self.closed

        def stream(self, amount=65536, decode_content=None):
            while piece := self.read(amount):
                yield piece

        def read(self, amount=-1, decode_content=None):
            return super().read(amount if amount is not None else -1)

        def release_conn(self):
            pass

    class Adapter(requests.adapters.BaseAdapter):
        def __init__(self, *_, **__):
            super().__init__()

        def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
            if isinstance(timeout, tuple):
                timeout = max((part for part in timeout if part is not None), default=None)
            try:
                status, reason, pairs, body = exchange(
                    request.method, request.url, list(request.headers.items()), _bytes(request.body), timeout
                )
            except Refused as refused:
                kind = requests.exceptions.Timeout if refused.code == "timeout" else requests.exceptions.ConnectionError
                raise kind(str(refused), request=request) from None
            response = requests.Response()
            response.status_code, response.reason = status, reason
            response.raw = Raw(status, reason, pairs, body)
            response.headers = CaseInsensitiveDict(response.raw.headers)
            response.encoding = requests.utils.get_encoding_from_headers(response.headers)
            response.url, response.request, response.connection = request.url, request, self
            requests.cookies.extract_cookies_to_jar(response.cookies, request, response.raw)
            return response

        def close(self):
            pass

    requests.adapters.HTTPAdapter = Adapter
    requests.sessions.HTTPAdapter = Adapter


def install():
    urllib.request.build_opener = _build_opener
    urllib.request.getproxies = lambda: {}
    _install_requests()
