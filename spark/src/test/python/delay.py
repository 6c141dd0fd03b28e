"""A network whose packets arrive late: one device for each name, a packet read from any is written to that of its address.

For kernels without tc's netem. Every line of standard input is a new delay in seconds; its end is the end. The address of
device i is 10.77.0.(i + 1). Packets keep the kernel's offload header, so that one of 64 KiB passes as one.
"""
import collections
import fcntl
import os
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
TUNSETOFFLOAD = 0x400454D0
IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x0001, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4 = 0x01, 0x02
OFFLOAD_HEADER = 10
LAST_BYTE_OF_DESTINATION = OFFLOAD_HEADER + 19
LARGEST = OFFLOAD_HEADER + (1 << 16)


def device(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4)
    return fd


def main():
    devices = [device(name) for name in sys.argv[1:]]
    waiting = collections.deque()
    delay = 0.0
    print("ready", flush=True)
    while True:
        timeout = None
        while waiting:
            due, to, packet = waiting[0]
            timeout = due - time.monotonic()
            if timeout > 0:
                break
            waiting.popleft()
            timeout = None
            try:
                os.write(to, packet)
            except OSError:
                pass  # a device that is not up yet loses it, as a cable would
        readable, _, _ = select.select(devices + [0], [], [], timeout)
        for fd in readable:
            if fd == 0:
                line = sys.stdin.readline()
                if not line:
                    return
                delay = float(line)
                continue
            # Not all at once: the others' packets would wait.
            for _ in range(16):
                try:
                    packet = os.read(fd, LARGEST)
                except OSError:
                    break
                to = packet[LAST_BYTE_OF_DESTINATION] - 1
                if packet[OFFLOAD_HEADER] >> 4 == 4 and 0 <= to < len(devices):
                    waiting.append((time.monotonic() + delay, devices[to], packet))


main()
