"""A web service that takes a photo and gives back its safe copy.

    pip install mediascrubber starlette uvicorn
    uvicorn web_upload:app                                  # in this folder
    curl --data-binary @march.jpg http://localhost:8000/safe-copy -o safe.jpg

The photo is the body of the request, as `fetch(url, {method: "POST", body: file})` sends it. A field of a form would do
too, but web frameworks put large ones into temporary files, and no original should lie on the disk of a server.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import scrubber

POLICY = scrubber.Policy(preset="fast", limits=scrubber.Limits(bytes=20 * 1024 * 1024))
STATUS = {scrubber.PhotoTooLarge: 413, scrubber.UnsupportedFormat: 415}  # every other refusal is a 422
PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class State(TypedDict):
    session: scrubber.Session


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[State]:
    """One session for as long as the service runs: models load once, and a hostile photo ends a worker, not us."""
    with scrubber.Session(policy=POLICY, isolate=True) as session:
        yield {"session": session}


async def safe_copy(request: Request) -> Response:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > POLICY.limits.bytes:  # counted as they come, for a header may claim less
            return problem(413, "too-large", f"A photo may have {POLICY.limits.bytes:,} bytes.")
    try:  # in a thread, so that other requests go on; a session may be used from several
        copy = await run_in_threadpool(request.state.session.scrub_bytes, bytes(data))
    except scrubber.PhotoError as error:
        return problem(STATUS.get(type(error), 422), error.reason, str(error))
    if copy.data is None:  # the photo could be opened, but no copy of it would be safe
        return problem(422, copy.result.reason or "withheld", "There is no safe copy of this photo.")
    return Response(copy.data, media_type=copy.media_type, headers=PRIVATE)


def problem(status: int, reason: str, detail: str) -> Response:
    """An error that programs and people can read (RFC 9457). `reason` is the code that scrubber's reports have."""
    values = {"status": status, "title": "No safe copy", "reason": reason, "detail": detail}
    return JSONResponse(values, status, PRIVATE, "application/problem+json")


app = Starlette(routes=[Route("/safe-copy", safe_copy, methods=["POST"])], lifespan=lifespan)
