"""Reads streams and arrays with the module that was generated for their device, and gives up on a call."""
import asyncio
import sys

from json_lines import tell
from source import AsyncSource, Source

(url,) = sys.argv[1:]
told = {}
with Source(url) as source:
    told["numbers"] = list(source.numbers(5))
    newest = [item.value for item in source.numbers(300).latest()]
    told["newest"] = newest[-1]
    endless = source.numbers(1_000_000).read()
    told["first"] = next(endless)
    endless.close()
    trace = source.trace()
    told["trace"] = list(trace)
    told["sum"] = source.sum(trace)
    try:
        source.wait(timeout=0.2)
    except Exception as error:
        told["slow"] = type(error).__name__


async def read():
    async with AsyncSource(url) as source:
        return [item async for item in source.numbers(5)]


told["later"] = asyncio.run(read())
tell(told)
