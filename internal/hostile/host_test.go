//go:build linux

package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rightful/apply"
	"rightful/plan"
)

// The people of a host. Alice is hostile, bob is her neighbour, and web is the
// web server.
const (
	alice = 62001
	bob   = 62002
	web   = 62003
)

// sensible is a policy as a careful admin would write it, with everything that
// the program can do in it.
const sensible = `rightful: 1
accounts:
  - {passwd: {uid: 62001-62002, home: /home/*}, profile: site}
profiles:
  site:
    owner: ${account}
    group: ${group}
    take_from: [root]
    layout:
      .:             {type: directory, mode: "0711"}
      public_html:   {type: directory, mode: "0750", group: web}
      www:           {type: symlink, target: public_html}
      logs:          {type: directory, mode: "0700", acl: ["user:web:rwx", "default:user:web:rwx"]}
      etc:           {type: directory, mode: "0750"}
      etc/motd:      {type: file, mode: "0644", content: "hello\n"}
      etc/web:       {type: file, mode: "0600", content: "for web\n", acl: "user:web:r"}
      .old_panel:    {type: absent}
      .ssh:          {type: directory, mode: "0700", create: false}
    rules:
      - {match: "public_html/**/*", directory_mode: "0755", file_mode: "0644"}
      - {match: "**/*.cgi", file_mode: "0755"}
      - {match: "public_html/sub/**", acl: ["user:web:rX", "default:user:web:rX"]}
      - {match: ".ssh/*", file_mode: "0600"}
limits:
  run: {held: {percent: 100}}
  account: {remove: unlimited}
`

// host is a small hosting machine below a temporary directory. Beside the homes
// it has an "outside" that must never change, on the same filesystem, so that
// hard links and renames reach it.
type host struct {
	t    testing.TB
	base string // plans, state and policy; only root's
	root string // what -root is given
	env  []string
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// slow is for tests that a hurried go test -short leaves out; they run side by
// side.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("left out with -short")
	}
	t.Parallel()
}

func needTool(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("needs %s", name)
		}
	}
}

// newHost makes a host whose two customers have a site each, damaged the way a
// bulk script damages it.
func newHost(t testing.TB) *host { return newHostIn(t, memory()) }

// memory is a folder that needs no disk, where there is one: a hundred runs, each
// with its syncs, keep a disk busy for minutes.
func memory() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// newHostIn makes the host below dir, which may be on another filesystem.
func newHostIn(t testing.TB, dir string) *host {
	t.Helper()
	needRoot(t)
	base, err := os.MkdirTemp(dir, "hostile-")
	if err != nil {
		t.Fatal(err)
	}
	h := &host{t: t, base: base, root: filepath.Join(base, "root")}
	t.Cleanup(func() {
		h.try("chattr -R -i -a " + h.root)
		os.RemoveAll(base)
	})
	// A process for many files, not one for each: every test has a host.
	h.sh(`for a in alice bob; do set -- "$@" home/$a/public_html/sub home/$a/.ssh home/$a/.old_panel/deep; done &&
		mkdir -p etc outside/dir "$@" &&
		printf 'root:x:0:0::/root:/bin/sh\nalice:x:62001:62001::/home/alice:/bin/sh\nbob:x:62002:62002::/home/bob:/bin/sh\nweb:x:62003:62003::/nonexistent:/bin/sh\n' >etc/passwd &&
		printf 'root:x:0:\nalice:x:62001:\nbob:x:62002:\nweb:x:62003:\n' >etc/group &&
		echo root:secret >outside/shadow && echo root:secret >outside/dir/inner &&
		for a in alice bob; do
			echo page >home/$a/public_html/index.html && echo sub >home/$a/public_html/sub/page.html &&
			echo 'echo hi' >home/$a/public_html/run.cgi && echo key >home/$a/.ssh/id && echo old >home/$a/.old_panel/deep/file &&
			ln -s elsewhere home/$a/www
		done &&
		chown -hR 62001:62001 home/alice && chown -hR 62002:62002 home/bob &&
		chmod 755 .. . etc home outside home/alice home/bob home/*/.ssh && chmod 644 home/*/.ssh/id &&
		chmod 700 outside/dir home/*/public_html home/*/public_html/sub &&
		chmod 600 outside/shadow outside/dir/inner home/*/public_html/*.html home/*/public_html/run.cgi home/*/public_html/sub/*`)
	h.write("policy.yaml", sensible)
	return h
}

