"""A PostgreSQL server of a test's own, from Debian's programs, on a socket in a directory that goes with it. It refuses to run as root:
then it runs as the user postgres, or nobody."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
REMOVAL_S = 10


def user():
    """Whom it runs as: None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    return None


def is_installed():
    return (PROGRAMS / "initdb").exists() and (os.geteuid() != 0 or user() is not None)


class Postgresql:
    settings = ("fsync=off",)  # the directory goes with the test

    def __init__(self, home=None):
        """In `home`, or in a directory of its own."""
        self.home = home or Path(tempfile.mkdtemp(prefix="vostro-postgresql-"))
        self.databases = 0
        try:
            if user():
                os.chown(self.home, user().pw_uid, user().pw_gid)
            self.command("initdb", "-D", self.home / "data", "-U", "vostro", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            self.start()
        except BaseException:  # SystemExit and KeyboardInterrupt, too: nobody else has this object to close it
            self.close()
            raise

    def command(self, program, *words):
        def drop():
            os.setgroups([])
            os.setgid(user().pw_gid)
            os.setuid(user().pw_uid)
        with open(self.home / "log", "ab") as log:
            subprocess.run([str(PROGRAMS / program), *map(str, words)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home,
                           preexec_fn=drop if user() else None, check=True, timeout=60)

    def start(self):
        settings = ("listen_addresses=''", f"unix_socket_directories={self.home}", *self.settings)
        self.command("pg_ctl", "-D", self.home / "data", "-w", "-l", self.home / "server.log", "-o",
                     " ".join(f"-c {each}" for each in settings), "start")

    def stop(self, how="immediate"):
        self.command("pg_ctl", "-D", self.home / "data", "-m", how, "-w", "stop")

    def new_database(self):
        """Its address, as in the bridge's configuration."""
        self.databases += 1
        name = f"book{self.databases}"
        self.command("createdb", "-h", self.home, "-U", "vostro", name)
        return f"postgresql:host={self.home} user=vostro dbname={name}"

    def copy(self, address, name):
        """A copy of a database that nobody is connected to, under another name."""
        self.command("createdb", "-h", self.home, "-U", "vostro", "-T", address.split("dbname=")[1], name)

    def replace(self, address, name):
        """The database becomes what the copy is."""
        database = address.split("dbname=")[1]
        self.command("dropdb", "-h", self.home, "-U", "vostro", database)
        self.command("createdb", "-h", self.home, "-U", "vostro", "-T", name, database)

    def close(self):
        try:
            self.stop()
        except (subprocess.SubprocessError, OSError):
            pass  # it was down, or never there; without its directory a server ends by itself
        finally:
            self.remove()

    def remove(self):
        """What initdb started outlives it by a moment where it is killed, and still writes."""
        end = time.monotonic() + REMOVAL_S
        shutil.rmtree(self.home, ignore_errors=True)
        while self.home.exists() and time.monotonic() < end:
            time.sleep(0.05)
            shutil.rmtree(self.home, ignore_errors=True)
