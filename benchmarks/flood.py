"""One greedy client in a light process: so many runs a second, each with another seed, whatever becomes of them.

`python -m benchmarks.flood PORT SOURCE HEADER RATE SECONDS < template` from an address of the loopback;
benchmarks/greedy.py starts it. The template is the body of a request with SEED in it. An answer is waited for ten
seconds. No library is needed, so that next to no processor time is taken from those who are measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

PATIENCE = 10


async def ask(port: int, source: str, header: str, body: bytes) -> str:
    """Send one run: the status of its answer, or why there is none."""
    head = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: br\r\n{header}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            writer.write(head.encode() + body)
            answer = await reader.read()
        return answer[9:12].decode() or "no answer"
    except TimeoutError:
        return "no answer within 10 s"
    except OSError:
        return "no answer"
    finally:
        if writer:
            writer.close()


async def flood(port: int, source: str, header: str, rate: float, seconds: float, template: str) -> Counter[str]:
    """Send at an even pace, without waiting for answers: how many came to what."""
    begin = time.monotonic()
    sent = []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0, begin + number / rate - time.monotonic()))
        body = template.replace("SEED", str(1_000_000 + round(1000 * time.time()) % 10**9 + number))
        sent.append(asyncio.create_task(ask(port, source, header, body.encode())))
    return Counter(await asyncio.gather(*sent))


def main() -> None:
    """Flood, then print what came of it."""
    port, source, header, rate, seconds = sys.argv[1:]
    counts = asyncio.run(flood(int(port), source, header, float(rate), float(seconds), sys.stdin.read()))
    print(json.dumps({"answers": counts, "cpu": time.process_time()}))


if __name__ == "__main__":
    main()
