//go:build linux

package story

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rightful/internal/access"
)

const sshdConfig = `ListenAddress 127.0.0.1:%d
HostKey %s/host
PidFile none
UsePAM no
StrictModes yes
PrintMotd no
MaxStartups 100
`

// The real sshd is the oracle: who is let in with a key. It is Debian's, which
// lets the account's own group write.
func TestSSHDAgrees(t *testing.T) {
	needRoot(t)
	t.Parallel()
	sshd, keygen := find(t, "/usr/sbin/sshd", "openssh-server"), find(t, "ssh-keygen", "openssh-client")
	ssh := find(t, "ssh", "openssh-client")
	h := newHost(t, "")
	h.sh("mkdir -p var/www")
	for _, name := range []string{"host", "user"} {
		must(t, exec.CommandContext(t.Context(), keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(h.base, name)).Run())
	}
	pub, err := os.ReadFile(filepath.Join(h.base, "user.pub"))
	must(t, err)
	port := freePort(t)
	h.write("sshd", fmt.Sprintf(sshdConfig, port, h.base))

	h.group("both", 61500)
	trials := []trial{
		{"home", "chmod 777 .", `layout: {.: {type: directory, mode: "0777"}}`},
		{"homegroup", "chown :33 .; chmod 775 .", `layout: {.: {type: directory, mode: "0775", group: www-data}}`},
		{"homeown", "chmod 775 .", `layout: {.: {type: directory, mode: "0775"}}`},
		{"folder", "chmod 777 .ssh", `layout: {.ssh: {type: directory, mode: "0777"}}`},
		{"foldergroup", "chown :33 .ssh; chmod 770 .ssh", `layout: {.ssh: {type: directory, mode: "0770", group: both}}`},
		{"folderown", "chmod 770 .ssh", `layout: {.ssh: {type: directory, mode: "0770"}}`},
		{"keys", "chmod 666 .ssh/authorized_keys", `rules: [{match: .ssh/*, file_mode: "0666"}]`},
		{"keysgroup", "chown :33 .ssh/authorized_keys; chmod 664 .ssh/authorized_keys", `rules: [{match: .ssh/*, file_mode: "0664", group: www-data}]`},
		{"keysown", "chmod 664 .ssh/authorized_keys", `rules: [{match: .ssh/*, file_mode: "0664"}]`},
		{"roots", "chown -R 0:0 .ssh", `layout: {.ssh: {type: directory, mode: "0700", owner: root}}`},
		{"stranger", "chown 33 .", `layout: {.: {type: directory, mode: "0711", owner: www-data}}`},
		{"strangers", "chown 33 .ssh/authorized_keys; chmod 644 .ssh/authorized_keys", `layout: {.ssh: {type: directory, mode: "0711", owner: www-data}}`},
		{"unread", "chmod 000 .ssh/authorized_keys", `rules: [{match: .ssh/*, file_mode: "0200"}]`},
	}
	h.grow(trials, fmt.Sprintf("mkdir -m 700 .ssh; echo '%s' >.ssh/authorized_keys; chmod 600 .ssh/authorized_keys", pub))
	h.serve("Server listening", sshd, "-D", "-e", "-f", filepath.Join(h.base, "sshd"))
	h.try(trials, `      .: {type: directory, mode: "0711"}
      .ssh: {type: directory, mode: "0700", create: false}
    rules: [{match: .ssh/*, file_mode: "0600"}]
    checks: [sshd-debian]
`,
		func(name string) string { return h.login(ssh, port, name) },
		func(name string, tree access.Tree) string {
			c := &access.Case{Tree: tree, Home: "/var/www/" + name, Account: h.ids[name], Members: h.members}
			for _, f := range (access.SSHDDebian{}).Check(c) {
				if f.Weight == access.Refused {
					return "refused"
				}
			}
			return ""
		})
}

// login is from an address of each account's own: sshd is short with those from
// whom it has refused many.
func (h *host) login(ssh string, port int, name string) string {
	from := fmt.Sprint("127.0.0.", h.ids[name].UID-61000)
	if exec.CommandContext(h.t.Context(), ssh, "-F", "none", "-b", from, "-p", fmt.Sprint(port), "-i", filepath.Join(h.base, "user"),
		"-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
		"-o", "LogLevel=ERROR", "-o", "KexAlgorithms=curve25519-sha256", name+"@127.0.0.1", "true").Run() != nil {
		return "refused"
	}
	return ""
}

// members are those of the story's groups: each user has one to himself.
func (h *host) members(gid uint32) (primary, listed []uint32, known bool) {
	for _, id := range h.ids {
		if id.GID == gid {
			return []uint32{id.UID}, nil, true
		}
	}
	return nil, nil, gid == 61500
}
