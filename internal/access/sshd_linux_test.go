package access

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// The real sshd is the oracle: who is let in with a key. It is Debian's, where it
// has Debian's patch, as can be seen by what it says about itself.
func TestSSHDAgrees(t *testing.T) {
	if testing.Short() {
		t.Skip("long: run without -short")
	}
	needRoot(t)
	t.Parallel()
	sshd, ssh, keygen := find(t, "/usr/sbin/sshd"), find(t, "ssh"), find(t, "ssh-keygen")
	dir := ground(t)
	for _, name := range []string{"host", "user"} {
		must(t, exec.Command(keygen, "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).Run())
	}
	home := filepath.Join(dir, "home")
	port := freePort(t)
	config := fmt.Sprintf("ListenAddress 127.0.0.1:%d\nHostKey %s/host\nPidFile none\nUsePAM no\nStrictModes yes\nPrintMotd no\n", port, dir)
	must(t, os.WriteFile(filepath.Join(dir, "config"), []byte(config), 0o600))
	serve(t, private(people(t, dir, home)+"mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "+sshd+" -D -e -f "+dir+"/config"), "Server listening")

	c := &Case{Tree: host, Home: home, Account: Identity{UID: liveAlice, GID: liveAlice, Groups: []uint32{61010, 61012}}, Members: liveMembers}
	for i, change := range sshdChanges(t, home) {
		must(t, os.RemoveAll(home))
		must(t, os.MkdirAll(home+"/.ssh", 0o755))
		pub, err := os.ReadFile(dir + "/user.pub")
		must(t, err)
		must(t, os.WriteFile(home+"/.ssh/authorized_keys", pub, 0o600))
		chownmod(t, home+"/.ssh/authorized_keys", liveAlice, liveAlice, 0o600)
		chownmod(t, home+"/.ssh", liveAlice, liveAlice, 0o700)
		chownmod(t, home, liveAlice, liveAlice, 0o755)
		change()
		let := exec.Command(ssh, "-F", "none", "-p", fmt.Sprint(port), "-i", dir+"/user", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes",
			"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "rfalice@127.0.0.1", "true").Run() == nil
		want := true
		found := SSHDDebian{}.Check(c)
		for _, f := range found {
			want = want && f.Weight != Refused
		}
		if let != want {
			t.Errorf("case %d: let in: %v, predicted %+v", i, let, found)
		}
	}
}

func sshdChanges(t *testing.T, home string) []func() {
	ssh, keys := home+"/.ssh", home+"/.ssh/authorized_keys"
	give := func(path string, uid, gid int, mode uint32) func() {
		return func() { chownmod(t, path, uid, gid, mode) }
	}
	return []func(){
		func() {},
		give(home, liveAlice, liveAlice, 0o775),
		give(home, liveAlice, 61010, 0o775),
		give(home, liveAlice, 61011, 0o775),
		give(home, liveAlice, 61012, 0o775),
		give(home, liveAlice, wwwData, 0o775),
		give(home, liveAlice, liveAlice, 0o777),
		give(home, liveBob, liveAlice, 0o755),
		give(home, 0, liveAlice, 0o750),
		give(home, 0, liveAlice, 0o775), // the group lists nobody, so that root need not be it
		give(home, 0, 61012, 0o775),     // alice is listed, and is not the owner
		give(ssh, liveAlice, liveAlice, 0o770),
		give(ssh, liveAlice, 0, 0o770),
		give(keys, liveAlice, liveAlice, 0o664),
		give(keys, liveBob, liveAlice, 0o644),
		give(keys, 0, 0, 0o600),
		give(keys, 0, 0, 0o644),
		give(keys, 0, 0, 0o666),
		func() { setACL(t, ssh, acl(7, 0, 7, 0, user(wwwData, 7))) },
		func() { setACL(t, ssh, acl(7, 0, 5, 0, user(wwwData, 7))) },
		func() {
			must(t, os.Remove(keys))
			must(t, unix.Mkfifo(keys, 0o600))
			chownmod(t, keys, liveAlice, liveAlice, 0o600)
		},
		func() {
			away := filepath.Join(filepath.Dir(home), "away")
			must(t, os.RemoveAll(away))
			must(t, os.Mkdir(away, 0o755))
			must(t, os.Rename(keys, away+"/keys"))
			must(t, os.Symlink("../../away/keys", keys))
			must(t, os.Chmod(away, 0o777))
		},
	}
}
