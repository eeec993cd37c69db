package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// host is the root of a machine, in a folder where its policies, plans and
// records of runs are kept too.
type host struct {
	dir string
	tree
	census
}

const firstUID = 20_000

func (h *host) path(rel ...string) string {
	return filepath.Join(append([]string{h.dir}, rel...)...)
}

func (h *host) homes() string { return h.path("root/home") }

// owner is who owns the i'th account. An ordinary user owns them all.
func owner(i int) (uid, gid int) {
	if os.Geteuid() != 0 {
		return os.Geteuid(), os.Getegid()
	}
	return firstUID + i, firstUID + i
}

// web is a group that no account is in.
func web() int {
	if os.Geteuid() != 0 {
		return os.Getegid()
	}
	return 33
}

// build makes the tree, and the files beside it.
func (b *bench) build(t tree) (*host, error) {
	h := &host{dir: filepath.Join(b.dir, strings.ReplaceAll(t.Name, " ", "-")), tree: t}
	if err := os.MkdirAll(h.path("root/etc"), 0o755); err != nil {
		return nil, err
	}
	var err error
	if h.census, err = t.grow(h.homes()); err != nil {
		return nil, err
	}
	for name, text := range h.files() {
		if err := os.WriteFile(h.path(name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return h, b.reset(h)
}

// reset gives every entry the owner and the mode that it began with, whatever
// was done to it and whatever the umask is.
func (b *bench) reset(h *host) error { return b.quietly("sh", h.path("reset")) }

func (h *host) files() map[string]string {
	passwd, group := "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
	reset := fmt.Sprintf("set -e\nchown %d:%d %s\nchmod -R u=rwX,go=rX %[3]s\n", os.Geteuid(), os.Getegid(), quoted(h.homes()))
	for i, name := range h.accounts {
		uid, gid := owner(i)
		passwd += fmt.Sprintf("%s:x:%d:%d::/home/%[1]s:/bin/sh\n", name, uid, gid)
		group += fmt.Sprintf("%s:x:%d:\n", name, gid)
		if os.Geteuid() == 0 {
			reset += fmt.Sprintf("chown -R -h %d:%d %s/%s\n", uid, gid, quoted(h.homes()), name)
		}
	}
	passwd += fmt.Sprintf("web:x:33:%d::/var/www:/bin/sh\n", web()) + "backup:x:34:34::/var/backups:/bin/sh\n"
	group += fmt.Sprintf("web:x:%d:\n", web()) + "backup:x:34:\n"
	return map[string]string{
		"root/etc/passwd": passwd,
		"root/etc/group":  group,
		"reset":           reset,
		"tmpfiles.conf":   fmt.Sprintf("Z %s ~0750 - - -\n", h.homes()),
		"clean.yaml":      policy("${group}", "0755", "0644", ""),
		"access.yaml":     policy("${group}", "0755", "0644", expectations),
		"modes.yaml":      policy("${group}", "0750", "0640", ""),
		"owners.yaml":     policy("web", "0750", "0640", ""),
	}
}

// quoted is one word of sh(1).
func quoted(path string) string { return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'" }

// policy speaks of every entry, in a few lines that mean the same for nearly
// all of them.
func policy(group, directory, file, access string) string {
	return fmt.Sprintf(`rightful: 1
identities: {web: {user: web}, backup: {user: backup}}
accounts:
  - passwd: {uid: 1-65535, home: /home/*}
    profile: hosting
profiles:
  hosting:
    owner: ${account}
    group: %[1]s
    layout:
      .: {type: directory, mode: %[2]q}
      public_html: {type: directory, mode: %[2]q, create: false}
    rules:
      - {match: "**/*", directory_mode: %[2]q, file_mode: %[3]q}
      - {match: "mail/**/*", directory_mode: %[2]q}
      - {match: "public_html/**/wp-config.php", file_mode: %[3]q}
      - {match: "**/*.{cgi,pl}", file_mode: "0755"}
%[4]slimits: {run: {accounts: unlimited}}
`, group, directory, file, access)
}

// expectations are kept on a tree that is as it should be.
const expectations = `    access:
      - {identity: web, can: [read, search], match: "public_html/**"}
      - {identity: backup, can: [read, list, search], match: "**"}
      - {identity: others, cannot: write, match: "**"}
`
