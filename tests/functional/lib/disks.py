"""Disks of a test's own, for nodes' data: file systems in images that lose power, and small ones that fill up. They need root and
loop devices, and are mounted for this program and its children alone: however it ends, they are gone with it."""

import ctypes
import os
import shutil
import subprocess
import unittest
from pathlib import Path

CLONE_NEWNS = 0x00020000  # linux/sched.h
IMAGE_MIB = 320  # the least that mkfs.xfs takes is 300; the file has holes
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"]}
SBIN = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}


def command(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=SBIN, timeout=60, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(str(word) for word in words)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Disk:
    """Mounted over a directory, whose content moves into it."""

    def __init__(self, directory):
        self.directory = Path(directory)
        self.is_mounted = False

    def take_over(self):
        """Mounts, and brings what the directory held before."""
        before = self.directory.with_name(self.directory.name + "-before")
        self.directory.rename(before)
        self.directory.mkdir(mode=0o700)
        self.mount()
        self.directory.chmod(0o700)
        for each in before.iterdir():
            shutil.move(each, self.directory / each.name)
        before.rmdir()
        os.sync()

    def unmount(self):
        if self.is_mounted:
            command("umount", self.directory)
            self.is_mounted = False

    def remove(self):
        if self.is_mounted:
            command("umount", "--lazy", self.directory)
            self.is_mounted = False


class ImageDisk(Disk):
    """ext4 or xfs in a file, behind a loop device that ends with the mount."""

    def __init__(self, directory, kind):
        super().__init__(directory)
        self.image = self.directory.with_name(f"{self.directory.name}.{kind}")
        with open(self.image, "wb") as file:
            file.truncate(IMAGE_MIB * 1024 * 1024)
        command(*MAKE[kind], self.image)

    def mount(self):
        command("mount", "-o", "loop", self.image, self.directory)
        self.is_mounted = True

    def cut_power(self):
        """From now on nothing reaches the image: what was written and not synced is lost, torn or not in its order."""
        command("xfs_io", "-x", "-c", "shutdown", self.directory)

    def restore_power(self):
        self.unmount()
        self.mount()

    def remove(self):
        super().remove()
        self.image.unlink(missing_ok=True)


class SmallDisk(Disk):
    """Of so many MiB, in memory."""

    def __init__(self, directory, mib):
        super().__init__(directory)
        self.mib = mib
        self.ballast = self.directory / "ballast"

    def mount(self):
        command("mount", "-t", "tmpfs", "-o", f"size={self.mib}m,mode=0700", "tmpfs", self.directory)
        self.is_mounted = True

    def free_bytes(self):
        about = os.statvfs(self.directory)
        return about.f_bavail * about.f_frsize

    def fill(self, leave_bytes):
        """Fills it up to so many bytes, as another program would."""
        chunk = bytes(64 * 1024)
        with open(self.ballast, "ab", buffering=0) as file:
            while (more := self.free_bytes() - leave_bytes) > 0:
                try:
                    file.write(chunk[:more])
                except OSError:
                    break  # full

    def empty(self):
        self.ballast.unlink(missing_ok=True)


def need(kind):
    """Skips the test where this machine cannot have such a disk. From now on nobody else sees what is mounted here."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("needs root, to mount disks of its own")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise unittest.SkipTest(f"cannot mount for itself alone: {os.strerror(ctypes.get_errno())}")
    command("mount", "--make-rprivate", "/")
    programs = {"tmpfs": [], **{fs: [make[0], "xfs_io"] for fs, make in MAKE.items()}}[kind]
    missing = [name for name in programs if shutil.which(name, path=SBIN["PATH"]) is None]
    if missing:
        raise unittest.SkipTest(f"needs {' and '.join(missing)}: scripts/bootstrap --tests installs them")


def mount_or_skip(disk):
    """The first mount of a test tells whether this machine, or its container, allows any."""
    try:
        disk.take_over()
    except OSError as error:
        raise unittest.SkipTest(f"cannot mount a disk here: {error}") from error


class OnSmallDisk:
    """Mixed into a NetworkCase, before it: the data of its last node lies on a small disk, of which it leaves 24 MiB free."""

    limits = {"disk_reserve_mib": 24}
    disk_mib = 0

    def setUp(self):
        self.disk = None
        self.addCleanup(self.remove_disk)
        need("tmpfs")
        super().setUp()

    def prepare(self, network):
        self.disk = SmallDisk(network.info["nodes"][-1]["data_dir"], self.disk_mib)
        mount_or_skip(self.disk)

    def remove_disk(self):
        for network in self.networks:
            network.down()
        if self.disk:
            self.disk.remove()
