"""Headers that every answer of every service carries; a page brings its own content policy."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Nothing of an answer to a program may be run or framed, should a browser ever show it."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": API_POLICY,
    "cache-control": "no-store",
}
"""``no-store`` unless the answer says otherwise: most of them are about people."""
TRANSPORT = "max-age=31536000"


class SecurityHeaders:
    """Adds the headers an answer does not set itself; ``Strict-Transport-Security`` when the service is on https."""

    def __init__(self, app: ASGIApp, issuer: str = "") -> None:
        self.app = app
        headers = HEADERS | ({"strict-transport-security": TRANSPORT} if issuer.startswith("https://") else {})
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, its answers completed."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in self.headers if pair[0] not in own)]
            await send(message)

        await self.app(scope, receive, completed)
