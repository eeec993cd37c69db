package reconcile

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

var benchEntries = flag.Int("entries", 100_000, "size of the tree that benchmarks compare")

// BenchmarkRun plans a WordPress-like account in which nothing, or everything,
// is to be changed, and one in which programs are asked about each file.
func BenchmarkRun(b *testing.B) {
	h := &testHost{t: nil, root: b.TempDir()}
	if err := h.grow(*benchEntries); err != nil {
		b.Fatal(err)
	}
	const access, checks = `access: [{identity: web, can: read, match: "public_html/**"}]`, `checks: [apache, sshd]`
	for _, c := range []struct{ name, mode, more string }{
		{"clean", `"0644"`, ""}, {"acls", `"0644", acl: none`, ""}, {"allwrong", `"0640"`, ""}, {"access", `"0644"`, access}, {"checks", `"0644"`, checks},
	} {
		b.Run(c.name, func(b *testing.B) {
			p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: fmt.Appendf(nil, `%s
identities: {web: {uid: 33, gid: 33}}
profiles:
  site:
    rules:
      - {match: "public_html/**/*", directory_mode: u+rwx, file_mode: %s}
      - {match: "**/wp-config.php", file_mode: ["0600", "0640", "0644"]}
    %s
`, policyHead, c.mode, c.more)}}, nil)
			if err != nil {
				b.Fatal(err)
			}
			root, err := fsys.OpenRoot(h.root)
			if err != nil {
				b.Fatal(err)
			}
			defer root.Close()
			users := userdb.Files(func(path string) ([]byte, error) { return os.ReadFile(h.path(path)) })
			b.ReportAllocs()
			var entries int64
			for b.Loop() {
				p, err := Run(context.Background(), io.Discard, Options{
					Policy: p, Tree: Live(root), Files: LiveFiles(fsys.NewFiles(root, nil)), Users: users, Passwd: users,
					Header: plan.Header{Root: h.root, Policy: plan.Policy{Name: "p.yaml"}, Limits: plan.DefaultLimits()},
					Budget: DefaultBudget(), Workers: 2,
				})
				if err != nil {
					b.Fatal(err)
				}
				entries += p.Trailer.Summary.Entries
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(entries), "ns/entry")
		})
	}
}

// BenchmarkCompare decides about one entry: at a glance where it is as wanted,
// which nearly all are, and in full where it is not.
func BenchmarkCompare(b *testing.B) {
	w := &wants{
		managed: true,
		owner:   &idWant{ids: []uint32{1000}, line: "p.yaml:1"}, group: &idWant{ids: []uint32{1000}, line: "p.yaml:2"},
		file: &modeWant{line: "p.yaml:3"},
	}
	for _, text := range []string{"0600", "u+rw,go+r,go-w"} {
		mode, err := spec.ParseMode(text)
		if err != nil {
			b.Fatal(err)
		}
		w.file.modes = append(w.file.modes, mode)
	}
	bound := &binding{account: &account{spec: spec.Account{Name: "alice", UID: 1000, GID: 1000}}}
	have := plan.State{Type: plan.File, UID: 1000, GID: 1000, Mode: 0o644, Nlink: 1}
	b.Run("right", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !w.settled(&have) {
				b.Fatal("it is as wanted")
			}
		}
	})
	have.Mode = 0o666
	b.Run("wrong", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if w.settled(&have) || bound.compare(w, have).change == nil {
				b.Fatal("it is not as wanted")
			}
		}
	})
}

// grow makes an account of n entries, fifty files a directory.
func (h *testHost) grow(n int) error {
	uid := max(os.Geteuid(), 1)
	if err := os.MkdirAll(h.path("etc"), 0o755); err != nil {
		return err
	}
	passwd := fmt.Sprintf("alice:x:%d:%[1]d::/home/alice:\n", uid)
	if err := os.WriteFile(h.path("etc/passwd"), []byte(passwd), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(h.path("etc/group"), nil, 0o644); err != nil {
		return err
	}
	for i := range n / 51 {
		dir := h.path(fmt.Sprintf("home/alice/public_html/plugin-%d/inc-%d", i%97, i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		for f := range 50 {
			if err := os.WriteFile(fmt.Sprintf("%s/class-wp-%d-%d.php", dir, f, i*f%1000), nil, 0o644); err != nil {
				return err
			}
		}
	}
	if os.Geteuid() != 0 {
		return nil
	}
	return h.chownAll(uid)
}

func (h *testHost) chownAll(uid int) error {
	return filepath.WalkDir(h.path("home/alice"), func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, uid)
	})
}
