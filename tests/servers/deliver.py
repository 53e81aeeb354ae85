# SPDX-License-Identifier: Apache-2.0
"""A real SMTP server (aiosmtpd) and a plain HTTP receiver on loopback, for
deliver.sh: deliver.py FOLDER SMTP_PORT HTTP_PORT [ADDRESS]. Messages and
bodies are kept as files in FOLDER; a file FOLDER/refuse makes both say "try
later", the webhook with the path that was asked; one called think lets the
mail server take as many seconds as it holds, and a file thinking is there
meanwhile."""
import asyncio
import http.server
import os
import socket
import sys
import threading
import time

from aiosmtpd.controller import Controller

folder, smtp_port, http_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
address = sys.argv[4] if len(sys.argv) > 4 else "127.0.0.1"


def keep(kind, data):
    number = len([n for n in os.listdir(folder) if n.startswith(kind)])
    with open(f"{folder}/{kind}-{number}", "wb") as file:
        file.write(data)


def refusing():
    return os.path.exists(f"{folder}/refuse")


class Mail:
    async def handle_DATA(self, server, session, envelope):
        if os.path.exists(f"{folder}/think"):
            with open(f"{folder}/think") as f, open(f"{folder}/thinking", "w"):
                seconds = float(f.read())
            try:
                await asyncio.sleep(seconds)
            finally: # also when the client is gone
                os.remove(f"{folder}/thinking")
        if refusing():
            return "451 try later"
        keep("mail", f"{envelope.mail_from} {envelope.rcpt_tos}\n".encode()
             + envelope.original_content)
        return "250 taken"


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = f"Cannot POST {self.path}".encode() if refusing() else b"ok"
        if refusing():
            self.send_response(500)
        else:
            keep("hook", body)
            self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args):
        pass


mail = Controller(Mail(), hostname=address, port=smtp_port)
mail.start()
http.server.HTTPServer.address_family = socket.getaddrinfo(address, 0)[0][0]
hook = http.server.HTTPServer((address, http_port), Hook)
threading.Thread(target=hook.serve_forever, daemon=True).start()
open(f"{folder}/ready", "w").close()
while True:
    time.sleep(60)
