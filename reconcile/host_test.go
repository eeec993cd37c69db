package reconcile

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rightful/internal/fsys"
	"rightful/internal/userdb"
	"rightful/plan"
	"rightful/spec"
)

// testHost is a host below a temporary folder. Its users are root, alice (uid
// 61001), bob (61002), and the groups of the same names, and web (61099). For
// an ordinary user alice is he himself.
type testHost struct {
	t    *testing.T
	root string
	o    Options // changed by tests before plan
	tree func(Tree) Tree
}

const policyHead = `rightful: 1
accounts:
  - passwd: {uid: 1-4294967294, home: /home/*}
    profile: site
`

func newHost(t *testing.T) *testHost {
	t.Helper()
	h := &testHost{t: t, root: t.TempDir()}
	alice, bob := 61001, 61002
	if os.Geteuid() != 0 {
		alice = os.Geteuid()
	}
	h.file("etc/passwd", fmt.Sprintf("root:x:0:0::/root:\nalice:x:%d:%[1]d::/home/alice:\nbob:x:%d:%[2]d::/srv/bob:\n", alice, bob), 0o644)
	h.file("etc/group", fmt.Sprintf("root:x:0:\nalice:x:%d:\nbob:x:%d:\nweb:x:61099:\n", alice, bob), 0o644)
	h.dir("home/alice", 0o711)
	return h
}

func (h *testHost) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *testHost) path(rel string) string { return filepath.Join(h.root, rel) }

func (h *testHost) dir(rel string, mode os.FileMode) {
	h.t.Helper()
	h.parents(rel + "/")
	h.own(rel)
	h.chmod(rel, mode)
}

// parents makes the directories above rel, each the account's.
func (h *testHost) parents(rel string) {
	h.t.Helper()
	for i, c := range rel {
		if c != '/' {
			continue
		}
		err := os.Mkdir(h.path(rel[:i]), 0o755)
		if os.IsExist(err) {
			continue
		}
		h.must(err)
		h.own(rel[:i])
	}
}

func (h *testHost) file(rel, text string, mode os.FileMode) {
	h.t.Helper()
	h.parents(rel)
	h.must(os.WriteFile(h.path(rel), []byte(text), 0o600))
	h.own(rel)
	h.chmod(rel, mode)
}

func (h *testHost) link(rel, target string) {
	h.t.Helper()
	h.must(os.Symlink(target, h.path(rel)))
	h.own(rel)
}

// own gives what is in alice's home to her.
func (h *testHost) own(rel string) {
	if os.Geteuid() == 0 && (rel + "/")[:min(len(rel)+1, 11)] == "home/alice/" {
		h.must(os.Lchown(h.path(rel), 61001, 61001))
	}
}

// chmod takes the twelve bits as numbers, which os.Chmod does not.
func (h *testHost) chmod(rel string, mode os.FileMode) {
	h.t.Helper()
	h.must(syscall.Chmod(h.path(rel), uint32(mode)))
}

func (h *testHost) run(policy string) (*plan.Plan, error) {
	h.t.Helper()
	p, err := spec.Parse([]spec.PolicyFile{{Name: "p.yaml", Data: []byte(policyHead + policy)}}, nil)
	h.must(err)
	return h.runPolicy(p)
}

func (h *testHost) runPolicy(p *spec.Policy) (*plan.Plan, error) {
	h.t.Helper()
	root, err := fsys.OpenRoot(h.root)
	h.must(err)
	h.t.Cleanup(func() { root.Close() })
	o := h.o
	o.Policy, o.Tree, o.Files = p, Live(root), LiveFiles(fsys.NewFiles(root, nil))
	if h.tree != nil {
		o.Tree = h.tree(o.Tree)
	}
	if o.Day == (spec.Day{}) {
		o.Day = spec.Day{Year: 2026, Month: time.November, Day: 22}
	}
	o.Users = userdb.Files(func(path string) ([]byte, error) { return os.ReadFile(h.path(path)) })
	o.Passwd = o.Users
	if o.Budget == (Budget{}) {
		o.Budget = DefaultBudget()
	}
	o.Workers = max(o.Workers, 2)
	o.Header.Created, o.Header.Root = time.Unix(0, 0).UTC(), h.root
	o.Header.Policy = plan.Policy{Name: "p.yaml"}
	if o.Header.Limits == nil {
		o.Header.Limits = plan.DefaultLimits()
	}
	var out bytes.Buffer
	if _, err := Run(context.Background(), &out, o); err != nil {
		return nil, err
	}
	got, err := plan.Open(bytes.NewReader(out.Bytes()))
	h.must(err)
	return got, nil
}

// lines is a plan in short: a line for each step, problem and reason to hold.
func lines(t *testing.T, p *plan.Plan) string {
	t.Helper()
	var b strings.Builder
	for s, err := range p.Steps() {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %s %s\n", symbol(s.Change.Action), plan.Quote(s.Path()), difference(s))
	}
	for r, err := range p.Records() {
		switch {
		case err != nil:
			t.Fatal(err)
		case r.Problem != nil && r.Problem.Count > 0:
			fmt.Fprintf(&b, "! %s x%d\n", r.Problem.Kind, r.Problem.Count)
		case r.Problem != nil:
			fmt.Fprintf(&b, "! %s %s\n", plan.Quote(r.Problem.Path), r.Problem.Kind)
		case r.Account != nil:
			for _, held := range r.Account.Held {
				fmt.Fprintf(&b, "held %s %s\n", r.Account.Name, held.Reason)
			}
		}
	}
	return b.String()
}

func symbol(a plan.Action) string {
	return map[plan.Action]string{plan.Add: "+", plan.Update: "~", plan.Remove: "-"}[a]
}

func difference(s plan.Step) string {
	b, a := s.Change.Before, s.Change.After
	var parts []string
	if s.Change.Action == plan.Remove {
		return b.Type.String()
	}
	if s.Change.Action == plan.Add {
		parts = append(parts, a.Type.String())
		if a.Type != plan.Symlink {
			parts = append(parts, a.Mode.String())
		}
	} else if b.Mode != a.Mode {
		parts = append(parts, fmt.Sprintf("%v->%v", b.Mode, a.Mode))
	}
	if b.UID != a.UID && s.Change.Action != plan.Add {
		parts = append(parts, fmt.Sprintf("uid %d->%d", b.UID, a.UID))
	}
	if b.GID != a.GID && s.Change.Action != plan.Add {
		parts = append(parts, fmt.Sprintf("gid %d->%d", b.GID, a.GID))
	}
	if b.Target != a.Target {
		parts = append(parts, "-> "+plan.Quote(a.Target))
	}
	number := func(id uint32) string { return fmt.Sprint(id) }
	if was, is := b.ACLText(number, number), a.ACLText(number, number); was != is {
		parts = append(parts, "acl "+was+"->"+is)
	}
	if was, is := b.DefaultACLText(number, number), a.DefaultACLText(number, number); was != is {
		parts = append(parts, "default "+was+"->"+is)
	}
	parts = append(parts, s.Change.Classes.String())
	if s.Change.OneWay {
		parts = append(parts, "one-way")
	}
	return strings.Join(parts, " ")
}

// expect plans and compares.
func (h *testHost) expect(policy, want string) *plan.Plan {
	h.t.Helper()
	p, err := h.run(policy)
	h.must(err)
	if diff := cmp.Diff(strings.TrimLeft(want, "\n"), lines(h.t, p)); diff != "" {
		h.t.Errorf("plan (-want +got):\n%s", diff)
	}
	return p
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root: run go test as root")
	}
}