// sh runs a script in the host's root, as root, or fails the test.
func (h *host) sh(script string) string {
	h.t.Helper()
	cmd := exec.Command("sh", "-c", "umask 022\n"+script)
	cmd.Dir = h.root
	if err := os.MkdirAll(h.root, 0o755); err != nil {
		h.t.Fatal(err)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("sh: %v\n%s\n%s", err, script, out)
	}
	return string(out)
}

// try is sh for what may fail.
func (h *host) try(script string) bool {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = h.root
	return cmd.Run() == nil
}

// as runs a script in alice's home with alice's rights.
func (h *host) as(uid uint32, script string) error {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = h.abs("home/alice")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.Join(err, errors.New(string(out)))
	}
	return nil
}

// alice does something with her own rights in her own home.
func (h *host) alice(script string) {
	h.t.Helper()
	if err := h.as(alice, script); err != nil {
		h.t.Fatalf("alice: %s: %v", script, err)
	}
}

func (h *host) abs(path string) string { return filepath.Join(h.root, path) }

// write puts a file of root's beside the host.
func (h *host) write(name, text string) {
	h.t.Helper()
	if err := os.WriteFile(filepath.Join(h.base, name), []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// outcome is how one command ended.
type outcome struct {
	code   int // -1 if a signal ended it
	stdout string
	stderr string
}

// patience is how long a command may take: hostile trees hang programs.
const patience = 2 * time.Minute

// command is the program with arguments, not yet started; wrap is what it is
// run under, if anything.
func (h *host) command(ctx context.Context, wrap []string, args ...string) *exec.Cmd {
	all := slices.Concat(wrap, []string{binary}, args)
	cmd := exec.CommandContext(ctx, all[0], all[1:]...)
	cmd.Dir = h.base
	cmd.Env = slices.Concat(os.Environ(), []string{
		"RIGHTFUL_ROOT=" + h.root, "RIGHTFUL_POLICY=policy.yaml",
		"RIGHTFUL_STATE_DIR=" + filepath.Join(h.base, "state"), "LC_ALL=C.UTF-8", "GOTRACEBACK=single",
	}, h.env)
	return cmd
}

func (h *host) run(args ...string) outcome {
	h.t.Helper()
	return h.runUnder(nil, args...)
}

func (h *host) runUnder(wrap []string, args ...string) outcome {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return h.finish(ctx, h.command(ctx, wrap, args...))
}

func (h *host) finish(ctx context.Context, cmd *exec.Cmd) outcome {
	h.t.Helper()
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Start()
	for _, f := range cmd.ExtraFiles {
		f.Close() // the child's: ours would keep its other end waiting
	}
	if err == nil {
		err = cmd.Wait()
	}
	if ctx.Err() != nil {
		h.t.Fatalf("%q hangs\n%s", cmd.Args, errOut.String())
	}
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		h.t.Fatalf("%q: %v", cmd.Args, err)
	}
	o := outcome{code: cmd.ProcessState.ExitCode(), stdout: out.String(), stderr: errOut.String()}
	if strings.Contains(o.stderr, "goroutine ") || o.code == 2 && !slices.Contains(cmd.Args, "-detailed-exitcode") {
		h.t.Fatalf("%q: a panic:\n%s", cmd.Args, o.stderr)
	}
	return o
}

// must is run for what has to succeed.
func (h *host) must(args ...string) outcome {
	h.t.Helper()
	o := h.run(args...)
	if o.code != 0 {
		h.t.Fatalf("%q: exit code %d\n%s%s", args, o.code, o.stdout, o.stderr)
	}
	return o
}

// planned plans and approves everything, and returns the plan's name.
func (h *host) planned(args ...string) string {
	h.t.Helper()
	name := "site" + strconv.Itoa(len(h.plans())) + ".plan"
	h.must(slices.Concat([]string{"plan", "-out", name}, args)...)
	if o := h.run("approve", "-all", name); o.code != 0 && !strings.Contains(o.stderr, "nothing is selected") {
		h.t.Fatalf("approve: exit code %d\n%s%s", o.code, o.stdout, o.stderr)
	}
	return name
}

func (h *host) plans() []string {
	found, _ := filepath.Glob(filepath.Join(h.base, "*.plan"))
	return found
}

// report is what apply -json says.
type report struct {
	outcome
	Run      string           `json:"run"`
	Complete bool             `json:"complete"`
	Results  map[string]int64 `json:"results"`
	NotDone  []struct {
		Account string `json:"account"`
		Path    string `json:"path"`
		Result  string `json:"result"`
		Reason  string `json:"reason"`
	} `json:"not_done"`
}

func (h *host) apply(name string) report {
	h.t.Helper()
	return h.applyUnder(nil, name)
}

func (h *host) applyUnder(wrap []string, name string) report {
	h.t.Helper()
	return h.reported(h.runUnder(wrap, "apply", "-json", name))
}

func (h *host) reported(o outcome) report {
	h.t.Helper()
	r := report{outcome: o}
	if o.stdout != "" {
		if err := json.Unmarshal([]byte(o.stdout), &r); err != nil {
			h.t.Fatalf("apply -json: %v\n%s", err, o.stdout)
		}
	}
	return r
}

// result is what became of a path that is not as the plan wants it; "" where
// the report does not name it.
func (r *report) result(path string) string {
	for _, n := range r.NotDone {
		if n.Path == path {
			return n.Result
		}
	}
	return ""
}

// document is as much of show -json as the tests look at.
type document struct {
	Complete bool
	Summary  struct{ Add, Change, Remove, Held int64 }
	Problems []struct{ Account, Path, Kind, Message string }
	Held     []struct{ Account, Reason, Message string }
	Steps    []struct {
		Account, Path, Action string
		Before, After         map[string]any
	}
}

func (h *host) show(name string) document {
	h.t.Helper()
	var d document
	if err := json.Unmarshal([]byte(h.must("show", "-json", name).stdout), &d); err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (d *document) step(account, path string) bool {
	for _, s := range d.Steps {
		if s.Account == account && s.Path == path {
			return true
		}
	}
	return false
}

func (d *document) problem(account, path string) string {
	for _, p := range d.Problems {
		if p.Account == account && p.Path == path {
			return p.Kind
		}
	}
	return ""
}

func (d *document) held(account string) string {
	for _, a := range d.Held {
		if a.Account == account {
			return a.Reason
		}
	}
	return ""
}

// steps are a plan's steps, by the reader that apply uses.
func (h *host) steps(name string) []plan.Step {
	h.t.Helper()
	f, err := os.Open(filepath.Join(h.base, name))
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	p, err := plan.Open(f)
	if err != nil {
		h.t.Fatal(err)
	}
	var all []plan.Step
	for s, err := range p.Steps() {
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// journals are those of all runs so far, by the reader that history uses.
func (h *host) journals() []*apply.Journal {
	h.t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(h.base, "state/runs/*"))
	var all []*apply.Journal
	for _, dir := range dirs {
		j, err := apply.ReadJournal(dir)
		if errors.Is(err, os.ErrNotExist) {
			continue // killed before there was anything to record
		}
		if err != nil {
			h.t.Fatalf("%s: %v", dir, err)
		}
		all = append(all, j)
	}
	return all
}

func (h *host) lastJournal() *apply.Journal {
	h.t.Helper()
	all := h.journals()
	if len(all) == 0 {
		return nil
	}
	return slices.MaxFunc(all, func(a, b *apply.Journal) int { return a.Run.Started.Compare(b.Run.Started) })
}
