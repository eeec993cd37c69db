package access

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"rightful/plan"
)

// The real suexec is the oracle: its exit code for each way to break a script's
// folder.
func TestSuEXECAgrees(t *testing.T) {
	needRoot(t)
	t.Parallel()
	binary := find(t, "/usr/lib/apache2/suexec")
	dir := ground(t)
	must(t, os.Mkdir(filepath.Join(dir, "www"), 0o755))
	must(t, os.Mkdir(filepath.Join(dir, "log"), 0o755))
	mounts := people(t, dir, "/nonexistent") + fmt.Sprintf("mount --bind %s/www /var/www && mount --bind %[1]s/log /var/log/apache2 && ", dir)
	tree := func(p string) (plan.State, error) { // as it is where suexec runs
		if rest, ok := strings.CutPrefix(p, "/var/www"); ok {
			return host(dir + "/www" + rest)
		}
		return host(p)
	}
	account := Identity{UID: liveAlice, GID: liveAlice, Groups: []uint32{61010, 61012}}
	for i, change := range []func(cgi, run string){
		func(_, _ string) {},
		func(cgi, _ string) { must(t, os.Chmod(cgi, 0o775)) },
		func(cgi, _ string) { must(t, os.Chmod(cgi, 0o757)) },
		func(cgi, _ string) { must(t, os.Chmod(cgi, 0o711)) },
		func(cgi, _ string) { must(t, os.Chmod(cgi, 0o311)) },
		func(cgi, _ string) { must(t, os.Chmod(cgi, 0o655)) },
		func(_, run string) { must(t, os.Chmod(run, 0o775)) },
		func(_, run string) { must(t, os.Chmod(run, 0o757)) },
		func(_, run string) { must(t, unix.Chmod(run, 0o4755)) },
		func(_, run string) { must(t, unix.Chmod(run, 0o2755)) },
		func(_, run string) { must(t, os.Chmod(run, 0o655)) },
		func(_, run string) { must(t, os.Chown(run, liveBob, liveAlice)) },
		func(_, run string) { must(t, os.Chown(run, liveAlice, liveBob)) },
		func(cgi, _ string) { must(t, os.Chown(cgi, 0, liveAlice)) },
		func(cgi, _ string) { must(t, os.Chown(cgi, liveAlice, wwwData)) },
		func(_, run string) { must(t, os.Remove(run)) },
		func(_, run string) { must(t, os.Rename(run, run+"2")); must(t, os.Symlink("run2", run)) },
		func(cgi, _ string) { setACL(t, cgi, acl(7, 5, 7, 5, user(wwwData, 7))) },
		func(cgi, _ string) { setACL(t, cgi, acl(7, 5, 5, 5, user(wwwData, 5))) },
		func(cgi, _ string) { chownmod(t, filepath.Dir(cgi), 0, 0, 0o777) },
		func(cgi, _ string) { chownmod(t, filepath.Dir(cgi), wwwData, 0, 0o700) },
	} {
		rel := fmt.Sprintf("/%d/cgi", i)
		cgi := dir + "/www" + rel
		must(t, os.MkdirAll(cgi, 0o755))
		// No child may take along what is open: it could not be executed (ETXTBSY).
		syscall.ForkLock.RLock()
		err := os.WriteFile(cgi+"/run", []byte("#!/bin/sh\nexit 0\n"), 0o755)
		syscall.ForkLock.RUnlock()
		must(t, err)
		chownmod(t, cgi+"/run", liveAlice, liveAlice, 0o755)
		chownmod(t, cgi, liveAlice, liveAlice, 0o755)
		change(cgi, cgi+"/run")
		want := ""
		found := SuEXEC{}.Check(&Case{Tree: tree, Account: account, Path: "/var/www" + rel + "/run"})
		if len(found) > 0 {
			want = found[0].Code
		}
		got := runSuexec(t, mounts, binary, "/var/www"+rel)
		if got != want {
			t.Errorf("case %d: suexec ends with %q, predicted %+v", i, got, found)
		}
	}
}

// runSuexec runs it as Apache does: in the folder, as Apache's user.
func runSuexec(t *testing.T, mounts, binary, cwd string) string {
	t.Helper()
	cmd := private(mounts + "cd " + cwd + " && exec setpriv --reuid=www-data --regid=www-data --init-groups " + binary + " rfalice rfalice run")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &exit) && exit.ExitCode() > 100:
		return fmt.Sprintf("suEXEC %d", exit.ExitCode())
	}
	return fmt.Sprintf("%v: %s", err, out)
}

func setACL(t *testing.T, path, raw string) {
	t.Helper()
	must(t, unix.Setxattr(path, "system.posix_acl_access", []byte(raw), 0))
}
