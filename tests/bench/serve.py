# SPDX-License-Identifier: MIT
"""nginx on free loopback ports, unprivileged, serving the pages that gen.py wrote as the two systems would.

nginx answers everything itself, so that serving costs next to nothing and is the same for both programs: page numbers
become file names, and a portal session is the account's name in its cookie. The name is read from the form that was
posted; nginx knows a posted body only when it passes the request on, hence the step through /entered.
"""

import pathlib
import shutil
import socket
import subprocess
import time

CONFIG = """
daemon off;
worker_processes 1;
pid {run}/nginx.pid;
error_log {run}/error.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    etag off;
    if_modified_since off;
    sendfile on;
    keepalive_requests 1000000;
    default_type application/json;
    charset utf-8;
    charset_types application/json text/html;
    client_body_temp_path {run}/body;
    proxy_temp_path {run}/proxy;
    fastcgi_temp_path {run}/fastcgi;
    uwsgi_temp_path {run}/uwsgi;
    scgi_temp_path {run}/scgi;
    map $request_body $account {{ default ""; "~tai_khoan=(?<name>[a-z0-9]+)" $name; }}
    server {{
        listen 127.0.0.1:{central};
        root {run}/data/central;
        location = /conditional.json {{ root {run}; etag on; if_modified_since exact; }}
        location = /api/auth/login {{ return 200 '{token}'; }}
        location = /api/auth/refresh {{ return 200 '{token}'; }}
        location = /api/nhiem-vu {{ try_files /nhiem-vu/$arg_page.json =404; }}
        location = /api/chi-tieu {{ try_files /chi-tieu/$arg_page.json =404; }}
    }}
    server {{
        listen 127.0.0.1:{portal};
        root {run}/data/portal;
        absolute_redirect off;
        location = /login {{
            default_type text/html;
            if ($request_method = POST) {{ rewrite ^ /enter last; }}
            add_header Set-Cookie "nq57_login=1; Path=/; HttpOnly";
            return 200 '{form}';
        }}
        location = /enter {{
            internal;
            client_body_in_single_buffer on;
            proxy_pass http://127.0.0.1:{portal}/entered;
            proxy_redirect off;
            add_header Set-Cookie "nq57_session=$account; Path=/; HttpOnly" always;
        }}
        location = /entered {{ return 302 /trang-chu; }}
        location = /trang-chu {{
            default_type text/html;
            if ($cookie_nq57_session = "") {{ return 302 /login; }}
            return 200 '{home}';
        }}
        location = /api/v1/tasks {{
            if ($cookie_nq57_session = "") {{ return 302 /login; }}
            try_files /$cookie_nq57_session/tasks/$arg_offset.json =404;
        }}
        location = /api/v1/criteria {{
            if ($cookie_nq57_session = "") {{ return 302 /login; }}
            try_files /$cookie_nq57_session/criteria/$arg_offset.json =404;
        }}
    }}
}}
"""
TOKEN = '{"code":0,"data":{"accessToken":"bench","refreshToken":"bench-refresh","expiresIn":3600}}'
HOME = '<!doctype html><html><body><p>$cookie_nq57_session</p><a href="/logout">Đăng xuất</a></body></html>'
FORM = ('<!doctype html><html><body><form method="post" action="/login">'
        '<input type="hidden" name="_token" value="bench"><input name="tai_khoan">'
        '<input type="password" name="mat_khau"></form></body></html>')


def pages(data):
    """The files of one folder of pages that hold records, in the order in which they are asked for."""
    for listing in sorted(path for path in pathlib.Path(data).glob("**/") if any(path.glob("*.json"))):
        numbered = sorted(listing.glob("[0-9]*.json"), key=lambda path: int(path.stem))
        yield from numbered[:-1]  # after the last page stands an empty one


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Server:
    """Serves `data` while the with-block lasts; .central and .portal are the base URLs."""

    def __init__(self, data, run):
        self.data, self.run = pathlib.Path(data).resolve(), pathlib.Path(run)
        self.process = None
        ports = free_ports(2)
        self.ports = ports
        self.central, self.portal = (f"http://127.0.0.1:{port}" for port in ports)

    def __enter__(self):
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
        if not program:
            raise RuntimeError("nginx is not installed")
        self.run.mkdir(parents=True, exist_ok=True)
        self.run.parent.chmod(0o711)  # started by root nginx works as somebody else, who follows our link
        self.show(self.data)
        (self.run / "conditional.json").write_text('{"items":[]}', encoding="utf-8")
        config = self.run / "nginx.conf"
        config.write_text(CONFIG.format(run=self.run, central=self.ports[0], portal=self.ports[1],
                                        token=TOKEN, form=FORM, home=HOME), encoding="utf-8")
        self.process = subprocess.Popen([program, "-e", str(self.run / "error.log"), "-c", str(config)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.wait_until_it_listens()
        return self

    def show(self, data):
        """From now on these pages are served, and nothing else changes."""
        link = self.run / "next"
        link.symlink_to(data)
        link.replace(self.run / "data")

    def requests(self):
        """Address and header of every page."""
        for path in pages(self.data):
            if path.parts[-3] == "central":
                yield f"{self.central}/api/{path.parts[-2]}?page={path.stem}", "Authorization: Bearer bench"
            else:
                yield (f"{self.portal}/api/v1/{path.parts[-2]}?offset={path.stem}",
                       f"Cookie: nq57_session={path.parts[-3]}")

    def wait_until_it_listens(self):
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError("nginx ended: " + self.process.stderr.read()[-800:])
            try:
                for port in self.ports:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx does not listen")

    def __exit__(self, *exc):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
