//go:build linux

package hostile

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// disk is a small filesystem of its own, in a file.
type disk struct {
	t    testing.TB
	kind string
	file string
	dir  string // where it is mounted
}

func newDisk(t testing.TB, kind string, mib int) *disk {
	t.Helper()
	needRoot(t)
	needTool(t, "mkfs."+kind)
	d := &disk{t: t, kind: kind, file: filepath.Join(t.TempDir(), "disk")}
	if err := os.WriteFile(d.file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(d.file, int64(mib)<<20); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mkfs."+kind, "-q", d.file).CombinedOutput(); err != nil {
		t.Fatalf("mkfs.%s: %v: %s", kind, err, out)
	}
	d.dir = d.mount(d.file)
	return d
}

// mount mounts an image of the disk, and skips the test where nothing can.
func (d *disk) mount(file string) string {
	d.t.Helper()
	dir, err := os.MkdirTemp("", "hostile-disk-")
	if err != nil {
		d.t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop", file, dir).CombinedOutput(); err != nil {
		os.Remove(dir)
		d.t.Skipf("no loop mount of %s: %v: %s", d.kind, err, out)
	}
	d.t.Cleanup(func() {
		exec.Command("umount", "-l", dir).Run()
		os.Remove(dir)
	})
	return dir
}

// cut is a power cut: what the disk has not got by now it never gets. It
// returns where the disk is mounted afterwards, which is somewhere else. flag
// is that of the shutdown ioctl: 0 flushes the log first, 1 flushes nothing but
// what was asked for, 2 not even the log. Btrfs has no such call; there the
// file behind it is copied as it is.
func (d *disk) cut(flag uint32) string {
	d.t.Helper()
	image := d.file
	if d.kind == "btrfs" {
		image = d.file + ".image"
		if err := copyFile(image, d.file); err != nil {
			d.t.Fatal(err)
		}
		// Two of one UUID are not mounted at the same time.
		if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
			d.t.Fatalf("umount: %v: %s", err, out)
		}
		exec.Command("btrfs", "device", "scan", "--forget").Run()
	} else {
		fd, err := unix.Open(d.dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			d.t.Fatal(err)
		}
		const shutdown = 0x8004587d // _IOR('X', 125, u32)
		err = unix.IoctlSetPointerInt(fd, shutdown, int(flag))
		unix.Close(fd)
		if err != nil {
			d.t.Skipf("no shutdown of %s: %v", d.kind, err)
		}
		if out, err := exec.Command("umount", d.dir).CombinedOutput(); err != nil {
			d.t.Fatalf("umount: %v: %s", err, out)
		}
	}
	return d.mount(image)
}
