"""One greedy client in a light process: a fixed number of runs a second, each with another seed.

`python -m benchmarks.flood PORT SOURCE HEADER RATE SECONDS < template`, where SOURCE is an address of the loopback;
benchmarks/greedy.py starts it. The template is the body of a request with SEED in it. It waits ten seconds for an
answer. It needs no library, so that it takes little processor time from the students.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter

PATIENCE = 10


async def send(port: int, source: str, header: str, body: bytes) -> str:
    """Request one run: the status of the answer, or why there is none."""
    head = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: br\r\n{header}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer = None
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
            writer.write(head.encode() + body)
            reply = await reader.read()
        return reply[9:12].decode() or "no answer"
    except TimeoutError:
        return "no answer within 10 s"
    except OSError:
        return "no answer"
    finally:
        if writer:
            writer.close()


async def flood(port: int, source: str, header: str, rate: float, seconds: float, template: str) -> Counter[str]:
    """Send at an even pace, without waiting for answers: how many ended in each way."""
    begin = time.monotonic()
    tasks = []
    for number in range(round(rate * seconds)):
        await asyncio.sleep(max(0, begin + number / rate - time.monotonic()))
        body = template.replace("SEED", str(1_000_000 + round(1000 * time.time()) % 10**9 + number))
        tasks.append(asyncio.create_task(send(port, source, header, body.encode())))
    return Counter(await asyncio.gather(*tasks))


def main() -> None:
    """Flood, then print the results."""
    port, source, header, rate, seconds = sys.argv[1:]
    counts = asyncio.run(flood(int(port), source, header, float(rate), float(seconds), sys.stdin.read()))
    print(json.dumps({"answers": counts, "cpu": time.process_time()}))


if __name__ == "__main__":
    main()
