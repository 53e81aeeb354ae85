# SPDX-License-Identifier: Apache-2.0
# Sourced: free_ports N sets $port, the first of N in a row that nobody has.
# Below 32768: the kernel gives those above to whoever connects somewhere, and
# on a busy machine one of them is somebody's just when a server wants it.
free_ports() {
    port=$(python3 -c "import socket, sys
first, count = 10000 + int(sys.argv[1]) * 8 % 22000, int(sys.argv[2])
while True:
    try:
        for port in range(first, first + count):
            with socket.socket() as s:
                s.bind(('', port))
        break
    except OSError:
        first = 10000 + (first - 10000 + count) % 22000
print(first)" $$ "$1")
}
