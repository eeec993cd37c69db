// Package demo builds a small hosting machine in a folder: three accounts with
// sites, mail and keys, broken the way a panel's bulk script breaks them, and
// the policy that describes them whole. As root the accounts have users of
// their own, and the script has taken their files; an ordinary user owns
// everything, and only modes are broken.
//
// It writes below the folder that it is given and nowhere else.
package demo

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

//go:embed policy.yaml
var policy string

// takeFrom stands in the policy as root only: an ordinary user takes nothing.
const takeFrom = "    take_from: [root]                        # a restore left everything root's\n"

// firstUID keeps the demo's users away from those of the machine.
const firstUID = 61001

var names = []string{"alice", "bob", "carol"}

// Build makes, in the folder dir, the policy rightful.yaml and the machine
// that it is for, below host.
func Build(dir string) error {
	text := policy
	if os.Geteuid() != 0 {
		text = strings.Replace(text, takeFrom, "", 1)
	}
	if err := write(filepath.Join(dir, "rightful.yaml"), text, 0o644); err != nil {
		return err
	}
	h := host(filepath.Join(dir, "host"))
	if err := h.users(); err != nil {
		return err
	}
	for _, name := range names {
		if err := h.home(name); err != nil {
			return err
		}
	}
	return h.breakAll()
}

// host is the root of a demo machine.
type host string

func (h host) path(rel ...string) string {
	return filepath.Join(append([]string{string(h)}, rel...)...)
}

// users writes the machine's passwd and group files. An ordinary user is
// everybody in them.
func (h host) users() error {
	passwd, group := "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
	web := firstUID + 99
	for i, name := range names {
		uid, gid := firstUID+i, firstUID+i
		if os.Geteuid() != 0 {
			uid, gid, web = os.Geteuid(), os.Getegid(), os.Getegid()
		}
		passwd += fmt.Sprintf("%s:x:%d:%d::/home/%s:/bin/sh\n", name, uid, gid, name)
		group += fmt.Sprintf("%s:x:%d:\n", name, gid)
	}
	group += fmt.Sprintf("web:x:%d:\n", web)
	if err := write(h.path("etc/passwd"), passwd, 0o644); err != nil {
		return err
	}
	return write(h.path("etc/group"), group, 0o644)
}

// site is what every account has.
var site = map[string]string{
	"public_html/index.php":             "<?php echo 'hello';\n",
	"public_html/wp-config.php":         "<?php define('DB_PASSWORD', 'secret');\n",
	"public_html/wp-content/style.css":  "body { color: black }\n",
	"public_html/wp-content/logo.svg":   "<svg/>\n",
	"public_html/uploads/holiday 1.jpg": "jpeg\n",
	"mail/inbox/1700000000.M1":          "From: somebody\n",
	".ssh/authorized_keys":              "ssh-ed25519 AAAA demo\n",
}

func (h host) home(name string) error {
	for path, text := range site {
		if err := write(h.path("home", name, path), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// breakAll does what the script did: everything root's and closed to all
// others. And somebody has deleted carol's site.
func (h host) breakAll() error {
	if err := os.RemoveAll(h.path("home/carol/public_html")); err != nil {
		return err
	}
	return filepath.WalkDir(h.path("home"), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o600)
		switch {
		case path == h.path("home"):
			return nil
		case d.IsDir():
			mode = 0o700
		case strings.HasPrefix(d.Name(), "authorized"):
			mode = 0o666 // and this one is open to everybody
		}
		return os.Chmod(path, mode)
	})
}

func write(path, text string, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		return err
	}
	return os.Chmod(path, mode) // whatever the umask is
}
