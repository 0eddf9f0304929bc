"""Well-known trees by name, so that `tracker tree add vfs` is enough."""

from __future__ import annotations

from dataclasses import dataclass

_KERNEL = "https://git.kernel.org/pub/scm/linux/kernel/git"


@dataclass(frozen=True, slots=True)
class Preset:
    """A tree's address, its role (maintainer, next, mainline, stable) and the globs of its branches that count."""

    url: str
    role: str
    branches: tuple[str, ...] = ()


# Addresses and branches as the T: lines of the kernel's MAINTAINERS have them; branches only where the repository has
# others that are no work for the next release.
PRESETS: dict[str, Preset] = {
    "mainline": Preset(f"{_KERNEL}/torvalds/linux.git", "mainline", ("master",)),
    "next": Preset(f"{_KERNEL}/next/linux-next.git", "next", ("master",)),
    "stable": Preset(f"{_KERNEL}/stable/linux.git", "stable", ("linux-[0-9]*.y",)),
    "stable-rc": Preset(f"{_KERNEL}/stable/linux-stable-rc.git", "maintainer", ("linux-[0-9]*.y",)),
    "vfs": Preset(f"{_KERNEL}/vfs/vfs.git", "maintainer", ("vfs.*", "vfs-*", "kernel-*")),
    "tip": Preset(f"{_KERNEL}/tip/tip.git", "maintainer"),
    "net": Preset(f"{_KERNEL}/netdev/net.git", "maintainer", ("main",)),
    "net-next": Preset(f"{_KERNEL}/netdev/net-next.git", "maintainer", ("main",)),
    "bpf": Preset(f"{_KERNEL}/bpf/bpf.git", "maintainer", ("master",)),
    "bpf-next": Preset(f"{_KERNEL}/bpf/bpf-next.git", "maintainer", ("master", "net", "for-next")),
    "mm": Preset(f"{_KERNEL}/akpm/mm.git", "maintainer", ("mm-*",)),
    "block": Preset(f"{_KERNEL}/axboe/linux.git", "maintainer", ("block-*", "io_uring-*", "for-*")),
    "btrfs": Preset(f"{_KERNEL}/kdave/linux.git", "maintainer"),
    "ext4": Preset(f"{_KERNEL}/tytso/ext4.git", "maintainer"),
    "xfs": Preset("https://git.kernel.org/pub/scm/fs/xfs/xfs-linux.git", "maintainer", ("for-next", "xfs-*")),
    "jack-fs": Preset(f"{_KERNEL}/jack/linux-fs.git", "maintainer"),
    "kvm": Preset("https://git.kernel.org/pub/scm/virt/kvm/kvm.git", "maintainer"),
    "driver-core": Preset(f"{_KERNEL}/driver-core/driver-core.git", "maintainer"),
    "char-misc": Preset(f"{_KERNEL}/gregkh/char-misc.git", "maintainer"),
    "usb": Preset(f"{_KERNEL}/gregkh/usb.git", "maintainer"),
    "wireless": Preset(f"{_KERNEL}/wireless/wireless-next.git", "maintainer", ("main",)),
    "bluetooth": Preset(f"{_KERNEL}/bluetooth/bluetooth-next.git", "maintainer", ("master",)),
    "sound": Preset(f"{_KERNEL}/tiwai/sound.git", "maintainer"),
    "media": Preset("https://git.linuxtv.org/media.git", "maintainer"),
    "rust": Preset("https://github.com/Rust-for-Linux/linux.git", "maintainer", ("rust-next", "rust-fixes")),
    "kselftest": Preset(f"{_KERNEL}/shuah/linux-kselftest.git", "maintainer"),
    "selinux": Preset(f"{_KERNEL}/pcmoore/selinux.git", "maintainer"),
    "erofs": Preset(f"{_KERNEL}/xiang/erofs.git", "maintainer"),
    "git": Preset("https://github.com/git/git.git", "mainline", ("master",)),
    "git-next": Preset("https://github.com/git/git.git", "next", ("next", "seen")),
    "git-maint": Preset("https://github.com/git/git.git", "stable", ("maint",)),
    "qemu": Preset("https://gitlab.com/qemu-project/qemu.git", "mainline", ("master",)),
    "qemu-stable": Preset("https://gitlab.com/qemu-project/qemu.git", "stable", ("stable-*",)),
    "liburing": Preset("https://github.com/axboe/liburing.git", "mainline", ("master",)),
    "util-linux": Preset("https://github.com/util-linux/util-linux.git", "mainline", ("master",)),
    "btrfs-progs": Preset("https://github.com/kdave/btrfs-progs.git", "mainline", ("master",)),
    "ltp": Preset("https://github.com/linux-test-project/ltp.git", "mainline", ("master",)),
    "b4": Preset("https://git.kernel.org/pub/scm/utils/b4/b4.git", "mainline", ("master",)),
}
